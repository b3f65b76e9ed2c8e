"""The fewest chips that hold a model, and the ways to divide it among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from highfence.core.errors import InputError, NoAnswer
from highfence.perf.inference.estimate import serving
from highfence.perf.machine import Machine
from highfence.perf.prediction import Prediction
from highfence.perf.shape import ModelShape

SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
"""Numbers of chips that are tried: servers hold powers of two."""


@dataclass(frozen=True, slots=True)
class Held:
    """A model on the fewest chips that hold it, one answer a way to divide it.

    Attributes
    ----------
    chips : of one replica. answers : at the load asked for, in the order of :func:`ways`.
    """

    chips: int
    answers: tuple[Prediction, ...]


def ways(machine: Machine, shape: ModelShape, chips: int) -> Iterator[dict[str, int]]:
    """Yield the usual ways to divide a model among chips: tensor parallel where links join them, then stages; for
    mixtures also attention in parallel with the experts dealt to all.

    >>> from highfence.perf.machine import machine_of
    >>> from highfence.perf.shape import shape_of
    >>> list(ways(machine_of("H100"), shape_of("llama-3.1-70b"), 16))
    [{'tp': 8, 'pp': 2}]
    """
    tp = chips
    while tp > machine.domain or shape.heads % tp:
        tp //= 2
    if chips // tp <= shape.layers:
        yield {"tp": tp, "pp": chips // tp}
    if chips > 1 and shape.experts and shape.experts % chips == 0:
        for inside in dict.fromkeys((tp, 1)):
            if inside < chips:
                yield {"tp": inside, "dp": chips // inside, "ep": chips}


def smallest_that_holds(machine: Machine, shape: ModelShape, *, load: float = 1.0, **question: Any) -> Held:
    """Return a model on the fewest chips whose memory holds it with at least one sequence.

    Parameters
    ----------
    load : requests in flight a chip. question : as in :func:`~highfence.perf.inference.estimate.serving`, without
        split and load.

    Examples
    --------
    >>> from highfence.perf.machine import machine_of
    >>> from highfence.perf.shape import shape_of
    >>> smallest_that_holds(machine_of("H20"), shape_of("deepseek-r1"), prompt=2048, output=512).chips
    8

    Raises
    ------
    InputError : what no split can mend. NoAnswer : no number of chips that was tried holds it.
    """
    for chips in SIZES:
        answers = [answer for way in ways(machine, shape, chips)
                   if (answer := _held(machine, shape, load * chips, way, question)) is not None]
        if answers:
            return Held(chips, tuple(answers))
    raise NoAnswer(f"{shape.id} does not fit on up to {SIZES[-1]} of {machine.name} in this format",
                   missing="memory", would_change="fewer bits a weight, or a shorter prompt")


def _held(machine: Machine, shape: ModelShape, load: float, way: dict[str, Any], question: Any) -> Prediction | None:
    """Return the answer of one way to divide a model, None where the memory is too small."""
    try:
        return serving(machine, shape, concurrency=load, **way, **question)
    except NoAnswer as problem:
        if problem.missing != "memory":
            raise
        return None


def split_text(split: Any) -> str:
    """Return a split as a person writes it: what is not 1.

    >>> split_text({"tp": 8, "pp": 2, "dp": 1, "ep": 1}), split_text({"tp": 1, "pp": 1})
    ('tp 8 pp 2', 'one chip')
    """
    return " ".join(f"{name} {ranks}" for name, ranks in split.items() if ranks != 1) or "one chip"


def check_load(load: float) -> float:
    """Return a load a chip.

    Raises
    ------
    InputError : no positive number, or so large that nobody means it.
    """
    if isinstance(load, bool) or not isinstance(load, (int, float)) or not 0.0 < load <= 10_000.0:
        raise InputError("must be a positive number of requests in flight a chip", where="--load", got=load,
                         expected="at most 10,000", example="8")
    return float(load)
