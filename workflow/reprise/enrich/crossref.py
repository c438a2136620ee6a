"""Crossref asked for a title; it ranks what shares any word of it, so that only a strict match counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from reprise.enrich.openalex import check_complete
from reprise.records import plain_text, split
from reprise.search.page import Page, page_of
from reprise.search.values import at, objects, text

BASE = "https://api.crossref.org"
PAUSE = 0.2  # seconds between calls: five a second are allowed to everyone
ROWS = 5  # the work that is meant stands among the first, if it is there
LONGEST = 300  # signs of a question; what lies behind ranks nothing
# Kept of a reply; `select` would spare the rest, but refuses to give the language.
FIELDS = (
    "DOI", "title", "subtitle", "author", "issued", "published-print", "published-online", "type", "ISSN",
    "container-title", "short-container-title", "volume", "page", "language",
)  # fmt: skip
TYPES = {
    "journal-article": "article", "proceedings-article": "conference-paper", "book-chapter": "book-chapter",
    "book": "book", "monograph": "book", "edited-book": "book", "dissertation": "dissertation",
    "report": "report", "posted-content": "preprint",
}  # fmt: skip


def question(record: Mapping[str, str]) -> str:
    """Put a record into words; empty where title, author or year are missing, and nothing could match."""
    names = split(record["authors"])
    if not (record["title"] and names and record["year"]):
        return ""
    family = names[0].partition(",")[0]
    return " ".join(f"{plain_text(record['title'])[:LONGEST]} {family} {record['year']}".split())


def batches(questions: Sequence[str]) -> Iterator[list[str]]:
    """Ask each question by itself."""
    for asked in questions:
        yield [asked]


def url(base: str, batch: Sequence[str], contact: str) -> str:
    """Give the address of a call; who says who they are is served better."""
    who = f"&mailto={quote(contact, safe='@')}" if contact else ""
    words = quote(batch[0], safe="")
    return f"{base}/works?query.bibliographic={words}&rows={ROWS}{who}"


def read(body: Any, batch: Sequence[str]) -> Page:
    """Read a reply."""
    page = page_of(at(body, "message", "total-results"), at(body, "message", "items"))
    check_complete(page, ROWS, [text(at(item, "DOI")) for item in page.records])
    return page


def answers(batch: Sequence[str], page: Page) -> dict[str, list[Any]]:
    """Give what was found, and of it what is looked at: a reply holds whole reference lists."""
    return {batch[0]: [{key: item[key] for key in FIELDS if key in item} for item in objects(page.records)]}


def facts(item: Mapping[str, Any]) -> dict[str, str]:
    """Give what the item that is the record says, in the columns of a record."""
    return {
        "doi": text(item.get("DOI")),
        "type": TYPES.get(text(item.get("type")), ""),
        "language": text(item.get("language")),
    }
