"""A row of a source on its way to a record: its values checked, and what was wrong with them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from reprise.countries import is_country
from reprise.records import clean_doi, clean_text, join, split
from reprise.vocabulary import OPEN_ACCESS, TYPES

Check = Callable[[str, int], tuple[str, str]]  # value, last year -> value kept, what is wrong

REPAIRED = "repaired"  # what was mended, and is nothing to act on
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
    """A row of a source as a record, without an id yet (`own_id` is the source's)."""

    line: int
    own_id: str
    values: dict[str, str]


@dataclass
class Imported:
    """What a file gave: rows, problems, how many rows it holds and how it was encoded.

    `filtered` counts rows that the local filter of a search took out, `repaired` those that were mended
    before they could be read, `missing` entries that were counted and not found again.
    """

    file: str
    encoding: str
    n_rows: int
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    filtered: int = 0
    repaired: int = 0
    format: str = ""
    missing: int = 0

    @property
    def rejected(self) -> int:
        """How many rows became no record."""
        return self.n_rows - len(self.rows) - self.filtered - self.missing


def take(
    imported: Imported,
    line: int,
    own_id: str,
    values: Mapping[str, str],
    last_year: int,
    named: Mapping[str, str] | None = None,
) -> None:
    """Check the values of one row and put it, and its problems, with what its file gave.

    Parameters
    ----------
    imported : Imported
        What the file gave so far.
    line : int
        Where the row stands in the file.
    own_id : str
        The source's own id, or empty.
    values : mapping
        Column of the record -> text.
    last_year : int
        A later year of publication is impossible.
    named : mapping, optional
        Column of the record -> what the file calls it.
    """
    row = {column: clean_text(value) for column, value in values.items()}

    def problem(column: str, value: str, what: str, action: str) -> None:
        called = (named or {}).get(column, column)
        imported.problems.append(Problem(imported.file, line, called, value, what, action))

    if not row["title"]:
        problem("title", "", "has no title; a record without one can't be judged", "row rejected")
        return
    for column in _CHECKS:
        given = row.get(column, "")
        if given:
            row[column], what = check_value(column, given, last_year)
            if what:
                problem(column, given, what, "value set aside")
    if row.get("publication_date") and not row.get("year"):
        row["year"] = row["publication_date"][:4]
    imported.rows.append(Row(line, clean_text(own_id), row))


def check_value(column: str, value: str, last_year: int) -> tuple[str, str]:
    """Give a value in the record's own form, and what is wrong with it, if so."""
    given = clean_text(value)
    check = _CHECKS.get(column)
    return check(given, last_year) if check and given else (given, "")


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
    "open_access": _one_of(OPEN_ACCESS),
    "author_countries": _countries,
    "studied_countries": _countries,
    "first_author_country": _countries,
    "keywords": lambda text, _: (join(split(text)), ""),
}
