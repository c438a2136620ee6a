"""How the concept blocks are said in each source's words."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import snowballstemmer
from reprise.mistakes import Mistake
from reprise.query import matcher
from reprise.search import doaj, eric, europepmc, openalex, semantic_scholar
from reprise.search.dialect import unstemmed
from reprise.search.page import BadReply, Rejected, Stopped
from reprise.search.sources import SOURCES


def query(*blocks: list[str], exclude: list[str] | None = None, fields: list[str] | None = None) -> Any:
    """Make a query of blocks named a, b, c."""
    return {
        "fields": fields or ["title", "abstract", "keywords"],
        "blocks": [{"name": chr(97 + i), "terms": terms} for i, terms in enumerate(blocks)],
        "exclude": {"name": "not", "terms": exclude} if exclude else None,
    }


def test_openalex_says_words_phrases_and_truncation() -> None:
    said = openalex.translate(query(["badge*", "open badge", "open badge*"], ["learn"]))
    assert said.requests == [
        'title_and_abstract.search.exact:("open badge" OR (open AND badge*) OR badge*) AND (learn)'
    ]


def test_words_beside_a_truncated_one_stay_a_phrase() -> None:
    (request,) = openalex.translate(query(["short learning program*"])).requests
    assert '("short learning" AND program*)' in request


def test_eric_asks_without_fields_and_cuts_back() -> None:
    (request,) = eric.translate(query(["educat*", "badge"])).requests
    assert request == "(badge OR educ*)"
    assert eric.limit(request, 2019) == "((badge OR educ*)) AND publicationdateyear:2019"


def test_doaj_says_truncation_as_a_range_in_each_field() -> None:
    (request,) = doaj.translate(query(["skill*"])).requests
    assert request == (
        "(bibjson.title:([skill TO skilm}) OR bibjson.abstract:([skill TO skilm}) "
        "OR bibjson.keywords:([skill TO skilm}))"
    )
    assert "*" not in request and "~" not in request and "?" not in request


def test_europepmc_says_blocks_in_title_and_abstract_and_in_keywords() -> None:
    (request,) = europepmc.translate(query(["open badge*", "badge"], ["learn"])).requests
    first, second = "((open AND badg*) OR badge)", "(learn)"
    assert request == f"(TITLE_ABS:{first} OR KW:{first}) AND (TITLE_ABS:{second} OR KW:{second})"
    assert europepmc.limit("x", 2019) == ("(x) AND (PUB_YEAR:2019 OR FIRST_PDATE:[2019-01-01 TO 2019-12-31])")


def test_semantic_scholar_says_blocks_with_its_signs() -> None:
    (request,) = semantic_scholar.translate(query(["open badge*", "badge", "not"], ["and or"])).requests
    assert request == '("not" | (open + badg*) | badge) + ("and or")'
    address = semantic_scholar.url("", semantic_scholar.limit(request, 2019), "1000 ABC=")
    told = parse_qs(urlsplit(address).query)
    assert told["query"] == [request] and told["year"] == ["2019"] and told["token"] == ["ABC="]
    assert "token" not in semantic_scholar.url("", "x&year=2019", None)


def test_the_expression_of_an_expert_may_hold_what_parts_it_from_its_year() -> None:
    asked = semantic_scholar.limit("a&year=2001", 2019)
    told = parse_qs(urlsplit(semantic_scholar.url("", asked, None)).query)
    assert told["query"] == ["a&year=2001"] and told["year"] == ["2019"]


def test_what_a_source_does_not_look_in_is_told() -> None:
    notes = semantic_scholar.translate(query(["badge"])).notes
    assert ("fields", "narrowed") in {(n.aspect, n.said) for n in notes}
    for fields, said in ((["title", "abstract"], "exactly"), (["title"], "widened")):
        notes = semantic_scholar.translate(query(["badge"], fields=fields)).notes
        assert ("fields", said) in {(n.aspect, n.said) for n in notes}


def test_europepmc_ends_where_a_mark_repeats_or_is_missing() -> None:
    page = {"hitCount": 3, "resultList": {"result": [{}]}, "nextCursorMark": "b"}
    assert europepmc.read(page, None).position == "b"
    assert europepmc.read(page, "a").position == "b"
    assert europepmc.read(page, "b").position is None
    assert europepmc.read({**page, "nextCursorMark": "*"}, None).position is None
    del page["nextCursorMark"]
    assert europepmc.read(page, "a").position is None


def test_europepmc_says_errors_in_a_reply_like_any_other() -> None:
    with pytest.raises(Rejected, match="wrong"):
        europepmc.read({"errCode": 404, "errMsg": "wrong"}, None)
    with pytest.raises(BadReply, match="down"):
        europepmc.read({"errCode": 503, "errMsg": "down"}, None)


def test_semantic_scholar_goes_on_beyond_a_total_that_was_estimated_too_low() -> None:
    first = semantic_scholar.read({"total": 2, "token": "T", "data": [{}, {}, {}]}, None)
    assert (first.total, first.position) == (4, "3 T")
    second = semantic_scholar.read({"total": 2, "token": "U", "data": [{}]}, first.position)
    assert (second.total, second.position) == (5, "4 U")
    last = semantic_scholar.read({"total": 2, "token": None, "data": [{}]}, second.position)
    assert (last.total, last.position) == (2, None)


FORMS = """education educated educating educators educate educational university universities universal
recognition recognize recognising recognised credential credentials credentialing credentialed
qualification qualifications qualify qualified competence competent competency competencies employability
employable employment employers employees organisation organization organisational skilful skilled
assessment assessing accreditation accredited stackable stacking pedagogical pedagogies curriculum
curricula librarian libraries badging badges learning learners teachers teaching professional
programmes continuous formative innovative effectiveness academic academies happiness""".split()


@pytest.mark.parametrize("stemmer", ["english", "porter"])
def test_a_cut_back_beginning_begins_every_stem(stemmer: str) -> None:
    stem = snowballstemmer.stemmer(stemmer).stemWord
    wrong = [
        (form[:n], form, stem(form), unstemmed(form[:n]))
        for form in FORMS
        for n in range(3, len(form) + 1)
        if not stem(form).startswith(unstemmed(form[:n]))
    ]
    assert wrong == []


def test_accents_and_apostrophes_are_asked_for_both_ways() -> None:
    (request,) = openalex.translate(query(["économie", "o'reilly media"])).requests
    assert "economie OR économie" in request
    assert '"o reilly media" OR "o\'reilly media" OR "o’reilly media"' in request
    (request,) = openalex.translate(query(["straße"])).requests
    assert "strasse OR straße" in request


def test_operators_among_the_words_are_quoted() -> None:
    (request,) = eric.translate(query(["not", "and", "to", "not for profit", "Not*"])).requests
    assert request == '("and" OR "not for profit" OR "not" OR "to" OR not*)'


def test_scripts_without_spaces_are_asked_for_side_by_side_and_found_within_a_text() -> None:
    (request,) = openalex.translate(query(["微证*"])).requests
    assert '("微证")' in request
    holds = matcher(query(["微证书", "学习*"]))
    assert holds({"title": ["本文讨论微证书在高等教育中的作用"]}) is True


def test_exclusions_are_not_sent_and_the_table_says_so() -> None:
    for source in SOURCES.values():
        said = source.translate(query(["badge"], exclude=["scouting"]))
        assert "scouting" not in " ".join(said.requests)
        assert any(n.aspect == "exclude" and "scouting" in n.detail for n in said.notes)


def test_a_block_that_cannot_be_said_is_left_open_and_the_table_says_so() -> None:
    said = openalex.translate(query(["badge*"], ["ab*", "learn*"]))
    assert said.requests == ["title_and_abstract.search.exact:(badge*)"]
    (note,) = [n for n in said.notes if n.said == "not said"]
    assert "block b" in note.detail and "ab*" in note.detail


def test_a_query_of_which_nothing_can_be_said_is_a_mistake() -> None:
    with pytest.raises(Mistake, match=r"'ab\*'.*give the source a string of its own"):
        openalex.translate(query(["ab*"]))


def test_a_long_query_is_parted_and_no_request_is_too_long() -> None:
    terms = [f"some rather long term number {i}" for i in range(150)]
    for name, source in SOURCES.items():
        said = source.translate(query(terms, ["learn*"]))
        assert len(said.requests) > 1, name
        together = " ".join(said.requests)
        assert all(term in together for term in terms)
        for request in said.requests:
            assert len(source.url(source.BASE, source.limit(request, 2019), None)) <= 4094
        assert any(n.aspect == "length" for n in said.notes)


def test_a_term_that_alone_is_too_long_is_a_mistake() -> None:
    with pytest.raises(Mistake, match=r"'xxx.*is too long"):
        eric.translate(query(["x" * 5000]))


def test_one_spelling_that_cannot_be_said_does_not_open_the_block() -> None:
    (request,) = openalex.translate(query(["d'apprentiss*"])).requests
    assert "(d AND apprentiss*)" in request


def test_addresses_hold_the_strategy_whole() -> None:
    asked = doaj.limit(doaj.translate(query(["open badge*"])).requests[0], 2020)
    path = urlsplit(doaj.url(doaj.BASE, asked, "3"))
    assert unquote(path.path.rpartition("/articles/")[2]) == asked
    assert path.query == "page=3&pageSize=100&sort=created_date:asc"
    assert "+" not in path.path and "?" not in path.path


def test_doaj_parts_a_request_that_is_too_deep() -> None:
    assert doaj.split("x", 1000) == []
    first, second = doaj.split("x", 1001)
    assert first.endswith("created_date:[2000-01-01 TO 2024-12-31]")
    assert second.endswith("created_date:[2025-01-01 TO 2049-12-31]")
    deeper = doaj.split(first, 5000)
    assert deeper[0].count("created_date") == 1
    day = "x AND created_date:[2020-01-01 TO 2020-01-01]"
    with pytest.raises(Stopped, match="narrow the query"):
        doaj.split(day, 5000)


@pytest.mark.parametrize("texts, expected", [
    ({"title": ["Open badges for learning"]}, True),
    ({"title": ["Open badges"], "abstract": ["We learn."]}, True),
    ({"title": ["Open badges"]}, None),
    ({"title": ["Open badges"], "abstract": ["Nothing else."]}, False),
    ({"title": ["Open"], "keywords": ["open", "badge", "learning"], "abstract": ["x"]}, False),
    ({"title": ["Open badges for learning in scouting"]}, False),
    ({"title": ["OPEN-BADGÉS"], "keywords": ["Learner’s"], "abstract": ["x"]}, True),
])  # fmt: skip
def test_the_local_filter(texts: dict[str, list[str]], expected: bool | None) -> None:
    holds = matcher(query(["open badge*"], ["learn*"], exclude=["scouting"]))
    assert holds(texts) is expected


def test_without_abstracts_in_its_fields_a_query_never_leaves_a_topic_open() -> None:
    assert matcher(query(["badge*"], fields=["title"]))({"title": ["Degrees"]}) is False


def test_keywords_that_are_missing_leave_a_topic_open_where_no_abstract_is_looked_in() -> None:
    holds = matcher(query(["badge*"], fields=["title", "keywords"]))
    assert holds({"title": ["Degrees"]}) is None
    assert holds({"title": ["Degrees"], "keywords": ["degrees"]}) is False


# --- records as rows ----------------------------------------------------------------------------------------


def test_a_result_of_europepmc_as_a_row() -> None:
    author = {"lastName": "Łuvenko", "firstName": "Çelin", "fullName": "Luvenko C"}
    addresses = [{"affiliation": "Univ. of Oulu, Finland."}, {"affiliation": "Dept. 2; Oulu, Finland"}]
    record = {
        "id": "123",
        "source": "MED",
        "pmid": "123",
        "doi": "10.5555/x",
        "title": "On badges.",
        "authorString": "Luvenko C.",
        "authorList": {
            "author": [
                {**author, "authorAffiliationDetailsList": {"authorAffiliation": addresses}},
                {"collectiveName": "Badge Group"},
                {"lastName": "Ulm", "initials": "X"},
            ]
        },
        "journalInfo": {
            "issue": "2",
            "volume": "4",
            "monthOfPublication": 3,
            "yearOfPublication": 2020,
            "printPublicationDate": "2020-03-01",
            "journal": {"title": "Annals", "issn": "1111-1111", "essn": "2222-2222"},
        },
        "pubYear": "2020",
        "pageInfo": "1-9",
        "abstractText": "<h4>Aim</h4>We.",
        "language": "ger",
        "pubTypeList": {"pubType": ["research-article", "Journal Article", "Retracted Publication"]},
        "keywordList": {"keyword": ["badges"]},
        "meshHeadingList": {"meshHeading": [{"descriptorName": "Learning"}]},
        "fullTextUrlList": {
            "fullTextUrl": [
                {"availabilityCode": "S", "documentStyle": "pdf", "url": "https://a.example"},
                {"availabilityCode": "F", "documentStyle": "html", "url": "https://b.example"},
                {"availabilityCode": "OA", "documentStyle": "pdf", "url": "https://c.example"},
            ]
        },
        "firstPublicationDate": "2019-12-20",
    }
    assert europepmc.own_id(record) == "MED/123"
    assert {k: v for k, v in europepmc.row(record).items() if v} == {
        "title": "On badges.",
        "authors": "Łuvenko, Çelin; Badge Group; Ulm, X",
        "year": "2020",
        "publication_date": "2019-12-20",
        "venue": "Annals",
        "issn": "1111-1111; 2222-2222",
        "volume": "4",
        "issue": "2",
        "pages": "1-9",
        "doi": "10.5555/x",
        "pmid": "123",
        "type": "article",
        "language": "de",
        "abstract": "<h4>Aim</h4>We.",
        "keywords": "badges; Learning",
        "fulltext_url": "https://c.example",
        "first_author_country": "FI",
        "affiliations": "Univ. of Oulu, Finland.; Dept. 2, Oulu, Finland",
        "retracted": "true",
        "url": "https://europepmc.org/article/MED/123",
    }


@pytest.mark.parametrize(
    "source, kinds, expected",
    [
        ("PPR", ["Journal Article"], "preprint"),
        ("ETH", [], "dissertation"),
        ("PAT", [], "other"),
        ("MED", ["Journal Article", "Systematic Review"], "review"),
        ("MED", ["Journal Article", "Editorial"], "other"),  # whichever is wrong, it decides nothing
        ("MED", ["Published Erratum"], "other"),
        ("MED", ["Letter", "Comment"], "letter"),
        ("MED", [], ""),
    ],
)
def test_types_of_europepmc(source: str, kinds: list[str], expected: str) -> None:
    assert europepmc.row({"source": source, "pubTypeList": {"pubType": kinds}})["type"] == expected


@pytest.mark.parametrize(
    "first, printed, month, expected",
    [
        ("2020-01-01", "2020-01-01", 0, "2020"),
        ("2020-01-01", "2020-01-01", 1, "2020-01"),
        ("2020-01-01", "2020-05-01", 5, "2020-01-01"),
        ("2020-05-17", "2020-05-17", 5, "2020-05-17"),
        ("", "2020-05-01", 5, ""),
    ],
)
def test_a_day_that_was_filled_up_is_none(first: str, printed: str, month: int, expected: str) -> None:
    issue = {"printPublicationDate": printed, "monthOfPublication": month}
    row = europepmc.row({"firstPublicationDate": first, "journalInfo": issue})
    assert row["publication_date"] == expected


def test_a_paper_of_semantic_scholar_as_a_row() -> None:
    record = {
        "paperId": "ab12",
        "externalIds": {"DOI": "10.5555/X", "PubMed": "77", "CorpusId": 5},
        "url": "https://www.semanticscholar.org/paper/ab12",
        "title": "On badges",
        "abstract": None,
        "venue": "Ann.",
        "publicationVenue": {"name": "Annals", "issn": "1111-1111"},
        "year": 2020,
        "openAccessPdf": {"url": "https://a.example/x.pdf", "status": "GREEN"},
        "publicationTypes": ["JournalArticle", "Review"],
        "publicationDate": "2020-03-01",
        "journal": {"name": "Annals of Badges", "volume": "4", "pages": " 1-9 "},
        "authors": [{"name": "Çelin Łuvenko"}, {"name": None}],
    }
    assert semantic_scholar.own_id(record) == "ab12"
    assert {k: v for k, v in semantic_scholar.row(record).items() if v} == {
        "title": "On badges",
        "authors": "Çelin Łuvenko",
        "year": "2020",
        "publication_date": "2020-03-01",
        "venue": "Annals of Badges",
        "issn": "1111-1111",
        "volume": "4",
        "pages": " 1-9 ",
        "doi": "10.5555/X",
        "pmid": "77",
        "type": "review",
        "open_access": "green",
        "fulltext_url": "https://a.example/x.pdf",
        "url": "https://www.semanticscholar.org/paper/ab12",
    }
