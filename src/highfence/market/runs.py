"""Runs: draws of the market from 2021 on, and what they say of a quarter.

Each answer says what it rests on: the posterior of a forecast origin, fitted to facts that were public then, or priors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.core.dates import parse_day
from highfence.core.ensembles import ensemble, spans
from highfence.core.errors import InputError
from highfence.core.labels import Label
from highfence.core.ranges import Range, quantile_range
from highfence.market.inputs import (
    Inputs,
    Lever,
    check_levers,
    flows_for,
    known_arrays,
    parameters,
    quarter_index,
)
from highfence.market.observations import SPAN
from highfence.market.posterior import corrected, corrections, latest, outcomes_needed
from highfence.market.pulls import Pull, check_pulls
from highfence.market.randomness import Streams
from highfence.market.results import OUTCOMES, outcome
from highfence.market.state import State
from highfence.market.step import step
from highfence.market.tables import quarters

Floats = NDArray[np.float64]
DRAWS, SEED, MOST_DRAWS = 1000, 1, 1_000_000
PIECE = 2500
"""Draws that run together: enough for threads to gain by it, few enough for a processor's cache."""

MOST_PIECE = 20_000

FAILED = "failed"
"""Array beside the outcomes: draws that ran into a number that is none."""

BACKENDS = ("numpy", "jax")
PARTS = ("nvidia_china_revenue", "nvidia_rest_revenue")
"""Outcomes of whose corrected values the vendor's total is made."""

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
        return quantile_range(self._one(name, quarter))

    def distribution(self, name: str, quarter: str) -> dict[str, Any]:
        """Return an outcome's predictive distribution in a quarter: quantiles, mean, and what they rest on."""
        values, known = self._one(name, quarter), outcome(name)
        return {"outcome": known.to_dict(), "at": quarter, "as_of": self.as_of.isoformat() if self.as_of else None,
                "quantiles": {f"{q:g}": float(v) for q, v in zip(QUANTILES, np.quantile(values, QUANTILES))},
                "mean": float(values.mean()), "draws": self.draws, "failed": int(self.failed.sum()),
                "seed": self.seed, "basis": self.basis.to_dict()}

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
             table: Mapping[str, Any] | None = None, posterior: bool = True, backend: str = "numpy",
             engine: str = "here", address: str | None = None, store: Path | str | None = None, piece: int = PIECE,
             threads: int | None = None, progress: Callable[[int], None] | None = None) -> Trajectory:
    """Return draws of the market from 2021Q1 on.

    Draw ``i`` is the same whatever the number of draws, so that runs of one seed under different levers are paired, and
    so are those of a prior and its posteriors.

    Parameters
    ----------
    levers : dated overrides, single ones and whole fields over quarters; single ones come after. given : values or
    ranges of parameters, by id. as_of : day of knowledge: laws, events, prices and dated figures that became public
    later are not used. overlay : reforms of US law. until : last quarter. keep : outcomes to keep; all if None.
    table : tables under another regime than the law, of :func:`~highfence.market.tables.build`.
    posterior : whether draws are of the latest posterior whose origin is no later than the day (of the last one without
    a day); else of the prior. Outcomes that facts speak of then carry what facts and model differ by, drawn given the
    facts of the day and fading after them; that error is the same under any lever. backend : ``numpy`` or ``jax``.
    engine, address, store, threads : as in :func:`highfence.core.ensembles.ensemble`; outcomes of a run with a folder
    lie in its files, so that memory is that of a piece. piece : draws that run together. On NumPy none of the last five
    changes a byte. progress : told how many draws are done.

    Raises
    ------
    InputError : a lever, parameter, day, quarter, outcome, backend, engine or number of draws that cannot be.
    NoAnswer : nothing of a needed path was public on the day.

    Examples
    --------
    >>> run = simulate(draws=20, until="2022Q4", keep=["huawei_units"])
    >>> run.outcome("huawei_units").shape
    (8, 20)
    """
    if isinstance(draws, bool) or not 1 <= draws <= MOST_DRAWS or draws != int(draws):
        raise InputError("number of draws", where="--draws", got=draws, expected=f"1 to {MOST_DRAWS:,}", example="1000")
    if isinstance(piece, bool) or piece != int(piece) or not 1 <= piece <= MOST_PIECE:
        raise InputError("number of draws that run together", got=piece, expected=f"1 to {MOST_PIECE:,}",
                         example="1000")
    if backend not in BACKENDS:
        raise InputError("no such backend", where="backend", got=backend, expected=", ".join(BACKENDS), example="numpy")
    known = knowledge(as_of)
    last = quarter_index(until) if until else len(quarters()) - 1
    names = tuple(dict.fromkeys(OUTCOMES if keep is None else (outcome(name).name for name in keep)))
    asked = Asked(check_levers([lever for lever in levers if isinstance(lever, Lever)]),
                  check_pulls([lever for lever in levers if isinstance(lever, Pull)]), seed,
                  tuple(sorted((given or {}).items())), known, tuple(overlay), table, last, names, posterior, backend)
    fitted = latest(known) if posterior else None
    basis = PRIOR if fitted is None else fitted.basis
    pieces = spans(draws, piece)

    def told(done: int, _: int) -> None:
        if progress:
            progress(min(done * piece, draws))

    run = partial(ensemble, partial(drawn_quarters, asked), pieces, engine=engine, address=address, threads=threads,
                  progress=told)
    if store is not None:
        kept = run(store=store)
        return Trajectory(quarters()[: last + 1], {name: kept.joined(name) for name in names}, kept.joined(FAILED),
                          known, seed, basis)
    values = {name: np.empty((last + 1, draws)) for name in names}
    failed = np.zeros(draws, dtype=bool)

    def take(i: int, found: Mapping[str, NDArray[Any]]) -> None:
        for name in names:
            values[name][:, slice(*pieces[i])] = found[name]
        failed[slice(*pieces[i])] = found[FAILED]

    run(take=take)
    return Trajectory(quarters()[: last + 1], values, failed, known, seed, basis)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run is asked for, whatever its draws; ``last`` is the place of the last quarter, ``names`` outcomes."""

    levers: tuple[Lever, ...]
    pulls: tuple[Pull, ...]
    seed: int
    given: tuple[tuple[str, float | Range], ...]
    as_of: date | None
    overlay: tuple[Any, ...]
    table: Mapping[str, Any] | None
    last: int
    names: tuple[str, ...]
    posterior: bool
    backend: str

    @property
    def factual(self) -> bool:
        """Whether nothing is set against what happened."""
        return not (self.levers or self.pulls or self.overlay or self.table)


def drawn_quarters(asked: Asked, span: tuple[int, int]) -> dict[str, NDArray[Any]]:
    """Return the outcomes of some draws, from one to before another, (T, D) each, and which of them failed, (D,)."""
    streams, count = streams_of(asked, span), asked.last + 1
    needed = outcomes_needed() if streams.affine is not None else ()
    if not set(needed) & set(asked.names):
        values = plain_quarters(asked, streams, asked.last, asked.names)
    elif asked.factual:
        values = plain_quarters(asked, streams, max(asked.last, SPAN - 1), (*asked.names, *needed))
        values |= corrected(values, corrections(values, streams, asked.as_of))
    else:
        values = plain_quarters(asked, streams, asked.last, (*asked.names, *PARTS))
        values |= corrected(values, factual_errors(asked.seed, asked.given, asked.as_of, asked.backend, span))
    told: dict[str, NDArray[Any]] = {name: values[name][:count] for name in asked.names}
    return told | {FAILED: np.asarray(~np.isfinite(values[FAILED][:count]).all(axis=0))}


def streams_of(asked: Asked, span: tuple[int, int]) -> Streams:
    """Return the normals of some draws: of the posterior that a run rests on, or of the prior."""
    fitted = latest(asked.as_of) if asked.posterior else None
    return Streams(asked.seed, span[1] - span[0], fitted.affine if fitted else None, begin=span[0])


def plain_quarters(asked: Asked, streams: Streams, last: int, names: Sequence[str]) -> dict[str, Floats]:
    """Return outcomes of the kernel, (T, D) each, and :data:`FAILED`: a sum that is no number where a draw failed."""
    p, z = parameters(streams, dict(asked.given), asked.as_of)
    inputs = Inputs(known_arrays(asked.as_of, asked.overlay, asked.table), p, z, streams, asked.levers, asked.pulls)
    kept, found, state = flows_for((*names, *WATCHED)), dict[str, Floats](), inputs.first()
    if asked.backend == "jax":
        from highfence.market.jaxed import run_quarters

        found = run_quarters(state, [inputs.quarter(t) for t in range(last + 1)], p, kept)
    else:
        found = {name: np.empty((last + 1, streams.n)) for name in kept}
        for t in range(last + 1):
            state, flows = step(np, state, inputs.quarter(t), p)
            for name in kept:
                found[name][t] = flows[name]
    found |= inputs.told(found)
    return {**{name: found[name] for name in names}, FAILED: np.asarray(sum(found[name] for name in WATCHED))}


@lru_cache(maxsize=16)
def factual_errors(seed: int, given: tuple[tuple[str, float | Range], ...], as_of: date | None, backend: str,
                    span: tuple[int, int]) -> dict[str, Floats]:
    """Return what facts and model differ by in the run without levers and reforms, the same for every what-if."""
    asked = Asked((), (), seed, given, as_of, (), None, SPAN - 1, (), True, backend)
    streams = streams_of(asked, span)
    return corrections(plain_quarters(asked, streams, SPAN - 1, outcomes_needed()), streams, as_of)


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
