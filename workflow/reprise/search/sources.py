"""The sources that can be asked, one file each, and what such a file must hold.

A further source is a file with the names below, a line in `SOURCES`, and its name in the config model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from reprise.search import doaj, eric, europepmc, openalex, semantic_scholar
from reprise.search.dialect import Translation
from reprise.search.page import Page


class Source(Protocol):
    """What a source's file holds."""

    PLATFORM: str
    BASE: str
    KEY: str
    PAGE_SIZE: int

    def pace(self, keyed: bool) -> float:
        """Give the seconds between calls."""

    def headers(self, key: str) -> dict[str, str]:
        """Give the headers that carry a key."""

    def translate(self, query: Mapping[str, Any]) -> Translation:
        """Say the concept blocks in the source's words."""

    def limit(self, request: str, year: int) -> str:
        """Limit a request to one year: the strategy exactly as asked."""

    def url(self, base: str, asked: str, position: str | None) -> str:
        """Give the address of the page at `position`, the first if None; it never holds a key."""

    def read(self, body: Any, position: str | None) -> Page:
        """Read a page; raises BadReply where it is none."""

    def split(self, asked: str, total: int) -> list[str]:
        """Give requests that together find the same, where no more than a part of `total` can be reached."""

    def budget(self, headers: Mapping[str, str]) -> dict[str, int]:
        """Read what a reply says of calls left."""

    def own_id(self, record: Mapping[str, Any]) -> str:
        """Give the source's id of a record, or nothing."""

    def row(self, record: Mapping[str, Any]) -> dict[str, str]:
        """Give a record's columns; it takes whatever stands in the record."""


SOURCES: dict[str, Source] = {
    "openalex": openalex,
    "eric": eric,
    "doaj": doaj,
    "europepmc": europepmc,
    "semantic_scholar": semantic_scholar,
}
