"""How right and how fast finding duplicates is: on sets that people labelled, and on invented records."""

from __future__ import annotations

import contextlib
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
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.dedupe.invent import ADVERSARIAL, adversarial, invent_records
from reprise.dedupe.labelled import LabelledSet, close, find_sets, grouped, read_set, score_pairs
from reprise.dedupe.works import find_clusters, find_works
from reprise.frames import read_table
from reprise.mistakes import Mistake, tell

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Row = dict[str, Any]

RUNS = 5
# bib-dedupe takes a minute for what takes us one second; three runs are enough for a median.
THEIR_RUNS = 3
SEED = 5
_SHOWN = ["title", "authors", "year", "venue", "volume", "issue", "pages", "doi"]


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
    joined = grouped(labels)
    for label in np.unique(labels[joined & ~labelled.marked]):
        yield "WRONG", np.flatnonzero(labels == label).tolist()
    yield from (("MISSED", [n]) for n in np.flatnonzero(labelled.marked & ~joined).tolist())


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
