"""How well published figures of prefill, decode, static runs and kernels are predicted, each family left out.

The curves of serving never saw these figures. Three small things are fitted to them, every time without the family that
is scored: how much faster an isolated kernel is than the same kernel in serving (one number for 16-bit and one for
8-bit products, one for streams), what other vendors' software makes of their chips, and how wide an interval must be.
The roofline beside it has two constant efficiencies and the same rule for its intervals, fitted to the same other
families, to kernels and to whole runs apart: one pair for both would be a weaker rival.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import exp, inf, log, sqrt
from pathlib import Path
from statistics import mean, median

from highfence.perf.calibration import DATA, Calibration, Curve, shipped_calibration
from highfence.perf.evidence.published_rows import GROUPS, Figure, read_figures
from highfence.perf.fitting.vendors import BETWEEN, WITHIN, Prior, clustered, kernel_sightings, priors
from highfence.perf.fitting.write import write_curves
from highfence.perf.intervals import Z80

ERROR_BAR, COVERED_BAR = 0.15, (0.7, 0.9)
"""Bars: median absolute error, and share of the figures inside of 80 % intervals."""

FAMILIES = ("trtllm-docs", "infersim-e2e", "deepseek-prod", "sglang-h100", "kipply-2022", "stas-mamf", "flagperf",
            "llmcompass", "infersim-kernels", "babelstream", "azure", "deepseek-kernels")

POOLED = 1.0
"""How many families the pool of all groups weighs as, beside those that show a group's own scatter."""


@dataclass(frozen=True, slots=True)
class PublishedCase:
    """One published figure beside its prediction and that of a roofline, in the unit that it was published in.

    Attributes
    ----------
    low, high : 80 % interval of ``ours``. roofline, roofline_low, roofline_high : the same of the roofline.
    used_to_fit : whether anything behind ``ours`` saw the figure's family. reason : why there is no prediction.
    n : figures that the case stands for.
    """

    id: str
    family: str
    kind: str
    group: str
    chip: str
    ours: float | None
    low: float | None
    high: float | None
    theirs: float | None
    unit: str
    roofline: float | None = None
    roofline_low: float | None = None
    roofline_high: float | None = None
    n: int = 1
    used_to_fit: bool = False
    source: str = ""
    reason: str = ""

    @property
    def error(self) -> float | None:
        """Relative error of the prediction."""
        return None if self.ours is None or self.theirs is None else self.ours / self.theirs - 1.0

    @property
    def covered(self) -> bool | None:
        """Whether the figure lies inside of the interval."""
        if self.low is None or self.high is None or self.theirs is None:
            return None
        return self.low <= self.theirs <= self.high


# What is fitted, and to what ----------------------------------------------------------------------------------------

def corrections_of(figures: Iterable[Figure], leave_out: Collection[str] = ()) -> dict[str, float]:
    """Return the logarithm by topic of the seconds of NVIDIA's isolated kernels over what the curves say.

    The mean over families of each family's median; topics that no other family has are absent.
    """
    seen: dict[str, dict[str, list[float]]] = {}
    for f in figures:
        if f.topic and f.machine.vendor == "nvidia" and f.family not in leave_out:
            seen.setdefault(f.topic, {}).setdefault(f.family, []).append(log(f.seconds / f.ours_s))
    return {topic: mean(median(values) for values in families.values()) for topic, families in seen.items()}


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was fitted to all families but some: corrections by topic, and priors of vendors for compute and memory."""

    corrections: Mapping[str, float]
    compute: Mapping[str, Prior]
    memory: Mapping[str, Prior]

    def seconds(self, f: Figure) -> float:
        """Return the corrected prediction of a figure, seconds."""
        gain = self.gain(f)
        return f.ours_s * exp(self.corrections.get(f.topic, 0.0) - (gain.mean if gain else 0.0))

    def gain(self, f: Figure) -> Prior | None:
        """Return the vendor's prior that bears on a figure; None for NVIDIA's chips."""
        if f.machine.vendor == "nvidia":
            return None
        by_vendor = self.memory if f.bound == "memory" else self.compute
        return by_vendor.get(f.machine.vendor, by_vendor["other"])


def fitted(figures: Sequence[Figure], leave_out: Collection[str] = ()) -> Fitted:
    """Return what the figures of all families but some say."""
    kept = [f for f in figures if f.family not in leave_out]
    corrections = corrections_of(kept)
    compute, memory = (priors(clustered(kernel_sightings(kept, bound, corrections)), BETWEEN[bound], WITHIN[bound])
                       for bound in ("compute", "memory"))
    return Fitted(corrections, compute, memory)


# How wide an interval must be ---------------------------------------------------------------------------------------

def scatter(residuals: Mapping[str, Sequence[tuple[str, float]]]) -> dict[str, float]:
    """Return the standard deviation by group of the logarithm of a figure over its prediction, for a family unseen.

    Each family counts once a group, by its mean square; a group that few families show leans on the mean of all groups,
    and one that none shows is taken to scatter as the widest that is shown.

    Parameters
    ----------
    residuals : by family, group and logarithm of each figure.

    Examples
    --------
    >>> found = scatter({"a": [("product", 0.1)], "b": [("product", -0.1)], "c": [("stream", 0.3)]})
    >>> round(found["product"], 2), found["product"] < found["dense run"] == found["attention"]
    (0.15, True)
    """
    squares: dict[str, list[float]] = {group: [] for group in GROUPS}
    for rows in residuals.values():
        for group in GROUPS:
            own = [r * r for g, r in rows if g == group]
            if own:
                squares[group].append(mean(own))
    shown = [mean(values) for values in squares.values() if values]
    pool, widest = (mean(shown), max(shown)) if shown else (0.0, 0.0)
    return {group: sqrt((sum(values) + POOLED * pool) / (len(values) + POOLED) if values else widest)
            for group, values in squares.items()}


def widened(spread: float, prior: float) -> float:
    """Return the factor between a prediction and either end of its 80 % interval.

    >>> widened(0.0, 0.0), round(widened(0.1, 0.2), 3)
    (1.0, 1.332)
    """
    return exp(Z80 * sqrt(spread * spread + prior * prior))


def residuals_of(figures: Sequence[Figure], family: str | None = None) -> dict[str, list[tuple[str, float]]]:
    """Return group and logarithm of each figure of NVIDIA's chips over a prediction that never saw its family.

    Nor did it see ``family``, which is left out of what is returned.
    """
    found: dict[str, list[tuple[str, float]]] = {}
    for other in sorted({f.family for f in figures} - {family}):
        without = fitted(figures, (other,) if family is None else (family, other))
        found[other] = [(f.group, log(f.seconds / without.seconds(f))) for f in figures
                        if f.family == other and f.machine.vendor == "nvidia"]
    return found


def static_curve(figures: Sequence[Figure]) -> Curve:
    """Return the standard deviations that intervals of static steps and runs ship with, from all families."""
    spread = scatter(residuals_of(figures))
    runs = [f for f in figures if is_run(f)]
    return Curve("spread.static", {"dense": spread["dense run"], "mixture": spread["mixture run"]},
                 tuple(sorted({f.family for f in runs})), len(runs), tuple(sorted({f.machine.id for f in runs})),
                 "measured", "standard deviation of log(published / predicted), steps and runs of static batches, each "
                             "family predicted by what never saw it")


# Roofline -----------------------------------------------------------------------------------------------------------

STEPS = tuple(0.30 + 0.02 * i for i in range(36))
"""Efficiencies that the roofline's fit tries, 0.30 to 1."""


def roofline_seconds(f: Figure, compute: float, memory: float) -> float:
    """Return a figure's seconds at constant efficiencies."""
    return sum(phase.seconds(compute, memory) for phase in f.phases)


def is_run(f: Figure) -> bool:
    """Whether a figure is of whole steps of a model."""
    return f.group.endswith("run")


def fit_roofline(figures: Iterable[Figure], leave_out: Collection[str] = ()) -> tuple[float, float]:
    """Return the two efficiencies with the least mean absolute logarithm, each family counting once."""
    families: dict[str, list[Figure]] = {}
    for f in figures:
        if f.family not in leave_out:
            families.setdefault(f.family, []).append(f)
    best, found = inf, (1.0, 1.0)
    for compute, memory in product(STEPS[::2], STEPS[::2]):
        miss = mean(mean(abs(log(roofline_seconds(f, compute, memory) / f.seconds)) for f in rows)
                    for rows in families.values())
        if miss < best:
            best, found = miss, (compute, memory)
    return found


# Cases --------------------------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class _Fold:
    """Both models for one family, fitted without it."""

    fitted: Fitted
    spread: Mapping[str, float]
    roofline: Mapping[bool, tuple[float, float]]
    roofline_spread: Mapping[str, float]


def _fold(figures: Sequence[Figure], family: str) -> _Fold:
    """Return what all families but one say; residuals behind intervals come from fits without it too."""
    theirs: dict[str, list[tuple[str, float]]] = {}
    efficiencies = {run: fit_roofline([f for f in figures if is_run(f) == run], (family,)) for run in (False, True)}
    for f in figures:
        if f.family != family:
            miss = log(f.seconds / roofline_seconds(f, *efficiencies[is_run(f)]))
            theirs.setdefault(f.family, []).append((f.group, miss))
    return _Fold(fitted(figures, (family,)), scatter(residuals_of(figures, family)), efficiencies, scatter(theirs))


def published_cases(data: Path, calibration: Calibration | None = None) -> list[PublishedCase]:
    """Return every published figure in a folder of measurements beside its prediction, its family left out of all fits.

    Parameters
    ----------
    data : folder of the shared tables, which holds ``measured/published.csv``.
    """
    figures, unread = read_figures(data, calibration or shipped_calibration())
    folds = {family: _fold(figures, family) for family in sorted({f.family for f in figures})}
    cases = [_case(f, folds[f.family]) for f in figures]
    return cases + [PublishedCase(u.id, u.family, u.kind, "", "", None, None, None, None, "", reason=u.why)
                    for u in unread]


def _case(f: Figure, fold: _Fold) -> PublishedCase:
    gain = fold.fitted.gain(f)
    wide = widened(fold.spread[f.group], gain.spread if gain else 0.0)
    flat = widened(fold.roofline_spread[f.group], 0.0)
    seconds, roof = fold.fitted.seconds(f), roofline_seconds(f, *fold.roofline[is_run(f)])
    ours, low, high = (_in_unit(f, s) for s in (seconds, seconds / wide, seconds * wide))
    line, line_low, line_high = (_in_unit(f, s) for s in (roof, roof / flat, roof * flat))
    return PublishedCase(f.id, f.family, f.kind, f.group, f.machine.id, ours, min(low, high), max(low, high), f.theirs,
                         f.unit, line, min(line_low, line_high), max(line_low, line_high), source=f.source)


def _in_unit(f: Figure, seconds: float) -> float:
    """Return seconds of a figure's work in the unit that it was published in."""
    ratio = seconds / f.seconds
    return f.theirs * ratio if f.unit in {"ms", "us"} else f.theirs / ratio


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures of one family, or of all.

    Attributes
    ----------
    error : median absolute relative error. covered : share inside of 80 % intervals. score : mean interval score in
    logarithms; less is better. roofline_error, roofline_covered, roofline_score : the same of the roofline.
    """

    family: str
    n: int
    unanswered: int
    error: float
    covered: float
    score: float
    roofline_error: float
    roofline_covered: float
    roofline_score: float


def interval_score(low: float, high: float, theirs: float) -> float:
    """Return the score of an 80 % interval in logarithms: width, and ten times each miss (Gneiting and Raftery 2007).

    >>> round(interval_score(1.0, 2.0, 1.5), 3), round(interval_score(1.0, 2.0, 4.0), 3)
    (0.693, 7.625)
    """
    a, b, x = log(low), log(high), log(theirs)
    return b - a + 10.0 * max(a - x, 0.0) + 10.0 * max(x - b, 0.0)


def summary(family: str, cases: Sequence[PublishedCase]) -> Summary:
    """Return the summary of some cases under a name."""
    ours = [(c.ours, c.low, c.high, c.theirs) for c in cases]
    roof = [(c.roofline, c.roofline_low, c.roofline_high, c.theirs) for c in cases]
    (error, covered, score), (r_error, r_covered, r_score) = _scored(ours), _scored(roof)
    unanswered = sum(c.ours is None for c in cases)
    return Summary(family, len(cases) - unanswered, unanswered, error, covered, score, r_error, r_covered, r_score)


Row = tuple[float | None, float | None, float | None, float | None]
"""Prediction, ends of its interval, and what was published."""


def _scored(rows: Iterable[Row]) -> tuple[float, float, float]:
    whole = [(a, b, c, d) for a, b, c, d in rows if a is not None and b is not None and c is not None and d is not None]
    return (median(abs(value / theirs - 1.0) for value, _, _, theirs in whole),
            mean(low <= theirs <= high for _, low, high, theirs in whole),
            mean(interval_score(low, high, theirs) for _, low, high, theirs in whole))


def by_family(cases: Sequence[PublishedCase]) -> list[Summary]:
    """Return the summary of each family, of each group and of all."""
    def some(name: str, keep: Iterable[PublishedCase]) -> list[Summary]:
        chosen = list(keep)
        return [summary(name, chosen)] if any(c.ours is not None for c in chosen) else []

    families = [s for family in sorted({c.family for c in cases})
                for s in some(family, (c for c in cases if c.family == family))]
    groups = [s for group in GROUPS for s in some(group, (c for c in cases if c.group == group))]
    return [*families, *groups, summary("all", cases)]


def main() -> None:
    """Write the spread of static figures: ``python -m highfence.perf.evidence.published_serving DATA [FILE]``."""
    path = Path(sys.argv[2]) if len(sys.argv) > 2 else DATA / "static.yaml"
    write_curves(path, "How far published figures of static batches lie from predictions.",
                 [static_curve(read_figures(Path(sys.argv[1]))[0])])


if __name__ == "__main__":
    main()
