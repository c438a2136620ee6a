"""Unpaywall asked for the open copy of a DOI; it wants to know who asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from reprise.records import clean_doi
from reprise.search.page import BadReply, Page
from reprise.search.values import at, text

BASE = "https://api.unpaywall.org"
PAUSE = 0.2  # seconds between calls; 100,000 a day are allowed


def batches(dois: Sequence[str]) -> Iterator[list[str]]:
    """Ask for each DOI by itself."""
    for doi in dois:
        yield [doi]


def url(base: str, batch: Sequence[str], contact: str) -> str:
    """Give the address of a call."""
    return f"{base}/v2/{quote(batch[0], safe='/')}?email={quote(contact, safe='@')}"


def read(body: Any, batch: Sequence[str]) -> Page:
    """Read a reply: one object, of the DOI that was asked for."""
    if clean_doi(text(at(body, "doi"))) != batch[0] or not isinstance(at(body, "is_oa"), bool):
        raise BadReply("says nothing of the DOI asked for")
    return Page(1, [body])


def answers(batch: Sequence[str], page: Page) -> dict[str, list[Any]]:
    """Give what is known of the DOI."""
    return {batch[0]: page.records}


def facts(answer: Mapping[str, Any]) -> dict[str, str]:
    """Give what is said of open copies, in the columns of a record."""
    copy = at(answer, "best_oa_location")
    return {
        "open_access": text(answer.get("oa_status")),
        "fulltext_url": text(at(copy, "url_for_pdf")) or text(at(copy, "url")),
    }
