"""Priors by vendor: how far published products, streams and runs come, over how far the same tools come on NVIDIA's.

Every figure is compared with what the curves say of the chip at NVIDIA's efficiency, so that what a data sheet explains
is no merit or fault of the vendor. A vendor's mean is pulled towards the mean of all other vendors, the harder the
fewer chips and tools it was seen on::

    y = log(published rate / predicted rate), its mean over NVIDIA's rows of the tools taken off
    vendor = w * mean(y of the vendor) + (1 - w) * mean(vendors),   w = between / (between + within / n)

``n`` counts chips by tools, since rows of one table are nearly copies. The spread of a prediction holds what is left
between vendors and within one. Whole runs come less far than best products: a second factor, from training and
benchmark rows, says by how much. Those runs are bound by arithmetic, so that the factor bears on ``compute`` alone.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log, sqrt
from pathlib import Path
from statistics import mean, median

from highfence.core.arrays import FLOATS
from highfence.core.errors import HighfenceError
from highfence.perf.calibration import DATA, Calibration, Curve, shipped_calibration
from highfence.perf.evidence.published_rows import Figure, best_rate, chip_of, facts, read_figures, table_rows
from highfence.perf.fitting.write import write_curves
from highfence.perf.machine import Machine
from highfence.perf.shape import shape_of
from highfence.perf.train.work import model_flops

VENDORS = ("amd", "huawei", "intel", "google", "iluvatar", "metax", "cambricon", "kunlunxin", "hygon", "moore-threads",
           "other")
"""Vendors that get a curve, as the catalogue names them; ``other`` stands for all without one."""

BETWEEN = {"compute": 0.15, "memory": 0.15, "runs": 0.2}
"""Standard deviation among vendors where fewer than three were seen (assumed); never less than a third of it."""

WITHIN = {"compute": 0.15, "memory": 0.12, "runs": 0.2}
"""Standard deviation of one chip and tool about its vendor, where too few rows show it (assumed)."""

LINK = 0.7
"""Efficiency of links over NVIDIA's: no published figure compares them (assumed)."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """How one vendor's chip did in one tool.

    Attributes
    ----------
    y : logarithm of published over predicted rate. cluster : chip and tool, within which rows are nearly copies.
    """

    vendor: str
    family: str
    cluster: str
    y: float
    chip: str


@dataclass(frozen=True, slots=True)
class Prior:
    """Logarithm of a gain: mean, standard deviation, and how many chips by tools stand behind the vendor's own part."""

    mean: float
    spread: float
    n: int


def clustered(sightings: Iterable[Sighting]) -> dict[str, list[float]]:
    """Return the median of each cluster, by vendor.

    >>> rows = [Sighting("amd", "t", "c", y, "c") for y in (0.0, 0.2, 0.4)]
    >>> clustered(rows)
    {'amd': [0.2]}
    """
    groups: dict[tuple[str, str], list[float]] = {}
    for s in sightings:
        groups.setdefault((s.vendor, s.cluster), []).append(s.y)
    found: dict[str, list[float]] = {}
    for (vendor, _), values in sorted(groups.items()):
        found.setdefault(vendor, []).append(median(values))
    return found


def priors(seen: Mapping[str, Sequence[float]], between: float, within: float,
           vendors: Iterable[str] = VENDORS) -> dict[str, Prior]:
    """Return each vendor's prior from the medians of its clusters.

    Parameters
    ----------
    between, within : standard deviations to start from; both move towards what the clusters show.

    Examples
    --------
    >>> found = priors({"amd": [-0.4, -0.3, -0.5], "intel": [0.0]}, 0.2, 0.15)
    >>> found["amd"].mean < found["other"].mean < found["intel"].mean and found["other"].spread > found["amd"].spread
    True
    """
    deviations = [(y - mean(ys)) ** 2 for ys in seen.values() for y in ys]
    free = sum(len(ys) - 1 for ys in seen.values())
    inside = (sum(deviations) + 3.0 * within**2) / (free + 3.0)
    means = {vendor: mean(ys) for vendor, ys in seen.items()}
    centre = mean(means.values()) if means else 0.0
    apart = [(m - centre) ** 2 for m in means.values()]
    outside = (sum(apart) + 3.0 * between**2) / (max(len(apart) - 1, 0) + 3.0)
    found = {}
    for vendor in (*vendors, *(v for v in seen if v not in vendors)):
        n = len(seen.get(vendor, ()))
        weight = outside / (outside + inside / n) if n else 0.0
        spread = sqrt(outside * (1.0 - weight) + outside / (len(means) + 1.0) * (1.0 - weight) ** 2 + inside)
        found[vendor] = Prior(weight * means.get(vendor, 0.0) + (1.0 - weight) * centre, spread, n)
    return found


# Products and streams -----------------------------------------------------------------------------------------------

def kernel_sightings(figures: Iterable[Figure], bound: str, corrections: Mapping[str, float]) -> list[Sighting]:
    """Return how other vendors' products (``compute``) or streams (``memory``) did, corrections of the topic taken off.

    Products of fewer than 256 rows are left out: reading weights may bind them.
    """
    found = []
    for f in figures:
        if f.bound != bound or f.machine.vendor == "nvidia" or not f.topic:
            continue
        work = f.phases[0]
        if bound == "compute" and work.flops / work.peak < work.bytes / work.bandwidth:
            continue
        found.append(Sighting(f.machine.vendor, f.family, f"{f.machine.id} {f.family} {f.topic}",
                              log(f.ours_s / f.seconds) + corrections.get(f.topic, 0.0), f.machine.id))
    return found


# Whole runs ---------------------------------------------------------------------------------------------------------

def run_sightings(data: Path, calibration: Calibration, leave_out: Collection[str] = ()) -> list[Sighting]:
    """Return how whole runs did: use of the peak over what feeding its units allows, over the same of NVIDIA's chips.

    Training rows by the use of the peak that they state or that their tokens imply, against NVIDIA's of the same tool
    or, where it never ran on NVIDIA's, of all tools; offline MLPerf rows by tokens per peak against NVIDIA's of the
    same model.
    Rows that the table marks as no basis for a prediction, such as a cell that contradicts itself, are left out.
    """
    rows = [row for row in table_rows(data) if row["source_family"] not in leave_out and row["predictable"] != "no"]
    used = [(row, machine, use) for row in rows if row["kind"] == "training" if (machine := _machine(row))
            if (use := used_peak(row, machine, calibration))]
    used_by_nvidia: dict[str, list[float]] = {}
    for row, machine, use in used:
        if machine.vendor == "nvidia":
            used_by_nvidia.setdefault(row["source_family"], []).append(use)
    found: list[Sighting] = []
    if used_by_nvidia:
        everywhere = median(median(values) for values in used_by_nvidia.values())
        for row, machine, use in used:
            if machine.vendor != "nvidia":
                same = used_by_nvidia.get(row["source_family"])
                found.append(_sighting(row, machine, log(use / (median(same) if same else everywhere))))
    return found + _offline(rows)


def _sighting(row: Mapping[str, str], machine: Machine, y: float) -> Sighting:
    family = row["source_family"]
    return Sighting(machine.vendor, family, f"{machine.id} {family} {row['model']}", y, machine.id)


def _machine(row: Mapping[str, str]) -> Machine | None:
    try:
        return chip_of(row["chip"])
    except HighfenceError:
        return None


def used_peak(row: Mapping[str, str], machine: Machine, calibration: Calibration) -> float | None:
    """Return a 16-bit training row's use of the peak over what feeding the units allows; None where it says neither."""
    if "fp8" in row["dtype"].casefold():
        return None
    stated = re.search(r"MFU%?[ =]*([\d.]+)", row["notes"])
    length, model = row["output_len_or_seq_len"], facts()["models"].get(row["model"])
    if row["unit"] == "% MFU":
        use = float(row["value"]) / 100.0
    elif stated:
        use = float(stated[1]) / 100.0
    elif model is not None and row["unit"].startswith("tokens/s") and length.isdigit():
        each = model_flops(FLOATS, shape_of(model), float(length)) / float(length)
        use = float(row["value"]) * each / machine.peaks["16"]
    else:
        return None
    return use * machine.peaks["16"] / best_rate(machine, "bf16", calibration)


def _offline(rows: Sequence[Mapping[str, str]]) -> list[Sighting]:
    """Return MLPerf's offline rows in FP8: tokens per peak against NVIDIA's of the same model."""
    rates: dict[str, list[tuple[Mapping[str, str], Machine, float]]] = {}
    for row in rows:
        machine = _machine(row)
        offline = row["source_family"] == "mlperf-inference" and row["metric"].startswith("Offline")
        if offline and row["dtype"] == "fp8" and machine is not None and "fp8" in machine.peaks:
            rate = float(row["value"]) / float(row["n_chips"]) / machine.peaks["fp8"]
            rates.setdefault(row["model"], []).append((row, machine, rate))
    found = []
    for same in rates.values():
        nvidia = [rate for _, machine, rate in same if machine.vendor == "nvidia"]
        if nvidia:
            found += [_sighting(row, m, log(rate / median(nvidia))) for row, m, rate in same if m.vendor != "nvidia"]
    return found


# Curves -------------------------------------------------------------------------------------------------------------

def fit_vendors(data: Path, corrections: Mapping[str, float], calibration: Calibration | None = None) -> list[Curve]:
    """Return the curves of all vendors.

    Parameters
    ----------
    data : folder of the shared tables.
    corrections : logarithm by topic of the seconds of NVIDIA's isolated kernels over what the curves say.
    """
    calibration = calibration or shipped_calibration()
    figures = read_figures(data, calibration)[0]
    seen = {"compute": kernel_sightings(figures, "compute", corrections),
            "memory": kernel_sightings(figures, "memory", corrections)}
    best = {name: priors(clustered(rows), BETWEEN[name], WITHIN[name]) for name, rows in seen.items()}
    compute = best["compute"]
    seen["runs"] = [replace(s, y=s.y - compute.get(s.vendor, compute["other"]).mean)
                    for s in run_sightings(data, calibration)]
    found = {**best, "runs": priors(clustered(seen["runs"]), BETWEEN["runs"], WITHIN["runs"])}
    return [_curve(vendor, found, seen) for vendor in VENDORS]


def _curve(vendor: str, found: Mapping[str, Mapping[str, Prior]], seen: Mapping[str, Sequence[Sighting]]) -> Curve:
    own = [s for rows in seen.values() for s in rows if s.vendor == vendor]
    gains = {name: exp(by_vendor[vendor].mean) for name, by_vendor in found.items()}
    gains["runs"] = min(gains["runs"], 1.0)
    parts = ("compute", "memory", "runs")
    without = [name for name in parts if not found[name][vendor].n]
    note = ("no figure of this vendor: the mean of vendors other than NVIDIA" if len(without) == 3 else
            "no figure for " + ", ".join(without) + ": the mean of vendors other than NVIDIA" if without else
            "runs: whole runs over best products")
    spread = sqrt(0.5 * (found["compute"][vendor].spread ** 2 + found["memory"][vendor].spread ** 2)
                  + found["runs"][vendor].spread ** 2)
    return Curve(f"vendor.{vendor}", {"compute": gains["compute"], "memory": gains["memory"], "runs": gains["runs"],
                                      "link": LINK, "spread": spread},
                 tuple(sorted({s.family for s in own})), len(own), tuple(sorted({s.chip for s in own})),
                 "measured" if own else "assumed", note + "; link is assumed")


def main() -> None:
    """Fit the vendors to a folder of measurements and write them: ``python -m ... DATA [FILE]``."""
    from highfence.perf.evidence.published_serving import corrections_of

    data, path = Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else DATA / "vendors.yaml"
    corrections = corrections_of(read_figures(data)[0])
    write_curves(path, "What a vendor's software makes of its chips, over what NVIDIA's makes of the chips that the "
                       "curves were fitted to.", fit_vendors(data, corrections))


if __name__ == "__main__":
    main()
