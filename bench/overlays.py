"""Overlays: how long one takes to read and lay, and what a thousand leave behind."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from typing import Any

import highfence as hf
from bench.figures import Budget, Figure, lasting, time_rounds
from highfence.rules.overlay import shipped_bills

PART = "Overlays"
MANY = "Many overlays"
UNDER_A_MILLISECOND = Budget(1.0)
FLAT_KB = Budget(64.0)


def reform(value: float = 2000.0) -> dict[str, Any]:
    """Return an overlay as a user writes it."""
    return {"id": "lower", "title": {"en": "lower", "zh": "降低"}, "changes": [
        {"parameter": "us.ear.774.3A090.tpp_b1", "from": "2024-01-01", "value": value},
        {"parameter": "us.ear.774.3A090.density_b1", "from": "2024-01-01", "value": 1.0}]}


def figures(rounds: int, count: int) -> list[Figure]:
    """Measure one overlay, then ``count`` of them in a process of their own."""
    ready = iter([hf.read_overlay(reform()) for _ in range((rounds + 1) * 100)])
    found = [
        lasting(PART, "read one from a mapping: `hf.read_overlay({...})`",
                time_rounds(lambda: hf.read_overlay(reform()), rounds, 100), "ms", UNDER_A_MILLISECOND),
        lasting(PART, "lay it over the law: `.law()`", time_rounds(lambda: next(ready).law(), rounds, 100), "ms",
                UNDER_A_MILLISECOND),
        lasting(PART, "read it, lay it, and answer the first question under it",
                time_rounds(lambda: hf.classify("H20", on="2025-05-01", overlay=hf.read_overlay(reform())), rounds, 5),
                "ms"),
    ]
    for bill in shipped_bills():
        found.append(lasting(PART, f'read and lay the shipped `{bill}`, a YAML file',
                             time_rounds(partial(_lay, bill), rounds, 3), "ms", UNDER_A_MILLISECOND))
    return [*found, *_memory(count)]


def _lay(bill: str) -> object:
    return hf.read_overlay(bill).law()


def _memory(count: int) -> list[Figure]:
    done = subprocess.run([sys.executable, "-m", "bench.leaks", str(count)], capture_output=True, check=True)
    found: list[Figure] = []
    for use, seen in json.loads(done.stdout).items():
        for name, what, budget in (
                ("growth_kb", f"memory that the second {count:,} leave behind once dropped", FLAT_KB),
                ("kept_kb", f"memory that the first {count:,} leave behind, in caches of fixed size", None),
                ("each_kb", "memory of one while it is held", None)):
            found.append(Figure(MANY, f"{use}: {what}", seen[name], seen[name], "kB", budget))
    return found
