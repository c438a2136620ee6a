"""The summary: one page, nothing but counts, in English and in Norwegian that agrees in number and gender."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pycountry
import pytest
from reprise.countries import country_name
from reprise.synthesis.prisma import template_rows
from reprise.synthesis.summary import WITH_THE, country_en, country_nb, criterion_nb, date_nb, summary, totals
from reprise.vocabulary import TYPES

ABOUT = {
    "run_id": "1a2b3c4d5e6f", "version": "0.1.0", "sample": True, "searched": "2026-11",
    "published": {"citation": "Doe, J. (2023). Badges."},
}  # fmt: skip
ZERO = {
    row["data"]: row["n"]
    for row in template_rows(defaultdict(str))
    if row["data"] != "NA" and row["n"] == "0"
}
LANGUAGES = ["en", "nb"]


def write(language: str, protocol: dict[str, Any], **more: Any) -> str:
    flow = ZERO | {"database_results": "1400", "duplicates": "37", "new_studies": "23", "new_reports": "23"}
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
    return summary(language, protocol, flow | more.get("flow", {}), tables, ABOUT | more.get("about", {}))


def test_english(protocol: dict[str, Any]) -> None:
    text = write("en", protocol)
    assert "Two sources hold 1,400 records, which describe 1,363 different publications." in text
    assert "In all, 23 studies were included (1.7% of the publications)." in text
    assert "No person has read 21 of them; they were included by rule." in text
    assert "A further 184 publications await a person's decision; 1,156 were excluded." in text
    assert "four from the United States; one from Ireland. For six studies no country is known." in text
    assert "- Economic: Jobs (two); no study for the other theme." in text
    assert "- Social: no included study." in text
    assert "Eleven studies have no theme." in text


def test_norwegian(protocol: dict[str, Any]) -> None:
    text = write("nb", protocol)
    assert "To kilder har til sammen 1\xa0400 poster, som beskriver 1\xa0363 ulike publikasjoner." in text
    assert "I alt ble 23 studier inkludert (1,7\xa0% av publikasjonene)." in text
    assert "21 av dem er det ingen som har lest; de ble inkludert etter faste regler." in text
    assert (
        "I tillegg venter 184 publikasjoner på at en person avgjør om de oppfyller kriteriene; "
        "1\xa0156 ble ekskludert." in text
    )
    assert "fire fra USA; én fra Irland. For seks studier er landet ukjent." in text
    assert "- «Economic»: «Jobs» (to); ingen studier for det andre temaet." in text
    assert "- «Social»: ingen inkluderte studier." in text
    assert "Elleve studier har ikke fått noe tema." in text


def test_one_of_each_agrees_in_number_and_gender(protocol: dict[str, Any]) -> None:
    one = ZERO | dict.fromkeys(
        ("new_studies", "new_reports", "read_by_no_person", "db_awaiting_verdict"), "1"
    )
    more: dict[str, Any] = {"flow": one | {"database_results": "2"}, "uncoded": 1, "sources": ("eric",)}
    more |= {"countries": {"Norway": 1, "unknown": 1}, "themes": [("Social", "Life", 1)]}
    alone = {**more, "flow": one | {"database_results": "1", "db_awaiting_verdict": "0"}}
    text = write("nb", protocol, **more)
    assert "Én kilde har to poster, som beskriver to ulike publikasjoner." in text
    assert "I alt ble én studie inkludert (50,0\xa0% av publikasjonene)." in text
    assert "Ingen har lest den; den ble inkludert etter faste regler." in text
    assert "I tillegg venter én publikasjon på at en person avgjør om den oppfyller kriteriene." in text
    assert "én fra Norge. For én studie er landet ukjent." in text
    assert "Én studie har ikke fått noe tema." in text
    text = write("nb", protocol, **alone)
    assert "Én kilde har én post, som beskriver én publikasjon." in text
    assert "Ingen publikasjoner venter på en avgjørelse." in text
    text = write("en", protocol, **more)
    assert "In all, one study was included (50.0% of the publications)." in text
    assert "No person has read it; it was included by rule." in text
    assert "One further publication awaits a person's decision." in text
    assert "one from Norway. For one study no country is known." in text
    assert "One study has no theme." in text
    text = write("en", protocol, **alone)
    assert "One source holds one record, which describes one publication." in text
    assert "No publication awaits a decision." in text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["No record was found.", "- Social: no included study."]),
        ("nb", ["Det ble ikke funnet noen poster.", "- «Social»: ingen inkluderte studier."]),
    ],
)
def test_nothing_found(protocol: dict[str, Any], language: str, said: list[str]) -> None:
    nothing = {"database_results": "0"}
    text = write(
        language, protocol, flow=ZERO | nothing, countries={}, themes=[("Social", "Life", 0)], uncoded=0
    )
    assert all(sentence in text for sentence in said)
    assert "%" not in text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["In all, no studies were included. No publication awaits a decision; ten were excluded."]),
        (
            "nb",
            ["I alt ble ingen studier inkludert. Ingen publikasjoner venter på en avgjørelse; ti ble eksk"],
        ),
    ],
)
def test_nothing_included(protocol: dict[str, Any], language: str, said: list[str]) -> None:
    text = write(language, protocol, flow=ZERO | {"database_results": "10"}, countries={}, uncoded=0)
    assert all(sentence in text for sentence in said)


def test_versions_of_one_study_and_full_texts_that_could_not_be_had(protocol: dict[str, Any]) -> None:
    flow = {"new_studies": "22", "dbr_notretrieved_reports": "2", "other_notretrieved_reports": "1"}
    text = write("en", protocol, flow=flow)
    assert "Counting versions of one study once, they are 22; below, each is counted." in text
    assert "; 1,153 were excluded; the full text of three could not be obtained." in text
    text = write("nb", protocol, flow=flow)
    assert "Når flere utgaver av samme studie regnes som én, er det 22; nedenfor telles hver utgave." in text
    assert "; tre lot seg ikke skaffe i fulltekst." in text


@pytest.mark.parametrize(
    ("unread", "en", "nb"),
    [
        ("0", "A person has judged each of them.", "Alle er vurdert av minst én person."),
        (
            "1",
            "No person has read one of them; it was included by rule.",
            "Én av dem er det ingen som har lest; den",
        ),
        ("23", "No person has read any of them; they were included by rule.", "Ingen har lest dem; de ble"),
    ],
)
def test_how_many_of_the_included_no_person_has_read(
    protocol: dict[str, Any], unread: str, en: str, nb: str
) -> None:
    for language, said in (("en", en), ("nb", nb)):
        assert said in write(language, protocol, flow={"read_by_no_person": unread})


def test_countries_of_equal_count_stand_together_in_the_alphabet_of_the_language(
    protocol: dict[str, Any],
) -> None:
    countries = {"Norway": 1, "United States": 2, "Austria": 1, "China": 1, "Netherlands": 2, "Unheard": 0}
    text = write("en", protocol, countries=countries)
    assert (
        "two each from the Netherlands and the United States; one each from Austria, China and Norway."
        in text
    )
    text = write("nb", protocol, countries=countries)
    assert (
        "to fra hvert av landene Nederland og USA; én fra hvert av landene Kina, Norge og Østerrike." in text
    )


@pytest.mark.parametrize(
    ("language", "said"), [("en", "These records are a sample"), ("nb", "postene er et utvalg")]
)
def test_only_a_sample_is_called_one(protocol: dict[str, Any], language: str, said: str) -> None:
    assert said in write(language, protocol)
    assert said not in write(language, protocol, about={"sample": False})


@pytest.mark.parametrize("language", LANGUAGES)
def test_many_countries_and_themes_stay_on_one_page(protocol: dict[str, Any], language: str) -> None:
    names = """Norway Sweden Denmark Finland Iceland Ireland France Spain Italy Greece Malta Cyprus Latvia
        Estonia Poland Austria Belgium Hungary""".split()
    themes = [(c, f"Theme {c} {n}", 9) for c in ("Economic", "Social", "Other") for n in range(12)]
    text = write(language, protocol, countries=dict.fromkeys(names, 3), themes=themes)
    assert len(text.split()) < 480
    more = {
        "en": "Three more countries have at most three studies each.",
        "nb": "Tre land til har høyst tre studier",
    }
    assert more[language] in text
    rest = {"en": "eight more themes (at most nine each)", "nb": "åtte temaer til (høyst ni hver)"}
    assert rest[language] in text


def test_criteria_are_numbered_and_the_window_is_told(protocol: dict[str, Any]) -> None:
    text = write("en", protocol)
    assert "1. In the window? (1 January 2015 to 31 January 2022)\n2. In English?\n" in text
    assert "4. Not retracted? (not known counts as yes)\n" in text
    text = write("nb", protocol)
    assert "1. Den er utgitt i perioden fra 1. januar 2015 til 31. januar 2022.\n" in text
    assert "2. Den er skrevet på engelsk.\n" in text
    assert "3. Den er av typen tidsskriftartikkel eller oversiktsartikkel.\n" in text
    assert "4. Den er ikke trukket tilbake (ukjent regnes som oppfylt).\n5. «On topic?»\n" in text
    assert "Kriteriet i anførselstegn er gjengitt slik det står i protokollen." in text
    protocol["criteria"] = [c for c in protocol["criteria"] if c["rule"] in ("window", "language")]
    assert "anførselstegn" not in write("nb", protocol)


def test_every_type_and_its_norwegian_name() -> None:
    for name in TYPES:
        said = criterion_nb({"rule": "document_type", "accept": [name], "question": "?"}, {})
        assert said.startswith("Den er av typen "), name


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


def test_english_names_with_an_article() -> None:
    """Every code with the article is a country's; those without one stay as they are."""
    assert [country_en(name) for name in ("Philippines", "United Arab Emirates", "Ireland", "Nowhere")] == [
        "the Philippines", "the United Arab Emirates", "Ireland", "Nowhere"
    ]  # fmt: skip
    assert sum(country_en(country_name(c.alpha_2)).startswith("the ") for c in pycountry.countries) == len(
        WITH_THE
    )


def test_the_sums_of_both_columns() -> None:
    flow = ZERO | {
        "database_results": "29", "register_results": "3", "website_results": "7", "citations_results": "4",
        "duplicates": "3", "om_repeats": "2", "dbr_sought_reports": "16", "other_sought_reports": "6",
        "db_awaiting_retrieval": "3", "om_awaiting_retrieval": "1", "db_awaiting_verdict": "5",
        "om_awaiting_eligibility": "1", "dbr_notretrieved_reports": "2", "other_notretrieved_reports": "1",
        "dbr_assessed": "11", "other_assessed": "4", "new_reports": "9", "dbr_excluded": "Design, 2",
    }  # fmt: skip
    expected = {
        "db_identified": 32, "om_identified": 11, "identified": 43, "repeats": 5, "works": 38, "sought": 22,
        "awaiting_retrieval": 4, "not_retrieved": 3, "assessed": 15, "awaiting": 10, "out": 16,
    }  # fmt: skip
    assert {name: totals(flow)[name] for name in expected} == expected
