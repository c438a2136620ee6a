"""Countries: codes, names, and what is a country in running text and in an address."""

from __future__ import annotations

import pytest
from reprise.countries import countries_in_text, country_name, country_of_affiliation, is_country


@pytest.mark.parametrize("code", ["US", "GB", "NO", "XK", "TW"])
def test_an_iso_code_is_a_country(code: str) -> None:
    assert is_country(code)


@pytest.mark.parametrize("code", ["UK", "EU", "ZZ", "USA", "", "us", "Fi"])
def test_anything_else_is_none(code: str) -> None:
    assert not is_country(code)


def test_codes_are_named_briefly_and_a_strange_code_stays_as_it_is() -> None:
    assert country_name("XK") == "Kosovo"
    assert country_name("TZ") == "Tanzania"
    assert country_name("ZZ") == "ZZ"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Badges in Finland and Ireland", {"FI", "IE"}),
        ("The United States and the UK", {"US", "GB"}),
        ("Universities of Northern Ireland", {"GB"}),
        ("A South African view", set()),
        ("Micro-credentials in South Africa", {"ZA"}),
        ("South Korea; North Korea", {"KR", "KP"}),
        ("Schools of Papua New Guinea", {"PG"}),
        ("teachers in CÔTE D’IVOIRE", {"CI"}),
        ("Türkiye and Turkey", {"TR"}),
    ],
)
def test_countries_named_in_a_text_are_found(text: str, codes: set[str]) -> None:
    assert set(countries_in_text(text)) == codes


@pytest.mark.parametrize(
    "text",
    [
        "Georgia State University",
        "Michael Jordan on badges",
        "New Mexico and New Jersey",
        "New South Wales",
        "help us learn",
        "romance of the woman",
        "Indiana teachers",
        "",
    ],
)
def test_a_name_that_mostly_means_something_else_is_passed_over(text: str) -> None:
    assert countries_in_text(text) == {}


def test_the_words_that_name_a_country_are_told() -> None:
    assert countries_in_text("An English town in England") == {"GB": "england"}


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("Georgia State University, Atlanta, GA 30303, USA", "US"),
        ("University of Jordan, Amman, Jordan", "JO"),
        ("Vytautas Magnus University, Kaunas, Lithuania; name@vdu.lt", "LT"),
        ("Univ. of Oulu, Oulu, Finland.", "FI"),
        ("University of Melbourne, Melbourne, Victoria", "AU"),
        ("McGill University, Montreal, Quebec", "CA"),
        ("Penn State, University Park, PA 16802", "US"),
        ("Hochschule RheinMain, Wiesbaden, DE", ""),
        ("Queen's University, Belfast, Northern Ireland", "GB"),
        ("Université du Niger, Niamey, Niger", "NE"),
        ("Tbilisi State University, Tbilisi, Georgia", ""),
        ("Institute of Education", ""),
        ("", ""),
    ],
)
def test_the_country_of_an_address_is_the_last_of_its_parts(address: str, code: str) -> None:
    assert country_of_affiliation(address) == code


def test_an_address_does_not_take_its_country_from_the_name_of_its_school() -> None:
    assert country_of_affiliation("China Centre, University of Oxford, Oxford, England") == "GB"
