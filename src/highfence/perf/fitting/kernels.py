"""Fits of few-number curves to measured kernels, one set of numbers a kernel library, tied across its chips.

A fit minimises the squared logarithm of predicted over measured seconds, with large residuals damped and each chip
given the same weight. Every number has bounds (shares lie in (0, 1]) and a mild prior in its logarithm, so that what
the data do not determine stays where it started. No number belongs to one chip: chips differ by their data sheets.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from highfence.catalogue import catalogue
from highfence.core.errors import InputError
from highfence.perf.calibration import Curve
from highfence.perf.fitting import tables
from highfence.perf.fitting.tables import Column, Table
from highfence.perf.fitting.write import write_curves
from highfence.perf.operators.attention import DecodeCurve, PrefillCurve, decode_time, prefill_time
from highfence.perf.operators.collectives import LinkCurve, all_reduce_time
from highfence.perf.operators.fed import fed_gemm_time
from highfence.perf.operators.gemm import GemmCurve, gemm_time
from highfence.perf.operators.pointwise import StreamCurve, stream_time
from highfence.perf.shape import UNBOUNDED

Values = Mapping[str, float]

PRIOR_FACTOR = 2.0
"""Moving a number by this factor from its start costs as much as one row that is off by :data:`DAMPED`."""

DAMPED = 0.1
"""Relative error from which on a residual counts linearly, no more squared."""


@dataclass(frozen=True, slots=True)
class Knob:
    """One number under fit: where it starts, its bounds, and the factor at which the prior pulls it back."""

    start: float
    low: float = 0.0
    high: float = float("inf")
    factor: float = PRIOR_FACTOR


@dataclass(frozen=True)
class Family:
    """A kernel library's curve and what it is fitted to.

    Attributes
    ----------
    id : of the curve. knobs : numbers under fit. seconds : predicts a table. read : reads the table from a folder.
    data : ids of the measurement sets. keys : columns that make up a shape, the chip left out.
    limit : most rows a chip in a fit; a drawn subset keeps large tables light.
    """

    id: str
    knobs: Mapping[str, Knob]
    seconds: Callable[[Values, Table], Column]
    read: Callable[[Path], Table]
    data: tuple[str, ...]
    keys: tuple[str, ...]
    note: str
    fixed: Values = field(default_factory=dict)
    limit: int = 1500

    def started(self, values: Values, factor: float = PRIOR_FACTOR) -> Family:
        """Return the family with some numbers started, and held by the prior, elsewhere."""
        moved = {name: replace(knob, start=values[name], factor=factor) if name in values else knob
                 for name, knob in self.knobs.items()}
        return replace(self, knobs=moved)


def scipy_optimize() -> Any:
    """Return :mod:`scipy.optimize`, or say what to install."""
    try:
        return import_module("scipy.optimize")
    except ImportError as error:
        raise InputError("fitting needs SciPy", hint="pip install scipy", code="missing-extra") from error


def fit(family: Family, table: Table) -> dict[str, float]:
    """Return the numbers of one family that describe a table best."""
    return fit_together([(family, table)], ())[0]


def fit_together(parts: Sequence[tuple[Family, Table]], shared: Sequence[str]) -> list[dict[str, float]]:
    """Return the numbers of several families fitted at once, those named ``shared`` equal in all that have them.

    A library measured on one chip says nothing on how its rate follows the chip; libraries on other chips do.
    """
    names: list[tuple[int, str]] = []
    knobs: list[Knob] = []
    for number, (family, _) in enumerate(parts):
        for name, knob in family.knobs.items():
            key = (-1 if name in shared else number, name)
            if key not in names:
                names.append(key)
                knobs.append(knob)
    samples = [drawn(table, family.limit) for family, table in parts]
    measured = [np.log(sample["seconds"]) for sample in samples]
    weights = [np.sqrt(chip_weights(sample)) for sample in samples]
    start = np.log([knob.start for knob in knobs])
    factors = np.log([knob.factor for knob in knobs])

    def values_of(point: Column, number: int) -> dict[str, float]:
        family = parts[number][0]
        found = dict(zip(names, np.exp(point).tolist()))
        return {**family.fixed, **{name: found[(-1 if name in shared else number, name)] for name in family.knobs}}

    def residuals(point: Column) -> Column:
        found = [weight * (np.log(family.seconds(values_of(point, i), sample)) - seconds)
                 for i, ((family, _), sample, seconds, weight) in enumerate(zip(parts, samples, measured, weights))]
        return np.concatenate([*found, DAMPED * (point - start) / factors])

    low = np.log([max(knob.low, 1e-300) for knob in knobs])
    high = np.array([np.log(knob.high) for knob in knobs])
    best = scipy_optimize().least_squares(
        residuals, np.clip(start, low + 1e-9, high - 1e-9), bounds=(low, high), loss="soft_l1", f_scale=DAMPED,
        x_scale="jac", max_nfev=200)
    return [values_of(best.x, number) for number in range(len(parts))]


def chip_weights(table: Table) -> Column:
    """Return weights that give each chip the same sum, with mean 1."""
    counts = {chip: float(np.sum(table["chip"] == chip)) for chip in table.chips()}
    n, chips = len(table), len(counts)
    return np.array([n / (chips * counts[chip]) for chip in table["chip"].tolist()])


def drawn(table: Table, limit: int, seed: int = 1) -> Table:
    """Return at most ``limit`` rows a chip, drawn by a fixed seed."""
    draw = np.random.default_rng(seed)
    found = []
    for chip in table.chips():
        rows = np.flatnonzero(table["chip"] == chip)
        found.append(np.sort(draw.permutation(rows)[:limit]))
    return table.rows(np.concatenate(found))


# What each family predicts ------------------------------------------------------------------------------------------

def gemm_seconds(values: Values, table: Table, time: Callable[..., Any] = gemm_time) -> Column:
    """Predict matrix products: ``m, n, k, flops, weight, activation`` and, for grouped ones, ``groups``."""
    copies = table["groups"] if "groups" in table.columns else 1.0
    output = table["output"] if "output" in table.columns else 2.0
    return time(
        np, table["m"], table["n"], table["k"], peak=table["flops"], bandwidth=table["bandwidth"], units=table["units"],
        weight_bytes=table["weight"], activation_bytes=table["activation"], curve=gemm_curve(values), copies=copies,
        feed_scale=values.get("feed_scale", 1.0), output_bytes=output)[2]


fed_seconds = partial(gemm_seconds, time=fed_gemm_time)
"""Predicts matrix products with the price of small tiles in the feed."""


def gemm_curve(values: Values) -> GemmCurve:
    """Return the curve of some values."""
    return GemmCurve(**{name: values[name] for name in GemmCurve.__dataclass_fields__ if name in values})


def decode_seconds(values: Values, table: Table) -> Column:
    """Predict attention of one token: ``batch, context, heads, kv_heads, dim``; without ``dim``, latent attention."""
    curve = DecodeCurve(**{name: values[name] for name in DecodeCurve.__dataclass_fields__})
    if "dim" in table.columns:
        kv, qk, v, width = table["kv_heads"], table["dim"], table["dim"], 2.0 * table["kv_heads"] * table["dim"]
    else:
        kv, qk, v, width = 1.0, 576.0, 512.0, 576.0
    return decode_time(np, table["batch"], table["context"], heads=table["heads"], kv_heads=kv, qk_dim=qk, v_dim=v,
                       cache_width=width, peak=table["peak"], bandwidth=table["bandwidth"], units=table["units"],
                       kv_bytes=table["kv_bytes"], window=UNBOUNDED, curve=curve)[2]


def prefill_seconds(values: Values, table: Table) -> Column:
    """Predict causal attention over whole prompts: ``batch, length, heads, kv_heads, qk_dim, v_dim``."""
    curve = PrefillCurve(**{name: values[name] for name in PrefillCurve.__dataclass_fields__})
    return prefill_time(np, table["batch"], table["length"], 0.0, heads=table["heads"], kv_heads=table["kv_heads"],
                        qk_dim=table["qk_dim"], v_dim=table["v_dim"], peak=table["peak"], bandwidth=table["bandwidth"],
                        units=table["units"], kv_bytes=2.0, window=UNBOUNDED, curve=curve)[2]


def reduce_seconds(values: Values, table: Table) -> Column:
    """Predict all-reduces: ``bytes, ranks``."""
    curve = LinkCurve(**{name: values[name] for name in LinkCurve.__dataclass_fields__})
    return all_reduce_time(np, table["bytes"], table["ranks"], table["link"], curve)


def stream_seconds(values: Values, table: Table, element_bytes: float = 2.0) -> Column:
    """Predict pointwise and row-wise kernels: ``rows, width``."""
    curve = StreamCurve(**{name: values[name] for name in StreamCurve.__dataclass_fields__})
    return stream_time(np, table["rows"], table["width"], bandwidth=table["bandwidth"], element_bytes=element_bytes,
                       curve=curve)[2]


# What is fitted -----------------------------------------------------------------------------------------------------

GEMM_KNOBS: Mapping[str, Knob] = {
    "peak_share": Knob(0.95, 0.3, 1.0, 1.2), "feed": Knob(26e12, 1e12), "depth_ramp": Knob(100.0, 1.0),
    "edge_ramp": Knob(10.0, 0.1, 100.0), "bandwidth_share": Knob(0.85, 0.2, 1.0, 1.3),
    "exposed": Knob(0.25, 0.01, 1.0), "launch_s": Knob(4e-6, 1e-7)}
"""Starts and bounds of a matrix product's numbers."""

FP8_KNOBS: Mapping[str, Knob] = {**GEMM_KNOBS, "feed_scale": Knob(2.0, 0.5, 4.0, 1.5)}
"""At 8 bits half the bytes feed as many operations, so the feed starts at twice that of 16 bits."""

FED_KNOBS: Mapping[str, Knob] = {**FP8_KNOBS, "feed": Knob(15e12, 1e12, factor=1.5),
                                "edge_ramp": Knob(32.0, 1.0, 1000.0, 1.5)}
"""The same where edges cost feed: a tile of 64 by 64 gets half of the feed."""

DECODE_KNOBS: Mapping[str, Knob] = {
    "bandwidth_share": Knob(0.9, 0.2, 1.0, 1.3), "peak_share": Knob(0.7, 0.1, 1.0, 1.5), "feed": Knob(15e12, 1e12),
    "exposed": Knob(0.2, 0.01, 1.0), "launch_s": Knob(2e-5, 1e-6), "step_s": Knob(2e-7, 1e-9)}

PREFILL_KNOBS: Mapping[str, Knob] = {
    "peak_share": Knob(0.95, 0.3, 1.0, 1.2), "feed": Knob(20e12, 1e12), "short": Knob(100.0, 1.0),
    "bandwidth_share": Knob(0.8, 0.2, 1.0, 1.5), "launch_s": Knob(1e-5, 1e-6)}

LINK_KNOBS: Mapping[str, Knob] = {
    "bandwidth_share": Knob(0.9, 0.1, 2.5), "limit": Knob(1.3e12, 1e10), "latency_s": Knob(8e-6, 1e-6),
    "hop_s": Knob(2e-6, 1e-8), "half_bytes": Knob(3e6, 1e3)}

STREAM_KNOBS: Mapping[str, Knob] = {
    "bandwidth_share": Knob(0.75, 0.1, 1.0), "reread": Knob(0.5, 1e-3, 3.0), "turn_bytes": Knob(3e4, 1e3, 1e7),
    "exposed": Knob(0.5, 0.01, 1.0), "launch_s": Knob(1.5e-5, 1e-6)}


def _fp8_gemm(data: Path) -> Table:
    return with_format(tables.infersim_gemm(data), "peak8", 1.0)


def _fp8_grouped(data: Path, masked: bool) -> Table:
    table = with_format(tables.infersim_grouped(data), "peak8", 1.0)
    return table.rows((table["masked"] > 0.0) == masked)


def _paged(data: Path) -> Table:
    table = tables.infersim_decode(data)
    return table.rows(table["other"] == 0.0)


def _trtllm_gemm(data: Path, format: str, peak: str, width: float) -> Table:
    return with_format(tables.trtllm_gemm(data, format), peak, width)


def _prefill(data: Path, chip: str) -> Table:
    return tables.infersim_prefill(data).of(chip)


def _eager_gemm(data: Path) -> Table:
    return with_format(tables.llmcompass(data, "matmul"), "peak", 2.0)


def with_format(table: Table, peak: str, width: float) -> Table:
    """Return products with the peak of their arithmetic and the bytes of their elements."""
    return table.plus(flops=table[peak], weight=width, activation=width)


INFERSIM, TRTLLM, LLMCOMPASS = ("infersim-kernels",), ("aiconfigurator-kernels",), ("llmcompass-figure-5",)

GEMM_KEYS = ("m", "n", "k")

FAMILIES: tuple[Family, ...] = (
    Family("gemm.deepgemm-fp8", FP8_KNOBS, gemm_seconds, _fp8_gemm, INFERSIM, GEMM_KEYS,
           "FP8 products with scales a block, H20 and H800. feed_scale multiplies feed, which is stated at 16 bits."),
    Family("grouped.deepgemm-fp8-contiguous", FP8_KNOBS, gemm_seconds, partial(_fp8_grouped, masked=False), INFERSIM,
           ("experts", "asked", "n", "k"), "Grouped FP8 products of prefill; tokens an expert as dealt, not as asked."),
    Family("grouped.deepgemm-fp8-masked", FP8_KNOBS, gemm_seconds, partial(_fp8_grouped, masked=True), INFERSIM,
           ("experts", "asked", "n", "k"), "Grouped FP8 products of decode; experts without a token do nothing."),
    *(Family(f"fed.{id}", FED_KNOBS, fed_seconds, read, INFERSIM, keys,
             "The same rows by the operator that puts the price of edges into the feed.")
      for id, read, keys in (
          ("deepgemm-fp8", _fp8_gemm, GEMM_KEYS),
          ("deepgemm-fp8-contiguous", partial(_fp8_grouped, masked=False), ("experts", "asked", "n", "k")),
          ("deepgemm-fp8-masked", partial(_fp8_grouped, masked=True), ("experts", "asked", "n", "k")))),
    Family("decode.flashattention-gqa", DECODE_KNOBS, decode_seconds, _paged, INFERSIM,
           ("heads", "kv_heads", "dim", "kv_bytes", "batch", "context"),
           "Paged grouped-query attention of one token; the one table of another kernel is left out.",
           {"rows": 16.0}),
    Family("decode.flashmla", DECODE_KNOBS, decode_seconds, tables.infersim_latent_decode, INFERSIM,
           ("batch", "context"), "Latent attention of one token, 128 heads on one latent.", {"rows": 64.0}),
    Family("prefill.flashattention3", PREFILL_KNOBS, prefill_seconds, partial(_prefill, chip="h20"), INFERSIM,
           ("heads", "kv_heads", "qk_dim", "length"), "Causal attention over one prompt, H20 alone."),
    Family("prefill.flashattention3-latent", PREFILL_KNOBS, prefill_seconds, partial(_prefill, chip="h800"), INFERSIM,
           ("heads", "length"), "Causal attention with heads of 192 and 128 over one prompt, H800 alone, 5 rows."),
    Family("gemm.trtllm-bf16", GEMM_KNOBS, gemm_seconds,
           partial(_trtllm_gemm, format="bfloat16", peak="peak", width=2.0), TRTLLM, GEMM_KEYS,
           "16-bit products of cuBLAS as TensorRT-LLM calls it."),
    Family("gemm.trtllm-fp8", FP8_KNOBS, gemm_seconds,
           partial(_trtllm_gemm, format="fp8", peak="peak8", width=1.0), TRTLLM, GEMM_KEYS,
           "FP8 products with one scale a tensor; the time holds the quantisation of activations."),
    Family("decode.trtllm-gqa", DECODE_KNOBS, decode_seconds, tables.trtllm_decode, TRTLLM,
           ("heads", "kv_heads", "dim", "kv_bytes", "batch", "context"), "Grouped-query attention of one token.",
           {"rows": 16.0}),
    Family("decode.trtllm-latent", DECODE_KNOBS, decode_seconds, tables.trtllm_latent_decode, TRTLLM,
           ("heads", "batch", "context"), "Latent attention of one token, 16-bit cache.", {"rows": 64.0}),
    Family("prefill.trtllm", PREFILL_KNOBS, prefill_seconds, tables.trtllm_prefill, TRTLLM,
           ("heads", "kv_heads", "qk_dim", "batch", "length"), "Causal attention over whole prompts at 16 bits."),
    Family("links.nccl-nvlink", LINK_KNOBS, reduce_seconds, tables.nccl, TRTLLM, ("bytes", "ranks"),
           "NCCL all-reduce inside a node; above 1 where switches sum in the network."),
    Family("links.nccl-2023-nvlink", LINK_KNOBS, reduce_seconds, tables.llmcompass_all_reduce, LLMCOMPASS, ("bytes",),
           "All-reduce of four A100 on an eager stack, one chip."),
    Family("gemm.torch-fp16", GEMM_KNOBS, gemm_seconds,
           _eager_gemm, LLMCOMPASS, GEMM_KEYS,
           "Eager 16-bit products on one A100, 20 shapes."),
    *(Family(f"pointwise.torch-{kind}", STREAM_KNOBS, stream_seconds,
             partial(tables.llmcompass, kind=kind), LLMCOMPASS, ("rows", "width"),
             f"Eager {kind} at 16 bits on one A100.") for kind in ("softmax", "layernorm", "gelu")),
)


def family(id: str) -> Family:
    """Return a family by the id of its curve.

    >>> family("decode.flashmla").fixed["rows"]
    64.0
    """
    return next(found for found in FAMILIES if found.id == id)


def errors(family: Family, values: Values, table: Table) -> Column:
    """Return predicted over measured seconds, minus one."""
    return family.seconds(values, table) / table["seconds"] - 1.0


# The file of curves --------------------------------------------------------------------------------------------------

TITLE = ("Kernel libraries, each tied across its chips, fitted to measured kernels: "
         "python -m highfence.perf.fitting.kernels FOLDER")


def fitted_curve(family: Family, table: Table) -> Curve:
    """Return a family's curve as the calibration holds it; its note ends with the median error on its own rows."""
    values = fit(family, table)
    error = float(np.median(np.abs(errors(family, values, table))))
    note = f"{family.note} Median error on its own rows {100.0 * error:.1f} %."
    return Curve(family.id, values, family.data, len(table), chip_ids(table), "measured", note)


def chip_ids(table: Table) -> tuple[str, ...]:
    """Return the catalogue's ids of a table's chips; the source's own name where the catalogue has no such board."""
    return tuple(catalogue().chip(tables.CHIPS[chip]).id if chip in tables.CHIPS else chip for chip in table.chips())


def main(arguments: Sequence[str]) -> None:
    """Fit every family to the measurements in a folder and write the file of curves."""
    from highfence.perf.calibration import DATA
    from highfence.perf.evidence.neusight_cases import FAMILIES as NEUSIGHT

    data = Path(arguments[0])
    curves = [fitted_curve(family, family.read(data)) for family in (*FAMILIES, *NEUSIGHT)]
    write_curves(DATA / "kernels.yaml", TITLE, curves)


if __name__ == "__main__":
    main(sys.argv[1:])
