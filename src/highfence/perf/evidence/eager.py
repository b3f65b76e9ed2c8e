"""An eager software profile: every operator its own kernel, attention unfused, nothing hidden behind anything.

What PyTorch does without compilation, and what serving and training stacks did before fused attention. A layer is its
matrix products, a softmax over whole scores, two norms, an activation and, depending on how the model's code spells
them, further passes over memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from highfence.core.arrays import Number
from highfence.perf.inference.step import Operator
from highfence.perf.operators.collectives import LinkCurve, all_reduce_time
from highfence.perf.operators.gemm import GemmCurve, gemm_time
from highfence.perf.operators.pointwise import StreamCurve, stream_time


@dataclass(frozen=True, slots=True)
class EagerKernels:
    """Curves of an eager framework's kernels: floats, or arrays with one value a row."""

    product: GemmCurve
    batched: GemmCurve
    softmax: StreamCurve
    norm: StreamCurve
    pointwise: StreamCurve
    link: LinkCurve


@dataclass(frozen=True, slots=True)
class EagerChip:
    """What an eager layer needs of a chip.

    Attributes
    ----------
    peak : FLOP/s of the arithmetic in use. bandwidth : B/s. units : count. link : one-way B/s of one chip.
    """

    peak: Number
    bandwidth: Number
    units: Number
    link: Number


@dataclass(frozen=True, slots=True)
class EagerStyle:
    """How a model's code spells a layer, beside its products, softmax and norms.

    A ``pass`` reads or writes an array of the named size once; each pair of numbers is (passes, kernels).

    Attributes
    ----------
    projections : products that make query, key and value: 1 or 3.
    scores : over the scores, such as scaling and masking. hidden : over the hidden state, such as residual sums and
    copies. activation : over the feed-forward's inner width.
    dropout_scores, dropout_hidden : kernels of dropout in training, two and a quarter passes each.
    """

    projections: int
    scores: tuple[float, float]
    hidden: tuple[float, float]
    activation: tuple[float, float]
    dropout_scores: float = 0.0
    dropout_hidden: float = 0.0


PLAIN = EagerStyle(3, (0.0, 0.0), (0.0, 0.0), (2.0, 1.0))
"""A layer of products, softmax, norms and one activation kernel, and nothing else."""


@dataclass(frozen=True, slots=True)
class EagerLayer:
    """Sizes of one layer on one chip.

    Attributes
    ----------
    batch : sequences. new : tokens of each that are computed. context : tokens that each of them attends to.
    hidden, heads, head_dim, ffn : of the whole layer. tp : chips that divide it. width : bytes per element.
    """

    batch: Number
    new: Number
    context: Number
    hidden: Number
    heads: Number
    head_dim: Number
    ffn: Number
    tp: Number = 1.0
    width: Number = 2.0


@dataclass(frozen=True, slots=True)
class Product:
    """A matrix product of (m, k) by (k, n), in ``copies``; ``times`` of them one after another."""

    name: str
    m: Number
    n: Number
    k: Number
    copies: Number = 1.0
    times: float = 1.0


def layer_products(layer: EagerLayer, style: EagerStyle) -> list[Product]:
    """Return the matrix products of a layer's forward pass.

    >>> [p.name for p in layer_products(EagerLayer(8.0, 1.0, 3072.0, 12288.0, 96.0, 128.0, 49152.0, 4.0), PLAIN)][:3]
    ['query, key and value', 'scores', 'values']
    """
    tokens = layer.batch * layer.new
    inner = layer.heads * layer.head_dim / layer.tp
    pairs = layer.batch * layer.heads / layer.tp
    parts = float(style.projections)
    return [
        Product("query, key and value", tokens, inner * 3.0 / parts, layer.hidden, times=parts),
        Product("scores", layer.new, layer.context, layer.head_dim, pairs),
        Product("values", layer.new, layer.head_dim, layer.context, pairs),
        Product("attention output", tokens, layer.hidden, inner),
        Product("feed-forward in", tokens, layer.ffn / layer.tp, layer.hidden),
        Product("feed-forward out", tokens, layer.hidden, layer.ffn / layer.tp)]


def gradients(products: Sequence[Product]) -> list[Product]:
    """Return the two products that the backward pass makes of each: by its inputs and by its weights."""
    found = []
    for p in products:
        found.append(Product(f"{p.name}, by inputs", p.m, p.k, p.n, p.copies, p.times))
        found.append(Product(f"{p.name}, by weights", p.k, p.n, p.m, p.copies, p.times))
    return found


def product_operators(xp: Any, products: Sequence[Product], chip: EagerChip, kernels: EagerKernels,
                      width: Number) -> list[Operator]:
    """Return the time of matrix products; those in copies take the batched curve."""
    found = []
    for p in products:
        curve = kernels.batched if "scores" in p.name or "values" in p.name else kernels.product
        compute, memory, whole = gemm_time(
            xp, p.m, p.n, p.k, peak=chip.peak, bandwidth=chip.bandwidth, units=chip.units, weight_bytes=width,
            activation_bytes=width, output_bytes=width, curve=curve, copies=p.copies)
        found.append(Operator(p.name, p.times * compute, p.times * memory, p.times * whole))
    return found


def stream_operator(xp: Any, name: str, rows: Number, columns: Number, passes: float, kernels: float, chip: EagerChip,
                    curve: StreamCurve, width: Number) -> Operator:
    """Return the time of several kernels that together pass over an array ``passes`` times."""
    _, memory, whole = stream_time(xp, rows, columns, bandwidth=chip.bandwidth, element_bytes=width, curve=curve,
                                   reads=passes / kernels, writes=0.0)
    return Operator(name, 0.0 * memory, kernels * memory, kernels * whole)


def layer_operators(xp: Any, layer: EagerLayer, style: EagerStyle, chip: EagerChip, kernels: EagerKernels,
                    training: bool = False) -> list[Operator]:
    """Return the operators of one layer's forward pass.

    Examples
    --------
    >>> from highfence.core.arrays import FLOATS
    >>> curve, stream = GemmCurve(0.95, 25e12, 100.0, 10.0, 0.9, 0.2, 3e-6), StreamCurve(0.8, 0.0, 1e6, 0.5, 5e-6)
    >>> kernels = EagerKernels(curve, curve, stream, stream, stream, LinkCurve(0.8, 1e12, 8e-6, 2e-6, 1e6))
    >>> layer = EagerLayer(8.0, 2048.0, 2048.0, 12288.0, 96.0, 128.0, 49152.0, tp=4.0)
    >>> found = layer_operators(FLOATS, layer, PLAIN, EagerChip(312e12, 2.04e12, 108.0, 300e9), kernels)
    >>> 0.05 < sum(operator.whole for operator in found) < 0.09
    True
    """
    tokens, pairs = layer.batch * layer.new, layer.batch * layer.heads / layer.tp * layer.new
    inner = layer.ffn / layer.tp
    found = product_operators(xp, layer_products(layer, style), chip, kernels, layer.width)

    def stream(name: str, rows: Number, columns: Number, passes: tuple[float, float], curve: StreamCurve) -> None:
        if passes[1]:
            found.append(stream_operator(xp, name, rows, columns, *passes, chip, curve, layer.width))

    stream("softmax", pairs, layer.context, (2.0, 1.0), kernels.softmax)
    stream("layer norm", tokens, layer.hidden, (4.0, 2.0), kernels.norm)
    stream("activation", tokens, inner, style.activation, kernels.pointwise)
    stream("passes over scores", pairs, layer.context, style.scores, kernels.pointwise)
    stream("passes over the hidden state", tokens, layer.hidden, style.hidden, kernels.pointwise)
    if training:
        for name, rows, columns, times in (("scores", pairs, layer.context, style.dropout_scores),
                                           ("the hidden state", tokens, layer.hidden, style.dropout_hidden)):
            stream(f"dropout of {name}", rows, columns, (2.25 * times, times), kernels.pointwise)
    found.append(_reduces(xp, layer, chip, kernels))
    return found


def backward_operators(xp: Any, layer: EagerLayer, style: EagerStyle, chip: EagerChip,
                       kernels: EagerKernels) -> list[Operator]:
    """Return the operators of one layer's backward pass: two products for one, and twice the passes over memory."""
    forward = layer_operators(xp, layer, style, chip, kernels, training=True)
    products = gradients(layer_products(layer, style))
    streamed = [o for o in forward if o.name.startswith(_STREAMS)]
    twice = [Operator(f"{o.name}, backward", o.compute, 2.0 * o.memory, 2.0 * o.whole) for o in streamed]
    return [*product_operators(xp, products, chip, kernels, layer.width), *twice, _reduces(xp, layer, chip, kernels)]


_STREAMS = ("softmax", "layer norm", "activation", "passes over", "dropout of")




def _reduces(xp: Any, layer: EagerLayer, chip: EagerChip, kernels: EagerKernels) -> Operator:
    """Two all-reduces of the hidden state among the chips that divide the layer."""
    size = layer.batch * layer.new * layer.hidden * layer.width
    whole = 2.0 * all_reduce_time(xp, size, layer.tp, chip.link, kernels.link)
    return Operator("all-reduce", 0.0 * whole, 0.0 * whole, whole, "network")


def head_products(tokens: Number, hidden: Number, vocab: Number) -> list[Product]:
    """Return the product that gives every token's logits."""
    return [Product("output head", tokens, vocab, hidden)]


def seconds(operators: Sequence[Operator]) -> Number:
    """Return the time of operators one after another."""
    total = operators[0].whole
    for operator in operators[1:]:
        total = total + operator.whole
    return total
