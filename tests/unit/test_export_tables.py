"""Tables of databases: each trap as a small invented file."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reprise.exports import vendor_tables
from reprise.exports.entries import Parsed
from reprise.mistakes import Mistake

REAL = Path(__file__).parents[3] / "shared" / "data" / "exports"


def table(*rows: tuple[str, ...], mark: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\n").writerows(rows)
    return out.getvalue()


def read(text: str, **named: str) -> Parsed:
    parsed = vendor_tables.parse_text(text, named)
    assert parsed.counted == len(parsed.entries) + len(parsed.rejected)
    return parsed


def test_scopus() -> None:
    text = "\ufeff" + table(
        ("Authors", "Author full names", "Title", "Year", "Source title", "Page start", "Page end", "DOI",
         "Authors with affiliations", "Affiliations", "Author Keywords", "Index Keywords", "Funding Text 1",
         "ISSN", "Document Type", "Open Access", "EID"),
        ("Doe J.; Roe K.", "Doe, Jane (123); Roe, Karl (45)", "T,\nwith break", "2020", "J", "1", "9",
         "10.1000/A",
         "Doe J., Univ., Oslo, Norway; Roe K., Univ., Madrid, Spain",
         "Univ., Oslo, Norway; Univ., Madrid, Spain", "a; b", "b; c", "f", "12345678", "Conference paper",
         "All Open Access; Gold Open Access; Green Open Access", "2-s2.0-1"),
        ("Doe J., Roe K.", "", "U", "2021", "J", "", "", "", "Doe, J., Univ., Oslo, Norway", "", "", "",
         "f1", "f2",
         "", "Article", "", "2-s2.0-2"),
    )  # fmt: skip
    first, second = read(text).entries
    expected = {
        "authors": "Doe, Jane; Roe, Karl", "pages": "1-9", "doi": "10.1000/a", "first_author_country": "NO",
        "author_countries": "NO; ES", "keywords": "a; b; c", "issn": "1234-5678", "type": "conference-paper",
        "open_access": "gold",
    }  # fmt: skip
    assert {column: first.values[column] for column in expected} == expected
    assert (first.line, first.own_id, second.line, second.own_id) == (2, "2-s2.0-1", 4, "2-s2.0-2")
    # Its header names one funding text, its rows hold several: the cells behind move.
    assert second.values["type"] == "article" and "funding" in second.repaired[0]
    assert second.values["authors"] == "Doe, J.; Roe, K." and second.values["first_author_country"] == "NO"


def test_web_of_science_tags_and_names() -> None:
    address = "[Doe, Jane; Roe, K] Univ, Oslo, Norway; [Roe, K] Univ, Madrid, Spain"
    tags = "PT\tAU\tAF\tTI\tSO\tDT\tDE\tID\tC1\tPY\tBP\tEP\tDI\tSN\tUT\n"
    tags += f'J\tDoe, J\tDoe, Jane\t"Open" badges\tJ\tArticle\ta\tb\t{address}\t2020'
    tags += "\t1\t9\t\t1234-567X\tWOS:0001\n"
    tags += 'J\tDoe, J\tDoe, Jane\t"Closed badges\tJ\tArticle\ta\tb\t\t2020\t1\t9\t\t\tWOS:0002\n'
    parsed = read(tags)
    values = parsed.entries[0].values
    assert [e.own_id for e in parsed.entries] == ["WOS:0001", "WOS:0002"]
    assert [e.values["title"] for e in parsed.entries] == ['"Open" badges', '"Closed badges']
    assert (values["keywords"], values["first_author_country"], values["type"]) == ("a; b", "NO", "article")
    names = table(("Article Title", "Authors", "Source Title", "Publication Year", "UT (Unique WOS ID)"),
                  ("T", "Doe, J; Roe, K", "J", "2020", "WOS:1"), mark="\t")  # fmt: skip
    entry = read(names).entries[0]
    assert (entry.values["title"], entry.values["venue"], entry.own_id) == ("T", "J", "WOS:1")


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        (("PMID", "Title", "Authors", "Citation", "First Author", "Journal/Book", "Publication Year", "DOI"),
         ("123", "T", "Doe JA, van den Berg C.", "x", "Doe JA", "J", "2020", "10.1000/a"),
         {"pmid": "123", "authors": "Doe, JA; van den Berg, C", "venue": "J", "year": "2020"}),
        (("id", "title", "author", "subject", "publicationdateyear", "peerreviewed", "language"),
         ("EJ1234567", "T", "Doe\\, Jane,Roe\\, K", "Badges,Schools", "2020", "T", "English"),
         {"authors": "Doe, Jane; Roe, K", "keywords": "Badges; Schools", "peer_reviewed": "true",
         "year": "2020"}),
        (("Lens ID", "Title", "Date Published", "Publication Year", "Source Title", "ISSNs", "Author/s",
          "Start Page", "End Page", "Open Access Colour"),
         ("001-234-567-890-12X", "T", "2020-05-01", "2020", "J", "12345678; 2345678X",
          "Jane Doe; K Roe", "1", "9",
          "bronze"),
         {"authors": "Jane Doe; K Roe", "issn": "1234-5678; 2345-678X", "publication_date": "2020-05-01",
          "open_access": "bronze"}),
        (("Item Title", "Publication Title", "Item DOI", "Authors", "Publication Year", "Content Type"),
         ("T", "J", "10.1000/a", "Prof. Jane DoeKarl McRoe", "2020", "Chapter"),
         {"authors": "Jane Doe; Karl McRoe", "type": "book-chapter", "venue": "J"}),
        (("id", "display_name", "publication_year", "authorships.author.display_name",
         "authorships.countries",
          "open_access.oa_status", "is_retracted", "ids.pmid"),
         ("https://openalex.org/W12", "T", "2020", "Jane Doe|K Roe", "NO|ES|NO", "hybrid", "False",
          "https://pubmed.ncbi.nlm.nih.gov/77"),
         {"authors": "Jane Doe; K Roe", "author_countries": "NO; ES", "retracted": "false", "pmid": "77",
          "open_access": "hybrid", "first_author_country": ""}),
        (("Key", "Item Type", "Publication Year", "Author", "Title", "Publication Title", "Url",
         "Abstract Note"),
         ("ABCD2345", "conferencePaper", "2020", "Doe, Jane; Roe, K", "T", "J",
          "https://doi.org/10.1000/x", "A"),
         {"type": "conference-paper", "doi": "10.1000/x", "abstract": "A", "venue": "J"}),
        (("Title", "Authors", "Abstract", "Published Year", "Journal", "Covidence #", "Tags"),
         ("T", "Doe, J.; Roe, K.", "A", "2020", "J", "#12", ""), {"year": "2020",
          "authors": "Doe, J.; Roe, K."}),
        (("key", "title", "year", "journal", "authors", "language"),
         ("rayyan-12", "T", "2020", "J", "Doe, Jane and Roe, K", "eng"),
         {"authors": "Doe, Jane; Roe, K", "language": "en"}),
        (("Document Title", "Authors", "Publication Title", "Publication Year", "Start Page", "End Page",
          "Document Identifier"),
         ("T", "J. Doe; K. Roe", "Conf", "2020", "1", "9", "IEEE Conferences"), {"type": "conference-paper"}),
    ],
    ids="pubmed eric lens springer openalex zotero covidence rayyan ieee".split(),
)  # fmt: skip
def test_databases(header: tuple[str, ...], row: tuple[str, ...], expected: dict[str, str]) -> None:
    for mark in ",;\t":
        entry = read(table(header, row, mark=mark)).entries[0]
        assert entry.values["title"] == "T"
        assert {column: entry.values[column] for column in expected} == expected


def test_a_notice_before_the_header_is_no_row() -> None:
    text = '"About the data: exported, on a day"\n' + table(
        ("Rank", "Publication ID", "Title", "PubYear", "Authors (Raw Affiliation)"),
        ("1", "pub.123", "T", "2020", "Doe, Jane (Univ. (Main), Oslo, Norway); Roe, K (Univ., Spain)"),
    )
    entry = read(text).entries[0]
    assert (entry.line, entry.own_id, entry.values["year"]) == (3, "pub.123", "2020")
    assert entry.values["first_author_country"] == "NO"


def test_rows_with_too_few_or_many_cells() -> None:
    text = "title,year,doi,note\nA,2020,,x\nB,2021\nC,2020,,,,\nD,2020,,x,y\ntorn\nE,20"
    parsed = read(text)
    assert [(e.values["title"], bool(e.repaired)) for e in parsed.entries] == [("A", 0), ("B", 1), ("C", 1)]
    assert [line for line, _ in parsed.rejected] == [5, 6, 7]
    assert "has 5 cells where the header has 4" in parsed.rejected[0][1]


def test_an_unclosed_quote_rejects_its_row_alone() -> None:
    parsed = read('title,year\n"A, 2020\nB,2021\n"",2020\nC,2022\n')
    assert [e.values["title"] for e in parsed.entries] == ["B", "", "C"]
    assert parsed.rejected == [(2, "has a quotation mark that is never closed; close it")]


def test_the_config_names_columns() -> None:
    text = "Nr,Was,Wann,Wer\n1,Badges,2020,Doe\n"
    with pytest.raises(Mistake, match="no column for the title; name it in the config"):
        read(text)
    entry = read(text, title="was", year="WANN", authors="Wer", own_id="Nr").entries[0]
    assert (entry.own_id, entry.values["title"], entry.values["year"]) == ("1", "Badges", "2020")
    assert read(text, title="Was", note="Wer").entries[0].values["note"] == "Doe"
    with pytest.raises(Mistake, match="no column 'Wo'"):
        read(text, title="Wo")
    with pytest.raises(Mistake, match="did you mean 'title'"):
        read(text, titel="Was")


def test_a_big_field_is_harmless() -> None:
    for big in ("x, " * 1_000_000, '""' * 1_000_000, "\n" * 1_000_000, "aA" * 500_000, "(" * 1_000_000):
        text = f'Item Title,authors,addresses,year\n"T","{big}","{big}",2020\n'
        assert read(text).counted == 1
    assert read("title,year\n" + '"a,1\n' * 20_001).counted > 0


FILE = table(
    ("Title", "Authors", "Year", "Notes"),
    ('A, "quoted"\nB', "Doe, J.; Roe, K.", "2020", ""),
    ("C", "Poe E., Roe K.", "2021", 'x"y'),
    ("D", "", "2022", "\n\n"),
)


@given(st.integers(0, len(FILE)), st.integers(0, FILE.count("\n")), st.sampled_from(",;\t"))
def test_cut_anywhere_nothing_vanishes(cut: int, dropped: int, mark: str) -> None:
    whole = FILE.replace(",", mark)
    lines = whole.splitlines(keepends=True)
    for text in (whole[:cut], whole[cut:], "".join(lines[:dropped] + lines[dropped + 1 :])):
        try:
            parsed = vendor_tables.parse_text(text)
        except Mistake:
            continue
        assert parsed.counted == len(parsed.entries) + len(parsed.rejected)


def workbook(*rows: tuple[object, ...], far: int = 0) -> bytes:
    book = openpyxl.Workbook()
    hidden = book.active
    hidden.append(("Title", "Year"))
    hidden.append(("Hidden", 1999))
    hidden.sheet_state = "hidden"
    book.create_sheet("Notes").append(("Nothing", "here"))
    sheet = book.create_sheet("Records")
    for row in rows:
        sheet.append(row)
    if far:
        sheet.cell(far, 9).number_format = "0.00"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_workbook() -> None:
    data = workbook(
        ("Exported on a day",), ("Title", "Authors", "Year", "Publication Date", "DOI"), (),
        ("T", "Doe, J.", 2019.0, dt.datetime(2019, 5, 1), None), ("U", None, 2020, "=1+1", None, "beyond"),
        far=1_048_576,
    )  # fmt: skip
    parsed = vendor_tables.parse_xlsx(data)
    assert parsed.counted == 2 and not parsed.rejected
    first, second = parsed.entries
    assert (first.line, first.values["year"], first.values["publication_date"]) == (4, "2019", "2019-05-01")
    assert second.values["publication_date"] == "" and second.repaired == ["cells beyond the header left out"]


def with_sheet(old: str, new: str) -> bytes:
    """Give a workbook whose sheet's XML says `new` where openpyxl wrote `old`."""
    out = io.BytesIO()
    data = workbook(("Title", "Year"), ("Badges", 2020), ("Micro-credentials", 2021), ("Skills", 2022))
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as changed:
        for part in archive.namelist():
            text = archive.read(part)
            if part == "xl/worksheets/sheet3.xml":
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode())
            changed.writestr(part, text)
    return out.getvalue()


def test_rows_of_a_workbook_are_counted_without_openpyxl() -> None:
    # openpyxl leaves out a row whose number was there before; its title would be lost in silence
    parsed = vendor_tables.parse_xlsx(with_sheet('<row r="4">', '<row r="3">'))
    assert (parsed.counted, len(parsed.entries)) == (3, 2)
    parsed = vendor_tables.parse_xlsx(with_sheet('<row r="4">', "<row>"))
    assert parsed.counted == len(parsed.entries) == 3


@pytest.mark.parametrize("reference", ["99999999999", "1048577"])
def test_a_row_no_sheet_has_ends_in_a_line(reference: str) -> None:
    with pytest.raises(Mistake, match="more cells than a sheet can hold"):
        vendor_tables.parse_xlsx(with_sheet('<row r="4">', f'<row r="{reference}">'))


def test_workbooks_that_cannot_be_used() -> None:
    data = workbook(("Title", "Year"), ("T", 2020))
    assert vendor_tables.parse_xlsx(data, {"title": "Title"}).counted == 1
    for broken in (b"", b"PK\x03\x04", data[: len(data) // 2], workbook(("a", "b"))):
        with pytest.raises(Mistake):
            vendor_tables.parse_xlsx(broken)


@pytest.mark.parametrize(
    "content", [b" " * 20_000_000, b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>']
)
def test_bombs_are_refused(content: bytes) -> None:
    out = io.BytesIO(workbook(("Title", "Year"), ("T", 2020)))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", content)
    with pytest.raises(Mistake, match=r"unpacks to|declares entities"):
        vendor_tables.parse_xlsx(out.getvalue())


@pytest.mark.skipif(not REAL.exists(), reason="no real export files beside the repository")
def test_real_files() -> None:
    for path in [*REAL.glob("*.csv"), *REAL.glob("*.csv.gz")]:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        text = data.decode("utf-8-sig")
        parsed = read(text)
        rows = sum(any(row) for row in csv.reader(io.StringIO(text, newline=""))) - 1
        assert parsed.counted == rows and not parsed.rejected, path
        for column in ("title", "authors", "year", "venue"):
            assert sum(bool(e.values[column]) for e in parsed.entries) >= 0.9 * rows, (path, column)


def test_pubmed_summary() -> None:
    (entry,) = vendor_tables.parse_text(
        "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,"
        "NIHMS ID,DOI\n"
        '"123","Badges","Doe J, van Roe K.","J Inv. 2022 Mar 4;25(3):181-8. doi: 10.1234/a.","Doe J","J Inv",'
        '"2022","2022/02/02","PMC77","","10.1234/a"\n'
    ).entries
    given = {name: entry.values[name] for name in ("volume", "issue", "pages", "publication_date", "pmid")}
    assert given == {
        "volume": "25",
        "issue": "3",
        "pages": "181-8",
        "publication_date": "2022-03-04",
        "pmid": "123",
    }
    assert entry.own_id == "123"
    assert entry.values["fulltext_url"] == "https://pmc.ncbi.nlm.nih.gov/articles/PMC77/"


def test_embase() -> None:
    (entry,) = vendor_tables.parse_text(
        "Title,Author Names,Source,Abstract,Emtree Medical Index Terms,Open URL Link\n"
        '"Badges","Doe J., Roe K.L.","Inv. J. (2014) 3:4 (152-160). Date of Publication: January 7, 2014",'
        '"Why.",'
        '"badge (design, use), school","http://a.org/x?sid=EMBASE&id=doi:10.1234%2Fa.1&atitle=Badges"\n'
    ).entries
    assert {name: text for name, text in entry.values.items() if text} == {
        "title": "Badges",
        "authors": "Doe, J.; Roe, K.L.",
        "venue": "Inv. J.",
        "year": "2014",
        "publication_date": "2014-01-07",
        "volume": "3",
        "issue": "4",
        "pages": "152-160",
        "doi": "10.1234/a.1",
        "abstract": "Why.",
        "keywords": "badge (design, use); school",
    }
