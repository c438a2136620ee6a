"""The concept blocks of the protocol: what they mean, and whether a record holds them.

OR between the terms of a block, AND between blocks. A term matches whole words, without regard to
case, accents and punctuation; a hyphen is a space; `*` at the end of a word stands for any ending.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from reprise.records import CJK, fold_text


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
    return "(" + "|".join(map(_whole, patterns)) + ")"


def _whole(pattern: str) -> str:
    """Let a term match whole words; in scripts without spaces it matches wherever it stands."""
    begins = "" if CJK.match(pattern) else r"\b"
    ends = "" if CJK.match(pattern.removesuffix(r"\w*")[-1:]) else r"\b"
    return begins + pattern + ends


def matcher(query: Mapping[str, Any]) -> Callable[[Mapping[str, Iterable[str]]], bool | None]:
    """Make the test whether one record holds the blocks.

    Parameters
    ----------
    query : mapping
        The protocol's `query`.

    Returns
    -------
    callable
        Takes the record's texts by field, each a list (a phrase never reaches from one keyword into the
        next); returns True or False, and None where not all blocks are seen and there is no abstract (no
        keywords, where abstracts are not looked in) to see them in. What holds a term of `exclude` is
        False whatever else it holds.
    """
    blocks = [re.compile(block_pattern(block["terms"])) for block in query["blocks"]]
    excluded = re.compile(block_pattern(query["exclude"]["terms"])) if query.get("exclude") else None
    fields = list(query["fields"])
    telling = next((field for field in ("abstract", "keywords") if field in fields), "")

    def holds(texts: Mapping[str, Iterable[str]]) -> bool | None:
        folded = "\n".join(fold_text(text) for field in fields for text in texts.get(field, ()))
        if excluded and excluded.search(folded):
            return False
        if all(block.search(folded) for block in blocks):
            return True
        return None if telling and not any(texts.get(telling, ())) else False

    return holds
