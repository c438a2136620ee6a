"""Tabulate: the ledger, and from it every table, the flow, the references and the comparison."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reprise.appraisal import appraisals, check_appraisal
from reprise.coding.codebook import read_codebook
from reprise.config import plain
from reprise.csvfiles import read_rows, write_rows
from reprise.decisions import Decision, read_decisions
from reprise.frames import read_table, work_of_records, write_csv
from reprise.mistakes import tell
from reprise.screen.queue import queue, queue_ris
from reprise.settings import sources_in_use
from reprise.study import CITED, read_cited
from reprise.synthesis import prisma, replication
from reprise.synthesis.apa import reference_list
from reprise.synthesis.captions import ENDS
from reprise.synthesis.ledger import follow
from reprise.synthesis.provenance import provenance
from reprise.synthesis.references import WRITERS, bibtex, ris
from reprise.synthesis.review import Review
from reprise.synthesis.search_strings import search_strings
from reprise.synthesis.tables import make_tables


def tabulate(
    inputs: Mapping[str, Any],
    decisions: Sequence[str],
    protocol: Mapping[str, Any],
    outputs: Mapping[str, str],
) -> None:
    """Write everything that is counted.

    Parameters
    ----------
    inputs : mapping
        Paths by name: records, works, duplicates, screening, coding, hits, log, problems, manifest, codebook,
        journals, published; `trouble` and `looked_up` are lists.
    decisions : sequence of str
        The decision files, whether they exist or not; they enter the run id.
    protocol : mapping
        The whole protocol as plain text.
    outputs : mapping
        Paths by name: needed, needed_ris, ledger, prisma, replication, known, bib, ris, apa, strings,
        provenance; `tables` and `exchange` are lists.

    Raises
    ------
    Mistake
        What is wrong with the study's files.
    """
    published = replication.read_published(inputs["published"], protocol["coding"]["country_groups"])
    study = protocol["review"]["included"]
    listed, cited = replication.read_studies(study), read_cited()
    manifest = json.loads(Path(inputs["manifest"]).read_text(encoding="utf-8"))
    files = [*decisions, *(inputs[k] for k in ("codebook", "journals", "published")), study]
    files += [protocol["holdings"]] if protocol["holdings"] else []
    files += [*inputs["looked_up"], *([CITED] if cited else [])]
    run = provenance(protocol, manifest, files)
    looked_up = [row for path in inputs["looked_up"] for row in read_rows(path)]
    records = read_table(inputs["records"])
    works, screening = read_table(inputs["works"]), read_table(inputs["screening"])
    ledger = follow(records, works, screening)
    said = _decisions(decisions)
    review = Review(
        records=records,
        works=works,
        pairs=read_table(inputs["duplicates"]),
        screening=screening,
        coding=read_table(inputs["coding"]),
        hits=read_table(inputs["hits"]),
        ledger=ledger,
        log=read_rows(inputs["log"]),
        problems=read_rows(inputs["problems"]),
        looked_up=looked_up,
        cited=cited,
        strategies=manifest.get("strategies", []),
        codebook=read_codebook(inputs["codebook"]),
        decisions=said["screening"] + said["coding"],
        appraisals=said["appraisal"],
        protocol=protocol,
    )
    write_csv(ledger, outputs["ledger"])
    trouble = [row for path in inputs["trouble"] for row in read_rows(path)]
    reviewers = protocol["screening"]["reviewers"]
    _, found = appraisals(said["appraisal"], work_of_records(works), reviewers)
    tell(t.what for t in found)
    trouble += [t._asdict() for t in found]
    asked = queue(works, records, review.pairs, screening, trouble, protocol["criteria"], reviewers)
    write_csv(asked, outputs["needed"], excel=True)
    Path(outputs["needed_ris"]).write_text(queue_ris(asked, works), encoding="utf-8")
    labels = {name: source["label"] for name, source in sources_in_use(protocol).items()}
    write_rows(outputs["prisma"], prisma.COLUMNS, prisma.template_rows(prisma.numbers(ledger, works, labels)))
    _write_tables(review, [Path(path) for path in outputs["tables"]], run["source_line"])
    known = replication.known_studies(listed, records, review)
    write_rows(outputs["known"], replication.KNOWN_COLUMNS, known)
    write_rows(outputs["replication"], replication.COLUMNS, replication.replicate(published, known, review))
    strings = search_strings(protocol["query"], protocol["window"])
    Path(outputs["strings"]).write_text(strings, encoding="utf-8")
    included = review.ended("included").sort_values("work_id").astype("str").fillna("")
    references: list[dict[str, str]] = included.to_dict("records")  # type: ignore[assignment]
    Path(outputs["bib"]).write_text(bibtex(references), encoding="utf-8")
    Path(outputs["ris"]).write_text(ris(references), encoding="utf-8")
    Path(outputs["apa"]).write_text(reference_list(references), encoding="utf-8")
    _write_exchange(review, [Path(path) for path in outputs["exchange"]])
    run["published"] = plain(published)
    themes = {code: [context.label, theme.label] for code, context, theme in review.codebook.themes()}
    run["labels"] = {"sources": labels, "themes": themes}
    text = json.dumps(run, indent=1, ensure_ascii=False)
    Path(outputs["provenance"]).write_text(text + "\n", encoding="utf-8")


def _decisions(files: Sequence[str]) -> dict[str, list[Decision]]:
    """Read what people decided; all but appraisals were checked by the stages before."""
    paths = {Path(file).stem: file for file in files}
    said = {name: read_decisions(paths[name]) for name in ("screening", "coding")}
    return said | {"appraisal": read_decisions(paths["appraisal"], check_appraisal)}


def _write_tables(review: Review, paths: Sequence[Path], source_line: str) -> None:
    tables = make_tables(review)
    for path in paths:
        write_csv(tables[path.stem].assign(source_line=source_line), path)


def _write_exchange(review: Review, paths: Sequence[Path]) -> None:
    """Write the lists of works that other programs take, each in several formats."""
    lists: dict[str, list[dict[str, str]]] = {}
    for path in paths:
        if path.stem not in lists:
            ended = review.ended(*ENDS[path.stem]).sort_values("work_id").astype("str").fillna("")
            lists[path.stem] = ended.to_dict("records")  # type: ignore[assignment]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(WRITERS[path.suffix[1:]](lists[path.stem]), encoding="utf-8")
