"""From records to works: joined, held apart, decided by people, merged field by field."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from reprise.decisions import Decision
from reprise.dedupe import block, normalise, people, works
from reprise.dedupe.cluster import cluster, components
from reprise.dedupe.decide import RULES
from reprise.dedupe.merge import WORK_COLUMNS
from reprise.dedupe.names import author_names
from reprise.dedupe.pairs import PAIR_COLUMNS
from reprise.dedupe.works import find_works
from reprise.frames import as_frame
from reprise.records import COLUMNS

TITLE = "Stackable awards in regional colleges: a survey of teachers and registrars"
AUTHORS = "Ferrante, Lucia; Okoro, Daniel"
ORDER = ["eric", "doaj", "web"]


def records(*rows: dict[str, Any]) -> pd.DataFrame:
    full = [
        {**dict.fromkeys(COLUMNS, ""), "source": r["record_id"].split(":")[0], "kind": "database", **r}
        for r in rows
    ]
    return as_frame(full, list(COLUMNS))


def line(a: str, value: str, b: str, **more: Any) -> Decision:
    fields: dict[str, Any] = {
        "file": "data/decisions/duplicates.csv", "line": 2, "record_id": a, "stage": "dedupe", "variable": b,
        "value": value, "reason": "seen", "who": "Ada", "role": "reviewer", "when": "2026-11-24", "note": "",
        "fingerprint": "", **more,
    }  # fmt: skip
    return Decision(**fields)


def groups(found: pd.DataFrame) -> list[set[str]]:
    return [set(ids.split("; ")) for ids in found["record_ids"]]


@pytest.fixture
def mixed() -> pd.DataFrame:
    """Make a table in which each kind of outcome occurs, and a chain across two DOIs."""
    base = {"title": TITLE, "authors": AUTHORS, "year": "2019", "type": "article"}
    return records(
        {"record_id": "eric:1", **base, "venue": "Journal of Adult Credentials", "volume": "12",
         "pages": "201-219"},
        {"record_id": "doaj:1", **base, "doi": "10.5555/jac.1", "venue": "J Adult Cred", "volume": "12"},
        {"record_id": "web:1", "title": TITLE, "kind": "website"},
        {"record_id": "web:2", **base, "doi": "10.31234/osf.io/abcde", "type": "preprint", "kind": "website"},
        {"record_id": "web:3", "title": "Editorial", "authors": AUTHORS, "kind": "website"},
        {"record_id": "web:4", "title": "Editorial", "authors": AUTHORS, "kind": "website"},
        {"record_id": "web:5", "title": f"Erratum to: {TITLE}", "authors": AUTHORS, "kind": "website"},
        {"record_id": "web:6", "title": "Open badges after school", "authors": "Berg, E.", "kind": "website"},
        {"record_id": "eric:2", "title": "Open badges after schools", "authors": "Berg, Eva"},
        {"record_id": "web:7", "kind": "website"},
        {"record_id": "web:8", "kind": "website"},
    )  # fmt: skip


def test_no_records() -> None:
    found, pairs, notes = find_works(records(), [], ORDER)
    assert list(found.columns) == WORK_COLUMNS
    assert list(pairs.columns) == PAIR_COLUMNS
    assert len(found) == len(pairs) == len(notes) == 0
    assert str(found["year"].dtype) == "Int64"


def test_empty_records_stay_apart() -> None:
    found, pairs, _ = find_works(records(*({"record_id": f"web:{i}"} for i in range(5))), [], ORDER)
    assert len(found) == 5
    assert pairs.empty


def test_equal_titles_alone_merge_only_where_they_tell() -> None:
    short = records(*({"record_id": f"web:{i}", "title": "Editorial"} for i in range(150)))
    assert len(find_works(short, [], ORDER)[0]) == 150
    long = records(*({"record_id": f"web:{i:03}", "title": TITLE} for i in range(150)))
    found, _, notes = find_works(long, [], ORDER)
    assert len(found) == 1
    assert "pairs that were not compared under a key" in notes[0].what


def test_result_is_independent_of_row_order(mixed: pd.DataFrame) -> None:
    first, first_pairs, _ = find_works(mixed, [], ORDER)
    for seed in range(8):
        shuffled = mixed.sample(frac=1, random_state=seed)
        found, pairs, _ = find_works(shuffled, [], ORDER)
        pd.testing.assert_frame_equal(found, first)
        pd.testing.assert_frame_equal(pairs, first_pairs)


def test_the_input_is_left_alone(mixed: pd.DataFrame) -> None:
    before = mixed.copy()
    find_works(mixed, [], ORDER)
    pd.testing.assert_frame_equal(mixed, before)


def test_every_record_is_in_one_work(mixed: pd.DataFrame) -> None:
    found, pairs, _ = find_works(mixed, [], ORDER)
    ids = [i for group in groups(found) for i in group]
    assert sorted(ids) == sorted(mixed["record_id"])
    assert found["work_id"].is_monotonic_increasing
    assert (pairs["record_a"] < pairs["record_b"]).all()
    assert set(pairs["work_a"]) | set(pairs["work_b"]) <= set(found["work_id"])
    same = pairs["work_a"] == pairs["work_b"]
    assert (same == (pairs["outcome"] == "merge")).all()


def test_preprint_is_linked_and_the_bare_title_goes_to_one_of_both(mixed: pd.DataFrame) -> None:
    found, _, _ = find_works(mixed, [], ORDER)
    by_id = found.set_index("work_id")
    assert {"eric:1", "doaj:1", "web:1"} in groups(found)
    assert by_id.loc["w:eric:1", "linked_works"] == "w:web:2"
    assert by_id.loc["w:web:2", "linked_works"] == "w:eric:1"


def test_works_as_records_merge_nothing(mixed: pd.DataFrame) -> None:
    found, _, _ = find_works(mixed, [], ORDER)
    again = found.assign(record_id=found["lead"], source="s", kind="database", origin="", retrieved="")
    twice, pairs, _ = find_works(again[list(COLUMNS)], [], ORDER)
    assert len(twice) == len(found)
    assert not (pairs["outcome"] == "merge").any()


def test_a_chain_joins_nothing_that_is_held_apart() -> None:
    # The bare title would join two parts, or two articles with different DOIs, through itself.
    table = records(
        {"record_id": "a:1", "title": TITLE, "authors": AUTHORS, "doi": "10.5555/one", "year": "2019"},
        {"record_id": "a:2", "title": TITLE, "authors": AUTHORS},
        {"record_id": "a:3", "title": TITLE, "authors": AUTHORS},
        {"record_id": "a:4", "title": TITLE, "authors": AUTHORS, "doi": "10.5555/two", "year": "2019"},
    )
    found, pairs, _ = find_works(table, [], ["a"])
    assert len(found) == 2
    assert not any({"a:1", "a:4"} <= group for group in groups(found))
    between = pairs[pairs["work_a"] != pairs["work_b"]]
    assert between["outcome"].tolist() == ["maybe"]


def test_no_cluster_holds_a_pair_that_a_rule_holds_apart() -> None:
    random = np.random.default_rng(7)
    rows = [
        {
            "record_id": f"a:{i:03}",
            "title": TITLE if random.random() < 0.7 else f"{TITLE}, part {random.integers(1, 4)}",
            "authors": str(random.choice(["", AUTHORS, "Ferrante, L."])),
            "year": str(random.choice(["", "2017", "2019", "2021"])),
            "doi": str(random.choice(["", "", "10.5555/one", "10.5555/two"])),
        }
        for i in range(60)
    ]
    table = records(*rows)
    found, _, _ = find_works(table, [], ["a"])
    _, compared, _ = works._compare(table.sort_values("record_id", ignore_index=True))
    held = {(table["record_id"][a], table["record_id"][b]) for a, b in
            compared.loc[compared["holds"], ["a", "b"]].to_numpy()}  # fmt: skip
    assert held
    for group in groups(found):
        assert not held & set(combinations(sorted(group), 2))
        doi = table.loc[table["record_id"].isin(group), "doi"]
        assert doi[doi != ""].nunique() <= 1


class TestPeople:
    base: ClassVar = {"title": TITLE, "authors": AUTHORS, "year": "2019"}

    def two(self, **other: str) -> pd.DataFrame:
        return records({"record_id": "a:1", **self.base}, {"record_id": "a:2", **self.base, **other})

    def test_distinct_beats_a_merge(self) -> None:
        found, pairs, notes = find_works(self.two(), [line("a:1", "distinct", "a:2")], ["a"])
        assert len(found) == 2
        assert pairs[["outcome", "decided_by", "rule"]].to_numpy().tolist() == [
            ["distinct", "Ada", "decided by people"]
        ]
        assert notes == []

    def test_distinct_holds_across_a_chain(self) -> None:
        table = records(*({"record_id": f"a:{i}", **self.base} for i in range(1, 6)))
        found, _, _ = find_works(table, [line("a:1", "distinct", "a:5")], ["a"])
        assert len(found) == 2
        assert not any({"a:1", "a:5"} <= group for group in groups(found))

    def test_a_merge_that_a_line_keeps_apart_is_asked_again(self) -> None:
        doi = {"doi": "10.5555/one"}
        rows = (
            {"record_id": "a:1", **self.base, "title": "Tides and their tables in the teaching of sums"},
            {"record_id": "a:2", **self.base, **doi},
            {"record_id": "a:3", **self.base, **doi},
        )
        lines = [line("a:1", "merge", "a:2"), line("a:1", "distinct", "a:3")]
        found, pairs, notes = find_works(records(*rows), lines, ["a"])
        assert groups(found) == [{"a:1"}, {"a:2", "a:3"}]
        told = pairs.set_index(["record_a", "record_b"]).loc[("a:1", "a:2")]
        assert (told["outcome"], told["rule"]) == ("maybe", "merged and kept apart by people")
        assert len(notes) == 1 and "keeps apart" in notes[0].what

    def test_merge_beats_a_rule_that_holds_apart(self) -> None:
        table = self.two(title=TITLE + ". Part II", doi="10.5555/two")
        assert len(find_works(table, [], ["a"])[0]) == 2
        found, pairs, _ = find_works(table, [line("a:2", "merge", "a:1")], ["a"])
        assert groups(found) == [{"a:1", "a:2"}]
        assert pairs["decided_by"].tolist() == ["Ada"]

    def test_merge_of_records_that_nothing_would_compare(self) -> None:
        table = records({"record_id": "a:1", "title": "Badges"}, {"record_id": "a:2", "title": "Ein anderes"})
        found, pairs, _ = find_works(table, [line("a:1", "merge", "a:2")], ["a"])
        assert groups(found) == [{"a:1", "a:2"}]
        assert pairs["outcome"].tolist() == ["merge"]

    def test_linked(self) -> None:
        found, pairs, _ = find_works(self.two(), [line("a:1", "linked", "a:2")], ["a"])
        assert found["linked_works"].tolist() == ["w:a:2", "w:a:1"]
        assert pairs["outcome"].tolist() == ["linked version"]

    def test_people_who_differ_leave_it_open(self) -> None:
        said = [line("a:1", "merge", "a:2"), line("a:2", "distinct", "a:1", who="Bo", line=3)]
        found, pairs, notes = find_works(self.two(), said, ["a"])
        assert len(found) == 2
        assert pairs["outcome"].tolist() == ["maybe"]
        assert pairs["decided_by"].tolist() == ["Ada, Bo"]
        assert "people differ on 'a:1' and 'a:2' (Ada: merge; Bo: distinct)" in notes[0].what
        said.append(line("a:1", "merge", "a:2", who="Cy", role="adjudicator"))
        found, pairs, notes = find_works(self.two(), said, ["a"])
        assert len(found) == 1
        assert notes == []

    def test_one_person_who_names_the_pair_both_ways_round_may_change_their_mind(self) -> None:
        said = [line("a:1", "merge", "a:2"), line("a:2", "distinct", "a:1", when="2026-12-01")]
        found, _, notes = find_works(self.two(), said, ["a"])
        assert (len(found), notes) == (2, [])

    def test_a_merge_that_joins_what_people_keep_apart_is_not_used(self) -> None:
        table = records(*({"record_id": f"a:{i}", "title": f"Title {i}"} for i in (1, 2, 3)))
        said = [
            line("a:1", "merge", "a:2"),
            line("a:1", "distinct", "a:3", line=3),
            line("a:2", "merge", "a:3", line=4),
        ]
        found, _, notes = find_works(table, said, ["a"])
        assert groups(found) == [{"a:1", "a:2"}, {"a:3"}]
        assert [note.what for note in notes] == [
            "data/decisions/duplicates.csv line 4: the merge joins records that "
            "data/decisions/duplicates.csv line 3 keeps apart; it is not used; correct one of the two lines"
        ]

    def test_unknown_record(self) -> None:
        found, _, notes = find_works(self.two(), [line("a:1", "distinct", "x", line=7)], ["a"])
        assert len(found) == 1
        assert [note.what for note in notes] == [
            "data/decisions/duplicates.csv line 7: record 'x' is not among the records; "
            "the decision is not used; correct the id, or leave it until the record comes back"
        ]

    def test_a_name_without_suffix_stands_for_its_records_where_they_are_one_work(self) -> None:
        table = records(
            {"record_id": "a:1~aa", **self.base},
            {"record_id": "a:1~bb", **self.base, "volume": "12"},
            {"record_id": "a:2", **self.base},
        )
        found, _, _ = find_works(table, [line("a:1", "distinct", "a:2")], ["a"])
        assert groups(found) == [{"a:1~aa", "a:1~bb"}, {"a:2"}]
        table.loc[1, "title"] = "Something else"
        found, _, notes = find_works(table, [line("a:1", "distinct", "a:2")], ["a"])
        assert "stands for 2 records that are not one work" in notes[0].what
        assert {"a:1~aa", "a:2"} in groups(found)

    def test_a_decision_on_another_state_is_stale(self) -> None:
        mark, same = people.pair_fingerprints(self.two(), [0, 1], [1, 0])
        assert mark == same
        fresh = line("a:1", "distinct", "a:2", fingerprint=mark)
        assert find_works(self.two(), [fresh], ["a"])[1]["fingerprint"].tolist() == [mark]
        found, pairs, notes = find_works(self.two(venue="Another journal"), [fresh], ["a"])
        assert pairs["outcome"].tolist() == ["maybe"]
        assert len(found) == 2
        assert "changed since it was decided" in notes[0].what

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({}, ""),
            ({"stage": "screening"}, "write 'dedupe'"),
            ({"value": "merged"}, "did you mean 'merge'?"),
            ({"variable": "a:1"}, "write the id of the other record"),
        ],
    )
    def test_check(self, change: dict[str, str], says: str) -> None:
        wrong = people.check_duplicates_decision(replace(line("a:1", "merge", "a:2"), **change))
        assert says in wrong
        assert bool(wrong) == bool(says)


class TestMerge:
    def merged(self, *rows: dict[str, Any]) -> pd.Series:
        found, _, _ = find_works(
            records(*({"title": TITLE, "authors": AUTHORS, **r} for r in rows)), [], ORDER
        )
        assert len(found) == 1
        return found.iloc[0]

    def test_lead_is_an_index_then_the_best_source_then_the_fullest(self) -> None:
        work = self.merged(
            {"record_id": "web:0", "kind": "website", "abstract": "x", "keywords": "y", "language": "en"},
            {"record_id": "doaj:1", "abstract": "x", "keywords": "y"},
            {"record_id": "eric:3"},
            {"record_id": "eric:2", "language": "en"},
        )
        assert work["work_id"] == "w:eric:2"
        assert work["lead"] == "eric:2"
        assert work["record_ids"] == "eric:2; doaj:1; eric:3; web:0"
        assert work["sources"] == "eric; doaj; web"

    def test_place_and_date_come_from_one_record_each(self) -> None:
        work = self.merged(
            {"record_id": "eric:1", "venue": "Journal of Adult Credentials", "volume": "12", "year": "2019"},
            {"record_id": "doaj:1", "venue": "J Adult Cred", "issn": "1234-5678", "issue": "3",
             "pages": "201-219", "year": "2019", "publication_date": "2019-07"},
            {"record_id": "web:1", "year": "2018", "publication_date": "2018-12-30",
             "venue": "Journal of Adult Credentials"},
        )  # fmt: skip
        assert work[["venue", "issn", "volume", "issue", "pages"]].tolist() == [
            "J Adult Cred", "1234-5678", "", "3", "201-219",
        ]  # fmt: skip
        assert (work["year"], work["publication_date"]) == (2019, "2019-07")
        origins = json.loads(work["origins"])
        assert origins["pages"] == origins["year"] == "doaj:1"
        assert list(origins) == sorted(origins)
        assert "volume" not in origins
        assert "year: 2019 (eric:1), 2018 (web:1)" in work["conflicts"]
        assert "venue" not in work["conflicts"], "an abbreviation is no other statement"

    def test_lists_and_addresses_are_united(self) -> None:
        work = self.merged(
            {"record_id": "eric:1", "keywords": "badges; nurses", "author_countries": "IE",
             "url": "https://e.org/1;jsessionid=2"},
            {"record_id": "doaj:1", "keywords": "Badges; work", "author_countries": "AU; IE",
             "url": "https://d.org/1", "note": "seen; twice"},
        )  # fmt: skip
        assert work["keywords"] == "badges; nurses; work"
        assert work["author_countries"] == "IE; AU"
        assert work["url"] == "https://e.org/1;jsessionid=2; https://d.org/1"
        assert work["note"] == "seen; twice"
        assert json.loads(work["origins"])["keywords"] == "eric:1; doaj:1"

    def test_flags(self) -> None:
        work = self.merged(
            {"record_id": "eric:1", "peer_reviewed": "true", "retracted": "false"},
            {"record_id": "web:1", "peer_reviewed": "false", "retracted": "true", "kind": "website"},
        )
        assert work["peer_reviewed"] == "true"
        assert work["retracted"] == "true", "who says so knows more than who says nothing of it"
        assert "peer_reviewed: true (eric:1), false (web:1)" in work["conflicts"]

    def test_the_fuller_title_authors_and_abstract(self) -> None:
        venue = {"venue": "Journal of Adult Credentials", "volume": "12", "pages": "201-219"}
        work = self.merged(
            {"record_id": "eric:1", **venue, "title": "Stackable awards in regional colleges",
             "authors": "Ferrante, L.", "abstract": "We asked ..."},
            {"record_id": "web:1", **venue, "abstract": "We asked teachers and registrars in nine colleges."},
        )  # fmt: skip
        assert work["title"] == TITLE
        assert work["authors"] == AUTHORS
        assert work["abstract"].endswith("nine colleges.")
        assert json.loads(work["origins"])["title"] == "web:1"

    def test_a_single_record_is_itself(self) -> None:
        work = self.merged({"record_id": "eric:1", "year": "2019", "note": "n"})
        assert json.loads(work["origins"]) == dict.fromkeys(["authors", "note", "title", "year"], "eric:1")
        assert work["conflicts"] == ""
        assert work["year"] == 2019


def test_components_follow_long_chains() -> None:
    order = np.random.default_rng(3).permutation(500)
    assert set(components(500, order[:-1], order[1:]).tolist()) == {0}
    assert components(3, np.array([], int), np.array([], int)).tolist() == [0, 1, 2]


def test_cluster_joins_the_surest_first() -> None:
    none = np.array([], int)
    assert cluster(4, np.array([1, 0]), np.array([2, 1]), none, none).tolist() == [0, 0, 0, 3]
    held = cluster(4, np.array([1, 0]), np.array([2, 1]), np.array([0]), np.array([2])).tolist()
    assert held == [0, 1, 1, 3]


def test_blocks_are_bounded_and_say_so() -> None:
    keys = np.array([7] * 10 + [0] * 5)
    (a, b), dropped = block.pairs_within(keys, np.arange(15), 3)
    assert len(a) == 3 * 7 + 2 + 1
    assert dropped == 45 - len(a)
    assert (a < b).all() and b.max() == 9
    (a, _), dropped = block.pairs_within(keys, np.arange(15), 100)
    assert (len(a), dropped) == (45, 0)


def test_the_number_of_candidates_grows_with_the_records() -> None:
    titles = [f"{TITLE} {i % 7} in {chr(97 + i % 26) * 4}" for i in range(4000)]
    facts = normalise.normalise(records(*({"record_id": f"a:{i}", "title": t} for i, t in enumerate(titles))))
    (a, _), dropped = block.candidates(facts)
    assert len(a) <= len(block.block_keys(facts)) * block.BOUND * len(titles)
    assert sum(dropped.values()) > 0


def test_a_title_in_many_places_tells_nothing() -> None:
    here = {"title": TITLE, "authors": AUTHORS, "year": "2019", "venue": "Journal of Adult Credentials"}
    spots = ({**here, "record_id": f"a:{i}", "volume": "3", "pages": f"{i}1-{i}8"} for i in range(1, 13))
    bare = {**here, "record_id": "a:99"}
    found, pairs, notes = find_works(records(*spots, bare), [], ["a"])
    assert len(found) == 13 and pairs.empty and not notes
    few = ({**here, "record_id": f"a:{i}", "volume": "3", "pages": f"{i}1-{i}8"} for i in (1, 2))
    assert len(find_works(records(*few, bare), [], ["a"])[0]) < 3


def test_a_doi_on_many_titles_tells_nothing_and_is_told() -> None:
    words = "owl fox elk bee ant yak emu cod eel hen ram sow".split()
    of_a_journal = (
        {"record_id": f"a:{w}", "title": f"{w} herds of the northern uplands", "doi": "10.5555/journal"}
        for w in words
    )
    one = {"title": TITLE, "doi": "10.5555/one"}
    found, pairs, notes = find_works(
        records(*of_a_journal, {**one, "record_id": "b:1"}, {**one, "record_id": "b:2"}), [], ["a"]
    )
    assert len(found) == 13 and set(pairs["rule"]) == {"same DOI"}
    assert [note.what for note in notes[:1]] == [
        "deduplication: DOI 10.5555/journal stands on records of 12 titles and is not used to find "
        "duplicates; correct it there"
    ]


def test_more_of_one_work_than_is_believed_is_taken_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(works, "PIECE", 4)
    rows = ({"record_id": f"a:{i}", "title": TITLE, "authors": AUTHORS} for i in range(10))
    found, _, notes = find_works(records(*rows), [], ["a"])
    assert sorted(len(g) for g in groups(found)) == [2, 4, 4]
    assert "more than 4 records seem to be one work" in notes[0].what


def test_rules_are_named_once_and_say_why() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.because.endswith(".") for rule in RULES)
    assert all(not rule.holds for rule in RULES if rule.outcome == "merge")
    assert all(rule.holds for rule in RULES if rule.outcome in ("distinct", "linked version"))


@pytest.mark.parametrize(
    ("given", "families"),
    [
        ("", []),
        ("NA", []),
        ("[Anonymous]", []),
        ("Lok P; Beyene K", ["lok", "beyene"]),
        ("Maj Lindqvist", ["lindqvist"]),
        ("Natalia Bell, Michelle Liu", ["bell", "liu"]),
        ("Bell, N., Liu, M.", ["bell", "liu"]),
        ("YILIK, Mehmet Ali", ["yilik"]),
        ("van der Berg, Jan", ["berg"]),
        ("O’Brien; Ch'ng, C. K.", ["obrien", "chng"]),
        ("张蕾; 廖绍雯", ["张蕾", "廖绍雯"]),
        ("Bojan Tomić; Jelena Jovanović +3", ["tomic", "jovanovic"]),
    ],
)
def test_author_names(given: str, families: list[str]) -> None:
    assert author_names(given)[0] == families


@pytest.mark.parametrize(
    ("given", "pages"),
    [
        ("", ("", "")), ("N.PAG", ("", "")), ("109-", ("109", "")), ("1817-24", ("1817", "1824")),
        ("pp. 5–9", ("5", "9")), ("S42", ("s42", "")), ("e505-e507", ("e505", "e507")), ("20 p.", ("", "")),
        ("007-012", ("7", "12")),
    ],
)  # fmt: skip
def test_pages(given: str, pages: tuple[str, str]) -> None:
    assert normalise.pages(given) == pages
