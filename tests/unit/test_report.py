"""The report: one page that needs nothing, lets nothing run, and says what it does not know."""

from __future__ import annotations

import copy
import json
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from reprise.csvfiles import write_rows
from reprise.synthesis import prisma
from reprise.synthesis.captions import FIGURES, TABLES
from reprise.synthesis.report import render, report, source_hash

Render = Callable[..., str]
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> {{ 7 * 7 }} </title></style>"
ABOUT = {
    "run_id": "1a2b3c4d5e6f", "version": "0.1.0", "mode": "sample", "sample": True, "searched": "2026-11",
    "published": {"citation": "C. (2023).", "doi": "10.1000/p", "source": "a note", "country_rule": "r",
                  "not_stated": ["the list"]},
    "window": {"start": "2015-01-01", "end": "2022-01-31"},
    "source_line": "Reprise 0.1.0, run 1a2b3c4d5e6f; window 2015-01-01 to 2022-01-31; searched 2026-11",
}  # fmt: skip
NAMES = [row["data"] for row in prisma.template_rows(defaultdict(str))]
FLOW = {name: "0" for name in NAMES if name != "NA"} | {
    "database_results": "31", "website_results": "11", "duplicates": "4", "om_repeats": "2",
    "excluded_automatic": "5", "db_awaiting_verdict": "7", "om_awaiting_retrieval": "1",
    "new_reports": "13", "new_studies": "12", "read_by_no_person": "9",
    "dbr_excluded": "Design, 2", "database_specific_results": "ERIC, 31",
}  # fmt: skip


class Page(HTMLParser):
    """What of a page could run, load or lead elsewhere."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def attributes(self, name: str) -> list[str]:
        return [value or "" for _, attrs in self.tags for key, value in attrs.items() if key == name]


@pytest.fixture
def made(protocol: dict[str, Any]) -> Render:
    def made(
        flow: dict[str, str] | None = None,
        tables: dict[str, list[dict[str, str]]] | None = None,
        replication: list[dict[str, str]] | None = None,
        told: dict[str, Any] = protocol,
        decisions: dict[str, int] | None = None,
        about: dict[str, Any] = ABOUT,
        trouble: Sequence[str] = (),
    ) -> str:
        return render(
            about, told, FLOW | (flow or {}), {name: [] for name in TABLES} | (tables or {}),
            dict.fromkeys(FIGURES, "data:image/svg+xml;base64,AAAA"), replication or [],
            decisions or {"data/decisions/screening.csv": 0}, trouble,
        )  # fmt: skip

    return made


def included(**cells: str) -> dict[str, list[dict[str, str]]]:
    row = {"authors": "Ng, Ada", "year": "2020", "title": "Badges", "doi": "", "url": "", **cells}
    return {"included_studies": [row]}


def numbers(page: str) -> dict[str, str]:
    return dict(re.findall(r"<dt>([^<]*)</dt><dd>(\d+)</dd>", page))


def test_the_head_of_the_page_gives_the_numbers_of_the_flow(made: Render) -> None:
    assert numbers(made()) == {
        "Records": "42",
        "Works": "36",
        "Included": "13",
        "Included, read by no person": "9",
        "Awaiting a decision": "8",
    }


def test_every_table_and_figure_stands_with_number_title_and_source(made: Render) -> None:
    text = " ".join(Page(made()).text.split())
    for number, caption in enumerate(TABLES.values(), start=1):
        assert f"Table {number}. {caption.title}" in text
    for number, caption in enumerate(FIGURES.values(), start=1):
        assert f"Figure {number}. {caption.title}" in text
    assert text.count(ABOUT["source_line"]) >= len(TABLES) + len(FIGURES)


def test_every_picture_says_what_it_shows(made: Render) -> None:
    pictures = [attrs for tag, attrs in Page(made()).tags if tag == "img"]
    assert len(pictures) == len(FIGURES)
    assert all(attrs["alt"] for attrs in pictures)


# --- safety


def test_nothing_on_the_page_may_run_or_be_loaded(made: Render) -> None:
    page = Page(made(tables=included(doi="10.1000/x", url="https://example.org")))
    (policy,) = (
        attrs["content"] for tag, attrs in page.tags
        if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy"
    )  # fmt: skip
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe-eval" not in policy
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "iframe", "object", "embed", "link", "form", "base"}
    assert all(src.startswith("data:image/") for src in page.attributes("src"))
    assert not [key for _, attrs in page.tags for key in attrs if key.startswith("on")]


def test_hostile_text_is_shown_and_does_nothing(made: Render, protocol: dict[str, Any]) -> None:
    told = copy.deepcopy(protocol)
    told["review"] |= {"title": HOSTILE, "question": HOSTILE}
    told["criteria"][0]["question"] = HOSTILE
    told["query"]["blocks"][0] = {"name": HOSTILE, "terms": [HOSTILE]}
    told["query"]["exclude"] = {"name": HOSTILE, "terms": [HOSTILE]}
    html = made(
        told=told,
        tables=included(title=HOSTILE, authors=HOSTILE, doi=HOSTILE, url=HOSTILE)
        | {"venues": [{HOSTILE: "1"}]},
        replication=[{"measure": HOSTILE, "published": "1"}],
        decisions={HOSTILE: 3},
        about={**ABOUT, "source_line": HOSTILE},
    )
    page = Page(html)
    assert "script" not in {tag for tag, _ in page.tags}
    assert "onerror" not in {key for _, attrs in page.tags for key in attrs}
    assert "49" not in page.text
    assert page.text.count("<script>alert(1)</script>") >= 10


@pytest.mark.parametrize(
    ("column", "value", "href"),
    [
        ("doi", "10.1000/x", "https://doi.org/10.1000/x"),
        ("url", "https://example.org/a; https://b", "https://example.org/a"),
        ("url", "http://example.org/a", "http://example.org/a"),
        ("url", "javascript:alert(1)", None),
        ("url", "data:text/html,x", None),
        ("url", "JAVASCRIPT:alert(1)//https://", None),
        ("url", "//example.org", None),
        ("doi", "javascript:alert(1)", None),
        ("title", "https://example.org", None),
    ],
)
def test_only_dois_and_web_addresses_lead_anywhere(
    made: Render, column: str, value: str, href: str | None
) -> None:
    page = Page(made(tables=included(**{column: value})))
    published = "https://doi.org/10.1000/p"
    outside = [h for h in page.attributes("href") if not h.startswith("#") and h != published]
    assert outside == ([href] if href else [])


def test_links_tell_the_other_side_nothing(made: Render) -> None:
    page = Page(made(tables=included(doi="10.1000/x")))
    links = [attrs for tag, attrs in page.tags if tag == "a" and (attrs["href"] or "").startswith("http")]
    assert [attrs.get("rel") for attrs in links] == ["noreferrer"] * 2


def test_links_inside_the_page_lead_to_places_that_are_there(made: Render) -> None:
    page = Page(made())
    inside = [href[1:] for href in page.attributes("href") if href.startswith("#")]
    assert inside
    assert set(inside) <= set(page.attributes("id"))


# --- what it says


def notices(page: str) -> str:
    return " ".join(re.findall(r'<p class="note">(.*?)</p>', page, re.DOTALL))


def test_a_sample_says_that_it_is_one(made: Render, protocol: dict[str, Any]) -> None:
    assert "not comparable" in notices(made())
    assert "This is a sample" not in notices(made(about={**ABOUT, "sample": False}))


def test_no_included_study_is_said_with_how_many_await(made: Render) -> None:
    said = notices(made(flow={"new_reports": "0"}))
    assert "No study is included" in said
    assert "8 await" in said
    assert "No study is included" not in notices(made())


def test_no_records_at_all_is_said(made: Render) -> None:
    assert "no record" in notices(made(flow=dict.fromkeys(FLOW, "0")))


def test_a_table_without_rows_says_so_and_a_long_one_is_folded(made: Render) -> None:
    assert made().count("<p>No rows.</p>") >= len(TABLES)
    long = [{"venue": f"J{i}", "included": "1"} for i in range(40)]
    html = made(tables={"venues": long})
    assert html.count("<details") == 1
    assert "40 rows" in html
    assert re.search(r">\s*J39\s*</t[dh]>", html)


def test_the_name_of_a_country_group_keeps_its_spelling(made: Render) -> None:
    html = made(tables={"themes_by_country": [{"status": "included", "USA": "1"}]})
    assert re.search(r"<th[^>]*>\s*USA\s*</th>", html)


def test_criteria_and_terms_of_the_protocol_are_told(made: Render) -> None:
    text = Page(made()).text
    for words in ("Peer reviewed?", "micro-credential*", "ours", "2015-01-01", "2022-01-31", "1a2b3c4d5e6f"):
        assert words in text


# --- the files


@pytest.fixture
def inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Write what the stage before leaves behind."""
    monkeypatch.chdir(tmp_path)
    Path("Snakefile").write_text("# rules\n", encoding="utf-8")
    write_rows("prisma.csv", prisma.COLUMNS, prisma.template_rows(FLOW | {"NA": "NA"}))
    write_rows("replication.csv", ("measure",), [])
    Path("provenance.json").write_text(json.dumps(ABOUT), encoding="utf-8")
    write_rows("trouble.csv", ("what",), [{"what": "a line to look at"}])
    Path("manifest.json").write_text('{"files": []}', encoding="utf-8")
    for name in TABLES:
        write_rows(f"{name}.csv", ("n", "source_line"), [{"n": "1", "source_line": "s"}])
    for name in FIGURES:
        Path(f"{name}.svg").write_text("<svg/>", encoding="utf-8")
    return {
        "prisma": "prisma.csv", "replication": "replication.csv", "provenance": "provenance.json",
        "manifest": "manifest.json", "trouble": ["trouble.csv"], "tables": [f"{name}.csv" for name in TABLES],
        "figures": [f"{name}.svg" for name in FIGURES],
    }  # fmt: skip


def test_page_and_run_are_written(inputs: dict[str, Any], protocol: dict[str, Any]) -> None:
    Path("screening.csv").write_text("record_id\na\nb\n", encoding="utf-8")
    report(inputs, ["screening.csv", "coding.csv"], protocol, "report.html", "run.json")
    assert "source_line" not in Page(Path("report.html").read_text(encoding="utf-8")).text
    told = json.loads(Path("run.json").read_text(encoding="utf-8"))
    assert told["run_id"] == "1a2b3c4d5e6f"
    assert told["counts"]["database_results"] == 31
    assert told["decisions"] == {"screening.csv": 2, "coding.csv": 0}
    assert told["packages"]["pandas"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]+\+00:00", told["finished"])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_decision_file_that_the_stages_can_read_does_not_break_the_report(
    inputs: dict[str, Any], protocol: dict[str, Any], encoding: str
) -> None:
    Path("screening.csv").write_bytes("record_id,who\na,Müller\n".encode(encoding))
    report(inputs, ["screening.csv"], protocol, "report.html", "run.json")
    assert json.loads(Path("run.json").read_text(encoding="utf-8"))["decisions"] == {"screening.csv": 1}


def test_the_page_is_the_same_on_any_day(inputs: dict[str, Any], protocol: dict[str, Any]) -> None:
    for page in ("one.html", "two.html"):
        report(inputs, [], protocol, page, "run.json")
    assert Path("one.html").read_bytes() == Path("two.html").read_bytes()


def test_the_hash_of_the_source_follows_its_files_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("workflow/__pycache__").mkdir(parents=True)
    Path("workflow/a.py").write_text("x = 1\n", encoding="utf-8")
    before = source_hash(["workflow"])
    Path("workflow/__pycache__/a.py").write_text("x", encoding="utf-8")
    Path("workflow/a.pyc").write_text("x", encoding="utf-8")
    assert source_hash(["workflow"]) == before
    Path("workflow/a.py").write_text("x = 2\n", encoding="utf-8")
    assert source_hash(["workflow"]) != before
