"""The best way to use some chips for a goal, exact over every split, format and load.

>>> found = best("H20", "llama-3.1-70b", chips=8, prompt=2048, output=512, ttft_s=2.0, tpot_s=0.05)
>>> found.best.ttft.value <= 2.0, found.best.tpot.value <= 0.05, found.best.chips <= 8
(True, True, True)

What is searched is stated in :mod:`highfence.perf.choosing.space`, and why nothing is missed in
:mod:`highfence.perf.choosing.bound`. Answers are kept in the user's cache folder under the hash of their question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

from highfence.__about__ import DATA_VERSION
from highfence.core.datapack import load_pack
from highfence.core.errors import InputError, did_you_mean
from highfence.core.labels import Label
from highfence.core.quantities import growth
from highfence.core.records import digest
from highfence.perf.calibration import DATA, Calibration, calibration_digest, shipped_calibration
from highfence.perf.choosing.bound import limits_of
from highfence.perf.choosing.goals import STOPS, Problem, Row, solve
from highfence.perf.choosing.limits import Limits
from highfence.perf.choosing.space import Floats, formats_considered
from highfence.perf.choosing.training import (
    Run,
    Trained,
    TrainingProblem,
    fastest_training,
    formats_trained,
    read_fastest,
    trained,
)
from highfence.perf.formats import AS_RELEASED
from highfence.perf.inference.arrivals import check_rate
from highfence.perf.inference.bulk import Columns, evaluate, group_questions
from highfence.perf.inference.closed_loop import Served
from highfence.perf.inference.estimate import MAX_CONCURRENCY, tables_of
from highfence.perf.machine import Machine, machine_of
from highfence.perf.prediction import BOUND_ZH, Prediction
from highfence.perf.shape import ModelShape, shape_of
from highfence.perf.software import profile_of
from highfence.perf.splits import MAX_CHIPS

GOALS = ("throughput", "fewest-chips", "training")
CODE = tuple(sorted(Path(__file__).parents[1].rglob("*.py")))
"""What answers follow from beside the data: a change in any of these files makes every kept answer anew."""

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
    formats : of weights, among which the search chose. released : the format of the model's release.
    warnings : in both languages; one where the chosen format is none of the release.
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
    formats: tuple[str, ...] = ()
    released: str = ""
    warnings: tuple[Label, ...] = ()

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
    rows : one a point. columns : of :mod:`highfence.perf.inference.bulk`, one row a point, shape (rows,) each.
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
        >>> import numpy as np
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
         output: float | None = None, goal: str = "throughput", ttft_s: float | None = None,
         tpot_s: float | None = None, latency_s: float | None = None, quantile: str = "mean",
         precision: str | Sequence[str] | None = None, kv: str | Sequence[str] | None = None,
         software: str | None = None, system: str | None = None, emulate: bool = False,
         calibration: Calibration | None = None, concurrency: int | None = None, arrival: float | None = None,
         batch: int | None = None, sequence: int | None = None) -> Search:
    """Return the best way to use at most ``chips`` chips.

    Parameters
    ----------
    goal : ``throughput``, the most output tokens a second and chip; ``fewest-chips`` that serve ``concurrency``
        requests in flight, or ``arrival`` requests a second at random that replicas share evenly; ``training``, the
        quickest step of ``batch`` sequences of ``sequence`` tokens.
    prompt, output : tokens a request.
    ttft_s, tpot_s, latency_s : limits of serving, at a ``quantile``, ``mean`` or ``p99``.
    precision, kv : formats to choose among; by default all formats of weights that the chip multiplies, and a cache of
        16 bits.

    Raises
    ------
    InputError : a number, goal or format that cannot be.
    NoAnswer : the model does not fit, or no way keeps the limits; names the nearest that can be had.

    Examples
    --------
    >>> few = best("H20", "llama-3.1-70b", chips=64, prompt=2048, output=512, goal="fewest-chips", arrival=5.0,
    ...            tpot_s=0.05)
    >>> few.row.chips <= 64 and few.throughput >= 5.0 * 512
    True
    """
    machine = chip if isinstance(chip, Machine) else machine_of(chip, system)
    shape = model if isinstance(model, ModelShape) else shape_of(model)
    _check(goal, chips, concurrency, arrival)
    limits = limits_of(ttft_s, tpot_s, latency_s, quantile)
    if goal == "training":
        if batch is None or sequence is None:
            raise InputError("a search for the fastest training needs a batch", where="--batch, --sequence",
                             expected="sequences an iteration, and tokens of each",
                             example="--batch 1024 --sequence 8192")
        run = TrainingProblem(machine, shape, int(chips), batch, sequence, _tuple(precision),
                              software or "megatron-core")
        return _train(run, limits, calibration)
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
             calibration: Calibration | None = None, latency_s: float | None = None) -> Frontier:
    """Return every way to serve that no other beats in both tokens a second and chip, and TPOT; as :func:`best`.

    >>> rows = frontier("H20", "llama-3.1-8b", chips=2, prompt=1024, output=256, precision="fp8").rows
    >>> all(a.tpot_s < b.tpot_s and a.per_chip < b.per_chip for a, b in zip(rows, rows[1:]))
    True
    """
    machine = chip if isinstance(chip, Machine) else machine_of(chip, system)
    shape = model if isinstance(model, ModelShape) else shape_of(model)
    _check("throughput", chips, None, None)
    problem = Problem(machine, shape, int(chips), float(prompt), float(output), "throughput",
                      limits_of(ttft_s, tpot_s, latency_s, quantile), _tuple(precision), _tuple(kv),
                      profile_of(software or "vllm"), emulate, None, None)
    key, pack = _solved(problem, calibration)
    rows = tuple(Row(**raw) for raw in pack["frontier"])
    group, = group_questions([problem.question(row) for row in rows])
    return Frontier(shape, rows, group.columns, problem.output, key)


def _check(goal: str, chips: Any, concurrency: Any, arrival: Any) -> None:
    if goal not in GOALS:
        raise InputError("no such goal of a search", where="--best", got=goal, expected=", ".join(GOALS),
                         hint=did_you_mean(str(goal), GOALS), code="unknown-goal")
    if not _whole(chips, MAX_CHIPS):
        raise InputError("must be a whole number of chips", where="--chips", got=chips, expected=f"1 to {MAX_CHIPS:,}",
                         example="8")
    if goal != "fewest-chips":
        return
    if (concurrency is None) == (arrival is None):
        raise InputError("the fewest chips for what load?", where="--concurrency, --arrival",
                         expected="requests in flight, or requests a second, one of the two",
                         example="--concurrency 64")
    if concurrency is not None and not _whole(concurrency, MAX_CONCURRENCY):
        raise InputError("must be a whole number of requests", where="--concurrency", got=concurrency, example="64")
    if arrival is not None:
        check_rate(arrival)


def _whole(value: Any, most: int) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)
    return number and value == int(value) and 1 <= value <= most


def _tuple(given: str | Sequence[str] | None) -> tuple[str, ...] | None:
    return None if given is None else (given,) if isinstance(given, str) else tuple(given)


def _key(question: Any, calibration: Calibration) -> str:
    return digest({"question": question, "calibration": calibration_digest(calibration),
                   "data_version": DATA_VERSION})


def _solved(problem: Problem, calibration: Calibration | None) -> tuple[str, Mapping[str, Any]]:
    """Return an answer's key and the answer as JSON: that kept under the key if it is whole, else computed."""
    key = _key(problem, calibration or shipped_calibration())
    pack = load_pack(f"search-{key}", [DATA], lambda: solve(problem, calibration), CODE)
    try:
        for raw in (*pack["frontier"], pack["best"], pack["runner_up"] or pack["best"]):
            Row(**raw)
        whole = pack["check"] == digest({**pack, "check": ""}) and bool(pack["frontier"])
    except (KeyError, TypeError):
        whole = False
    return key, pack if whole else solve(problem, calibration)


def _answer(problem: Problem, calibration: Calibration | None) -> Search:
    key, pack = _solved(problem, calibration)
    row = Row(**pack["best"])
    other = Row(**pack["runner_up"]) if pack["runner_up"] else None
    predicted = problem.answer(row, calibration)
    formats = tuple(formats_considered(problem.machine, problem.precision))
    why = _why(problem, row, other, predicted, problem.answer(other, calibration)) if other else None
    return Search(problem.goal, problem.machine.id, problem.shape.id, problem.chips, predicted, row,
                  tuple(Row(**raw) for raw in pack["frontier"]), pack["candidates"], pack["loads"], pack["evaluated"],
                  problem.limits, key, other, why, formats, problem.shape.native_format,
                  (*_other_format(problem.shape.native_format, predicted.precision, formats), *predicted.warnings))


def _other_format(released: str, chosen: str, formats: Sequence[str]) -> tuple[Label, ...]:
    """Say that a search chose another format than the model's own."""
    if len(formats) == 1 or chosen in AS_RELEASED.get(released, ("bf16",)):
        return ()
    return (Label(f"The model was released in {released}, the search chose {chosen}: what that costs in quality is not "
                  f"modelled. --precision narrows the choice.",
                  f"模型以{released}发布，搜索选用{chosen}：对质量的影响未建模。可用--precision限定。"),)


def _why(problem: Problem, row: Row, other: Row, ours: Prediction, theirs: Prediction) -> Label:
    """Say what the runner-up gives, what stops it from more, and where its chips' time goes."""
    if problem.goal == "fewest-chips":
        lead = Label(f"{other.words()}: {other.chips} chips against {row.chips}",
                     f"{other.label().zh}：{other.chips}颗芯片，最优{row.chips}颗")
    else:
        less = 1.0 - other.per_chip / row.per_chip
        lead = Label(f"{other.words()}: {other.per_chip:.4g} tokens/s a chip, {less:.1%} fewer",
                     f"{other.label().zh}：每芯片{other.per_chip:.4g} 词元/秒，少{less:.1%}")
    a, b = _chip_seconds(ours), _chip_seconds(theirs)
    bound = max(b, key=lambda name: b[name] - a[name])
    parts = [lead, *([STOPS[other.stop]] if other.stop else [])]
    if b[bound] > a[bound]:
        share = growth(1.0 + (b[bound] - a[bound]) / sum(a.values()))
        parts.append(Label(f"a token takes {share.en} more of a chip's time, bound by {bound}",
                           f"每词元多用{share.zh}芯片时间，受限于{BOUND_ZH[bound]}"))
    return Label("; ".join(p.en for p in parts), "；".join(p.zh for p in parts))


def _chip_seconds(p: Prediction) -> dict[str, float]:
    """Return seconds of a chip an output token, by what bounds them: its share of a decode step, and of a prompt."""
    decode, prefill = p.steps
    found = dict.fromkeys(("compute", "memory", "network", "overhead"), 0.0)
    for step, tokens in ((decode, p.running), (prefill, p.split["dp"] * p.output)):
        for operator in step.operators:
            found[operator.bound] += operator.seconds * p.chips / tokens
    return found


def _train(problem: TrainingProblem, limits: Limits, calibration: Calibration | None) -> Search:
    """Return the quickest training step."""
    key = _key(problem, calibration or shipped_calibration())
    pack = load_pack(f"search-{key}", [DATA], lambda: _kept_training(problem, calibration), CODE)
    try:
        found = read_fastest(pack["found"])
        whole = pack["check"] == digest(pack["found"])
    except (KeyError, TypeError):
        whole = False
    if not whole:
        found = fastest_training(problem, calibration)
    why, other = None, found.runner_up
    if other:
        slower = growth(other.seconds / found.best.seconds)
        why = Label(f"{other.words()}: {slower.en} slower", f"{other.label().zh}：慢{slower.zh}")
    return Search("training", problem.machine.id, problem.shape.id, problem.chips,
                  trained(problem, found.best, calibration), None, (), found.plans, found.plans, found.evaluated,
                  limits, key, other, why, formats_trained(problem), problem.shape.native_format)


def _kept_training(problem: TrainingProblem, calibration: Calibration | None) -> dict[str, Any]:
    found = asdict(fastest_training(problem, calibration))
    return {"found": found, "check": digest(found)}
