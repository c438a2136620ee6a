"""Templates of texts that are no web page: nothing in them is escaped, and a name they lack is an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template


def text_template(
    name: str,
    filters: Mapping[str, Callable[..., Any]],
    tests: Mapping[str, Callable[..., bool]] | None = None,
) -> Template:
    """Read a template that lies beside this module.

    It knows one filter by itself: `first_upper` begins a text with a capital, and leaves the rest.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update({"first_upper": lambda text: text[:1].upper() + text[1:], **filters})
    environment.tests.update(tests or {})
    return environment.get_template(name)
