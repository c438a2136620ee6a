"""A table as it is printed: number, title, columns and notes around the rows of its CSV, without pandas."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from reprise.csvfiles import read_rows
from reprise.synthesis.captions import CODED, TABLES, heading

SOURCE_LINE = "source_line"
MARK = "mark"
BY_RULE = "by rule"
CODED_BY_RULE = "coded by rule"
# What XML 1.0 cannot hold, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Not "007", which is a name, nor what a double cannot hold: Excel keeps 15 digits.
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")
_DIGITS = 15
# The unit of a column, by a word of its name.
_UNITS = {"percent": "per cent", "share": "of 1"}
# The earliest time that a zip entry can bear.
EPOCH = (1980, 1, 1, 0, 0, 0)
# A column wants room for what most of its cells hold, up to a bound, and for nearly all of their words; it
# needs room for the words of most and of its heading (characters; longer words break). The gap between two
# columns and bold type take some, too.
_WIDEST, _LONGEST_WORD, _LONG_WORD, _GAP = 40, 24, 14, 2
# A table is set on the first paper whose line holds two thirds of what its columns want, and all they need.
_ENOUGH = 2 / 3


class Printed(NamedTuple):
    """A table with all that stands around it; `numeric`, `wanted` and `needed` are by column.

    Wanted and needed: characters that fit on a line of the column.
    """

    name: str
    number: int
    title: str
    columns: list[str]
    rows: list[list[str]]
    numeric: list[bool]
    wanted: list[int]
    needed: list[int]
    notes: list[tuple[str, str]]

    @property
    def headings(self) -> list[str]:
        """The columns' names as a reader sees them."""
        return [heading(column) for column in self.columns]

    @property
    def label(self) -> str:
        """The number as it is cited."""
        return f"Table {self.number}"


def read_printed(path: str | Path, source_line: str) -> Printed:
    """Read a table's CSV, and say what is printed around it.

    Parameters
    ----------
    path : path
        The CSV; its stem is the table's name.
    source_line : str
        Run id, window and search date.
    """
    name = Path(path).stem
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    columns = [column for column in header if column != SOURCE_LINE]
    rows = [[row[column] for column in columns] for row in read_rows(path)]
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    widths = [_widths(heading(column), cell) for column, cell in zip(columns, cells, strict=True)]
    return Printed(
        name=name,
        number=list(TABLES).index(name) + 1,
        title=TABLES[name].title,
        columns=columns,
        rows=rows,
        numeric=[is_numeric(column) for column in cells],
        wanted=[wanted for _, wanted in widths],
        needed=[needed for needed, _ in widths],
        notes=_notes(name, columns, len(rows), source_line),
    )


def with_marks(table: Printed) -> Printed:
    """Add a column that marks the rows that a rule decided alone; a table without such rows stays."""
    if "decided_by" not in table.columns:
        return table
    place = table.columns.index("decided_by")
    marks = [BY_RULE if re.match(r"rules?\b", row[place]) else "" for row in table.rows]
    if not any(marks):
        return table
    told = ("Mark", f'"{BY_RULE}": decided by a rule; no person read the work.')
    return table._replace(
        columns=[*table.columns, MARK],
        rows=[[*row, mark] for row, mark in zip(table.rows, marks, strict=True)],
        numeric=[*table.numeric, False],
        wanted=[*table.wanted, len(BY_RULE) + _GAP],
        needed=[*table.needed, len(BY_RULE) + _GAP],
        notes=[*table.notes[:-1], told, table.notes[-1]],
    )


def is_numeric(cells: Sequence[str]) -> bool:
    """Whether all cells that are filled are numbers that a spreadsheet keeps as they are written.

    Examples
    --------
    >>> is_numeric(["3", "", "-0.50"]), is_numeric(["007"]), is_numeric(["2020", "unknown"]), is_numeric([""])
    (True, False, False, False)
    """
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(
        _NUMBER.fullmatch(cell) and sum(c.isdigit() for c in cell) <= _DIGITS for cell in filled
    )


def fits(table: Printed, room: int) -> bool:
    """Whether a line of so many characters holds the table's columns without breaking their words."""
    return sum(table.needed) <= room and sum(table.wanted) * _ENOUGH <= room


def shares(table: Printed, room: int) -> list[float]:
    """Share a line of so many characters among the columns, as parts of the line.

    Where there is too little for what they want, the wide ones give way before the narrow ones.
    """
    wanted, needed = sum(table.wanted), sum(table.needed)
    if wanted <= room:
        return [part / room for part in table.wanted]
    if needed >= room:
        return [part / needed for part in table.needed]
    more = (room - needed) / (wanted - needed)
    return [(n + (w - n) * more) / room for w, n in zip(table.wanted, table.needed, strict=True)]


def xml_text(text: str) -> str:
    """Drop what XML cannot hold."""
    return _NOT_XML.sub("", text)


def unzipped(data: bytes) -> dict[str, bytes]:
    """Give the parts of a zip by their names, in their order."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """Put parts into a zip so that equal parts are equal bytes: no clock, no machine, order as it was.

    Examples
    --------
    >>> unzipped(zipped({"b.xml": b"<b/>", "a.xml": b"<a/>"}))
    {'b.xml': b'<b/>', 'a.xml': b'<a/>'}
    """
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            archive.writestr(entry, content)
    return out.getvalue()


def filled(part: bytes, places: Mapping[str, str]) -> bytes:
    """Fill the places of a part, each once: what is filled in is not looked at again.

    Examples
    --------
    >>> filled(b"<a>1</a><b>2</b>", {"1": "2", "2": "1"})
    b'<a>2</a><b>1</b>'
    """
    pattern = "|".join(map(re.escape, places))
    return re.sub(pattern, lambda place: places[place[0]], part.decode()).encode()


def _notes(name: str, columns: Sequence[str], rows: int, source_line: str) -> list[tuple[str, str]]:
    """List what stands below: each a word and a text; the source comes last."""
    counted = f"{rows:,} row" if rows == 1 else f"{rows:,} rows"
    notes = [("Note", f"n = {counted}. {TABLES[name].notes.strip()}")]
    units = [
        f"{heading(c)}, {unit}" for c in columns for word, unit in _UNITS.items() if word in c.split("_")
    ]
    notes += [("Units", "; ".join(units) + ".")] if units else []
    notes += [("Mark", f"{CODED_BY_RULE} where no person coded.")] if CODED in TABLES[name].notes else []
    return [*notes, ("Source", f"{source_line}.")]


def _widths(name: str, cells: Sequence[str]) -> tuple[int, int]:
    """Say how many characters a column needs, and how many it wants: what nine of ten cells ask for."""
    head = max(map(len, name.split()), default=0) + 1  # bold
    words = sorted(max(map(len, cell.split()), default=0) for cell in cells) or [0]
    lengths = sorted(map(len, cells)) or [0]
    word, usual = max(head, words[len(words) * 9 // 10]), lengths[len(lengths) * 9 // 10]
    needed = min(word, _LONG_WORD) + _GAP
    return needed, max(needed, min(max(word, usual), _WIDEST) + _GAP, min(words[-1], _LONGEST_WORD) + _GAP)
