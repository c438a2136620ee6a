"""The report: one page to walk through that opens from disk, and `run.json`.

It reads only what other stages wrote. The page brings its data as JSON, once; `report.js` shows them, with
tables made by DataTables (vendor/). Nothing else may run on it: its policy names the hash of each script and
of the style sheet.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import platform
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reprise.csvfiles import count_rows, read_rows
from reprise.synthesis.captions import FIGURES, TABLES, heading
from reprise.synthesis.checklists import prisma_2020, prisma_s
from reprise.synthesis.figure_tables import FIGURE_TABLES
from reprise.synthesis.flow_sets import check_counts, flow_sets, totals
from reprise.synthesis.inline_svg import Inline, inline_svg
from reprise.synthesis.report_data import as_json, near_misses, page_data
from reprise.synthesis.wording import NO_AMOUNT, for_readers, hidden_columns, reader_words, thousands

SOURCE = ("Snakefile", "workflow")
TITLES = {name: caption.title for name, caption in TABLES.items()} | {
    "near": "Works that failed one criterion alone and met all others",
    "near_unknown": "Works that failed one criterion alone, with something else unknown",
    "replication": "The published numbers beside ours",
}
# Ids that the page has for itself; a table of such a name gets another.
SECTIONS = (
    "top", "main", "flow", "box", "works", "protocol", "searches", "figures", "near", "tables", "replication",
    "automation", "checklists", "provenance", "life", "data",
)  # fmt: skip
HERE = Path(__file__).parent
LONG = 25  # rows; a longer table is folded, and paged
_AMOUNT = re.compile(r"-?\d{1,3}(,\d{3})*(\.\d+)?|-?\d+(\.\d+)?")
# The stages' tables that tell what became of a record and a work.
LIFE = ("ledger", "records", "works", "duplicates", "screening", "coding", "hits")
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
        Paths by name: prisma, replication, provenance, manifest, strings, and those of `LIFE`, as CSV;
        `tables`, `figures` and `trouble` are lists.
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
    drawn = {Path(path).stem: path for path in inputs["figures"]}
    figures = {name: _data_uri(path) for name, path in drawn.items() if name != "prisma"}
    lines = {path: count_rows(path) for path in decisions}
    trouble = [row["what"] for path in inputs["trouble"] for row in read_rows(path)]
    replication = read_rows(inputs["replication"])
    life = {name: read_rows(inputs[name]) for name in LIFE}
    labels = about["labels"]
    links = {row["work_id"]: row["linked_works"].split("; ") for row in life["works"]}
    boxes = flow_sets(life["ledger"], links, labels["sources"], heading)
    check_counts(boxes, flow)
    strings = Path(inputs["strings"]).read_text(encoding="utf-8")
    picture = inline_svg(drawn["prisma"], "flow")
    near = near_misses(life["screening"], protocol["criteria"])
    ids = [c[key] for c in protocol["criteria"] for key in ("id", "rule")]
    fields = {*(life["records"][0] if life["records"] else ()), *(row["variable"] for row in life["coding"])}
    said, name = reader_words(labels["sources"], ids, labels["themes"], fields)
    hidden = {key: hidden_columns(rows) for key, rows in tables.items()}
    tables |= {
        "near": [row for row in near if not row["unknown"]],
        "near_unknown": [row for row in near if row["unknown"]],
        "replication": replication,
    }
    # of the comparison every column stays: that a difference is blank is said by its note
    hidden["near"] = hidden_columns(tables["near"])
    shown = {key: for_readers(rows, said) for key, rows in tables.items()}
    data = page_data(tables, hidden, TITLES, said, name, life, boxes)
    html = render(
        about, protocol, flow, shown, figures, lines, trouble, data, picture, strings,
        name=name,
    )  # fmt: skip
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
    shown: Mapping[str, list[dict[str, str]]],
    figures: Mapping[str, str],
    decisions: Mapping[str, int],
    trouble: Sequence[str],
    data: Mapping[str, Any],
    picture: Inline,
    strings: str,
    name: Callable[[str], str] = heading,
) -> str:
    """Make the page; everything that comes from data is escaped.

    `shown` holds the tables by name, in words, among them `near`, `near_unknown` and `replication`; `name`
    names a column.
    """
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"words": heading, "column": name, "link": _link, "thousands": thousands}
    environment.tests["amount"] = lambda text: bool(_AMOUNT.fullmatch(text))
    css = (HERE / "report.css").read_text(encoding="utf-8") + picture.css
    scripts = [
        (HERE / name).read_text(encoding="utf-8") for name in ("vendor/dataTables.min.js", "report.js")
    ]
    return environment.get_template("report.html.j2").render(
        policy=policy(scripts, css),
        # ours, or made safe: nothing in them comes from data as markup
        css=Markup(css),
        scripts=[Markup(script) for script in scripts],
        data=Markup(as_json(data)),
        picture=Markup(picture.markup),
        about=about,
        protocol=protocol,
        n=totals(flow),
        tables=[
            {"name": name, "number": i, "title": c.title, "notes": c.notes, "rows": shown[name]}
            for i, (name, c) in enumerate(TABLES.items(), start=1)
        ],
        figures=[
            {
                "name": name,
                "number": i,
                "title": c.title,
                "notes": c.notes,
                "uri": figures.get(name),
                "table": FIGURE_TABLES.get(name, name),
            }
            for i, (name, c) in enumerate(FIGURES.items(), start=1)
        ],
        rows_of=shown,
        anchors={name: f"table-{name}" for name in SECTIONS},
        near=shown["near"],
        near_unknown=shown["near_unknown"],
        replication=shown["replication"],
        checklists=[("PRISMA 2020", prisma_2020()), ("PRISMA-S", prisma_s(protocol))],
        strings=strings,
        decisions=decisions,
        trouble=trouble,
        long=LONG,
        titles=TITLES,
        plain=NO_AMOUNT,
    )


def policy(scripts: Iterable[str], css: str) -> str:
    """Say what may run on the page: these scripts and this style sheet, by their hashes; nothing loads."""

    def hashed(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    return (
        f"default-src 'none'; script-src {' '.join(map(hashed, scripts))}; style-src {hashed(css)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
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
                and file.suffix in ("", ".py", ".smk", ".j2", ".rst", ".css", ".js")
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
