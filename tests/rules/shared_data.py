"""Where the shared tables of known outcomes lie: ``HIGHFENCE_SHARED_DATA``, or ``../shared/data``."""

from __future__ import annotations

import csv
import os
from pathlib import Path

SHARED = Path(os.environ.get("HIGHFENCE_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")
MISSING = f"no table of known outcomes in {SHARED}; set HIGHFENCE_SHARED_DATA to a folder that holds it"


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a shared table; none where the folder is absent."""
    path = SHARED / name
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
