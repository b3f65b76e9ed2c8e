"""From dies to a package and a board: what is added, and what is lost on the way."""

from __future__ import annotations

from typing import Any

from highfence.core.arrays import Number
from highfence.cost.making.yields import gross_dies

PARTS = ("dies", "memory", "packaging", "test", "lost", "board", "design")
"""Parts of a unit cost, in the order in which they are added."""


def interposer_area(logic: Number, memory: Number, factor: Number) -> Number:
    """Return the area of an interposer, mm2: that of all dies on it times a factor for the gaps between them."""
    return (logic + memory) * factor


def interposer_cost(xp: Any, area: Number, wafer_price: Number) -> Number:
    """Return the price of one package's share of a packaging wafer.

    >>> from highfence.core.arrays import FLOATS
    >>> round(interposer_cost(FLOATS, 2800.0, 17500.0))
    1383
    """
    return wafer_price / gross_dies(xp, area)


def packages(dies: Number, per_package: Number, loss: Number = 0.0) -> Number:
    """Return the packages that a stock of dies makes.

    >>> packages(2e6, 2.0, 0.25)
    750000.0
    """
    return dies / per_package * (1.0 - loss)


def package_parts(*, dies: Number, memory: Number, packaging: Number, test: Number, packaging_yield: Number,
                  board: Number = 0.0, design: Number = 0.0) -> dict[str, Number]:
    """Return the parts of the cost of one good chip; they add up to it.

    A package that fails takes its dies, memory and packaging with it: ``lost`` is what the failed ones cost for each
    that works. The board is added to good packages alone.

    >>> parts = package_parts(dies=400.0, memory=1200.0, packaging=700.0, test=100.0, packaging_yield=0.8)
    >>> round(parts["lost"]), round(sum(parts.values()))
    (600, 3000)
    """
    before = dies + memory + packaging + test
    return {"dies": dies, "memory": memory, "packaging": packaging, "test": test,
            "lost": before * (1.0 / packaging_yield - 1.0), "board": board, "design": design}
