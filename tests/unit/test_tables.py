"""The tables: what they count, on reviews small enough to count by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from reprise.synthesis.captions import FIGURES, TABLES
from reprise.synthesis.figure_tables import FIGURE_TABLES
from reprise.synthesis.review import Review
from reprise.synthesis.tables import (
    MAKERS,
    awaiting,
    countries,
    excluded_studies,
    imports,
    included_studies,
    make_tables,
    restrictions,
    search_log,
    source_overlap,
    themes,
    themes_by_country,
    venues,
    years,
)

Rerun = Callable[..., Any]
Row = dict[str, str]
GOOD = {
    "title": "Digital badges and what students learn", "year": "2020", "language": "en", "type": "article",
    "peer_reviewed": "true", "open_access": "gold", "keywords": "employers",
}  # fmt: skip
# In brackets stands a translated title: it says nothing of the language.
FRENCH = {"language": "fr", "title": f"[{GOOD['title']}]"}
AWAITS = {"open_access": ""}
ROWS: list[Row] = [
    {"record_id": "eric:1", **GOOD, "author_countries": "US", "venue": "Journal A", "authors": "Z, Z"},
    {"record_id": "eric:2", **GOOD, "author_countries": "FI; IE", "venue": "Journal B", "authors": "B, B"},
    {"record_id": "doaj:2", **GOOD, "author_countries": "US; FI", "venue": "Journal B", "work": "two"},
    {"record_id": "web:2", **GOOD, "work": "two", "studied_countries": "KE"},
    {"record_id": "web:3", **GOOD, **AWAITS, "author_countries": "MY", "year": "2016",
     "title": "Badges for lifelong learning: reskilling in Finland"},
    {"record_id": "web:4", **GOOD, **AWAITS, "venue": "", "keywords": ""},
    {"record_id": "web:5", **GOOD, **FRENCH, "year": "2010", "authors": "C, C"},
    {"record_id": "web:6", **GOOD, "peer_reviewed": "false", "language": ""},
]  # fmt: skip


@pytest.fixture(scope="module")
def review(rerun: Rerun) -> Review:
    """Three works included, two awaiting retrieval, two gone."""
    found: Review = rerun(*ROWS).review
    return found


def rows(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    return list(frame[list(columns)].itertuples(index=False, name=None))


def test_captions_and_makers_name_the_same_tables_in_one_order(review: Review) -> None:
    assert set(MAKERS) == set(TABLES)
    assert list(make_tables(review)) == list(TABLES)
    assert {FIGURE_TABLES[name] for name in FIGURES} - {"prisma"} <= set(TABLES)
    assert all(caption.title and caption.notes for caption in TABLES.values())


# --- studies


def test_the_included_are_listed_by_author_with_their_codes(review: Review) -> None:
    found = included_studies(review)
    assert rows(found, "authors", "author_countries", "studied_countries", "themes", "decided_by") == [
        ("", "Finland; United States", "Kenya", "economic.jobs", "rules"),
        ("B, B", "Finland; Ireland", "unknown", "economic.jobs", "rules"),
        ("Z, Z", "United States", "unknown", "economic.jobs", "rules"),
    ]
    assert found["record_ids"].tolist()[0] == "doaj:2; web:2"
    assert found["sources"].tolist()[0] == "doaj; web"


def test_works_that_left_are_listed_with_reason_and_evidence(review: Review) -> None:
    assert rows(excluded_studies(review), "record_ids", "end", "stage", "reason", "reasons", "evidence") == [
        ("web:6", "excluded", "screening", "peer_review", "peer_review", "peer_reviewed false"),
        ("web:5", "removed_by_automation", "before_screening", "window", "window; language", "year 2010"),
    ]


def test_the_evidence_of_a_persons_exclusion_is_what_they_wrote(
    rerun: Rerun, decision: Callable[..., Any]
) -> None:
    line = decision("eric:1", "full_text", "not_met", reason="asked three libraries")
    closed = {"record_id": "eric:1", **GOOD, "open_access": ""}
    case = rerun(closed, {"record_id": "eric:2", **GOOD}, decisions=[line])
    found = excluded_studies(case.review)
    assert rows(found, "end", "evidence", "decided_by") == [("not_retrieved", "asked three libraries", "Ada")]


def test_works_that_await_are_listed_with_their_questions(review: Review) -> None:
    assert sorted(rows(awaiting(review), "record_ids", "stage", "open_questions")) == [
        ("web:3", "retrieval", "full_text"),
        ("web:4", "retrieval", "full_text"),
    ]


def test_every_work_stands_in_one_of_the_three_lists(review: Review) -> None:
    lists = (included_studies(review), excluded_studies(review), awaiting(review))
    listed = pd.concat([frame["record_ids"] for frame in lists])
    assert sorted(listed) == sorted(review.works["record_ids"])


def test_titles_are_shown_without_markup(rerun: Rerun) -> None:
    case = rerun({"record_id": "eric:1", **GOOD, "title": "<i>Badges</i> &amp; learning"})
    assert included_studies(case.review)["title"].tolist() == ["Badges & learning"]


# --- counts


def test_each_rules_country_groups_sum_to_all_works(review: Review) -> None:
    found = countries(review)
    sums = found.groupby("country_rule")[["included", "awaiting"]].sum()
    assert sums.to_numpy().tolist() == [[3, 2], [3, 2], [3, 2]]
    groups = ["USA", "Europe", "other", "several", "unknown"]
    assert found["group"].tolist() == groups * 3


def test_countries_are_counted_by_authors_and_by_what_is_studied(review: Review) -> None:
    found = countries(review)
    authors = found[found["country_rule"] == "country of authors"]
    assert rows(authors, "group", "included", "awaiting") == [
        ("USA", 1, 0), ("Europe", 1, 0), ("other", 0, 1), ("several", 1, 0), ("unknown", 0, 1),
    ]  # fmt: skip
    studied = found[found["country_rule"] == "country studied"]
    assert rows(studied, "group", "included", "awaiting") == [
        ("USA", 0, 0), ("Europe", 0, 1), ("other", 1, 0), ("several", 0, 0), ("unknown", 2, 1),
    ]  # fmt: skip


def test_themes_count_works_in_the_codebooks_order_and_the_uncoded_last(review: Review) -> None:
    assert rows(themes(review), "context", "theme", "included", "awaiting") == [
        ("Economic", "Jobs", 3, 1),
        ("Economic", "Skills", 0, 1),
        ("Social", "Lifelong", 0, 1),
        ("uncoded", "uncoded", 0, 1),
    ]


def test_themes_by_country_sum_to_the_themes(review: Review) -> None:
    found = themes_by_country(review)
    groups = ["USA", "Europe", "other", "several", "unknown"]
    assert list(found.columns) == ["status", "context", "theme", *groups, "total"]
    assert found["total"].tolist() == found[groups].sum(axis=1).tolist()
    by_theme = themes(review)
    for status in ("included", "awaiting"):
        assert found.loc[found["status"] == status, "total"].tolist() == by_theme[status].tolist()
    jobs = found[(found["status"] == "included") & (found["theme"] == "Jobs")]
    assert rows(jobs, *groups) == [(1, 1, 0, 1, 0)]


def test_every_year_of_the_window_is_shown_and_the_unknown_last(review: Review) -> None:
    found = years(review)
    assert found["year"].tolist() == [*(str(y) for y in range(2015, 2023)), "unknown"]
    assert [row for row in rows(found, "year", "included", "awaiting") if row[1:] != (0, 0)] == [
        ("2016", 0, 1),
        ("2020", 3, 1),
    ]


def test_a_work_without_a_year_is_counted_as_unknown(rerun: Rerun) -> None:
    found = years(rerun({"record_id": "eric:1", **GOOD, "year": ""}).review)
    assert rows(found, "year", "included", "awaiting")[-1] == ("unknown", 0, 1)


def test_a_year_outside_the_window_is_shown_where_its_work_awaits(rerun: Rerun) -> None:
    """Online in 2022, in an issue of 2023: the two contradict each other."""
    case = rerun(
        {"record_id": "eric:1", **GOOD, "year": "2023", "work": "a"},
        {"record_id": "doaj:1", **GOOD, "publication_date": "2022-01-03", "year": "2022", "work": "a"},
    )
    assert ("2023", 0, 1) in rows(years(case.review), "year", "included", "awaiting")


def test_journals_with_the_most_included_come_first(review: Review) -> None:
    assert rows(venues(review), "venue", "included", "awaiting") == [
        ("Journal B", 2, 0),
        ("Journal A", 1, 0),
        ("unknown", 0, 2),
    ]


def test_what_a_criterion_alone_kept_out(rerun: Rerun) -> None:
    case = rerun(
        {"record_id": "eric:1", **GOOD},
        {"record_id": "eric:2", **GOOD, **FRENCH},  # fails language alone
        {"record_id": "eric:3", **GOOD, **FRENCH, "year": ""},  # and window unknown
        {"record_id": "eric:4", **GOOD, **FRENCH, "year": "2010"},  # fails two
        {"record_id": "eric:5", **GOOD, "year": "2010", "retracted": ""},  # unknown that counts as met
        {"record_id": "eric:6", **GOOD, "peer_reviewed": ""},  # fails nothing
    )
    found = restrictions(case.review).set_index("criterion")
    columns = ["met", "not_met", "unknown", "removed_alone", "removed_alone_or_unknown"]
    assert found.loc["language", columns].tolist() == [3, 3, 0, 1, 2]
    assert found.loc["window", columns].tolist() == [3, 2, 1, 1, 1]
    assert found.loc["peer_review", columns].tolist() == [5, 0, 1, 0, 0]
    assert found.loc["retracted", columns].tolist() == [0, 0, 6, 0, 0]
    assert found.index.tolist() == [c["id"] for c in case.protocol["criteria"]]
    assert (found[["met", "not_met", "unknown"]].sum(axis=1) == 6).all()


def test_works_that_sources_share(rerun: Rerun) -> None:
    case = rerun(
        {"record_id": "eric:1", **GOOD, "work": "a"},
        {"record_id": "eric:9", **GOOD, "work": "a"},
        {"record_id": "doaj:1", **GOOD, "work": "a"},
        {"record_id": "web:1", **GOOD, "work": "a"},
        {"record_id": "eric:2", **GOOD, "work": "b", **FRENCH},
        {"record_id": "web:2", **GOOD, "work": "b", **FRENCH},
        {"record_id": "web:3", **GOOD},
    )
    found = source_overlap(case.review)
    columns = ["source", "works", "only_here", "included", "with_eric", "with_doaj", "with_web"]
    assert rows(found, *columns) == [
        ("eric", 2, 0, 1, 2, 1, 2),
        ("doaj", 1, 0, 1, 1, 1, 1),
        ("web", 3, 1, 2, 2, 1, 3),
    ]


def test_the_search_log_is_the_import_log(review: Review) -> None:
    assert search_log(review)["source"].tolist() == ["eric", "doaj", "web"]


def test_imports_say_file_by_file_what_became_of_entries(review: Review) -> None:
    log = [dict(row) for row in review.log]
    log[0] |= {
        "file": "a.ris",
        "format": "ris",
        "rows": "9",
        "rejected": "2",
        "repaired": "1",
        "missing": "1",
    }
    problems = [
        {"file": "a.ris", "line": str(line), "field": field, "value": "", "problem": what, "action": action}
        for line, field, what, action in (
            *((n, "title", "has no title", "row rejected") for n in (3, 40)),
            *((n, "", "has no ER line", "repaired") for n in range(50, 57)),
        )
    ]
    found = imports(replace(review, log=log, problems=problems))
    assert rows(found.head(1), "file", "format", "entries", "parsed", "rejected", "missing", "repaired") == [
        ("a.ris", "ris", 9, 6, 2, 1, 1)
    ]
    assert found["details"].tolist() == [
        "lines 3, 40: has no title (row rejected); "
        "lines 50, 51, 52, 53, 54 and 2 more: has no ER line (repaired)",
        "",
        "",
    ]


# --- nothing to count


@pytest.fixture(scope="module")
def nothing(rerun: Rerun) -> Review:
    """Give a review without a single record."""
    found: Review = rerun().review
    return found


@pytest.mark.parametrize("name", TABLES)
def test_no_records_at_all_leave_every_table_its_header(name: str, nothing: Review) -> None:
    found = MAKERS[name](nothing)
    assert len(found.columns) > 1
    numbers = found.select_dtypes("number").drop(columns="year", errors="ignore")
    assert int(numbers.to_numpy().sum()) == 0


def test_records_of_which_none_is_included_leave_every_table_its_header(rerun: Rerun) -> None:
    case = rerun({"record_id": "eric:1", **GOOD, **FRENCH})
    made = make_tables(case.review)
    assert all(len(frame.columns) > 1 for frame in made.values())
    assert made["included_studies"].empty
    assert int(made["countries"]["included"].sum()) == 0


# --- Markdown
