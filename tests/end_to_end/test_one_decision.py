"""One decision more: every number that must change does, everywhere it stands, and nothing else.

A person finds the full text of a work that waits for it, so that it is included. What that does to each
table is worked out here from the work's own facts as they stood before, with none of the project's code.
"""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from conftest import copy_review, jobs_run, said, snakemake, table

Row = dict[str, str]
Rows = list[Row]
WHO, WHEN = "AB", "2026-11-24"
COUNTRIES = {"USA": "United States", "Australia": "Australia", "Canada": "Canada"}  # groups of one country
WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()
TALL = "null én to tre fire fem seks sju åtte ni ti elleve tolv".split()
FIGURES = set(
    "prisma years countries country_map themes themes_by_country themes_over_time theme_cooccurrence "
    "source_overlap".split()
)
FLOW = {
    "dbr_assessed": 1, "new_studies": 1, "new_reports": 1, "total_studies": 1, "total_reports": 1,
    "db_awaiting_retrieval": -1,
}  # fmt: skip
MOVE = {"included": 1, "awaiting": -1}


class Work(NamedTuple):
    """What the results before the decision say of the work that it is about."""

    id: str
    lead: str
    facts: Row
    group: str
    studied: str
    first: str
    context: str
    theme: str
    code: str
    sources: list[str]


class Runs(NamedTuple):
    """Results before and after, the work, and how many works are included, await, and are there in all."""

    before: Path
    after: Path
    work: Work
    included: int
    awaiting: int
    works: int


def told(results: Path, name: str) -> Rows:
    """Read a table; its source line, which names the run, stands aside."""
    path = results / ("tables" if (results / f"tables/{name}.csv").exists() else "") / f"{name}.csv"
    return [{k: v for k, v in row.items() if k != "source_line"} for row in table(path)]


def leads(results: Path) -> Rows:
    return [row for row in table(results / "ledger.csv") if row["lead"] == "true"]


def find_work(results: Path, codebook: Path) -> Work:
    """Find a work of a database that waits for its full text alone, of one known country and theme."""
    labels = {
        f"{context['id']}.{theme['id']}": (context["label"], theme["label"])
        for context in yaml.safe_load(codebook.read_text(encoding="utf-8"))["contexts"]
        for theme in context["themes"]
    }
    codes: dict[str, dict[str, list[str]]] = {}
    for row in table(results / "coding.csv"):
        codes.setdefault(row["work_id"], {}).setdefault(row["variable"], []).append(row["code"])
    facts = {row["work_id"]: row for row in told(results, "awaiting")}
    for row in sorted(leads(results), key=lambda r: r["work_id"]):
        if (row["end"], row["stage"], row["reasons"]) != ("awaiting", "retrieval", "full_text"):
            continue
        code = codes[row["work_id"]]
        if (
            row["column"] == "databases"
            and len(code["author_country"]) == len(code["studied_country"]) == len(code["theme"]) == 1
            and COUNTRIES.keys() >= {*code["author_group"], *code["studied_group"]}
            and code["theme"][0] in labels
        ):
            about = facts[row["work_id"]]
            records = set(about["record_ids"].split("; "))
            sources = {r["source"] for r in table(results / "records.csv") if r["record_id"] in records}
            order = [r["source"] for r in told(results, "source_overlap")]
            return Work(
                row["work_id"], row["record_id"], about, code["author_group"][0], code["studied_group"][0],
                code["first_author_group"][0], *labels[code["theme"][0]], code["theme"][0],
                sorted(sources, key=order.index),
            )  # fmt: skip
    raise AssertionError("the bundled review has no such work any more: choose another decision")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    review = copy_review(tmp_path_factory.mktemp("decision") / "review")
    done = snakemake(review)
    assert done.returncode == 0, said(done)
    before = review.parent / "before"
    shutil.copytree(review / "results", before)
    work = find_work(before, review / "config" / "codebook.yaml")
    with (review / "data/decisions/screening.csv").open("a", encoding="utf-8") as file:
        file.write(f"{work.lead},retrieval,full_text,met,,{WHO},reviewer,{WHEN},,\n")
    done = snakemake(review)
    assert done.returncode == 0, said(done)
    assert not {"search", "collect", "dedupe"} & set(jobs_run(done)), "nothing before screening reads it"
    ends = Counter(row["end"] for row in leads(before))
    return Runs(before, review / "results", work, ends["included"], ends["awaiting"], len(leads(before)))


# --- the tables


def moved(rows: Rows, where: Row, change: Mapping[str, int | str]) -> Rows:
    """Change one row: a number is added to the cell, a word replaces it."""
    hits = [row for row in rows if where.items() <= row.items()]
    assert len(hits) == 1, f"{len(hits)} rows are {where}"
    new = dict(hits[0])
    for column, by in change.items():
        old = new[column]
        new[column] = (
            by if isinstance(by, str) else f"{float(old) + by:.1f}" if "." in old else str(int(old) + by)
        )
    return [new if row is hits[0] else row for row in rows]


def years(rows: Rows, runs: Runs) -> Rows:
    return moved(rows, {"year": runs.work.facts["year"]}, MOVE)


def venues(rows: Rows, runs: Runs) -> Rows:
    return moved(rows, {"venue": runs.work.facts["venue"]}, MOVE)


def themes(rows: Rows, runs: Runs) -> Rows:
    return moved(rows, {"context": runs.work.context, "theme": runs.work.theme}, MOVE)


def themes_by_year(rows: Rows, runs: Runs) -> Rows:
    w = runs.work
    return moved(rows, {"context": w.context, "theme": w.theme, "year": w.facts["year"]}, MOVE)


def themes_by_country(rows: Rows, runs: Runs) -> Rows:
    w = runs.work
    for status, by in MOVE.items():
        where = {"status": status, "context": w.context, "theme": w.theme}
        rows = moved(rows, where, {w.group: by, "total": by})
    return rows


def theme_cooccurrence(rows: Rows, runs: Runs) -> Rows:
    """Add to a theme's works; the awaiting stand together with the included before and after."""
    return moved(rows, {"status": "included", "code": runs.work.code}, {runs.work.code: 1})


def countries(rows: Rows, runs: Runs) -> Rows:
    w = runs.work
    for rule, group in (
        ("country of authors", w.group),
        ("country of the first author", w.first),
        ("country studied", w.studied),
    ):
        rows = moved(rows, {"country_rule": rule, "group": group}, MOVE)
    return rows


def country_counts(rows: Rows, runs: Runs) -> Rows:
    w = runs.work
    for way, group in (
        ("full", w.group), ("fractional", w.group), ("first_author", w.first), ("studied", w.studied),
    ):  # fmt: skip
        country = COUNTRIES.get(group, group)
        rows = moved(rows, {"country": country}, {f"{way}_{end}": by for end, by in MOVE.items()})
    return rows


def source_overlap(rows: Rows, runs: Runs) -> Rows:
    for source in runs.work.sources:
        rows = moved(rows, {"source": source}, {"included": 1})
    return rows


def source_sets(rows: Rows, runs: Runs) -> Rows:
    return moved(rows, {"sources": "; ".join(runs.work.sources)}, {"included": 1})


def capture_recapture(rows: Rows, runs: Runs) -> Rows:
    mine = set(runs.work.sources)
    for row in rows:
        if row["works"] == "included":
            pair = set(row["sources"].split(", "))
            common = len(mine) if pair == {"all"} else len(mine & pair)
            seen = {"seen": 1, "in_one": int(common == 1), "in_two": int(common == 2)}
            rows = moved(rows, row, seen) if common else rows
    return rows


def restrictions(rows: Rows, runs: Runs) -> Rows:
    (row,) = (r for r in rows if r["criterion"] == "full_text")
    share = f"{100 * (int(row['unknown']) - 1) / runs.works:.1f}"
    return moved(rows, {"criterion": "full_text"}, {"met": 1, "unknown": -1, "unknown_percent": share})


def automation(rows: Rows, runs: Runs) -> Rows:
    change: dict[str, int | str] = {"by_people": 1, "open": -1, "people": f"{WHO}: 1"}
    change |= {"false_exclusions": "0", "sensitivity": "100.0", "sensitivity_counts": "1 of 1"}
    return moved(rows, {"kind": "screening", "item": "full_text"}, change)


def rules_against_people(rows: Rows, runs: Runs) -> Rows:
    change: dict[str, int | str] = {"judged_by_people": 1, "rule_unknown": 1}
    # Wilson's interval for one of one.
    change |= {"sensitivity": "100.0", "sensitivity_counts": "1 of 1"}
    change |= {"sensitivity_low": f"{100 / (1 + 1.96**2):.1f}", "sensitivity_high": "100.0"}
    (note,) = (r["note"] for r in told(runs.after, "rules_against_people") if r["criterion"] == "full_text")
    return moved(rows, {"criterion": "full_text"}, {**change, "note": note})


def appraisal(rows: Rows, runs: Runs) -> Rows:
    return moved(rows, {"judgement": "not appraised"}, {"included": 1})


def retrieval(rows: Rows, runs: Runs) -> Rows:
    found = {"outcome": "obtained by person", "where": "", "who": WHO, "when": WHEN, "note": ""}
    return moved(rows, {"work_id": runs.work.id}, found)


def awaiting(rows: Rows, runs: Runs) -> Rows:
    return [row for row in rows if row["work_id"] != runs.work.id]


def included_studies(rows: Rows, runs: Runs) -> Rows:
    w, columns = runs.work, list(rows[0])
    new = {column: w.facts[column] for column in columns if column in w.facts}
    new |= {"author_countries": COUNTRIES[w.group], "studied_countries": COUNTRIES[w.studied]}
    new |= {"author_group": w.group, "first_author_group": w.first, "studied_group": w.studied}
    new |= {"themes": w.code, "appraisal": "not appraised", "sources": "; ".join(w.sources)}
    return [*rows, {**new, "decided_by": WHO}]


def replication(rows: Rows, runs: Runs) -> Rows:
    rows = moved(rows, {"measure": "included studies"}, {"reproduced": 1})
    for rule, group in (
        ("country of authors", runs.work.group),
        ("country of the first author", runs.work.first),
        ("country studied", runs.work.studied),
    ):
        rows = moved(rows, {"measure": f"{group}, by {rule}"}, {"reproduced": 1})
    return rows


def prisma(rows: Rows, runs: Runs) -> Rows:
    for name, by in FLOW.items():
        rows = moved(rows, {"data": name}, {"n": by})
    return rows


CHANGES: dict[str, Callable[[Rows, Runs], Rows]] = {
    f.__name__: f
    for f in (
        years, venues, themes, themes_by_year, themes_by_country, theme_cooccurrence, countries,
        country_counts, source_overlap, source_sets, capture_recapture, restrictions, automation,
        rules_against_people, appraisal, retrieval, awaiting, included_studies, replication, prisma,
    )
}  # fmt: skip
UNCHANGED = set(
    "agreement codebook_diagnostics enrichment excluded_studies imports known_items query_fidelity "
    "query_terms search_log theme_review".split()
)


def as_set(rows: Rows) -> list[tuple[tuple[str, str], ...]]:
    """Forget the order: some tables are sorted by their numbers."""
    return sorted(tuple(sorted(row.items())) for row in rows)


def test_every_table_is_named_here(runs: Runs) -> None:
    assert {path.stem for path in (runs.after / "tables").glob("*.csv")} == {
        *CHANGES, *UNCHANGED
    } - {"prisma", "replication"}  # fmt: skip


@pytest.mark.parametrize("name", [*CHANGES, *sorted(UNCHANGED)])
def test_tables(runs: Runs, name: str) -> None:
    """Each number is what the work's facts make of the number before."""
    change = CHANGES.get(name, lambda rows, runs: rows)
    assert as_set(told(runs.after, name)) == as_set(change(told(runs.before, name), runs))


# --- the files


def text(path: Path) -> str:
    """Give what a file says, without the run's id; of a Word or Excel file, what its parts say."""
    if path.suffix in (".docx", ".xlsx"):
        with zipfile.ZipFile(path) as archive:
            data = b"".join(archive.read(name) for name in sorted(archive.namelist()))
    else:
        data = path.read_bytes()
    run = json.loads((root(path) / "provenance.json").read_text(encoding="utf-8"))["run_id"]
    data = data.replace(rb"\allowbreak{}", b"") if path.suffix == ".tex" else data
    return data.replace(run.encode(), b"RUN").decode("utf-8", errors="replace")


def root(path: Path) -> Path:
    return next(folder for folder in path.parents if (folder / "provenance.json").exists())


def test_no_other_file_changed(runs: Runs) -> None:
    """A PNG and a PDF are the picture of the SVG; the run's id is drawn in them."""
    files = [p.relative_to(runs.after) for p in sorted(runs.after.rglob("*")) if p.is_file()]
    changed = {p.as_posix() for p in files if text(runs.before / p) != text(runs.after / p)}
    tables = set(CHANGES) - {"prisma", "replication"}
    expected = {f"tables/{name}.{end}" for name in tables for end in ("csv", "md", "tex", "docx", "xlsx")}
    expected |= {f"figures/{name}.svg" for name in FIGURES}
    expected |= {f"exchange/{kind}.{end}" for kind in ("included", "awaiting", "all")
                 for end in ("ris", "bib", "json", "nbib")}  # fmt: skip
    expected |= {
        "ledger.csv", "screening.csv", "screening.parquet", "decisions_needed.csv", "decisions_needed.ris",
        "prisma.csv", "replication.csv", "included.apa.md", "references.bib", "references.ris", "methods.md",
        "summary.en.md", "summary.nb.md", "report.html", "run.json", "ro-crate-metadata.json",
        "plan/screen.json",
    }  # fmt: skip
    assert {name for name in changed if not name.endswith((".png", ".pdf"))} == expected


def test_ledger_and_queue(runs: Runs) -> None:
    change: dict[str, int | str] = {"end": "included", "stage": "included", "reason": "", "reasons": ""}
    change |= {"judge": "person", "decided_by": WHO}
    before = told(runs.before, "ledger")
    assert told(runs.after, "ledger") == moved(before, {"record_id": runs.work.lead}, change)
    assert told(runs.after, "decisions_needed") == [
        row
        for row in told(runs.before, "decisions_needed")
        if (row["work_id"], row["variable"]) != (runs.work.id, "full_text")
    ]


def test_counts_of_the_run(runs: Runs) -> None:
    old, new = (json.loads((p / "run.json").read_text(encoding="utf-8"))["counts"] for p in runs[:2])
    assert {name: new[name] - old[name] for name in old if new[name] != old[name]} == FLOW


def test_exchange(runs: Runs) -> None:
    """The work goes from one file to the other; among all works it alone says something new."""

    def entries(results: Path, kind: str) -> dict[str, Any]:
        items = json.loads((results / f"exchange/{kind}.json").read_text(encoding="utf-8"))
        return {item["id"]: item for item in items}

    old, new = ({k: entries(p, k) for k in ("included", "awaiting", "all", "excluded")} for p in runs[:2])
    (mine,) = new["included"].keys() - old["included"].keys()
    assert new["included"] == {**old["included"], mine: new["included"][mine]}
    assert old["awaiting"] == {**new["awaiting"], mine: old["awaiting"][mine]}
    assert [i for i in old["all"] if old["all"][i] != new["all"][i]] == [mine]
    for kind, by in (("included", 1), ("awaiting", -1), ("all", 0)):
        for ending, mark in (("ris", "\nER  -"), ("bib", "\n@"), ("nbib", "\nTI  -")):
            times = [("\n" + text(p / f"exchange/{kind}.{ending}")).count(mark) for p in runs[:2]]
            assert times == [len(old[kind]), len(old[kind]) + by], (kind, ending)


# --- prose, figures and the page: the words that went, and those that came


def words(path: Path) -> Counter[str]:
    return count(text(path))


def count(said: str) -> Counter[str]:
    return Counter(re.findall(r"\d+(?:[.,]\d+)*|[^\W\d_]+", said))


def differ(before: Counter[str], after: Counter[str]) -> tuple[dict[str, int], dict[str, int]]:
    return dict(before - after), dict(after - before)


def flow(results: Path) -> Row:
    return {row["data"]: row["n"] for row in told(results, "prisma")}


def net(*pairs: tuple[object, object]) -> tuple[dict[str, int], dict[str, int]]:
    """Give what `differ` gives if each first word became the second."""
    return differ(Counter(str(a) for a, _ in pairs), Counter(str(b) for _, b in pairs))


def test_methods(runs: Runs) -> None:
    before, after = ({r["criterion"]: r for r in told(p, "restrictions")} for p in (runs.before, runs.after))
    old, new = before["full_text"], after["full_text"]
    n = {name: int(value) for name, value in flow(runs.before).items() if value.isdigit()}
    sought = n["dbr_assessed"] + n["other_assessed"]
    waiting = n["db_awaiting_retrieval"] + n["om_awaiting_retrieval"]
    assert differ(words(runs.before / "methods.md"), words(runs.after / "methods.md")) == net(
        ("0", "1"),  # by people alone
        (old["met"], new["met"]),
        (old["unknown"], new["unknown"]),
        (waiting, waiting - 1),  # still to be retrieved
        (sought, sought + 1),  # assessed
        (runs.included, runs.included + 1),
        (runs.awaiting, runs.awaiting - 1),
    )


@pytest.mark.parametrize(("language", "numbers", "point"), [("en", WORDS, "."), ("nb", TALL, ",")])
def test_summaries(runs: Runs, language: str, numbers: list[str], point: str) -> None:
    """Percent, and the counts of country and theme in words; who read what they count changes its wording."""

    def share(n: int) -> str:
        return f"{100 * n / runs.works:.1f}".replace(".", point)

    def pair(name: str, where: Row) -> tuple[str, str]:
        (n,) = (int(r["included"]) for r in told(runs.before, name) if where.items() <= r.items())
        return numbers[n], numbers[n + 1]

    w, n = runs.work, runs.included
    went, came = differ(words(runs.before / f"summary.{language}.md"),
                        words(runs.after / f"summary.{language}.md"))  # fmt: skip

    def countries(results: Path) -> Counter[str]:
        """Countries of equal count stand together behind one number."""
        rows = told(results, "country_counts")
        known = {int(r["full_included"]) for r in rows if r["country"] != "unknown"} - {0}
        return Counter(numbers[k] for k in known)

    pairs = [(n, n + 1), (share(n), share(n + 1)), (runs.awaiting, runs.awaiting - 1)]
    pairs.append(pair("themes", {"theme": w.theme}))
    expected = differ(
        Counter(str(a) for a, _ in pairs) + countries(runs.before),
        Counter(str(b) for _, b in pairs) + countries(runs.after),
    )
    known = {*numbers, str(n)}  # by rules alone: n of n before, n of n + 1 now

    def counts(told: dict[str, int]) -> dict[str, int]:
        return {word: times for word, times in told.items() if word[0].isdigit() or word in known}

    assert (counts(went), counts(came)) == (
        {word: times for word, times in expected[0].items() if word != str(n)},
        expected[1],
    )


def svg_words(path: Path) -> Counter[str]:
    return count(" ".join(re.findall(r">([^<]+)<", text(path))))


def cells(runs: Runs, name: str, columns: str = "") -> list[tuple[str, str]]:
    """Give the cells of a table that changed, before and after, of the columns that match."""
    before = told(runs.before, name)
    after = [(i, row) for i, row in enumerate(CHANGES[name](before, runs))]
    return [
        (old[column], new[column])
        for (_, new), old in zip(after, before, strict=True)
        for column in old
        if old[column] != new[column] and re.fullmatch(columns or ".*", column)
    ]


# How often a figure says each number: drawn, and in the description for screen readers. The map draws none;
# the themes over time draw one sum for each theme; pairs of themes the works of each, in the labels alone.
@pytest.mark.parametrize(
    ("name", "shown", "columns", "times"),
    [
        ("years", "years", "", 2), ("countries", "countries", "", 2),
        ("country_map", "country_counts", "full_.*", 1), ("themes", "themes", "", 2),
        ("themes_by_country", "themes_by_country", "", 2),
        ("theme_cooccurrence", "themes", "", 1),
    ],
)  # fmt: skip
def test_figures(runs: Runs, name: str, shown: str, columns: str, times: int) -> None:
    went = differ(*(svg_words(p / f"figures/{name}.svg") for p in (runs.before, runs.after)))
    assert went == net(*cells(runs, shown, columns) * times, *whole(runs) * 2)


def whole(runs: Runs) -> list[tuple[object, object]]:
    """Give what n is, under each figure and in its description."""
    return [(runs.included, runs.included + 1), (runs.awaiting, runs.awaiting - 1)]


def test_figure_of_sources(runs: Runs) -> None:
    """Of each set drawn and in the description, of each source drawn alone, and of all in the key."""
    went = differ(*(svg_words(p / "figures/source_overlap.svg") for p in (runs.before, runs.after)))
    key = [(runs.included, runs.included + 1), (runs.works - runs.included, runs.works - runs.included - 1)]
    sources = cells(runs, "source_overlap", "included")
    assert went == net(*cells(runs, "source_sets") * 2, *sources, *key)


def test_figure_over_time(runs: Runs) -> None:
    """Of each year in the description alone; their sum beside the theme."""
    went = differ(*(svg_words(p / "figures/themes_over_time.svg") for p in (runs.before, runs.after)))
    assert went == net(*cells(runs, "themes_by_year"), *cells(runs, "themes"), *whole(runs) * 2)


def test_flow_in_the_figure(runs: Runs) -> None:
    """Twice each: in its box, and in the description."""
    went = differ(*(svg_words(p / "figures/prisma.svg") for p in (runs.before, runs.after)))
    drawn = [name for name in FLOW if not name.startswith("total_")]  # equal where nothing came before
    before, after = flow(runs.before), flow(runs.after)
    assert went == net(*[(before[n], after[n]) for n in drawn] * 2)


# --- the page


class Page(HTMLParser):
    """A report: its words outside tables and pictures, the cells of each table, and its data."""

    def __init__(self, results: Path) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.name = ""
        self.said: list[str] = []
        self.rows: dict[str, list[str]] = {}
        self.data: dict[str, Any] = {}
        self.feed(text(results / "report.html"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("svg", "td", "script", "style"):
            self.inside.append(tag)
        self.name = dict(attrs).get("data-table") or ("" if tag == "h3" else self.name)
        if tag == "td":
            self.rows.setdefault(self.name, []).append("")

    def handle_endtag(self, tag: str) -> None:
        if self.inside and tag == self.inside[-1]:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if self.inside[-1:] == ["td"]:
            self.rows[self.name][-1] += data.strip()
        elif not self.inside:
            self.said.append(data)
        elif self.inside[-1] == "script" and data.startswith("{"):
            self.data = json.loads(data)

    def table(self, name: str) -> Rows:
        """Read a table as the script does: the cells are places in one list of words."""
        held = self.data["tables"][name]
        return [
            dict(zip(held["keys"], (self.data["strings"][i] for i in row), strict=True))
            for row in held["rows"]
        ]

    def box(self, name: str) -> Counter[str]:
        ids = [self.data["strings"][row[0]] for row in self.data["records"]["rows"]]
        return Counter(ids[i] for part in self.data["boxes"][name] if not part[2] for i in part[1])


@pytest.fixture(scope="module")
def pages(runs: Runs) -> tuple[Page, Page]:
    return Page(runs.before), Page(runs.after)


def numbers_of(cells: Iterable[str]) -> list[str]:
    return [plain for cell in cells if (plain := cell.replace(",", "")).isdigit()]


@pytest.mark.parametrize("name", sorted({*CHANGES, *UNCHANGED} - {"prisma"}))
def test_tables_of_the_page(runs: Runs, pages: tuple[Page, Page], name: str) -> None:
    """The page's tables are the files; those that stand in it without scripts say the same numbers."""
    rows = told(runs.after, name)
    assert pages[1].table(name) == rows
    stands = numbers_of(pages[1].rows.get(name, []))
    if stands:
        once = numbers_of(cell for row in rows for cell in row.values())
        assert len(stands) % len(once) == 0 and stands == once * (len(stands) // len(once))


def test_boxes_of_the_flow(runs: Runs, pages: tuple[Page, Page]) -> None:
    """The work's record joins or leaves just the boxes whose number changes."""
    changes = {
        name: (dict(new - old), dict(old - new))
        for name in pages[0].data["boxes"]
        if (old := pages[0].box(name)) != (new := pages[1].box(name))
    }
    mine = {runs.work.lead: 1}
    boxes = pages[0].data["boxes"]
    assert changes == {n: (mine, {}) if by > 0 else ({}, mine) for n, by in FLOW.items() if n in boxes}
    assert {"dbr_assessed", "db_awaiting_retrieval", "new_studies"} <= changes.keys()


def test_words_of_the_page(runs: Runs, pages: tuple[Page, Page]) -> None:
    n, left = (runs.included, runs.included + 1), (runs.awaiting, runs.awaiting - 1)
    went = differ(*(count(" ".join(page.said)) for page in pages))
    assert went == net(
        n, left,  # on top
        n,  # below the flow: read by no person
        left,  # in the sentence after it
        n,  # n of the included studies
        left, left,  # rows of the awaiting, and n
        ("0", "1"),  # lines in the file of decisions
    )  # fmt: skip
