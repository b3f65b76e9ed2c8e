"""Formulas behind published estimates of what controls do: compute, revenue, research, smuggling.

Kernels over floats or arrays; each says whose arithmetic it is.
"""

from __future__ import annotations

from typing import Any

from highfence.core.arrays import Number


def research_lost(revenue: Number, decoupling: Number, intensity: Number) -> Number:
    """Return R&D lost with revenue: what is lost of it, times what of revenue goes into R&D (ITIF 2025).

    Parameters
    ----------
    revenue : of the market that may be lost, in USD. decoupling : part of it that is. intensity : a share.

    >>> research_lost(77.0, 0.5, 0.18)
    6.93
    """
    return revenue * decoupling * intensity


def revenue_lost(share: Number, lost_share: Number) -> Number:
    """Return the part of revenue that goes with a part of the world market, prices and market as they are (BCG 2020).

    >>> revenue_lost(0.48, 0.18)
    0.375
    """
    return lost_share / share


def grown(start: Number, factor: Number, years: Number) -> Number:
    """Return a quantity that grows by a factor a year (AI 2027; a doubling time is a factor of two).

    >>> grown(1e6, 2.0, 3.0)
    8000000.0
    """
    return start * factor**years


def middle_of_interval(xp: Any, low: Number, high: Number) -> Number:
    """Return the median of a lognormal distribution, from two quantiles that are as far from it (CNAS 2023, Epoch).

    >>> from highfence.core.arrays import FLOATS
    >>> round(middle_of_interval(FLOATS, 1600.0, 200000.0))
    17889
    """
    return xp.sqrt(low * high)


def delivered(lag_years: Number) -> Number:
    """Return the year's mean of a supply that ramps in a straight line after a lag, over its end's.

    >>> delivered(0.0)
    0.5
    """
    return (1.0 - lag_years) ** 2 / 2.0


def compute_lost(extra: Number, baseline: Number, relevant: Number) -> Number:
    """Return the share of a country's relevant compute that controls keep from it (calibration of September 2026).

    >>> compute_lost(1.0, 3.0, 0.6)
    0.15
    """
    return relevant * extra / (baseline + extra)
