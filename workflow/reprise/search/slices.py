"""Frozen slices as rows: what each source's records say, in the columns of a record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reprise.records import plain_text, split
from reprise.rows import Imported, take
from reprise.search.page import record_key
from reprise.search.sources import SOURCES
from reprise.search.store import read_records


def rows_of(name: str, path: Path, sha256: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Give each record of a slice: its key, the source's id, its columns."""
    source = SOURCES[name]
    for record in read_records(path, sha256):
        whole = record if isinstance(record, dict) else {}
        own_id = source.own_id(whole)
        yield record_key(record, own_id), own_id, source.row(whole)


def texts_of(row: Mapping[str, str]) -> dict[str, list[str]]:
    """Give the texts that the blocks are looked for in, by field."""
    return {
        "title": [plain_text(row["title"])],
        "abstract": [plain_text(row["abstract"])] if row["abstract"] else [],
        "keywords": [plain_text(k) for k in split(row["keywords"])],
    }


def read_slice(entry: Mapping[str, Any]) -> Imported:
    """Read a slice as the search manifest lists it, without what the local filter took out.

    Parameters
    ----------
    entry : mapping
        The slice's entry in `files` of the manifest.

    Raises
    ------
    Mistake
        Where the slice is not what the manifest says.
    """
    removed = set(entry["removed"])
    imported = Imported(entry["file"], "UTF-8", 0)
    last_year = int(entry["searched"][:4]) + 1
    rows = rows_of(entry["source"], Path(entry["file"]), entry["sha256"])
    for line, (key, own_id, row) in enumerate(rows, start=1):
        imported.n_rows += 1
        if key in removed:
            imported.filtered += 1
        else:
            take(imported, line, own_id, row, last_year)
    return imported
