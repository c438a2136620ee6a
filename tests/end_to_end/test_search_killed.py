"""A search that is killed goes on where it was, and ends with the bytes of one that wasn't."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT
from emulator import Emulator, Fault, make_corpus, make_work

SOURCES = ("openalex", "eric", "doaj", "europepmc", "semantic_scholar")
YEARS = (2018, 2019)
KILLS = 20
RENEWALS = 4  # kills while slices are renewed
TIMEOUT = 30
PAUSE = 0.01  # seconds that a source takes for a page
SEARCH = f"""
import sys
sys.path.insert(0, {str(ROOT / "workflow")!r})
from reprise.search.live import search_live
sources = {{
    name: {{"label": name, "kind": "database", "query": None, "calls": 1000, "drift": 0}}
    for name in {SOURCES}
}}
terms = "study* learn* result* role* evidence* view* teacher* educ*".split()
blocks = [{{"name": "any", "terms": terms}}]
query = {{"origin": "ours", "fields": ["title", "abstract", "keywords"], "blocks": blocks}}
search_live(sources, query, {YEARS}, "", sys.argv[1:], "results/search_manifest.json")
"""


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    works = [work | {"sources": list(SOURCES)} for work in make_corpus(2000, 5, YEARS)]
    with Emulator(works, semantic_scholar_page=100) as running:
        running.faults.append(Fault("slow", times=None, seconds=PAUSE))
        yield running


def start(folder: Path, emulator: Emulator, *refresh: str) -> subprocess.Popen[str]:
    """Start a search in a process of its own."""
    environment = {k: v for k, v in os.environ.items() if not k.endswith("_API_KEY")}
    environment |= {**emulator.environment(), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", SEARCH, *refresh],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> None:
    """Let a search come to its end."""
    _, said = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0, said


def kill(process: subprocess.Popen[str], emulator: Emulator, calls: int, delay: float) -> None:
    """Kill a search some time after its so-manieth call."""
    end = time.monotonic() + TIMEOUT
    while len(emulator.calls) < calls and process.poll() is None and time.monotonic() < end:
        time.sleep(0.001)
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    _, said = process.communicate(timeout=TIMEOUT)
    assert process.returncode == -signal.SIGKILL, f"was not even running: {said}"


def slices(folder: Path) -> dict[str, bytes]:
    """Give the slices that stand under the names of their years."""
    store = folder / "data/search"
    return {str(p.relative_to(store)): p.read_bytes() for p in sorted(store.glob("*/????.jsonl.gz"))}


def listed(folder: Path) -> list[dict[str, object]]:
    """Give what the manifest says, but for the dates."""
    files = json.loads((folder / "results/search_manifest.json").read_text(encoding="utf-8"))["files"]
    return [
        {k: v for k, v in file.items() if k not in ("searched", "previous", "new", "gone")} for file in files
    ]


def killed(
    folder: Path, emulator: Emulator, pages: int, seed: int, times: int, *refresh: str
) -> Counter[str]:
    """Search, killed so many times, to the end; gives the addresses that were asked for, and how often.

    The kills are spread over all pages; where in a page's life one falls - it is on its way, is being
    written, its slice is being frozen - is left to chance.
    """
    chance = random.Random(seed)
    asked: Counter[str] = Counter()
    for point in sorted(chance.sample(range(pages - 4), times)):
        emulator.calls.clear()
        process = start(folder, emulator, *refresh)
        kill(process, emulator, max(1, point - len(asked)), chance.uniform(0, 2 * PAUSE))
        asked.update(call.path for call in emulator.calls)
    emulator.calls.clear()
    finish(start(folder, emulator, *refresh))
    asked.update(call.path for call in emulator.calls)
    return asked


@pytest.fixture(scope="module")
def undisturbed(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, set[str]]:
    """Give a folder in which the search was left alone, and what was asked for."""
    folder = tmp_path_factory.mktemp("undisturbed")
    finish(start(folder, emulator))
    pages = [call.path for call in emulator.calls]
    assert len(set(pages)) == len(pages) >= 40
    return folder, set(pages)


def test_a_search_killed_twenty_times_ends_with_the_same_bytes(
    emulator: Emulator, undisturbed: tuple[Path, set[str]], tmp_path: Path
) -> None:
    whole, pages = undisturbed
    asked = killed(tmp_path, emulator, len(pages), 1, KILLS)
    assert slices(tmp_path) == slices(whole)
    assert listed(tmp_path) == listed(whole)
    assert set(asked) == pages
    assert asked.total() - len(pages) <= KILLS, "a kill costs one page at most"
    emulator.calls.clear()
    finish(start(tmp_path, emulator))
    assert emulator.calls == []


def test_a_renewal_that_is_killed_renews_each_slice_once(
    emulator: Emulator, undisturbed: tuple[Path, set[str]]
) -> None:
    whole, pages = undisturbed
    before = slices(whole)
    age(whole)
    asked = killed(whole, emulator, len(pages), 2, RENEWALS, *SOURCES)
    assert slices(whole) == before
    assert set(asked) == pages
    assert asked.total() - len(pages) <= RENEWALS
    kept = [p.read_bytes() for p in sorted((whole / "data/search").glob("*/????.*T*.jsonl.gz"))]
    assert sorted(kept) == sorted(before.values()), "each old slice is kept once"


# --- killed at each step ---------------------------------------------------------------------------------

# Reads folders, and what to do there, from lines of standard input; does it in a process that has imported
# all it needs before, and kills that at the so-manieth time that it touches a file of the store. Prints a
# line for each: what was about to be done when it was killed, else how many calls were made.
STEPS = f"""
import json, os, signal, sys
sys.path.insert(0, {str(ROOT / "workflow")!r})
from reprise.search import live

TOUCHING = ("open", "os.rename", "os.remove", "os.truncate")
touched, kill_at, tell = 0, 0, os.dup(1)

def touching(event, args):
    global touched
    if not kill_at or event not in TOUCHING or "data/search/" not in str(args[0]):
        return
    if event == "open" and not args[2] & (os.O_WRONLY | os.O_RDWR):
        return
    touched += 1
    if touched == kill_at:
        os.write(tell, f"{{event}} {{os.path.basename(str(args[0]))}}\\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)

def search(folder, terms, refresh):
    os.chdir(folder)
    clients = []
    class Client(live.Client):
        def __post_init__(self):
            super().__post_init__()
            clients.append(self)
    live.Client = Client
    sources = {{"eric": {{"label": "ERIC", "kind": "database", "query": None, "calls": 99, "drift": 0}}}}
    blocks = [{{"name": "any", "terms": terms}}]
    query = {{"origin": "ours", "fields": ["title", "abstract", "keywords"], "blocks": blocks}}
    live.search_live(sources, query, [{YEARS[0]}], "", refresh, "manifest.json")
    os.write(tell, f"{{sum(c.made for c in clients)}}\\n".encode())

sys.addaudithook(touching)
for line in sys.stdin:
    folder, kill_at, terms, refresh = json.loads(line)
    if os.fork() == 0:
        search(folder, terms, refresh)
        os._exit(0)
    if os.wait()[1] not in (0, signal.SIGKILL):
        os.write(tell, b"failed\\n")
"""
TERMS = ["teacher*"]
OTHER_TERMS = ["teacher*", "nobody*"]


class Steps:
    """Searches of one slice of two pages, each in a process of its own, that are killed at a given step."""

    def __init__(self, emulator: Emulator):
        self._emulator = emulator
        environment = {**os.environ, **emulator.environment(), "PYTHONDONTWRITEBYTECODE": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-c", STEPS],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def run(self, folder: Path, terms: list[str] = TERMS, *refresh: str, kill_at: int = 0) -> str:
        """Search; give the step before which it was killed, or the number of calls."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps([str(folder), kill_at, terms, refresh]) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    @property
    def calls(self) -> int:
        return len(self._emulator.calls)

    def close(self) -> None:
        self._process.communicate(timeout=TIMEOUT)


def age(folder: Path) -> None:
    """Let all that is there have been fetched long ago."""
    for path in [*folder.rglob("????.json"), *folder.rglob("*.part")]:
        path.write_bytes(re.sub(rb'"retrieved": "....-..-..', b'"retrieved": "2020-01-01', path.read_bytes()))


def kept(folder: Path) -> list[bytes]:
    """Give all slices that have a description, under whatever name."""
    store = folder / "data/search/eric"
    return [p.with_suffix("").with_suffix(".jsonl.gz").read_bytes() for p in sorted(store.glob("2*.json"))]


@pytest.fixture(scope="module")
def steps() -> Iterator[Steps]:
    works = [make_work(n, f"What teachers think {n}", year=YEARS[0]) for n in range(250)]
    with Emulator(works) as emulator:
        running = Steps(emulator)
        yield running
        running.close()


@pytest.mark.parametrize(
    "there, terms, refresh",
    [
        pytest.param([], TERMS, [], id="first search"),
        pytest.param([TERMS], TERMS, ["eric"], id="renewal"),
        pytest.param([TERMS], OTHER_TERMS, [], id="other query"),
        pytest.param([TERMS, OTHER_TERMS], TERMS, [], id="way back"),
    ],
)
def test_a_search_can_be_killed_at_each_step(
    steps: Steps, tmp_path: Path, there: list[list[str]], terms: list[str], refresh: list[str]
) -> None:
    begin = tmp_path / "begin"
    begin.mkdir()
    for earlier in there:
        assert steps.run(begin, earlier) == "2"
        age(begin)
    needed = 0 if terms in there and not refresh else 2
    slices = len(there) + bool(needed)
    wrong: list[str] = []
    for n in range(1, 30):
        folder = Path(shutil.copytree(begin, tmp_path / str(n)))
        before = steps.calls
        step = steps.run(folder, terms, *refresh, kill_at=n)
        if step == str(needed):
            assert n > 4
            break
        facts = {
            "goes on": steps.run(folder, terms, *refresh).isdigit(),
            "loses a page at most": steps.calls - before <= needed + bool(needed),
            "asks for nothing again": steps.run(folder, terms, *refresh) == "0",
            "keeps every slice": len(kept(folder)) == len(list(folder.rglob("*.jsonl.gz"))) == slices,
            "has the same bytes": len(set(kept(folder))) == 1,
            "finds the way back": [steps.run(folder, earlier) for earlier in there] == ["0"] * len(there),
            "can be renewed": (age(folder), steps.run(folder, TERMS, "eric"))[1] == "2",
        }
        wrong += [f"killed before {step}, it no longer {what}" for what, right in facts.items() if not right]
    assert wrong == []
