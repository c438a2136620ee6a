"""PRISMA 2020 and PRISMA-S as checklists: what the machine, the protocol or a person says to each item.

Names of items are ours; the wording of the standards is theirs: Page MJ et al., BMJ 2021;372:n71, and
Rethlefsen ML et al., Systematic Reviews 2021;10:39.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from reprise.settings import sources_in_use

MACHINE, CONFIG, PERSON = "machine", "config", "person"
NOT_STATED = "not stated, a person writes it"


class Item(NamedTuple):
    """An item: who fills it, what stands there, and in which part of the report (an anchor)."""

    number: str
    name: str
    by: str
    where: str
    anchor: str = ""


def _person(number: str, name: str) -> Item:
    return Item(number, name, PERSON, NOT_STATED)


def prisma_2020() -> list[Item]:
    """Give the items of PRISMA 2020 in their order."""
    return [
        Item("1", "Title", CONFIG, "review.title; whether it names itself a review: a person looks", "top"),
        _person("2", "Abstract"),
        _person("3", "Rationale"),
        Item("4", "Objectives", CONFIG, "review.question", "top"),
        Item("5", "Eligibility criteria", CONFIG, "criteria and window", "protocol"),
        Item("6", "Information sources and when last searched", MACHINE, "search_log", "search_log"),
        Item(
            "7", "Search strategy with limits", MACHINE, "query, search strings, query_fidelity", "searches"
        ),
        Item(
            "8", "Selection: who decided and how", MACHINE, "verdicts of every work; automation", "automation"
        ),
        Item("9", "Data collection: who coded and how", MACHINE, "codes of every work", "automation"),
        Item("10a", "Outcomes sought", CONFIG, "themes of the codebook", "themes"),
        Item("10b", "Other variables; what is missing", MACHINE, "countries, unknown shown", "countries"),
        Item("11", "Risk of bias: how assessed", PERSON, "data/decisions/appraisal.csv, if any", "appraisal"),
        _person("12", "Effect measures"),
        Item("13a", "Which studies enter which synthesis", MACHINE, "codes of every study", "themes"),
        Item("13b", "Preparing the data", MACHINE, "merging, missing values kept as unknown", "automation"),
        Item("13c", "Showing results", MACHINE, "tables and figures", "figures"),
        _person("13d", "Method of synthesis, and why"),
        _person("13e", "Exploring differences between studies"),
        Item("13f", "Sensitivity", MACHINE, "four ways to count countries; restrictions", "restrictions"),
        _person("14", "Reporting bias: how assessed"),
        _person("15", "Certainty: how assessed"),
        Item("16a", "Flow of records", MACHINE, "flow diagram", "flow"),
        Item("16b", "Excluded although they nearly qualify", MACHINE, "near misses", "near"),
        Item("17", "Characteristics of each study", MACHINE, "included_studies", "included_studies"),
        Item("18", "Risk of bias in studies", PERSON, "appraisals of people, if any", "appraisal"),
        Item("19", "Results of each study", MACHINE, "codes of each work", "works"),
        Item("20a", "Each synthesis: its studies", MACHINE, "themes", "themes"),
        _person("20b", "Results of statistical syntheses"),
        _person("20c", "Results on differences between studies"),
        Item("20d", "Results of sensitivity analyses", MACHINE, "country_counts", "country_counts"),
        _person("21", "Reporting biases found"),
        _person("22", "Certainty of the evidence"),
        _person("23a", "Interpretation"),
        _person("23b", "Limits of the evidence"),
        _person("23c", "Limits of the review's process"),
        _person("23d", "Implications"),
        _person("24a", "Registration"),
        Item("24b", "Where the protocol is", CONFIG, "config/config.yaml", "protocol"),
        Item("24c", "Amendments", PERSON, "the history of config/config.yaml; a person says why", "protocol"),
        _person("25", "Support"),
        _person("26", "Competing interests"),
        Item("27", "Data, code and materials", MACHINE, "run id and files", "provenance"),
    ]


def prisma_s(protocol: Mapping[str, Any]) -> list[Item]:
    """Give the items of PRISMA-S; what the protocol names no source for is "none"."""
    sources = sources_in_use(protocol)

    def named(*kinds: str) -> str:
        labels = [source["label"] for source in sources.values() if source.get("kind") in kinds]
        return ", ".join(labels) or "none"

    limits = ", ".join(c["id"] for c in protocol["criteria"])
    return [
        Item("1", "Databases and their platforms", MACHINE, named("database"), "search_log"),
        Item(
            "2",
            "Several databases on one platform",
            MACHINE,
            "column platform of import_log.csv",
            "search_log",
        ),
        Item("3", "Study registries", CONFIG, named("register"), "search_log"),
        Item("4", "Browsing online and in print", CONFIG, named("website", "organisation"), "search_log"),
        Item("5", "Citation searching", CONFIG, named("citation"), "search_log"),
        Item("6", "Contacts", CONFIG, "none in the protocol"),
        Item("7", "Other methods", CONFIG, "none in the protocol"),
        Item("8", "Strategies exactly as run", MACHINE, "import_log.csv; search strings", "searches"),
        Item("9", "Limits, with why", CONFIG, f"criteria {limits}; why: {NOT_STATED}", "restrictions"),
        Item("10", "Search filters", CONFIG, "none in the protocol"),
        Item("11", "Prior work used", CONFIG, "the published review", "replication"),
        Item("12", "Updates", MACHINE, "columns new and gone", "search_log"),
        Item("13", "Date of each search", MACHINE, "column searched", "search_log"),
        Item("14", "Peer review of the strategy", PERSON, NOT_STATED),
        Item("15", "Records from each source", MACHINE, "column records", "search_log"),
        Item("16", "Deduplication", MACHINE, "rules and scores of every pair", "automation"),
    ]
