"""What a user sets before a choice: prices and costs, parameters of the choice, odds of a licence, the buyer's numbers.

==========================================  ============================================================================
``price.H20``, ``rental.H20``               USD of a chip; USD of a rented hour
``pue``, ``life``, ``utilisation``, ...     whatever the cost room lets a user set for all chips
``price_sensitivity``, ``porting_effort.cann``, ...  parameters of the choice
``licence_odds``, ``licence_odds.H20``      odds of a licence for all chips, one chip or one review policy
``buyer.budget_usd``, ``buyer.software.port_months``, ...  a number of the buyer
==========================================  ============================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from highfence.choice.buyer_reading import checked_number
from highfence.choice.buyers import AS_GIVEN, Buyer
from highfence.choice.platforms import PLATFORMS
from highfence.core.errors import InputError, did_you_mean
from highfence.core.parameters import Valid
from highfence.core.ranges import Range
from highfence.cost.owning import OF_USE, SETTABLE

OF_CHIP = ("price", "rental")
"""Values that belong to one chip, whose name follows a dot."""

OF_COST = (*sorted((set(SETTABLE) - {"price", "rental", "chip_kw"}) | OF_USE),)
"""Values of the cost room that hold for all chips."""

EFFORTS = tuple(f"porting_effort.{name}" for name in (*dict.fromkeys(PLATFORMS.values()), "other"))


@dataclass(frozen=True, slots=True)
class Given:
    """Set values, sorted by who reads them. ``buyer`` has its own already."""

    buyer: Buyer
    cost: Mapping[str, float]
    parameters: Mapping[str, float]
    licence_odds: Mapping[str, float]


def read_given(given: Mapping[str, float] | None, buyer: Buyer, parameters: Iterable[str]) -> Given:
    """Sort what a user sets.

    Parameters
    ----------
    parameters : names of the choice's own parameters that may be set.

    Raises
    ------
    InputError : a name that nothing reads, with what could be meant; a value that cannot be.

    Examples
    --------
    >>> from highfence.choice.buyers import buyer
    >>> found = read_given({"price.H20": 8000.0, "buyer.budget_usd": 1e6}, buyer("research"), ())
    >>> dict(found.cost), found.buyer.budget_usd.value.mid
    ({'price.H20': 8000.0}, 1000000.0)
    """
    from highfence.catalogue import catalogue

    own = tuple(parameters)
    cost: dict[str, float] = {}
    held: dict[str, float] = {}
    odds: dict[str, float] = {}
    numbers: dict[str, float] = {}
    for name, value in (given or {}).items():
        head, _, rest = name.partition(".")
        if head == "buyer" and rest:
            numbers[rest] = value
        elif head == "licence_odds":
            odds[rest or "*"] = value
        elif head in OF_CHIP and rest:
            catalogue().chip(rest)
            if value < 0.0:
                raise InputError(f"a {head} cannot be negative", where=f"--set {name}", got=value,
                                 example=f"{name}=8000")
            cost[name] = value
        elif name in OF_CHIP:
            raise InputError(f"whose {name}?", where=f"--set {name}", got=value, example=f"{name}.H20=8000")
        elif name in own:
            held[name] = _checked(name, value)
        elif name in OF_COST:
            cost[name] = value
        else:
            raise _unknown(name, buyer, own)
    return Given(with_numbers(buyer, numbers), cost, held, odds)


def with_numbers(buyer: Buyer, numbers: Mapping[str, float]) -> Buyer:
    """Return a buyer with some of its numbers set, each without doubt.

    Raises
    ------
    InputError : no such number, or a value that cannot be.

    Examples
    --------
    >>> from highfence.choice.buyers import buyer
    >>> with_numbers(buyer("research"), {"software.cuda_share": 0.5}).software.cuda_share.value.mid
    0.5
    """
    known = buyer.figures()
    for path, value in numbers.items():
        where = f"--set buyer.{path}"
        if path not in known:
            raise InputError("the buyer has no such number", where=where, got=path, expected=", ".join(known),
                             hint=did_you_mean(path, known), example="buyer.budget_usd=200000")
        checked_number(path.rpartition(".")[2], value, where)
        buyer = _placed(buyer, path.split("."), Valid(Range.exact(float(value)), "assumed", note=AS_GIVEN))
    return buyer


def _placed(part: Any, path: list[str], value: Valid) -> Any:
    """Return a part of a buyer with the number at a path replaced."""
    if not path:
        return value
    if isinstance(part, tuple):
        at = int(path[0])
        return (*part[:at], _placed(part[at], path[1:], value), *part[at + 1:])
    return replace(part, **{path[0]: _placed(getattr(part, path[0]), path[1:], value)})


_WHOLE = ("nest_dissimilarity", "breach_probability", "installed_share", "attrition", "porting_gain",
          "domestic_decline", "software_gain", "foreign_decline")


def _checked(name: str, value: float) -> float:
    low = -10.0 if name == "home_preference" else 0.0
    most = 1.0 if name in _WHOLE else 1e12
    if not low <= value <= most:
        raise InputError(f"{name} cannot be that", where=f"--set {name}", got=value,
                         expected="0 to 1" if most == 1.0 else f"{low:g} or more")
    return float(value)


def _unknown(name: str, buyer: Buyer, own: tuple[str, ...]) -> InputError:
    every = (*own, *OF_COST, "licence_odds", *(f"{kind}.H20" for kind in OF_CHIP),
             *(f"buyer.{path}" for path in buyer.figures()))
    return InputError("nothing of that name can be set", where="--set", got=name, example="price.H20=8000",
                      expected=f"price.CHIP, rental.CHIP, licence_odds, buyer.NUMBER (highfence buyers {buyer.id}), or "
                               + ", ".join((*own, *OF_COST)),
                      hint=did_you_mean(name, every))
