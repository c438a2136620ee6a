"""Collect: every row of every source becomes a record, a counted repeat, or a rejection with its reason."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from reprise.csvfiles import write_rows
from reprise.exports.renewal import find_renewals
from reprise.exports.tables import read_layout
from reprise.frames import as_frame, write_table
from reprise.mistakes import Mistake, tell
from reprise.records import COLUMNS, content_hash, join
from reprise.rows import REPAIRED, Imported, Problem, Row

LOG_COLUMNS = (
    "source", "label", "kind", "platform", "file", "year", "searched", "format", "encoding", "hits", "drift",
    "rows", "filtered", "records", "repeats", "replaced", "rejected", "missing", "repaired", "set_aside",
    "provisional", "previous", "new", "gone", "strategy",
)  # fmt: skip
ENDS = ("filtered", "records", "repeats", "replaced", "rejected", "missing")  # of a row; each has one
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
        if count["rows"] != sum(count[end] or 0 for end in ENDS):
            raise AssertionError(f"rows of {count['file']} were lost: {count}")
    write_table(frame, records, records_csv)
    write_rows(log, LOG_COLUMNS, counts)
    write_rows(problems, PROBLEM_COLUMNS, [asdict(p) for p in found])
    lines = [p.told for p in found if p.action != REPAIRED]
    if len(lines) > SHOWN:
        lines = [*lines[:SHOWN], f"... and {len(lines) - SHOWN} more in {problems}"]
    tell(lines)
    tell(
        f"{c['file']}: replaces the export of {c['previous']}; {c['new']} of its entries are new"
        for c in counts
        if c["previous"] and not c["year"]
    )
    tell(
        f"{c['file']}: says nowhere when it was searched; put the date into its name, such as 2026-11-24"
        for c in counts
        if not c["searched"]
    )
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
        One row per file; rows = the sum of its `ENDS`.
    problems : list of Problem
    """
    mistakes: list[str] = []
    problems: list[Problem] = []
    read: list[tuple[dict[str, Any], Imported]] = []
    rows: dict[str, list[tuple[Row, dict[str, Any]]]] = {}
    first_with: dict[frozenset[tuple[str, str]], str] = {}
    for file in files:
        try:
            imported = _read(file)
        except Mistake as mistake:
            mistakes += mistake.lines
            continue
        problems += imported.problems
        # Saved anew by Excel, a file has other bytes and says the same.
        content = frozenset((row.own_id, content_hash(row.values)) for row in imported.rows)
        earlier = first_with.setdefault(content, file["file"])
        again = bool(content) and any(f["file"] == earlier for f, _ in read)
        if again:
            what = f"says the same as {earlier}; counted once"
            problems.append(Problem(file["file"], 1, "", "", what, "rows counted as repeats"))
        else:
            rows.setdefault(file["source"], []).extend((row, file) for row in imported.rows)
        read.append((file, imported))
    if mistakes:
        raise Mistake(mistakes)
    renewed: dict[str, dict[str, Any]] = {}
    for source, of_source in rows.items():
        rows[source], gone = _renew(of_source, renewed)
        problems += gone
    identified = [pair for of_source in rows.values() for pair in identify(of_source)]
    identified.sort(key=lambda pair: pair[0]["record_id"])
    made = Counter(file for _, file in identified)
    log = [
        _count(file, imported, made[file["file"]], renewed.get(file["file"], {})) for file, imported in read
    ]
    return as_frame([record for record, _ in identified], list(COLUMNS)), log, problems


def _read(file: dict[str, Any]) -> Imported:
    if "columns" in file:
        from reprise.exports.files import read_export  # the parsers take time to import, as below

        return read_export(file["file"], file["searched"], file["columns"], file.get("missing", 0))
    if "year" not in file:
        return read_layout(file["file"], file["searched"])
    # Here, since the sources' libraries take time to import that a review without them need not spend.
    from reprise.search.slices import read_slice

    return read_slice(file)


def _renew(
    rows: list[tuple[Row, dict[str, Any]]], renewed: dict[str, dict[str, Any]]
) -> tuple[list[tuple[Row, dict[str, Any]]], list[Problem]]:
    """Take out the rows of exports that a later export of the same search replaces.

    Parameters
    ----------
    rows : list of (Row, file)
        All rows of one source, with the manifest's entry of the file that each stands in.
    renewed : dict
        Filled with what the import log says of each file that replaces or is replaced.

    Returns
    -------
    rows, problems
        What stays, and each entry that the later export no longer has.
    """
    dated: dict[str, list[Row]] = {}
    place: dict[int, str] = {}
    for row, file in rows:
        if "columns" in file:  # an export
            dated.setdefault(file["searched"], []).append(row)
            place[id(row)] = file["file"]
    problems: list[Problem] = []
    out: set[int] = set()
    for renewal in find_renewals(dated):
        old, new = dated[renewal.earlier], dated[renewal.later]
        out |= {id(row) for row in old}
        replaced, lost, came = (
            Counter(place[id(row)] for row in some) for some in (old, renewal.gone, renewal.new)
        )
        renewed |= {name: {"replaced": n, "gone": lost[name]} for name, n in replaced.items()}
        for name in dict.fromkeys(place[id(row)] for row in new):
            renewed[name] = {"previous": renewal.earlier, "new": came[name]}
        what = f"is not in the export of {renewal.later}, which replaces this one"
        problems += [
            Problem(place[id(row)], row.line, "title", row.values["title"], what, "entry left out")
            for row in renewal.gone
        ]
    return [(row, file) for row, file in rows if id(row) not in out], problems


def _count(
    file: dict[str, Any], imported: Imported, records: int, renewed: Mapping[str, Any]
) -> dict[str, Any]:
    """Say what became of a file's rows."""
    return {
        **{k: "" if file.get(k) is None else file[k] for k in LOG_COLUMNS},
        "provisional": "yes" if file.get("provisional") else "",
        "strategy": " UNITED WITH ".join(file.get("strategies", [])),
        "format": imported.format,
        "encoding": imported.encoding,
        "rows": imported.n_rows,
        "filtered": imported.filtered,
        "records": records,
        "repeats": len(imported.rows) - records - renewed.get("replaced", 0),
        "rejected": imported.rejected,
        "missing": imported.missing or "",
        "repaired": imported.repaired or "",
        "set_aside": sum(p.action == "value set aside" for p in imported.problems),
        **renewed,
    }


def identify(rows: Sequence[tuple[Row, dict[str, Any]]]) -> list[tuple[dict[str, Any], str]]:
    """Give each distinct row of a source its id; rows that say the same under one id become one record.

    The id is the source's own where it stands on one content only. Where it stands on several, each
    gets a suffix from its content, so that no id depends on the order of rows.

    Parameters
    ----------
    rows : sequence of (Row, file)
        All rows of one source, with the manifest's entry of the file that each stands in.

    Returns
    -------
    list of (dict, str)
        Each record, and the file that it counts for: the one where it was seen first.
    """
    told: dict[str, dict[str, list[tuple[Row, dict[str, Any]]]]] = {}
    for row, file in rows:
        # ";" joins ids in tables, "~" and "#" are ours.
        own = "_".join(re.sub("[;~#]", " ", row.own_id).split())
        base = f"{file['source']}:{own or '#' + content_hash(row.values, 12)}"
        told.setdefault(base, {}).setdefault(content_hash(row.values), []).append((row, file))
    return [
        (
            {**dict.fromkeys(COLUMNS, ""), **_one(same)}
            | {"record_id": base if len(contents) == 1 else f"{base}~{digest}"},
            same[0][1]["file"],
        )
        for base, contents in told.items()
        for digest, same in contents.items()
    ]


def _one(rows: Sequence[tuple[Row, dict[str, Any]]]) -> dict[str, Any]:
    """Make one record of rows that say the same, whatever order they stand in."""
    first, file = rows[0]
    return {
        **first.values,
        "source": file["source"],
        "kind": file["kind"],
        "retrieved": file["searched"],
        "origin": join(f"{f['file']} line {row.line}" for row, f in rows),
        "url": join(sorted(row.values["url"] for row, _ in rows)),
        "note": join(sorted(row.values.get("note", "") for row, _ in rows)),
    }
