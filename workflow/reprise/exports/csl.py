"""CSL-JSON, the format of Zotero, Mendeley and citation processors: a list of items."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from reprise.exports.entries import Entry, Parsed
from reprise.exports.values import doi_in, language_code, page_range, type_of
from reprise.mistakes import Mistake
from reprise.records import join

# Under which names a list of items is wrapped, by Zotero and by Pandoc.
_WRAPPERS = ("items", "references")
# CSL's own types whose words say something else to `type_of`.
_TYPES = {
    "review-book": "book-review",
    "review": "other",
    "article-newspaper": "news",
    "post-weblog": "other",
}
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{},:]|[^\s"\[\]{},:]+', re.S)
_SURROGATE = re.compile("[\ud800-\udfff]")
_ID = re.compile(r"2-s2\.0-\d+|WOS:\w+|https?://zotero\.org/\S+")


def parse(text: str) -> Parsed:
    """Read a CSL-JSON file: a list of items, an object that holds one, or a single item.

    Raises
    ------
    Mistake
        Where it is no JSON, or holds no list of items.

    Examples
    --------
    >>> parse('[{"title": "Badges", "DOI": "10.1000/x"}, 3]').rejected
    [(1, 'is no item ({...}), but 3')]
    """
    text = text.removeprefix("\ufeff")
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise Mistake(f"line {error.lineno}: is no JSON ({error.msg}); export it again") from None
    except (RecursionError, ValueError):
        raise Mistake(
            "is JSON that can't be read (too deep, or a number too long); export it again"
        ) from None
    name = next((w for w in _WRAPPERS if isinstance(data, dict) and isinstance(data.get(w), list)), "")
    if name:
        items = data[name]
    elif isinstance(data, dict) and "title" in data:
        items = [data]
    elif isinstance(data, list):
        items = data
    else:
        raise Mistake('holds no list of items ([...], or {"items": [...]}); export it as CSL-JSON')
    lines = [1] if isinstance(data, dict) and not name else _lines(text, name)
    if not items:
        raise Mistake("holds no items; export it again")
    parsed = Parsed(len(lines))
    # A difference of the two counts is told by the caller, who compares them.
    for line, item in zip([*lines, *[lines[-1] if lines else 1] * len(items)], items, strict=False):
        if isinstance(item, dict):
            parsed.entries.append(Entry(line, _own_id(item), _values(item)))
        else:
            parsed.rejected.append((line, f"is no item ({{...}}), but {json.dumps(item)[:40]}"))
    return parsed


def _lines(text: str, name: str) -> list[int]:
    """Give the line where each element of the list begins, by the brackets alone."""
    lines: list[int] = []
    depth, line, at, before, key = 0, 1, 0, "", ""
    home = 0 if not name else 1  # depth at which the list opens
    inside = False
    for token in _TOKEN.finditer(text):
        sign = token[0]
        if inside and depth == home + 1 and before in ("[", ",") and sign not in ("]", ","):
            line, at = line + text.count("\n", at, token.start()), token.start()
            lines.append(line)
        if sign in ("[", "{"):
            if sign == "[" and depth == home and (not name or (before == ":" and key == name)):
                inside, lines, line, at = True, [], 1, 0  # of a name that stands twice the last counts
            depth += 1
        elif sign in ("]", "}"):
            depth -= 1
            inside = inside and depth > home
        elif sign[0] == '"' and depth == 1 and not inside:
            key = _string(sign)
        before = sign
    return lines


def _string(token: str) -> str:
    return str(json.loads(token)) if "\\" in token else token[1:-1]


def _text(value: Any) -> str:
    """Give a value as text; of a list the first, of an object none."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if value is None or isinstance(value, bool | dict | list):
        return ""
    return _SURROGATE.sub("\ufffd", str(value)).strip()


def _texts(value: Any) -> list[str]:
    return [_text(v) for v in value] if isinstance(value, list) else [_text(value)]


def _person(name: Any) -> str:
    """Give one name as 'Family, Given'; a body's name as it stands.

    Examples
    --------
    >>> _person({"family": "Berg", "non-dropping-particle": "van den", "given": "Jan"})
    'van den Berg, Jan'
    """
    if not isinstance(name, dict):
        return _text(name).replace(";", " ")
    literal = _text(name.get("literal")) or _text(name.get("name"))
    family = " ".join(
        filter(None, (_text(name.get(k)) for k in ("dropping-particle", "non-dropping-particle", "family")))
    )
    given = " ".join(filter(None, (_text(name.get(k)) for k in ("given", "suffix"))))
    return (literal or ", ".join(filter(None, (family, given)))).replace(";", " ")


def _date(value: Any) -> tuple[str, str]:
    """Give year and ISO date, as far as stated.

    Examples
    --------
    >>> _date({"date-parts": [["2021", 3]]}), _date({"raw": "Spring 2020"}), _date("2020-05-01/2020-06")
    (('2021', '2021-03'), ('2020', ''), ('2020', '2020-05-01'))
    """
    if isinstance(value, dict):
        parts = value.get("date-parts")
        first = parts[0] if isinstance(parts, list) and parts else None
        numbers = [_text(n) for n in first] if isinstance(first, list) else []
        if numbers and numbers[0]:
            kept = [numbers[0]]
            for number in numbers[1:3]:
                if not number.isdecimal() or not 1 <= int(number[:4]) <= 31:
                    break
                kept.append(number.zfill(2))
            return kept[0], "-".join(kept) if len(kept) > 1 else ""
        value = value.get("raw") or value.get("literal")
    text = _text(value)
    found = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?!\d)", text) or re.search(
        r"(?<!\d)(\d{4})(?!\d)()()", text
    )
    if not found:
        return "", ""
    iso = [part for part in found.groups() if part]
    return iso[0], "-".join(iso) if len(iso) > 1 else ""


def _own_id(item: Mapping[str, Any]) -> str:
    """Give an id that the next export gives again; a running number or citation key is none."""
    return next(
        (t for k in ("id", "citation-key", "note") if (t := _text(item.get(k))) and _ID.fullmatch(t)), ""
    )


def _values(item: Mapping[str, Any]) -> dict[str, str]:
    def first(*names: str) -> str:
        return next((text for name in names if (text := _text(item.get(name)))), "")

    people = next((v for k in ("author", "editor") if isinstance(v := item.get(k), list) and v), [])
    year, date = _date(item.get("issued"))
    kind = first("type")
    note = first("note")
    pmid = re.search(r"\bPMID:\s*(\d+)", note)
    keywords = [k for text in _texts(item.get("keyword")) for k in text.split(";" if ";" in text else ",")]
    issns = re.findall(r"\b(\d{4})-?(\d{3}[\dXx])\b", " ".join(_texts(item.get("ISSN"))))
    return {
        "title": first("title"),
        "authors": join(map(_person, people)),
        "year": year,
        "publication_date": date,
        "venue": first("container-title", "event-title", "event", "publisher"),
        "issn": join(f"{a}-{b}".upper() for a, b in issns),
        "volume": first("volume"),
        "issue": first("issue"),
        "pages": page_range(first("page", "page-first", "number", "article-number"), ""),
        "doi": doi_in([first("DOI"), first("URL"), note]),
        "pmid": first("PMID") or (pmid[1] if pmid else ""),
        "type": _TYPES.get(kind) or type_of([first("genre"), kind.replace("-", " ")]),
        "language": language_code(first("language")),
        "abstract": first("abstract"),
        "keywords": join(keywords),
        "url": first("URL"),
    }
