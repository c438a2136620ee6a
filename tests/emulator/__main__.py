"""`python -m emulator`, from `tests/`: an emulator to play with until Ctrl-C."""

from __future__ import annotations

import argparse
import sys
import threading

from .corpus import make_corpus
from .server import Emulator


def main() -> None:
    """Start it, say where, serve."""
    parser = argparse.ArgumentParser(prog="python -m emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--works", type=int, default=2000, help="how many works to invent")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--key", help="OpenAlex' key, if there shall be one")
    options = parser.parse_args()
    keys = {"openalex": options.key} if options.key else None
    with Emulator(make_corpus(options.works, options.seed), port=options.port, keys=keys) as emulator:
        for name, url in emulator.environment().items():
            print(f"export {name}={url}")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("Closed.", file=sys.stderr)


if __name__ == "__main__":
    main()
