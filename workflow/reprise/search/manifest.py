"""The search manifest: which files stand for which source. Snakemake looks at it at every call."""

from __future__ import annotations

import json
from pathlib import Path

MANIFEST = "results/search_manifest.json"


def lists_what_is_gone(manifest: str | Path) -> int:
    """Tell a manifest whose frozen slices are not there any more as it lists them, judged by size.

    What they hold is compared with its hash when they are read.

    Returns
    -------
    int
        Of such a manifest, when it was written; 0 of one that holds, or where there is none.
    """
    path = Path(manifest)
    try:
        files = json.loads(path.read_text(encoding="utf-8"))["files"]
    except FileNotFoundError:
        return 0
    except (ValueError, KeyError):
        files = None
    holds = files is not None and all(_there(Path(f["file"]), f) for f in files if "year" in f)
    return 0 if holds else path.stat().st_mtime_ns


def _there(path: Path, listed: dict[str, object]) -> bool:
    about = path.parent / (path.name.removesuffix(".jsonl.gz") + ".json")
    return path.is_file() and about.is_file() and path.stat().st_size == listed["bytes"]
