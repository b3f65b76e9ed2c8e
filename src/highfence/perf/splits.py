"""How a model may be divided among chips, and the nearest division that works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from highfence.core.errors import InputError
from highfence.perf.shape import ModelShape

if TYPE_CHECKING:
    from highfence.perf.inference.question import Question, Side
    from highfence.perf.machine import Machine

MAX_CHIPS = 100_000


def check_split(machine: Machine, shape: ModelShape, *, tp: int, pp: int, dp: int, ep: int | None,
                batch: float) -> Side:
    """Return the split if the model can be divided so.

    Parameters
    ----------
    ep : ranks that the experts are dealt among; all of ``tp * dp`` where attention is data parallel, else 1.

    Raises
    ------
    InputError : not whole, heads or experts or layers that do not divide, more stages than layers.
    """
    from highfence.perf.inference.question import Side

    for name, value in (("--tp", tp), ("--pp", pp), ("--dp", dp), ("--ep", 1 if ep is None else ep)):
        if isinstance(value, bool) or value != int(value) or not 1 <= value <= MAX_CHIPS:
            raise InputError("must be a whole number of chips", where=name, got=value,
                             expected=f"1 to {MAX_CHIPS:,}", example="8")
    if shape.heads % tp:
        raise InputError(f"{shape.id} has {shape.heads:.0f} attention heads", where="--tp", got=tp,
                         expected="a divisor of it", example=str(_nearest_divisor(shape.heads, tp)),
                         hint=f"--tp {_nearest_divisor(shape.heads, tp)}")
    if pp > shape.layers:
        raise InputError(f"more stages than {shape.id} has layers", where="--pp", got=pp,
                         expected=f"at most {shape.layers:.0f}", hint=f"--pp {_nearest_divisor(shape.layers, pp)}")
    ranks = tp * dp
    dealt = (ranks if dp > 1 else 1) if ep is None else ep
    if not shape.experts:
        if dealt > 1 and ep is not None:
            raise InputError(f"{shape.id} has no experts to deal out", where="--ep", got=ep, hint="leave out --ep")
        return Side(batch, 1.0, float(tp), float(pp), float(dp), 1.0, 1.0)
    if ranks % dealt:
        raise InputError("the ranks that share experts must divide tp times dp", where="--ep", got=dealt,
                         expected=f"a divisor of {ranks}", hint=f"--ep {_nearest_divisor(ranks, dealt)}")
    if dealt > shape.experts or shape.experts % dealt:
        raise InputError(f"{shape.id} has {shape.experts:.0f} experts", where="--ep", got=dealt,
                         expected="a divisor of it",
                         hint=f"--ep {_nearest_divisor(shape.experts, dealt)}")
    if shape.expert_ffn % (ranks // dealt):
        raise InputError(f"an expert of {shape.id} is {shape.expert_ffn:.0f} wide", where="--ep", got=dealt,
                         expected=f"so many that {ranks} / ep divides it", hint=f"--ep {ranks}")
    return Side(batch, 1.0, float(tp), float(pp), float(dp), float(ranks // dealt), float(dealt))


def _nearest_divisor(number: float, near: int) -> int:
    """Return the divisor of a number nearest to another.

    >>> _nearest_divisor(64, 7)
    8
    """
    whole = int(number)
    return min((d for d in range(1, whole + 1) if whole % d == 0), key=lambda d: (abs(d - near), -d))


def nearest_that_fits(q: Question) -> str:
    """Return the smallest split, or the format, that holds a model which does not fit."""
    from dataclasses import replace

    from highfence.core.arrays import FLOATS
    from highfence.perf.inference.bulk import columns_of, parts_of
    from highfence.perf.inference.estimate import tables_of
    from highfence.perf.inference.memory import cache_bytes_per_sequence, usable_memory, weight_bytes

    usable = usable_memory(q.machine.memory)
    for tp in (2, 4, 8, 16, 32, 64):
        if q.shape.heads % tp:
            continue
        spread = float(tp) if q.shape.experts else 1.0
        tried = replace(q, serving=replace(q.serving, tp=float(tp), pp=1.0, dp=1.0, expert_tp=spread, ep=1.0))
        columns = columns_of(tried)
        split, _, formats, *_ = parts_of(tried.shape, columns, tables_of(None), FLOATS)
        if weight_bytes(q.shape, split, formats) + cache_bytes_per_sequence(
                FLOATS, q.shape, split, formats, q.prompt + q.output) < usable:
            beyond = "" if tp <= q.machine.domain else f", over more than {q.machine.domain:.0f} linked chips"
            return f"--tp {tp} holds it{beyond}"
    return "no split of up to 64 chips in this format holds it; fewer bits would"
