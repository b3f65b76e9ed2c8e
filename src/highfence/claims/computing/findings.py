"""What one way of looking at a claim found, and how numbers that bear on it add up to a verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from highfence.catalogue.store import catalogue
from highfence.claims.facts import Index, Record, name_of, shown_value, value_label
from highfence.claims.matching.amounts import Interval, fits, interval, magnitude
from highfence.claims.matching.candidates import Candidate
from highfence.claims.model import Claim, Evidence, Swap
from highfence.core.labels import Label

STRONG = frozenset(("official", "filing", "measured", "press"))
"""Grades on which a contradiction may rest."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is known when a claim is judged: the facts public by then, the day, and the article's other claims.

    Attributes
    ----------
    published : day of the article; claims without a period are about then. view : facts that may be used.
    """

    view: Index
    published: date
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict with its grounds, before the days of knowledge are put together."""

    verdict: str
    confidence: float
    reason: Label
    evidence: tuple[Evidence, ...] = ()
    computation: str = ""
    swap: Swap | None = None


Judge = Callable[[Claim, Context], Finding | None]


def nothing(en: str, zh: str, verdict: str = "no_evidence", confidence: float = 0.5) -> Finding:
    """Return a finding that nothing bears on a claim."""
    return Finding(verdict, confidence, Label(en, zh))


def evidence_of(record: Record, kind: str = "fact") -> Evidence:
    """Return a fact in the form that readers are shown."""
    low, high = record.ends if record.numeric else (None, None)
    where = name_of(record.subject)
    value = (
        value_label(record.value, record.unit)
        if record.numeric
        else Label(str(record.value or ""), str(record.value or ""))
    )
    if record.kind in ("spec", "metric", "price", "model"):
        statement = Label(f"{where.en}, {record.label.en}: {value.en}", f"{where.zh}，{record.label.zh}：{value.zh}")
    elif record.numeric and record.kind == "series":
        by = f" ({record.by})" if record.by else ""
        statement = Label(
            f"{record.label.en}, {record.fiscal or record.printed}: {value.en}{by}",
            f"{record.label.zh}，{record.fiscal or record.printed}：{value.zh}{by}",
        )
    else:
        statement = record.label
    kind = "forecast" if record.status in ("forecast", "guidance", "target") and kind == "fact" else kind
    source = catalogue().source(record.source) if record.source else None
    return Evidence(
        statement,
        kind,
        record.id,
        record.source,
        record.grade,
        record.value if record.numeric else None,
        low if low != high else None,
        high if low != high else None,
        record.unit,
        record.subject,
        record.attribute,
        record.fiscal or record.printed,
        record.published or (record.public.isoformat() if record.public else ""),
        record.at,
        source.url if source else "",
    )


@dataclass(frozen=True)
class Numbers:
    """A printed number against candidates, sorted by how they stand to it."""

    claim: Claim
    wanted: Interval
    candidates: tuple[Candidate, ...]
    stand: tuple[str, ...] = field(default=())

    @classmethod
    def read(cls, claim: Claim, candidates: Sequence[Candidate]) -> Numbers:
        """Compare every candidate with the claim's quantity."""
        assert claim.quantity is not None
        wanted = interval(claim.quantity)
        return cls(claim, wanted, tuple(candidates), tuple(fits(wanted, c.low, c.high) for c in candidates))

    def that(self, stand: str, test: Callable[[Candidate], bool] = lambda c: True) -> list[Candidate]:
        """Return candidates that stand so to the claim and pass a test."""
        return [c for c, s in zip(self.candidates, self.stand) if s == stand and test(c)]


SOFT = frozenset(
    (
        "variant",
        "near-attribute",
        "open",
        "fiscal",
        "unstated",
        "older",
        "estimate",
        "claim",
        "forecast",
        "wider",
        "worded",
        "product",
        "inside",
        "period-near",
        "place-open",
        "definition",
    )
)


def weigh(
    claim: Claim, candidates: Sequence[Candidate], swapped: Callable[[], Finding | None] | None = None
) -> Finding | None:
    """Return what candidates make of a printed number.

    Exact ones decide. Looser ones can bear a claim out as imprecise, never exclude it. A value is excluded only where
    exact, well-sourced facts all lie elsewhere and no admissible reading of the claim holds it.
    """
    if not candidates or claim.quantity is None:
        return None
    numbers = Numbers.read(claim, candidates)
    exact_in = numbers.that("inside", lambda c: c.exact and "older" not in c.faults)
    if exact_in:
        return _supported(claim, numbers, exact_in)
    ahead = claim.future or claim.kind == "forecast" or bool(claim.speaker) or claim.hedged
    soft_in = numbers.that("inside", lambda c: not c.hard and (ahead or "forecast" not in c.faults))
    if soft_in:
        return _loosely(claim, numbers, soft_in)
    exact_near = numbers.that("near", lambda c: not c.hard and not c.faults & {"older", "fiscal", "wider"})
    if exact_near:
        best = _best(exact_near)
        return Finding(
            "imprecise",
            0.75,
            Label("Near, not right: {v}", "接近但不准确：{v}").format(v=value_label(best.value, best.unit)),
            _evidence(exact_near),
            best.formula,
        )
    if swapped is not None and (found := swapped()) is not None:
        return found
    excluding = numbers.that("off", _excludes)
    if excluding and claim.quantity.comparator in ("=", "~", ">", ">=", "<", "<="):
        return _excluded(claim, numbers, excluding)
    return None


def _excludes(c: Candidate) -> bool:
    """Whether a candidate is so exactly and so well known that it can rule a number out."""
    if c.hard or c.faults & {
        "near-attribute",
        "sum",
        "beside",
        "system",
        "printed",
        "fiscal",
        "variant",
        "definition",
        "open",
        "wider",
        "older",
        "forecast",
        "claim",
        "inside",
        "period-near",
        "product",
    }:
        return False
    return all(r.grade in STRONG for r in c.records) or "estimate" in c.faults


def _supported(claim: Claim, numbers: Numbers, found: list[Candidate]) -> Finding:
    best = _best(found)
    others = numbers.that("off", lambda c: c.exact and "estimate" not in c.faults and "unstated" not in c.faults)
    weak = all("claim" in c.faults or any(r.grade in ("estimate", "assumed") for r in c.records) for c in found)
    if weak and not claim.speaker:
        return Finding(
            "imprecise",
            0.6,
            Label("Only an unconfirmed estimate or a party's own claim says so", "仅见未经证实的估计或当事方自述"),
            _evidence(found),
            best.formula,
        )
    settled = 0.93 if not others else 0.75
    return Finding("supported", settled, _says(best), _evidence(found), best.formula)


def _loosely(claim: Claim, numbers: Numbers, found: list[Candidate]) -> Finding:
    best = _best(found)
    faults = best.faults
    own = numbers.that("off", lambda c: c.exact and c.records[0].attribute == best.records[0].attribute)
    if "variant" in faults and own:
        return Finding("imprecise", 0.65, _WHY["variant"], (*_evidence(found, 2), *_evidence(own, 2)), best.formula)
    if faults <= {
        "unstated",
        "variant",
        "estimate",
        "worded",
        "near-attribute",
        "product",
        "inside",
        "printed",
        "beside",
    }:
        above = claim.quantity is not None and claim.quantity.comparator in (">", ">=")
        tight = not faults & ({"estimate"} if above else {"estimate", "product"})
        return Finding("supported" if tight else "imprecise", 0.7, _says(best), _evidence(found), best.formula)
    if "forecast" in faults and (claim.future or claim.kind == "forecast" or claim.speaker or claim.hedged):
        return Finding(
            "supported", 0.7, Label("That is what was forecast", "确有此预测"), _evidence(found), best.formula
        )
    why = next((w for f, w in _WHY.items() if f in faults), _WHY["unstated"])
    return Finding("imprecise", 0.6, why, _evidence(found), best.formula)


_WHY = {
    "sum": Label("Only as a sum of unlike parts", "仅为不同性质数字之和"),
    "variant": Label("True of another form of the product alone", "仅符合该产品的另一版本"),
    "older": Label("True of an earlier period; the period is not stated", "仅符合较早时期；未说明时期"),
    "fiscal": Label(
        "True of the firm's fiscal period of that name, not of the calendar's", "符合公司财年口径，而非自然年"
    ),
    "period-near": Label("True of an overlapping period", "符合部分重叠的时期"),
    "definition": Label("True of another count of the same thing", "仅符合另一统计口径"),
    "wider": Label("True of a wider market than the one named", "符合更宽的市场口径"),
    "open": Label("True of one measure; which is meant is not stated", "仅符合某一指标；未说明所指"),
    "forecast": Label("That was forecast, not recorded", "这是预测而非实绩"),
    "claim": Label("A party's own claim", "当事方自述"),
    "estimate": Label("Only an estimate says so", "仅见估计"),
    "unstated": Label("Right for one reading of what is left open", "仅在一种理解下成立"),
}


def _excluded(claim: Claim, numbers: Numbers, found: list[Candidate]) -> Finding | None:
    """Return a contradiction, unless the facts that exclude the number are thin or its margin is small."""
    weak = all("estimate" in c.faults or any(r.grade in ("estimate", "assumed") for r in c.records) for c in found)
    apart = min(numbers.wanted.distance(c.low, c.high) for c in found)
    if apart <= (0.5 if weak else 0.12):
        return None
    best = _best(found)
    swap = None
    if (by := magnitude(numbers.wanted, best.value)) is not None and claim.quantity is not None:
        swap = Swap(
            "magnitude",
            Label(
                claim.quantity.printed or shown_value(claim.quantity.value, claim.quantity.unit),
                claim.quantity.printed or shown_value(claim.quantity.value, claim.quantity.unit),
            ),
            Label(
                f"{shown_value(best.value, best.unit)} (off by {by:g})",
                f"{shown_value(best.value, best.unit)}（相差{by:g}倍）",
            ),
        )
    return Finding("contradicted", 0.85 if not weak else 0.65, _says(best), _evidence(found), best.formula, swap)


def _says(best: Candidate) -> Label:
    return Label("The record says {v}", "记录为{v}").format(v=value_label(best.value, best.unit))


def _best(found: Sequence[Candidate]) -> Candidate:
    from highfence.core.facts import GRADES

    def rank(c: Candidate) -> tuple[int, int, float]:
        grades = [GRADES.index(r.grade) for r in c.records if r.grade in GRADES]
        latest = max((r.public.toordinal() for r in c.records if r.public), default=0)
        return (len(c.faults), max(grades, default=9), -latest)

    return min(found, key=rank)


def _evidence(found: Sequence[Candidate], limit: int = 4) -> tuple[Evidence, ...]:
    best = _best(found)
    ordered = [best, *(c for c in found if c is not best)]
    records = {r.id: r for c in ordered for r in c.records}
    return tuple(evidence_of(r) for r in list(records.values())[:limit])
