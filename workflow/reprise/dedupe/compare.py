"""How two records compare, field by field: whole columns of pairs at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Prefix

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Below this a shorter title is too short to be taken for the beginning of a longer one.
CUT_LENGTH = 20
# A title cut by a limit on characters, not before its subtitle, is at least so long.
LIMIT_LENGTH = 50
# What appears again, a year later, under the same title.
EDITIONS = ("report", "book", "chapter")


class Words:
    """Sets of words, one for each row, that can be intersected pair by pair."""

    def __init__(self, columns: list[pd.Series[str]]):
        count = len(columns[0])
        exploded = [c.str.split().explode() for c in (c.reset_index(drop=True) for c in columns)]
        codes, known = pd.factorize(pd.concat(exploded))
        self.size = max(len(known), 1)
        self.keys: list[Ints] = []
        self.counts: list[Ints] = []
        start = 0
        for column in exploded:
            rows, words = column.index.to_numpy(), codes[start : start + len(column)]
            start += len(column)
            keys = np.unique((rows * self.size + words)[words >= 0])
            self.keys.append(keys)
            self.counts.append(np.bincount(keys // self.size, minlength=count))

    def shared(self, one: int, a: Ints, other: int, b: Ints) -> Ints:
        """Count, pair by pair, the words of column `one` at `a` that column `other` has at `b`."""
        counts = self.counts[one]
        first = np.cumsum(counts) - counts
        reach = counts[a]
        pair = np.repeat(np.arange(len(a)), reach)
        step = np.arange(len(pair)) - np.repeat(np.cumsum(reach) - reach, reach)
        words = self.keys[one][first[a][pair] + step] % self.size
        wanted = b[pair] * self.size + words
        there = self.keys[other]
        at = np.minimum(np.searchsorted(there, wanted), max(len(there) - 1, 0))
        hit = there[at] == wanted if len(there) else np.zeros(len(wanted), bool)
        return np.bincount(pair[hit], minlength=len(a))


def _ratio(left: pd.Series[str], right: pd.Series[str], scorer: Any = fuzz.ratio) -> Floats:
    if not len(left):
        return np.zeros(0)
    return process.cpdist(left.tolist(), right.tolist(), scorer=scorer, dtype=np.float64, workers=-1)


class Comparison:
    """Compares pairs of rows of one table of facts."""

    def __init__(self, facts: pd.DataFrame):
        self.facts = facts.reset_index(drop=True)
        self.authors = Words([self.facts["families"], self.facts["names"]])
        self.issns = Words([self.facts["issns"]])
        self.venues = Words([self.facts["venue_letters"], self.facts["venue"]])

    def pairs(self, a: Ints, b: Ints) -> pd.DataFrame:
        """Compare row `a[i]` with row `b[i]`; one row of scores and of true and false for each."""
        one = self.facts.iloc[a].reset_index(drop=True)
        two = self.facts.iloc[b].reset_index(drop=True)
        out = pd.DataFrame({"a": a, "b": b})
        self._titles(out, one, two)
        self._authors(out, one, two, a, b)
        self._places(out, one, two, a, b)
        for field in ("doi", "pmid", "url"):
            known = (one[field] != "") & (two[field] != "")
            out[f"{field}_same"] = known & (one[field] == two[field])
            out[f"{field}_differs"] = known & (one[field] != two[field])
        out["second_doi"] = one["second_doi"] | two["second_doi"]
        out["kind_differs"] = (one["kind"] != "") & (two["kind"] != "") & (one["kind"] != two["kind"])
        out["edited"] = one["kind"].isin(EDITIONS) | two["kind"].isin(EDITIONS)
        gap = (one["year"] - two["year"]).abs()
        out["year_gap"] = gap
        out["year_same"], out["year_near"], out["year_far"] = gap == 0, gap <= 1, gap > 1
        # Parts of one study never share their pages.
        out["numbers_differ"] &= ~(out["range_same"] & out["authors_agree"])
        return out

    def _titles(self, out: pd.DataFrame, one: pd.DataFrame, two: pd.DataFrame) -> None:
        stated = (one["title"] != "") & (two["title"] != "")
        score = _ratio(one["title"], two["title"])
        order = fuzz.token_sort_ratio
        near = (score < 95) & (score > 50)
        if near.any():
            score[near] = np.maximum(score[near], _ratio(one["words"][near], two["words"][near], order))
        for left, right in ((one, two), (two, one)):
            has = (left["other_title"] != "").to_numpy()
            if has.any():
                score[has] = np.maximum(score[has], _ratio(left["other_title"][has], right["title"][has]))
        out["title_score"] = np.where(stated, score, 0.0)
        out["title_missing"] = ~stated
        out["title_equal"] = stated & (one["title"] == two["title"])
        short = np.minimum(one["title"].str.len(), two["title"].str.len())
        prefix = _ratio(one["title"], two["title"], Prefix.similarity)
        shorter = one["title"].where(one["title"].str.len() <= two["title"].str.len(), two["title"])
        longer = one.where(one["title"].str.len() > two["title"].str.len(), two)
        at_subtitle = longer["main"] == shorter
        out["title_cut"] = (
            stated
            & ~out["title_equal"]
            & (prefix >= short)
            & ((at_subtitle & (short >= CUT_LENGTH)) | (short >= LIMIT_LENGTH))
        )
        # "Badges" for "Badges: their use in nursing" is believed only where the place agrees.
        out["title_main"] = stated & ~out["title_equal"] & at_subtitle
        out["length"] = np.minimum(one["length"], two["length"])
        out["generic"] = one["generic"] | two["generic"]
        out["notice_differs"] = one["notice"] != two["notice"]
        some = one["numbers"] != two["numbers"]
        begins = _ratio(one["numbers"], two["numbers"], Prefix.similarity) >= np.minimum(
            one["numbers"].str.len(), two["numbers"].str.len()
        )
        cut = (out["title_cut"] | out["title_main"]) & begins
        # An index may put the year behind the title of a report: "Framework 2021" and "Framework" of 2021.
        dated = pd.Series(False, index=out.index)
        for left, right in ((one, two), (two, one)):
            dated |= (left["numbers"] == "") & (right["numbers"] == left["year_text"])
            dated |= (left["numbers"] == "") & (right["numbers"] == right["year_text"])
        out["numbers_differ"] = (
            stated & some & ~out["title_equal"] & (out["title_score"] >= 60) & ~cut & ~dated
        )
        out["scripts_differ"] = stated & (one["title_latin"] != two["title_latin"])

    def _authors(self, out: pd.DataFrame, one: pd.DataFrame, two: pd.DataFrame, a: Ints, b: Ints) -> None:
        families = self.authors.counts[0]
        known = (families[a] > 0) & (families[b] > 0) & (one["latin"] == two["latin"]).to_numpy()
        shared = np.maximum(self.authors.shared(0, a, 1, b), self.authors.shared(0, b, 1, a))
        few = np.maximum(np.minimum(families[a], families[b]), 1)
        score = np.minimum(shared / few, 1.0) * 100
        # Misspelled names share no word.
        weak = known & (score < 50)
        if weak.any():
            spelled = np.maximum(
                _ratio(one["families"][weak], two["families"][weak], fuzz.token_sort_ratio),
                _ratio(one["names"][weak], two["names"][weak], fuzz.token_sort_ratio),
            )
            score[weak] = np.maximum(score[weak], np.where(spelled >= 75, spelled, 0))
        out["authors_known"] = known
        out["author_score"] = np.where(known, score, 0.0)
        out["authors_agree"] = known & (score >= 50)
        out["authors_disjoint"] = known & (score == 0)

    def _places(self, out: pd.DataFrame, one: pd.DataFrame, two: pd.DataFrame, a: Ints, b: Ints) -> None:
        known = (one["venue"] != "") & (two["venue"] != "")
        score = np.where(known, _ratio(one["venue"], two["venue"], fuzz.token_sort_ratio), 0)
        close = known & (score < 90)
        if close.any():
            part = _ratio(one["venue"][close], two["venue"][close], fuzz.token_set_ratio)
            enough = np.minimum(one["venue"].str.len(), two["venue"].str.len())[close] >= 12
            score[close] = np.maximum(score[close], np.where(enough & (part >= 90), part, 0))
        letters = (one["venue_letters"] == two["venue_letters"]) & (one["venue_letters"].str.len() >= 2)
        # "ICIS 2019 Proceedings" and "International Conference on Information Systems".
        acronym = (np.minimum(one["venue_letters"].str.len(), two["venue_letters"].str.len()) >= 3) & (
            (self.venues.shared(0, a, 1, b) > 0) | (self.venues.shared(0, b, 1, a) > 0)
        )
        issn = self.issns.shared(0, a, 0, b) > 0
        out["venue_score"] = score
        out["venue_same"] = issn | (known & ((score >= 85) | letters | acronym))
        out["venue_differs"] = known & ~out["venue_same"] & (score < 60)
        for field in ("volume", "issue"):
            stated = (one[field] != "") & (two[field] != "")
            out[f"{field}_same"] = stated & (one[field] == two[field])
            out[f"{field}_differs"] = stated & (one[field] != two[field])
        first = (one["first_page"] != "") & (one["first_page"] == two["first_page"])
        ranges = (one["last_page"] != "") & (two["last_page"] != "")
        whole = first & ranges & (one["last_page"] == two["last_page"])
        inner = (one["first_page"] == "1") | (two["first_page"] == "1")
        # Where each article begins at page 1, that page tells nothing.
        out["page_same"] = (first & ~inner) | whole
        out["range_same"] = whole & ~inner & one["paged"] & two["paged"]
        # A page and an article number, or a page of the journal and one of the article, don't contradict.
        alike = ((one["last_page"] == "") == (two["last_page"] == "")) & (
            one["page_letters"] == two["page_letters"]
        )
        stated = (one["first_page"] != "") & (two["first_page"] != "")
        out["page_differs"] = stated & ~first & ~inner & alike
        where = out["volume_same"] | out["venue_same"] | out["range_same"]
        out["spot_same"] = out["page_same"] & ~out["volume_differs"] & where
        # Many journals begin each issue at page 1: its number counts within one volume.
        out["issue_differs"] &= out["volume_same"]
