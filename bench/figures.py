"""What a benchmark found: a figure with its budget, or a comparison with a peer."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit that a figure must keep under, or above where ``at_least``."""

    limit: float
    at_least: bool = False

    def met(self, value: float) -> bool:
        """Return whether a value keeps the budget."""
        return value > self.limit if self.at_least else value < self.limit


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured amount of work.

    Attributes
    ----------
    best, middle : best and median over the rounds, in ``unit``.
    budget : None where the design sets none.
    """

    part: str
    work: str
    best: float
    middle: float
    unit: str
    budget: Budget | None = None

    @property
    def standing(self) -> str:
        """Whether the budget is kept: by the median, only by the best round, or not at all."""
        if self.budget is None:
            return ""
        if self.budget.met(self.middle):
            return "met"
        return "met in the best round only" if self.budget.met(self.best) else "missed"


@dataclass(frozen=True, slots=True)
class Duel:
    """The same work here and in a peer, in turns.

    Attributes
    ----------
    ours, theirs : one value for each round, in ``unit``: /s (more is better), or a time.
    """

    peer: str
    work: str
    ours: tuple[float, ...]
    theirs: tuple[float, ...]
    unit: str

    @property
    def ratios(self) -> tuple[float, ...]:
        """How many times faster highfence is, round by round."""
        return tuple(self._faster(a, b) for a, b in zip(self.ours, self.theirs))

    @property
    def at_best(self) -> float:
        """How many times faster highfence's best round is than the peer's best."""
        best = max if self.unit == "/s" else min
        return self._faster(best(self.ours), best(self.theirs))

    def _faster(self, ours: float, theirs: float) -> float:
        return ours / theirs if self.unit == "/s" else theirs / ours


@dataclass(frozen=True, slots=True)
class Skipped:
    """A peer or a piece of work that could not be measured, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """highfence beside its peers in one room.

    Attributes
    ----------
    answers : what the peers answered to what was timed, where that is not compared with ours.
    """

    duels: Sequence[Duel] = ()
    skipped: Sequence[Skipped] = ()
    answers: Sequence[str] = ()


def time_rounds(call: Callable[[], object], rounds: int, repeat: int = 1) -> list[float]:
    """Return the seconds of one call in each round, after one call that does not count."""
    call()
    found = []
    for _ in range(rounds):
        gc.collect()
        start = time.perf_counter()
        for _ in range(repeat):
            call()
        found.append((time.perf_counter() - start) / repeat)
    return found


def rate(call: Callable[[], object], seconds: float) -> float:
    """Return calls per second, over about so many seconds."""
    count, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        call()
        count += 1
    return count / spent


def lasting(part: str, work: str, seconds: Sequence[float], unit: str, budget: Budget | None = None) -> Figure:
    """Return a figure of time in s, ms or µs: less is better."""
    scale = {"s": 1.0, "ms": 1e3, "µs": 1e6}[unit]
    return Figure(part, work, min(seconds) * scale, median(seconds) * scale, unit, budget)


def repeating(part: str, work: str, rates: Sequence[float], budget: Budget | None = None) -> Figure:
    """Return a figure of calls per second: more is better."""
    return Figure(part, work, max(rates), median(rates), "/s", budget)
