"""Collect: every row of every source becomes a record, a counted repeat, or a rejection with its reason."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from reprise.csvfiles import write_rows
from reprise.exports.tables import Imported, Problem, Row, read_layout
from reprise.mistakes import Mistake, tell
from reprise.records import COLUMNS, as_frame, content_hash, join, write_table

LOG_COLUMNS = (
    "source", "label", "kind", "file", "searched", "encoding",
    "rows", "records", "repeats", "rejected", "set_aside",
)  # fmt: skip
PROBLEM_COLUMNS = ("file", "line", "field", "value", "problem", "action")
SHOWN = 10  # lines on the terminal; all of them stand in the table


def collect(
    manifest: str | Path, records: str | Path, records_csv: str | Path, log: str | Path, problems: str | Path
) -> None:
    """Read what the search manifest lists and write the records, the import log and the problems.

    Raises
    ------
    Mistake
        Files that can't be used as a whole, all at once.
    """
    files = json.loads(Path(manifest).read_text(encoding="utf-8"))["files"]
    frame, counts, found = collect_files(files)
    for count in counts:
        if count["rows"] != count["records"] + count["repeats"] + count["rejected"]:
            raise AssertionError(f"rows of {count['file']} were lost: {count}")
    write_table(frame, records, records_csv)
    write_rows(log, LOG_COLUMNS, counts)
    write_rows(problems, PROBLEM_COLUMNS, [asdict(p) for p in found])
    lines = [p.told for p in found]
    if len(lines) > SHOWN:
        lines = [*lines[:SHOWN], f"... and {len(lines) - SHOWN} more in {problems}"]
    tell(lines)
    tell(
        f"{c['file']}: read as {c['encoding']}; save it as UTF-8" for c in counts if c["encoding"] != "UTF-8"
    )


def collect_files(
    files: Sequence[dict[str, Any]],
) -> tuple[pd.DataFrame, list[dict[str, Any]], list[Problem]]:
    """Read files in the manifest's order.

    Returns
    -------
    records : DataFrame
        One row per record, sorted by id.
    log : list of dict
        One row per file; rows = records + repeats + rejected.
    problems : list of Problem
    """
    mistakes: list[str] = []
    log: list[dict[str, Any]] = []
    problems: list[Problem] = []
    records: list[dict[str, Any]] = []
    first_with: dict[frozenset[tuple[str, str]], str] = {}
    for file in files:
        try:
            imported = read_layout(file["file"], file["searched"])
        except Mistake as mistake:
            mistakes += mistake.lines
            continue
        problems += imported.problems
        # Saved anew by Excel, a file has other bytes and says the same.
        content = frozenset((row.own_id, content_hash(row.values)) for row in imported.rows)
        earlier = first_with.setdefault(content, file["file"])
        again = bool(content) and any(f["file"] == earlier for f in log)
        if again:
            what = f"says the same as {earlier}; counted once"
            problems.append(Problem(file["file"], 1, "", "", what, "rows counted as repeats"))
        made = [] if again else identify(imported.rows, file)
        records += made
        log.append(_count(file, imported, len(made)))
    if mistakes:
        raise Mistake(mistakes)
    records.sort(key=lambda r: r["record_id"])
    return as_frame(records, list(COLUMNS)), log, problems


def _count(file: dict[str, Any], imported: Imported, records: int) -> dict[str, Any]:
    return {
        **{k: file[k] for k in ("source", "label", "kind", "file", "searched")},
        "encoding": imported.encoding,
        "rows": imported.n_rows,
        "records": records,
        "repeats": len(imported.rows) - records,
        "rejected": imported.rejected,
        "set_aside": sum(p.action == "value set aside" for p in imported.problems),
    }


def identify(rows: Sequence[Row], file: dict[str, Any]) -> list[dict[str, Any]]:
    """Give each distinct row its id; rows that say the same under one id become one record.

    The id is the source's own where it stands on one content only. Where it stands on several, each
    gets a suffix from its content, so that no id depends on the order of rows.
    """
    told: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        # ";" joins ids in tables, "~" and "#" are ours.
        own = "_".join(re.sub("[;~#]", " ", row.own_id).split())
        base = f"{file['source']}:{own or '#' + content_hash(row.values, 12)}"
        told.setdefault(base, {}).setdefault(content_hash(row.values), []).append(row)
    place = {"source": file["source"], "kind": file["kind"], "retrieved": file["searched"]}
    return [
        {**dict.fromkeys(COLUMNS, ""), **_one(same, file["file"]), **place}
        | {"record_id": base if len(contents) == 1 else f"{base}~{digest}"}
        for base, contents in told.items()
        for digest, same in contents.items()
    ]


def _one(rows: Sequence[Row], file: str) -> dict[str, Any]:
    """Make one record of rows that say the same, whatever order they stand in."""
    return {
        **rows[0].values,
        "origin": join(f"{file} line {row.line}" for row in rows),
        "url": join(sorted(row.values["url"] for row in rows)),
        "note": join(sorted(row.values["note"] for row in rows)),
    }
