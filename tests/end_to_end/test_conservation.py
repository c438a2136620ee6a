"""Nothing vanishes: random corpora and random decisions through all stages, in this process.

The corpora are made of a few works, told again and again with fields blanked, misspelled and
contradicted, so that every end of the flow is reached; `test_every_end_was_seen` sees to that.
The number of examples is for a run under a minute; REPRISE_EXAMPLES=10 multiplies it and draws others
than the default ones, which are the same in each run.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import random
import re
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, event, given, note, settings
from hypothesis import strategies as st
from reprise.coding.codebook import Codebook, read_codebook
from reprise.coding.themes import find_hits
from reprise.coding.works import CODED, check_coding, code_frame
from reprise.collect import LOG_COLUMNS, collect_files
from reprise.config import parse_protocol, plain, read_yaml
from reprise.decisions import HEADER, Decision, read_decisions
from reprise.dedupe.people import check_duplicates_decision
from reprise.dedupe.works import find_works
from reprise.exports.tables import LAYOUT
from reprise.frames import as_frame, write_csv
from reprise.records import LIST_SEPARATOR
from reprise.screen.holdings import read_holdings
from reprise.screen.queue import queue
from reprise.screen.works import check_screening, read_journals, screen_works
from reprise.synthesis import prisma
from reprise.synthesis.ledger import follow
from reprise.synthesis.markdown import markdown
from reprise.synthesis.printed import read_printed
from reprise.synthesis.references import bibtex, ris
from reprise.synthesis.review import Review
from reprise.synthesis.tables import make_tables

ROOT = Path(__file__).parents[2]
MORE = int(os.environ.get("REPRISE_EXAMPLES", "0"))
PROTOCOL = plain(parse_protocol(read_yaml(ROOT / "config/config.yaml")))
BOOK: Codebook = read_codebook(ROOT / "config/codebook.yaml")
JOURNALS = read_journals(ROOT / "data/corpus/journals.csv")
SEEN: Counter[str] = Counter()

Row = dict[str, str]
Line = dict[str, str]


def examples(count: int) -> Any:
    """Give settings: always the same examples, unless more are asked for."""
    return settings(
        max_examples=count * (MORE or 1),
        derandomize=not MORE,
        deadline=None,
        database=None,
        print_blob=True,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )


# --- what the corpora are made of

GOOD = {
    "type": "article",
    "language": "en",
    "peer_reviewed": "true",
    "oa_status": "gold",
    "venue": "Active Learning in Higher Education",
    "issn": "1469-7874",
}
WORKS: list[Row] = [
    {**GOOD, "title": "Micro-credentials in Canadian universities: a survey of employers and students",
     "authors": "Ferrante, Lucia; Okoro, Daniel", "year": "2019", "publication_date": "2019-05",
     "doi": "10.5555/jac.1", "volume": "12", "issue": "2", "pages": "201-219", "countries": "CA",
     "keywords": "employability; lifelong learning"},
    {**GOOD, "title": "Digital badges for teachers in Ireland and Finland: who asks for them and why",
     "authors": "Nic Giolla Mhichíl, Mairéad; Brown, Mark", "year": "2021", "publication_date": "2021-11-30",
     "doi": "10.5555/jac.2", "volume": "14", "issue": "1", "pages": "1-22", "countries": "IE; FI",
     "oa_status": "closed"},
    {**GOOD, "title": "Alternative credentials and the labour market of the next ten years in Malaysia",
     "authors": "Ahmat, Nur", "year": "2022", "publication_date": "2022-02-01", "doi": "10.5555/jac.3",
     "volume": "15", "pages": "e77", "countries": "MY"},
    {**GOOD, "title": "Soil samples from the river bank: a field study over three winters",
     "authors": "Berg, Eva", "year": "2018", "doi": "10.5555/soil.9", "volume": "3", "pages": "9-18"},
    {**GOOD, "title": "Open badges in nursing schools of the United States of America", "authors": "Lee, J.",
     "year": "2016", "volume": "8", "pages": "77-90", "study_countries": "US"},
    {"title": "Editorial", "authors": "Lee, J.", "year": "2016", "type": "editorial"},
    {"title": "Editorial", "authors": "Berg, Eva", "year": "2020", "venue": "Distance Education"},
    {**GOOD, "title": "Stackable credentials: part 2 of a study of colleges", "authors": "Ng, A",
     "year": "2020", "countries": "US; AU", "oa_status": ""},
    {**GOOD, "title": "Stackable credentials: part 3 of a study of colleges", "authors": "Ng, A",
     "year": "2020"},
    {**GOOD, "title": "=HYPERLINK(\"http://x\") <script>alert(1)</script> digital badge | course $x$ \u202e",
     "authors": "O'Neil, \"Bob\" & <b>Co</b>", "year": "2017", "keywords": "a|b; c\td; 100 %; {x"},
    {"title": "\U0001f4ab Mikro-Zertifikate – eine Übersicht über nanodegrees und MOOC courses",
     "authors": "Wüster, Jörg; 王, 芳", "year": "2015", "language": "de", "type": "review"},
]  # fmt: skip
EDITS: list[tuple[str, Sequence[str]]] = [
    ("title", ["", "", "", "Editorial", "digital badges", "\u200f", "Micro-credentials in Canada"]),
    ("authors", ["", "Lee, J.", "Somebody Else", "; ;"]),
    ("year", ["", "2014", "2015", "2022", "2023", "1066", "20x1"]),
    ("publication_date", ["", "2014-12-31", "2015-01-01", "2022-01", "2022-01-31", "2022-02", "2021-02-30"]),
    ("venue", ["", "Distance Education", "Unheard of", "ACTIVE LEARNING IN HIGHER EDUCATION"]),
    ("issn", ["", "1234-567X", "12"]),
    ("volume", ["", "12", "99", "vol. IX"]),
    ("pages", ["", "201-219", "1", "-", "e5"]),
    ("doi", ["", "10.5555/jac.1", "10.5555/JAC.2", "https://doi.org/10.5555/jac.3", "nonsense",
             "10.31234/p"]),
    ("type", ["", "preprint", "conference-paper", "report", "dissertation", "other", "article", "poster"]),
    ("language", ["", "fr", "EN", "english"]),
    ("peer_reviewed", ["", "true", "false", "perhaps"]),
    ("oa_status", ["", "closed", "green", "purple"]),
    ("fulltext_url", ["", "https://example.org/a.pdf"]),
    ("countries", ["", "US", "US; CA", "AU", "FR; FI", "XX", "MY"]),
    ("study_countries", ["", "IE", "US", "ZA; MY"]),
    ("keywords", ["", "digital badge; skills", ";;"]),
    ("all", [""]),
]  # fmt: skip
CHOICES = [(field, value) for field, values in EDITS for value in values]
OWN_IDS = ["", "1", "2", "3", "a b", "a_b", "a;b", "../x", "a/b", "1~0", "#1", "w:1"]
KINDS = ["database", "register", "website", "organisation", "citation"]
SOURCES = ["eric", "registry", "pages", "groups", "lists"]
PEOPLE = ["ada", "ben", "cleo"]
CRITERIA = [
    *PROTOCOL["criteria"],
    {"id": "read", "question": "Is it of use at full text?", "stage": "eligibility", "rule": "person",
     "accept": [], "reject": [], "unknown": "awaiting"},
]  # fmt: skip
WINDOWS = [
    ("2015-01-01", "2022-01-31"), ("2014-06-15", "2021-11-29"), ("2022-02-01", "2023-12-31"),
    ("1700-01-01", "1700-12-31"),
]  # fmt: skip

edit = st.integers(0, len(CHOICES) - 1)
row = st.tuples(
    st.sampled_from([0, 0, 0, 1, 1, *range(len(WORKS))]),
    st.one_of(st.just([]), st.lists(edit, min_size=1, max_size=2), st.lists(edit, min_size=1, max_size=4)),
    st.integers(0, len(OWN_IDS) - 1),
    st.integers(0, len(SOURCES) - 1),
    st.booleans(),
)
decision = st.tuples(
    st.integers(0, 200),  # which record
    st.integers(0, 200),  # the other, or the criterion
    st.integers(0, 2),  # value
    st.sampled_from(PEOPLE),
    st.sampled_from(["reviewer", "reviewer", "reviewer", "adjudicator"]),
    st.sampled_from(["2026-11-01", "2026-11-02", "2026-11-03"]),
    st.sampled_from(["", "", "", "", "0badc0de"]),
)


@dataclass(frozen=True)
class Case:
    """A review to be: rows of each source, decisions as they were drawn, and the protocol."""

    rows: dict[str, list[Row]]
    kinds: dict[str, str]
    screening: list[Any]
    duplicates: list[Any]
    coding: list[Any]
    protocol: dict[str, Any]

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Show what was drawn, without the whole protocol."""
        told = [{k: v for k, v in row.items() if v} for listed in self.rows.values() for row in listed]
        policies = {c["id"]: c["unknown"] for c in self.protocol["criteria"]}
        printer.text(f"{self.kinds} {told} {self.protocol['window']} {policies}")


def make_row(work: int, edits: Sequence[int], own: int, told_by: bool) -> Row:
    """Tell a work in a row, with some of its fields changed or all but the title blank."""
    made = dict.fromkeys(LAYOUT, "") | WORKS[work]
    for number in edits:
        column, value = CHOICES[number]
        if column == "all":
            made = dict.fromkeys(LAYOUT, "") | {"title": made["title"]}
        else:
            made[column] = value
    made["index_id"] = OWN_IDS[own]
    made["seen_at"] = "https://example.org/1" if told_by else "http://www.example.org/2"
    made["note"] = "" if told_by else "seen in passing"
    return made


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a review."""
    rows: dict[str, list[Row]] = {name: [] for name in SOURCES}
    few = draw(st.integers(0, 11)) == 0
    for work, edits, own, source, told_by in draw(st.lists(row, min_size=0 if few else 15, max_size=45)):
        rows[SOURCES[source]].append(make_row(work, edits, own, told_by))
    kinds = dict(zip(SOURCES, draw(st.permutations(KINDS)), strict=True))
    start, end = WINDOWS[draw(st.sampled_from([0, 0, 0, 0, 0, 1, 2, 3]))]
    used = CRITERIA if draw(st.integers(0, 3)) else CRITERIA[:-1]
    early = st.sampled_from(["", "", "", "", "", "", "", "met", "met", "met", "not_met", "awaiting"])
    late = st.sampled_from(["", "", "met", "not_met"])
    policies = [draw(late if c["stage"] in ("retrieval", "eligibility") else early) for c in used]
    criteria = [c | ({"unknown": p} if p else {}) for c, p in zip(used, policies, strict=True)]
    protocol = PROTOCOL | {
        "window": {"start": start, "end": end},
        "criteria": criteria,
        "sources": {
            "exports": {},
            "sample": {
                name: {"label": f"Label, {name}; {kind}", "kind": kind, "file": f"{name}.csv",
                       "searched": "2026-11"}
                for name, kind in kinds.items()
            }
        },
    }  # fmt: skip
    lines = [draw(st.lists(decision, min_size=n // 3 * (not few), max_size=n)) for n in (36, 9, 6)]
    return Case(rows, kinds, lines[0], lines[1], lines[2], protocol)


# --- from rows to tables, as the stages do it


@dataclass(frozen=True)
class Outcome:
    """All that a run makes."""

    records: pd.DataFrame
    log: list[dict[str, Any]]
    problems: list[Any]
    works: pd.DataFrame
    pairs: pd.DataFrame
    screening: pd.DataFrame
    queue: pd.DataFrame
    coding: pd.DataFrame
    ledger: pd.DataFrame
    flow: dict[str, dict[str, frozenset[str]]]
    numbers: dict[str, str]
    tables: dict[str, pd.DataFrame]
    bib: str
    ris: str
    notes: list[str]
    protocol: dict[str, Any]


def write_files(folder: Path, rows: Mapping[str, Sequence[Row]]) -> None:
    """Write each source's rows as a CSV file; a blank line between them is no row."""
    for name, listed in rows.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(LAYOUT), lineterminator="\n")
            writer.writeheader()
            writer.writerows(listed)


def manifest(folder: Path, protocol: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List the files as the search does."""
    listed = []
    for name, source in protocol["sources"]["sample"].items():
        path = folder / source["file"]
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        listed.append({"source": name, **source, "file": str(path), "sha256": sha256})
    return listed


def collected(folder: Path, case: Case) -> tuple[pd.DataFrame, list[dict[str, Any]], list[Any]]:
    """Write the case's files and collect their records."""
    write_files(folder, case.rows)
    return collect_files(manifest(folder, case.protocol))


def through_disk(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a table as the next stage reads it."""
    buffer = io.BytesIO()
    frame.reset_index(drop=True).to_parquet(buffer, index=False)
    return pd.read_parquet(buffer)


def names(records: pd.DataFrame) -> list[str]:
    """List what a decision may name: records, ids without suffix, and what is not there."""
    ids = records["record_id"].tolist()
    return [*sorted({*ids, *(i.split("~")[0] for i in ids)}), "eric:gone", "nowhere"]


def lines_of(case: Case, records: pd.DataFrame) -> dict[str, list[Line]]:
    """Turn drawn decisions into lines of the decision files."""
    known = names(records)
    themes = [code for code, _, _ in BOOK.themes()]
    codes = {
        "theme": [themes[0], f"{themes[1]}; {themes[5]}", "uncoded"],
        "author_country": ["US", "US; FI", "unknown"],
        "studied_country": ["MY", "AU; CA", "unknown"],
    }
    made: dict[str, list[Line]] = {"screening": [], "duplicates": [], "coding": []}
    for name in made:
        for a, b, value, who, role, when, mark in getattr(case, name):
            line = dict.fromkeys(HEADER, "") | {"record_id": known[a % len(known)], "reason": f"because {a}"}
            line |= {"who": who, "role": role, "when": when, "fingerprint": mark}
            if name == "screening":
                # More about the last criteria, which few works come to.
                criteria = [*case.protocol["criteria"], *case.protocol["criteria"][-2:] * 4]
                criterion = criteria[b % len(criteria)]
                said = ["met", "not_met", "unknown"][value if b % 4 == 0 else (a + value) % 2]
                line |= {"stage": criterion["stage"], "variable": criterion["id"], "value": said}
            elif name == "duplicates":
                other = known[b % len(known)]
                if other == line["record_id"]:
                    continue
                line |= {
                    "stage": "dedupe",
                    "variable": other,
                    "value": ["merge", "distinct", "linked"][value],
                }
            else:
                variable = sorted(codes)[b % len(codes)]
                line |= {"stage": "coding", "variable": variable, "value": codes[variable][value]}
            made[name].append(line)
    return made


def read_lines(folder: Path, lines: Mapping[str, Sequence[Line]], protocol: Mapping[str, Any]) -> Any:
    """Write decision files and read them as the stages do."""
    checks = {
        "screening": check_screening(protocol["criteria"]),
        "duplicates": check_duplicates_decision,
        "coding": check_coding(BOOK),
    }
    read: dict[str, list[Decision]] = {}
    for name, check in checks.items():
        path = folder / f"decisions_{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(HEADER), lineterminator="\n")
            writer.writeheader()
            writer.writerows(lines.get(name, []))
        read[name] = read_decisions(path, check)
    return read


def run(
    folder: Path,
    protocol: dict[str, Any],
    found: tuple[pd.DataFrame, list[dict[str, Any]], list[Any]],
    lines: Mapping[str, Sequence[Line]],
) -> Outcome:
    """Take records through all stages."""
    decisions = read_lines(folder, lines, protocol)
    records, log, problems = found
    records = through_disk(records)
    sources = protocol["sources"]["sample"]
    works, pairs, notes = find_works(records, decisions["duplicates"], list(sources))
    works, pairs = through_disk(works), through_disk(pairs)
    told = {key: protocol[key] for key in ("window", "query", "criteria")}
    screening, more = screen_works(
        works, records, JOURNALS, read_holdings(None), decisions["screening"], told
    )
    screening = through_disk(screening)
    notes += more
    ends = screening[["work_id", "end"]].drop_duplicates()
    kept = works[works["work_id"].isin(ends.loc[ends["end"].isin(CODED), "work_id"])]
    coding, more = code_frame(
        kept, BOOK, decisions["coding"], work_of(works), protocol["coding"]["country_groups"]
    )
    notes += more
    rows = [note._asdict() for note in notes]
    asked = queue(works, records, pairs, screening, rows, protocol["criteria"])
    ledger = follow(records, works, screening)
    review = Review(
        records=records, works=works, pairs=pairs, screening=screening, coding=through_disk(coding),
        hits=through_disk(find_hits(kept, BOOK)), ledger=ledger, log=log,
        problems=[{k: str(v) for k, v in asdict(p).items()} for p in problems],
        looked_up=[], cited=[], strategies=[], codebook=BOOK,
        decisions=[*decisions["screening"], *decisions["coding"]], appraisals=[], protocol=protocol,
    )  # fmt: skip
    included: Any = (
        review.ended("included").sort_values("work_id").astype("str").fillna("").to_dict("records")
    )
    return Outcome(
        records, log, problems, works, pairs, screening, asked, coding, ledger, prisma.boxes(ledger),
        prisma.numbers(ledger, works, {n: s["label"] for n, s in sources.items()}),
        make_tables(review), bibtex(included), ris(included), [note.what for note in notes], protocol,
    )  # fmt: skip


def work_of(works: pd.DataFrame) -> dict[str, str]:
    """Give each record's work."""
    pairs = works[["work_id", "record_ids"]].itertuples(index=False, name=None)
    return {record: work for work, ids in pairs for record in ids.split(LIST_SEPARATOR)}


@pytest.fixture(scope="module")
def folder() -> Any:
    """Give a folder for the files; each example overwrites those of the one before."""
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


# --- what must hold


def end_of(verdicts: pd.DataFrame, criteria: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """Judge a work's end anew, from its verdicts and the architecture's words."""
    counted = {}
    by_rule = {}
    for criterion in criteria:
        row = verdicts[verdicts["criterion"] == criterion["id"]]
        assert len(row) == 1
        verdict, by = row["verdict"].iat[0], row["decided_by"].iat[0]
        by_rule[criterion["id"]] = by == f"rule {criterion['rule']}"
        if verdict == "unknown" and by_rule[criterion["id"]] and criterion["unknown"] != "awaiting":
            verdict = criterion["unknown"]
        counted[criterion["id"]] = verdict
    of = {stage: [c["id"] for c in criteria if c["stage"] == stage] for stage in
          ("before_screening", "screening", "retrieval", "eligibility")}  # fmt: skip
    early = of["before_screening"] + of["screening"]
    if any(counted[c] == "not_met" and by_rule[c] for c in of["before_screening"]):
        return "removed_by_automation", "before_screening"
    if any(counted[c] == "not_met" for c in early):
        return "excluded", "screening"
    if any(counted[c] == "unknown" for c in early):
        return "awaiting", "screening"
    for stage, end in (("retrieval", "not_retrieved"), ("eligibility", "excluded")):
        if any(counted[c] == "not_met" for c in of[stage]):
            return end, stage
        if any(counted[c] == "unknown" for c in of[stage]):
            return "awaiting", stage
    return "included", "included"


def check_log(made: Outcome) -> None:
    """Every row of every file is a record, a repeat or a rejection."""
    for count in made.log:
        ends = ("records", "repeats", "rejected", "replaced", "missing", "filtered")
        assert count["rows"] == sum(count[end] or 0 for end in ends)
    assert sum(count["records"] for count in made.log) == len(made.records)
    assert made.records["record_id"].is_unique
    rejected = [p for p in made.problems if p.action == "row rejected"]
    assert len(rejected) == sum(count["rejected"] for count in made.log)


def check_works(made: Outcome) -> None:
    """Each record is in just one work, whose lead is an index's record if there is one."""
    members = [i for ids in made.works["record_ids"] for i in ids.split(LIST_SEPARATOR)]
    assert sorted(members) == sorted(made.records["record_id"])
    kind = dict(zip(made.records["record_id"], made.records["kind"], strict=True))
    for lead, ids in made.works[["lead", "record_ids"]].itertuples(index=False, name=None):
        kinds = [kind[i] in ("database", "register") for i in ids.split(LIST_SEPARATOR)]
        assert lead in ids.split(LIST_SEPARATOR)
        assert kind[lead] in ("database", "register") or not any(kinds)


def check_flow(made: Outcome) -> None:
    """Each record ends in one state; the boxes add up as sets, counted anew from the ledger's rows."""
    ledger = made.ledger
    assert ledger["record_id"].tolist() == sorted(made.records["record_id"])
    leads = set(made.works["lead"])
    rows = ledger.to_dict("records")
    for row in rows:
        assert (row["record_id"] in leads) == (row["end"] != "duplicate") == (row["lead"] == "true")
    for column, kinds in (
        ("databases", {"database", "register"}),
        ("other", {"website", "organisation", "citation"}),
    ):
        mine = [r for r in rows if r["kind"] in kinds]
        assert all(r["column"] == column for r in mine)

        def ids(end: str, stage: str = "", mine: Any = mine) -> set[str]:
            return {r["record_id"] for r in mine if r["end"] == end and stage in ("", r["stage"])}

        identified = {r["record_id"] for r in mine}
        duplicates, automatic = ids("duplicate"), ids("removed_by_automation")
        screened = identified - duplicates - automatic
        sought = screened - ids("excluded", "screening") - ids("awaiting", "screening")
        assessed = sought - ids("not_retrieved") - ids("awaiting", "retrieval")
        ends = [ids("excluded", "eligibility"), ids("awaiting", "eligibility"), ids("included")]
        assert assessed == set().union(*ends)
        assert len(assessed) == sum(map(len, ends))
        assert len(identified) == sum(
            map(
                len,
                (
                    duplicates,
                    automatic,
                    ids("excluded"),
                    ids("awaiting"),
                    ids("not_retrieved"),
                    ids("included"),
                ),
            )
        )
        box = made.flow[column]
        assert box["identified"] == identified
        assert box["screened"] == screened
        assert box["sought"] == sought
        assert box["assessed"] == assessed
        assert screened == ids("excluded", "screening") | ids("awaiting", "screening") | sought
        if column == "other":
            removed = automatic | ids("excluded", "screening")
            assert identified == duplicates | removed | ids("awaiting", "screening") | sought
            check_numbers(made, "om", identified, duplicates, automatic, ids("excluded", "screening"))
            told = {name: int(made.numbers[f"other_{name}"]) for name in ("sought_reports", "assessed")}
        else:
            assert int(made.numbers["records_screened"]) == len(screened)
            assert int(made.numbers["duplicates"]) == len(duplicates)
            assert int(made.numbers["excluded_automatic"]) == len(automatic)
            out = int(made.numbers["db_out_by_rule"]) + int(made.numbers["db_out_by_person"])
            assert int(made.numbers["records_excluded"]) == len(ids("excluded", "screening")) == out
            told = {name: int(made.numbers[f"dbr_{name}"]) for name in ("sought_reports", "assessed")}
        assert told == {"sought_reports": len(sought), "assessed": len(assessed)}
    n = {name: int(value) for name, value in made.numbers.items() if value.isdigit()}
    assert n["database_results"] + n["register_results"] == len(made.flow["databases"]["identified"])
    found = n["website_results"] + n["organisation_results"] + n["citations_results"]
    assert found == len(made.flow["other"]["identified"])
    assert n["new_reports"] == int((ledger["end"] == "included").sum()) >= n["new_studies"]
    assert (n["new_reports"] == 0) == (n["new_studies"] == 0)
    # The figure reads counts at the end of each item; labels must not bring in more items.
    for kind in ("database", "register"):
        items = [i for i in made.numbers[f"{kind}_specific_results"].split("; ") if i]
        assert sum(int(i.rsplit(", ", 1)[1]) for i in items) == n[f"{kind}_results"]


def check_numbers(
    made: Outcome, start: str, identified: Any, duplicates: Any, automatic: Any, out: Any
) -> None:
    """Compare the boxes of the other column's removals."""
    assert int(made.numbers[f"{start}_repeats"]) == len(duplicates)
    assert int(made.numbers[f"{start}_removed_by_rule"]) == len(automatic)
    assert int(made.numbers[f"{start}_out"]) == len(out)


def check_ends(made: Outcome) -> None:
    """Each work's end follows from its verdicts; each work stands in one of three tables."""
    criteria = made.protocol["criteria"]
    assert len(made.screening) == len(made.works) * len(criteria)
    for work, verdicts in made.screening.groupby("work_id"):
        assert set(zip(verdicts["end"], verdicts["end_stage"], strict=True)) == {
            end_of(verdicts, criteria)
        }, work
    listed = [i for name in ("included_studies", "excluded_studies", "awaiting")
              for ids in made.tables[name]["record_ids"] for i in ids.split(LIST_SEPARATOR)]  # fmt: skip
    assert sorted(listed) == sorted(made.records["record_id"])
    # Every awaiting work is asked about, and nothing is asked about another.
    ends = made.screening.drop_duplicates("work_id").set_index("work_id")["end"]
    asked = set(made.queue.loc[made.queue["kind"].isin(["screening", "conflict"]), "work_id"])
    assert asked == set(ends.index[ends == "awaiting"])


def check_tables(made: Outcome) -> None:
    """Whatever is counted by country, year or journal sums to the works."""
    ends = Counter(made.ledger.loc[made.ledger["lead"] == "true", "end"])
    for status in ("included", "awaiting"):
        for rule, group in made.tables["countries"].groupby("country_rule"):
            assert group[status].sum() == ends[status], (rule, status)
        for name in ("years", "venues"):
            assert made.tables[name][status].sum() == ends[status], name
        by_theme = made.tables["themes"].set_index(["context", "theme"])[status]
        crossed = made.tables["themes_by_country"]
        crossed = crossed[crossed["status"] == status].set_index(["context", "theme"])["total"]
        assert by_theme.to_dict() == crossed.to_dict()
        assert (by_theme.sum() >= ends[status]) and by_theme.max() <= ends[status]
    for counts in made.tables["restrictions"].to_dict("records"):
        assert counts["met"] + counts["not_met"] + counts["unknown"] == len(made.works)
        assert counts["removed_alone"] <= counts["removed_alone_or_unknown"]
    overlap = made.tables["source_overlap"]
    holding = Counter(s for held in made.works["sources"] for s in held.split(LIST_SEPARATOR))
    assert dict(zip(overlap["source"], overlap["works"], strict=True)) == {
        s: holding[s] for s in overlap["source"]
    }
    for name, frame in made.tables.items():
        path = Path(tempfile.gettempdir(), f"{os.getpid()}", f"{name}.csv")
        write_csv(frame.assign(source_line="source"), path)
        text = markdown(read_printed(path, "source")).splitlines()
        lines = [line for line in text if line.startswith("|")]
        assert len(lines) == len(frame) + 2, name
        bars = {len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in lines}
        assert bars == {len(frame.columns) + 1}, name
        assert not any("<" in line for line in lines), name


def check_references(made: Outcome) -> None:
    """One reference for each included work, and its braces close."""
    included = int((made.ledger["end"] == "included").sum())
    entries = re.findall(r"^@\w+\{([^,]*),$", made.bib, re.M)
    assert len(entries) == len(set(entries)) == included
    depth = 0
    for sign in re.sub(r"\\.", "", made.bib):
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
    assert depth == 0
    assert len(re.findall(r"^TY  - ", made.ris, re.M)) == included
    assert len(re.findall(r"^ER  -", made.ris, re.M)) == included


def count_what_is_seen(made: Outcome) -> None:
    """Remember which ends, doubts and troubles the examples came to."""
    seen = {f"{end} {stage}" for end, stage in zip(made.ledger["end"], made.ledger["stage"], strict=True)}
    seen |= {f"{end} {c}" for end, c in zip(made.ledger["end"], made.ledger["column"], strict=True)}
    seen |= {f"pair {outcome}" for outcome in made.pairs["outcome"]}
    seen |= {f"queue {kind}" for kind in made.queue["kind"]}
    seen |= {f"rejected {p.action}" for p in made.problems}
    seen |= {"repeat" for count in made.log if count["repeats"]}
    seen |= {"suffixed id" for i in made.records["record_id"] if "~" in i}
    seen |= {"contradiction" for text in made.screening["note"] if "contradict" in text}
    seen |= {"people" for by in made.screening["decided_by"] if not by.startswith("rule")}
    seen |= {"people on pairs" for by in made.pairs["decided_by"] if by != "rule"}
    seen |= {"person codes" for by in made.coding["decided_by"] if by != "rule"}
    seen |= {"several countries" for code in made.coding["code"] if code == "several"}
    seen |= {"no records"} if made.records.empty else set()
    for what in sorted(seen):
        event(what)
    SEEN.update(seen)


@examples(120)
@given(case=cases())
def test_nothing_vanishes(folder: Path, case: Case) -> None:
    found = collected(folder, case)
    lines = lines_of(case, found[0])
    note(str(lines))
    made = run(folder, case.protocol, found, lines)
    count_what_is_seen(made)
    check_log(made)
    check_works(made)
    check_flow(made)
    check_ends(made)
    check_tables(made)
    check_references(made)
    # Every line that names no record is told; without records, see the test below.
    if found[0].empty:
        return
    known = set(names(found[0])[:-2])
    for name, listed in lines.items():
        for number, line in enumerate(listed, start=2):
            named = [line["record_id"], *([line["variable"]] if name == "duplicates" else [])]
            place = f"decisions_{name}.csv line {number}:"
            if not set(named) <= known:
                assert any(place in told for told in made.notes), (place, made.notes)


# --- what must make no difference


def same(one: pd.DataFrame, two: pd.DataFrame, loose: Sequence[str] = ()) -> None:
    """Assert that two tables are equal; in `loose` columns, lists may stand in another order."""
    assert list(one.columns) == list(two.columns)
    one, two = one.copy(), two.copy()
    for column in loose:
        for frame in (one, two):
            frame[column] = ["; ".join(sorted(text.split("; "))) for text in frame[column].astype("str")]
    left, right = one.astype("str").to_dict("records"), two.astype("str").to_dict("records")
    assert left == right


def all_same(one: Outcome, two: Outcome, loose: Sequence[str] = (), tables: Sequence[str] = ()) -> None:
    """Assert that two runs say the same, but for the tables named."""
    same(one.records.drop(columns="origin"), two.records.drop(columns="origin"), loose)
    same(one.works, two.works, loose)
    same(one.pairs, two.pairs)
    same(one.screening, two.screening)
    for kind in ("duplicate", "screening", "conflict"):
        same(one.queue[one.queue["kind"] == kind], two.queue[two.queue["kind"] == kind], loose)
    # Lines that were not used are told with their line number, which is another.
    told = [sorted(re.sub(r"line \d+", "line", n) for n in made.notes) for made in (one, two)]
    assert told[0] == told[1]
    same(one.coding, two.coding)
    same(one.ledger, two.ledger)
    assert one.numbers == two.numbers
    assert one.flow == two.flow
    for name in one.tables:
        if name not in tables:
            same(one.tables[name], two.tables[name], [c for c in loose if c in one.tables[name].columns])


@examples(6)
@given(case=cases(), seed=st.integers(0, 2**16))
def test_order_of_rows_and_of_people_makes_no_difference(folder: Path, case: Case, seed: int) -> None:
    found = collected(folder, case)
    lines = lines_of(case, found[0])
    made = run(folder, case.protocol, found, lines)
    chance = random.Random(seed)
    rows = {name: chance.sample(listed, len(listed)) for name, listed in case.rows.items()}
    other = Case(rows, case.kinds, case.screening, case.duplicates, case.coding, case.protocol)
    again = collected(folder, other)
    mixed = {name: mix(listed, chance) for name, listed in lines.items()}
    turned = run(folder, case.protocol, again, mixed)
    count_what_is_seen(made)
    assert made.log == turned.log
    strip = [
        sorted((p.file, p.field, p.value, p.problem, p.action) for p in m.problems) for m in (made, turned)
    ]
    assert strip[0] == strip[1]
    # Equal rows seen at several addresses: test_equal_rows_in_another_order looks at their order.
    all_same(made, turned, loose=("url", "note"), tables=["imports"])
    same(*(m.tables["imports"].drop(columns="details") for m in (made, turned)))


def mix(lines: Sequence[Line], chance: random.Random) -> list[Line]:
    """Put the lines of different people in another order; each one's own order stays."""
    queues: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        queues.setdefault((line["who"], line["role"]), []).append(line)
    turns = [key for key, own in queues.items() for _ in own]
    chance.shuffle(turns)
    return [queues[turn].pop(0) for turn in turns]


def test_equal_rows_in_another_order(folder: Path) -> None:
    rows = [make_row(0, [], 1, told_by) for told_by in (True, False)]
    made = []
    for listed in (rows, rows[::-1]):
        case = Case({"eric": listed}, {}, [], [], [], one_source())
        records = collected(folder, case)[0]
        assert len(records) == 1
        made.append(records)
    same(made[0].drop(columns="origin"), made[1].drop(columns="origin"))


def one_source() -> dict[str, Any]:
    """Give the protocol with one source."""
    source = {"label": "ERIC", "kind": "database", "file": "eric.csv", "searched": "2026-11"}
    return PROTOCOL | {"sources": {"exports": {}, "sample": {"eric": source}}}


@examples(6)
@given(case=cases(), copied=st.sampled_from(SOURCES), kind=st.sampled_from(KINDS))
def test_the_same_file_twice_is_counted_once(folder: Path, case: Case, copied: str, kind: str) -> None:
    found = collected(folder, case)
    lines = lines_of(case, found[0])
    made = run(folder, case.protocol, found, lines)
    (folder / "copy.csv").write_bytes((folder / f"{copied}.csv").read_bytes())
    sources = case.protocol["sources"]["sample"]
    added = {"label": "A copy", "kind": kind, "file": "copy.csv", "searched": "2026-11"}
    protocol = case.protocol | {"sources": {"exports": {}, "sample": sources | {"copy": added}}}
    twice = run(folder, protocol, collect_files(manifest(folder, protocol)), lines)
    count_what_is_seen(made)
    *first, last = twice.log
    assert first == made.log
    original = next(count for count in made.log if count["source"] == copied)
    assert (last["rows"], last["records"]) == (original["rows"], 0)
    assert last["repeats"] == original["rows"] - original["rejected"]
    by_source = ["search_log", "imports", "query_fidelity", "source_overlap", "capture_recapture"]
    all_same(made, twice, tables=by_source)
    same(made.records, twice.records)
    overlap = twice.tables["source_overlap"]
    assert not overlap.iloc[-1].drop("source").any()
    same(made.tables["source_overlap"], overlap.iloc[:-1].drop(columns="with_copy"))


@examples(6)
@given(case=cases(), name=st.sampled_from(["screening", "duplicates", "coding"]))
def test_a_decision_changes_only_what_it_names(folder: Path, case: Case, name: str) -> None:
    found = collected(folder, case)
    lines = {name: lines_of(case, found[0])[name]}
    machine = run(folder, case.protocol, found, {})
    made = run(folder, case.protocol, found, lines)
    again = run(folder, case.protocol, found, {})
    count_what_is_seen(made)
    # Deleting all decisions gives the machine's result back.
    all_same(machine, again)
    same(machine.queue, again.queue)
    columns = ("record_id", "variable") if name == "duplicates" else ("record_id",)
    named = {line[column] for line in lines[name] for column in columns}
    touched = {i for i in found[0]["record_id"] if i in named or i.split("~")[0] in named}
    for group in joined(machine.works, made.works):
        if not group & touched:
            assert said_of(machine, group) == said_of(made, group), group


def joined(one: pd.DataFrame, two: pd.DataFrame) -> list[set[str]]:
    """Give sets of records that are in one work by either run, or were joined through others."""
    groups: list[set[str]] = []
    for ids in [*one["record_ids"], *two["record_ids"]]:
        new = set(ids.split(LIST_SEPARATOR))
        for group in [g for g in groups if g & new]:
            groups.remove(group)
            new |= group
        groups.append(new)
    return groups


def said_of(made: Outcome, group: set[str]) -> list[Any]:
    """Give all that a run says of some records."""
    works = made.works[[set(ids.split(LIST_SEPARATOR)) <= group for ids in made.works["record_ids"]]]
    ids = set(works["work_id"])
    # The name of a linked work is the other work's matter: a decision on that may rename it.
    parts = [works.drop(columns="linked_works")]
    parts += [t[t["work_id"].isin(ids)] for t in (made.screening, made.coding, made.ledger)]
    return [part.astype("str").to_dict("records") for part in parts]


WANTED = [
    "duplicate dedupe", "removed_by_automation before_screening", "excluded screening", "awaiting screening",
    "not_retrieved retrieval", "awaiting retrieval", "excluded eligibility", "awaiting eligibility",
    "included included",
    *(f"{end} {column}" for column in ("databases", "other") for end in
      ("duplicate", "removed_by_automation", "excluded", "not_retrieved", "awaiting", "included")),
    "pair merge", "pair maybe", "pair distinct", "pair linked version",
    "queue duplicate", "queue screening", "queue conflict", "queue stale in a decision",
    "queue unknown record in a decision",
    "rejected row rejected", "rejected value set aside", "repeat", "suffixed id", "contradiction", "people",
    "people on pairs", "person codes", "several countries",
]  # fmt: skip


def test_every_end_was_seen() -> None:
    if not SEEN:
        pytest.skip("needs the examples of the tests above")
    assert not [what for what in WANTED if not SEEN[what]], dict(SEEN)


# --- single cases


def one_run(folder: Path, rows: Sequence[Row], lines: Mapping[str, Sequence[Line]]) -> Outcome:
    """Run a review of one source."""
    case = Case({"eric": [dict.fromkeys(LAYOUT, "") | r for r in rows]}, {}, [], [], [], one_source())
    return run(folder, case.protocol, collected(folder, case), lines)


def decided(**said: str) -> Line:
    """Write a line of a decision file."""
    return dict.fromkeys(HEADER, "") | {"who": "ada", "role": "reviewer", "when": "2026-11-20"} | said


def test_no_record_at_all(folder: Path) -> None:
    made = one_run(folder, [], {})
    check_log(made)
    check_flow(made)
    check_ends(made)
    check_tables(made)
    check_references(made)
    assert set(made.numbers.values()) <= {"0", ""}


@pytest.mark.parametrize(
    "title",
    [
        "x" * 10_000,
        "badge " * 1_700,
        "!" * 10_000,
        "[" * 10_000,
        "<a" * 5_000,
        "&amp;" * 2_000,
        "\U0001f4ab\u200d" * 5_000,
        "\u202e\u200f" * 5_000 + "x",
        "e\u0301" * 5_000,
        "( (" * 3_333,
        "7" * 10_000,
    ],
    ids=lambda title: repr(title[:6]),
)
def test_a_very_long_title(folder: Path, title: str) -> None:
    rows = [{"title": title, "index_id": str(i), "authors": "Lee, J.", "year": "2019"} for i in (1, 2)]
    made = one_run(folder, rows, {})
    check_works(made)
    check_flow(made)
    check_tables(made)


@pytest.mark.parametrize("field", ["volume", "issue", "pages"])
def test_a_very_long_number(folder: Path, field: str) -> None:
    rows = [{"title": "Digital badges in schools", "index_id": str(i), field: "7" * 5_000} for i in (1, 2)]
    made = one_run(folder, rows, {})
    check_flow(made)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("doi", "10.1234/a}b"),
        ("doi", "10.1234/a{b"),
        ("fulltext_url", "https://example.org/{x"),
        ("seen_at", "https://example.org/}x"),
        ("issn", "1234-5678}"),
        ("title", "Digital badges } in { courses \\"),
        ("authors", "{Nobody}} and others and \\"),
        ("venue", "A } B"),
        ("keywords", "}}; digital badge; course"),
    ],
)
def test_references_stay_whole(folder: Path, field: str, value: str) -> None:
    made = one_run(folder, [make_row(0, [], 1, True) | {field: value}], {})
    assert made.numbers["new_reports"] == "1"
    check_references(made)


def test_own_ids_that_look_alike_stay_apart(folder: Path) -> None:
    digests = [i.split("~")[1] for i in one_run(
        folder, [{"title": t, "index_id": "1"} for t in ("Badges one", "Credentials two")], {}
    ).records["record_id"]]  # fmt: skip
    rows = [{"title": t, "index_id": "1"} for t in ("Badges one", "Credentials two")]
    rows += [{"title": f"Third {d}", "index_id": f"1~{d}"} for d in digests]
    rows += [{"title": "With a space", "index_id": "a b"}, {"title": "With an underscore", "index_id": "a_b"}]
    made = one_run(folder, rows, {})
    assert len(made.records) == len(rows)
    assert made.records["record_id"].is_unique
    check_flow(made)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2026-11-20", "2026-11-21"),
        ("2026-11-20T09:00", "2026-11-20T10:00"),
        ("20261119", "2026-11-20"),
        ("2026-11-20T23:00:00-05:00", "2026-11-21T05:00:00+00:00"),
    ],
)
def test_the_later_line_counts(folder: Path, earlier: str, later: str) -> None:
    lines = [
        decided(record_id="eric:1", stage="screening", variable="topic", value="not_met", when=later),
        decided(record_id="eric:1", stage="screening", variable="topic", value="met", when=earlier),
    ]
    made = one_run(folder, [make_row(0, [], 1, True)], {"screening": lines})
    verdict = made.screening.loc[made.screening["criterion"] == "topic", "verdict"].iat[0]
    assert verdict == "not_met"


@pytest.mark.parametrize("who", ["rule topic", "rules", "rule of thumb"])
def test_a_person_is_no_rule_whatever_the_name(folder: Path, who: str) -> None:
    out = decided(record_id="eric:1", stage="before_screening", variable="language", value="not_met", who=who)
    made = one_run(folder, [make_row(0, [], 1, True)], {"screening": [out]})
    assert made.ledger["end"].tolist() == ["excluded"]
    assert made.numbers["db_out_by_person"] == "1"
    kept = decided(record_id="eric:1", stage="screening", variable="topic", value="met", who=who)
    made = one_run(folder, [make_row(0, [], 1, True)], {"screening": [kept]})
    assert made.numbers["read_by_no_person"] == "0"


@pytest.mark.parametrize("name", ["screening", "duplicates", "coding"])
def test_decisions_are_told_where_no_record_is_left(folder: Path, name: str) -> None:
    about = {"screening": ("topic", "met"), "duplicates": ("eric:2", "merge"), "coding": ("theme", "uncoded")}
    stage = {"screening": "screening", "duplicates": "dedupe", "coding": "coding"}[name]
    variable, value = about[name]
    line = decided(record_id="eric:1", stage=stage, variable=variable, value=value)
    made = one_run(folder, [], {name: [line]})
    assert [note for note in made.notes if "eric:1" in note]


def test_blank_everything(folder: Path) -> None:
    rows = [dict.fromkeys(LAYOUT, ""), {"index_id": "1"}, {"title": "\x00\x07"}, {"title": "Only a title"}]
    made = one_run(folder, rows, {})
    # The first is a blank line; the next two have no title and are rejected with their reason.
    assert [(c["rows"], c["records"], c["rejected"]) for c in made.log] == [(3, 1, 2)]
    check_log(made)
    check_flow(made)


def test_log_has_the_columns_it_promises(folder: Path) -> None:
    made = one_run(folder, [make_row(0, [], 1, True)], {})
    assert set(made.log[0]) == set(LOG_COLUMNS)
    assert as_frame(made.log, LOG_COLUMNS)["rows"].tolist() == [1]
