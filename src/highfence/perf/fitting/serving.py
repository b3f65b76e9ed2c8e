"""Fit of the serving curves to measured runs.

Maximum a posteriori on the logarithms of the times: a robust loss on TPOT and TTFT, and a normal prior on the
logarithm of
every parameter around what kernel measurements say. Shares are bounded by one. No parameter belongs to a chip, a model
or a row: kernels belong to formats, the rest to a program at one time.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.perf.calibration import Calibration, Curve
from highfence.perf.inference.bulk import Group, group_questions, serve_groups
from highfence.perf.inference.question import Question
from highfence.perf.inference.tables import Tables
from highfence.perf.rows.questions import read_questions
from highfence.perf.software import PROFILES

TPOT_SCALE, TTFT_SCALE = 0.07, 0.17
"""Logarithms counted as one unit of misfit; larger ones count less."""

FAMILIES = ("bf16", "fp8", "fp8_block", "nvfp4", "w4")
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known of one number before the serving runs.

    Attributes
    ----------
    at : its middle. sd : standard deviation of its logarithm. block : runs that it can touch; numbers of one block
    and of different blocks' same place are moved together when derivatives are taken.
    """

    at: float
    sd: float
    block: str


def priors() -> dict[tuple[str, str], Prior]:
    """Return the prior of every number by curve and field."""
    found: dict[tuple[str, str], Prior] = {}

    def put(curve: str, values: Mapping[str, float], sd: float, block: str = "all", **own: float) -> None:
        for name, at in values.items():
            found[curve, name] = Prior(at, own.get(name, sd), block)

    fields = ("peak_share", "feed", "depth_ramp", "feed_edge", "bandwidth_share", "exposed", "launch_s")
    for family, numbers in _DENSE.items():
        put(f"gemm.{family}", dict(zip(fields, numbers)), 0.1, "all" if family == "bf16" else f"dense:{family}",
            feed_edge=0.5)
    for family, numbers in _EXPERTS.items():
        put(f"experts.{family}", dict(zip(fields, numbers)), 0.2, f"experts:{family}", feed_edge=0.5)
    put("feed", {"fp8": 1.4, "fp4": 2.0}, 0.2)
    attention = {"peak_share": 0.7, "feed": 14e12, "short": 60.0, "bandwidth_share": 0.7, "launch_s": 8e-6}
    put("prefill.gqa", attention, 0.3, "kind:gqa", launch_s=0.6)
    put("prefill.mla", {**attention, "peak_share": 0.56}, 0.3, "kind:mla")
    decode = {"bandwidth_share": 0.88, "peak_share": 0.55, "feed": 15e12, "exposed": 0.25, "launch_s": 7e-6,
              "step_s": 0.4e-6}
    put("decode.gqa", decode, 0.2, "kind:gqa")
    put("decode.mla", {**decode, "launch_s": 14e-6}, 0.2, "kind:mla")
    put("state.linear", {"launch_s": 20e-6, "compute_share": 0.15}, 0.5, "kind:linear")
    put("state.index", {"launch_s": 30e-6, "compute_share": 0.4}, 0.5, "kind:index")
    put("link.scale-up", {"bandwidth_share": 1.14, "limit": 1.44e12, "hop_s": 1e-6, "half_bytes": 25e6}, 0.03,
        hop_s=1.0)
    put("link.all-to-all", {"latency_s": 12e-6, "bandwidth_share": 0.8}, 0.4)
    put("experts.skew", {"tokens": 0.85}, 0.3)
    put("speculation", {"accepted": 2.0}, 0.3, "software:trtllm-2026")
    for profile in PROFILES:
        program = profile.partition("-")[0]
        put(f"software.{profile}", {
            "step_s": 1e-3, "layer_s": 8e-6, "experts_s": 10e-6, "passes": 10.0, "gemm": 1.0, "experts": 1.0,
            "latency_s": {"trtllm": 5e-6, "sglang": 8e-6, "vllm": 9e-6}[program], "interference": 1.0, "ranks": 0.3,
            "rest": 0.5, "rest_spread": 2.0, "request_s": 15e-3, "token_s": 2e-6, "queue": 0.03, "ahead": 0.3,
            "withheld": 19.0, "host_layer_s": 0.3e-3, "host_latent_s": 1.0e-3,
            "host_experts_s": 0.5e-3}, 0.6, f"software:{profile}", step_s=0.7, layer_s=0.7,
            experts_s=0.7, passes=0.3, withheld=0.3, ahead=1.0, gemm=0.12, experts=0.2, latency_s=0.5)
    return found


_DENSE = {"bf16": (0.95, 34e12, 100, 30, 0.86, 0.3, 2.6e-6), "fp8": (0.9, 34e12, 100, 30, 0.86, 0.3, 4e-6),
          "fp8_block": (0.98, 30e12, 70, 20, 0.75, 0.2, 4e-6), "nvfp4": (0.85, 30e12, 100, 30, 0.8, 0.3, 5e-6),
          "w4": (0.8, 30e12, 100, 30, 0.7, 0.4, 4e-6)}
_EXPERTS = {"bf16": (0.9, 34e12, 150, 90, 0.9, 0.4, 9e-6), "fp8_block": (0.9, 25e12, 400, 90, 0.9, 0.45, 9e-6),
            "nvfp4": (0.8, 36e12, 400, 120, 0.85, 0.6, 8e-6), "w4": (0.7, 27e12, 60, 40, 0.85, 0.3, 9e-6)}
"""Middles of fits to single kernels, in the order of the fields."""

FEW_ROWS = {"gemm": {"bf16", "fp8", "w4"}, "experts": {"bf16", "fp8_block", "w4"}}
"""Families whose libraries have kernels for 16 rows: cuBLAS, products turned round in CUTLASS, Marlin, and Triton's
fused experts; DeepGEMM's and the four-bit instructions of Blackwell work on 64."""

FIXED: dict[str, dict[str, float]] = {
    **{f"{kind}.{family}": {"rows": 16.0 if family in few else 64.0} for kind, few in FEW_ROWS.items()
       for family in (FAMILIES if kind == "gemm" else _EXPERTS)},
    "link.scale-up": {"latency_s": 9e-6},
    "link.scale-out": {"bandwidth_share": 0.8, "limit": 1.44e12, "latency_s": 20e-6, "hop_s": 4e-6,
                       "half_bytes": 25e6},
    "link.all-to-all": {"limit": 1.44e12, "hop_s": 1e-6, "half_bytes": 8e6},
    "speculation": {"drafted": 4.0},
}
"""Numbers that no serving run identifies: kept as single collectives and configurations say."""


@dataclass(frozen=True)
class Run:
    """A measured run: its question, and what was measured.

    Attributes
    ----------
    configuration : everything but load and lengths, by which runs are left out together.
    trusted : whether TTFT and TPOT are measurements of what the question asks.
    """

    id: str
    question: Question
    ttft_s: float
    tpot_s: float
    configuration: str
    ttft_trusted: bool


def read_runs(path: Path, mode: str = "agg") -> tuple[list[Run], dict[str, int]]:
    """Return the runs of a table of measurements, cleaned, and how many rows were dropped for which reason.

    Duplicates (one measurement printed under two labels) are kept once. Runs are dropped whose work cannot have been
    done in their time, and whose time to first token holds compilation.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["mode"] == mode]
    questions, reasons = read_questions(rows)
    seen: set[tuple[Any, ...]] = set()
    dropped: dict[str, int] = {}
    runs = []
    for row, question, reason in zip(rows, questions, reasons):
        ttft, tpot = float(row["silicon_ttft_ms"]) / 1e3, float(row["silicon_tpot_ms"]) / 1e3
        key = (row["system"], row["backend"], row["isl"], row["osl"], round(ttft, 6), round(tpot, 7))
        why = "no question: " + reason if question is None else "printed twice" if key in seen else _impossible(
            question, ttft, tpot)
        seen.add(key)
        if why or question is None:
            dropped[why] = dropped.get(why, 0) + 1
            continue
        compiled = "measured=2025-11-10" in row["silicon_data_source"] and row["backend"] == "sglang"
        runs.append(Run(row["id"], question, ttft, tpot, configuration(row, question), not compiled))
    return runs, dropped


def configuration(row: Mapping[str, str], q: Question) -> str:
    """Return what makes two runs one configuration: everything but load and lengths."""
    s = q.serving
    return "|".join(map(str, (row["system"], q.shape.id, row["backend"], row["precision"], q.dense, s.tp, s.dp,
                              s.expert_tp,
                              s.ep)))


def _impossible(q: Question, ttft: float, tpot: float) -> str:
    """Return why a run cannot be what it says: its prompts alone need more arithmetic than the chips have in its
    time.
    """
    flops = 2.0 * q.shape.active_parameters * q.prompt * q.concurrency
    chips = q.serving.tp * q.serving.dp
    life = ttft + q.output * tpot
    return "more prompts than the chips can have worked on" if flops > 0.8 * q.dense_peak * chips * life else ""


class Fit:
    """The least-squares problem of some runs."""

    def __init__(self, runs: Sequence[Run], base: Calibration) -> None:
        self.runs, self.base = runs, base
        self.groups: list[Group] = group_questions([r.question for r in runs])
        self.ttft = np.log([r.ttft_s for r in runs])
        self.tpot = np.log([r.tpot_s for r in runs])
        self.weight = np.array([1.0 if r.ttft_trusted else 0.0 for r in runs])
        self.priors = priors()
        self.names = list(self.priors)
        self.middle = np.array([log(p.at) for p in self.priors.values()])
        self.sd = np.array([p.sd for p in self.priors.values()])
        self.upper = np.array([0.0 if name.endswith("_share") and curve != "link.scale-up" else 50.0
                               for curve, name in self.names])
        self.blocks = self._blocks()

    def calibration(self, x: Array) -> Calibration:
        """Return the calibration at logarithms ``x``."""
        values: dict[str, dict[str, float]] = {}
        for (curve, name), at in zip(self.names, x):
            values.setdefault(curve, {})[name] = exp(at)
        return self.base.replaced(values)

    def residuals(self, x: Array) -> Array:
        """Return the weighted misfits of the runs, TPOT then TTFT."""
        served = serve_groups(self.groups, len(self.runs), tables=Tables(self.calibration(x)))
        with np.errstate(all="ignore"):
            tpot = (np.log(served["tpot_s"]) - self.tpot) / TPOT_SCALE
            ttft = self.weight * (np.log(served["ttft_s"]) - self.ttft) / TTFT_SCALE
        both: Array = np.nan_to_num(np.concatenate([tpot, ttft]), nan=50.0, posinf=50.0, neginf=-50.0)
        return both.clip(-50.0, 50.0)

    def _blocks(self) -> list[list[int]]:
        """Return the numbers that may be moved together, because no run sees two of them."""
        places: dict[tuple[str, int], list[int]] = {}
        counts: dict[str, int] = {}
        for index, prior in enumerate(self.priors.values()):
            kind = prior.block if prior.block in {"kind:linear", "kind:index"} else prior.block.partition(":")[0]
            place = counts.get(prior.block, 0)
            counts[prior.block] = place + 1
            places.setdefault((kind, place if kind != "all" else index), []).append(index)
        return list(places.values())

    def jacobian(self, x: Array) -> Array:
        """Return the derivatives of the misfits, shape (2 runs, numbers), by forward differences, block by block."""
        at = self.residuals(x)
        found = np.zeros((len(at), len(x)))
        masks = self._masks()
        for block in self.blocks:
            moved = x.copy()
            moved[block] += _STEP
            change = (self.residuals(moved) - at) / _STEP
            for index in block:
                mask = masks[self.priors[self.names[index]].block]
                found[mask, index] = change[mask]
        return found

    def _masks(self) -> dict[str, Any]:
        """Return for each block the misfits that it can touch."""
        q = [r.question for r in self.runs]
        from highfence.perf.formats import FORMATS
        from highfence.perf.inference.tables import FORMAT_NAMES

        curve, experts = ([getattr(FORMATS[n], kind) for n in FORMAT_NAMES] for kind in ("curve", "expert_curve"))
        tests: dict[str, Callable[[Question], bool]] = {"all": lambda _: True}
        for family in FAMILIES:
            tests[f"dense:{family}"] = lambda r, f=family: curve[r.dense] == f  # type: ignore[misc]
            tests[f"experts:{family}"] = lambda r, f=family: bool(r.shape.experts) and experts[r.experts] == f  # type: ignore[misc]
        for kind in ("gqa", "mla"):
            tests[f"kind:{kind}"] = lambda r, k=kind: (r.shape.mla is not None) == (k == "mla")  # type: ignore[misc]
        tests["kind:linear"] = lambda r: r.shape.linear is not None
        tests["kind:index"] = lambda r: r.shape.index_heads > 0
        for number, profile in enumerate(PROFILES):
            tests[f"software:{profile}"] = lambda r, n=number: r.profile == n  # type: ignore[misc]
        return {name: np.tile(np.array([test(r) for r in q]), 2) for name, test in tests.items()}

    def solve(self, start: Array | None = None, rounds: int = 100) -> Array:
        """Return the logarithms that fit best: Levenberg-Marquardt with a robust loss, reweighted each round."""
        x: Array = np.minimum(self.middle if start is None else start, self.upper)
        damping, cost = 1e-2, self._cost(x, self.residuals(x))
        for _ in range(rounds):
            at, slope = self.residuals(x), self.jacobian(x)
            weight = 1.0 / np.sqrt(1.0 + at**2)
            normal = slope.T @ (slope * weight[:, None]) + np.diag(1.0 / self.sd**2)
            push = slope.T @ (weight * at) + (x - self.middle) / self.sd**2
            before = cost
            for _ in range(8):
                step = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), -push)
                tried: Array = np.minimum(x + np.clip(step, -0.7, 0.7), self.upper)
                new = self._cost(tried, self.residuals(tried))
                if new < cost:
                    x, cost, damping = tried, new, max(damping / 4.0, 1e-6)
                    break
                damping *= 4.0
            if before - cost < 2e-5 * before:
                break
        return x

    def _cost(self, x: Array, at: Array) -> float:
        return float(np.sum(2.0 * (np.sqrt(1.0 + at**2) - 1.0)) + np.sum(((x - self.middle) / self.sd) ** 2))


_STEP = 1e-4


def starting_calibration(base: Calibration | None = None) -> Calibration:
    """Return the priors' middles as a calibration, on top of the curves that serving does not fit."""
    values: dict[str, dict[str, float]] = {curve: dict(numbers) for curve, numbers in FIXED.items()}
    for (curve, name), prior in priors().items():
        values.setdefault(curve, {})[name] = prior.at
    made = {id: Curve(id, numbers) for id, numbers in values.items()}
    return Calibration({**(base.curves if base else {}), **made})


def fit_serving(runs: Sequence[Run], base: Calibration | None = None, start: Array | None = None,
                rounds: int = 100) -> Calibration:
    """Return the calibration fitted to some runs."""
    problem = Fit(runs, starting_calibration(base))
    return problem.calibration(problem.solve(start, rounds))
