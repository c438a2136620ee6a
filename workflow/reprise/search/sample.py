"""Sample mode: the search is a list of the bundled files, each with its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def list_sample(sources: Mapping[str, Mapping[str, Any]], manifest: str | Path) -> None:
    """Write the search manifest: which file stands for which source, and what it holds to the byte.

    Parameters
    ----------
    sources : mapping
        The protocol's `sources.sample`, in its order.
    manifest : path
        `search_manifest.json`.
    """
    files = []
    for name, source in sources.items():
        data = Path(source["file"]).read_bytes()
        files.append(
            {"source": name, **source, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        )
    text = json.dumps({"mode": "sample", "files": files}, indent=1, ensure_ascii=False)
    Path(manifest).parent.mkdir(parents=True, exist_ok=True)
    Path(manifest).write_text(text + "\n", encoding="utf-8")
