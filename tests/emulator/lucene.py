"""Lucene's query syntax as Solr (ERIC, Europe PMC) and Elasticsearch (DOAJ) read it.

luqum parses, this evaluates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from luqum import tree
from luqum.exceptions import ParseError
from luqum.thread import parse

from .index import NOTHING, BadQuery, Clause, Field, Found, Shelf, combine

_JOINTS = {tree.AndOperation: "AND", tree.OrOperation: "OR", tree.UnknownOperation: ""}
_SIGNS = {tree.Not: "-", tree.Prohibit: "-", tree.Plus: "+"}
# A phrase (left alone), or what luqum reads differently from Lucene: && and ||, a leading apostrophe.
_REPAIR = re.compile(r"""("(?:\\.|[^"\\])*")|(?<![^\s])(&&|\|\|)(?![^\s])|(?<![^\s(:+\-])(')""", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_UNESCAPED_SPECIAL = re.compile(r"""(?:\\.|[^\\!"/])*[!"/]""", re.DOTALL)
_UNESCAPED_WILD = re.compile(r"(?:\\.|[^\\*?])*[*?]", re.DOTALL)


@dataclass(frozen=True)
class Rules:
    """Where the sources differ.

    Attributes
    ----------
    unfielded
        Fields a word without a field is looked up in.
    operator
        Between clauses without one.
    lone_negation
        Whether `(NOT a)` within a query means "all but a" (Elasticsearch) or nothing (Solr).
    unknown_fields
        Whether a field that does not exist is an error (Solr) or just empty (Elasticsearch).
    """

    unfielded: tuple[str, ...]
    operator: str = "AND"
    lone_negation: bool = False
    unknown_fields: bool = True


def find(query: str, shelf: Shelf, rules: Rules) -> Found:
    """Find the works a query asks for."""
    try:
        root = parse(_REPAIR.sub(_repaired, query))
    except ParseError as error:
        raise BadQuery(f"Cannot parse '{query}': {error}") from None
    return _Reading(shelf, rules).row(root, None, top=True) or NOTHING


def _repaired(match: re.Match[str]) -> str:
    phrase, operator, apostrophe = match.groups()
    return phrase or (f"\\{apostrophe}" if apostrophe else {"&&": "AND", "||": "OR"}[operator])


class _Reading:
    def __init__(self, shelf: Shelf, rules: Rules) -> None:
        self._shelf = shelf
        self._rules = rules

    def row(self, node: tree.Item, field: str | None, top: bool) -> Found | None:
        """Evaluate what stands between two parentheses (or all of a query)."""
        parts = list(_row(node))
        if len(parts) == 1 and type(parts[0][1]) not in _SIGNS:
            return self.clause(parts[0][1], field, top)
        clauses: list[Clause] = []
        for joint, item in parts:
            sign = _SIGNS.get(type(item), "")
            if sign:
                item = item.children[0]
            if type(item) in _SIGNS:
                raise BadQuery("Two operators in a row")
            clauses.append((joint, sign, self.clause(item, field, top=False)))
        alone = self._shelf.everything if top or self._rules.lone_negation else NOTHING
        return combine(clauses, self._rules.operator, alone)

    def clause(self, node: tree.Item, field: str | None, top: bool) -> Found | None:
        """Evaluate one clause: a word, phrase, range, group, or one of these behind a field."""
        match node:
            case tree.Boost():
                return self.clause(node.children[0], field, top)
            case tree.Group() | tree.FieldGroup():
                return self.row(node.children[0], field, top)
            case tree.SearchField():
                return self._fielded(node, field)
            case tree.Range():
                return self._range(node, field)
            case tree.Phrase():
                text = _bare(node.value[1:-1])
                return self._union(field, lambda where: where.phrase(text))
            case tree.Word():
                return self._word(node.value, field)
        raise BadQuery(f"The emulator knows no {type(node).__name__}: {node}")

    def _fielded(self, node: tree.SearchField, outer: str | None) -> Found | None:
        inner = node.children[0]
        if outer is not None or type(inner) in _SIGNS or isinstance(inner, tree.SearchField):
            raise BadQuery(f"Cannot parse '{node}': a field where none can be")
        name = _bare(node.name)
        if name == "*" and isinstance(inner, tree.Word) and inner.value == "*":
            return self._shelf.everything
        if name == "_exists_" and isinstance(inner, tree.Word):
            return self._filled(_bare(inner.value))
        return self.clause(inner, name, top=False)

    def _fields(self, name: str | None) -> list[Field]:
        names = self._rules.unfielded if name is None else (name,)
        found = [self._shelf.field(one) for one in names]
        if None in found and self._rules.unknown_fields:
            raise BadQuery(f"undefined field {name}")
        return [field for field in found if field is not None]

    def _union(self, name: str | None, ask: Callable[[Field], Found | None]) -> Found | None:
        answers = [ask(field) for field in self._fields(name)]
        said = [answer for answer in answers if answer is not None]
        return frozenset().union(*said) if said or not answers else None

    def _filled(self, name: str | None) -> Found:
        return self._union(name, lambda where: where.filled()) or NOTHING

    def _word(self, value: str, field: str | None) -> Found | None:
        if _UNESCAPED_SPECIAL.match(value):
            raise BadQuery(f"Cannot parse '{value}': one of ! \" / has to be escaped")
        wild = _UNESCAPED_WILD.match(value)
        if not wild:
            text = _bare(value)
            return self._union(field, lambda where: where.term(text))
        if value == "*":
            return self._filled(field) if field else self._shelf.everything
        if wild.end() < len(value) or value[-1] != "*":
            raise BadQuery(f"The emulator knows * at the end of a word only: {value}")
        # As in Lucene, a word with a wildcard is not analysed: with a hyphen in it, it finds nothing.
        start = _bare(value[:-1])
        return self._union(field, lambda where: where.prefix(start))

    def _range(self, node: tree.Range, field: str | None) -> Found | None:
        if field is None:
            raise BadQuery(f"The emulator knows ranges behind a field only: {node}")
        low, high = _bound(node.low), _bound(node.high)
        return self._union(field, lambda where: where.between(low, high, node.include_low, node.include_high))


def _row(node: tree.Item, joint: str = "") -> Iterator[tuple[str, tree.Item]]:
    """Undo the nesting luqum makes by precedence, because Lucene has none: operators and clauses in a row."""
    own = _JOINTS.get(type(node))
    if own is None:
        yield joint, node
        return
    for place, child in enumerate(node.children):
        yield from _row(child, own if place else joint)


def _bare(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _bound(node: tree.Item) -> str | None:
    if isinstance(node, tree.Phrase):
        return _bare(node.value[1:-1])
    if not isinstance(node, tree.Word):
        raise BadQuery(f"Cannot parse range: {node}")
    return None if node.value == "*" else _bare(node.value)
