"""The written PRISMA flow: the records behind each of its boxes, and the sums that prose tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

Row = Mapping[str, str]
DATABASES, OTHER = "databases", "other"

# name of a set -> end and stage of the records in it; every record of a column stands in one of these
ENDS = {
    "duplicates": ("duplicate", "dedupe"),
    "automatic": ("removed_by_automation", "before_screening"),
    "excluded_screening": ("excluded", "screening"),
    "awaiting_screening": ("awaiting", "screening"),
    "not_retrieved": ("not_retrieved", "retrieval"),
    "awaiting_retrieval": ("awaiting", "retrieval"),
    "excluded_eligibility": ("excluded", "eligibility"),
    "awaiting_eligibility": ("awaiting", "eligibility"),
    "included": ("included", "included"),
}
# the same sets, as a reader is told what became of a record
OUTCOMES = {
    "duplicates": "Duplicate",
    "automatic": "Removed by rule before screening",
    "excluded_screening": "Excluded at screening",
    "awaiting_screening": "Awaits screening",
    "not_retrieved": "Full text not retrieved",
    "awaiting_retrieval": "Awaits its full text",
    "excluded_eligibility": "Excluded on its full text",
    "awaiting_eligibility": "Awaits assessment of its full text",
    "included": "Included",
}
_ASSESSED = ("excluded_eligibility", "awaiting_eligibility", "included")
_SOUGHT = ("not_retrieved", "awaiting_retrieval", *_ASSESSED)
_SCREENED = ("excluded_screening", "awaiting_screening", *_SOUGHT)


class Part(NamedTuple):
    """A number that stands in a box, by its name in prisma.csv, and the records that it counts.

    `within` tells a number that is part of the one before it: a source, a reason.
    """

    name: str
    label: str
    ids: tuple[str, ...]
    within: bool = False


# box -> what stands in it: name in prisma.csv, label, column, sets, kind of source, what parts it further
_Line = tuple[str, str, str, tuple[str, ...], str, str]


def _column(column: str, names: Mapping[str, str]) -> dict[str, list[_Line]]:
    """Give the boxes that both columns have, by what each column calls them."""
    reports = [
        ("excluded", "Records excluded", ("excluded_screening",), "reason"),
        ("awaiting_screening", "Records awaiting screening", ("awaiting_screening",), ""),
        ("sought", "Reports sought for retrieval", _SOUGHT, ""),
        ("lost", "Reports not retrieved", ("not_retrieved",), ""),
        ("awaiting_retrieval", "Reports awaiting retrieval", ("awaiting_retrieval",), ""),
        ("assessed", "Reports assessed for eligibility", _ASSESSED, ""),
        ("out", "Reports excluded", ("excluded_eligibility",), "reason"),
        ("awaiting_eligibility", "Reports awaiting assessment", ("awaiting_eligibility",), ""),
    ]
    removed: list[_Line] = [
        (names["repeats"], "Duplicate records removed", column, ("duplicates",), "", ""),
        (
            names["automatic"],
            "Marked as ineligible by automation tools",
            column,
            ("automatic",),
            "",
            "reason",
        ),
    ]
    boxes: dict[str, list[_Line]] = {names["repeats"]: removed}
    for key, label, sets, by in reports:
        boxes[names[key]] = [(names[key], label, column, sets, "", by)]
    return boxes


_ALL = tuple(ENDS)
BOXES: dict[str, list[_Line]] = {
    "database_results": [
        ("database_results", "Databases", DATABASES, _ALL, "database", "source"),
        ("register_results", "Registers", DATABASES, _ALL, "register", "source"),
    ],
    **_column(
        DATABASES,
        {
            "repeats": "duplicates",
            "automatic": "excluded_automatic",
            "excluded": "records_excluded",
            "awaiting_screening": "db_awaiting_verdict",
            "sought": "dbr_sought_reports",
            "lost": "dbr_notretrieved_reports",
            "awaiting_retrieval": "db_awaiting_retrieval",
            "assessed": "dbr_assessed",
            "out": "dbr_excluded",
            "awaiting_eligibility": "db_awaiting_eligibility",
        },
    ),
    "records_screened": [("records_screened", "Records screened", DATABASES, _SCREENED, "", "")],
    "website_results": [
        ("website_results", "Websites", OTHER, _ALL, "website", "source"),
        ("organisation_results", "Organisations", OTHER, _ALL, "organisation", "source"),
        ("citations_results", "Citation searching", OTHER, _ALL, "citation", "source"),
    ],
    **_column(
        OTHER,
        {
            "repeats": "om_repeats",
            "automatic": "om_removed_by_rule",
            "excluded": "om_out",
            "awaiting_screening": "om_awaiting_verdict",
            "sought": "other_sought_reports",
            "lost": "other_notretrieved_reports",
            "awaiting_retrieval": "om_awaiting_retrieval",
            "assessed": "other_assessed",
            "out": "other_excluded",
            "awaiting_eligibility": "om_awaiting_eligibility",
        },
    ),
}


def flow_sets(
    ledger: Sequence[Row],
    links: Mapping[str, Sequence[str]],
    labels: Mapping[str, str],
    reason_label: Callable[[str], str],
) -> dict[str, list[Part]]:
    """Give, for each box of the flow, the numbers in it and the records that each counts.

    Parameters
    ----------
    ledger : sequence of mapping
        Rows of ledger.csv.
    links : mapping
        work_id -> works that are versions of the same study.
    labels : mapping
        source -> label, in the protocol's order.
    reason_label : callable
        Says a reason in words.
    """
    sets: dict[tuple[str, str], list[Row]] = {}
    name_of = {end: name for name, end in ENDS.items()}
    for row in ledger:
        sets.setdefault((row["column"], name_of[row["end"], row["stage"]]), []).append(row)
    found: dict[str, list[Part]] = {}
    for box, lines in BOXES.items():
        found[box] = []
        for name, label, column, wanted, kind, by in lines:
            rows = [row for one in wanted for row in sets.get((column, one), ()) if kind in ("", row["kind"])]
            found[box].append(Part(name, label, _ids(rows)))
            found[box] += _divided(name, rows, by, labels, reason_label)
    included = [row for row in ledger if row["end"] == "included"]
    first = one_report_each(_ids(included), {row["record_id"]: row["work_id"] for row in included}, links)
    found["new_studies"] = [
        Part("new_reports", "Reports of included studies", _ids(included)),
        Part("new_studies", "Studies included in review, by the first report of each", first, True),
    ]
    return found


def _ids(rows: Iterable[Row]) -> tuple[str, ...]:
    return tuple(sorted(row["record_id"] for row in rows))


def _divided(
    name: str, rows: Sequence[Row], by: str, labels: Mapping[str, str], reason_label: Callable[[str], str]
) -> list[Part]:
    """Divide a number by source or by reason, as the figure does."""
    groups: dict[str, list[Row]] = {}
    for row in rows if by else ():
        groups.setdefault(row[by], []).append(row)
    if by == "source":
        order = [source for source in labels if source in groups]
        named = [(labels[source], source) for source in order]
    else:
        named = [(reason_label(r), r) for r in sorted(groups, key=lambda r: (-len(groups[r]), r))]
    return [Part(f"{name}:{key}", label, _ids(groups[key]), True) for label, key in named]


def one_report_each(
    records: Sequence[str], work_of: Mapping[str, str], links: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """Keep the first record of each study: works that are versions of one study are one.

    Examples
    --------
    >>> one_report_each(["a", "b", "c"], {"a": "1", "b": "2", "c": "3"}, {"1": ["3"]})
    ('a', 'b')
    """
    inside = set(work_of.values())
    beside: dict[str, set[str]] = {work: set() for work in inside}
    for work in inside:
        for other in links.get(work, ()):
            if other in inside:
                beside[work].add(other)
                beside[other].add(work)
    seen: set[str] = set()
    kept = []
    for record in records:
        if work_of[record] in seen:
            continue
        kept.append(record)
        waiting = [work_of[record]]
        while waiting:
            work = waiting.pop()
            if work not in seen:
                seen.add(work)
                waiting += beside[work]
    return tuple(kept)


def check_counts(found: Mapping[str, Sequence[Part]], flow: Mapping[str, str]) -> None:
    """Compare each list with the number that stands in the box.

    Raises
    ------
    AssertionError
        Where they differ: a fault of ours.
    """
    wrong = [
        f"{part.name}: {len(part.ids)} listed, {flow[part.name]} counted"
        for parts in found.values()
        for part in parts
        if flow.get(part.name, "").isdigit() and int(flow[part.name]) != len(part.ids)
    ]
    if wrong:
        raise AssertionError("flow: " + "; ".join(wrong))


def totals(flow: Mapping[str, str]) -> dict[str, int]:
    """Give the numbers of a written flow, and the sums of both columns that prose tells.

    Parameters
    ----------
    flow : mapping
        Name -> number or list of reasons, as `results/prisma.csv` has them in `data` and `n`.

    Returns
    -------
    dict
        The numbers by name, and `db_identified`, `om_identified`, `identified`, `repeats`, `works`,
        `sought`, `awaiting_retrieval`, `not_retrieved`, `assessed`, `out_on_full_text`, `awaiting`; `out` are
        the works removed or excluded.
    """
    n = {name: int(value) for name, value in flow.items() if value.isdigit()}
    n["db_identified"] = n["database_results"] + n["register_results"]
    n["om_identified"] = n["website_results"] + n["organisation_results"] + n["citations_results"]
    n["identified"] = n["db_identified"] + n["om_identified"]
    n["repeats"] = n["duplicates"] + n["om_repeats"]
    n["works"] = n["identified"] - n["repeats"]
    n["sought"] = n["dbr_sought_reports"] + n["other_sought_reports"]
    n["awaiting_retrieval"] = n["db_awaiting_retrieval"] + n["om_awaiting_retrieval"]
    n["not_retrieved"] = n["dbr_notretrieved_reports"] + n["other_notretrieved_reports"]
    n["assessed"] = n["dbr_assessed"] + n["other_assessed"]
    waiting = n["db_awaiting_eligibility"] + n["om_awaiting_eligibility"]
    n["out_on_full_text"] = n["assessed"] - waiting - n["new_reports"]
    n["awaiting"] = sum(value for name, value in n.items() if name.startswith(("db_awaiting", "om_awaiting")))
    n["out"] = n["works"] - n["new_reports"] - n["awaiting"] - n["not_retrieved"]
    return n
