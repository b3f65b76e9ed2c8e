"""Fit of the training curves: matrix products to kernels, the rest to published runs.

Two steps. Products first, on 16-bit kernel measurements of large shapes over several chips. Then few factors of the
software on published training runs, each with a prior and robustly. Rows of one family with the same model and chip
are nearly copies: together they weigh as much as one. Families that only judge never enter; a family may be left out to
judge it.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp, log, sqrt
from pathlib import Path
from typing import Any

from highfence.core.arrays import FLOATS
from highfence.core.errors import HighfenceError
from highfence.perf.calibration import DATA, Calibration, Curve, shipped_calibration
from highfence.perf.evidence.published_training import PublishedTraining, question_as_run, read_published
from highfence.perf.evidence.training_cases import JUDGES, LEFT_OUT, left_out_cases, spread_of
from highfence.perf.fitting.tables import Table, llmcompass, llmcompass_all_reduce, nccl, trtllm_gemm
from highfence.perf.fitting.write import write_curves
from highfence.perf.machine import machine_of
from highfence.perf.operators.collectives import LinkCurve, all_reduce_time
from highfence.perf.operators.gemm import GemmCurve, gemm_time
from highfence.perf.train.iteration import Accelerator, accelerator_from, iteration, rates_of, training_curves
from highfence.perf.train.plan import TrainingPlan, layout_of, micro_batches

SPREAD = 0.06
"""Relative scatter of a published figure, beyond which a row pulls no harder (assumed)."""

SOFTWARE = ("megatron-2021", "megatron-2022", "megatron-deepspeed", "megatron-core", "megatron-bridge", "fsdp-2022",
            "fsdp-2023", "xla")
"""Profiles of the calibration, ``training-software-...``."""


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
    Factor("pace", "training-software-", "pace", 0.92, 0.04, SOFTWARE),
    Factor("attention", "training-software-", "attention_pace", 1.0, 0.3, SOFTWARE),
    Factor("fused passes", "training-software-", "passes", 1.0, 0.15, ("megatron-2021", "megatron-2022",
                                                                      "megatron-deepspeed", "megatron-core",
                                                                      "megatron-bridge", "xla")),
    Factor("eager passes", "training-software-", "passes", 1.3, 0.3, ("fsdp-2022", "fsdp-2023")),
    Factor("gaps", "training-software-", "layer_s", 5e-5, 0.8, SOFTWARE),
    Factor("visible data exchange", "training-software-", "overlap", 0.25, 0.6, ("megatron-core", "megatron-bridge",
                                                                               "fsdp-2022", "fsdp-2023", "xla"), True),
    Factor("visible tensor exchange", "training-software-", "tensor_overlap", 0.7, 0.3, ("megatron-core",
                                                                                       "megatron-bridge", "xla"), True),
    Factor("dealing", "training-software-", "deal", 2.0, 0.7, SOFTWARE),
    Factor("experts", "training-software-", "experts_s", 2e-4, 0.8, SOFTWARE),
    Factor("feed of 8 bits", "training-feed", "fp8", 0.8, 0.5),
    *(Factor(f"clocks of {g}", "training-sustained", g, 1.0, 0.05) for g in ("ampere", "hopper", "blackwell")),
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
    data : folder of the shared tables, which holds ``measured``.
    leave_out : family of published runs that must not be seen.
    """
    from scipy.optimize import least_squares

    base = shipped_calibration()
    gemm, links = fit_products(data), fit_links(data)
    base = base.replaced({"training-gemm": gemm, **links})
    rows = [row for row in runs(data, base) if row.question.family not in (*JUDGES, leave_out)]
    many = Counter(_alike(row) for row in rows)
    factors = (*FACTORS, *OWN)

    def residuals(x: Any) -> list[float]:
        calibration = base.replaced(values_of(factors, x, gemm))
        misses = [sqrt(1.0 / many[_alike(row)]) * _capped(row.miss(calibration) / SPREAD)
                  for row in rows]
        return [*misses, *(float(v) for v in x)]

    found = least_squares(residuals, [0.0] * len(factors), bounds=(-3.0, 3.0), diff_step=1e-3, xtol=1e-4, ftol=1e-4,
                          max_nfev=12)
    return {**links, **values_of(factors, found.x, gemm)}


def _alike(row: Run) -> tuple[str, str, str]:
    """Return what rows that are nearly copies have in common."""
    return row.question.family, row.question.model.id, row.question.chip


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
                         layout_of(self.plan), training_curves(calibration, self.plan.software, self.chip.generation),
                         micro_batch=float(self.micro_batch), sequence=float(q.sequence),
                         micro_batches=float(micro_batches(self.plan, q.batch, self.micro_batch)))
        return log(q.batch * q.sequence / done.seconds / self.plan.chips / q.rate)


def runs(data: Path, calibration: Calibration) -> list[Run]:
    """Return every published run that can be answered, as it was probably run."""
    found: list[Run] = []
    for question in read_published(data)[0]:
        try:
            plan, micro = question_as_run(question, calibration)
        except HighfenceError:
            continue
        found.append(Run(question, accelerator_from(machine_of(question.chip)), plan, micro))
    return found


CHIPS = ("a100_sxm", "h100_sxm", "b200_sxm")
"""Chips whose 16-bit products are fitted, each weighing as one; cuBLAS on the A100 weighs as a fourth."""

SHAPES = 400
"""Kernels a chip, drawn evenly."""


def product_tables(data: Path) -> list[Table]:
    """Return the kernels of products of at least 1024 rows and 768 by 768 weights, one table a chip and library."""
    whole = trtllm_gemm(data)
    found = [_large(whole.of(chip)) for chip in CHIPS]
    return [*found, _large(llmcompass(data, "matmul"))]


def _large(table: Table) -> Table:
    """Return at most :data:`SHAPES` kernels of a size that training has, drawn evenly over the sizes."""
    import numpy as np

    m, n, k = (table[c] for c in "mnk")
    table = table.rows((m >= 1024.0) & (n >= 768.0) & (k >= 768.0))
    order = np.lexsort((table["seconds"], table["k"], table["n"], table["m"]))
    return table.rows(order[np.linspace(0, len(order) - 1, min(SHAPES, len(order))).astype(int)])


def fit_products(data: Path) -> dict[str, float]:
    """Return the curve of 16-bit matrix products, fitted to :func:`product_tables`."""
    import numpy as np
    from scipy.optimize import least_squares

    tables = product_tables(data)
    names = ("peak_share", "feed", "depth_ramp", "edge_ramp", "exposed", "launch_s")
    scale = (1.0, 1e13, 100.0, 10.0, 1.0, 1e-6)

    def curve(x: Any) -> dict[str, float]:
        return {**{n: float(v) * s for n, v, s in zip(names, x, scale)}, "bandwidth_share": 0.86}

    def residuals(x: Any) -> Any:
        out = []
        for t in tables:
            ours = gemm_time(np, t["m"], t["n"], t["k"], peak=t["peak"], bandwidth=t["bandwidth"], units=t["units"],
                             weight_bytes=2.0, activation_bytes=2.0, curve=GemmCurve(**curve(x)))[2]
            out.append(np.log(ours / t["seconds"]) / sqrt(len(t)))
        return np.concatenate(out)

    found = least_squares(residuals, (0.9, 4.0, 1.2, 0.5, 0.1, 3.0), loss="soft_l1", f_scale=0.01,
                          bounds=((0.5, 1.0, 0.0, 0.0, 0.0, 0.0), (1.0, 40.0, 6.0, 4.0, 1.0, 20.0)))
    return curve(found.x)


LINKS = {"training-link-ring": ("a100_sxm",), "training-link-reducing": ("h100_sxm", "b200_sxm")}
"""Chips whose sums over links are fitted together."""

LARGE = 1e6
"""Bytes from which on a sum counts: training sums whole layers."""


def link_tables(data: Path, id: str) -> list[Table]:
    """Return the measured sums over links that a curve is fitted to, one table a chip."""
    whole = nccl(data)
    whole = whole.rows(whole["bytes"] >= LARGE)
    found = [whole.of(chip) for chip in LINKS[id]]
    return [*found, llmcompass_all_reduce(data)] if id == "training-link-ring" else found


def fit_links(data: Path) -> dict[str, dict[str, float]]:
    """Return the curves of sums over links: rings, and switches that reduce. Each chip weighs as one."""
    import numpy as np
    from scipy.optimize import least_squares

    names = ("bandwidth_share", "limit", "latency_s", "hop_s", "half_bytes")
    start = (1.0, 1.5e12, 1e-5, 5e-6, 2e7)

    def fitted(tables: list[Table]) -> dict[str, float]:
        def values(x: Any) -> list[float]:
            return [s * exp(float(v)) for s, v in zip(start, x)]

        def residuals(x: Any) -> Any:
            misses = [np.log(all_reduce_time(np, t["bytes"], t["ranks"], t["link"], LinkCurve(*values(x)))
                             / t["seconds"]) / sqrt(len(t)) for t in tables]
            return np.concatenate([*misses, 0.05 * np.asarray(x)])

        return dict(zip(names, values(least_squares(residuals, np.zeros(5), loss="soft_l1", f_scale=0.03).x)))

    return {id: fitted(link_tables(data, id)) for id in LINKS}


def left_out_fits(data: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Return the values of every fitted curve, by the family that their fit never saw."""
    families = sorted({row.question.family for row in runs(data, shipped_calibration())} - set(JUDGES))
    return {family: _rounded(fit(data, family)) for family in families}


def _rounded(values: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    return {id: {name: float(f"{value:.5g}") for name, value in curve.items()} for id, curve in values.items()}


NOTES = {
    "training-gemm": "16-bit products; the share of the memory bandwidth is assumed",
    "training-link-ring": "sums of 1 MB and more by NCCL in one server, without reduction in the switches",
    "training-link-reducing": "sums of 1 MB and more by NCCL in one server whose switches reduce",
    "training-attention": "fused attention (assumed); attention_pace of each software is fitted",
    "training-network-pair": "messages of one chip to one other over the network (assumed)",
    "training-stream": "norms and activations in fused kernels (assumed); passes of each software is fitted",
    "training-power": "share of the thermal design power that a chip draws in training (assumed; 0.6 to 0.9)",
    "training-spread": "published over predicted rate, 10th and 90th percentile, each family left out of the fit",
    "training-software-megatron-2022": "no run is fitted: the mean of all software",
}


def fitted_curves(data: Path, values: Mapping[str, Mapping[str, float]],
                  left_out: Mapping[str, Mapping[str, Mapping[str, float]]]) -> list[Curve]:
    """Return all curves of training with what they were fitted to, and the spread of the runs left out."""
    base = shipped_calibration()
    rows = [row for row in runs(data, base.replaced(values)) if row.question.family not in JUDGES]
    low, high = spread_of([case for case in left_out_cases(data, left_out) if case.family not in JUDGES])
    fitted = base.replaced({**values, "training-spread": {"rate_low": low, "rate_high": high}})
    return [_curve(fitted[id], data, rows) for id in sorted(base.curves) if id.startswith("training-")]


def _curve(curve: Curve, data: Path, rows: list[Run]) -> Curve:
    """Return a curve with its provenance."""
    note, software = NOTES.get(curve.id, ""), curve.id.removeprefix("training-software-")
    if curve.id == "training-gemm":
        tables = product_tables(data)
        chips = tuple(sorted({machine_of(c).id for c in ("A100", "H100", "B200")}))
        return replace(curve, data=("aiconfigurator-gemm", "llmcompass-matmul"), rows=sum(map(len, tables)),
                       chips=chips, grade="measured", note=note)
    if curve.id in LINKS:
        tables = link_tables(data, curve.id)
        more = ("llmcompass-all-reduce",) if curve.id == "training-link-ring" else ()
        sets = ("aiconfigurator-nccl", *more)
        chips = tuple(sorted(machine_of(c.partition("_")[0].upper()).id for c in LINKS[curve.id]))
        return replace(curve, data=sets, rows=sum(map(len, tables)), chips=chips, grade="measured", note=note)
    if curve.id in ("training-attention", "training-stream", "training-power", "training-network-pair"):
        return replace(curve, data=(), rows=0, chips=(), grade="assumed", note=note)
    seen = [row for row in rows if software == curve.id or row.plan.software == software]
    if not seen:
        return replace(curve, data=(), rows=0, chips=(), grade="assumed", note=note)
    return replace(curve, data=tuple(sorted({row.question.family for row in seen})), rows=len(seen),
                   chips=tuple(sorted({machine_of(row.question.chip).id for row in seen})), grade="measured", note=note)


def main() -> None:
    """Fit all curves of training to a folder of measurements and write them: ``python -m ... DATA``."""
    data = Path(sys.argv[1])
    values, left_out = fit(data), left_out_fits(data)
    write_curves(DATA / "training.yaml", "Training: products, exchanges and clocks, and software by program and year.",
                 fitted_curves(data, values, left_out))
    LEFT_OUT.parent.mkdir(exist_ok=True)
    LEFT_OUT.write_text(json.dumps(left_out, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
