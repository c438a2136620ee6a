"""ERIC: one address, Solr's query language, rows and start."""

from __future__ import annotations

import re
from typing import Any
from xml.sax.saxutils import escape

from .corpus import eric_record
from .dialect import Dialect, Page, Refused, Request
from .index import BadQuery, Maker, NumberField, TextField, Work
from .lucene import Rules, find

UNFIELDED = ("title", "author", "source", "subject", "description")
DEFAULT_FIELDS = (
    "id title author description subject publicationtype publicationdateyear language issn isbn publisher "
    "peerreviewed"
).split()
TEXTS = (
    *UNFIELDED,
    *"publicationtype language issn isbn publisher peerreviewed id url educationlevel".split(),
)
NUMBERS = ("publicationdateyear", "e_fulltextauth")
PARAMETERS = frozenset("search format rows start fields".split())


def _text(name: str) -> Maker:
    def values(record: dict[str, Any]) -> list[str]:
        value = record.get(name, [])
        return value if isinstance(value, list) else [value]

    return lambda items: TextField(items, values)


def _number(name: str) -> Maker:
    return lambda items: NumberField(items, lambda record: record.get(name))


class Eric(Dialect):
    """The only end point there is."""

    name = "eric"
    ascii_only = False
    makers = {name: _text(name) for name in TEXTS} | {name: _number(name) for name in NUMBERS}

    def describe(self, work: Work) -> dict[str, Any]:
        return eric_record(work)

    def query(self, request: Request) -> str:
        return request.params.get("search", "")

    def error(self, status: int, message: str) -> dict[str, Any]:
        return {"responseHeader": {"status": status, "QTime": 1}, "error": {"msg": message, "code": status}}

    def page(self, request: Request) -> Page:
        params = request.params
        if request.path not in ("", "/"):
            raise Refused(404, self.error(404, "Not found"))
        unknown = set(params) - PARAMETERS
        if unknown or not params.get("search", "").strip():
            raise Refused(
                400, self.error(400, f"Missing or unknown parameter: {sorted(unknown) or 'search'}")
            )
        size = min(self._whole(params, "rows", 20), self.options["eric_rows"])
        start = self._whole(params, "start", 0)
        rules = Rules(UNFIELDED, operator=self.options["eric_operator"])
        try:
            key = (params["search"], rules.operator)
            ids = self.remember(key, lambda: find(params["search"], self.shelf, rules))
        except BadQuery as error:
            wrong = self.error(400, f"org.apache.solr.search.SyntaxError: {error}")
            raise Refused(self.options["eric_error_status"], wrong) from None
        page = Page(ids, start, size, [], len(ids), request)
        page.records = self.records(page, start)
        return page

    def _whole(self, params: dict[str, str], name: str, default: int) -> int:
        text = params.get(name, str(default))
        if not re.fullmatch(r"\d{1,9}", text):
            raise Refused(400, self.error(400, f"For input string: {text!r} ({name})"))
        return int(text)

    def record(self, number: int, request: Request) -> dict[str, Any]:
        wanted = request.params.get("fields")
        names = [name.strip() for name in wanted.split(",")] if wanted else DEFAULT_FIELDS
        return {key: value for key, value in self.shelf.items[number].items() if key in names}

    def body(self, page: Page) -> Any:
        head = {"numFound": page.total, "start": page.start, "numFoundExact": True, "docs": page.records}
        if page.request.params.get("format") != "json":
            found = escape(str(page.total))
            return (
                f'<?xml version="1.0"?><response><result numFound="{found}" start="{page.start}"/></response>'
            )
        return {"response": head}
