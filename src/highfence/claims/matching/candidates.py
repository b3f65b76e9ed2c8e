"""Numbers that a claim may rest on, each with what keeps it from being exactly the thing claimed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from highfence.catalogue.series import all_series
from highfence.catalogue.statements import things
from highfence.claims.facts import Index, Record, name_of, shown_value, words_of
from highfence.claims.matching.amounts import CURRENCIES, factor
from highfence.claims.matching.attributes import (
    attribute_match,
    mentions_market,
    narrowing,
    place_match,
)
from highfence.claims.matching.periods import ADDITIVE, length, meets, parts_of
from highfence.claims.matching.readings import built_of, is_chip, is_firm, products, same, variants
from highfence.claims.model import Claim

RECENT = timedelta(days=800)
"""How far back a claim without a period may reach."""

RARE = frozenset(("mileage", "tax", "tariff", "patents", "utilization", "users", "papers", "layers"))
"""Attributes that of themselves tell what a number is about."""
MONEYED = frozenset(
    (
        "revenue",
        "share",
        "net-profit",
        "capex",
        "r-and-d",
        "price",
        "market-size",
        "compute",
        "yield",
        "growth",
        "tax",
        "tariff",
    )
)
"""Attributes that no count of things is about."""

HARD = frozenset(("market", "place", "attribute", "period", "subject", "text"))
"""What makes a fact another thing than the one claimed; the rest only loosens the match."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value with the facts that it comes from.

    Attributes
    ----------
    faults : what it has otherwise than the claim: ``subject``, ``variant``, ``attribute``, ``near-attribute``, ``open``
    (no attribute stated), ``market``, ``place``, ``period``, ``fiscal``, ``unstated`` (no period stated), ``older``,
    ``estimate``, ``claim``, ``forecast``. formula : the arithmetic with its figures.
    """

    low: float
    high: float
    unit: str
    records: tuple[Record, ...]
    faults: frozenset[str] = frozenset()
    formula: str = ""

    @property
    def value(self) -> float:
        """The preferred value."""
        first = self.records[0]
        return (
            float(first.value)
            if len(self.records) == 1 and isinstance(first.value, (int, float)) and not self.formula
            else (self.low + self.high) / 2
        )

    @property
    def exact(self) -> bool:
        """Whether it is about just what the claim says."""
        return not self.faults - {"claim", "estimate", "unstated"}

    @property
    def hard(self) -> frozenset[str]:
        """What makes it another thing."""
        return self.faults & HARD


def context(claim: Claim) -> str:
    """Return all words of a claim: its text, market and the names of its parties."""
    names = [name_of(id) for id in (*claim.subject, *claim.object)]
    return " ".join((claim.text, claim.market, *(f"{n.en} {n.zh}" for n in names), *claim.words))


def of_specs(claim: Claim, view: Index, unit: str) -> list[Candidate]:
    """Return specs of the chips, systems and models that a claim may mean."""
    found: list[Candidate] = []
    formats = named_formats(claim.text)
    for subject in claim.subject:
        for id, fault in _spec_readings(subject, SYSTEMS.search(claim.text.casefold()) is not None):
            for record in view.of(id):
                if record.kind not in ("spec", "metric", "price", "model") or not record.numeric:
                    continue
                by = factor(unit, record.unit)
                if by is None:
                    continue
                how = attribute_match(claim.attribute, record)
                if formats and record.attribute.startswith("peak_") and record.attribute not in formats:
                    how = "other"
                faults = {*fault, *({"attribute"} if how == "other" else ())}
                if how == "open":
                    faults.add("open")
                found.append(_one(record, by, unit, faults))
    return found


def named_formats(text: str) -> frozenset[str]:
    """Return the peaks that a text means by naming number formats; FP16 and BF16 go together.

    >>> sorted(named_formats("312 TFLOPS in FP16"))
    ['peak_bf16', 'peak_fp16']
    """
    found = {f"peak_{a}{b}" for a, b in _FORMAT.findall(text.casefold())}
    half = {"peak_fp16", "peak_bf16"}
    return frozenset(found | half if found & half else found)


_FORMAT = re.compile(r"(?<![a-z])(fp|bf|tf|int)-?\s?(4|6|8|16|32|64)(?!\d)")


SYSTEMS = re.compile(
    r"系统|超节点|集群|机柜|机架|整机|服务器|\bsystems?\b|cluster|\bracks?\b|\bpods?\b|supernode|server"
)
"""Words for what is built of many chips."""


def _spec_readings(subject: str, of_system: bool = False) -> Iterator[tuple[str, frozenset[str]]]:
    if of_system and is_chip(subject):
        yield subject, frozenset(("system",))
        for id in built_of(subject):
            yield id, frozenset(("worded",))
        return
    yield subject, frozenset()
    for id in variants(subject):
        yield id, frozenset(("variant",))
    if not is_chip(subject):
        for id in products(subject):
            yield id, frozenset(("product",))


def _one(record: Record, by: float, unit: str, faults: Iterable[str], formula: str = "") -> Candidate:
    low, high = record.ends
    status = {
        "estimate": "estimate",
        "claim": "claim",
        "forecast": "forecast",
        "guidance": "forecast",
        "target": "forecast",
        "proposal": "forecast",
    }.get(record.status)
    extra = {status} if status else ({"estimate"} if record.grade in ("estimate", "assumed") else set())
    return Candidate(low * by, high * by, unit, (record,), frozenset({*faults, *extra}), formula)


def of_series(
    claim: Claim,
    view: Index,
    unit: str,
    today: date,
    subjects: Sequence[str] | None = None,
    attribute: str | None = None,
) -> list[Candidate]:
    """Return points of series, and sums of them, about the subjects that a claim may mean."""
    found: list[Candidate] = []
    text = context(claim)
    wanted = claim.attribute if attribute is None else attribute
    for subject in subjects or claim.subject:
        lines: dict[str, list[Record]] = defaultdict(list)
        for record in view.of(subject):
            if record.kind == "series":
                lines[record.series].append(record)
        first = (subjects or claim.subject)[0]
        beside = subject != first and (is_firm(first) or is_chip(first))
        for id in lines:
            rows = _line(claim, view, id, unit, today, subject, wanted, text)
            found.extend(replace(c, faults=c.faults | {"beside"}) if beside else c for c in rows)
    return found


def _line(
    claim: Claim,
    view: Index,
    id: str,
    unit: str,
    today: date,
    subject: str,
    attribute: str,
    text: str,
) -> Iterator[Candidate]:
    points = view.in_series(id)
    if not points:
        return
    first = points[0]
    by = factor(unit, first.unit)
    if by is None:
        return
    faults = series_faults(claim, first, subject, attribute, text)
    if claim.period is None:
        known = [p for p in points if p.period is not None and p.period.start <= today]
        done = [p for p in known if p.status not in ("forecast", "guidance", "target")]
        latest = max((p.period.end for p in (done or known) if p.period), default=None)
        for p in known:
            assert p.period is not None
            old = {"older"} if latest and p.period.end < latest - timedelta(days=20) else set()
            if p.period.end >= today - RECENT or p.period.end == latest:
                yield _one(p, by, unit, {*faults, "unstated", *old})
            else:
                yield _one(p, by, unit, {*faults, "period"})
        return
    whole = False
    for p in points:
        how = meets(p, claim.period)
        if how == "unstated":
            how = "within"
        if (
            how == "within"
            and p.period is not None
            and first.attribute in ADDITIVE
            and length(p.period) * 2 < length(claim.period)
        ):
            how = "other"
        whole = whole or how == "exact"
        extra = {
            "exact": set(),
            "fiscal": {"fiscal"},
            "within": {"fiscal"} if first.attribute in ADDITIVE else {"inside"},
            "overlaps": {"period-near"},
            "other": {"period"},
            "contains": {"inside"} if claim.period.grain in ("day", "month") else {"period-near"},
        }[how]
        yield _one(p, by, unit, {*faults, *extra})
    if not whole and first.attribute in ADDITIVE and claim.period.grain in ("half", "year", "span"):
        settled = [p for p in points if p.status in ("fact", "estimate")]
        chain = parts_of(settled, claim.period)
        if chain and len(chain) > 1:
            low, high = sum(p.ends[0] for p in chain) * by, sum(p.ends[1] for p in chain) * by
            terms = " + ".join(shown_value(p.value, p.unit) for p in chain)
            yield Candidate(
                low, high, unit, tuple(chain), frozenset(faults), f"{terms} = {shown_value((low + high) / 2, unit)}"
            )


def series_faults(claim: Claim, record: Record, subject: str, attribute: str, text: str) -> set[str]:
    """Return what a series has otherwise than a claim, the period apart."""
    faults: set[str] = set()
    how = attribute_match(attribute, record)
    if record.attribute == "count" and attribute not in MONEYED:
        how = "same" if _topical(record, text) >= 0.6 else "near" if _topical(record, text) >= 0.3 else "other"
    if how == "open" and _topical(record, text) >= 0.5:
        how = "same"
    if how in ("other", "near", "open"):
        faults.add({"other": "attribute", "near": "near-attribute", "open": "open"}[how])
    narrow = narrowing(record.series)
    if narrow and not mentions_market(narrow, text):
        faults.add("market")
    if not narrow and claim.market and not words_of(claim.market) & record.words:
        faults.add("wider")
    line = all_series().get(record.series)
    if line is not None and line.alternative_to:
        faults.add("definition")
    if not is_firm(subject) and not is_chip(subject) and _topical(record, text) < 0.25:
        faults.add("text")
    if record.attribute == "revenue-share" and not record.place and _topical(record, text) < 0.5:
        faults.add("text")
    where = place_match(claim.place, record, subject)
    if where in ("other", "narrower"):
        faults.add("place")
    return faults


def _topical(record: Record, text: str) -> float:
    """Return the share of a series' own label that a text holds, in the language that fits better."""
    words = words_of(text) | words_of(name_of(record.subject).en) | words_of(name_of(record.subject).zh)
    return max(
        (len(own & words) / len(own) for t in (record.label.en, record.label.zh) if (own := words_of(t))), default=1.0
    )


def of_statements(claim: Claim, view: Index, unit: str) -> list[Candidate]:
    """Return numbers that statements hold, where their words are those of the claim."""
    found: list[Candidate] = []
    text = context(claim)
    words = words_of(text)
    seen: set[str] = set()
    for name in (*claim.subject, *claim.object):
        for record in (*view.of(name), *view.onto(name)):
            if record.kind not in ("statement", "forecast") or not record.numeric or record.id in seen:
                continue
            by = factor(unit, record.unit)
            if by is None:
                continue
            seen.add(record.id)
            close = closeness(view, record, words)
            if close < 0.2:
                continue
            faults = {"worded"} if close >= 0.45 else {"text"}
            if "#" in record.id or close < 0.6:
                faults.add("printed")
            if claim.period is not None and record.period is not None:
                how = meets(record, claim.period)
                faults |= {"period"} if how == "other" else set()
            if claim.place not in ("", "world") and record.place not in ("", claim.place):
                faults.add("place")
            found.append(_one(record, by, unit, faults))
    return found


def closeness(view: Index, record: Record, words: frozenset[str]) -> float:
    """Return how much of a record's label stands among words."""
    return view.closeness(record, words)


def by_words(claim: Claim, view: Index, unit: str, today: date) -> list[Candidate]:
    """Return numbers found by the words of a claim alone, for subjects that no fact is filed under."""
    words = words_of(context(claim))
    found: list[Candidate] = []
    own = {
        s
        for s in claim.subject
        if is_firm(s) or is_chip(s) or (s in things() and things()[s].type in ("firm", "fund", "person"))
    }
    for score, record in view.search(words, ("series", "statement", "forecast"))[:120]:
        if score < 8 or not record.numeric or (record.kind == "series" and record.subject in claim.subject):
            continue
        by = factor(unit, record.unit)
        if by is None:
            continue
        close = closeness(view, record, words)
        if close < 0.3:
            continue
        telling = record.attribute == claim.attribute and record.attribute in RARE and close >= 0.3
        faults = set() if telling else {"worded"} if close >= 0.6 else {"text"}
        if "#" in record.id or (record.subject not in claim.subject and not telling):
            faults.add("period-near")
        if claim.period is not None:
            if meets(record, claim.period) in ("other", "overlaps"):
                faults.add("period")
        elif record.period is not None and record.period.end < today - RECENT:
            faults.add("older")
        if claim.place and record.place and claim.place != record.place:
            faults.add("place")
        if (
            own
            and record.subject
            and not any(same(record.subject, s) for s in own)
            and not own & {*record.actors, *record.objects}
        ):
            faults.add("subject")
        if claim.attribute and attribute_match(claim.attribute, record) == "other" and record.kind == "series":
            faults.add("attribute")
        found.append(_one(record, by, unit, faults))
    return found


def currency_of(unit: str) -> str:
    """Return the currency of a unit, or nothing."""
    return unit if unit in CURRENCIES else ""
