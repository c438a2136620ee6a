"""Tables as Word documents: a real table with caption, repeated header and notes, by python-docx."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, Pt, RGBColor, Twips
from docx.text.paragraph import Paragraph

from reprise.synthesis.printed import EPOCH, Printed, fits, same_zip, shares, xml_text

# Width and height (mm), size of type (pt), and the characters that a line holds there: A4 upright, A4 turned,
# A3 turned. A character of a sans-serif face is about half its size wide, and each cell has its margins.
PAPERS = ((210, 297, 9.0, 100), (297, 210, 8.0, 170), (420, 297, 8.0, 250), (420, 297, 7.0, 285))
MARGIN = Mm(18)
PLACE = "\ue000"  # of the table: private use, which no table's caption holds
_BODY, _NUMBER = "Table Text", "Table Number"
_XML = {"\n": "<w:br/>", "\t": "<w:tab/>"}


def word(table: Printed, review: str) -> bytes:
    """Give a table as a .docx file.

    Parameters
    ----------
    table : Printed
        The table.
    review : str
        The review's title, for the document's properties.
    """
    width, height, size, room = next((paper for paper in PAPERS if fits(table, paper[3])), PAPERS[-1])
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.orientation = WD_ORIENT.LANDSCAPE if width > height else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    _styles(document, size)
    _properties(document, table, review)
    _caption(document.add_paragraph(style="Caption"), table)
    document.add_paragraph(PLACE)
    for told, text in table.notes:
        paragraph = document.add_paragraph(style=_BODY)
        paragraph.paragraph_format.space_before = Pt(3)
        paragraph.add_run(f"{told}. ").italic = True
        paragraph.add_run(xml_text(text))
    out = BytesIO()
    document.save(out)
    place = f"<w:p><w:r><w:t>{PLACE}</w:t></w:r></w:p>".encode()
    return same_zip(out.getvalue(), (place, _table_xml(table, room, Mm(width) - 2 * MARGIN).encode()))


def _styles(document: Document, size: float) -> None:
    caption = document.styles["Caption"]
    caption.font.name, caption.font.size, caption.font.color.rgb = "Arial", Pt(11), RGBColor(0, 0, 0)
    caption.paragraph_format.keep_with_next = True
    for name in (_BODY, _NUMBER):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style, style.font.size, style.font.name = document.styles["Normal"], Pt(size), "Arial"
        style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.line_spacing = 1.0
    document.styles[_NUMBER].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _properties(document: Document, table: Printed, review: str) -> None:
    """Say what the document is; its times are fixed, so that equal tables are equal bytes."""
    about = document.core_properties
    about.title, about.subject = f"{table.label}. {table.title}"[:255], xml_text(review)[:255]
    about.author = about.last_modified_by = "Reprise"
    about.comments, about.language = table.notes[-1][1][:255], "en"
    about.created = about.modified = dt.datetime(*EPOCH)


def _caption(paragraph: Paragraph, table: Printed) -> None:
    """Write "Table 3. Title", the number as a field that stays so when Word updates it."""
    paragraph.add_run("Table ")
    code = f" SEQ Table \\* ARABIC \\r {table.number} "
    field = f"<w:fldSimple {nsdecls('w')} w:instr={quoteattr(code)}><w:r><w:t>{table.number}</w:t></w:r>"
    paragraph._p.append(parse_xml(field + "</w:fldSimple>"))
    paragraph.add_run(f". {table.title}")


def _table_xml(table: Printed, room: int, width: int) -> str:
    """Write the table as XML at once: cell by cell, python-docx takes minutes for a long table."""
    twips = [round(width / Twips(1) * part) for part in shares(table, room)]
    lines = "".join(f'<w:{side} w:val="single" w:sz="8" w:color="000000"/>' for side in ("top", "bottom"))
    about = f"{table.label}. {table.title}. {len(table.rows)} rows; columns: {', '.join(table.headings)}."
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in twips)
    names = [(_NUMBER if right else _BODY).replace(" ", "") for right in table.numeric]
    title = quoteattr(f"{table.label}. {table.title}")
    head = (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(twips)}" w:type="dxa"/>'
        f'<w:tblBorders>{lines}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:top w:w="20" w:type="dxa"/><w:left w:w="40" w:type="dxa"/>'
        '<w:right w:w="40" w:type="dxa"/></w:tblCellMar>'
        '<w:tblLook w:val="0020" w:firstRow="1"/>'
        f"<w:tblCaption w:val={title}/>"
        f"<w:tblDescription w:val={quoteattr(xml_text(about))}/></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>"
    )
    sides = [
        (
            f'<w:tc><w:tcPr><w:tcW w:w="{w}" w:type="dxa"/>',
            f'</w:tcPr><w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>',
        )
        for w, style in zip(twips, names, strict=True)
    ]
    rule = '<w:tcBorders><w:bottom w:val="single" w:sz="4" w:color="000000"/></w:tcBorders>'
    header = "".join(
        f"{start}{rule}{style}<w:r><w:rPr><w:b/></w:rPr>{_text(name)}</w:r></w:p></w:tc>"
        for (start, style), name in zip(sides, table.headings, strict=True)
    )
    opened = [start + style for start, style in sides]
    rows = (f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{_cells(opened, row)}</w:tr>" for row in table.rows)
    repeated = f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{header}</w:tr>"
    return f"{head}{repeated}{''.join(rows)}</w:tbl>"


def _cells(opened: Sequence[str], row: Sequence[str]) -> str:
    return "".join(
        f"{start}<w:r>{_text(cell)}</w:r></w:p></w:tc>" if cell else f"{start}</w:p></w:tc>"
        for start, cell in zip(opened, row, strict=True)
    )


def _text(text: str) -> str:
    """Write the text of a run; line breaks and tabs are elements of their own."""
    written = f'<w:t xml:space="preserve">{escape(xml_text(text))}</w:t>'
    for sign, element in _XML.items():
        if sign in written:
            written = written.replace(sign, f'</w:t>{element}<w:t xml:space="preserve">')
    return written
