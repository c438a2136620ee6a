"""Inverted indexes over the fields of a set of works, and the logic of Boolean clauses."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, Protocol

from .text import fold, plain, stem, words

Work = dict[str, Any]
Found = frozenset[int] | set[int]
# What is indexed: the number of a work, and the work itself or a source's record of it.
Items = Sequence[tuple[int, dict[str, Any]]]
Values = Callable[[dict[str, Any]], Sequence[str]]

NOTHING: Found = frozenset()
_WALL = "\x00"  # between two values of a field: no phrase reaches across
_GAP = "\x01"  # where a stop word stood: it is dropped, its place is kept


class BadQuery(Exception):
    """A query the source would not take."""


class Field(Protocol):
    """What can be asked of a field; None as an answer means that the question held no words."""

    def term(self, text: str) -> Found | None: ...
    def phrase(self, text: str) -> Found | None: ...
    def prefix(self, text: str) -> Found: ...
    def between(self, low: str | None, high: str | None, with_low: bool, with_high: bool) -> Found: ...
    def filled(self) -> Found: ...


class TextField:
    """Words in order. `stemmed` also drops stop words, and keeps their places open."""

    def __init__(self, items: Items, values: Values, stemmed: bool = False) -> None:
        self._stemmed = stemmed
        self._joined: dict[int, str] = {}
        self._postings: dict[str, set[int]] = {}
        for number, item in items:
            self._add(number, values(item))

    def _add(self, number: int, values: Sequence[str]) -> None:
        lists = [self._words(plain(value)) for value in values if value]
        if not any(lists):
            return
        self._joined[number] = f" {f' {_WALL} '.join(' '.join(found) for found in lists)} "
        for word in {word for found in lists for word in found}:
            self._postings.setdefault(word, set()).add(number)

    def _words(self, text: str) -> list[str]:
        found = words(text)
        return [stem(word) or _GAP for word in found] if self._stemmed else found

    def term(self, text: str) -> Found | None:
        """Find the works that hold all words of `text`, wherever they stand."""
        wanted = [word for word in self._words(text) if word != _GAP]
        if not wanted:
            return None
        return frozenset.intersection(*(frozenset(self._postings.get(word, NOTHING)) for word in wanted))

    def phrase(self, text: str) -> Found | None:
        """Find the works that hold the words of `text` side by side in one value."""
        wanted = self._words(text)
        while wanted and wanted[0] == _GAP:
            wanted.pop(0)
        while wanted and wanted[-1] == _GAP:
            wanted.pop()
        candidates = self.term(text)
        if candidates is None or len(wanted) == 1:
            return candidates
        needle = f" {' '.join(wanted)} "
        return {number for number in candidates if needle in self._joined[number]}

    @cached_property
    def _vocabulary(self) -> list[str]:
        return sorted(word for word in self._postings if word != _GAP)

    def prefix(self, text: str) -> Found:
        """Find the works with a word that begins with `text`, which is folded but not analysed."""
        start = fold(text)
        first = bisect_left(self._vocabulary, start)
        last = bisect_left(self._vocabulary, start + "\U0010ffff")
        return self._any(self._vocabulary[first:last])

    def pattern(self, text: str) -> Found:
        """Find the works with a word like `text`, in which `*` stands for any letters."""
        shape = re.compile(".*".join(map(re.escape, fold(text).split("*"))))
        return self._any(word for word in self._vocabulary if shape.fullmatch(word))

    def between(self, low: str | None, high: str | None, with_low: bool, with_high: bool) -> Found:
        """Find the works with a word between two others in the order of their characters."""
        vocabulary = self._vocabulary
        first, last = 0, len(vocabulary)
        if low is not None:
            first = (bisect_left if with_low else bisect_right)(vocabulary, fold(low))
        if high is not None:
            last = (bisect_right if with_high else bisect_left)(vocabulary, fold(high))
        return self._any(vocabulary[first:last])

    def _any(self, chosen: Iterable[str]) -> Found:
        return frozenset().union(*(self._postings[word] for word in chosen))

    def filled(self) -> Found:
        return frozenset(self._joined)


class ValueField:
    """Whole values, compared as they are (Elasticsearch calls this a keyword)."""

    def __init__(self, items: Items, values: Values) -> None:
        self._values = {number: {value for value in values(item) if value} for number, item in items}

    def term(self, text: str) -> Found:
        return {number for number, values in self._values.items() if text in values}

    phrase = term

    def prefix(self, text: str) -> Found:
        return self._where(lambda value: value.startswith(text))

    def between(self, low: str | None, high: str | None, with_low: bool, with_high: bool) -> Found:
        return self._where(lambda value: _within(value, low, high, with_low, with_high))

    def _where(self, test: Callable[[str], bool]) -> Found:
        return {number for number, values in self._values.items() if any(map(test, values))}

    def filled(self) -> Found:
        return self._where(bool)


class NumberField:
    """Whole numbers."""

    def __init__(self, items: Items, value: Callable[[dict[str, Any]], int | None]) -> None:
        pairs = ((number, value(item)) for number, item in items)
        self._values = {number: found for number, found in pairs if found is not None}

    def term(self, text: str) -> Found:
        return self.between(text, text, True, True)

    phrase = term

    def prefix(self, text: str) -> Found:
        raise BadQuery(f"can not run prefix query on a number: {text}*")

    def between(self, low: str | None, high: str | None, with_low: bool, with_high: bool) -> Found:
        first, last = _number(low), _number(high)
        return {n for n, value in self._values.items() if _within(value, first, last, with_low, with_high)}

    def filled(self) -> Found:
        return frozenset(self._values)


class DateField:
    """Times such as 2020-04-19T12:10:11Z; a bound may be shorter, and then means all of its day or month."""

    _BOUND = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?)?)?")

    def __init__(self, items: Items, value: Callable[[dict[str, Any]], str]) -> None:
        pairs = ((number, value(item)) for number, item in items)
        self._values = {number: found for number, found in pairs if found}

    def term(self, text: str) -> Found:
        return self.between(text, text, True, True)

    phrase = term

    def prefix(self, text: str) -> Found:
        raise BadQuery(f"can not run prefix query on a date: {text}*")

    def between(self, low: str | None, high: str | None, with_low: bool, with_high: bool) -> Found:
        first, last = self._bound(low), self._bound(high)
        return {n for n, at in self._values.items() if _in_time(at, first, last, with_low, with_high)}

    def _bound(self, text: str | None) -> str | None:
        if text is not None and not self._BOUND.fullmatch(text):
            raise BadQuery(f"failed to parse date field [{text}]")
        return text.removesuffix("Z") if text else None

    def filled(self) -> Found:
        return frozenset(self._values)


def _number(text: str | None) -> int | None:
    try:
        return None if text is None else int(text)
    except ValueError:
        raise BadQuery(f"Invalid Number: {text}") from None


def _within(value: Any, low: Any, high: Any, with_low: bool, with_high: bool) -> bool:
    above = low is None or value > low or (with_low and value == low)
    below = high is None or value < high or (with_high and value == high)
    return bool(above and below)


def _in_time(at: str, low: str | None, high: str | None, with_low: bool, with_high: bool) -> bool:
    """Compare times as texts, cut to the length of the bound where the bound's whole day counts."""
    above = low is None or (at >= low if with_low else at[: len(low)] > low)
    below = high is None or (at[: len(high)] <= high if with_high else at < high)
    return above and below


Maker = Callable[[Items], Field]


class Shelf:
    """The works one source holds, with an index for each field, built when it is first asked for.

    Parameters
    ----------
    source, works
        Which of the works are held: those whose `sources` name the source.
    describe
        Turns a work into what is indexed.
    makers
        How to build the index of each field.
    """

    def __init__(
        self,
        source: str,
        works: Iterable[Work],
        describe: Callable[[Work], dict[str, Any]],
        makers: dict[str, Maker],
    ) -> None:
        held = sorted((work for work in works if source in work["sources"]), key=lambda work: work["id"])
        self.works = {work["id"]: work for work in held}
        self.items = {number: describe(work) for number, work in self.works.items()}
        self.everything: Found = frozenset(self.works)
        self._makers = makers
        self._fields: dict[str, Field] = {}

    def field(self, name: str) -> Field | None:
        if name not in self._fields and name in self._makers:
            self._fields[name] = self._makers[name](list(self.items.items()))
        return self._fields.get(name)

    def where(self, test: Callable[[Work], bool]) -> Found:
        return {number for number, work in self.works.items() if test(work)}


Clause = tuple[str, str, Found | None]


def combine(clauses: Sequence[Clause], operator: str, everything: Found) -> Found | None:
    """Do what Lucene's classic query parser does with a row of clauses.

    It knows no precedence: each clause is required, optional or prohibited, and an operator changes
    the clauses at its two sides. `a AND b OR c` is therefore `+a b c`, which is just a.

    Parameters
    ----------
    clauses
        For each: the operator before it ("AND", "OR", ""), its sign ("+", "-", ""), what it found;
        None for a clause without words, which is left out.
    operator
        Used between clauses without one.
    everything
        What a row of nothing but prohibitions begins with.
    """
    row: list[list[Any]] = []
    for joint, sign, found in clauses:
        if row and row[-1][0] != "-" and joint in ("AND", "OR"):
            if joint == "AND":
                row[-1][0] = "+"
            elif operator == "AND":
                row[-1][0] = ""
        if found is None:
            continue
        wanted = (joint == "AND" or sign == "+") if operator == "OR" else joint != "OR"
        row.append(["-" if sign == "-" else "+" if wanted else "", found])
    if not row:
        return None
    required = [found for sign, found in row if sign == "+"]
    optional = [found for sign, found in row if sign == ""]
    if required:
        base: Found = frozenset.intersection(*map(frozenset, required))
    else:
        base = frozenset().union(*optional) if optional else everything
    return base.difference(*(found for sign, found in row if sign == "-"))
