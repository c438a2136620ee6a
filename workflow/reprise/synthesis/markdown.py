"""Tables as Markdown."""

from __future__ import annotations

from reprise.synthesis.printed import Printed


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
    r"""Escape what would end a cell or be read as markup.

    Examples
    --------
    >>> print(cell("a | <b>*"))
    a \| &lt;b>\*
    """
    escaped = text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
    return escaped.replace("*", "\\*").replace("[", "\\[").replace("`", "\\`")
