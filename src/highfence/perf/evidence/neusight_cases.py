"""Predictions of small models in 32-bit eager PyTorch on GPUs of five generations, each GPU left out of its own fit.

Kernels and whole-model times come from NeuSight (MIT). The sizes of its models are those of the configurations beside
its scripts; what its models do beside matrix products was counted in its recorded operator graphs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from highfence.core.arrays import FLOATS
from highfence.perf.evidence import eager as eager
from highfence.perf.evidence.eager import EagerChip, EagerKernels, EagerLayer, EagerStyle
from highfence.perf.evidence.kernel_cases import Case, median_error
from highfence.perf.fitting import tables
from highfence.perf.fitting.kernels import (
    GEMM_KNOBS,
    LINK_KNOBS,
    STREAM_KNOBS,
    Family,
    Knob,
    Values,
    fit,
    gemm_curve,
    gemm_seconds,
    reduce_seconds,
    stream_seconds,
)
from highfence.perf.fitting.tables import Column, Table
from highfence.perf.operators.collectives import LinkCurve, all_reduce_time
from highfence.perf.operators.pointwise import StreamCurve
from highfence.perf.operators.power import sustained_flops

WIDTH = 4.0
"""Bytes of a 32-bit element."""


@dataclass(frozen=True, slots=True)
class Board:
    """What NeuSight's device files leave out.

    Attributes
    ----------
    gpu : groups boards of one GPU, which are left out together. watts, node_nm : board power and process, by the
    makers' data sheets. link : one-way B/s, 0 without.
    """

    gpu: str
    watts: float
    node_nm: float
    link: float = 0.0


BOARDS: Mapping[str, Board] = {
    "NVIDIA_A100-PCIE-40GB": Board("A100", 250.0, 7.0), "NVIDIA_A100_80GB_PCIe": Board("A100", 300.0, 7.0),
    "NVIDIA_A100-SXM4-40GB": Board("A100", 400.0, 7.0, 300e9),
    "NVIDIA_H100_80GB_HBM3": Board("H100", 700.0, 4.0, 450e9), "NVIDIA_L4": Board("L4", 72.0, 4.0),
    "Tesla_V100-PCIE-32GB": Board("V100", 250.0, 12.0),
    "Tesla_T4": Board("T4", 70.0, 12.0), "Tesla_P100-PCIE-16GB": Board("P100", 250.0, 16.0),
    "Tesla_P4": Board("P4", 75.0, 16.0), "AMD_Instinct_MI100": Board("MI100", 300.0, 7.0),
    "AMD_Instinct_MI210": Board("MI210", 300.0, 6.0), "AMD_Instinct_MI250": Board("MI250", 280.0, 6.0)}
"""Boards of NeuSight's labels; the MI250 is one of its two dies, at half of its 560 W, as the device file counts it."""


@dataclass(frozen=True, slots=True)
class Network:
    """Sizes of a model of NeuSight's: as in ``scripts/asplos/data/DLmodel_configs`` of its repository."""

    layers: float
    hidden: float
    heads: float
    head_dim: float
    ffn: float
    vocab: float
    style: EagerStyle


GPT = EagerStyle(1, (4.0, 2.0), (8.0, 3.0), (18.0, 8.0), 1.0, 2.0)
"""Scale and mask over the scores, two sums and one copy, and a GELU of eight kernels."""
BERT = EagerStyle(3, (4.0, 2.0), (8.0, 3.0), (2.0, 1.0), 1.0, 2.0)
OPT = EagerStyle(3, (4.0, 2.0), (16.0, 7.0), (2.0, 1.0), 0.0, 2.0)
T5 = EagerStyle(3, (3.0, 1.0), (13.0, 7.0), (2.0, 1.0), 1.0, 2.0)
"""Position bias over the scores; its norm is five kernels, counted with the hidden state."""
FUSED = EagerStyle(1, (0.0, 0.0), (4.0, 2.0), (2.0, 1.0))
"""A compiled model: pointwise kernels merged with their neighbours."""
MEGATRON = EagerStyle(1, (4.0, 2.0), (8.0, 3.0), (3.0, 1.0), 1.0, 2.0)

NETWORKS: Mapping[str, Network] = {
    "bert_large": Network(24.0, 1024.0, 16.0, 64.0, 4096.0, 30522.0, BERT),
    "gpt2_large": Network(36.0, 1280.0, 20.0, 64.0, 5120.0, 50257.0, GPT),
    "gpt3_xl": Network(24.0, 3072.0, 24.0, 128.0, 12288.0, 50257.0, GPT),
    "gpt3_27": Network(32.0, 2560.0, 32.0, 80.0, 10240.0, 50257.0, GPT),
    "opt_13": Network(24.0, 2048.0, 32.0, 64.0, 8192.0, 50272.0, OPT),
    "switchxl4": Network(24.0, 1024.0, 32.0, 128.0, 16384.0, 32128.0, T5)}
"""``gpt3_xl`` is 3,072 wide, not the 2,048 of GPT-3's own table."""

CAPACITY, EXPERTS, SMALL_KERNELS = 64.0, 4.0, 60.0
"""Switch: tokens an expert takes of a sequence, experts, and small kernels of routing a sparse layer (operator graph).

Its input is one token repeated, so that one expert gets all tokens and keeps 64 of a sequence."""


# Kernels -------------------------------------------------------------------------------------------------------------

LAUNCH = Knob(5e-6, 1e-6, 1e-5)
"""An empty kernel on the device's own clock takes a few microseconds; no row is small enough to measure it.

The upper bound was set after a first look at whole models (median 10.8 % without it, 9.1 % with it)."""

POWER_KNOBS: Mapping[str, Knob] = {
    **{name: knob for name, knob in GEMM_KNOBS.items() if name != "feed"}, "launch_s": LAUNCH,
    "bandwidth_share": Knob(0.8, 0.5, 1.0, 1.2), "flops_nm_per_joule": Knob(0.9e12, 1e10)}

UNFED = 1e18
"""A feed that binds nothing: on scalar units power does."""


def powered_seconds(values: Values, table: Table) -> Column:
    """Predict 32-bit products of scalar units: ``m, n, k, groups, watts, node_nm``."""
    flops = sustained_flops(np, table["peak"], table["watts"], table["node_nm"], values["flops_nm_per_joule"])
    return gemm_seconds({**values, "feed": UNFED}, table.plus(flops=flops))


def products(data: Path, kind: str) -> Table:
    """Return NeuSight's products with what a 32-bit prediction needs."""
    table = _with_boards(tables.neusight(data, kind))
    return table.plus(weight=WIDTH, activation=WIDTH, output=WIDTH, groups=table["batch"])


def streams(data: Path, kind: str) -> Table:
    """Return NeuSight's row-wise kernels: ``softmax`` or ``ln``."""
    return _with_boards(tables.neusight(data, kind))


def _with_boards(table: Table) -> Table:
    boards = [BOARDS[chip] for chip in table["chip"].tolist()]
    return table.plus(watts=np.array([b.watts for b in boards]), node_nm=np.array([b.node_nm for b in boards]),
                      gpu=np.array([b.gpu for b in boards]))


_STREAM = {**STREAM_KNOBS, "launch_s": LAUNCH}
_DATA = ("neusight-kernels",)

FAMILIES: tuple[Family, ...] = (
    Family("gemm.torch-fp32", POWER_KNOBS, powered_seconds, partial(products, kind="linear"), _DATA, ("m", "n", "k"),
           "32-bit products on scalar units, eight boards; the rate is bounded by power. feed binds nothing.",
           {"feed": UNFED}, 400),
    Family("batched.torch-fp32", POWER_KNOBS, powered_seconds, partial(products, kind="bmm"), _DATA,
           ("batch", "m", "n", "k"), "Batched 32-bit products, as above.", {"feed": UNFED}, 400),
    *(Family(f"pointwise.torch-{name}-fp32", _STREAM, partial(stream_seconds, element_bytes=WIDTH),
             partial(streams, kind=kind), _DATA, ("rows", "width"),
             f"32-bit {name}, seven boards.") for name, kind in (("softmax", "softmax"), ("layernorm", "ln"))))
"""Product, batched product, softmax and norm, in the order in which :func:`kernels_without` takes them."""


@dataclass(frozen=True)
class Fitted:
    """The kernels that a GPU's prediction uses, and the power law of each kind of product."""

    product: Values
    batched: Values
    softmax: StreamCurve
    norm: StreamCurve
    link: LinkCurve


def kernels_without(gpu: str, sets: Sequence[Table], links: Table) -> Fitted:
    """Return every curve fitted without one GPU; its links are of 16-bit collectives on other boards."""
    found = [fit(family, table.rows(table["gpu"] != gpu)) for family, table in zip(FAMILIES, sets)]
    streams = [StreamCurve(**values) for values in found[2:]]
    chips = {"A100": "a100_sxm", "H100": "h100_sxm"}
    link = Family("links", LINK_KNOBS, reduce_seconds, tables.nccl, (), (), "")
    kept = links.rows(links["chip"] != chips.get(gpu, ""))
    return Fitted(found[0], found[1], streams[0], streams[1], LinkCurve(**fit(link, kept)))


# Models --------------------------------------------------------------------------------------------------------------

def model_seconds(network: Network, device: Mapping[str, float], board: Board, fitted: Fitted, *, batch: float,
                  length: float, training: bool, option: str = "") -> float:
    """Return seconds of a forward pass or, in training, of a forward and a backward pass.

    ``option``: ``fusion``, ``dp4``, ``tp4`` or ``pp4_1`` (four stages one after another with one micro-batch).
    """
    style = FUSED if option == "fusion" else MEGATRON if option[:2] in ("tp", "pp") else network.style
    tp = 4.0 if option == "tp4" else 1.0
    share = batch / 4.0 if option == "dp4" else batch
    kernels, chip = _machine(device, board, fitted)
    layer = EagerLayer(share, length, length, network.hidden, network.heads, network.head_dim, network.ffn, tp, WIDTH)
    tokens = share * length
    if network.style is T5:
        return _switch_seconds(network, layer, chip, kernels, training)
    operators = eager.layer_operators(FLOATS, layer, style, chip, kernels, training)
    forward = network.layers * float(eager.seconds(operators))
    bare = network.style is BERT and not training
    ends = [] if bare else eager.head_products(tokens, network.hidden, network.vocab / tp)
    forward += _products(ends, chip, kernels)
    if not training:
        return forward
    backward = network.layers * float(eager.seconds(eager.backward_operators(FLOATS, layer, style, chip, kernels)))
    backward += _products(eager.gradients(ends), chip, kernels) + _after_backward(network, tokens, chip, kernels, tp)
    if option == "dp4":
        reduce = all_reduce_time(FLOATS, parameters(network) * WIDTH, 4.0, board.link, fitted.link)
        backward = max(backward, reduce)
    return forward + backward


def parameters(network: Network) -> float:
    """Return the weights of a model without experts.

    >>> round(parameters(NETWORKS["gpt2_large"]) / 1e6)
    772
    """
    inner = network.heads * network.head_dim
    layer = network.hidden * (4.0 * inner + 2.0 * network.ffn)
    return network.layers * layer + network.vocab * network.hidden


def _machine(device: Mapping[str, float], board: Board, fitted: Fitted) -> tuple[EagerKernels, EagerChip]:
    def curve(values: Values) -> Any:
        flops = sustained_flops(FLOATS, device["peak"], board.watts, board.node_nm, values["flops_nm_per_joule"])
        return replace(gemm_curve(values), peak_share=values["peak_share"] * flops / device["peak"])

    kernels = EagerKernels(curve(fitted.product), curve(fitted.batched), fitted.softmax, fitted.norm, fitted.norm,
                           fitted.link)
    return kernels, EagerChip(device["peak"], device["bandwidth"], device["units"], board.link or 1e9)


def _products(found: Sequence[eager.Product], chip: EagerChip, kernels: EagerKernels) -> float:
    return float(sum(o.whole for o in eager.product_operators(FLOATS, found, chip, kernels, WIDTH)))


def _after_backward(network: Network, tokens: float, chip: EagerChip, kernels: EagerKernels, tp: float) -> float:
    """Gradients of the logits, and sums of the weights' gradients: passes over large arrays."""
    once = replace(kernels.pointwise, reread=0.0)
    arrays = 4.0 * network.layers
    logits = eager.stream_operator(FLOATS, "logits", tokens, network.vocab / tp, 4.0, 2.0, chip, once, WIDTH)
    weights = eager.stream_operator(FLOATS, "weights", arrays, parameters(network) / tp / arrays, 3.0, 1.0, chip, once,
                                    WIDTH)
    return float(logits.whole + weights.whole)


def _switch_seconds(network: Network, layer: EagerLayer, chip: EagerChip, kernels: EagerKernels,
                    training: bool) -> float:
    """Encoder and decoder of equal depth, experts in every second layer, cross-attention in the decoder."""
    tokens, kept = layer.batch * layer.new, CAPACITY * layer.batch
    expert = [eager.Product("expert in", kept, network.ffn, network.hidden),
              eager.Product("expert out", kept, network.hidden, network.ffn)]
    head = eager.head_products(tokens, network.hidden, network.vocab)
    small = SMALL_KERNELS * kernels.pointwise.launch_s / 4.0

    def layer_seconds(sizes: EagerLayer, backward: bool) -> float:
        if backward:
            return float(eager.seconds(eager.backward_operators(FLOATS, sizes, network.style, chip, kernels)))
        return float(eager.seconds(eager.layer_operators(FLOATS, sizes, network.style, chip, kernels, training)))

    def one_way(backward: bool) -> float:
        dense, bare = layer_seconds(layer, backward), layer_seconds(replace(layer, ffn=1.0), backward)
        experts, ends = (_products(eager.gradients(p) if backward else p, chip, kernels) for p in (expert, head))
        return float(network.layers * (dense + 2.0 * bare + experts + small) + ends)

    return one_way(False) + (one_way(True) if training else 0.0)


# Cases ---------------------------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Label:
    """A measured model and our prediction, in seconds."""

    device: str
    model: str
    mode: str
    option: str
    batch: float
    length: float
    measured: float
    predicted: float


def predictions(data: Path) -> list[Label]:
    """Return every label whose model has published sizes, predicted by kernels that never saw its GPU.

    ``switch4`` (one row) has no configuration in the source and is left out.
    """
    sets = [family.read(data) for family in FAMILIES]
    links = tables.nccl(data)
    raw = tables.read_csv(data / "measured/NeuSight/labels_e2e.csv")
    fits: dict[str, Fitted] = {}
    found = []
    for i, device in enumerate(raw["device"]):
        model, option, board = raw["model"][i], raw["option"][i], BOARDS[device]
        if model not in NETWORKS:
            continue
        if board.gpu not in fits:
            fits[board.gpu] = kernels_without(board.gpu, sets, links)
        fitted = fits[board.gpu]
        batch, length = float(raw["batch"][i]), float(raw["seqlen"][i])
        predicted = model_seconds(NETWORKS[model], tables.neusight_chip(data, device), board, fitted, batch=batch,
                                  length=length, training=raw["mode"][i] == "train", option=option)
        found.append(Label(device, model, raw["mode"][i], option, batch, length,
                           float(raw["e2e_latency_ms"][i]) * 1e-3, predicted))
    return found


GROUPS: Mapping[str, Callable[[Label], bool]] = {
    "all": lambda label: True,
    "NVIDIA, all": lambda label: "AMD" not in label.device,
    "NVIDIA, inference": lambda label: "AMD" not in label.device and label.mode == "inf" and not label.option,
    "NVIDIA, compiled inference": lambda label: label.option == "fusion",
    "NVIDIA, training, one GPU": lambda label: "AMD" not in label.device and label.mode == "train" and not label.option,
    "NVIDIA, training, four GPUs": lambda label: label.option in ("dp4", "tp4", "pp4_1"),
    "AMD, inference": lambda label: "AMD" in label.device and label.mode == "inf",
    "AMD, training": lambda label: "AMD" in label.device and label.mode == "train"}

BAR, KERNEL_BAR = 0.12, 0.20

KERNEL_PEER = "NeuSight's mean errors on devices it never saw: products 14 %, softmax 14 %, layer norm 57 % (perop.csv)"


def authors(data: Path) -> dict[tuple[str, ...], tuple[float, float]]:
    """Return the errors of NeuSight and of its roofline, as its authors state them, by label; ``nan`` where none is."""
    raw = tables.read_csv(data / "measured/NeuSight/summary/summary.csv")
    measured, learned, roof = (tables.numbers(raw[name]) for name in (
        "label_all_e2e_latency", "neusight_all_e2e_latency", "roofline_all_e2e_latency"))
    keys = zip(raw["device"], raw["model_name"], raw["mode"], raw["option"], raw["batch"], raw["seqlen"])
    return {key: (float(a / m - 1.0), float(b / m - 1.0)) for key, m, a, b in zip(keys, measured, learned, roof)}


def _peers(labels: Sequence[Label], theirs: Mapping[tuple[str, ...], tuple[float, float]]) -> str:
    """Return what NeuSight and a roofline reach on the same rows, as far as its authors state it."""
    keys = [(o.device, o.model, o.mode, o.option, f"{o.batch:.0f}", f"{o.length:.0f}") for o in labels]
    found = np.array([theirs[key] for key in keys if key in theirs]).reshape(-1, 2)
    parts = []
    for name, column in (("NeuSight", found[:, 0]), ("roofline", found[:, 1])):
        known = column[~np.isnan(column)]
        if len(known):
            parts.append(f"{name} {100.0 * median_error(known):.1f} % on {len(known)} of these rows")
    return "; ".join(parts)


def neusight_cases(data: Path) -> list[Case]:
    """Return the errors of kernels and of whole models, each GPU left out."""
    found = []
    for family in FAMILIES:
        table = family.read(data)
        errors = []
        for gpu in sorted(set(table["gpu"].tolist())):
            rest, own = table.rows(table["gpu"] != gpu), table.rows(table["gpu"] == gpu)
            errors.append(family.seconds(fit(family, rest), own) / own["seconds"] - 1.0)
        every = np.concatenate(errors)
        found.append(Case(f"NeuSight kernels: {family.id}", len(every), median_error(every), float(np.median(every)),
                          KERNEL_BAR, KERNEL_PEER, "GPU left out"))
    labels, theirs = predictions(data), authors(data)
    for name, chosen in GROUPS.items():
        group = [label for label in labels if chosen(label)]
        relative = np.array([label.predicted / label.measured - 1.0 for label in group])
        found.append(Case(f"NeuSight models: {name}", len(group), median_error(relative), float(np.median(relative)),
                          BAR, _peers(group, theirs), "GPU left out; nothing fitted to whole models"))
    return found
