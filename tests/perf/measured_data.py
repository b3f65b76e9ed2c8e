"""Where the measured tables lie: ``HIGHFENCE_SHARED_DATA``, or ``../shared/data``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("HIGHFENCE_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")

needs_measurements = pytest.mark.skipif(
    not (SHARED / "measured").is_dir(),
    reason=f"no measurements in {SHARED}; set HIGHFENCE_SHARED_DATA to a folder that holds them")
