"""Time, memory and energy of one training step, from its operators up.

::

    iteration = micro-batches * slowest stage + (pp - 1) / v * mean stage + visible data parallel exchange
                + optimizer + host

One case runs on floats through :func:`train_step`; :func:`iteration` is the same kernel over floats or arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from highfence.core.arrays import FLOATS, Number
from highfence.core.errors import InputError, NoAnswer, did_you_mean
from highfence.perf.calibration import Calibration, shipped_calibration
from highfence.perf.formats import format_of
from highfence.perf.inference.step import Chip, Operator
from highfence.perf.machine import Machine
from highfence.perf.operators.attention import PrefillCurve
from highfence.perf.operators.collectives import LinkCurve
from highfence.perf.operators.gemm import GemmCurve
from highfence.perf.shape import ModelShape
from highfence.perf.train.memory import Kept, TrainingMemory, block_parameters, training_memory
from highfence.perf.train.network import data_time, pipeline_time
from highfence.perf.train.plan import Layout, TrainingPlan, check_plan, layout_of, micro_batches, neighbours
from highfence.perf.train.work import (
    Rates,
    TrainingCurves,
    TrainingSoftware,
    attention_flops,
    head_operators,
    layer_operators,
    model_flops,
)

BOUNDS = ("compute", "memory", "network", "overhead")
OPTIMIZER_MOVED = 38.0
"""Bytes a parameter that a step of Adam moves: gradient twice, master copy and two moments read and written, weight."""

REDUCING = ("hopper", "blackwell")
"""Generations whose switches reduce in the network, so that sums move fewer bytes than a ring's (NVLink SHARP)."""

TRAINABLE = ("bf16", "fp8")
"""Formats of the layers' products in training; the rest stays at 16 and 32 bits."""


@dataclass(frozen=True, slots=True)
class Accelerator:
    """What training needs of a chip: floats, or arrays with one value a row.

    Attributes
    ----------
    peaks : dense FLOP/s by arithmetic (``16``, ``fp8``). capacity : bytes of memory. power : thermal design power, W.
    generation : family of the chip in the catalogue, by which the calibration knows its clocks under load.
    """

    chip: Chip
    peaks: Mapping[str, Number]
    capacity: Number
    power: Number | None = None
    generation: str = ""


def accelerator_from(machine: Machine) -> Accelerator:
    """Return what training needs of a machine of the catalogue."""
    chip = Chip(machine.bandwidth, machine.units, machine.link, machine.network, machine.domain)
    return Accelerator(chip, machine.peaks, machine.memory, machine.power, machine.family)


@dataclass(frozen=True, slots=True)
class Iteration:
    """One iteration: floats, or arrays with one value a row.

    Attributes
    ----------
    operators : seconds on the slowest pipeline rank. seconds : their sum. flops : model FLOPs of one sequence.
    """

    operators: tuple[Operator, ...]
    seconds: Number
    flops: Number


@dataclass(frozen=True, slots=True)
class TrainingStep:
    """Prediction of one training step.

    Attributes
    ----------
    seconds : of one iteration; low, high : where 80 % of published figures lay. tokens_per_second_per_chip : tokens/s.
    mfu, hfu : model FLOPs, and those plus recomputed ones, over the peak of the precision; attention counts only the
    pairs that the mask leaves. operators : seconds an iteration. by_bound : seconds by :data:`BOUNDS`.
    memory : bytes of the fullest stage. energy_per_token : J; None without a thermal design power.
    bubble_share : of the iteration that the pipeline idles. evidence : ``fitted family`` if runs on chips of the same
    generation were fitted, else ``data sheet only``.
    """

    seconds: float
    low: float
    high: float
    tokens_per_second_per_chip: float
    mfu: float
    hfu: float
    operators: tuple[Operator, ...]
    by_bound: dict[str, float]
    memory: TrainingMemory
    capacity: float
    chips: int
    bubble_share: float
    energy_per_token: float | None
    evidence: str

    def seconds_for(self, tokens: float) -> float:
        """Return the seconds to train on a number of tokens, without restarts and evaluations.

        ``tokens / (tokens per second per chip * chips)``
        """
        return tokens / (self.tokens_per_second_per_chip * self.chips)


def train_step(model: ModelShape, chip: Accelerator, plan: TrainingPlan, *, batch: int, sequence: int,
               micro_batch: int, precision: str = "bf16", calibration: Calibration | None = None,
               check_memory: bool = True) -> TrainingStep:
    """Return the prediction of one training step.

    Parameters
    ----------
    batch : sequences an iteration over all chips. sequence : tokens. micro_batch : sequences a pass.
    check_memory : False predicts a step that does not fit.

    Raises
    ------
    InputError : a division that does not come out even, an unknown precision or software, or too little memory;
        each names the nearest that works. NoAnswer : no measured kernel covers the model's attention.

    Examples
    --------
    >>> from highfence.perf.machine import machine_of
    >>> from highfence.perf.shape import shape_of
    >>> plan = TrainingPlan(tp=8, pp=16, cp=2, dp=32, interleave=8, head_slots=2, sequence_parallel=True)
    >>> step = train_step(shape_of("llama-3.1-405b"), accelerator_from(machine_of("H100")), plan, batch=2048,
    ...                   sequence=8192, micro_batch=1)
    >>> 0.3 < step.mfu < 0.5, round(step.memory.total / 1e9) < 86
    (True, True)
    """
    calibration = calibration or shipped_calibration()
    curves = training_curves(calibration, plan.software, chip.generation)
    rates = rates_of(chip, precision, calibration)
    check_plan(model, plan, batch=batch, sequence=sequence, micro_batch=micro_batch)
    layout, count = layout_of(plan), float(micro_batches(plan, batch, micro_batch))
    memory = plan_memory(model, plan, curves, batch=batch, sequence=sequence, micro_batch=micro_batch,
                         operand=rates.operand)
    if check_memory and memory.total > chip.capacity:
        raise _too_large(model, chip, plan, curves, memory, batch, sequence, micro_batch, rates.operand)
    done = iteration(FLOATS, model, chip.chip, rates, layout, curves, micro_batch=float(micro_batch),
                     sequence=float(sequence), micro_batches=count)
    return _step(model, chip, plan, rates, done, memory, batch, sequence, curves, calibration)


def _step(model: ModelShape, chip: Accelerator, plan: TrainingPlan, rates: Rates, done: Iteration,
          memory: TrainingMemory, batch: int, sequence: int, curves: TrainingCurves,
          calibration: Calibration) -> TrainingStep:
    rate = batch * sequence / done.seconds / plan.chips
    share = rate / sequence / rates.peak
    again = recomputed_flops(model, plan, float(sequence))
    by_bound = seconds_by_bound(done.operators)
    bubble = next(o.whole for o in done.operators if o.name == "pipeline bubble")
    spread, power = calibration.values("training-spread"), calibration.values("training-power")
    energy = None if chip.power is None else chip.power * power["average_power_share"] / rate
    known = chip.generation in calibration.values("training-sustained")
    return TrainingStep(done.seconds, done.seconds / spread["rate_high"], done.seconds / spread["rate_low"], rate,
                        done.flops * share, (done.flops + again) * share, done.operators, by_bound, memory,
                        chip.capacity, plan.chips, bubble / done.seconds, energy,
                        "fitted family" if known else "data sheet only")


def iteration(xp: Any, model: ModelShape, chip: Chip, rates: Rates, layout: Layout, curves: TrainingCurves, *,
              micro_batch: Number, sequence: Number, micro_batches: Number) -> Iteration:
    """Return one iteration on the slowest pipeline rank: one of the middle, or the last, which has the output head.

    The last hands nothing on: it waits for half as many exchanges.

    Parameters
    ----------
    micro_batch : sequences a pass. sequence : tokens. micro_batches : passes of one pipeline an iteration.
    """
    tokens = micro_batch * sequence / layout.cp
    layers = layer_operators(xp, model, chip, rates, layout, curves, micro_batch, sequence)
    head = head_operators(xp, model, chip, rates, layout, curves, micro_batch, sequence)
    hop = 2.0 * layout.interleave * pipeline_time(xp, tokens, model.hidden, layout, chip, curves.link, curves.pair)
    hop = xp.where(layout.pp > 1.0, hop, 0.0 * hop)
    whole, ends = total_seconds(layers), total_seconds(head)
    share = (model.layers + layout.head_slots) / (layout.pp * model.layers)
    lacking = xp.ceil(layout.head_slots / 2.0) / model.layers
    middle, with_head = share * whole + hop, (share - lacking) * whole + ends + 0.5 * hop
    last = xp.where(with_head > middle, 0.0 * middle + 1.0, 0.0 * middle)
    held = xp.where(last > 0.0, share - lacking, share)
    slowest = xp.maximum(middle, with_head)
    operators = [_times(o, micro_batches * held) for o in layers] + [_times(o, micro_batches * last) for o in head]
    operators.append(_spent("pipeline hops", micro_batches * hop * (1.0 - 0.5 * last), "network"))
    mean = (whole + ends) / layout.pp + hop
    operators.append(_spent("pipeline bubble", (layout.pp - 1.0) / layout.interleave * mean, "overhead"))
    operators += _data_and_optimizer(xp, model, chip, layout, curves, micro_batches, slowest)
    return Iteration(tuple(operators), total_seconds(operators), model_flops(xp, model, sequence))


def _data_and_optimizer(xp: Any, model: ModelShape, chip: Chip, layout: Layout, curves: TrainingCurves,
                        micro_batches: Number, slowest: Number) -> list[Operator]:
    """Visible data parallel exchange, the optimizer's step and the host."""
    software = curves.software
    shared, experts = block_parameters(model, layout)
    shared = shared + model.vocab * model.hidden / layout.tp * xp.where(
        layout.pp > 1.0, 0.0 * layout.pp + 1.0, 2.0 - model.tied)
    exchange = data_time(xp, shared, experts, layout, chip, curves.link, curves.network, weight=software.weight,
                         gradient=software.gradient, micro_batches=micro_batches, layers=model.layers / layout.pp)
    window = xp.where(layout.zero >= 3.0, micro_batches, 0.0 * micro_batches + 2.0 / 3.0) * slowest
    visible = exchange - xp.minimum(software.overlap * exchange, window)
    ranks = layout.dp * layout.cp
    states = xp.where(layout.zero >= 1.0, shared / ranks + experts * layout.ep / ranks, shared + experts)
    step = states * OPTIMIZER_MOVED / (chip.bandwidth * curves.stream_share)
    return [_spent("data parallel exchange", visible, "network"),
            Operator("optimizer", 0.0 * step, step, step),
            _spent("host", software.step_s + 0.0 * step, "overhead")]


def _times(operator: Operator, count: Number) -> Operator:
    return Operator(operator.name, count * operator.compute, count * operator.memory, count * operator.whole,
                    operator.bound)


def _spent(name: str, seconds: Number, bound: str) -> Operator:
    return Operator(name, 0.0 * seconds, 0.0 * seconds, seconds, bound)


def total_seconds(operators: list[Operator]) -> Number:
    """Return the seconds of operators one after another."""
    total = operators[0].whole
    for operator in operators[1:]:
        total = total + operator.whole
    return total


def seconds_by_bound(operators: tuple[Operator, ...]) -> dict[str, float]:
    """Return seconds by what bounds them; a product counts whole under the longer of computing and moving."""
    found = dict.fromkeys(BOUNDS, 0.0)
    for o in operators:
        bound = ("compute" if o.compute >= o.memory else "memory") if o.bound == "compute or memory" else o.bound
        found[bound] += o.whole
    return found


def recomputed_flops(model: ModelShape, plan: TrainingPlan, sequence: float) -> float:
    """Return the forward FLOPs of one sequence that are computed again by request.

    Fused attention's own second pass over its scores is part of its method and counts nowhere.
    """
    attention = float(attention_flops(FLOATS, model, sequence))
    if plan.recompute == "selective":
        return attention
    body = 2.0 * (model.active_parameters - model.vocab * model.hidden) * sequence
    return body + attention if plan.recompute == "full" else 0.0


def rates_of(chip: Accelerator, precision: str, calibration: Calibration) -> Rates:
    """Return the peaks for a precision.

    Raises
    ------
    InputError : unknown, not a training format, or not among the chip's arithmetic.
    """
    fmt = format_of(precision)
    if fmt.name not in TRAINABLE:
        raise InputError("no training arithmetic of this format is modelled", where="--precision", got=precision,
                         expected=", ".join(TRAINABLE), example="bf16", code="unknown-format",
                         hint=did_you_mean(precision, TRAINABLE))
    if fmt.arithmetic not in chip.peaks:
        raise InputError(f"the chip has no {fmt.name} arithmetic", where="--precision", got=precision,
                         expected=", ".join(n for n in TRAINABLE if format_of(n).arithmetic in chip.peaks),
                         example="bf16", code="unsupported-format")
    scale = calibration.values("training-feed")[fmt.name]
    clocks = calibration.values("training-sustained")
    sustained = clocks.get(chip.generation, clocks["other"])
    return Rates(chip.peaks[fmt.arithmetic], chip.peaks["16"], fmt.activation, scale, sustained)


def training_curves(calibration: Calibration, software: str, generation: str = "") -> TrainingCurves:
    """Return the curves of a software on chips of a generation.

    Raises
    ------
    InputError : no such software.
    """
    prefix = "training-software-"
    known = [id.removeprefix(prefix) for id in calibration.curves if id.startswith(prefix)]
    if software not in known:
        raise InputError("no such training software in the calibration", where="--software", got=software,
                         expected=", ".join(known), hint=did_you_mean(software, known), code="unknown-software")
    values = calibration.values
    attention = dict(values("training-attention"))
    backward = attention.pop("backward")
    link = "training-link-reducing" if generation in REDUCING else "training-link-ring"
    return TrainingCurves(GemmCurve(**values("training-gemm")), PrefillCurve(**attention), backward,
                          LinkCurve(**values(link)), LinkCurve(**values("training-network")),
                          LinkCurve(**values("training-network-pair")),
                          values("training-stream")["share"], TrainingSoftware(**values(prefix + software)))


def kept_of(software: TrainingSoftware, operand: Number) -> Kept:
    """Return what a software keeps in memory; gradients are summed in 32 bits where they are exchanged so."""
    return Kept(2.0, 4.0 if software.eager or software.gradient > 2.0 else 2.0, operand, software.eager,
                software.dropout, software.logit)


def plan_memory(model: ModelShape, plan: TrainingPlan, curves: TrainingCurves, *, batch: int, sequence: int,
                micro_batch: int, operand: float = 2.0) -> TrainingMemory:
    """Return the memory of the fullest stage of a plan; ``operand`` is the bytes of a product's stored input."""
    return training_memory(FLOATS, model, layout_of(plan), kept_of(curves.software, operand),
                           micro_batch=float(micro_batch), sequence=float(sequence),
                           micro_batches=float(micro_batches(plan, batch, micro_batch)))


def _too_large(model: ModelShape, chip: Accelerator, plan: TrainingPlan, curves: TrainingCurves,
               memory: TrainingMemory, batch: int, sequence: int, micro_batch: int, operand: float) -> InputError:
    """Say by how much a plan does not fit, and which neighbour of it does."""
    fits = None
    for words, other, micro in neighbours(plan, micro_batch):
        try:
            check_plan(model, other, batch=batch, sequence=sequence, micro_batch=micro)
        except InputError:
            continue
        if plan_memory(model, other, curves, batch=batch, sequence=sequence, micro_batch=micro,
                       operand=operand).total <= chip.capacity:
            fits = words
            break
    parts = ", ".join(f"{name} {getattr(memory, name) / 1e9:.1f}" for name in TrainingMemory.__slots__)
    over = (memory.total - chip.capacity) / 1e9
    return InputError(
        f"the step needs {memory.total / 1e9:.1f} GB a chip, {over:.1f} GB more than there is", where="memory",
        got=f"{parts} (GB)", expected=f"at most {chip.capacity / 1e9:.1f} GB", code="out-of-memory",
        hint=f"fits on the same chips with {fits}" if fits else "no neighbour on the same chips fits: add chips")


def best_micro_batch(model: ModelShape, chip: Accelerator, plan: TrainingPlan, *, batch: int, sequence: int,
                     precision: str = "bf16", calibration: Calibration | None = None) -> int:
    """Return the power of two that divides the batch, fits, and is quickest.

    Raises
    ------
    NoAnswer : not even one sequence fits.
    """
    found: dict[int, float] = {}
    micro = 1
    while batch % (plan.dp * micro) == 0 and micro <= 64:
        try:
            found[micro] = train_step(model, chip, plan, batch=batch, sequence=sequence, micro_batch=micro,
                                      precision=precision, calibration=calibration).seconds
        except InputError as error:
            if error.code != "out-of-memory":
                raise
            break
        micro *= 2
    if not found:
        raise NoAnswer("no micro-batch fits", missing="memory for one sequence a pass", would_change="the plan")
    return min(found, key=lambda m: found[m])
