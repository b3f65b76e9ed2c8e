"""Attention: prefill bound by arithmetic, decode by reading the cache or, with many heads a group, by arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from highfence.core.arrays import Number
from highfence.perf.operators.gemm import sustained_rate


@dataclass(frozen=True, slots=True)
class PrefillCurve:
    """Efficiency of fused attention over whole prompts.

    Attributes
    ----------
    peak_share, feed : as in :class:`~highfence.perf.operators.gemm.GemmCurve`.
    short : tokens of context lost to filling and masking.
    bandwidth_share : share of the memory bandwidth. launch_s : seconds.
    """

    peak_share: Number
    feed: Number
    short: Number
    bandwidth_share: Number
    launch_s: Number


@dataclass(frozen=True, slots=True)
class DecodeCurve:
    """Efficiency of attention of one new token a sequence over the cache.

    Attributes
    ----------
    bandwidth_share : of the memory bandwidth that reading the cache reaches.
    peak_share, feed : as in :class:`~highfence.perf.operators.gemm.GemmCurve`.
    rows : query heads a tile computes at once, used or not.
    exposed : share of the shorter of compute and memory that stays visible.
    launch_s : seconds. step_s : seconds more per doubling of the context, for splitting it and joining the parts.
    """

    bandwidth_share: Number
    peak_share: Number
    feed: Number
    rows: Number
    exposed: Number
    launch_s: Number
    step_s: Number


def prefill_time(xp: Any, batch: Number, new: Number, context: Number, *, heads: Number, kv_heads: Number,
                 qk_dim: Number, v_dim: Number, peak: Number, bandwidth: Number, units: Number, kv_bytes: Number,
                 window: Number, curve: PrefillCurve, feed_scale: Number = 1.0) -> tuple[Number, Number, Number]:
    """Return compute, memory and whole seconds of causal attention of ``new`` tokens after ``context`` older ones.

    ``flops = 2 * batch * heads * (qk_dim + v_dim) * pairs`` with ``pairs`` the causal pairs of query and key, no
    more than ``window`` keys a query.

    Parameters
    ----------
    batch : sequences. new, context, window : tokens. heads, kv_heads : on this chip. kv_bytes : bytes per element.
    """
    pairs = causal_pairs(xp, new, context, window)
    tile = 128.0
    rows = xp.ceil(new / tile) * tile
    lost = curve.short * rows
    flops = 2.0 * batch * heads * (qk_dim + v_dim) * (pairs + lost)
    per_unit = sustained_rate(peak / units, 1.0, curve.peak_share, curve.feed * feed_scale)
    busy = xp.maximum(xp.minimum(units, batch * heads * rows / tile), 1e-9)
    compute = flops / (per_unit * busy)
    moved = batch * ((new + context) * kv_heads * (qk_dim + v_dim) * kv_bytes + 2.0 * new * heads * (qk_dim + v_dim))
    memory = moved / (bandwidth * curve.bandwidth_share)
    return compute, memory, curve.launch_s + xp.maximum(compute, memory)


def causal_pairs(xp: Any, new: Number, context: Number, window: Number) -> Number:
    """Return the pairs of query and key of ``new`` causal tokens after ``context``, at most ``window`` keys a query.

    >>> from highfence.core.arrays import FLOATS
    >>> causal_pairs(FLOATS, 4.0, 0.0, 1e9), causal_pairs(FLOATS, 4.0, 0.0, 2.0), causal_pairs(FLOATS, 2.0, 8.0, 1e9)
    (10.0, 7.0, 19.0)
    """
    room = xp.clip(window - context, 0.0, new)
    growing = room * (context + (room + 1.0) / 2.0)
    return growing + (new - room) * xp.minimum(window, context + new)


def decode_time(xp: Any, batch: Number, context: Number, *, heads: Number, kv_heads: Number, qk_dim: Number,
                v_dim: Number, cache_width: Number, peak: Number, bandwidth: Number, units: Number, kv_bytes: Number,
                window: Number, curve: DecodeCurve, feed_scale: Number = 1.0) -> tuple[Number, Number, Number]:
    """Return compute, memory and whole seconds of attention of one new token a sequence over ``context`` cached ones.

    Parameters
    ----------
    cache_width : elements cached per token and layer on this chip (keys and values, or the latent of MLA).
    others : as :func:`prefill_time`.
    """
    seen = xp.minimum(context, window)
    group = heads / kv_heads
    padded = xp.ceil(group / curve.rows) * curve.rows
    flops = 2.0 * batch * kv_heads * padded * (qk_dim + v_dim) * seen
    compute = flops / sustained_rate(peak, units, curve.peak_share, curve.feed * feed_scale)
    memory = batch * seen * cache_width * kv_bytes / (bandwidth * curve.bandwidth_share)
    whole = (curve.launch_s + curve.step_s * xp.log2(1.0 + seen / 64.0)
             + xp.maximum(compute, memory) + curve.exposed * xp.minimum(compute, memory))
    return compute, memory, whole
