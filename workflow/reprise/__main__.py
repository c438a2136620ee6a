"""`python -m reprise check`: what is wrong with the files that people write."""

from __future__ import annotations

import argparse
import sys


def main(arguments: list[str] | None = None) -> int:
    """Run the command; end with 2 where something is wrong."""
    parser = argparse.ArgumentParser(prog="reprise", description="Reruns a published systematic review.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="look at config, decisions and data files without running anything")
    parser.parse_args(arguments)
    from reprise.check import check  # pandas takes a second to import: not before it is needed

    lines = check()
    for line in lines:
        print(line, file=sys.stderr)
    if not lines:
        print("Nothing wrong found in config, codebook, decisions, study and data files.")
    return 2 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
