"""Facts out of JSON that a source sent: whatever stands where, text comes out, or nothing."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from reprise.records import join

_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character: JSON can hold one, UTF-8 can't


def at(value: Any, *path: str) -> Any:
    """Follow keys into nested objects; None where one is missing or no object.

    Examples
    --------
    >>> at({"a": {"b": 1}}, "a", "b"), at({"a": None}, "a", "b"), at("a", "b")
    (1, None, None)
    """
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text(value: Any) -> str:
    """Give a text or number as text; the first of a list; nothing for everything else.

    Examples
    --------
    >>> text(2021), text(["a", "b"]), text({"a": 1}), text(None), text(True)
    ('2021', 'a', '', '', '')
    """
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return _SURROGATE.sub("\ufffd", str(value))


def texts(value: Any) -> list[str]:
    """Give all texts of a list, or of a single value, without the empty ones."""
    values = value if isinstance(value, list) else [value]
    return [t for t in map(text, values) if t]


def whole(value: Any) -> str:
    """Give a long text, put together where it comes in pieces."""
    return " ".join(texts(value))


def objects(value: Any) -> list[dict[str, Any]]:
    """Give the objects of a list, leaving out what is none."""
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def listed(values: list[str]) -> str:
    """Join texts as a list column holds them, entities resolved; a semicolon inside one would part it."""
    return join(unescape(v).replace(";", ",") for v in values)


def flag(value: Any) -> str:
    """Give a truth value as records hold it; empty where it is none."""
    return {True: "true", False: "false"}.get(value, "") if isinstance(value, bool) else ""
