"""Where the time goes: profiles of one verdict and of a million chips."""

from __future__ import annotations

import cProfile
import io
import pstats
from collections.abc import Callable

import highfence as hf
from bench.batch import four
from bench.rows import make_rows
from bench.verdicts import DAY, UNKNOWN_AREA


def profiles() -> str:
    """Return a table of hot functions for each kind of work."""
    rows = make_rows(1_000_000)
    works: list[tuple[str, Callable[[], object], int]] = [
        ("H20 to China", lambda: hf.classify("H20", on=DAY), 5_000),
        ("a sheet of unknown die area", lambda: hf.classify(UNKNOWN_AREA, on=DAY), 100),
        ("a million chips, four formulas", lambda: four(rows), 10),
    ]
    return "\n".join(_profile(*work) for work in works)


def _profile(title: str, call: Callable[[], object], times: int) -> str:
    call()
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(times):
        call()
    profile.disable()
    text = io.StringIO()
    pstats.Stats(profile, stream=text).strip_dirs().sort_stats("tottime").print_stats(16)
    return f"== {title}, {times:,} times ==\n{text.getvalue().strip()}\n"
