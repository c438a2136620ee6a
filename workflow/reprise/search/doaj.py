"""DOAJ: the article search of its API, read in 2026-11, not tried live.

Its server refuses `*`, `?` and `~`, and whatever lies deeper than 1,000 records. A truncated word is
therefore asked for as the range of all words that begin so, and a deep request is parted by the date at
which DOAJ took the records in.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from reprise.search import dialect
from reprise.search.dialect import Note, Translation, unstemmed
from reprise.search.page import Page, Stopped, page_of
from reprise.search.values import at, listed, objects, text, texts, whole

PLATFORM = "DOAJ API, doaj.org/api/search/articles"
BASE = "https://doaj.org/api"
KEY = ""
PAGE_SIZE = 100
DEPTH = 1000  # records of one request that can be reached
MAX_URL = 4000  # bytes; the limit is not documented, servers commonly take 8,000
SAFE = "():,"  # may stand in a path as they are
FIELDS = ("bibjson.title", "bibjson.abstract", "bibjson.keywords")
FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2049, 12, 31)  # DOAJ was founded in 2003
_RANGE = re.compile(r" AND created_date:\[(\S+) TO (\S+)\]$")
NOTES = (
    Note("fields", "exactly", "title, abstract and keywords; narrower fields of the protocol are looked at "
         "locally"),
    Note("truncation", "widened", "DOAJ refuses *: asked as the range of words that begin so, cut back to "
         "what a stemmed index would hold; looked at locally"),
)  # fmt: skip


def pace(keyed: bool) -> float:
    """Seconds between calls: about two a second are allowed."""
    return 0.5


def headers(key: str) -> dict[str, str]:
    """Send none: searching needs no key."""
    return {}


def translate(query: Mapping[str, Any]) -> Translation:
    """Say the blocks in Elasticsearch's words, in each of the three fields."""

    def fits(request: str) -> bool:
        return len(url(BASE, _between(limit(request, 2000), FIRST_DAY, LAST_DAY), "10")) <= MAX_URL

    return dialect.translate(query, _prefix, _render, fits, NOTES)


def _prefix(beginning: str) -> str | None:
    """Give the range of words from `beginning` up to the first that begins otherwise.

    Examples
    --------
    >>> _prefix("skill"), _prefix("quiz")
    ('[skill TO skilm}', '[quiz TO quj}')
    """
    word = unstemmed(beginning)
    rest = word.rstrip("z9")
    return f"[{word} TO {rest[:-1]}{chr(ord(rest[-1]) + 1)}}}" if rest else None


def _render(blocks: Sequence[Sequence[str]]) -> str:
    held = ("(" + " OR ".join(alternatives) + ")" for alternatives in blocks)
    return " AND ".join("(" + " OR ".join(f"{field}:{block}" for field in FIELDS) + ")" for block in held)


def limit(request: str, year: int) -> str:
    """Limit a request to one year of publication."""
    return f"({request}) AND bibjson.year:{year}"


def url(base: str, asked: str, position: str | None) -> str:
    """Give the address of a page; `position` is its number."""
    paging = f"page={position or 1}&pageSize={PAGE_SIZE}&sort=created_date:asc"
    return f"{base}/search/articles/{quote(asked, safe=SAFE)}?{paging}"


def read(body: Any, position: str | None) -> Page:
    """Read a page."""
    page = page_of(at(body, "total"), at(body, "results"))
    number = int(position or 1)
    return page.then(str(number + 1) if number * PAGE_SIZE < page.total else None)


def split(asked: str, total: int) -> list[str]:
    """Split a request that is too deep in two, by the day on which DOAJ took the records in."""
    if total <= DEPTH:
        return []
    found = _RANGE.search(asked)
    first, last = map(dt.date.fromisoformat, found.groups()) if found else (FIRST_DAY, LAST_DAY)
    if first == last:
        raise Stopped(
            f"doaj: {total} records of one year and day, of which {DEPTH} can be reached; narrow the query"
        )
    whole, middle = _RANGE.sub("", asked), first + (last - first) // 2
    return [_between(whole, first, middle), _between(whole, middle + dt.timedelta(days=1), last)]


def _between(asked: str, first: dt.date, last: dt.date) -> str:
    return f"{asked} AND created_date:[{first} TO {last}]"


def budget(headers: Mapping[str, str]) -> dict[str, int]:
    """DOAJ says nothing of calls left."""
    return {}


def own_id(record: Mapping[str, Any]) -> str:
    """Give the article's id."""
    return text(record.get("id"))


def row(record: Mapping[str, Any]) -> dict[str, str]:
    """Turn an article into a record's columns. DOAJ takes in peer-reviewed, open journals only."""
    article = at(record, "bibjson")
    journal = at(article, "journal")
    ids = objects(at(article, "identifier"))
    authors = objects(at(article, "author"))
    month = text(at(article, "month"))
    year = text(at(article, "year"))
    pages = [text(at(article, "start_page")), text(at(article, "end_page"))]
    languages = texts(at(journal, "language"))
    links = [text(link.get("url")) for link in objects(at(article, "link")) if link.get("type") == "fulltext"]
    number = own_id(record)
    return {
        "title": text(at(article, "title")),
        "authors": listed([text(a.get("name")) for a in authors]),
        "year": year,
        "publication_date": f"{year}-{int(month):02d}" if year and re.fullmatch(r"[0-9]{1,2}", month) else "",
        "venue": text(at(journal, "title")),
        "issn": listed([text(i.get("id")) for i in ids if text(i.get("type")) in ("pissn", "eissn")]),
        "volume": text(at(journal, "volume")),
        "issue": text(at(journal, "number")),
        "pages": "-".join(dict.fromkeys(p for p in pages if p)),
        "doi": next((text(i.get("id")) for i in ids if text(i.get("type")).lower() == "doi"), ""),
        "type": "article",
        "language": languages[0].lower() if len(languages) == 1 else "",
        "abstract": whole(at(article, "abstract")),
        "keywords": listed(texts(at(article, "keywords"))),
        "peer_reviewed": "true",
        "open_access": "gold",
        "fulltext_url": links[0] if links else "",
        "affiliations": listed([text(a.get("affiliation")) for a in authors]),
        "url": f"https://doaj.org/article/{number}" if number else "",
    }
