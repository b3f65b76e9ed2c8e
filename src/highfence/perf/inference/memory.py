"""What has to fit into the memory of a chip."""

from __future__ import annotations

from typing import Any

from highfence.core.arrays import Number
from highfence.perf.inference.step import Formats, Split
from highfence.perf.shape import ModelShape

RESERVED = 3.0e9
"""Bytes a chip for the runtime, its libraries and communication buffers (assumed)."""

USABLE = 0.9
"""Share of the memory that a serving program takes (the default of vLLM's gpu-memory-utilization)."""


def usable_memory(memory: Number) -> Number:
    """Return the bytes of a chip that weights and cache may take.

    >>> usable_memory(100e9) / 1e9
    87.0
    """
    return USABLE * memory - RESERVED


def weight_bytes(model: ModelShape, split: Split, formats: Formats) -> Number:
    """Return the bytes of weights on one chip."""
    attention = sum(a.layers * model.attention_weights(a.kind) for a in model.attention)
    dense = (model.layers - model.moe_layers) * model.dense_ffn_weights + model.moe_layers * (
        model.shared * model.expert_weights)
    experts = model.moe_layers * model.experts * model.expert_weights
    return (((attention + dense) * formats.dense.weight + model.embedding_weights * formats.head.weight) / split.tp
            + model.moe_layers * model.hidden * model.experts * formats.head.weight
            + experts * formats.experts.weight / (split.ep * split.expert_tp)) / split.pp


def cache_bytes_per_token(xp: Any, model: ModelShape, split: Split, formats: Formats) -> Number:
    """Return the bytes that one more token of a sequence takes on one chip, windows left out."""
    total = 0.0 * split.tp
    for layers in model.attention:
        if layers.kind == "mla":
            total = total + layers.layers * model.cache_width("mla") * formats.cache
        elif layers.kind == "gqa" and layers.window > 1e6:
            kv = xp.maximum(model.kv_heads / split.tp, 1.0)
            total = total + layers.layers * 2.0 * kv * model.head_dim * formats.cache
    return total / split.pp


def cache_bytes_per_sequence(xp: Any, model: ModelShape, split: Split, formats: Formats, tokens: Number) -> Number:
    """Return the bytes that a sequence of ``tokens`` takes on one chip, windows and states included."""
    total = tokens * cache_bytes_per_token(xp, model, split, formats)
    for layers in model.attention:
        if layers.kind == "gqa" and layers.window <= 1e6:
            kv = xp.maximum(model.kv_heads / split.tp, 1.0)
            total = total + layers.layers * 2.0 * kv * model.head_dim * formats.cache * xp.minimum(
                tokens, layers.window) / split.pp
        elif layers.kind == "linear" and model.linear:
            a = model.linear
            total = total + layers.layers * 4.0 * a.value_heads * a.key_dim * a.value_dim / split.tp / split.pp
    return total


def sequences_that_fit(xp: Any, model: ModelShape, split: Split, formats: Formats, *, capacity: Number,
                       tokens: Number) -> Number:
    """Return how many sequences of ``tokens`` fit on one attention rank beside the weights; below one none does.

    Parameters
    ----------
    capacity : bytes of one chip that may be used.
    """
    room = capacity - weight_bytes(model, split, formats)
    return xp.maximum(room, 0.0) / cache_bytes_per_sequence(xp, model, split, formats, tokens)
