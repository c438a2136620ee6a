"""How every figure looks: widths, sizes of type, colours, and what the formats are told."""

from __future__ import annotations

from typing import Any

# Points (1/72 inch): 85 mm and 178 mm, which are the widths of a journal page, to whole points.
ONE_COLUMN = 240.0
TWO_COLUMNS = 504.0
WIDTHS = {"one_column": ONE_COLUMN, "two_columns": TWO_COLUMNS}
MARGIN = 6.0
TITLE = 8.5
HEADING = 7.5
SIZE = 7.0
SMALL = 6.5  # nothing in a figure is smaller
LEADING = 1.24
STEP = SMALL * LEADING

GREY = "#555555"
PALE = "#D4D4D4"
STRIPE = "#F3F3F3"
# Okabe-Ito blue, and a tint of its orange with hatching: apart for the colour-blind and in grey.
BLUE = "#0072B2"
INCLUDED: dict[str, Any] = {"fill": BLUE, "edge": BLUE}
AWAITING: dict[str, Any] = {"fill": "#FCEFD0", "edge": "#B87A00", "hatch": "//////"}
OTHERS: dict[str, Any] = {"fill": PALE, "edge": "#8C8C8C"}
# Classes of a count, few to many, on land without any: one hue, whose lightness (CIE L*) falls in steps of
# about 15, so that they stay apart in grey and for the colour-blind.
LAND = "#EDEDED"
CLASSES = ("#A3C9E2", "#6CA6D0", "#3B80B7", "#1D5A92", "#0A2C57")

RC: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "reprise",
    "hatch.linewidth": 0.6,
    "pdf.fonttype": 42,
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    # Hinted letters are up to 2 % wider, so that a full line ran over the margin; and take longer.
    "text.hinting": "none",
}
DPI = 300
PNG = {"dpi": (DPI, DPI), "compress_level": 3}  # of zlib; 6 takes half as long again for a tenth of the size
# What a format would else say of the time and of matplotlib's version differs from run to run.
SAVING: dict[str, dict[str, Any]] = {
    ".svg": {"metadata": {"Date": None, "Creator": "Reprise"}},
    ".pdf": {"metadata": {"CreationDate": None, "Creator": "Reprise", "Producer": "matplotlib"}},
}


def grouped(n: int) -> str:
    r"""Write a count, from five digits on in threes, parted by the thin space of the SI brochure (5.4.4).

    Examples
    --------
    >>> grouped(9999), grouped(12345) == "12\u202f345"
    ('9999', True)
    """
    return f"{n:,}".replace(",", "\u202f") if n >= 10_000 else str(n)


def tint(share: float) -> str:
    """Return white to a middling blue, on which black is still easy to read.

    Examples
    --------
    >>> tint(0), tint(1)
    ('#FFFFFF', '#66AAD1')
    """
    return "#" + "".join(f"{round(255 + 0.6 * share * (part - 255)):02X}" for part in bytes.fromhex(BLUE[1:]))


def class_bounds(most: int) -> list[int]:
    """Give the least count of each class, for counts from 1 to `most`: round numbers, five classes at most.

    Examples
    --------
    >>> class_bounds(0), class_bounds(4), class_bounds(19), class_bounds(250), class_bounds(5000)
    ([1], [1, 2, 3, 4], [1, 2, 5, 10], [1, 3, 10, 30, 100], [1, 10, 100, 1000])
    """
    if most <= len(CLASSES):
        return list(range(1, max(most, 1) + 1))
    for steps in ((1, 2, 5), (1, 3), (1,)):
        bounds = [step * 10**power for power in range(len(str(most))) for step in steps]
        bounds = [bound for bound in bounds if bound <= most]
        if len(bounds) <= len(CLASSES):
            return bounds
    return [100**power for power in range(len(CLASSES))]


def class_colors(count: int) -> list[str]:
    """Choose `count` of the colours, as far apart as they can be.

    Examples
    --------
    >>> len(class_colors(1)), class_colors(2) == [CLASSES[0], CLASSES[4]]
    (1, True)
    """
    last = len(CLASSES) - 1
    return [CLASSES[round(k * last / (count - 1))] if count > 1 else CLASSES[2] for k in range(count)]
