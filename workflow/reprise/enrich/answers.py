"""What services answered to questions about single records: frozen, a question asked once.

    data/lookup/<service>.jsonl.gz   one line for each question, sorted
    data/lookup/<service>.part       answers of a run that is not through yet, a line each

A line holds `asked`, `retrieved`, `sha256` of the reply, and `answer`: what the service sent, an empty list
where it knows nothing. An answer is written as soon as it is there, so that a killed run goes on from it.
"""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reprise.mistakes import Mistake

LOOKUP = "data/lookup"
Answer = dict[str, Any]
Add = Callable[[Iterable[Answer]], None]


def frozen_files(services: Iterable[str], folder: str | Path = LOOKUP) -> list[str]:
    """List the files of frozen answers of these services that are there."""
    files = [_files(service, folder)[0] for service in services]
    return [file.as_posix() for file in files if file.is_file()]


def read_answers(service: str, folder: str | Path = LOOKUP) -> dict[str, Answer]:
    """Give all answers of a service by what was asked; the first that was given to a question stays.

    Raises
    ------
    Mistake
        Where the frozen file is not what a run wrote.
    """
    frozen, part = _files(service, folder)
    answers: dict[str, Answer] = {}
    if frozen.is_file():
        try:
            with gzip.open(frozen, "rb") as lines:
                answers = {answer["asked"]: answer for answer in map(json.loads, lines)}
            if not all(map(_is_answer, answers.values())):
                raise ValueError
        except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error):
            raise Mistake(
                f"{frozen}: is not what a run wrote; restore it, or delete it to ask anew"
            ) from None
    for answer in _whole_lines(part)[0]:
        answers.setdefault(answer["asked"], answer)
    return answers


@contextmanager
def open_answers(service: str, folder: str | Path = LOOKUP) -> Iterator[tuple[Mapping[str, Answer], Add]]:
    """Give the answers that are there and a way to add some; they are frozen when all is well at the end.

    A run beside this one is waited for, so that nothing is asked twice.
    """
    frozen, part = _files(service, folder)
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(_whole_lines(part)[1])
        answers = read_answers(service, folder)

        def add(given: Iterable[Answer]) -> None:
            for answer in given:
                if answers.setdefault(answer["asked"], answer) is answer:
                    file.write(_line(answer))
            file.flush()
            os.fsync(file.fileno())

        yield answers, add
        new = frozen.with_name(f"{frozen.name}.{os.getpid()}.new")
        if file.tell():
            new.write_bytes(
                gzip.compress(b"".join(_line(answers[asked]) for asked in sorted(answers)), mtime=0)
            )
            new.replace(frozen)
        # Emptied and not taken away: another run may wait for its lock.
        file.truncate(0)


def _files(service: str, folder: str | Path) -> tuple[Path, Path]:
    return Path(folder, f"{service}.jsonl.gz"), Path(folder, f"{service}.part")


def _is_answer(told: Any) -> bool:
    return (
        isinstance(told, dict)
        and isinstance(told.get("asked"), str)
        and isinstance(told.get("answer"), list)
        and bool(re.match(r"\d{4}-", str(told.get("retrieved"))))
    )


def _line(answer: Answer) -> bytes:
    return (json.dumps(answer, sort_keys=True, separators=(",", ":")) + "\n").encode()


def _whole_lines(part: Path) -> tuple[list[Answer], int]:
    """Read the lines that were written to their end, and where the last of them ends."""
    answers: list[Answer] = []
    end = 0
    if not part.is_file():
        return answers, end
    with part.open("rb") as file:
        for line in file:
            try:
                answer = json.loads(line) if line.endswith(b"\n") else None
            except ValueError:
                answer = None
            if not _is_answer(answer):
                break
            answers.append(dict(answer or {}))
            end += len(line)
    return answers, end
