"""Which mechanisms make the difference between two scenarios: Shapley contributions over paired draws.

The value of a set of mechanisms is the outcome of a run of A in which all others are switched off, that is, take the
values of B's run of the same draw (:mod:`highfence.policy.mechanisms`). With all off the run is B, with all on it is A.
A mechanism's contribution is what it adds to those before it, averaged over the orders in which they may come::

    c_m = sum over S without m of |S|! (M - |S| - 1)! / M! (v(S + m) - v(S))

Contributions add up to the difference in every draw, and so on average; medians do not add up. They say how the model
makes the difference, not what moved anyone.

>>> import highfence as hf
>>> found = hf.attribution("h20-licence-2025", horizon="2025Q4", draws=4, orders=2, outcomes=["flagship_units"])
>>> one = found["flagship_units"]
>>> bool(abs(sum(part.mean for part in one.parts) - one.mean) < 1e-9 * abs(one.mean))
True
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from math import factorial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.core.errors import InputError, NoAnswer
from highfence.core.labels import Label
from highfence.core.ranges import Range, quantile_range
from highfence.market.holding import Held, Recorder
from highfence.market.inputs import quarter_index
from highfence.market.results import Outcome, outcome
from highfence.market.runs import PIECE, knowledge
from highfence.market.state import Quarter, State
from highfence.market.step import step
from highfence.market.tables import quarters
from highfence.policy.mechanisms import IDS, MECHANISMS
from highfence.policy.paired import Floats, Pair, Told, Worlds, empty, flows_of, span_of, spanned, told
from highfence.policy.scenarios import Scenario, find_scenario

DRAWS, ORDERS, BLOCK, MOST_DRAWS = 500, 8, 250, 20_000
OUTCOMES = ("nvidia_china_revenue", "nvidia_total_revenue", "domestic_revenue", "domestic_share_units",
            "domestic_share_compute", "compute_stock_h100e", "compute_stock_training_h100e", "largest_training_run",
            "smuggled_units", "equipment_sales")
"""Outcomes that are taken apart unless others are asked for."""

Mask = NDArray[np.bool_]
M = len(MECHANISMS)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a mechanism adds to a difference.

    Attributes
    ----------
    mean : over draws; the means of all mechanisms add up to the mean difference. error : standard error of the mean,
    of draws and orders; order_error : the part of it that comes of sampling orders, 0 where all were counted.
    range : 10th, 50th and 90th percentile over draws. above : share of draws in which it is above zero.
    """

    id: str
    label: Label
    mean: float
    error: float
    order_error: float
    range: Range
    above: float


@dataclass(frozen=True, slots=True)
class Split:
    """One outcome's difference and its parts.

    Attributes
    ----------
    at : quarter or span. mean, error, range : of the difference A - B over draws. parts : in the order of mechanisms.
    residual : difference less all parts, that of rounding.
    """

    outcome: Outcome
    at: str
    mean: float
    error: float
    range: Range
    parts: tuple[Contribution, ...]

    @property
    def residual(self) -> float:
        """The mean difference less the means of all parts."""
        return self.mean - sum(part.mean for part in self.parts)

    def __getitem__(self, id: str) -> Contribution:
        """Return a mechanism's part.

        Raises
        ------
        InputError : no such mechanism.
        """
        if id not in IDS:
            raise InputError("no such mechanism", got=id, expected=", ".join(IDS), example=IDS[0])
        return self.parts[IDS.index(id)]


@dataclass(frozen=True)
class Attribution:
    """Contributions of mechanisms to what A does against B.

    Attributes
    ----------
    orders : orders of mechanisms a draw, None where every set of mechanisms was run. runs : how many were made.
    failed : draws that ran into a number that is none in any set; they are in no figure.
    """

    a: str
    b: str
    since: str | None
    horizon: str
    draws: int
    pairs: int
    failed: int
    orders: int | None
    runs: int
    seed: int
    basis: Label
    outcomes: Mapping[str, Split]

    def __getitem__(self, name: str) -> Split:
        """Return an outcome.

        Raises
        ------
        InputError : no such outcome, or one that was not taken apart.
        """
        outcome(name)
        if name not in self.outcomes:
            raise InputError("not taken apart here", where="outcomes", got=name, expected=", ".join(self.outcomes))
        return self.outcomes[name]

    def to_dict(self) -> dict[str, Any]:
        """Return the attribution as JSON."""
        return {"a": self.a, "b": self.b, "since": self.since, "horizon": self.horizon, "draws": self.draws,
                "pairs": self.pairs, "failed": self.failed, "method": "sets" if self.orders is None else "orders",
                "orders": self.orders, "runs": self.runs, "seed": self.seed, "basis": self.basis.to_dict(),
                "mechanisms": [{"id": m.id, "label": m.label.to_dict(), "outside": list(m.outside),
                                "stocks": list(m.stocks), "results": list(m.results)} for m in MECHANISMS],
                "outcomes": {name: {"outcome": one.outcome.to_dict(), "at": one.at, "mean": one.mean,
                                    "error": one.error, **_ends(one.range), "residual": one.residual,
                                    "parts": [{"id": p.id, "mean": p.mean, "error": p.error,
                                               "order_error": p.order_error, **_ends(p.range), "above": p.above}
                                              for p in one.parts]} for name, one in self.outcomes.items()}}


def _ends(found: Range) -> dict[str, float]:
    return {"low": found.low, "mid": found.mid, "high": found.high}


def attribution(a: str | Path | Scenario, against: str | Path | Scenario | None = None, *, horizon: str = "2028",
                at: str | None = None, since: str | None = None, outcomes: Sequence[str] | None = None,
                draws: int = DRAWS, orders: int | None = ORDERS, seed: int = 1, as_of: str | date | None = None,
                given: Mapping[str, float | Range] | None = None, posterior: bool = True,
                progress: Callable[[int, int], None] | None = None) -> Attribution:
    """Return what each mechanism adds to the difference between two scenarios.

    Parameters
    ----------
    a, against, horizon, seed, as_of, given, posterior : as of :func:`highfence.policy.whatif.whatif`. at : one quarter;
    the whole span since the scenarios part if None. since : first quarter of the span; that in which they part if None.
    outcomes : names; :data:`OUTCOMES` if None. orders : orders of mechanisms a draw, half of them reversed copies of
    the other half; every set of mechanisms is run if None (2^9 runs a draw). progress : told runs done and in all.

    Raises
    ------
    InputError : an unknown scenario, outcome, quarter or parameter, or a number of draws or orders that cannot be.
    NoAnswer : nothing differs, or every draw failed.
    """
    from highfence.policy.whatif import counterpart, read_horizon

    one = find_scenario(a)
    other = find_scenario(against) if against is not None else counterpart(one)
    names = tuple(dict.fromkeys(outcome(name).name for name in (OUTCOMES if outcomes is None else outcomes)))
    _check(draws, orders)
    last = quarter_index(read_horizon(horizon if at is None else at))
    pair = Pair(one, other, last=last, seed=seed, known=knowledge(as_of), given=given,
                posterior=posterior)
    blocks = [(begin, min(begin + BLOCK, draws)) for begin in range(0, draws, BLOCK)]
    sides = [[pair.run(pair.worlds(*block), side, names) for block in blocks] for side in (0, 1)]
    a_runs, b_runs = ({name: np.concatenate([part[name] for part in side], axis=1) for name in names}
                      for side in sides)
    first = pair.parted(a_runs, b_runs)
    if first is None:
        raise NoAnswer(f"nothing of these outcomes differs between {one.id} and {other.id} by {quarters()[last]}",
                       missing="a difference to take apart", would_change="a later horizon, or other outcomes")
    begin = first if since is None else quarter_index(since)
    place = None if at is None else quarter_index(at)
    ends = [spanned(run, begin, place) for run in (a_runs, b_runs)]
    count = _Count(progress, draws * (2**M - 2 if orders is None else orders * (M - 1)))
    found = [_block(pair, block, names, begin, place, orders, ends, count) for block in blocks]
    parts = {name: np.concatenate([part[0][name] for part in found], axis=1) for name in names}
    spread = {name: np.concatenate([part[1][name] for part in found], axis=1) for name in names}
    fine = np.stack([np.isfinite(v).all(axis=0) for v in parts.values()]).all(axis=0)
    if not fine.any():
        raise NoAnswer("every draw failed", missing="a draw without a number that is none", would_change="every figure")
    made = {name: _split(outcome(name), at or span_of(outcome(name), begin, last), ends[0][name][fine],
                         ends[1][name][fine], parts[name][:, fine], spread[name][:, fine]) for name in names}
    return Attribution(one.id, other.id, quarters()[begin], quarters()[last], draws, int(fine.sum()),
                       int((~fine).sum()), orders, count.done, seed, pair.basis, made)


def _check(draws: int, orders: int | None) -> None:
    if isinstance(draws, bool) or draws != int(draws) or not 2 <= draws <= MOST_DRAWS:
        raise InputError("number of draws", where="draws", got=draws, expected=f"2 to {MOST_DRAWS:,}", example="500")
    if orders is not None and (isinstance(orders, bool) or orders != int(orders) or orders < 2 or orders % 2):
        raise InputError("number of orders", where="orders", got=orders, expected="an even number from 2 on, or None",
                         example="8")


class _Count:
    """Counts runs."""

    def __init__(self, progress: Callable[[int, int], None] | None, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0

    def add(self, n: int) -> None:
        self.done += n
        if self.progress:
            self.progress(self.done, self.total)


# ---- sets of mechanisms ----------------------------------------------------------------------------------------------


def _block(pair: Pair, block: tuple[int, int], names: Sequence[str], since: int, at: int | None, orders: int | None,
           ends: Sequence[Mapping[str, Floats]], count: _Count) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Return contributions (M, D) of some draws, and the variance that sampling of orders adds to each."""
    w, n = pair.worlds(*block), block[1] - block[0]
    a, b = ({name: end[name][block[0]:block[1]] for name in names} for end in ends)
    if orders is None:
        sets = every_set()
        inner = sets[1:-1]
        index = np.tile(np.arange(n), len(inner))
        found = _values(pair, w, names, index, np.repeat(inner, n, axis=0), since, at, count)
        weights, parts = shapley_weights(), {}
        for name in names:
            value = np.concatenate([b[name][None], found[name].reshape(len(inner), n), a[name][None]])
            parts[name] = weights @ value
        return parts, {name: np.zeros((M, n)) for name in names}
    chosen = orders_of(orders, block, pair.seed)
    ranks = np.argsort(chosen, axis=-1)
    masks = np.stack([ranks < k for k in range(1, M)], axis=2)
    index = np.broadcast_to(np.arange(n)[:, None, None], masks.shape[:3]).ravel()
    found = _values(pair, w, names, index, masks.reshape(-1, M), since, at, count)
    parts, spread = {}, {}
    for name in names:
        inside = found[name].reshape(n, orders, M - 1)
        value = np.concatenate([np.broadcast_to(b[name][:, None, None], (n, orders, 1)), inside,
                                np.broadcast_to(a[name][:, None, None], (n, orders, 1))], axis=-1)
        added = np.take_along_axis(np.diff(value, axis=-1), ranks, axis=-1)
        parts[name] = added.mean(axis=1).T
        twins = added.reshape(n, orders // 2, 2, M).mean(axis=2)
        spread[name] = (twins.var(axis=1, ddof=1) / (orders // 2)).T if orders > 2 else np.full((M, n), np.nan)
    return parts, spread


def every_set() -> Mask:
    """Return every set of mechanisms, (2^M, M), none first and all last.

    >>> every_set().shape
    (512, 9)
    """
    return np.asarray((np.arange(2**M)[:, None] >> np.arange(M)) % 2 == 1)


def shapley_weights() -> Floats:
    """Return what each set's value counts in each contribution, (M, 2^M)."""
    sets = every_set()
    size = sets.sum(axis=1)
    whole = factorial(M)
    with_it = np.array([factorial(max(s - 1, 0)) * factorial(M - s) / whole for s in size])
    without = np.array([factorial(s) * factorial(max(M - s - 1, 0)) / whole for s in size])
    return np.where(sets.T, with_it, -without)


def orders_of(orders: int, block: tuple[int, int], seed: int) -> NDArray[np.int64]:
    """Return orders of mechanisms of some draws, (D, orders, M): each second one the one before it, reversed.

    A draw's orders depend on the seed and its number alone.
    """
    found = np.empty((block[1] - block[0], orders, M), dtype=np.int64)
    for i, draw in enumerate(range(*block)):
        chance = np.random.Generator(np.random.Philox(key=[seed, draw]))
        for k in range(0, orders, 2):
            found[i, k] = chance.permutation(M)
            found[i, k + 1] = found[i, k][::-1]
    return found


def _values(pair: Pair, w: Worlds, names: Sequence[str], index: NDArray[np.int64], on: Mask, since: int,
            at: int | None, count: _Count) -> dict[str, Floats]:
    """Return outcomes of runs, (rows,): row ``r`` is draw ``index[r]`` with the mechanisms ``on[r]``."""
    reference = _Reference(pair, w)
    found: dict[str, list[Floats]] = {name: [] for name in names}
    for begin in range(0, len(index), PIECE):
        piece = slice(begin, begin + PIECE)
        run = reference.mixed(index[piece], on[piece], names)
        for name, value in spanned(run, since, at).items():
            found[name].append(value)
        count.add(len(index[piece]))
    return {name: np.concatenate(parts) for name, parts in found.items()}


class _Reference:
    """Both runs of some worlds, kept: what B's quarters bring, leave and make, and what A's quarters bring."""

    def __init__(self, pair: Pair, w: Worlds) -> None:
        self.pair, self.w = pair, w
        self.inputs = [pair.inputs(w, side) for side in (0, 1)]
        self.brought: list[tuple[Quarter, Quarter]] = []
        self.after: list[State] = []
        self.results: list[dict[str, Any]] = []
        self.flows: list[dict[str, Any]] = []
        self.begin = pair.last + 1
        state = self.inputs[1].first()
        for t in range(pair.last + 1):
            a, b = (inputs.quarter(t) for inputs in self.inputs)
            if self.begin > t and _differ(a, b):
                self.begin, self.start = t, state
            kept = Recorder()
            state, flows = step(np, state, b, w.p, kept)
            self.brought.append((a, b))
            self.after.append(state)
            self.results.append(kept.values)
            self.flows.append(flows)

    def mixed(self, index: NDArray[np.int64], on: Mask, names: Sequence[str]) -> Told:
        """Return outcomes, (T, rows), of runs of A in which the mechanisms that are not on take B's values."""
        w, off = self.w.rows(index), ~on
        flows_kept = empty(flows_of(names), self.pair.last + 1, len(index))
        for t in range(min(self.begin, self.pair.last + 1)):
            for name in flows_kept:
                flows_kept[name][t] = self.flows[t][name][index]
        if self.begin <= self.pair.last:
            state = _rows(self.start, index)
            for t in range(self.begin, self.pair.last + 1):
                state, flows = self._quarter(t, state, w, index, off)
                for name in flows_kept:
                    flows_kept[name][t] = flows[name]
        return told({**flows_kept, **self._by_chip(flows_kept, w, off)}, w, names)

    def _quarter(self, t: int, state: State, w: Worlds, index: NDArray[np.int64], off: Mask) -> tuple[State, Any]:
        a, b = self.brought[t]
        values = {}
        for m, mechanism in enumerate(MECHANISMS):
            for name in mechanism.outside:
                values[name] = _mixed(getattr(a, name), getattr(b, name), index, off[:, m])
        reference = {name: self.results[t][name][index] for mechanism in MECHANISMS for name in mechanism.results}
        hold = Held(np, reference, {name: off[:, m] for m, mechanism in enumerate(MECHANISMS)
                                    for name in mechanism.results})
        after, flows = step(np, state, Quarter(**values), w.p, hold)
        held = {name: _where(off[:, m], getattr(self.after[t], name)[index], getattr(after, name))
                for m, mechanism in enumerate(MECHANISMS) for name in mechanism.stocks}
        flows |= {name: held[name] for name in ("premium", "restriction")}
        return replace(after, **held), flows

    def _by_chip(self, flows: Told, w: Worlds, off: Mask) -> Told:
        """Return outcomes that name a chip: with the tables of the run that a row's flagship comes from."""
        a, b = (self.pair.inputs(w, side).told(flows) for side in (0, 1))
        return {name: np.where(off[:, IDS.index("supply")], b[name], a[name]) for name in a}


def _differ(a: Quarter, b: Quarter) -> bool:
    return any(not np.array_equal(getattr(a, f.name), getattr(b, f.name)) for f in fields(Quarter))


def _mixed(a: Any, b: Any, index: NDArray[np.int64], off: Mask) -> Any:
    return a[index] if a is b or np.array_equal(a, b) else _where(off, b[index], a[index])


def _where(off: Mask, reference: Any, value: Any) -> Any:
    return np.where(off.reshape(len(off), *(1,) * (value.ndim - 1)), reference, value)


def _rows(state: State, index: NDArray[np.int64]) -> State:
    return State(**{f.name: getattr(state, f.name)[index] for f in fields(State)})


# ---- figures ---------------------------------------------------------------------------------------------------------


def _split(what: Outcome, at: str, a: Floats, b: Floats, parts: Floats, spread: Floats) -> Split:
    difference, n = a - b, len(a)

    def error(values: Floats) -> float:
        return float(values.std(ddof=1) / np.sqrt(n))

    made = tuple(Contribution(m.id, m.label, float(own.mean()), error(own), float(np.sqrt(noise.sum()) / n),
                              quantile_range(own), float((own > 0.0).mean()))
                 for m, own, noise in zip(MECHANISMS, parts, spread))
    return Split(what, at, float(difference.mean()), error(difference), quantile_range(difference), made)
