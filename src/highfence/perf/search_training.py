"""The fastest training step on at most so many chips, over every plan that comes out even.

The plans: tensor ranks that divide the heads; pipeline stages that divide the layers, with up to two slots left to
embedding and head, and every number of stages in turn; data ranks and micro-batches that divide the batch; context ranks
that divide the sequence; expert ranks that divide experts and data and context ranks; sequence parallelism or none; every
ZeRO stage; and what is computed again. Recomputing only adds work, so that of plans alike in all else the one that
recomputes least and fits is the quickest, and the others need no time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from highfence.core.errors import InputError, NoAnswer
from highfence.perf.calibration import Calibration, shipped_calibration
from highfence.perf.formats import format_of
from highfence.perf.machine import Machine
from highfence.perf.search_space import divisors
from highfence.perf.shape import ModelShape
from highfence.perf.training import (
    TRAINABLE,
    Accelerator,
    TrainingStep,
    accelerator_from,
    iteration,
    kept_of,
    rates_of,
    train_step,
    training_curves,
)
from highfence.perf.training_memory import training_memory
from highfence.perf.training_plan import RECOMPUTE, TrainingPlan, layouts_of

CHUNK = 4096
HEAD_SLOTS = 2


@dataclass(frozen=True, slots=True)
class Run:
    """A plan, its micro-batch and precision, and the seconds of an iteration."""

    plan: TrainingPlan
    micro_batch: int
    precision: str
    seconds: float

    def words(self) -> str:
        """Return the plan as text.

        >>> Run(TrainingPlan(tp=8, dp=2, recompute="full"), 1, "bf16", 3.0).words()
        'tp 8 dp 2, zero 1, recompute full, micro-batch 1, bf16'
        """
        ranks = [f"{n} {v}" for n in ("tp", "pp", "dp", "cp", "ep", "interleave")
                 if (v := getattr(self.plan, n)) > 1 or n == "tp"]
        return (f"{' '.join(ranks)}, zero {self.plan.zero}, recompute {self.plan.recompute}, "
                f"micro-batch {self.micro_batch}, {self.precision}")


@dataclass(frozen=True)
class Trained:
    """A training step and the plan that gives it."""

    run: Run
    step: TrainingStep


@dataclass(frozen=True)
class FastestTraining:
    """The quickest plan.

    Attributes
    ----------
    runner_up : the quickest that divides the run among the chips otherwise, or in another format.
    plans : that come out even. evaluated : those of them that fit and could be the quickest.
    """

    best: Trained
    runner_up: Run | None
    plans: int
    evaluated: int


def training_plans(shape: ModelShape, chips: int, *, batch: int, sequence: int,
                   software: str = "megatron-core") -> Iterator[tuple[TrainingPlan, int]]:
    """Yield every plan on at most ``chips`` chips that recomputes nothing, with its micro-batch.

    >>> from highfence.perf.shape import shape_of
    >>> len({p.chips for p, _ in training_plans(shape_of("llama-3.1-8b"), 4, batch=8, sequence=2048)})
    3
    """
    for tp in divisors(shape.heads, chips):
        for pp, slots in _stages(int(shape.layers), chips // tp):
            for cp in divisors(sequence, chips // (tp * pp)):
                for dp in divisors(batch, chips // (tp * pp * cp)):
                    turns = divisors((int(shape.layers) + slots) // pp, shape.layers) if pp > 1 else [1]
                    deals = [e for e in divisors(shape.experts, dp * cp) if dp * cp % e == 0] if shape.experts else [1]
                    stages = range(4) if dp * cp > 1 else (0,)
                    for ep, turn, zero, spread, micro in product(deals, turns, stages, (False, True)[:1 + (tp > 1)],
                                                                 divisors(batch // dp, batch)):
                        yield TrainingPlan(tp, pp, dp, cp, ep, turn, slots, spread, zero, "none", software), micro


def _stages(layers: int, most: int) -> Iterator[tuple[int, int]]:
    """Yield pipeline stages and the slots left to embedding and head."""
    yield 1, 0
    for slots in range(HEAD_SLOTS + 1):
        for pp in divisors(layers + slots, most):
            if pp > 1:
                yield pp, slots


def fastest_training(machine: Machine, shape: ModelShape, *, chips: int, batch: int, sequence: int,
                     precision: tuple[str, ...] | None = None, software: str | None = None,
                     calibration: Calibration | None = None) -> FastestTraining:
    """Return the quickest step of ``batch`` sequences of ``sequence`` tokens.

    Raises
    ------
    InputError : a count, format or software that cannot be. NoAnswer : no plan fits.
    """
    for name, value in (("--batch", batch), ("--sequence", sequence)):
        if isinstance(value, bool) or value != int(value) or value < 1:
            raise InputError("a count must be a whole number of at least 1", where=name, got=value, example="1024")
    calibration, chip = calibration or shipped_calibration(), accelerator_from(machine)
    names = precision or tuple(n for n in TRAINABLE if format_of(n).arithmetic in machine.peaks)
    plans = list(training_plans(shape, chips, batch=int(batch), sequence=int(sequence),
                                software=software or "megatron-core"))
    found: list[Run] = []
    count = 0
    for name in names:
        timed = _timed(shape, chip, plans, name, batch, sequence, calibration)
        count += len(timed)
        found += timed
    if not found:
        raise NoAnswer(f"no plan trains {shape.id} on {chips} x {machine.name}: none fits the memory, even with one "
                       "sequence a pass, all of it computed again and everything divided", missing="memory",
                       would_change="more chips, or a shorter sequence")
    found.sort(key=lambda run: (run.seconds, run.plan.chips))
    first = found[0]
    step = train_step(shape, chip, first.plan, batch=batch, sequence=sequence, micro_batch=first.micro_batch,
                      precision=first.precision, calibration=calibration)
    other = next((run for run in found if _division(run) != _division(first)), None)
    return FastestTraining(Trained(first, step), other, len(plans) * len(RECOMPUTE) * len(names), count)


def _division(run: Run) -> tuple[Any, ...]:
    p = run.plan
    return p.tp, p.pp, p.dp, p.cp, p.ep, run.precision


def _timed(shape: ModelShape, chip: Accelerator, plans: list[tuple[TrainingPlan, int]], precision: str, batch: int,
           sequence: int, calibration: Calibration) -> list[Run]:
    """Return the runs that fit, each recomputing as little as fits."""
    curves = training_curves(calibration, plans[0][0].software, chip.generation)
    rates = rates_of(chip, precision, calibration)
    kept, found = kept_of(curves.software, rates.operand), []
    for start in range(0, len(plans), CHUNK):
        left = plans[start:start + CHUNK]
        for how in RECOMPUTE:
            tried = [(replace(p, recompute=how), m) for p, m in left]
            if not tried:
                break
            layout = layouts_of(np, [p for p, _ in tried])
            micro = np.array([float(m) for _, m in tried])
            passes = batch / (layout.dp * micro)
            memory = training_memory(np, shape, layout, kept, micro_batch=micro, sequence=np.full(len(tried), float(sequence)),
                                     micro_batches=passes)
            fits = memory.total <= chip.capacity
            at = np.flatnonzero(fits)
            if len(at):
                fitting = layouts_of(np, [tried[k][0] for k in at])
                done = iteration(np, shape, chip.chip, rates, fitting, curves, micro_batch=micro[at],
                                 sequence=np.full(len(at), float(sequence)), micro_batches=passes[at])
                found += [Run(*tried[k], precision, float(s)) for k, s in zip(at, done.seconds)]
            left = [pair for pair, fit in zip(left, fits) if not fit]
    return found
