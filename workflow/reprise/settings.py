"""What a stage is told, as the Snakefile wrote it down, and the hash of a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reprise.csvfiles import read_bytes


def read_settings(plan: str | Path) -> Any:
    """Read the settings from a stage's plan file."""
    return json.loads(Path(plan).read_text(encoding="utf-8"))["settings"]


def sources_in_use(protocol: Mapping[str, Any]) -> dict[str, Any]:
    """Give the sources of a protocol's mode, and its exports behind them."""
    sources = protocol["sources"]
    return {**sources[protocol["mode"]], **sources["exports"]}


def files_of(source: Mapping[str, Any]) -> list[dict[str, str]]:
    """List the files of a source, each with when it was searched; an API has none."""
    if "files" in source:
        return list(source["files"])
    return [{key: source[key] for key in ("file", "searched")}] if "file" in source else []


def file_hash(path: str | Path) -> str:
    """Hash a user's file; a missing one is as an empty one, since it decides the same."""
    return hashlib.sha256(read_bytes(path) if Path(path).exists() else b"").hexdigest()
