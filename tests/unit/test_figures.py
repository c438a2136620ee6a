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
import pandas as pd
import pytest
from matplotlib.font_manager import get_font
from PIL import Image
from reprise.coding.codebook import Codebook
from reprise.countries import country_name
from reprise.synthesis import charts, country_map, figures, marks, matrices, over_time, sets, style, upset
from reprise.synthesis import flow_figure as flow
from reprise.synthesis.figure_tables import FIGURE_TABLES
from reprise.synthesis.review import Review
from reprise.synthesis.world import lands, project

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
CODES = ["social.lifelong_learning", "social.access", "economic.reskilling"]
SQUARES = {
    "included": [["21", "3", "0"], ["3", "22", "1"], ["0", "1", "23"]],
    "included and awaiting": [["41", "5", "0"], ["5", "42", "6"], ["0", "6", "43"]],
}
# By the name of the figure; the table may be called something else.
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
    "country_map": [
        {"country": name, "full_included": i, "full_awaiting": a}
        for name, i, a in [
            ("United States", "12", "40"),
            ("Malta", "1", "0"),
            ("Réunion", "2", "7"),
            (HOSTILE, "0", "1"),
            ("unknown", "6", "113"),
        ]
    ],
    "themes_over_time": [
        {"context": context, "theme": theme, "year": year, "included": i, "awaiting": a}
        for context, theme, counts in [
            ("social", "lifelong learning", [("1", "2"), ("3", "0"), ("0", "4")]),
            ("social", HOSTILE, [("0", "0"), ("5", "6"), ("0", "0")]),
            ("social", "access", [("0", "0"), ("0", "0"), ("0", "0")]),
            ("uncoded", "uncoded", [("0", "70"), ("0", "0"), ("0", "0")]),
        ]
        for year, (i, a) in zip(("2020", "2021", "unknown"), counts, strict=True)
    ],
    "theme_cooccurrence": [
        {"status": status, "code": code} | dict(zip(CODES, row, strict=True))
        for status, square in SQUARES.items()
        for code, row in zip(CODES, square, strict=True)
    ],
    "source_overlap": [
        {"sources": "eric; semantic_scholar", "works": "31", "included": "2"},
        {"sources": "eric", "works": "77", "included": "0"},
        {"sources": f"doaj; {HOSTILE}", "works": "9", "included": "9"},
    ],
}
FILES = FIGURE_TABLES


def write_inputs(folder: Path, tables: dict[str, list[dict[str, str]]]) -> tuple[dict[str, Path], Path]:
    paths = {}
    # The years are always there: what n is stands under every figure.
    for name, rows in ({"years": TABLES["years"]} | tables).items():
        path = paths[FILES[name]] = folder / f"{FILES[name]}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
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
    narrow = [folder / "narrow" / f"{name}{end}" for name in TABLES for end in (".svg", ".png")]
    figures.draw_figures(tables, provenance, narrow, "one_column")
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

    def test_png_has_no_transparency(self, drawn: Path, name: str) -> None:
        image = Image.open(drawn / "drawn" / f"{name}.png")
        assert image.mode == "RGB"
        assert image.getpixel((0, 0)) == (255, 255, 255)

    def test_says_how_many_works_there_are(self, drawn: Path, name: str) -> None:
        text = words(drawn / "drawn" / f"{name}.svg")
        whole = "n = 20 included and 172 awaiting a person's decision."
        assert (whole in text) == (name not in figures.UNNUMBERED)
        assert "(n = " in text or whole in text

    def test_png_is_seven_inches_at_300_dpi(self, drawn: Path, name: str) -> None:
        image = Image.open(drawn / "drawn" / f"{name}.png")
        assert image.size[0] == 2100
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        assert min(image.convert("L").tobytes()[::7]) < 100
        narrow = Image.open(drawn / "narrow" / f"{name}.png")
        assert narrow.size[0] == (2100 if name == "prisma" else 1000)

    def test_no_letter_is_too_small(self, drawn: Path, name: str) -> None:
        for folder in ("drawn", "narrow"):
            svg = (drawn / folder / f"{name}.svg").read_text(encoding="utf-8")
            assert min(float(size) for size in re.findall(r"font-size: ([\d.]+)px", svg)) >= 6.5


def test_every_figure_has_its_table() -> None:
    assert list(FIGURE_TABLES) == list(figures._pictures("", {})) and set(FIGURE_TABLES) == set(TABLES)


def test_only_figures_are_written(drawn: Path) -> None:
    assert {path.stem for path in (drawn / "drawn").iterdir()} == set(TABLES)


@pytest.mark.parametrize("name", ["years", "prisma", "country_map", "source_overlap"])
def test_same_rows_same_bytes(drawn: Path, tmp_path: Path, name: str) -> None:
    """Also when drawn alone, and under a matplotlibrc of the user's."""
    tables, provenance = write_inputs(tmp_path, {name: TABLES[name]})
    outputs = [tmp_path / f"{name}.svg", tmp_path / f"{name}.png"]
    with matplotlib.rc_context({"font.size": 20, "savefig.bbox": "tight", "lines.linewidth": 9}):
        figures.draw_figures(tables, provenance, outputs)
    for path in outputs:
        assert path.read_bytes() == (drawn / "drawn" / path.name).read_bytes()


@pytest.mark.parametrize("name", TABLES)
def test_pdf_has_its_fonts_no_date_and_the_same_bytes(tmp_path: Path, name: str) -> None:
    tables, provenance = write_inputs(tmp_path, {name: TABLES[name]})
    paths = [tmp_path / "a" / f"{name}.pdf", tmp_path / "b" / f"{name}.pdf"]
    for path in paths:
        figures.draw_figures(tables, provenance, [path])
    data = paths[0].read_bytes()
    assert data.startswith(b"%PDF")
    assert b"Date" not in data
    assert b"/FontFile2" in data and b"/Type3" not in data
    assert data == paths[1].read_bytes()


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


@pytest.mark.parametrize("name", [n for n in TABLES if n not in ("prisma", "years", "theme_cooccurrence")])
def test_hostile_text_stands_as_it_is(drawn: Path, name: str) -> None:
    path = drawn / "drawn" / f"{name}.svg"
    assert "<script" not in path.read_text(encoding="utf-8")
    assert "$x^2$" in words(path)
    assert LITERAL.replace(" ", "") in words(path).replace(" ", "")


def test_bars_are_as_long_as_their_numbers() -> None:
    bars, length = charts.stack(10, 50, 8, (2, 6), 3.0)
    assert bars == [
        marks.Rect(10, 50, 6, 8, **style.INCLUDED),
        marks.Rect(16, 50, 18, 8, **style.AWAITING),
    ]
    assert length == 24
    upright, _ = charts.stack(10, 50, 8, (0, 6), 3.0, upright=True)
    assert upright == [marks.Rect(10, 32, 8, 18, **style.AWAITING)]


def pictures(tables: dict[str, list[dict[str, str]]], width: float) -> list[marks.Picture]:
    return [
        figures.years_picture(tables["years"], "", width),
        figures.countries_picture(tables["countries"], width),
        figures.themes_picture(tables["themes"], width),
        matrices.themes_by_country_picture(tables["themes_by_country"], width),
        country_map.country_map_picture(tables["country_map"], width),
        over_time.themes_over_time_picture(tables["themes_over_time"], "", width),
        matrices.theme_cooccurrence_picture(tables["theme_cooccurrence"], width),
    ]


def said(picture: marks.Picture) -> list[str]:
    return [mark.text for mark in picture.marks if isinstance(mark, marks.Label)]


COUNTS_OF = {
    "included": "included",
    "full_included": "included",
    "awaiting": "awaiting",
    "full_awaiting": "awaiting",
}


def noughts(rows: list[dict[str, str]], also_awaiting: bool) -> list[dict[str, str]]:
    gone = ["included", "included and awaiting", "awaiting"] if also_awaiting else ["included"]
    return [
        {
            key: "0"
            if COUNTS_OF.get(key) in gone or (row.get("status") in gone and key in (*GROUPS, *CODES, "total"))
            else value
            for key, value in row.items()
        }
        for row in rows
    ]


@pytest.mark.parametrize("width", style.WIDTHS.values())
def test_nothing_included_is_said(width: float) -> None:
    for picture in pictures({name: noughts(rows, False) for name, rows in TABLES.items()}, width):
        assert "No included works." in said(picture)
    for tables in (
        {name: noughts(rows, True) for name, rows in TABLES.items()},
        {name: [] for name in TABLES},
    ):
        for picture in pictures(tables, width):
            assert "No included works and none awaiting a decision." in " ".join(said(picture))
            check_texts(picture)
    assert not any("No included" in text for picture in pictures(TABLES, width) for text in said(picture))
    assert "No works." in said(upset.source_overlap_picture([], width))


def test_empty_tables_are_drawn(tmp_path: Path) -> None:
    tables, provenance = write_inputs(tmp_path, {name: [] for name in TABLES})
    outputs = [tmp_path / f"{name}.svg" for name in TABLES]
    figures.draw_figures(tables, provenance, outputs)
    assert "Records screened (n = 0)" in words(tmp_path / "prisma.svg")
    others = [path for path in outputs if path.stem not in ("prisma", "source_overlap")]
    assert len(others) == 7 and all("No included" in words(path) for path in others)


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
        assert place[0] >= 0 and place[1] >= 0 and place[2] <= picture.width and place[3] <= picture.height, (
            text
        )
    for (a, one), (b, other) in itertools.combinations(places, 2):
        assert apart(a, b), (one, other)


LONG = "recognition and assessment of non-formal and informal learning, and of much else besides"


@pytest.mark.parametrize("width", style.WIDTHS.values())
@pytest.mark.parametrize(("years", "size"), [(1, 9), (9, 1), (20, 1234), (40, 987), (90, 12345)])
def test_no_text_of_a_chart_touches_another(years: int, size: int, width: float) -> None:
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
        "country_map": countries_on_map(min(years, 60), size),
        "themes_over_time": [
            {"context": f"{LONG} {c}", "theme": f"{LONG} {k}", "year": year, **n}
            for c in range(2)
            for k in range(5)
            for year in (*(str(2022 - years + y) for y in range(years)), "unknown")
        ],
        "theme_cooccurrence": [
            {"status": status, "code": f"{LONG} {k % 3}.{LONG} {k}"}
            | {f"{LONG} {j % 3}.{LONG} {j}": str(size + j) for j in range(years)}
            for status in SQUARES
            for k in range(years)
        ],
    }  # fmt: skip
    for picture in [*pictures(tables, width), upset.source_overlap_picture(many_sets(12, size), width)]:
        check_texts(picture)


def countries_on_map(count: int, size: int, step: int = 3) -> list[dict[str, str]]:
    """Countries all over the world, large and small."""
    names = [country_name(code) for code in list(lands())[1 : 1 + step * count : step]]
    counts = {"full_included": str(size), "full_awaiting": str(3 * size)}
    return [{"country": name, **counts} for name in [*names, "unknown"]]


def many_sets(sources: int, size: int) -> list[dict[str, str]]:
    names = [f"source_{k}_of_a_long_name" for k in range(sources)]
    return [
        {"sources": "; ".join(chosen), "works": str(size + k), "included": str(k % 2)}
        for n in (1, 2, 5)
        for k, chosen in enumerate(itertools.combinations(names, n))
    ]


class TestCountryMap:
    def shown(self, rows: list[dict[str, str]], width: float = style.TWO_COLUMNS) -> marks.Picture:
        return country_map.country_map_picture(rows, width)

    def test_colour_goes_by_class_of_the_count(self) -> None:
        found = self.shown(TABLES["country_map"])
        dots = [mark for mark in found.marks if isinstance(mark, marks.Dot)]
        assert [dot.fill for dot in dots] == [style.CLASSES[0]]  # Malta, one work
        fills = [mark.fill for mark in found.marks if isinstance(mark, marks.Shape)]
        assert fills == [style.LAND, style.CLASSES[3], style.LAND, style.CLASSES[4]]  # 12 and 40
        assert {"none", "1 work", "2–4", "5–9", "10–19", "20 and more"} <= set(said(found))

    def test_what_is_not_on_the_map_is_said(self) -> None:
        texts = said(self.shown(TABLES["country_map"]))
        assert {"Country unknown: 6", "Country unknown: 113"} <= set(texts)
        assert "Not on the map: Réunion: 2 included, 7 awaiting" in " ".join(texts)
        assert "Not on the map" not in " ".join(said(self.shown(TABLES["country_map"][:2])))

    def test_no_awaiting_no_second_map(self) -> None:
        none = [row | {"full_awaiting": "0"} for row in TABLES["country_map"]]
        assert "Awaiting a person's decision" not in said(self.shown(none))
        assert "Awaiting a person's decision" in said(self.shown(TABLES["country_map"]))

    def test_a_class_that_no_work_is_in_has_no_key(self) -> None:
        none = [row | {"full_included": "0", "full_awaiting": "0"} for row in TABLES["country_map"]]
        texts = said(self.shown(none))
        assert "none" in texts and "1 work" not in texts

    @pytest.mark.parametrize("width", style.WIDTHS.values())
    def test_dots_of_all_countries_stay_off_the_text(self, width: float) -> None:
        found = self.shown(countries_on_map(len(lands()), 1234, step=1), width)
        dots = [mark for mark in found.marks if isinstance(mark, marks.Dot)]
        assert len(dots) > 80
        r = country_map.RADIUS
        labels = [extent(mark) for mark in found.marks if isinstance(mark, marks.Label)]
        for dot in dots:
            assert all(apart((dot.x - r, dot.y - r, dot.x + r, dot.y + r), label) for label in labels)

    @pytest.mark.parametrize("width", style.WIDTHS.values())
    def test_dots_do_not_overlap_and_land_stays_inside_and_off_the_text(self, width: float) -> None:
        found = self.shown(countries_on_map(60, 7), width)
        dots = [mark for mark in found.marks if isinstance(mark, marks.Dot)]
        assert len(dots) > 40
        for a, b in itertools.combinations(dots, 2):
            assert ((a.x - b.x) ** 2 + (a.y - b.y) ** 2) ** 0.5 >= 2 * country_map.RADIUS - 0.05
        places = [(dot.x, dot.y) for dot in dots]
        places += [p for m in found.marks if isinstance(m, marks.Shape) for ring in m.rings for p in ring]
        labels = [extent(mark) for mark in found.marks if isinstance(mark, marks.Label)]
        for x, y in places:
            assert 0 <= x <= width and 0 <= y <= found.height
            assert not any(a < x < c and b < y < d for a, b, c, d in labels)

    def test_every_country_is_somewhere_and_none_crosses_the_edge(self) -> None:
        for code, land in lands().items():
            for ring in land.rings:
                assert max(x for x, _ in ring) - min(x for x, _ in ring) < 2.6, code
        size = {code: land.area for code, land in lands().items()}
        assert size["RU"] > size["CA"] > size["BR"] > size["FR"] > 0  # areas in proportion
        # The sphere has 4 pi; Greenland is 2.17 of 510 million square kilometres.
        assert size["GL"] / (4 * 3.14159) == pytest.approx(2.17 / 510, rel=0.05)
        assert "AQ" not in size
        for code, (longitude, latitude) in {"SG": (103.8, 1.3), "MT": (14.4, 35.9), "FJ": (178, -18)}.items():
            assert lands()[code].mark == pytest.approx(project(longitude, latitude), abs=0.03)

    def test_classes_stay_apart_in_grey(self) -> None:
        steps = [contrast(color) for color in (style.LAND, *style.CLASSES)]
        assert all(a / b > 1.4 for a, b in itertools.pairwise(steps))


def test_combinations_of_sources() -> None:
    found = upset.source_overlap_picture(TABLES["source_overlap"], style.TWO_COLUMNS)
    dark = [mark.x for mark in found.marks if isinstance(mark, marks.Dot) and mark.fill == upset.DARK]
    columns = sorted(set(dark))
    assert [dark.count(x) for x in columns] == [1, 2, 2]  # most works first: 77, 31, 9
    texts = said(found)
    numbers = [text for text in texts if re.fullmatch(r"\d*( ?\(\d+\))?", text)]
    columns_of, sources_of = ["77", "31", "9", "(0)", "(2)", "(9)"], ["108 (2)", "31 (2)", "9 (9)", "9 (9)"]
    assert numbers == columns_of + sources_of
    assert {"included (n = 11)", "other works (n = 106)"} <= set(texts)
    assert "not shown" not in " ".join(texts)
    assert "eric, semantic scholar: 31 works, 2 included" in found.desc


def test_sources_are_called_by_their_labels() -> None:
    labels = {"eric": "ERIC", "semantic_scholar": "Semantic Scholar", "pubmed": "PubMed"}
    found = upset.source_overlap_picture(TABLES["source_overlap"], labels=labels)
    assert {"ERIC", "Semantic Scholar", "doaj"} <= set(said(found))
    assert "Sources without works: PubMed." in " ".join(said(found))
    assert "ERIC, Semantic Scholar: 31 works, 2 included" in found.desc
    bare = upset.source_overlap_picture(TABLES["source_overlap"])
    assert {"eric", "semantic scholar"} <= set(said(bare)) and "without works" not in " ".join(said(bare))


def test_themes_are_called_by_their_labels() -> None:
    rows = TABLES["theme_cooccurrence"]
    labels = {code: ["A context", f"Theme {k}"] for k, code in enumerate(CODES)}
    found = matrices.theme_cooccurrence_picture(rows, labels=labels)
    texts = [text.replace(marks.NBSP, " ") for text in said(found)]
    assert {"A context", "Theme 0 (21 + 20)"} <= set(texts) and texts.count("A context") == 1
    assert matrices.CODED not in " ".join(texts) and "A context Theme 1 and A context Theme 2" in found.desc
    some = matrices.theme_cooccurrence_picture(rows, labels={CODES[0]: labels[CODES[0]]})
    assert matrices.CODED in " ".join(said(some)) and "reskilling (23 + 20)" in " ".join(said(some))


def test_labels_come_from_the_provenance(tmp_path: Path) -> None:
    tables, provenance = write_inputs(tmp_path, TABLES)
    labels = {"sources": {"eric": "ERIC"}, "themes": {CODES[0]: ["Social", "Learning all of life"]}}
    about = json.loads(provenance.read_text(encoding="utf-8")) | {"labels": labels}
    provenance.write_text(json.dumps(about), encoding="utf-8")
    outputs = [tmp_path / "theme_cooccurrence.svg", tmp_path / "source_overlap.svg"]
    figures.draw_figures(tables, provenance, outputs)
    assert "Learning all of life" in words(outputs[0])
    assert "ERIC" in texts(outputs[1]) and "eric" not in texts(outputs[1])


def test_large_numbers_are_grouped() -> None:
    rows = [{"year": "2020", "included": "12345", "awaiting": "9999"}]
    assert "12\u202f345 + 9999" in said(figures.years_picture(rows))
    text = " ".join(said(flow.prisma_picture([{"data": "records_screened", "n": "1234567"}])))
    assert "(n = 1\u202f234\u202f567)" in text
    assert marks.text_width("12\u202f345") < marks.text_width("12 345")


def test_only_names_that_are_too_wide_are_turned() -> None:
    rows = [{"year": str(2010 + k), "included": "1", "awaiting": "0"} for k in range(9)]
    rows.append({"year": "unknown", "included": "1", "awaiting": "0"})
    found = figures.years_picture(rows, width=style.ONE_COLUMN)
    turned = [mark.text for mark in found.marks if isinstance(mark, marks.Label) and mark.upright]
    assert turned == ["unknown"]
    check_texts(found)


def test_a_full_line_keeps_the_margin_when_drawn(tmp_path: Path) -> None:
    """Hinting would widen each letter of a PNG, and the line would run out of the figure."""
    room = style.TWO_COLUMNS - 2 * style.MARGIN
    line = max((marks.wrap(f"{'awaiting a decision ' * 9}{'i' * k}", room)[0] for k in range(20)), key=len)
    label = marks.Label(style.MARGIN, 20, line)
    figures.draw(marks.Picture("full", "", "", 30, [label]), "", [tmp_path / "full.png"])
    ink = Image.open(tmp_path / "full.png").convert("L").point(lambda v: 255 * (v < 200)).getbbox()
    points = 72 / style.DPI
    assert ink and ink[2] * points == pytest.approx(style.MARGIN + marks.text_width(line), abs=1.5)
    assert ink[2] * points <= style.TWO_COLUMNS - style.MARGIN


@pytest.mark.parametrize("width", style.WIDTHS.values())
def test_combinations_that_are_not_shown_are_counted(width: float) -> None:
    rows = many_sets(12, 4)
    found = upset.source_overlap_picture(rows, width)
    columns = {mark.x for mark in found.marks if isinstance(mark, marks.Dot)}
    rest = sorted((int(row["works"]) for row in rows), reverse=True)[len(columns) :]
    together = style.grouped(sum(rest))
    text = f"Combinations not shown: {len(rest)}, of {rest[0]} works at most, {together} together."
    assert len(columns) <= upset.MOST and text in " ".join(said(found))
    assert all(0 <= x <= width for x in columns)


def test_stripes_lie_below_the_bars() -> None:
    """Marks that look alike are drawn where the first of them stands."""
    found = upset.source_overlap_picture(TABLES["source_overlap"]).marks
    first = {mark.fill: k for k, mark in reversed(list(enumerate(found))) if isinstance(mark, marks.Rect)}
    assert first[style.STRIPE] < first[style.OTHERS["fill"]] < first[upset.DARK]


def test_themes_over_time() -> None:
    found = over_time.themes_over_time_picture(TABLES["themes_over_time"], "2022: partly.")
    text = " ".join(said(found)).replace(marks.NBSP, " ")
    assert "lifelong learning (4 + 6)" in text and "uncoded (0 + 70)" in text
    assert "No works: access." in text and "access (0)" not in text
    assert text.endswith("2022: partly.")
    assert [t for t in said(found) if t.isdigit() and len(t) < 4] == ["11", "11", "70"]  # scales
    assert said(found).count("n.d.") == 3
    heights = [m.h for m in found.marks if isinstance(m, marks.Rect) and m.fill == style.BLUE][1:]
    unit = over_time.HIGH / 11
    assert heights == pytest.approx([unit, 3 * unit, 5 * unit])
    dated = [row for row in TABLES["themes_over_time"] if row["year"] != "unknown"]
    assert "n.d." not in " ".join(said(over_time.themes_over_time_picture(dated)))


def test_themes_borne_together() -> None:
    found = matrices.theme_cooccurrence_picture(TABLES["theme_cooccurrence"])
    texts = [text.replace(marks.NBSP, " ") for text in said(found)]
    assert {"social", "economic", "lifelong learning (21 + 20)", "reskilling (23 + 20)"} <= set(texts)
    cells = [m for m in found.marks if isinstance(m, marks.Label) and m.text in "3 5 6 1".split()]
    middle = {k: cell.x for k, cell in enumerate(cells)}
    # Column heads 1 and 3, then the cells of the rows, each in its column; an empty cell is nought.
    assert [cell.text for cell in cells] == ["1", "3", "1", "5", "3", "6", "3", "1"]
    assert middle[4] == middle[0] and middle[5] == middle[1]
    assert "social access and economic reskilling: 1 included, 5 awaiting" in found.desc
    crowd = [f"c.t{k}" for k in range(60)]
    rows = [
        {"status": "included", "code": code} | {other: str(k) for other in crowd}
        for k, code in enumerate(crowd)
    ]
    narrow = matrices.theme_cooccurrence_picture(rows, style.ONE_COLUMN)
    shown = [text for text in said(narrow) if re.fullmatch(r"t\d+ .*", text)]
    assert f"Themes with fewer works, not shown: {60 - len(shown)}." in " ".join(said(narrow))
    assert shown[-1].startswith("t59 ") and 5 < len(shown) < 30


BOOK = {
    "contexts": [
        {
            "id": "a",
            "label": "A",
            "themes": [{"id": code, "label": code.upper(), "indicators": [f"word {code}"]} for code in "xy"],
        }
    ]
}


def review(protocol: dict[str, object]) -> Review:
    """Give a review of four works, with the tables that the sets are made from."""
    works = pd.DataFrame(
        {
            "work_id": ["w1", "w2", "w3", "w4"],
            "sources": ["doaj; eric", "eric; doaj", "eric", "web"],
            "title": "t",
            "url": "",
            "year": ["2020", None, "2014", "2020"],
        }
    )
    ledger = pd.DataFrame(
        {"work_id": works["work_id"], "lead": "true", "stage": "", "reason": "", "reasons": ""}
    )
    ledger = ledger.assign(end=["included", "awaiting", "awaiting", "excluded"], decided_by="")
    coding = pd.DataFrame(
        {
            "work_id": ["w1", "w1", "w2", "w3", "w4"],
            "variable": "theme",
            "code": ["a.x", "a.y", "a.x", "uncoded", "a.x"],
        }
    )
    book = Codebook.model_validate(BOOK)
    empty = pd.DataFrame()
    rest = {"records": empty, "pairs": empty, "screening": empty, "hits": empty}
    lists = dict.fromkeys(("problems", "looked_up", "cited", "strategies", "decisions", "appraisals"), ())
    log = [{"source": "eric"}, {"source": "doaj"}, {"source": "web"}]
    return Review(
        works=works, ledger=ledger, coding=coding, log=log, codebook=book, protocol=protocol, **rest, **lists
    )  # fmt: skip


def test_tables_of_sets() -> None:
    made = review({"window": {"start": "2019-01-01", "end": "2020-12-31"}})
    rows = sets.source_sets(made).values.tolist()
    assert rows == [["eric; doaj", 2, 1], ["eric", 1, 0], ["web", 1, 0]]
    years = sets.themes_by_year(made)
    assert list(years.columns) == ["context", "theme", "year", "included", "awaiting"]
    assert years["year"].unique().tolist() == ["2014", "2019", "2020", "unknown"]
    counted = years[years["included"] + years["awaiting"] > 0].values.tolist()
    assert counted == [
        ["A", "X", "2020", 1, 0],
        ["A", "X", "unknown", 0, 1],
        ["A", "Y", "2020", 1, 0],
        ["uncoded", "uncoded", "2014", 0, 1],
    ]
    assert len(years) == 3 * 4


@pytest.fixture(params=[{}, NUMBERS, CROWDED], ids=["zero", "full", "crowded"])
def counts(request: pytest.FixtureRequest) -> dict[str, str]:
    found: dict[str, str] = request.param
    return found


class TestFlow:
    def test_boxes_do_not_overlap(self, counts: dict[str, str]) -> None:
        boxes = flow.layout(counts).boxes
        for a, b in itertools.combinations(boxes, 2):
            assert apart((a.x, a.y, a.x + a.w, a.low), (b.x, b.y, b.x + b.w, b.low)), (a.key, b.key)
        assert all(box.x >= 0 and box.x + box.w <= style.TWO_COLUMNS - style.MARGIN + 0.01 for box in boxes)

    def test_text_fits_its_box(self, counts: dict[str, str]) -> None:
        for box in flow.layout(counts).boxes:
            if box.kind == "stage":
                assert marks.text_width(box.lines[0][0], 7.5, bold=True) < box.h
                continue
            assert len(box.lines) * flow.STEP <= box.h
            for line, indent in box.lines:
                width = marks.text_width(line, style.SIZE, bold=box.kind == "header")
                assert indent + width <= box.w - 2 * flow.PAD + 0.01, (box.key, line)

    def test_further_lines_of_an_item_hang(self, counts: dict[str, str]) -> None:
        """Else `Pages built on` and `Crossref` below it read as two sources."""
        lines = flow._wrapped([("Pages built on Crossref and much else", 12.0), ("ERIC", 12.0)], 100)
        assert [indent for _, indent in lines] == [12.0] + [12.0 + flow.HANG] * (len(lines) - 2) + [12.0]
        assert len(lines) > 2

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
    assert style.tint(0) == "#FFFFFF"
    assert contrast(style.tint(1)) > 7
    assert contrast(style.AWAITING["fill"]) / contrast(style.INCLUDED["fill"]) > 3  # in grey print, too
