"""What a user gets wrong reads as one line each, and nothing is lost by it.

Runs of Snakemake are dear: several mistakes that don't hide each other share one.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import copy_review, jobs_run, replace, reprise, said, small, snakemake, table
from reprise.synthesis.captions import TABLES

Result = subprocess.CompletedProcess[str]
FEW = 3
CORPUS = Path("data/corpus")
ALL_RULES = "code collect dedupe describe draw report screen search tabulate typeset".split()
CONFIG = "config/config.yaml"


def few(folder: Path, rows: int = FEW) -> Path:
    """Cut the corpus to a handful of rows."""
    return small(folder, rows)


def read(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Read header and rows of a CSV."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        return list(reader.fieldnames or []), rows


def add_row(path: Path, **cells: str) -> int:
    """Append a row to a CSV file; give the number of its line."""
    header, _ = read(path)
    line = path.read_text(encoding="utf-8").count("\n") + 1
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, header, restval="", lineterminator="\n").writerow(cells)
    return line


def add_text(path: Path, text: str) -> int:
    """Append text to a file as it is; give the number of its line."""
    line = path.read_text(encoding="utf-8").count("\n") + 1
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(text)
    return line


def decide(folder: Path, name: str, **cells: str) -> int:
    """Append a line to a decision file; give its number."""
    known = {"who": "ada", "role": "reviewer", "when": "2026-11-20", "reason": "seen"}
    return add_row(folder / f"data/decisions/{name}.csv", **(known | cells))


def no_traceback(result: Result) -> None:
    """Assert that nothing of Python is shown for a user's mistake; Snakemake's own block is accepted."""
    text = said(result)
    assert "Traceback" not in text, text
    assert not re.search(r'^  File ".*", line \d+', text, re.M), text
    assert not re.search(r"^(?:\w+\.)*(?!Workflow)\w*(?:Error|Exception) in file", text.replace(
        "CalledProcessError in file", ""
    ), re.M), text  # fmt: skip


def told(result: Result) -> list[str]:
    """List the lines that the package said: those that begin with a file of the user's."""
    return [line for line in said(result).splitlines() if re.match(r"(config|data)/", line)]


def exactly(result: Result, *lines: str) -> None:
    """Assert that the package said just these lines, in whatever order, each once."""
    no_traceback(result)
    assert sorted(told(result)) == sorted(lines), said(result)


def refused(folder: Path, *lines: str) -> None:
    """Assert that `snakemake` and `reprise check` refuse the config in these words and write nothing."""
    result = snakemake(folder, "--cores", "1")
    exactly(result, *lines)
    assert result.returncode == 2, said(result)
    assert not (folder / "results").exists()
    assert jobs_run(result) == []
    checked(folder, *lines)


def checked(folder: Path, *lines: str) -> None:
    """Assert that `reprise check` says just these lines and ends with 2."""
    result = reprise(folder, "check")
    exactly(result, *lines)
    assert result.returncode == (2 if lines else 0), said(result)


def stopped(folder: Path, rule: str, *lines: str) -> None:
    """Assert that a run stops in a rule with these lines and code 1, and that `check` says the same."""
    result = snakemake(folder, "--cores", "1")
    exactly(result, *lines)
    assert result.returncode == 1, said(result)
    assert f"Error in rule {rule}:" in said(result)
    # Our lines come before Snakemake's block.
    text = said(result)
    assert max(text.index(line) for line in lines) < text.index(f"Error in rule {rule}:")
    checked(folder, *lines)


def everything_there(folder: Path) -> None:
    """Assert that each figure, table and list was written, and that rows became records."""
    for name in ("prisma", "years", "countries", "themes", "themes_by_country"):
        for suffix in ("svg", "png"):
            assert (folder / f"results/figures/{name}.{suffix}").stat().st_size > 500
    tables = {path.stem for path in (folder / "results/tables").glob("*.csv")}
    assert tables == set(TABLES)
    assert tables == {path.stem for path in (folder / "results/tables").glob("*.md")}
    for count in table(folder / "results/import_log.csv"):
        n = {k: int(count[k]) for k in ("rows", "records", "repeats", "rejected")}
        assert n["rows"] == n["records"] + n["repeats"] + n["rejected"], count
    records = [row["record_id"] for row in table(folder / "results/records.csv")]
    ledger = [row["record_id"] for row in table(folder / "results/ledger.csv")]
    assert sorted(records) == sorted(ledger)
    assert len(set(records)) == len(records)


def flow(folder: Path) -> dict[str, str]:
    """Give the numbers of the flow."""
    return {row["data"]: row["n"] for row in table(folder / "results/prisma.csv")}


# --- config


def test_config_typos_are_told_all_at_once(review: Path) -> None:
    config = review / CONFIG
    replace(config, "  start: 2015-01-01", "  strat: 2015-01-01")
    replace(config, "mode: sample", "mode: sampel")
    replace(config, "label: VOCEDplus, kind: database", "label: VOCEDplus, kind: databse")
    replace(config, "  - id: topic\n", "  - id: Topic\n")
    replace(config, "    rule: peer_review\n", "    rule: peer_reviewed\n")
    replace(config, "    USA: [US]", "    USA: [USA]")
    replace(config, "journals: data/corpus/journals.csv", "journals: ../journals.csv")
    replace(config, "figures: [svg, png, pdf]", "figures: [svg, jpg]")
    refused(
        review,
        f"{CONFIG}: window.start: is missing; add it",
        f"{CONFIG}: window.strat: unknown key; did you mean 'start'?",
        f"{CONFIG}: mode: 'sampel' is not known; did you mean 'sample'?",
        f"{CONFIG}: sources.sample.vocedplus.kind: 'databse' is not known; did you mean 'database'?",
        f"{CONFIG}: criteria[Topic].id: must be lower-case letters, digits and _, beginning with a letter",
        f"{CONFIG}: criteria[peer_review].rule: 'peer_reviewed' is not known; did you mean 'peer_review'?",
        f"{CONFIG}: coding.country_groups.USA[1]: 'USA' is no country; "
        "write two capital letters (ISO 3166), GB for the UK",
        f"{CONFIG}: journals: must be a path inside the review's folder",
        f"{CONFIG}: formats.figures[2]: 'jpg' is not known; did you mean 'png'?",
    )


def test_files_that_the_config_names_and_that_are_not_there(review: Path) -> None:
    (review / CORPUS / "eric.csv").unlink()
    (review / "config/codebook.yaml").unlink()
    (review / "data/study/published.yaml").unlink()
    replace(review / CONFIG, "journals: data/corpus/journals.csv", "journals: data/corpus/journal.csv")
    lines = [
        f"{CONFIG}: {key}: there is no file {file}; correct the name, or restore the file"
        for key, file in (
            ("sources.sample.eric.file", "data/corpus/eric.csv"),
            ("journals", "data/corpus/journal.csv"),
            ("coding.codebook", "config/codebook.yaml"),
            ("review.published", "data/study/published.yaml"),
        )
    ]
    result = snakemake(review)
    exactly(result, *lines)
    assert result.returncode == 2
    assert not (review / "results").exists()
    checked = reprise(review, "check")
    no_traceback(checked)
    assert checked.returncode == 2
    assert set(lines) <= set(told(checked))
    # One line for each mistake: what the config's lines say is not said again.
    assert len([line for line in told(checked) if "codebook.yaml" in line]) == 1, said(checked)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("  end: 2022-01-31", "  end: 2022-02-30", 18),
        ("  end: 2022-01-31", "\tend: 2022-01-31", 18),
        ("mode: sample", "mode: sample\nmode: sample", 13),
        ("  origin: ours", '  origin: "ours', None),
    ],
    ids=["no such day", "tab", "key twice", "quote"],
)
def test_what_is_no_yaml_names_its_line(review: Path, old: str, new: str, line: int | None) -> None:
    text = (review / CONFIG).read_text(encoding="utf-8")
    (review / CONFIG).write_text(text.replace(old, new, 1), encoding="utf-8")
    result = snakemake(review)
    no_traceback(result)
    assert result.returncode == 2, said(result)
    (one,) = told(result)
    assert one.startswith(f"{CONFIG} line {line}: " if line else f"{CONFIG} line "), one
    assert not (review / "results").exists()


def test_a_window_that_ends_before_it_starts(review: Path) -> None:
    replace(review / CONFIG, "  end: 2022-01-31", "  end: 2012-01-31")
    checked(
        review, f"{CONFIG}: window: start 2015-01-01 is after end 2012-01-31: exchange them"
    )  # fmt: skip


def test_a_date_that_is_none_is_told_as_the_others(review: Path) -> None:
    replace(review / CONFIG, "  start: 2015-01-01", "  start: 2021-02-30")
    result = reprise(review, "check")
    no_traceback(result)
    assert result.returncode == 2
    (one,) = told(result)
    assert one.startswith(CONFIG)
    assert "date" in one or "day" in one


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words\n"], ids=["empty", "list", "words"])
def test_a_config_that_holds_no_keys(review: Path, text: str) -> None:
    (review / CONFIG).write_text(text, encoding="utf-8")
    result = reprise(review, "check")
    no_traceback(result)
    assert result.returncode == 2
    (one,) = told(result)
    assert one.startswith(CONFIG)
    if not text:
        result = snakemake(review)
        no_traceback(result)
        assert result.returncode == 2, said(result)
        assert len(told(result)) == 1, said(result)


@pytest.mark.parametrize("day", ["2026-11-24", "'2026-11-24'", "2026", "2026-11"])
def test_the_day_of_a_search_may_be_written_plainly(review: Path, day: str) -> None:
    old = "file: data/corpus/eric.csv, searched: 2026-11,"
    replace(review / CONFIG, old, old.replace("2026-11", day))
    checked(review)


def test_two_blocks_of_one_name_are_a_mistake(review: Path) -> None:
    replace(review / CONFIG, "    - name: education\n", "    - name: credential\n")
    result = reprise(review, "check")
    assert result.returncode == 2, said(result)
    assert any("credential" in line for line in told(result))


@pytest.mark.parametrize("group", ["total", "theme"])
def test_a_country_group_named_as_a_column_is_a_mistake(review: Path, group: str) -> None:
    replace(review / CONFIG, "    USA: [US]", f"    {group}: [US]")
    result = reprise(review, "check")
    assert result.returncode == 2, said(result)
    assert any(group in line for line in told(result))


# --- codebook and study


def test_codebook_typos(review: Path) -> None:
    few(review)
    book = review / "config/codebook.yaml"
    replace(book, "  - id: social\n    label: Social", "  - id: social\n    lable: Social")
    replace(book, "      - id: critique\n", "      - id: staff\n")
    twice = "config/codebook.yaml: code 'higher_education.staff' stands twice; rename one"
    checked(
        review,
        "config/codebook.yaml: contexts[social].label: is missing; add it",
        "config/codebook.yaml: contexts[social].lable: unknown key; did you mean 'label'?",
        twice,
    )
    replace(book, "lable", "label")
    checked(review, twice)


def test_study_files(review: Path) -> None:
    studies = review / "data/study/included.csv"
    add_row(studies, title="", year="2020")
    add_row(studies, title="A study", doi="nonsense")
    replace(review / "data/study/published.yaml", "citation:", "citaton:")
    checked(
        review,
        "data/study/included.csv line 2: 'title' is empty; fill it in",
        "data/study/included.csv line 3: doi 'nonsense' is not a DOI (10.1234/...); "
        "correct it or leave it empty",
        "data/study/published.yaml: citation: is missing; add it",
        "data/study/published.yaml: citaton: unknown key; did you mean 'citation'?",
    )


# --- files that can't be used as a whole


def test_corpus_files_that_cannot_be_used(review: Path) -> None:
    few(review)
    corpus = review / CORPUS
    (corpus / "eric.csv").write_bytes(b"")
    header, _ = read(corpus / "doaj.csv")
    text = (corpus / "doaj.csv").read_text(encoding="utf-8")
    body = text.split("\n", 1)[1]
    short = [name for name in header if name != "language"]
    (corpus / "doaj.csv").write_text(",".join(short) + "\n" + body, encoding="utf-8")
    # What follows a quote left open would be lost in silence, so it stops the run.
    lost = 'open,"A title whose quote stays open,,,,\nnext,Swallowed,,,\n'
    open_quote = add_text(corpus / "semantic_scholar.csv", lost)
    text = (corpus / "pubmed.csv").read_text(encoding="utf-8")
    (corpus / "pubmed.csv").write_text(text.replace("keywords,", "keyword,", 1), encoding="utf-8")
    text = (corpus / "web.csv").read_text(encoding="utf-8")
    (corpus / "web.csv").write_text(text.replace("venue,issn", "venue,venue", 1), encoding="utf-8")
    (corpus / "crossref.csv").write_bytes(b"\xff\xfe\x00")
    (corpus / "catalogues.csv").write_bytes(",".join(header).encode() + b"\nx,\x81\x8d\x90\n")
    lines = [
        "data/corpus/eric.csv: the file is empty; write the header line (index_id,title,authors,...)",
        "data/corpus/doaj.csv line 1: column 'language' is missing; add it to the header",
        "data/corpus/pubmed.csv line 1: column 'keywords' is missing; add it to the header",
        "data/corpus/pubmed.csv line 1: column 'keyword' is not known; did you mean 'keywords'?",
        "data/corpus/web.csv line 1: column 'issn' is missing; add it to the header",
        "data/corpus/web.csv line 1: column 'venue' stands twice; keep one",
        "data/corpus/crossref.csv: begins as UTF-16 and isn't; save it as UTF-8",
        "data/corpus/catalogues.csv line 2: neither UTF-8 nor Windows-1252; save it as UTF-8",
        f"data/corpus/semantic_scholar.csv line {open_quote}: nothing can be read from here on "
        "(unexpected end of data); look at the quotation marks of this row",
    ]
    stopped(review, "collect", *lines)


def test_a_quote_left_open_in_the_header(review: Path) -> None:
    path = review / CORPUS / "eric.csv"
    path.write_text('"' + path.read_text(encoding="utf-8"), encoding="utf-8")
    result = reprise(review, "check")
    no_traceback(result)
    assert result.returncode == 2
    assert any(line.startswith("data/corpus/eric.csv line 1: ") for line in told(result)), said(result)


# --- rows and decisions with a mistake, none of which stops the run


def excel(path: Path, rows: Sequence[dict[str, str]], encoding: str) -> None:
    """Write rows as Excel might save them."""
    header, _ = read(path)
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, header, restval="")
        writer.writeheader()
        writer.writerows(rows)


HOSTILE = [
    ("a b", "<script>alert(1)</script> Micro-credentials in schools of the north", "Lee, <b>J</b>"),
    ("a;b", '=HYPERLINK("http://evil.example","micro-credentials and learning")', "@SUM(1), =2"),
    ("a/../b", "What $x$ and $\\frac{1}{2}$ of a digital badge cost a college", "O'Neil, \"Bob\""),
    ("../../etc/passwd", "A digital badge | a course | a pipe", "Pipe | Line; +1, -2"),
    ("it's", "Nanodegrees\nover two lines \"and quotes\" of students", "Two\nLines"),
    ("x" * 300, "micro-credential student " * 400, "Long, Title"),
    ("rtl", "\u202eMicro-credentials\u202c and \u200fتعليم learning", "محمد, علي"),
    ("emoji", "\U0001f393 Digital badges \U0001f469\u200d\U0001f3eb for teachers", "\U0001f600, Smile"),
    ("{{ 7*7 }}", "{{ 7*7 }} {% raw %} micro-credential course &lt;img src=x onerror=a()&gt;", "{{ x }}, y"),
    ("~1;#", "-- ; DROP TABLE micro credential course; -- & &amp; %s {0} \\textbf{x}", "~, ^"),
]  # fmt: skip


@pytest.fixture(scope="module")
def mistaken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result, dict[str, Any]]:
    """Run a review in which many rows and decisions have one mistake each, and none stops it."""
    folder = few(copy_review(tmp_path_factory.mktemp("mistaken") / "review"))
    corpus = folder / CORPUS
    where: dict[str, Any] = {}

    # Windows-1252, with accents.
    header, rows = read(corpus / "eric.csv")
    rows = rows[:2]
    rows[0] |= {"index_id": "EJ1", "title": "Micro-credentials à l’université – été"}
    rows[0] |= {"authors": "Müller, Jürgen; Guàrdia Ortiz, Zoë"}
    with (corpus / "eric.csv").open("w", encoding="cp1252", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(rows)

    doaj = corpus / "doaj.csv"
    doaj.write_text(",".join(header) + "\n", encoding="utf-8")
    good = {"title": "Digital badges in colleges", "year": "2019", "type": "article", "language": "en"}
    where["plain"] = add_row(doaj, **good, index_id="same", seen_at="https://example.org/1")
    where["repeat"] = add_row(doaj, **good, index_id="same", seen_at="https://example.org/2")
    where["other"] = add_row(doaj, **good | {"title": "Another title altogether"}, index_id="same")
    where["doi"] = add_row(doaj, **good, index_id="bad-doi", doi="doi.org/nonsense")
    where["year"] = add_row(doaj, **good | {"year": "2109"}, index_id="bad-year")
    where["old"] = add_row(doaj, **good | {"year": "19"}, index_id="short-year")
    where["untitled"] = add_row(doaj, index_id="untitled", authors="Lee, J.")
    where["wide"] = add_text(doaj, "wide,A title" + "," * (len(header) + 1) + "\n")
    where["narrow"] = add_text(doaj, "narrow,A title\n")
    where["after"] = add_row(doaj, **good, index_id="after", authors="Berg, Eva")

    # Two sources that hold a header and nothing else.
    for name in ("vocedplus", "semantic_scholar"):
        (corpus / f"{name}.csv").write_text(",".join(header) + "\n", encoding="utf-8")

    web = corpus / "web.csv"
    web.write_text(",".join(header) + "\n", encoding="utf-8")
    for own, title, authors in HOSTILE:
        add_row(web, index_id=own, title=title, authors=authors, year="2019", type="article", language="en",
                peer_reviewed="true", oa_status="gold", venue=title[:60], keywords=title[:80],
                fulltext_url="javascript:alert(1)", seen_at="javascript:alert(1)", note="=1+1")  # fmt: skip

    topic = {"stage": "screening", "variable": "topic", "value": "met"}
    where["stranger"] = decide(folder, "screening", record_id="eric:GONE", **topic)
    where["known"] = decide(folder, "screening", record_id="eric:EJ1", **topic)
    pair = {"stage": "dedupe", "variable": "doaj:GONE", "value": "merge"}
    where["pair"] = decide(folder, "duplicates", record_id="doaj:after", **pair)
    country = {"stage": "coding", "variable": "author_country", "value": "US"}
    where["code"] = decide(folder, "coding", record_id="doaj:GONE", **country)
    # Excel leaves Windows-1252, UTF-16 and lines of commas alone; a file may be empty or missing.
    decisions = folder / "data/decisions"
    listed = read(decisions / "screening.csv")[1]
    excel(
        decisions / "screening.csv",
        [r | {"who": "Zoë", "reason": "vérifié"} for r in listed] + [{}, {}],
        "cp1252",
    )
    excel(decisions / "coding.csv", read(decisions / "coding.csv")[1], "utf-16")
    (decisions / "appraisal.csv").unlink()
    result = snakemake(folder, "--cores", "2")
    return folder, result, where


def test_the_run_goes_on(mistaken: tuple[Path, Result, dict[str, Any]]) -> None:
    folder, result, _ = mistaken
    no_traceback(result)
    assert result.returncode == 0, said(result)
    assert jobs_run(result) == ALL_RULES
    everything_there(folder)


def test_each_mistake_is_told_in_one_line(mistaken: tuple[Path, Result, dict[str, Any]]) -> None:
    folder, result, where = mistaken
    doaj = "data/corpus/doaj.csv"
    columns = len(read(folder / doaj)[0])
    years = "is not a year between 1600 and 2027; correct it or leave it empty (value set aside)"
    unused = "is not among the records; the decision is not used; correct the id"
    wanted = [
        "data/corpus/eric.csv: read as Windows-1252; save it as UTF-8",
        f"{doaj} line {where['doi']}: doi 'doi.org/nonsense' is not a DOI (10.1234/...); "
        "correct it or leave it empty (value set aside)",
        f"{doaj} line {where['year']}: year '2109' {years}",
        f"{doaj} line {where['old']}: year '19' {years}",
        f"{doaj} line {where['untitled']}: has no title; a record without one can't be judged "
        "(row rejected)",
        f"{doaj} line {where['wide']}: has {columns + 3} cells where the header has {columns}; "
        "look at its commas (row rejected)",
        f"{doaj} line {where['narrow']}: has 2 cells where the header has {columns}; "
        "look at its commas (row rejected)",
        f"data/decisions/screening.csv line {where['stranger']}: record 'eric:GONE' {unused}, "
        "or leave it until the record comes back",
        f"data/decisions/duplicates.csv line {where['pair']}: record 'doaj:GONE' {unused}, "
        "or leave it until the record comes back",
        f"data/decisions/coding.csv line {where['code']}: record 'doaj:GONE' {unused}, "
        "or leave it until the record comes back",
    ]  # fmt: skip
    lines = told(result)
    assert not [line for line in wanted if lines.count(line) != 1], lines
    assert not [line for line in lines if line not in wanted], "said of what is no mistake"


def test_check_says_the_same(mistaken: tuple[Path, Result, dict[str, Any]]) -> None:
    folder, _, where = mistaken
    checked = reprise(folder, "check")
    no_traceback(checked)
    assert checked.returncode == 2
    known = told(checked)
    for place in (
        f"data/corpus/doaj.csv line {where['doi']}:",
        f"data/corpus/doaj.csv line {where['wide']}:",
        f"data/decisions/screening.csv line {where['stranger']}:",
        f"data/decisions/coding.csv line {where['code']}:",
        f"data/decisions/duplicates.csv line {where['pair']}:",
    ):
        assert len([line for line in known if line.startswith(place)]) == 1, (place, known)


def test_decisions_as_excel_leaves_them(mistaken: tuple[Path, Result, dict[str, Any]]) -> None:
    folder, _, _ = mistaken
    people = {v["decided_by"] for v in table(folder / "results/screening.csv")}
    assert {by for by in people if not by.startswith("rule ")} == {"Zoë"}
    run = json.loads((folder / "results/run.json").read_text(encoding="utf-8"))
    # Lines of commas alone are no decisions.
    assert run["decisions"]["data/decisions/screening.csv"] == 2
    assert run["decisions"]["data/decisions/coding.csv"] == 1


def test_accents_of_windows_1252_arrive(mistaken: tuple[Path, Result, dict[str, Any]]) -> None:
    folder, _, _ = mistaken
    (record,) = [r for r in table(folder / "results/records.csv") if r["record_id"] == "eric:EJ1"]
    assert record["authors"] == "Müller, Jürgen; Guàrdia Ortiz, Zoë"
    assert record["title"] == "Micro-credentials à l’université – été"
    encodings = {r["source"]: r["encoding"] for r in table(folder / "results/import_log.csv")}
    assert encodings.pop("eric") == "Windows-1252"
    assert set(encodings.values()) == {"UTF-8"}


def test_rows_are_counted_and_none_is_lost(mistaken: tuple[Path, Result, dict[str, Any]]) -> None:
    folder, _, where = mistaken
    log = {row["source"]: row for row in table(folder / "results/import_log.csv")}
    counts = ("rows", "records", "repeats", "rejected", "set_aside")
    assert [log["doaj"][c] for c in counts] == ["10", "6", "1", "3", "3"]
    assert [log["vocedplus"][c] for c in counts] == ["0"] * 5
    records = {r["record_id"]: r for r in table(folder / "results/records.csv")}
    ids = sorted(i for i in records if i.startswith("doaj:same~"))
    assert len(ids) == 2  # one id on two contents: both stay, told apart
    (merged,) = [records[i] for i in ids if records[i]["title"] == "Digital badges in colleges"]
    assert merged["origin"].count("line") == 2
    assert records["doaj:bad-doi"]["doi"] == ""
    assert records["doaj:bad-year"]["year"] == ""
    assert records["doaj:after"]["title"] == "Digital badges in colleges"
    problems = table(folder / "results/import_problems.csv")
    assert {(p["line"], p["action"]) for p in problems if p["file"].endswith("doaj.csv")} == {
        *((str(where[name]), "value set aside") for name in ("doi", "year", "old")),
        *((str(where[name]), "row rejected") for name in ("untitled", "wide", "narrow")),
    }


@pytest.mark.parametrize("name", ["stranger", "pair", "code"])
def test_a_decision_about_an_unknown_record_is_queued(
    mistaken: tuple[Path, Result, dict[str, Any]], name: str
) -> None:
    folder, _, where = mistaken
    file = {"stranger": "screening", "pair": "duplicates", "code": "coding"}[name]
    place = f"data/decisions/{file}.csv line {where[name]}:"
    needed = [row for row in table(folder / "results/decisions_needed.csv") if row["why"].startswith(place)]
    assert len(needed) == 1
    assert needed[0]["kind"] == "unknown record in a decision"


def test_what_is_hostile_is_only_text(mistaken: tuple[Path, Result, dict[str, Any]]) -> None:
    folder, _, _ = mistaken
    records = {r["record_id"]: r for r in table(folder / "results/records.csv") if r["source"] == "web"}
    assert len(records) == len(HOSTILE)
    assert not [i for i in records if ";" in i or re.search(r"\s", i)]
    for path in [*folder.glob("results/*.csv"), *folder.glob("results/tables/*.csv")]:
        for row in csv.reader(path.open(encoding="utf-8-sig", newline="")):
            for cell in row:
                assert not re.match(r"[=+@\t\r]|-(?!\d+(\.\d+)?$)", cell), (path, cell)
    page = (folder / "results/report.html").read_text(encoding="utf-8")
    for bad in ("<script>alert", "<b>J</b>", "<img src=x", 'href="javascript:', ">49 "):
        assert bad not in page, bad
    assert "{{ 7*7 }}" in page
    for path in folder.glob("results/tables/*.md"):
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text, path
        rows = [line for line in text.splitlines() if line.startswith("|")]
        widths = {len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in rows}
        assert len(widths) == 1, path
    # No id leads out of the results, and nothing was written beside them.
    assert {path.name for path in folder.iterdir()} == {
        ".snakemake", "Snakefile", "config", "data", "profiles", "results", "workflow",
    }  # fmt: skip
    included = int(flow(folder)["new_reports"])
    bib = (folder / "results/references.bib").read_text(encoding="utf-8")
    ris = (folder / "results/references.ris").read_text(encoding="utf-8")
    assert len(re.findall(r"^@", bib, re.M)) == len(re.findall(r"^TY  - ", ris, re.M)) == included
    assert included >= 5


# --- decisions that stop the run


def test_typos_in_decisions_are_told_all_at_once(review: Path) -> None:
    few(review)
    eric = f"eric:{read(review / CORPUS / 'eric.csv')[1][0]['index_id']}"
    known = {"record_id": eric, "stage": "screening", "variable": "topic", "value": "met"}
    decide(review, "screening", **known | {"value": "mett"})
    decide(review, "screening", **known | {"variable": "topics"})
    decide(review, "screening", **known | {"who": ""})
    decide(review, "screening", **known | {"role": "revewer"})
    decide(review, "screening", **known | {"when": "24.11.2026"})
    add_text(review / "data/decisions/screening.csv", "too,few\n")
    place = "data/decisions/screening.csv line"
    stopped(
        review,
        "screen",
        f"{place} 2: value 'mett' is not known; did you mean 'met'?",
        f"{place} 3: variable 'topics' is not known; did you mean 'topic'?",
        f"{place} 4: 'who' is empty; fill it in",
        f"{place} 5: role 'revewer' is not known; did you mean 'reviewer'?",
        f"{place} 6: when '24.11.2026' is not a date; write it as 2026-11-24",
        f"{place} 7: has 2 cells where the header has 10; look at its commas",
    )


def test_typos_in_the_other_decision_files(review: Path) -> None:
    few(review)
    first, second = (f"eric:{row['index_id']}" for row in read(review / CORPUS / "eric.csv")[1][:2])
    pair = {"record_id": first, "variable": second, "stage": "dedupe", "value": "merge"}
    decide(review, "duplicates", **pair | {"value": "merged"})
    decide(review, "duplicates", **pair | {"variable": first})
    decide(review, "duplicates", **pair | {"stage": "duplicates"})
    code = {"record_id": first, "stage": "coding", "variable": "theme", "value": "social.access"}
    decide(review, "coding", **code | {"value": "social.acces"})
    decide(review, "coding", **code | {"variable": "author_country", "value": "UK"})
    decide(review, "coding", **code | {"variable": "themes"})
    checked(
        review,
        "data/decisions/duplicates.csv line 2: value 'merged' is not known; did you mean 'merge'?",
        f"data/decisions/duplicates.csv line 3: variable names the record '{first}' itself; "
        "write the id of the other record",
        "data/decisions/duplicates.csv line 4: stage 'duplicates' is not known here; write 'dedupe'",
        "data/decisions/coding.csv line 2: code 'social.acces' is not in the codebook; "
        "did you mean 'social.access'?",
        "data/decisions/coding.csv line 3: code 'UK' is no country; "
        "write two capital letters (ISO 3166), GB for the UK",
        "data/decisions/coding.csv line 4: variable 'themes' is not known; did you mean 'theme'?",
    )


def test_the_appraisal_file_is_looked_at_too(review: Path) -> None:
    few(review)
    line = add_text(review / "data/decisions/appraisal.csv", "a," * 14 + "\n")
    checked(
        review,
        f"data/decisions/appraisal.csv line {line}: has 15 cells where the header has 10; look at its commas",
    )


# --- nothing to find


def test_a_review_of_1700_finds_nothing(review: Path) -> None:
    """A result of zero is a result: all is there and says so."""
    few(review)
    replace(review / CONFIG, "  start: 2015-01-01", "  start: 1700-01-01")
    replace(review / CONFIG, "  end: 2022-01-31", "  end: 1700-12-31")
    # What has no date would await a person: not here.
    text = (review / CONFIG).read_text(encoding="utf-8")
    (review / CONFIG).write_text(text.replace("unknown: awaiting", "unknown: not_met", 1), encoding="utf-8")
    result = snakemake(review, "--cores", "2")
    no_traceback(result)
    assert result.returncode == 0, said(result)
    everything_there(review)
    numbers = flow(review)
    assert int(numbers["database_results"]) > 0
    for name in ("records_screened", "dbr_sought_reports", "dbr_assessed", "new_studies", "new_reports"):
        assert numbers[name] == "0", name
    assert not [n for name, n in numbers.items() if "awaiting" in name and n != "0"]
    page = (review / "results/report.html").read_text(encoding="utf-8")
    assert re.search(r"\b(no|0|none)\b[^<]{0,60}\b(included|met|stud)", page, re.I), page[:3000]
    assert "1700-01-01" in page
    assert table(review / "results/tables/included_studies.csv") == []
    assert table(review / "results/tables/years.csv")[0]["year"] == "1700"


def test_sources_without_a_row(review: Path) -> None:
    """Header lines alone are no mistake: no record, no decision, nothing said, everything written."""
    small(review, 0)
    result = snakemake(review, "--cores", "2")
    no_traceback(result)
    assert result.returncode == 0, said(result)
    everything_there(review)
    numbers = flow(review).items()
    counts = {n for name, n in numbers if not name.endswith(("reasons", "specific_results", "_excluded"))}
    assert counts <= {"0", "", "NA"}
    for row in table(review / "results/import_log.csv"):
        assert [row[c] for c in ("rows", "records", "repeats", "rejected")] == ["0"] * 4
    exactly(result)
    checked(review)
