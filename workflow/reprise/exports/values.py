"""Values as export files spell them, brought to the record's words: types, languages, DOIs, names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import pycountry

from reprise.records import clean_doi

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
