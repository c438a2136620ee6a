"""RIS exports: each dialect as a small invented file, and files cut or torn anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reprise.exports.detect import decode_export, tell_format, unpack
from reprise.exports.entries import Entry, Parsed
from reprise.exports.ris import parse
from reprise.records import COLUMNS

REAL = Path(__file__).parents[3] / "shared" / "data" / "exports"
PLAIN = """TY  - JOUR
AU  - Doe, Jane
AU  - Roe, Kim
TI  - Digital badges in invented schools
PY  - 2019
JO  - Journal of Invented Studies
SP  - 12
EP  - 19
DO  - 10.1234/inv.1
ER  -

TY  - CHAP
AU  - Poe, Lee
TI  - Stackable awards
T2  - Handbook of Nothing
PY  - 2020
ER  -
"""


def whole(text: str) -> Parsed:
    """Parse, and check that no entry got lost."""
    parsed = parse(text)
    assert parsed.counted == len(parsed.entries) + len(parsed.rejected)
    assert all(set(entry.values) <= set(COLUMNS) and "title" in entry.values for entry in parsed.entries)
    return parsed


def titles(text: str) -> list[str]:
    return [entry.values["title"] for entry in whole(text).entries]


def one(*lines: str, ty: str = "JOUR") -> Entry:
    """Parse one entry of these lines."""
    (entry,) = whole("\n".join([f"TY  - {ty}", *lines, "ER  - "])).entries
    return entry


def value(column: str, *lines: str, ty: str = "JOUR") -> str:
    return one(*lines, ty=ty).values.get(column, "")


@pytest.mark.parametrize(
    ("column", "lines", "expected"),
    [
        ("authors", ["A1  - Doe J.", "A1  - De Roe K.-L."], "Doe, J.; De Roe, K.-L."),  # Embase
        ("authors", ["AU  - J. A. Doe", "AU  - K. van Roe"], "Doe, J. A.; van Roe, K."),  # IEEE Xplore
        ("authors", ["AU  - Working Group B"], "Working Group B"),
        ("pmid", ["DB  - Embase", "C5  - 123456"], "123456"),
        ("pmid", ["DB  - Invented", "C5  - 123456"], ""),
        (
            "pmid",
            ["ID  - 123456", "L2  - http://ovidsp.ovid.com/ovidweb.cgi?T=JS&D=medp&AN=123456"],
            "123456",
        ),
        ("pages", ["M1  - 101282906", "L2  - http://ovidsp.ovid.com/ovidweb.cgi?D=medp"], ""),
        ("pages", ["M1  - 1012829"], "1012829"),
        ("pages", ["SP  - pp 278-298"], "278-298"),
        ("fulltext_url", ["L2  - http://dx.doi.org/10.1234/a"], ""),
        (
            "fulltext_url",
            ["L1  - https://a.org/f.pdf", "L2  - http://dx.doi.org/10.1234/a"],
            "https://a.org/f.pdf",
        ),
        ("fulltext_url", ["L2  - http://ovidsp.ovid.com/ovidweb.cgi?PAGE=reference&AN=1"], ""),
        ("url", ["UR  - https://a.org/x", "https://b.org/y"], "https://a.org/x"),
        ("url", ["UR  - https://a.org/x", "y?z=1"], "https://a.org/xy?z=1"),
        ("abstract", ["AB  - NA"], ""),
        ("abstract", ["AB  - <jats:p>CO<jats:sub>2</jats:sub> p < 0.05</jats:p>"], "CO2 p < 0.05"),
        ("volume", ["VL  - v. 7 issue 4"], "7"),
        ("issue", ["VL  - v. 7 issue 4"], "4"),
        ("issue", ["VL  - v. 7 issue 4", "IS  - 5"], "5"),
        ("publication_date", ["PY  - 2014", "C1  - Full publication date: Sep. 12, 2014"], "2014-09-12"),
        ("affiliations", ["PY  - 2014", "C1  - Full publication date: Sep. 12, 2014"], ""),
        ("publication_date", ["PY  - Start date: 20170812"], "2017-08-12"),
        ("year", ["PY  - Start date: 20170812"], "2017"),
    ],
)
def test_dialects_of_vendors(column: str, lines: list[str], expected: str) -> None:
    assert value(column, "TI  - T", *lines) == expected


def test_addresses_with_their_authors() -> None:
    embase = one(
        "TI  - T",
        "A1  - Doe J.",
        "A1  - Roe K.",
        "M1  - (Roe K.) Univ. of Nowhere, Madrid, Spain",
        "M1  - (Doe J., doe@a.org; Roe K.) Univ. of Nowhere, Oslo, Norway",
        "AD  - K. Roe, Univ. of Nowhere, Madrid, Spain",
    ).values
    assert embase["affiliations"] == "Univ. of Nowhere, Madrid, Spain; Univ. of Nowhere, Oslo, Norway"
    assert embase["first_author_country"] == "NO"
    ovid = one(
        "TI  - T",
        "A1  - Doe, Jane A",
        "A1  - Roe, Kim",
        "M2  - Doe, Jane A. Dept. of Nothing, Oslo, Norway. Electronic address: doe@a.org.",
        "M2  - Roe, Kim. Dept. of Nothing, Madrid, Spain.",
        "L2  - http://ovidsp.ovid.com/ovidweb.cgi?T=JS&D=medp&AN=1",
    ).values
    assert ovid["affiliations"] == "Dept. of Nothing, Oslo, Norway.; Dept. of Nothing, Madrid, Spain."
    assert ovid["first_author_country"] == "NO"


@pytest.mark.parametrize(
    ("lines", "own"),
    [
        (["U2  - L2001373149"], "L2001373149"),
        (["UR  - http://www.embase.com/search/results?subaction=viewrecord&id=L373791"], "L373791"),
        (["UR  - https://a.org/x", "https://lens.org/002-745-446-771-69X"], "002-745-446-771-69X"),
        (["ID  - 3", "DB  - other"], ""),
    ],
)
def test_own_ids_of_vendors(lines: list[str], own: str) -> None:
    assert one("TI  - T", *lines).own_id == own


BOTH = ["Digital badges in invented schools", "Stackable awards"]


def test_plain() -> None:
    parsed = whole(PLAIN)
    assert parsed.counted == 2
    first, second = parsed.entries
    assert (first.line, second.line, first.repaired, second.repaired) == (1, 12, [], [])
    assert first.values == {
        "title": BOTH[0],
        "authors": "Doe, Jane; Roe, Kim",
        "year": "2019",
        "publication_date": "2019",
        "venue": "Journal of Invented Studies",
        "pages": "12-19",
        "doi": "10.1234/inv.1",
        "type": "article",
    }
    assert (second.values["type"], second.values["venue"]) == ("book-chapter", "Handbook of Nothing")


@pytest.mark.parametrize("end", ["\r\n", "\r", "\r\r\n"])
def test_line_ends(end: str) -> None:
    assert whole(PLAIN.replace("\n", end)) == whole(PLAIN)


@pytest.mark.parametrize(
    ("torn", "told"),
    [
        (PLAIN.replace("ER  -\n\n", ""), "ER missing"),
        (PLAIN.replace("TY  - JOUR", ""), "TY missing"),
        (PLAIN.replace("TY  - JOUR", "").replace("ER  -\n\n", ""), "ER missing"),
        (PLAIN.replace("TY  - JOUR", "TY  - JOUR\nTY  - JOUR"), "TY doubled"),
        (PLAIN.replace("  - ", " - "), "spacing of the tag TY"),
        (PLAIN.replace("  - ", "- "), "spacing of the tag TY"),
        (PLAIN.replace("AU  - ", "AU- "), "spacing of the tag AU"),
        (PLAIN.replace("TY  - ", "ty  - ").replace("TI  - ", "ti  - "), "lower-case tag ty"),
        ("\ufeff" + PLAIN, "byte order mark taken off"),
        (PLAIN.replace("in invented", "in\n      invented"), "wrapped lines joined"),
        ("1.\nfrom a database\n" + PLAIN, "2 lines outside any entry left out"),
        (PLAIN.replace("EP  - 19", "EP  - 19\nLink to the text"), "lines without a tag left out"),
    ],
)
def test_torn_entries_are_mended_and_told_of(torn: str, told: str) -> None:
    parsed = whole(torn)
    assert [entry.values["title"] for entry in parsed.entries] == BOTH
    assert told in parsed.entries[0].repaired
    assert parsed.entries[0].values["authors"] == "Doe, Jane; Roe, Kim"
    assert parsed.entries[0].values["pages"] == "12-19"


def test_joined_files() -> None:
    assert titles(PLAIN + "\ufeff" + PLAIN) == BOTH * 2
    assert titles(PLAIN.rstrip() + "\n" + PLAIN.replace("\n", "\r\n")) == BOTH * 2
    assert titles(PLAIN.rstrip() + PLAIN) == titles(PLAIN.rstrip() + " \ufeff" + PLAIN) == BOTH * 2
    assert [entry.values["type"] for entry in whole(PLAIN.rstrip() + PLAIN).entries][2] == "article"
    assert titles(PLAIN + "ER  - \nER  - \n" + PLAIN) == BOTH * 2


def test_wrapped_lines_that_look_like_tags() -> None:
    entry = one("TI  - T", "AB  - it", "is - as said -", "IL - 6", "ER - positive cases")
    assert entry.values["abstract"] == "it is - as said - IL - 6 ER - positive cases"


def test_what_holds_nothing_is_rejected_and_counted() -> None:
    parsed = whole("TY  - JOUR\nER  - \n" + PLAIN)
    assert parsed.rejected == [(1, "holds nothing but its type")]
    assert len(parsed.entries) == 2


def test_nothing_at_all() -> None:
    assert whole("") == whole("no reference\nanywhere\n") == Parsed(0)


@pytest.mark.parametrize(
    ("lines", "year", "date"),
    [
        (["PY  - 2019/03/05/"], "2019", "2019-03-05"),
        (["PY  - 2019///"], "2019", "2019"),
        (["Y1  - 2019/03//"], "2019", "2019-03"),
        (["Y1  - 2019///Mar"], "2019", "2019-03"),
        (["PY  - 2019 Mar"], "2019", "2019-03"),
        (["PY  - 20190305"], "2019", "2019-03-05"),
        (["Y1  - 5 March 2019"], "2019", "2019-03-05"),
        (["Y1  - 03/05/2019"], "2019", "2019"),
        (["DA  - AUG", "PY  - 1999"], "1999", "1999-08"),
        (["DA  - MAR-APR", "PY  - 1999"], "1999", "1999"),
        (["PY  - 2019", "DA  - 2018/12/31"], "2019", "2018-12-31"),
        (["PY  - 2019", "DA  - 2019/13/45"], "2019", "2019"),
        (["PY  - nan", "DA  - ///"], "", ""),
        (["PY  - in press"], "in press", ""),
    ],
)
def test_dates(lines: list[str], year: str, date: str) -> None:
    entry = one("TI  - T", *lines)
    assert (entry.values.get("year", ""), entry.values.get("publication_date", "")) == (year, date)


@pytest.mark.parametrize(
    ("column", "lines", "expected"),
    [
        ("title", ["T1  - Ovid's"], "Ovid's"),
        ("authors", ["A1  - Doe, J"], "Doe, J"),
        ("authors", ["A2  - Editor, E"], ""),
        ("authors", ["AU  - Doe, J", "A1  - Doe, Jane", "ED  - Editor, E"], "Doe, J"),
        ("authors", ["AU  - Doe, J.; Roe, K."], "Doe, J.; Roe, K."),
        ("authors", ["AU  - Doe, J., Roe, K."], "Doe, J.; Roe, K."),
        ("authors", ["AU  - Jane Doe", "AU  - [Anonymous]"], "Jane Doe"),
        ("venue", ["JA  - J Inv", "JF  - Journal of Inventions"], "Journal of Inventions"),
        ("venue", ["JO  - J. Inv.", "T2  - Journal of Inventions"], "Journal of Inventions"),
        ("venue", ["JO  - Journal of Inventions", "T2  - A title in English"], "Journal of Inventions"),
        ("venue", ["J2  - J Inv", "PB  - Nobody Press"], "J Inv"),
        ("issn", ["SN  - 12345678 (ISSN); 9781234567897 (ISBN)"], "1234-5678"),
        ("issn", ["SN  - 978-1-2345-6789-7"], ""),
        ("issn", ["SN  - 1234-567x, 1234-567x"], "1234-567X"),
        ("pages", ["SP  - 12-19"], "12-19"),
        ("pages", ["SP  - 12\u201319", "EP  - nan"], "12-19"),
        ("pages", ["SP  - No", "EP  - Specified"], ""),
        ("pages", ["C7  - e70655"], "e70655"),
        ("pages", ["AR  - 77"], "77"),
        ("pages", ["M1  - 104512"], "104512"),
        ("pages", ["M1  - 3"], ""),
        ("doi", ["DO  - https://doi.org/10.1234/ABC"], "10.1234/abc"),
        ("doi", ["M3  - doi: 10.1234/abc"], "10.1234/abc"),
        ("doi", ["UR  - https://example.org/r?eid=2&doi=10.1234%2fabc&key=4"], "10.1234/abc"),
        ("doi", ["UR  - https://example.org/doi/10.1234/abc/full"], "10.1234/abc"),
        ("doi", ["L3  - 10.1234/abc"], "10.1234/abc"),
        ("doi", ["LK  - https://doi.org/10.1234/abc"], "10.1234/abc"),
        ("doi", ["DO  - 10.1234/", "abc.def"], "10.1234/abc.def"),
        ("doi", ["N1  - Cited By: 3; DOI: 10.1234/abc"], "10.1234/abc"),
        ("doi", ["N1  - Comment on doi: 10.1234/other"], ""),
        ("doi", ["M1  - Poe (2001). A cited work. doi: 10.1234/other"], ""),
        ("doi", ["DO  - unknown"], "unknown"),
        ("pmid", ["AN  - 12345678", "DB  - PubMed"], "12345678"),
        ("pmid", ["AN  - 12345678", "DB  - Invented Index"], ""),
        ("pmid", ["C2  - 12345678", "DB  - Scopus"], "12345678"),
        ("pmid", ["C2  - 12345678"], ""),
        ("pmid", ["N1  - PMID: 123456"], "123456"),
        ("type", ["M3  - Review"], "review"),
        ("type", ["M3  - 10.1234/review.1"], "article"),
        ("type", ["M3  - Health Reports & News [3360]"], "article"),
        ("type", ["DT  - Editorial Material"], "editorial"),
        ("language", ["LA  - English"], "en"),
        ("language", ["LA  - eng"], "en"),
        ("language", ["LA  - Nonsense"], "Nonsense"),
        ("abstract", ["N2  - Why."], "Why."),
        ("abstract", ["AB  - Why.", "AB  - Copyright of J Inv is somebody's."], "Why."),
        ("abstract", ["AB  - Why.", "", "   How."], "Why. How."),
        ("keywords", ["KW  - a; b", "KW  - c", "d"], "a; b; c; d"),
        ("affiliations", ["C1  - [Doe, J.; Roe, K.] Univ Nowhere, Town, Land"], "Univ Nowhere, Town, Land"),
        ("affiliations", ["C1  - my own mark"], ""),
        ("affiliations", ["AD  - Univ A, Land", "AD  - Univ B, Land"], "Univ A, Land; Univ B, Land"),
        ("url", ["UR  - local.pdf", "UR  - http://a.example/1;http://b.example"], "http://a.example/1"),
        ("fulltext_url", ["L1  - internal-pdf://1.pdf", "L2  - https://a.example/f"], "https://a.example/f"),
        ("fulltext_url", ["L2  - http://lib.example/?url_ver=Z39.88-2004&genre=article"], ""),
        ("peer_reviewed", ["N1  - Peer reviewed: Yes"], "true"),
        ("peer_reviewed", ["N1  - Refereed: No"], "false"),
        ("peer_reviewed", ["N1  - Source type: Scholarly Journals"], ""),
        ("note", ["N1  - Peer reviewed: Yes"], "Peer reviewed: Yes"),
        ("note", ["N1  - Cited By: 3"], ""),
        ("retracted", ["M3  - Retracted"], "true"),
    ],
)
def test_columns(column: str, lines: list[str], expected: str) -> None:
    assert value(column, *([] if column == "title" else ["TI  - T"]), *lines) == expected


def test_whole_books_have_their_title_in_bt_and_a_publisher() -> None:
    entry = one("BT  - The Whole Book", "PB  - Nobody Press", ty="BOOK")
    assert [entry.values[c] for c in ("title", "venue", "type")] == ["The Whole Book", "Nobody Press", "book"]


@pytest.mark.parametrize(
    ("ty", "kind"), [("THES", "dissertation"), ("CPAPER", "conference-paper"), ("GEN", "")]
)
def test_types_of_reference(ty: str, kind: str) -> None:
    assert value("type", "TI  - T", ty=ty) == kind


@pytest.mark.parametrize(
    ("lines", "own"),
    [
        (["AN  - WOS:000000000000001"], "WOS:000000000000001"),
        (["AN  - 2214; 51"], "2214"),
        (["ID  - 2019-00000-001"], "2019-00000-001"),
        (["ID  - 895"], ""),
        (["ID  - Doe2019a"], ""),
        (["ID  - Johnsonville2019"], ""),
        (["ID  - 895", "DB  - Invented Index"], "895"),
        (["UR  - https://example.org/r?eid=2-s2.0-8500000001&x=1"], "2-s2.0-8500000001"),
        (["N1  - Accession Number: 123456; Doe, J"], "123456"),
    ],
)
def test_own_id(lines: list[str], own: str) -> None:
    assert one("TI  - T", *lines).own_id == own


def test_a_line_of_ten_megabytes() -> None:
    entry = one("TI  - T", "N2  - " + "[10.1234/" * 1_200_000, "DO  - 10.1234/abc")
    assert entry.values["doi"] == "10.1234/abc" and "abstract" not in entry.values
    assert entry.repaired == ["N2 of more than 1,000,000 characters left out"]


MIXED = (
    PLAIN
    + "2.\nty  - THES\nT1 - On nothing\nA1- Moe, M\nKW  - a\nb\nAB  - wrapped\n  text\n\n"
    + "TI  - No type\nER  - TY  - JOUR\nTI  - Joined\nER  -\n"
)


@given(st.integers(0, len(MIXED)), st.booleans())
def test_cut_anywhere(at: int, first: bool) -> None:
    whole(MIXED[:at] if first else MIXED[at:])


@given(st.sets(st.integers(0, MIXED.count("\n"))))
def test_lines_dropped(gone: set[int]) -> None:
    parsed = whole("\n".join(line for i, line in enumerate(MIXED.split("\n")) if i not in gone))
    assert all(entry.line > 0 for entry in parsed.entries)


@given(
    st.lists(
        st.sampled_from([*MIXED.split("\n"), "TY  - ", "ER", "TY -", "ER  - x", "AB  -", "\ufeffTY  - JOUR"])
    )
)
def test_lines_in_any_order(lines: list[str]) -> None:
    whole("\n".join(lines))


@given(st.text())
def test_any_text(text: str) -> None:
    whole(text)
    whole("TY  - JOUR\nTI  - " + text)


@given(st.sampled_from(["PY", "DA", "DO", "UR", "SP", "SN", "LA", "M3", "AU", "N1", "AD"]), st.text())
def test_any_value(tag: str, text: str) -> None:
    whole(f"TY  - JOUR\nTI  - T\n{tag}  - {text}\nER  - \n")


def test_real_files() -> None:
    if not REAL.is_dir():
        pytest.skip(f"no real exports in {REAL}")
    seen = 0
    for path in sorted(REAL.iterdir()):
        data = unpack(path.read_bytes(), path.name)
        if tell_format(data) != "ris":
            continue
        seen += 1
        text, _ = decode_export(data, path.name)
        parsed = whole(text)
        assert parsed.counted == text.count("TY  - ") and not parsed.rejected
        for column in ("title", "authors", "year", "venue", "type"):
            assert all(entry.values.get(column) for entry in parsed.entries), (path.name, column)
    assert seen
