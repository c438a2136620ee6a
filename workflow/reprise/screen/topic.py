"""Whether works hold the concept blocks of the protocol, and in which words."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from reprise.frames import fold
from reprise.query import block_pattern


def find_blocks(records: pd.DataFrame, query: Mapping[str, object]) -> pd.DataFrame:
    """Find, for each record and block, the first matching words and the field they stand in.

    Parameters
    ----------
    records : DataFrame
        With the columns that `query["fields"]` names.
    query : mapping
        The protocol's `query`.

    Returns
    -------
    DataFrame
        Index of `records`; for each block (and `exclude`) a column with "field: words", empty where the
        block isn't held.
    """
    fields = list(query["fields"])  # type: ignore[call-overload]
    blocks = list(query["blocks"]) + ([query["exclude"]] if query.get("exclude") else [])  # type: ignore[call-overload]
    folded = {field: fold(records[field]) for field in fields}
    found = {}
    for number, block in enumerate(blocks):
        pattern = block_pattern(block["terms"])
        column = pd.Series("", index=records.index, dtype="str")
        for field in fields:
            words = folded[field].str.extract(pattern, expand=False).fillna("")
            column = column.where((column != "") | (words == ""), field + ": " + words)
        found["exclude" if number == len(query["blocks"]) else block["name"]] = column  # type: ignore[arg-type]
    return pd.DataFrame(found, index=records.index)
