"""All tables of a run, from which everything that is counted is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from reprise.coding.codebook import Codebook
from reprise.decisions import Decision
from reprise.records import plain_text

STATUS = ("included", "awaiting")
COUNTRY_RULES = {
    "author_group": "country of authors",
    "first_author_group": "country of the first author",
    "studied_group": "country studied",
}


@dataclass(frozen=True)
class Review:
    """All tables of a run.

    Attributes
    ----------
    records, works, pairs, screening, coding, hits, ledger : DataFrame
        `pairs` are the compared records, `hits` all that the codebook's indicators found.
    log : list of dict
        The import log, one row per file.
    problems : list of dict
        What was wrong with rows of files.
    looked_up : list of dict
        Facts that services know of records, as enrich wrote them; empty where none were looked up.
    cited : list of dict
        What the published review cites, as `study.read_cited` gives it; empty where it is not known.
    strategies : list of dict
        How each live source was asked, as the search manifest says; empty where none was.
    codebook : Codebook
    decisions, appraisals : list of Decision
        What people said of the criteria, and of the quality of studies.
    protocol : mapping
        The protocol as plain text.
    """

    records: pd.DataFrame
    works: pd.DataFrame
    pairs: pd.DataFrame
    screening: pd.DataFrame
    coding: pd.DataFrame
    hits: pd.DataFrame
    ledger: pd.DataFrame
    log: Sequence[Mapping[str, str]]
    problems: Sequence[Mapping[str, str]]
    looked_up: Sequence[Mapping[str, str]]
    cited: Sequence[Mapping[str, str]]
    strategies: Sequence[Mapping[str, Any]]
    codebook: Codebook
    decisions: Sequence[Decision]
    appraisals: Sequence[Decision]
    protocol: Mapping[str, Any]

    def ended(self, *ends: str) -> pd.DataFrame:
        """Works that ended so, with their facts, `end`, `stage`, `reason`, `reasons`, `decided_by`."""
        ledger = self.ledger[(self.ledger["lead"] == "true") & self.ledger["end"].isin(ends)]
        columns = ["work_id", "end", "stage", "reason", "reasons", "decided_by"]
        works = self.works.assign(
            title=self.works["title"].map(plain_text), url=self.works["url"].str.split("; ").str[0]
        )
        return works.merge(ledger[columns], on="work_id")

    def coded(self) -> pd.DataFrame:
        """Codes with the `end` of their work."""
        leads = self.ledger[self.ledger["lead"] == "true"]
        return self.coding.merge(leads[["work_id", "end"]], on="work_id")
