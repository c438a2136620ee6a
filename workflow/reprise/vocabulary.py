"""The words that records are described with."""

from __future__ import annotations

TYPES = (
    "article", "review", "conference-paper", "book-chapter", "book", "report", "dissertation",
    "editorial", "preprint", "news", "other",
)  # fmt: skip
OPEN_ACCESS = ("gold", "diamond", "hybrid", "bronze", "green", "closed")
