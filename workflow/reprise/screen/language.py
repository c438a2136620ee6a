"""The language of a title and an abstract, told from the text alone: no network, nothing to download.

The model inside py3langid scores a text in each language. How much better the best language outside those
wanted does than the best of them (the margin, in nats) is turned into a confidence. What then takes the
certainty away is what makes titles hard: two languages in one title ("Original = English"), names of
people, places and species of another language, a word that only English has.

What most English titles look like is seen without the model, which is twelve times as fast.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from functools import cache
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier

Detected = tuple[str, float]
Ranking = list[tuple[str, float]]

# Below it a language is unknown. Of 11,257 different real English titles (the bundled ones, exports, labelled
# sets of records) the most suspicious is judged not English with 0.84, and 96 % are surely English, of those
# with eight words or more 98 %. Of the 60 real titles of five words or more that are not English, 59 are
# surely not; of 30,402 scraps of web text (5 to 14 words, 31 languages in Latin letters) 96 %, of 24,338 in
# other scripts 99.7 %; where a title is half English terms ("Data literacy in der Lehrerbildung"), three of
# four.
CONFIDENT = 0.97
# Even odds at 5 nats for another language, e-fold for each 5 more: a logistic fit on those titles and scraps
# gives 4.4 and 3.8, flatter on the hard titles of tests/fixtures/language_titles.csv.
EVEN, SCALE = 5.0, 5.0
# A second language: parts of the text that lean the other way by so much in sum, and are such a share of it
# in length or weight. "Open Badges" before a French title is none, its translation beside it is one. Of
# 8,000 titles in two languages, put together from real halves, 99 % come out in doubt.
ASIDE, ASIDE_SHARE = EVEN, 0.2
# So sure that English is meant that words written small need not be looked at by themselves.
SURELY = -25.0
DOUBT = 0.5
# Fewer than five words may all be names, which stand in English as well ("Casa de las Américas"), and so may
# the words with a capital, where the others are of no language alone. An abstract can still decide.
MAY_BE_NAMES = 0.9
# Latin is asked of no text: species, bones and diseases have Latin names in every language. Norwegian is
# asked for once, as "no".
NOT_ASKED = ("la", "nn")
# What the model calls a text that is in no language: numbers, formulas, names of files.
NO_LANGUAGE = "zxx"
# Words of English grammar of which no other language has more than one (Dutch "of", Danish
# "for", German "an"): two different ones are English, in titles and in running text.
PLAIN = frozenset(
    "the of and for an with from their its between among through within during toward towards using how "
    "why which these".split()
)
ENGLISH_ALONE = PLAIN - {"of", "for", "an"}
PLAINLY = ("en", 0.99)
# Signs between a title and the same title in another language: then a look is not enough.
PARALLEL = frozenset("=/|[")
NOTHING = ("", 0.0)
# Of an abstract the beginning tells the language; less than a line ("Not available.") is no abstract.
HEAD, SHORTEST = 400, 80

_BREAK = re.compile(
    r"""[.:;=/|?!…()\[\]{}<>"«»‹›“”„。：；？！（）【】《》「」『』]+|\s[-‐‑–—―]+\s|[–—―]{2,}"""
)
_LATIN = re.compile(r"\W*[A-Za-zÀ-ɏḀ-ỿ]")


class Sides(NamedTuple):
    """The languages wanted, the others that the model knows, and whether it knows all that are wanted."""

    wanted: frozenset[str]
    other: frozenset[str]
    known: bool


def detect(texts: Sequence[str], wanted: Collection[str] = ("en",)) -> list[Detected]:
    """Tell the language of titles or other short texts.

    Parameters
    ----------
    texts : sequence of str
        Without markup.
    wanted : collection of str
        ISO 639-1 codes of the languages that the question is about.

    Returns
    -------
    list of (str, float)
        For each text the ISO 639-1 code of its likeliest language, and how sure it is that this language
        is on its side: one of those wanted, or none of them. Languages on one side are told apart at best
        guess. ("", 0.0) where the text says nothing.

    Examples
    --------
    >>> detect(["La escuela rural y sus maestros", "The value of digital badges", "1998-2018"])
    [('es', 0.99), ('en', 0.99), ('', 0.0)]
    """
    sides = _sides(wanted)
    found = {text: _judge(text, sides) for text in dict.fromkeys(texts)}
    return [found[text] for text in texts]


def detect_works(
    titles: Sequence[str], abstracts: Sequence[str], wanted: Collection[str] = ("en",)
) -> list[Detected]:
    """Tell the language of works from title and abstract, which an index may have translated.

    A sure abstract decides where the title says nothing or leans to the same side. Where it leans the other
    way, the work is in doubt: a foreign work's abstract is often there in English.

    Examples
    --------
    >>> english = "This study asks what teachers think of the badges that they earned, and how they use them."
    >>> detect_works(["Gamification", "La escuela rural y sus maestros"], [english, english])
    [('en', 0.99), ('es', 0.5)]
    """
    sides = _sides(wanted)
    found = {text: _judge_abstract(text, sides) for text in dict.fromkeys(abstracts)}
    return [
        _weigh(title, found[text], sides)
        for title, text in zip(detect(titles, wanted), abstracts, strict=True)
    ]


def never_surely_foreign(titles: Sequence[str]) -> list[bool]:
    """Say which titles hold a word that English alone has, so that `detect` calls none surely foreign.

    Examples
    --------
    >>> never_surely_foreign(["Badges and their uses", "Badges"])
    [True, False]
    """
    return [not ENGLISH_ALONE.isdisjoint(title.lower().split()) for title in titles]


def _weigh(title: Detected, abstract: Detected, sides: Sides) -> Detected:
    if not title[0]:
        return abstract
    if abstract[1] < CONFIDENT:
        return title
    if _leans_to_wanted(title, sides) == _leans_to_wanted(abstract, sides):
        return max(title, abstract, key=itemgetter(1))
    return title[0], min(title[1], DOUBT)


def _leans_to_wanted(found: Detected, sides: Sides) -> bool | None:
    """On which side a text is, however unsure; None where two languages or names leave it open."""
    return None if found[1] == DOUBT else (found[0] in sides.wanted) == (found[1] > DOUBT)


def _judge_abstract(text: str, sides: Sides) -> Detected:
    if len(text) < SHORTEST:
        return NOTHING
    words = text[:HEAD].lower().split()
    plain = [word for word in words if word in PLAIN]
    # Of 13,399 texts of this length in 59 languages none has so many, of 1,946 English abstracts 96 % have.
    if len(set(plain)) >= 3 and len(plain) * 12 >= len(words):
        return PLAINLY
    return _judge(text[:HEAD], sides)


def _judge(text: str, sides: Sides) -> Detected:
    parts = [part.strip() for part in _BREAK.split(text.lower()) if part and any(map(str.isalnum, part))]
    if _plainly_english(parts) and PARALLEL.isdisjoint(text):
        return PLAINLY
    rank = _identifier().rank
    scored = [(part, ranking) for part in parts if _says_something(ranking := rank(part))]
    if not scored:
        return NOTHING
    whole = scored[0][1] if len(scored) == 1 else _add([ranking for _, ranking in scored])
    code = next(code for code, _ in whole if code != NO_LANGUAGE)
    margin = _margin(whole, sides)
    small = _margin_of_small_words(text, sides) if margin > SURELY else None
    doubtful = _two_languages(scored, margin, sides) or (code in sides.other and not sides.known)
    if small is not None and max(margin, small) > 0:
        margin = (margin + small) / 2
    against = (1 + math.tanh((margin - EVEN) / (2 * SCALE))) / 2  # the logistic function
    sure = against if code in sides.other else 1 - against
    most = DOUBT if doubtful else _most(text, code, margin, small)
    return code, math.floor(min(sure, most) * 100) / 100  # what is shown as confident is


def _most(text: str, code: str, margin: float, small: float | None) -> float:
    """How sure a verdict can be at most, for what in the text speaks against it."""
    if code != "en" and not ENGLISH_ALONE.isdisjoint(text.lower().split()):
        return DOUBT
    if small is not None and (small < 0 if margin > EVEN else small > EVEN):
        return DOUBT
    if margin > EVEN and (_few_words(text) or (small is not None and small <= EVEN)):
        return MAY_BE_NAMES
    return PLAINLY[1]


def _plainly_english(parts: Sequence[str]) -> bool:
    """Whether a text holds two different words of `PLAIN`, and each of its longer parts one."""
    kinds: set[str] = set()
    plain = words = 0
    for part in parts:
        own = part.split()
        hits = [word for word in own if word in PLAIN]
        if not part.isascii() or (not hits and len(own) >= 4):
            return False
        kinds.update(hits)
        plain += len(hits)
        words += len(own)
    return len(kinds) >= 2 and plain * 8 >= words


def _says_something(ranking: Ranking) -> bool:
    return ranking[0][0] != NO_LANGUAGE and ranking[0][1] > ranking[-1][1]


def _margin(ranking: Ranking, sides: Sides) -> float:
    """How much better the best other language does; 0 where the model knows none of those wanted."""
    other = next(score for code, score in ranking if code in sides.other)
    return other - next((score for code, score in ranking if code in sides.wanted), other)


def _margin_of_small_words(text: str, sides: Sides) -> float | None:
    """Judge by the words without a capital alone: names and borrowed terms have one, grammar has none."""
    small = [word for word in text.split() if word == word.lower() and any(map(str.isalpha, word))]
    if not small or text == text.lower():
        return None
    ranking = _identifier().rank(" ".join(small))
    return _margin(ranking, sides) if _says_something(ranking) else 0.0


def _two_languages(scored: Sequence[tuple[str, Ranking]], margin: float, sides: Sides) -> bool:
    leans = [(_margin(ranking, sides), len(part)) for part, ranking in scored]
    aside = [lean for lean in leans if (lean[0] > 0) != (margin > 0)]
    weight, length = _weight(aside)
    weights, lengths = _weight(leans)
    return weight > ASIDE and (weight > ASIDE_SHARE * weights or length > ASIDE_SHARE * lengths)


def _weight(leans: Sequence[tuple[float, int]]) -> tuple[float, int]:
    return sum([abs(lean) for lean, _ in leans]), sum([length for _, length in leans])


def _few_words(text: str) -> bool:
    """Whether the text is short: fewer than five words, all in Latin letters, in less than 40 signs."""
    words = [word for word in text.split() if any(map(str.isalpha, word))]
    return len(text) < 40 and len(words) < 5 and all(map(_LATIN.match, words))


def _add(rankings: Sequence[Ranking]) -> Ranking:
    first, *others = [dict(ranking) for ranking in rankings]
    total = [(code, score + sum([other[code] for other in others])) for code, score in first.items()]
    return sorted(total, key=itemgetter(1), reverse=True)


def _sides(wanted: Collection[str]) -> Sides:
    asked = frozenset(_identifier().labels) - {NO_LANGUAGE}
    return Sides(frozenset(wanted), asked.difference(wanted), asked.issuperset(wanted))


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    asked = [code for code in identifier.labels if len(code) == 2 and code not in NOT_ASKED]
    identifier.set_languages([*asked, NO_LANGUAGE])
    # Row beside row and in the numbers that it reckons with, the table is read in half the time.
    identifier.nb_ptc = np.ascontiguousarray(identifier.nb_ptc, dtype=np.float32)
    return identifier
