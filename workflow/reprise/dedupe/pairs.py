"""The table of compared pairs that people may want to see, one row for each question."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reprise.dedupe.compare import Comparison
from reprise.dedupe.decide import DISTINCT, LINKED, MAYBE, MERGE, RULES, decide, worth_keeping
from reprise.dedupe.normalise import Facts
from reprise.dedupe.people import Verdict, pair_fingerprints
from reprise.frames import as_typed
from reprise.records import LIST_SEPARATOR

PAIR_COLUMNS = [
    "record_a", "record_b", "work_a", "work_b", "title_a", "title_b", "title_score", "author_score",
    "venue_score", "year_gap", "doi", "volume", "page", "outcome", "rule", "because", "decided_by",
    "rule_outcome", "fingerprint",
]  # fmt: skip
_OUTCOME = {"merge": MERGE, "distinct": DISTINCT, "linked": LINKED, "maybe": MAYBE}
# Of several pairs between the same two works, the first of these is told.
_ORDER = {LINKED: 0, MAYBE: 1, DISTINCT: 2}


def pair_table(
    records: pd.DataFrame,
    facts: Facts,
    compared: pd.DataFrame,
    found: Sequence[Verdict],
    work_of: pd.Series[str],
) -> pd.DataFrame:
    """Make the table of pairs: what joined each record, and one row between any two works.

    Parameters
    ----------
    records : data frame
    facts : dict of arrays
        What the records are compared by, for the pairs that people decided on and no rule compared.
    compared : data frame
        Decided pairs, the surest first.
    found : sequence of Verdict
    work_of : series
        The work of each record.
    """
    kept = compared[worth_keeping(compared)].copy()
    names = np.array([rule.name for rule in RULES], dtype=object)
    kept["rule"] = names[kept["rule"].to_numpy(dtype=np.int64)]
    kept["decided_by"] = "rule"
    kept["rule_outcome"] = kept["outcome"]
    works = work_of.to_numpy()
    same = works[kept["a"].to_numpy()] == works[kept["b"].to_numpy()]
    table = pd.concat([_joining(kept[same]), _between(kept[~same], works)])
    if found:
        table = _with_people(table, records, facts, found, works)
    return _shown(table, records, works)


def _joining(kept: pd.DataFrame) -> pd.DataFrame:
    """Keep, for each record, the surest pair that joined it to its work."""
    merges = kept[kept["outcome"] == MERGE].reset_index(drop=True)
    _, first = np.unique(np.r_[merges["a"], merges["b"]], return_index=True)
    return merges.iloc[np.unique(first % max(len(merges), 1))]


def _between(kept: pd.DataFrame, works: NDArray[np.object_]) -> pd.DataFrame:
    """Keep one pair for each two works: a link, else a doubt, else the surest that was held apart."""
    kept = kept.copy()
    # A merge between two works was not made: the clusters hold records that a rule holds apart.
    blocked = kept["outcome"] == MERGE
    kept.loc[blocked, "rule"] = kept.loc[blocked, "rule"] + ", but others of the two works are held apart"
    kept.loc[blocked, "outcome"] = MAYBE
    one, two = works[kept["a"].to_numpy()], works[kept["b"].to_numpy()]
    kept["works"] = np.where(one < two, one + "\x1f" + two, two + "\x1f" + one)
    # A doubt is settled where other records of the two works are surely apart.
    held = kept.loc[kept["holds"] & (kept["outcome"] != MAYBE), "works"]
    kept = kept[~((kept["outcome"] == MAYBE) & ~blocked & kept["works"].isin(held))]
    kept["order"] = kept["outcome"].map(_ORDER)
    kept = kept.sort_values(
        ["works", "order", "title_score", "author_score"], ascending=[True, True, False, False]
    )
    return kept.drop_duplicates("works").drop(columns=["works", "order"])


def _with_people(
    table: pd.DataFrame,
    records: pd.DataFrame,
    facts: Facts,
    found: Sequence[Verdict],
    works: NDArray[np.object_],
) -> pd.DataFrame:
    a = np.array([min(v.a[0], v.b[0]) for v in found], np.int64)
    b = np.array([max(v.a[0], v.b[0]) for v in found], np.int64)
    said = pd.DataFrame(decide(Comparison(records, facts, np.unique(np.r_[a, b])).pairs(a, b)))
    said["rule_outcome"] = said["outcome"]
    said["outcome"] = [_OUTCOME[v.value] for v in found]
    said["rule"] = [v.why if v.value == "maybe" else "decided by people" for v in found]
    said["decided_by"] = [v.by for v in found]
    # A merge that another decision keeps apart is not made.
    undone = (said["outcome"] == MERGE).to_numpy() & (works[a] != works[b])
    said.loc[undone, "outcome"] = MAYBE
    said.loc[undone, "rule"] = "merged and kept apart by people"
    # What people say on two works stands in place of what a rule says.
    known = {tuple(sorted((works[x], works[y]))) for x, y in zip(a, b, strict=True)}
    between = [tuple(sorted((works[x], works[y]))) for x, y in zip(table["a"], table["b"], strict=True)]
    asked = set(zip(a.tolist(), b.tolist(), strict=True))
    keep = [
        (pair not in known or pair[0] == pair[1]) and (x, y) not in asked
        for pair, x, y in zip(between, table["a"].tolist(), table["b"].tolist(), strict=True)
    ]
    return pd.concat([table[np.array(keep, bool)], said])


def _shown(table: pd.DataFrame, records: pd.DataFrame, works: NDArray[np.object_]) -> pd.DataFrame:
    a, b = table["a"].to_numpy(dtype=np.int64), table["b"].to_numpy(dtype=np.int64)
    ids, titles = records["record_id"].to_numpy(), records["title"].to_numpy()
    because = {rule.name: rule.because for rule in RULES}
    shown = pd.DataFrame(
        {
            "record_a": ids[a], "record_b": ids[b], "work_a": works[a], "work_b": works[b],
            "title_a": titles[a], "title_b": titles[b],
            "title_score": table["title_score"].round(1).to_numpy(dtype=float),
            "author_score": table["author_score"].where(table["authors_known"]).round(1).to_numpy(float),
            "venue_score": table["venue_score"].round(1).to_numpy(dtype=float),
            "year_gap": table["year_gap"].to_numpy(dtype=float),
        }
    )  # fmt: skip
    for field in ("doi", "volume", "page"):
        words = np.where(table[f"{field}_differs"], "differs", "")
        shown[field] = np.where(table[f"{field}_same"], "same", words)
    shown["outcome"] = table["outcome"].to_numpy()
    shown["rule"] = table["rule"].to_numpy()
    shown["because"] = shown["rule"].map(lambda name: because.get(name.split(", but others of")[0], ""))
    shown["decided_by"] = table["decided_by"].to_numpy()
    shown["rule_outcome"] = table["rule_outcome"].to_numpy()
    shown["fingerprint"] = pair_fingerprints(records, a.tolist(), b.tolist())
    shown = as_typed(shown[PAIR_COLUMNS])
    return shown.sort_values(["record_a", "record_b"], ignore_index=True)


def with_links(works: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Name, for each work, the works that are linked versions of it."""
    linked = pairs[pairs["outcome"] == LINKED]
    both = pd.DataFrame(
        {
            "work": pd.concat([linked["work_a"], linked["work_b"]]),
            "other": pd.concat([linked["work_b"], linked["work_a"]]),
        }
    ).drop_duplicates()
    names = both.sort_values(["work", "other"]).groupby("work")["other"].agg(LIST_SEPARATOR.join).to_dict()
    return works.assign(linked_works=[names.get(work, "") for work in works["work_id"]]).astype(
        {"linked_works": "str"}
    )
