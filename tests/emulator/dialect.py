"""What the dialects have in common: requests, pages, refusals."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .index import Found, Maker, Shelf, Work


@dataclass(frozen=True)
class Request:
    """A request as it came in.

    Attributes
    ----------
    base
        The address of the source here, such as `http://127.0.0.1:40123/openalex`.
    target
        Path and query as on the request line; `path` is the part behind the source's own prefix.
    params
        The decoded parameters, the first value of each.
    """

    source: str
    method: str
    base: str
    target: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]

    @property
    def url(self) -> str:
        return self.base.removesuffix(f"/{self.source}") + self.target


class Refused(Exception):
    """An answer other than 200."""

    def __init__(
        self, status: int, body: dict[str, Any] | bytes, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(f"{status}: {body!r}")
        self.status = status
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.headers = headers or {}


@dataclass
class Page:
    """A page of results before it is written down, so that faults can still change it."""

    ids: Sequence[int]
    start: int
    size: int
    records: list[Any]
    total: int
    request: Request
    cursor: str | None = None
    next: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


class Dialect(ABC):
    """One source: reads requests, evaluates their query, writes pages.

    Parameters
    ----------
    works
        Gives the works as they are now.
    options
        The options of the emulator, see `Emulator`.
    """

    name: str
    makers: dict[str, Maker]
    ascii_only = True

    def __init__(self, works: Callable[[], Sequence[Work]], options: dict[str, Any]) -> None:
        self._works = works
        self.options = options
        self.forget()

    def forget(self) -> None:
        """Drop what was worked out from the works, which have changed."""
        self._shelf: Shelf | None = None
        self._found: dict[Any, tuple[int, ...]] = {}

    @property
    def shelf(self) -> Shelf:
        if self._shelf is None:
            self._shelf = Shelf(self.name, self._works(), self.describe, self.makers)
        return self._shelf

    def remember(self, key: Any, find: Callable[[], Found], order: Any = None) -> tuple[int, ...]:
        """Evaluate a query once; its results stand in the order of their ids if nothing else is said."""
        if key not in self._found:
            self._found[key] = tuple(sorted(find(), key=order))
        return self._found[key]

    def records(self, page: Page, start: int) -> list[Any]:
        """Write the records of a page of the same size that begins elsewhere."""
        ids = page.ids[max(start, 0) : start + page.size]
        return [self.record(number, page.request) for number in ids]

    def describe(self, work: Work) -> dict[str, Any]:
        """Turn a work into what this source indexes."""
        return work

    @abstractmethod
    def query(self, request: Request) -> str:
        """Take the decoded strategy out of a request."""

    @abstractmethod
    def page(self, request: Request) -> Page:
        """Answer a request, or raise `Refused`."""

    @abstractmethod
    def record(self, number: int, request: Request) -> Any:
        """Write one work."""

    @abstractmethod
    def body(self, page: Page) -> Any:
        """Write a page, ready for JSON."""

    @abstractmethod
    def error(self, status: int, message: str) -> dict[str, Any]:
        """Write an error the way the source does."""
