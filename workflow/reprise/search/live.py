"""Live mode: ask each source for the years that are not frozen yet, then list what is."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from reprise.mistakes import Mistake, tell
from reprise.query import matcher
from reprise.search import dialect
from reprise.search.client import BACKOFF, Client, Reply, Unreachable, address, key_of, user_agent
from reprise.search.dialect import Translation
from reprise.search.fetch import fetch_slice
from reprise.search.page import Stopped
from reprise.search.sample import list_files
from reprise.search.slices import rows_of, texts_of
from reprise.search.sources import SOURCES
from reprise.search.store import STORE, Slice, find_slice, put_back

RENEWAL = "renewal.json"


def search_live(
    sources: Mapping[str, Mapping[str, Any]],
    query: Mapping[str, Any],
    years: Sequence[int],
    contact: str,
    refresh: Sequence[str],
    manifest: str | Path,
    exports: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Fetch what is missing, and write the search manifest.

    Parameters
    ----------
    sources : mapping
        The protocol's `sources.live`, in its order.
    query : mapping
        The protocol's `query`.
    years : sequence of int
        The calendar years that the window touches.
    contact : str
        An address for the services to write to, or empty.
    refresh : sequence of str
        Sources whose slices are renewed, once.
    manifest : path
        `search_manifest.json`.
    exports : mapping, optional
        The protocol's `sources.exports`, whose files stand beside what is fetched.

    Raises
    ------
    Mistake
        What is missing and can't be had now, with the ways out.
    """
    asked = translate_all(sources, query)
    lines: list[str] = []
    unreachable: list[str] = []
    for name, settings in sources.items():
        try:
            since = _renewed_since(name, name in refresh)
            wanted = [y for y in years if _wanted(name, asked[name], y, since)]
            _fetch(name, settings, asked[name], wanted, contact, since)
        except Stopped as stop:
            missing = [y for y in years if _wanted(name, asked[name], y, "")]
            if not missing:
                lines.append(f"{stop}; or take {name} out of `refresh` and go on with what is frozen")
            elif isinstance(stop, Unreachable):
                unreachable.append(f"{_span(name, missing)} ({stop})")
            else:
                lines.append(str(stop))
        except Mistake as mistake:
            lines += mistake.lines
        except OSError as error:
            lines.append(f"{error.filename or STORE}: {error.strerror}; {STORE} must be folders to write in")
    if unreachable:
        lines.append(
            f"{STORE}: not there and no connection: {', '.join(unreachable)}; go online and type `snakemake` "
            "again, shorten the window to years that are there, or set `mode: sample`"
        )
    if lines:
        raise Mistake(lines)
    for name, translation in asked.items():
        for year in years:
            piece = find_slice(Path(STORE, name), year, requests_of(name, translation, year))
            if piece is None:
                raise AssertionError(f"{name} {year} is missing")
            put_back(Path(STORE, name), year, piece)
    told = list_slices(sources, query, years, asked)
    told["files"] += list_files(exports or {})
    Path(manifest).parent.mkdir(parents=True, exist_ok=True)
    Path(manifest).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def translate_all(
    sources: Mapping[str, Mapping[str, Any]], query: Mapping[str, Any]
) -> dict[str, Translation]:
    """Say the protocol's query in the words of each source.

    Raises
    ------
    Mistake
        What sources can't say, all at once.
    """
    said, lines = {}, []
    for name, settings in sources.items():
        try:
            said[name] = translate(name, settings, query)
        except Mistake as mistake:
            lines += mistake.lines
    if lines:
        raise Mistake(lines)
    return said


def translate(name: str, settings: Mapping[str, Any], query: Mapping[str, Any]) -> Translation:
    """Say the protocol's query in a source's words, or take the string written for it.

    Raises
    ------
    Mistake
        Where the source can't say it.
    """
    if settings.get("query"):
        return dialect.raw(settings["query"])
    try:
        return SOURCES[name].translate(query)
    except Mistake as mistake:
        raise Mistake(f"sources.live.{name}: {line}" for line in mistake.lines) from None


def requests_of(name: str, translation: Translation, year: int) -> list[str]:
    """Give the requests of one year exactly as they are sent."""
    return [SOURCES[name].limit(request, year) for request in translation.requests]


def _wanted(name: str, translation: Translation, year: int, since: str) -> bool:
    """Whether a slice must be fetched: it isn't there, or is older than the renewal asked for."""
    there = find_slice(Path(STORE, name), year, requests_of(name, translation, year))
    return there is None or there.about["retrieved"] < since


def _renewed_since(name: str, asked_for: bool) -> str:
    """Give the time before which slices are renewed; empty where none are.

    It is written down when `refresh` first names the source and forgotten when it no longer does, so that
    a renewal goes on after a kill, and is not made twice.
    """
    path = Path(STORE, name, RENEWAL)
    if not asked_for:
        path.unlink(missing_ok=True)
        return ""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        path.write_text(json.dumps({"since": now}) + "\n", encoding="utf-8")
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["since"])
    except (ValueError, TypeError, KeyError):
        raise Mistake(f"{path}: is not what a search wrote; delete it to renew from now") from None


def _fetch(
    name: str,
    settings: Mapping[str, Any],
    translation: Translation,
    missing: Sequence[int],
    contact: str,
    since: str,
) -> None:
    if not missing:
        return
    source = SOURCES[name]
    key = key_of(source.KEY)
    base, near = address(name, source.BASE)
    headers = {"User-Agent": user_agent(contact), "Accept": "application/json"}
    headers |= source.headers(key) if key else {}
    # A server on this machine needs no sparing.
    pace, backoff = (0.0, 0.01) if near else (source.pace(bool(key)), BACKOFF)
    client = Client(name, headers, key, pace, settings["calls"], backoff, key_name=source.KEY)
    each = f"{n} requests" if (n := len(translation.requests)) > 1 else "a request"
    tell([f"{_span(name, missing)}: asking {source.PLATFORM}, {each} for each year"])
    tell(f"{name}: {note.detail}" for note in translation.notes if note.said == "not said")
    for year in missing:
        asked = requests_of(name, translation, year)
        show = _progress(f"{name} {year}", asked, source.PAGE_SIZE, client)
        folder, drift = Path(STORE, name), settings["drift"]
        piece = fetch_slice(source, client, base, folder, year, asked, show, drift=drift, since=since)
        _end_line()
        if piece.about["provisional"]:
            tell(
                [
                    f"{name} {year}: retrieved {piece.about['retrieved'][:10]}, before the year had ended: "
                    f"provisional; `refresh: [{name}]` renews it"
                ]
            )


def _progress(
    slice_name: str, asked: Sequence[str], page_size: int, client: Client
) -> Callable[[str, int, Reply, int], None]:
    """Show pages as they come: on a terminal in one line, else a line each."""

    def show(request: str, page: int, reply: Reply, records: int) -> None:
        pages = max(1, -(-reply.page.total // page_size))
        left = reply.budget.get("calls_left", client.calls - client.made)
        which = f", request {asked.index(request) + 1} of {len(asked)}" if request in asked[1:] else ""
        line = f"{slice_name}{which}: page {page} of {pages}, {records} records, {left} calls left"
        if sys.stderr.isatty():
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
        else:
            print(line, file=sys.stderr, flush=True)

    return show


def _end_line() -> None:
    if sys.stderr.isatty():
        print(file=sys.stderr)


def list_slices(
    sources: Mapping[str, Mapping[str, Any]],
    query: Mapping[str, Any],
    years: Sequence[int],
    asked: Mapping[str, Translation],
) -> dict[str, Any]:
    """Say which slices are there for which source, and what the local filter takes out of them."""
    holds = matcher(query)
    files, strategies = [], []
    for name, settings in sources.items():
        translation = asked[name]
        kept = unseen = 0
        removed: list[str] = []
        for year in years:
            piece = find_slice(Path(STORE, name), year, requests_of(name, translation, year))
            if piece is None:
                continue
            out, blind = _filter(name, piece, holds) if translation.local_filter else ([], 0)
            files.append(_entry(name, settings, piece, out))
            kept += piece.about["records"] - len(out)
            unseen += blind
            removed += out
        notes = [asdict(note) for note in translation.notes]
        strategies.append(
            {
                "source": name,
                "platform": SOURCES[name].PLATFORM,
                "requests": translation.requests,
                "notes": notes,
                "kept": kept,
                "removed": len(removed),
                "kept_unseen": unseen,
            }
        )
    return {"mode": "live", "strategies": strategies, "files": files}


def _filter(
    name: str, piece: Slice, holds: Callable[[Mapping[str, Sequence[str]]], bool | None]
) -> tuple[list[str], int]:
    """Give the keys of records that don't hold the blocks, and how many are kept without being sure."""
    removed, unseen = [], 0
    for key, _, row in rows_of(name, piece.path, piece.about["sha256"]):
        held = holds(texts_of(row))
        removed += [key] if held is False else []
        unseen += held is None
    return removed, unseen


def _entry(name: str, settings: Mapping[str, Any], piece: Slice, removed: list[str]) -> dict[str, Any]:
    """Say of one slice what the search log tells."""
    about = piece.about
    previous = about.get("previous", {})
    return {
        "source": name,
        "label": settings["label"],
        "kind": settings["kind"],
        "file": piece.path.as_posix(),
        "searched": about["retrieved"][:10],
        "bytes": about["bytes"],
        "sha256": about["sha256"],
        "year": about["year"],
        "platform": about["platform"],
        "strategies": about["strategies"],
        "hits": sum(about["hits"].values()),
        "records": about["records"],
        "removed": removed,
        "drift": about["drift"],
        "provisional": about["provisional"],
        "previous": previous.get("retrieved", "")[:10],
        "new": len(previous["new"]) if previous else None,
        "gone": len(previous["gone"]) if previous else None,
    }


def _span(name: str, years: Sequence[int]) -> str:
    """Name years shortly: "eric 2015-2017, 2020"."""
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return f"{name} " + ", ".join(f"{r[0]}-{r[-1]}" if len(r) > 1 else str(r[0]) for r in runs)
