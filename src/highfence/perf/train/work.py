"""Work of one micro-batch on one chip, operator by operator, forward and backward, over all layers.

A product of forward takes two more of the same size backward: one for the gradient of its input, one for that of its
weights. What is recomputed runs forward once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from highfence.core.arrays import Number
from highfence.core.errors import NoAnswer
from highfence.perf.inference.step import Chip, Operator
from highfence.perf.operators.attention import PrefillCurve, causal_pairs, prefill_time
from highfence.perf.operators.collectives import LinkCurve
from highfence.perf.operators.gemm import GemmCurve, gemm_time
from highfence.perf.shape import AttentionLayers, ModelShape
from highfence.perf.train.network import context_time, expert_time, tensor_time
from highfence.perf.train.plan import Layout

FLASH_BACKWARD = 2.5
"""Products of fused attention backward over forward: five against two (arXiv 2205.14135)."""

REGATHER_SEEN = 0.5
"""Visible share of the inputs that sequence parallelism gathers again in the backward pass, beside a product: two
gathers a layer, as long as one sum. Collectives beside products slow them; half is what fits of data exchange give."""


@dataclass(frozen=True, slots=True)
class TrainingSoftware:
    """What one generation of training software does, and how well.

    Attributes
    ----------
    pace : share of the kernels' rate that a long run sustains; attention_pace : of fused attention, beside it.
    passes : bytes of norms, activations and residuals that really move, as multiples of one read and write a step;
    deal : the same for dealing tokens to experts. layer_s : seconds a layer and direction between kernels.
    experts_s : seconds more a mixture layer and expert of the chip. step_s : seconds an iteration.
    overlap : share of data parallel exchange that may hide behind computing. tensor_overlap : the same of tensor, and
    exchange_overlap of expert and context parallel exchange. weight, gradient : bytes a parameter that are exchanged.
    eager : 1 if attention stores its scores, one answer for all rows.
    dropout : 1 if there is any. logit : bytes kept an element of the output.
    """

    pace: Number
    attention_pace: Number
    passes: Number
    deal: Number
    layer_s: Number
    experts_s: Number
    step_s: Number
    overlap: Number
    tensor_overlap: Number
    exchange_overlap: Number
    weight: Number
    gradient: Number
    eager: Number
    dropout: Number
    logit: Number


@dataclass(frozen=True, slots=True)
class TrainingCurves:
    """Efficiencies of everything in a step.

    Attributes
    ----------
    backward : rate of fused attention's backward over its forward. stream_share : of the memory bandwidth.
    network, pair : collectives over the network, and messages from one chip to one other.
    """

    gemm: GemmCurve
    attention: PrefillCurve
    backward: Number
    link: LinkCurve
    network: LinkCurve
    pair: LinkCurve
    stream_share: Number
    software: TrainingSoftware


@dataclass(frozen=True, slots=True)
class Rates:
    """Peaks of a chip for the arithmetic of a run.

    Attributes
    ----------
    peak : FLOP/s of the layers' products. peak_16 : FLOP/s of attention, router and head.
    operand : bytes an element of the layers' products. feed_scale : as in :func:`gemm_time`.
    sustained : share of its clocks that the chip holds under a long load.
    """

    peak: Number
    peak_16: Number
    operand: Number
    feed_scale: Number
    sustained: Number = 1.0


class Work:
    """The operators of one micro-batch, gathered one by one."""

    def __init__(self, xp: Any, chip: Chip, rates: Rates, layout: Layout, curves: TrainingCurves) -> None:
        self.xp, self.chip, self.rates, self.layout, self.curves = xp, chip, rates, layout, curves
        self.found: list[Operator] = []

    def add(self, name: str, times: Number, compute: Number, memory: Number, whole: Number,
            bound: str = "compute or memory") -> None:
        """Add an operator that runs ``times`` a micro-batch."""
        self.found.append(Operator(name, times * compute, times * memory, times * whole, bound))

    def linear(self, name: str, times: Number, m: Number, n: Number, k: Number, *, low: bool = True,
               copies: Number = 1.0, forward: Number = 1.0) -> None:
        """Add a product of (m, k) by (k, n), forward ``forward`` times, and its two backward."""
        shapes = ((forward, m, n, k, 2.0), (1.0, m, k, n, 2.0),
                  (1.0, k, n, m, 2.0 * self.curves.software.gradient))
        compute = memory = whole = 0.0 * m
        for count, rows, columns, depth, output in shapes:
            c, b, w = self.gemm(rows, columns, depth, copies, low, output)
            compute, memory, whole = compute + count * c, memory + count * b, whole + count * w
        self.add(name, times, compute, memory, whole)

    def gemm(self, m: Number, n: Number, k: Number, copies: Number = 1.0, low: bool = True,
             output: Number = 2.0) -> tuple[Number, Number, Number]:
        """Return compute, memory and whole seconds of one product."""
        rates = self.rates
        bytes_each = rates.operand if low else 2.0
        pace = self.curves.software.pace * rates.sustained
        none = 0.0 * self.layout.tp
        return gemm_time(self.xp, m + none, n + none, k + none, peak=(rates.peak if low else rates.peak_16) * pace,
                         bandwidth=self.chip.bandwidth, units=self.chip.units, weight_bytes=bytes_each,
                         activation_bytes=bytes_each, curve=self.curves.gemm, copies=copies, output_bytes=output,
                         feed_scale=pace * (rates.feed_scale if low else 1.0))

    def stream(self, name: str, times: Number, moved: Number) -> None:
        """Add ``moved`` bytes through the memory."""
        whole = moved / (self.chip.bandwidth * self.curves.stream_share)
        self.add(name, times, 0.0 * whole, whole, whole)

    def network(self, name: str, times: Number, whole: Number) -> None:
        """Add a visible exchange."""
        self.add(name, times, 0.0 * whole, 0.0 * whole, whole, "network")


def layer_operators(xp: Any, model: ModelShape, chip: Chip, rates: Rates, layout: Layout, curves: TrainingCurves,
                    micro_batch: Number, sequence: Number) -> list[Operator]:
    """Return the operators of all layers for one micro-batch, as if one chip column held every layer.

    Parameters
    ----------
    micro_batch : sequences. sequence : tokens of each.

    Raises
    ------
    NoAnswer : the model has linear or sparse attention, of which no training kernel is measured.
    """
    if model.linear or model.index_heads:
        raise NoAnswer(f"no training step of {model.id}", missing="measured kernels of its linear or sparse attention",
                       would_change="the time of its attention layers, forward and backward")
    work = Work(xp, chip, rates, layout, curves)
    tokens = micro_batch * sequence / layout.cp
    for kind in model.attention:
        _projections(work, model, kind.layers, tokens)
        _core(work, model, kind, micro_batch, sequence)
    _feed_forward(work, model, tokens)
    _elementwise(work, model, tokens)
    _exchanges(work, model, tokens)
    software = curves.software
    gaps = (model.layers * software.layer_s * (2.0 + layout.full)
            + model.moe_layers * software.experts_s * model.experts / layout.ep)
    work.add("gaps between kernels", 1.0, 0.0 * tokens, 0.0 * tokens, gaps + 0.0 * tokens, "overhead")
    return work.found


def _projections(work: Work, model: ModelShape, layers: float, tokens: Number) -> None:
    xp, tp, again = work.xp, work.layout.tp, 1.0 + work.layout.full
    heads = model.heads / tp
    if model.mla:
        m = model.mla
        joined = m.q_lora + m.kv_lora + m.rope if m.q_lora else m.kv_lora + m.rope + heads * (m.nope + m.rope)
        work.linear("latent projections", layers, tokens, joined, model.hidden, forward=again)
        if m.q_lora:
            work.linear("query projection", layers, tokens, heads * (m.nope + m.rope), m.q_lora, forward=again)
        work.linear("latent expansion", layers, tokens, heads * (m.nope + m.value), m.kv_lora, forward=again)
    else:
        kv = xp.maximum(model.kv_heads / tp, 1.0)
        work.linear("query, key and value", layers, tokens, (heads + 2.0 * kv) * model.head_dim, model.hidden,
                    forward=again)
    work.linear("attention output", layers, tokens, model.hidden, heads * model.v_dim, forward=again)


def _core(work: Work, model: ModelShape, kind: AttentionLayers, micro_batch: Number, sequence: Number) -> None:
    """Attention's own products: fused and causal, or eager over all pairs with the scores stored."""
    xp, layout, rates, curves = work.xp, work.layout, work.rates, work.curves
    again = 1.0 + xp.maximum(layout.full, layout.selective)
    heads = model.heads / layout.tp
    if curves.software.eager:
        _eager(work, model, kind.layers, micro_batch, sequence, again)
        return
    new = sequence / layout.cp
    pace = curves.software.pace * curves.software.attention_pace * rates.sustained
    kv = heads if model.mla else xp.maximum(model.kv_heads / layout.tp, 1.0)
    compute, memory, whole = prefill_time(
        xp, micro_batch, new, (sequence - new) / 2.0, heads=heads, kv_heads=kv, qk_dim=model.qk_dim, v_dim=model.v_dim,
        peak=rates.peak_16 * pace, bandwidth=work.chip.bandwidth, units=work.chip.units, kv_bytes=2.0,
        window=kind.window, curve=curves.attention, feed_scale=pace)
    work.add("attention", kind.layers * (again + FLASH_BACKWARD / curves.backward), compute, memory, whole)


def _eager(work: Work, model: ModelShape, layers: float, micro_batch: Number, sequence: Number,
           again: Number) -> None:
    """Batched products, a softmax with scale and mask in one kernel, and dropout, over the whole square."""
    copies = micro_batch * model.heads / work.layout.tp
    new = sequence / work.layout.cp
    compute = memory = whole = 0.0 * sequence
    for count, m, n, k in ((again, new, sequence, model.qk_dim), (again, new, model.v_dim, sequence),
                           (1.0, new, model.qk_dim, sequence), (1.0, sequence, model.qk_dim, new),
                           (1.0, new, sequence, model.v_dim), (1.0, sequence, model.v_dim, new)):
        c, b, w = work.gemm(m, n, k, copies, False)
        compute, memory, whole = compute + count * c, memory + count * b, whole + count * w
    work.add("attention products", layers, compute, memory, whole)
    dropout = work.curves.software.dropout
    moved = copies * new * sequence * (again * (4.0 + 5.0 * dropout) + 6.0 + 5.0 * dropout)
    work.stream("softmax and dropout", layers, moved)


def _feed_forward(work: Work, model: ModelShape, tokens: Number) -> None:
    tp, again = work.layout.tp, 1.0 + work.layout.full
    dense = model.layers - model.moe_layers
    if dense and model.ffn:
        work.linear("feed-forward in", dense, tokens, (model.matrices - 1.0) * model.ffn / tp, model.hidden,
                    forward=again)
        work.linear("feed-forward out", dense, tokens, model.hidden, model.ffn / tp, forward=again)
    if not model.moe_layers:
        return
    work.linear("router", model.moe_layers, tokens, model.experts, model.hidden, low=False, forward=again)
    if model.shared:
        width = model.shared * model.expert_ffn / tp
        work.linear("shared expert in", model.moe_layers, tokens, (model.matrices - 1.0) * width, model.hidden,
                    forward=again)
        work.linear("shared expert out", model.moe_layers, tokens, model.hidden, width, forward=again)
    local, width = model.experts / work.layout.ep, model.expert_ffn / tp
    each = tokens * model.top_k / local
    work.linear("experts in", model.moe_layers, each, (model.matrices - 1.0) * width, model.hidden, copies=local,
                forward=again)
    work.linear("experts out", model.moe_layers, each, model.hidden, width, copies=local, forward=again)


def _elementwise(work: Work, model: ModelShape, tokens: Number) -> None:
    """Norms, dropout and residuals over the hidden width; activations, rotations and casts inside the tensor ranks.

    Bytes of one read or write an element each: a norm 4 forward and 6 backward, a residual with dropout 7 and 11.
    """
    xp, layout, software = work.xp, work.layout, work.curves.software
    again = 1.0 + layout.full
    spread = xp.where(layout.sequence_parallel > 0.0, layout.tp, 1.0 + 0.0 * layout.tp)
    drop = software.dropout
    hidden = 2.0 * model.hidden * (again * (10.0 + drop) + 12.0 + 5.0 * drop) / spread
    work.stream("norms and residuals", model.layers, software.passes * tokens * hidden)
    gated = model.matrices > 2.0
    act = again * (6.0 if gated else 4.0) + (10.0 if gated else 6.0)
    moe_width = model.top_k * model.expert_ffn + model.shared * model.expert_ffn
    width = ((model.layers - model.moe_layers) * model.ffn + model.moe_layers * moe_width) / layout.tp
    rotated = model.heads * model.qk_dim + model.kv_heads * model.head_dim if gated else 0.0
    rotate = 4.0 * (again + 1.0) * rotated / layout.tp
    work.stream("activations and rotations", 1.0, software.passes * tokens * (width * act + model.layers * rotate))
    if model.moe_layers:
        work.stream("dealing tokens to experts", model.moe_layers,
                    software.deal * tokens * model.top_k * model.hidden * 8.0 * (again + 1.0))
    casts = xp.where(work.rates.operand < 2.0, 4.0 * (again + 1.0), 0.0 * again)
    inputs = model.layers * (model.hidden + model.heads * model.v_dim / layout.tp) + model.layers * model.hidden
    work.stream("casts", 1.0, casts * tokens * (inputs + width))


def _exchanges(work: Work, model: ModelShape, tokens: Number) -> None:
    """Tensor parallel sums, keys and values of context ranks, and tokens on their way to experts."""
    xp, layout, chip, curves = work.xp, work.layout, work.chip, work.curves
    software = curves.software
    reduce = tensor_time(xp, tokens, model.hidden, layout, chip, curves.link, curves.network)
    gathered_again = REGATHER_SEEN * layout.sequence_parallel
    sums = (2.0 * (2.0 + layout.full) + gathered_again) * (1.0 - software.tensor_overlap)
    work.network("tensor parallel sums", model.layers, sums * reduce)
    seen = 1.0 - software.exchange_overlap
    around = context_time(xp, model, tokens, layout, chip, curves.link, curves.network)
    work.network("context parallel keys and values", model.layers, seen * (3.0 + layout.full) * around)
    if model.moe_layers:
        travel = expert_time(xp, model, tokens, layout, chip, curves.link, curves.network)
        work.network("expert exchange", model.moe_layers, seen * 2.0 * (2.0 + layout.full) * travel)


def head_operators(xp: Any, model: ModelShape, chip: Chip, rates: Rates, layout: Layout, curves: TrainingCurves,
                   micro_batch: Number, sequence: Number) -> list[Operator]:
    """Return the operators of embedding, output head and loss for one micro-batch: the last stage's extra work."""
    work = Work(xp, chip, rates, layout, curves)
    tokens = micro_batch * sequence / layout.cp
    work.linear("output head", 1.0, tokens, model.vocab / layout.tp, model.hidden, low=False)
    work.stream("loss", 1.0, 16.0 * tokens * model.vocab / layout.tp)
    work.stream("embedding", 1.0, 12.0 * tokens * model.hidden)
    return work.found


def attention_flops(xp: Any, model: ModelShape, sequence: Number, causal: bool = True) -> Number:
    """Return the forward FLOPs of attention's own products for one sequence, over the pairs that a mask leaves.

    Parameters
    ----------
    causal : False counts the whole square, as many published figures do.
    """
    total = 0.0 * sequence
    for kind in model.attention:
        pairs = causal_pairs(xp, sequence, 0.0 * sequence, kind.window) if causal else sequence * sequence
        total = total + 2.0 * kind.layers * model.heads * (model.qk_dim + model.v_dim) * pairs
    return total


def model_flops(xp: Any, model: ModelShape, sequence: Number, causal: bool = True) -> Number:
    """Return the FLOPs of forward and backward for one sequence, nothing recomputed.

    ``3 * (2 * active parameters * tokens + attention)``

    >>> from highfence.core.arrays import FLOATS
    >>> from highfence.perf.shape import shape_of
    >>> round(model_flops(FLOATS, shape_of("llama-3.1-70b"), 8192.0) / 8192 / 1e9)
    449
    """
    return 3.0 * (2.0 * model.active_parameters * sequence + attention_flops(xp, model, sequence, causal))
