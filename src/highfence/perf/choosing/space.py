"""Every way to serve a model on at most so many chips, as columns of :mod:`highfence.perf.inference.bulk`.

The space is discrete and whole:

- tensor parallel ranks that divide the heads;
- pipeline stages that divide the layers;
- for mixture models, attention data parallel ranks, and every way in which all of them share the experts evenly;
  data parallel ranks of a dense model share nothing, so that they are replicas and count as such;
- every format that the chip multiplies (or those asked for), and every format of the cache that is asked for;
- every whole number of requests in flight for which the cache has room.

Formats that compute the same (INT8 and FP8 of one rate) are one candidate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.core.errors import InputError
from highfence.perf.formats import FEED_SCALE, FORMATS
from highfence.perf.inference.bulk import CHUNK, Columns, evaluate, group_questions, parts_of
from highfence.perf.inference.closed_loop import Served
from highfence.perf.inference.estimate import MAX_CONCURRENCY, ask
from highfence.perf.inference.memory import sequences_that_fit
from highfence.perf.inference.question import Question, Side
from highfence.perf.inference.tables import FORMAT_NAMES, Tables
from highfence.perf.machine import Machine
from highfence.perf.shape import ModelShape
from highfence.perf.splits import MAX_CHIPS

NOT_SERVED = frozenset({"fp32"})
"""Formats that are no candidate unless they are asked for: twice the bytes of 16 bits at half the rate."""

Floats = NDArray[np.float64]


def divisors(number: float, most: float) -> list[int]:
    """Return the divisors of a number up to another, in order.

    >>> divisors(80, 16)
    [1, 2, 4, 5, 8, 10, 16]
    """
    whole = int(number)
    return [d for d in range(1, min(whole, int(most)) + 1) if whole % d == 0]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One split in one format, before anything is said of the load.

    Attributes
    ----------
    precision, cache : as asked for. question : of one request in flight.
    """

    precision: str
    cache: str
    question: Question

    @property
    def chips(self) -> int:
        """Chips of one replica."""
        side = self.question.serving
        return int(side.tp * side.pp * side.dp)


def splits(shape: ModelShape, chips: int) -> Iterator[Side]:
    """Yield every split of a replica on at most ``chips`` chips, as described above.

    >>> from highfence.perf.shape import shape_of
    >>> [(s.tp, s.pp) for s in splits(shape_of("llama-3.1-70b"), 4)]
    [(1.0, 1.0), (1.0, 2.0), (1.0, 4.0), (2.0, 1.0), (2.0, 2.0), (4.0, 1.0)]
    """
    for tp in divisors(shape.heads, chips):
        for pp in divisors(shape.layers, chips // tp):
            for dp, expert_tp, ep in _expert_splits(shape, tp, chips // (tp * pp)):
                yield Side(1.0 / dp, 1.0, float(tp), float(pp), float(dp), float(expert_tp), float(ep))


def _expert_splits(shape: ModelShape, tp: int, most: int) -> Iterator[tuple[int, int, int]]:
    """Yield data parallel ranks, ranks that divide each expert, and ranks among which experts are dealt."""
    if not shape.experts:
        yield 1, 1, 1
        return
    for ep in divisors(shape.experts, tp * most):
        for expert_tp in divisors(shape.expert_ffn, tp * most // ep):
            if ep * expert_tp % tp == 0:
                yield ep * expert_tp // tp, expert_tp, ep


def candidates(machine: Machine, shape: ModelShape, chips: int, *, prompt: float, output: float,
               precision: str | Sequence[str] | None = None, kv: str | Sequence[str] | None = None,
               software: str | None = None, emulate: bool = False) -> list[Candidate]:
    """Return every candidate on at most ``chips`` chips, whether or not the model fits.

    Raises
    ------
    InputError : no whole number of chips, or a load, format or software that cannot be.
    """
    if isinstance(chips, bool) or chips != int(chips) or not 1 <= chips <= MAX_CHIPS:
        raise InputError("must be a whole number of chips", where="--chips", got=chips, expected=f"1 to {MAX_CHIPS:,}",
                         example="8")
    found: dict[Any, Candidate] = {}
    sides = list(splits(shape, int(chips)))
    for cache in _names(kv, ("bf16",)):
        for name in formats_considered(machine, precision):
            first = ask(machine, shape, prompt=prompt, output=output, concurrency=1, precision=name, kv=cache,
                        software=software, emulate=emulate)
            for side in sides:
                found.setdefault((_arithmetic(first), first.cache, side),
                                 Candidate(name, cache, replace(first, serving=side)))
    return list(found.values())


def _names(given: str | Sequence[str] | None, default: Sequence[str]) -> Sequence[str]:
    if given is None:
        return default
    names = [given] if isinstance(given, str) else list(given)
    if not names:
        raise InputError("no format is left to search", where="--precision", got=given, example="fp8")
    return names


def formats_considered(machine: Machine, precision: str | Sequence[str] | None) -> Sequence[str]:
    """Return the formats of weights among which a search chooses: those asked for, else all that a chip multiplies."""
    native = [f.name for f in FORMATS.values() if f.arithmetic in machine.peaks and f.name not in NOT_SERVED]
    return _names(precision, native)


def _arithmetic(q: Question) -> tuple[Any, ...]:
    """Return all that a question's formats do to a time."""
    def what(index: int, peak: float) -> tuple[Any, ...]:
        f = FORMATS[FORMAT_NAMES[index]]
        return f.weight, f.activation, f.curve, FEED_SCALE[f.arithmetic], peak

    return what(q.dense, q.dense_peak), what(q.experts, q.experts_peak) if q.shape.experts else ()


class Space:
    """Candidates, and the loads for which each has room.

    Another kind of placement joins a search by a class with the same attributes and :meth:`serve`.

    Attributes
    ----------
    chips, dp : of one replica. full : sequences of the whole length that fit on a rank. most : most requests in flight
    of a replica for which the cache has room; 0 where not one sequence fits. Shape (candidates,) each.
    """

    def __init__(self, found: Sequence[Candidate], tables: Tables) -> None:
        self.candidates, self.tables = list(found), tables
        group, = group_questions([c.question for c in found])
        self.shape, self.columns = group.shape, group.columns
        self.output = float(found[0].question.output)
        self.chips: Floats = self.columns["tp"] * self.columns["pp"] * self.columns["dp"]
        self.dp: Floats = self.columns["dp"]
        self.full = self._sequences(1.0)
        held = np.floor(self.dp * self._sequences(0.75))
        self.most: Floats = np.where(self.full >= 1.0, np.minimum(held, MAX_CONCURRENCY), 0.0)

    def _sequences(self, share: float) -> Floats:
        """Return sequences a rank that fit with a share of their output written."""
        split, _, formats, *_ = parts_of(self.shape, self.columns, self.tables, np)
        c = self.columns
        fits: Floats = sequences_that_fit(np, self.shape, split, formats, capacity=c["memory"],
                                          tokens=c["prompt"] + share * c["output"])
        return fits

    @property
    def loads(self) -> int:
        """Pairs of a candidate and a number of requests in flight: the size of the space."""
        return int(self.most.sum())

    @cached_property
    def _parts(self) -> tuple[dict[str, Any], Columns]:
        """Columns whose rows are all alike, as single numbers, and the others."""
        alike = {name: column[0] for name, column in self.columns.items() if (column == column[0]).all()}
        return alike, {name: column for name, column in self.columns.items() if name not in alike}

    def serve(self, which: NDArray[np.intp], concurrency: Floats) -> Served:
        """Return the means of candidates by index, each under a load, shape (n,)."""
        alike, differing = self._parts
        parts = []
        for start in range(0, len(which), CHUNK):
            at = which[start:start + CHUNK]
            rows: dict[str, Any] = {**alike, **{name: column[at] for name, column in differing.items()}}
            rows["concurrency"] = concurrency[start:start + CHUNK]
            with np.errstate(all="ignore"):
                parts.append(evaluate(self.shape, rows, self.tables))
        names = Served.__slots__
        return Served(*(np.concatenate([np.broadcast_to(getattr(p, n), np.shape(p.tpot_s)) for p in parts])
                        for n in names))
