"""OpenAlex asked by DOI, up to a hundred in one call, which costs a tenth of a search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from reprise.records import clean_doi
from reprise.search import openalex
from reprise.search.page import BadReply, Page, page_of
from reprise.search.values import at, objects, text

BASE = openalex.BASE
MOST = 100  # values that one filter takes
PAUSE = 0.2  # seconds between calls: without Boolean operators ten a second are allowed
FIELDS = (
    "id", "doi", "title", "publication_year", "type", "language", "primary_location", "best_oa_location",
    "open_access", "authorships", "is_retracted",
)  # fmt: skip


def batches(dois: Sequence[str]) -> Iterator[list[str]]:
    """Part DOIs into lists that fit into one call; one with a sign that parts a filter can't be asked for."""
    batch: list[str] = []
    for doi in dois:
        if can_be_asked(doi):
            if len(batch) == MOST or len(url(BASE, [*batch, doi], "")) > openalex.MAX_URL:
                yield batch
                batch = []
            batch.append(doi)
    if batch:
        yield batch


def can_be_asked(doi: str) -> bool:
    """Whether a DOI can stand in a filter, where "," parts filters and "|" values."""
    return bool(doi) and not set(doi) & set(",|")


def url(base: str, batch: Sequence[str], contact: str) -> str:
    """Give the address of a call."""
    wanted = "|".join(quote(doi, safe="/:") for doi in batch)
    return f"{base}/works?filter=doi:{wanted}&per_page={MOST}&select={','.join(FIELDS)}"


def read(body: Any, batch: Sequence[str]) -> Page:
    """Read a reply, which must hold all that it says it has, each once."""
    page = page_of(at(body, "meta", "count"), at(body, "results"))
    check_complete(page, MOST, [text(at(work, "id")) for work in page.records])
    return page


def check_complete(page: Page, most: int, ids: Sequence[str]) -> None:
    """Refuse a page that lacks records, or holds one twice: what it does not hold would count as unknown.

    Raises
    ------
    BadReply
    """
    if len(set(ids)) != len(page.records) or len(page.records) < min(page.total, most):
        raise BadReply(f"says it has {page.total} records and sends {len(set(ids))} different ones")


def answers(batch: Sequence[str], page: Page) -> dict[str, list[Any]]:
    """Give the works of each DOI; none where OpenAlex knows none."""
    found: dict[str, list[Any]] = {doi: [] for doi in batch}
    for work in page.records:
        doi = clean_doi(text(at(work, "doi")))
        if doi in found:
            found[doi].append(work)
    return found


def facts(works: list[Any]) -> dict[str, str]:
    """Give what all works of one DOI say alike, in the columns of a record."""
    rows = [openalex.row(work) for work in objects(works)]
    return (
        {key: value for key, value in rows[0].items() if all(row[key] == value for row in rows)}
        if rows
        else {}
    )
