"""A serving question: a model on a machine, how it is split, and its load."""

from __future__ import annotations

from dataclasses import dataclass

from highfence.perf.machine import Machine
from highfence.perf.shape import ModelShape


@dataclass(frozen=True, slots=True)
class Side:
    """How one pool of chips is split and loaded.

    Attributes
    ----------
    batch : sequences of one attention rank, 0 where the concurrency says it. workers : replicas, 0 if unstated.
    """

    batch: float
    workers: float
    tp: float
    pp: float
    dp: float
    expert_tp: float
    ep: float


@dataclass(frozen=True, slots=True)
class Question:
    """One row, read.

    Attributes
    ----------
    concurrency : requests in flight on all replicas. profile : index of the software profile.
    protocol : name in :data:`~highfence.perf.software.PROTOCOLS`. drafted : whether tokens are proposed ahead.
    prefill : of a disaggregated row, else None; ``serving`` is then the decode side.
    """

    shape: ModelShape
    machine: Machine
    profile: int
    protocol: str
    dense: int
    experts: int
    dense_peak: float
    experts_peak: float
    cache: float
    prompt: float
    output: float
    concurrency: float
    serving: Side
    prefill: Side | None
    drafted: bool
    withheld: float
