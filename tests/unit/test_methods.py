"""Methods: every number is one that a stage wrote, and what nobody wrote is left to a person."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pandas as pd
import pytest
from reprise.coding.codebook import Codebook
from reprise.synthesis import prisma
from reprise.synthesis.methods import methods
from reprise.synthesis.provenance import provenance
from reprise.synthesis.tables import make_tables

Write = Callable[..., str]
STRATEGY = {
    "source": "openalex", "platform": "OpenAlex API", "requests": ["title.search:badge"], "notes": [],
    "kept": 41, "removed": 3, "kept_unseen": 0,
}  # fmt: skip


def as_text(table: pd.DataFrame) -> list[dict[str, str]]:
    return [{str(k): str(v) for k, v in row.items()} for row in table.astype("str").to_dict("records")]


@pytest.fixture
def write(rerun: Any, good: dict[str, str], codebook: Codebook, protocol: dict[str, Any]) -> Write:
    """Take a few rows through the stages and write their methods."""

    def write(
        strategies: Any = (),
        spoil: Any = None,
        told: Any = None,
        published: Any = None,
        asked: Any = None,
        **more: Any,
    ) -> str:
        if asked:
            asked(protocol)
            more["protocol"] = protocol
        rows = [{**good, "record_id": f"eric:{n}", "title": f"Badges and learning {n}"} for n in range(3)]
        rows += [
            {**good, "record_id": "web:1", "year": "1999"},
            {**good, "record_id": "web:2", "language": ""},
        ]
        run = rerun(*rows, **more)
        if spoil:
            spoil(run.protocol)
        review = run.review
        labels = {name: s["label"] for name, s in run.protocol["sources"]["sample"].items()}
        numbers = prisma.template_rows(prisma.numbers(run.ledger, run.works, labels))
        flow = {str(row["data"]): str(row["n"]) for row in numbers}
        tables = {name: as_text(table) for name, table in make_tables(review).items()} | (told or {})
        manifest = {"strategies": list(strategies), "files": []}
        seen = {"files": [{"source": "eric", "sha256": "", "searched": "2026-11"}]}
        about = provenance(run.protocol, seen, []) | ({"published": published} if published else {})
        return methods(run.protocol, flow, tables, codebook, manifest, about)

    return write


def test_the_numbers_are_those_of_the_flow(write: Write) -> None:
    text = write()
    assert "The sources gave 5 records: ERIC, 0; DOAJ, 0; Pages, 0." in text
    assert "Of 3 records from databases and registers, 0 were duplicates" in text
    assert re.search(
        r"The review includes (\d) works, of which \1 were included by rule and read by no person", text
    )
    assert re.search(r"In all, \d reports were sought: \d still to be retrieved, 0 not retrieved", text)


def test_numbers_have_their_separators_and_one_is_one(write: Write) -> None:
    log = [
        {"source": name, "label": name.upper(), "kind": kind, "searched": "2026-11", "records": str(n)}
        for name, kind, n in (("eric", "database", 1363), ("web", "website", 1))
    ]
    assert "ERIC, 1,363; WEB, 1." in write(told={"search_log": log})
    text = write(decisions=[])
    assert not re.search(
        r"\b1 (?:records|works|reports|were|sources)\b|\b(?:0|[2-9]|\d\d+) (?:work|record|was)\b", text
    )


def test_doubtful_pairs_are_all_counted(write: Write) -> None:
    """A doubtful pair has no suggestion of a rule, and is a judgement all the same."""
    row = {"kind": "duplicates", "suggested_by_rule": "2", "confirmed": "0", "changed": "0", "by_people": "0"}
    pairs = [
        {**row, "item": "maybe", "judgements": "20", "rules": ""},
        {**row, "item": "merge", "judgements": "1869", "rules": "same DOI: 1800; same long title: 69"},
    ]
    text = write(told={"automation": pairs})
    assert "1,869 were merged (grounds: same DOI, 1,800; same long title, 69)" in text
    assert "and 20 left doubtful; people decided none of these." in text
    text = write(told={"automation": [{**pairs[0], "by_people": "3"}]})
    assert "people decided 3 of these." in text


@pytest.mark.parametrize(
    ("reviewers", "said"),
    [
        ("single", "one person's judgement settled a criterion"),
        (
            "double",
            "two people had to agree; where they differed, the work awaited an adjudicator's decision",
        ),
        ("adjudicated", "an adjudicator alone settled"),
    ],
)
def test_whose_judgement_counted(write: Write, reviewers: str, said: str) -> None:
    def set_to(protocol: dict[str, Any]) -> None:
        protocol["screening"]["reviewers"] = reviewers

    assert said in write(spoil=set_to)


def test_dates_of_bundled_files_stand_with_each_where_they_differ(write: Write) -> None:
    def two(protocol: dict[str, Any]) -> None:
        protocol["sources"]["sample"]["web"] |= {"searched": "2026-12", "sample": True}

    text = write(spoil=two)
    assert "as databases: ERIC (seen November 2026); as websites: Pages (seen December 2026)." in text


def test_reasons_for_exclusion_at_full_text_are_told_where_there_are_any(write: Write, decision: Any) -> None:
    def ask(protocol: dict[str, Any]) -> None:
        more = {"id": "design", "question": "Is it empirical?", "stage": "eligibility", "rule": "person"}
        protocol["criteria"].append({**more, "unknown": "met"})

    assert "reasons for exclusion at full text" not in write()
    out = [decision(f"eric:{n}", "design", "not_met", stage="eligibility") for n in range(2)]
    text = write(asked=ask, decisions=out)
    assert "reasons for exclusion at full text: design, 2. The review includes 2 works, of which" in text


def test_kinds_of_source_that_are_not_used_are_named(write: Write) -> None:
    def one(protocol: dict[str, Any]) -> None:
        del protocol["sources"]["sample"]["web"]
        del protocol["sources"]["sample"]["doaj"]

    text = write(spoil=one)
    assert "Not used: registers, websites, organisations and citation searching." in text


def test_the_published_review_is_named_with_what_is_not_known_of_it(write: Write) -> None:
    assert "The review repeats this one" not in write()
    about = {"citation": "Doe, J. (2023). Badges.", "not_stated": ["search string"]}
    text = write(published=about)
    assert "The review repeats this one: Doe, J. (2023). Badges. Of that review" in text
    assert "do not state: search string.\n\n" in text


def test_a_sample_says_that_it_is_one_and_that_nothing_was_searched(write: Write) -> None:
    text = write()
    assert "are a sample compiled by hand" in text
    assert "No query was sent to a source." in text
    assert "as seen in November 2026, and are counted as databases: ERIC." in text
    assert "Not used: registers, organisations and citation searching." in text


def test_a_live_search_says_what_was_sent_where(write: Write) -> None:
    def live(protocol: dict[str, Any]) -> None:
        protocol["sources"]["sample"] = {
            "openalex": {"label": "OpenAlex", "kind": "database", "searched": "2026-11-24"}
        }

    text = write(strategies=[STRATEGY], spoil=live)
    assert "One source was searched through its public programming interface" in text
    assert "OpenAlex (last searched 24 November 2026)" in text
    assert "`title.search:badge`. 44 records came back; 3 were removed on arrival" in text
    assert "sample" not in text
    assert "No query was sent" not in text


def test_every_criterion_stands_with_its_question_and_what_unknown_means(write: Write) -> None:
    text = write()
    for question in (
        "In the window?",
        "In English?",
        "An article?",
        "Not retracted?",
        "On topic?",
        "At hand?",
    ):
        assert question in text
    assert text.count("it counted as met") == 1
    assert "accepted: English." in text
    assert "The window was 1 January 2015 to 31 January 2022, both days included." in text
    assert "book, preprint and report did not meet it" in text


@pytest.mark.parametrize(
    "unknown",
    ["peer review of the strategy", "registration", "why these criteria", "who judged, and their training"],
)
def test_what_no_file_says_is_left_to_a_person(write: Write, unknown: str) -> None:
    assert re.search(rf"\[A person writes: [^\]]*{unknown}", write())


def test_no_number_is_typed_into_the_template() -> None:
    """Beside the numbers of items, PRISMA's own year and the level of an interval."""
    text = files("reprise.synthesis").joinpath("methods.md.j2").read_text(encoding="utf-8")
    text = re.sub(r"\{[{%].*?[%}]\}", "", text)
    text = re.sub(r"PRISMA 2020|\(item[^)]*\)|\(items[^)]*\)|\(PRISMA[^)]*\)|items? \d[^.;)]*|95%", "", text)
    assert not re.findall(r"\d+", text)


def test_what_people_wrote_breaks_no_line(write: Write) -> None:
    def hostile(protocol: dict[str, Any]) -> None:
        protocol["review"]["question"] = "What\n# do {{ 7 * 7 }} badges do?"

    text = write(spoil=hostile)
    assert "What # do {{ 7 * 7 }} badges do?" in text


def test_people_who_judged_the_same_works_are_told(write: Write, decision: Any) -> None:
    both = [decision(f"eric:{n}", "topic", "met", who=who) for n in range(3) for who in ("Ada", "Bo")]
    text = write(decisions=both)
    assert "Ada and Bo, topic (screening): alike on 3 of 3 works" in text
    assert "| 5. Topic | 5 | 0 | 0 | 5 | 3 | 0 | 0 |" in text
    assert "No two people judged" not in text
    assert "No two people judged" in write()


def test_equal_in_equal_out(write: Write) -> None:
    assert write() == write()
