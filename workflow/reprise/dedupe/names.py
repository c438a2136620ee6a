"""The names of authors, in whatever order and with whatever separators they are given."""

from __future__ import annotations

import html
import re
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
# A word that begins otherwise need not be looked at by that pattern, which is slow.
_CORPORATE_BEGINS = frozenset(word[:3] for word in (*_CORPORATE_WORDS, "study"))
_SIGNS: dict[int, str | int | None] = {c: chr(c) if chr(c).isalnum() else " " for c in range(128)}
_SIGNS |= {ord(","): ",", ord(";"): ";", ord("'"): "", ord("`"): ""}
_RUN_ON = re.compile(r"\b[A-Z]{2,3}\b")  # initials without stops, or a short name in capitals
_MORE = re.compile(r"\bet al\b\.?|\+\s*\d+|\band others\b")
_INITIALS = re.compile(r"[A-Z]{1,3}|(?:[A-Z]\.)+[A-Z]?\.?")


def is_corporate(name: str) -> bool:
    """Whether a name looks like an institution's."""
    return _CORPORATE.search(name) is not None


def author_names(text: str) -> tuple[list[str], list[str]]:
    """Give the words of the family names, and those of all names.

    Copes with "Family, Given", "Given Family", "Family GN", and lists that run on without separators.

    Examples
    --------
    >>> author_names("Nic Giolla Mhichíl, Mairéad; Bell N")
    (['nic', 'giolla', 'mhichil', 'bell'], ['nic', 'giolla', 'mhichil', 'mairead', 'bell'])
    """
    plain = _plain_list(text)
    if plain:
        return plain
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


def _plain_list(text: str) -> tuple[list[str], list[str]] | None:
    """Take "Family, Given; Family, Given", as most exports have it, in one sweep; None of other lists."""
    if ";" not in text or "&" in text or "<" in text or "+" in text or "et al" in text or " others" in text:
        return None
    if not text.isascii():
        text = unaccented(text)
        if not text.isascii():
            return None
    plain = text.translate(_SIGNS)
    beginnings = {w[:3] for w in plain.lower().replace(",", " ").split()}
    if not _CORPORATE_BEGINS.isdisjoint(beginnings) and is_corporate(text):
        return None
    if plain.count(",") == plain.count(";") + 1 and not _RUN_ON.search(plain):
        low = plain.lower()
        family = " ".join([person.partition(",")[0] for person in low.split(";")])
        every = low.replace(",", " ").replace(";", " ")
        return _worth_telling(family.split()), _worth_telling(every.split())
    families: dict[str, None] = {}
    names: dict[str, None] = {}
    for person in plain.split(";"):
        family, _, given = person.partition(",")
        words = _told(family.split())
        if len(words) > 1 and not given.strip():
            return None
        families.update(dict.fromkeys(words))
        names.update(dict.fromkeys(words))
        names.update(dict.fromkeys(_told(given.replace(",", " ").split())))
    return list(families), list(names)


def _worth_telling(words: list[str]) -> list[str]:
    return list(dict.fromkeys([w for w in words if len(w) > 1 and w not in PARTICLES]))


def _told(raw: list[str]) -> list[str]:
    """Give the words of a name without initials and particles; of one that is all initials, those."""
    words = [w for w in raw if len(w) > 1]
    kept = [w.lower() for w in words if len(w) > 3 or not w.isupper()]
    return [w for w in kept or map(str.lower, words) if w not in PARTICLES]


def forget_people() -> None:
    """Forget the names seen so far: each set of records begins anew."""
    _person.cache_clear()


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
    raw = text.replace("-", " ").split()
    if not raw:
        return []
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
        one, other = fold(family).split(), fold(given).split()
        if comma and one and other and other[0][0].isalpha():
            found.update(dict.fromkeys(f"{w}:{other[0][0]}" for w in one if len(w) > 1))
            found.update(dict.fromkeys(f"{w}:{one[0][0]}" for w in other if len(w) > 1))
    return " ".join(found)
