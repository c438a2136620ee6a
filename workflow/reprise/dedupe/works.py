"""One row per work: the stage as a whole."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reprise.decisions import Decision, Trouble
from reprise.dedupe import block, people
from reprise.dedupe.cluster import cluster, components
from reprise.dedupe.compare import Columns, Comparison
from reprise.dedupe.decide import MAYBE, MERGE, decide
from reprise.dedupe.merge import WORK_COLUMNS, merge_works
from reprise.dedupe.normalise import COMPARED, Facts, normalise, without_common
from reprise.dedupe.pairs import PAIR_COLUMNS, pair_table, with_links
from reprise.dedupe.words import distinct
from reprise.frames import as_frame, work_of_records

Ints = NDArray[np.int64]

# So many pairs are compared at once; it bounds the memory, not the result.
CHUNK = 500_000
# All records that merges connect are compared with each other, so that no chain hides a contradiction.
# Of one work there are hardly so many records; more are taken in pieces of this size.
PIECE = 300


def find_works(
    records: pd.DataFrame, decisions: Sequence[Decision], source_order: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame, list[Trouble]]:
    """Find which records are one work, and merge them.

    Parameters
    ----------
    records : data frame
        With the columns of `reprise.records.COLUMNS`, in any order of rows.
    decisions : sequence of Decision
        What people decided on pairs; it stands above the rules.
    source_order : sequence of str
        Sources, the best first.

    Returns
    -------
    works : data frame
        One row per work, with `merge.WORK_COLUMNS`.
    pairs : data frame
        The compared pairs worth keeping, with `pairs.PAIR_COLUMNS`.
    notes : list of Trouble
        What a person should know.
    """
    if records.empty:
        _, notes = people.verdicts(decisions, records, np.array([], np.int64))
        return as_frame([], WORK_COLUMNS), as_frame([], PAIR_COLUMNS), notes
    records = records.sort_values("record_id", ignore_index=True)
    facts, compared, notes = _compare(records)
    labels = _cluster(len(records), compared)
    found, told = people.verdicts(decisions, records, labels)
    notes += told
    if found:
        labels = _cluster(len(records), compared, found)
        labels, told = people.join_by_people(labels, found)
        notes += told
    works = merge_works(records, labels, source_order)
    work_of = records["record_id"].map(work_of_records(works)).astype("str")
    pairs = pair_table(records, facts, compared, found, work_of)
    return with_links(works, pairs), pairs, notes


def find_clusters(records: pd.DataFrame) -> tuple[Ints, int]:
    """Find which records are one work by the rules alone, without merging them.

    Returns
    -------
    labels : array
        For each row of `records` a number that it shares with the records of its work.
    maybes : int
        How many pairs of works are left to people.
    """
    order = np.argsort(records["record_id"].to_numpy(dtype=object), kind="stable")
    _, compared, _ = _compare(records[list(COMPARED)].take(order))
    sorted_labels = _cluster(len(records), compared)
    labels = np.empty(len(records), np.int64)
    labels[order] = sorted_labels
    doubtful = compared[compared["outcome"] == MAYBE]
    one, two = sorted_labels[doubtful["a"].to_numpy()], sorted_labels[doubtful["b"].to_numpy()]
    pairs = distinct(np.minimum(one, two)[one != two] * len(records) + np.maximum(one, two)[one != two])
    return labels, len(pairs)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep Python's cycle collector out of work that makes many texts and no cycles: a fifth faster."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_uncollected()
def _compare(records: pd.DataFrame) -> tuple[Facts, pd.DataFrame, list[Trouble]]:
    """Compare candidates, then whatever merges connect; give the decided pairs, the surest first."""
    facts = normalise(records)
    facts, common = without_common(facts)
    notes = [Trouble("note", f"deduplication: {what}", people.STAGE) for what in common]
    (a, b), dropped = block.candidates(facts)
    if dropped:
        keys = ", ".join(f"'{key}' {count}" for key, count in dropped.items())
        what = (
            f"deduplication: pairs that were not compared under a key that more than {block.BOUND} records "
        )
        notes.append(Trouble("note", f"{what}share (they may meet under another): {keys}", people.STAGE))
    comparison = Comparison(records, facts, distinct(np.r_[a, b]))
    decided = _decided(comparison, a, b)
    merges = decided["outcome"] == MERGE
    labels = components(len(records), decided["a"][merges], decided["b"][merges])
    # A member's place in its component says in which piece it is.
    order = np.argsort(labels, kind="stable")
    begins = np.flatnonzero(np.r_[True, np.diff(labels[order]) != 0]) if len(order) else order
    place = np.empty(len(labels), np.int64)
    place[order] = np.arange(len(labels)) - np.repeat(begins, np.diff(np.r_[begins, len(labels)]))
    piece = labels * (len(records) + 1) + place // PIECE + 1
    if (place >= PIECE).any():
        what = f"deduplication: more than {PIECE} records seem to be one work and were taken in pieces; "
        notes.append(Trouble("note", what + "look at the works with the most records", people.STAGE))
    (a, b), _ = block.pairs_within(piece, np.arange(len(records)), PIECE)
    size = max(len(records), 1)
    new = ~np.isin(a * size + b, decided["a"] * size + decided["b"])
    more = _decided(comparison, a[new], b[new])
    decided = {name: np.concatenate([decided[name], more[name]]) for name in decided}
    keep = (piece[decided["a"]] == piece[decided["b"]]) | (decided["outcome"] != MERGE)
    agreement = (
        decided["title_score"]
        + decided["author_score"]
        + 50.0 * (decided["year_same"].astype(int) + decided["venue_same"] + decided["page_same"])
        - 50.0 * decided["kind_differs"]
    )
    surest = np.lexsort((decided["b"], decided["a"], -agreement, decided["rule"]))
    surest = surest[keep[surest]]
    return facts, pd.DataFrame({name: column[surest] for name, column in decided.items()}), notes


def _decided(comparison: Comparison, a: Ints, b: Ints) -> Columns:
    parts = []
    for start in range(0, max(len(a), 1), CHUNK):
        part = decide(comparison.pairs(a[start : start + CHUNK], b[start : start + CHUNK]))
        ruled = part["rule"] >= 0
        parts.append({name: column[ruled] for name, column in part.items()})
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _cluster(count: int, compared: pd.DataFrame, found: Sequence[people.Verdict] = ()) -> Ints:
    merges = compared[compared["outcome"] == MERGE]
    holds = compared[compared["holds"]]
    by_people = [
        (x, y) for v in found if v.value in ("distinct", "linked", "maybe") for x in v.a for y in v.b
    ]
    apart = np.array(by_people, np.int64).reshape(-1, 2)
    return cluster(
        count,
        merges["a"].to_numpy(),
        merges["b"].to_numpy(),
        np.concatenate([holds["a"].to_numpy(), apart[:, 0]]),
        np.concatenate([holds["b"].to_numpy(), apart[:, 1]]),
    )
