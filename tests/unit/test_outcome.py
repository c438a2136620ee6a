"""From verdicts to an end: every end at every stage, and what people's decisions do to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reprise.decisions import REVIEWERS, Decision, hash_facts
from reprise.screen.outcome import decide, fingerprints, outcomes

Make = Callable[..., Decision]
steady = settings(deadline=None, derandomize=True, database=None)
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


def outcome(
    *decisions: Decision,
    work_of: dict[str, str] | None = None,
    reviewers: str = "single",
    prints: dict[str, str] | None = None,
    **verdicts: str,
) -> SimpleNamespace:
    """Take one work from verdicts to its end; `prints` are fingerprints by criterion."""
    works = pd.DataFrame([{"work_id": "w", **FACTS}])
    before = judged(**verdicts)
    marks = zip(before["criterion"], before["fingerprint"], strict=True)
    before["fingerprint"] = [(prints or {}).get(criterion, mark) for criterion, mark in marks]
    after, trouble = decide(before, works, work_of or {"a:1": "w"}, decisions, CRITERIA, reviewers)
    (row,) = outcomes(after, CRITERIA).to_dict("records")
    of = after.set_index("criterion")
    return SimpleNamespace(
        **row, verdicts=of["verdict"].to_dict(), rules=of["rule_verdict"].to_dict(),
        notes=of["note"].to_dict(), trouble=trouble,
    )  # fmt: skip


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


def test_the_rules_verdict_stays_visible_beside_a_persons(decision: Make) -> None:
    found = outcome(decision("a:1", "topic", "met"), topic="not_met")
    assert (found.verdicts["topic"], found.rules["topic"]) == ("met", "not_met")
    assert found.verdicts["window"] == found.rules["window"] == "met"
    assert outcome().rules == dict.fromkeys(RULE_OF, "met")


def test_who_is_unsure_is_told(decision: Make) -> None:
    found = outcome(decision("a:1", "topic", "unknown", reason="no abstract"))
    assert found.notes["topic"] == "unsure: Ada; no abstract"
    assert found.trouble == []


# --- two reviewers

BLIND = "1 judgement is missing, a second reviewer's; Ada has judged"


@pytest.mark.parametrize("reviewers", ["double", "adjudicated"])
@pytest.mark.parametrize("value", ["met", "not_met", "unknown"])
@pytest.mark.parametrize("rule", ["met", "not_met", "unknown"])
@pytest.mark.parametrize("variable", ["retracted", "peers", "topic"])
def test_one_line_alone_awaits_a_second_reviewer_whatever_it_says(
    decision: Make, reviewers: str, value: str, rule: str, variable: str
) -> None:
    line = decision("a:1", variable, value, reason="words that tell")
    found = outcome(line, reviewers=reviewers, **{variable: rule})
    assert (found.end, found.stage, found.reasons) == ("awaiting", "screening", variable)
    assert (found.decided_by, found.judge, found.trouble) == ("Ada", "person", [])
    assert (found.verdicts[variable], found.rules[variable]) == ("unknown", rule)
    # Screening is blind: who has judged stands there, not what was said.
    assert found.notes[variable] == BLIND


def test_two_reviewers_who_agree_decide(decision: Make) -> None:
    lines = [decision("a:1", "topic", "not_met"), decision("a:1", "topic", "not_met", who="Bo")]
    for reviewers in REVIEWERS:
        found = outcome(*lines, reviewers=reviewers)
        assert (found.end, found.decided_by) == ("excluded", "Ada, Bo")


def test_an_adjudicator_decides_alone(decision: Make) -> None:
    line = decision("a:1", "topic", "not_met", who="Cy", role="adjudicator")
    assert outcome(line, reviewers="double").end == outcome(line, reviewers="adjudicated").end == "excluded"


def test_who_comes_round_ends_a_conflict_unless_an_adjudicator_is_asked_for(decision: Make) -> None:
    lines = [
        decision("a:1", "topic", "met", when="2026-11-01"),
        decision("a:1", "topic", "not_met", who="Bo", when="2026-11-01"),
        decision("a:1", "topic", "met", who="Bo", when="2026-11-02"),
    ]
    assert outcome(*lines, reviewers="double").end == "included"
    found = outcome(*lines, reviewers="adjudicated")
    assert found.end == "awaiting"
    (trouble,) = found.trouble
    assert trouble.kind == "conflict"
    assert "Ada: met; Bo: not_met, before they agreed" in trouble.what
    last = decision("a:1", "topic", "met", who="Cy", role="adjudicator")
    assert outcome(*lines, last, reviewers="adjudicated").end == "included"


def test_a_second_reviewer_whose_line_is_stale_is_missing_again(decision: Make) -> None:
    found = outcome(
        decision("a:1", "topic", "met", fingerprint=NOW),
        decision("a:1", "topic", "met", who="Bo", fingerprint=BEFORE),
        reviewers="double",
    )
    assert found.end == "awaiting"
    assert found.notes["topic"] == f"{BLIND}; Bo decided before: what it was decided on changed since"


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
    assert found.notes["topic"] == "Ada decided before: what it was decided on changed since"


@pytest.mark.parametrize(
    ("question", "facts", "says"),
    [
        ("T?", {"title": "U", "abstract": "A"}, "title, abstract changed since; decide again"),
        ("U?", {}, "the question of the criterion changed since; decide again"),
    ],
)
def test_a_stale_decision_is_told_with_what_changed(
    decision: Make, question: str, facts: dict[str, str], says: str
) -> None:
    (then,), (now,) = prints(), prints(question, **facts)
    found = outcome(decision("a:1", "topic", "met", fingerprint=then), topic="unknown", prints={"topic": now})
    assert found.end == "awaiting"
    (trouble,) = found.trouble
    assert trouble.what == f"data/decisions/screening.csv line 2: {says}"
    fresh = decision("a:1", "topic", "met", fingerprint=now)
    assert outcome(fresh, topic="unknown", prints={"topic": now}).end == "included"


def test_a_decision_of_an_earlier_version_is_used_as_long_as_nothing_changed(decision: Make) -> None:
    (then,), (now,) = prints(), prints(title="U")
    line = decision("a:1", "topic", "met", fingerprint=then[:8])
    assert outcome(line, topic="unknown", prints={"topic": then}).end == "included"
    assert outcome(line, topic="unknown", prints={"topic": now}).trouble[0].kind == "stale"


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


def test_facts_are_hashed_once_for_all_criteria() -> None:
    works = pd.DataFrame([{"work_id": "w", **FACTS}, {"work_id": "v", **FACTS, "title": "U"}])
    facts = hash_facts(works)
    for criterion in CRITERIA:
        assert fingerprints(works, criterion, facts) == fingerprints(works, criterion)


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


def test_decisions_on_a_criterion_that_the_protocol_dropped_are_told_in_one_line(decision: Make) -> None:
    gone = [decision("a:1", "gone", "not_met", who=who, line=i) for i, who in enumerate("ABCDEF", start=2)]
    found = outcome(*gone, decision("a:1", "topics", "not_met", line=9))
    assert found.end == "included"
    first, second = sorted(t.what for t in found.trouble)
    assert first.startswith("data/decisions/screening.csv line 2 (also 3, 4, 5 and 2 more): variable 'gone'")
    assert first.endswith("what was decided on it is not used")
    assert "did you mean 'topic'?" in second


# --- what must hold of all decisions

WORKS = ("u", "v", "w")
WORK_OF = {f"a:{work}": work for work in WORKS} | {"b:u": "u"}
VALUES = ("met", "not_met", "unknown")
LINES = st.lists(
    st.tuples(
        st.sampled_from([*WORK_OF, "a:none"]),
        st.sampled_from([*RULE_OF, "gone"]),
        st.sampled_from(VALUES),
        st.sampled_from(["Ada", "Bo", "Cy"]),
        st.sampled_from(["reviewer", "reviewer", "adjudicator"]),
        st.sampled_from(["2026-11-01", "2026-11-02"]),
        st.sampled_from(["", "", NOW, BEFORE]),
    ),
    max_size=12,
)
VERDICTS = st.lists(st.sampled_from(VALUES), min_size=len(WORKS) * len(CRITERIA),
                    max_size=len(WORKS) * len(CRITERIA))  # fmt: skip


def three(decision: Make, verdicts: list[str], lines: list[Any], reviewers: str) -> Any:
    """Take three works from verdicts to their ends: verdicts by work and criterion, and ends by work."""
    parts = [judged().assign(work_id=work) for work in WORKS]
    before = pd.concat(parts, ignore_index=True).assign(verdict=verdicts)
    works = pd.DataFrame([{"work_id": work, **FACTS} for work in WORKS])
    made = [
        decision(record, variable, value, who=who, role=role, when=when, fingerprint=mark, line=i)
        for i, (record, variable, value, who, role, when, mark) in enumerate(lines, start=2)
    ]
    after, _ = decide(before, works, WORK_OF, made, CRITERIA, reviewers)
    columns = ["work_id", "criterion", "verdict", "rule_verdict", "note", "judge", "decided_by"]
    return after[columns], outcomes(after, CRITERIA)


def of_work(made: Any, work: str) -> list[Any]:
    return [table[table["work_id"] == work].to_dict("records") for table in made]


@steady
@given(verdicts=VERDICTS, lines=LINES, reviewers=st.sampled_from(REVIEWERS))
def test_without_decisions_the_rules_stand(
    decision: Make, verdicts: list[str], lines: list[Any], reviewers: str
) -> None:
    rules, ends = three(decision, verdicts, [], reviewers)
    assert rules["verdict"].tolist() == rules["rule_verdict"].tolist() == verdicts
    assert three(decision, verdicts, [], "single")[1].equals(ends)
    after = three(decision, verdicts, lines, reviewers)[0]
    assert after["rule_verdict"].tolist() == verdicts
    kept = after["judge"] == "rule"
    assert after.loc[kept, "verdict"].tolist() == rules.loc[kept, "verdict"].tolist()


@steady
@given(verdicts=VERDICTS, lines=LINES, more=LINES, reviewers=st.sampled_from(REVIEWERS))
def test_a_decision_changes_only_the_work_whose_record_it_names(
    decision: Make, verdicts: list[str], lines: list[Any], more: list[Any], reviewers: str
) -> None:
    one, two = (three(decision, verdicts, listed, reviewers) for listed in (lines, lines + more))
    named = {WORK_OF.get(line[0]) for line in more}
    for work in WORKS:
        if work not in named:
            assert of_work(one, work) == of_work(two, work)


@steady
@given(verdicts=VERDICTS, value=st.sampled_from(VALUES), other=st.sampled_from(VALUES),
       reviewers=st.sampled_from(REVIEWERS))  # fmt: skip
def test_a_merge_that_brings_two_differing_decisions_together_is_a_conflict(
    decision: Make, verdicts: list[str], value: str, other: str, reviewers: str
) -> None:
    works = pd.DataFrame([{"work_id": "w", **FACTS}])
    before = judged().assign(verdict=verdicts[: len(CRITERIA)])
    lines = [decision("a:1", "topic", value), decision("b:7", "topic", other, who="Bo", line=3)]
    apart = [decide(before, works, {record: "w"}, lines, CRITERIA, reviewers)[1] for record in ("a:1", "b:7")]
    assert not [t for found in apart for t in found if t.kind == "conflict"]
    after, found = decide(before, works, {"a:1": "w", "b:7": "w"}, lines, CRITERIA, reviewers)
    assert [t.kind for t in found] == (["conflict"] if value != other else [])
    assert after.set_index("criterion").at["topic", "verdict"] == (value if value == other else "unknown")
