"""How a part compares with others, measure by measure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

from highfence.core.labels import Label
from highfence.report.citations import Bibliography, Cite
from highfence.report.names import short_name
from highfence.report.readings import Reading, read
from highfence.report.texts import both, say
from highfence.rules.parts import Part

MEASURES = ("half", "peak_fp8", "peak_int8", "peak_fp4", "tpp", "performance_density", "memory_capacity",
            "dram_bandwidth", "link_bandwidth", "io_bandwidth", "logic_die_area", "tdp")
"""``half`` is the better documented of dense FP16 and BF16."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A part that this one is compared with."""

    id: str
    name: Label
    short: Label


@dataclass(frozen=True, slots=True)
class RatioCell:
    """One measure of one reference, and this part's share of it.

    Attributes
    ----------
    ratio : this part over the reference; ``low``, ``high`` where either is contested. None where unpublished.
    """

    shown: Label
    cites: tuple[Cite, ...]
    contested: bool
    ratio: float | None
    low: float | None
    high: float | None
    shown_ratio: Label


@dataclass(frozen=True, slots=True)
class RatioRow:
    """One measure across all references."""

    name: str
    label: Label
    shown: Label
    cites: tuple[Cite, ...]
    cells: tuple[RatioCell, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every measure against every reference."""

    references: tuple[Reference, ...]
    rows: tuple[RatioRow, ...]


def compare(part: Part, others: tuple[Part, ...], sources: Bibliography) -> Comparison:
    """Return a part's share of each measure of each other part."""
    named = tuple(Reference(p.id, p.name, short_name(p)) for p in others)
    return Comparison(named, tuple(_rows(part, others, sources)))


def _rows(part: Part, others: tuple[Part, ...], sources: Bibliography) -> Iterator[RatioRow]:
    for name in MEASURES:
        mine = measure(part, name)
        theirs = [measure(p, name) for p in others]
        if mine is None or not any(theirs):
            continue
        label = say("ratios.half") if name == "half" else mine.label
        yield RatioRow(name, label, mine.shown, sources.facts(mine.facts),
                       tuple(_cell(mine, other, sources) for other in theirs))


def measure(part: Part, name: str) -> Reading | None:
    """Return one measure of a part; ``half`` is dense FP16, or BF16 where only that was published."""
    if name == "half":
        return read(part, "peak_fp16") or read(part, "peak_bf16")
    return read(part, name)


def _cell(mine: Reading, other: Reading | None, sources: Bibliography) -> RatioCell:
    if other is None or not other.value:
        return RatioCell(say("word.dash"), (), False, None, None, None, say("word.dash"))
    ratio = mine.value / other.value
    low = mine.low / other.high if isfinite(other.high) else None
    high = mine.high / other.low if other.low and isfinite(mine.high) else None
    contested = mine.contested or other.contested
    return RatioCell(other.shown, sources.facts(other.facts), contested, ratio, low, high, percent(ratio))


def percent(ratio: float) -> Label:
    """Write a ratio as a percentage with two or three digits.

    >>> percent(0.14957).en, percent(1.194).en, percent(0.0312).zh, percent(2.5).zh
    ('15%', '119%', '3.1%', '250%')
    """
    value = ratio * 100
    return both("0%" if not value else f"{value:.1f}%" if value < 9.95 else f"{value:,.0f}%")
