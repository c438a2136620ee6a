"""Tables as LaTeX: booktabs lines, columns that share the width of the line, long tables over pages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reprise.synthesis.printed import Printed, fits, shares
from reprise.synthesis.references import NAMED

LONG = 40  # rows; more than that is no float
# Turned or not, size of type, and the characters of it that a line holds on A4 with LaTeX's own margins
# (345 pt upright, 550 pt turned, a character being about half its size wide).
LAYOUTS = (
    (False, "small", 75),
    (True, "small", 120),
    (True, "footnotesize", 135),
    (True, "scriptsize", 155),
    (True, "tiny", 200),
)
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
_BREAK = r"\allowbreak{}"
_LIGATURE = re.compile("(-(?=-)|'(?='))")
_JOINT = re.compile(r"([/._:;&=?,%-])")
_PREAMBLE = r"""% \usepackage{array,booktabs,longtable,pdflscape,textcomp,graphicx}
% Names in any script: compile with XeLaTeX or LuaLaTeX and \usepackage{fontspec}; with pdfLaTeX,
% \usepackage[T1]{fontenc}. \input this file where the table stands.
"""


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
    long = len(table.rows) > LONG
    turned, size, room = next((layout for layout in LAYOUTS if fits(table, layout[2])), LAYOUTS[-1])
    columns = _columns(table, room)
    body = _longtable(table, columns) if long else _float(table, columns)
    inner = [rf"\{size}", r"\setlength{\tabcolsep}{2pt}", rf"\setcounter{{table}}{{{table.number - 1}}}"]
    lines = [*inner, *body] if long else [body[0], *inner, *body[1:]]
    wrapped = [r"\begingroup", *lines, r"\endgroup"]
    if turned:
        wrapped = [r"\begin{landscape}", *wrapped, r"\end{landscape}"]
    return _PREAMBLE + "\n".join(wrapped) + "\n"


def _float(table: Printed, columns: str) -> list[str]:
    return [
        r"\begin{table}[htbp]",
        rf"\caption{{{_plain(table.title)}}}\label{{tab:{table.name}}}",
        rf"\begin{{tabular}}{{{columns}}}",
        r"\toprule",
        _row(table.headings),
        r"\midrule",
        *map(_row, table.rows),
        r"\bottomrule",
        r"\end{tabular}",
        *_notes(table),
        r"\end{table}",
    ]


def _longtable(table: Printed, columns: str) -> list[str]:
    head = [r"\toprule", _row(table.headings), r"\midrule"]
    return [
        rf"\begin{{longtable}}{{{columns}}}",
        rf"\caption{{{_plain(table.title)}}}\label{{tab:{table.name}}}\\",
        *head,
        r"\endfirsthead",
        r"\caption[]{(continued)}\\",
        *head,
        r"\endhead",
        r"\bottomrule",
        r"\endfoot",
        *map(_row, table.rows),
        r"\end{longtable}",
        *_notes(table),
    ]


def _columns(table: Printed, room: int) -> str:
    """Share the line among the columns; TeX hyphenates the first word of a cell only after some space."""
    specs = []
    for part, numeric in zip(shares(table, room), table.numeric, strict=True):
        side = r"\raggedleft" if numeric else r"\raggedright"
        width = rf"\dimexpr {part:.4f}\linewidth-2\tabcolsep\relax"
        specs.append(rf">{{{side}\arraybackslash\hspace{{0pt}}}}p{{{width}}}")
    return "%\n  " + "%\n  ".join(specs)


def _row(cells: Sequence[str]) -> str:
    """Write a row; a bracket or star that begins it would be read as an argument of the row before."""
    text = " & ".join(map(escape, cells))
    return ("{}" if text.startswith(("[", "*")) else "") + text + r" \\"


def _notes(table: Printed) -> list[str]:
    lines = [rf"\par\noindent\textit{{{_plain(word)}.}} {escape(text)}" for word, text in table.notes]
    return [r"\par\smallskip", *lines, r"\par"]


def _plain(text: str) -> str:
    """Escape; of dashes or apostrophes that stand side by side no ligature is made."""
    escaped = text.translate(_ESCAPES)
    return _LIGATURE.sub(r"\1{}", escaped) if "--" in text or "''" in text else escaped


def _breakable(word: str) -> str:
    """Let a long word break after its signs, and within what is no word, such as a hash."""
    pieces = _JOINT.split(word)
    for n, piece in enumerate(pieces):
        if n % 2:
            pieces[n] = piece.translate(_ESCAPES) + _BREAK
        elif _CODE.fullmatch(piece):
            pieces[n] = _BREAK.join(_plain(piece[i : i + 4]) for i in range(0, len(piece), 4))
        elif piece:
            pieces[n] = _plain(piece)
    return "".join(pieces)
