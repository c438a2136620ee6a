"""Measure deduplication on labelled sets: `python benchmarks/dedupe.py FOLDER [--wrong]`.

A set is a folder with `records_pre_merged.csv.gz` and `merged_record_ids.csv`, as published with
CoLRev-Environment/bib-dedupe. A pair counts if both records are in one work; only merges count.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import itertools
import time
from pathlib import Path

import pandas as pd
from reprise.dedupe.works import find_works
from reprise.records import COLUMNS, as_frame, clean_doi

_SHOWN = ["title", "authors", "year", "venue", "volume", "issue", "pages", "doi"]
Pairs = set[tuple[str, str]]
_TYPES = {"inproceedings": "conference-paper", "article": "article", "book": "book", "inbook": "book-chapter",
          "incollection": "book-chapter", "techreport": "report", "phdthesis": "dissertation"}  # fmt: skip


def read_set(folder: Path) -> tuple[pd.DataFrame, Pairs]:
    """Read one set as records, and its true pairs."""
    with gzip.open(folder / "records_pre_merged.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = [_record(row) for row in csv.DictReader(file)]
    with (folder / "merged_record_ids.csv").open(encoding="utf-8", newline="") as file:
        clusters = [row[0].split(";") for row in csv.reader(file)][1:]
    known = {row["record_id"] for row in rows}
    return as_frame(rows, list(COLUMNS)), _pairs([i for i in c if i in known] for c in clusters)


def _record(row: dict[str, str]) -> dict[str, str]:
    def get(name: str) -> str:
        return row.get(name) or ""

    record = dict.fromkeys(COLUMNS, "")
    record.update(
        record_id=row["ID"], source="set", kind="database", title=get("title"),
        authors=get("author").replace(" and ", "; "), year=get("year"),
        venue=get("journal") if get("journal") not in ("", "UNKNOWN") else get("booktitle"),
        volume=get("volume"), issue=get("number"), pages=get("pages"), doi=clean_doi(get("doi")),
        type=_TYPES.get(get("ENTRYTYPE"), ""), abstract=get("abstract"),
    )  # fmt: skip
    return record


def _pairs(clusters: object) -> Pairs:
    return {pair for c in clusters for pair in itertools.combinations(sorted(c), 2)}  # type: ignore[attr-defined]


def main() -> None:
    """Print precision, recall and time for each set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--wrong", action="store_true", help="list the pairs that are wrong or missed")
    options = parser.parse_args()
    heads = zip(
        ("records", "pairs", "found", "precision", "recall", "maybe", "time"),
        (8, 7, 7, 10, 8, 7, 8),
        strict=True,
    )
    print(f"{'set':<20}" + "".join(f"{name:>{width}}" for name, width in heads))
    for folder in sorted(p.parent for p in options.folder.glob("*/records_pre_merged.csv.gz")):
        records, true = read_set(folder)
        start = time.perf_counter()
        works, pairs, _ = find_works(records, [], ["set"])
        took = time.perf_counter() - start
        found = _pairs(ids.split("; ") for ids in works["record_ids"])
        right = len(found & true)
        print(
            f"{folder.name:<20}{len(records):>8}{len(true):>7}{len(found):>7}"
            f"{right / max(len(found), 1):>10.4f}{right / max(len(true), 1):>8.4f}"
            f"{(pairs['outcome'] == 'maybe').sum():>7}{took:>7.2f}s"
        )
        if options.wrong:
            ends = zip(pairs["record_a"], pairs["record_b"], strict=True)
            rules = dict(zip(ends, pairs["rule"], strict=True))
            shown = records.set_index("record_id")[_SHOWN]
            for name, wrong in (("WRONG", found - true), ("MISSED", true - found)):
                for pair in sorted(wrong):
                    print(f"  {name} {pair} {rules.get(pair, '')}")
                    for record in pair:
                        print("     ", " | ".join(str(v)[:90] for v in shown.loc[record]))


if __name__ == "__main__":
    main()
