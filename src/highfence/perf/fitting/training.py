"""Fit of the training curves: matrix products to kernels, the rest to published runs.

Two steps. Products first, on 16-bit kernel measurements of large shapes over several chips. Then few factors of the
software on published training runs, each with a prior, robustly and with every family weighing at most as much as
:data:`FAMILY_ROWS` rows. Families that only judge never enter; a family may be left out to judge it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp, log, sqrt
from pathlib import Path
from typing import Any

from highfence.core.arrays import FLOATS
from highfence.core.errors import HighfenceError
from highfence.perf.calibration import Calibration, shipped_calibration
from highfence.perf.machine import machine_of
from highfence.perf.operators.gemm import GemmCurve, gemm_time
from highfence.perf.published_training import PublishedTraining, TrainingCase, question_as_run, read_published
from highfence.perf.training import Accelerator, accelerator_from, iteration, rates_of, training_curves
from highfence.perf.training_plan import TrainingPlan, layout_of, micro_batches

JUDGES = ("korthikanti-2022",)
"""Families that are never fitted."""

FAMILY_ROWS = 10.0
SPREAD = 0.06
"""Relative scatter of a published figure, beyond which a row pulls no harder (assumed)."""

SOFTWARE = ("megatron-2021", "megatron-2022", "megatron-deepspeed", "megatron-core", "megatron-bridge", "fsdp", "xla")


@dataclass(frozen=True, slots=True)
class Factor:
    """One fitted number.

    Attributes
    ----------
    curve, value : where it stands in the calibration. start : its prior. loose : standard deviation of its logarithm.
    software : profiles that it holds for. visible : whether it is one minus the value.
    """

    name: str
    curve: str
    value: str
    start: float
    loose: float
    software: tuple[str, ...] = ()
    visible: bool = False


FACTORS: tuple[Factor, ...] = (
    Factor("pace", "training-software-", "pace", 0.9, 0.08, SOFTWARE),
    Factor("attention", "training-software-", "attention_pace", 1.0, 0.3, SOFTWARE),
    Factor("fused passes", "training-software-", "passes", 1.0, 0.15, ("megatron-2021", "megatron-2022",
                                                                      "megatron-deepspeed", "megatron-core",
                                                                      "megatron-bridge", "xla")),
    Factor("eager passes", "training-software-", "passes", 1.3, 0.3, ("fsdp",)),
    Factor("gaps", "training-software-", "layer_s", 5e-5, 0.8, SOFTWARE),
    Factor("visible data exchange", "training-software-", "overlap", 0.25, 0.6, ("megatron-core", "megatron-bridge",
                                                                               "fsdp", "xla"), True),
    Factor("visible tensor exchange", "training-software-", "tensor_overlap", 0.7, 0.3, ("megatron-core",
                                                                                       "megatron-bridge", "xla"), True),
    Factor("dealing", "training-software-", "deal", 2.0, 0.7, SOFTWARE),
    Factor("experts", "training-software-", "experts_s", 2e-4, 0.8, SOFTWARE),
    Factor("feed of 8 bits", "training-feed", "fp8", 0.8, 0.5),
    *(Factor(f"clocks of {g}", "training-sustained", g, 1.0, 0.07) for g in ("ampere", "hopper", "blackwell")),
    Factor("network", "training-network", "bandwidth_share", 0.8, 0.2),
)
"""Shared by all software, so that a family left out is still answered."""

OWN = tuple(
    Factor(f"{name} of {software}", "training-software-", value, 1.0, loose, (software,))
    for software in SOFTWARE for name, value, loose in (("pace", "pace", 0.1), ("attention", "attention_pace", 0.2)))
"""What one software has of its own, as multiples of the shared."""


def fit(data: Path, leave_out: str | None = None) -> dict[str, dict[str, float]]:
    """Return the values of every fitted curve, by id.

    Parameters
    ----------
    data : folder of the measurements. leave_out : family of published runs that must not be seen.
    """
    from scipy.optimize import least_squares

    base = shipped_calibration()
    gemm = fit_products(data)
    base = base.replaced({"training-gemm": gemm})
    rows = [row for row in runs(data, base) if row.question.family not in (*JUDGES, leave_out)]
    many: dict[str, int] = {}
    for row in rows:
        many[row.question.family] = many.get(row.question.family, 0) + 1
    factors = (*FACTORS, *OWN)

    def residuals(x: Any) -> list[float]:
        calibration = base.replaced(values_of(factors, x, gemm))
        misses = [sqrt(min(1.0, FAMILY_ROWS / many[row.question.family])) * _capped(row.miss(calibration) / SPREAD)
                  for row in rows]
        return [*misses, *(float(v) for v in x)]

    found = least_squares(residuals, [0.0] * len(factors), bounds=(-3.0, 3.0), diff_step=1e-3, xtol=1e-4, ftol=1e-4,
                          max_nfev=12)
    return {**values_of(factors, found.x, gemm)}


def _capped(z: float) -> float:
    """Return a residual whose square grows only linearly beyond one."""
    return (1.0 if z > 0 else -1.0) * sqrt(2.0 * (sqrt(1.0 + z * z) - 1.0))


def values_of(factors: tuple[Factor, ...], x: Any, gemm: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Return the values of curves at standardised steps ``x`` from the priors; ``gemm`` is what kernels say."""
    found: dict[str, dict[str, float]] = {"training-gemm": dict(gemm)}
    for factor, step in zip(factors, x):
        number = factor.start * exp(factor.loose * float(step))
        for id in ([factor.curve + s for s in factor.software] or [factor.curve]):
            curve = found.setdefault(id, {})
            curve[factor.value] = 1.0 - min(number, 1.0) if factor.visible else curve.get(factor.value, 1.0) * number
    return found


@dataclass(frozen=True, slots=True)
class Run:
    """A published run with the plan and micro-batch that were settled on."""

    question: PublishedTraining
    chip: Accelerator
    plan: TrainingPlan
    micro_batch: int

    def miss(self, calibration: Calibration) -> float:
        """Return the logarithm of predicted over published rate."""
        q = self.question
        done = iteration(FLOATS, q.model, self.chip.chip, rates_of(self.chip, q.precision, calibration),
                         layout_of(self.plan), training_curves(calibration, self.plan.software),
                         micro_batch=float(self.micro_batch), sequence=float(q.sequence),
                         micro_batches=float(micro_batches(self.plan, q.batch, self.micro_batch)))
        return log(q.batch * q.sequence / done.seconds / self.plan.chips / q.rate)


def runs(data: Path, calibration: Calibration) -> list[Run]:
    """Return every published run that can be answered, as it was probably run."""
    found: list[Run] = []
    for question in read_published(data / "published.csv")[0]:
        try:
            plan, micro = question_as_run(question, calibration)
        except HighfenceError:
            continue
        found.append(Run(question, accelerator_from(machine_of(question.chip)), plan, micro))
    return found


KERNELS = (("a100_sxm", "1.0.0", "A100"), ("h100_sxm", "1.2.0rc5", "H100"), ("b200_sxm", "1.2.0rc5", "B200"))
"""Folders of 16-bit product kernels: chip, version of the library, chip of the catalogue."""

SHAPES = 400
"""Kernels a chip, drawn evenly."""


def fit_products(data: Path) -> dict[str, float]:
    """Return the curve of 16-bit matrix products, fitted to kernels of at least 1024 rows and 768 by 768 weights."""
    import numpy as np
    from scipy.optimize import least_squares

    tables = [(machine_of(chip), _kernels(data, folder, version)) for folder, version, chip in KERNELS]
    names = ("peak_share", "feed", "depth_ramp", "edge_ramp", "exposed", "launch_s")
    scale = (1.0, 1e13, 100.0, 10.0, 1.0, 1e-6)

    def curve(x: Any) -> dict[str, float]:
        return {**{n: float(v) * s for n, v, s in zip(names, x, scale)}, "bandwidth_share": 0.86}

    def residuals(x: Any) -> Any:
        out = []
        for machine, (m, n, k, seconds) in tables:
            ours = gemm_time(np, m, n, k, peak=machine.peaks["16"], bandwidth=machine.bandwidth, units=machine.units,
                             weight_bytes=2.0, activation_bytes=2.0, curve=GemmCurve(**curve(x)))[2]
            out.append(np.log(ours / seconds) / sqrt(len(m)))
        return np.concatenate(out)

    found = least_squares(residuals, (0.9, 4.0, 1.2, 0.5, 0.1, 3.0), loss="soft_l1", f_scale=0.01,
                          bounds=((0.5, 1.0, 0.0, 0.0, 0.0, 0.0), (1.0, 40.0, 6.0, 4.0, 1.0, 20.0)))
    return curve(found.x)


def _kernels(data: Path, folder: str, version: str) -> tuple[Any, Any, Any, Any]:
    import numpy as np
    import pandas as pd

    path = data / "aiconfigurator" / "data" / folder / "gemm" / "trtllm" / version / "gemm_perf.parquet"
    table = pd.read_parquet(path)
    table = table[(table.gemm_dtype == "bfloat16") & (table.m >= 1024) & (table.n >= 768) & (table.k >= 768)]
    table = table.sort_values(["m", "n", "k", "latency"])
    table = table.iloc[np.linspace(0, len(table) - 1, min(SHAPES, len(table))).astype(int)]
    return tuple(np.asarray(table[c], dtype=float) * f for c, f in (("m", 1.0), ("n", 1.0), ("k", 1.0),
                                                                   ("latency", 1e-3)))  # type: ignore[return-value]


def left_out_cases(data: Path, base: Calibration | None = None) -> list[TrainingCase]:
    """Return every published run predicted by a fit that never saw its family, with an interval from the others.

    The interval of a family holds the middle 80 % of the errors of all other families, each weighing at most as much
    as :data:`FAMILY_ROWS` rows.
    """
    base = base or shipped_calibration()
    families = sorted({row.question.family for row in runs(data, base)})
    cases: list[TrainingCase] = []
    shared: dict[str, dict[str, float]] | None = None
    for family in families:
        if family in JUDGES:
            shared = shared or fit(data)
            values = shared
        else:
            values = fit(data, family)
        calibration = base.replaced(values)
        for row in runs(data, calibration):
            q = row.question
            if q.family == family:
                cases.append(TrainingCase(q.id, family, q.chip, q.rate * exp(row.miss(calibration)), q.rate, 0.0, 0.0,
                                          False, q.source, f"{row.plan.recompute}, micro-batch {row.micro_batch}"))
    return [with_interval(case, cases) for case in cases]


def with_interval(case: TrainingCase, cases: list[TrainingCase]) -> TrainingCase:
    """Return a case with the interval that the errors of all other families suggest."""
    low, high = spread_of([c for c in cases if c.family != case.family])
    return replace(case, low=case.ours * low, high=case.ours * high)


def spread_of(cases: list[TrainingCase]) -> tuple[float, float]:
    """Return published over predicted rate at the tenth and ninetieth percentile, families weighted."""
    many: dict[str, int] = {}
    for case in cases:
        many[case.family] = many.get(case.family, 0) + 1
    ratios = sorted((case.theirs / case.ours, min(1.0, FAMILY_ROWS / many[case.family])) for case in cases)
    total = sum(weight for _, weight in ratios)
    return _quantile(ratios, 0.1 * total), _quantile(ratios, 0.9 * total)


def _quantile(ratios: list[tuple[float, float]], at: float) -> float:
    passed = 0.0
    for ratio, weight in ratios:
        passed += weight
        if passed >= at:
            return ratio
    return ratios[-1][0]


def summary(cases: list[TrainingCase]) -> Mapping[str, float]:
    """Return median absolute error, coverage and number of rows."""
    errors = sorted(abs(case.error) for case in cases)
    covered = sum(case.low <= case.theirs <= case.high for case in cases) / len(cases)
    return {"median_error": errors[len(errors) // 2], "covered": covered, "n": float(len(cases))}
