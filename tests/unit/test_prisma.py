"""The PRISMA flow: the boxes add up as sets, and the file is one that the R package reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from reprise.synthesis.prisma import COLUMNS, boxes, numbers, reason_label, studies, template_rows

Rerun = Callable[..., Any]
Row = dict[str, str]
LABELS = {"eric": "ERIC", "doaj": "DOAJ; open, all", "web": "Pages"}
# The rows of the template of the R package PRISMA2020, in its order: name, node, box.
TEMPLATE_ROWS = """NA node4 prevstud, previous_studies node5 box1, previous_reports NA box1,
NA node6 newstud, database_results node7 box2, database_specific_results NA box2,
register_results NA box2, register_specific_results NA box2,
NA node16 othstud, website_results node17 box11, organisation_results NA box11,
citations_results NA box11, duplicates node8 box3, excluded_automatic NA box3, excluded_other NA box3,
records_screened node9 box4, records_excluded node10 box5,
dbr_sought_reports node11 box6, dbr_notretrieved_reports node12 box7,
other_sought_reports node18 box12, other_notretrieved_reports node19 box13,
dbr_assessed node13 box8, dbr_excluded node14 box9, other_assessed node20 box14, other_excluded node21 box15,
new_studies node15 box10, new_reports NA box10, total_studies node22 box16, total_reports NA box16,
identification node1 identification, screening node2 screening, included node3 included"""
TEMPLATE = [name for row in TEMPLATE_ROWS.split(",") if (name := row.split()[0]) != "NA"]
ENDS = {
    "duplicate": "dedupe",
    "removed_by_automation": "before_screening",
    "not_retrieved": "retrieval",
    "included": "included",
}


def ledger(*rows: str) -> pd.DataFrame:
    """Make a ledger of lines such as `eric excluded screening topic Ada`."""
    made = []
    for i, row in enumerate(rows):
        source, end, *rest = row.split()
        stage, reason, by = [*rest, *[""] * 3][:3]
        made.append(
            {
                "record_id": f"{source}:{i}",
                "source": source,
                "kind": {"web": "website", "reg": "register", "org": "organisation", "cit": "citation"}.get(
                    source, "database"
                ),
                "column": "databases" if source in ("eric", "doaj", "reg") else "other",
                "work_id": f"w:{i}",
                "lead": "false" if end == "duplicate" else "true",
                "end": end,
                "stage": ENDS.get(end, stage),
                "reason": reason,
                "reasons": reason,
                "judge": "rule" if by.startswith("rule") or not by else "person",
                "decided_by": by.replace("_", " ") or "rules",
            }
        )
    columns = ["record_id", "source", "kind", "column", "work_id", "lead", "end", "stage", "reason",
               "reasons", "judge", "decided_by"]  # fmt: skip
    return pd.DataFrame(made, columns=columns, dtype="str")


FLOW = ledger(
    *["eric duplicate"] * 3,
    *["doaj removed_by_automation - window rule_window"] * 4,
    "doaj removed_by_automation - language rule_language",
    *["eric excluded screening topic rule_topic"] * 2,
    "eric excluded screening peer_review Ada",
    *["eric awaiting screening topic"] * 5,
    *["eric not_retrieved - full_text Ada"] * 2,
    *["reg awaiting retrieval full_text"] * 3,
    *["eric excluded eligibility design Ada"] * 2,
    "eric excluded eligibility setting Ada",
    "eric awaiting eligibility design",
    *["eric included"] * 6,
    "eric included included - Ada",
    *["web duplicate"] * 2,
    "web removed_by_automation - window rule_window",
    "web excluded screening topic Ada",
    "org awaiting screening topic",
    "cit not_retrieved - full_text Ada",
    "web awaiting retrieval full_text",
    "cit excluded eligibility design Ada",
    "org awaiting eligibility design",
    *["web included"] * 2,
)


def works_of(flow: pd.DataFrame, **linked: str) -> pd.DataFrame:
    ids = flow.loc[flow["lead"] == "true", "work_id"]
    return pd.DataFrame({"work_id": ids, "linked_works": [linked.get(i[2:], "") for i in ids]}, dtype="str")


def counted(flow: pd.DataFrame) -> dict[str, int]:
    found = numbers(flow, works_of(flow), LABELS)
    return {name: int(value) for name, value in found.items() if value.isdigit()}


def test_the_boxes_of_each_column_add_up_as_sets() -> None:
    for flow in boxes(FLOW).values():
        parts = ("duplicates", "automatic", "screened")
        assert flow["identified"] == frozenset().union(*(flow[p] for p in parts))
        assert sum(len(flow[p]) for p in parts) == len(flow["identified"])
        assert flow["screened"] == flow["excluded_screening"] | flow["awaiting_screening"] | flow["sought"]
        assert flow["sought"] == flow["not_retrieved"] | flow["awaiting_retrieval"] | flow["assessed"]
        assert flow["assessed"] == (
            flow["excluded_eligibility"] | flow["awaiting_eligibility"] | flow["included"]
        )
        assert all(flow[box] for box in flow)


def test_every_number_is_that_of_its_box() -> None:
    n = counted(FLOW)
    expected = {
        "database_results": 29, "register_results": 3, "website_results": 7, "organisation_results": 2,
        "citations_results": 2, "duplicates": 3, "excluded_automatic": 5, "records_screened": 24,
        "records_excluded": 3, "db_out_by_rule": 2, "db_out_by_person": 1, "db_awaiting_verdict": 5,
        "dbr_sought_reports": 16, "dbr_notretrieved_reports": 2, "db_awaiting_retrieval": 3,
        "dbr_assessed": 11, "db_awaiting_eligibility": 1, "om_repeats": 2, "om_removed_by_rule": 1,
        "om_out": 1, "om_out_by_rule": 0, "om_out_by_person": 1, "om_awaiting_verdict": 1,
        "other_sought_reports": 6, "other_notretrieved_reports": 1, "om_awaiting_retrieval": 1,
        "other_assessed": 4, "om_awaiting_eligibility": 1, "new_studies": 9, "new_reports": 9,
        "total_studies": 9, "total_reports": 9, "read_by_no_person": 8, "previous_studies": 0,
    }  # fmt: skip
    assert {name: n.get(name) for name in expected} == expected


def test_the_numbers_of_the_database_column_add_up() -> None:
    n = counted(FLOW)
    identified = n["database_results"] + n["register_results"]
    assert identified == n["duplicates"] + n["excluded_automatic"] + n["records_screened"]
    assert n["records_screened"] == (
        n["records_excluded"] + n["db_awaiting_verdict"] + n["dbr_sought_reports"]
    )
    assert n["dbr_sought_reports"] == (
        n["dbr_notretrieved_reports"] + n["db_awaiting_retrieval"] + n["dbr_assessed"]
    )


def test_the_numbers_of_the_other_column_add_up() -> None:
    n = counted(FLOW)
    identified = n["website_results"] + n["organisation_results"] + n["citations_results"]
    out = n["om_repeats"] + n["om_removed_by_rule"] + n["om_out"] + n["om_awaiting_verdict"]
    assert identified == out + n["other_sought_reports"]
    assert n["other_sought_reports"] == (
        n["other_notretrieved_reports"] + n["om_awaiting_retrieval"] + n["other_assessed"]
    )


def test_reasons_are_listed_with_their_counts_the_most_frequent_first() -> None:
    found = numbers(FLOW, works_of(FLOW), LABELS)
    assert found["dbr_excluded"] == "Design, 2; Setting, 1"
    assert found["db_removed_by_rule_reasons"] == "Window, 4; Language, 1"
    assert found["db_out_reasons"] == "Topic, 2; Peer review, 1"
    assert found["other_excluded"] == "Design, 1"
    assert found["om_out_reasons"] == "Topic, 1"


def test_labels_of_sources_cannot_break_the_list_they_stand_in() -> None:
    found = numbers(FLOW, works_of(FLOW), LABELS)
    assert found["database_specific_results"].count(",") == 2
    assert found["database_specific_results"].startswith("ERIC, 24; DOAJ")
    assert found["database_specific_results"].endswith(", 5")


def test_an_id_of_an_unheard_end_stops_the_run() -> None:
    with pytest.raises(AssertionError, match="eric:0"):
        boxes(ledger("eric vanished nowhere"))


def test_an_end_at_the_wrong_stage_stops_the_run() -> None:
    with pytest.raises(AssertionError, match="web:0"):
        boxes(ledger("web excluded before_screening topic"))


def test_an_id_in_two_boxes_stops_the_run() -> None:
    twice = ledger("eric included", "eric awaiting screening topic").assign(record_id="eric:0")
    with pytest.raises(AssertionError, match=r"in two boxes.*eric:0"):
        boxes(twice)


def test_no_records_give_a_flow_of_zeros() -> None:
    empty = ledger()
    found = numbers(empty, works_of(empty), LABELS)
    assert {value for value in found.values() if value} == {"0"}
    assert len(template_rows(found)) > len(TEMPLATE)


# --- studies and reports


@pytest.mark.parametrize(
    ("linked", "included", "count"),
    [
        ({}, "abc", 3),
        ({"a": "b"}, "abc", 2),
        ({"a": "b", "b": "c"}, "abc", 1),
        ({"a": "b; c"}, "abc", 1),
        ({"b": "a", "c": "a"}, "abc", 1),
        ({"a": "x"}, "abc", 3),
        ({"a": "b"}, "ac", 2),
        ({"a": "b", "b": "c"}, "ac", 2),
        ({"a": "b"}, "", 0),
    ],
)
def test_versions_of_one_study_count_once_among_the_included(
    linked: dict[str, str], included: str, count: int
) -> None:
    works = pd.DataFrame(
        {"work_id": list("abcx"), "linked_works": [linked.get(w, "") for w in "abcx"]}, dtype="str"
    )
    assert studies(works, frozenset(included)) == count


def test_studies_are_fewer_than_reports_where_included_works_are_linked() -> None:
    flow = ledger(*["eric included"] * 3)
    found = numbers(flow, works_of(flow, **{"0": "w:1", "1": "w:0"}), LABELS)
    assert (found["new_studies"], found["new_reports"]) == ("2", "3")
    assert (found["total_studies"], found["total_reports"]) == ("2", "3")


# --- the file


@pytest.fixture
def rows() -> list[dict[str, str]]:
    return template_rows(numbers(FLOW, works_of(FLOW), LABELS))


def test_the_file_has_the_columns_of_the_template(rows: list[dict[str, str]]) -> None:
    assert COLUMNS == ("data", "node", "box", "description", "boxtext", "tooltips", "url", "n")
    assert all(tuple(row) == COLUMNS for row in rows)


def test_every_name_of_the_template_stands_in_the_file_once(rows: list[dict[str, str]]) -> None:
    names = [row["data"] for row in rows]
    assert [names.count(name) for name in TEMPLATE] == [1] * len(TEMPLATE)


def test_the_rows_of_the_template_come_first_in_its_order(rows: list[dict[str, str]]) -> None:
    expected = [tuple(row.split()) for row in TEMPLATE_ROWS.split(",")]
    assert [(row["data"], row["node"], row["box"]) for row in rows][: len(expected)] == expected
    assert all(row["node"] == "NA" for row in rows[len(expected) :])


def test_a_list_of_nothing_is_a_nought_and_not_a_gap() -> None:
    """The R package shows an empty list of reasons as "n = NA"."""
    flow = ledger("eric included", "web included")
    written = {row["data"]: row["n"] for row in template_rows(numbers(flow, works_of(flow), LABELS))}
    lists = ("register_specific_results", "dbr_excluded", "other_excluded")
    assert [written[name] for name in lists] == ["0", "0", "0"]


def test_no_name_of_ours_holds_a_name_of_the_template(rows: list[dict[str, str]]) -> None:
    """The R package greps for its names anywhere in the column."""
    ours = [row["data"] for row in rows if row["data"] not in (*TEMPLATE, "NA")]
    assert len(ours) > 10
    assert [(name, own) for own in ours for name in TEMPLATE if name in own] == []
    assert len(set(ours)) == len(ours)


def test_every_number_of_the_flow_stands_in_the_file(rows: list[dict[str, str]]) -> None:
    found = numbers(FLOW, works_of(FLOW), LABELS)
    written = {row["data"]: row["n"] for row in rows}
    assert {name: written.get(name) for name in found} == {name: n or "0" for name, n in found.items()}


def test_a_criterion_is_named_in_words() -> None:
    assert reason_label("peer_review") == "Peer review"
    assert "," not in reason_label("a,b;c")


def test_the_flow_of_a_real_run_adds_up(rerun: Rerun, good: Row) -> None:
    case = rerun(
        {"record_id": "eric:1", **good, "work": "a"},
        {"record_id": "web:1", **good, "work": "a"},
        {"record_id": "web:2", **good, "title": "[Badges and learning]", "language": "fr"},
        {"record_id": "doaj:1", **good, "title": "On trust", "abstract": "None of it."},
        {"record_id": "doaj:2", **good, "open_access": "closed"},
    )
    found = numbers(case.ledger, case.works, LABELS)
    assert (found["database_results"], found["duplicates"], found["records_screened"]) == ("3", "0", "3")
    assert (found["website_results"], found["om_repeats"], found["om_removed_by_rule"]) == ("2", "1", "1")
    assert (found["records_excluded"], found["db_out_by_rule"]) == ("1", "1")
    assert (found["dbr_sought_reports"], found["db_awaiting_retrieval"], found["dbr_assessed"]) == (
        "2", "1", "1"
    )  # fmt: skip
    assert (found["new_studies"], found["read_by_no_person"]) == ("1", "1")
