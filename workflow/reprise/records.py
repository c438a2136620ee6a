"""The record: one hit in one source. Its columns, and how their values are cleaned.

All columns are text, an empty text meaning "not stated"; `year` alone is a nullable integer in tables.
Lists are joined by "; ".
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

LIST_SEPARATOR = "; "

# name -> what it holds. The order is the order of the columns on disk.
COLUMNS: dict[str, str] = {
    "record_id": "source and the source's own id, else a hash of the content; stable from run to run",
    "source": "name of the source in the protocol",
    "kind": "database, register, website, organisation or citation (PRISMA 2020)",
    "origin": "file and line where the row stands",
    "retrieved": "when the source was searched, as the protocol says",
    "title": "as the source spells it",
    "authors": "'Family, Given; Family, Given', as far as the source gives them so",
    "year": "year of publication",
    "publication_date": "ISO date, possibly without day or month",
    "venue": "journal, proceedings, publisher or site",
    "issn": "ISSNs, hyphenated",
    "volume": "",
    "issue": "",
    "pages": "range or article number",
    "doi": "lower case, without resolver",
    "pmid": "",
    "type": "one of vocabulary.TYPES",
    "language": "ISO 639-1 code",
    "abstract": "",
    "keywords": "",
    "peer_reviewed": "true, false or empty, as the source says",
    "open_access": "gold, hybrid, bronze, green, diamond, closed or empty",
    "fulltext_url": "address of the full text, as the source gives it",
    "author_countries": "ISO 3166 codes of the authors' affiliations; may cover only some authors",
    "first_author_country": "ISO 3166 code, where the source says in which order the authors stand",
    "affiliations": "as the source gives them",
    "studied_countries": "ISO 3166 codes of the countries the work is about",
    "retracted": "true, false or empty",
    "url": "where the record was seen",
    "note": "",
}
# A column that came later is none of them: the ids that decisions name would change.
_NO_CONTENT = ("record_id", "source", "kind", "origin", "retrieved", "url", "note", "first_author_country")
CONTENT = [c for c in COLUMNS if c not in _NO_CONTENT]
# With its resolver, or the word, as people write it before a DOI.
_DOI = re.compile(r"(?:(?:https?://)?(?:(?:dx|www)\.)?doi\.org/|doi:?\s*)?(10\.\d{4,9}/\S+)", re.I)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
# Tags that stand inside a word or sentence; any other parts what stands before and behind it.
_INLINE = re.compile(
    r"</?(?:\w+:)?(?:i|b|u|em|strong|italic|bold|sub|sup|inf|span|sc|scp|small|tt|a|font)(?:\s[^<>]{0,200})?/?>",
    re.I,
)
_SPACE = re.compile(r"\s+")
# Scripts that put no spaces between words.
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
MARKS = "[\u0300-\u036f]"
NOT_WORD = r"[\W_]+"


def clean_text(text: str) -> str:
    r"""Fold white space and drop control characters; the spelling stays as given.

    Examples
    --------
    >>> clean_text(" Digital\tbadges\u0000 ")
    'Digital badges'
    """
    text = "".join(c for c in text if c >= " " or c in "\t\n\r") if not text.isprintable() else text
    return _SPACE.sub(" ", text).strip()


def plain_text(text: str) -> str:
    """Title or abstract without markup and HTML entities, for matching and showing.

    Examples
    --------
    >>> plain_text("<title>Abstract</title><p>CO<sub>2</sub> &amp; badges"), plain_text("p < 0.05")
    ('Abstract CO2 & badges', 'p < 0.05')
    """
    if "<" not in text and "&" not in text:
        return text
    return clean_text(_TAG.sub(" ", _INLINE.sub("", html.unescape(text))))


# What folding makes of each ASCII sign, so that most texts need no regular expression.
_ASCII = "".join(chr(n).lower() if chr(n).isalnum() else " " for n in range(128))


def fold_text(text: str) -> str:
    """Give a text as terms are matched in it.

    Examples
    --------
    >>> fold_text("Micro-Credentials: la Économie")
    'micro credentials la economie'
    """
    if not text.isascii():
        text = re.sub(MARKS, "", unicodedata.normalize("NFKD", text).casefold())
        if not text.isascii():
            return re.sub(NOT_WORD, " ", text).strip()
    return " ".join(text.translate(_ASCII).split())


def clean_doi(text: str) -> str:
    """Give the DOI in `text`, lower case and without resolver; empty if there is none.

    Examples
    --------
    >>> clean_doi("https://doi.org/10.1186/S41239-021-00315-5")
    '10.1186/s41239-021-00315-5'
    >>> clean_doi("DOI 10.1234/x"), clean_doi("10.11/x")
    ('10.1234/x', '')
    """
    found = _DOI.fullmatch(text.strip())
    return found.group(1).lower().rstrip(".,;") if found else ""


def join(values: Iterable[str]) -> str:
    """Join the distinct non-empty values of a list column, in order."""
    return LIST_SEPARATOR.join(dict.fromkeys(v.strip() for v in values if v.strip()))


def split(text: str) -> list[str]:
    """Take a list column apart."""
    return [part for part in (p.strip() for p in text.split(";")) if part]


def content_hash(row: Mapping[str, object], length: int = 8) -> str:
    """Hash what a record says of its work, leaving out where and when it was seen."""
    text = "\x1f".join(str(row.get(c, "")) for c in CONTENT)
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def check_nothing_lost(stage: str, entered: Iterable[str], left: Iterable[str]) -> None:
    """Stop where the ids that leave a stage are not the ids that entered it, each once (rule 1).

    Raises
    ------
    AssertionError
        Naming the ids; it is a fault of the program, not of its user.
    """
    before, after = Counter(list(entered)), Counter(list(left))
    if before != after:
        lost, added = sorted((before - after).elements()), sorted((after - before).elements())
        raise AssertionError(f"{stage}: ids lost {lost[:20]}, ids added {added[:20]}")
