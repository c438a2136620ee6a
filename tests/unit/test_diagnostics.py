"""Diagnostics: what people made of the rules' codes, and where the codebook may be improved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reprise.coding.codebook import Codebook
from reprise.coding.diagnostics import (
    CHECKS,
    LISTED,
    code_review,
    codebook_diagnostics,
    cooccurrence,
    removed_codes,
)
from reprise.coding.themes import find_hits
from reprise.coding.works import code_frame
from reprise.decisions import FACTS, Decision

Make = Callable[..., Decision]
FIELDS = (*FACTS, "keywords", "author_countries", "first_author_country", "affiliations", "studied_countries")
CODES = ["economic.jobs", "economic.skills", "social.lifelong"]
TITLES = [
    "Skills of employers, and skills",
    "Employers",
    "Skills",
    "Lifelong learning for employers of badges",
    "The badges of the university",
    "Badges at 2 universities and a university of badges",
]


def works(*titles: str) -> pd.DataFrame:
    rows = [{"work_id": f"w{i}", **dict.fromkeys(FIELDS, ""), "title": t} for i, t in enumerate(titles)]
    return pd.DataFrame(rows, columns=["work_id", *FIELDS], dtype="str")


class Coded:
    """Titles coded by rule, then by people."""

    def __init__(self, book: Codebook, titles: list[str], *decisions: Decision):
        self.book = book
        self.works = works(*titles)
        self.hits = find_hits(self.works, book)
        work_of = {f"eric:{i}": f"w{i}" for i in range(len(titles))}
        groups = {"USA": ["US"]}
        self.coding, self.notes = code_frame(self.works, book, decisions, work_of, groups, self.hits)

    @property
    def review(self) -> dict[str, dict[str, int]]:
        return code_review(self.coding, self.hits, self.book).set_index("code").to_dict("index")  # type: ignore

    def diagnostics(self, check: str) -> list[tuple[Any, ...]]:
        found = codebook_diagnostics(self.hits, self.coding, self.works, self.book)
        rows = found.loc[found["check"] == check, ["item", "works", "share", "detail"]]
        return list(rows.itertuples(index=False, name=None))


@pytest.fixture
def people(codebook: Codebook, decision: Make) -> Coded:
    """Give works of which people coded four."""
    return Coded(
        codebook,
        TITLES,
        decision("eric:0", "theme", "economic.jobs; social.lifelong"),
        decision("eric:1", "theme", "uncoded"),
        decision("eric:4", "theme", "uncoded"),
        decision("eric:5", "theme", "economic.skills"),
    )


# --- what people made of it


def test_a_theme_tells_what_the_rule_suggested_and_what_people_made_of_it(people: Coded) -> None:
    keys = ["hits", "suggested", "confirmed", "added", "taken_away", "not_looked_at"]
    found = {code: [row[key] for key in keys] for code, row in people.review.items()}
    assert found == {
        "economic.jobs": [3, 3, 1, 0, 1, 1],
        "economic.skills": [3, 2, 0, 1, 1, 1],
        "social.lifelong": [1, 1, 0, 1, 0, 1],
        "uncoded": [0, 2, 1, 1, 1, 0],
    }


def test_all_themes_are_told_only_with_the_codebook(codebook: Codebook) -> None:
    made = Coded(codebook, ["Skills"])
    assert list(code_review(made.coding, made.hits)["code"]) == ["economic.skills", "uncoded"]
    assert list(made.review) == [*CODES, "uncoded"]


def test_codes_that_a_person_took_away_are_listed_with_their_evidence(people: Coded) -> None:
    assert removed_codes(people.coding, people.hits).to_numpy().tolist() == [
        ["w0", "economic.skills", "title", "skills", "Ada"],
        ["w1", "economic.jobs", "title", "employers", "Ada"],
    ]


def test_without_people_nothing_is_taken_away_or_confirmed(codebook: Codebook) -> None:
    made = Coded(codebook, TITLES)
    assert removed_codes(made.coding, made.hits).empty
    for row in made.review.values():
        assert row["suggested"] == row["not_looked_at"]
        assert row["confirmed"] == row["added"] == row["taken_away"] == 0


def test_codes_that_a_rule_still_decides_are_not_taken_away(codebook: Codebook, decision: Make) -> None:
    """People who differ leave the rule's codes standing."""
    lines = [decision("eric:0", "theme", "uncoded"), decision("eric:0", "theme", CODES[0], who="Bo")]
    made = Coded(codebook, TITLES, *lines)
    assert len(made.notes) == 1
    assert removed_codes(made.coding, made.hits).empty


DECIDED = st.dictionaries(
    st.integers(0, len(TITLES) - 1),
    st.lists(st.sampled_from(CODES), unique=True).map(lambda codes: "; ".join(codes) or "uncoded"),
)


@settings(deadline=None, max_examples=25)
@given(DECIDED)
def test_what_was_suggested_is_confirmed_taken_away_or_not_looked_at(
    codebook: Codebook, decision: Make, decided: dict[int, str]
) -> None:
    made = Coded(codebook, TITLES, *(decision(f"eric:{i}", "theme", value) for i, value in decided.items()))
    themes = made.coding[made.coding["variable"] == "theme"]
    bears = themes["code"].value_counts()
    for code, row in made.review.items():
        assert row["suggested"] == row["confirmed"] + row["taken_away"] + row["not_looked_at"]
        assert bears.get(code, 0) == row["confirmed"] + row["added"] + row["not_looked_at"]
    removed = removed_codes(made.coding, made.hits)
    assert len(removed) == sum(made.review[code]["taken_away"] for code in CODES)
    assert {int(work[1:]) for work in removed["work_id"]} <= set(decided)


# --- diagnostics


def test_uncoded_works_and_the_words_of_their_titles_are_told(people: Coded) -> None:
    assert people.diagnostics("uncoded") == [("uncoded", 2, 0.3333, "2 of them so decided by people")]
    assert people.diagnostics("word in uncoded titles") == [
        ("badges", 1, 0.5, ""),
        ("university", 1, 0.5, ""),
    ]


def test_words_are_counted_once_for_each_title_without_small_words_and_numbers(codebook: Codebook) -> None:
    found = Coded(codebook, TITLES).diagnostics("word in uncoded titles")
    assert found == [("badges", 2, 1.0, ""), ("university", 2, 1.0, ""), ("universities", 1, 0.5, "")]


def test_as_many_words_are_told_as_people_read(codebook: Codebook) -> None:
    title = " ".join(f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(LISTED + 5))
    assert len(Coded(codebook, [title]).diagnostics("word in uncoded titles")) == LISTED


def test_indicators_that_never_fire_are_told_in_the_codebooks_order(people: Coded) -> None:
    assert people.diagnostics("indicator never fires") == [
        ("labour market", 0, 0.0, "economic.jobs"),
        ("reskilling", 0, 0.0, "economic.skills"),
    ]


def test_indicators_in_more_than_half_of_the_works_are_told(codebook: Codebook) -> None:
    made = Coded(codebook, ["Skills and skills", "Skills of employers", "Trust of employers", "Skills"])
    assert made.diagnostics("indicator in most works") == [("skill", 3, 0.75, "economic.skills")]


def test_a_theme_that_never_comes_without_another_is_told(codebook: Codebook) -> None:
    both, one = "Skills of employers", "Employers"
    found = Coded(codebook, [both, both, both, one]).diagnostics("theme never without another")
    assert found == [("economic.skills", 3, 0.75, "each of them bears economic.jobs, too")]
    assert Coded(codebook, [both, both, one, one]).diagnostics("theme never without another") == []
    apart = Coded(codebook, [both, both, both, one, "Skills"])
    assert apart.diagnostics("theme never without another") == []


def test_indicators_whose_codes_people_take_away_are_told(people: Coded) -> None:
    assert people.diagnostics("indicator taken away") == [
        ("skill", 1, 1.0, "economic.skills; of 1 works with it that people coded"),
        ("employer", 1, 0.5, "economic.jobs; of 2 works with it that people coded"),
    ]


def test_checks_come_in_their_order_whatever_the_order_of_works(people: Coded) -> None:
    found = codebook_diagnostics(people.hits, people.coding, people.works, people.book)
    assert list(found.columns) == ["check", "item", "works", "share", "detail"]
    places = [CHECKS.index(check) for check in found["check"]]
    assert places == sorted(places)
    turned = [frame.iloc[::-1] for frame in (people.hits, people.coding, people.works)]
    assert found.equals(codebook_diagnostics(*turned, people.book))


def test_works_that_are_not_coded_do_not_count(people: Coded) -> None:
    more = works(*TITLES, "Employers, skills and trust")
    hits = find_hits(more, people.book)
    assert len(hits) > len(people.hits)
    found = codebook_diagnostics(hits, people.coding, more, people.book)
    assert found.equals(codebook_diagnostics(people.hits, people.coding, people.works, people.book))
    assert code_review(people.coding, hits).equals(code_review(people.coding, people.hits))
    assert removed_codes(people.coding, hits).equals(removed_codes(people.coding, people.hits))


def test_no_works_say_only_that_there_are_none(codebook: Codebook) -> None:
    made = Coded(codebook, [])
    assert made.diagnostics("uncoded") == [("uncoded", 0, 0.0, "0 of them so decided by people")]
    assert made.diagnostics("indicator in most works") == []
    assert len(made.diagnostics("indicator never fires")) == 5
    assert made.review["uncoded"]["suggested"] == 0
    assert cooccurrence(made.coding.assign(end=""), codebook)[CODES].to_numpy().sum() == 0


# --- themes that come together


def test_works_with_each_two_themes_are_counted_by_status(codebook: Codebook) -> None:
    titles = ["Skills of employers", "Skills of employers", "Lifelong learning of skills", "Trust"]
    ends = {"w0": "included", "w1": "awaiting", "w2": "included", "w3": "included"}
    coding = Coded(codebook, titles).coding
    found = cooccurrence(coding.assign(end=coding["work_id"].map(ends)), codebook)
    assert list(found.columns) == ["status", "code", *CODES]
    assert found.to_numpy().tolist() == [
        ["included", "economic.jobs", 1, 1, 0],
        ["included", "economic.skills", 1, 2, 1],
        ["included", "social.lifelong", 0, 1, 1],
        ["included and awaiting", "economic.jobs", 2, 2, 0],
        ["included and awaiting", "economic.skills", 2, 3, 1],
        ["included and awaiting", "social.lifelong", 0, 1, 1],
    ]


@settings(deadline=None, max_examples=25)
@given(DECIDED, st.lists(st.sampled_from(["included", "awaiting"]), min_size=6, max_size=6))
def test_the_table_is_symmetric_and_its_diagonal_counts_the_theme(
    codebook: Codebook, decision: Make, decided: dict[int, str], ends: list[str]
) -> None:
    made = Coded(codebook, TITLES, *(decision(f"eric:{i}", "theme", value) for i, value in decided.items()))
    coding = made.coding.assign(end=[ends[int(work[1:])] for work in made.coding["work_id"]])
    found = cooccurrence(coding, codebook)
    themes = coding[coding["variable"] == "theme"]
    for status, counted in (("included", ["included"]), ("included and awaiting", ["included", "awaiting"])):
        square = found[found["status"] == status].set_index("code")[CODES]
        assert (square.to_numpy() == square.to_numpy().T).all()
        bears = themes.loc[themes["end"].isin(counted), "code"].value_counts()
        for code in CODES:
            assert square.loc[code, code] == bears.get(code, 0)
            assert (square.loc[code] <= square.loc[code, code]).all()
