"""The queue: what awaits a person's decision, why, and the evidence beside it.

Its first columns are those of a decision file, with what is known filled in: with `value` filled in, the
file goes back by `python -m reprise decide`. As RIS, the works that wait can be read in a reference manager.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import rispy

from reprise.decisions import HEADER, who_is_missing
from reprise.records import clean_text, plain_text, split
from reprise.screen.outcome import RULE
from reprise.vocabulary import STAGES

SHOWN = ("title", "authors", "year", "venue", "doi", "url")
COLUMNS = (*HEADER, "kind", "question", "why", *SHOWN, *(f"other_{c}" for c in SHOWN), "work_id")
# What Excel holds in one cell, in UTF-16 units (Microsoft, "Excel specifications and limits"), less the
# apostrophe that guards against formulas.
CELL = 32_767 - 1
CUT = "\u2026 [cut, Excel holds no more; the whole stands in the tables of results/]"


def queue(
    works: pd.DataFrame,
    records: pd.DataFrame,
    pairs: pd.DataFrame,
    screening: pd.DataFrame,
    trouble: Sequence[Mapping[str, str]],
    criteria: Sequence[Mapping[str, Any]],
    reviewers: str = "single",
) -> pd.DataFrame:
    """List what people are asked: doubtful duplicates, then unknown verdicts, then decisions in trouble.

    A work that awaits screening is asked about the unknowns up to that stage only; works with the
    fewest open questions come first. However many judgements a question lacks, it is asked once.

    Parameters
    ----------
    works, records, pairs, screening : DataFrame
        Tables of the stages before.
    trouble : sequence of mapping
        Rows with the fields of `Trouble`, of all stages.
    criteria : sequence of mapping
        The protocol's criteria.
    reviewers : {"single", "double", "adjudicated"}
        How many people a verdict needs.
    """
    differ = {
        (t["work_id"], t["variable"]) for t in trouble if t["kind"] == "conflict" and t["stage"] in STAGES
    }
    verdicts = _verdicts(works, screening, criteria, differ, reviewers)
    doubtful = _duplicates(pairs, records)
    asked = set(zip(verdicts["work_id"], verdicts["variable"], strict=True))
    asked |= set(zip(doubtful["record_id"], doubtful["variable"], strict=True))
    parts = [doubtful, verdicts, _trouble(trouble, works, screening, criteria, asked)]
    listed = pd.concat(parts, ignore_index=True).reindex(columns=list(COLUMNS))
    return listed.astype("str").fillna("").apply(_cut)


def _cut(column: pd.Series) -> pd.Series:
    """Cut what Excel would cut in silence, and say so."""
    # No sign is more than two units.
    long = column.str.len() > CELL // 2
    return column.where(~long, column[long].map(cut_cell).reindex(column.index)) if long.any() else column


def cut_cell(text: str) -> str:
    """Shorten a text that is too long for a cell of Excel, with a word on where the whole stands.

    Examples
    --------
    >>> cut_cell("short"), len(cut_cell("x" * 40_000)) == CELL
    ('short', True)
    """
    units = text.encode("utf-16-le")
    if len(units) <= 2 * CELL:
        return text
    return units[: 2 * (CELL - len(CUT))].decode("utf-16-le", errors="ignore") + CUT


def _duplicates(pairs: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Ask about doubtful pairs, with what both records say side by side."""
    maybe = pairs[pairs["outcome"] == "maybe"]
    facts = records.set_index("record_id")[list(SHOWN)]
    sides = [facts.reindex(maybe[column]).reset_index(drop=True) for column in ("record_a", "record_b")]
    asked = pd.DataFrame(
        {
            "record_id": maybe["record_a"],
            "stage": "dedupe",
            "variable": maybe["record_b"],
            "fingerprint": maybe["fingerprint"],
            "kind": "duplicate",
            "question": "Are the two records one work? merge, distinct, linked or unknown",
            "why": maybe["rule"] + "; titles agree to " + maybe["title_score"].round().astype("str") + " %",
            "work_id": maybe["work_a"],
        }
    ).reset_index(drop=True)
    return pd.concat([asked, sides[0], sides[1].add_prefix("other_")], axis=1)


def _verdicts(
    works: pd.DataFrame,
    screening: pd.DataFrame,
    criteria: Sequence[Mapping[str, Any]],
    differ: set[tuple[str, str]],
    reviewers: str,
) -> pd.DataFrame:
    """Ask about unknown verdicts of works that await; those in `differ` are conflicts."""
    waiting = screening[screening["end"] == "awaiting"].drop_duplicates("work_id")[["work_id", "reasons"]]
    asked = waiting.assign(variable=waiting["reasons"].str.split("; ")).explode("variable")
    asked["n"] = asked.groupby("work_id")["variable"].transform("size")
    rows = asked.merge(
        screening.drop(columns=["reasons", "title"]),
        left_on=["work_id", "variable"],
        right_on=["work_id", "criterion"],
    )
    facts = works[["work_id", "lead", *SHOWN]]
    rows = rows.merge(facts, on="work_id")
    rows["place"] = rows["variable"].map({c["id"]: i for i, c in enumerate(criteria)})
    rows = rows.sort_values(["n", "place", "work_id"], kind="stable")
    said = rows["value"].where(rows["value"] == "", "; evidence: " + rows["field"] + " " + rows["value"])
    nobody = "" if reviewers == "single" else "; " + who_is_missing(2)
    pairs = zip(rows["work_id"], rows["variable"], strict=True)
    return rows.assign(
        record_id=rows["lead"],
        stage=rows["variable"].map({c["id"]: c["stage"] for c in criteria}),
        value="",
        note="",
        kind=["conflict" if pair in differ else "screening" for pair in pairs],
        question=rows["variable"].map(_questions(criteria)),
        why=rows["note"] + said + (rows["judge"] == RULE).map({True: nobody, False: ""}),
    )[[*HEADER[:4], "fingerprint", "kind", "question", "why", *SHOWN, "work_id"]]


def _questions(criteria: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {c["id"]: f"{c['question']} met, not_met or unknown" for c in criteria}


def _trouble(
    trouble: Sequence[Mapping[str, str]],
    works: pd.DataFrame,
    screening: pd.DataFrame,
    criteria: Sequence[Mapping[str, Any]],
    asked: set[tuple[str, str]],
) -> pd.DataFrame:
    """List decisions that are not used; a question that is asked above says so itself.

    That is a conflict on a verdict or a pair, and a stale decision on what is `asked`. Several stale
    decisions on one question are one row.
    """
    lines: dict[tuple[str, ...], list[Mapping[str, str]]] = {}
    for number, t in enumerate(trouble):
        on = t["record_id"] if t["stage"] == "dedupe" else t["work_id"], t["variable"]
        if t["kind"] == "conflict" and on in asked:
            continue
        if t["kind"] in ("stale", "conflict") and t["stage"] in STAGES:
            if on not in asked:
                lines.setdefault((t["kind"], *on), []).append(t)
        else:
            lines[str(number), "", ""] = [t]
    first = [same[0] for same in lines.values()]
    rows = pd.DataFrame(
        {
            "record_id": [t["record_id"] for t in first],
            "stage": [t["stage"] for t in first],
            "variable": [t["variable"] for t in first],
            "kind": [f"{t['kind']} in a decision" if t["record_id"] else t["kind"] for t in first],
            "why": ["; ".join(t["what"] for t in same) for same in lines.values()],
            "work_id": [t["work_id"] for t in first],
        },
        dtype="str",
    )
    rows["question"] = rows["variable"].map(_questions(criteria))
    prints = screening[["work_id", "criterion", "fingerprint"]].rename(columns={"criterion": "variable"})
    rows = rows.merge(prints, on=["work_id", "variable"], how="left")
    return rows.merge(works[["work_id", *SHOWN]], on="work_id", how="left")


class _Writer(rispy.RisWriter):  # type: ignore[misc]
    """The library's writer without the running number before each entry, which is no part of RIS."""

    def set_header(self, count: int) -> str:
        return ""


def queue_ris(listed: pd.DataFrame, works: pd.DataFrame) -> str:
    """Write the works that wait for a person as RIS, each with its open questions as notes.

    The record's id stands as accession number (AN), which EndNote and Zotero keep and give out again, and
    in the first note, which every reference manager keeps. Doubtful duplicates are asked of two records
    side by side, which is nothing for a reference manager: they stand in the CSV file alone.

    Parameters
    ----------
    listed : DataFrame
        The `queue`.
    works : DataFrame
    """
    of_works = listed[(listed["kind"] != "duplicate") & listed["work_id"].isin(works["work_id"])]
    questions: dict[str, list[dict[str, str]]] = {}
    for row in of_works[["work_id", "record_id", "variable", "stage", "question", "why"]].to_dict("records"):
        questions.setdefault(row["work_id"], []).append({str(k): str(v) for k, v in row.items()})
    facts = works[works["work_id"].isin(questions)].astype("str").fillna("").set_index("work_id")
    fact = facts.to_dict("index")
    entries = [_reference(fact[work], asked) for work, asked in questions.items()]
    return str(rispy.dumps(entries, implementation=_Writer)).lstrip("\n") if entries else ""


def _reference(work: Mapping[Any, str], asked: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """Give a work's fields; a line break would end one and begin what the text says next."""
    notes = [f"record_id: {work['lead']}"]
    for row in asked:
        about = f"{row['variable']} ({row['stage']})" if row["variable"] else "note"
        notes.append(": ".join(filter(None, [about, row["question"], row["why"]])))
    journal = work["type"] in ("article", "review")
    seen = [address for address in split(work["url"]) if address.startswith(("http://", "https://"))]
    addresses = [f"https://doi.org/{work['doi']}" if work["doi"] else "", *seen]
    entry: dict[str, Any] = {
        "type_of_reference": "JOUR" if journal else "GEN",
        "title": clean_text(plain_text(work["title"])),
        "authors": [clean_text(name) for name in split(work["authors"])],
        "year": work["year"],
        "secondary_title": clean_text(work["venue"]),
        "doi": clean_text(work["doi"]),
        "urls": [clean_text(address) for address in dict.fromkeys(addresses) if address],
        "abstract": clean_text(plain_text(work["abstract"])),
        "accession_number": clean_text(work["lead"]),
        "notes": [clean_text(note) for note in notes],
    }
    return {name: value for name, value in entry.items() if value}
