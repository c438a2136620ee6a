"""What records are compared by: titles, names, pages and the rest, brought to one spelling.

Nothing here is shown to people; the record itself keeps the spelling of its source.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import unquote

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reprise.dedupe.names import author_lists, is_corporate
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
COMPARED = (
    "title", "authors", "year", "venue", "issn", "volume", "issue", "pages", "doi", "pmid", "url", "type",
)  # fmt: skip
# What stands on more works than these tells none of them from another.
COMMON = 10
Facts = dict[str, NDArray[Any]]
Ints = NDArray[np.int64]
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
    words = [
        w[:-1] if w[-1] == "s" and len(w) > 5 and w[-2] not in "su" else w
        for w in fold(text).split()
        if w not in _STOP
    ]
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
    """Give what tells which records are worth comparing.

    Returns
    -------
    dict of arrays
        By name, in the order of the rows: texts as objects, and what is true, counted or a year as such.
    """
    out: dict[str, Any] = {}
    raw = records["title"].tolist()
    bare = [bare_title(stated(t)) for t in raw]
    words = fold_all(bare)
    titles = [w.replace(" ", "") for w in words]
    mains = [main_title(t) for t in bare]
    cut = [m for m, t in zip(mains, bare, strict=True) if m is not t and m != t]
    folded = dict(zip(cut, fold_all(cut), strict=True))
    out["bare"], out["words"], out["title"] = bare, words, titles
    out["main"] = [
        folded[m].replace(" ", "") if m in folded else t for m, t in zip(mains, titles, strict=True)
    ]
    out["other_title"] = [other_title(t) for t in raw]
    out["length"] = np.array([word_count(w) for w in words], dtype=float)
    out["generic"] = np.array([is_generic(w) for w in words], dtype=bool)
    out["families"], out["names"] = author_lists(records["authors"].tolist())
    out["year"] = records["year"].astype("Float64").to_numpy(dtype=float, na_value=float("nan"))
    out["year_text"] = ["" if y != y else str(int(y)) for y in out["year"].tolist()]
    out["volume"] = _each(records["volume"].tolist(), number)
    page = _each(records["pages"].tolist(), pages)
    out["first_page"], out["last_page"] = [p[0] for p in page], [p[1] for p in page]
    out["doi"] = [doi(t) if t else "" for t in records["doi"].tolist()]
    out["pmid"] = _each(records["pmid"].tolist(), number)
    out["url"] = _each(records["url"].tolist(), lambda t: _URL.sub("", stated(t)))
    return {name: v if isinstance(v, np.ndarray) else _objects(v) for name, v in out.items()}


def without_common(facts: Facts) -> tuple[Facts, list[str]]:
    """Take for nothing what stands on many works: a title that recurs, the DOI of a whole journal.

    Returns
    -------
    facts, told : the facts anew, and a line for each identifier that is not used
    """
    titles, pages = facts["title"], facts["first_page"]
    rows = _repeated(titles)
    rows = rows[pages[rows] != ""]
    places = [(y, v, p) for y, v, p in zip(*(facts[n][rows] for n in _PLACE), strict=True)]
    recurs = _many(titles, rows, places)
    facts = facts | {"generic": facts["generic"] | np.isin(titles, list(recurs))} if recurs else facts
    told = []
    for name in ("doi", "pmid"):
        rows = _repeated(facts[name])
        many = _many(facts[name], rows, [t[:20] for t in titles[rows]])
        for value, count in sorted(many.items()):
            what = f"stands on records of {count} titles and is not used to find duplicates; correct it there"
            told.append(f"{name.upper()} {value} {what}")
        if many:
            facts = facts | {name: np.where(np.isin(facts[name], list(many)), "", facts[name])}
    return facts, told


_PLACE = ("year_text", "volume", "first_page")


def _repeated(values: NDArray[np.object_]) -> Ints:
    """Give the rows whose value more than COMMON rows have."""
    codes, _ = pd.factorize(values)
    often = (np.bincount(codes) > COMMON)[codes] & (values != "") if len(values) else np.zeros(0, bool)
    return np.flatnonzero(often)


def _many(values: NDArray[np.object_], rows: Ints, others: Sequence[object]) -> dict[str, int]:
    """Give the values that stand on more than COMMON different others, and on how many."""
    count = Counter(value for value, _ in set(zip(values[rows], others, strict=True)))
    return {value: n for value, n in count.items() if n > COMMON}


def details(records: pd.DataFrame, facts: Facts, rows: Ints) -> Facts:
    """Give all that these rows are compared by: their facts, and what is needed of no other row.

    Parameters
    ----------
    records : data frame
    facts : dict of arrays
        Of all records, as `normalise` gives them.
    rows : array of int
    """
    out: dict[str, Any] = {name: values[rows] for name, values in facts.items()}
    raw = {
        name: records[name].take(rows).tolist()
        for name in ("title", "authors", "venue", "issn", "issue", "type")
    }
    words, latin = out["words"], [is_latin(t) for t in raw["authors"]]
    out["notice"] = [notice(t) for t in out["bare"]]
    out["numbers"] = [numbers(w) for w in words]
    out["stages"] = [stages(w) for w in words]
    told = zip(words, out["numbers"], strict=True)
    out["levelled"] = np.array([n != "" and levelled(w) for w, n in told], dtype=bool)
    out["numbered"] = np.array([numbered(t) for t in raw["title"]], dtype=bool)
    out["title_latin"] = np.array([is_latin(w) for w in words], dtype=bool)
    out["latin"] = np.array(latin, dtype=bool)
    out["corporate"] = np.array(_each(raw["authors"], _is_institution), dtype=bool)
    out["authors"] = raw["authors"]
    venues = _each(raw["venue"], venue)
    out["venue"], out["venue_letters"] = [v[0] for v in venues], [v[1] for v in venues]
    out["issns"] = _each(raw["issn"], lambda t: " ".join(re.findall(r"\d{4}-?\d{3}[\dXx]", t)).upper())
    out["issue"] = _each(raw["issue"], number)
    spans = zip(out["first_page"], out["last_page"], strict=True)
    out["paged"] = np.array([_spans(*span) for span in spans], dtype=bool)
    out["page_letters"] = [
        re.split(r"\d", p, maxsplit=1)[0] if p[:1].isalpha() else "" for p in out["first_page"]
    ]
    out["second_doi"] = np.array([d.startswith(_SECOND_DOI) for d in out["doi"]], dtype=bool)
    servers = _each(out["venue"], lambda v: _SERVER.search(v) is not None)
    known = [d != "" and _PREPRINT_DOI.match(d) is not None for d in out["doi"]]
    # What stands on pages of a volume is no preprint, though a repository calls its copy of it one.
    printed = (out["volume"] != "") & (out["last_page"] != "")
    kinds = [
        "" if p and t == "preprint" else KINDS.get(t, "") for t, p in zip(raw["type"], printed, strict=True)
    ]
    out["kind"] = ["preprint" if s or k else kind for s, k, kind in zip(servers, known, kinds, strict=True)]
    return {name: v if isinstance(v, np.ndarray) else _objects(v) for name, v in out.items()}
