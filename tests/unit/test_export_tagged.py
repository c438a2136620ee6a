"""PubMed's nbib and the Web of Science's tagged text: each trap as a small file, then damage at random."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reprise.exports.entries import Entry, Parsed
from reprise.exports.tagged import parse_nbib, parse_wos
from reprise.mistakes import Mistake

EXPORTS = Path(__file__).parents[3] / "shared" / "data" / "exports"
Parse = Callable[[str], Parsed]

NBIB = """
PMID- 101
OWN - NLM
IS  - 1234-5678 (Print)
IS  - 2345-678X (Electronic)
IS  - 2345-678X (Linking)
VI  - 7
IP  - 2
DP  - 2019 Mar-Apr
TI  - Badges in rural schools: a study of what teachers
      say of them.
PG  - 123-9
LID - S0000-1(19)2 [pii]
LID - 10.1000/ABC.1 [doi]
AB  - First line
      and second.
FAU - Doe, Jane A
AU  - Doe JA
AUID- ORCID: 0
AD  - Department of Learning, University of Oslo, Oslo, Norway.
FAU - Roe, Richard
AU  - Roe R
AD  - University of Toronto, Toronto, Ontario, Canada.
LA  - eng
PT  - Journal Article
PT  - Systematic Review
DEP - 20181130
JT  - Journal of invented studies
TA  - J Inv Stud
PMC - PMC777
MH  - Education/*methods
OT  - badges; trust
AID - 10.1000/abc.1 [doi]

PMID- 102
DP  - 2020 Winter
TI  - Second.
AU  - Poe E Jr
LA  - eng
LA  - fre
PT  - Retracted Publication
PT  - Case Reports
SO  - J Inv Stud. 2020;8:1. doi: 10.1000/def.2. Epub 2020.
"""
WOS = """\ufeffFN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Doe, JA
   Roe, R
AF Doe, Jane A.
   Roe, Richard
TI Badges in rural
   schools
SO JOURNAL OF INVENTED STUDIES
LA English
DT Article; Proceedings Paper
DE badges; trust
ID RURAL
AB What teachers say.
C1 [Roe, Richard] Univ Toronto, Toronto, ON, Canada.
   [Doe, Jane A.; Roe, Richard] Univ Oslo, Dept Learning, Oslo,
   Norway.
RP Roe, R (corresponding author), Univ Toronto, Toronto, ON, Canada.
SN 1234-5678
EI 2345-678X
PD MAR 15
PY 2019
VL 7
IS 2
BP 123
EP 129
DI 10.1000/ABC.1
PM 101
OA Green Published, gold
UT WOS:1
ER

PT J
AU Poe, E
TI Second
SO BMC INVENTED
DT Article; Retracted Publication; Early Access
EA DEC 2019
PY 2020
AR ARTN 17
UT WOS:2
ER

EF
"""


def _balanced(parsed: Parsed) -> list[Entry]:
    assert parsed.counted == len(parsed.entries) + len(parsed.rejected)
    return parsed.entries


def test_nbib_fields() -> None:
    first, second = _balanced(parse_nbib(NBIB))
    assert (first.line, first.own_id, first.repaired) == (2, "101", [])
    expected = {
        "title": "Badges in rural schools: a study of what teachers say of them.",
        "authors": "Doe, Jane A; Roe, Richard",
        "year": "2019",
        "publication_date": "2019",
        "venue": "Journal of invented studies",
        "issn": "1234-5678; 2345-678X",
        "pages": "123-9",
        "doi": "10.1000/abc.1",
        "type": "review",
        "language": "en",
        "abstract": "First line and second.",
        "keywords": "Education/methods; badges, trust",
        "fulltext_url": "https://pmc.ncbi.nlm.nih.gov/articles/PMC777/",
        "first_author_country": "NO",
        "note": "published online 2018-11-30",
    }
    assert {c: first.values.get(c) for c in expected} == expected
    assert "retracted" not in first.values
    expected = {
        "authors": "Poe, E Jr",
        "publication_date": "2020",
        "doi": "10.1000/def.2",
        "retracted": "true",
        "type": "article",
    }
    assert {c: second.values.get(c) for c in expected} == expected
    assert "language" not in second.values, "two languages are none"
    assert "first_author_country" not in second.values


def test_wos_fields() -> None:
    first, second = _balanced(parse_wos(WOS))
    assert (first.line, first.own_id, first.repaired) == (3, "WOS:1", [])
    expected = {
        "title": "Badges in rural schools",
        "authors": "Doe, Jane A.; Roe, Richard",
        "year": "2019",
        "publication_date": "2019-03-15",
        "venue": "JOURNAL OF INVENTED STUDIES",
        "issn": "1234-5678; 2345-678X",
        "pages": "123-129",
        "doi": "10.1000/abc.1",
        "pmid": "101",
        "type": "conference-paper",
        "language": "en",
        "keywords": "badges; trust; RURAL",
        "open_access": "gold",
        "first_author_country": "NO",
        "affiliations": "Univ Toronto, Toronto, ON, Canada.; Univ Oslo, Dept Learning, Oslo, Norway.",
    }
    assert {c: first.values.get(c) for c in expected} == expected
    expected = {
        "retracted": "true",
        "type": "article",
        "pages": "17",
        "year": "2020",
        "note": "early access 2019-12",
    }
    assert {c: second.values.get(c) for c in expected} == expected
    assert "open_access" not in second.values, "nothing said is not closed"


@pytest.mark.parametrize(
    ("c1", "country"),
    [
        ("[Roe, R] Univ Oslo, Oslo, Norway.", None),
        ("Univ Oslo, Oslo, Norway.", None),
        ("[Doe, J] Univ Oslo, Oslo, Norway.\n   [Doe, J] Univ Toronto, Toronto, ON, Canada.", None),
        ("[Doe, J; Roe, R] Univ Oslo, Oslo, Norway.", "NO"),
        ("[Doe, J Univ Oslo, Oslo, Norway.", None),
    ],
)
def test_wos_country_only_where_the_brackets_name_the_first_author(c1: str, country: str | None) -> None:
    (entry,) = _balanced(parse_wos(f"PT J\nAU Doe, J\n   Roe, R\nTI A\nC1 {c1}\nER\n"))
    assert entry.values.get("first_author_country") == country


def test_nbib_country_is_none_of_a_later_author() -> None:
    (entry,) = _balanced(
        parse_nbib(
            "PMID- 1\nTI  - A\nFAU - Doe, J\nAU  - Doe J\nFAU - Roe, R\nAU  - Roe R\nAD  - Oslo, Norway.\n"
        )
    )
    assert "first_author_country" not in entry.values
    assert entry.values["affiliations"] == "Oslo, Norway."


def test_wos_types_where_none_is_stated() -> None:
    text = "PT J\nTI A\nER\nPT S\nTI B\nCT 3rd Conference\nER\nPT P\nTI C\nER\n"
    text += "PT J\nTI D\nDT Retracted Publication\nER"
    types = [entry.values.get("type") for entry in _balanced(parse_wos(text))]
    assert types == [None, "conference-paper", "other", None]


def test_wos_early_access_alone_dates_a_work() -> None:
    for early in ("EA JAN\nEY 2019", "EA JAN 2019"):
        (entry,) = _balanced(parse_wos(f"PT J\nTI A\n{early}\nER\n"))
        assert (entry.values["year"], entry.values["publication_date"]) == ("2019", "2019-01")


def test_wos_one_author_needs_no_brackets() -> None:
    (entry,) = _balanced(parse_wos("PT J\nAU Doe, J\nTI A\nC1 Univ Oslo, Oslo, Norway.\nER\n"))
    assert entry.values["first_author_country"] == "NO"


def test_wos_missing_ends_and_beginnings() -> None:
    text = "FN Clarivate\nVR 1.0\nPT J\nTI A\nPT J\nTI B\nEF\n"
    text += "\ufeffFN Clarivate\nVR 1.0\nAU X\nTI C\nER\nPT J\nTI D"
    entries = _balanced(parse_wos(text))
    assert [e.values["title"] for e in entries] == ["A", "B", "C", "D"]
    assert [e.line for e in entries] == [3, 5, 10, 13]
    told = ["no ER", "no ER", "no PT", "end of the file"]
    assert all(word in " ".join(entry.repaired) for word, entry in zip(told, entries, strict=True))


def test_nbib_missing_beginning_and_empty_line() -> None:
    text = "PMID- 1\nTI  - A\n\nDP  - 2020\nJT  - J\n\nOWN - NLM\nTI  - B\n"
    first, second = _balanced(parse_nbib(text))
    assert (first.values["year"], first.values["venue"]) == ("2020", "J")
    assert "empty line before line 4" in first.repaired[0]
    assert (second.line, second.own_id, second.repaired) == (7, "", ["has no PMID- line"])


def test_lines_without_tag_are_kept_and_told() -> None:
    (entry,) = _balanced(parse_nbib("a letter\nPMID- 1\nTI  - A\ntitle\n"))
    assert entry.values["title"] == "A title"
    assert entry.repaired == [
        "line 1 left out: outside of any entry",
        "line 4 without a tag: read with what stands before",
    ]
    (entry,) = _balanced(parse_wos("PT J\nTI A\ntitle\nER\nstray\nEF\n"))
    assert entry.values["title"] == "A title"
    assert [text.split()[1] for text in entry.repaired] == ["5", "3"]


def test_an_entry_of_nothing_is_rejected() -> None:
    assert [line for line, _ in parse_nbib("PMID- 1\n\nPMID- 2\nTI  - A\n").rejected] == [1]
    assert [line for line, _ in parse_wos("PT J\nER\nPT J\nTI A\nER\n").rejected] == [1]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r\r\n", "\r"])
@pytest.mark.parametrize(("parse", "text"), [(parse_nbib, NBIB), (parse_wos, WOS)])
def test_line_ends_change_nothing(parse: Parse, text: str, newline: str) -> None:
    assert parse(text.replace("\n", newline)) == parse(text)


@pytest.mark.parametrize("parse", [parse_nbib, parse_wos])
@pytest.mark.parametrize("text", ["", "\ufeff", "\n\n", "no export at all", "\x00" * 9])
def test_what_is_no_export_holds_nothing(parse: Parse, text: str) -> None:
    assert parse(text) == Parsed(0)


def test_much_in_one_line_or_in_many() -> None:
    words = "a " * 500_000
    (entry,) = _balanced(
        parse_nbib(f"PMID- 1\nTI  - {words}\nLA  - a{' ' * 500_000}b\nSO  - {'10.1234/' * 50_000}")
    )
    assert len(entry.values["title"]) == len(words) - 1
    assert parse_wos("PT J\nTI a\n" + "!\n" * 100_000).entries[0].repaired[1].startswith("lines 3 to 100002 ")
    assert parse_nbib("\r" * 500_000) == Parsed(0)


@pytest.mark.parametrize(("parse", "text"), [(parse_nbib, NBIB), (parse_wos, WOS)])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damage_is_counted(parse: Parse, text: str, data: st.DataObject) -> None:
    lines = text.splitlines(keepends=True)
    for _ in range(data.draw(st.integers(0, 3))):
        del lines[data.draw(st.integers(0, len(lines) - 1))]
    characters = list("".join(lines))
    for _ in range(data.draw(st.integers(0, 6))):
        characters[data.draw(st.integers(0, len(characters) - 1))] = data.draw(
            st.characters() | st.sampled_from("\n \r")
        )
    damaged = "".join(characters)[: data.draw(st.integers(0, len(characters)) | st.none())]
    try:
        entries = _balanced(parse(damaged))
    except Mistake:
        return
    assert all(type(value) is str and value for entry in entries for value in entry.values.values())


@pytest.mark.parametrize(("parse", "text"), [(parse_nbib, NBIB), (parse_wos, WOS)])
def test_each_line_dropped_and_each_cut(parse: Parse, text: str) -> None:
    lines = text.splitlines(keepends=True)
    for number, dropped in enumerate(lines):
        found = _balanced(parse("".join(lines[:number] + lines[number + 1 :])))
        assert len(found) == 2, dropped
    for end in range(len(text)):
        _balanced(parse(text[:end]))


@pytest.mark.parametrize(
    ("name", "parse", "count"),
    [
        ("pubmed__nbib_single.nbib", parse_nbib, 1),
        ("pubmed__synthesisr.txt", parse_nbib, 3),
        ("wos__bibliometrix_sample_tagged.txt", parse_wos, 8),
        ("wos__synthesisr_tagged.txt", parse_wos, 4),
        ("wos__rispy.ris", parse_wos, 2),
        ("wos__revtools_restoration.ciw.gz", parse_wos, 247),
    ],
)
def test_real_files(name: str, parse: Parse, count: int) -> None:
    path = EXPORTS / name
    if not path.exists():
        pytest.skip("the real exports are not beside this repository")
    data = path.read_bytes()
    parsed = parse((gzip.decompress(data) if name.endswith(".gz") else data).decode("utf-8"))
    assert len(_balanced(parsed)) == count
    assert not parsed.rejected
    assert not [entry.repaired for entry in parsed.entries if entry.repaired]
    for column in ("title", "authors", "year", "venue"):
        assert all(entry.values.get(column) for entry in parsed.entries), column
