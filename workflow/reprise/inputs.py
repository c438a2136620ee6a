"""What the protocol names on disk: whether it is there, and which exports lie in `data/exports`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from reprise.config import CONFIG, Protocol, plain
from reprise.decisions import DECISION_FILES
from reprise.mistakes import Mistake, did_you_mean
from reprise.records import fold_text

EXPORTS = "data/exports"
# How databases write their names, by how people name folders.
_LABELS = {
    "acm": "ACM Digital Library", "cinahl": "CINAHL", "cochrane": "Cochrane Library", "ebsco": "EBSCO",
    "dimensions": "Dimensions", "embase": "Embase", "eric": "ERIC", "ieee": "IEEE Xplore", "lens": "The Lens",
    "medline": "MEDLINE", "openalex": "OpenAlex", "proquest": "ProQuest", "psycinfo": "APA PsycInfo",
    "pubmed": "PubMed", "scopus": "Scopus", "springer": "SpringerLink", "web_of_science": "Web of Science",
    "wos": "Web of Science",
}  # fmt: skip
_DATE = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])(?:[-_.]?(0[1-9]|[12]\d|3[01]))?(?!\d)")
# What stands beside exports and is none: notes for people, locks of Office.
_NO_EXPORT = re.compile(r"\..*|~\$.*|readme(?:\.\w+)?", re.I)


def whole_protocol(protocol: Protocol) -> dict[str, Any]:
    """Give the protocol as plain text, its exports as they lie on disk.

    Each source of `sources.exports` has `files`, a list of `file` and `searched` (empty where nothing
    says when), in place of its `file`.
    """
    told: dict[str, Any] = plain(protocol)
    told["sources"]["exports"] = _exports(protocol)[0]
    return told


def check_files(protocol: Protocol) -> None:
    """Look whether the files that the protocol names are there, and whether something reads all there are.

    Raises
    ------
    Mistake
        One line for each mistake.
    """
    named = {
        f"sources.sample.{name}.file": source.file
        for name, source in protocol.sources.sample.items()
        if protocol.mode == "sample"
    } | {
        "journals": protocol.journals,
        **({"holdings": protocol.holdings} if protocol.holdings else {}),
        "coding.codebook": protocol.coding.codebook,
        "review.published": protocol.review.published,
        "review.included": protocol.review.included,
    }
    lines = [
        f"{CONFIG}: {key}: there is no file {file}; correct the name, or restore the file"
        for key, file in named.items()
        if not Path(file).is_file()
    ]
    exports, wrong = _exports(protocol)
    lines += wrong
    if not (getattr(protocol.sources, protocol.mode) or exports):
        lines.append(
            f"{CONFIG}: sources.{protocol.mode}: names no source; add one, or put exports into {EXPORTS}"
        )
    known = [Path(file).name for file in DECISION_FILES.values()]
    lines += [
        f"{file}: is no decision file, nothing reads it; {did_you_mean(file.name, known)}"
        for file in sorted(Path("data/decisions").glob("*.csv"))
        if file.name not in known
    ]
    if lines:
        raise Mistake(lines)


def _exports(protocol: Protocol) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Give the exports by source, those that the protocol names before those found, and what is wrong."""
    found: dict[str, dict[str, Any]] = {}
    lines = []
    lying = _files_in(Path(EXPORTS))
    for name, source in protocol.sources.exports.items():
        place = Path(source.file)
        files = _files_in(place) if place.is_dir() else [place] if place.is_file() else []
        if not files:
            what = "holds no file" if place.is_dir() else f"there is no file or folder {place}"
            lines.append(
                f"{CONFIG}: sources.exports.{name}.file: {what}; correct the name, or restore the file"
            )
        told = {key: value for key, value in plain(source).items() if key != "file"}
        found[name] = told | {"files": [_dated(file, source.searched) for file in files]}
    read = {file["file"] for source in found.values() for file in source["files"]}
    others = {*protocol.sources.sample, *protocol.sources.live}
    for path in lying:
        if path.as_posix() in read:
            continue
        folder = path.relative_to(EXPORTS).parts[0]
        name, label = _name(folder, others)
        if path.parent == Path(EXPORTS) or not name or name in protocol.sources.exports:
            lines.append(
                f"{path}: is an export that nothing reads; put it into a folder named after its database, "
                f"such as {EXPORTS}/scopus, name it under sources.exports in {CONFIG}, or take it away"
            )
            continue
        new = {"label": label, "kind": "database", "columns": {}, "files": []}
        found.setdefault(name, new)["files"].append(_dated(path, ""))
    lines += [
        f"{file}: has a brace in its name, which Snakemake takes for its own; rename it"
        for source in found.values()
        for file in (f["file"] for f in source["files"])
        if "{" in file or "}" in file
    ]
    return found, lines


def _files_in(folder: Path) -> list[Path]:
    """List the files of a folder and its folders that may be exports."""
    files = (p for p in folder.rglob("*") if p.is_file() and not _NO_EXPORT.fullmatch(p.name))
    return sorted(files, key=lambda path: (path.as_posix().casefold(), path.as_posix()))


def _dated(path: Path, searched: str) -> dict[str, str]:
    return {"file": path.as_posix(), "searched": searched or date_in_name(path.as_posix())}


def date_in_name(path: str) -> str:
    """Give the date that stands in the name of a file, or else of a folder of it; empty if none, or several.

    Examples
    --------
    >>> [date_in_name(name) for name in ("scopus/2026-11-24 a.ris", "wos 20261124/savedrecs(1).txt")]
    ['2026-11-24', '2026-11-24']
    >>> [date_in_name(name) for name in ("scopus 2026-11.csv", "scopus 2015-2022.csv", "a 2026-02-30.csv")]
    ['2026-11', '', '']
    """
    for part in reversed(path.split("/")):
        dates = ["-".join(filter(None, found.groups())) for found in _DATE.finditer(part)]
        if dates:
            return dates[0] if len(dates) == 1 and _is_day(dates[0]) else ""
    return ""


def _is_day(date: str) -> bool:
    try:
        dt.date.fromisoformat(date if len(date) == 10 else f"{date}-01")
    except ValueError:
        return False
    return True


def _name(folder: str, others: Collection[str]) -> tuple[str, str]:
    """Make a source's name and label of a folder's name without its date; no name where it has no letter.

    Examples
    --------
    >>> _name("Web of Science 2026-11-24", []), _name("pubmed", ["pubmed"]), _name("2026", [])
    (('web_of_science', 'Web of Science'), ('pubmed_export', 'PubMed (export)'), ('', '2026'))
    """
    bare = " ".join(_DATE.sub(" ", folder).split()).strip(" _-.") or folder
    name = re.sub(r"[^a-z0-9]+", "_", fold_text(bare)).strip("_")
    name = re.sub(r"^[^a-z]+", "", name)
    label = _LABELS.get(name, bare)
    return (f"{name}_export", f"{label} (export)") if name in others else (name, label)
