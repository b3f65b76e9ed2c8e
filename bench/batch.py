"""A million chips through the classification layer."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.figures import Budget, Figure, lasting, time_rounds
from bench.rows import DAY, Rows, make_rows
from highfence.rules import read_overlay
from highfence.rules.kernel import classify_many
from highfence.rules.law import Law

PART = "A million chips"
BUDGET = Budget(15)
PARAGRAPHS = ("3A090.a.1", "3A090.a.2", "3A090.b.1", "3A090.b.2")


@cache
def law_of(*paragraphs: str) -> Law:
    """Return the law with some of the four formulas (with Note 2) as its only lines for ICs."""
    repealed = [f"us.ear.774.3A090#{p}" for p in PARAGRAPHS if p not in paragraphs]
    return read_overlay({"id": "formulas", "changes": [
        {"repeal": address, "from": "2022-10-21"} for address in ("us.ear.774.3A991#3A991.p", *repealed)]}).law()


def four(rows: Rows) -> tuple[NDArray[np.int8], tuple[str, ...]]:
    """Classify rows by the four formulas alone."""
    return _classify(rows, law_of(*PARAGRAPHS))


def _classify(rows: Rows, law: Law) -> tuple[NDArray[np.int8], tuple[str, ...]]:
    return classify_many(rows["tpp"], rows["performance_density"], datacenter=rows["datacenter"], on=DAY, law=law)


def each_formula(rows: Rows) -> NDArray[np.bool_]:
    """Return whether each of the four formulas is met by itself, shape (4, n)."""
    found = []
    for paragraph in PARAGRAPHS:
        codes, names = _classify(rows, law_of(paragraph))
        found.append(codes == names.index(paragraph))
    return np.stack(found)


def figures(count: int, rounds: int) -> list[Figure]:
    """Measure the array kernel with what rows may give it."""
    rows = make_rows(count)
    tops, io = rows["tpp"] / 8, np.linspace(0.0, 1000.0, count)

    def whole_layer(**more: Any) -> object:
        return classify_many(rows["tpp"], rows["performance_density"], datacenter=rows["datacenter"], on=DAY, **more)

    return [
        lasting(PART, "the four formulas of 3A090 with Note 2: TPP and density given",
                time_rounds(lambda: four(rows), rounds), "ms", BUDGET),
        lasting(PART, "the whole layer, 3A991.p too: TPP, density, TOPS and I/O given",
                time_rounds(lambda: whole_layer(tops=tops, io_gb_s=io), rounds), "ms", BUDGET),
        lasting(PART, "the whole layer, I/O and TOPS unknown: TPP and density given",
                time_rounds(whole_layer, min(rounds, 5)), "ms"),
    ]
