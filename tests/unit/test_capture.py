"""Capture and recapture, against figures worked out by hand."""

from __future__ import annotations

import math

import pytest
from reprise.synthesis.capture import chao, chapman


def held(*counts: tuple[str, int]) -> list[set[str]]:
    return [set(names.split("+")) for names, n in counts for _ in range(n)]


def test_chao_by_hand() -> None:
    # 3 sources, 6 works in one, 4 in two: missed 2/3 * 6*5 / (2*5) = 2
    told = chao(held(("a", 6), ("a+b", 4), ("a+b+c", 2)), 3)
    assert (told["seen"], told["missed"], told["total"]) == (12, 2.0, 14.0)
    variance = 2 + (4 / 9) * 6 * 11**2 / (4 * 25) + (4 / 9) * 36 * 4 * 25 / (4 * 625)
    spread = math.exp(1.96 * math.sqrt(math.log(1 + variance / 4)))
    assert told["low"] == round(12 + 2 / spread, 1)
    assert told["high"] == round(12 + 2 * spread, 1)


def test_what_every_source_has_misses_nothing() -> None:
    told = chao(held(("a+b", 9)), 2)
    assert (told["missed"], told["low"], told["high"]) == (0.0, 9.0, 9.0)


def test_chapman_by_hand() -> None:
    # (16+1)(16+1)/(12+1) - 1 = 21.23
    told = chapman(held(("a", 4), ("b", 4), ("a+b", 12), ("c", 5)), "a", "b")
    assert (told["seen"], told["in_one"], told["in_two"], told["total"]) == (20, 8, 12, 21.2)
    deviation = math.sqrt(17 * 17 * 4 * 4 / (13**2 * 14))
    assert told["high"] == round(17 * 17 / 13 - 1 + 1.96 * deviation, 1)
    assert told["low"] == 20.0  # never fewer than were seen


@pytest.mark.parametrize(("n", "note"), [(9, True), (10, False)])
def test_few_works_in_common_are_said_to_be_few(n: int, note: bool) -> None:
    assert bool(chapman(held(("a", 3), ("a+b", n)), "a", "b")["note"]) is note


def test_sources_without_a_common_work_give_no_estimate() -> None:
    assert chapman(held(("a", 3), ("b", 3)), "a", "b")["seen"] == 0
