"""How two records compare, field by field: whole columns of pairs at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Prefix

from reprise.dedupe.names import initialled
from reprise.dedupe.normalise import Facts, details
from reprise.dedupe.words import Words, distinct

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_ORDINAL = re.compile(
    r"\b(?:\d+(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth)\b"
)
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Texts = NDArray[np.object_]
Columns = dict[str, NDArray[Any]]

# Below this a shorter title is too short to be taken for the beginning of a longer one.
CUT_LENGTH = 20
# A title cut by a limit on characters, not before its subtitle, is at least so long.
LIMIT_LENGTH = 50
# What appears again, a year later, under the same title.
EDITIONS = ("report", "book", "chapter")
THREADED = 50_000  # pairs
NEAR = 50  # a title less like another is not even its words in another order
EMPTY = np.array([""], dtype=object)
CODED = ("title", "other_title", "notice", "numbers", "venue", "venue_letters", "volume", "issue",
         "first_page", "last_page", "page_letters", "doi", "pmid", "url", "kind", "stages",
         "names")  # fmt: skip


def ratio(left: Texts, right: Texts, scorer: Any = fuzz.ratio, score_cutoff: float = 0) -> Floats:
    """Score texts pair by pair, on a scale of 100 or as `scorer` says."""
    if not len(left):
        return np.zeros(0)
    # A second thread is worth its start only where there is much to do.
    workers = -1 if len(left) > THREADED else 1
    return process.cpdist(
        left.tolist(),
        right.tolist(),
        scorer=scorer,
        score_cutoff=score_cutoff,
        dtype=np.float64,
        workers=workers,
    )


def lengths_of(texts: Texts) -> Ints:
    """Count the signs of each text."""
    return np.fromiter(map(len, texts), np.int64, len(texts))


class Comparison:
    """Compares pairs of records.

    Parameters
    ----------
    records : data frame
    facts : dict of arrays
        Of all records, as `normalise` gives them.
    rows : array of int
        The rows of which pairs will be compared, each once and in order.
    """

    def __init__(self, records: pd.DataFrame, facts: Facts, rows: Ints):
        self.rows = rows
        self.facts = facts = details(records, facts, rows)
        # Texts that are compared for equality only are compared as numbers; 0 is the empty text.
        self.codes: dict[str, Ints] = {}
        for name in CODED:
            codes, _ = pd.factorize(np.concatenate([EMPTY, facts[name]]))
            self.codes[name] = codes[1:].astype(np.int64)
        self.codes["main"] = _codes_in(facts["title"], facts["main"])
        self.lengths = lengths_of(facts["title"])
        self.letters = lengths_of(facts["venue_letters"])
        self.preprint = facts["kind"] == "preprint"
        self.edited = np.isin(facts["kind"].astype(str), EDITIONS)
        self.page_one = facts["first_page"] == "1"
        self.authors = Words([facts["families"], facts["names"]])
        self.issns = Words([facts["issns"]])
        self.venues = Words([facts["venue_letters"], facts["venue"]])

    def pairs(self, a: Ints, b: Ints) -> Columns:
        """Compare row `a[i]` with row `b[i]`: scores, and what is true and false, by name."""
        out: Columns = {"a": a, "b": b}
        a, b = np.searchsorted(self.rows, a), np.searchsorted(self.rows, b)
        self._titles(out, a, b)
        self._authors(out, a, b)
        self._places(out, a, b)
        facts = self.facts
        for field in ("doi", "pmid", "url"):
            one, two = self.codes[field][a], self.codes[field][b]
            known = (one > 0) & (two > 0)
            out[f"{field}_same"] = known & (one == two)
            out[f"{field}_differs"] = known & (one != two)
        out["second_doi"] = facts["second_doi"][a] | facts["second_doi"][b]
        one, two = self.codes["kind"][a], self.codes["kind"][b]
        out["kind_differs"] = (one > 0) & (two > 0) & (one != two)
        out["one_preprint"] = self.preprint[a] != self.preprint[b]
        out["edited"] = self.edited[a] | self.edited[b]
        gap = np.abs(facts["year"][a] - facts["year"][b])
        out["year_gap"] = gap
        out["year_same"], out["year_near"], out["year_far"] = gap == 0, gap <= 1, gap > 1
        self._spots(out)
        self._initials(out, a, b)
        codes = self.codes
        told = (codes["names"][a] > 0) | ((codes["volume"][a] > 0) & (codes["first_page"][a] > 0))
        out["twins"] = told & (codes["venue"][a] > 0) & out["year_same"] & ~out["title_missing"]
        for name in ("title", "names", "venue", "volume", "issue", "first_page", "last_page", "doi", "kind"):
            out["twins"] &= codes[name][a] == codes[name][b]
        # "Response to cold" is no reply, where all else is equal.
        whole = out["range_same"] & out["volume_same"] & out["authors_agree"] & (out["title_score"] >= 95)
        out["notice_differs"] &= ~whole
        # Parts of one study never share their pages.
        out["numbers_differ"] &= ~(out["range_same"] & out["authors_agree"])
        return out

    def _titles(self, out: Columns, a: Ints, b: Ints) -> None:
        facts, codes = self.facts, self.codes
        titles, words = facts["title"], facts["words"]
        one, two = codes["title"][a], codes["title"][b]
        stated = (one > 0) & (two > 0)
        equal = stated & (one == two)
        score = np.where(equal, 100.0, 0.0)
        unlike = np.flatnonzero(stated & ~equal)
        x, y = a[unlike], b[unlike]
        found = ratio(titles[x], titles[y])
        near = (found < 95) & (found > NEAR)
        found[near] = np.maximum(found[near], ratio(words[x[near]], words[y[near]], fuzz.token_sort_ratio))
        score[unlike] = found
        other = facts["other_title"]
        translated = codes["other_title"] > 0
        for left, right in ((a, b), (b, a)):
            has = np.flatnonzero(translated[left] & stated)
            score[has] = np.maximum(score[has], ratio(other[left[has]], titles[right[has]]))
        out["title_score"] = score
        out["title_missing"] = ~stated
        out["title_equal"] = equal
        short = np.minimum(self.lengths[a], self.lengths[b])
        prefix = np.where(equal, short, 0).astype(float)
        prefix[unlike] = ratio(titles[x], titles[y], Prefix.similarity)
        first = self.lengths[a] <= self.lengths[b]
        shorter, longer = np.where(first, a, b), np.where(first, b, a)
        at_subtitle = codes["main"][longer] == codes["title"][shorter]
        out["title_cut"] = (
            stated
            & ~equal
            & (prefix >= short)
            & ((at_subtitle & (short >= CUT_LENGTH)) | (short >= LIMIT_LENGTH))
        )
        out["title_begins"] = stated & (prefix >= short) & (short >= CUT_LENGTH)
        # "Badges" for "Badges: their use in nursing" is believed only where the place agrees.
        out["title_main"] = stated & ~equal & at_subtitle
        out["length"] = np.minimum(facts["length"][a], facts["length"][b])
        out["generic"] = facts["generic"][a] | facts["generic"][b]
        out["notice_differs"] = codes["notice"][a] != codes["notice"][b]
        out["stages_differ"] = codes["stages"][a] != codes["stages"][b]
        out["numbered_differs"] = facts["numbered"][a] != facts["numbered"][b]
        out["levels_differ"] = facts["levelled"][a] != facts["levelled"][b]
        self._numbers(out, a, b)
        out["scripts_differ"] = stated & (facts["title_latin"][a] != facts["title_latin"][b])

    def _numbers(self, out: Columns, a: Ints, b: Ints) -> None:
        """Tell titles that differ in their numbers."""
        facts, codes = self.facts, self.codes
        wrong = (codes["numbers"][a] != codes["numbers"][b]) & ~out["title_missing"] & ~out["title_equal"]
        at = np.flatnonzero(wrong & (out["title_score"] >= 60))
        x, y = a[at], b[at]
        one, two = facts["numbers"][x], facts["numbers"][y]
        begins = ratio(one, two, Prefix.similarity) >= np.minimum(lengths_of(one), lengths_of(two))
        cut = (out["title_cut"] | out["title_main"])[at] & begins
        # An index may put the year behind the title of a report: "Framework 2021" and "Framework" of 2021.
        years = facts["year_text"]
        dated = np.zeros(len(at), bool)
        for left, right in ((x, y), (y, x)):
            silent, told = facts["numbers"][left] == "", facts["numbers"][right]
            dated |= silent & ((told == years[left]) | (told == years[right]))
        differ = np.zeros(len(a), bool)
        differ[at] = ~cut & ~dated
        out["numbers_differ"] = differ

    def _authors(self, out: Columns, a: Ints, b: Ints) -> None:
        facts, families = self.facts, self.authors.counts[0]
        known = (families[a] > 0) & (families[b] > 0) & (facts["latin"][a] == facts["latin"][b])
        shared = np.maximum(self.authors.shared(0, a, 1, b), self.authors.shared(0, b, 1, a))
        few = np.maximum(np.minimum(families[a], families[b]), 1)
        score = np.minimum(shared / few, 1.0) * 100
        # Misspelled names share no word.
        weak = np.flatnonzero(known & (score < 50))
        x, y = a[weak], b[weak]
        spelled = np.maximum(
            ratio(facts["families"][x], facts["families"][y], fuzz.token_sort_ratio),
            ratio(facts["names"][x], facts["names"][y], fuzz.token_sort_ratio),
        )
        score[weak] = np.maximum(score[weak], np.where(spelled >= 75, spelled, 0))
        # Two ministries share most of their words: what each has alone tells them apart.
        corporate = facts["corporate"]
        alone = corporate[a] & corporate[b] & (shared + 1 < np.minimum(families[a], families[b]))
        score[known & alone & (score < 100)] = 0
        out["authors_known"] = known
        out["author_score"] = np.where(known, score, 0.0)
        out["authors_agree"] = known & (score >= 50)
        out["authors_disjoint"] = known & (score == 0)

    def _venues(self, out: Columns, a: Ints, b: Ints) -> None:
        facts, venues = self.facts, self.facts["venue"]
        one, two = self.codes["venue"][a], self.codes["venue"][b]
        known = (one > 0) & (two > 0)
        score = np.where(known & (one == two), 100.0, 0.0)
        at = np.flatnonzero(known & (one != two))
        x, y = a[at], b[at]
        found = ratio(venues[x], venues[y], fuzz.token_sort_ratio)
        close = found < 90
        part = ratio(venues[x[close]], venues[y[close]], fuzz.token_set_ratio)
        enough = np.minimum(lengths_of(venues[x[close]]), lengths_of(venues[y[close]])) >= 12
        found[close] = np.maximum(found[close], np.where(enough & (part >= 90), part, 0))
        score[at] = found
        size = self.letters
        one, two = self.codes["venue_letters"][a], self.codes["venue_letters"][b]
        letters = (one == two) & (size[a] >= 2)
        letters[letters] = self._each_name(a[letters], b[letters], _abbreviates)
        # "ICIS 2019 Proceedings" and "International Conference on Information Systems".
        acronym = (np.minimum(size[a], size[b]) >= 3) & (
            (self.venues.shared(0, a, 1, b) > 0) | (self.venues.shared(0, b, 1, a) > 0)
        )
        # "AMCIS 2017 Proceedings" takes two letters of "Americas"; believed where all else is equal.
        spelled = known & ~letters & ~acronym & out["title_equal"] & out["authors_agree"]
        spelled &= facts["year"][a] == facts["year"][b]
        spelled[spelled] = self._each_name(a[spelled], b[spelled], _spells)
        acronym |= spelled
        issn = self.issns.shared(0, a, 0, b) > 0
        out["venue_score"] = score
        same = issn | (known & ((score >= 85) | letters | acronym))
        # The fourteenth conference of a name is not its fifteenth.
        unlike = same & ~issn & known & (score < 100)
        unlike[unlike] = self._each_name(a[unlike], b[unlike], _other_meeting)
        out["venue_same"] = same & ~unlike
        out["venues_known"] = known
        out["venue_differs"] = known & ~out["venue_same"] & (score < 60)

    def _each_name(self, a: Ints, b: Ints, test: Callable[[str, str], bool]) -> Bools:
        """Ask something of two venues' names, once for each two names."""
        codes, names = self.codes["venue"], self.facts["venue"]
        size = int(codes.max(initial=0)) + 1
        _, first, place = np.unique(codes[a] * size + codes[b], return_index=True, return_inverse=True)
        pairs = zip(names[a[first]], names[b[first]], strict=True)
        return np.fromiter((test(one, two) for one, two in pairs), bool, len(first))[place]

    def _spots(self, out: Columns) -> None:
        """Tell what stands in one spot: on the same page of what is one volume, journal and time."""
        # A number in place of a page stays the same when a review is brought up to date years later.
        where = out["volume_same"] | out["range_same"] | (out["venue_same"] & ~out["year_far"])
        spot = out["page_same"] & ~out["volume_differs"] & where
        # A year, or a running number, in place of the volume.
        other = out["range_same"] & out["title_equal"] & out["authors_agree"] & out["venue_same"]
        out["spot_same"] = spot | (other & out["year_same"])

    def _initials(self, out: Columns, a: Ints, b: Ints) -> None:
        """Tell lists that share family names, and none of them with its initial."""
        need = np.flatnonzero(out["authors_agree"] & (out["title_score"] >= 80) & ~out["spot_same"])
        rows = distinct(np.concatenate([a[need], b[need]]))
        told = Words([np.array([initialled(text) for text in self.facts["authors"][rows]], dtype=object)])
        x, y = np.searchsorted(rows, a[need]), np.searchsorted(rows, b[need])
        both = (told.counts[0][x] > 0) & (told.counts[0][y] > 0) if len(need) else np.zeros(0, bool)
        other = np.zeros(len(a), bool)
        other[need] = both & (told.shared(0, x, 0, y) == 0)
        out["initials_differ"] = other
        out["authors_agree"] = out["authors_agree"] & ~other

    def _places(self, out: Columns, a: Ints, b: Ints) -> None:
        self._venues(out, a, b)
        codes, facts = self.codes, self.facts
        for field in ("volume", "issue"):
            one, two = codes[field][a], codes[field][b]
            stated = (one > 0) & (two > 0)
            out[f"{field}_same"] = stated & (one == two)
            out[f"{field}_differs"] = stated & (one != two)
        begin, other = codes["first_page"][a], codes["first_page"][b]
        end, last = codes["last_page"][a], codes["last_page"][b]
        first = (begin > 0) & (begin == other)
        whole = first & (end > 0) & (end == last)
        inner = self.page_one[a] | self.page_one[b]
        # Where each article begins at page 1, that page tells nothing.
        out["page_same"] = (first & ~inner) | whole
        out["range_same"] = whole & ~inner & facts["paged"][a] & facts["paged"][b]
        # A page and an article number, or a page of the journal and one of the article, don't contradict.
        alike = ((end == 0) == (last == 0)) & (codes["page_letters"][a] == codes["page_letters"][b])
        stated = (begin > 0) & (other > 0)
        out["page_differs"] = stated & ~first & ~inner & alike
        out["page_unlike"] = stated & ~first
        # Many journals begin each issue at page 1: its number counts within one volume.
        out["issue_differs"] &= out["volume_same"]


def _other_meeting(one: str, two: str) -> bool:
    """Whether both names hold a year, or both an ordinal, and not the same: two meetings of one series."""
    pairs = [(set(sign.findall(one)), set(sign.findall(two))) for sign in (_YEAR, _ORDINAL)]
    return any(x and y and not x & y for x, y in pairs)


def _abbreviates(one: str, two: str) -> bool:
    """Whether the words of one name begin those of the other, or are begun by them."""
    return all(x.startswith(y) or y.startswith(x) for x, y in zip(one.split(), two.split(), strict=False))


def _spells(one: str, two: str) -> bool:
    """Whether a word of one name is made of the beginnings of all words of the other, in their order.

    Examples
    --------
    >>> _spells("americas conference information systems", "amcis 2017 proceedings"), _spells("art", "art")
    (True, False)
    """
    for short, long in ((one, two), (two, one)):
        words = long.split()
        # One to three letters of each word.
        beginning = "".join(f"{w[0]}(?:{w[1:2]}(?:{w[2:3]})?)?" for w in words)
        found = (re.fullmatch(beginning, w) for w in short.split() if 3 <= len(w) < 12)
        if len(words) >= 3 and any(found):
            return True
    return False


def _codes_in(known: Texts, texts: Texts) -> Ints:
    """Give for each text the code that it has among others; -1 where it is none of them."""
    _, values = pd.factorize(np.concatenate([EMPTY, known]))
    place = dict(zip(values.tolist(), range(len(values)), strict=True))
    return np.fromiter((place.get(text, -1) for text in texts), np.int64, len(texts))
