"""What was automated: how many judgements rules made, and what people did with them.

The joint statement of Cochrane, Campbell, JBI and CEE (2025) asks for it: every automation that makes or
suggests a judgement, whether a person checked it, and how well it does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from reprise.coding.codebook import BY_RULE, CHANGED, CONFIRMED, VARIABLES
from reprise.screen.agreement import MET, NOT_MET, UNKNOWN, typed_table
from reprise.screen.outcome import PERSON

KINDS = ("duplicates", "screening", "coding")
BY_PERSON, UNSETTLED, OPEN = "by person", "unsettled", "open"
STATUSES = (BY_RULE, CONFIRMED, CHANGED, BY_PERSON, UNSETTLED, OPEN)
RULE, MAYBE = "rule", "maybe"
JUDGEMENTS = {"kind": "str", "item": "str", "status": "str", "rule": "str", "who": "str", "n": "int64"}
VALIDATION = {
    "false_exclusions": "Int64", "sensitivity": "Float64", "sensitivity_counts": "str",
    "specificity": "Float64", "specificity_counts": "str", "kappa": "Float64",
}  # fmt: skip
AUTOMATION = {
    "kind": "str", "item": "str", "judgements": "int64", "suggested_by_rule": "int64",
    "not_looked_at": "int64", "confirmed": "int64", "changed": "int64", "confirmed_percent": "Float64",
    "by_people": "int64", "unsettled": "int64", "open": "int64", "rules": "str", "people": "str",
    **VALIDATION, "note": "str",
}  # fmt: skip


def judgements(
    pairs: pd.DataFrame, screening: pd.DataFrame, coding: pd.DataFrame, removed: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Count the judgements of the three stages by what became of them.

    A judgement is a compared pair (its item is the outcome), a work under a criterion, or a code on a
    work. Country groups follow from the countries and are not judged.

    Parameters
    ----------
    pairs : DataFrame
        outcome, rule, decided_by (`rule` or people); where it has `rule_outcome`, what the rule said of a
        pair that people decided, their decisions confirm or change it, else they count as people's own.
    screening : DataFrame
        criterion, judge, decided_by, rule_verdict, verdict.
    coding : DataFrame
        variable, code, decided_by, status as `code_frame` gives it: a code that a person added, there
        "changed", is here the person's own.
    removed : DataFrame, optional
        Themes that a person took away, as `removed_codes` gives them: work_id, code, decided_by. Without
        it, and for countries always, a suggestion is known to be changed only where people say of a work
        that it has none.

    Returns
    -------
    DataFrame
        One row for each kind, item, status, rule and who, with their number `n`, sorted. `rule` is the
        rule that made or suggested the judgement, `who` the people who looked at it; empty where there
        is none. `status`:

        - by rule: a rule judged, no person looked;
        - confirmed, changed: a rule judged, and a person said the same, or otherwise;
        - by person: no rule had a judgement, a person did;
        - unsettled: people are unsure, differ without an adjudicator, or a second judgement is missing;
        - open: neither rule nor person could tell.
    """
    parts = [_of_pairs(pairs), _of_screening(screening), _of_coding(coding, removed)]
    table = pd.concat([part.assign(kind=kind) for kind, part in zip(KINDS, parts, strict=True)])
    keys = [column for column in JUDGEMENTS if column != "n"]
    table = table.groupby(keys, sort=False)["n"].sum().reset_index().astype(JUDGEMENTS)
    return table.sort_values(keys, key=_in_order, ignore_index=True)


def automation(counted: pd.DataFrame, validation: pd.DataFrame | None = None) -> pd.DataFrame:
    """Say, for every kind of judgement, how many rules made, and what people did with them.

    `judgements` = `not_looked_at` + `confirmed` + `changed` + `by_people` + `unsettled` + `open`;
    `confirmed_percent` is of those confirmed or changed.

    Parameters
    ----------
    counted : DataFrame
        As `judgements` gives it: kind, item, status, rule, who, n.
    validation : DataFrame, optional
        As `rules_against_people` gives it, for the criteria.

    Returns
    -------
    DataFrame
        One row for each kind and item; `rules` and `people` name each with its number.
    """
    known = {} if validation is None else validation.set_index("criterion").to_dict("index")
    groups: dict[tuple[str, str], list[dict[Any, Any]]] = {}
    for row in counted.sort_values(list(JUDGEMENTS), key=_in_order).to_dict("records"):
        groups.setdefault((row["kind"], row["item"]), []).append(row)
    rows = []
    for (kind, item), own in groups.items():
        checked = known.get(item, {}) if kind == "screening" else {}
        rows.append({"kind": kind, "item": item, **_row(own, checked)})
    return typed_table(rows, AUTOMATION)


def _row(own: Sequence[Mapping[Any, Any]], checked: dict[Any, Any]) -> dict[str, Any]:
    n = _sums(own, "status")
    suggested = sum(row["n"] for row in own if row["rule"])
    looked = n[CONFIRMED] + n[CHANGED]
    note = checked.get("note", "")
    if not checked.get("judged_by_people"):
        checked = {}  # not 0 false exclusions: nobody looked
    if suggested and suggested == n[BY_RULE]:
        note = "no person looked at what the rule said"
    elif not suggested:
        note = "; ".join(filter(None, ["no rule judged", note]))
    return {
        "judgements": sum(n.values()),
        "suggested_by_rule": suggested,
        "not_looked_at": n[BY_RULE],
        "confirmed": n[CONFIRMED],
        "changed": n[CHANGED],
        "confirmed_percent": round(100 * n[CONFIRMED] / looked, 1) if looked else None,
        "by_people": n[BY_PERSON],
        "unsettled": n[UNSETTLED],
        "open": n[OPEN],
        "rules": _named(own, "rule"),
        "people": _named(own, "who"),
        **{c: checked.get(c, "" if kind == "str" else None) for c, kind in VALIDATION.items()},
        "note": note,
    }


def _sums(own: Sequence[Mapping[Any, Any]], column: str) -> Counter[str]:
    sums: Counter[str] = Counter()
    for row in own:
        sums[row[column]] += row["n"]
    return sums


def _named(own: Sequence[Mapping[Any, Any]], column: str) -> str:
    """Name who judged and how often, the most frequent first."""
    counts = [(name, n) for name, n in _sums(own, column).items() if name]
    return "; ".join(f"{name}: {n}" for name, n in sorted(counts, key=lambda c: (-c[1], c[0])))


def _in_order(column: pd.Series) -> pd.Series:
    orders = {"kind": KINDS, "status": STATUSES}
    order = {value: i for i, value in enumerate(orders.get(str(column.name), ()))}
    return column.map(order) if order else column


def _of_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    if "rule_outcome" not in pairs.columns:
        pairs = pairs.assign(rule_outcome=pairs["outcome"].where(pairs["decided_by"] == RULE, ""))
    table = _sizes(pairs, ["outcome", "rule", "decided_by", "rule_outcome"])
    by_rule = table["decided_by"] == RULE
    # The name of the rule does not stand on a pair that people decided.
    name = table["rule"].where(by_rule, RULE)
    said = ~table["rule_outcome"].isin(["", MAYBE])
    same = table["outcome"] == table["rule_outcome"]
    return _judged(table, "outcome", by_rule, said, same, table["outcome"] != MAYBE, name)


def _of_screening(screening: pd.DataFrame) -> pd.DataFrame:
    table = _sizes(screening, ["criterion", "judge", "decided_by", "rule_verdict", "verdict"])
    by_rule = table["judge"] != PERSON
    rules = dict(zip(table["criterion"][by_rule], table["decided_by"][by_rule], strict=True))
    name = pd.Series([rules.get(c, RULE) for c in table["criterion"]], index=table.index, dtype="str")
    said = table["rule_verdict"].isin([MET, NOT_MET])
    same = table["verdict"] == table["rule_verdict"]
    return _judged(table, "criterion", by_rule, said, same, table["verdict"] != UNKNOWN, name)


def _of_coding(coding: pd.DataFrame, removed: pd.DataFrame | None) -> pd.DataFrame:
    table = coding.loc[coding["variable"].isin(list(VARIABLES)), ["variable", "code", "decided_by", "status"]]
    none = table["code"] == table["variable"].map(VARIABLES)
    emptied = none & (table["status"] == CHANGED)
    added = ~none & (table["status"] == CHANGED)
    # Where the rule found none, or the person's code is not the rule's, there was no suggestion.
    table = table.assign(said=~added & (~none | emptied))
    if removed is not None:
        taken = removed[["code", "decided_by"]].assign(variable="theme", status=CHANGED, said=True)
        # That a work has no theme follows from those taken away.
        table = pd.concat([table[~(emptied & (table["variable"] == "theme"))], taken])
    table = _sizes(table, ["variable", "decided_by", "status", "said"])
    by_rule = table["status"] == BY_RULE
    name = table["decided_by"].where(by_rule, RULE)
    settled = pd.Series(True, index=table.index)
    return _judged(table, "variable", by_rule, table["said"], table["status"] == CONFIRMED, settled, name)


def _sizes(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    return frame.groupby(columns, sort=False, observed=True).size().reset_index(name="n")


def _judged(
    table: pd.DataFrame,
    item: str,
    by_rule: pd.Series,
    said: pd.Series,
    same: pd.Series,
    settled: pd.Series,
    rule: pd.Series,
) -> pd.DataFrame:
    """Give each row its status: whether the rule `said` anything, a person the `same`, and `settled` it."""
    cases = [by_rule & said, by_rule, ~settled, ~said, same]
    status = np.select(cases, [BY_RULE, OPEN, UNSETTLED, BY_PERSON, CONFIRMED], CHANGED)
    return pd.DataFrame(
        {
            "item": table[item],
            "status": status,
            "rule": rule.where(said, ""),
            "who": table["decided_by"].where(~by_rule, ""),
            "n": table["n"],
        }
    )
