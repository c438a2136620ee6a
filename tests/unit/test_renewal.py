"""A later export of the same search replaces the earlier one, and only then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from reprise.collect import collect_files
from reprise.exports.renewal import find_renewals
from reprise.rows import Row


def rows(*numbers: int, ids: bool = False, year: str = "2020") -> list[Row]:
    return [
        Row(n, f"W{n}" if ids else "", {"title": f"Badge {n}", "year": year, "authors": "Quist, Ada"})
        for n in numbers
    ]


def replaced(**exports: list[Row]) -> list[tuple[str, str, int, int]]:
    dated = {name.removeprefix("d").replace("_", "-"): found for name, found in exports.items()}
    return [(r.earlier, r.later, len(r.gone), len(r.new)) for r in find_renewals(dated)]


@pytest.mark.parametrize("ids", [False, True])
def test_a_larger_export_replaces_the_earlier(ids: bool) -> None:
    found = replaced(d2026_05=rows(*range(20), ids=ids), d2026_11=rows(*range(1, 31), ids=ids))
    assert found == [("2026-05", "2026-11", 1, 11)]


def test_the_last_export_replaces_all_before_it() -> None:
    found = replaced(d2026_05=rows(1), d2026_06=rows(1, 2), d2026_07=rows(1, 2, 3))
    assert [(earlier, later) for earlier, later, *_ in found] == [
        ("2026-05", "2026-07"),
        ("2026-06", "2026-07"),
    ]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (rows(*range(20)), rows(*range(19))),  # smaller
        (rows(*range(20)), rows(*range(10, 40))),  # half of it is another search
        (rows(*range(20)), rows(*range(3, 40))),  # too much is gone
        (rows(1), rows(1, year="2021")),  # another work
        ([], rows(1)),
    ],
)
def test_another_search_replaces_nothing(earlier: list[Row], later: list[Row]) -> None:
    assert replaced(d2026_05=earlier, d2026_11=later) == []


def test_what_has_no_date_or_no_certain_order_replaces_nothing() -> None:
    dated = {"": rows(1), "2026-11": rows(1, 2), "2026-11-24": rows(1, 2, 3)}
    assert find_renewals(dated) == []


def ris(path: Path, *numbers: int, note: str = "") -> Path:
    entry = "TY  - JOUR\nTI  - Badge {n}\nAU  - Quist, Ada\nPY  - 2020\nJO  - Tides{note}\nER  - \n\n"
    path.write_text("".join(entry.format(n=n, note=note) for n in numbers), encoding="utf-8")
    return path


def listed(path: Path, searched: str) -> dict[str, Any]:
    return {
        "source": "scopus", "label": "Scopus", "kind": "database", "file": str(path), "searched": searched,
        "columns": {},
    }  # fmt: skip


def test_the_difference_is_shown_and_every_row_has_its_end(tmp_path: Path) -> None:
    files = [
        listed(ris(tmp_path / "may1.ris", *range(10)), "2026-05-01"),
        listed(ris(tmp_path / "may2.ris", *range(10, 20)), "2026-05-01"),
        # the later export corrects each journal's name, has lost one entry, and comes in other parts
        listed(ris(tmp_path / "nov1.ris", *range(1, 15), note=" and Ebbs"), "2026-11-24"),
        listed(ris(tmp_path / "nov2.ris", *range(15, 25), note=" and Ebbs"), "2026-11-24"),
    ]
    records, log, problems = collect_files(files)
    assert len(records) == 24 and set(records["venue"]) == {"Tides and Ebbs"}
    assert set(records["retrieved"]) == {"2026-11-24"}
    shown = ("rows", "records", "repeats", "replaced", "gone", "previous", "new")
    assert [[row[column] for column in shown] for row in log] == [
        [10, 0, 0, 10, 1, "", ""],
        [10, 0, 0, 10, 0, "", ""],
        [14, 14, 0, "", "", "2026-05-01", 0],
        [10, 10, 0, "", "", "2026-05-01", 5],
    ]
    (gone,) = problems
    assert (gone.value, gone.line, gone.action) == ("Badge 0", 1, "entry left out")
    assert gone.file.endswith("may1.ris")


def test_two_parts_of_one_export_stand_beside_each_other(tmp_path: Path) -> None:
    files = [
        listed(ris(tmp_path / "a.ris", 1, 2, 3), "2026-11-24"),
        listed(ris(tmp_path / "b.ris", 3, 4, 5), "2026-11-24"),
    ]
    records, log, _ = collect_files(files)
    assert len(records) == 5
    assert [(row["records"], row["repeats"]) for row in log] == [(3, 0), (2, 1)]
