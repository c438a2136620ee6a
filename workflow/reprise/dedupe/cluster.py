"""From pairs to works: joined along merges, never across two records that are held apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def components(count: int, a: Ints, b: Ints) -> Ints:
    """Label what is joined by edges, however long the chain, by its smallest member.

    Examples
    --------
    >>> components(4, np.array([0, 1]), np.array([1, 3])).tolist()
    [0, 0, 2, 0]
    """
    labels = np.arange(count)
    while True:
        low = np.minimum(labels[a], labels[b])
        new = labels.copy()
        np.minimum.at(new, labels[a], low)
        np.minimum.at(new, labels[b], low)
        while True:
            jumped = new[new]
            if np.array_equal(jumped, new):
                break
            new = jumped
        if np.array_equal(new, labels):
            return labels
        labels = new


class Groups:
    """Sets of rows that grow by joining, with pairs of rows that must stay in different sets."""

    def __init__(self, labels: Ints, apart: Iterable[tuple[int, int]]):
        self.group: dict[int, int] = {}
        self.members: dict[int, list[int]] = {}
        self.labels = labels
        self.apart: dict[int, set[int]] = defaultdict(set)
        for a, b in apart:
            self.apart[a].add(b)
            self.apart[b].add(a)

    def of(self, row: int) -> int:
        """Give the set that a row is in."""
        return self.group.get(row, int(self.labels[row]))

    def seed(self, rows: Iterable[int]) -> None:
        """Take the sets of these rows, as labelled, as they are."""
        for row in rows:
            label = int(self.labels[row])
            self.group[row] = label
            self.members.setdefault(label, []).append(row)

    def held(self, a: int, b: int) -> bool:
        """Say whether joining the sets of two rows would join two that must stay apart."""
        one, two = self.members[self.of(a)], self.members[self.of(b)]
        if len(one) > len(two):
            one, two = two, one
        there = set(two)
        return any(not self.apart[row].isdisjoint(there) for row in one if row in self.apart)

    def join(self, a: int, b: int) -> None:
        """Join the sets of two rows under the smaller label."""
        keep, gone = sorted((self.of(a), self.of(b)))
        if keep != gone:
            for row in self.members[gone]:
                self.group[row] = keep
            self.members[keep] += self.members.pop(gone)


def cluster(count: int, a: Ints, b: Ints, held_a: Ints, held_b: Ints) -> Ints:
    """Join rows along merges, the surest first, and keep apart what is held apart.

    Parameters
    ----------
    count : int
        How many rows there are.
    a, b : arrays
        Rows to merge, the surest first.
    held_a, held_b : arrays
        Rows that must not be in one cluster.

    Returns
    -------
    array
        For each row the smallest row of its cluster.
    """
    labels = components(count, a, b)
    within = labels[held_a] == labels[held_b]
    if not within.any():
        return labels
    troubled = np.unique(labels[held_a[within]])
    loose = np.isin(labels, troubled)
    start = np.where(loose, np.arange(count), labels)
    groups = Groups(start, zip(held_a[within].tolist(), held_b[within].tolist(), strict=True))
    groups.seed(np.flatnonzero(loose).tolist())
    use = loose[a]
    for x, y in zip(a[use].tolist(), b[use].tolist(), strict=True):
        if groups.of(x) != groups.of(y) and not groups.held(x, y):
            groups.join(x, y)
    for row, label in groups.group.items():
        start[row] = label
    return components(count, np.arange(count), start)
