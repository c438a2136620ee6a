"""What a source finds, after the local filter, is what the blocks mean.

The emulator judges: it reads the requests with a grammar of its own. The blocks are evaluated on the
corpus here, by words, with none of the program's own code.
"""

from __future__ import annotations

import html
import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from emulator import ERIC_MEASURED, Emulator, make_corpus, record_id
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reprise.query import matcher
from reprise.search.client import Client
from reprise.search.fetch import fetch_slice
from reprise.search.live import requests_of, translate
from reprise.search.slices import rows_of, texts_of
from reprise.search.sources import SOURCES

YEAR = 2019
EXAMPLES = 25 * int(os.environ.get("REPRISE_EXAMPLES", "1"))
LOOKS_IN = {
    "openalex": ("title", "abstract"),
    "eric": ("title", "abstract", "keywords"),
    "doaj": ("title", "abstract", "keywords"),
    "europepmc": ("title", "abstract", "keywords"),
    "semantic_scholar": ("title", "abstract"),
}
WORDS = [
    "micro", "credential", "credentials", "digital", "badge", "badges", "open", "learning", "learners",
    "education", "higher", "quality", "assurance", "policy", "teachers", "training", "skills", "degree",
    "recognition", "prior", "assessment", "nursing", "programmes", "stackable", "employability", "zebra",
]  # fmt: skip


def words(text: str) -> list[str]:
    text = html.unescape(re.sub(r"</?[A-Za-z][^<>]*>", "", text))
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", bare.casefold())


def stands_in(term: str, text: list[str]) -> bool:
    """Whether the words of a term stand side by side in a text."""
    wanted = [(words(w), w.endswith("*")) for w in re.split(r"[\s-]+", term)]
    tests = [(w[0], cut) for w, cut in wanted]
    return any(
        all(h.startswith(w) if cut else h == w for (w, cut), h in zip(tests, text[i:], strict=False))
        for i in range(len(text) - len(tests) + 1)
    )


def holds(work: dict[str, Any], query: dict[str, Any]) -> bool:
    """Whether a work holds the blocks and nothing that is excluded."""
    fields = query["fields"]
    texts = [words(t) for f in fields for t in (work[f] if f == "keywords" else [work[f]])]
    held = [any(stands_in(t, text) for t in b["terms"] for text in texts) for b in query["blocks"]]
    no = query["exclude"]["terms"] if query["exclude"] else []
    return all(held) and not any(stands_in(t, text) for t in no for text in texts)


@st.composite
def terms(draw: st.DrawFn) -> str:
    """Draw a word or phrase, perhaps cut, perhaps hyphenated."""
    chosen = [draw(st.sampled_from(WORDS)) for _ in range(draw(st.integers(1, 3)))]
    cut = [
        w[: draw(st.integers(max(3, len(w) - 4), len(w)))] + "*" if draw(st.booleans()) else w for w in chosen
    ]
    return draw(st.sampled_from([" ", "-"])).join(cut)


blocks = st.lists(terms(), min_size=1, max_size=6)
queries = st.builds(
    lambda parts, exclude: {
        "fields": ["title", "abstract", "keywords"],
        "blocks": [{"name": str(i), "terms": part} for i, part in enumerate(parts)],
        "exclude": {"name": "no", "terms": exclude} if exclude else None,
    },
    st.lists(blocks, min_size=1, max_size=3),
    st.one_of(st.none(), st.lists(terms(), min_size=1, max_size=2)),
)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator(make_corpus(1500, 7, years=(YEAR, YEAR)), **ERIC_MEASURED) as running:
        yield running


@pytest.mark.parametrize("name", SOURCES)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(query=queries)
def test_finds_are_what_the_blocks_mean(
    name: str, query: dict[str, Any], emulator: Emulator, tmp_path_factory: pytest.TempPathFactory
) -> None:
    source = SOURCES[name]
    # OpenAlex' keywords are its own, Semantic Scholar has none.
    query = {**query, "fields": list(LOOKS_IN[name])}
    asked = requests_of(name, translate(name, {}, query), YEAR)
    folder: Path = tmp_path_factory.mktemp("store")
    client = Client(name, {}, pace=0.0, backoff=0.01)
    piece = fetch_slice(source, client, emulator.url(name), folder, YEAR, asked, lambda *_: None)
    test = matcher(query)
    rows = {key: row for key, _, row in rows_of(name, piece.path, piece.about["sha256"])}
    verdicts = {key: test(texts_of(row)) for key, row in rows.items()}
    ids = {w["id"]: record_id(name, w).removeprefix("https://openalex.org/") for w in emulator.works}
    in_index = {ids[w["id"]]: w for w in emulator.works if name in w["sources"]}
    meant = {key for key, w in in_index.items() if holds(w, query)}
    assert meant <= set(rows), "the request was narrower than the blocks"
    kept = {key for key, verdict in verdicts.items() if verdict is not False}
    assert meant <= kept, "the local filter took out what the blocks mean"
    assert not [key for key in kept - meant if rows[key]["abstract"]], "kept beyond what the blocks mean"
