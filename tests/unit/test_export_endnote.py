"""EndNote's XML: styled text, damage inside a record and between records, and files that mean harm."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reprise.exports.endnote import parse
from reprise.exports.entries import Entry, Parsed
from reprise.mistakes import Mistake

EXPORTS = Path(__file__).parents[3] / "shared" / "data" / "exports"


def _styled(text: str) -> str:
    return f'<style face="normal" font="default" size="100%">{text}</style>'


FIRST = f"""<record><rec-number>9</rec-number><ref-type name="Journal Article">17</ref-type>
<contributors><authors><author>{_styled("Doe, J. A.")}</author></authors></contributors>
<auth-address>{_styled("Department of Learning, University of Oslo, Oslo, Norway.")}</auth-address>
<titles><title>{_styled("Badges in ")}<style face="italic">rural</style>{_styled(" schools")}</title>
<secondary-title>{_styled("J Inv Stud")}</secondary-title></titles>
<pages>{_styled("12-9")}</pages><volume>{_styled("7")}</volume><number>{_styled("2")}</number>
<keywords><keyword>{_styled("badges; trust")}</keyword><keyword>{_styled("rural")}</keyword></keywords>
<dates><year>{_styled("2019")}</year><pub-dates><date>{_styled("Mar 5")}</date></pub-dates></dates>
<isbn>{_styled("1234-5678 (Print)&#xD;2345-678X")}</isbn><accession-num>{_styled("101")}</accession-num>
<abstract>{_styled("What they say.")}</abstract><notes>{_styled("Review&#xD;Retracted Publication")}</notes>
<urls><related-urls><url>{_styled("https://doi.org/10.1000/ABC.1")}</url></related-urls>
<pdf-urls><url>internal-pdf://1/a.pdf</url><url>https://example.org/a.pdf</url></pdf-urls></urls>
<custom2>{_styled("PMC777")}</custom2><remote-database-provider>{_styled("NLM")}</remote-database-provider>
<language>{_styled("eng")}</language></record>"""
SECOND = f"""<record><ref-type name="Book">6</ref-type>
<contributors><authors><author>{_styled("Board of Badges,")}</author><author>Roe, R.</author></authors>
</contributors>
<auth-address>Oslo, Norway.</auth-address><titles><title>{_styled("Second &amp; last")}</title></titles>
<publisher>Invented Press</publisher><dates><year>2020</year></dates><isbn>978-3-16-148410-0</isbn>
<electronic-resource-num>{_styled("doi: 10.1000/def.2")}</electronic-resource-num>
<custom2>PMC778</custom2><language>eng&#xD;ger</language></record>"""
HEAD = '<?xml version="1.0" encoding="UTF-8" ?><xml><records>'
FILE = f"{HEAD}{FIRST}\n{SECOND}</records></xml>"


def _balanced(parsed: Parsed) -> list[Entry]:
    assert parsed.counted == len(parsed.entries) + len(parsed.rejected)
    return parsed.entries


def _title(inside: str) -> str:
    return f"<record><titles><title>{inside}</title></titles></record>"


def test_fields() -> None:
    first, second = _balanced(parse(FILE))
    assert (first.line, first.own_id, first.repaired) == (1, "101", [])
    assert first.values == {
        "title": "Badges in rural schools",
        "authors": "Doe, J. A.",
        "year": "2019",
        "publication_date": "2019-03-05",
        "venue": "J Inv Stud",
        "issn": "1234-5678; 2345-678X",
        "volume": "7",
        "issue": "2",
        "pages": "12-9",
        "doi": "10.1000/abc.1",
        "pmid": "101",
        "type": "review",
        "language": "en",
        "abstract": "What they say.",
        "keywords": "badges, trust; rural",
        "fulltext_url": "https://example.org/a.pdf",
        "first_author_country": "NO",
        "affiliations": "Department of Learning, University of Oslo, Oslo, Norway.",
        "retracted": "true",
        "url": "https://doi.org/10.1000/ABC.1",
        "note": "Review / Retracted Publication",
    }
    assert second.line == FILE[: FILE.index(SECOND)].count("\n") + 1
    assert second.values == {
        "title": "Second & last",
        "authors": "Board of Badges; Roe, R.",
        "year": "2020",
        "publication_date": "2020",
        "venue": "Invented Press",
        "doi": "10.1000/def.2",
        "type": "book",
        "fulltext_url": "https://pmc.ncbi.nlm.nih.gov/articles/PMC778/",
        "affiliations": "Oslo, Norway.",
    }


@pytest.mark.parametrize(
    ("isbn", "issn"),
    [("03784754", "0378-4754"), ("03784755", None), ("0-306-40615-2", None), ("9783161484100", None)],
)
def test_only_an_issn_is_one(isbn: str, issn: str | None) -> None:
    (entry,) = _balanced(parse(f"<record><isbn>{isbn}</isbn></record>"))
    assert entry.values.get("issn") == issn


def test_an_accession_number_is_a_pmid_in_pubmed_alone() -> None:
    (entry,) = _balanced(
        parse(
            "<record><accession-num>101</accession-num><remote-database-name>ERIC</remote-database-name></record>"
        )
    )
    assert entry.own_id == "101"
    assert "pmid" not in entry.values


@pytest.mark.parametrize(
    "bad", ["\x00", "\x0b", "\x1f", "\ufffe", "\ud800", "&#0;", "&#x1F;", "&#xD800;", "&#x110000;"]
)
def test_forbidden_characters_are_dropped_and_told(bad: str) -> None:
    (entry,) = _balanced(parse(_title(f"Bad{bad}ges &#x41;")))
    assert entry.values["title"] == "Badges A"
    assert entry.repaired == ["characters that XML forbids left out"]


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE xml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!doctype xml SYSTEM "file:///etc/passwd">',
        '<!ENTITY x SYSTEM "file:///etc/passwd">',
    ],
)
def test_declarations_are_refused_in_one_line(declared: str) -> None:
    with pytest.raises(Mistake) as caught:
        parse(declared + FILE)
    (line,) = caught.value.lines
    assert "<!DOCTYPE" in line and "export it" in line


def test_one_bad_record_costs_one() -> None:
    bad = "<record><titles><title>A</titles></title></record>"
    unknown = _title("&nbsp;")
    parsed = parse(f"{HEAD}\n{FIRST}\n{bad}\n{unknown}\n{SECOND}</records></xml>")
    assert [entry.values["title"][:6] for entry in _balanced(parsed)] == ["Badges", "Second"]
    assert [reason.split(" (")[0] for _, reason in parsed.rejected] == [
        "record 2 of the file is no well-formed XML",
        "record 3 of the file is no well-formed XML",
    ]
    assert parsed.rejected[0][0] + 1 == parsed.rejected[1][0]


def test_a_cut_file_is_read_up_to_the_cut() -> None:
    parsed = parse(FILE[: FILE.index("Second") + 3])
    assert [entry.own_id for entry in _balanced(parsed)] == ["101"]
    assert "cut off" in parsed.rejected[0][1]


def test_lost_tags_between_records() -> None:
    no_end = parse(HEAD + FIRST.removesuffix("</record>") + SECOND)
    assert (no_end.counted, len(_balanced(no_end))) == (2, 1)
    no_begin = parse(HEAD + FIRST + SECOND.removeprefix("<record>"))
    assert (no_begin.counted, len(_balanced(no_begin))) == (2, 1)
    assert "no <record>" in no_begin.rejected[0][1]


def test_hostile_files_are_harmless() -> None:
    deep = parse("<record>" + "<a>" * 1_000_000 + "</a>" * 1_000_000 + "</record>" + SECOND)
    assert len(_balanced(deep)) == 1
    assert "levels deep" in deep.rejected[0][1]
    assert len(parse("<record>" * 50_000).rejected) == 50_000
    assert len(parse("</record>" * 50_000).rejected) == 50_000
    assert len(parse(f"<record>{'<a' * 1_000_000}</record>").rejected) == 1
    (flat,) = _balanced(parse(f"<record><keywords>{'<keyword/>' * 1000}</keywords>{SECOND[8:]}"))
    assert flat.values["title"] == "Second & last"
    (long,) = _balanced(parse(_title("a" * 10_000_000)))
    assert len(long.values["title"]) == 10_000_000


@pytest.mark.parametrize(
    "text", ["", "\ufeff", "no XML at all", "<xml><records></records></xml>", "<records/>"]
)
def test_what_holds_no_record_holds_nothing(text: str) -> None:
    assert parse(text) == Parsed(0)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_damage_is_counted(data: st.DataObject) -> None:
    lines = FILE.splitlines(keepends=True)
    for _ in range(data.draw(st.integers(0, 3))):
        del lines[data.draw(st.integers(0, len(lines) - 1))]
    characters = list("".join(lines))
    for _ in range(data.draw(st.integers(0, 6))):
        characters[data.draw(st.integers(0, len(characters) - 1))] = data.draw(
            st.characters() | st.sampled_from("<>/&")
        )
    try:
        entries = _balanced(
            parse("".join(characters)[: data.draw(st.integers(0, len(characters)) | st.none())])
        )
    except Mistake:
        return
    assert all(type(value) is str and value for entry in entries for value in entry.values.values())


def test_each_cut_is_counted() -> None:
    for end in range(len(FILE)):
        _balanced(parse(FILE[:end]))


def test_the_real_file() -> None:
    path = EXPORTS / "endnote_xml__reflib_blue-light.xml.gz"
    if not path.exists():
        pytest.skip("the real exports are not beside this repository")
    text = gzip.decompress(path.read_bytes()).decode("utf-8")
    parsed = parse(text)
    assert len(_balanced(parsed)) == text.count("</record>") == 102
    for column in ("title", "year", "venue"):
        assert all(entry.values.get(column) for entry in parsed.entries), column
