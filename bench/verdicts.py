"""How many full verdicts a second: every layer of law, one part at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import highfence as hf
from bench.figures import Budget, Figure, rate, repeating

PART = "One full verdict"
BUDGET = Budget(10_000, at_least=True)
DAY = "2025-05-01"
THREE_NUMBERS: Mapping[str, Any] = {"tpp": 2368, "performance_density": 2.91, "datacenter": True}
EVERY_NUMBER: Mapping[str, Any] = {**THREE_NUMBERS, "io_gb_s": 900, "dram_gb_s": 4000, "vendor": "nvidia"}
UNKNOWN_AREA: Mapping[str, Any] = {"tpp": 3000, "datacenter": True, "io_gb_s": 900, "dram_gb_s": 4000}


def cases() -> dict[str, Callable[[], object]]:
    """Return the questions that are timed, in words."""
    return {
        'H20 to China: `hf.classify("H20", to="CN", on="2025-05-01")`':
            lambda: hf.classify("H20", to="CN", on=DAY),
        "H100 to China": lambda: hf.classify("H100", to="CN", on=DAY),
        "H100 to the United Arab Emirates, headquartered in China":
            lambda: hf.classify("H100", to="AE", hq="CN", on=DAY),
        "a sheet that states every number": lambda: hf.classify(EVERY_NUMBER, on=DAY),
        "a sheet of unknown die area, every possible answer explored": lambda: hf.classify(UNKNOWN_AREA, on=DAY),
        "a sheet of TPP, density and data centre alone, bandwidths unknown and explored":
            lambda: hf.classify(THREE_NUMBERS, on=DAY),
    }


def figures(rounds: int, seconds: float) -> list[Figure]:
    """Measure every case; rounds go through all cases, so that a slow spell falls on all of them."""
    timed = cases()
    rates: dict[str, list[float]] = {work: [] for work in timed}
    for call in timed.values():
        call()
    for _ in range(rounds):
        for work, call in timed.items():
            rates[work].append(rate(call, seconds))
    shown = [repeating(PART, work, found, BUDGET) for work, found in rates.items()]
    asked = [rate(lambda: hf.classify("H20", to="CN", on=DAY).to_dict(), seconds) for _ in range(rounds)]
    return [*shown, repeating(PART, "H20 to China with trace and margins, as a dictionary", asked)]
