"""CSV files of people and for people, without pandas: what a user hands in is checked line by line."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprise.mistakes import Mistake, did_you_mean

# A spreadsheet runs a cell that begins so (OWASP, "CSV injection"); a plain number is no formula. A text
# that looks guarded already is guarded once more, so that taking the guard off gives back each text.
FORMULA = re.compile(r"^'*[=+\-@\t\r]")
_NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?$")
# A cell longer than this is no bibliographic field. Python's own limit (131,072) would stop the reading of
# the file, our own tables included.
CELL_LIMIT = 1_000_000


@dataclass(frozen=True)
class UserTable:
    """A user's CSV as read: rows with the line each begins on, and what was wrong with the others."""

    file: str
    encoding: str
    rows: list[tuple[int, dict[str, str]]]
    broken: list[tuple[int, str]]


def guard_formula(text: str) -> str:
    """Precede with an apostrophe what a spreadsheet would run.

    Examples
    --------
    >>> guard_formula("=HYPERLINK(1)"), guard_formula("-3")
    ("'=HYPERLINK(1)", '-3')
    """
    return "'" + text if FORMULA.match(text) and not _NUMBER.match(text) else text


def one_newline(text: str) -> str:
    """Make every line break a line feed: a bare carriage return is written unquoted, and ends a row."""
    return re.sub(r"\r\n?", "\n", text)


def unguard_formula(text: str) -> str:
    """Take the apostrophe of `guard_formula` off again."""
    return text[1:] if text.startswith("'") and FORMULA.match(text[1:]) else text


def decode(data: bytes, file: str) -> tuple[str, str]:
    """Decode a user's text file: UTF-8 with or without byte order mark, UTF-16 with one, else Windows-1252.

    Returns
    -------
    text, encoding : str
    """
    if data.startswith(b"PK\x03\x04"):
        raise Mistake(f"{file}: is an Excel workbook (or a zip file); save it as CSV (UTF-8)")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError:
            raise Mistake(f"{file}: begins as UTF-16 and isn't; save it as UTF-8") from None
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Mistake(f"{file} line {line}: neither UTF-8 nor Windows-1252; save it as UTF-8") from None


def read_bytes(path: str | Path) -> bytes:
    """Read a file that the user names.

    Raises
    ------
    Mistake
        Where it can't be read, whatever the reason.
    """
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        what = "there is no such file; restore it, or correct its name"
    except IsADirectoryError:
        what = "is a folder, where a file is expected; move it away"
    except OSError as error:
        what = f"can't be read ({error.strerror}); look at its permissions"
    raise Mistake(f"{path}: {what}")


def is_blank(path: str | Path) -> bool:
    """Whether a user's file is missing or holds nothing but white space."""
    return not Path(path).exists() or not read_bytes(path).strip()


def _reader(text: str, *, strict: bool = False) -> Any:
    """Read CSV text, parted as its header is, without Python's limit on a cell."""
    csv.field_size_limit(sys.maxsize)
    return csv.reader(io.StringIO(text, newline=""), strict=strict, delimiter=_delimiter(text))


def _delimiter(text: str) -> str:
    """Tell how the header is parted: spreadsheets write semicolons where the comma is for decimals."""
    header = text.split("\n", 1)[0]
    return max(",;\t", key=header.count)


def read_user_csv(
    path: str | Path, columns: Sequence[str], *, required: Iterable[str] | None = None
) -> UserTable:
    """Read a user's CSV whose header must hold `columns`.

    Parameters
    ----------
    path : path
        The file, relative to the review's folder; named so in messages.
    columns : sequence of str
        All columns that the file may have.
    required : iterable of str, optional
        Those that it must have; all of `columns` by default.

    Raises
    ------
    Mistake
        Where the file as a whole can't be used: missing, empty, undecodable, a column missing or unknown.
        A row that can't be used does not raise: it is reported in `UserTable.broken`.
    """
    file = str(path)
    data = read_bytes(path)
    if not data.strip():
        raise Mistake(f"{file}: the file is empty; write the header line ({','.join(list(columns)[:3])},...)")
    text, encoding = decode(data, file)
    reader = _reader(text, strict=True)
    try:
        header = [name.strip().casefold() for name in next(reader, [])]
    except csv.Error as error:
        raise Mistake(
            f"{file} line 1: the header is not CSV ({error}); look at its quotation marks"
        ) from None
    problems = [
        f"{file} line 1: column '{name}' is missing; add it to the header"
        for name in (columns if required is None else required)
        if name not in header
    ]
    problems += [
        f"{file} line 1: column '{name}' is not known; {did_you_mean(name, columns)}"
        for name in header
        if name not in columns
    ]
    problems += [
        f"{file} line 1: column '{name}' stands twice; keep one"
        for name in sorted({n for n in header if n in columns and header.count(n) > 1})
    ]
    if problems:
        raise Mistake(problems)

    rows: list[tuple[int, dict[str, str]]] = []
    broken: list[tuple[int, str]] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            what = f"nothing can be read from here on ({error}); look at the quotation marks of this row"
            raise Mistake(f"{file} line {line}: {what}") from None
        if not any(cell.strip() for cell in cells):
            continue
        if max(map(len, cells)) > CELL_LIMIT:
            broken.append((line, f"has a cell of more than {CELL_LIMIT:,} characters; shorten it"))
            continue
        if len(cells) != len(header):
            broken.append(
                (line, f"has {len(cells)} cells where the header has {len(header)}; look at its commas")
            )
            continue
        rows.append((line, dict(zip(header, cells, strict=True))))
    return UserTable(file, encoding, rows, broken)


def count_rows(path: str | Path) -> int:
    """Count the rows of a user's CSV below its header; a missing file has none."""
    if not Path(path).exists():
        return 0
    text, _ = decode(read_bytes(path), str(path))
    return max(0, sum(any(cell.strip() for cell in row) for row in _reader(text)) - 1)


def read_rows(path: str | Path) -> list[dict[str, str]]:
    """Read a CSV of the program's own making."""
    csv.field_size_limit(sys.maxsize)
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return [{k: unguard_formula(v) for k, v in row.items()} for row in csv.DictReader(file)]


def write_rows(path: str | Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write a small CSV for people, guarded against formulas."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([guard_formula(one_newline(str(row[c]))) for c in columns] for row in rows)
