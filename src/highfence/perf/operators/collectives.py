"""Collectives among chips: a latency that grows with their number, and bytes over the links.

Bytes on the wire per chip follow from the algorithm: a ring all-reduce of ``s`` bytes over ``n`` chips sends
``2 s (n - 1) / n``; gathers and scatters half of that; an all-to-all ``s (n - 1) / n``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from highfence.core.arrays import Number


@dataclass(frozen=True, slots=True)
class LinkCurve:
    """Efficiency of one tier of links under one library.

    Attributes
    ----------
    bandwidth_share : bytes of a ring's algorithm that large messages move, over what the one-way bandwidth allows;
        above 1 where switches reduce in the network.
    limit : B/s that the chip can put on its links however fast they are.
    latency_s : seconds of the smallest message between two chips.
    hop_s : seconds more for each further doubling of the chips.
    half_bytes : message size, in bytes, at which half of the bandwidth is reached on top of the latency.
    """

    bandwidth_share: Number
    limit: Number
    latency_s: Number
    hop_s: Number
    half_bytes: Number


def wire_share(n: Number) -> Number:
    """Return the share of a message that leaves a chip when ``n`` chips divide it."""
    return (n - 1.0) / n


def transfer_time(xp: Any, wire_bytes: Number, n: Number, bandwidth: Number, curve: LinkCurve) -> Number:
    """Return seconds for each of ``n`` chips to send ``wire_bytes`` at a one-way bandwidth, zero for one chip.

    Parameters
    ----------
    wire_bytes : bytes that one chip sends. bandwidth : one-way B/s of one chip.
    """
    latency = curve.latency_s + curve.hop_s * xp.log2(xp.maximum(n, 2.0) / 2.0)
    fast = bandwidth * curve.bandwidth_share
    rate = fast * curve.limit / (fast + curve.limit)
    moving = (wire_bytes + curve.half_bytes * wire_bytes / (wire_bytes + curve.half_bytes)) / rate
    return xp.where(n > 1.0, latency + moving, 0.0 * moving)


def all_reduce_time(xp: Any, size: Number, n: Number, bandwidth: Number, curve: LinkCurve) -> Number:
    """Return seconds to sum ``size`` bytes over ``n`` chips and give each the sum.

    >>> from highfence.core.arrays import FLOATS
    >>> curve = LinkCurve(0.8, 1e12, 8e-6, 2e-6, 1e6)
    >>> 0.0 == all_reduce_time(FLOATS, 1e6, 1.0, 450e9, curve) < all_reduce_time(FLOATS, 1e6, 8.0, 450e9, curve)
    True
    """
    return transfer_time(xp, 2.0 * size * wire_share(n), n, bandwidth, curve)


def gather_time(xp: Any, size: Number, n: Number, bandwidth: Number, curve: LinkCurve) -> Number:
    """Return seconds to gather, or to reduce and scatter, a whole of ``size`` bytes over ``n`` chips."""
    return transfer_time(xp, size * wire_share(n), n, bandwidth, curve)


def all_to_all_time(xp: Any, size: Number, n: Number, bandwidth: Number, curve: LinkCurve) -> Number:
    """Return seconds for each of ``n`` chips to send ``size`` bytes, divided among all."""
    return transfer_time(xp, size * wire_share(n), n, bandwidth, curve)


def tiered_all_reduce_time(xp: Any, size: Number, n: Number, domain: Number, link: Number, network: Number,
                           inside: LinkCurve, outside: LinkCurve) -> Number:
    """Return seconds of an all-reduce over ``n`` chips of which ``domain`` share links.

    Within a domain over its links, then each chip's part of the sum among the domains over the network.

    >>> from highfence.core.arrays import FLOATS
    >>> near, far = LinkCurve(0.8, 1e12, 8e-6, 2e-6, 1e6), LinkCurve(0.8, 1e13, 2e-5, 2e-6, 1e6)
    >>> one, two = (tiered_all_reduce_time(FLOATS, 1e6, n, 8.0, 450e9, 50e9, near, far) for n in (8.0, 16.0))
    >>> one < two
    True
    """
    domains = xp.ceil(n / domain)
    near = n / domains
    return (all_reduce_time(xp, size, near, link, inside)
            + all_reduce_time(xp, size / near, domains, network, outside))
