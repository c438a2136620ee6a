"""How the concept blocks are said in each source's words."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import snowballstemmer
from reprise.mistakes import Mistake
from reprise.query import matcher
from reprise.search import doaj, eric, openalex
from reprise.search.dialect import unstemmed
from reprise.search.page import Stopped
from reprise.search.sources import SOURCES


def query(*blocks: list[str], exclude: list[str] | None = None, fields: list[str] | None = None) -> Any:
    """Make a query of blocks named a, b, c."""
    return {
        "fields": fields or ["title", "abstract", "keywords"],
        "blocks": [{"name": chr(97 + i), "terms": terms} for i, terms in enumerate(blocks)],
        "exclude": {"name": "not", "terms": exclude} if exclude else None,
    }


def test_openalex_says_words_phrases_and_truncation() -> None:
    said = openalex.translate(query(["badge*", "open badge", "open badge*"], ["learn"]))
    assert said.requests == [
        'title_and_abstract.search.exact:("open badge" OR (open AND badge*) OR badge*) AND (learn)'
    ]


def test_words_beside_a_truncated_one_stay_a_phrase() -> None:
    (request,) = openalex.translate(query(["short learning program*"])).requests
    assert '("short learning" AND program*)' in request


def test_eric_asks_without_fields_and_cuts_back() -> None:
    (request,) = eric.translate(query(["educat*", "badge"])).requests
    assert request == "(badge OR educ*)"
    assert eric.limit(request, 2019) == "((badge OR educ*)) AND publicationdateyear:2019"


def test_doaj_says_truncation_as_a_range_in_each_field() -> None:
    (request,) = doaj.translate(query(["skill*"])).requests
    assert request == (
        "(bibjson.title:([skill TO skilm}) OR bibjson.abstract:([skill TO skilm}) "
        "OR bibjson.keywords:([skill TO skilm}))"
    )
    assert "*" not in request and "~" not in request and "?" not in request


FORMS = """education educated educating educators educate educational university universities universal
recognition recognize recognising recognised credential credentials credentialing credentialed
qualification qualifications qualify qualified competence competent competency competencies employability
employable employment employers employees organisation organization organisational skilful skilled
assessment assessing accreditation accredited stackable stacking pedagogical pedagogies curriculum
curricula librarian libraries badging badges learning learners teachers teaching professional
programmes continuous formative innovative effectiveness academic academies happiness""".split()


@pytest.mark.parametrize("stemmer", ["english", "porter"])
def test_a_cut_back_beginning_begins_every_stem(stemmer: str) -> None:
    stem = snowballstemmer.stemmer(stemmer).stemWord
    wrong = [
        (form[:n], form, stem(form), unstemmed(form[:n]))
        for form in FORMS
        for n in range(3, len(form) + 1)
        if not stem(form).startswith(unstemmed(form[:n]))
    ]
    assert wrong == []


def test_accents_and_apostrophes_are_asked_for_both_ways() -> None:
    (request,) = openalex.translate(query(["économie", "o'reilly media"])).requests
    assert "economie OR économie" in request
    assert '"o reilly media" OR "o\'reilly media" OR "o’reilly media"' in request
    (request,) = openalex.translate(query(["straße"])).requests
    assert "strasse OR straße" in request


def test_operators_among_the_words_are_quoted() -> None:
    (request,) = eric.translate(query(["not", "and", "to", "not for profit", "Not*"])).requests
    assert request == '("and" OR "not for profit" OR "not" OR "to" OR not*)'


def test_scripts_without_spaces_are_asked_for_side_by_side_and_found_within_a_text() -> None:
    (request,) = openalex.translate(query(["微证*"])).requests
    assert '("微证")' in request
    holds = matcher(query(["微证书", "学习*"]))
    assert holds({"title": ["本文讨论微证书在高等教育中的作用"]}) is True


def test_exclusions_are_not_sent_and_the_table_says_so() -> None:
    for source in SOURCES.values():
        said = source.translate(query(["badge"], exclude=["scouting"]))
        assert "scouting" not in " ".join(said.requests)
        assert any(n.aspect == "exclude" and "scouting" in n.detail for n in said.notes)


def test_a_block_that_cannot_be_said_is_left_open_and_the_table_says_so() -> None:
    said = openalex.translate(query(["badge*"], ["ab*", "learn*"]))
    assert said.requests == ["title_and_abstract.search.exact:(badge*)"]
    (note,) = [n for n in said.notes if n.said == "not said"]
    assert "block b" in note.detail and "ab*" in note.detail


def test_a_query_of_which_nothing_can_be_said_is_a_mistake() -> None:
    with pytest.raises(Mistake, match=r"'ab\*'.*give the source a string of its own"):
        openalex.translate(query(["ab*"]))


def test_a_long_query_is_parted_and_no_request_is_too_long() -> None:
    terms = [f"some rather long term number {i}" for i in range(150)]
    for name, source in SOURCES.items():
        said = source.translate(query(terms, ["learn*"]))
        assert len(said.requests) > 1, name
        together = " ".join(said.requests)
        assert all(term in together for term in terms)
        for request in said.requests:
            assert len(source.url(source.BASE, source.limit(request, 2019), None)) <= 4094
        assert any(n.aspect == "length" for n in said.notes)


def test_a_term_that_alone_is_too_long_is_a_mistake() -> None:
    with pytest.raises(Mistake, match=r"'xxx.*is too long"):
        eric.translate(query(["x" * 5000]))


def test_one_spelling_that_cannot_be_said_does_not_open_the_block() -> None:
    (request,) = openalex.translate(query(["d'apprentiss*"])).requests
    assert "(d AND apprentiss*)" in request


def test_addresses_hold_the_strategy_whole() -> None:
    asked = doaj.limit(doaj.translate(query(["open badge*"])).requests[0], 2020)
    path = urlsplit(doaj.url(doaj.BASE, asked, "3"))
    assert unquote(path.path.rpartition("/articles/")[2]) == asked
    assert path.query == "page=3&pageSize=100&sort=created_date:asc"
    assert "+" not in path.path and "?" not in path.path


def test_doaj_parts_a_request_that_is_too_deep() -> None:
    assert doaj.split("x", 1000) == []
    first, second = doaj.split("x", 1001)
    assert first.endswith("created_date:[2000-01-01 TO 2024-12-31]")
    assert second.endswith("created_date:[2025-01-01 TO 2049-12-31]")
    deeper = doaj.split(first, 5000)
    assert deeper[0].count("created_date") == 1
    day = "x AND created_date:[2020-01-01 TO 2020-01-01]"
    with pytest.raises(Stopped, match="narrow the query"):
        doaj.split(day, 5000)


@pytest.mark.parametrize("texts, expected", [
    ({"title": ["Open badges for learning"]}, True),
    ({"title": ["Open badges"], "abstract": ["We learn."]}, True),
    ({"title": ["Open badges"]}, None),
    ({"title": ["Open badges"], "abstract": ["Nothing else."]}, False),
    ({"title": ["Open"], "keywords": ["open", "badge", "learning"], "abstract": ["x"]}, False),
    ({"title": ["Open badges for learning in scouting"]}, False),
    ({"title": ["OPEN-BADGÉS"], "keywords": ["Learner’s"], "abstract": ["x"]}, True),
])  # fmt: skip
def test_the_local_filter(texts: dict[str, list[str]], expected: bool | None) -> None:
    holds = matcher(query(["open badge*"], ["learn*"], exclude=["scouting"]))
    assert holds(texts) is expected


def test_without_abstracts_in_its_fields_a_query_never_leaves_a_topic_open() -> None:
    assert matcher(query(["badge*"], fields=["title"]))({"title": ["Degrees"]}) is False


def test_keywords_that_are_missing_leave_a_topic_open_where_no_abstract_is_looked_in() -> None:
    holds = matcher(query(["badge*"], fields=["title", "keywords"]))
    assert holds({"title": ["Degrees"]}) is None
    assert holds({"title": ["Degrees"], "keywords": ["degrees"]}) is False
