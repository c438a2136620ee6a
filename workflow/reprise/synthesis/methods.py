"""Methods: what was done, as prose to take over into an article, filled in from what the stages wrote.

The order is that of the PRISMA 2020 items 5 to 15 and of PRISMA-S. Nothing is typed in: what no stage wrote
and no protocol says is "not stated", and what only a person can know is left to one, in square brackets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import Template

from reprise.coding.codebook import Codebook
from reprise.settings import sources_in_use
from reprise.synthesis.captions import heading
from reprise.synthesis.flow_sets import totals
from reprise.synthesis.summary import date_en, language_en, listed, number_en
from reprise.synthesis.templates import text_template

Row = Mapping[str, str]
NOT_STATED = "not stated"
KINDS = {
    "database": "databases",
    "register": "registers",
    "website": "websites",
    "organisation": "organisations",
    "citation": "citation searching",
}
STAGES = {
    "before_screening": "before screening",
    "screening": "at screening",
    "retrieval": "at retrieval",
    "eligibility": "at eligibility",
}
# To await a person is the rule, and said once for all criteria.
UNKNOWN_MEANS = {
    "awaiting": "",
    "met": "Where this could not be told, it counted as met.",
    "not_met": "Where this could not be told, it counted as not met.",
}
DATES = {
    "online": "Of two dates the earlier counted, taken for that of publication online.",
    "issue": "Of two dates the later counted, taken for that of the issue.",
    "either": "One date inside the window was enough.",
    "": "Two dates on either side of an edge of the window decided nothing.",
}
REVIEWERS = {
    "single": "one person's judgement settled a criterion",
    "double": "two people had to agree; where they differed, the work awaited an adjudicator's decision",
    "adjudicated": "two people judged, and what they once differed on an adjudicator alone settled",
}


def methods(
    protocol: Mapping[str, Any],
    flow: Mapping[str, str],
    tables: Mapping[str, Sequence[Row]],
    codebook: Codebook,
    manifest: Mapping[str, Any],
    about: Mapping[str, Any],
) -> str:
    """Write the methods and the search as Markdown.

    Parameters
    ----------
    protocol, flow, tables, about : mapping
        As `reprise.synthesis.summary.summary` takes them; the tables are search_log, restrictions,
        automation, agreement, enrichment and appraisal.
    codebook : Codebook
    manifest : mapping
        The search manifest; its `strategies` say how each live source was asked.
    """
    log = by_source(tables["search_log"])
    samples = {name for name, source in sources_in_use(protocol).items() if source.get("sample")}
    strategies = manifest.get("strategies", [])
    asked = {said["source"] for said in strategies}
    used = {row["kind"] for row in log}
    bundled = [row for row in log if row["source"] in samples]
    return _template().render(
        protocol=protocol,
        about=about,
        published=about.get("published"),
        flow=flow,
        n=totals(flow),
        full_text_reasons=_together(flow["dbr_excluded"], flow["other_excluded"]),
        sources=log,
        live=[row for row in log if row["source"] in asked],
        bundled=_by_kind(bundled),
        bundled_seen=sorted({row["searched"] for row in bundled}),
        exports=[row for row in log if row["source"] not in asked | samples],
        unsearched=[name for kind, name in KINDS.items() if kind not in used],
        labels={row["source"]: row["label"] for row in log},
        strategies=strategies,
        criteria=[_criterion(c, protocol) for c in protocol["criteria"]],
        judged=_judged(tables["restrictions"], tables["automation"]),
        pairs=_pairs(tables["automation"]),
        agreement=[row for row in tables["agreement"] if row["works"]],
        reviewers=REVIEWERS[protocol["screening"]["reviewers"]],
        added=_added(tables["enrichment"]),
        codebook=codebook,
        themes=len(codebook.themes()),
        appraised=any(row["judgement"] != "not appraised" for row in tables["appraisal"]),
    )


def by_source(log: Iterable[Row]) -> list[dict[str, Any]]:
    """Sum the search log up, a row for each source, in its order.

    Examples
    --------
    >>> row = {"source": "a", "label": "A", "kind": "database", "searched": "2026", "records": "2"}
    >>> by_source([row, {**row, "searched": "2025-03"}])[0]["searched"], by_source([row, row])[0]["records"]
    ('March 2025 and 2026', 4)
    """
    found: dict[str, list[Row]] = {}
    for row in log:
        found.setdefault(row["source"], []).append(row)
    return [
        {
            "source": name,
            "label": rows[0]["label"],
            "kind": rows[0]["kind"],
            "searched": listed(map(date_en, sorted({row.get("searched") or NOT_STATED for row in rows}))),
            "records": sum(int(row.get("records") or 0) for row in rows),
            "provisional": any(row.get("provisional") == "true" for row in rows),
        }
        for name, rows in found.items()
    ]


def counted(n: int, one: str, many: str = "") -> str:
    """Give a number with what it counts.

    Examples
    --------
    >>> counted(1, "work"), counted(1363, "record"), counted(0, "study", "studies")
    ('1 work', '1,363 records', '0 studies')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def reasons_en(text: str) -> str:
    """Give a list of reasons with their numbers as prose has it.

    Examples
    --------
    >>> reasons_en("Document type, 1190; Window, 4")
    'document type, 1,190; window, 4'
    >>> reasons_en("same DOI, 3")
    'same DOI, 3'
    """
    reasons = (reason.rpartition(", ") for reason in text.split("; ") if reason)
    return "; ".join(f"{name[:1].lower()}{name[1:]}, {int(n):,}" for name, _, n in reasons)


def _together(*lists: str) -> str:
    """Sum lists of reasons up, the most frequent first.

    Examples
    --------
    >>> _together("Setting, 3; Design, 2", "0"), _together("Setting, 3; Design, 2", "Design, 2")
    ('Setting, 3; Design, 2', 'Design, 4; Setting, 3')
    """
    counts: Counter[str] = Counter()
    for text in lists:
        for reason in text.split("; "):
            name, _, n = reason.rpartition(", ")
            counts[name] += int(n) if name else 0
    return "; ".join(f"{name}, {n}" for name, n in counts.most_common() if n)


def _by_kind(log: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """List the labels of sources by the kind that they are counted as, with dates where these differ."""
    same = len({row["searched"] for row in log}) == 1
    return [
        (KINDS[kind], listed(row["label"] + ("" if same else f" (seen {row['searched']})") for row in own))
        for kind in KINDS
        if (own := [row for row in log if row["kind"] == kind])
    ]


def _criterion(criterion: Mapping[str, Any], protocol: Mapping[str, Any]) -> dict[str, str]:
    """Say of a criterion when and how it is judged."""
    accept, reject = (criterion.get(key) or [] for key in ("accept", "reject"))
    start, end = (date_en(protocol["window"][edge]) for edge in ("start", "end"))
    refused = f"{_types(reject)} did not meet it; " if reject else ""
    fields = listed(protocol["query"]["fields"], "or")
    holdings = " or the library's holdings covered the work" if protocol.get("holdings") else ""
    rules = {
        "window": f"The window was {start} to {end}, both days included. Judged by rule on the date of "
        f"publication as precisely as it is known. {DATES[criterion.get('date') or '']}",
        "language": "Judged by rule on the language that the sources state, and on title and abstract where "
        "none states one or the text clearly shows another; accepted: "
        f"{listed(map(language_en, accept), 'or')}.",
        "document_type": "Judged by rule on the type that the sources state: "
        f"{_types(accept)} met the criterion; {refused}any other type decided nothing.",
        "retracted": "Judged by rule on the sources' marks of retraction and on titles that begin with one.",
        "topic": "Judged by rule: each concept block of the query (item 7) had to stand in "
        f"{fields}. Without an abstract, what was not found was not known.",
        "peer_review": "Judged by rule on what the sources, and pages about the journal, say. The type of a "
        "document could speak against peer review, never for it.",
        "full_text": f"Judged by rule: met where an open copy was known{holdings}. That none was known "
        "decided nothing.",
        "person": "Judged by people alone.",
    }
    return {
        "label": heading(criterion["id"]),
        "question": criterion["question"],
        "stage": STAGES[criterion["stage"]],
        "how": rules[criterion["rule"]],
        "unknown": UNKNOWN_MEANS[criterion["unknown"]],
    }


def _types(types: Iterable[str]) -> str:
    return listed(name.replace("-", " ") for name in types)


def _judged(restrictions: Iterable[Row], automation: Iterable[Row]) -> list[dict[str, Any]]:
    """Count the verdicts on each criterion, and by whom, in the protocol's order."""
    by = {row["item"]: row for row in automation if row["kind"] == "screening"}
    found = []
    for row in restrictions:
        own = {name: int(value) for name, value in by.get(row["criterion"], {}).items() if value.isdigit()}
        found.append(
            {
                "label": heading(row["criterion"]),
                **{verdict: int(row[verdict]) for verdict in ("met", "not_met", "unknown")},
                "by_rule": own.get("suggested_by_rule", 0),
                "looked": own.get("confirmed", 0) + own.get("changed", 0),
                "changed": own.get("changed", 0),
                "by_people": own.get("by_people", 0),
            }
        )
    return found


def _pairs(automation: Sequence[Row]) -> dict[str, Any]:
    """Count the compared pairs by what became of them, and say on what grounds rules merged."""
    counts: Counter[str] = Counter()
    grounds = next((r["rules"] for r in automation if (r["kind"], r["item"]) == ("duplicates", "merge")), "")
    for row in automation:
        if row["kind"] == "duplicates":
            counts[row["item"].replace(" ", "_")] += int(row["judgements"] or 0)
            counts["by_people"] += sum(int(row[c] or 0) for c in ("by_people", "confirmed", "changed"))
    found = {name: counts[name] for name in ("merge", "maybe", "linked_version", "distinct", "by_people")}
    return {**found, "grounds": reasons_en(grounds.replace(": ", ", "))}


def _added(enrichment: Iterable[Row]) -> list[dict[str, Any]]:
    """Say how many facts each service added of each kind, where any did."""
    return [
        {"field": row["field"].replace("_", " "), "n": n, "service": name.removeprefix("added_by_").title()}
        for row in enrichment
        for name, value in row.items()
        if name.startswith("added_by_") and (n := int(value or 0))
    ]


@cache
def _template() -> Template:
    return text_template(
        "methods.md.j2",
        {
            "listed": listed,
            "counted": counted,
            "number": lambda n: f"{n:,}",
            "spelt": number_en,
            "reasons": reasons_en,
            "line": lambda text: " ".join(str(text).split()),
            "origin": lambda text: "our own" if text == "ours" else text,
        },
    )
