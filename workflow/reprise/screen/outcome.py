"""From verdicts to an end: one work, its verdicts in the protocol's order, one outcome."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from reprise.decisions import (
    Decision,
    HashedFacts,
    Settled,
    Trouble,
    by_work,
    names_no_record,
    places,
    say_change,
    settle,
    standing,
    trouble,
    who_is_missing,
    work_fingerprints,
)
from reprise.mistakes import did_you_mean
from reprise.vocabulary import STAGES

RULE, PERSON = "rule", "person"


def decide(
    judged: pd.DataFrame,
    works: pd.DataFrame,
    work_of: Mapping[str, str],
    decisions: Sequence[Decision],
    criteria: Sequence[Mapping[str, Any]],
    reviewers: str = "single",
) -> tuple[pd.DataFrame, list[Trouble]]:
    """Let people's decisions stand above the rules' verdicts.

    Where people differ, are unsure, or a second reviewer has yet to judge, the verdict is unknown, and no
    policy of the protocol settles it.

    Parameters
    ----------
    judged : DataFrame
        One row per work and criterion, with criterion, verdict, field, value, source, note, fingerprint.
    works : DataFrame
    work_of : mapping
        Record id to work id.
    decisions : sequence of Decision
        Lines about criteria.
    criteria : sequence of mapping
        The protocol's criteria.
    reviewers : {"single", "double", "adjudicated"}
        How many people a verdict needs, see `settle`.

    Returns
    -------
    judged : DataFrame
        With verdict, note and decided_by as people left them, and the `rule_verdict` beside them.
    trouble : list of Trouble
        Conflicts, stale lines, lines about unknown records and about criteria that are no more.
    """
    rules = {c["id"]: "rule " + c["rule"] for c in criteria}
    judged = judged.assign(
        rule_verdict=judged["verdict"], judge=RULE, decided_by=judged["criterion"].map(rules).astype("str")
    )
    known, strangers = by_work(decisions, work_of)
    found = [names_no_record(d) for d in strangers]
    found += _dropped([d for lines in known.values() for d in lines], list(rules))
    if not known:
        return judged, found
    row_of = {(w, c): i for i, (w, c) in enumerate(zip(judged["work_id"], judged["criterion"], strict=True))}
    changed: dict[str, dict[int, str]] = {c: {} for c in ("verdict", "note", "judge", "decided_by")}
    prints, notes = judged["fingerprint"].to_list(), judged["note"].to_list()
    for (work, variable), lines in sorted(known.items()):
        row = row_of.get((work, variable))
        if row is None:
            continue
        fresh, stale = standing(lines, prints[row])
        change = {d.place: say_change(d.fingerprint, prints[row]) for d in stale}
        found += [trouble("stale", d, f"{change[d.place]} since; decide again", work) for d in stale]
        earlier = sorted({f"{d.who} decided before: {change[d.place]} since" for d in stale})
        if not fresh:
            changed["note"][row] = _join(notes[row], *earlier)
            continue
        settled = settle(fresh, reviewers)
        if settled.conflict:
            what = f"people differ ({settled.reason}); an adjudicator's line is needed"
            found.append(trouble("conflict", settled.lines[-1], what, work))
        changed["verdict"][row] = settled.value or "unknown"
        changed["judge"][row] = PERSON
        changed["decided_by"][row] = settled.by
        changed["note"][row] = _join(_noted(settled, notes[row]), *earlier)
    for column, values in changed.items():
        array = judged[column].to_numpy(dtype=object, copy=True)
        for row, value in values.items():
            array[row] = value
        judged[column] = pd.Series(array, index=judged.index, dtype="str")
    return judged, found


def _noted(settled: Settled, rule_note: str) -> str:
    """Say what people's lines came to. What one reviewer judged stays hidden from the other."""
    if settled.missing:
        return _join(rule_note, who_is_missing(settled.missing, settled.by))
    if settled.conflict:
        return f"people differ ({settled.reason})"
    unsure = f"unsure: {settled.by}" if settled.value == "unknown" else ""
    return _join(unsure, settled.reason)


def _join(*texts: str) -> str:
    return "; ".join(text for text in texts if text)


def _dropped(decisions: Sequence[Decision], ids: Sequence[str]) -> list[Trouble]:
    """Tell decisions on criteria that the protocol does not have, in one line for each."""
    gone: dict[tuple[str, str], list[Decision]] = defaultdict(list)
    for d in decisions:
        if d.variable not in ids:
            gone[d.file, d.variable].append(d)
    told = []
    for (_, variable), lines in sorted(gone.items()):
        lines.sort(key=lambda d: d.line)
        what = f"variable '{variable}' is not known; {did_you_mean(variable, ids)}"
        told.append(Trouble("note", f"{places(lines)}: {what}; what was decided on it is not used"))
    return told


def fingerprints(
    works: pd.DataFrame, criterion: Mapping[str, Any], facts: HashedFacts | None = None
) -> list[str]:
    """Hash, for each work, what a decision on `criterion` is made on: the work's facts and the question.

    `facts` is `hash_facts(works)`, made once for all criteria.
    """
    return work_fingerprints(str(criterion["question"]), works, facts)


def outcomes(judged: pd.DataFrame, criteria: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Bring each work's verdicts to its end.

    An unknown counts as the protocol says. A work that fails a criterion of the stage before screening
    by rule is removed by automation; by a person's decision it is excluded at screening. What fails at
    retrieval was not retrieved, which is no exclusion. A work awaits at the first stage that has an
    unknown left and no failure.

    Returns
    -------
    DataFrame
        One row per work, in order: work_id, end, stage, reason (the first), reasons (all), judge
        (rule or person: who ended it; for an included work, whether any person decided on it), decided_by.
    """
    ids = [c["id"] for c in criteria]
    n = len(ids)
    works = (
        judged["work_id"].to_numpy(dtype=object).reshape(-1, n)[:, 0]
        if len(judged)
        else np.array([], dtype=object)
    )
    counts = counts_as(judged, criteria).to_numpy(dtype=object).reshape(-1, n)
    by_rule = (judged["judge"] == RULE).to_numpy(dtype=bool).reshape(-1, n)
    deciders = judged["decided_by"].to_numpy(dtype=object).reshape(-1, n)
    stage = np.array([c["stage"] for c in criteria], dtype=object)
    failed, open_ = counts == "not_met", counts == "unknown"

    early = np.isin(stage, ["before_screening", "screening"])
    checks = [
        # mask of (work, criterion), end, stage; the first that a work has decides
        (failed & (stage == "before_screening") & by_rule, "removed_by_automation", "before_screening"),
        (failed & early, "excluded", "screening"),
        (open_ & early, "awaiting", "screening"),
        (failed & (stage == "retrieval"), "not_retrieved", "retrieval"),
        (open_ & (stage == "retrieval"), "awaiting", "retrieval"),
        (failed & (stage == "eligibility"), "excluded", "eligibility"),
        (open_ & (stage == "eligibility"), "awaiting", "eligibility"),
        (np.ones_like(failed), "included", "included"),
    ]
    end = np.full(len(works), "", dtype=object)
    at = end.copy()
    first = np.zeros(len(works), dtype=int)
    for mask, name, where in checks:
        new = (end == "") & mask.any(axis=1)
        end[new], at[new] = name, where
        first[new] = mask[new].argmax(axis=1)
    rows = np.arange(len(works))
    named = np.array(ids, dtype=object)
    included = end == "included"
    # What kept the work from going on: failures; of a work that awaits, the unknowns of its stage and before.
    rank = np.array([STAGES.index(s) for s in stage])
    at_rank = np.array([STAGES.index(s) if s in STAGES else len(STAGES) for s in at])
    holds = np.where((end == "awaiting")[:, None], open_ & (rank[None, :] <= at_rank[:, None]), failed)
    return pd.DataFrame(
        {
            "work_id": works,
            "end": end,
            "stage": at,
            "reason": np.where(included, "", named[first] if n else ""),
            "reasons": ["; ".join(named[h]) for h in holds],
            "judge": np.where(by_rule[rows, first] & ~included | by_rule.all(axis=1), RULE, PERSON),
            "decided_by": np.where(included, _readers(deciders, by_rule), deciders[rows, first]),
        }
    ).astype("str")


def counts_as(judged: pd.DataFrame, criteria: Sequence[Mapping[str, Any]]) -> pd.Series:
    """Give each verdict as it counts: an unknown by its criterion's policy."""
    policy = judged["criterion"].map(
        {c["id"]: "unknown" if c["unknown"] == "awaiting" else c["unknown"] for c in criteria}
    )
    # A conflict of people is no unknown that a policy may settle.
    by_rule = judged["judge"] == RULE
    return judged["verdict"].mask((judged["verdict"] == "unknown") & by_rule, policy)


def _readers(deciders: np.ndarray[Any, Any], by_rule: np.ndarray[Any, Any]) -> list[str]:
    people = [", ".join(dict.fromkeys(d[~r])) for d, r in zip(deciders, by_rule, strict=True)]
    return [who or "rules" for who in people]
