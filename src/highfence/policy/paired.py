"""Two scenarios over the same worlds: draws that can be moved, rows that can be repeated, and both runs of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from highfence.core.ranges import Range
from highfence.market.inputs import FITTED, Inputs, flows_for, known_arrays, parameters
from highfence.market.posterior import corrected, latest
from highfence.market.pulls import Pull, check_pulls
from highfence.market.randomness import Streams
from highfence.market.results import Outcome, outcome
from highfence.market.runs import PARTS, PIECE, PRIOR, factual_errors
from highfence.market.step import step
from highfence.market.tables import quarters
from highfence.policy.pulls import outside
from highfence.policy.scenarios import Scenario

Floats = NDArray[np.float64]
Told = dict[str, Floats]
"""Outcomes by name, (T, rows) each."""

SAME = 1e-9
"""Relative difference up to which two values count as equal: that of rounding."""


@dataclass(frozen=True, eq=False)
class Worlds:
    """Rows of draws that both scenarios see.

    Attributes
    ----------
    z : standard normals by name, (N,). p : parameters of the kernel by id, (N,). errors : by group of outcomes, (T, N),
    what facts and model differ by, the same under any policy.
    """

    z: Mapping[str, Floats]
    p: Mapping[str, Floats]
    errors: Mapping[str, Floats]

    @property
    def n(self) -> int:
        """How many rows there are."""
        return len(next(iter(self.p.values())))

    def rows(self, index: NDArray[np.int64]) -> Worlds:
        """Return rows by their places, again and again if need be."""
        return Worlds({k: v[index] for k, v in self.z.items()}, {k: v[index] for k, v in self.p.items()},
                      {k: v[:, index] for k, v in self.errors.items()})


class Pair:
    """Two scenarios over the same draws.

    Parameters
    ----------
    one, other : A and B. last : place of the last quarter. known : day of knowledge. given : parameters set by the
    caller. more : fields over quarters that both take, in the place of those of a name. posterior : as in
    :func:`highfence.market.runs.simulate`.
    """

    def __init__(self, one: Scenario, other: Scenario, *, last: int, seed: int = 1, known: date | None = None,
                 given: Mapping[str, float | Range] | None = None, more: Sequence[Pull] = (),
                 posterior: bool = True) -> None:
        self.one, self.other, self.last, self.seed, self.known = one, other, last, seed, known
        self.given = dict(given or {})
        self.brings = []
        for of in (one, other):
            held = outside(of, known)
            pulls = (*(p for p in held.pulls if p.name not in {m.name for m in more}), *more)
            self.brings.append((known_arrays(known, (), held.table), check_pulls(pulls)))
        self.fitted = latest(known) if posterior else None
        self.basis = self.fitted.basis if self.fitted else PRIOR

    def worlds(self, begin: int, end: int) -> Worlds:
        """Return draws from one to before another: those of :func:`highfence.market.runs.simulate`."""
        streams = Streams(self.seed, end - begin, self.fitted.affine if self.fitted else None, begin=begin)
        p, z = parameters(streams, self.given, self.known)
        for known, pulls in self.brings:
            Inputs(known, p, z, streams, (), pulls)
        normals = streams(dict.fromkeys(streams.asked))
        errors: Mapping[str, Floats] = {}
        if self.fitted is not None:
            errors = factual_errors(self.seed, tuple(sorted(self.given.items())), self.known, "numpy", (begin, end))
        return Worlds(normals, p, errors)

    def moved(self, w: Worlds, z: Mapping[str, Floats], fitted: Mapping[str, Floats] | None = None) -> Worlds:
        """Return worlds with some normals replaced, (N,) each, and what follows of parameters.

        Parameters
        ----------
        fitted : parameters that the choice room calibrates, set by value.
        """
        normals = {**w.z, **z}
        p, _ = parameters(Streams(self.seed, w.n, given=normals), self.given, self.known)
        kept = {name: w.p[name] for name in FITTED} if self.fitted is None else {}
        return Worlds(normals, {**p, **kept, **(fitted or {})}, w.errors)

    def middle(self, w: Worlds) -> Worlds:
        """Return one world in which every normal stands at its middle, and the error of facts at its median."""
        zero = {name: np.zeros(1) for name in w.z}
        if self.fitted is not None:
            affine = self.fitted.affine
            middles = affine.moved(np.zeros((len(affine.names), 1)))
            zero |= {name: middles[i] for i, name in enumerate(affine.names) if name in zero}
        one = Worlds(zero, {k: v[:1] for k, v in w.p.items()},
                     {k: np.median(v, axis=1, keepdims=True) for k, v in w.errors.items()})
        fitted = {} if self.fitted is not None else {name: np.median(w.p[name], keepdims=True) for name in FITTED}
        return self.moved(one, {}, fitted)

    def inputs(self, w: Worlds, side: int) -> Inputs:
        """Return what the quarters bring under A (0) or B (1)."""
        known, pulls = self.brings[side]
        streams = Streams(self.seed, w.n, given=w.z)
        return Inputs(known, w.p, w.z, streams, (), pulls)

    def run(self, w: Worlds, side: int, names: Sequence[str]) -> Told:
        """Return outcomes of a run under A (0) or B (1), piece by piece."""
        pieces = [self._piece(w.rows(index), side, names) for index in pieces_of(w.n)]
        return {name: np.concatenate([piece[name] for piece in pieces], axis=1) for name in names}

    def _piece(self, w: Worlds, side: int, names: Sequence[str]) -> Told:
        inputs = self.inputs(w, side)
        state, found = inputs.first(), empty(flows_of(names), self.last + 1, w.n)
        for t in range(self.last + 1):
            state, flows = step(np, state, inputs.quarter(t), w.p)
            for name in found:
                found[name][t] = flows[name]
        return told({**found, **inputs.told(found)}, w, names)

    def parted(self, a: Told, b: Told) -> int | None:
        """Return the place of the first quarter in which an outcome differs; None where none does."""
        apart = np.stack([(np.abs(a[n] - b[n]) > SAME * np.maximum(np.abs(a[n]), np.abs(b[n]))).any(axis=1)
                          for n in a]).any(axis=0)
        return int(np.argmax(apart)) if apart.any() else None


def pieces_of(n: int) -> Iterator[NDArray[np.int64]]:
    """Yield the places of rows that run together."""
    for begin in range(0, n, PIECE):
        yield np.arange(begin, min(begin + PIECE, n))


def flows_of(names: Sequence[str]) -> tuple[str, ...]:
    """Return the flows of the kernel that outcomes need, corrected ones too."""
    parts = PARTS if "nvidia_total_revenue" in names else ()
    return flows_for((*dict.fromkeys((*names, *parts)),))


def empty(names: Sequence[str], count: int, n: int) -> Told:
    """Return arrays to fill, (T, N) each."""
    return {name: np.empty((count, n)) for name in names}


def told(values: Told, w: Worlds, names: Sequence[str]) -> Told:
    """Return outcomes with what facts and model differ by."""
    if w.errors:
        values = corrected(values, w.errors)
    return {name: values[name] for name in names}


def over(what: Outcome, values: Floats) -> Floats:
    """Return what quarters make of a span, (N,): their sum, mean or end."""
    if what.by_year == "end":
        return np.asarray(values[-1])
    return np.asarray(values.sum(axis=0) if what.by_year == "sum" else values.mean(axis=0))


def spanned(found: Told, since: int, at: int | None = None) -> dict[str, Floats]:
    """Return outcomes over a span, or in one quarter, (N,) each.

    Parameters
    ----------
    since : place of the first quarter. at : place of the only one.
    """
    return {name: over(outcome(name), values[since:]) if at is None else values[at] for name, values in found.items()}




def span_of(what: Outcome, since: int, last: int) -> str:
    """Return what a figure over a span is told for: its last quarter, or from its first to its last."""
    names = quarters()
    return names[last] if what.by_year == "end" else f"{names[since]} to {names[last]}"
