"""The room's evidence: published shares and market days, recomputed with costs from the cost room.

Nothing here is stored. Held-out years are predicted from earlier ones alone; no market day was used to fit anything.
What seven segments choose is summed by their shares of spending and put beside the same published shares; its price
sensitivity was calibrated to them, so that it is listed as fitted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from highfence.choice.buyers import buyers as segments
from highfence.choice.buyers import segment_share
from highfence.choice.choose import choose
from highfence.choice.crossroads import crossroads
from highfence.choice.directions import Judgement, direction_cases, judge
from highfence.choice.fitting import proxy_costs
from highfence.choice.parameters import Observation, shipped_observations
from highfence.choice.shares_cases import ShareCase, mean_errors, share_cases
from highfence.core.envelope import plain

BUYERS = ("hyperscaler-inference", "hyperscaler-training", "sme-inference")
"""Segments whose fork is judged: those that the press names as buyers of the H20."""

WHOLE = {"2024": date(2024, 7, 1), "2025H1": date(2025, 4, 1), "2025": date(2025, 7, 1)}
"""Middle days of the periods for which all segments are summed."""


@dataclass(frozen=True, slots=True)
class DayCase:
    """A market day beside the fork of one buyer."""

    buyer: str
    judged: Judgement

    def to_dict(self) -> dict[str, Any]:
        """Return the case as JSON."""
        j = self.judged
        return {"case": j.case.id, "on": j.case.on.isoformat(), "buyer": self.buyer, "side": j.case.side,
                "bound": plain(j.case.bound), "indifference_price": j.price and plain(j.price), "agrees": j.agrees,
                "share_of_draws": j.share, "decades": j.decades, "same_magnitude": j.same_magnitude,
                "sources": list(j.case.sources)}


@dataclass(frozen=True, slots=True)
class WholeCase:
    """The domestic share of what all segments buy on a day, means over draws, beside a published share.

    Attributes
    ----------
    ours : of what is bought. waits : share of the work for which too little can be had.
    """

    on: date
    ours: float
    waits: float
    theirs: Observation

    @property
    def error(self) -> float:
        """Ours less theirs, in shares."""
        return self.ours - self.theirs.share.mid


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that the room is judged by.

    Attributes
    ----------
    shares : with costs of work, as shipped. proxy : the same with prices per peak. days : market days by buyer.
    whole : what all segments buy together.
    """

    shares: tuple[ShareCase, ...]
    proxy: tuple[ShareCase, ...]
    days: tuple[DayCase, ...]
    whole: tuple[WholeCase, ...]

    @property
    def errors(self) -> dict[str, float]:
        """Mean absolute error of held-out shares: with costs of work, with the proxy, of persistence."""
        ours, persistence = mean_errors(self.shares)
        return {"work": ours, "proxy": mean_errors(self.proxy)[0], "persistence": persistence}

    def to_dict(self) -> dict[str, Any]:
        """Return the findings as JSON."""
        return {"shares": [c.to_dict() for c in self.shares], "proxy": [c.to_dict() for c in self.proxy],
                "mean_absolute_error_held_out": self.errors, "days": [d.to_dict() for d in self.days],
                "whole": [{"on": c.on.isoformat(), "ours": c.ours, "waits": c.waits, "period": c.theirs.period,
                           "theirs": c.theirs.share.mid, "error": c.error, "source": c.theirs.source}
                          for c in self.whole]}


def findings(data: Path | None = None) -> Findings:
    """Recompute the room's evidence.

    Parameters
    ----------
    data : folder that holds ``market/``, whose sourced rows widen the published shares; what ships alone if None.
    """
    return Findings(tuple(share_cases(data)), tuple(share_cases(data, proxy_costs())), tuple(day_cases()),
                    tuple(whole_cases()))


def day_cases(buyers: Sequence[str] = BUYERS) -> list[DayCase]:
    """Return each market day beside the fork of each buyer, at the foreign chip's price of that day."""
    return [DayCase(name, judge(case, crossroads(case.foreign, case.domestic, name, to=case.place, on=case.on, given={
        f"price.{case.foreign}": case.foreign_price.mid}))) for case in direction_cases() for name in buyers]


def whole_cases(periods: Mapping[str, date] = WHOLE, draws: int = 300) -> list[WholeCase]:
    """Return the domestic share of what all segments buy in the middle of each period, by their shares of spending."""
    theirs = {o.period: o for o in shipped_observations() if o.measure == "units"}
    found = []
    for period, day in periods.items():
        bought = home = waits = 0.0
        for name in segments():
            share = segment_share(name, day).value.mid
            chosen = choose(name, on=day, draws=draws)
            home += share * chosen.domestic.mid
            bought += share * (1.0 - chosen.none)
            waits += share * chosen.none
        found.append(WholeCase(day, home / bought, waits / (bought + waits), theirs[period]))
    return found
