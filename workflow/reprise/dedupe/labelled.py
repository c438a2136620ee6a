"""Sets of records of which people said which are one work, and what clusters got right of them."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import re
import sys
import xml.etree.ElementTree as ElementTree
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reprise.csvfiles import decode, read_bytes
from reprise.frames import as_frame
from reprise.mistakes import Mistake
from reprise.records import COLUMNS, clean_doi

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

RECORDS, MERGED = "records_pre_merged.csv", "merged_record_ids.csv"
_REQUIRED = ("ID", "title", "author", "year")
_TYPES = {"inproceedings": "conference-paper", "article": "article", "book": "book", "inbook": "book-chapter",
          "incollection": "book-chapter", "techreport": "report", "phdthesis": "dissertation"}  # fmt: skip
# XML 1.0 has no place for these, written as they are or as references; exports hold them all the same.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&#(?:x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F])"
                      r"|0*(?:[0-8]|1[124-9]|2\d|3[01]));")  # fmt: skip


@dataclass(frozen=True)
class LabelledSet:
    """Records of which it is known which are one work.

    Attributes
    ----------
    truth : array or None
        The number of its work for each record; None where that is not known.
    marked : array or None
        Whether people marked the record as a duplicate, where only that is known.
    raw : data frame
        The records as bib-dedupe takes them.
    troubles : list of str
        What is wrong with the files, and doesn't keep the set from being measured.
    """

    name: str
    records: pd.DataFrame
    truth: Ints | None
    marked: Bools | None
    raw: pd.DataFrame
    troubles: list[str] = field(default_factory=list)

    @property
    def level(self) -> str:
        """Whether pairs or single records are counted."""
        return "records" if self.truth is None else "pairs"

    def score(self, labels: Ints) -> Score:
        """Count what clusters got right and wrong."""
        if self.truth is not None:
            return score_pairs(self.truth, labels)
        assert self.marked is not None
        return score_records(self.marked, labels)


@dataclass(frozen=True)
class Score:
    """Counts, and the shares made of them; the share of nothing is 1: nothing was wrong, nothing missed."""

    tp: int
    fp: int
    fn: int

    @property
    def precision(self) -> float:
        """Which share of what was found is true."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 1.0

    @property
    def recall(self) -> float:
        """Which share of what is true was found."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        return 2 * self.tp / (2 * self.tp + self.fp + self.fn) if self.tp + self.fp + self.fn else 1.0


def score_pairs(truth: Ints, labels: Ints) -> Score:
    """Score pairs over the closure: two records are a pair if they are in one work.

    Examples
    --------
    >>> score_pairs(np.array([0, 0, 0, 1]), np.array([7, 7, 8, 8]))
    Score(tp=1, fp=1, fn=2)
    """
    _, one = np.unique(truth, return_inverse=True)
    _, two = np.unique(labels, return_inverse=True)
    # Counted by the sizes of the groups: a cluster of 10,000 has 50 million pairs.
    right = _count_pairs(one.astype(np.int64) * (len(two) + 1) + two)
    return Score(right, _count_pairs(two) - right, _count_pairs(one) - right)


def score_records(marked: Bools, labels: Ints) -> Score:
    """Score single records: one that is marked as a duplicate should be in a group of two or more.

    Examples
    --------
    >>> score_records(np.array([True, True, False, False]), np.array([1, 1, 1, 2]))
    Score(tp=2, fp=1, fn=0)
    """
    found = grouped(labels)
    return Score(int((marked & found).sum()), int((~marked & found).sum()), int((marked & ~found).sum()))


def _count_pairs(labels: Ints) -> int:
    _, sizes = np.unique(labels, return_counts=True)
    return int((sizes * (sizes - 1) // 2).sum())


def grouped(labels: Ints) -> Bools:
    """Say of each record whether it shares its work with another."""
    _, code, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    return np.asarray(sizes[code] > 1)


def find_sets(folder: Path) -> list[Path]:
    """List the labelled sets of a folder: itself, or the folders in it.

    Returns
    -------
    list of path
        A folder with `records_pre_merged.csv` and `merged_record_ids.csv`, or an EndNote XML file.
    """
    if not folder.exists():
        raise Mistake(f"{folder}: there is no such folder; correct its name")
    if not folder.is_dir():
        raise Mistake(f"{folder}: is a file, where a folder is expected; name the folder that it is in")
    try:
        found = _sets_here(folder)
        if not found:
            found = [p for inner in sorted(folder.iterdir()) if inner.is_dir() for p in _sets_here(inner)]
    except OSError as error:
        raise Mistake(
            f"{error.filename}: can't be read ({error.strerror}); look at its permissions"
        ) from None
    if not found:
        what = (
            f"{folder}: holds no labelled set ({RECORDS} with {MERGED}, or an EndNote XML, each plain or .gz)"
        )
        raise Mistake(f"{what}; name a folder that does, or the folder above")
    return found


def _sets_here(folder: Path) -> list[Path]:
    if any((folder / (name + end)).exists() for name in (RECORDS, MERGED) for end in ("", ".gz")):
        return [folder]
    return sorted(p for p in folder.iterdir() if p.name.lower().endswith((".xml", ".xml.gz")) and p.is_file())


def read_set(path: Path) -> LabelledSet:
    """Read a labelled set.

    Parameters
    ----------
    path : path
        As `find_sets` gives it.

    Raises
    ------
    Mistake
        Where its files can't be used.
    """
    return _read_csv_set(path) if path.is_dir() else _read_endnote_set(path)


def _read_text(path: Path) -> str:
    data = read_bytes(path)
    if path.name.endswith(".gz"):
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            raise Mistake(f"{path}: is not a whole gzip file; fetch it again") from None
    return decode(data, str(path))[0]


def _plain_or_gz(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / (name + ".gz")):
        if path.exists():
            return path
    raise Mistake(f"{folder / name}: there is no such file, nor one with .gz; a labelled set needs it")


def _read_csv_set(folder: Path) -> LabelledSet:
    mistakes: list[str] = []
    paths = []
    for name in (RECORDS, MERGED):
        try:
            paths.append(_plain_or_gz(folder, name))
        except Mistake as mistake:
            mistakes += mistake.lines
    if mistakes:
        raise Mistake(mistakes)
    rows, troubles = _read_rows(paths[0])
    ids = [row["ID"] for row in rows]
    clusters, told = _read_clusters(paths[1], ids)
    records = as_frame([_record(row) for row in rows], list(COLUMNS))
    raw = pd.DataFrame(rows, dtype=str)
    if "number" not in raw and "issue" in raw:
        raw["number"] = raw["issue"]
    name = folder.resolve().name
    return LabelledSet(name, records, close(len(ids), clusters), None, raw, troubles + told)


def _read_rows(path: Path) -> tuple[list[dict[str, str]], list[str]]:
    """Read the records; rows whose cells are too few or too many are told, and kept."""
    csv.field_size_limit(sys.maxsize)
    reader = csv.reader(io.StringIO(_read_text(path), newline=""))
    header = [name.strip() for name in next(reader, [])]
    missing = [
        f"{path} line 1: column '{c}' is missing; add it to the header" for c in _REQUIRED if c not in header
    ]
    if missing:
        raise Mistake(missing)
    rows, troubles = [], []
    for cells in reader:
        if not any(cells):
            continue
        if len(cells) != len(header):
            what = f"has {len(cells)} cells where the header has {len(header)}; look at its commas"
            troubles.append(f"{path} line {reader.line_num}: {what}")
        rows.append(dict(itertools.zip_longest(header, cells[: len(header)], fillvalue="")))
    if not rows:
        raise Mistake(f"{path}: holds no records; restore it")
    twice = [i for i, n in Counter(row["ID"] for row in rows).items() if n > 1]
    if twice:
        raise Mistake(
            f"{path}: the ID '{i}' stands on more than one record; give each its own" for i in twice[:20]
        )
    return rows, troubles


def _read_clusters(path: Path, ids: Sequence[str]) -> tuple[list[list[int]], list[str]]:
    """Read which records are one work, as positions in `ids`; unknown ids are told, and left out."""
    position = {record_id: n for n, record_id in enumerate(ids)}
    rows = list(csv.reader(io.StringIO(_read_text(path), newline="")))
    if not rows or not any(rows[0]):
        raise Mistake(f"{path} line 1: the header 'merged_ids' is missing; write it")
    header = [name.strip() for name in rows[0]]
    column = header.index("merged_ids") if "merged_ids" in header else 0
    # Without a header the first line is a cluster like the others.
    first = 0 if any(i.strip() in position for i in header[column].split(";")) else 1
    clusters, troubles = [], []
    for line, row in enumerate(rows[first:], first + 1):
        members = [i.strip() for i in (row[column] if len(row) > column else "").split(";") if i.strip()]
        troubles += [
            f"{path} line {line}: '{i}' is the ID of no record; correct it or leave it out"
            for i in members
            if i not in position
        ]
        clusters.append([position[i] for i in members if i in position])
    return clusters, troubles


def close(count: int, clusters: Iterable[Sequence[int]]) -> Ints:
    """Give each record the number of its work; groups that share a record are one work.

    Examples
    --------
    >>> close(5, [[0, 1], [1, 2]]).tolist()
    [0, 0, 0, 3, 4]
    """
    parent = list(range(count))

    def top(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    for members in clusters:
        for other in members[1:]:
            one, two = sorted((top(members[0]), top(other)))
            parent[two] = one
    return np.array([top(n) for n in range(count)], np.int64)


def _record(row: Mapping[str, str]) -> dict[str, str]:
    def get(name: str) -> str:
        return row.get(name) or ""

    record = dict.fromkeys(COLUMNS, "")
    record.update(
        record_id=row["ID"], source="set", kind="database", title=get("title"),
        authors=get("author").replace(" and ", "; "), year=get("year"),
        venue=get("journal") if get("journal") not in ("", "UNKNOWN") else get("booktitle"),
        volume=get("volume"), issue=get("number") or get("issue"), pages=get("pages"),
        doi=clean_doi(get("doi")), pmid=get("pmid"), issn=get("issn"),
        type=_TYPES.get(get("ENTRYTYPE"), ""), abstract=get("abstract"),
    )  # fmt: skip
    return record


def _read_endnote_set(path: Path) -> LabelledSet:
    """Read an EndNote library in which every member of a group of duplicates bears the caption Duplicate."""
    text = _CONTROL.sub("", _read_text(path))
    if re.search(r"<!\s*(?:DOCTYPE|ENTITY)", text, re.I):
        raise Mistake(
            f"{path}: declares a DOCTYPE or entities, which may blow up; export it anew from EndNote"
        )
    try:
        # The encoding is settled; a declaration of another one would be believed.
        root = ElementTree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except ElementTree.ParseError as error:
        raise Mistake(f"{path}: is not XML ({error}); export it anew from EndNote") from None
    found = list(root.iter("record"))
    marked = np.array([_inner(r, "caption").strip().lower() == "duplicate" for r in found], bool)
    if not marked.any():
        raise Mistake(f"{path}: no record bears the caption 'Duplicate'; mark those that are duplicates")
    rows = [_endnote_row(n, record) for n, record in enumerate(found)]
    records = as_frame([_record(row) for row in rows], list(COLUMNS))
    return LabelledSet(path.resolve().parent.name, records, None, marked, pd.DataFrame(rows, dtype=str))


def _inner(record: ElementTree.Element, tag: str) -> str:
    element = record.find(f".//{tag}")
    return "" if element is None else "".join(element.itertext()).replace("\r", " ").strip()


def _endnote_row(number: int, record: ElementTree.Element) -> dict[str, str]:
    authors = ["".join(a.itertext()).strip() for a in record.iterfind("./contributors/authors/author")]
    pubmed = _inner(record, "remote-database-provider") == "NLM"
    return {
        "ID": f"{number:06d}", "ENTRYTYPE": "article", "title": _inner(record, "title"),
        "author": " and ".join(authors), "year": _inner(record, "year"),
        "journal": _inner(record, "secondary-title") or _inner(record, "full-title"), "booktitle": "",
        "volume": _inner(record, "volume"), "number": _inner(record, "number"),
        "pages": _inner(record, "pages"), "doi": _inner(record, "electronic-resource-num"),
        "abstract": _inner(record, "abstract"), "issn": _inner(record, "isbn"),
        "pmid": _inner(record, "accession-num") if pubmed else "",
    }  # fmt: skip
