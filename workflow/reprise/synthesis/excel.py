"""Tables as Excel workbooks, by openpyxl: numbers as numbers, text as text, never a formula."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.writer.excel import ExcelWriter

from reprise.synthesis.printed import EPOCH, Printed, same_zip, xml_text

# "Total number of characters that a cell can contain" (Excel specifications and limits, Microsoft), counted
# as UTF-16 counts them.
LIMIT = 32_767
CUT = " [cut here: longer than Excel allows; the CSV holds the whole]"
# Excel reads these seven characters as one: the underscore is written so, too.
_CODED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def excel(table: Printed, review: str) -> bytes:
    """Give a table as an .xlsx file: the rows on one sheet, what stands around them on another.

    Parameters
    ----------
    table : Printed
        The table.
    review : str
        The review's title.
    """
    book = Workbook(write_only=True)
    about = book.properties
    about.creator, about.title, about.subject = "Reprise", f"{table.label}. {table.title}", xml_text(review)
    about.created = about.modified = dt.datetime(*EPOCH)
    sheet = book.create_sheet(table.label)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table.rows) + 1}"
    for n, width in enumerate(table.wanted, start=1):
        sheet.column_dimensions[get_column_letter(n)].width = max(10, width * 1.2)
    sheet.append([_cell(sheet, name, bold=True) for name in table.headings])
    for row in _rows(table, sheet):
        sheet.append(row)
    notes = book.create_sheet("About")
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 14, 100
    for told, text in [(table.label, table.title), ("Review", review), *table.notes]:
        notes.append([_cell(notes, told, bold=True), _cell(notes, text)])
    out = BytesIO()
    # Not `book.save`: that writes the time of day.
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()
    return same_zip(out.getvalue())


def excel_text(text: str) -> str:
    r"""Give a text as a cell can hold it: without what XML can't hold, no longer than Excel allows.

    Examples
    --------
    >>> excel_text("=1+1\x07"), len(excel_text("x" * 40000))
    ('=1+1', 32767)
    """
    text = xml_text(text)
    if len(text.encode("utf-16-le")) > 2 * LIMIT:
        text = text.encode("utf-16-le")[: 2 * (LIMIT - len(CUT))].decode("utf-16-le", "ignore") + CUT
    return text


def _rows(table: Printed, sheet: WriteOnlyWorksheet) -> Iterator[list[Cell | None]]:
    """Give the rows; a row is written as it comes, so that a column's cell serves for all of them."""
    cells = [_cell(sheet, "x") for _ in table.columns]
    styles = dict[tuple[int, int], Cell]()
    for row in table.rows:
        line: list[Cell | None] = []
        for n, text in enumerate(row):
            if not text:
                line.append(None)
            elif table.numeric[n]:
                decimals = len(text.partition(".")[2])
                if (n, decimals) not in styles:
                    styles[n, decimals] = WriteOnlyCell(sheet)
                    styles[n, decimals].number_format = f"0.{'0' * decimals}" if decimals else "0"
                cell = styles[n, decimals]
                cell.value = float(text) if decimals else int(text)
                line.append(cell)
            else:
                cells[n].value = _coded(text)
                cells[n].data_type = "s"  # whatever it begins with
                line.append(cells[n])
        yield line


def _cell(sheet: WriteOnlyWorksheet, text: str, *, bold: bool = False) -> Cell:
    cell = WriteOnlyCell(sheet, value=_coded(text))
    cell.data_type = "s"
    cell.font, cell.alignment = (
        Font(name="Calibri", size=11, bold=bold),
        Alignment(vertical="top", wrap_text=True),
    )
    return cell


def _coded(text: str) -> str:
    return _CODED.sub("_x005F_", excel_text(text))
