"""Themes: every place where a work's title, keywords or abstract holds an indicator of the codebook.

Texts are folded to words. A phrase's words must follow each other in one field, and in one keyword: a
phrase never reaches from one keyword into the next. What stands inside a match of one of the theme's
negations is no hit.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from reprise.coding.codebook import Codebook, Word, read_phrase, spellings, stands_for
from reprise.records import fold_text, plain_text

FIELDS = ("title", "keywords", "abstract")
_Find = Callable[[list[str]], list[tuple[int, int, str]]]
HIT_COLUMNS = ["work_id", "code", "indicator", "field", "position", "words"]


def words_of(text: str) -> list[str]:
    """Give the words of a field as they are matched and counted: those of `fold_text`, without markup.

    Examples
    --------
    >>> words_of("<i>Labour</i>-markets &amp; l'Économie")
    ['labour', 'markets', 'l', 'economie']
    """
    return fold_text(plain_text(text)).split()


def find_hits(works: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Find every hit of every indicator.

    Parameters
    ----------
    works : DataFrame
        With work_id, title, keywords and abstract.
    codebook : Codebook

    Returns
    -------
    DataFrame
        work_id, code, indicator (as the codebook spells it), field, position (index of its first word among
        the field's words, from 0), words (as they stand there, folded). Sorted by work, code, field in the
        order of `FIELDS` and position, and there the longest indicator first. Where several indicators of
        a theme fit one place, each is a row.
    """
    phrases = _phrases(codebook)
    find = _finder(phrases, codebook.language)
    numbers, words = _scan(works, find)
    work, phrase, field, position = np.asarray(numbers, dtype=np.int64).reshape(-1, 4).T
    codes = [p.code for p in phrases]
    ranks = {code: rank for rank, code in enumerate(sorted(set(codes)))}
    code_rank = np.array([ranks[code] for code in codes], dtype=np.int64)[phrase]
    ids = works["work_id"].astype("str").reset_index(drop=True)
    work_rank = ids.rank(method="dense").to_numpy()[work]
    # The phrases of a theme are numbered by length, so that the number settles what is left.
    order = np.lexsort((phrase, position, field, code_rank, work_rank))
    return pd.DataFrame(
        {
            "work_id": ids.take(work[order]).array,
            "code": pd.array(codes, dtype="str").take(phrase[order]),
            "indicator": pd.array([p.text for p in phrases], dtype="str").take(phrase[order]),
            "field": pd.array(FIELDS, dtype="str").take(field[order]),
            "position": position[order],
            "words": pd.array(words, dtype="str").take(order),
        },
        columns=HIT_COLUMNS,
    )


def _scan(works: pd.DataFrame, find: _Find) -> tuple[array[int], list[str]]:
    """Give four numbers of each hit, one after the other: work, phrase, field, position; and its words."""
    numbers = array("q")
    words: list[str] = []
    kept: dict[str, str] = {}  # one object for equal words
    for work, texts in enumerate(works[list(FIELDS)].itertuples(index=False, name=None)):
        for field, text in enumerate(texts):
            before = 0
            for part in _parts(FIELDS[field], text):
                for phrase, start, found in find(part):
                    numbers.extend((work, phrase, field, before + start))
                    words.append(kept.setdefault(found, found))
                before += len(part)
    return numbers, words


def find_themes(works: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Find the themes of works; see `themes_of_hits`."""
    return themes_of_hits(find_hits(works, codebook))


def themes_of_hits(hits: pd.DataFrame) -> pd.DataFrame:
    """Give the themes that hits come to.

    Parameters
    ----------
    hits : DataFrame
        As `find_hits` gives them.

    Returns
    -------
    DataFrame
        One row per work and theme, sorted: work_id, code, field, evidence (the words as folded text), hits
        (the places where an indicator begins). The first field of `FIELDS` that holds an indicator, and
        the first indicator in it, is the evidence.
    """
    places = hits.drop_duplicates(["work_id", "code", "field", "position"])
    first = places.drop_duplicates(["work_id", "code"])
    # Rows of one work and theme stand together, so that each begins where the one before ends.
    begins = np.flatnonzero(places.index.isin(first.index))
    counts = np.diff(np.append(begins, len(places)))
    found = first[["work_id", "code", "field"]].assign(evidence=first["words"], hits=counts)
    return found.reset_index(drop=True)


def _parts(field: str, text: str) -> Iterator[list[str]]:
    """Give the words of what a phrase may not reach beyond: a keyword, else the whole field."""
    if not text:
        return
    if field != "keywords":
        yield words_of(text)
        return
    for keyword in plain_text(text).split(";"):
        yield fold_text(keyword).split()


class _Phrase(NamedTuple):
    """An indicator or negation of a theme."""

    code: str
    negates: bool
    words: tuple[Word, ...]
    text: str


def _phrases(codebook: Codebook) -> list[_Phrase]:
    """List the phrases of all themes, each once: by theme, the longest first, then by the alphabet."""
    phrases = {
        _Phrase(code, negates, read_phrase(text), text)
        for code, _, theme in codebook.themes()
        for negates, texts in ((False, theme.indicators), (True, theme.negations))
        for text in texts
    }
    return sorted(phrases, key=lambda p: (p.code, p.negates, -len(p.words), p.text))


# A phrase seen from one of its words: its number, how many words stand before and from there, and the other
# words with their distance.
_Sight = tuple[int, int, int, tuple[tuple[int, Word], ...]]
# A phrase's number, where it begins and where it ends.
_Span = tuple[int, int, int]


def _finder(phrases: list[_Phrase], language: str) -> _Find:
    """Make what finds, in words, the number, start and words of each indicator that is not negated.

    Each phrase is looked for at that word of it which fewest phrases share, the longest among equals, so
    that "prior learning" costs nothing where only "learning" stands. Each different word is looked at
    once.
    """
    shared = Counter(word for phrase in phrases for word in set(phrase.words))
    seen_from: dict[Word, list[_Sight]] = defaultdict(list)
    for number, phrase in enumerate(phrases):
        words = phrase.words
        at = min(range(len(words)), key=lambda i: (shared[words[i]], -len(words[i].text)))
        others = tuple((i - at, word) for i, word in enumerate(words) if i != at)
        seen_from[words[at]].append((number, at, len(words) - at, others))
    spelled: dict[str, list[Word]] = defaultdict(list)
    for word in shared:
        for text in spellings(word, language) if word.kind != "endings" else ():
            spelled[text].append(word)
    beginnings = [word for word in shared if word.kind == "endings"]

    @cache
    def meant(text: str) -> frozenset[Word]:
        likely = [*spelled.get(text, ()), *beginnings]
        return frozenset(word for word in likely if stands_for(word, text, language))

    @cache
    def sights(text: str) -> tuple[_Sight, ...]:
        return tuple(sight for word in sorted(meant(text)) for sight in seen_from.get(word, ()))

    def find(words: list[str]) -> list[tuple[int, int, str]]:
        found: list[_Span] = []
        negated: list[_Span] = []
        for i, seen in enumerate(map(sights, words)):
            for number, before, after, others in seen:
                start, end = i - before, i + after
                if start < 0 or end > len(words):
                    continue
                if all(word in meant(words[i + far]) for far, word in others):
                    (negated if phrases[number].negates else found).append((number, start, end))
        if negated:
            found = [hit for hit in found if not any(map(_inside(hit, phrases), negated))]
        return [(number, start, " ".join(words[start:end])) for number, start, end in found]

    return find


def _inside(hit: _Span, phrases: list[_Phrase]) -> Callable[[_Span], bool]:
    """Make the test whether `hit` stands inside a match of a negation of its theme."""
    number, start, end = hit
    return lambda n: phrases[n[0]].code == phrases[number].code and n[1] <= start and end <= n[2]
