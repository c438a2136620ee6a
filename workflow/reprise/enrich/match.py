"""Whether what Crossref found by a title is the record: nothing that both state may differ.

A doubtful match is none, for a wrong DOI would make one work of two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from reprise.records import fold_text, plain_text, split
from reprise.search.values import at, objects, text, texts

# A title of fewer words ("Book review", "Introduction to the special issue") names many works of one author.
WORDS = 5
_NUMBER = re.compile(r"[0-9]+")


def matching_doi(record: Mapping[str, str], items: list[Any]) -> str:
    """Give the DOI of the one item that is the record; empty where none is, or several might be.

    Parameters
    ----------
    record : mapping
        Columns of a record; without title, author and year nothing matches.
    items : list
        Works as Crossref describes them.
    """
    alike = [item for item in objects(items) if is_same(record, item)]
    dois = {text(item.get("DOI")).lower() for item in alike}
    return dois.pop() if len(dois) == 1 else ""


def is_same(record: Mapping[str, str], item: Mapping[str, Any]) -> bool:
    """Whether an item is the record for sure: title, first author and year alike, all else not against it."""
    title = fold_text(plain_text(record["title"]))
    names = [text(a.get("family")) or text(a.get("name")) for a in objects(item.get("author"))]
    family = fold_text(split(record["authors"])[0].partition(",")[0]) if split(record["authors"]) else ""
    return bool(
        len(title.split()) >= WORDS
        and title in _titles(item)
        and family
        and names
        and family == fold_text(names[0])
        and record["year"] in _years(item)
        and _kind_fits(record["type"], text(item.get("type")))
        and _venue_fits(record, item)
        and _fits(_numbers(record["volume"]), _numbers(text(item.get("volume"))))
        and _fits(_numbers(record["pages"])[:1], _numbers(text(item.get("page")))[:1])
    )


def _titles(item: Mapping[str, Any]) -> set[str]:
    """Give the title, and the title with its subtitle, which Crossref may hold apart."""
    title, subtitle = (plain_text(text(item.get(key))) for key in ("title", "subtitle"))
    return {fold_text(title), fold_text(f"{title} {subtitle}")}


def _years(item: Mapping[str, Any]) -> set[str]:
    """Give every year of publication; online and in an issue may be two."""
    dates = (
        at(item, key, "date-parts") for key in ("issued", "published-print", "published-online", "published")
    )
    return {
        text(parts[0])
        for date in dates
        if isinstance(date, list)
        for parts in date
        if isinstance(parts, list)
    }


def _kind_fits(ours: str, theirs: str) -> bool:
    """Refuse what stands for another kind of work; a preprint may bear the title of its article."""
    if ours == "preprint" or theirs in ("posted-content", "peer-review", "component", "dataset"):
        return (ours == "preprint") == (theirs == "posted-content")
    of = {"journal-article": ("article", "review", "editorial", "letter", "book-review", "news"),
          "proceedings-article": ("conference-paper",), "book-chapter": ("book-chapter",), "book": ("book",),
          "monograph": ("book",), "dissertation": ("dissertation",), "report": ("report",)}  # fmt: skip
    return ours in ("", "other") or theirs not in of or ours in of[theirs]


def _venue_fits(record: Mapping[str, str], item: Mapping[str, Any]) -> bool:
    """Whether an ISSN is shared, or the journal's name is the same; what states neither is not against it."""
    own, theirs = set(split(record["issn"])), set(texts(item.get("ISSN")))
    if own & theirs:
        return True
    names = {
        _bare(name) for key in ("container-title", "short-container-title") for name in texts(item.get(key))
    }
    return not record["venue"] or not names or _bare(record["venue"]) in names


def _bare(venue: str) -> str:
    return fold_text(plain_text(venue)).removeprefix("the ")


def _numbers(value: str) -> list[str]:
    return [number.lstrip("0") for number in _NUMBER.findall(value)]


def _fits(ours: list[str], theirs: list[str]) -> bool:
    return not ours or not theirs or ours == theirs
