"""What a parser makes of an export file: entries, and what was repaired or could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Entry:
    """One entry of a file.

    Attributes
    ----------
    line : int
        Where it begins, counted from 1; of a spreadsheet the row.
    own_id : str
        The database's own id, or empty.
    values : dict
        Column of the record -> text, as the file spells it.
    repaired : list of str
        What of it was mended before it could be read, in words.
    """

    line: int
    own_id: str
    values: dict[str, str]
    repaired: list[str] = field(default_factory=list)


@dataclass
class Parsed:
    """What a file holds.

    Attributes
    ----------
    counted : int
        Its entries, counted by their delimiters, without the parser.
    entries : list of Entry
    rejected : list of (int, str)
        Line and reason of each entry that is none, so that counted = entries + rejected.
    """

    counted: int
    entries: list[Entry] = field(default_factory=list)
    rejected: list[tuple[int, str]] = field(default_factory=list)
