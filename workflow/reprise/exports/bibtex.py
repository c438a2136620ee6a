"""BibTeX and BibLaTeX files: entries, with their abbreviations, accents and lists resolved."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import Entry as Block
from bibtexparser.model import ParsingFailedBlock, String

from reprise.csvfiles import one_newline
from reprise.exports.detect import refuse_joined
from reprise.exports.entries import Entry, Parsed
from reprise.exports.values import doi_in, language_code, page_range, type_of
from reprise.mistakes import Mistake
from reprise.records import join

_LOGGER = logging.getLogger("bibtexparser")

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MARK = re.compile(r"\\[{}\\]|[{}]|(?<!\w)@[A-Za-z]\w*\s*[({]")
_BRACE = re.compile(r"\\[{}\\]|[{}]")
_NO_ENTRIES = ("comment", "string", "preamble")
_FIELD = re.compile(r"\s*[A-Za-z][\w:.-]*(?: \d+)?\s*=\s*(?=[{\"\w])")
# What separates a value's parts: `"a" # jan # {b}`.
_PART = re.compile(r"\\.|[{}\"#]", re.S)
_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306",
    ".": "\u0307", '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323",
    "c": "\u0327", "k": "\u0328", "b": "\u0331",
}  # fmt: skip
_SYMBOLS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "aa": "å", "AA": "Å",
    "l": "ł", "L": "Ł", "i": "i", "j": "j", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ",
    "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ", "textendash": "–", "textemdash": "—", "ldots": "…", "dots": "…",
    "textquoteright": "’", "textquoteleft": "‘", "textquotedblleft": "“", "textquotedblright": "”",
    "textquotesingle": "'", "textbackslash": "\\", "textbraceleft": "\ue000",
    "textbraceright": "\ue001", "textasciitilde": "~", "textasciicircum": "^",
    "textregistered": "®", "texttrademark": "™", "copyright": "©", "textcopyright": "©", "pounds": "£",
    "euro": "€", "texteuro": "€", "textdegree": "°", "degree": "°", "times": "×", "pm": "±", "leq": "≤",
    "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "approx": "≈", "sim": "∼", "cdot": "·", "infty": "∞",
    "rightarrow": "→", "textgreater": ">", "textless": "<", "textbar": "|", "textunderscore": "_",
    "textquestiondown": "¿", "textexclamdown": "¡", "guillemotleft": "«", "guillemotright": "»",
    "S": "§", "P": "¶", "quad": " ", "qquad": " ", "newline": " ", "par": " ", "LaTeX": "LaTeX", "TeX": "TeX",
}  # fmt: skip
_GREEK = """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau
    upsilon phi chi psi omega""".split()
_COMMAND = re.compile(
    r"""\\(?P<accent>[`'^~=."])\s*(?:\{\s*(?P<a>\\?[^\W\d_])\s*\}|(?P<b>\\?[^\W\d_]))
    |\\(?P<letter>[uvHcdbkr])(?:\s*\{\s*(?P<c>\\?[^\W\d_])\s*\}|\s+(?P<d>\\?[^\W\d_]))
    |\\(?P<word>[A-Za-z]+)(?:\{\}|[ \t]*)
    |\\(?P<sign>[&%$\#_{}\s,;:!/@-])
    |\\\\""",
    re.X,
)
_MATH = re.compile(r"(?<!\\)\$([^$]{1,300})(?<!\\)\$")
_ESCAPED = re.compile(r"\\([&%$#_{}~])")
_EID = re.compile(r"\b2-s2\.0-\d+")
_UT = re.compile(r"(?:WOS|ISI|BCI|MEDLINE|SCIELO|KJD|PPRN|CCC|INSPEC|ZOOREC|CABI|FSTA):\w+", re.I)


def parse(text: str) -> Parsed:
    r"""Read a BibTeX or BibLaTeX file.

    Raises
    ------
    Mistake
        Where it holds no entry.

    Examples
    --------
    >>> parse('@article{a, title={{\\"U}ber Badges}, year=2020}').entries[0].values["title"]
    'Über Badges'
    """
    refuse_joined(text, "bibtex")
    with _quiet():
        return _parse(one_newline(text))


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library silent while we parse: what it says of a broken entry we say, in `rejected`."""
    before = _LOGGER.level
    _LOGGER.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        _LOGGER.setLevel(before)


def _parse(text: str) -> Parsed:
    blocks = list(_blocks(text))
    macros = {name: name for name in _MONTHS}
    read: list[tuple[int, str, str, dict[str, str], list[str]] | tuple[int, str]] = []
    line, at = 1, 0
    for start, end, kind in blocks:
        line, at = line + text.count("\n", at, start), start
        if kind == "string":
            _define(text[start:end], macros)
        elif kind not in _NO_ENTRIES:
            read.append(_read(text[start:end], kind, line, macros))
    if not read:
        raise Mistake("holds no BibTeX entry (@type{key, ...}); export it again, or name its real format")
    parents = {item[2].casefold(): item[3] for item in read if len(item) == 5 and item[2]}
    parsed = Parsed(len(read))
    for item in read:
        if len(item) == 2:
            parsed.rejected.append(item)
            continue
        begins, kind, key, fields, repaired = item
        parent = parents.get(fields.get("crossref", "").strip().casefold(), {})
        values = _values(kind, _inherit(fields, parent))
        parsed.entries.append(Entry(begins, _own_id(key, fields), values, repaired))
    return parsed


def _blocks(text: str) -> Iterator[tuple[int, int, str]]:
    """Give begin, end and type of each block, by braces alone.

    A block begins outside of braces, or at the begin of a line, where the one before was never closed.
    """
    depth, begun, kind, in_round = 0, -1, "", False
    ends, budget = -1, 3 * len(text)  # how far comments may be looked through, so that time stays linear
    for mark in _MARK.finditer(text):
        sign = mark[0]
        if sign[0] == "\\" or mark.start() < ends:
            continue
        if sign[0] != "@":
            depth = max(0, depth + (1 if sign == "{" else -1)) if begun >= 0 else 0
            continue
        if (depth or in_round) and not _begins_line(text, mark.start()):
            depth += sign[-1] == "{"
            continue
        if begun >= 0:
            yield begun, mark.start(), kind
        begun, kind = mark.start(), sign[1:-1].strip().casefold()
        depth, in_round = int(sign[-1] == "{"), sign[-1] == "("
        if kind == "comment" and depth:
            # It may hold entries that someone took out: they go with it, if it is closed.
            ends = _closing(text, mark.end(), mark.end() + budget)
            budget -= (ends if ends > 0 else mark.end() + budget) - mark.end()
            depth = 0 if ends > 0 else depth
    if begun >= 0:
        yield begun, len(text), kind


def _begins_line(text: str, at: int) -> bool:
    before = text[max(0, at - 200) : at].rpartition("\n")
    return not before[2].strip() and (bool(before[1]) or at < 200)


def _closing(text: str, start: int, stop: int) -> int:
    """Give where the brace opened before `start` is closed; -1 if not before `stop`."""
    depth = 1
    for mark in _BRACE.finditer(text, start, stop):
        if mark[0][0] != "\\":
            depth += 1 if mark[0] == "{" else -1
        if depth == 0:
            return mark.end()
    return -1


def _define(block: str, macros: dict[str, str]) -> None:
    for found in parse_string(block, parse_stack=[]).blocks:
        if isinstance(found, String):
            macros[found.key.casefold()] = _resolve(found.value, macros, [])


def _read(
    block: str, kind: str, line: int, macros: Mapping[str, str]
) -> tuple[int, str, str, dict[str, str], list[str]] | tuple[int, str]:
    """Read one entry: line, type, key, fields, repairs; else line and reason."""
    key, body, repaired = _head(block)
    opening = re.match(r"@\w+\s*[({]", block)
    close = ")" if opening and opening[0][-1] == "(" else "}"
    start = f"@{kind}{'(' if close == ')' else '{'},"
    # The library takes the brace after a line break (two backslashes) for an escaped one.
    mended, what = _mend(body.replace("\\\\}", "\\\\ }"), close)
    found = what if isinstance(what, str) else _parser(start + mended)
    if isinstance(found, str) or isinstance(what, str):
        return line, f"is no BibTeX entry ({found}); correct it in the file"
    repaired += what
    fields: dict[str, str] = {}
    for name, value in found:
        given = _resolve(value, macros, repaired)
        if given.strip() and name.casefold() not in fields:
            fields[name.casefold()] = given
    return line, kind, key, fields, repaired


def _head(block: str) -> tuple[str, str, list[str]]:
    """Part an entry's key from its fields, which the parser then sees without it."""
    inner = re.sub(r"^@\w+\s*[({]", "", block, count=1)
    end = re.search(r"[,={}()]", inner) if _FIELD.match(inner) else re.search(r"[,=}]", inner)
    if not end:
        return inner.strip()[:200], "}", []
    before = inner[: end.start()]
    if end[0] == ",":
        key = before.strip()
        return key, inner[end.end() :], [] if key else ["has no key"]
    if end[0] != "=":
        return before.strip(), inner[end.start() :], []
    words = before.split()
    if len(words) > 1:
        return " ".join(words[:-1]), f"{words[-1]} {inner[end.start() :]}", ["comma set after the key"]
    return "", inner, ["has no key"]


def _parser(block: str) -> list[tuple[str, str]] | str:
    """Give the fields of one entry as the library reads them, or why it can't."""
    for found in parse_string(block, parse_stack=[]).blocks:
        if isinstance(found, ParsingFailedBlock):
            within = getattr(found, "ignore_error_block", None)
            if within is None:
                reason = str(getattr(found.error, "abort_reason", found.error)).replace("\n", " ")
                return reason.strip().rstrip(".")[:160]
            found = within
        if isinstance(found, Block):
            return [(field.key, str(field.value)) for field in found.fields]
    return "no fields"


def _mend(body: str, close: str) -> tuple[str, list[str] | str]:
    """Set commas that lack between fields, and the closing brace where it alone lacks; else say why not."""
    depth, quoted, swallowed = 1, False, False
    pieces: list[str] = []
    last = 0
    for mark in re.finditer(r"\\.|[{}\",=]", body, re.S):
        sign, end = mark[0], -1
        if sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                break
            end = mark.end() if depth == 1 and not quoted else -1
        elif sign == '"' and depth == 1:
            quoted = not quoted
            end = -1 if quoted else mark.end()
        elif sign == "=" and depth == 1 and not quoted:
            bare = re.compile(r"\s*\w+(?=\s)").match(body, mark.end())
            end = bare.end() if bare else -1
        elif sign == "," and depth == 2:
            swallowed = swallowed or bool(_FIELD.match(body, mark.end()))
        if end >= 0 and _FIELD.match(body, end):
            pieces += [body[last:end], ","]
            last = end
    mended = "".join([*pieces, body[last:]])
    repaired = ["commas set between its fields"] if pieces else []
    if depth == 0 or close == ")":
        return mended, repaired
    if depth > 1 or quoted or swallowed:
        return mended, "a brace or quotation mark of its fields is never closed"
    return mended + "\n}", [*repaired, "closing brace set"]


def _resolve(value: str, macros: Mapping[str, str], repaired: list[str]) -> str:
    r"""Give the text of a value: delimiters off, parts joined, abbreviations written out.

    Examples
    --------
    >>> _resolve('"J. of " # jx # {, A}', {"jx": "X"}, [])
    'J. of X, A'
    """
    parts: list[str] = []
    depth, quoted, start = 0, False, 0
    for mark in _PART.finditer(value):
        if mark[0] == "{":
            depth += 1
        elif mark[0] == "}":
            depth -= 1
        elif mark[0] == '"' and depth == 0:
            quoted = not quoted
        elif mark[0] == "#" and depth == 0 and not quoted:
            parts.append(value[start : mark.start()])
            start = mark.end()
    parts.append(value[start:])
    texts = []
    for part in (p.strip() for p in parts):
        if len(part) > 1 and part[0] + part[-1] in ("{}", '""'):
            texts.append(part[1:-1])
        elif part.isdigit() or not part:
            texts.append(part)
        else:
            if part.casefold() not in macros:
                repaired.append(f"abbreviation {part[:40]!r} is not defined; kept as it stands")
            texts.append(macros.get(part.casefold(), part))
    return "".join(texts)


def _inherit(fields: Mapping[str, str], parent: Mapping[str, str]) -> dict[str, str]:
    """Add what an entry leaves to the one it refers to."""
    if not parent:
        return dict(fields)
    given = {name: parent[name] for name in ("year", "date", "publisher", "issn", "volume") if name in parent}
    given["booktitle"] = parent.get("booktitle") or parent.get("title", "")
    return {**given, **fields}


def unlatex(text: str) -> str:
    r"""Give LaTeX text as plain Unicode; braces, dashes and commands go.

    Examples
    --------
    >>> unlatex(r'{\"o}kologie, \v{S}koda, {\O}re \& Caf\'e -- {CO$_2$} \emph{in} \o res, 5% of $3')
    'ökologie, Škoda, Øre & Café – CO2 in øres, 5% of $3'
    """
    if "\\" in text or "$" in text:
        text = _MATH.sub(lambda m: re.sub(r"[_^]", "", m[1]) if re.search(r"[\\_^]", m[1]) else m[0], text)
        text = _COMMAND.sub(_command, text)
    if "{" in text or "}" in text:
        text = text.replace("{", "").replace("}", "")
    text = text.replace("\ue000", "{").replace("\ue001", "}")
    if "--" in text:
        text = text.replace("---", "—").replace("--", "–")
    if "``" in text:
        text = text.replace("``", "“").replace("''", "”")
    return text.replace("\ue002", "~") if "~" not in text else text.replace("~", " ").replace("\ue002", "~")


def _command(found: re.Match[str]) -> str:
    accent = found["accent"] or found["letter"]
    if accent:
        letter = (found["a"] or found["b"] or found["c"] or found["d"]).lstrip("\\")
        return unicodedata.normalize("NFC", letter + _ACCENTS[accent])
    word = found["word"]
    if word:
        if word in _SYMBOLS:
            return _SYMBOLS[word].replace("~", "\ue002")
        if word.lower() in _GREEK:
            size = "SMALL" if word.islower() else "CAPITAL"
            name = "LAMDA" if word.lower() == "lambda" else word.upper()
            return unicodedata.lookup(f"GREEK {size} LETTER {name}")
        return ""
    sign = found["sign"] or " "
    return {"{": "\ue000", "}": "\ue001", ",": "\u2009", ";": " ", ":": " ", "!": "", "/": "", "-": ""}.get(
        sign, sign
    )


def _people(text: str) -> str:
    """Give a list of names as 'Family, Given; ...'; a name in braces is one body.

    Examples
    --------
    >>> _people("Ada Lovelace and van der Berg, Jan and {World Bank and Friends} and others")
    'Lovelace, Ada; van der Berg, Jan; World Bank and Friends'
    """
    names, depth, start = [], 0, 0
    for mark in re.finditer(r"\\.|[{}]|(?<=\s)and(?=\s)", text, re.I | re.S):
        if mark[0] in "{}":
            depth += 1 if mark[0] == "{" else -1
        elif mark[0][0] != "\\" and depth == 0:
            names.append(text[start : mark.start()])
            start = mark.end()
    names.append(text[start:])
    return join(_person(name.strip()) for name in names if name.strip().casefold() != "others")


def _person(name: str) -> str:
    if name.startswith("{") and name.endswith("}") and "}" not in name[1:-1].replace("\\}", ""):
        return _flat(unlatex(name))
    plain = _flat(unlatex(name))
    if "," in plain:
        parts = [p.strip() for p in plain.split(",")]
        # "von Last, Jr, First"
        return ", ".join(
            [f"{parts[0]} {parts[1]}", *parts[2:]] if len(parts) == 3 else [p for p in parts if p]
        )
    words = plain.split()
    if len(words) < 2:
        return plain
    cut = next((i for i, w in enumerate(words[1:-1], 1) if w.islower()), len(words) - 1)
    return f"{' '.join(words[cut:])}, {' '.join(words[:cut])}"


def _flat(text: str) -> str:
    """Keep a name clear of the list's own separator."""
    return " ".join(text.replace(";", " ").split())


def _date(fields: Mapping[str, str]) -> tuple[str, str]:
    """Give year and ISO date of `date`, else of `year` and `month`."""
    date = fields.get("date", "").strip("{} ").split("/")[0]
    found = re.match(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", date)
    year = unlatex(fields.get("year", "")).strip()
    year = year if not (digits := re.search(r"(?<!\d)\d{4}(?!\d)", year)) else digits[0]
    if found:
        return found[1], "-".join(p.zfill(2) for p in found.groups() if p)
    month = fields.get("month", "").strip("{} ").casefold()
    number = int(month) if month.isdecimal() else 0
    # "05~" # jan, or "jan # 5", says month and day in any order
    number = number or next(
        (i for i, name in enumerate(_MONTHS, 1) if re.search(rf"(?<![a-z]){name}", month)), 0
    )
    return year, f"{year}-{number:02}" if re.fullmatch(r"\d{4}", year) and 1 <= number <= 12 else ""


def _own_id(key: str, fields: Mapping[str, str]) -> str:
    """Give the id of Scopus or Web of Science; a citation key is none."""
    eid = _EID.search(fields.get("url", "")) or _EID.search(fields.get("eid", ""))
    if eid:
        return eid[0]
    for text in (fields.get("unique-id", ""), fields.get("unique_id", ""), key):
        ut = _UT.fullmatch(text.strip("{} "))
        if ut:
            return ut[0]
    return ""


def _keywords(*texts: str) -> str:
    plain = [unlatex(text) for text in texts if text]
    return join(k for text in plain for k in text.split(";" if ";" in text else ","))


def _issns(text: str) -> str:
    return join(f"{a}-{b}".upper() for a, b in re.findall(r"\b(\d{4})-?(\d{3}[\dXx])\b", text))


def _values(kind: str, fields: Mapping[str, str]) -> dict[str, str]:
    def first(*names: str) -> str:
        return next((plain for n in names if (plain := " ".join(unlatex(fields.get(n, "")).split()))), "")

    def verbatim(*names: str) -> str:
        given = next((fields[n] for n in names if fields.get(n)), "")
        return _ESCAPED.sub(r"\1", given).strip("{} \n\r\t")

    year, date = _date(fields)
    title, subtitle = first("title"), first("subtitle")
    words = [first("type", "document_type"), first("entrysubtype"), kind]
    if kind in ("phdthesis", "mastersthesis", "thesis"):
        words = ["thesis"]
    eprint = verbatim("eprint") if fields.get("eprinttype", "").strip("{} ").casefold() == "pubmed" else ""
    return {
        "title": f"{title}: {subtitle}" if title and subtitle else title,
        "authors": _people(fields.get("author") or fields.get("editor", "")),
        "year": year,
        "publication_date": date,
        "venue": first("journal", "journaltitle", "booktitle", "school", "institution", "publisher"),
        "issn": _issns(" ".join(fields.get(n, "") for n in ("issn", "eissn"))),
        "volume": first("volume"),
        "issue": first("number", "issue"),
        "pages": page_range(first("pages").replace("–", "-"), "") or first("art_number", "article-number"),
        "doi": doi_in([verbatim("doi"), verbatim("url"), verbatim("note")]),
        "pmid": verbatim("pmid", "pubmed_id") or eprint,
        "type": type_of(words),
        "language": language_code(first("langid", "language")),
        "abstract": first("abstract"),
        "keywords": _keywords(
            *(fields.get(n, "") for n in ("keywords", "author_keywords", "keyword", "keywords-plus"))
        ),
        "affiliations": first("affiliation", "affiliations"),
        "url": verbatim("url"),
    }
