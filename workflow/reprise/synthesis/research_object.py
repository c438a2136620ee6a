"""The research object: a run with its inputs and outputs as RO-Crate, in the profile Workflow Run Crate 0.5.

The JSON-LD is written here, with no library: `rocrate` (0.16) stamps the clock at each writing and gives new
entities random ids, and equal runs are to make equal files. The one clock is that of `run.json`.

A crate is the folder in which `ro-crate-metadata.json` lies. Files that lie above it are named by their way
from there (`../config/config.yaml`): keep the folders together when you hand the crate on.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

Entity = dict[str, Any]

METADATA = "ro-crate-metadata.json"
SNAKEFILE = "Snakefile"
_PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": ("Workflow RO-Crate", "1.0"),
}
_CONTEXT = [
    "https://w3id.org/ro/crate/1.1/context",
    # where `sha256` and what else a run is told with is defined
    "https://w3id.org/ro/terms/workflow-run/context",
]
_LANGUAGE = "https://w3id.org/workflowhub/workflow-ro-crate#snakemake"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_FORMATS = {
    ".csv": "text/csv", ".md": "text/markdown", ".json": "application/json", ".svg": "image/svg+xml",
    ".png": "image/png", ".pdf": "application/pdf", ".html": "text/html", ".yaml": "application/yaml",
    ".ris": "application/x-research-info-systems", ".bib": "application/x-bibtex", ".gz": "application/gzip",
    ".parquet": "application/vnd.apache.parquet", ".py": "text/x-python", ".nbib": "text/plain",
    ".tex": "application/x-tex", ".txt": "text/plain", ".tsv": "text/tab-separated-values",
    ".xml": "application/xml", ".xlsx": _OFFICE + "spreadsheetml.sheet",
    ".docx": _OFFICE + "wordprocessingml.document",
}  # fmt: skip

# The labels under which a package's metadata names its own page, the best first.
_OWN_PAGES = ("homepage", "home page", "repository", "source", "source code", "documentation")


def crate(
    root: str | Path, inputs: Iterable[str | Path], outputs: Iterable[str | Path], run: Mapping[str, Any]
) -> dict[str, Any]:
    """Describe a run and its files.

    Parameters
    ----------
    root : path
        The crate's folder; all other paths are seen from the working directory.
    inputs : iterable of path
        What the run read: config, codebook, data, decisions. One that is missing is left out: a file that
        may be missing is as an empty one.
    outputs : iterable of path
        What it wrote.
    run : mapping
        What `run.json` holds.

    Returns
    -------
    dict
        JSON-LD, equal for equal files and an equal `run`.
    """
    read = sorted({Path(path) for path in inputs if Path(path).exists()} - {Path(SNAKEFILE)})
    wrote = sorted({Path(path) for path in outputs})
    files = [_file(root, path) for path in dict.fromkeys([*read, *wrote])]
    workflow = _workflow(root, run)
    packages = [_package(name, version) for name, version in sorted(_packages(run).items())]
    workflow["softwareRequirements"] = [_ref(package) for package in packages]
    action = {
        "@id": f"#run-{run['run_id']}",
        "@type": "CreateAction",
        "name": f"Run {run['run_id']}",
        "description": run["source_line"],
        "instrument": _ref(workflow),
        "object": [{"@id": _id(root, path)} for path in read],
        "result": [{"@id": _id(root, path)} for path in wrote],
        "endTime": run["finished"],
        "actionStatus": "http://schema.org/CompletedActionStatus",
    }
    dataset = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Systematic review, run {run['run_id']}",
        "description": f"{run['source_line']}. Inputs, workflow and outputs of one run of Reprise.",
        "datePublished": run["finished"],
        "license": {"@id": "#licence"},
        "conformsTo": [{"@id": profile} for profile in _PROFILES],
        "mainEntity": _ref(workflow),
        "mentions": _ref(action),
        "hasPart": [_ref(workflow), *map(_ref, files)],
    }
    graph = [
        _descriptor(),
        dataset,
        workflow,
        _language(run),
        action,
        *files,
        *packages,
        *_context_entities(),
    ]
    return {"@context": _CONTEXT, "@graph": graph}


def write_crate(
    path: str | Path, inputs: Iterable[str | Path], outputs: Iterable[str | Path], run: str | Path
) -> None:
    """Write the crate's file; its folder is the crate, and `run` the path of `run.json`."""
    told = json.loads(Path(run).read_text(encoding="utf-8"))
    described = crate(Path(path).parent, inputs, [*outputs, run], told)
    Path(path).write_text(json.dumps(described, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _descriptor() -> Entity:
    return {
        "@id": METADATA,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": [
            {"@id": "https://w3id.org/ro/crate/1.1"},
            {"@id": "https://w3id.org/workflowhub/workflow-ro-crate/1.0"},
        ],
    }


def _workflow(root: str | Path, run: Mapping[str, Any]) -> Entity:
    described = _file(root, Path(SNAKEFILE))
    return described | {
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
        "name": "Reprise",
        "encodingFormat": "text/plain",
        "description": "Reruns a published systematic review",
        "version": f"{run['version']}+{run['source_hash']}",
        "license": {"@id": _spdx()},
        "programmingLanguage": {"@id": _LANGUAGE},
    }


def _language(run: Mapping[str, Any]) -> Entity:
    return {
        "@id": _LANGUAGE,
        "@type": "ComputerLanguage",
        "name": "Snakemake",
        "identifier": {"@id": "https://doi.org/10.1093/bioinformatics/bts480"},
        "url": {"@id": "https://snakemake.readthedocs.io"},
        "version": run["packages"]["snakemake"],
    }


def _context_entities() -> list[Entity]:
    """Name what other entities refer to: profiles and licences."""
    profiles = [
        {"@id": address, "@type": "CreativeWork", "name": name, "version": version}
        for address, (name, version) in _PROFILES.items()
    ]
    terms = "The software has its own licence. The records have the terms of the sources that they come from."
    return [
        *profiles,
        {"@id": _spdx(), "@type": "CreativeWork", "name": _licence()},
        {
            "@id": "#licence",
            "@type": "CreativeWork",
            "name": "Terms of software and records",
            "description": terms,
        },
    ]


def _packages(run: Mapping[str, Any]) -> dict[str, str]:
    return {"python": run["python"], **run["packages"], "reprise": run["version"]}


def _package(name: str, version: str) -> Entity:
    """Name a package by its package URL, which is absolute and the same in every crate."""
    kind = "generic" if name in ("python", "reprise") else "pypi"
    described = {
        "@id": f"pkg:{kind}/{name}@{quote(version)}",
        "@type": "SoftwareApplication",
        "name": name,
        "softwareVersion": version,
    }
    page = _page(name)
    return described | ({"url": page} if page else {})


def _page(name: str) -> str:
    """Give a package's own page, as its installed metadata names it; else nothing.

    Examples
    --------
    >>> _page("python"), _page("no such package")
    ('https://www.python.org', '')
    """
    if name == "python":
        return "https://www.python.org"
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    lines = [line.split(", ", 1) for line in told.get_all("Project-URL") or []]
    pages = {label.lower(): page for label, page in lines}
    return next((pages[label] for label in _OWN_PAGES if label in pages), "") or told["Home-page"] or ""


def _licence() -> str:
    return metadata.metadata("reprise")["License-Expression"] or "MIT"


def _spdx() -> str:
    return f"https://spdx.org/licenses/{_licence()}"


def _file(root: str | Path, path: Path) -> Entity:
    """Describe a file by what it holds."""
    content = path.read_bytes()
    described = {
        "@id": _id(root, path),
        "@type": "File",
        "name": path.as_posix(),
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    known = _FORMATS.get(path.suffix)
    return described | ({"encodingFormat": known} if known else {})


def _id(root: str | Path, path: Path) -> str:
    """Give the way from the crate to a file, as part of an address.

    Examples
    --------
    >>> _id("results", Path("config/config.yaml")), _id(".", Path("data/Web of Science/a.txt"))
    ('../config/config.yaml', 'data/Web%20of%20Science/a.txt')
    """
    return quote(Path(os.path.relpath(path, root)).as_posix())


def _ref(entity: Entity) -> dict[str, str]:
    return {"@id": entity["@id"]}
