"""Whether works hold the concept blocks of the protocol, and in which words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from reprise.query import block_pattern, fold_field
from reprise.records import plain_text


def read_texts(works: pd.DataFrame) -> pd.DataFrame:
    """Give works with title and abstract as plain text, as blocks are looked for in them."""
    plain = {field: [plain_text(text) for text in works[field].tolist()] for field in ("title", "abstract")}
    return works.assign(**{field: pd.array(texts, dtype="str") for field, texts in plain.items()})


def fold_fields(records: pd.DataFrame, fields: Sequence[str]) -> dict[str, list[str]]:
    """Fold the fields that are looked in, each keyword by itself."""
    return {field: [fold_field(field, text) for text in records[field].tolist()] for field in fields}


def find_blocks(records: pd.DataFrame, query: Mapping[str, object]) -> pd.DataFrame:
    """Find, for each record and block, the first matching words and the field they stand in.

    Parameters
    ----------
    records : DataFrame
        With the columns that `query["fields"]` names, as plain text; keywords joined by "; ".
    query : mapping
        The protocol's `query`.

    Returns
    -------
    DataFrame
        Index of `records`; for each block (and `exclude`) a column with "field: words", empty where the
        block isn't held. A phrase never reaches from one field or keyword into the next.
    """
    fields = list(query["fields"])  # type: ignore[call-overload]
    blocks = list(query["blocks"]) + ([query["exclude"]] if query.get("exclude") else [])  # type: ignore[call-overload]
    folded = fold_fields(records, fields)
    found = {}
    for number, block in enumerate(blocks):
        search = re.compile(block_pattern(block["terms"])).search
        held = [""] * len(records)
        for field in fields:
            for row, text in enumerate(folded[field]):
                if text and not held[row] and (match := search(text)):
                    held[row] = f"{field}: {match.group(1)}"
        found["exclude" if number == len(query["blocks"]) else block["name"]] = held  # type: ignore[arg-type]
    return pd.DataFrame(found, index=records.index, dtype="str")
