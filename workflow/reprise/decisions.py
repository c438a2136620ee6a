"""What people decided: files that are only ever appended to, read and checked line by line.

A decision names a record, not a work, so that it survives merges. It stands above every rule, and it
goes stale loudly: where its fingerprint no longer fits what is decided on, it is queued again.

How many people a verdict needs, the protocol says (`reviewers`): with `single`, one person's line decides.
With `double`, two reviewers must have judged and agree; where they differ, they come round or an
adjudicator decides. With `adjudicated`, reviewers who once differed need an adjudicator, even if one of
them comes round. An adjudicator's line always settles.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reprise.csvfiles import is_blank, read_user_csv, unguard_formula, write_rows
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
REVIEWERS = ("single", "double", "adjudicated")
# What a person sees of a work when deciding.
FACTS = ("title", "abstract", "authors", "year", "publication_date", "venue", "type", "language", "doi")
# Two signs of 32 for the question and for each fact say which changed: of 1,024 changes one is not named.
# That something changed, the 28 bits before them say, which are all of an earlier version's fingerprint.
_SIGNS = "abcdefghijklmnopqrstuvwxyz234567"
_MARKS = [a + b for a in _SIGNS for b in _SIGNS]
_NAMED = 3  # lines that say the same are told once, with the numbers of so many of them


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

    `value` is empty where people differ and no adjudicator spoke (`conflict`), and where so many
    judgements are `missing`; then `reason` says nothing of what was judged, since screening is blind.
    """

    value: str
    by: str
    reason: str
    conflict: bool
    lines: tuple[Decision, ...]
    missing: int = 0


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
    wrong: dict[str, list[Decision]] = defaultdict(list)
    for line, row in table.rows:
        decision = as_decision(table.file, line, row)
        what = check_cells(decision) or check(decision)
        if what:
            wrong[what].append(decision)
        else:
            decisions.append(decision)
    problems += [f"{places(lines)}: {what}" for what, lines in wrong.items()]
    if problems:
        raise Mistake(problems)
    return decisions


def as_decision(file: str, line: int, row: Mapping[str, str]) -> Decision:
    """Make a decision of a row's cells, as they were before they were guarded against formulas."""
    return Decision(file, line, **{name: unguard_formula(row[name]).strip() for name in HEADER})


def places(lines: Sequence[Decision]) -> str:
    """Name where lines of one file stand that the same is said of."""
    first, *others = lines
    if not others:
        return first.place
    named = ", ".join(str(d.line) for d in others[:_NAMED])
    more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
    return f"{first.place} (also {named}{more})"


def check_cells(decision: Decision) -> str:
    """Say what is wrong with a line whatever it decides on: an empty cell, the role, the date."""
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


def person(name: str) -> str:
    """Give a name as people are told apart by it: "ada  ng" is Ada Ng, and no second reviewer.

    Examples
    --------
    >>> person(" Ada  Ng") == person("ada ng")
    True
    """
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()


def _in_time(lines: Iterable[Decision]) -> list[Decision]:
    return sorted(lines, key=lambda d: (d.moment, d.file, d.line))


def _author(decision: Decision) -> tuple[str, str, str]:
    """Give whose word a line is, and on which record: a later line of the same stands in its place."""
    return decision.role, person(decision.who), decision.record_id


def latest(lines: Iterable[Decision]) -> list[Decision]:
    """Keep each person's latest line on each record: it stands in the place of the earlier ones."""
    return list({_author(d): d for d in _in_time(lines)}.values())


def standing(lines: Iterable[Decision], now: str) -> tuple[list[Decision], list[Decision]]:
    """Part lines into those that hold, and the latest ones made on another state than `now`.

    Earlier lines of a person whose latest line holds are kept, as far as they fit too: they tell whether
    people ever differed. Those of a person whose latest line is stale do not come back.
    """
    lines = list(lines)
    stale = [d for d in latest(lines) if not fits(d.fingerprint, now)]
    gone = {_author(d) for d in stale}
    return [d for d in lines if _author(d) not in gone and fits(d.fingerprint, now)], stale


def settle(lines: Iterable[Decision], reviewers: str = "single") -> Settled:
    """Bring the lines on one question to one value.

    One person's latest line on one record counts. People who differ, or one person who differs between
    two records that a merge brought together, are a conflict until they agree or an adjudicator speaks.
    "Unknown" is a value like others: who is unsure has judged.

    Parameters
    ----------
    lines : iterable of Decision
        At least one.
    reviewers : {"single", "double", "adjudicated"}
        How many people a value needs, and what ends a conflict; see the module's first words.
    """
    lines = list(lines)
    kept = latest(lines)
    adjudicated = [d for d in kept if d.role == "adjudicator"]
    counted = sorted(adjudicated or kept, key=lambda d: (person(d.who), d.record_id, d.who))
    people = {person(d.who): d.who for d in reversed(counted)}
    by = ", ".join(people[name] for name in sorted(people))
    values = sorted({d.value for d in counted})
    if len(values) > 1:
        said = "; ".join(dict.fromkeys(f"{d.who}: {d.value}" for d in counted))
        return Settled("", by, said, True, tuple(counted))
    if reviewers != "single" and not adjudicated:
        if len(people) < 2:
            return Settled("", by, "", False, tuple(counted), missing=2 - len(people))
        if reviewers == "adjudicated" and (once := _differed(lines)):
            return Settled("", by, f"{once}, before they agreed", True, tuple(counted))
    reason = "; ".join(dict.fromkeys(d.reason for d in counted if d.reason))
    return Settled(values[0], by, reason, False, tuple(counted))


def _differed(lines: Iterable[Decision]) -> str:
    """Say what reviewers said when they first differed; empty if they never did.

    Lines of one moment (mostly a day) are looked at together: their order in the file is chance, but
    for those of one person, of which the last counts.
    """
    now: dict[tuple[str, str, str], Decision] = {}
    ordered = _in_time(lines)
    for i, line in enumerate(ordered):
        now[_author(line)] = line
        ends = i + 1 == len(ordered) or ordered[i + 1].moment != line.moment
        if ends and len({d.value for d in now.values()}) > 1:
            said = sorted(now.values(), key=lambda d: (person(d.who), d.record_id))
            return "; ".join(dict.fromkeys(f"{d.who}: {d.value}" for d in said))
    return ""


def who_is_missing(missing: int, by: str = "") -> str:
    """Say how many judgements are missing and who has judged, but not what: screening is blind.

    Examples
    --------
    >>> who_is_missing(1, "Ada")
    "1 judgement is missing, a second reviewer's; Ada has judged"
    """
    if missing == 1:
        return f"1 judgement is missing, a second reviewer's; {by} has judged"
    return f"{missing} judgements are missing, of two reviewers; nobody has judged"


class HashedFacts(NamedTuple):
    """The facts of works, ready to be hashed with a question: once for all questions.

    Attributes
    ----------
    texts : list of bytes
        All facts of each work.
    marks : list of str
        Two signs for each fact of each work.
    """

    texts: list[bytes]
    marks: list[str]


def fingerprint(*facts: str) -> str:
    """Hash what a decision is made on, so that a later change is noticed."""
    # It begins with a letter: Excel would take 9889e049 for a number.
    return _short(b"\x1f".join(fact.encode() for fact in facts))


def _short(text: bytes) -> str:
    return "k" + hashlib.sha256(text).hexdigest()[:7]


def _mark(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return _MARKS[int.from_bytes(digest[:2], "big") % len(_MARKS)]


def hash_facts(works: pd.DataFrame) -> HashedFacts:
    """Hash what people see of each work when they decide."""
    columns = [works[fact].astype("str").fillna("").tolist() for fact in FACTS]
    texts = ["\x1f".join(facts).encode() for facts in zip(*columns, strict=True)]
    # Types, languages, years and venues repeat: a value is hashed once.
    marks = [{value: _mark(value) for value in set(column)} for column in columns]
    signs = ([of[value] for value in column] for of, column in zip(marks, columns, strict=True))
    return HashedFacts(texts, ["".join(parts) for parts in zip(*signs, strict=True)])


def work_fingerprints(question: str, works: pd.DataFrame, facts: HashedFacts | None = None) -> list[str]:
    """Hash, for each work, what a decision on `question` is made on: the question and the work's facts.

    A fingerprint is `fingerprint(question, *facts)`, a hyphen, then two signs for the question and for
    each fact: `k1f0c2ab-q7ab...`. `say_change` reads the signs.
    """
    hashed = facts or hash_facts(works)
    start, mark = f"{question}\x1f".encode(), _mark(question)
    return [
        f"{_short(start + text)}-{mark}{marks}"
        for text, marks in zip(hashed.texts, hashed.marks, strict=True)
    ]


def fits(mark: str, now: str) -> bool:
    """Whether a decision's fingerprint is that of today's state; an empty one, or an earlier short one too.

    Examples
    --------
    >>> fits("", "k1f0c2ab-q7ab"), fits("k1f0c2ab", "k1f0c2ab-q7ab"), fits("k1f0c2ab-q7aa", "k1f0c2ab-q7ab")
    (True, True, False)
    """
    return mark in ("", now, now.partition("-")[0])


def say_change(mark: str, now: str) -> str:
    """Say what changed between two fingerprints of a work, as far as they tell.

    Examples
    --------
    >>> say_change("k1f0c2ab-" + "aa" * 10, "k55d01e9-" + "aaffgg" + "aa" * 7)
    'title, abstract changed'
    >>> say_change("k1f0c2ab", "k55d01e9-" + "aa" * 10)
    'what it was decided on changed'
    """
    before, after = (text.partition("-")[2] for text in (mark, now))
    names = ("the question of the criterion", *FACTS)
    changed = [name for i, name in enumerate(names) if before[2 * i : 2 * i + 2] != after[2 * i : 2 * i + 2]]
    told = ", ".join(changed) if len(before) == len(after) == 2 * len(names) else ""
    return f"{told or 'what it was decided on'} changed"
