"""What a vendor's software makes of its chips, over what NVIDIA's makes of the chips that the curves were fitted to.

Curves hold for software that was tuned for years on the chips at hand. For others a prior by vendor stands in: how far
published best products and streams come, over how far the same tools come on NVIDIA's chips; and, for arithmetic, how
far whole runs come over best products. :mod:`highfence.perf.fitting.vendors` derives it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from highfence.perf.calibration import shipped_calibration
from highfence.perf.machine import UNITS_IF_UNSAID, Machine

MEASURED = {"ampere", "hopper", "blackwell", "ada"}
"""Families on which kernels were measured."""


@dataclass(frozen=True, slots=True)
class Gains:
    """Efficiency over that of the calibration's chips.

    Attributes
    ----------
    feed_units : units that the feed of on-chip memory counts, over those of the data sheet: vendors call very different
        things a unit. spread : standard deviation of the logarithm of a time from this prior alone.
    evidence : grade of evidence of a prediction.
    """

    compute: float
    memory: float
    link: float
    feed_units: float
    spread: float
    evidence: str


def gains_of(machine: Machine) -> Gains:
    """Return what a machine's vendor and family imply."""
    return _gains(machine.vendor, machine.family, machine.units)


@lru_cache(maxsize=512)
def _gains(vendor: str, family: str, units: float) -> Gains:
    if vendor == "nvidia":
        known = any(name in family for name in MEASURED)
        return Gains(1.0, 1.0, 1.0, 1.0, 0.0 if known else 0.15, "fitted family" if known else "data sheet only")
    calibration = shipped_calibration()
    id = f"vendor.{vendor}" if f"vendor.{vendor}" in calibration else "vendor.other"
    v = calibration.values(id)
    return Gains(v["compute"] * v.get("runs", 1.0), v["memory"], v["link"], max(1.0, UNITS_IF_UNSAID / units),
                 v["spread"], "data sheet only")
