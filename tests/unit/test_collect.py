"""From rows to records: nothing vanishes, a bad value goes and its row stays, ids stand on content."""

from __future__ import annotations

import csv
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from reprise.collect import collect, collect_files
from reprise.csvfiles import read_rows
from reprise.exports.tables import LAYOUT, read_layout
from reprise.frames import read_table
from reprise.mistakes import Mistake
from reprise.rows import Imported
from reprise.search.sample import list_sample

Row = dict[str, str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, *rows: Row, extra: str = "") -> None:
    with Path(name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(LAYOUT), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        file.write(extra)


def files(*names: str) -> list[dict[str, Any]]:
    sources = {
        Path(n).stem: {"label": n, "kind": "database", "file": n, "searched": "2026-11"} for n in names
    }
    list_sample(sources, "manifest.json")
    listed: list[dict[str, Any]] = json.loads(Path("manifest.json").read_text(encoding="utf-8"))["files"]
    return listed


def layout(*rows: Row) -> Imported:
    write("x.csv", *rows)
    return read_layout("x.csv", "2026-11")


# --- one value


@pytest.mark.parametrize(
    ("column", "field", "given", "kept"),
    [
        ("doi", "doi", "https://doi.org/10.1000/AbC", "10.1000/abc"),
        ("year", "year", "2027", "2027"),
        ("year", "year", "1600", "1600"),
        ("publication_date", "publication_date", "2020-02-29", "2020-02-29"),
        ("publication_date", "publication_date", "2020-02", "2020-02"),
        ("type", "type", "Article", "article"),
        ("language", "language", "EN", "en"),
        ("issn", "issn", "1234-567x; 1234-5678", "1234-567X; 1234-5678"),
        ("peer_reviewed", "peer_reviewed", "TRUE", "true"),
        ("oa_status", "open_access", "Gold", "gold"),
        ("countries", "author_countries", "FI;IE; FI", "FI; IE"),
        ("study_countries", "studied_countries", "XK", "XK"),
        ("keywords", "keywords", "badges ;; trust", "badges; trust"),
        ("title", "title", "  Badges\u00a0 and\ttrust ", "Badges and trust"),
    ],
)
def test_a_good_value_is_kept_in_the_records_own_form(column: str, field: str, given: str, kept: str) -> None:
    imported = layout({"title": "T", column: given})
    assert imported.problems == []
    assert imported.rows[0].values[field] == kept


@pytest.mark.parametrize(
    ("column", "field", "given", "kept"),
    [
        ("doi", "doi", "10.1/x", ""),
        ("doi", "doi", "n/a", ""),
        ("year", "year", "1599", ""),
        ("year", "year", "2028", ""),
        ("year", "year", "20201", ""),
        ("year", "year", "c. 2020", ""),
        ("year", "year", "-2020", ""),
        ("publication_date", "publication_date", "2021-02-29", ""),
        ("publication_date", "publication_date", "2021-13", ""),
        ("publication_date", "publication_date", "2021-00", ""),
        ("publication_date", "publication_date", "2021/03/01", ""),
        ("publication_date", "publication_date", "2028-01-01", ""),
        ("type", "type", "journal", ""),
        ("language", "language", "eng", ""),
        ("issn", "issn", "12345678; 1234-5678", "1234-5678"),
        ("peer_reviewed", "peer_reviewed", "yes", ""),
        ("oa_status", "open_access", "open", ""),
        ("countries", "author_countries", "UK; FI", "FI"),
        ("study_countries", "studied_countries", "Finland", ""),
    ],
)
def test_a_bad_value_is_set_aside_and_told_and_its_row_stays(
    column: str, field: str, given: str, kept: str
) -> None:
    imported = layout({"title": "Other"}, {"title": "T", column: given})
    assert len(imported.rows) == 2
    assert imported.rows[1].values[field] == kept
    assert imported.rows[1].values["title"] == "T"
    (problem,) = imported.problems
    assert (problem.file, problem.line, problem.field, problem.value) == ("x.csv", 3, column, given)
    assert problem.action == "value set aside"
    assert problem.problem


def test_a_country_in_small_letters_does_not_become_a_country_of_its_own() -> None:
    (row,) = layout({"title": "T", "countries": "us"}).rows
    assert row.values["author_countries"] in ("", "US")


def test_a_date_gives_the_year_where_none_is_stated() -> None:
    (row,) = layout({"title": "T", "publication_date": "2021-03"}).rows
    assert row.values["year"] == "2021"


def test_a_bad_year_does_not_hide_a_good_date() -> None:
    (row,) = layout({"title": "T", "year": "21", "publication_date": "2021-03"}).rows
    assert (row.values["year"], row.values["publication_date"]) == ("2021", "2021-03")


def test_a_stated_year_stays_beside_a_date_of_another_year() -> None:
    (row,) = layout({"title": "T", "year": "2022", "publication_date": "2021-12-30"}).rows
    assert (row.values["year"], row.values["publication_date"]) == ("2022", "2021-12-30")


@pytest.mark.parametrize("title", ["", "   ", "\t"])
def test_a_row_without_a_title_is_rejected_and_told(title: str) -> None:
    imported = layout({"title": title, "doi": "10.1000/x"}, {"title": "T"})
    assert (len(imported.rows), imported.rejected, imported.n_rows) == (1, 1, 2)
    (problem,) = imported.problems
    assert (problem.line, problem.field, problem.action) == (2, "title", "row rejected")


def test_a_broken_row_is_rejected_and_told() -> None:
    write("x.csv", {"title": "T"}, extra="a,b\n")
    imported = read_layout("x.csv", "2026-11")
    assert (imported.n_rows, imported.rejected) == (2, 1)
    assert imported.problems[0].line == 3


# --- ids


def ids(*rows: Row) -> dict[str, str]:
    """Give title + year of each record by its id."""
    write("eric.csv", *rows)
    frame, _, _ = collect_files(files("eric.csv"))
    return {r["record_id"]: f"{r['title']} {r['year']}" for r in frame.to_dict("records")}


def test_a_sources_own_id_names_the_record() -> None:
    assert ids({"index_id": "EJ1", "title": "T", "year": "2020"}) == {"eric:EJ1": "T 2020"}


def test_a_record_without_an_id_is_named_by_its_content_alone() -> None:
    (alone,) = ids({"title": "T"})
    both = ids({"title": "Before"}, {"title": "T", "note": "another note", "seen_at": "https://x"})
    assert alone.startswith("eric:#")
    assert both[alone].startswith("T ")


def test_one_id_on_differing_content_gets_suffixes_whatever_the_order_of_rows() -> None:
    rows = [
        {"index_id": "EJ1", "title": "T", "year": "2020"},
        {"index_id": "EJ1", "title": "T", "year": "2021"},
        {"index_id": "EJ2", "title": "U", "year": "2020"},
    ]
    found = [ids(*order) for order in itertools.permutations(rows)]
    assert all(other == found[0] for other in found)
    assert len(found[0]) == 3
    assert sorted(found[0].values()) == ["T 2020", "T 2021", "U 2020"]
    assert "eric:EJ2" in found[0]
    assert "eric:EJ1" not in found[0]
    assert sum(name.startswith("eric:EJ1~") for name in found[0]) == 2


def test_rows_that_say_the_same_under_one_id_are_one_record_and_a_counted_repeat() -> None:
    row = {"index_id": "EJ1", "title": "T", "year": "2020"}
    write("eric.csv", row | {"seen_at": "https://a", "note": "n"}, row | {"seen_at": "https://b"}, row)
    frame, (log,), problems = collect_files(files("eric.csv"))
    assert frame["record_id"].tolist() == ["eric:EJ1"]
    assert frame["url"].tolist() == ["https://a; https://b"]
    assert frame["origin"].tolist() == ["eric.csv line 2; eric.csv line 3; eric.csv line 4"]
    assert (log["rows"], log["records"], log["repeats"], log["rejected"]) == (3, 1, 2, 0)
    assert problems == []


def test_equal_rows_without_an_id_are_one_record() -> None:
    assert len(ids({"title": "T"}, {"title": "T"})) == 1


def test_the_same_rows_in_two_sources_are_two_records() -> None:
    write("eric.csv", {"index_id": "1", "title": "T"})
    write("doaj.csv", {"index_id": "1", "title": "T"}, {"title": "Another, so that the bytes differ"})
    frame, _, _ = collect_files(files("eric.csv", "doaj.csv"))
    assert {"eric:1", "doaj:1"} < set(frame["record_id"])


# --- whole files


def test_the_same_file_under_two_names_is_counted_once_and_told() -> None:
    for name in ("eric.csv", "doaj.csv"):
        write(name, {"index_id": "1", "title": "T"}, {"title": "U"})
    frame, (first, second), problems = collect_files(files("eric.csv", "doaj.csv"))
    assert frame["source"].unique().tolist() == ["eric"]
    assert (first["records"], first["repeats"]) == (2, 0)
    assert (second["rows"], second["records"], second["repeats"]) == (2, 0, 2)
    (problem,) = problems
    assert problem.file == "doaj.csv"
    assert "eric.csv" in problem.problem


def test_rows_are_records_repeats_and_rejected_for_each_file() -> None:
    good = {"index_id": "1", "title": "T"}
    untitled = {"title": "", "doi": "10.1000/x"}
    write("eric.csv", good, good, untitled, {"title": "U", "year": "99"}, extra="x,y\n")
    write("doaj.csv", {"title": "V"})
    frame, log, _ = collect_files(files("eric.csv", "doaj.csv"))
    assert [(c["rows"], c["records"], c["repeats"], c["rejected"], c["set_aside"]) for c in log] == [
        (5, 2, 1, 2, 1),
        (1, 1, 0, 0, 0),
    ]
    assert len(frame) == 3
    assert frame["record_id"].is_monotonic_increasing


def test_a_file_with_a_header_alone_gives_no_records() -> None:
    write("eric.csv")
    frame, (log,), problems = collect_files(files("eric.csv"))
    assert (len(frame), log["rows"], problems) == (0, 0, [])
    assert "record_id" in frame.columns


def test_all_files_that_cannot_be_used_are_told_at_once() -> None:
    Path("eric.csv").write_text("title\nT\n", encoding="utf-8")
    Path("doaj.csv").write_bytes(b"")
    write("web.csv", {"title": "T"})
    with pytest.raises(Mistake) as caught:
        collect_files(files("eric.csv", "doaj.csv", "web.csv"))
    told = "\n".join(caught.value.lines)
    assert "eric.csv line 1: column 'index_id' is missing" in told
    assert "doaj.csv: the file is empty" in told
    assert "web.csv" not in told


def test_the_stage_writes_records_log_and_problems(capsys: pytest.CaptureFixture[str]) -> None:
    write("eric.csv", {"title": "T", "year": "99"}, {"title": "=danger()"})
    files("eric.csv")
    collect("manifest.json", "records.parquet", "records.csv", "log.csv", "problems.csv")
    assert sorted(read_table("records.parquet")["title"]) == ["=danger()", "T"]
    assert [r["rows"] for r in read_rows("log.csv")] == ["2"]
    assert [(r["line"], r["field"], r["value"]) for r in read_rows("problems.csv")] == [("2", "year", "99")]
    assert "eric.csv line 2: year '99'" in capsys.readouterr().err
    assert "'=danger()" in Path("records.csv").read_text(encoding="utf-8")


def test_many_problems_are_not_all_printed_but_all_written(capsys: pytest.CaptureFixture[str]) -> None:
    write("eric.csv", *({"title": f"T{i}", "year": "99"} for i in range(30)))
    files("eric.csv")
    collect("manifest.json", "records.parquet", "records.csv", "log.csv", "problems.csv")
    told = capsys.readouterr().err.splitlines()
    assert len(told) < 15
    assert told[-1].startswith("... and ")
    assert len(read_rows("problems.csv")) == 30


def test_a_file_that_is_not_utf8_is_read_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    write("eric.csv", {"title": "Économie"})
    Path("eric.csv").write_bytes(Path("eric.csv").read_text(encoding="utf-8").encode("cp1252"))
    files("eric.csv")
    collect("manifest.json", "records.parquet", "records.csv", "log.csv", "problems.csv")
    assert read_table("records.parquet")["title"].tolist() == ["Économie"]
    assert "Windows-1252" in capsys.readouterr().err


def test_the_manifest_holds_each_files_hash_and_size() -> None:
    write("eric.csv", {"title": "T"})
    (first,) = files("eric.csv")
    write("eric.csv", {"title": "U"})
    (second,) = files("eric.csv")
    assert first["sha256"] != second["sha256"]
    assert first["bytes"] == second["bytes"] == Path("eric.csv").stat().st_size
    assert first["source"] == "eric"
