"""Replication: the published numbers beside ours, and the published studies followed through our stages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from pydantic import Field

from reprise.coding.places import OTHER, SEVERAL, UNKNOWN
from reprise.config import Filled, Model, parse_model, read_yaml
from reprise.csvfiles import is_blank, read_user_csv
from reprise.frames import fold
from reprise.mistakes import Mistake, did_you_mean
from reprise.records import clean_doi, fold_text, plain_text
from reprise.screen.outcome import counts_as
from reprise.synthesis.provenance import is_sample
from reprise.synthesis.review import COUNTRY_RULES, STATUS, Review

COLUMNS = ("measure", "published", "reproduced", "difference", "note")
STUDY_COLUMNS = ("title", "authors", "year", "doi")
KNOWN_COLUMNS = (*STUDY_COLUMNS, "found", "work_id", "end", "lost_at", "why")
NOT_COMPARABLE = "sample, not comparable"


Count = Annotated[int, Field(ge=0)]


class Published(Model):
    """What the published review reports, and where it says so."""

    citation: Filled
    doi: Filled
    source: Filled
    included: Count
    countries: Annotated[dict[Filled, Count], Field(min_length=1)]
    country_rule: Filled
    not_stated: list[Filled]


def read_published(path: str | Path, groups: Iterable[str]) -> Published:
    """Read and check `data/study/published.yaml`; its country groups are the protocol's.

    Raises
    ------
    Mistake
        All that is wrong with it.
    """
    published = parse_model(Published, read_yaml(path), str(path))
    known = [*groups, OTHER, SEVERAL, UNKNOWN]
    wrong = [group for group in published.countries if group not in known]
    if wrong:
        raise Mistake(
            f"{path}: countries.{g}: is no group of the protocol; {did_you_mean(g, known)}" for g in wrong
        )
    return published


def read_studies(path: str | Path) -> list[dict[str, str]]:
    """Read the published review's included studies; a missing or empty file means that they are not known.

    Raises
    ------
    Mistake
        Rows without title, or that are no CSV.
    """
    if is_blank(path):
        return []
    table = read_user_csv(path, STUDY_COLUMNS)
    problems = [f"{path} line {line}: {what}" for line, what in table.broken]
    problems += [
        f"{path} line {line}: 'title' is empty; fill it in"
        for line, r in table.rows
        if not r["title"].strip()
    ]
    problems += [
        f"{path} line {line}: doi {r['doi']!r} is not a DOI (10.1234/...); correct it or leave it empty"
        for line, r in table.rows
        if r["doi"].strip() and not clean_doi(r["doi"])
    ]
    if problems:
        raise Mistake(problems)
    return [{k: v.strip() for k, v in row.items()} for _, row in table.rows]


def known_studies(
    studies: Sequence[Mapping[str, str]], records: pd.DataFrame, review: Review
) -> list[dict[str, str]]:
    """Follow each known study: found by DOI, else by title (and year within one), and where it was lost.

    Returns
    -------
    list of dict
        One row per study with `KNOWN_COLUMNS`; `lost_at` is search, a stage, or empty if it is included.
    """
    if not studies:
        return []
    work_of = review.ledger.set_index("record_id")["work_id"]
    records = records.assign(
        work_id=records["record_id"].map(work_of), key=fold(records["title"].map(plain_text).astype("str"))
    )
    by_doi = records[records["doi"] != ""].groupby("doi")["work_id"].first().to_dict()
    known = records[records["key"].isin([fold_text(plain_text(study["title"])) for study in studies])]
    by_title = dict(list(known.groupby("key")[["work_id", "year"]]))
    leads = review.ledger[review.ledger["lead"] == "true"].set_index("work_id")
    rows = []
    for study in studies:
        work = by_doi.get(clean_doi(study["doi"]), "") or _by_title(study, by_title)
        row = {
            **study,
            "found": "yes" if work else "no",
            "work_id": work,
            "end": "",
            "lost_at": "search",
            "why": "",
        }
        if work:
            ledger = leads.loc[work]
            row |= {"end": ledger["end"], "lost_at": ledger["stage"], "why": ledger["reasons"]}
            if ledger["end"] == "included":
                row["lost_at"] = ""
        rows.append(row)
    return rows


def _by_title(study: Mapping[str, str], by_title: Mapping[Any, pd.DataFrame]) -> str:
    rows = by_title.get(fold_text(plain_text(study["title"])))
    if rows is None:
        return ""
    if study["year"].isdigit():
        near = rows["year"].isna() | ((rows["year"] - int(study["year"])).abs() <= 1)
        rows = rows[near.fillna(True)]
    return str(min(rows["work_id"])) if len(rows) else ""


def replicate(
    published: Published, known: Sequence[Mapping[str, str]], review: Review
) -> list[dict[str, str]]:
    """Set each published number beside ours, by each country rule, then what became of the known studies.

    The bundled sample is no search: there the difference stays blank.
    """
    comparable = not is_sample(review.protocol)
    included = set(review.ledger.loc[review.ledger["end"] == "included", "work_id"])
    rows = [_compare("included studies", published.included, len(included), comparable, "")]
    coding = review.coding[review.coding["work_id"].isin(included)]
    for variable, rule in COUNTRY_RULES.items():
        ours = Counter(coding.loc[coding["variable"] == variable, "code"].astype("str"))
        known_groups = [*published.countries, *sorted(set(ours) - set(published.countries))]
        for group in known_groups:
            rows.append(
                _compare(
                    f"{group}, by {rule}",
                    published.countries.get(group),
                    ours[group],
                    comparable,
                    f"rule of the published review: {published.country_rule}",
                )
            )
    return rows + _known(known, review) + _cited(review)


def _compare(measure: str, published: int | None, ours: int, comparable: bool, note: str) -> dict[str, str]:
    return {
        "measure": measure,
        "published": "" if published is None else str(published),
        "reproduced": str(ours),
        "difference": str(ours - published) if comparable and published is not None else "",
        "note": "; ".join(n for n in (note if comparable else NOT_COMPARABLE,) if n),
    }


def _known(known: Sequence[Mapping[str, str]], review: Review) -> list[dict[str, str]]:
    def row(measure: str, n: int, note: str = "") -> dict[str, str]:
        return {
            "measure": measure,
            "published": str(len(known)),
            "reproduced": str(n),
            "difference": "",
            "note": note,
        }

    if not known:
        note = "the published review's list of studies is not known here; fill in data/study/included.csv"
        return [{**row("known studies found", 0, note), "published": "", "reproduced": ""}]
    found = [k["work_id"] for k in known if k["work_id"]]
    verdicts = review.screening[review.screening["work_id"].isin(found)]
    verdicts = verdicts.assign(counts=counts_as(verdicts, review.protocol["criteria"]))
    rows = [row("known studies found", len(found)), row("known studies kept by dedupe", len(set(found)))]
    for criterion in review.protocol["criteria"]:
        met = verdicts[(verdicts["criterion"] == criterion["id"]) & (verdicts["counts"] == "met")]
        rows.append(row(f"known studies that pass {criterion['id']}", met["work_id"].nunique()))
    ended = [k for k in known if k["end"] == "included"]
    rows.append(row("known studies included", len(ended), "each study: known_studies.csv"))
    return rows


def _cited(review: Review) -> list[dict[str, str]]:
    """Count the works that the published review cites: how far our search reaches, which is no recall."""
    cited = [dict(work) for work in review.cited]
    if not cited:
        return []
    followed = known_studies(cited, review.records, review)
    counts = {
        "cited works that OpenAlex knows": sum(work["in_openalex"] == "yes" for work in cited),
        "cited works found by the search": sum(row["found"] == "yes" for row in followed),
        "cited works that await or are included": sum(row["end"] in STATUS for row in followed),
    }
    note = "coverage of what the review cites, no recall of what it includes; each work: tables/known_items"
    return [
        {
            "measure": measure,
            "published": str(len(cited)),
            "reproduced": str(n),
            "difference": "",
            "note": note,
        }
        for measure, n in counts.items()
    ]
