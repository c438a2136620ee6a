"""The protocol's query as search strings to paste into databases that have no open API.

What a database can't say is widened, never narrowed: the topic criterion takes out what is found beyond.
The dialects are those of the databases' help pages and library guides as far as they were at hand (phrases,
braces, operators and limits of Scopus and Web of Science; hyphens of EBSCO; truncation of ProQuest), the rest
(fields and years of ProQuest and EBSCO, what PubMed's tags hold) is from memory. None was tried.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from reprise.query import term_words
from reprise.records import CJK

FIELDS = ("title", "abstract", "keywords")
Word = tuple[str, bool]
# One way to say a term: all of the parts, each in any of its spellings.
Parts = list[list[str]]


class Database(NamedTuple):
    """A database's dialect.

    Attributes
    ----------
    name, where : str
        Its name, and the form that takes the string.
    tags : mapping
        Field of ours -> its fields.
    holds : mapping
        A field of its that another one holds -> that other one.
    place : callable
        Its fields and a block's alternatives -> how it is told to look for any of them in any of the fields.
    together : str
        One field that is title, abstract and keywords at once, if it has one.
    years : str
        How the first and the last year go in, empty where that is done by hand.
    leave_out : str
        The operator before what is excluded.
    exact : str
        What stands around a phrase that must be as it is written.
    endings : tuple
        What stands for any ending in a word, and, each a spelling of its own, in a phrase.
    hyphens : bool
        Whether a phrase with a hyphen is another than the one with a space.
    fewest : int
        Letters that must stand before a truncation.
    inner : bool
        Whether a word inside a phrase may be truncated, or the last alone.
    notes : tuple of str
        What else differs from what the query means.
    """

    name: str
    where: str
    tags: Mapping[str, tuple[str, ...]]
    holds: Mapping[str, str]
    place: Callable[[Sequence[str], Sequence[Parts]], str]
    together: str
    years: str
    leave_out: str
    exact: str
    endings: tuple[tuple[str, ...], tuple[str, ...]]
    hyphens: bool
    fewest: int
    inner: bool
    notes: tuple[str, ...]


class Strings(NamedTuple):
    """What is pasted: the search, and what leaves out the terms of `exclude` (either may be empty)."""

    search: str
    leave_out: str
    notes: list[str]


def search_strings(query: Mapping[str, Any], window: Mapping[str, str]) -> str:
    """Write the search strings of all databases, with what each says otherwise, as Markdown.

    Parameters
    ----------
    query, window : mapping
        Of the protocol, as plain text.
    """
    lines = [
        "# Search strings",
        "",
        "Made from `query` and `window` of config/config.yaml, to paste into databases that are searched by "
        "hand. Put what you export into data/exports. The strings were written from help pages and guides, "
        "partly from memory, and not tried against the databases: look at the number of hits, and at how the "
        "database says it understood the string.",
        "",
        f"The window, {window['start']} to {window['end']}, goes in as whole years; the criterion `window` "
        "cuts it to the day, and a work whose day is not known is kept for a person. No string limits "
        "language, type or peer review: the criteria do, and the flow counts what they take out. In the "
        "query, case, accents and punctuation don't matter, and a hyphen and a space are the same.",
    ]
    for database in DATABASES:
        lines += ["", *_section(database, query, window)]
    return "\n".join(lines) + "\n"


def _section(database: Database, query: Mapping[str, Any], window: Mapping[str, str]) -> list[str]:
    strings = strings_for(database, query, window)
    fields = [field for field in FIELDS if field in query["fields"]]
    tags = ", ".join(dict.fromkeys(_tags(database, fields)))
    notes = [f"Where to paste it: {database.where}.", f"Looks in {', '.join(fields)}: {tags}."]
    if database.years:
        notes.append(f"Window: in the string, as {_years(database, window)}.")
    else:
        years = f"{window['start'][:4]} to {window['end'][:4]}"
        notes.append(f"Window: set the limit on publication date by hand, {years}.")
    if strings.search:
        body = ["```text", strings.search, "```"]
        operators = len(re.findall(r"\b(?:AND|OR|NOT)\b", re.sub(r'"[^"]*"', "", strings.search)))
        notes.append(
            f"Length: {len(strings.search)} characters, {operators} operators. If that is too long for it, "
            "search for each block by itself and join the searches in the search history with AND."
        )
    else:
        body = ["No block of the query can be said here."]
    lines = [f"## {database.name}", "", *body, ""]
    lines += [f"- {note}" for note in [*notes, *strings.notes, *database.notes]]
    if strings.leave_out:
        lines += [
            "",
            "What the block `exclude` takes out is best found and taken out by the topic criterion, where "
            "the flow counts it. Only if too much is found, put this behind the string:",
            "",
            "```text",
            strings.leave_out,
            "```",
        ]
    return lines


def strings_for(database: Database, query: Mapping[str, Any], window: Mapping[str, str]) -> Strings:
    """Say the query in a database's dialect.

    Examples
    --------
    >>> query = {"fields": ["title", "abstract", "keywords"],
    ...          "blocks": [{"name": "what", "terms": ["open badge*", "badging"]}]}
    >>> window = {"start": "2015-01-01", "end": "2022-01-31"}
    >>> strings_for(SCOPUS, query, window).search
    'TITLE-ABS-KEY("open badge*" OR "badging") AND PUBYEAR > 2014 AND PUBYEAR < 2023'
    """
    tags = _tags(database, query["fields"])
    notes: list[str] = []
    placed: list[str] = []
    wider: list[str] = []
    for block in query["blocks"]:
        said = {term: _say(term, database) for term in block["terms"]}
        unsaid = [term for term, ways in said.items() if not ways]
        if unsaid:
            notes.append(
                f"Block {_shown(block['name'])} is left out, so that more is found: too few letters before "
                f"the * in {_list(unsaid)}."
            )
            continue
        wider += [term for term, ways in said.items() if any(len(way) > 1 for way in ways)]
        placed.append(database.place(tags, _once(ways for ways in said.values())))
    if wider:
        notes.append(f"Said wider, as words that stand anywhere: {_list(wider)}.")
    terms = [term for block in query["blocks"] for term in block["terms"]]
    if any(CJK.search(term) for term in terms):
        notes.append(
            "Terms in scripts without spaces are found as the database parts words, without an ending."
        )
    if not all(term.isascii() for term in terms):
        notes.append("A term with accents or other signs is said with and without them.")
    if placed and database.years:
        placed.append(_years(database, window))
    leave_out = ""
    if query.get("exclude") and placed:
        leave_out, unsaid = _leave_out(database, query)
        if unsaid:
            notes.append(f"Of `exclude`, the topic criterion alone takes out: {_list(unsaid)}.")
    return Strings(" AND ".join(placed), leave_out, notes)


def _leave_out(database: Database, query: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Say what is excluded, as exactly as can be: what is left out there is never looked at."""
    ways = {term: _say(term, database, exactly=True) for term in query["exclude"]["terms"]}
    exact = {term: said for term, said in ways.items() if said and all(len(way) == 1 for way in said)}
    unsaid = [term for term in ways if term not in exact]
    # The one field for all three holds more than the three.
    tags = _tags(database, query["fields"], together=False)
    text = database.place(tags, _once(exact.values())) if exact else ""
    return text and f"{database.leave_out} {text}", unsaid


def _once(ways: Any) -> list[Parts]:
    return list({str(way): way for said in ways for way in said}.values())


def _tags(database: Database, fields: Sequence[str], together: bool = True) -> list[str]:
    if together and database.together and set(fields) == set(FIELDS):
        return [database.together]
    tags = dict.fromkeys(tag for f in FIELDS if f in fields for tag in database.tags[f])
    return [tag for tag in tags if database.holds.get(tag) not in tags]


def _years(database: Database, window: Mapping[str, str]) -> str:
    first, last = int(window["start"][:4]), int(window["end"][:4])
    return database.years.format(first=first, last=last, before=first - 1, after=last + 1)


def _say(term: str, database: Database, exactly: bool = False) -> list[Parts]:
    """Say a term in each of its spellings; nothing where nothing of it can be said.

    Where a word can't be truncated in its place, the words before and behind it stand apart.
    """
    said = []
    for words in dict.fromkeys((tuple(term_words(term)), tuple(_as_written(term)))):
        runs: list[list[Word]] = [[]]
        for place, (word, cut) in enumerate(words):
            any_ending = cut and not CJK.search(word)
            if any_ending and len(word) < database.fewest:
                runs.append([])
                continue
            runs[-1].append((word, any_ending))
            if any_ending and not database.inner and place < len(words) - 1:
                runs.append([])
        whole = len(runs) == 1
        parts = [_spell(run, database, exactly) for run in runs if run]
        if parts and whole:
            said += [[[spelling]] for spelling in parts[0]]
        elif parts:
            # A part that was left out counts as one, so that the term is known to be said wider.
            said.append(parts if len(parts) > 1 else [*parts, []])
    return said


def _as_written(term: str) -> list[Word]:
    """Give a term's words with their accents and apostrophes."""
    words: list[Word] = []
    for word in re.split(r"[\s-]+", unicodedata.normalize("NFC", term)):
        signs = word.translate({0x2019: "'"})
        kept = "".join(c if unicodedata.category(c)[0] in "LMN" or c == "'" else " " for c in signs)
        parts = [part for part in (p.strip("'").lower() for p in kept.split()) if part]
        words += [(part, False) for part in parts[:-1]]
        words += [(part, word.endswith("*")) for part in parts[-1:]]
        words += [("", True)] if word.endswith("*") and not parts else []
    return words


def _spell(run: Sequence[Word], database: Database, exactly: bool) -> list[str]:
    """Spell words that stand side by side: each hyphenation, each way to truncate."""
    alone, in_phrase = database.endings
    if len(run) == 1 and run[0][1] and run[0][0].isalnum():
        return [run[0][0] + ending for ending in alone]
    plain = not any(cut for _, cut in run)
    marks = database.exact if exactly and plain else '""'
    hyphens = database.hyphens or marks != '""'
    spellings = []
    for ending in in_phrase if not plain else ("",):
        words = [word + ending * cut for word, cut in run]
        for joints in _joints(len(words) - 1) if hyphens else [" " * (len(words) - 1)]:
            text = words[0] + "".join(map(str.__add__, joints, words[1:]))
            spellings.append(marks[0] + text + marks[1])
    return spellings


def _joints(gaps: int) -> list[str]:
    """Give the ways to hyphenate: nowhere, at one place, throughout.

    Examples
    --------
    >>> _joints(2)
    ['  ', '- ', ' -', '--']
    """
    one = [" " * at + "-" + " " * (gaps - at - 1) for at in range(gaps)]
    return list(dict.fromkeys([" " * gaps, *one, "-" * gaps]))


def _any(ways: Sequence[Parts], tag: Callable[[str], list[str]] = lambda spelling: [spelling]) -> str:
    """Join alternatives by OR, and the parts of one by AND."""
    said = []
    for way in ways:
        parts = [[tagged for spelling in part for tagged in tag(spelling)] for part in way if part]
        texts = [" OR ".join(part) for part in parts]
        if len(parts) > 1:
            texts = [f"({text})" if len(part) > 1 else text for part, text in zip(parts, texts, strict=True)]
            said.append(f"({' AND '.join(texts)})")
        else:
            said += texts
    return " OR ".join(dict.fromkeys(said))


def _around(before: str) -> Callable[[Sequence[str], Sequence[Parts]], str]:
    """Make what looks in one field after the other: field, `before`, and the alternatives in parentheses."""

    def place(tags: Sequence[str], ways: Sequence[Parts]) -> str:
        said = [f"{tag}{before}({_any(ways)})" for tag in tags]
        return said[0] if len(said) == 1 else f"({' OR '.join(said)})"

    return place


def _listed(tags: Sequence[str], ways: Sequence[Parts]) -> str:
    return f"{','.join(tags)}({_any(ways)})"


def _behind(tags: Sequence[str], ways: Sequence[Parts]) -> str:
    return f"({_any(ways, lambda spelling: [f'{spelling}[{tag}]' for tag in tags])})"


def _list(terms: Sequence[str]) -> str:
    return "; ".join(map(_shown, dict.fromkeys(terms)))


def _shown(text: str) -> str:
    """Show a word of the protocol as it stands, whatever Markdown would make of it.

    Examples
    --------
    >>> _shown("badge* `x`")
    "`badge* 'x'`"
    """
    return "`" + " ".join(text.replace("`", "'").split()) + "`"


STAR = (("*",), ("*",))
SCOPUS = Database(
    name="Scopus",
    where="Advanced document search",
    tags={"title": ("TITLE",), "abstract": ("ABS",), "keywords": ("KEY",)},
    holds={},
    place=_around(""),
    together="TITLE-ABS-KEY",
    years="PUBYEAR > {before} AND PUBYEAR < {after}",
    leave_out="AND NOT",
    exact="{}",
    endings=STAR,
    hyphens=False,
    fewest=1,
    inner=True,
    notes=(
        "Words in double quotes are a loose phrase: side by side, punctuation ignored (one spelling stands "
        "for hyphen and space), the * works, and plurals and some spellings are found too. In braces a "
        "phrase is exact to the hyphen, and * is no truncation there.",
        "KEY holds the index terms of Scopus beside the authors' keywords.",
        "OR binds before AND, AND NOT comes last; the parentheses say so too.",
    ),
)
WEB_OF_SCIENCE = Database(
    name="Web of Science",
    where="Advanced search, query preview, Core Collection",
    tags={"title": ("TI",), "abstract": ("AB",), "keywords": ("AK",)},
    holds={},
    place=_around("="),
    together="TS",
    years="PY=({first}-{last})",
    leave_out="NOT",
    exact='""',
    endings=STAR,
    hyphens=True,
    fewest=3,
    inner=True,
    notes=(
        "TS also looks in Keywords Plus, words that the database takes from the titles of cited works. TI, "
        "AB and AK (authors' keywords) would be exact; in other collections than the Core Collection AK may "
        "be unknown.",
        "In double quotes, and where a * stands, no other forms of a word are looked for. A phrase is said "
        "with hyphen and with space. At least three letters stand before a *.",
        "Versions of its help differ on a limit: none, or 49 operators in a search. If it refuses the "
        "string, search block by block.",
    ),
)
EBSCOHOST = Database(
    name="EBSCOhost",
    where="Advanced search, the first box, no field chosen; search mode Boolean/Phrase (Proximity in the new "
    "interface), and no expanders: neither equivalent subjects nor related words nor full text",
    tags={"title": ("TI",), "abstract": ("AB",), "keywords": ("SU", "KW")},
    holds={},
    place=_around(" "),
    together="",
    years="",
    leave_out="NOT",
    exact='""',
    endings=STAR,
    hyphens=True,
    fewest=1,
    inner=True,
    notes=(
        "SU are the database's subjects, KW the authors' keywords. Fields differ from database to database: "
        "where one has no KW or no AB, take that part out; choose databases one by one and note which.",
        "A phrase with a hyphen finds both forms, one with a space may not: both are said. In double quotes "
        "the * works and plurals are not added.",
        "Stop words (of, the, for, ...) in a phrase stand for any word.",
    ),
)
PROQUEST = Database(
    name="ProQuest",
    where="Advanced search, command line",
    tags={"title": ("TI",), "abstract": ("AB",), "keywords": ("SU", "IF")},
    holds={},
    place=_listed,
    together="",
    years="YR({first}-{last})",
    leave_out="NOT",
    exact='""',
    endings=(("[*20]",), ("*", "[*20]")),
    hyphens=True,
    fewest=1,
    inner=True,
    notes=(
        "A bare * stands for up to five letters there, [*20] for up to twenty, the most that can be said. "
        "Its help does not say whether [*20] works within a phrase: phrases are said with either. Truncation "
        "may find no more than 500 variants of a word.",
        "IF are authors' keywords (identifiers), SU the database's subjects. Fields differ from database to "
        "database: one that a database lacks finds nothing there.",
        "In double quotes no other forms of a word are looked for. A phrase is said with hyphen and with "
        "space.",
    ),
)
PUBMED = Database(
    name="PubMed",
    where="Advanced search, query box",
    tags={"title": ("ti",), "abstract": ("tiab",), "keywords": ("ot",)},
    holds={"ti": "tiab"},
    place=_behind,
    together="",
    years="{first}:{last}[dp]",
    leave_out="NOT",
    exact='""',
    endings=STAR,
    hyphens=True,
    fewest=4,
    inner=False,
    notes=(
        "Where abstracts are looked in, [tiab] looks in titles too; [ot] are authors' keywords. MeSH "
        "headings are not looked in; quotes, * and fields switch off the mapping to them.",
        "At least four letters stand before a *, and only the last word of a phrase is truncated here.",
        "A phrase in quotes is looked up in a list of phrases. Where it isn't listed, PubMed may look for "
        "its words by themselves, or for nothing: read Search details in the history. Its proximity search "
        '("micro credential"[tiab:~0]) needs no list, but takes no *.',
    ),
)
DATABASES = (SCOPUS, WEB_OF_SCIENCE, EBSCOHOST, PROQUEST, PUBMED)
