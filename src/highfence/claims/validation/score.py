"""Measures of a checked article against its labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from highfence.claims.model import Judgement
from highfence.claims.spans import matches, overlap
from highfence.claims.validation.labels import Gold, merged

FALSE = ("contradicted", "misattributed")
TRUTH = ("supported", "imprecise", "contradicted", "misattributed")
"""Verdicts that say something of truth."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A count out of a number of cases."""

    hits: int
    n: int

    @property
    def value(self) -> float:
        """The share; 0 of no cases."""
        return self.hits / self.n if self.n else 0.0

    @property
    def upper(self) -> float:
        """Upper end of the exact one-sided 95 % interval (Clopper and Pearson).

        >>> round(Rate(0, 59).upper, 3)
        0.05
        """
        return _upper(self.hits, self.n)

    def __add__(self, other: Rate) -> Rate:
        return Rate(self.hits + other.hits, self.n + other.n)


@dataclass(frozen=True, slots=True)
class Pair:
    """A labelled claim and the judgement that overlaps it best, or None."""

    gold: Gold
    judged: Judgement | None

    @property
    def verdict(self) -> str:
        """The verdict given, or "" where the claim was not found."""
        return merged(self.judged.verdict) if self.judged else ""

    @property
    def strict(self) -> bool:
        """Whether the adjudicated verdict was given."""
        return self.verdict == merged(self.gold.verdict)

    @property
    def lenient(self) -> bool:
        """Whether an acceptable verdict was given."""
        return self.verdict in {merged(v) for v in self.gold.acceptable}


@dataclass(frozen=True, slots=True)
class Score:
    """What came of some articles.

    Attributes
    ----------
    recall : labelled claims found, opinions apart. precision : judged claims that are labelled ones, opinions apart.
    strict, lenient : macro-averaged F1 of verdicts over claims found. balanced : mean over the four verdicts of truth
    of the share given right, claims not found being wrong. constant : the same of the best constant answer.
    caught : false or misattributed claims called so. with_evidence : of those caught, how many show a sourced value.
    wrongly_contradicted : claims called contradicted though no careful reader would.
    """

    recall: Rate
    precision: Rate
    strict: float
    lenient: float
    balanced: float
    constant: float
    caught: Rate
    with_evidence: Rate
    wrongly_contradicted: Rate
    pairs: tuple[Pair, ...]


def pair(gold: Sequence[Gold], judged: Sequence[Judgement]) -> tuple[Pair, ...]:
    """Return each labelled claim with the judgement that overlaps it best by at least half; opinions come last."""
    found = []
    for g in gold:
        near = [j for j in judged if matches((g.start, g.end), (j.claim.start, j.claim.end))]
        best = max(near, key=lambda j: (_likeness(g, j), j.verdict != "opinion", j.confidence), default=None)
        found.append(Pair(g, best))
    return tuple(found)


def score(articles: Iterable[tuple[Sequence[Gold], Sequence[Judgement]]]) -> Score:
    """Return the measures of articles, pooled over their claims."""
    held = [(gold, judged, pair(gold, judged)) for gold, judged in articles]
    pairs = tuple(p for _, _, found in held for p in found)
    recall = Rate(sum(p.judged is not None for p in pairs if not p.gold.opinion),
                  sum(not p.gold.opinion for p in pairs))
    precision = sum((_precision(gold, judged) for gold, judged, _ in held), Rate(0, 0))
    false = [p for p in pairs if p.gold.verdict in FALSE]
    caught = [p for p in false if p.verdict in FALSE]
    safe = [p for p in pairs if "contradicted" not in p.gold.acceptable]
    return Score(
        recall, precision, _macro(pairs, lenient=False), _macro(pairs, lenient=True), _balanced(pairs),
        max(_balanced([_answered(p, v) for p in pairs]) for v in TRUTH) if pairs else 0.0,
        Rate(len(caught), len(false)), Rate(sum(_shows(p.judged) for p in caught), len(caught)),
        Rate(sum(p.verdict == "contradicted" for p in safe), len(safe)), pairs)


def _likeness(gold: Gold, judged: Judgement) -> float:
    """Return intersection over union."""
    shared = overlap((gold.start, gold.end), (judged.claim.start, judged.claim.end))
    return shared / (gold.end - gold.start + judged.claim.end - judged.claim.start - shared)


def _precision(gold: Sequence[Gold], judged: Sequence[Judgement]) -> Rate:
    checkable = [j for j in judged if j.verdict != "opinion"]
    spans = [(g.start, g.end) for g in gold]
    return Rate(sum(any(matches((j.claim.start, j.claim.end), s) for s in spans) for j in checkable), len(checkable))


def _macro(pairs: Sequence[Pair], *, lenient: bool) -> float:
    """Return F1 of verdicts over claims found, averaged over the verdicts that occur among labels."""
    found = [p for p in pairs if p.judged is not None]
    true = [p.verdict if lenient and p.lenient else merged(p.gold.verdict) for p in found]
    given = [p.verdict for p in found]
    scores = []
    for verdict in sorted(set(true)):
        hits = sum(t == g == verdict for t, g in zip(true, given))
        whole = sum(t == verdict for t in true) + sum(g == verdict for g in given)
        scores.append(2 * hits / whole)
    return sum(scores) / len(scores) if scores else 0.0


def _balanced(pairs: Sequence[Pair]) -> float:
    shares = []
    for verdict in TRUTH:
        held = [p for p in pairs if p.gold.verdict == verdict]
        if held:
            shares.append(sum(p.strict for p in held) / len(held))
    return sum(shares) / len(shares) if shares else 0.0


def _answered(p: Pair, verdict: str) -> Pair:
    """Return the pair as a checker would leave it that always gives one verdict."""
    from dataclasses import replace

    from highfence.claims.model import Claim

    claim = Claim(p.gold.start, p.gold.end, p.gold.text, "quantity")
    judged = replace(p.judged, verdict=verdict) if p.judged else Judgement(claim, verdict, verdict, 0.0)
    return Pair(p.gold, judged)


def _shows(judged: Judgement | None) -> bool:
    """Whether a judgement shows evidence with a source."""
    return judged is not None and any(e.source for e in judged.evidence)


def _upper(hits: int, n: int, level: float = 0.95) -> float:
    """Return the upper Clopper-Pearson bound by bisection of the binomial tail."""
    from math import comb

    if n == 0 or hits == n:
        return 1.0
    low, high = hits / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        tail = sum(comb(n, k) * middle**k * (1 - middle) ** (n - k) for k in range(hits + 1))
        low, high = (middle, high) if tail > 1 - level else (low, middle)
    return high
