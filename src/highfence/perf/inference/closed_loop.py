"""Serving: time to first token and time per output token under load, from the times of steps.

A closed loop keeps ``concurrency`` requests in flight, each of ``prompt`` tokens in and ``output`` tokens out.
Between two
tokens of a request the chips also work on the prompts of those that take the places of finished ones::

    mixes = interference * (running - 1) * chunks / output          steps with a prompt per token, of all steps
    tpot = (1 - mixes) * decode step + mixes * mixed step
    ttft = rest of a running step + mixed step + prompts ahead + waiting for memory

Each is a sum of step times with weights that are not negative and depend on the load alone, so that nothing that
shortens a step lengthens an answer.

Pipeline stages work on as many parts of the running sequences at once: a token waits for one part's pass through all
stages, and prompts of other parts delay it by one stage's share. All values are means unless a quantile is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Any

from highfence.core.arrays import Number
from highfence.perf.inference.memory import sequences_that_fit
from highfence.perf.inference.step import Batch, Chip, Curves, Formats, Overheads, Split, step_operators, step_seconds
from highfence.perf.shape import ModelShape

TTFT_P99 = 1.0 + 0.25 * log(100.0)
"""TTFT that one request in a hundred exceeds, over the mean without waiting for memory: a quarter of it taken as
exponential (assumed)."""

TPOT_P99 = 2.33
"""Standard deviations of a normal that one in a hundred exceeds: a request's tokens meet a Poisson number of
prompts."""


@dataclass(frozen=True, slots=True)
class Scheduler:
    """How a serving program interleaves prompts and tokens, and how the benchmark loads it.

    Attributes
    ----------
    interference : share of others' prompt work that a decoding request waits for.
    ranks : growth of that share with attention data parallel ranks, as a power.
    rest : steps that an arriving request waits for before its prompt begins.
    request_s : seconds a request before and after the chip's work. token_s : the same per prompt token.
    queue : share of the other requests' prompts that stand before one in steady state. ahead : prompts before one
    whatever the load.
    wave : share of requests that arrive at once in the first wave.
    withheld : tokens that are kept back before the first is sent. slots_short : sequences that run fewer than are
        asked.
    chunk : most prompt tokens in a step. host_layer_s, host_latent_s, host_experts_s : seconds that the host needs
    to launch one layer of a step with prompts, which no captured graph replays: of plain and of latent attention, and
    more for experts.
    """

    interference: Number
    ranks: Number
    rest: Number
    request_s: Number
    token_s: Number
    queue: Number
    ahead: Number
    wave: Number
    withheld: Number
    slots_short: Number
    chunk: Number
    host_layer_s: Number
    host_latent_s: Number
    host_experts_s: Number


@dataclass(frozen=True, slots=True)
class Served:
    """Means of a closed loop: seconds, and what they are made of.

    Attributes
    ----------
    running : sequences in decode on one attention rank. fits : sequences whose cache fits beside the weights.
    waiting_s : seconds that a request waits for memory.
    """

    ttft_s: Number
    tpot_s: Number
    decode_s: Number
    prompt_s: Number
    running: Number
    fits: Number
    waiting_s: Number


def serve(xp: Any, model: ModelShape, chip: Chip, split: Split, formats: Formats, curves: Curves, over: Overheads,
          scheduler: Scheduler, *, prompt: Number, output: Number, concurrency: Number, capacity: Number,
          cached: Number = 0.0, drafted: Number = 1.0, accepted: Number = 1.0, imbalance: Number = 1.0) -> Served:
    """Return the means of a closed loop on one replica whose steps mix prompts and tokens.

    Parameters
    ----------
    prompt, output : tokens a request. concurrency : requests in flight on the replica.
    capacity : bytes of memory of one chip that may be used. cached : tokens of the prompt found in the prefix cache.
    drafted, accepted : tokens proposed and kept by a step of speculative decoding.
    """
    asked = concurrency / split.dp
    context = prompt + 0.5 * output
    fits = sequences_that_fit(xp, model, split, formats, capacity=capacity, tokens=prompt + 0.75 * output)
    running = xp.maximum(xp.minimum(asked, fits), 1.0 / split.dp)
    at_once = xp.maximum(running / split.pp, 1.0 / split.dp)

    def step(prompts: Number, tokens: Number, before: Number, sequences: Number, seen: Number) -> Number:
        batch = Batch(prompts, tokens, before, sequences, seen, drafted)
        return step_seconds(step_operators(xp, model, chip, split, formats, curves, over, batch, imbalance))

    none = 0.0 * running
    decode = step(none, prompt, none, at_once, context)
    new = xp.maximum(prompt - cached, 1.0)
    chunks = xp.ceil(new / scheduler.chunk)
    length, before = new / chunks, cached + 0.5 * (new - new / chunks)
    latent = sum(a.layers for a in model.attention if a.kind == "mla")
    launched = scheduler.host_layer_s * (model.layers - latent) + scheduler.host_latent_s * latent
    launched = launched + scheduler.host_experts_s * model.moe_layers
    mixed = xp.maximum(step(1.0 + none, length, before, at_once, context), launched)
    others = xp.maximum(running - 1.0 / split.dp, 0.0) / split.pp
    together = xp.clip(scheduler.chunk / length, 1.0, 1.0 + others * split.pp)
    alone = xp.maximum(step(together, length, before, none, context), launched) / together
    mixes = chunks * scheduler.interference * xp.power(split.dp, scheduler.ranks) * others * accepted / output
    share = xp.minimum(mixes, 1.0)
    tpot = ((1.0 - share) * decode + share * mixed + (mixes - share) * alone) / accepted
    ahead = (0.5 * scheduler.wave + scheduler.queue) * others + scheduler.ahead * xp.minimum(others, 1.0)
    queued = ahead * chunks * alone
    first = (1.0 + (chunks - 1.0) / split.pp) * mixed + queued
    life = first + output * tpot
    waiting = (xp.maximum(asked / running - 1.0, 0.0) + scheduler.slots_short / xp.maximum(concurrency, 1.0)) * life
    ttft = (scheduler.rest * decode + first + waiting + scheduler.request_s + scheduler.token_s * prompt
            + scheduler.withheld * tpot)
    return Served(ttft, tpot, decode, chunks * alone, running, fits, waiting)
