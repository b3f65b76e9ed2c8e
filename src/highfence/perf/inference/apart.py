"""One question of serving with prompts and tokens on separate pools of chips, answered on plain floats.

>>> answer = serving_apart("H20", "llama-3.1-70b", prompt=4096, output=512, concurrency=64,
...                        prefill={"tp": 4, "workers": 2}, decode={"tp": 4, "workers": 2})
>>> answer.chips, answer.split["workers"]
(16, 2)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from highfence.core.arrays import FLOATS
from highfence.core.errors import InputError, NoAnswer, did_you_mean
from highfence.core.labels import Label
from highfence.perf.calibration import Calibration, shipped_calibration
from highfence.perf.energy import HIGH, LOW, busy_power, mean_power
from highfence.perf.inference.bulk import columns_of, parts_of
from highfence.perf.inference.closed_loop import Served
from highfence.perf.inference.disaggregated import serve_split
from highfence.perf.inference.estimate import NO_ROOM, ask, memory_use, prediction_of, tables_of
from highfence.perf.inference.question import Question, Side
from highfence.perf.inference.step import Split
from highfence.perf.intervals import spreads
from highfence.perf.machine import Machine
from highfence.perf.prediction import Estimate, Prediction
from highfence.perf.shape import ModelShape
from highfence.perf.splits import MAX_CHIPS
from highfence.perf.vendors import gains_of

POOL = {"tp": 1, "dp": 1, "ep": None, "workers": 1}
"""What a pool says of itself, and what it is where it does not: ranks of each split, and how many replicas."""


BEHIND = Label("The prefill workers cannot keep up with so many requests: some wait for them.",
               "预填充实例跟不上这么多并发请求，部分请求需等待。")


def serving_apart(chip: str | Machine, model: str | ModelShape, *, prefill: Mapping[str, int],
                  decode: Mapping[str, int], prompt: float = 1024, output: float = 1024, concurrency: float = 32,
                  calibration: Calibration | None = None, **formats: Any) -> Prediction:
    """Return what a chip does with a load when prompts and tokens are served by separate pools.

    Parameters
    ----------
    prefill, decode : each pool: ``tp, dp, ep`` of one replica, and ``workers``, its replicas.
    formats : ``precision, kv, software, system, emulate`` as in :func:`~highfence.perf.inference.estimate.ask`.

    Raises
    ------
    InputError, NoAnswer : as :func:`~highfence.perf.inference.estimate.serving`, for either pool.
    """
    pools = {name: _pool(name, given) for name, given in (("--prefill", prefill), ("--decode", decode))}
    asked = {}
    for name, pool in pools.items():
        with _naming(name):
            asked[name] = ask(chip, model, prompt=prompt, output=output, concurrency=concurrency,
                              **{k: v for k, v in pool.items() if k != "workers"}, **formats)
    sides = {name: replace(q.serving, workers=float(pools[name]["workers"])) for name, q in asked.items()}
    question = replace(asked["--decode"], serving=sides["--decode"], prefill=sides["--prefill"])
    return _predict(question, sides["--prefill"], calibration or shipped_calibration())


def _pool(where: str, given: Mapping[str, int]) -> dict[str, Any]:
    """Return a pool's fields, checked."""
    for name in given:
        if name not in POOL:
            raise InputError("no such field of a pool", where=where, got=name, expected=", ".join(POOL),
                             hint=did_you_mean(name, POOL), example="tp=8,workers=2")
    pool = {**POOL, **given}
    workers = pool["workers"]
    if isinstance(workers, bool) or not isinstance(workers, int) or not 1 <= workers <= MAX_CHIPS:
        raise InputError("workers must be a whole number", where=where, got=workers,
                         expected=f"1 to {MAX_CHIPS:,}", example="tp=8,workers=2")
    return pool


@contextmanager
def _naming(pool: str) -> Iterator[None]:
    """Let an error about a split name the pool whose split it is: ``--prefill tp=4`` for ``--tp 4``."""
    def named(text: str | None) -> str | None:
        return text and re.sub(r"--(tp|pp|dp|ep) (\d+)", rf"{pool} \1=\2", text)

    try:
        yield
    except InputError as problem:
        if problem.where in {"--tp", "--pp", "--dp", "--ep"}:
            problem.where, problem.hint = f"{pool} {problem.where[2:]}", named(problem.hint)
        raise
    except NoAnswer as problem:
        problem.what, problem.would_change = f"{pool} {problem.what}", named(problem.would_change)
        raise


def read_pool(text: str, where: str) -> dict[str, int]:
    """Read ``tp=8,workers=2``.

    >>> read_pool("tp=8, workers=2", "--prefill")
    {'tp': 8, 'workers': 2}

    Raises
    ------
    InputError : not ``name=whole number`` pairs, or a name twice.
    """
    found: dict[str, int] = {}
    for part in text.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not name or not equals or not value.isascii() or not value.isdigit() or len(value) > 15 or name in found:
            raise InputError("not name=number", where=where, got=part.strip()[:60], expected=", ".join(POOL),
                             example="tp=8,workers=2")
        found[name] = int(value)
    return found


def _predict(q: Question, prefill: Side, calibration: Calibration) -> Prediction:
    columns = columns_of(q)
    parts = parts_of(q.shape, columns, tables_of(None if calibration is shipped_calibration() else calibration), FLOATS)
    decode, chip, formats, curves, over, scheduler = parts
    each = replace(q, concurrency=q.concurrency / q.serving.workers)
    with _naming("--decode"):
        fit = memory_use(each, formats, decode)
    with _naming("--prefill"):
        memory_use(replace(q, serving=prefill, concurrency=1.0), formats, _split(prefill))
    s = serve_split(FLOATS, q.shape, chip, _split(prefill), decode, formats, curves, over, scheduler, prompt=q.prompt,
                    output=q.output, concurrency=q.concurrency, prefill_workers=prefill.workers,
                    decode_workers=q.serving.workers, capacity=columns["memory"])
    served = Served(s.ttft_s, s.tpot_s, s.decode_s, s.prompt_s, s.running, s.fits, s.waiting_s)
    one = prediction_of(each, served, fit, parts, calibration,
                        spreads(calibration, q.machine.id, gains_of(q.machine).spread, "disaggregated"))
    chips = int(q.serving.tp * q.serving.dp * q.serving.workers + prefill.tp * prefill.dp * prefill.workers)
    waiting = tuple(label for label, true in ((BEHIND, s.busy > 0.999), (NO_ROOM, s.running >= 0.999 * s.fits)) if true)
    warnings = (*(w for w in one.warnings if w is not NO_ROOM), *waiting)
    total = one.throughput.scaled(q.serving.workers, "tokens/s")
    return replace(one, chips=chips, concurrency=q.concurrency, running=min(q.concurrency, s.running * q.serving.dp
                                                                           * q.serving.workers),
                   throughput=total, per_chip=total.scaled(1.0 / chips, "tokens/s"),
                   requests_per_s=total.value / q.output,
                   energy=_energy(q, prefill, one, total, s.busy), warnings=warnings,
                   split={**one.split, "workers": int(q.serving.workers), "prefill_tp": int(prefill.tp),
                          "prefill_dp": int(prefill.dp), "prefill_ep": int(prefill.ep),
                          "prefill_workers": int(prefill.workers)})


def _split(side: Side) -> Split:
    return Split(side.tp, side.dp, side.expert_tp, side.ep, side.pp)


def _energy(q: Question, prefill: Side, one: Prediction, total: Estimate, busy: float) -> Estimate | None:
    """Return joules an output token of both pools; the prompts' chips work for the share ``busy`` of the time."""
    prompts = busy_power(q.machine, one.steps[1])
    if one.power is None or prompts is None or q.machine.power is None:
        return None
    decoding = one.power.value * q.serving.tp * q.serving.dp * q.serving.workers
    filling = mean_power(q.machine.power, prompts, min(busy, 1.0)) * prefill.tp * prefill.dp * prefill.workers
    watts = decoding + filling
    return Estimate(watts / total.value, watts * LOW / total.high, watts * HIGH / total.low, "J")
