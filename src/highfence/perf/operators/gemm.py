"""Matrix products: tiles in waves over the chip's units, against the bytes that they move.

The rate that one unit can be fed with is bounded apart from its peak, so that a chip with few operations per unit
comes nearer to its peak than one with many::

    1 / rate = 1 / (peak_share * peak) + (1 + feed_edge * (1 / height + 1 / width)) / (units * feed)

A tile of height ``h`` and width ``w`` loads ``h + w`` elements for ``2 h w`` operations: small tiles are held back by
what can be fed. A chip with little arithmetic a unit hardly notices them; one with much notices them first.

A product of (m, k) by (k, n) is cut into tiles. The time of its waves, with a ramp for short tiles and short k,
overlaps with the time of its bytes; a share of the shorter of the two stays visible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from highfence.core.arrays import Number

TILES = ((64.0, 64.0), (64.0, 128.0), (128.0, 128.0), (128.0, 256.0))
"""Tile heights and widths among which a library chooses the quickest, beside its lowest tile."""

LOWEST_WIDTH = 128.0
"""Width of the lowest tile."""


@dataclass(frozen=True, slots=True)
class GemmCurve:
    """Efficiency of a family of matrix kernels; floats, or arrays with one value a row.

    Attributes
    ----------
    peak_share : share of the peak that a unit reaches when it is fed.
    feed : FLOP/s per unit that on-chip memory can feed at 16 bits.
    depth_ramp : depth of k, in elements, lost to filling a tile's pipeline.
    edge_ramp : width of a tile, in elements, lost at its edges whatever the chip.
    bandwidth_share : share of the memory bandwidth that streaming weights reaches.
    exposed : share of the shorter of compute and memory that is not hidden behind the longer.
    launch_s : seconds before and after the work. feed_edge : elements of edge that halve the feed.
    rows : height of the lowest tile: 64 where the instruction multiplies so many rows, 16 where a library turns the
        product round or has kernels for few rows.
    """

    peak_share: Number
    feed: Number
    depth_ramp: Number
    edge_ramp: Number
    bandwidth_share: Number
    exposed: Number
    launch_s: Number
    feed_edge: Number = 0.0
    rows: Number = 64.0


def sustained_rate(peak: Number, units: Number, share: Number, feed: Number) -> Number:
    """Return the FLOP/s that a fed chip sustains; it rises with peak and with units.

    Parameters
    ----------
    peak : FLOP/s. units : count. share : of the peak. feed : FLOP/s per unit.
    """
    fast, fed = share * peak, units * feed
    return fast * fed / (fast + fed)


def gemm_time(xp: Any, m: Number, n: Number, k: Number, *, peak: Number, bandwidth: Number, units: Number,
              weight_bytes: Number, activation_bytes: Number, curve: GemmCurve, feed_scale: Number = 1.0,
              copies: Number = 1.0, output_bytes: Number = 2.0) -> tuple[Number, Number, Number]:
    """Return compute, memory and whole seconds of ``copies`` equal products of (m, k) by (k, n).

    Parameters
    ----------
    m, n, k : elements. peak : FLOP/s of the arithmetic. bandwidth : B/s. units : count.
    weight_bytes, activation_bytes, output_bytes : bytes per element.
    feed_scale : feed of this arithmetic as a multiple of the 16-bit one.
    copies : products at once, such as the experts of a grouped product.

    Examples
    --------
    >>> from highfence.core.arrays import FLOATS
    >>> curve = GemmCurve(0.95, 25e12, 100.0, 10.0, 0.9, 0.2, 3e-6)
    >>> compute, memory, whole = gemm_time(FLOATS, 4096.0, 8192.0, 8192.0, peak=989e12, bandwidth=3.35e12,
    ...     units=132.0, weight_bytes=2.0, activation_bytes=2.0, curve=curve)
    >>> 0.5e-3 < whole < 1.2e-3
    True
    """
    fast, fed = units / (curve.peak_share * peak), 1.0 / (curve.feed * feed_scale)
    depth_at_most = xp.maximum(k / 1024.0, 1.0)
    compute = None
    for height, width in ((curve.rows, LOWEST_WIDTH), *TILES):
        tiles = copies * xp.ceil(m / height) * xp.ceil(n / width)
        split = xp.minimum(xp.maximum(units / tiles, 1.0), depth_at_most)
        waves = xp.ceil(tiles * split / units - 1e-9)
        edge = 1.0 / height + 1.0 / width
        once = (2.0 * height * width) * (k / split + curve.depth_ramp) * (
            fast + fed * (1.0 + curve.feed_edge * edge)) * (1.0 + curve.edge_ramp * edge)
        compute = waves * once if compute is None else xp.minimum(compute, waves * once)
    moved = copies * (k * n * weight_bytes + m * k * activation_bytes + m * n * output_bytes)
    memory = moved / (bandwidth * curve.bandwidth_share)
    whole = curve.launch_s + xp.maximum(compute, memory) + curve.exposed * xp.minimum(compute, memory)
    return compute, memory, whole
