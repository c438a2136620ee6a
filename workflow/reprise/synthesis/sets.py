"""Tables that figures need: which sources hold the same works, and themes by year."""

from __future__ import annotations

import pandas as pd

from reprise.coding.codebook import UNCODED
from reprise.coding.places import UNKNOWN
from reprise.synthesis.review import STATUS, Review


def source_sets(review: Review) -> pd.DataFrame:
    """Count the works of each set of sources: those that all of its sources hold and no other does."""
    order = {source: k for k, source in enumerate(dict.fromkeys(row["source"] for row in review.log))}
    ends = review.ledger[review.ledger["lead"] == "true"].set_index("work_id")["end"]
    held = review.works[["work_id", "sources"]]
    # One spelling of a set: the import log's order, which is that of the other tables.
    spelled = {
        text: "; ".join(sorted(set(text.split("; ")), key=lambda s: (order.get(s, len(order)), s)))
        for text in held["sources"].unique()
    }
    counts = pd.DataFrame(
        {
            "sources": held["sources"].map(spelled).astype("str"),
            "works": 1,
            "included": held["work_id"].map(ends).eq("included").astype("int64"),
        }
    )
    table = counts.groupby("sources", as_index=False).sum()
    return table.sort_values(["works", "included", "sources"], ascending=[False, False, True])


def themes_by_year(review: Review) -> pd.DataFrame:
    """Works by theme and year, included and awaiting: every theme with every year of the window."""
    works = review.ended(*STATUS).set_index("work_id")
    year_of = works["year"].astype("str").fillna(UNKNOWN)
    coding = review.coded()
    themed = coding[(coding["variable"] == "theme") & coding["work_id"].isin(year_of.index)]
    themed = themed.assign(year=themed["work_id"].map(year_of))
    counts = themed.groupby(["code", "year", "end"])["work_id"].nunique().to_dict()
    window = review.protocol["window"]
    spanned = {str(y) for y in range(int(window["start"][:4]), int(window["end"][:4]) + 1)}
    years = [*sorted(spanned | set(year_of) - {UNKNOWN}), UNKNOWN]
    themes = [(code, context.label, theme.label) for code, context, theme in review.codebook.themes()]
    return pd.DataFrame(
        [
            {
                "context": context,
                "theme": theme,
                "year": year,
                **{status: int(counts.get((code, year, status), 0)) for status in STATUS},
            }
            for code, context, theme in [*themes, (UNCODED, UNCODED, UNCODED)]
            for year in years
        ],
        columns=["context", "theme", "year", *STATUS],
    )
