"""One serving question, answered on plain floats.

>>> answer = serving("H20", "llama-3.1-70b", prompt=2048, output=512, concurrency=32, tp=8)
>>> 0.005 < answer.tpot.value < 0.1
True
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, sqrt
from typing import Any

from highfence.core.arrays import FLOATS
from highfence.core.errors import InputError, NoAnswer
from highfence.core.labels import Label
from highfence.perf.calibration import Calibration, shipped_calibration
from highfence.perf.energy import step_power
from highfence.perf.formats import cache_bytes, format_of
from highfence.perf.inference.bulk import columns_of, evaluate, parts_of
from highfence.perf.inference.closed_loop import TPOT_P99, TTFT_P99, Served
from highfence.perf.inference.memory import cache_bytes_per_sequence, usable_memory, weight_bytes
from highfence.perf.inference.question import Question
from highfence.perf.inference.step import Batch, Operator, Split, step_operators
from highfence.perf.inference.tables import FORMAT_NAMES, Tables
from highfence.perf.intervals import Spread, spreads
from highfence.perf.machine import Machine, arithmetic_of, machine_of, weakest_grade
from highfence.perf.prediction import Estimate, MemoryUse, OperatorTime, Prediction, StepTime
from highfence.perf.shape import ModelShape, shape_of
from highfence.perf.software import PROFILES, PROTOCOLS, profile_of
from highfence.perf.splits import check_split
from highfence.perf.vendors import gains_of

MAX_LENGTH, MAX_CONCURRENCY = 10_000_000, 1_000_000

NO_ROOM = Label("The cache of so many requests does not fit: some wait for a place.",
                "缓存放不下这么多并发请求，部分请求需等待。")
MAX_ACCEPTED = 64.0


@lru_cache(maxsize=4)
def _tables(calibration: int) -> Tables:
    return Tables(shipped_calibration())


def tables_of(calibration: Calibration | None) -> Tables:
    """Return a calibration's columns; those of the shipped one are made once."""
    return _tables(0) if calibration is None else Tables(calibration)


def ask(chip: str | Machine, model: str | ModelShape, *, prompt: float, output: float, concurrency: float, tp: int = 1,
        pp: int = 1, dp: int = 1, ep: int | None = None, precision: str | None = None, kv: str | None = None,
        software: str | None = None, system: str | None = None, emulate: bool = False, protocol: str = "steady",
        drafted: bool = False) -> Question:
    """Return a checked question.

    Raises
    ------
    InputError : a length, load, split or format that cannot be. NoAnswer : the data sheet lacks a needed number.
    """
    machine = chip if isinstance(chip, Machine) else machine_of(chip, system)
    shape = model if isinstance(model, ModelShape) else shape_of(model)
    for name, value, most in (("--input", prompt, MAX_LENGTH), ("--output", output, MAX_LENGTH),
                              ("--concurrency", concurrency, MAX_CONCURRENCY)):
        if not isinstance(value, (int, float)) or not 0 < value <= most:
            raise InputError("must be a positive number", where=name, got=value, expected=f"1 to {most:,}",
                             example="32")
        if name != "--concurrency":
            check_whole_tokens(name, value)
    if prompt + output > shape.max_context:
        raise InputError(f"longer than {shape.id} can attend to", where="--input, --output", got=prompt + output,
                         expected=f"at most {shape.max_context:,.0f} tokens together")
    side = check_split(machine, shape, tp=tp, pp=pp, dp=dp, ep=ep, batch=concurrency / max(dp, 1))
    name = default_precision(machine, shape) if precision is None else precision
    asked = format_of(name)
    if shape.experts and asked.name == "fp8":
        asked = format_of("fp8_block")
    experts, experts_peak = arithmetic_of(machine, asked, emulate)
    dense_name = "bf16" if shape.native_format in {"mxfp4", "int4"} and asked.weight < 1.0 else asked.name
    dense, dense_peak = arithmetic_of(machine, format_of(dense_name), emulate)
    profile = PROFILES.index(profile_of(software or "vllm"))
    return Question(shape, machine, profile, protocol, FORMAT_NAMES.index(dense.name), FORMAT_NAMES.index(experts.name),
                    dense_peak, experts_peak, cache_bytes(kv or "bf16"), float(prompt), float(output),
                    float(concurrency),
                    side, None, drafted, 0.0)


def check_whole_tokens(where: str, value: float) -> None:
    """Refuse a part of a token."""
    if value != int(value):
        raise InputError("must be a whole number of tokens", where=where, got=value, example=str(ceil(value)))


def default_precision(machine: Machine, shape: ModelShape) -> str:
    """Return the format that a model's weights were released in, where the chip multiplies it; else what it can.

    >>> [default_precision(machine_of(chip), shape_of("deepseek-v3")) for chip in ("910C", "H20")]
    ['int8', 'fp8']
    """
    native = {"mxfp4": "w4a16", "int4": "w4a16", "fp8": "fp8", "fp4": "nvfp4"}.get(shape.native_format, "bf16")
    if native == "w4a16" and machine.runs("nvfp4") and shape.native_format == "mxfp4":
        return "nvfp4"
    if native == "fp8" and not machine.runs("fp8"):
        return "int8" if machine.runs("int8") else "bf16"
    return native


def serving(chip: str | Machine, model: str | ModelShape, *, prompt: float = 1024, output: float = 1024,
            concurrency: float = 32, calibration: Calibration | None = None, cached: float = 0.0,
            imbalance: float = 1.0, accepted: float | None = None, **split: Any) -> Prediction:
    """Return what a chip does with a load.

    Parameters
    ----------
    prompt, output : tokens a request. concurrency : requests in flight on the replica.
    cached : tokens of the prompt found in the prefix cache. imbalance : load of the busiest expert rank over the mean.
    accepted : tokens kept by each step of speculative decoding; none if None.
    split : ``tp, pp, dp, ep, precision, kv, software, system, emulate`` as in :func:`ask`.

    Raises
    ------
    InputError, NoAnswer : as :func:`ask`; NoAnswer also where the model does not fit.
    """
    question = ask(chip, model, prompt=prompt, output=output, concurrency=concurrency, **split)
    if not 0.0 <= cached < prompt:
        raise InputError("the cached part must be shorter than the prompt", where="--cached", got=cached)
    check_whole_tokens("--cached", cached)
    _check_extras(question.shape, imbalance, accepted)
    return predict(question, calibration, cached=cached, imbalance=imbalance, accepted=accepted)


def _check_extras(shape: ModelShape, imbalance: float, accepted: float | None) -> None:
    """Refuse an imbalance where nothing can be uneven, below the mean or beyond all experts, and a step that keeps
    less than its one token.
    """
    if imbalance != 1.0 and not shape.experts:
        raise InputError(f"{shape.id} is dense: it has no experts whose load could differ", where="--imbalance",
                         got=imbalance, hint="leave out --imbalance")
    if not 1.0 <= imbalance <= max(shape.experts, 1.0):
        raise InputError("the busiest rank's load over the mean", where="--imbalance", got=imbalance,
                         expected=f"1 to {shape.experts:.0f}", example="1.2")
    if accepted is not None and not 1.0 <= accepted <= MAX_ACCEPTED:
        raise InputError("tokens that a step of speculative decoding keeps", where="--accepted", got=accepted,
                         expected=f"1 to {MAX_ACCEPTED:.0f}", example="2.5")


def predict(question: Question, calibration: Calibration | None = None, *, cached: float = 0.0, imbalance: float = 1.0,
            accepted: float | None = None) -> Prediction:
    """Return the prediction of a checked question.

    Raises
    ------
    NoAnswer : the weights, or one sequence, do not fit; the message names a split that does.
    """
    tables = tables_of(calibration)
    columns = columns_of(question)
    parts = parts_of(question.shape, columns, tables, FLOATS)
    fit = memory_use(question, parts[2], parts[0])
    served = evaluate(question.shape, columns, tables, FLOATS, cached=cached, imbalance=imbalance, accepted=accepted)
    used = calibration or shipped_calibration()
    return prediction_of(question, served, fit, parts, used,
                         spreads(used, question.machine.id, gains_of(question.machine).spread))


def memory_use(q: Question, formats: Any, split: Split) -> MemoryUse:
    """Return what a question takes of one chip's memory.

    Raises
    ------
    NoAnswer : the weights, or one sequence, do not fit.
    """
    weights = weight_bytes(q.shape, split, formats)
    usable = usable_memory(q.machine.memory)
    each = cache_bytes_per_sequence(FLOATS, q.shape, split, formats, q.prompt + q.output)
    sequences = (usable - weights) / each
    if sequences < 1.0:
        raise _does_not_fit(q, weights, usable, each)
    at_once = min(sequences, max(q.concurrency / q.serving.dp, 1.0))
    return MemoryUse(weights, at_once * each, usable, q.machine.memory, sequences)


def _does_not_fit(q: Question, weights: float, usable: float, each: float) -> NoAnswer:
    from highfence.perf.splits import nearest_that_fits

    what = (f"{q.shape.id} takes {weights / 1e9:.0f} GB of weights a chip" if weights > usable else
            f"{q.shape.id} leaves {(usable - weights) / 1e9:.1f} GB a chip for a sequence of {each / 1e9:.1f} GB")
    return NoAnswer(f"does not fit: {what}; {q.machine.name} has {usable / 1e9:.0f} GB to use",
                    missing="memory", would_change=nearest_that_fits(q))


def prediction_of(q: Question, s: Served, fit: MemoryUse, parts: Any, calibration: Calibration,
                  widths: tuple[Spread, Spread]) -> Prediction:
    """Return served means with their intervals, breakdown, power and evidence.

    Parameters
    ----------
    widths : spreads of TTFT and of TPOT.
    """
    gains = gains_of(q.machine)
    ttft_spread, tpot_spread = widths
    chips = int(q.serving.tp * q.serving.pp * q.serving.dp)
    ttft, tpot = _around(s.ttft_s, ttft_spread), _around(s.tpot_s, tpot_spread)
    latency = Estimate(ttft.value + q.output * tpot.value, ttft.low + q.output * tpot.low,
                       ttft.high + q.output * tpot.high, "s")
    running = min(q.concurrency, fit.sequences * q.serving.dp)
    tokens = q.concurrency * q.output
    rate = Estimate(tokens / latency.value, tokens / latency.high, tokens / latency.low, "tokens/s")
    steps = _steps(q, s, parts)
    power, energy = step_power(q.machine, steps, rate, chips, 1.0 - min(s.decode_s / s.tpot_s, 1.0),
                               min(q.concurrency, 1.0))
    waits = max(s.ttft_s - s.waiting_s, 0.0)
    mixes = max(s.tpot_s - s.decode_s, 0.0)
    return Prediction(
        chip=q.machine.id, name=q.machine.name, model=q.shape.id, software=PROFILES[q.profile],
        precision=formats_of(q)[-1],
        cache={2.0: "bf16", 1.0: "fp8"}.get(q.cache, "fp4"),
        split={"tp": int(q.serving.tp), "pp": int(q.serving.pp), "dp": int(q.serving.dp), "ep": int(q.serving.ep)},
        chips=chips, prompt=q.prompt, output=q.output, concurrency=q.concurrency, running=running, ttft=ttft, tpot=tpot,
        latency=latency, throughput=rate, per_chip=rate.scaled(1.0 / chips, "tokens/s"),
        ttft_p50=s.waiting_s + waits * 0.95, ttft_p99=s.waiting_s + waits * TTFT_P99,
        tpot_p50=s.tpot_s, tpot_p99=s.tpot_s + TPOT_P99 * mixes / sqrt(max(min(q.output, running), 1.0)),
        requests_per_s=rate.value / q.output, waiting_s=s.waiting_s, memory=fit, steps=steps, evidence=gains.evidence,
        grade=weakest_grade(q.machine, formats_of(q), max(chips, q.prefill.tp * q.prefill.dp if q.prefill else 1),
                            network=q.prefill is not None),
        statistic="means over requests; p50 and p99 from the model's queue",
        arrivals=PROTOCOLS[q.protocol].text, power=power, energy=energy, assumed=q.machine.assumed,
        warnings=_warnings(q, gains.evidence, s))


def formats_of(q: Question) -> tuple[str, ...]:
    """Return the formats that a question multiplies: of dense weights, and of experts where there are any."""
    return tuple(FORMAT_NAMES[index] for index in ((q.dense, q.experts) if q.shape.experts else (q.dense,)))


def _around(seconds: float, spread: Spread) -> Estimate:
    low, high = spread.around(seconds)
    return Estimate(seconds, low, high, "s")


def _steps(q: Question, s: Served, parts: Any) -> tuple[StepTime, ...]:
    """Return the decode step and the step of one prompt, operator by operator."""
    split, chip, formats, curves, over, _ = parts
    context = q.prompt + 0.5 * q.output
    running = min(q.concurrency / q.serving.dp, max(s.running, 1.0 / q.serving.dp))
    at_once = max(running / q.serving.pp, min(running, 1.0 / q.serving.dp))
    batches = (("decode", Batch(0.0, q.prompt, 0.0, at_once, context), at_once),
               ("prefill", Batch(1.0, q.prompt, 0.0, 0.0, context), q.prompt))
    return tuple(_step(kind, tokens, step_operators(FLOATS, q.shape, chip, split, formats, curves, over, batch))
                 for kind, batch, tokens in batches)


def _step(kind: str, tokens: float, operators: list[Operator]) -> StepTime:
    total = sum(o.whole for o in operators)
    merged: dict[str, list[float]] = {}
    for o in operators:
        times = merged.setdefault(o.name, [0.0, 0.0, 0.0, 0.0])
        times[0] += o.whole
        times[1] += o.compute
        times[2] += o.memory
        times[3] = 1.0 if o.bound == "network" else 2.0 if o.bound == "overhead" else 0.0
    rows = tuple(OperatorTime(name, whole, whole / total, ("network" if flag == 1.0 else "overhead" if flag == 2.0 else
                                                           _bound(whole, compute, memory)))
                 for name, (whole, compute, memory, flag) in merged.items() if whole > 0.0)
    return StepTime(kind, total, tokens, tuple(sorted(rows, key=lambda o: -o.seconds)))


def _bound(whole: float, compute: float, memory: float) -> str:
    """Return what bounds an operator: what takes half of it or more, else what lies between kernels."""
    if max(compute, memory) < 0.5 * whole:
        return "overhead"
    return "compute" if compute >= memory else "memory"


def _warnings(q: Question, evidence: str, s: Served) -> tuple[Label, ...]:
    found = []
    if evidence == "data sheet only":
        found.append(Label(f"No run on {q.machine.name} was measured: data sheet and a prior for its maker's software.",
                           f"{q.machine.name} 没有实测数据：依据规格表与厂商软件的先验。"))
    if q.machine.assumed:
        names = ", ".join(q.machine.assumed)
        found.append(Label(f"Not published, taken by rule: {names}.", f"未公布，按规则取值：{names}。"))
    if s.waiting_s > 0.0:
        found.append(NO_ROOM)
    return tuple(found)
