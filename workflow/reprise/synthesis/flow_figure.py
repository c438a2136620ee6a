"""The PRISMA 2020 flow diagram as boxes and arrows: arithmetic on points, nothing is drawn here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reprise.synthesis.marks import (
    NBSP,
    Area,
    Label,
    Line,
    Mark,
    Picture,
    Rect,
    clean,
    number,
    wrap,
)
from reprise.synthesis.style import LEADING, MARGIN, SIZE, SMALL, grouped

GOLD, SIDE_BLUE = "#FFC000", "#9DC3E6"  # of the official template
PAD, STEP = 4.0, SIZE * LEADING
HANG = 3.0  # of the further lines of an item in a list, or they read as items of their own
STRIP = 15.0
ROW_GAP = 16.0
STACK_GAP = 5.0
MAIN_W, SIDE_W, GAP = 100.0, 117.0, 12.0
LEFT_X = 28.0
COLUMN_X = (LEFT_X, LEFT_X + MAIN_W + SIDE_W + 2 * GAP)


def reasons(text: str) -> list[tuple[str, int]]:
    """Read `Reason, 3; Reason, 2`; a reason may itself hold commas and semicolons.

    Examples
    --------
    >>> reasons("No outcome, or none reported, 3; Wrong topic, 2")
    [('No outcome, or none reported', 3), ('Wrong topic', 2)]
    """
    return [(name.strip(), int(n)) for name, n in re.findall(r"([^;\s].*?),\s*(\d+)\s*(?:;|$)", text)]


Text = list[tuple[str, float]]  # lines before wrapping, each with its indent


def counted(label: str, n: int) -> str:
    """Return the label with its number, which never stands alone on half a line."""
    return f"{label} (n{NBSP}={NBSP}{grouped(n)})"


def _with_reasons(label: str, n: int, why: str, indent: float = 0.0) -> Text:
    parts = reasons(why)
    return [
        (counted(label, n) + (":" if parts else ""), indent),
        *((counted(clean(name), m), indent + 6) for name, m in parts),
    ]


class Spec(NamedTuple):
    """What one row of the diagram shows in one column: the main box and those at its right."""

    main: tuple[str, Text] | None
    beside: list[tuple[str, Text, bool]]  # key, text, whether it is ours and so dashed


SOURCES = {
    "dbr": [("database_results", "Databases"), ("register_results", "Registers")],
    "other": [
        ("website_results", "Websites"),
        ("organisation_results", "Organisations"),
        ("citations_results", "Citation searching"),
    ],
}
DASHED = "Dashed boxes are additions to the PRISMA 2020 template (Page MJ et al., BMJ 2021;372:n71)."
BY_AUTOMATION = "Records marked as ineligible by automation tools"


def column_rows(counts: Mapping[str, str], column: str) -> list[Spec]:
    """Rows of the column "dbr" or "other", in the template's wording.

    The template removes and screens nothing in the column "other methods", so those boxes are ours.
    """

    def item(key: str, label: str, indent: float = 0.0, why: str = "") -> Text:
        return _with_reasons(label, number(counts.get(key)), counts.get(why, ""), indent)

    ours = column == "other"
    own = "om" if ours else "db"
    repeats, automatic, excluded = (
        ("om_repeats", "om_removed_by_rule", "om_out")
        if ours
        else ("duplicates", "excluded_automatic", "records_excluded")
    )
    identified = [("Records identified from:", 0.0)]
    for key, label in SOURCES[column]:
        identified += item(key, label, 6, key.replace("_results", "_specific_results"))
    removed = [("Records removed before screening:", 0.0)]
    removed += item(repeats, "Duplicate records removed", 6)
    removed += item(automatic, BY_AUTOMATION, 6, f"{own}_removed_by_rule_reasons")
    removed += [] if ours else item("excluded_other", "Records removed for other reasons", 6)

    sought, lost = f"{column}_sought_reports", f"{column}_notretrieved_reports"
    assessed, out = f"{column}_assessed", f"{column}_excluded"
    why = counts.get(out, "")
    total = sum(n for _, n in reasons(why)) if reasons(why) else number(why)

    def awaiting(key: str, what: str) -> tuple[str, Text, bool]:
        return key, item(key, what), True

    return [
        Spec((SOURCES[column][0][0], identified), [(repeats, removed, ours)]),
        Spec(
            None if ours else ("records_screened", item("records_screened", "Records screened")),
            [
                (excluded, item(excluded, "Records excluded*", 0, f"{own}_out_reasons"), ours),
                awaiting(f"{own}_awaiting_verdict", "Records awaiting screening"),
            ],
        ),
        Spec(
            (sought, item(sought, "Reports sought for retrieval")),
            [
                (lost, item(lost, "Reports not retrieved"), False),
                awaiting(f"{own}_awaiting_retrieval", "Reports awaiting retrieval"),
            ],
        ),
        Spec(
            (assessed, item(assessed, "Reports assessed for eligibility")),
            [
                (out, _with_reasons("Reports excluded", total, why), False),
                awaiting(f"{own}_awaiting_eligibility", "Reports awaiting assessment"),
            ],
        ),
    ]


@dataclass(frozen=True)
class Box:
    """A placed box; `lines` are wrapped text with their indents."""

    key: str
    x: float
    y: float
    w: float
    h: float
    lines: tuple[tuple[str, float], ...]
    kind: str = "main"  # main, ours (dashed), header or stage (turned by 90 degrees)

    @property
    def low(self) -> float:
        """Its lower edge."""
        return self.y + self.h


class Flow(NamedTuple):
    """The whole diagram in points."""

    boxes: list[Box]
    arrows: list[Line]
    height: float


def _wrapped(text: Text, width: float) -> tuple[tuple[str, float], ...]:
    found = list[tuple[str, float]]()
    for words, indent in text:
        lines = wrap(words, width - 2 * PAD - indent)
        if indent and len(lines) > 1:
            lines = wrap(words, width - 2 * PAD - indent - HANG)
        found += [(line, indent + HANG * (k > 0 and indent > 0)) for k, line in enumerate(lines)]
    return tuple(found)


def _height(lines: Sequence[object]) -> float:
    return len(lines) * STEP + 2 * PAD


def _place(spec: Spec, x: float, y: float) -> list[Box]:
    """Boxes of one row in one column, main first; those beside it are stacked from its top."""
    boxes = []
    if spec.main:
        lines = _wrapped(spec.main[1], MAIN_W)
        first = _height(_wrapped(spec.beside[0][1], SIDE_W))
        h = max(_height(lines), min(first, 2 * _height(lines)))  # as high as its neighbour, within reason
        boxes.append(Box(spec.main[0], x, y, MAIN_W, h, lines))
    for key, text, ours in spec.beside:
        lines = _wrapped(text, SIDE_W)
        boxes.append(Box(key, x + MAIN_W + GAP, y, SIDE_W, _height(lines), lines, "ours" if ours else "main"))
        y += _height(lines) + STACK_GAP
    return boxes


def _sideways(boxes: Sequence[Box], x: float) -> list[Line]:
    """Arrows to the boxes beside the main one: from its edge, or below it from the line that goes down."""
    arrows = []
    main_low = max((box.low for box in boxes if box.x == x), default=0.0)
    for box in boxes:
        if box.x == x:
            continue
        start, y = x + MAIN_W / 2, box.y + box.h / 2
        shared = min(main_low, box.low)
        if shared - box.y >= SIZE:
            start, y = x + MAIN_W, (box.y + shared) / 2
        arrows.append(Line(((start, y), (box.x, y)), arrow=True))
    return arrows


def _included(counts: Mapping[str, str]) -> Text:
    unread = number(counts.get("read_by_no_person"))
    text = [
        (counted("Studies included in review", number(counts.get("new_studies"))), 0.0),
        (counted("Reports of included studies", number(counts.get("new_reports"))), 0.0),
    ]
    note = f"{grouped(unread)} of the included {'was' if unread == 1 else 'were'} read by no person"
    return [*text, (note, 0.0)] if counts.get("read_by_no_person") else text


def layout(counts: Mapping[str, str]) -> Flow:
    """Place every box and arrow of the flow diagram.

    Parameters
    ----------
    counts : mapping
        The column `n` of prisma.csv by the column `data`; a missing number is nought.
    """
    boxes, arrows = list[Box](), list[Line]()
    wide = MAIN_W + GAP + SIDE_W
    for x, name in zip(COLUMN_X, ("databases and registers", "other methods"), strict=True):
        lines = _wrapped([(f"Identification of studies via {name}", 0.0)], wide)
        boxes.append(Box(f"header {name}", x, MARGIN, wide, 18.0, lines, "header"))

    y, tops, lows = MARGIN + 26, list[float](), list[float]()
    mains: dict[float, list[Box]] = {x: [] for x in COLUMN_X}
    for row in zip(column_rows(counts, "dbr"), column_rows(counts, "other"), strict=True):
        low = y + (0 if tops else 78)  # room for the word Identification
        for x, spec in zip(COLUMN_X, row, strict=True):
            placed = _place(spec, x, y)
            boxes += placed
            arrows += _sideways(placed, x)
            mains[x] += [box for box in placed if box.x == x]
            low = max(low, *(box.low for box in placed))
        tops.append(y)
        lows.append(low)
        y = low + ROW_GAP
    lines = _wrapped(_included(counts), MAIN_W)
    end = Box("new_studies", LEFT_X, y, MAIN_W, max(_height(lines), 46.0), lines)
    boxes.append(end)
    tops.append(end.y)
    lows.append(end.low)

    for x, column in mains.items():
        down, below = x + MAIN_W / 2, [*column[1:], *([end] if x == LEFT_X else [])]
        arrows += [Line(((down, a.low), (down, b.y)), True) for a, b in zip(column, below, strict=False)]
    down, level = COLUMN_X[1] + MAIN_W / 2, end.y + end.h / 2
    path = ((down, mains[COLUMN_X[1]][-1].low), (down, level), (end.x + end.w, level))
    arrows.append(Line(path, arrow=True))
    stages = {"Identification": (0, 0), "Screening": (1, 3), "Included": (4, 4)}
    for name, (first, last) in stages.items():
        top, high = tops[first], lows[last] - tops[first]
        boxes.append(Box(f"stage {name}", MARGIN, top, STRIP, high, ((name, 0.0),), "stage"))
    return Flow(boxes, arrows, end.low)


def _box_marks(box: Box) -> list[Mark]:
    fill = {"header": GOLD, "stage": SIDE_BLUE}.get(box.kind, "white")
    rounded = box.kind in ("header", "stage")
    rect = Rect(box.x, box.y, box.w, box.h, fill, "black", box.kind == "ours", "", rounded)
    x, y = box.x + box.w / 2, box.y + box.h / 2
    if box.kind == "stage":
        return [rect, Label(x + 2.7, y, box.lines[0][0], 7.5, True, align="center", upright=True)]
    if box.kind == "header":
        return [rect, Label(x, y + 2.5, box.lines[0][0], bold=True, align="center")]
    first = y - len(box.lines) * STEP / 2 + STEP * 0.76
    return [rect, *(Label(box.x + PAD + i, first + k * STEP, t) for k, (t, i) in enumerate(box.lines))]


def excluded_by(counts: Mapping[str, str]) -> str:
    """Say who excluded at screening, in both columns."""
    by = {
        who: [grouped(number(counts.get(f"{column}_out_by_{who}"))) for column in ("db", "om")]
        for who in ("rule", "person")
    }
    (rule, other_rule), (person, other_person) = by["rule"], by["person"]
    return (
        f"* Excluded by automation tools (rules): {rule} via databases and registers, "
        f"{other_rule} via other methods; by a person: {person} and {other_person}."
    )


def prisma_picture(rows: Iterable[Mapping[str, str]]) -> Picture:
    """Return the PRISMA 2020 flow diagram for the rows of prisma.csv."""
    counts = {row["data"]: row.get("n") or "" for row in rows}
    flow = layout(counts)
    notes = [excluded_by(counts), DASHED]
    marks: list[Mark] = [mark for box in flow.boxes for mark in _box_marks(box)]
    y = flow.height + 6
    for note in notes:
        y += SMALL * LEADING
        marks.append(Label(MARGIN, y, note, SMALL))
    said = [" ".join(text for text, _ in box.lines) for box in flow.boxes if box.kind != "stage"]
    title = "PRISMA 2020 flow diagram"
    counting = [box for box in flow.boxes if box.kind in ("main", "ours")]
    areas = [Area(box.key, box.x, box.y, box.w, box.h) for box in counting]
    return Picture("prisma", title, ". ".join([*said, *notes]), y + 4, [*marks, *flow.arrows], areas)
