"""The one class of error for what a user can put right, and how it is told."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Iterable
from typing import Any


class Mistake(Exception):
    """Something a user can put right.

    Parameters
    ----------
    lines : iterable of str or str
        One line for each mistake: file, key or row; what is wrong; what to do.
    """

    def __init__(self, lines: Iterable[str] | str):
        self.lines = [lines] if isinstance(lines, str) else list(lines)
        super().__init__("\n".join(self.lines))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Name the known word nearest to `word`, else all known words.

    Examples
    --------
    >>> did_you_mean("strat", ["start", "end"])
    "did you mean 'start'?"
    """
    known = sorted(known)
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean '{near[0]}'?" if near else "known: " + ", ".join(known)


def tell(lines: Iterable[str]) -> None:
    """Print lines to standard error, each once."""
    for line in dict.fromkeys(lines):
        print(line, file=sys.stderr)


def run(function: Callable[..., Any], *args: Any, code: int = 1, **kwargs: Any) -> Any:
    """Call `function`; tell a user's mistakes as lines and end with `code`; let a bug keep its traceback.

    Who stops it with Ctrl-C knows why it stops.
    """
    try:
        return function(*args, **kwargs)
    except Mistake as mistake:
        tell(mistake.lines)
        sys.stderr.flush()
        sys.exit(code)
    except KeyboardInterrupt:
        sys.exit(130)
