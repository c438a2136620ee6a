"""The criteria: what each record says for or against a work, and what that comes to.

A rule turns records into statements; `weigh` brings the statements on one work to a verdict: met where
something speaks for it and nothing against, not met the other way round, unknown where statements
contradict each other or none is made (architecture, rule 2). A new criterion is one function here and
one line in `RULES`.

A statement is a row with work_id, verdict ("met", "not_met", or "unknown" where a record speaks without
deciding), field, value and source (the record or the file that makes it).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from reprise.frames import fold
from reprise.records import plain_text
from reprise.screen.topic import find_blocks
from reprise.vocabulary import OPEN_ACCESS

VERDICTS = ("met", "not_met", "unknown")
STATEMENT = ["work_id", "verdict", "field", "value", "source"]
# Neither is peer reviewed by what it is; whoever says otherwise contradicts it.
NOT_PEER_REVIEWED = ("dissertation", "editorial", "news", "preprint", "report")
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
    protocol : mapping
        The protocol's window and query, as plain text.
    """

    works: pd.DataFrame
    records: pd.DataFrame
    journals: pd.DataFrame
    protocol: Mapping[str, Any]


Rule = Callable[[Evidence, Mapping[str, Any]], pd.DataFrame]


def judge(evidence: Evidence, criterion: Mapping[str, Any]) -> pd.DataFrame:
    """Judge all works by one criterion.

    Returns
    -------
    DataFrame
        One row per work, in the order of `evidence.works`: work_id, verdict, field, value, source, note.
    """
    return weigh(evidence.works["work_id"], RULES[criterion["rule"]](evidence, criterion), criterion["rule"])


def weigh(work_ids: pd.Series, statements: pd.DataFrame, rule: str) -> pd.DataFrame:
    """Bring statements to one verdict per work."""
    said = statements.drop_duplicates(STATEMENT).sort_values(
        ["work_id", "verdict", "field", "source", "value"]
    )
    verdict = pd.Series("unknown", index=work_ids, dtype="str")
    note = pd.Series(NOTHING_SAID[rule], index=work_ids, dtype="str")
    speaks = {v: work_ids.isin(said.loc[said["verdict"] == v, "work_id"]).to_numpy() for v in VERDICTS}
    verdict[speaks["met"] & ~speaks["not_met"] & ~speaks["unknown"]] = "met"
    verdict[speaks["not_met"] & ~speaks["met"] & ~speaks["unknown"]] = "not_met"
    note[verdict != "unknown"] = ""
    note[speaks["met"] & speaks["not_met"]] = "statements contradict each other"
    note[speaks["unknown"]] = UNDECIDED[rule]
    # One of each kind of statement first, so that a contradiction shows both its sides.
    different = said.drop_duplicates(["work_id", "verdict", "field", "value"])
    turn = different.groupby(["work_id", "verdict"]).cumcount()
    different = different.assign(turn=turn).sort_values(["work_id", "turn", "verdict"], kind="stable")
    shown = different[different.groupby("work_id").cumcount() < SHOWN]
    grouped = shown.groupby("work_id")
    joined = {c: grouped[c].agg(_join).reindex(work_ids).fillna("").to_numpy() for c in ("field", "source")}
    joined["value"] = grouped["value"].agg("; ".join).reindex(work_ids).fillna("").to_numpy()
    count = said["work_id"].value_counts().sub(shown["work_id"].value_counts(), fill_value=0)
    more = count.reindex(work_ids).fillna(0).astype(int)
    many = more.gt(1).map({True: " more statements)", False: " more statement)"})
    note = note.mask(more > 0, (note + " (and " + more.astype("str") + many).str.strip())
    return pd.DataFrame(
        {"work_id": work_ids.to_numpy(), "verdict": verdict.to_numpy(), **joined, "note": note.to_numpy()},
        columns=["work_id", "verdict", "field", "value", "source", "note"],
    )


def _join(values: pd.Series) -> str:
    return "; ".join(dict.fromkeys(values))


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
    sides of an edge, such as online and in an issue, contradict each other.
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
    return said[STATEMENT]


def language(evidence: Evidence, criterion: Mapping[str, Any]) -> pd.DataFrame:
    """Language as the sources state it."""
    records = evidence.records[evidence.records["language"] != ""]
    return _say(records, "language", _accepted(records["language"], criterion))


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
    works = evidence.works[["work_id", "lead", "title", "abstract", "keywords"]].copy()
    for field in ("title", "abstract"):
        works[field] = works[field].map(plain_text)
    found = find_blocks(works, evidence.protocol["query"])
    excluded = (
        found.pop("exclude") if evidence.protocol["query"].get("exclude") else pd.Series("", found.index)
    )
    all_held = (found != "").all(axis=1)
    words = found.apply("; ".join, axis=1) if len(found) else pd.Series("", index=found.index, dtype="str")
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
    journals = _journal_says(evidence, "peer_reviewed")
    journals["verdict"] = journals["value"].map({"true": "met", "false": "not_met"}).fillna("unknown")
    journals["value"] = journals["value"] + " (" + journals["evidence"] + ")"
    return _concat(
        [_say(flagged, "peer_reviewed", verdict), _say(against, "type", "not_met"), journals[STATEMENT]]
    )


def full_text(evidence: Evidence, criterion: Mapping[str, Any]) -> pd.DataFrame:
    """Where an open copy is known.

    An open-access status, an address in an archive that holds free full texts only, or an open journal
    meet the criterion. "Closed" decides nothing, and no other address does: a library may hold the work,
    and a publisher's page may ask for money.
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
        [_say(stated, "open_access", verdict), _say(linked, "fulltext_url", at), journals[STATEMENT]]
    )
    # One open copy is enough: that the publisher's copy is closed doesn't contradict a repository's.
    has_copy = said["work_id"].isin(said.loc[said["verdict"] == "met", "work_id"])
    return said[~((said["verdict"] == "unknown") & has_copy)]


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
    "window": window,
    "language": language,
    "document_type": document_type,
    "retracted": retracted,
    "topic": topic,
    "peer_review": peer_review,
    "full_text": full_text,
    "person": person,
}
NOTHING_SAID = {
    "window": "no date stated",
    "language": "no language stated",
    "document_type": "no type stated, or one in neither list",
    "retracted": "no source says",
    "topic": "not all blocks found, and no abstract at hand to look in",
    "peer_review": "no evidence for or against",
    "full_text": "no open copy known; a library may hold it",
    "person": "a person decides",
}
UNDECIDED = {
    **dict.fromkeys(RULES, "the statement decides nothing"),
    "window": "the date, as far as it is known, reaches over an edge of the window",
    "full_text": "no open copy known for sure; look at the address, or in a library",
}
