"""What the published review cites: fetched once, and what indexes know of each cited work.

Its reference list is no list of included studies: most of what a review cites it does not include. So what
is measured with it is how much of the literature that the review knows our search finds, and no recall.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from reprise.csvfiles import write_rows
from reprise.enrich import openalex as by_doi
from reprise.enrich.answers import read_answers
from reprise.enrich.ask import Service, ask
from reprise.mistakes import Mistake
from reprise.records import clean_doi, clean_text, fold_text, join, plain_text
from reprise.search import openalex
from reprise.search.page import BadReply, Page
from reprise.search.values import at, objects, text, texts
from reprise.study import CITED, CITED_COLUMNS

LIST, WORKS = "cited_list", "cited_works"


def _list_url(base: str, batch: Sequence[str], contact: str) -> str:
    who = f"?mailto={quote(contact, safe='@')}" if contact else ""
    return f"{base}/works/{quote(batch[0], safe='/')}{who}"


def _list_read(body: Any, batch: Sequence[str]) -> Page:
    """Read one work of Crossref's, the one that was asked for."""
    if clean_doi(text(at(body, "message", "DOI"))) != batch[0]:
        raise BadReply("says nothing of the DOI asked for")
    return Page(1, [at(body, "message")])


def _one_by_one(questions: Sequence[str]) -> Iterator[list[str]]:
    yield from ([asked] for asked in questions)


def _works_url(base: str, batch: Sequence[str], contact: str) -> str:
    """Give the address of works asked for by DOI, or by their numbers in OpenAlex."""
    key = "openalex" if batch[0].startswith("W") else "doi"
    wanted = "|".join(quote(asked, safe="/:") for asked in batch)
    fields = ",".join(openalex.FIELDS)
    return f"{base}/works?filter={key}:{wanted}&per_page={by_doi.MOST}&select={fields}"


def _works_batches(questions: Sequence[str]) -> Iterator[list[str]]:
    numbers = [asked for asked in questions if asked.startswith("W")]
    for start in range(0, len(numbers), by_doi.MOST):
        yield numbers[start : start + by_doi.MOST]
    yield from by_doi.batches([asked for asked in questions if not asked.startswith("W")])


def _works_answers(batch: Sequence[str], page: Page) -> dict[str, list[Any]]:
    if not batch[0].startswith("W"):
        return by_doi.answers(batch, page)
    found: dict[str, list[Any]] = {number: [] for number in batch}
    for work in objects(page.records):
        found.setdefault(openalex.own_id(work), []).append(work)
    return {number: found[number] for number in batch}


SERVICES = {
    LIST: Service(
        "crossref", "https://api.crossref.org", 0.2, _one_by_one, _list_url, _list_read,
        lambda batch, page: {batch[0]: page.records},
    ),
    WORKS: Service(
        "openalex", openalex.BASE, by_doi.PAUSE, _works_batches, _works_url, by_doi.read, _works_answers,
        openalex.KEY, openalex.headers, openalex.budget,
    ),
}  # fmt: skip


def fetch_cited(doi: str, contact: str, calls: int) -> list[dict[str, str]]:
    """Fetch what a work cites, as Crossref and OpenAlex say, and what OpenAlex knows of each cited work.

    Raises
    ------
    Mistake
        Where neither knows the work, or one can't be asked now; what came is kept.
    """
    own = clean_doi(doi)
    listed = ask(LIST, [own], contact, calls, SERVICES[LIST])
    works = ask(WORKS, [own], contact, calls, SERVICES[WORKS])
    if not listed[own]["answer"] and not works[own]["answer"]:
        raise Mistake(
            f"{doi}: neither Crossref nor OpenAlex knows this DOI; correct `doi` of the published review"
        )
    ask(
        WORKS,
        [*_numbers(works[own]), *(r["doi"] for r in _references(listed[own]))],
        contact,
        calls,
        SERVICES[WORKS],
    )
    return cited_works(doi)


def cited_works(doi: str) -> list[dict[str, str]]:
    """Give the cited works that are frozen, each once; none where nothing was fetched.

    Returns
    -------
    list of dict
        With CITED_COLUMNS, sorted; `in_openalex` is yes, no, or unknown where a reference has no DOI to ask
        by; `said_by` says whose list has it.
    """
    own = clean_doi(doi)
    listed, works = read_answers(LIST), read_answers(WORKS)
    cited: dict[str, dict[str, str]] = {}
    for number in _numbers(works.get(own, {})):
        for work in objects(works.get(number, {}).get("answer"))[:1]:
            _add(cited, _of_openalex(work), "openalex")
    for reference in _references(listed.get(own, {})):
        known = objects(works.get(reference["doi"], {}).get("answer")) if reference["doi"] else []
        asked = reference["doi"] in works
        row = _of_openalex(known[0]) if known else reference | {"in_openalex": "no" if asked else "unknown"}
        _add(cited, row, "crossref")
    return sorted(cited.values(), key=lambda row: (fold_text(row["title"]), row["doi"], row["year"]))


def _add(cited: dict[str, dict[str, str]], row: dict[str, str], said_by: str) -> None:
    """Put a work with the others; one that has a DOI, or the same title and year, is there once."""
    keys = [row["doi"], f"{fold_text(row['title'])} {row['year']}"]
    key = next((key for key in keys if key in cited), keys[0] or keys[1])
    if key in cited:
        sources = dict.fromkeys([*cited[key]["said_by"].split("; "), said_by])
        cited[key]["said_by"] = join(sources)
        return
    cited[key] = {column: row.get(column, "") for column in CITED_COLUMNS} | {"said_by": said_by}


def _numbers(answer: Mapping[str, Any]) -> list[str]:
    """Give the numbers of the works that OpenAlex says are cited."""
    ids = [i for work in objects(answer.get("answer")) for i in texts(work.get("referenced_works"))]
    return sorted({number for i in ids if (number := i.rpartition("/")[2]).startswith("W")})


def _references(answer: Mapping[str, Any]) -> list[dict[str, str]]:
    """Give the references of Crossref's list; one without a DOI has the words that the publisher sent."""
    found = []
    for work in objects(answer.get("answer")):
        for reference in objects(work.get("reference")):
            titles = ("article-title", "volume-title", "series-title", "unstructured")
            title = next((t for key in titles if (t := plain_text(text(reference.get(key))))), "")
            found.append(
                {
                    "title": clean_text(title)[:300],
                    "authors": clean_text(text(reference.get("author"))),
                    "year": clean_text(text(reference.get("year")))[:4],
                    "doi": clean_doi(text(reference.get("DOI"))),
                }
            )
    return [row for row in found if row["title"] or row["doi"]]


def _of_openalex(work: Mapping[str, Any]) -> dict[str, str]:
    row = openalex.row(work)
    kept = {key: clean_text(row[key]) for key in ("title", "authors", "year", "abstract", "keywords")}
    return kept | {"doi": clean_doi(row["doi"]), "openalex": openalex.own_id(work), "in_openalex": "yes"}


def write_cited(doi: str, contact: str, calls: int, path: str = CITED) -> str:
    """Fetch what a work cites into a table, and say in a line what it holds.

    Raises
    ------
    Mistake
        As `fetch_cited`.
    """
    rows = fetch_cited(doi, contact, calls)
    write_rows(path, CITED_COLUMNS, rows)
    known = sum(row["in_openalex"] == "yes" for row in rows)
    return f"{path}: {len(rows)} works that {doi} cites, {known} of them in OpenAlex; now type `snakemake`"
