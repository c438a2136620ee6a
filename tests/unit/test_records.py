"""The record: how its texts are cleaned, hashed, written and read."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from reprise.frames import as_frame, read_table, write_table
from reprise.records import (
    COLUMNS,
    CONTENT,
    check_nothing_lost,
    clean_doi,
    clean_text,
    content_hash,
    join,
    plain_text,
    split,
)

BLANK = dict.fromkeys(COLUMNS, "")


@pytest.mark.parametrize(
    ("given", "doi"),
    [
        ("10.1186/S41239-021-00315-5", "10.1186/s41239-021-00315-5"),
        ("https://doi.org/10.1000/x", "10.1000/x"),
        ("http://dx.doi.org/10.1000/X", "10.1000/x"),
        ("doi: 10.1000/x", "10.1000/x"),
        ("DOI:10.1000/x.", "10.1000/x"),
        (" 10.1000/x ", "10.1000/x"),
        ("10.11/x", ""),
        ("10.1000/", ""),
        ("10.1000/a b", ""),
        ("see 10.1000/x", ""),
        ("https://example.org/10.1000/x", ""),
        ("11.1000/x", ""),
        ("", ""),
    ],
)
def test_a_doi_is_taken_whole_or_not_at_all(given: str, doi: str) -> None:
    assert clean_doi(given) == doi


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("  two\n\twords ", "two words"),
        ("a\x00b\x1bc", "abc"),
        ("no-break\u00a0space", "no-break space"),
        ("Économie – “x”", "Économie – “x”"),
        ("", ""),
    ],
)
def test_white_space_is_folded_and_control_characters_go(given: str, clean: str) -> None:
    assert clean_text(given) == clean


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("<i>Digital</i> badges", "Digital badges"),
        ("Badges &amp; trust", "Badges & trust"),
        ("p < 0.05 and q > 1", "p < 0.05 and q > 1"),
        ("H<sub>2</sub>O", "H2O"),
        ("&lt;b&gt;bold&lt;/b&gt;", "bold"),
        ("no markup", "no markup"),
    ],
)
def test_markup_and_entities_are_no_part_of_a_title(given: str, plain: str) -> None:
    assert plain_text(given) == plain


def test_lists_are_joined_once_each_and_taken_apart_again() -> None:
    assert join(["FI", " IE ", "", "FI"]) == "FI; IE"
    assert split("FI; IE;;  ") == ["FI", "IE"]
    assert split("") == []


def test_the_hash_of_content_leaves_out_where_and_when_it_was_seen() -> None:
    row = {**BLANK, "title": "Badges"}
    elsewhere = row | {
        "source": "web",
        "origin": "x line 3",
        "url": "https://a",
        "note": "n",
        "kind": "website",
    }
    assert content_hash(row) == content_hash(elsewhere | {"retrieved": "2026"})


@pytest.mark.parametrize("column", CONTENT)
def test_the_hash_of_content_tells_every_field_apart(column: str) -> None:
    assert content_hash(BLANK) != content_hash({**BLANK, column: "x"})


def test_a_value_does_not_hash_as_the_same_value_in_the_next_field() -> None:
    first, second = CONTENT[:2]
    assert content_hash({**BLANK, first: "x"}) != content_hash({**BLANK, second: "x"})


def test_a_table_comes_back_from_disk_as_it_was(tmp_path: Path) -> None:
    rows = [
        {**BLANK, "record_id": "a:1", "title": "=cmd()", "year": "2020"},
        {**BLANK, "record_id": "a:2", "title": "Ünïcode, “quoted”", "year": ""},
    ]
    frame = as_frame(rows, list(COLUMNS))
    write_table(frame, tmp_path / "deep" / "t.parquet", tmp_path / "t.csv")
    back = read_table(tmp_path / "deep" / "t.parquet")
    pd.testing.assert_frame_equal(back, frame)
    assert back["year"].tolist() == [2020, pd.NA]
    assert "'=cmd()" in (tmp_path / "t.csv").read_text(encoding="utf-8")


def test_an_empty_table_keeps_its_columns_and_types(tmp_path: Path) -> None:
    frame = as_frame([], list(COLUMNS))
    write_table(frame, tmp_path / "t.parquet", tmp_path / "t.csv")
    back = read_table(tmp_path / "t.parquet")
    assert list(back.columns) == list(COLUMNS)
    assert str(back["year"].dtype) == "Int64"
    assert (tmp_path / "t.csv").read_text(encoding="utf-8").startswith("record_id,source,")


def test_the_same_table_is_written_byte_for_byte(tmp_path: Path) -> None:
    frame = as_frame([{**BLANK, "record_id": "a:1", "year": "2020"}], list(COLUMNS))
    for name in ("one", "two"):
        write_table(frame, tmp_path / f"{name}.parquet", tmp_path / f"{name}.csv")
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


@pytest.mark.parametrize(
    ("entered", "left", "named"),
    [
        (["a", "b"], ["a"], "lost ['b']"),
        (["a"], ["a", "c"], "added ['c']"),
        (["a"], ["a", "a"], "added ['a']"),
    ],
)
def test_an_id_lost_or_added_stops_the_run_and_is_named(
    entered: list[str], left: list[str], named: str
) -> None:
    with pytest.raises(AssertionError) as caught:
        check_nothing_lost("screen", entered, left)
    assert named in str(caught.value)
    assert "screen" in str(caught.value)


def test_the_order_of_ids_is_no_loss() -> None:
    check_nothing_lost("screen", ["a", "b"], ["b", "a"])
