"""Tables in Reprise's own layout, the one of `data/corpus`: each row a record, or a reason why not."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from reprise.countries import is_country
from reprise.csvfiles import UserTable, read_user_csv
from reprise.records import clean_doi, clean_text, join, split
from reprise.vocabulary import OPEN_ACCESS, TYPES

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
Check = Callable[[str, int], tuple[str, str]]  # value, last year -> value kept, what is wrong

FIRST_YEAR = 1600  # no scholarly journal is older than 1665; an earlier year is a slip of the keyboard


@dataclass(frozen=True)
class Problem:
    """Something wrong with a row: where, what, and what was done about it."""

    file: str
    line: int
    field: str
    value: str
    problem: str
    action: str

    @property
    def told(self) -> str:
        """Give the one line for people."""
        value = f" {self.field} {self.value!r}" if self.value else ""
        return f"{self.file} line {self.line}:{value} {self.problem} ({self.action})"


@dataclass
class Row:
    """A row of a table as a record, without an id yet (`own_id` is the source's)."""

    line: int
    own_id: str
    values: dict[str, str]


@dataclass
class Imported:
    """What a file gave: rows, problems, how many rows it holds and how it was encoded."""

    encoding: str
    n_rows: int
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        """How many rows became no record."""
        return self.n_rows - len(self.rows)


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
    imported = Imported(table.encoding, len(table.rows) + len(table.broken))
    for line, what in table.broken:
        imported.problems.append(Problem(path, line, "", "", what, "row rejected"))
    last_year = int(searched[:4]) + 1
    for line, cells in table.rows:
        _take(table, line, {k: clean_text(v) for k, v in cells.items()}, last_year, imported)
    return imported


def _take(table: UserTable, line: int, cells: Mapping[str, str], last_year: int, imported: Imported) -> None:
    if not cells["title"]:
        imported.problems.append(
            Problem(
                table.file,
                line,
                "title",
                "",
                "has no title; a record without one can't be judged",
                "row rejected",
            )
        )
        return
    values = {target: cells[column] for column, target in LAYOUT.items() if target}
    values |= {column: cells.get(column, "") for column in OPTIONAL}
    for column, check in _CHECKS.items():
        target = LAYOUT.get(column, column)
        given = values[target]
        if not given:
            continue
        values[target], what = check(given, last_year)
        if what:
            imported.problems.append(Problem(table.file, line, column, given, what, "value set aside"))
    if values["publication_date"] and not values["year"]:
        values["year"] = values["publication_date"][:4]
    imported.rows.append(Row(line, cells["index_id"], values))


def _year(text: str, last_year: int) -> tuple[str, str]:
    if re.fullmatch(r"\d{4}", text) and FIRST_YEAR <= int(text) <= last_year:
        return text, ""
    return "", f"is not a year between {FIRST_YEAR} and {last_year}; correct it or leave it empty"


def _date(text: str, last_year: int) -> tuple[str, str]:
    parts = text.split("-")
    try:
        if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", text):
            raise ValueError
        dt.date(int(parts[0]), int((parts[1:2] or ["1"])[0]), int((parts[2:3] or ["1"])[0]))
        if not FIRST_YEAR <= int(parts[0]) <= last_year:
            raise ValueError
    except ValueError:
        return "", "is not a date; write 2021, 2021-03 or 2021-03-31"
    return text, ""


def _doi(text: str, _: int) -> tuple[str, str]:
    doi = clean_doi(text)
    return doi, "" if doi else "is not a DOI (10.1234/...); correct it or leave it empty"


def _issn(text: str, _: int) -> tuple[str, str]:
    given = split(text)
    good = [i.upper() for i in given if re.fullmatch(r"\d{4}-\d{3}[\dXx]", i)]
    return join(good), "" if len(good) == len(
        given
    ) else "is not an ISSN (1234-5678); correct it or leave it empty"


def _countries(text: str, _: int) -> tuple[str, str]:
    given = split(text)
    good = [c for c in given if is_country(c)]
    bad = [c for c in given if c not in good]
    return join(
        good
    ), f"{', '.join(bad)}: no ISO 3166 code (two capital letters, GB for the UK)" if bad else ""


def _language(text: str, _: int) -> tuple[str, str]:
    if re.fullmatch(r"[a-z]{2}", text.lower()):
        return text.lower(), ""
    return "", "is not an ISO 639-1 code (en, fr, ...); correct it or leave it empty"


def _one_of(values: tuple[str, ...], other: str = "") -> Check:
    def check(text: str, _: int) -> tuple[str, str]:
        if text.lower() in values:
            return text.lower(), ""
        return other, f"is not known; known: {', '.join(values)}"

    return check


_CHECKS: dict[str, Check] = {
    "year": _year,
    "publication_date": _date,
    "doi": _doi,
    "issn": _issn,
    "type": _one_of(TYPES),
    "language": _language,
    "peer_reviewed": _one_of(("true", "false")),
    "retracted": _one_of(("true", "false")),
    "oa_status": _one_of(OPEN_ACCESS),
    "countries": _countries,
    "study_countries": _countries,
    "keywords": lambda text, _: (join(split(text)), ""),
}
