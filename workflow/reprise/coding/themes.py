"""Themes: the codebook's indicator phrases found on word stems.

Stems are those of the English Snowball stemmer (Porter 2), by the library snowballstemmer. A phrase is
found where its stems follow each other.
"""

from __future__ import annotations

import re
from functools import cache

import pandas as pd
import snowballstemmer

from reprise.coding.codebook import Codebook
from reprise.query import fold_text
from reprise.records import plain_text

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
    patterns = [
        (code, re.compile(r"(?<!\S)(?:" + "|".join(_alternatives(theme.indicators)) + r")(?!\S)"))
        for code, _, theme in codebook.themes()
    ]
    found = []
    for work_id, *texts in works[["work_id", *FIELDS]].itertuples(index=False, name=None):
        folded = [fold_text(plain_text(text)) for text in texts]
        stemmed = [" ".join(map(_stem, text.split())) for text in folded]
        for code, pattern in patterns:
            for field, text, stem_text in zip(FIELDS, folded, stemmed, strict=True):
                match = pattern.search(stem_text) if stem_text else None
                if match:
                    start = stem_text.count(" ", 0, match.start())
                    words = text.split()[start : start + match.group().count(" ") + 1]
                    found.append((work_id, code, field, " ".join(words)))
                    break
    return pd.DataFrame(found, columns=["work_id", "code", "field", "evidence"], dtype="str")


def _alternatives(indicators: list[str]) -> list[str]:
    return sorted({re.escape(stems(phrase)) for phrase in indicators}, key=lambda p: (-len(p), p))
