"""From the records of one work to one row: the most complete and best sourced statement of each field.

Whatever the order of the rows, the same records give the same work.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reprise.dedupe import normalise
from reprise.dedupe.names import is_corporate
from reprise.dedupe.titles import bare_title, fold
from reprise.frames import as_typed
from reprise.records import COLUMNS, LIST_SEPARATOR, clean_text, join

INDEXES = ("database", "register")
RECORD_ONLY = ("record_id", "source", "kind", "origin", "retrieved")
FIELDS = [c for c in COLUMNS if c not in RECORD_ONLY]
WORK_COLUMNS = [
    "work_id", "record_ids", "lead", "sources", *FIELDS, "origins", "conflicts", "linked_works",
]  # fmt: skip

# Taken from one record together: the volume of one and the pages of another make a place that isn't.
PLACE = ("venue", "issn", "volume", "issue", "pages")
DATE = ("year", "publication_date")
# Each record may know a part of these.
UNITED = ("keywords", "author_countries", "studied_countries", "affiliations", "fulltext_url", "url", "note")
_LISTS = ("keywords", "author_countries", "studied_countries", "affiliations", "fulltext_url", "url")

# Fields whose statements, where they differ, are told to people, each with how it is compared.
CONFLICTS: dict[str, Callable[[str], str]] = {
    "year": str,
    "publication_date": str,
    "venue": lambda t: normalise.venue(t)[1],
    "volume": normalise.number,
    "issue": normalise.number,
    "pages": lambda t: normalise.pages(t)[0],
    "doi": normalise.doi,
    "type": str,
    "language": str,
    "peer_reviewed": str,
    "open_access": str,
}


def rank_records(records: pd.DataFrame, source_order: Sequence[str]) -> NDArray[np.int64]:
    """Give each record's rank as a lead: index before others, source order, most filled, record_id."""
    position = {source: i for i, source in enumerate(source_order)}
    filled = sum((records[c].astype("str").fillna("") != "").astype(int) for c in FIELDS)
    order = pd.DataFrame(
        {
            "index": ~records["kind"].isin(INDEXES),
            "source": records["source"].map(position).fillna(len(position)),
            "filled": -filled,
            "record_id": records["record_id"],
        }
    ).sort_values(["index", "source", "filled", "record_id"])
    rank = np.empty(len(records), np.int64)
    rank[order.index.to_numpy()] = np.arange(len(records))
    return rank


def merge_works(
    records: pd.DataFrame, labels: NDArray[np.int64], source_order: Sequence[str]
) -> pd.DataFrame:
    """Make one row of the records that bear one label.

    Parameters
    ----------
    records : data frame
        With a plain index from 0.
    labels : array
        One for each record.
    source_order : sequence of str
        The best sources first.

    Returns
    -------
    data frame
        With WORK_COLUMNS, sorted by work_id; `linked_works` is left empty.
    """
    table = records.assign(_work=labels, _rank=rank_records(records, source_order))
    table = table.sort_values(["_work", "_rank"], ignore_index=True)
    table["year"] = table["year"].astype("object").where(table["year"].notna(), "").astype("str")
    size = table.groupby("_work")["_work"].transform("size")
    rows = [_single(table[size == 1])]
    several = table[size > 1]
    if len(several):
        columns = {c: several[c].tolist() for c in table.columns}
        start = np.flatnonzero(np.diff(several["_work"].to_numpy(), prepend=-1))
        ends = [*start[1:].tolist(), len(several)]
        merged = [
            _merge({c: v[s:e] for c, v in columns.items()}) for s, e in zip(start.tolist(), ends, strict=True)
        ]
        rows.append(pd.DataFrame(merged, columns=WORK_COLUMNS))
    works = as_typed(pd.concat(rows, ignore_index=True))
    return works.sort_values("work_id", ignore_index=True)


def _single(table: pd.DataFrame) -> pd.DataFrame:
    works = table[FIELDS].copy()
    works["work_id"] = "w:" + table["record_id"]
    works["record_ids"] = works["lead"] = table["record_id"]
    works["sources"] = table["source"]
    values = works[FIELDS].to_numpy()
    filled = values != ""
    ids = table["record_id"].tolist()
    names = sorted(range(len(FIELDS)), key=lambda i: FIELDS[i])
    works["origins"] = [
        _json({FIELDS[i]: record for i in names if filled[row, i]}) for row, record in enumerate(ids)
    ]
    works["conflicts"] = works["linked_works"] = ""
    return works[WORK_COLUMNS]


def _json(origins: dict[str, str]) -> str:
    return json.dumps(origins, ensure_ascii=False, sort_keys=True)


def _merge(rows: dict[str, list[str]]) -> dict[str, str]:
    """Merge the records of one work, the lead first."""
    ids = rows["record_id"]
    count = range(len(ids))
    work: dict[str, str] = {
        "work_id": "w:" + ids[0],
        "record_ids": LIST_SEPARATOR.join([ids[0], *sorted(ids[1:])]),
        "lead": ids[0],
        "sources": join(rows["source"]),
        "linked_works": "",
    }
    origins: dict[str, str] = {}
    taken = {
        "title": _fullest_title(rows["title"]),
        "authors": _fullest_authors(rows["authors"]),
        "abstract": _fullest_abstract(rows["abstract"]),
        **dict.fromkeys(PLACE, _fullest(rows, PLACE)),
        **dict.fromkeys(DATE, _surest_date(rows)),
        "retracted": next((i for i in count if rows["retracted"][i] == "true"), _first(rows["retracted"])),
    }
    for field in FIELDS:
        values = rows[field]
        if field in UNITED:
            work[field], givers = _unite(values, field in _LISTS)
            if givers:
                origins[field] = LIST_SEPARATOR.join(ids[i] for i in givers)
            continue
        at = taken.get(field, _first(values) if field not in taken else None)
        work[field] = values[at] if at is not None else ""
        if at is not None and values[at]:
            origins[field] = ids[at]
    _add_issns(work, rows, origins)
    work["origins"] = _json(origins)
    work["conflicts"] = "; ".join(filter(None, (_conflict(f, rows[f], ids) for f in CONFLICTS)))
    return work


def _first(values: Sequence[str]) -> int | None:
    return next((i for i, v in enumerate(values) if v), None)


def _fullest_title(titles: Sequence[str]) -> int | None:
    """Take the first title, or the first that goes on where that one was cut."""
    best = _first(titles)
    if best is None:
        return None
    folded = [fold(bare_title(t)) for t in titles]
    for i, title in enumerate(folded):
        if len(title) > len(folded[best]) and title.startswith(folded[best] + " "):
            best = i
    return best


def _fullest_authors(authors: Sequence[str]) -> int | None:
    """Take the first list that names most people; institutions among them speak against a list."""

    def fullness(text: str) -> tuple[int, int]:
        parts = [part for part in text.split(";") if part.strip()]
        people = sum(not is_corporate(part) for part in parts)
        return (people, people - len(parts)) if people else (0, -1_000 if not parts else -999)

    best = max(range(len(authors)), key=lambda i: (*fullness(authors[i]), -i))
    return best if authors[best] else None


def _fullest_abstract(abstracts: Sequence[str]) -> int | None:
    """Take the first abstract, unless another is twice as long: then the first was cut."""
    first = _first(abstracts)
    if first is None:
        return None
    longest = max(range(len(abstracts)), key=lambda i: len(abstracts[i]))
    return longest if len(abstracts[longest]) >= 2 * len(abstracts[first]) else first


def _fullest(rows: dict[str, list[str]], fields: Iterable[str]) -> int | None:
    filled = [sum(rows[f][i] != "" for f in fields) for i in range(len(rows["record_id"]))]
    return filled.index(max(filled)) if any(filled) else None


def _surest_date(rows: dict[str, list[str]]) -> int | None:
    """Take the year of the first record that states one, and the most exact date with that year."""
    first = _first(rows["year"])
    if first is None:
        return _first(rows["publication_date"])
    same = [i for i, year in enumerate(rows["year"]) if year == rows["year"][first]]
    return max(same, key=lambda i: (len(rows["publication_date"][i]), -i))


def _unite(values: Sequence[str], is_list: bool) -> tuple[str, list[int]]:
    """Unite what the records state; say which of them added something."""
    seen: dict[str, str] = {}
    givers = []
    for i, value in enumerate(values):
        parts = value.split(LIST_SEPARATOR) if is_list else [value]
        new = {part.casefold(): part for part in map(clean_text, parts) if part}
        if new.keys() - seen.keys():
            givers.append(i)
            seen = new | seen if not seen else {**seen, **{k: v for k, v in new.items() if k not in seen}}
    return LIST_SEPARATOR.join(seen.values()), givers


def _add_issns(work: dict[str, str], rows: dict[str, list[str]], origins: dict[str, str]) -> None:
    """Where the place lacks the ISSN, take it from a record that names the same journal."""
    venue = normalise.venue(work["venue"])[0]
    if work["issn"] or not venue:
        return
    for record, issn, other in zip(rows["record_id"], rows["issn"], rows["venue"], strict=True):
        if issn and normalise.venue(other)[0] == venue:
            work["issn"] = issn
            origins["issn"] = record
            return


def _conflict(field: str, values: Sequence[str], ids: Sequence[str]) -> str:
    """Tell who says what, where records differ."""
    seen: dict[str, str] = {}
    for value, record in zip(values, ids, strict=True):
        key = CONFLICTS[field](value) if value else ""
        if key and not any(_compatible(field, key, other) for other in seen):
            seen[key] = f"{value} ({record})"
    return f"{field}: " + ", ".join(seen.values()) if len(seen) > 1 else ""


def _compatible(field: str, one: str, other: str) -> bool:
    # 2022 and 2022-02 do not differ: one is less exact. So with a venue and its first letters, or its part.
    near = field in ("publication_date", "venue")
    return one == other or (near and (one.startswith(other) or other.startswith(one)))
