"""On which assumptions a difference between two scenarios rests, and which of them would turn its sign.

Each assumption alone is set to the 10th and the 90th percentile of its own range in the same draws (a tornado); the
most influential ones share the variance of the difference (Sobol's indices, with SALib); and bisection finds the
quantile at which an assumption alone, or two together, turn the sign of the median difference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.core.errors import InputError, NoAnswer
from highfence.core.labels import Label
from highfence.core.ranges import Range
from highfence.market.inputs import quarter_index
from highfence.market.results import Outcome, outcome
from highfence.market.runs import knowledge
from highfence.market.tables import quarters
from highfence.policy.factors import HIGH, LOW, Factor, factors, set_at
from highfence.policy.paired import Floats, Pair, Worlds, span_of, spanned
from highfence.policy.scenarios import Scenario, find_scenario

SCREEN, DRAWS, TOP, TRIED = 24, 100, 15, 30
"""Draws that screen all assumptions; draws of what is told; assumptions told, and tried for the sign."""

IN_PAIRS, HALVINGS = 10, 6
OUTCOMES = ("nvidia_china_revenue", "domestic_share_compute", "compute_stock_training_h100e")
Move = dict[str, float]


@dataclass(frozen=True, slots=True)
class Bar:
    """An assumption's bar: mean and median difference with it at the ends of its range.

    Attributes
    ----------
    values : of the parameter at the ends, None where it is a path or a table. mean_low, mean_high, median_low,
    median_high : differences. error : standard error of the mean swing, over draws. slope : what the mean difference
    would change by over the range if it went on as it begins, by gradients; None unless asked for.
    """

    factor: Factor
    values: tuple[float, float] | None
    mean_low: float
    mean_high: float
    median_low: float
    median_high: float
    error: float
    slope: float | None = None

    @property
    def swing(self) -> float:
        """What the mean difference changes by, from the low end to the high one."""
        return self.mean_high - self.mean_low


@dataclass(frozen=True, slots=True)
class Index:
    """Sobol's indices of an assumption, each with half a 95 % interval."""

    factor: Factor
    first: float
    first_error: float
    total: float
    total_error: float


@dataclass(frozen=True, slots=True)
class Turn:
    """Assumptions that turn the sign of the median difference.

    Attributes
    ----------
    quantiles : of each in its own range, at which the sign turns; beyond it, towards ``ends``, the sign is the other.
    values : of each where it has one. median : difference at the ends.
    """

    factors: tuple[Factor, ...]
    quantiles: tuple[float, ...]
    ends: tuple[float, ...]
    values: tuple[float | None, ...]
    median: float


@dataclass(frozen=True)
class Rests:
    """What one outcome's difference rests on.

    Attributes
    ----------
    mean, median : over draws. bars : largest swing first. indices : None unless asked for; of a run in which all other
    assumptions stand at their middles. turns, pairs : single assumptions, and pairs of such as do not turn it alone.
    """

    outcome: Outcome
    at: str
    mean: float
    median: float
    bars: tuple[Bar, ...]
    indices: tuple[Index, ...] | None
    turns: tuple[Turn, ...]
    pairs: tuple[Turn, ...]

    def verdict(self) -> Label:
        """Return what would turn the sign, in words."""
        if self.median == 0.0:
            return Label("the median difference is zero: there is no sign to turn", "差异中位数为零：无符号可翻转")
        if self.turns:
            names = [f"{t.factors[0].id} at its {t.quantiles[0]:.0%} point" for t in self.turns]
            zh = [f"{t.factors[0].label.zh}（第{100 * t.quantiles[0]:.0f}百分位）" for t in self.turns]
            return Label("turned by one assumption alone: " + "; ".join(names), "单一假设即可翻转：" + "；".join(zh))
        if self.pairs:
            names = [" with ".join(f.id for f in t.factors) for t in self.pairs[:5]]
            zh = ["与".join(f.label.zh for f in t.factors) for t in self.pairs[:5]]
            return Label("no assumption within its range turns the sign alone; together: " + "; ".join(names),
                         "无单一假设在其范围内翻转符号；两项合并可翻转：" + "；".join(zh))
        return Label("none within its range, and no pair of those tried", "无假设在其范围内翻转符号，所试两两组合亦无")

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"outcome": self.outcome.to_dict(), "at": self.at, "mean": self.mean, "median": self.median,
                "tornado": [{**_named(b.factor), "values": b.values and list(b.values), "mean_low": b.mean_low,
                             "mean_high": b.mean_high, "median_low": b.median_low, "median_high": b.median_high,
                             "swing": b.swing, "error": b.error, "slope": b.slope} for b in self.bars],
                "sobol": None if self.indices is None else [
                    {**_named(i.factor), "first": i.first, "first_error": i.first_error, "total": i.total,
                     "total_error": i.total_error} for i in self.indices],
                "sign": {"verdict": self.verdict().to_dict(), "single": [_turned(t) for t in self.turns],
                         "pairs": [_turned(t) for t in self.pairs]}}


def _named(factor: Factor) -> dict[str, Any]:
    return {"id": factor.id, "label": factor.label.to_dict()}


def _turned(turn: Turn) -> dict[str, Any]:
    return {"assumptions": [{**_named(f), "quantile": q, "towards": e, "value": v} for f, q, e, v in
                            zip(turn.factors, turn.quantiles, turn.ends, turn.values)], "median": turn.median}


@dataclass(frozen=True)
class Sensitivity:
    """What differences rest on; ``assumptions`` is how many were screened, ``tried`` how many for the sign."""

    a: str
    b: str
    since: str
    horizon: str
    draws: int
    assumptions: int
    tried: int
    seed: int
    basis: Label
    outcomes: Mapping[str, Rests]

    def __getitem__(self, name: str) -> Rests:
        """Return an outcome.

        Raises
        ------
        InputError : no such outcome, or one that was not asked for.
        """
        outcome(name)
        if name not in self.outcomes:
            raise InputError("not among the outcomes asked for", where="outcomes", got=name,
                             expected=", ".join(self.outcomes))
        return self.outcomes[name]

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"a": self.a, "b": self.b, "since": self.since, "horizon": self.horizon, "draws": self.draws,
                "assumptions": self.assumptions, "tried": self.tried, "seed": self.seed,
                "basis": self.basis.to_dict(), "outcomes": {name: one.to_dict() for name, one in self.outcomes.items()}}


def sensitivity(a: str | Path | Scenario, against: str | Path | Scenario | None = None, *, horizon: str = "2028",
                at: str | None = None, since: str | None = None, outcomes: Sequence[str] | None = None,
                draws: int = DRAWS, sobol: int = 0, gradients: bool = False, seed: int = 1,
                as_of: str | date | None = None, given: Mapping[str, float | Range] | None = None,
                posterior: bool = True,
                progress: Callable[[str], None] | None = None) -> Sensitivity:
    """Return what the difference between two scenarios rests on.

    Parameters
    ----------
    a, against, horizon, seed, as_of, given, posterior : as of :func:`highfence.policy.whatif.whatif`. at, since : as of
    :func:`highfence.policy.attribution.attribution`. outcomes : names; :data:`OUTCOMES` if None. draws : pairs.
    sobol : base samples of Sobol's indices, a power of two; 0 leaves them out. gradients : whether slopes are told
    beside the swings, which takes JAX. progress : told what is being run.

    Raises
    ------
    InputError : as of a what-if; SALib or JAX is not installed. NoAnswer : nothing differs.
    """
    from highfence.policy.whatif import counterpart, read_horizon

    one = find_scenario(a)
    other = find_scenario(against) if against is not None else counterpart(one)
    names = tuple(dict.fromkeys(outcome(name).name for name in (OUTCOMES if outcomes is None else outcomes)))
    if isinstance(draws, bool) or draws != int(draws) or not SCREEN <= draws <= 10_000:
        raise InputError("number of draws", where="draws", got=draws, expected=f"{SCREEN} to 10,000",
                         example=str(DRAWS))
    if sobol and (sobol < 8 or sobol & (sobol - 1)):
        raise InputError("number of base samples", where="sobol", got=sobol, expected="a power of two from 8 on, or 0",
                         example="256")
    last = quarter_index(read_horizon(horizon if at is None else at))
    pair = Pair(one, other, last=last, seed=seed, known=knowledge(as_of), given=given,
                posterior=posterior)
    w = pair.worlds(0, draws)
    runs = [pair.run(w, side, names) for side in (0, 1)]
    first = pair.parted(*runs)
    if first is None:
        raise NoAnswer(f"nothing of these outcomes differs between {one.id} and {other.id} by {quarters()[last]}",
                       missing="a difference", would_change="a later horizon, or other outcomes")
    place = quarter_index(since) if since else first
    asked = _Asked(pair, w, names, place, None if at is None else quarter_index(at), progress or (lambda _: None))
    base = asked.of(np.arange(draws), [{} for _ in range(draws)])
    every = tuple(f for f in factors(w) if f.id not in pair.given)
    ranked = asked.screened(every)
    chosen = {name: ranked[name][:TOP] for name in names}
    tried = {name: ranked[name][:TRIED] for name in names}
    ends = asked.ends(tuple(dict.fromkeys(f for name in names for f in tried[name])))
    told_of = tuple(dict.fromkeys(f for name in names for f in chosen[name]))
    inclined = asked.inclined(told_of) if gradients else {}
    made = {}
    for name in names:
        bars = sorted((ends[f.name].bar(name, inclined.get(name, {})) for f in chosen[name]),
                      key=lambda bar: -abs(bar.swing))
        middle = float(np.median(base[name]))
        turns, pairs = asked.turned(name, middle, tried[name], ends)
        what = outcome(name)
        span = at or span_of(what, place, last)
        indices = asked.indices(name, chosen[name], sobol) if sobol else None
        made[name] = Rests(what, span, float(base[name].mean()), middle, tuple(bars), indices, turns, pairs)
    return Sensitivity(one.id, other.id, quarters()[place], quarters()[last], draws, len(every),
                       max(len(found) for found in tried.values()), seed, pair.basis, made)


@dataclass(frozen=True, eq=False)
class _Ends:
    """Differences with an assumption at the ends of its range, (D,) by outcome, and its values there."""

    factor: Factor
    low: Mapping[str, Floats]
    high: Mapping[str, Floats]
    values: tuple[float, float] | None

    def bar(self, name: str, slopes: Mapping[str, float] | None = None) -> Bar:
        """Return the bar of an outcome."""
        low, high = self.low[name], self.high[name]
        swing = high - low
        return Bar(self.factor, self.values, float(low.mean()), float(high.mean()), float(np.median(low)),
                   float(np.median(high)), float(swing.std(ddof=1) / np.sqrt(len(swing))),
                   (slopes or {}).get(self.factor.name))


@dataclass(frozen=True, eq=False)
class _Asked:
    """Differences of moved draws."""

    pair: Pair
    w: Worlds
    names: tuple[str, ...]
    since: int
    at: int | None
    told: Callable[[str], None]

    def of(self, index: NDArray[np.int64], moves: list[Move], base: Worlds | None = None) -> dict[str, Floats]:
        """Return differences of draws by their places, each with assumptions at quantiles, (N,) by outcome."""
        w = set_at(self.pair, base or self.w, index, moves)
        runs = [spanned(self.pair.run(w, side, self.names), self.since, self.at) for side in (0, 1)]
        return {name: runs[0][name] - runs[1][name] for name in self.names}

    def medians(self, moves: Sequence[Move]) -> dict[str, Floats]:
        """Return median differences over all draws for each set of moves, (moves,) by outcome."""
        found = self._by_move(moves, self.w.n)
        return {name: np.median(value, axis=1) for name, value in found.items()}

    def _by_move(self, moves: Sequence[Move], n: int) -> dict[str, Floats]:
        index = np.tile(np.arange(n), len(moves))
        found = self.of(index, [move for move in moves for _ in range(n)])
        return {name: value.reshape(len(moves), n) for name, value in found.items()}

    def screened(self, every: Sequence[Factor]) -> dict[str, list[Factor]]:
        """Return assumptions by outcome, those that move its mean most first; those that move nothing are left out."""
        self.told(f"screening {len(every)} assumptions")
        moves = [{f.name: end} for f in every for end in (LOW, HIGH)]
        found = self._by_move(moves, min(SCREEN, self.w.n))
        ranked = {}
        for name in self.names:
            swing = np.abs(found[name].mean(axis=1).reshape(-1, 2) @ np.array([-1.0, 1.0]))
            order = np.argsort(-swing, kind="stable")
            ranked[name] = [every[i] for i in order if swing[i] > 0.0]
        return ranked

    def ends(self, chosen: Sequence[Factor]) -> dict[str, _Ends]:
        """Return differences at the ends of some assumptions' ranges, by name."""
        self.told(f"{len(chosen)} assumptions at their ends")
        found = self._by_move([{f.name: end} for f in chosen for end in (LOW, HIGH)], self.w.n)
        return {f.name: _Ends(f, {name: value[2 * i] for name, value in found.items()},
                              {name: value[2 * i + 1] for name, value in found.items()}, self._values(f))
                for i, f in enumerate(chosen)}

    def _values(self, factor: Factor) -> tuple[float, float] | None:
        low, high = (self.value(factor, end) for end in (LOW, HIGH))
        return None if low is None or high is None else (low, high)

    def value(self, factor: Factor, quantile: float) -> float | None:
        """Return a parameter's value at a quantile of its range; None of paths and tables."""
        id = factor.id if factor.id in self.w.p else factor.id.split(".")[-1]
        if id not in self.w.p:
            return None
        return float(set_at(self.pair, self.w, np.array([0]), [{factor.name: quantile}]).p[id][0])

    def inclined(self, chosen: Sequence[Factor]) -> dict[str, dict[str, float]]:
        """Return mean slopes over all draws, by outcome and normal."""
        from highfence.policy.gradients import slopes

        self.told(f"gradients along {len(chosen)} assumptions")
        found = slopes(self.pair, self.w, chosen, self.names, self.since, self.at)
        return {name: {f.name: float(own) for f, own in zip(chosen, value.mean(axis=1))} for name, value in
                found.items()}

    # ---- the sign ----------------------------------------------------------------------------------------------------

    def turned(self, name: str, median: float, tried: Sequence[Factor], ends: Mapping[str, _Ends],
               ) -> tuple[tuple[Turn, ...], tuple[Turn, ...]]:
        """Return what turns the sign of an outcome's median difference: single assumptions, and pairs."""
        sign = np.sign(median)
        if sign == 0.0:
            return (), ()
        self.told(f"the sign of {name}")
        alone: list[tuple[Factor, float, float]] = []
        towards: list[tuple[Factor, float, float]] = []
        for f in tried:
            bar = ends[f.name].bar(name)
            end, worst = min(((LOW, bar.median_low), (HIGH, bar.median_high)), key=lambda pair: sign * pair[1])
            (alone if sign * worst < 0.0 else towards).append((f, end, worst))
        towards.sort(key=lambda found: sign * found[2])
        singles = self._bisected(name, sign, [((f,), (end,), worst) for f, end, worst in alone])
        some = list(combinations(towards[:IN_PAIRS], 2))
        if not some:
            return singles, ()
        medians = self.medians([{f.name: e, g.name: h} for (f, e, _), (g, h, _) in some])[name]
        flips = [((f, g), (e, h), float(m)) for ((f, e, _), (g, h, _)), m in zip(some, medians) if sign * m < 0.0]
        return singles, self._bisected(name, sign, flips)

    def _bisected(self, name: str, sign: float, flips: Sequence[tuple[tuple[Factor, ...], tuple[float, ...], float]],
                  ) -> tuple[Turn, ...]:
        """Return where the sign turns on the straight way from the other ends to those that turn it."""
        if not flips:
            return ()
        begin, end = np.zeros(len(flips)), np.ones(len(flips))

        def moves(part: Floats) -> list[Move]:
            return [{f.name: 1.0 - e + s * (2.0 * e - 1.0) for f, e in zip(found, ends)}
                    for (found, ends, _), s in zip(flips, part)]

        whole = sign * self.medians(moves(begin))[name] < 0.0
        for _ in range(HALVINGS):
            half = 0.5 * (begin + end)
            turned = sign * self.medians(moves(half))[name] < 0.0
            begin, end = np.where(turned, begin, half), np.where(turned, half, end)
        made = []
        for (found, ends, median), move, every in zip(flips, moves(end), whole):
            at = tuple(1.0 - e if every else move[f.name] for f, e in zip(found, ends))
            made.append(Turn(found, at, ends, tuple(self.value(f, q) for f, q in zip(found, at)), median))
        return tuple(made)

    # ---- shares of variance ------------------------------------------------------------------------------------------

    def indices(self, name: str, chosen: Sequence[Factor], n: int) -> tuple[Index, ...]:
        """Return Sobol's indices of some assumptions, all others at their middles.

        Raises
        ------
        InputError : SALib is not installed.
        """
        analyze, sample = _salib()
        self.told(f"{n * (len(chosen) + 2):,} samples for Sobol's indices of {name}")
        problem = {"num_vars": len(chosen), "names": [f.id for f in chosen],
                   "bounds": [[0.005, 0.995]] * len(chosen)}
        quantiles = sample(problem, n, calc_second_order=False, seed=self.pair.seed)
        moves = [{f.name: float(q) for f, q in zip(chosen, row)} for row in quantiles]
        middle = self.pair.middle(self.w)
        found = self.of(np.zeros(len(moves), dtype=np.int64), moves, middle)[name]
        if not np.isfinite(found).all() or np.ptp(found) == 0.0:
            raise NoAnswer(f"no variance of {name} to share", missing="finite, different values",
                           would_change="Sobol's indices")
        told = analyze(problem, found, calc_second_order=False, print_to_console=False, seed=self.pair.seed)
        rows = [Index(f, *(float(told[key][i]) for key in ("S1", "S1_conf", "ST", "ST_conf")))
                for i, f in enumerate(chosen)]
        return tuple(sorted(rows, key=lambda row: -row.total))


def _salib() -> tuple[Any, Any]:
    try:
        from SALib.analyze.sobol import analyze
        from SALib.sample.sobol import sample
    except ImportError as missing:
        raise InputError("SALib is not installed", where="sobol", example="sobol=0",
                         hint="pip install 'highfence[sensitivity]'") from missing
    return analyze, sample
