"""Whatever a source does: the full set of records, or one line and a state from which the search goes on."""

from __future__ import annotations

import datetime as dt
import fcntl
import gzip
import json
import re
import socket
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from email.utils import format_datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import requests
from emulator import ERIC_MEASURED, VARIANTS, Emulator, Fault, id_in, make_work, record_id, strange_record
from reprise.mistakes import Mistake
from reprise.search import client, live
from reprise.search.fetch import STALLED
from reprise.search.slices import read_slice
from reprise.search.sources import SOURCES as READERS
from reprise.search.store import open_part
from reprise.search.values import at

Undisturbed = dict[str, dict[str, bytes]]
Case = dict[str, Any]

SOURCES = ("openalex", "eric", "doaj", "europepmc", "semantic_scholar")
YEARS = range(2019, 2022)
SIZES = {2019: 230, 2020: 100, 2021: 0}
# Of 100 records, of 200 in ERIC. Semantic Scholar's are ten times as long, but for this emulator.
PAGES = dict.fromkeys(SOURCES, (3, 1, 1)) | {"eric": (2, 1, 1)}
SMALL: dict[str, Any] = {"semantic_scholar_page": 100}
SECOND = {  # in a second page's address
    "openalex": "cursor=WzEwMCwg",
    "eric": "start=200",
    "doaj": "page=2&",
    "europepmc": "cursorMark=MDAwMTAw",
    "semantic_scholar": "token=GAYDCMBQ",
}
IN_CURSORS = ("openalex", "europepmc", "semantic_scholar")  # go on from a mark that they send
KEYED = {"openalex": ("authorization", "Bearer "), "semantic_scholar": ("x-api-key", "")}
RESULTS = {  # where the records of a page are
    "openalex": ("results",),
    "eric": ("response", "docs"),
    "doaj": ("results",),
    "europepmc": ("resultList", "result"),
    "semantic_scholar": ("data",),
}
KEY = "sk-0penAlex-kept-secret-4711"
QUERY: dict[str, Any] = {
    "origin": "ours",
    "fields": ["title", "abstract", "keywords"],
    "blocks": [{"name": "credential", "terms": ["badge*"]}],
}
OTHER = {**QUERY, "blocks": [{"name": "credential", "terms": ["badge*", "microcredential*"]}]}
MANIFEST = Path("results/search_manifest.json")


def corpus(sizes: dict[int, int] = SIZES, first: int = 1, **facts: Any) -> list[dict[str, Any]]:
    """Invent so many works for each year; DOAJ took them in on different days."""
    works = []
    for year, size in sizes.items():
        for n in range(size):
            number = first + len(works)
            title = f"Digital badges and learning {number}"
            day = f"{year}-{1 + n % 12:02}-{1 + n % 28:02}T{n % 24:02}:{n % 60:02}:11Z"
            works.append(make_work(number, title, **{"year": year, "created": day, **facts}))
    return works


class Search:
    """A folder in which the sources are searched."""

    def __init__(self, folder: Path, emulator: Emulator, patch: pytest.MonkeyPatch):
        self.folder = folder
        self.patch = patch
        patch.chdir(folder)
        for reader in READERS.values():
            if reader.KEY:
                patch.delenv(reader.KEY, raising=False)
        self.ask(emulator)

    def ask(self, emulator: Emulator) -> None:
        """Ask this emulator from now on."""
        self.emulator = emulator
        for name, value in emulator.environment().items():
            self.patch.setenv(name, value)

    def hit(self, kind: str, source: str, **more: Any) -> Fault:
        """Let something go wrong from now on."""
        fault = Fault(kind, source, **more)
        self.emulator.faults.append(fault)
        return fault

    def run(
        self,
        *sources: str,
        years: Sequence[int] = YEARS,
        query: dict[str, Any] = QUERY,
        own: str | None = None,
        refresh: Sequence[str] = (),
        calls: int = 1000,
        drift: int = 0,
    ) -> str:
        """Search; give what stopped it, nothing if it came to its end."""
        self.emulator.calls.clear()
        settings = {
            name: {"label": name, "kind": "database", "query": own, "calls": calls, "drift": drift}
            for name in sources
        }
        try:
            live.search_live(settings, query, years, "ada@example.org", refresh, MANIFEST)
        except Mistake as mistake:
            assert KEY not in "".join(traceback.format_exception(mistake))
            return "\n".join(mistake.lines)
        return ""

    @property
    def calls(self) -> int:
        """Calls of the last run."""
        return len(self.emulator.calls)

    @property
    def listed(self) -> list[dict[str, Any]]:
        """Files of the manifest."""
        files: list[dict[str, Any]] = json.loads(MANIFEST.read_text(encoding="utf-8"))["files"]
        return files

    def path(self, source: str, name: str = "") -> Path:
        return self.folder / "data/search" / source / name

    def slices(self, source: str) -> dict[str, bytes]:
        """Give all that is frozen of a source, by name."""
        return {p.name: p.read_bytes() for p in self.path(source).glob("*.jsonl.gz")}

    def about(self, source: str, year: int) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.path(source, f"{year}.json").read_text(encoding="utf-8"))
        return told

    def records(self, source: str, year: int) -> list[Any]:
        """Give what a slice holds."""
        return [
            json.loads(line) for line in gzip.decompress(self.slices(source)[f"{year}.jsonl.gz"]).splitlines()
        ]

    def kept(self, source: str) -> int:
        """Count the pages that a later run needn't ask for."""
        parts = [p.read_bytes().splitlines() for p in self.path(source).glob("*.part")]
        frozen = [json.loads(p.read_bytes())["pages"] for p in self.path(source).glob("????.json")]
        return sum(line.startswith(b"P") for lines in parts for line in lines) + sum(map(len, frozen))

    def age(self, source: str) -> None:
        """Let what is there of a source have been fetched yesterday."""
        now = dt.datetime.now(dt.UTC).date()
        days = (now, now - dt.timedelta(days=1))
        old, new = (f'"retrieved": "{day}T'.encode() for day in days)
        old_since, new_since = (f'"since": "{day}T'.encode() for day in days)
        for path in self.path(source).iterdir():
            if path.suffix in (".json", ".part"):
                path.write_bytes(path.read_bytes().replace(old, new).replace(old_since, new_since))


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    with Emulator(corpus(), **SMALL) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def undisturbed(running: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """Give the slices of a search in which nothing went wrong."""
    with pytest.MonkeyPatch.context() as patch:
        search = Search(tmp_path_factory.mktemp("undisturbed"), running, patch)
        assert search.run(*SOURCES) == ""
        return {source: search.slices(source) for source in SOURCES}


def impatient(*args: Any, **more: Any) -> client.Client:
    """Make a client that hardly waits before it tries again."""
    return replace(client.Client(*args, **more), backoff=0.001)


@pytest.fixture
def search(
    running: Emulator, undisturbed: Undisturbed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Search]:
    """Give an empty folder, and sources at their best."""
    works = running.works
    monkeypatch.setattr(live, "Client", impatient)
    yield Search(tmp_path, running, monkeypatch)
    running.faults.clear()
    if running.works is not works:
        running.works = works


@pytest.fixture
def nobody() -> str:
    """Give an address of this machine at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def goes_on(search: Search, source: str, undisturbed: Undisturbed, in_vain: int = 0) -> None:
    """Check that the next, undisturbed run completes the slices, and asks for nothing that was kept.

    `in_vain` is how many more calls it may make.
    """
    assert not MANIFEST.exists()
    assert search.slices(source) != undisturbed[source]
    kept = search.kept(source)
    search.emulator.faults.clear()
    assert search.run(source) == ""
    assert 0 <= search.calls - (sum(PAGES[source]) - kept) <= in_vain
    assert search.slices(source) == undisturbed[source]


def first_page(emulator: Emulator, source: str) -> str:
    """Give the address of the first page that is asked for."""
    translation = live.translate(source, {"query": None}, QUERY)
    return READERS[source].url(emulator.url(source), live.requests_of(source, translation, YEARS[0])[0], None)


# --- nothing goes wrong ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options", [{}, {"last_cursor_null": False}, {"compress": True}, ERIC_MEASURED], ids=str
)
def test_each_page_is_asked_for_once(
    search: Search, undisturbed: Undisturbed, options: dict[str, Any]
) -> None:
    with Emulator(search.emulator.works, **SMALL, **options) as emulator:
        search.ask(emulator)
        assert search.run(*SOURCES) == ""
        for source in SOURCES:
            assert len(emulator.calls_to(source)) == sum(PAGES[source])
            assert [search.about(source, year)["calls"] for year in YEARS] == list(PAGES[source])
            assert search.slices(source) == undisturbed[source]
        agents = {call.headers["user-agent"] for call in emulator.calls}
        assert len(agents) == 1 and "mailto:ada@example.org" in agents.pop()
        assert search.run(*SOURCES) == "" and search.calls == 0


def test_the_slices_hold_what_the_sources_hold(search: Search) -> None:
    assert search.run(*SOURCES) == ""
    for source in SOURCES:
        for year in YEARS:
            there = {record_id(source, work) for work in search.emulator.works if work["year"] == year}
            assert {id_in(source, r) for r in search.records(source, year)} == there


# --- what passes ----------------------------------------------------------------------------------------

STATUS: list[Case] = [
    *({"kind": "status", "status": status} for status in (408, 429, 500, 502, 503, 504)),
    *(
        {"kind": "status", "status": 429, "headers": {"Retry-After": when}}
        for when in ("soon", "0", "-1", "Wed, 21 Oct 2015 07:28:00 GMT")
    ),
    {"kind": "status", "status": 204, "body": ""},
    {"kind": "status", "status": 304, "body": ""},
    {"kind": "status", "status": 200, "body": ""},
    {"kind": "status", "status": 200, "body": "[" * 100_000},
]
WIRE: list[Case] = [
    *(
        {"kind": kind}
        for kind in "refuse reset cut truncated bad_json not_utf8 encoding html null hang drip".split()
    ),
    *({"kind": kind, "size": 4 << 20} for kind in ("endless", "bomb")),
    {"kind": "no_total"},
]
HARMLESS: list[Case] = [
    {"kind": "bom"},
    {"kind": "slow", "seconds": 0.05},
    {"kind": "headers", "headers": {"X-RateLimit-Remaining": "many"}},
]
CHANGED: list[Case] = [
    *({"kind": kind} for kind in "empty previous_page duplicate overlap short".split()),
    {"kind": "total", "delta": 1},
    {"kind": "total", "delta": -1},
]
CURSORS: list[Case] = [{"kind": "same_cursor"}, {"kind": "no_cursor"}]


def named(case: Any) -> str:
    """Name a case after what goes wrong in it."""
    if not isinstance(case, dict):
        return str(case)
    words = (case.get(key) for key in ("kind", "status", "delta", "headers", "body"))
    return " ".join(str(word)[:60] for word in words if word is not None)


def on_each(cases: Sequence[Case]) -> list[tuple[str, Case]]:
    return [(source, case) for case in cases for source in SOURCES]


@contextmanager
def bounds(fault: Case) -> Iterator[None]:
    """Lower what a client stands, where a fault is to go beyond it."""

    def more_impatient(*args: Any, **more: Any) -> client.Client:
        return replace(impatient(*args, **more), timeouts=(0.3, 0.3, 0.3))

    with pytest.MonkeyPatch.context() as patch:
        if fault["kind"] in ("endless", "bomb"):
            patch.setattr(client, "LARGEST", 1_000_000)
        if fault["kind"] in ("hang", "drip"):
            patch.setattr(live, "Client", more_impatient)
        yield


def in_turn(cases: Sequence[Case]) -> list[tuple[str, Case]]:
    """Give each case to one of the sources: it is the client that has to stand it, and that is one."""
    return list(zip(cycle(SOURCES), cases, strict=False))


@pytest.mark.parametrize(
    "source, fault", [*in_turn([*STATUS, *WIRE, *HARMLESS]), *on_each(CHANGED)], ids=named
)
def test_what_goes_wrong_once_leaves_no_trace(
    search: Search, undisturbed: Undisturbed, source: str, fault: Case
) -> None:
    hit = search.hit(source=source, at=2, **fault)
    with bounds(fault):
        assert search.run(source) == ""
    assert hit.hits == 1
    assert search.slices(source) == undisturbed[source]
    assert [search.about(source, year)["drift"] for year in YEARS] == [0, 0, 0]


@pytest.mark.parametrize("source", SOURCES)
def test_an_error_that_says_all_is_well_loses_nothing(
    search: Search, undisturbed: Undisturbed, source: str
) -> None:
    search.hit("error_200", source, at=2)
    line = search.run(source)
    if line:
        assert re.fullmatch(rf"{source}: {REFUSED}", line)
        goes_on(search, source, undisturbed)
    assert search.slices(source) == undisturbed[source]


@pytest.mark.parametrize("at", range(1, 6))
@pytest.mark.parametrize("fault", CURSORS, ids=named)
@pytest.mark.parametrize("source", IN_CURSORS)
def test_a_cursor_that_leads_nowhere_once_leaves_no_trace(
    search: Search, undisturbed: Undisturbed, source: str, fault: Case, at: int
) -> None:
    hit = search.hit(source=source, at=at, **fault)
    assert search.run(source) == ""
    assert hit.hits == 1
    assert search.slices(source) == undisturbed[source]


@pytest.mark.parametrize("source, dated", [("openalex", False), ("doaj", True)])
def test_a_short_pause_is_kept_when_it_is_asked_for(
    search: Search, undisturbed: Undisturbed, source: str, dated: bool
) -> None:
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)
    when = format_datetime(soon, usegmt=True) if dated else "1"
    search.hit("status", source, at=2, status=429, headers={"Retry-After": when})
    assert search.run(source) == ""
    if not dated:
        before, after = (call.time for call in search.emulator.calls[1:3])
        assert after - before >= 1
    assert dt.datetime.now(dt.UTC) >= soon.replace(microsecond=0)
    assert search.slices(source) == undisturbed[source]


# --- what doesn't ---------------------------------------------------------------------------------------

SAID = {
    "status": r"(status \d+(: .+)?|429, too many calls|a reply that is no JSON)",
    **dict.fromkeys(("refuse", "hang"), "the connection broke off"),
    **dict.fromkeys(("reset", "cut", "encoding"), "a reply that can't be read"),
    **dict.fromkeys(("truncated", "bad_json", "not_utf8", "html"), "a reply that is no JSON"),
    **dict.fromkeys(("null", "no_total"), "says no total"),
    **dict.fromkeys(("endless", "bomb"), "a reply of more than 1 MB"),
    "drip": r"a reply that takes more than 0\.3 s",
}
REFUSED = r"the request is refused \(.*\); correct the terms of `query`, or .* sources\.live\.\w+\.query"
AGAIN = "5 times in a row; what was fetched is kept, type `snakemake` again later"
DIFFERS = (
    r" 20\d\d: says it has (\d+) records and sends (\d+) different ones; they are not used\. "
    r"Type `snakemake` again later, or allow the difference \(sources\.live\.\w+\.drift\)"
)


@pytest.mark.parametrize("source, fault", in_turn([*STATUS[1:5], STATUS[-1], *WIRE]), ids=named)
def test_what_always_goes_wrong_is_one_line_and_the_search_goes_on_later(
    search: Search, undisturbed: Undisturbed, source: str, fault: Case
) -> None:
    search.hit(source=source, at=2, times=None, **fault)
    with bounds(fault):
        assert re.fullmatch(f"{source}: {SAID[fault['kind']]}, {AGAIN}", search.run(source))
    assert search.calls == 1 + client.ATTEMPTS
    assert search.kept(source) == 1
    goes_on(search, source, undisturbed)


@pytest.mark.parametrize(
    "source, fault", [*on_each(CHANGED), *((source, c) for c in CURSORS for source in IN_CURSORS)], ids=named
)
def test_pages_that_never_add_up_are_one_line_and_not_used(
    search: Search, undisturbed: Undisturbed, source: str, fault: Case
) -> None:
    where = "" if fault["kind"] in ("short", "total") else SECOND[source]
    search.hit(source=source, times=None, match=where, **fault)
    said = re.fullmatch(f"{source}{DIFFERS}", search.run(source))
    assert said and said[1] != said[2]
    # What is kept of the slice is asked for again, after it was tried to go on from there.
    goes_on(search, source, undisturbed, in_vain=PAGES[source][0] + 1 + STALLED)


@pytest.mark.parametrize("source", SOURCES)
def test_a_first_page_that_is_always_empty_is_one_line(
    search: Search, undisturbed: Undisturbed, source: str
) -> None:
    search.hit("empty", source, times=None)
    assert re.fullmatch(f"{source}{DIFFERS}", search.run(source))
    goes_on(search, source, undisturbed)


@pytest.mark.parametrize("dated", [False, True])
@pytest.mark.parametrize("source", SOURCES)
def test_a_long_pause_is_the_users_to_plan(
    search: Search, undisturbed: Undisturbed, source: str, dated: bool
) -> None:
    then = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    when = format_datetime(then, usegmt=True) if dated else "3600"
    search.hit("status", source, at=3, times=None, status=429, headers={"Retry-After": when})
    line = search.run(source)
    said = re.fullmatch(
        rf"{source}: allows no more calls for now \(429.*\); what was fetched is kept, "
        r"type `snakemake` again after (\d{4}-\d\d-\d\d \d\d:\d\d) UTC",
        line,
    )
    assert said
    told = dt.datetime.strptime(f"{said[1]} +0000", "%Y-%m-%d %H:%M %z")
    assert abs(told - then) < dt.timedelta(minutes=2)
    assert search.calls == 3
    goes_on(search, source, undisturbed)


def test_credits_that_are_used_up_stop_the_search_until_there_are_new_ones(
    search: Search, undisturbed: Undisturbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "LONGEST_WAIT", 0.0)  # so that the last minute of a day is no other case
    with Emulator(search.emulator.works, credits=25) as emulator:
        search.ask(emulator)
        line = search.run("openalex", "eric")
        assert re.fullmatch(r"openalex: allows no more calls .*credits.* again after [\d-]+ [\d:]+ UTC", line)
        assert search.slices("eric") == undisturbed["eric"]
        assert search.kept("openalex") == 2
        emulator.credits = 1000
        goes_on(search, "openalex", undisturbed)
        assert search.about("openalex", 2021)["left"]["calls_left"] == 97


@pytest.mark.parametrize("source", SOURCES)
def test_the_calls_that_the_protocol_allows_are_kept_to(
    search: Search, undisturbed: Undisturbed, source: str
) -> None:
    made = 0
    while line := search.run(source, calls=2):
        assert re.fullmatch(
            rf"{source}: 2 calls made in this run, the most that the protocol allows "
            rf"\(sources\.live\.{source}\.calls\); what was fetched is kept, type `snakemake` again to go on",
            line,
        )
        assert search.calls == 2
        made += 2
    assert made + search.calls == sum(PAGES[source])
    assert search.slices(source) == undisturbed[source]


def test_calls_that_are_tried_again_count(search: Search, undisturbed: Undisturbed) -> None:
    search.hit("status", "doaj", at=2, times=None, status=503)
    assert "2 calls made in this run" in search.run("doaj", calls=2)
    assert search.calls == 2
    goes_on(search, "doaj", undisturbed)


# --- refusals -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source, own, words",
    [
        ("openalex", 'title.search.exact:("badges', "Unbalanced quotes."),
        ("openalex", "titel.search:badges", "titel.search is not a valid field."),
        ("doaj", "bibjson.title:badg*", "disallowed Lucene features"),
        ("europepmc", "TITLE:(badges", "Syntax error"),
        ("semantic_scholar", '"badges', "Unbalanced quotes."),
    ],
)
def test_a_request_that_is_refused_is_one_line_in_the_sources_words(
    search: Search, running: Emulator, undisturbed: Undisturbed, source: str, own: str, words: str
) -> None:
    refused_in_its_words(search, running, undisturbed, source, own, words)


@pytest.mark.parametrize("status", [200, 400])
def test_eric_is_heard_with_whatever_status(
    search: Search, running: Emulator, undisturbed: Undisturbed, status: int
) -> None:
    refused_in_its_words(search, running, undisturbed, "eric", "title:(badges", "SyntaxError", status)


def refused_in_its_words(
    search: Search,
    running: Emulator,
    undisturbed: Undisturbed,
    source: str,
    own: str,
    words: str,
    eric_status: int = 400,
) -> None:
    """Check that a refused request is one line with the source's words, and does no harm."""
    with Emulator(corpus({2019: 3}), eric_error_status=eric_status) as emulator:
        search.ask(emulator)
        line = search.run(source, own=own)
        assert search.calls == 1
    assert re.fullmatch(rf"{source}: {REFUSED}", line)
    assert words in line
    search.ask(running)
    goes_on(search, source, undisturbed)


@pytest.mark.parametrize("source", SOURCES)
def test_a_place_that_the_source_no_longer_knows_is_begun_again(
    search: Search, undisturbed: Undisturbed, source: str
) -> None:
    assert "1 calls made" in search.run(source, calls=1)
    assert search.kept(source) == 1
    search.hit("status", source, status=400, body='{"error": "x", "message": "Cursor has expired."}')
    assert search.run(source) == ""
    assert search.calls == 1 + sum(PAGES[source])
    assert search.slices(source) == undisturbed[source]


@pytest.mark.parametrize("source", SOURCES)
def test_a_place_that_is_forgotten_in_the_middle_is_begun_again(
    search: Search, undisturbed: Undisturbed, source: str
) -> None:
    search.hit("status", source, at=2, status=400)
    if line := search.run(source):
        assert re.fullmatch(f"{source}: {REFUSED}", line)
        assert search.run(source) == ""
    assert search.calls <= 2 + sum(PAGES[source])
    assert search.slices(source) == undisturbed[source]


@pytest.mark.parametrize("source", SOURCES)
def test_a_place_that_is_never_known_is_one_line_after_few_calls(
    search: Search, undisturbed: Undisturbed, source: str
) -> None:
    search.hit("status", source, times=None, match=SECOND[source], status=400)
    for _ in range(2):
        assert re.fullmatch(f"{source}: {REFUSED}", search.run(source, calls=50))
        assert search.calls <= 4
    search.emulator.faults.clear()
    assert search.run(source) == ""
    assert search.slices(source) == undisturbed[source]


# --- keys -----------------------------------------------------------------------------------------------


def nowhere(search: Search, said: str, key: str = KEY) -> None:
    """Check that the key stands in no file and in nothing that was said."""
    assert key not in said
    for path in search.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert key.encode() not in content + (
                gzip.decompress(content) if path.suffix == ".gz" else b""
            ), path


@pytest.mark.parametrize("source", KEYED)
def test_a_wrong_key_is_one_line_without_the_key(
    search: Search, undisturbed: Undisturbed, capfd: pytest.CaptureFixture[str], source: str
) -> None:
    (header, before), variable = KEYED[source], READERS[source].KEY
    with Emulator(search.emulator.works, keys={source: KEY}, **SMALL) as emulator:
        search.ask(emulator)
        search.patch.setenv(variable, KEY[::-1])
        line = search.run(source, "doaj")
        told = r"\((401: The API key .*|403: .*)\)"
        assert re.fullmatch(rf"{source}: the key in {variable} is refused; correct or unset it {told}", line)
        assert len(emulator.calls_to(source)) == 1
        assert search.slices("doaj") == undisturbed["doaj"]
        nowhere(search, line + "".join(capfd.readouterr()), KEY[::-1])
        search.patch.setenv(variable, KEY)
        goes_on(search, source, undisturbed)
        assert {call.headers[header] for call in emulator.calls} == {f"{before}{KEY}"}
        nowhere(search, "".join(capfd.readouterr()))


def test_a_key_that_is_asked_for_and_not_there_is_one_line(search: Search) -> None:
    with Emulator(search.emulator.works, keys={"openalex": KEY}, keyless=False) as emulator:
        search.ask(emulator)
        assert re.fullmatch(
            r"openalex: calls without a key are refused .*\(401: .*key.*\)", search.run("openalex")
        )


def test_a_key_from_a_file_may_end_its_line(search: Search, undisturbed: Undisturbed) -> None:
    with Emulator(search.emulator.works, keys={"openalex": KEY}, keyless=False) as emulator:
        search.ask(emulator)
        search.patch.setenv("OPENALEX_API_KEY", f"{KEY}\n")
        assert search.run("openalex") == ""
        assert search.slices("openalex") == undisturbed["openalex"]


@pytest.mark.parametrize("key", ["sk-4711 sk-4712", "sk-4711\r\nX: y", "\u201csk-4711\u201d"])
def test_a_key_that_cannot_be_sent_is_one_line_without_the_key(search: Search, key: str) -> None:
    search.patch.setenv("OPENALEX_API_KEY", key)
    line = search.run("openalex")
    assert re.fullmatch(r"OPENALEX_API_KEY: .*", line) and "4711" not in line
    assert search.calls == 0


@pytest.mark.parametrize("source, at", [*(("openalex", at) for at in (1, 3, 5)), ("semantic_scholar", 3)])
def test_a_key_that_the_source_repeats_is_shown_nowhere(
    search: Search, undisturbed: Undisturbed, capfd: pytest.CaptureFixture[str], source: str, at: int
) -> None:
    variable = READERS[source].KEY
    search.patch.setenv(variable, KEY)
    search.hit("echo_key", source, at=at, times=None)
    line = search.run(source)
    assert KEY in str(search.emulator.calls[0]), "the key was not even sent"
    assert re.fullmatch(rf"{source}: the key in {variable} is refused; .*\(401: .*\*\*\*.*\)", line)
    nowhere(search, line + "".join(capfd.readouterr()))
    goes_on(search, source, undisturbed)
    nowhere(search, "".join(capfd.readouterr()))


def test_a_key_in_a_record_is_not_frozen(search: Search, capfd: pytest.CaptureFixture[str]) -> None:
    search.patch.setenv("OPENALEX_API_KEY", KEY)
    search.hit(
        "strange", "openalex", record={"id": "https://openalex.org/W1", "title": f"Your key: {KEY}", KEY: 1}
    )
    assert search.run("openalex") == ""
    assert {"id": "https://openalex.org/W1", "title": "Your key: ***", "***": 1} in search.records(
        "openalex", 2019
    )
    nowhere(search, "".join(capfd.readouterr()))


# --- elsewhere, and nowhere -----------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
def test_a_redirect_is_followed_and_the_key_stays_at_home(
    search: Search, undisturbed: Undisturbed, source: str
) -> None:
    if READERS[source].KEY:
        search.patch.setenv(READERS[source].KEY, KEY)
    with Emulator(search.emulator.works, **SMALL) as elsewhere:
        there = {"Location": first_page(elsewhere, source)}
        search.hit("status", source, status=302, headers=there, body="")
        assert search.run(source) == ""
        assert search.slices(source) == undisturbed[source]
        assert len(elsewhere.calls) == 1
        assert KEY not in str(elsewhere.calls[0])


@pytest.mark.parametrize(
    "place, said",
    [
        ("{nobody}/", "data/search: not there and no connection: eric 2019-2021 .*"),
        ("{home}", f"eric: a reply that can't be read, {AGAIN}"),
        ("file:///etc/hostname", f"eric: a reply that can't be read, {AGAIN}"),
        ("", f"eric: status 302.*, {AGAIN}"),
        ("http://[", f"eric: .*, {AGAIN}"),
    ],
)
def test_a_redirect_that_leads_nowhere_is_one_line(
    search: Search, undisturbed: Undisturbed, nobody: str, place: str, said: str
) -> None:
    place = place.format(nobody=nobody, home=first_page(search.emulator, "eric"))
    search.hit("status", "eric", times=None, status=302, headers={"Location": place}, body="")
    assert re.fullmatch(said, search.run("eric"))
    assert search.calls <= 4 * client.ATTEMPTS
    goes_on(search, "eric", undisturbed)


OFFLINE = (
    r"data/search: not there and no connection: {}; go online and type `snakemake` again, "
    r"shorten the window to years that are there, or set `mode: sample`"
)


def test_without_a_connection_what_is_missing_is_named_with_the_ways_out(
    search: Search, running: Emulator, undisturbed: Undisturbed, nobody: str
) -> None:
    assert search.run("openalex", years=[2020]) == ""
    for source in SOURCES:
        search.patch.setenv(f"REPRISE_{source.upper()}_URL", f"{nobody}/{source}")
    line = search.run(*SOURCES)
    missing = ("openalex 2019, 2021", *(f"{source} 2019-2021" for source in SOURCES[1:]))
    named = ", ".join(rf"{m} \({m.split()[0]}: no connection to 127\.0\.0\.1\)" for m in missing)
    assert re.fullmatch(OFFLINE.format(named), line)
    assert search.run("openalex", years=[2020]) == ""  # the shorter window
    MANIFEST.unlink()
    search.ask(running)
    for source in SOURCES:
        goes_on(search, source, undisturbed)
        MANIFEST.unlink()


def test_with_all_slices_there_no_connection_is_needed(search: Search, nobody: str) -> None:
    assert search.run(*SOURCES) == ""
    before = MANIFEST.read_bytes()
    for source in SOURCES:
        search.patch.setenv(f"REPRISE_{source.upper()}_URL", f"{nobody}/{source}")
    assert search.run(*SOURCES) == ""
    assert MANIFEST.read_bytes() == before


def test_sources_that_are_there_are_asked_though_another_is_not(
    search: Search, running: Emulator, undisturbed: Undisturbed, nobody: str
) -> None:
    search.patch.setenv("REPRISE_OPENALEX_URL", nobody)
    line = search.run(*SOURCES)
    assert re.fullmatch(
        OFFLINE.format(r"openalex 2019-2021 \(openalex: no connection to 127\.0\.0\.1\)"), line
    )
    assert {s: search.slices(s) for s in SOURCES[1:]} == {s: undisturbed[s] for s in SOURCES[1:]}
    search.ask(running)
    assert search.run(*SOURCES) == ""
    assert {call.source for call in running.calls} == {"openalex"}
    assert search.slices("openalex") == undisturbed["openalex"]


def test_each_source_that_stops_has_its_line(search: Search, nobody: str) -> None:
    search.patch.setenv("REPRISE_OPENALEX_URL", nobody)
    search.hit("status", "eric", times=None, status=403)
    search.hit("html", "doaj", times=None)
    eric, doaj, offline = search.run("openalex", "eric", "doaj").splitlines()
    assert eric.startswith("eric: calls without a key are refused") and "403" in eric
    assert doaj.startswith("doaj: a reply that is no JSON")
    assert offline.startswith("data/search: not there and no connection: openalex 2019-2021 (")


def test_a_source_that_closes_in_the_middle_is_asked_again_later(
    search: Search, running: Emulator, undisturbed: Undisturbed
) -> None:
    with Emulator(running.works) as emulator:
        search.ask(emulator)
        assert "2 calls made" in search.run("doaj", calls=2)
    assert re.fullmatch(OFFLINE.format(r"doaj 2019-2021 \(.*\)"), search.run("doaj"))
    assert search.kept("doaj") == 2
    search.ask(running)
    goes_on(search, "doaj", undisturbed)


# --- one run at a time ----------------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
def test_a_second_run_leaves_a_slice_to_the_first(
    search: Search, undisturbed: Undisturbed, source: str
) -> None:
    assert "1 calls made" in search.run(source, calls=1)
    translation = live.translate(source, {"query": None}, QUERY)
    with open_part(search.path(source), 2019, live.requests_of(source, translation, 2019)):
        line = search.run(source)
        assert re.fullmatch(
            rf"data/search/{source}/2019.*\.part: another run is fetching this; wait .*", line
        )
        assert search.calls == 0
    goes_on(search, source, undisturbed)


def test_a_run_that_comes_just_when_another_ends_is_content(search: Search, undisturbed: Undisturbed) -> None:
    lock, others = fcntl.flock, [search.run]

    def late(file: Any, how: int) -> None:
        """Lock, but let another run end between the file's opening and its locking."""
        if others:
            assert others.pop()("eric") == ""
        lock(file, how)

    search.patch.setattr(fcntl, "flock", late)
    assert search.run("eric") == ""
    assert search.slices("eric") == undisturbed["eric"]


# --- records nobody has seen ----------------------------------------------------------------------------

DEEP: Any = "bottom"
for _ in range(300):
    DEEP = [DEEP]
ODD: list[Any] = [
    *(None, [], {}, "text", 7),
    *({"id": number} for number in (5, {"a": 1}, ["x", 1], "\ud800\n\t|")),
    {"id": "new", "title": DEEP, "bibjson": DEEP},
]


def frozen_and_read(search: Search, source: str, expected: Any) -> None:
    """Check that a record is frozen as it was sent, and that its slice can be read."""
    assert search.run(source, years=[2019]) == ""
    assert expected in search.records(source, 2019)
    assert len(search.records(source, 2019)) == SIZES[2019]
    read = read_slice(search.listed[0])
    assert read.n_rows == SIZES[2019]
    assert len(read.rows) + read.rejected + read.filtered == SIZES[2019]
    assert len(read.rows) >= SIZES[2019] - 1
    for row in read.rows:
        assert all(isinstance(value, str) for value in row.values.values())
        "".join(row.values.values()).encode()


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("source", SOURCES)
def test_a_strange_record_is_frozen_as_it_was_sent_and_read(
    search: Search, source: str, variant: str
) -> None:
    assert search.run(source, years=[2019]) == ""
    usual = {id_in(source, record): record for record in search.records(source, 2019)}
    first = next(w for w in search.emulator.works if w["year"] == 2019)
    for path in search.path(source).iterdir():
        path.unlink()
    search.hit("strange", source, variant=variant)
    frozen_and_read(search, source, strange_record(usual[record_id(source, first)], variant))


@pytest.mark.parametrize("source", SOURCES)
def test_a_record_that_is_hardly_one_is_frozen_as_it_was_sent(search: Search, source: str) -> None:
    for number, odd in enumerate(ODD):
        folder = search.folder / str(number)
        folder.mkdir()
        page = requests.get(first_page(search.emulator, source), timeout=5).json()
        at(page, *RESULTS[source])[0] = odd
        there = Search(folder, search.emulator, search.patch)
        there.hit("status", source, status=200, body=json.dumps(page))
        frozen_and_read(there, source, odd)


def test_a_month_without_end_is_no_month(search: Search) -> None:
    article = {"title": "Digital badges", "year": "2019", "month": "9" * 5000}
    search.hit("strange", "doaj", record={"id": "new", "bibjson": article})
    frozen_and_read(search, "doaj", {"id": "new", "bibjson": article})


# --- more than a source gives at a time, and less -------------------------------------------------------


def test_more_than_doaj_lets_one_reach_is_fetched_in_parts(search: Search) -> None:
    """DOAJ refuses what lies deeper than 1,000 records."""
    works = corpus({2018: 1150})
    with Emulator(works) as emulator:
        search.ask(emulator)
        assert search.run("doaj", years=[2018], calls=60) == ""
        assert {r["id"] for r in search.records("doaj", 2018)} == {record_id("doaj", work) for work in works}
        assert len({call.path for call in emulator.calls}) == search.calls
        needed, whole = search.calls, search.slices("doaj")
        assert needed == len(search.about("doaj", 2018)["pages"]) < 25
        assert search.about("doaj", 2018)["drift"] == 0
        assert search.run("doaj", years=[2018]) == "" and search.calls == 0
        for path in search.path("doaj").iterdir():
            path.unlink()
        made = 0
        while search.run("doaj", years=[2018], calls=4):
            made += search.calls
        assert made + search.calls == needed
        assert search.slices("doaj") == whole


def test_more_on_one_day_than_doaj_lets_one_reach_is_one_line(search: Search) -> None:
    with Emulator(corpus({2018: 1010}, created="2018-05-03T10:00:00Z")) as emulator:
        search.ask(emulator)
        for _ in range(2):
            line = search.run("doaj", years=[2018], calls=60)
            assert re.fullmatch(r"doaj: 1010 records of one year and day, of which 1000 can be .*", line)


def test_parts_that_hold_less_than_the_whole_are_noticed(search: Search) -> None:
    odd = corpus({2018: 3}, first=2000, created="1999-12-31T23:59:59Z")
    with Emulator([*corpus({2018: 1150}), *odd]) as emulator:
        search.ask(emulator)
        said = re.fullmatch(f"doaj{DIFFERS}", search.run("doaj", years=[2018], calls=60))
        assert said and said.groups() == ("1153", "1150")


@pytest.mark.parametrize("source", SOURCES)
def test_a_difference_that_is_allowed_is_accepted_and_told(search: Search, source: str) -> None:
    search.hit("overlap", source, times=None, match=SECOND[source])
    assert re.fullmatch(f"{source}{DIFFERS}", search.run(source, years=[2019]))
    assert search.run(source, years=[2019], drift=1) == ""
    about = search.about(source, 2019)
    assert about["drift"] == -1 and search.listed[0]["drift"] == -1
    assert about["records"] == SIZES[2019] - 1 and sum(about["hits"].values()) == SIZES[2019]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("delta", [1, -1])
def test_what_is_told_of_a_difference_adds_up(search: Search, source: str, delta: int) -> None:
    search.hit("total", source, at=PAGES[source][0], times=None, delta=delta)
    assert search.run(source, years=[2019], drift=1) == ""
    about = search.about(source, 2019)
    assert about["records"] - sum(about["hits"].values()) == about["drift"]


def test_a_total_that_is_estimated_too_low_ends_no_search(search: Search) -> None:
    """Semantic Scholar calls its total an estimate, but says of each page whether another follows."""
    search.hit("total", "semantic_scholar", times=None, delta=-150)
    said = re.fullmatch(f"semantic_scholar{DIFFERS}", search.run("semantic_scholar", years=[2019]))
    assert said and said.groups() == ("201", "230")
    assert search.run("semantic_scholar", years=[2019], drift=100) == ""
    assert len(search.records("semantic_scholar", 2019)) == SIZES[2019]
    assert search.about("semantic_scholar", 2019)["drift"] == 29


def test_a_work_with_two_years_is_lost_from_no_window(search: Search) -> None:
    """It came out online in 2018, and in an issue of 2019."""
    work = corpus({2019: 1}, online="2018-12-20")[0]
    with Emulator([work]) as emulator:
        search.ask(emulator)
        for year in (2018, 2019):
            assert search.run("europepmc", years=[year]) == ""
            (record,) = search.records("europepmc", year)
            assert id_in("europepmc", record) == record_id("europepmc", work)
        assert search.run("europepmc", years=[2017, 2020]) == ""
        assert [search.records("europepmc", year) for year in (2017, 2020)] == [[], []]


# --- what is there and what isn't -----------------------------------------------------------------------


def test_a_longer_window_asks_for_the_missing_years_and_a_shorter_one_for_none(
    search: Search, undisturbed: Undisturbed
) -> None:
    assert search.run(*SOURCES, years=[2020]) == ""
    assert search.run(*SOURCES) == ""
    assert search.calls == sum(sum(PAGES[source]) - PAGES[source][1] for source in SOURCES)
    assert not [call for call in search.emulator.calls if "2020" in call.query]
    assert {source: search.slices(source) for source in SOURCES} == undisturbed
    assert search.run(*SOURCES, years=[2019, 2020]) == "" and search.calls == 0
    assert [(f["source"], f["year"]) for f in search.listed] == [
        (s, y) for s in SOURCES for y in (2019, 2020)
    ]


@pytest.mark.parametrize("source", SOURCES)
def test_a_changed_query_is_asked_and_the_way_back_is_not(
    search: Search, undisturbed: Undisturbed, source: str
) -> None:
    assert search.run(source) == ""
    assert search.run(source, query=OTHER) == ""
    assert search.calls == sum(PAGES[source])
    both = search.slices(source)
    assert set(both.values()) == set(undisturbed[source].values()) and len(both) == 2 * len(YEARS)
    for query in (QUERY, OTHER, QUERY):
        assert search.run(source, query=query) == "" and search.calls == 0
        assert sorted(search.slices(source).values()) == sorted(both.values())
    for entry in search.listed:
        assert entry["strategies"] == search.about(source, entry["year"])["strategies"]
        assert read_slice(entry).n_rows == SIZES[entry["year"]]


def test_a_year_that_has_not_ended_is_provisional(search: Search, capsys: pytest.CaptureFixture[str]) -> None:
    year = dt.datetime.now(dt.UTC).year
    with Emulator(corpus({year - 1: 2, year: 3})) as emulator:
        search.ask(emulator)
        assert search.run(*SOURCES, years=[year - 1, year]) == ""
        told = capsys.readouterr().err.splitlines()
        for source in SOURCES:
            assert [search.about(source, y)["provisional"] for y in (year - 1, year)] == [False, True]
            (line,) = [x for x in told if x.startswith(f"{source} {year}: retrieved")]
            assert line.endswith(f"before the year had ended: provisional; `refresh: [{source}]` renews it")
        both = [(year - 1, False), (year, True)]
        assert [(f["year"], f["provisional"]) for f in search.listed] == both * len(SOURCES)
        assert search.run(*SOURCES, years=[year - 1, year]) == "" and search.calls == 0


# --- renewal --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
def test_a_renewal_is_made_once_and_keeps_the_old(
    search: Search, undisturbed: Undisturbed, source: str
) -> None:
    assert search.run(*SOURCES) == ""
    search.age(source)
    gone, new = search.emulator.works[5], corpus({2019: 1}, first=9000)[0]
    search.emulator.works = [*(w for w in search.emulator.works if w is not gone), new]
    assert search.run(*SOURCES, refresh=[source]) == ""
    assert {call.source for call in search.emulator.calls} == {source}
    assert search.calls == sum(PAGES[source])
    renewed = search.slices(source)
    old = {name: content for name, content in renewed.items() if name.count(".") > 2}
    assert sorted(old.values()) == sorted(undisturbed[source].values())
    previous = search.about(source, 2019)["previous"]
    for told, work in (("new", new), ("gone", gone)):
        assert previous[told] == [record_id(source, work).removeprefix("https://openalex.org/")]
    entry = next(f for f in search.listed if f["source"] == source and f["year"] == 2019)
    assert (entry["new"], entry["gone"]) == (1, 1) and entry["file"].endswith("/2019.jsonl.gz")
    assert read_slice(entry).n_rows == SIZES[2019]
    assert search.run(*SOURCES, refresh=[source]) == "" and search.calls == 0
    search.age(source)
    for refresh in ([source], []):
        assert search.run(*SOURCES, refresh=refresh) == "" and search.calls == 0
        assert search.slices(source) == renewed
    assert search.run(*SOURCES, refresh=[source]) == ""
    assert search.calls == sum(PAGES[source]) and len(search.slices(source)) == 9


@pytest.mark.parametrize("calls", [1, 2])
@pytest.mark.parametrize("source", SOURCES)
def test_a_renewal_that_is_stopped_goes_on(
    search: Search, undisturbed: Undisturbed, source: str, calls: int
) -> None:
    assert search.run(source) == ""
    search.age(source)
    runs = 1
    while f"{calls} calls made in this run" in search.run(source, refresh=[source], calls=calls):
        assert search.calls == calls
        runs += 1
    assert (runs - 1) * calls + search.calls == sum(PAGES[source])
    assert len(search.slices(source)) == 2 * len(YEARS)
    assert {n: c for n, c in search.slices(source).items() if n.count(".") == 2} == undisturbed[source]


@pytest.mark.parametrize("source", SOURCES)
def test_a_renewal_without_a_connection_leaves_what_is_there(
    search: Search, running: Emulator, undisturbed: Undisturbed, source: str, nobody: str
) -> None:
    assert search.run(source) == ""
    search.age(source)
    search.patch.setenv(f"REPRISE_{source.upper()}_URL", nobody)
    assert re.fullmatch(
        rf"{source}: no connection to 127\.0\.0\.1; or take {source} out of `refresh` and go on .*",
        search.run(source, refresh=[source]),
    )
    assert search.run(source) == ""
    assert search.slices(source) == undisturbed[source]


@pytest.mark.parametrize("source", SOURCES)
def test_a_renewal_uses_no_page_from_before_it(search: Search, source: str) -> None:
    assert search.run(source) == ""
    search.age(source)
    assert "1 calls made" in search.run(source, refresh=[source], calls=1)
    assert search.run(source) == ""  # the renewal is given up
    search.age(source)
    first = next(w for w in search.emulator.works if w["year"] == 2019)
    right = {**first, "title": "Digital badges: corrected"}
    search.emulator.works = [right if w is first else w for w in search.emulator.works]
    assert search.run(source, refresh=[source]) == ""
    assert "Digital badges: corrected" in str(search.records(source, 2019))


def test_a_note_of_a_renewal_that_a_kill_has_cut_is_one_line(search: Search) -> None:
    assert search.run("eric") == ""
    search.age("eric")
    note = search.path("eric", live.RENEWAL)
    note.write_text("")
    assert re.fullmatch(
        r"data/search/eric/renewal\.json: .*; delete it .*", search.run("eric", refresh=["eric"])
    )
    note.unlink()
    assert search.run("eric", refresh=["eric"]) == ""
    assert search.calls == sum(PAGES["eric"])
