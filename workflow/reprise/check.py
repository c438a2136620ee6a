"""Check: look at config, codebook, decisions, study and data files without running anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from reprise.appraisal import check_appraisal
from reprise.coding.codebook import read_codebook
from reprise.coding.works import check_coding
from reprise.collect import collect_files
from reprise.config import CONFIG, Protocol, parse_protocol, plain, read_yaml
from reprise.decisions import (
    DECISION_FILES,
    Decision,
    find_record,
    names_no_record,
    read_decisions,
    suffixed_names,
)
from reprise.dedupe.people import check_duplicates_decision
from reprise.inputs import check_files, whole_protocol
from reprise.mistakes import Mistake
from reprise.rows import REPAIRED
from reprise.screen.holdings import read_holdings
from reprise.screen.works import check_screening, read_journals
from reprise.search.sample import list_files
from reprise.study import read_cited
from reprise.synthesis.replication import read_published, read_studies


def check(config: str = CONFIG) -> list[str]:
    """Look at everything that people write, and say all that is wrong.

    Returns
    -------
    list of str
        One line for each mistake; empty if nothing is wrong.
    """
    try:
        protocol = parse_protocol(read_yaml(config), config)
    except Mistake as mistake:
        return mistake.lines
    lines: list[str] = []
    _told(lines, check_files, protocol)
    book = _read(lines, read_codebook, protocol.coding.codebook)
    _read(lines, read_journals, protocol.journals)
    if protocol.holdings:
        _read(lines, read_holdings, protocol.holdings)
    _read(lines, read_published, protocol.review.published, protocol.coding.country_groups)
    _told(lines, read_studies, protocol.review.included)
    _told(lines, read_cited)
    records = records_of_inputs(lines, protocol)
    suffixed = suffixed_names(records)
    checks: dict[str, Callable[[Decision], str]] = {
        "duplicates": check_duplicates_decision,
        "screening": check_screening(plain(protocol)["criteria"]),
        "appraisal": check_appraisal,
    }
    if book:
        checks["coding"] = check_coding(book)
    for name, check_line in checks.items():
        for d in _told(lines, read_decisions, DECISION_FILES[name], check_line) or []:
            named = [d.record_id, d.variable] if name == "duplicates" else [d.record_id]
            lines += [
                names_no_record(d, n).what for n in named if records and not find_record(n, records, suffixed)
            ]
    return list(dict.fromkeys(lines))


def _told(lines: list[str], function: Callable[..., Any], *args: Any) -> Any:
    """Call `function`; put a user's mistakes with the others and go on."""
    try:
        return function(*args)
    except Mistake as mistake:
        lines += mistake.lines
        return None


def _read(lines: list[str], function: Callable[..., Any], path: str, *args: Any) -> Any:
    """Read a file with `function`; that one is missing has `check_files` told already."""
    return _told(lines, function, path, *args) if Path(path).is_file() else None


def records_of_inputs(lines: list[str], protocol: Protocol) -> Mapping[str, str]:
    """Read the sources; say what is wrong with rows, and give the ids of the records."""
    files = (_bundled if protocol.mode == "sample" else _frozen)(lines, protocol)
    files += list_files(whole_protocol(protocol)["sources"]["exports"])
    collected = _told(lines, collect_files, files)
    if collected is None:
        return {}
    frame, _, problems = collected
    lines += [p.told for p in problems if p.action != REPAIRED]
    return {record: record for record in frame["record_id"]}


def _bundled(lines: list[str], protocol: Protocol) -> list[dict[str, Any]]:
    return [
        {"source": name, **plain(source)}
        for name, source in protocol.sources.sample.items()
        if Path(source.file).is_file()
    ]


def _frozen(lines: list[str], protocol: Protocol) -> list[dict[str, Any]]:
    """List the slices that are there; say where the query can't be put into a source's words."""
    from reprise.search import live  # its libraries take time to import

    whole = plain(protocol)
    sources = whole["sources"]["live"]
    asked = _told(lines, live.translate_all, sources, whole["query"])
    if not asked:
        return []
    years = range(protocol.window.start.year, protocol.window.end.year + 1)
    listed = _told(lines, live.list_slices, sources, whole["query"], years, asked)
    return listed["files"] if listed else []
