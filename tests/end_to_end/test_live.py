"""The whole review in live mode, against the emulator of the APIs and without it."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from urllib.parse import unquote

import pytest
from conftest import copy_review, replace, reprise, said, snakemake, table, tree_hash
from emulator import ERIC_MEASURED, Emulator, make_corpus, record_id

CONFIG = "config/config.yaml"
KEY = "sk-0penAlex-kept-secret-4711"
SOURCES = ("openalex", "eric", "doaj", "europepmc")
YEAR_ASKED = re.compile(r"(?:publication_year|publicationdateyear|bibjson\.year|PUB_YEAR):(\d{4})")
WINDOW = ("2015-01-01", "2022-01-31")


def live(folder: Path, start: str = "2018-01-01", end: str = "2020-06-30") -> Path:
    """Make a copy of the review that searches live, in a smaller window."""
    copy_review(folder)
    replace(folder / CONFIG, "mode: sample", "mode: live")
    # what is made for Word and Excel is no matter of the search
    replace(folder / CONFIG, "tables: [csv, md, tex, docx, xlsx]", "tables: [csv, md]")
    replace(folder / CONFIG, "figures: [svg, png, pdf]", "figures: [svg]")
    return window(folder, *WINDOW, start, end)


def window(folder: Path, start: str, end: str, new_start: str, new_end: str) -> Path:
    replace(folder / CONFIG, f"start: {start}\n  end: {end}", f"start: {new_start}\n  end: {new_end}")
    return folder


def count(folder: Path) -> CompletedProcess[str]:
    """Run the review up to its tables: what is drawn and written from them asks nobody."""
    return snakemake(folder, "results/prisma.csv")


def years_asked(emulator: Emulator) -> set[tuple[str, int]]:
    """Source and year of each call so far."""
    asked = ((call.source, YEAR_ASKED.search(unquote(call.path))) for call in emulator.calls)
    return {(source, int(year.group(1))) for source, year in asked if year}


def slices(folder: Path) -> dict[str, bytes]:
    """All that is frozen, by name."""
    store = folder / "data/search"
    return {str(p.relative_to(store)): p.read_bytes() for p in sorted(store.rglob("*.jsonl.gz"))}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(make_corpus(1200, 3), keys={"openalex": KEY}, **ERIC_MEASURED) as running:
        yield running


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory, emulator: Emulator) -> tuple[Path, str]:
    """Give a review that has searched live, with a key in the environment, and what it said."""
    folder = live(tmp_path_factory.mktemp("live") / "review")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {**emulator.environment(), "OPENALEX_API_KEY": KEY}.items():
            environment.setenv(name, value)
        result = snakemake(folder)
    assert result.returncode == 0, said(result)
    return folder, said(result)


@pytest.fixture
def review(searched: tuple[Path, str], tmp_path: Path) -> Path:
    """Give a copy of the searched review, times kept."""
    return Path(shutil.copytree(searched[0], tmp_path / "review", dirs_exist_ok=True))


@pytest.fixture
def online(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """Give the emulator as if nothing had been asked yet."""
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)
    emulator.calls.clear()
    works = emulator.works
    yield emulator
    emulator.works = works


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every source be where nobody listens."""
    for name in SOURCES:
        monkeypatch.setenv(f"REPRISE_{name.upper()}_URL", "http://127.0.0.1:9")


def test_the_review_is_made_of_what_the_sources_answered(searched: tuple[Path, str]) -> None:
    folder, text = searched
    log = table(folder / "results/tables/search_log.csv")
    assert [(row["source"], row["year"]) for row in log] == [
        (name, str(year)) for name in SOURCES for year in (2018, 2019, 2020)
    ]
    for row in log:
        assert int(row["rows"]) == sum(int(row[c]) for c in ("filtered", "records", "repeats", "rejected"))
        assert int(row["records"]) > 0 and row["drift"] == "0"
    records = table(folder / "results/records.csv")
    assert len(records) == sum(int(row["records"]) for row in log)
    assert all(any(row[c] for row in records) for c in ("abstract", "doi", "author_countries", "language"))
    assert "openalex 2018: page 1 of" in text and "calls left" in text
    run = json.loads((folder / "results/run.json").read_text())
    assert run["mode"] == "live" and not run["sample"]
    assert "sample" not in run["source_line"]


def test_ids_that_the_local_filter_took_out_stand_in_the_manifest(searched: tuple[Path, str]) -> None:
    folder, _ = searched
    listed = json.loads((folder / "results/search_manifest.json").read_text())["files"]
    removed = {f"{f['source']}:{key}" for f in listed for key in f["removed"]}
    assert removed
    assert not removed & {row["record_id"] for row in table(folder / "results/records.csv")}
    log = table(folder / "results/tables/search_log.csv")
    assert [len(f["removed"]) for f in listed] == [int(row["filtered"]) for row in log]


def test_each_source_says_how_it_was_asked(searched: tuple[Path, str]) -> None:
    rows = table(searched[0] / "results/tables/query_fidelity.csv")
    for name in SOURCES:
        aspects = {row["aspect"] for row in rows if row["source"] == name}
        assert {"request", "limit", "fields", "truncation", "phrase", "finds"} <= aspects


def test_the_key_is_nowhere(searched: tuple[Path, str], emulator: Emulator) -> None:
    folder, text = searched
    sent = [call for call in emulator.calls if call.source == "openalex"]
    assert any(KEY in " ".join(call.headers.values()) for call in sent), "the key was not even sent"
    assert KEY not in text
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            if path.suffix == ".gz":
                content += gzip.decompress(content)
            assert KEY.encode() not in content, path


def test_with_the_sources_gone_the_same_bytes_come_out(
    searched: tuple[Path, str], tmp_path: Path, offline: None
) -> None:
    again = live(tmp_path / "other place")
    for store in ("search", "lookup"):
        shutil.copytree(searched[0] / "data" / store, again / "data" / store, dirs_exist_ok=True)
    result = snakemake(again, "--cores", "1")
    assert result.returncode == 0, said(result)
    first, second = tree_hash(searched[0] / "results"), tree_hash(again / "results")
    for name in ("run.json", "ro-crate-metadata.json"):
        first.pop(name), second.pop(name)
    assert second == first


def test_nothing_is_asked_for_twice(review: Path, online: Emulator) -> None:
    result = snakemake(review)
    assert "Nothing to be done" in said(result)
    shutil.rmtree(review / "results")
    shutil.rmtree(review / ".snakemake")
    assert count(review).returncode == 0
    assert online.calls == []


def test_a_longer_window_asks_for_the_missing_years_and_a_shorter_one_for_none(
    review: Path, online: Emulator
) -> None:
    before = slices(review)
    shutil.rmtree(review / ".snakemake")
    window(review, "2018-01-01", "2020-06-30", "2017-03-01", "2020-06-30")
    result = count(review)
    assert result.returncode == 0, said(result)
    assert years_asked(online) == {(name, 2017) for name in SOURCES}
    after = slices(review)
    assert {name: after[name] for name in before} == before and len(after) == len(before) + len(SOURCES)
    online.calls.clear()
    window(review, "2017-03-01", "2020-06-30", "2019-02-01", "2019-11-30")
    result = count(review)
    assert result.returncode == 0, said(result)
    assert online.calls == [] and slices(review) == after
    assert {row["year"] for row in table(review / "results/tables/search_log.csv")} == {"2019"}


def test_the_edges_are_cut_to_the_day(searched: tuple[Path, str]) -> None:
    folder, _ = searched
    dates = {
        row["record_id"]: row["publication_date"]
        for row in table(folder / "results/records.csv")
        if row["source"] == "openalex"
    }
    late = {record for record, date in dates.items() if date > "2020-06-30"}
    ledger = {row["record_id"]: row for row in table(folder / "results/ledger.csv")}
    assert late
    assert not {r for r in late if ledger[r]["end"] == "included"}


def test_a_slice_that_is_missing_is_named_with_the_ways_out(review: Path, offline: None) -> None:
    for suffix in (".jsonl.gz", ".json"):
        (review / f"data/search/eric/2019{suffix}").unlink()
    result = snakemake(review)
    assert result.returncode == 1
    (line,) = [x for x in said(result).splitlines() if x.startswith("data/search:")]
    assert "eric 2019 (" in line and "openalex" not in line
    assert "go online" in line and "shorten the window" in line and "mode: sample" in line
    assert "Traceback" not in said(result)


def test_a_slice_that_was_deleted_is_fetched_again_and_no_other(review: Path, online: Emulator) -> None:
    before = slices(review)
    for suffix in (".jsonl.gz", ".json"):
        (review / f"data/search/doaj/2019{suffix}").unlink()
    result = count(review)
    assert result.returncode == 0, said(result)
    assert years_asked(online) == {("doaj", 2019)}
    assert slices(review) == before
    assert "Nothing to be done" in said(count(review))


def test_a_slice_that_was_changed_is_refused(review: Path, online: Emulator) -> None:
    path = review / "data/search/openalex/2018.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"id": "https://openalex.org/W1", "title": "Planted"}\n'))
    result = snakemake(review)
    assert result.returncode == 1
    (line,) = [x for x in said(result).splitlines() if "is not what was frozen" in x]
    assert line.startswith("data/search/openalex/2018.jsonl.gz:") and "delete it" in line
    assert "Traceback" not in said(result)
    assert online.calls == []


def test_refresh_renews_once_and_keeps_the_old(review: Path, online: Emulator) -> None:
    before = slices(review)
    held = gzip.decompress(before["eric/2019.jsonl.gz"]).decode()
    gone = next(w for w in online.works if f'"id":"{record_id("eric", w)}"' in held)
    online.works = [w for w in online.works if w is not gone]
    replace(review / CONFIG, "refresh: []", "refresh: [eric]")
    result = count(review)
    assert result.returncode == 0, said(result)
    assert years_asked(online) == {("eric", year) for year in (2018, 2019, 2020)}
    after = slices(review)
    assert set(before.values()) <= set(after.values()), "an old slice is gone"
    log = {(r["source"], r["year"]): r for r in table(review / "results/tables/search_log.csv")}
    assert log["eric", "2018"]["new"] == log["eric", "2018"]["gone"] == "0"
    assert (log["eric", "2019"]["new"], log["eric", "2019"]["gone"]) == ("0", "1")
    online.calls.clear()
    shutil.rmtree(review / "results")
    assert count(review).returncode == 0
    assert online.calls == []


def test_a_string_of_an_expert_is_sent_as_it_is(review: Path, online: Emulator) -> None:
    string = 'title:"digital badge" OR subject:blockchain'
    replace(
        review / CONFIG,
        "eric: {label: ERIC, kind: database}",
        f"eric: {{label: ERIC, kind: database, query: '{string}'}}",
    )
    result = count(review)
    assert result.returncode == 0, said(result)
    assert {call.query for call in online.calls_to("eric")} == {
        f"({string}) AND publicationdateyear:{year}" for year in (2018, 2019, 2020)
    }
    rows = [r for r in table(review / "results/tables/query_fidelity.csv") if r["source"] == "eric"]
    assert ("query", "as written") in {(r["aspect"], r["said"]) for r in rows}
    assert string in {r["detail"] for r in rows}


def test_check_looks_at_live_reviews_without_asking(review: Path, online: Emulator) -> None:
    result = reprise(review, "check")
    assert result.returncode == 0, said(result)
    replace(review / CONFIG, "        - nano credential*\n", "        - mi*\n")
    replace(review / CONFIG, "        - educat*\n", "        - ed*\n")
    result = reprise(review, "check")
    assert result.returncode == 2
    assert "sources.live.openalex: query.blocks: 'mi*', 'ed*' can't be asked for there" in said(result)
    assert online.calls == []


@pytest.mark.parametrize(
    "old, new, line",
    [
        ("refresh: []", "refresh: [opnalex]", "refresh[1]: 'opnalex' is not known; did you mean 'openalex'?"),
        ('contact: ""', 'contact: "me at home"', "contact: 'me at home' is no e-mail address"),
        ("openalex: {label", "openalx: {label", "sources.live.openalx: 'openalx' is not known"),
        ("end: 2020-06-30", "end: 2999-12-31", "window.end: 2999-12-31 lies in a year to come"),
        ("mode: live", "mode: alive", "mode: 'alive' is not known; did you mean 'live'?"),
    ],
)
def test_mistakes_in_the_keys_of_live_mode_are_one_line(
    review: Path, old: str, new: str, line: str, online: Emulator
) -> None:
    replace(review / CONFIG, old, new)
    result = snakemake(review)
    assert result.returncode == 2
    assert line in said(result) and "Traceback" not in said(result)
    assert online.calls == []


def test_an_address_that_is_not_this_machine_is_refused(
    review: Path, online: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPRISE_ERIC_URL", "http://eric.example.org")
    window(review, "2018-01-01", "2020-06-30", "2017-01-01", "2020-06-30")
    result = snakemake(review)
    assert result.returncode == 1
    assert "REPRISE_ERIC_URL: is for tests and must lead to 127.0.0.1; unset it" in said(result)
