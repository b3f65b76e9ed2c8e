"""Chip-seconds of a token at a service level: the ways to serve a model, and the best of them under limits.

A chip's ways are searched once a workload and kept; an answer under limits, and each draw of an efficiency, only picks
among them. Two styles compete:

``one``
    one pool works prompts and tokens together (continuous batching), as measured serving runs do;
``two``
    two pools kept full (:mod:`highfence.perf.choosing.pools`), as large services run.

Rule of the split: a prompt's token costs the machine time of its prefill, an output token what is left. In two pools
each has its own machines; in one pool the time that a request's prefill takes alone is the prompt's, all other time of
the replica the output's. A prompt's token found in a cache costs no machine time, and storage is not counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.core.errors import InputError, NoAnswer
from highfence.core.labels import Label
from highfence.perf.calibration import shipped_calibration
from highfence.perf.choosing.limits import TIMES, Limits
from highfence.perf.choosing.pools import PoolPoint, full_pools
from highfence.perf.choosing.search import frontier
from highfence.perf.inference.estimate import MAX_LENGTH, default_precision
from highfence.perf.intervals import Z80, static_spread
from highfence.perf.machine import Machine
from highfence.perf.shape import shape_of
from highfence.perf.sheets import find_machine
from highfence.perf.vendors import gains_of

Floats = NDArray[np.float64]
STYLES = ("best", "one", "two")
MOST_TOGETHER = 32
"""Chips that one pool joins at most: four servers."""

NOTHING = np.inf
"""Chip-seconds where no way keeps the limits."""


@dataclass(frozen=True, slots=True)
class Workload:
    """What is served.

    Attributes
    ----------
    model : of the catalogue. prompt, output : tokens a request. cached : share of the prompt found in a cache.
    """

    model: str
    prompt: float = 2048.0
    output: float = 512.0
    cached: float = 0.0

    def __post_init__(self) -> None:
        for name, tokens in (("--input", self.prompt), ("--output", self.output)):
            if not 1.0 <= tokens <= MAX_LENGTH:
                raise InputError("tokens of a request", where=name, got=tokens, expected=f"1 to {MAX_LENGTH:,}",
                                 example="2048")
        if not 0.0 <= self.cached < 1.0:
            raise InputError("the share of a prompt that a cache holds", where="--cached", got=self.cached,
                             expected="0 to below 1", example="0.5")

    @property
    def fresh(self) -> float:
        """Tokens of a prompt that no cache holds."""
        return self.prompt * (1.0 - self.cached)


@dataclass(frozen=True)
class Style:
    """Ways of one style as columns, quickest first: seconds a step or token, and chip-seconds a token.

    Attributes
    ----------
    tpot, output_s : seconds between a request's tokens; chip-seconds of an output token.
    ttft, input_s : seconds to the first token; chip-seconds of a prompt's token that no cache holds. In one pool row by
    row with ``tpot``; in two pools columns of their own.
    words, read_words : of each row. chips, read_chips : of one replica. apart : whether the pools are two.
    splits, read_splits : ranks of each row by dimension; none is read apart in one pool.
    """

    name: str
    tpot: Floats
    output_s: Floats
    ttft: Floats
    input_s: Floats
    words: tuple[str, ...]
    read_words: tuple[str, ...]
    chips: Floats
    read_chips: Floats
    apart: bool
    splits: tuple[Mapping[str, int], ...]
    read_splits: tuple[Mapping[str, int], ...]

    @property
    def fewest(self) -> int:
        """Chips of the smallest deployment."""
        return int(self.chips.min() + (self.read_chips.min() if self.apart else 0.0))

    def pairs(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return rows of tokens and rows of prompts that go together: all with all in two pools, each with itself."""
        if self.apart:
            write, read = np.indices((len(self.tpot), len(self.ttft))).reshape(2, -1)
            return write, read
        return np.arange(len(self.tpot)), np.arange(len(self.tpot))

    def times(self, w: Workload, write: Any, read: Any) -> dict[str, Floats]:
        """Return seconds by the names of limits, of pairs of rows."""
        return {"ttft": self.ttft[read], "tpot": self.tpot[write],
                "latency": self.ttft[read] + w.output * self.tpot[write]}


@dataclass(frozen=True)
class Ways:
    """Every way of one chip to serve a workload.

    Attributes
    ----------
    styles : by name. deviation : standard deviation of the logarithm of a chip-second. evidence : as in a prediction.
    refused : why a style has no way.
    """

    machine: Machine
    workload: Workload
    precision: str
    styles: Mapping[str, Style]
    deviation: float
    evidence: str
    refused: Mapping[str, str]


@dataclass(frozen=True)
class Served:
    """The cheapest way under limits, in draws of efficiency: arrays (draws,).

    Attributes
    ----------
    output_s, input_s : chip-seconds of an output token, and of a prompt's token that no cache holds; infinite in draws
    where no way keeps the limits. tpot, ttft : seconds, at the middle. chips : of the smallest deployment.
    split : ranks by dimension, those of the prompts' pool as ``prefill_…``.
    """

    style: str
    output_s: Floats
    input_s: Floats
    tpot: float
    ttft: float
    words: str
    read_words: str
    chips: int
    split: Mapping[str, int]

    def all_in(self, workload: Workload) -> Floats:
        """Return chip-seconds of an output token with its share of the prompt."""
        return self.output_s + self.input_s * workload.fresh / workload.output


@lru_cache(maxsize=4096)
def ways_of(chip: str, workload: Workload, chips: int, software: str | None = None,
            precision: str | None = None) -> Ways:
    """Return the ways of a chip to serve a workload on at most so many chips a replica.

    Raises
    ------
    InputError : a chip, model, length or format that cannot be.
    NoAnswer : neither style holds the model; names what would.

    Examples
    --------
    >>> found = ways_of("H20", Workload("qwen3-8b"), 8)
    >>> sorted(found.styles), found.precision
    (['one', 'two'], 'bf16')
    """
    machine, shape = find_machine(chip), shape_of(workload.model)
    fmt = precision or default_precision(machine, shape)
    styles: dict[str, Style] = {}
    refused: dict[str, str] = {}
    for name, find in (("one", _one), ("two", _two)):
        try:
            styles[name] = find(machine, workload, chips, software, fmt)
        except NoAnswer as problem:
            refused[name] = problem.what
    if not styles:
        raise NoAnswer(next(iter(refused.values())), missing="a way to serve the model",
                       would_change="every cost of a token", hint="more --chips, or fewer bits")
    gains = gains_of(machine)
    spread = static_spread(shipped_calibration(), shape.experts > 0.0, gains.spread)
    low, high = spread.around(1.0)
    return Ways(machine, workload, fmt, styles, float(np.log(high / low)) / (2.0 * Z80), gains.evidence, refused)


def _one(machine: Machine, w: Workload, chips: int, software: str | None, precision: str) -> Style:
    found = frontier(machine, w.model, chips=min(chips, MOST_TOGETHER), prompt=max(round(w.fresh), 1), output=w.output,
                     precision=precision, software=software, emulate=True)
    served = found.again()
    rows = found.rows
    size = np.asarray([r.tp * r.pp * r.dp for r in rows], dtype=float)
    flow = np.asarray([r.concurrency for r in rows]) / (served.ttft_s + w.output * served.tpot_s)
    reading = np.minimum(flow * served.prompt_s / np.asarray([r.dp for r in rows], dtype=float), 1.0)
    chip_s = size / flow
    splits = tuple({"tp": r.tp, "pp": r.pp, "dp": r.dp, "ep": r.ep} for r in rows)
    words = tuple(f"{_ranks(split)}, {row.concurrency:g} in flight" for split, row in zip(splits, rows))
    return Style("one", served.tpot_s, chip_s * (1.0 - reading) / w.output, served.ttft_s, chip_s * reading / w.fresh,
                 words, words, size, 0.0 * size, False, splits, tuple({} for _ in rows))


def _ranks(split: Mapping[str, int]) -> str:
    """Return a split in words: tensor ranks, and others where there are more than one."""
    return " ".join(f"{name} {ranks}" for name, ranks in split.items() if ranks > 1 or name == "tp")


def way_label(words: str) -> Label:
    """Return the words of a way in both languages.

    >>> way_label("tp 1 dp 32 ep 32, 8 a rank, two half batches").zh
    'tp 1 dp 32 ep 32，每组8，双半批交叠'
    """
    zh = re.sub(r", ([\d.e+]+) a rank", r"，每组\1", words).replace(", two half batches", "，双半批交叠")
    return Label(words, re.sub(r", ([\d.e+]+) in flight", r"，并发\1", zh))


def _two(machine: Machine, w: Workload, chips: int, software: str | None, precision: str) -> Style:
    pools = full_pools(machine, w.model, chips=chips, prompt=w.prompt, output=w.output, cached=w.prompt - w.fresh,
                       precision=precision, software=software)

    def column(points: tuple[PoolPoint, ...], name: str) -> Floats:
        return np.asarray([getattr(p, name) for p in points], dtype=float)

    return Style("two", column(pools.decode, "step_s"), column(pools.decode, "token_s"),
                 1.5 * column(pools.prefill, "step_s"), column(pools.prefill, "token_s"),
                 tuple(p.words() for p in pools.decode), tuple(p.words() for p in pools.prefill),
                 column(pools.decode, "chips"), column(pools.prefill, "chips"), True,
                 tuple({"tp": p.tp, "pp": 1, "dp": p.dp, "ep": p.ep} for p in pools.decode),
                 tuple({"prefill_tp": p.tp, "prefill_dp": p.dp, "prefill_ep": p.ep} for p in pools.prefill))


def serve(ways: Ways, limits: Limits, *, chips: int, style: str = "best", z: Any = 0.0) -> Served:
    """Return the cheapest way under limits; style and its words are those of the middle, draws pick among their ways.

    Parameters
    ----------
    chips : of the whole deployment. z : standard normals of the efficiency, shape (draws,).

    Raises
    ------
    NoAnswer : no way keeps the limits; names the nearest that can be had.
    """
    pace = np.exp(np.atleast_1d(np.asarray(z, dtype=float)) * ways.deviation)
    found = []
    for name, columns in ways.styles.items():
        if style in ("best", name):
            middle = _pick(columns, ways.workload, limits, np.ones(1), chips)
            if np.isfinite(middle.all_in(ways.workload)[0]):
                found.append((float(middle.all_in(ways.workload)[0]), columns, middle))
    if not found:
        raise _none(ways, limits, style, chips)
    _, columns, middle = min(found, key=lambda f: f[0])
    drawn = _pick(columns, ways.workload, limits, pace, chips)
    return replace(middle, output_s=drawn.output_s, input_s=drawn.input_s)


def _pick(s: Style, w: Workload, limits: Limits, pace: Floats, chips: int) -> Served:
    """Return the cheapest way in draws in which every second takes ``pace`` times as long.

    A way keeps all limits up to some pace. Cheapest first, a way that holds no longer than a cheaper one is never
    wanted, so that the pace of a draw finds its way by bisection.
    """
    write, read = s.pairs()
    each = s.output_s[write] + s.input_s[read] * w.fresh / w.output
    holds = np.where(s.chips[write] + s.read_chips[read] <= chips, np.inf, 0.0)
    for name, time in s.times(w, write, read).items():
        limit = getattr(limits, f"{name}_s")
        if limit is not None:
            holds = np.minimum(holds, limit / time)
    order = np.argsort(each, kind="stable")
    longest = np.maximum.accumulate(holds[order])
    first = np.searchsorted(longest, pace)
    none = np.where(first < len(order), 0.0, NOTHING)
    way = order[np.minimum(first, len(order) - 1)]
    i, j = write[way], read[way]
    a, b = i[0], j[0]
    return Served(s.name, s.output_s[i] * pace + none, s.input_s[j] * pace + none, float(s.tpot[a]), float(s.ttft[b]),
                  s.words[a], s.read_words[b], int(s.chips[a] + s.read_chips[b]), {**s.splits[a], **s.read_splits[b]})


def fewest_chips(ways: Ways, style: str = "best") -> int:
    """Return the chips of the smallest deployment that holds the model, in a style or in any."""
    return min(s.fewest for s in _styles(ways, style))


def _styles(ways: Ways, style: str) -> list[Style]:
    """Return the styles asked for.

    Raises
    ------
    NoAnswer : the one asked for has no way.
    """
    found = [s for name, s in ways.styles.items() if style in ("best", name)]
    if not found:
        raise NoAnswer(ways.refused.get(style, f"no way of the style {style}"), missing="a way to serve the model",
                       would_change="every cost of a token", hint="--style best takes either")
    return found


def _none(ways: Ways, limits: Limits, style: str, chips: int) -> NoAnswer:
    """Say which limit binds where no way keeps them all, and what can be kept."""
    styles = _styles(ways, style)
    fewest = min(s.fewest for s in styles)
    if fewest > chips:
        return NoAnswer(f"{ways.workload.model} takes at least {fewest} chips of {ways.machine.name}",
                        missing=f"more than {chips} chips", would_change="whether it can be served",
                        hint=f"--chips {fewest}")
    stated = [name for name in TIMES if getattr(limits, f"{name}_s") is not None]
    nearest = {name: _nearest(styles, ways.workload, limits, chips, name) for name in stated}
    looser = [_with(limits, {name: s}).text() for name, s in nearest.items() if np.isfinite(s)]
    if looser:
        hint = " or ".join(f"--limit {text}" for text in looser) + " can be kept"
    else:
        alone = {name: _nearest(styles, ways.workload, Limits(), chips, name) for name in stated}
        hint = f"each alone from {_with(Limits(), alone).text()}"
    binds = [name for name, s in nearest.items() if np.isfinite(s)] or stated
    return NoAnswer(f"no way of {ways.machine.name} on at most {chips} chips keeps {limits.text()}",
                    missing=f"a looser limit on {' or '.join(binds)}" if looser else "looser limits",
                    would_change="whether it can be served", hint=hint)


def _with(limits: Limits, seconds: Mapping[str, float]) -> Limits:
    """Return limits with some times in place of theirs, rounded up."""
    changed: dict[str, Any] = {f"{name}_s": _rounded_up(s) for name, s in seconds.items()}
    return replace(limits, **changed)


def _nearest(styles: Sequence[Style], w: Workload, limits: Limits, chips: int, name: str) -> float:
    """Return the shortest time of a kind among ways that keep the other limits; infinite where none does."""
    best = np.inf
    for s in styles:
        write, read = s.pairs()
        times = s.times(w, write, read)
        kept = s.chips[write] + s.read_chips[read] <= chips
        for other, time in times.items():
            limit = getattr(limits, f"{other}_s")
            if other != name and limit is not None:
                kept &= time <= limit
        if kept.any():
            best = min(best, float(times[name][kept].min()))
    return best


def _rounded_up(seconds: float) -> float:
    """Return a time rounded up to three digits.

    >>> _rounded_up(0.011234)
    0.0113
    """
    step = 10.0 ** (np.floor(np.log10(seconds)) - 2.0)
    return float(f"{np.ceil(seconds / step) * step:.3g}")
