"""How a training run is divided among chips and what it keeps in memory, and when that is impossible."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from highfence.core.arrays import Number
from highfence.core.errors import InputError, did_you_mean
from highfence.perf.shape import ModelShape

RECOMPUTE = ("none", "selective", "full")
"""What is computed again in the backward pass: nothing, the attention core, or every layer from its input."""

RECOMPUTE_ZH = {"none": "无", "selective": "仅注意力", "full": "全部"}

ZERO = {0: "nothing", 1: "optimizer states", 2: "and gradients", 3: "and parameters"}
"""What each ZeRO stage divides among data parallel ranks; FSDP with full sharding is stage 3."""


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """A division of one training run.

    Attributes
    ----------
    tp, pp, dp, cp : tensor, pipeline, data and context parallel ranks; their product is the number of chips.
    ep : ranks among which the experts are dealt; they are the same chips as those of ``dp * cp``.
    interleave : pipeline stages a chip holds in turn. head_slots : places for a layer that embedding and head take.
    sequence_parallel : whether norms and dropout are divided among tensor ranks too.
    zero : stage 0 to 3, see :data:`ZERO`. recompute : see :data:`RECOMPUTE`.
    software : the profile of the calibration, ``training-software-...``.
    """

    tp: int = 1
    pp: int = 1
    dp: int = 1
    cp: int = 1
    ep: int = 1
    interleave: int = 1
    head_slots: int = 0
    sequence_parallel: bool = False
    zero: int = 1
    recompute: str = "none"
    software: str = "megatron-core"

    @property
    def chips(self) -> int:
        """Chips that the plan takes.

        >>> TrainingPlan(tp=8, pp=16, dp=64).chips
        8192
        """
        return self.tp * self.pp * self.dp * self.cp


@dataclass(frozen=True, slots=True)
class Layout:
    """A plan as numbers: floats, or arrays with one value a row; a yes is 1.0.

    Attributes
    ----------
    selective, full : whether the attention core, and all of each layer, is computed again.
    others : as :class:`TrainingPlan`.
    """

    tp: Number
    pp: Number
    dp: Number
    cp: Number
    ep: Number
    interleave: Number
    head_slots: Number
    sequence_parallel: Number
    zero: Number
    selective: Number
    full: Number


def layout_of(plan: TrainingPlan) -> Layout:
    """Return a plan as plain floats."""
    return Layout(float(plan.tp), float(plan.pp), float(plan.dp), float(plan.cp), float(plan.ep),
                  float(plan.interleave), float(plan.head_slots), float(plan.sequence_parallel), float(plan.zero),
                  float(plan.recompute == "selective"), float(plan.recompute == "full"))


def layouts_of(xp: Any, plans: list[TrainingPlan]) -> Layout:
    """Return many plans as arrays of one row each."""
    rows = [layout_of(plan) for plan in plans]
    return Layout(*(xp.asarray([getattr(row, name) for row in rows]) for name in Layout.__slots__))


def micro_batches(plan: TrainingPlan, batch: int, micro_batch: int) -> int:
    """Return the micro-batches of one pipeline in one iteration.

    >>> micro_batches(TrainingPlan(dp=4), batch=64, micro_batch=2)
    8
    """
    return batch // (plan.dp * micro_batch)


def check_plan(model: ModelShape, plan: TrainingPlan, *, batch: int, sequence: int, micro_batch: int) -> None:
    """Refuse a plan that cannot be carried out, and name the nearest value that can.

    Raises
    ------
    InputError : a number below one, or a division that does not come out even.
    """
    _check_words(plan)
    counts = {n: getattr(plan, n) for n in ("tp", "pp", "dp", "cp", "ep", "interleave")}
    for name, value in {**counts, "batch": batch, "sequence": sequence, "micro_batch": micro_batch}.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise InputError("a count must be a whole number of at least 1", where=f"--{name}", got=value, example="8")
    _even("attention heads do not divide among tensor parallel ranks", "--tp", plan.tp, int(model.heads))
    slots = int(model.layers) + plan.head_slots
    _even("layers do not divide among pipeline stages", "--pp", plan.pp, slots)
    _even("layers of a pipeline rank do not divide among its stages in turn", "--interleave", plan.interleave,
          slots // plan.pp)
    if plan.interleave > 1 and plan.pp == 1:
        raise InputError("only a pipeline can be interleaved", where="--interleave", got=plan.interleave, example="1")
    if batch % (plan.dp * micro_batch):
        step = plan.dp * micro_batch
        raise InputError("the batch does not divide among data parallel ranks and micro-batches", where="--batch",
                         got=batch, expected=f"a multiple of dp x micro-batch = {plan.dp} x {micro_batch} = {step}",
                         example=str(max(round(batch / step), 1) * step), code="uneven-batch")
    _even("the sequence does not divide among context parallel ranks", "--cp", plan.cp, sequence)
    if plan.ep > 1:
        if not model.experts:
            raise InputError(f"{model.id} has no experts to deal", where="--ep", got=plan.ep, example="1")
        _even("experts do not divide among expert parallel ranks", "--ep", plan.ep, int(model.experts))
        _even("expert parallel ranks do not divide the data and context parallel ones", "--ep", plan.ep,
              plan.dp * plan.cp)


def _check_words(plan: TrainingPlan) -> None:
    if plan.recompute not in RECOMPUTE:
        raise InputError("no such recomputation", where="--recompute", got=plan.recompute,
                         expected=", ".join(RECOMPUTE), hint=did_you_mean(plan.recompute, RECOMPUTE))
    if plan.zero not in ZERO:
        raise InputError("no such ZeRO stage", where="--zero", got=plan.zero, expected="0, 1, 2 or 3", example="1")


def _even(what: str, where: str, parts: int, whole: int) -> None:
    """Refuse a count that does not divide a whole, and name the divisors beside it."""
    if whole % parts == 0:
        return
    divisors = [n for n in range(1, whole + 1) if whole % n == 0]
    below = [n for n in divisors if n < parts][-1:]
    near = below + [n for n in divisors if n > parts][:1]
    raise InputError(what, where=where, got=parts, expected=f"a divisor of {whole}", example=str(near[0]),
                     hint="nearest: " + ", ".join(str(n) for n in near), code="uneven-split")


def neighbours(plan: TrainingPlan, micro_batch: int) -> list[tuple[str, TrainingPlan, int]]:
    """Return plans on the same chips that need less memory a chip, fewest changes first, with what they change.

    >>> [words for words, _, _ in neighbours(TrainingPlan(dp=2), micro_batch=2)][:2]
    ['recompute=selective', 'zero=2']
    """
    single: list[tuple[str, TrainingPlan, int]] = []
    if plan.recompute == "none":
        single.append(("recompute=selective", replace(plan, recompute="selective"), micro_batch))
    if plan.tp > 1 and not plan.sequence_parallel:
        single.append(("sequence_parallel", replace(plan, sequence_parallel=True), micro_batch))
    single += [(f"zero={z}", replace(plan, zero=z), micro_batch) for z in range(plan.zero + 1, 4)
               if plan.dp > 1 and not (z >= 2 and plan.pp > 1)]
    if plan.recompute != "full":
        single.append(("recompute=full", replace(plan, recompute="full"), micro_batch))
    single += [(f"micro_batch={m}", plan, m) for m in _halves(micro_batch)]
    found = list(single)
    for grow in ("tp", "pp"):
        for times in (2, 4, 8, 16, 32, 64):
            if plan.dp % times == 0:
                wider = replace(plan, **{grow: getattr(plan, grow) * times}, dp=plan.dp // times)
                words = f"{grow}={getattr(wider, grow)} dp={wider.dp}"
                found.append((words, wider, micro_batch))
    found += [(f"recompute=full {words}", replace(p, recompute="full"), m) for words, p, m in found
              if p.recompute != "full"]
    return found


def _halves(value: int) -> list[int]:
    out = []
    while value % 2 == 0:
        value //= 2
        out.append(value)
    return out
