"""What the protocol tells a stage, as the Snakefile wrote it down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read_settings(plan: str | Path) -> Any:
    """Read a stage's plan file."""
    return json.loads(Path(plan).read_text(encoding="utf-8"))
