"""What each goal of a search asks of the space, and what is said where nothing answers it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from highfence.core.errors import NoAnswer
from highfence.core.labels import Label
from highfence.core.quantities import format_number
from highfence.core.records import digest
from highfence.perf.calibration import Calibration
from highfence.perf.choosing.arriving import HALVINGS, SLACK, Arrivals
from highfence.perf.choosing.bound import Best, Front, Points, evaluated, excess, explore, joined
from highfence.perf.choosing.limits import Limits
from highfence.perf.choosing.space import Candidate, Space, candidates
from highfence.perf.formats import FORMATS
from highfence.perf.inference.arrivals import MIN_RATE, below, serving_at_rate
from highfence.perf.inference.estimate import ask, predict, tables_of
from highfence.perf.inference.question import Question, Side
from highfence.perf.inference.tables import FORMAT_NAMES
from highfence.perf.machine import Machine
from highfence.perf.prediction import Prediction
from highfence.perf.shape import ModelShape
from highfence.perf.splits import nearest_that_fits

Found = tuple[list[Points], list[int], int]
"""The best point and the next candidate's, the replicas of each, and how many points were evaluated."""

STOPS = {
    "memory": Label("its cache has no room for more requests", "缓存放不下更多请求"),
    "ttft": Label("one request more would pass the limit of TTFT", "再多一个请求，TTFT即超限"),
    "tpot": Label("one request more would pass the limit of TPOT", "再多一个请求，TPOT即超限"),
    "latency": Label("one request more would pass the limit of the whole latency", "再多一个请求，总延迟即超限"),
    "rate": Label("more requests give it fewer tokens a second", "再多请求，吞吐反而下降"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One way to serve a model, under one load.

    Attributes
    ----------
    tp, pp, dp, expert_tp, ep : ranks of one replica. precision, cache : formats. concurrency : requests in flight of a
    replica, on average where they arrive at a rate. ttft_s, tpot_s : seconds at the quantile of the limits.
    per_chip : output tokens/s of one chip, mean.
    replicas : as many as the goal asks for, or as the chips allow.
    stop : why no request more, one of :data:`STOPS`; empty where the load was given.
    """

    precision: str
    cache: str
    tp: int
    pp: int
    dp: int
    expert_tp: int
    ep: int
    concurrency: float
    ttft_s: float
    tpot_s: float
    per_chip: float
    replicas: int = 1
    stop: str = ""

    @property
    def chips(self) -> int:
        """Chips of all replicas."""
        return self.tp * self.pp * self.dp * self.replicas

    def words(self) -> str:
        """Return split, format and load as text."""
        return self.label().en

    def label(self) -> Label:
        """Return split, format and load in both languages."""
        ranks = [f"{n} {v}" for n, v in (("tp", self.tp), ("pp", self.pp), ("dp", self.dp), ("ep", self.ep))
                 if v > 1 or n == "tp"]
        way, load = f"{' '.join(ranks)}, {self.precision}", load_words(self.concurrency)
        many = Label(f", {self.replicas} replicas", f"，{self.replicas}个副本") if self.replicas > 1 else Label("", "")
        return Label(f"{way}, {load} in flight{many.en}", f"{way}，并发{load}{many.zh}")


def load_words(load: float) -> str:
    """Return requests in flight as text, a mean to three digits.

    >>> load_words(1024), load_words(50.4123)
    ('1024', '50.4')
    """
    return f"{load:.0f}" if load == int(load) else format_number(load, 3)


@dataclass(frozen=True)
class Problem:
    """A search for a way to serve, as understood; its digest is the key of the answer."""

    machine: Machine
    shape: ModelShape
    chips: int
    prompt: float
    output: float
    goal: str
    limits: Limits
    precision: tuple[str, ...] | None
    kv: tuple[str, ...] | None
    software: str
    emulate: bool
    concurrency: int | None
    arrival: float | None

    def question(self, row: Row) -> Question:
        """Return the question of a replica of a row."""
        return ask(self.machine, self.shape, concurrency=row.concurrency, **self._asked(row, row))

    def answer(self, row: Row, calibration: Calibration | None) -> Prediction:
        """Return the answer of one replica of a row: at its share of the arrivals, else under its load."""
        if self.arrival is None:
            return predict(self.question(row), calibration)
        return serving_at_rate(self.machine, self.shape, rate=self.arrival / row.replicas, calibration=calibration,
                               **self._asked(row, row))

    def shared(self, found: Candidate, rate: float, calibration: Calibration | None) -> Prediction:
        """Return the answer of a candidate at a rate of arrivals."""
        return serving_at_rate(self.machine, self.shape, rate=rate, calibration=calibration,
                               **self._asked(found, found.question.serving))

    def _asked(self, formats: Row | Candidate, ranks: Row | Side) -> dict[str, Any]:
        split = {name: int(getattr(ranks, name)) for name in ("tp", "pp", "dp", "ep")}
        return {"prompt": self.prompt, "output": self.output, "precision": formats.precision, "kv": formats.cache,
                "software": self.software, "emulate": self.emulate, **split}

    def candidates(self) -> list[Candidate]:
        """Return the candidates of the search."""
        return candidates(self.machine, self.shape, self.chips, prompt=self.prompt, output=self.output,
                          precision=self.precision, kv=self.kv, software=self.software, emulate=self.emulate)


def solve(problem: Problem, calibration: Calibration | None) -> dict[str, Any]:
    """Return the answer of a search as JSON, with a check over all of it.

    Raises
    ------
    NoAnswer : the model does not fit, or nothing keeps the limits.
    """
    found = problem.candidates()
    space = Space(found, tables_of(calibration))
    if not space.loads:
        raise _nothing_fits(problem, space)
    front = Front(space)
    ranked, replicas, count = _GOALS[problem.goal](problem, space, front, calibration)
    rows = [_row(problem, space, p, int(r), stop=problem.goal == "throughput") for p, r in zip(ranked, replicas)]
    assert front.points is not None
    pack = {"best": asdict(rows[0]), "runner_up": asdict(rows[1]) if len(rows) > 1 else None,
            "frontier": [asdict(_row(problem, space, front.points[i:i + 1], problem.chips)) for i in
                         range(len(front.points))],
            "candidates": len(found), "loads": space.loads, "evaluated": count, "check": ""}
    return {**pack, "check": digest(pack)}


def _most_tokens(problem: Problem, space: Space, front: Front, _: Calibration | None) -> Found:
    goal = Best(space, lambda which, rate: rate / space.chips[which])
    count = explore(space, problem.limits, [goal, front])
    ranked = goal.ranked()
    if not ranked:
        raise _no_way(problem, space)
    return ranked, [problem.chips] * len(ranked), count


def _fewest_chips(problem: Problem, space: Space, front: Front, calibration: Calibration | None) -> Found:
    if problem.arrival is not None:
        return _fewest_for_arrivals(problem, space, front, calibration)
    count = explore(space, problem.limits, [front])
    if front.points is None:
        raise _no_way(problem, space)
    ranked, replicas, more = _fewest_in_flight(problem, space, int(problem.concurrency or 1))
    return ranked, replicas, count + more


def _fewest_for_arrivals(problem: Problem, space: Space, front: Front, calibration: Calibration | None) -> Found:
    """Return the fewest replicas that share the arrivals and keep the limits, and the next candidate's.

    Every candidate is judged at its share of the rate on all numbers of replicas; those that may keep the limits are
    then answered as :func:`~highfence.perf.inference.arrivals.serving_at_rate` answers them.
    """
    count, rate = explore(space, problem.limits, [front]), problem.arrival or 0.0
    if front.points is None:
        raise _no_way(problem, space)
    arrivals = Arrivals(space, problem.limits)
    chosen: dict[int, tuple[Points, int]] = {}
    done = max(int(np.ceil(rate / (arrivals.most / space.chips).max())) - 1, 0)
    while done < problem.chips and len(chosen) < 2 and not (
            chosen and done >= 2 * min(n * space.chips[k] for k, (_, n) in chosen.items())):
        most = min(max(done + 1, done * 5 // 4), problem.chips)
        which, many = _pairs(space, done, most, problem.chips)
        points, kept = arrivals.shared(which, rate / many)
        for at in np.lexsort((points.mean_ttft + space.output * points.mean_tpot,
                              (many * space.chips[which])[kept])):
            k, replicas = int(points.which[at]), int(many[kept][at])
            if k in chosen or len(chosen) == 2:
                continue
            with suppress(NoAnswer):
                answer = problem.shared(space.candidates[k], rate / replicas, calibration)
                if problem.limits.kept_by(answer):
                    chosen[k] = _point(k, answer, problem.limits), replicas
        done = most
    if not chosen:
        raise _too_fast(problem, space, arrivals)
    return [p for p, _ in chosen.values()], [n for _, n in chosen.values()], count + arrivals.count


def _point(k: int, answer: Prediction, limits: Limits) -> Points:
    """Return a candidate's answer as a point."""
    ttft, tpot = limits.judged(answer)
    values = (answer.concurrency, ttft, tpot, answer.throughput.value, answer.ttft.value, answer.tpot.value,
              answer.steps[0].seconds)
    return Points(np.array([k]), *(np.array([v]) for v in values))


def _too_fast(problem: Problem, space: Space, arrivals: Arrivals) -> NoAnswer:
    """Say which rate the chips can take under the limits: the half of it that some candidate keeps, halved on."""
    which = np.flatnonzero(space.most >= 1.0)
    many, low, high = np.floor(problem.chips / space.chips[which]), 0.0, problem.arrival or 0.0
    best: tuple[Points, int] | None = None
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        points, kept = arrivals.shared(which, middle / many, -SLACK)
        if len(points):
            low, best = middle, (points[:1], int(many[kept][0]))
        else:
            high = middle
    if best is None or low < MIN_RATE:
        return _no_way(problem, space)
    row = _row(problem, space, *best)
    return NoAnswer(f"{problem.chips} x {problem.machine.name} serve at most {below(low):g} requests a second of "
                    f"{problem.shape.id} under {_words(problem.limits)}",
                    missing=f"{problem.arrival:g} requests a second",
                    would_change=f"the nearest: {row.words()}; more chips or looser limits")


def _fewest_in_flight(problem: Problem, space: Space, concurrency: int) -> Found:
    """Return the fewest replicas that hold the requests in flight and keep the limits, and the next candidate's."""
    done, most, count = 0, 1, 0
    kept: list[tuple[Points, Any]] = []
    seen: list[Points] = []
    while done < problem.chips and len({int(k) for p, _ in kept for k in p.which}) < 2:
        which, many = _pairs(space, done, min(most, problem.chips), concurrency)
        load = np.ceil(concurrency / many)
        room = load <= space.most[which]
        if room.any():
            points = evaluated(space, problem.limits, which[room], load[room])
            fine = excess(problem.limits, points.ttft, points.tpot, space.output) <= 1.0
            kept.append((points[fine], many[room][fine]))
            seen.append(points)
            count += len(points)
        done, most = most, most * 2
    if not any(len(p) for p, _ in kept):
        raise _too_many(problem, space, concurrency, seen)
    points = joined([p for p, _ in kept])
    many = np.concatenate([m for _, m in kept])
    latency = points.mean_ttft + space.output * points.mean_tpot
    order = np.lexsort((latency, many * space.chips[points.which]))
    first = order[0]
    rest = order[points.which[order] != points.which[first]]
    chosen = [first, *rest[:1]]
    return [points[k:k + 1] for k in chosen], [int(many[k]) for k in chosen], count


def _pairs(space: Space, above: int, most: int, concurrency: int) -> tuple[Any, Any]:
    """Return candidates and numbers of replicas that take more than ``above`` and at most ``most`` chips."""
    low = np.floor(above / space.chips) + 1.0
    high = np.where(space.most >= 1.0, np.minimum(np.floor(most / space.chips), concurrency), 0.0)
    count = np.maximum(high - low + 1.0, 0.0).astype(np.intp)
    which = np.repeat(np.arange(len(count)), count)
    return which, low[which] + np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)


_GOALS = {"throughput": _most_tokens, "fewest-chips": _fewest_chips}


def _row(problem: Problem, space: Space, point: Points, replicas: int, stop: bool = False) -> Row:
    """Return a point as a row, with its replicas, at most as many as the chips allow."""
    k, load = int(point.which[0]), float(point.load[0])
    side, found = space.candidates[k].question.serving, space.candidates[k]
    tp, pp, dp, expert_tp, ep = (int(v) for v in (side.tp, side.pp, side.dp, side.expert_tp, side.ep))
    whole = int(load) if load.is_integer() else load
    return Row(found.precision, found.cache, tp, pp, dp, expert_tp, ep, whole, float(point.ttft[0]),
               float(point.tpot[0]), float(point.rate[0] / space.chips[k]),
               min(replicas, int(problem.chips // space.chips[k])), _stop(problem, space, k, load) if stop else "")


def _stop(problem: Problem, space: Space, k: int, load: float) -> str:
    """Return why a candidate takes no request more."""
    if load + 1.0 > space.most[k]:
        return "memory"
    more, limits = evaluated(space, problem.limits, np.array([k]), np.array([load + 1.0])), problem.limits
    if limits.ttft_s and more.ttft[0] > limits.ttft_s:
        return "ttft"
    if limits.tpot_s and more.tpot[0] > limits.tpot_s:
        return "tpot"
    return "latency" if excess(limits, more.ttft[0], more.tpot[0], space.output) > 1.0 else "rate"


def _words(limits: Limits) -> str:
    return limits.text() if limits.ttft_s or limits.tpot_s or limits.latency_s else "no limit"


def _nothing_fits(problem: Problem, space: Space) -> NoAnswer:
    least = min(space.candidates, key=lambda c: (FORMATS[FORMAT_NAMES[c.question.experts]].weight, c.question.cache))
    return NoAnswer(f"{problem.shape.id} does not fit on {problem.chips} x {problem.machine.name} in any split or "
                    "format of the search", missing="memory", would_change=nearest_that_fits(least.question))


def _times(row: Row) -> str:
    return f"TTFT {row.ttft_s:.3g} s and TPOT {row.tpot_s * 1e3:.3g} ms ({row.words()})"


def _no_way(problem: Problem, space: Space) -> NoAnswer:
    """Say how near to its limits a model can come: a single request is the quickest load of every candidate."""
    which = np.flatnonzero(space.most >= 1.0)
    alone = evaluated(space, problem.limits, which, np.ones(len(which)))
    over = excess(problem.limits, alone.ttft, alone.tpot, space.output)
    nearest, ttft, tpot = (_row(problem, space, alone[i:i + 1], 1)
                           for i in (int(np.argmin(v)) for v in (over, alone.ttft, alone.tpot)))
    return NoAnswer(f"no way to serve {problem.shape.id} on {problem.chips} x {problem.machine.name} keeps "
                    f"{_words(problem.limits)}", missing=f"the nearest: {_times(nearest)}",
                    would_change=f"a TTFT of at least {ttft.ttft_s:.3g} s ({ttft.words()}), a TPOT of at least "
                                 f"{tpot.tpot_s * 1e3:.3g} ms ({tpot.words()}), or more chips")


def _too_many(problem: Problem, space: Space, concurrency: int, seen: Sequence[Points]) -> NoAnswer:
    what = f"{problem.chips} x {problem.machine.name} cannot serve {concurrency} requests of {problem.shape.id} at once"
    if not seen:
        room = int((np.floor(problem.chips / space.chips) * space.most).max())
        return NoAnswer(f"{what}: there is no room for their cache", missing="memory",
                        would_change=f"at most {room} requests in flight, or more chips")
    every = joined(seen)
    at = int(np.argmin(excess(problem.limits, every.ttft, every.tpot, space.output)))
    near = _row(problem, space, every[at:at + 1], problem.chips)
    return NoAnswer(f"{what} under {_words(problem.limits)}",
                    missing=f"the nearest: {_times(near)}",
                    would_change="fewer requests, more chips or looser limits")
