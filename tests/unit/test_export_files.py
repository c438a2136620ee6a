"""Export files as a whole: named in the protocol, told by their content, read with nothing lost."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from reprise.collect import collect_files
from reprise.config import parse_protocol
from reprise.exports.files import read_export
from reprise.mistakes import Mistake

REAL = Path(__file__).parents[3] / "shared" / "data" / "exports"
RIS = (
    "TY  - JOUR\nTI  - Badges for sailors\nAU  - Quist, Ada\nPY  - 2019\nJO  - Tides\nDO  - 10.5555/tides.1\n"
    "ER  - \n\nTY  - JOUR\nTI  - Badges for divers\nAU  - Oduya, Grace\nPY  - 2020\nER  - \n"
)
BIB = "@article{a, title={Badges for sailors}, author={Quist, Ada}, year={2019}, journal={Tides}}\n"
NBIB = "PMID- 123\nTI  - Badges for sailors\nFAU - Quist, Ada\nDP  - 2019\nJT  - Tides\n"
WOS = "FN X\nVR 1.0\nPT J\nAU Quist, A\nTI Badges for sailors\nSO TIDES\nPY 2019\nER\n\nEF\n"
XML = (
    "<xml><records><record><titles><title><style>Badges for sailors</style></title></titles>"
    "<dates><year><style>2019</style></year></dates></record></records></xml>"
)
CSL = '[{"type": "article-journal", "title": "Badges for sailors", "issued": {"date-parts": [[2019]]}}]'
TABLE = "Title,Authors,Year,DOI\nBadges for sailors,Quist A.,2019,10.5555/tides.1\n"
FORMATS = {
    "ris": RIS,
    "bibtex": BIB,
    "nbib": NBIB,
    "wos": WOS,
    "endnote": XML,
    "csl-json": CSL,
    "table": TABLE,
}


def listed(path: Path, source: str = "scopus", **more: Any) -> dict[str, Any]:
    return {
        "source": source, "label": source, "kind": "database", "file": str(path), "searched": "2026-11",
        "columns": {}, **more,
    }  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("packed", [False, True])
def test_a_file_is_told_by_its_content(tmp_path: Path, name: str, packed: bool) -> None:
    path = tmp_path / "export.dat"
    data = FORMATS[name].encode()
    path.write_bytes(gzip.compress(data, mtime=0) if packed else data)
    imported = read_export(str(path), "2026-11")
    assert (imported.format, imported.rejected) == (name, 0)
    assert imported.rows[0].values["title"] == "Badges for sailors"
    assert imported.rows[0].values["year"] == "2019"


def test_a_table_nobody_knows_is_read_by_the_columns_of_the_config(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("Tittel;Aar\nMerker for sjøfolk;2019\n", encoding="cp1252")
    imported = read_export(str(path), "2026-11", {"title": "Tittel", "year": "Aar"})
    assert imported.rows[0].values["title"] == "Merker for sjøfolk"
    assert imported.encoding == "Windows-1252"


@pytest.mark.parametrize("text", ["", "Nothing that anyone exports.\n", "%PDF-1.7\n"])
def test_what_is_no_export_is_one_line_with_the_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "export.ris"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Mistake) as caught:
        read_export(str(path), "2026-11")
    assert len(caught.value.lines) == 1 and caught.value.lines[0].startswith(f"{path}: ")


def test_an_entry_without_a_title_is_rejected_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "export.ris"
    path.write_text(RIS.replace("TI  - Badges for divers\n", ""), encoding="utf-8")
    records, log, problems = collect_files([listed(path)])
    assert len(records) == 1
    assert (log[0]["rows"], log[0]["records"], log[0]["rejected"], log[0]["format"]) == (2, 1, 1, "ris")
    assert [(p.line, p.action) for p in problems] == [(9, "row rejected")]


def test_one_file_under_two_names_is_counted_once(tmp_path: Path) -> None:
    one, two = tmp_path / "a.ris", tmp_path / "b.txt"
    one.write_text(RIS, encoding="utf-8")
    two.write_text(RIS.replace("\n", "\r\n"), encoding="utf-16")
    records, log, problems = collect_files([listed(one), listed(two, "again")])
    assert len(records) == 2
    assert [(row["records"], row["repeats"]) for row in log] == [(2, 0), (0, 2)]
    assert "says the same as" in problems[-1].problem


def test_an_export_in_the_config_names_columns_of_a_record_and_a_name_of_its_own(
    raw_protocol: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    export = {"label": "Scopus", "file": "data/exports/scopus/two.ris", "searched": "2026-11"}
    raw_protocol["sources"]["exports"] = {"eric": export | {"columns": {"titel": "T"}}}
    with pytest.raises(Mistake) as caught:
        parse_protocol(raw_protocol)
    assert any("did you mean 'title'" in line for line in caught.value.lines)
    raw_protocol["sources"]["exports"] = {"eric": export}
    with pytest.raises(Mistake) as caught:
        parse_protocol(raw_protocol)
    assert any("is the name of another source" in line for line in caught.value.lines)


def test_what_the_delimiters_promise_and_the_parser_does_not_give_stops_the_run(tmp_path: Path) -> None:
    # a row whose number was there before: openpyxl leaves it out, the sheet's XML holds it
    path = tmp_path / "export.xlsx"
    book = openpyxl.Workbook()
    for row in (("Title", "Year"), ("Badges for sailors", 2019), ("Badges for divers", 2020)):
        book.active.append(row)
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data.replace(b'<row r="3">', b'<row r="2">'))
    with pytest.raises(Mistake) as caught:
        read_export(str(path), "2026-11")
    (line,) = caught.value.lines
    assert line.startswith(f"{path}: 2 entries by their delimiters, but 1 read and 0 rejected")
    imported = read_export(str(path), "2026-11", missing=1)
    assert (imported.n_rows, len(imported.rows), imported.missing, imported.rejected) == (2, 1, 1, 0)
    assert imported.problems[-1].action == "accepted by the protocol"
    _, (log,), _ = collect_files([listed(path, missing=1)])
    assert (log["rows"], log["records"], log["missing"]) == (2, 1, 1)


def test_an_unknown_date_of_the_search_makes_no_year_impossible(tmp_path: Path) -> None:
    path = tmp_path / "export.ris"
    path.write_text(RIS.replace("2020", "2031"), encoding="utf-8")
    assert [row.values["year"] for row in read_export(str(path), "").rows] == ["2019", "2031"]
    assert [row.values["year"] for row in read_export(str(path), "2026-11").rows] == ["2019", ""]


def test_every_real_export_comes_in_whole() -> None:
    if not REAL.is_dir():
        pytest.skip(f"no real exports here: {REAL} is missing")
    for path in sorted(REAL.iterdir()):
        imported = read_export(str(path), "2026-11")
        assert imported.n_rows == len(imported.rows) > 0, path.name
        assert imported.rejected == 0, path.name
