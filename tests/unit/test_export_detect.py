"""What an export file is: told by its content, unpacked within bounds, decoded from any encoding."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reprise.exports import bibtex, ris, tagged
from reprise.exports.detect import decode_export, refuse_joined, tell_format, unpack
from reprise.exports.entries import Parsed
from reprise.mistakes import Mistake

REAL = Path(__file__).parents[3] / "shared" / "data" / "exports"
ENDNOTE = (
    '<?xml version="1.0"?><xml><records><record><rec-number>1</rec-number><ref-type>17</ref-type></record>'
    "</records></xml>"
)


def packed(**names: str) -> bytes:
    """Make a zip of these files, `__` standing for a folder."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in names.items():
            archive.writestr(name.replace("__", "/"), text)
    return out.getvalue()


FILES: dict[str, list[str]] = {
    "ris": [
        "TY  - JOUR\nTI  - T\nER  - \n",
        "1.\njunk, with a comma\nTY - JOUR\n",
        "ty  - JOUR\n",
        "TI  - T\nAU  - Doe, J\nPY  - 2019\n",
        "TY  - JOUR\nAB  - As in\n@article{it,\n",
    ],
    "bibtex": ["@article{doe2019,\n title = {T}\n}\n", "% by hand\n\n@Book(doe,\n title = {T})\n"],
    "nbib": ["PMID- 123\nOWN - NLM\nTI  - T\n", "\n\nPMID- 123\nTI  - T\nAU  - Doe J\nAB  - A\n"],
    "wos": [
        "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Doe, J\n",
        "PT J\nAU Doe, J\nTI T\nER\n",
    ],
    "endnote": [ENDNOTE],
    "csl-json": [
        json.dumps([{"id": "1", "type": "article-journal", "title": "T"}]),
        json.dumps({"items": [{"id": "1", "title": "T"}]}),
    ],
    "table": [
        "Title,Year\nT,2019\n",
        '"Authors";"Title";"DOI"\n',
        "title\tyear\nT\t2019\n",
        'Title,Abstract\n"T","@misc{x,"\n',
        "index_id,name,where\n1,2,3\n",
    ],
    "": [
        "",
        "\n\n",
        "Dear all,\nplease find it here.\n",
        "<html><body>Sign in</body></html>",
        '{"error": 1}',
    ],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in FILES.items() for text in texts])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_tells(name: str, text: str, codec: str) -> None:
    assert tell_format(text.encode(codec)) == name
    assert tell_format(text.replace("\n", "\r\n").encode(codec)) == name
    assert tell_format(text.replace("\n", "\r").encode(codec)) == name


def test_tells_workbooks_from_other_zips() -> None:
    assert tell_format(packed(xl__workbook_xml="<workbook/>")) == "xlsx"
    assert tell_format(packed(mine_ris="TY  - JOUR")) == ""
    assert tell_format(b"PK\x03\x04 broken") == ""


@given(st.binary())
def test_tells_of_any_bytes(data: bytes) -> None:
    assert tell_format(data) in FILES or tell_format(data) == "xlsx"


def test_unpack() -> None:
    text = FILES["ris"][0].encode()
    assert unpack(text) == text
    assert unpack(gzip.compress(text, mtime=0) + gzip.compress(text)) == text * 2
    workbook = packed(xl__workbook_xml="<workbook/>")
    assert unpack(workbook) == workbook


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (gzip.compress(b"x" * 1001, mtime=0), "unpacks to more than 1,000 bytes"),
        (gzip.compress(b"some text", mtime=0)[:-9], "is damaged"),
        (b"\x1f\x8b\x08" + b"nonsense" * 4, "is damaged"),
        (packed(mine_ris="TY  - JOUR"), "is a zip file and no Excel workbook"),
        (b"PK\x03\x04 broken", "is a zip file and no Excel workbook"),
    ],
)
def test_unpack_refuses(data: bytes, said: str) -> None:
    with pytest.raises(Mistake) as caught:
        unpack(data, "mine", limit=1000)
    (line,) = caught.value.lines
    assert line.startswith("mine: ") and said in line


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        ("é".encode(), "é", "UTF-8"),
        ("é".encode("utf-8-sig"), "é", "UTF-8"),
        ("é – ł\n".encode("utf-16"), "é – ł\n", "UTF-16"),
        ("Doe, é\n".encode("utf-16-le"), "Doe, é\n", "UTF-16"),
        ("Doe, é\n".encode("utf-16-be"), "Doe, é\n", "UTF-16"),
        ("Doe, é\n".encode("utf-16")[:-1], "Doe, é", "UTF-16"),
        ("“é”".encode("cp1252"), "“é”", "Windows-1252"),
        (b"caf\xe9 \x81", "café ", "Latin-1"),
        ("“é”\r\n".encode() + "“é”".encode("cp1252"), "“é”\r\n“é”", "UTF-8 and Windows-1252"),
        ("é\r".encode() + "é\r".encode("cp1252"), "é\ré\r", "UTF-8 and Windows-1252"),
        (b"a\x00\x0b\x1fb\tc\r\n\x7f\xc2\x9f", "ab\tc\r\n", "UTF-8"),
        ("a\n\ufeffb".encode("utf-8-sig"), "a\nb", "UTF-8"),
        (b"", "", "UTF-8"),
    ],
)
def test_decode(data: bytes, text: str, encoding: str) -> None:
    assert decode_export(data, "mine") == (text, encoding)


def test_what_begins_as_utf16_and_is_not() -> None:
    with pytest.raises(Mistake, match=r"mine: looks like UTF-16"):
        decode_export(b"\xff\xfe\x00\xdc\x00\xdc", "mine")


@given(st.binary())
def test_decodes_or_says_one_line(data: bytes) -> None:
    try:
        text, encoding = decode_export(data, "mine")
    except Mistake as mistake:
        assert len(mistake.lines) == 1
    else:
        assert encoding and not any(c < " " and c not in "\t\n\r" for c in text)


def test_real_files() -> None:
    if not REAL.is_dir():
        pytest.skip(f"no real exports in {REAL}")
    ends = {".bib": "bibtex", ".nbib": "nbib", ".csv": "table", ".ciw": "wos", ".xml": "endnote"}
    for path in sorted(REAL.iterdir()):
        told = tell_format(unpack(path.read_bytes(), path.name))
        end = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
        expected = ends.get(end) or ("wos" if path.name.startswith("wos") else "")
        assert told == (expected or ("nbib" if path.name.startswith("pubmed") else "ris")), path.name


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \n", "is empty"),
        (b"%PDF-1.7\nTY  - JOUR\n", "is a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Word or Excel"),
        (b"{\\rtf1 TY  - JOUR}", "RTF"),
        (b"SQLite format 3\x00\x00", "reference manager"),
        (
            b"\n<!DOCTYPE html><html><head><title>Session\n over</title>",
            'web page, no export, titled "Session over"',
        ),
    ],
)
def test_what_is_no_export_is_named(data: bytes, what: str) -> None:
    for packed in (data, gzip.compress(data)):
        with pytest.raises(Mistake) as caught:
            unpack(packed, "x.ris")
        assert len(caught.value.lines) == 1
        assert what in caught.value.lines[0]


JOINED = {
    "ris": "TY  - JOUR\nTI  - A\nER  - \n",
    "nbib": "PMID- 1\nTI  - A\n",
    "wos": "PT J\nTI A\nER\n",
    "bibtex": "@article{a,\n title = {A}}\n",
}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("second", JOINED)
@pytest.mark.parametrize("first", JOINED)
def test_two_formats_in_one_file_stop_it(first: str, second: str, end: str) -> None:
    text = (JOINED[first] + "\n" + JOINED[second]).replace("\n", end)
    if first == second:
        refuse_joined(text, first)
        return
    with pytest.raises(Mistake, match=f"line {JOINED[first].count(chr(10)) + 2}: .*one file per format"):
        refuse_joined(text, first)


@pytest.mark.parametrize("parse", [ris.parse, tagged.parse_nbib, tagged.parse_wos, bibtex.parse])
def test_each_parser_looks_for_other_formats(parse: Callable[[str], Parsed]) -> None:
    with pytest.raises(Mistake, match="one file per format"):
        parse("\n".join(JOINED.values()))
