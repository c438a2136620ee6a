"""The store of frozen answers: a slice is one source's records of one calendar year.

    data/search/<source>/<year>.jsonl.gz   the records as the source sent them, one a line, sorted by id
    data/search/<source>/<year>.json       how they were got: requests, times, totals, hash of each page
    data/search/<source>/<year>.<question>.part   pages of a slice that is not complete yet

A page is written to the part file as soon as it is there, under a lock of the operating system, so that
a killed run goes on from its last page and two runs don't fetch the same. A slice is moved into place
only when it is complete. An earlier slice is kept beside a new one, as `<year>.<when retrieved>.jsonl.gz`.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reprise.mistakes import Mistake

STORE = "data/search"


# What the `.json` of a slice must say.
TOLD = ("year", "asked", "platform", "strategies", "retrieved", "provisional", "hits", "drift", "records",
        "bytes", "sha256")  # fmt: skip


@dataclass(frozen=True)
class Slice:
    """A complete slice on disk: where it is, and what its `.json` says."""

    path: Path
    about: dict[str, Any]


def asked_hash(asked: Sequence[str]) -> str:
    """Hash what is asked: a slice answers the same question only."""
    return hashlib.sha256(json.dumps(list(asked)).encode()).hexdigest()[:16]


def find_slice(folder: Path, year: int, asked: Sequence[str]) -> Slice | None:
    """Give the newest complete slice that answers `asked`, if there is one."""
    wanted = asked_hash(asked)
    found = [s for s in _slices(folder, year) if s.about["asked"] == wanted]
    return max(found, key=lambda s: (s.about["retrieved"], s.path.name), default=None)


def _slices(folder: Path, year: int) -> list[Slice]:
    slices = []
    for about in sorted(folder.glob(f"{year}*.json")):
        data = about.with_suffix(".jsonl.gz")
        if data.is_file() and about.stem.split(".")[0] == str(year):
            slices.append(Slice(data, _about(about)))
    return slices


def _about(path: Path) -> dict[str, Any]:
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        if not all(key in about for key in TOLD):
            raise ValueError
    except (ValueError, TypeError):
        raise Mistake(
            f"{path}: is not what a search wrote; restore it, or delete it with its .jsonl.gz to fetch anew"
        ) from None
    return dict(about)


def read_records(path: Path, sha256: str) -> Iterator[Any]:
    """Read the records of a slice, which must be those of that hash.

    Raises
    ------
    Mistake
        Where the file is not, to the byte, what was frozen.
    """
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Mistake(
            f"{path}: is not what was frozen (its sha256 differs); restore it, "
            "or delete it with its .json to fetch it anew"
        )
    with gzip.open(io.BytesIO(data), "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


@dataclass
class Part:
    """The pages of a slice that is being fetched; made by `open_part`.

    In the file, a page is a line R for each of its records (key, tab, record) and then a line P with what
    is known of the page; without its P, a page is none. Records stay on disk.

    Attributes
    ----------
    pages : list of dict
        What the P lines say: asked, keys, total, next, and the evidence.
    """

    path: Path
    file: io.BufferedRandom
    pages: list[dict[str, Any]] = field(default_factory=list)
    _where: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, page: dict[str, Any], records: Sequence[tuple[str, Any]]) -> None:
        """Write a page, so that it outlives a kill."""
        start = self.file.seek(0, os.SEEK_END)
        lines = [
            f"R{json.dumps(key)}\t{json.dumps(record, separators=(',', ':'))}\n" for key, record in records
        ]
        lines.append(f"P{json.dumps({**page, 'keys': [key for key, _ in records]})}\n")
        self.file.write("".join(lines).encode())
        self.file.flush()
        os.fsync(self.file.fileno())
        self._read(start)

    def of(self, asked: str) -> list[dict[str, Any]]:
        """Give the pages of one request."""
        return [page for page in self.pages if page["asked"] == asked]

    def drop(self, asked: str) -> None:
        """Forget the pages of one request and of what it was split into, to ask it again."""
        for request in {smaller for page in self.of(asked) for smaller in page["split"]}:
            self.drop(request)
        kept = [(page, [(key, self.record(key)) for key in page["keys"]]) for page in self.pages]
        self.clear()
        for page, records in kept:
            if page["asked"] != asked:
                self.add(page, records)

    def clear(self) -> None:
        """Forget all pages."""
        self.file.truncate(0)
        self.pages, self._where = [], {}

    def record(self, key: str) -> Any:
        """Give a record that lies in the file."""
        return json.loads(self.line(key))

    def line(self, key: str) -> bytes:
        """Give a record as it lies in the file, as one line."""
        offset, length = self._where[key]
        self.file.seek(offset)
        return self.file.read(length)

    def keys(self) -> list[str]:
        """Give the keys of all records, sorted."""
        return sorted({key for page in self.pages for key in page["keys"]})

    def _read(self, start: int) -> int:
        """Take in the whole pages from `start` on; returns where the last of them ends."""
        self.file.seek(start)
        end = offset = start
        waiting: dict[str, tuple[int, int]] = {}
        for line in self.file:
            length = len(line)
            try:
                if not line.endswith(b"\n"):
                    break
                if line.startswith(b"R"):
                    key, _, record = line[1:].partition(b"\t")
                    waiting[json.loads(key)] = (offset + length - len(record), len(record))
                else:
                    page = json.loads(line[1:])
                    for name, place in waiting.items():
                        self._where.setdefault(name, place)  # the first that was sent under an id stays
                    self.pages.append(page)
                    waiting = {}
                    end = offset + length
            except ValueError:
                break
            offset += length
        return end


@contextmanager
def open_part(folder: Path, year: int, asked: Sequence[str], since: str = "") -> Iterator[Part]:
    """Open the part file of a slice, with the pages that an earlier run left for the same question.

    Parameters
    ----------
    since : str
        Pages that were retrieved before are forgotten.

    Raises
    ------
    Mistake
        Where another run is fetching the slice.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{year}.{asked_hash(asked)}.part"
    with _locked(path) as file:
        part = Part(path, file)
        file.truncate(part._read(0))
        if any(page["retrieved"] < since for page in part.pages):
            part.clear()
        yield part


@contextmanager
def _locked(path: Path) -> Iterator[io.BufferedRandom]:
    """Open a file under a lock; one that its holder has removed meanwhile is none."""
    while True:
        with path.open("a+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                what = "another run is fetching this; wait until it ends, or end it"
                raise Mistake(f"{path}: {what}") from None
            if path.exists() and path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                yield file
                return


def freeze(part: Part, year: int, about: dict[str, Any]) -> Slice:
    """Move a complete slice into place, an earlier one beside it, and let go of the part file.

    Parameters
    ----------
    about : dict
        What the `.json` says; `records`, `bytes` and `sha256` are added.
    """
    folder = part.path.parent
    data, told = folder / f"{year}.jsonl.gz", folder / f"{year}.json"
    keys = part.keys()
    new = data.with_suffix(".new")
    # Neither name nor time in the header: equal records, equal bytes.
    with new.open("wb") as file, gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as packed:
        for key in keys:
            packed.write(part.line(key))
    content = new.read_bytes()
    about = {
        **about,
        "records": len(keys),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    description = told.with_suffix(".new")
    text = json.dumps(about, indent=1, ensure_ascii=False) + "\n"
    description.write_bytes(text.encode("utf-8", "replace"))
    _place(folder, year, new, description)
    part.path.unlink(missing_ok=True)
    return Slice(data, about)


def _place(folder: Path, year: int, new: Path, description: Path) -> None:
    """Give new files the place of a slice, an earlier one beside it.

    At whatever moment it is killed, each slice is there whole under one name or the other: one without
    its `.json` is none.
    """
    data, told = folder / f"{year}.jsonl.gz", folder / f"{year}.json"
    for path in (new, description):
        with path.open("rb") as file:
            os.fsync(file.fileno())
    if data.exists() and told.exists():
        name = _kept_name(folder, year, _about(told))
        _twin(data, folder / f"{name}.jsonl.gz")
        _twin(told, folder / f"{name}.json")
    told.unlink(missing_ok=True)
    new.replace(data)
    description.replace(told)


def _kept_name(folder: Path, year: int, about: Mapping[str, Any]) -> str:
    """Give the name under which a slice is kept: that of its time, if no other slice has it."""
    when = f"{year}.{''.join(c for c in str(about['retrieved']) if c.isalnum())[:15]}"
    name, n = when, 1
    while (there := folder / f"{name}.json").exists() and _about(there) != about:
        n += 1
        name = f"{when}-{n}"
    return name


def _twin(path: Path, other: Path) -> None:
    """Give a file a second name; where the disk knows no links, a copy."""
    other.unlink(missing_ok=True)
    try:
        other.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, other)


def put_back(folder: Path, year: int, piece: Slice) -> Slice:
    """Give a slice the place of the current one, which is kept in turn; it then stands there alone."""
    data = folder / f"{year}.jsonl.gz"
    if piece.path != data:
        new, description = folder / f"{year}.jsonl.new", folder / f"{year}.new"
        _twin(piece.path, new)
        _twin(_description(piece.path), description)
        _place(folder, year, new, description)
    # Of the same slice under its kept name, a kill may have left the one file or the other.
    for other in _slices(folder, year):
        if other.path != data and other.about == piece.about:
            _description(other.path).unlink()
    for kept in sorted(folder.glob(f"{year}.*.jsonl.gz")):
        alone = not _description(kept).exists()
        if alone and hashlib.sha256(kept.read_bytes()).hexdigest() == piece.about["sha256"]:
            kept.unlink()
    return Slice(data, piece.about)


def _description(data: Path) -> Path:
    return data.with_name(data.name.removesuffix(".jsonl.gz") + ".json")
