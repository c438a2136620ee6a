"""Enrich: records in, the same records with facts that services know, and which fact came whence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from reprise.csvfiles import write_rows
from reprise.enrich.answers import read_answers
from reprise.enrich.ask import ask
from reprise.enrich.facts import (
    COLUMNS,
    Fact,
    crossref_question,
    enrich_record,
    openalex_question,
    questions,
    unpaywall_question,
)
from reprise.frames import as_frame, read_table, write_table
from reprise.mistakes import tell
from reprise.records import COLUMNS as RECORD_COLUMNS
from reprise.records import check_nothing_lost


def enrich(
    records: str | Path,
    services: Sequence[str],
    live: bool,
    contact: str,
    calls: int,
    enriched: str | Path,
    enriched_csv: str | Path,
    facts: str | Path,
) -> None:
    """Look up what records lack, write the records anew, and every fact with who said it.

    Parameters
    ----------
    records : path
    services : sequence of str
        Whose answers count.
    live : bool
        Whether to ask what isn't frozen.
    contact, calls
        As `ask` takes them.
    enriched, enriched_csv, facts : path
        What is written.

    Raises
    ------
    Mistake
        What can't be asked now.
    """
    frame = read_table(records)
    rows = _rows(frame)
    known = (
        look_up(rows, services, contact, calls) if live else {name: read_answers(name) for name in services}
    )
    found = [fact for row in rows for fact in enrich_record(row, known)]
    check_nothing_lost("enrich", frame["record_id"], [row["record_id"] for row in rows])
    write_table(as_frame(rows, list(RECORD_COLUMNS)), enriched, enriched_csv)
    write_rows(facts, COLUMNS, [fact._asdict() for fact in found])
    tell([_summary(found)])


def look_up(
    rows: Sequence[dict[str, str]], services: Sequence[str], contact: str, calls: int
) -> dict[str, Mapping[str, Any]]:
    """Ask each service in turn; what one finds decides what the next is asked.

    OpenAlex is asked twice: for the DOIs of records, then for those that Crossref found.
    """
    known: dict[str, Mapping[str, Any]] = {name: {} for name in services}
    filled = [dict(row) for row in rows]

    def again() -> None:
        for row, fresh in zip(filled, rows, strict=True):
            row |= fresh
            for _ in enrich_record(row, known):
                pass

    def asked_of_openalex() -> None:
        if "openalex" in services:
            known["openalex"] = ask(
                "openalex", questions(_with_doi(rows, filled), openalex_question), contact, calls
            )

    asked_of_openalex()
    if "crossref" in services:
        of_openalex = known.get("openalex", {})
        wanted = questions(rows, lambda row: crossref_question(row, of_openalex))
        known["crossref"] = ask("crossref", wanted, contact, calls)
        again()
        asked_of_openalex()
    if "unpaywall" in services:
        if contact:
            again()
            known["unpaywall"] = ask("unpaywall", questions(filled, unpaywall_question), contact, calls)
        else:
            tell(["unpaywall: is not asked; it wants to know who asks: write your address under `contact`"])
            known["unpaywall"] = read_answers("unpaywall")
    return known


def _with_doi(rows: Sequence[dict[str, str]], filled: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Give the records as they came, with the DOIs that were found for them."""
    return [row | {"doi": full["doi"]} for row, full in zip(rows, filled, strict=True)]


def _rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    text = frame.assign(year=frame["year"].astype("object").where(frame["year"].notna(), "").astype("str"))
    rows: list[dict[str, str]] = text.astype("str").to_dict("records")  # type: ignore[assignment]
    return rows


def _summary(found: Sequence[Fact]) -> str:
    added = [fact for fact in found if fact.outcome == "added"]
    records = len({fact.record_id for fact in added})
    against = len(found) - len(added)
    return f"enrich: {len(added)} facts added to {records} records; {against} contradict what a source says"
