"""Runs: draws of the market from 2021 on, and what they say of a quarter.

Every answer rests on priors: no parameter of this room is calibrated, and each answer says so.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.core.dates import parse_day
from highfence.core.errors import InputError
from highfence.core.labels import Label
from highfence.core.ranges import Range, quantile_range
from highfence.market.inputs import Inputs, Lever, check_levers, noise, parameters, quarter_index
from highfence.market.pulls import Pull, check_pulls
from highfence.market.results import OUTCOMES, outcome
from highfence.market.state import State
from highfence.market.step import step
from highfence.market.tables import quarters, tables

Floats = NDArray[np.float64]
DRAWS, SEED, MOST_DRAWS = 1000, 1, 1_000_000
PIECE = 2500
"""Draws that run together: enough for threads to gain by it, few enough for a processor's cache."""

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)

PRIOR = Label("prior, not calibrated: wide assumptions propagated through the model, not fitted to what happened",
              "先验，未校准：将宽泛假设经模型传播，未按历史拟合")


@dataclass(frozen=True)
class Trajectory:
    """A run.

    Attributes
    ----------
    quarters : of the run. values : by outcome, (T, D). failed : (D,) draws that ran into a number that is none; they
    are counted and left out of every quantile. as_of : day of knowledge, or None. seed : of the draws.
    """

    quarters: tuple[str, ...]
    values: Mapping[str, Floats]
    failed: NDArray[np.bool_]
    as_of: date | None
    seed: int

    @property
    def draws(self) -> int:
        """How many draws were made."""
        return len(self.failed)

    def outcome(self, name: str) -> Floats:
        """Return an outcome of the draws that did not fail, (T, draws).

        Raises
        ------
        InputError : no such outcome.
        """
        outcome(name)
        return self.values[name][:, ~self.failed]

    def at(self, name: str, quarter: str) -> Range:
        """Return the 10th, 50th and 90th percentile of an outcome in a quarter.

        Raises
        ------
        InputError : no such outcome, or a quarter outside the run.
        """
        return quantile_range(self.outcome(name)[self._place(quarter)])

    def distribution(self, name: str, quarter: str) -> dict[str, Any]:
        """Return an outcome's predictive distribution in a quarter: quantiles, mean, and what they rest on."""
        values, known = self.outcome(name)[self._place(quarter)], outcome(name)
        return {"outcome": known.to_dict(), "at": quarter, "as_of": self.as_of.isoformat() if self.as_of else None,
                "quantiles": {f"{q:g}": float(v) for q, v in zip(QUANTILES, np.quantile(values, QUANTILES))},
                "mean": float(values.mean()), "draws": self.draws, "failed": int(self.failed.sum()),
                "seed": self.seed, "basis": PRIOR.to_dict()}

    def _place(self, quarter: str) -> int:
        if quarter not in self.quarters:
            raise InputError("a quarter outside the run", where="--at", got=quarter,
                             expected=f"{self.quarters[0]} to {self.quarters[-1]}", example=self.quarters[-1])
        return self.quarters.index(quarter)


def knowledge(as_of: str | date | None) -> date | None:
    """Return a day of knowledge, checked.

    Raises
    ------
    InputError : no day, or one before the model begins.
    """
    known = None if as_of is None else parse_day(as_of, "--as-of")
    if known is not None and known < date(2021, 1, 1):
        raise InputError("before the first quarter of the model", where="--as-of", got=known.isoformat(),
                         expected="2021-01-01 or later", example="2025-04-01")
    return known


def simulate(levers: Sequence[Lever | Pull] = (), *, draws: int = DRAWS, seed: int = SEED,
             given: Mapping[str, float | Range] | None = None, as_of: str | date | None = None,
             overlay: Sequence[Any] = (), until: str | None = None, keep: Sequence[str] | None = None,
             table: Mapping[str, Any] | None = None, threads: int | None = None,
             progress: Callable[[int], None] | None = None) -> Trajectory:
    """Return draws of the market from 2021Q1 on.

    Draw ``i`` is the same whatever the number of draws, so that runs of one seed under different levers are paired.

    Parameters
    ----------
    levers : dated overrides, single ones and whole fields over quarters; single ones come after. given : values or
    ranges of parameters, by id. as_of : day of knowledge: laws, events, prices and dated figures that became public
    later are not used. overlay : reforms of US law. until : last quarter.
    keep : outcomes to keep; all if None. table : tables under another regime than the law, of
    :func:`~highfence.market.tables.build`. threads : pieces that run at a time, as many as processors if None; the
    result is the same whatever it is. progress : told how many draws are done.

    Raises
    ------
    InputError : a lever, parameter, day, quarter, outcome or number of draws that cannot be.
    NoAnswer : nothing of a needed path was public on the day.

    Examples
    --------
    >>> run = simulate(draws=20, until="2022Q4", keep=["huawei_units"])
    >>> run.outcome("huawei_units").shape
    (8, 20)
    """
    if isinstance(draws, bool) or not 1 <= draws <= MOST_DRAWS or draws != int(draws):
        raise InputError("number of draws", where="--draws", got=draws, expected=f"1 to {MOST_DRAWS:,}", example="1000")
    known = knowledge(as_of)
    last = quarter_index(until) if until else len(quarters()) - 1
    names = tuple(OUTCOMES) if keep is None else tuple(outcome(name).name for name in keep)
    single = check_levers([lever for lever in levers if isinstance(lever, Lever)])
    pulls = check_pulls([lever for lever in levers if isinstance(lever, Pull)])
    p, z = parameters(draws, seed, given, known)
    more = noise(seed, draws, pulls)
    held = tables(known, tuple(overlay)) if table is None else table
    values = {name: np.empty((last + 1, draws)) for name in names}
    failed = np.zeros(draws, dtype=bool)

    def run(piece: slice) -> int:
        own = {k: v[piece] for k, v in p.items()}
        inputs = Inputs(own, {k: v[piece] for k, v in z.items()}, len(failed[piece]), seed, known, (), single, last,
                        pulls, held, {k: v[piece] for k, v in more.items()})
        state = inputs.first()
        for t in range(last + 1):
            state, flows = step(np, state, inputs.quarter(t), own)
            told = {**flows, **inputs.told(t, flows)}
            for name in names:
                values[name][t, piece] = told[name]
            failed[piece] |= ~np.isfinite(flows["demand_usd"] + flows["huawei_units"] + flows["premium"]
                                          + flows["nvidia_total_revenue"] + flows["compute_stock_h100e"])
        return len(failed[piece])

    pieces = [slice(begin, min(begin + PIECE, draws)) for begin in range(0, draws, PIECE)]
    done = 0
    for count in _each(run, pieces, threads):
        done += count
        if progress:
            progress(done)
    return Trajectory(quarters()[: last + 1], values, failed, known, seed)


def _each(run: Callable[[slice], int], pieces: Sequence[slice], threads: int | None) -> Iterator[int]:
    """Yield what each piece returns, some of them at a time: NumPy frees the interpreter's lock while it computes."""
    most = min(threads or os.cpu_count() or 1, len(pieces))
    if most <= 1:
        yield from map(run, pieces)
        return
    with ThreadPoolExecutor(most) as pool:
        yield from pool.map(run, pieces)


def runs_per_second(draws: int = 1000, quarters_: int | None = None) -> float:
    """Return how many runs of all quarters a second :func:`simulate` does, everything counted but the first fill of
    caches."""
    from time import perf_counter

    until = None if quarters_ is None else quarters()[quarters_ - 1]
    simulate(draws=min(draws, 10), until=until, keep=["premium"])
    started = perf_counter()
    simulate(draws=draws, until=until, keep=["premium"])
    return draws / (perf_counter() - started)


__all__ = ["Lever", "State", "Trajectory", "runs_per_second", "simulate"]
