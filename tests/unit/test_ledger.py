"""The ledger: every record followed to exactly one end, in the column it was found in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from reprise.synthesis.ledger import COLUMNS, follow

Rerun = Callable[..., Any]
Row = dict[str, str]


@pytest.fixture(scope="module")
def case(rerun: Rerun, good: Row) -> Any:
    return rerun(
        {"record_id": "eric:1", **good, "work": "a"},
        {"record_id": "doaj:1", **good, "work": "a"},
        {"record_id": "web:1", **good, "work": "a"},
        {"record_id": "web:2", **good, "work": "b", "year": "2009"},
        {"record_id": "web:3", **good, "work": "b", "year": "2009"},
        {"record_id": "web:4", **good, "open_access": ""},
    )


def by_id(ledger: pd.DataFrame) -> dict[str, dict[str, str]]:
    rows: list[dict[str, str]] = ledger.to_dict("records")
    return {row["record_id"]: row for row in rows}


def test_every_record_has_one_row_in_order(case: Any) -> None:
    assert list(case.ledger.columns) == list(COLUMNS)
    assert case.ledger["record_id"].tolist() == sorted(case.records["record_id"])


def test_the_lead_goes_the_works_way_and_the_others_end_as_duplicates(case: Any) -> None:
    rows = by_id(case.ledger)
    assert {name: row["end"] for name, row in rows.items()} == {
        "eric:1": "included",
        "doaj:1": "duplicate",
        "web:1": "duplicate",
        "web:2": "removed_by_automation",
        "web:3": "duplicate",
        "web:4": "awaiting",
    }
    assert rows["web:1"]["stage"] == "dedupe"
    assert rows["web:1"]["reason"] == "merged into w:eric:1"
    assert (rows["web:1"]["reasons"], rows["web:1"]["decided_by"]) == ("", "")
    assert rows["web:2"]["reason"] == "window"
    assert rows["web:4"]["stage"] == "retrieval"


def test_a_work_with_a_database_record_is_led_by_it_and_stands_in_its_column(case: Any) -> None:
    rows = by_id(case.ledger)
    assert [name for name, row in rows.items() if row["lead"] == "true"] == ["eric:1", "web:2", "web:4"]
    assert rows["eric:1"]["column"] == "databases"


def test_a_duplicate_is_counted_in_the_column_it_was_found_in(case: Any) -> None:
    rows = by_id(case.ledger)
    assert rows["doaj:1"]["column"] == "databases"
    assert rows["web:1"]["column"] == "other"


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("database", "databases"),
        ("register", "databases"),
        ("website", "other"),
        ("organisation", "other"),
        ("citation", "other"),
    ],
)
def test_the_kind_of_a_source_gives_the_column(case: Any, kind: str, column: str) -> None:
    ledger = follow(case.records.assign(kind=kind), case.works, case.screening)
    assert set(ledger["column"]) == {column}


def test_a_record_that_is_in_no_work_stops_the_run(case: Any) -> None:
    works = case.works[case.works["lead"] != "web:4"]
    with pytest.raises(AssertionError, match="web:4"):
        follow(case.records, works, case.screening)


def test_a_work_without_a_verdict_stops_the_run(case: Any) -> None:
    screening = case.screening[case.screening["work_id"] != "w:web:4"]
    with pytest.raises(AssertionError, match="w:web:4"):
        follow(case.records, case.works, screening)


def test_no_records_make_an_empty_ledger(rerun: Rerun) -> None:
    ledger = rerun().ledger
    assert ledger.empty
    assert list(ledger.columns) == list(COLUMNS)
