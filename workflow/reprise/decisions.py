"""What people decided: files that are only ever appended to, read and checked line by line.

A decision names a record, not a work, so that it survives merges. It stands above every rule, and it
goes stale loudly: where its fingerprint no longer fits what is decided on, it is queued again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reprise.csvfiles import is_blank, read_user_csv, write_rows
from reprise.mistakes import Mistake, did_you_mean, tell
from reprise.vocabulary import STAGES

if TYPE_CHECKING:
    import pandas as pd

HEADER = (
    "record_id", "stage", "variable", "value", "reason", "who", "role", "when", "note", "fingerprint",
)  # fmt: skip
UNKNOWN_RECORD = "unknown record"
DECISION_FILES = {
    name: f"data/decisions/{name}.csv" for name in ("duplicates", "screening", "coding", "appraisal")
}
ROLES = ("reviewer", "adjudicator")
# A criterion that moves to another stage keeps its decisions, so any stage is taken.
# What a person sees of a work when deciding.
FACTS = ("title", "abstract", "authors", "year", "publication_date", "venue", "type", "language", "doi")


@dataclass(frozen=True)
class Decision:
    """One line of a decision file."""

    file: str
    line: int
    record_id: str
    stage: str
    variable: str
    value: str
    reason: str
    who: str
    role: str
    when: str
    note: str
    fingerprint: str

    @property
    def moment(self) -> str:
        """When it was decided, as a text that sorts by time; a day without hour is its beginning."""
        moment = dt.datetime.fromisoformat(self.when)
        return (moment.astimezone(dt.UTC) if moment.tzinfo else moment).replace(tzinfo=None).isoformat()

    @property
    def place(self) -> str:
        """Where the line stands, for messages."""
        return f"{self.file} line {self.line}"


@dataclass(frozen=True)
class Settled:
    """What the lines on one question come to.

    `value` is empty where people differ and no adjudicator spoke (`conflict`), or where the line is stale.
    """

    value: str
    by: str
    reason: str
    conflict: bool
    lines: tuple[Decision, ...]


def read_decisions(path: str | Path, check: Callable[[Decision], str] = lambda d: "") -> list[Decision]:
    """Read one decision file; a missing or empty one means no decisions.

    Parameters
    ----------
    path : path
    check : callable
        Says what is wrong with a line's stage, variable or value; empty if nothing is.

    Raises
    ------
    Mistake
        All wrong lines at once.
    """
    if is_blank(path):
        return []
    table = read_user_csv(path, HEADER)
    problems = [f"{table.file} line {line}: {what}" for line, what in table.broken]
    decisions = []
    for line, row in table.rows:
        decision = Decision(table.file, line, **{k: v.strip() for k, v in row.items()})
        wrong = _wrong(decision) or check(decision)
        if wrong:
            problems.append(f"{decision.place}: {wrong}")
        else:
            decisions.append(decision)
    if problems:
        raise Mistake(problems)
    return decisions


def _wrong(decision: Decision) -> str:
    for column in ("record_id", "variable", "value", "who", "when"):
        if not getattr(decision, column):
            return f"'{column}' is empty; fill it in"
    if decision.role not in ROLES:
        return f"role '{decision.role}' is not known; {did_you_mean(decision.role, ROLES)}"
    try:
        dt.datetime.fromisoformat(decision.when)
    except ValueError:
        return f"when '{decision.when}' is not a date; write it as 2026-11-24"
    return ""


def check_value(
    variables: Mapping[str, Iterable[str]], stages: Mapping[str, str]
) -> Callable[[Decision], str]:
    """Make a check that knows each variable's values and the stage it belongs to."""

    def check(decision: Decision) -> str:
        if decision.variable not in variables:
            return (
                f"variable '{decision.variable}' is not known; {did_you_mean(decision.variable, variables)}"
            )
        values = list(variables[decision.variable])
        if values and decision.value not in values:
            return f"value '{decision.value}' is not known; {did_you_mean(decision.value, values)}"
        # Any stage: a criterion that moves to another one keeps its decisions.
        if decision.stage not in STAGES:
            return f"stage '{decision.stage}' is not known; write {stages[decision.variable]}"
        return ""

    return check


def find_record(name: str, known: Mapping[str, str], suffixed: Mapping[str, Sequence[str]]) -> str:
    """Give the work of the record that a decision names, or an empty text.

    A name without the suffix that tells apart the rows of one id stands for all of them, if all are
    in one work. `suffixed` is `suffixed_names(known)`.
    """
    if name in known:
        return known[name]
    works = {known[record] for record in suffixed.get(name, ())}
    return works.pop() if len(works) == 1 else ""


def suffixed_names(known: Iterable[str]) -> dict[str, list[str]]:
    """Give the records that share an id, by that id."""
    found: dict[str, list[str]] = defaultdict(list)
    for record in known:
        name, mark, _ = record.partition("~")
        if mark:
            found[name].append(record)
    return dict(found)


class Trouble(NamedTuple):
    """Something that a person should look at, mostly a decision that is not used as it stands.

    `what` is the whole line for people; `kind` is unknown record, stale, conflict or note.
    """

    kind: str
    what: str
    stage: str = ""
    record_id: str = ""
    variable: str = ""
    work_id: str = ""


def trouble(kind: str, decision: Decision, what: str, work_id: str = "") -> Trouble:
    """Say what is the matter with a decision."""
    line = f"{decision.place}: {what}"
    return Trouble(kind, line, decision.stage, decision.record_id, decision.variable, work_id)


def names_no_record(decision: Decision, name: str = "") -> Trouble:
    """Tell that a decision names a record that is not here: its `record_id`, or another `name`."""
    what = f"record '{name or decision.record_id}' is not among the records; the decision is not used; "
    return trouble(UNKNOWN_RECORD, decision, what + "correct the id, or leave it until the record comes back")


def write_trouble(found: Iterable[Trouble], path: str | Path) -> None:
    """Keep a stage's trouble for the queue, and tell it."""
    found = list(found)
    write_rows(path, Trouble._fields, [t._asdict() for t in found])
    tell(t.what for t in found)


def by_work(
    decisions: Iterable[Decision], work_of: Mapping[str, str]
) -> tuple[dict[tuple[str, str], list[Decision]], list[Decision]]:
    """Group decisions by work and variable; give back those that name no record of ours."""
    known: dict[tuple[str, str], list[Decision]] = defaultdict(list)
    unknown = []
    suffixed = suffixed_names(work_of)
    for decision in decisions:
        work = find_record(decision.record_id, work_of, suffixed)
        if work:
            known[work, decision.variable].append(decision)
        else:
            unknown.append(decision)
    return dict(known), unknown


def latest(lines: Iterable[Decision]) -> list[Decision]:
    """Keep each person's latest line on each record: it stands in the place of the earlier ones."""
    found: dict[tuple[str, str, str], Decision] = {}
    for d in sorted(lines, key=lambda d: (d.moment, d.file, d.line)):
        found[d.role, d.who, d.record_id] = d
    return list(found.values())


def standing(lines: Iterable[Decision], now: str) -> tuple[list[Decision], list[Decision]]:
    """Part the latest lines into those that hold, and those made on another state than `now`."""
    kept = latest(lines)
    return [d for d in kept if d.fingerprint in ("", now)], [
        d for d in kept if d.fingerprint not in ("", now)
    ]


def settle(lines: Iterable[Decision]) -> Settled:
    """Bring the lines on one question to one value.

    One person's latest line on one record counts. People who differ, or one person who differs between
    two records that a merge brought together, are a conflict until an adjudicator speaks.
    """
    kept = latest(lines)
    counted = [d for d in kept if d.role == "adjudicator"] or kept
    counted.sort(key=lambda d: (d.who, d.record_id))
    values = sorted({d.value for d in counted})
    by = ", ".join(dict.fromkeys(d.who for d in counted))
    if len(values) > 1:
        said = "; ".join(f"{d.who}: {d.value}" for d in counted)
        return Settled("", by, said, True, tuple(counted))
    reason = "; ".join(dict.fromkeys(d.reason for d in counted if d.reason))
    return Settled(values[0], by, reason, False, tuple(counted))


def fingerprint(*facts: str) -> str:
    """Hash what a decision is made on, so that a later change is noticed."""
    # It begins with a letter: Excel would take 9889e049 for a number.
    return "k" + hashlib.sha256("\x1f".join(facts).encode()).hexdigest()[:7]


def work_fingerprints(question: str, works: pd.DataFrame) -> list[str]:
    """Hash, for each work, what a decision on `question` is made on: the question and the work's facts."""
    facts = works[list(FACTS)].astype("str").fillna("").itertuples(index=False, name=None)
    return [fingerprint(question, *row) for row in facts]
