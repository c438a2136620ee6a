"""Countries: their codes, their names, and the names found in a text.

Names come from ISO 3166 as pycountry gives it, and a short list of what people write instead.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import pycountry

# Written in affiliations and titles, not in ISO 3166. Kosovo has no ISO code; XK is what is in use.
_ALSO = {
    "US": ("USA", "U.S.A.", "United States of America", "US"),
    "GB": ("UK", "U.K.", "Great Britain", "Britain", "England", "Scotland", "Wales", "Northern Ireland"),
    "KR": ("South Korea", "Republic of Korea", "Korea"),
    "KP": ("North Korea",),
    "CN": ("P. R. China", "P.R. China", "PR China", "Peoples R China", "People's Republic of China"),
    "TR": ("Turkey", "Turkiye"),
    "CZ": ("Czech Republic",),
    "RU": ("Russia",),
    "IR": ("Iran",),
    "VN": ("Vietnam",),
    "TW": ("Taiwan",),
    "TZ": ("Tanzania",),
    "BO": ("Bolivia",),
    "VE": ("Venezuela",),
    "MD": ("Moldova",),
    "SY": ("Syria",),
    "LA": ("Laos",),
    "BN": ("Brunei",),
    "CI": ("Ivory Coast",),
    "PS": ("Palestine",),
    "MK": ("Macedonia",),
    "CD": ("Democratic Republic of the Congo", "DR Congo"),
    "AE": ("UAE", "U Arab Emirates"),
    "NL": ("The Netherlands", "Holland"),
    "HK": ("Hong Kong SAR",),
    "MO": ("Macau",),
    "XK": ("Kosovo",),
    "DE": ("Deutschland",),
    "AT": ("Österreich",),
    "ES": ("España",),
    "IT": ("Italia",),
    "BR": ("Brasil",),
    "CH": ("Schweiz", "Suisse"),
    "NO": ("Norge",),
    "SE": ("Sverige",),
    "DK": ("Danmark",),
}
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
}
# "New Mexico" is no Mexico; these words before a name make it another place.
_NOT_AFTER = r"(?<!new )(?<!papua new )(?<!lake )(?<!equatorial )(?<!south )(?<!north )(?<!northern )"


def _fold(text: str) -> str:
    text = unicodedata.normalize("NFKD", text).casefold()
    return re.sub(r"[^a-z]+", " ", "".join(c for c in text if not unicodedata.combining(c))).strip()


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for country in pycountry.countries:
        for name in (
            country.name,
            getattr(country, "common_name", ""),
            getattr(country, "official_name", ""),
        ):
            if name and "," not in name:
                names[_fold(name)] = country.alpha_2
    for code, also in _ALSO.items():
        names.update({_fold(name): code for name in also})
    return names


@cache
def _in_text() -> re.Pattern[str]:
    names = sorted((n for n in _names() if n not in _AMBIGUOUS), key=lambda n: (-len(n), n))
    return re.compile(r"\b(?:" + _NOT_AFTER + "(?:" + "|".join(names) + r"))\b")


@cache
def _regions() -> dict[str, str]:
    """States of the USA, Canada and Australia: their addresses often end without a country."""
    get = pycountry.subdivisions.get
    parts = [p for code in ("AU", "CA", "US") for p in get(country_code=code)]  # type: ignore[no-untyped-call]
    short = {p.code.split("-")[1].casefold(): p.country_code for p in parts if p.country_code != "AU"}
    del short["de"]  # more often Germany than Delaware: "Wiesbaden, DE"
    return {_fold(p.name): p.country_code for p in parts} | short


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
    for match in _in_text().finditer(_fold(text)):
        found.setdefault(_names()[match.group()], match.group())
    return found


def country_of_affiliation(text: str) -> str:
    """Country of an address: the last of its parts that names one.

    Examples
    --------
    >>> country_of_affiliation("Department of Education, Georgia State University, Atlanta, GA 30303, USA")
    'US'
    >>> country_of_affiliation("Tbilisi State University, Tbilisi, Georgia")
    ''
    """
    text = re.sub(r"\S+@\S+", " ", text)
    parts = [_fold(part) for part in re.split(r"[,;.]\s|[,;]", text)]
    parts = [part for part in parts if part]
    for part in reversed(parts[-3:]):
        if part in _names() and part != "georgia":
            return _names()[part]
        named = [m for m in _in_text().finditer(part) if m.end() == len(part)]
        if named:
            return _names()[named[-1].group()]
    for part in reversed(parts[-2:]):
        words = part.split()
        if part != "georgia" and (
            part in _regions() or (words and words[-1] in _regions() and len(words) <= 2)
        ):
            return _regions().get(part) or _regions()[words[-1]]
    return ""
