"""The names of authors, in whatever order and with whatever separators they are given."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from functools import lru_cache

from reprise.dedupe.titles import fold, stated, unaccented
from reprise.records import CJK, plain_text

PARTICLES = {
    "van", "von", "der", "den", "de", "da", "do", "dos", "das", "di", "del", "della", "la", "le", "el", "al",
    "bin", "ibn", "ter", "ten", "zu", "zur", "af", "av", "st", "jr", "sr", "ii", "iii", "phd", "dr", "prof",
    "and", "the", "of", "for", "et", "y", "e",
}  # fmt: skip
_CORPORATE_WORDS = (
    "universit college school department ministry government governo association organisation organization "
    "council centre center conference authority institut agency foundation commission group society national "
    "united european international american australian board bank committee network consortium partner union "
    "office forum academy team collaborat associates federation service"
).split()
_CORPORATE = re.compile(rf"\b({'|'.join(_CORPORATE_WORDS)}|stud(?:y|ies)\b)", re.I)
_CORPORATE_BEGINNINGS = (*_CORPORATE_WORDS, "study", "studies")
_SIGNS: dict[int, str | None] = {c: chr(c) if chr(c).isalnum() else " " for c in range(128)}
_SIGNS |= {ord(c): c for c in ",;\n"} | {ord("'"): None, ord("`"): None}
_UNUSUAL = re.compile(r"[&<+|\n\r]|et al| others")
_GIVEN = re.compile(r",[^;\n]*")
_RUN_ON = re.compile(r"\b[A-Z]{2,3}\b")  # initials without stops, or a short name in capitals
_CAPITALS = re.compile(r"[A-Z][A-Z]")  # a quicker look
_MORE = re.compile(r"\bet al\b\.?|\+\s*\d+|\band others\b")
_INITIALS = re.compile(r"[A-Z]{1,3}|(?:[A-Z]\.)+[A-Z]?\.?")


def is_corporate(name: str) -> bool:
    """Whether a name looks like an institution's."""
    return _CORPORATE.search(name) is not None


def author_lists(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """Give, of many lists of authors, the words of the family names and those of all names.

    Lists of one usual form are taken in one sweep, the others by `author_names`.

    Examples
    --------
    >>> author_lists(["Nic Giolla Mhichíl, Mairéad; Bell, N.", "Bell N"])
    (['nic giolla mhichil bell', 'bell'], ['nic giolla mhichil mairead bell', 'bell'])
    """
    lists = list(dict.fromkeys(texts))
    _person.cache_clear()  # each set of records begins anew
    usual, spelled = [], []
    for text, plain in zip(lists, unaccented(lists), strict=True):
        if "," in plain and plain.isascii() and not _UNUSUAL.search(plain):
            usual.append(text)
            spelled.append(plain)
    big = "\n".join(spelled).translate(_SIGNS)
    families = _GIVEN.sub("", big).replace(";", " ")
    spaced = big.lower().replace(",", " ").replace(";", " ")
    known = set(spaced.split())
    worth = {w for w in known if len(w) > 1 and w not in PARTICLES}
    corporate = {w for w in known if w.startswith(_CORPORATE_BEGINNINGS)}
    rows = zip(usual, *(t.split("\n") for t in (big, families, spaced)), strict=True) if usual else ()
    found: dict[str, tuple[str, str]] = {}
    for text, plain, family, every in rows:
        words = every.split()
        if corporate.isdisjoint(words) and _is_usual(plain, family):
            kept = dict.fromkeys([w for w in family.lower().split() if w in worth])
            found[text] = " ".join(kept), " ".join(dict.fromkeys([w for w in words if w in worth]))
    for text in lists:
        if text not in found:
            one, every = author_names(text)
            found[text] = " ".join(one), " ".join(every)
    return [found[text][0] for text in texts], [found[text][1] for text in texts]


def _is_usual(plain: str, families: str) -> bool:
    """Whether a list is "Family, Given; Family, Given", and no family is in short capitals."""
    semicolons = plain.count(";")
    if plain.count(",") != semicolons + 1 or (_CAPITALS.search(families) and _RUN_ON.search(families)):
        return False
    # "Bell N, Smith J" is two people.
    one, _, other = plain.partition(",")
    single = len(plain) < 40 and " and " not in plain and (" " not in one.strip() or " " not in other.strip())
    return semicolons > 0 or single


def author_names(text: str) -> tuple[list[str], list[str]]:
    """Give the words of the family names, and those of all names.

    Copes with "Family, Given", "Given Family", "Family GN", and lists that run on without separators.

    Examples
    --------
    >>> author_names("Nic Giolla Mhichíl, Mairéad; Bell N")
    (['nic', 'giolla', 'mhichil', 'bell'], ['nic', 'giolla', 'mhichil', 'mairead', 'bell'])
    """
    if "&" in text or "<" in text:
        text = plain_text(html.unescape(text))
    if ";" not in text:
        text = stated(text)
    if "et al" in text or "+" in text or "and others" in text:
        text = _MORE.sub("", text)
    families: dict[str, None] = {}
    names: dict[str, None] = {}
    for person in _persons(text):
        words, every = _person(person)
        families.update(dict.fromkeys(words))
        names.update(dict.fromkeys(every))
    return list(families), list(names)


@lru_cache(maxsize=200_000)
def _person(person: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the words of one family name, and those of the whole name; people write more than once."""
    family, _, given = person.partition(",")
    words = _name_words(family)
    every = words + _name_words(given)
    if is_corporate(person):
        # The parts of an institution's name stand in any order, or as its initials.
        big = [w for w in re.findall(r"\w[\w-]*", person) if fold(w) not in PARTICLES]
        letters = fold("".join(w[0] for w in big))
        every = [*fold(" ".join(big)).split(), letters]
        words = every
    elif not given.strip() and len(words) > 1:
        # "Bell N": what is not an initial is the family; "Natalia Bell": the last word is.
        raw = family.split()
        initials = re.fullmatch(r"[A-Z]{1,3}|(?:[A-Z]\.[-\s]?)+", raw[-1]) and not family.isupper()
        words = words if initials else words[-1:]
    return tuple(words), tuple(every)


def _persons(text: str) -> list[str]:
    if ";" in text:
        return text.split(";")
    if _CORPORATE.search(text) and not re.search(r",\s*[A-Z]\.", text):
        return [text]  # "Department of Education, Skills and Employment" is one
    parts = [p for p in re.split(r"\s+(?:and|&)\s+|,\s*&\s*|\|", text) if p.strip()]
    persons: list[str] = []
    for part in parts:
        pieces = [p.strip() for p in part.split(",") if p.strip()]
        if len(pieces) > 2 and all(re.fullmatch(r"(?:[A-Z]\.?[-\s]?){1,4}", p) for p in pieces[1::2]):
            persons += [", ".join(pair) for pair in zip(pieces[::2], pieces[1::2], strict=False)]
        elif len(pieces) > 2 or (len(pieces) == 2 and all(len(p.split()) > 1 for p in pieces)):
            persons += pieces
        elif len(part) > 40 and re.search(r"[a-zà-ÿ][A-ZÀ-Þ]", part):
            persons += re.split(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])", part)
        else:
            persons.append(", ".join(pieces))
    return persons


def _name_words(text: str) -> list[str]:
    if text.isascii():
        long = [w for w in text.translate(_SIGNS).split() if len(w) > 1]
        told = [w for w in long if w.lower() not in PARTICLES]
        return [w.lower() for w in told if len(w) > 3 or not w.isupper()] or [w.lower() for w in told]
    raw = text.replace("-", " ").split()
    short = {fold(w) for w in raw if len(w) < 12 and _INITIALS.fullmatch(w)}
    words = [w for w in fold(text).split() if w not in PARTICLES]
    kept = [w for w in words if (len(w) > 1 or CJK.match(w)) and w not in short]
    return kept or [w for w in words if len(w) > 1]


def initialled(text: str) -> str:
    """Give "family:initial" for each person of a list whose names are told apart, and both ways round.

    Examples
    --------
    >>> initialled("Kim, Soo-jin; Bell, N."), initialled("Kim Soo-jin")
    ('kim:s soo:k jin:k bell:n', '')
    """
    found: dict[str, None] = {}
    persons = text.split(";") if ";" in text or text.count(",") == 1 else ()
    for person in persons:
        family, comma, given = person.partition(",")
        one, other = _folded(family), _folded(given)
        if comma and one and other and other[0][0].isalpha():
            found.update(dict.fromkeys(f"{w}:{other[0][0]}" for w in one if len(w) > 1))
            found.update(dict.fromkeys(f"{w}:{one[0][0]}" for w in other if len(w) > 1))
    return " ".join(found)


def _folded(name: str) -> list[str]:
    return name.translate(_SIGNS).lower().split() if name.isascii() else fold(name).split()
