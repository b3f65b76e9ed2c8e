"""The room's evidence: backtests of every shipped origin, and what others foresaw beside ours.

Nothing here is stored. No posterior has seen what its forecasts are scored on: each is fitted to the facts of its own
day. Parameters without dates and the form of the model were chosen in November 2026, with hindsight.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from highfence.market.backtests import DRAWS, RULES, Foreseen, Pooled, backtest, coverage, is_quarterly, pooled
from highfence.market.forecasts import SCORED, ForecastCase, forecast_cases
from highfence.market.posterior import origins

LOW, HIGH = 0.7, 0.9
"""Between these an 80 % interval must cover."""

SCORES = ("crps", "interval")


@dataclass(frozen=True, slots=True)
class Coverage:
    """What part of prints lay inside our 80 % intervals."""

    what: str
    n: int
    share: float

    @property
    def met(self) -> bool:
        """Whether the share is within the bar."""
        return LOW <= self.share <= HIGH


@dataclass(frozen=True, slots=True)
class Middles:
    """Mean distance from what came, of our middles and of the last print, where rules know too little for scores."""

    series: str
    n: int
    ours: float
    last: float


@dataclass(frozen=True)
class Findings:
    """All figures of the room.

    Attributes
    ----------
    prints : every print foreseen. pools : scores beside each rule: of all quarterly prints, by prints ahead, by series.
    units : CRPS by series in the series' own unit. covered : by the same groups. middles : of series that are not
    quarterly. forecasts : of others. origins : days that ship.
    """

    prints: tuple[Foreseen, ...]
    pools: tuple[Pooled, ...]
    units: tuple[Pooled, ...]
    covered: tuple[Coverage, ...]
    middles: tuple[Middles, ...]
    forecasts: tuple[ForecastCase, ...]
    origins: int


def findings(data: Path | None = None, draws: int = DRAWS) -> Findings:
    """Return every figure; a minute on two cores, all origins and days of forecasts run.

    Parameters
    ----------
    data : folder that may hold a table of forecasts with more rows than the catalogue.
    """
    return gathered(backtest(draws=draws), tuple(forecast_cases(data, draws)), len(origins()))


def gathered(prints: tuple[Foreseen, ...], forecasts: tuple[ForecastCase, ...], days: int) -> Findings:
    """Return figures of prints that were foreseen."""
    quarterly = [one for one in prints if is_quarterly(one)]
    rest = [one for one in prints if not is_quarterly(one)]
    groups = {"all quarterly prints": quarterly}
    groups |= {f"{ahead} ahead": [one for one in quarterly if one.ahead == ahead] for ahead in range(1, 5)}
    groups |= {name: [one for one in quarterly if one.series == name]
               for name in dict.fromkeys(one.series for one in quarterly)}
    pools = [pooled(held, rule, score, what) for what, held in groups.items() for rule in RULES for score in SCORES]
    units = [pooled(held, rule, "crps_unit", name) for name, held in groups.items() for rule in RULES
             if held and name == held[0].series]
    known = {"half-yearly and yearly prints": rest, **groups}
    covered = [Coverage(what, len(held), coverage(held)) for what, held in known.items() if held]
    return Findings(prints, tuple(p for p in pools if p), tuple(p for p in units if p), tuple(covered),
                    tuple(_middles(rest)), forecasts, days)


def _middles(prints: list[Foreseen]) -> list[Middles]:
    found = []
    for name in dict.fromkeys(one.series for one in prints):
        held = [(abs(one.ours.off), abs(one.last)) for one in prints if one.series == name and one.last is not None]
        if held:
            ours, last = np.mean(held, axis=0)
            found.append(Middles(name, len(held), float(ours), float(last)))
    return found


def scored(cases: tuple[ForecastCase, ...]) -> list[ForecastCase]:
    """Return the forecasts that can be scored and are no estimates of the past by their own author."""
    return [case for case in cases if case.standing == SCORED and not case.circular]
