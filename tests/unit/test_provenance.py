"""The run id: it changes with what the tables are made of, and with nothing else."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reprise.config import parse_protocol, plain, read_yaml
from reprise.synthesis import provenance as module
from reprise.synthesis.provenance import provenance

ROOT = Path(__file__).parents[2]
MANIFEST: dict[str, Any] = {
    "files": [
        {"source": "eric", "sha256": "aa", "searched": "2026-11", "bytes": 1, "label": "ERIC"},
        {"source": "doaj", "sha256": "bb", "searched": "2026-10", "bytes": 2, "label": "DOAJ"},
    ]
}


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protocol: dict[str, Any]
) -> Callable[..., dict[str, Any]]:
    monkeypatch.chdir(tmp_path)
    Path("screening.csv").write_text("record_id\n", encoding="utf-8")
    Path("codebook.yaml").write_text("contexts: []\n", encoding="utf-8")

    def run(
        protocol: dict[str, Any] = protocol,
        manifest: dict[str, Any] = MANIFEST,
        files: tuple[str, ...] = ("screening.csv", "codebook.yaml", "coding.csv"),
    ) -> dict[str, Any]:
        return provenance(protocol, manifest, files)

    return run


Run = Callable[..., dict[str, Any]]


def test_equal_runs_have_one_id(run: Run, protocol: dict[str, Any]) -> None:
    assert run()["run_id"] == run(copy.deepcopy(protocol), copy.deepcopy(MANIFEST))["run_id"]
    assert len(run()["run_id"]) == 12


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p["window"].update(end="2022-02-28"),
        lambda p: p["criteria"][0].update(unknown="met"),
        lambda p: p["criteria"].reverse(),
        lambda p: p["query"]["blocks"][0]["terms"].append("x"),
        lambda p: p["review"].update(title="Another"),
        lambda p: p["sources"]["sample"]["eric"].update(kind="register"),
    ],
)
def test_the_protocol_changes_it(run: Run, protocol: dict[str, Any], change: Callable[[Any], Any]) -> None:
    changed = copy.deepcopy(protocol)
    change(changed)
    assert run(changed)["run_id"] != run()["run_id"]


@pytest.mark.parametrize("key", ["sha256", "source"])
def test_the_data_change_it(run: Run, key: str) -> None:
    manifest = copy.deepcopy(MANIFEST)
    manifest["files"][1][key] = "other"
    assert run(manifest=manifest)["run_id"] != run()["run_id"]


@pytest.mark.parametrize("name", ["screening.csv", "codebook.yaml", "coding.csv"])
def test_decisions_and_other_files_change_it(run: Run, name: str) -> None:
    before = run()["run_id"]
    Path(name).write_text("a line more\n", encoding="utf-8")
    assert run()["run_id"] != before


def test_the_same_bytes_in_another_file_change_it(run: Run) -> None:
    before = run()["run_id"]
    Path("screening.csv").rename("coding.csv")
    assert run()["run_id"] != before


def test_the_version_changes_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    before = run()
    monkeypatch.setattr(module, "__version__", "9.9.9")
    after = run()
    assert after["run_id"] != before["run_id"]
    assert after["version"] == "9.9.9"


def test_nothing_else_changes_it(run: Run) -> None:
    before = run()["run_id"]
    Path("notes.txt").write_text("x", encoding="utf-8")
    Path("coding.csv").touch()  # empty, as good as missing
    assert run()["run_id"] == before
    assert run(files=("coding.csv", "codebook.yaml", "screening.csv"))["run_id"] == before


def test_a_comment_in_the_protocol_does_not_change_it(run: Run, tmp_path: Path) -> None:
    text = (ROOT / "config/config.yaml").read_text(encoding="utf-8")
    ids = set()
    for variant in (text, "# a comment\n" + text, text.replace("mode: sample #", "mode:   'sample' #")):
        Path("c.yaml").write_text(variant, encoding="utf-8")
        ids.add(run(plain(parse_protocol(read_yaml("c.yaml"))))["run_id"])
    assert len(ids) == 1


def test_the_source_line_says_version_run_window_and_search(run: Run) -> None:
    found = run()
    assert found["searched"] == "2026-10 to 2026-11"
    for part in (
        found["run_id"],
        found["version"],
        "2015-01-01 to 2022-01-31",
        "2026-10 to 2026-11",
        "sample",
    ):
        assert part in found["source_line"]


def test_one_search_date_is_told_once(run: Run) -> None:
    manifest = copy.deepcopy(MANIFEST)
    manifest["files"][1]["searched"] = "2026-11"
    assert run(manifest=manifest)["searched"] == "2026-11"
