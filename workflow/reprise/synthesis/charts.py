"""Parts that several figures are made of: title and key, notes, bars, columns and cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reprise.synthesis.marks import Label, Line, Mark, Rect, block, clean, number, text_width, wrap
from reprise.synthesis.style import (
    AWAITING,
    GREY,
    HEADING,
    INCLUDED,
    LEADING,
    MARGIN,
    SIZE,
    SMALL,
    STEP,
    TITLE,
    grouped,
)

Rows = Sequence[Mapping[str, str]]
Pair = tuple[int, int]  # included, awaiting
Item = tuple[str, Pair]  # a bar with its name
Drawn = tuple[list[Mark], float]  # marks and the next free y

NONE_AT_ALL = "No included works and none awaiting a decision."
NONE_INCLUDED = "No included works."
NOTHING = 8.0  # size of the line that says so
KEY = "Numbers: included + awaiting a person's decision."
SEVERAL = "A work can carry several themes."
STATUSES: list[tuple[str, dict[str, Any]]] = [
    ("included", INCLUDED),
    ("awaiting a person's decision", AWAITING),
]


def both(included: int, awaiting: int) -> str:
    """Return the label of a bar.

    Examples
    --------
    >>> both(3, 12), both(3, 0), both(0, 12)
    ('3 + 12', '3', '0 + 12')
    """
    return f"{grouped(included)} + {grouped(awaiting)}" if awaiting else grouped(included)


def pairs_of(rows: Rows) -> list[Pair]:
    """Read the counts of each row."""
    return [(number(row["included"]), number(row["awaiting"])) for row in rows]


def said(rows: Rows, pairs: Sequence[Pair], *names: str) -> str:
    """Return the numbers in words, for those who can't see the picture."""
    heads = [", ".join(clean(row[name]) for name in names) for row in rows]
    parts = [f"{head}: {i} included, {a} awaiting" for head, (i, a) in zip(heads, pairs, strict=True)]
    return "; ".join(parts) + "." if parts else NONE_AT_ALL


def swatches(items: Iterable[tuple[str, Mapping[str, Any]]], y: float, width: float) -> Drawn:
    """Return a key, in as many lines as it needs, and its last baseline; `y` is the first."""
    marks, x = list[Mark](), MARGIN
    for name, style in items:
        length = text_width(name)
        if x > MARGIN and x + 16 + length > width - MARGIN:
            x, y = MARGIN, y + 12
        marks += [Rect(x, y - 6.5, 12, 7, **style), Label(x + 16, y, name)]
        x += 32 + length
    return marks, y


def top(title: str, pairs: Sequence[Pair], width: float, key: bool = True) -> Drawn:
    """Title, key and, where there is nothing to see, a line that says so; and the next free y."""
    included, awaiting = sum(i for i, _ in pairs), sum(a for _, a in pairs)
    marks, y = list[Mark](), MARGIN - 2
    for line in wrap(title, width - 2 * MARGIN, TITLE, bold=True):
        y += 11
        marks.append(Label(MARGIN, y, line, TITLE, bold=True))
    if key:
        more, y = swatches(STATUSES, y + 15, width)
        marks += more
    else:
        y += 1
    if not included:
        y += 4
        for line in wrap(NONE_INCLUDED if awaiting else NONE_AT_ALL, width - 2 * MARGIN, NOTHING, bold=True):
            y += 10
            marks.append(Label(MARGIN, y, line, NOTHING, bold=True))
    return marks, y + 10


def notes(text: str, y: float, width: float, color: str = "black") -> Drawn:
    """Return small print below a picture."""
    lines = wrap(text, width - 2 * MARGIN, SMALL)
    marks = [Label(MARGIN, y + (i + 1) * STEP, line, SMALL, color=color) for i, line in enumerate(lines)]
    return [*marks], y + len(lines) * STEP + 4


def stack(
    x: float,
    y: float,
    across: float,
    pair: Pair,
    scale: float,
    upright: bool = False,
    styles: Sequence[Mapping[str, Any]] = (INCLUDED, AWAITING),
) -> Drawn:
    """Two rectangles end to end, from (x, y) to the right or upwards; and their length together."""
    marks, done = list[Mark](), 0.0
    for n, style in zip(pair, styles, strict=True):
        length = max(n * scale, 1.0) if n else 0.0  # what is not nought is never too thin to see
        box = (x, y - done - length, across, length) if upright else (x + done, y, length, across)
        marks += [Rect(*box, **style)] if n else []
        done += length
    return marks, done


def bars(items: Sequence[Item], x: float, y: float, w: float, name_w: float, most: int) -> Drawn:
    """Bars that lie, names at their left and numbers at their ends; `most` is the longest of all panels."""
    start, first = x + name_w + 5, y
    scale = (w - name_w - 12 - max(text_width(both(*pair)) for _, pair in items)) / max(most, 1)
    marks = list[Mark]()
    for name, pair in items:
        lines = wrap(clean(name), name_w)
        h = max(len(lines) * SIZE * LEADING + 3, 13.0)
        middle = y + h / 2
        drawn, length = stack(start, middle - 4, 8, pair, scale)
        marks += [*block(lines, x, middle), *drawn]
        marks.append(Label(start + length + 4, middle + 2.5, both(*pair)))
        y += h
    return [*marks, Line(((start, first), (start, y)))], y


def columns(items: Sequence[Item], y: float, slot: float) -> Drawn:
    """Bars that stand; all numbers are turned if some would touch, a name if it is wider than its column."""
    numbers = max(text_width(both(*pair)) for _, pair in items)
    turned = numbers > slot - 3
    longest = max([width for name, _ in items if (width := text_width(name)) > slot - 3], default=0.0)
    most = max(sum(pair) for _, pair in items)
    high = 130 if most else 10
    base = y + high + (numbers + 6 if turned else 12)
    bar = min(0.66 * slot, 40)
    marks: list[Mark] = [Line(((MARGIN, base), (MARGIN + slot * len(items), base)))]
    for k, (name, pair) in enumerate(items):
        x = MARGIN + (k + 0.5) * slot
        drawn, length = stack(x - bar / 2, base, bar, pair, high / max(most, 1), upright=True)
        align = "left" if turned else "center"
        value = Label(x + 2.5 * turned, base - length - 4, both(*pair), align=align, upright=turned)
        turned_name = text_width(name) > slot - 3
        align, low = ("right", base + 4) if turned_name else ("center", base + 10)
        marks += [*drawn, value, Label(x + 2.5 * turned_name, low, name, align=align, upright=turned_name)]
    return marks, base + max(longest + 8, 15)


def places_of(values: Iterable[str]) -> dict[str, list[int]]:
    """Positions of each value, in the order of the table."""
    places: dict[str, list[int]] = {}
    for k, value in enumerate(values):
        places.setdefault(value, []).append(k)
    return places


def heading(context: str, themes: Sequence[str], y: float, width: float) -> Drawn:
    """Return the name of a context, unless its only theme says the same."""
    if list(themes) == [context]:
        return [], y + 3
    lines = wrap(clean(context, 90), width - 2 * MARGIN, HEADING, bold=True)
    marks = [Label(MARGIN, y + 10 + 9.5 * k, line, HEADING, bold=True) for k, line in enumerate(lines)]
    return [*marks], y + 13 + 9.5 * (max(len(lines), 1) - 1)


def cell(x: float, y: float, size: tuple[float, float], pair: Pair, fill: str) -> list[Mark]:
    """Return a cell with the included above and, where there are any, those awaiting below."""
    middle = x + size[0] / 2
    first = y + size[1] / 2 + (-1 if pair[1] else 2.5)
    marks: list[Mark] = [Rect(x, y, *size, fill, "#BBBBBB")]
    color = "black" if any(pair) else GREY  # what counts stands out from noughts
    marks.append(Label(middle, first, grouped(pair[0]), 7.5, bool(pair[0]), color, "center"))
    if pair[1]:
        wide, tight = f"+ {grouped(pair[1])}", f"+{grouped(pair[1])}"
        below = wide if text_width(wide, SMALL) <= size[0] - 2 else tight
        marks.append(Label(middle, first + 8.5, below, SMALL, align="center"))
    return marks
