"""The codebook as typed models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from reprise.config import Filled, Model, Name, Term, parse_model, read_yaml

UNCODED = "uncoded"


class Theme(Model):
    """A theme and the phrases that indicate it."""

    id: Name
    label: Filled
    indicators: Annotated[list[Term], Field(min_length=1)]


class Context(Model):
    """A group of themes."""

    id: Name
    label: Filled
    themes: Annotated[list[Theme], Field(min_length=1)]


class Codebook(Model):
    """Contexts and their themes; a theme's code is `context.theme`."""

    contexts: Annotated[list[Context], Field(min_length=1)]

    @model_validator(mode="after")
    def _codes_once(self) -> Codebook:
        codes = [code for code, _, _ in self.themes()]
        for code in sorted({c for c in codes if codes.count(c) > 1}):
            raise ValueError(f"code '{code}' stands twice; rename one")
        theme_of: dict[str, str] = {}
        twice = []
        for code, _, theme in self.themes():
            for indicator in theme.indicators:
                other = theme_of.setdefault(indicator.casefold(), code)
                if other != code:
                    twice.append(f"indicator '{indicator}' stands in {other} and in {code}; keep one")
        if twice:
            raise ValueError("\n".join(twice))
        return self

    def themes(self) -> list[tuple[str, Context, Theme]]:
        """List code, context and theme, in the codebook's order."""
        return [(f"{c.id}.{t.id}", c, t) for c in self.contexts for t in c.themes]


def read_codebook(path: str | Path) -> Codebook:
    """Read and check a codebook.

    Raises
    ------
    Mistake
        All that is wrong with it.
    """
    return parse_model(Codebook, read_yaml(path), str(path))
