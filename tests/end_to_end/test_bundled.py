"""The bundled review as a user runs it: what it holds, and that what stands in it hangs together."""

from __future__ import annotations

import json
import re
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from conftest import ROOT, copy_review, said, snakemake, table

TABLES = (
    "search_log included_studies excluded_studies awaiting countries themes themes_by_country years venues "
    "restrictions source_overlap"
).split()
FIGURES = (
    "prisma years countries country_map themes themes_by_country themes_over_time theme_cooccurrence "
    "source_overlap"
).split()
FILES = (
    "search_manifest.json records.parquet records.csv works.parquet works.csv duplicates.csv screening.csv "
    "coding.csv ledger.csv decisions_needed.csv prisma.csv references.bib references.ris replication.csv "
    "run.json report.html"
).split()


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the results of the whole bundled review."""
    folder = copy_review(tmp_path_factory.mktemp("bundled") / "review")
    result = snakemake(folder)
    assert result.returncode == 0, said(result)
    return folder / "results"


def flow(results: Path) -> dict[str, str]:
    return {row["data"]: row["n"] for row in table(results / "prisma.csv")}


def test_every_file_of_the_contract_is_there(results: Path) -> None:
    wanted = [*FILES, *(f"tables/{t}.{e}" for t in TABLES for e in ("csv", "md"))]
    wanted += [f"figures/{f}.{e}" for f in FIGURES for e in ("svg", "png", "pdf")]
    assert [name for name in wanted if not (results / name).is_file()] == []


def test_every_bundled_row_is_a_record(results: Path) -> None:
    lines = {
        path: len(table(path)) for path in (ROOT / "data/corpus").glob("*.csv") if path.name != "journals.csv"
    }
    log = table(results / "import_log.csv")
    assert sum(int(row["rows"]) for row in log) == sum(lines.values()) == 1363
    assert sum(int(row["records"]) for row in log) == len(table(results / "records.csv")) == 1363
    assert table(results / "import_problems.csv") == []


def test_every_record_has_one_end_and_the_flow_counts_the_ledger(results: Path) -> None:
    ledger = table(results / "ledger.csv")
    assert sorted(r["record_id"] for r in ledger) == sorted(
        r["record_id"] for r in table(results / "records.csv")
    )
    n = {name: int(value) for name, value in flow(results).items() if value.isdigit()}
    databases = [r for r in ledger if r["column"] == "databases"]
    other = [r for r in ledger if r["column"] == "other"]
    assert n["database_results"] == len(databases)
    assert n["website_results"] + n["organisation_results"] + n["citations_results"] == len(other)
    assert n["duplicates"] == sum(r["end"] == "duplicate" for r in databases)
    assert n["database_results"] == n["duplicates"] + n["excluded_automatic"] + n["records_screened"]
    assert n["records_screened"] == n["records_excluded"] + n["db_awaiting_verdict"] + n["dbr_sought_reports"]
    assert (
        n["new_reports"]
        == sum(r["end"] == "included" for r in ledger)
        == len(table(results / "tables/included_studies.csv"))
    )
    assert n["read_by_no_person"] == n["new_reports"], "nobody has decided anything in the bundled review"


def test_works_keep_all_records(results: Path) -> None:
    works = table(results / "works.csv")
    ids = [i for work in works for i in work["record_ids"].split("; ")]
    assert sorted(ids) == sorted(r["record_id"] for r in table(results / "records.csv"))
    # About 586 distinct works by the compiler's own count; far fewer would be false merges.
    assert 560 <= len(works) <= 630


def test_every_table_and_figure_names_its_run(results: Path) -> None:
    line = json.loads((results / "provenance.json").read_text(encoding="utf-8"))["source_line"]
    told = "window 2015-01-01 to 2022-01-31; searched 2026-11; bundled sample"
    assert re.fullmatch(r"Reprise \d+\.\d+\.\d+, run [0-9a-f]{12}; " + told, line)
    for name in TABLES:
        assert line in (results / f"tables/{name}.md").read_text(encoding="utf-8"), name
        assert {row["source_line"] for row in table(results / f"tables/{name}.csv")} <= {line}, name
    for name in FIGURES:
        svg = "".join(ET.parse(results / f"figures/{name}.svg").getroot().itertext())
        assert line in " ".join(svg.split()), name
    assert line in (results / "report.html").read_text(encoding="utf-8")


def test_country_groups_sum_to_the_included(results: Path) -> None:
    n = len(table(results / "tables/included_studies.csv"))
    rows = table(results / "tables/countries.csv")
    for rule in ("country of authors", "country studied"):
        assert sum(int(r["included"]) for r in rows if r["country_rule"] == rule) == n


def test_the_sample_is_compared_with_nothing(results: Path) -> None:
    rows = table(results / "replication.csv")
    published = {r["measure"]: r["published"] for r in rows if r["published"]}
    assert published["included studies"] == "32"
    for rule in ("country of authors", "country studied"):
        shown = [published[f"{g}, by {rule}"] for g in ("USA", "Australia", "Canada", "Europe", "other")]
        assert shown == ["15", "5", "3", "5", "4"]
    assert {r["difference"] for r in rows} == {""}
    assert {r["note"] for r in rows if r["published"]} == {"sample, not comparable"}


def test_the_report_stands_alone(results: Path) -> None:
    html = (results / "report.html").read_text(encoding="utf-8")
    assert "Content-Security-Policy" in html and "This is a sample." in html
    assert not re.search(r"<(link|iframe|script src)\b", html)
    assert not re.search(r'src="(?!data:)', html)
    assert len(html) < 3_000_000


def test_only_run_json_knows_the_time(results: Path) -> None:
    run = json.loads((results / "run.json").read_text(encoding="utf-8"))
    assert {"run_id", "version", "source_hash", "counts", "searched", "finished", "packages"} <= set(run)
    year = run["finished"][:4] + "-"
    named = [p.name for p in results.glob("figures/*.svg") if "<dc:date>" in p.read_text(encoding="utf-8")]
    assert named == [] and year.startswith("20")
    for path in results.glob("figures/*.png"):
        assert b"tIME" not in path.read_bytes() and b"Software" not in path.read_bytes()


def test_the_report_of_snakemake_shows_all_figures_and_tables(results: Path) -> None:
    """Each has a category, a title, a caption, and itself inside."""
    done = snakemake(results.parent, "--report", "packed.html")
    assert done.returncode == 0, said(done)
    html = (results.parent / "packed.html").read_text(encoding="utf-8")
    held = {
        name: json.JSONDecoder().raw_decode(html, html.index(start) + len(start) - 1)[0]
        for name, start in (("files", "var results = {"), ("categories", "var categories = {"))
    }
    shown = {
        name: sorted(f for files in kind.values() for f in files) for name, kind in held["categories"].items()
    }
    assert shown == {
        "Figures": sorted(f"results/figures/{name}.svg" for name in FIGURES),
        "Tables": sorted(f"results/tables/{path.name}" for path in results.glob("tables/*.csv")),
        "Comparison with the published review": ["results/replication.csv"],
        "Report": ["results/report.html"],
    }
    for path, file in held["files"].items():
        assert len(file["data_uri"]) > 100 and file["caption"].startswith("<p>"), path
        assert file["labels"] or path in ("results/replication.csv", "results/report.html")


def test_the_readme_shows_the_pictures_that_the_run_makes(results: Path) -> None:
    """Numbers and words; a machine's own rounding may place a text a hair aside."""

    def texts(svg: bytes) -> list[str]:
        return [t.strip() for t in ET.fromstring(svg).itertext() if t.strip()]

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^\]]+\]\((results/figures/[^)]+)\)", readme)
    assert shown
    for path in shown:
        kept = subprocess.run(["git", "show", f"HEAD:{path}"], cwd=ROOT, capture_output=True, check=False)
        if kept.returncode:
            pytest.skip("not a git clone: the pictures that the README shows can't be looked up")
        assert texts(kept.stdout) == texts((results.parent / path).read_bytes()), path
