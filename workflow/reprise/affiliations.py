"""Affiliations: the country of an author's address, as free text gives it.

What an address says outright counts first: a country at its end, a state, a postcode (`_claims`). Where it
says nothing of the kind, the next of these that speaks: the country before a postcode (D-69120), parts that
are the name of a city or province, places inside the names of institutions, bodies of one country, two
capitals at the end, the domain of an e-mail address (`_implied`). Places that two countries share decide
nothing, and places that contradict each other neither.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from reprise import gazetteer
from reprise.gazetteer import STATE_COUNTRIES, TERRITORIES, fold

# Markup, and the marks that Microsoft Academic Graph and what was built on it left for line breaks.
_MARKUP = re.compile(r"<!--.*?(?:-->|$)|</?[A-Za-z][^<>]*>|#(?:R|N|TAB)#", re.DOTALL)
_MAIL = re.compile(r"[\w.+'-]{1,64}\s?@\s?([\w-]+(?:\.[\w-]+)+)")
_LINK = re.compile(r"(?:https?://|www\.)\S+")
_DEGREE = re.compile(r"\b(?:M\.\s?D|Ph\.\s?D|D\.\s?O|M\.\s?Sc|B\.\s?A|M\.\s?A|M\.\s?S)\.?(?=[\s,;]|$)")
# "(E.S.)" and "(JML, WGC)" behind a department: who of the authors is there.
_INITIALS = re.compile(
    r"\((?:[A-Z]\.[\s-]?){1,4}[A-Z]?(?:[,;&\s]+(?:[A-Z]\.[\s-]?){1,4}[A-Z]?)*\)"
    r"|\([A-Z]{2,4}(?:, ?[A-Z]{2,4})+\)"
)
_DOTTED = re.compile(r"\b(?:[A-Z]\.\s?)+[A-Z]\b\.?")
_GLUED = re.compile(r"(?<=[a-zß-öø-ÿ]{3})(?=[A-Z])")  # OsloNorway, no McGill
# A full stop ends a part unless the word before it is short: "St. Gallen", "Philadelphia, Pa. 19104".
_SEPARATOR = re.compile(r"([,;()\[\]{}|:•·*†‡§¶\n\"“”，；、（）]|(?<=\w{3})\.(?=\s|$)|\.\s*$|\s[-–/]+\s|—)")
_ENDS = frozenset(";；\n*†‡§¶")
# Parts that say nothing and would stand between a territory and its country: "Hong Kong (SAR), China".
_FILLERS = frozenset(
    ("sar", "mainland", "special administrative region", "electronic address", "email", "e mail", "tel")
)
_NUMBERS = re.compile(r"(?<!\w)[A-Z]{0,3}-?\d[\dA-Z/-]*(?!\w)")
_TOKENS = re.compile(r"[A-Za-z]+|\d[\d-]*")
# The second half has none of C, I, K, M, O, V. Gibraltar and the islands have codes of the same form.
_BRITISH = re.compile(r"\b(?!GX|JE|GY|IM)[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b")
_CANADIAN = re.compile(r"\b[ABCEGHJ-NPRSTVXY]\d[A-Z][ -]?\d[A-Z]\d\b")
_ZIP_PLUS_4 = re.compile(r"\b\d{5}-\d{4}\b")
# "D-69120 Heidelberg": the marks of motor vehicles, as the postal union once had them before postcodes.
_PREFIX = re.compile(
    r"\b(?:(DK|NL|SE|FI|PL|CZ|TR|CH|AT|DE|FR|IT|BE|A|B|N|L|H)[-–]\d{4,5}|(D|F|I|E)[-–]\d{5}"
    r"|(S)[-–]\d{3} ?\d{2}|(P)[-–]\d{4})(?:-\d{3})?\s+(?=[A-ZÀ-Þ][a-zß-ÿ])"
)
_MARKS = dict(zip("A B N L H D F I E S P".split(), "AT BE NO LU HU DE FR IT ES SE PT".split(), strict=True))
# After these a name belongs to another name: "University of Iceland", "Bank of England".
_OF = frozenset("of in for at de di do da del della du des d der von van and the".split())
# ... but not after these: "Kingdom of Bahrain".
_FORMS = frozenset("republic kingdom sultanate emirate principality state union commonwealth".split())
# The last words of names that are turned round, as ISO 3166 does.
_TURNED = frozenset(("republic of", "of the", "states of", "of china"))
# Not the place that they contain.
_OTHER = frozenset(
    ("new england", "new holland", "new britain", "prince of wales", "princess of wales", "long island")
)
# Two places of one name, and which is meant where no city before it tells.
_EITHER = {
    "georgia": (("US", "GE"), ""),
    "congo": (("CD", "CG"), ""),
    "korea": (("KR", "KP"), "KR"),
    "victoria": (("AU", "CA"), "AU"),
    "republic of china": (("TW", "CN"), "TW"),
}
# Inside the name of an institution these are persons, saints, words, or parts of another name more often
# than the place: Austin Hospital is in Melbourne, Queen Charlotte's in London, Dartmouth College in the USA.
_NOT_INSIDE = frozenset(
    """
    alexandra alexandria americana antioch aurora austin bath beira chad charlotte clinton commonwealth
    concord constantine conway corona cuba dartmouth darwin davie dominica dudley edison elizabeth
    enterprise essen eugene everett franca franklin garland george georgia gilbert guinea gutierrez
    hayes henderson highland hof holland houston independence irving jackson jamaica jersey jordan korea
    lafayette lawrence lebanon libertad liberty livingstone mali malta marion medina mercedes meridian
    mesa metro mobile monroe nassau natal niger norman oral peru plaza providence queens reading regina
    richardson riverside rodriguez rosetta sale salvador sanford santiago santos sector serra shelby
    sofia split springs surprise surrey sutton thornton togo tours trenton turkey tyler union us
    victoria vista vitoria warren wayne wellington westminster
    """.split()
)
# Bodies of one country whose names give no place.
_BODIES = {
    "nhs": "GB",
    "irccs": "IT",
    "inserm": "FR",
    "cnrs": "FR",
    "inrae": "FR",
    "csic": "ES",
    "max planck": "DE",
    "fraunhofer": "DE",
    "helmholtz": "DE",
    "csiro": "AU",
    "riken": "JP",
    "conicet": "AR",
    "fiocruz": "BR",
    "va medical center": "US",
    "veterans affairs medical center": "US",
    "veterans administration": "US",
    "veteran s administration": "US",
    "chinese academy of": "CN",
    "russian academy of": "RU",
    "polish academy of": "PL",
    "hungarian academy of": "HU",
    "slovak academy of": "SK",
    "czech academy of": "CZ",
    "bulgarian academy of": "BG",
    "austrian academy of": "AT",
}
# Words for universities and hospitals in languages that are written in one country's institutions alone, or
# so seldom elsewhere that the place is named there (Ospedale in Lugano).
_WORDS = {
    "azienda ospedale ospedaliera istituto universita": "IT",
    "sygehus universitetshospital regionshospitalet rigshospitalet": "DK",
    "sykehus hogskulen hogskolen": "NO",
    "sjukhus universitetssjukhus hogskola hogskolan lasarett": "SE",
    "yliopisto ammattikorkeakoulu sairaala": "FI",
    "haskoli landspitali": "IS",
    "ulikool": "EE",
    "universitetas kolegija": "LT",
    "uniwersytet politechnika szpital": "PL",
    "nemocnice": "CZ",
    "nemocnica": "SK",
    "egyetem tudomanyegyetem korhaz": "HU",
    "univerza": "SI",
    "universitesi hastanesi": "TR",
    "universiti": "MY",
}
_BODIES |= {word: code for words, code in _WORDS.items() for word in words.split()}
# Letters that stand after persons' names more often than for a state or country.
_AFTER_NAMES = frozenset("MD PA MS MA PT DO BA BS SC RN DC ND AM PM".split())
# Domains of countries that are sold to all the world.
_SOLD = frozenset("ai cc co fm gg im io la ly me sc sh so to tv ws".split())
# Of the inhabitants of all places of a name so many per cent must live in one country. Measured on 6,000
# affiliations, among those answered without a country or state: 461 with 50, 94.1 % as labelled (labels err
# too); 447 with 75, 94.6 %; 440 with 90, 95.5 %; 428 with 95, 95.6 %. Below 90 stand Durham, Lancaster and
# Manchester; London and Boston stand above.
_SHARE = 90
# Inside longer names, a city of so many thousands, three times as many where its name has four letters
# (Pare, Oral, Beni). In the same way: with 30, 336 and 94.3 %, as small places have the names of persons;
# with 500, 368 and 94.8 %.
_INSIDE = 100
_MOST_WORDS = 6  # in a country's name at the end of an address
_NEAR = 8  # parts to look through for a city


class _Part(NamedTuple):
    """One part of an address, read without regard to its neighbours."""

    words: tuple[str, ...]
    country: str = ""  # that the part names at its end, or is
    state: str = ""  # the country of a state or postcode that it names
    may_be: tuple[str, ...] = ()  # what its last letters, or a name that two countries share, may mean
    default: str = ""  # which of these without a city that tells
    before: tuple[str, ...] = ()  # the words before those
    weak: str = ""  # the country of letters that alone say little
    also: tuple[str, ...] = ()  # countries named before an "and"


class _Place(NamedTuple):
    certain: str
    countries: tuple[str, ...]


class _Claim(NamedTuple):
    at: int
    code: str
    is_country: bool  # no state or postcode


def countries_of_affiliations(texts: Iterable[str]) -> list[str]:
    """Give the country of each of many affiliations; each different text is read once.

    Examples
    --------
    >>> countries_of_affiliations(["Univ. Oulu, Finland", "", "Univ. Oulu, Finland"])
    ['FI', '', 'FI']
    """
    known: dict[str, str] = {}
    return [known[t] if t in known else known.setdefault(t, country_of_affiliation(t)) for t in texts]


def country_of_affiliation(text: str) -> str:
    """Country of an affiliation as ISO 3166-1 alpha-2 code; empty where it is not stated or not clear.

    The last country or state stated is taken, but a text that states a second one is unclear. No second one
    is a country's name before a state ("Lebanon, NH"), a state's before a country ("Victoria, Canada"), and
    a territory before its country ("Hong Kong, China": HK, as ISO 3166 lists it).

    Examples
    --------
    >>> country_of_affiliation("Department of Education, Georgia State University, Atlanta, GA 30303, USA")
    'US'
    >>> country_of_affiliation("Tbilisi State University, Tbilisi, Georgia")
    'GE'
    >>> country_of_affiliation("Univ. of Oulu, Finland; Tampere University, Finland; MIT, Cambridge, MA, USA")
    ''
    """
    text, domain = _clean(text)
    parts = _parts(text)
    claims = _claims(parts)
    if claims:
        return _settle(claims)
    return _implied(text, parts, domain)


def _clean(text: str) -> tuple[str, str]:
    """Take off markup, addresses of the net, degrees and initials; give the last e-mail's domain beside."""
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text or "#" in text:
        text = _MARKUP.sub(lambda mark: "\n" if mark[0][0] == "#" else " ", text)
    domain = ""
    if "@" in text:
        for mail in _MAIL.finditer(text):
            domain = mail[1].lower()
        text = _MAIL.sub(" ", text)
    if "://" in text or "www." in text:
        text = _LINK.sub(" ", text)
    if "(" in text:
        text = _INITIALS.sub(_country_or_nothing, text)
    if "." in text:
        text = _DOTTED.sub(lambda dotted: re.sub(r"[.\s]", "", dotted[0]), _DEGREE.sub(" ", text))
    return _GLUED.sub(" ", text), domain


def _country_or_nothing(found: re.Match[str]) -> str:
    """Keep "(U.S.A.)", drop initials of persons."""
    letters = re.sub(r"[^A-Z]", "", found[0])
    keep = letters in ("US", "ROC") or letters.lower() in gazetteer.address_names()
    return found[0] if keep else " "


def _parts(text: str) -> list[_Part]:
    pieces = _SEPARATOR.split(text)
    found: list[tuple[str, bool]] = []
    for piece, separator in zip(pieces[::2], [*pieces[1::2], "\n"], strict=True):
        ends = separator in _ENDS
        if piece and not piece.isspace():
            found.append((piece, ends))
        elif ends and found:
            found[-1] = (found[-1][0], True)
    if found:
        found[-1] = (found[-1][0], True)
    return [part for part in (_read(piece, ends) for piece, ends in found) if part.words or part.state]


@lru_cache(maxsize=1 << 16)
def _read(piece: str, ends: bool) -> _Part:
    """Read one part; `ends` where an address ends with it, so that it may lack commas."""
    words = tuple(fold(_NUMBERS.sub(" ", piece)).split())
    while len(words) > 1 and len(words[-1]) == 1 and words[-1].isascii():
        words = words[:-1]
    if words[:1] == ("the",):
        words = words[1:]
    name = " ".join(words)
    if _BRITISH.search(piece):
        return _Part(words, state="GB")
    if _CANADIAN.search(piece):
        return _Part(words, state="CA")
    if not words or name in _FILLERS:
        return _Part(())
    if name in _OTHER:
        return _Part(words)
    tokens = _TOKENS.findall(piece)
    numbers = [len(token.split("-")[0]) for token in _numbers_at_end(tokens)]
    tail = _longest_tail(words) if ends else name
    before = words[: len(words) - len(tail.split())]
    stands = not before or before[-1] not in _OF or bool(_FORMS & set(before[-3:-1]))
    if tail in _EITHER and stands:
        codes, default = _EITHER[tail]
        if 5 in numbers and "US" in codes:
            return _Part(words, state="US")
        return _Part(words, may_be=codes, default=default, before=before)
    if tail in gazetteer.address_names() and stands:
        return _Part(words, country=gazetteer.address_names()[tail])
    if (
        tail in gazetteer.states()
        and stands
        and not (tail.upper() in gazetteer.letters() and piece.isupper())
    ):
        return _Part(words, state=gazetteer.states()[tail])
    if code := gazetteer.translated().get(name) or _east_asian(name):
        return _Part(words, country=code)
    if words[-1] == "cedex":  # French mail to firms and universities
        return _Part(words, state="FR")
    return _letters(piece, words, tokens, numbers, ends)._replace(also=_before_and(piece))


def _east_asian(name: str) -> str:
    """Country that stands first in an address without spaces, as in 中国北京市."""
    if name < "\u1100":
        return ""
    starts = (gazetteer.translated().get(name[:length]) for length in range(12, 1, -1))
    return next(filter(None, starts), "")


def _numbers_at_end(tokens: Sequence[str]) -> list[str]:
    end = len(tokens)
    while end and tokens[end - 1][0].isdigit():
        end -= 1
    return list(tokens[end:])


def _longest_tail(words: Sequence[str]) -> str:
    """Give the longest name that the words end with, else all of them."""
    for start in range(max(len(words) - _MOST_WORDS, 0), len(words)):
        tail = " ".join(words[start:])
        if tail in _OTHER:
            break
        if tail in _EITHER or tail in gazetteer.address_names() or tail in gazetteer.states():
            return tail
    return " ".join(words)


def _letters(
    piece: str, words: tuple[str, ...], tokens: Sequence[str], numbers: Sequence[int], ends: bool
) -> _Part:
    """Read two or three capitals at the end: MD 20892, NSW, IR."""
    letters = [token for token in tokens if token[0].isalpha()]
    last = letters[-1] if letters else ""
    alone = len(letters) == 1
    if not (last.isupper() and 2 <= len(last) <= 3 and (alone or ends or numbers)):
        return _Part(words)
    if last == "US":
        return _Part(words, country="US")
    if piece.isupper() and not alone and not numbers:
        return _Part(words)
    codes = gazetteer.letters().get(last, ())
    for length, code in ((5, "US"), (4, "AU")):
        if length in numbers and code in codes[:2]:
            return _Part(words, state=code)
    if len(last) == 3:
        return _Part(words, state=codes[0] if codes and (codes[0] == "AU" or (alone and ends)) else "")
    several = len(codes) > 1 and codes[1] in STATE_COUNTRIES
    weak = codes[0] if codes and last not in _AFTER_NAMES and ends and not several else ""
    return _Part(words, may_be=codes, before=words[:-1], weak=weak)


def _before_and(piece: str) -> tuple[str, ...]:
    if " and " not in piece:
        return ()
    named = (fold(_NUMBERS.sub(" ", left)).removeprefix("the ") for left in piece.split(" and ")[:-1])
    return tuple(gazetteer.address_names()[name] for name in named if name in gazetteer.address_names())


def _claims(parts: Sequence[_Part]) -> list[_Claim]:
    """Give the countries that the parts state, from the last to the first."""
    claims: list[_Claim] = []
    at = len(parts) - 1
    while at >= 0:
        part = parts[at]
        claims += [_Claim(at, code, True) for code in part.also]
        if part.country:
            claims.append(_Claim(at, part.country, True))
        elif part.state:
            claims.append(_Claim(at, part.state, False))
        elif part.may_be and (code := _told(parts, at)):
            claims.append(_Claim(at, code, code not in STATE_COUNTRIES))
        elif at and " ".join(part.words[-2:]) in _TURNED and (code := _turned(parts[at - 1], part)):
            at -= 1
            claims.append(_Claim(at, code, True))
        at -= 1
    return claims


def _turned(before: _Part, part: _Part) -> str:
    """Country of a name that is turned round: "Korea, Republic of"."""
    names = (" ".join(before.words[start:] + part.words) for start in range(-3, 0))
    return next((code for name in names if (code := gazetteer.address_names().get(name))), "")


def _told(parts: Sequence[_Part], at: int) -> str:
    """Which of the countries that a part may mean the place before it tells, the nearest first."""
    part = parts[at]
    near = part.before or (parts[at - 1].words if at else ())
    for code in _lies_in(near):
        if code in part.may_be:
            return code
    if not _lies_in(near):
        for words in (part.before, *(other.words for other in reversed(parts[max(at - _NEAR, 0) : at]))):
            for place in reversed(_inside(words)):
                for code in place.countries:
                    if code in part.may_be:
                        return code
    return part.default


@lru_cache(maxsize=1 << 16)
def _lies_in(words: tuple[str, ...]) -> tuple[str, ...]:
    """Countries of the longest name of a city or state that the words end with."""
    for start in range(max(len(words) - 4, 0), len(words)):
        name = " ".join(words[start:])
        if name in gazetteer.cities():
            return gazetteer.cities()[name].countries
        if name in gazetteer.states():
            return (gazetteer.states()[name],)
        if name in gazetteer.address_names():
            return (gazetteer.address_names()[name],)
    return ()


def _settle(claims: Sequence[_Claim]) -> str:
    """Decide between the countries stated, given from the last to the first."""
    code, later = claims[0].code, claims[0]
    for claim in claims[1:]:
        if claim.code != code:
            beside = later.at - claim.at <= 1
            if beside and claim.is_country and TERRITORIES.get(claim.code) == code:
                code = claim.code
            elif not beside or (claim.is_country and later.is_country):
                return ""
        later = claim
    return code


def _implied(text: str, parts: Sequence[_Part], domain: str) -> str:
    """Give the country that an address tells without naming it."""
    if found := _PREFIX.search(text):
        mark: str = next(filter(None, found.groups()))
        return _MARKS.get(mark, mark)
    whole = [place for part in parts if (place := _place(" ".join(part.words), 0))]
    if any(place.certain for place in whole):
        return _agreed(whole)
    if _ZIP_PLUS_4.search(text):
        return "US"
    if inside := [place for part in parts for place in _inside(part.words)]:
        return _agreed([*whole, *inside])
    if whole:
        return ""
    bodies = {code for part in parts for code in _bodies(part.words)}
    if bodies:
        return bodies.pop() if len(bodies) == 1 else ""
    if parts and parts[-1].weak:
        return parts[-1].weak
    return _of_domain(domain)


def _agreed(places: Sequence[_Place]) -> str:
    """Give the one country that the places lie in for certain, if none of the others must lie elsewhere."""
    certain = {place.certain for place in places} - {""}
    if len(certain) != 1:
        return ""
    code = certain.pop()
    return code if all(code in place.countries for place in places) else ""


@lru_cache(maxsize=1 << 16)
def _inside(words: tuple[str, ...]) -> tuple[_Place, ...]:
    """Places named among the words."""
    found: list[_Place] = []
    start = 0
    while start < len(words):
        for length in range(min(4, len(words) - start), 0, -1):
            name = " ".join(words[start : start + length])
            if name in _OTHER:
                break
            if len(name) > 3 and name not in _NOT_INSIDE and (place := _place(name, _INSIDE)):
                found.append(place)
                break
        start += length
    return tuple(found)


def _place(name: str, thousands: int) -> _Place | None:
    """Look up a state, country, province, or a city of so many thousands."""
    if name in _EITHER:
        return _Place("", _EITHER[name][0])
    code = gazetteer.states().get(name) or gazetteer.address_names().get(name)
    if code:
        return _Place(code, (code,))
    city = gazetteer.cities().get(name)
    if city and city.thousands >= (thousands * 3 if len(name) < 5 else thousands):
        return _Place(city.countries[0] if city.share >= _SHARE else "", city.countries)
    code = gazetteer.provinces().get(name)
    return _Place(code, (code,)) if code else None


def _bodies(words: Sequence[str]) -> Iterable[str]:
    text = f" {' '.join(words)} "
    return (code for name, code in _BODIES.items() if f" {name} " in text)


def _of_domain(domain: str) -> str:
    """Country of an e-mail's domain.

    Examples
    --------
    >>> [_of_domain(d) for d in ("x.ac.uk", "vdu.lt", "unal.edu.co", "start.co", "mit.edu", "")]
    ['GB', 'LT', 'CO', '', '', '']
    """
    *rest, last = domain.split(".")
    if last == "uk":
        return "GB"
    if last in _SOLD and not {"ac", "edu", "gov"} & set(rest):
        return ""
    codes = gazetteer.letters().get(last.upper(), ()) if len(last) == 2 else ()
    return last.upper() if last.upper() in codes else ""
