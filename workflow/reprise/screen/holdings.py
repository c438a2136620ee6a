"""What a library holds: journals by ISSN, and the years of each that can be read there."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from reprise.csvfiles import decode, read_bytes, read_user_csv
from reprise.mistakes import Mistake

COLUMNS = ("issn", "first", "last", "embargo", "source")
_OWN = ("journal", "issn", "first", "last", "note")
# The columns of a KBART file (NISO RP-9-2014), as libraries export it, that say what is held.
_PRINT, _ONLINE, _EMBARGO = "print_identifier", "online_identifier", "embargo_info"
_FIRST, _LAST = "date_first_issue_online", "date_last_issue_online"
_ISSN = re.compile(r"\d{4}-?\d{3}[\dXx]")
_DATE = re.compile(r"\d{4}(-\d\d){0,2}")
NEWEST = 9999


def read_holdings(path: str | Path | None) -> pd.DataFrame:
    """Read a holdings file: our own columns (journal, issn, first, last, note), or KBART.

    Parameters
    ----------
    path : path, optional
        None where there is none.

    Returns
    -------
    DataFrame
        One row per ISSN and span: issn (hyphenated), first and last year, both included, embargo as the
        library writes it, source (file and line).

    Raises
    ------
    Mistake
        One line for each row that can't be used.
    """
    if path is None:
        return pd.DataFrame(columns=list(COLUMNS)).astype({"first": "int64", "last": "int64"})
    header = decode(read_bytes(path), str(path))[0].split("\n", 1)[0].casefold()
    is_kbart = _PRINT in header and _ONLINE in header
    # A library may add columns of its own to KBART.
    names = [n.strip(' "\r') for n in re.split(r"[,;\t]", header)] if is_kbart else _OWN
    required = (_PRINT, _ONLINE, _FIRST, _LAST) if is_kbart else ("issn", "first", "last")
    table = read_user_csv(path, list(dict.fromkeys(names)), required=required)
    wrong = [f"{table.file} line {line}: {what}" for line, what in table.broken]
    rows = []
    for line, row in table.rows:
        place = f"{table.file} line {line}"
        given = f"{row[_PRINT]}; {row[_ONLINE]}" if is_kbart else row["issn"]
        issns = [f"{i[:4]}-{i[-4:]}".upper() for i in _ISSN.findall(given)]
        first, last = (row[n].strip() for n in ((_FIRST, _LAST) if is_kbart else ("first", "last")))
        told = [t for t in (first, last) if t and not _DATE.fullmatch(t)]
        wrong += [f"{place}: '{t}' is no year; write four digits, or nothing for no limit" for t in told]
        if told:
            continue
        begin, end = int(first[:4] or 0), int(last[:4] or NEWEST)
        if begin > end:
            wrong.append(f"{place}: the first year {begin} is after the last, {end}; exchange them")
        elif not issns and not is_kbart:
            wrong.append(f"{place}: '{given}' holds no ISSN; write it as 1234-567X")
        embargo = row.get(_EMBARGO, "").strip() if is_kbart else ""
        rows += [(issn, begin, end, embargo, place) for issn in dict.fromkeys(issns)]
    if wrong:
        raise Mistake(wrong)
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"first": "int64", "last": "int64"})
