"""What the unit tests share: a small protocol, and a review made of a few rows written in the test."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pytest
from reprise.coding.codebook import Codebook
from reprise.coding.themes import find_hits
from reprise.coding.works import code_frame
from reprise.collect import LOG_COLUMNS
from reprise.config import parse_protocol, plain
from reprise.decisions import Decision, Trouble
from reprise.dedupe.merge import merge_works
from reprise.dedupe.pairs import PAIR_COLUMNS
from reprise.frames import as_frame
from reprise.records import COLUMNS
from reprise.screen.holdings import read_holdings
from reprise.screen.queue import queue
from reprise.screen.works import JOURNAL_COLUMNS, screen_works
from reprise.synthesis.ledger import follow
from reprise.synthesis.review import Review

DATABASES = ("eric", "doaj")
PROTOCOL: dict[str, Any] = {
    "review": {
        "title": "A rerun",
        "question": "What do badges do?",
        "published": "data/study/published.yaml",
        "included": "data/study/included.csv",
    },
    "mode": "sample",
    "window": {"start": "2015-01-01", "end": "2022-01-31"},
    "sources": {
        "sample": {
            "eric": {
                "label": "ERIC",
                "kind": "database",
                "file": "eric.csv",
                "searched": "2026-11",
                "sample": True,
            },
            "doaj": {"label": "DOAJ", "kind": "database", "file": "doaj.csv", "searched": "2026-11"},
            "web": {"label": "Pages", "kind": "website", "file": "web.csv", "searched": "2026-11"},
        }
    },
    "query": {
        "origin": "ours",
        "fields": ["title", "abstract", "keywords"],
        "blocks": [
            {"name": "credential", "terms": ["micro-credential*", "badge*"]},
            {"name": "education", "terms": ["learn*", "universit*"]},
        ],
    },
    "criteria": [
        {"id": "window", "question": "In the window?", "stage": "before_screening", "rule": "window"},
        {
            "id": "language",
            "question": "In English?",
            "stage": "before_screening",
            "rule": "language",
            "accept": ["en"],
        },
        {
            "id": "document_type",
            "question": "An article?",
            "stage": "before_screening",
            "rule": "document_type",
            "accept": ["article", "review"],
            "reject": ["book", "preprint", "report"],
        },
        {
            "id": "retracted",
            "question": "Not retracted?",
            "stage": "before_screening",
            "rule": "retracted",
            "unknown": "met",
        },
        {"id": "topic", "question": "On topic?", "stage": "screening", "rule": "topic"},
        {"id": "peer_review", "question": "Peer reviewed?", "stage": "screening", "rule": "peer_review"},
        {"id": "full_text", "question": "At hand?", "stage": "retrieval", "rule": "full_text"},
    ],
    "journals": "journals.csv",
    "coding": {
        "codebook": "codebook.yaml",
        "country_groups": {"USA": ["US"], "Europe": ["FI", "IE", "NO"]},
    },
}
CODEBOOK = {
    "contexts": [
        {
            "id": "economic",
            "label": "Economic",
            "themes": [
                {"id": "jobs", "label": "Jobs", "indicators": ["labour market", "employer"]},
                {"id": "skills", "label": "Skills", "indicators": ["reskilling", "skill"]},
            ],
        },
        {
            "id": "social",
            "label": "Social",
            "themes": [{"id": "lifelong", "label": "Lifelong", "indicators": ["lifelong learning"]}],
        },
    ]
}
# A row that meets every criterion of the protocol above.
GOOD = {
    "title": "Digital badges and what students learn",
    "year": "2020",
    "language": "en",
    "type": "article",
    "peer_reviewed": "true",
    "open_access": "gold",
}


@pytest.fixture
def raw_protocol() -> dict[str, Any]:
    """Give a valid protocol as read from YAML, free to be spoilt."""
    return copy.deepcopy(PROTOCOL)


@pytest.fixture
def protocol(raw_protocol: dict[str, Any]) -> dict[str, Any]:
    """Give the same protocol, parsed, as plain text."""
    parsed: dict[str, Any] = plain(parse_protocol(raw_protocol))
    return parsed


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    return Codebook.model_validate(CODEBOOK)


@pytest.fixture(scope="session")
def good() -> dict[str, str]:
    """Give the fields of a record that meets every criterion."""
    return dict(GOOD)


def _decision(record_id: str, variable: str, value: str, **more: Any) -> Decision:
    fields = {
        "file": "data/decisions/screening.csv", "line": 2, "record_id": record_id, "stage": "screening",
        "variable": variable, "value": value, "reason": "read it", "who": "Ada", "role": "reviewer",
        "when": "2026-11-24", "note": "", "fingerprint": "", **more,
    }  # fmt: skip
    return Decision(**fields)


@pytest.fixture(scope="session")
def decision() -> Callable[..., Decision]:
    """Give the maker of one line of a decision file."""
    return _decision


def _records(rows: Sequence[dict[str, str]]) -> pd.DataFrame:
    full = []
    for row in rows:
        source = row["record_id"].split(":")[0]
        kind = "database" if source in DATABASES else "website"
        full.append(
            {**dict.fromkeys(COLUMNS, ""), "source": source, "kind": kind}
            | {k: v for k, v in row.items() if k in COLUMNS}
        )
    return as_frame(full, list(COLUMNS))


def _works(rows: Sequence[dict[str, str]], records: pd.DataFrame) -> pd.DataFrame:
    names = [row.get("work", row["record_id"]) for row in rows]
    labels = pd.factorize(np.array(names, dtype=object))[0].astype(np.int64)
    works = merge_works(records, labels, [*DATABASES, "web"])
    links = {row["record_id"]: row["linked"] for row in rows if "linked" in row}
    works["linked_works"] = pd.Series([links.get(lead, "") for lead in works["lead"]], dtype="str")
    return works


class Rerun:
    """Rows taken through screening, coding and the ledger; each stage runs when it is asked for."""

    def __init__(
        self,
        *rows: dict[str, str],
        protocol: dict[str, Any] | None = None,
        decisions: Sequence[Decision] = (),
        codes: Sequence[Decision] = (),
        journals: Sequence[dict[str, str]] = (),
        appraisals: Sequence[Decision] = (),
    ):
        self.protocol = protocol or plain(parse_protocol(copy.deepcopy(PROTOCOL)))
        self.codebook = Codebook.model_validate(CODEBOOK)
        self.records = _records(rows)
        self.works = _works(rows, self.records)
        self._codes, self._decisions, self._appraisals = codes, decisions, appraisals
        blank = dict.fromkeys(JOURNAL_COLUMNS, "")
        pages = pd.DataFrame([{**blank, **j} for j in journals], columns=list(JOURNAL_COLUMNS), dtype="str")
        self.screening, trouble = screen_works(
            self.works, self.records, pages, read_holdings(None), decisions, self.protocol
        )
        self.notes = [t.what for t in trouble]
        pairs = pd.DataFrame(columns=PAIR_COLUMNS, dtype="str")
        told = [t._asdict() for t in trouble]
        self.queue = queue(self.works, self.records, pairs, self.screening, told, self.protocol["criteria"])

    @property
    def ends(self) -> pd.DataFrame:
        """One row per work: end, end_stage, reason, reasons, end_decided_by."""
        return self.screening.drop_duplicates("work_id").set_index("work_id")

    @cached_property
    def _coded(self) -> tuple[pd.DataFrame, list[Trouble]]:
        work_of = {
            record: work
            for work, ids in zip(self.works["work_id"], self.works["record_ids"], strict=True)
            for record in ids.split("; ")
        }
        kept = self.ends.index[self.ends["end"].isin(["included", "awaiting"])]
        works = self.works[self.works["work_id"].isin(kept)]
        groups = self.protocol["coding"]["country_groups"]
        return code_frame(works, self.codebook, self._codes, work_of, groups)

    @property
    def coding(self) -> pd.DataFrame:
        return self._coded[0]

    @property
    def code_notes(self) -> list[Trouble]:
        return self._coded[1]

    @cached_property
    def ledger(self) -> pd.DataFrame:
        return follow(self.records, self.works, self.screening)

    @property
    def review(self) -> Review:
        nothing = dict.fromkeys(LOG_COLUMNS, "") | {"rows": "0"}
        log = [
            {**nothing, "source": name, **source}
            for name, source in self.protocol["sources"][self.protocol["mode"]].items()
        ]
        return Review(
            records=self.records,
            works=self.works,
            pairs=pd.DataFrame(columns=PAIR_COLUMNS, dtype="str"),
            screening=self.screening,
            coding=self.coding,
            hits=find_hits(self.works, self.codebook),
            ledger=self.ledger,
            log=log,
            problems=[],
            looked_up=[],
            cited=[],
            strategies=[],
            codebook=self.codebook,
            decisions=[*self._decisions, *self._codes],
            appraisals=self._appraisals,
            protocol=self.protocol,
        )


@pytest.fixture(scope="session")
def rerun() -> type[Rerun]:
    """Give what takes rows through the stages.

    A row holds fields of a record; rows with the same `work` are one work, and `linked` names the works
    that are versions of the same study.
    """
    return Rerun
