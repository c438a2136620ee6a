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
        'title_and_abstract.search.exact:(badge* OR "open badge" OR (open AND badge*)) AND (learn)'
    ]


def test_words_beside_a_truncated_one_stay_a_phrase() -> None:
    (request,) = openalex.translate(query(["short learning program*"])).requests
    assert '("short learning" AND program*)' in request


def test_eric_asks_without_fields_and_cuts_back() -> None:
    (request,) = eric.translate(query(["educat*", "badge"])).requests
    assert request == "(educ* OR badge)"
    assert eric.limit(request, 2019) == "((educ* OR badge)) AND publicationdateyear:2019"


def test_doaj_says_truncation_as_a_range_in_each_field() -> None:
    (request,) = doaj.translate(query(["skill*"])).requests
    assert request == (
        "(bibjson.title:([skill TO skilm}) OR bibjson.abstract:([skill TO skilm}) "
        "OR bibjson.keywords:([skill TO skilm}))"
    )
    assert "*" not in request and "~" not in request and "?" not in request


@pytest.mark.parametrize("stem, forms", [
    ("educat", ["education", "educated", "educating", "educators", "educate", "educational"]),
    ("universit", ["university", "universities"]),
    ("recogni", ["recognition", "recognize", "recognising", "recognised"]),
    ("credential", ["credential", "credentials", "credentialing", "credentialed"]),
    ("qualification", ["qualification", "qualifications"]),
    ("competenc", ["competence", "competency", "competencies"]),
])  # fmt: skip
def test_a_cut_back_word_begins_every_stem(stem: str, forms: list[str]) -> None:
    for name in ("english", "porter"):
        for form in forms:
            assert snowballstemmer.stemmer(name).stemWord(form).startswith(unstemmed(stem)), form


def test_accents_and_apostrophes_are_asked_for_both_ways() -> None:
    (request,) = openalex.translate(query(["économie", "o'reilly media"])).requests
    assert "economie OR économie" in request
    assert '"o reilly media" OR "o\'reilly media"' in request


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
    with pytest.raises(Mistake, match="too long"):
        eric.translate(query(["x" * 5000]))


def test_addresses_hold_the_strategy_whole() -> None:
    asked = doaj.limit(doaj.translate(query(["open badge*"])).requests[0], 2020)
    path = urlsplit(doaj.url(doaj.BASE, asked, "3"))
    assert unquote(path.path.rpartition("/articles/")[2]) == asked
    assert path.query == "page=3&pageSize=100&sort=created_date:asc"
    assert "+" not in path.path and "?" not in path.path


def test_doaj_parts_a_request_that_is_too_deep() -> None:
    assert doaj.parts("x", 1000) == []
    first, second = doaj.parts("x", 1001)
    assert first.endswith("created_date:[2000-01-01 TO 2024-12-31]")
    assert second.endswith("created_date:[2025-01-01 TO 2049-12-31]")
    deeper = doaj.parts(first, 5000)
    assert deeper[0].count("created_date") == 1
    day = "x AND created_date:[2020-01-01 TO 2020-01-01]"
    assert doaj.parts(day, 5000) == []


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
