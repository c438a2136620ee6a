"""Appraise: what people judged of the quality of studies, item by item of a tool. No rule ever judges it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from reprise.decisions import (
    Decision,
    Trouble,
    by_work,
    names_no_record,
    settle,
    trouble,
    who_is_missing,
)

STAGE = "appraisal"
COLUMNS = ("work_id", "tool", "item", "judgement", "by", "reason")


def split_variable(variable: str) -> tuple[str, str]:
    """Take `TOOL/item` apart; either part may be empty where the text is not of that form.

    Examples
    --------
    >>> split_variable("MMAT 2018 / 1.1"), split_variable("MMAT")
    (('MMAT 2018', '1.1'), ('MMAT', ''))
    """
    tool, _, item = variable.partition("/")
    return tool.strip(), item.strip()


def check_appraisal(decision: Decision) -> str:
    """Say what is wrong with a line of the appraisal file, and what to do; empty if nothing is.

    The judgement is in the tool's own words, so any is taken.
    """
    if decision.stage != STAGE:
        return f"stage '{decision.stage}' is not known here; write '{STAGE}'"
    if not all(split_variable(decision.variable)):
        return f"variable '{decision.variable}' is not of the form TOOL/item; write it as MMAT/1.1"
    return ""


def appraisals(
    decisions: Sequence[Decision], work_of: Mapping[str, str], reviewers: str = "single"
) -> tuple[pd.DataFrame, list[Trouble]]:
    """Settle what people judged of each work, tool and item.

    Parameters
    ----------
    decisions : sequence of Decision
        Lines of `data/decisions/appraisal.csv`.
    work_of : mapping
        Record id to work id.
    reviewers : {"single", "double", "adjudicated"}
        How many people a judgement needs, see `settle`.

    Returns
    -------
    table : DataFrame
        One row per work, tool and item that anyone judged, sorted; `judgement` is empty where people
        differ or a second reviewer is missing, and `reason` says so.
    trouble : list of Trouble
        Conflicts, and lines about unknown records.
    """
    clean = [replace(d, variable="/".join(split_variable(d.variable))) for d in decisions]
    known, strangers = by_work(clean, work_of)
    found = [names_no_record(d) for d in strangers]
    rows = []
    for (work, variable), lines in sorted(known.items()):
        settled = settle(lines, reviewers)
        reason = settled.reason
        if settled.conflict:
            reason = f"people differ ({settled.reason})"
            what = f"{reason} on {variable}; an adjudicator's line is needed"
            found.append(trouble("conflict", settled.lines[-1], what, work))
        elif settled.missing:
            reason = who_is_missing(settled.missing, settled.by)
        rows.append((work, *split_variable(variable), settled.value, settled.by, reason))
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str"), found
