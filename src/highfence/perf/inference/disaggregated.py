"""Serving with prompts and tokens on separate pools of chips.

Prompts queue for the prefill workers, their cache crosses the network, and the decode workers never stop for a prompt::

    tpot = decode step of one worker's share of the requests
    ttft = prompt step + wait for a worker + transfer of the cache + first decode step
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from highfence.core.arrays import Number
from highfence.perf.inference.closed_loop import Scheduler
from highfence.perf.inference.memory import cache_bytes_per_sequence, sequences_that_fit
from highfence.perf.inference.step import Batch, Chip, Curves, Formats, Overheads, Split, step_operators, step_seconds
from highfence.perf.shape import ModelShape


@dataclass(frozen=True, slots=True)
class SplitServed:
    """Means of a closed loop over two pools, in seconds.

    Attributes
    ----------
    decode_s, prompt_s : of one step. running : sequences on a decode rank. busy : share of time that prefill works.
    """

    ttft_s: Number
    tpot_s: Number
    decode_s: Number
    prompt_s: Number
    running: Number
    fits: Number
    waiting_s: Number
    busy: Number


def serve_split(xp: Any, model: ModelShape, chip: Chip, prefill: Split, decode: Split, formats: Formats, curves: Curves,
                over: Overheads, scheduler: Scheduler, *, prompt: Number, output: Number, concurrency: Number,
                prefill_workers: Number, decode_workers: Number, capacity: Number, drafted: Number = 1.0,
                accepted: Number = 1.0, imbalance: Number = 1.0) -> SplitServed:
    """Return the means of a closed loop of ``concurrency`` requests over both pools.

    Requests in prefill and in decode add up to the concurrency: with many prefill workers nearly all decode; with few,
    prompts queue until the decode pool waits for them.

    Parameters
    ----------
    prefill_workers, decode_workers : replicas of each split.
    """
    def step(split: Split, prompts: Number, sequences: Number) -> Number:
        batch = Batch(prompts, prompt, 0.0 * prompt, sequences, prompt + 0.5 * output, drafted)
        return step_seconds(step_operators(xp, model, chip, split, formats, curves, over, batch, imbalance))

    latent = sum(a.layers for a in model.attention if a.kind == "mla")
    launched = (scheduler.host_layer_s * (model.layers - latent) + scheduler.host_latent_s * latent
                + scheduler.host_experts_s * model.moe_layers)
    none = 0.0 * prompt
    alone = xp.maximum(step(prefill, 1.0 + none, none), launched)
    servers = prefill_workers * prefill.dp
    together = xp.clip(scheduler.chunk / prompt, 1.0, xp.maximum(concurrency / servers, 1.0))
    each = xp.maximum(step(prefill, together, none), launched) / together
    rate_most = servers / each
    fits = sequences_that_fit(xp, model, decode, formats, capacity=capacity, tokens=prompt + 0.75 * output)
    ranks = decode_workers * decode.dp
    running = xp.maximum(xp.minimum(concurrency / ranks, fits), 1.0 / decode.dp)
    for _ in range(3):
        seconds = step(decode, none, running) / accepted
        inside = rate_most * output * seconds
        running = xp.maximum(xp.minimum(xp.minimum(concurrency, inside) / ranks, fits), 1.0 / decode.dp)
    tpot = step(decode, none, running) / accepted
    decoding = xp.minimum(running * ranks, rate_most * output * tpot)
    rate = decoding / (output * tpot)
    queued = xp.maximum(concurrency - decoding, 0.0) / xp.maximum(rate, 1e-12)
    moved = cache_bytes_per_sequence(xp, model, decode, formats, prompt) / chip.network
    ahead = (0.5 * scheduler.wave + scheduler.queue) * xp.maximum(concurrency - 1.0, 0.0)
    ttft = (xp.maximum(alone + moved, queued) + ahead / rate_most + tpot + scheduler.request_s
            + scheduler.token_s * prompt + scheduler.withheld * tpot)
    return SplitServed(ttft, tpot, tpot, alone, decoding / ranks, fits, queued, rate / rate_most)
