"""Words as the indexes see them: folded case and accents, nothing but letters and digits."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache

from snowballstemmer import stemmer

# A word is a run of letters and digits; marks (vowel signs of Indic scripts, Hebrew points) stay with
# their letter, as everywhere else in Unicode text segmentation.
_MARKS = "".join(chr(c) for c in range(0x300, 0x20000) if unicodedata.category(chr(c)).startswith("M"))
_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}])*")
_ACCENTS = re.compile("[\u0300-\u036f]")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")

# Lucene's list for English, which Elasticsearch uses as `_english_`.
STOP_WORDS = frozenset(
    "a an and are as at be but by for if in into is it no not of on or such that the their then there "
    "these they this to was will with".split()
)


def fold(text: str) -> str:
    """Fold case and Latin, Greek and Cyrillic accents."""
    if text.isascii():
        return text.lower()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return unicodedata.normalize("NFC", bare)


def words(text: str) -> list[str]:
    """Split a text into folded words."""
    return _WORD.findall(fold(text))


def plain(text: str) -> str:
    """Take markup and entities out of a stored text: they are not words."""
    if "<" in text:
        text = _TAG.sub(" ", text)
    return html.unescape(text) if "&" in text else text


_ENGLISH = stemmer("english")


@cache
def stem(word: str) -> str:
    """Give the stem of an English word; "" for a stop word."""
    return "" if word in STOP_WORDS else str(_ENGLISH.stemWord(word))
