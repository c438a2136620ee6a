"""The figure of themes over time: a small chart of years for each theme, all on one scale."""

from __future__ import annotations

from reprise.synthesis.charts import (
    SEVERAL,
    Item,
    Rows,
    both,
    heading,
    notes,
    pairs_of,
    places_of,
    said,
    stack,
    top,
)
from reprise.synthesis.marks import NBSP, Label, Line, Mark, Picture, clean, text_width, wrap
from reprise.synthesis.style import MARGIN, PALE, SMALL, STEP, TWO_COLUMNS, grouped

LEAST = 104.0  # width of a panel
BETWEEN = 12.0
HIGH, LOW = 38.0, 28.0  # of the columns, where there are two columns of text and one
UNKNOWN, NO_DATE, GAP = "unknown", "n.d.", ""
NOTE = "Behind a theme: included + awaiting. The line is at the highest column of all themes."
APART = "Uncoded works have a scale of their own."


def _panel(
    name: list[str], items: list[Item], x: float, y: float, size: tuple[float, float], most: int
) -> list[Mark]:
    """Return one theme's chart; `y` is above the first line of its name, the columns stand below the last."""
    w, tall = size
    marks: list[Mark] = [Label(x, y + 7 + k * STEP, line, SMALL) for k, line in enumerate(name)]
    high = y + 7 + (len(name) - 1) * STEP + 6
    base, left = high + tall, x + text_width(grouped(most), SMALL) + 3
    marks.append(Label(left - 3, high + 4.5, grouped(most), SMALL, align="right"))
    marks.append(Line(((left, high), (x + w, high)), color=PALE))
    marks.append(Line(((left, base), (x + w, base))))
    slot = (x + w - left) / max(len(items), 1)
    bar = min(0.7 * slot, 12.0)
    for k, (_, pair) in enumerate(items):
        drawn, _ = stack(left + (k + 0.5) * slot - bar / 2, base, bar, pair, tall / most, upright=True)
        marks += drawn
    return [*marks, *_axis([year for year, _ in items], left, base + 8, slot)]


def _axis(years: list[str], left: float, y: float, slot: float) -> list[Mark]:
    """Return the years below their columns: all, or every second, third and so on."""
    right, taken, marks = left + slot * len(years), list[tuple[float, float]](), list[Mark]()
    dated = [k for k, year in enumerate(years) if year not in (UNKNOWN, GAP)]
    widest = max((text_width(years[k], SMALL) for k in dated), default=0.0)
    undated = [k for k, year in enumerate(years) if year == UNKNOWN]  # nobody could guess what that is
    for k in [*undated, *dated[:: int((widest + 3) // slot) + 1]]:
        text = NO_DATE if years[k] == UNKNOWN else years[k]
        half = text_width(text, SMALL) / 2
        middle = min(left + (k + 0.5) * slot, right - half)
        if all(middle - half > high + 3 or middle + half < low - 3 for low, high in taken):
            taken.append((middle - half, middle + half))
            marks.append(Label(middle, y, text, SMALL, align="center"))
    return marks


def themes_over_time_picture(rows: Rows, note: str = "", width: float = TWO_COLUMNS) -> Picture:
    """Draw works per theme and year; themes without any are named below.

    Parameters
    ----------
    rows : sequence of mapping
        context, theme, year, included, awaiting; all themes have the same years, in order.
    note : str
        What is to be said of the window.
    width : float
        Of the picture, in points.
    """
    pairs, title = pairs_of(rows), "Themes over time"
    marks, y = top(title, pairs, width)
    inner = width - 2 * MARGIN
    across = int((inner + BETWEEN) // (LEAST + BETWEEN))
    w = (inner - BETWEEN * (across - 1)) / across
    high = HIGH if width >= TWO_COLUMNS else LOW
    dateless = any(sum(pair) for row, pair in zip(rows, pairs, strict=True) if row["year"] == UNKNOWN)
    coded = [sum(pair) for row, pair in zip(rows, pairs, strict=True) if row["context"] != row["theme"]]
    scale_of_themes = max([1, *coded])
    without = list[str]()
    for context, places in places_of(row["context"] for row in rows).items():
        every = {
            theme: [places[k] for k in at]
            for theme, at in places_of(rows[k]["theme"] for k in places).items()
        }
        themes = {theme: at for theme, at in every.items() if any(sum(pairs[k]) for k in at)}
        without += [clean(theme) for theme in every if theme not in themes]
        if not themes:
            continue
        own = list(every) == [context]  # no theme, but what is left
        most = max(sum(pairs[k]) for k in places) if own else scale_of_themes
        head, y = heading(context, list(every), y, width)
        marks += head
        panels = [_named(theme, [(rows[k]["year"], pairs[k]) for k in at], w) for theme, at in themes.items()]
        for first in range(0, len(panels), across):
            row = panels[first : first + across]
            lines = max(len(name) for name, _ in row)
            for k, (name, items) in enumerate(row):
                x, down = MARGIN + k * (w + BETWEEN), (lines - len(name)) * STEP
                marks += _panel(name, _shown(items, dateless), x, y + down, (w, high), most)
            y += 7 + (lines - 1) * STEP + 6 + high + 8 + 9
    said_below = [
        NOTE if rows else "",
        APART if len(coded) < len(rows) else "",
        f"{NO_DATE}: year unknown." if dateless else "",
        SEVERAL if rows else "",
        f"No works: {'; '.join(without)}." if without else "",
        note if rows else "",
    ]
    small, y = notes(" ".join(filter(None, said_below)), y + 1, width)
    desc = said(rows, pairs, "context", "theme", "year")
    return Picture("themes_over_time", title, desc, y, [*marks, *small], width=width)


def _named(theme: str, items: list[Item], w: float) -> tuple[list[str], list[Item]]:
    total = both(sum(i for _, (i, _) in items), sum(a for _, (_, a) in items)).replace(" ", NBSP)
    return wrap(f"{clean(theme)} ({total})", w, SMALL), items


def _shown(items: list[Item], dateless: bool) -> list[Item]:
    """Return the years, and apart from them, where there are any, the works without one."""
    dated = [(clean(year, 20), pair) for year, pair in items if year != UNKNOWN]
    undated = [(year, pair) for year, pair in items if year == UNKNOWN and dateless]
    return [*dated, *([(GAP, (0, 0))] if undated else []), *undated]
