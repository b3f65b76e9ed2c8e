"""What a chip was offered for: observations by place, day and kind, and the price or rent taken from them.

A price is taken by a rule that is the same for every chip:

1. observations of the destination's market come before those of other markets (China with Hong Kong and Macau is one
   market, the rest of the world another);
2. list, contract and street prices come before grey ones;
3. among those left the nearest in time is taken, with all that lie within a quarter of a year of it; a price of a
   server counts as :data:`SERVER_PENALTY` further away, and is divided by its chips and the share of the other parts;
   where only prices of servers are so near, the nearest price of the chip itself within a year is set beside them;
4. the range is theirs, each widened by the time between observation and day, and by another market.

Where no sale price exists, one is derived from rent, marked as such; where there is none either, no price is invented.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from math import exp, sqrt
from statistics import median
from typing import Any

from highfence.catalogue import Chip, Price, System, catalogue
from highfence.core.dates import parse_day, parse_period
from highfence.core.errors import InputError, NoAnswer, did_you_mean
from highfence.core.facts import worst_grade
from highfence.core.labels import Label
from highfence.core.ranges import Z80, Range
from highfence.core.terms import Term
from highfence.cost.parameters import shipped_parameters

CHINA = frozenset({"CN", "HK", "MO"})
"""One market for chips."""

SALES = ("list", "contract", "street", "grey")
KINDS = (*SALES, "rental")

POOL_YEARS = 0.25
"""Observations so close to the nearest are taken with it."""

SERVER_PENALTY = 0.5
"""Years by which a price of a server counts as further away than one of a chip (assumed)."""

BESIDE_YEARS = 1.0
"""A chip's own price so near is set beside prices of servers."""


@dataclass(frozen=True, slots=True)
class Legal:
    """What the law said of a chip on the day of an observation."""

    requirement: str
    outcome: Label


@dataclass(frozen=True, slots=True)
class Quote:
    """One observation, per chip.

    Attributes
    ----------
    subject : the chip or the system that was priced. chips : by which its price was divided; 1 for a chip's own.
    value : USD, or USD/h for a rental, for one chip; of a system with its other parts. place : code of a country, or
    None where none was said. period : as printed; day : its middle. public : day from which it was public.
    days : from the observation to the day of the question.
    """

    chip: str
    subject: str
    kind: str
    place: str | None
    period: str
    day: date
    public: date
    value: Range
    unit: str
    grade: str
    source: str
    chips: int
    days: int
    note: Label | None = None
    _law: Callable[[], Legal | None] = field(default=lambda: None, repr=False, compare=False)

    @property
    def legal(self) -> Legal | None:
        """Status of the chip under US law on that day and at that place; None before the first modelled day."""
        return self._law()

    @property
    def years(self) -> float:
        """Distance in time, whichever way."""
        return abs(self.days) / 365.25

    def to_dict(self) -> dict[str, Any]:
        """Return the observation as JSON, with its legal status."""
        legal = self.legal
        raw = {name: getattr(self, name) for name in ("chip", "subject", "kind", "place", "unit", "grade", "source",
                                                      "chips", "days")}
        return {**raw, "date": self.period, "low": self.value.low, "value": self.value.mid, "high": self.value.high,
                "note": self.note.to_dict() if self.note else None,
                "legal": {"requirement": legal.requirement, "outcome": legal.outcome.to_dict()} if legal else None}


def quotes(chip: str, *, to: str = "US", on: str | date = "2025-07-15", as_of: str | date | None = None,
           ) -> tuple[Quote, ...]:
    """Return every observation of a chip and of systems built of it, the nearest day first.

    Parameters
    ----------
    to : destination, whose law stands beside an observation that names no place. on : day of the question.
    as_of : hides what became public later.

    Examples
    --------
    >>> first = quotes("H20", to="CN", on="2024-02-01")[0]
    >>> first.kind, first.value.mid, first.legal.requirement
    ('street', 15320.0, 'none')
    """
    held, day = catalogue(), parse_day(on, "--on")
    found, place = held.chip(chip), country(to)
    known = None if as_of is None else parse_day(as_of, "--as-of")
    seen = [_quote(found, found, price, 1, place, day) for price in found.prices]
    for system in held.systems():
        count = system.number("chips")
        if system.chip == found.id and count:
            seen += [_quote(found, system, price, int(count), place, day) for price in system.prices]
    return tuple(sorted((q for q in seen if known is None or q.public <= known), key=lambda q: (q.years, q.subject)))


def price_of(chip: str, *, to: str = "US", on: str | date = "2025-07-15", kind: str = "auto",
             as_of: str | date | None = None, given: float | None = None) -> Term:
    """Return the price of one chip in USD, by the rule of this module.

    Parameters
    ----------
    kind : ``auto``, or one of list, contract, street and grey. given : the price that a user sets instead.

    Raises
    ------
    InputError : an unknown kind, or a negative price. NoAnswer : no observation, nor a rent to derive it from.

    Examples
    --------
    >>> price_of("H20", to="CN", on="2024-02-01").value.mid
    14410.0
    """
    return priced(chip, to=to, on=on, kind=kind, as_of=as_of, given=given)[0]


def rental_of(chip: str, *, to: str = "US", on: str | date = "2025-07-15", as_of: str | date | None = None,
              given: float | None = None) -> Term:
    """Return the rent of one chip in USD an hour, by the rule of this module.

    Raises
    ------
    InputError : a negative rent. NoAnswer : no observation.
    """
    name = catalogue().chip(chip)
    label = Label(f"rent of {name.name.en}", f"{name.name.zh}租金")
    if given is not None:
        return _given("rental", label, given, "USD/h")
    seen = [q for q in quotes(chip, to=to, on=on, as_of=as_of) if q.kind == "rental"]
    if not seen:
        raise NoAnswer(f"no rent of {name.name.en} is known", missing="a rental price",
                       would_change=f"renting as an alternative; set it: --set rental.{name.id}=USD_PER_HOUR")
    return _taken("rental", label, _nearest(seen, country(to)), country(to), "USD/h")


def priced(chip: str, *, to: str, on: str | date, kind: str = "auto", as_of: str | date | None = None,
           given: float | None = None) -> tuple[Term, tuple[Quote, ...]]:
    """Return the price of a chip as :func:`price_of` does, with the observations that it was taken from."""
    name, place = catalogue().chip(chip), country(to)
    label = Label(f"price of {name.name.en}", f"{name.name.zh}价格")
    if given is not None:
        return _given("price", label, given, "USD"), ()
    if kind not in ("auto", *SALES):
        raise InputError("no such kind of price", where="kind", got=kind, expected=", ".join(("auto", *SALES)),
                         example="street", hint=did_you_mean(kind, SALES))
    seen = quotes(chip, to=to, on=on, as_of=as_of)
    sales = [q for q in seen if q.kind in (SALES if kind == "auto" else (kind,))]
    if sales:
        pool = _nearest(sales, place)
        return _taken("price", label, pool, place, "USD"), pool
    rents = [q for q in seen if q.kind == "rental"]
    if rents and kind == "auto":
        pool = _nearest(rents, place)
        return _from_rent(label, _taken("rental", Label("rent", "租金"), pool, place, "USD/h")), pool
    raise NoAnswer(f"no {'sale price or rent' if kind == 'auto' else f'{kind} price'} of {name.name.en} is known"
                   + (f" as of {as_of}" if as_of else ""),
                   missing="a price observation" + (" of another kind is there" if seen else ""),
                   would_change=f"every cost of owning it; set it: --set price.{name.id}=USD")


def market(place: str | None) -> str | None:
    """Return the market of a place: ``CN`` or ``world``; None for an observation without a place.

    >>> market("HK"), market("US")
    ('CN', 'world')
    """
    return None if place is None else "CN" if place in CHINA else "world"


@cache
def country(name: str) -> str:
    """Return the code of a country by code or name.

    Raises
    ------
    InputError : no such country.
    """
    from highfence.rules.store import shipped_law

    return shipped_law().gazetteer.code(name)


def _quote(chip: Chip, subject: Chip | System, price: Price, count: int, to: str, on: date) -> Quote:
    period = parse_period(price.date)
    day = period.start + (period.end - period.start) / 2
    source = catalogue().source(price.source)
    public = max(period.start, parse_period(source.date).end) if source.date else period.end
    ends = [v for v in (price.low, price.value, price.high) if v is not None]
    value = Range(min(ends), price.value, max(ends)) * (1.0 / count)
    return Quote(chip.id, subject.id, price.kind, price.place, price.date, day, public, value,
                 "USD/h" if price.kind == "rental" else "USD", price.grade, price.source, count, (on - day).days,
                 price.note, lambda: _legal(chip.id, price.place or to, day))


@cache
def _legal(chip: str, place: str, day: date) -> Legal | None:
    from highfence.rules import classify

    try:
        verdict = classify(chip, to=place, on=day)
    except InputError:
        return None
    return Legal(verdict.requirement, verdict.outcome_label)


def _rank(quote: Quote, to: str) -> tuple[int, bool]:
    """Order by market, then lawful kinds before grey ones."""
    at = "world" if quote.place is None and market(to) == "world" else market(quote.place)
    return (0 if at == market(to) else 1 if at is None else 2), quote.kind == "grey"


def _distance(quote: Quote) -> float:
    return quote.years + (SERVER_PENALTY if quote.chips > 1 else 0.0)


def _nearest(seen: Sequence[Quote], to: str) -> tuple[Quote, ...]:
    best = min(_rank(q, to) for q in seen)
    kept = [q for q in seen if _rank(q, to) == best]
    first = min(map(_distance, kept))
    pool = [q for q in kept if _distance(q) <= first + POOL_YEARS]
    own = [q for q in kept if q.chips == 1 and q.years <= BESIDE_YEARS]
    if own and all(q.chips > 1 for q in pool):
        pool.append(min(own, key=_distance))
    return tuple(pool)


def _taken(id: str, label: Label, pool: Sequence[Quote], to: str, unit: str) -> Term:
    """Return the median of a pool within its ends, each widened by time and by another market."""
    per_chip = [_chip_alone(q) for q in pool]
    spread = [exp(Z80 * _sigma(q, r, to)) for q, r in zip(pool, per_chip)]
    value = Range(min(r.low / s for r, s in zip(per_chip, spread)), median(r.mid for r in per_chip),
                  max(r.high * s for r, s in zip(per_chip, spread)))
    terms = tuple(Term(f"{q.kind}.{q.subject}", _seen(q), r, unit, q.grade, (q.source,), q.note)
                  for q, r in zip(pool, per_chip))
    return Term(id, label, value, unit, worst_grade(q.grade for q in pool), _sources(pool), _how(pool, to), terms)


def _chip_alone(quote: Quote) -> Range:
    """Return what one chip cost: of a system, without its share of the other parts."""
    if quote.chips == 1 or quote.kind == "rental":
        return quote.value
    share = shipped_parameters()["server_share"].at().value
    return Range(quote.value.low / (1.0 + share.high), quote.value.mid / (1.0 + share.mid),
                 quote.value.high / (1.0 + share.low))


def _sigma(quote: Quote, value: Range, to: str) -> float:
    """Return the doubt, as a standard deviation of the logarithm, that time, market and a bare figure add."""
    p = shipped_parameters()
    year, place, own = (p[f"price_sigma_{name}"].at().value.mid for name in ("year", "place", "own"))
    elsewhere = place if _rank(quote, to)[0] == 2 else 0.0
    bare = own if value.low == value.high else 0.0
    return sqrt(bare**2 + (year * quote.years) ** 2 + elsewhere**2)


def _seen(quote: Quote) -> Label:
    where_en, where_zh = quote.place or "no place said", quote.place or "未注明地点"
    kinds = {"list": "标价", "contract": "合同价", "street": "市价", "grey": "灰市价", "rental": "租价"}
    of = f", {quote.subject} over {quote.chips} chips" if quote.chips > 1 else ""
    of_zh = f"，{quote.subject}按{quote.chips}颗芯片均摊" if quote.chips > 1 else ""
    return Label(f"{quote.kind} price, {where_en}, {quote.period}{of}",
                 f"{kinds[quote.kind]}，{where_zh}，{quote.period}{of_zh}")


def _how(pool: Sequence[Quote], to: str) -> Label:
    nearest = min(pool, key=lambda q: q.years)
    en = [f"nearest of {len(pool)} observation{'s' if len(pool) > 1 else ''}, {abs(nearest.days)} days away"]
    zh = [f"{len(pool)}条观察中最近者，相隔{abs(nearest.days)}天"]
    if any(q.chips > 1 for q in pool):
        en.append("from the price of a system, less the share of its other parts")
        zh.append("由整机价格扣除其他部件份额")
    if _rank(pool[0], to)[0] == 2:
        en.append("seen on another market")
        zh.append("取自其他市场")
    if pool[0].kind == "grey":
        en.append("grey market")
        zh.append("灰市")
    return Label("; ".join(en), "；".join(zh))


def _from_rent(label: Label, rent: Term) -> Term:
    hours = shipped_parameters()["rental_hours_in_price"].term()
    spread = sqrt(_log_half(rent.value) ** 2 + _log_half(hours.value) ** 2)
    mid = rent.value.mid * hours.value.mid
    return Term("price", label, Range(mid * exp(-spread), mid, mid * exp(spread)), "USD",
                worst_grade((rent.grade, hours.grade)), rent.sources,
                Label("no sale price is known; derived from rent", "未见售价，由租金推算"), (rent, hours))


def _log_half(value: Range) -> float:
    from math import log

    return log(value.high / value.low) / 2.0


def _given(id: str, label: Label, value: float, unit: str) -> Term:
    if not value >= 0.0:
        raise InputError("a price cannot be negative", where=f"--set {id}", got=value, expected=f"{unit}, 0 or more",
                         example="8000")
    return Term(id, label, Range.exact(float(value)), unit, "", (), Label("as given", "由用户给定"))


def _sources(pool: Iterable[Quote]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(q.source for q in pool))
