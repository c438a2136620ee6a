"""Countries: their codes, their names, and the names found in a text."""

from __future__ import annotations

import re
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
_NOT_AFTER = (
    r"(?<!new )(?<!papua new )(?<!lake )(?<!equatorial )(?<!south )(?<!north )(?<!northern )"
    r"(?<!prince of )(?<!princess of )"
)


@cache
def _in_text() -> re.Pattern[str]:
    names = sorted((n for n in gazetteer.countries() if n not in _AMBIGUOUS), key=lambda n: (-len(n), n))
    return re.compile(r"\b(?:" + _NOT_AFTER + "(?:" + "|".join(names) + r"))\b")


@cache
def _firsts() -> frozenset[str]:
    """Words that names of countries begin with: most texts hold none, and the pattern is slow."""
    return frozenset(name.split()[0] for name in gazetteer.countries())


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
    text = fold(text)
    if _firsts().isdisjoint(text.split()):
        return found
    for match in _in_text().finditer(text):
        found.setdefault(gazetteer.countries()[match.group()], match.group())
    return found
