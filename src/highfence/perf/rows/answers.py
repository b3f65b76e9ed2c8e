"""Answers to a table of serving questions, in its order: TTFT and TPOT with 80 % intervals, grade and reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.perf.calibration import Calibration, shipped_calibration
from highfence.perf.inference.bulk import group_questions, serve_groups
from highfence.perf.inference.question import Question
from highfence.perf.intervals import spreads
from highfence.perf.rows.pools import serve_split_rows
from highfence.perf.rows.questions import read_questions
from highfence.perf.vendors import gains_of

ADDED = ("ttft_ms", "tpot_ms", "ttft_low", "ttft_high", "tpot_low", "tpot_high", "grade", "reason")
"""Columns that an answer adds; times in milliseconds, grade of the evidence, and why there is no answer, or what an
answer took that the row does not say of its formats."""

LEAST_FIT = 0.9
"""Sequences that must fit on a rank: below one, none can be served; a little slack for what is assumed of the
memory."""


def answer_rows(rows: Sequence[Mapping[str, str]], calibration: Calibration | None = None) -> list[dict[str, Any]]:
    """Return the columns to add to each row, in order.

    Examples
    --------
    >>> row = {"model_path": "llama-3.1-70b", "system": "h20", "backend": "vllm", "isl": "1024", "osl": "128",
    ...        "batch_size": "16", "tp_size": "4", "gemm_quant_mode": "fp8"}
    >>> answer = answer_rows([row])[0]
    >>> answer["tpot_low"] < answer["tpot_ms"] < answer["tpot_high"], answer["grade"], answer["reason"]
    (True, 'fitted family', '')
    """
    calibration = calibration or shipped_calibration()
    questions, reasons = read_questions(rows)
    served = serve_questions(questions, calibration)
    ends = _ends(questions, served, calibration)
    answers = []
    for number, question in enumerate(questions):
        reason = reasons[number] or _no_answer(question, served, number)
        if reason or question is None:
            cells: tuple[Any, ...] = ("",) * (len(ADDED) - 1) + (reason,)
        else:
            cells = (*ends[number], gains_of(question.machine).evidence, "")
        answers.append(dict(zip(ADDED, cells)))
    return answers


def _ends(questions: Sequence[Question | None], served: dict[str, NDArray[np.float64]], calibration: Calibration,
          ) -> list[list[float]]:
    """Return the middles and the ends of the intervals of every question, milliseconds to six digits."""
    memo: dict[tuple[str, str], tuple[float, ...]] = {}

    def factors(q: Question | None) -> tuple[float, ...]:
        if q is None:
            return (np.nan,) * 4
        apart = "" if q.prefill is None else "disaggregated" if q.serving.workers else "disaggregated-unstated"
        key = (q.machine.id, apart)
        if key not in memo:
            ttft, tpot = spreads(calibration, q.machine.id, gains_of(q.machine).spread, apart=key[1])
            memo[key] = (ttft.low, ttft.high, tpot.low, tpot.high)
        return memo[key]

    ttft, tpot = served["ttft_s"] * 1e3, served["tpot_s"] * 1e3
    scale = np.array([factors(q) for q in questions]).reshape(-1, 4)
    table = np.stack([ttft, tpot, ttft * scale[:, 0], ttft * scale[:, 1], tpot * scale[:, 2], tpot * scale[:, 3]],
                     axis=1)
    with np.errstate(all="ignore"):
        places = 10.0 ** (5.0 - np.floor(np.log10(np.abs(table))))
        rows: list[list[float]] = (np.round(table * places) / places).tolist()
    return rows


def serve_questions(questions: Sequence[Question | None], calibration: Calibration,
                    ) -> dict[str, NDArray[np.float64]]:
    """Return TTFT, TPOT and what fits of every question, pools apart or not, NaN where there is none."""
    together = [q if q is not None and q.prefill is None else None for q in questions]
    found = serve_groups(group_questions(together), len(questions), calibration)
    apart = [n for n, q in enumerate(questions) if q is not None and q.prefill is not None]
    if apart:
        split = serve_split_rows([questions[n] for n in apart], calibration)  # type: ignore[misc]
        for name, values in split.items():
            if name in found:
                found[name][apart] = values
    return found


def _no_answer(question: Question | None, served: dict[str, NDArray[np.float64]], number: int) -> str:
    if question is None:
        return "no question"
    if served["fits"][number] < LEAST_FIT:
        return f"{question.shape.id} does not fit: no sequence has room beside the weights"
    values = served["ttft_s"][number], served["tpot_s"][number]
    return "" if all(np.isfinite(v) and v > 0 for v in values) else "no finite time"
