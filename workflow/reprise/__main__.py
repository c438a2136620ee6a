"""`python -m reprise`: look at files that people write, take in their decisions, measure deduplication."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from reprise.decisions import ROLES


def main(arguments: list[str] | None = None) -> int:
    """Run the command; end with 2 where something is wrong."""
    parser = argparse.ArgumentParser(prog="reprise", description="Reruns a published systematic review.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="look at config, decisions and data files without running anything")
    _add_decide(commands.add_parser("decide", help="append the decisions of a filled-in queue"))
    commands.add_parser("known-items", help="fetch what the published review cites, to measure the search")
    bench = commands.add_parser("bench", help="measure how right and how fast deduplication is")
    _add_benches(bench.add_subparsers(dest="bench", required=True))
    options = parser.parse_args(arguments)
    if options.command == "bench":
        return _bench(options)
    if options.command == "known-items":
        return _known_items()
    if options.command == "decide":
        return _decide(options)
    from reprise.check import check  # pandas takes a second to import: not before it is needed

    lines = check()
    for line in lines:
        print(line, file=sys.stderr)
    if not lines:
        print("Nothing wrong found in config, codebook, decisions, study and data files.")
    return 2 if lines else 0


def _add_decide(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", help="decisions_needed.csv with values filled in, as a spreadsheet saved it"
    )
    parser.add_argument("--who", required=True, metavar="NAME", help="who decided")
    parser.add_argument(
        "--role", choices=ROLES, default="",
        help="what an empty role means (default: reviewer)",
    )  # fmt: skip
    parser.add_argument(
        "--when", default="", metavar="DATE", help="what an empty when means (default: today)"
    )


def _decide(options: argparse.Namespace) -> int:
    from reprise.handback import hand_back
    from reprise.mistakes import Mistake, tell

    try:
        print(hand_back(options.file, options.who, options.role, options.when))
    except Mistake as mistake:
        tell(mistake.lines)
        return 2
    except KeyboardInterrupt:
        tell(["Stopped; nothing is appended."])
        return 130
    return 0


def _known_items() -> int:
    from reprise.config import parse_protocol, read_config
    from reprise.enrich.cited import write_cited
    from reprise.mistakes import Mistake, tell
    from reprise.synthesis.replication import read_published

    try:
        protocol = parse_protocol(read_config())
        published = read_published(protocol.review.published, protocol.coding.country_groups)
        print(write_cited(published.doi, protocol.contact, protocol.enrich.calls))
    except Mistake as mistake:
        tell(mistake.lines)
        return 2
    except KeyboardInterrupt:
        tell(["Stopped; what was fetched is kept."])
        return 130
    return 0


def _add_benches(benches: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    sets = benches.add_parser("dedupe", help="on sets of records of which the duplicates are known")
    sets.add_argument(
        "folder", nargs="+", type=Path,
        help="holds records_pre_merged.csv and merged_record_ids.csv, plain or .gz, or an EndNote XML with "
        "the caption 'Duplicate' on duplicates; or holds folders that do",
    )  # fmt: skip
    sets.add_argument("--against", choices=["bib-dedupe"], help="measure this tool too, if it is installed")
    sets.add_argument("--wrong", action="store_true", help="list what is merged wrongly and what is missed")
    sets.add_argument("--runs", type=_count, default=5, help="runs of which the median is told (default: 5)")
    scale = benches.add_parser("scale", help="on invented records, of which the duplicates are known")
    scale.add_argument("n", nargs="*", type=_count, help="how many records (default: 1000 10000 100000)")
    scale.add_argument(
        "--adversarial", action="store_true", help="records made to be hard instead (default: 100000 each)"
    )
    scale.add_argument("--plot", type=Path, metavar="FILE.svg", help="draw seconds against records")
    scale.add_argument("--seed", type=int, default=5, help="another seed invents other records")
    for parser in (sets, scale):
        parser.add_argument("--json", action="store_true", help="print the rows as JSON")


def _count(text: str) -> int:
    digits = text.replace(",", "").replace("_", "")
    if not digits.isdecimal() or int(digits) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of 1 or more")
    return int(digits)


def _bench(options: argparse.Namespace) -> int:
    from reprise.dedupe import bench
    from reprise.mistakes import Mistake, tell

    try:
        if options.bench == "dedupe":
            return bench.bench_dedupe(
                options.folder, against=bool(options.against), as_json=options.json, wrong=options.wrong,
                runs=options.runs,
            )  # fmt: skip
        counts = options.n or ([100_000] if options.adversarial else [1_000, 10_000, 100_000])
        return bench.bench_scale(
            counts, hard=options.adversarial, plot=options.plot, as_json=options.json, seed=options.seed
        )
    except Mistake as mistake:
        tell(mistake.lines)
        return 2


if __name__ == "__main__":
    sys.exit(main())
