"""Collectives among chips: a latency that grows with their number, and bytes over the links.

Bytes on the wire per chip follow from the algorithm: a ring all-reduce of ``s`` bytes over ``n`` chips sends
``2 s (n - 1) / n``; gathers and scatters half of that; an all-to-all ``s (n - 1) / n``. No fitted curve moves bytes
faster than the wire: only a sum made in the switches needs fewer bytes than a ring's, one whole of ``s`` at least.
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


def transfer_time(xp: Any, wire_bytes: Number, n: Number, bandwidth: Number, curve: LinkCurve,
                  saved: Number = 1.0) -> Number:
    """Return seconds for each of ``n`` chips to send ``wire_bytes`` at a one-way bandwidth, zero for one chip.

    Parameters
    ----------
    wire_bytes : bytes that one chip sends. bandwidth : one-way B/s of one chip.
    saved : bytes of the algorithm over the fewest that can do the same.
    """
    latency = curve.latency_s + curve.hop_s * xp.log2(xp.maximum(n, 2.0) / 2.0)
    fast = bandwidth * curve.bandwidth_share
    rate = xp.minimum(fast * curve.limit / (fast + curve.limit), saved * bandwidth)
    moving = (wire_bytes + curve.half_bytes * wire_bytes / (wire_bytes + curve.half_bytes)) / rate
    return xp.where(n > 1.0, latency + moving, 0.0 * moving)


def all_reduce_time(xp: Any, size: Number, n: Number, bandwidth: Number, curve: LinkCurve) -> Number:
    """Return seconds to sum ``size`` bytes over ``n`` chips and give each the sum.

    >>> from highfence.core.arrays import FLOATS
    >>> curve = LinkCurve(0.8, 1e12, 8e-6, 2e-6, 1e6)
    >>> 0.0 == all_reduce_time(FLOATS, 1e6, 1.0, 450e9, curve) < all_reduce_time(FLOATS, 1e6, 8.0, 450e9, curve)
    True
    """
    ring = 2.0 * wire_share(n)
    return transfer_time(xp, size * ring, n, bandwidth, curve, xp.maximum(ring, 1.0 + 0.0 * ring))


def gather_time(xp: Any, size: Number, n: Number, bandwidth: Number, curve: LinkCurve) -> Number:
    """Return seconds to gather, or to reduce and scatter, a whole of ``size`` bytes over ``n`` chips."""
    return transfer_time(xp, size * wire_share(n), n, bandwidth, curve)


def reached(xp: Any, places: Number, choices: float) -> Number:
    """Return how many of some places are chosen at least once by so many even choices.

    >>> from highfence.core.arrays import FLOATS
    >>> reached(FLOATS, 1.0, 8.0), round(reached(FLOATS, 8.0, 8.0), 2)
    (1.0, 5.25)
    """
    missed = xp.maximum(1.0 - 1.0 / places, 1e-300)
    return places * (1.0 - xp.exp(choices * xp.log(missed)))


def tiered_all_reduce_time(xp: Any, size: Number, n: Number, domain: Number, link: Number, network: Number,
                           inside: LinkCurve, outside: LinkCurve) -> Number:
    """Return seconds of an all-reduce over ``n`` chips of which ``domain`` share links.

    Within a domain over its links, then each chip's part of the sum among the domains over the network; or all over
    the network at once where that is quicker, as for few bytes.

    >>> from highfence.core.arrays import FLOATS
    >>> near, far = LinkCurve(0.8, 1e12, 8e-6, 2e-6, 1e6), LinkCurve(0.8, 1e13, 2e-5, 2e-6, 1e6)
    >>> one, two = (tiered_all_reduce_time(FLOATS, 1e6, n, 8.0, 450e9, 50e9, near, far) for n in (8.0, 16.0))
    >>> one < two
    True
    """
    domains = xp.ceil(n / domain)
    near = n / domains
    tiered = (all_reduce_time(xp, size, near, link, inside)
              + all_reduce_time(xp, size / near, domains, network, outside))
    return xp.minimum(tiered, all_reduce_time(xp, size, n, network, outside))


def exchange_time(xp: Any, size: Number, choices: float, n: Number, domain: Number, link: Number, network: Number,
                  inside: LinkCurve, outside_share: Number, once: Number) -> Number:
    """Return seconds for each of ``n`` chips to send its tokens to the chips of the experts that they chose.

    What stays in a domain goes over the links, or over the network where that is quicker; what leaves it goes over the
    network: once to each chip, or, ``once``, to each domain, whose links deal it on. Both at the same time.

    Parameters
    ----------
    size : bytes of a chip's own tokens. choices : experts of a token, on chips chosen evenly.
    outside_share : of the network's bandwidth that messages reach. once : 1 or 0, as kernels for many tokens and for
    few do it.

    >>> from highfence.core.arrays import FLOATS
    >>> curve = LinkCurve(0.5, 1e12, 8e-6, 2e-6, 1e6)
    >>> one, two, deal = (exchange_time(FLOATS, 1e6, 8.0, n, 8.0, 450e9, 50e9, curve, 0.8, once)
    ...                   for n, once in ((8.0, 0.0), (16.0, 0.0), (16.0, 1.0)))
    >>> one < deal < two
    True
    """
    domains = xp.ceil(n / domain)
    copies = reached(xp, n, choices)
    wide = xp.maximum(link, network * outside_share / inside.bandwidth_share)
    near = transfer_time(xp, size * copies * wire_share(n), n, wide, inside)
    out = xp.where(once > 0.0, reached(xp, domains, choices), copies)
    slow = network * outside_share / inside.bandwidth_share
    far = transfer_time(xp, size * out * wire_share(domains), n, slow, inside)
    return xp.maximum(xp.where(n > domains, near, 0.0 * near), xp.where(domains > 1.0, far, 0.0 * far))
