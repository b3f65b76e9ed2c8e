"""Answers to a table of serving questions, in its order: TTFT and TPOT with 80 % intervals, grade and reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.perf.bulk import group_questions, serve_groups
from highfence.perf.calibration import Calibration, shipped_calibration
from highfence.perf.intervals import spreads
from highfence.perf.rows import Question, read_questions
from highfence.perf.split_rows import serve_split_rows
from highfence.perf.vendors import gains_of

ADDED = ("ttft_ms", "tpot_ms", "ttft_low", "ttft_high", "tpot_low", "tpot_high", "grade", "reason")
"""Columns that an answer adds; times in milliseconds, grade of the evidence, and why there is no answer."""

LEAST_FIT = 0.9
"""Sequences that must fit on a rank: below one, none can be served; a little slack for what is assumed of the memory."""


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
    answers = []
    for number, question in enumerate(questions):
        reason = reasons[number] or _no_answer(question, served, number)
        answers.append({**dict.fromkeys(ADDED, ""), "reason": reason} if reason or question is None
                       else _answer(question, served, number, calibration))
    return answers


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


def _answer(q: Question, served: dict[str, NDArray[np.float64]], number: int, calibration: Calibration) -> dict[str, Any]:
    gains = gains_of(q.machine)
    ttft, tpot = served["ttft_s"][number] * 1e3, served["tpot_s"][number] * 1e3
    for_ttft, for_tpot = spreads(calibration, q.machine.id, gains.spread, apart=q.prefill is not None)
    return {"ttft_ms": _rounded(ttft), "tpot_ms": _rounded(tpot), "ttft_low": _rounded(ttft * for_ttft.low),
            "ttft_high": _rounded(ttft * for_ttft.high), "tpot_low": _rounded(tpot * for_tpot.low),
            "tpot_high": _rounded(tpot * for_tpot.high), "grade": gains.evidence, "reason": ""}


def _rounded(value: float) -> float:
    """Return a value to six significant digits."""
    return float(f"{value:.6g}")
