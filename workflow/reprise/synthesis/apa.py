"""References in APA style, 7th edition, made by a citation processor from the style's own file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from citeproc import (  # type: ignore[import-untyped]
    Citation,
    CitationItem,
    CitationStylesBibliography,
    CitationStylesStyle,
)
from citeproc.source.json import CiteProcJSON  # type: ignore[import-untyped]

from reprise.records import CJK, clean_text, fold_text
from reprise.synthesis.markdown import cell
from reprise.synthesis.references import csl_json

STYLE = Path(__file__).parent / "csl" / "apa.csl"
# What a reference is made of.
_FIELDS = (
    "id", "type", "title", "author", "issued", "container-title", "publisher", "volume", "issue", "page",
    "DOI", "URL",
)  # fmt: skip
# Where italics begin and end until the text is escaped: signs of private use, which are taken out of texts.
_ON, _OFF = "\ue000", "\ue001"
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_ARTICLE = re.compile("^(a|an|the) ")
# A work without author begins with its title. The processor does not leave it out where it comes again.
_TWICE = re.compile(r"^(.+?) (\([^()]*\)\.) \1(?= |$)")
# A title that ends with a question or an exclamation takes no full stop after it.
_ENDED = re.compile(f'([?!]["”’»]?{_OFF}?)\\.(?= |$)')
_CASE = (
    "*Titles and names stand as the sources have them: APA's sentence case of titles, and initials of names "
    "that a source does not part into family and given name, are left to you.*"
)
Work = Mapping[str, str]


def reference_list(works: Iterable[Work]) -> str:
    """Give a page with the references of works, and say what of APA's rules is left to the reader."""
    references = apa(works)
    return "\n\n".join([*references, *([_CASE] if references else [])]) + "\n"


def apa(works: Iterable[Work]) -> list[str]:
    r"""Write works as references in APA style, as Markdown, in the order of a reference list.

    Works of the same authors and year are told apart by a letter after the year.

    Examples
    --------
    >>> print(*apa([{"authors": "Ng, Ann; Li, Bo", "year": "2020", "title": "On *badges*", "venue": "Minds",
    ...              "volume": "7", "issue": "2", "pages": "1-9", "doi": "10.1000/x", "type": "article"}]))
    Ng, A., & Li, B. (2020). On \*badges\*. *Minds*, *7*(2), 1–9. https://doi.org/10.1000/x
    """
    items = sorted(map(_item, json.loads(csl_json(works))), key=_order)
    for n, item in enumerate(items):
        item["id"] = str(n)
    _letter(items)
    return [_markdown(line) for line in _render(items)]


def _item(told: Mapping[str, Any]) -> dict[str, Any]:
    """Take what a reference is made of, as the processor wants it."""
    item = {key: _clean(told[key]) for key in _FIELDS if told.get(key)}
    if "author" in item:
        item["author"] = [_name(name) for name in item["author"]]
    if "DOI" in item:
        item.pop("URL", None)
    if item["type"] == "document" and "volume" in item and "container-title" in item:
        item["type"] = "article-journal"  # no type is known, but what has volumes is a periodical
    return item


def _clean(value: Any) -> Any:
    return _PRIVATE.sub("", clean_text(value)) if isinstance(value, str) else value


def _order(item: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Say where a work stands: by authors, else by title without its article; then year, then title."""
    title = _ARTICLE.sub("", fold_text(item.get("title", "")))
    authors = fold_text(" ".join(" ".join(name.values()) for name in item.get("author", [])))
    year = str(item["issued"]["date-parts"][0][0]) if "issued" in item else ""
    return authors or title, year, title, item["id"]


def _name(name: Mapping[str, str]) -> dict[str, str]:
    """Keep names whole in scripts without capitals: they have no initials."""
    parts = {key: _clean(part) for key, part in name.items()}
    given, family = parts.get("given", ""), parts.get("family", "")
    if given and given.lower() == given.upper():
        return {"literal": family + given if CJK.search(given) else f"{family} {given}"}
    return parts


def _letter(items: Iterable[dict[str, Any]]) -> None:
    """Give works of the same authors and year a letter, in the order in which they stand."""
    alike: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        if "author" in item:
            alike.setdefault(json.dumps([item["author"], item.get("issued")]), []).append(item)
    for group in alike.values():
        for n, item in enumerate(group if len(group) > 1 else []):
            item["year-suffix"] = ("" if n < 26 else chr(96 + n // 26)) + chr(97 + n % 26)


@cache
def _style() -> CitationStylesStyle:
    return CitationStylesStyle(str(STYLE), validate=False)


def _italic(text: str) -> str:
    return f"{_ON}{text}{_OFF}"


def _render(items: Sequence[Mapping[str, Any]]) -> list[str]:
    """Let the processor write the references."""
    formatter = SimpleNamespace(
        preformat=str, Italic=_italic, Oblique=_italic, Bold=str, Light=str, Underline=str,
        Superscript=str, Subscript=str, SmallCaps=str,
    )  # fmt: skip
    made = CitationStylesBibliography(_style(), CiteProcJSON(items), formatter)
    for item in items:
        made.register(Citation([CitationItem(item["id"])]))
    return [str(line) for line in made.bibliography()]


def _markdown(line: str) -> str:
    """Escape the text, then write italics; what a work without author says twice is said once."""
    return cell(_ENDED.sub(r"\1", _TWICE.sub(r"\1 \2", line))).replace(_ON, "*").replace(_OFF, "*")
