"""The tables: each a function from the review's tables to a frame. A new one is a function and a line.

A count column named `included` counts included works; `awaiting` counts works that still await a
person's decision, at whatever stage.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import pandas as pd

from reprise.coding.codebook import UNCODED
from reprise.coding.places import OTHER, SEVERAL, UNKNOWN
from reprise.countries import country_name
from reprise.frames import fold
from reprise.records import plain_text
from reprise.screen.outcome import RULE, counts_as
from reprise.screen.retrieval import retrieval_list
from reprise.synthesis.captions import TABLES
from reprise.synthesis.capture import capture_recapture
from reprise.synthesis.judging import (
    NOT_APPRAISED,
    agreement,
    appraisal,
    appraisal_of,
    automation,
    codebook_diagnostics,
    rules_against_people,
    theme_cooccurrence,
    theme_review,
)
from reprise.synthesis.known_items import known_items
from reprise.synthesis.query_terms import query_terms
from reprise.synthesis.review import COUNTRY_RULES, STATUS, Review
from reprise.synthesis.sets import source_sets, themes_by_year
from reprise.vocabulary import LOOKED_UP

LIMITS = "one calendar year at a time, so that records without a year are not found; no other limit"
_MORE = r" ?\(and \d+ more statements?\)$"
SHOWN = 5  # lines of one kind of problem
FACTS = ["authors", "year", "title", "venue", "volume", "issue", "pages", "doi", "url"]


def search_log(review: Review) -> pd.DataFrame:
    """How each source was searched, its rows, and what became of them; without columns that say nothing.

    The exact strategy of each slice stands in the import log: too long for a table to read.
    """
    said = ["strategy", "format", "encoding", "repaired", "set_aside"]
    log = pd.DataFrame(list(review.log)).drop(columns=said, errors="ignore")
    return log.loc[:, (log != "").any()]


def imports(review: Review) -> pd.DataFrame:
    """One row per file: how its entries came in, and on which lines something was wrong."""
    details: dict[str, dict[str, list[str]]] = {}
    for problem in review.problems:
        field = f"{problem['field']} " if problem["value"] else ""
        what = f"{field}{problem['problem']} ({problem['action']})"
        details.setdefault(problem["file"], {}).setdefault(what, []).append(problem["line"])
    rows = []
    for log in review.log:
        counts = {key: int(log[key] or 0) for key in ("repaired", "rejected", "missing", "set_aside")}
        told = (f"{_lines(lines)}: {what}" for what, lines in details.get(log["file"], {}).items())
        entries = int(log["rows"])
        rows.append(
            {
                **{key: log[key] for key in ("source", "file", "format", "encoding")},
                "entries": entries,
                "parsed": entries - counts["rejected"] - counts["missing"],
                **counts,
                "details": "; ".join(told),
            }
        )
    return pd.DataFrame(rows)


def enrichment(review: Review) -> pd.DataFrame:
    """Count what records lacked, and what services knew of it."""
    counts = Counter((fact["field"], fact["outcome"], fact["said_by"]) for fact in review.looked_up)
    services = review.protocol["enrich"]["ask"]
    rows = []
    for field in LOOKED_UP:
        values = review.records[field].astype("str").fillna("")
        added = {name: counts[field, "added", name] for name in services}
        still = int((values == "").sum())
        rows.append(
            {
                "field": field,
                "lacking_before": still + sum(added.values()),
                **{f"added_by_{name}": n for name, n in added.items()},
                "still_lacking": still,
                "contradictions": sum(counts[field, "contradicts", name] for name in services),
            }
        )
    return pd.DataFrame(rows)


def _lines(numbers: Sequence[str]) -> str:
    """Name lines, of many the first.

    Examples
    --------
    >>> _lines(["3"]), _lines(["3", "9"]), _lines([str(n) for n in range(9)])
    ('line 3', 'lines 3, 9', 'lines 0, 1, 2, 3, 4 and 4 more')
    """
    more = f" and {len(numbers) - SHOWN} more" if len(numbers) > SHOWN else ""
    return f"line{'s' * (len(numbers) > 1)} {', '.join(numbers[:SHOWN])}{more}"


def query_fidelity(review: Review) -> pd.DataFrame:
    """How faithfully each source was asked what the protocol means."""
    rows = []
    for asked in review.strategies:
        counts = f"took out {asked['removed']} records and kept {asked['kept']}"
        unseen = f"{asked['kept_unseen']} of them without an abstract to see all blocks in"
        told = [("request", "as sent", request) for request in asked["requests"]]
        told.append(("limit", "as sent", LIMITS))
        told += [(note["aspect"], note["said"], note["detail"]) for note in asked["notes"]]
        told.append(("finds", "locally", f"{counts}, {unseen}"))
        rows += [(asked["source"], *line) for line in told]
    if not review.strategies:
        sources = dict.fromkeys(row["source"] for row in review.log)
        rows = [(name, "request", "not said", "a file at hand: nothing was asked for") for name in sources]
    return pd.DataFrame(rows, columns=["source", "aspect", "said", "detail"])


def included_studies(review: Review) -> pd.DataFrame:
    """One row per included work."""
    works = review.ended("included").sort_values(["authors", "year", "title", "work_id"], kind="stable")
    columns = {
        "themes": "theme",
        "author_countries": "author_country",
        "studied_countries": "studied_country",
        **{group: group for group in COUNTRY_RULES},
    }
    appraised = appraisal_of(review)
    works["appraisal"] = [appraised.get(work, NOT_APPRAISED) for work in works["work_id"]]
    for column, variable in columns.items():
        works[column] = _codes(review, variable).reindex(works["work_id"]).fillna("").to_numpy()
    return works[
        [
            *FACTS,
            "author_countries",
            "studied_countries",
            *COUNTRY_RULES,
            "themes",
            "appraisal",
            "sources",
            "decided_by",
            "work_id",
            "record_ids",
        ]
    ]


def excluded_studies(review: Review) -> pd.DataFrame:
    """One row per work that left the review, with its first reason, all reasons and the evidence."""
    works = review.ended("removed_by_automation", "excluded", "not_retrieved")
    said = review.screening
    value = (said["field"] + " " + said["value"]).where(said["value"] != "", "")
    said = said.assign(evidence=(said["note"] + "; " + value).str.removeprefix("; ").str.removesuffix("; "))
    by_rule = said["judge"] == RULE
    said["evidence"] = said["evidence"].where(by_rule, said["note"])  # what a person wrote, if anything
    works = works.merge(
        said[["work_id", "criterion", "evidence"]],
        left_on=["work_id", "reason"],
        right_on=["work_id", "criterion"],
    )
    works = works.sort_values(["end", "reason", "authors", "title", "work_id"], kind="stable")
    return works[
        [*FACTS, "end", "stage", "reason", "reasons", "evidence", "decided_by", "work_id", "record_ids"]
    ]


def awaiting(review: Review) -> pd.DataFrame:
    """One row per work that awaits a decision, with the stage and the open questions."""
    works = review.ended("awaiting").rename(columns={"reasons": "open_questions"})
    works = works.sort_values(["stage", "authors", "title", "work_id"], kind="stable")
    return works[[*FACTS, "stage", "open_questions", "work_id", "record_ids"]]


def retrieval(review: Review) -> pd.DataFrame:
    """One row per work whose full text was sought: where to look, and what became of it."""
    reviewers = review.protocol["screening"]["reviewers"]
    told = review.works, review.records, review.screening, review.decisions, review.protocol["criteria"]
    return retrieval_list(*told, reviewers)


def countries(review: Review) -> pd.DataFrame:
    """Works by country group, by authors and by country studied; each group sums to all works."""
    coding = review.coded()
    rows = []
    for variable, rule in COUNTRY_RULES.items():
        counts = _count(coding[coding["variable"] == variable], "code")
        rows += [{"country_rule": rule, "group": group, **counts(group)} for group in _groups(review)]
    return pd.DataFrame(rows)


def country_counts(review: Review) -> pd.DataFrame:
    """Works by country: counted full, in fractions, by the first author, and by the country studied."""
    coding = review.coded()
    parts = []
    for name, variable in (
        ("full", "author_country"),
        ("fractional", "author_country"),
        ("first_author", "first_author_country"),
        ("studied", "studied_country"),
    ):
        rows = coding.loc[coding["variable"] == variable, ["work_id", "code", "end"]].drop_duplicates()
        share = 1 / rows.groupby("work_id")["code"].transform("size") if name == "fractional" else 1
        counts = rows.assign(n=share).pivot_table(index="code", columns="end", values="n", aggfunc="sum")
        parts.append(counts.reindex(columns=list(STATUS)).add_prefix(f"{name}_"))
    table = pd.concat(parts, axis=1).fillna(0.0)
    counts_of = ("full", "fractional", "first_author", "studied")
    names = [f"{name}_{status}" for status in STATUS for name in counts_of]
    table = table[names].round(2)
    whole = [name for name in names if not name.startswith("fractional")]
    table = table.astype(dict.fromkeys(whole, "int64"))
    table.insert(0, "country", [UNKNOWN if code == UNKNOWN else country_name(code) for code in table.index])
    table = table.assign(last=table["country"] == UNKNOWN)
    order = ["last", "full_included", "full_awaiting", "country"]
    return table.sort_values(order, ascending=[True, False, False, True]).drop(columns="last")


def themes(review: Review) -> pd.DataFrame:
    """Works by theme; a work may have several, and one without any is uncoded."""
    coding = review.coded()
    counts = _count(coding[coding["variable"] == "theme"], "code")
    return pd.DataFrame([{"context": c, "theme": t, **counts(code)} for code, c, t in _themes(review)])


def themes_by_country(review: Review) -> pd.DataFrame:
    """Works by theme and group of the authors' countries, included and awaiting."""
    coding = review.coded()
    group = coding[coding["variable"] == "author_group"].set_index("work_id")["code"]
    coded = coding[coding["variable"] == "theme"]
    coded = coded.assign(group=coded["work_id"].map(group))
    rows = []
    for status in STATUS:
        of_status = coded[coded["end"] == status]
        counts = of_status.groupby(["code", "group"])["work_id"].nunique().to_dict()
        for code, context, theme in _themes(review):
            cells = {g: int(counts.get((code, g), 0)) for g in _groups(review)}
            rows.append(
                {"status": status, "context": context, "theme": theme, **cells, "total": sum(cells.values())}
            )
    return pd.DataFrame(rows)


def years(review: Review) -> pd.DataFrame:
    """Works by year of publication, every year of the window, and those outside it that await."""
    works = review.ended(*STATUS)
    works = works.assign(year=works["year"].astype("str").fillna(UNKNOWN))
    counts = _count(works, "year")
    window = review.protocol["window"]
    spanned = {str(y) for y in range(int(window["start"][:4]), int(window["end"][:4]) + 1)}
    known = sorted(spanned | set(works["year"]) - {UNKNOWN})
    return pd.DataFrame([{"year": year, **counts(year)} for year in [*known, UNKNOWN]])


def venues(review: Review) -> pd.DataFrame:
    """Works by journal, most included first; a journal is told by its name, spelling and "The" aside."""
    works = review.ended(*STATUS)
    names = works["venue"].map(plain_text)
    keys = fold(names).str.replace(r"^the ", "", regex=True)
    # The spelling most used, the first of the alphabet among equals.
    counts = pd.DataFrame({"key": keys, "name": names}).value_counts().reset_index(name="n")
    spelled = counts.sort_values(["n", "name"], ascending=[False, True]).drop_duplicates("key")
    spelling = dict(zip(spelled["key"], spelled["name"], strict=True))
    works = works.assign(venue=keys.map(spelling).replace("", UNKNOWN).astype("str"))
    count = _count(works, "venue")
    rows = [{"venue": venue, **count(venue)} for venue in sorted(works["venue"].unique())]
    rows.sort(key=lambda r: (-r["included"], -r["awaiting"], r["venue"].casefold()))
    return pd.DataFrame(rows, columns=["venue", *STATUS])


def restrictions(review: Review) -> pd.DataFrame:
    """Verdicts on each criterion, and the works that it alone kept out.

    `removed_alone`: works that fail this criterion and meet all others. `removed_alone_or_unknown`:
    works that fail it and fail no other, though others may be unknown. `commonest_cause`: of the unknown
    verdicts, as the rule says it, and of how many.
    """
    criteria = review.protocol["criteria"]
    screening = review.screening.assign(counts=counts_as(review.screening, criteria))
    failed = screening[screening["counts"] == "not_met"].groupby("work_id").size()
    unknown = screening[screening["counts"] == "unknown"].groupby("work_id").size()
    rows = []
    for c in criteria:
        own = screening[screening["criterion"] == c["id"]]
        alone = own.loc[(own["counts"] == "not_met") & (own["work_id"].map(failed) == 1), "work_id"]
        verdicts = own["verdict"].value_counts()
        unknowns = own.loc[own["verdict"] == "unknown", "note"].str.replace(_MORE, "", regex=True)
        causes = unknowns.value_counts(sort=False).sort_index().sort_values(ascending=False, kind="stable")
        rows.append(
            {
                "criterion": c["id"],
                "question": c["question"],
                "stage": c["stage"],
                "rule": c["rule"],
                "unknown_counts_as": c["unknown"],
                **{v: int(verdicts.get(v, 0)) for v in ("met", "not_met", "unknown")},
                "unknown_percent": round(100 * len(unknowns) / len(own), 1) if len(own) else 0.0,
                "commonest_cause": f"{causes.index[0]} ({causes.iloc[0]})" if len(causes) else "",
                "removed_alone": int((~alone.isin(unknown.index)).sum()),
                "removed_alone_or_unknown": len(alone),
            }
        )
    return pd.DataFrame(rows)


def source_overlap(review: Review) -> pd.DataFrame:
    """Works of each source: how many only it has, and how many it shares with each other source."""
    sources = list(dict.fromkeys(row["source"] for row in review.log))
    held = review.works[["work_id", "sources"]].assign(source=review.works["sources"].str.split("; "))
    held = held.explode("source")[["work_id", "source"]].drop_duplicates()
    table = pd.crosstab(held["work_id"], held["source"]).reindex(columns=sources, fill_value=0)
    shared = table.T.dot(table).to_dict()
    only = table[table.sum(axis=1) == 1].sum()
    ends = review.ledger[review.ledger["lead"] == "true"].set_index("work_id")["end"]
    inside = table[ends.reindex(table.index).eq("included").to_numpy()].sum()
    return pd.DataFrame(
        [
            {
                "source": source,
                "works": int(table[source].sum()),
                "only_here": int(only[source]),
                "included": int(inside[source]),
                **{f"with_{other}": int(shared[other][source]) for other in sources},
            }
            for source in sources
        ]
    )


MAKERS: dict[str, Callable[[Review], pd.DataFrame]] = {
    "search_log": search_log,
    "imports": imports,
    "enrichment": enrichment,
    "query_fidelity": query_fidelity,
    "query_terms": query_terms,
    "included_studies": included_studies,
    "excluded_studies": excluded_studies,
    "awaiting": awaiting,
    "retrieval": retrieval,
    "countries": countries,
    "country_counts": country_counts,
    "themes": themes,
    "themes_by_year": themes_by_year,
    "themes_by_country": themes_by_country,
    "theme_cooccurrence": theme_cooccurrence,
    "theme_review": theme_review,
    "years": years,
    "venues": venues,
    "appraisal": appraisal,
    "restrictions": restrictions,
    "agreement": agreement,
    "rules_against_people": rules_against_people,
    "automation": automation,
    "codebook_diagnostics": codebook_diagnostics,
    "source_overlap": source_overlap,
    "source_sets": source_sets,
    "capture_recapture": capture_recapture,
    "known_items": known_items,
}


def make_tables(review: Review) -> dict[str, pd.DataFrame]:
    """Make every table, in the order in which they are numbered."""
    return {name: MAKERS[name](review).reset_index(drop=True) for name in TABLES}


def _count(rows: pd.DataFrame, column: str) -> Callable[[str], dict[str, int]]:
    counts = rows.groupby([column, "end"])["work_id"].nunique().to_dict()
    return lambda value: {status: int(counts.get((value, status), 0)) for status in STATUS}


def _groups(review: Review) -> list[str]:
    return [*review.protocol["coding"]["country_groups"], OTHER, SEVERAL, UNKNOWN]


def _themes(review: Review) -> list[tuple[str, str, str]]:
    listed = [(code, context.label, theme.label) for code, context, theme in review.codebook.themes()]
    return [*listed, (UNCODED, UNCODED, UNCODED)]


def _codes(review: Review, variable: str) -> pd.Series:
    rows = review.coding[review.coding["variable"] == variable]
    names = rows["code"].map(country_name) if variable.endswith("country") else rows["code"]
    return names.groupby(rows["work_id"]).agg("; ".join)
