"""OpenAlex: `/works` with filters, cursors, credits and keys."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from .corpus import make_work, openalex_date, openalex_record, record_id
from .dialect import Dialect, Page, Refused, Request
from .index import NOTHING, Clause, Found, Items, Maker, Shelf, TextField, Work, combine
from .text import words

PARAMETERS = frozenset(
    "filter search search.exact sort per_page per-page page cursor select api_key mailto data-version".split()
)
NOT_HERE = frozenset("group_by group-by sample seed search.semantic include_xpac".split())
SCOPES = {
    "title_and_abstract": ("title", "abstract"),
    "title": ("title",),
    "display_name": ("title",),
    "abstract": ("abstract",),
    "fulltext": ("fulltext",),
    "default": ("title", "abstract", "fulltext"),
}
FIELDS = frozenset(openalex_record(make_work(0, "")))
SORTS: dict[str, Callable[[Work], Any]] = {
    "publication_date": openalex_date,
    "publication_year": lambda work: work["year"],
    "display_name": lambda work: work["title"],
    "cited_by_count": lambda work: work["id"] * 7 % 90,
}
DEEPEST = 10_000
MOST_VALUES = 100
COST_SEARCH, COST_LIST = 10, 1


def _text(name: str, stemmed: bool) -> Maker:
    def make(items: Items) -> TextField:
        return TextField(items, lambda work: [work.get(name, "")], stemmed)

    return make


class OpenAlex(Dialect):
    """The `works` end point."""

    name = "openalex"
    makers = {  # noqa: RUF012 (never changed)
        f"{name}{suffix}": _text(name, stemmed)
        for name in ("title", "abstract", "fulltext")
        for suffix, stemmed in (("", True), (".exact", False))
    }

    def forget(self) -> None:
        super().forget()
        self._known: dict[str, dict[str, set[int]]] = {}

    def query(self, request: Request) -> str:
        """Give the search part of the filter, or of the `search` parameter."""
        for piece in _split(request.params.get("filter", "")):
            key, _, value = piece.partition(":")
            if ".search" in key:
                return value
        return request.params.get("search") or request.params.get("search.exact", "")

    def error(self, status: int, message: str) -> dict[str, Any]:
        kinds = {401: "Invalid or missing API key", 404: "Not found", 429: "Rate limit exceeded"}
        return {"error": kinds.get(status, "Invalid query parameters error."), "message": message}

    def _refuse(self, status: int, message: str, headers: dict[str, str] | None = None) -> Refused:
        return Refused(status, self.error(status, message), headers)

    # --- reading a request --------------------------------------------------------------------------

    def page(self, request: Request) -> Page:
        self._check_length(request)
        self._check_key(request)
        if request.path not in ("/works", "/works/"):
            raise self._refuse(404, f"{request.path} is not a valid end point.")
        params = request.params
        for name in params:
            if name in NOT_HERE:
                raise self._refuse(400, f"The emulator knows no {name}.")
            if name not in PARAMETERS:
                raise self._refuse(400, f"{name} is not a valid parameter.")
        self._check_select(params)
        size = self._whole(params.get("per_page", params.get("per-page", "25")), "per_page", 1, 100)
        ids, mark = self._ids(params)
        cost = COST_SEARCH if self._searches(params) else COST_LIST
        return self._cut(request, ids, mark, size, self._charge(cost))

    def _check_length(self, request: Request) -> None:
        length, limit = len(request.url.encode()), self.options["url_limit"]
        if length > limit:
            message = f"Your request URL is {length} bytes, over the {limit}-byte limit."
            raise Refused(400, {"error": "Request URL too long", "message": message})

    def _check_key(self, request: Request) -> None:
        right = self.options["keys"].get(self.name)
        given = {request.params.get("api_key")}
        kind, _, bearer = request.headers.get("authorization", "").partition(" ")
        given |= {bearer.strip() if kind.lower() == "bearer" else None}
        given -= {None}
        if (given and right and given != {right}) or (not given and not self.options["keyless"]):
            raise self._refuse(401, "The API key is missing, or not one of ours.")

    def _check_select(self, params: dict[str, str]) -> None:
        for name in self._selected(params):
            if name not in FIELDS:
                raise self._refuse(
                    400, f"{name} is not a valid select field. It must be one of: {sorted(FIELDS)}"
                )

    @staticmethod
    def _selected(params: dict[str, str]) -> list[str]:
        return params["select"].split(",") if params.get("select") else []

    def _whole(self, text: str, name: str, low: int, high: int) -> int:
        if not re.fullmatch(r"\d{1,9}", text) or not low <= int(text) <= high:
            raise self._refuse(400, f"{name} must be a number between {low} and {high}.")
        return int(text)

    @staticmethod
    def _searches(params: dict[str, str]) -> bool:
        keys = [piece.partition(":")[0] for piece in _split(params.get("filter", ""))]
        return "search" in params or "search.exact" in params or any(".search" in key for key in keys)

    # --- filters ------------------------------------------------------------------------------------

    def _ids(self, params: dict[str, str]) -> tuple[tuple[int, ...], str]:
        """Evaluate filters and search; also give a mark of the query, by which its cursors are known."""
        key = tuple(params.get(name, "") for name in ("filter", "search", "search.exact", "sort"))
        mark = hashlib.sha256(repr(key).encode()).hexdigest()[:12]
        return self.remember(key, lambda: self._find(params), self._order(params.get("sort", ""))), mark

    def _find(self, params: dict[str, str]) -> Found:
        found = self.shelf.everything
        for piece in _split(params.get("filter", "")):
            key, colon, value = piece.partition(":")
            if not colon or not value.strip():
                raise self._refuse(400, f"Filter {piece!r} has no value: it must look like key:value.")
            found = found & self._filter(key.strip(), value.strip())
        for name, exact in (("search", False), ("search.exact", True)):
            if name in params:
                found = found & self._search(params[name], SCOPES["default"], exact)
        return found

    def _order(self, sort: str) -> Callable[[int], Any] | None:
        if not sort:
            return None
        name, _, direction = sort.partition(":")
        if name not in SORTS or direction not in ("", "asc", "desc"):
            raise self._refuse(400, f"{sort} is not a valid sort.")
        key, works = SORTS[name], self.shelf.works
        row = sorted(works, key=lambda number: key(works[number]), reverse=direction == "desc")
        return {number: place for place, number in enumerate(row)}.__getitem__

    def _filter(self, key: str, value: str) -> Found:
        values = value.split("|")
        if len(values) > MOST_VALUES:
            raise self._refuse(400, f"Maximum number of values exceeded for {key}.")
        scope, _, kind = key.partition(".search")
        if ".search" in key:
            if scope not in SCOPES or kind not in ("", ".exact", ".no_stem"):
                raise self._refuse(400, f"{key} is not a valid field.")
            return frozenset().union(*(self._search(one, SCOPES[scope], bool(kind)) for one in values))
        if key in ("from_created_date", "from_updated_date", "to_created_date", "to_updated_date"):
            raise self._refuse(403, f"{key} needs a paid plan.")
        if key in KEYS:
            known = self._numbers(key)
            named = {number for one in values for number in known.get(KEYS[key](one.strip("! ")), ())}
            return self.shelf.everything - named if value.startswith("!") else named
        if key not in FILTERS:
            valid = ", ".join([*FILTERS, *KEYS])
            raise self._refuse(400, f"{key} is not a valid field. Valid fields are: {valid}.")
        try:
            tests = [FILTERS[key](one.removeprefix("!").strip()) for one in values]
        except ValueError:
            raise self._refuse(400, f"Value for param {key} is not valid: {value}.") from None
        found = self.shelf.where(lambda work: any(test(work) for test in tests))
        return self.shelf.everything - found if value.startswith("!") else found

    def _numbers(self, key: str) -> dict[str, set[int]]:
        """Give the works that have each DOI or id, as small as `KEYS` makes it."""
        name = "doi" if key == "doi" else "id"
        if name not in self._known:
            table = self._known[name] = {}
            for number, work in self.shelf.works.items():
                if value := work["doi"] if name == "doi" else record_id(self.name, work):
                    table.setdefault(KEYS[key](value), set()).add(number)
        return self._known[name]

    def _search(self, text: str, scope: tuple[str, ...], exact: bool) -> Found:
        try:
            return Search(text, self.shelf, scope, exact).found()
        except ValueError as error:
            raise self._refuse(400, str(error)) from None

    # --- pages --------------------------------------------------------------------------------------

    def _cut(
        self, request: Request, ids: tuple[int, ...], mark: str, size: int, headers: dict[str, str]
    ) -> Page:
        params = request.params
        page = Page(ids, 0, size, [], len(ids), request, params.get("cursor"), headers=headers)
        if page.cursor is None:
            number = self._whole(params.get("page", "1"), "page", 1, 10**9)
            if number * size > DEEPEST:
                raise self._refuse(400, "Maximum results size of 10,000 records is exceeded. Use a cursor.")
            page.start, page.extra["page"] = (number - 1) * size, number
        else:
            if "page" in params:
                raise self._refuse(400, "Use page or cursor, not both.")
            page.start = self._start(page.cursor, ids, mark)
            page.next = self._next(page, mark)
        page.records = self.records(page, page.start)
        return page

    def _start(self, cursor: str, ids: tuple[int, ...], mark: str) -> int:
        if cursor == "*":
            return 0
        try:
            start, last, of = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        except (ValueError, binascii.Error, TypeError):
            of = None
        if of != mark:
            raise self._refuse(400, "Cursor value is not valid for this query.")
        # A cursor stands behind a record, not at a number: what comes and goes before it moves nothing.
        return ids.index(last) + 1 if last in ids else int(start)

    def _next(self, page: Page, mark: str) -> str | None:
        end = min(page.start + page.size, len(page.ids))
        empty = page.start >= len(page.ids)
        if empty or (end == len(page.ids) and self.options["last_cursor_null"]):
            return None
        inside = json.dumps([end, page.ids[end - 1], mark])
        return base64.urlsafe_b64encode(inside.encode()).decode()

    def record(self, number: int, request: Request) -> dict[str, Any]:
        work, selected = self.shelf.works[number], self._selected(request.params)
        if "references" in work:  # to works it doesn't hold, OpenAlex can't refer
            work = work | {"references": [other for other in work["references"] if other in self.shelf.works]}
        record = openalex_record(work)
        if selected:
            return {name: record[name] for name in record if name in selected}
        return record | ({"relevance_score": 12.345678} if self._searches(request.params) else {})

    def body(self, page: Page) -> dict[str, Any]:
        meta: dict[str, Any] = {
            "count": page.total,
            "db_response_time_ms": int(time.monotonic() * 1000) % 90 + 10,
            "page": page.extra.get("page"),
            "per_page": page.size,
        }
        if page.cursor is not None:
            meta["next_cursor"] = page.next
        return {"meta": meta | {"groups_count": None}, "results": page.records, "group_by": []}

    # --- credits ------------------------------------------------------------------------------------

    def _charge(self, cost: int) -> dict[str, str]:
        """Take the price of a call; a refused call costs nothing."""
        left, now = self.options["credits"], datetime.now(UTC)
        reset = str(86_400 - (now.hour * 3600 + now.minute * 60 + now.second))
        headers = {
            "X-RateLimit-Limit": str(self.options["credits_limit"]),
            "X-RateLimit-Credits-Used": str(cost),
            "X-RateLimit-Reset": reset,
        }
        if left is None:
            self.options["credits_used"] += cost
            rest = max(self.options["credits_limit"] - self.options["credits_used"], 0)
        elif left < cost:
            gone = {"X-RateLimit-Remaining": str(left), "X-RateLimit-Credits-Used": "0", "Retry-After": reset}
            raise self._refuse(429, "You have used up the credits of this day.", headers | gone)
        else:
            rest = self.options["credits"] = left - cost
        return headers | {"X-RateLimit-Remaining": str(rest)}


def _split(filters: str) -> list[str]:
    """Cut a filter at its commas; quotes don't protect them."""
    return filters.split(",") if filters else []


# --- filters on facts: each turns a value into a test, or raises ValueError --------------------------

Test = Callable[[Work], bool]


def _year(value: str) -> Test:
    bounds = re.fullmatch(r"(\d{4})?(-)?(\d{4})?", value)
    if sign := re.fullmatch(r"([<>])(\d{4})", value):
        year = int(sign[2])
        return (lambda work: work["year"] > year) if sign[1] == ">" else (lambda work: work["year"] < year)
    if not bounds or not (bounds[1] or bounds[3]) or (bounds[1] and bounds[3] and not bounds[2]):
        raise ValueError(value)
    low, high = bounds[1], bounds[3] if bounds[2] else bounds[1]
    return lambda work: int(low or 0) <= work["year"] <= int(high or 9999)


def _day(value: str) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise ValueError(value)
    return date.fromisoformat(value).isoformat()


def _from_day(value: str) -> Test:
    day = _day(value)
    return lambda work: openalex_date(work) >= day


def _to_day(value: str) -> Test:
    day = _day(value)
    return lambda work: openalex_date(work) <= day


def _on_day(value: str) -> Test:
    day = _day(value)
    return lambda work: openalex_date(work) == day


def _flag(test: Test) -> Callable[[str], Test]:
    def read(value: str) -> Test:
        if value.lower() not in ("true", "false"):
            raise ValueError(value)
        wanted = value.lower() == "true"
        return lambda work: test(work) is wanted

    return read


def _equal(fact: Callable[[Work], str | None]) -> Callable[[str], Test]:
    return lambda value: lambda work: (fact(work) or "null").lower() == value.lower()


def _short_doi(value: str) -> str:
    return re.sub(r"^https?://(dx\.)?doi\.org/", "", value.lower())


def _short_id(value: str) -> str:
    return value.upper().rpartition("/")[2]


# What names single works: looked up, not tested work by work, as a filter holds up to a hundred of them.
KEYS: dict[str, Callable[[str], str]] = {
    "doi": _short_doi,
    "openalex": _short_id,
    "openalex_id": _short_id,
    "ids.openalex": _short_id,
}

FILTERS: dict[str, Callable[[str], Test]] = {
    "publication_year": _year,
    "from_publication_date": _from_day,
    "to_publication_date": _to_day,
    "publication_date": _on_day,
    "type": _equal(lambda work: work["type"]),
    "language": _equal(lambda work: work["language"]),
    "is_retracted": _flag(lambda work: work["retracted"]),
    "is_paratext": _flag(lambda work: False),
    "has_doi": _flag(lambda work: bool(work["doi"])),
    "has_abstract": _flag(lambda work: bool(work["abstract"] and not work.get("abstract_hidden"))),
    "is_oa": _flag(lambda work: work["oa"] != "closed"),
    "open_access.is_oa": _flag(lambda work: work["oa"] != "closed"),
    "oa_status": _equal(lambda work: work["oa"]),
    "open_access.oa_status": _equal(lambda work: work["oa"]),
    "primary_location.source.issn": _equal(lambda work: work["issn"]),
    "primary_location.source.is_in_doaj": _flag(lambda work: "doaj" in work["sources"]),
}


# --- the search language -----------------------------------------------------------------------------

_TOKEN = re.compile(r'\s*(?:(?P<open>\()|(?P<close>\))|"(?P<phrase>[^"]*)"|(?P<word>[^\s()"]+)|(?P<odd>"))')
_WILD = re.compile(r"[^\W_]{3,}(\*[^\W_]*)+")


class Search:
    """A reader of OpenAlex' search language, as far as it is documented.

    Words, phrases in quotes, AND OR NOT in capitals, parentheses. Rows that mix AND and OR without
    parentheses are taken as Elasticsearch does (see `combine`), for their meaning is not documented.
    Characters that mean something to Elasticsearch but are not documented are refused outside quotes,
    so that nothing can depend on them.
    """

    def __init__(self, text: str, shelf: Shelf, scope: tuple[str, ...], exact: bool) -> None:
        found = [shelf.field(name + (".exact" if exact else "")) for name in scope]
        self._fields = [field for field in found if isinstance(field, TextField)]
        self._everything = shelf.everything
        self._exact = exact
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
        clauses: list[Clause] = []
        joint = sign = ""
        while self._tokens and self._tokens[0][0] != "close":
            kind, text = self._tokens.pop(0)
            if kind == "word" and text in ("AND", "OR"):
                if joint or sign or not clauses:
                    raise ValueError(f"{text} stands where it can't.")
                joint = text
            elif kind == "word" and text == "NOT":
                if sign:
                    raise ValueError("NOT stands where it can't.")
                sign = "-"
            else:
                clauses.append((joint, sign, self._clause(kind, text)))
                joint = sign = ""
        if joint or sign or not clauses:
            raise ValueError("Something is missing behind an operator or between parentheses.")
        if bool(self._tokens) is not nested:
            raise ValueError("Unbalanced parentheses.")
        return combine(clauses, "AND", self._everything)

    def _clause(self, kind: str, text: str) -> Found | None:
        if kind == "open":
            found = self._row(nested=True)
            self._tokens.pop(0)
            return found
        if "*" in text or "?" in text:
            return self._wildcard(kind, text)
        if kind == "phrase":
            return self._union([field.phrase(text) for field in self._fields])
        if text[0] in "+-!" or re.search(r"[~^\[\]{}\\]", text):
            raise ValueError(f"The emulator takes nothing undocumented, such as {text}.")
        # Each word of its own: one may stand in the title, the other in the abstract.
        parts = [self._union([field.term(word) for field in self._fields]) for word in words(text)]
        known = [frozenset(part) for part in parts if part is not None]
        return frozenset.intersection(*known) if known else None

    def _wildcard(self, kind: str, text: str) -> Found | None:
        if not self._exact:
            raise ValueError("Wildcards (* or ?) require exact (no-stem) search. Use .search.exact instead.")
        if kind == "phrase" or not _WILD.fullmatch(text):
            raise ValueError(f"Wildcard not allowed here: {text}. It needs at least 3 leading characters.")
        return self._union([field.pattern(text) for field in self._fields])

    @staticmethod
    def _union(answers: list[Found | None]) -> Found | None:
        said = [answer for answer in answers if answer is not None]
        return frozenset().union(*said) if said else None
