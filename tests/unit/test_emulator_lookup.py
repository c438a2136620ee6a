"""The emulator answers by DOI and by title: OpenAlex' lists of DOIs, Crossref, Unpaywall."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
import yaml
from emulator import VARIANTS, Emulator, Fault, make_corpus, make_work, record_id
from emulator.faults import CHANGES, INSTEAD, SENDING

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "api"
KESTOVAR = {"family": "Kestovar", "given": "Tavo", "affiliation": "Uni A & B", "country": "EE"}
ULM = {"family": "Ulmbrecht", "given": "Senka", "affiliation": "", "country": ""}

WORKS = [
    make_work(
        1,
        "Badges & schools",
        doi="10.5555/Kesv.1",
        oa="gold",
        authors=[KESTOVAR, ULM],
        references=[2, 3, 4, 5, 99],
    ),
    make_work(2, "Badges in schools of Kesvora", doi="10.5555/kesv.2", oa="green", year=2018, type="book"),
    make_work(3, "Credit scores", doi="10.5555/(kesv)<3>", oa="closed", year=2021, sources=["openalex"]),
    make_work(4, "Nothing alike", doi="10.5555/kesv.4", oa="bronze", authors=[ULM], sources=["eric"]),
    make_work(5, "Unregistered", authors=[KESTOVAR]),
    make_work(6, "Registered at Crossref alone", sources=["eric", "crossref"], date=""),
    make_work(7, "Badges for horses", doi="10.5555/kesv.7", abstract="A < B.", oa="hybrid", retracted=True),
    make_work(8, "Elsewhere", doi="10.5555/kesv.8", absent=["crossref"]),
]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(WORKS) as running:
        yield running


@pytest.fixture(scope="module")
def crowd() -> Iterator[Emulator]:
    works = make_corpus(600, seed=3)
    for work in works[10:]:
        work["references"] = list(range(1, work["id"] % 30))
    with Emulator(works) as running:
        yield running


@pytest.fixture
def own() -> Iterator[Emulator]:
    """Give an emulator a test may break."""
    with Emulator(WORKS) as running:
        yield running


def openalex(emulator: Emulator, filters: str, **params: Any) -> requests.Response:
    sent: dict[str, Any] = {"filter": filters, "per_page": 100} | params
    return requests.get(f"{emulator.url('openalex')}/works", params=sent, timeout=5)


def crossref(emulator: Emulator, doi: str = "", **params: Any) -> requests.Response:
    sent: dict[str, Any] = {name.replace("_", "."): value for name, value in params.items()}
    address = f"{emulator.url('crossref')}/works" + (f"/{quote(doi, safe='')}" if doi else "")
    return requests.get(address, params=sent, timeout=5)


def items(emulator: Emulator, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = crossref(emulator, **params).json()["message"]["items"]
    return found


def unpaywall(emulator: Emulator, doi: str, email: str | None = "a@kesvora.edu") -> requests.Response:
    params: dict[str, str] = {} if email is None else {"email": email}
    return requests.get(f"{emulator.url('unpaywall')}/v2/{doi}", params=params, timeout=5)


def dois(reply: requests.Response) -> list[str]:
    return [work["doi"].removeprefix("https://doi.org/") for work in reply.json()["results"]]


def test_where_to_ask(emulator: Emulator) -> None:
    names = {"OPENALEX", "ERIC", "DOAJ", "CROSSREF", "UNPAYWALL"}
    assert {f"REPRISE_{name}_URL" for name in names} <= set(emulator.environment())
    assert emulator.environment()["REPRISE_CROSSREF_URL"] == emulator.url("crossref")


# --- OpenAlex ---------------------------------------------------------------------------------------


def test_openalex_by_doi(emulator: Emulator) -> None:
    asked = "doi:10.5555/KESV.1|https://doi.org/10.5555/kesv.2|10.1/unknown|10.5555/kesv.4"
    reply = openalex(emulator, asked, select="id,doi")
    # The fourth isn't among OpenAlex' works; what it doesn't know is simply not there.
    assert dois(reply) == ["10.5555/kesv.1", "10.5555/kesv.2"]
    assert reply.json()["meta"]["count"] == 2
    assert [set(work) for work in reply.json()["results"]] == [{"id", "doi"}] * 2
    assert dois(openalex(emulator, "doi:10.1/unknown")) == []
    assert dois(openalex(emulator, "doi:10.5555/(kesv)<3>")) == ["10.5555/(kesv)<3>"]
    rest = openalex(emulator, "has_doi:true,doi:!10.5555/kesv.1|10.5555/kesv.2")
    assert dois(rest) == ["10.5555/(kesv)<3>", "10.5555/kesv.7", "10.5555/kesv.8"]


def test_openalex_pages_of_dois(emulator: Emulator) -> None:
    asked = "doi:10.5555/kesv.1|10.5555/kesv.2|10.5555/kesv.7"
    one = openalex(emulator, asked, per_page=2, cursor="*")
    two = openalex(emulator, asked, per_page=2, cursor=one.json()["meta"]["next_cursor"])
    assert dois(one) + dois(two) == ["10.5555/kesv.1", "10.5555/kesv.2", "10.5555/kesv.7"]
    assert two.json()["meta"]["next_cursor"] is None
    assert dois(openalex(emulator, asked, per_page=2, page=2)) == ["10.5555/kesv.7"]


def test_openalex_by_id(emulator: Emulator) -> None:
    ids = [record_id("openalex", work) for work in WORKS]
    asked = f"openalex:{ids[1].rpartition('/')[2]}|{ids[0].lower()}|W1"
    assert [work["id"] for work in openalex(emulator, asked).json()["results"]] == ids[:2]


def test_openalex_limits(emulator: Emulator) -> None:
    values = [f"10.1/{number}" for number in range(101)]
    assert openalex(emulator, "doi:" + "|".join(values[:100])).status_code == 200
    many = openalex(emulator, "doi:" + "|".join(values))
    assert many.status_code == 400
    assert "values" in many.json()["message"]
    start = f"{emulator.url('openalex')}/works?per_page=100&filter=doi:"
    for length, status in ((4094, 200), (4095, 400)):
        assert requests.get(start + "1" * (length - len(start)), timeout=5).status_code == status


def test_openalex_references(emulator: Emulator) -> None:
    (work,) = openalex(emulator, "doi:10.5555/kesv.1").json()["results"]
    # 4 is in ERIC alone, 99 is no work at all.
    assert work["referenced_works"] == [record_id("openalex", WORKS[n - 1]) for n in (2, 3, 5)]
    assert work["referenced_works_count"] == 3


def test_openalex_works_may_change(own: Emulator) -> None:
    assert dois(openalex(own, "doi:10.5555/new")) == []
    assert [ask(own, "10.5555/new").status_code for ask in (crossref, unpaywall)] == [404, 404]
    assert items(own, query_bibliographic="new") == []
    own.works = [*own.works, make_work(50, "New", doi="10.5555/New")]
    assert dois(openalex(own, "doi:10.5555/new")) == ["10.5555/new"]
    assert crossref(own, "10.5555/new").json()["message"]["title"] == ["New"]
    assert items(own, query_bibliographic="new")[0]["DOI"] == "10.5555/new"
    assert unpaywall(own, "10.5555/new").json()["title"] == "New"


# --- Crossref ---------------------------------------------------------------------------------------


def test_crossref_by_doi(emulator: Emulator) -> None:
    reply = crossref(emulator, "10.5555/KESV.1", mailto="a@kesvora.edu")
    told = reply.json()
    assert {key: told[key] for key in told if key != "message"} == {
        "status": "ok",
        "message-type": "work",
        "message-version": "1.0.0",
    }
    work = told["message"]
    assert (work["DOI"], work["type"], work["score"]) == ("10.5555/kesv.1", "journal-article", 1)
    assert work["issued"] == {"date-parts": [[2020, 5, 1]]}
    people = [(a["family"], a["sequence"], a["affiliation"]) for a in work["author"]]
    assert people == [
        ("Kestovar", "first", [{"name": "Uni A &amp; B"}]),
        ("Ulmbrecht", "additional", []),
    ]
    # Not escaped in the path, as most write it.
    raw = requests.get(f"{emulator.url('crossref')}/works/10.5555/Kesv.1", timeout=5)
    assert raw.json()["message"]["DOI"] == "10.5555/kesv.1"
    odd = crossref(emulator, "10.5555/(kesv)<3>").json()["message"]
    assert odd["title"] == ["Credit scores"]
    assert emulator.calls[-1].query == "10.5555/(kesv)<3>"


def test_crossref_knows_not_all(emulator: Emulator) -> None:
    for doi in ("10.1/unknown", "10.5555/kesv.8", "kesv"):
        reply = crossref(emulator, doi)
        assert (reply.status_code, reply.text) == (404, "Resource not found.")
        assert reply.headers["Content-Type"] == "text/plain"
    doi = record_id("crossref", WORKS[5])
    alone = crossref(emulator, doi).json()["message"]
    assert alone["title"] == ["Registered at Crossref alone"]
    assert alone["issued"] == {"date-parts": [[None]]}
    assert items(emulator, query_bibliographic="unregistered") == []
    assert unpaywall(emulator, doi).status_code == 404


def test_crossref_references(emulator: Emulator) -> None:
    given = crossref(emulator, "10.5555/kesv.1").json()["message"]
    found = given["reference"]
    assert [one.get("DOI") for one in found] == ["10.5555/kesv.2", "10.5555/(kesv)<3>", None, None, None]
    assert found[2]["article-title"] == "Nothing alike"
    assert found[2]["author"] == "Ulmbrecht"
    assert "Tavo Kestovar. Unregistered." in found[3]["unstructured"]
    assert found[4] == {"key": "ref99"}
    assert given["reference-count"] == 5
    assert "reference" not in crossref(emulator, "10.5555/kesv.2").json()["message"]


def test_crossref_ranks(emulator: Emulator) -> None:
    reply = crossref(emulator, query_bibliographic="badges in schools AND of kesvora", rows=2).json()[
        "message"
    ]
    # Any word will do, and AND is no operator but a word.
    assert [work["DOI"] for work in reply["items"]] == ["10.5555/kesv.2", "10.5555/kesv.1"]
    assert reply["total-results"] == 3
    assert reply["items-per-page"] == 2
    scores = [work["score"] for work in reply["items"]]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 2
    assert items(emulator, query_bibliographic="zyzzyva") == []
    both = items(emulator, query_bibliographic="badges", query_author="ulmbrecht")
    assert [work["DOI"] for work in both] == ["10.5555/kesv.1"]
    with_author = items(emulator, query_bibliographic="alike kestovar")
    assert [work["DOI"] for work in with_author] == ["10.5555/kesv.4", "10.5555/kesv.1"]


def test_crossref_finds_titles_again(crowd: Emulator) -> None:
    titles = defaultdict(set)
    for work in crowd.works:
        if work["doi"]:
            titles[work["title"]].add(work["doi"].lower())
    for title in list(titles)[:60]:
        first = items(crowd, query_bibliographic=title, rows=1, select="DOI,score")
        assert first[0]["DOI"] in titles[title]
        assert set(first[0]) == {"DOI", "score"}


def test_crossref_filters_and_pages(emulator: Emulator) -> None:
    def found(filters: str) -> list[str]:
        return sorted(work["DOI"][-1] for work in items(emulator, filter=filters))

    assert found("until-pub-date:2018") == ["2"]
    assert found("from-pub-date:2021-05-01") == [">"]
    assert found("from-pub-date:2018-05,until-pub-date:2020-04") == ["2"]
    assert found("type:book,type:report") == ["2"]
    assert found("doi:10.5555/KESV.7,doi:10.5555/kesv.2,doi:10.1/unknown") == ["2", "7"]
    everything = [work["DOI"] for work in items(emulator)]
    assert len(everything) == 6
    assert [work["DOI"] for work in items(emulator, rows=2, offset=2)] == everything[2:4]
    walked, cursor = [], "*"
    for _ in range(4):
        page = crossref(emulator, rows=2, cursor=cursor).json()["message"]
        walked.append([work["DOI"] for work in page["items"]])
        cursor = page["next-cursor"]  # never null: an empty page is the end
    assert walked == [everything[:2], everything[2:4], everything[4:], []]


@pytest.mark.parametrize(
    "params",
    [
        {"rows": 1001},
        {"rows": "all"},
        {"offset": 9_990},
        {"select": "DOI,nonsense"},
        {"filter": "nonsense:1"},
        {"filter": "from-pub-date:May"},
        {"nonsense": "1"},
    ],
)
def test_crossref_refuses(emulator: Emulator, params: dict[str, Any]) -> None:
    reply = crossref(emulator, **params)
    assert reply.status_code == 400
    assert reply.json()["message-type"] == "validation-failure"
    assert reply.json()["message"][0]["message"]


def test_crossref_takes_no_select_for_one_work(emulator: Emulator) -> None:
    assert crossref(emulator, "10.5555/kesv.1", select="DOI").status_code == 400


def test_crossref_pools(emulator: Emulator) -> None:
    public = crossref(emulator, "10.5555/kesv.1")
    asked = (
        crossref(emulator, mailto="a@kesvora.edu"),
        crossref(emulator, "10.1/no", mailto="a@kesvora.edu"),
    )
    assert (public.headers["x-rate-limit-limit"], public.headers["x-rate-limit-interval"]) == ("5", "1s")
    assert [reply.headers["x-rate-limit-limit"] for reply in asked] == ["10", "10"]
    named = {"User-Agent": "Reprise (mailto:a@kesvora.edu)"}
    reply = requests.get(f"{emulator.url('crossref')}/works", headers=named, timeout=5)
    assert reply.headers["x-api-pool"] == "polite"


def test_crossref_titles_are_untidy(crowd: Emulator) -> None:
    found = items(crowd, rows=1000)
    titles = [work["title"][0] for work in found]
    for sign in ("<i>", "<scp>", "&amp;", "\n"):
        assert any(sign in title for title in titles)
    abstracts = [work["abstract"] for work in found if "abstract" in work]
    assert all(text.startswith("<jats:") for text in abstracts)
    assert any("p &lt; 0.0" in text for text in abstracts)


# --- Unpaywall --------------------------------------------------------------------------------------


def test_unpaywall(emulator: Emulator) -> None:
    gold = unpaywall(emulator, "10.5555/KESV.1").json()
    assert (gold["doi"], gold["is_oa"], gold["oa_status"]) == ("10.5555/kesv.1", True, "gold")
    place = gold["best_oa_location"]
    assert (place["host_type"], place["version"], place["license"]) == (
        "publisher",
        "publishedVersion",
        "cc-by",
    )
    assert place["url"] == place["url_for_pdf"]
    assert gold["journal_is_in_doaj"] is True
    assert gold["oa_locations"] == [place]
    green = unpaywall(emulator, "10.5555/kesv.2").json()
    assert green["genre"] == "book"
    place = green["best_oa_location"]
    assert (place["host_type"], place["version"], place["url_for_pdf"]) == (
        "repository",
        "acceptedVersion",
        None,
    )
    closed = unpaywall(emulator, quote("10.5555/(kesv)<3>", safe="")).json()
    assert (closed["is_oa"], closed["oa_status"], closed["oa_locations"]) == (False, "closed", [])
    assert closed["best_oa_location"] is None
    assert closed["journal_is_in_doaj"] is False


@pytest.mark.parametrize("email", [None, "", "me@example.com", "YOUR_EMAIL", "nobody"])
def test_unpaywall_wants_an_address(emulator: Emulator, email: str | None) -> None:
    reply = unpaywall(emulator, "10.5555/kesv.1", email)
    assert reply.status_code == 422
    told = reply.json()
    assert (told["HTTP_status_code"], told["error"]) == (422, True)
    assert "address" in told["message"]


def test_unpaywall_knows_not_all(emulator: Emulator) -> None:
    reply = unpaywall(emulator, "10.1/unknown")
    assert (reply.status_code, reply.json()["error"]) == (404, True)
    assert unpaywall(emulator, "10.5555/kesv.8").status_code == 200
    assert requests.get(f"{emulator.url('unpaywall')}/10.5555/kesv.1", timeout=5).status_code == 404


# --- shapes -----------------------------------------------------------------------------------------


def shape(documents: list[Any]) -> dict[str, set[str]]:
    """Note the types found at each path of keys."""
    types: dict[str, set[str]] = defaultdict(set)

    def walk(value: Any, path: str) -> None:
        types[path].add(type(value).__name__)
        for key, inner in value.items() if isinstance(value, dict) else ():
            walk(inner, f"{path}.{key}")
        for inner in value if isinstance(value, list) else ():
            walk(inner, f"{path}[]")

    for document in documents:
        walk(document, "")
    return types


def wrong_types(sent: list[Any], real: list[Any]) -> dict[str, tuple[set[str], set[str]]]:
    known = shape(real)
    return {
        path: (found, known[path]) for path, found in shape(sent).items() if found - known.get(path, found)
    }


def always(documents: list[Any]) -> set[str]:
    """Give the keys that all have."""
    assert documents
    return set.intersection(*(set(document) for document in documents))


def recorded(folder: str, pattern: str) -> list[Path]:
    found = sorted((RECORDED / folder).glob(pattern))
    if not found:
        pytest.skip(f"no recorded replies at {RECORDED / folder}")
    return found


def crossref_replies() -> list[dict[str, Any]]:
    """Give the bodies of recorded replies that are JSON."""
    bodies = []
    for path in recorded("crossref", "habanero*.yaml"):
        calls = yaml.load(path.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))["interactions"]
        for call in calls:
            body = call["response"]["body"]["string"]
            text = gzip.decompress(body).decode() if isinstance(body, bytes) else body
            bodies += [json.loads(text)] if text.startswith("{") else []
    return bodies


def test_crossref_shape(crowd: Emulator) -> None:
    real = [body for body in crossref_replies() if body["status"] == "ok"]
    sent = [crossref(crowd, rows=1000, cursor="*", query="badges learning education in of").json()]
    assert always(sent) == always(real)
    assert set(sent[0]["message"]) == set(real[0]["message"])
    assert not wrong_types(sent, real)
    theirs, ours = ([work for body in bodies for work in body["message"]["items"]] for bodies in (real, sent))
    assert always(theirs) <= always(ours)
    assert {key for work in ours for key in work} <= {key for work in theirs for key in work}
    people = [[a for work in works for a in work.get("author", [])] for works in (theirs, ours)]
    assert always(people[0]) <= always(people[1])
    references = [
        {k for work in works for r in work.get("reference", []) for k in r} for works in (theirs, ours)
    ]
    assert references[1] <= references[0]
    assert {"DOI", "article-title", "unstructured"} <= references[1]


def test_crossref_errors_have_the_recorded_shape(emulator: Emulator) -> None:
    real = [body for body in crossref_replies() if body["status"] != "ok"]
    reply = crossref(emulator, query="widget", cursor="thing")
    assert reply.status_code == 404
    assert not wrong_types([reply.json()], real)
    assert [set(one) for one in reply.json()["message"]] == [set(one) for one in real[0]["message"]]
    assert reply.json()["message"][0]["type"] == real[0]["message"][0]["type"]


def test_unpaywall_shape(crowd: Emulator) -> None:
    real = [json.loads(path.read_text()) for path in recorded("unpaywall", "*.json")]
    sent = [unpaywall(crowd, work["doi"]).json() for work in crowd.works[:150] if work["doi"]]
    assert all(set(one) == always(real) for one in sent)
    places = [[place for one in bodies for place in one["oa_locations"]] for bodies in (real, sent)]
    assert always(places[1]) == always(places[0])
    # The recorded ones are all open and of journals with authors, names and numbers.
    may_be_null = {".best_oa_location", ".journal_issn_l", ".journal_issns", ".journal_name", ".z_authors"}
    wrong = wrong_types(sent, real)
    assert {path for path, (found, known) in wrong.items() if found - known != {"NoneType"}} == set()
    assert set(wrong) <= may_be_null


# --- faults -----------------------------------------------------------------------------------------

Ask = Callable[[Emulator], requests.Response]
ASKED: dict[str, tuple[str, Ask]] = {
    "openalex by doi": ("openalex", lambda e: openalex(e, "doi:10.5555/kesv.1|10.5555/kesv.2")),
    "crossref list": ("crossref", lambda e: crossref(e, query_bibliographic="badges")),
    "crossref work": ("crossref", lambda e: crossref(e, "10.5555/kesv.1")),
    "unpaywall": ("unpaywall", lambda e: unpaywall(e, "10.5555/kesv.1")),
}


def whole(reply: requests.Response) -> Any:
    told = reply.json()
    if "meta" in told:
        told["meta"].pop("db_response_time_ms")
    return told


@pytest.mark.parametrize("kind", sorted(INSTEAD | SENDING))
@pytest.mark.parametrize("asked", ASKED)
def test_faults_strike(own: Emulator, asked: str, kind: str) -> None:
    source, ask = ASKED[asked]
    right = whole(ask(own))
    seconds = 1e-5 if kind in ("slow", "drip", "hang") else None
    size = 1 << 20
    own.faults[:] = [Fault(kind, source, seconds=seconds, size=size, headers={"X-Odd": "1"})]
    try:
        odd = ask(own)
        told = odd.content
    except requests.RequestException:
        assert kind in ("refuse", "hang", "reset", "cut", "encoding")
    else:
        assert kind not in ("refuse", "hang", "reset", "cut", "encoding")
        try:
            read = whole(odd)
        except (ValueError, TypeError, KeyError):
            read = None
        harmless = kind in ("slow", "drip", "headers")
        assert (read == right) is (harmless or (kind == "bom" and read is not None))
        assert told
    assert own.calls[-1].fault == kind
    assert whole(ask(own)) == right


@pytest.mark.parametrize("kind", sorted(CHANGES))
@pytest.mark.parametrize("asked", ASKED)
def test_changed_answers(own: Emulator, asked: str, kind: str) -> None:
    source, ask = ASKED[asked]
    right = whole(ask(own))
    own.faults[:] = [Fault(kind, source)]
    odd = ask(own)
    assert odd.status_code == 200
    if kind == "strange" or (
        kind in ("empty", "short", "duplicate") and asked not in ("crossref work", "unpaywall")
    ):
        assert odd.json() != right
    if asked in ("crossref work", "unpaywall") and kind not in ("empty", "short", "strange"):
        assert odd.json() == right  # there is no page to spoil
    if asked == "crossref list" and kind == "total":
        assert odd.json()["message"]["total-results"] == right["message"]["total-results"] + 1
    if kind in ("empty", "short") and asked == "crossref work":
        assert odd.json()["message"] is None
    if kind in ("empty", "short") and asked == "unpaywall":
        assert odd.json() is None


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("asked", ASKED)
def test_strange_works(own: Emulator, asked: str, variant: str) -> None:
    source, ask = ASKED[asked]
    own.faults[:] = [Fault("strange", source, variant=variant)]
    works = [_first(ask(own).json()) for _ in range(2)]
    assert works[0] != works[1]
    name = next(name for name in ("id", "DOI", "doi") if name in works[1])
    assert works[0][name] == works[1][name]
    if variant == "crowd":
        many = next(works[0][key] for key in ("authorships", "z_authors", "author") if key in works[0])
        assert len(many) == 10_000
        assert isinstance(many[0], dict)


def _first(told: Any) -> dict[str, Any]:
    if "results" in told:
        told = told["results"][0]
    elif "message" in told:
        told = told["message"].get("items", [told["message"]])[0]
    assert isinstance(told, dict)
    return told
