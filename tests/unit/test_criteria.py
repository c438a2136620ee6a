"""The criteria: what is met, what is not met, and above all what stays unknown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import pandas as pd
import pytest
from reprise.mistakes import Mistake
from reprise.records import COLUMNS
from reprise.screen.criteria import RULES, Evidence, judge
from reprise.screen.holdings import read_holdings
from reprise.screen.works import JOURNAL_COLUMNS
from reprise.vocabulary import RULE_KEYS, RuleName

Rerun = Callable[..., Any]
Row = dict[str, str]
JOURNAL = {"venue": "J. of Badges", "journal": "Journal of Badges", "issn": "1111-2222;3333-444X",
           "evidence": "publisher page", "seen_at": "https://journal.example"}  # fmt: skip


WORK = ("title", "abstract", "keywords")


@pytest.fixture
def verdict(protocol: dict[str, Any]) -> Callable[..., SimpleNamespace]:
    """Give the function that judges one work, made of the rows given, by one criterion of the protocol."""

    def judged(
        name: str, *rows: Row, journals: Sequence[Row] = (), holdings: pd.DataFrame | None = None
    ) -> SimpleNamespace:
        ids = ("eric:1", "doaj:1", "web:1", "web:2")
        full = [
            {**dict.fromkeys(COLUMNS, ""), "record_id": record, "title": "T", **row}
            for record, row in zip(ids, rows, strict=False)
        ]
        work = {"work_id": "w:eric:1", "lead": "eric:1"}
        work |= {field: next((r[field] for r in full if r[field]), "") for field in WORK}
        records = pd.DataFrame(full, dtype="str").assign(work_id="w:eric:1")
        records["year"] = pd.to_numeric(records["year"].replace("", None)).astype("Int64")
        pages = [{**dict.fromkeys(JOURNAL_COLUMNS, ""), **page} for page in journals]
        evidence = Evidence(
            pd.DataFrame([work], dtype="str"),
            records,
            pd.DataFrame(pages, columns=list(JOURNAL_COLUMNS), dtype="str"),
            read_holdings(None) if holdings is None else holdings,
            protocol,
        )
        (criterion,) = (c for c in protocol["criteria"] if c["id"] == name)
        found: dict[str, Any] = judge(evidence, criterion).iloc[0].to_dict()
        return SimpleNamespace(**found)

    return judged


Judge = Callable[..., SimpleNamespace]


# --- window: 2015-01-01 to 2022-01-31


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2014-12-31", "not_met"),
        ("2015-01-01", "met"),
        ("2022-01-31", "met"),
        ("2022-02-01", "not_met"),
        ("2014-12", "not_met"),
        ("2015-01", "met"),
        ("2022-01", "met"),
        ("2022-02", "not_met"),
        ("2014", "not_met"),
        ("2015", "met"),
        ("2021", "met"),
        ("2022", "unknown"),
        ("2023", "not_met"),
    ],
)
def test_a_date_counts_as_far_as_it_is_known(verdict: Judge, date: str, expected: str) -> None:
    assert verdict("window", {"publication_date": date, "year": date[:4]}).verdict == expected


@pytest.mark.parametrize(
    ("start", "end", "date", "expected"),
    [
        ("2015-06-15", "2021-06-15", "2015", "unknown"),
        ("2015-06-15", "2021-06-15", "2015-06", "unknown"),
        ("2015-06-15", "2021-06-15", "2015-05", "not_met"),
        ("2015-06-15", "2021-06-15", "2015-07", "met"),
        ("2015-06-15", "2021-06-15", "2015-06-14", "not_met"),
        ("2015-06-15", "2021-06-15", "2021-05", "met"),
        ("2015-06-15", "2021-06-15", "2021-06", "unknown"),
        ("2015-06-15", "2021-06-15", "2021-07", "not_met"),
        ("2015-06-15", "2021-06-15", "2021-06-16", "not_met"),
        ("2015-01-01", "2020-02-29", "2020-02", "met"),
        ("2015-01-01", "2021-02-28", "2021-02", "met"),
        ("2015-01-01", "2020-02-28", "2020-02", "unknown"),
        ("2015-01-01", "2021-12-31", "2021", "met"),
        ("2015-01-01", "2021-04-30", "2021-04", "met"),
        ("2020-03-01", "2020-03-31", "2020", "unknown"),
        ("2020-03-10", "2020-03-20", "2020-03", "unknown"),
    ],
)
def test_a_span_that_reaches_over_an_edge_decides_nothing(
    verdict: Judge, protocol: dict[str, Any], start: str, end: str, date: str, expected: str
) -> None:
    protocol["window"] = {"start": start, "end": end}
    row = {"publication_date": date, "year": date[:4]}
    assert verdict("window", row).verdict == expected


def test_a_work_without_a_date_is_unknown_and_says_so(verdict: Judge) -> None:
    found = verdict("window", {})
    assert (found.verdict, found.note) == ("unknown", "no date stated")


def test_the_reason_of_an_open_date_is_told(verdict: Judge) -> None:
    found = verdict("window", {"year": "2022"})
    assert "edge of the window" in found.note
    assert "2022" in found.value


@pytest.mark.parametrize(
    ("finer", "expected"),
    [("2022-01-10", "met"), ("2022-01", "met"), ("2022-02", "not_met"), ("2022-11-30", "not_met")],
)
def test_a_year_is_refined_by_another_records_date(verdict: Judge, finer: str, expected: str) -> None:
    found = verdict("window", {"year": "2022"}, {"publication_date": finer, "year": "2022"})
    assert found.verdict == expected
    assert "doaj:1" in found.source


def test_a_month_is_refined_by_another_records_day(verdict: Judge, protocol: dict[str, Any]) -> None:
    protocol["window"]["end"] = "2021-06-15"
    rows = [{"publication_date": "2021-06"}, {"publication_date": "2021-06-10"}]
    assert verdict("window", *rows).verdict == "met"


def test_a_date_of_another_year_refines_nothing(verdict: Judge) -> None:
    assert verdict("window", {"year": "2022"}, {"publication_date": "2021-12-20"}).verdict == "unknown"


@pytest.mark.parametrize(
    ("online", "issue"),
    [
        ("2022-01-20", "2022-03-01"),
        ("2021-12-20", "2022-02"),
        ("2014-12-30", "2015-02"),
        ("2021", "2023"),
        ("2014", "2015"),
    ],
)
def test_online_and_issue_date_on_two_sides_of_an_edge_are_unknown(
    verdict: Judge, online: str, issue: str
) -> None:
    found = verdict("window", {"publication_date": online}, {"publication_date": issue})
    assert found.verdict == "unknown"
    assert "contradict" in found.note


def test_two_dates_on_the_same_side_agree(verdict: Judge) -> None:
    rows = [{"publication_date": "2020-12-20"}, {"publication_date": "2021-02"}]
    assert verdict("window", *rows).verdict == "met"


def test_year_and_date_of_one_record_on_two_sides_are_unknown(verdict: Judge) -> None:
    assert verdict("window", {"year": "2014", "publication_date": "2015-01-05"}).verdict == "unknown"


# --- language, document type, retracted


@pytest.mark.parametrize(
    ("criterion", "field", "values", "expected"),
    [
        ("language", "language", ["en"], "met"),
        ("language", "language", ["fr"], "not_met"),
        ("language", "language", [""], "unknown"),
        ("language", "language", ["en", ""], "met"),
        ("language", "language", ["en", "fr"], "unknown"),
        ("document_type", "type", ["article"], "met"),
        ("document_type", "type", ["review", "article"], "met"),
        ("document_type", "type", ["book"], "not_met"),
        ("document_type", "type", ["book", "article"], "unknown"),
        ("document_type", "type", ["other"], "unknown"),
        ("document_type", "type", ["other", "article"], "met"),
        ("document_type", "type", ["news"], "unknown"),
        ("retracted", "retracted", ["true"], "not_met"),
        ("retracted", "retracted", ["false"], "met"),
        ("retracted", "retracted", [""], "unknown"),
        ("retracted", "retracted", ["true", "false"], "unknown"),
        ("peer_review", "peer_reviewed", ["true"], "met"),
        ("peer_review", "peer_reviewed", ["false"], "not_met"),
        ("peer_review", "peer_reviewed", ["true", "false"], "unknown"),
        ("peer_review", "peer_reviewed", ["", ""], "unknown"),
        ("peer_review", "type", ["article"], "unknown"),
        ("peer_review", "type", ["preprint"], "not_met"),
        ("peer_review", "type", ["dissertation", "report"], "not_met"),
        ("full_text", "open_access", ["gold"], "met"),
        ("full_text", "open_access", ["closed"], "unknown"),
        ("full_text", "open_access", [""], "unknown"),
        ("full_text", "open_access", ["closed", "green"], "met"),
        ("full_text", "fulltext_url", ["https://www.ncbi.nlm.nih.gov/pmc/articles/PMC1/"], "met"),
        ("full_text", "fulltext_url", ["https://files.eric.ed.gov/fulltext/EJ1.pdf"], "met"),
        ("full_text", "fulltext_url", ["https://publisher.example/article/1"], "unknown"),
        ("full_text", "fulltext_url", ["javascript:alert(1)"], "unknown"),
        ("full_text", "fulltext_url", ["https://evil.example/https://arxiv.org/"], "unknown"),
    ],
)
def test_what_sources_state_is_weighed(
    verdict: Judge, criterion: str, field: str, values: list[str], expected: str
) -> None:
    found = verdict(criterion, *({field: value} for value in values))
    assert found.verdict == expected
    assert (found.note == "") == (expected != "unknown")


def test_a_contradiction_names_both_statements_and_their_sources(verdict: Judge) -> None:
    found = verdict("language", {"language": "en"}, {"language": "fr"})
    assert "contradict" in found.note
    assert {"en", "fr"} <= set(found.value.split("; "))
    assert {"eric:1", "doaj:1"} <= set(found.source.split("; "))


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("RETRACTED: Badges at work", "not_met"),
        ("[Retracted] Badges at work", "not_met"),
        ("Retraction notice to “Badges at work”", "not_met"),
        ("“Retracted article:” Badges", "not_met"),
        ("Why papers are retracted", "unknown"),
        ("Retractions", "unknown"),
    ],
)
def test_a_title_may_say_that_the_work_is_retracted(verdict: Judge, title: str, expected: str) -> None:
    assert verdict("retracted", {"title": "Badges at work"}, {"title": title}).verdict == expected


# --- topic


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"title": "Badges and learning"}, "met"),
        ({"title": "Badges", "keywords": "universities"}, "met"),
        ({"title": "Badges", "abstract": "At a university"}, "met"),
        ({"title": "Badges for all"}, "unknown"),
        ({"title": "On trust"}, "unknown"),
        ({"title": "On trust", "keywords": "honour"}, "unknown"),
        ({"title": "Badges for all", "abstract": "Nothing of that kind."}, "not_met"),
        ({"title": "Micro\u2010credentials &amp; <i>learning</i>"}, "met"),
        ({"title": "Animals that learn", "abstract": "Of animals."}, "not_met"),
    ],
)
def test_the_topic_is_not_met_only_where_an_abstract_was_looked_in(
    verdict: Judge, record: Row, expected: str
) -> None:
    assert verdict("topic", record).verdict == expected


def test_the_blocks_of_a_work_may_be_held_by_different_records(verdict: Judge) -> None:
    rows = [{"title": "Badges"}, {"title": "Badges", "abstract": "How students learn."}]
    assert verdict("topic", *rows).verdict == "met"


def test_the_words_found_are_the_evidence(verdict: Judge) -> None:
    assert verdict("topic", {"title": "Badges and learning"}).value == "title: badges; title: learning"


def test_an_excluded_concept_speaks_against_whatever_else_is_held(
    verdict: Judge, protocol: dict[str, Any]
) -> None:
    protocol["query"]["exclude"] = {"name": "scouts", "terms": ["scout*"]}
    found = verdict("topic", {"title": "Scouts, badges and learning"})
    assert found.verdict == "not_met"
    assert "scouts" in found.value
    assert verdict("topic", {"title": "Badges and learning"}).verdict == "met"


# --- journals


@pytest.mark.parametrize(
    "record",
    [
        {"venue": "Journal of Badges"},
        {"venue": "J. OF BADGES"},
        {"issn": "3333-444X"},
        {"issn": "9999-9999; 1111-2222"},
    ],
)
@pytest.mark.parametrize(
    ("stated", "expected"), [("true", "met"), ("false", "not_met"), ("partly", "unknown")]
)
def test_a_page_about_the_journal_tells_of_peer_review_by_issn_or_name(
    verdict: Judge, record: Row, stated: str, expected: str
) -> None:
    found = verdict("peer_review", record, journals=[{**JOURNAL, "peer_reviewed": stated}])
    assert found.verdict == expected
    assert found.source == "https://journal.example"
    assert "publisher page" in found.value


def test_a_page_about_another_journal_tells_nothing(verdict: Judge) -> None:
    journals = [{**JOURNAL, "peer_reviewed": "true", "open_access": "gold"}]
    assert verdict("peer_review", {"venue": "Badges"}, journals=journals).verdict == "unknown"
    assert verdict("full_text", {"issn": ""}, journals=journals).verdict == "unknown"


def test_a_journal_without_issn_does_not_match_works_without_one(verdict: Judge) -> None:
    journals = [{**JOURNAL, "issn": "", "venue": "", "journal": "", "peer_reviewed": "true"}]
    assert verdict("peer_review", {"venue": "", "issn": ""}, journals=journals).verdict == "unknown"


def test_type_against_journal_is_a_contradiction(verdict: Judge) -> None:
    row = {"venue": "Journal of Badges", "type": "editorial"}
    found = verdict("peer_review", row, journals=[{**JOURNAL, "peer_reviewed": "true"}])
    assert found.verdict == "unknown"
    assert "contradict" in found.note


@pytest.mark.parametrize(
    ("access", "expected"),
    [("gold", "met"), ("diamond", "met"), ("hybrid", "unknown"), ("subscription", "unknown")],
)
def test_only_an_open_journal_tells_that_the_full_text_is_there(
    verdict: Judge, access: str, expected: str
) -> None:
    found = verdict("full_text", {"issn": "1111-2222"}, journals=[{**JOURNAL, "open_access": access}])
    assert found.verdict == expected


# --- full text


def test_closed_is_never_not_met_and_says_why(verdict: Judge) -> None:
    found = verdict("full_text", {"open_access": "closed"}, {"open_access": "closed"})
    assert found.verdict == "unknown"
    assert "library" in found.note


def test_an_address_on_a_record_that_calls_it_closed_is_no_open_copy(verdict: Judge) -> None:
    row = {"open_access": "closed", "fulltext_url": "https://publisher/paywall"}
    assert verdict("full_text", row).verdict == "unknown"
    assert verdict("full_text", row, {"fulltext_url": "https://arxiv.org/abs/1"}).verdict == "met"


# --- all of them


@pytest.mark.parametrize("rule", RULES)
def test_a_work_of_which_nothing_is_known_is_unknown_to_every_rule(
    verdict: Judge, protocol: dict[str, Any], rule: str
) -> None:
    protocol["criteria"] = [
        {"id": "c", "question": "?", "stage": "screening", "rule": rule, "accept": ["en"], "reject": [],
         "unknown": "awaiting"}
    ]  # fmt: skip
    found = verdict("c", {"title": "Untitled"})
    assert found.verdict == "unknown"
    assert found.note


def test_each_work_is_judged_once_by_each_criterion_in_the_protocols_order(
    rerun: Rerun, protocol: dict[str, Any], good: Row
) -> None:
    screening = rerun(
        {"record_id": "web:2", "title": "B"},
        {"record_id": "eric:1", **good, "work": "a"},
        {"record_id": "web:1", **good, "work": "a"},
    ).screening
    order = [c["id"] for c in protocol["criteria"]]
    for _, rows in screening.groupby("work_id"):
        assert rows["criterion"].tolist() == order
    assert screening["work_id"].nunique() == 2


def test_many_statements_are_counted_rather_than_spelled_out(verdict: Judge) -> None:
    rows = [{"publication_date": f"20{y}-01-01", "year": f"20{y}"} for y in (16, 17, 18, 19)]
    found = verdict("window", *({**r, "year": str(2000 + i)} for i, r in enumerate(rows)))
    assert "more statements" in found.note


def test_the_verdict_does_not_hang_on_the_order_of_rows(rerun: Rerun) -> None:
    rows = [
        {"record_id": "eric:1", "title": "T", "work": "a", "year": "2022", "language": "en"},
        {"record_id": "doaj:1", "title": "T", "work": "a", "publication_date": "2022-03", "language": "fr"},
        {"record_id": "web:1", "title": "T", "work": "a", "type": "book"},
    ]
    first, second = (rerun(*order).screening for order in (rows, rows[::-1]))
    assert first.equals(second)


# --- which of several dates counts


@pytest.mark.parametrize(
    ("which", "dates", "expected"),
    [
        (None, ("2022-01-20", "2022-03-01"), "unknown"),
        ("online", ("2022-01-20", "2022-03-01"), "met"),
        ("issue", ("2022-01-20", "2022-03-01"), "not_met"),
        ("either", ("2022-01-20", "2022-03-01"), "met"),
        ("online", ("2014-12-20", "2015-03-01"), "not_met"),
        ("issue", ("2014-12-20", "2015-03-01"), "met"),
        ("either", ("2014-12-20", "2015-03-01"), "met"),
        ("either", ("2014-12-20", "2022-03-01"), "not_met"),
        ("online", ("2022", "2023-03-01"), "unknown"),
        ("issue", ("2021-05-01", "2022"), "unknown"),
        ("either", ("2022", "2023-03-01"), "unknown"),
        ("online", ("2022", "2022-02-01"), "not_met"),
    ],
)
def test_the_protocol_says_which_date_counts(
    verdict: Judge, protocol: dict[str, Any], which: str | None, dates: tuple[str, str], expected: str
) -> None:
    protocol["criteria"][0]["date"] = which
    rows = [{"publication_date": date, "year": date[:4]} for date in dates]
    assert verdict("window", *rows).verdict == expected
    assert verdict("window", *reversed(rows)).verdict == expected


# --- language, where the text shows it

SPANISH = "Las insignias digitales abiertas en la formación permanente del profesorado universitario"
ENGLISH = "Open digital badges in the continuing education of university teachers and their students"


@pytest.mark.parametrize(
    ("stated", "title", "expected"),
    [
        ("", ENGLISH, "met"),
        ("", SPANISH, "not_met"),
        ("", "Badges", "unknown"),
        ("en", ENGLISH, "met"),
        ("es", SPANISH, "not_met"),
        ("en", SPANISH, "unknown"),
        ("es", ENGLISH, "unknown"),
        ("es", f"[{ENGLISH}]", "not_met"),
        ("en", "Badges", "met"),
    ],
)
def test_a_text_shows_its_language(verdict: Judge, stated: str, title: str, expected: str) -> None:
    found = verdict("language", {"language": stated, "title": title})
    assert found.verdict == expected
    assert ("contradict" in found.note) == (expected == "unknown" and stated != "")


def test_how_sure_a_language_must_be_can_be_set(verdict: Judge, protocol: dict[str, Any]) -> None:
    protocol["criteria"][1]["confidence"] = 0.99
    assert verdict("language", {"title": "Badges, insignias und Abzeichen"}).verdict == "unknown"


# --- peer review and titles


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Editorial: badges in schools", "unknown"),
        ("Book Review", "unknown"),
        ("Editorial boards and their badges", "met"),
        ("Letters to the editor as a genre", "met"),
    ],
)
def test_a_title_that_names_its_kind_speaks_against_peer_review(
    verdict: Judge, title: str, expected: str
) -> None:
    assert verdict("peer_review", {"peer_reviewed": "true", "title": title}).verdict == expected


# --- what a library holds

KBART = (
    "publication_title\tprint_identifier\tonline_identifier\tdate_first_issue_online\t"
    "date_last_issue_online\tembargo_info\tour_own_column\n"
)


@pytest.mark.parametrize(
    ("year", "issn", "expected"),
    [
        ("2016", "1111-2222", "met"),
        ("2016", "9999-0000; 3333-444X", "met"),
        ("2009", "1111-2222", "unknown"),
        ("2021", "1111-2222", "unknown"),
        ("2016", "5555-6666", "unknown"),
        ("2016", "", "unknown"),
        ("", "1111-2222", "unknown"),
    ],
)
def test_a_library_holds_volumes(verdict: Judge, tmp_path: Path, year: str, issn: str, expected: str) -> None:
    file = tmp_path / "holdings.csv"
    file.write_text("journal,issn,first,last,note\nBadges,11112222; 3333-444x,2010,2020,\n", encoding="utf-8")
    found = verdict("full_text", {"year": year, "issn": issn}, holdings=read_holdings(file))
    assert found.verdict == expected
    assert ("2010 to 2020" in found.value) == (expected == "met")


def test_a_kbart_file_is_read_and_an_embargo_decides_nothing(verdict: Judge, tmp_path: Path) -> None:
    file = tmp_path / "kbart.tsv"
    file.write_text(
        KBART + "A\t1111-2222\t\t2010-01-01\t\t\tx\nB\t\t3333-4444\t\t\tP1Y\tx\n", encoding="utf-8"
    )
    held = read_holdings(file)
    assert held[["issn", "first", "last"]].to_numpy().tolist() == [
        ["1111-2222", 2010, 9999],
        ["3333-4444", 0, 9999],
    ]
    assert verdict("full_text", {"year": "2025", "issn": "1111-2222"}, holdings=held).verdict == "met"
    found = verdict("full_text", {"year": "2025", "issn": "3333-4444"}, holdings=held)
    assert (found.verdict, "embargo P1Y" in found.value) == ("unknown", True)


def test_mistakes_in_the_holdings_are_a_line_each(tmp_path: Path) -> None:
    file = tmp_path / "holdings.csv"
    file.write_text(
        "journal,issn,first,last,note\nA,1111-2222,2020,2010,\nB,none,2010,,\nC,1111-2222,MMX,,\n",
        encoding="utf-8",
    )
    with pytest.raises(Mistake) as caught:
        read_holdings(file)
    assert [line.split(": ", 1)[0][-6:] for line in caught.value.lines] == ["line 2", "line 3", "line 4"]


def test_rules_are_those_of_the_vocabulary() -> None:
    assert tuple(RULES) == get_args(RuleName)
    assert set(RULE_KEYS) <= set(RULES)
