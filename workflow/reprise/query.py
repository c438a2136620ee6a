"""The concept blocks of the protocol: what they mean, and whether a record holds them.

OR between the terms of a block, AND between blocks. A term matches whole words, without regard to
case, accents and punctuation; a hyphen is a space; `*` at the end of a word stands for any ending.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

import pandas as pd

_MARKS = "[\u0300-\u036f]"
_NOT_WORD = r"[\W_]+"


def fold_text(text: str) -> str:
    """Give a text as terms are matched in it.

    Examples
    --------
    >>> fold_text("Micro-Credentials: la Économie")
    'micro credentials la economie'
    """
    text = re.sub(_MARKS, "", unicodedata.normalize("NFKD", text).casefold())
    return re.sub(_NOT_WORD, " ", text).strip()


def fold(texts: pd.Series) -> pd.Series:
    """Fold a column of texts, as `fold_text` does."""
    folded = texts.str.normalize("NFKD").str.casefold().str.replace(_MARKS, "", regex=True)
    return folded.str.replace(_NOT_WORD, " ", regex=True).str.strip()


def term_pattern(term: str) -> str:
    r"""Give the regular expression of one term over folded text.

    Examples
    --------
    >>> term_pattern("micro-credential*")
    'micro credential\\w*'
    """
    words = [fold_text(word) + (r"\w*" if word.endswith("*") else "") for word in re.split(r"[\s-]+", term)]
    return " ".join(
        re.escape(w.removesuffix(r"\w*")) + (r"\w*" if w.endswith(r"\w*") else "") for w in words if w
    )


def block_pattern(terms: Sequence[str]) -> str:
    """Give the regular expression that matches any of `terms`, the longest first."""
    patterns = sorted((term_pattern(term) for term in terms), key=lambda p: (-len(p), p))
    return r"\b(" + "|".join(patterns) + r")\b"


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
