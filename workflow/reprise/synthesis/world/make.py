"""Make `world.tsv` anew from the npm package world-atlas, whose data are those of Natural Earth.

`npm pack world-atlas`, unpack, then
`python -m reprise.synthesis.world.make countries-110m.json countries-10m.json > world.tsv`.
Outlines are taken from the coarse file, as a map over two columns of a page shows no more; places of marks
from the fine one, since the coarse one lacks the small countries.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pycountry

from reprise.synthesis.world import CENTRE

Point = tuple[float, float]
Ring = list[Point]

HEADER = """\
# Countries: ISO 3166 code (XK: Kosovo; blank: an area that has no code), longitude and latitude of a mark,
# outlines. An outline is closed; longitudes run from -169 to 191, so that no outline crosses the map's edge.
# Tenths of a degree. Antarctica is left out.
# Source: Natural Earth 4.1 (https://www.naturalearthdata.com), public domain, Admin 0 countries, 1:110m
# and, for the marks, 1:10m, as the npm package world-atlas 2.0.2 (ISC) gives them; made by make.py beside
# this file.
"""
WITHOUT_NUMBER = {"Kosovo": "XK"}
LEFT_OUT = "AQ"
EAST = CENTRE + 180


def _rings(atlas: Mapping[str, Any], shape: Mapping[str, Any]) -> Iterator[Ring]:
    """Give the outlines of a country from the borders that TopoJSON shares between neighbours."""
    (sx, sy), (tx, ty) = atlas["transform"]["scale"], atlas["transform"]["translate"]

    def arc(index: int) -> Ring:
        x = y = 0
        points = []
        for dx, dy in atlas["arcs"][index if index >= 0 else ~index]:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        return points if index >= 0 else points[::-1]

    polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
    for polygon in polygons:
        for border in polygon:
            yield [point for index in border for point in arc(index)[1:]]


def _unwound(ring: Ring) -> Ring:
    """Let longitudes run on where an outline crosses the antimeridian, instead of jumping by 360."""
    points, turn = [ring[0]], 0.0
    for (before, _), (x, y) in pairwise(ring):
        turn += 360 * (x - before < -180) - 360 * (x - before > 180)
        points.append((x + turn, y))
    return points


def _half(ring: Ring, edge: float, side: int) -> Ring:
    """Cut an outline at a meridian; `side` 1 keeps the west of it, -1 the east."""
    kept = []
    for (x0, y0), (x1, y1) in pairwise([*ring, *ring[:1]]):
        if (edge - x0) * side >= 0:
            kept.append((x0, y0))
        if (edge - x0) * (edge - x1) < 0:
            kept.append((edge, y0 + (y1 - y0) * (edge - x0) / (x1 - x0)))
    return kept


def _inside(ring: Ring) -> Iterator[Ring]:
    """Give the parts of an outline, shifted to where the map shows them."""
    for shift in (-360, 0, 360):
        moved = [(x + shift, y) for x, y in _unwound(ring)]
        part = _half(_half(moved, EAST, 1), EAST - 360, -1)
        if part:
            yield part


def _centre(rings: Sequence[Ring]) -> Point:
    """Give the centre of gravity of the largest outline."""
    best, centre = -1.0, (0.0, 0.0)
    for ring in rings:
        parts = [(x0 * y1 - x1 * y0, x0 + x1, y0 + y1) for (x0, y0), (x1, y1) in pairwise([*ring, ring[0]])]
        twice = sum(cross for cross, _, _ in parts)
        size = abs(twice) * math.cos(math.radians(ring[0][1]))
        if size > best and twice:
            x, y = (sum(part[0] * part[k] for part in parts) / (3 * twice) for k in (1, 2))
            best, centre = size, (x, y)
    return centre


def _code(shape: Mapping[str, Any]) -> str:
    number = shape.get("id")
    country = pycountry.countries.get(numeric=number) if number else None
    return str(country.alpha_2) if country else WITHOUT_NUMBER.get(shape["properties"]["name"], "")


def _written(ring: Ring) -> str:
    points: list[str] = []
    for x, y in ring:
        point = f"{10 * x:.0f},{10 * y:.0f}"
        if not points or point != points[-1]:
            points.append(point)
    return " ".join(points)


def table(coarse: Mapping[str, Any], fine: Mapping[str, Any]) -> Iterator[str]:
    """Give the lines of the table, sorted by code."""
    outlines: dict[str, list[Ring]] = {}
    for shape in coarse["objects"]["countries"]["geometries"]:
        rings = [part for ring in _rings(coarse, shape) for part in _inside(ring)]
        outlines.setdefault(_code(shape), []).extend(rings)
    marks: dict[str, list[Ring]] = {}
    for shape in fine["objects"]["countries"]["geometries"]:
        rings = [part for ring in _rings(fine, shape) for part in _inside(ring)]
        marks.setdefault(_code(shape), []).extend(rings)
    for code in sorted(outlines.keys() | (marks.keys() - {""})):
        if code == LEFT_OUT:
            continue
        x, y = _centre(marks[code])
        yield f"{code}\t{10 * x:.0f}\t{10 * y:.0f}\t{';'.join(map(_written, outlines.get(code, [])))}"


if __name__ == "__main__":
    coarse, fine = (json.loads(Path(path).read_text(encoding="utf-8")) for path in sys.argv[1:3])
    sys.stdout.write(HEADER + "\n".join(table(coarse, fine)) + "\n")
