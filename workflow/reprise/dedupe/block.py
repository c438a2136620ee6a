"""Which records are worth comparing: those that share a key, never all with all."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# Within one key a record is compared with so many that come next by title. In the labelled sets and the
# bundled records no key is shared by so many, so nothing is dropped there; one that is, is a poor key.
BOUND = 100
_KEY_WORDS = 4

Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]


def pairs_within(keys: pd.Series[str], order: NDArray[np.int64], bound: int) -> tuple[Pairs, int]:
    """Pair the rows that share a key, each with the next `bound` in `order`.

    Parameters
    ----------
    keys : series of str
        One for each row; an empty one pairs with nothing.
    order : array
        Rank of each row, by which neighbours are near.
    bound : int

    Returns
    -------
    (left, right), dropped : arrays of positions, and how many pairs the bound left out
    """
    codes, _ = pd.factorize(keys)
    rows = np.flatnonzero((keys != "").to_numpy())
    rows = rows[np.lexsort((order[rows], codes[rows]))]
    codes = codes[rows]
    start = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]]) if len(rows) else np.array([], np.int64)
    size = np.diff(np.r_[start, len(rows)])
    after = np.repeat(start + size, size) - np.arange(len(rows)) - 1
    reach = np.minimum(after, bound)
    left = np.repeat(np.arange(len(rows)), reach)
    step = np.arange(len(left)) - np.repeat(np.cumsum(reach) - reach, reach) + 1
    a, b = rows[left], rows[left + step]
    return (np.minimum(a, b), np.maximum(a, b)), int(after.sum() - reach.sum())


def block_keys(facts: pd.DataFrame) -> dict[str, pd.Series[str]]:
    """Give the keys under which two records of one work should meet, one way or another."""
    # A generic title is no reason to compare: its place or its DOI may be.
    title = facts["title"].where(~facts["generic"], "")
    words = facts["words"].where(~facts["generic"], "").str.split()
    longest = words.map(lambda w: " ".join(sorted(sorted(set(w), key=lambda x: (-len(x), x))[:3])))
    year = facts["year_text"]
    spot = facts["volume"] + "|" + facts["first_page"]
    family = facts["families"].str.replace(r" .*", "", regex=True)
    last_family = facts["families"].str.split().map(lambda f: min(f) if f else "")
    return {
        "doi": facts["doi"],
        "pmid": facts["pmid"],
        "title": title,
        # A cut subtitle, or a changed end.
        "title begins": words.map(lambda w: "".join(w)[:20]),
        "main title": facts["main"].where((facts["main"].str.len() >= 12) & ~facts["generic"], ""),
        # A changed beginning.
        "title ends": words.map(lambda w: "".join(w[-_KEY_WORDS:])),
        # Words in another order, or one misspelled at either end.
        "longest words": longest,
        # A title in another language: the place tells.
        "place": (year + "|" + spot).where((facts["volume"] != "") & (facts["first_page"] != ""), ""),
        "author and year": (family + "|" + year + "|" + longest.str.replace(r" .*", "", regex=True)).where(
            (family != "") & (year != ""), ""
        ),
        "author and place": (last_family + "|" + spot).where(
            (last_family != "") & (facts["first_page"] != ""), ""
        ),
    }


def candidates(facts: pd.DataFrame, bound: int = BOUND) -> tuple[Pairs, dict[str, int]]:
    """Give the pairs of positions to compare, each once and in order, and what the bound dropped by key."""
    order = facts["title"].rank(method="first").to_numpy().astype(np.int64)
    size = max(len(facts), 1)
    found = []
    dropped = {}
    for name, keys in block_keys(facts).items():
        (a, b), left_out = pairs_within(keys, order, bound)
        found.append(a * size + b)
        if left_out:
            dropped[name] = left_out
    both = np.unique(np.concatenate(found)) if found else np.array([], np.int64)
    return (both // size, both % size), dropped
