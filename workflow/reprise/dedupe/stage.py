"""Dedupe: records in, works and compared pairs out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reprise.decisions import read_decisions, write_trouble
from reprise.dedupe.people import check_duplicates_decision
from reprise.dedupe.works import find_works
from reprise.frames import read_table, write_table
from reprise.records import check_nothing_lost


def dedupe(
    records: str | Path,
    decisions: str | Path,
    order: Sequence[str],
    works: str | Path,
    works_csv: str | Path,
    duplicates: str | Path,
    duplicates_csv: str | Path,
    trouble: str | Path,
) -> None:
    """Find the works behind the records and write them, and the pairs that were compared.

    Parameters
    ----------
    records, decisions : path
        The records; `data/decisions/duplicates.csv`, which may be missing.
    order : sequence of str
        Sources, the best first.
    works, works_csv, duplicates, duplicates_csv, trouble : path
        What is written.

    Raises
    ------
    Mistake
        Lines of the decision file that can't be used.
    """
    frame = read_table(records)
    lines = read_decisions(decisions, check_duplicates_decision)
    found, pairs, notes = find_works(frame, lines, order)
    check_nothing_lost("dedupe", frame["record_id"], found["record_ids"].str.split("; ").explode())
    write_table(found, works, works_csv)
    write_table(pairs, duplicates, duplicates_csv)
    write_trouble(notes, trouble)
