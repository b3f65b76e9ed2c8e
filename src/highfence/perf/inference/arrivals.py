"""Serving at an arrival rate: the requests in flight follow from the rate by Little's law.

``requests in flight = arrivals a second * seconds a request stays``, where the stay itself grows with the requests in
flight. The rate that a load sustains rises with the load, so that bisection finds the load of a rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil, floor, log10, sqrt
from typing import Any

from highfence.core.errors import InputError, NoAnswer
from highfence.core.quantities import growth
from highfence.perf.inference.estimate import MAX_CONCURRENCY, serving
from highfence.perf.machine import Machine
from highfence.perf.prediction import Prediction
from highfence.perf.shape import ModelShape

MIN_RATE, MAX_RATE = 1e-5, 1e6
"""Requests a second: about one a day, and more than any server takes."""

LEAST = 1e-9
"""Least requests in flight that are tried: fewer than the least rate makes of the quickest request."""

TOLERANCE = 1e-6
BUSY = 2.326
"""Standard deviations to the hundredth of a normal: how full the server is at its busiest hundredth of the time."""


def serving_at_rate(chip: str | Machine, model: str | ModelShape, *, rate: float, **load: Any) -> Prediction:
    """Return what a chip does with requests that arrive at a rate.

    Means are those of the mean number in flight; the 99th percentiles those of its busiest hundredth, for arrivals at
    random (Poisson: the number in flight varies by its square root).

    Parameters
    ----------
    rate : requests a second. load : as in :func:`~highfence.perf.inference.estimate.serving`, without the concurrency.

    Examples
    --------
    >>> answer = serving_at_rate("H20", "llama-3.1-70b", rate=1.0, prompt=2048, output=512, tp=8)
    >>> round(answer.requests_per_s, 3), answer.concurrency < 32
    (1.0, True)

    Raises
    ------
    InputError : a rate that is none. NoAnswer : the chips cannot take the rate; names the highest that they can.
    """
    check_rate(rate)

    def at(load_in_flight: float) -> Prediction:
        return serving(chip, model, concurrency=load_in_flight, **load)

    low, high = _bracket(at, rate)
    while high.concurrency - low.concurrency > TOLERANCE * high.concurrency:
        middle = at(0.5 * (low.concurrency + high.concurrency))
        low, high = (low, middle) if middle.requests_per_s >= rate else (middle, high)
    busy = at(min(high.concurrency + BUSY * sqrt(high.concurrency), MAX_CONCURRENCY))
    return replace(high, ttft_p99=max(high.ttft_p99, busy.ttft_p99), tpot_p99=max(high.tpot_p99, busy.tpot_p99),
                   statistic="means over requests; p99 at the busiest hundredth of the time",
                   arrivals=f"open loop, random arrivals at {rate:g} requests/s; the load follows by Little's law")


def check_rate(rate: float) -> None:
    """Refuse what is no rate of arrivals.

    Raises
    ------
    InputError : no number, or out of range.
    """
    if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not MIN_RATE <= rate <= MAX_RATE:
        raise InputError("must be a positive number of requests a second", where="--rate", got=rate,
                         expected=f"{MIN_RATE:.5f} (about one a day) to {MAX_RATE:,.0f}", example="2")


def _bracket(at: Any, rate: float) -> tuple[Prediction, Prediction]:
    """Return a load that sustains less than a rate and one that sustains it.

    Raises
    ------
    NoAnswer : no load does.
    """
    tried = [at(LEAST), at(1.0)]
    while (high := tried[-1]).requests_per_s < rate:
        if high.concurrency > 2.0 * high.memory.sequences * high.split["dp"] or high.concurrency >= MAX_CONCURRENCY:
            calm, fullest = _fullest(at, tried)
            if fullest.requests_per_s >= rate:
                return calm, fullest
            best = max(answer.requests_per_s for answer in (*tried, fullest))
            raise NoAnswer(f"saturated: {high.name} takes at most {below(best):g} such requests/s in this split",
                           missing=f"{growth(rate / best).en} more throughput",
                           would_change=f"a rate of {below(best):g}, or {_more(rate, best, high):,} chips or more")
        tried.append(at(min(2.0 * high.concurrency, MAX_CONCURRENCY)))
    return tried[-2], high


def _fullest(at: Any, tried: Sequence[Prediction]) -> tuple[Prediction, Prediction]:
    """Return the last load that was tried of those in which nobody waits for memory, and the greatest such load.

    Doubling steps over it, and a server is often at its quickest there.
    """
    calm = [answer for answer in tried if answer.waiting_s == 0.0]
    low, high = calm[-1].concurrency, tried[min(len(calm), len(tried) - 1)].concurrency
    while high - low > 1.0:
        middle = floor(0.5 * (low + high))
        low, high = (middle, high) if at(middle).waiting_s == 0.0 else (low, middle)
    return calm[-1], at(low)


def _more(rate: float, best: float, answer: Prediction) -> int:
    """Return the chips of so many replicas that they take a rate together."""
    return ceil(rate / best) * answer.chips


def below(value: float) -> float:
    """Return a number cut, not rounded, to three digits, so that it can be asked for.

    >>> below(1.2389)
    1.23
    """
    size: float = 10.0 ** (floor(log10(value)) - 2)
    return float(f"{floor(value / size + 1e-9) * size:.12g}")
