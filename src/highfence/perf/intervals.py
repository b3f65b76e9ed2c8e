"""How far a measurement may lie from a prediction: 80 % intervals by what the prediction rests on.

Widths are quantiles of ``log(measured / predicted)`` over runs that a fit had not seen: left out by configuration for
chips that were measured, by chip for others of the vendor, and a vendor's prior on top for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Any

from highfence.perf.calibration import Calibration

MEASURED_CHIPS = frozenset({"nvidia-h100-sxm", "nvidia-h200-sxm", "nvidia-b200"})
"""Chips whose serving runs were fitted."""

Z80 = 1.2816
"""Half-width of a central 80 % interval of a normal, in standard deviations."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Factors from a prediction to the ends of its interval.

    >>> Spread(0.8, 1.25).around(10.0)
    (8.0, 12.5)
    """

    low: float
    high: float

    def around(self, value: Any) -> tuple[Any, Any]:
        """Return the ends of the interval around a value."""
        return value * self.low, value * self.high


def spreads(calibration: Calibration, chip: str, prior: float, apart: str = "") -> tuple[Spread, Spread]:
    """Return the spreads of TTFT and TPOT of a chip.

    Parameters
    ----------
    prior : standard deviation of the logarithm that the vendor's prior adds; 0 for measured families.
    apart : name of the spread where prompts and tokens are served by separate pools.
    """
    kind = "configuration" if chip in MEASURED_CHIPS else "chip"
    v = calibration.values(f"spread.{apart or kind}")
    return tuple(_widened(v[f"{what}_low"], v[f"{what}_high"], prior) for what in ("ttft", "tpot"))  # type: ignore[return-value]


def _widened(low: float, high: float, prior: float) -> Spread:
    """Add a prior's variance to either side of an interval given in logarithms."""
    more = (Z80 * prior) ** 2
    return Spread(exp(-sqrt(low * low + more)), exp(sqrt(high * high + more)))


def widened(value: float, low: float, high: float, prior: float) -> tuple[float, float]:
    """Return an interval about a positive value with a prior's variance added to either side."""
    if not prior:
        return low, high
    spread = _widened(log(value / low), log(high / value), prior)
    return value * spread.low, value * spread.high


def static_spread(calibration: Calibration, mixture: bool, prior: float) -> Spread:
    """Return the spread of a step or of a run of one static batch, on chips and programs that were not fitted.

    Its standard deviation is that of published static figures about predictions that saw no figure of their source
    (:func:`highfence.perf.evidence.published_serving.static_curve`); for chips that were fitted it is no narrower,
    since the programs of those figures were fitted on no chip.

    Parameters
    ----------
    mixture : whether the model has experts. prior : standard deviation that the vendor's prior adds.
    """
    sd = calibration.values("spread.static")["mixture" if mixture else "dense"]
    return _widened(Z80 * sd, Z80 * sd, prior)
