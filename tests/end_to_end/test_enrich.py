"""Looking up what records lack: right facts, few calls, and whatever a service does, nothing wrong."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from emulator import Emulator, Fault, make_corpus, make_work
from hypothesis import given, settings
from hypothesis import strategies as st
from reprise.dedupe.works import find_works
from reprise.enrich import ask as asking
from reprise.enrich.answers import LOOKUP
from reprise.enrich.facts import enrich_record
from reprise.enrich.stage import enrich, look_up
from reprise.frames import as_frame, read_table, work_of_records, write_table
from reprise.mistakes import Mistake
from reprise.records import COLUMNS
from reprise.search import client

Row = dict[str, str]
SERVICES = ("openalex", "crossref", "unpaywall")
CONTACT = "ada@kesvora.org"
OUTPUTS = ("enriched.parquet", "enriched.csv", "enrichment.csv")


def record_of(work: dict[str, Any], *known: str) -> Row:
    """Make the record of a work as a source has it that knows title, authors, year and `known`."""
    row = dict.fromkeys(COLUMNS, "") | {
        "record_id": f"list:{work['id']}",
        "source": "list",
        "kind": "database",
    }
    row |= {
        "title": work["title"],
        "authors": "; ".join(f"{a['family']}, {a['given']}" for a in work["authors"]),
        "year": str(work["year"]),
    }
    if "doi" in known:
        row["doi"] = work["doi"].lower()
    return row | {name: work[name] for name in known if name in ("venue", "volume", "language", "type")}


def corpus(n: int = 60) -> list[dict[str, Any]]:
    """Invent works; a third of the records has a DOI, of a third it must be found, a third has none."""
    works = []
    everywhere = ["openalex", "eric", "doaj"]
    for k in range(1, n + 1):
        author = {
            "family": f"Quist{k}",
            "given": "Ada",
            "affiliation": "Kesvora College, Oslo",
            "country": "NO",
        }
        title = f"Digital badges in the training of sailors on ship number {k}"
        facts = {
            "year": 2015 + k % 7,
            "oa": "green",
            "language": "en",
            "type": "article",
            "authors": [author],
        }
        doi = "" if k % 3 == 2 else f"10.5555/Tides.{k}"
        facts["sources"] = everywhere if k % 5 else ["eric"]  # OpenAlex does not know every DOI
        works.append(make_work(k, title, doi=doi, venue="Tides", volume=str(k), **facts))
    return works


def records(works: Sequence[dict[str, Any]]) -> list[Row]:
    return [record_of(work, *(["doi"] if work["id"] % 3 else []), "venue") for work in works]


class Folder:
    """A folder in which records are enriched."""

    def __init__(self, path: Path, emulator: Emulator, patch: pytest.MonkeyPatch):
        self.path, self.emulator = path, emulator
        patch.chdir(path)
        patch.delenv("OPENALEX_API_KEY", raising=False)
        for name, value in emulator.environment().items():
            patch.setenv(name, value)

    def run(
        self,
        rows: Sequence[Row],
        *services: str,
        live: bool = True,
        contact: str = CONTACT,
        calls: int = 1000,
    ) -> str:
        """Enrich; give what stopped it, nothing if it came to its end."""
        self.emulator.calls.clear()
        write_table(as_frame(rows, list(COLUMNS)), "records.parquet", "records.csv")
        try:
            enrich("records.parquet", services or SERVICES, live, contact, calls, *OUTPUTS)
        except Mistake as mistake:
            return "\n".join(mistake.lines)
        return ""

    @property
    def calls(self) -> Counter[str]:
        return Counter(call.source for call in self.emulator.calls)

    def facts(self) -> list[tuple[str, str, str, str]]:
        """Give what was found, without when."""
        lines = Path("enrichment.csv").read_text(encoding="utf-8").splitlines()[1:]
        return [tuple(line.split(",")[:4]) for line in lines]  # type: ignore[misc]

    def answers(self, service: str) -> dict[str, Any]:
        """Give what is frozen, without when."""
        lines = gzip.decompress(Path(LOOKUP, f"{service}.jsonl.gz").read_bytes()).splitlines()
        return {told["asked"]: told["answer"] for told in map(json.loads, lines)}


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    with Emulator(corpus()) as emulator:
        yield emulator


def impatient(*args: Any, **more: Any) -> client.Client:
    return replace(client.Client(*args, **more), backoff=0.001)


@pytest.fixture
def folder(running: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    monkeypatch.setattr(asking, "Client", impatient)
    yield Folder(tmp_path, running, monkeypatch)
    running.faults.clear()


# --- what is found ---------------------------------------------------------------------------------------


def test_facts_are_found_by_doi_and_by_title(folder: Folder) -> None:
    works = corpus()
    assert folder.run(records(works)) == ""
    found = {row["record_id"]: row for row in read_table("enriched.parquet").to_dict("records")}
    for work in works:
        row = found[f"list:{work['id']}"]
        assert row["doi"] == work["doi"].lower(), "the DOI of another work, or none though there is one"
        if work["doi"]:
            assert (row["language"], row["type"], row["open_access"]) == ("en", "article", "green")
            assert row["author_countries"] == ("NO" if work["id"] % 5 else "")
    assert [row["record_id"] for row in read_table("records.parquet").to_dict("records")] == list(found)


def test_a_second_run_makes_no_call_and_the_same_bytes(folder: Folder) -> None:
    rows = records(corpus())
    assert folder.run(rows) == ""
    first = {name: Path(name).read_bytes() for name in OUTPUTS}
    assert folder.run(rows) == "" and not folder.calls
    assert {name: Path(name).read_bytes() for name in OUTPUTS} == first
    assert folder.run(rows, live=False) == "" and not folder.calls
    assert {name: Path(name).read_bytes() for name in OUTPUTS} == first


def test_five_thousand_records_take_sixty_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    works = [
        make_work(k, f"Badges {k}", doi=f"10.5555/journal.of.tides.{k:06}", oa="gold") for k in range(1, 5001)
    ]
    with Emulator(works) as emulator:
        folder = Folder(tmp_path, emulator, monkeypatch)
        rows = [record_of(work, "doi") for work in works]
        assert folder.run(rows, "openalex") == ""
        assert folder.calls["openalex"] <= 60
        assert len(folder.answers("openalex")) == 5000 and all(folder.answers("openalex").values())
        assert folder.run(rows, "openalex") == "" and not folder.calls


def test_a_new_record_asks_for_itself_alone(folder: Folder) -> None:
    rows = records(corpus())
    assert folder.run(rows[:-2]) == ""
    assert folder.run(rows) == ""
    assert set(folder.calls.values()) <= {1, 2} and sum(folder.calls.values()) <= 5


def test_a_sources_own_fact_stays_and_a_contradiction_is_told(folder: Folder) -> None:
    (work,) = corpus(1)
    row = record_of(work, "doi") | {"language": "de"}
    assert folder.run([row], "openalex") == ""
    (told,) = read_table("enriched.parquet").to_dict("records")
    assert (told["language"], told["type"]) == ("de", "article")
    lines = [line.split(",") for line in Path("enrichment.csv").read_text(encoding="utf-8").splitlines()]
    (against,) = [line for line in lines if "contradicts" in line]
    assert against[1:4] == ["language", "en", "openalex"] and against[-1] == "de"


def test_unpaywall_is_not_asked_by_nobody(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    assert folder.run(records(corpus()), "unpaywall", contact="") == ""
    assert not folder.calls
    assert "write your address under `contact`" in capsys.readouterr().err


def test_the_calls_of_a_run_are_bounded_and_what_came_is_kept(folder: Folder) -> None:
    rows = records(corpus())
    line = folder.run(rows, "crossref", calls=25)
    assert line.startswith("crossref: 25 calls made in this run") and "(enrich.calls)" in line
    assert folder.run(rows, "crossref", calls=25).startswith("crossref: 25 calls")
    assert folder.run(rows, "crossref", calls=25) == ""
    assert folder.calls["crossref"] == 10


# --- what goes wrong -------------------------------------------------------------------------------------

PASSING: list[dict[str, Any]] = [
    *({"kind": "status", "status": status} for status in (408, 429, 500, 503)),
    {"kind": "status", "status": 429, "headers": {"Retry-After": "0"}},
    *(
        {"kind": kind}
        for kind in "refuse reset cut truncated bad_json not_utf8 encoding html null hang drip".split()
    ),
    *({"kind": kind, "size": 4 << 20} for kind in ("endless", "bomb")),
    *({"kind": kind} for kind in ("empty", "duplicate", "short", "bom")),
    {"kind": "slow", "seconds": 0.05},
]
STAYING: list[dict[str, Any]] = [
    {"kind": "status", "status": 401},
    {"kind": "status", "status": 403},
    {"kind": "status", "status": 400},
    {"kind": "status", "status": 429, "headers": {"Retry-After": "7200"}},
    {"kind": "status", "status": 503},
    {"kind": "html"},
    {"kind": "refuse"},
    {"kind": "short"},
]


def named(case: Any) -> str:
    return case if isinstance(case, str) else " ".join(str(value) for value in case.values())


@contextmanager
def bounds(fault: dict[str, Any]) -> Iterator[None]:
    """Lower what a client stands, where a fault is to go beyond it."""

    def more_impatient(*args: Any, **more: Any) -> client.Client:
        return replace(impatient(*args, **more), timeouts=(0.3, 0.3, 0.3))

    with pytest.MonkeyPatch.context() as patch:
        if fault["kind"] in ("endless", "bomb"):
            patch.setattr(client, "LARGEST", 1_000_000)
        if fault["kind"] in ("hang", "drip"):
            patch.setattr(asking, "Client", more_impatient)
        yield


@pytest.fixture(scope="module")
def undisturbed(running: Emulator, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        folder = Folder(tmp_path_factory.mktemp("undisturbed"), running, patch)
        assert folder.run(records(corpus())) == ""
        return {"facts": folder.facts(), **{service: folder.answers(service) for service in SERVICES}}


def as_undisturbed(folder: Folder, undisturbed: dict[str, Any]) -> bool:
    return undisturbed == {"facts": folder.facts(), **{s: folder.answers(s) for s in SERVICES}}


@pytest.mark.parametrize("fault", PASSING, ids=named)
@pytest.mark.parametrize("service", SERVICES)
def test_what_goes_wrong_once_leaves_no_trace(
    folder: Folder, undisturbed: dict[str, Any], service: str, fault: dict[str, Any]
) -> None:
    if service == "unpaywall" and fault["kind"] in ("duplicate", "short"):
        fault = {"kind": "empty"}  # a single object can't be one too few in another way
    hit = Fault(source=service, at=1, **fault)
    folder.emulator.faults.append(hit)
    with bounds(fault):
        assert folder.run(records(corpus())) == ""
    assert hit.hits == 1
    assert as_undisturbed(folder, undisturbed)


@pytest.mark.parametrize("fault", STAYING, ids=named)
@pytest.mark.parametrize("service", SERVICES)
def test_what_stays_wrong_is_a_line_and_a_later_run_goes_on(
    folder: Folder, undisturbed: dict[str, Any], service: str, fault: dict[str, Any]
) -> None:
    if service == "unpaywall" and fault["kind"] == "short":
        fault = {"kind": "empty"}
    at = 1 if service == "openalex" else 4
    folder.emulator.faults.append(Fault(source=service, at=at, times=None, **fault))
    (line,) = folder.run(records(corpus())).split("\n")
    assert line.startswith(f"{service}: ") and line.endswith(f"or take {service} out of enrich.ask")
    assert not Path("enriched.parquet").exists()
    made = folder.calls[service]
    folder.emulator.faults.clear()
    assert folder.run(records(corpus())) == ""
    assert as_undisturbed(folder, undisturbed)
    if service != "openalex":
        assert folder.calls[service] == len(undisturbed[service]) - 3, made


@pytest.mark.parametrize("strange", range(6))
@pytest.mark.parametrize("service", SERVICES)
def test_strange_records_do_no_harm(folder: Folder, service: str, strange: int) -> None:
    record = [None, 1, "a", [], {"doi": {}, "DOI": [1], "is_oa": "x", "id": 5}, {"title": {"a": "\ud800"}}][
        strange
    ]
    folder.emulator.faults.append(Fault("strange", service, times=None, record=record))
    line = folder.run(records(corpus()))
    assert "\n" not in line
    if not line:
        assert len(read_table("enriched.parquet")) == len(corpus())


# --- a kill ----------------------------------------------------------------------------------------------

RUN = f"""
import json, sys
sys.path.insert(0, {str(ROOT / "workflow")!r})
from reprise.enrich.stage import enrich
enrich("records.parquet", {SERVICES}, True, {CONTACT!r}, 1000, *{OUTPUTS})
"""


@pytest.mark.parametrize("after", [1, 2, 5, 11, 23, 30])
def test_a_killed_run_goes_on_from_its_last_answer(
    folder: Folder, undisturbed: dict[str, Any], after: int
) -> None:
    write_table(as_frame(records(corpus()), list(COLUMNS)), "records.parquet", "records.csv")
    folder.emulator.calls.clear()
    folder.emulator.faults.append(Fault("slow", times=None, seconds=0.02))
    process = subprocess.Popen([sys.executable, "-c", RUN], env=dict(os.environ), stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while len(folder.emulator.calls) < after and process.poll() is None and time.monotonic() < end:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    assert process.wait(timeout=60) == -signal.SIGKILL
    before = Counter(call.path for call in folder.emulator.calls)
    folder.emulator.faults.clear()
    assert folder.run(records(corpus())) == ""
    again = before & Counter(call.path for call in folder.emulator.calls)
    # The question that was on its way when the kill came, and at most the one before it.
    assert sum(again.values()) <= 2
    assert as_undisturbed(folder, undisturbed)


@pytest.mark.parametrize("cut", [1, 40, 400])
def test_an_answer_cut_off_in_writing_is_asked_for_again(
    folder: Folder, undisturbed: dict[str, Any], cut: int
) -> None:
    folder.emulator.faults.append(Fault("status", "crossref", at=6, times=None, status=400))
    assert folder.run(records(corpus())) != ""
    part = Path(LOOKUP, "crossref.part")
    part.write_bytes(part.read_bytes()[:-cut])
    folder.emulator.faults.clear()
    assert folder.run(records(corpus())) == ""
    assert as_undisturbed(folder, undisturbed)


@pytest.mark.parametrize(
    "content", [b"", b"junk", gzip.compress(b"{}\n", mtime=0), gzip.compress(b"[1", mtime=0)]
)
def test_a_spoilt_store_is_one_line(folder: Folder, content: bytes) -> None:
    assert folder.run(records(corpus())) == ""
    path = Path(LOOKUP, "crossref.jsonl.gz")
    path.write_bytes(content)
    line = folder.run(records(corpus()))
    assert (not content and not line) or re.match(rf"{path}: is not what a run wrote; restore it", line)


# --- properties ------------------------------------------------------------------------------------------

WORKS = make_corpus(150, 11)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Give the answers to all questions that records of the corpus can lead to."""
    with Emulator(WORKS) as emulator, pytest.MonkeyPatch.context() as patch:
        Folder(tmp_path_factory.mktemp("known"), emulator, patch)
        rows = [record_of(work, *names) for work in WORKS for names in ((), ("doi",))]
        return dict(look_up(rows, SERVICES, CONTACT, 5000))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    chosen=st.lists(
        st.tuples(
            st.integers(0, len(WORKS) - 1),
            st.sets(st.sampled_from(("doi", "venue", "volume", "language", "type"))),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_enrichment_lowers_no_facts_and_merges_no_two_works(
    known: dict[str, Any], chosen: list[tuple[int, set[str]]]
) -> None:
    bare, work_of = [], {}
    for n, (at, names) in enumerate(chosen):
        row = record_of(WORKS[at], *sorted(names)) | {"record_id": f"list:{n}", "language": ""}
        bare.append(row)
        work_of[row["record_id"]] = WORKS[at]["id"]
    rich = [dict(row) for row in bare]
    for row in rich:
        list(enrich_record(row, known))
    for before, after in zip(bare, rich, strict=True):
        assert {key: after[key] for key, value in before.items() if value} == {
            key: value for key, value in before.items() if value
        }
    merged = []
    for rows in (bare, rich):
        works, _, _ = find_works(as_frame(rows, list(COLUMNS)), [], ["list"])
        merged.append(work_of_records(works))
    for one in work_of:
        for two in work_of:
            if one < two and merged[1][one] == merged[1][two] and merged[0][one] != merged[0][two]:
                assert work_of[one] == work_of[two], "two works became one"
