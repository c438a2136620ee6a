"""What people decided on pairs of records, and how it bends what the rules made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reprise.decisions import Decision, Trouble, fingerprint, names_no_record, settle, trouble
from reprise.mistakes import did_you_mean

STAGE = "dedupe"
VALUES = ("merge", "distinct", "linked", "unknown")
_SEEN = ("title", "authors", "year", "venue", "doi")


@dataclass(frozen=True)
class Verdict:
    """What people decided on two records; `value` is `maybe` where they differ or the line is stale."""

    a: tuple[int, ...]
    b: tuple[int, ...]
    value: str
    by: str
    why: str
    line: Decision


def check_duplicates_decision(decision: Decision) -> str:
    """Say what is wrong with a line of the duplicates file, and what to do; empty if nothing is."""
    if decision.stage != STAGE:
        return f"stage '{decision.stage}' is not known here; write '{STAGE}'"
    if decision.value not in VALUES:
        return f"value '{decision.value}' is not known; {did_you_mean(decision.value, VALUES)}"
    if decision.variable == decision.record_id:
        return f"variable names the record '{decision.record_id}' itself; write the id of the other record"
    return ""


def pair_fingerprints(records: pd.DataFrame, a: Sequence[int], b: Sequence[int]) -> list[str]:
    """Hash, for each pair of rows, what a decision on it is made on, so that a later change is noticed."""
    year = records["year"].astype("object").where(records["year"].notna(), "").astype("str")
    facts = list(zip(*(records.assign(year=year)[c].tolist() for c in _SEEN), strict=True))
    ids = records["record_id"].tolist()
    ordered = ((x, y) if ids[x] <= ids[y] else (y, x) for x, y in zip(a, b, strict=True))
    return [fingerprint(*facts[x], *facts[y]) for x, y in ordered]


def verdicts(
    decisions: Sequence[Decision], records: pd.DataFrame, labels: NDArray[np.int64]
) -> tuple[list[Verdict], list[Trouble]]:
    """Find the records that decisions name, and settle the lines on each pair.

    Parameters
    ----------
    decisions : sequence of Decision
    records : data frame
    labels : array
        The works as the rules alone make them: a name without suffix stands for all records of that
        id, if they are one work.

    Returns
    -------
    verdicts, notes
    """
    if not decisions:
        return [], []
    rows: dict[str, list[int]] = defaultdict(list)
    for row, record in enumerate(records["record_id"].tolist()):
        rows[record].append(row)
        base, suffix, _ = record.partition("~")
        if suffix:
            rows[base].append(row)
    exact = set(records["record_id"])
    notes = []
    lines: dict[tuple[tuple[int, ...], tuple[int, ...]], list[Decision]] = defaultdict(list)
    for d in decisions:
        ends = []
        for name in (d.record_id, d.variable):
            found = tuple(rows.get(name, ()))
            if name in exact:
                found = tuple(r for r in found if records["record_id"].iat[r] == name)
            if not found:
                notes.append(names_no_record(d, name))
            elif len({int(labels[r]) for r in found}) > 1:
                what = f"'{name}' stands for {len(found)} records that are not one work"
                what += "; the decision is not used; write the id with its suffix"
                notes.append(trouble("note", d, what))
            else:
                ends.append(found)
        if len(ends) == 2:
            if set(ends[0]) & set(ends[1]):
                what = f"'{d.record_id}' and '{d.variable}' are the same record"
                notes.append(trouble("note", d, f"{what}; the decision is not used; name two records"))
            else:
                one, two = sorted(ends)
                # The pair is one question, whichever record is named first.
                lines[one, two].append(replace(d, record_id=str(one), variable=str(two)))
    found_verdicts = []
    for (one, two), said in sorted(lines.items()):
        verdict, note = _settle(one, two, said, records)
        found_verdicts.append(verdict)
        notes += note
    return found_verdicts, notes


def _settle(
    one: tuple[int, ...], two: tuple[int, ...], said: list[Decision], records: pd.DataFrame
) -> tuple[Verdict, list[Trouble]]:
    settled = settle(said)
    ids = [str(records["record_id"].to_list()[r[0]]) for r in (one, two)]
    names = " and ".join(f"'{i}'" for i in ids)
    line = replace(settled.lines[-1], record_id=ids[0], variable=ids[1])
    if settled.conflict:
        note = f"people differ on {names} ({settled.reason}); an adjudicator's line is needed"
        conflict = trouble("conflict", line, note)
        return Verdict(one, two, "maybe", settled.by, "people differ", line), [conflict]
    marks = {d.fingerprint for d in settled.lines if d.fingerprint}
    every = [(a, b) for a in one for b in two]
    now = set(pair_fingerprints(records, [a for a, _ in every], [b for _, b in every])) if marks else set()
    if marks - now:
        note = f"{names} changed since it was decided; look again and write a new line"
        stale = trouble("stale", line, note)
        return Verdict(one, two, "maybe", settled.by, "decided on another state", line), [stale]
    if settled.value == "unknown":
        return Verdict(one, two, "maybe", settled.by, "unsure", line), []
    return Verdict(one, two, settled.value, settled.by, settled.reason, line), []


def join_by_people(
    labels: NDArray[np.int64], found: Sequence[Verdict]
) -> tuple[NDArray[np.int64], list[Trouble]]:
    """Join works that people merged, unless people also keep two of their records apart."""
    root: dict[int, int] = {}

    def of(row: int) -> int:
        label = int(labels[row])
        while label in root:
            label = root[label]
        return label

    notes = []
    held = [(v.a[0], v.b[0], v.line.place) for v in found if v.value in ("distinct", "linked")]
    for v in found:
        one, two = of(v.a[0]), of(v.b[0])
        if v.value != "merge" or one == two:
            continue
        against = [place for x, y, place in held if {of(x), of(y)} == {one, two}]
        if against:
            what = f"the merge joins records that {against[0]} keeps apart"
            notes.append(trouble("conflict", v.line, f"{what}; it is not used; correct one of the two lines"))
        else:
            root[max(one, two)] = min(one, two)
    if not root:
        return labels, notes
    known = {int(label): label for label in np.unique(labels)}
    final = {label: of_label(label, root) for label in known}
    return np.array([final[int(label)] for label in labels]), notes


def of_label(label: int, root: dict[int, int]) -> int:
    """Follow a label to the one it was joined to."""
    while label in root:
        label = root[label]
    return label
