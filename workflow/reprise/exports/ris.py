"""RIS exports: their dialects mended, read with rispy, and brought to the record's columns.

rispy takes a line for a field only where it is spelled as the format says (two capitals, two spaces, a
hyphen), and loses an entry that has no `ER`. So an entry is mended first and handed over alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

import rispy

from reprise.csvfiles import CELL_LIMIT
from reprise.exports.detect import refuse_joined
from reprise.exports.entries import Entry, Parsed
from reprise.exports.values import (
    MONTH,
    doi_in,
    iso_date,
    language_code,
    one_country,
    page_range,
    person,
    type_of,
    untagged,
)
from reprise.records import join, split

Fields = dict[str, list[str]]  # tag -> its values, in order

# Tags of the format and of its dialects; a tag spelled loosely ("AU -") is one only if it stands here,
# else a wrapped line such as "IL - 6" would be.
TAGS = frozenset(
    "A1 A2 A3 A4 AB AD AF AI AN AR AU AV BT C1 C2 C3 C4 C5 C6 C7 C8 CA CN CP CT CY DA DB DE DI DO DP DT ED EP"
    " ER ET FX ID IS J1 J2 J9 JA JF JI JO KW L1 L2 L3 L4 LA LB LK M1 M2 M3 N1 N2 NL NV OP PA PB PI PT PU PY"
    " RI RN RP SE SN SP ST T1 T2 T3 TA TI TT TY U1 U2 U3 U4 U5 UR UT VL VO WE Y1 Y2".split()
)
_TITLES = ("TI", "T1", "CT", "BT")
# An untagged line under these is no part of them: what they hold is too short to be wrapped.
_SHORT = frozenset("TY VL IS SP EP PY Y1 DA SN LA M3 DB DP ID AN ER".split())
# Under these each untagged line is a value of its own.
_LISTED = frozenset("AU A1 A2 KW DE".split())
# A wrapped address is joined without a space.
_ADDRESSES = frozenset("DO DI UR L1 L2 L3 LK".split())

_STRICT = re.compile(r"([A-Z][A-Z0-9])  -(?: (.*)|$|(?=\S)(.*))", re.S)
_LOOSE = re.compile(
    r"[ \t\xa0]{0,4}([A-Za-z][A-Za-z0-9])([ \t\xa0]{0,4})[-\u2010-\u2014](?:[ \t\xa0](.*)|$)", re.S
)


@dataclass
class _Draft:
    """An entry as cut out of the file: its fields in order, each with the lines of its value."""

    line: int
    fields: list[tuple[str, list[str]]] = field(default_factory=list)
    repaired: dict[str, None] = field(default_factory=dict)
    typed: bool = False

    def has(self, tags: tuple[str, ...]) -> bool:
        return any(tag in tags for tag, _ in self.fields)


def parse(text: str) -> Parsed:
    r"""Read the text of a RIS file.

    Examples
    --------
    >>> parsed = parse("TY  - JOUR\nT1  - Badges\nPY - 2019/03/05/\nTY  - JOUR\nTI  - Trust\nER  - \n")
    >>> parsed.counted, [entry.values["title"] for entry in parsed.entries]
    (2, ['Badges', 'Trust'])
    >>> parsed.entries[0].values["publication_date"], parsed.entries[0].repaired
    ('2019-03-05', ['spacing of the tag PY', 'ER missing'])
    """
    refuse_joined(text, "ris")
    lines = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    parsed = Parsed(count_entries(lines))
    for draft in _cut(lines):
        fields = _read(draft)
        if any(value for tag, values in fields.items() if tag != "TY" for value in values):
            values = _record(fields)
            parsed.entries.append(Entry(draft.line, _own_id(fields), values, list(draft.repaired)))
        else:
            what = "; ".join(["holds nothing but its type", *draft.repaired])
            parsed.rejected.append((draft.line, what))
    return parsed


def count_entries(lines: list[str]) -> int:
    """Count the entries by the lines that part them: `TY`, and `ER` or a title where there is no `TY`.

    Examples
    --------
    >>> count_entries(["TY  - JOUR", "ER  - ", "TI  - Without a type", "ER  - "])
    2
    """
    count = 0
    inside = fresh = fields = titled = False
    for _, line in _numbered(lines):
        tag = _tag(line)[0]
        if tag == "TY":
            count += (not fresh) + (not inside and titled)
            inside, fresh, fields, titled = True, True, False, False
        elif tag == "ER":
            count += not inside and fields
            inside = fresh = fields = titled = False
        elif tag:
            fresh, fields, titled = False, True, titled or tag in _TITLES
    return count + (not inside and titled)


def _tag(line: str) -> tuple[str, str, str]:
    """Give the tag of a line, its value, and how it was misspelled; no tag where it continues another.

    Examples
    --------
    >>> _tag("AU  - Doe, J"), _tag("au  - Doe, J"), _tag("AU- Doe, J")[0], _tag("IL - 6")[0]
    (('AU', 'Doe, J', ''), ('AU', 'Doe, J', 'lower-case tag au'), 'AU', '')
    """
    found = _STRICT.match(line)
    if found:
        return found[1], (found[2] or found[3] or "").strip(), ""
    bare = line[:12].strip("\ufeff \t\xa0")
    if bare == "ER" and len(line) < 8:
        return "ER", "", "spacing of the tag ER"
    found = _LOOSE.match(line.lstrip("\ufeff") if line.startswith("\ufeff") else line)
    if not found:
        return "", line, ""
    tag, gap, value = found[1].upper(), found[2], (found[3] or "").strip()
    # "is - " and "an - " are words of a wrapped line; a tag in small letters has its two spaces
    if tag not in TAGS or (
        tag != found[1] and len(gap) < 2 and tag != "TY" and not (tag == "ER" and not value)
    ):
        return "", line, ""
    if (tag == "ER" and value) or (tag == "TY" and not re.fullmatch(r"[A-Za-z]{2,12}", value or "JOUR")):
        return "", line, ""
    if tag != found[1]:
        return tag, value, f"lower-case tag {found[1]}"
    if line.startswith("\ufeff") and len(gap) == 2:
        return tag, value, "byte order mark taken off"
    return tag, value, f"spacing of the tag {tag}"


# Two files joined, the first of which ends without a line break.
_JOINED = re.compile(r"(ER {0,2}- ?)[\s\ufeff]{0,4}(TY {0,2}- .*)", re.S)


def _numbered(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Give each line with its number, an end and a beginning that stand in one line apart."""
    for number, line in enumerate(lines, 1):
        joined = _JOINED.fullmatch(line) if line.startswith("ER") else None
        for part in joined.groups() if joined else (line,):
            yield number, part


def _cut(lines: list[str]) -> Iterator[_Draft]:
    """Cut a file into its entries."""
    draft: _Draft | None = None  # the entry being read
    loose = _Draft(0)  # fields that stand in no entry
    last: _Draft | None = None  # the entry read before, held back for what follows it
    stray = 0

    def tell_stray(on: _Draft | None) -> None:
        if stray and on:
            on.repaired[f"{stray} {'line' if stray == 1 else 'lines'} outside any entry left out"] = None

    for number, line in _numbered(lines):
        tag, value, wrong = _tag(line)
        if tag == "TY":
            if draft and draft.typed and len(draft.fields) == 1:
                draft.repaired["TY doubled"] = None
                draft.fields[0] = ("TY", [draft.fields[0][1][0] or value])
                continue
            if draft:
                draft.repaired["ER missing"] = None
            elif loose.has(_TITLES):
                draft = loose
                draft.repaired |= {"TY missing": None, "ER missing": None}
            else:
                stray += len(loose.fields)
            if draft:
                if last:
                    yield last
                last = draft
            draft, loose = _Draft(number, [("TY", [value])], typed=True), _Draft(0)
            tell_stray(draft)
            stray = 0
        elif tag == "ER":
            if not draft and loose.fields:
                draft = loose
                draft.repaired["TY missing"] = None
            if draft:
                if last:
                    yield last
                last = draft
            else:
                stray += 1
            draft, loose = None, _Draft(0)
        elif tag:
            target = draft or loose
            target.line = target.line or number
            target.fields.append((tag, [value]))
        elif line.strip():
            if draft and _continue(draft.fields[-1], line):
                wrong = "wrapped lines joined"
            elif not draft and loose.fields and not _NUMBERING.fullmatch(line):
                wrong = "wrapped lines joined" if _continue(loose.fields[-1], line) else ""
            elif draft:
                draft.repaired["lines without a tag left out"] = None
            else:
                stray += 1
        if wrong:
            (draft or (last if tag == "ER" and last else loose)).repaired[wrong] = None
    if draft:
        draft.repaired["ER missing"] = None
    elif loose.has(_TITLES):
        draft = loose
        draft.repaired |= {"TY missing": None, "ER missing": None}
    else:
        stray += len(loose.fields)
    tell_stray(draft or last)
    yield from (d for d in (last, draft) if d)


# "12." or "<12>" before an entry, as Ovid numbers them.
_NUMBERING = re.compile(r"\s{0,9}<?\d{1,7}[.>]?\s{0,9}")


def _continue(written: tuple[str, list[str]], line: str) -> bool:
    """Put a line without tag to the field before it, unless it can't belong there."""
    tag, parts = written
    if tag in _SHORT:
        return False
    if tag in _ADDRESSES and (not parts[-1] or " " in line.strip()):
        return False
    parts.append(line.strip("\ufeff \t"))
    return True


def _read(draft: _Draft) -> Fields:
    """Read one mended entry with rispy; every tag a list under its own name."""
    lines = []
    for tag, parts in draft.fields:
        if sum(map(len, parts)) > CELL_LIMIT:
            draft.repaired[f"{tag} of more than {CELL_LIMIT:,} characters left out"] = None
        elif tag in _LISTED and ";" not in parts[0]:
            lines += [f"{tag}  - {part}" for part in parts]
        else:
            lines.append(f"{tag}  - {_wrapped(tag, parts)}")
    if not draft.typed:
        lines.insert(0, "TY  - ")
    tags = dict.fromkeys(("TY", "ER", *(tag for tag, _ in draft.fields)))
    parser = rispy.RisParser(
        mapping={tag: tag for tag in tags} | {"UK": "UK"},
        list_tags=[tag for tag in tags if tag != "TY"],
        delimiter_tags_mapping={},
    )
    (entry,) = parser.parse("\n".join([*lines, "ER  - "]))
    return {tag: [value] if isinstance(value, str) else list(value) for tag, value in entry.items()}


def _wrapped(tag: str, parts: list[str]) -> str:
    """Join the lines of a value: of an address without a space, unless another begins there.

    Examples
    --------
    >>> _wrapped("UR", ["https://a.org/x", "y", "https://b.org"]), _wrapped("AB", ["a", "b"])
    ('https://a.org/xy https://b.org', 'a b')
    """
    if tag not in _ADDRESSES:
        return " ".join(parts)
    return "".join(f" {p}" if n and "://" in p[:20] else p for n, p in enumerate(parts))


# Words that stand for an empty value.
_NOTHING = frozenset(("nan", "null", "none", "n/a", "na", "-", "not specified"))


def _first(fields: Fields, *tags: str) -> str:
    """Give the first value that says something."""
    return next((v for t in tags for v in fields.get(t, ()) if v and v.casefold() not in _NOTHING), "")


def _all(fields: Fields, *tags: str) -> list[str]:
    return [v for t in tags for v in fields.get(t, ()) if v]


# Types of reference that are whole books, and those whose venue is who published them.
_BOOKS = frozenset(("BOOK", "EBOOK", "EDBOOK"))
_PUBLISHED = _BOOKS | {"RPRT", "THES", "GOVDOC", "UNPB", "ELEC", "WEB"}
# Types of reference in words, where the abbreviation is none; of "generic" nothing is known.
_IN_WORDS = {
    "THES": "thesis",
    "EJOUR": "journal",
    "ECHAP": "chapter",
    "INPR": "article",
    "GOVDOC": "report",
    "GEN": "",
}
# PsycINFO's classification of the content stands where others have the type ("Health Psychology [3360]").
_CLASSIFIED = re.compile(r"\[\d{4}\]")


def _record(fields: Fields) -> dict[str, str]:
    """Bring the fields of an entry to the columns of the record."""
    reference = _first(fields, "TY").upper()
    stated = [
        v[:200]
        for v in _all(fields, "M3", "DT", "PT")
        if v.casefold() not in _NOTHING and not _CLASSIFIED.search(v[:200]) and not doi_in([v[:200]])
    ]
    language = _first(fields, "LA")[:200]
    peer = _peer_reviewed(_all(fields, "N1"))
    volume, issue = _volume(_first(fields, "VL", "VO"))
    addresses = list(_affiliations(fields))
    values = {
        "title": untagged(next((v for tag in _TITLES for v in fields.get(tag, ()) if v), "")),
        "authors": join(_authors(_all(fields, "AU") or _all(fields, "A1"))),
        "year": _year(fields),
        "publication_date": _date(fields),
        "venue": _venue(fields, reference),
        "issn": join(f"{a}-{b.upper()}" for v in _all(fields, "SN") for a, b in _ISSN.findall(v[:1000])),
        "volume": volume,
        "issue": _first(fields, "IS") or issue,
        "pages": _pages(fields),
        "doi": _doi(fields),
        "pmid": _pmid(fields),
        "type": type_of([*stated, _IN_WORDS.get(reference, reference)]),
        "language": language_code(language) or language,
        "abstract": _abstract(fields),
        "keywords": join(part for v in _all(fields, "KW", "DE") for part in split(v)),
        "affiliations": join(a for _, a in addresses),
        "first_author_country": one_country(a for names, a in addresses if names and _begins(names, fields)),
        "url": next(_links(_all(fields, "UR")), ""),
        "fulltext_url": next((u for u in _links(_all(fields, "L1", "L2")) if not _NO_FULLTEXT.search(u)), ""),
        "peer_reviewed": peer,
        "note": join(v for v in _all(fields, "N1") if peer and _PEER.search(v)),
        "retracted": "true" if any(_RETRACTED.fullmatch(v) for v in stated) else "",
    }
    return {column: value for column, value in values.items() if value or column == "title"}


# An OpenURL (NISO Z39.88) asks a library for the text, a DOI's resolver leads to the publisher, and Ovid's
# reference page is the database's own entry: none says that the text stands there.
_NO_FULLTEXT = re.compile(r"Z39\.88|^https?://(?:dx\.)?doi\.org/|/ovidweb\.cgi\?(?!.*PAGE=fulltext)")
_RETRACTED = re.compile(r"retracted(?: publication| article)?", re.I)
_NOBODY = frozenset(
    ("anonymous", "anon", "no authorship indicated", "et al", "none", "nan", "author unknown")
)


def _authors(given: list[str]) -> Iterator[str]:
    """Give the authors; several in one field are parted by semicolons, or by "and" between full names.

    Examples
    --------
    >>> list(_authors(["Doe, J.; Roe, K.", "Poe, L. and Moe, M.", "[Anonymous]", "Art and Science Group"]))
    ['Doe, J.', 'Roe, K.', 'Poe, L.', 'Moe, M.', 'Art and Science Group']
    """
    for text in given:
        for part in _pairs(text) or split(text):
            names = part.split(" and ")
            for name in names if len(names) > 1 and all("," in n for n in names) else [part]:
                name = name.strip().rstrip(",")
                if name.strip("[]. ").casefold() not in _NOBODY:
                    yield person(name)


_INITIALS = re.compile(r"(?:[^\W\d_]\.?[ -]?){1,4}")


def _pairs(text: str) -> list[str]:
    """Take "Doe, J., Roe, K." apart, where each second part is initials.

    Examples
    --------
    >>> _pairs("Doe, J., Roe, K.-L."), _pairs("Doe, Jane, Roe, Kim"), _pairs("Doe, J.")
    (['Doe, J.', 'Roe, K.-L.'], [], [])
    """
    parts = [p.strip() for p in text.split(",")]
    if len(parts) < 4 or len(parts) % 2:
        return []
    if not all(_INITIALS.fullmatch(p[:20]) and p.isupper() for p in parts[1::2]):
        return []
    return [f"{name}, {initials}" for name, initials in zip(parts[::2], parts[1::2], strict=True)]


_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|2\d)\d\d(?!\d)")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")


# TRID names the first day of a conference or project so.
_STARTS = re.compile(r"^start date:\s*", re.I)
_ISSUED = re.compile(r"full publication date:\s*(.{4,60})", re.I)


def _year(fields: Fields) -> str:
    """Give the year; a text without one as it is, so that it is told of."""
    stated = [v[:80] for v in _all(fields, "PY", "Y1", "DA") if v.casefold() not in _NOTHING]
    stated = [_STARTS.sub("", text) for text in stated]
    for text in stated:
        found = _YEAR.search(text) if not _COMPACT.fullmatch(text) else re.match(r"\d{4}", text)
        if found:
            return found.group()
    return next((t for t in stated if t.strip("/-. ") and not MONTH.match(t)), "")


def _date(fields: Fields) -> str:
    """Give the most precise date; one without a year is of the year stated beside it."""
    year = _YEAR.search(_first(fields, "PY", "Y1")[:80])
    given = [_STARTS.sub("", v[:200]) for v in _all(fields, "DA", "Y1", "PY")]
    # JSTOR: the date of the issue
    given += [found[1] for v in _all(fields, "C1") if (found := _ISSUED.match(v))]
    dates = [iso_date(v, year.group() if year else "") for v in given]
    return max(dates, key=len, default="")


def _venue(fields: Fields, reference: str) -> str:
    """Give where a work appeared: a full name before an abbreviation; of a book its publisher."""
    full, other = _first(fields, "T2"), _first(fields, "JO")
    either = other if other and not _abbreviates(other, full) else full
    held = [_first(fields, "BT")] if reference not in _BOOKS else []
    names = [_first(fields, "JF"), either, *held, _first(fields, "JA", "J2", "JI", "J1", "J9")]
    if reference in _PUBLISHED:
        names.append(_first(fields, "PB"))
    return next((n for n in names if n), "")


def _abbreviates(short: str, full: str) -> bool:
    """Whether each word of one name begins a word of the other, in its order.

    Examples
    --------
    >>> _abbreviates("Int. J. Educ.", "International Journal of Education"), _abbreviates("Nature", "Science")
    (True, False)
    """
    rest = iter(full[:500].casefold().split())
    words = short[:500].casefold().replace(".", " ").split()
    return len(short) < len(full) and all(any(w.startswith(s) for w in rest) for s in words)


_ISSN = re.compile(r"(?<![\d-])(\d{4})[-\u2010-\u2013]?(\d{3}[\dXx])(?![\w-])")
_PAGE = re.compile(r".*\d.*|[ivxlcdm]{1,8}(?:-[ivxlcdm]{1,8})?", re.I | re.S)
_PP = re.compile(r"^pp?\.?\s+(?=\w)", re.I)
# M1 is an article number, an issue, a number of pages or a reference: only what can't be an issue is taken.
_ARTICLE_NUMBER = re.compile(r"[A-Za-z]{1,4}\d{1,12}|\d{4,12}")


def _pages(fields: Fields) -> str:
    """Give the range of pages, else the article number; "No Specified" is neither."""
    first, last = (
        re.sub("[\u2010-\u2014]", "-", _PP.sub("", v)) if _PAGE.fullmatch(v[:100]) else ""
        for v in (_first(fields, "SP"), _first(fields, "EP"))
    )
    pages = page_range("" if "-" in last else first, last)
    if pages:
        return pages
    # Ovid has the National Library's number of the journal in M1
    number = "" if _of_ovid(fields) else _first(fields, "M1")
    return _first(fields, "C7", "AR") or (number if _ARTICLE_NUMBER.fullmatch(number[:20]) else "")


def _of_ovid(fields: Fields) -> bool:
    return any("ovidsp" in v[:200] or "ovidweb" in v[:200] for v in _all(fields, "L2", "UR", "LK"))


_VOLUME = re.compile(r"(?:v(?:ol(?:ume)?)?\.?\s+)+(\S+)(?:,?\s+(?:issue|no\.?)\s+(\S+))?", re.I)


def _volume(text: str) -> tuple[str, str]:
    """Give the volume, and the issue where it stands with it.

    Examples
    --------
    >>> _volume("v. 7 issue 4"), _volume("v. v. 176"), _volume("12 Suppl")
    (('7', '4'), ('176', ''), ('12 Suppl', ''))
    """
    found = _VOLUME.fullmatch(text[:60])
    return (found[1], found[2] or "") if found else (text, "")


# Behind the DOI in a publisher's address.
_BEHIND = re.compile(r"/(?:full|abstract|pdf|epdf|html|fulltext|meta|summary)$")
_RELATED = re.compile(r"comment|corrig|correct|errat|retract|cites|reply|republish|update", re.I)
_NOTED_DOI = re.compile(r"(?:\bdoi\b|doi\.org)[\s:=/-]{0,4}(10\.\d{4,9}/[^\s\"<>;]{1,300})", re.I)


def _doi(fields: Fields) -> str:
    """Give the DOI, wherever it stands; what DO holds is kept where there is none, so that it is told of."""
    doi = doi_in(v[:2000] for v in _all(fields, "DO", "DI", "M3"))
    # after "?" and "&" another part of an address begins
    links = (
        unquote(p) for v in _all(fields, "UR", "L3", "LK", "L2", "L1") for p in re.split("[?&#]", v[:4000])
    )
    doi = doi or _BEHIND.sub("", doi_in(links)) or doi_in(v[:500] for v in _all(fields, "ID", "AN"))
    if not doi:
        # a note may name the DOIs of other works too: only one alone, and of no other work, is the work's own
        noted = {_own_doi(note, m) for note in _all(fields, "N1") for m in _NOTED_DOI.finditer(note)} - {""}
        doi = noted.pop() if len(noted) == 1 else ""
    return doi or _first(fields, "DO")[:500]


def _own_doi(note: str, found: re.Match[str]) -> str:
    """Give a DOI found in a note, unless the words before it say that it is another work's."""
    before = note[max(0, found.start() - 80) : found.start()].split(";")[-1]
    return "" if _RELATED.search(before) else doi_in([found[1]])


_PMID = re.compile(
    r"\b(?:PMID|PUBMED)\b[\s:#=-]{0,4}(\d{1,8})(?!\d)|pubmed(?:\.ncbi\.nlm\.nih\.gov)?/(\d{1,8})(?!\d)", re.I
)


# Ovid's names of its Medline files begin so (med, medp, medl, ...).
_OVID_MEDLINE = re.compile(r"ovidweb\.cgi\?.*[?&]D=(?:med|ppez|pmnm|prem)", re.I)


def _pmid(fields: Fields) -> str:
    """Give the PubMed id, where a database or a word says that it is one."""
    database = " ".join(v[:200] for v in _all(fields, "DB", "DP")).casefold()
    tags = ["AN", "ID"] if re.search(r"pubmed|medline|\bnlm\b", database) else []
    tags += ["C2"] if "scopus" in database else []
    tags += ["C5"] if "embase" in database else []
    if any(_OVID_MEDLINE.search(v[:300]) for v in _all(fields, "L2", "UR")):
        tags.append("ID")
    for value in _all(fields, *tags):
        if re.fullmatch(r"\d{1,8}", value):
            return value
    for value in _all(fields, "AN", "C2", "ID", "M1", "N1", "UR", "LK"):
        found = _PMID.search(value)
        if found:
            return found[1] or found[2]
    return ""


def _abstract(fields: Fields) -> str:
    """Give the abstract, without the paragraph that says whose copyright it is."""
    own = [
        v for v in _all(fields, "AB") if not v.startswith("Copyright of ") and v.casefold() not in _NOTHING
    ]
    return untagged(" ".join(dict.fromkeys(own or _all(fields, "N2"))))


# An author and address: "(Doe J.; Roe K., k@x.org) Address" in Embase, "Doe, Jane. Address" in Ovid.
_EMBASE_ADDRESS = re.compile(r"\(([^()]{2,5000})\)\s*(\S.*)", re.S)
_OVID_ADDRESS = re.compile(r"([^\s,.][^,.]{0,60}, [^,.]{1,60}(?:\.(?=-?\w)[^,.]{1,9})*)\. (\S.*)", re.S)
_MAIL = re.compile(r"\s*(?:Electronic address|E-?mail):?\s*\S+@\S+", re.I)


def _affiliations(fields: Fields) -> Iterator[tuple[str, str]]:
    """Give the affiliations, each with the authors that stand before it in brackets or by name.

    C1 is an address in Web of Science alone, elsewhere a field of one's own: only an address has commas, and
    no colon. Embase has all addresses in M1, Ovid in M2, and in AD, if anything, who answers letters.
    """
    paired = [m for v in _all(fields, "M1") if (m := _EMBASE_ADDRESS.fullmatch(v[:9000]))]
    if not paired and _of_ovid(fields):
        paired = [m for v in _all(fields, "M2") if (m := _OVID_ADDRESS.fullmatch(v[:9000]))]
    if paired:
        for found in paired:
            yield found[1], _MAIL.sub("", found[2]).strip(" ;")
        return
    for value in _all(fields, "AD") or [v for v in _all(fields, "C1") if "," in v and not _ISSUED.match(v)]:
        yield "", re.sub(r"\[[^\[\]]*\]", "", value).strip(" ;")


def _begins(names: str, fields: Fields) -> bool:
    """Whether the first author stands among the names before an address."""
    first = (_all(fields, "AU") or _all(fields, "A1") or [""])[0].strip().casefold()
    named = [n.split(",")[0] if ";" in names or "@" in n else n for n in names.split(";")]
    return bool(first) and first in {n.strip().casefold() for n in named}


def _links(given: list[str]) -> Iterator[str]:
    """Give the web addresses; several in one field are parted by spaces or semicolons."""
    for value in given:
        for part in re.split(r"\s|;(?=https?:)", value):
            if re.match(r"https?://", part, re.I):
                yield part


_PEER = re.compile(
    r"\b(?:peer[- ]?review(?:ed)?|refereed)(?: (?:journal|article|publication))?\s{0,3}[:=\u2013-]\s{0,3}"
    r"(yes|true|no|false)\b",
    re.I,
)


def _peer_reviewed(notes: list[str]) -> str:
    """Say whether a note says that the work is peer reviewed; that its journal is scholarly is not enough.

    Examples
    --------
    >>> notes = "Peer reviewed: Yes", "Refereed - No", "Source type: Scholarly Journals"
    >>> [_peer_reviewed([note]) for note in notes]
    ['true', 'false', '']
    """
    said = {m[1].casefold() in ("yes", "true") for n in notes for m in _PEER.finditer(n)}
    return str(said.pop()).lower() if len(said) == 1 else ""


def _own_id(fields: Fields) -> str:
    """Give the database's own id: its accession number, else what stands for it in address or note."""
    for value in _all(fields, "AN", "UT"):
        if value.casefold() not in _NOTHING:
            return value[:200].split(";")[0].strip()
    for value in _all(fields, "UR"):
        found = re.search(r"[?&]eid=(2-s2\.0-\d{1,20})", value)
        if found:
            return found[1]
    for value in _all(fields, "N1"):
        found = re.match(r"Accession Number:\s{0,3}([\w.:-]{1,50})", value, re.I)
        if found:
            return found[1]
    for value in _all(fields, "U2", "UR"):
        found = re.fullmatch(r"L\d{6,12}", value) or re.search(
            r"embase\.com/.*[?&]id=(L\d{6,12})|lens\.org/(?:lens/scholar/article/)?(\d{3}(?:-\d{3}){3}-\d{2}[\dX])",
            value,
        )
        if found:
            return next((g for g in found.groups() if g), found[0])
    given = _first(fields, "ID")[:100]
    # a short number is the place of the entry in someone's library, and changes with it; a name and a year
    # are a citation key, which two works may share
    own = re.fullmatch(r"(?=.*\d)(?![^\W\d_]+\d{4}[a-z]?$)\S{8,}", given)
    named = [v for v in _all(fields, "DB", "DP") if v.casefold() not in (*_NOTHING, "other", "unknown")]
    return given if own or named else ""
