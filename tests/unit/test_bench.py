"""`python -m reprise bench`: scores of small labelled sets, mistakes, and invented records."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from reprise.__main__ import main
from reprise.dedupe import bench
from reprise.dedupe.bench import bench_dedupe, measure, wrong_lines
from reprise.dedupe.invent import ADVERSARIAL, adversarial, invent, invent_records
from reprise.dedupe.labelled import Score, find_sets, read_set, score_pairs
from reprise.dedupe.works import find_clusters, find_works
from reprise.mistakes import Mistake
from reprise.records import COLUMNS

HEADER = ["ID", "ENTRYTYPE", "title", "author", "year", "journal", "volume", "number", "pages", "doi"]
PLACE = ["article", "Badges in the training of nurses", "Bell, N.", "2020", "Nursing", "5", "2", "10-19"]
OTHER = ["article", "Wages of remote engineers in Chile", "Silva, A.", "2012", "Labour", "7", "1", "1-9", ""]
ROWS = [
    # One work, found: a and b. Two works that the truth keeps apart, merged: c and d. Missed: e and f.
    ["a", *PLACE, ""],
    ["b", *PLACE, "10.1234/badges"],
    ["c", *OTHER],
    ["d", *OTHER],
    ["e", "article", "Sleep of urban foxes", "Fox, R.", "2001", "Zoology", "1", "1", "3-8", ""],
    ["f", "book", "Schlaf der Füchse", "Kern, U.", "1990", "", "", "", "", ""],
]
MERGED = ["a;b", "e;f"]
RIGHT = {"n": 6, "true": 2, "tp": 1, "fp": 1, "fn": 1, "precision": 0.5, "recall": 0.5, "f1": 0.5}

ENDNOTE = """<?xml version="1.0" encoding="UTF-8" ?><xml><records>{}</records></xml>"""
RECORD = (
    "<record><contributors><authors><author><style>Bell, N.</style></author></authors></contributors>"
    "<titles><title><style>{title}</style></title><secondary-title>Nursing</secondary-title></titles>"
    "<pages>{pages}</pages><volume>5</volume><dates><year>2020</year></dates>{caption}</record>"
)
CAPTION = "<caption><style>Duplicate</style></caption>"


def write_set(folder: Path, rows: list[list[str]] = ROWS, merged: list[str] = MERGED, end: str = "") -> Path:
    folder.mkdir(parents=True)
    opened = gzip.open if end else open
    with opened(folder / f"records_pre_merged.csv{end}", "wt", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    with opened(folder / f"merged_record_ids.csv{end}", "wt", encoding="utf-8", newline="") as file:
        file.write("\n".join(["merged_ids", *merged, ""]))
    return folder


def write_endnote(folder: Path, *records: str) -> Path:
    folder.mkdir()
    (folder / "library.xml").write_text(ENDNOTE.format("".join(records)), encoding="utf-8")
    return folder


@pytest.mark.parametrize("end", ["", ".gz"])
def test_pairs_are_counted(tmp_path: Path, end: str) -> None:
    row = measure(read_set(write_set(tmp_path / "small", end=end)), runs=1)
    assert {name: row[name] for name in RIGHT} == RIGHT
    assert row["set"] == "small" and row["level"] == "pairs"
    assert row["seconds"] > 0 and row["peak_mb"] > 10


def test_pairs_are_those_of_the_closure(tmp_path: Path) -> None:
    labelled = read_set(write_set(tmp_path / "small", merged=["a;b", "b;c", "d"]))
    assert labelled.truth is not None and labelled.truth.tolist() == [0, 0, 0, 3, 4, 5]
    assert score_pairs(labelled.truth, np.array([1, 1, 2, 2, 3, 4])) == Score(tp=1, fp=1, fn=2)


def test_nothing_to_find_and_nothing_found_is_right() -> None:
    score = score_pairs(np.arange(3), np.arange(3))
    assert (score.precision, score.recall, score.f1) == (1.0, 1.0, 1.0)


def test_wrong_and_missed_pairs_are_listed_with_their_rule(tmp_path: Path) -> None:
    lines = list(wrong_lines(read_set(write_set(tmp_path / "small"))))
    assert lines[0].startswith("  WRONG c d alike in all")
    assert [line for line in lines if "MISSED" in line] == ["  MISSED e f"]
    assert "Sleep of urban foxes | Fox, R. | 2001" in "\n".join(lines)


def test_an_endnote_library_is_scored_by_record(tmp_path: Path) -> None:
    same = RECORD.format(title="Badges in the &#x1F;training\u0002 of nurses", pages="10-19", caption=CAPTION)
    alone = RECORD.format(title="Sleep of urban foxes in Chile", pages="30-39", caption=CAPTION)
    plain = RECORD.format(title="Wages of remote engineers", pages="50-59", caption="")
    (path,) = find_sets(write_endnote(tmp_path / "library", same, same, alone, plain))
    labelled = read_set(path)
    row = measure(labelled, runs=1)
    assert (row["level"], row["n"], row["true"], row["tp"], row["fp"], row["fn"]) == (
        "records",
        4,
        3,
        2,
        0,
        1,
    )
    assert next(wrong_lines(labelled)) == "  MISSED 000002"


def test_the_command_prints_a_row_for_each_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_set(tmp_path / "one")
    write_set(tmp_path / "two", end=".gz")
    assert main(["bench", "dedupe", str(tmp_path), "--json", "--runs", "1"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["set"] for row in rows] == ["one", "two"]
    assert all({name: row[name] for name in RIGHT} == RIGHT for row in rows)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure in this process: one of its own takes a second to begin."""
    monkeypatch.setattr(bench, "apart", lambda function, *args: function(*args))


def test_the_table_is_aligned(tmp_path: Path, capsys: pytest.CaptureFixture[str], here: None) -> None:
    assert bench_dedupe([write_set(tmp_path / "small")], wrong=True, runs=1) == 0
    head, row, *wrong = capsys.readouterr().out.splitlines()
    assert len(head) == len(row)
    assert head.split()[:8] == ["set", "n", "true", "tp", "fp", "fn", "precision", "recall"]
    assert row.split()[:8] == ["small", "6", "2", "1", "1", "1", "0.5000", "0.5000"]
    assert wrong[0].startswith("  WRONG c d")


def test_a_tool_that_is_not_installed_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.importlib.util, "find_spec", lambda name: None)
    assert bench_dedupe([write_set(tmp_path / "small")], against=True, runs=1) == 2
    told = capsys.readouterr()
    assert told.err == "--against bib-dedupe: it is not installed; `pip install bib-dedupe`\n"
    assert "small" in told.out


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


MISTAKES = {
    "no folder": (lambda f: f.rename(f.parent / "moved"), ": there is no such folder; correct its name"),
    "no records": (
        lambda f: (f / "records_pre_merged.csv").unlink(),
        "/records_pre_merged.csv: there is no such file, nor one with .gz; a labelled set needs it",
    ),
    "no truth": (
        lambda f: (f / "merged_record_ids.csv").unlink(),
        "/merged_record_ids.csv: there is no such file, nor one with .gz; a labelled set needs it",
    ),
    "an empty folder": (lambda f: [p.unlink() for p in f.iterdir()], ": holds no labelled set"),
    "a column": (
        lambda f: change(f / "records_pre_merged.csv", "title", "titel"),
        "/records_pre_merged.csv line 1: column 'title' is missing; add it to the header",
    ),
    "an ID twice": (
        lambda f: change(f / "records_pre_merged.csv", "\nf,", "\na,"),
        "/records_pre_merged.csv: the ID 'a' stands on more than one record; give each its own",
    ),
    "broken gzip": (
        lambda f: (f / "records_pre_merged.csv").rename(f / "records_pre_merged.csv.gz"),
        "/records_pre_merged.csv.gz: is not a whole gzip file; fetch it again",
    ),
    "no rows": (
        lambda f: (f / "records_pre_merged.csv").write_text("ID,title,author,year\n"),
        "/records_pre_merged.csv: holds no records; restore it",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], here: None
) -> None:
    folder = write_set(tmp_path / "small")
    plant, line = MISTAKES[name]
    plant(folder)  # type: ignore[no-untyped-call]
    assert bench_dedupe([folder], runs=1) == 2
    told = capsys.readouterr()
    assert told.out == "" and len(told.err.splitlines()) == 1
    assert told.err.startswith(f"{folder}{line}")


def test_what_can_be_measured_is_measured_beside_a_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], here: None
) -> None:
    folder = write_set(tmp_path / "small", merged=[*MERGED, "c;nobody"])
    merged = folder / "merged_record_ids.csv"
    assert bench_dedupe([tmp_path / "none", folder], runs=1) == 2
    told = capsys.readouterr()
    assert "small" in told.out
    assert told.err.splitlines() == [
        f"{tmp_path / 'none'}: there is no such folder; correct its name",
        f"{merged} line 4: 'nobody' is the ID of no record; correct it or leave it out",
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]><xml/>', "declares a DOCTYPE"),
        ("<xml><record></xml>", "is not XML"),
        ("<xml><record/></xml>", "no record bears the caption 'Duplicate'"),
    ],
)
def test_an_xml_that_can_not_be_used_is_told(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "library.xml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Mistake, match=what):
        read_set(path)


def test_invented_records_are_the_same_for_a_seed() -> None:
    records, truth = invent(600, seed=3)
    again, truth_again = invent(600, seed=3)
    other, _ = invent(600, seed=4)
    assert records.equals(again) and (truth == truth_again).all()
    assert not records["title"].equals(other["title"].reindex(records.index))
    assert list(records) == list(COLUMNS) and records["record_id"].is_unique
    assert len(truth) == len(records) and len(set(truth.tolist())) == 600
    _, sizes = np.unique(truth, return_counts=True)
    assert 0.25 < (sizes > 1).mean() < 0.35 and sizes.max() <= 4
    assert 0.4 < (records["doi"] != "").mean() < 0.8


def test_invented_duplicates_are_found() -> None:
    records, truth = invent_records(1_500, seed=1)
    assert len(records) == 1_500
    labels, _ = find_clusters(records)
    score = score_pairs(truth, labels)
    assert score.precision > 0.99 and score.recall > 0.95


def test_works_that_resemble_each_other_are_among_them() -> None:
    titles = invent(8_000, seed=1)[0]["title"].str.lower()
    for sign in (r"\. part i\b", r"\. part ii\b", "^erratum to: ", "^reply to: ", "^editorial", r"^p\d+: "):
        assert titles.str.contains(sign).sum() > 1, sign


@pytest.mark.parametrize("kind", ADVERSARIAL)
def test_adversarial_records(kind: str) -> None:
    records, truth = adversarial(kind, 2_000)
    assert len(records) == len(truth) == 2_000
    assert records["record_id"].is_unique and list(records) == list(COLUMNS)
    if kind == "all titles equal":
        assert records["title"].nunique() == 1 and not records.duplicated(["volume", "pages"]).any()
    labels, maybes = find_clusters(records)
    assert np.unique(labels, return_counts=True)[1].max() <= (1 if kind == "all titles equal" else 4)
    assert maybes <= 0.02 * len(records)


def test_the_works_of_a_review_are_works() -> None:
    records, _ = invent_records(3_000, seed=2)
    works, _, _ = find_works(records, [], [])
    again = works.assign(record_id=works["work_id"], source="works", kind="database", origin="", retrieved="")
    found, _, _ = find_works(again[list(COLUMNS)], [], [])
    assert found["record_ids"].tolist() == works["work_id"].tolist()


def test_all_sources_twice_give_the_same_works() -> None:
    records, _ = invent_records(3_000, seed=2)
    copy = records.assign(record_id=records["record_id"] + "~again", source=records["source"] + " again")
    once, _, _ = find_works(records, [], [])
    twice, _, _ = find_works(pd.concat([records, copy], ignore_index=True), [], [])
    first, second = (
        sorted(sorted({i.removesuffix("~again") for i in ids.split("; ")}) for ids in works["record_ids"])
        for works in (once, twice)
    )
    assert first == second


def test_the_scale_is_measured_and_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], here: None
) -> None:
    assert bench.bench_scale([200, 400], plot=tmp_path / "curve.svg", as_json=True) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["n"] for row in rows] == [200, 400]
    assert {"seconds", "peak_mb", "precision", "recall", "maybes_per_100"} <= set(rows[0])
    drawn = (tmp_path / "curve.svg").read_text(encoding="utf-8")
    assert "#0072b2" in drawn.lower() and "records" in drawn
    assert bench.bench_scale([200], hard=True) == 0
    assert all(kind in capsys.readouterr().out for kind in ADVERSARIAL[:1])
