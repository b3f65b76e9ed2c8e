"""Physical metrics of a chip, each a formula over its facts.

Thresholds and eras belong to the law and live in :mod:`highfence.rules`; here is only arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf

from highfence.catalogue.attributes import BITS
from highfence.catalogue.entries import Entry
from highfence.core.facts import Fact, Resolved, worst_grade

GB_S = 1e9
PLANAR_ABOVE_NM = 16.0
"""Logic at 16/14 nm and below is made with non-planar transistors."""

_GT_S = {1: 2.5, 2: 5.0, 3: 8.0, 4: 16.0, 5: 32.0, 6: 64.0, 7: 128.0}


@dataclass(frozen=True, slots=True)
class Metric:
    """A computed quantity with the range that its inputs admit.

    Attributes
    ----------
    value : from the preferred facts, in the unit inside of ``kind``.
    low, high : over every admitted value of the inputs; ``high`` may be infinite.
    formula : the arithmetic with its numbers filled in.
    """

    name: str
    kind: str
    value: float
    low: float
    high: float
    formula: str
    facts: tuple[Fact, ...]

    @property
    def contested(self) -> bool:
        """Whether the inputs admit more than one value."""
        return self.low != self.high

    @property
    def grade(self) -> str:
        """Grade of the weakest fact that the metric rests on."""
        return worst_grade(f.grade for f in self.facts)


def total_processing_performance(chip: Entry) -> Metric | None:
    """TPP: the highest over number formats of dense peak rate times bit length.

    ``TPP = max(2 x MacTOPS x bits) = max(dense TOPS x bits)`` (15 CFR Part 774 Supp. 1, 3A090 technical notes);
    the 2 stands already in a data sheet's multiply-accumulate rate. TF32 counts between 19 and 32 bits.
    Without any peak, a published TPP is taken.

    Returns
    -------
    Metric in TPP, or None when neither was published.
    """
    terms = {fmt: r for fmt in BITS if (r := chip[f"peak_{fmt}"]) is not None}
    if not terms:
        published = chip["published_tpp"]
        return None if published is None else _from_fact("tpp", "tpp", published)
    lows = {fmt: r.low * BITS[fmt][0] / 1e12 for fmt, r in terms.items()}
    highs = {fmt: r.high * BITS[fmt][1] / 1e12 for fmt, r in terms.items()}
    mids = {fmt: float(r.value) * BITS[fmt][0] / 1e12 for fmt, r in terms.items()}
    driver = max(mids, key=lambda fmt: mids[fmt])
    low, high = max(lows.values()), _high_within_rounding(max(highs.values()), mids[driver])
    formula = f"{float(terms[driver].value) / 1e12:g} T × {BITS[driver][0]} bit ({driver.upper()})"
    return Metric("tpp", "tpp", mids[driver], min(low, mids[driver]), high, formula, (terms[driver].fact,))


def _high_within_rounding(high: float, value: float, tolerance: float = 0.0025) -> float:
    """Drop an excess that is only the rounding of printed rates."""
    return value if high <= value * (1 + tolerance) else high


def performance_density(chip: Entry) -> Metric | None:
    """TPP per mm² of applicable die area (logic dies on non-planar nodes).

    Returns
    -------
    Metric in TPP/mm², or None when the area, or every peak, is missing.
    """
    tpp, area = total_processing_performance(chip), chip["logic_die_area"]
    if tpp is None or area is None:
        published = chip["published_performance_density"]
        return None if published is None else _from_fact("performance_density", "tpp_density", published)
    mm2 = float(area.value)
    return Metric("performance_density", "tpp_density", tpp.value / mm2, tpp.low / area.high, tpp.high / area.low,
                  f"{tpp.value:g} TPP / {mm2:g} mm²", (*tpp.facts, area.fact))


def io_bandwidth(chip: Entry) -> Metric | None:
    """Aggregate bidirectional transfer rate over all inputs and outputs but volatile memory.

    The published figure where there is one, else links + host + network ports. A part whose host interface is
    unknown has its links as the lower end and no upper end.

    Returns
    -------
    Metric in B/s, or None when nothing is known.
    """
    whole = chip["io_bandwidth"]
    if whole is not None:
        return _from_fact("io_bandwidth", "bandwidth", whole)
    parts = [r for name in ("link_bandwidth", "network_bandwidth") if (r := chip[name]) is not None]
    host = host_bandwidth(chip)
    if not parts and host is None:
        return None
    known = [(float(r.value), r.low, r.high, r.fact) for r in parts] + ([host] if host else [])
    value = sum(k[0] for k in known)
    complete = host is not None and chip["link_bandwidth"] is not None
    formula = " + ".join(f"{k[0] / GB_S:g}" for k in known) + " GB/s"
    return Metric("io_bandwidth", "bandwidth", value, sum(k[1] for k in known),
                  sum(k[2] for k in known) if complete else inf, formula, tuple(k[3] for k in known))


def host_bandwidth(chip: Entry) -> tuple[float, float, float, Fact] | None:
    """Aggregate bidirectional bandwidth of the host link: as published, or from PCI Express generation and lanes."""
    given = chip["host_bandwidth"]
    if given is not None:
        return float(given.value), given.low, given.high, given.fact
    link = chip["host_interface"]
    if link is None:
        return None
    rate = pcie_bandwidth(str(link.value))
    return rate, rate, rate, link.fact


def pcie_bandwidth(interface: str) -> float:
    """Return the raw bandwidth of a PCI Express link, both directions, in B/s.

    >>> pcie_bandwidth("PCIe 5.0 x16") / 1e9
    128.0
    """
    generation, lanes = int(interface[5]), int(interface.rpartition("x")[2])
    return _GT_S[generation] * lanes * 2 / 8 * GB_S


def dram_bandwidth(chip: Entry) -> Metric | None:
    """Total bandwidth of the DRAM of the part, in B/s."""
    found = chip["memory_bandwidth"]
    return None if found is None else _from_fact("dram_bandwidth", "bandwidth", found)


def memory_bandwidth_density(stack: Entry) -> Metric | None:
    """Memory bandwidth per mm² of the stack's or package's footprint, in B/s/mm²."""
    bandwidth, area = stack["memory_bandwidth"], stack["package_area"]
    if bandwidth is None or area is None:
        return None
    value = float(bandwidth.value) / float(area.value)
    return Metric("memory_bandwidth_density", "bandwidth_density", value, bandwidth.low / area.high,
                  bandwidth.high / area.low, f"{float(bandwidth.value) / GB_S:g} GB/s / {float(area.value):g} mm²",
                  (bandwidth.fact, area.fact))


def peak_tops(chip: Entry) -> Metric | None:
    """Highest dense rate over all number formats, in tera-operations per second."""
    rates = {fmt: r for fmt in BITS if (r := chip[f"peak_{fmt}"]) is not None}
    if not rates:
        return None
    best = max(rates.values(), key=lambda r: float(r.value))
    return Metric("tops", "count", float(best.value) / 1e12, best.low / 1e12, best.high / 1e12,
                  f"{float(best.value) / 1e12:g} TOPS", (best.fact,))


def non_planar(chip: Entry) -> bool | None:
    """Whether the logic is made with non-planar transistors, from its node; None when the node is unknown."""
    node = chip.number("process_nm")
    return None if node is None else node <= PLANAR_ABOVE_NM


def _from_fact(name: str, kind: str, found: Resolved) -> Metric:
    return Metric(name, kind, float(found.value), found.low, found.high, "as published", (found.fact,))


METRICS: Mapping[str, Callable[[Entry], Metric | None]] = {
    "tpp": total_processing_performance,
    "performance_density": performance_density,
    "io_bandwidth_total": io_bandwidth,
    "dram_bandwidth": dram_bandwidth,
    "memory_bandwidth_density": memory_bandwidth_density,
}


def metrics_of(entry: Entry) -> dict[str, Metric]:
    """Return every metric that the facts of an entry allow."""
    return {name: found for name, formula in METRICS.items() if (found := formula(entry)) is not None}


DECIDES_LAW: dict[str, tuple[str, ...]] = {
    "tpp": ("tpp",), "logic_die_area": ("logic_die_area",), "io_bandwidth": ("io_bandwidth_total",),
    "memory_capacity": ("memory_capacity",), "memory_bandwidth": ("memory_bandwidth",),
    "date": ("announced", "released"), "datacenter": ("datacenter",),
}
"""What the law asks of every chip, with the attributes or metrics that answer it; any one of them is enough."""


def missing(chip: Entry) -> list[str]:
    """Return what the law asks of a chip and nobody published."""
    known = {*chip.resolved, *metrics_of(chip)}
    return [name for name, any_of in DECIDES_LAW.items() if not known.intersection(any_of)]
