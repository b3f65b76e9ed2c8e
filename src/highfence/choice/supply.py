"""What makers could deliver, and what governments tell their own buyers: dated data, by chip and kind of buyer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from highfence.catalogue.entries import Chip
from highfence.core.labels import Label
from highfence.core.ranges import Range

CHINA = frozenset({"CN", "HK", "MO"})


def same_country(one: str, other: str) -> bool:
    """Return whether two places are one market: a country, or China with Hong Kong and Macau.

    >>> same_country("HK", "CN"), same_country("CN", "US")
    (True, False)
    """
    return one == other or (one in CHINA and other in CHINA)


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of a government on what its own buyers buy.

    Attributes
    ----------
    effect : barred, discouraged (by ``factor``, the share of purchases that go on), quota (``factor`` is the largest
    share of a purchase) or noted. kinds : of buyer that it binds, empty for all. state_funded : binds the share of
    any buyer's projects that state money reaches. grade : of the report that it exists; the factor is assumed.
    """

    id: str
    place: str
    first: date
    last: date | None
    label: Label
    kinds: frozenset[str]
    state_funded: bool
    ids: frozenset[str]
    vendors: frozenset[str]
    foreign: bool
    datacenter: bool
    effect: str
    factor: Range | None
    evidence: str
    grade: str
    sources: tuple[str, ...]

    def holds(self, chip: Chip, maker: str, place: str, day: date) -> bool:
        """Return whether the measure is about a chip of a maker's country in a place on a day."""
        if not same_country(self.place, place) or day < self.first or (self.last is not None and day > self.last):
            return False
        if self.datacenter and chip.value("datacenter") is not True:
            return False
        return chip.id in self.ids or chip.vendor in self.vendors or (
            self.foreign and not same_country(maker, self.place))


@dataclass(frozen=True, slots=True)
class Supply:
    """What a maker could deliver to a place from a day on.

    Attributes
    ----------
    units : a quarter, for the whole place. lead_months : from order to delivery. filled : share of an order that is
    delivered, by kind of buyer.
    """

    chip: str
    place: str
    first: date
    last: date | None
    sells: bool
    units: Range | None
    lead_months: Range | None
    filled: Mapping[str, Range]
    grade: str
    sources: tuple[str, ...]
    label: Label


@dataclass(frozen=True, slots=True)
class FirstSold:
    """When a chip could first be bought, where the catalogue has no day."""

    day: date
    grade: str
    source: str | None
    label: Label


@dataclass(frozen=True, slots=True)
class Market:
    """Everything that is known of supply and of governments' measures."""

    chips: tuple[str, ...]
    measures: tuple[Measure, ...]
    supplies: Mapping[str, tuple[Supply, ...]]
    first_sold: Mapping[str, FirstSold]

    def supply(self, chip: str, place: str, day: date, known: date | None = None) -> Supply | None:
        """Return what is known of a chip's supply to a place on a day, the latest begun; None where nothing is.

        Parameters
        ----------
        known : day of knowledge; what was published later is left out.
        """
        begun = [s for s in self.supplies.get(chip, ()) if same_country(s.place, place) and s.first <= day
                 and (s.last is None or day <= s.last) and _public(s.sources, known)]
        return max(begun, key=lambda s: s.first, default=None)

    def in_force(self, chip: Chip, maker: str, place: str, day: date, known: date | None = None) -> tuple[Measure, ...]:
        """Return the measures about a chip in a place on a day."""
        return tuple(m for m in self.measures if m.holds(chip, maker, place, day) and _public(m.sources, known))


@cache
def market() -> Market:
    """Return the shipped data on supply and measures."""
    from highfence.choice.store import choice_pack

    raw = choice_pack()["supply"]
    supplies: dict[str, list[Supply]] = {}
    for row in raw["supply"]:
        supplies.setdefault(row["chip"], []).append(_supply(row))
    return Market(tuple(raw["chips"]), tuple(_measure(row) for row in raw["measures"]),
                  {chip: tuple(found) for chip, found in supplies.items()},
                  {row["chip"]: FirstSold(date.fromisoformat(row["first"]), row["grade"], row["source"],
                                          Label.read(row["label"])) for row in raw["first_sold"]})


def _public(sources: Iterable[str], known: date | None) -> bool:
    """Return whether any source of an entry was out by a day; what nobody published is taken as known."""
    return known is None or (first := _published(tuple(sources))) is None or first <= known


@cache
def _published(sources: tuple[str, ...]) -> date | None:
    from highfence.choice.store import known_sources
    from highfence.core.dates import parse_period

    days = [parse_period(day).start for id in sources if (day := known_sources()[id].date)]
    return min(days, default=None)


def _measure(raw: Mapping[str, Any]) -> Measure:
    chips, binds = raw["chips"], raw["binds"]
    return Measure(raw["id"], raw["place"], date.fromisoformat(raw["first"]), _day(raw["last"]),
                   Label.read(raw["label"]), frozenset(binds["kinds"]), binds["state_funded"], frozenset(chips["ids"]),
                   frozenset(chips["vendors"]), chips["foreign"], chips["datacenter"], raw["effect"],
                   _range(raw["factor"]), raw["evidence"], raw["grade"], tuple(raw["sources"]))


def _supply(raw: Mapping[str, Any]) -> Supply:
    return Supply(raw["chip"], raw["place"], date.fromisoformat(raw["first"]), _day(raw["last"]), raw["sells"],
                  _range(raw["units_per_quarter"]), _range(raw["lead_months"]),
                  {kind: Range(**r) for kind, r in raw["filled"].items()}, raw["grade"], tuple(raw["sources"]),
                  Label.read(raw["label"]))


def _range(raw: Mapping[str, float] | None) -> Range | None:
    return None if raw is None else Range(**raw)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
