"""The rows that every engine is asked about: every side of every line first, then draws."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

DAY = date(2024, 6, 1)
TPP_LINES = (1600, 2400, 4800)
DENSITY_LINES = (1.6, 3.2, 5.92)
Rows = dict[str, NDArray[Any]]

_EDGES = list(product(
    [line + step for line in TPP_LINES for step in (-1, 0, 1)],
    [round(line + step, 2) for line in DENSITY_LINES for step in (-0.01, 0.0, 0.01)], (True, False)))
EDGE_COUNT = len(_EDGES)


def make_rows(count: int) -> Rows:
    """Return ``count`` chips: TPP in whole numbers, density in hundredths, half of them for data centres.

    The first :data:`EDGE_COUNT` lie on each line, just under and just over it. Hundredths keep their order and
    their equality in the 32-bit floats of the peers.
    """
    draw = np.random.Generator(np.random.Philox(key=20231117))
    rows: Rows = {"tpp": draw.integers(1, 9_000, count).astype(np.float64),
                  "performance_density": draw.integers(1, 900, count) / 100, "datacenter": draw.random(count) < 0.5}
    for i, name in enumerate(rows):
        rows[name][:EDGE_COUNT] = [edge[i] for edge in _EDGES][:count]
    return rows
