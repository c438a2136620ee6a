"""Prose with all numbers filled in: methods, one-page notes, and how to cite what was made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reprise.coding.codebook import read_codebook
from reprise.csvfiles import read_rows
from reprise.synthesis.citing import citation_page
from reprise.synthesis.methods import methods
from reprise.synthesis.summary import summary


def write_prose(inputs: Mapping[str, Any], protocol: Mapping[str, Any], outputs: Mapping[str, str]) -> None:
    """Write the methods, the notes in English and Norwegian, and the page on citing.

    Parameters
    ----------
    inputs : mapping
        Paths by name: prisma, provenance, manifest, codebook; `tables` is a list of CSV files.
    protocol : mapping
        The whole protocol as plain text.
    outputs : mapping
        Paths by name: methods, summary_en, summary_nb, citation.
    """
    about, manifest = (_json(inputs[name]) for name in ("provenance", "manifest"))
    flow = {row["data"]: row["n"] for row in read_rows(inputs["prisma"])}
    tables = {Path(path).stem: read_rows(path) for path in inputs["tables"]}
    codebook = read_codebook(inputs["codebook"])
    texts = {
        "methods": methods(protocol, flow, tables, codebook, manifest, about),
        "summary_en": summary("en", protocol, flow, tables, about),
        "summary_nb": summary("nb", protocol, flow, tables, about),
        "citation": citation_page(about, protocol),
    }
    for name, text in texts.items():
        Path(outputs[name]).write_text(text, encoding="utf-8")


def _json(path: str) -> Any:
    return json.loads(Path(path).read_text(encoding="utf-8"))
