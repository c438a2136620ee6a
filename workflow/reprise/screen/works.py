"""Screen: every work against every criterion, people's decisions above the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from reprise.csvfiles import read_user_csv
from reprise.decisions import Decision, Trouble, check_value, hash_facts, read_decisions, write_trouble
from reprise.frames import read_table, work_of_records, write_table
from reprise.mistakes import Mistake, did_you_mean
from reprise.records import check_nothing_lost
from reprise.screen.criteria import VERDICTS, Evidence, judge
from reprise.screen.holdings import read_holdings
from reprise.screen.outcome import decide, fingerprints, outcomes
from reprise.vocabulary import OPEN_ACCESS

JOURNAL_COLUMNS = ("venue", "journal", "issn", "peer_reviewed", "open_access", "evidence", "seen_at")
JOURNAL_VALUES = {"peer_reviewed": ("true", "false"), "open_access": (*OPEN_ACCESS, "subscription")}
COLUMNS = (
    "work_id", "title", "criterion", "stage", "verdict", "rule_verdict", "field", "value", "source", "note",
    "judge",
    "decided_by", "fingerprint", "end", "end_stage", "reason", "reasons", "end_judge", "end_decided_by",
)  # fmt: skip


def screen(
    works: str | Path,
    records: str | Path,
    journals: str | Path,
    holdings: str | Path | None,
    decisions: str | Path,
    protocol: Mapping[str, Any],
    reviewers: str,
    screening: str | Path,
    screening_csv: str | Path,
    trouble: str | Path,
) -> None:
    """Screen the works and write the verdicts, and what is the matter with decisions.

    Parameters
    ----------
    works, records : path
        Tables of the stages before.
    journals, holdings : path
        The journals file, and the library's holdings, which may be None.
    decisions : path
        `data/decisions/screening.csv`; it may be missing.
    protocol : mapping
        The protocol's window, query and criteria.
    reviewers : str
        Whose judgement counts: single, double or adjudicated.
    screening, screening_csv, trouble : path
        What is written.

    Raises
    ------
    Mistake
        Lines of the decision or the journals file that can't be used.
    """
    criteria = protocol["criteria"]
    lines = read_decisions(decisions, check_screening(criteria))
    sources = read_journals(journals), read_holdings(holdings)
    table, found = screen_works(read_table(works), read_table(records), *sources, lines, protocol, reviewers)
    write_table(table, screening, screening_csv)
    write_trouble(found, trouble)


def check_screening(criteria: Sequence[Mapping[str, Any]]) -> Any:
    """Make the check of a screening decision's variable and value."""
    return check_value(
        dict.fromkeys((c["id"] for c in criteria), VERDICTS), {c["id"]: c["stage"] for c in criteria}
    )


def read_journals(path: str | Path) -> pd.DataFrame:
    """Read the journals file; a row that can't be read is a mistake."""
    table = read_user_csv(path, JOURNAL_COLUMNS)
    if table.broken:
        raise Mistake(f"{table.file} line {line}: {what}" for line, what in table.broken)
    wrong = [
        f"{table.file} line {line}: {column} '{row[column]}' is unknown; {did_you_mean(row[column], values)}"
        for line, row in table.rows
        for column, values in JOURNAL_VALUES.items()
        if row[column] and row[column] not in values
    ]
    if wrong:
        raise Mistake(wrong)
    return pd.DataFrame([row for _, row in table.rows], columns=list(JOURNAL_COLUMNS), dtype="str")


def screen_works(
    works: pd.DataFrame,
    records: pd.DataFrame,
    journals: pd.DataFrame,
    holdings: pd.DataFrame,
    decisions: Sequence[Decision],
    protocol: Mapping[str, Any],
    reviewers: str = "single",
) -> tuple[pd.DataFrame, list[Trouble]]:
    """Judge, let people decide, bring to an end.

    Returns
    -------
    screening : DataFrame
        One row per work and criterion, with the work's end on each.
    trouble : list of Trouble
        Decisions that are not used as they stand.
    """
    criteria = protocol["criteria"]
    work_of = work_of_records(works)
    check_nothing_lost("screen", records["record_id"], work_of)
    records = records.assign(work_id=records["record_id"].map(work_of))
    evidence = Evidence(works, records, journals, holdings, protocol)
    facts = hash_facts(works)
    judged = pd.concat(
        [
            judge(evidence, c).assign(
                criterion=c["id"], stage=c["stage"], fingerprint=fingerprints(works, c, facts), order=i
            )
            for i, c in enumerate(criteria)
        ],
        ignore_index=True,
    )
    judged = judged.sort_values(["work_id", "order"], kind="stable").reset_index(drop=True)
    judged, found = decide(judged, works, work_of, decisions, criteria, reviewers)
    ends = outcomes(judged, criteria)
    check_nothing_lost("screen", works["work_id"], ends["work_id"])
    table = judged.merge(
        ends.rename(columns={"stage": "end_stage", "judge": "end_judge", "decided_by": "end_decided_by"}),
        on="work_id",
    ).merge(works[["work_id", "title"]], on="work_id")
    return table[list(COLUMNS)], found
