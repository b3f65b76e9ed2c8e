"""Chips side by side at one kind of work: each on the fewest chips that hold the model, under the same load a chip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from highfence.core.errors import HighfenceError, InputError, NoAnswer, did_you_mean
from highfence.core.labels import Label
from highfence.perf.choosing.smallest import check_load, smallest_that_holds
from highfence.perf.machine import weakest_grade
from highfence.perf.prediction import Estimate, Prediction
from highfence.perf.shape import ModelShape, shape_of
from highfence.perf.sheets import find_machine

MOST_CHIPS = 64
"""Chips in one comparison."""

LOAD = 8.0
"""Requests in flight a chip where none is stated."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A kind of work and what is compared of it.

    Attributes
    ----------
    unit : of the values. more_is_better : else less is. says : what the number is a mean of.
    """

    unit: str
    more_is_better: bool
    title: Label
    says: Label


MEASURES: dict[str, Measure] = {
    "decode": Measure("tokens/s", True, Label("output tokens/s per chip", "每芯片输出词元/秒"), Label(
        "decode steps alone, prompts worked on elsewhere", "仅解码步，预填充在别处完成")),
    "prefill": Measure("tokens/s", True, Label("input tokens/s per chip", "每芯片输入词元/秒"), Label(
        "one prompt after another on every rank and stage, nothing else",
        "各并行组与流水级连续处理提示词，无其他负载")),
    "training": Measure("tokens/s", True, Label("trained tokens/s per chip", "每芯片训练词元/秒"), Label(
        "whole iterations, without restarts and evaluations", "完整迭代，不含重启与评估")),
    "energy": Measure("J", False, Label("J per output token", "每输出词元焦耳"), Label(
        "chips alone, prompts of the same load included", "仅芯片功耗，含同负载的预填充")),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One chip in a comparison.

    Attributes
    ----------
    value : with its interval; None where there is no answer, and ``reason`` says why.
    ratio : of the value to the first chip's. split : ranks by dimension, of the ``chips`` that one replica takes.
    mfu : model FLOPs over the peak, in training only. evidence, grade : as in a prediction.
    """

    chip: str
    name: str
    value: Estimate | None = None
    ratio: float | None = None
    chips: int | None = None
    split: dict[str, int] | None = None
    precision: str | None = None
    mfu: float | None = None
    evidence: str | None = None
    grade: str | None = None
    assumed: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Chips at one kind of work, in the order asked for.

    Attributes
    ----------
    by : kind of work, of :data:`MEASURES`, or ``cost``. load : requests in flight a chip, or sequences a chip and
    iteration; None where each chip is at a load of its own.
    """

    model: str
    by: str
    unit: str
    prompt: float
    output: float
    load: float | None
    rows: tuple[Compared, ...]


def compare(chips: Sequence[str], model: str, by: str = "decode", *, prompt: float = 2048, output: float = 512,
            load: float = LOAD, precision: str | None = None, **question: Any) -> Comparison:
    """Return chips side by side, each on the fewest chips that hold the model.

    Parameters
    ----------
    chips : names in the catalogue, systems or YAML sheets. by : ``decode``, ``prefill``, ``training`` or ``energy``.
    prompt, output : tokens a request; in training their sum is the sequence. load : requests in flight a chip, or
        sequences a chip and iteration. precision : one format for all; if None that of the model's release where a
        chip multiplies it, else the nearest that it does, and 16 bits in training.

    Examples
    --------
    >>> found = compare(["H20", "H100"], "llama-3.1-70b", "prefill")
    >>> [(row.chips, round(row.ratio, 1) > 2.0) for row in found.rows]
    [(2, False), (2, True)]

    Raises
    ------
    InputError : an unknown kind of work or model, or a bad length. NoAnswer : no chip has an answer.
    """
    if by not in MEASURES:
        raise InputError("no such kind of work to compare by", where="--by", got=by, expected=", ".join(MEASURES),
                         hint=did_you_mean(by, MEASURES), code="unknown-measure")
    if not 1 <= len(chips) <= MOST_CHIPS:
        raise InputError("chips to compare", where="CHIPS", got=len(chips), expected=f"1 to {MOST_CHIPS}",
                         example="highfence compare H20 H100 --model deepseek-r1")
    shape, asked = shape_of(model), {"prompt": prompt, "output": output, "precision": precision, **question}
    rows = [_row(name, shape, by, check_load(load), asked) for name in chips]
    if all(row.value is None for row in rows):
        raise NoAnswer(f"none of these chips has an answer by {by}",
                       missing="; ".join(reason_of(row) for row in rows))
    first = rows[0].value
    return Comparison(shape.id, by, MEASURES[by].unit, prompt, output, load, tuple(
        replace(row, ratio=row.value.value / first.value) if row.value and first else row for row in rows))


def _row(name: str, shape: ModelShape, by: str, load: float, asked: dict[str, Any]) -> Compared:
    try:
        machine = find_machine(name)
    except NoAnswer as problem:
        return Compared(name, name, reason=_reason(problem))
    try:
        if by == "training":
            return _trained(machine, shape, load, asked)
        held = smallest_that_holds(machine, shape, load=load, **asked)
        answers = [(answer, value) for answer in held.answers if (value := VALUES[by](answer)) is not None]
        if not answers:
            raise NoAnswer("its design power is not published")
        best, value = (max if MEASURES[by].more_is_better else min)(answers, key=lambda pair: pair[1].value)
    except HighfenceError as problem:
        if isinstance(problem, InputError) and problem.code not in {"unsupported-format", "out-of-memory"}:
            raise
        return Compared(machine.id, machine.name, reason=_reason(problem), assumed=machine.assumed)
    return Compared(machine.id, machine.name, value, None, best.chips, dict(best.split), best.precision, None,
                    best.evidence, best.grade, best.assumed)


def _reason(problem: HighfenceError) -> str:
    """Return an error as half a line."""
    return str(getattr(problem, "what", problem))


def reason_of(row: Compared) -> str:
    """Return why a chip has no answer, its name in front.

    >>> reason_of(Compared("a", "A", reason="no power")), reason_of(Compared("a", "A", reason="A has no fp8"))
    ('A: no power', 'A has no fp8')
    """
    return row.reason if row.reason.startswith(row.name) else f"{row.name}: {row.reason}"


def decode_rate(answer: Prediction) -> Estimate:
    """Return the output tokens a second of one chip in decode steps alone, every stage on a batch of its own."""
    step = next(s for s in answer.steps if s.kind == "decode")
    at_once = step.tokens * answer.split["dp"]
    batches = max(round(answer.running / at_once), 1)
    return _around(batches * at_once / step.seconds / answer.chips, answer.tpot)


def prefill_rate(answer: Prediction) -> Estimate:
    """Return the input tokens a second of one chip in prefill steps alone, all stages of a pipeline at work."""
    step = next(s for s in answer.steps if s.kind == "prefill")
    rate = step.tokens * answer.split["dp"] * answer.split["pp"] / step.seconds / answer.chips
    return _around(rate, answer.ttft)


def _around(rate: float, time: Estimate) -> Estimate:
    """Return a rate with the relative interval of the time that it is the inverse of."""
    return Estimate(rate, rate * time.value / time.high, rate * time.value / time.low, "tokens/s")


VALUES: dict[str, Callable[[Prediction], Estimate | None]] = {
    "decode": decode_rate, "prefill": prefill_rate, "energy": lambda answer: answer.energy}


def _trained(machine: Any, shape: ModelShape, load: float, asked: dict[str, Any]) -> Compared:
    """Return a chip in training, on the fewest chips that hold it."""
    from highfence.perf.choosing.smallest_training import smallest_training
    from highfence.perf.train.run import training_ends

    plan, step = smallest_training(machine, shape, sequence=int(asked["prompt"] + asked["output"]), load=load,
                                   precision=asked["precision"] or "bf16")
    rate, seconds = step.tokens_per_second_per_chip, step.seconds
    low, high = training_ends(machine, step)
    value = Estimate(rate, rate * seconds / high, rate * seconds / low, "tokens/s")
    split = {name: getattr(plan, name) for name in ("tp", "pp", "dp", "ep")}
    return Compared(machine.id, machine.name, value, None, plan.chips, split, asked["precision"] or "bf16", step.mfu,
                    step.evidence, weakest_grade(machine, [asked["precision"] or "bf16"], plan.chips), machine.assumed)
