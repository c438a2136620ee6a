"""Fetch a slice: page after page of each request, until what came is what the source says it has."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

from reprise import __version__
from reprise.search.client import Client, Refused, Reply, Stopped
from reprise.search.page import record_key
from reprise.search.sources import Source
from reprise.search.store import Part, Slice, asked_hash, find_slice, freeze, open_part, read_records

STALLED = 3  # times that a page without anything new is asked for again
PACKAGES = ("pyalex", "requests", "urllib3")
Progress = Callable[[str, int, Reply, int], None]  # request's number, page, reply, records so far


def fetch_slice(
    source: Source,
    client: Client,
    base: str,
    folder: Path,
    year: int,
    asked: Sequence[str],
    progress: Progress,
    *,
    drift: int = 0,
    renew: bool = False,
) -> Slice:
    """Fetch one source's records of one year, going on where an earlier run was stopped.

    Parameters
    ----------
    source : Source
    client : Client
    base : str
        Where the source is.
    folder : Path
        The source's folder in the store.
    year : int
    asked : sequence of str
        The requests; what they find is united by id.
    progress : callable
        Told of each page.
    drift : int
        By how many records what comes may differ from what the source says it has.
    renew : bool
        Fetch although a slice is there.

    Raises
    ------
    Stopped
        Where the slice can't be completed now; the pages fetched are kept.
    """
    with open_part(folder, year, asked) as part:
        earlier = find_slice(folder, year, asked)
        if earlier and not renew:  # another run was quicker
            part.path.unlink()
            return earlier
        made = client.made
        waiting, done = list(asked), []
        while waiting:
            request = waiting.pop(0)
            smaller = _fetch_request(source, client, base, part, request, progress, drift)
            waiting = smaller + waiting
            done += [] if smaller else [request]
        return freeze(part, year, _about(source, part, year, asked, done, client.made - made, earlier))


def _fetch_request(
    source: Source, client: Client, base: str, part: Part, asked: str, progress: Progress, drift: int
) -> list[str]:
    """Fetch all pages of one request; gives the requests to make instead where it is too deep.

    What differs from the source's own total is fetched once more from the beginning: an index that was
    changed in between is then at rest.
    """
    said = came = 0
    for _ in range(2):
        resumed = bool(part.of(asked))
        try:
            smaller = _fetch_pages(source, client, base, part, asked, progress)
        except Refused:
            if not resumed:
                raise
            part.drop(asked)  # the place where an earlier run stopped is no longer known to the source
            continue
        if smaller:
            return smaller
        pages = part.of(asked)
        said = max(page["total"] for page in pages)
        came = len({key for page in pages for key in page["keys"]})
        if abs(said - came) <= drift:
            return []
        part.drop(asked)
    raise Stopped(
        f"{client.name} {part.path.stem}: says it has {said} records and sends {came} different "
        "ones; they are not used. Type `snakemake` again later, or allow the difference "
        f"(sources.live.{client.name}.drift)"
    )


def _fetch_pages(
    source: Source, client: Client, base: str, part: Part, asked: str, progress: Progress
) -> list[str]:
    """Fetch the pages that are missing of one request."""
    pages = part.of(asked)
    known = {key for page in pages for key in page["keys"]}
    total = max((page["total"] for page in pages), default=0)
    position = pages[-1]["next"] if pages else None
    if pages and pages[-1]["parts"]:
        return list(pages[-1]["parts"])
    stalled = 0
    while not pages or (position is not None and len(known) < total):
        read = partial(source.read, position=position)
        reply = client.get(source.url(base, asked, position), read, source.budget)
        page = reply.page
        smaller = source.parts(asked, page.total) if not pages else []
        records = [] if smaller else [(record_key(r, _own_id(source, r)), r) for r in page.records]
        new = {key for key, _ in records} - known
        short = len(known) + len(new) < max(total, page.total)
        repeated = page.position is not None and page.position in {p["next"] for p in pages}
        if short and not smaller and (not new or repeated):
            stalled += 1
            if stalled <= STALLED:
                continue
            return []  # the totals will differ
        stalled = 0
        total = max(total, page.total)
        known |= new
        told = {
            "asked": asked,
            "total": page.total,
            "next": page.position,
            "parts": smaller,
            "url": reply.url,
            "retrieved": reply.retrieved,
            "status": reply.status,
            "sha256": reply.sha256,
            "budget": reply.budget,
        }
        part.add(told, records)
        pages.append(part.pages[-1])
        if smaller:
            return smaller
        progress(asked, len(pages), reply, len(known))
        position = page.position
    return []


def _own_id(source: Source, record: Any) -> str:
    return source.own_id(record) if isinstance(record, dict) else ""


def _about(
    source: Source,
    part: Part,
    year: int,
    asked: Sequence[str],
    done: Sequence[str],
    calls: int,
    earlier: Slice | None,
) -> dict[str, Any]:
    """Say how a slice was got."""
    pages = [page for request in done for page in part.of(request)]
    last = max(page["retrieved"] for page in part.pages)
    budgets = [page["budget"] for page in part.pages if page["budget"]]
    about: dict[str, Any] = {
        "year": year,
        "platform": source.PLATFORM,
        "asked": asked_hash(asked),
        "strategies": list(asked),
        "retrieved": last,
        "provisional": last[:4] <= str(year),
        "hits": {request: part.of(request)[-1]["total"] for request in done},
        "drift": sum(len({k for p in part.of(r) for k in p["keys"]}) - part.of(r)[0]["total"] for r in done),
        "calls": len(pages),
        "calls_of_last_run": calls,
        "budget": budgets[-1] if budgets else {},
        "versions": {
            "reprise": __version__,
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in PACKAGES},
        },
        "pages": [
            {k: page[k] for k in ("url", "retrieved", "status", "total", "sha256")}
            | {"records": len(page["keys"])}
            for page in part.pages
        ],
    }
    if earlier:
        before = set(_keys_of(source, earlier))
        now = set(part.keys())
        about["previous"] = {
            "retrieved": earlier.about["retrieved"],
            "records": len(before),
            "new": sorted(now - before),
            "gone": sorted(before - now),
        }
    return about


def _keys_of(source: Source, piece: Slice) -> list[str]:
    """Give the keys of a slice's records."""
    return [record_key(r, _own_id(source, r)) for r in read_records(piece)]
