"""Titles, brought to one spelling, and what else they tell: a number, a notice, that they tell nothing."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from itertools import compress

from reprise.records import CJK, plain_text

# A longer string of digits is no number, and Python refuses to read very long ones.
LONG_NUMBER = 20
# Letters that Unicode does not take apart into a base letter and an accent.
_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ħ": "h"}
)
_BIG_LETTERS = _LETTERS | {ord(chr(c).upper()): v.title() for c, v in _LETTERS.items() if chr(c) != "ı"}
_BIG_LETTERS |= dict.fromkeys(map(ord, "“”„«»‹›–—‐‑−·•†‡"), " ")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_DROPPED = re.compile(r"['’‘ʼ`´\u00ad\u200b-\u200f\ufeff]")
_NOT_WORD = re.compile(r"[\W_]+")
_NOTHING = {
    "", "na", "n a", "nan", "none", "null", "unknown", "anon", "anonymous", "no authors listed",
    "no author", "not available", "no title", "untitled", "n pag", "npag", "n p", "np", "no pagination",
}  # fmt: skip
_LONGEST_NOTHING = 40  # signs, with whatever stands around the words

# Titles that many works bear: they say which part of a journal it is, not which work.
_GENERIC = re.compile(
    r"(guest |the )?(editorial|editors? note|editors? introduction|introduction|preface|foreword|prologue|"
    r"epilogue|afterword|conclusions?|abstracts?|index|news|errata|erratum|corrigendum|correction|letters?|"
    r"commentary|reply|obituary|books? reviews?|reviews?|contents|proceedings|call for papers|"
    r"in this issue|(remarks |message |letter |notes? |words? )?from (the |our )?(\w+ ){0,3}editors?"
    r"( .{0,20})?|"
    r"introduction to (the )?.{0,40}mini ?track.*|.{0,30}special issue( .{0,20})?|acknowledge?ments?|"
    r"contributors|announcements?|minutes of .{0,60}|"
    r"(annual|presidential|presidents?|treasurers?|secretarys?) (report|address)( .{0,40})?)"
    r"( (comment|board|note|notes|to the editor|to the (special|theme|themed) (issue|section)|"
    r"to this (special )?issue|statement|and (introduction|commentary|discussion)))?"
)
# A notice about a work bears the work's own title after one of these.
_NOTICE = re.compile(
    r"^\W*(?:(?P<erratum>errat(?:um|a)|corrigend(?:um|a)|corrections?(?=\s*(?:to\b|:|\())|addendum|"
    r"publishers? (?:correction|note)|author correction)"
    r"|(?P<retraction>retraction(?: note| notice)?(?=\s*(?:to\b|of\b|:))|expression of concern)"
    r"|(?P<reply>(?:author(?:s|'s|s')? )?(?:reply|response)(?=\s*(?:to\b|:))|rejoinder|"
    r"re:|comments?(?: on\b|ary on\b|ary to\b)|discussion of\b|letters? to the editor|a reply to\b|"
    r"a response to\b)"
    r"|(?P<review>book reviews?\b|review of(?=\s*[:\"“'‘])))",
    re.I,
)
_NOTICE_END = re.compile(
    r"(?:[:\-–—.(\[]\s*|\b)(?:(?P<erratum>errat(?:um|a)|corrigend(?:um|a))"
    r"|(?P<reply>(?:the )?authors?['’]?s? (?:reply|response)|(?:a )?(?:rejoinder|reply|comment)))\W*$",
    re.I,
)
_NOTICED = re.compile("errat|corr|repl|respon|rejoind|comment")
# "Correction" ends a title of its own too, so here it must be set off.
_CORRECTED = re.compile(r"[:(\[]\s*corrections?\W*$", re.I)
_RETRACTED = re.compile(
    r"^\W*(?:retracted(?: article| chapter)?|withdrawn)\s*[:\-–]\s*|\W*[\[(]retracted[^\])]*[\])]\W*$", re.I
)
_NUMBERED = re.compile(
    r"^\s*(?:(?:abstract|poster)\s*(?:no\.?|number)?\s*[A-Z]{0,3}-?\d+|[A-Z]{1,3}-?\d+)\s*[:.]\s+", re.I
)
# What indexes put behind a title: "[Chinese]", "[Review] [33 refs]", "[Erratum appears in ...]".
_BRACKETED_END = re.compile(r"\s*\.?\s*\[([^\[\]]*)\]?\.?\s*$")
# Each branch begins with a sign, so that the search for one is quick.
_SUBTITLE = re.compile(r"[:?!—]|--|\.\s|[-–](?<=\s.)[-–—]*\s")
_LEVEL = (
    r"(?:part|phase|stage|study|paper|chapter|volume|vol|level|book|section|series|module|round|wave|tier|no)"
)
_ROMAN = {
    "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10,
    "xi": 11, "xii": 12,
}  # fmt: skip
_SPELLED = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12,
}  # fmt: skip

_LEVELS = frozenset(_LEVEL[3:-1].split("|"))
_COUNTING = frozenset((*_SPELLED, *_ROMAN, *_LEVELS))
_DIGIT = re.compile("[0-9]")
_STAGE_SIGNS = re.compile("protocol|design|rationale|baseline|follow|year |month ")
_STAGE = re.compile(
    r"\b(protocol|rationale|baseline|follow ?up|design|\w+ (?:year|month) (?:results|outcomes|follow ?up))\b"
)
_LEVELLED = re.compile(rf"\b{_LEVEL[:-4]}) (?:\d+|[ivx]+|one|two|three|four|five|[a-d])\b")


def fold(text: str) -> str:
    """Lower case, without accents, each run of other signs one space.

    Examples
    --------
    >>> fold("Guàrdia-Ortiz, O’Brien & Wüster")
    'guardia ortiz obrien and wuster'
    """
    text = _DROPPED.sub("", text.replace("&", " and "))
    text = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    text = "".join(c for c in text if not unicodedata.combining(c)) if not text.isascii() else text
    return _NOT_WORD.sub(" ", text).strip()


def unaccented(texts: Sequence[str]) -> list[str]:
    """Take the accents off letters and odd apostrophes out; other signs and case stay. All in one sweep.

    A text of several lines is given as it is.

    Examples
    --------
    >>> unaccented(["Guàrdia–Ortiz", "O’Brien", "王"])
    ['Guardia Ortiz', 'OBrien', '王']
    """
    odd = [text for text in texts if not text.isascii() and "\n" not in text]
    big = unicodedata.normalize("NFKD", _DROPPED.sub("", "\n".join(odd)))
    plain = iter(_ACCENTS.sub("", big.translate(_BIG_LETTERS)).split("\n"))
    return [text if text.isascii() or "\n" in text else next(plain) for text in texts]


# Of plain signs: what is no letter or digit is a space, an apostrophe is nothing. `translate` is quick only
# as long as each sign becomes one or none.
_PLAIN: dict[int, str | None] = {c: chr(c) if chr(c).isalnum() else " " for c in range(128)}
_PLAIN |= {ord("\n"): "\n", ord("'"): None, ord("`"): None}


def fold_all(texts: Sequence[str]) -> list[str]:
    """Fold many texts, as `fold` does: those in plain letters in one sweep.

    Examples
    --------
    >>> fold_all(["Badges & Co's", "Guàrdia"])
    ['badges and cos', 'guardia']
    """
    bare = unaccented(texts)
    plain = [text.isascii() and "\n" not in text for text in bare]
    big = "\n".join(compress(bare, plain)).lower().replace("&", " and ")
    swept = iter(big.translate(_PLAIN).split("\n"))
    return [
        " ".join(next(swept).split()) if ok else fold(text) for text, ok in zip(texts, plain, strict=True)
    ]


def stated(text: str) -> str:
    """Give a text, or nothing where it only says that nothing is known."""
    return "" if len(text) < _LONGEST_NOTHING and fold(text) in _NOTHING else text


def bare_title(text: str) -> str:
    """Take markup and what indexes add around a title off it, and the number of an abstract before it."""
    if _DIGIT.search(text, 0, 30):
        text = _NUMBERED.sub("", text)
    low = text.lower()
    if not ("[" in text or "<" in text or "&" in text or "retracted" in low or "withdrawn" in low):
        return text.strip()
    text = _RETRACTED.sub("", plain_text(html.unescape(text)).strip())
    if text.startswith("[") and text.rstrip(".").endswith("]") and text.count("[") == 1:
        return text.strip("[]. ")
    while True:
        cut = _BRACKETED_END.sub("", text)
        if cut == text or len(cut.split()) < 3:
            return text
        text = cut


def notice(title: str) -> str:
    """Say which kind of notice about another work the title announces; empty if none.

    Examples
    --------
    >>> notice("Erratum to: Badges in nursing"), notice("Correction of gait by training")
    ('erratum', '')
    """
    # Most titles end without a word for a notice; the pattern for one that does is slow.
    ends = _NOTICED.search(title[-60:].lower())
    found = _NOTICE.match(title) or (_NOTICE_END.search(title) if ends else None)
    if ends and not found and _CORRECTED.search(title):
        return "erratum"
    return next((k for k, v in found.groupdict().items() if v), "") if found else ""


def numbers(folded: str) -> str:
    """List the numbers of a title in order, however they are written.

    Examples
    --------
    >>> numbers("badges part ii 2 case studies of two colleges")
    '2 2 2'
    """
    words = folded.split()
    if folded.isascii() and not _DIGIT.search(folded) and _COUNTING.isdisjoint(words):
        return ""
    found = []
    for before, word in zip(("", *words), words, strict=False):
        if word[0].isdecimal():
            figure = word[:-2] if word[-2:] in ("st", "nd", "rd", "th") else word
            if figure.isdecimal():
                found.append(str(int(figure)) if len(figure) < LONG_NUMBER else figure)
        elif word in _SPELLED:
            found.append(str(_SPELLED[word]))
        elif word in _ROMAN and (len(word) > 1 or before in _LEVELS):
            found.append(str(_ROMAN[word]))
        elif len(word) == 1 and before in _LEVELS:
            found.append(word)
    return " ".join(found)


def word_count(folded: str) -> float:
    """Count words; scripts without spaces count two signs as a word."""
    if folded.isascii():
        return folded.count(" ") + 1 if folded else 0
    signs = len(CJK.findall(folded))
    return len(CJK.sub(" ", folded).split()) + signs / 2


def is_generic(folded: str) -> bool:
    """Say whether a title is too common or too short to tell one work from another."""
    return word_count(folded) < 3 or bool(_GENERIC.fullmatch(folded))


def main_title(bare: str) -> str:
    """Give what stands before the subtitle."""
    found = _SUBTITLE.search(bare)
    return bare[: found.start()].rstrip() if found else bare


def is_latin(text: str) -> bool:
    """Say whether most letters of a text are Latin ones."""
    if text.isascii() or max(text) < "ɐ":
        return True
    letters = [c for c in text if c.isalpha()]
    return sum(c < "ɐ" or "Ḁ" <= c <= "ỿ" for c in letters) * 2 >= len(letters)


def stages(folded: str) -> str:
    """Name the stages of a study that a title tells: its protocol, its baseline, its later results.

    Examples
    --------
    >>> stages("badges for nurses study protocol"), stages("badges for nurses")
    ('protocol', '')
    """
    if not _STAGE_SIGNS.search(folded):
        return ""
    return " ".join(sorted({found.replace(" ", "") for found in _STAGE.findall(folded)}))


def numbered(title: str) -> bool:
    """Whether a title has the number of an abstract before it."""
    return _NUMBERED.match(title) is not None


def levelled(folded: str) -> bool:
    """Whether a title says which part of several it is."""
    return _LEVELLED.search(folded) is not None


def other_title(text: str) -> str:
    """Give the original title that stands in brackets behind a translated one."""
    if "[" not in text:
        return ""
    found = re.search(r"\[([^\[\]]{20,})\]\.?\s*$", html.unescape(text))
    words = fold(found.group(1)) if found else ""
    return words.replace(" ", "") if word_count(words) >= 4 and not words.startswith("erratum") else ""
