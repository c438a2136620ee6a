"""Screen and code 100,000 invented works by rule: seconds and memory of the two stages.

`python benchmarks/judging.py [N]`, in the project's environment.
"""

from __future__ import annotations

import copy
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))

import numpy as np
from reprise.coding.codebook import read_codebook
from reprise.coding.works import code_frame
from reprise.config import CONFIG, parse_protocol, plain, read_config
from reprise.dedupe.bench import peak_mb
from reprise.dedupe.invent import invent_records
from reprise.dedupe.merge import merge_works
from reprise.frames import as_typed, work_of_records
from reprise.screen.holdings import read_holdings
from reprise.screen.works import read_journals, screen_works

SEED = 5
ABSTRACTS = 0.4  # the share of works with one, as in the bundled records and their kin
LANGUAGES = ("en", "", "es", "de")


def main(n: int) -> None:
    """Invent, judge, and say how long it took."""
    protocol = plain(parse_protocol(read_config(CONFIG)))
    book = read_codebook(protocol["coding"]["codebook"])
    random = np.random.default_rng(SEED)
    records, _ = invent_records(n, SEED)
    titles = records["title"].to_numpy(dtype=object)
    terms = [term.rstrip("*") for block in protocol["query"]["blocks"] for term in block["terms"]]
    indicators = [phrase for _, _, theme in book.themes() for phrase in theme.indicators]
    texts = []
    for has in random.random(n) < ABSTRACTS:
        words = [*random.choice(titles, 10), *random.choice(terms, 3), *random.choice(indicators, 5)]
        texts.append(". ".join(words) if has else "")
    records = as_typed(
        records.assign(
            abstract=texts,
            keywords=[
                f"{a}; {b}"
                for a, b in zip(random.choice(terms, n), random.choice(indicators, n), strict=True)
            ],
            language=random.choice(LANGUAGES, n, p=[0.6, 0.3, 0.05, 0.05]),
            publication_date=records["year"].astype("str").fillna(""),
            peer_reviewed=random.choice(["true", ""], n),
            open_access=random.choice(["gold", "green", "closed", ""], n),
            affiliations=random.choice(
                ["Department of Education, University of Turku, Turku, Finland", "Boston, MA 02115, USA", ""],
                n,
            ),
        )
    )
    works = merge_works(records, np.arange(n), [])
    told = {key: copy.deepcopy(protocol[key]) for key in ("window", "query", "criteria")}
    before = peak_mb()
    start = time.perf_counter()
    screening, _ = screen_works(
        works, records, read_journals(protocol["journals"]), read_holdings(None), [], told
    )
    screened = time.perf_counter()
    groups = protocol["coding"]["country_groups"]
    coding, *_ = code_frame(works, book, [], work_of_records(works), groups)
    coded = time.perf_counter()
    print(f"{n:,} works: screening {screened - start:.1f} s, coding {coded - screened:.1f} s, together "
          f"{coded - start:.1f} s; peak {peak_mb():,.0f} MB ({before:,.0f} MB before)")  # fmt: skip
    ends = screening.drop_duplicates("work_id")["end"].value_counts()
    told = ", ".join(f"{end} {count:,}" for end, count in ends.items())
    print(f"{len(screening):,} verdicts, {len(coding):,} codes; {told}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
