"""Which records are worth comparing: those that share a key, never all with all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz
from rapidfuzz.distance import Prefix

from reprise.dedupe.compare import LIMIT_LENGTH, Bools, Ints, Texts, lengths_of, ratio
from reprise.dedupe.normalise import Facts
from reprise.dedupe.words import begins, distinct, number_words

# Within one key a record is compared with so many that come next by title. A key that more records share
# is a poor one, and its records meet under another: in the labelled sets and among invented records 5 loses
# no pair that 100 finds.
BOUND = 10
# A title less like another than NEAR, or than LIKE with its words in any order, speaks for no rule but those
# that ask for an identifier or a page: see decide.py.
NEAR, LIKE = 60, 70
CHUNK = 500_000  # pairs looked at at once; it bounds the memory, not the result
_KEY_WORDS = 4
_MAIN = 12  # signs; a shorter main title is hardly one

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
    # Most keys stand on one row: those that don't are sorted, as one number with the rank.
    groups, _ = pd.factorize(keys)
    rows = np.flatnonzero((keys != 0) & (np.bincount(groups, minlength=1) > 1)[groups])
    by_rank = np.empty(len(keys), np.int64)
    by_rank[order] = np.arange(len(keys))
    sorted_ = np.sort(groups[rows].astype(np.int64) * len(keys) + order[rows])
    codes, rows = sorted_ // max(len(keys), 1), by_rank[sorted_ % max(len(keys), 1)]
    start = np.flatnonzero(np.diff(codes, prepend=-1))
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


def _ranks(texts: Sequence[str] | Texts) -> Ints:
    """Give each text's place in the alphabet; of equal ones the first comes first."""
    ranks = np.empty(len(texts), np.int64)
    ranks[pc.sort_indices(pa.array(texts, pa.large_string())).to_numpy()] = np.arange(len(texts))
    return ranks


class _Picked:
    """Words picked from folded texts, as numbers that are equal where the words are; 0 is none.

    A word's number hangs on its length first, so that the smallest is that of the longest word.
    """

    def __init__(self, texts: Texts):
        (codes,), (self.counts,), known = number_words([texts])
        lengths = np.fromiter(map(len, known), np.int64, len(known))
        ranks = _ranks(known)
        order = np.lexsort((ranks, -lengths))
        numbers = np.empty(len(known), np.int64)
        numbers[order] = np.arange(1, len(known) + 1)
        self.words = numbers[codes]
        self.alphabet = np.r_[np.iinfo(np.int64).max, ranks[order] + 1]
        self.firsts = begins(self.counts)
        size = len(known) + 1
        self.longest = np.sort(np.repeat(np.arange(len(texts)), self.counts) * size + self.words) % size

    def at(self, place: int, *, by_length: bool = False) -> Ints:
        """Give of each text the word at a place, counted from its end where negative; the longest is 0."""
        there = (self.counts > place) if place >= 0 else (self.counts >= -place)
        out = np.zeros(len(self.counts), np.int64)
        first = self.firsts + place if place >= 0 else self.firsts + self.counts + place
        out[there] = (self.longest if by_length else self.words)[first[there]]
        return out

    def first_of(self, *picked: Ints) -> Ints:
        """Give of several words that each text has the first of the alphabet, as its place there."""
        places = np.minimum.reduce([self.alphabet[words] for words in picked])
        return np.where(picked[0] != 0, places, 0)


def _mixed(*parts: Ints) -> Ints:
    """Make one key of several; empty where the first is."""
    key = np.zeros(len(parts[0]), np.uint64)
    for part in parts:  # as splitmix64 mixes
        key = (key + part.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(31)
    return np.where(parts[0] != 0, key.astype(np.int64), 0)


def block_keys(facts: Facts) -> dict[str, Ints]:
    """Give the keys under which two records of one work should meet, one way or another."""
    telling = ~facts["generic"]
    # A generic title is no reason to compare: its place or its DOI may be.
    titles = np.where(telling, facts["title"], "")
    words = _Picked(np.where(telling, facts["words"], ""))
    longest = [words.at(n, by_length=True) for n in range(3)]
    mains = [m if ok and len(m) >= _MAIN else "" for m, ok in zip(facts["main"], telling, strict=True)]
    families = _Picked(facts["families"])
    years, volumes, pages = (_keys(facts[name]) for name in ("year_text", "volume", "first_page"))
    people, dois = _keys(facts["names"]), _keys(facts["doi"])
    none = np.zeros(len(titles), np.int64)
    generic = np.where(telling, none, _keys(facts["title"]))
    return {
        "doi": dois,
        "pmid": _keys(facts["pmid"]),
        "title": _keys(titles),
        # A translated title with the original behind it, and the original alone.
        "original title": _keys(np.where(facts["other_title"] != "", facts["other_title"], titles)),
        # A cut subtitle, or a changed end.
        "title begins": _keys(t[:20] for t in titles),
        "main title": _keys(mains),
        # A changed beginning.
        "title ends": _mixed(*(words.at(-n) for n in range(1, _KEY_WORDS + 1))),
        # Words in another order, or one misspelled at either end.
        "longest words": _mixed(*longest),
        # A title of many works, and all that is stated beside it.
        "all that is stated": np.where(
            people != 0, _mixed(generic, people, years, volumes, pages, dois), none
        ),
        # A title in another language: the place tells.
        "place": np.where(pages != 0, _mixed(volumes, pages, years), none),
        # A word changed, and the year: a preprint and its article.
        "author and word": np.where(longest[0] != 0, _mixed(families.at(0), words.first_of(*longest)), none),
        "author and place": np.where(
            pages != 0, _mixed(families.at(0, by_length=True), volumes, pages), none
        ),
    }


def candidates(facts: Facts, bound: int = BOUND) -> tuple[Pairs, dict[str, int]]:
    """Give the pairs of positions to compare, each once and in order, and what the bound dropped by key."""
    order = _ranks(facts["title"])
    size = max(len(order), 1)
    found = []
    dropped = {}
    for name, keys in block_keys(facts).items():
        (a, b), left_out = pairs_within(keys, order, bound)
        found.append(a * size + b)
        if left_out:
            dropped[name] = left_out
    both = distinct(np.concatenate(found))
    del found
    told = {name: _keys(facts[name]) for name in _SEEN}
    kept = [
        part[_promising(facts, told, part // size, part % size)]
        for part in np.array_split(both, len(both) // CHUNK + 1)
    ]
    both = np.concatenate(kept)
    return (both // size, both % size), dropped


_SAME = ("doi", "pmid", "url", "title", "first_page")
_SEEN = (*_SAME, "main", "other_title")


def _promising(facts: Facts, keys: dict[str, Ints], a: Ints, b: Ints) -> Bools:
    """Tell pairs of which some rule may make a work, a doubt or a link, by what is quickly seen.

    All others are two works for every rule: no identifier, page or title speaks for one.
    """
    seen = np.zeros(len(a), bool)
    for name in _SAME:
        one = keys[name][a]
        seen |= (one != 0) & (one == keys[name][b])
    main, title, other = (keys[name] for name in ("main", "title", "other_title"))
    seen |= (title[a] == 0) | (title[b] == 0) | (other[a] != 0) | (other[b] != 0)
    seen |= (main[a] == title[b]) | (main[b] == title[a])
    left = np.flatnonzero(~seen)
    titles, words = facts["title"], facts["words"]
    score = ratio(titles[a[left]], titles[b[left]], score_cutoff=NEAR)
    near = (score > 0) & (score < LIKE)
    score[near] = ratio(words[a[left[near]]], words[b[left[near]]], fuzz.token_sort_ratio, LIKE)
    seen[left] = score > 0
    left = left[~seen[left]]
    short = np.minimum(lengths_of(titles[a[left]]), lengths_of(titles[b[left]]))
    left, short = left[short >= LIMIT_LENGTH], short[short >= LIMIT_LENGTH]
    seen[left] = ratio(titles[a[left]], titles[b[left]], Prefix.similarity) >= short
    return seen
