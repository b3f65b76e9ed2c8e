"""The room's evidence: published shares and market days, recomputed with costs from the cost room.

Nothing here is stored. Held-out years are predicted from earlier ones alone; no market day was used to fit anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from highfence.choice.crossroads import crossroads
from highfence.choice.directions import Judgement, direction_cases, judge
from highfence.choice.fitting import proxy_costs
from highfence.choice.shares_cases import ShareCase, mean_errors, share_cases
from highfence.core.envelope import plain

BUYERS = ("hyperscaler-inference", "hyperscaler-training", "sme-inference")
"""Segments whose fork is judged: those that the press names as buyers of the H20."""


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
class Findings:
    """Everything that the room is judged by.

    Attributes
    ----------
    shares : with costs of work, as shipped. proxy : the same with prices per peak. days : market days by buyer.
    """

    shares: tuple[ShareCase, ...]
    proxy: tuple[ShareCase, ...]
    days: tuple[DayCase, ...]

    @property
    def errors(self) -> dict[str, float]:
        """Mean absolute error of held-out shares: with costs of work, with the proxy, of persistence."""
        ours, persistence = mean_errors(self.shares)
        return {"work": ours, "proxy": mean_errors(self.proxy)[0], "persistence": persistence}

    def to_dict(self) -> dict[str, Any]:
        """Return the findings as JSON."""
        return {"shares": [c.to_dict() for c in self.shares], "proxy": [c.to_dict() for c in self.proxy],
                "mean_absolute_error_held_out": self.errors, "days": [d.to_dict() for d in self.days]}


def findings(data: Path | None = None) -> Findings:
    """Recompute the room's evidence.

    Parameters
    ----------
    data : folder that holds ``market/``, whose sourced rows widen the published shares; what ships alone if None.
    """
    return Findings(tuple(share_cases(data)), tuple(share_cases(data, proxy_costs())), tuple(day_cases()))


def day_cases(buyers: Sequence[str] = BUYERS) -> list[DayCase]:
    """Return each market day beside the fork of each buyer, at the foreign chip's price of that day."""
    return [DayCase(name, judge(case, crossroads(case.foreign, case.domestic, name, to=case.place, on=case.on, given={
        f"price.{case.foreign}": case.foreign_price.mid}))) for case in direction_cases() for name in buyers]
