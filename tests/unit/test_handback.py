"""The queue comes back filled in: as a spreadsheet saved it, checked whole, appended whole or not at all."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from reprise.__main__ import main
from reprise.coding.codebook import Codebook
from reprise.config import plain
from reprise.csvfiles import decode, one_newline, unguard_formula
from reprise.decisions import DECISION_FILES, HEADER, Decision, read_decisions
from reprise.frames import write_csv
from reprise.handback import FILE_OF, Filled, append, hand_back, read_when, write_together
from reprise.mistakes import Mistake
from reprise.screen.queue import COLUMNS

Row = dict[str, str]
steady = settings(deadline=None, derandomize=True, database=None)
TODAY = dt.date(2026, 11, 24)
SCREENING, DUPLICATES, CODING, APPRAISAL = (
    Path(DECISION_FILES[name]) for name in ("screening", "duplicates", "coding", "appraisal")
)
# Records of works that `results/works.csv` holds below.
WORKS = {"w:eric:1": "eric:1; web:9", "w:eric:2": "eric:2", "w:web:3": "web:3~0a1b2c3d"}
TOPIC = {"record_id": "eric:1", "stage": "screening", "variable": "topic", "fingerprint": "k43706f9-aabb"}
PAIR = {"record_id": "eric:1", "stage": "dedupe", "variable": "eric:2", "fingerprint": "kf09ddc4"}
CODE = {"record_id": "eric:2", "stage": "coding", "variable": "theme"}
ITEM = {"record_id": "eric:2", "stage": "appraisal", "variable": "MMAT/1.1"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, codebook: Codebook, rerun: Any) -> Path:
    """Make a review's folder: a protocol, a codebook, and the works of a run."""
    path = tmp_path_factory.mktemp("review")
    with contextlib.chdir(path):
        Path("config").mkdir()
        Path("codebook.yaml").write_text(yaml.safe_dump(plain(codebook)), encoding="utf-8")
        protocol = {key: value for key, value in rerun().protocol.items() if value is not None}
        Path("config/config.yaml").write_text(yaml.safe_dump(protocol), encoding="utf-8")
        rows = [{"work_id": work, "record_ids": ids, "title": "=1+1"} for work, ids in WORKS.items()]
        write_csv(pd.DataFrame(rows), "results/works.csv")
    return path


@pytest.fixture
def review(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a copy of the review's folder, without decisions."""
    shutil.copytree(folder, tmp_path / "review")
    monkeypatch.chdir(tmp_path / "review")
    return tmp_path / "review"


def fill(*rows: Row) -> str:
    """Write rows as a person may have filled them in, unguarded."""
    with Path("filled.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(COLUMNS), restval="", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
    return "filled.csv"


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def wrong(*rows: Row, who: str = "Ada", **more: Any) -> list[str]:
    """Hand back what is wrong: nothing may be written."""
    path = fill(*rows)
    before = tree()
    with pytest.raises(Mistake) as caught:
        hand_back(path, who, **more)
    assert tree() == before
    assert all(line.startswith(("filled.csv row ", "--")) and "\n" not in line for line in caught.value.lines)
    return caught.value.lines


def tree() -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in Path("data").rglob("*") if path.is_file()}


def back(*rows: Row, who: str = "Ada", **more: Any) -> str:
    return hand_back(fill(*rows), who, today=TODAY, **more)


# --- what becomes of a good file


def test_each_decision_goes_to_the_file_of_its_stage(review: Path) -> None:
    told = back(
        TOPIC | {"value": "met", "reason": "badges, of course"},
        PAIR | {"value": "merge", "when": "2026-11-20", "note": "=1+1"},
        CODE | {"value": "economic.jobs; social.lifelong"},
        ITEM | {"value": "can't tell"},
        TOPIC | {"record_id": "eric:2"},
    )
    assert told == (
        f"1 decision by Ada appended to {DUPLICATES}, 1 to {SCREENING}, 1 to {CODING}, 1 to {APPRAISAL}; "
        "1 row without a value skipped"
    )
    header = ",".join(HEADER)
    assert lines_of(SCREENING) == [
        header, 'eric:1,screening,topic,met,"badges, of course",Ada,reviewer,2026-11-24,,k43706f9-aabb',
    ]  # fmt: skip
    assert lines_of(DUPLICATES)[1] == "eric:1,dedupe,eric:2,merge,,Ada,reviewer,2026-11-20,'=1+1,kf09ddc4"
    assert read_decisions(DUPLICATES)[0].note == "=1+1"
    assert len(lines_of(CODING)) == len(lines_of(APPRAISAL)) == 2
    assert sorted(path.name for path in SCREENING.parent.iterdir()) == sorted(
        Path(path).name for path in DECISION_FILES.values()
    )


def test_what_was_done_is_told_in_numbers(review: Path) -> None:
    told = back(
        TOPIC | {"value": "met"},
        TOPIC | {"record_id": "eric:2", "value": "unknown"},
        TOPIC | {"variable": "language"},
        TOPIC | {"variable": "peer_review", "reason": "look again"},
    )
    assert told == (
        f"2 decisions by Ada appended to {SCREENING}; "
        "2 rows without a value skipped (with a reason or note: row 5)"
    )
    assert back(TOPIC) == "No decision by Ada appended; 1 row without a value skipped"


def test_options_stand_where_cells_are_empty(review: Path) -> None:
    back(TOPIC | {"value": "met"}, who="  Ada   Ng ", role="adjudicator", when="20.11.2026")
    (line,) = read_decisions(SCREENING)
    assert (line.who, line.role, line.when) == ("Ada Ng", "adjudicator", "2026-11-20")


def test_cells_stand_above_options(review: Path) -> None:
    back(TOPIC | {"value": "met", "who": "ada ng", "role": "Adjudicator", "when": "2026-11-01"}, who="Ada Ng")
    (line,) = read_decisions(SCREENING)
    assert (line.who, line.role, line.when) == ("Ada Ng", "adjudicator", "2026-11-01")


def test_a_value_that_a_spreadsheet_began_with_a_capital_is_taken(review: Path) -> None:
    back(TOPIC | {"value": "Not_met "}, PAIR | {"value": "Distinct"})
    assert read_decisions(SCREENING)[0].value == "not_met"
    assert read_decisions(DUPLICATES)[0].value == "distinct"


def test_a_bare_id_of_suffixed_records_is_known(review: Path) -> None:
    assert "appended" in back(TOPIC | {"record_id": "web:3", "value": "met"})


def test_only_four_columns_are_needed(review: Path) -> None:
    Path("filled.csv").write_text(
        "value,Mine,,variable, Stage ,record_id,\nmet,x,y,topic,screening,eric:1,\n", encoding="utf-8"
    )
    hand_back("filled.csv", "Ada")
    assert len(read_decisions(SCREENING)) == 1


# --- what is wrong


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"value": "mett"}, "value 'mett' is not known; did you mean 'met'?"),
        ({"value": "not met"}, "did you mean 'not_met'?"),
        ({"variable": "topik"}, "variable 'topik' is not known; did you mean 'topic'?"),
        ({"stage": "screning"}, "stage 'screning' is not known; did you mean 'screening'?"),
        ({"stage": ""}, "stage '' is not known"),
        ({"record_id": "eric:9"}, "record 'eric:9' is not among the records"),
        ({"record_id": ""}, "'record_id' is empty"),
        ({"who": "Bo"}, "who 'Bo' is not Ada"),
        ({"role": "revewer"}, "did you mean 'reviewer'?"),
        ({"when": "03.04.2026"}, "may be 2026-03-04 or 2026-04-03; write it so"),
        ({"when": "24.11.26"}, "is not a date; write it as 2026-11-24"),
        ({"when": "soon"}, "is not a date"),
    ],
)
def test_a_wrong_row_is_told_with_its_number(review: Path, row: Row, says: str) -> None:
    (line,) = wrong(TOPIC | {"variable": "language"}, TOPIC | {"value": "met"} | row)
    assert line.startswith("filled.csv row 3: ")
    assert says in line


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (PAIR | {"variable": "eric:9", "value": "merge"}, "record 'eric:9' is not among the records"),
        (PAIR | {"variable": "eric:1", "value": "merge"}, "names the record 'eric:1' itself"),
        (CODE | {"value": "economic.job"}, "did you mean 'economic.jobs'?"),
        (CODE | {"variable": "author_country", "value": "UK"}, "is no country"),
        (ITEM | {"variable": "MMAT", "value": "yes"}, "is not of the form TOOL/item"),
    ],
)
def test_rows_of_all_stages_are_checked(review: Path, row: Row, says: str) -> None:
    (line,) = wrong(row)
    assert says in line


def test_all_wrong_rows_are_told_at_once_and_the_good_ones_wait(review: Path) -> None:
    good = TOPIC | {"value": "met"}
    lines = wrong(good, good | {"value": "x", "when": "x", "who": "Bo"}, good, PAIR | {"value": "x"}, good)
    assert [line.split(":")[0] for line in lines] == ["filled.csv row 3", "filled.csv row 5"]
    for what in ("who 'Bo' is not Ada", "when 'x' is not a date", "value 'x' is not known"):
        assert what in lines[0]


def test_a_row_that_says_another_role_than_the_command_is_refused(review: Path) -> None:
    (line,) = wrong(TOPIC | {"value": "met", "role": "reviewer"}, role="adjudicator")
    assert "role 'reviewer' is not adjudicator" in line


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (TOPIC, TOPIC),
        (TOPIC, TOPIC | {"record_id": "web:9"}),  # another record of the same work
        (TOPIC, TOPIC | {"stage": "eligibility"}),
        (PAIR, PAIR | {"record_id": "eric:2", "variable": "eric:1"}),
        (CODE, CODE),
    ],
)
def test_two_rows_that_contradict_each_other_are_refused(review: Path, one: Row, two: Row) -> None:
    values = {
        "screening": ("met", "not_met"),
        "dedupe": ("merge", "linked"),
        "coding": ("economic.jobs", "uncoded"),
    }
    first, second = values[one["stage"]]
    (line,) = wrong(
        one | {"value": first}, TOPIC | {"record_id": "eric:2", "value": "met"}, two | {"value": second}
    )
    assert line == f"filled.csv row 4: value '{second}' contradicts '{first}' in row 2; keep one"


def test_codes_in_another_order_contradict_nothing(review: Path) -> None:
    told = back(
        CODE | {"value": "economic.jobs; social.lifelong"}, CODE | {"value": "social.lifelong;economic.jobs"}
    )
    assert told.startswith("2 decisions")


@pytest.mark.parametrize("who", ["", "  "])
def test_someone_must_have_decided(review: Path, who: str) -> None:
    (line,) = wrong(TOPIC | {"value": "met"}, who=who)
    assert line.startswith("--who is empty")


def test_a_wrong_when_of_the_command_is_told(review: Path) -> None:
    (line,) = wrong(TOPIC | {"value": "met"}, when="03.04.2026")
    assert line.startswith("--when: when '03.04.2026' may be")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "filled.csv: the file is empty"),
        (b"\xef\xbb\xbf\r\n;;\r\n", "filled.csv: the file is empty"),
        (b"PK\x03\x04...", "is an Excel workbook"),
        (b"record_id,stage,variable\neric:1,screening,topic\n", "row 1: column 'value' is missing"),
        (b"record_id,stage,variable,value,value\n", "row 1: column 'value' stands twice"),
        (
            b'record_id,stage,variable,value\neric:1,screening,topic,met\n"eric:2,a\n',
            "row 3: nothing can be read",
        ),
        (b"record_id,stage,variable,value\neric:1,screening,topic,met,,x\n", "row 2: has more cells"),
    ],
)
def test_a_file_that_is_no_queue_is_told(review: Path, data: bytes, says: str) -> None:
    Path("filled.csv").write_bytes(data)
    with pytest.raises(Mistake) as caught:
        hand_back("filled.csv", "Ada")
    assert [line for line in caught.value.lines if says in line], caught.value.lines
    assert tree() == {}


def test_a_wrong_protocol_is_told_before_all_else(review: Path) -> None:
    Path("config/config.yaml").write_text("mode: sampel\n", encoding="utf-8")
    with pytest.raises(Mistake, match="did you mean 'sample'"):
        back(TOPIC | {"value": "met"})


# --- which records there are


def test_records_of_the_inputs_count_where_nothing_was_run(review: Path) -> None:
    shutil.rmtree("results")
    row = TOPIC | {"value": "met", "record_id": "eric:none"}
    assert "appended" in back(row)  # nothing is at hand to look in
    shutil.rmtree("data")
    source = Path(__file__).parents[2] / "data/corpus/eric.csv"
    lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
    Path("eric.csv").write_text("".join(lines[:3]), encoding="utf-8")
    assert "record 'eric:none' is not among the records" in wrong(row)[0]


def test_the_table_of_records_is_enough(review: Path) -> None:
    Path("results/works.csv").unlink()
    write_csv(pd.DataFrame({"record_id": ["eric:1"]}), "results/records.csv")
    assert "appended" in back(TOPIC | {"value": "met"})
    assert "record 'eric:2' is not" in wrong(TOPIC | {"value": "met", "record_id": "eric:2"})[0]


# --- dates


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-24", "2026-11-24"),
        ("2026-11-24T09:15", "2026-11-24T09:15"),
        ("24.11.2026", "2026-11-24"),
        ("24. 11. 2026", "2026-11-24"),
        ("11/24/2026", "2026-11-24"),
        ("24/11/2026", "2026-11-24"),
        ("24-11-2026", "2026-11-24"),
        ("5.5.2026", "2026-05-05"),
        ("2026/11/04", "2026-11-04"),
        ("2026.11.4.", "2026-11-04"),
        ("2026. 11. 24.", "2026-11-24"),
        ("24.11.2026 00:00", "2026-11-24"),
        ("24.11.2026 09:15:30", "2026-11-24T09:15:30"),
        ("11/24/2026 9:15 PM", "2026-11-24T21:15"),
        ("11/24/2026 12:05 am", "2026-11-24T00:05"),
        ("11/24/2026 12:00:00 AM", "2026-11-24"),
    ],
)
def test_a_date_that_can_be_read_in_one_way_is_taken(text: str, day: str) -> None:
    assert read_when(text) == (day, "")


@pytest.mark.parametrize(
    "text",
    ["03.04.2026", "11/12/2026", "1-2-2026", "24.11.26", "11/24/26", "2026/24/11", "31.02.2026", "24.11.",
     "46350", "24.11/2026", "24.11.2026 25:00", "24.11.2026 x", "Nov 24", "1.1.20261"],
)  # fmt: skip
def test_any_other_date_is_refused(text: str) -> None:
    day, what = read_when(text)
    assert day == ""
    assert what.startswith(f"when '{text}' ")


@steady
@given(
    day=st.dates(dt.date(1000, 1, 1)), form=st.sampled_from(["%d.%m.%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%m-%Y"])
)
def test_a_date_is_never_taken_for_another(day: dt.date, form: str) -> None:
    read, what = read_when(day.strftime(form))
    assert read in ("", day.isoformat())
    assert bool(read) != bool(what)
    if form.startswith("%Y") or day.day > 12 or day.day == day.month:
        assert read == day.isoformat()


# --- the same file twice


def test_a_row_that_stands_there_already_is_not_appended_twice(review: Path) -> None:
    rows = [TOPIC | {"value": "met", "when": "2026-11-20"}, TOPIC | {"variable": "language", "value": "met"}]
    back(*rows)
    before = tree()
    assert back(*rows) == "No decision by Ada appended; 2 rows stand there already"
    # The day after, a row without a date says nothing new.
    assert "2 rows stand there" in hand_back("filled.csv", "Ada", today=dt.date(2026, 11, 25))
    assert tree() == before
    told = back(*rows, TOPIC | {"record_id": "eric:2", "value": "met"})
    assert told == f"1 decision by Ada appended to {SCREENING}; 2 rows stand there already"


def test_one_row_twice_in_a_file_is_one_decision(review: Path) -> None:
    row = TOPIC | {"value": "met", "when": "2026-11-20"}
    assert "1 row stands there already" in back(row, row)
    assert len(read_decisions(SCREENING)) == 1


@pytest.mark.parametrize("when", ["", "2026-11-20"])
def test_who_returns_to_an_earlier_word_is_heard(review: Path, when: str) -> None:
    for value in ("met", "not_met", "met", "met"):
        told = back(TOPIC | {"value": value, "when": when})
    assert [d.value for d in read_decisions(SCREENING)] == ["met", "not_met", "met"]
    assert "1 row stands there already" in told


def test_an_older_line_handed_back_again_says_nothing_new(review: Path) -> None:
    for value, when in (("met", "2026-11-01"), ("not_met", "2026-11-02"), ("met", "2026-11-01")):
        told = back(TOPIC | {"value": value, "when": when})
    assert "1 row stands there already" in told
    assert len(read_decisions(SCREENING)) == 2


def test_another_person_who_says_the_same_is_heard(review: Path) -> None:
    for who in ("Ada", "Bo"):
        back(TOPIC | {"value": "met", "when": "2026-11-20"}, who=who)
    assert [d.who for d in read_decisions(SCREENING)] == ["Ada", "Bo"]


# --- what is appended to

OLD = {"record_id": "eric:2", "stage": "screening", "variable": "topic", "value": "met", "reason": "“é”,\nx",
       "who": "Zoë", "role": "reviewer", "when": "2026-11-01", "note": "", "fingerprint": ""}  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("old", [True, False])
def test_lines_are_added_and_nothing_else_is_touched(
    review: Path, encoding: str, end: str, mark: str, last: bool, old: bool
) -> None:
    columns = [HEADER[-1], *HEADER[:-1]]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, delimiter=mark, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows([OLD] * old)
    written = text.getvalue().replace("\r\n", end)
    data = (written if last else written.removesuffix(end)).encode(encoding)
    SCREENING.parent.mkdir(parents=True)
    SCREENING.write_bytes(b"\xfe\xff" + data if encoding == "utf-16-be" else data)
    before = SCREENING.read_bytes()
    reason = "one; two,\tthree\n“four” é"
    back(TOPIC | {"value": "met", "reason": reason})
    after = SCREENING.read_bytes()
    assert after.startswith(before)
    *earlier, added = read_decisions(SCREENING)
    assert [d.who for d in earlier] == ["Zoë"] * old
    assert (added.record_id, added.value, added.reason) == ("eric:1", "met", reason)
    assert decode(after, "")[0].startswith("fingerprint")
    assert "\ufeff" not in decode(after, "")[0]


def test_a_sign_that_the_file_can_not_hold_is_told(review: Path) -> None:
    SCREENING.parent.mkdir(parents=True)
    line = ",".join((OLD | {"reason": "café"})[column] for column in HEADER)
    SCREENING.write_bytes(f"{','.join(HEADER)}\n{line}\n".encode("cp1252"))
    before = tree()
    with pytest.raises(Mistake, match="is Windows-1252, which has no '文'; save it as UTF-8"):
        back(TOPIC | {"value": "met", "reason": "文"})
    assert tree() == before


@pytest.mark.parametrize("data", [b"", b"\n", b" \r\n\r\n"])
def test_an_empty_file_gets_its_header(review: Path, data: bytes) -> None:
    SCREENING.parent.mkdir(parents=True)
    SCREENING.write_bytes(data)
    back(TOPIC | {"value": "met"})
    assert lines_of(SCREENING)[0] == ",".join(HEADER)
    assert len(read_decisions(SCREENING)) == 1


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'record_id,"stage\n', "line 1"),
        (b"record_id,stage\n", "'variable' is missing"),
        (b"\xef\xbb\xbf", "missing"),
    ],
)
def test_a_decision_file_that_is_broken_is_told_and_left_alone(review: Path, data: bytes, says: str) -> None:
    SCREENING.parent.mkdir(parents=True)
    SCREENING.write_bytes(data)
    with pytest.raises(Mistake, match=says):
        back(PAIR | {"value": "merge"}, TOPIC | {"value": "met"})
    assert tree() == {str(SCREENING): data}


def test_the_mode_of_a_file_and_a_link_to_it_stay(review: Path) -> None:
    SCREENING.parent.mkdir(parents=True)
    shared = Path("shared.csv")
    shared.write_text(",".join(HEADER) + "\n", encoding="utf-8")
    shared.chmod(0o640)
    SCREENING.symlink_to(shared.resolve())
    back(TOPIC | {"value": "met"})
    assert SCREENING.is_symlink()
    assert shared.stat().st_mode & 0o777 == 0o640
    assert len(read_decisions(shared)) == 1


# --- all or nothing


def test_where_the_second_file_can_not_be_written_the_first_is_taken_back(review: Path) -> None:
    first, new, last = Path("first.csv"), Path("new.csv"), Path("last.csv")
    first.write_bytes(b"old")
    (last / "in the way").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        write_together({first: b"old and more", new: b"new", last: b"last"})
    assert first.read_bytes() == b"old"
    assert not new.exists()
    assert not list(Path().glob(".*.part"))


def test_a_folder_in_the_way_is_told(review: Path) -> None:
    SCREENING.mkdir(parents=True)
    with pytest.raises(Mistake, match=r"screening\.csv"):
        back(PAIR | {"value": "merge"}, TOPIC | {"value": "met"})
    assert not DUPLICATES.exists()


def test_ctrl_c_waits_until_all_is_written(review: Path) -> None:
    from reprise.handback import _undisturbed

    before = signal.getsignal(signal.SIGINT)
    with _undisturbed():
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
    assert signal.getsignal(signal.SIGINT) is before


def at_once(number: int) -> None:
    for turn in range(5):
        fields = OLD | {"who": f"P{number}", "reason": f"turn {turn}", "when": "2026-11-01"}
        append([Filled(Decision("f", turn, **fields), dated=True)])


def test_two_who_hand_back_at_once_lose_nothing(review: Path) -> None:
    context = multiprocessing.get_context("fork")
    people = [context.Process(target=at_once, args=(number,)) for number in range(6)]
    for process in people:
        process.start()
    for process in people:
        process.join(60)
    assert [process.exitcode for process in people] == [0] * 6
    assert len(read_decisions(SCREENING)) == 30


# --- the command


def test_the_command_says_what_it_did(review: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = fill(TOPIC | {"value": "met"})
    assert main(["decide", path, "--who", "Ada", "--role", "adjudicator", "--when", "2026-11-20"]) == 0
    assert capsys.readouterr().out == f"1 decision by Ada appended to {SCREENING}\n"
    (line,) = read_decisions(SCREENING)
    assert (line.role, line.when) == ("adjudicator", "2026-11-20")
    assert main(["decide", fill(TOPIC | {"variable": "language", "value": "met"}), "--who", "Ada"]) == 0
    assert read_decisions(SCREENING)[-1].when == dt.date.today().isoformat()


def test_the_command_ends_with_two_where_something_is_wrong(
    review: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["decide", fill(TOPIC | {"value": "x"}, PAIR | {"value": "y"}), "--who", "Ada"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 2
    assert main(["decide", "none.csv", "--who", "Ada"]) == 2
    assert "none.csv: there is no such file" in capsys.readouterr().err
    assert tree() == {}


# --- from our writer through a spreadsheet and back

WORDS = st.text(
    st.one_of(
        st.sampled_from("=+-@'\"\n;,\t #"),
        st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\x00\r"),
    ),
    max_size=12,
)
# What is typed into a cell; an apostrophe before a formula is how spreadsheets themselves write text.
TYPED = WORDS.filter(
    lambda text: unguard_formula(text) == text and unguard_formula(text.strip()) == text.strip()
)
QUESTIONS = st.sampled_from(
    [
        (stage, variable, values)
        for stage, variable, values in [
            ("before_screening", "window", ["met", "not_met", "unknown"]),
            ("screening", "topic", ["met", "not_met", "unknown"]),
            ("retrieval", "full_text", ["met", "not_met", "unknown"]),
            ("dedupe", "eric:2", ["merge", "distinct", "linked"]),
            ("coding", "theme", ["economic.jobs", "economic.jobs; social.lifelong", "uncoded"]),
            ("coding", "author_country", ["US", "US; FI", "unknown"]),
            ("appraisal", "RoB 2/D1", ["low", "some concerns", "=high"]),
        ]
    ]
)


@st.composite
def queues(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    """Draw a queue as our writer leaves it, and what a person types into some of its rows."""
    rows, typed, seen = [], [], set()
    for _ in range(draw(st.integers(0, 8))):
        stage, variable, values = draw(QUESTIONS)
        record = draw(st.sampled_from(["eric:1", "web:3~0a1b2c3d"] if stage == "dedupe" else
                                      ["eric:1", "eric:2", "web:9", "web:3"]))  # fmt: skip
        work = next((w for w, ids in WORKS.items() if record in ids), record)
        asked = dict.fromkeys(COLUMNS, "") | {"record_id": record, "stage": stage, "variable": variable}
        asked |= {
            "title": draw(WORDS),
            "why": draw(WORDS),
            "fingerprint": draw(st.sampled_from(["", "k1-ab"])),
        }
        rows.append(asked)
        answered = (work, variable) not in seen and draw(st.booleans())
        filled: Row = {"reason": draw(TYPED)}
        if answered:
            seen.add((work, variable))
            filled |= {
                "value": draw(st.sampled_from(values)), "note": draw(TYPED),
                "when": draw(st.sampled_from(["", "2026-11-24", "2026-02-28T10:00"])),
                "who": draw(st.sampled_from(["", "Zoë"])), "role": draw(st.sampled_from(["", "reviewer"])),
            }  # fmt: skip
        typed.append(filled)
    return rows, typed


@st.composite
def dialects(draw: st.DrawFn) -> Callable[[str], bytes]:
    """Draw how a spreadsheet saves a CSV file that it has read."""
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    mark = draw(st.sampled_from([",", ";", "\t"]))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    order = draw(st.permutations(range(len(COLUMNS))))
    strip = draw(st.booleans())  # whether the apostrophes before formulas are gone
    short = draw(st.booleans())  # whether empty cells at a row's end are left out
    date = draw(st.sampled_from(["", "%d.%m.%Y", "%m/%d/%Y"]))
    blank, sep = draw(st.booleans()), draw(st.booleans())

    def save(text: str) -> bytes:
        table = [[row[i] for i in order] for row in csv.reader(io.StringIO(text, newline=""))]
        at = table[0].index("when")
        for row in table[1:]:
            if date and len(row[at]) == 10:
                row[at] = dt.date.fromisoformat(row[at]).strftime(date)
            if strip:
                row[:] = [unguard_formula(cell) for cell in row]
        table[0].append("my own")
        saved = io.StringIO()
        writer = csv.writer(saved, delimiter=mark, lineterminator=end, quoting=quoting)
        for row in table:
            while short and row and not row[-1]:
                row.pop()
            writer.writerow(row)
        body = f"sep={mark}{end}" * sep + saved.getvalue() + end * blank
        return body.encode(encoding if encoding != "cp1252" or is_windows(body) else "utf-8-sig")

    return save


def is_windows(text: str) -> bool:
    """Whether Windows-1252 can hold a text, and no one takes its bytes for UTF-8."""
    try:
        data = text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    try:
        return data.decode("utf-8") == text
    except UnicodeDecodeError:
        return True


@steady
@given(queue=queues(), save=dialects())
def test_a_filled_in_queue_comes_back_as_exactly_the_decisions_filled_in(
    folder: Path, queue: tuple[list[Row], list[Row]], save: Callable[[str], bytes]
) -> None:
    rows, typed = queue
    wanted: dict[str, list[Row]] = {name: [] for name in DECISION_FILES}
    for row, cells in zip(rows, typed, strict=True):
        if "value" in cells:
            line = {column: (row | cells)[column] for column in HEADER}
            line |= {name: one_newline(line[name]).strip() for name in ("reason", "note")}
            line |= {"who": "Zo\u00eb", "role": "reviewer", "when": line["when"] or TODAY.isoformat()}
            wanted[FILE_OF[row["stage"]]].append(line)
    with contextlib.chdir(folder):
        shutil.rmtree("data", ignore_errors=True)
        listed = [row | cells for row, cells in zip(rows, typed, strict=True)]
        write_csv(pd.DataFrame(listed, columns=list(COLUMNS), dtype="str"), "queue.csv", excel=True)
        Path("saved.csv").write_bytes(save(Path("queue.csv").read_bytes().decode("utf-8-sig")))
        told = hand_back("saved.csv", "Zo\u00eb", today=TODAY)
        for name, path in DECISION_FILES.items():
            read = [{column: getattr(d, column) for column in HEADER} for d in read_decisions(path)]
            assert read == wanted[name]
        # Once more: nothing is added.
        before = tree()
        hand_back("saved.csv", "Zo\u00eb", today=TODAY)
        assert tree() == before
    count = sum(map(len, wanted.values()))
    assert f"{count or 'No'} decision" in told or count > 1
