"""Tabulate: the ledger, and from it every table, the flow, the references and the comparison."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reprise.coding.codebook import read_codebook
from reprise.config import plain
from reprise.csvfiles import read_rows, write_rows
from reprise.frames import read_table, write_csv
from reprise.screen.queue import queue
from reprise.synthesis import prisma, replication
from reprise.synthesis.ledger import follow
from reprise.synthesis.provenance import provenance
from reprise.synthesis.references import bibtex, ris
from reprise.synthesis.tables import Review, make_tables, markdown


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
        Paths by name: records, works, duplicates, screening, coding, log, manifest, codebook, journals,
        published; `trouble` is a list.
    decisions : sequence of str
        The decision files, whether they exist or not; they enter the run id.
    protocol : mapping
        The whole protocol as plain text.
    outputs : mapping
        Paths by name: needed, ledger, prisma, replication, known, bib, ris, provenance; `tables` is a list.

    Raises
    ------
    Mistake
        What is wrong with the study's files.
    """
    published = replication.read_published(inputs["published"], protocol["coding"]["country_groups"])
    study = protocol["review"]["included"]
    listed = replication.read_studies(study)
    manifest = json.loads(Path(inputs["manifest"]).read_text(encoding="utf-8"))
    files = [*decisions, *(inputs[k] for k in ("codebook", "journals", "published")), study]
    run = provenance(protocol, manifest, files)
    records = read_table(inputs["records"])
    works, screening = read_table(inputs["works"]), read_table(inputs["screening"])
    ledger = follow(records, works, screening)
    review = Review(
        works,
        screening,
        read_table(inputs["coding"]),
        ledger,
        read_rows(inputs["log"]),
        manifest.get("strategies", []),
        read_codebook(inputs["codebook"]),
        protocol,
    )
    write_csv(ledger, outputs["ledger"])
    trouble = [row for path in inputs["trouble"] for row in read_rows(path)]
    pairs = read_table(inputs["duplicates"])
    write_csv(
        queue(works, records, pairs, screening, trouble, protocol["criteria"]), outputs["needed"], excel=True
    )
    labels = {name: source["label"] for name, source in protocol["sources"][protocol["mode"]].items()}
    write_rows(outputs["prisma"], prisma.COLUMNS, prisma.template_rows(prisma.numbers(ledger, works, labels)))
    _write_tables(review, [Path(path) for path in outputs["tables"]], run["source_line"])
    known = replication.known_studies(listed, records, review)
    write_rows(outputs["known"], replication.KNOWN_COLUMNS, known)
    write_rows(outputs["replication"], replication.COLUMNS, replication.replicate(published, known, review))
    included = review.ended("included").sort_values("work_id").astype("str").fillna("")
    references: list[dict[str, str]] = included.to_dict("records")  # type: ignore[assignment]
    Path(outputs["bib"]).write_text(bibtex(references), encoding="utf-8")
    Path(outputs["ris"]).write_text(ris(references), encoding="utf-8")
    run["published"] = plain(published)
    text = json.dumps(run, indent=1, ensure_ascii=False)
    Path(outputs["provenance"]).write_text(text + "\n", encoding="utf-8")


def _write_tables(review: Review, paths: Sequence[Path], source_line: str) -> None:
    tables = make_tables(review)
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".csv":
            write_csv(tables[path.stem].assign(source_line=source_line), path)
        else:
            path.write_text(markdown(path.stem, tables[path.stem], source_line), encoding="utf-8")
