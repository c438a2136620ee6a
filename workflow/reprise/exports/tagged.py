"""Tagged text: PubMed's nbib and the Web of Science's field-tagged files (.txt, .ciw).

Both are read here, by no library: `nbib` (0.3.2, of 2021) gives up the whole file for one line that it
can't read, and rispy's WokParser (0.10) drops an entry without its ER line or runs it into the next one.
Neither says on which line an entry begins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from reprise.exports.detect import refuse_joined
from reprise.exports.entries import Entry, Parsed
from reprise.exports.values import (
    doi_in,
    iso_date,
    issns,
    listed,
    one_country,
    one_language,
    page_range,
    type_of,
)
from reprise.records import join

_BREAK = re.compile(r"\r\r?\n|\r|\n")  # some mailers write two carriage returns
_YEAR = re.compile(r"(?<!\d)(?:1[6-9]|20)\d\d(?!\d)")
# "Smith JA", "Smith JA Jr": PubMed's short form of a name, the family name first.
_SHORT_NAME = re.compile(r"(\S.*) ([A-Z]{1,4})( (?:Jr|Sr|2nd|3rd|4th|5th))?")
# What a PubMed record says of itself beside what kind of work it is; a case report is an article there.
_NO_TYPE = ("retracted publication", "case reports")

_NBIB_TAG = re.compile(r"([A-Z][A-Z0-9 ]{3})-(?: (.*)|$)")
_WOS_TAG = re.compile(r"([A-Z][A-Z0-9])(?: (.*)|$)")
_WOS_END = re.compile(r"(?:ER|EF)\s*")
_WOS_HEAD = re.compile(r"FN (?:Clarivate|Thomson|ISI)|VR \d")
_TITLE_NBIB = re.compile(r"B?TI {1,2}-(?: |$)")
_TITLE_WOS = re.compile(r"TI(?: |$)")
# The words of the Web of Science's OA field, the most open first.
_OPEN = (("gold", "gold"), ("hybrid", "hybrid"), ("bronze", "bronze"), ("green", "green"))


@dataclass
class _Raw:
    """An entry as it stands: tags in order, each with its lines."""

    line: int
    fields: list[tuple[str, list[str]]] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)
    untagged: list[tuple[int, int]] = field(default_factory=list)

    def lines(self, *tags: str) -> list[str]:
        """Give the lines of tags, each by itself."""
        return [line for tag, lines in self.fields if tag in tags for line in lines if line]

    def all(self, *tags: str) -> list[str]:
        """Give the values of tags, each put together from its lines."""
        return [text for tag, lines in self.fields if tag in tags if (text := " ".join(filter(None, lines)))]

    def one(self, *tags: str) -> str:
        """Give the first value of the first tag that has one."""
        return next((text for tag in tags for text in self.all(tag)), "")


def parse_nbib(text: str) -> Parsed:
    r"""Read what PubMed exports as "PubMed" format or sends to a citation manager.

    Examples
    --------
    >>> parsed = parse_nbib("PMID- 1\nDP  - 2020 Mar 5\nTI  - Digital\n      badges\n")
    >>> parsed.counted, parsed.entries[0].own_id, parsed.entries[0].values["title"]
    (1, '1', 'Digital badges')
    >>> parsed.entries[0].values["publication_date"]
    '2020-03-05'
    """
    refuse_joined(text, "nbib")
    lines = _lines(text)
    return _parsed(_count_nbib(lines), *_nbib_raw(lines), _nbib_entry, "PMID-")


def parse_wos(text: str) -> Parsed:
    r"""Read the Web of Science's field-tagged text.

    Examples
    --------
    >>> parsed = parse_wos("FN Clarivate\nVR 1.0\nPT J\nTI Digital\n   badges\nPY 2020\nUT WOS:1\nER\nEF\n")
    >>> parsed.counted, parsed.entries[0].own_id, parsed.entries[0].values["title"]
    (1, 'WOS:1', 'Digital badges')
    """
    refuse_joined(text, "wos")
    lines = _lines(text)
    return _parsed(_count_wos(lines), *_wos_raw(lines), _wos_entry, "PT")


def _lines(text: str) -> list[str]:
    """Take a text apart; where files were joined, a byte order mark may begin any line."""
    return [line.lstrip("\ufeff") for line in _BREAK.split(text)]


def _parsed(
    counted: int,
    raws: Sequence[_Raw],
    stray: Sequence[tuple[int, int]],
    entry_of: Callable[[_Raw], Entry],
    begins: str,
) -> Parsed:
    """Make entries of the raw ones; the entry that follows lines outside of any tells of them."""
    parsed = Parsed(counted)
    at = told = 0
    for number, raw in enumerate(raws):
        last = number == len(raws) - 1
        while at < len(stray) and (last or stray[at][0] < raw.line):
            at += 1
        if passed := stray[told:at]:
            raw.repaired.append(f"{_where(passed)} left out: outside of any entry")
            told = at
        if raw.untagged:
            raw.repaired.append(f"{_where(raw.untagged)} without a tag: read with what stands before")
        if raw.lines(*{tag for tag, _ in raw.fields} - {"PMID", "PT"}):
            parsed.entries.append(entry_of(raw))
        else:
            parsed.rejected.append((raw.line, f"has nothing but its {begins} line; export it again"))
    return parsed


def _add(raw: _Raw, line: str, number: int) -> None:
    """Put a line that begins no field to the field before it."""
    if not line[0].isspace():
        _stretch(raw.untagged, number)
    if raw.fields:
        raw.fields[-1][1].append(line.strip())
    else:
        raw.fields.append(("", [line.strip()]))


def _stretch(stretches: list[tuple[int, int]], number: int) -> None:
    """Put the number of a line to the stretches, each from and to."""
    if stretches and stretches[-1][1] == number - 1:
        stretches[-1] = (stretches[-1][0], number)
    else:
        stretches.append((number, number))


def _where(stretches: Sequence[tuple[int, int]]) -> str:
    """Name stretches of lines, of many the first three.

    Examples
    --------
    >>> _where([(1, 1), (3, 4)])
    'line 1, lines 3 to 4'
    """
    named = [f"line {a}" if a == b else f"lines {a} to {b}" for a, b in stretches[:3]]
    more = len(stretches) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _count_nbib(lines: Sequence[str]) -> int:
    """Count PMID- lines, and of the blocks between empty lines those that have a title but none before it."""
    count, headless = 0, True
    for line in lines:
        if line.startswith("PMID-"):
            count, headless = count + 1, False
        elif not line.strip():
            headless = True
        elif headless and _TITLE_NBIB.match(line):
            count, headless = count + 1, False
    return count


def _nbib_raw(lines: Sequence[str]) -> tuple[list[_Raw], list[tuple[int, int]]]:
    """Part the lines into entries; give the lines, from and to, that are of none beside."""
    raws: list[_Raw] = []
    stray: list[tuple[int, int]] = []
    held: _Raw | None = None
    for first, block in _blocks(lines):
        starts = [n for n, line in enumerate(block) if line.startswith("PMID-")]
        head = starts[0] if starts else len(block)
        if any(map(_TITLE_NBIB.match, block[:head])):
            held = _Raw(first, repaired=["has no PMID- line"])
            raws.append(held)
        elif head and held:
            held.repaired.append(f"empty line before line {first}: what follows read as the same entry")
        for number, line in enumerate(block, first):
            found = _NBIB_TAG.match(line)
            if line.startswith("PMID-"):
                held = _Raw(number)
                raws.append(held)
            if not held:
                _stretch(stray, number)
            elif found:
                held.fields.append((found[1].rstrip(), [(found[2] or "").strip()]))
            else:
                _add(held, line, number)
    return raws, stray


def _blocks(lines: Sequence[str]) -> Iterable[tuple[int, list[str]]]:
    """Part lines at empty ones; each block with the number of its first line."""
    block: list[str] = []
    for number, line in enumerate([*lines, ""], 1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _nbib_entry(raw: _Raw) -> Entry:
    pmid = raw.one("PMID")
    if pmid and not re.fullmatch(r"[0-9]+", pmid):
        raw.repaired.append(f"PMID {pmid[:40]!r} is no number: left out")
        pmid = ""
    kinds = raw.all("PT")
    stated = [kind for kind in kinds if kind.casefold() not in _NO_TYPE]
    title = raw.one("TI", "BTI")
    if title.strip("[]. ").casefold() in ("", "not available"):
        title = raw.one("TT") or title
    date, online = iso_date(raw.one("DP")), iso_date(raw.one("DEP"))
    if online and (not date or (len(date) == 4 and online.startswith(date))):
        date, online = online, ""
    pmc = raw.one("PMC").upper()
    ids = [value.removesuffix("[doi]").strip() for value in raw.all("LID", "AID") if value.endswith("[doi]")]
    addresses = raw.all("AD")
    values = {
        "title": title,
        "authors": listed(_nbib_authors(raw)),
        "year": date[:4] or raw.one("DP"),
        "publication_date": date,
        "venue": raw.one("JT", "TA") or (raw.one("BTI") if raw.one("TI") else ""),
        "issn": issns(raw.all("IS")),
        "volume": raw.one("VI"),
        "issue": raw.one("IP"),
        "pages": raw.one("PG"),
        "doi": doi_in([*ids, raw.one("SO")]),
        "pmid": pmid,
        # The plain "Journal Article" stands beside what says more.
        "type": type_of(sorted(stated, key=lambda kind: kind == "Journal Article"))
        or ("article" if "Case Reports" in kinds else ""),
        "language": one_language(raw.all("LA")),
        "abstract": raw.one("AB", "OAB"),
        "keywords": listed(word.replace("*", "") for word in raw.all("OT", "MH")),
        "fulltext_url": f"https://pmc.ncbi.nlm.nih.gov/articles/{pmc}/"
        if re.fullmatch(r"PMC\d+", pmc)
        else "",
        "first_author_country": one_country(_first_nbib_addresses(raw)),
        "affiliations": listed(addresses),
        "retracted": "true" if "Retracted Publication" in kinds or raw.one("RIN") else "",
        "url": f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid else "",
        "note": f"published online {online}" if online and online[:4] != date[:4] else "",
    }
    return Entry(raw.line, pmid, _stated(values), raw.repaired)


def _stated(values: dict[str, str]) -> dict[str, str]:
    return {column: value for column, value in values.items() if value}


def _nbib_authors(raw: _Raw) -> list[str]:
    """Give the full names, and the short ones where no full one stands before them."""
    names: list[str] = []
    before = ""
    for tag, lines in raw.fields:
        name = " ".join(filter(None, lines))
        if tag in ("FAU", "CN"):
            names.append(name)
        elif tag == "AU" and before != "FAU":
            short = _SHORT_NAME.fullmatch(name)
            names.append(f"{short[1]}, {short[2]}{short[3] or ''}" if short else name)
        before = tag
    return names or raw.all("FED", "ED")


def _first_nbib_addresses(raw: _Raw) -> list[str]:
    """Give the addresses between the first author and the second."""
    tags = [tag for tag, _ in raw.fields]
    at = next((n for n, tag in enumerate(tags) if tag in ("FAU", "AU", "CN")), len(tags))
    if tags[at : at + 1] == ["CN"]:
        return []
    found: list[str] = []
    for number, (tag, lines) in enumerate(raw.fields[at + 1 :], at + 1):
        if tag in ("FAU", "CN") or (tag == "AU" and tags[number - 1] != "FAU"):
            break
        if tag == "AD":
            found.append(" ".join(filter(None, lines)))
        elif tag not in ("AU", "AUID"):
            break
    return found


def _count_wos(lines: Sequence[str]) -> int:
    """Count PT lines, and titles that no PT line precedes since the last end of an entry."""
    count, headless = 0, True
    for line in lines:
        if line == "PT" or line.startswith("PT "):
            count, headless = count + 1, False
        elif _WOS_END.fullmatch(line) or (line.startswith("FN ") and _WOS_HEAD.match(line)):
            headless = True
        elif headless and _TITLE_WOS.match(line):
            count, headless = count + 1, False
    return count


def _wos_raw(lines: Sequence[str]) -> tuple[list[_Raw], list[tuple[int, int]]]:
    """Part the lines into entries; give the lines, from and to, that are of none beside."""
    raws: list[_Raw] = []
    stray: list[tuple[int, int]] = []
    waiting: list[tuple[int, str]] = []  # lines that would begin an entry, had it a PT line
    held: _Raw | None = None

    def put(raw: _Raw, number: int, line: str) -> None:
        found = _WOS_TAG.match(line)
        if found:
            raw.fields.append((found[1], [(found[2] or "").strip()]))
        elif line.strip():
            _add(raw, line, number)

    def leave() -> None:
        for number, _ in waiting:
            _stretch(stray, number)
        waiting.clear()

    for number, line in enumerate(lines, 1):
        head = bool(_WOS_HEAD.match(line))
        ends = bool(_WOS_END.fullmatch(line))
        begins = line == "PT" or line.startswith("PT ")
        if held and (begins or (ends and line.startswith("EF")) or (head and line.startswith("FN"))):
            held.repaired.append("has no ER line: read up to where the next entry or the end begins")
            held = None
        if begins:
            leave()
            held = _Raw(number)
            raws.append(held)
        if ends or (head and line.startswith("FN")):
            leave()
            held = None
        elif held:
            put(held, number, line)
        elif head:
            continue
        elif _TITLE_WOS.match(line):
            held = _Raw(waiting[0][0] if waiting else number, repaired=["has no PT line"])
            raws.append(held)
            for earlier in (*waiting, (number, line)):
                put(held, *earlier)
            waiting.clear()
        elif line.strip():
            waiting.append((number, line))
    if held:
        held.repaired.append("has no ER line: read up to the end of the file, where it may be cut off")
    leave()
    return raws, stray


def _wos_entry(raw: _Raw) -> Entry:
    kinds = raw.one("DT")
    stated = "; ".join(k for k in kinds.split("; ") if k.casefold() != "retracted publication")
    early = iso_date(raw.one("EA"), raw.one("EY"))  # older exports give its year apart
    found = _YEAR.search(raw.one("PY") or raw.one("PD") or early)
    year = found[0] if found else raw.one("PY")
    date = iso_date(raw.one("PD"), year if found else "")
    # Of an article without an issue yet, the day it came out early is the only one.
    date = early if early and (len(date) < 5 and early[:4] == year) else date or year
    addresses = _wos_addresses(raw)
    pages = page_range(raw.one("BP"), raw.one("EP"))
    number = re.sub(r"^(?:UNSP|ARTN|ART) ", "", raw.one("AR"))
    words = [word for tag in ("DE", "ID") for value in raw.all(tag) for word in value.split(";")]
    values = {
        "title": raw.one("TI"),
        "authors": listed(_wos_authors(raw)),
        "year": year,
        "publication_date": date if found else "",
        "venue": raw.one("SO"),
        "issn": issns(raw.all("SN", "EI")),
        "volume": raw.one("VL"),
        "issue": raw.one("IS"),
        "pages": pages or number,
        "doi": doi_in(raw.all("DI")),
        "pmid": raw.one("PM"),
        "type": type_of([stated] if kinds else _untyped(raw)),
        "language": one_language(raw.all("LA")),
        "abstract": raw.one("AB"),
        "keywords": join(words),
        "open_access": _open_access(raw.one("OA")),
        "first_author_country": _first_wos_country(raw, addresses),
        "affiliations": listed(address for _, address in addresses),
        "retracted": "true" if "retracted publication" in kinds.casefold() else "",
        "note": f"early access {early}" if early and early[:4] != year else "",
    }
    return Entry(raw.line, raw.one("UT"), _stated(values), raw.repaired)


def _untyped(raw: _Raw) -> list[str]:
    """Tell the type where an older export states none; that it stands in a journal (PT J) tells none."""
    conference = raw.one("CT") or raw.one("PT") == "C"
    return ["conference"] * bool(conference) or ["patent"] * (raw.one("PT") == "P")


def _wos_authors(raw: _Raw) -> list[str]:
    """Give the full names if none is missing, then groups; of a book without any, its editors."""
    short, full = raw.lines("AU", "BA"), raw.lines("AF", "BF")
    names = full if len(full) >= len(short) else short
    return [*names, *raw.lines("CA")] or raw.lines("BE", "GP")


def _wos_addresses(raw: _Raw) -> list[tuple[str, str]]:
    """Give the addresses of C1, each with the authors in brackets before it, put together where wrapped."""
    lines = raw.lines("C1")
    bracketed = any(line.startswith("[") for line in lines)
    whole: list[list[str]] = []
    for line in lines:
        begins = line.startswith("[") if bracketed else not whole or whole[-1][-1].endswith(".")
        if begins or not whole:
            whole.append([line])
        else:
            whole[-1].append(line)
    parted = (" ".join(parts) for parts in whole)
    found: list[tuple[str, str]] = []
    for text in parted:
        names, bracket, address = text[1:].partition("]") if text.startswith("[") else ("", "", text)
        found.append((names, address.strip()) if bracket or not text.startswith("[") else ("", text))
    return found


def _first_wos_country(raw: _Raw, addresses: Sequence[tuple[str, str]]) -> str:
    """Give the country of the addresses whose brackets name the first author."""
    first = {names[0].casefold() for tag in ("AU", "AF") if (names := raw.lines(tag))}
    named = [
        address
        for names, address in addresses
        if first & {name.strip().casefold() for name in names.split(";")}
    ]
    alone = len(raw.lines("AU")) == 1 and not raw.lines("CA")
    return one_country(named or [address for names, address in addresses if alone and not names])


def _open_access(text: str) -> str:
    words = text.casefold()
    return next((ours for word, ours in _OPEN if word in words), "")
