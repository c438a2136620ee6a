"""The concept blocks in a source's own words: what it can't say is widened, never narrowed.

A translation finds at least what the blocks mean, as far as the source's index holds it; the local
filter (`reprise.query.holds`) then takes out what was found beyond. Exclusions are never sent: a source
that stems words would drop more than the terms mean, and what isn't fetched can't be looked at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby, takewhile
from typing import Any

import snowballstemmer

from reprise.mistakes import Mistake
from reprise.records import fold_text

Prefix = Callable[[str], str | None]  # the letters before * -> how the source says it, if it can

# Endings of English words, one for each way in which a stemmer cuts: what it leaves of the longer forms
# of a word is the longest beginning that a stemmed index is sure to hold.
ENDINGS = [
    "",
    *"e s es ed ing er y ies al ic ical ion ation tion ize ized izing ise ze zed zing se sed sing".split(),
    *"able ment ness ive ous ism ist ity ate ance ence".split(),
]


@dataclass(frozen=True)
class Note:
    """One line on how a request says what the protocol means.

    Attributes
    ----------
    aspect : str
        What it is about: request, limit, fields, truncation, phrase, ...
    said : str
        exactly, widened, narrowed, not said, locally, as written.
    detail : str
    """

    aspect: str
    said: str
    detail: str


@dataclass(frozen=True)
class Translation:
    """What a source is asked, without the year: the requests, whose finds are united, and the notes."""

    requests: list[str]
    notes: list[Note]
    local_filter: bool = True


@dataclass
class _Blocks:
    """The alternatives of each block that is sent, by name, and what had to be said otherwise."""

    alternatives: dict[str, list[str]] = field(default_factory=dict)
    loosened: list[str] = field(default_factory=list)
    open: dict[str, list[str]] = field(default_factory=dict)


def translate(
    query: Mapping[str, Any],
    prefix: Prefix,
    render: Callable[[Sequence[Sequence[str]]], str],
    fits: Callable[[str], bool],
    notes: Sequence[Note],
) -> Translation:
    """Translate the concept blocks.

    Parameters
    ----------
    query : mapping
        The protocol's `query`.
    prefix : callable
        How the source says a truncated word, None where it can't.
    render : callable
        Blocks, each a list of alternatives, to the source's words.
    fits : callable
        Whether a request is short enough for the source.
    notes : sequence of Note
        In which fields the source looks, and what else is particular to it.

    Raises
    ------
    Mistake
        Where none of the blocks can be said.
    """
    blocks = _Blocks()
    for block in query["blocks"]:
        _say_block(block, prefix, blocks)
    if not blocks.alternatives:
        terms = ", ".join(f"'{t}'" for terms in blocks.open.values() for t in terms)
        raise Mistake(
            f"query.blocks: {terms} can't be asked for there, and no block is left; "
            "write longer beginnings before the *, or give the source a string of its own (`query`)"
        )
    requests = _split(list(blocks.alternatives.values()), render, fits)
    told = [*notes, *_notes(query, blocks)]
    if len(requests) > 1:
        what = f"too long for one request: asked in {len(requests)} parts, united by id"
        told.append(Note("length", "exactly", what))
    return Translation(requests, told)


def raw(text: str) -> Translation:
    """Take the string that an expert wrote for a source, as it is."""
    what = "the source's own string in the config, sent as it is; nothing is filtered locally"
    return Translation([text], [Note("query", "as written", what)], local_filter=False)


def _say_block(block: Mapping[str, Any], prefix: Prefix, blocks: _Blocks) -> None:
    said: list[str] = []
    unsaid: list[str] = []
    for term in block["terms"]:
        alternatives = [_say(words, prefix) for words in _spellings(term)]
        if None in alternatives:
            unsaid.append(term)
        said += [a for a, _ in filter(None, alternatives)]
        blocks.loosened += [term] * any(loose for _, loose in filter(None, alternatives))
    if unsaid:
        blocks.open[block["name"]] = unsaid
    else:
        blocks.alternatives[block["name"]] = list(dict.fromkeys(said))


def _spellings(term: str) -> list[list[str]]:
    """Give a term's words, as we compare them and, where that differs, as they are written.

    Whether a source folds accents, and whether it parts words at an apostrophe, is its own affair.
    """
    folded = [fold_text(w) + "*" * w.endswith("*") for w in re.split(r"[\s-]+", term)]
    plain = [w for word in folded for w in _parted(word)]
    accented = [w.casefold() for w in re.findall(r"[^\W_]+\*?", term)]
    joined = [w for word in re.split(r"[\s-]+", term) for w in _written(word)]
    return [list(words) for words in dict.fromkeys(map(tuple, (plain, accented, joined))) if words]


def _written(word: str) -> list[str]:
    """Keep a word as it is written: letters with their marks, digits, apostrophes and stops inside."""
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" or c in "'’." else " " for c in word)
    parts = [part for w in kept.split() if (part := w.strip("'’.").casefold())]
    return [*parts[:-1], parts[-1] + "*" * word.endswith("*")] if parts else []


def _parted(word: str) -> list[str]:
    """Part a folded word at its blanks; only its last part is truncated."""
    parts = word.removesuffix("*").split()
    return [*parts[:-1], parts[-1] + "*" * word.endswith("*")] if parts else []


def _say(words: list[str], prefix: Prefix) -> tuple[str, bool] | None:
    """Say one term: a word, a phrase, or its parts where a word of a phrase is truncated.

    Returns
    -------
    (str, bool) or None
        What is sent and whether it finds more than the term means; None where it can't be said.
    """
    runs = [(plain, list(run)) for plain, run in groupby(words, key=lambda w: not w.endswith("*"))]
    said = [s for plain, run in runs for s in ([_phrase(run)] if plain else [prefix(w[:-1]) for w in run])]
    kept = [s for s in said if s is not None]
    if not kept:
        return None
    return (kept[0] if len(kept) == 1 else "(" + " AND ".join(kept) + ")"), len(words) > 1 and kept != said[
        :1
    ]


def _phrase(words: list[str]) -> str:
    return words[0] if len(words) == 1 and words[0].isalnum() else '"' + " ".join(words) + '"'


def _split(
    blocks: list[list[str]], render: Callable[[Sequence[Sequence[str]]], str], fits: Callable[[str], bool]
) -> list[str]:
    """Halve the longest block until each request fits: X and (a or b) is X and a, united with X and b."""
    request = render(blocks)
    if fits(request):
        return [request]
    parted = [i for i, block in enumerate(blocks) if len(block) > 1]
    if not parted:
        raise Mistake("query.blocks: a term is too long for the source; shorten it")
    longest = max(parted, key=lambda i: (sum(map(len, blocks[i])), -i))
    half = len(blocks[longest]) // 2
    halves = (blocks[longest][:half], blocks[longest][half:])
    return [
        request
        for part in halves
        for request in _split([*blocks[:longest], part, *blocks[longest + 1 :]], render, fits)
    ]


def _notes(query: Mapping[str, Any], blocks: _Blocks) -> list[Note]:
    notes = []
    if blocks.loosened:
        terms = "; ".join(dict.fromkeys(blocks.loosened))
        what = "a truncated word can't stand in a phrase: asked for beside the others, looked at locally"
        notes.append(Note("phrase", "widened", f"{what}: {terms}"))
    for name, unsaid in blocks.open.items():
        what = f"block {name} is not sent, because too few letters stand before the *"
        notes.append(Note("block", "not said", f"{what}; it is looked for locally: {'; '.join(unsaid)}"))
    if query.get("exclude"):
        what = "not sent, since a source that stems would drop more than is meant; taken out locally"
        notes.append(Note("exclude", "locally", f"{what}: {'; '.join(query['exclude']['terms'])}"))
    what = "a record without an abstract is kept though not all blocks are seen in it: its topic is unknown"
    notes.append(Note("local filter", "locally", what))
    return notes


@cache
def unstemmed(beginning: str) -> str:
    """Cut a truncated word back to what a stemmer leaves of any of its forms.

    Whether ERIC and DOAJ stem what they index is not documented in the sources at hand. A search for
    `educat*` in a stemmed index, where education stands as educ, would find nothing.

    Examples
    --------
    >>> unstemmed("educat"), unstemmed("badge"), unstemmed("nanodegree")
    ('educ', 'badg', 'nanodegr')
    """
    stemmers = [snowballstemmer.stemmer(name) for name in ("english", "porter")]
    stems = [stemmer.stemWord(beginning + ending) for stemmer in stemmers for ending in ENDINGS]
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(beginning, *stems, strict=False))
    return "".join(letters[0] for letters in alike) or beginning
