"""Figures that are matrices: themes by groups of countries, and themes by themes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reprise.synthesis.charts import (
    SEVERAL,
    Drawn,
    Pair,
    Rows,
    both,
    cell,
    heading,
    notes,
    places_of,
    said,
    top,
)
from reprise.synthesis.marks import NBSP, Label, Mark, Picture, Rect, block, clean, number, text_width, wrap
from reprise.synthesis.style import MARGIN, PALE, SMALL, STEP, TWO_COLUMNS, grouped, tint

MATRIX_KEY = "Each cell: included, and with a plus those awaiting a person's decision. Shade: included."
NAMES = 132.0  # width of the names of themes, where there are two columns
LEAST_CELL = 8.0  # in which a number that is turned can still be read


def _heads(groups: Sequence[str], x: float, y: float, w: float) -> Drawn:
    """Return the heads of columns, turned if a word is wider than its column."""
    names = [clean(group, 60) for group in groups]
    turned = any(text_width(word, SMALL) > w - 3 for name in names for word in name.split())
    heads = [wrap(name, 84 if turned else w - 3, SMALL) for name in names]
    deep = [text_width(line, SMALL) if turned else len(head) * STEP for head in heads for line in head]
    base, align = y + max(deep, default=0.0) + 2, "left" if turned else "center"
    marks = list[Mark]()
    for k, head in enumerate(heads):
        middle = x + (k + 0.5) * w
        for i, line in enumerate(head):
            aside = 2.3 + (i - (len(head) - 1) / 2) * STEP if turned else 0.0
            above = 3 if turned else 3 + (len(head) - 1 - i) * STEP
            marks.append(Label(middle + aside, base - above, line, SMALL, align=align, upright=turned))
    return marks, base


def _matrix(rows: Rows, groups: Sequence[str]) -> dict[tuple[str, str], list[Pair]]:
    """Return the pair of each group by context and theme: the table has a row per status."""
    table: dict[tuple[str, str], list[Pair]] = {}
    for row in rows:
        key = row["context"], row["theme"]
        found = [number(row[group]) for group in groups]
        new = [(n, 0) if row["status"] == "included" else (0, n) for n in found]
        old = table.get(key, [(0, 0)] * len(groups))
        table[key] = [(i + j, a + b) for (i, a), (j, b) in zip(old, new, strict=True)]
    return table


def _names_width(inner: float) -> float:
    return min(NAMES, 0.31 * inner)


def themes_by_country_picture(rows: Rows, width: float = TWO_COLUMNS) -> Picture:
    """Themes by country groups, shaded by the number included; many groups stand in bands."""
    title = "Themes by country of authors"
    groups = [c for c in (rows[0] if rows else {}) if c not in ("status", "context", "theme", "source_line")]
    inner = len(groups) - groups.count("total")  # the total stands last, and unshaded
    table = _matrix(rows, groups)
    keys, pairs = list(table), [pair for cells in table.values() for pair in cells]
    marks, y = top(title, pairs, width, key=False)
    most = max([1, *(included for cells in table.values() for included, _ in cells[:inner])])
    names_w = _names_width(width - 2 * MARGIN)
    room = width - 2 * MARGIN - names_w
    widest = max([text_width(f"+{grouped(a)}", SMALL) for _, a in pairs], default=0.0)
    across = max(int(room // (widest + 1.5)), 1)
    bands = -(-len(groups) // across)
    across = -(-len(groups) // max(bands, 1))
    w = room / max(across, 6 if bands < 2 else 1)
    for first in range(0, len(groups), max(across, 1)):
        shown = range(first, min(first + across, len(groups)))
        heads, y = _heads([groups[k] for k in shown], MARGIN + names_w, y, w)
        marks += heads
        for context, places in places_of(context for context, _ in keys).items():
            head, y = heading(context, [keys[k][1] for k in places], y, width)
            marks += head
            for key in [keys[k] for k in places]:
                lines = wrap(clean(key[1]), names_w - 4, SMALL)
                size = w, max(22.0, len(lines) * STEP + 5)
                marks += block(lines, MARGIN, y + size[1] / 2, SMALL)
                for k in shown:
                    pair = table[key][k]
                    fill = tint(pair[0] / most) if k < inner else "white"
                    marks += cell(MARGIN + names_w + (k - first) * w, y, size, pair, fill)
                y += size[1]
        y += 10 if shown.stop < len(groups) else 0
    small, y = notes(f"{MATRIX_KEY} {SEVERAL}" if rows else "", y + 2, width)
    words = [{"context": c, "theme": t, "country": g} for c, t in keys for g in groups]
    desc = said(words, pairs, "context", "theme", "country")
    return Picture("themes_by_country", title, desc, y, [*marks, *small], width=width)


CODED = "Names of themes: their codes in the codebook."
TRIANGLES = (
    "Behind a theme: the works that bear it, included + awaiting. Cells: works that bear both themes; below "
    "the diagonal the included, above it the included and those awaiting a person's decision. An empty cell "
    "is nought."
)


def _parted(code: str, labels: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """Return context and theme of a code, as they are called or else as the code has it.

    Examples
    --------
    >>> _parted("higher_education.staff", {}), _parted("a.b", {"a.b": ["Access", "Older learners"]})
    (('higher education', 'staff'), ('Access', 'Older learners'))
    """
    if code in labels:
        return clean(labels[code][0], 90), clean(labels[code][1])
    context, _, theme = clean(code).replace("_", " ").rpartition(".")
    return context, theme


def _squares(rows: Rows) -> tuple[list[str], dict[tuple[str, str], Pair]]:
    """Return the codes, and how many works bear each two: included, and included and awaiting."""
    codes = list(dict.fromkeys(row["code"] for row in rows))
    found: dict[tuple[str, str], Pair] = {}
    for row in rows:
        for code in codes:
            included, with_awaiting = found.get((row["code"], code), (0, 0))
            n = number(row.get(code))
            new = (n, with_awaiting) if row["status"] == "included" else (included, n)
            found[row["code"], code] = new
    return codes, found


def _apart(works: Pair) -> Pair:
    """Return the included, and the awaiting by themselves."""
    included, with_awaiting = works
    return included, with_awaiting - included


def theme_cooccurrence_picture(
    rows: Rows, width: float = TWO_COLUMNS, labels: Mapping[str, Sequence[str]] | None = None
) -> Picture:
    """Themes by themes: the included below the diagonal, above it with those awaiting.

    `labels` gives, for a code, what its context and its theme are called.

    Where there are more themes than can be read, those borne by most works are shown, and how many
    others there are is said.
    """
    title = "Themes borne together"
    codes, borne = _squares(rows)
    named = {code: _parted(code, labels or {}) for code in codes}
    inner = width - 2 * MARGIN
    names_w = min(0.4 * inner, 150.0)
    room = inner - names_w
    ranked = sorted(codes, key=lambda code: [-n for n in reversed(borne[code, code])])
    fitting = set(ranked[: int(room // LEAST_CELL)])
    shown = [code for code in codes if code in fitting]
    own = [_apart(borne[c, c]) for c in codes]
    marks, y = top(title, own, width, key=False)
    off = [borne[a, b] for a in shown for b in shown if a != b]
    most = max([1, *(n for _, n in off)])
    widest = max([text_width(grouped(n), SMALL) for _, n in off], default=0.0)
    w = min(room / max(len(shown), 1), 30.0)
    turned = widest > w - 2
    least_h = max(w, widest + 4 if turned else 11.0) if shown else 0.0
    high = text_width(str(len(shown)), SMALL)
    aside = high > w - 3  # numbers that would touch are turned
    y += (high + 2 if aside else 10) if shown else 0
    marks += [
        Label(MARGIN + names_w + (k + 0.5) * w + 2.4, y - 1, str(k + 1), SMALL, upright=True)
        if aside
        else Label(MARGIN + names_w + (k + 0.5) * w, y - 3, str(k + 1), SMALL, align="center")
        for k in range(len(shown))
    ]
    numbers = text_width(str(len(shown)), SMALL) + 4
    context = ""
    for i, code in enumerate(shown):
        of, theme = named[code]
        if of and of != context:
            head, y = heading(of, [], y, width)
            marks += head
            context = of
        behind = both(*own[codes.index(code)]).replace(" ", NBSP)
        lines = wrap(f"{theme} ({behind})", names_w - numbers - 4, SMALL)
        h = max(least_h, len(lines) * STEP + 3)
        name = block(lines, MARGIN + numbers, y + h / 2, SMALL)
        first = name[0]
        if isinstance(first, Label):
            marks.append(Label(MARGIN + numbers - 4, first.y, str(i + 1), SMALL, align="right"))
        marks += name
        for k, other in enumerate(shown):
            n = borne[code, other][0 if k < i else 1]
            x = MARGIN + names_w + k * w
            fill = PALE if k == i else tint(n / most)
            marks.append(Rect(x, y, w, h, fill, "#BBBBBB"))
            if n and k != i:
                middle, shift = x + w / 2, 2.4
                marks.append(
                    Label(middle + shift, y + h / 2, grouped(n), SMALL, align="center", upright=True)
                    if turned
                    else Label(middle, y + h / 2 + shift, grouped(n), SMALL, align="center")
                )
        y += h
    left = len(codes) - len(shown)
    more = f" Themes with fewer works, not shown: {left}." if left else ""
    coded = "" if all(code in (labels or {}) for code in codes) else f"{CODED} "
    small, y = notes(f"{coded}{TRIANGLES}{more}" if rows else "", y + 2, width)
    together = [(a, b) for i, a in enumerate(codes) for b in codes[i + 1 :] if borne[a, b][1]]
    words = [{"themes": f"{' '.join(named[a])} and {' '.join(named[b])}"} for a, b in together]
    counts = [_apart(borne[pair]) for pair in together]
    desc = said(words, counts, "themes") if counts else "No work bears two themes."
    return Picture("theme_cooccurrence", title, desc, y, [*marks, *small], width=width)
