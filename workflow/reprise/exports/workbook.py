"""Excel workbooks: their sheets' rows by openpyxl, and, apart from it, how many rows hold anything."""

from __future__ import annotations

import datetime as dt
import io
import posixpath
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import IO, NamedTuple

import openpyxl
from defusedxml.ElementTree import iterparse

from reprise.mistakes import Mistake

_ZIP_LIMIT = 300_000_000
_ZIP_RATIO = 200
_ZIP_SMALL = 10_000_000
_LAST_ROW = 1_048_576  # of a sheet, as of Excel 2007 (ECMA-376 sets no limit, every program does)
_MOST_CELLS = 50_000_000  # with the empty ones between filled ones, which openpyxl makes one by one


class Sheet(NamedTuple):
    """The rows of a sheet that hold anything.

    Attributes
    ----------
    rows : list of (int, list of str)
        Number of the row and its cells, empty ones at the end left out.
    filled : list of int
        The numbers of the filled rows, counted in the sheet's XML without openpyxl.
    """

    rows: list[tuple[int, list[str]]]
    filled: list[int]


def read_sheets(data: bytes) -> list[Sheet]:
    """Read the visible sheets of a workbook; links to other files aren't followed, formulas not computed.

    Raises
    ------
    Mistake
        Where it is no workbook, unpacks to too much, or declares entities.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check(archive)
            filled = _filled_rows(archive)
        return list(_read(data, filled))
    except Mistake:
        raise
    except Exception as error:  # of a broken workbook zipfile, expat and openpyxl raise dozens of kinds
        what = f"{type(error).__name__}: {error}".replace("\n", " ")[:160]
        raise Mistake(f"is no workbook that can be read ({what}); save it as XLSX again, or as CSV") from None


def _check(archive: zipfile.ZipFile) -> None:
    """Refuse what unpacks to too much, by the directory of the archive, or declares entities."""
    parts = archive.infolist()
    size = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    if size > _ZIP_LIMIT or (size > _ZIP_SMALL and size / packed > _ZIP_RATIO):
        raise Mistake(f"unpacks to {size / 1e6:,.0f} MB from {packed / 1e6:,.1f} MB; save it as CSV")
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as file:
                if b"<!DOCTYPE" in file.read(2000):
                    raise Mistake("declares entities in its XML, which no workbook does; save it as CSV")


def _filled_rows(archive: zipfile.ZipFile) -> dict[str, list[int]]:
    """Give, by the name of each sheet, the numbers of its rows that hold anything."""
    workbook = _target(archive, "_rels/.rels", "officeDocument")
    folder, name = posixpath.split(workbook)
    rels = posixpath.join(folder, "_rels", f"{name}.rels")
    blank = _blank_strings(archive, posixpath.join(folder, "sharedStrings.xml"))
    places = {
        attributes["Id"]: posixpath.normpath(posixpath.join("/", folder, attributes["Target"])).lstrip("/")
        for attributes in _elements(archive, rels, "Relationship")
    }
    return {
        attributes["name"]: _count(archive, places[attributes["id"]], blank)
        for attributes in _elements(archive, workbook, "sheet")
        if places.get(attributes.get("id", "")) in archive.namelist()
    }


def _target(archive: zipfile.ZipFile, rels: str, kind: str) -> str:
    for attributes in _elements(archive, rels, "Relationship"):
        if attributes.get("Type", "").endswith(f"/{kind}"):
            return attributes["Target"].lstrip("/")
    return "xl/workbook.xml"


def _elements(archive: zipfile.ZipFile, part: str, name: str) -> Iterator[dict[str, str]]:
    """Give the attributes, without their namespaces, of each element of a name."""
    if part not in archive.namelist():
        return
    with archive.open(part) as file:
        for _, element in iterparse(file, forbid_dtd=True):
            if _local(element.tag) == name:
                yield {_local(key): value for key, value in element.attrib.items()}
                element.clear()


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _blank_strings(archive: zipfile.ZipFile, part: str) -> set[str]:
    """Give the numbers of the shared strings that hold nothing but space."""
    blank: set[str] = set()
    if part not in archive.namelist():
        return blank
    number = 0
    with archive.open(part) as file:
        for _, element in iterparse(file, forbid_dtd=True):
            if _local(element.tag) == "si":
                if not "".join(element.itertext()).strip():
                    blank.add(str(number))
                number += 1
                element.clear()
    return blank


def _count(archive: zipfile.ZipFile, part: str, blank: set[str]) -> list[int]:
    with archive.open(part) as file:
        return list(_filled(file, blank))


def _filled(file: IO[bytes], blank: set[str]) -> Iterator[int]:
    """Give the number of each row element with a cell that holds anything."""
    number = cells = 0
    for _, element in iterparse(file, forbid_dtd=True):
        if _local(element.tag) != "row":
            continue
        stated = element.get("r", "")
        number = int(stated) if stated.isdecimal() else number + 1
        last = _column(element[-1].get("r", "")) if len(element) else 0
        cells += max(last, len(element))
        if number > _LAST_ROW or cells > _MOST_CELLS:
            raise Mistake("has more cells than a sheet can hold; save it as CSV")
        if any(_holds(cell, blank) for cell in element):
            yield number
        element.clear()


def _column(reference: str) -> int:
    """Give the number of the column of a cell.

    Examples
    --------
    >>> _column("A1"), _column("AB12"), _column("")
    (1, 28, 0)
    """
    number = 0
    for letter in re.match("[A-Z]{0,9}", reference)[0]:  # type: ignore[index]
        number = number * 26 + ord(letter) - 64
    return number


def _holds(cell: object, blank: set[str]) -> bool:
    shared = cell.get("t") == "s"  # type: ignore[attr-defined]
    for part in cell:  # type: ignore[attr-defined]
        text = "".join(part.itertext()).strip()
        if _local(part.tag) in ("v", "is") and text and not (shared and text in blank):
            return True
    return False


def _read(data: bytes, filled: dict[str, list[int]]) -> Iterator[Sheet]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions, which hold no text
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            sheet.reset_dimensions()
            rows = []
            for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
                texts = [_cell(value) for value in cells] if any(c is not None for c in cells) else []
                while texts and not texts[-1]:
                    texts.pop()
                if texts:
                    rows.append((number, texts))
            yield Sheet(rows, filled.get(sheet.title, []))
        book.close()


def _cell(value: object) -> str:
    """Give a spreadsheet's value as text.

    Examples
    --------
    >>> _cell(2019.0), _cell(dt.datetime(2020, 5, 1)), _cell(None), _cell(True), _cell(" x ")
    ('2019', '2020-05-01', '', 'true', 'x')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    return str(value).strip()
