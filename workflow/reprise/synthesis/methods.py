"""Methods: what was done, as prose to take over into an article, filled in from what the stages wrote.

The order is that of the PRISMA 2020 items 5 to 13 and of PRISMA-S. Nothing is typed in: what no stage wrote
and no protocol says is "not stated", and what only a person can know is left to one, in so many words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from reprise.coding.codebook import Codebook
from reprise.settings import sources_in_use

Row = Mapping[str, str]
NOT_STATED = "not stated"
SOURCES = ("website", "organisation", "citation")
STAGES = {
    "before_screening": "before screening",
    "screening": "at screening",
    "retrieval": "at retrieval",
    "eligibility": "at eligibility",
}
UNKNOWN_MEANS = {
    "awaiting": "a work for which this can't be told waits for a person",
    "met": "a work for which this can't be told counts as meeting it",
    "not_met": "a work for which this can't be told counts as not meeting it",
}
DATES = {
    "online": "the earlier of two dates counts, taken for that of publication online",
    "issue": "the later of two dates counts, taken for that of the issue",
    "either": "one date inside the window is enough",
    "": "two dates on two sides of an edge of the window contradict each other",
}
REVIEWERS = {
    "single": "one person's judgement settles a criterion",
    "double": "two people must agree, and where they differ the work waits until an adjudicator has decided",
    "adjudicated": "two people judge, and what they once differed on an adjudicator alone settles",
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
    protocol : mapping
        The whole protocol as plain text.
    flow : mapping
        Name -> number of the flow, as `results/prisma.csv` has them in `data` and `n`.
    tables : mapping
        Name -> rows: search_log, restrictions, automation, agreement, enrichment, themes and appraisal.
    codebook : Codebook
    manifest : mapping
        The search manifest; its `strategies` say how each live source was asked.
    about : mapping
        The provenance: run_id, version, sample, window, searched, source_line.
    """
    count = {name: int(n) for name, n in flow.items() if n.isdigit()}
    kinds = ("database", "register", "website", "organisation", "citations")
    identified = sum(count[f"{kind}_results"] for kind in kinds)
    duplicates = count["duplicates"] + count["om_repeats"]
    log = by_source(tables["search_log"])
    samples = {name for name, source in sources_in_use(protocol).items() if source.get("sample")}
    strategies = manifest.get("strategies", [])
    asked = {said["source"] for said in strategies}
    return _template().render(
        protocol=protocol,
        about=about,
        n=count,
        identified=identified,
        duplicates=duplicates,
        works=identified - duplicates,
        awaiting=sum(n for name, n in count.items() if "_awaiting_" in name),
        sources=log,
        live=[row for row in log if row["source"] in asked],
        bundled=[row for row in log if row["source"] in samples],
        exports=[row for row in log if row["source"] not in asked | samples],
        other=[row for row in log if row["kind"] in SOURCES],
        labels={row["source"]: row["label"] for row in log},
        strategies=strategies,
        criteria=[_criterion(c) for c in protocol["criteria"]],
        verdicts={row["criterion"]: row for row in tables["restrictions"]},
        pairs=_pairs(tables["automation"]),
        judged=[row for row in tables["automation"] if row["kind"] == "screening"],
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
    >>> by_source([row, {**row, "searched": "2025"}])[0]["searched"], by_source([row, row])[0]["records"]
    ('2025 and 2026', 4)
    """
    found: dict[str, list[Row]] = {}
    for row in log:
        found.setdefault(row["source"], []).append(row)
    return [
        {
            "source": name,
            "label": rows[0]["label"],
            "kind": rows[0]["kind"],
            "searched": listed(sorted({row.get("searched") or NOT_STATED for row in rows})),
            "records": sum(int(row.get("records") or 0) for row in rows),
            "filtered": sum(int(row.get("filtered") or 0) for row in rows),
            "hits": sum(int(row.get("hits") or 0) for row in rows),
            "provisional": any(row.get("provisional") == "true" for row in rows),
        }
        for name, rows in found.items()
    ]


def listed(words: Iterable[str]) -> str:
    """Join words as a sentence lists them.

    Examples
    --------
    >>> listed(["a"]), listed("abc"), listed([])
    ('a', 'a, b and c', 'none')
    """
    *first, last = list(words) or ["none"]
    return f"{', '.join(first)} and {last}" if first else last


def _criterion(criterion: Mapping[str, Any]) -> dict[str, str]:
    """Say of a criterion when and how it is judged."""
    accept, reject = (listed(criterion.get(key) or []) for key in ("accept", "reject"))
    rules = {
        "window": f"judged by rule on the date of publication as precisely as it is known; "
        f"{DATES[criterion.get('date') or '']}",
        "language": f"judged by rule; accepted: {accept} (ISO 639-1), as the sources state it, and as title "
        "and abstract show it where none states it or the text surely shows another",
        "document_type": f"judged by rule on the type that the sources state; accepted: {accept}; "
        f"refused: {reject}; any other type says nothing",
        "retracted": "judged by rule on the sources' flags and on titles that begin so",
        "topic": "judged by rule: each concept block of the query must be found in title, abstract or "
        "keywords; without an abstract, what isn't found is not known",
        "peer_review": "judged by rule on what the sources and pages about the journal say; the type of a "
        "document can only speak against it",
        "full_text": "judged by rule: an open copy is known, or the library's holdings, if given, cover it; "
        "that none is known decides nothing",
        "person": "judged by people alone",
    }
    return {
        "id": criterion["id"],
        "question": criterion["question"],
        "stage": STAGES[criterion["stage"]],
        "how": rules[criterion["rule"]],
        "unknown": UNKNOWN_MEANS[criterion["unknown"]],
    }


def _pairs(automation: Sequence[Row]) -> dict[str, Any]:
    """Count the compared pairs by what the rule made of them, and say on what grounds it merged."""
    counts: Counter[str] = Counter()
    grounds = next((r["rules"] for r in automation if (r["kind"], r["item"]) == ("duplicates", "merge")), "")
    for row in automation:
        if row["kind"] == "duplicates":
            counts[row["item"].replace(" ", "_")] += int(row["suggested_by_rule"] or 0)
            counts["by_people"] += int(row["by_people"] or 0) + int(row["changed"] or 0)
    found = {name: counts[name] for name in ("merge", "maybe", "linked_version", "distinct", "by_people")}
    return {**found, "grounds": grounds}


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
    """Read the template; it is text, so nothing is escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["listed"] = listed
    environment.filters["line"] = lambda text: " ".join(str(text).split())
    return environment.get_template("methods.md.j2")
