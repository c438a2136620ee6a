"""Typeset: the tables that users cite, each as Markdown, LaTeX, Word document and Excel workbook."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from reprise.synthesis.excel import excel
from reprise.synthesis.latex import latex
from reprise.synthesis.markdown import markdown
from reprise.synthesis.printed import Printed, read_printed, with_marks
from reprise.synthesis.word import word

Writer = Callable[[Printed, str], bytes]
WRITERS: dict[str, Writer] = {
    ".md": lambda table, _: markdown(table).encode(),
    ".tex": lambda table, _: latex(with_marks(table)).encode(),
    ".docx": lambda table, review: word(with_marks(table), review),
    ".xlsx": lambda table, review: excel(with_marks(table), review),
}


def typeset(
    tables: Sequence[str | Path],
    outputs: Sequence[str | Path],
    protocol: Mapping[str, Any],
    provenance: str | Path,
) -> None:
    """Write tables as people cite them.

    Parameters
    ----------
    tables : sequence of path
        The tables' CSV files.
    outputs : sequence of path
        What is written: the stem names the table, the suffix (.md, .tex, .docx, .xlsx) the format.
    protocol : mapping
        The whole protocol as plain text.
    provenance : path
        Which run it is.
    """
    line = json.loads(Path(provenance).read_text(encoding="utf-8"))["source_line"]
    wanted: dict[str, list[Path]] = {}
    for path in map(Path, outputs):
        wanted.setdefault(path.stem, []).append(path)
    sources = {Path(path).stem: path for path in tables}
    for name, paths in wanted.items():
        table = read_printed(sources[name], line)
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(WRITERS[path.suffix](table, protocol["review"]["title"]))
