"""Semantic Scholar: the bulk search of its Academic Graph API, read in 2026-11, not tried live.

It is no source unless the protocol names it: its terms restrict passing on what it answers. Those who ask
without a key share one pool, which is often exhausted (429).

Its total is documented as an estimate. Pages are therefore fetched as long as the source says that there
are more, even beyond the total; what came in the end is compared with it as everywhere, and a difference
stops the search unless the setting `drift` allows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from reprise.search import dialect
from reprise.search.dialect import Note, Translation, unstemmed
from reprise.search.page import Page, page_of
from reprise.search.values import at, listed, objects, text, texts
from reprise.vocabulary import OPEN_ACCESS

PLATFORM = "Semantic Scholar Academic Graph API, api.semanticscholar.org/graph/v1/paper/search/bulk"
BASE = "https://api.semanticscholar.org/graph/v1"
KEY = "SEMANTIC_SCHOLAR_API_KEY"
PAGE_SIZE = 1000  # the most that a page holds; it can't be chosen
MAX_URL = 4000  # bytes; the limit is not documented, servers commonly take 8,000
YEAR = "&year="  # between the expression and its limit, which is a parameter of its own
FIELDS = (
    "paperId", "externalIds", "url", "title", "abstract", "venue", "publicationVenue", "year", "isOpenAccess",
    "openAccessPdf", "publicationTypes", "publicationDate", "journal", "authors",
)  # fmt: skip
NOTES = (
    Note("words", "widened", "words are stemmed, in phrases too; looked at locally"),
    Note("truncation", "widened", "by *, cut back to what a stemmed index holds; looked at locally"),
    Note("total", "locally", "the source's total is an estimate: how far what came differs from it stands "
         "in the search log"),
)  # fmt: skip
# Its publication type -> ours; types that say nothing of the form, such as "Study", are not among them.
TYPES = {
    "JournalArticle": "article",
    "Review": "review",
    "MetaAnalysis": "review",
    "Editorial": "editorial",
    "LettersAndComments": "letter",
    "News": "news",
    "Book": "book",
    "BookSection": "book-chapter",
    "Conference": "conference-paper",
}


def pace(keyed: bool) -> float:
    """Seconds between calls: a key allows one a second; without one, all the world shares what there is."""
    return 1.1 if keyed else 3.0


def headers(key: str) -> dict[str, str]:
    """Give the headers that carry a key."""
    return {"x-api-key": key}


def translate(query: Mapping[str, Any]) -> Translation:
    """Say the blocks in the words of Elasticsearch's simple query strings: + for AND, | for OR."""

    def fits(request: str) -> bool:
        return len(url(BASE, limit(request, 2000), f"10000 {'c' * 250}")) <= MAX_URL

    notes = [_fields(query["fields"]), *NOTES]
    return dialect.translate(query, lambda beginning: f"{unstemmed(beginning)}*", _render, fits, notes)


def _fields(wanted: Sequence[str]) -> Note:
    if "keywords" in wanted:
        return Note("fields", "narrowed", "looks in title and abstract; it holds no keywords")
    exact = {"title", "abstract"} == set(wanted)
    what = "looks in title and abstract" + ("" if exact else "; the protocol's fields are looked at locally")
    return Note("fields", "exactly" if exact else "widened", what)


def _render(blocks: Sequence[Sequence[str]]) -> str:
    # The words of terms are in small letters: AND is the operator between parts of a phrase.
    held = ("(" + " | ".join(alternatives) + ")" for alternatives in blocks)
    return " + ".join(held).replace(" AND ", " + ")


def limit(request: str, year: int) -> str:
    """Limit a request to one year of publication; a paper whose year it doesn't know is in none."""
    return f"{request}{YEAR}{year}"


def url(base: str, asked: str, position: str | None) -> str:
    """Give the address of a page; `position` holds how many records came before, and the token."""
    expression, _, year = asked.rpartition(YEAR)
    told = {"query": expression, "year": year, "fields": ",".join(FIELDS)}
    token = {"token": position.partition(" ")[2]} if position else {}
    return f"{base}/paper/search/bulk?{urlencode(told | token, safe=',')}"


def read(body: Any, position: str | None) -> Page:
    """Read a page. Where more follow, there is at least one record more than came so far."""
    page = page_of(at(body, "total"), at(body, "data"))
    token = text(at(body, "token"))
    if not token:
        return page
    so_far = int((position or "0").partition(" ")[0]) + len(page.records)
    return replace(page, total=max(page.total, so_far + 1)).then(f"{so_far} {token}")


def split(asked: str, total: int) -> list[str]:
    """Part nothing: ten million records can be reached."""
    return []


def budget(headers: Mapping[str, str]) -> dict[str, int]:
    """Semantic Scholar says nothing of calls left."""
    return {}


def own_id(record: Mapping[str, Any]) -> str:
    """Give the paper's id."""
    return text(record.get("paperId"))


def row(record: Mapping[str, Any]) -> dict[str, str]:
    """Turn a paper into a record's columns.

    Abstracts may be withheld though they are searched. Languages, addresses and peer review are not stated.
    """
    journal, venue = record.get("journal"), record.get("publicationVenue")
    way = text(at(record, "openAccessPdf", "status")).lower()
    return {
        "title": text(record.get("title")),
        "authors": listed([text(a.get("name")) for a in objects(record.get("authors"))]),
        "year": text(record.get("year")),
        "publication_date": text(record.get("publicationDate")),
        "venue": text(at(journal, "name")) or text(at(venue, "name")) or text(record.get("venue")),
        "issn": text(at(venue, "issn")),
        "volume": text(at(journal, "volume")),
        "pages": text(at(journal, "pages")),
        "doi": text(at(record, "externalIds", "DOI")),
        "pmid": text(at(record, "externalIds", "PubMed")),
        "type": _type(texts(record.get("publicationTypes"))),
        "abstract": text(record.get("abstract")),
        "keywords": "",
        "open_access": way if way in OPEN_ACCESS else "",
        "fulltext_url": text(at(record, "openAccessPdf", "url")),
        "url": text(record.get("url")),
    }


def _type(kinds: Sequence[str]) -> str:
    """Give our type. A review is one whatever else it is called; two other types at once are none.

    Examples
    --------
    >>> [_type(t) for t in (["JournalArticle", "Review"], ["JournalArticle", "Conference"], ["Study"], [])]
    ['review', 'other', 'other', '']
    """
    ours = {TYPES[kind] for kind in kinds if kind in TYPES}
    if "review" in ours:
        return "review"
    return ours.pop() if len(ours) == 1 else "other" if kinds else ""
