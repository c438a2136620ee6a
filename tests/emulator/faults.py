"""What can go wrong: a `Fault` says what, where and how often.

Kinds, by what they do:

* Instead of an answer: "status" (any status, headers, body), "html", "echo_key" (repeats the key it was
  sent), "error_200" (an error with status 200), "null" (JSON, but nothing in it), "refuse" (closes the
  connection), "hang" (says nothing), "endless" (a body without end, of at most `size` bytes), "bomb"
  (gzip that unpacks to `size` bytes).
* With the right answer, badly sent: "slow" (after `seconds`), "drip" (byte by byte, `seconds` between
  them), "reset" (half of it, then RST), "cut" (Content-Length of all, half of it, then the end),
  "truncated" (valid HTTP, half of the JSON), "bad_json", "encoding" (says gzip, isn't), "not_utf8",
  "bom", "headers" (with `headers` on top).
* With another answer, well sent: "empty", "short" (without the last record), "duplicate" (first record
  twice, the second is gone), "overlap" (first record is the last of the page before), "previous_page",
  "same_cursor", "no_cursor" (says that this is the last page), "total" (changed by `delta`), "no_total",
  "strange" (first record is `record`, or one of `strange_record`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .dialect import Dialect, Page

INSTEAD = frozenset("status html echo_key error_200 null refuse hang endless bomb".split())
SENDING = frozenset("slow drip reset cut truncated bad_json encoding not_utf8 bom headers".split())


@dataclass
class Fault:
    """Something that goes wrong.

    Attributes
    ----------
    kind
        See the module.
    source
        One of the server's `SOURCES`, such as "openalex"; None for any.
    at
        The first call that is hit, counted from 1 over all calls to the source since the fault was added.
    times
        How many calls are hit; None for all from then on.
    match
        Only calls with this in their decoded URL are hit.
    seconds
        Pause of "slow" and "drip", longest wait of "hang" (which then closes the connection).
    variant
        Which of `VARIANTS` a "strange" record is.
    seen, hits
        Calls to the source so far, and calls hit.
    """

    kind: str
    source: str | None = None
    at: int | None = None
    times: int | None = 1
    match: str = ""
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | str | None = None
    seconds: float | None = None
    delta: int = 1
    record: Any = None
    variant: str = "mixed"
    size: int = 64 << 20
    seen: int = 0
    hits: int = 0

    def __post_init__(self) -> None:
        if self.kind not in INSTEAD | SENDING | set(CHANGES):
            raise ValueError(f"There is no fault of the kind {self.kind!r}")

    def strikes(self, source: str, url: str) -> bool:
        """Count a call, and say whether it is hit."""
        if self.source not in (None, source):
            return False
        self.seen += 1
        due = self.seen >= (self.at or 1) and (self.times is None or self.hits < self.times)
        return due and self.match in url


# --- changed pages ----------------------------------------------------------------------------------


def _empty(fault: Fault, page: Page, dialect: Dialect) -> None:
    page.records = []


def _short(fault: Fault, page: Page, dialect: Dialect) -> None:
    page.records = page.records[:-1]


def _duplicate(fault: Fault, page: Page, dialect: Dialect) -> None:
    page.records[1:2] = page.records[:1]


def _overlap(fault: Fault, page: Page, dialect: Dialect) -> None:
    if page.start and page.records:
        page.records[0] = dialect.records(page, page.start - page.size)[-1]


def _previous(fault: Fault, page: Page, dialect: Dialect) -> None:
    if page.start:
        page.records = dialect.records(page, page.start - page.size)


def _same_cursor(fault: Fault, page: Page, dialect: Dialect) -> None:
    page.next = page.cursor


def _no_cursor(fault: Fault, page: Page, dialect: Dialect) -> None:
    page.next = None


def _total(fault: Fault, page: Page, dialect: Dialect) -> None:
    page.total += fault.delta


def _no_total(fault: Fault, page: Page, dialect: Dialect) -> None:
    page.total = None  # type: ignore[assignment]


def _strange(fault: Fault, page: Page, dialect: Dialect) -> None:
    if page.records:
        own = fault.record
        page.records[0] = strange_record(page.records[0], fault.variant) if own is None else own


CHANGES: dict[str, Callable[[Fault, Page, Dialect], None]] = {
    "empty": _empty,
    "short": _short,
    "duplicate": _duplicate,
    "overlap": _overlap,
    "previous_page": _previous,
    "same_cursor": _same_cursor,
    "no_cursor": _no_cursor,
    "total": _total,
    "no_total": _no_total,
    "strange": _strange,
}


# --- records nobody has seen ------------------------------------------------------------------------

SCRIPTS = "Микро Μίκρο 微证书 شهادة प्रमाण"
NASTY = f"{SCRIPTS} \x00 \ud800 \udfff\u202e \x1b[31m <script>alert(1)</script> =1+1"
CROWD = 10_000
VARIANTS = ("mixed", "nulls", "types", "crowd", "scripts", "bare")
_IDS = ("id", "doi", "DOI", "ids", "identifier")


def strange_record(record: dict[str, Any], variant: str = "mixed") -> dict[str, Any]:
    """Make a strange record of an ordinary one; its id stays as it was.

    "nulls": every value is null. "types": lists for texts, texts for lists, numbers for objects.
    "crowd": 10,000 authors. "scripts": five scripts, NUL, lone surrogates in every text. "bare": nothing
    but the id. "mixed": a bit of each.
    """
    change = {"nulls": _nulls, "types": _types, "crowd": _crowd, "scripts": _scripts, "mixed": _mixed}
    body = {} if variant == "bare" else change[variant](record)
    # At Crossref and Unpaywall, the DOI is the id.
    own = next((name for name in ("id", "paperId", "DOI", "doi") if name in record), None)
    # At Europe PMC, a number is one within its collection.
    kept = [name for name in (own, "source" if "pubYear" in record else None) if name in record]
    return body | {name: record[name] for name in kept if name}


def _nulls(value: Any) -> Any:
    return dict.fromkeys(value)


def _types(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: inner if key in _IDS else _types(inner) for key, inner in value.items()}
    return _swapped(value)


def _swapped(value: Any) -> Any:
    match value:
        case bool():
            return "yes"
        case str():
            return [value, None, 7]
        case list():
            return 42
        case int() | float():
            return {"value": str(value)}
    return [[]]


def _crowd(record: dict[str, Any]) -> dict[str, Any]:
    crowd = dict(record)
    if "bibjson" in crowd:
        people = [{"name": f"Tavo Kestovar {n}"} for n in range(CROWD)]
        crowd["bibjson"] = crowd["bibjson"] | {"author": people}
    elif "DOI" in crowd or "z_authors" in crowd:
        crowd["z_authors" if "z_authors" in crowd else "author"] = [
            {"given": f"Tavo {n}", "family": "Kestovar", "sequence": "additional"} for n in range(CROWD)
        ]
    elif "pubYear" in crowd:
        people = [{"fullName": f"Kestovar T{n}", "lastName": f"Kestovar {n}"} for n in range(CROWD)]
        crowd["authorList"] = {"author": people}
    elif "paperId" in crowd:
        crowd["authors"] = [{"authorId": str(n), "name": f"Tavo Kestovar {n}"} for n in range(CROWD)]
    elif "author" in crowd or "description" in crowd:
        crowd["author"] = [f"Kestovar, Tavo {n}" for n in range(CROWD)]
    else:
        crowd["authorships"] = [
            {"author_position": "middle", "author": {"display_name": f"Tavo Kestovar {n}"}, "countries": []}
            for n in range(CROWD)
        ]
    return crowd


def _scripts(value: Any) -> Any:
    match value:
        case dict():
            return {key: inner if key in _IDS else _scripts(inner) for key, inner in value.items()}
        case list():
            return [_scripts(inner) for inner in value]
        case str():
            return f"{value} {NASTY}"
    return value


def _mixed(record: dict[str, Any]) -> dict[str, Any]:
    """Change the fields in turn: null, another type, odd characters, nothing at all."""
    if "bibjson" in record:
        return record | {"bibjson": _mixed(record["bibjson"]), "admin": None, "never_seen": {"a": [1, "b"]}}
    crowded = _crowd(record)
    changes: list[Callable[[Any], Any]] = [_scripts, _swapped, lambda value: None, _scripts]
    kept = ("authorships", "author", "authorList", "authors", "z_authors", *_IDS)
    mixed = {key: v if key in kept else changes[n % 4](v) for n, (key, v) in enumerate(crowded.items())}
    return mixed | {"never_seen": {"a": [1, "b"]}}
