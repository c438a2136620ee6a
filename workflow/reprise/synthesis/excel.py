"""Tables as Excel workbooks, by openpyxl: numbers as numbers, text as text, never a formula.

What all workbooks have in common, styles and the set-up of their sheets, is made once; rows and what else
differs are written as XML, for openpyxl takes long over each of many small workbooks.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZipFile

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from reprise.synthesis.printed import EPOCH, Printed, filled, unzipped, xml_text, zipped

# "Total number of characters that a cell can contain" (Excel specifications and limits, Microsoft), counted
# as UTF-16 counts them.
LIMIT = 32_767
CUT = " [cut here: longer than Excel allows; the CSV holds the whole]"
# Excel reads these seven characters as one: the underscore is written so, too.
_CODED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
# What differs stands in the common parts as these words, which nothing else there holds; the range is one
# that no table fills, for which the table's own stands afterwards.
_NAME, _TITLE, _REVIEW = "PLACE-NAME", "PLACE-TITLE", "PLACE-REVIEW"
_HEADER, _FOOTER = "PLACE-HEADER", "PLACE-FOOTER"
_ROWS = "<sheetData/>"
_RANGE, _FIXED = "A1:ZZ99999", "$A$1:$ZZ$99999"
# Styles of cells by their place in the workbook, where 0 is Excel's own: numbers by how many decimals they
# show, of which a cell that is kept as a number has fewer than fifteen.
_DECIMALS = 15
_NUMBER, _BOLD, _BOLD_RIGHT, _TEXT = 1, _DECIMALS + 1, _DECIMALS + 2, _DECIMALS + 3
# "Up to 255 characters" (Excel specifications and limits, Microsoft, of header and footer), codes included.
_HEADLINE = 200
# Paper by its number (ECMA-376, paperSize), and the characters that a line of A4 holds in readable type.
_A4, _A3, _ROOM = "9", "8", 200
_WIDE = 100  # of the column that holds the notes, in characters
# The height of a line of 11 points, and of the highest row (Excel specifications and limits), in points.
_LINE, _HIGHEST = 15, 409


def excel(table: Printed, review: str) -> bytes:
    """Give a table as an .xlsx file: the rows on one sheet, what stands around them on another.

    Parameters
    ----------
    table : Printed
        The table.
    review : str
        The review's title.
    """
    title, source = f"{table.label}. {table.title}", table.notes[-1][1]
    letters = [get_column_letter(n) for n in range(1, len(table.columns) + 1)]
    widths = [max(10, round(wanted * 1.2)) for wanted in table.wanted]
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>'
        for n, width in enumerate(widths, start=1)
    )
    told = [(table.label, table.title), ("Review", review), *table.notes]
    about = (
        _row(n, [_cell(f"A{n}", name, _BOLD), _cell(f"B{n}", text, _TEXT)], _lines([text], [_WIDE]))
        for n, (name, text) in enumerate(told, start=1)
    )
    end = len(table.rows) + 1
    places = {
        _NAME: table.label,
        _TITLE: escape(title),
        _REVIEW: escape(xml_text(review)),
        _HEADER: _headline(title),
        _FOOTER: _headline(source),
        _RANGE: f"A1:{letters[-1]}{end}",
        f'paperSize="{_A4}"': f'paperSize="{_A4 if sum(widths) <= _ROOM else _A3}"',
        _FIXED: f"$A$1:${letters[-1]}${end}",
    }
    sheet = _rows(table, letters, widths)
    rows = {
        "xl/worksheets/sheet1.xml": f"<cols>{columns}</cols><sheetData>{sheet}</sheetData>",
        "xl/worksheets/sheet2.xml": f"<sheetData>{''.join(about)}</sheetData>",
    }
    return zipped(
        {
            name: filled(part, places | ({_ROWS: rows[name]} if name in rows else {}))
            for name, part in _common().items()
        }
    )


def excel_text(text: str) -> str:
    r"""Give a text as a cell can hold it: without what XML can't hold, no longer than Excel allows.

    Examples
    --------
    >>> excel_text("=1+1\x07"), len(excel_text("x" * 40000))
    ('=1+1', 32767)
    """
    text = xml_text(text)
    if len(text) * 2 > LIMIT and len(text.encode("utf-16-le")) > 2 * LIMIT:
        text = text.encode("utf-16-le")[: 2 * (LIMIT - len(CUT))].decode("utf-16-le", "ignore") + CUT
    return text


@cache
def _common() -> dict[str, bytes]:
    """Make the parts of a workbook, with places for what differs."""
    book = Workbook()
    about = book.properties
    about.creator, about.title, about.subject = "Reprise", _TITLE, _REVIEW
    about.created = about.modified = dt.datetime(*EPOCH)
    sheet, notes = book.worksheets[0], book.create_sheet("About")
    sheet.title, sheet.freeze_panes, sheet.auto_filter.ref = _NAME, "A2", _RANGE
    sheet.print_title_rows = "1:1"
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 14, _WIDE
    for printed in (sheet, notes):
        _printed(printed)
    for style, cell in enumerate(_styled(sheet), start=_NUMBER):
        assert cell.style_id == style, "a cell's style isn't where the rows look for it"
    out = BytesIO()
    # Not `book.save`: that writes the time of day.
    with ZipFile(out, "w") as archive:
        ExcelWriter(book, archive).save()
    # The cells that bore the styles go, and the range that they stood in.
    cells = re.compile(b"<dimension [^>]*>|<sheetData>.*</sheetData>|<sheetData ?/>")
    return {
        name: cells.sub(lambda found: _ROWS.encode() if b"sheetData" in found[0] else b"", part)
        for name, part in unzipped(out.getvalue()).items()
    }


def _printed(sheet: Worksheet) -> None:
    """Set a sheet up to be printed: its columns on one page, its title above and its source below each."""
    setup = sheet.page_setup
    setup.paperSize, setup.orientation, setup.fitToHeight = _A4, "landscape", 0  # as many pages as it takes
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    header, footer = HeaderFooterItem(), HeaderFooterItem()
    header.left.text, footer.left.text, footer.right.text = _HEADER, _FOOTER, "&P/&N"
    sheet.HeaderFooter.oddHeader, sheet.HeaderFooter.oddFooter = header, footer


def _styled(sheet: Worksheet) -> Iterator[Cell]:
    """Give a cell for each style, in their order."""
    for decimals in range(_DECIMALS):
        cell = sheet.cell(1, 1 + decimals, 1)
        cell.number_format, cell.alignment = _format(decimals), Alignment(vertical="top")
        yield cell
    for n, (bold, side) in enumerate([(True, None), (True, "right"), (False, None)], start=1):
        cell = sheet.cell(1, _DECIMALS + n, "x")
        cell.font = Font(name="Calibri", size=11, bold=bold)
        cell.alignment = Alignment(vertical="top", horizontal=side, wrap_text=True)
        yield cell


def _format(decimals: int) -> str:
    return f"0.{'0' * decimals}" if decimals else "0"


def _rows(table: Printed, letters: Sequence[str], widths: Sequence[int]) -> str:
    """Write the rows: in a column of numbers each as it is written, else text, whatever it begins with."""
    head = [
        _cell(f"{letter}1", name, _BOLD_RIGHT if numeric else _BOLD)
        for letter, name, numeric in zip(letters, table.headings, table.numeric, strict=True)
    ]
    lines = [_row(1, head, _lines(table.headings, widths))]
    columns = list(zip(letters, table.numeric, strict=True))
    for n, row in enumerate(table.rows, start=2):
        cells = [
            _number(f"{letter}{n}", text) if numeric else _cell(f"{letter}{n}", text, _TEXT)
            for (letter, numeric), text in zip(columns, row, strict=True)
            if text
        ]
        lines.append(_row(n, cells, _lines(row, widths)))
    return "".join(lines)


def _row(number: int, cells: Iterable[str], lines: int) -> str:
    """Write a row; its height is a first guess that a program may better, for not all do it by themselves."""
    high = f' ht="{min(_LINE * lines, _HIGHEST)}"' if lines > 1 else ""
    return f'<row r="{number}"{high}>{"".join(cells)}</row>'


def _lines(row: Iterable[str], widths: Iterable[int]) -> int:
    r"""Say how many lines the tallest cell of a row takes.

    Examples
    --------
    >>> _lines(["one", "some words that wrap"], [10, 10]), _lines(["two\nlines"], [10])
    (2, 2)
    """
    return max(
        text.count("\n") + -(-len(text) // width) if len(text) > width or "\n" in text else 1
        for text, width in zip(row, widths, strict=True)
    )


def _cell(place: str, text: str, style: int) -> str:
    text = escape(_CODED.sub("_x005F_", excel_text(text)))
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _number(place: str, text: str) -> str:
    return f'<c r="{place}" s="{_NUMBER + len(text.partition(".")[2])}"><v>{text}</v></c>'


def _headline(text: str) -> str:
    """Give a text as header and footer hold it, where & begins a code."""
    return escape(text[:_HEADLINE].replace("&", "&&"))
