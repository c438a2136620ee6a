"""The summary: a research note of one page, in English and in Norwegian Bokmål.

It counts and says no more: which study is rerun, what it asks, what was included and by whom, and how many of
the included bear which theme. Texts of the protocol and labels of the codebook are in the language that they
were written in; where the Norwegian note has no words of its own for them, they stand in quotation marks.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pycountry
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from reprise.coding.codebook import UNCODED
from reprise.coding.places import UNKNOWN
from reprise.countries import country_name

Row = Mapping[str, str]
# So many countries, and themes of one context, are named, so that the note stays on its page.
MOST_COUNTRIES = 10
MOST_THEMES = 4

_EN_NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()
_NB_NUMBERS = "null en to tre fire fem seks sju åtte ni ti elleve tolv".split()
_EN_MONTHS = """January February March April May June July August September October November
    December""".split()
_NB_MONTHS = """januar februar mars april mai juni juli august september oktober november
    desember""".split()
# What Norwegians call a country where the translation of ISO 3166 has its official name.
_NB_COUNTRIES = {
    "BN": "Brunei", "CD": "Den demokratiske republikken Kongo", "FM": "Mikronesia", "PS": "Palestina",
    "RU": "Russland", "SZ": "Eswatini", "US": "USA", "XK": "Kosovo",
}  # fmt: skip
_NB_LANGUAGES = {
    "ar": "arabisk", "da": "dansk", "de": "tysk", "en": "engelsk", "es": "spansk", "fi": "finsk",
    "fr": "fransk", "it": "italiensk", "ja": "japansk", "ko": "koreansk", "lt": "litauisk",
    "nb": "norsk bokmål", "nl": "nederlandsk", "nn": "nynorsk", "no": "norsk", "pl": "polsk",
    "pt": "portugisisk", "ru": "russisk", "sv": "svensk", "tr": "tyrkisk", "zh": "kinesisk",
}  # fmt: skip


def summary_en(
    protocol: Mapping[str, Any],
    flow: Mapping[str, str],
    tables: Mapping[str, Sequence[Row]],
    about: Mapping[str, Any],
) -> str:
    """Write the note in English.

    Parameters
    ----------
    protocol : mapping
        The whole protocol as plain text.
    flow : mapping
        Name -> number of the flow, as `results/prisma.csv` has them in `data` and `n`.
    tables : mapping
        Name -> rows: search_log, country_counts and themes.
    about : mapping
        The provenance: run_id, version, sample, window, searched, published.
    """
    told = _facts(protocol, flow, tables, about)
    criteria = [" ".join(c["question"].split()) for c in protocol["criteria"]]
    words: dict[str, Callable[..., str]] = {"number": number_en, "date": date_en, "percent": percent_en}
    return _page("en", told, criteria=criteria, listed=_joiner("and"), **words)


def summary_nb(
    protocol: Mapping[str, Any],
    flow: Mapping[str, str],
    tables: Mapping[str, Sequence[Row]],
    about: Mapping[str, Any],
) -> str:
    """Write the note in Norwegian Bokmål; what is given is that of `summary_en`."""
    told = _facts(protocol, flow, tables, about)
    told["countries"] = [(country_nb(name), n) for name, n in told["countries"]]
    criteria = [criterion_nb(c, protocol["window"]) for c in protocol["criteria"]]
    words: dict[str, Callable[..., str]] = {"number": number_nb, "date": date_nb, "percent": percent_nb}
    return _page("nb", told, criteria=criteria, listed=_joiner("og"), **words)


def number_en(n: int) -> str:
    """Give a number as English prose has it.

    Examples
    --------
    >>> number_en(1), number_en(12), number_en(13), number_en(1363)
    ('one', 'twelve', '13', '1,363')
    """
    return _EN_NUMBERS[n] if n < len(_EN_NUMBERS) else f"{n:,}"


def number_nb(n: int, gender: str = "m") -> str:
    r"""Give a number as Norwegian prose has it; one is `én` of a masculine, `ett` of a neuter.

    Examples
    --------
    >>> number_nb(1), number_nb(1, "n"), number_nb(7), number_nb(13), number_nb(12345)
    ('én', 'ett', 'sju', '13', '12\xa0345')
    """
    if n == 1:
        return "ett" if gender == "n" else "én"
    # Four digits are grouped too, as the space is never taken for a decimal sign.
    return _NB_NUMBERS[n] if n < len(_NB_NUMBERS) else f"{n:,}".replace(",", "\xa0")


def percent_en(n: int, of: int) -> str:
    r"""Give a share.

    Examples
    --------
    >>> percent_en(23, 595), percent_nb(23, 595), percent_en(0, 0)
    ('3.9%', '3,9\xa0%', '')
    """
    return f"{100 * n / of:.1f}%" if of else ""


def percent_nb(n: int, of: int) -> str:
    """Give a share with decimal comma, the sign behind a space."""
    return percent_en(n, of).replace(".", ",").replace("%", "\xa0%")


def date_en(iso: str) -> str:
    """Give a date, or a span of two, as far as it is known.

    Examples
    --------
    >>> date_en("2015-01-31"), date_en("2026-11 to 2026-12"), date_en("unknown")
    ('31 January 2015', 'November 2026 to December 2026', 'an unknown date')
    """
    parts = (_dated(part, _EN_MONTHS, "") for part in iso.split(" to "))
    return " to ".join("an unknown date" if part == UNKNOWN else part for part in parts)


def date_nb(iso: str) -> str:
    """Give a date in Norwegian.

    Examples
    --------
    >>> date_nb("2015-01-31"), date_nb("2026-11 to unknown")
    ('31. januar 2015', 'november 2026 til et ukjent tidspunkt')
    """
    parts = (_dated(part, _NB_MONTHS, ".") for part in iso.split(" to "))
    return " til ".join("et ukjent tidspunkt" if part == UNKNOWN else part for part in parts)


def country_nb(name: str) -> str:
    """Give the Norwegian name of a country that is named in English; another name stays.

    Examples
    --------
    >>> [country_nb(name) for name in ("United States", "South Africa", "South Korea", "Ruritania")]
    ['USA', 'Sør-Afrika', 'Sør-Korea', 'Ruritania']
    """
    code = _codes().get(name, "")
    if code in _NB_COUNTRIES:
        return _NB_COUNTRIES[code]
    country = pycountry.countries.get(alpha_2=code) if code else None
    return _norwegian()(str(getattr(country, "common_name", country.name))) if country else name


def criterion_nb(criterion: Mapping[str, Any], window: Mapping[str, str]) -> str:
    """Say a criterion in Norwegian where its rule says what it asks; else give its own words.

    Examples
    --------
    >>> criterion_nb({"rule": "language", "accept": ["en", "de"], "question": "?"}, {})
    'Den er skrevet på engelsk eller tysk.'
    >>> criterion_nb({"rule": "person", "question": "Is it empirical?"}, {})
    '«Is it empirical?»'
    """
    languages = [_NB_LANGUAGES.get(code, "") for code in criterion.get("accept") or []]
    if criterion["rule"] == "window":
        return f"Den er utgitt i tidsrommet fra {date_nb(window['start'])} til {date_nb(window['end'])}."
    if criterion["rule"] == "language" and languages and all(languages):
        return f"Den er skrevet på {_joiner('eller')(languages)}."
    if criterion["rule"] == "peer_review":
        return "Den er utgitt i et fagfellevurdert tidsskrift."
    if criterion["rule"] == "full_text":
        return "Den er tilgjengelig i fulltekst."
    return f"«{' '.join(criterion['question'].split())}»"


def _facts(
    protocol: Mapping[str, Any],
    flow: Mapping[str, str],
    tables: Mapping[str, Sequence[Row]],
    about: Mapping[str, Any],
) -> dict[str, Any]:
    """Count what both notes say."""
    n = {name: int(value) for name, value in flow.items() if value.isdigit()}
    kinds = ("database", "register", "website", "organisation", "citations")
    records = sum(n[f"{kind}_results"] for kind in kinds)
    counted = {row["country"]: int(row["full_included"]) for row in tables["country_counts"]}
    countries = [(name, count) for name, count in counted.items() if count and name != UNKNOWN]
    contexts: dict[str, list[tuple[str, int]]] = {}
    for row in tables["themes"]:
        if row["theme"] != UNCODED:
            contexts.setdefault(row["context"], []).append((row["theme"], int(row["included"])))
    borne = {
        context: sorted(((t, k) for t, k in themes if k), key=lambda theme: -theme[1])
        for context, themes in contexts.items()
    }
    return {
        "title": " ".join(protocol["review"]["title"].split()),
        "question": " ".join(protocol["review"]["question"].split()),
        "about": about,
        "citation": (about.get("published") or {}).get("citation", ""),
        "records": records,
        "sources": len({row["source"] for row in tables["search_log"]}),
        "works": records - n["duplicates"] - n["om_repeats"],
        "included": n["new_studies"],
        "unread": n["read_by_no_person"],
        "awaiting": sum(value for name, value in n.items() if "_awaiting_" in name),
        "countries": countries[:MOST_COUNTRIES],
        "more_countries": len(countries[MOST_COUNTRIES:]),
        "no_country": counted.get(UNKNOWN, 0),
        "contexts": {context: themes[:MOST_THEMES] for context, themes in borne.items()},
        "more_themes": {context: len(themes[MOST_THEMES:]) for context, themes in borne.items()},
        "uncoded": next((int(r["included"]) for r in tables["themes"] if r["theme"] == UNCODED), 0),
    }


def _dated(iso: str, months: Sequence[str], dot: str) -> str:
    found = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", iso)
    if not found:
        return iso
    year, month, day = found.groups()
    return " ".join(
        filter(None, (f"{int(day)}{dot}" if day else "", months[int(month) - 1] if month else "", year))
    )


def _joiner(word: str) -> Callable[[Sequence[str]], str]:
    def listed(words: Sequence[str]) -> str:
        *first, last = words
        return f"{', '.join(first)} {word} {last}" if first else last

    return listed


@cache
def _codes() -> dict[str, str]:
    """Give codes by the English names that tables show."""
    codes = [country.alpha_2 for country in pycountry.countries]
    return {country_name(code): code for code in [*codes, "XK"]}


@cache
def _norwegian() -> Callable[[str], str]:
    return gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["nb_NO"]).gettext


def _page(language: str, told: Mapping[str, Any], **words: Any) -> str:
    return _template(language).render(**told, **words)


@cache
def _template(language: str) -> Template:
    """Read a template; it is text, so nothing is escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.tests["in_quotes"] = lambda text: text.startswith("«")
    environment.filters["first_upper"] = lambda text: text[:1].upper() + text[1:]
    return environment.get_template(f"summary.{language}.md.j2")
