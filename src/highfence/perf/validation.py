"""The room's evidence: every figure that its bars ask for, recomputed from the measurements.

Nothing here is stored: fits are made anew without what they are scored on. The measurements do not ship; they are
read from the folder that ``HIGHFENCE_SHARED_DATA`` names, or from the one given.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

import numpy as np

from highfence.core.errors import InputError
from highfence.perf.evidence import kernel_cases as kernels
from highfence.perf.evidence import published_serving as published
from highfence.perf.evidence import serving_cases as serving
from highfence.perf.evidence import training_cases as training
from highfence.perf.evidence.eager_cases import eager_cases
from highfence.perf.evidence.neusight_cases import neusight_cases
from highfence.perf.fitting.serving import Run

HOPPER = ("nvidia-h100-sxm", "nvidia-h200-sxm")
BLACKWELL = "nvidia-b200"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One figure with its bar.

    Attributes
    ----------
    test : what is predicted. split : what the fit had not seen. measure : what ``ours`` is. n : rows behind it.
    tree : a plain regression tree's figure on the same split, None where none was grown. at_least : whether the bar
        is a
    floor rather than a ceiling; a pair of bars is a range. best_peer : what others reach.
    """

    test: str
    split: str
    measure: str
    n: int
    ours: float
    bar: float | None = None
    tree: float | None = None
    best_peer: str = ""
    note: str = ""
    floor: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the bar is kept; None where there is none."""
        if self.bar is None and self.floor is None:
            return None
        return (self.bar is None or self.ours < self.bar) and (self.floor is None or self.ours >= self.floor)


def data_folder(given: Path | None = None) -> Path:
    """Return the folder of measurements.

    Raises
    ------
    InputError : none there.
    """
    named = given or (Path(os.environ["HIGHFENCE_SHARED_DATA"]) if os.environ.get("HIGHFENCE_SHARED_DATA") else None)
    if named is None or not (named / "measured").is_dir():
        raise InputError("no measurements to validate against", where="--data", got=str(named) if named else None,
                         expected="a folder that holds measured/", hint="set HIGHFENCE_SHARED_DATA, or give --data")
    return named


def has_data(given: Path | None = None) -> bool:
    """Whether there are measurements to validate against."""
    try:
        data_folder(given)
    except InputError:
        return False
    return True


@dataclass(frozen=True)
class Findings:
    """All figures, and measured against predicted times for a chart.

    Attributes
    ----------
    points : chip, model, measured and predicted TPOT in ms, of runs whose configuration the fit had not seen.
    dropped : rows of measurements left out, by reason.
    """

    evidence: tuple[Evidence, ...]
    points: tuple[tuple[str, str, float, float], ...]
    dropped: tuple[tuple[str, int], ...]


def findings(data: Path) -> Findings:
    """Return every figure; minutes on two cores, most of them for fits without what they are scored on."""
    together, apart, dropped = serving.measured_runs(data)
    out = serving.by_configuration(together)
    chips = serving.by_chip(together, apart)
    rows = [*_eager(data), *_training(data), *_configuration(out), *_chips(together, chips), *_apart(apart, chips),
            *_kernels(data), *_neusight(data), *_published(data)]
    points = tuple((r.question.machine.id, r.question.shape.id, r.tpot_s * 1e3, float(r.tpot_s * 1e3 * np.exp(error)))
                   for r, error in zip(out.runs, out.tpot))
    return Findings(tuple(rows), points, tuple(sorted(dropped.items())))


def _eager(data: Path) -> list[Evidence]:
    return [Evidence(c.name, c.split, "error", c.n, c.error, c.bar, best_peer=c.peer) for c in eager_cases(data)]


def _training(data: Path) -> list[Evidence]:
    judges = [c for c in training.training_cases(data).cases if not c.used_to_fit]
    errors = [abs(c.error) for c in judges]
    peer = "calculon 3.65 %, at most 8.87 %"
    note = "never in a fit, but looked at while the model was made"
    return [Evidence("Megatron on A100, iteration times", "family left out", "mean error", len(errors), mean(errors),
                     0.035, best_peer=peer, note=note),
            Evidence("Megatron on A100, iteration times", "family left out", "largest error", len(errors), max(errors),
                     0.08, best_peer=peer, note=note)]


def _both(out: serving.Outcome, test: str, split: str, bars: tuple[float | None, float | None], peer: tuple[str, str],
          note: str = "") -> list[Evidence]:
    """Return the median errors of TPOT and TTFT of some left-out runs, a tree beside each."""
    trusted = np.array([r.ttft_trusted for r in out.runs], dtype=bool)
    trees = (serving.median_error(out.tree_tpot) if len(out.tree_tpot) else None,
             serving.median_error(out.tree_ttft[trusted]) if len(out.tree_ttft) else None)
    return [Evidence(test, split, "TPOT, median error", len(out.runs), serving.median_error(out.tpot), bars[0],
                     trees[0], peer[0], note),
            Evidence(test, split, "TTFT, median error", int(trusted.sum()), serving.median_error(out.ttft[trusted]),
                     bars[1], trees[1], peer[1], note)]


def _configuration(out: serving.Outcome) -> list[Evidence]:
    peers = ("aiconfigurator 17.3 % on its own rows", "aiconfigurator 50 % on its own rows")
    return [*_both(out, "serving, aggregated", "configuration left out", (0.08, 0.20), peers),
            *_coverage(out, "serving, aggregated", "configuration left out")]


def _coverage(out: serving.Outcome, test: str, split: str) -> list[Evidence]:
    """Return the share of runs inside intervals whose ends come from the other folds."""
    folds = np.array([serving.fold_of(r.configuration) for r in out.runs])
    found = []
    for name, logs in (("TPOT", -out.tpot), ("TTFT", -out.ttft)):
        inside = np.zeros(len(logs), dtype=bool)
        for fold in range(serving.FOLDS):
            low, high = np.quantile(logs[folds != fold], [0.1, 0.9])
            inside[folds == fold] = (logs[folds == fold] >= low) & (logs[folds == fold] <= high)
        found.append(Evidence(test, f"{split}; ends from other folds", f"{name}, inside the 80 % interval", len(logs),
                              float(inside.mean()), 0.90, floor=0.70))
    return found


def _chips(runs: Sequence[Run], chips: dict[str, tuple[serving.Outcome, serving.Outcome | None]],
           ) -> list[Evidence]:
    hopper = serving.bare([chips[c][0].where(serving.format_known(runs, c)) for c in HOPPER if c in chips])
    found = _both(hopper, "serving, aggregated: H100 from H200 and B200, and H200 from H100 and B200",
                  "chip left out", (0.12, 0.25), ("none", "none"), "formats that other chips have run")
    if BLACKWELL in chips:
        known = serving.format_known(runs, BLACKWELL)
        out = chips[BLACKWELL][0]
        found += _both(out.where(known), "serving, aggregated: B200 from Hopper", "chip left out", (None, None),
                       ("none", "none"), "formats that Hopper has run")
        found += _both(out.where(lambda r: not known(r)), "serving, aggregated: B200 from Hopper", "chip left out",
                       (None, None), ("none", "none"), "formats without any evidence, such as NVFP4")
    return found


def _apart(runs: Sequence[Run], chips: dict[str, tuple[serving.Outcome, serving.Outcome | None]],
           ) -> list[Evidence]:
    from highfence.perf.calibration import shipped_calibration

    everything = serving.Outcome(tuple(runs), *serving.predicted(runs, shipped_calibration()))
    left = serving.bare([out for _, out in chips.values() if out is not None])
    found = []
    for test, keep in _STATED:
        for out, split, bar, peer in ((everything, "no disaggregated run was fitted", 0.20, "a tree 40 %"),
                                      (left, "chip left out", 0.30, "a tree 41 %")):
            some = out.where(keep)
            found.append(Evidence(f"serving, disaggregated{test}", split, "TPOT, median error", len(some.runs),
                                  serving.median_error(some.tpot), bar, best_peer=peer))
    return found


_STATED: tuple[tuple[str, Callable[[Run], bool]], ...] = (
    ("", lambda r: True),
    (", workers stated", lambda r: r.question.serving.workers > 0),
    (", workers not stated", lambda r: r.question.serving.workers == 0))


def _kernels(data: Path) -> list[Evidence]:
    cases = kernels.kernel_cases(data)
    return [Evidence(c.name, c.split, "median error", c.n, c.error, c.bar, c.tree, c.peer) for c in cases]


def _neusight(data: Path) -> list[Evidence]:
    return [Evidence(c.name, c.split, "median error", c.n, c.error, c.bar, c.tree, c.peer)
            for c in neusight_cases(data)]


def _published(data: Path) -> list[Evidence]:
    trained = training.left_out_cases(data)
    plain = training.plain_cases(data)
    work = [c for c in published.published_cases(data) if c.ours is not None]
    family = "family left out"
    found = [_median("published training rows", family, trained, [abs(c.error) for c in plain],
                     "median use of the peak"),
             *_intervals("published training rows", family, trained, training.interval_score(plain))]
    rest = [c for c in trained if c.family not in {"mosaicml-llm-foundry", "korthikanti-2022"}]
    found.append(_median("published training rows, MosaicML and Megatron 2022 aside", family, rest, [], ""))
    every = published.summary("all", work)
    found += [Evidence("published serving, kernel and stream rows", family, "median error", every.n, every.error, 0.15,
                       best_peer=f"roofline {every.roofline_error:.1%}"),
              Evidence("published serving, kernel and stream rows", family, "inside the 80 % interval", every.n,
                       every.covered, 0.90, floor=0.70),
              Evidence("published serving, kernel and stream rows", family, "interval score", every.n, every.score,
                       every.roofline_score, best_peer=f"roofline {every.roofline_score:.2f}")]
    for s in published.by_family(work)[:-1]:
        found.append(Evidence(f"published rows: {s.family}", family, "median error", s.n, s.error,
                              best_peer=f"roofline {s.roofline_error:.1%}", note=f"{s.covered:.0%} inside"))
    return found


def _median(test: str, split: str, cases: Sequence[training.TrainingCase], plain: Sequence[float],
            name: str) -> Evidence:
    peer = f"{name} {median(plain):.1%}" if plain else ""
    return Evidence(test, split, "median error", len(cases), median(abs(c.error) for c in cases), 0.15, best_peer=peer)


def _intervals(test: str, split: str, cases: Sequence[training.TrainingCase], theirs: float) -> list[Evidence]:
    inside = mean(c.low <= c.theirs <= c.high for c in cases)
    return [Evidence(test, split, "inside the 80 % interval", len(cases), inside, 0.90, floor=0.70),
            Evidence(test, split, "interval score", len(cases), training.interval_score(list(cases)), theirs,
                     best_peer=f"constant efficiency {theirs:.2f}")]
