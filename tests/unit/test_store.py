"""The store: what is written survives a kill, and what was frozen stays."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from reprise.mistakes import Mistake
from reprise.search.store import (
    TOLD,
    Slice,
    asked_hash,
    find_slice,
    freeze,
    open_part,
    put_back,
    read_records,
)

ASKED = ["badge* AND year:2019"]


def page(**changes: Any) -> dict[str, Any]:
    return {"asked": ASKED[0], "total": 2, "next": None, "split": [], "retrieved": "2026", **changes}


def about(asked: list[str] = ASKED, retrieved: str = "2026-11-24T10:00:00+00:00") -> dict[str, Any]:
    return dict.fromkeys(TOLD, "") | {"year": 2019, "asked": asked_hash(asked), "retrieved": retrieved}


def read(piece: Slice) -> list[Any]:
    return list(read_records(piece.path, piece.about["sha256"]))


def frozen(folder: Path, records: list[tuple[str, Any]], **changes: Any) -> Slice:
    asked = changes.get("asked", ASKED)
    with open_part(folder, 2019, asked) as part:
        part.add(page(asked=asked[0]), records)
        return freeze(part, 2019, about(**changes))


def test_records_come_out_as_they_went_in_sorted_by_id(tmp_path: Path) -> None:
    records = [("b", {"id": "b", "t": "\ud800 half", "n": None, "x": 1.5}), ("a", {"id": "a", "ü": "é\n"})]
    piece = frozen(tmp_path, records)
    assert read(piece) == [records[1][1], records[0][1]]
    assert not list(tmp_path.glob("*.part"))


def test_equal_records_give_equal_bytes_in_whatever_order(tmp_path: Path) -> None:
    records = [(c, {"id": c}) for c in "abc"]
    first = frozen(tmp_path / "1", records).path.read_bytes()
    assert frozen(tmp_path / "2", records[::-1]).path.read_bytes() == first
    assert gzip.decompress(first).count(b"\n") == 3


def test_a_page_cut_by_a_kill_is_forgotten_and_the_pages_before_it_are_not(tmp_path: Path) -> None:
    with open_part(tmp_path, 2019, ASKED) as part:
        part.add(page(next="2"), [("a", {"id": "a"})])
        whole = part.path.stat().st_size
        part.add(page(), [("b", {"id": "b"}), ("c", {"id": "c"})])
    path = tmp_path / f"2019.{asked_hash(ASKED)}.part"
    content = path.read_bytes()
    for cut in range(whole, len(content)):
        path.write_bytes(content[:cut])
        with open_part(tmp_path, 2019, ASKED) as part:
            assert [p["keys"] for p in part.pages] == [["a"]]
            assert part.record("a") == {"id": "a"}
        assert path.stat().st_size == whole
    path.write_bytes(content)
    with open_part(tmp_path, 2019, ASKED) as part:
        assert part.keys() == ["a", "b", "c"]


def test_pages_of_two_questions_lie_beside_each_other(tmp_path: Path) -> None:
    with open_part(tmp_path, 2019, ASKED) as part:
        part.add(page(), [("a", {})])
    with open_part(tmp_path, 2019, ["other"]) as part:
        assert part.pages == []
    with open_part(tmp_path, 2019, ASKED) as part:
        assert part.keys() == ["a"]


def test_what_a_request_was_split_into_is_dropped_with_it(tmp_path: Path) -> None:
    with open_part(tmp_path, 2019, ["x", "y"]) as part:
        part.add(page(asked="x", split=["x1", "x2"]), [])
        part.add(page(asked="x1"), [("a", {"id": "a"})])
        part.add(page(asked="y"), [("b", {"id": "b"})])
        part.drop("x")
        assert part.keys() == ["b"] and not part.of("x1")


def test_an_earlier_slice_can_take_its_place_again(tmp_path: Path) -> None:
    old = frozen(tmp_path, [("a", {"id": "a"})])
    content = old.path.read_bytes()
    frozen(tmp_path, [("b", {"id": "b"})], asked=["other"])
    found = find_slice(tmp_path, 2019, ASKED)
    assert found and put_back(tmp_path, 2019, found).path.read_bytes() == content
    assert (tmp_path / "2019.jsonl.gz").read_bytes() == content
    other = find_slice(tmp_path, 2019, ["other"])
    assert other and read(other) == [{"id": "b"}]


def test_one_request_is_dropped_and_the_others_stay(tmp_path: Path) -> None:
    with open_part(tmp_path, 2019, ["x", "y"]) as part:
        part.add(page(asked="x"), [("a", {"id": "a"})])
        part.add(page(asked="y"), [("b", {"id": "b"})])
        part.drop("x")
        assert part.keys() == ["b"] and part.record("b") == {"id": "b"}
    with open_part(tmp_path, 2019, ["x", "y"]) as part:
        assert part.keys() == ["b"]


def test_two_runs_do_not_fetch_the_same_slice(tmp_path: Path) -> None:
    second = open_part(tmp_path, 2019, ASKED)
    with open_part(tmp_path, 2019, ASKED), pytest.raises(Mistake, match="another run"):
        second.__enter__()


def test_an_earlier_slice_stays_beside_the_new_one(tmp_path: Path) -> None:
    old = frozen(tmp_path, [("a", {"id": "a"})])
    content = old.path.read_bytes()
    new = frozen(tmp_path, [("b", {"id": "b"})], retrieved="2026-11-25T10:00:00+00:00")
    assert new.path.name == "2019.jsonl.gz"
    kept = tmp_path / "2019.20261124T100000.jsonl.gz"
    assert kept.read_bytes() == content
    found = find_slice(tmp_path, 2019, ASKED)
    assert found and found.path == new.path


def test_a_slice_answers_its_own_question_only_and_is_found_again_under_its_kept_name(tmp_path: Path) -> None:
    frozen(tmp_path, [("a", {"id": "a"})])
    assert find_slice(tmp_path, 2019, ["other"]) is None
    frozen(tmp_path, [("b", {"id": "b"})], asked=["other"])
    frozen(tmp_path, [("c", {"id": "c"})], asked=["third"])
    found = find_slice(tmp_path, 2019, ASKED)
    assert found and read(found) == [{"id": "a"}]
    assert len(list(tmp_path.glob("*.jsonl.gz"))) == 3


def test_a_changed_slice_is_noticed(tmp_path: Path) -> None:
    piece = frozen(tmp_path, [("a", {"id": "a"})])
    piece.path.write_bytes(gzip.compress(b'{"id": "z"}\n'))
    with pytest.raises(Mistake, match="is not what was frozen"):
        read(piece)


@pytest.mark.parametrize("content", ["", "{}", "[]", "nonsense", "null"])
def test_a_broken_description_is_a_mistake(tmp_path: Path, content: str) -> None:
    piece = frozen(tmp_path, [("a", {"id": "a"})])
    (tmp_path / "2019.json").write_text(content)
    assert piece.path.exists()
    with pytest.raises(Mistake, match=r"2019\.json: is not what a search wrote"):
        find_slice(tmp_path, 2019, ASKED)


def test_a_slice_without_its_description_is_none(tmp_path: Path) -> None:
    frozen(tmp_path, [("a", {"id": "a"})])
    (tmp_path / "2019.json").unlink()
    assert find_slice(tmp_path, 2019, ASKED) is None


def test_the_description_is_readable_json(tmp_path: Path) -> None:
    frozen(tmp_path, [("a", {"id": "a"})])
    told = json.loads((tmp_path / "2019.json").read_text())
    assert told["records"] == 1 and len(told["sha256"]) == 64
