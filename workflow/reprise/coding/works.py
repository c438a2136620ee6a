"""Code: each work still in the review by country and theme, people's codes above the rules'."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from reprise.coding.codebook import UNCODED, Codebook, read_codebook
from reprise.coding.places import UNKNOWN, author_countries, group_of, studied_countries
from reprise.coding.themes import find_themes
from reprise.countries import is_country
from reprise.decisions import (
    Decision,
    Trouble,
    by_work,
    names_no_record,
    read_decisions,
    settle,
    standing,
    work_fingerprints,
    write_trouble,
)
from reprise.decisions import (
    trouble as make_trouble,
)
from reprise.frames import read_table, work_of_records, write_table
from reprise.mistakes import did_you_mean
from reprise.records import check_nothing_lost, split

STAGE = "coding"
CODED = ("included", "awaiting")
# variable -> what stands where no code is known
VARIABLES = {"theme": UNCODED, "author_country": UNKNOWN, "studied_country": UNKNOWN}
COLUMNS = ["work_id", "variable", "code", "field", "evidence", "confidence", "decided_by"]


def code_works(
    works: str | Path,
    screening: str | Path,
    codebook: str | Path,
    decisions: str | Path,
    country_groups: Mapping[str, Sequence[str]],
    coding: str | Path,
    coding_csv: str | Path,
    trouble: str | Path,
) -> None:
    """Code the works that are included or await a decision, and write the codes.

    Raises
    ------
    Mistake
        What is wrong with the codebook or the decision file.
    """
    book = read_codebook(codebook)
    lines = read_decisions(decisions, check_coding(book))
    verdicts = read_table(screening)[["work_id", "end"]].drop_duplicates()
    in_review = verdicts.loc[verdicts["end"].isin(CODED), "work_id"]
    frame = read_table(works)
    kept = frame[frame["work_id"].isin(in_review)]
    table, notes = code_frame(kept, book, lines, work_of_records(frame), country_groups)
    check_nothing_lost("code", in_review, table.loc[table["variable"] == "author_group", "work_id"])
    write_table(table, coding, coding_csv)
    write_trouble(notes, trouble)


def check_coding(book: Codebook) -> Callable[[Decision], str]:
    """Make the check of a coding decision: its variable, and each of its codes."""
    themes = [code for code, _, _ in book.themes()]

    def check(decision: Decision) -> str:
        if decision.stage != STAGE:
            return f"stage '{decision.stage}' is not known; write {STAGE}"
        if decision.variable not in VARIABLES:
            return (
                f"variable '{decision.variable}' is not known; {did_you_mean(decision.variable, VARIABLES)}"
            )
        for code in split(decision.value):
            if code == VARIABLES[decision.variable]:
                continue
            if decision.variable == "theme" and code not in themes:
                return f"code '{code}' is not in the codebook; {did_you_mean(code, themes)}"
            if decision.variable != "theme" and not is_country(code):
                return f"code '{code}' is no country; write two capital letters (ISO 3166), GB for the UK"
        return ""

    return check


def code_frame(
    works: pd.DataFrame,
    book: Codebook,
    decisions: Sequence[Decision],
    work_of: Mapping[str, str],
    country_groups: Mapping[str, Sequence[str]],
) -> tuple[pd.DataFrame, list[Trouble]]:
    """Code works by rule, let people's codes replace the rules', and say what stays unknown.

    Returns
    -------
    coding : DataFrame
        One row per work, variable and code, sorted; `author_group` and `studied_group` are one row per
        work each.
    notes : list of Trouble
        Decisions that are not used as they stand.
    """
    by_rule = [
        find_themes(works, book).assign(variable="theme", confidence="inferred"),
        author_countries(works).assign(variable="author_country"),
        studied_countries(works).assign(variable="studied_country"),
    ]
    coded = pd.concat(by_rule, ignore_index=True).assign(decided_by="rule")
    coded, notes = _overridden(coded, decisions, work_of, works)
    parts = [coded[COLUMNS]]
    for variable, nothing in VARIABLES.items():
        have = coded.loc[coded["variable"] == variable, "work_id"]
        without = works.loc[~works["work_id"].isin(have), "work_id"]
        parts.append(_rows(without, variable, nothing))
        if variable.endswith("_country"):
            codes = coded[(coded["variable"] == variable) & (coded["code"] != nothing)]
            lists = codes.groupby("work_id")["code"].agg(list).to_dict()
            groups = [group_of(lists.get(w, []), country_groups) for w in works["work_id"]]
            parts.append(_rows(works["work_id"], variable.replace("country", "group"), groups))
    table = pd.concat(parts, ignore_index=True).astype("str")
    return table.sort_values(COLUMNS, kind="stable").reset_index(drop=True), notes


def _rows(work_ids: pd.Series, variable: str, code: str | list[str]) -> pd.DataFrame:
    rows = pd.DataFrame({"work_id": work_ids.to_numpy()}).assign(variable=variable, code=code)
    return rows.reindex(columns=COLUMNS, fill_value="").assign(decided_by="rule")


def _overridden(
    coded: pd.DataFrame, decisions: Sequence[Decision], work_of: Mapping[str, str], works: pd.DataFrame
) -> tuple[pd.DataFrame, list[Trouble]]:
    """Put people's codes in the place of the rules'."""
    known, strangers = by_work(decisions, work_of)
    notes = [names_no_record(d) for d in strangers]
    ours = set(works["work_id"])
    kept = {(work, variable) for work, variable in known if work in ours}
    concerned = works[works["work_id"].isin({work for work, _ in kept})]
    now = {
        (work, variable): print_
        for variable in VARIABLES
        for work, print_ in zip(concerned["work_id"], work_fingerprints(variable, concerned), strict=True)
    }
    rows, replaced = [], set()
    for work, variable in sorted(kept):
        fresh, stale = standing(known[work, variable], now[work, variable])
        what = "what it was decided on has changed; the rule stands; decide again"
        notes += [make_trouble("stale", d, what, work) for d in stale]
        if not fresh:
            continue
        settled = settle(replace(d, value="; ".join(sorted(split(d.value)))) for d in fresh)
        if settled.conflict:
            what = f"people differ on {variable} ({settled.reason}); the rule stands; adjudicate"
            notes.append(make_trouble("conflict", settled.lines[-1], what, work))
            continue
        replaced.add((work, variable))
        rows += [
            (work, variable, code, "decision", settled.reason, "person", settled.by)
            for code in split(settled.value)
        ]
    pairs = zip(coded["work_id"], coded["variable"], strict=True)
    stay = pd.Series([pair not in replaced for pair in pairs], index=coded.index, dtype="bool")
    people = pd.DataFrame(rows, columns=COLUMNS, dtype="str")
    return pd.concat([coded.loc[stay, COLUMNS], people], ignore_index=True), notes
