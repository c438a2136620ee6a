"""The search manifest: which files stand for which source. Snakemake looks at it at every call."""

from __future__ import annotations

import json
from pathlib import Path

MANIFEST = "results/search_manifest.json"


def is_current(manifest: str | Path) -> bool:
    """Whether the frozen slices that a manifest lists are still there as it lists them, judged by size.

    What they hold is compared with its hash when they are read.
    """
    try:
        files = json.loads(Path(manifest).read_text(encoding="utf-8"))["files"]
    except (ValueError, KeyError):
        return False
    return all(_there(Path(file["file"]), file) for file in files if "year" in file)


def _there(path: Path, listed: dict[str, object]) -> bool:
    about = path.parent / (path.name.removesuffix(".jsonl.gz") + ".json")
    return path.is_file() and about.is_file() and path.stat().st_size == listed["bytes"]
