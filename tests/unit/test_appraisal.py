"""Appraisal: judgements of people on studies, settled as other decisions are, and never made by rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reprise.appraisal import COLUMNS, appraisals, check_appraisal, split_variable
from reprise.decisions import HEADER, Decision, read_decisions

Make = Callable[..., Decision]
WORK_OF = {"a:1": "w", "b:7": "w", "a:2": "v"}


@pytest.fixture
def judge(decision: Make) -> Make:
    def make(record: str, variable: str, value: str, **more: Any) -> Decision:
        return decision(record, variable, value, stage="appraisal", **more)

    return make


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, ""),
        ({"variable": "RoB 2/Randomisation/signalling 1"}, ""),
        ({"stage": "screening"}, "write 'appraisal'"),
        ({"stage": ""}, "write 'appraisal'"),
        ({"variable": "MMAT"}, "is not of the form TOOL/item"),
        ({"variable": "MMAT/ "}, "is not of the form TOOL/item"),
        ({"variable": "/1.1"}, "is not of the form TOOL/item"),
    ],
)
def test_a_line_is_checked(judge: Make, change: dict[str, str], says: str) -> None:
    line = judge("a:1", "MMAT/1.1", "in the tool's own words, free")
    wrong = check_appraisal(line.__class__(**line.__dict__ | change))
    assert says in wrong
    assert bool(wrong) == bool(says)


def test_the_item_is_what_stands_behind_the_first_stroke() -> None:
    assert split_variable(" RoB 2 / D1/2 ") == ("RoB 2", "D1/2")


def test_one_row_per_work_tool_and_item_sorted(judge: Make) -> None:
    lines = [
        judge("a:2", "MMAT/1.1", "yes"),
        judge("a:1", "MMAT/1.2", "can't tell", reason="no sample size"),
        judge("b:7", "MMAT / 1.2", "can't tell", who="Bo", reason="p. 4"),
    ]
    for order in (lines, lines[::-1]):
        table, trouble = appraisals(order, WORK_OF)
        assert trouble == []
        assert tuple(table.columns) == COLUMNS
        assert table.to_numpy().tolist() == [
            ["v", "MMAT", "1.1", "yes", "Ada", "read it"],
            ["w", "MMAT", "1.2", "can't tell", "Ada, Bo", "no sample size; p. 4"],
        ]


def test_people_who_differ_are_told_and_shown_without_a_judgement(judge: Make) -> None:
    lines = [judge("a:1", "MMAT/1.1", "yes"), judge("b:7", "MMAT/1.1", "no", who="Bo", line=3)]
    table, (trouble,) = appraisals(lines, WORK_OF)
    assert (trouble.kind, trouble.work_id, trouble.variable) == ("conflict", "w", "MMAT/1.1")
    assert "Ada: yes; Bo: no" in trouble.what
    assert table[["judgement", "by"]].to_numpy().tolist() == [["", "Ada, Bo"]]
    last = judge("a:1", "MMAT/1.1", "no", who="Cy", role="adjudicator")
    table, trouble = appraisals([*lines, last], WORK_OF)
    assert (table["judgement"].tolist(), table["by"].tolist(), trouble) == (["no"], ["Cy"], [])


def test_a_second_reviewer_is_awaited_without_telling_what_the_first_judged(judge: Make) -> None:
    table, trouble = appraisals([judge("a:1", "MMAT/1.1", "no", reason="weak")], WORK_OF, "double")
    (row,) = table.to_dict("records")
    assert trouble == []
    assert (row["judgement"], row["by"]) == ("", "Ada")
    assert row["reason"] == "1 judgement is missing, a second reviewer's; Ada has judged"


def test_an_unknown_record_is_told(judge: Make) -> None:
    table, (trouble,) = appraisals([judge("a:9", "MMAT/1.1", "yes")], WORK_OF)
    assert table.empty
    assert tuple(table.columns) == COLUMNS
    assert trouble.kind == "unknown record"


def test_a_file_with_its_header_alone_is_no_appraisal(tmp_path: Path) -> None:
    path = tmp_path / "appraisal.csv"
    path.write_text(",".join(HEADER) + "\n", encoding="utf-8")
    table, trouble = appraisals(read_decisions(path, check_appraisal), WORK_OF)
    assert table.empty
    assert trouble == []
