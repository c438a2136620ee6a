"""The summary: a research note of one page, in English and in Norwegian Bokmål.

It counts and says no more: which study is rerun, what it asks, what was included and by whom, and how many of
the included bear which theme. Texts of the protocol and labels of the codebook are in the language that they
were written in; where the Norwegian note has no words of its own for them, they stand in quotation marks.
"""

from __future__ import annotations

import gettext
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from itertools import groupby
from typing import Any

import pycountry
from jinja2 import Template

from reprise.coding.codebook import UNCODED
from reprise.coding.places import UNKNOWN
from reprise.countries import country_name
from reprise.synthesis.flow_sets import totals
from reprise.synthesis.templates import text_template

Row = Mapping[str, str]
# So many countries, and themes of one context, are named, so that the note stays on its page.
MOST_COUNTRIES = 15
MOST_THEMES = 4
# In English these names of ISO 3166 take the article in a sentence.
WITH_THE = frozenset(
    """AE BS CD CF CG CK DO FK FO GB GM IM IO KM KY MH MP MV NL PH RU SB TC TF UM US VA VG VI""".split()
)

_EN_NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()
_NB_NUMBERS = "null en to tre fire fem seks sju åtte ni ti elleve tolv".split()
_EN_MONTHS = """January February March April May June July August September October November
    December""".split()
_NB_MONTHS = """januar februar mars april mai juni juli august september oktober november
    desember""".split()
_EN_MEANS = {"met": " (not known counts as yes)", "not_met": " (not known counts as no)"}
_NB_MEANS = {"met": " (ukjent regnes som oppfylt)", "not_met": " (ukjent regnes som ikke oppfylt)"}
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

_NB_TYPES = {
    "article": "tidsskriftartikkel", "review": "oversiktsartikkel", "conference-paper": "konferanseartikkel",
    "book-chapter": "bokkapittel", "book": "bok", "report": "rapport", "dissertation": "avhandling",
    "editorial": "lederartikkel", "letter": "leserinnlegg", "book-review": "bokanmeldelse",
    "preprint": "preprint", "news": "nyhetssak", "other": "annet",
}  # fmt: skip


def summary(
    language: str,
    protocol: Mapping[str, Any],
    flow: Mapping[str, str],
    tables: Mapping[str, Sequence[Row]],
    about: Mapping[str, Any],
) -> str:
    """Write the note.

    Parameters
    ----------
    language : {"en", "nb"}
    protocol : mapping
        The whole protocol as plain text.
    flow : mapping
        Name -> number or list of reasons, as `results/prisma.csv` has them in `data` and `n`.
    tables : mapping
        Name -> rows: search_log, country_counts and themes.
    about : mapping
        The provenance: run_id, version, sample, window, searched, source_line, published.
    """
    words = _WORDS[language]
    counted = _countries(tables["country_counts"], words["country"])
    return _template(language).render(
        title=" ".join(protocol["review"]["title"].split()),
        question=" ".join(protocol["review"]["question"].split()),
        criteria=[words["criterion"](c, protocol["window"]) for c in protocol["criteria"]],
        about=about,
        published=about.get("published") or {},
        n=totals(flow),
        sources=len({row["source"] for row in tables["search_log"]}),
        countries=_by_count(counted[:MOST_COUNTRIES]),
        more_countries=counted[MOST_COUNTRIES:],
        no_country=sum(int(r["full_included"]) for r in tables["country_counts"] if r["country"] == UNKNOWN),
        contexts=_contexts(tables["themes"]),
        uncoded=sum(int(row["included"]) for row in tables["themes"] if row["theme"] == UNCODED),
        **words,
    )


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


def country_en(name: str) -> str:
    """Give a country's name as it stands after "from".

    Examples
    --------
    >>> country_en("United States"), country_en("Norway")
    ('the United States', 'Norway')
    """
    return f"the {name}" if _codes().get(name) in WITH_THE else name


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
    >>> criterion_nb({"rule": "retracted", "question": "?", "unknown": "met"}, {})
    'Den er ikke trukket tilbake (ukjent regnes som oppfylt).'
    >>> criterion_nb({"rule": "person", "question": "Is it empirical?"}, {})
    '«Is it empirical?»'
    """
    accept = criterion.get("accept") or []
    languages, types = ([names.get(code, "") for code in accept] for names in (_NB_LANGUAGES, _NB_TYPES))
    meant = _NB_MEANS.get(criterion.get("unknown", ""), "")
    said = {
        "retracted": "Den er ikke trukket tilbake",
        "peer_review": "Den er utgitt i et fagfellevurdert tidsskrift",
        "full_text": "Den er tilgjengelig i fulltekst",
    }
    if criterion["rule"] == "window":
        said["window"] = (
            f"Den er utgitt i perioden fra {date_nb(window['start'])} til {date_nb(window['end'])}"
        )
    if languages and all(languages):
        said["language"] = f"Den er skrevet på {listed(languages, 'eller')}"
    if types and all(types):
        said["document_type"] = f"Den er av typen {listed(types, 'eller')}"
    rule = criterion["rule"]
    return f"{said[rule]}{meant}." if rule in said else f"«{' '.join(criterion['question'].split())}»{meant}"


def criterion_en(criterion: Mapping[str, Any], window: Mapping[str, str]) -> str:
    """Give a criterion's own question, and what it leaves to other keys of the protocol.

    Examples
    --------
    >>> criterion_en({"rule": "window", "question": "In it?"}, {"start": "2015-01-01", "end": "2022-01-31"})
    'In it? (1 January 2015 to 31 January 2022)'
    >>> criterion_en({"rule": "retracted", "question": "Does it stand?", "unknown": "met"}, {})
    'Does it stand? (not known counts as yes)'
    """
    span = (
        f" ({date_en(window['start'])} to {date_en(window['end'])})" if criterion["rule"] == "window" else ""
    )
    return " ".join(criterion["question"].split()) + span + _EN_MEANS.get(criterion.get("unknown", ""), "")


def language_en(code: str) -> str:
    """Give the English name of a language.

    Examples
    --------
    >>> language_en("nb"), language_en("xx")
    ('Norwegian Bokmål', 'xx')
    """
    language = pycountry.languages.get(alpha_2=code)
    return str(language.name) if language else code


def listed(words: Iterable[str], word: str = "and") -> str:
    """Join words as a sentence lists them.

    Examples
    --------
    >>> listed(["a"]), listed("abc"), listed("ab", "eller"), listed([])
    ('a', 'a, b and c', 'a eller b', 'none')
    """
    *first, last = list(words) or ["none"]
    return f"{', '.join(first)} {word} {last}" if first else last


def _countries(rows: Iterable[Row], named: Callable[[str], str]) -> list[tuple[str, int]]:
    """Count the included by country, the most frequent first, those of equal count by the alphabet."""
    counts = [(named(r["country"]), int(r["full_included"])) for r in rows if r["country"] != UNKNOWN]
    return sorted((c for c in counts if c[1]), key=lambda c: (-c[1], _alphabetical(c[0])))


def _alphabetical(name: str) -> str:
    """Give what a name is sorted by: Æ, Ø and Å stand last, and other accents and the article don't count.

    Examples
    --------
    >>> sorted(["Østerrike", "Åland", "Zambia", "Türkiye", "Tunisia", "the Gambia"], key=_alphabetical)
    ['the Gambia', 'Tunisia', 'Türkiye', 'Zambia', 'Østerrike', 'Åland']
    """
    last = name.removeprefix("the ").casefold().translate(str.maketrans("æøå", "{|}"))
    return "".join(c for c in unicodedata.normalize("NFD", last) if not unicodedata.combining(c))


def _by_count(counted: Iterable[tuple[str, int]]) -> list[tuple[int, list[str]]]:
    """Put what is counted equally often together.

    Examples
    --------
    >>> _by_count([("Peru", 4), ("Fiji", 1), ("Togo", 1)])
    [(4, ['Peru']), (1, ['Fiji', 'Togo'])]
    """
    return [(n, [name for name, _ in own]) for n, own in groupby(counted, key=lambda c: c[1])]


def _contexts(rows: Iterable[Row]) -> dict[str, dict[str, Any]]:
    """Give each context its themes to name, the most frequent first, and what the others count."""
    found: dict[str, list[tuple[str, int]]] = {}
    for row in rows:
        if row["theme"] != UNCODED:
            found.setdefault(row["context"], []).append((row["theme"], int(row["included"])))
    ordered = {c: sorted((t for t in ts if t[1]), key=lambda t: -t[1]) for c, ts in found.items()}
    return {
        context: {
            "named": themes[:MOST_THEMES],
            "more": [n for _, n in themes[MOST_THEMES:]],
            "none": len(found[context]) - len(themes),
        }
        for context, themes in ordered.items()
    }


def _dated(iso: str, months: Sequence[str], dot: str) -> str:
    found = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", iso)
    if not found:
        return iso
    year, month, day = found.groups()
    return " ".join(
        filter(None, (f"{int(day)}{dot}" if day else "", months[int(month) - 1] if month else "", year))
    )


@cache
def _codes() -> dict[str, str]:
    """Give codes by the English names that tables show."""
    codes = [country.alpha_2 for country in pycountry.countries]
    return {country_name(code): code for code in [*codes, "XK"]}


@cache
def _norwegian() -> Callable[[str], str]:
    return gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["nb_NO"]).gettext


@cache
def _template(language: str) -> Template:
    return text_template(f"summary.{language}.md.j2", {}, {"in_quotes": lambda text: text.startswith("«")})


_WORDS: Mapping[str, Mapping[str, Callable[..., str]]] = {
    "en": {
        "number": number_en,
        "date": date_en,
        "percent": percent_en,
        "country": country_en,
        "criterion": criterion_en,
        "listed": listed,
    },
    "nb": {
        "number": number_nb,
        "date": date_nb,
        "percent": percent_nb,
        "country": country_nb,
        "criterion": criterion_nb,
        "listed": partial(listed, word="og"),
    },
}
