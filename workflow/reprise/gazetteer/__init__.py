"""The gazetteer: what countries, their states and their cities are called.

Countries and states come from ISO 3166 as pycountry gives it, in the languages of its translations; cities
from GeoNames (`cities.tsv`). All is read when it is first asked for.
"""

from __future__ import annotations

import gettext
import re
import unicodedata
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pycountry

# Letters that Unicode does not take apart into a letter and a mark.
_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "æ": "ae", "Æ": "Ae"}
)
# Written in titles and addresses, not in ISO 3166. Kosovo has no ISO code; XK is what is in use.
_ALSO = {
    "US": ("USA", "United States of America", "US"),
    "GB": ("UK", "Great Britain", "Britain", "England", "Scotland", "Wales", "Northern Ireland"),
    "KR": ("South Korea", "Republic of Korea", "Korea"),
    "KP": ("North Korea",),
    "CN": ("PR China", "P R China", "Peoples R China", "Peoples Republic of China"),
    "TR": ("Turkey", "Turkiye"),
    "CZ": ("Czech Republic",),
    "SK": ("Slovak Republic",),
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
    "CV": ("Cape Verde",),
    "SZ": ("Swaziland",),
    "TL": ("East Timor",),
    "PS": ("Palestine",),
    "MK": ("Macedonia",),
    "MM": ("Burma",),
    "CD": ("Democratic Republic of the Congo", "Democratic Republic of Congo", "DR Congo"),
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
# In running text these mean other things (KSA: knowledge, skills and abilities), or are too rare to matter.
_IN_ADDRESSES = {
    "US": ("EUA", "EEUU", "EE UU"),
    "GB": ("N Ireland", "North Ireland", "Inglaterra", "Angleterre"),
    "KR": ("Korea South", "Rep of Korea", "ROK", "Corea del Sur", "Corée du Sud", "Südkorea", "한국"),
    "KP": ("Korea North", "DPRK", "DPR Korea"),
    "CN": ("PRC", "Mainland China"),
    "CZ": ("Česká republika",),
    "RU": ("Russian Fed", "Россия", "Rusia", "Russie", "Russland", "Rússia", "Rosja", "Rusko"),
    "IR": ("IR Iran", "I R Iran"),
    "TW": ("Taiwan ROC", "Taiwan R O C", "Taiwan Republic of China"),
    "PS": ("Palestinian Territory", "Palestinian Territories", "Gaza Strip", "West Bank"),
    "MK": ("FYROM", "FYR Macedonia"),
    "CD": ("Dem Rep Congo", "Congo Democratic Republic of the", "Zaire"),
    "CG": ("Congo Brazzaville",),
    "BA": ("Bosnia", "Bosnia Herzegovina"),
    "TT": ("Trinidad",),
    "NL": ("Nederland",),
    "HK": ("Hong Kong SAR China", "Hong Kong China", "Hongkong"),
    "MO": ("Macao SAR", "Macau SAR", "Macau China", "Macao China"),
    "DE": ("Federal Republic of Germany", "FRG", "West Germany", "East Germany", "GDR"),
    "AT": ("Oesterreich",),
    "MX": ("Mexico DF",),
    "CH": ("Svizzera",),
    "BE": ("Belgique", "België"),
    "FI": ("Suomi",),
    "PL": ("Polska",),
    "HU": ("Magyarország",),
    "IE": ("Republic of Ireland", "Eire"),
    "SA": ("KSA", "Kingdom of Saudi Arabia"),
    "ZA": ("RSA",),
    "FK": ("Falkland Islands",),
    "MF": ("Saint Martin",),
    "SX": ("Sint Maarten",),
    "VA": ("Holy See", "Vatican", "Vatican City"),
    "VG": ("British Virgin Islands",),
    "VI": ("US Virgin Islands", "United States Virgin Islands"),
}
# The languages that affiliations are written in more than now and then: 16,500 names of countries in all
# 160 of pycountry's take three times as long to read, and more of them meet words and names of persons.
_LANGUAGES = (
    "ar be bg ca cs da de el es et eu fa fi fr ga gl he hr hu id is it ja ko lt lv nb_NO nl pl pt pt_BR ro ru"
    " sk sl sr sv tr uk vi zh_CN zh_TW"
).split()
# Names of countries in some language that are also given names or surnames.
_PERSONS = {"maurice", "dominique", "turki"}
# How states and provinces are shortened besides their two or three letters of ISO 3166-2. The first are
# the abbreviations of the US Government Publishing Office and of the Associated Press.
_SHORT = {
    "US": "Ala Ariz Ark Calif Colo Conn Del Fla Ill Kans Mass Mich Minn Mont Neb Nebr Nev Okla Oreg Penn"
    " Penna Tenn Tex Wash Wis Wisc Wyo N_Carolina S_Carolina N_Dakota S_Dakota W_Virginia N_Mex W_Va"
    " Washington_DC",
    "CA": "Ont Que Qué Alta Sask Nfld Newfoundland",
    "AU": "Qld Tas W_Australia S_Australia",
}
# Where addresses often end with a state, without the country.
STATE_COUNTRIES = ("US", "CA", "AU")
# Dependent territories that ISO 3166-1 lists themselves; the USA lists its own as subdivisions too.
TERRITORIES = {
    "HK": "CN",
    "MO": "CN",
    "TW": "CN",
    **dict.fromkeys(("AS", "GU", "MP", "PR", "UM", "VI"), "US"),
    **dict.fromkeys(("BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT"), "FR"),
    **dict.fromkeys(("AW", "BQ", "CW", "SX"), "NL"),
    **dict.fromkeys(("FO", "GL"), "DK"),
    **dict.fromkeys(("AI", "BM", "FK", "GG", "GI", "IM", "JE", "KY", "MS", "SH", "TC", "VG"), "GB"),
    **dict.fromkeys(("CC", "CX", "NF"), "AU"),
    **dict.fromkeys(("CK", "NU", "TK"), "NZ"),
    "AX": "FI",
    "SJ": "NO",
}
# Provinces whose names stand in English affiliations as they do in ISO 3166-2, once the words for "province"
# are off; elsewhere regions have English names (Bavaria, Tuscany) that ISO does not give.
PROVINCES_OF = frozenset("AR BR CL CN CO ES GB ID IN IR IT JP KR MX NL NZ PL TR TW ZA".split())
_PROVINCE = re.compile(r"[ -](?:Sheng|Shi|Zizhiqu|do|teukbyeol\w+|gwangyeoksi)$")


class City(NamedTuple):
    """Where places of one name lie."""

    countries: tuple[str, ...]  # the most inhabitants first
    share: int  # per cent of the inhabitants of places of that name who live in the first
    thousands: int  # inhabitants of the first country's places that have it as their main name


def fold(text: str) -> str:
    """Give the words of a text in small letters, without marks and numbers.

    Examples
    --------
    >>> fold("St.-Étienne 42023; Łódź")
    'st etienne lodz'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_LETTERS))
        text = "".join(c for c in text if not unicodedata.combining(c)).casefold()
    return " ".join(re.findall(r"[^\W\d_]+", text.lower()))


@cache
def countries() -> dict[str, str]:
    """Names of countries in English, and what people write in their place, with their codes."""
    names: dict[str, str] = {}
    for country in pycountry.countries:
        for name in (
            country.name,
            getattr(country, "common_name", ""),
            getattr(country, "official_name", ""),
        ):
            if name and "," not in name:
                names[fold(name)] = country.alpha_2
    for code, also in _ALSO.items():
        names.update({fold(name): code for name in also})
    return names


@cache
def address_names() -> dict[str, str]:
    """Names of countries as `countries`, and those that mean them in an address alone.

    Examples
    --------
    >>> [address_names()[fold(n)] for n in ("Korea, Republic of", "P.R. China", "KSA")]
    ['KR', 'CN', 'SA']
    """
    turned = {fold(country.name): country.alpha_2 for country in pycountry.countries}
    only = {fold(name): code for code, names in _IN_ADDRESSES.items() for name in names}
    return {name: code for name, code in (countries() | turned | only).items() if name != "us"}


@cache
def translated() -> dict[str, str]:
    """Names of countries in other languages, where one means one country and no city elsewhere.

    Examples
    --------
    >>> [translated().get(fold(n), "") for n in ("Frankreich", "Ελλάδα", "日本", "Armenia")]
    ['FR', 'GR', 'JP', '']
    """
    meant: defaultdict[str, set[str]] = defaultdict(set)
    for language in _LANGUAGES:
        say = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, [language]).gettext
        for country in pycountry.countries:
            for name in (country.name, getattr(country, "common_name", "")):
                said = fold(say(name)) if name else ""
                if len(said) > (3 if said.isascii() else 1):
                    meant[said].add(country.alpha_2)
    english, known = address_names(), cities()
    return {
        name: next(iter(codes))
        for name, codes in meant.items()
        if len(codes) == 1
        and codes != {"CG"}  # "Kongo" may be either
        and name not in english
        and name not in _PERSONS
        and set(known[name].countries if name in known else codes) <= codes
    }


@cache
def states() -> dict[str, str]:
    """States of the USA, Canada and Australia: addresses there often end without a country."""
    own = {
        fold(part.name): code
        for code in STATE_COUNTRIES
        for part in pycountry.subdivisions.get(country_code=code)  # type: ignore[no-untyped-call]
        if TERRITORIES.get(part.code[3:]) != "US"
    }
    return own | {fold(n.replace("_", " ")): code for code, names in _SHORT.items() for n in names.split()}


@cache
def letters() -> dict[str, tuple[str, ...]]:
    """Codes of two or three capitals at the end of an address, and the countries they may mean.

    Those of states of the USA, Canada and Australia come first, then the country that has the code.

    Examples
    --------
    >>> letters()["WA"], letters()["IN"][:2], letters()["QLD"], letters()["DE"][:2]
    (('US', 'AU'), ('US', 'IN'), ('AU',), ('US', 'DE'))
    """
    meant: defaultdict[str, list[str]] = defaultdict(list)
    for code in STATE_COUNTRIES:
        for part in pycountry.subdivisions.get(country_code=code):  # type: ignore[no-untyped-call]
            if TERRITORIES.get(part.code[3:]) != "US":
                meant[part.code[3:]].append(code)
    for country in pycountry.countries:
        meant[country.alpha_2].append(country.alpha_2)
        meant[country.alpha_3].append(country.alpha_2)
    for code in ("BR", "CH", "DE", "ES", "IN", "IT", "MX"):
        for part in pycountry.subdivisions.get(country_code=code):  # type: ignore[no-untyped-call]
            if code not in meant[part.code[3:]] and part.code[3:].isalpha() and len(part.code) == 5:
                meant[part.code[3:]].append(code)
    return {code: tuple(found) for code, found in meant.items()}


@cache
def cities() -> dict[str, City]:
    """Give the cities by their folded names.

    Examples
    --------
    >>> cities()["athens"].countries[:2], cities()["cologne"].countries[0]
    (('GR', 'US'), 'DE')
    """
    found: dict[str, City] = {}
    for line in (Path(__file__).parent / "cities.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, codes, share, thousands = line.split("\t")
            found[name] = City(tuple(codes.split(" ")), int(share or 100), int(thousands))
    return found


@cache
def provinces() -> dict[str, str]:
    """Provinces of other countries, where no other country has a province or a city of that name.

    Examples
    --------
    >>> provinces()["hokkaido"], provinces()["zhejiang"], "limburg" in provinces()
    ('JP', 'CN', False)
    """
    known = cities()
    return {
        name: next(iter(codes))
        for name, codes in province_names().items()
        if len(codes) == 1
        and len(name) > 4
        and codes <= PROVINCES_OF
        and name not in address_names()
        and set(known[name].countries if name in known else codes) <= codes
    }


def province_names() -> dict[str, set[str]]:
    """Names of all subdivisions of countries, and whose they are."""
    meant: defaultdict[str, set[str]] = defaultdict(set)
    for part in pycountry.subdivisions:
        meant[fold(_PROVINCE.sub("", part.name))].add(part.country_code)
    return meant
