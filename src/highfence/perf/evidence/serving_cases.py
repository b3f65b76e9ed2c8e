"""Serving predictions beside measured runs that no fit has seen.

Runs are left out by whole configuration (chip, model, program, formats, split), and by chip. Beside each figure
stands a plain regression tree on the same features under the same split.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.perf.calibration import Calibration, shipped_calibration
from highfence.perf.fitting.serving import Run, fit_serving, read_runs
from highfence.perf.rows.answers import serve_questions

FOLDS = 5
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """Logarithms of predicted over measured times of some left-out runs.

    Attributes
    ----------
    tree_ttft, tree_tpot : the same of a regression tree; empty where no tree could be grown.
    """

    runs: tuple[Run, ...]
    ttft: Array
    tpot: Array
    tree_ttft: Array = field(default_factory=lambda: np.empty(0))
    tree_tpot: Array = field(default_factory=lambda: np.empty(0))

    def where(self, test: Callable[[Run], bool]) -> Outcome:
        """Return the part of the runs that pass a test."""
        keep = np.array([test(r) for r in self.runs], dtype=bool)
        trees = (self.tree_ttft[keep], self.tree_tpot[keep]) if len(self.tree_ttft) else (self.tree_ttft,
                                                                                          self.tree_tpot)
        return Outcome(tuple(r for r, k in zip(self.runs, keep) if k), self.ttft[keep], self.tpot[keep], *trees)


def median_error(logs: Array) -> float:
    """Return the median absolute relative error of logarithms of ours over theirs.

    >>> round(median_error(np.log(np.array([1.1, 0.9, 1.2]))), 3)
    0.1
    """
    return float(np.median(np.abs(np.expm1(logs)))) if len(logs) else float("nan")


def fold_of(configuration: str) -> int:
    """Return the fold of a configuration: by hash, so that it never depends on the other rows."""
    return int(sha256(configuration.encode()).hexdigest(), 16) % FOLDS


def predicted(runs: Sequence[Run], calibration: Calibration) -> tuple[Array, Array]:
    """Return the logarithms of predicted over measured TTFT and TPOT."""
    served = serve_questions([r.question for r in runs], calibration)
    with np.errstate(all="ignore"):
        return (np.log(served["ttft_s"]) - np.log([r.ttft_s for r in runs]),
                np.log(served["tpot_s"]) - np.log([r.tpot_s for r in runs]))


def left_out(runs: Sequence[Run], test: Callable[[Run], bool], apart: Sequence[Run] = ()) -> tuple[Outcome,
                                                                                                   Outcome | None]:
    """Return what a fit to the other runs says of those that pass a test.

    Parameters
    ----------
    apart : runs over separate pools, predicted by the same calibration without being fitted.
    """
    kept, out = [r for r in runs if not test(r)], [r for r in runs if test(r)]
    calibration = fit_serving(kept, shipped_calibration(), rounds=40)
    trees = tree_errors(kept, out)
    pools = [r for r in apart if test(r)]
    return (Outcome(tuple(out), *predicted(out, calibration), *trees),
            Outcome(tuple(pools), *predicted(pools, calibration)) if pools else None)


def by_configuration(runs: Sequence[Run]) -> Outcome:
    """Return predictions of every run by a fit that had no run of its configuration."""
    return bare([left_out(runs, lambda r, k=k: fold_of(r.configuration) == k)[0] for k in range(FOLDS)])  # type: ignore[misc]


def by_chip(runs: Sequence[Run], apart: Sequence[Run] = ()) -> dict[str, tuple[Outcome, Outcome | None]]:
    """Return, chip by chip, predictions by a fit that had no run of that chip."""
    chips = sorted({r.question.machine.id for r in runs})
    return {chip: left_out(runs, lambda r, c=chip: r.question.machine.id == c, apart) for chip in chips}  # type: ignore[misc]


def formats_seen(kept: Sequence[Run]) -> set[tuple[int, int]]:
    """Return the pairs of formats, dense and expert, that some runs use."""
    return {_formats(r) for r in kept}


def _formats(run: Run) -> tuple[int, int]:
    return run.question.dense, run.question.experts if run.question.shape.experts else -1


def format_known(runs: Sequence[Run], chip: str) -> Callable[[Run], bool]:
    """Return a test: whether runs on other chips used a run's formats."""
    seen = formats_seen([r for r in runs if r.question.machine.id != chip])
    return lambda run: _formats(run) in seen


def tree_errors(kept: Sequence[Run], out: Sequence[Run]) -> tuple[Array, Array]:
    """Return the logarithms of a regression tree's TTFT and TPOT over the measured; empty without scikit-learn."""
    try:
        from sklearn.tree import DecisionTreeRegressor
    except ImportError:
        return np.empty(0), np.empty(0)
    features, unseen = (np.array([_features(r) for r in some]) for some in (kept, out))
    errors = []
    for name in ("ttft_s", "tpot_s"):
        tree = DecisionTreeRegressor(min_samples_leaf=2, random_state=0)
        tree.fit(features, np.log([getattr(r, name) for r in kept]))
        errors.append(tree.predict(unseen) - np.log([getattr(r, name) for r in out]))
    return errors[0], errors[1]


def _features(run: Run) -> list[float]:
    """Return what a row says, as numbers: the data sheet, the model, the program, the split and the load."""
    q, s, m = run.question, run.question.serving, run.question.machine
    return [m.peaks["16"], m.bandwidth, m.memory, m.link, q.shape.parameters, q.shape.active_parameters, q.shape.layers,
            q.shape.hidden, float(q.profile), float(q.dense), float(q.experts), q.cache, q.prompt, q.output,
            q.concurrency,
            s.tp, s.dp, s.ep, s.expert_tp, float(q.drafted)]


def bare(outcomes: Sequence[Outcome]) -> Outcome:
    """Return several outcomes as one, with their trees where all have one."""
    trees = all(len(o.tree_ttft) for o in outcomes)
    names = ("ttft", "tpot", "tree_ttft", "tree_tpot") if trees else ("ttft", "tpot")
    return Outcome(tuple(r for o in outcomes for r in o.runs),
                   *(np.concatenate([getattr(o, n) for o in outcomes]) for n in names))


def spread_curves(configuration: Outcome, chips: Sequence[Outcome], apart: Sequence[Outcome]) -> dict[str, dict[str,
                                                                                                                float]]:
    """Return the 10 % and 90 % quantiles of ``log(measured / predicted)`` for the calibration's spreads."""
    def ends(outcome: Outcome) -> dict[str, float]:
        trusted = np.array([r.ttft_trusted for r in outcome.runs])
        found: dict[str, Any] = {}
        for name, logs in (("ttft", outcome.ttft[trusted]), ("tpot", outcome.tpot)):
            some = -logs[np.isfinite(logs)]
            found[f"{name}_low"], found[f"{name}_high"] = (float(v) for v in np.quantile(some, [0.1, 0.9]))
        return found

    pools = bare(apart)
    return {"spread.configuration": ends(configuration), "spread.chip": ends(bare(chips)),
            "spread.disaggregated": ends(pools.where(lambda r: r.question.serving.workers > 0)),
            "spread.disaggregated-unstated": ends(pools.where(lambda r: r.question.serving.workers == 0))}


def measured_runs(data: Path) -> tuple[list[Run], list[Run], dict[str, int]]:
    """Return the runs together and apart of the table under a folder of measurements, and what was dropped."""
    path = data / "measured" / "aiconfigurator" / "serving.csv"
    together, dropped = read_runs(path)
    apart, more = read_runs(path, "disagg")
    for why, count in more.items():
        dropped[why] = dropped.get(why, 0) + count
    return together, apart, dropped
