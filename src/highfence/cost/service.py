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

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.core.errors import InputError, NoAnswer
from highfence.perf.calibration import shipped_calibration
from highfence.perf.choosing.limits import Limits
from highfence.perf.choosing.pools import PoolPoint, full_pools
from highfence.perf.choosing.search import frontier
from highfence.perf.inference.estimate import default_precision
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
    """

    style: str
    output_s: Floats
    input_s: Floats
    tpot: float
    ttft: float
    words: str
    read_words: str
    chips: int

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
    words = tuple(row.words() for row in rows)
    return Style("one", served.tpot_s, chip_s * (1.0 - reading) / w.output, served.ttft_s, chip_s * reading / w.fresh,
                 words, words, size, 0.0 * size, False)


def _two(machine: Machine, w: Workload, chips: int, software: str | None, precision: str) -> Style:
    pools = full_pools(machine, w.model, chips=chips, prompt=w.prompt, output=w.output, cached=w.prompt - w.fresh,
                       precision=precision, software=software)

    def column(points: tuple[PoolPoint, ...], name: str) -> Floats:
        return np.asarray([getattr(p, name) for p in points], dtype=float)

    return Style("two", column(pools.decode, "step_s"), column(pools.decode, "token_s"),
                 1.5 * column(pools.prefill, "step_s"), column(pools.prefill, "token_s"),
                 tuple(p.words() for p in pools.decode), tuple(p.words() for p in pools.prefill),
                 column(pools.decode, "chips"), column(pools.prefill, "chips"), True)


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
    return Served(columns.name, drawn.output_s, drawn.input_s, middle.tpot, middle.ttft, middle.words,
                  middle.read_words, middle.chips)


def _pick(s: Style, w: Workload, limits: Limits, pace: Floats, chips: int) -> Served:
    """Return the cheapest way in draws in which every second takes ``pace`` times as long."""
    tpot = np.inf if limits.tpot_s is None else limits.tpot_s
    ttft = np.inf if limits.ttft_s is None else limits.ttft_s
    whole = np.inf if limits.latency_s is None else limits.latency_s
    if s.apart:
        smallest = float(s.read_chips.min()) if s.read_chips.size else 0.0
        write = np.where(s.chips + smallest <= chips, s.output_s, NOTHING)
        kept = (s.tpot * pace[:, None] <= tpot) & (s.ttft.min() * pace[:, None] + w.output * s.tpot * pace[:, None]
                                                   <= whole)
        out = np.where(kept, write, NOTHING)
        i = out.argmin(axis=1)
        left = whole / pace - w.output * s.tpot[i]
        read = np.where((s.ttft <= np.minimum(ttft / pace, left)[:, None])
                        & (s.chips[i][:, None] + s.read_chips <= chips), s.input_s, NOTHING)
        j = read.argmin(axis=1)
        row = np.arange(len(pace))
        a, b = i[0], j[0]
        return Served(s.name, out[row, i] * pace, read[row, j] * pace, float(s.tpot[a]), float(s.ttft[b]), s.words[a],
                      s.read_words[b], int(s.chips[a] + s.read_chips[b]))
    each = s.output_s + s.input_s * w.fresh / w.output
    kept = ((s.tpot * pace[:, None] <= tpot) & (s.ttft * pace[:, None] <= ttft)
            & ((s.ttft + w.output * s.tpot) * pace[:, None] <= whole) & (s.chips <= chips))
    i = np.where(kept, each, NOTHING).argmin(axis=1)
    none = np.where(kept[np.arange(len(pace)), i], 0.0, NOTHING)
    a = i[0]
    return Served(s.name, s.output_s[i] * pace + none, s.input_s[i] * pace + none, float(s.tpot[a]), float(s.ttft[a]),
                  s.words[a], s.words[a], int(s.chips[a]))


def _none(ways: Ways, limits: Limits, style: str, chips: int) -> NoAnswer:
    """Say what the quickest way is where none keeps the limits."""
    styles = [s for name, s in ways.styles.items() if style in ("best", name)]
    if not styles:
        return NoAnswer(ways.refused.get(style, f"no way of the style {style}"), missing="a way to serve the model",
                        would_change="every cost of a token")
    tpot, ttft = min(float(s.tpot[0]) for s in styles), min(float(s.ttft.min()) for s in styles)
    fewest = min(float(s.chips.min()) + (float(s.read_chips.min()) if s.apart else 0.0) for s in styles)
    if fewest > chips:
        return NoAnswer(f"{ways.workload.model} takes at least {fewest:.0f} chips of {ways.machine.name}",
                        missing=f"more than {chips} chips", would_change="whether it can be served",
                        hint=f"--chips {fewest:.0f}")
    return NoAnswer(f"no way of {ways.machine.name} keeps {limits.text()}", missing="a looser limit or more chips",
                    would_change="whether it can be served",
                    hint=f"the quickest tokens come every {tpot * 1e3:.0f} ms, the first after {ttft:.2g} s at best")
