"""Tables that databases and reference managers export: CSV, TSV and XLSX, told by their headers."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from urllib.parse import unquote

from reprise.affiliations import country_of_affiliation
from reprise.csvfiles import one_newline
from reprise.exports.entries import Entry, Parsed
from reprise.exports.values import doi_in, iso_date, language_code, page_range, type_of, untagged
from reprise.exports.workbook import read_sheets
from reprise.mistakes import Mistake, did_you_mean
from reprise.records import CONTENT, fold_text, join

# What we read -> its headers, folded, the best first. Facts of the export formats of Scopus, Web of Science
# (names and two-letter tags), PubMed, ERIC, Dimensions, Lens, IEEE Xplore, Springer Link, OpenAlex, Zotero,
# Covidence, Rayyan, and what people call such columns.
_HEADERS: dict[str, tuple[str, ...]] = {
    "title": ("title", "document title", "article title", "item title", "primary title", "display name",
              "publication title and subtitle", "work title", "ti", "titel", "titulo", "titre"),
    "full_names": ("author full names", "af"),
    "authors": ("author s", "authors", "author", "authorships author display name", "author names", "au",
                "authorships raw author name", "creator", "creators", "first author"),
    "year": ("publication year", "year", "pubyear", "published year", "publicationdateyear", "year published",
             "year of publication", "py", "jahr", "ano", "annee"),
    "date": ("publication date", "date published", "date", "online date", "published"),
    "venue": ("source title", "journal book", "journal title", "journal", "publication title",
              "primary location source display name", "book title", "anthology title", "conference name",
              "venue", "so", "source", "publisher"),
    "issns": ("issn", "issns", "issn l", "primary location source issn l", "sn"),
    "eissn": ("eissn", "ei"),
    "volume": ("volume", "journal volume", "biblio volume", "vl", "vol"),
    "issue": ("issue", "issue number", "journal issue", "biblio issue", "is", "number"),
    "pages": ("pages", "pagination", "page range"),
    "first_page": ("page start", "start page", "first page", "biblio first page", "bp"),
    "last_page": ("page end", "end page", "last page", "biblio last page", "ep"),
    "article_number": ("art no", "article number", "ar"),
    "doi": ("doi", "item doi", "digital object identifier", "di", "doi link"),
    "pmid": ("pmid", "pubmed id", "ids pmid", "pm"),
    "type": ("document type", "publication type", "item type", "publicationtype", "type", "content type",
             "dt", "document identifier"),
    "language": ("language of original document", "language", "languages", "la"),
    "abstract": ("abstract", "abstract note", "ab", "description", "summary"),
    "keywords": ("author keywords", "keywords", "de", "manual tags", "keyword", "tags", "subject"),
    "index_keywords": ("index keywords", "keywords plus", "id keywords plus", "mesh terms", "ieee terms",
                       "automatic tags", "emtree drug index terms", "emtree medical index terms",
                       "emtree drug index terms major focus", "emtree medical index terms major focus"),
    "open_access": ("open access", "open access colour", "open access designations", "oa",
                    "open access oa status", "oa status"),
    "paired": ("authors with affiliations",),
    "bracketed": ("addresses", "c1"),
    "in_brackets": ("authors raw affiliation",),
    "affiliations": ("affiliations", "author affiliations", "authors affiliations", "affiliation",
                     "authorships institutions display name"),
    "countries": ("authorships countries",),
    "retracted": ("is retracted",),
    "peer_reviewed": ("peerreviewed", "peer reviewed"),
    "url": ("url", "link", "urls", "source urls", "external url", "dimensions url", "landing page url"),
    "fulltext_url": ("pdf link", "open access oa url", "best oa location pdf url"),
    "own_id": ("eid", "ut unique wos id", "ut", "unique wos id", "lens id", "publication id", "openalex id",
               "eric number", "key", "id", "accession number", "covidence"),
    "given_id": (),
    # PubMed's and Embase's tables have date, volume, issue and pages in one text alone.
    "citation": ("citation",),
    "pmcid": ("pmcid",),
    "openurl": ("open url link",),
    # Springer Link writes names without anything between them.
    "joined": ("item title",),
    # Scopus names this column once and fills one or several, from row to row.
    "several": ("funding text 1", "funding texts", "funding text"),
}  # fmt: skip
_NEEDS_MORE = ("authors", "full_names", "year", "doi", "venue", "abstract", "date")
# What the config names comes before what the same fact could be read from besides.
_YIELDS = {"authors": ("full_names", "joined"), "pages": ("first_page", "last_page"), "year": ("date",)}
_MAY_BE_NAMED = (*CONTENT, "first_author_country", "url", "note", "own_id")
_SEPARATORS = ",\t;|"
_HEAD_ROWS = 30  # among so many first rows the header is looked for: notices may stand before it
_ADDRESS = 2_000  # the longest of 323 addresses in five real exports has 336 characters
_NAME = 100
_OPEN_ACCESS = ("diamond", "hybrid", "gold", "bronze", "green", "closed")
# An id that stays when the same work is exported again; a row's number or a citation key is none.
_ID = re.compile(
    r"2-s2\.0-\d+|[A-Z]{3,8}:\w+|(?:https://openalex\.org/)?W\d+|E[JD]\d{5,}|pub\.\d+|\d{3}-\d{3}-\d{3}-\d{3}-\d{2}\w|"
    r"rayyan-\d+|(?=\d*[A-Z])[A-Z0-9]{8}"
)
_INITIALS = re.compile(r"(.*\S)\s+((?:[^\W\d_a-z]\.?-?){1,5})(\s+(?:Jr|Sr|II|III|IV)\.?)?")
_TITLES = re.compile(r"^(?:(?:Prof|Dr|Ing|Prof Dr)\.?\s+)+")
_MEETING = re.compile(
    r"(?<=[^\W\d_A-Z])(?<!\bMc)(?<!\bMac)(?<!\bDe)(?<!\bDi)(?<!\bLa)(?<!\bLe)(?<!\bVan)"
    r"(?=[A-Z][^\W\d_A-Z]*[ .])"
)


def parse_text(text: str, column_map: Mapping[str, str] | None = None) -> Parsed:
    r"""Read a CSV or TSV table.

    Parameters
    ----------
    text : str
    column_map : mapping, optional
        Column of the record -> header of the file; decides before what the headers mean by themselves.

    Raises
    ------
    Mistake
        Where it has no header with a title, or `column_map` names what isn't there.

    Examples
    --------
    >>> parse_text("Year;Title\n2020;Badges\n").entries[0].values["title"]
    'Badges'
    """
    csv.field_size_limit(sys.maxsize)
    text = one_newline(text.removeprefix("\ufeff"))
    ways = [
        (mark, quoting) for mark in _SEPARATORS for quoting in ((True, False) if mark == "\t" else (True,))
    ]
    tried = []
    for mark, quoting in ways:
        head = [(line, _cells(raw, mark, quoting)) for line, raw, _ in _rows(text, mark, quoting, _HEAD_ROWS)]
        at, columns = _header([cells for _, cells in head], column_map)
        tried.append((len(columns) if at >= 0 else -1, mark, quoting, at, columns, head))
    best = max(score for score, *_ in tried)
    kept = [way for way in tried if way[0] == best]
    _, mark, quoting, at, columns, head = kept[0]
    if best < 0:
        widest = max(tried, key=lambda way: max((len(cells) for _, cells in way[5]), default=0))
        raise _no_title(widest[5][0][1] if widest[5] else [], column_map)
    width = len(head[at][1])
    if len(kept) > 1 and mark == "\t":
        # Web of Science quotes nothing, so that a title may begin with a quotation mark; spreadsheets quote.
        fits = [
            sum(not fault and raw.count("\t") == width - 1 for _, raw, fault in _rows(text, mark, q))
            for q in (True, False)
        ]
        quoting = fits[0] > fits[1]
    rows = list(_rows(text, mark, quoting))
    start = head[at][0]
    body = [(line, raw, fault) for line, raw, fault in rows if line > start]
    parsed = Parsed(len(body))
    for number, (line, raw, fault) in enumerate(body):
        if fault:
            parsed.rejected.append((line, fault))
            continue
        cut = number == len(body) - 1 and not text.endswith("\n")
        _take(parsed, line, _cells(raw, mark, quoting), width, columns, cut)
    return parsed


def parse_xlsx(data: bytes, column_map: Mapping[str, str] | None = None) -> Parsed:
    """Read the first visible sheet of a workbook that has a header with a title.

    Raises
    ------
    Mistake
        Where it is no workbook, unpacks to too much, or has no such sheet.
    """
    seen: list[str] = []
    for rows, filled in read_sheets(data):
        at, columns = _header([cells for _, cells in rows[:_HEAD_ROWS]], column_map)
        if at < 0:
            seen = seen or (rows[0][1] if rows else [])
            continue
        width = len(rows[at][1])
        parsed = Parsed(sum(number > rows[at][0] for number in filled))
        for line, cells in rows[at + 1 :]:
            padded = cells[:width] + [""] * (width - len(cells))  # a sheet leaves out its empty cells
            _take(parsed, line, padded, width, columns, False)
            if len(cells) > width:
                parsed.entries[-1].repaired.append("cells beyond the header left out")
        return parsed
    raise _no_title(seen, column_map)


def _rows(text: str, mark: str, quoting: bool, most: int = sys.maxsize) -> Iterator[tuple[int, str, str]]:
    """Part a text into rows by line breaks outside of quotes: line, row, and what is wrong with it.

    A quotation mark that is never closed would take the whole rest of the file: there the row ends with its
    line. Blank rows, of separators alone, are left out.
    """
    stop = re.compile(f"[{re.escape(mark)}\n]")
    at, line, given = 0, 1, 0
    open_from = len(text) + 1  # from where on no quotation mark is ever closed
    while at < len(text) and given < most:
        begin, fault = at, ""
        while True:
            if quoting and text.startswith('"', at):
                closing = _closing(text, at) if at < open_from else _run(text, at)
                if closing < 0:
                    open_from = min(open_from, at)
                    fault = "has a quotation mark that is never closed; close it"
                else:
                    at = closing
            found = stop.search(text, at) if not fault else None
            if fault:
                end = text.find("\n", begin)
                end = len(text) if end < 0 else end
                at = end + 1
                break
            if not found:
                end, at = len(text), len(text)
                break
            at = found.end()
            if found[0] == "\n":
                end = found.start()
                break
        raw = text[begin:end]
        if raw.strip(f'{mark} \t\n"'):
            given += 1
            yield line, raw, fault
        line += raw.count("\n") + 1


def _closing(text: str, at: int) -> int:
    """Give where the quoted cell that begins at `at` ends; -1 if nowhere."""
    at += 1
    while True:
        at = text.find('"', at)
        if at < 0:
            return -1
        if not text.startswith('"', at + 1):
            return at + 1
        at += 2


def _run(text: str, at: int) -> int:
    """Do as `_closing` where all later runs of quotation marks are even: such a cell ends with its run."""
    end = at
    while text.startswith('"', end):
        end += 1
    return end if (end - at) % 2 == 0 else -1


def _cells(raw: str, mark: str, quoting: bool) -> list[str]:
    if not quoting:
        return [
            cell[1:-1].replace('""', '"') if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell
            for cell in raw.split(mark)
        ]
    return next(csv.reader(io.StringIO(raw, newline=""), delimiter=mark), [])


def _header(
    rows: Sequence[Sequence[str]], column_map: Mapping[str, str] | None
) -> tuple[int, dict[str, list[int]]]:
    """Give which row is the header, -1 if none, and what we read -> its columns, the best first."""
    best: tuple[int, dict[str, list[int]]] = (-1, {})
    for at, row in enumerate(rows):
        columns = _columns(row)
        folded = [fold_text(cell) for cell in row]
        for ours, header in (column_map or {}).items():
            name = _ours(ours)
            if fold_text(header) in folded:
                columns[name] = [folded.index(fold_text(header))]
                for other in _YIELDS.get(ours, ()):
                    columns.pop(other, None)
        mapped = all(fold_text(header) in folded for header in (column_map or {}).values())
        enough = any(name in columns for name in _NEEDS_MORE) or len(row) < 3 or column_map
        if "title" in columns and mapped and enough and len(columns) > len(best[1]):
            best = at, columns
    return best


def _ours(column: str) -> str:
    names = {
        "issn": "issns",
        "publication_date": "date",
        "author_countries": "countries",
        "own_id": "given_id",
    }
    if column not in _MAY_BE_NAMED:
        raise Mistake(f"the config names {column!r} for a column; {did_you_mean(column, _MAY_BE_NAMED)}")
    return names.get(column, column)


def _columns(header: Sequence[str]) -> dict[str, list[int]]:
    """Tell what the columns of a header mean."""
    folded = [fold_text(cell) if len(cell) < 100 else "" for cell in header]
    places = {name: at for at, name in reversed(list(enumerate(folded))) if name}
    found = {ours: [places[h] for h in names if h in places] for ours, names in _HEADERS.items()}
    columns = {ours: at for ours, at in found.items() if at}
    if "ti" in places and "so" in places and "id" in places:
        # In Web of Science's tags ID is Keywords Plus.
        columns["index_keywords"] = [places["id"]]
        columns["own_id"] = [places["ut"]] if "ut" in places else []
    return columns


def _no_title(header: Sequence[str], column_map: Mapping[str, str] | None) -> Mistake:
    shown = ", ".join(cell.strip()[:40] for cell in header[:30] if cell.strip())
    folded = {fold_text(cell) for cell in header}
    for ours, name in (column_map or {}).items():
        if fold_text(name) not in folded:
            return Mistake(
                f"holds no column {name!r}, which the config names for {ours}; its first row: {shown}"
            )
    return Mistake(
        f"holds no column for the title; name it in the config (`columns` of the export); it begins: {shown}"
    )


def _take(
    parsed: Parsed, line: int, cells: list[str], width: int, columns: Mapping[str, list[int]], cut: bool
) -> None:
    """Put one row with the entries or with the rejected."""
    repaired: list[str] = []
    many = len(cells) > width
    if many and not any(cell.strip() for cell in cells[width:]):
        cells, repaired = cells[:width], ["empty cells beyond the header left out"]
    several = columns.get("several")
    if len(cells) > width and several and columns.get("own_id") and _ID.fullmatch(cells[-1].strip()):
        over = len(cells) - width
        if columns["own_id"][0] == width - 1 and several[0] < width - 1:
            cells = cells[: several[0] + 1] + cells[several[0] + 1 + over :]
            repaired = [f"{over} more funding texts than the header names left out"]
    few = width - len(cells)
    if few > 0 and not cut:
        # Spreadsheets leave out empty cells at the end of a row; one torn in two has lost its other half.
        cells = cells + [""] * few
        known = any(cells[at].strip() for name in _NEEDS_MORE for at in columns.get(name, ()))
        if known and any(cells[at].strip() for at in columns["title"]):
            repaired = [f"{few} empty cells set at its end"]
    if len(cells) != width or (few > 0 and not repaired):
        given = width - few
        parsed.rejected.append(
            (
                line,
                f"has {given} cells where the header has {width}; look at its separators and quotation marks",
            )
        )
        return
    values, own_id = _values(lambda name: [cells[at].strip() for at in columns.get(name, ())], repaired)
    for name in columns:
        if name in _MAY_BE_NAMED and name not in _HEADERS:  # the config alone names it
            values[name] = cells[columns[name][0]].strip()
    parsed.entries.append(Entry(line, own_id, values, repaired))


def _values(cells: Callable[[str], list[str]], repaired: list[str]) -> tuple[dict[str, str], str]:
    """Give the record's values of a row, and the database's own id."""

    def first(name: str) -> str:
        return next((text for text in cells(name) if text), "")

    full = join(re.sub(r"\s*\(\d+\)", "", name) for name in first("full_names").split(";"))
    people = full or (_parted if first("joined") else _people)(first("authors"))
    if first("joined") and "; " in people:
        repaired.append("authors, written without anything between them, parted")
    paired, bracketed, inside = first("paired"), first("bracketed"), first("in_brackets")
    addresses = first("affiliations") or bracketed
    countries = [c.strip().upper() for c in re.split(r"[|;,]", first("countries"))]
    if not any(countries):
        plain = re.sub(r"\[[^\[\]]*\]", "", bracketed) or first("affiliations")
        countries = [_country(text.strip()) for text in plain.split(";")]
    cited = _cited(first("citation")) or _embase(first("venue"))
    year, date = _dates(first("year") or cited.get("year", ""), first("date") or cited.get("date", ""))
    keywords = [k for name in ("keywords", "index_keywords") for text in cells(name) for k in _list(text)]
    pages = page_range(first("first_page"), first("last_page")) or page_range(first("pages"), "")
    issns = re.findall(r"\b(\d{4})-?(\d{3}[\dXx])\b", " ".join(cells("issns") + cells("eissn")))
    types = [
        re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).replace("Magazine", "Article")
        for text in cells("type")
        if len(text) > 1
    ]
    pmid = re.search(r"\d+", first("pmid").rpartition("/")[2])
    values = {
        "title": first("title"),
        "authors": people,
        "year": year,
        "publication_date": date,
        "venue": cited.get("venue") or first("venue"),
        "issn": join(f"{a}-{b}".upper() for a, b in issns),
        "volume": first("volume") or cited.get("volume", ""),
        "issue": first("issue") or cited.get("issue", ""),
        "pages": pages or first("article_number") or cited.get("pages", ""),
        "doi": doi_in([*cells("doi"), *cells("url"), *_asked(first("openurl"))]),
        "pmid": pmid[0] if pmid else "",
        "type": type_of(types),
        "language": language_code(first("language")),
        "abstract": _abstract(first("abstract")),
        "keywords": join(keywords),
        "open_access": _open_access(first("open_access")),
        "affiliations": join(addresses.replace("|", ";").split(";")) if "[" not in addresses else addresses,
        "author_countries": join(countries),
        "first_author_country": _first_country(paired, bracketed, inside),
        "retracted": _flag(first("retracted")),
        "peer_reviewed": _flag(first("peer_reviewed")),
        "fulltext_url": first("fulltext_url") or _in_pmc(first("pmcid")),
        "url": first("url"),
    }
    own = first("given_id") or next((text for text in cells("own_id") if _ID.fullmatch(text)), "")
    # PubMed's own id is the PMID
    return values, own or (values["pmid"] if first("citation") else "")


_CITED = re.compile(
    r"\. (?P<year>\d{4})(?: (?P<date>[A-Z][a-z]{2}(?: \d{1,2})?))?"
    r"(?:;(?P<volume>[^:;()]{1,20})?(?:\((?P<issue>[^()]{1,30})\))?)?"
    r"(?::(?P<pages>[A-Za-z]?[\w-]{1,20}))?\. "
)
_EMBASE = re.compile(
    r"(?P<venue>.{1,300}) \((?P<year>\d{4})\)(?: (?P<volume>[^\s:()]{1,20}))?(?::(?P<issue>[^\s()]{1,30}))?"
    r"(?: \((?P<pages>[^()]{1,30})\))?(?: Article Number: (?P<number>[^.]{1,30}))?\."
    r" Date of Publication: (?P<date>.{4,40})",
    re.S,
)


def _cited(text: str) -> dict[str, str]:
    """Take PubMed's short citation apart.

    Examples
    --------
    >>> _cited("J Inv. 2022 Jun 30;10(6):e37. doi: 10.1000/x. Epub 2022 Feb 2.")
    {'year': '2022', 'date': '2022-06-30', 'volume': '10', 'issue': '6', 'pages': 'e37'}
    >>> _cited("J Inv. 2022 Jan 31:1-13. doi: 10.1000/x. Online ahead of print.")
    {'year': '2022', 'date': '2022-01-31', 'pages': '1-13'}
    """
    found = _CITED.search(f"{text[:1000]} ")
    return _parts(found) if found else {}


def _embase(text: str) -> dict[str, str]:
    """Take the source apart as Embase's table gives it.

    Examples
    --------
    >>> _embase("J. Inv. (2014) 3 (12-16). Date of Publication: 7 Jan 2014")
    {'venue': 'J. Inv.', 'year': '2014', 'volume': '3', 'pages': '12-16', 'date': '2014-01-07'}
    """
    found = _EMBASE.fullmatch(text.rstrip(". ")[:1000])
    return _parts(found) if found else {}


def _parts(found: re.Match[str]) -> dict[str, str]:
    parts = {name: text.strip() for name, text in found.groupdict().items() if text}
    if "number" in parts:
        parts.setdefault("pages", parts.pop("number"))
    if "date" in parts:
        parts["date"] = iso_date(parts["date"], parts["year"])
    return parts


def _asked(address: str) -> list[str]:
    """Give the DOI that an OpenURL names."""
    found = re.search(r"[?&](?:id|rft_id)=(?:info:)?doi[:/]([^&]{1,300})", unquote(address[:4000]))
    return [found[1]] if found else []


def _in_pmc(pmcid: str) -> str:
    known = re.fullmatch(r"PMC\d{1,9}", pmcid)
    return f"https://pmc.ncbi.nlm.nih.gov/articles/{pmcid}/" if known else ""


def _abstract(text: str) -> str:
    # Scopus writes this where it has none.
    return "" if text.casefold() in ("[no abstract available]", "no abstract available") else untagged(text)


def _flag(text: str) -> str:
    return {"true": "true", "t": "true", "yes": "true", "false": "false", "f": "false", "no": "false"}.get(
        text.casefold(), ""
    )


def _open_access(text: str) -> str:
    """Give the way of open access that a text names; the publisher's before the archive's.

    Examples
    --------
    >>> [_open_access(t) for t in ("All Open Access; Gold; Green", "hybrid gold", "Green Published", "true")]
    ['gold', 'hybrid', 'green', '']
    """
    words = fold_text(text).split()
    return next((way for way in _OPEN_ACCESS if way in words), "")


def _list(text: str) -> list[str]:
    """Part a list; ERIC escapes the commas within its members."""
    if "\\," in text:
        return [part.replace("\\,", ",") for part in re.split(r"(?<!\\),", text)]
    for mark in ";|\n":
        if mark in text:
            return text.split(mark)
    return re.split(r",(?![^()]{0,300}\))", text)  # Embase: "cyst (diagnosis, surgery)" is one


def _people(text: str) -> str:
    r"""Give a list of names, as far as its spelling allows as 'Family, Given'.

    Examples
    --------
    >>> [_people(t) for t in ("Liu F.; Li C.", "Phillips J.C., Braun R.", "Smith AB, van den Berg C.")]
    ['Liu, F.; Li, C.', 'Phillips, J.C.; Braun, R.', 'Smith, AB; van den Berg, C']
    >>> [_people(t) for t in ("Ada Lovelace|Bo Li", "Lovelace, Ada", "Doe, J and Roe, K")]
    ['Ada Lovelace; Bo Li', 'Lovelace, Ada', 'Doe, J; Roe, K']
    """
    if "\\," in text:
        names = _list(text)
    elif mark := next((m for m in ("|", ";", "\n") if m in text), ""):
        names = text.split(mark)
    elif "," in text and " and " not in text:
        parts = [p.strip() for p in text.rstrip(". ").split(",") if p.strip()]
        short = sum(len(p) < _NAME and bool(_INITIALS.fullmatch(p)) for p in parts)
        # "Liu F., Li C." is two names; "Lovelace, Ada" and "de la Cruz, J. M." are one.
        several = len(parts) > 1 and (short * 2 > len(parts) or all(" " in p for p in parts))
        # PubMed ends its list with a full stop, and writes none elsewhere.
        ended = text.removesuffix(".") if "." not in text[:-1] else text
        names = ended.split(",") if several else [text]
    elif " and " in text:
        names = re.split(r",?\s+and\s+", text)
        names = [n for name in names for n in (name.split(",") if name.count(",") > 1 else [name])]
    else:
        names = [text]
    return join(map(_person, names))


def _parted(text: str) -> str:
    """Part names that stand without anything between them, where a small letter meets a capital.

    Examples
    --------
    >>> _parted("Dr. Araz R. AlievNigar T. McDonald")
    'Araz R. Aliev; Nigar T. McDonald'
    """
    return join(_TITLES.sub("", name) for name in _MEETING.split(text))


def _person(name: str) -> str:
    name = name.strip()
    found = _INITIALS.fullmatch(name) if "," not in name and len(name) < _NAME else None
    return (
        f"{found[1]}, {found[2]}{found[3] or ''}"
        if found and len(found[1]) > 1 and found[1][-1] != "."
        else name
    )


def _dates(year: str, date: str) -> tuple[str, str]:
    """Give year and ISO date; of two spellings of a date only the ISO one is sure.

    Examples
    --------
    >>> _dates("2019.0", "2019-05-02"), _dates("", "16 Oct 2013"), _dates("2020", "5/6/2020")
    (('2019', '2019-05-02'), ('2013', ''), ('2020', ''))
    """
    iso = re.match(r"\d{4}(?:-\d\d(?:-\d\d)?)?(?!\S)", date)
    found = re.search(r"(?<!\d)\d{4}(?!\d)", year) or re.search(r"(?<!\d)\d{4}(?!\d)", date)
    return found[0] if found else year, iso[0] if iso and len(iso[0]) > 4 else ""


def _first_country(paired: str, bracketed: str, inside: str) -> str:
    """Give the country of the first author, where the export says which address is whose.

    Examples
    --------
    >>> _first_country("Jordan M., Univ. Oulu, Finland; Li C., Univ., China", "", "")
    'FI'
    >>> _first_country("", "[Li, C; Ray, B] Univ, Beijing, Peoples R China; [Ray, B] Univ, Oslo, Norway", "")
    'CN'
    >>> _first_country("", "", "Doe, Jane (Univ. (Main), Oslo, Norway); Roe, K (Univ., Spain)")
    'NO'
    """
    if paired:
        parts = paired.split(";", 1)[0].split(",")
        initials = len(parts) > 2 and re.fullmatch(r"\s*(?:[^\W\d_a-z]\.[ -]?)+", parts[1])
        return _country(",".join(parts[2 if initials else 1 :]).strip())
    if bracketed.startswith("["):
        found = re.findall(r"\[([^\[\]]*)\]([^\[]*)", bracketed)
        # The first bracket holds the first author: the addresses stand in the order of the authors.
        name = found[0][0].split(";")[0].strip() if found else ""
        texts = [t for who, t in found if name in [w.strip() for w in who.split(";")]]
        return _one(t.strip(" ;") for t in texts)
    if inside.endswith(")"):
        first = re.match(r"[^(]*\((.*?)\)(?:;|$)", inside, re.S)
        return _one(t.strip() for t in first[1].split(";")) if first else ""
    return ""


def _country(text: str) -> str:
    """Give the country of an address; a text too long to be one has none, and would cost time."""
    return country_of_affiliation(text) if len(text) <= _ADDRESS else ""


def _one(addresses: Iterable[str]) -> str:
    """Give the one country of several addresses; where one names none or another, none."""
    countries = {_country(text) for text in addresses if text}
    return countries.pop() if len(countries) == 1 else ""
