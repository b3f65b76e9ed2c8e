"""Replicas that share random arrivals: many candidates at once, each judged at its share of the rate.

The load of a share follows by Little's law and the 99th percentiles are those of its busiest hundredth, as
:func:`~highfence.perf.inference.arrivals.serving_at_rate` answers one candidate.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from highfence.perf.choosing.bound import Flags, Indices, Points, evaluated, excess, ladder, tails
from highfence.perf.choosing.limits import Limits
from highfence.perf.choosing.space import Floats, Space
from highfence.perf.inference.arrivals import BUSY
from highfence.perf.inference.estimate import MAX_CONCURRENCY

HALVINGS = 24
"""Times that the loads between which a rate lies are halved: to a part in ten million."""

SLACK = 1e-3
"""Part of a limit by which a candidate may pass it here and still be answered exactly."""


class Arrivals:
    """The loads of a space under which its candidates take requests that arrive at random.

    Attributes
    ----------
    most : requests a second of each candidate, the most at powers of two and at the load that fills its cache.
    count : points that were evaluated.
    """

    def __init__(self, space: Space, limits: Limits) -> None:
        self.space, self.limits = space, limits
        which, load = ladder(space)
        points = evaluated(space, limits, which, load)
        step = np.arange(len(which)) - np.searchsorted(which, which)
        self.loads: Floats = np.zeros((len(space.candidates), int(step.max()) + 2))
        self.rates: Floats = np.zeros_like(self.loads)
        self.loads[which, step + 1], self.rates[which, step + 1] = load, points.rate / space.output
        self.most: Floats = self.rates.max(axis=1)
        self.count, self.none = len(which), points[:0]

    def shared(self, which: Indices, rate: Floats, slack: float = SLACK) -> tuple[Points, Flags]:
        """Return the candidates that keep the limits at a rate, each under its least load, and which those are."""
        enough = self.rates[which] >= rate[:, None]
        able: Flags = np.asarray(enough.any(axis=1))
        which, rate, at = which[able], rate[able], enough[able].argmax(axis=1)
        if not len(which):
            return self.none, able
        low, high = self.loads[which, np.maximum(at - 1, 0)], self.loads[which, at]
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            fine = evaluated(self.space, self.limits, which, middle).rate >= rate * self.space.output
            low, high = np.where(fine, low, middle), np.where(fine, middle, high)
        points = self._at(which, high)
        self.count += len(which) * (HALVINGS + 2)
        kept: Flags = excess(self.limits, points.ttft, points.tpot, self.space.output) <= 1.0 + slack
        able[able] = kept
        return points[kept], able

    def _at(self, which: Indices, load: Floats) -> Points:
        """Return candidates at mean loads, at the quantile of the limits under random arrivals."""
        points = evaluated(self.space, self.limits, which, load)
        if self.limits.statistic == "mean":
            return points
        busy = np.minimum(load + BUSY * np.sqrt(load), MAX_CONCURRENCY)
        served: Any = self.space.serve(which, busy)
        running = np.minimum(busy, self.space.full[which] * self.space.dp[which])
        ttft, tpot = tails(self.limits.statistic, served.ttft_s, served.tpot_s, served.decode_s, running,
                           self.space.output, served.waiting_s)
        return Points(which, load, np.maximum(points.ttft, ttft), np.maximum(points.tpot, tpot), points.rate,
                      points.mean_ttft, points.mean_tpot, points.decode)
