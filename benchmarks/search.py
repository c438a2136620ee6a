"""Fetch, freeze and parse many records from the emulator: seconds, memory, calls against the least possible.

python benchmarks/search.py [WORKS]
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "workflow")]

from emulator import Emulator, make_corpus  # noqa: E402

YEARS = range(2015, 2023)
SEARCH = """
import json, resource, sys, time
from reprise.collect import collect
from reprise.search.live import search_live
began = time.perf_counter()
told = json.loads(sys.argv[1])
search_live(**told, manifest="results/search_manifest.json")
fetched = time.perf_counter()
names = ("records.parquet", "records.csv", "import_log.csv", "import_problems.csv")
collect("results/search_manifest.json", *(f"results/{name}" for name in names))
print(json.dumps({
    "fetch, freeze, filter": fetched - began,
    "collect": time.perf_counter() - fetched,
    "MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""


def main() -> None:
    """Run the search stage and the collect stage once in a process of their own, and print what it took."""
    works = make_corpus(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000, 5, years=(YEARS[0], YEARS[-1]))
    # All works stand in OpenAlex and hold the blocks: the record count is what the corpus holds.
    for work in works:
        work["sources"] = ["openalex"]
        work["title"] = f"Micro-credentials in education: {work['title']}"
    query = {
        "fields": ["title", "abstract", "keywords"],
        "blocks": [
            {"name": "credential", "terms": ["micro credential*", "microcredential*"]},
            {"name": "education", "terms": ["educat*", "learn*"]},
        ],
        "exclude": None,
    }
    source = {"label": "OpenAlex", "kind": "database", "query": None, "calls": 10_000, "drift": 0}
    told = {
        "sources": {"openalex": source},
        "query": query,
        "years": list(YEARS),
        "contact": "",
        "refresh": [],
    }
    with Emulator(works) as emulator, tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, **emulator.environment(), "PYTHONPATH": str(ROOT / "workflow")}
        command = [sys.executable, "-c", SEARCH, json.dumps(told)]
        began = time.perf_counter()
        output = subprocess.check_output(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL)
        seconds = time.perf_counter() - began
        listed = json.loads(Path(folder, "results/search_manifest.json").read_text())["files"]
    records = sum(file["records"] for file in listed)
    least = sum(max(1, -(-file["hits"] // 100)) for file in listed)
    for name, value in json.loads(output).items():
        print(f"{name}: {value:.1f}")
    print(f"whole process: {seconds:.1f} s; {records} records; {len(emulator.calls)} calls, least {least}")
    print(f"emulator: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
