"""What training keeps in the memory of a chip: weights, gradients, optimizer states and activations.

Activations a layer follow Korthikanti et al. 2022 (arXiv 2205.05198, section 4), written for any width of heads and
feed-forward: with ``t`` tokens, hidden width ``h`` and ``tp`` ranks ::

    t * (10 h + (2 q + 4 kv + 2 o + 4 ffn) / tp) + 5 heads s t / tp    without sequence parallelism, dropout on
    t * (2 h)                                                          fully recomputed
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from highfence.core.arrays import Number
from highfence.perf.shape import AttentionLayers, ModelShape
from highfence.perf.train.plan import Layout

RESERVED = 4.0e9
"""Bytes a chip for the runtime, its libraries, communication buffers and fragments (assumed)."""

OPTIMIZER_BYTES = 12.0
"""Bytes a parameter of Adam in mixed precision: a 32-bit master copy and two 32-bit moments."""


@dataclass(frozen=True, slots=True)
class TrainingMemory:
    """Bytes of one chip of the fullest pipeline stage, by part."""

    weights: Number
    gradients: Number
    optimizer: Number
    activations: Number
    logits: Number
    reserved: Number

    @property
    def total(self) -> Number:
        """All parts together."""
        return self.weights + self.gradients + self.optimizer + self.activations + self.logits + self.reserved


@dataclass(frozen=True, slots=True)
class Kept:
    """What the software keeps, as bytes an element; 0 or 1 for yes and no.

    Attributes
    ----------
    weight, gradient : bytes a parameter. operand : bytes an element of a product's stored input.
    eager : whether the attention's scores are stored, one answer for all rows.
    dropout : whether there is any.
    logit : bytes an element of the output head's result and its gradient.
    """

    weight: Number
    gradient: Number
    operand: Number
    eager: Number
    dropout: Number
    logit: Number = 6.0


def block_parameters(model: ModelShape, layout: Layout) -> tuple[Number, Number]:
    """Return the parameters of one stage on one chip: those that all data ranks hold, and its share of the experts."""
    experts = model.moe_layers * model.experts * model.expert_weights
    return model.block_weights / (layout.tp * layout.pp), experts / (layout.tp * layout.pp * layout.ep)


def activation_bytes_per_layer(xp: Any, model: ModelShape, kind: AttentionLayers, layout: Layout, kept: Kept,
                               tokens: Number, sequence: Number, moe: bool) -> Number:
    """Return the bytes that one layer keeps of one micro-batch for its backward pass.

    Parameters
    ----------
    tokens : of the micro-batch on this chip. sequence : tokens of a whole sequence. moe : whether it has experts.
    """
    tp, h = layout.tp, model.hidden
    spread = xp.where(layout.sequence_parallel > 0.0, tp, 1.0 + 0.0 * tp)
    outside = (4.0 + 2.0 * kept.operand + 2.0 * kept.dropout) * h / spread
    query, value = model.heads * model.qk_dim, model.heads * model.v_dim
    keys = value + query if model.mla else model.kv_heads * 2.0 * model.head_dim
    latent = 2.0 * (model.mla.q_lora + model.mla.kv_lora) if model.mla else 0.0
    inside = (2.0 * (query + keys) + kept.operand * value) / tp + latent + _feed_forward(model, tp, moe, kept.operand)
    statistics = 4.0 * model.heads / tp
    scores = (4.0 + kept.dropout) * model.heads / tp * sequence
    core = (1.0 - layout.selective) * (scores if kept.eager else statistics)
    return tokens * xp.where(layout.full > 0.0, 2.0 * h / spread, outside + inside + core)


def _feed_forward(model: ModelShape, tp: Number, moe: bool, operand: Number) -> Number:
    """Bytes a token of the feed-forward: the first product's results, and the second's input."""
    each = 2.0 * (model.matrices - 1.0) + operand
    if not moe:
        return each * model.ffn / tp
    routed = model.top_k * (operand * model.hidden + each * model.expert_ffn / tp)
    return routed + each * model.shared * model.expert_ffn / tp


def activation_bytes(xp: Any, model: ModelShape, layout: Layout, kept: Kept, tokens: Number,
                     sequence: Number) -> Number:
    """Return the bytes of one micro-batch over all layers."""
    total = 0.0 * tokens
    moe = model.moe_layers / model.layers
    for kind in model.attention:
        dense = activation_bytes_per_layer(xp, model, kind, layout, kept, tokens, sequence, False) if moe < 1 else 0.0
        mixed = activation_bytes_per_layer(xp, model, kind, layout, kept, tokens, sequence, True) if moe else 0.0
        total = total + kind.layers * ((1.0 - moe) * dense + moe * mixed)
    return total


def in_flight(xp: Any, pp: Number, interleave: Number, micro_batches: Number) -> Number:
    """Return the micro-batches, in stages' worth of layers, whose activations the first stage holds under 1F1B.

    ``min(m, pp)`` plain, ``pp + (pp - 1) / v`` with ``v`` stages in turn (arXiv 2205.05198, appendix B).

    >>> from highfence.core.arrays import FLOATS
    >>> in_flight(FLOATS, 8.0, 1.0, 64.0), in_flight(FLOATS, 8.0, 2.0, 64.0)
    (8.0, 11.5)
    """
    turned = xp.where(interleave > 1.0, pp + (pp - 1.0) / interleave, pp)
    return xp.minimum(turned, micro_batches)


def training_memory(xp: Any, model: ModelShape, layout: Layout, kept: Kept, *, micro_batch: Number, sequence: Number,
                    micro_batches: Number) -> TrainingMemory:
    """Return the memory of the fullest stage: the first holds most activations, the last the logits.

    Both are counted as if one stage held the embedding and the most activations, which is true without a pipeline.
    """
    tokens = micro_batch * sequence / layout.cp
    shared, experts = block_parameters(model, layout)
    ends = xp.where(layout.pp > 1.0, model.vocab * model.hidden, model.embedding_weights + 0.0 * layout.pp) / layout.tp
    ranks = layout.dp * layout.cp
    dense_ranks, expert_ranks = ranks, ranks / layout.ep
    sharded = [xp.where(layout.zero >= stage, dense_ranks, 1.0) for stage in (1.0, 2.0, 3.0)]
    dealt = [xp.where(layout.zero >= stage, expert_ranks, 1.0) for stage in (1.0, 2.0, 3.0)]
    states, gradients, weights = ((shared + ends) / s + experts / d for s, d in zip(sharded, dealt))
    slots = (model.layers + layout.head_slots) / layout.pp / model.layers
    activations = slots * in_flight(xp, layout.pp, layout.interleave, micro_batches) * activation_bytes(
        xp, model, layout, kept, tokens, sequence)
    layer = model.block_weights / model.layers + model.moe_layers / model.layers * (
        model.experts * model.expert_weights / layout.ep)
    gathered = xp.where(layout.zero >= 3.0, 2.0 * layer / layout.tp * kept.weight, 0.0)
    working = xp.where(layout.full > 0.0, activation_bytes(xp, model, _stored(layout), kept, tokens, sequence)
                       / model.layers, 0.0)
    logits = xp.where(layout.pp > 1.0, 0.0, kept.logit * tokens * model.vocab / layout.tp)
    return TrainingMemory(weights * kept.weight + gathered, gradients * kept.gradient, states * OPTIMIZER_BYTES,
                          activations + working, logits, RESERVED + 0.0 * tokens)


def _stored(layout: Layout) -> Layout:
    """Return the layout in which nothing is recomputed, for the one layer at work."""
    return Layout(layout.tp, layout.pp, layout.dp, layout.cp, layout.ep, layout.interleave, layout.head_slots,
                  layout.sequence_parallel, layout.zero, 0.0 * layout.tp, 0.0 * layout.tp)
