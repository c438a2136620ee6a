"""Themes: the codebook's indicator phrases found on word stems.

Stems are those of the English Snowball stemmer (Porter 2), by the library snowballstemmer. It makes one
stem of "employer", "employed" and "employability", which are not one thing to a reviewer. So a word
counts as an indicator's only if the two also differ by an inflection alone: "employers" is found by
"employer", "employability" is not. (On the bundled sample, stems alone gave 17 of 18 works the same
two themes by those words.)
"""

from __future__ import annotations

import re
from functools import cache
from os.path import commonprefix

import pandas as pd
import snowballstemmer

from reprise.coding.codebook import Codebook
from reprise.records import fold_text, plain_text

FIELDS = ("title", "keywords", "abstract")


@cache
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@cache
def _stemmer() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("english")


def stems(text: str) -> str:
    """Give the stems of a text's words, joined by spaces.

    Examples
    --------
    >>> stems("Recognising Micro-credentials")
    'recognis micro credenti'
    """
    return " ".join(_stem(word) for word in fold_text(text).split())


# What is left of two words behind their common beginning, where they are forms of one word.
_ENDINGS = frozenset({"", "s", "es", "e", "ed", "d", "ing", "y", "ies", "ied"})


def inflected(word: str, other: str) -> bool:
    """Whether two words of one stem are forms of one word.

    Examples
    --------
    >>> inflected("recognising", "recognise"), inflected("employability", "employer")
    (True, False)
    """
    common = commonprefix([word, other])  # noqa: RUF071 (character by character is what is wanted)

    def ending(rest: str) -> bool:
        doubled = rest[:1] == common[-1:] and rest[1:] in _ENDINGS  # planned, plan
        return rest in _ENDINGS or doubled

    return ending(word[len(common) :]) and ending(other[len(common) :])


def find_themes(works: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Find the themes of works.

    Parameters
    ----------
    works : DataFrame
        With work_id, title, keywords and abstract.
    codebook : Codebook

    Returns
    -------
    DataFrame
        One row per work and theme found: work_id, code, field, evidence (the words as folded text). The
        first field of `FIELDS` that holds an indicator, and the first indicator in it, is the evidence.
    """
    themes = [(code, _by_stems(theme.indicators)) for code, _, theme in codebook.themes()]
    patterns = [(code, phrases, _pattern(phrases)) for code, phrases in themes]
    found = []
    for work_id, *texts in works[["work_id", *FIELDS]].itertuples(index=False, name=None):
        folded = [fold_text(plain_text(text)) for text in texts]
        stemmed = [" ".join(map(_stem, text.split())) for text in folded]
        for code, phrases, pattern in patterns:
            for field, text, stem_text in zip(FIELDS, folded, stemmed, strict=True):
                words = _first(pattern, phrases, text, stem_text)
                if words:
                    found.append((work_id, code, field, words))
                    break
    return pd.DataFrame(found, columns=["work_id", "code", "field", "evidence"], dtype="str")


Phrases = dict[str, list[list[str]]]


def _by_stems(indicators: list[str]) -> Phrases:
    """Give the words of the indicators, by their stems."""
    phrases: Phrases = {}
    for indicator in indicators:
        phrases.setdefault(stems(indicator), []).append(fold_text(indicator).split())
    return phrases


def _pattern(phrases: Phrases) -> re.Pattern[str]:
    alternatives = sorted(map(re.escape, phrases), key=lambda p: (-len(p), p))
    return re.compile(r"(?<!\S)(?:" + "|".join(alternatives) + r")(?!\S)")


def _first(pattern: re.Pattern[str], phrases: Phrases, text: str, stem_text: str) -> str:
    """Give the first words of a text that are forms of an indicator's words."""
    start = 0
    while match := pattern.search(stem_text, start):
        at = stem_text.count(" ", 0, match.start())
        words = text.split()[at : at + match.group().count(" ") + 1]
        if any(all(map(inflected, words, indicator)) for indicator in phrases[match.group()]):
            return " ".join(words)
        start = match.end()
    return ""
