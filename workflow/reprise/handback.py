"""Hand back: a queue that a person filled in becomes lines of the decision files.

The file is as a spreadsheet saved it. All rows are checked, then all decisions are appended or none is.
"""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import fcntl
import io
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from reprise.appraisal import check_appraisal
from reprise.coding.codebook import read_codebook
from reprise.coding.works import check_coding
from reprise.config import CONFIG, Protocol, parse_protocol, plain, read_yaml
from reprise.csvfiles import (
    decode,
    guard_formula,
    is_blank,
    one_newline,
    read_bytes,
    read_rows,
    read_user_csv,
)
from reprise.decisions import (
    DECISION_FILES,
    HEADER,
    Decision,
    as_decision,
    check_cells,
    person,
    suffixed_names,
)
from reprise.dedupe.people import check_duplicates_decision
from reprise.mistakes import Mistake, did_you_mean
from reprise.records import split
from reprise.screen.works import check_screening
from reprise.vocabulary import STAGES

# The file that a stage's decisions stand in.
FILE_OF = {
    "dedupe": "duplicates",
    **dict.fromkeys(STAGES, "screening"),
    "coding": "coding",
    "appraisal": "appraisal",
}
# Without them a row is no decision; who, role and when may be told to the command instead.
NEEDED = ("record_id", "stage", "variable", "value")
WORKS, RECORDS = "results/works.csv", "results/records.csv"
# A date as spreadsheets write it, with or without a time.
_DATE = re.compile(
    r"(\d{1,4})([./-])\s?(\d{1,2})\2\s?(\d{1,4})\.?(?:,?\s+(\d{1,2}):(\d\d)(?::(\d\d))?\s*([AP]M)?)?",
    re.IGNORECASE,
)
# Excel names the delimiter so, on a line before the header.
_SEP = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
Check = Callable[[Decision], str]
Rows = list[tuple[int, dict[str, str]]]


class Filled(NamedTuple):
    """A decision that a person filled in; `dated` where its row says when it was made."""

    decision: Decision
    dated: bool


class _Told(NamedTuple):
    """What the command was told, and what rows are checked with; no `known` names, no check of them."""

    file: str
    who: str
    role: str
    day: str
    checks: Mapping[str, Check]
    known: set[str]


def hand_back(
    file: str | Path, who: str, role: str = "", when: str = "", today: dt.date | None = None
) -> str:
    """Append what a person filled in to the decision files of the review in this folder.

    Parameters
    ----------
    file : path
        The filled-in queue, as a spreadsheet saved it. Columns may stand in any order, others are ignored.
    who : str
        Whose decisions they are, where the column `who` is empty; a row may not name anyone else.
    role, when : str, optional
        What an empty `role` and an empty `when` mean: a reviewer, and today.
    today : date, optional
        For tests.

    Returns
    -------
    str
        What was done, in one line.

    Raises
    ------
    Mistake
        All that is wrong, a line for each row; then nothing is written.
    """
    protocol = parse_protocol(read_yaml(CONFIG))
    checks = _checks(protocol)
    who = " ".join(who.split())
    if not who:
        raise Mistake("--who is empty; write the name or the initials of the person who decided")
    day, wrong = read_when(when or (today or dt.date.today()).isoformat())
    if wrong:
        raise Mistake(f"--when: {wrong}")
    rows = read_filled(file)
    works = records_at_hand(protocol)
    told = _Told(str(file), who, role, day, checks, {*works, *suffixed_names(works)})
    filled, problems = [], dict[int, str]()
    for number, row in rows:
        if row["value"].strip():
            decision, whats = _decision(number, row, told)
            if whats:
                problems[number] = "; and ".join(whats)
            else:
                filled.append(Filled(decision, dated=bool(row["when"].strip())))
    problems |= _contradictions([f.decision for f in filled], works)
    if problems:
        raise Mistake(f"{file} row {number}: {problems[number]}" for number in sorted(problems))
    added, known = append(filled)
    return _report(who, added, known, [(n, row) for n, row in rows if not row["value"].strip()])


def _checks(protocol: Protocol) -> dict[str, Check]:
    """Give the check of each decision file's lines."""
    return {
        "duplicates": check_duplicates_decision,
        "screening": check_screening(plain(protocol)["criteria"]),
        "coding": check_coding(read_codebook(protocol.coding.codebook)),
        "appraisal": check_appraisal,
    }


def read_filled(path: str | Path) -> Rows:
    """Read a filled-in queue: each row's number in the spreadsheet, and its cells by the header's names.

    Raises
    ------
    Mistake
        Where the file as a whole, or a row, can't be read.
    """
    text, _ = decode(read_bytes(path), str(path))
    named = _SEP.match(text)
    first = next(filter(str.strip, text.splitlines()), "")
    mark = named.group(1) if named else max(",;\t", key=first.count)
    csv.field_size_limit(sys.maxsize)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=mark)
    number, header, rows = 0, list[str](), Rows()
    problems: list[str] = []
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            what = f"nothing can be read from here on ({error}); look at the quotation marks of this row"
            raise Mistake([*problems, f"{path} row {number}: {what}"]) from None
        if not any(cell.strip() for cell in cells) or (number == 1 and named):
            continue
        if not header:
            header = [cell.strip().casefold() for cell in cells]
            _check_header(str(path), number, header)
        elif any(cell.strip() for cell in cells[len(header) :]):
            problems.append(f"{path} row {number}: has more cells than the header; look at its commas")
        else:
            # Excel leaves out empty cells at the end of a row.
            row = dict(zip(header, cells + [""] * len(header), strict=False))
            rows.append((number, {name: one_newline(row.get(name, "")) for name in HEADER}))
    if not header:
        raise Mistake(f"{path}: the file is empty; hand back the queue with its header line")
    if problems:
        raise Mistake(problems)
    return rows


def _check_header(file: str, number: int, header: Sequence[str]) -> None:
    wrong = [
        f"{file} row {number}: column '{name}' is missing; hand back the queue with its header line"
        for name in NEEDED
        if name not in header
    ]
    wrong += [
        f"{file} row {number}: column '{name}' stands twice; keep one"
        for name in HEADER
        if header.count(name) > 1
    ]
    if wrong:
        raise Mistake(wrong)


def read_when(text: str) -> tuple[str, str]:
    """Give a date as ISO text, and what is wrong with it.

    A spreadsheet shows dates in the form of its country. What can be read in one way only is taken.

    Examples
    --------
    >>> read_when("24.11.2026"), read_when("11/24/2026 9:15 PM")[0]
    (('2026-11-24', ''), '2026-11-24T21:15')
    >>> read_when("03.04.2026")[1]
    "when '03.04.2026' may be 2026-03-04 or 2026-04-03; write it so"
    """
    try:
        dt.datetime.fromisoformat(text)
        return text, ""
    except ValueError:
        found = _DATE.fullmatch(text)
    days = sorted(_days(found)) if found else []
    clock = _clock(found) if found else None
    if len(days) > 1:
        return "", f"when '{text}' may be {days[0]} or {days[1]}; write it so"
    if not days or clock is None:
        return "", f"when '{text}' is not a date; write it as 2026-11-24"
    return days[0] + clock, ""


def _days(found: re.Match[str]) -> set[str]:
    """List the days that a date may mean: the year is the number of four digits."""
    a, _, b, c = found.groups()[:4]
    orders = [(a, b, c)] if len(a) == 4 else [(c, b, a), (c, a, b)] if len(c) == 4 else []
    days = set()
    for order in orders:
        with contextlib.suppress(ValueError):
            days.add(dt.date(*map(int, order)).isoformat())
    return days


def _clock(found: re.Match[str]) -> str | None:
    """Give the time of a date as ISO text; none where it is midnight, which a spreadsheet adds itself."""
    hour, minute, second, half = found.groups()[4:]
    if hour is None:
        return ""
    at = int(hour) % 12 + 12 * (half.upper() == "PM") if half else int(hour)
    try:
        clock = dt.time(at, int(minute), int(second or 0))
    except ValueError:
        return None
    return f"T{clock.isoformat('seconds' if clock.second else 'minutes')}" if clock != dt.time() else ""


def records_at_hand(protocol: Protocol) -> dict[str, str]:
    """Give the work of each record (itself, where works are not made yet); empty if none is at hand."""
    if Path(WORKS).is_file():
        return {r: row["work_id"] for row in read_rows(WORKS) for r in split(row["record_ids"])}
    if Path(RECORDS).is_file():
        return {row["record_id"]: row["record_id"] for row in read_rows(RECORDS)}
    from reprise.check import records_of_inputs  # it imports the live search, which takes time

    return dict(records_of_inputs([], protocol))


def _decision(number: int, row: Mapping[str, str], told: _Told) -> tuple[Decision, list[str]]:
    """Make a decision of a row, and say all that is wrong with it."""
    decision = as_decision(told.file, number, row)
    wrong = []
    if decision.who and person(decision.who) != person(told.who):
        wrong.append(f"who '{decision.who}' is not {told.who}; hand back each person's rows by themselves")
    given = decision.role.casefold()
    if given and told.role and given != told.role:
        wrong.append(f"role '{given}' is not {told.role}; empty the cell, or leave out --role")
    day, what = read_when(decision.when) if decision.when else (told.day, "")
    wrong += [what] if what else []
    decision = replace(decision, who=told.who, role=given or told.role or "reviewer", when=day or told.day)
    stage = decision.stage
    if stage not in FILE_OF:
        return decision, [*wrong, f"stage '{stage}' is not known; {did_you_mean(stage, FILE_OF)}"]
    check = told.checks[FILE_OF[stage]]
    # A spreadsheet makes the first letter of a cell a capital by itself.
    small = replace(decision, value=decision.value.casefold())
    decision = small if check(decision) and not check(small) else decision
    what = check_cells(decision) or check(decision)
    wrong += [what] if what else []
    names = [decision.record_id, decision.variable] if stage == "dedupe" else [decision.record_id]
    wrong += [
        f"record '{name}' is not among the records; correct the id"
        for name in names
        if name and told.known and name not in told.known
    ]
    return decision, wrong


def _contradictions(decisions: Iterable[Decision], works: Mapping[str, str]) -> dict[int, str]:
    """Say which rows of one file answer one question in two ways: what the person means is not known."""
    first: dict[tuple[str, Any], Decision] = {}
    told = {}
    for d in decisions:
        work = works.get(d.record_id, d.record_id)
        on: Any = frozenset({d.record_id, d.variable}) if d.stage == "dedupe" else (work, d.variable)
        before = first.setdefault((FILE_OF[d.stage], on), d)
        if sorted(split(before.value)) != sorted(split(d.value)):
            told[d.line] = f"value '{d.value}' contradicts '{before.value}' in row {before.line}; keep one"
    return told


def append(filled: Sequence[Filled]) -> tuple[dict[str, int], int]:
    """Append decisions to their files, all or none; those that stand there already are left out.

    Returns
    -------
    added : dict
        How many lines each file got.
    known : int
        How many stood there already.
    """
    added: dict[str, int] = {}
    known = 0
    folder = Path(DECISION_FILES["screening"]).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder):
            contents = {}
            for name, path in DECISION_FILES.items():
                ours = [f for f in filled if FILE_OF[f.decision.stage] == name]
                fresh = _not_there(path, ours)
                known += len(ours) - len(fresh)
                if fresh:
                    added[path] = len(fresh)
                    contents[Path(path).resolve()] = with_lines(path, fresh)
            write_together(contents)
    except OSError as error:
        what = f"can't be written ({error.strerror}); nothing is appended"
        raise Mistake(f"{error.filename or folder}: {what}") from None
    return added, known


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let one command write at a time: two that read a file and then replace it would lose lines."""
    held = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # not every network folder can
            fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _not_there(path: str, filled: Sequence[Filled]) -> list[Decision]:
    """Leave out what the file says already: the same line; or, where a row is undated, the same last word.

    A line that its author has since gone back on is said anew: the last one counts.
    """
    if not filled or is_blank(path):
        there = []
    else:
        there = [as_decision(path, line, row) for line, row in read_user_csv(path, HEADER).rows]
        there = [d for d in there if not check_cells(d)]
    lines = {_cells(d) for d in there}
    last = {_question(d): d for d in sorted(there, key=lambda d: (d.moment, d.line))}
    fresh = []
    for d, dated in filled:
        word = last.get(_question(d))
        if word and not dated and _cells(replace(d, when=word.when)) == _cells(word):
            continue
        gone_back = word is not None and word.value != d.value and word.moment <= d.moment
        if _cells(d) in lines and not gone_back:
            continue
        fresh.append(d)
        lines.add(_cells(d))
        if word is None or word.moment <= d.moment:
            last[_question(d)] = d
    return fresh


def _cells(decision: Decision) -> tuple[str, ...]:
    return tuple(getattr(decision, name) for name in HEADER)


def _question(decision: Decision) -> tuple[str, ...]:
    return decision.role, person(decision.who), decision.record_id, decision.variable


def with_lines(path: str | Path, decisions: Sequence[Decision]) -> bytes:
    """Give a decision file's content with lines added, in its own encoding, columns and line ends."""
    data = b"" if is_blank(path) else read_bytes(path)
    text, encoding = decode(data, str(path)) if data else (",".join(HEADER) + "\n", "UTF-8")
    end = next(iter(re.findall(r"\r\n|\r|\n", text)), "\n")
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    mark = max(",;\t", key=first.count)
    columns = [name.strip().casefold() for name in next(csv.reader([first], delimiter=mark))]
    added = "" if text.endswith(("\n", "\r")) else end
    for d in decisions:
        line = io.StringIO()
        # A line end of its own kind would be the only one that the writer puts into quotation marks.
        row = [guard_formula(one_newline(getattr(d, name))) for name in columns]
        csv.writer(line, delimiter=mark, lineterminator="\r\n").writerow(row)
        added += line.getvalue().removesuffix("\r\n") + end
    codec = {"UTF-16": "utf-16-be" if data.startswith(b"\xfe\xff") else "utf-16-le", "Windows-1252": "cp1252"}
    try:
        return (data or text.encode()) + added.encode(codec.get(encoding, "utf-8"))
    except UnicodeEncodeError as error:
        sign = error.object[error.start]
        raise Mistake(f"{path}: is {encoding}, which has no '{sign}'; save it as UTF-8") from None


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Write files so that each is whole at any moment, and all are written or none.

    Each is written beside its place and renamed into it. Where a rename fails, those before are taken
    back; Ctrl-C waits until all are done. Only a machine that dies between two renames leaves the second
    file as it was; the command says then, typed again, what stands there already.
    """
    parts = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in contents}
    try:
        for path, part in parts.items():
            with part.open("wb") as file:
                file.write(contents[path])
                file.flush()
                os.fsync(file.fileno())
            if path.is_file():
                shutil.copymode(path, part)
        with _undisturbed():
            _rename(parts)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def _rename(parts: Mapping[Path, Path]) -> None:
    before = {path: path.read_bytes() if path.is_file() else None for path in parts}
    done = []
    try:
        for path, part in parts.items():
            part.replace(path)
            done.append(path)
    except OSError:
        for path in done:
            old = before[path]
            if old is None:
                path.unlink()
            else:
                path.write_bytes(old)
        raise
    for folder in {path.parent for path in parts}:
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let no one stop what takes a moment and must not stand half done."""
    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, signal.SIG_IGN) for number in signals]
    try:
        yield
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler or signal.SIG_DFL)


def _report(who: str, added: Mapping[str, int], known: int, undecided: Rows) -> str:
    """Say what was done."""
    parts = [
        f"{_count(n, 'decision')} by {who} appended to {path}" if not i else f"{n} to {path}"
        for i, (path, n) in enumerate(added.items())
    ]
    told = [", ".join(parts) or f"No decision by {who} appended"]
    if known:
        stand = "stands" if known == 1 else "stand"
        told.append(f"{_count(known, 'row')} {stand} there already")
    if undecided:
        told.append(f"{_count(len(undecided), 'row')} without a value skipped")
    spoken = [str(n) for n, row in undecided if row["reason"].strip() or row["note"].strip()]
    if spoken:
        told[-1] += f" (with a reason or note: row {', '.join(spoken)})"
    return "; ".join(told)


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"
