"""Which records are worth comparing: those that share a key, never all with all."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from reprise.dedupe.normalise import Facts

# Within one key a record is compared with so many that come next by title. A key that more records share
# is a poor one, and its records meet under another: in the labelled sets and among invented records 5 loses
# no pair that 100 finds.
BOUND = 20
_KEY_WORDS = 4

Ints = NDArray[np.int64]
Pairs = tuple[Ints, Ints]


def pairs_within(keys: Ints, order: Ints, bound: int) -> tuple[Pairs, int]:
    """Pair the rows that share a key, each with the next `bound` in `order`.

    Parameters
    ----------
    keys : array
        One for each row; 0 pairs with nothing.
    order : array
        Rank of each row, by which neighbours are near.
    bound : int

    Returns
    -------
    (left, right), dropped : arrays of positions, and how many pairs the bound left out
    """
    rows = np.flatnonzero(keys)
    rows = rows[np.lexsort((order[rows], keys[rows]))]
    codes = keys[rows]
    start = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]]) if len(rows) else np.array([], np.int64)
    size = np.diff(np.r_[start, len(rows)])
    after = np.repeat(start + size, size) - np.arange(len(rows)) - 1
    reach = np.minimum(after, bound)
    left = np.repeat(np.arange(len(rows)), reach)
    step = np.arange(len(left)) - np.repeat(np.cumsum(reach) - reach, reach) + 1
    a, b = rows[left], rows[left + step]
    return (np.minimum(a, b), np.maximum(a, b)), int(after.sum() - reach.sum())


def _keys(values: Iterable[object]) -> Ints:
    """Give a number for each key, 0 for an empty one. Of equal keys it is equal; more isn't asked of it."""
    return np.fromiter((hash(value) if value else 0 for value in values), np.int64)


def _longest(words: list[str]) -> tuple[str, ...]:
    """Give the three longest words, the first of the alphabet among equals."""
    longest = sorted(set(words))
    longest.sort(key=len, reverse=True)
    return tuple(sorted(longest[:3]))


def block_keys(facts: Facts) -> dict[str, Ints]:
    """Give the keys under which two records of one work should meet, one way or another."""
    telling = ~facts["generic"]
    # A generic title is no reason to compare: its place or its DOI may be.
    titles = [t if ok else "" for t, ok in zip(facts["title"], telling, strict=True)]
    words = [w.split() if ok else [] for w, ok in zip(facts["words"], telling, strict=True)]
    longest = [_longest(w) for w in words]
    mains = [m if ok and len(m) >= 12 else "" for m, ok in zip(facts["main"], telling, strict=True)]
    families = [f.split() for f in facts["families"]]
    years, volumes, pages = (facts[name].tolist() for name in ("year_text", "volume", "first_page"))
    rows = range(len(titles))
    return {
        "doi": _keys(facts["doi"]),
        "pmid": _keys(facts["pmid"]),
        "title": _keys(titles),
        # A translated title with the original behind it, and the original alone.
        "original title": _keys(o or t for o, t in zip(facts["other_title"], titles, strict=True)),
        # A cut subtitle, or a changed end.
        "title begins": _keys(t[:20] for t in titles),
        "main title": _keys(mains),
        # A changed beginning.
        "title ends": _keys(tuple(w[-_KEY_WORDS:]) for w in words),
        # Words in another order, or one misspelled at either end.
        "longest words": _keys(longest),
        # A title in another language: the place tells.
        "place": _keys((years[i], volumes[i], pages[i]) if volumes[i] and pages[i] else () for i in rows),
        # A word changed, and the year: a preprint and its article.
        "author and word": _keys(
            (families[i][0], longest[i][0]) if families[i] and longest[i] else () for i in rows
        ),
        "author and place": _keys(
            (min(families[i]), volumes[i], pages[i]) if families[i] and pages[i] else () for i in rows
        ),
    }


def candidates(facts: Facts, bound: int = BOUND) -> tuple[Pairs, dict[str, int]]:
    """Give the pairs of positions to compare, each once and in order, and what the bound dropped by key."""
    titles = facts["title"]
    order = np.empty(len(titles), np.int64)
    order[np.argsort(titles, kind="stable")] = np.arange(len(titles))
    size = max(len(titles), 1)
    found = []
    dropped = {}
    for name, keys in block_keys(facts).items():
        (a, b), left_out = pairs_within(keys, order, bound)
        found.append(a * size + b)
        if left_out:
            dropped[name] = left_out
    both = np.unique(np.concatenate(found)) if found else np.array([], np.int64)
    return (both // size, both % size), dropped
