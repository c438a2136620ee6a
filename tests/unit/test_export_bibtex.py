"""BibTeX and BibLaTeX: each trap of the format as a small invented file."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reprise.exports import bibtex
from reprise.mistakes import Mistake

REAL = Path(__file__).parents[3] / "shared" / "data" / "exports"
FILE = r"""% Encoding: UTF-8
@string{jx = "Journal of " # {Invented Things}}
@comment{taken out:
@article{gone, title = {Gone}}
}
@article{doe 2020,
  author = {Doe, Jane and {World Bank and Friends} and Jan van der Berg and others},
  title = {{\"U}ber {MOOC}s \& Caf{\'e}s -- {\O}re},
  journal = jx # ", B", month = mar, year = 2020, pages = {1--9},
  doi = {https://doi.org/10.1000/a\_b}, issn = {12345678},
  keywords = {badges, open badges}, langid = {english},
  note 1={x}, note 1={y},
}
@inproceedings{child, title={Child}, author={Roe, K.}, crossref={parent}}
@proceedings{parent, title={Proceedings of Nothing}, year={2019}}
@article{, title = "A {"}quoted{"} word", date = {2021-05-03/2021-06}
  author = {Poe, E}
}
@misc{title = {No key}, year = 1999}
"""


def by_title(text: str) -> dict[str, bibtex.Entry]:
    parsed = bibtex.parse(text)
    assert parsed.counted == len(parsed.entries) + len(parsed.rejected)
    return {entry.values["title"]: entry for entry in parsed.entries}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_values_are_resolved(newline: str) -> None:
    entries = by_title(FILE.replace("\n", newline))
    assert len(entries) == 5
    first = entries["Über MOOCs & Cafés – Øre"]
    assert first.line == 6 and first.own_id == "" and first.repaired == []
    expected = {
        "authors": "Doe, Jane; World Bank and Friends; van der Berg, Jan",
        "venue": "Journal of Invented Things, B", "year": "2020", "publication_date": "2020-03",
        "pages": "1–9".replace("–", "-"), "doi": "10.1000/a_b", "issn": "1234-5678", "type": "article",
        "keywords": "badges; open badges", "language": "en",
    }  # fmt: skip
    assert {column: first.values[column] for column in expected} == expected


def test_crossref_gives_what_the_entry_leaves() -> None:
    child = by_title(FILE)["Child"].values
    assert (child["venue"], child["year"], child["type"]) == (
        "Proceedings of Nothing",
        "2019",
        "conference-paper",
    )


def test_repairs_are_said() -> None:
    entries = by_title(FILE)
    quoted = entries['A "quoted" word']
    assert quoted.values["publication_date"] == "2021-05-03" and quoted.values["authors"] == "Poe, E"
    assert quoted.repaired == ["has no key", "commas set between its fields"]
    assert entries["No key"].repaired == ["has no key"]


def test_an_unclosed_brace_rejects_its_entry_alone() -> None:
    parsed = bibtex.parse(
        "@article{a, title={Open, year={2001}}\n@article{b, title={Fine}}\n@article{c, title={Last}\n"
    )
    assert [line for line, _ in parsed.rejected] == [1] and parsed.counted == 3
    assert "never closed" in parsed.rejected[0][1]
    assert [(e.values["title"], e.repaired) for e in parsed.entries] == [
        ("Fine", []),
        ("Last", ["closing brace set"]),
    ]


def test_an_at_sign_within_a_field_begins_no_entry() -> None:
    assert list(by_title("@misc{a, title={Mail x @home{now} or}, year=2000}")) == ["Mail x @homenow or"]


def test_unknown_abbreviations_stay_and_are_said() -> None:
    entry = bibtex.parse("@article{a, title={T}, journal=jacm}").entries[0]
    assert entry.values["venue"] == "jacm" and "jacm" in entry.repaired[0]


def test_ids_of_scopus_and_web_of_science_are_kept() -> None:
    url = "https://www.scopus.com/inward/record.uri?eid=2-s2.0-1234&doi=10.1%2f2"
    text = f"@article{{A2020, title={{T}}, url={{{url}}}, source={{Scopus}}}}\n"
    text += "@article{ WOS:000123456700001, Title = {{U}}, Unique-ID = {{WOS:000123456700001}} }"
    assert [e.own_id for e in bibtex.parse(text).entries] == ["2-s2.0-1234", "WOS:000123456700001"]


def test_a_file_without_entries_is_a_mistake() -> None:
    with pytest.raises(Mistake, match="holds no BibTeX entry"):
        bibtex.parse("@string{a = 1}\nTY  - JOUR\n")


@pytest.mark.parametrize(
    "big", ["x y " * 500_000, "{a}" * 200_000, '\\"{' * 100_000, "$a" * 300_000, " @a{" * 100_000]
)
def test_a_big_field_is_harmless(big: str) -> None:
    parsed = bibtex.parse("@misc{a, title={T}, note={" + big + "}}\n@misc{b, title={U}}\n")
    assert parsed.counted == 2 and parsed.entries[-1].values["title"] == "U"


@given(st.integers(0, len(FILE)), st.integers(0, FILE.count("\n")))
def test_cut_anywhere_nothing_vanishes(cut: int, dropped: int) -> None:
    lines = FILE.splitlines(keepends=True)
    for text in (FILE[:cut], FILE[cut:], "".join(lines[:dropped] + lines[dropped + 1 :])):
        try:
            parsed = bibtex.parse(text)
        except Mistake:
            continue
        assert parsed.counted == len(parsed.entries) + len(parsed.rejected)


@pytest.mark.skipif(not REAL.exists(), reason="no real export files beside the repository")
def test_real_files() -> None:
    for path in REAL.glob("*.bib"):
        text = path.read_text(encoding="utf-8-sig")
        parsed = bibtex.parse(text)
        assert parsed.counted == text.count("\n@") and not parsed.rejected, path
        assert all(e.values["title"] and e.values["year"] and e.values["authors"] for e in parsed.entries)


def test_the_library_is_silent_only_while_we_parse() -> None:
    logger = logging.getLogger("bibtexparser")
    before = logger.level
    try:
        logger.setLevel(logging.INFO)
        bibtex.parse("@article{a, title={Badges}}")
        assert logger.level == logging.INFO
        with pytest.raises(Mistake):
            bibtex.parse("no entry")
        assert logger.level == logging.INFO
    finally:
        logger.setLevel(before)
