"""Cross-checks of the catalogue against itself and against what others published.

Each check yields every comparison that it makes, so that agreement is counted and not only disagreement.
A comparison that disagrees must be explained in the chip's entry (``explanations: {check: {en, zh}}``), or by
the reason for which the published value was rejected; a test holds this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median

from highfence.catalogue.attributes import ATTRIBUTES, BITS
from highfence.catalogue.entries import Chip
from highfence.catalogue.metrics import (
    Metric,
    pcie_bandwidth,
    performance_density,
    total_processing_performance,
)
from highfence.catalogue.store import catalogue
from highfence.core.dates import parse_period
from highfence.core.facts import Fact
from highfence.core.labels import Label
from highfence.core.quantities import human_scale

PRINTED = 0.01
"""Relative difference that the rounding of printed figures explains."""
TWOFOLD = 1.9
"""From here on two figures count as a factor of two, or more, apart."""
FAR = 3.0
"""A ratio this many times off the middle of its node is an outlier."""
RETICLE_MM2 = 858.0
"""Largest die that one exposure can print (26 mm × 33 mm)."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two figures that should agree.

    Attributes
    ----------
    what : what is compared, such as ``fp16 → fp8``. ours, theirs : in the same ``unit``; for a ratio or a
        bound, ``theirs`` is what is usual or possible.
    source : id of the source of ``theirs``, or empty where it is arithmetic.
    rejected : whether ``theirs`` is a published value that the catalogue does not use.
    """

    chip: str
    check: str
    what: str
    ours: float
    theirs: float
    unit: str
    source: str
    agrees: bool
    rejected: bool = False
    explanation: Label | None = None

    @property
    def relative(self) -> float:
        """Relative difference of ours from theirs: 0.02 is two percent above."""
        return self.ours / self.theirs - 1 if self.theirs else (inf if self.ours else 0.0)


Check = Callable[[Sequence[Chip]], Iterator[Comparison]]


def compare_all(chips: Sequence[Chip] | None = None) -> list[Comparison]:
    """Return every comparison of every check, those that agree included."""
    held = list(catalogue().chips()) if chips is None else chips
    return [made for check, _ in CHECKS.values() for made in check(held)]


def discrepancies(chips: Sequence[Chip] | None = None) -> list[Comparison]:
    """Return the comparisons that disagree, explained or not."""
    return [made for made in compare_all(chips) if not made.agrees]


def unexplained(chips: Sequence[Chip] | None = None) -> list[Comparison]:
    """Return the discrepancies that nothing in the data explains."""
    return [made for made in discrepancies(chips) if made.explanation is None]


def idle_explanations(chips: Sequence[Chip] | None = None) -> list[tuple[str, str]]:
    """Return explanations, as chip and check, that explain nothing: a check that passes, or does not exist."""
    held = list(catalogue().chips()) if chips is None else chips
    needed = {(made.chip, made.check) for made in discrepancies(held) if not made.rejected}
    return [(chip.id, name) for chip in held for name in chip.explanations if (chip.id, name) not in needed]


def _made(chip: Chip, check: str, what: str, ours: float, theirs: float, unit: str, agrees: bool,
          fact: Fact | None = None) -> Comparison:
    explanation = None if agrees else (fact and fact.rejected) or chip.explanations.get(check)
    return Comparison(chip.id, check, what, ours, theirs, unit, fact.source if fact else "", agrees,
                      bool(fact and fact.rejected), explanation)


def _near(a: float, b: float, tolerance: float = PRINTED) -> bool:
    return abs(a - b) <= tolerance * max(abs(a), abs(b))


def has_peaks(chip: Chip) -> bool:
    """Whether TPP is computed from peaks, and not taken from a published TPP."""
    return any(chip[f"peak_{name}"] is not None for name in BITS)


def published_tpp(chips: Sequence[Chip]) -> Iterator[Comparison]:
    """Compare computed TPP with every published TPP."""
    for chip in filter(has_peaks, chips):
        metric = total_processing_performance(chip)
        yield from _against_published(chip, metric, "published_tpp", "published_tpp", PRINTED)


def published_density(chips: Sequence[Chip]) -> Iterator[Comparison]:
    """Compare computed performance density with every published one."""
    for chip in chips:
        if has_peaks(chip) and chip["logic_die_area"] is not None:
            metric = performance_density(chip)
            yield from _against_published(chip, metric, "published_performance_density",
                                          "published_density", 0.02)


def _against_published(chip: Chip, metric: Metric | None, attribute: str, check: str,
                       tolerance: float) -> Iterator[Comparison]:
    for fact in chip.facts.get(attribute, ()):
        if metric is not None:
            low, high = fact.ends
            theirs = float(fact.value) if fact.value is not None else (low + high) / 2
            agrees = low * (1 - tolerance) <= metric.value <= high * (1 + tolerance)
            yield _made(chip, check, ATTRIBUTES[attribute].label.en, metric.value, theirs,
                        human_scale(ATTRIBUTES[attribute].kind)[0], agrees, fact)


USUAL_RATIOS: dict[tuple[str, str], tuple[float, ...]] = {
    ("tf32", "16 bit"): (2.0,), ("fp16", "bf16"): (1.0,), ("16 bit", "fp8"): (2.0,), ("16 bit",
                                                                                      "int8"): (2.0,),
    ("fp8", "fp4"): (2.0,), ("fp8", "fp6"): (1.0, 2.0), ("int8", "int4"): (2.0,), ("fp64",
                                                                                   "fp64_matrix"): (1.0, 2.0),
}
"""Dense rate of the second format over that of the first, on a chip that supports both natively."""


def number_format_ratio(chips: Sequence[Chip]) -> Iterator[Comparison]:
    """Compare ratios between number formats with the usual ones: a sparse figure is a factor of two off."""
    for chip in chips:
        for (first, second), usual in USUAL_RATIOS.items():
            a, b = _peak(chip, first), _peak(chip, second)
            if a and b:
                nearest = min(usual, key=lambda u: abs(b / a - u))
                yield _made(chip, "number_format_ratio", f"{first} → {second}", b / a, nearest, "×",
                            _near(b / a, nearest, 0.06))


def _peak(chip: Chip, name: str) -> float | None:
    if name == "16 bit":
        return chip.number("peak_fp16") or chip.number("peak_bf16")
    return chip.number(f"peak_{name}")


BOTH_WAYS = ("link_bandwidth", "host_bandwidth", "network_bandwidth", "io_bandwidth")


def twofold_disagreement(chips: Sequence[Chip]) -> Iterator[Comparison]:
    """Compare published values of one attribute: a factor of two is a sparse, per-die or per-card figure."""
    yield from _twofold(chips, "twofold_disagreement", [n for n in ATTRIBUTES if n not in BOTH_WAYS])


def one_way_bandwidth(chips: Sequence[Chip]) -> Iterator[Comparison]:
    """Compare published bandwidths of one link: a factor of two is one direction for both."""
    yield from _twofold(chips, "one_way_bandwidth", BOTH_WAYS)


def _twofold(chips: Sequence[Chip], check: str, names: Sequence[str]) -> Iterator[Comparison]:
    for chip in chips:
        for name in names:
            found, attribute = chip[name], ATTRIBUTES[name]
            if found is None or not attribute.numeric:
                continue
            unit, scale = human_scale(attribute.kind)
            for fact in found.others:
                ours, theirs = float(found.value) / scale, _middle(fact) / scale
                agrees = ours == theirs or max(ours, theirs) < TWOFOLD * min(ours, theirs)
                yield _made(chip, check, name, ours, theirs, unit, agrees, fact)


def _middle(fact: Fact) -> float:
    low, high = fact.ends
    return float(fact.value) if fact.value is not None else (low + high) / 2


def pcie_bandwidth_stated(chips: Sequence[Chip]) -> Iterator[Comparison]:
    """Compare a stated host bandwidth with the PCI Express generation and lanes, both directions."""
    for chip in chips:
        link, stated = chip["host_interface"], chip["host_bandwidth"]
        if link is not None and stated is not None:
            theirs = pcie_bandwidth(str(link.value)) / 1e9
            ours = float(stated.value) / 1e9
            yield _made(chip, "pcie_bandwidth", str(link.value), ours, theirs, "GB/s", _near(ours, theirs,
                                                                                             0.03))


def io_sum(chips: Sequence[Chip]) -> Iterator[Comparison]:
    """Compare a stated overall I/O bandwidth with links, host and network ports together."""
    for chip in chips:
        whole, link, host = chip["io_bandwidth"], chip["link_bandwidth"], chip["host_bandwidth"]
        lanes = chip["host_interface"]
        if whole is None or link is None or (host is None and lanes is None):
            continue
        parts = float(link.value) + (chip.number("network_bandwidth") or 0.0)
        parts += float(host.value) if host is not None else pcie_bandwidth(str(lanes.value)) if lanes else 0.0
        yield _made(chip, "io_sum", "I/O in all", float(whole.value) / 1e9, parts / 1e9, "GB/s",
                    _near(float(whole.value), parts, 0.03))


BANDWIDTH_PER_CAPACITY: dict[str, tuple[float, float]] = {
    "HBM2": (16, 81), "HBM2E": (16, 58), "HBM3": (25, 52), "HBM3E": (20, 52), "HBM4": (27, 118),
    "GDDR6": (12, 80), "GDDR6X": (19, 96), "GDDR7": (14, 64),
}
"""GB/s per GB that one stack or device of each generation can have, from the slowest speed grade in the largest
stack (or a clamshell pair) to the fastest in the smallest."""


def memory_bandwidth_bounds(chips: Sequence[Chip]) -> Iterator[Comparison]:
    """Compare bandwidth per capacity with what the memory's generation can have."""
    for chip in chips:
        bounds = BANDWIDTH_PER_CAPACITY.get(str(chip.value("memory_type")).upper())
        bandwidth, capacity = chip.number("memory_bandwidth"), chip.number("memory_capacity")
        if bounds and bandwidth and capacity:
            ours = bandwidth / capacity
            bound = min(max(ours, bounds[0]), bounds[1])
            yield _made(chip, "memory_bandwidth_bounds", str(chip.value("memory_type")), ours, bound,
                        "GB/s per GB",
                        _near(ours, bound))


def reticle_limit(chips: Sequence[Chip]) -> Iterator[Comparison]:
    """Compare the area per die with the largest that one exposure can print; wafer-scale parts are stitched."""
    for chip in chips:
        area = chip.number("logic_die_area")
        if area and chip.kind != "wafer":
            each = area / (chip.number("logic_die_count") or 1)
            yield _made(chip, "reticle_limit", "area per die", each, min(each, RETICLE_MM2), "mm²",
                        each <= RETICLE_MM2 * (1 + PRINTED))


def density_outlier(chips: Sequence[Chip]) -> Iterator[Comparison]:
    """Compare TPP per mm² with the middle of the chips at the same node."""
    yield from _outliers(chips, "density_outlier", "TPP/mm²", lambda chip: _per(chip, "logic_die_area"))


def power_outlier(chips: Sequence[Chip]) -> Iterator[Comparison]:
    """Compare TPP per watt with the middle of the chips at the same node."""
    yield from _outliers(chips, "power_outlier", "TPP/W", lambda chip: _per(chip, "tdp"))


def _per(chip: Chip, attribute: str) -> float | None:
    metric, divisor = total_processing_performance(chip), chip.number(attribute)
    return metric.value / divisor if metric is not None and divisor else None


def _outliers(chips: Sequence[Chip], check: str, unit: str,
              ratio_of: Callable[[Chip], float | None]) -> Iterator[Comparison]:
    by_node: dict[float, list[tuple[Chip, float]]] = {}
    for chip in chips:
        node, ratio = chip.number("process_nm"), ratio_of(chip)
        if node is not None and ratio:
            by_node.setdefault(node, []).append((chip, ratio))
    for node, found in by_node.items():
        middle = median(ratio for _, ratio in found)
        for chip, ratio in found if len(found) >= 5 else ():
            yield _made(chip, check, f"middle at {node:g} nm", ratio, middle, unit,
                        middle / FAR < ratio < middle * FAR)


def capacity_unit(chips: Sequence[Chip]) -> Iterator[Comparison]:
    """Compare published memory capacities: a ratio of 1.074 is GiB written as GB."""
    for chip in chips:
        found = chip["memory_capacity"]
        for fact in found.others if found else ():
            assert found is not None
            ours, theirs = float(found.value) / 1e9, _middle(fact) / 1e9
            ratio = max(ours, theirs) / min(ours, theirs) if min(ours, theirs) else inf
            yield _made(chip, "capacity_unit", "memory_capacity", ours, theirs, "GB",
                        not _near(ratio, 2**30 / 1e9, 0.003), fact)


def announced_first(chips: Sequence[Chip]) -> Iterator[Comparison]:
    """Compare dates: nothing is released before it is announced."""
    for chip in chips:
        announced, released = chip["announced"], chip["released"]
        if announced is not None and released is not None:
            first, last = parse_period(str(announced.value)).start, parse_period(str(released.value)).end
            yield _made(chip, "announced_first", f"{announced.value}, {released.value}",
                        float(first.toordinal()),
                        float(last.toordinal()), "days", first <= last)


CHECKS: Mapping[str, tuple[Check, Label]] = {
    "published_tpp": (published_tpp, Label("computed TPP against published TPP", "计算TPP与已公布TPP比对")),
    "published_density": (published_density, Label("computed against published performance density",
                                                   "计算性能密度与已公布性能密度比对")),
    "number_format_ratio": (number_format_ratio, Label("ratios between number formats (sparse for dense)",
                                                       "各数据格式算力之比（稀疏误作稠密）")),
    "twofold_disagreement": (twofold_disagreement, Label("published values a factor of two or more apart",
                                                         "同一指标的公布值相差一倍以上")),
    "one_way_bandwidth": (one_way_bandwidth, Label("links: one direction for both", "互联带宽：单向误作双向")),
    "pcie_bandwidth": (pcie_bandwidth_stated, Label("host bandwidth against PCI Express generation and lanes",
                                                    "主机带宽与PCIe代次、通道数比对")),
    "io_sum": (io_sum, Label("overall I/O against the sum of its parts", "I/O总带宽与各部分之和比对")),
    "memory_bandwidth_bounds": (memory_bandwidth_bounds,
                                Label("bandwidth that the memory's generation can have",
                                                               "显存带宽是否在该代显存的物理范围内")),
    "reticle_limit": (reticle_limit, Label("die area that one exposure can print", "单次曝光可达的裸片面积")),
    "density_outlier": (density_outlier, Label("TPP per mm² against chips at the same node",
                                               "单位面积TPP与同制程芯片比对")),
    "power_outlier": (power_outlier, Label("TPP per watt against chips at the same node",
                                           "单位功耗TPP与同制程芯片比对")),
    "capacity_unit": (capacity_unit, Label("GiB written as GB", "GiB误写作GB")),
    "announced_first": (announced_first, Label("announced before released", "发布早于上市")),
}
"""Every check with what it looks at; the name is the key under which an entry explains a discrepancy."""
