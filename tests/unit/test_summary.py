"""The summary: one page, nothing but counts, in English and in Norwegian that agrees in number and gender."""

from __future__ import annotations

from typing import Any

import pycountry
import pytest
from reprise.countries import country_name
from reprise.synthesis.summary import country_nb, criterion_nb, date_nb, summary_en, summary_nb

ABOUT = {
    "run_id": "1a2b3c4d5e6f", "version": "0.1.0", "sample": True, "searched": "2026-11",
    "published": {"citation": "Doe, J. (2023). Badges."},
}  # fmt: skip
ZERO = dict.fromkeys(
    "database_results register_results website_results organisation_results citations_results duplicates "
    "om_repeats new_studies read_by_no_person db_awaiting_verdict om_awaiting_retrieval".split(),
    "0",
)
WRITERS = [summary_en, summary_nb]


def write(writer: Any, protocol: dict[str, Any], **more: Any) -> str:
    flow = ZERO | {"database_results": "1400", "duplicates": "37", "new_studies": "23"}
    flow |= {"read_by_no_person": "21", "db_awaiting_verdict": "180", "om_awaiting_retrieval": "4"}
    countries = more.get("countries", {"United States": 4, "Ireland": 1, "unknown": 6})
    themes = more.get("themes", [("Economic", "Jobs", 2), ("Economic", "Skills", 0), ("Social", "Life", 0)])
    tables = {
        "search_log": [{"source": name} for name in more.get("sources", ("eric", "eric", "doaj"))],
        "country_counts": [{"country": name, "full_included": str(n)} for name, n in countries.items()],
        "themes": [
            {"context": c, "theme": t, "included": str(n)}
            for c, t, n in [*themes, ("uncoded", "uncoded", more.get("uncoded", 11))]
        ],
    }
    text: str = writer(protocol, flow | more.get("flow", {}), tables, ABOUT | more.get("about", {}))
    return text


def test_english(protocol: dict[str, Any]) -> None:
    text = write(summary_en, protocol)
    assert "1,400 records from two sources describe 1,363 different works." in text
    assert "23 studies (1.7% of the works) were included." in text
    assert "No person has read 21 of them: rules included them." in text
    assert "184 more works await a person's decision." in text
    assert "United States (four) and Ireland (one). Of six studies no country is known." in text
    assert "- Economic: Jobs (two)." in text
    assert "- Social: no included study." in text
    assert "Eleven studies have no theme." in text


def test_norwegian(protocol: dict[str, Any]) -> None:
    text = write(summary_nb, protocol)
    assert "1\xa0400 poster fra to kilder beskriver 1\xa0363 ulike arbeider." in text
    assert "23 studier (1,7\xa0% av arbeidene) ble inkludert." in text
    assert "21 av dem er det ingen som har lest; de ble inkludert etter faste regler." in text
    assert "I tillegg venter 184 arbeider på at noen avgjør om de oppfyller kriteriene." in text
    assert "fire fra USA og én fra Irland. For seks studier er landet ukjent." in text
    assert "- «Economic»: «Jobs» (to)." in text
    assert "- «Social»: ingen inkluderte studier." in text
    assert "Elleve studier har ikke fått noe tema." in text


def test_one_of_each_agrees_in_number_and_gender(protocol: dict[str, Any]) -> None:
    one = ZERO | {"database_results": "1", "new_studies": "1", "read_by_no_person": "1"}
    more: dict[str, Any] = {"flow": one | {"db_awaiting_verdict": "1"}, "uncoded": 1, "sources": ("eric",)}
    more |= {"countries": {"Norway": 1, "unknown": 1}, "themes": [("Social", "Life", 1)]}
    text = write(summary_nb, protocol, **more)
    assert "Én post fra én kilde beskriver ett arbeid." in text
    assert "Én studie (100,0\xa0% av arbeidene) ble inkludert." in text
    assert "Ingen har lest den; den ble inkludert etter faste regler." in text
    assert "I tillegg venter ett arbeid på at noen avgjør om det oppfyller kriteriene." in text
    assert "én fra Norge. For én studie er landet ukjent." in text
    assert "Én studie har ikke fått noe tema." in text
    text = write(summary_en, protocol, **more)
    assert "One record from one source describes one work." in text
    assert "One study (100.0% of the works) was included. No person has read it: rules included it." in text
    assert "One more work awaits" in text
    assert "One study has no theme." in text


@pytest.mark.parametrize(
    ("writer", "said"),
    [
        (summary_en, ["No record was found.", "No studies were included.", "No work awaits a decision."]),
        (summary_nb, ["Det ble ikke funnet noen poster.", "Ingen studier ble inkludert.", "Ingen arbeider"]),
    ],
)
def test_nothing_found(protocol: dict[str, Any], writer: Any, said: list[str]) -> None:
    text = write(writer, protocol, flow=ZERO, countries={}, themes=[], uncoded=0)
    assert all(sentence in text for sentence in said)


@pytest.mark.parametrize(
    ("unread", "en", "nb"),
    [
        ("0", "A person has read each of them.", "Alle er lest av minst én person."),
        (
            "1",
            "No person has read one of them: rules included it.",
            "Én av dem er det ingen som har lest; den",
        ),
        ("23", "No person has read any of them: rules included them.", "Ingen har lest dem; de ble"),
    ],
)
def test_how_many_of_the_included_no_person_has_read(
    protocol: dict[str, Any], unread: str, en: str, nb: str
) -> None:
    for writer, said in ((summary_en, en), (summary_nb, nb)):
        assert said in write(writer, protocol, flow={"read_by_no_person": unread})


@pytest.mark.parametrize("writer", WRITERS)
def test_only_a_sample_is_called_one(protocol: dict[str, Any], writer: Any) -> None:
    said = "This is a sample" if writer is summary_en else "Dette er et utvalg"
    assert said in write(writer, protocol)
    assert said not in write(writer, protocol, about={"sample": False})


@pytest.mark.parametrize("writer", WRITERS)
def test_many_countries_and_themes_stay_on_one_page(protocol: dict[str, Any], writer: Any) -> None:
    names = (
        "Norway Sweden Denmark Finland Iceland Ireland France Spain Italy Greece Malta Cyprus Latvia".split()
    )
    themes = [(c, f"Theme {c} {n}", 9) for c in ("Economic", "Social", "Other") for n in range(12)]
    text = write(writer, protocol, countries=dict.fromkeys(names, 3), themes=themes)
    assert len(text.split()) < 450
    assert ("three more countries" if writer is summary_en else "tre land til") in text
    assert ("eight more themes" if writer is summary_en else "åtte temaer til") in text


def test_criteria_are_numbered_and_those_without_our_words_are_quoted(protocol: dict[str, Any]) -> None:
    assert "1. In the window?\n2. In English?" in write(summary_en, protocol)
    text = write(summary_nb, protocol)
    assert "1. Den er utgitt i tidsrommet fra 1. januar 2015 til 31. januar 2022.\n" in text
    assert "2. Den er skrevet på engelsk.\n3. «An article?»" in text
    assert "Kriterier i anførselstegn er gjengitt slik de står i protokollen." in text
    protocol["criteria"] = [c for c in protocol["criteria"] if c["rule"] in ("window", "language")]
    assert "anførselstegn" not in write(summary_nb, protocol)


def test_a_language_without_a_norwegian_name_here_leaves_the_question() -> None:
    criterion = {"rule": "language", "accept": ["en", "sw"], "question": "In English or Swahili?"}
    assert criterion_nb(criterion, {}) == "«In English or Swahili?»"


@pytest.mark.parametrize(
    ("english", "norwegian"),
    [
        ("Germany", "Tyskland"), ("United Kingdom", "Storbritannia"), ("Russian Federation", "Russland"),
        ("Türkiye", "Tyrkia"), ("North Macedonia", "Nord-Makedonia"), ("Kosovo", "Kosovo"),
        ("Taiwan", "Taiwan"), ("Iran", "Iran"), ("Vietnam", "Vietnam"), ("unheard of", "unheard of"),
    ],
)  # fmt: skip
def test_countries_in_norwegian(english: str, norwegian: str) -> None:
    assert country_nb(english) == norwegian


def test_no_countrys_norwegian_name_is_turned_around() -> None:
    """ISO 3166 has "Korea, Republic of"; prose has not."""
    turned = [n for c in pycountry.countries if "," in (n := country_nb(country_name(c.alpha_2)))]
    assert turned == ["Bonaire, Sint Eustatius og Saba", "Saint Helena, Ascension og Tristan da Cunha"]


def test_dates_that_are_not_known() -> None:
    assert date_nb("2026-11-24 to unknown") == "24. november 2026 til et ukjent tidspunkt"
