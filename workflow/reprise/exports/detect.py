"""What an export file is: unpacked, told by its content alone, and decoded."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zipfile
import zlib

from reprise.mistakes import Mistake

# A gz of a few kilobytes can unpack to terabytes; the largest export a database hands out is far smaller.
UNPACKED_LIMIT = 500_000_000
# As far as is looked for what a file is; junk before the first entry may be long, but not so long.
_LOOK = 4_000_000

_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff]")

# What only one format begins a line with; the first in the file tells.
_TYPE_LINE = r"^[ \t\ufeff]{0,4}TY[ \t\xa0]{0,4}[-\u2010-\u2014](?:[ \t\xa0]{1,4}\w{2,12})?[ \t]{0,4}$"
_MARKS = (
    ("ris", re.compile(_TYPE_LINE, re.M | re.I)),
    ("nbib", re.compile(r"^PMID[ ]{0,2}-[ ]{1,2}\d{0,9}[ \t]{0,4}$", re.M)),
    ("wos", re.compile(r"^\ufeff?(?:FN (?:Clarivate|Thomson|ISI|Web of)|PT [A-Z][ \t]{0,4}$)", re.M)),
    ("bibtex", re.compile(r"^[ \t]{0,8}@[A-Za-z]{3,30}[ \t]{0,4}[{(]", re.M)),
)  # fmt: skip
_RIS_LINE = re.compile(r"^(?:T1|TI|AU|A1|PY|Y1|JO|JF|T2|AB|N2|DO|ER) {0,2}- ?", re.M)
# A whole beginning of an entry, two lines of it, as no abstract holds it by chance; what each is called.
_BEGINNINGS = {
    "ris": ("RIS", re.compile(r"^TY  - [A-Z]{3,7}[ \t]*(?:\r\n?|\n)[A-Z][A-Z0-9]  - ", re.M)),
    "nbib": ("PubMed", re.compile(r"^PMID- \d{1,9}[ \t]*(?:\r\n?|\n)[A-Z]{2,4} *- ", re.M)),
    "wos": ("Web of Science", re.compile(r"^PT [A-Z][ \t]*(?:\r\n?|\n)(?:AU|BA|BE|CA|TI) \S", re.M)),
    "bibtex": (
        "BibTeX",
        re.compile(
            r"^@(?:article|book|in\w{5,13}|misc)\{[^\s,{}]{0,200},?\s{0,9}\w{4,20}\s{0,9}=", re.M | re.I
        ),
    ),
}
# What people save in place of an export -> how it begins. An Office file before 2007 is an OLE container.
_NO_EXPORTS = (
    (re.compile(rb"%PDF-"), "is a PDF"),
    (re.compile(rb"\xd0\xcf\x11\xe0"), "is an old Word or Excel file; save a table as .xlsx or .csv"),
    (re.compile(rb"\{\\rtf"), "is a text with formatting (RTF)"),
    (re.compile(rb"SQLite format 3\x00"), "is a database of a reference manager, no export"),
    (
        re.compile(rb"(?i)<!doctype html|<html[\s>]"),
        "is a web page, no export",
    ),
)
_PAGE_TITLE = re.compile(rb"(?is)<title[^>]{0,200}>([^<]{1,200})")
_HEADING = re.compile(
    r"(?:item |article |document |original )?title|authors?|year|doi|abstract|pmid|publication year"
    r"|source title|display_name|issn|publication[ _]date|journal(?:/book)?|date published|publication title",
    re.I,
)


def unpack(data: bytes, file: str = "the file", limit: int = UNPACKED_LIMIT) -> bytes:
    """Unpack what is packed with gzip; a workbook, a zip too, stays as it is.

    Parameters
    ----------
    data : bytes
        The file.
    file : str
        Its name, for messages.
    limit : int
        How many bytes may come out.

    Raises
    ------
    Mistake
        Where too much comes out, the file is damaged, or it is a zip that is no workbook.
    """
    if data.startswith(_ZIP) and not _is_workbook(data):
        raise Mistake(f"{file}: is a zip file and no Excel workbook; unpack it and give the files in it")
    if not data.startswith(_GZIP):
        _refuse(data, file)
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            unpacked = packed.read(limit + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise Mistake(f"{file}: the gz file is damaged ({error}); copy it once more") from None
    if len(unpacked) > limit:
        raise Mistake(f"{file}: unpacks to more than {limit:,} bytes; part it into smaller files")
    _refuse(unpacked, file)
    return unpacked


def _refuse(data: bytes, file: str) -> None:
    """Say in one line what a file is that is no export at all."""
    head = data[:4096].removeprefix(codecs.BOM_UTF8).lstrip()
    if not head and len(data) < 4096:
        raise Mistake(f"{file}: is empty; export it again")
    for begins, what in _NO_EXPORTS:
        if begins.match(head):
            title = _PAGE_TITLE.search(head) if b"<" in head[:1] else None
            named = " ".join(title[1].decode("utf-8", "replace").split()) if title else ""
            titled = f', titled "{named}"' if named else ""
            raise Mistake(f"{file}: {what}{titled}; export the references again")


def refuse_joined(text: str, own: str) -> None:
    r"""Stop where another format begins in a file: its entries would be lost in silence.

    Raises
    ------
    Mistake
        With the line where the other begins.

    Examples
    --------
    >>> refuse_joined("PMID- 1\nTI  - A\n\nTY  - JOUR\nTI  - B\nER  - \n", "nbib")
    Traceback (most recent call last):
    reprise.mistakes.Mistake: line 4: RIS begins here in a file of PubMed; part it into one file per format
    """
    lines = text.replace("\r", "\n") if "\r" in text and "\n" not in text else text
    found = [
        (mark.start(), name)
        for other, (name, pattern) in _BEGINNINGS.items()
        if other != own and (mark := pattern.search(lines))
    ]
    if found:
        at, name = min(found)
        line = len(re.findall(r"\r\n?|\n", text[:at])) + 1
        whose = _BEGINNINGS[own][0]
        raise Mistake(
            f"line {line}: {name} begins here in a file of {whose}; part it into one file per format"
        )


def _is_workbook(data: bytes) -> bool:
    """Whether a zip holds an Excel workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return any(name.startswith("xl/workbook") for name in packed.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False


def tell_format(data: bytes) -> str:
    r"""Tell the format of an unpacked file by its content, never by its name.

    Returns
    -------
    str
        "ris", "bibtex", "nbib", "wos", "endnote", "csl-json", "xlsx", "table", or "" where it is none.

    Examples
    --------
    >>> tell_format(b"TY  - JOUR\n"), tell_format(b"PMID- 1\n"), tell_format(b"Title,Year\na,2019\n")
    ('ris', 'nbib', 'table')
    """
    if data.startswith(_ZIP):
        return "xlsx" if _is_workbook(data) else ""
    try:
        text, _ = decode_export(data[:_LOOK], "")
    except Mistake:
        return ""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    start = text[:4096].lstrip()
    if start.startswith("<"):
        return (
            "endnote"
            if "<record" in text and any(tag in text for tag in ("<ref-type", "<rec-number", "<titles>"))
            else ""
        )
    lines = [line for line in text[:100_000].split("\n") if line.strip()][:2]
    heads = [h.strip().strip('"') for h in re.split(r"[,;\t]", lines[0])] if lines else []
    if sum(bool(_HEADING.fullmatch(h)) for h in heads) > 1:
        return "table"
    if start.startswith(("[", "{")) and re.search(
        r'"(?:title|DOI|issued|container-title|type)"\s{0,9}:', text
    ):
        return "csl-json"
    found = [(mark.start(), name) for name, pattern in _MARKS if (mark := pattern.search(text))]
    if found:
        return min(found)[1]
    tags = {m.group()[:2] for m in _RIS_LINE.finditer(text)}
    if len(tags) > 2:
        return "ris"
    commas = [max(line.count(sign) for sign in ",;\t") for line in lines]
    same = len(lines) == 2 and any(lines[0].count(s) == lines[1].count(s) > 0 for s in ",;\t")
    return "table" if same and min(commas) > 1 else ""


def decode_export(data: bytes, file: str) -> tuple[str, str]:
    r"""Decode a file of any encoding that exports come in, and drop control characters.

    Line breaks (also carriage returns) and tabs stay. A file joined of two is decoded line by line.

    Returns
    -------
    text, encoding : str

    Raises
    ------
    Mistake
        Where it is no text.

    Examples
    --------
    >>> decode_export("é\n".encode() + "é".encode("cp1252"), "joined.ris")
    ('é\né', 'UTF-8 and Windows-1252')
    """
    text, encoding = _decode(data, file)
    return (_CONTROL.sub("", text) if _CONTROL.search(text) else text), encoding


def _decode(data: bytes, file: str) -> tuple[str, str]:
    codec = _utf16(data)
    if codec:
        try:
            # a file cut in the middle of a character loses that character alone
            return codecs.getincrementaldecoder(codec)().decode(data), "UTF-16"
        except UnicodeDecodeError:
            raise Mistake(f"{file}: looks like UTF-16 and isn't; save it as UTF-8") from None
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        pass
    lines: list[str] = []
    used: set[str] = set()
    for line in data.splitlines(keepends=True):
        for codec, name in (("utf-8", "UTF-8"), ("cp1252", "Windows-1252"), ("latin-1", "Latin-1")):
            try:
                lines.append(line.decode(codec))
            except UnicodeDecodeError:
                continue
            if not line.isascii():
                used.add(name)
            break
    return "".join(lines), " and ".join(n for n in ("UTF-8", "Windows-1252", "Latin-1") if n in used)


def _utf16(data: bytes) -> str:
    """Name the codec of UTF-16 text, told by its mark, or else by where the zero bytes stand."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = data[:4096]
    even, odd, half = sample[::2].count(0), sample[1::2].count(0), len(sample) / 2
    # Latin text has every other byte zero; 8-bit text has none, a binary file has them in both places
    if half >= 2 and max(even, odd) > 0.4 * half and min(even, odd) < 0.1 * half:
        return "utf-16-le" if odd > even else "utf-16-be"
    return ""
