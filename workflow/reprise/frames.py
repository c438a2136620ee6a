"""Tables of records and works in memory and on disk.

A table is kept twice: as Parquet for the next step, exactly; as CSV for people, where a cell that a
spreadsheet would run as a formula is preceded by an apostrophe.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from reprise.csvfiles import FORMULA, guard_formula, one_newline
from reprise.records import LIST_SEPARATOR, fold_text


def as_frame(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> pd.DataFrame:
    """Make a table of text columns (`year`, where there is one, a nullable integer) from rows."""
    frame = (
        pd.DataFrame.from_records(list(rows), columns=list(columns))
        if rows
        else pd.DataFrame(columns=list(columns))
    )
    return as_typed(frame)


def as_typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Give every column its type: `year` Int64, numbers as they are, all else text without nulls."""
    for column in frame.columns:
        if column == "year":
            frame[column] = pd.to_numeric(frame[column].replace("", None), errors="coerce").astype("Int64")
        elif not pd.api.types.is_numeric_dtype(frame[column].dtype) or frame.empty:
            frame[column] = frame[column].astype("str").fillna("")
    return frame


def write_csv(frame: pd.DataFrame, path: str | Path, *, excel: bool = False) -> None:
    """Write a table for people: UTF-8, guarded; with a byte order mark where Excel is to open it."""
    shown = frame.copy()
    for column in shown.columns:
        if not pd.api.types.is_numeric_dtype(shown[column].dtype):
            text = shown[column].astype("str").fillna("")
            if text.str.contains("\r", regex=False).any():
                text = text.map(one_newline)
            risky = text.str.match(FORMULA.pattern)
            if risky.any():
                text = text.where(~risky, text[risky].map(guard_formula).reindex(text.index))
            shown[column] = text
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    encoding = "utf-8-sig" if excel else "utf-8"
    shown.to_csv(path, index=False, encoding=encoding, lineterminator="\n")


def write_table(frame: pd.DataFrame, parquet: str | Path, csv_path: str | Path) -> None:
    """Write a table as Parquet for the next step and as CSV for people."""
    Path(parquet).parent.mkdir(parents=True, exist_ok=True)
    frame.reset_index(drop=True).to_parquet(parquet, index=False)
    write_csv(frame, csv_path)


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a Parquet table that `write_table` wrote."""
    return pd.read_parquet(path)


def work_of_records(works: pd.DataFrame) -> dict[str, str]:
    """Give the work of each record; a record in two works is a fault of ours and stops the run."""
    members = works["record_ids"].str.split(LIST_SEPARATOR)
    pairs = [(record, work) for work, ids in zip(works["work_id"], members, strict=True) for record in ids]
    work_of = dict(pairs)
    if len(work_of) != len(pairs):
        twice = [record for record, n in Counter(record for record, _ in pairs).items() if n > 1]
        raise AssertionError(f"records in two works: {twice[:20]}")
    return work_of


def fold(texts: pd.Series) -> pd.Series:
    """Fold a column of texts, as `fold_text` does."""
    return pd.Series(list(map(fold_text, texts.tolist())), index=texts.index, dtype="str")
