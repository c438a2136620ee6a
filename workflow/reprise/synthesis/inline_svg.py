"""An SVG file as part of a page: only drawing, and its styles as classes, as the page's policy demands."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

_NAMES = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
TAGS = {
    "svg",
    "g",
    "path",
    "rect",
    "text",
    "tspan",
    "defs",
    "clipPath",
    "use",
    "title",
    "desc",
    "line",
    "circle",
}
ATTRIBUTES = {
    "id", "d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "transform", "fill",
    "clip-path", "viewBox", "role", "aria-labelledby", "data-box",
}  # fmt: skip
# What can't lead outside: no address, nothing that is run.
_STYLE = re.compile(r"[\w\s#%.,:;'\"()+-]*")


class Inline(NamedTuple):
    """Markup, and the style sheet that it needs."""

    markup: str
    css: str


def inline_svg(path: str | Path, prefix: str) -> Inline:
    """Read a figure of ours; what is not drawing is left out."""
    classes: dict[str, str] = {}
    root = fromstring(Path(path).read_text(encoding="utf-8"))
    markup = _markup(root, prefix, classes)
    return Inline(markup, "\n".join(f".{name} {{ {style} }}" for style, name in classes.items()))


def _markup(element: Element, prefix: str, classes: dict[str, str]) -> str:
    tag = str(element.tag).removeprefix(_NAMES)
    if tag not in TAGS:
        return ""
    told = ""
    for name, value in element.attrib.items():
        if name == "style" and _STYLE.fullmatch(value) and "url" not in value:
            told += f' class="{classes.setdefault(value, f"{prefix}{len(classes)}")}"'
        elif name == _HREF and value.startswith("#"):
            told += f' href="{escape(value)}"'
        elif name in ATTRIBUTES:
            told += f' {name}="{escape(value)}"'
    inner = escape((element.text or "").strip())
    inner += "".join(
        _markup(child, prefix, classes) + escape((child.tail or "").strip()) for child in element
    )
    return f"<{tag}{told}>{inner}</{tag}>"
