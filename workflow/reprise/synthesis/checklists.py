"""PRISMA 2020 and PRISMA-S as checklists: what the machine, the protocol or a person says to each item.

Names of items are ours; the wording of the standards is theirs: Page MJ et al., BMJ 2021;372:n71, and
Rethlefsen ML et al., Systematic Reviews 2021;10:39.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from reprise.settings import sources_in_use
from reprise.synthesis.captions import TABLES, heading

MACHINE, CONFIG, PERSON = "machine", "config", "person"
NOT_STATED = "not stated, a person writes it"
NONE = "none in the protocol"


class Item(NamedTuple):
    """An item: who fills it, what stands there, and in which part of the report (an anchor)."""

    number: str
    name: str
    by: str
    where: str
    anchor: str = ""


_NUMBERS = {name: number for number, name in enumerate(TABLES, start=1)}


def _table(name: str) -> str:
    """Name a table as the report does.

    Examples
    --------
    >>> _table("search_log")
    'table 1 (Sources, and what became of their rows)'
    """
    return f"table {_NUMBERS[name]} ({TABLES[name].title})"


def _person(number: str, name: str) -> Item:
    return Item(number, name, PERSON, NOT_STATED)


def prisma_2020() -> list[Item]:
    """Give the items of PRISMA 2020 in their order."""
    judged = f"what people judged, if any: {_table('appraisal')}"
    merging = "merging of records, in the life of each work; what is missing stays unknown"
    themes = f"column Themes of {_table('included_studies')}"
    return [
        Item("1", "Title", CONFIG, "above; whether it names itself a review: a person looks", "top"),
        _person("2", "Abstract"),
        _person("3", "Rationale"),
        Item("4", "Objectives", CONFIG, "the question under the title", "top"),
        Item("5", "Eligibility criteria", CONFIG, "window, criteria and topic", "protocol"),
        Item("6", "Information sources and when last searched", MACHINE, _table("search_log"), "search_log"),
        Item("7", "Search strategy with limits", MACHINE, "Searches; import_log.csv", "searches"),
        Item(
            "8",
            "Selection: who decided and how",
            MACHINE,
            "Automation; each verdict in the life of its work and in screening.csv",
            "automation",
        ),
        Item(
            "9",
            "Data collection: who coded and how",
            MACHINE,
            "Automation; each code in the life of its work and in coding.csv",
            "automation",
        ),
        Item("10a", "Outcomes sought", CONFIG, f"the codebook's themes: {_table('themes')}", "themes"),
        Item("10b", "Other variables; what is missing", MACHINE, _table("countries"), "countries"),
        Item(
            "11",
            "Risk of bias: how assessed",
            PERSON,
            judged,
            "appraisal",
        ),
        _person("12", "Effect measures"),
        Item("13a", "Which studies enter which synthesis", MACHINE, themes, "included_studies"),
        Item("13b", "Preparing the data", MACHINE, merging, "works"),
        Item("13c", "Showing results", MACHINE, "figures, and the tables behind them", "figures"),
        _person("13d", "Method of synthesis, and why"),
        _person("13e", "Exploring differences between studies"),
        Item("13f", "Sensitivity", MACHINE, _table("restrictions"), "restrictions"),
        _person("14", "Reporting bias: how assessed"),
        _person("15", "Certainty: how assessed"),
        Item("16a", "Flow of records", MACHINE, "figure 1", "flow"),
        Item("16b", "Excluded although they nearly qualify", MACHINE, "Near misses", "near"),
        Item("17", "Characteristics of each study", MACHINE, _table("included_studies"), "included_studies"),
        Item(
            "18",
            "Risk of bias in studies",
            PERSON,
            judged,
            "appraisal",
        ),
        Item(
            "19",
            "Results of each study",
            MACHINE,
            "codes, in the life of each work; coding.csv",
            "works",
        ),
        Item("20a", "Each synthesis: its studies", MACHINE, _table("themes"), "themes"),
        _person("20b", "Results of statistical syntheses"),
        _person("20c", "Results on differences between studies"),
        Item("20d", "Results of sensitivity analyses", MACHINE, _table("country_counts"), "country_counts"),
        _person("21", "Reporting biases found"),
        _person("22", "Certainty of the evidence"),
        _person("23a", "Interpretation"),
        _person("23b", "Limits of the evidence"),
        _person("23c", "Limits of the review's process"),
        _person("23d", "Implications"),
        _person("24a", "Registration"),
        Item("24b", "Where the protocol is", CONFIG, "Protocol; config/config.yaml", "protocol"),
        Item("24c", "Amendments", PERSON, "the history of config/config.yaml; a person says why", "protocol"),
        _person("25", "Support"),
        _person("26", "Competing interests"),
        Item("27", "Data, code and materials", MACHINE, "Provenance: run id and files", "provenance"),
    ]


def prisma_s(protocol: Mapping[str, Any]) -> list[Item]:
    """Give the items of PRISMA-S; what the protocol names no source for is "none"."""
    sources = sources_in_use(protocol)

    def named(number: str, name: str, by: str, *kinds: str) -> Item:
        labels = [source["label"] for source in sources.values() if source.get("kind") in kinds]
        if not labels:
            return Item(number, name, by, NONE)
        return Item(number, name, by, ", ".join(labels), "search_log")

    limits = ", ".join(heading(c["id"]).lower() for c in protocol["criteria"])
    platforms = "column platform of import_log.csv, where a source was asked"
    log = _table("search_log")
    updates = "columns new and gone of import_log.csv, once a source is asked again"
    return [
        named("1", "Databases and their platforms", MACHINE, "database"),
        Item("2", "Several databases on one platform", MACHINE, platforms, "searches"),
        named("3", "Study registries", CONFIG, "register"),
        named("4", "Browsing online and in print", CONFIG, "website", "organisation"),
        named("5", "Citation searching", CONFIG, "citation"),
        _person("6", "Contacts"),
        _person("7", "Other methods"),
        Item(
            "8",
            "Strategies exactly as run",
            MACHINE,
            "import_log.csv; for searches by hand, search_strings.md",
            "searches",
        ),
        Item("9", "Limits, with why", CONFIG, f"criteria {limits}; why: {NOT_STATED}", "protocol"),
        Item("10", "Search filters", CONFIG, "none beside the concept blocks", "protocol"),
        Item("11", "Prior work used", CONFIG, "the published review: Comparison", "replication"),
        Item("12", "Updates", MACHINE, updates, "searches"),
        Item("13", "Date of each search", MACHINE, f"column Searched of {log}", "search_log"),
        Item("14", "Peer review of the strategy", PERSON, NOT_STATED),
        Item(
            "15",
            "Records from each source",
            MACHINE,
            f"column Records of {log}",
            "search_log",
        ),
        Item(
            "16",
            "Deduplication",
            MACHINE,
            f"{_table('automation')}; each pair, with rule and scores, in duplicates.csv",
            "table-automation",
        ),
    ]
