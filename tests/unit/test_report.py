"""The report: one page that needs nothing, lets nothing run, and says what it does not know."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from reprise.csvfiles import write_rows
from reprise.dedupe.pairs import PAIR_COLUMNS
from reprise.frames import write_csv
from reprise.synthesis import prisma
from reprise.synthesis.captions import FIGURES, TABLES
from reprise.synthesis.checklists import NONE, NOT_STATED, prisma_2020, prisma_s
from reprise.synthesis.figures import draw
from reprise.synthesis.flow_figure import prisma_picture
from reprise.synthesis.flow_sets import BOXES, ENDS, OUTCOMES, Part, check_counts, flow_sets
from reprise.synthesis.inline_svg import Inline, inline_svg
from reprise.synthesis.report import render, report, source_hash
from reprise.synthesis.report_data import as_json, near_misses, page_data
from reprise.synthesis.tables import restrictions
from reprise.synthesis.wording import for_readers, hidden_columns, outcome, reader_words

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
    "other_assessed": "13", "new_reports": "13", "new_studies": "12", "read_by_no_person": "9",
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
        near: Sequence[dict[str, str]] = (),
        data: Any = None,
        strings: str = "",
    ) -> str:
        shown: dict[str, list[dict[str, str]]] = (
            {name: [] for name in TABLES} | (tables or {}) | {"near": list(near), "near_unknown": []}
        )
        return render(
            about, told, FLOW | (flow or {}), shown | {"replication": replication or []},
            dict.fromkeys(FIGURES, "data:image/svg+xml;base64,AAAA"),
            decisions or {"data/decisions/screening.csv": 0}, trouble, data or {"tables": {}},
            Inline("<svg><title>Flow</title></svg>", ".flow0 { fill: none }"), strings,
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
    assert text.count(str(ABOUT["source_line"])) >= len(TABLES) + len(FIGURES)


def test_every_picture_says_what_it_shows(made: Render) -> None:
    pictures = [attrs for tag, attrs in Page(made()).tags if tag == "img"]
    assert len(pictures) == len(FIGURES) - 1
    assert all(attrs["alt"] for attrs in pictures)


# --- safety


def test_only_what_is_ours_may_run_and_nothing_is_loaded(made: Render) -> None:
    html = made(tables=included(doi="10.1000/x", url="https://example.org"))
    page = Page(html)
    (policy,) = (
        attrs["content"] for tag, attrs in page.tags
        if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy"
    )  # fmt: skip
    assert policy is not None
    told = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";")}
    assert told["default-src"] == ["'none'"]
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        texts = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
        assert hashes
        assert told[rule] == [f"'sha256-{digest}'" for digest in hashes]
    assert "unsafe" not in policy
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"iframe", "object", "embed", "link", "form", "base"}
    assert all(src.startswith("data:image/") for src in page.attributes("src"))
    assert not [key for _, attrs in page.tags for key in attrs if key.startswith("on") or key == "style"]


def test_data_can_not_end_the_element_they_stand_in(made: Render) -> None:
    told = {"tables": {}, "strings": [HOSTILE, "<!--<script>", "]]>"]}
    html = made(data=told)
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert "<" not in text
    assert json.loads(text) == told
    assert json.loads(as_json(HOSTILE)) == HOSTILE


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
        near=[{"title": HOSTILE, "unknown": ""}],
        strings=HOSTILE,
    )
    plain = Page(made())
    page = Page(html)
    assert [tag for tag, _ in page.tags].count("script") == [tag for tag, _ in plain.tags].count("script")
    assert len([1 for tag, _ in page.tags if tag == "img"]) == len(FIGURES) - 1
    assert "onerror" not in {key for _, attrs in page.tags for key in attrs}
    assert "{{ 7 * 7 }}" in page.text
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
    ids = page.attributes("id")
    assert set(inside) <= set(ids)
    assert len(ids) == len(set(ids))


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
    assert '<details><summary>Show the 40 rows</summary><div data-table="venues">' in html


def test_the_name_of_a_country_group_keeps_its_spelling(made: Render) -> None:
    html = made(tables={"themes_by_country": [{"status": "included", "USA": "1"}]})
    assert re.search(r"<th[^>]*>\s*USA\s*</th>", html)


def test_criteria_and_terms_of_the_protocol_are_told(made: Render) -> None:
    text = Page(made()).text
    for words in ("Peer reviewed?", "micro-credential*", "ours", "2015-01-01", "2022-01-31", "1a2b3c4d5e6f"):
        assert words in text


# --- what the page's script is told

LABELS = {"eric": "ERIC", "doaj": "DOAJ", "web": "Pages"}


def some(good: dict[str, str]) -> list[dict[str, str]]:
    """Give records that go every way: two versions of one study, a duplicate, near misses, a page."""
    return [
        {**good, "record_id": "eric:1", "work": "a", "linked": "w:doaj:2"},
        {**good, "record_id": "doaj:1", "work": "a"},
        {**good, "record_id": "doaj:2"},
        {**good, "record_id": "eric:2", "year": "1999"},
        {**good, "record_id": "eric:3", "year": "1999", "peer_reviewed": ""},
        {**good, "record_id": "web:1", "language": "fi", "type": "book"},
        {**good, "record_id": "web:2", "peer_reviewed": ""},
        {**good, "record_id": "web:3", "open_access": ""},
    ]


def as_rows(frame: Any) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = frame.astype("str").fillna("").to_dict("records")
    return rows


def test_each_number_of_the_flow_has_its_records(rerun: Any, good: dict[str, str]) -> None:
    review = rerun(*some(good)).review
    ledger, works = as_rows(review.ledger), as_rows(review.works)
    links = {row["work_id"]: row["linked_works"].split("; ") for row in works}
    found = flow_sets(ledger, links, LABELS, prisma.reason_label)
    numbers_ = prisma.numbers(review.ledger, review.works, LABELS)
    named = {part.name: len(part.ids) for parts in found.values() for part in parts if ":" not in part.name}
    of_reasons = {"dbr_excluded", "other_excluded"}  # in prisma.csv a list of reasons, here of none
    assert named == {name: 0 if name in of_reasons else int(numbers_[name]) for name in named}
    assert not any(numbers_[name] for name in of_reasons)
    assert named["new_reports"] == 2
    assert named["new_studies"] == 1
    assert sum(named[f"{kind}_results"] for kind in ("database", "website")) == len(ledger)
    sets_ = prisma.boxes(review.ledger)
    assert frozenset(found["records_screened"][0].ids) == sets_["databases"]["screened"]
    assert frozenset(found["other_sought_reports"][0].ids) == sets_["other"]["sought"]
    within = [part for part in found["duplicates"] if part.within]
    assert [(part.label, set(part.ids)) for part in within] == [("Window", {"eric:2", "eric:3"})]
    check_counts(found, numbers_)
    with pytest.raises(AssertionError, match="records_screened: 2 listed, 7 counted"):
        check_counts(found, {**numbers_, "records_screened": "7"})


def test_every_box_of_the_figure_has_a_list_and_is_a_place_in_it(tmp_path: Path) -> None:
    rows = [row | {"n": row["n"] or "0"} for row in prisma.template_rows(FLOW)]
    picture = prisma_picture(rows)
    assert {area.key for area in picture.areas} == {*BOXES, "new_studies"}
    draw(picture, "source", [tmp_path / "prisma.svg"])
    inline = inline_svg(tmp_path / "prisma.svg", "flow")
    keys = re.findall(r'<rect id="prisma-\w+" data-box="(\w+)"', inline.markup)
    assert sorted(keys) == sorted({*BOXES, "new_studies"})
    assert "style=" not in inline.markup
    assert "Records" in inline.markup
    assert "font-size" in inline.css


def test_of_an_svg_only_drawing_reaches_the_page(tmp_path: Path) -> None:
    (tmp_path / "x.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" onload="a()"><script>a()</script><a href="javascript:a()">'
        '<text>in</text></a><foreignObject/><text style="fill: url(http://x)">&lt;b&gt; &amp; c</text></svg>',
        encoding="utf-8",
    )
    assert inline_svg(tmp_path / "x.svg", "f") == Inline("<svg><text>&lt;b&gt; &amp; c</text></svg>", "")


def test_near_misses_agree_with_the_table_of_restrictions(rerun: Any, good: dict[str, str]) -> None:
    review = rerun(*some(good)).review
    near = near_misses(as_rows(review.screening), review.protocol["criteria"])
    assert [(row["work_id"], row["fails"], row["unknown"]) for row in near] == [
        ("w:eric:2", "window", ""),
        ("w:eric:3", "window", "peer_review"),
        ("w:web:1", "document_type", "language"),
    ]
    for row in as_rows(restrictions(review)):
        mine = [n for n in near if n["fails"] == row["criterion"]]
        assert len(mine) == int(row["removed_alone_or_unknown"])
        assert sum(not n["unknown"] for n in mine) == int(row["removed_alone"])


def test_the_data_hold_every_string_once_and_each_record_with_its_end(
    rerun: Any, good: dict[str, str]
) -> None:
    review = rerun(*some(good)).review
    life = {
        "ledger": as_rows(review.ledger), "records": as_rows(review.records), "works": as_rows(review.works),
        "duplicates": [], "screening": as_rows(review.screening), "coding": as_rows(review.coding),
        "hits": as_rows(review.hits),
    }  # fmt: skip
    boxes = {"box": [Part("n", "N", ("eric:2", "web:1"))]}
    said, name = reader_words(LABELS, [], {})
    tables = {"t": [{"sources": "doaj", "n": "1500", "e": "", "source_line": "s"}]}
    data = page_data(tables, {"t": ["e"]}, {"t": "T"}, said, name, life, boxes)
    assert len(set(data["strings"])) == len(data["strings"])
    records = data["records"]
    told = [
        {k: data["strings"][c] for k, c in zip(records["keys"], row, strict=True)} for row in records["rows"]
    ]
    assert [row["record_id"] for row in told] == [row["record_id"] for row in life["records"]]
    assert {r["record_id"]: r["end"] for r in told} == {
        r["record_id"]: outcome(r["end"], r["stage"]) for r in life["ledger"]
    }
    ended = {r["record_id"] for r in life["ledger"] if r["end"] != "duplicate"}
    assert {r["record_id"] for r in told if r["lead"] == "true"} == ended
    ((_, places, _),) = data["boxes"]["box"]
    assert [told[i]["record_id"] for i in places] == ["eric:2", "web:1"]
    table = data["tables"]["t"]
    strings = data["strings"]
    assert table["keys"] == ["sources", "n", "e"]
    assert [[strings[i] for i in row] for row in table["rows"]] == [["doaj", "1500", ""]]
    words = {
        key: {strings[int(a)]: strings[b] for a, b in said.items()} for key, said in table["words"].items()
    }
    assert words == {"sources": {"doaj": "DOAJ"}, "n": {"1500": "1,500"}}
    assert table["hidden"] == ["e"]
    assert "abstract" not in records["keys"]


# --- in a reader's words


def test_every_end_has_words() -> None:
    assert set(OUTCOMES) == set(ENDS)
    assert len(set(OUTCOMES.values())) == len(ENDS)
    for end, stage in ENDS.values():
        assert "_" not in outcome(end, stage)


def test_codes_are_said_in_words_only_where_codes_stand() -> None:
    themes = {"a.x": ("A", "Access"), "b.x": ("B", "Access"), "b.y": ("B", "Quality")}
    said, name = reader_words(LABELS, ["full_text"], themes, ["open_access"])
    assert said("themes", "a.x; b.y; uncoded") == "A: Access; Quality; uncoded"
    assert said("sources", "eric, doaj; web") == "ERIC, DOAJ; Pages"
    assert said("decided_by", "rule full_text") == "rule full text"
    assert said("decided_by", "ada_l") == "ada_l"
    for column in ("title", "work_id", "note", "venue"):
        assert said(column, "full_text; eric; not_met") == "full_text; eric; not_met"
    assert (name("with_doaj"), name("with_care"), name("b.y")) == ("With DOAJ", "With care", "Quality")


def test_amounts_have_their_thousands_apart_and_years_do_not() -> None:
    rows_ = [{"title": "1984", "year": "2020", "n": "1363", "m": "", "share": "0.5", "k": "5000 or so"}]
    (row,) = for_readers(rows_, lambda column, value: value)
    assert row == {**rows_[0], "n": "1,363"}


def test_what_is_empty_or_said_twice_is_hidden() -> None:
    rows_ = [
        {"source": "eric", "label": "ERIC", "c": "", "d": ""},
        {"source": "", "label": "", "c": "2", "d": ""},
    ]
    assert hidden_columns(rows_) == ["d", "label"]
    assert hidden_columns([]) == []


def test_the_head_and_the_flow_sum_up_and_have_their_thousands_apart(made: Render) -> None:
    flow = {"database_results": "2500", "duplicates": "1200", "om_repeats": "0", "website_results": "0"}
    text = " ".join(Page(made(flow=flow)).text.split())
    assert "Of 2,500 records, 1,200 were duplicates" in text
    assert "Of the 1,300 works that remain" in text


# --- checklists


def test_no_item_of_a_checklist_is_left_out(protocol: dict[str, Any], made: Render) -> None:
    numbers_ = [item.number for item in prisma_2020()]
    assert len(numbers_) == len(set(numbers_)) == 42
    assert {re.sub(r"\D", "", n) for n in numbers_} == {str(i) for i in range(1, 28)}
    assert [item.number for item in prisma_s(protocol)] == [str(i) for i in range(1, 17)]
    ids = Page(made()).attributes("id")
    for item in [*prisma_2020(), *prisma_s(protocol)]:
        assert item.where
        assert item.by in ("machine", "config", "person")
        assert not item.anchor or item.anchor in ids
    assert NOT_STATED in made()


def test_the_checklist_of_searches_says_none_where_no_source_is_named(protocol: dict[str, Any]) -> None:
    items = {item.number: item for item in prisma_s(protocol)}
    assert items["1"].where == "ERIC, DOAJ"
    assert items["3"].where == items["5"].where == NONE
    assert not items["3"].anchor
    assert items["4"].where == "Pages"
    assert NOT_STATED in items["14"].where


# --- the files


@pytest.fixture
def inputs(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rerun: Any,
    good: dict[str, str],
) -> dict[str, Any]:
    """Write what the stages before leave behind."""
    monkeypatch.chdir(tmp_path)
    Path("Snakefile").write_text("# rules\n", encoding="utf-8")
    review = rerun(*some(good)).review
    frames = {
        "ledger": review.ledger, "records": review.records, "works": review.works,
        "duplicates": review.pairs.reindex(columns=list(PAIR_COLUMNS)), "screening": review.screening,
        "coding": review.coding, "hits": review.hits,
    }  # fmt: skip
    for name, frame in frames.items():
        write_csv(frame, f"{name}.csv")
    flow = prisma.template_rows(prisma.numbers(review.ledger, review.works, LABELS))
    write_rows("prisma.csv", prisma.COLUMNS, flow)
    write_rows("replication.csv", ("measure",), [])
    about = {**ABOUT, "labels": {"sources": LABELS, "themes": {}}}
    Path("provenance.json").write_text(json.dumps(about), encoding="utf-8")
    Path("strings.md").write_text("## Scopus", encoding="utf-8")
    write_rows("trouble.csv", ("what",), [{"what": "a line to look at"}])
    Path("manifest.json").write_text('{"files": []}', encoding="utf-8")
    for name in TABLES:
        write_rows(f"{name}.csv", ("n", "source_line"), [{"n": "1", "source_line": "s"}])
    for name in FIGURES:
        Path(f"{name}.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    return {
        "prisma": "prisma.csv", "replication": "replication.csv", "provenance": "provenance.json",
        "manifest": "manifest.json", "strings": "strings.md", "trouble": ["trouble.csv"],
        "tables": [f"{name}.csv" for name in TABLES], "figures": [f"{name}.svg" for name in FIGURES],
        **{name: f"{name}.csv" for name in frames},
    }  # fmt: skip


def test_page_and_run_are_written(inputs: dict[str, Any], protocol: dict[str, Any]) -> None:
    Path("by_hand.csv").write_text("record_id\na\nb\n", encoding="utf-8")
    report(inputs, ["by_hand.csv", "none.csv"], protocol, "report.html", "run.json")
    text = Page(Path("report.html").read_text(encoding="utf-8")).text
    assert "source_line" not in text
    assert "1 failed one criterion and met all others" in text
    assert "2 more failed one criterion alone" in text
    told = json.loads(Path("run.json").read_text(encoding="utf-8"))
    assert told["run_id"] == "1a2b3c4d5e6f"
    assert told["counts"]["database_results"] == 5
    assert told["decisions"] == {"by_hand.csv": 2, "none.csv": 0}
    assert told["packages"]["pandas"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]+\+00:00", told["finished"])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_decision_file_that_the_stages_can_read_does_not_break_the_report(
    inputs: dict[str, Any], protocol: dict[str, Any], encoding: str
) -> None:
    Path("by_hand.csv").write_bytes("record_id,who\na,Müller\n".encode(encoding))
    report(inputs, ["by_hand.csv"], protocol, "report.html", "run.json")
    assert json.loads(Path("run.json").read_text(encoding="utf-8"))["decisions"] == {"by_hand.csv": 1}


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
