"""The best way to use some chips for a goal, exact over every split, format and load.

>>> found = best("H20", "llama-3.1-70b", chips=8, prompt=2048, output=512, ttft_s=2.0, tpot_s=0.05)
>>> found.best.ttft.value <= 2.0, found.best.tpot.value <= 0.05, found.best.chips <= 8
(True, True, True)

What is searched is stated in :mod:`highfence.perf.search_space`, and why nothing is missed in
:mod:`highfence.perf.search_bound`. Answers are kept in the user's cache folder under the hash of their question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import ceil, isfinite
from pathlib import Path
from typing import Any

import numpy as np

from highfence.__about__ import DATA_VERSION
from highfence.core.datapack import load_pack
from highfence.core.errors import InputError, NoAnswer, did_you_mean
from highfence.core.labels import Label
from highfence.core.records import digest
from highfence.perf.bulk import Columns, evaluate, group_questions
from highfence.perf.calibration import DATA, Calibration, shipped_calibration
from highfence.perf.estimate import ask, predict, tables_of
from highfence.perf.machine import Machine, machine_of
from highfence.perf.prediction import Prediction
from highfence.perf.rows import Question
from highfence.perf.search_bound import Best, Front, Limits, Points, evaluated, explore, joined
from highfence.perf.search_space import Floats, Space, candidates
from highfence.perf.search_training import Run, Trained, fastest_training
from highfence.perf.serving import Served
from highfence.perf.shape import ModelShape, shape_of
from highfence.perf.software import profile_of
from highfence.perf.splits import MAX_CHIPS, nearest_that_fits

GOALS = ("throughput", "fewest-chips", "training")
CODE = tuple(sorted(p for folder in (Path(__file__).parent, Path(__file__).parent / "operators")
                    for p in folder.glob("*.py")))
"""What answers follow from beside the data: a change in any of these files makes every kept answer anew."""

STOPS = {
    "memory": Label("its cache has no room for more requests", "缓存放不下更多请求"),
    "ttft": Label("one request more would pass the limit of TTFT", "再多一个请求首字延迟即超限"),
    "tpot": Label("one request more would pass the limit of TPOT", "再多一个请求每字延迟即超限"),
    "rate": Label("more requests give it fewer tokens a second", "再多请求吞吐反而下降"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One way to serve a model, under one load.

    Attributes
    ----------
    tp, pp, dp, expert_tp, ep : ranks of one replica. precision, cache : formats. concurrency : requests in flight of a
    replica. ttft_s, tpot_s : seconds at the quantile of the limits. per_chip : output tokens/s of one chip, mean.
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
    concurrency: int
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
        ranks = [f"{n} {v}" for n, v in (("tp", self.tp), ("pp", self.pp), ("dp", self.dp), ("ep", self.ep))
                 if v > 1 or n == "tp"]
        many = f", {self.replicas} replicas" if self.replicas > 1 else ""
        return f"{' '.join(ranks)}, {self.precision}, {self.concurrency} in flight{many}"


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
        return ask(self.machine, self.shape, prompt=self.prompt, output=self.output, concurrency=row.concurrency,
                   tp=row.tp, pp=row.pp, dp=row.dp, ep=row.ep, precision=row.precision, kv=row.cache,
                   software=self.software, emulate=self.emulate)

    def candidates(self) -> Any:
        """Return the candidates of the search."""
        return candidates(self.machine, self.shape, self.chips, prompt=self.prompt, output=self.output,
                          precision=self.precision, kv=self.kv, software=self.software, emulate=self.emulate)


@dataclass(frozen=True)
class Search:
    """The answer of a search.

    Attributes
    ----------
    best : of one replica, or the training step. row : split, load and replicas of it; None in training.
    frontier : no way under the limits gives more tokens a second and chip at no more TPOT; empty in training.
    candidates : splits times formats. loads : pairs of a candidate and a load, the size of the space.
    evaluated : how many of them had to be. limits : that the answer keeps. hash : of question, calibration and data.
    runner_up : the best of any other candidate. why : why it lost.
    """

    goal: str
    chip: str
    model: str
    chips: int
    best: Prediction | Trained
    row: Row | None
    frontier: tuple[Row, ...]
    candidates: int
    loads: int
    evaluated: int
    limits: Limits
    hash: str
    runner_up: Row | Run | None = None
    why: Label | None = None

    @property
    def throughput(self) -> float:
        """Tokens/s of all replicas: output tokens of a serving goal, trained ones of training."""
        if self.row is None or isinstance(self.best, Trained):
            assert isinstance(self.best, Trained)
            return self.best.step.tokens_per_second_per_chip * self.best.step.chips
        return self.row.per_chip * self.row.chips


@dataclass(frozen=True)
class Frontier:
    """The Pareto set of tokens a second and chip against TPOT, fastest first, and what evaluates it again.

    Attributes
    ----------
    rows : one a point. columns : of :mod:`highfence.perf.bulk`, one row a point, shape (rows,) each.
    """

    shape: ModelShape
    rows: tuple[Row, ...]
    columns: Columns = field(repr=False, compare=False)
    output: float
    hash: str

    def again(self, calibration: Calibration | None = None, *, compute: Any = 1.0, memory: Any = 1.0,
              link: Any = 1.0) -> Served:
        """Return the means of every point under another calibration, or under efficiencies times some factors.

        Parameters
        ----------
        compute, memory, link : factors on the chip's efficiencies, numbers or arrays that broadcast with (rows,), such
            as (draws, 1).

        Examples
        --------
        >>> found = frontier("H20", "llama-3.1-8b", chips=1, prompt=1024, output=256, precision="fp8")
        >>> draws = np.array([[0.8], [1.0]])
        >>> again = found.again(memory=draws)
        >>> again.tpot_s.shape == (2, len(found.rows)), bool((again.tpot_s[0] >= again.tpot_s[1]).all())
        (True, True)
        """
        scaled = {f"gain_{name}": self.columns[f"gain_{name}"] * factor
                  for name, factor in (("compute", compute), ("memory", memory), ("link", link))}
        return evaluate(self.shape, {**self.columns, **scaled}, tables_of(calibration))

    def per_chip(self, served: Served) -> Floats:
        """Return output tokens a second and chip of some means of the points."""
        chips = self.columns["tp"] * self.columns["pp"] * self.columns["dp"]
        rate: Floats = self.columns["concurrency"] * self.output / (served.ttft_s + self.output * served.tpot_s) / chips
        return rate


def best(chip: str | Machine, model: str | ModelShape, *, chips: int, prompt: float | None = None,
         output: float | None = None, goal: str = "throughput", ttft_s: float | None = None, tpot_s: float | None = None,
         quantile: str = "mean", precision: str | Sequence[str] | None = None, kv: str | Sequence[str] | None = None,
         software: str | None = None, system: str | None = None, emulate: bool = False,
         calibration: Calibration | None = None, concurrency: int | None = None, arrival: float | None = None,
         batch: int | None = None, sequence: int | None = None) -> Search:
    """Return the best way to use at most ``chips`` chips.

    Parameters
    ----------
    goal : ``throughput``, the most output tokens a second and chip; ``fewest-chips`` that serve ``concurrency`` requests
        in flight, or ``arrival`` requests a second; ``training``, the quickest step of ``batch`` sequences of
        ``sequence`` tokens.
    prompt, output : tokens a request. ttft_s, tpot_s : limits of serving, at a ``quantile``, ``mean`` or ``p99``.
    precision, kv : formats to choose among; by default all weights' formats that the chip multiplies, and a 16-bit cache.

    Raises
    ------
    InputError : a number, goal or format that cannot be.
    NoAnswer : the model does not fit, or no way keeps the limits; names the nearest that can be had.

    Examples
    --------
    >>> few = best("H20", "llama-3.1-70b", chips=64, prompt=2048, output=512, goal="fewest-chips", arrival=5.0, tpot_s=0.05)
    >>> few.row.chips <= 64 and few.throughput >= 5.0 * 512
    True
    """
    machine = chip if isinstance(chip, Machine) else machine_of(chip, system)
    shape = model if isinstance(model, ModelShape) else shape_of(model)
    _check(goal, chips, concurrency, arrival)
    limits = Limits(ttft_s, tpot_s, quantile)
    if goal == "training":
        return _train(machine, shape, chips, batch, sequence, precision, software, limits, calibration)
    if prompt is None or output is None:
        raise InputError("a search for a way to serve needs the lengths of a request", where="--input, --output",
                         example="--input 2048 --output 512")
    problem = Problem(machine, shape, int(chips), float(prompt), float(output), goal, limits, _tuple(precision),
                      _tuple(kv), profile_of(software or "vllm"), emulate, concurrency, arrival)
    return _answer(problem, calibration)


def frontier(chip: str | Machine, model: str | ModelShape, *, chips: int, prompt: float, output: float,
             ttft_s: float | None = None, tpot_s: float | None = None, quantile: str = "mean",
             precision: str | Sequence[str] | None = None, kv: str | Sequence[str] | None = None,
             software: str | None = None, system: str | None = None, emulate: bool = False,
             calibration: Calibration | None = None) -> Frontier:
    """Return every way to serve that no other beats in both tokens a second and chip, and TPOT; as :func:`best`.

    >>> rows = frontier("H20", "llama-3.1-8b", chips=2, prompt=1024, output=256, precision="fp8").rows
    >>> all(a.tpot_s < b.tpot_s and a.per_chip < b.per_chip for a, b in zip(rows, rows[1:]))
    True
    """
    machine = chip if isinstance(chip, Machine) else machine_of(chip, system)
    shape = model if isinstance(model, ModelShape) else shape_of(model)
    _check("throughput", chips, None, None)
    problem = Problem(machine, shape, int(chips), float(prompt), float(output), "throughput",
                      Limits(ttft_s, tpot_s, quantile), _tuple(precision), _tuple(kv), profile_of(software or "vllm"),
                      emulate, None, None)
    key, pack = _solved(problem, calibration)
    rows = tuple(Row(**raw) for raw in pack["frontier"])
    group, = group_questions([problem.question(row) for row in rows])
    return Frontier(shape, rows, group.columns, problem.output, key)


def _check(goal: str, chips: Any, concurrency: Any, arrival: Any) -> None:
    if goal not in GOALS:
        raise InputError("no such goal of a search", where="--best", got=goal, expected=", ".join(GOALS),
                         hint=did_you_mean(str(goal), GOALS), code="unknown-goal")
    if isinstance(chips, bool) or not isinstance(chips, (int, float)) or chips != int(chips) or not 1 <= chips <= MAX_CHIPS:
        raise InputError("must be a whole number of chips", where="--chips", got=chips, expected=f"1 to {MAX_CHIPS:,}",
                         example="8")
    if goal != "fewest-chips":
        return
    if (concurrency is None) == (arrival is None):
        raise InputError("the fewest chips for what load?", where="--concurrency, --arrival",
                         expected="requests in flight, or requests a second, one of the two", example="--concurrency 64")
    if concurrency is not None and (isinstance(concurrency, bool) or concurrency != int(concurrency) or concurrency < 1):
        raise InputError("must be a whole number of requests", where="--concurrency", got=concurrency, example="64")
    if arrival is not None and not (arrival > 0.0 and isfinite(arrival)):
        raise InputError("must be a positive number of requests a second", where="--arrival", got=arrival, example="2.5")


def _tuple(given: str | Sequence[str] | None) -> tuple[str, ...] | None:
    return None if given is None else (given,) if isinstance(given, str) else tuple(given)


def _key(question: Any, calibration: Calibration) -> str:
    curves = {id: curve.values for id, curve in calibration.curves.items()}
    return digest({"question": question, "calibration": digest(curves), "data_version": DATA_VERSION})


def _solved(problem: Problem, calibration: Calibration | None) -> tuple[str, Mapping[str, Any]]:
    """Return an answer's key and the answer as JSON: that kept under the key if it is whole, else computed."""
    key = _key(problem, calibration or shipped_calibration())
    pack = load_pack(f"search-{key}", [DATA], lambda: _solve(problem, calibration), CODE)
    try:
        for raw in (*pack["frontier"], pack["best"], pack["runner_up"] or pack["best"]):
            Row(**raw)
        whole = pack["check"] == digest({**pack, "check": ""}) and bool(pack["frontier"])
    except (KeyError, TypeError):
        whole = False
    return key, pack if whole else _solve(problem, calibration)


def _solve(problem: Problem, calibration: Calibration | None) -> dict[str, Any]:
    found = problem.candidates()
    space = Space(found, tables_of(calibration))
    if not space.loads:
        raise _nothing_fits(problem, space)
    front = Front(space)
    ranked, replicas, count = _GOALS[problem.goal](problem, space, front)
    rows = [_row(problem, space, p, int(r), stop=problem.concurrency is None) for p, r in zip(ranked, replicas)]
    assert front.points is not None
    pack = {"best": asdict(rows[0]), "runner_up": asdict(rows[1]) if len(rows) > 1 else None,
            "frontier": [asdict(_row(problem, space, front.points[i:i + 1], problem.chips)) for i in
                         range(len(front.points))],
            "candidates": len(found), "loads": space.loads, "evaluated": count, "check": ""}
    return {**pack, "check": digest(pack)}


def _most_tokens(problem: Problem, space: Space, front: Front) -> tuple[list[Points], list[int], int]:
    goal = Best(space, lambda which, rate: rate / space.chips[which])
    count = explore(space, problem.limits, [goal, front])
    ranked = goal.ranked()
    if not ranked:
        raise _no_way(problem, space)
    return ranked, [problem.chips] * len(ranked), count


def _fewest_chips(problem: Problem, space: Space, front: Front) -> tuple[list[Points], list[int], int]:
    if problem.arrival is not None:
        return _fewest_for_arrivals(problem, space, front, problem.arrival * space.output)
    count = explore(space, problem.limits, [front])
    if front.points is None:
        raise _no_way(problem, space)
    ranked, replicas, more = _fewest_in_flight(problem, space, int(problem.concurrency or 1))
    return ranked, replicas, count + more


def _fewest_for_arrivals(problem: Problem, space: Space, front: Front, wanted: float,
                         ) -> tuple[list[Points], list[int], int]:
    """Return the fewest replicas that together give the wanted tokens a second, each under the least load that does."""
    def replicas(which: Any, rate: Any) -> Any:
        return np.ceil(wanted / rate)

    def score(which: Any, rate: Any) -> Any:
        chips, gain = replicas(which, rate) * space.chips[which], rate / space.chips[which]
        return np.where(chips <= problem.chips, gain / (1.0 + gain) - chips, -np.inf)

    goal = Best(space, score)
    count = explore(space, problem.limits, [goal, front])
    if front.points is None:
        raise _no_way(problem, space)
    if not goal.ranked():
        most = Best(space, lambda which, rate: rate * np.floor(problem.chips / space.chips[which]))
        explore(space, problem.limits, [most])
        top = most.ranked()[0]
        row = _row(problem, space, top, problem.chips)
        raise NoAnswer(f"{problem.chips} x {problem.machine.name} serve at most {row.per_chip * row.chips / space.output:.3g} "
                       f"requests a second of {problem.shape.id} under {problem.limits.words()}",
                       missing=f"{problem.arrival:g} requests a second",
                       would_change=f"the nearest: {row.words()}; more chips or looser limits")
    chosen, many = [], []
    for point in goal.ranked():
        count_of = int(replicas(point.which, point.rate)[0])
        loads = np.arange(1.0, point.load[0] + 1.0)
        every = evaluated(space, problem.limits, np.full(len(loads), point.which[0]), loads)
        enough = (every.rate * count_of >= wanted) & (problem.limits.excess(every.ttft, every.tpot) <= 1.0)
        at = int(np.argmax(enough))
        chosen.append(every[at:at + 1])
        many.append(count_of)
    return chosen, many, count


def _fewest_in_flight(problem: Problem, space: Space, concurrency: int) -> tuple[list[Points], list[int], int]:
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
            fine = problem.limits.excess(points.ttft, points.tpot) <= 1.0
            kept.append((points[fine], many[room][fine]))
            seen.append(points)
            count += len(points)
        done, most = most, most * 2
    points = joined([p for p, _ in kept]) if kept else None
    if points is None or not len(points):
        raise _too_many(problem, space, concurrency, seen)
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
    ranks = [int(v) for v in (side.tp, side.pp, side.dp, side.expert_tp, side.ep)]
    return Row(found.precision, found.cache, *ranks, int(load), float(point.ttft[0]), float(point.tpot[0]),
               float(point.rate[0] / space.chips[k]), min(replicas, int(problem.chips // space.chips[k])),
               _stop(problem, space, k, load) if stop else "")


def _stop(problem: Problem, space: Space, k: int, load: float) -> str:
    """Return why a candidate takes no request more."""
    if load + 1.0 > space.most[k]:
        return "memory"
    more, limits = evaluated(space, problem.limits, np.array([k]), np.array([load + 1.0])), problem.limits
    if limits.ttft_s and more.ttft[0] > limits.ttft_s:
        return "ttft"
    return "tpot" if limits.tpot_s and more.tpot[0] > limits.tpot_s else "rate"


def _nothing_fits(problem: Problem, space: Space) -> NoAnswer:
    least = min(space.candidates, key=lambda c: c.question.dense_peak and c.question.cache)
    return NoAnswer(f"{problem.shape.id} does not fit on {problem.chips} x {problem.machine.name} in any split or format "
                    "of the search", missing="memory", would_change=nearest_that_fits(least.question))


def _no_way(problem: Problem, space: Space) -> NoAnswer:
    """Say how near to its limits a model can come: a single request is the quickest load of every candidate."""
    which = np.flatnonzero(space.most >= 1.0)
    alone = evaluated(space, problem.limits, which, np.ones(len(which)))
    nearest, ttft, tpot = (_row(problem, space, alone[i:i + 1], 1) for i in (
        int(np.argmin(problem.limits.excess(alone.ttft, alone.tpot))), int(np.argmin(alone.ttft)), int(np.argmin(alone.tpot))))
    return NoAnswer(
        f"no way to serve {problem.shape.id} on {problem.chips} x {problem.machine.name} keeps {problem.limits.words()}",
        missing=f"the nearest: TTFT {nearest.ttft_s:.3g} s and TPOT {nearest.tpot_s * 1e3:.3g} ms ({nearest.words()})",
        would_change=f"a TTFT of at least {ttft.ttft_s:.3g} s ({ttft.words()}), a TPOT of at least "
                     f"{tpot.tpot_s * 1e3:.3g} ms ({tpot.words()}), or more chips")


def _too_many(problem: Problem, space: Space, concurrency: int, seen: Sequence[Points]) -> NoAnswer:
    what = f"{problem.chips} x {problem.machine.name} cannot serve {concurrency} requests of {problem.shape.id} at once"
    if not seen:
        room = int((np.floor(problem.chips / space.chips) * space.most).max())
        return NoAnswer(f"{what}: there is no room for their cache", missing="memory",
                        would_change=f"at most {room} requests in flight, or more chips")
    every = joined(seen)
    at = int(np.argmin(problem.limits.excess(every.ttft, every.tpot)))
    near = _row(problem, space, every[at:at + 1], problem.chips)
    return NoAnswer(f"{what} under {problem.limits.words()}",
                    missing=f"the nearest: TTFT {near.ttft_s:.3g} s and TPOT {near.tpot_s * 1e3:.3g} ms ({near.words()})",
                    would_change="fewer requests, more chips or looser limits")


def _answer(problem: Problem, calibration: Calibration | None) -> Search:
    key, pack = _solved(problem, calibration)
    row = Row(**pack["best"])
    other = Row(**pack["runner_up"]) if pack["runner_up"] else None
    predicted = predict(problem.question(row), calibration)
    why = _why(problem, row, other, predicted, predict(problem.question(other), calibration)) if other else None
    return Search(problem.goal, problem.machine.id, problem.shape.id, problem.chips, predicted, row,
                  tuple(Row(**raw) for raw in pack["frontier"]), pack["candidates"], pack["loads"], pack["evaluated"],
                  problem.limits, key, other, why)


def _why(problem: Problem, row: Row, other: Row, ours: Prediction, theirs: Prediction) -> Label:
    """Say what the runner-up gives, what stops it from more, and where its chips' time goes."""
    if problem.goal == "fewest-chips":
        more = f"{other.chips} chips against {row.chips}"
        lead = Label(f"{other.words()}: {more}", f"{other.words()}：{other.chips} 颗芯片，最优 {row.chips} 颗")
    else:
        less = 1.0 - other.per_chip / row.per_chip
        lead = Label(f"{other.words()}: {other.per_chip:.4g} tokens/s a chip, {less:.1%} fewer",
                     f"{other.words()}：每芯片 {other.per_chip:.4g} 词元/秒，少 {less:.1%}")
    a, b = _chip_seconds(ours), _chip_seconds(theirs)
    bound = max(b, key=lambda name: b[name] - a[name])
    parts = [lead, *([STOPS[other.stop]] if other.stop else [])]
    if b[bound] > a[bound]:
        names = {"compute": "计算", "memory": "访存", "network": "网络", "overhead": "开销"}
        share = (b[bound] - a[bound]) / sum(a.values())
        parts.append(Label(f"a token takes {share:.0%} more of a chip's time, bound by {bound}",
                           f"每词元多用 {share:.0%} 芯片时间，受限于{names[bound]}"))
    return Label("; ".join(p.en for p in parts), "；".join(p.zh for p in parts))


def _chip_seconds(p: Prediction) -> dict[str, float]:
    """Return seconds of a chip an output token, by what bounds them: its share of a decode step, and of a prompt."""
    decode, prefill = p.steps
    found = dict.fromkeys(("compute", "memory", "network", "overhead"), 0.0)
    for step, tokens in ((decode, p.running), (prefill, p.split["dp"] * p.output)):
        for operator in step.operators:
            found[operator.bound] += operator.seconds * p.chips / tokens
    return found


def _train(machine: Machine, shape: ModelShape, chips: int, batch: int | None, sequence: int | None,
           precision: str | Sequence[str] | None, software: str | None, limits: Limits,
           calibration: Calibration | None) -> Search:
    """Return the quickest training step."""
    if batch is None or sequence is None:
        raise InputError("a search for the fastest training needs a batch", where="--batch, --sequence",
                         expected="sequences an iteration, and tokens of each", example="--batch 1024 --sequence 8192")
    done = fastest_training(machine, shape, chips=int(chips), batch=batch, sequence=sequence,
                            precision=_tuple(precision), software=software, calibration=calibration)
    key = _key({"machine": machine, "shape": shape, "chips": chips, "goal": "training", "batch": batch,
                "sequence": sequence, "precision": precision, "software": software}, calibration or shipped_calibration())
    why = None
    if done.runner_up:
        slower = done.runner_up.seconds / done.best.step.seconds - 1.0
        why = Label(f"{done.runner_up.words()}: {slower:.1%} slower", f"{done.runner_up.words()}：慢 {slower:.1%}")
    return Search("training", machine.id, shape.id, int(chips), done.best, None, (), done.plans, done.plans,
                  done.evaluated, limits, key, done.runner_up, why)
