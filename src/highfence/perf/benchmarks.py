"""What the bench times: one serving estimate, many in one call, and one training iteration."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from typing import Any

import numpy as np

from highfence.perf.calibration import shipped_calibration
from highfence.perf.inference.bulk import group_questions, serve_groups
from highfence.perf.inference.estimate import ask, predict, tables_of
from highfence.perf.inference.question import Question
from highfence.perf.intervals import spreads

SITUATIONS = 256
"""Different questions that one closure goes through, so that nothing can be remembered."""


def situations(n: int) -> list[Question]:
    """Return ``n`` different questions: a mixture model on eight H200 with tensor parallelism, at many loads."""
    return [ask("H200", "qwen3-235b-a22b", prompt=512 + 8 * (i % 512), output=128 + 4 * (i // 512 % 256),
                concurrency=1 + i % 256, tp=8, precision="fp8") for i in range(n)]


def single_estimate() -> Callable[[], object]:
    """Return one serving estimate: TTFT, TPOT, memory fit, breakdown and intervals."""
    questions = cycle(situations(SITUATIONS))
    return lambda: predict(next(questions))


def bulk_estimates(n: int) -> Callable[[], object]:
    """Return ``n`` serving estimates in one call: TTFT, TPOT, memory fit and intervals, as columns."""
    few = situations(min(n, 4096))
    questions = [few[i % len(few)] for i in range(n)]
    groups = group_questions(questions)
    tables = tables_of(None)
    ttft_spread, tpot_spread = spreads(shipped_calibration(), "nvidia-h200-sxm", 0.0)

    def run() -> dict[str, Any]:
        found = serve_groups(groups, n, tables=tables)
        ends = {f"{name}_{end}": found[f"{name}_s"] * getattr(spread, end)
                for name, spread in (("ttft", ttft_spread), ("tpot", tpot_spread)) for end in ("low", "high")}
        return {**found, **ends, "fits_whole": np.asarray(found["fits"] >= 1.0)}

    return run


def training_estimate() -> Callable[[], object]:
    """Return one training iteration: GPT-3 175B on 64 A100, tensor 8, pipeline 8, batch 64, full recomputation."""
    from highfence.perf.machine import machine_of
    from highfence.perf.shape import shape_of
    from highfence.perf.train.iteration import accelerator_from, train_step
    from highfence.perf.train.plan import TrainingPlan

    model, chip = shape_of("gpt-3-175b"), accelerator_from(machine_of("A100 SXM 80GB"))
    plan = TrainingPlan(tp=8, pp=8, recompute="full", software="megatron-2022")
    return lambda: train_step(model, chip, plan, batch=64, sequence=2048, micro_batch=1)
