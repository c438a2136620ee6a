"""Export files cut, spliced, flipped and bombed: each ends in records or in one line that says what is wrong.

`REPRISE_FUZZ=20000 pytest tests/unit/test_export_fuzz.py` tries as many as it says, and `REPRISE_FUZZ_SEED`
draws others; a failure names the seed of its mutation.
"""

from __future__ import annotations

import io
import os
import random
import resource
import signal
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from reprise.exports.files import read_export
from reprise.mistakes import Mistake

COUNT = int(os.environ.get("REPRISE_FUZZ", "1000"))
SEED = int(os.environ.get("REPRISE_FUZZ_SEED", "1"))
SHARES = 10  # tests that the mutations are dealt to, so that several cores take part
SECONDS, MEGABYTES = 10, 1000
WORDS = "Mødre og merker; 微证书 — “badges” & <i>skills</i>: a review, été 10.5555/tides.1 (2019)".split()


def entries(pattern: str, count: int = 12) -> str:
    return "".join(pattern.format(n=n, year=1990 + n, text=" ".join(WORDS[n % 5 :])) for n in range(count))


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["Title", "Authors", "Year", "DOI"])
    for n in range(12):
        sheet.append([f"Badges {n}", "Quist, A.", 1990 + n, f"10.5555/{n}"])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def table(sign: str) -> str:
    head = sign.join(("Title", "Authors", "Year", "Source title", "DOI", "Abstract"))
    row = sign.join(('"Badges {n}"', "Quist A.", "{year}", "Tides", "10.5555/{n}", '"{text}"'))
    return head + "\n" + entries(row + "\n")


ENTRIES = {
    "ris": (
        "TY  - JOUR\r\nTI  - Badges {n}\r\nAU  - Quist, A.\r\nPY  - {year}///\r\nAB  - {text}\r\n"
        "SN  - 1111-2222\r\nER  - \r\n\r\n"
    ),
    "nbib": (
        "PMID- {n}\nDP  - {year} Mar-Apr\nTI  - Badges {n}\n      go on\nFAU - Quist, Ada\nAB  - {text}\n"
        "AID - 10.5555/{n} [doi]\n\n"
    ),
    "wos": (
        "PT J\nAU Quist, A\n   Oduya, G\nTI Badges {n}\nSO TIDES\nAB {text}\n"
        "C1 [Quist, A] Univ Oslo, Oslo, Norway.\nPY {year}\nUT WOS:{n}\nER\n\n"
    ),
    "endnote": (
        "<record><rec-number>{n}</rec-number><contributors><authors><author><style>Quist, A</style></author>"
        "</authors></contributors><titles><title><style face='normal'>Badges {n}</style></title></titles>"
        "<dates><year><style>{year}</style></year></dates></record>"
    ),
    "bibtex": (
        "@article{{k{n}, title = {{Badges {{{n}}} of {{\\'e}}t{{\\'e}}}}, author = {{Quist, A. and"
        " Oduya, G.}},\n"
        ' year = {year}, journal = tides # " and times", abstract = {{{text}}}}}\n'
    ),
    "csl": (
        '{{"type": "article-journal", "title": "Badges {n}", "author": [{{"family": "Quist"}}], '
        '"issued": {{"date-parts": [[{year}, 3]]}}}},'
    ),
}
AROUND = {
    "wos": ("FN X\nVR 1.0\n", "EF\n"),
    "endnote": ("<?xml version='1.0' encoding='UTF-8'?><xml><records>", "</records></xml>"),
    "csl": ("[", '{"title": "Badges", "issued": {"date-parts": [[1990]]}}]'),
}
FILES: dict[str, bytes] = {
    **{
        name: entries(pattern, 11 if name == "csl" else 12).join(AROUND.get(name, ("", ""))).encode()
        for name, pattern in ENTRIES.items()
    },
    "csv": ("\ufeff" + table(",")).encode(),
    "tsv": table("\t").encode("utf-16"),
    "xlsx": workbook(),
}
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "'
    + b"ha" * 50
    + b'">'
    + b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">' * 9
    + b'<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY n SYSTEM "http://127.0.0.1:9/x">]>'
    b"<xml><records><record><titles><title>&b;&f;&n;</title></titles></record></records></xml>"
)  # fmt: skip


def zipped(size: int) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", b"<Types/>")
        packed.writestr("xl/workbook.xml", b"<workbook/>")
        packed.writestr("xl/worksheets/sheet1.xml", b" " * size)
    return kept.getvalue()


def cut(data: bytes, chance: random.Random) -> bytes:
    one, two = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return data[:one] if chance.random() < 0.5 else data[:one] + data[two:]


def splice(data: bytes, chance: random.Random) -> bytes:
    other = FILES[chance.choice(list(FILES))]
    at, begin = chance.randrange(len(data) + 1), chance.randrange(len(other))
    return data[:at] + other[begin : begin + chance.randrange(3000)] + data[at:]


def flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 30)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def drop(data: bytes, chance: random.Random) -> bytes:
    return b"\n".join(line for line in data.split(b"\n") if chance.random() > 0.1)


def double(data: bytes, chance: random.Random) -> bytes:
    at, begin = chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)
    return data[:at] + data[begin : begin + 400] * chance.randrange(1, 60) + data[at:]


def mix(data: bytes, chance: random.Random) -> bytes:
    encoding = chance.choice(["cp1252", "utf-16", "utf-16-le", "latin-1", "utf-8-sig"])
    text = data.decode("utf-8", "replace")
    at = chance.randrange(len(text) + 1)
    turned = text[at:].encode(encoding, "replace")
    return turned if chance.random() < 0.5 else text[:at].encode() + turned


def bomb(data: bytes, chance: random.Random) -> bytes:
    made = [
        BOMB,
        BOMB + data,
        data + BOMB,
        b"<record>" * 20_000,
        zipped(10_000_000),
        b"[" * 50_000,
        b"{" * 50_000,
    ]
    return chance.choice([*made, data + b"\x00" * 5000, b"@article{" * 3000, b'"' * 20_000, b"TY  - " * 9000])


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (cut, splice, flip, drop, double, mix, bomb)


def mutated(seed: int) -> bytes:
    chance = random.Random(seed)
    data = FILES[chance.choice(list(FILES))]
    for _ in range(chance.randrange(1, 4)):
        data = chance.choice(MUTATIONS)(data, chance)
    return data


@contextmanager
def no_longer_than(seconds: int) -> Iterator[None]:
    def late(*_: object) -> None:
        raise TimeoutError(f"still busy after {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("name", FILES)
def test_the_files_themselves_come_in_whole(tmp_path: Path, name: str) -> None:
    path = tmp_path / "export"
    path.write_bytes(FILES[name])
    imported = read_export(str(path), "2026-11")
    assert (imported.n_rows, len(imported.rows)) == (12, 12)


@pytest.mark.parametrize("share", range(SHARES))
def test_mutations_end_in_records_or_in_a_line(tmp_path: Path, share: int) -> None:
    path = tmp_path / "export"
    seeds = range(SEED * 1_000_000 + share, SEED * 1_000_000 + COUNT, SHARES)
    print(f"seeds {seeds[0]} to {seeds[-1]}, every {SHARES}th")
    for seed in seeds:
        path.write_bytes(mutated(seed))
        try:
            with no_longer_than(SECONDS):
                imported = read_export(str(path), "2026-11")
        except Mistake as mistake:
            assert mistake.lines and all(line.startswith(str(path)) for line in mistake.lines), seed
        except Exception as error:
            raise AssertionError(f"mutation of seed {seed}") from error
        else:
            assert imported.n_rows == len(imported.rows) + imported.rejected, seed
            assert all(row.values["title"] for row in imported.rows), seed
            reasons = [p for p in imported.problems if p.action == "row rejected"]
            assert len(reasons) == imported.rejected and all(p.line and p.problem for p in reasons), seed
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 < MEGABYTES
