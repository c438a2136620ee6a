# The protocol, and what of it each stage is told. A stage reruns when its own part changes.
PROTOCOL = run(parse_protocol, config, code=2)
run(check_files, PROTOCOL, code=2)
WHOLE = whole_protocol(PROTOCOL)
# Who asks, and what is asked anew, decides nothing about what the answers are made into.
TOLD = {key: value for key, value in WHOLE.items() if key not in ("contact", "refresh")}
SOURCES = sources_in_use(WHOLE)
YEARS = list(range(PROTOCOL.window.start.year, PROTOCOL.window.end.year + 1))
SEARCH = {
    "sample": {"sources": SOURCES},
    "live": {
        "sources": WHOLE["sources"]["live"],
        "exports": WHOLE["sources"]["exports"],
        "years": YEARS,
        "query": {key: WHOLE["query"][key] for key in ("fields", "blocks", "exclude")},
        **{key: WHOLE[key] for key in ("contact", "refresh")},
    },
}

SETTINGS = {
    "search": SEARCH[PROTOCOL.mode],
    "enrich": {
        "services": WHOLE["enrich"]["ask"],
        "live": PROTOCOL.mode == "live",
        "contact": WHOLE["contact"],
        "calls": WHOLE["enrich"]["calls"],
    },
    "dedupe": {"order": list(SOURCES), "decisions": DECISION_FILES["duplicates"]},
    "screen": {
        "protocol": {key: WHOLE[key] for key in ("window", "query", "criteria")},
        "reviewers": PROTOCOL.screening.reviewers,
        "holdings": PROTOCOL.holdings,
        "decisions": DECISION_FILES["screening"],
    },
    "code": {
        "country_groups": WHOLE["coding"]["country_groups"],
        "reviewers": PROTOCOL.screening.reviewers,
        "decisions": DECISION_FILES["coding"],
    },
    "tabulate": {"protocol": TOLD, "decisions": list(DECISION_FILES.values())},
    "typeset": {"protocol": TOLD},
    "draw": {"width": PROTOCOL.formats.width},
    "report": {"protocol": TOLD, "decisions": list(DECISION_FILES.values())},
}

# What people write, by the stage that reads it first.
HOLDINGS = [PROTOCOL.holdings] if PROTOCOL.holdings else []
# In live mode they are what the rule itself fetches.
ANSWERS = frozen_files(PROTOCOL.enrich.ask) if PROTOCOL.mode == "sample" else []
ENRICHES = bool(PROTOCOL.enrich.ask) and (PROTOCOL.mode == "live" or bool(ANSWERS))
STUDY = [PROTOCOL.review.published, PROTOCOL.review.included, CITED]
WRITTEN = {
    "search": [file["file"] for source in SOURCES.values() for file in files_of(source)],
    "enrich": ANSWERS,
    "dedupe": [DECISION_FILES["duplicates"]],
    "screen": [PROTOCOL.journals, *HOLDINGS, DECISION_FILES["screening"]],
    "code": [PROTOCOL.coding.codebook, DECISION_FILES["coding"]],
    "tabulate": [*STUDY, DECISION_FILES["appraisal"]],
}


def plan(stage):
    """A file that holds what a stage is told and the hashes of what people wrote for it.

    It is rewritten only when that changes. Not `params`: Snakemake forgets those with `.snakemake/`, and
    imports pandas to compare them, which costs every call a second. Hashes, because a file that is
    moved or unpacked into its place may be older than the results. While another call runs here, its
    files are left as they are.
    """
    path = Path("results/plan", f"{stage}.json")
    told = {"settings": SETTINGS[stage], "files": {f: file_hash(f) for f in WRITTEN.get(stage, [])}}
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if stage == "search" and known.get("again") != (gone := lists_what_is_gone(MANIFEST)) and gone:
        told["again"] = gone
    elif "again" in known:
        told["again"] = known["again"]
    if told != known and not any(Path(".snakemake/locks").glob("*.lock")):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        part.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        part.replace(path)
    return str(path)


def code(module):
    """The package's files that a rule runs: an edit of one reruns just the rules that use it."""
    return [os.path.relpath(file) for file in module_files(module)]


def if_there(*paths):
    """Files that may be missing, such as decisions that nobody has made yet."""
    return [path for path in paths if os.path.exists(path)]
