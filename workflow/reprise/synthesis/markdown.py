"""Tables as Markdown."""

from __future__ import annotations

import re

from reprise.synthesis.printed import Printed

_ESCAPES = str.maketrans({sign: "\\" + sign for sign in "\\|*[`$~^"} | {"<": "&lt;", "\n": " "})
_ENTITY = re.compile(r"&(?=#?\w+;)")
_EMPHASIS = re.compile(r"(?<![^\W_])_|_(?![^\W_])")


def markdown(table: Printed) -> str:
    """Give a table as Markdown: number and title above, notes and the source line below."""
    (_, note), *_, (_, source) = table.notes
    lines = [
        f"**{table.label}.** {table.title}",
        "",
        "| " + " | ".join(map(cell, table.headings)) + " |",
        "|" + "|".join(" --- " for _ in table.columns) + "|",
        *("| " + " | ".join(map(cell, row)) + " |" for row in table.rows),
        "",
        f"*Note.* {note}",
        "",
        f"*Source:* {source}",
        "",
    ]
    return "\n".join(lines)


def cell(text: str) -> str:
    r"""Escape what would end a cell or be read as markup, by GitHub or by pandoc.

    An underscore within a word is none, and stands as it is.

    Examples
    --------
    >>> print(cell("a | <b>* $5 a_b _c_ R&D &lt;"))
    a \| &lt;b>\* \$5 a_b \_c\_ R&D &amp;lt;
    """
    escaped = _ENTITY.sub("&amp;", text).translate(_ESCAPES)
    return _EMPHASIS.sub(r"\_", escaped) if "_" in escaped else escaped
