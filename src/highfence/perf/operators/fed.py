"""Matrix products whose small tiles are held back by what on-chip memory can feed, not by the arithmetic.

As :mod:`highfence.perf.operators.gemm`, with one difference: the price of a tile's edges belongs to the feed. A tile of
height ``h`` and width ``w`` loads ``h + w`` elements for ``2 h w`` operations, so that a chip with little arithmetic a
unit hardly notices small tiles, and one with much notices them first::

    1 / rate(h, w) = 1 / (peak_share * peak / units) + (1 + edge_ramp * (1 / h + 1 / w)) / feed
"""

from __future__ import annotations

from typing import Any

from highfence.core.arrays import Number
from highfence.perf.operators.gemm import TILES, GemmCurve


def fed_gemm_time(xp: Any, m: Number, n: Number, k: Number, *, peak: Number, bandwidth: Number, units: Number,
                  weight_bytes: Number, activation_bytes: Number, curve: GemmCurve, feed_scale: Number = 1.0,
                  copies: Number = 1.0, output_bytes: Number = 2.0) -> tuple[Number, Number, Number]:
    """Return compute, memory and whole seconds of ``copies`` equal products of (m, k) by (k, n).

    Parameters
    ----------
    m, n, k : elements. peak : FLOP/s of the arithmetic. bandwidth : B/s. units : count.
    weight_bytes, activation_bytes, output_bytes : bytes per element.
    curve : here ``feed`` is that of an endless tile, and ``edge_ramp`` the elements of edge that halve it.
    feed_scale : feed of this arithmetic as a multiple of the 16-bit one.
    copies : products at once, such as the experts of a grouped product.

    Examples
    --------
    >>> from highfence.core.arrays import FLOATS
    >>> curve = GemmCurve(0.95, 25e12, 100.0, 20.0, 0.9, 0.2, 3e-6)
    >>> compute, memory, whole = fed_gemm_time(FLOATS, 4096.0, 8192.0, 8192.0, peak=989e12, bandwidth=3.35e12,
    ...     units=132.0, weight_bytes=2.0, activation_bytes=2.0, curve=curve)
    >>> 0.6e-3 < whole < 1.2e-3
    True
    """
    unit = units / (curve.peak_share * peak)
    deepest = xp.maximum(k / 1024.0, 1.0)
    compute = None
    for height, width in TILES:
        tiles = copies * xp.ceil(m / height) * xp.ceil(n / width)
        split = xp.minimum(xp.maximum(units / tiles, 1.0), deepest)
        waves = xp.ceil(tiles * split / units - 1e-9)
        fed = (1.0 + curve.edge_ramp * (1.0 / height + 1.0 / width)) / (curve.feed * feed_scale)
        once = (2.0 * height * width) * (k / split + curve.depth_ramp) * (unit + fed)
        compute = waves * once if compute is None else xp.minimum(compute, waves * once)
    moved = copies * (k * n * weight_bytes + m * k * activation_bytes + m * n * output_bytes)
    memory = moved / (bandwidth * curve.bandwidth_share)
    whole = curve.launch_s + xp.maximum(compute, memory) + curve.exposed * xp.minimum(compute, memory)
    return compute, memory, whole
