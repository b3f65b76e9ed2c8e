"""One batch of equal prompts worked off together, without continuous batching: a prefill, then a token a step for all.

::

    whole = prefill step of all prompts + (output - 1) * decode step at the mean context
    rate = batch * output / whole

The first token comes out of the prefill. The mean context is exact for what is linear in the context, as reading the
cache is.

With two micro-batches (DeepSeek's and SGLang's two-batch overlap) each half works while the other half's network runs::

    step = 2 * max(work of a half, network of a half)

so that what the network hides costs what a half batch loses by being half: weights are read twice.

Programs of 2023 read the cache once for every query head in decode, also where several share a cached head
(``separate_heads``): TensorRT-LLM before its XQA kernels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from highfence.core.arrays import FLOATS, Number
from highfence.core.errors import InputError
from highfence.perf.calibration import Calibration, shipped_calibration
from highfence.perf.inference.bulk import columns_of, parts_of
from highfence.perf.inference.estimate import MAX_CONCURRENCY, MAX_LENGTH, ask, tables_of
from highfence.perf.inference.question import Question
from highfence.perf.inference.step import Batch, Chip, Curves, Formats, Operator, Overheads, Split, step_operators
from highfence.perf.intervals import static_spread
from highfence.perf.machine import Machine
from highfence.perf.prediction import Estimate
from highfence.perf.shape import UNBOUNDED, ModelShape, shape_of
from highfence.perf.vendors import gains_of

DECODE = "attention, decode"
"""Operator that reads the cache for one new token a sequence."""

HOOKS = 0.0
"""Units that a network kernel takes from the other half's work where it runs on the network card alone."""

DISPATCH_UNITS = 20.0
"""Units that DeepEP's kernels for prompts take (its default, ``Buffer.num_sms``); its kernels for decode take none
while they wait (github.com/deepseek-ai/DeepEP, README)."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a step is made of besides its batch, as :func:`highfence.perf.inference.bulk.parts_of` returns it."""

    split: Split
    chip: Chip
    formats: Formats
    curves: Curves
    overheads: Overheads


@dataclass(frozen=True, slots=True)
class StaticBatch:
    """A whole static run: seconds, and tokens a second of the replica.

    Attributes
    ----------
    prefill_s : until every sequence has its first token. decode_s : seconds a token after that, at the mean context.
    whole_s : of the run. input_rate : prompt tokens a second during the prefill.
    output_rate : output tokens a second over the whole run. decode_rate : output tokens a second after the first.
    """

    prefill_s: Number
    decode_s: Number
    whole_s: Number
    input_rate: Number
    output_rate: Number
    decode_rate: Number


@dataclass(frozen=True, slots=True)
class StaticEstimates:
    """A static run with 80 % intervals: seconds of prefill, token and run, and output tokens/s of all chips."""

    prefill: Estimate
    decode: Estimate
    whole: Estimate
    output_rate: Estimate


def estimates_of(question: Question, run: StaticBatch, calibration: Calibration | None = None) -> StaticEstimates:
    """Return a run with intervals, as wide as published figures of static batches lie from predictions.

    >>> question = static_question("L40S", "llama-2-7b", prompt=128, output=128, batch=64, precision="fp8")
    >>> found = estimates_of(question, run_question(question))
    >>> found.output_rate.low < found.output_rate.value < found.output_rate.high
    True
    """
    prior = gains_of(question.machine).spread
    spread = static_spread(calibration or shipped_calibration(), question.shape.experts > 0.0, prior)
    prefill, decode, whole = (Estimate(v, *spread.around(v), "s") for v in (run.prefill_s, run.decode_s, run.whole_s))
    tokens = run.output_rate * run.whole_s
    rate = Estimate(run.output_rate, tokens / whole.high, tokens / whole.low, "tokens/s")
    return StaticEstimates(prefill, decode, whole, rate)


def two_batches(work: Number, network: Number, xp: Any = FLOATS) -> Number:
    """Return the seconds of two half batches of which one works while the other's network runs.

    >>> two_batches(3.0, 1.0), two_batches(1.0, 3.0)
    (6.0, 6.0)
    """
    return 2.0 * xp.maximum(work, network)


def static_step(xp: Any, model: ModelShape, parts: Parts, batch: Batch, *, halves: bool = False,
                borrowed: Number = HOOKS, imbalance: Number = 1.0, separate_heads: bool = False) -> Number:
    """Return the seconds of one step of a whole batch.

    Parameters
    ----------
    halves : work it off as two micro-batches, the network of one behind the work of the other.
    borrowed : compute units that the hidden network takes meanwhile. imbalance : load of the busiest expert rank over
    the mean. separate_heads : every query head reads the cache for itself.
    """
    def operators_of(parts: Parts, batch: Batch) -> list[Operator]:
        shared = _operators(xp, model, parts, batch, imbalance)
        if not separate_heads or model.kv_heads == model.heads:
            return shared
        single = replace(parts.curves, decode=replace(parts.curves.decode, rows=1.0))
        alone = _operators(xp, replace(model, kv_heads=model.heads), replace(parts, curves=single), batch, imbalance)
        return [a if a.name == DECODE else s for s, a in zip(shared, alone)]

    if not halves:
        return _sum(operators_of(parts, batch))
    left = replace(parts.chip, units=parts.chip.units - borrowed)
    share = left.units / parts.chip.units
    slower = replace(parts, chip=left, formats=_slower(parts.formats, share))
    half = replace(batch, prompts=0.5 * batch.prompts, sequences=0.5 * batch.sequences)
    operators = operators_of(slower, half)
    network = [o for o in operators if o.bound == "network"]
    return two_batches(_sum([o for o in operators if o.bound != "network"]), _sum(network), xp)


def _operators(xp: Any, model: ModelShape, p: Parts, batch: Batch, imbalance: Number) -> list[Operator]:
    return step_operators(xp, model, p.chip, p.split, p.formats, p.curves, p.overheads, batch, imbalance)


def _slower(formats: Formats, share: Number) -> Formats:
    """Return formats whose peaks are a share of what they were: the units that are left."""
    dense, experts, head = (replace(a, peak=a.peak * share) for a in (formats.dense, formats.experts, formats.head))
    return Formats(dense, experts, head, formats.cache, formats.attention_peak * share)


def _sum(operators: list[Operator]) -> Number:
    total: Number = 0.0
    for operator in operators:
        total = total + operator.whole
    return total


def static_run(xp: Any, model: ModelShape, parts: Parts, *, batch: Number, prompt: Number, output: Number,
               halves: bool = False, borrowed: Number = HOOKS, imbalance: Number = 1.0,
               separate_heads: bool = False) -> StaticBatch:
    """Return a run of ``batch`` sequences on each attention rank: floats, or arrays with one value a row.

    Parameters
    ----------
    batch : sequences of one attention data parallel rank. prompt, output : tokens of each, output at least 1.
    halves, imbalance, separate_heads : as :func:`static_step`.
    borrowed : units that the network takes from prompts while it is hidden.
    """
    none = 0.0 * batch
    whole = batch * parts.split.dp
    first = static_step(xp, model, parts, Batch(batch, prompt, none, none, prompt + none), halves=halves,
                        borrowed=borrowed, imbalance=imbalance)
    later = static_step(xp, model, parts, Batch(none, prompt + none, none, batch, mean_context(prompt, output)),
                        halves=halves, imbalance=imbalance, separate_heads=separate_heads)
    total = first + (output - 1.0) * later
    return StaticBatch(first, later, total, whole * prompt / first, whole * output / total, whole / later)


def mean_context(prompt: Number, output: Number) -> Number:
    """Return the mean tokens cached before a decode step, over the steps after the first token.

    The steps see ``prompt + 1`` to ``prompt + output - 1`` tokens, their own among them.

    >>> mean_context(10.0, 4.0)
    12.0
    """
    return prompt + 0.5 * output


def static_question(chip: str | Machine, model: str | ModelShape, *, prompt: float, output: float, batch: float,
                    beyond: bool = False, **split: Any) -> Question:
    """Return a checked question about ``batch`` sequences on all ranks together.

    Parameters
    ----------
    beyond : also lengths that the model was not trained to attend to, as speed tests use them.
    split : ``tp, pp, dp, ep, precision, kv, software, system, emulate`` as in
        :func:`highfence.perf.inference.estimate.ask`.
    """
    shape = shape_of(model) if isinstance(model, str) else model
    if beyond:
        shape = replace(shape, max_context=UNBOUNDED)
    for name, value, most in (("--batch", batch, MAX_CONCURRENCY), ("--output", output, MAX_LENGTH)):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 1 <= value <= most:
            raise InputError("must be a positive number", where=name, got=value, expected=f"1 to {most:,}", example="8")
    return ask(chip, shape, prompt=prompt, output=output, concurrency=batch, **split)


def parts_of_question(question: Question, calibration: Calibration | None = None) -> Parts:
    """Return what the steps of a question are made of."""
    tables = tables_of(None if calibration is shipped_calibration() else calibration)
    split, chip, formats, curves, over, _ = parts_of(question.shape, columns_of(question), tables, FLOATS)
    return Parts(split, chip, formats, curves, over)


def static_batch(chip: str | Machine, model: str | ModelShape, *, prompt: float, output: float, batch: float,
                 halves: bool = False, borrowed: float = HOOKS, imbalance: float = 1.0, separate_heads: bool = False,
                 beyond: bool = False, calibration: Calibration | None = None, **split: Any) -> StaticBatch:
    """Return what a chip does with one static batch.

    >>> run = static_batch("H100", "llama-2-70b", prompt=128, output=128, batch=64, tp=4, precision="fp8")
    >>> run.decode_s < run.prefill_s < run.whole_s
    True

    Raises
    ------
    InputError, NoAnswer : as :func:`highfence.perf.inference.estimate.ask`. Whether the batch fits is not asked.
    """
    question = static_question(chip, model, prompt=prompt, output=output, batch=batch, beyond=beyond, **split)
    return run_question(question, calibration, halves=halves, borrowed=borrowed, imbalance=imbalance,
                        separate_heads=separate_heads)


def run_question(question: Question, calibration: Calibration | None = None, *, halves: bool = False,
                 borrowed: float = HOOKS, imbalance: float = 1.0, separate_heads: bool = False) -> StaticBatch:
    """Return the static run of a checked question; its concurrency is the batch of all ranks."""
    return static_run(FLOATS, question.shape, parts_of_question(question, calibration),
                      batch=question.concurrency / question.serving.dp, prompt=question.prompt, output=question.output,
                      halves=halves, borrowed=borrowed, imbalance=imbalance, separate_heads=separate_heads)
