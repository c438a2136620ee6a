"""Semantic Scholar: the bulk search for papers, a query language of signs, tokens from page to page."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Callable
from typing import Any

from .corpus import semantic_scholar_record
from .dialect import Dialect, Page, Refused, Request
from .index import NOTHING, Found, Maker, TextField, Work

PATH = "/paper/search/bulk"
PARAMETERS = frozenset(
    "query token fields sort year offset limit".split()
)  # of these it ignores the last two
FIELDS = frozenset(
    "paperId corpusId externalIds url title abstract venue publicationVenue year referenceCount "
    "citationCount influentialCitationCount isOpenAccess openAccessPdf fieldsOfStudy s2FieldsOfStudy "
    "publicationTypes publicationDate journal citationStyles authors".split()
)
SCOPE = ("title", "abstract")

_TOKEN = re.compile(
    r'\s*(?:(?P<open>\()|(?P<close>\))|(?P<and>\+)|(?P<or>\|)|(?P<not>-)(?=\S)|"(?P<phrase>[^"]*)"|'
    r'(?P<word>[^\s()"+|]+)|(?P<odd>"))'
)


def _text(name: str) -> Maker:
    # What is searched is the work's text; the record may lack the abstract.
    return lambda items: TextField(items, lambda work: [work[name]], stemmed=True)


MAKERS: dict[str, Maker] = {name: _text(name) for name in SCOPE}


class SemanticScholar(Dialect):
    """Bulk search; anything else isn't there."""

    name = "semantic_scholar"
    makers = MAKERS

    def query(self, request: Request) -> str:
        return request.params.get("query", "")

    def error(self, status: int, message: str) -> dict[str, Any]:
        return {"message": message} if status in (403, 429) else {"error": message}

    def _refuse(self, message: str) -> Refused:
        return Refused(400, self.error(400, message))

    def page(self, request: Request) -> Page:
        params, query = request.params, self.query(request)
        if request.path != PATH:
            raise Refused(404, self.error(404, "Not found"))
        self._check_key(request)
        if unknown := set(params) - PARAMETERS:
            raise self._refuse(f"The emulator knows no {sorted(unknown)}")
        if unknown := set(params.get("fields", "title").split(",")) - FIELDS:
            raise self._refuse(f"Unrecognized or unsupported fields: [{', '.join(sorted(unknown))}]")
        if not query.strip():
            raise self._refuse("Missing required parameter: 'query'")
        key = (query, params.get("year", ""))
        start = self._start(params.get("token"), key)
        try:
            in_year = _years(key[1])
            ids = self.remember(key, lambda: Search(query, self).found() & self.shelf.where(in_year))
        except ValueError as error:
            raise self._refuse(str(error)) from None
        size = self.options["semantic_scholar_page"]
        page = Page(ids, start, size, [], len(ids), request, cursor=params.get("token"))
        page.records = self.records(page, start)
        if start + size < len(ids):
            page.next = self._token(start + size, key)
        return page

    def _check_key(self, request: Request) -> None:
        right, given = self.options["keys"].get(self.name), request.headers.get("x-api-key")
        if given is not None and right is not None and given != right:
            raise Refused(403, self.error(403, "Forbidden"))

    @staticmethod
    def _token(start: int, key: tuple[str, str]) -> str:
        return base64.b32encode(f"{start:05}{zlib.crc32(repr(key).encode()):08x}".encode()).decode()

    def _start(self, token: str | None, key: tuple[str, str]) -> int:
        if token is None:
            return 0
        try:
            start = int(base64.b32decode(token)[:5])
        except ValueError:
            raise self._refuse("Invalid token") from None
        if token != self._token(start, key):
            raise self._refuse("The token belongs to another query")
        return start

    def record(self, number: int, request: Request) -> dict[str, Any]:
        wanted = {"paperId", *request.params.get("fields", "title").split(",")}
        full = semantic_scholar_record(self.shelf.works[number])
        return {name: value for name, value in full.items() if name in wanted}

    def body(self, page: Page) -> dict[str, Any]:
        return {"total": page.total, "token": page.next, "data": page.records}


def _years(text: str) -> Callable[[Work], bool]:
    """Read 2019, 2016-2020, 2010- or -2015."""
    bounds = re.fullmatch(r"(\d{4})?(-)?(\d{4})?", text)
    if not bounds or (text and not (bounds[1] or bounds[3])):
        raise ValueError(f"Invalid year: {text}")
    low, high = bounds[1], bounds[3] if bounds[2] else bounds[1]
    return lambda work: int(low or 0) <= work["year"] <= int(high or 9999)


class Search:
    """A reader of its query language: Elasticsearch's simple query string, as far as it is documented.

    It goes from left to right; neither + nor | binds more, and a blank is a +. The service takes whatever
    it can't read for words; here it is refused, so that nothing can depend on it, and so is ~.
    """

    def __init__(self, text: str, dialect: Dialect) -> None:
        shelf = dialect.shelf
        found = [shelf.field(name) for name in SCOPE]
        self._fields = [field for field in found if isinstance(field, TextField)]
        self._everything = shelf.everything
        self._tokens = [
            (match.lastgroup or "", match[match.lastgroup or 0]) for match in _TOKEN.finditer(text)
        ]
        if any(kind == "odd" for kind, _ in self._tokens):
            raise ValueError("Unbalanced quotes.")

    def found(self) -> Found:
        """Evaluate all of it."""
        found = self._row(nested=False)
        return NOTHING if found is None else found

    def _row(self, nested: bool) -> Found | None:
        row: Found | None = None
        joint, negated, empty = "", False, True
        while self._tokens and self._tokens[0][0] != "close":
            kind, text = self._tokens.pop(0)
            if kind in ("and", "or"):
                if joint or negated or empty:
                    raise ValueError(f"{text} stands where it can't.")
                joint = kind
            elif kind == "not":
                negated = True
            else:
                found = self._clause(kind, text)
                if negated:
                    found = self._everything - (found or NOTHING)
                if row is None or found is None:
                    row = found if row is None else row
                else:
                    row = row | found if joint == "or" else row & found
                joint, negated, empty = "", False, False
        if joint or negated or empty:
            raise ValueError("Something is missing behind an operator or between parentheses.")
        if bool(self._tokens) is not nested:
            raise ValueError("Unbalanced parentheses.")
        return row

    def _clause(self, kind: str, text: str) -> Found | None:
        if kind == "open":
            found = self._row(nested=True)
            self._tokens.pop(0)
            return found
        if kind == "phrase":
            return self._union(lambda field: field.phrase(text))
        if "~" in text or "*" in text[:-1]:
            raise ValueError(f"The emulator knows * at the end of a word only, and no ~: {text}")
        if text.endswith("*"):
            # What stands before a * is not stemmed.
            return self._union(lambda field: field.prefix(text[:-1]))
        return self._union(lambda field: field.term(text))

    def _union(self, ask: Callable[[TextField], Found | None]) -> Found | None:
        said = [answer for field in self._fields if (answer := ask(field)) is not None]
        return frozenset().union(*said) if said else None
