"""Tables in Reprise's own layout, the one of `data/corpus`: each row a record, or a reason why not."""

from __future__ import annotations

from reprise.csvfiles import read_user_csv
from reprise.rows import Imported, Problem, take

# column of the layout -> column of the record
LAYOUT: dict[str, str] = {
    "index_id": "",
    "title": "title",
    "authors": "authors",
    "year": "year",
    "publication_date": "publication_date",
    "venue": "venue",
    "issn": "issn",
    "volume": "volume",
    "issue": "issue",
    "pages": "pages",
    "doi": "doi",
    "type": "type",
    "language": "language",
    "peer_reviewed": "peer_reviewed",
    "oa_status": "open_access",
    "fulltext_url": "fulltext_url",
    "countries": "author_countries",
    "study_countries": "studied_countries",
    "keywords": "keywords",
    "seen_at": "url",
    "note": "note",
}
# A file may have these too.
OPTIONAL = ("abstract", "affiliations", "pmid", "retracted")
_NAMED = {target: column for column, target in LAYOUT.items()}


def read_layout(path: str, searched: str) -> Imported:
    """Read a table in Reprise's layout.

    Parameters
    ----------
    path : str
        The CSV file; its header must hold every column of `LAYOUT` and may hold those of `OPTIONAL`.
    searched : str
        When the source was searched; a year more than one after it is impossible.

    Raises
    ------
    Mistake
        Where the file as a whole can't be used.
    """
    table = read_user_csv(path, (*LAYOUT, *OPTIONAL), required=LAYOUT)
    imported = Imported(path, table.encoding, len(table.rows) + len(table.broken))
    for line, what in table.broken:
        imported.problems.append(Problem(path, line, "", "", what, "row rejected"))
    last_year = int(searched[:4]) + 1
    for line, cells in table.rows:
        values = {target: cells[column] for column, target in LAYOUT.items() if target}
        values |= {column: cells.get(column, "") for column in OPTIONAL}
        take(imported, line, cells["index_id"], values, last_year, _NAMED)
    return imported
