"""The figures: bars per year, country and theme, themes by country, and the PRISMA flow diagram.

Every figure is first a `Picture`, a list of rectangles, lines of text and arrows in points; `draw` then
makes SVG, PNG or PDF of it. Matplotlib's axes are not used: on such pictures they cost most of the time.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import matplotlib
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import BoxStyle, PathPatch
from matplotlib.path import Path as Outline
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from reprise.csvfiles import read_rows
from reprise.synthesis import flow_figure as flow
from reprise.synthesis.marks import (
    GREY,
    LEADING,
    MARGIN,
    SIZE,
    SMALL,
    WIDTH,
    Label,
    Line,
    Mark,
    Picture,
    Rect,
    block,
    clean,
    font_file,
    number,
    text_width,
    wrap,
)

Rows = Sequence[Mapping[str, str]]
Pair = tuple[int, int]  # included, awaiting
Item = tuple[str, Pair]  # a bar with its name
Drawn = tuple[list[Mark], float]  # marks and the next free y
Style = tuple[tuple[str, Any], ...]

# Okabe-Ito blue, and a tint of its orange with hatching: apart for the colour-blind and in grey.
BLUE = "#0072B2"
INCLUDED: dict[str, Any] = {"fill": BLUE, "edge": BLUE}
AWAITING: dict[str, Any] = {"fill": "#FCEFD0", "edge": "#B87A00", "hatch": "//////"}
INNER = WIDTH - 2 * MARGIN
STEP = SMALL * LEADING
NONE_AT_ALL = "No included studies and none awaiting a decision."
NONE_INCLUDED = "No included studies."
KEY = "Numbers: included + awaiting a person's decision."
MATRIX_KEY = "Each cell: included, and with a plus those awaiting a person's decision. Shade: included."
SEVERAL = "A study can carry several themes."
NAMES = 132.0  # width of the names of themes in the matrix
RC: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "reprise",
    "hatch.linewidth": 0.6,
    "pdf.fonttype": 42,
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
}
# What a format would else say of the time and of matplotlib's version differs from run to run.
SAVING: dict[str, dict[str, Any]] = {
    ".svg": {"metadata": {"Date": None, "Creator": "Reprise"}},
    ".png": {"metadata": {"Software": None}, "pil_kwargs": {"compress_level": 3}},
    ".pdf": {"metadata": {"CreationDate": None, "Creator": "Reprise", "Producer": "matplotlib"}},
}


def _outlines(mark: Rect | Line) -> Iterator[tuple[Style, Outline]]:
    """Paths of a mark, each with how it is drawn."""
    if isinstance(mark, Rect):
        dashes = (0, (3, 2)) if mark.dashed else "solid"
        look = {"fc": mark.fill, "ec": mark.edge, "lw": 0.7, "ls": dashes, "hatch": mark.hatch or None}
        radius = 3.5 if mark.rounded else 0.0
        yield tuple(look.items()), BoxStyle.Round(0, radius)(mark.x, mark.y, mark.w, mark.h, 1)
        return
    yield (("fc", "none"), ("ec", mark.color), ("lw", 0.7)), Outline(mark.points)
    if mark.arrow:
        (x0, y0), (x, y) = mark.points[-2:]
        length = max(abs(x - x0) + abs(y - y0), 1e-9)  # the last piece runs level or upright
        dx, dy = 4 * (x - x0) / length, 4 * (y - y0) / length
        head = [(x, y), (x - dx + dy / 2, y - dy + dx / 2), (x - dx - dy / 2, y - dy - dx / 2), (x, y)]
        yield (("fc", mark.color), ("ec", "none")), Outline(head, closed=True)


def _figure(picture: Picture) -> Figure:
    """All marks that look alike become one path: matplotlib's cost goes by artists."""
    figure = Figure(figsize=(WIDTH / 72, picture.height / 72), facecolor="white")
    points = Affine2D().scale(1 / 72, -1 / 72).translate(0, picture.height / 72) + figure.dpi_scale_trans
    alike: dict[Style, list[Outline]] = {}
    texts = []
    for mark in picture.marks:
        if isinstance(mark, Label):
            weight = "bold" if mark.bold else "normal"
            font = FontProperties(size=mark.size, weight=weight, fname=font_file(mark.bold))
            turn = 90 if mark.upright else 0
            where = {"ha": mark.align, "va": "baseline", "rotation": turn, "rotation_mode": "anchor"}
            style: dict[str, Any] = {"color": mark.color, "fontproperties": font, **where}
            texts.append(Text(mark.x, mark.y, mark.text, parse_math=False, **style))
        else:
            for key, outline in _outlines(mark):
                alike.setdefault(key, []).append(outline)
    patches = [PathPatch(Outline.make_compound_path(*paths), **dict(key)) for key, paths in alike.items()]
    for artist in (*patches, *texts):
        artist.set_transform(points)
        figure.add_artist(artist)
    return figure


def _titled(svg: str, picture: Picture) -> str:
    """Put title and description right after the first tag, where screen readers look."""
    start = svg.index("<svg ")
    end = svg.index(">", start)
    title, desc = f"{picture.name}-title", f"{picture.name}-desc"
    words = f'<title id="{title}">{escape(picture.title)}</title>\n<desc id="{desc}">{escape(picture.desc)}'
    tag = f'{svg[start:end]} role="img" aria-labelledby="{title} {desc}">'
    return f"{svg[:start]}{tag}\n{words}</desc>{svg[end + 1 :]}"


def _signed(picture: Picture, source_line: str) -> Picture:
    """Return the picture with the line that says which run it comes from at its bottom."""
    source = clean(source_line, 400)
    notes, height = _notes(source, picture.height, GREY)
    marks = [*picture.marks, *notes]
    return Picture(picture.name, picture.title, f"{picture.desc} {source}", height + 2, marks)


def draw(picture: Picture, source_line: str, paths: Iterable[Path]) -> None:
    """Write a picture to each path, in the format that its ending names: svg, png or pdf."""
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # scripts that the font lacks
        matplotlib.rcdefaults()  # a user's own matplotlibrc must not change the bytes
        matplotlib.rcParams.update(RC)
        picture = _signed(picture, source_line)
        figure = _figure(picture)
        for path in paths:
            buffer = BytesIO()
            figure.savefig(buffer, format=path.suffix[1:], dpi=300, **SAVING[path.suffix])
            data = buffer.getvalue()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_titled(data.decode(), picture).encode() if path.suffix == ".svg" else data)


def both(included: int, awaiting: int) -> str:
    """Return the label of a bar.

    Examples
    --------
    >>> both(3, 12), both(3, 0), both(0, 12)
    ('3 + 12', '3', '0 + 12')
    """
    return f"{included} + {awaiting}" if awaiting else str(included)


def _pairs(rows: Rows) -> list[Pair]:
    return [(number(row["included"]), number(row["awaiting"])) for row in rows]


def _said(rows: Rows, pairs: Sequence[Pair], *names: str) -> str:
    """Return the numbers in words, for those who can't see the picture."""
    heads = [", ".join(clean(row[name]) for name in names) for row in rows]
    said = [f"{head}: {i} included, {a} awaiting" for head, (i, a) in zip(heads, pairs, strict=True)]
    return "; ".join(said) + "." if said else NONE_AT_ALL


def _top(title: str, pairs: Sequence[Pair], legend: bool = True) -> Drawn:
    """Title, legend and, where there is nothing to see, a line that says so; and the next free y."""
    included, awaiting = sum(i for i, _ in pairs), sum(a for _, a in pairs)
    x, y = MARGIN, MARGIN + (24 if legend else 10)
    marks: list[Mark] = [Label(x, MARGIN + 9, title, 8.5, bold=True)]
    for name, style in (("included", INCLUDED), ("awaiting a person's decision", AWAITING)) if legend else ():
        marks += [Rect(x, y - 6.5, 12, 7, **style), Label(x + 16, y, name)]
        x += 32 + text_width(name)
    if not included:
        y += 14
        marks.append(Label(MARGIN, y, NONE_INCLUDED if awaiting else NONE_AT_ALL, 8, bold=True))
    return marks, y + 10


def _notes(text: str, y: float, color: str = "black") -> Drawn:
    lines = wrap(text, INNER, SMALL)
    marks = [Label(MARGIN, y + (i + 1) * STEP, line, SMALL, color=color) for i, line in enumerate(lines)]
    return [*marks], y + len(lines) * STEP + 4


def _stack(x: float, y: float, across: float, pair: Pair, scale: float, upright: bool = False) -> Drawn:
    """Two rectangles end to end, from (x, y) to the right or upwards; and their length together."""
    marks, done = list[Mark](), 0.0
    for n, style in zip(pair, (INCLUDED, AWAITING), strict=True):
        length = max(n * scale, 1.0) if n else 0.0  # what is not nought is never too thin to see
        box = (x, y - done - length, across, length) if upright else (x + done, y, length, across)
        marks += [Rect(*box, **style)] if n else []
        done += length
    return marks, done


def _bars(items: Sequence[Item], x: float, y: float, w: float, name_w: float, most: int) -> Drawn:
    """Bars that lie, names at their left and numbers at their ends; `most` is the longest of all panels."""
    start, top = x + name_w + 5, y
    scale = (w - name_w - 12 - max(text_width(both(*pair)) for _, pair in items)) / max(most, 1)
    marks = list[Mark]()
    for name, pair in items:
        lines = wrap(clean(name), name_w)
        h = max(len(lines) * SIZE * LEADING + 3, 13.0)
        middle = y + h / 2
        stack, length = _stack(start, middle - 4, 8, pair, scale)
        marks += [*block(lines, x, middle), *stack]
        marks.append(Label(start + length + 4, middle + 2.5, both(*pair)))
        y += h
    return [*marks, Line(((start, top), (start, y)))], y


def _columns(items: Sequence[Item], y: float, slot: float) -> Drawn:
    """Bars that stand; names and numbers are turned where they would touch."""
    widest, numbers = (max(map(text_width, t)) for t in zip(*((n, both(*p)) for n, p in items), strict=True))
    turned, turned_name = numbers > slot - 3, widest > slot - 3
    most = max(sum(pair) for _, pair in items)
    high = 130 if most else 10
    base = y + high + (numbers + 6 if turned else 12)
    bar = min(0.66 * slot, 40)
    marks: list[Mark] = [Line(((MARGIN, base), (MARGIN + slot * len(items), base)))]
    for k, (name, pair) in enumerate(items):
        x = MARGIN + (k + 0.5) * slot
        stack, length = _stack(x - bar / 2, base, bar, pair, high / max(most, 1), upright=True)
        align = "left" if turned else "center"
        value = Label(x + 2.5 * turned, base - length - 4, both(*pair), align=align, upright=turned)
        align, low = ("right", base + 4) if turned_name else ("center", base + 10)
        marks += [*stack, value, Label(x + 2.5 * turned_name, low, name, align=align, upright=turned_name)]
    return marks, base + (widest + 8 if turned_name else 15)


def years_picture(rows: Rows, note: str = "") -> Picture:
    """Studies per year; very many years become bars that lie, as columns would be too thin."""
    pairs, title = _pairs(rows), "Studies by year of publication"
    marks, y = _top(title, pairs)
    if rows:
        items = [(clean(row["year"], 20), pair) for row, pair in zip(rows, pairs, strict=True)]
        slot = INNER / max(len(rows), 8)
        if slot < 1.4 * SIZE:
            bars, y = _bars(items, MARGIN, y, INNER, 40, max(map(sum, pairs)))
        else:
            bars, y = _columns(items, y, slot)
        notes, y = _notes(f"{KEY} {note}".strip(), y)
        marks += [*bars, *notes]
    return Picture("years", title, _said(rows, pairs, "year"), y, marks)


def _places(values: Iterable[str]) -> dict[str, list[int]]:
    """Positions of each value, in the order of the table."""
    places: dict[str, list[int]] = {}
    for k, value in enumerate(values):
        places.setdefault(value, []).append(k)
    return places


def countries_picture(rows: Rows) -> Picture:
    """Studies per group of countries, one panel for each rule of what a study's country is."""
    pairs, title = _pairs(rows), "Studies by country"
    marks, y = _top(title, pairs)
    panels = _places(row["country_rule"] for row in rows)
    w = (INNER - 14 * (len(panels) - 1)) / max(len(panels), 1)
    x, low = MARGIN, y
    for rule, places in panels.items():
        items = [(clean(rows[k]["group"]), pairs[k]) for k in places]
        name_w = min(max(text_width(name) for name, _ in items) + 1, 0.42 * w)
        bars, end = _bars(items, x, y + 14, w, name_w, max(map(sum, pairs)))
        marks += [Label(x, y + 8, f"By {clean(rule)}", 7.5, bold=True), *bars]
        x, low = x + w + 14, max(low, end)
    notes, low = _notes(KEY if rows else "", low + 3)
    return Picture("countries", title, _said(rows, pairs, "country_rule", "group"), low, [*marks, *notes])


def _heading(context: str, themes: Sequence[str], y: float) -> Drawn:
    """Return the name of a context, unless its only theme says the same."""
    if list(themes) == [context]:
        return [], y + 3
    return [Label(MARGIN, y + 10, clean(context, 90), 7.5, bold=True)], y + 13


def themes_picture(rows: Rows) -> Picture:
    """Studies per theme under the heading of its context."""
    pairs, title = _pairs(rows), "Studies by theme"
    marks, y = _top(title, pairs)
    for context, places in _places(row["context"] for row in rows).items():
        items = [(rows[k]["theme"], pairs[k]) for k in places]
        head, y = _heading(context, [name for name, _ in items], y)
        bars, y = _bars(items, MARGIN, y, INNER, 190, max(map(sum, pairs)))
        marks += [*head, *bars]
    notes, y = _notes(f"{KEY} {SEVERAL}" if rows else "", y + 2)
    return Picture("themes", title, _said(rows, pairs, "context", "theme"), y, [*marks, *notes])


def _tint(share: float) -> str:
    """Return white to a middling blue, on which black is still easy to read."""
    return "#" + "".join(f"{round(255 + 0.6 * share * (part - 255)):02X}" for part in bytes.fromhex(BLUE[1:]))


def _cell(x: float, y: float, size: tuple[float, float], pair: Pair, fill: str) -> list[Mark]:
    """Return a cell with the included above and, where there are any, those awaiting below."""
    middle = x + size[0] / 2
    first = y + size[1] / 2 + (-1 if pair[1] else 2.5)
    marks: list[Mark] = [Rect(x, y, *size, fill, "#BBBBBB")]
    marks.append(Label(middle, first, str(pair[0]), 7.5, bool(pair[0]), align="center"))
    return [*marks, *([Label(middle, first + 8.5, f"+ {pair[1]}", SMALL, align="center")] if pair[1] else [])]


def _heads(groups: Sequence[str], y: float, w: float) -> Drawn:
    """Return the heads of columns, turned if a word is wider than its column."""
    names = [clean(group, 60) for group in groups]
    turned = any(text_width(word, SMALL) > w - 3 for name in names for word in name.split())
    heads = [wrap(name, 84 if turned else w - 3, SMALL) for name in names]
    deep = [text_width(line, SMALL) if turned else len(head) * STEP for head in heads for line in head]
    base, align = y + max(deep, default=0.0) + 2, "left" if turned else "center"
    marks = list[Mark]()
    for k, head in enumerate(heads):
        middle = MARGIN + NAMES + (k + 0.5) * w
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


def themes_by_country_picture(rows: Rows) -> Picture:
    """Themes by country groups, shaded by the number included."""
    title = "Themes by country of authors"
    groups = [c for c in (rows[0] if rows else {}) if c not in ("status", "context", "theme", "source_line")]
    inner = len(groups) - groups.count("total")  # the total stands last, and unshaded
    table = _matrix(rows, groups)
    keys, pairs = list(table), [pair for cells in table.values() for pair in cells]
    marks, y = _top(title, pairs, legend=False)
    most = max([1, *(included for cells in table.values() for included, _ in cells[:inner])])
    w = (INNER - NAMES) / max(len(groups), 6)
    heads, y = _heads(groups, y, w)
    marks += heads
    for context, places in _places(context for context, _ in keys).items():
        head, y = _heading(context, [keys[k][1] for k in places], y)
        marks += head
        for key in [keys[k] for k in places]:
            lines = wrap(clean(key[1]), NAMES - 4, SMALL)
            size = w, max(22.0, len(lines) * STEP + 5)
            marks += block(lines, MARGIN, y + size[1] / 2, SMALL)
            for k, pair in enumerate(table[key]):
                fill = _tint(pair[0] / most) if k < inner else "white"
                marks += _cell(MARGIN + NAMES + k * w, y, size, pair, fill)
            y += size[1]
    notes, y = _notes(f"{MATRIX_KEY} {SEVERAL}" if rows else "", y + 2)
    said = [{"context": c, "theme": t, "country": g} for c, t in keys for g in groups]
    desc = _said(said, pairs, "context", "theme", "country")
    return Picture("themes_by_country", title, desc, y, [*marks, *notes])


def partial_years(window: Mapping[str, str]) -> str:
    """Say which bars stand for part of a year only.

    Examples
    --------
    >>> partial_years({"start": "2015-01-01", "end": "2022-01-31"})
    '2022: until 2022-01-31 only.'
    """
    bounds = (("start", "from", "-01-01"), ("end", "until", "-12-31"))
    days = [(window.get(key) or "", word, whole) for key, word, whole in bounds]
    said = [f"{day[:4]}: {word} {day} only." for day, word, whole in days if day and day[4:] != whole]
    return clean(" ".join(said))


def draw_figures(tables: Mapping[str, str | Path], provenance: str | Path, outputs: Sequence[Path]) -> None:
    """Draw every output whose stem is the name of a figure.

    Parameters
    ----------
    tables : mapping
        The CSV files by name: prisma, years, countries, themes, themes_by_country.
    provenance : Path
        JSON with `source_line`, which stands under every figure, and `window`.
    outputs : sequence of Path
        For example figures/years.svg and figures/years.png.
    """
    about = json.loads(Path(provenance).read_text(encoding="utf-8"))
    note = partial_years(about.get("window") or {})
    pictures: dict[str, Callable[[Rows], Picture]] = {
        "prisma": flow.prisma_picture,
        "years": lambda rows: years_picture(rows, note),
        "countries": countries_picture,
        "themes": themes_picture,
        "themes_by_country": themes_by_country_picture,
    }
    for name, picture in pictures.items():
        paths = [path for path in map(Path, outputs) if path.stem == name]
        if paths:
            draw(picture(read_rows(tables[name])), about["source_line"], paths)
