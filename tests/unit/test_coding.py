"""Coding: themes by stems, two kinds of countries kept apart, and people's codes above the rules'."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from reprise.coding.codebook import Codebook, read_codebook
from reprise.coding.places import author_countries, group_of, studied_countries
from reprise.coding.themes import find_themes, stems
from reprise.coding.works import check_coding, code_frame
from reprise.decisions import FACTS, Decision
from reprise.mistakes import Mistake

Make = Callable[..., Decision]
FIELDS = (*FACTS, "keywords", "author_countries", "affiliations", "studied_countries")
GROUPS = {"USA": ["US"], "Europe": ["FI", "IE"]}


def works(*rows: dict[str, str]) -> pd.DataFrame:
    full = [{"work_id": f"w{i}", **dict.fromkeys(FIELDS, ""), **row} for i, row in enumerate(rows)]
    return pd.DataFrame(full, columns=["work_id", *FIELDS], dtype="str")


def themes(codebook: Codebook, **fields: str) -> dict[str, tuple[str, str]]:
    """Give field and evidence by code."""
    found = find_themes(works({"title": "T", **fields}), codebook)
    return {r["code"]: (r["field"], r["evidence"]) for r in found.to_dict("records")}


# --- themes


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("employers", "Employer"),
        ("labour markets", "labour-market"),
        ("Recognising", "recognised"),
        ("skills", "skill"),
    ],
)
def test_words_of_one_stem_are_the_same(one: str, other: str) -> None:
    assert stems(one) == stems(other)


def test_the_words_as_they_stand_are_the_evidence(codebook: Codebook) -> None:
    found = themes(codebook, title="Changing Labour-Markets, and what follows")
    assert found == {"economic.jobs": ("title", "labour markets")}


def test_the_first_field_that_holds_an_indicator_is_told(codebook: Codebook) -> None:
    found = themes(codebook, keywords="Employers", abstract="The labour market.")
    assert found == {"economic.jobs": ("keywords", "employers")}


def test_a_work_may_have_several_themes(codebook: Codebook) -> None:
    found = themes(codebook, title="Lifelong learning and skills", abstract="Of employers.")
    assert set(found) == {"social.lifelong", "economic.skills", "economic.jobs"}


@pytest.mark.parametrize(
    "title", ["labour in a market", "unskilled", "learning, lifelong", "labour. The market", "unemployers"]
)
def test_a_phrase_is_found_only_where_its_words_follow_each_other(codebook: Codebook, title: str) -> None:
    found = themes(codebook, title=title)
    assert "economic.jobs" not in found
    assert "social.lifelong" not in found


def test_markup_is_no_part_of_the_evidence(codebook: Codebook) -> None:
    assert themes(codebook, title="<i>Labour</i> market &amp; more")["economic.jobs"] == (
        "title",
        "labour market",
    )


# --- countries


def coded(frame: pd.DataFrame) -> dict[str, str]:
    return dict(zip(frame["code"], frame["confidence"] + " " + frame["field"], strict=True))


def test_countries_of_authors_are_those_stated_else_those_of_addresses() -> None:
    both = {"author_countries": "FI; US", "affiliations": "Univ. of Oslo, Oslo, Norway"}
    assert coded(author_countries(works(both))) == {
        "FI": "stated author_countries",
        "US": "stated author_countries",
    }
    inferred = {"affiliations": "Univ. of Oslo, Oslo, Norway; Dublin City University, Dublin, Ireland; MIT"}
    assert coded(author_countries(works(inferred))) == {
        "IE": "inferred affiliations",
        "NO": "inferred affiliations",
    }


def test_countries_studied_are_those_stated_else_those_named() -> None:
    stated = {"studied_countries": "IE", "title": "Badges in Finland"}
    assert coded(studied_countries(works(stated))) == {"IE": "stated studied_countries"}
    named = {"title": "Badges in Finland", "keywords": "Kenya", "abstract": "Finland and Peru."}
    assert coded(studied_countries(works(named))) == {
        "FI": "inferred title",
        "KE": "inferred keywords",
        "PE": "inferred abstract",
    }


def test_where_authors_are_says_nothing_of_what_is_studied_and_the_other_way_round() -> None:
    authors = works({"author_countries": "US", "affiliations": "MIT, Cambridge, USA", "title": "Badges"})
    assert studied_countries(authors).empty
    studied = works({"studied_countries": "FI", "title": "Badges in Finland"})
    assert author_countries(studied).empty


def test_a_name_that_may_mean_something_else_is_left_unknown() -> None:
    frame = works(
        {"title": "Badges in Georgia", "affiliations": "Georgia State University, Atlanta, Georgia"},
        {"title": "What Jordan learned"},
    )
    assert studied_countries(frame).empty
    assert author_countries(frame).empty


@pytest.mark.parametrize(
    ("codes", "group"),
    [
        (["US"], "USA"),
        (["FI", "IE"], "Europe"),
        (["FI", "US"], "several"),
        (["FI", "MY"], "several"),
        (["MY", "KE"], "other"),
        ([], "unknown"),
    ],
)
def test_a_works_countries_fall_into_one_group(codes: list[str], group: str) -> None:
    assert group_of(codes, GROUPS) == group


# --- the table


def table(
    codebook: Codebook, frame: pd.DataFrame, *decisions: Decision, **work_of: str
) -> tuple[pd.DataFrame, list[str]]:
    names = work_of or {f"eric:{w[1:]}": w for w in frame["work_id"]}
    return code_frame(frame, codebook, decisions, names, GROUPS)


def codes_of(frame: pd.DataFrame, variable: str, work: str = "w0") -> list[str]:
    rows = frame[(frame["variable"] == variable) & (frame["work_id"] == work)]
    codes: list[str] = rows["code"].tolist()
    return codes


MIXED = (
    {"title": "Labour markets in Finland", "author_countries": "US"},
    {"title": "Skills of employers", "author_countries": "FI; IE", "studied_countries": "US; FI"},
    {"title": "Trust", "author_countries": "MY"},
    {"title": "Nothing known"},
)


def test_each_group_of_countries_sums_to_all_works(codebook: Codebook) -> None:
    found, notes = table(codebook, works(*MIXED))
    for variable in ("author_group", "studied_group"):
        rows = found[found["variable"] == variable]
        assert sorted(rows["work_id"]) == ["w0", "w1", "w2", "w3"]
    groups = [codes_of(found, "author_group", f"w{i}") for i in range(4)]
    assert groups == [["USA"], ["Europe"], ["other"], ["unknown"]]
    studied = [codes_of(found, "studied_group", f"w{i}") for i in range(4)]
    assert studied == [["Europe"], ["several"], ["unknown"], ["unknown"]]
    assert notes == []


def test_what_no_rule_finds_is_shown_as_uncoded_and_unknown(codebook: Codebook) -> None:
    found, _ = table(codebook, works(*MIXED))
    assert codes_of(found, "theme", "w3") == ["uncoded"]
    assert codes_of(found, "author_country", "w3") == ["unknown"]
    assert codes_of(found, "studied_country", "w3") == ["unknown"]
    assert codes_of(found, "theme", "w1") == ["economic.jobs", "economic.skills"]


def test_works_of_which_no_rule_finds_anything_are_coded_too(codebook: Codebook) -> None:
    found, _ = table(codebook, works({"title": "Trust"}))
    assert codes_of(found, "theme") == ["uncoded"]
    assert codes_of(found, "author_group") == ["unknown"]


def test_no_works_give_an_empty_table_with_its_columns(codebook: Codebook) -> None:
    found, notes = table(codebook, works())
    assert found.empty
    assert {"work_id", "variable", "code"} <= set(found.columns)
    assert notes == []


def test_a_persons_codes_replace_the_rules_and_no_others(codebook: Codebook, decision: Make) -> None:
    found, notes = table(
        codebook,
        works(*MIXED),
        decision("eric:1", "theme", "social.lifelong; economic.skills"),
    )
    assert codes_of(found, "theme", "w1") == ["economic.skills", "social.lifelong"]
    assert codes_of(found, "theme", "w0") == ["economic.jobs"]
    assert codes_of(found, "author_country", "w1") == ["FI", "IE"]
    of_person = found[(found["work_id"] == "w1") & (found["variable"] == "theme")]
    assert set(of_person["decided_by"]) == {"Ada"}
    assert set(of_person["confidence"]) == {"person"}
    assert notes == []


@pytest.mark.parametrize(("value", "group"), [("MY", "other"), ("FI", "Europe"), ("unknown", "unknown")])
def test_a_persons_country_moves_the_work_to_its_group(
    codebook: Codebook, decision: Make, value: str, group: str
) -> None:
    found, _ = table(codebook, works(*MIXED), decision("eric:0", "author_country", value))
    assert codes_of(found, "author_country") == [value]
    assert codes_of(found, "author_group") == [group]
    assert codes_of(found, "studied_group") == ["Europe"]


def test_a_person_may_say_that_no_theme_fits(codebook: Codebook, decision: Make) -> None:
    found, _ = table(codebook, works(*MIXED), decision("eric:0", "theme", "uncoded"))
    assert codes_of(found, "theme") == ["uncoded"]


def test_people_who_differ_are_told_and_the_rule_stands(codebook: Codebook, decision: Make) -> None:
    lines = [decision("eric:0", "theme", "uncoded"), decision("eric:0", "theme", "social.lifelong", who="Bo")]
    found, notes = table(codebook, works(*MIXED), *lines)
    assert codes_of(found, "theme") == ["economic.jobs"]
    note = notes[0].what
    assert "Ada: uncoded; Bo: social.lifelong" in note


def test_people_who_name_the_same_codes_in_another_order_agree(codebook: Codebook, decision: Make) -> None:
    one, other = "economic.jobs; social.lifelong", "social.lifelong; economic.jobs"
    lines = [decision("eric:2", "theme", one), decision("eric:2", "theme", other, who="Bo")]
    found, notes = table(codebook, works(*MIXED), *lines)
    assert codes_of(found, "theme", "w2") == ["economic.jobs", "social.lifelong"]
    assert notes == []


def test_a_decision_on_an_unknown_record_is_told(codebook: Codebook, decision: Make) -> None:
    _, notes = table(codebook, works(*MIXED), decision("eric:99", "theme", "uncoded"))
    assert "'eric:99'" in notes[0].what


def test_a_coding_decision_made_on_another_state_of_the_work_is_told(
    codebook: Codebook, decision: Make
) -> None:
    """A fingerprint that fits nothing must not be passed over in silence (rule 3)."""
    _, notes = table(codebook, works(*MIXED), decision("eric:0", "theme", "uncoded", fingerprint="deadbeef"))
    assert notes


def test_the_order_of_works_does_not_change_the_table(codebook: Codebook) -> None:
    frame = works(*MIXED)
    first, _ = table(codebook, frame)
    second, _ = table(codebook, frame.iloc[::-1].reset_index(drop=True))
    assert first.equals(second)


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("theme", "economic.jobs; uncoded", ""),
        ("author_country", "FI; unknown", ""),
        ("theme", "economic.job", "did you mean 'economic.jobs'?"),
        ("themes", "uncoded", "did you mean 'theme'?"),
        ("studied_country", "UK", "GB for the UK"),
        ("studied_country", "Finland", "two capital letters"),
        ("author_country", "us", "two capital letters"),
    ],
)
def test_a_coding_decision_is_checked(
    codebook: Codebook, decision: Make, variable: str, value: str, says: str
) -> None:
    told = check_coding(codebook)(decision("eric:0", variable, value, stage="coding"))
    assert (told == "") if says == "" else (says in told)


def test_a_coding_decision_says_that_it_is_one(codebook: Codebook, decision: Make) -> None:
    assert "write coding" in check_coding(codebook)(decision("eric:0", "theme", "uncoded"))


# --- the codebook


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("contexts: []", "contexts"),
        (
            "contexts:\n- {id: a, label: A, themes: [{id: b, label: B, indicatrs: [x]}]}",
            "did you mean 'indicators'?",
        ),
        ("contexts:\n- {id: A b, label: A, themes: [{id: b, label: B, indicators: [x]}]}", "lower-case"),
        (
            "contexts:\n- id: a\n  label: A\n  themes:\n"
            "  - {id: b, label: B, indicators: [x]}\n  - {id: b, label: C, indicators: [y]}",
            "code 'a.b' stands twice",
        ),
    ],
)
def test_a_mistake_in_the_codebook_is_told_with_its_file(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "codebook.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Mistake) as caught:
        read_codebook(path)
    assert all(line.startswith(f"{path}: ") for line in caught.value.lines)
    assert any(says in line for line in caught.value.lines)
