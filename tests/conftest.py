"""Shared by all tests that run a review: a throw-away copy of the project, and Snakemake in it."""

from __future__ import annotations

import csv
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = ("Snakefile", "config", "data", "profiles", "workflow")
TIMEOUT = 300
ROWS = 25


def copy_review(folder: Path) -> Path:
    """Copy what a review is made of, without anything that a run has left behind."""
    ignore = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info", ".*")
    folder.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=ignore)
        else:
            shutil.copy2(ROOT / part, folder / part)
    return folder


@pytest.fixture
def review(tmp_path: Path) -> Iterator[Path]:
    """Give a fresh copy of the project without results."""
    folder = copy_review(tmp_path / "review")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def small(folder: Path, rows: int = ROWS) -> Path:
    """Cut each bundled file of records to its first rows, to make runs quicker; journals.csv stays whole.

    Figures are drawn as SVG and PNG: their fonts for PDF take two seconds of a run.
    """
    replace(folder / "config" / "config.yaml", "figures: [svg, png, pdf]", "figures: [svg, png]")
    for path in sorted((folder / "data" / "corpus").glob("*.csv")):
        if path.name != "journals.csv":
            with path.open(encoding="utf-8", newline="") as file:
                table = list(csv.reader(file))
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(table[: rows + 1])
    return folder


def run_in(folder: Path, *command: str, timeout: float = TIMEOUT) -> subprocess.CompletedProcess[str]:
    """Run a command in a review; keep what it says, without failing on its exit code."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("SNAKEMAKE", "PYTHONPATH"))}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=timeout,
        check=False,
    )


def snakemake(folder: Path, *args: str, timeout: float = TIMEOUT) -> subprocess.CompletedProcess[str]:
    """Run `snakemake` in a review, as a user would."""
    return run_in(folder, sys.executable, "-m", "snakemake", *args, timeout=timeout)


def reprise(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m reprise` in a review, with the review's own package."""
    code = "import sys; sys.path.insert(0, 'workflow'); from reprise.__main__ import main; sys.exit(main())"
    return run_in(folder, sys.executable, "-c", code, *args)


def said(result: subprocess.CompletedProcess[str]) -> str:
    """Give all that a run printed."""
    return result.stdout + result.stderr


def jobs_run(result: subprocess.CompletedProcess[str]) -> list[str]:
    """List the rules whose jobs ran to their end, in the order of the alphabet; `all` makes nothing."""
    rules = re.findall(r"Finished jobid: \d+ \(Rule: (\w+)\)", said(result))
    return sorted(rule for rule in rules if rule != "all")


def tree_hash(folder: Path) -> dict[str, str]:
    """Hash every file under a folder, by its path in it."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def table(path: Path) -> list[dict[str, str]]:
    """Read a CSV that a run wrote."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def replace(path: Path, old: str, new: str) -> None:
    """Edit a file as a user would; it must hold `old` just once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path}: {old!r} stands {text.count(old)} times"
    path.write_text(text.replace(old, new), encoding="utf-8")
