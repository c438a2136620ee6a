"""The retrieval list: every work whose full text is sought, where to look, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from reprise.decisions import Decision, by_work, settle, standing
from reprise.frames import work_of_records
from reprise.records import join, plain_text
from reprise.screen.outcome import PERSON, counts_as

STAGE = "retrieval"
# Where a work that was sought may have come to: reports sought for retrieval, as PRISMA 2020 counts them.
SOUGHT = (STAGE, "eligibility", "included")
OUTCOMES = ("still sought", "not retrieved", "obtained by person", "obtained by rule", "taken as obtained",
            "not asked")  # fmt: skip
FACTS = ("authors", "year", "title", "venue", "doi", "url", "fulltext_url")
TOLD = ("outcome", "where", "who", "when", "note")
COLUMNS = (*FACTS, "open_access", *TOLD, "work_id")


def retrieval_list(
    works: pd.DataFrame,
    records: pd.DataFrame,
    screening: pd.DataFrame,
    decisions: Sequence[Decision],
    criteria: Sequence[Mapping[str, Any]],
    reviewers: str = "single",
) -> pd.DataFrame:
    """List the works that were sought at the stage retrieval, those still sought first.

    Parameters
    ----------
    works, records, screening : DataFrame
        Tables of the stages before.
    decisions : sequence of Decision
        Lines about criteria, as `screening` was made with.
    criteria : sequence of mapping
        The protocol's criteria.
    reviewers : {"single", "double", "adjudicated"}
        How many people a verdict needs.

    Returns
    -------
    DataFrame
        `open_access` holds all that records of the work state. `outcome` is one of `OUTCOMES`: "taken as
        obtained" is unknown and counts as met by the protocol, "not asked" means that no criterion stands
        at the stage. `where` is the evidence of a rule; `who`, `when` and `note` are people's.
    """
    work_of = work_of_records(works)
    ends = screening.drop_duplicates("work_id")
    sought = ends.loc[ends["end_stage"].isin(SOUGHT), ["work_id", "end", "end_stage"]]
    ids = [c["id"] for c in criteria if c["stage"] == STAGE]
    rows = screening[screening["work_id"].isin(sought["work_id"]) & screening["criterion"].isin(ids)]
    rows = rows.assign(counts=counts_as(rows, criteria))
    asked: dict[str, list[dict[str, str]]] = {}
    for row in rows.to_dict("records"):
        asked.setdefault(row["work_id"], []).append({str(k): str(v) for k, v in row.items()})
    said, _ = by_work([d for d in decisions if d.variable in ids], work_of)
    outcomes = [
        (work, *_outcome(end, stage, asked.get(work, []), said, reviewers))
        for work, end, stage in sought.itertuples(index=False, name=None)
    ]
    table = pd.DataFrame(outcomes, columns=["work_id", *TOLD], dtype="str")
    facts = works[["work_id", *FACTS]].assign(
        title=works["title"].map(plain_text), open_access=works["work_id"].map(_access(records, work_of))
    )
    table = table.merge(facts, on="work_id")
    place = {outcome: i for i, outcome in enumerate(OUTCOMES)}
    table = table.assign(place=table["outcome"].map(place)).sort_values(["place", "work_id"])
    return table[list(COLUMNS)].astype("str").fillna("").reset_index(drop=True)


def _access(records: pd.DataFrame, work_of: Mapping[str, str]) -> dict[str, str]:
    """Give all that records state of a work's access: one may know a copy that another does not."""
    stated = records[records["open_access"] != ""]
    grouped = stated.groupby(stated["record_id"].map(work_of))["open_access"]
    return {str(work): join(values) for work, values in grouped}


def _outcome(
    end: str,
    stage: str,
    asked: Sequence[Mapping[str, str]],
    said: Mapping[tuple[str, str], Sequence[Decision]],
    reviewers: str,
) -> tuple[str, str, str, str, str]:
    """Say what became of one work: outcome, where, who, when and note."""
    if not asked:
        return "not asked", "", "", "", "no criterion of the protocol stands at this stage"
    if end == "not_retrieved":
        row = next(row for row in asked if row["counts"] == "not_met")
        return "not retrieved", *_basis(row, said, reviewers)
    if stage == STAGE:
        waits = [row for row in asked if row["counts"] == "unknown"]
        people = join(row["decided_by"] for row in waits if row["judge"] == PERSON)
        return "still sought", join(map(_evidence, waits)), people, "", join(row["note"] for row in waits)
    if unknown := [row for row in asked if row["verdict"] == "unknown"]:
        return "taken as obtained", *_basis(unknown[0], said, reviewers)
    # What a person found tells more than what a rule knew.
    row = min(asked, key=lambda row: row["judge"] != PERSON)
    return f"obtained by {row['judge']}", *_basis(row, said, reviewers)


def _basis(
    row: Mapping[str, str], said: Mapping[tuple[str, str], Sequence[Decision]], reviewers: str
) -> tuple[str, str, str, str]:
    """Give where, who, when and note of the verdict that decided."""
    if row["judge"] != PERSON:
        counted = f"the protocol counts unknown as {row['counts']}" if row["verdict"] == "unknown" else ""
        return _evidence(row), row["decided_by"], "", join([row["note"], counted])
    lines, _ = standing(said.get((row["work_id"], row["criterion"]), ()), row["fingerprint"])
    settled = settle(lines, reviewers)
    last = max(settled.lines, key=lambda d: d.moment)
    return "", row["decided_by"], last.when, join([settled.reason, *(d.note for d in settled.lines)])


def _evidence(row: Mapping[str, str]) -> str:
    told = f"{row['field']}: {row['value']}" if row["value"] else ""
    return f"{told} ({row['source']})" if told and row["source"] else told
