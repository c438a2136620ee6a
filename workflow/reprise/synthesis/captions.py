"""Titles and notes of the tables and figures; their order is the order in which they are numbered."""

from __future__ import annotations

from typing import NamedTuple

_INITIALS = {"doi": "DOI", "url": "URL", "issn": "ISSN"}


def heading(column: str) -> str:
    """Give a column's name as a reader sees it.

    Examples
    --------
    >>> heading("author_countries"), heading("doi")
    ('Author countries', 'DOI')
    """
    words = column.replace("_", " ").strip()
    return _INITIALS.get(column) or words[:1].upper() + words[1:]


class Caption(NamedTuple):
    """What stands above and below a table or figure."""

    title: str
    notes: str


CODED = "Coded by rule from title, keywords and abstract where no person coded. "
TABLES: dict[str, Caption] = {
    "search_log": Caption(
        "Sources, and what became of their rows",
        "Rows = records + repeats + rejected + filtered. Repeats say what another row of the source said. "
        "Set aside: values that could not be true (see import_problems.csv). Hits: what the source says it "
        "has, for each of its requests; what two of them find is one row. Filtered: taken out since the "
        "source could not be asked exactly what the protocol means; outside the flow. Provisional: searched "
        "before the year had ended. New, gone: against the slice searched before. Strategies: the next "
        "table, and, exactly as sent for each row, import_log.csv.",
    ),
    "query_fidelity": Caption(
        "How faithfully each source was asked",
        "Where a source can't say what the protocol means, more is asked for and looked at locally.",
    ),
    "included_studies": Caption(
        "Included studies",
        'Decided by: who settled the criteria; "rules" where no person read the work. ' + CODED,
    ),
    "excluded_studies": Caption(
        "Works that left the review, with reasons",
        "The reason is the first criterion failed, in the protocol's order; reasons lists all.",
    ),
    "awaiting": Caption(
        "Works that await a person's decision",
        "Unknown is not no: a work stays here until someone decides (decisions_needed.csv).",
    ),
    "countries": Caption(
        "Works by country",
        "Each rule's groups sum to all works. Several: countries in two groups. Unknown: no country known.",
    ),
    "themes": Caption("Works by theme", CODED + "A work may have several themes."),
    "themes_by_country": Caption(
        "Works by theme and country of authors", CODED + "A work may have several themes."
    ),
    "years": Caption("Works by year of publication", "The year as the merged record gives it."),
    "venues": Caption(
        "Works by journal", "Told by its name, spelling and a leading The aside; shown as spelled most often."
    ),
    "restrictions": Caption(
        "What each criterion kept out",
        "Removed alone: fails this criterion, meets all others. "
        "Removed alone or unknown: fails this one and no other, though others may be unknown.",
    ),
    "source_overlap": Caption(
        "Works that sources share",
        "Only here: works that no other source has. With X: works that X has too.",
    ),
}
FIGURES: dict[str, Caption] = {
    "prisma": Caption(
        "PRISMA 2020 flow",
        "Dashed boxes are additions to the template.",
    ),
    "years": Caption("Works by year of publication", TABLES["years"].notes),
    "countries": Caption("Works by country", TABLES["countries"].notes),
    "themes": Caption("Works by theme", TABLES["themes"].notes),
    "themes_by_country": Caption("Works by theme and country of authors", TABLES["themes_by_country"].notes),
}
