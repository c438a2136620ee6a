"""The retrieval list: which works were sought, where, and what became of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from reprise.decisions import Decision
from reprise.screen.retrieval import COLUMNS, SOUGHT, retrieval_list

Rerun = Callable[..., Any]
Make = Callable[..., Decision]
Row = dict[str, str]


def listed(case: Any, decisions: Sequence[Decision] = (), reviewers: str = "single") -> list[dict[str, str]]:
    criteria = case.protocol["criteria"]
    table = retrieval_list(case.works, case.records, case.screening, decisions, criteria, reviewers)
    assert tuple(table.columns) == COLUMNS
    sought = case.ends.index[case.ends["end_stage"].isin(SOUGHT)]
    assert sorted(table["work_id"]) == sorted(sought)
    return table.to_dict("records")


def told(row: dict[str, str]) -> list[str]:
    return [row[c] for c in ("outcome", "where", "who", "when", "note")]


def test_only_works_that_were_sought_stand_there_those_still_sought_first(rerun: Rerun, good: Row) -> None:
    case = rerun(
        {"record_id": "eric:1", **good},
        {"record_id": "eric:2", **good, "title": "Badges, learn, two", "open_access": ""},
        {"record_id": "eric:3", **good, "title": "Badges, learn, three", "year": "2010"},
        {"record_id": "eric:4", **good, "title": "Badges, learn, four", "peer_reviewed": ""},
    )
    rows = listed(case)
    assert [row["work_id"] for row in rows] == ["w:eric:2", "w:eric:1"]
    assert told(rows[0]) == ["still sought", "", "", "", "no open copy known; a library may hold it"]
    assert told(rows[1]) == ["obtained by rule", "open_access: gold (eric:1)", "rule full_text", "", ""]


def test_where_to_look_is_what_all_records_of_the_work_say(rerun: Rerun, good: Row) -> None:
    facts = {**good, "authors": "Ng, A", "venue": "Journal of X", "doi": "10.1234/x", "work": "one"}
    case = rerun(
        {"record_id": "eric:1", **facts, "open_access": "closed", "url": "https://x.org/1"},
        {"record_id": "web:2", **facts, "open_access": "green", "fulltext_url": "https://y.org/2.pdf"},
    )
    (row,) = listed(case)
    assert (row["open_access"], row["url"], row["fulltext_url"]) == (
        "closed; green", "https://x.org/1", "https://y.org/2.pdf",
    )  # fmt: skip
    assert [row[c] for c in ("authors", "year", "title", "venue", "doi")] == [
        "Ng, A", "2020", good["title"], "Journal of X", "10.1234/x",
    ]  # fmt: skip


@pytest.mark.parametrize(("value", "outcome"), [("met", "obtained by person"), ("not_met", "not retrieved")])
def test_what_a_person_found_is_told_with_who_when_and_note(
    rerun: Rerun, good: Row, decision: Make, value: str, outcome: str
) -> None:
    lines = [
        decision("eric:1", "full_text", "unknown", when="2026-11-01", note="asked"),
        decision("eric:1", "full_text", value, when="2026-11-20", reason="interlibrary loan", note="paper"),
    ]
    case = rerun({"record_id": "eric:1", **good, "open_access": "closed"}, decisions=lines)
    (row,) = listed(case, lines)
    assert told(row) == [outcome, "", "Ada", "2026-11-20", "interlibrary loan; paper"]


def test_who_is_unsure_leaves_the_work_sought(rerun: Rerun, good: Row, decision: Make) -> None:
    lines = [decision("eric:1", "full_text", "unknown", reason="asked the authors")]
    (row,) = listed(rerun({"record_id": "eric:1", **good}, decisions=lines), lines)
    assert told(row) == [
        "still sought",
        "open_access: gold (eric:1)",
        "Ada",
        "",
        "unsure: Ada; asked the authors",
    ]


def test_a_stale_decision_tells_nothing_of_when(rerun: Rerun, good: Row, decision: Make) -> None:
    lines = [decision("eric:1", "full_text", "met", fingerprint="ffffffff")]
    (row,) = listed(rerun({"record_id": "eric:1", **good, "open_access": ""}, decisions=lines), lines)
    assert row["outcome"] == "still sought"
    assert (row["who"], row["when"]) == ("", "")


@pytest.mark.parametrize(
    ("policy", "outcome"),
    [("met", "taken as obtained"), ("not_met", "not retrieved"), ("awaiting", "still sought")],
)
def test_what_the_protocol_says_of_unknowns_is_told_as_such(
    rerun: Rerun, good: Row, protocol: dict[str, Any], policy: str, outcome: str
) -> None:
    protocol["criteria"][-1]["unknown"] = policy
    (row,) = listed(rerun({"record_id": "eric:1", **good, "open_access": ""}, protocol=protocol))
    assert row["outcome"] == outcome
    assert (f"the protocol counts unknown as {policy}" in row["note"]) == (policy != "awaiting")


def test_without_a_criterion_at_the_stage_nothing_is_claimed(
    rerun: Rerun, good: Row, protocol: dict[str, Any]
) -> None:
    protocol["criteria"].pop()
    (row,) = listed(rerun({"record_id": "eric:1", **good}, protocol=protocol))
    assert row["outcome"] == "not asked"


def test_a_failure_at_eligibility_was_obtained(
    rerun: Rerun, good: Row, protocol: dict[str, Any], decision: Make
) -> None:
    design = {"id": "design", "question": "A study?", "stage": "eligibility", "rule": "person"}
    protocol["criteria"].append(protocol["criteria"][-1] | design)
    lines = [decision("eric:1", "design", "not_met")]
    (row,) = listed(rerun({"record_id": "eric:1", **good}, protocol=protocol, decisions=lines), lines)
    assert row["outcome"] == "obtained by rule"
    (row,) = listed(rerun({"record_id": "eric:1", **good}, protocol=protocol))
    assert row["outcome"] == "obtained by rule"


def test_no_works_are_no_rows(rerun: Rerun) -> None:
    assert listed(rerun()) == []
