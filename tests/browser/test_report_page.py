"""The report in a real browser: it opens from disk, lists what it counts, and runs nothing of the records."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from conftest import copy_review, small, snakemake

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
AXE = Path(str(files("axe_playwright_python") / "axe.min.js"))
HOSTILE = (
    "</script><script>window.ran = 1</script> digital badges in universities",
    "<!--<script> open badges for learners",
    '<img src=x onerror="window.ran = 1"> micro-credentials for students',
    "\"'><svg onload='window.ran=1'> &lt;b&gt; &amp; badges at school {{ 7*7 }}",
)
Row = dict[str, str]
Page = Any


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run a small review, among whose records are hostile ones."""
    review = small(copy_review(tmp_path_factory.mktemp("page") / "review"), 12)
    path = review / "data" / "corpus" / "web.csv"
    with path.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        for i, title in enumerate(HOSTILE):
            address = "javascript:window.ran=1" if i % 2 else "https://example.org/<b>?a=1&b=\"'"
            writer.writerow({
                "index_id": f'h{i}"><script>window.ran=1</script>', "title": title, "year": "2019",
                "seen_at": address, "authors": f"{title}, A", "venue": title, "type": "article",
                "language": "en", "note": title,
            })  # fmt: skip
    done = snakemake(review, "--cores", "2", "results/report.html")
    assert done.returncode == 0, done.stdout + done.stderr
    return review / "results"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-quic"])
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Any, results: Path) -> Iterator[Callable[..., Page]]:
    """Open the report; at the end no error may have been told and nothing asked of the network."""
    contexts, told, asked = [], [], []

    def opened(part: str = "", **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((results / "report.html").as_uri() + part)
        return page

    yield opened
    ran = [page.evaluate("window.ran") for context in contexts for page in context.pages]
    for context in contexts:
        context.close()
    assert told == []
    assert {url.split(":")[0] for url in asked} <= {"file", "data"}
    assert len([url for url in asked if url.startswith("file:")]) == len(contexts)
    assert set(ran) == {None}


def column(table: Any, place: int) -> list[str]:
    cells: list[str] = table.locator(f"tbody tr td:nth-child({place})").all_inner_texts()
    return cells


def listed(page: Page) -> list[str]:
    """Give the record ids in the list of a box."""
    panel = page.locator("#box")
    if panel.get_by_text("No records.").count():
        return []
    length = panel.locator(".dt-length select")
    if length.count():
        length.select_option("500")
    return column(panel, 1)


# --- the flow

ASSESSED = {("excluded", "eligibility"), ("awaiting", "eligibility"), ("included", "included")}
SOUGHT = ASSESSED | {("not_retrieved", "retrieval"), ("awaiting", "retrieval")}
BEFORE = {("duplicate", "dedupe"), ("removed_by_automation", "before_screening")}
SCREENED = SOUGHT | {("excluded", "screening"), ("awaiting", "screening")}
BOXES = {
    "database_results": ("databases", BEFORE | SCREENED),
    "duplicates": ("databases", BEFORE),
    "records_screened": ("databases", SCREENED),
    "records_excluded": ("databases", {("excluded", "screening")}),
    "db_awaiting_verdict": ("databases", {("awaiting", "screening")}),
    "dbr_sought_reports": ("databases", SOUGHT),
    "dbr_notretrieved_reports": ("databases", {("not_retrieved", "retrieval")}),
    "db_awaiting_retrieval": ("databases", {("awaiting", "retrieval")}),
    "dbr_assessed": ("databases", ASSESSED),
    "dbr_excluded": ("databases", {("excluded", "eligibility")}),
    "db_awaiting_eligibility": ("databases", {("awaiting", "eligibility")}),
    "website_results": ("other", BEFORE | SCREENED),
    "om_repeats": ("other", BEFORE),
    "om_out": ("other", {("excluded", "screening")}),
    "om_awaiting_verdict": ("other", {("awaiting", "screening")}),
    "other_sought_reports": ("other", SOUGHT),
    "other_notretrieved_reports": ("other", {("not_retrieved", "retrieval")}),
    "om_awaiting_retrieval": ("other", {("awaiting", "retrieval")}),
    "other_assessed": ("other", ASSESSED),
    "other_excluded": ("other", {("excluded", "eligibility")}),
    "om_awaiting_eligibility": ("other", {("awaiting", "eligibility")}),
    "new_studies": ("", {("included", "included")}),
}


def test_a_box_lists_exactly_the_records_that_stand_in_it(opened: Callable[..., Page], results: Path) -> None:
    page, ledger = opened(), rows(results / "ledger.csv")
    boxes = page.locator("svg [data-box]")
    assert {box.get_attribute("data-box") for box in boxes.all()} == set(BOXES)
    for name, (side, ends) in BOXES.items():
        page.locator(f"[data-box={name}]").click()
        expected = {
            row["record_id"]
            for row in ledger
            if side in ("", row["column"]) and (row["end"], row["stage"]) in ends
        }
        found = listed(page)
        assert (name, set(found)) == (name, expected)
        assert len(found) == len(expected)


def test_a_number_within_a_box_can_be_listed_alone(opened: Callable[..., Page], results: Path) -> None:
    page, ledger = opened(), rows(results / "ledger.csv")
    page.locator("[data-box=duplicates]").click()
    parts = page.locator("#box-part option").all_inner_texts()
    assert len(parts) >= 4
    out = [row for row in ledger if row["column"] == "databases" and row["end"] == "removed_by_automation"]
    for reason in {row["reason"] for row in out}:
        expected = {row["record_id"] for row in out if row["reason"] == reason}
        name = reason.replace("_", " ").capitalize()
        (option,) = [part for part in parts if part == f"\u2013 {name} ({len(expected)})"]
        page.locator("#box-part").select_option(label=option)
        assert set(listed(page)) == expected


def test_by_keyboard_alone(opened: Callable[..., Page]) -> None:
    page = opened()
    focused = "document.activeElement.dataset.box"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(focused):
            break
    box = page.evaluate(focused)
    assert box == "database_results"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "box-title"
    page.keyboard.press("Escape")
    assert page.evaluate(focused) == box
    assert page.locator("#box").is_hidden()
    page.keyboard.press(" ")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("(document.activeElement.getAttribute('href') || '').startsWith('#r:')"):
            break
    page.keyboard.press("Enter")
    page.locator("#life[open]").wait_for()
    page.keyboard.press("Escape")
    assert page.locator("#life").is_hidden()
    assert page.evaluate("document.activeElement.getAttribute('href')").startswith("#r:")


# --- tables and works


def test_a_table_is_searched_and_sorted(opened: Callable[..., Page], results: Path) -> None:
    page, works = opened("#works"), rows(results / "works.csv")
    table = page.locator("#works")
    table.locator("tbody tr").first.wait_for()
    table.locator(".dt-length select").select_option("500")
    year = table.get_by_role("columnheader", name="Year")
    year.get_by_role("button").click()
    playwright.expect(year).to_have_attribute("aria-sort", "ascending")
    known = [y for y in column(table, 3) if y]
    assert known == sorted(w["year"] for w in works if w["year"])
    year.get_by_role("button").click()
    playwright.expect(year).to_have_attribute("aria-sort", "descending")
    assert [y for y in column(table, 3) if y] == known[::-1]
    table.get_by_role("searchbox").fill("badges")
    expected = {w["title"] for w in works if "badges" in " ".join(w[k] for k in SEARCHED).casefold()}
    assert expected
    assert set(column(table, 1)) == {" ".join(t.split()) for t in expected}
    table.get_by_role("searchbox").fill("no such word anywhere")
    assert "No row holds that" in table.inner_text()


SEARCHED = ("title", "authors", "venue", "doi", "work_id")


def test_every_table_with_rows_stands_on_the_page(opened: Callable[..., Page], results: Path) -> None:
    page = opened()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    for path in sorted((results / "tables").glob("*.csv")):
        if expected := rows(path):
            host = page.locator(f"#tables [data-table={path.stem}]")
            assert (path.stem, host.locator("tbody tr").count()) == (path.stem, len(expected))
            assert host.get_by_role("searchbox").count() == (len(expected) > 5)
            filled = [k for k in expected[0] if k != "source_line" and any(row[k] for row in expected)]
            twice = {"source", "label"} <= set(filled)
            assert (path.stem, host.locator("thead th").count()) == (path.stem, len(filled) - twice)


def test_the_life_of_a_work(opened: Callable[..., Page], results: Path) -> None:
    works = rows(results / "works.csv")
    work = max(works, key=lambda w: (w["record_ids"].count("; "), w["work_id"]))
    page = opened("#" + quote(work["work_id"], safe=":"))
    life = page.locator("#life")
    assert life.locator("h2").inner_text() == work["title"]
    text = life.inner_text()
    for record in work["record_ids"].split("; "):
        assert record in text
    verdicts = [row for row in rows(results / "screening.csv") if row["work_id"] == work["work_id"]]
    table = life.get_by_role("table", name="Verdicts")
    assert column(table, 3) == [row["verdict"].replace("_", " ") for row in verdicts]
    assert column(table, 7) == [row["decided_by"].replace("_", " ") for row in verdicts]
    pairs = [
        row for row in rows(results / "duplicates.csv") if work["work_id"] in (row["work_a"], row["work_b"])
    ]
    compared = life.get_by_role("table", name="Compared with other records")
    assert sorted(column(compared, 4)) == sorted(row["title_score"] for row in pairs)
    page.keyboard.press("Escape")
    assert life.is_hidden()


def test_a_life_calls_codes_by_their_names(opened: Callable[..., Page], results: Path) -> None:
    coding = rows(results / "coding.csv")
    work = next(row["work_id"] for row in coding if row["variable"] == "theme" and row["code"] != "uncoded")
    mine = [row for row in coding if row["work_id"] == work]
    book = yaml.safe_load((results.parent / "config" / "codebook.yaml").read_text(encoding="utf-8"))
    labels = {f"{c['id']}.{t['id']}": t["label"] for c in book["contexts"] for t in c["themes"]}
    page = opened("#" + quote(work, safe=":"))
    table = page.locator("#life").get_by_role("table", name="Codes")
    themes = [(row["variable"], row["code"]) for row in mine if row["variable"] == "theme"]
    shown = list(zip(column(table, 1), column(table, 2), strict=True))
    assert len(shown) == len(mine)
    assert [pair for pair in shown if pair[0] == "Theme"] == [("Theme", labels[code]) for _, code in themes]


# How the program calls what a reader should read in words.
INTERNAL = re.compile(
    r"removed_by_automation|before_screening|not_met|not_retrieved|document_type|peer_review\b|full_text|"
    r"publication_date|open_access|author_countr|studied_countr|_group\b|higher_education\.|social\.[a-z]|"
    r"economic\.[a-z]"
)


def test_no_word_of_the_program_is_shown_to_a_reader(opened: Callable[..., Page], results: Path) -> None:
    page = opened()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.locator("[data-box=duplicates]").click()
    page.locator("#works").scroll_into_view_if_needed()
    page.locator("#works tbody tr").first.wait_for()
    said = [page.locator("body").inner_text()]
    ends = {(row["end"], row["stage"]): row["work_id"] for row in rows(results / "ledger.csv")}
    for work in ends.values():
        page.evaluate("(id) => { location.hash = '#' + encodeURIComponent(id).replace('w%3A', 'w:'); }", work)
        life = page.locator(f"#life[data-work={json.dumps(work)}]")
        life.wait_for()
        said.append(life.inner_text())
    assert sorted(set(INTERNAL.findall(" ".join(said)))) == []
    for words in ("Removed by rule before screening", "not met", "Peer review"):
        assert any(words in text for text in said)


def test_of_the_works_the_reason_stands_within_the_window(opened: Callable[..., Page]) -> None:
    page = opened("#works", viewport={"width": 1200, "height": 800})
    head = page.locator("#works").get_by_role("columnheader", name="Reason")
    head.wait_for()
    box = head.bounding_box()
    assert box["x"] + box["width"] <= 1200 - 20


def test_ids_in_tables_lead_to_the_work(opened: Callable[..., Page], results: Path) -> None:
    left = rows(results / "tables" / "excluded_studies.csv")
    page = opened("#excluded_studies")
    host = page.locator("#tables [data-table=excluded_studies]")
    host.locator("a", has_text=left[0]["work_id"]).first.click()
    assert page.locator("#life").get_attribute("data-work") == left[0]["work_id"]


# --- for everybody, on every device, on paper


# Of a dark page only the colours are others.
@pytest.mark.parametrize(
    ("scheme", "rules"), [("light", ""), ("dark", "runOnly: ['color-contrast'],")], ids=["light", "dark"]
)
def test_axe_finds_no_serious_barrier(opened: Callable[..., Page], scheme: str, rules: str) -> None:
    page = opened(color_scheme=scheme)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for part in ("works", "near", "replication"):
        host = page.locator(f"[data-table={part}]").last
        host.evaluate("(e) => { (e.closest('details') || e).open = true; e.scrollIntoView(); }")
        host.locator(".dt-search").wait_for()
    page.locator("[data-box=dbr_sought_reports]").click()
    said = [page.evaluate(f"axe.run(document, {{{rules} resultTypes: ['violations']}})")]
    page.locator("#box tbody a").first.click()
    said.append(page.evaluate(f"axe.run('#life', {{{rules} resultTypes: ['violations']}})"))
    assert [
        (found["id"], [node["html"][:120] for node in found["nodes"][:3]])
        for one in said
        for found in one["violations"]
        if found["impact"] in ("serious", "critical")
    ] == []


@pytest.mark.parametrize("width", [360, 1200])
def test_the_page_is_never_wider_than_the_window(opened: Callable[..., Page], width: int) -> None:
    page = opened(viewport={"width": width, "height": 740})
    page.locator("[data-box=website_results]").click()
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    page.locator("#tables").scroll_into_view_if_needed()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("#box tbody a").first.click()
    dialog = page.locator("#life").bounding_box()
    assert dialog["x"] >= 0
    assert dialog["x"] + dialog["width"] <= width
    assert page.evaluate("(d => d.scrollWidth - d.clientWidth)(document.querySelector('#life'))") <= 0


def test_a_figure_is_dark_in_the_dark_and_black_on_white_on_paper(opened: Callable[..., Page]) -> None:
    page = opened(color_scheme="dark")
    turned = "[...document.querySelectorAll('.flow, figure img')].map((e) => getComputedStyle(e).filter)"
    assert all(value.startswith("invert") for value in page.evaluate(turned))
    page.emulate_media(media="print")
    assert set(page.evaluate(turned)) == {"none"}


def test_without_scripts_the_page_says_what_is_missing(opened: Callable[..., Page]) -> None:
    page = opened(java_script_enabled=False)
    text = page.locator("body").inner_text()
    assert "Without scripts" in text
    assert "results/works.csv" in text
    assert "Each box is a button" not in text
    assert page.locator("#checklists tbody tr").count() == 42 + 16
    assert page.locator("#replication tbody tr").count() > 0


def test_paper_holds_everything_and_no_controls(opened: Callable[..., Page], results: Path) -> None:
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    paper = 1031  # A4 landscape without its margins, in CSS pixels
    page = opened(viewport={"width": paper, "height": 740})
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    wide = "(most) => [...document.querySelectorAll('table')].filter((t) => t.offsetWidth > most).length"
    assert page.evaluate(wide, paper) == 0  # else the browser would make all of it smaller
    path = results / "report.pdf"
    page.pdf(path=os.fspath(path), prefer_css_page_size=True)
    text = " ".join(" ".join(sheet.extract_text() for sheet in pypdf.PdfReader(path).pages).split())
    assert "every record's end" in text[-400:]
    assert "Records screened" in text
    solid = text.replace(" ", "")
    for row in rows(results / "tables" / "awaiting.csv"):  # a long table that is folded on the screen
        assert "".join(row["work_id"].split()) in solid
    assert "Paper has no room" in text
    assert "rows a page" not in text
    assert "Each box is a button" not in text


# --- hostile records


def test_hostile_records_are_shown_as_they_are_and_do_nothing(
    opened: Callable[..., Page], results: Path
) -> None:
    works = [w for w in rows(results / "works.csv") if w["record_ids"].startswith(("web:h", "web:#h"))]
    assert len(works) == len(HOSTILE)
    page = opened("#works")
    table = page.locator("#works")
    for work in works:
        table.get_by_role("searchbox").fill(" ".join(re.findall(r"\w+", work["work_id"])))
        assert column(table, 1) == [" ".join(work["title"].split())]
        table.locator("tbody a").first.click()
        life = page.locator("#life")
        assert life.locator("h2").inner_text() == " ".join(work["title"].split())
        life.locator("summary").first.click()
        page.keyboard.press("Escape")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    hrefs = page.evaluate("[...document.querySelectorAll('a')].map((a) => a.getAttribute('href'))")
    assert [href for href in hrefs if not href.startswith(("#", "https://", "http://"))] == []
    assert page.locator("main img:not(figure img), main svg:not(.flow svg)").count() == 0


def test_the_policy_stops_what_is_not_ours(browser: Any, results: Path) -> None:
    page = browser.new_page()
    page.goto((results / "report.html").as_uri())
    page.evaluate(
        "document.body.insertAdjacentHTML('afterbegin', '<button id=x onclick=\"window.ran = 1\">x</button>')"
    )
    page.evaluate("document.getElementById('x').click()")
    assert page.evaluate("window.ran") is None
    page.close()
