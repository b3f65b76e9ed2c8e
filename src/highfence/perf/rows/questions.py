"""Rows of serving questions, as one table of columns: the form in which measurements of serving are published.

The columns are those of aiconfigurator's table of serving runs. What a row says is read here, once, with the defects of
published tables mended by rules that look at the question alone, never at what was measured:

- ``batch_size`` counts sequences of one attention data parallel rank; the concurrency stands in the source note, else
  it
  is the batch size times the ranks.
- A table that multiplied the two ways of dividing experts (8 x 8 = 64 for one server of eight) is divided back.
- Where attention ranks are not given, the experts' ranks over the tensor parallel ones are data parallel.
- FP8 of a mixture model is block-scaled, as its checkpoints are; gpt-oss keeps its attention in 16 bits; four-bit
  weights on a chip without four-bit arithmetic are multiplied in 16.
- TensorRT-LLM runs of DeepSeek-R1 after January 2026 propose tokens with the model's own prediction head: the same
  image
  and split halve their time per token from one week to the next. Release 1.2.0rc6.post2 was measured without.
- TensorRT-LLM's first public configurations sent tokens in groups of twenty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from highfence.core.errors import HighfenceError, InputError, did_you_mean
from highfence.perf.formats import Format, cache_bytes, format_of
from highfence.perf.inference.estimate import default_precision
from highfence.perf.inference.question import Question, Side
from highfence.perf.inference.tables import FORMAT_NAMES
from highfence.perf.machine import Machine, arithmetic_of, machine_of
from highfence.perf.shape import ModelShape, shape_of
from highfence.perf.software import PROFILES
from highfence.perf.splits import MAX_CHIPS

SYSTEMS = {
    "h100_sxm": "nvidia-h100-sxm", "h200_sxm": "nvidia-h200-sxm", "b200_sxm": "nvidia-b200", "b300_sxm": "nvidia-b300",
    "gb200": "nvidia-gb200", "gb200_sxm": "nvidia-gb200", "gb300": "nvidia-gb300", "gb300_sxm": "nvidia-gb300",
    "a100_sxm": "nvidia-a100-sxm-80gb", "h100_pcie": "nvidia-h100-pcie", "l40s": "nvidia-l40s", "l4": "nvidia-l4",
}
"""Names of systems in the table that are no names of chips."""

PROGRAMS = ("trtllm", "sglang", "vllm")
MODES = ("agg", "disagg")
ERA = "2026-01-20"
"""Day between the two eras of each program in the calibration."""

MAX_TOKENS = 10_000_000.0
MOST_REQUESTS = 1_000_000.0
_NOTE = re.compile(r"silicon_concurrency=(\d+)")
_DATE = re.compile(r"measured=(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class Fixed:
    """What a row says apart from its load: read once for all rows that say the same.

    Attributes
    ----------
    said : what was taken of its formats that no label says: a default, or an arithmetic that stands in.
    """

    shape: ModelShape
    machine: Machine
    program: str
    disaggregated: bool
    dense: int
    experts: int
    dense_peak: float
    experts_peak: float
    cache: float
    serving: Side
    prefill: Side | None
    said: str


_SIDE = ("tp_size", "pp_size", "attention_dp_size", "moe_tp_size", "moe_ep_size", "num_workers")
_CELLS = ("model_path", "system", "backend", "mode", "precision", "gemm_quant_mode", "moe_quant_mode",
          *(prefix + name for prefix in ("", "prefill_", "decode_") for name in _SIDE))


def read_question(row: Mapping[str, str], where: str = "row") -> Question:
    """Return the question of a row.

    Raises
    ------
    InputError, NoAnswer : what is missing, unknown or impossible.
    """
    try:
        fixed = _fixed(tuple([row.get(name) or "" for name in _CELLS]))
    except InputError as problem:
        problem.where = f"{where}: {problem.where}"
        raise
    stated, date = _read_note(row.get("silicon_data_source") or "")
    note, version, model = row.get("silicon_data_source") or "", row.get("backend_version") or "", row["model_path"]
    prompt, output = _number(row, "isl", where), _number(row, "osl", where)
    if prompt + output > fixed.shape.max_context:
        raise InputError("longer than the model's context", where=f"{where}: isl", got=prompt + output,
                         expected=f"at most {fixed.shape.max_context:,.0f} tokens together")
    side = fixed.serving
    pool = "decode_" if fixed.disaggregated else ""
    concurrency = stated or side.dp * side.workers * _number(row, pool + "batch_size", where)
    if not 0 < concurrency <= MOST_REQUESTS:
        raise InputError("the concurrency is out of range", where=f"{where}: batch_size", got=concurrency,
                         expected=f"1 to {MOST_REQUESTS:,.0f}")
    protocol, profile = _profile(fixed.program, note, date, prompt, model, version)
    drafted = _drafted(fixed.program, model, date, note, version, fixed.disaggregated)
    grouped = profile == "trtllm-2025" and ((max(prompt, output) <= 1024 and date < "2025-11") or drafted)
    return Question(fixed.shape, fixed.machine, PROFILES.index(profile), protocol, fixed.dense, fixed.experts,
                    fixed.dense_peak, fixed.experts_peak, fixed.cache, prompt, output, concurrency, side, fixed.prefill,
                    drafted, 1.0 if grouped else 0.0)


@lru_cache(maxsize=65_536)
def _fixed(cells: tuple[str, ...]) -> Fixed:
    """Return what some cells say; errors name the column."""
    row = dict(zip(_CELLS, cells))
    model = _text(row, "model_path", "row")
    with _column("model_path"):
        shape = shape_of(model)
    system = _text(row, "system", "row")
    with _column("system"):
        machine = machine_of(SYSTEMS.get(system.casefold(), system))
    program = _text(row, "backend", "row").casefold()
    if program not in PROGRAMS:
        raise InputError("no such serving program", where="backend", got=program, expected=", ".join(PROGRAMS),
                         hint=did_you_mean(program, PROGRAMS))
    (dense_format, dense_peak), (experts_format, experts_peak), said = _formats(row, machine, shape, model)
    small_cache = program == "trtllm" and dense_format.weight < 2.0
    mode = row["mode"].strip().casefold() or "agg"
    if mode not in MODES:
        raise InputError("no such mode", where="mode", got=mode, expected=", ".join(MODES),
                         hint=did_you_mean(mode, MODES))
    disaggregated = mode == "disagg"
    return Fixed(shape, machine, program, disaggregated, FORMAT_NAMES.index(dense_format.name),
                 FORMAT_NAMES.index(experts_format.name), dense_peak, experts_peak,
                 cache_bytes("fp8" if small_cache else "bf16"), _side(row, "decode_" if disaggregated else "", shape,
                                                                      "row"),
                 _side(row, "prefill_", shape, "row") if disaggregated else None, said)


@contextmanager
def _column(name: str) -> Iterator[None]:
    """Let an error name a column of the table."""
    try:
        yield
    except InputError as problem:
        problem.where = name
        raise


def formats_said(row: Mapping[str, str]) -> str:
    """Return what a row that is a question was taken to say of its formats, empty where its labels say it all."""
    return _fixed(tuple([row.get(name) or "" for name in _CELLS])).said


@lru_cache(maxsize=65_536)
def _read_note(note: str) -> tuple[float, str]:
    """Return the concurrency and the day that a source note states, 0 and nothing where it does not."""
    concurrency, day = _NOTE.search(note), _DATE.search(note)
    return float(concurrency[1]) if concurrency else 0.0, day[1] if day else ""


def _text(row: Mapping[str, str], name: str, where: str) -> str:
    value = (row.get(name) or "").strip()
    if not value:
        raise InputError(f"{name} is empty", where=f"{where}: {name}")
    return value


def _number(row: Mapping[str, str], name: str, where: str, default: float | None = None) -> float:
    raw = (row.get(name) or "").strip()
    if not raw and default is not None:
        return default
    try:
        value = float(raw)
    except ValueError:
        value = -1.0
    if not 0 < value <= MAX_TOKENS:
        raise InputError("not a positive number", where=f"{where}: {name}", got=raw or None, example="1024")
    return value


def _formats(row: Mapping[str, str], machine: Machine, shape: ModelShape, model: str,
             ) -> tuple[tuple[Format, float], tuple[Format, float], str]:
    """Return the formats of dense weights and of experts with their peaks, and what no label says of them."""
    dense, dense_from = _stated(row, "gemm_quant_mode", "precision")
    experts, experts_from = _stated(row, "moe_quant_mode", "gemm_quant_mode", "precision")
    said = []
    if not dense:
        named = "fp8" if "fp8" in model.casefold() else "nvfp4" if "fp4" in model.casefold() else ""
        dense = named or default_precision(machine, shape)
        plain = named or shape.native_format in {"bf16", "fp16"}
        said += [] if plain else [f"no precision stated: {dense}; released in {shape.native_format}"]
    names = [format_of(dense, dense_from).name, format_of(experts or dense, experts_from).name]
    if shape.experts:
        names = ["fp8_block" if name == "fp8" else name for name in names]
    if shape.id.startswith("gpt-oss") or (said and shape.native_format == "int4"):
        names[0] = "bf16"
    used = [arithmetic_of(machine, format_of(name), True, column)
            for name, column in zip(names, (dense_from, experts_from))]
    said += [f"{machine.name} has no {name} arithmetic: emulated in {fmt.name}" for name, (fmt, _) in dict(
        zip(names, used)).items() if fmt.name != name]
    return used[0], used[1], "; ".join(said)


def _stated(row: Mapping[str, str], *names: str) -> tuple[str, str]:
    """Return the first of some cells that is not empty, and its column; the last column where all are."""
    found = ((value, name) for name in names if (value := (row.get(name) or "").strip()))
    return next(found, ("", names[-1]))


def _side(row: Mapping[str, str], prefix: str, shape: ModelShape, where: str) -> Side:
    """Return the split of one pool, defects of the labels mended."""
    def number(name: str, default: float) -> float:
        return _number(row, prefix + name, where, default) if (row.get(prefix + name) or "").strip() not in {"0",
                                                                                                             "0.0"} \
            else default

    tp, dp = number("tp_size", 1.0), number("attention_dp_size", 0.0)
    expert_tp, ep = number("moe_tp_size", 1.0), number("moe_ep_size", 1.0)
    if expert_tp == ep > 1.0 and expert_tp * ep in {tp, dp}:
        tp, dp = (ep if tp == expert_tp * ep else tp), (ep if dp == expert_tp * ep else dp)
        expert_tp = 1.0
    if dp == 0.0:
        dp = max(expert_tp * ep / tp, 1.0) if shape.experts else 1.0
    if not shape.experts:
        expert_tp, ep = 1.0, 1.0
    pp = number("pp_size", 1.0)
    _check_whole(prefix, {"tp_size": tp, "pp_size": pp, "attention_dp_size": dp, "moe_tp_size": expert_tp,
                          "moe_ep_size": ep})
    if shape.heads % tp:
        raise InputError("the attention heads do not divide among so many ranks", where=f"{prefix}tp_size", got=tp,
                         expected=f"a divisor of {shape.heads:.0f}")
    if pp > shape.layers:
        raise InputError("more stages than layers", where=f"{prefix}pp_size", got=pp,
                         expected=f"at most {shape.layers:.0f}")
    return Side(0.0, number("num_workers", 0.0 if prefix else 1.0), tp, pp, dp, expert_tp, ep)


def _check_whole(prefix: str, sizes: Mapping[str, float]) -> None:
    for name, size in sizes.items():
        if size != int(size) or size > MAX_CHIPS:
            raise InputError("ranks must be a whole number", where=f"{prefix}{name}", got=size,
                             expected=f"1 to {MAX_CHIPS}", example="8")


def _profile(program: str, note: str, date: str, prompt: float, model: str, version: str) -> tuple[str, str]:
    """Return protocol and profile that a source note implies."""
    if not note:
        return "steady", f"{program}-2026"
    if "gap" in note:
        short = program == "trtllm" and version == "1.0.0rc3" and "Llama-3.1-8B" in model
        return "short" if short else "grid", f"{program}-{'sweep' if prompt % 1000 == 0 else 'grid'}"
    return "inferencex", f"{program}-{'2025' if date < ERA else '2026'}"


def _drafted(program: str, model: str, date: str, note: str, version: str, disaggregated: bool) -> bool:
    if program != "trtllm" or "DeepSeek-R1" not in model or "source_file=2026" not in note:
        return False
    return date >= "2026-01-14" and version != "1.2.0rc6.post2" and not disaggregated


def reason_of(problem: HighfenceError) -> str:
    """Return an error as one line: the column, what, what was given, and the nearest that would work.

    >>> reason_of(InputError("no such chip", where="line 2: system", got="H2O", hint="did you mean H20?"))
    "system: no such chip: 'H2O' (did you mean H20?)"
    """
    said = problem.to_dict()
    column = str(said.get("where", "")).rpartition(": ")[2]
    given = f": {said['got']}" if "got" in said else ""
    near = said.get("hint") or said.get("would_change")
    return (f"{column}: " if column else "") + f"{said['what']}{given}" + (f" ({near})" if near else "")


def read_questions(rows: Sequence[Mapping[str, str]]) -> tuple[list[Question | None], list[str]]:
    """Return the question of every row, or None with the reason why there is none."""
    questions: list[Question | None] = []
    reasons: list[str] = []
    for number, row in enumerate(rows, start=2):
        try:
            questions.append(read_question(row, f"line {number}"))
            reasons.append("")
        except HighfenceError as problem:
            questions.append(None)
            reasons.append(reason_of(problem))
    return questions, reasons
