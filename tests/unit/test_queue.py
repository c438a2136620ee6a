"""The queue: what people are asked, in which order, and that an answer takes it off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import rispy
from reprise.csvfiles import read_rows
from reprise.decisions import HEADER, Decision, read_decisions, say_change
from reprise.dedupe.pairs import PAIR_COLUMNS
from reprise.frames import work_of_records, write_csv
from reprise.screen.outcome import decide, outcomes
from reprise.screen.queue import CELL, COLUMNS, cut_cell, queue, queue_ris
from reprise.screen.works import check_screening

Rerun = Callable[..., Any]
Make = Callable[..., Decision]
Row = dict[str, str]


@pytest.fixture(scope="module")
def case(rerun: Rerun, good: Row) -> Any:
    """One work included, two awaiting at screening, one removed."""
    return rerun(
        {"record_id": "eric:1", **good},
        {"record_id": "eric:2", **good, "type": "", "year": "", "title": "Badges and learning, two"},
        {
            "record_id": "web:3",
            **good,
            "open_access": "closed",
            "peer_reviewed": "",
            "title": "Badges, learn",
        },
        {"record_id": "web:4", **good, "year": "2010"},
    )


def test_a_work_is_asked_about_the_unknowns_up_to_its_stage_and_no_more(case: Any) -> None:
    listed = case.queue
    assert list(listed.columns) == list(COLUMNS)
    assert listed[["record_id", "variable"]].to_numpy().tolist() == [
        ["web:3", "peer_review"],  # not full_text: that is asked once the work is sought
        ["eric:2", "window"],
        ["eric:2", "document_type"],
    ]
    assert set(listed["kind"]) == {"screening"}


def test_works_with_the_fewest_open_questions_come_first(rerun: Rerun, good: Row) -> None:
    listed = rerun(
        {"record_id": "eric:1", **good, "type": "", "year": "", "peer_reviewed": ""},
        {"record_id": "eric:2", **good, "peer_reviewed": ""},
        {"record_id": "eric:3", **good, "year": ""},
    ).queue
    assert list(dict.fromkeys(listed["record_id"])) == ["eric:3", "eric:2", "eric:1"]


def test_each_question_stands_with_its_stage_and_evidence(case: Any) -> None:
    first = case.queue.iloc[0]
    assert first["stage"] == "screening"
    assert first["question"].startswith("Peer reviewed?")
    assert first["why"] == "no evidence for or against"
    assert first["title"] == "Badges, learn"
    assert first["fingerprint"].startswith("k")
    assert first["question"].endswith("met, not_met or unknown")
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


def test_the_evidence_stands_behind_the_why(rerun: Rerun, good: Row) -> None:
    (row,) = rerun({"record_id": "eric:1", **good, "open_access": "closed"}).queue.to_dict("records")
    assert row["variable"] == "full_text"
    assert row["why"].startswith("no open copy known for sure")
    assert row["why"].endswith("; evidence: open_access closed")


def test_a_stale_decision_is_queued_again_and_told(rerun: Rerun, good: Row, decision: Make) -> None:
    stale = decision("eric:1", "topic", "not_met", fingerprint="ffffffff")
    again = rerun({"record_id": "eric:1", **good}, decisions=[stale])
    (row,) = again.queue.to_dict("records")
    assert (row["record_id"], row["variable"], row["kind"]) == ("eric:1", "topic", "stale in a decision")
    assert again.notes == [row["why"]]
    assert row["fingerprint"].startswith("k")


def test_a_stale_decision_is_queued_with_what_changed(rerun: Rerun, good: Row, decision: Make) -> None:
    asked = {"record_id": "eric:1", **good, "peer_reviewed": ""}
    (then,) = rerun(asked).queue["fingerprint"]
    line = decision("eric:1", "peer_review", "met", fingerprint=then)
    assert rerun(asked, decisions=[line]).queue.empty
    (row,) = rerun(asked | {"venue": "Another"}, decisions=[line]).queue.to_dict("records")
    assert (row["kind"], row["value"], row["who"]) == ("screening", "", "")
    assert row["why"] == "no evidence for or against; Ada decided before: venue changed since"
    assert say_change(then, row["fingerprint"]) == "venue changed"


def test_stale_decisions_on_one_question_are_one_row(rerun: Rerun, good: Row, decision: Make) -> None:
    stale = [decision("eric:1", "topic", "met", fingerprint="ffffffff", who=who, line=i)
             for i, who in enumerate(("Ada", "Bo"), start=2)]  # fmt: skip
    (row,) = rerun({"record_id": "eric:1", **good}, decisions=stale).queue.to_dict("records")
    assert row["kind"] == "stale in a decision"
    assert row["why"].count("decide again") == 2


def test_a_conflict_stands_in_the_queue_once(rerun: Rerun, good: Row, decision: Make) -> None:
    lines = [decision("eric:1", "topic", "met"), decision("eric:1", "topic", "not_met", who="Bo")]
    found = rerun({"record_id": "eric:1", **good}, decisions=lines)
    (row,) = found.queue.to_dict("records")
    assert (row["kind"], row["variable"]) == ("conflict", "topic")
    assert "Ada: met; Bo: not_met" in row["why"]


def test_what_a_person_is_unsure_of_is_no_conflict(rerun: Rerun, good: Row, decision: Make) -> None:
    (row,) = rerun(
        {"record_id": "eric:1", **good}, decisions=[decision("eric:1", "topic", "unknown")]
    ).queue.to_dict("records")
    assert (row["kind"], row["why"][:17]) == ("screening", "unsure: Ada; read")


# --- two reviewers


def asked_by(case: Any, decisions: list[Decision], reviewers: str) -> list[dict[str, str]]:
    """Let people decide anew on a case's verdicts, and give the queue."""
    criteria = case.protocol["criteria"]
    columns = ["work_id", "criterion", "stage", "verdict", "field", "value", "source", "note", "fingerprint"]
    work_of = work_of_records(case.works)
    judged, found = decide(case.screening[columns], case.works, work_of, decisions, criteria, reviewers)
    ends = outcomes(judged, criteria).rename(columns={"stage": "end_stage", "judge": "end_judge"})
    table = judged.merge(ends.drop(columns="decided_by"), on="work_id").merge(
        case.works[["work_id", "title"]]
    )
    pairs = pd.DataFrame(columns=PAIR_COLUMNS, dtype="str")
    told = [t._asdict() for t in found]
    listed = queue(case.works, case.records, pairs, table, told, criteria, reviewers)
    assert list(listed.columns) == list(COLUMNS)
    return listed.to_dict("records")


def test_each_question_stands_once_with_who_is_missing(rerun: Rerun, good: Row, decision: Make) -> None:
    case = rerun({"record_id": "eric:1", **good, "peer_reviewed": "", "year": ""})
    rows = {row["variable"]: row for row in asked_by(case, [], "double")}
    assert list(rows) == ["window", "peer_review"]
    assert rows["peer_review"]["why"] == (
        "no evidence for or against; 2 judgements are missing, of two reviewers; nobody has judged"
    )
    line = decision("eric:1", "peer_review", "not_met", reason="a magazine")
    (first, second) = asked_by(case, [line], "double")
    assert (second["variable"], second["kind"]) == ("peer_review", "screening")
    assert second["why"] == (
        "no evidence for or against; 1 judgement is missing, a second reviewer's; Ada has judged"
    )
    # Nothing of what Ada said stands anywhere in the queue.
    shown = [value for row in (first, second) for column, value in row.items() if column != "question"]
    assert not [text for text in shown if "not_met" in text or "magazine" in text]
    again = [line, decision("eric:1", "peer_review", "not_met", who="Bo")]
    assert asked_by(case, again, "double") == []


def test_one_reviewers_line_on_what_a_rule_judged_is_asked_of_a_second(
    rerun: Rerun, good: Row, decision: Make
) -> None:
    (row,) = asked_by(rerun({"record_id": "eric:1", **good}), [decision("eric:1", "topic", "met")], "double")
    assert (row["variable"], row["kind"]) == ("topic", "screening")
    assert "1 judgement is missing" in row["why"]


def test_who_differ_are_shown_to_the_adjudicator(rerun: Rerun, good: Row, decision: Make) -> None:
    lines = [decision("eric:1", "topic", "met"), decision("eric:1", "topic", "not_met", who="Bo")]
    for reviewers in ("double", "adjudicated"):
        (row,) = asked_by(rerun({"record_id": "eric:1", **good}), lines, reviewers)
        assert row["kind"] == "conflict"
        assert "Ada: met; Bo: not_met" in row["why"]


# --- what Excel can hold


@pytest.mark.parametrize("sign", ["x", "\u00e9", "\U0001f393", "\n"])
def test_a_cell_that_excel_would_cut_is_cut_with_a_word_on_it(sign: str) -> None:
    def units(text: str) -> int:
        return len(text.encode("utf-16-le")) // 2

    assert cut_cell(sign * (CELL // units(sign))) == sign * (CELL // units(sign))
    cut = cut_cell(sign * 40_000)
    assert CELL - 1 <= units(cut) <= CELL
    assert cut.startswith(sign * 100)
    assert cut.endswith("results/]")


def test_only_what_is_too_long_is_cut(rerun: Rerun, good: Row) -> None:
    authors = "; ".join(f"Name{i}, N." for i in range(4000))
    good = {**good, "peer_reviewed": ""}
    rows = [
        {"record_id": "eric:1", **good, "authors": authors},
        {"record_id": "eric:2", **good, "title": "Badges, learn " + "x" * 20_000},
    ]
    listed = rerun(*rows).queue.set_index("record_id")
    assert len(listed.at["eric:1", "authors"]) == CELL
    assert listed.at["eric:2", "title"] == rows[1]["title"]


# --- RIS

LONG = "First line.\n\nTY  - JOUR\r\nER  - \u2028A1  - Nobody & <i>all</i>"


def test_a_work_that_waits_is_one_entry_with_its_questions(rerun: Rerun, good: Row) -> None:
    case = rerun(
        {"record_id": "eric:1", **good},
        {"record_id": "eric:2", **good, "type": "", "year": "", "title": "Badges and learning, two",
         "abstract": "One.\n\nTY  - JOUR\nER  - "},
        {"record_id": "web:3", **good, "peer_reviewed": "", "title": "Badges, <i>learn</i>", "abstract": LONG,
         "authors": "Ng, A; O\u2019Neil, Zo\u00eb", "venue": "Journal; of X", "doi": "10.1234/x",
         "url": "https://x.org/1; a mirror; javascript:alert(1)"},
    )  # fmt: skip
    first, second = rispy.loads(queue_ris(case.queue, case.works))
    assert first["accession_number"] == "web:3"
    assert first["title"] == "Badges, learn"
    assert first["authors"] == ["Ng, A", "O\u2019Neil, Zo\u00eb"]
    assert (first["year"], first["secondary_title"], first["doi"]) == ("2020", "Journal; of X", "10.1234/x")
    assert first["urls"] == ["https://doi.org/10.1234/x", "https://x.org/1"]
    assert first["abstract"] == "First line. TY - JOUR ER - A1 - Nobody & all"
    assert second["abstract"] == "One. TY - JOUR ER -"
    assert first["type_of_reference"] == "JOUR"
    assert first["notes"] == [
        "record_id: web:3",
        "peer_review (screening): Peer reviewed? met, not_met or unknown: no evidence for or against",
    ]
    assert second["accession_number"] == "eric:2"
    assert [note.split(" ")[0] for note in second["notes"]] == ["record_id:", "window", "document_type"]
    assert second["type_of_reference"] == "GEN"


def test_a_record_found_again_by_its_ris_is_the_one_in_the_queue(case: Any) -> None:
    entries = rispy.loads(queue_ris(case.queue, case.works))
    assert {e["accession_number"] for e in entries} == set(case.queue["record_id"])


def test_nothing_that_waits_is_no_ris(rerun: Rerun, good: Row) -> None:
    case = rerun({"record_id": "eric:1", **good})
    assert queue_ris(case.queue, case.works) == ""


def test_a_stale_decision_waits_in_the_ris_too_and_a_pair_does_not(
    case: Any, rerun: Rerun, good: Row, decision: Make
) -> None:
    stale = decision("eric:1", "topic", "not_met", fingerprint="ffffffff")
    again = rerun({"record_id": "eric:1", **good}, decisions=[stale])
    (entry,) = rispy.loads(queue_ris(again.queue, again.works))
    assert "decide again" in entry["notes"][1]
    pair = again.queue.assign(kind="duplicate")
    assert queue_ris(pair, again.works) == ""
    assert queue_ris(again.queue.assign(work_id=""), again.works) == ""


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
