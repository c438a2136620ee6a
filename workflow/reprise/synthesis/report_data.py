"""What the report's script is told, as compact JSON: every string once, every row a list of numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from reprise.synthesis.flow_sets import Part
from reprise.synthesis.wording import Row, Rows, Said, for_readers, outcome

# An abstract would make the page several times as large, and is its publisher's.
LEFT_OUT = ("abstract", "affiliations")
# Of a work the page shows the merged fields; these it shows in other ways, or finds with the records.
NOT_SHOWN = ("record_ids", "lead", "sources", "origins", *LEFT_OUT)
OF_END = ("lead", "reason", "reasons", "judge", "decided_by")
PAIR = (
    "record_a", "record_b", "title_score", "author_score", "venue_score", "year_gap", "doi", "volume", "page",
    "outcome", "rule", "because", "decided_by",
)  # fmt: skip
VERDICT = (
    "work_id", "criterion", "stage", "verdict", "field", "value", "source", "note", "judge", "decided_by",
)  # fmt: skip
CODE = ("work_id", "variable", "code", "field", "evidence", "confidence", "decided_by", "status")
HIT = ("work_id", "code", "indicator", "field", "position", "words")


def page_data(
    tables: Mapping[str, Rows],
    hidden: Mapping[str, Sequence[str]],
    titles: Mapping[str, str],
    said: Said,
    name: Callable[[str], str],
    life: Mapping[str, Rows],
    boxes: Mapping[str, Sequence[Part]],
) -> dict[str, Any]:
    """Gather what the page's script shows.

    Parameters
    ----------
    tables, hidden, titles : mapping
        Rows, columns that are not shown, and titles, by name. The rows stand as they do in the files; how a
        reader is told a cell stands beside them, by column.
    said, name : callable
        Say a cell, and name a column, as `reader_words` gives them.
    life : mapping
        Rows of ledger, records, works, duplicates, screening, coding and hits.
    boxes : mapping
        What `flow_sets` gives.
    """
    numbers = {"": 0}

    def number(text: str) -> int:
        return numbers.setdefault(text, len(numbers))

    def table(rows: Rows, columns: Iterable[str] = ()) -> dict[str, Any]:
        keys = list(columns) or [k for k in (rows[0] if rows else {}) if k != "source_line"]
        cells = [[number(row[k]) for k in keys] for row in rows]
        return {"keys": keys, "names": [name(key) for key in keys], "rows": cells}

    def told(rows: Rows, columns: Sequence[str]) -> dict[str, Any]:
        return table([{key: said(key, row[key]) for key in columns} for row in rows], columns)

    def in_words(rows: Rows) -> dict[str, dict[str, int]]:
        words: dict[str, dict[str, int]] = {}
        for row, shown in zip(rows, for_readers(rows, said), strict=True):
            for key, value in row.items():
                if key != "source_line" and shown[key] != value:
                    words.setdefault(key, {})[str(number(value))] = number(shown[key])
        return words

    ends = {row["record_id"]: row for row in life["ledger"]}
    records = [{**row, **_end(ends[row["record_id"]])} for row in life["records"]]
    places = {row["record_id"]: i for i, row in enumerate(records)}
    of_record = [k for k in (records[0] if records else ()) if k not in LEFT_OUT]
    works = life["works"]
    of_work = [k for k in (works[0] if works else ()) if k not in NOT_SHOWN]
    return {
        "tables": {
            key: {
                **table(rows),
                "title": titles[key],
                "words": in_words(rows),
                "hidden": list(hidden.get(key, ())),
            }
            for key, rows in tables.items()
        },
        "records": told(records, of_record),
        "works": told(works, of_work),
        "origins": [_origins(row, number) for row in works],
        "pairs": told(life["duplicates"], PAIR),
        "verdicts": told(life["screening"], VERDICT),
        "codes": told(life["coding"], CODE),
        "hits": told(life["hits"], HIT),
        "boxes": {
            box: [[part.label, [places[i] for i in part.ids], int(part.within)] for part in parts]
            for box, parts in boxes.items()
        },
        "strings": list(numbers),
    }


def _end(row: Row) -> dict[str, str]:
    ended = {"end": outcome(row["end"], row["stage"])}
    return {"work_id": row["work_id"], **ended, **{key: row[key] for key in OF_END}}


def _origins(work: Row, number: Callable[[str], int]) -> list[int]:
    """Give field, records, field, records: which records a merged field comes from."""
    told: Mapping[str, str] = json.loads(work.get("origins") or "{}")
    return [number(text) for pair in told.items() if pair[0] not in LEFT_OUT for text in pair]


def near_misses(screening: Rows, criteria: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """List works that fail one criterion alone: the rest is met, or unknown.

    An unknown of a rule counts as the protocol says, as in the table of restrictions. Those of which
    nothing is unknown come first: they would be included, were it not for that criterion.
    """
    policy = {c["id"]: c["unknown"] for c in criteria}
    failed: dict[str, list[Row]] = {}
    unknown: dict[str, list[str]] = {}
    for row in screening:
        verdict = row["verdict"]
        if verdict == "unknown" and row["judge"] == "rule" and policy[row["criterion"]] != "awaiting":
            verdict = policy[row["criterion"]]
        if verdict == "not_met":
            failed.setdefault(row["work_id"], []).append(row)
        elif verdict == "unknown":
            unknown.setdefault(row["work_id"], []).append(row["criterion"])
    order = {c["id"]: i for i, c in enumerate(criteria)}
    missed = [(rows[0], unknown.get(work, [])) for work, rows in failed.items() if len(rows) == 1]
    missed.sort(key=lambda m: (bool(m[1]), order[m[0]["criterion"]], m[0]["title"], m[0]["work_id"]))
    return [
        {
            "title": row["title"],
            "fails": row["criterion"],
            "evidence": " ".join(
                filter(None, (": ".join(filter(None, (row["field"], row["value"]))), row["note"]))
            ),
            "source": row["source"],
            "decided_by": row["decided_by"],
            "unknown": "; ".join(open_),
            "work_id": row["work_id"],
        }
        for row, open_ in missed
    ]


def as_json(data: object) -> str:
    r"""Write JSON that can stand in a page: nothing in it can end the element it stands in.

    Examples
    --------
    >>> as_json({"title": "</script>"})
    '{"title":"\\u003c/script>"}'
    """
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
