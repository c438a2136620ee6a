"""How to cite: a page that names each table and figure of this run, the review and the software."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reprise.synthesis.captions import FIGURES, TABLES
from reprise.synthesis.markdown import cell

AUTHOR = "Reprise contributors"
TITLE = "Reprise: reruns a published systematic review with one command"


def citation_page(provenance: Mapping[str, Any], protocol: Mapping[str, Any]) -> str:
    """Say how to cite each table and figure of a run, and Reprise itself.

    Parameters
    ----------
    provenance : mapping
        Which run it is: run_id, version, source_line.
    protocol : mapping
        The whole protocol as plain text.

    Returns
    -------
    str
        A page in Markdown.
    """
    review = cell(protocol["review"]["title"])
    lines = [
        "# How to cite",
        "",
        f"Source of all that stands here: {provenance['source_line']}.",
        "",
        "Who reruns a review is the author of its tables: put your name, and the year of the run, where",
        "square brackets stand. The run id tells others which protocol, data, decisions and version made",
        "them; state window and search date with it, as below.",
        "",
        "## Reprise",
        "",
        f"{AUTHOR}. (n.d.). *{TITLE}* (Version {provenance['version']}) \\[Computer software].",
        "",
    ]
    for kind, listed in (("Table", TABLES), ("Figure", FIGURES)):
        lines += [f"## {kind}s", ""]
        titles = [caption.title for caption in listed.values()]
        lines += [f"- {line}" for line in _entries(kind, titles, review, provenance["source_line"])]
        lines.append("")
    return "\n".join(lines)


def _entries(kind: str, titles: list[str], review: str, source_line: str) -> Iterator[str]:
    for number, title in enumerate(titles, start=1):
        yield (
            f"\\[Author]. (\\[Year]). {kind} {number}. {cell(title)} \\[{kind}]. "
            f"In *{review}*. Made with {source_line}."
        )
