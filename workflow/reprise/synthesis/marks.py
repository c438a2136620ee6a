"""What every figure is made of: rectangles, lines of text and arrows, and how wide a text is.

Points (1/72 inch), y downwards. Nothing is drawn here; `figures` does that.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import matplotlib
from matplotlib.ft2font import FT2Font

from reprise.synthesis.style import LEADING, SIZE, TWO_COLUMNS

LONGEST = 160  # characters of one label; hostile data have no end
NBSP = "\u00a0"


@dataclass(frozen=True)
class Rect:
    """A rectangle; those that look alike are drawn as one path."""

    x: float
    y: float
    w: float
    h: float
    fill: str = "white"
    edge: str = "none"
    dashed: bool = False
    hatch: str = ""
    rounded: bool = False


@dataclass(frozen=True)
class Label:
    """One line of text; `y` is its baseline."""

    x: float
    y: float
    text: str
    size: float = SIZE
    bold: bool = False
    color: str = "black"
    align: str = "left"
    upright: bool = False


@dataclass(frozen=True)
class Line:
    """A polyline, with a head at its end if it is an arrow."""

    points: tuple[tuple[float, float], ...]
    arrow: bool = False
    color: str = "black"


@dataclass(frozen=True)
class Dot:
    """A disc around a point."""

    x: float
    y: float
    radius: float
    fill: str
    edge: str = "none"


@dataclass(frozen=True)
class Shape:
    """Closed outlines filled together; one that runs the other way round is a hole."""

    rings: tuple[tuple[tuple[float, float], ...], ...]
    fill: str
    edge: str = "white"


Mark = Rect | Label | Line | Dot | Shape


@dataclass(frozen=True)
class Area:
    """A place in the figure that a page may make a button; nothing of it is seen."""

    key: str
    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True)
class Picture:
    """A figure before it is drawn; `desc` says in words what it shows."""

    name: str
    title: str
    desc: str
    height: float
    marks: Sequence[Mark]
    areas: Sequence[Area] = ()
    width: float = TWO_COLUMNS


def font_file(bold: bool) -> str:
    """Return the font that comes with matplotlib: a system's own copy may differ, and so would the bytes."""
    return f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans{'-Bold' if bold else ''}.ttf"


@lru_cache(maxsize=2)
def _font(bold: bool) -> FT2Font:
    font = FT2Font(font_file(bold))  # not matplotlib's shared one, whose size changes as it draws
    font.set_size(100, 72)
    return font


@lru_cache(maxsize=4096)
def _advance(char: str, bold: bool) -> float:
    if unicodedata.east_asian_width(char) in "WF":  # not in the font; a viewer's substitute is square
        return 1.0
    return float(_font(bold).load_char(ord(char)).linearHoriAdvance) / 65536 / 100


def text_width(text: str, size: float = SIZE, bold: bool = False) -> float:
    """Width of a line in points."""
    return sum(_advance(char, bold) for char in text) * size


def clean(text: str, limit: int = LONGEST) -> str:
    """One line without control characters, which XML forbids, cut at `limit` characters."""
    kept = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in text[: 20 * limit])
    line = " ".join(kept.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def wrap(text: str, width: float, size: float = SIZE, bold: bool = False) -> list[str]:
    """Break into lines no wider than `width`; a no-break space holds what belongs together.

    Examples
    --------
    >>> wrap("Records screened (n\u00a0=\u00a012)", 60)
    ['Records', 'screened', '(n = 12)']
    """
    lines = [""]
    for piece in re.split(r"(?= )|(?<=[-/])(?=[^\W\d])", text):
        if text_width(lines[-1] + piece, size, bold) <= width:
            lines[-1] += piece
            continue
        lines.append("")
        for char in piece.lstrip(" "):
            if lines[-1] and text_width(lines[-1] + char, size, bold) > width:
                lines.append("")
            lines[-1] += char
    return [line.replace(NBSP, " ") for line in lines if line]


def block(lines: Sequence[str], x: float, middle: float, size: float = SIZE) -> list[Mark]:
    """Lines of text one below the other, centred on a height."""
    first = middle + (0.76 - len(lines) / 2) * size * LEADING
    return [Label(x, first + k * size * LEADING, line, size) for k, line in enumerate(lines)]


def number(text: str | None) -> int:
    """Read a count; what is missing is nought."""
    return int(text) if text and text.strip() not in ("", "NA") else 0
