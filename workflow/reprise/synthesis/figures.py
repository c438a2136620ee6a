"""The figures: which there are, bars per year, country and theme, and how a picture becomes a file.

Every figure is first a `Picture`, a list of shapes, lines of text and arrows in points; `draw` then makes
SVG, PNG or PDF of it. Matplotlib's axes are not used: on such pictures they cost most of the time.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import BoxStyle, PathPatch
from matplotlib.path import Path as Outline
from matplotlib.text import Text
from matplotlib.transforms import Affine2D
from PIL import Image

from reprise.csvfiles import read_rows
from reprise.synthesis import flow_figure as flow
from reprise.synthesis.charts import (
    KEY,
    SEVERAL,
    Rows,
    bars,
    columns,
    heading,
    notes,
    pairs_of,
    places_of,
    said,
    top,
)
from reprise.synthesis.country_map import country_map_picture
from reprise.synthesis.figure_tables import FIGURE_TABLES
from reprise.synthesis.marks import Dot, Label, Line, Picture, Rect, Shape, clean, font_file, text_width
from reprise.synthesis.matrices import theme_cooccurrence_picture, themes_by_country_picture
from reprise.synthesis.over_time import themes_over_time_picture
from reprise.synthesis.style import (
    DPI,
    GREY,
    HEADING,
    MARGIN,
    PNG,
    RC,
    SAVING,
    SIZE,
    TWO_COLUMNS,
    WIDTHS,
    grouped,
)
from reprise.synthesis.upset import source_overlap_picture

Look = tuple[tuple[str, Any], ...]
UNNUMBERED = {"prisma", "source_overlap"}  # which say themselves what they count
BESIDE = 154.0  # two panels stand beside each other if each is that wide


def _outlines(mark: Rect | Line | Dot | Shape) -> Iterator[tuple[Look, Outline]]:
    """Paths of a mark, each with how it is drawn."""
    if isinstance(mark, Rect):
        dashes = (0, (3, 2)) if mark.dashed else "solid"
        look = {"fc": mark.fill, "ec": mark.edge, "lw": 0.7, "ls": dashes, "hatch": mark.hatch or None}
        radius = 3.5 if mark.rounded else 0.0
        yield tuple(look.items()), BoxStyle.Round(0, radius)(mark.x, mark.y, mark.w, mark.h, 1)
        return
    if isinstance(mark, Dot):
        yield (
            (("fc", mark.fill), ("ec", mark.edge), ("lw", 0.5)),
            Outline.circle((mark.x, mark.y), mark.radius),
        )
        return
    if isinstance(mark, Shape):
        for ring in mark.rings:
            yield (("fc", mark.fill), ("ec", mark.edge), ("lw", 0.3)), Outline([*ring, ring[0]], closed=True)
        return
    yield (("fc", "none"), ("ec", mark.color), ("lw", 0.7)), Outline(mark.points)
    if mark.arrow:
        (x0, y0), (x, y) = mark.points[-2:]
        length = max(abs(x - x0) + abs(y - y0), 1e-9)  # the last piece runs level or upright
        dx, dy = 4 * (x - x0) / length, 4 * (y - y0) / length
        head = [(x, y), (x - dx + dy / 2, y - dy + dx / 2), (x - dx - dy / 2, y - dy - dx / 2), (x, y)]
        yield (("fc", mark.color), ("ec", "none")), Outline(head, closed=True)


class _Line(Text):
    """A label on the figure; its width is known, and matplotlib would measure it anew in each format."""

    def __init__(self, label: Label) -> None:
        weight = "bold" if label.bold else "normal"
        font = FontProperties(size=label.size, weight=weight, fname=font_file(label.bold))
        where = {"ha": label.align, "va": "baseline", "rotation_mode": "anchor"}
        style: dict[str, Any] = {"color": label.color, "fontproperties": font, **where}
        turn = 90 if label.upright else 0
        super().__init__(label.x, label.y, label.text, rotation=turn, parse_math=False, **style)
        share = {"left": 0.0, "center": 0.5, "right": 1.0}[label.align]
        self.before = share * text_width(label.text, label.size, label.bold)  # its anchor, in points

    def draw(self, renderer: Any) -> None:
        """Hand the text to the renderer with the beginning of its baseline; SVG anchors it by itself."""
        x, y = self.get_transform().transform(self.get_unitless_position())
        turn, before = self.get_rotation(), renderer.points_to_pixels(self.before)
        x, y = (x, y - before) if turn else (x - before, y)
        y = renderer.height - y if renderer.flipy() else y
        context = renderer.new_gc()
        context.set_foreground(self.get_color())
        renderer.draw_text(context, x, y, self.get_text(), self.get_fontproperties(), turn, mtext=self)
        context.restore()


def _figure(picture: Picture) -> Figure:
    """All marks that look alike become one path: matplotlib's cost goes by artists."""
    figure = Figure(figsize=(picture.width / 72, picture.height / 72), facecolor="white")
    points = Affine2D().scale(1 / 72, -1 / 72).translate(0, picture.height / 72) + figure.dpi_scale_trans
    alike: dict[Look, list[Outline]] = {}
    texts = []
    for mark in picture.marks:
        if isinstance(mark, Label):
            texts.append(_Line(mark))
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
    areas = "".join(
        f' <rect id="{picture.name}-{escape(a.key)}" data-box="{escape(a.key)}" x="{a.x:g}" y="{a.y:g}" '
        f'width="{a.w:g}" height="{a.h:g}" fill="none"/>\n'
        for a in picture.areas
    )
    rest = svg[end + 1 :].replace("</svg>", f"{areas}</svg>")
    return f"{svg[:start]}{tag}\n{words}</desc>{rest}"


def _signed(picture: Picture, source_line: str) -> Picture:
    """Return the picture with the line that says which run it comes from at its bottom."""
    source = clean(source_line, 400)
    signature, height = notes(source, picture.height, picture.width, GREY)
    marks = [*picture.marks, *signature]
    return replace(picture, desc=f"{picture.desc} {source}", height=height + 2, marks=marks)


def _counted(picture: Picture, rows: Rows) -> Picture:
    """Return the picture with how many works there are; `rows` count each work once."""
    pairs = pairs_of(rows)
    included, awaiting = (grouped(sum(pair[k] for pair in pairs)) for k in (0, 1))
    said = f"n = {included} included and {awaiting} awaiting a person's decision."
    small, height = notes(said, picture.height - 4, picture.width)
    return replace(picture, desc=f"{picture.desc} {said}", height=height, marks=[*picture.marks, *small])


def _png(figure: Figure) -> bytes:
    """Return a PNG without matplotlib's channel of transparency: smaller, and some journals refuse it."""
    figure.set_dpi(DPI)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    buffer = BytesIO()
    pixels = canvas.buffer_rgba()  # type: ignore[no-untyped-call]
    image = Image.frombytes("RGB", canvas.get_width_height(), pixels, "raw", "RGBX")
    image.save(buffer, "png", **PNG)
    return buffer.getvalue()


def _vectors(figure: Figure, ending: str) -> bytes:
    buffer = BytesIO()
    figure.savefig(buffer, format=ending[1:], dpi=DPI, **SAVING[ending])
    return buffer.getvalue()


def draw(picture: Picture, source_line: str, paths: Iterable[Path]) -> None:
    """Write a picture to each path, in the format that its ending names: svg, png or pdf."""
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # scripts that the font lacks
        matplotlib.rcdefaults()  # a user's own matplotlibrc must not change the bytes
        matplotlib.rcParams.update(RC)
        picture = _signed(picture, source_line)
        figure = _figure(picture)
        for path in paths:
            data = _png(figure) if path.suffix == ".png" else _vectors(figure, path.suffix)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_titled(data.decode(), picture).encode() if path.suffix == ".svg" else data)


def years_picture(rows: Rows, note: str = "", width: float = TWO_COLUMNS) -> Picture:
    """Works per year; very many years become bars that lie, as columns would be too thin."""
    pairs, title = pairs_of(rows), "Works by year of publication"
    marks, y = top(title, pairs, width)
    if rows:
        items = [(clean(row["year"], 20), pair) for row, pair in zip(rows, pairs, strict=True)]
        inner = width - 2 * MARGIN
        slot = inner / max(len(rows), 8)
        if slot < 1.4 * SIZE:
            drawn, y = bars(items, MARGIN, y, inner, 40, max(map(sum, pairs)))
        else:
            drawn, y = columns(items, y, slot)
        small, y = notes(f"{KEY} {note}".strip(), y, width)
        marks += [*drawn, *small]
    return Picture("years", title, said(rows, pairs, "year"), y, marks, width=width)


def countries_picture(rows: Rows, width: float = TWO_COLUMNS) -> Picture:
    """Works per group of countries, one panel for each rule of what a work's country is."""
    pairs, title = pairs_of(rows), "Works by country"
    marks, y = top(title, pairs, width)
    panels = list(places_of(row["country_rule"] for row in rows).items())
    inner = width - 2 * MARGIN
    across = max(min(int((inner + 14) // BESIDE), len(panels)), 1)
    w = (inner - 14 * (across - 1)) / across
    for first in range(0, len(panels), across):
        x, low = MARGIN, y
        for rule, places in panels[first : first + across]:
            items = [(clean(rows[k]["group"]), pairs[k]) for k in places]
            name_w = min(max(text_width(name) for name, _ in items) + 1, 0.42 * w)
            drawn, end = bars(items, x, y + 14, w, name_w, max(map(sum, pairs)))
            marks += [Label(x, y + 8, f"By {clean(rule)}", HEADING, bold=True), *drawn]
            x, low = x + w + 14, max(low, end)
        y = low + (8 if first + across < len(panels) else 0)
    small, y = notes(KEY if rows else "", y + 3, width)
    desc = said(rows, pairs, "country_rule", "group")
    return Picture("countries", title, desc, y, [*marks, *small], width=width)


def themes_picture(rows: Rows, width: float = TWO_COLUMNS) -> Picture:
    """Works per theme under the heading of its context."""
    pairs, title = pairs_of(rows), "Works by theme"
    marks, y = top(title, pairs, width)
    inner = width - 2 * MARGIN
    for context, places in places_of(row["context"] for row in rows).items():
        items = [(rows[k]["theme"], pairs[k]) for k in places]
        head, y = heading(context, [name for name, _ in items], y, width)
        drawn, y = bars(items, MARGIN, y, inner, min(190, 0.5 * inner), max(map(sum, pairs)))
        marks += [*head, *drawn]
    small, y = notes(f"{KEY} {SEVERAL}" if rows else "", y + 2, width)
    return Picture("themes", title, said(rows, pairs, "context", "theme"), y, [*marks, *small], width=width)


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


def _pictures(note: str, labels: Mapping[str, Any]) -> dict[str, Callable[[Rows, float], Picture]]:
    """Say how the rows of each figure's table become a picture; the flow needs the width of two columns."""
    return {
        "prisma": lambda rows, _: flow.prisma_picture(rows),
        "years": lambda rows, width: years_picture(rows, note, width),
        "countries": countries_picture,
        "country_map": country_map_picture,
        "themes": themes_picture,
        "themes_by_country": themes_by_country_picture,
        "themes_over_time": lambda rows, width: themes_over_time_picture(rows, note, width),
        "theme_cooccurrence": lambda rows, width: theme_cooccurrence_picture(
            rows, width, labels.get("themes")
        ),
        "source_overlap": lambda rows, width: source_overlap_picture(rows, width, labels.get("sources")),
    }


def draw_figures(
    tables: Mapping[str, str | Path],
    provenance: str | Path,
    outputs: Sequence[Path],
    width: str = "two_columns",
) -> None:
    """Draw every output whose stem is the name of a figure.

    Parameters
    ----------
    tables : mapping
        The CSV files by name: those of `FIGURE_TABLES`.
    provenance : Path
        JSON with `source_line`, which stands under every figure, `window`, and maybe `labels`: of `sources`,
        and of `themes` (context and theme) by their codes.
    outputs : sequence of Path
        For example figures/years.svg and figures/years.png.
    width : str
        "one_column" (85 mm) or "two_columns" (178 mm); the flow diagram is always of two.
    """
    about = json.loads(Path(provenance).read_text(encoding="utf-8"))
    note = partial_years(about.get("window") or {})
    all_works = read_rows(tables[FIGURE_TABLES["years"]])
    for name, picture_of in _pictures(note, about.get("labels") or {}).items():
        paths = [path for path in map(Path, outputs) if path.stem == name]
        if paths:
            picture = picture_of(read_rows(tables[FIGURE_TABLES[name]]), WIDTHS[width])
            picture = picture if name in UNNUMBERED else _counted(picture, all_works)
            draw(picture, about["source_line"], paths)
