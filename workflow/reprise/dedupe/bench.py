"""How right and how fast finding duplicates is: on sets that people labelled, and on invented records."""

from __future__ import annotations

import contextlib
import csv
import gzip
import importlib
import importlib.util
import io
import itertools
import json
import multiprocessing
import os
import re
import resource
import statistics
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reprise.csvfiles import decode, read_bytes
from reprise.dedupe.invent import ADVERSARIAL, adversarial, invent_records
from reprise.dedupe.works import find_clusters, find_works
from reprise.frames import as_frame, read_table
from reprise.mistakes import Mistake, tell
from reprise.records import COLUMNS, clean_doi

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Row = dict[str, Any]

RECORDS, MERGED = "records_pre_merged.csv", "merged_record_ids.csv"
RUNS = 5
# bib-dedupe takes a minute for what takes us one second; three runs are enough for a median.
THEIR_RUNS = 3
SEED = 5
_REQUIRED = ("ID", "title", "author", "year")
_TYPES = {"inproceedings": "conference-paper", "article": "article", "book": "book", "inbook": "book-chapter",
          "incollection": "book-chapter", "techreport": "report", "phdthesis": "dissertation"}  # fmt: skip
_SHOWN = ["title", "authors", "year", "venue", "volume", "issue", "pages", "doi"]
# XML 1.0 has no place for these, written as they are or as references; exports hold them all the same.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&#(?:x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F])"
                      r"|0*(?:[0-8]|1[124-9]|2\d|3[01]));")  # fmt: skip


@dataclass(frozen=True)
class LabelledSet:
    """Records of which it is known which are one work.

    Attributes
    ----------
    truth : array or None
        The number of its work for each record; None where that is not known.
    marked : array or None
        Whether people marked the record as a duplicate, where only that is known.
    raw : data frame
        The records as bib-dedupe takes them.
    troubles : list of str
        What is wrong with the files, and doesn't keep the set from being measured.
    """

    name: str
    records: pd.DataFrame
    truth: Ints | None
    marked: Bools | None
    raw: pd.DataFrame
    troubles: list[str] = field(default_factory=list)

    @property
    def level(self) -> str:
        """Whether pairs or single records are counted."""
        return "records" if self.truth is None else "pairs"

    def score(self, labels: Ints) -> Score:
        """Count what clusters got right and wrong."""
        if self.truth is not None:
            return score_pairs(self.truth, labels)
        assert self.marked is not None
        return score_records(self.marked, labels)


@dataclass(frozen=True)
class Score:
    """Counts, and the shares made of them; the share of nothing is 1: nothing was wrong, nothing missed."""

    tp: int
    fp: int
    fn: int

    @property
    def precision(self) -> float:
        """Which share of what was found is true."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 1.0

    @property
    def recall(self) -> float:
        """Which share of what is true was found."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        return 2 * self.tp / (2 * self.tp + self.fp + self.fn) if self.tp + self.fp + self.fn else 1.0


def score_pairs(truth: Ints, labels: Ints) -> Score:
    """Score pairs over the closure: two records are a pair if they are in one work.

    Examples
    --------
    >>> score_pairs(np.array([0, 0, 0, 1]), np.array([7, 7, 8, 8]))
    Score(tp=1, fp=1, fn=2)
    """
    _, one = np.unique(truth, return_inverse=True)
    _, two = np.unique(labels, return_inverse=True)
    # Counted by the sizes of the groups: a cluster of 10,000 has 50 million pairs.
    right = _count_pairs(one.astype(np.int64) * (len(two) + 1) + two)
    return Score(right, _count_pairs(two) - right, _count_pairs(one) - right)


def score_records(marked: Bools, labels: Ints) -> Score:
    """Score single records: one that is marked as a duplicate should be in a group of two or more.

    Examples
    --------
    >>> score_records(np.array([True, True, False, False]), np.array([1, 1, 1, 2]))
    Score(tp=2, fp=1, fn=0)
    """
    grouped = _grouped(labels)
    return Score(
        int((marked & grouped).sum()), int((~marked & grouped).sum()), int((marked & ~grouped).sum())
    )


def _count_pairs(labels: Ints) -> int:
    _, sizes = np.unique(labels, return_counts=True)
    return int((sizes * (sizes - 1) // 2).sum())


def _grouped(labels: Ints) -> Bools:
    _, code, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    return np.asarray(sizes[code] > 1)


# --- labelled sets ---------------------------------------------------------------------------------------


def find_sets(folder: Path) -> list[Path]:
    """List the labelled sets of a folder: itself, or the folders in it.

    Returns
    -------
    list of path
        A folder with `records_pre_merged.csv` and `merged_record_ids.csv`, or an EndNote XML file.
    """
    if not folder.exists():
        raise Mistake(f"{folder}: there is no such folder; correct its name")
    if not folder.is_dir():
        raise Mistake(f"{folder}: is a file, where a folder is expected; name the folder that it is in")
    try:
        found = _sets_here(folder)
        if not found:
            found = [p for inner in sorted(folder.iterdir()) if inner.is_dir() for p in _sets_here(inner)]
    except OSError as error:
        raise Mistake(
            f"{error.filename}: can't be read ({error.strerror}); look at its permissions"
        ) from None
    if not found:
        what = (
            f"{folder}: holds no labelled set ({RECORDS} with {MERGED}, or an EndNote XML, each plain or .gz)"
        )
        raise Mistake(f"{what}; name a folder that does, or the folder above")
    return found


def _sets_here(folder: Path) -> list[Path]:
    if any((folder / (name + end)).exists() for name in (RECORDS, MERGED) for end in ("", ".gz")):
        return [folder]
    return sorted(p for p in folder.iterdir() if p.name.lower().endswith((".xml", ".xml.gz")) and p.is_file())


def read_set(path: Path) -> LabelledSet:
    """Read a labelled set.

    Parameters
    ----------
    path : path
        As `find_sets` gives it.

    Raises
    ------
    Mistake
        Where its files can't be used.
    """
    return _read_csv_set(path) if path.is_dir() else _read_endnote_set(path)


def _read_text(path: Path) -> str:
    data = read_bytes(path)
    if path.name.endswith(".gz"):
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            raise Mistake(f"{path}: is not a whole gzip file; fetch it again") from None
    return decode(data, str(path))[0]


def _plain_or_gz(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / (name + ".gz")):
        if path.exists():
            return path
    raise Mistake(f"{folder / name}: there is no such file, nor one with .gz; a labelled set needs it")


def _read_csv_set(folder: Path) -> LabelledSet:
    mistakes: list[str] = []
    paths = []
    for name in (RECORDS, MERGED):
        try:
            paths.append(_plain_or_gz(folder, name))
        except Mistake as mistake:
            mistakes += mistake.lines
    if mistakes:
        raise Mistake(mistakes)
    rows, troubles = _read_rows(paths[0])
    ids = [row["ID"] for row in rows]
    clusters, told = _read_clusters(paths[1], ids)
    records = as_frame([_record(row) for row in rows], list(COLUMNS))
    raw = pd.DataFrame(rows, dtype=str)
    if "number" not in raw and "issue" in raw:
        raw["number"] = raw["issue"]
    name = folder.resolve().name
    return LabelledSet(name, records, close(len(ids), clusters), None, raw, troubles + told)


def _read_rows(path: Path) -> tuple[list[dict[str, str]], list[str]]:
    """Read the records; rows whose cells are too few or too many are told, and kept."""
    csv.field_size_limit(sys.maxsize)
    reader = csv.reader(io.StringIO(_read_text(path), newline=""))
    header = [name.strip() for name in next(reader, [])]
    missing = [
        f"{path} line 1: column '{c}' is missing; add it to the header" for c in _REQUIRED if c not in header
    ]
    if missing:
        raise Mistake(missing)
    rows, troubles = [], []
    for cells in reader:
        if not any(cells):
            continue
        if len(cells) != len(header):
            what = f"has {len(cells)} cells where the header has {len(header)}; look at its commas"
            troubles.append(f"{path} line {reader.line_num}: {what}")
        rows.append(dict(itertools.zip_longest(header, cells[: len(header)], fillvalue="")))
    if not rows:
        raise Mistake(f"{path}: holds no records; restore it")
    twice = [i for i, n in Counter(row["ID"] for row in rows).items() if n > 1]
    if twice:
        raise Mistake(
            f"{path}: the ID '{i}' stands on more than one record; give each its own" for i in twice[:20]
        )
    return rows, troubles


def _read_clusters(path: Path, ids: Sequence[str]) -> tuple[list[list[int]], list[str]]:
    """Read which records are one work, as positions in `ids`; unknown ids are told, and left out."""
    position = {record_id: n for n, record_id in enumerate(ids)}
    rows = list(csv.reader(io.StringIO(_read_text(path), newline="")))
    if not rows or not any(rows[0]):
        raise Mistake(f"{path} line 1: the header 'merged_ids' is missing; write it")
    header = [name.strip() for name in rows[0]]
    column = header.index("merged_ids") if "merged_ids" in header else 0
    # Without a header the first line is a cluster like the others.
    first = 0 if any(i.strip() in position for i in header[column].split(";")) else 1
    clusters, troubles = [], []
    for line, row in enumerate(rows[first:], first + 1):
        members = [i.strip() for i in (row[column] if len(row) > column else "").split(";") if i.strip()]
        troubles += [
            f"{path} line {line}: '{i}' is the ID of no record; correct it or leave it out"
            for i in members
            if i not in position
        ]
        clusters.append([position[i] for i in members if i in position])
    return clusters, troubles


def close(count: int, clusters: Iterable[Sequence[int]]) -> Ints:
    """Give each record the number of its work; groups that share a record are one work.

    Examples
    --------
    >>> close(5, [[0, 1], [1, 2]]).tolist()
    [0, 0, 0, 3, 4]
    """
    parent = list(range(count))

    def top(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    for members in clusters:
        for other in members[1:]:
            one, two = sorted((top(members[0]), top(other)))
            parent[two] = one
    return np.array([top(n) for n in range(count)], np.int64)


def _record(row: Mapping[str, str]) -> dict[str, str]:
    def get(name: str) -> str:
        return row.get(name) or ""

    record = dict.fromkeys(COLUMNS, "")
    record.update(
        record_id=row["ID"], source="set", kind="database", title=get("title"),
        authors=get("author").replace(" and ", "; "), year=get("year"),
        venue=get("journal") if get("journal") not in ("", "UNKNOWN") else get("booktitle"),
        volume=get("volume"), issue=get("number") or get("issue"), pages=get("pages"),
        doi=clean_doi(get("doi")), pmid=get("pmid"), issn=get("issn"),
        type=_TYPES.get(get("ENTRYTYPE"), ""), abstract=get("abstract"),
    )  # fmt: skip
    return record


def _read_endnote_set(path: Path) -> LabelledSet:
    """Read an EndNote library in which every member of a group of duplicates bears the caption Duplicate."""
    text = _CONTROL.sub("", _read_text(path))
    if re.search(r"<!\s*(?:DOCTYPE|ENTITY)", text, re.I):
        raise Mistake(
            f"{path}: declares a DOCTYPE or entities, which may blow up; export it anew from EndNote"
        )
    try:
        # The encoding is settled; a declaration of another one would be believed.
        root = ElementTree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except ElementTree.ParseError as error:
        raise Mistake(f"{path}: is not XML ({error}); export it anew from EndNote") from None
    found = list(root.iter("record"))
    marked = np.array([_inner(r, "caption").strip().lower() == "duplicate" for r in found], bool)
    if not marked.any():
        raise Mistake(f"{path}: no record bears the caption 'Duplicate'; mark those that are duplicates")
    rows = [_endnote_row(n, record) for n, record in enumerate(found)]
    records = as_frame([_record(row) for row in rows], list(COLUMNS))
    return LabelledSet(path.resolve().parent.name, records, None, marked, pd.DataFrame(rows, dtype=str))


def _inner(record: ElementTree.Element, tag: str) -> str:
    element = record.find(f".//{tag}")
    return "" if element is None else "".join(element.itertext()).replace("\r", " ").strip()


def _endnote_row(number: int, record: ElementTree.Element) -> dict[str, str]:
    authors = ["".join(a.itertext()).strip() for a in record.iterfind("./contributors/authors/author")]
    pubmed = _inner(record, "remote-database-provider") == "NLM"
    return {
        "ID": f"{number:06d}", "ENTRYTYPE": "article", "title": _inner(record, "title"),
        "author": " and ".join(authors), "year": _inner(record, "year"),
        "journal": _inner(record, "secondary-title") or _inner(record, "full-title"), "booktitle": "",
        "volume": _inner(record, "volume"), "number": _inner(record, "number"),
        "pages": _inner(record, "pages"), "doi": _inner(record, "electronic-resource-num"),
        "abstract": _inner(record, "abstract"), "issn": _inner(record, "isbn"),
        "pmid": _inner(record, "accession-num") if pubmed else "",
    }  # fmt: skip


# --- measuring -------------------------------------------------------------------------------------------


def peak_mb() -> float:
    """Give the most memory that this process held, in MB."""
    try:
        # The kernel's count for `getrusage` begins with what the parent held; this one doesn't.
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        return int(re.findall(r"VmHWM:\s*(\d+) kB", status)[0]) / 1024
    except (OSError, IndexError):
        unit = 1024**2 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def apart(function: Callable[..., Any], *args: Any) -> Any:
    """Call `function` in a process of its own, so that its peak of memory is that of the call."""
    try:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            return pool.submit(function, *args).result()
    except BrokenProcessPool:
        what = "the process ended before it answered, most likely for want of memory; take fewer records"
        raise Mistake(f"{args[0]}: {what}") from None


def _timed(function: Callable[[], Any], runs: int, warm_ups: int) -> tuple[Any, float]:
    took = []
    for _ in range(warm_ups + runs):
        start = time.perf_counter()
        result = function()
        took.append(time.perf_counter() - start)
    return result, statistics.median(took[warm_ups:])


def measure(labelled: LabelledSet, runs: int = RUNS) -> Row:
    """Score and time finding the works of a set, from loaded frame to clusters."""
    (labels, maybes), seconds = _timed(lambda: find_clusters(labelled.records), runs, warm_ups=1)
    return _row("reprise", labelled, labels, maybes, seconds)


def measure_bib_dedupe(labelled: LabelledSet, runs: int = THEIR_RUNS) -> Row:
    """Score and time bib-dedupe on a set, from loaded frame to clusters."""
    # Its own processes begin as they do anywhere else: those of a spawned one would be spawned, and slower.
    multiprocessing.set_start_method(None, force=True)
    theirs = importlib.import_module("bib_dedupe.bib_dedupe")

    def run() -> tuple[Any, Any]:
        prepared = theirs.prep(labelled.raw, verbosity_level=0)
        matched = theirs.match(theirs.block(prepared, verbosity_level=0), verbosity_level=0)
        return theirs.cluster(matched, verbosity_level=0), matched

    with _silence():
        (groups, matched), seconds = _timed(run, runs, warm_ups=0)
    position = {record_id: n for n, record_id in enumerate(labelled.raw["ID"])}
    labels = close(len(position), [[position[i] for i in group] for group in groups])
    return _row("bib-dedupe", labelled, labels, int((matched["duplicate_label"] == "maybe").sum()), seconds)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Drop what is printed, by the processes that are begun here too."""
    sys.stdout.flush()
    kept = os.dup(1)
    with contextlib.redirect_stdout(io.StringIO()), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)


def _row(tool: str, labelled: LabelledSet, labels: Ints, maybes: int, seconds: float) -> Row:
    score = labelled.score(labels)
    n = len(labelled.records)
    return {
        "set": labelled.name, "tool": tool, "level": labelled.level, "n": n, "true": score.tp + score.fn,
        "tp": score.tp, "fp": score.fp, "fn": score.fn, "precision": score.precision,
        "recall": score.recall, "f1": score.f1, "maybes": maybes, "seconds": seconds,
        "records_per_second": n / seconds, "peak_mb": peak_mb(),
    }  # fmt: skip


def _measure_path(path: Path, tool: str, runs: int) -> tuple[Row, list[str]]:
    labelled = read_set(path)
    if tool == "reprise":
        return measure(labelled, runs), labelled.troubles
    return measure_bib_dedupe(labelled, min(runs, THEIR_RUNS)), []


def wrong_lines(labelled: LabelledSet) -> Iterator[str]:
    """List what is merged wrongly and what is missed, with the rule that decided where there is one."""
    labels, _ = find_clusters(labelled.records)
    _, pairs, _ = find_works(labelled.records, [], ["set"])
    ids = labelled.records["record_id"].tolist()
    rules = dict(zip(zip(pairs["record_a"], pairs["record_b"], strict=True), pairs["rule"], strict=True))
    shown = labelled.records.set_index("record_id")[_SHOWN]
    for name, group in _wrong(labelled, labels):
        members = sorted(ids[n] for n in group)
        rule = next((rules[pair] for pair in itertools.combinations(members, 2) if pair in rules), "")
        yield f"  {name} {' '.join(members)} {rule}".rstrip()
        yield from ("      " + " | ".join(str(v)[:90] for v in shown.loc[record]) for record in members)


def _wrong(labelled: LabelledSet, labels: Ints) -> Iterator[tuple[str, list[int]]]:
    if labelled.truth is not None:
        found, true = _pairs(labels), _pairs(labelled.truth)
        yield from (("WRONG", list(pair)) for pair in sorted(found - true))
        yield from (("MISSED", list(pair)) for pair in sorted(true - found))
        return
    assert labelled.marked is not None
    grouped = _grouped(labels)
    for label in np.unique(labels[grouped & ~labelled.marked]):
        yield "WRONG", np.flatnonzero(labels == label).tolist()
    yield from (("MISSED", [n]) for n in np.flatnonzero(labelled.marked & ~grouped).tolist())


def _pairs(labels: Ints) -> set[tuple[int, int]]:
    order = np.argsort(labels, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
    return {pair for group in groups for pair in itertools.combinations(group.tolist(), 2)}


# --- commands --------------------------------------------------------------------------------------------

_SET_HEADS = (
    ("set", 20, ""), ("tool", 11, ""), ("n", 8, ","), ("true", 7, ","), ("tp", 7, ","), ("fp", 6, ","),
    ("fn", 6, ","), ("precision", 10, ".4f"), ("recall", 8, ".4f"), ("f1", 8, ".4f"), ("maybes", 7, ","),
    ("seconds", 9, ".3f"), ("records_per_second", 10, ",.0f"), ("peak_mb", 8, ",.0f"), ("ratio", 7, ".1f"),
)  # fmt: skip
_SCALE_HEADS = (
    ("set", 22, ""), ("n", 10, ","), ("true", 9, ","), ("fp", 7, ","), ("fn", 7, ","),
    ("precision", 10, ".4f"), ("recall", 8, ".4f"), ("maybes_per_100", 12, ".2f"),
    ("largest", 9, ","), ("seconds", 9, ".2f"), ("records_per_second", 10, ",.0f"), ("peak_mb", 8, ",.0f"),
)  # fmt: skip
_NAMES = {"records_per_second": "records/s", "peak_mb": "peak MB", "maybes_per_100": "maybes/100"}
_LEFT = ("set", "tool")
Heads = Sequence[tuple[str, int, str]]


def bench_dedupe(
    folders: Sequence[Path],
    *,
    against: bool = False,
    as_json: bool = False,
    wrong: bool = False,
    runs: int = RUNS,
) -> int:
    """Measure labelled sets and print a row for each.

    Returns
    -------
    int
        2 where something is wrong with what the user named, else 0; sets that can be measured are.
    """
    troubles: list[str] = []
    paths: list[Path] = []
    for folder in folders:
        paths += _caught(troubles, find_sets, folder) or []
    tools = ["reprise"]
    if against and importlib.util.find_spec("bib_dedupe") is None:
        troubles.append("--against bib-dedupe: it is not installed; `pip install bib-dedupe`")
    elif against:
        tools.append("bib-dedupe")
    heads = _SET_HEADS if len(tools) > 1 else tuple(h for h in _SET_HEADS if h[0] not in ("tool", "ratio"))
    table = _Table(heads, as_json)
    for path in dict.fromkeys(paths):
        seconds = 0.0
        for tool in tools:
            measured = _caught(troubles, apart, _measure_path, path, tool, runs)
            if measured is None:
                break
            row, told = measured
            troubles += told
            seconds = seconds or row["seconds"]
            # How many times as long as ours.
            table.add(row | {"ratio": row["seconds"] / seconds})
        if wrong and not as_json and seconds:
            for line in wrong_lines(read_set(path)):
                print(line)
    table.end()
    if len(table.rows) > len(tools) and not as_json:
        print("mean F1: " + ", ".join(f"{tool} {_mean_f1(table.rows, tool):.4f}" for tool in tools))
    tell(troubles)
    return 2 if troubles else 0


def _mean_f1(rows: Sequence[Row], tool: str) -> float:
    return statistics.mean(float(row["f1"]) for row in rows if row["tool"] == tool)


def _caught(troubles: list[str], function: Callable[..., Any], *args: Any) -> Any:
    """Call `function`; put a user's mistakes with the others and go on."""
    try:
        return function(*args)
    except Mistake as mistake:
        troubles += mistake.lines
        return None


class _Table:
    """Rows, printed as they come; or as JSON at the end."""

    def __init__(self, heads: Heads, as_json: bool):
        self.heads, self.as_json, self.rows = heads, as_json, list[Row]()

    def add(self, row: Row) -> None:
        """Take a row, and print it."""
        if not self.rows and not self.as_json:
            print("".join(_cell(name, _NAMES.get(name, name), width) for name, width, _ in self.heads))
        self.rows.append(row)
        if not self.as_json:
            cells = (
                _cell(name, format(row[name], form) if name in row else "", width)
                for name, width, form in self.heads
            )
            print("".join(cells), flush=True)

    def end(self) -> None:
        """Print the JSON, if that is wanted."""
        if self.as_json:
            rounded = [
                {k: round(v, 6) if isinstance(v, float) else v for k, v in r.items()} for r in self.rows
            ]
            print(json.dumps(rounded, indent=1))


def _cell(name: str, text: str, width: int) -> str:
    return f"{text:<{width}}" if name in _LEFT else f"{text:>{width}}"


def bench_scale(
    counts: Sequence[int],
    *,
    hard: bool = False,
    plot: Path | None = None,
    as_json: bool = False,
    seed: int = SEED,
) -> int:
    """Measure invented records, so many as `counts` say, and print a row for each; draw the curve.

    Parameters
    ----------
    counts : sequence of int
    hard : bool
        Measure the adversarial kinds instead, each with so many records.
    plot : path, optional
        An SVG file to draw seconds against records in.
    """
    table = _Table(_SCALE_HEADS, as_json)
    for n in counts:
        for kind in ADVERSARIAL if hard else ("",):
            with tempfile.TemporaryDirectory() as folder:
                apart(_write_invented, folder, kind, n, seed)
                table.add(apart(_measure_invented, folder, kind))
    table.end()
    if plot:
        draw_scale(table.rows, plot)
    return 0


def _write_invented(folder: str, kind: str, n: int, seed: int) -> None:
    records, truth = adversarial(kind, n, seed) if kind else invent_records(n, seed)
    records.to_parquet(Path(folder) / "records.parquet", index=False)
    np.save(Path(folder) / "truth.npy", truth)


def _measure_invented(folder: str, kind: str) -> Row:
    records = read_table(Path(folder) / "records.parquet")
    truth = np.load(Path(folder) / "truth.npy")
    start = time.perf_counter()
    labels, maybes = find_clusters(records)
    seconds = time.perf_counter() - start
    peak, score, n = peak_mb(), score_pairs(truth, labels), len(records)
    row = {
        "set": kind or "invented", "n": n, "maybes_per_100": 100 * maybes / n,
        "largest": int(np.unique(labels, return_counts=True)[1].max()), "seconds": seconds,
        "records_per_second": n / seconds, "peak_mb": peak,
    }  # fmt: skip
    if kind and kind != ADVERSARIAL[0]:
        return row  # what is one work can't be told, where a field was taken away or is wrong
    return row | {
        "true": score.tp + score.fn, "tp": score.tp, "fp": score.fp, "fn": score.fn,
        "precision": score.precision, "recall": score.recall, "f1": score.f1,
    }  # fmt: skip


def draw_scale(rows: Sequence[Row], path: Path) -> None:
    """Draw seconds against records, both in powers of ten."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    names = list(dict.fromkeys(row["set"] for row in rows))
    with plt.rc_context({"svg.hashsalt": "reprise", "font.size": 11, "svg.fonttype": "none"}):
        figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
        for name, marker in zip(names, itertools.cycle("osD^v"), strict=False):
            points = sorted((row["n"], row["seconds"]) for row in rows if row["set"] == name)
            colour = "#D55E00" if name in ADVERSARIAL else "#0072B2"
            axes.plot(*zip(*points, strict=True), color=colour, marker=marker, label=name)
            for x, y in points if len(names) == 1 else ():
                shown = f"{y:,.0f} s" if y >= 10 else f"{y:.2g} s"
                axes.annotate(shown, (x, y), (6, -14), textcoords="offset points")
        if len(names) == 1 and len(points) > 1:
            # Through the middle one: the first is mostly what any call takes.
            x, y = points[len(points) // 2]
            ends = [points[0][0], points[-1][0]]
            axes.plot(
                ends,
                [y * end / x for end in ends],
                color="#D55E00",
                linestyle="--",
                label="in proportion to the records",
            )
        axes.set(
            xscale="log", yscale="log", xlabel="records", ylabel="seconds, from loaded table to clusters"
        )
        axes.margins(0.1, 0.12)
        axes.grid(True, which="major", color="#DDDDDD")
        axes.spines[["top", "right"]].set_visible(False)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.legend(frameon=False)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Date": None})
        plt.close(figure)
