"""What is known of the published review's literature: the table of what it cites."""

from __future__ import annotations

from reprise.csvfiles import is_blank, read_user_csv
from reprise.mistakes import Mistake

CITED = "data/study/cited.csv"
CITED_COLUMNS = (
    "title", "authors", "year", "doi", "openalex", "in_openalex", "said_by", "abstract", "keywords",
)  # fmt: skip


def read_cited(path: str = CITED) -> list[dict[str, str]]:
    """Read what the published review cites, fetched or written by hand; none where there is no such file.

    Raises
    ------
    Mistake
        Rows without a title and a DOI, or that are no CSV.
    """
    if is_blank(path):
        return []
    table = read_user_csv(path, CITED_COLUMNS, required=("title", "doi"))
    wrong = [f"{path} line {line}: {what}" for line, what in table.broken]
    wrong += [
        f"{path} line {line}: has neither a title nor a DOI; fill one in"
        for line, row in table.rows
        if not (row["title"].strip() or row["doi"].strip())
    ]
    if wrong:
        raise Mistake(wrong)
    unstated = {"in_openalex": "unknown", "said_by": "by hand"}
    return [
        {column: row.get(column, "").strip() or unstated.get(column, "") for column in CITED_COLUMNS}
        for _, row in table.rows
    ]
