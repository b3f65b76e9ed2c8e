"""Sentences from series: figures of firms, their growth, and the share of China in their sales."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import product
from typing import Any

from highfence.catalogue import catalogue
from highfence.catalogue.series import Point, Series, all_series
from highfence.claims.validation.wording import (
    STRONG,
    Sentence,
    far,
    firm_name,
    money_words,
    percent_words,
    period_words,
    templates,
)

PUBLISHED = date(2026, 10, 1)
"""Day on which the sentences are taken to be printed: after every fact that they are made from."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A firm's figure of a period, alone in its key."""

    firm: str
    measure: str
    point: Point
    unit: str


MEASURES = {"revenue": ("{}-revenue", "{}-revenue-year"), "capex": ("{}-capex", "{}-capex-year"),
            "datacenter-revenue": ("{}-datacenter-revenue", "{}-datacenter-revenue-year"),
            "china-share": ("{}-china-share", "{}-china-share-year")}


@cache
def _rows() -> tuple[_Row, ...]:
    """Return every figure of a firm by fiscal or calendar quarter or year, its latest print."""
    known = {f.id for f in catalogue().firms()}
    found = []
    for measure, patterns in MEASURES.items():
        for firm, pattern in product(sorted(known), patterns):
            held = all_series().get(pattern.format(firm))
            if held is not None and held.frequency in ("quarter", "year"):
                found += [_Row(firm, measure, p, held.unit) for p in _latest(held)]
    return tuple(found)


def _latest(held: Series) -> Iterator[Point]:
    by_period: dict[str, list[Point]] = {}
    for p in held.as_of(PUBLISHED).points:
        if p.kind == "fact" and p.grade in STRONG and not p.by and "H" not in p.period:
            by_period.setdefault(p.fiscal or p.period, []).append(p)
    for points in by_period.values():
        if max(p.high for p in points) <= min(p.low for p in points) * 1.002:
            yield points[-1]


def levels(mutation: str) -> Iterator[Sentence]:
    """Yield figures of firms in a quarter or year."""
    for row in _rows():
        if row.measure == "china-share":
            continue
        for lang in ("en", "zh"):
            for changed in _changed_level(row, mutation):
                yield from _written("level", lang, mutation, row, changed)


def _changed_level(row: _Row, mutation: str) -> Iterator[dict[str, Any]]:
    base: dict[str, Any] = {"firm": row.firm, "point": row.point, "value": row.point.value, "unit": row.unit}
    if not mutation:
        yield base
    elif mutation == "magnitude":
        yield from ({**base, "value": row.point.value * f} for f in (0.1, 10.0))
    elif mutation == "unit":
        yield from ({**base, "unit": u} for u in ("CNY", "EUR", "USD") if u != row.unit)
    elif mutation in ("entity", "period"):
        for other in _rows():
            same = other.measure == row.measure and other.unit == row.unit and _span(other) == _span(row)
            if mutation == "entity":
                fits = same and other.firm != row.firm and _name(other.point) == _name(row.point)
            else:
                fits = same and other.firm == row.firm and other.point.start != row.point.start
            if fits and far(other.point.value, row.point.value):
                yield {**base, "firm": other.firm} if mutation == "entity" else {**base, "point": other.point}


def _written(family: str, lang: str, mutation: str, row: _Row, changed: Mapping[str, Any]) -> Iterator[Sentence]:
    value = money_words(changed["value"], changed["unit"], lang)
    for template in templates()["level"][row.measure][lang]:
        text = template.format(firm=firm_name(changed["firm"], lang), value=value,
                               period=period_words(changed["point"], lang))
        yield Sentence(text, lang, family, mutation, f"{row.firm}/{row.measure}/{_name(row.point)}")


def growths(mutation: str) -> Iterator[Sentence]:
    """Yield changes on the year before: quarters of firms, with both ends known."""
    for row in _rows():
        before = _year_before(row)
        if row.measure == "china-share" or before is None or abs(row.point.value / before.point.value - 1) < 0.05:
            continue
        growth = row.point.value / before.point.value - 1
        if growth > 3:
            continue
        for lang in ("en", "zh"):
            for period, direction, amount in _changed_growth(row, growth, mutation):
                level = mutation == "level-change"
                shown = money_words(row.point.value, row.unit, lang) if level else percent_words(amount, lang)
                for template in templates()["growth"][row.measure][lang]:
                    verb = templates()["verbs"]["rise" if direction > 0 else "fall"][lang][len(template) % 3]
                    text = template.format(firm=firm_name(row.firm, lang), period=period_words(period, lang), verb=verb,
                                           value=shown)
                    yield Sentence(text, lang, "growth", mutation, f"{row.firm}/{row.measure}/{_name(row.point)}")


def _changed_growth(row: _Row, growth: float, mutation: str) -> Iterator[tuple[Point, int, float]]:
    sign, size = (1 if growth > 0 else -1), abs(growth)
    if mutation in ("", "level-change"):
        yield row.point, sign, size
    elif mutation == "direction" and size > 0.08:
        yield row.point, -sign, size
    elif mutation == "magnitude":
        yield row.point, sign, size * (3.0 if size < 0.3 else 0.2)
    elif mutation == "period":
        for other in _rows():
            if other.firm == row.firm and other.measure == row.measure and _span(other) == _span(row):
                earlier = _year_before(other)
                if earlier and abs(other.point.value / earlier.point.value - 1 - growth) > max(0.2, size):
                    yield other.point, sign, size


def parts(mutation: str) -> Iterator[Sentence]:
    """Yield shares of revenue from China, as a level and from one year to the next."""
    rows = [r for r in _rows() if r.measure == "china-share"]
    for row in rows:
        before = _year_before(row)
        for lang in ("en", "zh"):
            base = (row.firm, row.point, row.point.value)
            if mutation == "":
                yield from _shares(lang, "", row, *base)
                if before and abs(before.point.value - row.point.value) > 0.03:
                    yield from _moves(lang, "", row, before, 1)
            elif mutation == "direction" and before and abs(before.point.value - row.point.value) > 0.05:
                yield from _moves(lang, mutation, row, before, -1)
            elif mutation == "level-change" and before and row.point.value > 0.1:
                if abs(abs(row.point.value - before.point.value) - row.point.value) > 0.06:
                    yield from _by(lang, row, before)
            elif mutation in ("entity", "period"):
                for other in rows:
                    firm, span = other.firm == row.firm, _span(other) == _span(row)
                    near = _name(other.point) == _name(row.point)
                    fits = span and (firm and not near if mutation == "period" else near and not firm)
                    if fits and abs(other.point.value - row.point.value) > 0.06:
                        yield from _shares(lang, mutation, row, other.firm, other.point, row.point.value)


def _shares(lang: str, mutation: str, row: _Row, firm: str, point: Point, value: float) -> Iterator[Sentence]:
    for template in templates()["part"]["level"][lang]:
        text = template.format(firm=firm_name(firm, lang), period=period_words(point, lang),
                               value=percent_words(value, lang))
        yield Sentence(text, lang, "part", mutation, f"{row.firm}/{row.measure}/{_name(row.point)}")


def _moves(lang: str, mutation: str, row: _Row, before: _Row, way: int) -> Iterator[Sentence]:
    old, new = (before.point.value, row.point.value)[::way]
    for template in templates()["part"]["rise" if new > old else "fall"][lang]:
        text = template.format(firm=firm_name(row.firm, lang), period=period_words(row.point, lang),
                               old=percent_words(old, lang), new=percent_words(new, lang))
        yield Sentence(text, lang, "part", mutation, f"{row.firm}/{row.measure}/{_name(row.point)}")


def _by(lang: str, row: _Row, before: _Row) -> Iterator[Sentence]:
    rises = row.point.value > before.point.value
    for template in templates()["part"]["rise-by" if rises else "fall-by"][lang]:
        text = template.format(firm=firm_name(row.firm, lang), period=period_words(row.point, lang),
                               value=f"{row.point.value * 100:.0f}")
        yield Sentence(text, lang, "part", "level-change", f"{row.firm}/{row.measure}/{_name(row.point)}")


def _span(row: _Row) -> str:
    return "quarter" if (row.point.end - row.point.start).days < 120 else "year"


def _name(point: Point) -> str:
    return point.fiscal or point.period


def _year_before(row: _Row) -> _Row | None:
    """Return the same figure a year earlier."""
    for other in _rows():
        same = other.firm == row.firm and other.measure == row.measure and _span(other) == _span(row)
        if same and 355 <= (row.point.start - other.point.start).days <= 375:
            return other
    return None
