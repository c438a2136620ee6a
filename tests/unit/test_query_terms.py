"""What each term of the query finds, held against the topic criterion and against counting by leaving out."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reprise.screen.topic import find_blocks, read_texts
from reprise.synthesis.query_terms import COLUMNS, count_terms, query_terms

FIELDS = ["title", "abstract", "keywords"]


def works_of(*works: dict[str, str]) -> pd.DataFrame:
    rows = [{**dict.fromkeys(FIELDS, ""), "work_id": f"w{n}", **work} for n, work in enumerate(works)]
    return pd.DataFrame(rows, columns=["work_id", *FIELDS], dtype="str")


def query_of(
    *blocks: list[str], exclude: list[str] | None = None, fields: list[str] = FIELDS
) -> dict[str, Any]:
    return {
        "fields": fields,
        "blocks": [{"name": f"block {n}", "terms": terms} for n, terms in enumerate(blocks)],
        "exclude": {"name": "scouts", "terms": exclude} if exclude else None,
    }


def row_of(table: pd.DataFrame, term: str, block: str | None = None) -> dict[str, Any]:
    rows = table[table["term"] == term]
    rows = rows if block is None else rows[rows["block"] == block]
    assert len(rows) == 1
    row: dict[str, Any] = rows.iloc[0].to_dict()
    return row


def counts(row: dict[str, Any]) -> list[int]:
    return [row[c] for c in ("works", "found", "unique", "unique_included", "unique_awaiting")]


WORKS = works_of(
    {"title": "Digital badges", "keywords": "Learning"},
    {"title": "Badges and credentials", "abstract": "What students learn"},
    {"title": "A credential", "abstract": "learning"},
    {"title": "A badge", "abstract": "of tin"},
    {"title": "Badges of scouts", "abstract": "who learn"},
)
ENDS = {"w0": "included", "w1": "included", "w2": "awaiting", "w3": "excluded", "w4": "excluded"}
QUERY = query_of(["badge*", "credential*", "nanodegree*"], ["learn*", "student*"], exclude=["scout*"])


def test_each_term_is_counted() -> None:
    table = count_terms(WORKS, QUERY, ENDS)
    assert list(table.columns) == COLUMNS
    assert counts(row_of(table, "badge*")) == [4, 2, 1, 1, 0]
    assert counts(row_of(table, "credential*")) == [2, 2, 1, 0, 1]
    assert counts(row_of(table, "learn*")) == [4, 3, 2, 1, 1]


def test_what_is_excluded_stands_last_and_counts_what_it_takes_out() -> None:
    row = count_terms(WORKS, QUERY, ENDS | {"w4": "included"}).iloc[-1].to_dict()
    assert (row["block"], row["term"]) == ("exclude", "scout*")
    assert counts(row) == [1, 1, 1, 1, 0]


def test_a_term_stands_in_two_blocks_and_is_counted_in_each() -> None:
    table = count_terms(WORKS, query_of(["badge*"], ["learn*", "badge*"]), ENDS)
    assert counts(row_of(table, "badge*", "block 0")) == [4, 4, 4, 2, 0]
    assert counts(row_of(table, "badge*", "block 1")) == [4, 4, 1, 0, 0]


@pytest.mark.parametrize(
    ("terms", "term", "note"),
    [
        (["badge*", "nanodegree*"], "nanodegree*", "finds nothing"),
        (["badge*", "tin"], "tin", "finds nothing in works with every block"),
        (["badge*", "digital"], "digital", "adds nothing: all it finds others find too"),
        (["badge*", "digital badge*"], "digital badge*", "covered by the wider term badge*"),
        (["badge*", "digital badge*"], "badge*", ""),
        (["badge*", "badge program*"], "badge program*", "finds nothing; covered by the wider term badge*"),
        (["badge*", "Badge-*"], "badge*", ""),
        (["open-badge", "Open Badge"], "open-badge", "finds nothing; the same as Open Badge"),
        (["badges", "badge*"], "badge*", "adds nothing: all it finds others find too"),
        (["badges", "badge*"], "badges", "covered by the wider term badge*"),
    ],
)
def test_what_is_idle_is_said(terms: list[str], term: str, note: str) -> None:
    assert row_of(count_terms(WORKS, query_of(terms, ["learn*"]), ENDS), term)["note"] == note


def test_only_the_fields_of_the_protocol_are_looked_in() -> None:
    table = count_terms(WORKS, query_of(["badge*", "credential*"], ["learn*"], fields=["keywords"]), ENDS)
    assert table["works"].tolist() == [0, 0, 1]


def test_a_phrase_reaches_neither_into_the_next_field_nor_the_next_keyword() -> None:
    works = works_of(
        {"title": "open", "abstract": "badges"}, {"keywords": "Open; Badges"}, {"keywords": "Open Badges"}
    )
    assert count_terms(works, query_of(["open badge*"]), {})["works"].tolist() == [1]


def test_markup_is_no_text() -> None:
    works = works_of({"title": "Open <i>badges</i>", "abstract": "R&amp;D", "keywords": "learn&amp;play; x"})
    table = count_terms(works, query_of(["open badges", "i", "r d", "learn play", "amp"]), {})
    assert table["works"].tolist() == [1, 0, 1, 1, 0]


def test_no_works_give_a_row_for_each_term() -> None:
    table = count_terms(works_of(), QUERY, {})
    assert len(table) == 6
    assert table["works"].sum() == 0
    assert set(table["note"]) == {"finds nothing"}


def test_the_table_agrees_with_the_topic_criterion(rerun: Any, good: dict[str, str]) -> None:
    review = rerun(
        good | {"record_id": "eric:1"},
        good | {"record_id": "eric:2", "title": "A micro-credential at university"},
        good | {"record_id": "eric:3", "title": "Badges", "keywords": "learning"},
        good | {"record_id": "eric:4", "title": "Badges", "abstract": "of tin"},
        good | {"record_id": "eric:5", "title": "Badges that one may learn from", "peer_reviewed": ""},
    ).review
    table = query_terms(review)
    topic = review.screening[review.screening["criterion"] == "topic"]
    met = int((topic["verdict"] == "met").sum())
    assert met == 4
    # Each work on topic holds one term of either block here.
    assert table.groupby("block")["unique"].sum().tolist() == [met, met]
    assert table.groupby("block")["unique_included"].sum().tolist() == [3, 3]
    assert table.groupby("block")["unique_awaiting"].sum().tolist() == [1, 1]


VOCABULARY = [
    "open",
    "badge",
    "badges",
    "badging",
    "digital",
    "micro",
    "credential",
    "école",
    "x",
    "徽章",
    "学",
]
terms = st.builds(
    lambda chosen, joint, cut: joint.join(chosen) + "*" * cut,
    st.lists(st.sampled_from([*VOCABULARY, "badg*", "x*", "徽"]), min_size=1, max_size=3),
    st.sampled_from([" ", "-"]),
    st.booleans(),
).map(lambda term: term.replace("**", "*"))
some = st.lists(terms, min_size=1, max_size=5, unique=True)
texts = st.lists(st.sampled_from([*VOCABULARY, "-", ";", ". ", "ECOLE"]), max_size=7).map(" ".join)
rows = st.lists(st.fixed_dictionaries(dict.fromkeys(FIELDS, texts)), min_size=1, max_size=12)


def topical(works: pd.DataFrame, query: dict[str, Any]) -> set[str]:
    """Tell which works are on topic, from what the criterion itself looks for."""
    found = find_blocks(read_texts(works), query)
    out = found.pop("exclude") != "" if query["exclude"] else pd.Series(False, index=found.index)
    return set(works["work_id"][(found != "").all(axis=1) & ~out])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(parts=st.lists(some, min_size=1, max_size=3), exclude=st.one_of(st.none(), some), rows=rows)
def test_unique_is_what_the_criterion_loses_without_the_term(
    parts: list[list[str]], exclude: list[str] | None, rows: list[dict[str, str]]
) -> None:
    works = works_of(*rows)
    query = query_of(*parts, exclude=exclude)
    table = count_terms(works, query, dict.fromkeys(works["work_id"], "included"))
    now = topical(works, query)
    assert table["unique_included"].tolist() == table["unique"].tolist()
    told = iter(table.to_dict("records"))
    for n, terms in enumerate([*parts, *([exclude] if exclude else [])]):
        every = now if n < len(parts) else topical(works, query | {"exclude": None})
        for place, term in enumerate(terms):
            row = next(told)
            rest = [*terms[:place], *terms[place + 1 :]] or ["zebra"]
            if n < len(parts):
                other = query_of(*parts[:n], rest, *parts[n + 1 :], exclude=exclude)
                lost = now - topical(works, other)
            else:
                lost = topical(works, query_of(*parts, exclude=rest)) - now
            holds = topical(works, query_of([term]))
            assert row["works"] == len(holds)
            assert row["found"] == len(holds & every)
            assert row["unique"] == len(lost), term
            if "covered" in row["note"] or "the same" in row["note"]:
                assert not lost, "a term that is covered finds something alone"
