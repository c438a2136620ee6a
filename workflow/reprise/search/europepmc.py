"""Europe PMC: the search of its RESTful web service, read in 2026-11, not tried live.

A work has two years there: that of its issue (`PUB_YEAR`), and that of the day on which it first came out,
online or in print (`FIRST_PDATE`). A slice holds the works of which either falls into its year. So none
falls between two slices or out of a window; one whose years differ stands in two slices, and the rows,
being equal, are counted as one record. Other programs have seen replies that hold a few records less than
`hitCount` says, for ever: that is what the setting `drift` is for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import pycountry

from reprise.affiliations import country_of_affiliation
from reprise.search import dialect
from reprise.search.dialect import Note, Translation, unstemmed
from reprise.search.page import BadReply, Page, Rejected, page_of
from reprise.search.values import at, listed, objects, text, texts

PLATFORM = "Europe PMC RESTful API, ebi.ac.uk/europepmc/webservices/rest/search"
BASE = "https://www.ebi.ac.uk/europepmc/webservices/rest"
KEY = ""
# 1,000 are allowed. Full records carry abstracts, subject headings and each author's addresses, and a broken
# or killed call costs a page.
PAGE_SIZE = 100
MAX_URL = 4000  # bytes; the limit is not documented, servers commonly take 8,000
FIELDS = ("TITLE_ABS", "KW")
NOTES = (
    Note("fields", "exactly", "title and abstract, and keywords (KW); narrower fields of the protocol are "
         "looked at locally, in keywords and subject headings. Full texts are not searched"),
    Note("truncation", "widened", "by *, cut back to what a stemmed index would hold; looked at locally"),
    Note("year", "widened", "the year of the issue or of first publication: a work with two years stands in "
         "both slices"),
    Note("coverage", "narrowed", "the life sciences; of education little"),
)  # fmt: skip
# Its publication type, in small letters -> ours; types that say nothing of the form, such as "clinical
# trial", are not among them. "other" decides nothing.
TYPES = {
    "journal article": "article",
    "research-article": "article",
    "review": "review",
    "review-article": "review",
    "systematic review": "review",
    "systematic-review": "review",
    "scoping review": "review",
    "meta-analysis": "review",
    "editorial": "editorial",
    "letter": "letter",
    "news": "news",
    "newspaper article": "news",
    "book-review": "book-review",
    "book": "book",
    "book chapter": "book-chapter",
    "book-chapter": "book-chapter",
    "technical report": "report",
    "thesis": "dissertation",
    "preprint": "preprint",
}
# Of works that came into it from elsewhere, the collection says more than the type.
COLLECTIONS = {"PPR": "preprint", "ETH": "dissertation", "PAT": "other"}
FREE = ("OA", "F")  # availability of a full text: open access, free
_INITIALS = re.compile(r"(.+) ([A-Z]{1,4}(?:-[A-Z]{1,3})?)")


def pace(keyed: bool) -> float:
    """Seconds between calls; Europe PMC names no limit."""
    return 0.5


def headers(key: str) -> dict[str, str]:
    """Send none: there are no keys."""
    return {}


def translate(query: Mapping[str, Any]) -> Translation:
    """Say the blocks in Lucene's words, in title and abstract and in keywords."""

    def fits(request: str) -> bool:
        return len(url(BASE, limit(request, 2000), "c" * 60)) <= MAX_URL

    return dialect.translate(query, lambda beginning: f"{unstemmed(beginning)}*", _render, fits, NOTES)


def _render(blocks: Sequence[Sequence[str]]) -> str:
    held = ("(" + " OR ".join(alternatives) + ")" for alternatives in blocks)
    return " AND ".join("(" + " OR ".join(f"{field}:{block}" for field in FIELDS) + ")" for block in held)


def limit(request: str, year: int) -> str:
    """Limit a request to one year, of the issue or of first publication."""
    return f"({request}) AND (PUB_YEAR:{year} OR FIRST_PDATE:[{year}-01-01 TO {year}-12-31])"


def url(base: str, asked: str, position: str | None) -> str:
    """Give the address of a page; `position` is the cursor's mark."""
    told = {"query": asked, "resultType": "core", "format": "json", "pageSize": PAGE_SIZE}
    return f"{base}/search?{urlencode(told | {'cursorMark': position or '*'})}"


def read(body: Any, position: str | None) -> Page:
    """Read a page; an error may come with status 200, and the mark of the last page is the one before."""
    if at(body, "errMsg"):
        code = at(body, "errCode")
        ours = not (isinstance(code, int) and code >= 500)
        raise (Rejected if ours else BadReply)(text(at(body, "errMsg")))
    page = page_of(at(body, "hitCount"), at(body, "resultList", "result"))
    following = text(at(body, "nextCursorMark"))
    return page.then(following if following and following != (position or "*") else None)


def split(asked: str, total: int) -> list[str]:
    """Part nothing: a request may be as deep as it is."""
    return []


def budget(headers: Mapping[str, str]) -> dict[str, int]:
    """Europe PMC says nothing of calls left."""
    return {}


def own_id(record: Mapping[str, Any]) -> str:
    """Give collection and number, as in MED/123: a number alone is not unique."""
    number = text(record.get("id"))
    collection = text(record.get("source"))
    return f"{collection}/{number}" if collection and number else number


def row(record: Mapping[str, Any]) -> dict[str, str]:
    """Turn a full ("core") result into a record's columns.

    Europe PMC says neither what is peer reviewed nor, beyond `isOpenAccess`, in which way a work is open:
    of that, the address of a free full text is taken.
    """
    issue = at(record, "journalInfo")
    journal = at(issue, "journal")
    authors = objects(at(record, "authorList", "author"))
    kinds = [kind.lower() for kind in texts(at(record, "pubTypeList", "pubType"))]
    headings = [text(h.get("descriptorName")) for h in objects(at(record, "meshHeadingList", "meshHeading"))]
    number = own_id(record)
    return {
        "title": text(record.get("title")),
        "authors": listed([_author(a) for a in authors] or _authors(text(record.get("authorString")))),
        "year": text(record.get("pubYear")) or text(at(issue, "yearOfPublication")),
        "publication_date": _date(record),
        "venue": text(at(journal, "title")) or text(at(record, "bookOrReportDetails", "publisher")),
        "issn": listed([text(at(journal, "issn")), text(at(journal, "essn"))]),
        "volume": text(at(issue, "volume")),
        "issue": text(at(issue, "issue")),
        "pages": text(record.get("pageInfo")),
        "doi": text(record.get("doi")),
        "pmid": text(record.get("pmid")),
        "type": COLLECTIONS.get(text(record.get("source"))) or _type(kinds),
        "language": _language(text(record.get("language"))),
        "abstract": text(record.get("abstractText")),
        "keywords": listed([*texts(at(record, "keywordList", "keyword")), *headings]),
        "fulltext_url": _full_text(record),
        "first_author_country": _first_country(authors),
        "affiliations": listed([a for author in authors for a in _affiliations(author)]),
        "retracted": "true" if "retracted publication" in kinds else "",
        "url": f"https://europepmc.org/article/{number}" if "/" in number else "",
    }


def _author(author: Mapping[str, Any]) -> str:
    family, group = text(author.get("lastName")), text(author.get("collectiveName"))
    given = text(author.get("firstName")) or text(author.get("initials"))
    if family:
        return f"{family}, {given}" if given else family
    return group or text(author.get("fullName"))


def _authors(names: str) -> list[str]:
    """Part names that stand in one text.

    Examples
    --------
    >>> _authors("Haas-Kogan DA, O'Neill AF, Badge Group.")
    ['Haas-Kogan, DA', "O'Neill, AF", 'Badge Group']
    """
    apart = [name.strip() for name in names.rstrip(". ").split(",")]
    found = [(name, _INITIALS.fullmatch(name)) for name in apart if name]
    return [f"{match[1]}, {match[2]}" if match else name for name, match in found]


def _affiliations(author: Mapping[str, Any]) -> list[str]:
    told = at(author, "authorAffiliationDetailsList", "authorAffiliation")
    return [text(a.get("affiliation")) for a in objects(told)] or texts(author.get("affiliation"))


def _first_country(authors: Sequence[Mapping[str, Any]]) -> str:
    """Give the country of the author who stands first; of several countries none is it."""
    codes = {c for a in authors[:1] for place in _affiliations(a) if (c := country_of_affiliation(place))}
    return codes.pop() if len(codes) == 1 else ""


def _date(record: Mapping[str, Any]) -> str:
    """Give the day of first publication, cut to what is known of it.

    Where it is the issue's own date, the missing month or day is filled up with 01.

    Examples
    --------
    >>> issue = {"printPublicationDate": "2025-03-01", "monthOfPublication": 3}
    >>> _date({"firstPublicationDate": "2025-03-01", "journalInfo": issue})
    '2025-03'
    >>> _date({"firstPublicationDate": "2025-02-01", "journalInfo": issue})
    '2025-02-01'
    """
    first, issue = text(record.get("firstPublicationDate")), at(record, "journalInfo")
    if not first.endswith("-01") or first != text(at(issue, "printPublicationDate")):
        return first
    return first[:7] if at(issue, "monthOfPublication") else first[:4]


def _type(kinds: Sequence[str]) -> str:
    """Give our type. A review is one whatever else it is called; two other types at once are none."""
    ours = {TYPES[kind] for kind in kinds if kind in TYPES}
    if "review" in ours:
        return "review"
    return ours.pop() if len(ours) == 1 else "other" if kinds else ""


@lru_cache(maxsize=1024)
def _language(code: str) -> str:
    """Give the two letters of a language of three, in either of their spellings.

    Examples
    --------
    >>> [_language(code) for code in ("eng", "ger", "deu", "mul", "")]
    ['en', 'de', 'de', '', '']
    """
    code = code.strip().lower()
    if not re.fullmatch(r"[a-z]{3}", code):
        return ""
    found = pycountry.languages.get(alpha_3=code) or pycountry.languages.get(bibliographic=code)
    return str(getattr(found, "alpha_2", ""))


def _full_text(record: Mapping[str, Any]) -> str:
    """Give the address of a free full text, a PDF rather than a page."""
    free = [
        link
        for link in objects(at(record, "fullTextUrlList", "fullTextUrl"))
        if text(link.get("availabilityCode")) in FREE and text(link.get("url"))
    ]
    free.sort(key=lambda link: text(link.get("documentStyle")) != "pdf")
    return text(free[0].get("url")) if free else ""
