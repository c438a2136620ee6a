"""The criteria: what each record says for or against a work, and what that comes to.

A rule turns records into statements; `weigh` brings the statements on one work to a verdict: met where
something speaks for it and nothing against, not met the other way round, unknown where statements
contradict each other or none is made (architecture, rule 2). A new criterion is one function here and
one line in `RULES`, and its name in the vocabulary.

A statement is a row with work_id, verdict ("met", "not_met", or "unknown" where a record speaks without
deciding), field, value and source (the record or the file that makes it).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import compress
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from reprise.frames import fold
from reprise.records import plain_text
from reprise.screen.holdings import NEWEST
from reprise.screen.language import CONFIDENT, detect_works, never_surely_foreign
from reprise.screen.topic import find_blocks, read_texts
from reprise.vocabulary import OPEN_ACCESS

VERDICTS = ("met", "not_met", "unknown")
STATEMENT = ["work_id", "verdict", "field", "value", "source"]
# Neither is peer reviewed by what it is; whoever says otherwise contradicts it.
NOT_PEER_REVIEWED = ("book-review", "dissertation", "editorial", "letter", "news", "preprint", "report")
# So a title begins, or is, that names its kind.
NAMES_ITS_KIND = re.compile(
    r"^\W*(?:(?:guest )?editorial|book reviews?|letters? to the editor)\s*(?:[:.\-–—]|$)", re.I
)
OPEN = tuple(status for status in OPEN_ACCESS if status != "closed")
# PubMed Central, Europe PMC, ERIC's own files and arXiv hold full texts that anyone may read.
FREE_ARCHIVE = re.compile(
    r"^https?://(?:www\.)?(?:ncbi\.nlm\.nih\.gov/pmc/articles/|pmc\.ncbi\.nlm\.nih\.gov/articles/"
    r"|europepmc\.org/articles/|files\.eric\.ed\.gov/|arxiv\.org/)"
)
SHOWN = 4  # statements spelled out in the evidence; the rest is counted


class Evidence(NamedTuple):
    """What the rules look at.

    Attributes
    ----------
    works : DataFrame
        One row per work.
    records : DataFrame
        One row per record, with the `work_id` it belongs to.
    journals : DataFrame
        Rows of the journals file: venue, journal, issn, peer_reviewed, open_access, evidence, seen_at.
    holdings : DataFrame
        What a library holds: issn, first, last, embargo, source.
    protocol : mapping
        The protocol's window and query, as plain text.
    """

    works: pd.DataFrame
    records: pd.DataFrame
    journals: pd.DataFrame
    holdings: pd.DataFrame
    protocol: Mapping[str, Any]


class Rule(NamedTuple):
    """How a criterion is judged, and what is said where that comes to nothing.

    Attributes
    ----------
    statements : callable
        From evidence and criterion to statements.
    silent : str
        Said where no statement is made.
    undecided : str
        Said where a statement decides nothing.
    """

    statements: Callable[[Evidence, Mapping[str, Any]], pd.DataFrame]
    silent: str
    undecided: str = "the statement decides nothing"


def judge(evidence: Evidence, criterion: Mapping[str, Any]) -> pd.DataFrame:
    """Judge all works by one criterion.

    Returns
    -------
    DataFrame
        One row per work, in the order of `evidence.works`: work_id, verdict, field, value, source, note.
    """
    rule = RULES[criterion["rule"]]
    return weigh(evidence.works["work_id"], rule.statements(evidence, criterion), rule)


def weigh(work_ids: pd.Series, statements: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """Bring statements to one verdict per work."""
    said = statements.drop_duplicates(STATEMENT).sort_values(
        ["work_id", "verdict", "field", "source", "value"]
    )
    verdict = pd.Series("unknown", index=work_ids, dtype="str")
    note = pd.Series(rule.silent, index=work_ids, dtype="str")
    speaks = {v: work_ids.isin(said.loc[said["verdict"] == v, "work_id"]).to_numpy() for v in VERDICTS}
    verdict[speaks["met"] & ~speaks["not_met"] & ~speaks["unknown"]] = "met"
    verdict[speaks["not_met"] & ~speaks["met"] & ~speaks["unknown"]] = "not_met"
    note[verdict != "unknown"] = ""
    note[speaks["met"] & speaks["not_met"]] = "statements contradict each other"
    note[speaks["unknown"]] = rule.undecided
    # One of each kind of statement first, so that a contradiction shows both its sides.
    different = said.drop_duplicates(["work_id", "verdict", "field", "value"])
    turn = different.groupby(["work_id", "verdict"]).cumcount()
    different = different.assign(turn=turn).sort_values(["work_id", "turn", "verdict"], kind="stable")
    shown = different[different.groupby("work_id").cumcount() < SHOWN]
    place = pd.Index(work_ids).get_indexer(shown["work_id"]).tolist()
    joined = {
        c: pd.array(_joined(place, shown[c].tolist(), len(work_ids)), dtype="str")
        for c in ("field", "value", "source")
    }
    count = said["work_id"].value_counts().sub(shown["work_id"].value_counts(), fill_value=0)
    more = count.reindex(work_ids).fillna(0).astype(int)
    many = more.gt(1).map({True: " more statements)", False: " more statement)"})
    note = note.mask(more > 0, (note + " (and " + more.astype("str") + many).str.strip())
    return pd.DataFrame(
        {"work_id": work_ids.to_numpy(), "verdict": verdict.to_numpy(), **joined, "note": note.to_numpy()},
        columns=["work_id", "verdict", "field", "value", "source", "note"],
    )


def _joined(places: list[int], values: list[str], count: int) -> list[str]:
    """Join the different values at each place; pandas' own way makes a series of each group first."""
    parts: list[dict[str, None]] = [{} for _ in range(count)]
    for place, value in zip(places, values, strict=True):
        parts[place][value] = None
    return ["; ".join(part) for part in parts]


def _say(rows: pd.DataFrame, field: str, verdict: Any, value: Any = None) -> pd.DataFrame:
    """Make statements of records: what they say in `field`."""
    return pd.DataFrame(
        {
            "work_id": rows["work_id"],
            "verdict": verdict,
            "field": field,
            "value": rows[field].astype("str") if value is None else value,
            "source": rows["record_id"],
        },
        columns=STATEMENT,
    )


def _concat(parts: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True).astype("str")


def window(evidence: Evidence, criterion: Mapping[str, Any]) -> pd.DataFrame:
    """Publication dates against the window, to the precision they are known.

    A date without day or month is a span; one that reaches over an edge decides nothing. A date that
    another record states more precisely (2022, and 2022-02-01) is the same date. Two dates on two
    sides of an edge, such as online and in an issue, contradict each other, unless the criterion's `date`
    says which counts. Sources don't say which of two dates is which: the earlier is taken for the date
    online, the later for that of the issue.
    """
    start, end = evidence.protocol["window"]["start"], evidence.protocol["window"]["end"]
    records = evidence.records
    dated = records[records["publication_date"] != ""]
    years = records[records["year"].notna()]
    said = _concat([_say(dated, "publication_date", ""), _say(years, "year", "")])
    said["span"] = said["value"].str.len()
    finer = said[said["span"] > 4]
    known_year = pd.MultiIndex.from_arrays([finer["work_id"], finer["value"].str[:4]])
    days = said[said["span"] == 10]
    known_month = pd.MultiIndex.from_arrays([days["work_id"], days["value"].str[:7]])
    pair = pd.MultiIndex.from_arrays([said["work_id"], said["value"]])
    said = said[
        ~((said["span"] == 4) & pair.isin(known_year)) & ~((said["span"] == 7) & pair.isin(known_month))
    ]
    # ISO dates compare as text, so every month may end on its day 31.
    first = said["value"].str.cat(["-01-01"] * len(said)).where(said["span"] == 4, said["value"] + "-01")
    first = first.where(said["span"] < 10, said["value"])
    last = (said["value"] + "-12-31").where(said["span"] == 4, said["value"] + "-31")
    last = last.where(said["span"] < 10, said["value"])
    last_of_month = pd.Timestamp(end).is_month_end
    month_end = end[:8] + "31" if last_of_month else end
    inside = (first >= start) & (last <= month_end)
    outside = (last < start) | (first > end)
    said["verdict"] = pd.Series("unknown", index=said.index).mask(inside, "met").mask(outside, "not_met")
    said = said.assign(first=first, last=last)
    if criterion.get("date") == "online":
        said = said.sort_values(["first", "last"], kind="stable").drop_duplicates("work_id")
    elif criterion.get("date") == "issue":
        said = said.sort_values(["last", "first"], kind="stable").drop_duplicates("work_id", keep="last")
    elif criterion.get("date") == "either":
        met = said["work_id"].isin(said.loc[said["verdict"] == "met", "work_id"])
        open_ = said["work_id"].isin(said.loc[said["verdict"] == "unknown", "work_id"])
        best = pd.Series("not_met", index=said.index).mask(open_, "unknown").mask(met, "met")
        said = said[said["verdict"] == best]
    return said[STATEMENT]


def language(evidence: Evidence, criterion: Mapping[str, Any]) -> pd.DataFrame:
    """Language as the sources state it, and as title and abstract show it.

    The text is evidence where no source states a language, or where it surely shows another than stated:
    that is a contradiction. A title in square brackets is an index's translation and shows nothing.
    """
    records = evidence.records[evidence.records["language"] != ""]
    stated = _say(records, "language", _accepted(records["language"], criterion))
    works = evidence.works
    titles, abstracts = (works[field].map(plain_text).tolist() for field in ("title", "abstract"))
    is_stated = works["work_id"].isin(stated["work_id"])
    # Where English is stated and the title has English words, there is nothing to contradict.
    refused = works["work_id"].isin(stated.loc[stated["verdict"] == "not_met", "work_id"])
    plain = pd.Series(never_surely_foreign(titles), index=works.index, dtype="bool")
    quick = is_stated & ~refused & plain & ("en" in criterion["accept"])
    asked = (~quick).tolist()
    chosen, beside = (list(compress(texts, asked)) for texts in (titles, abstracts))
    told = iter(detect_works(chosen, beside, criterion["accept"]))
    found = [next(told) if ask else ("", 0.0) for ask in asked]
    code = pd.Series([c for c, _ in found], index=works.index, dtype="str")
    sure = np.array([s for _, s in found]) >= (criterion.get("confidence") or CONFIDENT)
    verdict = _accepted(code, criterion).where(sure, "unknown")
    shown = pd.DataFrame(
        {
            "work_id": works["work_id"],
            "verdict": verdict,
            "field": "title and abstract",
            "value": [f"{c} (detected, {s:.2f})" for c, s in found],
            "source": works["lead"],
        }
    )
    translated = works["title"].str.startswith("[")
    agrees = pd.MultiIndex.from_frame(shown[["work_id", "verdict"]]).isin(
        pd.MultiIndex.from_frame(stated[["work_id", "verdict"]])
    )
    keep = (code != "") & ~translated & (~is_stated | (sure & ~agrees))
    return _concat([stated, shown.loc[keep, STATEMENT]])


def document_type(evidence: Evidence, criterion: Mapping[str, Any]) -> pd.DataFrame:
    """Document type as the sources state it; a type in neither list says nothing."""
    records = evidence.records
    records = records[records["type"].isin([*criterion["accept"], *criterion["reject"]])]
    return _say(records, "type", _accepted(records["type"], criterion))


def _accepted(values: pd.Series, criterion: Mapping[str, Any]) -> pd.Series:
    return pd.Series("not_met", index=values.index).mask(values.isin(criterion["accept"]), "met")


def retracted(evidence: Evidence, criterion: Mapping[str, Any]) -> pd.DataFrame:
    """Whether a source flags the work as retracted, or its title begins so."""
    records = evidence.records
    flagged = records[records["retracted"] != ""]
    verdict = flagged["retracted"].map({"true": "not_met", "false": "met"}).fillna("unknown")
    titled = records[records["title"].str.match(r"(?i)\W*(retracted|retraction)\b")]
    return _concat([_say(flagged, "retracted", verdict), _say(titled, "title", "not_met")])


def topic(evidence: Evidence, criterion: Mapping[str, Any]) -> pd.DataFrame:
    """Look for the concept blocks in the work's title, abstract and keywords.

    A work whose abstract is not at hand and that holds not all blocks may still be about the topic: it
    stays unknown. `exclude` speaks against it whatever else is held.
    """
    works = read_texts(evidence.works[["work_id", "lead", "title", "abstract", "keywords"]])
    found = find_blocks(works, evidence.protocol["query"])
    excluded = (
        found.pop("exclude") if evidence.protocol["query"].get("exclude") else pd.Series("", found.index)
    )
    all_held = (found != "").all(axis=1)
    columns = [found[block].tolist() for block in found]
    words = pd.Series(list(map("; ".join, zip(*columns, strict=True))), index=found.index, dtype="str")
    has_abstract = works["abstract"] != ""
    verdict = pd.Series("", index=works.index).mask(has_abstract, "not_met").mask(all_held, "met")
    verdict = verdict.mask(excluded != "", "not_met")
    said = pd.DataFrame(
        {
            "work_id": works["work_id"],
            "verdict": verdict,
            "field": "blocks",
            "value": words.str.strip("; ").mask(excluded != "", "exclude " + excluded),
            "source": works["lead"],
        }
    )
    return said[said["verdict"] != ""]


def peer_review(evidence: Evidence, criterion: Mapping[str, Any]) -> pd.DataFrame:
    """Peer review as the source flags it or a page about the journal says; the type only speaks against."""
    records = evidence.records
    flagged = records[records["peer_reviewed"] != ""]
    verdict = flagged["peer_reviewed"].map({"true": "met", "false": "not_met"}).fillna("unknown")
    against = records[records["type"].isin(NOT_PEER_REVIEWED)]
    titled = records[records["title"].str.match(NAMES_ITS_KIND.pattern, flags=re.I)]
    journals = _journal_says(evidence, "peer_reviewed")
    journals["verdict"] = journals["value"].map({"true": "met", "false": "not_met"}).fillna("unknown")
    journals["value"] = journals["value"] + " (" + journals["evidence"] + ")"
    return _concat(
        [
            _say(flagged, "peer_reviewed", verdict),
            _say(against, "type", "not_met"),
            _say(titled, "title", "not_met"),
            journals[STATEMENT],
        ]
    )


def full_text(evidence: Evidence, criterion: Mapping[str, Any]) -> pd.DataFrame:
    """Where an open copy is known.

    An open-access status, an address in an archive that holds free full texts only, an open journal, or the
    library's holdings meet the criterion. "Closed" decides nothing, and no other address does: a library may
    hold the work, and a publisher's page may ask for money.
    """
    records = evidence.records
    stated = records[records["open_access"] != ""]
    verdict = pd.Series("unknown", index=stated.index).mask(stated["open_access"].isin(OPEN), "met")
    linked = records[records["fulltext_url"] != ""]
    free = linked["fulltext_url"].str.contains(FREE_ARCHIVE.pattern, regex=True)
    at = pd.Series("unknown", index=linked.index).mask(free, "met")
    journals = _journal_says(evidence, "open_access")
    journals = journals[journals["value"].isin(["gold", "diamond"])]
    journals["verdict"] = "met"
    said = _concat(
        [
            _say(stated, "open_access", verdict),
            _say(linked, "fulltext_url", at),
            journals[STATEMENT],
            _held(evidence),
        ]
    )
    # One open copy is enough: that the publisher's copy is closed doesn't contradict a repository's.
    has_copy = said["work_id"].isin(said.loc[said["verdict"] == "met", "work_id"])
    return said[~((said["verdict"] == "unknown") & has_copy)]


def _held(evidence: Evidence) -> pd.DataFrame:
    """State which works stand in volumes that the library holds; behind an embargo, nothing is sure."""
    records = evidence.records[evidence.records["year"].notna() & (evidence.records["issn"] != "")]
    issns = records.assign(issn=records["issn"].str.upper().str.split(r"\s*;\s*")).explode("issn")
    held = issns[["work_id", "issn", "year"]].merge(evidence.holdings, on="issn")
    held = held[(held["year"] >= held["first"]) & (held["year"] <= held["last"])]
    first, last = (held[c].astype("str").replace({"0": "", str(NEWEST): "today"}) for c in ("first", "last"))
    embargo = held["embargo"].where(held["embargo"] == "", ", embargo " + held["embargo"])
    return pd.DataFrame(
        {
            "work_id": held["work_id"],
            "verdict": pd.Series("met", index=held.index).mask(held["embargo"] != "", "unknown"),
            "field": "holdings",
            "value": held["issn"] + " " + first + " to " + last + embargo,
            "source": held["source"],
        },
        columns=STATEMENT,
    )


def person(evidence: Evidence, criterion: Mapping[str, Any]) -> pd.DataFrame:
    """No rule: people decide."""
    return pd.DataFrame(columns=STATEMENT, dtype="str")


def _journal_says(evidence: Evidence, column: str) -> pd.DataFrame:
    """Give what the journals file says of the journals that works appeared in, by ISSN and by name."""
    journals, records = evidence.journals, evidence.records
    journals = journals[journals[column] != ""]
    by_name = pd.concat(
        [journals.assign(key=fold(journals["venue"])), journals.assign(key=fold(journals["journal"]))]
    )
    by_issn = journals.assign(key=journals["issn"].str.split(r"\s*;\s*")).explode("key")
    names = records.assign(key=fold(records["venue"]))[["work_id", "key"]]
    issns = records.assign(key=records["issn"].str.split(r"\s*;\s*")).explode("key")[["work_id", "key"]]
    pages = pd.concat(
        [
            own[own["key"] != ""].drop_duplicates().merge(page[page["key"] != ""].drop_duplicates(), on="key")
            for own, page in ((names, by_name), (issns, by_issn))
        ],
        ignore_index=True,
    )
    pages["value"], pages["field"] = pages[column], "journal's " + column
    pages["source"] = pages["seen_at"]
    pages["verdict"] = ""
    return pages.drop_duplicates(["work_id", "value", "source"])


RULES: dict[str, Rule] = {
    "window": Rule(
        window, "no date stated", "the date, as far as it is known, reaches over an edge of the window"
    ),
    "language": Rule(
        language,
        "no language stated, and no text that shows one",
        "the text does not surely show its language",
    ),
    "document_type": Rule(document_type, "no type stated, or one in neither list"),
    "retracted": Rule(retracted, "no source says"),
    "topic": Rule(topic, "not all blocks found, and no abstract at hand to look in"),
    "peer_review": Rule(peer_review, "no evidence for or against"),
    "full_text": Rule(
        full_text,
        "no open copy known; a library may hold it",
        "no open copy known for sure; look at the address, or in a library",
    ),
    "person": Rule(person, "a person decides"),
}
