"""Fetch a slice: page after page of each request, until what came is what the source says it has."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

from reprise import __version__
from reprise.search.client import Client, Refused, Reply
from reprise.search.page import Stopped, record_key
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
    since: str = "",
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
    since : str
        Nothing that was retrieved before counts: a slice is renewed.

    Raises
    ------
    Stopped
        Where the slice can't be completed now; the pages fetched are kept.
    """
    with open_part(folder, year, asked, since) as part:
        earlier = find_slice(folder, year, asked)
        if earlier and earlier.about["retrieved"] >= since:  # another run was quicker
            part.path.unlink(missing_ok=True)
            return earlier
        asking = Asking(source, client, base, part, progress, drift)
        found = {request: asking.all_of(request) for request in asked}
        return freeze(part, year, _about(asking, year, found, earlier))


@dataclass(frozen=True)
class Asking:
    """What it takes to fetch the requests of one slice."""

    source: Source
    client: Client
    base: str
    part: Part
    progress: Progress
    drift: int

    def all_of(self, asked: str) -> set[str]:
        """Fetch all that one request finds, page by page or, where it is too deep, split into smaller ones.

        What differs from the source's own total is fetched once more from the beginning: an index that
        was changed in between is then at rest.

        Returns
        -------
        set of str
            The keys of the records.
        """
        passes = 0
        while True:
            try:
                smaller = self._fetch_pages(asked)
            except Refused:
                if not self.part.of(asked) or passes:
                    raise
                passes += 1
                self.part.drop(asked)  # the source knows the place no more where an earlier run stopped
                continue
            pages = self.part.of(asked)
            said = max(page["total"] for page in pages)
            found = {key for page in pages for key in page["keys"]}
            found |= {key for request in smaller for key in self.all_of(request)}
            if abs(said - len(found)) <= self.drift:
                return found
            passes += 1
            if passes == 2:
                raise self._differs(said, len(found))
            self.part.drop(asked)

    def _differs(self, said: int, came: int) -> Stopped:
        name = self.client.name
        return Stopped(
            f"{name} {self.part.path.name[:4]}: says it has {said} records and sends {came} different ones; "
            "they are not used. Type `snakemake` again later, or allow the difference "
            f"(sources.live.{name}.drift)"
        )

    def _fetch_pages(self, asked: str) -> list[str]:
        """Fetch the pages of a request that are missing; gives what it must be split into, if so."""
        source, pages = self.source, self.part.of(asked)
        known = {key for page in pages for key in page["keys"]}
        total = max((page["total"] for page in pages), default=0)
        stalled = 0
        while not pages or (not pages[0]["split"] and pages[-1]["next"] is not None and len(known) < total):
            position = pages[-1]["next"] if pages else None
            read = partial(source.read, position=position)
            reply = self.client.get(source.url(self.base, asked, position), read, source.budget)
            page = reply.page
            smaller = [] if pages else source.split(asked, page.total)
            records = [] if smaller else [(record_key(r, _own_id(source, r)), r) for r in page.records]
            new = {key for key, _ in records} - known
            short = len(known) + len(new) < max(total, page.total)
            again = page.position is not None and page.position in {p["next"] for p in pages}
            if short and not smaller and (not new or again):
                stalled += 1
                if stalled <= STALLED:
                    continue
                if not pages:
                    raise self._differs(page.total, 0)
                break  # what came will not be what the source says it has
            stalled = 0
            total = max(total, page.total)
            known |= new
            evidence = {k: v for k, v in vars(reply).items() if k != "page"}
            told = {"asked": asked, "total": page.total, "next": page.position, "split": smaller, **evidence}
            self.part.add(told, records)
            pages = self.part.of(asked)
            if not smaller:
                self.progress(asked, len(pages), reply, len(known))
        return list(pages[0]["split"]) if pages else []


def _own_id(source: Source, record: Any) -> str:
    return source.own_id(record) if isinstance(record, dict) else ""


def _about(asking: Asking, year: int, found: Mapping[str, set[str]], earlier: Slice | None) -> dict[str, Any]:
    """Say how a slice was got."""
    part, source = asking.part, asking.source
    times = [page["retrieved"] for page in part.pages]
    totals = {request: max(page["total"] for page in part.of(request)) for request in found}
    budgets = [page["budget"] for page in part.pages if page["budget"]]
    where = "" if asking.base == source.BASE else f" (in its place {asking.base})"
    about: dict[str, Any] = {
        "year": year,
        "platform": source.PLATFORM + where,
        "asked": asked_hash(list(found)),
        "strategies": list(found),
        "retrieved": max(times),
        "provisional": min(times)[:4] <= str(year),
        "hits": totals,
        "drift": sum(len(keys) - totals[request] for request, keys in found.items()),
        "calls": sum(page["calls"] for page in part.pages),
        "credits": sum(budget.get("credits_used", 0) for budget in budgets),
        "left": budgets[-1] if budgets else {},
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
        records = read_records(earlier.path, earlier.about["sha256"])
        before = {record_key(r, _own_id(source, r)) for r in records}
        now = set(part.keys())
        about["previous"] = {
            "retrieved": earlier.about["retrieved"],
            "records": len(before),
            "new": sorted(now - before),
            "gone": sorted(before - now),
        }
    return about
