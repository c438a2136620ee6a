"""The rules: which compared records are one work, which are not, and which a person should look at.

The first rule that holds decides. What holds apart stands first, so that nothing is merged against
evidence; a rule that `holds` also keeps its two records out of one cluster, whatever lies between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Columns = Mapping[str, NDArray[Any]]

MERGE, MAYBE, DISTINCT, LINKED = "merge", "maybe", "distinct", "linked version"

# Evidence: the labelled sets in benchmarks/README.md (10,307 records, 1,958 true pairs). Of compared pairs
# with unequal titles and authors who agree, 6 of 74 are one work where the titles score 80 to 90, and half
# of 120 above: nothing is merged on a title below 90 unless it is cut or a place or
# identifier tells, and nothing above 90 without a place.
ALIKE = 90.0
# A DOI or PMID is trusted over a misspelled or cut title, not over another title: all 445 pairs of one
# DOI and titles scoring 60 or more are one work.
RESEMBLES = 60.0
# Equal titles, authors who agree, years at most one apart and no place that differs: 2 of 1,836 pairs
# are two works, and those in different years. Shorter titles are too few there to judge by.
LONG = 5.0
# For titles without authors the sets tell nothing (0.2 % lack them); this is a judgement, on the safe side.
VERY_LONG = 8.0


@dataclass(frozen=True)
class Rule:
    """One named condition on compared pairs, what follows from it, and why."""

    name: str
    outcome: str
    holds: bool
    because: str
    when: Callable[[Columns], Bools]


def _alike(c: Columns) -> Bools:
    return (c["title_score"] >= ALIKE) | c["title_cut"]


def _alike_or_main(c: Columns) -> Bools:
    return _alike(c) | c["title_main"]


def _same_id(c: Columns) -> Bools:
    return c["doi_same"] | c["pmid_same"]


def _telling(c: Columns) -> Bools:
    return ~c["generic"] & (c["length"] >= LONG)


def _one_study(c: Columns) -> Bools:
    unknown = ~c["authors_known"] & c["title_equal"] & (c["length"] >= VERY_LONG)
    same = ~c["numbers_differ"] & ~c["notice_differs"] & ~c["generic"]
    return _alike(c) & same & (c["authors_agree"] | unknown)


def _resembles(c: Columns) -> Bools:
    return (c["title_score"] >= RESEMBLES) | c["title_cut"] | c["title_main"] | c["title_missing"]


def _apart(c: Columns) -> Bools:
    issue = c["issue_differs"] & ~c["page_same"]
    return (c["volume_differs"] | c["page_differs"] | issue) & ~c["spot_same"]


def _place_agrees(c: Columns) -> Bools:
    return c["venue_same"] | c["spot_same"] | (c["volume_same"] & (c["issue_same"] | c["page_same"]))


RULES: tuple[Rule, ...] = (
    Rule(
        "one DOI, but a notice or a number on one side", MAYBE, True,
        "An erratum, a reply or a second part is sometimes indexed with the DOI of the first.",
        lambda c: _same_id(c) & (c["notice_differs"] | c["numbers_differ"]) & _resembles(c) & ~c["spot_same"],
    ),
    Rule(
        "one DOI, other pages and title", MAYBE, True,
        "A supplement's DOI stands on each of its abstracts.",
        lambda c: c["doi_same"] & c["page_differs"] & ~c["title_equal"] & ~c["title_cut"] & ~c["title_main"],
    ),
    Rule(
        "same DOI", MERGE, False,
        "A DOI is given to one work, and the titles don't speak against it.",
        lambda c: c["doi_same"] & (_resembles(c) | c["scripts_differ"]) & ~c["notice_differs"],
    ),
    Rule(
        "same PMID", MERGE, False,
        "PubMed numbers a work once, and the titles don't speak against it.",
        lambda c: c["pmid_same"] & _resembles(c) & ~c["doi_differs"] & ~c["notice_differs"],
    ),
    Rule(
        "one DOI, unlike titles and authors", MAYBE, True,
        "One of the DOIs is wrong, or it is the DOI of the whole journal or book.",
        lambda c: _same_id(c) & ~_resembles(c) & c["authors_disjoint"],
    ),
    Rule(
        "alike in all that is stated", MERGE, False,
        "Title, journal, year, and authors or a page are stated; these and all else agree: nobody could "
        "tell two.",
        lambda c: c["twins"],
    ),
    Rule(
        "second DOI of an archive", MERGE, False,
        "JSTOR registers its own DOI for what a publisher registered; title, authors, volume and page agree.",
        lambda c: c["doi_differs"] & c["second_doi"] & c["title_equal"] & c["authors_agree"]
        & c["spot_same"] & c["year_near"] & ~c["generic"],
    ),
    Rule(
        "erratum, reply or review of the work", DISTINCT, True,
        "A notice bears the title of the work that it is about, and is another work.",
        lambda c: c["notice_differs"],
    ),
    Rule(
        "a part or stage named on one side", MAYBE, True,
        "The main title of a study stands on its protocol, its parts and its later results too.",
        lambda c: (c["stages_differ"] | c["levels_differ"]) & (c["title_cut"] | c["title_main"])
        & c["authors_agree"] & ~_same_id(c) & ~c["doi_differs"] & ~c["spot_same"] & ~c["venue_differs"],
    ),
    Rule(
        "another stage of a study, another place", DISTINCT, True,
        "The protocol of a study and its results stand under one main title, each in its own place.",
        lambda c: c["stages_differ"] & (c["volume_differs"] | c["venue_differs"]) & ~_same_id(c)
        & ~c["spot_same"],
    ),
    Rule(
        "an abstract with its number", DISTINCT, True,
        "A numbered abstract is not the article of its title, unless both stand on one page.",
        lambda c: c["numbered_differs"] & ~_same_id(c) & ~c["spot_same"],
    ),
    Rule(
        "different numbers in the titles", DISTINCT, True,
        "Parts, phases, years and editions differ in their numbers alone.",
        lambda c: c["numbers_differ"],
    ),
    Rule(
        "two kinds of publication", LINKED, True,
        "A preprint, conference paper, report or thesis and its article are versions of one study; "
        "each is cited for itself.",
        lambda c: c["kind_differs"] & _one_study(c) & ~_same_id(c) & ~c["spot_same"] & ~c["url_same"]
        & (~c["venue_same"] | c["one_preprint"]),
    ),
    Rule(
        "printed in two journals", LINKED, True,
        "Joint advice is printed in several journals, each time with a DOI of its own.",
        lambda c: c["doi_differs"] & c["title_equal"] & (c["author_score"] >= 99) & c["authors_agree"]
        & c["year_same"] & c["venue_differs"] & c["volume_differs"] & c["page_differs"] & _telling(c),
    ),
    Rule(
        "a preprint, and an article with nearly its title", MAYBE, True,
        "Titles change on the way from preprint to article, and their DOIs always differ.",
        lambda c: c["one_preprint"] & c["doi_differs"] & (c["title_score"] >= 70) & (c["author_score"] >= 99)
        & c["authors_agree"] & c["year_near"] & _telling(c),
    ),
    Rule(
        "all equal but the DOI", MAYBE, True,
        "A journal that moved may have registered a work twice; or one of the DOIs is wrong.",
        lambda c: c["doi_differs"] & (c["title_equal"] | c["title_cut"]) & c["authors_agree"] & ~c["generic"]
        & (c["spot_same"] | (c["venue_same"] & ~_apart(c))) & c["year_near"],
    ),
    Rule(
        "different DOIs", DISTINCT, True,
        "A DOI is given to one work.",
        lambda c: c["doi_differs"],
    ),
    Rule(
        "different PMIDs", DISTINCT, True,
        "PubMed numbers a work once.",
        lambda c: c["pmid_differs"],
    ),
    Rule(
        "same family names, other initials, another place", DISTINCT, True,
        "Kim, Li and Smith are many: where initials and place differ, so do the people.",
        lambda c: c["initials_differ"] & (c["venue_differs"] | c["volume_differs"] | c["year_far"]),
    ),
    Rule(
        "same family names, other initials", MAYBE, True,
        "Other people of the same names, or a slip.",
        lambda c: c["initials_differ"] & _alike(c) & ~_same_id(c),
    ),
    Rule(
        "same title on the same pages", MERGE, False,
        "Two works don't share title, journal, volume, first and last page; the authors may be "
        "named otherwise (an institution for its people, a new family name).",
        lambda c: c["title_equal"] & _telling(c) & c["volume_same"] & c["venue_same"]
        & (c["range_same"] | (c["page_same"] & c["year_same"])),
    ),
    Rule(
        "title and place agree, authors don't", MAYBE, True,
        "An institution named in place of its people, or two columns of one name.",
        lambda c: c["authors_disjoint"] & c["title_equal"] & _telling(c) & (c["spot_same"] | c["venue_same"])
        & ~c["year_far"],
    ),
    Rule(
        "no author in common", DISTINCT, True,
        "Both author lists are stated and share no name.",
        lambda c: c["authors_disjoint"],
    ),
    Rule(
        "published in two places", LINKED, True,
        "The same text in two journals, or an abstract printed twice: each is cited for itself.",
        lambda c: _one_study(c) & c["authors_agree"] & c["venue_differs"] & ~c["spot_same"]
        & ~c["title_cut"] & c["year_near"] & (c["volume_differs"] | c["page_differs"]),
    ),
    Rule(
        "two years apart, else equal", MAYBE, False,
        "Some journals print two years after they publish online; or a year is wrong. Not held apart: a "
        "third record with the DOI or the pages of both may join them.",
        lambda c: (c["year_gap"] == 2) & c["title_equal"] & ~c["edited"] & ~c["spot_same"] & ~_apart(c)
        & _telling(c) & (c["authors_agree"] | (~c["authors_known"] & (c["length"] >= VERY_LONG))),
    ),
    Rule(
        "years apart, else equal", MAYBE, True,
        "A wrong year in one index, or the same report written again.",
        lambda c: c["year_far"] & c["title_equal"] & c["authors_agree"] & _telling(c) & ~c["spot_same"]
        & ~_apart(c) & ~c["venue_differs"],
    ),
    Rule(
        "another year of a report or book", MAYBE, True,
        "A report or book of the same title, a year later, may be a new edition.",
        lambda c: (c["year_gap"] == 1) & c["edited"] & _alike(c) & c["authors_agree"] & ~c["spot_same"],
    ),
    Rule(
        "years apart", DISTINCT, True,
        "Early online and issue are a year apart, hardly more.",
        lambda c: c["year_far"] & ~c["spot_same"],
    ),
    Rule(
        "different volume and page", DISTINCT, True,
        "One work stands in one place of a journal.",
        lambda c: c["volume_differs"] & (c["page_differs"] | (c["page_unlike"] & (c["year_gap"] == 1))),
    ),
    Rule(
        "same title, authors and place", MERGE, False,
        "Authors, place and the whole title agree, and no statement speaks against it.",
        lambda c: c["title_equal"] & c["authors_agree"] & _place_agrees(c) & ~c["generic"] & ~_apart(c)
        & ((c["length"] >= 4) | c["spot_same"] | c["volume_same"]),
    ),
    Rule(
        "same page, authors and nearly the title", MERGE, False,
        "Volume and page are the same; the titles differ by spelling or by a cut subtitle.",
        lambda c: c["spot_same"] & c["authors_agree"] & _alike_or_main(c),
    ),
    Rule(
        "nearly the title, same authors and place", MERGE, False,
        "Spelling, or a subtitle cut; journal and year are the same.",
        lambda c: _alike(c) & c["authors_agree"] & c["venue_same"] & c["year_near"] & _telling(c)
        & ~_apart(c),
    ),
    Rule(
        "same title and authors", MERGE, False,
        "A whole title of five words or more with its authors; no place and no year that differs.",
        lambda c: c["title_equal"] & c["authors_agree"] & _telling(c) & ~_apart(c)
        & (c["venue_same"] | ~c["venues_known"]) & ~(c["year_gap"] == 1),
    ),
    Rule(
        "same pages and authors", MERGE, False,
        "Two works don't share journal, volume, first and last page; the title is in another language.",
        lambda c: c["volume_same"] & c["issue_same"] & c["range_same"] & c["venue_same"] & c["year_same"]
        & (c["author_score"] >= 99) & ~c["generic"],
    ),
    Rule(
        "same title and journal", MERGE, False,
        "The authors are missing on one side; title and journal agree, and nothing differs. Of such pairs "
        "in the labelled sets, with four words or more, none is two works.",
        lambda c: c["title_equal"] & ~c["authors_known"] & c["venue_same"] & (c["length"] >= 4)
        & ~c["generic"] & ~_apart(c),
    ),
    Rule(
        "same title and page", MERGE, False,
        "The authors are missing on one side; title, volume and page agree.",
        lambda c: c["title_equal"] & ~c["authors_known"] & c["spot_same"] & ~c["generic"],
    ),
    Rule(
        "same title and page of one site", MERGE, False,
        "The same address was seen twice, with the same title.",
        lambda c: c["url_same"] & (_alike_or_main(c) | c["title_begins"]) & ~c["generic"] & ~_apart(c),
    ),
    Rule(
        "same long title", MERGE, False,
        "Eight words or more are not written twice by chance; authors missing on one side, nothing differs.",
        lambda c: c["title_equal"] & ~c["authors_known"] & (c["length"] >= VERY_LONG) & ~c["generic"]
        & ~_apart(c) & ~c["venue_differs"],
    ),
    Rule(
        "same title and authors, another place or year", MAYBE, False,
        "Place or year differs: a slip of one index, two abstracts, or the paper of another conference.",
        lambda c: c["title_equal"] & c["authors_agree"] & _telling(c) & c["year_near"],
    ),
    Rule(
        "one DOI, unlike titles", MAYBE, False,
        "A wrong DOI, a chapter with the DOI of its book, or a title in another language.",
        lambda c: _same_id(c),
    ),
    Rule(
        "nearly the title, same authors", MAYBE, False,
        "Spelling, or a sister study.",
        lambda c: _alike_or_main(c) & c["authors_agree"] & ~c["generic"] & ~_apart(c),
    ),
    Rule(
        "same page and authors, another title", MAYBE, False,
        "A title in another language, or two notes on one page.",
        lambda c: c["spot_same"] & (c["venue_same"] | (c["volume_same"] & c["issue_same"] & c["range_same"]))
        & c["authors_agree"] & (c["author_score"] >= 99)
        & c["year_same"] & ~c["issue_differs"] & ~c["generic"],
    ),
    Rule(
        "same title, too little else", MAYBE, False,
        "Nothing but the title is stated on one side.",
        lambda c: (c["title_equal"] | ((c["title_score"] >= 95) & (c["length"] >= VERY_LONG)))
        & ~c["authors_known"] & _telling(c) & ~_apart(c),
    ),
)  # fmt: skip


def decide(compared: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Add `rule` (position in RULES, -1 for none), `outcome` and `holds` to compared pairs."""
    chosen = np.full(len(compared["a"]), -1)
    for position, rule in enumerate(RULES):
        chosen[rule.when(compared) & (chosen < 0)] = position
    outcomes = np.array([rule.outcome for rule in RULES] + [""], dtype=object)
    holds = np.array([rule.holds for rule in RULES] + [False])
    return {**compared, "rule": chosen, "outcome": outcomes[chosen], "holds": holds[chosen]}


def worth_keeping(decided: pd.DataFrame) -> pd.Series[bool]:
    """Say which pairs are for people to see: all but those held apart that hardly resemble each other."""
    similar = (decided["title_score"] >= ALIKE) | decided["title_cut"]
    apart = (decided["outcome"] == DISTINCT) & similar & ~decided["generic"]
    return apart | decided["outcome"].isin([MERGE, MAYBE, LINKED])
