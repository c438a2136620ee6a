"""The words that records are described with."""

from __future__ import annotations

from typing import Literal, get_args

# The stages at which a criterion may be asked, in order.
Stage = Literal["before_screening", "screening", "retrieval", "eligibility"]
STAGES: tuple[str, ...] = get_args(Stage)

TYPES = (
    "article", "review", "conference-paper", "book-chapter", "book", "report", "dissertation",
    "editorial", "preprint", "news", "other",
)  # fmt: skip
OPEN_ACCESS = ("gold", "diamond", "hybrid", "bronze", "green", "closed")
