"""CSV files of people: any encoding, any slip of the hand, and what became of each row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from reprise.csvfiles import (
    CELL_LIMIT,
    guard_formula,
    read_rows,
    read_user_csv,
    unguard_formula,
    write_rows,
)
from reprise.frames import write_csv
from reprise.mistakes import Mistake

COLUMNS = ("title", "year", "note")


@pytest.fixture(autouse=True)
def python_cell_limit() -> Iterator[None]:
    """Begin each test with Python's own limit on cells, as a new process does."""
    before = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(before)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path("mine.csv")


def lines_of(path: Path) -> list[str]:
    with pytest.raises(Mistake) as caught:
        read_user_csv(path, COLUMNS)
    assert all(line.startswith("mine.csv") and "\n" not in line for line in caught.value.lines)
    return caught.value.lines


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("cp1252", "Windows-1252"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_text_arrives_as_written_whatever_the_encoding(
    path: Path, encoding: str, named: str, end: str
) -> None:
    path.write_bytes(end.join(["title,year,note", "Économie – “badges”,2020,", ""]).encode(encoding))
    table = read_user_csv(path, COLUMNS)
    assert table.encoding == named
    assert table.rows == [(2, {"title": "Économie – “badges”", "year": "2020", "note": ""})]
    assert table.broken == []


def test_big_endian_utf16_is_read_too(path: Path) -> None:
    path.write_bytes(b"\xfe\xff" + "title,year,note\nA,2020,\n".encode("utf-16-be"))
    assert read_user_csv(path, COLUMNS).rows[0][1]["title"] == "A"


def test_bytes_of_no_known_encoding_are_told_with_their_line(path: Path) -> None:
    path.write_bytes(b"title,year,note\nA,2020,\nB\x81\x8d,2021,\n")
    (line,) = lines_of(path)
    assert "line 3" in line
    assert "UTF-8" in line


def test_a_broken_utf16_file_is_told(path: Path) -> None:
    path.write_bytes(b"\xff\xfea")
    (line,) = lines_of(path)
    assert "UTF-16" in line


@pytest.mark.parametrize("data", [b"", b"\n\n", b"  \r\n"])
def test_an_empty_file_is_told_with_the_header_it_needs(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    (line,) = lines_of(path)
    assert "empty" in line
    assert "title,year,note" in line


def test_a_missing_file_and_a_folder_are_told(path: Path) -> None:
    assert "no such file" in lines_of(path)[0]
    path.mkdir()
    assert "is a folder" in lines_of(path)[0]


def test_all_that_is_wrong_with_a_header_is_told_at_once(path: Path) -> None:
    path.write_text("title,yaer,title,extra\n", encoding="utf-8")
    told = "\n".join(lines_of(path))
    assert "column 'year' is missing" in told
    assert "column 'note' is missing" in told
    assert "column 'yaer' is not known; did you mean 'year'?" in told
    assert "column 'extra' is not known" in told
    assert "column 'title' stands twice" in told
    assert all(line.startswith("mine.csv line 1: ") for line in told.splitlines())


def test_only_required_columns_must_be_there(path: Path) -> None:
    path.write_text("title\nA\n", encoding="utf-8")
    assert read_user_csv(path, COLUMNS, required=["title"]).rows == [(2, {"title": "A"})]
    with pytest.raises(Mistake, match="column 'year' is missing"):
        read_user_csv(path, COLUMNS, required=["title", "year"])


def test_columns_may_stand_in_any_order_with_spaces_around_their_names(path: Path) -> None:
    path.write_text("note, year ,title\nn,2020,A\n", encoding="utf-8")
    assert read_user_csv(path, COLUMNS).rows == [(2, {"note": "n", "year": "2020", "title": "A"})]


def test_an_open_quote_in_the_header_is_told(path: Path) -> None:
    path.write_text('title,"year,note\nA,2020,\n', encoding="utf-8")
    assert any("line 1" in line for line in lines_of(path))


def test_rows_with_too_many_or_too_few_cells_are_set_apart_with_their_lines(path: Path) -> None:
    path.write_text("title,year,note\nA,2020\nB,2021,\nC,2022,,x\n", encoding="utf-8")
    table = read_user_csv(path, COLUMNS)
    assert [row["title"] for _, row in table.rows] == ["B"]
    assert [line for line, _ in table.broken] == [2, 4]
    assert "2 cells where the header has 3" in table.broken[0][1]
    assert "4 cells where the header has 3" in table.broken[1][1]


def test_blank_lines_are_no_rows_but_count_as_lines(path: Path) -> None:
    path.write_text("title,year,note\n\nA,2020,\n,,\n\nB,2021,\n", encoding="utf-8")
    table = read_user_csv(path, COLUMNS)
    assert [(line, row["title"]) for line, row in table.rows] == [(3, "A"), (6, "B")]
    assert table.broken == []


def test_a_row_is_named_by_the_line_it_begins_on(path: Path) -> None:
    path.write_text('title,year,note\n"A\nlong\ntitle",2020,\nB,2021,\n', encoding="utf-8")
    assert [line for line, _ in read_user_csv(path, COLUMNS).rows] == [2, 5]


def test_an_open_quote_stops_the_reading_since_what_follows_would_be_lost(path: Path) -> None:
    path.write_text('title,year,note\nA,2020,\n"B,2021,\nC,2022,\n', encoding="utf-8")
    (line,) = lines_of(path)
    assert line.startswith("mine.csv line 3: nothing can be read from here on")
    assert "quotation marks" in line


@pytest.mark.parametrize("mark", [";", "\t"])
def test_a_spreadsheet_may_part_columns_its_own_way(path: Path, mark: str) -> None:
    path.write_text(f"Title{mark}Year{mark}NOTE\nA, B{mark}2020{mark}\n", encoding="utf-8")
    table = read_user_csv(path, COLUMNS)
    assert [row for _, row in table.rows] == [{"title": "A, B", "year": "2020", "note": ""}]


def test_a_workbook_is_told_from_a_table(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04rest")
    assert "Excel workbook" in lines_of(path)[0]


def test_a_nul_is_no_crash(path: Path) -> None:
    path.write_bytes(b"title,year,note\nA\x00B,2020,\nC,2021,\n")
    table = read_user_csv(path, COLUMNS)
    assert len(table.rows) + len(table.broken) == 2
    assert table.rows[-1][1]["title"] == "C"


def test_a_cell_beyond_pythons_limit_is_read(path: Path) -> None:
    path.write_text(f"title,year,note\n{'a' * 200_000},2020,\n", encoding="utf-8")
    assert len(read_user_csv(path, COLUMNS).rows[0][1]["title"]) == 200_000


def test_a_cell_beyond_our_limit_is_told_and_takes_no_other_row_along(path: Path) -> None:
    path.write_text(f"title,year,note\n{'a' * (CELL_LIMIT + 1)},2020,\nB,2021,\n", encoding="utf-8")
    table = read_user_csv(path, COLUMNS)
    assert [line for line, _ in table.broken] == [2]
    assert [row["title"] for _, row in table.rows] == ["B"]


# --- formulas

RISKY = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(1)", "-", "+49 30 12"]
HARMLESS = ["", "a=1", "-3", "+2.5", "2020", "'quoted'", "– dash", "'", "10.1/x"]


@pytest.mark.parametrize("text", RISKY)
def test_what_a_spreadsheet_would_run_is_guarded(text: str) -> None:
    assert guard_formula(text) == "'" + text


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_formula_stays(text: str) -> None:
    assert guard_formula(text) == text


@pytest.mark.parametrize("text", [*RISKY, *HARMLESS, "'=1", "''=1", "'-3"])
def test_taking_the_guard_off_gives_the_text_back(text: str) -> None:
    assert unguard_formula(guard_formula(text)) == text


def test_a_written_table_reads_back_as_it_was(path: Path) -> None:
    texts = [text for text in [*RISKY, *HARMLESS] if "\r" not in text]
    rows = [{"title": text, "year": "2020", "note": 'a "b", c\nd'} for text in texts]
    write_rows(path, COLUMNS, rows)
    assert read_rows(path) == rows
    cells = {row[0] for row in csv.reader(path.open(encoding="utf-8", newline=""))}
    assert not cells & set(RISKY)


def test_a_frame_is_guarded_as_rows_are(path: Path) -> None:
    texts = [text for text in [*RISKY, *HARMLESS] if "\r" not in text]
    write_csv(pd.DataFrame({"title": texts, "n": -1}), path)
    assert [row["title"] for row in read_rows(path)] == texts
    assert "'=1+1,-1" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["old\rMac", "\r=1"])
def test_a_carriage_return_does_not_break_a_row_of_our_own(path: Path, text: str) -> None:
    """A reason in a decision file may hold one; it comes out again in tables that the report reads."""
    row = {"title": text, "year": "2020", "note": "n"}
    write_rows(path, COLUMNS, [row])
    read = [row | {"title": text.replace("\r", "\n")}]
    assert read_rows(path) == read
    write_csv(pd.DataFrame([row]), path)
    assert read_rows(path) == read


def test_a_long_cell_of_our_own_reads_back_in_a_new_process(path: Path) -> None:
    """The importer takes cells of up to a million characters, so our own tables may hold them."""
    write_rows(path, COLUMNS, [{"title": "a" * 200_000, "year": "", "note": ""}])
    assert len(read_rows(path)[0]["title"]) == 200_000


def test_only_the_file_for_excel_begins_with_a_byte_order_mark(path: Path) -> None:
    frame = pd.DataFrame({"title": ["Économie"]})
    write_csv(frame, path)
    assert not path.read_bytes().startswith(b"\xef\xbb\xbf")
    write_csv(frame, path, excel=True)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert read_rows(path) == [{"title": "Économie"}]
