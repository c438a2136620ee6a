"""References: what a reference manager reads is what the works say, hostile or not."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import bibtexparser
import pytest
import rispy
from bibtexparser.middlewares import LatexDecodingMiddleware, SeparateCoAuthors
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reprise.exports.files import read_export
from reprise.exports.values import untagged
from reprise.records import clean_text, plain_text, split
from reprise.synthesis.references import WRITERS, bibtex, csl_json, nbib, ris
from reprise.vocabulary import TYPES

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
    "end": "excluded",
    "reason": "topic",
    "reasons": "topic; language",
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
        ("dissertation", "phdthesis", "school"),
        ("report", "techreport", "institution"),
        ("book", "book", "publisher"),
        ("", "misc", "booktitle"),
    ],
)
def test_the_type_of_a_work_gives_the_type_of_its_entry(kind: str, entry_type: str, place: str) -> None:
    text = bibtex([{**WORK, "type": kind}])
    assert text.startswith(f"@{entry_type}{{")
    # A title of a book keeps its capitals in braces, as a work's own does.
    wanted = "{Journal of Badges}" if place == "booktitle" else "Journal of Badges"
    assert entry(text)[place] == wanted


@pytest.mark.parametrize(
    ("kind", "place"), [("book", "publisher"), ("report", "institution"), ("dissertation", "school")]
)
def test_a_publisher_with_and_in_its_name_is_one(kind: str, place: str) -> None:
    """BibLaTeX parts these fields at "and"."""
    assert entry(bibtex([{**WORK, "type": kind, "venue": "Wiley and Sons"}]))[place] == "{Wiley and Sons}"
    assert entry(bibtex([{**WORK, "type": kind, "venue": "Springer"}]))[place] == "Springer"


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
    works += [{**works[-1], "year": "2021"}]
    keys = re.findall(r"^@\w+\{([^,]*),$", bibtex(works), re.MULTILINE)
    assert len(keys) == len(works) == len(set(keys))
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", key) for key in keys)


def test_accents_fold_into_the_key() -> None:
    assert bibtex([{**WORK, "authors": "Müller-Łoś, A", "title": "Économie"}]).startswith("@article{muller")


@pytest.mark.parametrize(
    ("seen", "url"),
    [
        ("https://example.org/a; https://example.org/b", "https://example.org/a"),
        ("a list on paper; https://example.org/b", "https://example.org/b"),
        ("", "https://doi.org/10.1000/a_b"),
    ],
)
def test_the_address_is_the_first_that_is_known_else_the_dois(seen: str, url: str) -> None:
    work = {**WORK, "url": seen}
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
    assert found["secondary_title"] == "Journal of Badges"
    assert (found["volume"], found["number"]) == ("12", "3")
    assert (found["start_page"], found["end_page"]) == ("201", "219")
    assert (found["doi"], found["issn"], found["language"]) == ("10.1000/a_b", "1234-5678", "en")
    assert found["keywords"] == ["badges", "trust"]
    assert found["abstract"] == "What badges do."
    assert found["id"] == found["accession_number"] == "w:eric:1"
    assert found["notes"] == [
        "work_id: w:eric:1",
        "end: excluded",
        "reason: topic",
        "all reasons: topic; language",
    ]


def test_ris_has_its_type_first_and_an_end_for_each_entry() -> None:
    lines = [line for line in ris([WORK, WORK]).splitlines() if line]
    assert lines[0].startswith("TY  - ")
    assert sum(line.startswith("TY  - ") for line in lines) == 2
    assert sum(line.startswith("ER  -") for line in lines) == 2


@pytest.mark.parametrize("title", [t for t in HOSTILE if "<" not in t])
def test_a_hostile_title_stays_one_entry_and_reads_back(title: str) -> None:
    first, second = back({**WORK, "title": title}, WORK)
    assert first["title"] == clean_text(title)
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
    assert "Journal of Badges" in (found.get("publisher"), found.get("secondary_title"))


def test_a_work_of_which_only_the_title_is_known_reads_back() -> None:
    (found,) = back({"title": "Badges"})
    assert found["title"] == "Badges"


def test_no_works_make_empty_files() -> None:
    assert bibtex([]) == ris([]) == nbib([]) == ""
    assert json.loads(csl_json([])) == []


# --- There and back: our own reader finds what the works said, in every format

# What a format has no field for; there it stands in the note.
NO_FIELD = {"ris": (), "bib": ("fulltext_url",), "json": ("fulltext_url",), "nbib": ("fulltext_url", "url")}
FIELDS = (
    *(
        "title",
        "authors",
        "year",
        "publication_date",
        "venue",
        "issn",
        "volume",
        "issue",
        "pages",
        "doi",
        "pmid",
    ),
    *("type", "language", "abstract", "keywords", "url", "fulltext_url"),
)
SICI = "10.1002/(sici)1097-4571(1999)50:1<1::aid-asi1>3.0.co;2-#"
_LETTERS = "abcdefg XYZ éøß 微型証明書 الشارات Ωμ 0123 \n\t\u2028\u202e .,:;!?()[]'\"@=/+*|<>&%#_~^`´’–—-"
_BAD = [
    "} ",
    "{ ",
    "{a} ",
    "\\",
    "\\input{x} ",
    "\nTY  - JOUR",
    "\nER  - ",
    "@article{x, ",
    " and ",
    "$5 ",
    "\x00",
]
prose = st.lists(
    st.one_of(st.text(_LETTERS, min_size=1, max_size=12), st.sampled_from(_BAD)), min_size=1, max_size=8
)
words = st.text("abcdeéøß微型明書الشارات", min_size=1, max_size=9)
person = st.builds("{}, {}".format, words, words)
# Bodies: with "and", without a comma, with signs that TeX takes for commands.
body = st.sampled_from(
    [
        "World Bank",
        "Department of Education, Skills and Employment",
        "Ministry of Education and Science",
        "Bill & Melinda 100% Foundation",
        "OECD",
        "国立大学",
    ]
)
iso = st.dates().filter(lambda d: 1900 <= d.year <= 2020).map(str)
ends = {
    "end": st.sampled_from(["included", "excluded", "awaiting"]),
    "reason": st.sampled_from(["", "topic"]),
}
work = st.fixed_dictionaries(
    {
        "title": prose.map("".join).map(lambda t: "Badges " + t),
        "authors": st.lists(st.one_of(person, body), max_size=5, unique=True).map("; ".join),
        "year": st.integers(1900, 2020).map(str),
        "publication_date": st.one_of(st.just(""), iso, iso.map(lambda d: d[:7])),
        "venue": prose.map("".join).map(lambda t: "Journal " + t),
        "issn": st.sampled_from(["", "1234-567X", "1234-5678; 8765-4321"]),
        "volume": st.sampled_from(["", "12", "XII", "12 Suppl 1"]),
        "issue": st.sampled_from(["", "3", "3-4", "Special & 1"]),
        "pages": st.sampled_from(["", "1-19", "e12", "S1-12-S1-20", "112-12", "iv-x", "1006811"]),
        "doi": st.sampled_from(["", "10.1000/a_b", SICI]),
        "pmid": st.sampled_from(["", "1", "31234567"]),
        "type": st.sampled_from(TYPES),
        "language": st.sampled_from(["", "en", "de", "zh", "ar"]),
        "abstract": st.one_of(st.just(""), prose.map("".join).map(lambda t: "We " + t)),
        "keywords": st.lists(words | st.just("skills, new"), max_size=4, unique=True).map("; ".join),
        "url": st.sampled_from(["", "https://example.org/a_b?x=1&y=~2%20#z"]),
        "fulltext_url": st.sampled_from(["", "https://example.org/full.pdf"]),
        "work_id": st.integers(1, 9999).map("w:eric:{}".format),
        **ends,
    }
)  # fmt: skip


def there_and_back(format: str, works: list[dict[str, str]], folder: Path) -> list[dict[str, str]]:
    path = folder / f"works.{format}"
    path.write_text(WRITERS[format](works), encoding="utf-8")
    read = read_export(str(path), "2026-11-24")
    assert (read.problems, read.rejected, read.missing) == ([], 0, 0)
    return [row.values for row in read.rows]


def one_line(text: str) -> str:
    """Give a text as a file may hold it: one line, without markup and direction marks' like."""
    return clean_text(untagged(plain_text(text)))


def as_typeset(text: str) -> str:
    """Fold what BibTeX has no spelling of its own for, or our reader none: dashes, quotes, lone signs.

    TeX makes a dash of hyphens and a quotation mark of two accents. Two dollars begin and end a formula for
    our reader even where they are escaped, and a brace by its name it doesn't know.
    """
    text = re.sub("-{2,}|[–—]", "-", re.sub(r"``|''|[“”\"]", '"', text))
    return "".join(re.sub(r"[{}$\\]", "", text).split())


def plain_value(text: str) -> str:
    return re.sub(r"[*]", "", text)


@pytest.mark.parametrize("format", WRITERS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(works=st.lists(work, min_size=1, max_size=4))
def test_what_works_say_reads_back(format: str, works: list[dict[str, str]], tmp_path: Path) -> None:
    # A file is told for PubMed's by its first PMID that is a number.
    works = [{**w, "pmid": w["pmid"] or "7"} for w in works] if format == "nbib" else works
    text = WRITERS[format](works)
    found = there_and_back(format, works, tmp_path)
    assert len(found) == len(works)
    for said, read in zip(works, found, strict=True):
        of_other_year = said["publication_date"] and said["publication_date"][:4] != said["year"]
        for field in FIELDS:
            wanted, got = said[field], read[field]
            if field in NO_FIELD[format] or (
                of_other_year and format != "ris" and field == "publication_date"
            ):
                assert not wanted or wanted in text  # it stands in the note
                continue
            if field in ("title", "abstract", "venue"):
                wanted = one_line(wanted)
                if format == "bib":
                    wanted, got = as_typeset(wanted), as_typeset(got)
            if field == "authors":
                wanted, got = "; ".join(split(wanted)), got.replace("\\", "")
            if field in ("url", "publication_date", "fulltext_url") and not wanted:
                continue  # an address is made of the DOI or PMID, a date of the year
            if field == "doi" and not wanted:
                continue
            if field == "keywords" and format in ("ris", "nbib"):
                wanted, got = plain_value(wanted), plain_value(got)
            assert got == wanted, (field, text)


@pytest.mark.parametrize("format", WRITERS)
def test_the_note_says_which_work_it_is_and_how_it_ended(format: str) -> None:
    text = WRITERS[format]([WORK]).replace("\\", "")
    for said in ("work_id: w:eric:1", "end: excluded", "reason: topic", "all reasons: topic; language"):
        assert said in text


@pytest.mark.parametrize("format", ["bib", "json", "nbib"])
def test_a_date_of_another_year_than_the_works_is_told_in_the_note(format: str) -> None:
    text = WRITERS[format]([{**WORK, "publication_date": "2019-12-30"}]).replace("\\", "")
    assert "publication date: 2019-12-30" in text


@pytest.mark.parametrize("format", WRITERS)
def test_a_very_long_abstract_is_whole(format: str, tmp_path: Path) -> None:
    abstract = "We find that badges, in 100% of cases & all years, are credentials. " * 5000
    (found,) = there_and_back(format, [{**WORK, "pmid": "1", "abstract": abstract}], tmp_path)
    assert found["abstract"] == abstract.strip()


@pytest.mark.parametrize("kind", [*TYPES, ""])
@pytest.mark.parametrize("format", WRITERS)
def test_every_type_and_none_has_an_entry(format: str, kind: str, tmp_path: Path) -> None:
    (found,) = there_and_back(format, [{**WORK, "pmid": "1", "type": kind}], tmp_path)
    # BibTeX and CSL-JSON have no entry without a type: their word for anything stands there
    untyped = "" if format in ("ris", "nbib") else "other"
    wanted = kind or untyped
    assert found["type"] == wanted
    assert found["venue"] == "Journal of Badges"


def test_csl_json_parts_names_and_keeps_bodies_whole() -> None:
    (item,) = json.loads(
        csl_json([{**WORK, "authors": "van den Berg, Jan; Ministry of Education and Science"}])
    )
    assert item["author"] == [
        {"family": "van den Berg", "given": "Jan"},
        {"literal": "Ministry of Education and Science"},
    ]
    assert item["issued"] == {"date-parts": [[2020, 5, 1]]}


def test_a_body_whose_name_has_a_comma_is_nobodys_family_name() -> None:
    body = "Department of Education, Skills and Employment"
    (item,) = json.loads(csl_json([{**WORK, "authors": f"{body}; Ng, Ada"}]))
    assert item["author"] == [{"literal": body}, {"family": "Ng", "given": "Ada"}]
    lines = nbib([{**WORK, "authors": body}]).splitlines()
    assert f"CN  - {body}" in lines
    assert not [line for line in lines if line.startswith(("FAU", "AU"))]


def test_nbib_gives_a_doi_where_programs_look_for_it() -> None:
    lines = nbib([WORK]).splitlines()
    assert "LID - 10.1000/a_b [doi]" in lines
    assert "AID - 10.1000/a_b [doi]" in lines
    assert "[doi]" not in nbib([{**WORK, "doi": ""}])


def test_another_parser_reads_bibtex_as_the_works_say() -> None:
    works = [{**WORK, "title": title, "authors": "Ministry of Arts and Crafts; Ng, Ada"} for title in HOSTILE]
    library = bibtexparser.parse_string(
        bibtex(works), append_middleware=[SeparateCoAuthors(), LatexDecodingMiddleware()]
    )
    assert library.failed_blocks == []
    assert len(library.entries) == len(works)
    for found in library.entries:
        assert found["author"] == ["{Ministry of Arts and Crafts}", "Ng, Ada"]
        assert (found["year"], found["volume"], found["number"]) == ("2020", "12", "3")
        assert found["journal"] == "Journal of Badges"


def test_csl_json_says_in_genre_what_its_types_do_not_tell_apart() -> None:
    items = json.loads(
        csl_json({**WORK, "type": kind} for kind in ("review", "article", "letter", "preprint"))
    )
    assert [(item["type"], item.get("genre")) for item in items] == [
        ("article-journal", "review"),
        ("article-journal", None),
        ("article-journal", "letter"),
        ("article", "preprint"),
    ]


def test_an_endnote_author_without_a_comma_is_marked_whole() -> None:
    assert "AU  - OECD,\n" in ris([{**WORK, "authors": "OECD"}])


def test_nbib_of_a_work_that_is_not_in_pubmed_invents_no_id(tmp_path: Path) -> None:
    text = nbib([{**WORK, "pmid": ""}, {**WORK, "pmid": "31"}])
    assert re.findall("^PMID-(.*)$", text, re.MULTILINE) == [" ", " 31"]
    found = there_and_back("nbib", [{**WORK, "pmid": "31"}, {**WORK, "pmid": ""}], tmp_path)
    assert [values["pmid"] for values in found] == ["31", ""]
