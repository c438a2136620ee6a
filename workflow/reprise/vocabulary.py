"""The words that records are described with."""

from __future__ import annotations

from typing import Literal, get_args

# The stages at which a criterion may be asked, in order.
Stage = Literal["before_screening", "screening", "retrieval", "eligibility"]
STAGES: tuple[str, ...] = get_args(Stage)

# The rules that a criterion may be judged by, and what each is told beside the works. `person` is no rule.
RuleName = Literal[
    "window", "language", "document_type", "retracted", "topic", "peer_review", "full_text", "person"
]
RULE_KEYS: dict[str, tuple[str, ...]] = {
    "window": ("date",),
    "language": ("accept", "confidence"),
    "document_type": ("accept", "reject"),
}

TYPES = (
    "article", "review", "conference-paper", "book-chapter", "book", "report", "dissertation",
    "editorial", "letter", "book-review", "preprint", "news", "other",
)  # fmt: skip
OPEN_ACCESS = ("gold", "diamond", "hybrid", "bronze", "green", "closed")
# What services are asked for where records lack it.
LOOKED_UP = (
    "doi", "language", "author_countries", "first_author_country", "type", "open_access", "fulltext_url",
    "retracted",
)  # fmt: skip
