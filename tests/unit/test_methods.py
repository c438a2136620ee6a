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
def write(rerun: Any, good: dict[str, str], codebook: Codebook) -> Write:
    """Take a few rows through the stages and write their methods."""

    def write(strategies: Any = (), spoil: Any = None, **more: Any) -> str:
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
        tables = {name: as_text(table) for name, table in make_tables(review).items()}
        manifest = {"strategies": list(strategies), "files": []}
        seen = {"files": [{"source": "eric", "sha256": "", "searched": "2026-11"}]}
        about = provenance(run.protocol, seen, [])
        return methods(run.protocol, flow, tables, codebook, manifest, about)

    return write


def test_the_numbers_are_those_of_the_flow(write: Write) -> None:
    text = write()
    assert "5 records were identified" in text
    assert re.search(
        r"\d works were included, of which (\d) were included by rule and read by no person", text
    )


def test_a_sample_says_that_it_is_one_and_that_nothing_was_searched(write: Write) -> None:
    text = write()
    assert "are a sample compiled by hand" in text
    assert "No source was asked" in text
    assert "ERIC (counted as database, seen 2026-11)" in text


def test_a_live_search_says_what_was_sent_where(write: Write) -> None:
    def live(protocol: dict[str, Any]) -> None:
        protocol["sources"]["sample"] = {
            "openalex": {"label": "OpenAlex", "kind": "database", "searched": "2026-11-24"}
        }

    text = write(strategies=[STRATEGY], spoil=live)
    assert "OpenAlex (last searched 2026-11-24)" in text
    assert "`title.search:badge`. 44 records came back; 3 were taken out" in text
    assert "sample" not in text
    assert "No source was asked" not in text


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
    assert text.count("counts as meeting it") == 1
    assert "accepted: en (ISO 639-1)" in text


@pytest.mark.parametrize(
    "unknown",
    ["peer review of the strategy", "Registration", "Why these criteria", "who judged, and their training"],
)
def test_what_no_file_says_is_left_to_a_person(write: Write, unknown: str) -> None:
    sentence = next(line for line in write().splitlines() if unknown in line)
    assert "a person writes this" in sentence


def test_no_number_is_typed_into_the_template() -> None:
    """Beside the numbers of items, PRISMA's own year and the level of an interval."""
    text = files("reprise.synthesis").joinpath("methods.md.j2").read_text(encoding="utf-8")
    text = re.sub(r"\{[{%].*?[%}]\}", "", text)
    text = re.sub(r"PRISMA 2020|\(item[^)]*\)|\(items[^)]*\)|\(PRISMA[^)]*\)|items? \d[^.;)]*|95 %", "", text)
    assert not re.findall(r"\d+", text)


def test_what_people_wrote_breaks_no_line(write: Write) -> None:
    def hostile(protocol: dict[str, Any]) -> None:
        protocol["review"]["question"] = "What\n# do {{ 7 * 7 }} badges do?"

    text = write(spoil=hostile)
    assert "What # do {{ 7 * 7 }} badges do?" in text


def test_people_who_judged_the_same_works_are_told(write: Write, decision: Any) -> None:
    both = [decision(f"eric:{n}", "topic", "met", who=who) for n in range(3) for who in ("Ada", "Bo")]
    text = write(decisions=both)
    assert "Ada and Bo, topic (screening): 3 of 3 alike" in text
    assert "No two people judged" not in text
    assert "No two people judged" in write()


def test_equal_in_equal_out(write: Write) -> None:
    assert write() == write()
