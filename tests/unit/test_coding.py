"""Coding: themes by stems, two kinds of countries kept apart, and people's codes above the rules'."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reprise.coding.codebook import Codebook, inflected, read_codebook, read_phrase, spellings, stands_for
from reprise.coding.places import author_countries, group_of, studied_countries
from reprise.coding.themes import FIELDS as PLACES
from reprise.coding.themes import find_hits, find_themes, themes_of_hits, words_of
from reprise.coding.works import check_coding, code_frame, code_works
from reprise.decisions import FACTS, HEADER, Decision, work_fingerprints
from reprise.frames import read_table, write_table
from reprise.mistakes import Mistake
from reprise.records import fold_text, plain_text

Make = Callable[..., Decision]
FIELDS = (*FACTS, "keywords", "author_countries", "first_author_country", "affiliations", "studied_countries")
GROUPS = {"USA": ["US"], "Europe": ["FI", "IE"]}


def works(*rows: dict[str, str]) -> pd.DataFrame:
    full = [{"work_id": f"w{i}", **dict.fromkeys(FIELDS, ""), **row} for i, row in enumerate(rows)]
    return pd.DataFrame(full, columns=["work_id", *FIELDS], dtype="str")


def book_of(**themes: dict[str, Any] | list[str]) -> Codebook:
    """Make a codebook of one context, `c`, from the indicators, or all keys, of each theme."""
    listed = [
        {"id": name, "label": name, **(keys if isinstance(keys, dict) else {"indicators": keys})}
        for name, keys in themes.items()
    ]
    return Codebook.model_validate({"contexts": [{"id": "c", "label": "C", "themes": listed}]})


def evidence(text: str, *indicators: str, **more: Any) -> list[str]:
    """List the words of a title that indicators of one theme find."""
    book = book_of(a={"indicators": list(indicators), **more})
    return list(find_hits(works({"title": text}), book)["words"])


def themes(codebook: Codebook, **fields: str) -> dict[str, tuple[str, str]]:
    """Give field and evidence by code."""
    found = find_themes(works({"title": "T", **fields}), codebook)
    return {r["code"]: (r["field"], r["evidence"]) for r in found.to_dict("records")}


# --- themes


@pytest.mark.parametrize(
    ("text", "indicator"),
    [
        ("employers", "Employer"),
        ("labour markets", "labour-market"),
        ("Recognising", "recognised"),
        ("skills", "skill"),
        ("policies planned", "policy plan"),
        ("Économies", "economy"),
    ],
)
def test_a_word_is_found_in_any_inflected_form(text: str, indicator: str) -> None:
    assert evidence(text, indicator) == [fold_text(text)]


@pytest.mark.parametrize(
    ("text", "indicator"),
    [
        ("employability", "employer"),  # of one stem
        ("employment", "employer"),
        ("news", "new"),  # of two stems
        ("hoping", "hop"),
        ("unemployers", "employer"),
    ],
)
def test_another_word_is_not_found(text: str, indicator: str) -> None:
    assert evidence(text, indicator) == []


def test_a_star_stands_for_any_ending_of_its_word_alone() -> None:
    text = "micro-credentialing, micro-credentials, macro-credentials and incredential"
    assert evidence(text, "micro-credential*") == ["micro credentialing", "micro credentials"]
    assert evidence("credit transferability, credits transfer", "credit transfer*") == [
        "credit transferability",
        "credits transfer",
    ]


def test_an_exact_phrase_is_found_in_no_other_form() -> None:
    assert evidence("Open-Access, opens access, open accesses", "open access!") == ["open access"]
    assert evidence("Opens access", "open access") == ["opens access"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Open access", []),
        ("Open accesses", []),
        ("Access opened", ["access"]),
        ("Access to open access journals gives access", ["access", "access"]),
        ("The open university's access", ["access"]),
        ("Open-access policy", []),
    ],
)
def test_an_indicator_inside_a_negation_is_no_hit(text: str, left: list[str]) -> None:
    assert evidence(text, "access", negations=["open access"]) == left


def test_a_negation_cancels_only_what_it_covers_whole() -> None:
    assert evidence(
        "open access to education", "access", "access to education", negations=["open access"]
    ) == ["access to education"]


def test_a_negation_is_of_its_theme_alone() -> None:
    book = book_of(a={"indicators": ["access"], "negations": ["open access"]}, b=["open access"])
    assert list(find_themes(works({"title": "Open access"}), book)["code"]) == ["c.b"]


def test_a_phrase_does_not_reach_from_one_keyword_into_the_next(codebook: Codebook) -> None:
    assert themes(codebook, keywords="labour; market") == {}
    hits = find_hits(works({"keywords": "Higher education; Labour market &amp; skills;skill"}), codebook)
    assert hits[["position", "words"]].to_numpy().tolist() == [
        [2, "labour market"],
        [4, "skills"],
        [5, "skill"],
    ]


def test_every_hit_is_told_in_order(codebook: Codebook) -> None:
    frame = works({"title": "Skills: reskilling skills", "abstract": "Of employers."}, {"title": "Skilled"})
    assert find_hits(frame, codebook).to_numpy().tolist() == [
        ["w0", "economic.jobs", "employer", "abstract", 1, "employers"],
        ["w0", "economic.skills", "skill", "title", 0, "skills"],
        ["w0", "economic.skills", "reskilling", "title", 1, "reskilling"],
        ["w0", "economic.skills", "skill", "title", 2, "skills"],
        ["w1", "economic.skills", "skill", "title", 0, "skilled"],
    ]


def test_of_two_indicators_at_one_place_the_longer_is_the_evidence_and_the_place_counts_once() -> None:
    book = book_of(a=["recognition", "recognition of prior learning", "prior learning"])
    frame = works({"title": "On recognition of prior learning"})
    assert list(find_hits(frame, book)["words"]) == [
        "recognition of prior learning",
        "recognition",
        "prior learning",
    ]
    (theme,) = find_themes(frame, book).to_dict("records")
    assert (theme["evidence"], theme["hits"]) == ("recognition of prior learning", 2)


def test_where_a_longer_phrase_only_seems_to_stand_a_shorter_is_found() -> None:
    """Stems of "graduate employment" stand there too; the search went on behind them once."""
    book = book_of(a=["graduate employment", "employability"])
    assert list(find_themes(works({"title": "Graduate employability"}), book)["evidence"]) == [
        "employability"
    ]


def test_no_works_and_no_hits_give_empty_tables_with_their_columns(codebook: Codebook) -> None:
    for frame in (works(), works({"title": "Trust"})):
        hits = find_hits(frame, codebook)
        assert hits.empty
        assert list(hits.columns) == ["work_id", "code", "indicator", "field", "position", "words"]
        assert list(themes_of_hits(hits).columns) == ["work_id", "code", "field", "evidence", "hits"]


VOCABULARY = [
    "access", "accesses", "open", "opened", "opens", "Opening", "education", "to", "educational", "plan",
    "planned", "skill", "skills", "skilled", "gap", "policy", "policies", "é", "İn", "3.0",
]  # fmt: skip
SENTENCES = st.lists(st.sampled_from(VOCABULARY), max_size=9).map(" ".join)
WORDS = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=3).map(" ".join)
PHRASES = WORDS | WORDS.map(lambda text: text + "*") | WORDS.map(lambda text: text + "!")
INDICATORS = st.lists(PHRASES, min_size=1, max_size=5)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "title": SENTENCES,
            "keywords": st.lists(SENTENCES, max_size=3).map("; ".join),
            "abstract": SENTENCES,
        }
    ),
    min_size=1,
    max_size=4,
)


def in_codebook(indicators: list[str], *before: str) -> dict[str, Any]:
    """Give a theme whose every negation holds an indicator."""
    return {"indicators": indicators, "negations": [f"{word} {indicators[0]}" for word in before]}


@settings(deadline=None)
@given(ROWS, INDICATORS, st.lists(st.sampled_from(VOCABULARY), max_size=2))
def test_hits_are_those_that_looking_at_each_place_finds(
    rows: list[dict[str, str]], indicators: list[str], before: list[str]
) -> None:
    theme = in_codebook(indicators, *before)
    expected = set()
    for number, row in enumerate(rows):
        for field in PLACES:
            offset = 0
            for part in row[field].split(";") if field == "keywords" else [row[field]]:
                words = fold_text(part).split()

                def spans(phrase: str, words: list[str] = words) -> list[tuple[int, int]]:
                    asked = read_phrase(phrase)
                    return [
                        (at, at + len(asked))
                        for at in range(len(words) - len(asked) + 1)
                        if all(stands_for(w, words[at + i]) for i, w in enumerate(asked))
                    ]

                negated = [span for phrase in theme["negations"] for span in spans(phrase)]
                expected |= {
                    (f"w{number}", indicator, field, offset + start, " ".join(words[start:end]))
                    for indicator in indicators
                    for start, end in spans(indicator)
                    if not any(s <= start and end <= e for s, e in negated)
                }
                offset += len(words)
    hits = find_hits(works(*rows), book_of(a=theme))
    found = hits[["work_id", "indicator", "field", "position", "words"]]
    assert list(found.itertuples(index=False, name=None)) == sorted(
        expected, key=lambda h: (h[0], PLACES.index(h[2]), h[3], -len(read_phrase(h[1])), h[1])
    )


@settings(deadline=None)
@given(ROWS, INDICATORS)
def test_a_hits_words_stand_at_its_position(rows: list[dict[str, str]], indicators: list[str]) -> None:
    for hit in find_hits(works(*rows), book_of(a=indicators)).to_dict("records"):
        field = rows[int(hit["work_id"][1:])][hit["field"]]
        words, position = hit["words"].split(), hit["position"]
        assert fold_text(field).split()[position : position + len(words)] == words


@settings(deadline=None)
@given(ROWS, INDICATORS, st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=3))
def test_a_negation_only_ever_takes_hits_away(
    rows: list[dict[str, str]], indicators: list[str], before: list[str]
) -> None:
    without, with_them = (
        set(find_hits(works(*rows), book_of(a=theme)).itertuples(index=False, name=None))
        for theme in (in_codebook(indicators), in_codebook(indicators, *before))
    )
    assert with_them <= without


@settings(deadline=None)
@given(ROWS, INDICATORS, PHRASES)
def test_another_indicator_never_loses_a_hit_or_code(
    rows: list[dict[str, str]], indicators: list[str], another: str
) -> None:
    fewer, more = (
        find_hits(works(*rows), book_of(a=listed)) for listed in (indicators, [*indicators, another])
    )
    assert set(fewer.itertuples(index=False, name=None)) <= set(more.itertuples(index=False, name=None))
    assert set(themes_of_hits(fewer)["work_id"]) <= set(themes_of_hits(more)["work_id"])


@settings(deadline=None)
@given(ROWS, INDICATORS, st.randoms(use_true_random=False))
def test_the_order_of_works_and_indicators_does_not_change_the_hits(
    rows: list[dict[str, str]], indicators: list[str], random: Any
) -> None:
    frame, shuffled = works(*rows), list(indicators)
    random.shuffle(shuffled)
    order = random.sample(range(len(frame)), len(frame))
    hits = find_hits(frame, book_of(a=indicators))
    assert hits.equals(find_hits(frame.iloc[order], book_of(a=shuffled)))


@settings(deadline=None)
@given(st.text() | st.text("aé<>&;İß_ \u0345\u0301-’"))
@example("a\u0345")
def test_words_are_those_of_the_folded_text_without_markup(text: str) -> None:
    assert words_of(text) == fold_text(plain_text(text)).split()


@settings(deadline=None)
@given(st.text("adegilnps", max_size=6), st.text("adegilnps", max_size=6))
def test_no_inflected_form_is_missing_from_the_spellings(word: str, other: str) -> None:
    (of,) = read_phrase(other) or read_phrase("s")
    if inflected(word, of.text):
        assert word in spellings(of)


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
        {"title": "Badges in Georgia", "affiliations": "Georgia"},
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


def statuses(frame: pd.DataFrame, variable: str, work: str = "w0") -> dict[str, str]:
    rows = frame[(frame["variable"] == variable) & (frame["work_id"] == work)]
    return dict(zip(rows["code"], rows["status"], strict=True))


def test_a_code_says_whether_rule_and_person_agree(codebook: Codebook, decision: Make) -> None:
    lines = [
        decision("eric:1", "theme", "social.lifelong; economic.skills"),
        decision("eric:2", "theme", "uncoded"),
        decision("eric:0", "theme", "uncoded"),
    ]
    found, _ = table(codebook, works(*MIXED), *lines)
    assert statuses(found, "theme", "w1") == {"economic.skills": "confirmed", "social.lifelong": "changed"}
    assert statuses(found, "theme", "w2") == {"uncoded": "confirmed"}
    assert statuses(found, "theme", "w0") == {"uncoded": "changed"}
    assert statuses(found, "theme", "w3") == {"uncoded": "by rule"}
    assert set(found.loc[found["variable"] != "theme", "status"]) == {"by rule"}


@pytest.mark.parametrize(
    ("value", "country", "group"),
    [("US", {"US": "confirmed"}, {"USA": "confirmed"}), ("FI", {"FI": "changed"}, {"Europe": "changed"})],
)
def test_who_decides_on_countries_decides_on_their_group(
    codebook: Codebook, decision: Make, value: str, country: dict[str, str], group: dict[str, str]
) -> None:
    found, _ = table(codebook, works(*MIXED), decision("eric:0", "author_country", value))
    assert statuses(found, "author_country") == country
    assert statuses(found, "author_group") == group
    assert statuses(found, "studied_group") == {"Europe": "by rule"}
    by = found.loc[(found["work_id"] == "w0") & (found["variable"] == "author_group"), "decided_by"]
    assert list(by) == ["Ada"]


def test_where_the_rule_stands_no_person_is_named(codebook: Codebook, decision: Make) -> None:
    frame = works(*MIXED)
    stale = decision("eric:0", "theme", "economic.jobs", fingerprint=work_fingerprints("theme", frame)[1])
    differ = [decision("eric:1", "theme", c, who=c) for c in ("uncoded", "economic.jobs")]
    found, notes = table(codebook, frame, stale, *differ)
    assert len(notes) == 2
    assert set(found["status"]) == {"by rule"}


def test_a_code_that_a_person_names_twice_is_one(codebook: Codebook, decision: Make) -> None:
    found, _ = table(codebook, works(*MIXED), decision("eric:0", "theme", "economic.jobs; economic.jobs"))
    assert codes_of(found, "theme") == ["economic.jobs"]


@pytest.mark.parametrize("asked", [True, False])
def test_the_stage_writes_codes_and_where_asked_all_hits_of_the_works_in_the_review(
    tmp_path: Path, codebook: Codebook, asked: bool
) -> None:
    frame = works(*MIXED, {"title": "Skills of one who left"})
    frame["record_ids"] = [f"eric:{n}" for n in range(len(frame))]
    write_table(frame, tmp_path / "works.parquet", tmp_path / "works.csv")
    ends = ["included", "awaiting", "included", "included", "excluded"]
    verdicts = pd.DataFrame({"work_id": frame["work_id"], "end": pd.Series(ends, dtype="str")})
    write_table(verdicts, tmp_path / "screening.parquet", tmp_path / "screening.csv")
    (tmp_path / "codebook.yaml").write_text(yaml.safe_dump(codebook.model_dump()), encoding="utf-8")
    cells = {"record_id": "eric:1", "stage": "coding", "variable": "theme", "value": "uncoded", "who": "Ada",
             "role": "reviewer", "when": "2026-11-24"}  # fmt: skip
    lines = [",".join(HEADER), ",".join(cells.get(name, "") for name in HEADER)]
    (tmp_path / "decisions.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    hits = {name: tmp_path / f"hits.{name[-3:]}" for name in ("hits", "hits_csv")} if asked else {}
    code_works(
        tmp_path / "works.parquet",
        tmp_path / "screening.parquet",
        tmp_path / "codebook.yaml",
        tmp_path / "decisions.csv",
        GROUPS,
        tmp_path / "coding.parquet",
        tmp_path / "coding.csv",
        tmp_path / "trouble.csv",
        **hits,
    )
    coding = read_table(tmp_path / "coding.parquet")
    assert statuses(coding, "theme", "w1") == {"uncoded": "changed"}
    if asked:
        found = read_table(hits["hits"])
        assert set(found["work_id"]) == {"w0", "w1"}
        assert found.equals(find_hits(frame.head(4), codebook))
        assert hits["hits_csv"].read_text(encoding="utf-8").count("\n") == len(found) + 1
    else:
        assert not list(tmp_path.glob("hits*"))


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("theme", ";", "write uncoded for none"),
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

BOOK = Path(__file__).parents[2] / "config" / "codebook.yaml"


def lines_of(path: Path, text: str) -> list[str]:
    """Give what is said of a codebook, without its file's name."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Mistake) as caught:
        read_codebook(path)
    assert all(line.startswith(f"{path}: ") for line in caught.value.lines)
    return [line.removeprefix(f"{path}: ") for line in caught.value.lines]


def one_theme(keys: str, top: str = "") -> str:
    return f"{top}contexts:\n- {{id: a, label: A, themes: [{{id: b, label: B, {keys}}}]}}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("contexts: []", "contexts"),
        ("- just a list", "holds no keys"),
        (one_theme("indicators: [x], negation: [x y]"), "did you mean 'negations'?"),
        ("contexts:\n- {id: A b, label: A, themes: [{id: b, label: B, indicators: [x]}]}", "lower-case"),
        (
            "contexts:\n- id: a\n  label: A\n  themes:\n"
            "  - {id: b, label: B, indicators: [x]}\n  - {id: b, label: C, indicators: [y]}",
            "code 'a.b' stands twice",
        ),
        (
            one_theme("indicators: [x]", "language: xx\n"),
            "language: 'xx' is not known; known (ISO 639-1): en",
        ),
        (one_theme("indicators: [x, '--']"), "'--' has no letter"),
        (one_theme("indicators: ['*']"), "'*' has no letter"),
        (one_theme("indicators: [skill *]"), "* stands only at the end of a word"),
        (one_theme("indicators: [sk*ll]"), "* stands only at the end of a word"),
        (one_theme("indicators: [skills (new*)]"), "* stands only at the end of a word"),
        (one_theme("indicators: ['\"open access\"']"), "quotation marks"),
        (one_theme("indicators: [“open access”]"), "quotation marks"),
        (one_theme("indicators: [x], negations: ['!']"), "'!' has no letter"),
        (one_theme("indicators: ['...'], negations: [open source]"), "'...' has no letter"),
        (
            one_theme("indicators: [access], negations: [open source]"),
            "negation 'open source' of a.b holds none of its indicators",
        ),
        (
            one_theme("indicators: [employer], negations: [employability fund]"),
            "holds none of its indicators",
        ),
        (one_theme("indicators: [access!], negations: [open accesses!]"), "holds none of its indicators"),
        (one_theme("indicators: [open access], negations: [access]"), "holds none of its indicators"),
    ],
)
def test_a_mistake_in_the_codebook_is_one_line_with_its_file(tmp_path: Path, text: str, says: str) -> None:
    (line,) = lines_of(tmp_path / "codebook.yaml", text)
    assert says in line


def test_a_misspelt_key_and_the_one_that_is_missing_for_it_are_told(tmp_path: Path) -> None:
    told = lines_of(tmp_path / "codebook.yaml", one_theme("indicatrs: [x]"))
    assert len(told) == 2
    assert any("did you mean 'indicators'?" in line for line in told)


@pytest.mark.parametrize(
    ("indicator", "negation"),
    [
        ("access", "open access"),
        ("access", "opened accesses"),
        ("accesses", "open access"),
        ("access*", "open accessibility!"),
        ("access", "open acces*"),
        ("access*", "open acce*"),
        ("access!", "open accesses"),
        ("plan", "planned obsolescence"),
        ("access", "access"),
    ],
)
def test_a_negation_that_may_hold_an_indicator_is_none(indicator: str, negation: str) -> None:
    book_of(a={"indicators": [indicator], "negations": [negation]})


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("skill", "skill", "indicator 'skill' stands in c.one and in c.two; keep one"),
        (
            "Up-skilling",
            "up skilling",
            "indicator 'up skilling' stands in c.one as 'Up-skilling' and in c.two",
        ),
        ("skill gap", "skills gap", "indicator 'skills gap' stands in c.one as 'skill gap' and in c.two"),
        ("skill*", "Skill*", "indicator 'Skill*' stands in c.one and in c.two"),
        ("employer", "employability", ""),
        ("skill", "skill!", ""),
        ("skill", "skill gap", ""),
    ],
)
def test_an_indicator_stands_in_one_theme(one: str, other: str, told: str) -> None:
    if told:
        with pytest.raises(ValueError, match="stands in") as caught:
            book_of(one=[one], two=[other])
        assert told in str(caught.value)
    else:
        book_of(one=[one], two=[other])


def test_all_mistakes_in_a_codebook_are_told_at_once(tmp_path: Path) -> None:
    text = """
language: xx
contexts:
- id: a
  label: A
  colour: red
  themes:
  - {id: b, label: B, indicators: [skill, '...'], negations: [open source]}
  - {id: b, label: C, indicatrs: [x]}
  - {id: d, label: D, indicators: [skills]}
"""
    wrong = ["colour", "'...' has no letter", "indicators: is missing", "indicatrs", "a.b", "'xx'"]
    told = lines_of(tmp_path / "codebook.yaml", text)
    assert all(sum(word in line for line in told) == 1 for word in wrong), told
    assert len(told) == len(wrong)
    told = lines_of(tmp_path / "codebook.yaml", text.replace("language: xx\n", ""))
    assert sum("negation 'open source' of a.b" in line for line in told) == 1
    assert sum("indicator 'skills' stands in a.b as 'skill' and in a.d" in line for line in told) == 1
    assert len(told) == len(wrong) + 1


def test_a_codebook_of_labels_and_indicators_alone_still_reads(tmp_path: Path) -> None:
    path = tmp_path / "codebook.yaml"
    path.write_text(one_theme("indicators: [x, 4.0]"), encoding="utf-8")
    book = read_codebook(path)
    assert (book.version, book.language, book.origin) == ("", "en", "")
    ((_, _, theme),) = book.themes()
    assert (theme.indicators, theme.negations, theme.definition) == (["x", "4.0"], [], "")


@pytest.mark.parametrize("version", ["2", "2026-11-24", "'1.10'"])
def test_a_version_is_a_text_however_yaml_reads_it(tmp_path: Path, version: str) -> None:
    path = tmp_path / "codebook.yaml"
    path.write_text(one_theme("indicators: [x]", f"version: {version}\n"), encoding="utf-8")
    assert read_codebook(path).version == version.strip("'")


def test_the_fingerprint_is_of_what_the_codebook_says_not_of_its_layout(tmp_path: Path) -> None:
    path = tmp_path / "codebook.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(BOOK.read_text(encoding="utf-8"))), encoding="utf-8")
    ours = read_codebook(BOOK)
    assert read_codebook(path).fingerprint == ours.fingerprint
    raw = ours.model_dump()
    raw["contexts"][0]["themes"][0]["exclude"] += " And more."
    assert Codebook.model_validate(raw).fingerprint != ours.fingerprint


def test_each_theme_of_our_codebook_says_what_it_means() -> None:
    book = read_codebook(BOOK)
    assert (book.language, book.origin) == ("en", "ours")
    assert book.version
    for code, _, theme in book.themes():
        assert all((theme.definition, theme.include, theme.exclude)), code


def test_each_negation_of_our_codebook_cancels_its_themes_indicators() -> None:
    book = read_codebook(BOOK)
    negations = [(code, text) for code, _, theme in book.themes() for text in theme.negations]
    assert negations
    hits = find_hits(works(*({"title": f"On {text}."} for _, text in negations)), book)
    found = set(zip(hits["work_id"], hits["code"], strict=True))
    assert not found & {(f"w{n}", code) for n, (code, _) in enumerate(negations)}
