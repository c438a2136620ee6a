"""References of the included works, for reference managers: BibTeX and RIS."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import rispy

from reprise.records import fold_text, plain_text, split

_BIB_TYPE = {
    "article": "article", "review": "article", "preprint": "unpublished", "book": "book",
    "book-chapter": "incollection", "conference-paper": "inproceedings", "dissertation": "phdthesis",
    "report": "techreport",
}  # fmt: skip
_RIS_TYPE = {
    "article": "JOUR", "review": "JOUR", "preprint": "UNPB", "book": "BOOK", "book-chapter": "CHAP",
    "conference-paper": "CPAPER", "dissertation": "THES", "report": "RPRT", "news": "NEWS",
}  # fmt: skip
# BibTeX counts braces before TeX sees them, so a brace is named, not escaped.
_SPECIAL = {c: "\\" + c for c in "&%$#_"} | {
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\\": r"\textbackslash{}",
}
# In an address nothing is escaped but what would end the field.
_ADDRESS = {"{": "%7B", "}": "%7D", "\\": "%5C"}
Work = Mapping[str, str]


class _Writer(rispy.RisWriter):  # type: ignore[misc]
    """The library's writer without the running number before each entry, which is no part of RIS."""

    def set_header(self, count: int) -> str:
        return ""


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
        key += "" if keys[key] == 1 else f"-{keys[key]}"
        journal = "journal" if _BIB_TYPE.get(work.get("type", "")) == "article" else "booktitle"
        fields = {
            "title": "{" + _bib(plain_text(work["title"])) + "}",
            "author": " and ".join(map(_author, split(work.get("authors", "")))),
            "year": work.get("year", ""),
            journal: _bib(work.get("venue", "")),
            "volume": _bib(work.get("volume", "")),
            "number": _bib(work.get("issue", "")),
            "pages": _bib(work.get("pages", "")).replace("-", "--"),
            "issn": work.get("issn", ""),
            "doi": _address(work.get("doi", "")),
            "url": _address(_url(work)),
            "language": work.get("language", ""),
            "keywords": _bib(work.get("keywords", "")),
        }
        body = ",\n".join(
            f"  {name} = {{{value}}}" for name, value in fields.items() if value not in ("", "{}")
        )
        entries.append(f"@{_BIB_TYPE.get(work.get('type', ''), 'misc')}{{{key},\n{body}\n}}\n")
    return "\n".join(entries)


def ris(works: Iterable[Work]) -> str:
    """Write works as RIS, by the library rispy."""
    entries = []
    for work in works:
        start, _, end = work.get("pages", "").replace("–", "-").partition("-")
        entry = {
            "type_of_reference": _RIS_TYPE.get(work.get("type", ""), "GEN"),
            "title": plain_text(work["title"]),
            "authors": split(work.get("authors", "")),
            "year": work.get("year", ""),
            "date": work.get("publication_date", "").replace("-", "/"),
            "journal_name" if work.get("type") in ("article", "review") else "secondary_title": work.get(
                "venue", ""
            ),
            "volume": work.get("volume", ""),
            "number": work.get("issue", ""),
            "start_page": start,
            "end_page": end,
            "issn": work.get("issn", ""),
            "doi": work.get("doi", ""),
            "urls": [_url(work)],
            "language": work.get("language", ""),
            "keywords": split(work.get("keywords", "")),
            "abstract": work.get("abstract", ""),
            "id": work.get("work_id", ""),
        }
        entries.append({k: v for k, v in entry.items() if v and v != [""]})
    return str(rispy.dumps(entries, implementation=_Writer)).lstrip("\n") if entries else ""


def _url(work: Work) -> str:
    """Give the address that lasts: the DOI's where there is one."""
    return f"https://doi.org/{work['doi']}" if work.get("doi") else (split(work.get("url", "")) or [""])[0]


def _address(text: str) -> str:
    return "".join(_ADDRESS.get(c, c) for c in text)


def _author(name: str) -> str:
    """Keep an institution's name whole where BibTeX would part it at its "and"."""
    return "{" + _bib(name) + "}" if re.search(r"\band\b", name) else _bib(name)


def _bib(text: str) -> str:
    return "".join(_SPECIAL.get(c, c) for c in text)


def _key(work: Work) -> str:
    family = fold_text((split(work.get("authors", "")) or ["anon"])[0].split(",")[0]).replace(" ", "")
    word = next((w for w in fold_text(plain_text(work["title"])).split() if len(w) > 3), "untitled")
    return re.sub(r"[^a-z0-9]", "", f"{family}{work.get('year', '')}{word}") or "work"
