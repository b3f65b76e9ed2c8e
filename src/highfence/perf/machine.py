"""A chip and what joins it to others, as the numbers that performance follows from.

Everything comes from the data sheet (catalogue or a user's sheet); nothing measured is mixed in. What the data sheet
does not say is taken from a stated rule and named in :attr:`Machine.assumed`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from highfence.catalogue import catalogue
from highfence.catalogue.entries import Entry, System
from highfence.core.errors import InputError, NoAnswer
from highfence.core.facts import worst_grade
from highfence.perf.formats import PEAKS, Format, format_of

UNITS_IF_UNSAID = 128.0
"""Compute units of a chip whose data sheet does not say: the middle of large accelerators (assumed)."""

NETWORK_IF_UNSAID = 50e9
"""One-way B/s of a chip's share of the network where no system says: one 400 Gb/s port (assumed)."""

DOMAIN_IF_UNSAID = 8.0
"""Chips that links join where no system says: one server of eight (assumed)."""

_OF_CHIP = ("memory_bandwidth", "memory_capacity", "compute_units", "tdp", *(name for names in PEAKS.values()
                                                                             for name in names))
"""Facts of a chip that answers rest on, beside its links."""

NOMINAL_GB = 2.0**30 / 1e9
"""Memory chips hold powers of two: a nominal GB of device memory is a GiB."""


@dataclass(frozen=True, slots=True)
class Machine:
    """One chip in its system.

    Attributes
    ----------
    peaks : dense FLOP/s by arithmetic (``16``, ``fp8``, ``fp4``, ``int8``, ``fp32``); absent if the chip lacks it.
    bandwidth : B/s of the device memory. memory : bytes. units : compute units.
    link, network : one-way B/s of one chip to its scale-up and scale-out neighbours; where the card's only way out
    is its host link, the network is no faster. domain : chips joined by links.
    power : thermal design power, W; None if unpublished.
    assumed : names of the numbers above that no source states. grades : of those that one does, by attribute.
    """

    id: str
    name: str
    vendor: str
    family: str
    peaks: dict[str, float]
    bandwidth: float
    memory: float
    units: float
    link: float
    network: float
    domain: float
    power: float | None = None
    assumed: tuple[str, ...] = ()
    grades: dict[str, str] = field(default_factory=dict)

    def peak(self, arithmetic: str) -> float | None:
        """Return the dense FLOP/s of an arithmetic, or None."""
        return self.peaks.get(arithmetic)

    def runs(self, name: str) -> bool:
        """Whether the chip multiplies a format natively.

        >>> machine_of("910C").runs("fp8"), machine_of("H20").runs("fp8")
        (False, True)
        """
        return format_of(name).arithmetic in self.peaks


@lru_cache(maxsize=512)
def machine_of(chip: str, system: str | None = None) -> Machine:
    """Return a chip of the catalogue in a system: the one named, else the smallest that is built of it.

    Raises
    ------
    InputError : no such chip or system, or the system holds another chip.
    NoAnswer : the data sheet lacks its peak, memory or bandwidth.
    """
    found = catalogue().find_system(chip) if catalogue().find_chip(chip) is None else None
    if found is not None:
        return machine_from(catalogue().chip(found.chip), found)
    entry = catalogue().chip(chip)
    home = catalogue().system(system) if system else _smallest_system(entry.id)
    if home is not None and system and home.chip != entry.id:
        raise InputError("the system holds another chip", where="--system", got=system, expected=home.chip)
    return machine_from(entry, home)


def _smallest_system(chip: str) -> System | None:
    """Return the system of a chip with the fewest chips that says how it is joined."""
    homes = [s for s in catalogue().systems() if s.chip == chip and (s.number("scale_up_domain") or 0) > 1]
    return min(homes, key=lambda s: (s.number("scale_up_domain") or 0.0, s.id), default=None)


def machine_from(chip: Entry, system: System | None = None) -> Machine:
    """Return the machine that a chip's facts, and its system's, describe."""
    assumed: list[str] = []

    def number(entry: Entry | None, name: str) -> float | None:
        value = entry.number(name) if entry is not None else None
        return None if value is None else float(value)

    def needed(name: str, what: str) -> float:
        value = number(chip, name)
        if not value:
            raise NoAnswer(f"{chip.name.en}: {what} is not published", missing=f"{name} of {chip.id}",
                           would_change="every step time")
        return value

    peaks = {arithmetic: value for arithmetic, names in PEAKS.items()
             if (value := next((v for n in names if (v := number(chip, n))), None))}
    if not set(peaks) - {"fp32", "fp4"}:
        raise NoAnswer(f"{chip.name.en}: no dense peak is published", missing=f"peak_bf16 or peak_fp16 of {chip.id}",
                       would_change="every step time")
    halved = "16" not in peaks
    peaks.setdefault("16", peaks.get("fp8", peaks.get("int8", peaks.get("fp32", 0.0))) / 2.0)

    def or_else(value: float | None, name: str, rule: float) -> float:
        if value:
            return value
        assumed.append(name)
        return rule

    if halved:
        assumed.append("peak_bf16")
    home, link_name = ((system, "scale_up_bandwidth") if number(system, "scale_up_bandwidth") else
                       (chip, "link_bandwidth"))
    link = number(home, link_name)
    facts = {**{name: (chip, name) for name in _OF_CHIP}, "link_bandwidth": (home, link_name),
             "network_bandwidth": (system, "scale_out_bandwidth"), "scale_up_domain": (system, "scale_up_domain")}
    joined = or_else(link, "link_bandwidth", _host(chip)) / 2.0
    network = or_else(number(system, "scale_out_bandwidth"), "network_bandwidth", 2.0 * NETWORK_IF_UNSAID) / 2.0
    return Machine(
        id=chip.id, name=chip.name.en, vendor=chip.vendor, family=str(getattr(chip, "family", "")), peaks=peaks,
        bandwidth=needed("memory_bandwidth", "its memory bandwidth"),
        memory=needed("memory_capacity", "its memory") * NOMINAL_GB,
        units=or_else(number(chip, "compute_units"), "compute_units", UNITS_IF_UNSAID),
        link=joined, network=min(network, joined),
        domain=or_else(number(system, "scale_up_domain"), "scale_up_domain", DOMAIN_IF_UNSAID),
        power=number(chip, "tdp"), assumed=tuple(assumed),
        grades={name: found.grade for name, (entry, fact) in facts.items()
                if entry is not None and name not in assumed and (found := entry[fact]) is not None})


def weakest_grade(machine: Machine, formats: Iterable[str], chips: float, network: bool = False) -> str:
    """Return the grade of the weakest number of the data sheet that an answer rests on.

    Parameters
    ----------
    formats : that are multiplied; attention and output head take 16 bits whatever the weights. chips : of a replica:
        links matter from two on. network : whether anything crosses it, else where more chips than links join.

    Examples
    --------
    >>> h20 = machine_of("H20")
    >>> weakest_grade(h20, ["fp8"], 1), weakest_grade(h20, ["fp8"], 16)
    ('press', 'assumed')
    """
    names = ["memory_bandwidth", "memory_capacity", "compute_units", *(["tdp"] if machine.power else []),
             *(["link_bandwidth", "scale_up_domain"] if chips > 1 else []),
             *(["network_bandwidth"] if network or chips > machine.domain else [])]
    for arithmetic in {"16", *(format_of(name).arithmetic for name in formats)}:
        names.append(next((name for name in PEAKS[arithmetic] if name in machine.grades), PEAKS[arithmetic][0]))
    return worst_grade(machine.grades.get(name, "assumed") for name in names)


def _host(chip: Entry) -> float:
    """Bandwidth of the host link, both directions, for chips that publish no links of their own."""
    from highfence.catalogue.metrics import host_bandwidth

    found = host_bandwidth(chip)
    return found[0] if found else 64e9


def arithmetic_of(machine: Machine, fmt: Format, emulate: bool, where: str = "--precision") -> tuple[Format, float]:
    """Return the format that a machine really runs and its peak.

    Raises
    ------
    InputError : the chip lacks the arithmetic and no fallback was asked for.
    """
    peak = machine.peak(fmt.arithmetic)
    if peak:
        return fmt, peak
    if fmt.weight_only and emulate:
        spare = format_of(fmt.weight_only)
        return spare, machine.peaks[spare.arithmetic]
    raise InputError(f"{machine.name} has no {fmt.name} arithmetic", where=where, got=fmt.name,
                     expected=", ".join(sorted(_native(machine))), code="unsupported-format",
                     hint=f"--emulate keeps {fmt.name} weights and multiplies in 16 bits" if fmt.weight_only else None)


def _native(machine: Machine) -> Any:
    from highfence.perf.formats import FORMATS

    return [f.name for f in FORMATS.values() if f.arithmetic in machine.peaks]
