"""Printed numbers as intervals, units that may be compared, and how a number stands to a fact."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from highfence.claims.model import Quantity

NEAR = 0.10
"""A value off by no more than this share is imprecise rather than wrong."""
APPROXIMATE = 0.05
"""What "about" allows on either side."""
ROUNDING = 0.004
"""Facts are rounded too: a share by which a printed number may miss one and agree with it."""
FAR_ABOVE = 10.0
"""A fact so many times a stated lower bound makes the bound true but uninformative."""

NOT_COUNTS = frozenset(
    (
        "USD",
        "CNY",
        "EUR",
        "JPY",
        "KRW",
        "TWD",
        "GBP",
        "HKD",
        "share",
        "points",
        "times",
        "FLOP/s",
        "OP/s",
        "B/s",
        "B",
        "W",
        "nm",
        "Hz",
        "mm2",
        "m",
        "day",
        "week",
        "month",
        "year",
        "years",
        "months",
        "days",
        "TPP",
        "TPP/mm2",
        "USD/h",
        "EFLOPS",
        "H100e",
        "rank",
        "wafers/month",
        "wafers/year",
        "tokens/day",
        "B/s/mm2",
        "kWh",
        "J",
        "C",
        "V",
        "s",
        "tokens",
        "quarters",
    )
)
"""Units of which a bare number is no count; every other unit is a noun that is counted."""
RATES = frozenset(("FLOP/s", "OP/s"))
PARTS = frozenset(("share", "points", "times", "1"))
_PER = frozenset(("wafers/month", "wafers/year", "tokens/day", "tokens"))
"""Rates that texts print as plain counts: so many wafers (a month)."""
CURRENCIES = frozenset(("USD", "CNY", "EUR", "JPY", "KRW", "TWD", "GBP", "HKD"))
LENGTHS_OF_TIME = {
    "day": 1.0,
    "week": 7.0,
    "month": 30.44,
    "year": 365.25,
    "years": 365.25,
    "months": 30.44,
    "days": 1.0,
}


@dataclass(frozen=True, slots=True)
class Interval:
    """What a printed number admits; ``inner`` is what it says outright, in the same unit."""

    low: float
    high: float
    value: float

    def holds(self, low: float, high: float) -> bool:
        """Whether a range of values meets this one."""
        return low <= self.high and high >= self.low

    def distance(self, low: float, high: float) -> float:
        """Return how far a range lies outside, as a share of the nearer of the two."""
        if self.holds(low, high):
            return 0.0
        ours, theirs = (self.high, low) if low > self.high else (self.low, high)
        scale = max(min(abs(ours), abs(theirs)), 1e-300)
        return abs(theirs - ours) / scale


def interval(q: Quantity) -> Interval:
    """Return the values that a printed number admits: its rounding, "about", and "more than".

    >>> interval(Quantity(0.25, "share", tolerance=0.005, comparator=">"))
    Interval(low=0.245, high=inf, value=0.25)
    """
    low, high = q.ends
    low, high = min(low, high), max(low, high)
    slack = max(q.tolerance, 1e-9 * max(abs(low), abs(high)))
    if q.approximate or q.comparator == "~":
        slack = max(slack, APPROXIMATE * max(abs(low), abs(high)))
    if q.comparator in (">", ">="):
        return Interval(low - slack, inf, q.value)
    if q.comparator in ("<", "<="):
        return Interval(-inf, high + slack, q.value)
    return Interval(low - slack, high + slack, q.value)


def factor(claimed: str, known: str) -> float | None:
    """Return what to multiply a fact by to bring it into the unit of a claim, or None where they cannot be compared.

    >>> factor("1", "units"), factor("FLOP/s", "OP/s"), factor("USD", "B/s")
    (1.0, 1.0, None)
    """
    if claimed == known or (claimed not in NOT_COUNTS and known not in NOT_COUNTS):
        return 1.0
    if claimed in RATES and known in RATES:
        return 1.0
    if claimed in PARTS and known in PARTS and "share" in (claimed, known) and "1" not in (claimed, known):
        return 1.0
    if known in _PER and claimed not in NOT_COUNTS:
        return 1.0
    if claimed in LENGTHS_OF_TIME and known in LENGTHS_OF_TIME:
        return LENGTHS_OF_TIME[known] / LENGTHS_OF_TIME[claimed]
    return None


def fits(wanted: Interval, low: float, high: float) -> str:
    """Return how a fact stands to a printed number: ``inside``, ``near`` or ``off``."""
    if wanted.holds(low, high):
        if wanted.high == inf and low > 0 and wanted.value > 0 and low > FAR_ABOVE * wanted.value:
            return "near"
        return "inside"
    if wanted.distance(low, high) <= ROUNDING:
        return "inside"
    return "near" if wanted.distance(low, high) <= NEAR + 1e-9 else "off"


def magnitude(wanted: Interval, value: float) -> float | None:
    """Return the power of ten, or the 10⁴ and 10⁸ of Chinese numbers, by which a printed number is off, or None."""
    if not value or not wanted.value or value * wanted.value < 0:
        return None
    for scale in (10.0, 100.0, 1e3, 1e4, 1e6, 1e8):
        for by in (scale, 1 / scale):
            if abs(value * by / wanted.value - 1) <= 0.03:
                return by
    return None
