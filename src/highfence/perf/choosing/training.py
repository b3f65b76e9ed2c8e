"""The fastest training step on at most so many chips, over every plan that comes out even.

The plans: tensor ranks that divide the heads; pipeline stages that divide the layers, with up to two slots left to
embedding and head, and every number of stages in turn; data ranks and micro-batches that divide the batch; context
ranks that divide the sequence; expert ranks that divide experts and data and context ranks; sequence parallelism or
none; every ZeRO stage, of which 2 and 3 only without a pipeline; and what is computed again. Recomputing only adds
work, so that of plans alike in all else the one that recomputes least and fits is the quickest: others need no time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from highfence.core.errors import InputError, NoAnswer
from highfence.core.labels import Label
from highfence.perf.calibration import Calibration, shipped_calibration
from highfence.perf.choosing.space import divisors
from highfence.perf.formats import format_of
from highfence.perf.machine import Machine
from highfence.perf.shape import ModelShape
from highfence.perf.train.iteration import (
    TRAINABLE,
    TrainingStep,
    accelerator_from,
    iteration,
    kept_of,
    rates_of,
    train_step,
    training_curves,
)
from highfence.perf.train.memory import training_memory
from highfence.perf.train.plan import RECOMPUTE, RECOMPUTE_ZH, TrainingPlan, layouts_of

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
        return self.label().en

    def label(self) -> Label:
        """Return the plan in both languages."""
        ranks = " ".join(f"{n} {v}" for n in ("tp", "pp", "dp", "cp", "ep", "interleave")
                 if (v := getattr(self.plan, n)) > 1 or n == "tp")
        plan = self.plan
        return Label(f"{ranks}, zero {plan.zero}, recompute {plan.recompute}, micro-batch {self.micro_batch}, "
                     f"{self.precision}", f"{ranks}，ZeRO {plan.zero}，重计算：{RECOMPUTE_ZH[plan.recompute]}，"
                                          f"微批{self.micro_batch}，{self.precision}")


@dataclass(frozen=True)
class Trained:
    """A training step and the plan that gives it."""

    run: Run
    step: TrainingStep


@dataclass(frozen=True)
class TrainingProblem:
    """A search for the fastest training, as understood; its digest is the key of the answer."""

    machine: Machine
    shape: ModelShape
    chips: int
    batch: int
    sequence: int
    precision: tuple[str, ...] | None = None
    software: str = "megatron-core"

    def __post_init__(self) -> None:
        for name, value in (("--batch", self.batch), ("--sequence", self.sequence)):
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise InputError("a count must be a whole number of at least 1", where=name, got=value, example="1024")


@dataclass(frozen=True)
class Fastest:
    """The quickest plan.

    Attributes
    ----------
    runner_up : the quickest that divides the run among the chips otherwise, or in another format.
    plans : that come out even. evaluated : those of them that fit and could be the quickest.
    """

    best: Run
    runner_up: Run | None
    plans: int
    evaluated: int


def read_fastest(raw: Mapping[str, Any]) -> Fastest:
    """Return an answer from its JSON; a TypeError or KeyError where it is none."""
    def run(given: Mapping[str, Any]) -> Run:
        return Run(**{**given, "plan": TrainingPlan(**given["plan"])})

    return Fastest(run(raw["best"]), run(raw["runner_up"]) if raw["runner_up"] else None, raw["plans"],
                   raw["evaluated"])


def training_plans(shape: ModelShape, chips: int, *, batch: int, sequence: int,
                   software: str = "megatron-core") -> Iterator[tuple[TrainingPlan, int]]:
    """Yield every plan on at most ``chips`` chips that recomputes nothing, with its micro-batch.

    >>> from highfence.perf.shape import shape_of
    >>> sorted({p.chips for p, _ in training_plans(shape_of("llama-3.1-8b"), 4, batch=8, sequence=2048)})
    [1, 2, 3, 4]
    """
    for tp in divisors(shape.heads, chips):
        for pp, slots in _stages(int(shape.layers), chips // tp):
            for cp in divisors(sequence, chips // (tp * pp)):
                for dp in divisors(batch, chips // (tp * pp * cp)):
                    turns = divisors((int(shape.layers) + slots) // pp, shape.layers) if pp > 1 else [1]
                    deals = [e for e in divisors(shape.experts, dp * cp) if dp * cp % e == 0] if shape.experts else [1]
                    stages = range(4 if pp == 1 else 2) if dp * cp > 1 else range(1)
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


def fastest_training(problem: TrainingProblem, calibration: Calibration | None = None) -> Fastest:
    """Return the quickest plan.

    Raises
    ------
    InputError : a format or software that cannot be. NoAnswer : no plan fits.
    """
    p, calibration = problem, calibration or shipped_calibration()
    names = formats_trained(p)
    plans = list(training_plans(p.shape, p.chips, batch=p.batch, sequence=p.sequence, software=p.software))
    found = [run for name in names for run in _timed(p, plans, name, calibration)]
    if not found:
        raise NoAnswer(f"no plan trains {p.shape.id} on {p.chips} x {p.machine.name}: none fits the memory, even with "
                       "one sequence a pass, all of it computed again and everything divided", missing="memory",
                       would_change="more chips, or a shorter sequence")
    first = min(found, key=lambda run: (run.seconds, run.plan.chips))
    others = (run for run in found if _division(run) != _division(first))
    return Fastest(first, min(others, key=lambda run: (run.seconds, run.plan.chips), default=None),
                   len(plans) * len(RECOMPUTE) * len(names), len(found))


def formats_trained(problem: TrainingProblem) -> tuple[str, ...]:
    """Return the formats among which a search chooses: those asked for, else all that the chip multiplies."""
    return problem.precision or tuple(n for n in TRAINABLE if format_of(n).arithmetic in problem.machine.peaks)


def trained(problem: TrainingProblem, run: Run, calibration: Calibration | None = None) -> Trained:
    """Return the training step of a plan."""
    return Trained(run, train_step(problem.shape, accelerator_from(problem.machine), run.plan, batch=problem.batch,
                                   sequence=problem.sequence, micro_batch=run.micro_batch, precision=run.precision,
                                   calibration=calibration))


def _division(run: Run) -> tuple[Any, ...]:
    p = run.plan
    return p.tp, p.pp, p.dp, p.cp, p.ep, run.precision


def _timed(problem: TrainingProblem, plans: list[tuple[TrainingPlan, int]], precision: str,
           calibration: Calibration) -> Iterator[Run]:
    """Yield the runs that fit, each recomputing as little as fits."""
    chip = accelerator_from(problem.machine)
    curves = training_curves(calibration, problem.software, chip.generation)
    rates = rates_of(chip, precision, calibration)
    kept, model = kept_of(curves.software, rates.operand), problem.shape
    for start in range(0, len(plans), CHUNK):
        left = plans[start:start + CHUNK]
        for how in RECOMPUTE:
            tried = [(replace(p, recompute=how), m) for p, m in left]
            if not tried:
                break
            load = _load(problem, tried)
            memory = training_memory(np, model, layouts_of(np, [p for p, _ in tried]), kept, **load)
            fits = memory.total <= chip.capacity
            fitting = [pair for pair, fit in zip(tried, fits) if fit]
            if fitting:
                done = iteration(np, model, chip.chip, rates, layouts_of(np, [p for p, _ in fitting]), curves,
                                 **_load(problem, fitting))
                yield from (Run(p, m, precision, float(s)) for (p, m), s in zip(fitting, done.seconds))
            left = [pair for pair, fit in zip(left, fits) if not fit]


def _load(problem: TrainingProblem, plans: list[tuple[TrainingPlan, int]]) -> dict[str, Any]:
    """Return micro-batch, sequence and passes of plans, as columns."""
    micro = np.array([float(m) for _, m in plans])
    dp = np.array([float(p.dp) for p, _ in plans])
    return {"micro_batch": micro, "sequence": np.full(len(plans), float(problem.sequence)),
            "micro_batches": problem.batch / (dp * micro)}
