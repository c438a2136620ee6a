"""What the two dialects that know works by their DOI have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from .corpus import registered_doi
from .dialect import Dialect, Page, Request
from .index import Shelf


class Lookup(Dialect):
    """An index that is asked for one work by its DOI."""

    def forget(self) -> None:
        super().forget()
        self._numbers: dict[str, int] | None = None

    @property
    def shelf(self) -> Shelf:
        if self._shelf is None:
            named = [
                work | {"sources": [*work["sources"], self.name]}
                for work in self._works()
                if registered_doi(self.name, work)
            ]
            self._shelf = Shelf(self.name, named, self.describe, self.makers)
        return self._shelf

    def number(self, doi: str) -> int | None:
        """Find a work by its DOI, in any case."""
        if self._numbers is None:
            # Of two works with one DOI, the first has it.
            works = reversed(list(self.shelf.works.values()))
            self._numbers = {registered_doi(self.name, work): work["id"] for work in works}
        return self._numbers.get(doi.strip().lower())

    def single(self, number: int, request: Request, headers: dict[str, str]) -> Page:
        """Make the page that is one work."""
        page = Page((number,), 0, 1, [], 1, request, headers=headers, extra={"single": True})
        page.records = self.records(page, 0)
        return page

    @abstractmethod
    def asked_doi(self, request: Request) -> str:
        """Take the DOI out of a request's path; "" where there is none."""


def doi_in(path: str, before: str) -> str:
    """Give what stands behind the beginning of a path.

    >>> doi_in("/works/10.5555%2Fa%281%29", "/works/")
    '10.5555/a(1)'
    """
    return unquote(path.removeprefix(before)) if path.startswith(before) else ""


def only(records: Sequence[Any]) -> Any:
    """Give the work of a page that is one work; nothing where a fault has taken it away."""
    return records[0] if records else None
