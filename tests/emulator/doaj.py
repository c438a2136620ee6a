"""DOAJ: articles by a query in the path, checked and rewritten before Elasticsearch gets it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote, urlencode

from .corpus import doaj_record
from .dialect import Dialect, Page, Refused, Request
from .index import BadQuery, DateField, Maker, TextField, ValueField, Work
from .lucene import Rules, find

ROUTE = "/search/articles/"
BIGGEST_PAGE = 100
DEEPEST = 1000
PARAMETERS = frozenset("page pageSize sort".split())
SHORT = {
    "title": "bibjson.title",
    "doi": "bibjson.identifier.id.exact",
    "issn": "index.issn.exact",
    "publisher": "bibjson.journal.publisher",
    "journal": "bibjson.journal.title",
    "abstract": "bibjson.abstract",
}
TEXTS = (
    "id bibjson.title bibjson.abstract bibjson.keywords bibjson.year bibjson.month bibjson.start_page "
    "bibjson.end_page bibjson.author.name bibjson.author.affiliation bibjson.identifier.id "
    "bibjson.identifier.type bibjson.subject.term bibjson.subject.code bibjson.link.url bibjson.link.type "
    "bibjson.journal.title bibjson.journal.publisher bibjson.journal.language bibjson.journal.country "
    "bibjson.journal.issns bibjson.journal.volume bibjson.journal.number"
).split()
DATES = ("created_date", "last_updated")
SORTS: dict[str, Callable[[Work], Any]] = {
    "created_date": lambda work: work["created"],
    "last_updated": lambda work: work["created"],
    "bibjson.year.exact": lambda work: work["year"],
    "year": lambda work: work["year"],
    "title": lambda work: work["title"].lower(),
}


def _values(path: str) -> Callable[[dict[str, Any]], list[str]]:
    def walk(value: Any, steps: list[str]) -> list[str]:
        if isinstance(value, list):
            return [found for one in value for found in walk(one, steps)]
        if not steps:
            return [value]
        return walk(value[steps[0]], steps[1:]) if steps[0] in value else []

    steps = path.split(".")
    return lambda record: walk(record, steps)


def _text(path: str) -> Maker:
    return lambda items: TextField(items, _values(path))


def _exact(path: str) -> Maker:
    return lambda items: ValueField(items, _values(path))


def _date(path: str) -> Maker:
    return lambda items: DateField(items, lambda record: record[path])


class Doaj(Dialect):
    """The search for articles."""

    name = "doaj"
    makers = (
        {path: _text(path) for path in TEXTS}
        | {f"{path}.exact": _exact(path) for path in TEXTS}
        | {path: _date(path) for path in DATES}
        | {"index.issn.exact": _exact("bibjson.journal.issns")}
    )
    rules = Rules(tuple(TEXTS), lone_negation=True, unknown_fields=False)

    def describe(self, work: Work) -> dict[str, Any]:
        return doaj_record(work)

    def query(self, request: Request) -> str:
        # In a path, + is a plus.
        return unquote(request.path.removeprefix(ROUTE)) if request.path.startswith(ROUTE) else ""

    def error(self, status: int, message: str) -> dict[str, Any]:
        kinds = {400: "bad_request", 401: "unauthorised", 404: "not_found", 405: "method_not_allowed"}
        return {"status": kinds.get(status, "error"), "error": f"{message} (ref: 0f8b2c1e-7a6d-11ee)"}

    def _refuse(self, message: str) -> Refused:
        return Refused(400, self.error(400, message))

    def page(self, request: Request) -> Page:
        query, params = self.query(request), request.params
        if not query:
            raise Refused(404, self.error(404, "There is nothing at this address"))
        if unknown := set(params) - PARAMETERS:
            raise self._refuse(f"The emulator knows no {sorted(unknown)}")
        if not allowed(query):
            raise self._refuse("Query contains disallowed Lucene features")
        number = max(self._whole(params, "page", 1), 1)
        size = self._whole(params, "pageSize", 10)
        size = min(size, BIGGEST_PAGE) if size > 0 else 10
        start = (number - 1) * size
        if start >= DEEPEST:
            raise self._refuse(f"You cannot access results beyond {DEEPEST} records via this API.")
        order = self._order(params.get("sort"))
        try:
            key = (query, params.get("sort"))
            ids = self.remember(key, lambda: find(rewrite(query), self.shelf, self.rules), order)
        except BadQuery as error:
            raise self._refuse(f"There was an error executing your query: {error}") from None
        page = Page(ids, start, size, [], len(ids), request, extra={"page": number, "query": query})
        page.records = self.records(page, start)
        page.extra["links"] = self._links(page)
        page.headers = self._headers(page)
        return page

    def _whole(self, params: dict[str, str], name: str, default: int) -> int:
        text = params.get(name, str(default))
        if not re.fullmatch(r"-?\d{1,9}", text):
            raise self._refuse(f"{name} was not an integer")
        return int(text)

    def _order(self, sort: str | None) -> Callable[[int], Any] | None:
        if sort is None:
            return None
        name, _, direction = sort.partition(":")
        if direction not in ("", "asc", "desc"):
            raise self._refuse("Sort direction must be 'asc' or 'desc'")
        if name not in SORTS:
            raise self._refuse("There was an error executing your query")
        key, works = SORTS[name], self.shelf.works
        row = sorted(works, key=lambda number: key(works[number]), reverse=direction == "desc")
        return {number: place for place, number in enumerate(row)}.__getitem__

    def _links(self, page: Page) -> dict[str, str]:
        number = page.extra["page"]
        last = max((page.total - 1) // page.size + 1, 1)
        pages = {"prev": number - 1 or None, "next": number + 1 if number < last else None, "last": last}
        sort = {"sort": page.request.params["sort"]} if "sort" in page.request.params else {}
        start = f"{page.request.base}{ROUTE}{quote(page.extra['query'], safe=':')}"
        return {
            name: f"{start}?{urlencode({'page': to, 'pageSize': page.size} | sort)}"
            for name, to in pages.items()
            if to is not None
        }

    @staticmethod
    def _headers(page: Page) -> dict[str, str]:
        links = ", ".join(f"<{url}>; rel={name}" for name, url in page.extra["links"].items())
        return {"X-Total-Count": str(page.total), "Link": links}

    def record(self, number: int, request: Request) -> dict[str, Any]:
        return self.shelf.items[number]

    def body(self, page: Page) -> dict[str, Any]:
        head = {
            "total": page.total,
            "page": page.extra["page"],
            "pageSize": page.size,
            "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "query": page.extra["query"],
            "results": page.records,
        }
        sort = page.request.params.get("sort")
        links: dict[str, Any] = page.extra["links"]
        return head | links | ({"sort": sort} if sort is not None else {})


def allowed(query: str) -> bool:
    """Say whether DOAJ's own check lets a query pass; it looks into phrases as well."""
    return not re.search(r"(?<=.)(?<!\\)[?*~]", query, re.DOTALL)


def rewrite(query: str) -> str:
    """Do to a query what DOAJ does before Elasticsearch sees it: long field names, slashes, colons.

    The last is a trap: of the colons behind the first, only one that follows a capital AND or OR (with
    blanks) since the colon before it stays the mark of a field. All others are escaped, so that in
    `title:a NOT title:b` the second field is a word.
    """
    for short, long in SHORT.items():
        query = re.sub(rf"(?:(?<=^)|(?<=[\s+\-()\"])){short}:", f"{long}:", query)
    query = re.sub(r"(?<=[^\\])/", r"\\/", query)
    parts = query.split(":")
    for place in range(1, len(parts) - 1):
        part = parts[place]
        if not part.endswith("\\") and " AND " not in part and " OR " not in part:
            parts[place] += "\\"
    return ":".join(parts)
