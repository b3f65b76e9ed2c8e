"""What a chip costs to make, beside what it sells for: the answer of ``highfence cost --making``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from highfence.core.dates import parse_day
from highfence.core.envelope import shown
from highfence.core.errors import InputError, NoAnswer, did_you_mean
from highfence.core.terms import Term
from highfence.cost.hourly import check_draws
from highfence.cost.making.unit import unit_cost, vendor_margin
from highfence.cost.prices import price_of


@dataclass(frozen=True)
class Made:
    """Cost of a chip, its price and the vendor's margin; price and margin are None where no price is known."""

    chip: str
    name: str
    on: date
    cost: Term
    price: Term | None
    margin: Term | None

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of the sources of cost, price and margin."""
        terms = (t for t in (self.cost, self.price, self.margin) if t is not None)
        return tuple(dict.fromkeys(s for t in terms for s in t.all_sources))

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as JSON."""
        return shown(self)


def making_cost(chip: str, *, to: str = "US", on: str | date, as_of: str | date | None = None,
                given: Mapping[str, float] | None = None, draws: int = 2000, seed: int = 0) -> Made:
    """Return what a chip costs to make on a day, and the margin at its price in a place.

    Parameters
    ----------
    given : ``price`` or ``price.<chip>`` in USD.

    Raises
    ------
    InputError : an unknown name of a value. NoAnswer : a fact of the die, node or memory is not published.

    Examples
    --------
    >>> found = making_cost("H20", to="CN", on="2025-08-01")
    >>> 0.5 < found.margin.value.mid < 0.9
    True
    """
    from highfence.catalogue import catalogue

    day, entry = parse_day(on, "--on"), catalogue().chip(chip)
    asked = None
    for name, value in (given or {}).items():
        if not 0.0 <= value < 1e9:
            raise InputError(f"{name} cannot be that", where=f"--set {name}", got=value, expected="USD, 0 or more")
        head, dot, whose = name.partition(".")
        if head != "price":
            raise InputError("nothing of that name can be set here", where="--set", got=name, expected="price",
                             example="price=12000", hint=did_you_mean(head, ("price",)))
        if not dot or catalogue().chip(whose).id == entry.id:
            asked = value
    draws = check_draws(draws)
    cost = unit_cost(entry, on=day, draws=draws, seed=seed)
    try:
        price = price_of(entry.id, to=to, on=day, as_of=as_of, given=asked)
    except NoAnswer:
        return Made(entry.id, entry.name.en, day, cost, None, None)
    margin = vendor_margin(entry, price.value, on=day, draws=draws, seed=seed)
    return Made(entry.id, entry.name.en, day, cost, price, margin)
