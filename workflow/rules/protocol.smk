# The protocol, and what of it each stage is told. A stage reruns when its own part changes.
PROTOCOL = run(parse_protocol, config, code=2)
run(check_files, PROTOCOL, code=2)
WHOLE = plain(PROTOCOL)
SOURCES = WHOLE["sources"][PROTOCOL.mode]
DECISIONS = {
    name: f"data/decisions/{name}.csv" for name in ("duplicates", "screening", "coding", "appraisal")
}

SETTINGS = {
    "search": {"sources": SOURCES},
    "dedupe": {"order": list(SOURCES), "decisions": DECISIONS["duplicates"]},
    "screen": {
        "protocol": {key: WHOLE[key] for key in ("window", "query", "criteria")},
        "decisions": DECISIONS["screening"],
    },
    "code": {
        "country_groups": WHOLE["coding"]["country_groups"],
        "decisions": DECISIONS["coding"],
    },
    "tabulate": {"protocol": WHOLE, "decisions": list(DECISIONS.values())},
    "report": {"protocol": WHOLE, "decisions": list(DECISIONS.values())},
}


def plan(stage):
    """A file that holds what the protocol tells a stage, rewritten only when that changes.

    Not `params`: Snakemake forgets those with `.snakemake/`, and imports pandas to compare them, which
    costs every call a second. While another call runs here, its files are left as they are.
    """
    path = Path("results/plan", f"{stage}.json")
    text = json.dumps(SETTINGS[stage], indent=1, ensure_ascii=False) + "\n"
    running = any(Path(".snakemake/locks").glob("*.lock"))
    if not running and not (path.exists() and path.read_text(encoding="utf-8") == text):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    return str(path)


def code(module):
    """The package's files that a rule runs: an edit of one reruns just the rules that use it."""
    return [os.path.relpath(file) for file in module_files(module)]


def if_there(*paths):
    """Files that may be missing, such as decisions that nobody has made yet."""
    return [path for path in paths if os.path.exists(path)]
