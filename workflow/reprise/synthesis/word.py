"""Tables as Word documents: a real table with caption, repeated header and notes, by python-docx.

What all documents of a paper have in common, styles and page, is made once; what differs is written as XML:
python-docx takes minutes for a long table, cell by cell, and its own styles are most of a document's bytes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt, RGBColor, Twips

from reprise.synthesis.printed import EPOCH, Printed, filled, fits, shares, unzipped, xml_text, zipped

# Width and height (mm), size of type (pt), and the characters that a line holds there: A4 upright, A4 turned,
# A3 turned. A character of a sans-serif face is about half its size wide, and each cell has its margins.
Paper = tuple[int, int, float, int]
PAPERS: tuple[Paper, ...] = (
    (210, 297, 9.0, 100),
    (297, 210, 8.0, 170),
    (420, 297, 8.0, 250),
    (420, 297, 7.0, 285),
)
MARGIN = Mm(18)
# What differs stands in the common parts as these words, which nothing else there holds.
_BODY_PLACE, _TITLE_PLACE = "PLACE-BODY", "PLACE-TITLE"
_REVIEW_PLACE, _SOURCE_PLACE = "PLACE-REVIEW", "PLACE-SOURCE"
# "Limit the value to 255 Unicode characters" (python-docx, of each property).
_PROPERTY = 255
_BODY, _NUMBER, _NOTE = "Table Text", "Table Number", "Table Note"
_SIGNS = re.compile(r"(?<=[._/])(?=\w)")
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
    paper = next((paper for paper in PAPERS if fits(table, paper[3])), PAPERS[-1])
    parts = dict(_common(paper))
    body = _caption_xml(table) + _table_xml(table, paper) + "".join(map(_note_xml, table.notes))
    place = f"<w:p><w:r><w:t>{_BODY_PLACE}</w:t></w:r></w:p>"
    parts["word/document.xml"] = filled(parts["word/document.xml"], {place: body})
    about = {
        _TITLE_PLACE: f"{table.label}. {table.title}",
        _REVIEW_PLACE: review,
        _SOURCE_PLACE: table.notes[-1][1],
    }
    properties = {place: escape(xml_text(text)[:_PROPERTY]) for place, text in about.items()}
    parts["docProps/core.xml"] = filled(parts["docProps/core.xml"], properties)
    return zipped(parts)


@cache
def _common(paper: Paper) -> dict[str, bytes]:
    """Make the parts of a document on some paper, with places for what differs."""
    width, height, size, _ = paper
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.orientation = WD_ORIENT.LANDSCAPE if width > height else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    _drop(document)
    _styles(document, size)
    _properties(document)
    document.add_paragraph(_BODY_PLACE)
    out = BytesIO()
    document.save(out)
    return unzipped(out.getvalue())


def _drop(document: Document) -> None:
    """Drop from the template what no table uses: a hundred styles of tables, twice, and a picture."""
    for style in [s for s in document.styles if s.type == WD_STYLE_TYPE.TABLE and s.name != "Normal Table"]:
        style.delete()
    for rels in (document.part.rels, document.part.package.rels):
        for key in [
            k for k, rel in rels.items() if rel.reltype.endswith(("/stylesWithEffects", "/thumbnail"))
        ]:
            del rels[key]


def _styles(document: Document, size: float) -> None:
    caption = document.styles["Caption"]
    caption.font.name, caption.font.size, caption.font.color.rgb = "Arial", Pt(11), RGBColor(0, 0, 0)
    caption.paragraph_format.keep_with_next = True
    for name in (_BODY, _NUMBER, _NOTE):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style, style.font.size, style.font.name = document.styles["Normal"], Pt(size), "Arial"
        style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.line_spacing = 1.0
    document.styles[_NUMBER].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.styles[_NOTE].paragraph_format.space_before = Pt(3)


def _properties(document: Document) -> None:
    """Say what the document is; its times are fixed, so that equal tables are equal bytes."""
    about = document.core_properties
    about.title, about.subject, about.comments = _TITLE_PLACE, _REVIEW_PLACE, _SOURCE_PLACE
    about.author = about.last_modified_by = "Reprise"
    about.language = "en"
    about.created = about.modified = dt.datetime(*EPOCH)


def _caption_xml(table: Printed) -> str:
    """Write "Table 3. Title", the number as a field that stays so when Word updates it."""
    code = quoteattr(f" SEQ Table \\* ARABIC \\r {table.number} ")
    return (
        f'<w:p><w:pPr><w:pStyle w:val="Caption"/></w:pPr><w:r>{_text("Table ")}</w:r>'
        f"<w:fldSimple w:instr={code}><w:r>{_text(str(table.number))}</w:r></w:fldSimple>"
        f"<w:r>{_text(f'. {table.title}')}</w:r></w:p>"
    )


def _note_xml(note: tuple[str, str]) -> str:
    told, text = note
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{_id(_NOTE)}"/></w:pPr><w:r><w:rPr><w:i/></w:rPr>{_text(f"{told}. ")}'
        f"</w:r><w:r>{_text(text)}</w:r></w:p>"
    )


def _id(style: str) -> str:
    """Give the name by which a document calls a style of ours."""
    return style.replace(" ", "")


def _table_xml(table: Printed, paper: Paper) -> str:
    width = (Mm(paper[0]) - 2 * MARGIN) / Twips(1)
    twips = [round(width * part) for part in shares(table, paper[3])]
    lines = "".join(f'<w:{side} w:val="single" w:sz="8" w:color="000000"/>' for side in ("top", "bottom"))
    about = f"{table.label}. {table.title}. {len(table.rows)} rows; columns: {', '.join(table.headings)}."
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in twips)
    names = [_id(_NUMBER if right else _BODY) for right in table.numeric]
    title = quoteattr(f"{table.label}. {table.title}")
    head = (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(twips)}" w:type="dxa"/>'
        f'<w:tblBorders>{lines}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:top w:w="20" w:type="dxa"/><w:left w:w="50" w:type="dxa"/>'
        '<w:bottom w:w="20" w:type="dxa"/><w:right w:w="50" w:type="dxa"/></w:tblCellMar>'
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
        f"{start}{rule}{style}<w:r><w:rPr><w:b/></w:rPr>{_text(_breakable(name))}</w:r></w:p></w:tc>"
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


def _breakable(heading: str) -> str:
    """Let the name of a code, which may stand as a heading, break after its signs."""
    return _SIGNS.sub("\u200b", heading)


def _text(text: str) -> str:
    """Write the text of a run; line breaks and tabs are elements of their own."""
    written = f'<w:t xml:space="preserve">{escape(xml_text(text))}</w:t>'
    for sign, element in _XML.items():
        if sign in written:
            written = written.replace(sign, f'</w:t>{element}<w:t xml:space="preserve">')
    return written
