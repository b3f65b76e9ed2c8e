"""What starting up may cost: in time, and in what is imported.

Budgets are those of the design: ``import highfence`` under 0.15 s and ``highfence chip H20`` under 0.4 s on two
ordinary cores, interpreter included, each measured in a fresh process, best of five. A shared or loaded machine is
given slack: the budget times the ratio of this machine's bare ``python -c pass`` to 20 ms, never less than one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

HEAVY = ("numpy", "pint", "pydantic", "rich", "click", "duckdb", "yaml", "jinja2", "vl_convert")
BARE_S = 0.020
"""Start of a bare interpreter on an ordinary machine."""


def best_of_five(*command: str) -> float:
    """Return the shortest of five runs, in seconds."""
    def once() -> float:
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        return time.perf_counter() - started

    return min(once() for _ in range(5))


@pytest.fixture(scope="module")
def slack() -> float:
    """How much slower than an ordinary machine this one is now."""
    return max(1.0, best_of_five(sys.executable, "-c", "pass") / BARE_S)


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """Fill the cache of compiled data, as the first command ever run does."""
    subprocess.run([sys.executable, "-m", "highfence", "chip", "H20"], check=True, capture_output=True)


def imported(code: str) -> set[str]:
    """Return the top-level modules that a fresh process has after running some code."""
    script = f"{code}\nimport sys\nprint(*sorted({{m.partition('.')[0] for m in sys.modules}}), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return set(done.stderr.split())


def command(*words: str) -> str:
    """Return code that runs one command of the command line."""
    return f"""
from highfence.cli import main
import sys
sys.argv = ["highfence", *{words!r}]
try:
    main()
except SystemExit:
    pass
"""


def test_importing_highfence_is_quick(slack: float) -> None:
    assert best_of_five(sys.executable, "-c", "import highfence") < 0.15 * slack


def test_showing_a_chip_is_quick(slack: float) -> None:
    program = Path(sys.executable).with_name("highfence")
    words = [str(program)] if program.exists() else [sys.executable, "-m", "highfence"]
    assert best_of_five(*words, "chip", "H20") < 0.4 * slack


def test_importing_highfence_imports_nothing_heavy() -> None:
    assert not imported("import highfence") & set(HEAVY)


def test_naming_a_room_imports_nothing_heavy() -> None:
    assert not imported("import highfence\nhighfence.cost, highfence.perf") & set(HEAVY)


def test_one_verdict_imports_no_heavy_library() -> None:
    found = imported("import highfence\nhighfence.classify('H20', to='CN', on='2025-05-01')")
    assert not found & {"numpy", "pydantic", "rich", "click", "duckdb", "yaml"}


def test_showing_a_chip_imports_no_library_that_it_does_not_use() -> None:
    assert not imported(command("chip", "H20")) & {"pint", "pydantic", "numpy", "duckdb", "yaml"}


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "highfence", "chip", "H20"], capture_output=True, text=True,
                          env={**os.environ, "HIGHFENCE_CACHE": str(blocked)})
    assert done.returncode == 0 and "H20" in done.stdout
