"""Capture and recapture: how many works all sources together miss, estimated from how they overlap."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from reprise.records import split
from reprise.synthesis.provenance import is_sample
from reprise.synthesis.replication import NOT_COMPARABLE
from reprise.synthesis.review import STATUS, Review

COLUMNS = ("works", "method", "sources", "seen", "in_one", "in_two", "total", "low", "high", "missed", "note")
Z = 1.96  # of a 95 % interval
FEW = 10  # works in common; with fewer, one more or less turns the estimate


def capture_recapture(review: Review) -> pd.DataFrame:
    """Estimate the works that no source has, of the included, and of those and the awaiting together.

    Chao's lower bound for all sources, and Chapman's estimate for each two that share works.
    """
    names = list(dict.fromkeys(row["source"] for row in review.log))
    sample = is_sample(review.protocol)
    rows: list[dict[str, object]] = []
    for works, ends in (("included", STATUS[:1]), ("included and awaiting", STATUS)):
        held = [set(split(sources)) for sources in review.ended(*ends)["sources"].astype("str")]
        told = [chao(held, len(names))] if len(names) > 1 else []
        told += [chapman(held, one, two) for i, one in enumerate(names) for two in names[i + 1 :]]
        for row in told:
            if sample:
                row |= dict.fromkeys(("total", "low", "high", "missed"), "") | {"note": NOT_COMPARABLE}
            if row["seen"]:
                rows.append({"works": works, **row})
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype("str")


def chao(held: Sequence[set[str]], sources: int) -> dict[str, object]:
    """Give Chao's (1987) lower bound, bias-corrected for few sources, with its log-normal interval.

    Parameters
    ----------
    held : sequence of set
        The sources of each work.
    sources : int
        How many were searched.

    Examples
    --------
    >>> told = chao([{"a"}] * 6 + [{"a", "b"}] * 4 + [{"a", "b", "c"}] * 2, 3)
    >>> told["seen"], told["in_one"], told["in_two"], told["total"]
    (12, 6, 4, 14.0)
    """
    seen = len(held)
    one, two = (sum(len(names) == n for names in held) for n in (1, 2))
    share = (sources - 1) / sources
    missed = share * one * (one - 1) / (2 * (two + 1))
    variance = (
        missed
        + share**2 * one * (2 * one - 1) ** 2 / (4 * (two + 1) ** 2)
        + share**2 * one**2 * two * (one - 1) ** 2 / (4 * (two + 1) ** 4)
    )
    spread = math.exp(Z * math.sqrt(math.log1p(variance / missed**2))) if missed else 1.0
    return _row("Chao, lower bound", "all", (seen, one, two), (missed, missed / spread, missed * spread), two)


def chapman(held: Sequence[set[str]], first: str, second: str) -> dict[str, object]:
    """Give Chapman's (1951) estimate for two sources, with its normal interval.

    Examples
    --------
    >>> told = chapman([{"a"}] * 4 + [{"b"}] * 4 + [{"a", "b"}] * 12, "a", "b")
    >>> told["seen"], told["in_one"], told["in_two"], told["total"], told["missed"]
    (20, 8, 12, 21.2, 1.2)
    """
    n, m = sum(first in names for names in held), sum(second in names for names in held)
    both = sum({first, second} <= names for names in held)
    seen = n + m - both
    total = (n + 1) * (m + 1) / (both + 1) - 1
    deviation = math.sqrt((n + 1) * (m + 1) * (n - both) * (m - both) / ((both + 1) ** 2 * (both + 2)))
    bounds = (max(total + sign * Z * deviation - seen, 0.0) for sign in (-1, 1))
    counts = (seen if both else 0, seen - both, both)
    return _row("Chapman", f"{first}, {second}", counts, (total - seen, *bounds), both)


def _row(
    method: str, sources: str, counts: Sequence[int], missed: Sequence[float], common: int
) -> dict[str, object]:
    seen, one, two = counts
    few = f"fewer than {FEW} works in common: hardly more than a guess" if common < FEW else ""
    return {
        "method": method, "sources": sources, "seen": seen, "in_one": one, "in_two": two,
        "total": round(seen + missed[0], 1), "low": round(seen + missed[1], 1),
        "high": round(seen + missed[2], 1), "missed": round(missed[0], 1), "note": few,
    }  # fmt: skip
