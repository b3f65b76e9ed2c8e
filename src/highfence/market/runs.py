"""Runs: draws of the market from 2021 on, and what they say of a quarter.

Every answer rests on priors: no parameter of this room is calibrated, and each answer says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.core.dates import parse_day
from highfence.core.ensembles import ensemble, spans
from highfence.core.errors import InputError
from highfence.core.labels import Label
from highfence.core.ranges import Range, quantile_range
from highfence.market.inputs import Inputs, Lever, check_levers, parameters, quarter_index
from highfence.market.results import OUTCOMES, outcome
from highfence.market.state import State
from highfence.market.step import step
from highfence.market.tables import quarters, tables

Floats = NDArray[np.float64]
DRAWS, SEED, MOST_DRAWS = 1000, 1, 1_000_000
PIECE = 1000
"""Draws that run together: what fits a processor's cache."""

MOST_PIECE = 20_000

FAILED = "failed"
"""Array beside the outcomes: draws that ran into a number that is none."""

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
        return quantile_range(self._one(name, quarter))

    def distribution(self, name: str, quarter: str) -> dict[str, Any]:
        """Return an outcome's predictive distribution in a quarter: quantiles, mean, and what they rest on."""
        values, known = self._one(name, quarter), outcome(name)
        return {"outcome": known.to_dict(), "at": quarter, "as_of": self.as_of.isoformat() if self.as_of else None,
                "quantiles": {f"{q:g}": float(v) for q, v in zip(QUANTILES, np.quantile(values, QUANTILES))},
                "mean": float(values.mean()), "draws": self.draws, "failed": int(self.failed.sum()),
                "seed": self.seed, "basis": PRIOR.to_dict()}

    def _one(self, name: str, quarter: str) -> Floats:
        """Return an outcome in a quarter, of the draws that did not fail; no other quarter is read."""
        outcome(name)
        found: Floats = self.values[name][self._place(quarter)][~self.failed]
        return found

    def _place(self, quarter: str) -> int:
        if quarter not in self.quarters:
            raise InputError("a quarter outside the run", where="--at", got=quarter,
                             expected=f"{self.quarters[0]} to {self.quarters[-1]}", example=self.quarters[-1])
        return self.quarters.index(quarter)


def simulate(levers: Sequence[Lever] = (), *, draws: int = DRAWS, seed: int = SEED,
             given: Mapping[str, float | Range] | None = None, as_of: str | date | None = None,
             overlay: Sequence[Any] = (), until: str | None = None, keep: Sequence[str] | None = None,
             progress: Callable[[int], None] | None = None, engine: str = "here", address: str | None = None,
             store: Path | str | None = None, piece: int = PIECE) -> Trajectory:
    """Return draws of the market from 2021Q1 on.

    Draw ``i`` is the same whatever the number of draws, so that runs of one seed under different levers are paired.

    Parameters
    ----------
    levers : dated overrides. given : values or ranges of parameters, by id. as_of : day of knowledge: laws, events,
    prices and dated figures that became public later are not used. overlay : reforms of US law. until : last quarter.
    keep : outcomes to keep; all if None. progress : told how many draws are done. engine, address, store : as in
    :func:`highfence.core.ensembles.ensemble`; outcomes of a run with a folder lie in its files, so that memory is that
    of a piece. piece : draws that run together; no number of them changes a byte.

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
    known = None if as_of is None else parse_day(as_of, "--as-of")
    if known is not None and known < date(2021, 1, 1):
        raise InputError("before the first quarter of the model", where="--as-of", got=known.isoformat(),
                         expected="2021-01-01 or later", example="2025-04-01")
    last = quarter_index(until) if until else len(quarters()) - 1
    if isinstance(piece, bool) or piece != int(piece) or not 1 <= piece <= MOST_PIECE:
        raise InputError("number of draws that run together", got=piece, expected=f"1 to {MOST_PIECE:,}",
                         example="1000")
    names = tuple(OUTCOMES) if keep is None else tuple(outcome(name).name for name in keep)
    asked = Asked(tuple(levers), seed, dict(given or {}), known, tuple(overlay), last, names)
    check_levers(asked.levers)
    pieces = spans(draws, piece)

    def told(done: int, _: int) -> None:
        if progress:
            progress(min(done * piece, draws))

    if store is not None:
        run = ensemble(partial(drawn_quarters, asked), pieces, engine=engine, address=address, store=store,
                       progress=told)
        return Trajectory(quarters()[: last + 1], {name: run.joined(name) for name in names}, run.joined(FAILED),
                          known, seed)
    values = {name: np.empty((last + 1, draws)) for name in names}
    failed = np.zeros(draws, dtype=bool)

    def take(i: int, found: Mapping[str, NDArray[Any]]) -> None:
        for name in names:
            values[name][:, slice(*pieces[i])] = found[name]
        failed[slice(*pieces[i])] = found[FAILED]

    ensemble(partial(drawn_quarters, asked), pieces, engine=engine, address=address, take=take, progress=told)
    return Trajectory(quarters()[: last + 1], values, failed, known, seed)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run is asked for, whatever its draws; ``last`` is the place of the last quarter, ``names`` outcomes."""

    levers: tuple[Lever, ...]
    seed: int
    given: Mapping[str, float | Range]
    as_of: date | None
    overlay: tuple[Any, ...]
    last: int
    names: tuple[str, ...]


def drawn_quarters(asked: Asked, span: tuple[int, int]) -> dict[str, NDArray[Any]]:
    """Return the outcomes of some draws, from one to before another, (T, D) each, and which of them failed, (D,)."""
    begin, n = span[0], span[1] - span[0]
    p, z = parameters(n, asked.seed, asked.given, asked.as_of, begin)
    inputs = Inputs(p, z, n, asked.seed, asked.as_of, asked.overlay, asked.levers, asked.last, begin)
    chips = tables(asked.as_of, asked.overlay)["rows"]["chip.legal"]
    values: dict[str, NDArray[Any]] = {name: np.empty((asked.last + 1, n)) for name in asked.names}
    failed = np.zeros(n, dtype=bool)
    state = inputs.first()
    for t in range(asked.last + 1):
        state, flows = step(np, state, inputs.quarter(t), p)
        flows["h20_units"] = flows["flagship_units"] * float(chips[t] == "nvidia-h20")
        for name in asked.names:
            values[name][t] = flows[name]
        failed |= ~np.isfinite(flows["demand_usd"] + flows["huawei_units"] + flows["premium"]
                               + flows["nvidia_total_revenue"] + flows["compute_stock_h100e"])
    return {**values, FAILED: failed}


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
