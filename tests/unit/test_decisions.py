"""What people decided: read, checked, and settled where several people spoke."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reprise.decisions import (
    FACTS,
    HEADER,
    REVIEWERS,
    Decision,
    check_value,
    find_record,
    fingerprint,
    fits,
    hash_facts,
    read_decisions,
    say_change,
    settle,
    standing,
    suffixed_names,
    work_fingerprints,
)
from reprise.mistakes import Mistake

Make = Callable[..., Decision]
steady = settings(deadline=None, derandomize=True, database=None)
CHECK = check_value(
    {"topic": ("met", "not_met", "unknown"), "note": ()}, {"topic": "screening", "note": "screening"}
)
GOOD = {
    "record_id": "eric:1", "stage": "screening", "variable": "topic", "value": "met", "reason": "r",
    "who": "Ada", "role": "reviewer", "when": "2026-11-24", "note": "", "fingerprint": "",
}  # fmt: skip


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    monkeypatch.chdir(tmp_path)

    def write(*rows: dict[str, str]) -> Path:
        lines = [",".join(HEADER), *(",".join({**GOOD, **row}[c] for c in HEADER) for row in rows)]
        Path("screening.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return Path("screening.csv")

    return write


def test_a_missing_or_empty_file_means_no_decisions(tmp_path: Path) -> None:
    path = tmp_path / "screening.csv"
    assert read_decisions(path) == []
    path.write_bytes(b" \n")
    assert read_decisions(path) == []
    path.write_text(",".join(HEADER) + "\n", encoding="utf-8")
    assert read_decisions(path) == []


def test_a_good_line_is_read_with_its_place(write: Callable[..., Path]) -> None:
    (line,) = read_decisions(write({"record_id": " eric:1 "}), CHECK)
    assert line.record_id == "eric:1"
    assert line.place == "screening.csv line 2"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        *[
            ({column: ""}, f"'{column}' is empty")
            for column in ("record_id", "variable", "value", "who", "when")
        ],
        ({"role": "reviewr"}, "did you mean 'reviewer'?"),
        ({"role": ""}, "role"),
        ({"when": "24.11.2026"}, "write it as 2026-11-24"),
        ({"when": "2026-02-30"}, "is not a date"),
        ({"variable": "topik"}, "did you mean 'topic'?"),
        ({"value": "not met"}, "did you mean 'not_met'?"),
        ({"value": "MET"}, "value 'MET' is not known"),
        ({"stage": "screning"}, "write screening"),
        ({"stage": ""}, "write screening"),
    ],
)
def test_a_wrong_line_is_told_with_file_and_line(
    write: Callable[..., Path], row: dict[str, str], says: str
) -> None:
    with pytest.raises(Mistake) as caught:
        read_decisions(write({}, row), CHECK)
    (line,) = caught.value.lines
    assert line.startswith("screening.csv line 3: ")
    assert says in line


def test_all_wrong_lines_are_told_at_once(write: Callable[..., Path]) -> None:
    path = write({"who": ""}, {}, {"when": "soon"}, {"variable": "x"})
    path.write_text(path.read_text(encoding="utf-8") + "too,few\n", encoding="utf-8")
    with pytest.raises(Mistake) as caught:
        read_decisions(path, CHECK)
    told = " ".join(caught.value.lines)
    assert len(caught.value.lines) == 4
    assert all(f"line {n}:" in told for n in (2, 4, 5, 6))


def test_lines_that_say_the_same_are_told_once_with_their_numbers(write: Callable[..., Path]) -> None:
    gone = {"variable": "gone"}
    with pytest.raises(Mistake) as caught:
        read_decisions(write(gone, {}, gone, gone, gone, {"value": "x"}, gone, gone), CHECK)
    first, second = caught.value.lines
    assert first.startswith("screening.csv line 2 (also 4, 5, 6 and 2 more): variable 'gone' is not known;")
    assert second.startswith("screening.csv line 7: value 'x'")


def test_a_cell_guarded_against_formulas_is_read_as_it_was(write: Callable[..., Path]) -> None:
    (line,) = read_decisions(write({"reason": "'=1+1", "note": " '- no abstract"}), CHECK)
    assert (line.reason, line.note) == ("=1+1", "'- no abstract")


def test_a_decision_outlives_a_move_of_its_criterion_to_another_stage(write: Callable[..., Path]) -> None:
    assert len(read_decisions(write({"stage": "eligibility"}), CHECK)) == 1


def test_a_variable_without_listed_values_takes_any(write: Callable[..., Path]) -> None:
    assert len(read_decisions(write({"variable": "note", "value": "anything"}), CHECK)) == 1


# --- settling


def test_one_person_settles_a_question(decision: Make) -> None:
    found = settle([decision("a:1", "topic", "met")])
    assert (found.value, found.by, found.reason, found.conflict) == ("met", "Ada", "read it", False)


def test_the_latest_line_of_a_person_counts(decision: Make) -> None:
    lines = [
        decision("a:1", "topic", "not_met", when="2026-11-20", line=9),
        decision("a:1", "topic", "met", when="2026-11-24", line=3),
    ]
    for order in itertools.permutations(lines):
        assert settle(order).value == "met"


def test_of_two_lines_of_one_day_the_lower_one_counts(decision: Make) -> None:
    lines = [decision("a:1", "topic", "met", line=3), decision("a:1", "topic", "not_met", line=4)]
    for order in itertools.permutations(lines):
        assert settle(order).value == "not_met"


@pytest.mark.parametrize("later", ["2026-11-24", "2026-11-24T09:00", "2026-11-24 09:00:00"])
@pytest.mark.parametrize("earlier", ["2026-11-03", "20261103", "2026-W45-2"])
def test_the_latest_line_is_found_in_whatever_way_its_date_is_accepted(
    decision: Make, write: Callable[..., Path], earlier: str, later: str
) -> None:
    path = write({"when": later, "value": "met"}, {"when": earlier, "value": "not_met"})
    try:
        lines = read_decisions(path, CHECK)
    except Mistake:
        return  # a form that is not taken can't be taken wrongly
    assert settle(lines).value == "met"


def test_two_reviewers_who_agree_are_named_both(decision: Make) -> None:
    found = settle([decision("a:1", "topic", "met", who="Bo"), decision("a:1", "topic", "met")])
    assert (found.value, found.by, found.conflict) == ("met", "Ada, Bo", False)


def test_two_reviewers_who_differ_are_a_conflict(decision: Make) -> None:
    lines = [decision("a:1", "topic", "met"), decision("a:1", "topic", "not_met", who="Bo")]
    for order in itertools.permutations(lines):
        found = settle(order)
        assert found.conflict
        assert found.value == ""
        assert found.reason == "Ada: met; Bo: not_met"


def test_a_later_line_of_one_reviewer_does_not_outvote_the_other(decision: Make) -> None:
    lines = [
        decision("a:1", "topic", "met", when="2026-11-01"),
        decision("a:1", "topic", "not_met", who="Bo", when="2026-11-30"),
    ]
    assert settle(lines).conflict


def test_a_reviewer_may_come_round(decision: Make) -> None:
    lines = [
        decision("a:1", "topic", "met"),
        decision("a:1", "topic", "not_met", who="Bo"),
        decision("a:1", "topic", "met", who="Bo", when="2026-11-25"),
    ]
    for order in itertools.permutations(lines):
        assert settle(order).value == "met"


def test_the_adjudicator_has_the_last_word_even_before_the_reviewers(decision: Make) -> None:
    lines = [
        decision("a:1", "topic", "met", when="2026-11-28"),
        decision("a:1", "topic", "not_met", who="Bo", when="2026-11-29"),
        decision("a:1", "topic", "not_met", who="Cy", role="adjudicator", when="2026-11-01"),
    ]
    for order in itertools.permutations(lines):
        found = settle(order)
        assert (found.value, found.by, found.conflict) == ("not_met", "Cy", False)


def test_two_adjudicators_who_differ_are_a_conflict(decision: Make) -> None:
    lines = [
        decision("a:1", "topic", "met", who="Cy", role="adjudicator"),
        decision("a:1", "topic", "not_met", who="Di", role="adjudicator"),
    ]
    assert settle(lines).conflict


def test_one_person_who_differs_between_two_merged_records_is_a_conflict(decision: Make) -> None:
    lines = [
        decision("a:1", "topic", "met", when="2026-11-01"),
        decision("b:7", "topic", "not_met", when="2026-11-24"),
    ]
    for order in itertools.permutations(lines):
        assert settle(order).conflict


def test_one_person_who_says_the_same_of_two_merged_records_is_none(decision: Make) -> None:
    found = settle([decision("a:1", "topic", "met"), decision("b:7", "topic", "met")])
    assert (found.value, found.by) == ("met", "Ada")


def test_a_name_spelled_in_two_ways_is_one_person(decision: Make) -> None:
    lines = [decision("a:1", "topic", "met", who="Ada Ng"), decision("a:1", "topic", "met", who="ada  ng")]
    assert settle(lines, "double").missing == 1
    changed = [decision("a:1", "topic", "met", who="Zo\u00eb"),
               decision("a:1", "topic", "not_met", who="Zoe\u0308", when="2026-11-25")]  # fmt: skip
    assert settle(changed).value == "not_met"


# --- how many people a value needs

DAY1, DAY2, DAY3 = "2026-11-01", "2026-11-02", "2026-11-03"
ADA, BO = {"who": "Ada", "when": DAY1}, {"who": "Bo", "when": DAY1}
CY = {"who": "Cy", "role": "adjudicator", "when": DAY1}


@pytest.mark.parametrize(
    ("said", "single", "double", "adjudicated"),
    [
        # (value, who and when) of each line -> value; "?" awaits a second reviewer, "!" is a conflict
        ([("met", ADA)], "met", "?", "?"),
        ([("unknown", ADA)], "unknown", "?", "?"),
        ([("met", ADA), ("met", BO)], "met", "met", "met"),
        ([("unknown", ADA), ("unknown", BO)], "unknown", "unknown", "unknown"),
        ([("met", ADA), ("not_met", BO)], "!", "!", "!"),
        ([("met", ADA), ("unknown", BO)], "!", "!", "!"),
        # a third reviewer outvotes nobody
        ([("met", ADA), ("not_met", BO), ("met", {"who": "Di", "when": DAY2})], "!", "!", "!"),
        # Bo comes round: enough, but where an adjudicator is asked for
        ([("met", ADA), ("not_met", BO), ("met", BO | {"when": DAY2})], "met", "met", "!"),
        # Bo corrects a slip on the same day, or before Ada has judged: they never differed
        ([("not_met", BO), ("met", BO), ("met", ADA)], "met", "met", "met"),
        ([("met", ADA), ("not_met", BO), ("met", BO)], "met", "met", "met"),
        ([("not_met", BO), ("met", BO | {"when": DAY2}), ("met", ADA | {"when": DAY3})], "met", "met", "met"),
        # one person twice is one person
        ([("met", ADA), ("met", ADA | {"when": DAY2})], "met", "?", "?"),
        ([("met", CY)], "met", "met", "met"),
        ([("not_met", CY), ("met", ADA)], "not_met", "not_met", "not_met"),
        ([("not_met", CY), ("met", ADA), ("unknown", BO)], "not_met", "not_met", "not_met"),
        ([("unknown", CY), ("met", ADA), ("met", BO)], "unknown", "unknown", "unknown"),
        ([("met", CY), ("not_met", CY | {"who": "Di"})], "!", "!", "!"),
    ],
)  # fmt: skip
def test_reviewers(
    decision: Make, said: list[tuple[str, dict[str, str]]], single: str, double: str, adjudicated: str
) -> None:
    lines = [decision("a:1", "topic", value, line=i, **by) for i, (value, by) in enumerate(said, start=2)]
    for reviewers, wanted in zip(REVIEWERS, (single, double, adjudicated), strict=True):
        found = settle(lines, reviewers)
        assert ("!" if found.conflict else "?" if found.missing else found.value) == wanted, reviewers
        assert (found.value == "") == (wanted in "!?")


def test_one_reviewer_of_two_is_named_and_not_what_was_said(decision: Make) -> None:
    found = settle([decision("a:1", "topic", "not_met", reason="about badges of scouts")], "double")
    assert (found.value, found.by, found.reason, found.missing) == ("", "Ada", "", 1)


def test_reviewers_who_once_differed_are_told_with_what_they_said(decision: Make) -> None:
    lines = [
        decision("a:1", "topic", "met", **ADA),
        decision("a:1", "topic", "not_met", **BO),
        decision("a:1", "topic", "met", line=9, **BO | {"when": DAY2}),
    ]
    assert settle(lines, "adjudicated").reason == "Ada: met; Bo: not_met, before they agreed"


def test_two_records_of_a_work_judged_by_two_people_are_two_judgements(decision: Make) -> None:
    lines = [decision("a:1", "topic", "met"), decision("b:7", "topic", "met", who="Bo")]
    assert settle(lines, "double").value == "met"
    assert settle([*lines[:1], decision("b:7", "topic", "met")], "double").missing == 1


SAID = st.lists(
    st.tuples(
        st.sampled_from(["Ada", "ada", "Bo", "Cy"]),
        st.sampled_from(["reviewer", "reviewer", "reviewer", "adjudicator"]),
        st.sampled_from(["a:1", "b:7"]),
        st.sampled_from(["met", "not_met", "unknown"]),
        st.sampled_from([DAY1, DAY2, "2026-11-02T09:00", "2026-11-02T10:00+01:00"]),
        st.sampled_from(["", "", "", "now", "before"]),
    ),
    min_size=1,
    max_size=9,
)


def mixed(lines: list[Any], chance: random.Random) -> list[Any]:
    """Put the lines of different people in another order; each one's own order stays."""
    own: dict[str, list[Any]] = {}
    for line in lines:
        own.setdefault(line[0].casefold(), []).append(line)
    turns = [who for who, theirs in own.items() for _ in theirs]
    chance.shuffle(turns)
    return [own[turn].pop(0) for turn in turns]


@steady
@given(said=SAID, seed=st.integers(0, 2**16), reviewers=st.sampled_from(REVIEWERS))
def test_the_order_of_lines_by_different_people_makes_no_difference(
    decision: Make, said: list[Any], seed: int, reviewers: str
) -> None:
    def settled(listed: list[Any]) -> Any:
        lines = [
            decision("x", "topic", value, line=i, who=who, role=role, when=when, fingerprint=mark)
            for i, (who, role, _, value, when, mark) in enumerate(listed, start=2)
        ]
        lines = [line.__class__(**line.__dict__ | {"record_id": said[2]}) for line, said in
                 zip(lines, listed, strict=True)]  # fmt: skip
        fresh, stale = standing(lines, "now")
        gone = sorted((d.who.casefold(), d.record_id, d.role) for d in stale)
        if not fresh:
            return gone
        found = settle(fresh, reviewers)
        return gone, found.value, found.by.casefold(), found.conflict, found.missing, found.reason.casefold()

    assert settled(said) == settled(mixed(said, random.Random(seed)))


@steady
@given(said=SAID, reviewers=st.sampled_from(REVIEWERS))
def test_an_adjudicators_line_always_settles(decision: Make, said: list[Any], reviewers: str) -> None:
    lines = [
        decision(record, "topic", value, line=i, who=who, when=when)
        for i, (who, _, record, value, when, _) in enumerate(said, start=2)
    ]
    found = settle([*lines, decision("a:1", "topic", "met", who="Di", role="adjudicator")], reviewers)
    assert (found.value, found.by, found.conflict, found.missing) == ("met", "Di", False, 0)


@steady
@given(said=SAID)
def test_more_reviewers_are_never_less_strict(decision: Make, said: list[Any]) -> None:
    lines = [
        decision(record, "topic", value, line=i, who=who, role=role, when=when)
        for i, (who, role, record, value, when, _) in enumerate(said, start=2)
    ]
    values = [settle(lines, reviewers).value for reviewers in REVIEWERS]
    for looser, stricter in itertools.pairwise(values):
        assert stricter in ("", looser)


# --- which work a decision is about


def test_a_decision_names_any_record_of_a_work() -> None:
    known = {"eric:1": "w:eric:1", "web:9": "w:eric:1"}
    assert find_record("web:9", known, {}) == "w:eric:1"
    assert find_record("web:10", known, {}) == ""


def test_a_bare_id_stands_for_its_suffixed_records_if_they_are_one_work() -> None:
    one = {"eric:1~aa": "w", "eric:1~bb": "w", "eric:10~cc": "v"}
    assert find_record("eric:1", one, suffixed_names(one)) == "w"
    assert find_record("eric:1~bb", one, suffixed_names(one)) == "w"
    two = {"eric:1~aa": "w", "eric:1~bb": "v"}
    assert find_record("eric:1", two, suffixed_names(two)) == ""


def test_a_fingerprint_changes_with_any_fact_and_with_where_it_stands() -> None:
    prints = [fingerprint("a", "b"), fingerprint("a", "c"), fingerprint("ab", ""), fingerprint("", "ab")]
    assert len(set(prints)) == 4
    assert fingerprint("a", "b") == prints[0]


# --- what changed

WORK = {"title": "T", "abstract": "Long", "authors": "Ng, A", "year": 2020, "publication_date": "2020-01",
        "venue": "V", "type": "article", "language": "en", "doi": "10.1234/x"}  # fmt: skip


def print_of(question: str = "On topic?", **facts: Any) -> str:
    works = pd.DataFrame([WORK | facts]).astype({"year": "Int64"})
    (found,) = work_fingerprints(question, works)
    return found


@pytest.mark.parametrize(
    ("question", "changed", "says"),
    [
        ("On topic?", {"title": "U"}, "title changed"),
        ("On topic?", {"abstract": "", "title": "U"}, "title, abstract changed"),
        ("On topic?", {"year": pd.NA}, "year changed"),
        ("About badges?", {}, "the question of the criterion changed"),
        ("About badges?", {"doi": ""}, "the question of the criterion, doi changed"),
    ],
)
def test_what_changed_is_told_by_name(question: str, changed: dict[str, Any], says: str) -> None:
    assert say_change(print_of(), print_of(question, **changed)) == says


@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_is_named_where_it_changed(fact: str) -> None:
    assert (
        say_change(print_of(), print_of(**{fact: 1999 if fact == "year" else "other"})) == f"{fact} changed"
    )


def test_a_fingerprint_is_short_and_no_number_date_or_formula_to_a_spreadsheet() -> None:
    assert 20 < len(print_of()) < 32
    assert print_of()[0] == "k"
    assert print_of().replace("-", "").isalnum()


def test_fingerprints_of_the_earlier_form_are_still_compared() -> None:
    # As version 0.1.0 made it: seven signs of the SHA-256 of question and facts.
    facts = ("T", "Long", "Ng, A", "2020", "2020-01", "V", "article", "en", "10.1234/x")
    before = fingerprint("On topic?", *facts)
    assert before == "k43706f9"
    assert fits(before, print_of())
    assert not fits(before, print_of(title="U"))
    assert say_change(before, print_of(title="U")) == "what it was decided on changed"


def test_facts_hashed_once_give_the_same_fingerprints() -> None:
    works = pd.DataFrame([WORK, WORK | {"title": "U", "year": 2021}]).astype({"year": "Int64"})
    assert work_fingerprints("Q?", works, hash_facts(works)) == work_fingerprints("Q?", works)
    assert work_fingerprints("Q?", works.iloc[:0]) == []


def test_a_part_of_a_fingerprint_or_another_one_does_not_fit() -> None:
    now = print_of()
    assert fits("", now) and fits(now, now)
    for mark in (now[:-1], now[:5], now[:-2] + "zz", "ffffffff", "k"):
        assert not fits(mark, now), mark
