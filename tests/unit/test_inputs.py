"""What lies in data/exports: a folder is a source, and what nothing reads is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reprise.config import parse_protocol
from reprise.inputs import EXPORTS, check_files, whole_protocol
from reprise.mistakes import Mistake


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lay(*names: str) -> None:
    for name in names:
        path = Path(EXPORTS, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("TY  - JOUR\nER  - \n", encoding="utf-8")


def exports(raw: dict[str, Any], **named: dict[str, Any]) -> dict[str, Any]:
    raw["sources"]["exports"] = named
    found: dict[str, Any] = whole_protocol(parse_protocol(raw))["sources"]["exports"]
    return found


def wrong(raw: dict[str, Any], **named: dict[str, Any]) -> list[str]:
    raw["sources"]["exports"] = named
    with pytest.raises(Mistake) as caught:
        check_files(parse_protocol(raw))
    return [line for line in caught.value.lines if "export" in line]


def test_a_folder_is_a_source(raw_protocol: dict[str, Any]) -> None:
    lay("Web of Science/2026-11-24 b.txt", "Web of Science/2026-11-24 a.txt", "scopus/old/2026-05.ris")
    found = exports(raw_protocol)
    assert list(found) == ["scopus", "web_of_science"]
    source = found["web_of_science"]
    assert (source["label"], source["kind"]) == ("Web of Science", "database")
    assert source["files"] == [
        {"file": f"{EXPORTS}/Web of Science/2026-11-24 {name}.txt", "searched": "2026-11-24"} for name in "ab"
    ]
    assert found["scopus"]["label"] == "Scopus"
    assert found["scopus"]["files"][0]["searched"] == "2026-05"


def test_folders_of_one_database_on_several_days_are_one_source(raw_protocol: dict[str, Any]) -> None:
    lay("scopus 2026-05-01/a.ris", "scopus 2026-11-24/a.ris")
    assert list(exports(raw_protocol)) == ["scopus"]
    assert [f["searched"] for f in exports(raw_protocol)["scopus"]["files"]] == ["2026-05-01", "2026-11-24"]


def test_a_folder_named_as_another_source_gets_a_name_of_its_own(raw_protocol: dict[str, Any]) -> None:
    taken = next(iter(raw_protocol["sources"]["sample"]))
    lay(f"{taken}/a.ris")
    (name,) = exports(raw_protocol)
    assert name == f"{taken}_export"
    assert exports(raw_protocol)[name]["label"].endswith("(export)")


def test_what_is_no_export_is_left_alone(raw_protocol: dict[str, Any]) -> None:
    lay("scopus/README.md", "scopus/.DS_Store", "scopus/~$a.xlsx", "README.txt")
    assert exports(raw_protocol) == {}


def test_the_config_says_more_of_a_folder_than_its_name(raw_protocol: dict[str, Any]) -> None:
    lay("library/a.csv", "library/2026-01.csv")
    named = {
        "label": "Our library",
        "kind": "register",
        "file": f"{EXPORTS}/library",
        "columns": {"title": "T"},
    }
    (found,) = exports(raw_protocol, catalogue=named).values()
    assert [f["searched"] for f in found["files"]] == ["2026-01", ""]
    assert (found["label"], found["kind"], found["columns"]) == ("Our library", "register", {"title": "T"})
    (found,) = exports(raw_protocol, catalogue=named | {"searched": "2026-02"}).values()
    assert {f["searched"] for f in found["files"]} == {"2026-02"}


@pytest.mark.parametrize("lying", ["scopus.ris", "目录/a.ris", "2026-11-24/a.ris"])
def test_a_file_without_a_database_is_told(raw_protocol: dict[str, Any], lying: str) -> None:
    lay(lying)
    (line,) = wrong(raw_protocol)
    assert line.startswith(f"{EXPORTS}/{lying}: is an export that nothing reads; put it into a folder")


def test_a_file_beside_a_named_one_is_told(raw_protocol: dict[str, Any]) -> None:
    lay("scopus/a.ris", "scopus/b.ris")
    (line,) = wrong(raw_protocol, scopus={"label": "Scopus", "file": f"{EXPORTS}/scopus/a.ris"})
    assert line.startswith(f"{EXPORTS}/scopus/b.ris: is an export that nothing reads")


def test_what_is_named_and_not_there_is_told(raw_protocol: dict[str, Any]) -> None:
    Path(EXPORTS, "empty").mkdir(parents=True)
    lines = wrong(
        raw_protocol,
        a={"label": "A", "file": f"{EXPORTS}/a.ris"},
        b={"label": "B", "file": f"{EXPORTS}/empty"},
    )
    assert [line.split(";")[0].split(": ", 1)[1] for line in lines] == [
        f"sources.exports.a.file: there is no file or folder {EXPORTS}/a.ris",
        "sources.exports.b.file: holds no file",
    ]


def test_a_brace_in_a_name_is_told(raw_protocol: dict[str, Any]) -> None:
    lay("scopus/a{1}.ris")
    (line,) = wrong(raw_protocol)
    assert line.startswith(f"{EXPORTS}/scopus/a{{1}}.ris: has a brace in its name")
