"""Known items: what the published review cites, followed through the search and every stage after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from reprise.query import matcher
from reprise.records import plain_text, split
from reprise.synthesis.replication import known_studies
from reprise.synthesis.review import Review

COLUMNS = (
    "title", "authors", "year", "doi", "said_by", "in_openalex", "in_window", "query_holds", "found_by",
    "work_id", "end", "lost_at", "why",
)  # fmt: skip
YES, NO, UNKNOWN = "yes", "no", "unknown"


def known_items(review: Review) -> pd.DataFrame:
    """Say of each cited work whether the search finds it, where it was lost, and why.

    A work is lost at the first of: index (none that was asked holds it), window (its year is not asked for),
    query (it doesn't hold the blocks), search (it should have been found, or can't be told, and no source
    has it), or a stage of the review.
    """
    cited = [dict(work) for work in review.cited]
    followed = known_studies(cited, review.records, review)
    sources = review.works.set_index("work_id")["sources"].to_dict()
    holds = matcher(review.protocol["query"])
    rows = []
    for work, found in zip(cited, followed, strict=True):
        row = {key: work[key] for key in ("title", "authors", "year", "doi", "said_by", "in_openalex")}
        row |= {
            "in_window": _in_window(work["year"], review.protocol["window"]),
            "query_holds": _holds(work, holds),
            "found_by": sources.get(found["work_id"], ""),
            **{key: found[key] for key in ("work_id", "end", "lost_at", "why")},
        }
        rows.append(row if found["work_id"] else row | _lost(row))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype("str")


def _in_window(year: str, window: Mapping[str, str]) -> str:
    if not year.isdigit():
        return UNKNOWN
    return YES if int(window["start"][:4]) <= int(year) <= int(window["end"][:4]) else NO


def _holds(work: Mapping[str, str], holds: Any) -> str:
    """Say whether the blocks are held; a reference that no index describes has only what the list says."""
    texts = {
        "title": [plain_text(work["title"])],
        "abstract": [work["abstract"]] if work["abstract"] else [],
        "keywords": split(work["keywords"]),
    }
    held = holds(texts)
    return UNKNOWN if held is None else YES if held else NO


def _lost(row: Mapping[str, str]) -> dict[str, str]:
    """Say where a work was lost that no source of the review has."""
    if row["in_openalex"] == NO:
        return {"lost_at": "index", "why": "OpenAlex doesn't know it; other indexes were not asked for it"}
    if row["in_window"] == NO:
        return {"lost_at": "window", "why": f"published {row['year']}: the search doesn't ask for that year"}
    if row["query_holds"] == NO:
        return {
            "lost_at": "query",
            "why": "title, abstract and keywords don't hold all blocks of the query",
        }
    if row["query_holds"] == YES:
        return {"lost_at": "search", "why": "the query holds it, and no source that was searched gave it"}
    return {"lost_at": "search", "why": "no source gave it; without its abstract it can't be told why"}
