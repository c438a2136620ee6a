"""What records are compared by: titles, names, pages and the rest, brought to one spelling.

Nothing here is shown to people; the record itself keeps the spelling of its source.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reprise.dedupe.names import author_names, forget_people, is_corporate
from reprise.dedupe.titles import (
    LONG_NUMBER,
    bare_title,
    fold,
    fold_all,
    is_generic,
    is_latin,
    levelled,
    main_title,
    notice,
    numbered,
    numbers,
    other_title,
    stages,
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
_SERVER = re.compile(
    r"\b(?:medrxiv|biorxiv|arxiv|research square|ssrn|preprints?|preprint server|draft manuscript)\b"
)
_SECOND_DOI = "10.2307/"
_URL = re.compile(r"^https?://(?:www\.)?|/?(?:\s.*)?$")  # a remark may stand behind an address
# Versions of one study stand in different kinds of places; the other types say nothing of that.
KINDS = {
    "article": "journal", "review": "journal", "conference-paper": "conference", "preprint": "preprint",
    "report": "report", "dissertation": "dissertation", "book": "book", "book-chapter": "chapter",
}  # fmt: skip
TEXTS = ("title", "authors", "venue", "issn", "volume", "issue", "pages", "doi", "pmid", "url", "type")
Facts = dict[str, NDArray[Any]]
_RANGE = re.compile(r"([1-9][0-9]*)(?:-([1-9][0-9]*))?")


def pages(text: str) -> tuple[str, str]:
    """Give first and last page; a single page or article number has no last.

    Examples
    --------
    >>> pages("1297–306"), pages("e15"), pages("25 (1-12)"), pages("215 p")
    (('1297', '1306'), ('e15', ''), ('25', ''), ('', ''))
    """
    plain = _RANGE.fullmatch(text)
    if plain:
        first, last = plain.group(1), plain.group(2) or ""
        return first, first[: max(len(first) - len(last), 0)] + last if last else ""
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
    digits = str(int(digits)) if 0 < len(digits) < LONG_NUMBER else digits
    return "" if digits == "0" else digits  # what is not printed yet stands as volume 0


def doi(text: str) -> str:
    """Give the DOI without what platforms append to it."""
    if "%" in text or "&" in text or "\\" in text:
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
    # "Stroke: A Journal of Cerebral Circulation" is "Stroke" in another index.
    text = re.split(r"(?<=\w{4}): | = | / ", text, maxsplit=1)[0]
    # Singular and plural are mistaken for each other in the names of books and journals.
    words = [re.sub(r"(?<=\w{4}[^su])s$", "", w) for w in fold(text).split() if w not in _STOP]
    return " ".join(words), "".join(w[0] for w in words)


def _is_institution(authors: str) -> bool:
    return bool(authors) and ";" not in authors and is_corporate(authors)


def _each(values: list[Any], function: Callable[[Any], Any]) -> list[Any]:
    # Values repeat: each is worked on once.
    known = {value: function(value) for value in set(values)}
    return [known[value] for value in values]


def _objects(values: Iterable[Any]) -> NDArray[np.object_]:
    listed = list(values)
    out = np.empty(len(listed), dtype=object)
    out[:] = listed
    return out


def normalise(records: pd.DataFrame) -> Facts:
    """Give what records are compared by.

    Returns
    -------
    dict of arrays
        By name, in the order of the rows: texts as objects, and what is true, counted or a year as such.
    """
    raw = {name: records[name].tolist() for name in TEXTS}
    out: dict[str, Any] = {}
    bare = [bare_title(stated(t)) for t in raw["title"]]
    words = fold_all(bare)
    titles = [w.replace(" ", "") for w in words]
    mains = [main_title(t) for t in bare]
    cut = [m for m, t in zip(mains, bare, strict=True) if m is not t and m != t]
    folded = dict(zip(cut, fold_all(cut), strict=True))
    out["words"], out["title"] = words, titles
    out["main"] = [
        folded[m].replace(" ", "") if m in folded else t for m, t in zip(mains, titles, strict=True)
    ]
    out["other_title"] = [other_title(t) for t in raw["title"]]
    out["length"] = np.array([word_count(w) for w in words], dtype=float)
    out["generic"] = np.array([is_generic(w) for w in words], dtype=bool)
    out["notice"] = [notice(t) for t in bare]
    out["numbers"] = [numbers(w) for w in words]
    forget_people()
    names = _each(raw["authors"], author_names)
    out["families"] = [" ".join(n[0]) for n in names]
    out["names"] = [" ".join(n[1]) for n in names]
    out["title_latin"] = np.array([is_latin(w) for w in words], dtype=bool)
    out["latin"] = np.array([is_latin(t) for t in raw["authors"]], dtype=bool)
    out["year"] = records["year"].astype("Float64").to_numpy(dtype=float, na_value=float("nan"))
    out["year_text"] = ["" if y != y else str(int(y)) for y in out["year"].tolist()]
    venues = _each(raw["venue"], venue)
    out["venue"], out["venue_letters"] = [v[0] for v in venues], [v[1] for v in venues]
    out["issns"] = _each(raw["issn"], lambda t: " ".join(re.findall(r"\d{4}-?\d{3}[\dXx]", t)).upper())
    out["volume"] = _each(raw["volume"], number)
    out["issue"] = _each(raw["issue"], number)
    page = _each(raw["pages"], pages)
    out["first_page"], out["last_page"] = [p[0] for p in page], [p[1] for p in page]
    out["page_letters"] = [re.split(r"\d", p[0], maxsplit=1)[0] if p[0][:1].isalpha() else "" for p in page]
    out["paged"] = np.array([_spans(*p) for p in page], dtype=bool)
    dois = [doi(t) if t else "" for t in raw["doi"]]
    out["doi"] = dois
    out["second_doi"] = np.array([d.startswith(_SECOND_DOI) for d in dois], dtype=bool)
    out["pmid"] = _each(raw["pmid"], number)
    out["url"] = _each(raw["url"], lambda t: _URL.sub("", stated(t)))
    kinds = [KINDS.get(t, "") for t in raw["type"]]
    servers = _each(out["venue"], lambda v: _SERVER.search(v) is not None)
    known = [d != "" and _PREPRINT_DOI.match(d) is not None for d in dois]
    preprints = [s or k for s, k in zip(servers, known, strict=True)]
    out["kind"] = ["preprint" if p else k for p, k in zip(preprints, kinds, strict=True)]
    out["stages"] = [stages(w) for w in words]
    told = zip(words, out["numbers"], strict=True)
    out["levelled"] = np.array([n != "" and levelled(w) for w, n in told], dtype=bool)
    out["numbered"] = np.array([numbered(t) for t in raw["title"]], dtype=bool)
    out["corporate"] = np.array(_each(raw["authors"], _is_institution), dtype=bool)
    out["authors"] = raw["authors"]
    return {name: v if isinstance(v, np.ndarray) else _objects(v) for name, v in out.items()}
