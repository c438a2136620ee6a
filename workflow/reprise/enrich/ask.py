"""Ask services what records lack; each question once, and never again what is frozen."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from reprise.enrich import crossref, openalex, unpaywall
from reprise.enrich.answers import open_answers
from reprise.mistakes import Mistake, tell
from reprise.search import openalex as works
from reprise.search.client import BACKOFF, Client, Reply, address, key_of, user_agent
from reprise.search.page import Page, Stopped

ABSENT = (404,)  # how a service says of a single object that it has none


class Service(NamedTuple):
    """What it takes to ask a service; `host` is its name in lines for people and in the environment."""

    host: str
    base: str
    pause: float
    batches: Callable[[Sequence[str]], Iterator[list[str]]]
    url: Callable[[str, Sequence[str], str], str]
    read: Callable[[Any, Sequence[str]], Page]
    answers: Callable[[Sequence[str], Page], dict[str, list[Any]]]
    key: str = ""
    headers: Callable[[str], dict[str, str]] = lambda key: {}
    budget: Callable[[Mapping[str, str]], dict[str, int]] = lambda headers: {}


SERVICES: dict[str, Service] = {
    "openalex": Service(
        "openalex", openalex.BASE, openalex.PAUSE, openalex.batches, openalex.url, openalex.read,
        openalex.answers, works.KEY, works.headers, works.budget,
    ),
    "crossref": Service(
        "crossref", crossref.BASE, crossref.PAUSE, crossref.batches, crossref.url, crossref.read,
        crossref.answers,
    ),
    "unpaywall": Service(
        "unpaywall", unpaywall.BASE, unpaywall.PAUSE, unpaywall.batches, unpaywall.url, unpaywall.read,
        unpaywall.answers,
    ),
}  # fmt: skip


def ask(
    name: str, questions: Iterable[str], contact: str, calls: int, service: Service | None = None
) -> Mapping[str, Any]:
    """Ask a service what isn't frozen yet.

    Parameters
    ----------
    name : str
        One of `SERVICES`, or the name that the answers of `service` are kept under.
    questions : iterable of str
        DOIs, or what `crossref.question` makes of a record.
    contact : str
        An address for the service to write to, or empty.
    calls : int
        The most calls of this run.
    service : Service, optional

    Returns
    -------
    mapping
        All answers of the service by question, as `read_answers` gives them.

    Raises
    ------
    Mistake
        What could not be asked, and what to do; the answers that came are kept.
    """
    service = service or SERVICES[name]
    with open_answers(name) as (answers, add):
        missing = sorted(set(questions) - set(answers))
        batches = list(service.batches(missing))
        if not batches:
            return answers
        key = key_of(service.key)
        base, near = address(service.host, service.base)
        headers = {"User-Agent": user_agent(contact), "Accept": "application/json"}
        again = "type `snakemake` again" if name in SERVICES else "run this again"
        pace, backoff = (0.0, 0.01) if near else (service.pause, BACKOFF)
        client = Client(
            service.host, headers | (service.headers(key) if key else {}), key, pace, calls, backoff,
            key_name=service.key, place="enrich", absent=ABSENT, again=again,
        )  # fmt: skip
        tell([f"{service.host}: looking up {len(missing)} works, {len(batches)} calls"])
        try:
            for number, batch in enumerate(batches, 1):
                _ask_batch(service, client, base, batch, contact, add)
                _progress(service.host, number, len(batches))
        except Stopped as stop:
            way = f"; or take {name} out of enrich.ask" if name in SERVICES else ""
            raise Mistake(f"{stop}{way}") from None
        return answers


def _ask_batch(
    service: Service, client: Client, base: str, batch: Sequence[str], contact: str,
    add: Callable[[Iterable[dict[str, Any]]], None],
) -> None:  # fmt: skip
    """Ask for a batch; more works than fit into one reply (several of one DOI) are asked for in halves."""

    def read(body: Any) -> Page:
        return service.read(body, batch)

    reply: Reply = client.get(service.url(base, batch, contact), read, service.budget)
    if len(reply.page.records) < reply.page.total and len(batch) > 1:
        half = len(batch) // 2
        for part in (batch[:half], batch[half:]):
            _ask_batch(service, client, base, part, contact, add)
        return
    evidence = {"retrieved": reply.retrieved, "sha256": reply.sha256}
    found = service.answers(batch, reply.page)
    add({"asked": asked, "answer": answer, **evidence} for asked, answer in found.items())


def _progress(name: str, number: int, of: int) -> None:
    if sys.stderr.isatty():
        print(
            f"\r\x1b[K{name}: call {number} of {of}",
            end="\n" if number == of else "",
            file=sys.stderr,
            flush=True,
        )
    elif number % 50 == 0 or number == of:
        print(f"{name}: call {number} of {of}", file=sys.stderr, flush=True)
