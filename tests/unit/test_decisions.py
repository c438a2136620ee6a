"""What people decided: read, checked, and settled where several people spoke."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from reprise.decisions import (
    HEADER,
    Decision,
    check_value,
    find_record,
    fingerprint,
    read_decisions,
    settle,
    suffixed_names,
)
from reprise.mistakes import Mistake

Make = Callable[..., Decision]
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
