"""Tables as LaTeX: booktabs lines, columns that share the width of the line, long tables over pages.

A table with more columns than a turned page holds is set in parts, each with the rows' numbers: type so small
that all columns stand side by side cannot be read, and what is wider than the page is cut.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from math import ceil

from reprise.synthesis.printed import Printed, fits, shares
from reprise.synthesis.references import NAMED

# Turned or not, size of type, the characters of it that a line holds and the lines that a page holds, on A4
# with LaTeX's own margins: 345 by 550 pt, a digit of Computer Modern being 4.6 pt wide at 9 pt, 4.2 at 8, 4.0
# at 7; some lines are left for caption and notes.
LAYOUTS = (
    (False, "small", 75, 40),
    (True, "small", 119, 24),
    (True, "footnotesize", 129, 28),
    (True, "scriptsize", 138, 34),
)
ROW = "row"
# What TeX reads as something else, without being one of its special characters: ligatures and quotes.
_OTHER = {
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "\n": r"\newline{} ",
}
_ESCAPES = NAMED | str.maketrans(_OTHER)
_LONG_WORD = re.compile(r"(\S{13,})")
_MORE = re.compile(r"""[&%$#_{}~^\\<>|"`\n]|--|''|\S{13,}""")  # what escaping changes
_CODE = re.compile(r"(?=\D*\d)\S{9,}|\S{25,}")
_LONG_NAME = 14  # within an address
_BREAK = r"\allowbreak{}"
_LIGATURE = re.compile("(-(?=-)|'(?='))")
_JOINT = re.compile(r"([/._:;&=?,%-])")
_PREAMBLE = r"""% \usepackage{array,booktabs,longtable,pdflscape,textcomp}
% and \usepackage[T1]{fontenc} for pdfLaTeX, \usepackage{fontspec} for XeLaTeX or LuaLaTeX.
% \input this file where the table stands. It bears the number that it is cited by: delete the line with
% \setcounter for your document's own.
"""
# What the names of Unicode's characters begin with, where it is not the script's own.
_SCRIPTS = {"CJK": "Han", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean"}
_LAST_LATIN = "\u024f"


def escape(text: str) -> str:
    r"""Escape what TeX would read as a command, and let long words break.

    Examples
    --------
    >>> print(escape("50 % & \\input{x} -- #1"))
    50 \% \& \textbackslash{}input\textbraceleft{}x\textbraceright{} -{}- \#1
    """
    if not _MORE.search(text):
        return text
    parts = _LONG_WORD.split(text)
    parts[::2], parts[1::2] = map(_plain, parts[::2]), map(_breakable, parts[1::2])
    return "".join(parts)


def latex(table: Printed) -> str:
    """Give a table as LaTeX, to be input into a document; the packages it needs stand on top."""
    turned, size, room, height = next((layout for layout in LAYOUTS if fits(table, layout[2])), LAYOUTS[-1])
    inner = [rf"\{size}", r"\setlength{\tabcolsep}{3pt}", rf"\setcounter{{table}}{{{table.number - 1}}}"]
    if turned or _lines(table, room) > height:
        parts = list(_parts(table, room))
        body = [line for n, part in enumerate(parts, 1) for line in _longtable(part, room, n, len(parts))]
        lines = [*inner, *body, *_notes(table)]
    else:
        first, *body = _float(table, room)
        lines = [first, *inner, *body]
    wrapped = [r"\begingroup", *lines, r"\endgroup"]
    if turned:
        wrapped = [r"\begin{landscape}", *wrapped, r"\end{landscape}"]
    text = "\n".join(wrapped) + "\n"
    return _PREAMBLE + _foreign(text) + text


def _lines(table: Printed, room: int) -> int:
    """Say how many lines the table takes, as each row takes as many as its tallest cell."""
    widths = [max(1, part * room - 1) for part in shares(table, room)]
    rows = (
        max(ceil(len(cell) / width) for cell, width in zip(row, widths, strict=True)) for row in table.rows
    )
    return sum(max(1, lines) for lines in rows) + len(table.notes)


def _parts(table: Printed, room: int) -> Iterator[Printed]:
    """Part a table whose columns a line doesn't hold; each part begins with the number of the row."""
    if sum(table.needed) <= room:
        yield table
        return
    numbers = [str(n) for n in range(1, len(table.rows) + 1)]
    first = len(ROW) + 3
    count = ceil(sum(table.needed) / (room - first))
    start = 0
    while start < len(table.columns):
        # As much for each part as for the others, so that the last is no single column.
        share = sum(table.needed[start:]) / max(1, count)
        end = start + 1
        while end < len(table.columns) and sum(table.needed[start : end + 1]) <= min(room - first, share + 8):
            end += 1
        at = slice(start, end)
        yield table._replace(
            columns=[ROW, *table.columns[at]],
            rows=[[number, *row[at]] for number, row in zip(numbers, table.rows, strict=True)],
            numeric=[True, *table.numeric[at]],
            wanted=[first, *table.wanted[at]],
            needed=[first, *table.needed[at]],
        )
        start, count = end, count - 1


def _foreign(text: str) -> str:
    """Say which scripts stand in a table that LaTeX's own fonts lack, and what sets them."""
    letters = {sign for sign in set(text) if sign > _LAST_LATIN and sign.isalpha()}
    words = {unicodedata.name(sign, "").split(" ")[0].split("-")[0] for sign in letters}
    scripts = sorted({_SCRIPTS.get(word, word.title()) for word in words if word not in ("", "LATIN")})
    if not scripts:
        return ""
    han = {"Han", "Japanese", "Korean"}.intersection(scripts)
    return (
        f"% It holds {', '.join(scripts)}, which LaTeX's own fonts lack: pdfLaTeX stops there, and XeLaTeX\n"
        "% leaves blanks unless \\setmainfont names a font that has the letters (DejaVu Serif has many)"
        + (
            "\n% and \\usepackage{xeCJK} with \\setCJKmainfont (such as Noto Serif CJK SC) sets the rest"
            if han
            else ""
        )
        + ".\n"
    )


def _float(table: Printed, room: int) -> list[str]:
    return [
        r"\begin{table}[htbp]",
        rf"\caption{{{_plain(table.title)}}}\label{{tab:{table.name}}}",
        rf"\begin{{tabular}}{{{_columns(table, room)}}}",
        r"\toprule",
        _row(table.headings),
        r"\midrule",
        *map(_row, table.rows),
        r"\bottomrule",
        r"\end{tabular}",
        *_notes(table),
        r"\end{table}",
    ]


def _longtable(table: Printed, room: int, part: int = 1, parts: int = 1) -> list[str]:
    """Write a table, or a part of it, over pages; a part after the first bears the number of the first."""
    told = f" (part {part} of {parts})" if parts > 1 else ""
    listed, label = ("", rf"\label{{tab:{table.name}}}") if part == 1 else ("[]", "")
    head = [r"\toprule", _row(table.headings), r"\midrule"]
    return [
        *([r"\addtocounter{table}{-1}"] if part > 1 else []),
        rf"\begin{{longtable}}{{{_columns(table, room)}}}",
        rf"\caption{listed}{{{_plain(table.title + told)}}}{label}\\",
        *head,
        r"\endfirsthead",
        rf"\caption[]{{(continued{told.replace(' (', ', ').rstrip(')')})}}\\",
        *head,
        r"\endhead",
        r"\bottomrule",
        r"\endfoot",
        *(_row(row) for row in table.rows),
        r"\end{longtable}",
    ]


def _columns(table: Printed, room: int) -> str:
    """Share the line among the columns; TeX hyphenates the first word of a cell only after some space.

    Parts are rounded down, so that together they are no wider than the line.
    """
    specs = []
    for part, numeric in zip(shares(table, room), table.numeric, strict=True):
        side = r"\raggedleft" if numeric else r"\raggedright"
        width = rf"\dimexpr {part - 5e-5:.4f}\linewidth-2\tabcolsep\relax"
        specs.append(rf">{{{side}\arraybackslash\hspace{{0pt}}}}p{{{width}}}")
    return "%\n  " + "%\n  ".join(specs)


def _row(cells: Sequence[str]) -> str:
    """Write a row; a bracket or star that begins it would be read as an argument of the row before."""
    text = " & ".join(map(escape, cells))
    return ("{}" if text.startswith(("[", "*")) else "") + text + r" \\"


def _notes(table: Printed) -> list[str]:
    """Write what stands below, in one piece, so that no page begins with the source line alone."""
    lines = [rf"\par\noindent\textit{{{_plain(word)}.}} {escape(text)}" for word, text in table.notes]
    return [r"\par\smallskip\noindent\begin{minipage}{\linewidth}\raggedright", *lines, r"\end{minipage}\par"]


def _plain(text: str) -> str:
    """Escape; of dashes or apostrophes that stand side by side no ligature is made."""
    escaped = text.translate(_ESCAPES)
    return _LIGATURE.sub(r"\1{}", escaped) if "--" in text or "''" in text else escaped


def _breakable(word: str) -> str:
    """Let a long word break after its signs, and within what is no word, such as a hash or a host's name."""
    pieces = _JOINT.split(word)
    for n, piece in enumerate(pieces):
        if n % 2:
            pieces[n] = piece.translate(_ESCAPES) + _BREAK
        elif _CODE.fullmatch(piece) or (len(piece) > _LONG_NAME and "/" in word):
            pieces[n] = _BREAK.join(_plain(piece[i : i + 4]) for i in range(0, len(piece), 4))
        elif piece:
            pieces[n] = _plain(piece)
    return "".join(pieces)
