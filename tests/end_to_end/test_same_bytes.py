"""Equal in, equal out: on any number of cores, and after a change that was taken back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import copy_review, jobs_run, replace, said, small, snakemake, tree_hash

# When it ran, and on what, stands in run.json alone.
DIFFERS = {"run.json", "ro-crate-metadata.json"}  # what tells of the run itself
Hashes = dict[str, str]


def results(folder: Path) -> Hashes:
    """Hash all results but run.json; the empty marks that Snakemake may leave are none."""
    return {path: digest for path, digest in tree_hash(folder / "results").items() if path not in DIFFERS}


def ran(folder: Path, *args: str) -> list[str]:
    """Run the review and list the rules that ran."""
    result = snakemake(folder, *args)
    assert result.returncode == 0, said(result)
    return jobs_run(result)


def small_review(folder: Path) -> Path:
    """Copy a small review that writes every format."""
    small(copy_review(folder))
    replace(folder / "config/config.yaml", "figures: [svg, png]", "figures: [svg, png, pdf]")
    return folder


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Hashes]:
    """Make a clean run on one core."""
    folder = small_review(tmp_path_factory.mktemp("first") / "review")
    ran(folder, "--cores", "1")
    return folder, results(folder)


def test_two_clean_runs_give_the_same_bytes(first: tuple[Path, Hashes], tmp_path: Path) -> None:
    """The second lies in another folder, whose name must stand nowhere, and uses two cores."""
    other = small_review(tmp_path / "elsewhere, with spaces" / "ß")
    ran(other, "--cores", "2")
    made = results(other)
    assert len(made) > 40
    assert {path.rsplit(".", 1)[1] for path in made} == {
        "csv", "md", "tex", "docx", "xlsx", "parquet", "json", "svg", "png", "pdf", "html", "bib", "ris",
        "nbib",
    }  # fmt: skip
    known = first[1]
    assert sorted(made) == sorted(known)
    assert not [path for path in known if made[path] != known[path]]
    assert (other / "results/run.json").exists()
    shutil.rmtree(other)


def test_results_say_nothing_of_the_machine(first: tuple[Path, Hashes]) -> None:
    folder, _ = first
    words = {str(folder).encode(), str(Path.home()).encode() + b"/", b"/tmp/"}
    for path in (folder / "results").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not [word for word in words if word in data], path
