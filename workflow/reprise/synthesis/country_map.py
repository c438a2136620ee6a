"""The map of the authors' countries, one for the included works and one for those that await a decision."""

from __future__ import annotations

import math

from reprise.countries import country_name
from reprise.synthesis.charts import Rows, notes, said, swatches, top
from reprise.synthesis.marks import Dot, Label, Mark, Picture, Shape, clean, number
from reprise.synthesis.style import (
    HEADING,
    LAND,
    MARGIN,
    TWO_COLUMNS,
    class_bounds,
    class_colors,
    grouped,
)
from reprise.synthesis.world import CENTRE, lands, project

UNKNOWN = "unknown"
NORTH, SOUTH = project(CENTRE, 84)[1], project(CENTRE, -56)[1]  # of all land but Antarctica
EAST = project(CENTRE + 180, 0)[0]
SMALLEST = 9.0  # square points; a country that is smaller is hardly seen and has a dot
FINEST = 0.4  # points; what lies nearer is not told apart in print, and makes a quarter of a narrow file
RADIUS = 2.1
DOT_EDGE = "#333333"
NOTE = (
    "A work counts in each country of its authors. Dots: countries too small to see, moved apart where "
    "they touch."
)
PANELS = ("Included", "Awaiting a person's decision")


def country_map_picture(rows: Rows, width: float = TWO_COLUMNS) -> Picture:
    """Draw the works of each country of their authors.

    Parameters
    ----------
    rows : sequence of mapping
        country (its name, or "unknown"), full_included, full_awaiting.
    width : float
        Of the picture, in points.
    """
    title = "Works by country of authors"
    names = [row["country"] for row in rows]
    pairs = [(number(row["full_included"]), number(row["full_awaiting"])) for row in rows]
    codes = {country_name(code): code for code in lands() if code}
    known = {codes[n]: pair for n, pair in zip(names, pairs, strict=True) if n in codes}
    unknown = dict(zip(names, pairs, strict=True)).get(UNKNOWN, (0, 0))
    elsewhere = [
        (n, pair)
        for n, pair in zip(names, pairs, strict=True)
        if n not in codes and n != UNKNOWN and any(pair)
    ]
    marks, y = top(title, pairs, width, key=False)
    bounds = class_bounds(max((max(pair) for pair in known.values()), default=0))
    colors = class_colors(len(bounds))
    for which, heading in enumerate(PANELS):
        if which and not any(pair[which] for pair in pairs):
            continue
        counts = {code: pair[which] for code, pair in known.items() if pair[which]}
        marks.append(Label(MARGIN, y + 6, heading, HEADING, bold=True))
        # Not in an ocean: in a narrow figure the dots of its islands may come to lie there.
        beside = f"Country unknown: {grouped(unknown[which])}"
        marks.append(Label(width - MARGIN, y + 6, beside, align="right"))
        drawn, y = _map(counts, bounds, colors, y + 9, width)
        marks += drawn
        y += 10
    legend = [("none", {"fill": LAND, "edge": "#BBBBBB"})]
    legend += [
        (name, {"fill": color, "edge": color})
        for name, color in zip(class_names(bounds), colors, strict=True)
        if any(map(any, known.values()))
    ]
    key, y = swatches(legend, y + 4, width)
    off = "; ".join(f"{clean(n)}: {i} included, {a} awaiting" for n, (i, a) in elsewhere)
    small, y = notes(f"{NOTE} Not on the map: {off}." if off else NOTE, y + 4, width)
    desc = said([{"country": n} for n in names], pairs, "country")
    return Picture("country_map", title, desc, y, [*marks, *key, *small], width=width)


def class_names(bounds: list[int]) -> list[str]:
    """Name the classes of counts; where each is one number, the last is too.

    Examples
    --------
    >>> class_names([1, 2, 5]), class_names([1, 2])
    (['1 work', '2–4', '5 and more'], ['1 work', '2'])
    """
    if bounds == list(range(1, len(bounds) + 1)):
        return ["1 work", *map(str, bounds[1:])]
    names = ["1 work"] if bounds[1] == 2 else [f"1–{grouped(bounds[1] - 1)} works"]
    ends = [bound - 1 for bound in bounds[2:]]
    names += [
        grouped(a) if a == b else f"{grouped(a)}–{grouped(b)}"
        for a, b in zip(bounds[1:-1], ends, strict=True)
    ]
    return [*names, f"{grouped(bounds[-1])} and more"]


def _map(
    counts: dict[str, int], bounds: list[int], colors: list[str], y: float, width: float
) -> tuple[list[Mark], float]:
    """Return one map from `y` downwards, and its lower edge."""
    scale = (width - 2 * MARGIN) / (2 * EAST)

    def place(point: tuple[float, float]) -> tuple[float, float]:
        return round(width / 2 + scale * point[0], 2), round(y + scale * (NORTH - point[1]), 2)

    by_color: dict[str, list[tuple[tuple[float, float], ...]]] = {LAND: [], **{color: [] for color in colors}}
    dots = list[tuple[float, float, str]]()
    for code, land in lands().items():
        n = counts.get(code, 0)
        color = colors[sum(n >= bound for bound in bounds) - 1] if n else LAND
        by_color[color] += [thinned(tuple(map(place, ring))) for ring in land.rings]
        if n and land.area * scale * scale < SMALLEST:
            dots.append((*place(land.mark), color))
    marks: list[Mark] = [Shape(tuple(rings), color) for color, rings in by_color.items() if rings]
    apart = moved_apart([(x, v) for x, v, _ in dots], 2 * RADIUS + 0.6)
    marks += [Dot(x, v, RADIUS, color, DOT_EDGE) for (x, v), (_, _, color) in zip(apart, dots, strict=True)]
    return marks, y + scale * (NORTH - SOUTH)


def thinned(ring: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """Leave out the points of an outline that lie next to the one before; a triangle stays.

    Examples
    --------
    >>> thinned(((0.0, 0.0), (0.1, 0.0), (2.0, 0.0), (2.0, 2.0)))
    ((0.0, 0.0), (2.0, 0.0), (2.0, 2.0))
    """
    kept = list(ring[:1])
    for point in ring[1:]:
        if math.dist(point, kept[-1]) >= FINEST:
            kept.append(point)
    return tuple(kept) if len(kept) > 2 else ring


def moved_apart(points: list[tuple[float, float]], least: float) -> list[tuple[float, float]]:
    """Push points away from each other until none are nearer than `least`, or as far as 60 rounds do.

    Examples
    --------
    >>> moved_apart([(0.0, 0.0), (1.0, 0.0)], 2.0)
    [(-0.5, 0.0), (1.5, 0.0)]
    """
    places = [list(point) for point in points]
    for _ in range(60):
        still = True
        for i, a in enumerate(places):
            for j, b in enumerate(places[:i]):
                dx, dy = a[0] - b[0], a[1] - b[1]
                far = math.hypot(dx, dy)
                if far < least - 1e-6:
                    still = False
                    if far < 1e-6:  # the same place: in a direction that hangs on their numbers alone
                        dx, dy, far = math.cos(i + j), math.sin(i + j), 1.0
                        push = least / 2
                    else:
                        push = (least - far) / 2
                    a[0] += push * dx / far
                    a[1] += push * dy / far
                    b[0] -= push * dx / far
                    b[1] -= push * dy / far
        if still:
            break
    return [(round(x, 2), round(v, 2)) for x, v in places]
