"""The concept blocks of the protocol: what they mean, and whether a record holds them.

OR between the terms of a block, AND between blocks. A term matches whole words, without regard to
case, accents and punctuation; a hyphen is a space; `*` at the end of a word stands for any ending.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from reprise.records import CJK, fold_text, plain_text, split


def term_words(term: str) -> list[tuple[str, bool]]:
    """Give the folded words of a term, each with whether it is cut: stands for any ending.

    Examples
    --------
    >>> term_words("Micro-credential*")
    [('micro', False), ('credential', True)]
    """
    words = []
    for word in re.split(r"[\s-]+", term):
        cut = word.endswith("*")
        parts = fold_text(word).split() or [""] * cut
        words += [(part, False) for part in parts[:-1]] + [(part, cut) for part in parts[-1:]]
    return words


def term_pattern(term: str) -> str:
    r"""Give the regular expression of one term over folded text.

    Examples
    --------
    >>> term_pattern("micro-credential*")
    'micro credential\\w*'
    """
    return " ".join(re.escape(word) + r"\w*" * cut for word, cut in term_words(term))


def block_pattern(terms: Sequence[str]) -> str:
    """Give the regular expression that matches any of `terms`, the longest first."""
    patterns = sorted((term_pattern(term) for term in terms), key=lambda p: (-len(p), p))
    return "(" + "|".join(map(_whole, patterns)) + ")"


def _whole(pattern: str) -> str:
    """Let a term match whole words; in scripts without spaces it matches wherever it stands."""
    begins = "" if CJK.match(pattern) else r"\b"
    ends = "" if CJK.match(pattern.removesuffix(r"\w*")[-1:]) else r"\b"
    return begins + pattern + ends


def rows_with(terms: Sequence[str], texts: Sequence[str]) -> list[list[int]]:
    """Give, for each term, the places of the folded texts that hold it.

    A block is held where any of its terms is. Each different word is looked at once; a phrase is looked
    for only where its longest word stands, and with its pattern only where its letters don't settle it.

    Examples
    --------
    >>> rows_with(["badge*", "open badges"], ["open badges", "a badger", "badges open", "a judge"])
    [[0, 1, 2], [0]]
    """
    rows: list[list[int]] = [[] for _ in terms]
    searches = [re.compile(_whole(term_pattern(term))).search for term in terms]
    words_of = [term_words(term) for term in terms]
    longest = [max(words, key=lambda word: len(word[0])) for words in words_of]
    # Signs of scripts without spaces stand inside a run of letters, a bare * for any word.
    anywhere = {n for n, term in enumerate(terms) if CJK.search(term) or not longest[n][0]}
    alone = {n for n, words in enumerate(words_of) if len(words) == 1} - anywhere
    inside = {n for n, words in enumerate(words_of) if any(cut for _, cut in words[:-1])} | anywhere
    spelled = [" " + " ".join(word for word, _ in words) + " " * (not words[-1][1]) for words in words_of]
    known: set[str] = set()
    telling: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        words = set(text.split())
        for word in words - known:
            told = [n for n, (letters, cut) in enumerate(longest) if _begins(word, letters, cut)]
            if told:
                telling[word] = told
        known |= words
        likely = anywhere.union(*(telling[word] for word in words if word in telling))
        if likely:
            apart = " " + text.replace("\n", " \n ") + " "
            for n in likely:
                if n in alone or (searches[n](text) if n in inside else spelled[n] in apart):
                    rows[n].append(row)
    return rows


def _begins(word: str, letters: str, cut: bool) -> bool:
    return word.startswith(letters) if cut else word == letters


def wider(term: str, other: str) -> bool:
    """Whether `other` finds whatever `term` finds, by the words of the two.

    Examples
    --------
    >>> wider("short learning programme*", "learning program*"), wider("open badge*", "open badges")
    (True, False)
    """
    words, others = term_words(term), term_words(other)
    return any(
        all(
            _begins(word, letters, any_ending) and any_ending >= cut
            for (word, cut), (letters, any_ending) in zip(words[at:], others, strict=False)
        )
        for at in range(len(words) - len(others) + 1)
    )


def fold_field(field: str, text: str) -> str:
    r"""Fold what stands in a field; keywords stand on lines of their own, so that no phrase joins two.

    Examples
    --------
    >>> fold_field("title", "Open; Badges"), fold_field("keywords", "Open; Badges")
    ('open badges', 'open\nbadges')
    """
    return fold_text(text) if field != "keywords" else fold_texts(split(plain_text(text)))


def fold_texts(texts: Iterable[str]) -> str:
    """Fold texts into one, in which no phrase reaches from one into the next: a term holds no new line."""
    return "\n".join(map(fold_text, texts))


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
        folded = fold_texts(text for field in fields for text in texts.get(field, ()))
        if excluded and excluded.search(folded):
            return False
        if all(block.search(folded) for block in blocks):
            return True
        return None if telling and not any(texts.get(telling, ())) else False

    return holds
