"""Time of one step of a model on its chips: a prefill, a decode, or a mixed batch.

A step is its operators one after another, layer by layer. Each operator's time comes from
:mod:`highfence.perf.operators`
with a curve of the calibration; what lies between them (launches, host work) is part of the software's profile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from highfence.core.arrays import Number
from highfence.perf.operators.attention import DecodeCurve, PrefillCurve, decode_time, prefill_time
from highfence.perf.operators.collectives import (
    LinkCurve,
    exchange_time,
    gather_time,
    tiered_all_reduce_time,
    transfer_time,
)
from highfence.perf.operators.gemm import GemmCurve, gemm_time
from highfence.perf.shape import ModelShape


@dataclass(frozen=True, slots=True)
class Chip:
    """What a step needs of a chip: floats, or arrays with one value a row.

    Attributes
    ----------
    bandwidth : of the device memory, B/s. units : compute units. link, network : one-way B/s of one chip.
    domain : chips that the links join.
    """

    bandwidth: Number
    units: Number
    link: Number
    network: Number
    domain: Number


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """How one group of weights is stored and multiplied.

    Attributes
    ----------
    peak : FLOP/s of the arithmetic on the chip. weight, activation : bytes per element.
    feed_scale : feed of the arithmetic, as a multiple of that at 16 bits.
    curve : efficiency of its matrix products.
    """

    peak: Number
    weight: Number
    activation: Number
    feed_scale: Number
    curve: GemmCurve


@dataclass(frozen=True, slots=True)
class Formats:
    """Arithmetic of each group of weights, and of the cache.

    Attributes
    ----------
    cache : bytes per cached element. attention_peak : FLOP/s of attention's own products.
    """

    dense: Arithmetic
    experts: Arithmetic
    head: Arithmetic
    cache: Number
    attention_peak: Number


@dataclass(frozen=True, slots=True)
class StateCurve:
    """Efficiency of kernels that are neither product nor attention: states of linear attention, sparse indexing.

    Attributes
    ----------
    launch_s : seconds a layer. compute_share : of the arithmetic's peak.
    """

    launch_s: Number
    compute_share: Number


@dataclass(frozen=True, slots=True)
class Curves:
    """Efficiency of everything that is no matrix product."""

    prefill: PrefillCurve
    decode: DecodeCurve
    latent_prefill: PrefillCurve
    latent_decode: DecodeCurve
    link: LinkCurve
    network: LinkCurve
    all_to_all: LinkCurve
    stream_share: Number
    linear: StateCurve
    index: StateCurve


@dataclass(frozen=True, slots=True)
class Overheads:
    """What the software adds.

    Attributes
    ----------
    step_s : seconds of host work a step that the chip waits for. layer_s : seconds a layer between kernels.
    experts_s : seconds a mixture layer for routing and permuting. passes : activations read and written a layer, as
    multiples of the hidden width, by norms, residuals and quantisation. skew : power of the tokens of a step whose
    uniform choices would touch as many experts as the real, uneven ones; 1 is uniform.
    """

    step_s: Number
    layer_s: Number
    experts_s: Number
    passes: Number
    skew: Number = 1.0


@dataclass(frozen=True, slots=True)
class Split:
    """How a model is divided: chips in each dimension.

    Attributes
    ----------
    tp : tensor parallel ranks of attention and dense layers. dp : attention data parallel ranks.
    expert_tp, ep : ranks that divide each expert, and among which the experts are dealt. pp : pipeline stages.
    """

    tp: Number
    dp: Number
    expert_tp: Number
    ep: Number
    pp: Number = 1.0


@dataclass(frozen=True, slots=True)
class Batch:
    """What one attention rank works on in one step.

    Attributes
    ----------
    prompts : sequences in prefill. prompt_tokens : new tokens of each. prompt_context : tokens of each cached before.
    sequences : sequences in decode. context : cached tokens of each. drafted : tokens a sequence in a decode step.
    """

    prompts: Number
    prompt_tokens: Number
    prompt_context: Number
    sequences: Number
    context: Number
    drafted: Number = 1.0


EXCHANGED = 1.5
"""An exchange there, of tokens at 8 bits, and back at 16, over one at 16 bits."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Seconds that one kind of operator takes in a whole step.

    Attributes
    ----------
    compute, memory : what it would take if nothing else bound it. whole : what it takes.
    bound : ``compute or memory`` (the longer), ``network`` or ``overhead``.
    """

    name: str
    compute: Number
    memory: Number
    whole: Number
    bound: str = "compute or memory"


def step_operators(xp: Any, model: ModelShape, chip: Chip, split: Split, formats: Formats, curves: Curves,
                   over: Overheads, batch: Batch, imbalance: Number = 1.0) -> list[Operator]:
    """Return the operators of one step on one pipeline stage's share of the layers times the stages.

    Parameters
    ----------
    imbalance : tokens of the busiest expert rank over the mean.
    """
    tokens = batch.prompts * batch.prompt_tokens + batch.sequences * batch.drafted
    found: list[Operator] = []

    def gemm(name: str, layers: Number, m: Number, n: Number, k: Number, how: Arithmetic, copies: Number = 1.0) -> None:
        compute, memory, whole = gemm_time(
            xp, m, n, k, peak=how.peak, bandwidth=chip.bandwidth, units=chip.units, weight_bytes=how.weight,
            activation_bytes=how.activation, curve=how.curve, feed_scale=how.feed_scale, copies=copies)
        found.append(Operator(name, layers * compute, layers * memory, layers * whole))

    for layers in model.attention:
        _attention(xp, model, layers.kind, layers.layers, layers.window, chip, split, formats, curves, batch, tokens,
                   gemm, found)
    dense_layers = model.layers - model.moe_layers
    if dense_layers and model.ffn:
        gemm("feed-forward in", dense_layers, tokens, (model.matrices - 1.0) * model.ffn / split.tp, model.hidden,
             formats.dense)
        gemm("feed-forward out", dense_layers, tokens, model.hidden, model.ffn / split.tp, formats.dense)
    if model.moe_layers:
        _experts(xp, model, split, formats, tokens, imbalance, over.skew, gemm)
    _network(xp, model, chip, split, curves, batch, tokens, found)
    finished = batch.prompts + batch.sequences * batch.drafted
    gemm("output head", 1.0, finished, model.vocab / split.tp, model.hidden, formats.head)
    streamed = model.layers * over.passes * tokens * model.hidden * 2.0 / (chip.bandwidth * curves.stream_share)
    found.append(Operator("norms and activations", 0.0 * streamed, streamed, streamed))
    gaps = over.step_s + model.layers * over.layer_s + model.moe_layers * over.experts_s
    found.append(Operator("launch and host", 0.0 * gaps, 0.0 * gaps, gaps, "overhead"))
    return found


def _attention(xp: Any, model: ModelShape, kind: str, layers: float, window: float, chip: Chip, split: Split,
               formats: Formats, curves: Curves, batch: Batch, tokens: Number, gemm: Any,
               found: list[Operator]) -> None:
    """Projections, prefill over prompts and decode over the cache of the layers of one kind."""
    heads = model.heads / split.tp
    if kind == "linear" and model.linear:
        a = model.linear
        inner = (2.0 * a.key_heads * a.key_dim + 2.0 * a.value_heads * a.value_dim + 2.0 * a.value_heads) / split.tp
        state = a.value_heads / split.tp * a.key_dim * a.value_dim
        gemm("linear attention projections", layers, tokens, inner, model.hidden, formats.dense)
        gemm("linear attention output", layers, tokens, model.hidden, a.value_heads * a.value_dim / split.tp,
             formats.dense)
        compute = 12.0 * tokens * state / (curves.linear.compute_share * formats.attention_peak)
        memory = (batch.prompts + batch.sequences) * 8.0 * state / (chip.bandwidth * curves.decode.bandwidth_share)
        whole = curves.linear.launch_s + compute + memory
        found.append(Operator("linear attention state", layers * compute, layers * memory, layers * whole))
        return
    if kind == "mla" and model.mla:
        m = model.mla
        joined = m.q_lora + m.kv_lora + m.rope if m.q_lora else m.kv_lora + m.rope + heads * (m.nope + m.rope)
        gemm("latent projections", layers, tokens, joined, model.hidden, formats.dense)
        if m.q_lora:
            gemm("query projection", layers, tokens, heads * (m.nope + m.rope), m.q_lora, formats.dense)
        prompt_tokens = batch.prompts * batch.prompt_tokens
        decoded = batch.sequences * batch.drafted
        expanded, absorbed = (xp.where(some > 0.0, 1.0, 0.0 * some) * layers for some in (prompt_tokens, decoded))
        gemm("latent expansion", expanded, prompt_tokens + 1e-9, heads * (m.nope + m.value), m.kv_lora, formats.dense)
        gemm("absorbed projections", absorbed, decoded + 1e-9, m.kv_lora, m.nope + m.value, formats.head, heads)
        gemm("attention output", layers, tokens, model.hidden, heads * m.value, formats.dense)
        pre, dec = curves.latent_prefill, curves.latent_decode
        kv, width, qk, v = 1.0, m.kv_lora + m.rope, m.kv_lora + m.rope, m.kv_lora
    else:
        kv = xp.maximum(model.kv_heads / split.tp, 1.0)
        gemm("query, key and value", layers, tokens, (heads + 2.0 * kv) * model.head_dim, model.hidden, formats.dense)
        gemm("attention output", layers, tokens, model.hidden, heads * model.head_dim, formats.dense)
        pre, dec = curves.prefill, curves.decode
        width, qk, v = 2.0 * kv * model.head_dim, model.head_dim, model.head_dim
    if model.index_heads:
        seen = batch.prompts * batch.prompt_tokens * (batch.prompt_context + 0.5 * batch.prompt_tokens)
        seen = seen + batch.sequences * batch.drafted * batch.context
        compute = 2.0 * seen * model.index_heads * model.index_dim / (curves.index.compute_share * formats.dense.peak)
        memory = batch.sequences * batch.context * model.index_dim / (chip.bandwidth * dec.bandwidth_share)
        whole = curves.index.launch_s + xp.maximum(compute, memory)
        found.append(Operator("sparse index", layers * compute, layers * memory, layers * whole))
    compute, memory, whole = prefill_time(
        xp, batch.prompts, batch.prompt_tokens, batch.prompt_context, heads=heads,
        kv_heads=heads if kind == "mla" else kv,
        qk_dim=model.qk_dim, v_dim=model.v_dim, peak=formats.attention_peak, bandwidth=chip.bandwidth,
        units=chip.units, kv_bytes=2.0, window=window, curve=pre)
    some = xp.where(batch.prompts * batch.prompt_tokens > 0.0, 1.0, 0.0) * layers
    found.append(Operator("attention, prefill", some * compute, some * memory, some * whole))
    compute, memory, whole = decode_time(
        xp, batch.sequences, batch.context, heads=heads * batch.drafted, kv_heads=kv, qk_dim=qk, v_dim=v,
        cache_width=width, peak=formats.attention_peak, bandwidth=chip.bandwidth, units=chip.units,
        kv_bytes=formats.cache, window=window, curve=dec)
    some = xp.where(batch.sequences > 0.0, 1.0, 0.0) * layers
    found.append(Operator("attention, decode", some * compute, some * memory, some * whole))


def _experts(xp: Any, model: ModelShape, split: Split, formats: Formats, tokens: Number, imbalance: Number,
             skew: Number, gemm: Any) -> None:
    """Router, shared expert and the grouped products of the routed experts that some token chose."""
    layers = model.moe_layers
    gemm("router", layers, tokens, model.experts, model.hidden, formats.head)
    if model.shared:
        width = model.shared * model.expert_ffn / split.tp
        gemm("shared expert in", layers, tokens, (model.matrices - 1.0) * width, model.hidden, formats.dense)
        gemm("shared expert out", layers, tokens, model.hidden, width, formats.dense)
    arriving = tokens * split.dp
    local = model.experts / split.ep
    chosen = local * (1.0 - xp.exp(xp.power(xp.maximum(arriving, 1.0), skew) * _log_missed(model)))
    active = xp.maximum(chosen, xp.minimum(1.0, arriving))
    each = arriving * model.top_k / split.ep / active * imbalance
    width = model.expert_ffn / split.expert_tp
    gemm("experts in", layers, each, (model.matrices - 1.0) * width, model.hidden, formats.experts, active)
    gemm("experts out", layers, each, model.hidden, width, formats.experts, active)


def _log_missed(model: ModelShape) -> float:
    """Logarithm of the chance that one token does not choose one expert."""
    from math import log1p

    return log1p(-min(model.top_k / model.experts, 0.999999))


def _network(xp: Any, model: ModelShape, chip: Chip, split: Split, curves: Curves, batch: Batch, tokens: Number,
             found: list[Operator]) -> None:
    """All-reduces of tensor parallelism, and the exchange of tokens where attention is data parallel."""
    size = tokens * model.hidden * 2.0
    reduces = model.layers + (model.layers - model.moe_layers)
    def reduce(ranks: Number) -> Number:
        return tiered_all_reduce_time(xp, size, ranks, chip.domain, chip.link, chip.network, curves.link,
                                      curves.network)

    total = reduces * reduce(split.tp)
    if model.moe_layers:
        ranks = split.ep * split.expert_tp
        spread = xp.where(split.dp > 1.0, ranks, 1.0)
        within = xp.where(split.dp > 1.0, 1.0, ranks)
        total = total + model.moe_layers * reduce(within)
        many = xp.where(batch.prompts * batch.prompt_tokens > 0.0, 1.0, 0.0 * tokens)
        exchange = EXCHANGED * exchange_time(xp, size / split.tp, model.top_k, spread, chip.domain, chip.link,
                                             chip.network, curves.all_to_all, curves.network.bandwidth_share, many)
        gathered = 2.0 * gather_time(xp, size * split.dp, spread, chip.link, curves.link)
        exchange = xp.where(spread > chip.domain, exchange, xp.minimum(exchange, gathered))
        found.append(Operator("expert exchange", 0.0 * exchange, 0.0 * exchange, model.moe_layers * exchange,
                              "network"))
    found.append(Operator("all-reduce", 0.0 * total, 0.0 * total, total, "network"))
    pair = 2.0 + 0.0 * split.pp
    hop = xp.where(split.tp * split.dp * split.pp > chip.domain,
                   transfer_time(xp, size / split.tp, pair, chip.network, curves.network),
                   transfer_time(xp, size / split.tp, pair, chip.link, curves.link))
    hops = (split.pp - 1.0) * hop
    found.append(Operator("pipeline hops", 0.0 * hops, 0.0 * hops, hops, "network"))


def step_seconds(operators: list[Operator]) -> Number:
    """Return the time of a step: its operators one after another."""
    total = operators[0].whole
    for operator in operators[1:]:
        total = total + operator.whole
    return total
