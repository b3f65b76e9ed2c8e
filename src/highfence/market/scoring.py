"""Scores of predictive distributions given as draws: how far from what came, and how wide for it.

All are proper or standard (Gneiting and Raftery 2007, JASA 102; `gneiting-raftery-2007`), and less is better.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEVEL = 0.8
"""Nominal coverage of the intervals that are scored."""

RESAMPLES = 2000


def crps(draws: Floats, came: float) -> float:
    """Return the continuous ranked probability score, in the unit of the draws.

    ``E|X - y| - E|X - X'| / 2`` over the empirical distribution of the draws.

    >>> crps(np.array([1.0, 3.0]), 2.0), crps(np.array([2.0]), 5.0)
    (0.5, 3.0)
    """
    sorted_ = np.sort(np.asarray(draws, dtype=float))
    n = len(sorted_)
    apart = 2.0 * float(np.sum((2.0 * np.arange(1, n + 1) - n - 1.0) * sorted_)) / n**2
    return float(np.mean(np.abs(sorted_ - came))) - 0.5 * apart


def interval(draws: Floats, level: float = LEVEL) -> tuple[float, float]:
    """Return the ends of the central interval.

    >>> [round(end, 9) for end in interval(np.arange(101.0))]
    [10.0, 90.0]
    """
    low, high = np.quantile(draws, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return float(low), float(high)


def interval_score(low: float, high: float, came: float, level: float = LEVEL) -> float:
    """Return the width of an interval, and what it missed by over half of what it leaves out.

    >>> round(interval_score(1.0, 2.0, 1.5), 9), round(interval_score(1.0, 2.0, 2.1), 9)
    (1.0, 2.0)
    """
    missed = max(low - came, 0.0) + max(came - high, 0.0)
    return high - low + 2.0 / (1.0 - level) * missed


def normal_draws(mean: float, deviation: float, n: int = 501) -> Floats:
    """Return evenly spaced quantiles of a normal distribution, in the place of draws.

    >>> float(np.median(normal_draws(2.0, 1.0)))
    2.0
    """
    standard = NormalDist()
    return mean + deviation * np.array([standard.inv_cdf((i + 0.5) / n) for i in range(n)])


def bootstrap(differences: Sequence[float], blocks: Sequence[Hashable], resamples: int = RESAMPLES,
              seed: int = 1) -> tuple[float, float, float]:
    """Return the mean of paired differences and its 80 % interval, whole blocks drawn with replacement.

    >>> bootstrap([1.0, 1.0, 1.0], ["a", "a", "b"])
    (1.0, 1.0, 1.0)
    """
    values = np.asarray(differences, dtype=float)
    names = list(dict.fromkeys(blocks))
    sums = np.array([sum(v for v, b in zip(values, blocks) if b == name) for name in names])
    counts = np.array([sum(b == name for b in blocks) for name in names], dtype=float)
    rng = np.random.Generator(np.random.Philox(key=seed))
    drawn = rng.integers(0, len(names), (resamples, len(names)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, [0.1, 0.9])
    return float(values.mean()), float(low), float(high)
