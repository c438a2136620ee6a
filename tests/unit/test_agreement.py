"""Agreement between people, rules against people, and the automation statement.

Kappa is tested on published examples, and against its definition on every small table.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from reprise.coding.diagnostics import removed_codes
from reprise.coding.themes import find_hits
from reprise.decisions import Decision
from reprise.screen.agreement import ALL, agreement, kappa, rules_against_people
from reprise.synthesis.automation import automation, judgements

Make = Callable[..., Decision]
VERDICTS = ("met", "not_met", "unknown")
CATEGORIES = ("a", "b", "c", "d")


def only(table: pd.DataFrame, **where: str) -> Mapping[str, Any]:
    """Give the one row that has these values."""
    for column, value in where.items():
        table = table[table[column] == value]
    (row,) = table.to_dict("records")
    return row


def from_counts(
    make: Make, counts: Sequence[Sequence[int]], categories: Sequence[str]
) -> tuple[list[Decision], dict[str, str]]:
    """Give the lines of Ada (rows) and Lin (columns) that make a table of counts."""
    meetings = [
        (categories[i], categories[j])
        for i, row in enumerate(counts)
        for j, n in enumerate(row)
        for _ in range(n)
    ]
    lines = [
        make(f"r{k}", "topic", value, who=who, line=2 * k)
        for k, pair in enumerate(meetings)
        for who, value in zip(("Ada", "Lin"), pair, strict=True)
    ]
    return lines, {f"r{k}": f"w{k}" for k in range(len(meetings))}


# Cohen (1960), A coefficient of agreement for nominal scales: 200 diagnoses, kappa .492.
COHEN = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
# Fleiss, Cohen & Everitt (1969), Large sample standard errors of kappa and weighted kappa: kappa .429,
# standard error .054.
FLEISS = [[106, 10, 4], [22, 28, 10], [2, 12, 6]]
# SAS/STAT User's Guide, PROC FREQ, agreement study of a skin condition: 0.3449 (0.2030 to 0.4868).
SKIN = [[10, 4, 1, 0], [5, 10, 12, 2], [2, 4, 12, 5], [0, 2, 6, 13]]


@pytest.mark.parametrize(
    ("counts", "categories", "value", "low", "high"),
    [
        (COHEN, VERDICTS, 0.492, None, None),
        (FLEISS, VERDICTS, 0.429, 0.429 - 1.96 * 0.054, 0.429 + 1.96 * 0.054),
        (SKIN, CATEGORIES, 0.345, 0.203, 0.487),
        # The 2x2 examples of Wikipedia's article on Cohen's kappa, the first worked out in full.
        ([[20, 5], [10, 15]], VERDICTS, 0.4, None, None),
        ([[45, 15], [25, 15]], VERDICTS, 0.130, None, None),
        ([[25, 35], [5, 35]], VERDICTS, 0.259, None, None),
    ],
    ids=["Cohen 1960", "Fleiss 1969", "SAS", "50 grants", "60 alike", "60 unlike"],
)
def test_kappa_is_that_of_published_examples(
    decision: Make,
    counts: list[list[int]],
    categories: Sequence[str],
    value: float,
    low: float | None,
    high: float | None,
) -> None:
    row = only(agreement(*from_counts(decision, counts, categories)), criterion="topic")
    total, agreeing = sum(map(sum, counts)), sum(row[i] for i, row in enumerate(counts))
    assert (row["works"], row["agreeing"]) == (total, agreeing)
    assert row["percent_agreement"] == round(100 * agreeing / total, 1)
    assert row["kappa"] == value
    assert row["note"] == ""
    assert row["kappa_low"] < value < row["kappa_high"]
    if low is not None:
        assert [row["kappa_low"], row["kappa_high"]] == pytest.approx([low, high], abs=0.001)


def test_unknown_is_a_category_of_its_own(decision: Make) -> None:
    row = only(agreement(*from_counts(decision, COHEN, VERDICTS)), criterion="topic")
    assert row["categories"] == "met; not_met; unknown"
    assert row["counts"].startswith("met / met: 88; met / not_met: 14; met / unknown: 18; not_met / met: 10")
    known = only(agreement(*from_counts(decision, [r[:2] for r in COHEN[:2]], VERDICTS)), criterion="topic")
    assert known["kappa"] != row["kappa"]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("size", [2, 3])
def test_kappa_of_every_small_table_is_its_definition(size: int) -> None:
    """The observed agreement beyond that of chance, in exact fractions; never a NaN."""
    most = {2: 5, 3: 3}[size]
    tables = [c for c in itertools.product(range(most + 1), repeat=size * size) if sum(c) <= most]
    assert len(tables) > 100
    for cells in tables:
        table = np.array(cells).reshape(size, size)
        n = int(table.sum())
        found = kappa(table)
        chance = Fraction(int(table.sum(axis=1) @ table.sum(axis=0)), max(n, 1) ** 2)
        if n < 2 or chance == 1:
            assert found[:3] == (None, None, None), table
            assert found.note, table
            continue
        wanted = (Fraction(int(np.trace(table)), n) - chance) / (1 - chance)
        assert found.value == pytest.approx(float(wanted), abs=1e-12), table
        if found.low is None or found.high is None:
            assert found.low is found.high
            assert found.note, table
        else:
            assert -1 <= found.low < found.value < found.high <= 1 or found.high == 1, table
            assert not found.note


@pytest.mark.parametrize(
    ("counts", "value", "says"),
    [
        ([[9, 0], [0, 0]], None, "only one category was used"),
        ([[0, 1], [0, 0]], None, "fewer than 2 works"),
        ([[9, 0], [0, 4]], 1.0, "they agree on every work"),
        ([[9, 4], [0, 0]], 0.0, "one side used one category only"),
        ([[99_999, 1], [0, 0]], 0.0, "one side used one category only"),
        ([[0, 0], [4, 0]], 0.0, "one side used one category only"),
        ([[0, 5], [5, 0]], -1.0, "no room"),
    ],
)
def test_why_there_is_no_kappa_or_no_interval(
    counts: list[list[int]], value: float | None, says: str
) -> None:
    found = kappa(np.array(counts))
    assert found.value == (None if value is None else pytest.approx(value, abs=1e-9))
    assert (found.low, found.high) == (None, None)
    assert says in found.note


def test_a_zero_has_no_sign(decision: Make) -> None:
    counts = [[1, 3], [4, 12]]
    value = kappa(np.array(counts)).value
    assert str(round(value or 0.0, 3)) == "-0.0"  # two who answer by chance, and a rounding
    table = agreement(*from_counts(decision, counts, VERDICTS))
    assert str(only(table, criterion="topic")["kappa"]) == "0.0"


def test_people_without_a_work_in_common_have_a_row_that_says_so(decision: Make) -> None:
    lines = [decision("r1", "topic", "met", who="Ada"), decision("r2", "topic", "met", who="Lin")]
    table = agreement(lines, {"r1": "w1", "r2": "w2"})
    row = only(table, criterion="topic")
    assert (row["works"], row["note"]) == (0, "no work in common, so there is no kappa")
    empty = ["percent_agreement", "kappa", "kappa_low", "kappa_high", "categories", "counts"]
    cells = table.astype("str").fillna("")  # as a table for people is written
    assert (cells[empty] == "").all(axis=None)
    assert table.to_csv(index=False).splitlines()[1].startswith("screening,topic,Ada,Lin,0,0,,,,,0,,,")


def test_one_person_alone_agrees_with_nobody(decision: Make) -> None:
    assert agreement([decision("r1", "topic", "met")], {"r1": "w1"}).empty
    none = agreement([], {})
    assert none.empty
    assert list(none.columns[:4]) == ["stage", "criterion", "reviewer_a", "reviewer_b"]


def test_the_latest_line_of_a_person_counts(decision: Make) -> None:
    lines = [
        decision("r1", "topic", "not_met", who="Ada", when="2026-11-20", line=2),
        decision("r1", "topic", "met", who="Ada", when="2026-11-24", line=3),
        decision("r1", "topic", "met", who="Lin", line=4),
        decision("gone", "topic", "met", who="Lin", line=5),
    ]
    row = only(agreement(lines, {"r1": "w1"}), criterion="topic")
    assert (row["works"], row["counts"]) == (1, "met / met: 1")


@pytest.mark.parametrize(
    ("adjudicated", "line", "again", "counts"),
    [
        ("2026-11-25", 4, "2026-11-26", "met / not_met: 1"),
        ("2026-11-25", 4, "2026-11-24", "met / met: 1"),
        # Of one day without an hour nobody knows which came first.
        ("2026-11-25", 4, "2026-11-25", "met / met: 1"),
        ("2026-11-25", 9, "2026-11-25T18:00", "met / met: 1"),
        ("2026-11-25", 4, "2026-11-25T09:00", "met / met: 1"),
        ("2026-11-25T10:00", 4, "2026-11-25T09:00", "met / met: 1"),
        ("2026-11-25T10:00", 9, "2026-11-25T11:00", "met / not_met: 1"),
    ],
)
def test_what_is_said_after_adjudication_does_not_count(
    decision: Make, adjudicated: str, line: int, again: str, counts: str
) -> None:
    """Lin differs from Ada, an adjudicator speaks, and Lin writes a second line that agrees."""
    lines = [
        decision("r1", "topic", "met", who="Ada", when="2026-11-20", line=2),
        decision("r1", "topic", "not_met", who="Lin", when="2026-11-20", line=3),
        decision("r2", "topic", "met", who="Eva", role="adjudicator", when=adjudicated, line=line),
        decision("r1", "topic", "met", who="Lin", when=again, line=5),
    ]
    table = agreement(lines, {"r1": "w1", "r2": "w1"})
    row = only(table, criterion="topic")
    assert (row["reviewer_a"], row["reviewer_b"], row["counts"]) == ("Ada", "Lin", counts)


def test_records_of_one_work_are_one_unit(decision: Make) -> None:
    lines = [
        decision("r1", "topic", "met", who="Ada"),
        decision("r2", "topic", "met", who="Lin"),
        decision("r3", "topic", "met", who="Lin", line=3),
    ]
    row = only(agreement(lines, dict.fromkeys(("r1", "r2", "r3"), "w1")), criterion="topic")
    assert (row["works"], row["note"]) == (1, "fewer than 2 works, so there is no kappa")


def test_a_person_who_says_two_things_of_a_work_is_left_out_and_told(decision: Make) -> None:
    lines, work_of = from_counts(decision, [[3, 1], [1, 3]], VERDICTS)
    lines += [decision("x1", "topic", v, who=w) for v, w in (("met", "Ada"), ("met", "Lin"))]
    lines.append(decision("x2", "topic", "not_met", who="Ada"))
    row = only(agreement(lines, {**work_of, "x1": "w", "x2": "w"}), criterion="topic")
    assert (row["works"], row["kappa"]) == (8, 0.5)
    assert row["note"] == "1 left out: one person says two things of its records"


def test_works_that_changed_between_two_judgements_are_told(decision: Make) -> None:
    lines = [
        decision(f"r{i}", "topic", value, who=who, fingerprint=mark)
        for i, (value, marks) in enumerate(
            [("met", ("k1-ab", "k2-ab")), ("not_met", ("k1-ab", "k1")), ("met", ("", "k1-ab"))]
        )
        for who, mark in zip(("Ada", "Lin"), marks, strict=True)
    ]
    row = only(agreement(lines, {f"r{i}": f"w{i}" for i in range(3)}), criterion="topic")
    assert row["works"] == 3
    assert row["note"].endswith("; 1 changed between the two judgements")


def test_a_person_is_told_by_the_name_whatever_its_spelling(decision: Make) -> None:
    lines = [
        decision("r1", "topic", "met", who="Ada Ng"),
        decision("r1", "topic", "not_met", who="ada  ng", line=3),
        decision("r1", "topic", "met", who="Lin", line=4),
    ]
    row = only(agreement(lines, {"r1": "w1"}), criterion="topic")
    assert (row["reviewer_a"], row["counts"]) == ("Ada Ng", "not_met / met: 1")


@pytest.mark.parametrize(
    ("lin", "again", "agreeing", "came_round"),
    [
        ("2026-11-20", "2026-11-22", 2, 1),  # Lin comes round after Ada judged
        ("2026-11-18", "2026-11-22", 2, 1),
        ("2026-11-18", "2026-11-19", 2, 0),  # Lin corrects herself before Ada judges
        ("2026-11-20", "2026-11-20", 2, 0),  # on the same day: not known to come after
    ],
)
def test_agreement_by_coming_round_is_told(
    decision: Make, lin: str, again: str, agreeing: int, came_round: int
) -> None:
    lines = [
        decision("r1", "topic", "met", who="Ada", when="2026-11-20", line=2),
        decision("r1", "topic", "not_met", who="Lin", when=lin, line=3),
        decision("r1", "topic", "met", who="Lin", when=again, line=4),
        *(decision("r2", "topic", "not_met", who=who, line=5) for who in ("Ada", "Lin")),
    ]
    table = agreement(lines, {"r1": "w1", "r2": "w2"})
    assert table["criterion"].tolist() == ["topic", ALL]
    assert table["agreeing"].tolist() == [agreeing, agreeing]
    assert table["came_round"].tolist() == [came_round, came_round]
    says = ["1 agree only since one of the two came round" in note for note in table["note"]]
    assert says == [bool(came_round)] * 2


def test_three_people_are_three_pairs_and_no_pool(decision: Make) -> None:
    lines, work_of = from_counts(decision, [[20, 5], [10, 15]], VERDICTS)
    lines += [decision(r, "topic", "met", who="Zoe") for r in ("r0", "r1")]
    table = agreement(lines, work_of)
    own = table[table["criterion"] == "topic"]
    pairs = list(zip(own["reviewer_a"], own["reviewer_b"], strict=True))
    assert pairs == [("Ada", "Lin"), ("Ada", "Zoe"), ("Lin", "Zoe")]
    assert own["works"].tolist() == [50, 2, 2]
    assert own["kappa"].isna().tolist() == [False, True, True]


def test_over_all_criteria_of_a_stage_a_work_is_one_call(decision: Make) -> None:
    said = {
        # work: what Ada and Lin say on topic, and on peer review; empty for nothing
        "w1": (("met", "met"), ("met", "met")),  # met, met
        "w2": (("not_met", "met"), ("met", "not_met")),  # both exclude, for other reasons
        "w3": (("met", "met"), ("unknown", "met")),  # unknown, met
        "w4": (("met", "met"), ("", "not_met")),  # met, met: on what both judged
        "w5": (("not_met", ""), ("", "not_met")),  # nothing in common
    }
    lines = [
        decision(work, criterion, value, who=who)
        for work, (topic, review) in said.items()
        for criterion, values in (("topic", topic), ("peer_review", review))
        for who, value in zip(("Ada", "Lin"), values, strict=True)
        if value
    ]
    table = agreement(lines, {work: work for work in said})
    assert only(table, criterion=ALL)["counts"] == "met / met: 2; not_met / not_met: 1; unknown / met: 1"
    assert only(table, criterion="topic")["counts"] == "met / met: 3; not_met / met: 1"
    assert table["criterion"].tolist() == ["peer_review", "topic", ALL]


def test_a_criterion_that_moved_keeps_its_pairs_together(decision: Make) -> None:
    lines = [
        decision("r1", "topic", "met", who="Ada", stage="screening", when="2026-11-01"),
        decision("r1", "topic", "met", who="Lin", stage="eligibility", when="2026-11-02"),
    ]
    assert only(agreement(lines, {"r1": "w1"}), criterion="topic")["stage"] == "eligibility"
    lines.append(decision("r1", "gone", "met", who="Ada"))
    lines.append(decision("r1", "gone", "met", who="Lin"))
    moved = agreement(lines, {"r1": "w1"}, {"topic": "screening"})
    assert moved["criterion"].tolist() == ["topic", ALL]
    assert only(moved, criterion="topic")["stage"] == "screening"


def test_lists_of_codes_are_compared_whole_and_in_any_order(decision: Make) -> None:
    lines = [
        decision("r1", "theme", "jobs; skills", who="Ada", stage="coding"),
        decision("r1", "theme", "skills;jobs", who="Lin", stage="coding"),
        decision("r2", "theme", "jobs", who="Ada", stage="coding"),
        decision("r2", "theme", "jobs; skills", who="Lin", stage="coding"),
    ]
    table = agreement(lines, {"r1": "w1", "r2": "w2"})
    assert table["criterion"].tolist() == ["theme"]  # codes make no call over all variables
    assert table["agreeing"].tolist() == [1]


def test_stages_stand_in_order_and_bytes_do_not_depend_on_the_order_of_lines(decision: Make) -> None:
    lines, work_of = from_counts(decision, COHEN, VERDICTS)
    lines += [
        decision(r, "full_text", "met", who=who, stage="retrieval")
        for r in ("r1", "r2")
        for who in ("Zoe", "Ada")
    ]
    lines += [decision("r1", "window", "met", who=w, stage="before_screening") for w in ("Zoe", "Ada")]
    table = agreement(lines, work_of)
    assert table["stage"].drop_duplicates().tolist() == ["before_screening", "screening", "retrieval"]
    assert agreement(lines[::-1], work_of).to_csv() == table.to_csv()


def screened(*rows: tuple[str, str, str, str], criterion: str = "topic") -> pd.DataFrame:
    """Make rows of a screening table: work, the rule's verdict, the final verdict, who decided."""
    return pd.DataFrame(
        [
            {
                "work_id": work,
                "criterion": criterion,
                "stage": "screening",
                "rule_verdict": rule,
                "verdict": verdict,
                "judge": "rule" if who.startswith("rule") else "person",
                "decided_by": who,
            }
            for work, rule, verdict, who in rows
        ]
    )


JUDGED = screened(
    ("w9", "not_met", "met", "Ada"),
    ("w1", "not_met", "met", "Ada"),
    *((f"a{i}", "met", "met", "Ada") for i in range(5)),
    ("w2", "unknown", "met", "Lin"),
    *((f"b{i}", "not_met", "not_met", "Lin") for i in range(3)),
    ("w3", "met", "not_met", "Lin"),
    ("w4", "unknown", "not_met", "Lin"),
    ("w5", "met", "unknown", "Ada, Lin"),
    ("w6", "unknown", "unknown", "Ada, Lin"),
    *((f"c{i}", "met", "met", "rule topic") for i in range(30)),
    *((f"d{i}", "unknown", "unknown", "rule topic") for i in range(4)),
)


def test_rules_against_people_counted_by_hand() -> None:
    row = only(rules_against_people(JUDGED))
    assert list(row)[:3] == ["stage", "criterion", "false_exclusions"]
    assert (row["false_exclusions"], row["false_exclusion_works"]) == (2, "w1; w9")
    assert row["judged_by_people"] == 15
    parts = ("agreeing", "false_exclusions", "false_inclusions", "rule_unknown", "people_unknown")
    assert [row[p] for p in parts] == [8, 2, 1, 2, 2]
    # 8 works that people call met, of which 5 met and 1 unknown by the rule are not lost.
    assert (row["sensitivity"], row["sensitivity_counts"]) == (75.0, "6 of 8")
    # 5 that people call not_met, of which the rule called 3 so.
    assert (row["specificity"], row["specificity_counts"]) == (60.0, "3 of 5")
    # Rows met, not_met, unknown: 5 1 1, 2 3 0, 1 1 1; (135 - 87) / (225 - 87).
    assert row["kappa"] == round(48 / 138, 3)
    assert row["note"] == ""


@pytest.mark.parametrize(
    ("kept", "of", "low", "high"),
    # Newcombe (1998), Two-sided confidence intervals for the single proportion, the score method.
    [(81, 263, 25.5, 36.6), (0, 20, 0.0, 16.1), (1, 29, 0.6, 17.2)],
)
def test_the_intervals_of_shares_are_wilsons(kept: int, of: int, low: float, high: float) -> None:
    rows = [(f"w{i}", "met" if i < kept else "not_met", "met", "Ada") for i in range(of)]
    row = only(rules_against_people(screened(*rows)))
    assert row["sensitivity_counts"] == f"{kept} of {of}"
    assert (row["sensitivity_low"], row["sensitivity_high"]) == (low, high)
    assert str(row["sensitivity_low"]) == str(low)  # no -0.0
    assert row["note"].startswith("people called no work not_met")
    assert row["specificity_counts"] == ""


def test_a_criterion_that_nobody_judged_says_so_and_claims_nothing() -> None:
    window = screened(("w1", "met", "met", "rule window"), criterion="window").assign(
        stage="before_screening"
    )
    table = rules_against_people(pd.concat([JUDGED, window]))
    assert table["criterion"].tolist() == ["window", "topic"]
    row = only(table, criterion="window")
    assert row["note"] == "no person judged a work on this criterion"
    assert row["judged_by_people"] == 0
    assert table[["sensitivity", "sensitivity_low", "specificity", "kappa"]].isna().all(axis=1).tolist() == [
        True,
        False,
    ]


def test_what_the_rule_left_open_is_no_test_of_it() -> None:
    row = only(rules_against_people(screened(*((f"w{i}", "unknown", "met", "Ada") for i in range(9)))))
    assert row["sensitivity"] == 100.0
    assert "the rule left all of these works unknown" in row["note"]


def test_rules_against_people_does_not_depend_on_the_order_of_rows() -> None:
    assert rules_against_people(JUDGED[::-1]).to_csv() == rules_against_people(JUDGED).to_csv()


PAIRS = pd.DataFrame(
    [
        ("merge", "same DOI", "rule"),
        ("merge", "same DOI", "rule"),
        ("merge", "same PMID", "rule"),
        ("merge", "decided by people", "Ada"),
        ("distinct", "decided by people", "Ada"),
        ("maybe", "one DOI, other pages", "rule"),
        ("maybe", "people differ", "Ada, Lin"),
    ],
    columns=["outcome", "rule", "decided_by"],
)
CODING = pd.DataFrame(
    [
        ("theme", "jobs", "rule", "by rule"),
        ("theme", "uncoded", "rule", "by rule"),
        ("theme", "jobs", "Ada", "confirmed"),
        ("theme", "skills", "Ada", "changed"),  # added
        ("theme", "uncoded", "Ada", "changed"),  # the rule had some
        ("theme", "uncoded", "Lin", "confirmed"),  # the rule had none
        ("studied_country", "unknown", "rule", "by rule"),
        ("studied_country", "NO", "Lin", "changed"),
        ("studied_country", "unknown", "Lin", "changed"),
        ("studied_group", "Europe", "rule", "by rule"),
    ],
    columns=["variable", "code", "decided_by", "status"],
)


def test_judgements_are_counted_by_what_became_of_them() -> None:
    table = judgements(PAIRS, JUDGED, CODING)
    assert list(table.itertuples(index=False, name=None)) == [
        ("duplicates", "distinct", "by person", "", "Ada", 1),
        ("duplicates", "maybe", "unsettled", "", "Ada, Lin", 1),
        ("duplicates", "maybe", "open", "", "", 1),
        ("duplicates", "merge", "by rule", "same DOI", "", 2),
        ("duplicates", "merge", "by rule", "same PMID", "", 1),
        ("duplicates", "merge", "by person", "", "Ada", 1),
        ("screening", "topic", "by rule", "rule topic", "", 30),
        ("screening", "topic", "confirmed", "rule topic", "Ada", 5),
        ("screening", "topic", "confirmed", "rule topic", "Lin", 3),
        ("screening", "topic", "changed", "rule topic", "Ada", 2),
        ("screening", "topic", "changed", "rule topic", "Lin", 1),
        ("screening", "topic", "by person", "", "Lin", 2),
        ("screening", "topic", "unsettled", "", "Ada, Lin", 1),
        ("screening", "topic", "unsettled", "rule topic", "Ada, Lin", 1),
        ("screening", "topic", "open", "", "", 4),
        ("coding", "studied_country", "changed", "rule", "Lin", 1),
        ("coding", "studied_country", "by person", "", "Lin", 1),
        ("coding", "studied_country", "open", "", "", 1),
        ("coding", "theme", "by rule", "rule", "", 1),
        ("coding", "theme", "confirmed", "rule", "Ada", 1),
        ("coding", "theme", "changed", "rule", "Ada", 1),
        ("coding", "theme", "by person", "", "Ada", 1),
        ("coding", "theme", "by person", "", "Lin", 1),
        ("coding", "theme", "open", "", "", 1),
    ]
    shuffled = judgements(PAIRS[::-1], JUDGED[::-1], CODING[::-1])
    assert shuffled.to_csv() == table.to_csv()


def test_what_a_rule_said_of_a_pair_that_people_decided_is_used_where_it_is_kept() -> None:
    said = PAIRS.assign(rule_outcome=["merge", "merge", "merge", "merge", "merge", "maybe", "merge"])
    table = judgements(said, JUDGED[:0], CODING[:0])
    counts = table.groupby(["item", "status"])["n"].sum().to_dict()
    assert counts == {
        ("merge", "by rule"): 3,
        ("merge", "confirmed"): 1,
        ("distinct", "changed"): 1,
        ("maybe", "open"): 1,
        ("maybe", "unsettled"): 1,
    }


def test_themes_that_people_took_away_are_suggestions_they_changed(
    rerun: Any, good: dict[str, str], decision: Make
) -> None:
    rows = [
        {**good, "record_id": "eric:1", "keywords": "labour market; reskilling"},
        {**good, "record_id": "eric:2", "title": "Badges for learning a skill"},
        {**good, "record_id": "eric:3", "title": "Badges and lifelong learning at universities"},
    ]
    codes = [
        decision("eric:1", "theme", "economic.skills; social.lifelong", stage="coding"),
        decision("eric:2", "theme", "uncoded", stage="coding"),
    ]
    review = rerun(*rows, codes=codes)
    removed = removed_codes(review.coding, find_hits(review.works, review.codebook))
    assert sorted(removed["code"]) == ["economic.jobs", "economic.skills"]
    counted = judgements(PAIRS[:0], JUDGED[:0], review.coding, removed)
    themes = counted[counted["item"] == "theme"].groupby("status")["n"].sum().to_dict()
    assert themes == {"by rule": 1, "confirmed": 1, "changed": 2, "by person": 1}
    row = only(automation(counted), item="theme")
    assert (row["suggested_by_rule"], row["confirmed_percent"], row["people"]) == (4, 33.3, "Ada: 4")


def test_the_automation_statement_counts_every_judgement_once() -> None:
    counted = judgements(PAIRS, JUDGED, CODING)
    table = automation(counted, rules_against_people(JUDGED))
    parts = ["not_looked_at", "confirmed", "changed", "by_people", "unsettled", "open"]
    assert table["judgements"].tolist() == table[parts].sum(axis=1).tolist()
    assert table["judgements"].sum() == len(PAIRS) + len(JUDGED) + len(CODING) - 1  # the group is derived
    items = list(zip(table["kind"], table["item"], strict=True))
    assert items == [
        ("duplicates", "distinct"), ("duplicates", "maybe"), ("duplicates", "merge"),
        ("screening", "topic"), ("coding", "studied_country"), ("coding", "theme"),
    ]  # fmt: skip
    assert automation(counted[::-1], rules_against_people(JUDGED)).to_csv() == table.to_csv()


def test_the_automation_statement_of_one_criterion() -> None:
    table = automation(judgements(PAIRS, JUDGED, CODING), rules_against_people(JUDGED))
    row = only(table, item="topic")
    assert row["suggested_by_rule"] == 30 + 8 + 3 + 1
    assert [row[c] for c in ("not_looked_at", "confirmed", "changed", "by_people")] == [30, 8, 3, 2]
    assert [row[c] for c in ("unsettled", "open", "confirmed_percent")] == [2, 4, 72.7]
    assert row["rules"] == "rule topic: 42"
    assert row["people"] == "Ada: 7; Lin: 6; Ada, Lin: 2"
    assert (row["false_exclusions"], row["sensitivity"], row["sensitivity_counts"]) == (2, 75.0, "6 of 8")


def test_what_nobody_looked_at_is_told_and_has_no_numbers() -> None:
    rows = screened(("w1", "met", "met", "rule topic"))
    counted = judgements(PAIRS[:0], rows, CODING[:0])
    table = automation(counted, rules_against_people(rows))
    row = only(table)
    assert row["note"] == "no person looked at what the rule said"
    assert table[["false_exclusions", "sensitivity", "kappa", "confirmed_percent"]].isna().all(axis=None)
    assert only(automation(counted))["note"] == row["note"]


def test_a_rule_whose_every_verdict_people_looked_at_is_still_a_rule() -> None:
    table = automation(judgements(PAIRS[:0], screened(("w1", "met", "met", "Ada")), CODING[:0]))
    row = only(table)
    assert (row["suggested_by_rule"], row["confirmed"], row["rules"]) == (1, 1, "rule: 1")


def test_no_judgements_make_empty_tables() -> None:
    counted = judgements(PAIRS[:0], JUDGED[:0], CODING[:0])
    assert counted.empty
    against = rules_against_people(JUDGED[:0])
    assert against.empty
    assert automation(counted, against).empty


def test_a_screening_with_decisions_is_compared_with_what_its_rules_said(
    rerun: Any, good: dict[str, str], decision: Make
) -> None:
    rows = [
        {**good, "record_id": "eric:1"},
        {**good, "record_id": "eric:2", "title": "Swimming", "abstract": "Of pools. " * 30},
        {**good, "record_id": "eric:3", "title": "Open badges in schools", "language": "de"},
    ]
    lines = [
        decision("eric:1", "topic", "met"),
        decision("eric:2", "topic", "met", line=3),
        decision("eric:3", "language", "met", line=4),
        decision("eric:3", "language", "not_met", line=5, who="Lin"),
    ]
    by_rule = rerun(*rows).screening
    table = rerun(*rows, decisions=lines).screening.assign(rule_verdict=by_rule["verdict"])
    against = rules_against_people(table)
    assert set(against["criterion"]) == set(by_rule["criterion"])
    topic, language = only(against, criterion="topic"), only(against, criterion="language")
    lost = by_rule[(by_rule["title"] == "Swimming") & (by_rule["criterion"] == "topic")]
    assert lost["verdict"].tolist() == ["not_met"]
    assert [topic["false_exclusion_works"]] == lost["work_id"].tolist()
    assert topic["judged_by_people"] == 2
    assert (language["judged_by_people"], language["people_unknown"]) == (1, 1)  # a conflict
    counted = judgements(PAIRS[:0], table, CODING[:0])
    assert counted["n"].sum() == len(table)
    assert only(automation(counted, against), item="topic")["people"] == "Ada: 2"


def test_statsmodels_is_imported_only_where_a_number_is_computed() -> None:
    lines = [
        "import sys",
        "from reprise.screen.agreement import agreement, rules_against_people",
        "from reprise.synthesis.automation import automation",
        "agreement([], {})",
        "sys.exit('statsmodels' in sys.modules)",
    ]
    assert subprocess.run([sys.executable, "-c", "\n".join(lines)], check=False).returncode == 0
