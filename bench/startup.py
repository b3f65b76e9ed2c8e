"""How long a user waits for a fresh process."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from bench.figures import Budget, Figure, Skipped, lasting

PART = "Fresh processes"
COMMANDS = (
    ("chip H20", Budget(0.4)),
    ("classify H20 --on 2025-05-01", None),
    ("perf H20 --model llama-3.1-70b --input 2048 --output 512 --concurrency 32 --tp 8", None),
)


def figures(rounds: int) -> list[Figure | Skipped]:
    """Measure whole processes, from start to end, the interpreter's own start included."""
    python = sys.executable
    found: list[Figure | Skipped] = [
        lasting(PART, "the interpreter alone: `python -c pass`", _seconds([python, "-c", "pass"], rounds), "s"),
        lasting(PART, "`python -c 'import highfence'`", _seconds([python, "-c", "import highfence"], rounds), "s",
                Budget(0.15)),
    ]
    return found + [_command(line, budget, rounds) for line, budget in COMMANDS]


def _command(line: str, budget: Budget | None, rounds: int) -> Figure | Skipped:
    command, words = str(Path(sys.executable).with_name("highfence")), line.split()
    if not _answers([command, words[0], "--help"]):
        return Skipped(f"`highfence {line}`", f"there is no `highfence {words[0]}`")
    return lasting(PART, f"`highfence {line}`", _seconds([command, *words], rounds), "s", budget)


def _answers(call: list[str]) -> bool:
    return subprocess.run(call, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0


def _seconds(call: list[str], rounds: int) -> list[float]:
    found = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        subprocess.run(call, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        found.append(time.perf_counter() - start)
    return found[1:]
