"""OpenAlex: `/works`, asked by title and abstract, unstemmed.

pyalex builds the request and rebuilds abstracts. What the API takes and answers: its documentation on
searching (developers.openalex.org), read in 2026-11, not tried live.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pyalex import Works, invert_abstract

from reprise.records import fold_text
from reprise.search import dialect
from reprise.search.dialect import Note, Translation
from reprise.search.page import Page, page_of
from reprise.search.values import at, flag, listed, objects, text, texts

PLATFORM = "OpenAlex API, api.openalex.org/works"
BASE = "https://api.openalex.org"
KEY = "OPENALEX_API_KEY"
PAGE_SIZE = 100
FILTER = "title_and_abstract.search.exact"
MAX_URL = 4094  # bytes; a longer one is refused
MIN_PREFIX = 3  # letters that must stand before a *
FIELDS = (
    "id", "doi", "title", "publication_year", "publication_date", "type", "language", "primary_location",
    "best_oa_location", "open_access", "authorships", "biblio", "abstract_inverted_index", "keywords",
    "is_retracted", "is_paratext", "ids", "referenced_works", "cited_by_count",
)  # fmt: skip
TRUNCATION = Note("truncation", "exactly", "by *, in the search without stemming")
# OpenAlex' type -> ours. Any other is "other", which decides nothing.
TYPES = {
    "article": "article",
    "review": "review",
    "conference-paper": "conference-paper",
    "book-chapter": "book-chapter",
    "book": "book",
    "report": "report",
    "dissertation": "dissertation",
    "editorial": "editorial",
    "letter": "letter",
    "preprint": "preprint",
}
CREDITS = 10  # that a search call costs
_NAMED = re.compile(r"[a-z_]+(\.[a-z_]+)*:")


def pace(keyed: bool) -> float:
    """Seconds between calls: with more than five operators one a second is allowed, five with a key."""
    return 0.2 if keyed else 1.0


def headers(key: str) -> dict[str, str]:
    """Give the headers that carry a key."""
    return {"Authorization": f"Bearer {key}"}


def translate(query: Mapping[str, Any]) -> Translation:
    """Say the blocks in OpenAlex' words."""

    def fits(request: str) -> bool:
        return len(url(BASE, limit(request, 2000), "c" * 200)) <= MAX_URL

    return dialect.translate(query, _prefix, _render, fits, [_fields(query["fields"]), TRUNCATION])


def _fields(wanted: Sequence[str]) -> Note:
    if "keywords" in wanted:
        what = "looks in title and abstract; its keywords, which it makes itself, can't be searched for words"
        return Note("fields", "narrowed", what)
    exact = {"title", "abstract"} == set(wanted)
    what = "looks in title and abstract" + ("" if exact else "; the protocol's fields are looked at locally")
    return Note("fields", "exactly" if exact else "widened", what)


def _prefix(beginning: str) -> str | None:
    return f"{beginning}*" if len(beginning) >= MIN_PREFIX and beginning.isalnum() else None


def _render(blocks: Sequence[Sequence[str]]) -> str:
    return f"{FILTER}:" + " AND ".join("(" + " OR ".join(alternatives) + ")" for alternatives in blocks)


def limit(request: str, year: int) -> str:
    """Limit a request to one year of publication; an expert's string without a filter's name gets ours."""
    if not _NAMED.match(request):
        request = f"{FILTER}:{request}"
    return f"{request},publication_year:{year}"


def url(base: str, asked: str, position: str | None) -> str:
    """Give the address of a page; `position` is the cursor."""
    key, _, rest = asked.partition(":")
    expression, _, year = rest.rpartition(",publication_year:")
    works = Works().filter(**{key: expression}).filter(publication_year=int(year)).select(list(FIELDS))
    query = str(works.url).partition("?")[2]
    cursor = Works({"cursor": position or "*"}).url.partition("?")[2]
    return f"{base}/works?{query}&per_page={PAGE_SIZE}&{cursor}"


def read(body: Any, position: str | None) -> Page:
    """Read a page."""
    page = page_of(at(body, "meta", "count"), at(body, "results"))
    following = at(body, "meta", "next_cursor")
    return page.then(text(following) or None)


def split(asked: str, total: int) -> list[str]:
    """Part nothing: a request may be as deep as it is."""
    return []


def budget(headers: Mapping[str, str]) -> dict[str, int]:
    """Read what the reply says of credits, and of calls left: credits by the cost of one search."""
    said = {"credits_left": "X-RateLimit-Remaining", "credits_used": "X-RateLimit-Credits-Used"}
    told = {name: int(value) for name, h in said.items() if (value := headers.get(h, "")).isdigit()}
    return told | ({"calls_left": told["credits_left"] // CREDITS} if "credits_left" in told else {})


def own_id(record: Mapping[str, Any]) -> str:
    """Give the work's id, without the address before it."""
    return text(record.get("id")).rpartition("/")[2]


def row(record: Mapping[str, Any]) -> dict[str, str]:
    """Turn a work into a record's columns."""
    source = at(record, "primary_location", "source")
    authorships = objects(record.get("authorships"))
    countries = [c for a in authorships for c in _countries(a)]
    biblio = at(record, "biblio")
    pages = [text(at(biblio, "first_page")), text(at(biblio, "last_page"))]
    copy = at(record, "best_oa_location")
    return {
        "title": text(record.get("title")) or text(record.get("display_name")),
        "authors": listed([_author(a) for a in authorships]),
        "year": text(record.get("publication_year")),
        "publication_date": text(record.get("publication_date")),
        "venue": text(at(source, "display_name")),
        "issn": listed(texts(at(source, "issn")) or texts(at(source, "issn_l"))),
        "volume": text(at(biblio, "volume")),
        "issue": text(at(biblio, "issue")),
        "pages": "-".join(dict.fromkeys(p for p in pages if p)),
        "doi": text(record.get("doi")),
        "pmid": text(at(record, "ids", "pmid")).rpartition("/")[2],
        "type": TYPES.get(text(record.get("type")), "other") if record.get("type") else "",
        "language": text(record.get("language")),
        "abstract": abstract(record.get("abstract_inverted_index")),
        "keywords": listed([text(k.get("display_name")) for k in objects(record.get("keywords"))]),
        "peer_reviewed": "true" if at(source, "is_in_doaj") is True else "",
        "open_access": text(at(record, "open_access", "oa_status")),
        "fulltext_url": text(at(copy, "pdf_url"))
        or text(at(copy, "landing_page_url"))
        or text(at(record, "open_access", "oa_url")),
        "author_countries": listed(countries),
        "first_author_country": _first_country(authorships),
        "affiliations": listed([s for a in authorships for s in texts(a.get("raw_affiliation_strings"))]),
        "retracted": flag(record.get("is_retracted")),
        "url": text(record.get("id")),
    }


def abstract(index: Any) -> str:
    """Rebuild the abstract; an index that isn't one gives none."""
    if not isinstance(index, dict):
        return ""
    places = {
        text(word): [p for p in where if isinstance(p, int)]
        for word, where in index.items()
        if isinstance(where, list)
    }
    return str(invert_abstract(places) or "")


def _countries(authorship: Mapping[str, Any]) -> list[str]:
    stated = texts(authorship.get("countries"))
    return stated or [text(i.get("country_code")) for i in objects(authorship.get("institutions"))]


def _first_country(authorships: Sequence[Mapping[str, Any]]) -> str:
    """Give the country of the author who is said to be the first; of several countries none is it."""
    first = [a for a in authorships if text(a.get("author_position")) == "first"]
    codes = {c for a in first for c in _countries(a) if c}
    return codes.pop() if len(first) == 1 and len(codes) == 1 else ""


def _author(authorship: Mapping[str, Any]) -> str:
    """Give "Family, Given" where the name as printed says so, else the name as it is."""
    printed, shown = text(authorship.get("raw_author_name")), text(at(authorship, "author", "display_name"))
    return printed if "," in printed and fold_text(printed) else shown or printed
