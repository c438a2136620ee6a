"""A later export of the same search replaces the earlier one: which does, and what is different."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from reprise.records import fold_text
from reprise.rows import Row

# So much of an earlier export stands in a later one of the same search: databases take out a few entries
# (merged, moved to another collection), while another search shares far fewer. Ours, not measured: what is
# gone is told entry by entry, so that an error of this rule can be seen.
SAME_SEARCH = 0.9


class Renewal(NamedTuple):
    """An export, the later one that replaces it, and its entries that are in none of that."""

    earlier: str
    later: str
    gone: list[Row]
    new: list[Row]


def find_renewals(exports: Mapping[str, Sequence[Row]]) -> list[Renewal]:
    """Tell which exports of a source are replaced by a later one.

    Parameters
    ----------
    exports : mapping
        Date of the search (ISO) -> rows of all files of that date, of one source. What has no date replaces
        nothing and is never replaced.

    Returns
    -------
    list of Renewal
        For each export that is replaced, by the last that replaces it.
    """
    dates = sorted(date for date in exports if date)
    found = []
    for at, earlier in enumerate(dates):
        for later in reversed(dates[at + 1 :]):
            old, new = exports[earlier], exports[later]
            # a month says nothing of which day in it
            if later.startswith(earlier) or len(new) < len(old) or not old:
                continue
            ids = all(row.own_id for row in (*old, *new))
            key = _own_id if ids else _title
            there, before = {key(row) for row in new}, {key(row) for row in old}
            gone = [row for row in old if key(row) not in there]
            if len(gone) <= (1 - SAME_SEARCH) * len(old):
                found.append(Renewal(earlier, later, gone, [row for row in new if key(row) not in before]))
                break
    return found


def _own_id(row: Row) -> str:
    return row.own_id


def _title(row: Row) -> str:
    """Tell an entry by what a database seldom corrects."""
    facts = row.values
    return "|".join(
        (fold_text(facts["title"]), facts.get("year", ""), fold_text(facts.get("authors", "").split(";")[0]))
    )
