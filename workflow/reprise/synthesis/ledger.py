"""The ledger: every record followed to its one end. All counts come from here."""

from __future__ import annotations

import pandas as pd

from reprise.frames import work_of_records
from reprise.records import check_nothing_lost

DATABASES, OTHER = "databases", "other"
COLUMNS = (
    "record_id", "source", "kind", "column", "work_id", "lead",
    "end", "stage", "reason", "reasons", "judge", "decided_by",
)  # fmt: skip


def follow(records: pd.DataFrame, works: pd.DataFrame, screening: pd.DataFrame) -> pd.DataFrame:
    """Follow every record to its end.

    A work's lead record goes the work's way; its other records end as duplicates. A record is counted in
    the column it was found in: databases and registers, or other methods. The lead record is one of a
    database wherever the work has any, so the work stands in that column.

    Returns
    -------
    DataFrame
        One row per record, sorted by id, with `COLUMNS`; end is duplicate, removed_by_automation,
        excluded, not_retrieved, awaiting or included.
    """
    work_of = work_of_records(works)
    check_nothing_lost("tabulate", records["record_id"], work_of)
    ends = screening.drop_duplicates("work_id")[
        ["work_id", "end", "end_stage", "reason", "reasons", "end_judge", "end_decided_by"]
    ].rename(columns={"end_stage": "stage", "end_judge": "judge", "end_decided_by": "decided_by"})
    check_nothing_lost("tabulate", works["work_id"], ends["work_id"])
    ledger = records[["record_id", "source", "kind"]].assign(work_id=records["record_id"].map(work_of))
    ledger = ledger.merge(works[["work_id", "lead"]], on="work_id").merge(ends, on="work_id")
    is_lead = ledger["lead"] == ledger["record_id"]
    ledger["lead"] = is_lead.map({True: "true", False: "false"}).astype("str")
    ledger["column"] = (
        ledger["kind"].isin(["database", "register"]).map({True: DATABASES, False: OTHER}).astype("str")
    )
    ledger["end"] = ledger["end"].where(is_lead, "duplicate")
    ledger["stage"] = ledger["stage"].where(is_lead, "dedupe")
    ledger["reason"] = ledger["reason"].where(is_lead, "merged into " + ledger["work_id"])
    ledger["reasons"] = ledger["reasons"].where(is_lead, "")
    ledger["judge"] = ledger["judge"].where(is_lead, "")
    ledger["decided_by"] = ledger["decided_by"].where(is_lead, "")
    ledger = ledger.sort_values("record_id").reset_index(drop=True)
    check_nothing_lost("tabulate", records["record_id"], ledger["record_id"])
    return ledger[list(COLUMNS)]
