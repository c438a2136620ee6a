"""Works that the published review cites: planted ones are followed to where they are lost, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import copy_review, replace, reprise, said, snakemake, table
from emulator import Emulator, Fault, make_corpus, make_work
from reprise.enrich.cited import write_cited
from reprise.mistakes import Mistake
from reprise.study import CITED

CONFIG = "config/config.yaml"
TABLE = "results/tables/known_items.md"  # what is drawn tells no more of them
PUBLISHED = "10.3389/feduc.2022.1006811"
GERMAN = "Die Seeleute auf dem Schiff lernen, und ihre Fertigkeiten werden durch Nachweise belegt."
BLIND = "Learning on ships, seen from the bridge of ship number"


def work(number: int, title: str, **facts: Any) -> dict[str, Any]:
    author = {
        "family": f"Quist{number}",
        "given": "Ada",
        "affiliation": "Kesvora College, Oslo",
        "country": "NO",
    }
    usual = {
        "year": 2019, "doi": f"10.5555/tides.{number}", "oa": "gold", "language": "en", "type": "article",
        "venue": "Tides", "issn": "1234-5679", "authors": [author], "sources": ["openalex", "doaj"],
        "abstract": f"Sailors of ship {number} are taught and their skills are told by badges.",
    }  # fmt: skip
    return make_work(number, title, **(usual | facts))


# number -> where it is lost; "" is included
PLANTED: dict[int, str] = {
    1: "",
    2: "window",
    3: "query",
    5: "index",
    6: "search",
    7: "before_screening",
    9: "before_screening",
}
WORKS = [
    work(1, "Digital badges for sailors on ship 1"),
    work(2, "Digital badges for sailors on ship 2", year=2009),
    work(3, f"{BLIND} 3", abstract="Sailors read the weather and the sea."),
    work(5, "Digital badges for sailors on ship 5", sources=["crossref"]),
    # what it holds stands in keywords, where OpenAlex can't be searched
    work(
        6, f"{BLIND} 6", abstract="Students read the sea.", keywords=["Digital badges"], sources=["openalex"]
    ),
    work(7, "Micro-credentials für Seeleute auf dem Schiff", abstract=GERMAN, language="de"),
    work(9, "Digital badges for sailors on ship 9", type="book", sources=["openalex"]),
]


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    others = [w | {"id": w["id"] + 100} for w in make_corpus(60, 3, (2018, 2020))]
    review = work(50, "A review of what sailors learn", doi=PUBLISHED, year=2023, references=sorted(PLANTED))
    with Emulator([*WORKS, *others, review]) as running:
        yield running


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, emulator: Emulator) -> Iterator[Path]:
    folder = copy_review(tmp_path_factory.mktemp("known") / "review")
    replace(folder / CONFIG, "mode: sample", "mode: live")
    replace(folder / CONFIG, "start: 2015-01-01", "start: 2018-01-01")
    replace(folder / CONFIG, "end: 2022-01-31", "end: 2020-06-30")
    replace(folder / CONFIG, 'contact: ""', 'contact: "ada@kesvora.org"')
    with pytest.MonkeyPatch.context() as environment:
        for name, value in emulator.environment().items():
            environment.setenv(name, value)
        fetched = reprise(folder, "known-items")
        assert fetched.returncode == 0, said(fetched)
        assert f"{CITED}: {len(PLANTED)} works" in fetched.stdout
        result = snakemake(folder, TABLE)
        assert result.returncode == 0, said(result)
        yield folder


def test_each_loss_is_given_to_its_stage(made: Path) -> None:
    items = table(made / "results/tables/known_items.csv")
    assert len(items) == len(PLANTED)
    found = {int(row["doi"].rpartition(".")[2]): row["lost_at"] for row in items}
    assert found == PLANTED
    rows = {int(row["doi"].rpartition(".")[2]): row for row in items}
    assert rows[1]["end"] == "included" and "openalex" in rows[1]["found_by"]
    assert rows[7]["why"] == "language" and rows[9]["why"] == "document_type"
    assert all(row["why"] for row in items if row["lost_at"])
    assert (rows[5]["in_openalex"], rows[2]["in_window"], rows[3]["query_holds"]) == ("no", "no", "no")


def test_coverage_is_told_and_called_no_recall(made: Path) -> None:
    rows = {row["measure"]: row for row in table(made / "results/replication.csv")}
    known = rows["cited works found by the search"]
    assert (known["published"], known["reproduced"]) == ("7", "3")
    assert "no recall" in known["note"]
    text = (made / "results/tables/known_items.md").read_text(encoding="utf-8")
    assert "never recall of included studies" in text


def test_what_is_fetched_is_not_asked_for_again(made: Path, emulator: Emulator) -> None:
    before = (made / CITED).read_bytes()
    emulator.calls.clear()
    assert reprise(made, "known-items").returncode == 0
    assert not emulator.calls
    assert (made / CITED).read_bytes() == before
    assert "Nothing to be done" in said(snakemake(made, TABLE))


@pytest.mark.parametrize("source", ["crossref", "openalex"])
@pytest.mark.parametrize(
    "fault", [{"status": 503}, {"status": 400}, {"kind": "null"}, {"kind": "cut"}], ids=str
)
def test_a_fault_is_one_line_and_the_next_run_goes_on(
    made: Path,
    emulator: Emulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    fault: dict[str, Any],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)
    emulator.faults.append(Fault(source=source, times=None, **({"kind": "status"} | fault)))
    with pytest.raises(Mistake) as caught:
        write_cited(PUBLISHED, "", 100)
    emulator.faults.clear()
    (line,) = caught.value.lines
    assert line.startswith(f"{source}: ") and "`snakemake`" not in line
    assert not Path(CITED).exists()
    write_cited(PUBLISHED, "", 100)
    assert Path(CITED).read_bytes() == (made / CITED).read_bytes()


def test_a_doi_that_nobody_knows_is_one_line(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Mistake, match=r"10\.5555/nowhere: neither Crossref nor OpenAlex knows this DOI"):
        write_cited("10.5555/nowhere", "", 100)
