"""Sample mode: the search is a list of the bundled files, each with its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reprise.settings import files_of


def list_files(sources: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """List the files that stand for sources, as the search manifest does."""
    files = []
    for name, source in sources.items():
        told = {key: value for key, value in source.items() if key != "files"}
        for file in files_of(source):
            data = Path(file["file"]).read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            files.append({"source": name, **told, **file, "bytes": len(data), "sha256": digest})
    return files


def list_sample(sources: Mapping[str, Mapping[str, Any]], manifest: str | Path) -> None:
    """Write the search manifest: which file stands for which source, and what it holds to the byte.

    Parameters
    ----------
    sources : mapping
        The protocol's `sources.sample` and its exports, in their order.
    manifest : path
        `search_manifest.json`.
    """
    told = {"mode": "sample", "files": list_files(sources)}
    text = json.dumps(told, indent=1, ensure_ascii=False)
    Path(manifest).parent.mkdir(parents=True, exist_ok=True)
    Path(manifest).write_text(text + "\n", encoding="utf-8")
