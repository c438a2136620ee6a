"""Crossref: `/works` ranked by shared words, `/works/{doi}` for one work.

There is no Boolean here: a query finds all works that share a word with it, the best first. Parameters of
several fields must all be met, each by a word. Shapes and headers are those of recorded replies; the wording
of refusals other than 404 is ours, their form that of the source.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import math
import re
from calendar import timegm
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from .corpus import _venue as venue
from .corpus import full_name, make_work, openalex_date, registered_doi
from .dialect import Page, Refused, Request
from .index import Work
from .lookup import Lookup, doi_in, only
from .text import plain, words

PARAMETERS = frozenset(
    "query query.bibliographic query.author rows offset cursor select filter mailto".split()
)
QUERIES = ("query", "query.bibliographic", "query.author")
ROWS, DEEPEST = 1000, 10_000
# Calls a second and at once, without and with an address to write to.
PUBLIC = {"x-api-pool": "public", "x-rate-limit-limit": "5", "x-concurrency-limit": "1"}
POLITE = {"x-api-pool": "polite", "x-rate-limit-limit": "10", "x-concurrency-limit": "3"}
TYPES = {
    "article": "journal-article",
    "review": "journal-article",
    "editorial": "journal-article",
    "letter": "journal-article",
    "book-chapter": "book-chapter",
    "book": "book",
    "dissertation": "dissertation",
    "preprint": "posted-content",
    "report": "report",
    "conference-paper": "proceedings-article",
}
_INDENT = "\n                    "


# --- records ----------------------------------------------------------------------------------------


def crossref_type(work: Work) -> str:
    """Give Crossref's word for a work's type."""
    return TYPES.get(work["type"], "other")


def crossref_record(work: Work, references: list[dict[str, str]]) -> dict[str, Any]:
    """Write a work as Crossref would, without its score; what it does not know is not there."""
    number, doi = work["id"], registered_doi("crossref", work)
    name, _, _, publisher = venue(work)
    created = _moment(work["created"])
    printed = _date_parts(work["date"])
    kind = "electronic" if number % 2 else "print"
    facts = {
        "publisher": publisher,
        "issue": work["issue"],
        "license": _licence(work),
        "short-container-title": ["".join(f"{word[:4]}. " for word in name.split()[:3]).strip()] * bool(name),
        "published-print": printed if kind == "print" else None,
        "abstract": _jats(work),
        "page": "-".join(filter(None, (work["first_page"], work["last_page"]))),
        "volume": work["volume"],
        "author": [_author(author, rank) for rank, author in enumerate(work["authors"])],
        "published-online": printed if kind == "electronic" else None,
        "reference": references,
        "container-title": [html.escape(html.unescape(name), quote=False)] * bool(name),
        "language": work["language"],
        "journal-issue": {"issue": work["issue"]} if work["issue"] else None,
        "ISSN": [work["issn"]] * bool(work["issn"]),
        "issn-type": [{"value": work["issn"], "type": kind}] * bool(work["issn"]),
        "published": printed,
        "subtype": "preprint" if work["type"] == "preprint" else "",
    }
    known = {key: value for key, value in facts.items() if value}
    return known | {
        "indexed": created | {"version": "3.54.1"},
        "reference-count": len(references),
        "content-domain": {"domain": [], "crossmark-restriction": False},
        "DOI": doi,
        "type": crossref_type(work),
        "created": created,
        "source": "Crossref",
        "is-referenced-by-count": number * 7 % 90,
        "title": [_title(work)] if work["title"] else [],
        "prefix": doi.partition("/")[0],
        "member": "99999",
        "deposited": created,
        "score": 1,
        "resource": {"primary": {"URL": f"https://kesvora.example/item/{number}"}},
        "issued": printed or {"date-parts": [[None]]},
        "references-count": len(references),
        "URL": f"https://doi.org/{doi}",
    }


def _title(work: Work) -> str:
    """Write a title the way publishers send it: entities for signs, at times markup and broken lines."""
    number, title = work["id"], work["title"]
    if number % 3 == 0:
        title = html.escape(html.unescape(title), quote=False) if "<" not in title else title
    start, blank, rest = title.partition(" ")
    if "<" in title or not blank or "&" in start:
        return str(title)
    if number % 7 == 0:
        return f"<i>{start}</i> {rest}"
    return f"<scp>{start}</scp>{_INDENT}{rest}" if number % 11 == 0 else str(title)


def _jats(work: Work) -> str:
    if not work["abstract"] or work.get("abstract_hidden"):
        return ""
    text = f"<jats:p>{html.escape(html.unescape(work['abstract']), quote=False)}</jats:p>"
    return text if work["id"] % 2 else f"<jats:title>Abstract</jats:title>{_INDENT}{text}"


def _author(author: dict[str, str], rank: int) -> dict[str, Any]:
    place = html.escape(author["affiliation"], quote=False)
    name = {key: author[key] for key in ("given", "family") if author[key]}
    return name | {
        "sequence": "additional" if rank else "first",
        "affiliation": [{"name": place}] if place else [],
        "role": [{"role": "author", "vocabulary": "crossref"}],
    }


def _licence(work: Work) -> list[dict[str, Any]]:
    urls = {
        "gold": "https://creativecommons.org/licenses/by/4.0/",
        "hybrid": "https://creativecommons.org/licenses/by-nc-nd/4.0/",
    }
    if work["oa"] not in urls:
        return []
    start = _moment(f"{openalex_date(work)}T00:00:00Z")
    return [{"start": start, "content-version": "vor", "delay-in-days": 0, "URL": urls[work["oa"]]}]


def _date_parts(text: str) -> dict[str, Any] | None:
    return {"date-parts": [[int(part) for part in text.split("-")]]} if text else None


def _moment(text: str) -> dict[str, Any]:
    """Write a time such as 2020-04-19T12:10:11Z in Crossref's three ways."""
    at = datetime.fromisoformat(text)
    return {
        "date-parts": [[at.year, at.month, at.day]],
        "date-time": text,
        "timestamp": timegm(at.timetuple()) * 1000,
    }


def crossref_reference(number: int, work: Work | None) -> dict[str, str]:
    """Write what a list of references says of a work.

    Its DOI, if Crossref knows it, but for every fourth work, of which publishers sent the title alone;
    a text in one piece where there is no DOI; nothing but a key where there is no such work.
    """
    key = {"key": f"ref{number}"}
    if work is None:
        return key
    doi = registered_doi("crossref", work)
    first = work["authors"][0] if work["authors"] else None
    title = plain(work["title"])
    if doi and number % 4:
        return key | {"doi-asserted-by": "publisher" if number % 2 else "crossref", "DOI": doi}
    if doi:
        facts = {
            "article-title": title,
            "author": first["family"] if first else "",
            "year": str(work["year"]),
            "journal-title": work["venue"],
        }
        return key | {name: value for name, value in facts.items() if value}
    who = f"{full_name(first)}. " if first else ""
    return key | {"unstructured": f"{who}{title}. {work['venue']} {work['year']}."}


# --- ranking ----------------------------------------------------------------------------------------


class Ranking:
    """Scores works by the words they share with a query.

    A rare word weighs more than a common one, a match in a short text more than in a long one.
    """

    def __init__(self, texts: dict[int, str]) -> None:
        self._postings: dict[str, set[int]] = {}
        self._lengths: dict[int, int] = {}
        for number, text in texts.items():
            found = words(plain(text))
            self._lengths[number] = len(found)
            for word in found:
                self._postings.setdefault(word, set()).add(number)
        self._mean = sum(self._lengths.values()) / max(len(texts), 1) or 1.0

    def scores(self, query: str) -> dict[int, float]:
        """Give the score of each work that shares a word."""
        scores: dict[int, float] = {}
        for word in dict.fromkeys(words(plain(query))):
            holders = self._postings.get(word, set())
            weight = math.log(1 + (len(self._lengths) - len(holders) + 0.5) / (len(holders) + 0.5))
            for number in holders:  # BM25 with its usual constants, each word counted once
                length = self._lengths[number] / self._mean
                scores[number] = scores.get(number, 0.0) + weight * 2.2 / (1.3 + 0.9 * length)
        return scores


def added(parts: Iterable[tuple[float, dict[int, float]]]) -> dict[int, float]:
    """Add up scores, each kind with its weight."""
    total: dict[int, float] = {}
    for weight, scores in parts:
        for number, score in scores.items():
            total[number] = total.get(number, 0.0) + weight * score
    return total


# --- filters: each turns a value into a test, or raises ValueError -------------------------------------

Test = Callable[[Work], bool]


def _bound(value: str) -> str:
    """Check a date, whole or in part."""
    if not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", value):
        raise ValueError(value)
    date.fromisoformat((value + "-01-01")[:10])
    return value


def _from(value: str) -> Test:
    low = _bound(value)
    return lambda work: bool(work["date"]) and (work["date"] + "-01-01")[:10] >= (low + "-01-01")[:10]


def _until(value: str) -> Test:
    high = _bound(value)
    return lambda work: bool(work["date"]) and (work["date"] + "-01-01")[:10][: len(high)] <= high


FILTERS: dict[str, Callable[[str], Test]] = {
    "from-pub-date": _from,
    "until-pub-date": _until,
    "type": lambda value: lambda work: crossref_type(work) == value,
    "doi": lambda value: lambda work: registered_doi("crossref", work) == value.lower(),
    "issn": lambda value: lambda work: bool(work["issn"]) and work["issn"] == value.upper(),
}


# --- the dialect ------------------------------------------------------------------------------------


class Crossref(Lookup):
    """The `works` end points."""

    name = "crossref"
    makers = {}  # noqa: RUF012 (never changed)
    ascii_only = False

    def forget(self) -> None:
        super().forget()
        self._all: dict[int, Work] | None = None
        self._rankings: dict[str, Ranking] = {}
        self._scores: dict[Any, dict[int, float]] = {}

    def asked_doi(self, request: Request) -> str:
        return doi_in(request.path, "/works/")

    def query(self, request: Request) -> str:
        """Give the DOI asked for, or the first of the queries."""
        said = (
            request.params[name]
            for name in ("query.bibliographic", "query", "query.author")
            if name in request.params
        )
        return self.asked_doi(request) or next(said, "")

    def error(self, status: int, message: str) -> dict[str, Any]:
        return {"status": "error", "message-type": "exception", "message": {"description": message}}

    def _refuse(self, kind: str, value: str, message: str) -> Refused:
        told = [{"type": kind, "value": value, "message": message}]
        body = {"status": "failed", "message-type": "validation-failure", "message": told}
        return Refused(400, body, self._headers)

    # --- reading a request --------------------------------------------------------------------------

    def page(self, request: Request) -> Page:
        polite = request.params.get("mailto") or "mailto:" in request.headers.get("user-agent", "")
        self._headers = {"x-rate-limit-interval": "1s"} | (POLITE if polite else PUBLIC)
        if request.path in ("/works", "/works/"):
            return self._list(request)
        number = self.number(self.asked_doi(request))
        for name in request.params:
            if name != "mailto":
                raise self._refuse("parameter-not-allowed", name, f"{name} is not taken for a single work.")
        if number is None:
            kind = {"Content-Type": "text/plain"}
            raise Refused(404, b"Resource not found.", self._headers | kind)
        return self.single(number, request, self._headers)

    def _list(self, request: Request) -> Page:
        params = request.params
        for name in params:
            if name not in PARAMETERS:
                raise self._refuse("parameter-not-allowed", name, f"The emulator knows no {name}.")
        if unknown := set(self._selected(params)) - FIELDS:
            value = ",".join(sorted(unknown))
            raise self._refuse("element-not-available", value, "There is no such element to select.")
        size = self._whole(params, "rows", 20, ROWS)
        start = self._whole(params, "offset", 0, DEEPEST)
        if start + size > DEEPEST and "cursor" not in params:
            raise self._refuse("integer-not-valid", str(start), "Too deep: use a cursor.")
        key = self._key(params)
        tests = self._tests(params.get("filter", ""))
        scores = self._ranked(params)
        ids = self.remember(
            key,
            lambda: {
                n for n, work in self.shelf.works.items() if n in scores and all(t(work) for t in tests)
            },
            lambda number: (-scores[number], number),
        )
        page = Page(ids, start, size, [], len(ids), request, params.get("cursor"), headers=self._headers)
        if page.cursor is not None:
            page.start = self._place(page.cursor, key)
            page.next = self._cursor(min(page.start + size, len(ids)), key)
        page.records = self.records(page, page.start)
        return page

    def _whole(self, params: dict[str, str], name: str, default: int, most: int) -> int:
        text = params.get(name, str(default))
        if not re.fullmatch(r"\d{1,9}", text) or int(text) > most:
            raise self._refuse("integer-not-valid", text, f"{name} must be a number of at most {most}.")
        return int(text)

    @staticmethod
    def _selected(params: dict[str, str]) -> list[str]:
        return params["select"].split(",") if params.get("select") else []

    def _tests(self, filters: str) -> list[Test]:
        """Read filters: of one name any must be met, of several names all."""
        named: dict[str, list[Test]] = {}
        for piece in filters.split(",") if filters else []:
            name, _, value = piece.partition(":")
            if name not in FILTERS:
                raise self._refuse("filter-not-available", name, "There is no such filter.")
            try:
                named.setdefault(name, []).append(FILTERS[name](value))
            except ValueError:
                raise self._refuse("filter-value-not-valid", value, f"{name} takes no such value.") from None
        return [_any(tests) for tests in named.values()]

    # --- finding ------------------------------------------------------------------------------------

    @staticmethod
    def _key(params: dict[str, str]) -> tuple[str, ...]:
        return tuple(params.get(name, "") for name in (*QUERIES, "filter"))

    def _ranking(self, field: str) -> Ranking:
        if field not in self._rankings:
            self._rankings[field] = Ranking({n: _TEXTS[field](w) for n, w in self.shelf.works.items()})
        return self._rankings[field]

    def _ranked(self, params: dict[str, str]) -> dict[int, float]:
        """Score the works that meet each query with a word; without a query, all have the same score."""
        key = self._key(params)
        if key not in self._scores:
            asked = [self._scored(name, params[name]) for name in QUERIES if params.get(name, "").strip()]
            met = set.intersection(*(set(scores) for scores in asked)) if asked else set(self.shelf.works)
            total = added((1.0, scores) for scores in asked)
            self._scores[key] = {number: round(total.get(number, 0.0), 6) for number in met}
        return self._scores[key]

    def _scored(self, name: str, text: str) -> dict[int, float]:
        if name == "query.author":
            return self._ranking("people").scores(text)
        # The title decides; journal, year and names count a little.
        parts = ((3.0, "title"), (0.3, "people"), (0.3, "place"))
        return added((weight, self._ranking(field).scores(text)) for weight, field in parts)

    # --- pages --------------------------------------------------------------------------------------

    @staticmethod
    def _cursor(start: int, key: tuple[str, ...]) -> str:
        return base64.urlsafe_b64encode(json.dumps([start, *key]).encode()).decode()

    def _place(self, cursor: str, key: tuple[str, ...]) -> int:
        if cursor == "*":
            return 0
        try:
            start, *of = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        except (ValueError, binascii.Error, TypeError):
            of = []
        if of != list(key):
            told = [{"type": "cursor-invalid", "value": cursor, "message": "The cursor is not valid."}]
            body = {"status": "failed", "message-type": "resource-failure", "message": told}
            raise Refused(404, body, self._headers)
        return int(start)

    def record(self, number: int, request: Request) -> dict[str, Any]:
        work = self.shelf.works[number]
        if self._all is None:  # lists of references name also what Crossref doesn't hold
            self._all = {one["id"]: one for one in self._works()}
        cited = [(other, self._all.get(other)) for other in work.get("references", ())]
        record = crossref_record(work, [crossref_reference(other, known) for other, known in cited])
        if self.asked_doi(request):
            return record
        record["score"] = self._ranked(request.params).get(number, 0.0)
        selected = self._selected(request.params)
        return {name: record[name] for name in record if not selected or name in selected}

    def body(self, page: Page) -> dict[str, Any]:
        head = {"status": "ok", "message-type": "work", "message-version": "1.0.0"}
        if page.extra.get("single"):
            return head | {"message": only(page.records)}
        message: dict[str, Any] = {"facets": {}}
        if page.cursor is not None:
            message["next-cursor"] = page.next
        message |= {
            "total-results": page.total,
            "items": page.records,
            "items-per-page": page.size,
            "query": {"start-index": page.start, "search-terms": page.request.params.get("query")},
        }
        return head | {"message-type": "work-list", "message": message}


def _any(tests: list[Test]) -> Test:
    return lambda work: any(test(work) for test in tests)


_TEXTS: dict[str, Callable[[Work], str]] = {
    "title": lambda work: work["title"],
    "people": lambda work: " ".join(full_name(author) for author in work["authors"]),
    "place": lambda work: f"{work['venue']} {work['issn']} {work['year']}",
}
_FULL: dict[str, Any] = dict.fromkeys(("volume", "issue", "first_page", "venue", "issn", "abstract"), "1")
_PERSON = {"family": "a", "given": "b", "affiliation": "c", "country": "NO"}
# What `select` takes: all that a full record holds.
FIELDS = frozenset(
    key
    for number in (1, 2)
    for key in crossref_record(
        make_work(number, "a", doi="10.5555/a", oa="gold", type="preprint", authors=[_PERSON], **_FULL),
        [{"key": "1"}],
    )
)
