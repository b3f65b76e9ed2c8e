"""Rows of a table whose prompts and tokens are served by separate pools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.perf.calibration import Calibration
from highfence.perf.inference.bulk import columns_of, parts_of
from highfence.perf.inference.disaggregated import serve_split
from highfence.perf.inference.question import Question
from highfence.perf.inference.step import Split
from highfence.perf.inference.tables import Tables

UNSAID = {"requests": 8.0, "power": 0.3, "faster": 1.25, "most": 10.0}
"""Decode workers where a table does not say: ``(concurrency / requests) ** power``, at most ``most``; and how much
quicker
than by one token a step such runs are on the whole, since the table mixes those that propose tokens ahead with those
that do not. Chosen on the runs of the public table; intervals are as wide as that leaves them."""


def workers_of(q: Question) -> tuple[float, float]:
    """Return prefill and decode workers: as stated, else by :data:`UNSAID`."""
    assert q.prefill is not None
    guess = min(max((q.concurrency / UNSAID["requests"]) ** UNSAID["power"], 1.0), UNSAID["most"])
    decode = q.serving.workers or guess
    return q.prefill.workers or max(1.0, round(decode / 2.0)), decode


def serve_split_rows(questions: Sequence[Question], calibration: Calibration) -> dict[str, NDArray[np.float64]]:
    """Return the means of disaggregated rows, shape (n,)."""
    tables = Tables(calibration)
    names = ("ttft_s", "tpot_s", "decode_s", "prompt_s", "running", "fits", "waiting_s")
    found = {name: np.full(len(questions), np.nan) for name in names}
    groups: dict[str, list[int]] = {}
    for number, question in enumerate(questions):
        groups.setdefault(question.shape.id, []).append(number)
    for rows in groups.values():
        some = [questions[n] for n in rows]
        each = [columns_of(q) for q in some]
        c: dict[str, Any] = {name: np.array([row[name] for row in each]) for name in each[0]}
        split, chip, formats, curves, over, scheduler = parts_of(some[0].shape, c, tables, np)
        pools = np.array([(p.tp, p.dp, p.expert_tp, p.ep, p.pp) for q in some if (p := q.prefill) is not None])
        workers = np.array([workers_of(q) for q in some])
        spec = tables.speculation
        drafts = c["drafted"] > 0
        with np.errstate(all="ignore"):
            served = serve_split(np, some[0].shape, chip, Split(*pools.T), split, formats, curves, over, scheduler,
                                 prompt=c["prompt"], output=c["output"], concurrency=c["concurrency"],
                                 prefill_workers=workers[:, 0], decode_workers=workers[:, 1], capacity=c["memory"],
                                 drafted=np.where(drafts, spec["drafted"], 1.0),
                                 accepted=np.where(drafts, spec["accepted"],
                                                   [1.0 if q.serving.workers else UNSAID["faster"] for q in some]))
        for name in names:
            found[name][rows] = getattr(served, name)
    return found
