r"""References for reference managers and screening tools: RIS, BibTeX, CSL-JSON and PubMed's nbib.

Each function takes works (columns of `records` as text, and `work_id`, `end`, `reason`, `reasons` where they
are known) and gives a file's text. What a format has no field for stands in its note: nothing is lost.

Which program shows the note (`work_id`, `end`, `reason`, and what else has no field) where:

- RIS, `N1`: a note below the item in Zotero, Notes in EndNote. The work's id stands as `AN` too: "Loc. in
  Archive" in Zotero, Accession Number in EndNote, which both give out again. `M3`, the type in words where
  the type of reference is too coarse, is Type of Work or Type of Article in EndNote.
- BibTeX, `annote`: a note below the item in Zotero; BibTeX's own styles print it never, `note` always.
- CSL-JSON, `note`: Extra in Zotero, which takes its line "PMID: ..." for the PubMed id.
- nbib, `GN` (general note): kept in the file; what a program does with it differs.

Rayyan reads RIS, BibTeX and nbib; Covidence RIS and PubMed text; ASReview RIS. All files are UTF-8: EndNote
asks on import, where "Unicode (UTF-8)" is the text translation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import pycountry

from reprise.records import clean_text, fold_text, plain_text, split

Work = Mapping[str, str]


class _Kind(NamedTuple):
    """What the formats call a type of work.

    `told` says whether RIS's type alone tells the type; `venue` is what BibTeX calls the place.
    """

    ris: str
    told: bool
    bibtex: str
    venue: str
    csl: str
    pubmed: str


# PubMed's words are its publication types where it has one.
_KINDS = {
    "article": _Kind("JOUR", True, "article", "journal", "article-journal", "Journal Article"),
    "review": _Kind("JOUR", False, "article", "journal", "article-journal", "Review"),
    "conference-paper": _Kind(
        "CPAPER", True, "inproceedings", "booktitle", "paper-conference", "Conference Paper"
    ),
    "book-chapter": _Kind("CHAP", True, "incollection", "booktitle", "chapter", "Book Chapter"),
    "book": _Kind("BOOK", True, "book", "publisher", "book", "Book"),
    "report": _Kind("RPRT", True, "techreport", "institution", "report", "Technical Report"),
    "dissertation": _Kind("THES", True, "phdthesis", "school", "thesis", "Academic Dissertation"),
    "editorial": _Kind("JOUR", False, "article", "journal", "article-journal", "Editorial"),
    "letter": _Kind("JOUR", False, "article", "journal", "article-journal", "Letter"),
    "book-review": _Kind("JOUR", False, "article", "journal", "review-book", "Book Review"),
    "preprint": _Kind("UNPB", False, "unpublished", "publisher", "article", "Preprint"),
    "news": _Kind("NEWS", True, "article", "journal", "article-newspaper", "News"),
    "other": _Kind("GEN", False, "misc", "booktitle", "document", "Other"),
}
_UNKNOWN = _Kind("GEN", True, "misc", "booktitle", "document", "")
# Types of RIS whose venue is who published them, not a title that they stand in.
_PUBLISHED = frozenset(("BOOK", "RPRT", "THES", "UNPB"))
# What BibTeX's type of entry says by itself.
_PLAIN_BIBTEX = frozenset(("article", "conference-paper", "book-chapter", "book", "report", "dissertation"))
# What CSL's type says by itself.
_PLAIN_CSL = frozenset((*_PLAIN_BIBTEX, "book-review", "news"))
# PubMed writes a DOI on both lines, and programs look for it on one of them.
_DOI_LINES = ("LID", "AID")
# Fields that BibLaTeX takes for lists, parted at "and"; and one whose capitals styles lower as a title's.
_LISTS, _TITLES = frozenset(("publisher", "institution", "school")), frozenset(("booktitle",))
# Small words that stand in the name of a body and in no person's.
_OF_BODY = re.compile(r"\b(?:and|of|for)\b|&")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
# BibTeX counts braces before TeX sees them, so a brace without its fellow is named, not escaped.
_SPECIAL = {c: "\\" + c for c in "&%$#_"} | {
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\\": r"\textbackslash{}",
}
NAMED = str.maketrans(_SPECIAL | {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"})
_ESCAPED = str.maketrans(_SPECIAL | {"{": r"\{", "}": r"\}"})
# In an address nothing is escaped but what would end the field.
_ADDRESS = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})
_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


def ris(works: Iterable[Work]) -> str:
    """Write works as RIS.

    Examples
    --------
    >>> ris([{"title": "Badges", "authors": "Ng, A; World Bank", "type": "article"}]).splitlines()
    ['TY  - JOUR', 'TI  - Badges', 'AU  - Ng, A', 'AU  - World Bank,', 'ER  - ']
    """
    return "\n".join(map(_ris_entry, works))


def bibtex(works: Iterable[Work]) -> str:
    r"""Write works as BibTeX entries, keyed by first author, year and first word of the title.

    Examples
    --------
    >>> print(bibtex([{"title": "Badges & trust", "authors": "Ng, A", "year": "2020", "type": "article"}]))
    @article{ng2020badges,
      title = {{Badges \& trust}},
      author = {Ng, A},
      year = {2020}
    }
    <BLANKLINE>
    """
    entries, keys = [], dict[str, int]()
    for work in works:
        key = _key(work)
        keys[key] = keys.get(key, 0) + 1
        entries.append(_bibtex_entry(work, key + ("" if keys[key] == 1 else f"-{keys[key]}")))
    return "\n".join(entries)


def csl_json(works: Iterable[Work]) -> str:
    """Write works as CSL-JSON, the format of citation processors.

    Examples
    --------
    >>> json.loads(csl_json([{"title": "Badges", "authors": "Ng, A", "work_id": "w:1", "type": "book"}]))
    [{'id': 'w:1', 'type': 'book', 'title': 'Badges', 'author': [{'family': 'Ng', 'given': 'A'}], \
'note': 'work_id: w:1'}]
    """
    items = [_csl_item(work, number) for number, work in enumerate(works, 1)]
    return json.dumps(items, indent=1, ensure_ascii=False) + "\n"


def nbib(works: Iterable[Work]) -> str:
    r"""Write works as PubMed writes its own; a work that is not in PubMed has an empty PMID line.

    Lines are not wrapped: every reader takes long ones.

    Examples
    --------
    >>> print(nbib([{"title": "Badges", "authors": "Ng, Ada", "pmid": "31", "publication_date": "2020-05"}]))
    PMID- 31
    DP  - 2020 May
    TI  - Badges
    FAU - Ng, Ada
    AU  - Ng A
    <BLANKLINE>
    """
    return "\n".join(map(_nbib_entry, works))


def _ris_entry(work: Work) -> str:
    kind = _kind(work)
    start, end = _pages(_text(work, "pages"))
    # Zotero takes M3 of an article for a DOI where none stands before it, and says so in a note else.
    fields = [
        ("TY", kind.ris),
        ("TI", _text(work, "title")),
        *(("AU", _ris_author(name)) for name in _names(work)),
        ("PY", _text(work, "year")),
        ("DA", _text(work, "publication_date").replace("-", "/")),
        ("PB" if kind.ris in _PUBLISHED else "T2", _text(work, "venue")),
        ("VL", _text(work, "volume")),
        ("IS", _text(work, "issue")),
        ("SP", start),
        ("EP", end),
        ("SN", _text(work, "issn")),
        ("DO", _text(work, "doi")),
        ("M3", "" if kind.told else work["type"].replace("-", " ")),
        ("UR", _url(work)),
        ("L2", _text(work, "fulltext_url")),
        ("LA", _text(work, "language")),
        *(("KW", word) for word in _words(work)),
        ("AB", _text(work, "abstract")),
        ("AN", _text(work, "work_id")),
        *(("N1", note) for note in _notes(work, "pmid")),
        ("ID", _text(work, "work_id")),
    ]
    return "".join([*(f"{tag}  - {value}\n" for tag, value in fields if value), "ER  - \n"])


def _bibtex_entry(work: Work, key: str) -> str:
    kind = _kind(work)
    year, date = _text(work, "year"), _text(work, "publication_date")
    known = _DATE.fullmatch(date)
    # BibLaTeX knows one date: where it is of another year, the year stands that the work is cited with.
    dated = known if known and known[1] == (year or known[1]) else None
    words = _words(work)
    fields = {
        "title": "{" + _bib(_text(work, "title")) + "}",
        "author": " and ".join(map(_bib_author, _names(work))),
        "year": year or (dated[1] if dated else ""),
        "date": date if dated and dated[2] else "",
        kind.venue: _bib_venue(kind.venue, _text(work, "venue")),
        "volume": _bib(_text(work, "volume")),
        "number": _bib(_text(work, "issue")),
        "pages": _bib(_text(work, "pages").replace("–", "-")).replace("-", "--"),
        "issn": _bib(_text(work, "issn")),
        "doi": _text(work, "doi").translate(_ADDRESS),
        "pmid": _text(work, "pmid"),
        "url": _url(work).translate(_ADDRESS),
        "language": _text(work, "language"),
        "keywords": _bib(_listed(words)),
        "entrysubtype": ""
        if work.get("type", "") in ("", *_PLAIN_BIBTEX)
        else work["type"].replace("-", " "),
        "abstract": _bib(_text(work, "abstract")),
        "annote": _bib("; ".join(_notes(work, "" if dated else "publication_date", "fulltext_url"))),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value not in ("", "{}")]
    if dated and dated[2]:
        at = next(i for i, line in enumerate(lines) if line.startswith("  date = "))
        lines.insert(at, f"  month = {_MONTHS[int(dated[2]) - 1]}")
    return f"@{kind.bibtex}{{{key},\n" + ",\n".join(lines) + "\n}\n"


def _csl_item(work: Work, number: int) -> dict[str, Any]:
    year, date = _text(work, "year"), _text(work, "publication_date")
    known = _DATE.fullmatch(date)
    dated = known if known and known[1] == (year or known[1]) else None
    parts = [int(part) for part in (dated.groups() if dated else (year,)) if part and part.isdecimal()]
    notes = _notes(work, "" if dated else "publication_date", "fulltext_url")
    item: dict[str, Any] = {
        "id": _text(work, "work_id") or str(number),
        "type": _kind(work).csl,
        "genre": "" if work.get("type", "") in ("", *_PLAIN_CSL) else work["type"].replace("-", " "),
        "title": _text(work, "title"),
        "author": [_csl_name(name) for name in _names(work)],
        "issued": {"date-parts": [parts]} if parts else None,
        "publisher" if _kind(work).ris in _PUBLISHED else "container-title": _text(work, "venue"),
        "ISSN": _text(work, "issn"),
        "volume": _text(work, "volume"),
        "issue": _text(work, "issue"),
        "page": _text(work, "pages"),
        "DOI": _text(work, "doi"),
        "PMID": _text(work, "pmid"),
        "URL": _url(work),
        "language": _text(work, "language"),
        "keyword": _listed(_words(work)),
        "abstract": _text(work, "abstract"),
        "note": "\n".join(notes),
    }
    return {name: value for name, value in item.items() if value}


def _nbib_entry(work: Work) -> str:
    kind = _kind(work)
    year, date = _text(work, "year"), _text(work, "publication_date")
    known = _DATE.fullmatch(date)
    of_issue = known if known and known[1] == (year or known[1]) else None
    fields = [
        *(("IS", issn) for issn in split(_text(work, "issn"))),
        ("VI", _text(work, "volume")),
        ("IP", _text(work, "issue")),
        ("DP", _pubmed_date(of_issue) if of_issue else year),
        ("TI", _text(work, "title")),
        ("PG", _text(work, "pages")),
        *((tag, f"{work['doi']} [doi]") for tag in _DOI_LINES if work.get("doi")),
        ("AB", _text(work, "abstract")),
        *(field for name in _names(work) for field in _pubmed_author(name)),
        ("LA", _pubmed_language(_text(work, "language"))),
        ("PT", kind.pubmed),
        # The day of the other year is when it came out online, or what else the sources say of it.
        ("DEP", date.replace("-", "") if known and known[3] and not of_issue else ""),
        ("JT", _text(work, "venue")),
        *(("OT", word) for word in _words(work)),
        *(
            ("GN", note)
            for note in _notes(work, "" if of_issue else "publication_date", "url", "fulltext_url")
        ),
    ]
    lines = (f"{tag:<4}- {value}\n" for tag, value in fields if value)
    return f"PMID- {_text(work, 'pmid')}\n" + "".join(lines)


def _kind(work: Work) -> _Kind:
    return _KINDS.get(work.get("type", ""), _UNKNOWN)


def _text(work: Work, column: str) -> str:
    """Give a value as one line: a line break would begin another field; markup goes from what is prose."""
    value = work.get(column, "")
    if column in ("title", "abstract", "venue"):
        value = plain_text(value)
    # Nearly every text is clean already, which is told faster than made.
    clean = value.isprintable() and "  " not in value and value.strip() == value
    return value if clean else clean_text(value)


def _names(work: Work) -> list[str]:
    return split(_text(work, "authors"))


def _words(work: Work) -> list[str]:
    return split(_text(work, "keywords"))


def _listed(words: list[str]) -> str:
    """Join keywords so that a single one that has a comma is not taken for several.

    Examples
    --------
    >>> _listed(["a", "b, c"]), _listed(["b, c"])
    ('a; b, c', 'b, c;')
    """
    return "; ".join(words) + (";" if len(words) == 1 and "," in words[0] else "")


def _url(work: Work) -> str:
    """Give where the work was seen; else the DOI's address, which programs make of the DOI themselves."""
    seen = split(_text(work, "url"))
    address = next((a for a in seen if a.startswith(("https://", "http://"))), seen[0] if seen else "")
    return address or (f"https://doi.org/{_text(work, 'doi')}" if work.get("doi") else "")


def _notes(work: Work, *columns: str) -> list[str]:
    """Say which work this is and how it ended, and what the format at hand has no field for."""
    names = {"pmid": "PMID", "fulltext_url": "full text"}
    told = [(names.get(c, c.replace("_", " ")), _text(work, c)) for c in columns if c]
    told += [(c, _text(work, c)) for c in ("work_id", "end", "reason")]
    if work.get("reasons") and work["reasons"] != work.get("reason"):
        told.append(("all reasons", _text(work, "reasons")))
    return [f"{name}: {value}" for name, value in told if value]


def _pages(pages: str) -> tuple[str, str]:
    """Part a range into first and last page; what is no plain range stays whole.

    Examples
    --------
    >>> _pages("12–19"), _pages("e5"), _pages("S1-12-S1-20"), _pages("112-12")
    (('12', '19'), ('e5', ''), ('S1-12-S1-20', ''), ('112-12', ''))
    """
    start, *rest = pages.replace("–", "-").split("-")
    if len(rest) == 1 and start and rest[0] and rest[0] not in start:
        return start, rest[0]
    return pages, ""


def _ris_author(name: str) -> str:
    """Mark a name without a comma as whole: EndNote takes its last word for the family name else."""
    return name if "," in name else name + ","


def _bib_author(name: str) -> str:
    """Keep a name whole where BibTeX would part it: at its "and", or where it is not "Family, Given"."""
    parts = name.count(",") != 1 or _body(name) or re.search(r"\band\b", name, re.I)
    return "{" + _bib(name) + "}" if parts else _bib(name)


def _bib_venue(field: str, venue: str) -> str:
    r"""Keep a venue whole where BibLaTeX would part it, and its capitals where a style would lower them.

    Examples
    --------
    >>> print(_bib_venue("publisher", "Wiley and Sons"), _bib_venue("booktitle", "Of Things"))
    {Wiley and Sons} {Of Things}
    """
    whole = field in _TITLES or (field in _LISTS and re.search(r"\band\b", venue, re.I))
    return "{" + _bib(venue) + "}" if whole else _bib(venue)


def _body(name: str) -> bool:
    """Whether a name with a comma is a body's all the same.

    Examples
    --------
    >>> _body("Department of Education, Skills and Employment"), _body("van den Berg, Jan")
    (True, False)
    """
    return bool(_OF_BODY.search(name))


def _csl_name(name: str) -> dict[str, str]:
    family, _, given = (part.strip() for part in name.partition(","))
    parts = family and given and not _body(name)
    return {"family": family, "given": given} if parts else {"literal": name}


def _pubmed_author(name: str) -> list[tuple[str, str]]:
    """Give a person's full and short name; a name without a comma is a body's.

    Examples
    --------
    >>> _pubmed_author("van den Berg, Jan-Piet"), _pubmed_author("World Bank")
    ([('FAU', 'van den Berg, Jan-Piet'), ('AU', 'van den Berg JP')], [('CN', 'World Bank')])
    """
    family, comma, given = name.partition(",")
    initials = "".join(word[0].upper() for word in re.findall(r"[^\W\d_]+", given))[:4]
    if not comma or not family.strip() or not given.strip() or _body(name):
        return [("CN", name)]
    return [("FAU", name), ("AU", f"{family.strip()} {initials}".strip())]


def _pubmed_date(date: re.Match[str]) -> str:
    month = _MONTHS[int(date[2]) - 1].title() if date[2] else ""
    return " ".join(filter(None, (date[1], month, (date[3] or "").lstrip("0"))))


@lru_cache(maxsize=512)
def _pubmed_language(code: str) -> str:
    """Give the three letters that libraries use.

    Examples
    --------
    >>> _pubmed_language("en"), _pubmed_language("de"), _pubmed_language("")
    ('eng', 'ger', '')
    """
    found = pycountry.languages.get(alpha_2=code) if len(code) == 2 else None
    return str(getattr(found, "bibliographic", "") or found.alpha_3) if found else code


def _bib(text: str) -> str:
    r"""Escape a text for BibTeX.

    Examples
    --------
    >>> print(_bib("{a} & b"), _bib("} {"))
    \{a\} \& b \textbraceright{} \textbraceleft{}
    """
    return text.translate(_ESCAPED if _balanced(text) else NAMED)


def _balanced(text: str) -> bool:
    depth = 0
    for brace in re.findall("[{}]", text) if "{" in text or "}" in text else ():
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def _key(work: Work) -> str:
    family = fold_text((_names(work) or ["anon"])[0].split(",")[0]).replace(" ", "")
    word = next((w for w in fold_text(_text(work, "title")).split() if len(w) > 3), "untitled")
    key = re.sub(r"[^a-z0-9]", "", f"{family}{work.get('year', '')}{word}")
    return key if key[:1].isalpha() else f"work{key}"  # of other letters than these, BibTeX takes none


# What each format's files end with -> who writes it.
WRITERS: Mapping[str, Callable[[Iterable[Work]], str]] = {
    "ris": ris,
    "bib": bibtex,
    "json": csl_json,
    "nbib": nbib,
}
