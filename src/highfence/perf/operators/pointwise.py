"""Kernels that pass over memory once or twice: softmax, layer norm, activation functions, residual sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from highfence.core.arrays import Number


@dataclass(frozen=True, slots=True)
class StreamCurve:
    """Efficiency of one pointwise or row-wise kernel.

    Attributes
    ----------
    bandwidth_share : share of the memory bandwidth that its traffic reaches.
    reread : passes over its input, on top of the first, that memory must serve once rows are wide.
    turn_bytes : bytes of a row at which half of those passes miss the cache.
    exposed : share of the shorter of launch and traffic that is not hidden behind the longer.
    launch_s : seconds of an empty kernel, the host's work included.
    """

    bandwidth_share: Number
    reread: Number
    turn_bytes: Number
    exposed: Number
    launch_s: Number


def stream_time(xp: Any, rows: Number, width: Number, *, bandwidth: Number, element_bytes: Number,
                curve: StreamCurve, reads: Number = 1.0, writes: Number = 1.0) -> tuple[Number, Number, Number]:
    """Return compute (none), memory and whole seconds of a kernel over ``rows`` of ``width`` elements.

    ``traffic = rows * row * (reads + writes + reread * w)`` with ``row = width * element_bytes`` and
    ``w = row^4 / (row^4 + turn_bytes^4)``.

    Parameters
    ----------
    rows, width : elements. bandwidth : B/s. reads, writes : passes over arrays of that size.

    Examples
    --------
    >>> from highfence.core.arrays import FLOATS
    >>> curve = StreamCurve(0.8, 0.0, 1e6, 0.5, 5e-6)
    >>> _, memory, whole = stream_time(FLOATS, 4096.0, 4096.0, bandwidth=2e12, element_bytes=2.0, curve=curve)
    >>> round(memory * 1e6, 1), round(whole * 1e6, 1)
    (41.9, 44.4)
    """
    row = width * element_bytes
    near = row / curve.turn_bytes
    missed = near * near * near * near
    again = curve.reread * missed / (1.0 + missed)
    memory = rows * row * (reads + writes + again) / (bandwidth * curve.bandwidth_share)
    whole = xp.maximum(memory, curve.launch_s) + curve.exposed * xp.minimum(memory, curve.launch_s)
    return 0.0 * memory, memory, whole
