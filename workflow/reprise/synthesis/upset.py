"""The figure of what sources share: an UpSet plot (Lex et al. 2014), a column for each set of sources.

The package upsetplot (0.9.0 of 2023) draws on matplotlib's axes and in a style of its own; what is needed of
it is short.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from reprise.synthesis.charts import Rows, notes, stack, swatches, top
from reprise.synthesis.marks import (
    Dot,
    Label,
    Line,
    Mark,
    Picture,
    Rect,
    block,
    clean,
    number,
    text_width,
    wrap,
)
from reprise.synthesis.style import INCLUDED, MARGIN, OTHERS, PALE, SIZE, SMALL, STRIPE, TWO_COLUMNS, grouped

MOST = 20  # combinations
LEAST, WIDEST = 9.0, 20.0  # of a column
HIGH = 84.0
DARK = "#333333"
STYLES = (INCLUDED, OTHERS)
NO_WORKS = "No works."


def _called(source: str, labels: Mapping[str, str]) -> str:
    return clean(labels.get(source) or source.replace("_", " "), 60)


def source_overlap_picture(
    rows: Rows, width: float = TWO_COLUMNS, labels: Mapping[str, str] | None = None
) -> Picture:
    """Draw which sources hold the same works.

    Parameters
    ----------
    rows : sequence of mapping
        sources (joined by "; "), works, included: one row for each set of sources that hold a work.
    width : float
        Of the picture, in points.
    labels : mapping
        What each source is called, those too that hold no work.
    """
    labels = labels or {}
    title = "Works that sources share"
    sets = [(row["sources"].split("; "), number(row["works"]), number(row["included"])) for row in rows]
    sets = sorted((s for s in sets if s[1]), key=lambda s: (-s[1], len(s[0]), s[0]))
    totals: dict[str, list[int]] = {}
    for sources, works, included in sets:
        for source in sources:
            total = totals.setdefault(source, [0, 0])
            total[0] += works
            total[1] += included
    order = sorted(totals, key=lambda source: (-totals[source][0], source))
    marks, y = top(title, [(1, 0)], width, key=False)  # works, not studies: none included is said by the key
    if not sets:
        marks.append(Label(MARGIN, y + 8, NO_WORKS, 8, bold=True))
        return Picture("source_overlap", title, NO_WORKS, y + 14, marks, width=width)
    inside = sum(included for _, _, included in sets)
    outside = sum(works for _, works, _ in sets) - inside
    parts = f"included (n = {grouped(inside)})", f"other works (n = {grouped(outside)})"
    key, y = swatches(zip(parts, STYLES, strict=True), y + 5, width)
    inner = width - 2 * MARGIN
    named = {source: _called(source, labels) for source in order}
    names_w = min(max(map(text_width, named.values())) + 2, 0.26 * inner)
    counts = {source: f"{grouped(n)} ({grouped(i)})" for source, (n, i) in totals.items()}
    counts_w = max(map(text_width, counts.values())) + 4
    bars_w = 0.14 * inner
    left = MARGIN + names_w + counts_w + bars_w + 12
    room = width - MARGIN - left
    shown = sets[: min(MOST, int(room // LEAST))]
    slot = min(room / len(shown), WIDEST)
    tall = max(text_width(grouped(works), SMALL) for _, works, _ in shown)
    turned = tall > slot - 2
    base = y + 10 + (tall if turned else 6) + HIGH
    below, y = _included(shown, left, base, slot)
    columns = [*key, *_columns(shown, left, base, slot, turned), *below]
    top_of: dict[str, float] = {}
    stripes, rows_of = list[Mark](), list[Mark]()
    most = max(total for total, _ in totals.values())
    for k, source in enumerate(order):
        lines = wrap(named[source], names_w)
        h = max(11.0, len(lines) * SIZE * 1.24 + 3)
        middle = y + h / 2
        if k % 2 == 0:
            stripes.append(Rect(MARGIN, y, left + slot * len(shown) - MARGIN, h, STRIPE))
        rows_of += block(lines, MARGIN + 1, middle)
        whole, included = totals[source]
        rows_of.append(Label(MARGIN + names_w + counts_w, middle + 2.5, counts[source], align="right"))
        pair = included, whole - included
        drawn, _ = stack(MARGIN + names_w + counts_w + 4, middle - 3.5, 7, pair, bars_w / most, styles=STYLES)
        rows_of += drawn
        top_of[source] = middle
        y += h
    # What is below comes first: marks that look alike are drawn where the first of them stands.
    marks += [*stripes, *columns, *rows_of, *_dots(shown, order, top_of, left, slot)]
    rest = sets[len(shown) :]
    said = (
        "A column: works that the sources with dark dots hold, and no other source does. A row: all works "
        f"of a source. In brackets: the included of them.{_left_out(rest)}"
    )
    empty = [_called(source, labels) for source in labels if source not in totals]
    said += f" Sources without works: {'; '.join(empty)}." if empty else ""
    small, y = notes(said, y + 3, width)
    words = "; ".join(f"{', '.join(named[one] for one in s)}: {w} works, {i} included" for s, w, i in sets)
    return Picture("source_overlap", title, f"{words}.", y, [*marks, *small], width=width)


Sets = Sequence[tuple[list[str], int, int]]


def _left_out(rest: Sets) -> str:
    """Say how many combinations there is no room for.

    Examples
    --------
    >>> _left_out([(["a", "b"], 3, 1), (["b", "c"], 1, 0)])
    ' Combinations not shown: 2, of 3 works at most, 4 together.'
    """
    if not rest:
        return ""
    together = grouped(sum(works for _, works, _ in rest))
    return (
        f" Combinations not shown: {len(rest)}, of {grouped(rest[0][1])} works at most, {together} together."
    )


def _included(shown: Sets, left: float, base: float, slot: float) -> tuple[list[Mark], float]:
    """Return how many works of each column are included, below it: too few to be seen in many a column."""
    texts = [f"({grouped(included)})" for _, _, included in shown]
    tall = max(text_width(text, SMALL) for text in texts)
    turned = tall > slot - 1
    marks: list[Mark] = [
        Label(left + (k + 0.5) * slot + 2.4, base + 3, text, SMALL, align="right", upright=True)
        if turned
        else Label(left + (k + 0.5) * slot, base + 8, text, SMALL, align="center")
        for k, text in enumerate(texts)
    ]
    return marks, base + (tall + 6 if turned else 12)


def _columns(shown: Sets, left: float, base: float, slot: float, turned: bool) -> list[Mark]:
    most, marks = shown[0][1], list[Mark]()
    bar = min(0.66 * slot, 12.0)
    for k, (_, works, included) in enumerate(shown):
        x = left + (k + 0.5) * slot
        pair = included, works - included
        drawn, length = stack(x - bar / 2, base, bar, pair, HIGH / most, upright=True, styles=STYLES)
        place = (x + 2.4, base - length - 3) if turned else (x, base - length - 3)
        align = "left" if turned else "center"
        marks += [*drawn, Label(*place, grouped(works), SMALL, align=align, upright=turned)]
    return [*marks, Line(((left, base), (left + slot * len(shown), base)))]


def _dots(shown: Sets, order: list[str], height: dict[str, float], left: float, slot: float) -> list[Mark]:
    """Return a dot for each source and set, and a line through those that are together."""
    radius, lines, dots = min(0.3 * slot, 3.0), list[Mark](), list[Mark]()
    for k, (sources, _, _) in enumerate(shown):
        x = left + (k + 0.5) * slot
        inside = set(sources)
        dots += [Dot(x, height[s], radius, DARK if s in inside else PALE) for s in order]
        held = sorted(height[s] for s in inside)
        lines += [Rect(x - 0.7, a, 1.4, b - a, DARK) for a, b in pairwise(held)]
    return [*dots, *lines]
