"""The queue: what people are asked, in which order, and that an answer takes it off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from reprise.csvfiles import read_rows
from reprise.decisions import HEADER, Decision, read_decisions
from reprise.frames import write_csv
from reprise.screen.queue import COLUMNS, queue
from reprise.screen.works import check_screening

Rerun = Callable[..., Any]
Make = Callable[..., Decision]
Row = dict[str, str]


@pytest.fixture(scope="module")
def case(rerun: Rerun, good: Row) -> Any:
    """One work included, two awaiting at screening, one removed."""
    return rerun(
        {"record_id": "eric:1", **good},
        {"record_id": "eric:2", **good, "type": "", "language": "", "title": "Badges and learning, two"},
        {
            "record_id": "web:3",
            **good,
            "open_access": "closed",
            "peer_reviewed": "",
            "title": "Badges, learn",
        },
        {"record_id": "web:4", **good, "language": "fr"},
    )


def test_a_work_is_asked_about_the_unknowns_up_to_its_stage_and_no_more(case: Any) -> None:
    listed = case.queue
    assert list(listed.columns) == list(COLUMNS)
    assert listed[["record_id", "variable"]].to_numpy().tolist() == [
        ["web:3", "peer_review"],  # not full_text: that is asked once the work is sought
        ["eric:2", "language"],
        ["eric:2", "document_type"],
    ]
    assert set(listed["kind"]) == {"screening"}


def test_works_with_the_fewest_open_questions_come_first(rerun: Rerun, good: Row) -> None:
    listed = rerun(
        {"record_id": "eric:1", **good, "type": "", "language": "", "peer_reviewed": ""},
        {"record_id": "eric:2", **good, "peer_reviewed": ""},
        {"record_id": "eric:3", **good, "language": ""},
    ).queue
    assert list(dict.fromkeys(listed["record_id"])) == ["eric:3", "eric:2", "eric:1"]


def test_each_question_stands_with_its_stage_and_evidence(case: Any) -> None:
    first = case.queue.iloc[0]
    assert first["stage"] == "screening"
    assert first["question"].startswith("Peer reviewed?")
    assert first["why"] == "no evidence for or against"
    assert first["title"] == "Badges, learn"
    assert len(first["fingerprint"]) == 8
    assert first[["value", "who", "role", "when", "reason"]].eq("").all()


@pytest.mark.parametrize(("value", "end"), [("met", "included"), ("not_met", "excluded")])
def test_a_filled_row_is_a_decision_that_takes_the_work_off_the_queue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rerun: Rerun, good: Row, value: str, end: str
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = {"record_id": "eric:1", **good, "peer_reviewed": ""}
    first = rerun(asked)
    assert len(first.queue) == 1
    write_csv(first.queue, "needed.csv", excel=True)
    (row,) = read_rows("needed.csv")
    row |= {"value": value, "who": "Ada", "role": "reviewer", "when": "2026-11-24"}
    Path("screening.csv").write_text(
        ",".join(HEADER) + "\n" + ",".join(row[c] for c in HEADER) + "\n", encoding="utf-8"
    )
    lines = read_decisions("screening.csv", check_screening(first.protocol["criteria"]))
    second = rerun(asked, decisions=lines)
    assert second.queue.empty
    assert second.notes == []
    assert second.ends["end"].tolist() == [end]


def test_a_stale_decision_is_queued_again_and_told(rerun: Rerun, good: Row, decision: Make) -> None:
    stale = decision("eric:1", "topic", "not_met", fingerprint="ffffffff")
    again = rerun({"record_id": "eric:1", **good}, decisions=[stale])
    (row,) = again.queue.to_dict("records")
    assert (row["record_id"], row["variable"], row["kind"]) == ("eric:1", "topic", "stale in a decision")
    assert again.notes == [row["why"]]


def test_a_conflict_stands_in_the_queue_once(rerun: Rerun, good: Row, decision: Make) -> None:
    lines = [decision("eric:1", "topic", "met"), decision("eric:1", "topic", "not_met", who="Bo")]
    found = rerun({"record_id": "eric:1", **good}, decisions=lines)
    (row,) = found.queue.to_dict("records")
    assert (row["kind"], row["variable"]) == ("conflict", "topic")
    assert "Ada: met; Bo: not_met" in row["why"]


def test_a_decision_on_an_unknown_record_is_queued(rerun: Rerun, good: Row, decision: Make) -> None:
    found = rerun({"record_id": "eric:1", **good}, decisions=[decision("eric:9", "topic", "met")])
    assert found.queue["kind"].tolist() == ["unknown record in a decision"]


def test_doubtful_duplicates_come_before_all_else(case: Any) -> None:
    pairs = pd.DataFrame(
        [
            {"record_a": "eric:1", "record_b": "web:3", "work_a": "w:eric:1", "title_a": "A",
             "title_b": "B", "outcome": outcome, "rule": "why", "fingerprint": "k1", "title_score": 97.0}
            for outcome in ("maybe", "distinct", "merge")
        ]
    )  # fmt: skip
    listed = queue(case.works, case.records, pairs, case.screening, [], case.protocol["criteria"])
    assert listed["kind"].tolist() == ["duplicate", "screening", "screening", "screening"]
    first = listed.iloc[0]
    assert (first["record_id"], first["stage"], first["variable"]) == ("eric:1", "dedupe", "web:3")
    assert (first["fingerprint"], first["why"]) == ("k1", "why; titles agree to 97.0 %")
    assert first["other_title"] == "Badges, learn"
    assert first["title"] == case.records.set_index("record_id").at["eric:1", "title"]


def test_nothing_awaits_where_all_is_known(rerun: Rerun, good: Row) -> None:
    listed = rerun({"record_id": "eric:1", **good}).queue
    assert listed.empty
    assert list(listed.columns) == list(COLUMNS)


def test_no_works_ask_nothing(rerun: Rerun) -> None:
    case = rerun()
    assert case.queue.empty
    assert case.screening.empty
