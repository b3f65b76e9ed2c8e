"""What a prediction says: values with intervals, what they are made of, and on what evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from highfence.core.labels import Label

BOUND_ZH = {"compute": "算力", "memory": "显存带宽", "network": "互联", "overhead": "开销"}
"""What bounds an operator, in Chinese."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 80 % interval.

    Attributes
    ----------
    value : middle, in ``unit``. low, high : between which eight of ten measurements are expected.
    """

    value: float
    low: float
    high: float
    unit: str

    def scaled(self, factor: float, unit: str) -> Estimate:
        """Return the estimate in another unit."""
        return Estimate(self.value * factor, self.low * factor, self.high * factor, unit)


@dataclass(frozen=True, slots=True)
class OperatorTime:
    """Time of one kind of operator in one step.

    Attributes
    ----------
    seconds : in the step. share : of the step. bound : ``compute``, ``memory``, ``network`` or ``overhead``.
    """

    name: str
    seconds: float
    share: float
    bound: str


@dataclass(frozen=True, slots=True)
class StepTime:
    """A step and what it is made of.

    Attributes
    ----------
    kind : ``decode``, ``mixed`` or ``prefill``.
    """

    kind: str
    seconds: float
    tokens: float
    operators: tuple[OperatorTime, ...]

    def bound(self) -> str:
        """Return what takes most of the step."""
        totals: dict[str, float] = {}
        for operator in self.operators:
            totals[operator.bound] = totals.get(operator.bound, 0.0) + operator.seconds
        return max(totals, key=lambda b: totals[b])


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """Bytes of one chip.

    Attributes
    ----------
    weights, cache, usable, total : bytes. sequences : how many of the asked length fit beside the weights on a rank.
    """

    weights: float
    cache: float
    usable: float
    total: float
    sequences: float


@dataclass(frozen=True)
class Prediction:
    """What a chip does with a load.

    Attributes
    ----------
    chip, model, software, precision, cache : what was asked, as understood. split : ranks by dimension.
    ttft, tpot, latency : seconds. throughput : output tokens a second of all chips; per_chip : of one.
    ttft_p50, ttft_p99, tpot_p50, tpot_p99 : over requests. requests_per_s : finished.
    power, energy : W a chip, J an output token; None where the power of the chip is unpublished.
    evidence : ``measured kernel``, ``fitted family`` or ``data sheet only``. grade : of the worst fact of the data
        sheet.
    statistic, arrivals : what the numbers are means of.
    """

    chip: str
    name: str
    model: str
    software: str
    precision: str
    cache: str
    split: Mapping[str, int]
    chips: int
    prompt: float
    output: float
    concurrency: float
    running: float
    ttft: Estimate
    tpot: Estimate
    latency: Estimate
    throughput: Estimate
    per_chip: Estimate
    ttft_p50: float
    ttft_p99: float
    tpot_p50: float
    tpot_p99: float
    requests_per_s: float
    waiting_s: float
    memory: MemoryUse
    steps: tuple[StepTime, ...]
    evidence: str
    grade: str
    statistic: str
    arrivals: str
    power: Estimate | None = None
    energy: Estimate | None = None
    assumed: tuple[str, ...] = ()
    warnings: tuple[Label, ...] = ()
    details: Any = field(default=None, repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the prediction as JSON, without internals."""
        from dataclasses import fields

        from highfence.core.envelope import plain

        return {f.name: plain(getattr(self, f.name)) for f in fields(self) if f.name != "details"}
