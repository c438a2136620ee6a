"""Tables of how the works were judged: by which rule, by whom, how far people and rules agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from reprise.appraisal import appraisals
from reprise.coding import diagnostics
from reprise.coding.codebook import UNCODED
from reprise.frames import work_of_records
from reprise.screen import agreement as agreeing
from reprise.synthesis import automation as automated
from reprise.synthesis.review import Review

NOT_APPRAISED = "not appraised"


def agreement(review: Review) -> pd.DataFrame:
    """Say how far every two people agree, before anyone adjudicated."""
    stages = {c["id"]: c["stage"] for c in review.protocol["criteria"]}
    return agreeing.agreement(review.decisions, work_of_records(review.works), stages)


def rules_against_people(review: Review) -> pd.DataFrame:
    """Compare what rules and people say of the works that people judged, false exclusions first."""
    return agreeing.rules_against_people(review.screening)


def automation(review: Review) -> pd.DataFrame:
    """Count, for every kind of judgement, how many rules made, and what people did with them."""
    removed = diagnostics.removed_codes(review.coding, review.hits)
    counted = automated.judgements(review.pairs, review.screening, review.coding, removed)
    return automated.automation(counted, agreeing.rules_against_people(review.screening))


def appraisal(review: Review) -> pd.DataFrame:
    """Count included works by what people judged of their quality, for each tool and item."""
    included = review.ended("included")["work_id"]
    judged = _appraised(review)
    judged = judged[judged["work_id"].isin(included) & (judged["judgement"] != "")]
    seen = judged.drop_duplicates(["tool", "item", "work_id"])
    counted = Counter(zip(judged["tool"], judged["item"], judged["judgement"], strict=True))
    of_item = Counter(zip(seen["tool"], seen["item"], strict=True))
    rows = [
        {"tool": tool, "item": item, "judgement": judgement, "included": n}
        for (tool, item, judgement), n in counted.items()
    ]
    rows += [
        {"tool": tool, "item": item, "judgement": NOT_APPRAISED, "included": len(included) - n}
        for (tool, item), n in of_item.items()
    ]
    if not of_item:
        rows = [{"tool": "", "item": "", "judgement": NOT_APPRAISED, "included": len(included)}]
    table = pd.DataFrame(rows, columns=["tool", "item", "judgement", "included"])
    last = table["judgement"] == NOT_APPRAISED
    return table.assign(last=last).sort_values(["tool", "item", "last", "judgement"]).drop(columns="last")


def appraisal_of(review: Review) -> Mapping[str, str]:
    """Give the judgements on each work in one line."""
    judged = _appraised(review)
    judged = judged[judged["judgement"] != ""]
    told = judged["tool"] + " " + judged["item"] + ": " + judged["judgement"]
    found: dict[str, list[str]] = {}
    for work, line in zip(judged["work_id"], told, strict=True):
        found.setdefault(work, []).append(line)
    return {work: "; ".join(lines) for work, lines in found.items()}


def _appraised(review: Review) -> pd.DataFrame:
    reviewers = review.protocol["screening"]["reviewers"]
    return appraisals(review.appraisals, work_of_records(review.works), reviewers)[0]


def theme_review(review: Review) -> pd.DataFrame:
    """Count what the rule suggested for each theme, and what people made of it."""
    table = diagnostics.code_review(review.coding, review.hits, review.codebook)
    labels = {code: (c.label, t.label) for code, c, t in review.codebook.themes()}
    named = [labels.get(code, (UNCODED, code)) for code in table["code"]]
    table.insert(0, "theme", [theme for _, theme in named])
    table.insert(0, "context", [context for context, _ in named])
    return table.drop(columns="code")


def theme_cooccurrence(review: Review) -> pd.DataFrame:
    """Count works that bear each two themes."""
    return diagnostics.cooccurrence(review.coded(), review.codebook)


def codebook_diagnostics(review: Review) -> pd.DataFrame:
    """Say where the codebook may be improved."""
    return diagnostics.codebook_diagnostics(review.hits, review.coding, review.works, review.codebook)
