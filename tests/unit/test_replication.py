"""Replication: the published numbers beside ours, and where each published study was lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from reprise.mistakes import Mistake
from reprise.synthesis.replication import (
    KNOWN_COLUMNS,
    NOT_COMPARABLE,
    Published,
    known_studies,
    read_published,
    read_studies,
    replicate,
)

Rerun = Callable[..., Any]
Row = dict[str, str]
PUBLISHED = Published(
    citation="c", doi="10.1000/p", source="s", included=5, countries={"USA": 3, "Europe": 1, "other": 1},
    country_rule="not stated", not_stated=[],
)  # fmt: skip
GOOD = {"language": "en", "type": "article", "peer_reviewed": "true", "open_access": "gold"}
ROWS = [
    {"record_id": "eric:1", **GOOD, "title": "Badges and learning", "year": "2020", "doi": "10.1000/one",
     "author_countries": "US"},
    {"record_id": "eric:2", **GOOD, "title": "[Badges: how they learn]", "year": "2020", "language": "fr"},
    {"record_id": "eric:3", **GOOD, "title": "On trust", "year": "2019", "abstract": "None of it."},
    {"record_id": "eric:4", **GOOD, "title": "Badges, learning, access", "year": "2018", "open_access": ""},
    {"record_id": "web:5", "title": "Badges and learning", "work": "eric:1", "doi": "10.1000/preprint"},
]  # fmt: skip


@pytest.fixture(scope="module")
def case(rerun: Rerun) -> Any:
    return rerun(*ROWS)


def study(title: str, year: str = "", doi: str = "") -> Row:
    return {"title": title, "authors": "", "year": year, "doi": doi}


def follow(case: Any, *studies: Row) -> list[Row]:
    found: list[Row] = known_studies(studies, case.records, case.review)
    assert all(tuple(row) == KNOWN_COLUMNS for row in found)
    return found


# --- the published numbers


def table(case: Any, known: Sequence[Row] = (), sample: bool = True) -> dict[str, Row]:
    review = case.review
    for source in review.protocol["sources"]["sample"].values():
        source["sample"] = sample
    rows = replicate(PUBLISHED, known, review)
    assert len({row["measure"] for row in rows}) == len(rows)
    return {row["measure"]: row for row in rows}


def test_on_the_sample_the_difference_is_blank_and_the_note_says_why(case: Any) -> None:
    found = table(case)
    row = found["included studies"]
    assert (row["published"], row["reproduced"], row["difference"]) == ("5", "1", "")
    for measure, row in found.items():
        if "known" not in measure:
            assert row["difference"] == ""
            assert row["note"] == NOT_COMPARABLE


@pytest.mark.parametrize(
    ("measure", "published", "reproduced", "difference"),
    [
        ("included studies", "5", "1", "-4"),
        ("USA, by country of authors", "3", "1", "-2"),
        ("Europe, by country of authors", "1", "0", "-1"),
        ("unknown, by country studied", "", "1", ""),
    ],
)
def test_a_real_search_is_compared(
    case: Any, measure: str, published: str, reproduced: str, difference: str
) -> None:
    row = table(case, sample=False)[measure]
    assert (row["published"], row["reproduced"], row["difference"]) == (published, reproduced, difference)
    assert NOT_COMPARABLE not in row["note"]


def test_by_each_rule_our_countries_sum_to_the_included(case: Any) -> None:
    found = table(case)
    for rule in ("country of authors", "country studied"):
        ours = [int(row["reproduced"]) for name, row in found.items() if name.endswith(f", by {rule}")]
        assert sum(ours) == int(found["included studies"]["reproduced"])


# --- the known studies


@pytest.mark.parametrize(
    ("wanted", "work"),
    [
        (study("Another wording", doi="https://doi.org/10.1000/ONE"), "w:eric:1"),
        (study("Another wording", doi="10.1000/preprint"), "w:eric:1"),
        (study("BADGES AND LEARNING!"), "w:eric:1"),
        (study("<i>Badges</i> and learning", doi="10.1000/unheard"), "w:eric:1"),
        (study("Badges and learning", "2021"), "w:eric:1"),
        (study("On trust", "2018"), "w:eric:3"),
        (study("On trust", "2016"), ""),
        (study("On trust and more"), ""),
    ],
)
def test_a_study_is_found_by_doi_else_by_title_and_year(case: Any, wanted: Row, work: str) -> None:
    (row,) = follow(case, wanted)
    assert (row["found"], row["work_id"]) == ("yes" if work else "no", work)


@pytest.mark.parametrize(
    ("title", "end", "lost_at", "why"),
    [
        ("Badges and learning", "included", "", ""),
        ("[Badges: how they learn]", "removed_by_automation", "before_screening", "language"),
        ("On trust", "excluded", "screening", "topic"),
        ("Badges, learning, access", "awaiting", "retrieval", "full_text"),
        ("Never indexed", "", "search", ""),
    ],
)
def test_it_is_told_where_a_study_was_lost(case: Any, title: str, end: str, lost_at: str, why: str) -> None:
    (row,) = follow(case, study(title))
    assert (row["end"], row["lost_at"], row["why"]) == (end, lost_at, why)


def test_known_studies_are_counted_stage_by_stage(case: Any) -> None:
    known = follow(case, *(study(row["title"]) for row in ROWS[:4]), study("Never indexed"))
    found = table(case, known)
    counts = {name: row["reproduced"] for name, row in found.items() if name.startswith("known")}
    assert counts["known studies found"] == "4"
    assert counts["known studies kept by dedupe"] == "4"
    assert counts["known studies that pass language"] == "3"
    assert counts["known studies that pass topic"] == "3"
    assert counts["known studies that pass full_text"] == "3"
    assert counts["known studies included"] == "1"
    assert found["known studies found"]["published"] == "5"


def test_two_studies_in_one_work_show_as_lost_to_dedupe(case: Any) -> None:
    known = follow(case, study("Badges and learning"), study("x", doi="10.1000/preprint"))
    found = table(case, known)
    assert found["known studies found"]["reproduced"] == "2"
    assert found["known studies kept by dedupe"]["reproduced"] == "1"


def test_an_empty_list_of_studies_is_said(case: Any) -> None:
    row = table(case)["known studies found"]
    assert (row["published"], row["reproduced"]) == ("", "")
    assert "data/study/included.csv" in row["note"]


# --- the study's files


def test_a_missing_or_empty_list_means_that_it_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "included.csv"
    assert read_studies(path) == []
    path.write_text("", encoding="utf-8")
    assert read_studies(path) == []
    path.write_text("title,authors,year,doi\n", encoding="utf-8")
    assert read_studies(path) == []


def test_all_that_is_wrong_with_the_list_is_told(tmp_path: Path) -> None:
    path = tmp_path / "included.csv"
    path.write_text("title,authors,year,doi\n ,A,2020,\nT,A,2020,x\nT,A\nT,A,2020,10.1000/x\n", "utf-8")
    with pytest.raises(Mistake) as caught:
        read_studies(path)
    assert len(caught.value.lines) == 3
    assert all(any(f"{path} line {n}: " in line for line in caught.value.lines) for n in (2, 3, 4))


def test_a_mistake_in_what_was_published_is_told(tmp_path: Path) -> None:
    path = tmp_path / "published.yaml"
    path.write_text("citation: c\ndoi: d\nincluded: many\ncontries: {USA: 1}\n", encoding="utf-8")
    with pytest.raises(Mistake) as caught:
        read_published(path, [])
    told = "\n".join(caught.value.lines)
    assert f"{path}: contries: unknown key; did you mean 'countries'?" in told
    assert f"{path}: included: " in told
    assert f"{path}: source: is missing" in told


def test_a_group_that_the_protocol_lacks_is_told(tmp_path: Path) -> None:
    path = tmp_path / "published.yaml"
    text = "citation: c\ndoi: d\nsource: s\nincluded: 2\ncountry_rule: r\nnot_stated: []\n"
    text += "countries: {U.S.A.: 2}\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Mistake) as caught:
        read_published(path, ["USA"])
    assert f"{path}: countries.U.S.A.: is no group of the protocol; did you mean 'USA'?" in caught.value.lines
