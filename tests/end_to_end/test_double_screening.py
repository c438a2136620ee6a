"""Two people judge a hundred questions: from the first queue to an update of the data, as users run it.

The review is invented, so this file knows what the rules say of each work, and what Ada, Ben and the
adjudicator Cy say to each question. From that alone it computes what each run must come to (`World`), and
compares the tables with it: no number is copied from what a run wrote.
"""

from __future__ import annotations

import compileall
import csv
import io
import math
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess
from typing import NamedTuple

import pytest
import yaml
from conftest import copy_review, reprise, said, snakemake, table, tree_hash
from reprise.decisions import DECISION_FILES, HEADER
from reprise.exports.tables import LAYOUT

Line = dict[str, str]
Question = tuple[str, str]  # the work's first record, and the criterion
SAYS = {"M": "met", "N": "not_met", "U": "unknown"}
CRITERIA = {
    "window": "before_screening", "language": "before_screening", "document_type": "before_screening",
    "retracted": "before_screening", "topic": "screening", "peer_review": "screening",
    "full_text": "retrieval",
}  # fmt: skip
STAGES = ("before_screening", "screening", "retrieval")
SOURCES = {"alpha": "database", "beta": "database", "web": "website"}  # an earlier one is believed first

# --- the invented review

SOUND = {
    "title": "Digital badges for {who} in {where}: who learns with them", "year": "2019", "type": "article",
    "publication_date": "2019-05", "venue": "Journal of Invented Learning", "language": "en",
    "peer_reviewed": "true", "oa_status": "gold",
}  # fmt: skip
VAGUE = "What {who} in {where} make of their first year"
LETTERS = "The letters that they wrote home in those years were read again."
# Kinds of works: in what they differ from a sound one, and where the rules say otherwise than "met".
KINDS: dict[str, tuple[Line, Line]] = {
    "sound": ({}, {}),
    "old": ({"year": "2012", "publication_date": "2012-03"}, {"window": "not_met"}),
    "year only": ({"year": "2022", "publication_date": ""}, {"window": "unknown"}),
    "untyped": ({"type": ""}, {"document_type": "unknown"}),
    "unreviewed": ({"peer_reviewed": ""}, {"peer_review": "unknown"}),
    "closed": ({"oa_status": "closed"}, {"full_text": "unknown"}),
    "vague": ({"title": VAGUE, "peer_reviewed": ""}, {"topic": "unknown", "peer_review": "unknown"}),
    "off topic": ({"title": VAGUE, "abstract": LETTERS}, {"topic": "not_met"}),
}
# Kind, what Ada and Ben say of each work, and how many more such works nobody looks at. What rules decide,
# they look at of their own accord. On the third vague one they differ about the topic, and agree that it is
# out anyway.
PLAN: tuple[tuple[str, dict[str, str], int], ...] = (
    ("sound", {"topic": "MM*7 NN*2 MN"}, 10),
    ("old", {"window": "NN*6 MM*2 MU NM"}, 6),
    ("year only", {"window": "MM*5 NN*4 NU"}, 0),
    ("untyped", {"document_type": "MM*8 NN*4 UU MN UM"}, 0),
    ("unreviewed", {"peer_review": "MM*13 NN*8 UU MN NM UN"}, 5),
    ("closed", {"full_text": "MM*9 NN*4 UU MU"}, 5),
    ("vague", {"topic": "MM NN MN NM MM", "peer_review": "MM MM NN MM UU"}, 0),
    ("off topic", {"topic": "NN*3 MM MN"}, 3),
)
WHO = "nurses teachers welders librarians pharmacists farmers engineers carers clerks pilots cooks".split()
WHERE = "Kenya Peru Norway Ghana Nepal Chile Malta Jordan Fiji Samoa Latvia Gabon Oman Benin".split()
REASON = {"Ada": "für Lehrkräfte, sagt Ada", "Ben": '=Ben\'s reason; with a "comma", and more', "Cy": ""}
WHEN = {"Ada": "2026-11-02", "Ben": "2026-11-03", "Cy": "2026-11-05", "late": "2026-11-06"}


@dataclass(frozen=True)
class Work:
    """A work of the invented review; the first of its records leads."""

    kind: str
    records: tuple[str, ...]

    @property
    def lead(self) -> str:
        return self.records[0]

    def rule(self, criterion: str) -> str:
        silent = {"retracted": "unknown"}  # no source says
        return (silent | KINDS[self.kind][1]).get(criterion, "met")


def pairs_of(plan: str) -> list[str]:
    """Spell out `MM*2 UN` as MM, MM, UN."""
    parts = [part.partition("*") for part in plan.split()]
    return [pair for pair, _, times in parts for _ in range(int(times or 1))]


def invent() -> tuple[dict[str, Work], dict[Question, str]]:
    """Make the works by their leads, and what Ada and Ben say: two letters for each question."""
    works: dict[str, Work] = {}
    judged: dict[Question, str] = {}
    for kind, told, more in PLAN:
        rows = list(zip(*map(pairs_of, told.values()), strict=True))
        for row in [*rows, *[()] * more]:
            n = len(works)
            # Some in two databases, some in one and on the web, some on the web alone.
            where = ["alpha", *["beta"] * (n % 8 == 3), *["web"] * (n % 10 == 6)]
            work = Work(kind, tuple(f"{s}:n{n:03}" for s in (["web"] if n % 6 == 5 else where)))
            works[work.lead] = work
            judged |= {(work.lead, criterion): pair for criterion, pair in zip(told, row, strict=False)}
    return works, judged


WORKS, JUDGED = invent()
DIFFER = [q for q, (ada, ben) in JUDGED.items() if ada != ben]
ASKED = [q for q in JUDGED if WORKS[q[0]].rule(q[1]) == "unknown"]


def works_of(kind: str, pair: str, *places: int) -> list[str]:
    """List works of a kind that were judged so: those in the places named."""
    told = [lead for (lead, _), said_ in JUDGED.items() if WORKS[lead].kind == kind and said_ == pair]
    found = list(dict.fromkeys(told))
    return [found[place] for place in places]


# Cy leaves one conflict; Ben comes round on it later. On another he does so only after Cy has settled it. A
# third holds nothing up, since the work is out anyway.
LEFT = works_of("unreviewed", "MN", 0)[0], "peer_review"
LATE = works_of("closed", "MU", 0)[0], "full_text"
MOOT = works_of("vague", "MN", 0)[0], "topic"
SETTLED = {
    q: "unknown" if i == 4 else ("met", "not_met")[i % 2]
    for i, q in enumerate(q for q in DIFFER if q not in (LEFT, MOOT))
}
# The update: ten works get another title or abstract, and one whose lines have no fingerprint. Cy finds that
# works are one: two told with equal facts in two places, two judged without a fingerprint, two whose facts
# differ.
CHANGED = {
    "title": [
        *works_of("unreviewed", "MM", 0, 4, 5), *works_of("untyped", "MM", 0), *works_of("vague", "MM", 0),
        *works_of("sound", "NN", 0), *works_of("off topic", "MM", 0),
    ],
    "abstract": [
        *works_of("unreviewed", "NN", 0), *works_of("closed", "MM", 1), *works_of("unreviewed", "NM", 0),
    ],
}  # fmt: skip
UNMARKED = "old"  # on these works no line has a fingerprint
TWINS = works_of("unreviewed", "MM", 2)[0], works_of("unreviewed", "NN", 3)[0]
MERGED = (
    (*TWINS, "peer_review"),
    (works_of("old", "NN", 2)[0], works_of("old", "MM", 0)[0], "window"),
    (works_of("untyped", "MM", 2)[0], works_of("untyped", "NN", 1)[0], "document_type"),
)


def row_of(record: str, kind: str) -> Line:
    """Write the row that a source has of a work."""
    source, own = record.split(":")
    told = TWINS[0].split(":")[1] if record in TWINS else own
    n, place = int(told[1:]), int(own[1:])
    name = "".join("bdfklmnprt"[int(digit)] + "aeiouaeiou"[int(digit)] for digit in told[1:]).capitalize()
    cells = SOUND | KINDS[kind][0]
    return cells | {
        "index_id": own,
        "title": cells["title"].format(who=WHO[n % len(WHO)], where=WHERE[n // len(WHO)]),
        "authors": f"{name}ő, Zoë",
        "doi": "" if record in TWINS else f"10.5555/invented.{n:03}",
        "volume": str(place + 1),
        "pages": f"{place * 20 + 1}-{place * 20 + 15}",
        "seen_at": f"https://example.org/{source}/{own}",
    }


def write(path: Path, columns: Iterable[str], rows: Iterable[Line]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(columns), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def set_up(folder: Path) -> Path:
    """Make a review of the invented sources, in which nobody has decided anything yet."""
    copy_review(folder)
    path = folder / "config/config.yaml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config["screening"]["reviewers"] = "adjudicated"
    config["formats"] = {"tables": ["csv"], "figures": ["svg"]}
    config["sources"]["sample"] = {
        name: {"label": name, "kind": kind, "file": f"data/mine/{name}.csv", "searched": "2026-11"}
        for name, kind in SOURCES.items()
    }
    path.write_text(yaml.safe_dump(config, allow_unicode=True, sort_keys=False), encoding="utf-8")
    told = [(record, work.kind) for work in WORKS.values() for record in work.records]
    for name in SOURCES:
        rows = [row_of(record, kind) for record, kind in told if record.startswith(name)]
        write(folder / f"data/mine/{name}.csv", (*LAYOUT, "abstract"), rows)
    for decisions in DECISION_FILES.values():
        (folder / decisions).unlink()
    compileall.compile_dir(folder / "workflow/reprise", quiet=1)  # once, not in each of some twenty processes
    return folder


def change_the_data(folder: Path) -> None:
    """Give works another title or abstract, in all files that tell of them."""
    titled = [*CHANGED["title"], *works_of(UNMARKED, "MM", 1)]
    for name in SOURCES:
        path = folder / f"data/mine/{name}.csv"
        rows = table(path)
        for row in rows:
            record = f"{name}:{row['index_id']}"
            if any(record in WORKS[work].records for work in titled):
                row["title"] += ", a second look"
            if any(record in WORKS[work].records for work in CHANGED["abstract"]):
                row["abstract"] = LETTERS
        write(path, rows[0], rows)


# --- what each run must come to


class Answer(NamedTuple):
    """What people's lines on one question come to."""

    verdict: str
    by: str
    conflict: bool = False


class End(NamedTuple):
    """Where a work ends, what it fails or waits for, and whether a rule or a person ended it."""

    end: str
    stage: str
    reasons: tuple[str, ...]
    judge: str


@dataclass
class World:
    """The works, what people's lines come to, and all that follows from the two."""

    works: dict[str, Work] = field(default_factory=lambda: dict(WORKS))
    answers: dict[Question, Answer] = field(default_factory=dict)
    met: dict[Question, str] = field(default_factory=dict)  # two judgements, as in PLAN
    left_out: list[Question] = field(default_factory=list)  # one person says two things of a merged work
    came_round: list[Question] = field(default_factory=list)
    stale: dict[Question, str] = field(default_factory=dict)  # what changed, by the record that was judged

    def verdict(self, lead: str, criterion: str) -> tuple[str, str, str]:
        """Give the verdict, its judge and decided_by."""
        answer = self.answers.get((lead, criterion))
        if answer:
            return answer.verdict, "person", answer.by
        return self.works[lead].rule(criterion), "rule", f"rule {criterion}"

    def end(self, lead: str) -> End:
        """Bring a work to its end, stage by stage."""
        found = {c: self.verdict(lead, c)[:2] for c in CRITERIA}
        failed = tuple(c for c in CRITERIA if found[c][0] == "not_met")
        # The protocol takes silence about a retraction for standing.
        unsure = tuple(c for c in CRITERIA if found[c][0] == "unknown" and c != "retracted")
        if any(CRITERIA[c] == "before_screening" and found[c][1] == "rule" for c in failed):
            return End("removed_by_automation", "before_screening", failed, "rule")
        for stages, out in ((STAGES[:2], "excluded"), (STAGES[2:], "not_retrieved")):
            fails, waits = (tuple(c for c in cs if CRITERIA[c] in stages) for cs in (failed, unsure))
            if fails:
                return End(out, stages[-1], failed, found[fails[0]][1])
            if waits:
                return End("awaiting", stages[-1], waits, found[waits[0]][1])
        judges = {judge for _, judge in found.values()}
        return End("included", "included", (), "person" if "person" in judges else "rule")

    def ends(self) -> dict[str, End]:
        return {lead: self.end(lead) for lead in self.works}

    def asked(self) -> list[Question]:
        """List what is asked of the works that wait."""
        return [(lead, c) for lead, end in self.ends().items() if end.end == "awaiting" for c in end.reasons]

    def work_of(self, record: str) -> str:
        return next(lead for lead, work in self.works.items() if record in work.records)


def worlds() -> dict[str, World]:
    """Tell the story: nobody has judged; Ada has; both have; Cy has settled; data and works have changed."""
    nobody, one = World(), World(answers={q: Answer("unknown", "Ada") for q in JUDGED})
    both = World(met=dict(JUDGED))
    for q, (ada, ben) in JUDGED.items():
        both.answers[q] = Answer("unknown" if ada != ben else SAYS[ada], "Ada, Ben", ada != ben)
    settled = {q: Answer(value, "Cy") for q, value in SETTLED.items()}
    adjudicated = World(answers=both.answers | settled, met=dict(JUDGED))
    told = {"nobody": nobody, "one": one, "both": both, "adjudicated": adjudicated}
    return told | {"updated": update(adjudicated)}


def update(before: World) -> World:
    """Let decisions go stale, works become one, and Ben come round."""
    now = World(dict(before.works), dict(before.answers), dict(before.met))
    for fact, works in CHANGED.items():
        for q in [q for q in JUDGED if q[0] in works]:
            now.stale[q] = fact
            del now.answers[q]
    now.met[LEFT], now.came_round = JUDGED[LEFT][0] * 2, [LEFT]
    for lead, other, criterion in MERGED:
        kind, records = now.works[lead].kind, sorted(now.works[lead].records[1:] + now.works[other].records)
        now.works[lead] = Work(kind, (lead, *records))
        del now.works[other], now.answers[other, criterion]
        del now.met[other, criterion], now.met[lead, criterion]
        now.left_out.append((lead, criterion))
        if lead in TWINS or kind == UNMARKED:
            now.answers[lead, criterion] = Answer("unknown", "Ada, Ben", conflict=True)
        else:  # as the work now is, only the lead's own lines were made on it
            now.stale[other, criterion] = "title, authors, doi"
    return now


WORLDS = worlds()


# --- the story, run


class Story(NamedTuple):
    """What the runs left behind, what the commands told, and what people filled in.

    `same` says after which commands the decisions were as before, `file` what they were at the end.
    """

    results: dict[str, Path]
    told: dict[str, CompletedProcess[str]]
    same: dict[str, bool]
    lines: dict[str, list[Line]]
    file: list[Line]

    def table(self, step: str, name: str) -> list[Line]:
        return table(self.results[step] / f"{name}.csv")


def filled(asked: Iterable[Line], answers: Mapping[Question, str], reason: str) -> list[Line]:
    """Fill in a queue."""
    rows = []
    for row in asked:
        value = answers.get((row["record_id"], row["variable"]), "")
        rows.append(row | ({"value": value, "reason": reason} if value else {}))
    return rows


def save(path: Path, rows: Sequence[Line], mark: str = ",", encoding: str = "utf-8-sig") -> None:
    """Save a table as a spreadsheet does: what the encoding lacks becomes a question mark."""
    text = io.StringIO()
    columns = list(dict.fromkeys(column for row in rows for column in row))
    writer = csv.DictWriter(text, columns, restval="", delimiter=mark, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding, errors="replace"))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Run the story."""
    base = tmp_path_factory.mktemp("double")
    folder = set_up(base / "review")
    made = Story({}, {}, {}, {}, [])
    decisions = folder / "data/decisions"

    def run(name: str) -> list[Line]:
        result = snakemake(folder, "results/prisma.csv")  # all tables; no figures and no report
        assert result.returncode == 0, said(result)
        made.results[name] = base / name
        shutil.copytree(folder / "results", base / name)
        return table(base / name / "decisions_needed.csv")

    def decide(name: str, who: str, when: str, *args: str) -> None:
        before = tree_hash(decisions)
        file = f"{name.split()[0]}.csv"
        made.told[name] = reprise(folder, "decide", file, "--who", who, "--when", when, *args)
        made.same[name] = tree_hash(decisions) == before

    asked = run("nobody")
    judged = made.table("nobody", "screening")
    prints = {(row["work_id"], row["criterion"]): row["fingerprint"] for row in judged}
    own = [
        {"record_id": record, "stage": CRITERIA[criterion], "variable": criterion}
        | ({"fingerprint": prints["w:" + record, criterion]} if WORKS[record].kind != UNMARKED else {})
        for record, criterion in JUDGED if (record, criterion) not in ASKED
    ]  # fmt: skip
    questions = [*asked, *own]
    for i, who in enumerate(("Ada", "Ben")):
        values = {q: SAYS[pair[i]] for q, pair in JUDGED.items()}
        made.lines[who] = filled(questions, values, REASON[who])
    save(folder / "ada.csv", made.lines["Ada"], ";", "cp1252")
    decide("ada", "Ada", WHEN["Ada"])
    decide("ada again", "Ada", WHEN["Ada"])
    run("one")

    # Ben sorts the rows, and his spreadsheet begins each value with a capital.
    rows = sorted(made.lines["Ben"], key=lambda row: row.get("title", ""))
    rows = [row | {"value": row["value"].capitalize()} for row in rows]
    pair = {"record_id": "alpha:n000", "stage": "dedupe", "variable": "alpha:n001", "value": "distinct"}
    wrong = [row for row in rows if row["value"]]
    wrong[57] = wrong[57] | {"value": "mett"}
    save(folder / "wrong.csv", [*wrong, pair])
    decide("wrong", "Ben", WHEN["Ben"])
    save(folder / "ben.csv", rows)
    decide("ben", "Ben", WHEN["Ben"])
    asked = run("both")
    save(folder / "cy.csv", filled(asked, SETTLED, ""), ",", "utf-8")
    decide("cy", "Cy", WHEN["Cy"], "--role", "adjudicator")
    run("adjudicated")

    late = {q: SAYS[JUDGED[q][0]] for q in (LEFT, LATE)}
    save(folder / "late.csv", [row for row in filled(questions, late, "") if row.get("value")])
    decide("late", "Ben", WHEN["late"])
    decide("ben once more", "Ben", WHEN["Ben"])
    merges = [{"record_id": a, "stage": "dedupe", "variable": b, "value": "merge"} for a, b, _ in MERGED]
    save(folder / "merges.csv", merges)
    decide("merges", "Cy", WHEN["late"], "--role", "adjudicator")
    kept = {path: path.read_bytes() for path in (folder / "data/mine").iterdir()}
    change_the_data(folder)
    run("updated")
    made.file.extend(table(decisions / "screening.csv"))

    for path, data in kept.items():
        path.write_bytes(data)
    for path in decisions.glob("*.csv"):
        path.unlink()
    run("again")
    yield made
    shutil.rmtree(base)


# --- what people hand back


def test_a_hundred_questions_are_planned() -> None:
    assert len(JUDGED) == 100 and len(DIFFER) == 13 and len(ASKED) == 75
    assert sum("U" in JUDGED[q] for q in DIFFER) == 5
    assert sum(len(works) for works in CHANGED.values()) == 10


def test_both_hand_back_a_hundred_judgements(story: Story) -> None:
    left = len(story.table("nobody", "decisions_needed")) - len(ASKED)
    for who in ("Ada", "Ben"):
        told, file = story.told[who.lower()], DECISION_FILES["screening"]
        what = f"100 decisions by {who} appended to {file}; {left} rows without a value skipped\n"
        assert (told.returncode, told.stdout, told.stderr) == (0, what, "")
    assert story.told["cy"].stdout.startswith(f"{len(SETTLED)} decisions by Cy appended")


def test_the_same_file_again_appends_nothing(story: Story) -> None:
    """Ben's, though he has come round on two of its questions since."""
    for name, who in (("ada again", "Ada"), ("ben once more", "Ben")):
        what = f"No decision by {who} appended; 100 rows stand there already"
        assert story.told[name].returncode == 0 and story.told[name].stdout.startswith(what)
        assert story.same[name]
    assert not any(story.same[name] for name in ("ada", "ben", "cy", "late", "merges"))


def test_one_wrong_row_among_a_hundred_changes_nothing(story: Story) -> None:
    wrong = story.told["wrong"]
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr == "wrong.csv row 59: value 'mett' is not known; did you mean 'met'?\n"
    assert story.same["wrong"]


def test_the_file_holds_what_people_wrote(story: Story) -> None:
    assert list(story.file[0]) == list(HEADER)
    assert len(story.file) == 200 + len(SETTLED) + 2
    written = {"Ada": REASON["Ada"], "Ben": "'" + REASON["Ben"]}  # guarded: a spreadsheet would run it
    for i, who in enumerate(written):
        own = [line for line in story.file if line["who"] == who and line["when"] == WHEN[who]]
        found = {(d["record_id"], d["variable"]): (d["value"], d["fingerprint"]) for d in own}
        marks = {(d["record_id"], d["variable"]): d.get("fingerprint", "") for d in story.lines[who]}
        assert found == {q: (SAYS[pair[i]], marks[q]) for q, pair in JUDGED.items()}
        assert {(d["reason"], d["role"]) for d in own} == {(written[who], "reviewer")}
        assert {q for q in JUDGED if not marks[q]} == {q for q in JUDGED if WORKS[q[0]].kind == UNMARKED}


# --- every number of every run

every = pytest.mark.parametrize("step", WORLDS)


@every
def test_verdicts_and_ends(story: Story, step: str) -> None:
    world, rows = WORLDS[step], story.table(step, "screening")
    told = {(row["work_id"], row["criterion"]): row for row in rows}
    assert len(rows) == len(told) == len(CRITERIA) * len(world.works)
    for lead, work in world.works.items():
        end = world.end(lead)
        reason = end.reasons[0] if end.reasons else ""
        readers = [by for _, judge, by in (world.verdict(lead, c) for c in CRITERIA) if judge == "person"]
        by = world.verdict(lead, reason)[2] if reason else ", ".join(dict.fromkeys(readers)) or "rules"
        for criterion, stage in CRITERIA.items():
            row = told["w:" + lead, criterion]
            assert (row["verdict"], row["judge"], row["decided_by"]) == world.verdict(lead, criterion), row
            assert (row["rule_verdict"], row["stage"]) == (work.rule(criterion), stage), row
            assert (row["end"], row["end_stage"], row["end_judge"]) == (end.end, end.stage, end.judge), row
            assert (row["reason"], row["reasons"]) == (reason, "; ".join(end.reasons)), row
            assert row["end_decided_by"] == by, row


@every
def test_the_queue_asks_what_is_open(story: Story, step: str) -> None:
    world = WORLDS[step]
    answers = {q: world.answers.get(q) for q in world.asked()}
    asked = {q: "conflict" if answer and answer.conflict else "screening" for q, answer in answers.items()}
    # What went stale and is not asked, since a rule decides it or the work's own line holds, is told below.
    for record, c in world.stale:
        if (world.work_of(record), c) not in answers:
            asked[record, c] = "stale in a decision"
    told = ("note", "conflict in a decision")
    rows = [row for row in story.table(step, "decisions_needed") if row["kind"] not in told]
    assert {(row["record_id"], row["variable"]): row["kind"] for row in rows} == asked
    assert len(rows) == len(asked)
    assert {row["value"] + row["who"] + row["reason"] + row["when"] for row in rows} == {""}


@every
def test_the_ledger_follows_each_record(story: Story, step: str) -> None:
    wanted = {}
    for lead, work in WORLDS[step].works.items():
        end = WORLDS[step].end(lead)
        wanted |= dict.fromkeys(work.records, ("duplicate", "dedupe", "", ""))
        wanted[lead] = (end.end, end.stage, "; ".join(end.reasons), end.judge)
    rows = story.table(step, "ledger")
    assert len(rows) == len(wanted) == sum(len(work.records) for work in WORKS.values())
    assert {r["record_id"]: (r["end"], r["stage"], r["reasons"], r["judge"]) for r in rows} == wanted


def is_web(record: str) -> bool:
    return SOURCES[record.split(":")[0]] == "website"


@every
def test_the_flow_counts_records(story: Story, step: str) -> None:
    ends = WORLDS[step].ends()
    found = {row["data"]: row["n"] for row in story.table(step, "prisma")}
    n: dict[str, int] = {}
    for web, mark, sought in ((False, "db", "dbr"), (True, "om", "other")):
        mine = {lead: end for lead, end in ends.items() if is_web(lead) == web}
        records = [r for work in WORKS.values() for r in work.records if is_web(r) == web]
        count = Counter((end.end, end.stage) for end in mine.values())
        out = [end for end in mine.values() if end.end == "excluded"]
        lost, waiting = count["not_retrieved", "retrieval"], count["awaiting", "retrieval"]
        removed = count["removed_by_automation", "before_screening"]
        n |= {
            "website_results" if web else "database_results": len(records),
            "om_repeats" if web else "duplicates": len(records) - len(mine),
            "om_removed_by_rule" if web else "excluded_automatic": removed,
            "om_out" if web else "records_excluded": len(out),
            f"{mark}_out_by_rule": sum(end.judge == "rule" for end in out),
            f"{mark}_out_by_person": sum(end.judge == "person" for end in out),
            f"{mark}_awaiting_verdict": count["awaiting", "screening"],
            f"{mark}_awaiting_retrieval": waiting,
            f"{mark}_awaiting_eligibility": 0,
            f"{sought}_sought_reports": count["included", "included"] + waiting + lost,
            f"{sought}_notretrieved_reports": lost,
            f"{sought}_assessed": count["included", "included"],
        }
        n |= {} if web else {"records_screened": len(mine) - removed}
        reasons = Counter(end.reasons[0].replace("_", " ").capitalize() for end in out)
        parts = [part.rpartition(", ") for part in found[f"{mark}_out_reasons"].split("; ") if part != "0"]
        assert {reason: int(times) for reason, _, times in parts} == reasons
    included = [end for end in ends.values() if end.end == "included"]
    n |= dict.fromkeys(("new_reports", "new_studies", "total_reports", "total_studies"), len(included))
    n["read_by_no_person"] = sum(end.judge == "rule" for end in included)
    assert {name: int(found[name]) for name in n} == n


@every
def test_lists_of_works(story: Story, step: str) -> None:
    ends = WORLDS[step].ends()
    of_table = {
        "included_studies": ("included",),
        "awaiting": ("awaiting",),
        "excluded_studies": ("removed_by_automation", "excluded", "not_retrieved"),
    }
    for name, wanted in of_table.items():
        rows = story.table(step, f"tables/{name}")
        told = {r["work_id"]: r.get("open_questions", r.get("reasons", "")) for r in rows}
        assert told == {"w:" + w: "; ".join(end.reasons) for w, end in ends.items() if end.end in wanted}
        assert len(rows) == len(told)
    for row in story.table(step, "tables/restrictions"):
        verdicts = Counter(WORLDS[step].verdict(lead, row["criterion"])[0] for lead in ends)
        assert {v: int(row[v]) for v in SAYS.values()} == {v: verdicts[v] for v in SAYS.values()}


@every
def test_the_retrieval_list(story: Story, step: str) -> None:
    world, told = WORLDS[step], {"awaiting": "still sought", "not_retrieved": "not retrieved"}
    wanted = {
        "w:" + lead: told.get(end.end, f"obtained by {world.verdict(lead, 'full_text')[1]}")
        for lead, end in world.ends().items()
        if end.stage in ("retrieval", "included")
    }
    rows = story.table(step, "tables/retrieval")
    assert {row["work_id"]: row["outcome"] for row in rows} == wanted


# --- agreement, rules and people, automation


def near(cell: str, value: float | None, digits: int) -> bool:
    """Say whether a cell holds a number, as rounded; an empty one says that there is none."""
    if value is None or not cell:
        return value is None and not cell
    return math.isclose(float(cell), value, abs_tol=0.5 * 10**-digits + 1e-9)


def kappa(pairs: Sequence[tuple[str, str]]) -> tuple[float, float] | None:
    """Compute Cohen's kappa and its standard error (Fleiss, Cohen and Everitt 1969)."""
    if len(pairs) < 2 or len({value for pair in pairs for value in pair}) < 2:
        return None
    values, n = list(SAYS.values()), len(pairs)
    share = {pair: times / n for pair, times in Counter(pairs).items()}
    row = {v: sum(share.get((v, w), 0) for w in values) for v in values}
    column = {v: sum(share.get((w, v), 0) for w in values) for v in values}
    observed = sum(share.get((v, v), 0) for v in values)
    expected = sum(row[v] * column[v] for v in values)
    k = (observed - expected) / (1 - expected)
    same = sum(share.get((v, v), 0) * (1 - (row[v] + column[v]) * (1 - k)) ** 2 for v in values)
    other = sum(p * (column[a] + row[b]) ** 2 for (a, b), p in share.items() if a != b) * (1 - k) ** 2
    variance = (same + other - (k - expected * (1 - k)) ** 2) / ((1 - expected) ** 2 * n)
    return k, math.sqrt(max(variance, 0))


def judgements(world: World) -> dict[tuple[str, str], dict[str, tuple[str, str] | None]]:
    """Give, by stage and criterion, what the two say of each work; over all criteria, each one's call."""
    found: dict[tuple[str, str], dict[str, tuple[str, str] | None]] = defaultdict(dict)
    of_stage: dict[Question, list[str]] = defaultdict(list)
    for (lead, c), pair in world.met.items():
        found[CRITERIA[c], c][lead] = SAYS[pair[0]], SAYS[pair[1]]
        of_stage[CRITERIA[c], lead].append(pair)
    for (stage, lead), pairs in of_stage.items():
        # Out, if one criterion says so; else unsure, if one does.
        calls = [min((pair[i] for pair in pairs), key="NUM".index) for i in (0, 1)]
        found[stage, "all criteria"][lead] = SAYS[calls[0]], SAYS[calls[1]]
    for lead, c in world.left_out:
        found[CRITERIA[c], c][lead] = found[CRITERIA[c], "all criteria"][lead] = None
    return found


@every
def test_agreement(story: Story, step: str) -> None:
    world = WORLDS[step]
    rows = {(row["stage"], row["criterion"]): row for row in story.table(step, "tables/agreement")}
    wanted = judgements(world)
    assert set(rows) == set(wanted)
    for (stage, criterion), works in wanted.items():
        row, pairs = rows[stage, criterion], [pair for pair in works.values() if pair]
        agreeing = sum(a == b for a, b in pairs)
        names = (criterion,) if criterion in CRITERIA else [c for c in CRITERIA if CRITERIA[c] == stage]
        rounds = [q for q in world.came_round if q[1] in names]
        assert (row["reviewer_a"], row["reviewer_b"]) == ("Ada", "Ben")
        counted = [int(row[c]) for c in ("works", "agreeing", "came_round")]
        assert counted == [len(pairs), agreeing, len(rounds)]
        assert near(row["percent_agreement"], 100 * agreeing / len(pairs), 1)
        cells = (entry.rpartition(": ") for entry in row["counts"].split("; "))
        assert {tuple(cell.split(" / ")): int(times) for cell, _, times in cells} == Counter(pairs)
        left_out = len(works) - len(pairs)
        assert (f"{left_out} left out" in row["note"]) == bool(left_out)
        found = kappa(pairs)
        assert found and agreeing < len(pairs), "the plan has people differ everywhere"
        assert near(row["kappa"], found[0], 3)
        assert near(row["kappa_low"], max(found[0] - 1.959964 * found[1], -1), 3)
        assert near(row["kappa_high"], min(found[0] + 1.959964 * found[1], 1), 3)


def test_adjudication_leaves_agreement_alone(story: Story) -> None:
    def told(step: str) -> list[Line]:
        rows = story.table(step, "tables/agreement")
        return [{c: v for c, v in row.items() if c != "source_line"} for row in rows]

    assert told("nobody") == told("one") == []
    assert told("both") == told("adjudicated") != []


@every
def test_rules_against_people(story: Story, step: str) -> None:
    world = WORLDS[step]
    rows = {row["criterion"]: row for row in story.table(step, "tables/rules_against_people")}
    assert set(rows) == set(CRITERIA)
    for criterion, row in rows.items():
        own = {lead: a.verdict for (lead, c), a in world.answers.items() if c == criterion}
        pairs = {lead: (world.works[lead].rule(criterion), verdict) for lead, verdict in own.items()}
        n = Counter(pairs.values())
        lost, kept, right = n["not_met", "met"], n["met", "not_met"], n["not_met", "not_met"]
        wanted = {
            "judged_by_people": len(pairs),
            "agreeing": n["met", "met"] + right,
            "false_exclusions": lost,
            "false_inclusions": kept,
            "rule_unknown": n["unknown", "met"] + n["unknown", "not_met"],
            "people_unknown": sum(verdict == "unknown" for verdict in own.values()),
        }
        assert {name: int(row[name]) for name in wanted} == wanted, criterion
        works = sorted("w:" + lead for lead, pair in pairs.items() if pair == ("not_met", "met"))
        assert row["false_exclusion_works"] == "; ".join(works)
        met, out = (sum(v == verdict for v in own.values()) for verdict in ("met", "not_met"))
        for name, part, whole in (("sensitivity", met - lost, met), ("specificity", right, out)):
            assert row[f"{name}_counts"] == (f"{part} of {whole}" if whole else "")
            assert near(row[name], 100 * part / whole if whole else None, 1)
        found = kappa(list(pairs.values()))
        assert near(row["kappa"], found[0] if found else None, 3)


@every
def test_automation(story: Story, step: str) -> None:
    world, rows = WORLDS[step], story.table(step, "tables/automation")
    parts = ("not_looked_at", "confirmed", "changed", "by_people", "unsettled", "open")
    for row in rows:
        assert int(row["judgements"]) == sum(int(row[part]) for part in parts), row
    screening = {row["item"]: row for row in rows if row["kind"] == "screening"}
    assert set(screening) == set(CRITERIA)
    for criterion, row in screening.items():
        n, who = Counter[str](), Counter[str]()
        for lead, work in world.works.items():
            answer, rule = world.answers.get((lead, criterion)), work.rule(criterion)
            if not answer:
                n["open" if rule == "unknown" else "not_looked_at"] += 1
                continue
            who[answer.by] += 1
            seen = "confirmed" if answer.verdict == rule else "by_people" if rule == "unknown" else "changed"
            n["unsettled" if answer.verdict == "unknown" else seen] += 1
        suggested = sum(work.rule(criterion) != "unknown" for work in world.works.values())
        wanted = {part: n[part] for part in parts} | {"suggested_by_rule": suggested}
        assert int(row["judgements"]) == len(world.works)
        assert {name: int(row[name]) for name in wanted} == wanted, criterion
        named = [entry.rpartition(": ") for entry in row["people"].split("; ") if entry]
        assert {name: int(times) for name, _, times in named} == who
        looked = n["confirmed"] + n["changed"]
        assert near(row["confirmed_percent"], 100 * n["confirmed"] / looked if looked else None, 1)


# --- what is said of single questions


def whys(story: Story, step: str) -> dict[Question, str]:
    """Give why each question is asked, or told of at the end."""
    rows = story.table(step, "decisions_needed")
    return {(row["record_id"], row["variable"]): row["why"] for row in rows if row["variable"]}


def test_after_one_person_all_wait_and_nothing_is_given_away(story: Story) -> None:
    before, now = whys(story, "nobody"), whys(story, "one")
    missing = "1 judgement is missing, a second reviewer's; Ada has judged"
    nobody = "2 judgements are missing, of two reviewers; nobody has judged"
    assert set(now) == set(before) | set(JUDGED)
    for q, why in now.items():
        if q not in JUDGED:
            assert why == before[q] and why.endswith("; " + nobody)
        else:
            assert missing in why
            # All that is said else was said when nobody had judged, or is the rule's evidence.
            rest = why.replace(missing, "").replace("; ; ", "; ").removesuffix("; ")
            assert q not in before or rest == before[q].removesuffix("; " + nobody)
    # What Ada said, met or not, makes no difference to any row, and her reasons stand nowhere.
    rows = {(r["work_id"], r["criterion"]): r for r in story.table("one", "screening")}
    told = [rows["w:" + lead, c] for lead, c in JUDGED]
    assert {(r["verdict"], r["judge"], r["decided_by"], r["end"]) for r in told} == {
        ("unknown", "person", "Ada", "awaiting")
    }
    texts = [p for p in story.results["one"].rglob("*") if p.suffix in (".csv", ".json", ".ris", ".bib")]
    assert len(texts) > 30
    assert not [path for path in texts if "Lehrkräfte" in path.read_text(encoding="utf-8-sig")]


def test_who_differs_is_told_both_sides(story: Story) -> None:
    asked, rows = whys(story, "both"), story.table("both", "trouble/screen")
    trouble = {(row["record_id"], row["variable"]): row["what"] for row in rows}
    assert set(trouble) == set(DIFFER) and {row["kind"] for row in rows} == {"conflict"}
    for q in DIFFER:
        ada, ben = (SAYS[letter] for letter in JUDGED[q])
        told = f"people differ (Ada: {ada}; Ben: {ben})"
        assert trouble[q].endswith(f": {told}; an adjudicator's line is needed")
        assert q == MOOT or asked[q].startswith(told)
    left = {q for q, why in whys(story, "adjudicated").items() if "people differ" in why}
    assert left - {MOOT} == {LEFT}


def test_what_changed_is_said_of_stale_decisions(story: Story) -> None:
    world, now = WORLDS["updated"], whys(story, "updated")
    rows = [row for row in story.table("updated", "trouble/screen") if row["kind"] == "stale"]
    told = Counter((row["record_id"], row["variable"], row["what"].partition(": ")[2]) for row in rows)
    wrote = {q: ["Ada", "Ben", *["Cy"] * (q in SETTLED)] for q in JUDGED}
    assert told == {
        (*q, f"{fact} changed since; decide again"): len(wrote[q]) for q, fact in world.stale.items()
    }
    for q, fact in world.stale.items():
        if q in world.asked():
            assert all(f"{who} decided before: {fact} changed since" in now[q] for who in wrote[q]), now[q]
        else:
            assert now[q].count(f": {fact} changed since; decide again") == len(wrote[q]), now[q]


def test_works_that_become_one_bring_a_conflict(story: Story) -> None:
    now = whys(story, "updated")
    rows = story.table("updated", "duplicates")
    by_cy = {(r["record_a"], r["record_b"]): r["outcome"] for r in rows if r["decided_by"] == "Cy"}
    assert by_cy == {tuple(sorted(pair[:2])): "merge" for pair in MERGED}
    for lead, other, criterion in MERGED[:2]:
        said_ = [f"{who}: {SAYS[JUDGED[r, criterion][0]]}" for who in ("Ada", "Ben") for r in (lead, other)]
        assert sorted(now[lead, criterion].partition("(")[2].partition(")")[0].split("; ")) == sorted(said_)
    # One who came round does not settle it.
    assert now[LEFT] == "people differ (Ada: met; Ben: not_met, before they agreed)"


def test_without_the_decisions_all_is_as_before(story: Story) -> None:
    """After all that, and with the data as they were."""
    first, again = (tree_hash(story.results[name]) for name in ("nobody", "again"))
    assert len(first) > 40 and sorted(first) == sorted(again)
    assert not [name for name in first if first[name] != again[name]]
