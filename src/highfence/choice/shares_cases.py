"""Evidence of the room: published domestic shares of accelerators in China against the calibrated choice.

Years are never judged by a fit that saw them or a later one: 2024 is predicted from what was published of 2022 and
2023, and 2025 from what was published up to 2024. Rows that were fitted are listed apart. Beside each stands
persistence: the share of the year before.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from highfence.choice.fitting import CostRow, Fit, fit, predict
from highfence.choice.parameters import Observation, shipped_observations
from highfence.choice.work_table import work_rows
from highfence.core.errors import InputError
from highfence.core.ranges import Range

FITTED_UNTIL = 2024
"""Last year of the fit whose rows are listed as fitted."""

HELD_OUT_FROM = 2024
"""First year that is predicted from the years before."""


@dataclass(frozen=True, slots=True)
class ShareCase:
    """One published share beside ours.

    Attributes
    ----------
    n : published shares that the fit saw. ours : 10th, 50th and 90th percentile of the published share expected.
    theirs : as published, contested values as ends. persistence : the share of the year before, None for the first.
    used_to_fit : whether the fit saw this row. source : of the published share.
    """

    period: str
    measure: str
    n: int
    ours: Range
    theirs: Range
    persistence: float | None
    used_to_fit: bool
    source: str

    @property
    def error(self) -> float:
        """Ours less theirs, in shares."""
        return self.ours.mid - self.theirs.mid

    @property
    def persistence_error(self) -> float | None:
        """Persistence less theirs, in shares."""
        return None if self.persistence is None else self.persistence - self.theirs.mid

    @property
    def covered(self) -> bool:
        """Whether the interval meets what was published."""
        return self.ours.low <= self.theirs.high and self.theirs.low <= self.ours.high

    def to_dict(self) -> dict[str, Any]:
        """Return the case as JSON."""
        return {"period": self.period, "measure": self.measure, "n": self.n, "ours": self.ours.mid,
                "ours_low": self.ours.low, "ours_high": self.ours.high, "theirs": self.theirs.mid,
                "theirs_low": self.theirs.low, "theirs_high": self.theirs.high, "persistence": self.persistence,
                "error": self.error, "persistence_error": self.persistence_error, "covered": self.covered,
                "split": "fitted" if self.used_to_fit else "held out", "source": self.source}


def share_cases(data: Path | None = None, rows: Sequence[CostRow] | None = None) -> list[ShareCase]:
    """Return every published share with what the calibrated choice makes of it.

    Parameters
    ----------
    data : folder that holds ``market/``: its sourced rows widen what ships. rows : table of costs; costs of the
    reference workload if omitted.

    Examples
    --------
    >>> cases = share_cases()
    >>> [c.period for c in cases if not c.used_to_fit]
    ['2024', '2024', '2025H1', '2025', '2025']
    """
    seen, rows = observations_in(data) if data else shipped_observations(), rows or work_rows()
    years = sorted({_year(o) for o in seen if _year(o) >= HELD_OUT_FROM})
    fits = {year: fit([o for o in seen if _year(o) < year], rows) for year in (*years, FITTED_UNTIL + 1)}
    fitted = [_case(o, seen, fits[FITTED_UNTIL + 1], rows) for o in seen if _year(o) <= FITTED_UNTIL]
    return fitted + [_case(o, seen, fits[_year(o)], rows) for o in seen if _year(o) >= HELD_OUT_FROM]


def mean_errors(cases: Sequence[ShareCase]) -> tuple[float, float]:
    """Return the mean absolute error of held-out shares, ours and of persistence, over the rows that have both."""
    both = [(abs(c.error), abs(c.persistence_error)) for c in cases
            if not c.used_to_fit and c.persistence_error is not None]
    if not both:
        raise InputError("no held-out share with a year before it")
    return sum(ours for ours, _ in both) / len(both), sum(last for _, last in both) / len(both)


def observations_in(data: Path) -> tuple[Observation, ...]:
    """Return the published shares, widened by the sourced rows of a folder of market tables.

    Forecasts and rows without a retrieved source are left out.

    Raises
    ------
    InputError : the folder holds no such table.
    """
    shares: dict[tuple[str, str], list[float]] = {}
    for row in _table(data, "china_ai_chip_shipments.csv"):
        measure = "value" if "(value)" in row["product"] else "units" if "cards" in row["product"] else None
        if row["vendor"] == "China vendors" and row["metric"] == "share" and row["kind"] == "estimate" and measure:
            shares.setdefault((row["period"], measure), []).append(float(row["value"]) / 100.0)
    for period, supply, demand in _values(_table(data, "china_demand.csv")):
        shares.setdefault((period, "value"), []).append(supply / demand)
    return tuple(_widened(o, shares.get((o.period, o.measure), [])) for o in shipped_observations())


def _table(data: Path, name: str) -> list[dict[str, str]]:
    path = data / "market" / name
    if not path.is_file():
        raise InputError("no such table of the market", where="--data", got=str(path),
                         expected="a folder that holds market/", hint="set HIGHFENCE_SHARED_DATA, or give --data")
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["source"] != "memory"]


def _values(rows: Sequence[dict[str, str]]) -> list[tuple[str, float, float]]:
    """Return years with domestic supply and demand of one publisher on one day, both estimated, USD bn."""
    def of(metric: str) -> dict[tuple[str, str, str], float]:
        return {(r["period"], r["publisher"], r["published"]): float(r["value"]) for r in rows
                if r["metric"] == metric and r["kind"] == "estimate"}

    supply, demand = of("domestic AI chip supply"), of("AI chip demand")
    return [(key[0], supply[key], demand[key]) for key in supply if key in demand]


def _widened(observation: Observation, values: Sequence[float]) -> Observation:
    share = observation.share
    return replace(observation, share=Range(min(share.low, *values, share.mid), share.mid,
                                            max(share.high, *values, share.mid)))


def _case(observation: Observation, seen: Sequence[Observation], fitted: Fit, rows: Sequence[CostRow] | None,
          ) -> ShareCase:
    before = [o for o in seen if o.measure == observation.measure and _year(o) < _year(observation)]
    last = max(before, key=lambda o: o.period, default=None)
    return ShareCase(observation.period, observation.measure, len(fitted.fitted), predict(fitted, observation, rows),
                     observation.share, last.share.mid if last else None,
                     any(o is observation for o in fitted.fitted), observation.source)


def _year(observation: Observation) -> int:
    return int(observation.period[:4])
