"""Exchanges of training: tensor, context, expert, pipeline and data parallel, each over the links or the network.

Ranks fill a scale-up domain in the order tensor, context, data, pipeline. A ring over several domains crosses the
boundary once for each of its members inside, so that it moves at ``min(link, members inside * network)``; an
all-to-all has only its own port for what leaves the domain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from highfence.core.arrays import Number
from highfence.perf.inference.step import Chip
from highfence.perf.operators.collectives import LinkCurve, all_reduce_time, gather_time, transfer_time, wire_share
from highfence.perf.shape import ModelShape
from highfence.perf.train.plan import Layout


@dataclass(frozen=True, slots=True)
class Group:
    """Ranks that exchange: their number, the distance between neighbours in chips, and whether they stay inside."""

    size: Number
    inside: Number
    local: Number


def group_of(xp: Any, size: Number, stride: Number, domain: Number) -> Group:
    """Return the group of ``size`` ranks that lie ``stride`` chips apart.

    >>> from highfence.core.arrays import FLOATS
    >>> group_of(FLOATS, 16.0, 2.0, 8.0)
    Group(size=16.0, inside=0.0, local=4.0)
    """
    local = xp.maximum(xp.minimum(size, xp.floor(domain / stride)), 1.0)
    none = 0.0 * local
    return Group(size, xp.where(size * stride <= domain, none + 1.0, none), local)


def ring_time(xp: Any, wire: Any, size: Number, group: Group, chip: Chip, link: LinkCurve,
              network: LinkCurve) -> Number:
    """Return seconds of a collective over a group, inside a domain or across several.

    Parameters
    ----------
    wire : :func:`all_reduce_time` or :func:`gather_time`. size : bytes.
    """
    inner = wire(xp, size, group.size, chip.link, link)
    outer = wire(xp, size, group.size, xp.minimum(chip.link, group.local * chip.network), network)
    return xp.where(group.inside > 0.0, inner, xp.maximum(inner, outer))


def exchange_time(xp: Any, size: Number, group: Group, chip: Chip, link: LinkCurve, network: LinkCurve) -> Number:
    """Return seconds of an all-to-all of ``size`` bytes a rank, divided among all."""
    within = size * (group.local - 1.0) / group.size
    away = size * (group.size - group.local) / group.size
    inner = transfer_time(xp, within, group.local, chip.link, link)
    outer = transfer_time(xp, away, group.size, chip.network, network)
    return xp.where(group.inside > 0.0, transfer_time(xp, size * wire_share(group.size), group.size, chip.link, link),
                    xp.maximum(inner, outer))


def tensor_time(xp: Any, tokens: Number, hidden: float, layout: Layout, chip: Chip, link: LinkCurve,
                network: LinkCurve) -> Number:
    """Return seconds of one all-reduce of a layer's activations; a scatter and a gather take the same."""
    group = group_of(xp, layout.tp, 1.0, chip.domain)
    return ring_time(xp, all_reduce_time, 2.0 * tokens * hidden, group, chip, link, network)


def context_time(xp: Any, model: ModelShape, tokens: Number, layout: Layout, chip: Chip, link: LinkCurve,
                 network: LinkCurve) -> Number:
    """Return seconds in which each context rank sees the keys and values of all others, once."""
    kv = xp.maximum(model.kv_heads / layout.tp, 1.0) * 2.0 * model.head_dim
    if model.mla:
        kv = model.heads / layout.tp * (model.qk_dim + model.v_dim)
    group = group_of(xp, layout.cp, layout.tp, chip.domain)
    return ring_time(xp, gather_time, 2.0 * tokens * layout.cp * kv, group, chip, link, network)


def expert_time(xp: Any, model: ModelShape, tokens: Number, layout: Layout, chip: Chip, link: LinkCurve,
                network: LinkCurve) -> Number:
    """Return seconds in which tokens travel to their experts, one way."""
    group = group_of(xp, layout.ep, layout.tp, chip.domain)
    return exchange_time(xp, 2.0 * tokens * model.top_k * model.hidden / layout.tp, group, chip, link, network)


def pipeline_time(xp: Any, tokens: Number, hidden: float, layout: Layout, chip: Chip, link: LinkCurve,
                  network: LinkCurve) -> Number:
    """Return seconds to hand one micro-batch's activations to the next stage, divided among tensor ranks."""
    stride = layout.tp * layout.cp * layout.dp
    size = 2.0 * tokens * hidden / layout.tp
    pair = xp.minimum(layout.pp, 2.0)
    inner = transfer_time(xp, size, pair, chip.link, link)
    outer = transfer_time(xp, size, pair, xp.minimum(chip.network, chip.link), network)
    return xp.where(stride * layout.pp <= chip.domain, inner, xp.maximum(inner, outer))


def data_time(xp: Any, shared: Number, experts: Number, layout: Layout, chip: Chip, link: LinkCurve,
              network: LinkCurve, *, weight: Number, gradient: Number, micro_batches: Number,
              layers: Number) -> Number:
    """Return seconds of all gradient and parameter exchanges of one iteration, hidden or not.

    Stage 0 sums gradients; 1 and 2 scatter them and gather the new weights; 3 gathers weights layer by layer, forward
    and backward, and scatters gradients, each micro-batch.

    Parameters
    ----------
    shared, experts : parameters of this chip that all data ranks, and those with the same experts, hold.
    weight, gradient : bytes a parameter. layers : of this stage, each one collective under stage 3.
    """
    ranks = layout.dp * layout.cp
    total = 0.0 * shared
    for parameters, size, stride in ((shared, ranks, layout.tp), (experts, ranks / layout.ep, layout.tp * layout.ep)):
        group = group_of(xp, size, stride, chip.domain)

        def once(wire: Any, amount: Number, group: Group = group) -> Number:
            return ring_time(xp, wire, amount, group, chip, link, network)

        summed = once(all_reduce_time, parameters * gradient)
        scattered = once(gather_time, parameters * gradient) + once(gather_time, parameters * weight)
        each = parameters / layers
        sharded = micro_batches * layers * (once(gather_time, each * gradient) + 2.0 * once(gather_time, each * weight))
        chosen = xp.where(layout.zero >= 3.0, sharded, xp.where(layout.zero >= 1.0, scattered, summed))
        total = total + xp.where(parameters > 0.0, chosen, 0.0 * chosen)
    return total
