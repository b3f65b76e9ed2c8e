"""Matrix products whose small tiles are held back by what on-chip memory can feed, not by the arithmetic.

As :func:`~highfence.perf.operators.gemm.gemm_time` with the price of a tile's edges on the feed alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from highfence.core.arrays import Number
from highfence.perf.operators.gemm import GemmCurve, gemm_time


def fed_gemm_time(xp: Any, m: Number, n: Number, k: Number, *, curve: GemmCurve, **given: Any,
                  ) -> tuple[Number, Number, Number]:
    """Return compute, memory and whole seconds of ``copies`` equal products of (m, k) by (k, n).

    Parameters
    ----------
    curve : here ``edge_ramp`` is the elements of edge that halve the feed.
    given : as :func:`~highfence.perf.operators.gemm.gemm_time`.

    Examples
    --------
    >>> from highfence.core.arrays import FLOATS
    >>> curve = GemmCurve(0.95, 25e12, 100.0, 20.0, 0.9, 0.2, 3e-6)
    >>> compute, memory, whole = fed_gemm_time(FLOATS, 4096.0, 8192.0, 8192.0, peak=989e12, bandwidth=3.35e12,
    ...     units=132.0, weight_bytes=2.0, activation_bytes=2.0, curve=curve)
    >>> 0.6e-3 < whole < 1.2e-3
    True
    """
    return gemm_time(xp, m, n, k, curve=replace(curve, edge_ramp=0.0, feed_edge=curve.edge_ramp), **given)
