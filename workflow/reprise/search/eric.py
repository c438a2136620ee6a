"""ERIC: the API of the Institute of Education Sciences, read in 2026-11, not tried live."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any
from urllib.parse import urlencode

from reprise.countries import countries_in_text
from reprise.search import dialect
from reprise.search.dialect import Note, Translation, unstemmed
from reprise.search.page import BadReply, Page, Rejected, page_of
from reprise.search.values import at, listed, text, texts, whole

PLATFORM = "ERIC API, api.ies.ed.gov/eric"
BASE = "https://api.ies.ed.gov/eric"
KEY = ""
PAGE_SIZE = 200  # the documented limit; 2,000 has been seen in use
MAX_URL = 4000  # bytes; the limit is not documented, servers commonly take 8,000
FIELDS = (
    "id", "title", "author", "source", "publicationdateyear", "description", "subject", "publicationtype",
    "language", "issn", "isbn", "publisher", "peerreviewed", "e_fulltextauth", "url", "educationlevel",
    "identifiersgeo", "institution",
)  # fmt: skip
NOTES = (
    Note("fields", "widened", "asked without a field: ERIC looks in title, author, source, subject and "
         "description; the fields of the protocol are looked at locally"),
    Note("truncation", "widened", "by *, cut back to what a stemmed index would hold; looked at locally"),
    Note("coverage", "narrowed", "from 2025-04-24 on ERIC catalogues about 45 % fewer sources: a window that "
         "reaches past that day finds less of it"),
)  # fmt: skip
LANGUAGES = {
    "English": "en", "Spanish": "es", "French": "fr", "German": "de", "Portuguese": "pt", "Turkish": "tr",
    "Russian": "ru", "Chinese": "zh", "Italian": "it", "Dutch": "nl", "Swedish": "sv", "Norwegian": "no",
    "Danish": "da", "Finnish": "fi", "Japanese": "ja", "Korean": "ko", "Arabic": "ar", "Polish": "pl",
    "Indonesian": "id", "Greek": "el", "Hebrew": "he", "Persian": "fa", "Ukrainian": "uk", "Catalan": "ca",
}  # fmt: skip
# ERIC's publication type -> ours, the first that is found. "Opinion Papers" are not among them: peer-reviewed
# essays stand under that name too. "other" decides nothing.
TYPES = (
    ("Dissertations", "dissertation"),
    ("Book/Product Reviews", "book-review"),
    ("Journal Articles", "article"),
    ("Speeches/Meeting Papers", "conference-paper"),
    ("Collected Works - Proceedings", "conference-paper"),
    ("Books", "book"),
    ("Reports", "report"),
)

_DOI = re.compile(r"10\.\d{4,9}/[^\s?&#]+")


def pace(keyed: bool) -> float:
    """Seconds between calls; ERIC names no limit."""
    return 0.5


def headers(key: str) -> dict[str, str]:
    """Send none: there are no keys."""
    return {}


def translate(query: Mapping[str, Any]) -> Translation:
    """Say the blocks in Lucene's words, without fields."""

    def fits(request: str) -> bool:
        return len(url(BASE, limit(request, 2000), "10000")) <= MAX_URL

    return dialect.translate(query, lambda beginning: f"{unstemmed(beginning)}*", _render, fits, NOTES)


def _render(blocks: Sequence[Sequence[str]]) -> str:
    return " AND ".join("(" + " OR ".join(alternatives) + ")" for alternatives in blocks)


def limit(request: str, year: int) -> str:
    """Limit a request to one year of publication."""
    return f"({request}) AND publicationdateyear:{year}"


def url(base: str, asked: str, position: str | None) -> str:
    """Give the address of a page; `position` counts records."""
    told = {"search": asked, "format": "json", "rows": PAGE_SIZE, "start": position or "0"}
    return f"{base}/?{urlencode(told)}&fields={','.join(FIELDS)}"


def read(body: Any, position: str | None) -> Page:
    """Read a page; an error comes with status 200 too."""
    if at(body, "error"):
        code = at(body, "error", "code")
        ours = not (isinstance(code, int) and code >= 500)
        raise (Rejected if ours else BadReply)(text(at(body, "error", "msg")))
    page = page_of(at(body, "response", "numFound"), at(body, "response", "docs"))
    so_far = int(position or 0) + len(page.records)
    return page.then(str(so_far) if so_far < page.total else None)


def split(asked: str, total: int) -> list[str]:
    """Part nothing: a request may be as deep as it is."""
    return []


def budget(headers: Mapping[str, str]) -> dict[str, int]:
    """ERIC says nothing of calls left."""
    return {}


def own_id(record: Mapping[str, Any]) -> str:
    """Give the accession number."""
    return text(record.get("id"))


def row(record: Mapping[str, Any]) -> dict[str, str]:
    """Turn a document into a record's columns."""
    journal = text(record.get("source"))
    addresses = texts(record.get("url"))
    number = own_id(record)
    full = text(record.get("e_fulltextauth")) in ("T", "1", "true")
    return {
        "title": unescape(text(record.get("title"))),
        "authors": listed(texts(record.get("author"))),
        "year": text(record.get("publicationdateyear")),
        "venue": unescape(journal),
        "issn": listed([i.rpartition("ISSN-")[2] for i in texts(record.get("issn"))]),
        "doi": next((d.group() for a in addresses if (d := _DOI.search(a))), ""),
        "type": _type(texts(record.get("publicationtype"))),
        "language": _language(texts(record.get("language"))),
        "abstract": unescape(whole(record.get("description"))),
        "keywords": listed(texts(record.get("subject"))),
        "peer_reviewed": {"T": "true", "F": "false"}.get(text(record.get("peerreviewed")), ""),
        "fulltext_url": f"https://files.eric.ed.gov/fulltext/{number}.pdf" if full else "",
        "affiliations": listed(texts(record.get("institution"))),
        "studied_countries": listed(_geography(texts(record.get("identifiersgeo")))),
        "url": f"https://eric.ed.gov/?id={number}" if number else "",
    }


def _language(stated: list[str]) -> str:
    """Give the code of the only language stated; of several none is the work's."""
    return LANGUAGES.get(stated[0], "") if len(stated) == 1 else ""


def _type(stated: list[str]) -> str:
    for theirs, ours in TYPES:
        if any(s.startswith(theirs) for s in stated):
            return ours
    return "other" if stated else ""


def _geography(places: list[str]) -> list[str]:
    """Give the countries among ERIC's places, such as "Australia" or "Canada (Toronto)"."""
    return [code for place in places for code in countries_in_text(unescape(place))]
