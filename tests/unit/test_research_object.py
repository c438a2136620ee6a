"""The research object: a crate that others' readers take, of files that are there, equal for equal runs."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from reprise import __version__
from reprise.synthesis.research_object import METADATA, crate, write_crate

RUN = {
    "run_id": "1a2b3c4d5e6f",
    "version": "0.1.0",
    "source_hash": "abc",
    "source_line": "Reprise 0.1.0, run 1a2b3c4d5e6f",
    "finished": "2026-11-24T10:00:00+00:00",
    "python": "3.11.7",
    "packages": {"snakemake": "9.14", "pandas": "3.0"},
}
INPUTS = ["config/config.yaml", "data/exports/Web of Science/saved 1.txt"]
OUTPUTS = ["results/report.html", "results/tables/years.csv", "results/run.json"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path in ("Snakefile", *INPUTS, *OUTPUTS):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(f"what {path} holds\n", encoding="utf-8")
    (tmp_path / "results/run.json").write_text(json.dumps(RUN), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def entities(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    graph = described["@graph"]
    assert len({entity["@id"] for entity in graph}) == len(graph)
    return {entity["@id"]: entity for entity in graph}


def references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [found for part in value for found in references(part)]
    if isinstance(value, dict) and set(value) == {"@id"}:
        return [value["@id"]]
    return []


def test_a_run_has_its_workflow_inputs_and_outputs(project: Path) -> None:
    found = entities(crate("results", INPUTS, OUTPUTS, RUN))
    action = found["#run-1a2b3c4d5e6f"]
    assert action["@type"] == "CreateAction"
    assert action["instrument"] == {"@id": "../Snakefile"}
    assert references(action["object"]) == [
        "../config/config.yaml", "../data/exports/Web%20of%20Science/saved%201.txt"
    ]  # fmt: skip
    assert references(action["result"]) == ["report.html", "run.json", "tables/years.csv"]
    assert action["endTime"] == RUN["finished"]
    assert "ComputationalWorkflow" in found["../Snakefile"]["@type"]
    assert found[found["../Snakefile"]["programmingLanguage"]["@id"]]["version"] == "9.14"


def test_files_have_size_and_hash(project: Path) -> None:
    found = entities(crate("results", INPUTS, OUTPUTS, RUN))
    content = Path("results/report.html").read_bytes()
    assert found["report.html"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert found["report.html"]["contentSize"] == str(len(content))
    assert found["report.html"]["encodingFormat"] == "text/html"


def test_every_reference_within_the_crate_leads_to_an_entity(project: Path) -> None:
    found = entities(crate("results", INPUTS, OUTPUTS, RUN))
    outside = (
        "https://w3id.org/ro/crate/1.1",
        "http://schema.org/",
        "https://doi.org/",
        "https://snakemake.",
    )
    for entity in found.values():
        for value in entity.values():
            for address in references(value):
                assert address in found or address.startswith(outside), address
    parts = references(found["./"]["hasPart"])
    assert sorted(parts) == sorted(e["@id"] for e in found.values() if "File" in e["@type"])


def test_software_stands_with_its_versions(project: Path) -> None:
    found = entities(crate("results", INPUTS, OUTPUTS, RUN))
    needed = [found[address] for address in references(found["../Snakefile"]["softwareRequirements"])]
    versions = {software["name"]: software["softwareVersion"] for software in needed}
    assert versions == {"python": "3.11.7", "snakemake": "9.14", "pandas": "3.0", "reprise": "0.1.0"}


def test_software_has_an_absolute_name_and_its_own_page_where_one_is_known(project: Path) -> None:
    found = entities(crate("results", INPUTS, OUTPUTS, RUN))
    assert found["pkg:pypi/pandas@3.0"]["url"].startswith("https://pandas.")
    assert found["pkg:generic/python@3.11.7"]["url"] == "https://www.python.org"
    unheard = RUN | {"packages": {"snakemake": "9.14", "no such package": "1"}}
    assert "url" not in entities(crate("results", INPUTS, OUTPUTS, unheard))["pkg:pypi/no such package@1"]


@pytest.mark.parametrize(("suffix", "said"), [(".tex", "tex"), (".docx", "word"), (".xlsx", "spreadsheet")])
def test_every_format_of_tables_is_named(project: Path, suffix: str, said: str) -> None:
    path = f"results/tables/years{suffix}"
    Path(path).write_bytes(b"")
    found = entities(crate("results", INPUTS, [*OUTPUTS, path], RUN))
    assert said in found[f"tables/years{suffix}"]["encodingFormat"]


def test_equal_runs_make_equal_crates_in_any_order_of_files(project: Path) -> None:
    first = crate("results", INPUTS, OUTPUTS, RUN)
    second = crate("results", [*reversed(INPUTS), INPUTS[0]], list(reversed(OUTPUTS)), RUN)
    assert json.dumps(first) == json.dumps(second)


def test_a_changed_file_changes_the_crate(project: Path) -> None:
    before = crate("results", INPUTS, OUTPUTS, RUN)
    Path(INPUTS[0]).write_text("other\n", encoding="utf-8")
    assert crate("results", INPUTS, OUTPUTS, RUN) != before


def test_an_input_that_may_be_missing_is_left_out_and_an_output_must_be_there(project: Path) -> None:
    found = entities(crate("results", [*INPUTS, "data/decisions/screening.csv"], OUTPUTS, RUN))
    assert not any("decisions" in address for address in found)
    with pytest.raises(FileNotFoundError):
        crate("results", INPUTS, [*OUTPUTS, "results/none.csv"], RUN)


def test_the_readers_of_others_take_it(project: Path) -> None:
    rocrate = pytest.importorskip("rocrate.rocrate")
    write_crate(f"results/{METADATA}", INPUTS, OUTPUTS[:-1], "results/run.json")
    read = rocrate.ROCrate("results")
    assert read.mainEntity.id == "../Snakefile"
    assert read.mainEntity.lang["name"] == "Snakemake"
    assert {part.id for part in read.data_entities} >= {"report.html", "run.json", "../config/config.yaml"}
    (action,) = [e for e in read.contextual_entities if e.type == "CreateAction"]
    assert {e.id for e in action["result"]} == {"report.html", "run.json", "tables/years.csv"}
    assert read.root_dataset["datePublished"] == RUN["finished"]


def test_the_citation_file_says_what_version_this_is() -> None:
    """Its form is that of the Citation File Format 1.2; its version is the package's."""
    said = yaml.safe_load((Path(__file__).parents[2] / "CITATION.cff").read_text(encoding="utf-8"))
    assert said["cff-version"] == "1.2.0"
    assert said["version"] == __version__
    assert {"message", "title", "authors", "license", "type"} <= set(said)
    for work in (said, *said["references"]):
        assert all(
            set(person) <= {"name", "family-names", "given-names", "orcid"} for person in work["authors"]
        )
