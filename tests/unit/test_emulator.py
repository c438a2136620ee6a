"""The emulator of the sources that are searched finds what it should, and fails as it should."""

from __future__ import annotations

import gzip
import json
import re
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
import yaml
from emulator import ERIC_MEASURED, VARIANTS, Call, Emulator, Fault, id_in, make_corpus, make_work, record_id
from emulator.doaj import rewrite

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "api"

WORKS = [
    make_work(
        1,
        'Micro-credentials & "badges" in schools',
        abstract="Learners' recognition of prior learning was studied. Teachers agreed.",
        keywords=["higher education", "policy making"],
        authors=[{"family": "Łuvenko", "given": "Çelin", "affiliation": "Uni Kesvora", "country": "EE"}],
        venue="Kesvora Journal of Credentialed Learning",
        issn="9901-0016",
        doi="10.5555/Kesv.1",
        volume="4",
        issue="2",
        first_page="11",
        last_page="28",
        year=2019,
        oa="gold",
        created="2019-12-31T23:10:11Z",
    ),
    make_work(2, "Microcredentials for adults", abstract="Education of adults.", year=2020, date="2020"),
    make_work(
        3, "Credit scores", abstract="Micro matters; credential theft.", year=2018, peer_reviewed=False
    ),
    make_work(4, "Schooling the teacher", keywords=["education higher"], year=2021, date="2021-03"),
    make_work(5, "Éducation à distance", language="fr", type="review", year=2022),
    make_work(6, "Hidden", abstract="A microcredential nobody shows.", abstract_hidden=True, year=2020),
    make_work(7, "Not in ERIC: <i>badge</i>", keywords=["badges"], year=2017, sources=["openalex", "doaj"]),
]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(WORKS) as running:
        yield running


@pytest.fixture(scope="module")
def crowd() -> Iterator[Emulator]:
    with Emulator(make_corpus(1500, seed=3)) as running:
        yield running


@pytest.fixture
def own() -> Iterator[Emulator]:
    """Give an emulator a test may change and break."""
    with Emulator(make_corpus(300, seed=5)) as running:
        yield running


def openalex(emulator: Emulator, filters: str, **params: Any) -> requests.Response:
    params = {"filter": filters, "per_page": 100, "cursor": "*"} | params
    known = {name: value for name, value in params.items() if value is not None}
    return requests.get(emulator.url("openalex") + "/works", params=known, timeout=5)


def eric(emulator: Emulator, search: str, **params: Any) -> requests.Response:
    params = {"search": search, "format": "json", "rows": 200} | params
    return requests.get(emulator.url("eric") + "/", params=params, timeout=5)


def doaj(emulator: Emulator, query: str, **params: Any) -> requests.Response:
    address = f"{emulator.url('doaj')}/search/articles/{quote(query, safe='')}"
    return requests.get(address, params={"pageSize": 100} | params, timeout=5)


def europepmc(emulator: Emulator, query: str, **params: Any) -> requests.Response:
    params = {"query": query, "format": "json", "resultType": "core", "pageSize": 100} | params
    return requests.get(emulator.url("europepmc") + "/search", params=params, timeout=5)


def scholar(emulator: Emulator, query: str, **params: Any) -> requests.Response:
    headers = {"x-api-key": params.pop("key")} if "key" in params else {}
    address = emulator.url("semantic_scholar") + "/paper/search/bulk"
    return requests.get(address, params={"query": query} | params, headers=headers, timeout=5)


def numbers(source: str, records: list[dict[str, Any]], works: list[dict[str, Any]] = WORKS) -> list[int]:
    """Turn records back into the numbers of works."""
    known = {record_id(source, work): work["id"] for work in works}
    return [known[id_in(source, record)] for record in records]


# --- what is found ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("microcredential", [2, 6]),  # stemmed; the hidden abstract is searched
        ("micro credential", [1, 3]),  # both words, wherever: no phrase
        ('"micro credential"', [1]),
        ("micro-credential", [1, 3]),
        ('"credential micro"', []),
        ('"scores micro"', []),  # title and abstract are two fields
        ("schools", [1, 4]),
        ("the OR schools", [1, 4]),  # stop words are dropped
        ('"recognition of prior"', [1]),
        ('"recognition on prior"', [1]),
        ('"recognition prior"', []),  # and leave a gap
        ("education", [2, 5]),  # accents are folded
        ("micro NOT badges", [3]),
        ("NOT (micro OR microcredential)", [4, 5, 7]),
        ("badges AND (schools OR hidden)", [1]),
        ("micro or badges", [1]),  # small "or" is a stop word; both words are wanted
        ("micro AND schools OR hidden", [1, 3]),  # no precedence: only micro is required
        ("schools OR hidden AND micro", []),  # hidden and micro are
        ("i", []),  # markup is not text
        ("nothing like this", []),
    ],
)
def test_openalex_search(emulator: Emulator, search: str, found: list[int]) -> None:
    reply = openalex(emulator, f"title_and_abstract.search:{search}").json()
    assert numbers("openalex", reply["results"]) == found
    assert reply["meta"]["count"] == len(found)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("title_and_abstract.search.exact:microcredential", [6]),
        ("title_and_abstract.search.exact:microcred*", [2, 6]),
        ("title_and_abstract.search.exact:the", [4]),
        ('title_and_abstract.search.exact:"recognition of prior"', [1]),
        ('title_and_abstract.search.exact:"recognition on prior"', []),
        ("title.search:micro", [1]),
        ("title_and_abstract.search:hidden|scores", [3, 6]),
        ("title_and_abstract.search:micro,publication_year:2019", [1]),
        ("publication_year:2019-2020", [1, 2, 6]),
        ("publication_year:2021-", [4, 5]),
        ("from_publication_date:2021-03-01,to_publication_date:2021-12-31", [4]),
        ("publication_year:2017|2018,type:article", [3, 7]),
        ("language:fr", [5]),
        ("type:!article", [5]),
        ("has_abstract:false", [4, 5, 6, 7]),
        ("doi:https://doi.org/10.5555/kesv.1", [1]),
    ],
)
def test_openalex_filters(emulator: Emulator, filters: str, found: list[int]) -> None:
    assert numbers("openalex", openalex(emulator, filters).json()["results"]) == found


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("micro credentials", [1]),
        ('"micro credentials"', [1]),
        ("micro-credentials", [1]),
        ("microcredential*", [2, 6]),
        ("micro-cred*", []),  # a word with a wildcard is not analysed
        ('"microcred*"', []),
        ("Luvenko", []),  # Ł is a letter of its own
        ("author:Celin", [1]),
        ("uni", []),  # affiliations are not searched
        ("9901", []),  # nor is the ISSN, without its field
        ("issn:9901-0016", [1]),
        ('"higher education"', [1]),
        ('subject:"education policy"', []),  # two keywords are two values
        ("subject:(policy OR higher)", [1, 4]),
        ("title:badges AND peerreviewed:T", [1]),
        ("peerreviewed:F", [3]),
        ("micro AND publicationdateyear:[2018 TO 2019]", [1, 3]),
        ("micro AND publicationdateyear:{2018 TO 2019]", [1]),
        ("publicationdateyear:[2021 TO *]", [4, 5]),
        ("micro NOT title:badges", [3]),
        ("micro AND (NOT badges)", []),  # Solr's trap
        ("micro AND (*:* NOT badges)", [3]),
        ("micro AND schools OR hidden", [1, 3]),
        ("source:kesvora", [1]),
        ('c\\+\\+ OR title:\\"badges\\"', [1]),
        ("language:French", [5]),
    ],
)
def test_eric_search(emulator: Emulator, search: str, found: list[int]) -> None:
    reply = eric(emulator, search).json()["response"]
    assert numbers("eric", reply["docs"]) == found
    assert reply["numFound"] == len(found)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("micro credentials", [1]),
        ("micro-credentials", [1]),
        ('bibjson.title:"micro credentials"', [1]),
        ("bibjson.title:[microa TO microz}", [2]),
        ("bibjson.title:[micro TO micro]", [1]),
        ("bibjson.title:{micro TO microz}", [2]),
        ("bibjson.abstract:micro AND bibjson.year:2018", [3]),
        ("bibjson.year:[2020 TO 2022]", [2, 4, 5, 6]),
        ("micro AND (NOT badges)", [3]),  # Elasticsearch understands this
        ("micro NOT badges", [3]),
        ("created_date:[2019-01-01 TO 2019-12-31]", [1]),  # to the end of the last day
        ("created_date:[2019-01-01 TO 2019-12-31}", []),
        ("created_date:[2019-12-31T23:00:00Z TO 2019-12-31T23:30:00Z]", [1]),
        ("uni", [1]),  # here a word without a field is looked for everywhere
        ("title:micro AND abstract:recognition", [1]),
        ("doi:10.5555\\/Kesv.1", [1]),
        ("doi:10.5555/Kesv.1", [1]),
        ("issn:9901-0016", [1]),
        ("bibjson.keywords:badges", [7]),
        ('bibjson.keywords:"education policy"', []),
        ("bibjson.nosuchfield:micro", []),
        ("title:micro NOT title:badges", [1]),  # DOAJ escapes the second colon
        ("title:micro AND NOT title:badges", []),
        ("*", [1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_doaj_search(emulator: Emulator, query: str, found: list[int]) -> None:
    reply = doaj(emulator, query).json()
    assert numbers("doaj", reply["results"]) == found
    assert reply["total"] == len(found)
    assert reply["query"] == query


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("TITLE:(micro AND credentials)", [1]),
        ('TITLE_ABS:"micro credentials"', [1]),
        ("TITLE_ABS:(micro OR microcredential)", [1, 3, 6]),  # not stemmed
        ("TITLE_ABS:microcred*", [2, 6]),
        ('TITLE_ABS:"micro cred*"', []),
        ("KW:badges OR TITLE:schooling", [4]),  # the seventh isn't held
        ("KW:policy", [1]),
        ("TITLE:background OR ABSTRACT:background", [1, 3]),  # its headings are words
        ("TITLE_ABS:h4", []),  # their marks aren't
        ("PUB_YEAR:2020", [2, 6]),
        ("PUB_YEAR:[2021 TO 2022]", [4, 5]),
        ("FIRST_PDATE:[2021-03-01 TO 2021-03-31]", [4]),
        ("PUB_YEAR:2018 OR FIRST_PDATE:[2018-01-01 TO 2018-12-31]", [3]),
        ("kesvora", [1]),  # a word without a field
        ("NOSUCH:micro", []),
        ("TITLE_ABS:micro NOT TITLE:badges", [3]),
    ],
)
def test_europepmc_search(emulator: Emulator, query: str, found: list[int]) -> None:
    reply = europepmc(emulator, query).json()
    assert numbers("europepmc", reply["resultList"]["result"]) == found
    assert reply["hitCount"] == len(found)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("microcredential", [2, 6]),  # stemmed; the hidden abstract is searched
        ("micro credential", [1, 3]),
        ('"micro credential"', [1]),
        ('"micro credentials"', [1]),
        ("school + teacher", [1, 4]),
        ("scores | hidden", [3, 6]),
        ("micro -badges", [3]),
        ("microcred*", [2, 6]),
        ("educat*", []),  # what stands before a * is not stemmed: education is educ
        ("educ*", [2, 5]),
        ("school + teacher | hidden", [1, 4, 6]),  # from left to right
        ("hidden | school + teacher", [1, 4]),
        ("hidden | (school + teacher)", [1, 4, 6]),
        ("the | schools", [1, 4]),
        ("policy", []),  # there are no keywords
        ("AND", []),  # a stop word, and nothing else
    ],
)
def test_semantic_scholar_search(emulator: Emulator, query: str, found: list[int]) -> None:
    reply = scholar(emulator, query).json()
    assert sorted(numbers("semantic_scholar", reply["data"])) == found
    assert reply["total"] == len(found)


@pytest.mark.parametrize(
    ("year", "found"), [("2020", [6]), ("2019-2020", [1, 6]), ("2020-", [4, 6]), ("-2019", [1])]
)
def test_semantic_scholar_years(emulator: Emulator, year: str, found: list[int]) -> None:
    reply = scholar(emulator, "schools | hidden", year=year).json()
    assert numbers("semantic_scholar", reply["data"]) == found


def test_doaj_rewrites_queries() -> None:
    assert rewrite("title:a NOT title:b") == "bibjson.title:a NOT bibjson.title\\:b"
    assert rewrite("title:a AND NOT title:b") == "bibjson.title:a AND NOT bibjson.title:b"
    assert rewrite("doi:10.1/2") == "bibjson.identifier.id.exact:10.1\\/2"


def test_doaj_reads_the_path_as_a_path(emulator: Emulator) -> None:
    address = f"{emulator.url('doaj')}/search/articles/micro+badges"
    assert requests.get(address, timeout=5).json()["query"] == "micro+badges"
    assert emulator.calls[-1].query == "micro+badges"


# --- what is refused --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "filters",
    [
        "title_and_abstract.search:cred*",
        "title_and_abstract.search:cred?ntial",
        "title_and_abstract.search.exact:cr*",
        "title_and_abstract.search.exact:*ential",
        "title_and_abstract.search.exact:covid-19*",
        "title_and_abstract.search.exact:c++*",
        'title_and_abstract.search.exact:"micro cred*"',
        'title_and_abstract.search:"micro',
        "title_and_abstract.search:(micro",
        "title_and_abstract.search:micro)",
        "title_and_abstract.search:()",
        "title_and_abstract.search:micro AND",
        "title_and_abstract.search:OR micro",
        "title_and_abstract.search:micro -badges",
        'title_and_abstract.search:"micro, badges"',  # a comma ends a filter, even here
        "title_and_abstract.search:",
        "title_and_abstracts.search:micro",
        "nosuchfield:1",
        "publication_year:19",
        "from_publication_date:2021-02-30",
        "publication_year:" + "|".join(map(str, range(1900, 2001))),
    ],
)
def test_openalex_refuses(emulator: Emulator, filters: str) -> None:
    reply = openalex(emulator, filters)
    assert (reply.status_code, set(reply.json())) == (400, {"error", "message"})


@pytest.mark.parametrize(
    "params",
    [
        {"per_page": 101},
        {"per_page": 0},
        {"per_page": "x"},
        {"cursor": "nonsense"},
        {"cursor": "é"},
        {"cursor": None, "page": 101},
        {"page": 1},
        {"select": "id,host_venue"},
        {"select": "open_access.oa_status"},
        {"rows": 10},
    ],
)
def test_openalex_refuses_parameters(emulator: Emulator, params: dict[str, Any]) -> None:
    assert openalex(emulator, "publication_year:2020", **params).status_code == 400


@pytest.mark.parametrize(
    "search",
    [
        "",
        "(micro",
        "micro)",
        "micro AND",
        '"micro',
        "nosuchfield:micro",
        "title:",
        "10.5555/1",
        "micro~",
        "publicationdateyear:[a TO b]",
        "m?cro",
    ],
)
def test_eric_refuses(emulator: Emulator, search: str) -> None:
    reply = eric(emulator, search)
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, 400)


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ("cred*", {}),
        ("bibjson.year:[2018 TO *]", {}),
        ('"what now?"', {}),
        ("micro~1", {}),
        ("(micro", {}),
        ("micro AND", {}),
        ("created_date:[yesterday TO 2020]", {}),
        ("micro", {"page": 11}),
        ("micro", {"page": "x"}),
        ("micro", {"sort": "created_date:up"}),
    ],
)
def test_doaj_refuses(emulator: Emulator, query: str, params: dict[str, Any]) -> None:
    reply = doaj(emulator, query, **params)
    assert (reply.status_code, reply.json()["status"]) == (400, "bad_request")


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ("", {}),
        ("(micro", {}),
        ("TITLE:micro AND", {}),
        ("micro", {"pageSize": 1001}),
        ("micro", {"cursorMark": "nonsense"}),
        ("micro", {"cursorMark": "MDAwMTAwMDAwMDAwMDA="}),  # of another query
        ("micro", {"format": "xml"}),
        ("micro", {"page": 2}),
    ],
)
def test_europepmc_refuses(emulator: Emulator, query: str, params: dict[str, Any]) -> None:
    reply = europepmc(emulator, query, **params)
    assert reply.status_code == 200 and set(reply.json()) == {"version", "errCode", "errMsg"}


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ("", {}),
        ('"micro', {}),
        ("(micro", {}),
        ("micro)", {}),
        ("| micro", {}),
        ("micro +", {}),
        ("micro~2", {}),
        ("mi*ro", {}),
        ("micro", {"fields": "title,creditCard"}),
        ("micro", {"token": "nonsense"}),
        ("micro", {"year": "19"}),
        ("micro", {"rows": 3}),
    ],
)
def test_semantic_scholar_refuses(emulator: Emulator, query: str, params: dict[str, Any]) -> None:
    reply = scholar(emulator, query, **params)
    assert (reply.status_code, set(reply.json())) == (400, {"error"})


def test_semantic_scholar_takes_no_wrong_key() -> None:
    with Emulator(WORKS, keys={"semantic_scholar": "secret"}) as emulator:
        replies = [scholar(emulator, "micro", key=key) for key in ("secret", "wrong")]
        replies.append(scholar(emulator, "micro"))
        assert [reply.status_code for reply in replies] == [200, 403, 200]


def test_doaj_lets_escaped_marks_pass(emulator: Emulator) -> None:
    assert doaj(emulator, "badges \\?").status_code == 200


def test_url_limit(emulator: Emulator) -> None:
    start = f"{emulator.url('openalex')}/works?filter=title_and_abstract.search:"
    longest = start + "a" * (4094 - len(start))
    assert requests.get(longest, timeout=5).status_code == 200
    reply = requests.get(longest + "a", timeout=5)
    assert (reply.status_code, reply.json()["error"]) == (400, "Request URL too long")


def test_keys() -> None:
    with Emulator(WORKS, keys={"openalex": "secret"}) as emulator:
        address = emulator.url("openalex") + "/works"

        def status(key: str, **params: str) -> int:
            headers = {"Authorization": key} if key else {}
            return requests.get(address, params=params, headers=headers, timeout=5).status_code

        assert [status(key) for key in ("", "Bearer secret", "Bearer wrong")] == [200, 200, 401]
        assert [status("", api_key=key) for key in ("secret", "wrong")] == [200, 401]
    with Emulator(WORKS, keys={"openalex": "secret"}, keyless=False) as emulator:
        assert requests.get(emulator.url("openalex") + "/works", timeout=5).status_code == 401


def test_credits() -> None:
    with Emulator(WORKS, credits=21) as emulator:
        replies = [openalex(emulator, "title_and_abstract.search:micro") for _ in range(3)]
        assert [reply.status_code for reply in replies] == [200, 200, 429]
        assert [reply.headers["X-RateLimit-Remaining"] for reply in replies] == ["11", "1", "1"]
        assert int(replies[-1].headers["Retry-After"]) > 0
        assert openalex(emulator, "publication_year:2020").headers["X-RateLimit-Credits-Used"] == "1"
        emulator.credits = 10
        assert openalex(emulator, "title_and_abstract.search:micro").status_code == 200


def test_only_get(emulator: Emulator) -> None:
    reply = requests.post(emulator.url("openalex") + "/works", data="x" * 100, timeout=5)
    assert reply.status_code == 405
    assert requests.get(emulator.root + "/elsewhere", timeout=5).status_code == 404


# --- paging -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("null", [True, False])
def test_openalex_paging(null: bool) -> None:
    works = [work for work in make_corpus(130, seed=2) if "openalex" in work["sources"]][:100]
    with Emulator(works, last_cursor_null=null) as emulator:
        cursor, found, pages = "*", [], 0
        while cursor:
            reply = openalex(emulator, "", filter=None, per_page=50, cursor=cursor, select="id").json()
            assert reply["meta"]["count"] == 100
            found += numbers("openalex", reply["results"], works)
            cursor, pages = reply["meta"]["next_cursor"], pages + 1
        assert found == [work["id"] for work in works]
        assert pages == (2 if null else 3)


def test_a_cursor_belongs_to_its_query(crowd: Emulator) -> None:
    cursor = openalex(crowd, "title_and_abstract.search:education", per_page=5).json()["meta"]["next_cursor"]
    assert openalex(crowd, "title_and_abstract.search:education", cursor=cursor).status_code == 200
    assert openalex(crowd, "title_and_abstract.search:learning", cursor=cursor).status_code == 400


def test_openalex_page_mode(crowd: Emulator) -> None:
    one, two = (openalex(crowd, "", cursor=None, page=page, filter=None).json() for page in (1, 2))
    assert one["meta"]["page"] == 1
    assert "next_cursor" not in one["meta"]
    assert not {work["id"] for work in one["results"]} & {work["id"] for work in two["results"]}


def test_eric_paging(crowd: Emulator) -> None:
    found: list[str] = []
    total = 1
    while len(found) < total:
        reply = eric(crowd, "*:*", rows=97, start=len(found)).json()["response"]
        total = reply["numFound"]
        found += [record["id"] for record in reply["docs"]]
    held = [record_id("eric", work) for work in crowd.works if "eric" in work["sources"]]
    assert found == held
    assert eric(crowd, "*:*", start=total).json()["response"]["docs"] == []


def test_doaj_paging(crowd: Emulator) -> None:
    found: list[str] = []
    address: str | None = f"{crowd.url('doaj')}/search/articles/*?page=1&pageSize=60&sort=created_date:asc"
    while address:
        reply = requests.get(address, timeout=5).json()
        found += [record["id"] for record in reply["results"]]
        address = reply.get("next")
    held = [work for work in crowd.works if "doaj" in work["sources"]]
    held.sort(key=lambda work: work["created"])
    assert found == [record_id("doaj", work) for work in held]
    assert doaj(crowd, "*", pageSize=500).json()["pageSize"] == 100


def test_europepmc_paging(crowd: Emulator) -> None:
    mark, found, following = "", [], "*"
    while following != mark:
        mark = following
        reply = europepmc(crowd, "PUB_YEAR:[2015 TO 2022]", cursorMark=mark).json()
        found += [id_in("europepmc", record) for record in reply["resultList"]["result"]]
        following = reply["nextCursorMark"]
    held = [record_id("europepmc", work) for work in crowd.works if "europepmc" in work["sources"]]
    assert found == held and reply["hitCount"] == len(held)
    assert "nextCursorMark" not in europepmc(crowd, "TITLE:zyzzyva").json()


def test_semantic_scholar_paging() -> None:
    works = [work for work in make_corpus(400, seed=2) if "semantic_scholar" in work["sources"]]
    with Emulator(works, semantic_scholar_page=50) as emulator:
        query, token, found = "learning | school | study | the | result | of | education", {}, []
        while token is not None:
            reply = scholar(emulator, query, limit=10, **token).json()
            assert len(reply["data"]) <= 50
            found += [record["paperId"] for record in reply["data"]]
            token = {"token": reply["token"]} if reply["token"] else None
        assert len(found) == len(set(found)) == reply["total"] > 100
        first = scholar(emulator, query).json()["token"]
        assert scholar(emulator, query, token=first).status_code == 200
        assert scholar(emulator, "learning", token=first).status_code == 400


def test_europepmc_gives_a_work_two_years() -> None:
    with Emulator([make_work(1, "Badges", year=2020, online="2019-12-20")]) as emulator:
        for query in ("PUB_YEAR:2020", "FIRST_PDATE:[2019-01-01 TO 2019-12-31]"):
            (record,) = europepmc(emulator, query).json()["resultList"]["result"]
            assert (record["pubYear"], record["firstPublicationDate"]) == ("2020", "2019-12-20")
        assert europepmc(emulator, "PUB_YEAR:2019").json()["hitCount"] == 0


def test_eric_as_measured() -> None:
    with Emulator(WORKS, **ERIC_MEASURED) as emulator:
        either = eric(emulator, "schools hidden").json()["response"]
        assert numbers("eric", either["docs"]) == [1, 6]
        trap = eric(emulator, "schools hidden AND micro").json()["response"]
        assert trap["numFound"] == 0
        wrong = eric(emulator, "(micro")
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (200, 400)


# --- other things it promises -----------------------------------------------------------------------


def test_calls_are_kept(emulator: Emulator) -> None:
    doaj(emulator, 'title:"a/b" é')
    call = emulator.calls[-1]
    assert isinstance(call, Call)
    assert (call.source, call.method, call.status, call.query) == ("doaj", "GET", 200, 'title:"a/b" é')
    assert call.path.startswith("/doaj/search/articles/title%3A%22a%2Fb%22%20%C3%A9?")
    assert call.params == {"pageSize": "100"}
    openalex(emulator, "title_and_abstract.search:a b,publication_year:2020")
    assert emulator.calls[-1].query == "a b"


def test_works_may_change(own: Emulator) -> None:
    assert openalex(own, "title_and_abstract.search:zyzzyva").json()["meta"]["count"] == 0
    own.works = [*own.works, make_work(9999, "Zyzzyva")]
    assert openalex(own, "title_and_abstract.search:zyzzyva").json()["meta"]["count"] == 1
    own.works[-1]["title"] = "Gone"
    own.changed()
    assert openalex(own, "title_and_abstract.search:zyzzyva").json()["meta"]["count"] == 0


def test_cursors_stand_behind_a_record(own: Emulator) -> None:
    first = openalex(own, "", filter=None, per_page=50).json()
    own.works = [work for work in own.works if work["id"] not in (2, 3)]
    second = openalex(own, "", filter=None, per_page=50, cursor=first["meta"]["next_cursor"]).json()
    rest = numbers("openalex", second["results"], own.works)
    assert rest[0] > numbers("openalex", first["results"][-1:], own.works)[0]


def test_eric_gives_the_fields_asked_for(emulator: Emulator) -> None:
    record = eric(emulator, "issn:9901-0016", fields="id,title,source,url,nosuch").json()["response"]["docs"]
    assert [set(one) for one in record] == [{"id", "title", "source", "url"}]
    assert record[0]["title"] == "Micro-credentials &amp; &quot;badges&quot; in schools"


def test_hidden_abstract(emulator: Emulator) -> None:
    hidden = openalex(emulator, "title_and_abstract.search:nobody", select="abstract_inverted_index").json()
    assert hidden["results"] == [{"abstract_inverted_index": None}]


def test_corpus_is_deterministic_and_quick() -> None:
    begin = time.monotonic()
    works = make_corpus(5000, seed=1)
    assert time.monotonic() - begin < 2
    assert make_corpus(50, seed=1) == works[:50]
    assert make_corpus(50, seed=2) != works[:50]


def test_pages_are_quick(crowd: Emulator) -> None:
    with requests.Session() as session:
        address = f"{crowd.url('openalex')}/works"
        params = {"filter": "title_and_abstract.search:learning", "cursor": "*", "per_page": "100"}
        times = []
        for _ in range(6):
            begin = time.monotonic()
            session.get(address, params=params, timeout=5)
            times.append(time.monotonic() - begin)
    assert min(times) < 0.035  # a Nagle delay alone would be 0.04


# --- shapes -----------------------------------------------------------------------------------------

Shape = dict[str, set[str]]
# Null in real replies, though not in the recorded ones (see the notes on sources).
MAY_BE_NULL = {"results[].language", "results[].primary_topic"}


def shape(documents: list[Any]) -> Shape:
    """Note the types found at each path of keys; the words of an inverted index count as one."""
    types: Shape = defaultdict(set)

    def walk(value: Any, path: str) -> None:
        types[path].add(type(value).__name__)
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, f"{path}.{'*' if path.endswith('_inverted_index') else key}".lstrip("."))
        elif isinstance(value, list):
            for inner in value:
                walk(inner, f"{path}[]")

    for document in documents:
        walk(document, "")
    return types


def always(documents: list[Any]) -> set[str]:
    """Give the top-level keys all of some records have."""
    return set.intersection(*(set(document) for document in documents)) if documents else set()


def recorded(name: str) -> Any:
    path = RECORDED / name
    if not path.exists():
        pytest.skip(f"no recorded replies at {path}")
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    if path.suffix != ".yml":
        return json.loads(data)
    calls = yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["http_interactions"]
    return [json.loads(call["response"]["body"]["string"]) for call in calls]


def assert_types(sent: Shape, real: Shape) -> None:
    wrong = {
        path: (found, real[path])
        for path, found in sent.items()
        if path in real and found - real[path] - ({"NoneType"} if path in MAY_BE_NULL else set())
    }
    assert not wrong


def test_openalex_shape(crowd: Emulator) -> None:
    page = recorded("openalex/peneira_works_list.json")
    older = {"results": recorded("openalex/works_2023_shape.json.gz")}
    pages = [openalex(crowd, "", filter=None, cursor=None, page=number).json() for number in (1, 2, 3)]
    assert set(pages[0]) == set(page)
    assert set(pages[0]["meta"]) == set(page["meta"])
    assert_types(shape(pages), shape([page, older]))
    needed = (
        "id doi title display_name publication_year publication_date type language primary_location "
        "best_oa_location open_access authorships biblio abstract_inverted_index keywords topics "
        "is_retracted is_paratext referenced_works cited_by_count ids"
    )
    assert set(needed.split()) <= set(pages[0]["results"][0])
    for name in ("primary_location", "open_access", "biblio"):
        lists = ([work[name] for work in one["results"] if work[name]] for one in (page, pages[0]))
        real, sent = (always(list(one)) for one in lists)
        assert real <= sent
    people = ([a for work in one["results"] for a in work["authorships"]] for one in (page, pages[0]))
    real, sent = (always(list(one)) for one in people)
    assert real <= sent


def test_eric_shape(crowd: Emulator) -> None:
    real = [
        recorded("eric/international_studies_in_sociology_of_education.json.gz"),
        recorded("eric/colrev_blockchain.json"),
    ]
    sent = eric(crowd, "*:*", rows=1000).json()
    assert_types(shape([sent]), shape(real))
    assert set(sent["response"]) == set(real[0]["response"])
    full = [doc for doc in sent["response"]["docs"] if {"description", "author", "language"} <= set(doc)]
    full = [doc for doc in full if "subject" in doc]
    assert full
    assert always(real[0]["response"]["docs"]) <= always(full)


def test_doaj_shape(crowd: Emulator) -> None:
    files = ("doaj/doaj_jaod_article_search.yml", "doaj/doaj_jaod_article_search_params.yml")
    real = [page for name in files for page in recorded(name)]
    sent = [doaj(crowd, "*", page=number, sort="year:desc").json() for number in (1, 2, 3)]
    assert_types(shape(sent), shape(real))
    assert always(real) <= always(sent)
    articles = [article for page in real for article in page["results"]]
    mine = [article for page in sent for article in page["results"]]
    assert always(articles) <= always(mine)
    real_keys = always([article["bibjson"] for article in articles])
    full = [one["bibjson"] for one in mine if real_keys <= set(one["bibjson"])]
    assert full
    volumes = [one["journal"] for one in full if "volume" in one["journal"]]
    assert always([article["bibjson"]["journal"] for article in articles]) <= always(volumes)


def test_europepmc_shape(crowd: Emulator) -> None:
    names = ("search_cancer.json", "search_cancer_page2.json", "search_no_results.json")
    real = [recorded(f"europepmc/{name}") for name in names]
    queries = ("PUB_YEAR:[2015 TO 2022]", "TITLE:zyzzyva")
    sent = [europepmc(crowd, query, resultType="lite").json() for query in queries]
    assert set(sent[0]) == set(real[0]) and set(sent[1]) == set(real[2])
    assert set(sent[0]["request"]) == set(real[0]["request"])
    assert_types(shape(sent), shape(real))
    lists = [[record for page in pages for record in page["resultList"]["result"]] for pages in (real, sent)]
    assert always(lists[0]) <= {key for record in lists[1] for key in record}


def test_semantic_scholar_shape(crowd: Emulator) -> None:
    real = [page for name in ("bulk_retrieval", "bulk_retrieval_next_page") for page in cassette(name)]
    sent = scholar(crowd, "learning").json()
    assert set(sent) == set(real[0])
    assert always(real[0]["data"]) == always(sent["data"]) == {"paperId", "title"}
    assert_types(shape([sent]), shape(real) | {"token": {"str", "NoneType"}})
    (refused,) = cassette("bad_query_parameters")
    assert scholar(crowd, "learning", fields="unknown").json() == refused


def cassette(name: str) -> list[Any]:
    """Read recorded calls of Semantic Scholar."""
    path = next((RECORDED / "semanticscholar").glob(f"{name}.yaml*"), None)
    if path is None:
        pytest.skip(f"no recorded replies of {name}")
    data = path.read_bytes()
    text = gzip.decompress(data) if path.suffix == ".gz" else data
    calls = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["interactions"]
    return [json.loads(call["response"]["content"]) for call in calls]


# --- faults -----------------------------------------------------------------------------------------

ALL = "title_and_abstract.search:learning"


def add(emulator: Emulator, kind: str, **facts: Any) -> Fault:
    emulator.faults[:] = [Fault(kind, **({"source": "openalex"} | facts))]
    return emulator.faults[0]


def test_when_a_fault_strikes(own: Emulator) -> None:
    add(own, "status", at=2, times=2, status=503, headers={"Retry-After": "7"}, body=b"busy")
    replies = [openalex(own, ALL) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [200, 503, 503, 200]
    assert (replies[1].headers["Retry-After"], replies[1].text) == ("7", "busy")
    assert [call.fault for call in own.calls] == ["", "status", "status", ""]
    add(own, "status", match="publication_year:2020", times=None)
    assert [openalex(own, f"{ALL},publication_year:{year}").status_code for year in (2019, 2020)] == [
        200,
        500,
    ]
    assert eric(own, "learning").status_code == 200
    with pytest.raises(ValueError, match="no fault"):
        Fault("nonsense")


@pytest.mark.parametrize("kind", ["refuse", "reset", "cut", "encoding"])
def test_broken_connections(own: Emulator, kind: str) -> None:
    add(own, kind)
    with pytest.raises(requests.RequestException):
        openalex(own, ALL)
    assert openalex(own, ALL).status_code == 200


def test_reset_comes_after_half_of_the_body(own: Emulator) -> None:
    add(own, "reset")
    with socket.create_connection(("127.0.0.1", own.port), timeout=5) as connection:
        connection.sendall(b"GET /openalex/works HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        got = b""
        with pytest.raises(ConnectionResetError):
            while block := connection.recv(1 << 16):
                got += block
    length = re.search(rb"Content-Length: (\d+)", got)
    assert length
    assert 0 < len(got.partition(b"\r\n\r\n")[2]) <= int(length[1]) // 2


@pytest.mark.parametrize("kind", ["truncated", "bad_json", "html", "not_utf8"])
def test_broken_json(own: Emulator, kind: str) -> None:
    add(own, kind)
    reply = openalex(own, ALL)
    assert reply.status_code == 200
    with pytest.raises(ValueError, match=r"."):
        json.loads(reply.content.decode("utf-8"), parse_constant=lambda _: pytest.fail("NaN is not JSON"))


def test_hanging(own: Emulator) -> None:
    add(own, "hang", seconds=5)
    with pytest.raises(requests.ReadTimeout):
        requests.get(own.url("openalex") + "/works", timeout=0.1)
    add(own, "hang", seconds=0.05)
    with pytest.raises(requests.ConnectionError):
        requests.get(own.url("openalex") + "/works", timeout=5)


def test_dripping(own: Emulator) -> None:
    add(own, "drip", seconds=0.01)
    begin = time.monotonic()
    with requests.get(own.url("openalex") + "/works", timeout=5, stream=True) as reply:
        assert len(reply.raw.read(10)) == 10
    assert time.monotonic() - begin > 0.08


def test_endless_and_bomb(own: Emulator) -> None:
    add(own, "endless")
    with requests.get(own.url("openalex") + "/works", timeout=5, stream=True) as reply:
        assert len(reply.raw.read(3 << 20)) == 3 << 20
    add(own, "bomb", size=5 << 20)
    reply = openalex(own, ALL)
    assert int(reply.headers["Content-Length"]) < 100_000
    assert len(reply.content) > 5 << 20


def test_closing_is_quick() -> None:
    emulator = Emulator(WORKS).start()
    emulator.faults.append(Fault("hang", times=None))
    threads = [threading.Thread(target=_ask, args=(emulator.url("eric"),), daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    while len(emulator.calls) < 3:
        time.sleep(0.005)
    idle = socket.create_connection(("127.0.0.1", emulator.port))
    begin = time.monotonic()
    emulator.close()
    for thread in threads:
        thread.join(timeout=1)
    assert time.monotonic() - begin < 0.5
    assert not any(thread.is_alive() for thread in threads)
    idle.close()


def _ask(address: str) -> None:
    with pytest.raises(requests.RequestException):
        requests.get(f"{address}/?search=a&format=json", timeout=10)


def test_changed_pages(own: Emulator) -> None:
    def ask(cursor: str) -> dict[str, Any]:
        reply: dict[str, Any] = openalex(own, "", filter=None, per_page=50, cursor=cursor, select="id").json()
        return reply

    one = ask("*")
    cursor = one["meta"]["next_cursor"]
    two = ask(cursor)
    add(own, "empty")
    nothing = ask(cursor)
    assert nothing["results"] == []
    assert nothing["meta"]["count"] == two["meta"]["count"]
    add(own, "same_cursor")
    assert ask(cursor)["meta"]["next_cursor"] == cursor
    add(own, "previous_page")
    again = ask(cursor)
    assert again["results"] == one["results"]
    assert again["meta"]["next_cursor"] == two["meta"]["next_cursor"]
    add(own, "total", delta=-3)
    assert ask(cursor)["meta"]["count"] == two["meta"]["count"] - 3
    add(own, "overlap")
    assert ask(cursor)["results"] == [one["results"][-1], *two["results"][1:]]
    add(own, "short")
    assert ask(cursor)["results"] == two["results"][:-1]
    add(own, "duplicate")
    assert ask(cursor)["results"] == [two["results"][0], *two["results"][:1], *two["results"][2:]]


@pytest.mark.parametrize("variant", VARIANTS)
def test_strange_records(own: Emulator, variant: str) -> None:
    for source, (ask, query, *path) in {
        "openalex": (openalex, ALL, "results"),
        "eric": (eric, "learning", "response", "docs"),
        "doaj": (doaj, "learning", "results"),
        "europepmc": (europepmc, "learning", "resultList", "result"),
        "semantic_scholar": (scholar, "learning", "data"),
    }.items():
        add(own, "strange", source=source, variant=variant)
        more = {"fields": "title,authors,year"} if source == "semantic_scholar" else {}
        odd, even = (ask(own, query, **more).json() for _ in range(2))
        for key in path:
            odd, even = odd[key], even[key]
        assert odd[1:] == even[1:]
        assert id_in(source, odd[0]) == id_in(source, even[0])
        assert odd[0] != even[0]
    if variant == "scripts":
        add(own, "strange", variant=variant)
        assert b"\\ud800" in openalex(own, ALL).content


def test_a_strange_record_of_ones_own(own: Emulator) -> None:
    add(own, "strange", source="eric", record={"id": None})
    assert eric(own, "learning").json()["response"]["docs"][0] == {"id": None}


def test_echoed_key(own: Emulator) -> None:
    add(own, "echo_key", status=403)
    address = own.url("openalex") + "/works?api_key=inurl"
    reply = requests.get(address, headers={"Authorization": "Bearer inheader"}, timeout=5)
    assert reply.status_code == 403
    assert "inurl" in reply.text
    assert "Bearer inheader" in reply.text
    assert "Bearer inheader" in str(reply.headers)
