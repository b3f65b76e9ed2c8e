"""What is asked of every chip of a brief: the same work under the same limits, and one chip's answer to it.

The performance room answers; here stands only what is asked, and why there may be no answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from highfence.catalogue import Chip
from highfence.catalogue.attributes import ATTRIBUTES
from highfence.core.errors import HighfenceError, InputError, NoAnswer
from highfence.core.labels import Label
from highfence.core.quantities import format_number
from highfence.perf.choosing.comparison import decode_rate, prefill_rate
from highfence.perf.choosing.smallest import split_text, ways
from highfence.perf.inference.bulk import group_questions, serve_groups
from highfence.perf.inference.estimate import ask, predict, serving
from highfence.perf.inference.question import Question
from highfence.perf.machine import Machine, machine_from, machine_of
from highfence.perf.operators.gemm import TILES
from highfence.perf.prediction import Estimate, Prediction
from highfence.perf.shape import ModelShape, shape_of
from highfence.perf.train.run import training_run
from highfence.report.citations import SHEET
from highfence.report.texts import say
from highfence.rules.parts import Part

LIMIT_S = 0.1
"""Longest time per output token that decode may take: ten tokens a second, about as fast as people read."""

DOUBLINGS = 3
"""How often the chips are doubled where the stated number does not hold the model, or does not keep the limit."""

LEAST_ROWS = min(height for height, _ in TILES)
"""Rows of the lowest tile of a product: those of the 8-bit kernels that were measured."""

LOW_ROWS = 16.0
"""Rows of the lowest tile that libraries take at 16 bits (assumed).

Where one request would be bound by arithmetic in tiles of :data:`LEAST_ROWS`, the answer hangs on which of the two a
library uses. More rows a tile cost as much more as a lower peak would: that is how the other answer is asked for.
"""

MATTERS = 0.95
"""Share of the answer below which the other assumption's answer is worth a sentence."""

LOADS = tuple(sorted({*range(1, 9), *(round(8 * 1.1**i) for i in range(1, 60))}))
"""Requests in flight on one attention rank that are tried: each a tenth more than the one before."""


@dataclass(frozen=True, slots=True)
class Workload:
    """Work that every chip is asked to do.

    Attributes
    ----------
    kind : ``training``, ``prefill``, ``decode`` or ``edge``. chips : of one replica, doubled where they do not do.
    prompt, output : tokens; in training ``prompt`` is the sequence. batch : sequences an iteration.
    precision : of the weights; None is the format that they were released in, or the nearest that a chip multiplies.
    """

    id: str
    kind: str
    model: str
    chips: int
    prompt: int
    output: int = 0
    batch: int = 0
    precision: str | None = None

    @property
    def title(self) -> Label:
        """What it is called."""
        return say(f"ability.{self.id}")

    @property
    def load(self) -> Label:
        """What exactly is asked."""
        from highfence.catalogue import catalogue

        return say(f"ability.load_{self.kind}", model=catalogue().model(self.model).name, chips=f"{self.chips:,}",
                   prompt=f"{self.prompt:,}", output=f"{self.output:,}", batch=f"{self.batch:,}",
                   limit=format_number(LIMIT_S * 1e3), precision=self.format)

    @property
    def format(self) -> Label:
        """The format that is asked for, in words."""
        if self.precision is None:
            return say("ability.as_released")
        return Label(self.precision.upper(), self.precision.upper())


WORKLOADS = (
    Workload("training", "training", "llama-3.1-70b", 1024, 8192, batch=2048, precision="bf16"),
    Workload("prefill_dense", "prefill", "llama-3.1-70b", 4, 4096, 1024, precision="bf16"),
    Workload("prefill_latent", "prefill", "deepseek-v3", 32, 4096, 1024),
    Workload("decode_dense", "decode", "llama-3.1-70b", 4, 4096, 1024, precision="bf16"),
    Workload("decode_latent", "decode", "deepseek-v3", 32, 4096, 1024),
    Workload("edge", "edge", "llama-3.1-8b", 1, 1024, 256, precision="bf16"),
)
"""Dense models with grouped queries, and a mixture of experts with latent attention (MLA)."""


@dataclass(frozen=True, slots=True)
class Done:
    """A chip's answer to a workload.

    Attributes
    ----------
    value : tokens/s of one chip. chips, split : that it took. in_flight : requests on a replica; sequences an
        iteration.
    bounds : share of the time by what bounds it, largest first. operator : that most of that time goes to.
    mfu : model FLOPs over the peak, in training only. evidence, grade, assumed : as in a prediction.
    otherwise : the value if products of few rows took tiles of :data:`LEAST_ROWS`, where that matters; the interval of
        ``value`` holds it.
    """

    value: Estimate
    chips: int
    split: str
    precision: str
    in_flight: float
    bounds: Mapping[str, float]
    operator: str
    evidence: str
    grade: str
    assumed: tuple[str, ...]
    mfu: float | None = None
    otherwise: Estimate | None = None

    @property
    def bound(self) -> str:
        """What binds it."""
        return next(iter(self.bounds))


def machine_of_part(part: Part) -> Machine:
    """Return a part as the performance room sees it.

    Raises
    ------
    NoAnswer : a number that every answer needs is not published.
    """
    if not isinstance(part.entry, Chip):
        raise NoAnswer("no data sheet", missing="data sheet", would_change="every answer")
    return machine_from(part.entry) if part.id.startswith(SHEET) else machine_of(part.id)


def do(machine: Machine, work: Workload) -> Done:
    """Return what a chip does with a workload.

    Raises
    ------
    NoAnswer, InputError : as the performance room; :func:`reason_of` puts them in words.
    """
    return DOERS[work.kind](machine, shape_of(work.model), work)


def _train(machine: Machine, shape: ModelShape, work: Workload) -> Done:
    for chips in _sizes(work):
        try:
            run = training_run(machine, shape, chips=chips, batch=work.batch, sequence=work.prompt,
                               precision=work.precision or "bf16")
            break
        except NoAnswer:
            if chips == work.chips << DOUBLINGS:
                raise
    spent = [(o.name, _bound_of(o.bound, o.compute, o.memory), o.whole) for o in run.step.operators]
    bounds = _shares((bound, seconds) for _, bound, seconds in spent)
    return Done(run.per_chip, run.chips, split_text(run.split), run.precision, run.batch, bounds,
                _longest(spent, bounds), run.evidence, run.grade, run.assumed, run.mfu)


def _bound_of(bound: str, compute: float, memory: float) -> str:
    """Return what bounds an operator of training."""
    if bound in {"network", "overhead"}:
        return bound
    return "compute" if compute >= memory else "memory"


def _prefill(machine: Machine, shape: ModelShape, work: Workload) -> Done:
    for chips in _sizes(work):
        answers = list(_each_alone(_questions(machine, shape, work, chips)))
        if answers:
            best = max(answers, key=lambda answer: prefill_rate(answer).value)
            return _served(best, "prefill", prefill_rate(best))
    raise _too_large(machine, work)


def _each_alone(questions: list[Question]) -> Iterator[Prediction]:
    """Yield the answers of one request on every rank, of the ways to divide a model that the memory holds."""
    for question in questions:
        try:
            yield predict(replace(question, concurrency=question.serving.dp))
        except NoAnswer as problem:
            if problem.missing != "memory":
                raise


def _decode(machine: Machine, shape: ModelShape, work: Workload) -> Done:
    least = 0.0
    for chips in _sizes(work):
        rows = [replace(q, concurrency=load * q.serving.dp) for q in _questions(machine, shape, work, chips)
                for load in LOADS]
        found = serve_groups(group_questions(rows), len(rows))
        steps = [float(s) for s in found["decode_s"]]
        held = [i for i, q in enumerate(rows) if found["fits"][i] * q.serving.dp >= q.concurrency]
        kept = [i for i in held if steps[i] <= LIMIT_S]
        if kept:
            at = max(kept, key=lambda i: rows[i].concurrency / steps[i])
            return _alone(rows[at], steps[at])
        least = min((steps[i] for i in held), default=least)
    if least:
        raise NoAnswer("no load keeps the limit", missing="limit", would_change=format_number(least * 1e3, 3))
    raise _too_large(machine, work)


def _alone(question: Question, step_s: float) -> Done:
    """Return the decode steps of a question, prompts worked on elsewhere."""
    answer = predict(question)
    rate, near = question.concurrency / step_s / answer.chips, decode_rate(answer)
    done = _served(answer, "decode", near.scaled(rate / near.value, near.unit))
    return replace(done, in_flight=question.concurrency)


def _edge(machine: Machine, shape: ModelShape, work: Workload) -> Done:
    done = _one_request(machine, shape, work)
    lower = replace(machine, peaks={name: peak * LOW_ROWS / LEAST_ROWS for name, peak in machine.peaks.items()})
    other = _one_request(lower, shape, work).value
    if other.value > MATTERS * done.value.value:
        return done
    value = replace(done.value, low=min(done.value.low, other.low))
    return replace(done, value=value, otherwise=other)


def _one_request(machine: Machine, shape: ModelShape, work: Workload) -> Done:
    answer = serving(machine, shape, prompt=work.prompt, output=work.output, concurrency=1, precision=work.precision)
    return _served(answer, "decode", decode_rate(answer))


DOERS: dict[str, Callable[[Machine, ModelShape, Workload], Done]] = {
    "training": _train, "prefill": _prefill, "decode": _decode, "edge": _edge}


def _served(answer: Prediction, kind: str, value: Estimate) -> Done:
    step = next(s for s in answer.steps if s.kind == kind)
    spent = [(o.name, o.bound, o.seconds) for o in step.operators]
    bounds = _shares((bound, seconds) for _, bound, seconds in spent)
    return Done(value, answer.chips, split_text(answer.split), answer.precision, answer.concurrency, bounds,
                _longest(spent, bounds), answer.evidence, answer.grade, answer.assumed)


def _shares(spent: Iterable[tuple[str, float]]) -> dict[str, float]:
    totals: dict[str, float] = {}
    for bound, seconds in spent:
        totals[bound] = totals.get(bound, 0.0) + seconds
    whole = sum(totals.values())
    return {b: s / whole for b, s in sorted(totals.items(), key=lambda pair: -pair[1]) if s}


def _longest(spent: list[tuple[str, str, float]], bounds: Mapping[str, float]) -> str:
    """Return the longest operator of those that share the bound of most of the time."""
    first = next(iter(bounds))
    return max((row for row in spent if row[1] == first), key=lambda row: row[2])[0]


def _sizes(work: Workload) -> list[int]:
    return [work.chips << n for n in range(DOUBLINGS + 1)]


def _questions(machine: Machine, shape: ModelShape, work: Workload, chips: int) -> list[Question]:
    """Return the usual ways to divide a model among so many chips, as questions of one request a rank.

    Raises
    ------
    InputError : a format that the chip lacks.
    """
    found = []
    asked: dict[str, Any] = {"prompt": work.prompt, "output": work.output, "precision": work.precision}
    for way in ways(machine, shape, chips):
        try:
            found.append(ask(machine, shape, concurrency=1, **{**asked, **way}))
        except InputError as problem:
            if problem.code == "unsupported-format":
                raise
    return found


def _too_large(machine: Machine, work: Workload) -> NoAnswer:
    return NoAnswer(f"{work.model} does not fit on {machine.name}", missing="memory", would_change="more chips")


MISSING = ("peak", "memory_bandwidth", "memory_capacity", "data sheet")
"""What a data sheet may lack so that there is no answer at all."""


def reason_of(problem: HighfenceError, work: Workload) -> Label:
    """Return in words why a chip gives no answer to a workload."""
    missing = getattr(problem, "missing", None) or ""
    lacking = next((name for name in MISSING if missing.startswith(name)), None)
    if lacking is not None:
        return say(f"ability.no_{lacking.split('_')[-1].replace('data sheet', 'sheet')}")
    if isinstance(problem, InputError) and problem.code == "unsupported-format":
        return say("ability.no_format", format=str(problem.got).upper())
    if missing == "limit":
        return say("ability.over_limit", limit=format_number(LIMIT_S * 1e3),
                   best=str(getattr(problem, "would_change", "")))
    if missing.startswith("memory"):
        most = 1 if work.kind == "edge" else work.chips << DOUBLINGS
        return say("ability.too_large", chips=f"{most:,}") if most > 1 else say("ability.too_large_for_one")
    return say("ability.no_answer", detail=str(getattr(problem, "what", problem)))


def names_of(assumed: tuple[str, ...]) -> list[Label]:
    """Return attributes of a data sheet by their names for people."""
    return [ATTRIBUTES[name].label for name in assumed if name in ATTRIBUTES]
