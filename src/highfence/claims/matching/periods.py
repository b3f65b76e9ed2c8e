"""How the period of a fact stands to the period that a claim speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from highfence.claims.facts import Record
from highfence.claims.model import Time
from highfence.core.dates import Period, parse_period
from highfence.core.errors import InputError

EXACT_DAYS = {"day": 3, "month": 10, "quarter": 45, "half": 50, "year": 50, "span": 60}
"""Days by which the ends of a firm's period may miss the calendar's and still be called the same."""
ADDITIVE = frozenset(("revenue", "units", "capex", "spending", "sales", "charge", "subsidy", "r-and-d"))
"""Measures of which quarters add up to a year."""


def length(p: Period | Time) -> int:
    """Return how many days a period has."""
    return (p.end - p.start).days + 1


def meets(record: Record, time: Time | None) -> str:
    """Return how a fact's period stands to a claimed one: ``exact``, ``fiscal``, ``within``, ``overlaps``,
    ``contains`` or ``other``.

    ``fiscal`` : by the number of the year or quarter in the firm's own books, though the calendar's differs.
    """
    if time is None or record.period is None:
        return "unstated"
    if record.fiscal and time.fiscal and time.label.startswith("FY"):
        return "exact" if _fiscal(time) == record.fiscal else "other"
    if time.fiscal and not record.fiscal and time.label.startswith("FY"):
        time = _as_calendar(time)
    slack = EXACT_DAYS.get(time.grain, 45)
    p = record.period
    if abs((p.start - time.start).days) <= slack and abs((p.end - time.end).days) <= slack:
        return "exact"
    if record.fiscal and _fiscal(time) == record.fiscal:
        return "fiscal"
    if time.start - timedelta(days=slack // 2) <= p.start and p.end <= time.end + timedelta(days=slack // 2):
        return "within"
    shared = (min(p.end, time.end) - max(p.start, time.start)).days + 1
    if shared >= 0.6 * min(length(time), length(p)) and length(p) <= 2.2 * length(time):
        return "overlaps"
    return "contains" if p.start <= time.start and p.end >= time.end else "other"


def _as_calendar(time: Time) -> Time:
    """Return a fiscal period as that of a firm whose books keep to the calendar."""
    text = time.label[2:]
    try:
        p = parse_period(f"{text[:4]}-{text[4:].lstrip('-')}" if len(text) > 4 else text)
    except InputError:
        return time
    return Time(p.start, p.end, time.grain, text)


def _fiscal(time: Time) -> str:
    label = time.label.removeprefix("FY").replace("-", "")
    return f"FY{label}"


def shifted(time: Time, years: int = 0, days: int = 0) -> Time:
    """Return a period some years or days earlier (negative) or later."""

    def move(day: date) -> date:
        year = day.year + years
        last = 28 if day.month == 2 else day.day
        return date(year, day.month, min(day.day, last)) + timedelta(days=days)

    label = time.label
    if years and label[:4].isdigit():
        label = f"{int(label[:4]) + years}{label[4:]}"
    elif years and label[:2] == "FY" and label[2:6].isdigit():
        label = f"FY{int(label[2:6]) + years}{label[6:]}"
    return Time(move(time.start), move(time.end), time.grain, label, time.fiscal, time.relative)


def before(time: Time) -> Time:
    """Return the period of the same length just before."""
    if time.grain == "year":
        return shifted(time, years=-1)
    days = length(time)
    label = _previous_label(time)
    return Time(time.start - timedelta(days=days), time.start - timedelta(days=1), time.grain, label, time.fiscal)


def _previous_label(time: Time) -> str:
    text = time.label
    if time.grain == "quarter" and text[-2:-1] == "Q" and text[-1:].isdigit():
        part = int(text[-1])
        head = text[:-2].rstrip("-")
        if part > 1:
            return f"{text[:-1]}{part - 1}"
        digits = head[-4:]
        return f"{head[:-4]}{int(digits) - 1}{text[len(head) : -1]}4" if digits.isdigit() else ""
    return ""


def time_of(record: Record) -> Time | None:
    """Return the period of a fact as a claim would name it."""
    p = record.period
    if p is None:
        return None
    days = length(p)
    grain = (
        "day"
        if days <= 3
        else "month"
        if days <= 31
        else "quarter"
        if days <= 100
        else "half"
        if days <= 190
        else "year"
    )
    return Time(p.start, p.end, grain, record.fiscal or record.printed, bool(record.fiscal))


def _order(p: Record) -> tuple[date, date]:
    return (p.period.start if p.period else date.min, p.public or date.min)


def parts_of(points: Iterable[Record], time: Time) -> Sequence[Record] | None:
    """Return the points that fill a period without gap or overlap, or None.

    Quarters fill halves and years; a firm's quarters may miss the calendar's ends by weeks.
    """
    slack = EXACT_DAYS.get(time.grain, 45)
    inner = sorted(
        (
            p
            for p in points
            if p.period is not None
            and length(p.period) < length(time) - 20
            and p.period.start >= time.start - timedelta(days=slack)
            and p.period.end <= time.end + timedelta(days=slack)
        ),
        key=_order,
    )
    latest: dict[date, Record] = {}
    for p in inner:
        assert p.period is not None
        latest[p.period.start] = p
    chain = list(latest.values())
    if not chain or len(chain) > 12:
        return None
    first, last = chain[0].period, chain[-1].period
    assert first is not None and last is not None
    if abs((first.start - time.start).days) > slack or abs((last.end - time.end).days) > slack:
        return None
    for a, b in pairwise(chain):
        assert a.period is not None and b.period is not None
        if abs((b.period.start - a.period.end).days - 1) > 10:
            return None
    return chain
