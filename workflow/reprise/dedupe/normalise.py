"""What records are compared by: titles, names, pages and the rest, brought to one spelling.

Nothing here is shown to people; the record itself keeps the spelling of its source.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pandas as pd

from reprise.dedupe.names import author_names
from reprise.dedupe.titles import (
    LONG_NUMBER,
    bare_title,
    fold,
    is_generic,
    is_latin,
    main_title,
    notice,
    numbers,
    other_title,
    stated,
    word_count,
)  # fmt: skip
from reprise.records import clean_doi, plain_text

_STOP = {
    "the", "of", "and", "in", "on", "for", "a", "an", "to", "with", "de", "la", "der", "die", "und", "et",
    "electronic", "resource", "online",
}  # fmt: skip
_VERSION = re.compile(r"(?:/v\d+|/(?:full|abstract|pdf|epdf|html|meta))+$")
_ROUND = re.compile(r"(?<=\d)\.\d+$")  # open review: 10.12688/f1000research.1234.2 is its second version
_PREPRINT_DOI = re.compile(
    r"10\.(?:48550|1101(?=/\d)|31234|31235|31219|31222|31223|35542|20944|21203|2139|36227|26434|22541|64898)/"
)
_SECOND_DOI = re.compile(r"10\.2307/")
# Versions of one study stand in different kinds of places; the other types say nothing of that.
KINDS = {
    "article": "journal", "review": "journal", "conference-paper": "conference", "preprint": "preprint",
    "report": "report", "dissertation": "dissertation", "book": "book", "book-chapter": "chapter",
}  # fmt: skip


def pages(text: str) -> tuple[str, str]:
    """Give first and last page; a single page or article number has no last.

    Examples
    --------
    >>> pages("1297–306"), pages("e15"), pages("25 (1-12)"), pages("215 p")
    (('1297', '1306'), ('e15', ''), ('25', ''), ('', ''))
    """
    text = stated(text).lower().replace("pp.", "").strip()
    if re.fullmatch(r"\d+\s*(?:p|pp|pages|s)\.?", text):
        return "", ""
    found = re.match(r"([a-z]{0,3}\d+[a-z]?)\s*(?:[-–—‑:]+\s*([a-z]{0,3}\d+[a-z]?))?", text)
    if not found:
        return re.sub(r"[^a-z0-9]", "", text) if re.search(r"\d", text) else "", ""
    first, last = (re.sub(r"(?<![0-9])0+(?=\d)", "", found.group(i) or "") for i in (1, 2))
    if last.isdecimal() and first.isdecimal() and len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return first, last


def _spans(first: str, last: str) -> bool:
    # Short notes share a page; longer ones don't share all of theirs.
    if not (first.isdecimal() and last.isdecimal()) or max(len(first), len(last)) >= LONG_NUMBER:
        return False
    return int(last) - int(first) >= 2


def number(text: str) -> str:
    """Give the first number of a volume or issue."""
    found = re.search(r"\d+", stated(text))
    digits = found.group() if found else ""
    return str(int(digits)) if 0 < len(digits) < LONG_NUMBER else digits


def doi(text: str) -> str:
    """Give the DOI without what platforms append to it."""
    text = re.sub(r"\\(?=[_&#%])", "", unquote(html.unescape(text)).strip())
    text = _VERSION.sub("", clean_doi(text)).rstrip(".,;)/")
    return _ROUND.sub("", text) if text.startswith("10.12688/") else text


def venue(text: str) -> tuple[str, str]:
    """Give a venue's words without the small ones, and their first letters.

    Examples
    --------
    >>> venue("Journal of Vascular Surgery"), venue("J Vasc Surg")
    (('journal vascular surgery', 'jvs'), ('j vasc surg', 'jvs'))
    >>> venue("Foundations of Badges (Springer)")
    ('foundation badge', 'fb')
    """
    text = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", stated(plain_text(html.unescape(text))))
    # Singular and plural are mistaken for each other in the names of books and journals.
    words = [re.sub(r"(?<=\w{4}[^su])s$", "", w) for w in fold(text).split() if w not in _STOP]
    return " ".join(words), "".join(w[0] for w in words)


def _each(column: pd.Series[Any], function: Callable[[str], Any]) -> pd.Series[Any]:
    # Values repeat: each is worked on once.
    return column.map({value: function(value) for value in column.unique()})


def normalise(records: pd.DataFrame) -> pd.DataFrame:
    """Give, row by row, what records are compared by."""
    out = pd.DataFrame(index=records.index)
    bare = _each(records["title"], lambda t: bare_title(stated(t)))
    out["words"] = _each(bare, fold)
    out["title"] = out["words"].str.replace(" ", "")
    out["main"] = _each(bare, lambda t: fold(main_title(t)).replace(" ", ""))
    out["other_title"] = _each(records["title"], other_title)
    out["length"] = _each(out["words"], word_count).astype(float)
    out["generic"] = _each(out["words"], is_generic).astype(bool)
    out["notice"] = _each(bare, notice)
    out["numbers"] = _each(out["words"], numbers)
    names = _each(records["authors"], author_names)
    out["families"] = names.map(lambda n: " ".join(n[0]))
    out["names"] = names.map(lambda n: " ".join(n[1]))
    out["title_latin"] = _each(out["words"], is_latin).astype(bool)
    out["latin"] = _each(records["authors"], is_latin).astype(bool)
    out["year"] = records["year"].astype("Float64").to_numpy(dtype=float, na_value=float("nan"))
    out["year_text"] = out["year"].map(lambda y: "" if y != y else str(int(y)))
    venues = _each(records["venue"], venue)
    out["venue"], out["venue_letters"] = venues.map(lambda v: v[0]), venues.map(lambda v: v[1])
    out["issns"] = _each(records["issn"], lambda t: " ".join(re.findall(r"\d{4}-?\d{3}[\dXx]", t)).upper())
    out["volume"] = _each(records["volume"], number)
    out["issue"] = _each(records["issue"], number)
    page = _each(records["pages"], pages)
    out["first_page"], out["last_page"] = page.map(lambda p: p[0]), page.map(lambda p: p[1])
    out["page_letters"] = out["first_page"].str.replace(r"\d.*", "", regex=True)
    out["paged"] = [_spans(first, last) for first, last in page]
    out["doi"] = _each(records["doi"], doi)
    out["second_doi"] = out["doi"].str.match(_SECOND_DOI)
    out["pmid"] = _each(records["pmid"], number)
    out["url"] = records["url"].str.replace(r"^https?://(?:www\.)?|/$", "", regex=True)
    out["kind"] = records["type"].map(KINDS).fillna("").astype("str")
    out.loc[out["doi"].str.match(_PREPRINT_DOI), "kind"] = "preprint"
    return out
