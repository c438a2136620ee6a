"""The report: one page that opens from disk, and `run.json`. It reads only what other stages wrote."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reprise.csvfiles import count_rows, read_rows
from reprise.synthesis.captions import FIGURES, TABLES, heading

SOURCE = ("Snakefile", "workflow")
LONG = 25  # rows; a longer table is folded
# What run.json names the versions of: what decides the bytes.
PACKAGES = (
    "snakemake",
    "pandas",
    "pyarrow",
    "rapidfuzz",
    "matplotlib",
    "pydantic",
    "snowballstemmer",
    "pycountry",
)


def report(
    inputs: Mapping[str, Any],
    decisions: Sequence[str],
    protocol: Mapping[str, Any],
    page: str | Path,
    run: str | Path,
) -> None:
    """Write the report and `run.json`.

    Parameters
    ----------
    inputs : mapping
        Paths by name: prisma, replication, provenance, manifest; `tables`, `figures` and
        `trouble` are lists.
    decisions : sequence of str
        The decision files.
    protocol : mapping
        The whole protocol as plain text.
    page, run : path
        What is written.
    """
    about = json.loads(Path(inputs["provenance"]).read_text(encoding="utf-8"))
    flow = {row["data"]: row["n"] for row in read_rows(inputs["prisma"])}
    tables = {Path(path).stem: read_rows(path) for path in inputs["tables"]}
    figures = {Path(path).stem: _data_uri(path) for path in inputs["figures"]}
    lines = {path: count_rows(path) for path in decisions}
    trouble = [row["what"] for path in inputs["trouble"] for row in read_rows(path)]
    replication = read_rows(inputs["replication"])
    html = render(about, protocol, flow, tables, figures, replication, lines, trouble)
    Path(page).write_text(html, encoding="utf-8")
    told = {
        **about,
        "source_hash": source_hash(SOURCE),
        "counts": {name: int(n) for name, n in flow.items() if n.isdigit()},
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "files": json.loads(Path(inputs["manifest"]).read_text(encoding="utf-8"))["files"],
        "decisions": lines,
        "finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }
    Path(run).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def render(
    about: Mapping[str, Any],
    protocol: Mapping[str, Any],
    flow: Mapping[str, str],
    tables: Mapping[str, list[dict[str, str]]],
    figures: Mapping[str, str],
    replication: Sequence[Mapping[str, str]],
    decisions: Mapping[str, int],
    trouble: Sequence[str],
) -> str:
    """Make the page; everything that comes from data is escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["words"] = heading
    environment.filters["link"] = _link
    n = {name: int(value) for name, value in flow.items() if value.isdigit()}
    records = sum(
        n[f"{kind}_results"] for kind in ("database", "register", "website", "organisation", "citations")
    )
    waiting = sum(value for name, value in n.items() if "_awaiting_" in name)
    return environment.get_template("report.html.j2").render(
        about=about,
        protocol=protocol,
        n=n,
        records=records,
        works=records - n["duplicates"] - n["om_repeats"],
        awaiting=waiting,
        tables=[
            {"name": name, "number": i, "title": c.title, "notes": c.notes, "rows": tables[name]}
            for i, (name, c) in enumerate(TABLES.items(), start=1)
        ],
        figures=[
            {"name": name, "number": i, "title": c.title, "notes": c.notes, "uri": figures[name]}
            for i, (name, c) in enumerate(FIGURES.items(), start=1)
        ],
        replication=replication,
        decisions=decisions,
        trouble=trouble,
        long=LONG,
    )


def source_hash(paths: Iterable[str]) -> str:
    """Hash the source files under `paths`, by name and bytes."""
    digest = hashlib.sha256()
    for path in paths:
        root = Path(path)
        files = sorted(root.rglob("*")) if root.is_dir() else [root]
        for file in files:
            if (
                file.is_file()
                and file.suffix in ("", ".py", ".smk", ".j2", ".rst")
                and "__pycache__" not in file.parts
            ):
                digest.update(file.as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _data_uri(path: str | Path) -> str:
    """Put a picture into an address: shown as an image, nothing in it can run."""
    return "data:image/svg+xml;base64," + base64.b64encode(Path(path).read_bytes()).decode()


def _link(column: str, value: str) -> str:
    """Give the address that a cell leads to, or nothing; only DOIs and web addresses lead anywhere."""
    if column == "doi" and value.startswith("10."):
        return "https://doi.org/" + value
    first = value.split("; ")[0]
    return first if column == "url" and first.startswith(("https://", "http://")) else ""
