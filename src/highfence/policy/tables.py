"""Scenarios as arrays by quarter: what a simulator reads.

A quarter holds the mean over its days, so that a lever set in its middle counts for half of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache, partial
from typing import Any

from highfence.catalogue import catalogue
from highfence.catalogue.entries import Chip
from highfence.choice.buyers import Buyer, buyers
from highfence.choice.gates import Legal, bound_share, law, let_through
from highfence.choice.parameters import shipped_parameters
from highfence.choice.supply import Measure, market, same_country
from highfence.core.dates import parse_period
from highfence.core.errors import InputError
from highfence.core.labels import Label
from highfence.core.ranges import Range
from highfence.market.regime import way_duty
from highfence.policy.levers import KINDS, STAGES, Kind, Lever
from highfence.policy.scenarios import Scenario, chain, effective, law_day, laws

_QUARTER = re.compile(r"(\d{4})-?Q([1-4])")
Bounds = tuple[date, date]


def quarter_range(first: str, last: str) -> tuple[str, ...]:
    """Return the quarters from one to another.

    >>> quarter_range("2024Q3", "2025Q1")
    ('2024Q3', '2024Q4', '2025Q1')

    Raises
    ------
    InputError : not a quarter, or the last before the first.
    """
    start, end = _number(first), _number(last)
    if end < start:
        raise InputError("the last quarter is before the first", where="quarters", got=last,
                         expected=f"{first} or later")
    return tuple(f"{n // 4}Q{n % 4 + 1}" for n in range(start, end + 1))


def quarter_days(quarter: str) -> Bounds:
    """Return the first and the last day of a quarter.

    >>> quarter_days("2025Q3")[0]
    datetime.date(2025, 7, 1)
    """
    number = _number(quarter)
    found = parse_period(f"{number // 4}-Q{number % 4 + 1}")
    return found.start, found.end


def _number(quarter: str) -> int:
    match = _QUARTER.fullmatch(str(quarter).strip().upper())
    if match is None or not 2018 <= int(match[1]) <= 2040:
        raise InputError("not a quarter", where="quarters", got=quarter, expected="YYYYQ1 to YYYYQ4, 2018 to 2040",
                         example="2025Q3", code="bad-quarter")
    return int(match[1]) * 4 + int(match[2]) - 1


@dataclass(frozen=True)
class LeverArray:
    """One kind of lever by quarter.

    Attributes
    ----------
    axes : what each axis after the quarters holds. low, mid, high : arrays of shape ``(quarters, *axes)`` in ``unit``;
    NaN where no scenario sets the lever and another room knows the value.
    """

    kind: str
    unit: str
    quarters: tuple[str, ...]
    axes: tuple[tuple[str, tuple[str, ...]], ...]
    low: Any
    mid: Any
    high: Any


def lever_table(of: Scenario, quarters: Sequence[str], *, chips: Iterable[str] | None = None,
                segments: Iterable[str] | None = None, place: str = "CN", known: date | None = None,
                kinds: Iterable[str] | None = None) -> dict[str, LeverArray]:
    """Return every kind of lever of a scenario by quarter.

    In each cell the scenario farthest from history that sets the lever stands; within one, the most narrowly aimed
    lever, or of purchases the strictest. ``times`` levers multiply what stands under them.

    Parameters
    ----------
    chips : ids on the axis of chips; those that buyers weigh if omitted. segments : ids of buyers; the shipped ones.
    place : whose market. known : day of knowledge. kinds : only these.

    >>> table = lever_table(find("enforcement-doubled"), ("2026Q4", "2027Q1"), kinds=["enforcement"])
    >>> [float(v) for v in table["enforcement"].mid]
    [1.5, 3.0]

    Raises
    ------
    InputError : an unknown chip, segment, quarter or kind.
    """
    days = [quarter_days(q) for q in quarters]
    held = tuple(catalogue().chip(c) for c in (market().chips if chips is None else chips))
    bought = tuple(_buyer(s) for s in (buyers() if segments is None else segments))
    found = {}
    for id in KINDS if kinds is None else kinds:
        if id not in KINDS:
            raise InputError("unknown kind of lever", got=id, expected=", ".join(KINDS), code="unknown-lever")
        levers = tuple(v for v in effective(of, known) if v.kind == id and same_country(v.place, place) and not v.under)
        found[id] = _array(KINDS[id], levers, tuple(quarters), days, held, bought, place)
    return found


def find(name: str) -> Scenario:
    """Return a shipped scenario by name."""
    from highfence.policy.scenarios import scenario

    return scenario(name)


def _buyer(name: str) -> Buyer:
    from highfence.choice.buyers import buyer

    return buyer(name)


def _array(kind: Kind, levers: tuple[Lever, ...], quarters: tuple[str, ...], days: list[Bounds],
           chips: tuple[Chip, ...], segments: tuple[Buyer, ...], place: str) -> LeverArray:
    import numpy as np

    ids = {"chips": tuple(c.id for c in chips), "segments": tuple(b.id for b in segments), "stages": STAGES}
    axes = tuple((axis, ids[axis]) for axis in kind.axes)
    shape = tuple(len(names) for _, names in axes)
    values = np.empty((3, len(quarters), *shape))
    for index in np.ndindex(*shape):
        at = dict(zip(kind.axes, index, strict=True))
        buyer = segments[at["segments"]] if "segments" in at else None
        own = about(levers, chips[at["chips"]] if "chips" in at else None, buyer,
                     STAGES[at["stages"]] if "stages" in at else None, place)
        value = partial(resolve, own, kind, buyer)
        for i, bounds in enumerate(days):
            values[(slice(None), i, *index)] = _mean(bounds, _turns(own), value)
    return LeverArray(kind.id, kind.unit, quarters, axes, *values)


def about(levers: tuple[Lever, ...], chip: Chip | None, buyer: Buyer | None, stage: str | None,
          place: str) -> tuple[Lever, ...]:
    """Return the levers that are about a cell."""
    return tuple(v for v in levers if v.target.holds(place, chip, stage) and (
        buyer is None or _bound(v, buyer).high > 0.0))


def _bound(lever: Lever, buyer: Buyer) -> Range:
    return bound_share(_measure(lever), buyer.kind, buyer.access.state_funded.value)


@lru_cache(maxsize=4096)
def _measure(lever: Lever) -> Measure:
    """Return a lever on purchases as the choice room's measure."""
    t, barred = lever.target, lever.value == Range.exact(0.0)
    return Measure(lever.event, lever.place, lever.first, lever.last, lever.note or Label("", ""),
                   frozenset(t.segments), t.state_funded, frozenset(t.chips), frozenset(t.vendors), t.foreign,
                   t.datacenter, "barred" if barred else "discouraged", None if barred else lever.value,
                   lever.evidence, lever.grade, (lever.source,) if lever.source else ())


def _turns(levers: Iterable[Lever]) -> tuple[date, ...]:
    days = {v.first for v in levers} | {v.last + timedelta(days=1) for v in levers if v.last is not None}
    return tuple(sorted(days))


def _mean(bounds: Bounds, turns: Iterable[date], value: Callable[[date], Range | None]) -> tuple[float, float, float]:
    """Return the mean of a value over a quarter's days, evaluated once between any two turns."""
    first, last = bounds
    starts = [first, *(t for t in turns if first < t <= last)]
    total, low, mid, high = (last - first).days + 1, 0.0, 0.0, 0.0
    for start, end in zip(starts, [*starts[1:], last + timedelta(days=1)], strict=True):
        found, share = value(start), (end - start).days / total
        if found is None:
            return float("nan"), float("nan"), float("nan")
        low, mid, high = low + share * found.low, mid + share * found.mid, high + share * found.high
    return low, mid, high


def resolve(levers: Sequence[Lever], kind: Kind, buyer: Buyer | None, day: date) -> Range | None:
    """Return what levers that are about a cell make of it on a day; None where none is set and none is neutral.

    Parameters
    ----------
    levers : of one kind, already known to be about the cell. buyer : where the kind is aimed at segments.
    """
    held = [v for v in levers if v.on(day)]
    sets = [v for v in held if v.how == "set"]
    layer = max((v.layer for v in sets), default=-1)
    top = [v for v in sets if v.layer == layer]
    value = None if kind.neutral is None else Range.exact(kind.neutral)
    if top and kind.strictest and buyer is not None:
        value = _strictest([let_through(_measure(v), _bound(v, buyer)) for v in top])
    elif top:
        value = min(top, key=_breadth).value
    for over in (v for v in held if v.how == "times" and v.layer >= layer):
        if value is not None:
            value = _times(value, over.value, kind.high)
    return value


def _breadth(lever: Lever) -> tuple[bool, bool, bool, int, int]:
    t = lever.target
    return (not t.names_chips, not t.stages, not (t.segments or t.state_funded), len(t.chips) or 10**6, len(t.stages))


def _strictest(values: list[Range]) -> Range:
    return Range(min(v.low for v in values), min(v.mid for v in values), min(v.high for v in values))


def _times(value: Range, factor: Range, top: float) -> Range:
    return Range(min(value.low * factor.low, top), min(value.mid * factor.mid, top), min(value.high * factor.high, top))


# ---- the law --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Status:
    """The law on a chip in a quarter.

    Attributes
    ----------
    required, unknown : share of the quarter's days on which a licence is required, and on which it is not known
    whether one is. grant : share of orders that the law lets through, licences included; 1 where none is required.
    requirement, review, paragraph, outcome : on the quarter's last day. duty : on entering the United States, where
    the review asks for export from there; a share of the value.
    """

    chip: str
    quarter: str
    required: float
    unknown: float
    grant: Range
    requirement: str
    review: str | None
    paragraph: str
    outcome: Label
    duty: float


def status_table(of: Scenario, chips: Iterable[str], quarters: Sequence[str], *, place: str = "CN",
                 known: date | None = None) -> dict[str, tuple[Status, ...]]:
    """Return the legal status of chips by quarter under a scenario's law, through the law itself.

    Odds of a licence are those that the scenario sets, else those of the choice room by chip and review policy.

    Parameters
    ----------
    known : day of knowledge; law that does not bind by then is left out, also where it was announced.

    >>> [s.requirement for s in status_table(find("history"), ["H20"], ("2025Q1", "2025Q2"))["nvidia-h20"]]
    ['none', 'licence']

    Raises
    ------
    InputError : an unknown chip or quarter.
    """
    days = [(q, quarter_days(q)) for q in quarters]
    held = [catalogue().chip(name) for name in chips]
    return {chip.id: tuple(_status(of, chip, quarter, bounds, place, known) for quarter, bounds in days)
            for chip in held}


def _status(of: Scenario, chip: Chip, quarter: str, bounds: Bounds, place: str, known: date | None) -> Status:
    found = {day: legal(of, chip, day, place, known) for day in _days(of, bounds, known)}
    starts = sorted(found)

    def share(word: str) -> float:
        return _mean(bounds, starts, lambda day: Range.exact(float(found[day].requirement == word)))[1]

    grant = Range(*_mean(bounds, starts, lambda day: found[day].factor))
    day = read_on(of, starts[-1], known)
    verdict = verdict_of(of, chip.id, day, place)
    asked = verdict.requirement == "licence" and str(verdict.review).startswith("case_by_case")
    return Status(chip.id, quarter, share("licence"), share("unknown"), grant, verdict.requirement, verdict.review,
                  verdict.paragraph, verdict.outcome_label, _duty(of, chip.id, day) if asked else 0.0)


def _days(of: Scenario, bounds: Bounds, known: date | None) -> list[date]:
    """Return the first day of a quarter and every later one on which the law, a lever or the odds may change."""
    from highfence.rules.classify import law_with

    turns = {*law_with(laws(of) or None).changes, *_turns(_granting(of, known)), *_odds_days()}
    turns |= {known + timedelta(days=1)} if known is not None else set()
    return sorted({bounds[0], *(t for t in turns if bounds[0] < t <= bounds[1])})


@lru_cache(maxsize=1)
def _odds_days() -> frozenset[date]:
    held = (p for p in shipped_parameters() if p.id.startswith(("licence_odds", "exception_odds")))
    return frozenset(v.since for p in held for v in p.values if v.since)


def read_on(of: Scenario, day: date, known: date | None) -> date:
    """Return the day on which the law is read for a day."""
    return law_day(of, day if known is None else min(day, known))


def _granting(of: Scenario, known: date | None) -> tuple[Lever, ...]:
    return tuple(v for v in effective(of, known) if v.kind == "licence_grant" and not v.under)


def legal(of: Scenario, chip: Chip, day: date, place: str, known: date | None) -> Legal:
    """Return what a scenario's law and licences let through of a chip on a day."""
    own = [v for v in _granting(of, known) if same_country(v.place, place) and v.target.holds(place, chip)]
    sets = tuple(v for v in own if v.how == "set")
    stated = resolve(sets, KINDS["licence_grant"], None, day)
    domestic = same_country(catalogue().firm(chip.vendor).country or "US", place)
    odds: tuple[tuple[str, Range], ...] = ((chip.id, stated),) if stated is not None else ()
    legal = law(chip, place, read_on(of, day, known), known, laws(of), odds, place, None, "no", "civil", domestic)
    if legal.excepted:
        return legal
    layer = max((v.layer for v in sets if v.on(day)), default=-1)
    factor = legal.factor
    for over in (v for v in own if v.how == "times" and v.on(day) and v.layer >= layer):
        factor = _times(factor, over.value, 1.0)
    return Legal(factor, legal.requirement, legal.review, legal.excepted, legal.compliance, legal.reasons)


@lru_cache(maxsize=8192)
def verdict_of(of: Scenario, chip: str, day: date, place: str) -> Any:
    """Return the law's verdict on a chip under a scenario."""
    from highfence.rules import classify

    return classify(chip, to=place, on=day, hq=place, overlay=laws(of) or None)


@lru_cache(maxsize=4096)
def _duty(of: Scenario, chip: str, day: date) -> float:
    """Return the duty on a chip that enters the United States on its way elsewhere."""
    return way_duty(chip, day, laws(of))


def describe(of: Scenario) -> Mapping[str, Any]:
    """Return a scenario with its merged levers and overlays as JSON."""
    from highfence.core.envelope import plain

    return {**of.to_dict(), "chain": [one.id for one in chain(of)], "laws": [o.id for o in laws(of)],
            "effective": plain(list(effective(of)))}
