"""Europe PMC: one address, Lucene's query language, a mark of where to go on."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Callable
from typing import Any

from .corpus import europepmc_record
from .dialect import Dialect, Page, Refused, Request
from .index import BadQuery, DateField, Maker, NumberField, TextField, ValueField, Work
from .lucene import Rules, find

BIGGEST_PAGE = 1000
PARAMETERS = frozenset("query resultType format pageSize cursorMark sort synonym email".split())
# A word without a field is looked for in the full text too, which no work here has.
UNFIELDED = ("TITLE", "ABSTRACT", "KW", "AUTH", "JOURNAL", "AFF")
_FULL_ONLY = frozenset(
    "authorList journalInfo abstractText affiliation language pubModel pubTypeList keywordList "
    "meshHeadingList fullTextUrlList dateOfCreation".split()
)

Record = dict[str, Any]


def _at(record: Record, *path: str) -> Any:
    found: Any = record
    for key in path:
        found = found.get(key, {}) if isinstance(found, dict) else {}
    return found


def _keywords(record: Record) -> list[str]:
    return list(_at(record, "keywordList", "keyword") or ())


def _journal(record: Record) -> list[str]:
    return [_at(record, "journalInfo", "journal", "title") or ""]


VALUES: dict[str, Callable[[Record], list[str]]] = {
    "TITLE": lambda record: [record["title"]],
    "ABSTRACT": lambda record: [record.get("abstractText", "")],
    "TITLE_ABS": lambda record: [record["title"], record.get("abstractText", "")],
    "KW": _keywords,
    "AUTH": lambda record: [a["fullName"] for a in _at(record, "authorList", "author") or ()],
    "AFF": lambda record: [record.get("affiliation", "")],
    "JOURNAL": _journal,
    "LANG": lambda record: [record.get("language", "")],
    "PUB_TYPE": lambda record: _at(record, "pubTypeList", "pubType") or [],
}


def _text(values: Callable[[Record], list[str]]) -> Maker:
    return lambda items: TextField(items, values)


def _exact(name: str) -> Maker:
    return lambda items: ValueField(items, lambda record: [record.get(name, "")])


MAKERS: dict[str, Maker] = {
    **{name: _text(values) for name, values in VALUES.items()},
    "SRC": _exact("source"),
    "EXT_ID": _exact("id"),
    "DOI": _exact("doi"),
    "PUB_YEAR": lambda items: NumberField(items, lambda record: int(record["pubYear"])),
    "FIRST_PDATE": lambda items: DateField(items, lambda record: record["firstPublicationDate"]),
}


class EuropePmc(Dialect):
    """The module "search"."""

    name = "europepmc"
    ascii_only = False
    rules = Rules(UNFIELDED, unknown_fields=False)
    makers = MAKERS

    def describe(self, work: Work) -> Record:
        return europepmc_record(work)

    def query(self, request: Request) -> str:
        return request.params.get("query", "")

    def error(self, status: int, message: str) -> dict[str, Any]:
        return {"version": "6.9", "errCode": status, "errMsg": message}

    def _refuse(self, message: str) -> Refused:
        """Refuse with status 200, as its replies to wrong identifiers do."""
        return Refused(200, self.error(404, message))

    def page(self, request: Request) -> Page:
        params, query = request.params, self.query(request)
        if request.path != "/search":
            raise Refused(404, self.error(404, "Not found"))
        unknown = set(params) - PARAMETERS
        if unknown or not query.strip():
            raise self._refuse(f"Missing or unknown parameter: {sorted(unknown) or 'query'}")
        if params.get("format") != "json" or params.get("resultType", "lite") not in ("lite", "core"):
            raise self._refuse("The emulator writes JSON only, lite or core")
        size = params.get("pageSize", "25")
        if not re.fullmatch(r"\d{1,4}", size) or int(size) > BIGGEST_PAGE:
            raise self._refuse(f"Invalid pageSize {size}: at most {BIGGEST_PAGE}")
        mark = params.get("cursorMark", "*")
        start = self._start(mark, query)
        try:
            ids = self.remember(query, lambda: find(query, self.shelf, self.rules))
        except BadQuery as error:
            raise self._refuse(f"Syntax error: {error}") from None
        page = Page(ids, start, int(size), [], len(ids), request, cursor=mark)
        page.records = self.records(page, start)
        more = start + page.size < len(ids)
        # The last page repeats the mark it was asked with; without results there is none.
        page.next = self._mark(start + page.size, query) if more else mark if ids else None
        return page

    @staticmethod
    def _mark(start: int, query: str) -> str:
        return base64.b64encode(f"{start:06}{zlib.crc32(query.encode()):08x}".encode()).decode()

    def _start(self, mark: str, query: str) -> int:
        if mark == "*":
            return 0
        try:
            start = int(base64.b64decode(mark, validate=True)[:6])
        except ValueError:
            raise self._refuse("Invalid cursorMark") from None
        if mark != self._mark(start, query):
            raise self._refuse("The cursorMark belongs to another query")
        return start

    def record(self, number: int, request: Request) -> Record:
        full: Record = self.shelf.items[number]
        return full if request.params.get("resultType") == "core" else lite(full)

    def body(self, page: Page) -> dict[str, Any]:
        params = page.request.params
        asked = {
            "queryString": self.query(page.request),
            "resultType": params.get("resultType", "lite"),
            "cursorMark": "%2A" if page.cursor == "*" else page.cursor,
            "pageSize": page.size,
            "sort": params.get("sort", ""),
            "synonym": False,
        }
        following = {}
        if page.next is not None:
            address = f"{page.request.base}/search?query=...&cursorMark={page.next}"
            following = {"nextCursorMark": page.next, "nextPageUrl": address}
        head = {"version": "6.9", "hitCount": page.total}
        return head | following | {"request": asked, "resultList": {"result": page.records}}


def lite(full: Record) -> Record:
    """Write what a result is without `resultType=core`."""
    issue = full.get("journalInfo", {})
    journal = issue.get("journal", {})
    short = {
        "journalTitle": journal.get("medlineAbbreviation"),
        "issue": issue.get("issue"),
        "journalVolume": issue.get("volume"),
        "journalIssn": "; ".join(filter(None, (journal.get("issn"), journal.get("essn")))),
        "pubType": "; ".join(full["pubTypeList"]["pubType"]).lower(),
    }
    kept = {key: value for key, value in full.items() if key not in _FULL_ONLY}
    return kept | {key: value for key, value in short.items() if value}
