"""Export files of databases and reference managers: told apart by their content, read whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reprise.csvfiles import read_bytes
from reprise.exports import bibtex, csl, endnote, ris, tagged, vendor_tables
from reprise.exports.detect import decode_export, tell_format, unpack
from reprise.exports.entries import Parsed
from reprise.mistakes import Mistake
from reprise.records import CONTENT
from reprise.rows import REPAIRED, Imported, Problem, take

_PARSERS: dict[str, Callable[[str], Parsed]] = {
    "ris": ris.parse,
    "nbib": tagged.parse_nbib,
    "wos": tagged.parse_wos,
    "endnote": endnote.parse,
    "bibtex": bibtex.parse,
    "csl-json": csl.parse,
}


_BLANK = dict.fromkeys((*CONTENT, "url", "note"), "")


def read_export(
    path: str, searched: str, columns: Mapping[str, str] | None = None, missing: int = 0
) -> Imported:
    """Read an export file, whatever its format.

    Parameters
    ----------
    path : str
        The file, plain or gz; its name tells nothing.
    searched : str
        When the database was searched; a year more than one after it is impossible. Empty: not known.
    columns : mapping, optional
        Column of the record -> header, for a table that isn't known here.
    missing : int
        So many entries may be counted and not be read: the protocol accepts it.

    Raises
    ------
    Mistake
        Where the file as a whole can't be used, or gave other than its delimiters promise.
    """
    data = unpack(read_bytes(path), path)
    known = tell_format(data) or ("table" if columns else "")
    if not known:
        formats = "RIS, BibTeX, nbib, Web of Science, EndNote XML, CSL-JSON, a table"
        raise Mistake(f"{path}: is of no format known here; export it as one of these: {formats}")
    encoding = "UTF-8"
    try:
        if known == "xlsx":
            parsed = vendor_tables.parse_xlsx(data, columns)
        else:
            text, encoding = decode_export(data, path)
            table = known == "table"
            parsed = vendor_tables.parse_text(text, columns) if table else _PARSERS[known](text)
    except Mistake as mistake:
        lines = (line if line.startswith(path) else f"{path}: {line}" for line in mistake.lines)
        raise Mistake(lines) from None
    lost = parsed.counted - len(parsed.entries) - len(parsed.rejected)
    if abs(lost) > missing:
        # Nothing is lost in silence: what the parser gave is what the delimiters promise.
        raise Mistake(
            f"{path}: {parsed.counted} entries by their delimiters, but {len(parsed.entries)} read and "
            f"{len(parsed.rejected)} rejected; part the file, export it in another format, or accept it by "
            f"`missing: {abs(lost)}` under sources.exports"
        )
    n_rows = len(parsed.entries) + len(parsed.rejected) + max(lost, 0)
    imported = Imported(path, encoding, n_rows, format=known, missing=max(lost, 0))
    if lost:
        what = f"{parsed.counted} entries by their delimiters, {n_rows - imported.missing} read or rejected"
        imported.problems.append(Problem(path, 1, "", "", what, "accepted by the protocol"))
    for line, why in parsed.rejected:
        imported.problems.append(Problem(path, line, "", "", why, "row rejected"))
    last_year = int(searched[:4]) + 1 if searched else 9999
    for entry in parsed.entries:
        take(imported, entry.line, entry.own_id, _BLANK | entry.values, last_year)
        imported.repaired += bool(entry.repaired)
        imported.problems += [Problem(path, entry.line, "", "", what, REPAIRED) for what in entry.repaired]
    imported.problems.sort(key=lambda problem: problem.line)
    return imported
