"""CSL-JSON: each trap of the format as a small invented file."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reprise.exports import csl
from reprise.mistakes import Mistake

ITEM = {
    "id": "http://zotero.org/users/1/items/ABCD2345",
    "type": "article-journal",
    "title": 'Badges, [braces] and "quotes" {here}',
    "container-title": ["Journal of Invented Things"],
    "author": [{"family": "Doe", "given": "Jane"}, {"literal": "World Bank; Friends"}],
    "issued": {"date-parts": [["2020", 3, 9]]},
    "page": "1-9", "volume": 3, "issue": "2", "DOI": "10.1000/A", "ISSN": "1234-5678",
    "language": "en-GB", "abstract": "Of\nbadges.", "keyword": "a, b", "PMID": 123,
}  # fmt: skip
FILE = json.dumps({"config": {"items": [0]}, "items": [ITEM, ["x", {}], {"title": "Two"}, None]}, indent=1)


def test_values_are_read() -> None:
    entry = csl.parse(json.dumps([ITEM])).entries[0]
    expected = {
        "title": ITEM["title"], "authors": "Doe, Jane; World Bank Friends", "year": "2020",
        "publication_date": "2020-03-09", "venue": "Journal of Invented Things", "issn": "1234-5678",
        "volume": "3", "issue": "2", "pages": "1-9", "doi": "10.1000/a", "pmid": "123", "type": "article",
        "language": "en", "keywords": "a; b",
    }  # fmt: skip
    assert {column: " ".join(entry.values[column].split()) for column in expected} == expected
    assert entry.own_id == ITEM["id"]


def test_what_is_no_object_is_rejected_with_its_line() -> None:
    parsed = csl.parse(FILE)
    lines = FILE.splitlines()
    assert parsed.counted == 4
    assert [lines[line - 1].strip()[0] for line, _ in parsed.rejected] == ["[", "n"]
    assert [lines[e.line - 1].strip() for e in parsed.entries] == ["{", "{"]


@pytest.mark.parametrize(
    ("kind", "ours"),
    [("paper-conference", "conference-paper"), ("chapter", "book-chapter"), ("review-book", "book-review"),
     ("article-newspaper", "news"), ("thesis", "dissertation"), ("post-weblog", "other"), ("", "")],
)  # fmt: skip
def test_types(kind: str, ours: str) -> None:
    assert csl.parse(json.dumps([{"title": "T", "type": kind}])).entries[0].values["type"] == ours


def test_odd_values_are_no_bug() -> None:
    odd = [3, None, True, [], {}, [[]], [None], {"date-parts": [[]]}, {"date-parts": [[None, "x"]]}, "\ud800"]
    for value in odd:
        parsed = csl.parse(json.dumps([dict.fromkeys(ITEM, value)]))
        assert len(parsed.entries) == 1
        "".join(parsed.entries[0].values.values()).encode()


@pytest.mark.parametrize(
    ("text", "told"),
    [('[{"title": "T"},\n{"title" 3}]', "line 2: is no JSON"), ("{}", "no list of items"), ("[]", "no items"),
     ("[" * 100_000, "is .*JSON"), ("[" + "9" * 5000 + "]", "is JSON that can't be read"), ("", "line 1")],
)  # fmt: skip
def test_what_is_no_list_of_items_is_a_mistake(text: str, told: str) -> None:
    with pytest.raises(Mistake, match=told):
        csl.parse(text)


def test_a_big_field_is_harmless() -> None:
    parsed = csl.parse(json.dumps([{"title": "T", "abstract": '\\"{[' * 500_000}, {"title": "U"}]))
    assert parsed.counted == len(parsed.entries) == 2


@given(st.integers(0, len(FILE)), st.integers(0, FILE.count("\n")))
def test_cut_anywhere_nothing_vanishes(cut: int, dropped: int) -> None:
    lines = FILE.splitlines(keepends=True)
    for text in (FILE[:cut], FILE[cut:], "".join(lines[:dropped] + lines[dropped + 1 :])):
        try:
            parsed = csl.parse(text)
        except Mistake:
            continue
        assert parsed.counted == len(parsed.entries) + len(parsed.rejected)
