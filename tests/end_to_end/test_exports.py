"""Exports in data/exports, from the folder to the flow: named, counted, renewed, and nothing lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import copy_review, jobs_run, reprise, said, small, snakemake, table

EXPORTS = "data/exports"


def ris(*numbers: int, venue: str = "Tides") -> str:
    return "".join(
        f"TY  - JOUR\nTI  - Digital badges of sailor {n}\nAU  - Quist, Ada\nPY  - 2020\nJO  - {venue}\n"
        f"VL  - {n}\nDO  - 10.5555/tides.{n}\nER  - \n\n"
        for n in numbers
    )


def lay(folder: Path, name: str, text: str, encoding: str = "utf-8") -> None:
    path = folder / EXPORTS / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding=encoding)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    folder = small(copy_review(tmp_path_factory.mktemp("exports") / "review"), rows=2)
    lay(folder, "scopus/2026-05-01.ris", ris(*range(20)))
    lay(folder, "scopus/2026-11-24 first.ris", ris(*range(1, 15), venue="Tides and Ebbs"))
    lay(folder, "scopus/2026-11-24 second.ris", ris(*range(15, 25), venue="Tides and Ebbs"))
    lay(folder, "scopus/2026-11-24 again.dat", ris(*range(15, 25), venue="Tides and Ebbs"), "utf-16")
    wos = "PT J\nAU Quist, A\nTI Skills of pilots\nPY 2019\nER\n\nPT J\nAU Oduya, G\nPY 2020\nER\n\nEF\n"
    lay(folder, "Web of Science/savedrecs.txt", f"FN Clarivate Analytics Web of Science\nVR 1.0\n{wos}")
    lay(
        folder,
        "pubmed/2026-11.nbib",
        "PMID- 123\nTI  - Badges of nurses\nFAU - Quist, Ada\nDP  - 2019\nJT  - Tides\n",
    )
    result = snakemake(folder)
    assert result.returncode == 0, said(result)
    yield folder, said(result)


def test_every_entry_has_its_end_and_the_log_says_which(made: tuple[Path, str]) -> None:
    folder, _ = made
    log = {Path(row["file"]).name: row for row in table(folder / "results/import_log.csv")}
    shown = (
        "source",
        "searched",
        "encoding",
        "rows",
        "records",
        "repeats",
        "replaced",
        "rejected",
        "previous",
        "new",
    )
    names = ("2026-05-01.ris", "2026-11-24 first.ris", "2026-11-24 again.dat", "2026-11-24 second.ris",
             "savedrecs.txt", "2026-11.nbib")  # fmt: skip
    assert [[log[name][column] for column in shown] for name in names] == [
        ["scopus", "2026-05-01", "UTF-8", "20", "0", "0", "20", "0", "", ""],
        ["scopus", "2026-11-24", "UTF-8", "14", "14", "0", "", "0", "2026-05-01", "0"],
        ["scopus", "2026-11-24", "UTF-16", "10", "10", "0", "", "0", "2026-05-01", "5"],
        ["scopus", "2026-11-24", "UTF-8", "10", "0", "10", "", "0", "", ""],
        ["web_of_science", "", "UTF-8", "2", "1", "0", "", "1", "", ""],
        ["pubmed_export", "2026-11", "UTF-8", "1", "1", "0", "", "0", "", ""],
    ]
    sources = [row["source"] for row in table(folder / "results/records.csv")]
    assert [sources.count(name) for name in ("scopus", "web_of_science", "pubmed_export")] == [24, 1, 1]


def test_what_was_wrong_is_said(made: tuple[Path, str]) -> None:
    folder, words = made
    assert f"{EXPORTS}/Web of Science/savedrecs.txt line 9: has no title" in words
    assert f"{EXPORTS}/Web of Science/savedrecs.txt: says nowhere when it was searched" in words
    assert f"{EXPORTS}/scopus/2026-11-24 first.ris: replaces the export of 2026-05-01" in words
    gone = (
        f"{EXPORTS}/scopus/2026-05-01.ris line 1: title 'Digital badges of sailor 0' is not in the export of"
    )
    assert gone in words
    assert f"{EXPORTS}/scopus/2026-11-24 second.ris line 1: says the same as" in words
    imports = {Path(row["file"]).name: row for row in table(folder / "results/tables/imports.csv")}
    row = imports["savedrecs.txt"]
    assert [row[c] for c in ("format", "entries", "parsed", "rejected")] == ["wos", "2", "1", "1"]
    assert row["details"].startswith("line 9: has no title")


def test_the_flow_counts_them_under_the_databases_own_names(made: tuple[Path, str]) -> None:
    folder, _ = made
    (row,) = [r for r in table(folder / "results/prisma.csv") if r["data"] == "database_specific_results"]
    assert "PubMed (export), 1; Scopus, 24; Web of Science, 1" in row["n"]
    assert "searched 2026-05-01 to unknown" in (folder / "results/report.html").read_text(encoding="utf-8")


def test_nothing_new_runs_nothing_and_a_new_file_runs_all(made: tuple[Path, str]) -> None:
    folder, _ = made
    assert jobs_run(snakemake(folder)) == []
    third = folder / EXPORTS / "scopus/2026-11-24 third.ris"
    lay(folder, "scopus/2026-11-24 third.ris", ris(25, 26, venue="Tides and Ebbs"))
    assert re.search(r"^search +1$", said(snakemake(folder, "--dry-run")), re.M)
    third.unlink()
    assert "Nothing to be done" in said(snakemake(folder, "--dry-run"))


def test_a_file_of_no_database_stops_the_run_with_one_line(made: tuple[Path, str]) -> None:
    folder, _ = made
    lay(folder, "loose.ris", ris(1))
    result = snakemake(folder, "-n")
    assert result.returncode == 2
    assert f"{EXPORTS}/loose.ris: is an export that nothing reads; put it into a folder" in said(result)
    assert "is an export that nothing reads" in said(reprise(folder, "check"))
    (folder / EXPORTS / "loose.ris").unlink()
