"""What each term of the protocol's query does: how many works hold it, and which only it finds.

Terms are looked for with the patterns and in the texts of the topic criterion, so that the two agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reprise.query import rows_with, term_words, wider
from reprise.screen.topic import fold_fields, read_texts
from reprise.synthesis.review import STATUS, Review

COLUMNS = ["block", "term", "works", "found", "unique", "unique_included", "unique_awaiting", "note"]
EXCLUDE = "exclude"

Held = NDArray[np.bool_]  # one row per work, one column per term


def query_terms(review: Review) -> pd.DataFrame:
    """Say what each term of the query finds, and what would be missed without it."""
    leads = review.ledger[review.ledger["lead"] == "true"]
    ends = dict(zip(leads["work_id"], leads["end"], strict=True))
    return count_terms(review.works, review.protocol["query"], ends)


def count_terms(works: pd.DataFrame, query: Mapping[str, Any], ends: Mapping[str, str]) -> pd.DataFrame:
    """Count the works of each term.

    Parameters
    ----------
    works : DataFrame
        The merged works: work_id, title, abstract, keywords.
    query : mapping
        The protocol's `query`.
    ends : mapping
        How each work ended, by its id.

    Returns
    -------
    DataFrame
        One row per term, in the protocol's order: block (`exclude` last), term; works (that hold it),
        found (of the works on topic, those that hold it), unique (of these, those that hold no other term
        of its block, and would not be on topic without it), unique_included and unique_awaiting (of these,
        the works that ended so), note. On topic is what holds every block and no term of `exclude`. For
        a term of `exclude`, found is what it takes out though every block is held, unique what only it does.
    """
    fields = fold_fields(read_texts(works), query["fields"])
    texts = list(map("\n".join, zip(*fields.values(), strict=True)))
    blocks = [(block["name"], block["terms"]) for block in query["blocks"]]
    out = [(EXCLUDE, query["exclude"]["terms"])] if query.get("exclude") else []
    held = _held(texts, [term for _, terms in [*blocks, *out] for term in terms])
    ends_at = np.cumsum([len(terms) for _, terms in [*blocks, *out]])[:-1]
    parts = np.split(held, ends_at, axis=1)
    every = np.logical_and.reduce([part.any(axis=1) for part in parts[: len(blocks)]])
    on_topic = every & ~np.any([part.any(axis=1) for part in parts[len(blocks) :]], axis=0)
    ended = np.array([ends.get(work, "") for work in works["work_id"]], dtype=object)
    among = [on_topic] * len(blocks) + [every] * len(out)
    rows = [
        row
        for (name, terms), part, works_among in zip([*blocks, *out], parts, among, strict=True)
        for row in _count(name, terms, part, works_among, ended)
    ]
    types = {"block": "str", "term": "str", "note": "str"}
    return pd.DataFrame(rows, columns=COLUMNS).astype({c: types.get(c, "int64") for c in COLUMNS})


def _held(texts: Sequence[str], terms: Sequence[str]) -> Held:
    held = np.zeros((len(texts), len(terms)), dtype=np.bool_)
    for column, rows in enumerate(rows_with(terms, texts)):
        held[rows, column] = True
    return held


def _count(
    block: str, terms: Sequence[str], held: Held, among: NDArray[np.bool_], ended: NDArray[np.object_]
) -> list[tuple[str, str, int, int, int, int, int, str]]:
    rows = []
    alone = among & (held.sum(axis=1) == 1)
    for column, term in enumerate(terms):
        holds = held[:, column]
        only = ended[holds & alone]
        works, found = int(holds.sum()), int((holds & among).sum())
        included, awaiting = (int((only == status).sum()) for status in STATUS)
        note = _note(column, terms, works, found, len(only))
        rows.append((block, term, works, found, len(only), included, awaiting, note))
    return rows


def _note(column: int, terms: Sequence[str], works: int, found: int, unique: int) -> str:
    """Say what is idle about a term, by what it finds and by its words."""
    term = terms[column]
    others = [other for place, other in enumerate(terms) if place != column and wider(term, other)]
    same = next((other for other in others if term_words(other) == term_words(term)), None)
    said = []
    if not works:
        said.append("finds nothing")
    elif not found:
        said.append("finds nothing in works with every block")
    if same:
        said.append(f"the same as {same}")
    elif others:
        said.append(f"covered by the wider term {others[0]}")
    elif found and not unique:
        said.append("adds nothing: all it finds others find too")
    return "; ".join(said)
