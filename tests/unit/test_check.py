"""`python -m reprise check`: it finds what was planted in a copy of the repository's files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from reprise.__main__ import main
from reprise.check import check
from reprise.decisions import HEADER
from reprise.mistakes import Mistake, did_you_mean, run

ROOT = Path(__file__).parents[2]
LINE = "eric:EJ1333890,screening,topic,met,r,Ada,reviewer,2026-11-24,,"


@pytest.fixture(autouse=True)
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copy config and data, with the small files of records only: reading all takes a second."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    shutil.copytree(ROOT / "data", tmp_path / "data")
    for name in ("web", "publishers", "reference_lists", "repositories", "catalogues"):
        path = tmp_path / f"data/corpus/{name}.csv"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(lines[:2]), encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def edit(path: str, old: str, new: str) -> None:
    text = Path(path).read_text(encoding="utf-8")
    assert old in text
    Path(path).write_text(text.replace(old, new, 1), encoding="utf-8")


def decide(name: str, *lines: str) -> None:
    text = "\n".join((",".join(HEADER), *lines, ""))
    Path(f"data/decisions/{name}.csv").write_text(text, encoding="utf-8")


def test_the_bundled_files_have_nothing_wrong() -> None:
    assert check() == []


PLANTED: dict[str, tuple[Callable[[], None], list[str]]] = {
    "a key in the config": (
        lambda: edit("config/config.yaml", "  start:", "  strat:"),
        ["config/config.yaml: window.strat: unknown key; did you mean 'start'?"],
    ),
    "a key twice": (
        lambda: edit("config/config.yaml", "mode: sample", "mode: sample\nmode: sample"),
        ["config/config.yaml line", "'mode' stands twice"],
    ),
    "a date that the calendar lacks": (
        lambda: edit("config/config.yaml", "2022-01-31", "2022-01-32"),
        ["config/config.yaml", "date"],
    ),
    "a country unquoted": (
        lambda: edit("config/config.yaml", "'NO'", "NO"),
        ["config/config.yaml: coding.country_groups.Europe"],
    ),
    "a source without its file": (
        lambda: Path("data/corpus/eric.csv").unlink(),
        ["config/config.yaml: sources.sample.eric.file: there is no file data/corpus/eric.csv"],
    ),
    "a column of a source": (
        lambda: edit("data/corpus/doaj.csv", "title,", "titel,"),
        ["data/corpus/doaj.csv line 1: column 'titel' is not known; did you mean 'title'?"],
    ),
    "a year of a record": (
        lambda: edit("data/corpus/eric.csv", ",2022,2022-02,", ",2202,2022-02,"),
        ["data/corpus/eric.csv line 2: year '2202'"],
    ),
    "the journals": (
        lambda: edit("data/corpus/journals.csv", "peer_reviewed", "peer_review"),
        ["data/corpus/journals.csv line 1:", "did you mean 'peer_reviewed'?"],
    ),
    "a row of the journals": (
        lambda: edit("data/corpus/journals.csv", "\n", "\nJournal of Badges,true\n"),
        ["data/corpus/journals.csv line 2: has 2 cells where the header has 7"],
    ),
    "the codebook": (
        lambda: edit("config/codebook.yaml", "indicators:", "indicator:"),
        ["config/codebook.yaml: ", "did you mean 'indicators'?"],
    ),
    "what was published": (
        lambda: edit("data/study/published.yaml", "included: 32", "included: many"),
        ["data/study/published.yaml: included: "],
    ),
    "the list of studies": (
        lambda: Path("data/study/included.csv").write_text("title,authors,year,doi\nT,A,2020,x\n", "utf-8"),
        ["data/study/included.csv line 2: doi 'x' is not a DOI"],
    ),
    "a decision's criterion": (
        lambda: decide("screening", LINE.replace("topic", "topik")),
        ["data/decisions/screening.csv line 2: variable 'topik' is not known; did you mean 'topic'?"],
    ),
    "a decision's record": (
        lambda: decide("screening", LINE, LINE.replace("eric:EJ1333890", "eric:none")),
        ["data/decisions/screening.csv line 3: record 'eric:none' is not among the records"],
    ),
    "a code that the codebook lacks": (
        lambda: decide("coding", "eric:EJ1333890,coding,theme,social.acces,r,Ada,reviewer,2026-11-24,,"),
        ["data/decisions/coding.csv line 2: code 'social.acces'", "did you mean 'social.access'?"],
    ),
    "what became of two duplicates": (
        lambda: decide(
            "duplicates", "eric:EJ1333890,dedupe,eric:EJ1275271,merged,r,Ada,reviewer,2026-11-24,,"
        ),
        ["data/decisions/duplicates.csv line 2: value 'merged' is not known; did you mean 'merge'?"],
    ),
    "the second of two duplicates": (
        lambda: decide("duplicates", "eric:EJ1333890,dedupe,eric:none,merge,r,Ada,reviewer,2026-11-24,,"),
        ["data/decisions/duplicates.csv line 2: record 'eric:none'"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("plant", "told"), PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_mistake_is_found_and_told_once(plant: Callable[[], None], told: list[str]) -> None:
    plant()
    lines = check()
    matching = [line for line in lines if all(part in line for part in told)]
    assert len(matching) == 1, lines
    assert all("\n" not in line for line in lines)


@pytest.mark.parametrize(
    "path",
    ["data/corpus/eric.csv", "data/corpus/journals.csv", "config/codebook.yaml", "data/study/published.yaml"],
)
def test_a_missing_file_is_one_line(path: str) -> None:
    Path(path).unlink()
    (line,) = check()
    assert path in line


def test_mistakes_in_all_files_are_told_at_once() -> None:
    names = ("a column of a source", "the journals", "the codebook", "what was published",
             "the list of studies", "a decision's criterion")  # fmt: skip
    for name in names:
        PLANTED[name][0]()
    lines = check()
    for name in names:
        assert any(all(part in line for part in PLANTED[name][1]) for line in lines), name


def test_a_right_decision_is_nothing_wrong() -> None:
    decide("screening", LINE)
    decide("coding", "eric:EJ1333890,coding,theme,social.access,r,Ada,reviewer,2026-11-24,,")
    decide("duplicates", "eric:EJ1333890,dedupe,eric:EJ1275271,distinct,r,Ada,reviewer,2026-11-24,,")
    assert check() == []


def test_missing_decision_files_are_nothing_wrong() -> None:
    shutil.rmtree("data/decisions")
    assert check() == []


def test_nothing_is_written() -> None:
    before = {path: path.stat().st_mtime_ns for path in Path().rglob("*")}
    check()
    assert {path: path.stat().st_mtime_ns for path in Path().rglob("*")} == before


def test_the_command_ends_with_two_where_something_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "Nothing wrong" in capsys.readouterr().out
    decide("screening", LINE.replace("topic", "topik"))
    assert main(["check"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1


# --- how a stage tells a mistake


def test_a_mistake_in_a_stage_is_told_line_by_line_and_ends_with_its_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def stage() -> None:
        raise Mistake(["one: wrong", "two: wrong", "one: wrong"])

    with pytest.raises(SystemExit) as ended:
        run(stage, code=2)
    assert ended.value.code == 2
    assert capsys.readouterr().err.splitlines() == ["one: wrong", "two: wrong"]


def test_a_fault_of_the_program_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        run(lambda: 1 / 0)


def test_a_stage_without_mistakes_gives_its_answer() -> None:
    assert run(lambda a, b: a + b, 1, b=2) == 3


def test_the_nearest_word_is_named_else_all() -> None:
    assert did_you_mean("strat", ["start", "end"]) == "did you mean 'start'?"
    assert did_you_mean("zzz", ["start", "end"]) == "known: end, start"
