"""The PRISMA 2020 flow: which records stand in which box, and that the boxes add up.

The file follows the template of the R package PRISMA2020 (columns and names). That package finds its
rows by searching for their names anywhere in the column `data`, so the names of our own rows contain
none of its names. It shows an empty list of reasons as "n = NA", so the file has 0 there. Its latest
template has two rows more, on meta-analysis: they are left out, as no meta-analysis is made here and
earlier versions of the package would take them for `total_studies` and `total_reports`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from reprise.synthesis.flow_sets import ENDS
from reprise.synthesis.ledger import DATABASES, OTHER

COLUMNS = ("data", "node", "box", "description", "boxtext", "tooltips", "url", "n")
Boxes = dict[str, frozenset[str]]


def boxes(ledger: pd.DataFrame) -> dict[str, Boxes]:
    """Sort each column's record ids into the boxes of the flow, and check that they add up.

    Returns
    -------
    dict
        column -> box -> ids.

    Raises
    ------
    AssertionError
        Where a record stands in no box or in two: a fault of ours.
    """
    flow: dict[str, Boxes] = {}
    for column in (DATABASES, OTHER):
        rows = ledger[ledger["column"] == column]
        groups = rows.groupby(["end", "stage"])["record_id"].agg(frozenset).to_dict()
        found: Boxes = {box: groups.get(key, frozenset()) for box, key in ENDS.items()}
        found["assessed"] = found["excluded_eligibility"] | found["awaiting_eligibility"] | found["included"]
        found["sought"] = found["not_retrieved"] | found["awaiting_retrieval"] | found["assessed"]
        found["screened"] = found["excluded_screening"] | found["awaiting_screening"] | found["sought"]
        found["identified"] = frozenset(rows["record_id"])
        _check(column, found)
        flow[column] = found
    return flow


def _check(column: str, found: Boxes) -> None:
    parts = [found[box] for box in ENDS]
    whole = frozenset().union(*parts)
    if whole != found["identified"] or sum(map(len, parts)) != len(whole):
        twice = sorted(i for i in whole if sum(i in part for part in parts) > 1)
        missing = sorted(found["identified"] ^ whole)
        raise AssertionError(
            f"flow, {column}: ids in no box or foreign {missing[:20]}, in two boxes {twice[:20]}"
        )


def studies(works: pd.DataFrame, included: frozenset[str]) -> int:
    """Count studies: included works that are versions of one study count once."""
    works = works[works["work_id"].isin(included)]
    parent = {work: work for work in works["work_id"]}

    def root(work: str) -> str:
        while parent[work] != work:
            parent[work] = parent[parent[work]]
            work = parent[work]
        return work

    for work, linked in works[["work_id", "linked_works"]].itertuples(index=False, name=None):
        for other in linked.split("; "):
            if other in parent:
                parent[root(other)] = root(work)
    return len({root(work) for work in parent})


def numbers(ledger: pd.DataFrame, works: pd.DataFrame, labels: Mapping[str, str]) -> dict[str, str]:
    """Give every number and list of reasons of the flow, by its name in the column `data`.

    Parameters
    ----------
    ledger, works : DataFrame
    labels : mapping
        source -> label, in the protocol's order.
    """
    flow = boxes(ledger)
    db, other = flow[DATABASES], flow[OTHER]
    by_id = ledger.set_index("record_id")

    def count(ids: frozenset[str], column: str, value: str) -> int:
        return int((by_id.loc[sorted(ids), column] == value).sum())

    def listed(ids: frozenset[str]) -> str:
        counts = by_id.loc[sorted(ids), "reason"].value_counts()
        pairs = sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))
        return "; ".join(f"{reason_label(str(reason))}, {n}" for reason, n in pairs)

    def specific(ids: frozenset[str], kind: str) -> str:
        counts = by_id.loc[sorted(ids)].query("kind == @kind")["source"].value_counts()
        return "; ".join(f"{_flat(labels[s])}, {counts[s]}" for s in labels if s in counts)

    included = db["included"] | other["included"]
    works_in = frozenset(by_id.loc[sorted(included), "work_id"])
    unread = int((by_id.loc[sorted(included), "judge"] == "rule").sum())
    excluded = db["excluded_screening"]
    excluded_other = other["excluded_screening"]
    by_rule, by_rule_other = (
        int((by_id.loc[sorted(ids), "judge"] == "rule").sum()) for ids in (excluded, excluded_other)
    )
    n_studies = studies(works, works_in)
    found: dict[str, Any] = {
        "previous_studies": 0,
        "previous_reports": 0,
        "database_results": count(db["identified"], "kind", "database"),
        "database_specific_results": specific(db["identified"], "database"),
        "register_results": count(db["identified"], "kind", "register"),
        "register_specific_results": specific(db["identified"], "register"),
        "website_results": count(other["identified"], "kind", "website"),
        "organisation_results": count(other["identified"], "kind", "organisation"),
        "citations_results": count(other["identified"], "kind", "citation"),
        "duplicates": len(db["duplicates"]),
        "excluded_automatic": len(db["automatic"]),
        "excluded_other": 0,
        "records_screened": len(db["screened"]),
        "records_excluded": len(excluded),
        "dbr_sought_reports": len(db["sought"]),
        "dbr_notretrieved_reports": len(db["not_retrieved"]),
        "dbr_assessed": len(db["assessed"]),
        "dbr_excluded": listed(db["excluded_eligibility"]),
        "other_sought_reports": len(other["sought"]),
        "other_notretrieved_reports": len(other["not_retrieved"]),
        "other_assessed": len(other["assessed"]),
        "other_excluded": listed(other["excluded_eligibility"]),
        "new_studies": n_studies,
        "new_reports": len(works_in),
        "total_studies": n_studies,
        "total_reports": len(works_in),
        "db_removed_by_rule_reasons": listed(db["automatic"]),
        "db_out_reasons": listed(excluded),
        "db_out_by_rule": by_rule,
        "db_out_by_person": len(excluded) - by_rule,
        "db_awaiting_verdict": len(db["awaiting_screening"]),
        "db_awaiting_retrieval": len(db["awaiting_retrieval"]),
        "db_awaiting_eligibility": len(db["awaiting_eligibility"]),
        "om_repeats": len(other["duplicates"]),
        "om_removed_by_rule": len(other["automatic"]),
        "om_removed_by_rule_reasons": listed(other["automatic"]),
        "om_out": len(excluded_other),
        "om_out_reasons": listed(excluded_other),
        "om_out_by_rule": by_rule_other,
        "om_out_by_person": len(excluded_other) - by_rule_other,
        "om_awaiting_verdict": len(other["awaiting_screening"]),
        "om_awaiting_retrieval": len(other["awaiting_retrieval"]),
        "om_awaiting_eligibility": len(other["awaiting_eligibility"]),
        "read_by_no_person": unread,
    }
    return {name: str(value) for name, value in found.items()}


def reason_label(reason: str) -> str:
    """Give a criterion's id as words.

    Examples
    --------
    >>> reason_label("peer_review")
    'Peer review'
    """
    return _flat(reason.replace("_", " ")).capitalize()


def _flat(text: str) -> str:
    return text.replace(",", " ").replace(";", " ")


# data, node, box, text; the template's own rows, in its order, then ours (no node)
_ROWS: Sequence[tuple[str, str, str, str]] = (
    ("NA", "node4", "prevstud", "Previous studies"),
    ("previous_studies", "node5", "box1", "Studies included in previous version of review"),
    ("previous_reports", "NA", "box1", "Reports of studies included in previous version of review"),
    ("NA", "node6", "newstud", "Identification of new studies via databases and registers"),
    ("database_results", "node7", "box2", "Databases"),
    ("database_specific_results", "NA", "box2", "Records of each database"),
    ("register_results", "NA", "box2", "Registers"),
    ("register_specific_results", "NA", "box2", "Records of each register"),
    ("NA", "node16", "othstud", "Identification of new studies via other methods"),
    ("website_results", "node17", "box11", "Websites"),
    ("organisation_results", "NA", "box11", "Organisations"),
    ("citations_results", "NA", "box11", "Citation searching"),
    ("duplicates", "node8", "box3", "Duplicate records"),
    ("excluded_automatic", "NA", "box3", "Records marked as ineligible by automation tools"),
    ("excluded_other", "NA", "box3", "Records removed for other reasons"),
    ("records_screened", "node9", "box4", "Records screened"),
    ("records_excluded", "node10", "box5", "Records excluded"),
    ("dbr_sought_reports", "node11", "box6", "Reports sought for retrieval"),
    ("dbr_notretrieved_reports", "node12", "box7", "Reports not retrieved"),
    ("other_sought_reports", "node18", "box12", "Reports sought for retrieval"),
    ("other_notretrieved_reports", "node19", "box13", "Reports not retrieved"),
    ("dbr_assessed", "node13", "box8", "Reports assessed for eligibility"),
    ("dbr_excluded", "node14", "box9", "Reports excluded"),
    ("other_assessed", "node20", "box14", "Reports assessed for eligibility"),
    ("other_excluded", "node21", "box15", "Reports excluded"),
    ("new_studies", "node15", "box10", "New studies included in review"),
    ("new_reports", "NA", "box10", "Reports of new included studies"),
    ("total_studies", "node22", "box16", "Total studies included in review"),
    ("total_reports", "NA", "box16", "Reports of total included studies"),
    ("identification", "node1", "identification", "Identification"),
    ("screening", "node2", "screening", "Screening"),
    ("included", "node3", "included", "Included"),
    ("db_removed_by_rule_reasons", "NA", "box3", "Why marked as ineligible"),
    ("db_out_reasons", "NA", "box5", "Why excluded at screening"),
    ("db_out_by_rule", "NA", "box5", "Excluded at screening by rule"),
    ("db_out_by_person", "NA", "box5", "Excluded at screening by a person"),
    ("db_awaiting_verdict", "NA", "awaiting1", "Records awaiting a verdict"),
    ("db_awaiting_retrieval", "NA", "awaiting2", "Reports awaiting retrieval"),
    ("db_awaiting_eligibility", "NA", "awaiting3", "Reports awaiting a verdict on the full text"),
    ("om_repeats", "NA", "removed", "Duplicate records, other methods"),
    ("om_removed_by_rule", "NA", "removed", "Marked as ineligible by automation tools, other methods"),
    ("om_removed_by_rule_reasons", "NA", "removed", "Why marked as ineligible, other methods"),
    ("om_out", "NA", "removed", "Excluded before retrieval, other methods"),
    ("om_out_reasons", "NA", "removed", "Why excluded before retrieval, other methods"),
    ("om_out_by_rule", "NA", "removed", "Excluded before retrieval by rule, other methods"),
    ("om_out_by_person", "NA", "removed", "Excluded before retrieval by a person, other methods"),
    ("om_awaiting_verdict", "NA", "awaiting4", "Records awaiting a verdict, other methods"),
    ("om_awaiting_retrieval", "NA", "awaiting5", "Reports awaiting retrieval, other methods"),
    (
        "om_awaiting_eligibility",
        "NA",
        "awaiting6",
        "Reports awaiting a verdict on the full text, other methods",
    ),
    ("read_by_no_person", "NA", "box10", "Included by rule and read by no person"),
)


def template_rows(found: Mapping[str, str]) -> list[dict[str, str]]:
    """Put the numbers into the rows of the template."""
    titles = {"NA", "identification", "screening", "included"}
    return [
        {
            "data": name,
            "node": node,
            "box": box,
            "description": text,
            "boxtext": text,
            "tooltips": text if node != "NA" else "NA",
            "url": "NA",
            "n": "NA" if name in titles else found[name] or "0",
        }
        for name, node, box, text in _ROWS
    ]
