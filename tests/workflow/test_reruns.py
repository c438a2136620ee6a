"""Which rules run again when something changes: those that use it, and what follows; no others."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from conftest import copy_review, jobs_run, replace, said, small, snakemake, tree_hash

_TABLES = {"tabulate", "draw", "typeset", "report", "describe"}
FROM = {  # a stage and all that follow it
    "search": {"search", "collect", "dedupe", "screen", "code", *_TABLES},
    "collect": {"collect", "dedupe", "screen", "code", *_TABLES},
    "dedupe": {"dedupe", "screen", "code", *_TABLES},
    "screen": {"screen", "code", *_TABLES},
    "code": {"code", *_TABLES},
    "tabulate": _TABLES,
    "draw": {"draw", "report", "describe"},
    "typeset": {"typeset", "describe"},
    "report": {"report", "describe"},
}
CONFIG = "config/config.yaml"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a small review that has been run once."""
    folder = small(copy_review(tmp_path_factory.mktemp("made") / "review"))
    result = snakemake(folder)
    assert result.returncode == 0, said(result)
    return folder


@pytest.fixture
def changed(made: Path) -> Path:
    """Give the made review; what a test changes in it is put back, times included."""
    kept = made.parent / "kept"
    shutil.copytree(made, kept)
    yield made
    shutil.rmtree(made)
    shutil.move(kept, made)


def planned(folder: Path) -> tuple[set[str], set[str]]:
    """Ask Snakemake what it would run: all rules, and those whose own inputs changed."""
    text = said(snakemake(folder, "--dry-run"))
    jobs = set(re.findall(r"^(\w+) +\d+$", text, re.M)) - {"total", "all"}
    direct = re.search(r"updated input files:\n((?:        .*\n)+)", text)
    return jobs, set(re.findall(r"\w+", direct.group(1))) if direct else set()


def edit(path: Path) -> None:
    """Change a module's bytes and not what it does."""
    with path.open("a", encoding="utf-8") as file:
        file.write("\n# edited\n" if path.suffix == ".py" else "\n{# edited #}\n")


def test_nothing_runs_twice(made: Path) -> None:
    result = snakemake(made)
    assert jobs_run(result) == []
    assert "Nothing to be done" in said(result)


def test_a_window_reruns_screening_and_what_follows(changed: Path) -> None:
    before = tree_hash(changed / "results")
    replace(changed / CONFIG, "start: 2015-01-01", "start: 2019-01-01")
    result = snakemake(changed)
    assert set(jobs_run(result)) == FROM["screen"], said(result)
    after = tree_hash(changed / "results")
    assert {p for p in before if before[p] != after[p]} >= {
        "tables/years.csv",
        "tables/restrictions.md",
        "figures/prisma.svg",
        "prisma.csv",
        "report.html",
    }
    assert before["works.csv"] == after["works.csv"]
    replace(changed / CONFIG, "start: 2019-01-01", "start: 2015-01-01")
    assert set(jobs_run(snakemake(changed))) == FROM["screen"]
    again = tree_hash(changed / "results")
    assert {p for p in before if before[p] != again[p]} == {"run.json", "ro-crate-metadata.json"}


def test_a_window_is_noticed_without_snakemakes_own_memory(changed: Path) -> None:
    shutil.rmtree(changed / ".snakemake")
    assert planned(changed) == (set(), set())
    replace(changed / CONFIG, "end: 2022-01-31", "end: 2021-12-31")
    assert planned(changed)[0] == FROM["screen"]


@pytest.mark.parametrize(
    ("module", "users"),
    [
        ("dedupe/compare.py", {"dedupe"}),
        ("screen/criteria.py", {"screen"}),
        ("coding/themes.py", {"code"}),
        ("synthesis/prisma.py", {"tabulate"}),
        ("synthesis/figures.py", {"draw"}),
        ("synthesis/report.html.j2", {"report"}),
        ("synthesis/report.js", {"report"}),
        ("synthesis/checklists.py", {"report"}),
        ("synthesis/word.py", {"typeset"}),
        ("synthesis/summary.nb.md.j2", {"typeset"}),
        ("exports/tables.py", {"collect"}),
        ("query.py", {"screen", "tabulate"}),
        ("check.py", set()),
    ],
)
def test_an_edited_module_reruns_the_rules_that_use_it(changed: Path, module: str, users: set[str]) -> None:
    edit(changed / "workflow/reprise" / module)
    jobs, direct = planned(changed)
    # Snakemake gives one reason for a job; "made anew above" hides "edited" where both are so.
    assert direct <= users and bool(direct) == bool(users)
    assert jobs == set().union(*(FROM[user] for user in users))


def test_an_edited_module_changes_the_source_hash_and_not_the_run_id(changed: Path) -> None:
    def told(name: str) -> dict[str, str]:
        return json.loads((changed / "results" / name).read_text(encoding="utf-8"))

    before, run = told("provenance.json"), told("run.json")
    edit(changed / "workflow/reprise/synthesis/figures.py")
    assert set(jobs_run(snakemake(changed))) == FROM["draw"]
    assert told("provenance.json") == before
    assert told("run.json")["run_id"] == run["run_id"]
    assert told("run.json")["source_hash"] != run["source_hash"]


@pytest.mark.parametrize(
    ("old", "new", "first"),
    [
        ("label: VOCEDplus", "label: VOCED", "search"),
        ("- nanodegree*", "- nanodegree", "screen"),
        ("USA: [US]", "USA: [US, PR]", "code"),
        ("question: >-", "question: What else? >-", "tabulate"),
        ("figures: [svg, png]", "figures: [svg]", "tabulate"),
    ],
)
def test_a_setting_reruns_the_stage_that_it_concerns(changed: Path, old: str, new: str, first: str) -> None:
    if old == "question: >-":  # a folded text: change its first line instead
        old, new = "What potential do", "What potential may"
    replace(changed / CONFIG, old, new)
    assert planned(changed)[0] == FROM[first]


@pytest.mark.parametrize(
    ("file", "first"),
    [
        ("data/corpus/eric.csv", "search"),
        ("data/corpus/journals.csv", "screen"),
        ("config/codebook.yaml", "code"),
        ("data/decisions/duplicates.csv", "dedupe"),
        ("data/decisions/screening.csv", "screen"),
        ("data/decisions/coding.csv", "code"),
        ("data/study/included.csv", "tabulate"),
        ("data/study/published.yaml", "tabulate"),
    ],
)
def test_an_edited_file_reruns_the_stages_that_read_it(changed: Path, file: str, first: str) -> None:
    with (changed / file).open("a", encoding="utf-8") as opened:
        opened.write("\n")
    assert planned(changed)[0] == FROM[first]


@pytest.mark.parametrize(
    ("file", "first"), [("data/corpus/eric.csv", "search"), ("data/decisions/screening.csv", "screen")]
)
def test_a_file_put_in_place_with_an_old_date_is_noticed(changed: Path, file: str, first: str) -> None:
    """Moved, unpacked or synchronised, a file may be older than the results."""
    path = changed / file
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    os.utime(path, (1_577_836_800, 1_577_836_800))
    assert planned(changed)[0] == FROM[first]


def test_a_decision_made_for_the_first_time_is_noticed(changed: Path) -> None:
    (changed / "data/decisions/coding.csv").unlink()
    snakemake(changed)
    shutil.copy(changed / "data/decisions/screening.csv", changed / "data/decisions/coding.csv")
    assert planned(changed)[0] == FROM["code"]


def test_a_format_is_added_and_taken_away(changed: Path) -> None:
    replace(changed / CONFIG, "figures: [svg, png]", "figures: [svg, pdf]")
    assert snakemake(changed).returncode == 0
    assert (changed / "results/figures/prisma.pdf").read_bytes().startswith(b"%PDF")
