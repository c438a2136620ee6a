"""Tables as people cite them: every cell arrives in every format, whatever it holds, in the same bytes."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import docx
import pytest
from openpyxl import load_workbook
from reprise.csvfiles import write_rows
from reprise.synthesis.apa import apa, reference_list
from reprise.synthesis.captions import FIGURES, TABLES
from reprise.synthesis.citing import citation_page
from reprise.synthesis.excel import CUT, LIMIT
from reprise.synthesis.latex import LAYOUTS, escape
from reprise.synthesis.markdown import markdown
from reprise.synthesis.printed import read_printed, unzipped, with_marks, zipped
from reprise.synthesis.typeset import WRITERS, typeset

ROOT = Path(__file__).parents[2]
LINE = "Reprise 9.9, run 1a2b; window 2015-01-01 to 2022-01-31; searched 2026-11"
PROTOCOL = {"review": {"title": "A <b> rerun & more"}}
HOSTILE = [
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "'=already guarded", "<b>bold</b>", "a & b",
    "50 % of $1 #2", r"\input{/etc/passwd}", "{[x]}", "[first", "*star", "two\nlines", "a\ttab", " spaces ",
    "微证书 研究", "😀 👩‍🏫",
    "a | b", "#N/A", "TRUE", "007", "1e5", "2020-01-01", "_x0041_", "`code` ''quotes'' -- ---", "~^_",
]  # fmt: skip

NUMBER = list(TABLES).index("venues") + 1
VENUES = f"Table {NUMBER}"


def made(folder: Path, name: str, columns: list[str], rows: list[list[str]]) -> Path:
    """Write a table's CSV as the stage before does, and what run it is."""
    path = folder / f"{name}.csv"
    told = [dict(zip([*columns, "source_line"], [*row, LINE], strict=True)) for row in rows]
    write_rows(path, [*columns, "source_line"], told)
    (folder / "provenance.json").write_text(json.dumps({"source_line": LINE}), encoding="utf-8")
    return path


def printed(folder: Path, path: Path) -> dict[str, Path]:
    outputs = {suffix: folder / "out" / f"{path.stem}{suffix}" for suffix in WRITERS}
    typeset([path], list(outputs.values()), PROTOCOL, folder / "provenance.json")
    return outputs


def word_rows(path: Path) -> list[list[str]]:
    (table,) = docx.Document(str(path)).tables
    return [[cell.text for cell in row.cells] for row in table.rows]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("hostile")
    path = made(folder, "venues", ["venue", "included"], [[text, str(n)] for n, text in enumerate(HOSTILE)])
    return printed(folder, path)


def test_every_hostile_cell_stands_in_the_workbook_as_text(hostile: dict[str, Path]) -> None:
    sheet = load_workbook(hostile[".xlsx"])[VENUES]
    rows = list(sheet.iter_rows(min_row=2))
    assert [row[0].value for row in rows] == [t.replace("_x0041_", "_x005F_x0041_") for t in HOSTILE]
    assert {row[0].data_type for row in rows} == {"s"}
    assert [row[1].value for row in rows] == list(range(len(HOSTILE)))
    assert b"<f>" not in zipfile.ZipFile(hostile[".xlsx"]).read("xl/worksheets/sheet1.xml")


def test_every_hostile_cell_stands_in_the_document(hostile: dict[str, Path]) -> None:
    head, *rows = word_rows(hostile[".docx"])
    assert head == ["Venue", "Included"]
    assert rows == [[text, str(n)] for n, text in enumerate(HOSTILE)]


def test_the_workbook_is_named_frozen_and_filtered_and_tells_about_itself(hostile: dict[str, Path]) -> None:
    book = load_workbook(hostile[".xlsx"])
    sheet, about = book[VENUES], book["About"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", f"A1:B{len(HOSTILE) + 1}")
    told = dict(about.iter_rows(values_only=True))
    assert told[VENUES] == TABLES["venues"].title
    assert told["Review"] == PROTOCOL["review"]["title"]
    assert told["Note"].startswith(f"n = {len(HOSTILE)} rows. {TABLES['venues'].notes}")
    assert told["Source"] == LINE + "."


def test_the_document_has_caption_repeated_header_alternative_text_and_notes(
    hostile: dict[str, Path],
) -> None:
    document = docx.Document(str(hostile[".docx"]))
    caption, *notes = document.paragraphs
    assert caption.style.name == "Caption"
    xml = document.element.xml
    assert f'w:instr=" SEQ Table \\* ARABIC \\r {NUMBER} "' in xml
    assert caption.text.endswith(f". {TABLES['venues'].title}")
    assert xml.count("<w:tblHeader/>") == 1
    assert f'w:tblCaption w:val="{VENUES}. {TABLES["venues"].title}"' in xml
    assert f'w:tblDescription w:val="{VENUES}.' in xml
    assert [p.text.split(".")[0] for p in notes] == ["Note", "Source"]
    assert notes[-1].text == f"Source. {LINE}."
    assert document.core_properties.created == document.core_properties.modified
    cells = document.tables[0].rows[1].cells
    assert cells[1].paragraphs[0].style.name == "Table Number"
    assert cells[0].paragraphs[0].style.name == "Table Text"


def test_numbers_keep_their_digits_and_years_have_no_separators(tmp_path: Path) -> None:
    columns = ["year", "unknown_percent", "kappa", "n", "code"]
    rows = [["2020", "12.50", "", "12345678", "007"], ["2021", "3", "-0.4", "0", "7"]]
    outputs = printed(tmp_path, made(tmp_path, "restrictions", columns, rows))
    sheet = load_workbook(outputs[".xlsx"]).worksheets[0]
    cells = list(sheet.iter_rows(min_row=2))
    assert [c.value for c in cells[0]] == [2020, 12.5, None, 12345678, "007"]
    assert [c.number_format for c in cells[0]][:2] == ["0", "0.00"]
    assert [c.value for c in cells[1]] == [2021, 3, -0.4, 0, "7"]
    assert word_rows(outputs[".docx"])[1:] == rows
    assert r"2020 & 12.50 &  & 12345678 & 007 \\" in outputs[".tex"].read_text(encoding="utf-8")
    assert "Unknown percent, per cent." in outputs[".tex"].read_text(encoding="utf-8")


def test_the_workbook_can_be_printed_and_read(tmp_path: Path) -> None:
    row = ["R&D " * 30, "2020", "12.5"]
    sheet = load_workbook(
        printed(tmp_path, made(tmp_path, "venues", ["venue", "year", "n"], [row]))[".xlsx"]
    )[VENUES]
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.oddHeader.left.text == f"{VENUES}. {TABLES['venues'].title}"
    assert sheet.oddFooter.left.text == f"{LINE}."
    head, cells = sheet.iter_rows()
    assert [cell.font.bold for cell in head] == [True] * 3
    assert [cell.alignment.horizontal for cell in head] == [None, "right", "right"]
    assert {cell.alignment.vertical for cell in (*head, *cells)} == {"top"}
    assert cells[0].alignment.wrap_text
    # A cell of several lines has a row of their height.
    width = sheet.column_dimensions["A"].width
    assert sheet.row_dimensions[2].height >= 15 * len(row[0]) / width
    assert sheet.row_dimensions[1].height is None


def test_what_is_filled_in_is_not_taken_for_a_place(tmp_path: Path) -> None:
    """A table or title that holds the words that stand for what differs keeps them."""
    places = ["PLACE-TITLE", "PLACE-BODY", "<sheetData/>", "A1:ZZ99999", "PLACE-REVIEW", 'paperSize="9"']
    path = made(tmp_path, "venues", ["venue", "included"], [[place, "1"] for place in places])
    outputs = {suffix: tmp_path / "out" / f"venues{suffix}" for suffix in (".docx", ".xlsx")}
    review = {"review": {"title": "PLACE-SOURCE PLACE-TITLE"}}
    typeset([path], list(outputs.values()), review, tmp_path / "provenance.json")
    book, document = load_workbook(outputs[".xlsx"]), docx.Document(str(outputs[".docx"]))
    assert [row[0].value for row in book[VENUES].iter_rows(min_row=2)] == places
    assert [row[0] for row in word_rows(outputs[".docx"])[1:]] == places
    assert book.properties.subject == document.core_properties.subject == review["review"]["title"]


def test_a_document_holds_no_more_than_its_table_needs(tmp_path: Path) -> None:
    path = printed(tmp_path, made(tmp_path, "venues", ["venue", "included"], [["J", "1"]]))[".docx"]
    parts = zipfile.ZipFile(path).namelist()
    assert not [name for name in parts if "thumbnail" in name or "Effects" in name]
    assert sum(entry.file_size for entry in zipfile.ZipFile(path).infolist()) < 120_000


def test_rows_are_counted_as_prose_counts_them(tmp_path: Path) -> None:
    def note(rows: int) -> str:
        path = made(tmp_path, "venues", ["venue", "included"], [["J", "1"]] * rows)
        return read_printed(path, LINE).notes[0][1].split(".")[0]

    assert [note(n) for n in (0, 1, 2, 1363)] == ["n = 0 rows", "n = 1 row", "n = 2 rows", "n = 1,363 rows"]


@pytest.mark.parametrize("text", ["x" * 40_000, "😀" * 20_000])
def test_what_excel_cannot_hold_is_cut_and_says_so(tmp_path: Path, text: str) -> None:
    outputs = printed(tmp_path, made(tmp_path, "venues", ["venue", "included"], [[text, "1"]]))
    cell = load_workbook(outputs[".xlsx"]).worksheets[0]["A2"].value
    assert len(cell.encode("utf-16-le")) // 2 <= LIMIT
    assert cell.endswith(CUT)
    assert text.startswith(cell.removesuffix(CUT))
    assert len(cell) > 15_000
    assert word_rows(outputs[".docx"])[1][0] == text


def test_what_xml_cannot_hold_is_left_out(tmp_path: Path) -> None:
    outputs = printed(tmp_path, made(tmp_path, "venues", ["venue", "included"], [["a\x01b\ufffe\x0bc", "1"]]))
    assert load_workbook(outputs[".xlsx"]).worksheets[0]["A2"].value == "abc"
    assert word_rows(outputs[".docx"])[1][0] == "abc"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_without_rows_keeps_its_header(tmp_path: Path, name: str) -> None:
    outputs = printed(tmp_path, made(tmp_path, name, ["title", "works"], []))
    assert [c.value for c in next(load_workbook(outputs[".xlsx"]).worksheets[0].iter_rows())] == [
        "Title",
        "Works",
    ]
    assert word_rows(outputs[".docx"]) == [["Title", "Works"]]
    assert f"**Table {list(TABLES).index(name) + 1}.**" in outputs[".md"].read_text(encoding="utf-8")
    assert well_nested(outputs[".tex"].read_text(encoding="utf-8"))


def test_rows_that_a_rule_decided_bear_a_mark(tmp_path: Path) -> None:
    rows = [["A", "rules"], ["B", "Ada"], ["C", "rule window"], ["D", "rulers"]]
    path = made(tmp_path, "included_studies", ["title", "decided_by"], rows)
    outputs = printed(tmp_path, path)
    marks = ["by rule", "", "by rule", ""]
    assert [row[-1] for row in word_rows(outputs[".docx"])] == ["Mark", *marks]
    sheet = load_workbook(outputs[".xlsx"]).worksheets[0]
    assert [row[-1] or "" for row in sheet.iter_rows(min_row=2, values_only=True)] == marks
    told = with_marks(read_printed(path, LINE)).notes
    assert ("Mark", "coded by rule where no person coded.") in told
    assert told[-1] == ("Source", f"{LINE}.")
    assert "Mark" not in outputs[".md"].read_text(encoding="utf-8")


# --- LaTeX


def well_nested(text: str) -> bool:
    """Whether braces and environments close in the order in which they were opened."""
    text = re.sub(r"(?<!\\)%.*", "", text)
    open_ = []
    for token in re.findall(r"\\(?:begin|end)\{(\w+)\}|(\\.)|([{}])", text):
        if token[2] == "{":
            open_.append("{")
        elif token[2] == "}" and (not open_ or open_.pop() != "{"):
            return False
    stack = []
    for what, name in re.findall(r"\\(begin|end)\{(\w+)\}", text):
        if what == "begin":
            stack.append(name)
        elif not stack or stack.pop() != name:
            return False
    return not open_ and not stack and text.count(r"\begingroup") == text.count(r"\endgroup")


def test_latex_is_well_nested_and_every_row_has_its_cells(hostile: dict[str, Path]) -> None:
    text = hostile[".tex"].read_text(encoding="utf-8")
    assert well_nested(text)
    assert not well_nested(text.replace(r"\toprule", "{", 1))
    body = text.split(r"\midrule")[1].split(r"\bottomrule")[0].strip().splitlines()
    assert len(body) == len(HOSTILE)
    assert {len(re.findall(r"(?<!\\)&", line)) for line in body} == {1}
    assert r"\textbackslash{}input\textbraceleft{}" in text
    assert r"\input{/etc" not in text
    assert [line[:2] for line in body if line.startswith(("[", "*"))] == []
    assert all(rf"\usepackage{{{p}" in text or f",{p}" in text for p in ("array", "booktabs", "longtable"))
    assert re.search("^% It holds Han, .*xeCJK", text, re.MULTILINE | re.DOTALL)


def test_a_table_says_which_letters_it_holds_that_latex_lacks(tmp_path: Path) -> None:
    def head(venue: str) -> str:
        path = made(tmp_path, "venues", ["venue", "included"], [[venue, "1"]])
        text = printed(tmp_path, path)[".tex"].read_text(encoding="utf-8")
        return " ".join(line for line in text.splitlines() if line.startswith("%"))

    assert "It holds" not in head("Zeitschrift für Pädagogik – Łódź")
    assert "It holds Cyrillic, Greek," in head("Освіта Ω")
    assert "xeCJK" not in head("Освіта Ω")
    assert "It holds Han, Japanese," in head("教育 カード")


PAGE = LAYOUTS[0][3]


@pytest.mark.parametrize(
    ("rows", "cell", "environment"),
    [
        (PAGE - 2, "J", "table"),  # two lines are notes
        (PAGE - 1, "J", "longtable"),
        (5, "a journal with a name " * 40, "longtable"),
    ],
)
def test_a_table_higher_than_a_page_runs_over_pages(
    tmp_path: Path, rows: int, cell: str, environment: str
) -> None:
    path = made(tmp_path, "venues", ["venue", "included"], [[cell, "1"]] * rows)
    text = printed(tmp_path, path)[".tex"].read_text(encoding="utf-8")
    assert rf"\begin{{{environment}}}" in text
    assert well_nested(text)
    assert r"\begin{landscape}" not in text
    assert rf"\setcounter{{table}}{{{NUMBER - 1}}}" in text


def test_a_wide_table_is_turned_and_shares_the_line(tmp_path: Path) -> None:
    columns = [f"column_{n}" for n in range(18)]
    row = [f"some words in cell {n}" for n in range(18)]
    outputs = printed(tmp_path, made(tmp_path, "awaiting", columns, [row, row]))
    text = outputs[".tex"].read_text(encoding="utf-8")
    assert text.count(r"\begin{landscape}") == 1
    assert r"\tiny" not in text
    # In parts, each with the rows' numbers; a line holds each part's columns.
    parts = text.split(r"\begin{longtable}")[1:]
    assert len(parts) > 1
    assert text.count(r"\label{") == 1
    assert text.count(r"\addtocounter{table}{-1}") == len(parts) - 1
    told = []
    for n, part in enumerate(parts, start=1):
        assert f"(part {n} of {len(parts)})" in part
        shared = [float(share) for share in re.findall(r"\\dimexpr ([\d.]+)\\linewidth", part)]
        body = part.split(r"\endfoot")[1].split(r"\end{longtable}")[0].strip().splitlines()
        cells = [line.removesuffix(r" \\").split(" & ") for line in body]
        assert [line[0] for line in cells] == ["1", "2"]
        assert sum(shared) <= 1
        assert len(shared) == len(cells[0])
        told += cells[1][1:]
    assert told == row
    section = docx.Document(str(outputs[".docx"])).sections[0]
    assert section.page_width > section.page_height
    grid = docx.Document(str(outputs[".docx"])).tables[0].columns
    room = section.page_width - section.left_margin - section.right_margin
    assert sum(column.width for column in grid) <= room * 1.001


def test_a_backslash_escaped_once_and_long_words_break() -> None:
    assert escape("\\") == r"\textbackslash{}"
    assert escape("https://example.org/a_b") == (
        r"https:\allowbreak{}/\allowbreak{}/\allowbreak{}example.\allowbreak{}org/\allowbreak{}"
        r"a\_\allowbreak{}b"
    )


# --- Markdown


def table_rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("|")]


def test_markdown_has_number_title_notes_and_source(tmp_path: Path) -> None:
    text = markdown(read_printed(made(tmp_path, "venues", ["venue", "included"], [["J", "1"]]), LINE))
    number = list(TABLES).index("venues") + 1
    assert text.startswith(f"**Table {number}.** {TABLES['venues'].title}\n")
    assert f"*Note.* n = 1 row. {TABLES['venues'].notes}" in text
    assert f"*Source:* {LINE}." in text
    assert table_rows(text)[-1] == "| J | 1 |"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("a | b", "a \\| b"),
        ("a \\| b", "a \\\\\\| b"),
        ("<script>alert(1)</script>", "&lt;script>alert(1)&lt;/script>"),
        ("two\nlines", "two lines"),
        ("*star* and `code`", "\\*star\\* and \\`code\\`"),
        ("[a](javascript:b)", "\\[a](javascript:b)"),
        ("=1+1", "=1+1"),
        ("_x_ and a_b", "\\_x\\_ and a_b"),
        ("R&D &lt; &#42;", "R&D &amp;lt; &amp;#42;"),
        ("$5 and ~~so~~ x^2^", "\\$5 and \\~\\~so\\~\\~ x\\^2\\^"),
    ],
)
def test_markdown_escapes_what_would_break_a_cell(tmp_path: Path, value: str, cell: str) -> None:
    path = made(tmp_path, "venues", ["venue", "included"], [[value, "1"]])
    lines = table_rows(markdown(read_printed(path, LINE)))
    assert len(lines) == 3
    assert lines[-1] == f"| {cell} | 1 |"


def test_the_name_of_a_group_keeps_its_spelling_as_a_heading(tmp_path: Path) -> None:
    path = made(tmp_path, "themes_by_country", ["theme", "USA", "Europe"], [["Jobs", "1", "2"]])
    assert table_rows(markdown(read_printed(path, LINE)))[0] == "| Theme | USA | Europe |"


# --- the same bytes


def test_two_processes_write_the_same_bytes_without_pandas(tmp_path: Path) -> None:
    path = made(tmp_path, "venues", ["venue", "included"], [[t, "1"] for t in HOSTILE])
    code = (
        "import json, sys; from reprise.synthesis.typeset import typeset; a = json.loads(sys.argv[1]);"
        "typeset(a[0], a[1], a[2], a[3]); assert 'pandas' not in sys.modules"
    )
    runs = []
    for name in ("one", "two"):
        outputs = [str(tmp_path / name / f"venues{suffix}") for suffix in WRITERS]
        told = json.dumps([[str(path)], outputs, PROTOCOL, str(tmp_path / "provenance.json")])
        environment = {"PYTHONPATH": str(ROOT / "workflow"), "PYTHONHASHSEED": str(len(runs))}
        subprocess.run([sys.executable, "-c", code, told], check=True, env=environment)
        runs.append([Path(output).read_bytes() for output in outputs])
    assert runs[0] == runs[1]
    assert all(runs[0])


def test_a_zip_forgets_when_it_was_made() -> None:
    def dated(date: tuple[int, int, int, int, int, int]) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(zipfile.ZipInfo("b.xml", date), "<b/>")
            archive.writestr(zipfile.ZipInfo("a.xml", date), "<a/>")
        return out.getvalue()

    one, two = dated((2020, 1, 1, 0, 0, 0)), dated((2021, 2, 2, 2, 2, 2))
    assert one != two
    same = zipped(unzipped(one))
    assert same == zipped(unzipped(two))
    assert zipfile.ZipFile(io.BytesIO(same)).namelist() == ["b.xml", "a.xml"]


# --- how to cite


def test_the_page_names_every_table_and_figure_with_run_window_and_date() -> None:
    page = citation_page({"run_id": "1a2b", "version": "9.9", "source_line": LINE}, PROTOCOL)
    entries = [line for line in page.splitlines() if line.startswith("- ")]
    assert len(entries) == len(TABLES) + len(FIGURES)
    assert all(LINE in entry and "*A &lt;b> rerun & more*" in entry for entry in entries)
    for number, caption in enumerate(TABLES.values(), start=1):
        assert f"Table {number}. {caption.title} \\[Table]" in page
    assert "Version 9.9" in page


# --- APA


def test_apa_tells_apart_alphabetises_and_counts_authors() -> None:
    many = "; ".join(f"Fam{n:02}, Ann" for n in range(25))
    works = [
        {
            "title": "Second",
            "authors": "Ng, Ann; Li, Bo",
            "year": "2020",
            "venue": "Minds",
            "type": "article",
        },
        {
            "title": "A first",
            "authors": "Ng, Ann; Li, Bo",
            "year": "2020",
            "venue": "Minds",
            "type": "article",
        },
        {"title": "Many", "authors": many, "year": "2021", "venue": "Minds", "type": "article"},
        {"title": "Open", "authors": "", "year": "2019", "venue": "J", "volume": "3", "type": "article"},
        {"title": "微证书", "authors": "王, 小明", "year": "", "venue": "教育", "type": "article"},
    ]
    lines = apa(works)
    assert lines[0].startswith("Fam00, A., Fam01, A.")
    assert "Fam18, A., … Fam24, A. (2021). Many. *Minds*." in lines[0]
    assert "Fam19" not in lines[0]
    assert lines[1:] == [
        "Ng, A., & Li, B. (2020a). A first. *Minds*.",
        "Ng, A., & Li, B. (2020b). Second. *Minds*.",
        "Open. (2019). *J*, *3*.",
        "王小明. (n.d.). 微证书. *教育*.",
    ]
    assert apa(works[::-1]) == lines


def test_apa_escapes_markup_and_keeps_dois() -> None:
    work = {
        "title": "On *badges* | <x", "authors": "UNESCO", "year": "2020", "venue": "[J]", "volume": "1",
        "issue": "2", "pages": "3-9", "doi": "10.1000/x_y", "url": "https://other.org", "type": "article",
    }  # fmt: skip
    assert apa([work]) == [
        "UNESCO. (2020). On \\*badges\\* \\| &lt;x. *\\[J]*, *1*(2), 3–9. https://doi.org/10.1000/x_y"
    ]
    assert apa([]) == []


@pytest.mark.parametrize("title", ["How and why?", "Now!", "“Why?”"])
def test_apa_sets_no_full_stop_after_a_title_that_ends_itself(title: str) -> None:
    article = {"title": title, "authors": "Ng, Ann", "year": "2020", "venue": "Minds", "type": "article"}
    assert apa([article]) == [f"Ng, A. (2020). {title} *Minds*."]
    assert apa([{**article, "type": "book"}]) == [f"Ng, A. (2020). *{title}* Minds."]


def test_a_body_with_a_comma_has_no_initials() -> None:
    work = {
        "title": "Skills", "authors": "Department of Education, Skills and Employment", "year": "2020",
        "venue": "J", "type": "article",
    }  # fmt: skip
    assert apa([work]) == ["Department of Education, Skills and Employment. (2020). Skills. *J*."]


def test_the_list_says_what_is_left_to_the_reader() -> None:
    work = {"title": "Skills Of All", "authors": "Ng, A", "year": "2020", "venue": "J", "type": "article"}
    reference, said = reference_list([work]).rstrip("\n").split("\n\n")
    assert reference == apa([work])[0]
    assert "sentence case" in said
    assert reference_list([]) == "\n"


def test_the_csv_is_what_is_read(hostile: dict[str, Path]) -> None:
    path = hostile[".md"].parents[1] / "venues.csv"
    with path.open(encoding="utf-8", newline="") as file:
        guarded = [row[0] for row in csv.reader(file)][1:]
    assert guarded[0] == "'" + HOSTILE[0]
    assert [row[0] for row in read_printed(path, LINE).rows] == HOSTILE
