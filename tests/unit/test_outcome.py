"""From verdicts to an end: every end at every stage, and what people's decisions do to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from reprise.decisions import Decision
from reprise.screen.outcome import decide, fingerprints, outcomes

Make = Callable[..., Decision]
CRITERIA: list[dict[str, Any]] = [
    {"id": "window", "rule": "window", "stage": "before_screening", "unknown": "awaiting", "question": "W?"},
    {"id": "retracted", "rule": "retracted", "stage": "before_screening", "unknown": "met", "question": "R?"},
    {"id": "topic", "rule": "topic", "stage": "screening", "unknown": "awaiting", "question": "T?"},
    {"id": "peers", "rule": "peer_review", "stage": "screening", "unknown": "not_met", "question": "P?"},
    {"id": "text", "rule": "full_text", "stage": "retrieval", "unknown": "awaiting", "question": "F?"},
    {"id": "design", "rule": "person", "stage": "eligibility", "unknown": "awaiting", "question": "D?"},
]
RULE_OF = {c["id"]: c["rule"] for c in CRITERIA}
FACTS = {"title": "T", "abstract": "", "authors": "", "year": pd.NA, "publication_date": "", "venue": "",
         "type": "", "language": "", "doi": ""}  # fmt: skip


def judged(**verdicts: str) -> pd.DataFrame:
    """Make one work's verdicts; all that is not named is met, and judged by rule."""
    rows = [
        {"work_id": "w", "criterion": c["id"], "verdict": verdicts.get(c["id"], "met"), "field": "f",
         "value": "v", "source": "s", "note": "", "fingerprint": f"{i:08d}"}
        for i, c in enumerate(CRITERIA)
    ]  # fmt: skip
    return pd.DataFrame(rows, dtype="str")


def outcome(*decisions: Decision, work_of: dict[str, str] | None = None, **verdicts: str) -> SimpleNamespace:
    works = pd.DataFrame([{"work_id": "w", **FACTS}])
    after, trouble = decide(judged(**verdicts), works, work_of or {"a:1": "w"}, decisions, CRITERIA)
    (row,) = outcomes(after, CRITERIA).to_dict("records")
    verdict_of = after.set_index("criterion")["verdict"].to_dict()
    return SimpleNamespace(**row, verdicts=verdict_of, trouble=trouble)


@pytest.mark.parametrize(
    ("verdicts", "end", "stage", "reason", "reasons"),
    [
        ({}, "included", "included", "", ""),
        ({"window": "not_met"}, "removed_by_automation", "before_screening", "window", "window"),
        ({"retracted": "unknown"}, "included", "included", "", ""),
        ({"window": "unknown"}, "awaiting", "screening", "window", "window"),
        ({"topic": "not_met"}, "excluded", "screening", "topic", "topic"),
        ({"topic": "unknown"}, "awaiting", "screening", "topic", "topic"),
        ({"peers": "unknown"}, "excluded", "screening", "peers", "peers"),
        ({"text": "not_met"}, "not_retrieved", "retrieval", "text", "text"),
        ({"text": "unknown"}, "awaiting", "retrieval", "text", "text"),
        ({"design": "not_met"}, "excluded", "eligibility", "design", "design"),
        ({"design": "unknown"}, "awaiting", "eligibility", "design", "design"),
        # several at once: the first in the protocol's order is the reason, all are listed
        (
            {"window": "not_met", "topic": "not_met", "text": "not_met"},
            "removed_by_automation", "before_screening", "window", "window; topic; text",
        ),
        (
            {"window": "not_met", "retracted": "not_met"},
            "removed_by_automation", "before_screening", "window", "window; retracted",
        ),
        ({"topic": "not_met", "peers": "not_met"}, "excluded", "screening", "topic", "topic; peers"),
        # a failure of the same or an earlier stage decides, whatever is unknown
        ({"window": "unknown", "topic": "not_met"}, "excluded", "screening", "topic", "topic"),
        ({"topic": "unknown", "retracted": "not_met"},
         "removed_by_automation", "before_screening", "retracted", "retracted"),
        # an unknown at screening keeps the work there, whatever fails later
        ({"topic": "unknown", "text": "not_met"}, "awaiting", "screening", "topic", "topic"),
        ({"text": "unknown", "design": "not_met"}, "awaiting", "retrieval", "text", "text"),
        # what is asked of a work that awaits: the unknowns up to its stage
        ({"window": "unknown", "topic": "unknown", "text": "unknown"},
         "awaiting", "screening", "window", "window; topic"),
        ({"text": "unknown", "design": "unknown"}, "awaiting", "retrieval", "text", "text"),
    ],
)  # fmt: skip
def test_verdicts_come_to_one_end(
    verdicts: dict[str, str], end: str, stage: str, reason: str, reasons: str
) -> None:
    found = outcome(**verdicts)
    assert (found.end, found.stage, found.reason, found.reasons) == (end, stage, reason, reasons)


def test_several_works_are_kept_apart_and_in_order() -> None:
    both = pd.concat([judged(topic="not_met"), judged().assign(work_id="x")], ignore_index=True)
    found = outcomes(both.assign(judge="rule", decided_by="rule x"), CRITERIA)
    assert found[["work_id", "end"]].to_numpy().tolist() == [["w", "excluded"], ["x", "included"]]


def test_no_works_come_to_no_ends() -> None:
    works = pd.DataFrame({"work_id": pd.Series(dtype="str"), **{f: pd.Series(dtype="str") for f in FACTS}})
    after, trouble = decide(judged().iloc[:0], works, {}, [], CRITERIA)
    assert outcomes(after, CRITERIA).empty
    assert trouble == []


def test_who_decided_is_told(decision: Make) -> None:
    assert outcome().decided_by == "rules"
    assert outcome(topic="not_met").decided_by == "rule topic"
    assert outcome(decision("a:1", "topic", "met"), topic="unknown").decided_by == "Ada"
    assert outcome(decision("a:1", "topic", "not_met")).decided_by == "Ada"


# --- people


def test_a_person_beats_a_rule_both_ways(decision: Make) -> None:
    assert outcome(decision("a:1", "topic", "met"), topic="not_met").end == "included"
    assert outcome(decision("a:1", "topic", "not_met"), topic="met").end == "excluded"
    assert outcome(decision("a:1", "topic", "met"), topic="unknown").end == "included"


def test_a_person_may_take_a_rules_verdict_back_to_unknown(decision: Make) -> None:
    assert outcome(decision("a:1", "topic", "unknown")).end == "awaiting"


def test_a_persons_no_before_screening_is_an_exclusion_and_no_automation(decision: Make) -> None:
    found = outcome(decision("a:1", "window", "not_met"), window="unknown")
    assert (found.end, found.stage, found.reason) == ("excluded", "screening", "window")
    assert found.decided_by == "Ada"


def test_a_rules_no_before_screening_stays_automation_beside_a_persons_no(decision: Make) -> None:
    found = outcome(decision("a:1", "window", "not_met"), retracted="not_met")
    assert (found.end, found.reason) == ("removed_by_automation", "retracted")
    assert found.reasons == "window; retracted"


def test_a_persons_no_at_retrieval_is_not_retrieved(decision: Make) -> None:
    found = outcome(decision("a:1", "text", "not_met"), text="unknown")
    assert (found.end, found.stage) == ("not_retrieved", "retrieval")


@pytest.mark.parametrize("variable", ["retracted", "peers", "topic"])
def test_a_conflict_of_people_awaits_whatever_the_protocol_says_of_unknowns(
    decision: Make, variable: str
) -> None:
    found = outcome(decision("a:1", variable, "met"), decision("a:1", variable, "not_met", who="Bo"))
    assert (found.end, found.stage) == ("awaiting", "screening")
    assert found.verdicts[variable] == "unknown"
    (trouble,) = found.trouble
    assert (trouble.kind, trouble.variable) == ("conflict", variable)
    assert "Ada: met; Bo: not_met" in trouble.what


def test_an_adjudicator_ends_a_conflict(decision: Make) -> None:
    found = outcome(
        decision("a:1", "topic", "met"),
        decision("a:1", "topic", "not_met", who="Bo"),
        decision("a:1", "topic", "met", who="Cy", role="adjudicator"),
    )
    assert (found.end, found.decided_by, found.trouble) == ("included", "Cy", [])


def test_decisions_that_a_merge_brought_together_and_that_differ_are_a_conflict(decision: Make) -> None:
    found = outcome(
        decision("a:1", "topic", "met"),
        decision("b:7", "topic", "not_met", when="2026-11-30"),
        work_of={"a:1": "w", "b:7": "w"},
    )
    assert found.end == "awaiting"
    assert found.trouble[0].kind == "conflict"


# --- fingerprints

NOW, BEFORE = "00000002", "ffffffff"  # of topic, see `judged`


def test_a_decision_with_todays_fingerprint_or_none_is_used(decision: Make) -> None:
    for mark in (NOW, ""):
        found = outcome(decision("a:1", "topic", "met", fingerprint=mark), topic="unknown")
        assert (found.end, found.trouble) == ("included", [])


@pytest.mark.parametrize("value", ["met", "not_met"])
def test_a_stale_decision_is_neither_used_nor_dropped_in_silence(decision: Make, value: str) -> None:
    found = outcome(decision("a:1", "topic", value, fingerprint=BEFORE), topic="unknown")
    assert (found.end, found.decided_by) == ("awaiting", "rule topic")
    (trouble,) = found.trouble
    assert (trouble.kind, trouble.work_id, trouble.variable) == ("stale", "w", "topic")
    assert "data/decisions/screening.csv line 2" in trouble.what


def test_one_stale_reviewer_does_not_silence_the_other(decision: Make) -> None:
    found = outcome(
        decision("a:1", "topic", "not_met", fingerprint=BEFORE),
        decision("a:1", "topic", "met", who="Bo", fingerprint=NOW),
        topic="unknown",
    )
    assert (found.end, found.decided_by) == ("included", "Bo")
    assert [t.kind for t in found.trouble] == ["stale"]


def test_who_decides_again_is_no_longer_reported_as_stale(decision: Make) -> None:
    """The files are only appended to: the old line stays, and the new one stands in its place."""
    found = outcome(
        decision("a:1", "topic", "not_met", fingerprint=BEFORE, when="2026-11-01"),
        decision("a:1", "topic", "met", fingerprint=NOW, when="2026-11-24"),
    )
    assert found.end == "included"
    assert found.trouble == []


def test_a_line_that_its_author_replaced_does_not_come_back_when_the_newer_one_is_stale(
    decision: Make,
) -> None:
    found = outcome(
        decision("a:1", "topic", "met", when="2026-11-01"),
        decision("a:1", "topic", "not_met", fingerprint=BEFORE, when="2026-11-24"),
        topic="unknown",
    )
    assert found.end == "awaiting"
    assert [t.kind for t in found.trouble] == ["stale"]


def prints(question: str = "T?", **facts: Any) -> Sequence[str]:
    return fingerprints(pd.DataFrame([{"work_id": "w", **FACTS, **facts}]), {"question": question})


@pytest.mark.parametrize("fact", FACTS)
def test_a_fingerprint_changes_with_what_is_decided_on(fact: str) -> None:
    assert prints(**{fact: 2020 if fact == "year" else "other"}) != prints()


def test_a_fingerprint_changes_with_the_question_and_with_nothing_else() -> None:
    assert prints("Another?") != prints()
    assert prints(note="n", url="https://x") == prints()


# --- names


def test_a_decision_on_an_unknown_record_is_reported_and_not_used(decision: Make) -> None:
    found = outcome(decision("a:9", "topic", "not_met"))
    assert found.end == "included"
    (trouble,) = found.trouble
    assert trouble.kind == "unknown record"
    assert "'a:9'" in trouble.what


def test_a_bare_id_stands_for_suffixed_records_of_one_work(decision: Make) -> None:
    line = decision("a:1", "topic", "not_met")
    assert outcome(line, work_of={"a:1~x": "w", "a:1~y": "w"}).end == "excluded"
    apart = outcome(line, work_of={"a:1~x": "w", "a:1~y": "other"})
    assert apart.end == "included"
    assert apart.trouble[0].kind == "unknown record"


def test_any_member_of_a_work_may_be_named(decision: Make) -> None:
    line = decision("b:7", "topic", "not_met")
    assert outcome(line, work_of={"a:1": "w", "b:7": "w"}).end == "excluded"


def test_a_decision_on_a_criterion_that_the_protocol_dropped_changes_nothing(decision: Make) -> None:
    assert outcome(decision("a:1", "gone", "not_met")).end == "included"
