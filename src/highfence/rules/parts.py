"""What the law reads of a part: from the catalogue, from a user's sheet, or from bare numbers.

Every input keeps its range: a contested or missing value is a range, never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from math import inf

from highfence.catalogue import Chip, MemoryStack, catalogue
from highfence.catalogue.entries import Entry
from highfence.catalogue.metrics import (
    Metric,
    dram_bandwidth,
    io_bandwidth,
    memory_bandwidth_density,
    non_planar,
    peak_tops,
    performance_density,
    total_processing_performance,
)
from highfence.core.facts import Fact
from highfence.core.labels import Label


@dataclass(frozen=True, slots=True)
class Input:
    """One quantity that the law reads, with the range that is possible.

    Attributes
    ----------
    value : preferred value, or None where nothing is known.
    low, high : ends of the range; equal for a known value.
    grade : of the weakest fact behind it, or ``stated`` for what a caller writes.
    how : the arithmetic, or where the value comes from.
    """

    value: float | None
    low: float
    high: float
    grade: str = "assumed"
    how: str = ""
    facts: tuple[Fact, ...] = ()

    @property
    def known(self) -> bool:
        """Whether there is exactly one value."""
        return self.value is not None and self.low == self.high


UNKNOWN = Input(None, 0.0, inf)
PLANAR = Input(0.0, 0.0, 0.0, "official", "made on a planar node: no die counts, so no density line is met")
"""Density of a part whose logic is planar: the applicable die area is that of non-planar dies only."""


@dataclass(frozen=True)
class Part:
    """A part as the law sees it.

    Attributes
    ----------
    inputs : tpp, logic_die_area, performance_density (where stated by itself), io_bandwidth, dram_bandwidth, tops,
        memory_bandwidth_density, process_nm, transistors_total.
    datacenter : designed or marketed for data centres; None when unknown or disputed.
    designed_in, made_in : countries, or None.
    vendor : firm id, or None where the caller gave only numbers.
    described_in : another ECCN that describes the item, which makes its paragraph a ``.z``.
    """

    id: str
    name: Label
    inputs: Mapping[str, Input]
    datacenter: bool | None = None
    vendor: str | None = None
    designed_in: str | None = None
    made_in: str | None = None
    has_hbm: bool | None = None
    described_in: str | None = None
    entry: Entry | None = field(default=None, compare=False)

    @cached_property
    def known_metrics(self) -> Mapping[str, float]:
        """Every metric of the law that the part's inputs settle."""
        known = {name: i.low for name, i in self.inputs.items() if i.known and name != "logic_die_area"}
        tpp, area = self.input("tpp"), self.input("logic_die_area")
        if tpp.known:
            known["bits_x_tops"] = tpp.low
            if area.known and area.low:
                known["performance_density"] = tpp.low / area.low
        if "io_bandwidth" in known and "dram_bandwidth" in known:
            known["dram_plus_io"] = known["io_bandwidth"] + known["dram_bandwidth"]
        return known

    def input(self, name: str) -> Input:
        """Return an input, unknown if nothing was said of it."""
        return self.inputs.get(name, UNKNOWN)


@lru_cache(maxsize=2048)
def part_of_chip(id: str) -> Part:
    """Return a catalogue chip as the law sees it."""
    chip = catalogue().chip(id)
    inputs = {name: _from_metric(found) for name, formula in (
        ("tpp", total_processing_performance), ("io_bandwidth", io_bandwidth), ("dram_bandwidth", dram_bandwidth),
        ("tops", peak_tops)) if (found := formula(chip)) is not None}
    for attribute, name in (("logic_die_area", "logic_die_area"), ("process_nm", "process_nm"),
                            ("transistors", "transistors_total")):
        if (known := chip[attribute]) is not None:
            inputs[name] = Input(float(known.value), known.low, known.high, known.grade, "as published", (known.fact,))
    if non_planar(chip) is False:
        inputs.pop("logic_die_area", None)
        inputs["performance_density"] = PLANAR
    elif "logic_die_area" not in inputs and (density := performance_density(chip)) is not None:
        inputs["performance_density"] = _from_metric(density)
    return Part(chip.id, chip.name, inputs, _datacenter(chip), chip.vendor, _country(chip.vendor), _made_in(chip),
                _has_hbm(chip), entry=chip)


@lru_cache(maxsize=256)
def part_of_memory(id: str) -> Part:
    """Return a catalogue memory stack as the law sees it."""
    stack = catalogue().memory(id)
    inputs = {name: _from_metric(found) for name, formula in (
        ("memory_bandwidth_density", memory_bandwidth_density), ("dram_bandwidth", dram_bandwidth))
        if (found := formula(stack)) is not None}
    return Part(stack.id, stack.name, inputs, None, stack.vendor, _country(stack.vendor), _country(stack.vendor),
                True, entry=stack)


def _from_metric(metric: Metric) -> Input:
    return Input(metric.value, metric.low, metric.high, metric.grade, metric.formula, metric.facts)


def _datacenter(chip: Chip) -> bool | None:
    found = chip["datacenter"]
    return None if found is None or found.contested else bool(found.value)


def _country(firm: str) -> str | None:
    return catalogue().firm(firm).country if firm else None


def _made_in(chip: Chip) -> str | None:
    foundry = chip.value("foundry")
    return _country(str(foundry)) if foundry else None


def _has_hbm(chip: Chip | MemoryStack) -> bool | None:
    kind = chip.value("memory_type")
    return None if kind is None else "HBM" in str(kind).upper()
