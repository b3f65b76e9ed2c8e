"""Branch and bound over the loads of every candidate at once: exact, without evaluating every load.

Throughput is not monotone in the load: a product of 65 rows takes a tile more than one of 64, and tokens a second fall.
A bisection would miss what lies behind such a step. Three laws of :mod:`highfence.perf.inference.closed_loop` do
hold, for any split,
format and software, up to the load at which the cache is full (``tests/perf/test_search.py`` holds them):

1. time per output token, and the decode step in it, never fall when the load rises;
2. neither does ``ttft * (dp + load - 1)``: prompts may be computed together, but never in less time than fewer of them;
3. no time to first token is shorter than that of a single request.

From two evaluated loads they bound every load between: the least TPOT and TTFT, and the most tokens a second. A gap
whose bound keeps no limit, or whose bound no goal can use, is dropped whole; others are divided until none is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from highfence.core.errors import InputError, did_you_mean
from highfence.perf.choosing.limits import STATISTICS, Limits
from highfence.perf.choosing.space import Floats, Space
from highfence.perf.inference.closed_loop import TPOT_P99, TTFT_P99

Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]

SLACK = 1.0 - 1e-9
"""Rounding that a bound allows for."""

LEAF = 8
"""Loads of a gap that are evaluated one by one rather than divided."""

PARTS = 4


def limits_of(ttft_s: float | None, tpot_s: float | None, latency_s: float | None, quantile: str) -> Limits:
    """Return checked limits.

    Raises
    ------
    InputError : a limit that is no positive number of seconds, or no such quantile.
    """
    for name, value in (("ttft", ttft_s), ("tpot", tpot_s), ("latency", latency_s)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0.0):
            raise InputError("a limit must be a positive number of seconds", where=f"--limit {name}", got=value,
                             example=f"{name}=1s")
    if quantile not in STATISTICS:
        raise InputError("no such quantile of a limit", where="--limit", got=quantile, expected=", ".join(STATISTICS),
                         hint=did_you_mean(str(quantile), STATISTICS))
    return Limits(ttft_s, tpot_s, latency_s, quantile)


def excess(limits: Limits, ttft: Any, tpot: Any, output: float) -> Any:
    """Return by which factor times pass the tightest limit; at most 1 where all are kept.

    >>> float(excess(Limits(1.0, 0.05), 0.5, 0.1, 512.0))
    2.0
    """
    return np.maximum(np.maximum(ttft / (limits.ttft_s or np.inf), tpot / (limits.tpot_s or np.inf)),
                      (ttft + output * tpot) / (limits.latency_s or np.inf))


@dataclass(frozen=True, slots=True)
class Points:
    """Candidates under loads, evaluated, shape (n,) each.

    Attributes
    ----------
    which : index of the candidate. load : requests in flight of a replica.
    ttft, tpot : seconds at the quantile of the limits. rate : output tokens/s of a replica.
    mean_ttft, mean_tpot, decode : seconds, means.
    """

    which: Indices
    load: Floats
    ttft: Floats
    tpot: Floats
    rate: Floats
    mean_ttft: Floats
    mean_tpot: Floats
    decode: Floats

    def __getitem__(self, at: Any) -> Points:
        return Points(*(getattr(self, f.name)[at] for f in fields(self)))

    def __len__(self) -> int:
        return len(self.load)


def joined(parts: Sequence[Points]) -> Points:
    """Return points after one another."""
    return Points(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Points)))


def tails(quantile: str, ttft: Any, tpot: Any, decode: Any, running: Any, output: float,
          waiting: Any = 0.0) -> tuple[Any, Any]:
    """Return TTFT and TPOT at a quantile, of requests that wait so long for memory; see
    :mod:`highfence.perf.inference.closed_loop`.
    """
    if quantile == "mean":
        return ttft, tpot
    stalls = np.maximum(tpot - decode, 0.0)
    return (waiting + (ttft - waiting) * TTFT_P99,
            tpot + TPOT_P99 * stalls / np.sqrt(np.maximum(np.minimum(output, running), 1.0)))


def evaluated(space: Space, limits: Limits, which: Indices, load: Floats) -> Points:
    """Return candidates under loads."""
    served = space.serve(which, load)
    running = np.minimum(load, space.full[which] * space.dp[which])
    ttft, tpot = tails(limits.statistic, served.ttft_s, served.tpot_s, served.decode_s, running, space.output)
    rate = load * space.output / (served.ttft_s + space.output * served.tpot_s)
    return Points(which, load, ttft, tpot, rate, np.asarray(served.ttft_s), np.asarray(served.tpot_s),
                  np.asarray(served.decode_s))


class Aim(Protocol):
    """What a search is after."""

    def take(self, points: Points) -> None:
        """Learn of points that keep the limits."""

    def wants(self, which: Indices, tpot: Floats, rate: Floats) -> Flags:
        """Whether points of at least this TPOT and at most this rate could still matter."""


class Front:
    """Aim: the Pareto set of tokens a second and chip, more is better, against TPOT, less is better."""

    def __init__(self, space: Space) -> None:
        self.chips = space.chips
        self.points: Points | None = None
        self.tpot, self.gain = np.empty(0), np.empty(0)

    def take(self, points: Points) -> None:
        every = points if self.points is None else joined([self.points, points])
        gain = every.rate / self.chips[every.which]
        order = np.lexsort((self.chips[every.which], -gain, every.tpot))
        ahead = np.maximum.accumulate(np.concatenate([[-np.inf], gain[order][:-1]]))
        kept = order[gain[order] > ahead]
        self.points, self.tpot, self.gain = every[kept], every.tpot[kept], gain[kept]

    def wants(self, which: Indices, tpot: Floats, rate: Floats) -> Flags:
        at = np.searchsorted(self.tpot, tpot, side="right")
        best = np.concatenate([[-np.inf], self.gain])[at]
        flags: Flags = rate / self.chips[which] > best
        return flags


class Best:
    """Aim: the best candidate by a score that rises with its rate, and the best of the others."""

    def __init__(self, space: Space, score: Any) -> None:
        self.score = score
        self.value = np.full(len(space.candidates), -np.inf)
        self.points: dict[int, Points] = {}

    def take(self, points: Points) -> None:
        score = self.score(points.which, points.rate)
        order = np.lexsort((points.load, -score, points.which))
        _, first = np.unique(points.which[order], return_index=True)
        for at in order[first]:
            k = int(points.which[at])
            if score[at] > self.value[k]:
                self.value[k], self.points[k] = score[at], points[at:at + 1]

    def wants(self, which: Indices, tpot: Floats, rate: Floats) -> Flags:
        second = np.partition(self.value, -2)[-2] if len(self.value) > 1 else -np.inf
        flags: Flags = self.score(which, rate) > np.maximum(self.value[which], second)
        return flags

    def ranked(self) -> list[Points]:
        """Return the best point of the best candidate and of the next; fewer where fewer keep the limits."""
        order = np.argsort(-self.value, kind="stable")[:2]
        return [self.points[int(k)] for k in order if self.value[k] > -np.inf]


def explore(space: Space, limits: Limits, aims: Sequence[Aim]) -> int:
    """Show every aim all the points that it wants, and return how many were evaluated."""
    which, load = ladder(space)
    points = evaluated(space, limits, which, load)
    _take(limits, aims, points, space.output)
    alone: Floats = np.full(len(space.candidates), np.inf)
    np.minimum.at(alone, points.which, points.mean_ttft)
    low = np.flatnonzero((points.which[1:] == points.which[:-1]) & (points.load[1:] - points.load[:-1] > 1.0))
    start, end = points[low], points[low + 1]
    count = len(points)
    while len(start):
        open = _open(space, limits, aims, start, end, alone)
        start, end = start[open], end[open]
        if not len(start):
            break
        inner, gap = _inner_loads(start.load, end.load)
        fresh = evaluated(space, limits, start.which[gap], inner)
        count += len(fresh)
        _take(limits, aims, fresh, space.output)
        every = joined([start, end, fresh])
        owner = np.concatenate([np.arange(len(start)), np.arange(len(start)), gap])
        order = np.lexsort((every.load, owner))
        every, owner = every[order], owner[order]
        low = np.flatnonzero((owner[1:] == owner[:-1]) & (every.load[1:] - every.load[:-1] > 1.0))
        start, end = every[low], every[low + 1]
    return count


def ladder(space: Space) -> tuple[Indices, Floats]:
    """Return powers of two up to the most of each candidate, and the most, in order."""
    which, load = [], []
    for k in np.flatnonzero(space.most >= 1.0):
        most = float(space.most[k])
        steps = 2.0 ** np.arange(np.floor(np.log2(most)) + 1.0)
        steps = steps if steps[-1] == most else np.append(steps, most)
        which.append(np.full(len(steps), k, dtype=np.intp))
        load.append(steps)
    return np.concatenate(which), np.concatenate(load)


def _take(limits: Limits, aims: Sequence[Aim], points: Points, output: float) -> None:
    kept = points[excess(limits, points.ttft, points.tpot, output) <= 1.0]
    if len(kept):
        for aim in aims:
            aim.take(kept)


def _open(space: Space, limits: Limits, aims: Sequence[Aim], start: Points, end: Points, alone: Floats) -> Flags:
    """Return which gaps may hold a load that keeps the limits and that some aim wants."""
    dp, top = space.dp[start.which], end.load - 1.0
    least_ttft = SLACK * np.maximum(start.mean_ttft * (dp + start.load - 1.0) / (dp + top - 1.0), alone[start.which])
    least_tpot = SLACK * start.mean_tpot
    running = np.minimum(top, space.full[start.which] * dp)
    ttft, tpot = tails(limits.statistic, least_ttft, least_tpot, end.decode, running, space.output)
    rate = top * space.output / (least_ttft + space.output * least_tpot)
    wanted = np.zeros(len(start), dtype=bool)
    for aim in aims:
        wanted |= aim.wants(start.which, tpot, rate)
    flags: Flags = wanted & (excess(limits, ttft, tpot, space.output) <= 1.0)
    return flags


def _inner_loads(low: Floats, high: Floats) -> tuple[Floats, Indices]:
    """Return loads inside each gap, and to which gap each belongs: all of a narrow one, three of a wide one."""
    inside = (high - low - 1.0).astype(np.intp)
    count = np.where(inside <= LEAF, inside, PARTS - 1)
    gap = np.repeat(np.arange(len(low)), count)
    rank = np.arange(len(gap)) - np.repeat(np.cumsum(count) - count, count) + 1.0
    width = np.where(inside <= LEAF, 1.0, (high - low) / PARTS)[gap]
    loads: Floats = np.floor(low[gap] + rank * width)
    return loads, gap
