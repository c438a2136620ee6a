"""References: what a reference manager reads is what the works say, hostile or not."""

from __future__ import annotations

import re
from typing import Any

import pytest
import rispy
from reprise.synthesis.references import bibtex, ris

WORK = {
    "work_id": "w:eric:1",
    "title": "Badges & trust: 100% of <i>learners</i>",
    "authors": "Ng, Ada; O'Brien-Li, Siobhán",
    "year": "2020",
    "publication_date": "2020-05-01",
    "venue": "Journal of Badges",
    "volume": "12",
    "issue": "3",
    "pages": "201-219",
    "issn": "1234-5678",
    "doi": "10.1000/a_b",
    "url": "https://example.org/a; https://example.org/b",
    "type": "article",
    "language": "en",
    "keywords": "badges; trust",
    "abstract": "What badges do.",
}
HOSTILE = [
    "Closing } brace",
    "Opening { brace",
    "}} @article{evil, title={x}",
    "Back\\slash and \\input{/etc/passwd}",
    "100% of $x^2$ ~ #1 & a_b",
    "ER  - TY  - JOUR",
    "“Quoted”, comma, and = sign",
    "<script>alert(1)</script>",
    "日本語のタイトル",
    "?",
]


def entry(text: str) -> dict[str, str]:
    """Give the fields of a single BibTeX entry as written, one a line."""
    return dict(re.findall(r"^  (\w+) = \{(.*)\},?$", text, re.MULTILINE))


# --- BibTeX


def test_bibtex_holds_every_field() -> None:
    text = bibtex([WORK])
    assert text.startswith("@article{ng2020badges,\n")
    fields = entry(text)
    assert fields["title"] == r"{Badges \& trust: 100\% of learners}"
    assert fields["author"] == "Ng, Ada and O'Brien-Li, Siobhán"
    assert (fields["year"], fields["volume"], fields["number"]) == ("2020", "12", "3")
    assert fields["pages"] == "201--219"
    assert fields["journal"] == "Journal of Badges"
    assert "a_b" in fields["doi"].replace("\\", "")


def test_bibtex_leaves_out_what_is_not_known() -> None:
    fields = entry(bibtex([{"title": "Badges", "authors": "", "year": ""}]))
    assert fields == {"title": "{Badges}"}


@pytest.mark.parametrize(
    ("kind", "entry_type", "place"),
    [
        ("article", "article", "journal"),
        ("conference-paper", "inproceedings", "booktitle"),
        ("book-chapter", "incollection", "booktitle"),
        ("dissertation", "phdthesis", "booktitle"),
        ("", "misc", "booktitle"),
    ],
)
def test_the_type_of_a_work_gives_the_type_of_its_entry(kind: str, entry_type: str, place: str) -> None:
    text = bibtex([{**WORK, "type": kind}])
    assert text.startswith(f"@{entry_type}{{")
    assert entry(text)[place] == "Journal of Badges"


@pytest.mark.parametrize("title", HOSTILE)
def test_braces_balance_as_bibtex_counts_them(title: str) -> None:
    """BibTeX counts a brace behind a backslash like any other."""
    text = bibtex([{**WORK, "title": title, "venue": title, "keywords": title}])
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        assert depth >= 0, text[:place]
    assert depth == 0
    assert len(re.findall(r"^@", text, re.MULTILINE)) == 1


@pytest.mark.parametrize("field", ["doi", "url"])
def test_an_address_with_a_brace_breaks_no_entry(field: str) -> None:
    text = bibtex([{**WORK, "doi": "", field: "10.1000/x}y" if field == "doi" else "https://x/}"}])
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize("character", list("&%$#_^~"))
def test_characters_that_tex_takes_for_commands_are_escaped(character: str) -> None:
    title = entry(bibtex([{**WORK, "title": f"a {character} b"}]))["title"]
    assert not re.search(rf"(?<!\\){re.escape(character)}", title)


def test_an_institution_with_and_in_its_name_is_one_author() -> None:
    authors = "Ministry of Education and Science; Ng, Ada"
    text = entry(bibtex([{**WORK, "authors": authors}]))["author"]
    outside = re.sub(r"\{[^{}]*\}", "", text)
    assert len(re.split(r" and ", outside)) == 2


def test_keys_are_unique_and_plain() -> None:
    works = [WORK, WORK, {**WORK, "title": "Badges again"}, {**WORK, "title": "?", "authors": "", "year": ""}]
    works += [{**works[-1], "title": "!"}, {**WORK, "authors": "李, 明", "title": "日本", "year": ""}]
    keys = re.findall(r"^@\w+\{([^,]*),$", bibtex(works), re.MULTILINE)
    assert len(keys) == len(works) == len(set(keys))
    assert all(re.fullmatch(r"[a-z0-9-]+", key) for key in keys)


def test_accents_fold_into_the_key() -> None:
    assert bibtex([{**WORK, "authors": "Müller-Łoś, A", "title": "Économie"}]).startswith("@article{muller")


@pytest.mark.parametrize(
    ("doi", "url"), [("10.1000/x", "https://doi.org/10.1000/x"), ("", "https://example.org/a")]
)
def test_the_address_is_the_dois_else_the_first_that_is_known(doi: str, url: str) -> None:
    work = {**WORK, "doi": doi}
    assert entry(bibtex([work]))["url"] == url
    assert back(work)[0]["urls"] == [url]


# --- RIS


def back(*works: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = rispy.loads(ris(works))
    return found


def test_ris_reads_back_as_the_work() -> None:
    (found,) = back(WORK)
    assert found["type_of_reference"] == "JOUR"
    assert found["title"] == "Badges & trust: 100% of learners"
    assert found["authors"] == ["Ng, Ada", "O'Brien-Li, Siobhán"]
    assert (found["year"], found["date"]) == ("2020", "2020/05/01")
    assert found["journal_name"] == "Journal of Badges"
    assert (found["volume"], found["number"]) == ("12", "3")
    assert (found["start_page"], found["end_page"]) == ("201", "219")
    assert (found["doi"], found["issn"], found["language"]) == ("10.1000/a_b", "1234-5678", "en")
    assert found["keywords"] == ["badges", "trust"]
    assert found["abstract"] == "What badges do."
    assert found["id"] == "w:eric:1"


def test_ris_has_its_type_first_and_an_end_for_each_entry() -> None:
    lines = [line for line in ris([WORK, WORK]).splitlines() if line]
    assert lines[0].startswith("TY  - ")
    assert sum(line.startswith("TY  - ") for line in lines) == 2
    assert sum(line.startswith("ER  -") for line in lines) == 2


@pytest.mark.parametrize("title", [t for t in HOSTILE if "<" not in t])
def test_a_hostile_title_stays_one_entry_and_reads_back(title: str) -> None:
    first, second = back({**WORK, "title": title}, WORK)
    assert first["title"] == title
    assert second["title"].startswith("Badges")


@pytest.mark.parametrize("pages", ["1006811", "36–46", "e12"])
def test_pages_come_apart_at_a_dash_only(pages: str) -> None:
    (found,) = back({**WORK, "pages": pages})
    start, _, end = pages.replace("–", "-").partition("-")
    assert found["start_page"] == start
    assert found.get("end_page", "") == end


@pytest.mark.parametrize("kind", ["article", "report", "dissertation", "preprint", "book-chapter", "", "x"])
def test_every_type_reads_back_with_its_venue(kind: str) -> None:
    (found,) = back({**WORK, "type": kind})
    assert "Journal of Badges" in (found.get("journal_name"), found.get("secondary_title"))


def test_a_work_of_which_only_the_title_is_known_reads_back() -> None:
    (found,) = back({"title": "Badges"})
    assert found["title"] == "Badges"


def test_no_works_make_empty_files() -> None:
    assert bibtex([]) == ""
    assert ris([]) == ""
