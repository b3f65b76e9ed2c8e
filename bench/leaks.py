"""What overlays leave behind, in a process of its own: ``python -m bench.leaks 1000`` prints JSON."""

from __future__ import annotations

import gc
import json
import sys
import tracemalloc
from collections.abc import Callable
from typing import Any

import highfence as hf
from bench.overlays import reform
from highfence.rules.kernel import classify_many

WARM_UP, ALIVE = 20, 50


def _verdict(value: float) -> object:
    overlay = hf.read_overlay(reform(value))
    return overlay, overlay.law(), hf.classify("H20", on="2025-05-01", overlay=overlay)


def _arrays(value: float) -> object:
    law = hf.read_overlay(reform(value)).law()
    return law, classify_many([2368.0], [2.91], io_gb_s=[900.0], tops=[296.0], on="2025-05-01", law=law)


USES: dict[str, Callable[[float], object]] = {"a verdict under each": _verdict,
                                              "an array classification under each": _arrays}


def _held_kb() -> float:
    gc.collect()
    return tracemalloc.get_traced_memory()[0] / 1e3


def _drop(use: Callable[[float], object], count: int) -> float:
    for i in range(count):
        use(1000.0 + i)
    return _held_kb()


def watch(use: Callable[[float], object], count: int) -> dict[str, float]:
    """Return the memory of one overlay, what stays after ``count``, and the growth over as many again, in kB."""
    before = _drop(use, WARM_UP)
    alive: list[Any] = [use(3000.0 + i) for i in range(ALIVE)]
    each = (_held_kb() - before) / ALIVE
    alive.clear()
    first = _drop(use, count)
    second = _drop(use, count)
    return {"each_kb": each, "kept_kb": first - before, "growth_kb": second - first}


def main() -> None:
    """Watch every use and print what was seen."""
    count = int(sys.argv[1])
    tracemalloc.start()
    json.dump({name: watch(use, count) for name, use in USES.items()}, sys.stdout)


if __name__ == "__main__":
    main()
