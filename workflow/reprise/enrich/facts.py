"""Put facts that were looked up where records lack them; a source's own fact stays, whatever others say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from reprise.enrich import crossref, openalex, unpaywall
from reprise.enrich.match import matching_doi
from reprise.records import split
from reprise.rows import check_value
from reprise.search.values import objects, text
from reprise.vocabulary import LOOKED_UP

NEEDED = ("language", "author_countries", "type", "open_access")  # a record that lacks one is asked about
COLUMNS = ("record_id", "field", "value", "said_by", "asked", "retrieved", "outcome", "own_value")
ADDED, CONTRADICTS = "added", "contradicts"
# What services differ in without being wrong: where a copy lies, and by whose terms.
_FREE = ("fulltext_url", "open_access")

Record = dict[str, str]
Answers = Mapping[str, Mapping[str, Any]]


class Fact(NamedTuple):
    """What a service says of a record, and whether it is used."""

    record_id: str
    field: str
    value: str
    said_by: str
    asked: str
    retrieved: str
    outcome: str
    own_value: str


def lacks(record: Mapping[str, str]) -> bool:
    """Whether a record lacks what can be looked up by its DOI."""
    return any(not record[field] for field in NEEDED)


def openalex_question(record: Mapping[str, str]) -> str:
    """Give the DOI to ask OpenAlex for; empty where nothing is lacking."""
    return record["doi"] if openalex.can_be_asked(record["doi"]) and lacks(record) else ""


def crossref_question(record: Mapping[str, str], of_openalex: Answers) -> str:
    """Give the words to ask Crossref for: where there is no DOI, or OpenAlex does not know it."""
    known = of_openalex.get(openalex_question(record), {}).get("answer")
    return "" if record["doi"] and (known or not lacks(record)) else crossref.question(record)


def unpaywall_question(record: Mapping[str, str]) -> str:
    """Give the DOI to ask Unpaywall for, where no open copy is known and none is denied."""
    return record["doi"] if not (record["fulltext_url"] or record["open_access"]) else ""


def enrich_record(record: Record, answers: Mapping[str, Answers]) -> Iterator[Fact]:
    """Fill in what a record lacks, in place, and give every fact that is added or contradicts its own.

    Parameters
    ----------
    record : dict
        Columns of a record, all text.
    answers : mapping
        Service -> question -> answer.
    """
    own = dict(record)
    of_openalex = answers.get("openalex", {})
    asked = crossref_question(own, of_openalex)
    if answer := answers.get("crossref", {}).get(asked):
        doi = matching_doi(own, answer["answer"])
        if doi and own["doi"] in ("", doi):
            item = next(i for i in objects(answer["answer"]) if text(i.get("DOI")).lower() == doi)
            yield from _take(record, own, crossref.facts(item), "crossref", asked, answer)
    asked = openalex_question(record)
    if answer := of_openalex.get(asked):
        yield from _take(record, own, openalex.facts(answer["answer"]), "openalex", asked, answer)
    asked = unpaywall_question(record)
    if (answer := answers.get("unpaywall", {}).get(asked)) and objects(answer["answer"]):
        yield from _take(
            record, own, unpaywall.facts(objects(answer["answer"])[0]), "unpaywall", asked, answer
        )


def _take(
    record: Record,
    own: Mapping[str, str],
    said: Mapping[str, str],
    by: str,
    asked: str,
    answer: Mapping[str, Any],
) -> Iterator[Fact]:
    last_year = int(answer["retrieved"][:4]) + 1
    for field in LOOKED_UP:
        value, wrong = check_value(field, said.get(field, ""), last_year)
        if not value or wrong or (field == "type" and value == "other"):
            continue
        fact = Fact(record["record_id"], field, value, by, asked, answer["retrieved"], ADDED, own[field])
        if not record[field]:
            record[field] = value
            yield fact
        elif own[field] and field not in _FREE and not _agree(field, own[field], value):
            yield fact._replace(outcome=CONTRADICTS)


def _agree(field: str, ours: str, theirs: str) -> bool:
    """Whether two statements can both be true; lists of countries may each be of some of the authors."""
    if field == "author_countries":
        return bool(set(split(ours)) & set(split(theirs)))
    return ours == theirs or (field == "type" and ours == "other")


def questions(records: Iterable[Mapping[str, str]], about: Any) -> list[str]:
    """List the questions of records, without those that have none."""
    return sorted({asked for record in records if (asked := about(record))})
