"""Published training figures beside their predictions: with the shipped curves, and with each source left out.

The fits that never saw a family ship as ``data/left_out/training.json``, so that its prediction needs no fitting.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from math import log
from pathlib import Path
from statistics import median

from highfence.core.arrays import FLOATS
from highfence.core.errors import HighfenceError
from highfence.perf.calibration import DATA, Calibration, shipped_calibration
from highfence.perf.evidence.published_training import PublishedTraining, Unanswered, question_as_run, read_published
from highfence.perf.machine import machine_of
from highfence.perf.train.iteration import accelerator_from, train_step
from highfence.perf.train.work import model_flops

LEFT_OUT = DATA / "left_out" / "training.json"
"""Values of every fitted curve, by the family that their fit never saw."""

JUDGES = ("korthikanti-2022",)
"""Families that no fit ever sees."""


@dataclass(frozen=True, slots=True)
class TrainingCase:
    """One published figure beside its prediction, in tokens/s per chip.

    Attributes
    ----------
    low, high : 80 % interval around ``ours``. used_to_fit : whether the calibration saw its family.
    plan : what was taken for what the source leaves unsaid.
    """

    id: str
    family: str
    chip: str
    model: str
    ours: float
    theirs: float
    low: float
    high: float
    used_to_fit: bool
    source: str = ""
    plan: str = ""

    @property
    def error(self) -> float:
        """Relative error of the prediction."""
        return self.ours / self.theirs - 1.0


@dataclass(frozen=True, slots=True)
class TrainingCases:
    """Every row of a table: answered or not."""

    cases: tuple[TrainingCase, ...]
    unanswered: tuple[Unanswered, ...] = ()


def case_of(question: PublishedTraining, calibration: Calibration, used_to_fit: bool) -> TrainingCase:
    """Return the prediction of a question.

    Raises
    ------
    InputError, NoAnswer : as :func:`train_step`.
    """
    plan, micro = question_as_run(question, calibration)
    step = train_step(question.model, accelerator_from(machine_of(question.chip)), plan, batch=question.batch,
                      sequence=question.sequence, micro_batch=micro, precision=question.precision,
                      calibration=calibration, check_memory=False)
    rate = step.tokens_per_second_per_chip
    return TrainingCase(question.id, question.family, question.chip, question.model.id, rate, question.rate,
                        rate * step.seconds / step.high, rate * step.seconds / step.low, used_to_fit, question.source,
                        f"recompute {plan.recompute}, micro-batch {micro}")


def training_cases(data: Path, calibration: Calibration | None = None, *,
                   unseen: Iterable[str] = JUDGES) -> TrainingCases:
    """Return every published training figure in a folder of measurements beside its prediction.

    Parameters
    ----------
    data : folder of the shared tables, which holds ``measured/published.csv``.
    unseen : families that the calibration was not fitted to.
    """
    calibration, fresh = calibration or shipped_calibration(), set(unseen)
    questions, failed = read_published(data)
    cases: list[TrainingCase] = []
    for question in questions:
        try:
            cases.append(case_of(question, calibration, question.family not in fresh))
        except HighfenceError as error:
            failed.append(Unanswered(question.id, str(error).splitlines()[0]))
    return TrainingCases(tuple(cases), tuple(failed))


@cache
def left_out_values() -> dict[str, dict[str, dict[str, float]]]:
    """Return the values of every fitted curve, by the family that their fit never saw."""
    found: dict[str, dict[str, dict[str, float]]] = json.loads(LEFT_OUT.read_text(encoding="utf-8"))
    return found


def left_out_cases(data: Path, values: Mapping[str, Mapping[str, Mapping[str, float]]] | None = None,
                   ) -> list[TrainingCase]:
    """Return every published run predicted by a fit that never saw its family, with an interval from the others.

    The interval of a family holds the middle 80 % of the errors of all other families.
    """
    values = values or left_out_values()
    cases: list[TrainingCase] = []
    for question in read_published(data)[0]:
        found = {} if question.family in JUDGES else values.get(question.family)
        if found is None:
            continue
        try:
            cases.append(case_of(question, shipped_calibration().replaced(found), False))
        except HighfenceError:
            continue
    return [with_interval(case, cases) for case in cases]


def plain_cases(data: Path) -> list[TrainingCase]:
    """Return every published rate as a plain look-up gives it: the median use of the peak in all other families.

    ``rate = peak * median(rate * FLOPs per token / peak)``
    """
    used: list[tuple[PublishedTraining, float, float]] = []
    for q in read_published(data)[0]:
        peak = machine_of(q.chip).peaks["fp8" if q.precision == "fp8" else "16"]
        each = model_flops(FLOATS, q.model, float(q.sequence)) / q.sequence
        used.append((q, peak / each, q.rate * each / peak))
    cases = []
    for q, most, _ in used:
        others = sorted(share for other, _, share in used if other.family != q.family)
        low, middle, high = (others[int(at * (len(others) - 1))] for at in (0.1, 0.5, 0.9))
        cases.append(TrainingCase(q.id, q.family, q.chip, q.model.id, most * middle, q.rate, most * low, most * high,
                                  False, q.source, "median use of the peak in other families"))
    return cases


def with_interval(case: TrainingCase, cases: list[TrainingCase]) -> TrainingCase:
    """Return a case with the interval that the errors of all other families suggest."""
    low, high = spread_of([c for c in cases if c.family != case.family])
    return replace(case, low=case.ours * low, high=case.ours * high)


def spread_of(cases: list[TrainingCase]) -> tuple[float, float]:
    """Return published over predicted rate at the tenth and ninetieth percentile.

    Rows of one family with the same model and chip are nearly copies: together they weigh as one.
    """
    many = Counter((case.family, case.model, case.chip) for case in cases)
    ratios = sorted((case.theirs / case.ours, 1.0 / many[case.family, case.model, case.chip]) for case in cases)
    total = sum(weight for _, weight in ratios)
    return _quantile(ratios, 0.1 * total), _quantile(ratios, 0.9 * total)


def _quantile(ratios: list[tuple[float, float]], at: float) -> float:
    passed = 0.0
    for ratio, weight in ratios:
        passed += weight
        if passed >= at:
            return ratio
    return ratios[-1][0]


def interval_score(cases: list[TrainingCase]) -> float:
    """Return the mean interval score of 80 % intervals in logarithms: their width, and ten times each miss.

    ``(high - low) + 2 / 0.2 * (low - theirs, or theirs - high, where outside)`` (Gneiting and Raftery 2007).
    """
    total = 0.0
    for case in cases:
        low, high, theirs = log(case.low), log(case.high), log(case.theirs)
        total += high - low + 10.0 * max(low - theirs, 0.0) + 10.0 * max(theirs - high, 0.0)
    return total / len(cases)


def summary(cases: list[TrainingCase]) -> Mapping[str, float]:
    """Return median absolute error, coverage, interval score and number of rows."""
    covered = sum(case.low <= case.theirs <= case.high for case in cases) / len(cases)
    return {"median_error": median(abs(case.error) for case in cases), "covered": covered,
            "interval_score": interval_score(cases), "n": float(len(cases))}
