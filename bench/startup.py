"""How long a user waits for a fresh process."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from bench.figures import Budget, Figure, lasting

PART = "Fresh processes"


def figures(rounds: int) -> list[Figure]:
    """Measure whole processes, from start to end, the interpreter's own start included."""
    python, command = sys.executable, str(Path(sys.executable).with_name("highfence"))
    cases = (
        ("the interpreter alone: `python -c pass`", [python, "-c", "pass"], None),
        ("`python -c 'import highfence'`", [python, "-c", "import highfence"], Budget(0.15)),
        ("`highfence chip H20`", [command, "chip", "H20"], Budget(0.4)),
        ("`highfence classify H20 --on 2025-05-01`", [command, "classify", "H20", "--on", "2025-05-01"], None),
    )
    return [lasting(PART, work, _seconds(call, rounds), "s", budget) for work, call, budget in cases]


def _seconds(call: list[str], rounds: int) -> list[float]:
    found = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        subprocess.run(call, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        found.append(time.perf_counter() - start)
    return found[1:]
