"""How far people agree with each other, and the rules with people.

The numbers are statsmodels': Cohen's kappa with the large-sample interval of Fleiss, Cohen and Everitt
(1969), and Wilson's interval of a share. It takes over a second to import, so it is imported where a
number is computed. What can't be computed is an empty cell, and the note says why.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reprise.decisions import Decision, by_work, fits, latest, person
from reprise.records import join, split
from reprise.screen.outcome import PERSON
from reprise.vocabulary import STAGES

MET, NOT_MET, UNKNOWN = VERDICTS = ("met", "not_met", "unknown")
ALL = "all criteria"
# column -> its type; in Float64 an empty cell is no number
AGREEMENT = {
    "stage": "str", "criterion": "str", "reviewer_a": "str", "reviewer_b": "str", "works": "int64",
    "agreeing": "int64", "percent_agreement": "Float64", "kappa": "Float64", "kappa_low": "Float64",
    "kappa_high": "Float64", "came_round": "int64", "categories": "str", "counts": "str", "note": "str",
}  # fmt: skip
AGAINST = {
    "stage": "str", "criterion": "str", "false_exclusions": "int64", "false_exclusion_works": "str",
    "judged_by_people": "int64", "agreeing": "int64", "false_inclusions": "int64", "rule_unknown": "int64",
    "people_unknown": "int64", "sensitivity": "Float64", "sensitivity_counts": "str",
    "sensitivity_low": "Float64", "sensitivity_high": "Float64", "specificity": "Float64",
    "specificity_counts": "str", "specificity_low": "Float64", "specificity_high": "Float64",
    "kappa": "Float64", "kappa_low": "Float64", "kappa_high": "Float64", "note": "str",
}  # fmt: skip
# A standard error below this is the rounding of a zero, 1e-8 at most: one disagreement among a million
# works makes 2e-6.
_NO_WIDTH = 1e-7


class Kappa(NamedTuple):
    """Cohen's kappa, the ends of its 95 % interval, and why one of them is not there."""

    value: float | None
    low: float | None
    high: float | None
    note: str


class _Meeting(NamedTuple):
    """What two people say of one work: now, and when the second of them had judged.

    A value is empty where a person says two things of two records of the work.
    """

    now: tuple[str, str]
    then: tuple[str, str]
    changed: bool  # whether the work changed between the two judgements


# The lines of each person on each work
_Lines = dict[str, dict[str, list[Decision]]]


def agreement(
    decisions: Iterable[Decision], work_of: Mapping[str, str], stages: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Compare every two reviewers on what each said before adjudication.

    A person's latest line counts, and several records of one work are one unit; a work on whose records
    one person says two things is left out. What a reviewer writes after an adjudicator's first line on a
    work does not count. Of three people and more every pair has its row, and there is no pooled number.

    In the rows over all criteria of a stage a unit is a work too: its call is `not_met` if one of the
    criteria that both judged is, else `unknown` if one is, else `met`. Variables whose values are no
    verdicts have no such row; a list of codes is compared as a whole, whatever its order.

    `came_round`: works on which the two differed once both had judged, and agree by their latest lines.
    So much of the agreement may come from talking.

    Parameters
    ----------
    decisions : iterable of Decision
        Lines on screening or coding.
    work_of : mapping
        Record id to work id.
    stages : mapping, optional
        The protocol's variables and their stages; lines on others are left out. Where it is not told, all
        count, at the stage of the variable's latest line.

    Returns
    -------
    DataFrame
        `counts` has one entry for each two answers that occur, the first person's first.
    """
    of_variable, told, names = _said(decisions, work_of)
    stage_of = dict(told if stages is None else stages)
    rows = []
    for stage in sorted(set(stage_of.values()), key=_rank):
        own = {v: of_variable[v] for v in sorted(of_variable) if stage_of.get(v) == stage}
        meetings = {variable: _meetings(people) for variable, people in own.items()}
        if own and _are_verdicts(own):
            meetings[ALL] = _calls(own, meetings)
        for variable, of_pair in meetings.items():
            for (a, b), met in sorted(of_pair.items()):
                who = {"reviewer_a": names[a], "reviewer_b": names[b]}
                rows.append({"stage": stage, "criterion": variable, **who, **_row(met)})
    return typed_table(rows, AGREEMENT)


def rules_against_people(judged: pd.DataFrame) -> pd.DataFrame:
    """Compare, for each criterion, what its rule says with what people say of the works they judged.

    `judged_by_people` = `agreeing` + `false_exclusions` (rule not_met, people met) + `false_inclusions`
    (rule met, people not_met) + `rule_unknown` (people met or not_met) + `people_unknown` (people unsure,
    or differing without an adjudicator, or a second judgement missing).

    The shares take the rule as a test that a work passes unless the rule calls it `not_met`: an unknown
    goes on to a person, so it loses nothing and saves nothing. Sensitivity: of the works that people call
    met, those that the rule did not call not_met. Specificity: of the works that people call not_met,
    those that the rule called not_met. Kappa compares the three verdicts, unknown being one of its own.

    Parameters
    ----------
    judged : DataFrame
        One row per work and criterion: work_id, criterion, stage, rule_verdict, verdict (as people left
        it), judge (rule or person).

    Returns
    -------
    DataFrame
        One row per criterion, percentages with their counts and 95 % interval.
    """
    criteria = judged[["stage", "criterion"]].drop_duplicates().itertuples(index=False, name=None)
    by_people = judged[judged["judge"] == PERSON].sort_values("work_id", kind="stable")
    of_criterion = dict(list(by_people.groupby("criterion")))
    rows = []
    for stage, criterion in sorted(criteria, key=lambda pair: (_rank(pair[0]), pair[1])):
        own = of_criterion.get(criterion, by_people.iloc[:0])
        rows.append({"stage": stage, "criterion": criterion, **_against(own)})
    return typed_table(rows, AGAINST)


def kappa(table: NDArray[np.int64]) -> Kappa:
    """Compute Cohen's kappa of a square table of counts, one side in rows, the other in columns.

    Examples
    --------
    >>> import numpy as np
    >>> [round(x, 3) for x in kappa(np.array([[20, 5], [10, 15]]))[:3]]
    [0.4, 0.151, 0.649]
    >>> kappa(np.array([[7, 0], [0, 0]])).note
    'only one category was used, so there is no kappa'
    """
    total = int(table.sum())
    first, second = table.sum(axis=1) > 0, table.sum(axis=0) > 0
    if total < 2:
        why = "fewer than 2 works" if total else "no work in common"
        return Kappa(None, None, None, f"{why}, so there is no kappa")
    if (first | second).sum() == 1:
        return Kappa(None, None, None, "only one category was used, so there is no kappa")
    from statsmodels.stats.inter_rater import cohens_kappa

    with np.errstate(invalid="ignore", divide="ignore"):  # a variance of zero may come out just below it
        found = cohens_kappa(table)
    why = ""
    if np.trace(table) == total:
        why = "they agree on every work"
    elif 1 in (first.sum(), second.sum()):
        why = "one side used one category only, so kappa is 0 whatever the other says"
    elif not found.std_kappa > _NO_WIDTH:
        why = "the answers leave no room"
    if why:
        return Kappa(float(found.kappa), None, None, f"{why}; the interval's formula gives it no width")
    low, high = max(float(found.kappa_low), -1.0), min(float(found.kappa_upp), 1.0)
    return Kappa(float(found.kappa), low, high, "")


def typed_table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    """Make a table whose columns have the types given, and missing numbers as empty cells."""
    return pd.DataFrame(
        {name: pd.Series([row[name] for row in rows], dtype=dtype) for name, dtype in columns.items()}
    )


def _rank(stage: str) -> tuple[int, str]:
    return (STAGES.index(stage) if stage in STAGES else len(STAGES), stage)


def _said(
    decisions: Iterable[Decision], work_of: Mapping[str, str]
) -> tuple[dict[str, _Lines], dict[str, str], dict[str, str]]:
    """Give each variable's lines that count; the stage of each, as its lines tell; how people are spelled."""
    found: dict[str, _Lines] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    newest: dict[str, tuple[str, str, int, str]] = {}
    names: dict[str, str] = {}
    for (work, variable), lines in by_work(decisions, work_of)[0].items():
        for d in _before_adjudication(lines):
            who = person(d.who)
            names[who] = min(names.get(who, d.who), d.who)
            found[variable][who][work].append(d)
            newest[variable] = max(newest.get(variable, ("", "", 0, "")), (d.moment, d.file, d.line, d.stage))
    return found, {variable: stage for variable, (*_, stage) in newest.items()}, names


def _before_adjudication(lines: Sequence[Decision]) -> list[Decision]:
    """Keep reviewers' lines on one work and variable that are not later than an adjudicator's first one."""
    by_reviewers = [d for d in lines if d.role == "reviewer"]
    adjudicated = min((d.moment for d in lines if d.role == "adjudicator"), default="")
    return [d for d in by_reviewers if not adjudicated or not _later(d.moment, adjudicated)]


def _later(one: str, other: str) -> bool:
    """Say whether a moment is surely after another; of one day without an hour nobody knows.

    The places of lines don't tell: lines by different people may stand in any order.
    """
    hours = not (one.endswith("T00:00:00") or other.endswith("T00:00:00"))
    until = None if hours else len("2026-11-24")
    return one[:until] > other[:until]


def _are_verdicts(of_variable: Mapping[str, _Lines]) -> bool:
    return all(
        d.value in VERDICTS
        for people in of_variable.values()
        for works in people.values()
        for lines in works.values()
        for d in lines
    )


def _meetings(people: _Lines) -> dict[tuple[str, str], dict[str, _Meeting]]:
    """Give, for every two people, the works that both judged."""
    return {
        (a, b): {w: _meet(people[a][w], people[b][w]) for w in people[a].keys() & people[b].keys()}
        for a, b in combinations(sorted(people), 2)
    }


def _meet(one: Sequence[Decision], two: Sequence[Decision]) -> _Meeting:
    now = (_value(one), _value(two))
    then = now
    if len(one) > 1 or len(two) > 1:
        second = max(min(d.moment for d in lines) for lines in (one, two))
        first, other = (_value(d for d in lines if d.moment <= second) for lines in (one, two))
        then = (first, other)
    marks = [{d.fingerprint for d in latest(lines)} for lines in (one, two)]
    same = any(fits(x, y) or fits(y, x) for x in marks[0] for y in marks[1])
    return _Meeting(now, then, not same)


def _value(lines: Iterable[Decision]) -> str:
    values = {join(sorted(split(d.value))) for d in latest(lines)}
    return values.pop() if len(values) == 1 else ""


def _calls(
    of_variable: Mapping[str, _Lines], meetings: Mapping[str, dict[tuple[str, str], dict[str, _Meeting]]]
) -> dict[tuple[str, str], dict[str, _Meeting]]:
    """Bring what every two people say of a work, on the criteria that both judged, to one call of each."""
    people = sorted({who for lines in of_variable.values() for who in lines})
    calls: dict[tuple[str, str], dict[str, _Meeting]] = {}
    for pair in combinations(people, 2):
        heard: dict[str, list[_Meeting]] = defaultdict(list)
        for of_pair in meetings.values():
            for work, met in of_pair.get(pair, {}).items():
                heard[work].append(met)
        calls[pair] = {
            work: _Meeting(
                _call(m.now for m in all_), _call(m.then for m in all_), any(m.changed for m in all_)
            )
            for work, all_ in heard.items()
        }
    return calls


def _call(said: Iterable[tuple[str, str]]) -> tuple[str, str]:
    first, second = ({*values} for values in zip(*said, strict=True))
    order = ("", NOT_MET, UNKNOWN, MET)
    return next(v for v in order if v in first), next(v for v in order if v in second)


def _row(met: Mapping[str, _Meeting]) -> dict[str, Any]:
    told = [m for m in met.values() if all(m.now)]
    categories, table = _crossed([m.now[0] for m in told], [m.now[1] for m in told])
    found = kappa(table)
    notes = [found.note]
    if len(told) < len(met):
        notes.append(f"{len(met) - len(told)} left out: one person says two things of its records")
    came_round = sum(m.now[0] == m.now[1] and all(m.then) and m.then[0] != m.then[1] for m in told)
    if came_round:
        notes.append(f"{came_round} agree only since one of the two came round")
    changed = sum(m.changed for m in told)
    if changed:
        notes.append(f"{changed} changed between the two judgements")
    cells = np.argwhere(table)
    agreeing = int(np.trace(table))
    return {
        "works": len(told),
        "agreeing": agreeing,
        "percent_agreement": _percent(agreeing, len(told)),
        "kappa": _rounded(found.value, 3),
        "kappa_low": _rounded(found.low, 3),
        "kappa_high": _rounded(found.high, 3),
        "came_round": came_round,
        "categories": join(categories),
        "counts": "; ".join(f"{categories[i]} / {categories[j]}: {table[i, j]}" for i, j in cells),
        "note": "; ".join(filter(None, notes)),
    }


def _crossed(first: Sequence[str], second: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    """Count which two answers meet, over the categories used: the verdicts in their order, else sorted."""
    used = sorted({*first, *second})
    categories = [v for v in VERDICTS if v in used] + [v for v in used if v not in VERDICTS]
    return categories, _meetings_of(first, second, categories)


def _meetings_of(first: Iterable[str], second: Iterable[str], categories: Sequence[str]) -> NDArray[np.int64]:
    place = {category: i for i, category in enumerate(categories)}
    table = np.zeros((len(categories), len(categories)), np.int64)
    np.add.at(table, ([place[v] for v in first], [place[v] for v in second]), 1)
    return table


def _against(own: pd.DataFrame) -> dict[str, Any]:
    """Compare rule and people on the works of one criterion that people judged, sorted by work."""
    rule, people = own["rule_verdict"], own["verdict"]
    counts = _meetings_of(rule, people, VERDICTS)
    of_met, of_not_met = counts[:, 0], counts[:, 1]
    sensitivity = _share("sensitivity", int(of_met[0] + of_met[2]), int(of_met.sum()))
    specificity = _share("specificity", int(of_not_met[1]), int(of_not_met.sum()))
    found = kappa(counts)
    notes = []
    if own.empty:
        notes.append("no person judged a work on this criterion")
    else:
        notes += [f"people called no work {v}" for i, v in enumerate(VERDICTS[:2]) if not counts[:, i].any()]
        if counts[2].sum() == counts.sum():
            notes.append("the rule left all of these works unknown, so the shares do not test its verdicts")
        notes.append(found.note)
    return {
        "false_exclusions": int(counts[1, 0]),
        "false_exclusion_works": join(own.loc[(rule == NOT_MET) & (people == MET), "work_id"]),
        "judged_by_people": len(own),
        "agreeing": int(counts[0, 0] + counts[1, 1]),
        "false_inclusions": int(counts[0, 1]),
        "rule_unknown": int(counts[2, :2].sum()),
        "people_unknown": int(counts[:, 2].sum()),
        **sensitivity,
        **specificity,
        "kappa": _rounded(found.value, 3),
        "kappa_low": _rounded(found.low, 3),
        "kappa_high": _rounded(found.high, 3),
        "note": "; ".join(filter(None, notes)),
    }


def _share(name: str, part: int, whole: int) -> dict[str, Any]:
    """Give a share in percent with its counts and Wilson's 95 % interval; of nothing, empty cells."""
    low = high = None
    if whole:
        from statsmodels.stats.proportion import proportion_confint

        low, high = (_rounded(100 * end, 1) for end in proportion_confint(part, whole, method="wilson"))
    return {
        name: _percent(part, whole),
        f"{name}_counts": f"{part} of {whole}" if whole else "",
        f"{name}_low": low,
        f"{name}_high": high,
    }


def _percent(part: int, whole: int) -> float | None:
    return _rounded(100 * part / whole, 1) if whole else None


def _rounded(number: float | None, digits: int) -> float | None:
    # + 0.0 makes of -0.0, which a text would show, a zero.
    return None if number is None else round(float(number), digits) + 0.0
