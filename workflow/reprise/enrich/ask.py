"""Ask services what records lack; each question once, and never again what is frozen."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from reprise.enrich import crossref, openalex, unpaywall
from reprise.enrich.answers import LOOKUP, open_answers
from reprise.mistakes import Mistake, tell
from reprise.search import openalex as works
from reprise.search.client import BACKOFF, Client, Reply, address, key_of, user_agent
from reprise.search.page import Page, Stopped

ABSENT = (404,)  # how a service says of a single object that it has none


class Service(NamedTuple):
    """What it takes to ask a service."""

    base: str
    pause: float
    batches: Callable[[Sequence[str]], Iterator[list[str]]]
    url: Callable[[str, Sequence[str], str], str]
    read: Callable[[Any], Page]
    answers: Callable[[Sequence[str], Page], dict[str, list[Any]]]
    key: str = ""
    headers: Callable[[str], dict[str, str]] = lambda key: {}
    budget: Callable[[Mapping[str, str]], dict[str, int]] = lambda headers: {}


SERVICES: dict[str, Service] = {
    "openalex": Service(
        openalex.BASE, openalex.PAUSE, openalex.batches, openalex.url, openalex.read, openalex.answers,
        works.KEY, works.headers, works.budget,
    ),
    "crossref": Service(
        crossref.BASE, crossref.PAUSE, crossref.batches, crossref.url, crossref.read, crossref.answers
    ),
    "unpaywall": Service(
        unpaywall.BASE, unpaywall.PAUSE, unpaywall.batches, unpaywall.url, unpaywall.read, unpaywall.answers
    ),
}  # fmt: skip


def ask(name: str, questions: Iterable[str], contact: str, calls: int) -> Mapping[str, Any]:
    """Ask a service what isn't frozen yet.

    Parameters
    ----------
    name : str
        One of `SERVICES`.
    questions : iterable of str
        DOIs, or what `crossref.question` makes of a record.
    contact : str
        An address for the service to write to, or empty.
    calls : int
        The most calls of this run.

    Returns
    -------
    mapping
        All answers of the service by question, as `read_answers` gives them.

    Raises
    ------
    Mistake
        What could not be asked, and what to do; the answers that came are kept.
    """
    service = SERVICES[name]
    with open_answers(name) as (answers, add):
        missing = sorted(set(questions) - set(answers))
        batches = list(service.batches(missing))
        if not batches:
            return answers
        key = key_of(service.key)
        base, near = address(name, service.base)
        headers = {"User-Agent": user_agent(contact), "Accept": "application/json"}
        pace, backoff = (0.0, 0.01) if near else (service.pause, BACKOFF)
        client = Client(
            name, headers | (service.headers(key) if key else {}), key, pace, calls, backoff,
            key_name=service.key, place="enrich", absent=ABSENT,
        )  # fmt: skip
        tell([f"{name}: looking up {len(missing)} records that lack facts, {len(batches)} calls"])
        try:
            for number, batch in enumerate(batches, 1):
                _ask_batch(service, client, base, batch, contact, add)
                _progress(name, number, len(batches))
        except Stopped as stop:
            raise Mistake(
                f"{stop}; or take {name} out of enrich.ask: what is in {LOOKUP} is then not used either"
            ) from None
        return answers


def _ask_batch(
    service: Service, client: Client, base: str, batch: Sequence[str], contact: str,
    add: Callable[[Iterable[dict[str, Any]]], None],
) -> None:  # fmt: skip
    """Ask for a batch; more works than fit into one reply (several of one DOI) are asked for in halves."""
    reply: Reply = client.get(service.url(base, batch, contact), service.read, service.budget)
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
