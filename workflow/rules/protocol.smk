# The protocol, and what of it each stage is told. A stage reruns when its own part changes.
PROTOCOL = run(parse_protocol, config, code=2)
run(check_files, PROTOCOL, code=2)
WHOLE = plain(PROTOCOL)
SOURCES = WHOLE["sources"][PROTOCOL.mode]

SETTINGS = {
    "search": {"mode": PROTOCOL.mode, "sources": SOURCES},
    "dedupe": {"order": list(SOURCES)},
    "screen": {key: WHOLE[key] for key in ("window", "query", "criteria")},
    "code": {"country_groups": WHOLE["coding"]["country_groups"]},
    "tabulate": WHOLE,
    "draw": {"formats": WHOLE["formats"]["figures"]},
    "report": WHOLE,
}

DECISIONS = [f"data/decisions/{name}.csv" for name in ("duplicates", "screening", "coding", "appraisal")]


def plan(stage):
    """A file that holds what the protocol tells a stage, rewritten only when that changes.

    Snakemake forgets a rule's `params` with `.snakemake/`; a file that is an input it doesn't. The
    settings themselves reach the script through `params`, so that a second call of Snakemake can't
    change them under a job that runs.
    """
    path = Path("results/plan", f"{stage}.json")
    text = json.dumps(SETTINGS[stage], indent=1, ensure_ascii=False) + "\n"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
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
