"""Time the collecting of an invented RIS export, from the file to the tables of records.

Usage: python benchmarks/exports.py [ENTRIES]
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "workflow"))

from reprise.collect import collect  # noqa: E402
from reprise.csvfiles import read_rows  # noqa: E402

ABSTRACT = "An abstract of some length about badges. " * 25


def entry(n: int) -> str:
    """Invent an entry; each has four authors and an abstract of 1,000 signs."""
    authors = "".join(f"AU  - Quist{k}, A.\n" for k in range(4))
    return (
        f"TY  - JOUR\nTI  - Badges and their uses in the training of nurses, study {n}\n{authors}"
        f"PY  - {1990 + n % 30}\nJO  - Tides\nVL  - {n % 90}\nIS  - 2\nSP  - {n}\nEP  - {n + 9}\n"
        f"DO  - 10.5555/tides.{n}\nSN  - 1111-2222\nKW  - badges\nKW  - nurses\nLA  - English\n"
        f"AB  - {ABSTRACT}\nER  - \n\n"
    )


def main(entries: int) -> None:
    """Print seconds and memory."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        with Path("export.ris").open("w", encoding="utf-8") as file:
            file.writelines(map(entry, range(entries)))
        told = {"source": "scopus", "label": "Scopus", "kind": "database", "file": "export.ris"}
        told["searched"] = "2026-11"
        manifest = {"files": [{**told, "columns": {}}]}
        Path("manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        start = time.perf_counter()
        collect("manifest.json", "records.parquet", "records.csv", "log.csv", "problems.csv")
        seconds = time.perf_counter() - start
        (log,) = read_rows("log.csv")
        if log["records"] != str(entries):
            raise AssertionError(log)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        print(f"{entries:,} entries: {seconds:.1f} s, {memory:,.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
