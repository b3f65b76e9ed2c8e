"""The fewest chips that hold a model in training, and the quickest way to divide it among them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from highfence.core.errors import InputError, NoAnswer
from highfence.perf.calibration import shipped_calibration
from highfence.perf.machine import Machine
from highfence.perf.shape import ModelShape
from highfence.perf.train.iteration import (
    TrainingStep,
    accelerator_from,
    plan_memory,
    rates_of,
    train_step,
    training_curves,
)
from highfence.perf.train.plan import RECOMPUTE, TrainingPlan, check_plan

SIZES = tuple(2**n for n in range(13))
"""Numbers of chips that are tried."""


def smallest_training(machine: Machine, shape: ModelShape, *, sequence: int, load: float = 8.0,
                      precision: str = "bf16") -> tuple[TrainingPlan, TrainingStep]:
    """Return the quickest plan, and its step, on the fewest chips whose memory holds the training of a model.

    Parameters
    ----------
    sequence : tokens. load : sequences a chip and iteration, at least one for every data parallel rank.

    Examples
    --------
    >>> from highfence.perf.machine import machine_of
    >>> from highfence.perf.shape import shape_of
    >>> plan, step = smallest_training(machine_of("H100"), shape_of("llama-3.1-8b"), sequence=8192)
    >>> plan.chips, 0.2 < step.mfu < 0.6
    (2, True)

    Raises
    ------
    InputError : a precision that cannot be trained in. NoAnswer : no number of chips that was tried holds it.
    """
    for chips in SIZES:
        batch = max(round(load * chips), chips)
        found = _quickest(machine, shape, chips, batch, sequence, precision)
        if found is not None:
            return found
    raise NoAnswer(f"training {shape.id} does not fit on up to {SIZES[-1]:,} of {machine.name}", missing="memory",
                   would_change="shorter sequences")


def quickest_plan(machine: Machine, shape: ModelShape, chips: int, *, batch: int, sequence: int,
                  precision: str = "bf16", zero: int = 1, interleave: int = 1) -> TrainingPlan:
    """Return the quickest of the usual plans for so many chips.

    Raises
    ------
    InputError : a precision that cannot be trained in. NoAnswer : none of them fits, or divides the batch.
    """
    found = _quickest(machine, shape, chips, batch, sequence, precision, zero=zero, interleave=interleave)
    if found is None:
        raise NoAnswer(f"no usual plan on {chips:,} of {machine.name} holds {shape.id} and divides a batch of "
                       f"{batch:,}", missing="memory, or an even division",
                       would_change="more chips, a batch that the chips divide, or a split of your own "
                                    "(--tp --pp --dp --recompute)")
    return found[0]


def _quickest(machine: Machine, shape: ModelShape, chips: int, batch: int, sequence: int, precision: str,
              zero: int = 1, interleave: int = 1) -> tuple[TrainingPlan, TrainingStep] | None:
    """Return the quickest plan that fits, and its step."""
    chip, calibration = accelerator_from(machine), shipped_calibration()
    rates_of(chip, precision, calibration)
    fitting = [plan for plan in plans(machine, shape, chips, zero=zero, interleave=interleave)
               if _fits(machine, shape, plan, batch, sequence)]
    steps = [(plan, train_step(shape, chip, plan, batch=batch, sequence=sequence, micro_batch=1, precision=precision))
             for plan in fitting]
    return min(steps, key=lambda pair: pair[1].seconds, default=None)


def plans(machine: Machine, shape: ModelShape, chips: int, *, zero: int = 1, interleave: int = 1,
          ) -> Iterator[TrainingPlan]:
    """Yield the usual plans for some chips: tensor parallel where links join them, stages, the rest data parallel."""
    powers = [2**n for n in range(chips.bit_length())]
    for tp, pp, recompute in product(powers, powers, RECOMPUTE):
        slots = int(-shape.layers % pp)
        if tp > machine.domain or chips % (tp * pp) or shape.heads % tp or pp > shape.layers or slots > pp // 2:
            continue
        dp = chips // (tp * pp)
        for ep in powers if shape.experts else (1,):
            if dp % ep == 0 and (not shape.experts or shape.experts % ep == 0):
                yield TrainingPlan(tp=tp, pp=pp, dp=dp, ep=ep, head_slots=slots, sequence_parallel=tp > 1, zero=zero,
                                   interleave=interleave, recompute=recompute)


def _fits(machine: Machine, shape: ModelShape, plan: TrainingPlan, batch: int, sequence: int) -> bool:
    curves = training_curves(shipped_calibration(), plan.software, machine.family)
    try:
        check_plan(shape, plan, batch=batch, sequence=sequence, micro_batch=1)
    except InputError:
        return False
    memory = plan_memory(shape, plan, curves, batch=batch, sequence=sequence, micro_batch=1)
    return bool(memory.total <= machine.memory)
