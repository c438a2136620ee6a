"""The concept blocks: what a term matches, and what a record holds."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest
from reprise.frames import fold
from reprise.query import block_pattern, matcher, rows_with, wider
from reprise.records import fold_text
from reprise.screen.topic import find_blocks

FIELDS = ["title", "abstract", "keywords"]


def matched(term: str | list[str], text: str) -> str:
    found = re.search(block_pattern([term] if isinstance(term, str) else term), fold_text(text))
    return found.group() if found else ""


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("micro-credential", "A micro credential for all"),
        ("micro credential", "A Micro-Credential for all"),
        ("micro credential", "micro\u2010credential"),
        ("micro credential", "micro  \n credential"),
        ("micro-credential*", "micro-credentialing"),
        ("micro credential*", "MICRO-CREDENTIALS"),
        ("universit*", "Universität"),
        ("educación", "la EDUCACION superior"),
        ("education", "Édùcátiön"),
        ("straße", "STRASSE"),
        ("badge*", "badge"),
        ("open badge*", "“Open Badges”: a review"),
        ("mooc*", "(MOOCs)"),
        ("covid-19", "post-COVID-19 recovery"),
    ],
)
def test_a_term_is_found(term: str, text: str) -> None:
    assert matched(term, text)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("badge", "badges"),
        ("badge", "badger"),
        ("learn*", "unlearn"),
        ("open badge", "open digital badge"),
        ("micro credential", "microcredential"),
        ("mooc", "smooch"),
        ("ai", "training"),
    ],
)
def test_a_term_is_not_found_in_other_words(term: str, text: str) -> None:
    assert not matched(term, text)


def test_the_longest_term_is_shown() -> None:
    assert matched(["badge*", "badge program*"], "the badge programme") == "badge programme"


def test_characters_of_a_term_are_no_regular_expression() -> None:
    assert not matched("b.dge", "badge")
    assert matched("c++ (beginners)", "C++ beginners")


@pytest.mark.parametrize(
    "text", ["Micro-Credentials: la Économie", "ＦＵＬＬ width", "Straße_x", "", "İstanbul"]
)
def test_a_column_is_folded_as_a_text_is(text: str) -> None:
    assert fold(pd.Series([text], dtype="str")).tolist() == [fold_text(text)]


def held(record: dict[str, str], **query: Any) -> dict[str, str]:
    told = {
        "fields": FIELDS,
        "blocks": [{"name": "what", "terms": ["badge*"]}, {"name": "where", "terms": ["school*"]}],
        **query,
    }
    frame = pd.DataFrame([{**dict.fromkeys(FIELDS, ""), **record}], dtype="str")
    row: dict[str, str] = find_blocks(frame, told).iloc[0].to_dict()
    return row


def test_each_block_tells_its_words_and_where_they_stand() -> None:
    found = held({"title": "Digital Badges", "keywords": "Schools"})
    assert found == {"what": "title: badges", "where": "keywords: schools"}


def test_the_first_field_that_holds_a_block_is_told() -> None:
    assert held({"title": "Badges", "abstract": "a badge"})["what"] == "title: badges"


def test_a_block_that_is_not_held_is_empty() -> None:
    assert held({"title": "Digital Badges"})["where"] == ""


def test_only_the_fields_of_the_protocol_are_looked_in() -> None:
    assert held({"keywords": "badge"}, fields=["title"])["what"] == ""


def test_a_phrase_does_not_reach_from_one_field_into_the_next() -> None:
    found = held({"title": "open", "abstract": "badges"}, blocks=[{"name": "what", "terms": ["open badges"]}])
    assert found["what"] == ""


def test_what_is_excluded_is_told_apart() -> None:
    found = held({"title": "Scout badges"}, exclude={"name": "scouts", "terms": ["scout*"]})
    assert found["exclude"] == "title: scout"
    assert found["what"] == "title: badges"


def test_no_records_give_no_rows_but_all_blocks() -> None:
    found = find_blocks(
        pd.DataFrame(columns=FIELDS, dtype="str"),
        {"fields": FIELDS, "blocks": [{"name": "what", "terms": ["x"]}]},
    )
    assert list(found.columns) == ["what"]
    assert found.empty


def test_a_phrase_does_not_reach_from_one_keyword_into_the_next() -> None:
    blocks = [{"name": "what", "terms": ["open badges"]}]
    assert held({"keywords": "Open; Badges"}, blocks=blocks)["what"] == ""
    assert held({"keywords": "x; Open Badges; y"}, blocks=blocks)["what"] == "keywords: open badges"


def test_an_entity_in_a_keyword_parts_no_keywords() -> None:
    blocks = [{"name": "what", "terms": ["teaching learning"]}]
    assert held({"keywords": "Teaching &amp; learning"}, blocks=blocks)["what"]


def test_the_live_filter_and_the_criterion_agree_on_keywords() -> None:
    query = {"fields": FIELDS, "blocks": [{"name": "what", "terms": ["open badges"]}]}
    for keywords in (["Open", "Badges"], ["Open Badges"], ["open", "open badges"]):
        texts = {"title": ["x"], "abstract": ["x"], "keywords": keywords}
        assert matcher(query)(texts) == bool(held({"keywords": "; ".join(keywords)}, **query)["what"])


TERMS = [
    "open badge*",
    "badge*",
    "micro-credential*",
    "children's",
    "C++ *",
    "x* badge",
    "微",
    "微证*",
    "a 微",
]


@pytest.mark.parametrize("term", TERMS)
def test_rows_that_hold_a_term_are_those_whose_block_it_makes(term: str) -> None:
    said = [
        "Open badges",
        "a badge",
        "badger",
        "micro credentialing",
        "Children’s",
        "c more",
        "xy badge",
        "a 微证书",
        "",
    ]
    texts = [fold_text(text) for text in said]
    assert rows_with([term], texts)[0] == [
        n for n, text in enumerate(texts) if re.search(block_pattern([term]), text)
    ]
    assert any(rows_with([term], texts))


@pytest.mark.parametrize(
    ("term", "other", "is_wider"),
    [
        ("open badge*", "badge*", True),
        ("badge*", "open badge*", False),
        ("badges", "badge*", True),
        ("badge*", "badges", False),
        ("badge*", "badge", False),
        ("micro-credential*", "micro credential*", True),
        ("open digital badge*", "open badge*", False),
        ("Éducation", "educat*", True),
        ("learning", "learn", False),
    ],
)
def test_a_wider_term_is_told_by_its_words(term: str, other: str, is_wider: bool) -> None:
    assert wider(term, other) is is_wider
