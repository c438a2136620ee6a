"""Where the numbers come from: the run id, and the line that every table and figure carries."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from reprise import __version__
from reprise.coding.places import UNKNOWN
from reprise.settings import file_hash, sources_in_use

SAMPLE = "; bundled sample"


def is_sample(protocol: Mapping[str, Any]) -> bool:
    """Whether any record comes from a source that is a sample and no search."""
    return any(source.get("sample") for source in sources_in_use(protocol).values())


def provenance(
    protocol: Mapping[str, Any], manifest: Mapping[str, Any], files: Iterable[str]
) -> dict[str, Any]:
    """Say which run this is.

    The run id hashes the parsed protocol, the data as searched, the other files that decide (codebook,
    journals, decisions, study) and the package's version: what a reader needs to make the same tables.

    Parameters
    ----------
    protocol : mapping
        The whole protocol as plain text.
    manifest : mapping
        The search manifest.
    files : iterable of str
        The other files.

    Returns
    -------
    dict
        run_id, version, mode, sample, window, searched, source_line.
    """
    told = {
        "protocol": protocol,
        "data": [[f["source"], f["sha256"]] for f in manifest["files"]],
        "files": {path: file_hash(path) for path in sorted(files)},
        "version": __version__,
    }
    run_id = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]
    dates = sorted({f["searched"] or UNKNOWN for f in manifest["files"]})  # what is not known comes last
    searched = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    window = protocol["window"]
    span = f"{window['start']} to {window['end']}"
    sample = is_sample(protocol)
    line = (
        f"Reprise {__version__}, run {run_id}; window {span}; searched {searched}{SAMPLE if sample else ''}"
    )
    return {
        "run_id": run_id,
        "version": __version__,
        "mode": protocol["mode"],
        "sample": sample,
        "window": window,
        "searched": searched,
        "source_line": line,
    }
