"""Two pools kept full: some chips read prompts, others write tokens, each at the batch that suits it.

What large services run: prompts and their cache pass from one pool to the other, no step mixes both, and pools are
sized so that neither waits. A pool's way is its split, its batch, and whether two half batches hide each other's
network (:mod:`highfence.perf.inference.static_batch`). Chip-seconds a token follow for each pool apart::

    output token: chips * step / (ranks * batch)          read token: chips * step / (ranks * prompts * new tokens)

The first token comes one and a half steps of the prefill pool after a request on average: half a step until one begins,
and the step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from highfence.__about__ import DATA_VERSION
from highfence.core.datapack import load_pack
from highfence.core.errors import InputError, NoAnswer
from highfence.core.records import digest
from highfence.perf.calibration import DATA, Calibration, calibration_digest, shipped_calibration
from highfence.perf.inference.estimate import default_precision
from highfence.perf.inference.memory import sequences_that_fit, usable_memory
from highfence.perf.inference.static_batch import HOOKS, mean_context, parts_of_question, static_question, static_step
from highfence.perf.inference.step import Batch
from highfence.perf.machine import Machine, machine_of
from highfence.perf.shape import ModelShape, shape_of

CODE = (Path(__file__),)
MOST_TENSOR = 16
"""Chips that tensor parallelism joins at most: beyond, its sums outweigh its products."""

PROMPT_TOKENS = 16_384.0
"""New tokens of one step of a prefill rank, where a prompt is not longer; DeepSeek's and SGLang's published setting."""

DECODE_BATCHES = np.unique(np.round(np.geomspace(1.0, 1024.0, 90)))
"""Sequences of one rank that are tried."""

SOFTWARE = "sglang"
"""Program whose overheads a pool has where none is named."""


@dataclass(frozen=True, slots=True)
class PoolPoint:
    """One way to run one pool.

    Attributes
    ----------
    chips : of one replica, ``tp * dp``. batch : sequences, or prompts, of one attention rank.
    halves : whether two half batches hide each other's network. step_s : seconds of a step.
    token_s : chip-seconds of one token: an output token, or a prompt's token that no cache holds.
    """

    chips: int
    tp: int
    dp: int
    ep: int
    batch: float
    halves: bool
    step_s: float
    token_s: float

    def words(self) -> str:
        """Return the way in words.

        >>> PoolPoint(32, 1, 32, 32, 8.0, True, 1.0, 1e-4).words()
        'tp 1 dp 32 ep 32, 8 a rank, two half batches'
        """
        split = f"tp {self.tp} dp {self.dp} ep {self.ep}" if self.ep > 1 else f"tp {self.tp}"
        return f"{split}, {self.batch:g} a rank" + (", two half batches" if self.halves else "")


@dataclass(frozen=True)
class Pools:
    """Every way to run either pool that no other on as few chips beats in both time and chip-seconds, quickest step
    first.
    """

    chip: str
    model: str
    precision: str
    prefill: tuple[PoolPoint, ...]
    decode: tuple[PoolPoint, ...]
    hash: str


def full_pools(chip: str | Machine, model: str | ModelShape, *, chips: int, prompt: float, output: float,
               cached: float = 0.0, precision: str | None = None, software: str | None = None,
               system: str | None = None, calibration: Calibration | None = None) -> Pools:
    """Return the ways to run two pools of which each replica takes at most ``chips`` chips.

    Parameters
    ----------
    prompt, output : tokens a request. cached : tokens of the prompt found in a cache.
    precision : the format in which the model was released, or what the chip makes of it, if None.

    Raises
    ------
    InputError : a length, format or number of chips that cannot be.
    NoAnswer : the model does not fit on so many chips.

    Examples
    --------
    >>> found = full_pools("H800", "deepseek-v3", chips=32, prompt=4000, output=1000)
    >>> found.decode[0].step_s < found.decode[-1].step_s, found.decode[0].token_s > found.decode[-1].token_s
    (True, True)
    """
    machine = chip if isinstance(chip, Machine) else machine_of(chip, system)
    shape = model if isinstance(model, ModelShape) else shape_of(model)
    if not 0.0 <= cached < prompt:
        raise InputError("the cached part must be shorter than the prompt", where="--cached", got=cached)
    if isinstance(chips, bool) or chips != int(chips) or chips < 1:
        raise InputError("must be a whole number of chips", where="--chips", got=chips, example="64")
    asked: dict[str, Any] = {"precision": precision or default_precision(machine, shape),
                             "software": software or SOFTWARE, "emulate": True}
    known = calibration or shipped_calibration()
    curves = calibration_digest(known)
    key = digest({"pools": [machine, shape, chips, prompt, output, cached, asked], "calibration": curves,
                  "data_version": DATA_VERSION})

    def solve() -> dict[str, Any]:
        found: dict[str, list[PoolPoint]] = {"prefill": [], "decode": []}
        for split in _splits(machine, shape, int(chips)):
            for name, points in _points(machine, shape, split, prompt, output, cached, asked, calibration):
                found[name] += points
        return {name: [asdict(p) for p in _front(points)] for name, points in found.items()}

    pack = load_pack(f"pools-{key}", [DATA], solve, CODE)
    prefill, decode = (tuple(PoolPoint(**raw) for raw in pack[name]) for name in ("prefill", "decode"))
    if not decode or not prefill:
        raise NoAnswer(f"{shape.id} does not fit on {chips} chips of {machine.name}",
                       missing="memory for its weights and one sequence", would_change="the chips of a replica",
                       hint="more --chips, or fewer bits")
    return Pools(machine.id, shape.id, asked["precision"], prefill, decode, key)


def _splits(machine: Machine, shape: ModelShape, chips: int) -> Iterator[dict[str, Any]]:
    """Yield splits: tensor parallel within a domain; for mixtures also attention in parallel, experts dealt to all."""
    tensor = [tp for tp in (1, 2, 4, 8, 16) if tp <= min(machine.domain, chips, MOST_TENSOR) and shape.heads % tp == 0]
    for tp in tensor:
        if not shape.experts or shape.expert_ffn % tp == 0:
            yield {"tp": tp, "dp": 1}
    if not shape.experts:
        return
    ranks = 2
    while ranks <= chips:
        if shape.experts % ranks == 0:
            for tp in tensor:
                if tp < ranks and tp <= 8:
                    yield {"tp": tp, "dp": ranks // tp, "ep": ranks}
        ranks *= 2


def _points(machine: Machine, shape: ModelShape, split: dict[str, Any], prompt: float, output: float, cached: float,
            asked: dict[str, Any], calibration: Calibration | None) -> Iterator[tuple[str, list[PoolPoint]]]:
    """Yield the points of both pools for one split; none where not even one sequence fits."""
    dp = split["dp"]
    question = static_question(machine, shape, prompt=prompt, output=output, batch=dp, **split, **asked)
    parts = parts_of_question(question, calibration)
    from highfence.core.arrays import FLOATS

    room = sequences_that_fit(FLOATS, shape, parts.split, parts.formats, capacity=usable_memory(machine.memory),
                              tokens=prompt + output)
    if room < 1.0:
        return
    chips, ep = split["tp"] * dp, split.get("ep", 1)
    ways = (False, True) if dp > 1 else (False,)

    def points(batch: Any, seconds: Any, tokens: float, halves: bool) -> list[PoolPoint]:
        return [PoolPoint(chips, split["tp"], dp, ep, float(b), halves, float(s), float(chips * s / (b * dp * tokens)))
                for b, s in zip(batch, seconds)]

    batches = DECODE_BATCHES[room >= DECODE_BATCHES]
    none = 0.0 * batches
    for halves in ways:
        step = static_step(np, shape, parts, Batch(none, none + prompt, none, batches, none + mean_context(
            prompt, output)), halves=halves, borrowed=0.0)
        yield "decode", points(batches, step, 1.0, halves)
    fresh = prompt - cached
    most = max(1.0, min(PROMPT_TOKENS // fresh, room))
    batches = np.unique(np.round(np.geomspace(1.0, most, 8)))
    none = 0.0 * batches
    for halves in ways:
        if halves and most < 2.0:
            continue
        step = static_step(np, shape, parts, Batch(batches, none + fresh, none + cached, none, none + prompt),
                           halves=halves, borrowed=HOOKS)
        yield "prefill", points(batches, step, fresh, halves)


def _front(points: list[PoolPoint]) -> list[PoolPoint]:
    """Return the points that no other on as few chips beats in both seconds a step and chip-seconds a token."""
    kept: list[PoolPoint] = []
    for point in sorted(points, key=lambda p: (p.step_s, p.token_s, p.chips)):
        if not any(k.token_s <= point.token_s and k.chips <= point.chips for k in kept):
            kept.append(point)
    return kept
