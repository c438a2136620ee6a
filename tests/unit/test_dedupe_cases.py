"""Pairs as real exports show them, each with what the rules must say."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from reprise.dedupe.works import find_works
from reprise.frames import as_frame
from reprise.records import COLUMNS

# What real exports show; the cases from the 91st on say which of these they are.
KINDS = {
    "subtitle cut", "HTML in the title", "transliteration", "journal abbreviation", "author order",
    "run-on or partial authors", "initials", "corporate author", "missing year", "NA as text",
    "early online and print year", "page range and article number", "running number as issue",
    "erratum or reply", "parts I and II", "conference abstract number", "translated title in brackets",
    "retraction", "book and chapter", "preprint and article", "same abstract in two journals",
    "same title in two years", "recurring or generic title",
}  # fmt: skip
CASES = json.loads((Path(__file__).parents[1] / "fixtures" / "duplicate_cases.json").read_text("utf-8"))


@pytest.mark.parametrize("number", range(len(CASES)), ids=[c["note"] for c in CASES])
def test_case(number: int) -> None:
    case = CASES[number]
    # Which side comes first must not matter; every other case is turned round.
    sides = [case["b"], case["a"]] if number % 2 else [case["a"], case["b"]]
    rows = [
        {**dict.fromkeys(COLUMNS, ""), "kind": "database", "source": "s", **side, "record_id": f"s:{i}"}
        for i, side in enumerate(sides)
    ]
    works, pairs, notes = find_works(as_frame(rows, list(COLUMNS)), [], ["s"])
    outcome = pairs["outcome"].iloc[0] if len(pairs) else "nothing"
    assert outcome == case["expect"], pairs["rule"].tolist()
    assert len(works) == (1 if case["expect"] == "merge" else 2)
    assert bool(works["linked_works"].any()) == (case["expect"] == "linked version")
    assert not notes


def test_there_are_cases_of_each_outcome() -> None:
    assert {c["expect"] for c in CASES} == {"merge", "maybe", "distinct", "linked version", "nothing"}
    assert len(CASES) >= 150
    assert len({c["note"] for c in CASES}) == len(CASES)


def test_there_are_cases_of_each_kind() -> None:
    count = Counter(c["kind"] for c in CASES if "kind" in c)
    assert set(count) == KINDS
    assert min(count.values()) >= 3
