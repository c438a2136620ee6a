"""How the codebook does: what people made of the rules' codes, what no indicator finds, what finds too much.

Here `hits` is what `find_hits` gives, `coding` what `code_frame` gives; only the works that `coding` holds
count. What finds them is not imported, so that an edit of it does not rerun what only counts them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pandas as pd

from reprise.coding.codebook import BY_RULE, CHANGED, CONFIRMED, LANGUAGES, UNCODED, Codebook
from reprise.records import fold_text, plain_text

CHECKS = (
    "uncoded", "word in uncoded titles", "indicator never fires", "indicator in most works",
    "theme never without another", "indicator taken away",
)  # fmt: skip
COLUMNS = ["check", "item", "works", "share", "detail"]
REVIEW_COLUMNS = ["code", "hits", "suggested", "confirmed", "added", "taken_away", "not_looked_at"]
REMOVED_COLUMNS = ["work_id", "code", "field", "evidence", "decided_by"]
# Two works with A say too little of whether A comes with B.
FEWEST = 3
# As many words, or indicators taken away, as a person reads through.
LISTED = 25


def removed_codes(coding: pd.DataFrame, hits: pd.DataFrame) -> pd.DataFrame:
    """List the themes that the rule found and a person took away.

    Returns
    -------
    DataFrame
        work_id, code, field and evidence (of the rule's first hit), decided_by (who took it away); sorted.
    """
    themes = coding.loc[coding["variable"] == "theme", ["work_id", "code", "decided_by"]]
    who = themes.drop_duplicates("work_id").set_index("work_id")["decided_by"]
    first = hits.drop_duplicates(["work_id", "code"])
    first = _of_works(first, themes)
    first = first[~_pairs(first).isin(_pairs(themes))]
    removed = first.assign(evidence=first["words"], decided_by=first["work_id"].map(who).astype("str"))
    return removed[REMOVED_COLUMNS].sort_values(REMOVED_COLUMNS).reset_index(drop=True)


def code_review(coding: pd.DataFrame, hits: pd.DataFrame, book: Codebook | None = None) -> pd.DataFrame:
    """Count, for each theme, what the rule suggested and what people made of it.

    Parameters
    ----------
    coding, hits : DataFrame
    book : Codebook, optional
        With it, its themes without works are rows too, and the order is its own.

    Returns
    -------
    DataFrame
        code; hits (places in texts where an indicator begins); numbers of works: suggested (by the rule),
        confirmed, added, taken_away (by people), not_looked_at. `uncoded` stands last: the rule suggests
        it where it finds no theme. Suggested = confirmed + taken_away + not_looked_at; the theme's works
        are confirmed + added + not_looked_at.
    """
    themes = coding[coding["variable"] == "theme"]
    hits = _of_works(hits, themes)
    without = pd.Series(themes["work_id"].unique(), dtype="str")
    without = without[~without.isin(hits["work_id"])]
    first = hits[["work_id", "code"]].drop_duplicates()
    first = pd.concat([first, pd.DataFrame({"work_id": without}).assign(code=UNCODED)])
    taken = first[~_pairs(first).isin(_pairs(themes))]
    places = hits.drop_duplicates(["work_id", "code", "field", "position"])
    counted = {
        "hits": places["code"],
        "suggested": first["code"],
        "taken_away": taken["code"],
        **{
            name: themes.loc[themes["status"] == status, "code"]
            for name, status in (("confirmed", CONFIRMED), ("added", CHANGED), ("not_looked_at", BY_RULE))
        },
    }
    codes = [code for code, _, _ in book.themes()] if book else []
    seen = sorted({*themes["code"], *hits["code"]} - {*codes, UNCODED})
    table = pd.DataFrame({"code": pd.Series([*codes, *seen, UNCODED], dtype="str")})
    for name, of_code in counted.items():
        table[name] = table["code"].map(of_code.value_counts()).fillna(0).astype("int64")
    return table[REVIEW_COLUMNS]


def codebook_diagnostics(
    hits: pd.DataFrame, coding: pd.DataFrame, works: pd.DataFrame, book: Codebook
) -> pd.DataFrame:
    """Say where the codebook may be improved.

    Parameters
    ----------
    hits, coding : DataFrame
    works : DataFrame
        With work_id and title.
    book : Codebook

    Returns
    -------
    DataFrame
        check (one of `CHECKS`, in that order), item, works, share, detail. The share is that of all works
        coded; for words, of the uncoded ones; for indicators taken away, of the works with a hit of it that
        a person coded.
    """
    themes = coding[coding["variable"] == "theme"]
    hits, works = _of_works(hits, themes), _of_works(works, themes)
    rows = [
        *_uncoded(hits, themes, works, book),
        *_fires(hits, len(works), book),
        *_always_together(themes, len(works), book),
        *_taken_away(hits, themes, book),
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    types = {"works": "int64", "share": "float64"}
    return table.astype({column: types.get(column, "str") for column in COLUMNS})


def cooccurrence(coding: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """Count the works that bear each two themes; on the diagonal, those that bear the one.

    Parameters
    ----------
    coding : DataFrame
        With `end`, "included" or "awaiting", as the ledger says of each work.
    book : Codebook

    Returns
    -------
    DataFrame
        status ("included", then "included and awaiting"), code, and a column for each code: for each status
        a square and symmetric table, in the codebook's order.
    """
    codes = [code for code, _, _ in book.themes()]
    themes = coding[(coding["variable"] == "theme") & coding["code"].isin(codes)]
    parts = []
    for status, ends in (("included", ["included"]), ("included and awaiting", ["included", "awaiting"])):
        bears = _bears(themes[themes["end"].isin(ends)], codes)
        counts = pd.DataFrame(bears.T @ bears, columns=codes, dtype="int64")
        counts.insert(0, "code", pd.Series(codes, dtype="str"))
        counts.insert(0, "status", pd.Series([status] * len(codes), dtype="str"))
        parts.append(counts)
    return pd.concat(parts, ignore_index=True)


Row = tuple[str, str, int, float, str]


def _of_works(rows: pd.DataFrame, themes: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["work_id"].isin(themes["work_id"])]


def _pairs(rows: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows[["work_id", "code"]])


def _bears(themes: pd.DataFrame, codes: list[str]) -> np.ndarray:
    """Give a row for each work that has any of `codes`, a column for each code, 1 where it bears it."""
    works, _ = pd.factorize(themes["work_id"])
    place = {code: number for number, code in enumerate(codes)}
    table = np.zeros((len(set(works)), len(codes)), dtype=np.int64)
    table[works, themes["code"].map(place).to_numpy(dtype=np.int64)] = 1
    return table


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _uncoded(hits: pd.DataFrame, themes: pd.DataFrame, works: pd.DataFrame, book: Codebook) -> Iterable[Row]:
    """How many works have no theme, and the words of their titles that no hit covers."""
    uncoded = themes[themes["code"] == UNCODED]
    people = int((uncoded["status"] != BY_RULE).sum())
    detail = f"{people} of them so decided by people"
    yield CHECKS[0], UNCODED, len(uncoded), _share(len(uncoded), len(works)), detail
    titles = _of_works(works, uncoded)
    in_title = _of_works(hits[hits["field"] == "title"], uncoded)
    covered = {
        (work, position + n)
        for work, position, words in zip(
            in_title["work_id"], in_title["position"], in_title["words"], strict=True
        )
        for n in range(len(words.split()))
    }
    small = LANGUAGES[book.language].small_words
    counts: Counter[str] = Counter()
    for work, title in zip(titles["work_id"], titles["title"], strict=True):
        words = {w for n, w in enumerate(fold_text(plain_text(title)).split()) if (work, n) not in covered}
        counts.update(w for w in words if len(w) > 1 and not w.isdigit() and w not in small)
    for word, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:LISTED]:
        yield CHECKS[1], word, n, _share(n, len(titles)), ""


def _indicators(book: Codebook) -> list[tuple[str, str]]:
    """List code and indicator, each once, in the codebook's order."""
    return list(dict.fromkeys((code, text) for code, _, theme in book.themes() for text in theme.indicators))


def _fires(hits: pd.DataFrame, n: int, book: Codebook) -> list[Row]:
    """Name the indicators that never fire, and those that fire in more than half of the works."""
    fired = hits.drop_duplicates(["work_id", "code", "indicator"])
    works = fired.groupby(["code", "indicator"]).size().to_dict()
    counts = [(code, text, int(works.get((code, text), 0))) for code, text in _indicators(book)]
    never = [(CHECKS[2], text, 0, 0.0, code) for code, text, count in counts if not count]
    most = [(CHECKS[3], text, count, _share(count, n), code) for code, text, count in counts if 2 * count > n]
    return never + most


def _always_together(themes: pd.DataFrame, n: int, book: Codebook) -> list[Row]:
    """Name each theme whose every work bears another theme, too."""
    codes = [code for code, _, _ in book.themes()]
    bears = _bears(themes[themes["code"].isin(codes)], codes)
    both = bears.T @ bears
    return [
        (CHECKS[4], one, int(both[i, i]), _share(int(both[i, i]), n), f"each of them bears {other}, too")
        for i, one in enumerate(codes)
        for j, other in enumerate(codes)
        if i != j and both[i, i] >= FEWEST and both[i, j] == both[i, i]
    ]


def _taken_away(hits: pd.DataFrame, themes: pd.DataFrame, book: Codebook) -> list[Row]:
    """Count, for each indicator, the works in which people took its code away; the most, most first."""
    people = themes[themes["status"] != BY_RULE]
    fired = hits.drop_duplicates(["work_id", "code", "indicator"])
    fired = _of_works(fired, people)
    gone = fired[~_pairs(fired).isin(_pairs(people))]
    of, taken = (rows.groupby(["code", "indicator"]).size().to_dict() for rows in (fired, gone))
    found = [
        (CHECKS[5], text, int(taken[code, text]), _share(taken[code, text], of[code, text]),
         f"{code}; of {of[code, text]} works with it that people coded")
        for code, text in _indicators(book)
        if (code, text) in taken
    ]  # fmt: skip
    return sorted(found, key=lambda row: (-row[2], -row[3]))[:LISTED]
