"""The words of the report's page: what columns, codes and amounts are called before a reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from reprise.synthesis.captions import heading
from reprise.synthesis.flow_sets import ENDS, OUTCOMES

Row = Mapping[str, str]
Rows = Sequence[Row]
Said = Callable[[str, str], str]  # column, value -> the value as a reader sees it

# Columns whose name says less than it should, or names a service as a key does.
NAMES = {
    "code": "Theme",
    "end": "What became of it",
    "fails": "Fails",
    "fulltext_url": "Full text",
    "pmid": "PMID",
    "record_id": "Record",
    "record_ids": "Its records",
    "work_id": "Work",
    "studied_group": "Group of countries studied",
    "author_group": "Group of authors' countries",
    "first_author_group": "Group of first author's country",
    "added_by_openalex": "Added by OpenAlex",
    "added_by_crossref": "Added by Crossref",
    "added_by_unpaywall": "Added by Unpaywall",
}
VERDICTS = {"met": "met", "not_met": "not met", "unknown": "unknown", "awaiting": "awaiting a person"}
# Columns of codes -> whose codes. Other columns stand as they are: a title may be a word of ours.
_CODED = {
    "verdict": "verdicts", "unknown_counts_as": "verdicts", "criterion": "criteria", "fails": "criteria",
    "reason": "criteria", "reasons": "criteria", "open_questions": "criteria", "unknown": "criteria",
    "stage": "stages", "end": "ends", "source": "sources", "sources": "sources", "found_by": "sources",
    "code": "themes", "themes": "themes", "detail": "themes", "variable": "fields", "field": "fields",
}  # fmt: skip
# Columns of sentences in which names of fields and criteria stand.
_TOLD = {"field", "evidence", "where", "rule", "rules", "item", "decided_by", "conflicts", "lost_at", "who"}
_KEY = re.compile(r"[a-z]+(?:_[a-z]+)+")
# Whole numbers that are no amounts.
NO_AMOUNT = {
    "year", "volume", "issue", "pages", "pmid", "position", "title", "authors", "venue", "doi", "term",
    "item",
}  # fmt: skip
_WHOLE = re.compile(r"-?\d+")


def reader_words(
    labels: Mapping[str, str],
    criteria: Iterable[str],
    themes: Mapping[str, Sequence[str]],
    fields: Iterable[str] = (),
) -> tuple[Said, Callable[[str], str]]:
    """Give what says a cell, and what names a column, in words that a reader knows.

    Parameters
    ----------
    labels : mapping
        source -> label.
    criteria : iterable of str
        The ids of the criteria, and of the rules that judge them.
    themes : mapping
        code -> label of its context, and of the theme.
    fields : iterable of str
        Columns of the records, and variables that are coded.

    Examples
    --------
    >>> said, name = reader_words({"eric": "ERIC"}, ["full_text"], {"a.b": ("A", "Bees")}, ["open_access"])
    >>> said("reasons", "full_text; other"), said("sources", "eric"), said("themes", "a.b; uncoded")
    ('Full text; other', 'ERIC', 'Bees; uncoded')
    >>> said("evidence", "open_access: closed"), said("title", "full_text")
    ('open access: closed', 'full_text')
    >>> name("with_eric"), name("a.b"), name("author_countries")
    ('With ERIC', 'Bees', 'Author countries')
    """
    single = [theme for _, theme in themes.values()]
    titles = {
        code: theme if single.count(theme) == 1 else f"{context}: {theme}"
        for code, (context, theme) in themes.items()
    }
    ids, fields = set(criteria), set(fields)
    known = {
        "verdicts": VERDICTS,
        "criteria": {one: heading(one) for one in ids},
        "ends": {end: heading(end) for end, _ in ENDS.values()},
        "stages": {stage: heading(stage) for _, stage in ENDS.values()},
        "sources": dict(labels),
        "themes": titles,
        "fields": {one: NAMES.get(one) or heading(one) for one in fields},
    }
    keys = ids | fields

    def spaced(found: re.Match[str]) -> str:
        return found[0].replace("_", " ") if found[0] in keys else found[0]

    def said(column: str, value: str) -> str:
        words = known.get(_CODED.get(column, ""))
        if words and value:
            parts = value.split("; ")
            if column == "sources":  # pairs of sources are written with a comma
                parts = [", ".join(words.get(one, one) for one in part.split(", ")) for part in parts]
            value = "; ".join(words.get(part, part) for part in parts)
        return _KEY.sub(spaced, value) if column in _TOLD else value

    def name(column: str) -> str:
        source = column.removeprefix("with_")
        if source != column and source in labels:
            return f"With {labels[source]}"
        return titles.get(column) or NAMES.get(column) or heading(column)

    return said, name


def thousands(number: int | str) -> str:
    """Write a whole number with its thousands apart.

    Examples
    --------
    >>> thousands(1363), thousands("23")
    ('1,363', '23')
    """
    return f"{int(number):,}"


def for_readers(rows: Rows, said: Said) -> list[dict[str, str]]:
    """Give a table as a reader sees it.

    Codes become words, and amounts have their thousands apart.

    Examples
    --------
    >>> for_readers([{"year": "2020", "n": "1363"}], lambda column, value: value)
    [{'year': '2020', 'n': '1,363'}]
    """
    amounts = {
        key
        for key in (rows[0] if rows else {})
        if key not in NO_AMOUNT and all(_WHOLE.fullmatch(row[key]) for row in rows if row[key])
    }

    def cell(row: Row, key: str) -> str:
        return thousands(row[key]) if key in amounts and row[key] else said(key, row[key])

    return [{key: cell(row, key) for key in row} for row in rows]


def outcome(end: str, stage: str) -> str:
    """Say what became of a record or work."""
    return _OUTCOME.get((end, stage)) or heading(end)


_OUTCOME = {ends: OUTCOMES[name] for name, ends in ENDS.items()}


def empty_columns(rows: Rows) -> list[str]:
    """List the columns in which nothing stands.

    Examples
    --------
    >>> empty_columns([{"a": "1", "b": ""}])
    ['b']
    """
    return [key for key in (rows[0] if rows else {}) if not any(row[key] for row in rows)]


def hidden_columns(rows: Rows) -> list[str]:
    """List what the script leaves out: what is empty, and a label by which the column of sources calls each.

    Examples
    --------
    >>> hidden_columns([{"source": "eric", "label": "ERIC", "gone": ""}])
    ['gone', 'label']
    """
    twice = ["label"] if rows and {"source", "label"} <= rows[0].keys() else []
    return empty_columns(rows) + twice
