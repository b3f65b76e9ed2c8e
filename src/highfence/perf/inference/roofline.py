"""Where the operators of a step stand under the roofs of their chip.

The arithmetic and the bytes of each operator are those of its formulas, without tiles, ramps and launches::

    intensity = FLOPs / bytes        roof = min(peak of its arithmetic, intensity * memory bandwidth)

and the rate that it reaches is its FLOPs over the time that it really takes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from highfence.core.arrays import FLOATS, Floats
from highfence.perf.formats import FORMATS
from highfence.perf.inference.bulk import columns_of, parts_of
from highfence.perf.inference.estimate import ask, tables_of
from highfence.perf.inference.question import Question
from highfence.perf.inference.step import Arithmetic, Batch, Operator, step_operators
from highfence.perf.inference.tables import FORMAT_NAMES
from highfence.perf.machine import Machine
from highfence.perf.operators.attention import DecodeCurve, PrefillCurve
from highfence.perf.operators.gemm import GemmCurve
from highfence.perf.prediction import Prediction, StepTime
from highfence.perf.shape import ModelShape

ENDLESS = 1e40
"""A feed that holds nothing back."""

LEAST = 1e-3
"""FLOPs a byte below which an operator only moves bytes."""

UNPLACED = frozenset({"linear attention state", "sparse index"})
"""Operators whose compute time holds an efficiency of its own, so that no FLOPs can be read from it."""


@dataclass(frozen=True, slots=True)
class RoofPoint:
    """One kind of operator in one step, on one chip.

    Attributes
    ----------
    flops, bytes : of one chip in the step. seconds : that it takes. peak : FLOP/s of its arithmetic.
    bound : as in a prediction.
    """

    step: str
    operator: str
    flops: float
    bytes: float
    seconds: float
    peak: float
    bound: str

    @property
    def intensity(self) -> float:
        """FLOPs a byte."""
        return self.flops / self.bytes

    @property
    def rate(self) -> float:
        """FLOP/s reached."""
        return self.flops / self.seconds

    def roof(self, bandwidth: float) -> float:
        """Return the most FLOP/s that its arithmetic and the memory allow."""
        return min(self.peak, self.intensity * bandwidth)

    def to_dict(self) -> dict[str, Any]:
        """Return the point as JSON."""
        return {"step": self.step, "operator": self.operator, "flops": self.flops, "bytes": self.bytes,
                "seconds": self.seconds, "intensity": self.intensity, "rate": self.rate, "peak": self.peak,
                "bound": self.bound}


@dataclass(frozen=True, slots=True)
class Roofline:
    """A chip's roofs and what stands under them.

    Attributes
    ----------
    bandwidth : B/s. peaks : dense FLOP/s of the arithmetics that some operator uses, by name.
    """

    chip: str
    model: str
    bandwidth: float
    peaks: dict[str, float]
    points: tuple[RoofPoint, ...]


class Exact(Floats):
    """Plain floats on which nothing is rounded up: tiles are as large as the work."""

    @staticmethod
    def ceil(value: float) -> float:
        return value


def roofline(chip: str | Machine, model: str | ModelShape, answer: Prediction, **split: Any) -> Roofline:
    """Return where the operators of an answer stand.

    Parameters
    ----------
    answer : what :func:`~highfence.perf.inference.estimate.serving` said of the same chip, model and split.

    Examples
    --------
    >>> from highfence.perf.inference.estimate import serving
    >>> drawn = roofline("H20", "llama-3.1-70b", serving("H20", "llama-3.1-70b", tp=8), tp=8)
    >>> point = next(p for p in drawn.points if p.step == "decode" and p.operator == "feed-forward in")
    >>> round(point.intensity), point.rate < point.roof(drawn.bandwidth)
    (32, True)
    """
    question = ask(chip, model, prompt=answer.prompt, output=answer.output, concurrency=answer.concurrency, **split)
    points = [point for step in answer.steps for point in _points(question, step)]
    machine = question.machine
    used = dict.fromkeys(FORMATS[FORMAT_NAMES[q]].arithmetic for q in (question.dense, question.experts))
    peaks = {name: machine.peaks[name] for name in ("16", *used)}
    return Roofline(machine.name, question.shape.id, machine.bandwidth, peaks, tuple(points))


def _points(question: Question, step: StepTime) -> list[RoofPoint]:
    unit = _ideal(question, step, 1.0)
    timed = _ideal(question, step, None)
    return [RoofPoint(step.kind, o.name, unit[o.name][0], unit[o.name][1], o.seconds,
                      unit[o.name][0] / timed[o.name][0], o.bound) for o in step.operators
            if o.name not in UNPLACED and unit[o.name][0] > LEAST * unit[o.name][1] > 0.0]


def _ideal(question: Question, step: StepTime, rate: float | None) -> dict[str, tuple[float, float]]:
    """Return compute and memory seconds of each operator if nothing held it back, at a peak or at the real ones.

    At a peak of 1 FLOP/s and a bandwidth of 1 B/s the seconds are the FLOPs and the bytes.
    """
    split, chip, formats, curves, over, _ = parts_of(question.shape, columns_of(question), tables_of(None), FLOATS)
    product = GemmCurve(1.0, ENDLESS, 0.0, 0.0, 1.0, 0.0, 0.0)

    def ideal(how: Arithmetic) -> Arithmetic:
        return replace(how, curve=product, peak=rate or how.peak, feed_scale=1.0)

    formats = replace(formats, dense=ideal(formats.dense), experts=ideal(formats.experts), head=ideal(formats.head),
                      attention_peak=rate or formats.attention_peak)
    prefill, decode = PrefillCurve(1.0, ENDLESS, 0.0, 1.0, 0.0), DecodeCurve(1.0, 1.0, ENDLESS, 1.0, 0.0, 0.0, 0.0)
    curves = replace(curves, prefill=prefill, latent_prefill=prefill, decode=decode, latent_decode=decode,
                     stream_share=1.0)
    chip = replace(chip, bandwidth=1.0, units=1e-6)
    context = question.prompt + 0.5 * question.output
    batch = (Batch(0.0, question.prompt, 0.0, step.tokens, context) if step.kind == "decode" else
             Batch(1.0, question.prompt, 0.0, 0.0, context))
    return _by_name(step_operators(Exact(), question.shape, chip, split, formats, curves, over, batch))


def _by_name(operators: list[Operator]) -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    for o in operators:
        compute, memory = found.get(o.name, (0.0, 0.0))
        found[o.name] = (compute + o.compute, memory + o.memory)
    return found
