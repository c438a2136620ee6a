"""The queue: what awaits a person's decision, why, and the evidence beside it.

Its first columns are those of a decision file, with what is known filled in: a row whose value, who,
role and when are filled in can be put into `data/decisions/`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from reprise.decisions import HEADER
from reprise.screen.outcome import RULE
from reprise.vocabulary import STAGES

SHOWN = ("title", "authors", "year", "venue", "doi", "url")
COLUMNS = (*HEADER, "kind", "question", "why", *SHOWN, *(f"other_{c}" for c in SHOWN), "work_id")


def queue(
    works: pd.DataFrame,
    records: pd.DataFrame,
    pairs: pd.DataFrame,
    screening: pd.DataFrame,
    trouble: Sequence[Mapping[str, str]],
    criteria: Sequence[Mapping[str, Any]],
) -> pd.DataFrame:
    """List what people are asked: doubtful duplicates, then unknown verdicts, then decisions in trouble.

    A work that awaits screening is asked about the unknowns up to that stage only; works with the
    fewest open questions come first.

    Parameters
    ----------
    works, records, pairs, screening : DataFrame
        Tables of the stages before.
    trouble : sequence of mapping
        Rows with the fields of `Trouble`, of all stages.
    criteria : sequence of mapping
        The protocol's criteria.
    """
    parts = [
        _duplicates(pairs, records),
        _verdicts(works, screening, criteria),
        _trouble(trouble, works, screening, criteria),
    ]
    listed = pd.concat(parts, ignore_index=True).reindex(columns=list(COLUMNS))
    return listed.astype("str").fillna("")


def _duplicates(pairs: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Ask about doubtful pairs, with what both records say side by side."""
    maybe = pairs[pairs["outcome"] == "maybe"]
    facts = records.set_index("record_id")[list(SHOWN)]
    sides = [facts.reindex(maybe[column]).reset_index(drop=True) for column in ("record_a", "record_b")]
    asked = pd.DataFrame(
        {
            "record_id": maybe["record_a"],
            "stage": "dedupe",
            "variable": maybe["record_b"],
            "fingerprint": maybe["fingerprint"],
            "kind": "duplicate",
            "question": "Are the two records one work? merge, distinct or linked",
            "why": maybe["rule"] + "; titles agree to " + maybe["title_score"].round().astype("str") + " %",
            "work_id": maybe["work_a"],
        }
    ).reset_index(drop=True)
    return pd.concat([asked, sides[0], sides[1].add_prefix("other_")], axis=1)


def _verdicts(
    works: pd.DataFrame, screening: pd.DataFrame, criteria: Sequence[Mapping[str, Any]]
) -> pd.DataFrame:
    waiting = screening[screening["end"] == "awaiting"].drop_duplicates("work_id")[["work_id", "reasons"]]
    asked = waiting.assign(variable=waiting["reasons"].str.split("; ")).explode("variable")
    asked["n"] = asked.groupby("work_id")["variable"].transform("size")
    rows = asked.merge(
        screening.drop(columns=["reasons", "title"]),
        left_on=["work_id", "variable"],
        right_on=["work_id", "criterion"],
    )
    facts = works[["work_id", "lead", *SHOWN]]
    rows = rows.merge(facts, on="work_id")
    rows["place"] = rows["variable"].map({c["id"]: i for i, c in enumerate(criteria)})
    rows = rows.sort_values(["n", "place", "work_id"], kind="stable")
    said = rows["value"].where(rows["value"] == "", ": " + rows["field"] + " " + rows["value"])
    return rows.assign(
        record_id=rows["lead"],
        stage=rows["variable"].map({c["id"]: c["stage"] for c in criteria}),
        value="",
        note="",
        kind=(rows["judge"] == RULE).map({True: "screening", False: "conflict"}),
        question=rows["variable"].map(_questions(criteria)),
        why=rows["note"] + said,
    )[[*HEADER[:4], "fingerprint", "kind", "question", "why", *SHOWN, "work_id"]]


def _questions(criteria: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {c["id"]: f"{c['question']} met or not_met" for c in criteria}


def _trouble(
    trouble: Sequence[Mapping[str, str]],
    works: pd.DataFrame,
    screening: pd.DataFrame,
    criteria: Sequence[Mapping[str, Any]],
) -> pd.DataFrame:
    """List decisions that are not used; a conflict on a verdict or a pair is asked as such above."""
    asked = (*STAGES, "dedupe")
    lines = [t for t in trouble if not (t["kind"] == "conflict" and t["stage"] in asked)]
    rows = pd.DataFrame(
        {
            "record_id": [t["record_id"] for t in lines],
            "stage": [t["stage"] for t in lines],
            "variable": [t["variable"] for t in lines],
            "kind": [f"{t['kind']} in a decision" if t["record_id"] else t["kind"] for t in lines],
            "why": [t["what"] for t in lines],
            "work_id": [t["work_id"] for t in lines],
        },
        dtype="str",
    )
    rows["question"] = rows["variable"].map(_questions(criteria))
    prints = screening[["work_id", "criterion", "fingerprint"]].rename(columns={"criterion": "variable"})
    rows = rows.merge(prints, on=["work_id", "variable"], how="left")
    return rows.merge(works[["work_id", *SHOWN]], on="work_id", how="left")
