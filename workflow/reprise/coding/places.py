"""Places: where a work's authors are, and which countries it is about. Two questions, kept apart (rule 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from reprise.affiliations import countries_of_affiliations
from reprise.countries import countries_in_text
from reprise.records import plain_text, split

UNKNOWN, SEVERAL, OTHER = "unknown", "several", "other"
COLUMNS = ["work_id", "code", "field", "evidence", "confidence"]


def author_countries(works: pd.DataFrame) -> pd.DataFrame:
    """Countries of the authors' affiliations: as the sources state them, else read from the addresses."""
    found: list[tuple[str, str, str, str, str]] = []
    facts = works[["work_id", "author_countries", "affiliations"]]
    every = list(dict.fromkeys(a for text in facts["affiliations"].unique() for a in split(text)))
    country_of = dict(zip(every, countries_of_affiliations(every), strict=True))
    for work_id, stated, addresses in facts.itertuples(index=False, name=None):
        for code in split(stated):
            found.append((work_id, code, "author_countries", code, "stated"))
        if not stated:
            named = {country_of[address]: address for address in reversed(split(addresses))}
            found += [
                (work_id, code, "affiliations", named[code], "inferred") for code in sorted(named) if code
            ]
    return pd.DataFrame(found, columns=COLUMNS, dtype="str")


def first_author_countries(works: pd.DataFrame) -> pd.DataFrame:
    """Country of the first author, where a source states it and the order of the authors."""
    stated = works.loc[works["first_author_country"] != "", ["work_id", "first_author_country"]]
    code = stated["first_author_country"]
    found = stated.assign(code=code, evidence=code, field="first_author_country", confidence="stated")
    return found[COLUMNS].astype("str")


def studied_countries(works: pd.DataFrame) -> pd.DataFrame:
    """Countries a work is about: as the sources state them, else named in title, keywords or abstract."""
    found: list[tuple[str, str, str, str, str]] = []
    facts = works[["work_id", "studied_countries", "title", "keywords", "abstract"]]
    for work_id, stated, *texts in facts.itertuples(index=False, name=None):
        for code in split(stated):
            found.append((work_id, code, "studied_countries", code, "stated"))
        if not stated:
            seen: set[str] = set()
            for field, text in zip(("title", "keywords", "abstract"), texts, strict=True):
                for code, words in countries_in_text(plain_text(text)).items() if text else ():
                    if code not in seen:
                        seen.add(code)
                        found.append((work_id, code, field, words, "inferred"))
    return pd.DataFrame(found, columns=COLUMNS, dtype="str")


def group_of(codes: Sequence[str], groups: Mapping[str, Sequence[str]]) -> str:
    """Give the one group that a work's countries fall into.

    Examples
    --------
    >>> groups = {"USA": ["US"], "Europe": ["FI", "IE"]}
    >>> [group_of(c, groups) for c in (["US"], ["FI", "IE"], ["US", "FI"], ["MY"], [])]
    ['USA', 'Europe', 'several', 'other', 'unknown']
    """
    of = {code: group for group, members in groups.items() for code in members}
    found = {of.get(code, OTHER) for code in codes}
    if not found:
        return UNKNOWN
    return found.pop() if len(found) == 1 else SEVERAL
