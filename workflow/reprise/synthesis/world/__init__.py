"""Outlines of the countries, and their projection to a flat map that keeps areas in proportion.

`world.tsv` is read when it is first asked for; it says itself where it comes from and how it was made.
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import NamedTuple

Point = tuple[float, float]

CENTRE = 11  # the meridian in the middle: the edge then runs through the Bering Strait and cuts no country
# Equal Earth: Savric, Patterson and Jenny (2019), 10.1080/13658816.2018.1504949.
_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_M = math.sqrt(3) / 2


class Land(NamedTuple):
    """A country's outlines and the place of its mark, in units of the projection, north upwards."""

    mark: Point
    rings: tuple[tuple[Point, ...], ...]
    area: float


def project(longitude: float, latitude: float) -> Point:
    """Give the place on an Equal Earth map; the whole width is 5.41, the whole height 2.63.

    Examples
    --------
    >>> [round(abs(v), 2) for v in (*project(CENTRE + 180, 0), *project(CENTRE, 90))]
    [2.71, 0.0, 0.0, 1.32]
    """
    t = math.asin(_M * math.sin(math.radians(latitude)))
    t2 = t * t
    t6 = t2 * t2 * t2
    slope = _A1 + 3 * _A2 * t2 + t6 * (7 * _A3 + 9 * _A4 * t2)
    x = math.radians(longitude - CENTRE) * math.cos(t) / (_M * slope)
    return x, t * (_A1 + _A2 * t2 + t6 * (_A3 + _A4 * t2))


@cache
def lands() -> dict[str, Land]:
    """Countries by ISO 3166 code; what has none stands under a blank code.

    Examples
    --------
    >>> lands()["MT"].rings, len(lands()["FR"].rings) > 0
    ((), True)
    """
    found = {}
    for line in Path(__file__).with_name("world.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        code, x, y, outlines = line.split("\t")
        rings = tuple(
            tuple(project(*(int(part) / 10 for part in point.split(","))) for point in outline.split())
            for outline in outlines.split(";")
            if outline
        )
        area = abs(sum(map(_signed_area, rings)))
        found[code] = Land(project(int(x) / 10, int(y) / 10), rings, area)
    return found


def _signed_area(ring: tuple[Point, ...]) -> float:
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True)) / 2
