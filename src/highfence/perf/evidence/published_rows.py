"""Published figures of prefill, decode, static runs and kernels as questions, and what the curves say of each.

The table does not ship; its path is given at run time. What is needed to read its rows lies in
``evidence_data/published.yaml``: names, splits, shapes, with their sources, and no measured value.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from highfence.core.arrays import FLOATS
from highfence.core.documents import read_yaml
from highfence.core.errors import HighfenceError, InputError
from highfence.perf.calibration import Calibration, shipped_calibration
from highfence.perf.formats import FEED_SCALE, FORMATS
from highfence.perf.inference.memory import cache_bytes_per_sequence, weight_bytes
from highfence.perf.inference.question import Question
from highfence.perf.inference.static_batch import mean_context, parts_of_question, run_question, static_question
from highfence.perf.inference.tables import ROWS_OF_QUERIES
from highfence.perf.machine import UNITS_IF_UNSAID, Machine, machine_of
from highfence.perf.operators.attention import DecodeCurve, decode_time
from highfence.perf.operators.gemm import TILES, GemmCurve, gemm_time
from highfence.perf.shape import UNBOUNDED

TABLE = Path("measured/published.csv")
"""Where the table lies in the folder of measurements."""

KINDS = ("prefill", "decode", "serving", "gemm", "membw", "kernel")
"""Kinds of figures that are read."""

GROUPS = ("product", "attention", "stream", "dense run", "mixture run")
"""What figures are of: single kernels, streams of memory, and whole steps and runs of dense and of mixture models."""


@dataclass(frozen=True, slots=True)
class Phase:
    """Work of one chip in one repeated step, as a roofline sees it.

    Attributes
    ----------
    flops, bytes : of one repetition. times : repetitions. peak, bandwidth : FLOP/s and B/s of the chip.
    """

    flops: float
    bytes: float
    times: float
    peak: float
    bandwidth: float

    def seconds(self, compute: float, memory: float) -> float:
        """Return the seconds at two constant efficiencies."""
        return self.times * max(self.flops / (compute * self.peak), self.bytes / (memory * self.bandwidth))


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure and what the curves say of it, both as seconds.

    Attributes
    ----------
    group : one of :data:`GROUPS`. topic : what a correction of isolated kernels is fitted to: ``product-16``,
    ``product-8``, ``stream``, else empty. bound : what the vendor's gain scales: ``compute``, ``memory`` or ``both``.
    theirs : published, in ``unit``. seconds : of the work, at their value; of a rate, those of one unit of work.
    ours_s : seconds that the curves predict before corrections and vendor's gains. phases : for a roofline.
    """

    id: str
    family: str
    kind: str
    group: str
    topic: str
    bound: str
    machine: Machine
    theirs: float
    unit: str
    seconds: float
    ours_s: float
    phases: tuple[Phase, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A figure that is no question, or has no answer, and why."""

    id: str
    family: str
    kind: str
    why: str


@cache
def facts() -> Mapping[str, Any]:
    """Return what is needed to read the rows."""
    found: Mapping[str, Any] = read_yaml(Path(__file__).parent / "data" / "published.yaml")
    return found


@lru_cache(maxsize=64)
def chip_of(name: str) -> Machine:
    """Return the machine that a chip's name in the table stands for.

    >>> chip_of("H20-96GB").id
    'nvidia-h20'

    Raises
    ------
    InputError : the name is unknown.
    """
    known = facts()["chips"].get(name)
    if known is None:
        raise InputError("no chip of the catalogue is known by this name", got=name)
    machine = machine_of(known["chip"])
    return replace(machine, bandwidth=float(known["bandwidth"])) if "bandwidth" in known else machine


def table_rows(data: Path) -> list[dict[str, str]]:
    """Return all rows of the table in a folder of measurements."""
    with (data / TABLE).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_figures(data: Path, calibration: Calibration | None = None) -> tuple[list[Figure], list[Unread]]:
    """Return the predictable figures of the table, and those that cannot be read with the reason."""
    calibration = calibration or shipped_calibration()
    found: list[Figure] = []
    failed: list[Unread] = []
    for row in table_rows(data):
        if row["kind"] not in KINDS or row["predictable"] != "yes":
            continue
        try:
            found.append(figure_of(row, calibration))
        except HighfenceError as problem:
            failed.append(Unread(row["id"], row["source_family"], row["kind"], str(problem).splitlines()[0]))
    return found, failed


def figure_of(row: Mapping[str, str], calibration: Calibration) -> Figure:
    """Return the figure of a row.

    Raises
    ------
    InputError, NoAnswer : a name or number is unknown, or an input that came from memory is not resolved.
    """
    open_inputs = [name.strip() for name in row["inputs_from_memory"].split(";") if name.strip()]
    for name in open_inputs:
        if name not in facts()["resolved"]:
            raise InputError("an input came from memory and no source resolves it", where=row["id"], got=name)
    if row["kind"] == "gemm":
        return _product(row, calibration)
    if row["kind"] == "membw":
        return _stream(row)
    if row["kind"] == "kernel":
        return _attention(row, calibration)
    return _run(row, calibration)


def _figure(row: Mapping[str, str], group: str, topic: str, bound: str, machine: Machine, seconds: float, ours_s: float,
            phases: tuple[Phase, ...]) -> Figure:
    return Figure(row["id"], row["source_family"], row["kind"], group, topic, bound, machine, float(row["value"]),
                  row["unit"], seconds, ours_s, phases, row["source_url"])


# Kernels ------------------------------------------------------------------------------------------------------------

def _product(row: Mapping[str, str], calibration: Calibration) -> Figure:
    machine = chip_of(row["chip"])
    m, n, k = product_shape(row)
    eight = "fp8" in row["dtype"]
    name = ("fp8_block" if "DeepGEMM" in row["dtype"] else "fp8") if eight else "bf16"
    fmt = FORMATS[name]
    peak = machine.peak(fmt.arithmetic)
    if peak is None:
        raise InputError(f"{machine.name} has no {name} arithmetic", where=row["id"])
    curve, scale = product_curve(name, calibration, machine)
    flops = 2.0 * m * n * k
    if "best found" in row["batch"]:
        ours = flops / best_rate(machine, name, calibration)
    else:
        ours = gemm_time(FLOATS, m, n, k, peak=peak, bandwidth=machine.bandwidth, units=machine.units,
                         weight_bytes=fmt.weight, activation_bytes=fmt.activation, curve=curve, feed_scale=scale)[2]
    value = float(row["value"])
    seconds = value * 1e-6 if row["unit"] == "us" else flops / (value * 1e12)
    moved = n * k * fmt.weight + m * k * fmt.activation + 2.0 * m * n
    return _figure(row, "product", "product-8" if eight else "product-16", "compute", machine, seconds, ours,
                   (Phase(flops, moved, 1.0, peak, machine.bandwidth),))


def product_curve(name: str, calibration: Calibration, machine: Machine) -> tuple[GemmCurve, float]:
    """Return the curve of a format's products in serving, and the scale of its feed.

    Units that a vendor counts in other sizes are counted as :func:`highfence.perf.vendors.gains_of` does.
    """
    values = dict(calibration.values(f"gemm.{FORMATS[name].curve}"))
    if machine.vendor != "nvidia":
        values["feed"] *= max(1.0, UNITS_IF_UNSAID / machine.units)
    scale = FEED_SCALE[FORMATS[name].arithmetic]
    return GemmCurve(**{f: values.get(f, 0.0) for f in GemmCurve.__dataclass_fields__}), (
        calibration.values("feed")[scale] if scale else 1.0)


def best_rate(machine: Machine, name: str, calibration: Calibration) -> float:
    """Return the FLOP/s of a format's best product: full waves of the largest tiles, so deep that no ramp counts.

    >>> h20 = machine_of("H20")
    >>> 0.8 < best_rate(h20, "bf16", shipped_calibration()) / h20.peaks["16"] < 1.0
    True
    """
    fmt = FORMATS[name]
    curve, scale = product_curve(name, calibration, machine)
    height, width = TILES[-1]
    m, n, k = height * machine.units, 64.0 * width, 65536.0
    compute = gemm_time(FLOATS, m, n, k, peak=machine.peaks[fmt.arithmetic], bandwidth=machine.bandwidth,
                        units=machine.units, weight_bytes=fmt.weight, activation_bytes=fmt.activation, curve=curve,
                        feed_scale=scale)[0]
    return 2.0 * m * n * k / float(compute)


def product_shape(row: Mapping[str, str]) -> tuple[float, float, float]:
    """Return m, n and k of a product's row.

    >>> product_shape({"id": "x", "batch": "M=16 K=7168 N=1536"})
    (16.0, 1536.0, 7168.0)
    >>> product_shape({"id": "x", "batch": "MxNxK=2x3x4 (best)"})
    (2.0, 3.0, 4.0)

    Raises
    ------
    InputError : the row states no shape and none is known.
    """
    known = facts()["products"].get(row["id"])
    if known:
        return float(known["m"]), float(known["n"]), float(known["k"])
    if found := re.search(r"MxNxK=(\d+)x(\d+)x(\d+)", row["batch"]):
        m, n, k = map(float, found.groups())
        return m, n, k
    named = dict(re.findall(r"([MNK])=(\d+)", row["batch"]))
    if len(named) < 3:
        raise InputError("the row states no shape of its product", where=row["id"], got=row["batch"])
    return float(named["M"]), float(named["N"]), float(named["K"])


def _stream(row: Mapping[str, str]) -> Figure:
    machine = chip_of(row["chip"])
    seconds = 1.0 / (float(row["value"]) * 1e9)
    return _figure(row, "stream", "stream", "memory", machine, seconds, 1.0 / machine.bandwidth,
                   (Phase(0.0, 1.0, 1.0, machine.peaks["16"], machine.bandwidth),))


def _attention(row: Mapping[str, str], calibration: Calibration) -> Figure:
    machine = chip_of(row["chip"])
    batch, context = float(re.findall(r"batch=(\d+)", row["batch"])[0]), float(row["input_len"])
    latent = "MLA" in row["model"]
    if latent:
        heads, kv, qk, v, width = 128.0, 1.0, 576.0, 512.0, 576.0
    else:
        named = re.search(r"(\d+) q.*? (\d+) kv.* d(\d+)", row["model"])
        if named is None:
            raise InputError("the row states no heads", where=row["id"], got=row["model"])
        heads, kv, qk = map(float, named.groups())
        v, width = qk, 2.0 * kv * qk
    values = calibration.values("decode.mla" if latent else "decode.gqa")
    curve = DecodeCurve(rows=ROWS_OF_QUERIES["mla" if latent else "gqa"], **values)
    peak = machine.peaks["16"]
    ours = decode_time(FLOATS, batch, context, heads=heads, kv_heads=kv, qk_dim=qk, v_dim=v, cache_width=width,
                       peak=peak, bandwidth=machine.bandwidth, units=machine.units, kv_bytes=2.0, window=UNBOUNDED,
                       curve=curve)[2]
    work = Phase(2.0 * batch * heads * (qk + v) * context, batch * context * width * 2.0, 1.0, peak, machine.bandwidth)
    return _figure(row, "attention", "", "both", machine, float(row["value"]) * 1e-6, ours, (work,))


# Steps and runs -----------------------------------------------------------------------------------------------------

def _run(row: Mapping[str, str], calibration: Calibration) -> Figure:
    machine = chip_of(row["chip"])
    family = facts()["families"].get(row["source_family"])
    model = facts()["models"].get(row["model"])
    if family is None or model is None:
        raise InputError("no model of the catalogue is known by this name", where=row["id"], got=row["model"])
    how: Mapping[str, Any] = facts()["runs"].get(row["id"], {})
    tp = int(found[1]) if (found := re.search(r"tp=(\d+)", row["parallelism"])) else 1
    dp, ep = int(how.get("dp", 1)), how.get("ep")
    eight = "fp8" in row["dtype"]
    precision = how.get("precision") or family.get("precision") or ("fp8" if eight else "bf16")
    sequences = float(how["sequences"]) * dp if "sequences" in how else float(row["batch"])
    output = max(float(row["output_len_or_seq_len"] or 1.0), 1.0)
    question = static_question(
        machine, model, prompt=float(row["input_len"]), output=output, batch=sequences, tp=tp, dp=dp, ep=ep,
        precision=precision, kv=family.get("cache") if eight else None, software=family["software"], beyond=True)
    run = run_question(question, calibration, halves=bool(how.get("halves")), borrowed=float(how.get("borrowed", 0.0)),
                       separate_heads=bool(family.get("separate_heads")))
    first, later = _phases(question, calibration)
    ours, phases = {"prefill": (run.prefill_s, (first,)), "decode": (run.decode_s, (later,)),
                    "serving": (run.whole_s, (first, replace(later, times=output - 1.0)))}[row["kind"]]
    tokens = sequences * {"prefill": question.prompt, "decode": 1.0, "serving": output}[row["kind"]]
    group = "mixture run" if question.shape.experts else "dense run"
    return _figure(row, group, "", "both", machine, seconds_of(row, tokens, tp * dp), ours, phases)


def seconds_of(row: Mapping[str, str], tokens: float, chips: int) -> float:
    """Return the seconds in which all chips did ``tokens`` of work, as a row's value and unit say.

    >>> seconds_of({"id": "x", "value": "50", "unit": "tokens/s/GPU"}, 1000.0, 4)
    5.0
    """
    value, unit = float(row["value"]), row["unit"]
    if unit in {"ms", "us"}:
        return value * (1e-3 if unit == "ms" else 1e-6)
    share = {"tokens/s/GPU": float(chips), "tokens/s/node": chips / 8.0, "tokens/s": 1.0}.get(unit)
    if share is None:
        raise InputError("an unknown unit", where=row["id"], got=unit)
    return tokens / (value * share)


def _phases(q: Question, calibration: Calibration) -> tuple[Phase, Phase]:
    """Return the work of one chip in the prefill and in one decode step."""
    parts = parts_of_question(q, calibration)
    shape, chips = q.shape, q.serving.tp * q.serving.dp
    peak = q.experts_peak if shape.experts else q.dense_peak
    context = mean_context(q.prompt, q.output)
    rank = q.concurrency / q.serving.dp
    each = 2.0 * shape.layers * shape.heads * (shape.qk_dim + shape.v_dim)
    weights = weight_bytes(shape, parts.split, parts.formats)
    cached = rank * cache_bytes_per_sequence(FLOATS, shape, parts.split, parts.formats, context)
    first = q.concurrency * q.prompt * (2.0 * shape.active_parameters + each * 0.5 * q.prompt)
    later = q.concurrency * (2.0 * shape.active_parameters + each * context)
    return (Phase(first / chips, weights, 1.0, peak, q.machine.bandwidth),
            Phase(later / chips, weights + cached, 1.0, peak, q.machine.bandwidth))
