"""The codebook: what it may say, and what its indicators mean.

An indicator is a word or phrase, written in one of three ways:

- `labour market`: each word in any inflected form ("Labour markets", "labour-market");
- `credential*`: a word that ends in `*` stands for any ending ("credentials", "credentialing");
- `open access!`: a phrase that ends in `!` is found just so, in no other form.

Case, accents and punctuation never count; a hyphen is a space. A quotation mark is refused: YAML takes the
outer ones away, so that they could not be relied upon.

A form is an inflected one if the Snowball stemmer (Porter 2 for English) makes the same stem of it and the
two also differ by an inflection alone: stems alone make one word of "employer", "employed" and
"employability", which are not one thing to a reviewer. (On the bundled sample, stems alone gave 17 of 18
works the same two themes by those words.)
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from os.path import commonprefix
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from reprise.coding.places import UNKNOWN
from reprise.config import Filled, Model, Name, Term, parse_model, plain, read_yaml
from reprise.decisions import fingerprint
from reprise.mistakes import Mistake
from reprise.records import fold_text

UNCODED = "uncoded"
# What is coded -> what stands where no code is known.
VARIABLES = {"theme": UNCODED, "author_country": UNKNOWN, "first_author_country": UNKNOWN,
             "studied_country": UNKNOWN}  # fmt: skip
# How person and rule stand to each other on a code of a work; see `reprise.coding.works`.
BY_RULE, CONFIRMED, CHANGED = "by rule", "confirmed", "changed"


class Language(NamedTuple):
    """What coding knows of a language.

    Attributes
    ----------
    stemmer : str
        Name of its Snowball stemmer.
    endings : frozenset of str
        What is left of two words behind their common beginning, where they are forms of one word.
    small_words : frozenset of str
        Words that say nothing by themselves: the closed classes of grammar, folded.
    """

    stemmer: str
    endings: frozenset[str]
    small_words: frozenset[str]


# By ISO 639-1 code. A language is added by an entry here.
LANGUAGES = {
    "en": Language(
        "english",
        frozenset({"", "s", "es", "e", "ed", "d", "ing", "y", "ies", "ied"}),
        frozenset(
            "a an the this that these those each every some any all both no not nor neither either "
            "such same other another more most much many less least few own i me my we us our you "
            "your he him his she her it its they them their who whom whose which what when where why "
            "how and or but if so than then as at by for from in into of off on onto out over per to "
            "toward towards under up upon via with within without about above across after against "
            "along among amongst around before behind below beneath beside besides between beyond "
            "despite down during except inside near since through throughout till until unlike versus "
            "vs while whilst whether because although though once only also too very just even still "
            "yet again ever never there here am is are was were be been being do does did doing done "
            "have has had having can could may might must shall should will would".split()
        ),
    ),
}

Kind = Literal["forms", "endings", "exact"]


class Word(NamedTuple):
    """One word of an indicator: its folded text, and what of a text it stands for."""

    kind: Kind
    text: str


@cache
def read_phrase(text: str) -> tuple[Word, ...]:
    """Take an indicator or negation apart.

    Examples
    --------
    >>> read_phrase("Micro-credential*")
    (Word(kind='forms', text='micro'), Word(kind='endings', text='credential'))
    >>> read_phrase("open access!")
    (Word(kind='exact', text='open'), Word(kind='exact', text='access'))
    """
    body = text.strip()
    kind: Kind = "exact" if body.endswith("!") else "forms"
    words: list[Word] = []
    for part in _parts(body):
        words += [Word(kind, word) for word in fold_text(part).split()]
        if part.endswith("*"):
            words[-1] = Word("endings", words[-1].text)
    return tuple(words)


def _parts(body: str) -> list[str]:
    return [part for part in re.split(r"[\s-]+", body.removesuffix("!")) if part]


def _notation(text: str) -> str:
    """Refuse what would be read as something else than is meant."""
    if re.search('["“”]', text):
        raise ValueError(
            f"'{text}' has quotation marks; leave them out, and end it in ! to find it in no other form"
        )
    parts = _parts(text.strip())
    if any("*" in p.removesuffix("*") or (p.endswith("*") and not fold_text(p)) for p in parts):
        raise ValueError(f"'{text}': * stands only at the end of a word; move it there, or leave it out")
    return text


@cache
def _stemmer(language: str) -> Callable[[str], str]:
    import snowballstemmer  # its languages take 0.1 s to import: not where a codebook is only read

    stemmer: Callable[[str], str] = snowballstemmer.stemmer(LANGUAGES[language].stemmer).stemWord
    return stemmer


@cache
def stem(word: str, language: str = "en") -> str:
    """Give the stem of a folded word.

    Examples
    --------
    >>> stem("recognising"), stem("employability")
    ('recognis', 'employ')
    """
    return _stemmer(language)(word)


def inflected(word: str, other: str, language: str = "en") -> bool:
    """Whether two words of one stem are forms of one word.

    Examples
    --------
    >>> inflected("recognising", "recognise"), inflected("employability", "employer")
    (True, False)
    """
    common = commonprefix([word, other])  # noqa: RUF071 (character by character is what is wanted)
    endings = LANGUAGES[language].endings
    return _ends(word, len(common), endings) and _ends(other, len(common), endings)


def _ends(word: str, at: int, endings: frozenset[str]) -> bool:
    """Whether a word is an inflection of its first `at` letters."""
    rest = word[at:]
    doubled = at > 0 and rest[:1] == word[at - 1] and rest[1:] in endings  # planned, plan
    return rest in endings or doubled


def spellings(word: Word, language: str = "en") -> frozenset[str]:
    """List all texts that `word` may stand for by their spelling, whatever their stems.

    Examples
    --------
    >>> {"skill", "skilled", "skills", "skillssed"} <= spellings(Word("forms", "skills"))
    True
    """
    if word.kind == "exact":
        return frozenset({word.text})
    text, endings = word.text, LANGUAGES[language].endings
    beginnings = [text[:at] for at in range(len(text) + 1) if _ends(text, at, endings)]
    return frozenset(b + twice + end for b in beginnings for twice in {"", b[-1:]} for end in endings)


def stands_for(word: Word, text: str, language: str = "en") -> bool:
    """Whether a word of an indicator stands for a folded word of a text.

    Examples
    --------
    >>> [stands_for(Word(kind, "credential"), "credentials") for kind in ("forms", "endings", "exact")]
    [True, True, False]
    """
    if word.kind == "endings":
        return text.startswith(word.text)
    if text == word.text or word.kind == "exact":
        return text == word.text
    return inflected(text, word.text, language) and stem(text, language) == stem(word.text, language)


def _meet(one: Word, other: Word, language: str) -> bool:
    """Whether there may be a word that both stand for."""
    if one.text == other.text:
        return True
    if one.kind == other.kind == "endings":
        return one.text.startswith(other.text) or other.text.startswith(one.text)
    closed = [spellings(word, language) for word in (one, other) if word.kind != "endings"]
    texts = closed[0].intersection(*closed[1:])
    return any(stands_for(one, text, language) and stands_for(other, text, language) for text in texts)


def _version(value: Any) -> Any:
    """Take a version that YAML read as a date."""
    return value.isoformat() if isinstance(value, dt.date) else value


def _language(code: str) -> str:
    if code not in LANGUAGES:
        raise ValueError(f"'{code}' is not known; known (ISO 639-1): {', '.join(sorted(LANGUAGES))}")
    return code


Phrase = Annotated[Term, AfterValidator(_notation)]
Version = Annotated[str, BeforeValidator(_version)]
LanguageCode = Annotated[str, AfterValidator(_language)]


class Theme(Model):
    """A theme: what it means to people, and the phrases that indicate it."""

    id: Name
    label: Filled
    definition: str = ""
    include: str = ""
    exclude: str = ""
    indicators: Annotated[list[Phrase], Field(min_length=1)]
    negations: list[Phrase] = Field(default_factory=list)


class Context(Model):
    """A group of themes."""

    id: Name
    label: Filled
    themes: Annotated[list[Theme], Field(min_length=1)]


class Codebook(Model):
    """Contexts and their themes; a theme's code is `context.theme`."""

    version: Version = ""
    language: LanguageCode = "en"
    origin: str = ""
    contexts: Annotated[list[Context], Field(min_length=1)]

    @model_validator(mode="after")
    def _fit_together(self) -> Codebook:
        wrong = _across(self.model_dump())
        if wrong:
            raise ValueError("\n".join(wrong))
        return self

    def themes(self) -> list[tuple[str, Context, Theme]]:
        """List code, context and theme, in the codebook's order."""
        return [(f"{c.id}.{t.id}", c, t) for c in self.contexts for t in c.themes]

    @property
    def fingerprint(self) -> str:
        """Hash of what the codebook says, whatever its layout and comments."""
        return fingerprint(json.dumps(plain(self), sort_keys=True))


class _Listed(NamedTuple):
    """What can be read of one theme of a codebook that may be wrong elsewhere."""

    code: str
    indicators: list[str]
    negations: list[str]


def _across(raw: Any) -> list[str]:
    """Say what is wrong between the parts of a codebook, as far as it can be read.

    It looks at the raw file, so that a mistake in one theme does not hide those between others.
    """
    language = raw.get("language", "en") if isinstance(raw, Mapping) else "en"
    listed = list(_listed(raw))
    codes = [theme.code for theme in listed if theme.code]
    wrong = [
        f"code '{code}' stands twice; rename one" for code in sorted({c for c in codes if codes.count(c) > 1})
    ]
    # Of an unknown language nothing can be said but that.
    return wrong + (_twice(listed, language) + _idle(listed, language) if language in LANGUAGES else [])


def _listed(raw: Any) -> Iterator[_Listed]:
    for context in _maps(raw, "contexts"):
        for theme in _maps(context, "themes"):
            ids = [part.get("id") for part in (context, theme)]
            code = ".".join(map(str, ids)) if all(ids) else ""
            yield _Listed(code, _phrases(theme, "indicators"), _phrases(theme, "negations"))


def _maps(raw: Any, key: str) -> list[Mapping[str, Any]]:
    inner = raw.get(key) if isinstance(raw, Mapping) else None
    return [part for part in inner if isinstance(part, Mapping)] if isinstance(inner, list) else []


def _phrases(theme: Mapping[str, Any], key: str) -> list[str]:
    inner = theme.get(key)
    texts = [str(p) for p in inner if isinstance(p, str | int | float)] if isinstance(inner, list) else []
    return [text for text in texts if fold_text(text) and _is_notation(text)]


def _is_notation(text: str) -> bool:
    try:
        return bool(_notation(text))
    except ValueError:
        return False


def _twice(listed: Sequence[_Listed], language: str) -> list[str]:
    """Name the indicators that stand in two themes, in whatever form."""
    alike: dict[tuple[tuple[str, str], ...], list[tuple[str, str]]] = defaultdict(list)
    wrong = []
    for theme in listed:
        for text in theme.indicators:
            words = read_phrase(text)
            key = tuple((word.kind, word.text[0]) for word in words)  # forms of a word begin alike
            for other, code in alike[key]:
                pairs = zip(words, read_phrase(other), strict=True)
                if code != theme.code and all(stands_for(w, o.text, language) for w, o in pairs):
                    spelled = "" if text.casefold() == other.casefold() else f" as '{other}'"
                    wrong.append(
                        f"indicator '{text}' stands in {code}{spelled} and in {theme.code}; keep one"
                    )
                    break
            alike[key].append((text, theme.code))
    return wrong


def _idle(listed: Sequence[_Listed], language: str) -> list[str]:
    """Name the negations that hold no indicator of their theme."""
    return [
        f"negation '{negation}' of {theme.code} holds none of its indicators, so it can cancel nothing; "
        "correct it, or take it out"
        for theme in listed
        for negation in theme.negations
        if theme.indicators
        and not any(_holds(read_phrase(negation), read_phrase(i), language) for i in theme.indicators)
    ]


def _holds(longer: Sequence[Word], shorter: Sequence[Word], language: str) -> bool:
    """Whether a phrase may stand within another."""
    starts = range(len(longer) - len(shorter) + 1)
    return any(
        all(_meet(one, other, language) for one, other in zip(longer[at:], shorter, strict=False))
        for at in starts
    )


def read_codebook(path: str | Path) -> Codebook:
    """Read and check a codebook.

    Raises
    ------
    Mistake
        All that is wrong with it.
    """
    raw = read_yaml(path)
    try:
        return parse_model(Codebook, raw, str(path))
    except Mistake as mistake:
        across = [f"{path}: {line}" for line in _across(raw)]
        raise Mistake(dict.fromkeys([*mistake.lines, *across])) from None
