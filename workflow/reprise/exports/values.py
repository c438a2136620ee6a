"""Values as export files spell them, brought to the record's words: types, languages, DOIs, names."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from functools import lru_cache

import pycountry

from reprise.affiliations import country_of_affiliation
from reprise.records import clean_doi, join

# Words of a document type -> ours, the first that is found; each index has its own names for them.
_TYPES = (
    (r"retract|erratum|corrigend|correction", "other"),
    (r"book review|product review|review of (?:a )?book", "book-review"),
    (r"editorial", "editorial"),
    (r"\bletter\b", "letter"),
    (r"dissertation|\bthes[ie]s\b|\bthesis\b", "dissertation"),
    (r"preprint|posted content|working paper", "preprint"),
    (
        r"conference|proceedings?|meeting abstract|\bpaper in\b|\bcpaper\b|\binproceedings\b|\bconf\b",
        "conference-paper",
    ),
    (
        r"chapter|\bchap\b|\binbook\b|\bincollection\b|book section|reference work entry|\bencyc\b",
        "book-chapter",
    ),
    (r"\breview\b", "review"),
    (r"news", "news"),
    (r"case reports?", "article"),
    (r"journal|article|early access|\bjour\b|\bjfull\b|\bmgzn\b", "article"),
    (r"report|\brprt\b|techreport", "report"),
    (r"\bbook\b|\bebook\b|monograph|\bedbook\b", "book"),
)
_PATTERNS = tuple((re.compile(pattern, re.I), ours) for pattern, ours in _TYPES)
_LONGEST = 100  # signs; no list of languages is longer
_ISSN = re.compile(r"(?<![\w-])\d{4}-\d{3}[\dXx](?![\w-])")
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|2\d)\d\d(?!\d)")
_NUMERIC = re.compile(r"(\d{4})(?:[-/.](\d{1,2})?(?:[-/.](\d{1,2})?)?)?(?:[-/. T].*)?", re.S)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = re.compile(
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)",
    re.I,
)
# What may stand in a date beside month, day and year, and changes nothing of it.
_BESIDE = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|st|nd|rd|th|of", re.I)
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>|{}\\^`\[\]]+", re.I)


def type_of(texts: Iterable[str]) -> str:
    """Give the record's type of what a file says of it, the more telling text first.

    Examples
    --------
    >>> type_of(["Article; Proceedings Paper"]), type_of(["", "JOUR"]), type_of(["Blog"]), type_of([""])
    ('conference-paper', 'article', 'other', '')
    """
    stated = [text for text in texts if text.strip()]
    for text in stated:
        for pattern, ours in _PATTERNS:
            if pattern.search(text):
                return ours
    return "other" if stated else ""


@lru_cache(maxsize=4096)
def language_code(text: str) -> str:
    """Give the ISO 639-1 code of one language, spelled as name or code; of several, or unknown ones, none.

    Examples
    --------
    >>> [language_code(t) for t in ("English", "eng", "EN", "en-US", "Spanish; Castilian", "English; French")]
    ['en', 'en', 'en', 'en', 'es', '']
    """
    text = text[:_LONGEST].strip().strip(".").casefold()
    code = re.split(r"[-_]", text, maxsplit=1)[0] if re.fullmatch(r"[a-z]{2,3}[-_][a-z]{2,4}", text) else text
    found = (
        pycountry.languages.get(alpha_2=code)
        or pycountry.languages.get(alpha_3=code)
        or pycountry.languages.get(bibliographic=code)
        or pycountry.languages.get(name=code.title())
    )
    if not found:
        both = [language_code(part) for part in re.split(r"[;,/]|\band\b", text) if part != text]
        known = {c for c in both if c}
        return known.pop() if len(known) == 1 else ""
    return str(getattr(found, "alpha_2", ""))


def doi_in(texts: Iterable[str]) -> str:
    """Give the first DOI that stands in texts, wherever a file hides it.

    Examples
    --------
    >>> doi_in(["", "https://doi.org/10.1000/ABC.1 (open)"]), doi_in(["no doi: 10.5"])
    ('10.1000/abc.1', '')
    """
    for text in texts:
        whole = clean_doi(text)
        found = _DOI.search(text)
        if whole or found:
            return whole or clean_doi(found.group().rstrip(".,;)"))  # type: ignore[union-attr]
    return ""


def page_range(first: str, last: str) -> str:
    """Join first and last page; a range given in either stays as it is.

    Examples
    --------
    >>> page_range("12", "19"), page_range("12-19", ""), page_range("e5", "e5")
    ('12-19', '12-19', 'e5')
    """
    first, last = first.strip(), last.strip()
    return f"{first}-{last}" if first and last and last not in first else first or last


def iso_date(text: str, year: str = "") -> str:
    """Give a date in any spelling as ISO date, as far as it is sure: of two months, or a season, the year.

    Parameters
    ----------
    text : str
        As a file spells it, with or without the year.
    year : str
        The year, where the text has none.

    Examples
    --------
    >>> [iso_date(t) for t in ("2019/03/05/", "2019/03//", "2019///", "2019 Mar", "5 March 2019", "20170728")]
    ['2019-03-05', '2019-03', '2019', '2019-03', '2019-03-05', '2017-07-28']
    >>> [iso_date(t) for t in ("2019 Mar-Apr", "2020 Winter", "2019 Dec-2020 Jan", "2019 Mar Suppl 1")]
    ['2019', '2020', '2019', '2019']
    >>> iso_date("03/05/2019")  # March or May
    '2019'
    >>> iso_date("AUG 3", "1999"), iso_date("MAR-APR", "1999"), iso_date("30 Feb 2019"), iso_date("soon")
    ('1999-08-03', '1999', '2019-02', '')
    """
    text = text[:80].strip()
    found = _COMPACT.fullmatch(text) or _NUMERIC.fullmatch(text)
    words = re.findall(r"[^\W\d_]+|\d+", text)
    months = [w for w in words if MONTH.fullmatch(w)]
    if found and (found[2] or not months):
        return _checked(found[1], found[2] or "", found[3] or "") if _YEAR.fullmatch(found[1]) else ""
    stated = _YEAR.search(text)
    year = stated.group() if stated else year
    others = [w for w in words if w.isalpha() and w not in months and not _BESIDE.fullmatch(w)]
    if len(months) != 1 or others:
        return year
    days = [w for w in words if w.isdecimal() and w != year and len(w) < 3]
    month = _MONTHS.index(months[0][:3].lower()) + 1
    return _checked(year, str(month), days[0] if len(days) == 1 else "")


def _checked(year: str, month: str, day: str) -> str:
    """Join the parts of a date, as far as they can be one."""
    try:
        if year and month and day:
            return dt.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        pass
    return f"{year}-{int(month):02}" if year and month and 1 <= int(month) <= 12 else year


def issns(texts: Iterable[str]) -> str:
    """Give the ISSNs that stand in texts.

    Examples
    --------
    >>> issns(["1759-8486 (Electronic)", "978-3-16-148410-0", "2277-917x"])
    '1759-8486; 2277-917X'
    """
    return join(found.upper() for text in texts for found in _ISSN.findall(text))


def listed(texts: Iterable[str]) -> str:
    """Join texts as a list column holds them; a semicolon inside one would part it."""
    return join(text.replace(";", ",") for text in texts)


def one_language(texts: Iterable[str]) -> str:
    """Give the code of the language if all texts name the same."""
    codes = {language_code(" ".join(text[:100].split())) for text in texts if text.strip()}
    return codes.pop() if len(codes) == 1 else ""


def one_country(addresses: Iterable[str]) -> str:
    """Give the country if the addresses name one, none if they name several."""
    codes = {code for code in map(country_of_affiliation, addresses) if code}
    return codes.pop() if len(codes) == 1 else ""


# "Smith J.-A. Jr", "de Haro L.": the family name, then capitals that can only be initials.
_SHORT_NAME = re.compile(
    r"([^\s,.]{2,40}(?: [^\s,.]{2,40}){0,3}) ((?:[^\W\d_a-z]\.[ -]?){1,5})( ?(?:Jr|Sr|II|III|IV)\.?)?"
)
# "J. A. Smith", "J.-A. van den Berg": initials first.
_INITIALS_FIRST = re.compile(r"((?:[^\W\d_a-z]\.[ -]?){1,5}) ?([^\s,.]{2,40}(?: [^\s,.]{2,40}){0,3})")


def person(name: str) -> str:
    """Give a name whose initials have full stops as 'Family, Given'; any other as it stands.

    Without full stops capitals may be a body's ("Working Group B"), and a written out name may be in any
    order: these stay.

    Examples
    --------
    >>> [person(n) for n in ("Liu R.", "De Haro L.-M. Jr", "J. A. van den Berg", "Doe, Jane", "Bo Li")]
    ['Liu, R.', 'De Haro, L.-M. Jr', 'van den Berg, J. A.', 'Doe, Jane', 'Bo Li']
    """
    if "," in name or len(name) > 100:
        return name
    if last := _SHORT_NAME.fullmatch(name):
        return f"{last[1]}, {last[2].strip()} {(last[3] or '').strip()}".strip()
    if first := _INITIALS_FIRST.fullmatch(name):
        return f"{first[2]}, {first[1].strip()}"
    return name


_TAG = re.compile(
    r"</?(?:jats:[\w-]{1,30}|p|i|b|em|strong|sub|sup|sec|title|italic|bold|br|div|span)(?:\s[^<>]{0,200})?/?>"
)


def untagged(text: str) -> str:
    """Take the tags of JATS and HTML out of a text, as publishers' deposits bring them into exports.

    Examples
    --------
    >>> untagged("<jats:p>CO<jats:sub>2</jats:sub> at p < 0.05</jats:p>")
    'CO2 at p < 0.05'
    """
    return " ".join(_TAG.sub(_gap, text).split()) if "<" in text else text


def _gap(tag: re.Match[str]) -> str:
    name = tag[0].strip("</> ").removeprefix("jats:").split()[0]
    return "" if name in ("i", "b", "em", "strong", "sub", "sup", "italic", "bold", "span") else " "
