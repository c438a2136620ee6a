"""Tables as an office program and TeX open them: all that the CSV holds, and nothing wider than the page."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from pathlib import Path

import docx
import pytest
from conftest import TIMEOUT
from reprise.csvfiles import read_rows, write_rows
from reprise.synthesis.printed import read_printed, with_marks
from reprise.synthesis.typeset import typeset

SOFFICE, TEX = shutil.which("soffice"), shutil.which("xelatex")
office = pytest.mark.skipif(not SOFFICE, reason="LibreOffice (soffice) is not installed")
tex = pytest.mark.skipif(not TEX, reason="XeLaTeX (xelatex) is not installed")
LINE = "Reprise 9.9, run 1a2b; window 2015-01-01 to 2022-01-31; searched 2026-11"
# Comma, double quotes, UTF-8, each cell as it is shown; the first sheet alone.
AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,1"
TEXTS = [
    "=1+1", "=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "<b>bold</b>", "a & b; c", "two\nlines", "微证书 研究",
    "😀", "TRUE", "007", "1e5", "2020-01-01", "#N/A", '"quoted", and more', r"\input{x}", "_x0041_",
]  # fmt: skip
NUMBERS = ["0", "-3", "12345678", "2020", "12.50", "0.1", "100.0"]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a narrow and a wide table as CSV, Word document and workbook."""
    folder = tmp_path_factory.mktemp("office")
    n = len(TEXTS)
    narrow = [
        {"venue": text, "year": "2021", "included": NUMBERS[i % len(NUMBERS)], "source_line": LINE}
        for i, text in enumerate(TEXTS)
    ]
    write_rows(folder / "venues.csv", list(narrow[0]), narrow)
    wide = [
        {f"column_{c}": TEXTS[(r + c) % n] for c in range(19)} | {"decided_by": "rules", "source_line": LINE}
        for r in range(60)
    ]
    write_rows(folder / "included_studies.csv", list(wide[0]), wide)
    (folder / "provenance.json").write_text(json.dumps({"source_line": LINE}), encoding="utf-8")
    csvs = sorted(folder.glob("*.csv"))
    outputs = [path.with_suffix(suffix) for path in csvs for suffix in (".docx", ".xlsx", ".tex")]
    typeset(csvs, outputs, {"review": {"title": "A rerun"}}, folder / "provenance.json")
    return folder


def convert(folder: Path, target: str, *files: Path) -> Path:
    """Let LibreOffice convert files, with a profile of its own."""
    out = folder / target.split(":")[0]
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [str(SOFFICE), "--headless", profile, "--convert-to", target, "--outdir", str(out)]
    told = subprocess.run(
        [*command, *map(str, files)], capture_output=True, text=True, timeout=TIMEOUT, check=True
    )
    assert "Error" not in told.stderr + told.stdout
    return out


def cells(folder: Path, name: str) -> list[list[str]]:
    """Give a table's heading and rows, as its CSV holds them."""
    assert read_rows(folder / f"{name}.csv")
    table = with_marks(read_printed(folder / f"{name}.csv", LINE))
    return [table.headings, *table.rows]


@office
@pytest.mark.parametrize("name", ["venues", "included_studies"])
def test_calc_shows_the_cells_of_the_csv(tables: Path, name: str) -> None:
    out = convert(tables, AS_CSV, tables / f"{name}.xlsx")
    (path,) = out.glob(f"{name}*.csv")
    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == cells(tables, name)


@office
@pytest.mark.parametrize("name", ["venues", "included_studies"])
def test_writer_keeps_the_cells_of_the_csv(tables: Path, name: str) -> None:
    document = docx.Document(str(convert(tables, "docx", tables / f"{name}.docx") / f"{name}.docx"))
    (table,) = document.tables
    # Writer codes this text when it saves, as Excel would read it.
    rows = [[cell.text.replace("_x005F_", "_") for cell in row.cells] for row in table.rows]
    assert rows == cells(tables, name)
    assert "Table " in document.paragraphs[0].text
    assert document.paragraphs[-1].text == f"Source. {LINE}."


@office
def test_both_can_be_printed(tables: Path) -> None:
    files = sorted([*tables.glob("*.docx"), *tables.glob("*.xlsx")])
    for path in files:
        page = convert(tables / path.suffix[1:], "pdf", path) / f"{path.stem}.pdf"
        assert page.read_bytes().startswith(b"%PDF-")
    assert len(files) == 4


@tex
@pytest.mark.parametrize("name", ["venues", "included_studies"])
def test_tex_sets_every_row_within_the_page(tables: Path, name: str) -> None:
    table = (tables / f"{name}.tex").read_text(encoding="utf-8")
    packages = table.splitlines()[0].removeprefix("% ")
    assert packages.startswith(r"\usepackage{")
    page = tables / f"page_{name}.tex"
    lines = [
        r"\documentclass[a4paper]{article}", packages, r"\usepackage{fontspec}", r"\begin{document}",
        rf"\input{{{name}.tex}}", r"\end{document}",
    ]  # fmt: skip
    page.write_text("\n".join(lines), encoding="utf-8")
    # Twice, as a long table asks for; an error ends it with a code.
    for _ in range(2):
        command = [str(TEX), "-interaction=nonstopmode", "-halt-on-error", page.name]
        subprocess.run(command, cwd=tables, capture_output=True, timeout=TIMEOUT, check=True)
    told = page.with_suffix(".log").read_text(encoding="utf-8", errors="replace")
    assert "Float too large" not in told
    # A word that is a hair wider than its column still stands clear of the next.
    assert all(float(points) < 6 for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt", told))
