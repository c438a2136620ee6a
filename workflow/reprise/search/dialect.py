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
from reprise.records import CJK, fold_text

Prefix = Callable[[str], str | None]  # the letters before * -> how the source says it, if it can

RESERVED = ("and", "or", "not", "to")  # operators, to some sources in small letters too
# Endings of English words, one for each way in which a stemmer cuts: what it leaves of the longer forms
# of a word is the longest beginning that a stemmed index is sure to hold.
ENDINGS = [
    "",
    *"e s es ed ing er ers y ies al ally ly ic ical ion ions tion ation ations ational ator ators".split(),
    *"ize ized izing ization ise sed sing isation able ability ibility ment ments ness ive ivity".split(),
    *"iveness ous ousness ful fulness fulnesses ism ist ity ities ate ance ancy ancies".split(),
    *"ence ency encies ze zed zing se ant ent alism ality ative".split(),
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
    unsaid: dict[str, list[str]] = field(default_factory=dict)


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
        Where none of the blocks can be said, or a term alone is too long.
    """
    blocks = _Blocks()
    for block in query["blocks"]:
        _say_block(block, prefix, blocks)
    if not blocks.alternatives:
        terms = ", ".join(dict.fromkeys(f"'{t}'" for terms in blocks.unsaid.values() for t in terms))
        raise Mistake(
            f"query.blocks: {terms} can't be asked for there, and no block is left; "
            "write longer beginnings before the *, or give the source a string of its own (`query`)"
        )
    for block in query["blocks"]:
        for term in block["terms"]:
            if not fits(render([[term]])):
                raise Mistake(f"query.blocks: '{term[:40]}...' is too long for a request; shorten it")
    # In order, so that a question doesn't change with the order in which its terms are written.
    requests = _split([sorted(a) for a in blocks.alternatives.values()], render, fits)
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
    """Say each term in each of its spellings; a block with a term that can't be said is left out."""
    alternatives: dict[str, None] = {}
    unsaid = []
    for term in block["terms"]:
        said = [s for words in _spellings(term) if (s := _say(words, prefix))]
        if not said:
            unsaid.append(term)
        if any(loose for _, loose in said):
            blocks.loosened.append(term)
        alternatives.update(dict.fromkeys(words for words, _ in said))
    if unsaid:
        blocks.unsaid[block["name"]] = unsaid
    else:
        blocks.alternatives[block["name"]] = list(alternatives)


def _spellings(term: str) -> list[list[str]]:
    """Give a term's words, as we compare them and, where that differs, as they are written.

    Whether a source folds accents, and whether it parts words at an apostrophe, is its own affair.
    """
    apart = re.split(r"[\s-]+", term)
    folded = [fold_text(w) + "*" * w.endswith("*") for w in apart]
    spellings = [
        [part for word in folded for part in _parted(word)],
        [w.lower() for w in re.findall(r"[^\W_]+\*?", term)],
    ]
    for mark in "'’":
        spellings.append(
            [part.translate({39: mark, 8217: mark}) for word in apart for part in _written(word)]
        )
    return [list(words) for words in dict.fromkeys(map(tuple, spellings)) if words]


def _written(word: str) -> list[str]:
    """Keep a word as it is written: letters with their marks, digits, apostrophes and stops inside."""
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" or c in "'’." else " " for c in word)
    parts = [part for w in kept.split() if (part := w.strip("'’.").lower())]
    return [*parts[:-1], parts[-1] + "*" * word.endswith("*")] if parts else []


def _parted(word: str) -> list[str]:
    """Part a folded word at its blanks; only its last part is truncated."""
    parts = word.removesuffix("*").split()
    return [*parts[:-1], parts[-1] + "*" * word.endswith("*")] if parts else []


def _say(words: list[str], prefix: Prefix) -> tuple[str, bool] | None:
    """Say one spelling: a word, a phrase, or its parts where a word of a phrase is truncated.

    Returns
    -------
    (str, bool) or None
        What is sent and whether it finds more than the term means; None where it can't be said.
    """
    # Indexes take such scripts sign by sign: side by side, the signs are the word and its endings.
    words = [w.rstrip("*") if CJK.search(w) else w for w in words]
    runs = [(plain, list(run)) for plain, run in groupby(words, key=lambda w: not w.endswith("*"))]
    parts = [part for plain, run in runs for part in ([_phrase(run)] if plain else map(_cut(prefix), run))]
    said = [part for part in parts if part]
    if not said:
        return None
    return said[0] if len(said) == 1 else "(" + " AND ".join(said) + ")", len(parts) > 1


def _cut(prefix: Prefix) -> Prefix:
    return lambda word: prefix(word[:-1])


def _phrase(words: list[str]) -> str:
    plain = len(words) == 1 and words[0].isalnum() and words[0] not in RESERVED and not CJK.search(words[0])
    return words[0] if plain else '"' + " ".join(words) + '"'


def _split(
    blocks: list[list[str]], render: Callable[[Sequence[Sequence[str]]], str], fits: Callable[[str], bool]
) -> list[str]:
    """Halve the longest block until each request fits: X and (a or b) is X and a, united with X and b."""
    request = render(blocks)
    if fits(request):
        return [request]
    parted = [i for i, block in enumerate(blocks) if len(block) > 1]
    if not parted:
        raise Mistake(f"query.blocks: {' AND '.join(b[0] for b in blocks)[:80]}... is too long; shorten it")
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
    if not " ".join(t for block in query["blocks"] for t in block["terms"]).isascii():
        notes.append(Note("accents", "exactly", "a term with accents is asked for with and without them"))
    if blocks.loosened:
        what = (
            "a truncated word can't stand in a phrase: asked for beside the others, or left out where it is "
        )
        what += f"too short; looked at locally: {'; '.join(dict.fromkeys(blocks.loosened))}"
        notes.append(Note("phrase", "widened", what))
    for name, unsaid in blocks.unsaid.items():
        what = f"block {name} is not asked for, so that more comes: too few letters before the * in "
        notes.append(Note("block", "not said", f"{what}{'; '.join(unsaid)}; looked at locally"))
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
    # Where the beginning ends within an ending, the rest of that ending belongs to it.
    rests = {end[n:] for end in ENDINGS for n in range(len(end) + 1) if beginning.endswith(end[:n])}
    stemmers = [snowballstemmer.stemmer(name) for name in ("english", "porter")]
    stems = [stemmer.stemWord(beginning + rest) for stemmer in stemmers for rest in sorted(rests)]
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(beginning, *stems, strict=False))
    return "".join(letters[0] for letters in alike) or beginning
