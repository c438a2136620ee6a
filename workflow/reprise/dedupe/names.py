"""The names of authors, in whatever order and with whatever separators they are given."""

from __future__ import annotations

import html
import re

from reprise.dedupe.titles import fold, stated
from reprise.records import CJK, plain_text

PARTICLES = {
    "van", "von", "der", "den", "de", "da", "do", "dos", "das", "di", "del", "della", "la", "le", "el", "al",
    "bin", "ibn", "ter", "ten", "zu", "zur", "af", "av", "st", "jr", "sr", "ii", "iii", "phd", "dr", "prof",
    "and", "the", "of", "for", "et", "y", "e",
}  # fmt: skip
_CORPORATE = re.compile(
    r"\b(universit|college|school|department|ministry|government|governo|association|organi[sz]ation|council|"
    r"cent(?:re|er)|conference|authority|institut|agency|foundation|commission|group|society|national|"
    r"united|european|international|american|australian|board|bank|committee|network|consortium|partner|"
    r"union|office|forum|academy|team|collaborat|stud(?:y|ies)\b|associates|federation|service)",
    re.I,
)


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
    text = re.sub(r"\bet al\b\.?|\+\s*\d+|\band others\b", "", stated(plain_text(html.unescape(text))))
    families: dict[str, None] = {}
    names: dict[str, None] = {}
    for person in _persons(text):
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
        families.update(dict.fromkeys(words))
        names.update(dict.fromkeys(every))
    return list(families), list(names)


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
    short = {fold(w) for w in raw if re.fullmatch(r"[A-Z]{1,3}|(?:[A-Z]\.)+[A-Z]?\.?", w)}
    words = [w for w in fold(text).split() if w not in PARTICLES]
    kept = [w for w in words if (len(w) > 1 or CJK.match(w)) and w not in short]
    return kept or [w for w in words if len(w) > 1]
