"""A training run: one step on so many chips, and the time that it takes to see so many tokens."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from highfence.core.errors import InputError
from highfence.core.labels import Label
from highfence.perf.choosing.smallest_training import quickest_plan
from highfence.perf.intervals import widened
from highfence.perf.machine import Machine, weakest_grade
from highfence.perf.prediction import Estimate
from highfence.perf.shape import ModelShape, shape_of
from highfence.perf.sheets import find_machine
from highfence.perf.train.iteration import TrainingStep, accelerator_from, best_micro_batch, train_step
from highfence.perf.train.plan import TrainingPlan
from highfence.perf.vendors import gains_of

BATCH, SEQUENCE = 1024, 4096
"""Sequences an iteration, and tokens of each, where nothing is said."""

MAX_TOKENS, MAX_CHIPS, MAX_BATCH, MAX_SEQUENCE = 1e18, 1_000_000, 1_000_000, 10_000_000


@dataclass(frozen=True)
class TrainingRun:
    """What training does on a chip.

    Attributes
    ----------
    split : ranks by dimension. zero, recompute, interleave, software : of the plan. micro_batch : sequences a pass.
    iteration : seconds of one. per_chip : trained tokens a second of one chip. tokens, duration : of the whole run,
    without restarts and evaluations; None where no tokens were asked for. energy : J a token.
    step : operators, memory and shares, as :class:`~highfence.perf.train.iteration.TrainingStep`.
    """

    chip: str
    name: str
    model: str
    software: str
    precision: str
    split: dict[str, int]
    chips: int
    zero: int
    recompute: str
    interleave: int
    batch: int
    sequence: int
    micro_batch: int
    iteration: Estimate
    per_chip: Estimate
    mfu: float
    hfu: float
    bubble_share: float
    energy: float | None
    tokens: float | None
    duration: Estimate | None
    step: TrainingStep
    evidence: str
    grade: str
    assumed: tuple[str, ...] = ()
    warnings: tuple[Label, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the run as JSON."""
        from highfence.core.envelope import plain

        return {f.name: plain(getattr(self, f.name)) for f in fields(self)}


def training_run(chip: str | Machine, model: str | ModelShape, *, chips: int | None = None,
                 tokens: float | None = None, batch: int = BATCH, sequence: int = SEQUENCE,
                 micro_batch: int | None = None, tp: int | None = None, pp: int | None = None, dp: int | None = None,
                 ep: int | None = None, zero: int = 1, recompute: str | None = None, interleave: int = 1,
                 precision: str = "bf16", system: str | None = None) -> TrainingRun:
    """Return what training a model does on so many chips.

    Parameters
    ----------
    chips : in all; ``tp * pp * dp`` if omitted. tokens : to train on. batch : sequences an iteration.
    sequence : tokens. micro_batch : sequences a pass; the quickest that fits if None.
    tp, pp, dp, ep, recompute : the quickest of the usual plans where none of them is stated.

    Examples
    --------
    >>> run = training_run("H100", "llama-3.1-8b", chips=64, tokens=1e12, tp=2, batch=512, sequence=8192)
    >>> run.split["dp"], 0.2 < run.mfu < 0.6, 10 < run.duration.value / 86400 < 50
    (32, True, True)

    Raises
    ------
    InputError : a count that is none, a division that does not come out even, or too little memory; each names what
        would work. NoAnswer : no measured kernel covers the model's attention.
    """
    machine = chip if isinstance(chip, Machine) else find_machine(chip, system)
    shape = model if isinstance(model, ModelShape) else shape_of(model)
    _check_counts(tokens=tokens, chips=chips, batch=batch, sequence=sequence, micro_batch=micro_batch, tp=tp, pp=pp,
                  dp=dp, ep=ep, interleave=interleave)
    if sequence > shape.max_context:
        raise InputError(f"longer than {shape.id} can attend to", where="--sequence", got=sequence,
                         expected=f"at most {shape.max_context:,.0f}")
    if all(value is None for value in (tp, pp, dp, ep, recompute)):
        if chips is None:
            raise InputError("how many chips train it?", where="--chips", expected="a number, or --tp, --pp and --dp",
                             example="1024")
        plan = quickest_plan(machine, shape, chips, batch=batch, sequence=sequence, precision=precision, zero=zero,
                             interleave=interleave)
    else:
        plan = _plan(shape, chips, tp or 1, pp or 1, dp, ep or 1, zero, recompute or "none", interleave)
    accelerator = accelerator_from(machine)
    if micro_batch is None:
        micro_batch = _quickest_pass(shape, accelerator, plan, batch, sequence, precision)
    step = train_step(shape, accelerator, plan, batch=batch, sequence=sequence, micro_batch=micro_batch,
                      precision=precision)
    return _run(machine, shape, plan, step, tokens, batch, sequence, micro_batch, precision)


def _check_counts(*, tokens: float | None, **counts: int | None) -> None:
    most = {"chips": MAX_CHIPS, "batch": MAX_BATCH, "sequence": MAX_SEQUENCE, "micro_batch": MAX_BATCH}
    for name, value in counts.items():
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most.get(name, MAX_CHIPS):
            raise InputError("must be a whole number", where=f"--{name.replace('_', '-')}", got=value,
                             expected=f"1 to {most.get(name, MAX_CHIPS):,}", example="8")
    if tokens is not None and not 0.0 < tokens <= MAX_TOKENS:
        raise InputError("must be a positive number of tokens", where="--tokens", got=tokens,
                         expected=f"at most {MAX_TOKENS:g}", example="15e12")


def _plan(shape: ModelShape, chips: int | None, tp: int, pp: int, dp: int | None, ep: int, zero: int, recompute: str,
          interleave: int) -> TrainingPlan:
    """Return the plan that is stated, data parallel over the chips that are left."""
    if shape.heads % tp:
        return TrainingPlan(tp=tp)  # whose check names the divisors
    if dp is None:
        if chips is not None and chips % (tp * pp):
            near = max(round(chips / (tp * pp)), 1) * tp * pp
            raise InputError("the chips do not divide among tensor parallel ranks and stages", where="--chips",
                             got=chips, expected=f"a multiple of tp x pp = {tp} x {pp} = {tp * pp}", example=str(near),
                             hint=f"--chips {near}")
        dp = 1 if chips is None else chips // (tp * pp)
    if chips is not None and tp * pp * dp != chips:
        raise InputError("the split takes another number of chips", where="--chips", got=chips,
                         expected=f"tp x pp x dp = {tp} x {pp} x {dp} = {tp * pp * dp}", hint="leave out --dp")
    slots = int(-shape.layers % pp)
    return TrainingPlan(tp=tp, pp=pp, dp=dp, ep=ep, interleave=interleave, zero=zero, recompute=recompute,
                        sequence_parallel=tp > 1, head_slots=slots if slots <= pp // 2 else 0)


def _quickest_pass(shape: ModelShape, accelerator: Any, plan: TrainingPlan, batch: int, sequence: int, precision: str,
                   ) -> int:
    """Return the quickest micro-batch; one sequence where none fits, so that the error says by how much."""
    from highfence.core.errors import NoAnswer

    try:
        return best_micro_batch(shape, accelerator, plan, batch=batch, sequence=sequence, precision=precision)
    except NoAnswer:
        return 1


def _run(machine: Machine, shape: ModelShape, plan: TrainingPlan, step: TrainingStep, tokens: float | None, batch: int,
         sequence: int, micro_batch: int, precision: str) -> TrainingRun:
    rate, whole = step.tokens_per_second_per_chip, step.seconds
    low, high = training_ends(machine, step)
    iteration = Estimate(whole, low, high, "s")
    duration = None if tokens is None else iteration.scaled(step.seconds_for(tokens) / whole, "s")
    return TrainingRun(
        chip=machine.id, name=machine.name, model=shape.id, software=plan.software, precision=precision,
        split={name: getattr(plan, name) for name in ("tp", "pp", "dp", "ep")}, chips=plan.chips, zero=plan.zero,
        recompute=plan.recompute, interleave=plan.interleave, batch=batch, sequence=sequence, micro_batch=micro_batch,
        iteration=iteration, per_chip=Estimate(rate, rate * whole / high, rate * whole / low, "tokens/s"),
        mfu=step.mfu, hfu=step.hfu, bubble_share=step.bubble_share, energy=step.energy_per_token, tokens=tokens,
        duration=duration, step=step, evidence=step.evidence, grade=weakest_grade(machine, [precision], plan.chips),
        assumed=machine.assumed, warnings=_warnings(machine, step.evidence))


def training_ends(machine: Machine, step: TrainingStep) -> tuple[float, float]:
    """Return the ends of an iteration's interval, wider by the vendor's prior where no such chip was fitted."""
    prior = 0.0 if step.evidence == "fitted family" else gains_of(machine).spread
    return widened(step.seconds, step.low, step.high, prior)


def _warnings(machine: Machine, evidence: str) -> tuple[Label, ...]:
    found = []
    if evidence == "data sheet only":
        found.append(Label(f"No training run on chips like {machine.name} was fitted: the data sheet, and curves of "
                           "others.", f"没有与{machine.name}同系列的训练实测：依据规格表与其他芯片的曲线。"))
    if machine.assumed:
        names = ", ".join(machine.assumed)
        found.append(Label(f"Not published, taken by rule: {names}.", f"未公布，按规则取值：{names}。"))
    return tuple(found)
