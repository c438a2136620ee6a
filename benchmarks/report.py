"""Time everything from the ledger on: tables, figures, texts, report, research object.

`python benchmarks/report.py [WORKS [RUNS]]`, in the project's environment: the bundled review, with so many
invented works beside it. A copy of the project is run up to the coding; what is timed is the `snakemake` that
makes the rest.
"""

from __future__ import annotations

import csv
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "workflow"))

SEED = 5
SOURCES = 3
TOPICS = ("with digital badges in higher education", "as micro-credentials for teachers", "in schools", "")
INDICATORS = ("employability", "lifelong learning", "recognition", "quality assurance", "reskilling")
# Columns of the bundled files that the invented records have under another name, or not at all.
NAMED = {"index_id": "native_id", "oa_status": "open_access"}


def invent_sources(project: Path, works: int) -> None:
    """Write invented records as files of the bundled kind, and name them in the config."""
    import numpy as np
    from reprise.dedupe.invent import invent

    random = np.random.default_rng(SEED)
    records, truth = invent(works, SEED)
    topics = random.choice(TOPICS, works)
    records["title"] = [
        f"{title} {topics[work]}" for title, work in zip(records["title"], truth, strict=True)
    ]
    words = random.choice(INDICATORS, (works, 3))
    records["abstract"] = [". ".join(words[work]) + ". About what was found. " * 30 for work in truth]
    records["countries"] = random.choice(["US", "AU", "CA; FI", "NO", ""], len(records))
    records["language"] = "en"
    records["peer_reviewed"] = random.choice(["true", ""], len(records))
    records["open_access"] = random.choice(["gold", ""], len(records))
    with (project / "data/corpus/web.csv").open(encoding="utf-8", newline="") as file:
        columns = [*next(csv.reader(file)), "abstract"]
    lines = []
    for part in range(SOURCES):
        name = f"invented_{part}"
        held = records.iloc[part::SOURCES].astype("str").replace("<NA>", "").to_dict("records")
        with (project / f"data/corpus/{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([row.get(NAMED.get(c, c), "") for c in columns] for row in held)
        lines.append(
            f"    {name}: {{label: Invented {part}, kind: database, file: data/corpus/{name}.csv, "
            "searched: 2026-11, sample: true}\n"
        )
    config = project / "config/config.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(
        re.sub(r"(?m)^  sample:\n", lambda m: m[0] + "".join(lines), text, count=1), encoding="utf-8"
    )


def snakemake(project: Path, *args: str) -> tuple[float, str]:
    """Run and give seconds and what was said."""
    start = time.perf_counter()
    done = subprocess.run(["snakemake", *args], cwd=project, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return time.perf_counter() - start, done.stdout + done.stderr


# Scroll by a screen a frame, and give the longest time between two frames.
SCROLL = """async () => {
  let longest = 0, before = performance.now()
  for (let y = 0; y < document.body.scrollHeight; y += innerHeight) {
    scrollTo(0, y)
    await new Promise(requestAnimationFrame)
    longest = Math.max(longest, performance.now() - before)
    before = performance.now()
  }
  return longest
}"""


def browse(page: Path) -> str:
    """Open the report in Chromium, list the records of a box, and scroll through."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        return "not opened: no Chromium on this machine"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-quic"])
        told = browser.new_page()
        start = time.perf_counter()
        told.goto(f"{page.as_uri()}#works")  # where the longest table stands
        told.locator('[data-table="works"] tbody tr').first.wait_for()
        opened = time.perf_counter()
        told.locator('[data-box="database_results"]').first.click()
        told.locator("#box tbody tr").first.wait_for()
        listed = time.perf_counter()
        longest = told.evaluate(SCROLL)
        browser.close()
    return (
        f"in Chromium: opens in {opened - start:.2f} s, lists a box in {listed - opened:.2f} s, "
        f"longest frame while scrolling {longest:.0f} ms"
    )


def main(works: int, runs: int) -> None:
    """Print seconds of each run, and when each rule of the last one ended."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "review"
        for name in ("config", "data", "profiles", "workflow"):
            shutil.copytree(ROOT / name, project / name)
        shutil.copy2(ROOT / "Snakefile", project)
        if works:
            invent_sources(project, works)
        snakemake(project, "--until", "code")
        coded = set((project / "results").iterdir())
        seconds = []
        for _ in range(runs):
            for path in set((project / "results").iterdir()) - coded:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            taken, said = snakemake(project)
            seconds.append(taken)
        size = (project / "results/report.html").stat().st_size / 1e6
        print(f"{works:,} invented works: median {statistics.median(seconds):.1f} s, report {size:.1f} MB;",
              *(f"{s:.1f}" for s in seconds))  # fmt: skip
        print(browse(project / "results/report.html"))
        print("\n".join(re.findall(r"(?m)^\[.*|^Finished.*", said)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 0, int(sys.argv[2]) if len(sys.argv) > 2 else 3)
