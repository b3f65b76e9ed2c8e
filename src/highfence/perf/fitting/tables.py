"""Readers of the measured kernel tables: one table a library, one kernel a row, the chip's own numbers beside.

The measurements do not ship with the package; every reader takes the folder that holds them. What was dropped or marked
in each source is written in its reader. Numbers of chips come from the catalogue, never from a measurement.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from highfence.catalogue import catalogue
from highfence.core.errors import MissingExtra, NoAnswer

Column = Any
"""A NumPy array with one value a row."""

CHIPS = {
    "h20": "H20", "h800": "H800", "a100_sxm": "A100 SXM 80GB", "h100_sxm": "H100 SXM", "h200_sxm": "H200",
    "b200_sxm": "B200", "a100": "A100 SXM 80GB", "h100": "H100 SXM", "a40": "A40", "mi210": "MI210",
}
"""Catalogue names of the chips that the sources name."""


@dataclass(frozen=True)
class Table:
    """Measured kernels as columns of one length.

    Attributes
    ----------
    columns : arrays by name. ``chip`` names the chip as the source does, ``seconds`` is what was measured.
    """

    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def rows(self, keep: Column) -> Table:
        """Return the rows that a mask keeps, or those of an index."""
        return Table({name: column[keep] for name, column in self.columns.items()})

    def plus(self, **columns: Column) -> Table:
        """Return the table with columns added or replaced; a single value fills its column."""
        n = len(self)
        added = {name: np.full(n, value) if np.ndim(value) == 0 else value for name, value in columns.items()}
        return Table({**self.columns, **added})

    def chips(self) -> list[str]:
        """Return the chips, sorted."""
        return sorted(set(self["chip"].tolist()))

    def of(self, *chips: str) -> Table:
        """Return the rows of some chips."""
        return self.rows(np.isin(self["chip"], chips))


def joined(tables: Iterable[Table]) -> Table:
    """Return the rows of several tables, in the columns that all of them have."""
    found = [table for table in tables if len(table)]
    names = set.intersection(*(set(table.columns) for table in found))
    return Table({name: np.concatenate([table[name] for table in found]) for name in sorted(names)})


def without_repeats(table: Table, keys: Sequence[str]) -> Table:
    """Return the table with one row a shape, the first; repeated rows would count a shape twice."""
    seen: set[tuple[Any, ...]] = set()
    keep = []
    for number, key in enumerate(zip(*(table[name].tolist() for name in keys))):
        if key not in seen:
            seen.add(key)
            keep.append(number)
    return table.rows(np.array(keep, dtype=int))


@cache
def chip_numbers(name: str) -> Mapping[str, float]:
    """Return what a kernel needs of a chip of the catalogue, in SI units; ``nan`` where nothing is published.

    ``link`` is one-way, half of what the data sheets state.

    >>> chip_numbers("H20")["bandwidth"], chip_numbers("H20")["units"]
    (4000000000000.0, 78.0)
    """
    chip = catalogue().chip(name)

    def number(attribute: str) -> float:
        value = chip.number(attribute)
        return float("nan") if value is None else float(value)

    half = number("peak_fp16")
    link = number("link_bandwidth") / 2.0
    found = {"peak": half, "peak8": number("peak_fp8"), "peak32": number("peak_fp32"),
             "bandwidth": number("memory_bandwidth"), "units": number("compute_units"), "link": link}
    missing = [key for key in ("bandwidth", "units") if found[key] != found[key]]
    if missing:
        raise NoAnswer(f"no kernel time on {name}", missing=", ".join(missing), would_change="every fit")
    return found


def with_chips(table: Table, names: Mapping[str, str] = CHIPS) -> Table:
    """Return the table with the chip's numbers as columns."""
    rows = [chip_numbers(names[chip]) for chip in table["chip"].tolist()]
    return table.plus(**{key: np.array([row[key] for row in rows]) for key in rows[0]}) if rows else table


def read_csv(path: Path, names: Sequence[str] | None = None) -> dict[str, list[str]]:
    """Return the columns of a CSV file as text; ``names`` for a file without a header."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file, skipinitialspace=True) if row]
    header = list(names) if names else rows.pop(0)
    return {name: [row[i] for row in rows] for i, name in enumerate(header)}


def numbers(texts: Sequence[str]) -> Column:
    """Return texts as floats, ``nan`` for an empty one."""
    return np.array([float(text) if text.strip() else float("nan") for text in texts])


# InferSim: FP8 matrix products and attention on H20 and H800 ---------------------------------------------------------

_INFERSIM = Path("measured/InferSim/bench_data")
_ATTENTION = ("dtype", "kv_dtype", "batch_size", "kv_len", "latency_us", "mfu")


def infersim_gemm(data: Path) -> Table:
    """Return FP8 products (DeepGEMM) on H20 and H800: ``m, n, k``.

    22 rows that repeat a shape of the same chip are dropped.
    """
    found = []
    for chip in ("h20", "h800"):
        raw = read_csv(data / _INFERSIM / "gemm" / chip / "data.csv")
        found.append(Table({**{c: numbers(raw[c]) for c in "mnk"}, "seconds": numbers(raw["latency_us"]) * 1e-6,
                            "chip": np.full(len(raw["m"]), chip)}))
    return with_chips(without_repeats(joined(found), ("chip", "m", "n", "k")))


def infersim_grouped(data: Path) -> Table:
    """Return grouped FP8 products on H20 and H800, contiguous (``prefill``) and masked: ``groups, m, n, k, masked``.

    A row of the source holds two products, up with ``n = 2 * intermediate`` and down. Its tokens an expert are what
    was asked for; the benchmark deals each expert a random number near it. ``m`` is the mean that was dealt, taken
    back out of the share of the peak beside the time in the source: ``share * peak * seconds / (2 n k groups)``.
    Masked rows that asked for one token dealt none to half of the experts: ``groups`` counts those with a token.
    """
    found = []
    for chip, peak in (("h20", 296e12), ("h800", 1979e12)):
        for kind, batch in (("prefill", 0.0), ("decode", 1.0)):
            raw = read_csv(data / _INFERSIM / "grouped_gemm" / kind / chip / "data.csv")
            groups, asked = numbers(raw["num_local_experts"]), numbers(raw["tokens_per_expert"])
            hidden, inner = numbers(raw["hidden_size"]), numbers(raw["intermediate_size"])
            for part, n, k in (("up", 2.0 * inner, hidden), ("down", hidden, inner)):
                seconds, share = numbers(raw[f"{part}_proj_us"]) * 1e-6, numbers(raw[f"{part}_mfu"])
                dealt = share * peak * seconds / (2.0 * n * k * groups)
                active = np.where((batch > 0.0) & (asked == 1.0), 0.5, 1.0)
                found.append(Table({
                    "groups": np.maximum(groups * active, 1.0), "m": np.maximum(dealt / active, 1.0), "asked": asked,
                    "n": n, "k": k, "masked": np.full(len(n), batch), "seconds": seconds,
                    "experts": groups, "chip": np.full(len(n), chip)}))
    keys = ("chip", "masked", "experts", "asked", "n", "k")
    return with_chips(without_repeats(joined(found), keys))


def infersim_decode(data: Path) -> Table:
    """Return attention of one new token over a paged cache on H20 and H800: ``batch, context, heads, kv_heads, dim``.

    ``h20/64-2-128.csv`` has no header, so its first row is data. ``h20/32-8-128.csv`` comes from another kernel than
    the rest (its smallest time is 10 us, theirs 25 us and more; it alone has caches of 8 bits): ``other`` marks it.
    The first row of ``h800/32-2-128.csv`` is a warm-up (241 us against 30 us of its neighbours) and dropped.
    """
    found = []
    for chip in ("h20", "h800"):
        for path in sorted((data / _INFERSIM / "mha/decode" / chip).glob("*.csv")):
            bare = path.read_text(encoding="utf-8")[:5] != "dtype"
            raw = read_csv(path, _ATTENTION if bare else None)
            heads, kv_heads, dim = (float(part) for part in path.stem.split("-"))
            n = len(raw["dtype"])
            table = Table({
                "batch": numbers(raw["batch_size"]), "context": numbers(raw["kv_len"]), "heads": np.full(n, heads),
                "kv_heads": np.full(n, kv_heads), "dim": np.full(n, dim), "chip": np.full(n, chip),
                "kv_bytes": np.where(np.array(raw["kv_dtype"]) == "fp8", 1.0, 2.0),
                "seconds": numbers(raw["latency_us"]) * 1e-6,
                "other": np.full(n, float(chip == "h20" and path.stem == "32-8-128"))})
            warm = (chip == "h800") and (path.stem == "32-2-128")
            found.append(table.rows(np.arange(n) > 0) if warm else table)
    keys = ("chip", "heads", "kv_heads", "dim", "kv_bytes", "batch", "context")
    return with_chips(without_repeats(joined(found), keys))


def infersim_latent_decode(data: Path) -> Table:
    """Return latent attention (FlashMLA, 128 heads, 512 + 64 wide) of one new token: ``batch, context``."""
    found = []
    for chip in ("h20", "h800"):
        raw = read_csv(data / _INFERSIM / "mla/decode" / chip / "128-512-64.csv")
        n = len(raw["dtype"])
        found.append(Table({"batch": numbers(raw["batch_size"]), "context": numbers(raw["kv_len"]),
                            "seconds": numbers(raw["latency_us"]) * 1e-6, "chip": np.full(n, chip),
                            "heads": np.full(n, 128.0), "kv_bytes": np.full(n, 2.0)}))
    return with_chips(joined(found))


def infersim_prefill(data: Path) -> Table:
    """Return causal attention over whole prompts, batch 1: H20 with grouped heads, H800 with heads of 192 and 128.

    One chip a kind, so neither kind can be predicted from the other chip.
    """
    found = []
    for chip, folder in (("h20", "mha/prefill/h20"), ("h800", "mla/prefill/h800")):
        for path in sorted((data / _INFERSIM / folder).glob("*.csv")):
            raw = read_csv(path)
            first, second, third = (float(part) for part in path.stem.split("-"))
            latent = folder.startswith("mla")
            n = len(raw["dtype"])
            widths = ((first, first, second + third, second) if latent else (first, second, third, third))
            found.append(Table({
                "length": numbers(raw["seq_len"]), "seconds": numbers(raw["latency_us"]) * 1e-6,
                "chip": np.full(n, chip), "batch": np.ones(n),
                **{name: np.full(n, w) for name, w in zip(("heads", "kv_heads", "qk_dim", "v_dim"), widths)}}))
    return with_chips(joined(found))


# aiconfigurator: TensorRT-LLM kernels on A100, H100, H200 and B200 ----------------------------------------------------

_AIC = Path("measured/aiconfigurator/data")
_RELEASES = {"a100_sxm": "1.0.0", "h100_sxm": "1.2.0rc5", "h200_sxm": "1.2.0rc5", "b200_sxm": "1.2.0rc5"}


def read_parquet(path: Path, where: str = "true") -> dict[str, Column]:
    """Return the columns of a Parquet file, of the rows that an SQL condition keeps."""
    try:
        import duckdb
    except ImportError as error:
        raise MissingExtra("sql", "reading measured kernels") from error
    with duckdb.connect() as base:
        found = base.execute(f"select * from read_parquet(?) where {where}", [str(path)]).fetchnumpy()
    return {name: np.asarray(column) for name, column in found.items()}


def trtllm(data: Path, operation: str, file: str, where: str = "true") -> Table:
    """Return one TensorRT-LLM table of all chips that have it; ``latency`` (ms) becomes ``seconds``.

    Rows without work (``m = 0``) and rows with no time are dropped. The release of the A100's tables is older (1.0.0).
    """
    found = []
    for chip, release in _RELEASES.items():
        path = data / _AIC / chip / operation / "trtllm" / release / f"{file}_perf.parquet"
        if not path.is_file():
            continue
        raw = read_parquet(path, where)
        n = len(raw["latency"])
        columns = {name: np.asarray(value, dtype=float if value.dtype.kind in "if" else str)
                   for name, value in raw.items() if name not in ("latency", "device", "version", "framework")}
        table = Table({**columns, "seconds": raw["latency"].astype(float) * 1e-3, "chip": np.full(n, chip)})
        keep = table["seconds"] > 0.0
        found.append(table.rows(keep & (table["m"] > 0.0) if "m" in columns else keep))
    return with_chips(joined(found))


def trtllm_gemm(data: Path, format: str = "bfloat16") -> Table:
    """Return TensorRT-LLM's matrix products of one format: ``bfloat16``, ``fp8``, ``fp8_block`` or ``nvfp4``.

    ``fp8_block`` rows that took twice as long as the same shape in ``bfloat16`` on the same chip are dropped: the
    source's own audit (issue 1414) finds that those ran on a slow fall-back path.
    """
    table = trtllm(data, "gemm", "gemm", f"gemm_dtype = '{format}' and m > 0")
    if format != "fp8_block":
        return table
    plain = trtllm(data, "gemm", "gemm", "gemm_dtype = 'bfloat16' and m > 0")
    keys = ("chip", "m", "n", "k")
    times = dict(zip(zip(*(plain[c].tolist() for c in keys)), plain["seconds"].tolist()))
    slow = np.array([seconds > 2.0 * times.get(key, float("inf")) for key, seconds in
                     zip(zip(*(table[c].tolist() for c in keys)), table["seconds"].tolist())], dtype=bool)
    return table.rows(~slow)


def trtllm_decode(data: Path) -> Table:
    """Return TensorRT-LLM's attention of one new token over the cache: ``batch, context, heads, kv_heads, dim``.

    Rows with a window, with fewer than 128 cached tokens, or with more than 16 query heads a cache head are left out.
    """
    table = trtllm(data, "attention", "generation_attention",
                   "window_size = 0 and step >= 127 and num_heads <= 16 * num_key_value_heads")
    width = np.where(table["kv_cache_dtype"] == "bfloat16", 2.0, 1.0)
    return table.plus(batch=table["batch_size"], context=table["step"] + 1.0, heads=table["num_heads"],
                      kv_heads=table["num_key_value_heads"], dim=table["head_dim"], kv_bytes=width)


def trtllm_latent_decode(data: Path) -> Table:
    """Return TensorRT-LLM's latent attention of one new token, caches of 16 bits: ``batch, context, heads``.

    The A100's rows are left out: its release (1.0.0) has no kernel made for it.
    """
    table = trtllm(data, "mla", "generation_mla", "kv_cache_dtype = 'bfloat16' and step >= 127")
    table = table.rows(table["chip"] != "a100_sxm")
    return table.plus(batch=table["batch_size"], context=table["step"] + 1.0, heads=table["num_heads"], kv_bytes=2.0)


def trtllm_prefill(data: Path) -> Table:
    """Return TensorRT-LLM's causal attention over whole prompts at 16 bits, of 64 tokens and 4 heads or more."""
    table = trtllm(data, "attention", "context_attention",
                   "window_size = 0 and isl >= 64 and num_heads >= 4 and attn_dtype = 'bfloat16'")
    return table.plus(batch=table["batch_size"], length=table["isl"], heads=table["num_heads"],
                      kv_heads=table["num_key_value_heads"], qk_dim=table["head_dim"], v_dim=table["head_dim"])


def nccl(data: Path, operation: str = "all_reduce") -> Table:
    """Return NCCL collectives of 16-bit elements inside one node: ``bytes, ranks``; message sizes are elements."""
    found = []
    for path in sorted((data / _AIC).glob("*/comm/nccl/*/nccl_perf.parquet")):
        raw = read_parquet(path, f"op_name = '{operation}' and nccl_dtype in ('half', 'bfloat16')")
        n = len(raw["latency"])
        found.append(Table({
            "bytes": raw["message_size"].astype(float) * 2.0, "ranks": raw["num_gpus"].astype(float),
            "seconds": raw["latency"].astype(float) * 1e-3, "chip": np.full(n, path.relative_to(data / _AIC).parts[0]),
            "release": np.full(n, path.parent.name)}))
    return with_chips(joined(found))


# LLMCompass and NeuSight: eager PyTorch kernels ----------------------------------------------------------------------

_LLMCOMPASS = Path("measured/LLMCompass")


def llmcompass(data: Path, kind: str, chip: str = "A100") -> Table:
    """Return LLMCompass's 16-bit kernels: ``matmul`` (m, n, k); ``softmax``, ``layernorm``, ``gelu`` (rows, width).

    The source states elements a second (in 1e9) for all but products; seconds follow. Where softmax and layer norm
    are named ``M, N`` the norm runs along N.
    """
    folder = {"matmul": "ab", "softmax": "cf", "layernorm": "de", "gelu": "g"}[kind]
    path = data / _LLMCOMPASS / "figure5" / folder / "real_hardware" / f"{kind}_{chip}.csv"
    if kind == "matmul":
        raw = read_csv(path, ("m", "n", "k", "ms", "tflops"))
        columns = {c: numbers(raw[c]) for c in "mnk"}
        seconds = numbers([text.removesuffix("ms") for text in raw["ms"]]) * 1e-3
    elif kind == "gelu":
        raw = read_csv(path, ("elements", "rate"))
        columns = {"rows": np.ones(len(raw["rate"])), "width": numbers(raw["elements"])}
        seconds = columns["width"] / (numbers(raw["rate"]) * 1e9)
    else:
        raw = read_csv(path, ("rows", "width", "rate"))
        columns = {"rows": numbers(raw["rows"]), "width": numbers(raw["width"])}
        seconds = columns["rows"] * columns["width"] / (numbers(raw["rate"]) * 1e9)
    return with_chips(Table({**columns, "seconds": seconds, "chip": np.full(len(seconds), chip.lower())}))


def llmcompass_all_reduce(data: Path) -> Table:
    """Return all-reduces of four A100 over NVLink: ``bytes, ranks``."""
    raw = read_csv(data / _LLMCOMPASS / "allreduce_4xA100_extracted.csv")
    n = len(raw["size_bytes"])
    return with_chips(Table({"bytes": numbers(raw["size_bytes"]), "ranks": np.full(n, 4.0),
                             "seconds": numbers(raw["latency_us"]) * 1e-6, "chip": np.full(n, "a100")}))


LAYER = ("query, key and value", "scores", "values", "attention output", "feed-forward in", "feed-forward out",
         "softmax", "layer norm", "layer norm", "gelu", "all-reduce", "all-reduce")
"""Operators of LLMCompass's measured layer, in the order of its file."""


def llmcompass_layer(data: Path, decode: bool) -> list[tuple[str, float]]:
    """Return the measured operators of one GPT-3 layer on four A100, in seconds."""
    name = "transformerAR_A100.csv" if decode else "transformer_A100.csv"
    path = data / _LLMCOMPASS / "figure5/ijkl/real_hardware" / name
    return list(zip(LAYER, (float(line) for line in path.read_text(encoding="utf-8").split())))


# vidur: projections of whole models at 16 bits ------------------------------------------------------------------------

_VIDUR = Path("measured/vidur/profiling")


def vidur_gemm(data: Path) -> Table:
    """Return the 16-bit projections of eight models on A100, H100 and A40: ``m, n, k``.

    Medians of the source, in whole microseconds at best. A gated up-projection counts both of its halves. The source's
    maintainers could not repeat its H100 profile (issue 72): a check of a curve, not a thing to fit to.
    """
    found = []
    for path in sorted((data / _VIDUR / "compute").glob("*/*/*/mlp.csv")):
        raw = read_csv(path)
        tokens, tp, hidden = (numbers(raw[c]) for c in ("num_tokens", "num_tensor_parallel_workers", "n_embd"))
        heads, kv_heads, inner = (numbers(raw[c]) for c in ("n_head", "n_kv_head", "n_expanded_embd"))
        gated = np.array([2.0 if text == "True" else 1.0 for text in raw["use_gated_mlp"]])
        dim = hidden / heads
        for name, n, k in (("attn_pre_proj", (heads + 2.0 * kv_heads) * dim / tp, hidden),
                           ("attn_post_proj", hidden, hidden / tp), ("mlp_up_proj", gated * inner / tp, hidden),
                           ("mlp_down_proj", hidden, inner / tp)):
            seconds = numbers(raw[f"time_stats.{name}.median"]) * 1e-3
            rows = Table({"m": tokens, "n": n, "k": k, "seconds": seconds,
                          "chip": np.full(len(tokens), path.relative_to(data / _VIDUR / "compute").parts[0])})
            found.append(rows.rows(seconds > 0.0))
    return with_chips(without_repeats(joined(found), ("chip", "m", "n", "k")))


_NEUSIGHT = Path("measured/NeuSight")


def neusight_chip(data: Path, device: str) -> dict[str, float]:
    """Return a chip of NeuSight's device files in SI units: most of these boards have no entry in the catalogue."""
    raw = json.loads((data / _NEUSIGHT / "device_configs" / f"{device.replace(' ', '_')}.json").read_text("utf-8"))
    peak = raw.get("SingleFLOPs") or raw["SingleFLOPsMM"]
    return {"peak": peak * 1e9, "bandwidth": raw["Mem_Bw"] * 1e9, "units": float(raw["Num_Sm"]),
            "cache": raw["L2Cache"] * 1e6}


def neusight(data: Path, kind: str) -> Table:
    """Return NeuSight's 32-bit kernels: ``linear`` and ``bmm`` (batch, m, n, k), ``softmax`` and ``ln`` (rows, width).

    Repeated shapes of one device are dropped.
    """
    raw = read_csv(data / _NEUSIGHT / "test" / f"{kind}.csv")
    devices = [device.replace(" ", "_") for device in raw["Device"]]
    sizes = (("batch", "B"), ("m", "M"), ("n", "N"), ("k", "K")) if "M" in raw else (("rows", "B"), ("width", "H"))
    table = Table({**{name: numbers(raw[source]) for name, source in sizes},
                   "seconds": numbers(raw["Latency"]) * 1e-3, "chip": np.array(devices)})
    table = without_repeats(table, ("chip", *(name for name, _ in sizes)))
    chips = {device: neusight_chip(data, device) for device in table.chips()}
    return table.plus(**{key: np.array([chips[c][key] for c in table["chip"].tolist()])
                         for key in ("peak", "bandwidth", "units", "cache")})
