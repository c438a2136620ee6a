"""A page of a reply, and what makes it none."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any


class BadReply(Exception):
    """A reply that is not what the source promises: cut short, no JSON, or without the facts of a page."""


class Stopped(Exception):
    """The source can't be asked further now; says why, and what to do."""


class Rejected(Exception):
    """An error, in the source's own words, that comes with a status as if all were well."""


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes
    ----------
    total : int
        How many records the source says it has for the request.
    records : list
        As the source sent them.
    position : str or None
        Where the next page begins, in the source's own terms; None after the last.
    """

    total: int
    records: list[Any]
    position: str | None = None

    def then(self, position: str | None) -> Page:
        """Say where the next page begins."""
        return replace(self, position=position)


def page_of(total: Any, records: Any) -> Page:
    """Check what every page must have.

    Raises
    ------
    BadReply
        Where the total is no number or the records are no list.
    """
    if isinstance(total, bool) or not isinstance(total, int) or total < 0:
        raise BadReply("says no total")
    if not isinstance(records, list):
        raise BadReply("holds no list of records")
    return Page(total, records)


def record_key(record: Any, own_id: str) -> str:
    """Tell records of one request apart: by the source's id, else by what they say."""
    if own_id:
        return own_id
    return "#" + hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:12]
