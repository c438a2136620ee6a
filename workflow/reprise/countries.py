"""Countries: their codes, their names, and the names found in a text."""

from __future__ import annotations

from functools import cache

import pycountry

from reprise import gazetteer
from reprise.gazetteer import fold

# Names of countries that in running text mostly mean something else: a US state, a person, a river,
# a part of another country's name. In an address, where the country stands last, they count.
_AMBIGUOUS = {
    "georgia",
    "jordan",
    "chad",
    "jersey",
    "guinea",
    "niger",
    "us",
    "korea",
    "dominica",
    "holland",
    "togo",
    "congo",
}
# "New Mexico" is no Mexico; these words before a name make it another place. The hospitals named for the
# Prince of Wales are in Hong Kong, Sydney and London.
_NOT_AFTER = frozenset("new lake equatorial south north northern".split())
_NOT_AFTER_TWO = frozenset({("prince", "of"), ("princess", "of")})


@cache
def _in_text() -> dict[str, tuple[int, ...]]:
    """Give, by the first word of names that count in running text, their lengths in words, longest first."""
    lengths: dict[str, set[int]] = {}
    for name in gazetteer.countries():
        if name not in _AMBIGUOUS:
            words = name.split()
            lengths.setdefault(words[0], set()).add(len(words))
    return {first: tuple(sorted(counts, reverse=True)) for first, counts in lengths.items()}


def is_country(code: str) -> bool:
    """Whether `code` is a two-letter ISO 3166 code (or XK)."""
    return code == "XK" or (code.isupper() and pycountry.countries.get(alpha_2=code) is not None)


def country_name(code: str) -> str:
    """Give the short English name of a code.

    Examples
    --------
    >>> country_name("BO")
    'Bolivia'
    """
    country = pycountry.countries.get(alpha_2=code)
    return (
        str(getattr(country, "common_name", country.name))
        if country
        else ("Kosovo" if code == "XK" else code)
    )


def countries_in_text(text: str) -> dict[str, str]:
    """Countries named in running text, with the words that name them.

    A name that mostly means something else (Georgia, Jordan) is passed over: unknown is better than wrong.

    Examples
    --------
    >>> countries_in_text("Digital badges in Tanzania and New Mexico")
    {'TZ': 'tanzania'}
    """
    found: dict[str, str] = {}
    words, lengths, names = fold(text).split(), _in_text(), gazetteer.countries()
    if lengths.keys().isdisjoint(words):
        return found
    end = 0
    for at, word in enumerate(words):
        if word not in lengths or at < end or (at and words[at - 1] in _NOT_AFTER):
            continue
        if tuple(words[max(at - 2, 0) : at]) in _NOT_AFTER_TWO:
            continue
        for length in lengths[word]:
            name = " ".join(words[at : at + length])
            if name in names and name not in _AMBIGUOUS:
                found.setdefault(names[name], name)
                end = at + length
                break
    return found
