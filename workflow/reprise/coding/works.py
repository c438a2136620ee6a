"""Code: each work still in the review by country and theme, people's codes above the rules'.

The `status` of a code says how person and rule stand to each other: "by rule", no person coded this
variable of this work; "confirmed", the person's code, which the rule had found too; "changed", the
person's code, which the rule had not found. What the rules find of themes stays whole in the hits, so
that what a person took away can be told (`reprise.coding.diagnostics`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from reprise.coding.codebook import BY_RULE, CHANGED, CONFIRMED, VARIABLES, Codebook, read_codebook
from reprise.coding.places import author_countries, first_author_countries, group_of, studied_countries
from reprise.coding.themes import find_hits, themes_of_hits
from reprise.countries import is_country
from reprise.decisions import (
    Decision,
    Trouble,
    by_work,
    names_no_record,
    read_decisions,
    say_change,
    settle,
    standing,
    who_is_missing,
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
COLUMNS = ["work_id", "variable", "code", "field", "evidence", "confidence", "decided_by", "status"]


def code_works(
    works: str | Path,
    screening: str | Path,
    codebook: str | Path,
    decisions: str | Path,
    country_groups: Mapping[str, Sequence[str]],
    coding: str | Path,
    coding_csv: str | Path,
    trouble: str | Path,
    hits: str | Path | None = None,
    hits_csv: str | Path | None = None,
    reviewers: str = "single",
) -> None:
    """Code the works that are included or await a decision, and write the codes and, if asked, all hits.

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
    found = find_hits(kept, book)
    table, notes = code_frame(kept, book, lines, work_of_records(frame), country_groups, found, reviewers)
    check_nothing_lost("code", in_review, table.loc[table["variable"] == "author_group", "work_id"])
    write_table(table, coding, coding_csv)
    if hits and hits_csv:
        write_table(found, hits, hits_csv)
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
        codes = split(decision.value)
        if not codes:
            return f"value '{decision.value}' names no code; write {VARIABLES[decision.variable]} for none"
        for code in codes:
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
    hits: pd.DataFrame | None = None,
    reviewers: str = "single",
) -> tuple[pd.DataFrame, list[Trouble]]:
    """Code works by rule, let people's codes replace the rules', and say what stays unknown.

    Parameters
    ----------
    works : DataFrame
    book : Codebook
    decisions : sequence of Decision
    work_of : mapping
        The work of each record.
    country_groups : mapping
    hits : DataFrame, optional
        As `find_hits` gives them for these works, if they are at hand.
    reviewers : {"single", "double", "adjudicated"}
        How many people a code needs.

    Returns
    -------
    coding : DataFrame
        One row per work, variable and code, sorted; `author_group`, `first_author_group` and
        `studied_group` are one row per work each; whoever decided on the countries decided on their group.
    notes : list of Trouble
        Decisions that are not used as they stand.
    """
    themes = themes_of_hits(find_hits(works, book) if hits is None else hits)
    by_rule = [
        themes.assign(variable="theme", confidence="inferred"),
        author_countries(works).assign(variable="author_country"),
        first_author_countries(works).assign(variable="first_author_country"),
        studied_countries(works).assign(variable="studied_country"),
    ]
    ruled = pd.concat(by_rule, ignore_index=True).assign(decided_by="rule", status=BY_RULE)[COLUMNS]
    coded, notes = _overridden(ruled, decisions, work_of, works, reviewers)
    parts = [coded]
    for variable, nothing in VARIABLES.items():
        have = coded.loc[coded["variable"] == variable, "work_id"]
        without = works.loc[~works["work_id"].isin(have), "work_id"]
        parts.append(_rows(without, variable, nothing))
        if variable.endswith("_country"):
            parts.append(_group_rows(works["work_id"], variable, ruled, coded, country_groups))
    table = pd.concat(parts, ignore_index=True).astype("str")
    # Of a work and variable a code stands once, so the other columns break no tie.
    return table.sort_values(COLUMNS[:3], ignore_index=True), notes


def _rows(work_ids: pd.Series, variable: str, code: str | list[str]) -> pd.DataFrame:
    rows = pd.DataFrame({"work_id": work_ids.to_numpy()}).assign(variable=variable, code=code)
    return rows.reindex(columns=COLUMNS, fill_value="").assign(decided_by="rule", status=BY_RULE)


def _group_rows(
    work_ids: pd.Series,
    variable: str,
    ruled: pd.DataFrame,
    coded: pd.DataFrame,
    country_groups: Mapping[str, Sequence[str]],
) -> pd.DataFrame:
    """Give each work the group of its countries; it is the person's whose countries they are."""
    groups = _groups(work_ids, variable, coded, country_groups)
    rows = _rows(work_ids, variable.replace("country", "group"), groups)
    people = coded[(coded["variable"] == variable) & (coded["status"] != BY_RULE)]
    who = dict(zip(people["work_id"], people["decided_by"], strict=True))
    if who:
        of_rule = _groups(work_ids, variable, ruled, country_groups)
        told = [
            ("rule", BY_RULE) if work not in who else (who[work], CONFIRMED if now == before else CHANGED)
            for work, now, before in zip(work_ids, groups, of_rule, strict=True)
        ]
        rows[["decided_by", "status"]] = told
    return rows


def _groups(
    work_ids: pd.Series, variable: str, coded: pd.DataFrame, country_groups: Mapping[str, Sequence[str]]
) -> list[str]:
    codes = coded[(coded["variable"] == variable) & (coded["code"] != VARIABLES[variable])]
    lists: dict[str, list[str]] = {}
    for work, code in zip(codes["work_id"].tolist(), codes["code"].tolist(), strict=True):
        lists.setdefault(work, []).append(code)
    # Few combinations of countries occur: each is looked up once.
    known: dict[tuple[str, ...], str] = {}
    groups = []
    for work in work_ids:
        of_work = tuple(lists.get(work, ()))
        if of_work not in known:
            known[of_work] = group_of(of_work, country_groups)
        groups.append(known[of_work])
    return groups


def _overridden(
    ruled: pd.DataFrame,
    decisions: Sequence[Decision],
    work_of: Mapping[str, str],
    works: pd.DataFrame,
    reviewers: str,
) -> tuple[pd.DataFrame, list[Trouble]]:
    """Put people's codes in the place of the rules'."""
    known, strangers = by_work(decisions, work_of)
    notes = [names_no_record(d) for d in strangers]
    ours = set(works["work_id"])
    kept = {(work, variable) for work, variable in known if work in ours}
    if not kept:
        return ruled, notes
    concerned = works[works["work_id"].isin({work for work, _ in kept})]
    now = {
        (work, variable): print_
        for variable in VARIABLES
        for work, print_ in zip(concerned["work_id"], work_fingerprints(variable, concerned), strict=True)
    }
    pairs = list(zip(ruled["work_id"], ruled["variable"], strict=True))
    suggested: dict[tuple[str, str], set[str]] = {pair: set() for pair in kept}
    for pair, code in zip(pairs, ruled["code"], strict=True):
        if pair in kept:
            suggested[pair].add(code)
    rows, replaced = [], set()
    for work, variable in sorted(kept):
        fresh, stale = standing(known[work, variable], now[work, variable])
        for d in stale:
            change = say_change(d.fingerprint, now[work, variable])
            what = f"{change} since it was decided; the rule stands; decide again"
            notes.append(make_trouble("stale", d, what, work))
        if not fresh:
            continue
        same_order = (replace(d, value="; ".join(sorted(set(split(d.value))))) for d in fresh)
        settled = settle(same_order, reviewers)
        if settled.missing:
            what = f"{variable}: {who_is_missing(settled.missing, settled.by)}; the rule stands meanwhile"
            notes.append(make_trouble("note", settled.lines[-1], what, work))
            continue
        if settled.conflict:
            what = f"people differ on {variable} ({settled.reason}); the rule stands; adjudicate"
            notes.append(make_trouble("conflict", settled.lines[-1], what, work))
            continue
        replaced.add((work, variable))
        of_rule = suggested[work, variable] or {VARIABLES[variable]}
        rows += [
            (work, variable, code, "decision", settled.reason, "person", settled.by,
             CONFIRMED if code in of_rule else CHANGED)
            for code in split(settled.value)
        ]  # fmt: skip
    stay = pd.Series([pair not in replaced for pair in pairs], index=ruled.index, dtype="bool")
    people = pd.DataFrame(rows, columns=COLUMNS, dtype="str")
    return pd.concat([ruled[stay], people], ignore_index=True), notes
