"""Rolling-origin backtests: what each shipped origin foresaw of the next prints of a series, beside plain rules.

One to four prints ahead: the first is that of the quarter that has just ended at the origin, which is not public yet.
What is scored is the first print; nothing that became public after the origin is used, by us or by the rules.
Scores are in the scale of the series (logarithm, or log-odds of a share) and in its own unit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from highfence.catalogue.series import Point, series
from highfence.market.observations import Row, as_fact, shipped_map
from highfence.market.posterior import origins
from highfence.market.printing import foresight, in_units, on_scale, printed
from highfence.market.scoring import bootstrap, crps, interval, interval_score, normal_draws

Floats = NDArray[np.float64]
DRAWS, SEED = 500, 1
AHEAD = 4
RULES = ("persistence", "drift", "line")
"""Plain rules: last print; last print and the mean step so far; a straight line in logarithms over the last prints."""

RULE_WORDS = {"persistence": "persistence", "drift": "trend (drift)", "line": "trend (log-linear)"}
LEAST_STEPS = 3
"""Steps between prints that a rule must know to say how far it errs; it is silent before."""

LINE = 12
"""Prints that a straight line is laid through, at most."""


@dataclass(frozen=True, slots=True)
class Score:
    """How one forecast did: scores in scale and in unit, ends of the 80 % interval and the middle in unit."""

    crps: float
    interval: float
    crps_unit: float
    low: float
    middle: float
    high: float
    off: float
    inside: bool


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One print foreseen from one origin.

    Attributes
    ----------
    ahead : 1 for the next print. came : first print. ours : of the model. rules : by name, those that could tell.
    posterior : whether the model was calibrated on that day.
    """

    series: str
    unit: str
    period: str
    origin: date
    ahead: int
    came: float
    source: str
    ours: Score
    rules: dict[str, Score]
    last: float | None
    posterior: bool


def backtest(names: Sequence[str] | None = None, days: Iterable[date] | None = None, draws: int = DRAWS,
             seed: int = SEED, posterior: bool = True) -> tuple[Foreseen, ...]:
    """Return every print that was foreseen from every origin.

    Parameters
    ----------
    names : series; all that are set against outcomes if None. days : origins; those that ship if None. posterior :
    whether the model is that of the day, or the prior.

    >>> found = backtest(["nvidia-china-revenue"], [date(2024, 7, 1)], draws=20)
    >>> [(one.period, one.ahead) for one in found]
    [('2024-Q2', 1), ('2024-Q3', 2), ('2025-Q1', 4)]
    """
    rows = [row for row in shipped_map().rows if names is None or row.series in names]
    found = []
    for day in origins() if days is None else days:
        for row in rows:
            found += [_one(row, point, day, ahead, draws, seed, posterior) for point, ahead in due(row, day)]
    return tuple(found)


def due(row: Row, day: date) -> list[tuple[Point, int]]:
    """Return the first prints after a day that are at most :data:`AHEAD` quarters ahead, with how many."""
    last = day.year * 4 + (day.month - 1) // 3 - 1
    found = []
    for point in _firsts(row.series):
        ahead = _quarter(point) - last + 1
        if point.public > day and 1 <= ahead <= AHEAD and as_fact(row, point) is not None:
            found.append((point, ahead))
    return found


def _quarter(point: Point) -> int:
    """Return the number of the quarter that a period ends in; a fiscal one counts as the quarter that it is nearest."""
    if "-Q" in point.period:
        year, quarter = point.period.split("-Q")
        return int(year) * 4 + int(quarter) - 1
    return point.end.year * 4 + (point.end.month - 1) // 3


@cache
def _firsts(name: str) -> tuple[Point, ...]:
    return series(name).first_prints().points


def _one(row: Row, point: Point, day: date, ahead: int, draws: int, seed: int, posterior: bool) -> Foreseen:
    fact = as_fact(row, point)
    assert fact is not None
    seen = foresight(day, draws, seed, posterior)
    came = float(on_scale(row, point.value))
    ours = _score(row, printed(fact, seen), came, point.value)
    known = [p for p in _firsts(row.series) if p.public <= day and as_fact(row, p) is not None and p.by == point.by]
    told = {name: _score(row, made, came, point.value) for name in RULES
            if (made := ruled(name, row, known, point)) is not None}
    last = float(on_scale(row, known[-1].value)) - came if known else None
    return Foreseen(row.series, series(row.series).unit, point.period, day, ahead, point.value, point.source, ours,
                    told, last, seen.fitted)


def _score(row: Row, draws: Floats, came: float, value: float) -> Score:
    low, high = interval(draws)
    units = in_units(row, draws)
    ends = sorted(float(in_units(row, end)) for end in (low, high))
    middle = float(np.median(draws))
    return Score(crps(draws, came), interval_score(low, high, came), crps(units, value), ends[0],
                 float(in_units(row, middle)), ends[1], middle - came, low <= came <= high)


# ---- plain rules -----------------------------------------------------------------------------------------------------


def ruled(name: str, row: Row, known: Sequence[Point], target: Point) -> Floats | None:
    """Return what a plain rule says of a print, from the prints known so far; None where it cannot say how far it errs.

    Spread: its own errors at that distance so far (four or more), else of single steps, growing with the root of the
    distance.
    """
    at = np.array([_middle(p) for p in known])
    values = np.array([float(on_scale(row, p.value)) for p in known])
    if len(values) < LEAST_STEPS + 1:
        return None
    return _RULES[name](at, values, _middle(target))


def _middle(point: Point) -> float:
    """Return the middle of a period in quarters."""
    return (point.start.toordinal() + point.end.toordinal()) / 2.0 / 91.3125


def _spread(at: Floats, values: Floats, distance: float, drift: float) -> float:
    """Return the root mean square of steps less their drift, as far apart as the print is from the last one known."""
    same = [values[j] - values[i] - drift * (at[j] - at[i]) for i in range(len(at)) for j in range(i + 1, len(at))
            if abs(at[j] - at[i] - distance) < 0.5]
    if len(same) >= 4:
        return float(np.sqrt(np.mean(np.square(same))))
    steps = (np.diff(values) - drift * np.diff(at)) / np.sqrt(np.diff(at))
    return float(np.sqrt(np.mean(np.square(steps)) * distance))


def _persistence(at: Floats, values: Floats, when: float) -> Floats:
    return normal_draws(float(values[-1]), _spread(at, values, when - at[-1], 0.0))


def _drift(at: Floats, values: Floats, when: float) -> Floats:
    distance, drift = when - at[-1], float((values[-1] - values[0]) / (at[-1] - at[0]))
    spread = _spread(at, values, distance, drift) * (1.0 + distance / (at[-1] - at[0])) ** 0.5
    return normal_draws(float(values[-1] + drift * distance), spread)


def _line(at: Floats, values: Floats, when: float) -> Floats:
    x, y = at[-LINE:], values[-LINE:]
    slope, level = np.polyfit(x - x.mean(), y, 1)
    left = y - level - slope * (x - x.mean())
    spread = np.sqrt(np.sum(left**2) / (len(x) - 2) * (1.0 + 1.0 / len(x) + (when - x.mean()) ** 2
                                                       / np.sum((x - x.mean()) ** 2)))
    return normal_draws(float(level + slope * (when - x.mean())), float(spread))


_RULES: dict[str, Callable[[Floats, Floats, float], Floats]] = {"persistence": _persistence, "drift": _drift,
                                                                "line": _line}


# ---- tables ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pooled:
    """Scores of some prints beside those of a rule, paired.

    Attributes
    ----------
    n, origins : prints and origins. ours, theirs : mean scores. difference, low, high : ours less theirs, with the 80 %
    interval of a bootstrap by origin; below zero is better. better : whether ours is below.
    """

    what: str
    rule: str
    score: str
    n: int
    origins: int
    ours: float
    theirs: float
    difference: float
    low: float
    high: float

    @property
    def better(self) -> bool:
        """Whether ours is the smaller score."""
        return self.ours < self.theirs


def pooled(found: Sequence[Foreseen], rule: str, score: str, what: str = "all") -> Pooled | None:
    """Return a score beside that of a rule, over the prints of which the rule could tell; None where it never could."""
    pairs = [(getattr(one.ours, score), getattr(one.rules[rule], score), one.origin) for one in found
             if rule in one.rules]
    if not pairs:
        return None
    mine, theirs = (float(np.mean([pair[i] for pair in pairs])) for i in (0, 1))
    difference, low, high = bootstrap([a - b for a, b, _ in pairs], [day for _, _, day in pairs])
    return Pooled(what, rule, score, len(pairs), len({day for _, _, day in pairs}), mine, theirs, difference, low, high)


def is_quarterly(one: Foreseen) -> bool:
    """Whether a print is of a quarter."""
    return "-Q" in one.period


def coverage(found: Sequence[Foreseen]) -> float:
    """Return the share of prints inside our 80 % intervals."""
    return float(np.mean([one.ours.inside for one in found]))
