"""The figures: what stands in them, that nothing overlaps, and that the same rows give the same bytes."""

from __future__ import annotations

import csv
import itertools
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import pytest
from matplotlib.font_manager import get_font
from PIL import Image
from reprise.synthesis import figures, marks
from reprise.synthesis import flow_figure as flow

SOURCE = "Reprise 0.1.0, run 1a2b3c4d5e6f; window 2015-01-01 to 2022-01-31; searched 2026-11; <sample> & $x$"
HOSTILE = "<script>alert(1)</script> & $x^2$ \x00\u202e\\frac{"
LITERAL = "<script>alert(1)</script> & $x^2$ \\frac{"
SVG = "{http://www.w3.org/2000/svg}"
LONG_REASONS = f"""Published outside of the window
Document type: conference abstract, editorial or letter
Retracted
Population is not in higher education
No empirical data, or none that can be told apart
Wrongstudydesignwithoutanyspaceatallinthisverylongwordindeed
Badges only; no recognition
{LITERAL}"""
REASONS = "; ".join(f"{name}, {n}" for n, name in enumerate(LONG_REASONS.splitlines(), start=301))
# Every number differs from every other, so that one standing in the wrong place is missed in its own.
COUNTS = """database_results 812 register_results 15 website_results 4 organisation_results 6
citations_results 73 duplicates 203 excluded_automatic 132 excluded_other 17 records_screened 475
records_excluded 130 db_out_by_rule 118 db_out_by_person 19 db_awaiting_verdict 198
dbr_sought_reports 147 dbr_notretrieved_reports 22 db_awaiting_retrieval 11 dbr_assessed 114
db_awaiting_eligibility 40 om_repeats 33 om_removed_by_rule 10 om_out 9 om_out_by_rule 7 om_out_by_person 2
om_awaiting_verdict 5 other_sought_reports 26 other_notretrieved_reports 2
om_awaiting_retrieval 1 other_assessed 23 om_awaiting_eligibility 3 new_studies 54 new_reports 58
read_by_no_person 41"""
NUMBERS = dict(zip(COUNTS.split()[::2], COUNTS.split()[1::2], strict=True)) | {
    "database_specific_results": "ERIC, 236; DOAJ, 576",
    "db_removed_by_rule_reasons": "Window, 120; Language, 12",
    "db_out_reasons": "Topic, 99; Not peer-reviewed, 31",
    "dbr_excluded": "No data, 21; Wrong concept, 8",
    "other_excluded": "",
}
CROWDED = {key: value if value.isdigit() else REASONS for key, value in NUMBERS.items()} | {
    "db_removed_by_rule_reasons": REASONS,
    "om_removed_by_rule_reasons": REASONS,
    "db_out_reasons": REASONS,
    "om_out_reasons": REASONS,
}
GROUPS = ["USA", "Europe", HOSTILE]
TABLES: dict[str, list[dict[str, str]]] = {
    "prisma": [{"data": key, "node": "", "n": value} for key, value in NUMBERS.items()],
    "years": [
        {"year": year, "included": i, "awaiting": a}
        for year, i, a in [
            ("2020", "7", "81"),
            ("2021", "13", "0"),
            ("2022", "0", "0"),
            ("unknown", "0", "91"),
        ]
    ],
    "countries": [
        {"country_rule": rule, "group": group, "included": str(k + 20), "awaiting": str(k + 60)}
        for k, (rule, group) in enumerate(
            itertools.product(["country of authors", "country studied"], GROUPS)
        )
    ],
    "themes": [
        {"context": "social", "theme": "lifelong learning", "included": "14", "awaiting": "92"},
        {"context": "social", "theme": HOSTILE, "included": "15", "awaiting": "0"},
        {"context": "uncoded", "theme": "uncoded", "included": "0", "awaiting": "77"},
    ],
    "themes_by_country": [
        {"status": status, "context": "social", "theme": "lifelong learning"}
        | dict(zip([*GROUPS, "total"], cells, strict=True))
        for status, cells in [("included", ["0", "31", "2", "33"]), ("awaiting", ["44", "0", "55", "99"])]
    ],
}


def write_inputs(folder: Path, tables: dict[str, list[dict[str, str]]]) -> tuple[dict[str, Path], Path]:
    paths = {}
    for name, rows in tables.items():
        paths[name] = folder / f"{name}.csv"
        with paths[name].open("w", encoding="utf-8", newline="") as file:
            header = [*(rows[0] if rows else TABLES[name][0]), "source_line"]
            writer = csv.DictWriter(file, header, restval=SOURCE)
            writer.writeheader()
            writer.writerows(rows)
    provenance = folder / "provenance.json"
    window = {"start": "2015-01-01", "end": "2022-01-31"}
    provenance.write_text(json.dumps({"source_line": SOURCE, "window": window}), encoding="utf-8")
    return paths, provenance


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("figures")
    tables, provenance = write_inputs(folder, TABLES)
    outputs = [folder / "drawn" / f"{name}{end}" for name in TABLES for end in (".svg", ".png")]
    figures.draw_figures(tables, provenance, [*outputs, folder / "drawn" / "other.svg"])
    return folder


def texts(svg: Path) -> list[str]:
    return [element.text or "" for element in ET.parse(svg).iter(f"{SVG}text")]


def words(svg: Path) -> str:
    return " ".join(texts(svg))


@pytest.mark.parametrize("name", TABLES)
class TestEveryFigure:
    def test_has_title_description_and_source(self, drawn: Path, name: str) -> None:
        root = ET.parse(drawn / "drawn" / f"{name}.svg").getroot()
        assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == f"{root[0].get('id')} {root[1].get('id')}"
        assert root[0].text
        assert SOURCE in (root[1].text or "")
        assert SOURCE in words(drawn / "drawn" / f"{name}.svg")

    def test_names_no_date_and_no_machine(self, drawn: Path, name: str) -> None:
        svg = (drawn / "drawn" / f"{name}.svg").read_text(encoding="utf-8")
        assert "dc:date" not in svg
        assert matplotlib.__version__ not in svg
        assert str(drawn) not in svg
        assert not Image.open(drawn / "drawn" / f"{name}.png").info.keys() - {"dpi"}

    def test_png_is_seven_inches_at_300_dpi(self, drawn: Path, name: str) -> None:
        image = Image.open(drawn / "drawn" / f"{name}.png")
        assert image.size[0] == 2100
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        assert min(image.convert("L").tobytes()[::7]) < 100

    def test_no_letter_is_too_small(self, drawn: Path, name: str) -> None:
        svg = (drawn / "drawn" / f"{name}.svg").read_text(encoding="utf-8")
        assert min(float(size) for size in re.findall(r"font-size: ([\d.]+)px", svg)) >= 6.5


def test_only_figures_are_written(drawn: Path) -> None:
    assert {path.stem for path in (drawn / "drawn").iterdir()} == set(TABLES)


@pytest.mark.parametrize("name", ["years", "prisma"])
def test_same_rows_same_bytes(drawn: Path, tmp_path: Path, name: str) -> None:
    """Also when drawn alone, and under a matplotlibrc of the user's."""
    tables, provenance = write_inputs(tmp_path, {name: TABLES[name]})
    outputs = [tmp_path / f"{name}.svg", tmp_path / f"{name}.png"]
    with matplotlib.rc_context({"font.size": 20, "savefig.bbox": "tight", "lines.linewidth": 9}):
        figures.draw_figures(tables, provenance, outputs)
    for path in outputs:
        assert path.read_bytes() == (drawn / "drawn" / path.name).read_bytes()


def test_pdf_has_no_date(tmp_path: Path) -> None:
    figures.draw(figures.years_picture(TABLES["years"]), SOURCE, [tmp_path / "years.pdf"])
    data = (tmp_path / "years.pdf").read_bytes()
    assert data.startswith(b"%PDF")
    assert b"Date" not in data


def test_numbers_of_bars(drawn: Path) -> None:
    found = texts(drawn / "drawn" / "years.svg")
    assert [t for t in found if t in ("7 + 81", "13", "0", "0 + 91")] == ["7 + 81", "13", "0", "0 + 91"]
    assert "2022: until 2022-01-31 only." in words(drawn / "drawn" / "years.svg")
    found = texts(drawn / "drawn" / "countries.svg")
    assert all(f"{k + 20} + {k + 60}" in found for k in range(6))
    assert {"By country of authors", "By country studied"} <= set(found)
    found = texts(drawn / "drawn" / "themes.svg")
    assert {"social", "lifelong learning", "14 + 92", "15", "0 + 77"} <= set(found)
    assert found.count("uncoded") == 1


def test_numbers_of_the_matrix(drawn: Path) -> None:
    found = texts(drawn / "drawn" / "themes_by_country.svg")
    cells = [text for text in found if re.fullmatch(r"(\+ )?\d+", text)]
    assert cells == ["0", "+ 44", "31", "2", "+ 55", "33", "+ 99"]


@pytest.mark.parametrize("name", ["countries", "themes", "themes_by_country"])
def test_hostile_text_stands_as_it_is(drawn: Path, name: str) -> None:
    path = drawn / "drawn" / f"{name}.svg"
    assert "<script" not in path.read_text(encoding="utf-8")
    assert "$x^2$" in words(path)
    assert LITERAL.replace(" ", "") in words(path).replace(" ", "")


def test_bars_are_as_long_as_their_numbers() -> None:
    bars, length = figures._stack(10, 50, 8, (2, 6), 3.0)
    assert bars == [
        marks.Rect(10, 50, 6, 8, **figures.INCLUDED),
        marks.Rect(16, 50, 18, 8, **figures.AWAITING),
    ]
    assert length == 24
    upright, _ = figures._stack(10, 50, 8, (0, 6), 3.0, upright=True)
    assert upright == [marks.Rect(10, 32, 8, 18, **figures.AWAITING)]


def pictures(tables: dict[str, list[dict[str, str]]]) -> list[marks.Picture]:
    return [
        figures.years_picture(tables["years"]),
        figures.countries_picture(tables["countries"]),
        figures.themes_picture(tables["themes"]),
        figures.themes_by_country_picture(tables["themes_by_country"]),
    ]


def said(picture: marks.Picture) -> list[str]:
    return [mark.text for mark in picture.marks if isinstance(mark, marks.Label)]


def noughts(rows: list[dict[str, str]], also_awaiting: bool) -> list[dict[str, str]]:
    gone = ["included", "awaiting"] if also_awaiting else ["included"]
    return [
        {
            key: "0" if key in gone or (row.get("status") in gone and key in (*GROUPS, "total")) else value
            for key, value in row.items()
        }
        for row in rows
    ]


def test_nothing_included_is_said() -> None:
    for picture in pictures({name: noughts(rows, False) for name, rows in TABLES.items()}):
        assert "No included studies." in said(picture)
    for picture in pictures({name: noughts(rows, True) for name, rows in TABLES.items()}):
        assert "No included studies and none awaiting a decision." in said(picture)
    for picture in pictures({name: [] for name in TABLES}):
        assert "No included studies and none awaiting a decision." in said(picture)
    assert not any("No included" in text for picture in pictures(TABLES) for text in said(picture))


def test_empty_tables_are_drawn(tmp_path: Path) -> None:
    tables, provenance = write_inputs(tmp_path, {name: [] for name in TABLES})
    outputs = [tmp_path / f"{name}.svg" for name in TABLES]
    figures.draw_figures(tables, provenance, outputs)
    assert "Records screened (n = 0)" in words(tmp_path / "prisma.svg")
    assert all("No included" in words(path) for path in outputs if path.stem != "prisma")


def extent(label: marks.Label) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a line of text, without the space around it."""
    width, up = marks.text_width(label.text, label.size, label.bold), 0.7 * label.size
    shift = {"left": 0.0, "center": width / 2, "right": width}[label.align]
    if label.upright:
        return label.x - up, label.y + shift - width, label.x, label.y + shift
    return label.x - shift, label.y - up, label.x - shift + width, label.y


def apart(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def check_texts(picture: marks.Picture) -> None:
    places = [(extent(mark), mark.text) for mark in picture.marks if isinstance(mark, marks.Label)]
    for place, text in places:
        assert place[0] >= 0 and place[1] >= 0 and place[2] <= marks.WIDTH and place[3] <= picture.height, (
            text
        )
    for (a, one), (b, other) in itertools.combinations(places, 2):
        assert apart(a, b), (one, other)


LONG = "recognition and assessment of non-formal and informal learning, and of much else besides"


@pytest.mark.parametrize(("years", "size"), [(1, 9), (9, 1), (20, 1234), (40, 987), (90, 12345)])
def test_no_text_of_a_chart_touches_another(years: int, size: int) -> None:
    groups = [
        "United States of America",
        "Europe (EU, EEA, United Kingdom)",
        *(f"Group {k}" for k in range(8)),
    ]
    n = {"included": str(size), "awaiting": str(3 * size)}
    tables = {
        "years": [{"year": str(2022 - k), **n} for k in range(years)] + [{"year": "unknown", **n}],
        "countries": [
            {"country_rule": rule, "group": group, **n}
            for rule in ("country of authors", "country studied")
            for group in groups
        ],
        "themes": [{"context": c, "theme": f"{LONG} {k}", **n} for c in ("a", "b") for k in range(8)],
        "themes_by_country": [
            {"status": status, "context": "social", "theme": f"{LONG} {k}", **dict.fromkeys(groups, "999"),
             "total": "9999"}
            for status in ("included", "awaiting")
            for k in range(min(years, 9))
        ],
    }  # fmt: skip
    for picture in pictures(tables):
        check_texts(picture)


@pytest.fixture(params=[{}, NUMBERS, CROWDED], ids=["zero", "full", "crowded"])
def counts(request: pytest.FixtureRequest) -> dict[str, str]:
    found: dict[str, str] = request.param
    return found


class TestFlow:
    def test_boxes_do_not_overlap(self, counts: dict[str, str]) -> None:
        boxes = flow.layout(counts).boxes
        for a, b in itertools.combinations(boxes, 2):
            assert apart((a.x, a.y, a.x + a.w, a.low), (b.x, b.y, b.x + b.w, b.low)), (a.key, b.key)
        assert all(box.x >= 0 and box.x + box.w <= marks.WIDTH - marks.MARGIN + 0.01 for box in boxes)

    def test_text_fits_its_box(self, counts: dict[str, str]) -> None:
        for box in flow.layout(counts).boxes:
            if box.kind == "stage":
                assert marks.text_width(box.lines[0][0], 7.5, bold=True) < box.h
                continue
            assert len(box.lines) * flow.STEP <= box.h
            for line, indent in box.lines:
                width = marks.text_width(line, marks.SIZE, bold=box.kind == "header")
                assert indent + width <= box.w - 2 * flow.PAD + 0.01, (box.key, line)

    def test_arrows_run_from_box_to_box_and_through_none(self, counts: dict[str, str]) -> None:
        plan = flow.layout(counts)
        for arrow in plan.arrows:
            end = arrow.points[-1]
            assert any(
                box.x <= end[0] <= box.x + box.w and box.y <= end[1] <= box.low for box in plan.boxes
            ), arrow
            for (x0, y0), (x1, y1) in itertools.pairwise(arrow.points):
                assert x0 == x1 or y0 == y1
                line = (min(x0, x1) - 0.1, min(y0, y1) - 0.1, max(x0, x1) + 0.1, max(y0, y1) + 0.1)
                for box in plan.boxes:
                    inside = (box.x + 0.2, box.y + 0.2, box.x + box.w - 0.2, box.low - 0.2)
                    assert apart(line, inside), (arrow, box.key)

    def test_texts_keep_apart(self, counts: dict[str, str]) -> None:
        check_texts(flow.prisma_picture([{"data": key, "n": n} for key, n in counts.items()]))

    def test_every_box_has_an_arrow(self, counts: dict[str, str]) -> None:
        """But those where a column begins, which only have one that leaves them."""
        plan = flow.layout(counts)
        ends = [arrow.points[-1] for arrow in plan.arrows]
        for box in plan.boxes:
            if box.kind in ("main", "ours") and box.key not in ("database_results", "website_results"):
                assert any(
                    box.x - 0.1 <= x <= box.x + box.w + 0.1 and box.y - 0.1 <= y <= box.low for x, y in ends
                ), box.key

    def test_ours_are_dashed(self, counts: dict[str, str]) -> None:
        ours = {box.key for box in flow.layout(counts).boxes if box.kind == "ours"}
        added = """db_awaiting_verdict db_awaiting_retrieval db_awaiting_eligibility om_repeats
        om_out om_awaiting_verdict om_awaiting_retrieval
        om_awaiting_eligibility"""
        assert ours == set(added.split())


def box_text(counts: dict[str, str], key: str) -> str:
    box = next(box for box in flow.layout(counts).boxes if box.key == key)
    return " ".join(line for line, _ in box.lines)


def test_flow_says_each_number_in_its_box(drawn: Path) -> None:
    expected = {
        "database_results": "Records identified from: Databases (n = 812): ERIC (n = 236) DOAJ (n = 576) "
        "Registers (n = 15)",
        "duplicates": "Records removed before screening: Duplicate records removed (n = 203) Records marked "
        "as ineligible by automation tools (n = 132): Window (n = 120) Language (n = 12) "
        "Records removed for other reasons (n = 17)",
        "records_screened": "Records screened (n = 475)",
        "records_excluded": "Records excluded* (n = 130): Topic (n = 99) Not peer-reviewed (n = 31)",
        "db_awaiting_verdict": "Records awaiting screening (n = 198)",
        "dbr_sought_reports": "Reports sought for retrieval (n = 147)",
        "dbr_notretrieved_reports": "Reports not retrieved (n = 22)",
        "db_awaiting_retrieval": "Reports awaiting retrieval (n = 11)",
        "dbr_assessed": "Reports assessed for eligibility (n = 114)",
        "dbr_excluded": "Reports excluded (n = 29): No data (n = 21) Wrong concept (n = 8)",
        "db_awaiting_eligibility": "Reports awaiting assessment (n = 40)",
        "website_results": "Records identified from: Websites (n = 4) Organisations (n = 6) "
        "Citation searching (n = 73)",
        "om_repeats": "Records removed before screening: Duplicate records removed (n = 33) Records "
        "marked as ineligible by automation tools (n = 10)",
        "om_out": "Records excluded* (n = 9)",
        "om_awaiting_verdict": "Records awaiting screening (n = 5)",
        "other_sought_reports": "Reports sought for retrieval (n = 26)",
        "other_notretrieved_reports": "Reports not retrieved (n = 2)",
        "om_awaiting_retrieval": "Reports awaiting retrieval (n = 1)",
        "other_assessed": "Reports assessed for eligibility (n = 23)",
        "other_excluded": "Reports excluded (n = 0)",
        "om_awaiting_eligibility": "Reports awaiting assessment (n = 3)",
        "new_studies": "Studies included in review (n = 54) Reports of included studies (n = 58) "
        "41 of the included were read by no person",
    }
    assert {key: box_text(NUMBERS, key) for key in expected} == expected
    text = words(drawn / "drawn" / "prisma.svg")
    who = "118 via databases and registers, 7 via other methods; by a person: 19 and 2."
    assert f"* Excluded by automation tools (rules): {who}" in text
    assert all(said in text for said in expected.values())


def test_flow_of_a_review_that_found_nothing() -> None:
    found = " ".join(line for box in flow.layout({}).boxes for line, _ in box.lines)
    assert set(re.findall(r"n = (\d+)", found)) == {"0"}
    assert "read by no person" not in found
    assert box_text({"dbr_excluded": "7"}, "dbr_excluded") == "Reports excluded (n = 7)"
    assert box_text({"read_by_no_person": "1"}, "new_studies").endswith(
        "1 of the included was read by no person"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("5", []),
        ("ERIC, 36; DOAJ, 15", [("ERIC", 36), ("DOAJ", 15)]),
        ("Badges only; no recognition, 3;", [("Badges only; no recognition", 3)]),
        ("None, or too few, 0", [("None, or too few", 0)]),
    ],
)
def test_reasons(text: str, expected: list[tuple[str, int]]) -> None:
    assert flow.reasons(text) == expected


@pytest.mark.parametrize(
    "text", ["a-b and/or non-formal learning", "x" * 90, "学习 认可 微证书" * 4, "", "a"]
)
def test_wrap_keeps_every_letter(text: str) -> None:
    lines = marks.wrap(text, 40)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(marks.text_width(line) <= 40 for line in lines)


def test_widths_do_not_hang_on_what_was_drawn_before() -> None:
    wide = marks.text_width("Records")
    get_font(marks.font_file(False)).set_size(30, 300)  # as drawing does with the shared font
    marks._advance.cache_clear()
    assert marks.text_width("Records") == wide


def test_clean_is_one_line_that_xml_allows() -> None:
    assert marks.clean("a\x00\n b\u202e\ud800c\ufffe") == "a b c"
    assert len(marks.clean("word " * 10_000)) <= marks.LONGEST


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ({"start": "2015-01-01", "end": "2021-12-31"}, ""),
        ({}, ""),
        (
            {"start": "2015-03-01", "end": "2022-01-31"},
            "2015: from 2015-03-01 only. 2022: until 2022-01-31 only.",
        ),
    ],
)
def test_partial_years(window: dict[str, str], expected: str) -> None:
    assert figures.partial_years(window) == expected


def contrast(fill: str) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    weights: Sequence[float] = (0.2126, 0.7152, 0.0722)
    light = sum(w * linear(p) for w, p in zip(weights, bytes.fromhex(fill[1:]), strict=True))
    return (light + 0.05) / 0.05


def test_black_is_readable_on_every_tint() -> None:
    assert figures._tint(0) == "#FFFFFF"
    assert contrast(figures._tint(1)) > 7
    assert contrast(figures.AWAITING["fill"]) / contrast(figures.INCLUDED["fill"]) > 3  # in grey print, too
