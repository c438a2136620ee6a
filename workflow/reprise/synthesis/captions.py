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


# The lists that are written for other programs: which works, by how they ended, and in which formats.
ENDS: dict[str, tuple[str, ...]] = {
    "included": ("included",),
    "excluded": ("removed_by_automation", "excluded", "not_retrieved"),
    "awaiting": ("awaiting",),
    "all": ("included", "removed_by_automation", "excluded", "not_retrieved", "awaiting"),
}
EXCHANGE = ("ris", "bib", "json", "nbib")
CODED = "Coded by rule from title, keywords and abstract where no person coded. "
TABLES: dict[str, Caption] = {
    "search_log": Caption(
        "Sources, and what became of their rows",
        "Rows = records + repeats + rejected + filtered + replaced + missing; the next table says more. "
        "Repeats say what another row of the source said. Replaced: a later export of the same search "
        "stands in its place. Hits: what the source says it has, for each of its requests; what two of them "
        "find is one row. Filtered: taken out since the source could not be asked exactly what the protocol "
        "means; outside the flow. Provisional: searched before the year had ended. New, gone: between this "
        "search and the one before. Strategies: the table of how faithfully each source was asked, and, "
        "exactly as sent for each row, import_log.csv.",
    ),
    "imports": Caption(
        "Files, and how their entries came in",
        "Entries: counted by their delimiters, apart from the parser. Entries = parsed + rejected + missing. "
        "Repaired: mended before they could be read. Set aside: values that could not be true. Details: "
        "the first lines of each kind; all stand in import_problems.csv.",
    ),
    "enrichment": Caption(
        "Facts that records lacked, and who knew them",
        "Looked up by DOI, or by title where title, first author and year agree and nothing else differs. "
        "What a source says itself is never overwritten; contradictions stand in results/enrichment.csv. "
        "Zeros where nothing was looked up, as in sample mode.",
    ),
    "query_fidelity": Caption(
        "How faithfully each source was asked",
        "Where a source can't say what the protocol means, more is asked for and looked at locally.",
    ),
    "query_terms": Caption(
        "What each term of the query finds",
        "Works: hold the term. Found: of the works that hold every block and nothing excluded. Unique: of "
        "these, no other term of the block is held, so that without it they would not hold every block; a "
        "person's decision on the topic would stand. For exclude: works that hold every block and are taken "
        "out by it, alone. Leave out one term at a time: two may stand in for each other.",
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
    "retrieval": Caption(
        "Full texts sought, and what became of them",
        "Still sought: no copy is known, or not for sure. Where: the evidence of a rule; who, when and note "
        "are people's.",
    ),
    "countries": Caption(
        "Works by group of countries",
        "Each rule's groups sum to all works. Several: countries in two groups. Unknown: no country known.",
    ),
    "country_counts": Caption(
        "Works by country, counted four ways",
        "Full: each country of a work's authors counts 1. Fractional: each of a work's k countries counts "
        "1/k, so that the column sums to the works. First author: where a source says in which "
        "order the authors stand. Studied: countries that the work is about; one work may have several.",
    ),
    "themes": Caption("Works by theme", CODED + "A work may have several themes."),
    "themes_by_year": Caption(
        "Works by theme and year",
        CODED + "A work may have several themes. The year as the merged record gives it.",
    ),
    "themes_by_country": Caption(
        "Works by theme and country of authors", CODED + "A work may have several themes."
    ),
    "theme_cooccurrence": Caption(
        "Works that bear two themes", "On the diagonal: works that bear the one. " + CODED
    ),
    "theme_review": Caption(
        "Themes as the rule suggested them, and as people left them",
        "Hits: places in texts where an indicator stands (results/hits.csv). Suggested = confirmed + taken "
        "away + not looked at; the theme's works, included and awaiting: confirmed + added + not looked at.",
    ),
    "years": Caption("Works by year of publication", "The year as the merged record gives it."),
    "venues": Caption(
        "Works by journal", "Told by its name, spelling and a leading The aside; shown as spelled most often."
    ),
    "appraisal": Caption(
        "Quality of the included studies, as people judged it",
        "No rule judges quality: what stands here comes from data/decisions/appraisal.csv.",
    ),
    "restrictions": Caption(
        "What each criterion kept out",
        "Unknown percent: of all works; commonest cause: as the rule says it, and of how many works. "
        "Removed alone: fails this criterion, meets all others. "
        "Removed alone or unknown: fails this one and no other, though others may be unknown.",
    ),
    "agreement": Caption(
        "Agreement between people before adjudication",
        "Reviewers' lines before adjudication, each two people. Kappa: Cohen's, with a large-sample 95 % "
        "interval; an empty cell has its reason in the note. Came round: agree only since one changed a "
        "line. All criteria: one call per work, on what both judged. Unknown (unsure) is an answer too.",
    ),
    "rules_against_people": Caption(
        "Rules against people, on the works that people judged",
        "False exclusions: the rule says not met, people say met. Sensitivity: of the works that people call "
        "met, those that the rule did not call not met. Specificity: of the works that people call not met, "
        "those that the rule called so. Intervals: Wilson, 95 %. The works that people judge are those they "
        "were asked about, no random sample.",
    ),
    "automation": Caption(
        "What was automated",
        "Judgements = not looked at + confirmed + changed (overruled) + by people + unsettled + open. "
        "Unsettled: people unsure, differing, or one judgement missing. Open: neither rule nor person could "
        "tell; the protocol says what that counts as. Version and parameters: the run id.",
    ),
    "codebook_diagnostics": Caption(
        "Where the codebook may be improved", "Share: of all works coded, unless the detail says otherwise."
    ),
    "source_overlap": Caption(
        "Works that sources share",
        "Only here: works that no other source has. With X: works that X has too.",
    ),
    "source_sets": Caption(
        "Works by the set of sources that hold them",
        "Each work counts once: with all sources that hold it, and no other.",
    ),
    "capture_recapture": Caption(
        "How many works all sources together may miss",
        "Estimated from how sources overlap, and true only as far as its assumptions: sources find works "
        "independently of each other (they don't: indexes draw on one registry, which makes estimates too "
        "low), every work is as easy to find as another, nothing new is published, duplicates are found. "
        "Chao (1987): a lower bound. Chapman (1951): for two sources. 95 % intervals.",
    ),
    "known_items": Caption(
        "What the published review cites, and where our search and screening lose it",
        "Coverage of cited works, never recall of included studies: a review cites much that it doesn't "
        "include. Lost at: index, window, query, search, or a stage of the review. Query holds: judged on "
        "what OpenAlex says of the work. Empty until `python -m reprise known-items` has fetched the list.",
    ),
}
FIGURES: dict[str, Caption] = {
    "prisma": Caption(
        "PRISMA 2020 flow",
        "Dashed boxes are additions to the template.",
    ),
    "years": Caption("Works by year of publication", TABLES["years"].notes),
    "countries": Caption("Works by country", TABLES["countries"].notes),
    "country_map": Caption(
        "World map of works by country of authors",
        "Full counts: a work counts in each country of its authors. Outlines: Natural Earth, public domain.",
    ),
    "themes": Caption("Works by theme", TABLES["themes"].notes),
    "themes_by_country": Caption("Works by theme and country of authors", TABLES["themes_by_country"].notes),
    "themes_over_time": Caption("Works by theme and year", TABLES["themes_by_year"].notes),
    "theme_cooccurrence": Caption(
        "Works that bear two themes",
        "Below the diagonal included works, above it those awaiting too. " + CODED,
    ),
    "source_overlap": Caption("Works by the set of sources that hold them", TABLES["source_sets"].notes),
}
