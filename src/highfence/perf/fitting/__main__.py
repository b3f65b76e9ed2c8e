"""Fit the serving calibration and write it: ``python -m highfence.perf.fitting DATA [--spreads]``."""

from __future__ import annotations

import sys
from pathlib import Path

from highfence.perf.calibration import DATA, Curve, shipped_calibration
from highfence.perf.evidence.serving_cases import by_chip, by_configuration, measured_runs, spread_curves
from highfence.perf.fitting.serving import FIXED, fit_serving, priors
from highfence.perf.fitting.write import write_curves

SPREADS = ("spread.configuration", "spread.chip", "spread.disaggregated", "spread.disaggregated-unstated")


def main(data: Path, spreads: bool) -> None:
    """Fit, and with ``spreads`` measure the intervals on left-out runs too (minutes)."""
    together, apart, dropped = measured_runs(data)
    print(f"{len(together)} runs, {len(apart)} over separate pools; dropped: {dropped}", file=sys.stderr)
    base = shipped_calibration()
    fitted = fit_serving(together, base)
    chips = tuple(sorted({r.question.machine.id for r in together}))
    ids = sorted({curve for curve, _ in priors()} | set(FIXED))
    source = ("aiconfigurator-serving",)
    curves = [Curve(id, fitted.values(id), source, len(together), chips, "measured") if any(
        curve == id for curve, _ in priors()) else Curve(id, fitted.values(id)) for id in ids]
    widths = {id: dict(base.values(id)) for id in SPREADS}
    if spreads:
        chip_parts = list(by_chip(together, apart).values())
        widths = spread_curves(by_configuration(together), [c for c, _ in chip_parts], [p for _, p in chip_parts if p])
    curves += [Curve(id, values, source, len(together), chips, "measured",
                     "10 % and 90 % quantiles of log(measured / predicted) over runs left out of the fit")
               for id, values in widths.items()]
    write_curves(DATA / "serving.yaml",
                 "Serving: kernels by format, attention, links, and software by program and time. "
                 "Written by python -m highfence.perf.fitting.", curves)


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--spreads" in sys.argv)
