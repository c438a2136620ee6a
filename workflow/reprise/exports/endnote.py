"""EndNote's XML: each <record> is read by itself, so that a broken or cut file loses no more than it must."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from reprise.exports.entries import Entry, Parsed
from reprise.exports.values import doi_in, iso_date, issns, listed, one_country, one_language, type_of
from reprise.mistakes import Mistake

_RECORD = re.compile(r"<(/?)record(?=[\s/>])")
_DOCTYPE = re.compile(r"<!(?:DOCTYPE|ENTITY)\b", re.I)
# What XML 1.0 (2.2, Char) forbids, as character and as reference to one.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE = re.compile(r"&#(?:x([0-9A-Fa-f]{1,8})|([0-9]{1,8}));")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_BARE_ISSN = re.compile(r"(?<![\w-])(\d{4})(\d{3}[\dXx])(?![\w-])")
# EndNote writes at most six levels (record, contributors, authors, author, style, ...).
_DEEPEST = 40
# PubMed's publication types as EndNote's filter puts them into the notes, a line each.
_NOTED_TYPES = (
    "Review", "Systematic Review", "Editorial", "Letter", "News", "Published Erratum",
    "Retraction of Publication",
)  # fmt: skip


def parse(text: str) -> Parsed:
    r"""Read EndNote's XML.

    Raises
    ------
    Mistake
        Where the file declares entities or a document type, which EndNote never does.

    Examples
    --------
    >>> parsed = parse("<xml><records><record><titles><title><style>Badges</style></title></titles></record>")
    >>> parsed.counted, parsed.entries[0].values
    (1, {'title': 'Badges'})
    """
    if _DOCTYPE.search(text):
        raise Mistake(
            "declares a document type or entities (<!DOCTYPE, <!ENTITY), which EndNote never writes and "
            "which may draw in other files; export it from EndNote again as XML"
        )
    parsed = Parsed(_count(text))
    for number, (line, piece, broken) in enumerate(_pieces(text), 1):
        root, repaired = None, list[str]()
        if not broken:
            root, repaired, broken = _read(piece)
        if root is None:
            parsed.rejected.append((line, f"record {number} of the file {broken}"))
        else:
            parsed.entries.append(_entry(root, line, repaired))
    return parsed


def _count(text: str) -> int:
    """Count <record> tags, and </record> tags too many, which close one whose beginning is lost."""
    stretches = re.split(r"<record(?=[\s/>])", text)
    closed = [len(re.findall(r"</record(?=[\s/>])", stretch)) for stretch in stretches]
    return len(stretches) - 1 + closed[0] + sum(max(n - 1, 0) for n in closed[1:])


def _pieces(text: str) -> Iterable[tuple[int, str, str]]:
    """Give each record: its line, its text, and what is wrong with its tags."""
    opened: int | None = None
    line = at = 0
    cut = "has no </record>: the file is cut off or damaged there; export it again"

    def line_of(place: int) -> int:
        nonlocal line, at
        line, at = line + len(re.findall(r"\r\n?|\n", text[at:place])), place
        return line + 1

    for tag in _RECORD.finditer(text):
        if not tag[1]:
            if opened is not None:
                yield line_of(opened), "", cut
            opened = tag.start()
        elif opened is None:
            yield line_of(tag.start()), "", "has no <record> before its </record>; export it again"
        else:
            end = text.find(">", tag.end(), tag.end() + 100) + 1
            yield line_of(opened), text[opened : end or tag.end()], ""
            opened = None
    if opened is not None:
        yield line_of(opened), "", cut


def _read(piece: str) -> tuple[Element | None, list[str], str]:
    """Parse one record; say what was repaired, or else why it can't be read."""
    kept = _REFERENCE.sub(_allowed, _FORBIDDEN.sub("", piece))
    repaired = ["characters that XML forbids left out"] if kept != piece else []
    if _too_deep(kept):
        return (
            None,
            [],
            f"is nested more than {_DEEPEST} levels deep, which EndNote never writes; export it again",
        )
    try:
        return fromstring(kept, forbid_dtd=True), repaired, ""
    except (ParseError, DefusedXmlException, ValueError) as error:
        return None, [], f"is no well-formed XML ({error}); correct it there or export it again"


def _allowed(reference: re.Match[str]) -> str:
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    fine = number <= 0x10FFFF and not _FORBIDDEN.match(chr(number))
    return reference[0] if fine else ""


def _too_deep(piece: str) -> bool:
    """Tell by the tags alone, before anything is built."""
    depth = 0
    for tag in re.finditer(r"<(?:(/)|[A-Za-z])", piece):
        depth += -1 if tag[1] else 1
        if depth > _DEEPEST:
            # Empty tags (<url/>) close themselves; only where there are many is it worth to look closer.
            return _depth(piece) > _DEEPEST
    return False


def _depth(piece: str) -> int:
    depth = deepest = 0
    for tag in re.finditer(r"<(/?)[A-Za-z][^<>]*>", piece):
        if tag[1]:
            depth -= 1
        elif not tag[0].endswith("/>"):
            depth += 1
            deepest = max(deepest, depth)
    return deepest


def _texts(root: Element, path: str) -> list[str]:
    """Give the texts of elements, whatever styles they are set in, each line of them by itself."""
    found = ("".join(element.itertext()) for element in root.iterfind(path))
    return [line for text in found for part in re.split(r"[\r\n]+", text) if (line := part.strip())]


def _text(root: Element, *paths: str) -> str:
    """Give the first text of the first path that has one."""
    return next((whole for path in paths if (whole := " ".join(_texts(root, path)))), "")


def _entry(root: Element, line: int, repaired: list[str]) -> Entry:
    accession = _text(root, "accession-num")
    provider = f"{_text(root, 'remote-database-provider')} {_text(root, 'remote-database-name')}".casefold()
    of_pubmed = any(word in provider for word in ("nlm", "pubmed", "medline"))
    notes = _texts(root, "notes")
    kind = root.find("ref-type")
    name = kind.get("name", "") if kind is not None else ""
    stated = _text(root, "dates/year")
    found = _YEAR.search(stated)
    year = found[0] if found else stated
    dates = _text(root, "dates/pub-dates/date")
    links = [_text(element, ".") for element in root.iterfind("urls//url")]
    pdfs = [_text(element, ".") for element in root.iterfind("urls/pdf-urls/url")]
    addresses = _texts(root, "auth-address")
    authors = [_name(a) for a in root.iterfind("contributors/authors/author")]
    editors = [_name(a) for a in root.iterfind("contributors/secondary-authors/author")]
    values = {
        "title": _text(root, "titles/title"),
        "authors": listed(authors or editors),
        "year": year,
        "publication_date": iso_date(dates, year) if found else "",
        "venue": _text(
            root, "titles/secondary-title", "periodical/full-title", "titles/alt-title", "publisher"
        ),
        "issn": _issn(root),
        "volume": _text(root, "volume"),
        "issue": _text(root, "number", "issue"),
        "pages": _text(root, "pages"),
        # An address holds the work's DOI for sure only at the resolver.
        "doi": doi_in([_text(root, "electronic-resource-num"), *(u for u in links if "doi.org/" in u)]),
        "pmid": accession if of_pubmed and re.fullmatch(r"[0-9]+", accession) else "",
        "type": type_of(_kinds(name, _text(root, "work-type"), notes)),
        "language": one_language(_texts(root, "language")),
        "abstract": _text(root, "abstract"),
        "keywords": listed(_texts(root, "keywords/keyword")),
        "fulltext_url": _fulltext(pdfs, [_text(root, f"custom{n}") for n in range(1, 8)]),
        "first_author_country": one_country(addresses) if len(authors) == 1 else "",
        "affiliations": listed(addresses),
        "retracted": "true" if "Retracted Publication" in notes else "",
        "url": next((u for u in links if u.startswith(("http://", "https://"))), ""),
        "note": " / ".join(notes),
    }
    return Entry(line, accession, {c: v for c, v in values.items() if v}, repaired)


def _name(author: Element) -> str:
    """Give a name; EndNote marks a body's by a comma at its end."""
    return _text(author, ".").rstrip(", ")


def _kinds(name: str, work_type: str, notes: Iterable[str]) -> list[str]:
    """Give what says of which type the work is, the more telling first; "Journal Article" says least."""
    noted = [line for line in notes if line in _NOTED_TYPES]
    work = [] if "case report" in work_type.casefold() else [work_type]
    return [*noted, *work, name] if name.casefold() in ("journal article", "") else [name, work_type]


def _issn(root: Element) -> str:
    """Give the ISSNs of the isbn field; eight digits without hyphen only if the check digit is right."""
    texts = _texts(root, "isbn")
    bare = [f"{a}-{b}" for text in texts for a, b in _BARE_ISSN.findall(text) if _checks(a + b)]
    return issns([*texts, *bare])


def _checks(digits: str) -> bool:
    """Tell if the check digit of an ISSN (ISO 3297) is right."""
    values = [10 if d in "Xx" else int(d) for d in digits]
    return sum(v * weight for v, weight in zip(values, range(8, 0, -1), strict=True)) % 11 == 0


def _fulltext(pdfs: Iterable[str], customs: Iterable[str]) -> str:
    """Give the address of a PDF on the net, not in somebody's library, else that of PubMed Central."""
    for url in pdfs:
        if url.startswith(("http://", "https://")):
            return url
    ids = (text for text in customs if re.fullmatch(r"PMC\d+", text))
    return next((f"https://pmc.ncbi.nlm.nih.gov/articles/{pmc}/" for pmc in ids), "")
