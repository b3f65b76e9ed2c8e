"""Runs: draws of the market from 2021 on, and what they say of a quarter.

Each answer says what it rests on: the posterior of a forecast origin, fitted to facts that were public then, or priors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.core.dates import parse_day
from highfence.core.errors import InputError
from highfence.core.labels import Label
from highfence.core.ranges import Range, quantile_range
from highfence.market.inputs import Inputs, Lever, parameters, quarter_index
from highfence.market.observations import SPAN
from highfence.market.posterior import corrected, corrections, latest, outcomes_needed
from highfence.market.randomness import Streams
from highfence.market.results import OUTCOMES, outcome
from highfence.market.state import State
from highfence.market.step import step
from highfence.market.tables import quarters, tables

Floats = NDArray[np.float64]
DRAWS, SEED, MOST_DRAWS = 1000, 1, 1_000_000
PIECE = 1000
"""Draws that run together: what fits a processor's cache."""

BACKENDS = ("numpy", "jax")
WATCHED = ("demand_usd", "huawei_units", "premium", "nvidia_total_revenue", "compute_stock_h100e")
"""Outcomes of which one that is no number makes a draw count as failed."""

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)

PRIOR = Label("prior, not calibrated: wide assumptions propagated through the model, not fitted to what happened",
              "先验，未校准：将宽泛假设经模型传播，未按历史拟合")


@dataclass(frozen=True)
class Trajectory:
    """A run.

    Attributes
    ----------
    quarters : of the run. values : by outcome, (T, D). failed : (D,) draws that ran into a number that is none; they
    are counted and left out of every quantile. as_of : day of knowledge, or None. seed : of the draws. basis : what the
    draws rest on, posterior or prior.
    """

    quarters: tuple[str, ...]
    values: Mapping[str, Floats]
    failed: NDArray[np.bool_]
    as_of: date | None
    seed: int
    basis: Label = PRIOR

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
                "seed": self.seed, "basis": self.basis.to_dict()}

    def _place(self, quarter: str) -> int:
        if quarter not in self.quarters:
            raise InputError("a quarter outside the run", where="--at", got=quarter,
                             expected=f"{self.quarters[0]} to {self.quarters[-1]}", example=self.quarters[-1])
        return self.quarters.index(quarter)


def simulate(levers: Sequence[Lever] = (), *, draws: int = DRAWS, seed: int = SEED,
             given: Mapping[str, float | Range] | None = None, as_of: str | date | None = None,
             overlay: Sequence[Any] = (), until: str | None = None, keep: Sequence[str] | None = None,
             progress: Callable[[int], None] | None = None, posterior: bool = True, backend: str = "numpy",
             ) -> Trajectory:
    """Return draws of the market from 2021Q1 on.

    Draw ``i`` is the same whatever the number of draws, so that runs of one seed under different levers are paired, and
    so are those of a prior and its posteriors.

    Parameters
    ----------
    levers : dated overrides. given : values or ranges of parameters, by id. as_of : day of knowledge: laws, events,
    prices and dated figures that became public later are not used. overlay : reforms of US law. until : last quarter.
    keep : outcomes to keep; all if None. progress : told how many draws are done. posterior : whether draws are of the
    latest posterior whose origin is no later than the day (of the last one without a day); else of the prior. Outcomes
    that facts speak of then carry what facts and model differ by, drawn given the facts of the day and fading after
    them; that error is the same under any lever. backend : ``numpy`` or ``jax``.

    Raises
    ------
    InputError : a lever, parameter, day, quarter, outcome, backend or number of draws that cannot be.
    NoAnswer : nothing of a needed path was public on the day.

    Examples
    --------
    >>> run = simulate(draws=20, until="2022Q4", keep=["huawei_units"])
    >>> run.outcome("huawei_units").shape
    (8, 20)
    """
    if isinstance(draws, bool) or not 1 <= draws <= MOST_DRAWS or draws != int(draws):
        raise InputError("number of draws", where="--draws", got=draws, expected=f"1 to {MOST_DRAWS:,}", example="1000")
    if backend not in BACKENDS:
        raise InputError("no such backend", where="backend", got=backend, expected=", ".join(BACKENDS), example="numpy")
    known = None if as_of is None else parse_day(as_of, "--as-of")
    if known is not None and known < date(2021, 1, 1):
        raise InputError("before the first quarter of the model", where="--as-of", got=known.isoformat(),
                         expected="2021-01-01 or later", example="2025-04-01")
    last = quarter_index(until) if until else len(quarters()) - 1
    names = tuple(OUTCOMES) if keep is None else tuple(outcome(name).name for name in keep)
    fitted = latest(known) if posterior else None
    streams = Streams(seed, draws, fitted.affine if fitted else None)
    run = _Run(tuple(levers), draws, seed, known, tuple(overlay), backend, streams, given, progress)
    if fitted is None:
        return Trajectory(quarters()[: last + 1], *run.to(last, names), known, seed)
    touched = set(names) & set(outcomes_needed())
    wanted = tuple(dict.fromkeys((*names, *(outcomes_needed() if touched else ()))))
    factual = not (levers or overlay)
    values, failed = run.to(max(last, SPAN - 1) if factual and touched else last, wanted if factual else names + (
        ("nvidia_china_revenue", "nvidia_rest_revenue") if touched else ()))
    if touched:
        errors = corrections(values, streams, known) if factual else _errors_of(run)
        values = corrected(values, errors)
    return Trajectory(quarters()[: last + 1], {name: values[name][: last + 1] for name in names}, failed, known, seed,
                      fitted.basis)


@dataclass(frozen=True, eq=False)
class _Run:
    """What fixes a run; ``to`` does it up to a quarter."""

    levers: tuple[Lever, ...]
    draws: int
    seed: int
    known: date | None
    overlay: tuple[Any, ...]
    backend: str
    streams: Streams
    given: Mapping[str, float | Range] | None
    progress: Callable[[int], None] | None = None

    def to(self, last: int, names: tuple[str, ...]) -> tuple[dict[str, Floats], NDArray[np.bool_]]:
        """Return outcomes, (T, D) each, and the draws that failed."""
        names = tuple(dict.fromkeys(names))
        p, z = parameters(self.draws, self.seed, self.given, self.known, self.streams)
        inputs = Inputs(p, z, self.draws, self.seed, self.known, self.overlay, self.levers, last, self.streams)
        h20 = [chip == "nvidia-h20" for chip in tables(self.known, self.overlay)["rows"]["chip.legal"]]
        values = {name: np.empty((last + 1, self.draws)) for name in names}
        failed = np.zeros(self.draws, dtype=bool)
        steps = [inputs.quarter(t) for t in range(last + 1)]
        first = inputs.first()
        for begin in range(0, self.draws, PIECE):
            piece = slice(begin, min(begin + PIECE, self.draws))
            own = {k: v[piece] for k, v in p.items()}
            flows = self._flows(_piece(first, piece), [_piece(q, piece) for q in steps], own, names)
            flows["h20_units"] = flows["flagship_units"] * np.asarray(h20[: last + 1], dtype=float)[:, None]
            for name in names:
                values[name][:, piece] = flows[name]
            failed[piece] = ~np.isfinite(sum(flows[name] for name in WATCHED)).all(axis=0)
            if self.progress:
                self.progress(piece.stop)
        return values, failed

    def _flows(self, state: State, steps: Sequence[Any], p: Mapping[str, Floats], names: Sequence[str],
               ) -> dict[str, Floats]:
        """Return outcomes of some draws, (T, D) each."""
        kept = [name for name in dict.fromkeys((*names, "flagship_units", *WATCHED)) if name != "h20_units"]
        if self.backend == "jax":
            from highfence.market.jaxed import run_quarters

            return run_quarters(state, steps, p, kept)
        found: dict[str, list[Floats]] = {name: [] for name in kept}
        for quarter in steps:
            state, flows = step(np, state, quarter, p)
            for name in kept:
                found[name].append(flows[name])
        return {name: np.stack(rows) for name, rows in found.items()}


def _errors_of(run: _Run) -> dict[str, Floats]:
    """Return what facts and model differ by in the run without levers and reforms, the same for every what-if."""
    given = None if run.given is None else tuple(sorted(run.given.items()))
    return _factual_errors(run.draws, run.seed, run.known, run.backend, given)


@lru_cache(maxsize=4)
def _factual_errors(draws: int, seed: int, known: date | None, backend: str, given: Any) -> dict[str, Floats]:
    fitted = latest(known)
    streams = Streams(seed, draws, fitted.affine if fitted else None)
    run = _Run((), draws, seed, known, (), backend, streams, None if given is None else dict(given))
    return corrections(run.to(SPAN - 1, outcomes_needed())[0], streams, known)


def _piece(held: Any, piece: slice) -> Any:
    """Return some draws of a dataclass of arrays."""
    return type(held)(**{name: getattr(held, name)[piece] for name in type(held).__dataclass_fields__})


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
