"""What a buyer weighs between a foreign chip now and a domestic one: every figure as a term, and draws of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from highfence.choice.dynamics import QUARTER, Fork
from highfence.choice.hazard import cutoff_hazard, reopening_rate
from highfence.choice.parameters import shipped_parameters
from highfence.core.arrays import FLOATS
from highfence.core.dates import parse_day
from highfence.core.errors import InputError, did_you_mean
from highfence.core.labels import Label
from highfence.core.ranges import Range
from highfence.core.terms import Term

PARAMETERS = (
    "discount_rate", "chip_life", "work_growth", "installed_share", "port_engineer_months", "code_base_months",
    "engineer_month_cost", "port_quarters", "hurry_quarters", "hurry_surcharge", "code_growth", "porting_gain",
    "domestic_decline", "software_gain", "foreign_decline", "weaker_chip", "inexperience", "experience_half_life",
    "rental_premium", "rental_squeeze", "value_of_work", "attrition")
"""Parameters of ``parameters_dynamics.yaml``, each of which a caller may set."""

COSTS = ("foreign_cost", "capital_share", "domestic_cost")
RATES = ("hazard", "reopening")

MOST_SHARE = 0.95
"""Shares and yearly falls are drawn no higher than this."""

_AS_GIVEN = Label("as given", "由用户给定")
_LABELS = {
    "foreign_cost": Label("Cost of work on the foreign chip", "境外芯片的单位工作成本"),
    "capital_share": Label("Share of it that the chip's price is", "其中芯片价格所占份额"),
    "domestic_cost": Label("Cost of work on the domestic chip", "国产芯片的单位工作成本"),
    "hazard": Label("Hazard of a cut-off", "断供风险率"),
    "reopening": Label("Rate of reopening", "恢复供应率"),
}


@dataclass(frozen=True, slots=True)
class TwoTheories:
    """The fork that a buyer stands at.

    Attributes
    ----------
    foreign, domestic, buyer : names. price : USD of a foreign chip, the one at which ``foreign_cost`` holds.
    work : units a quarter now. unit : of work, such as ``million tokens``. quarters : horizon. place, on : of the
    buyer. terms : by id, costs in USD per unit of work, the rates of :data:`RATES` and every one of :data:`PARAMETERS`.
    """

    foreign: str
    domestic: str
    buyer: str
    price: float
    work: float
    unit: str
    quarters: int
    place: str
    on: date
    terms: Mapping[str, Term]


def two_theories(foreign: str, domestic: str, *, price: float, foreign_cost: Term | Range | float,
                 capital_share: Term | Range | float, domestic_cost: Term | Range | float, work: float, unit: str,
                 on: str | date, buyer: str = "", place: str = "CN", quarters: int = 40,
                 hazard: Term | Range | float | None = None, reopening: Term | Range | float | None = None,
                 given: Mapping[str, Term | Range | float] | None = None) -> TwoTheories:
    """Return what a buyer weighs, from the cost of work on each chip; the rest is shipped unless given.

    Parameters
    ----------
    price : USD of a foreign chip. foreign_cost, domestic_cost : USD per unit of work, all of it owned. capital_share :
    of ``foreign_cost`` that goes with the chip's price. work : units a quarter. hazard, reopening : per year, else from
    what had happened by ``on``. given : by id of :data:`PARAMETERS`; a buyer's own code is given as both
    ``port_engineer_months`` and ``code_base_months``.

    Raises
    ------
    InputError : a number that is not above zero, a share above one, or an unknown parameter.

    Examples
    --------
    >>> fork = two_theories("H20", "910B", price=11000.0, foreign_cost=1.0, capital_share=0.5, domestic_cost=1.3,
    ...                     work=1e5, unit="million tokens", on="2025-07-20")
    >>> fork.terms["hazard"].grade, fork.terms["code_growth"].grade
    ('estimate', 'assumed')
    """
    day = parse_day(on, "--on")
    per_unit = f"USD/{unit}"
    given = dict(given or {})
    for name in given:
        if name not in PARAMETERS:
            raise InputError("no such parameter of the choice", where="given", got=name,
                             expected=", ".join(PARAMETERS), hint=did_you_mean(name, PARAMETERS))
    terms = {"foreign_cost": _term("foreign_cost", foreign_cost, per_unit),
             "capital_share": _term("capital_share", capital_share, "share"),
             "domestic_cost": _term("domestic_cost", domestic_cost, per_unit),
             "hazard": cutoff_hazard(day).term("hazard", _LABELS["hazard"]) if hazard is None
             else _term("hazard", hazard, "1/year", lowest=0.0),
             "reopening": reopening_rate(day).term("reopening", _LABELS["reopening"]) if reopening is None
             else _term("reopening", reopening, "1/year", lowest=0.0)}
    known = shipped_parameters()
    for name in PARAMETERS:
        terms[name] = (_term(name, given[name], known[name].unit, known[name].label, lowest=-0.9)
                       if name in given else known[name].term(place, day))
    for name, value in (("price", price), ("work", work), *((n, terms[n].value.low) for n in COSTS)):
        if not value > 0.0:
            raise InputError("has to be above zero", where=name, got=value, example="1.5")
    for name in ("capital_share", "installed_share"):
        if terms[name].value.mid > 1.0:
            raise InputError("more than the whole", where=name, got=terms[name].value.mid, expected="0 to 1",
                             example="0.5")
    if quarters < 2:
        raise InputError("too short a horizon", where="quarters", got=quarters, expected="2 or more", example="40")
    return TwoTheories(foreign, domestic, buyer, float(price), float(work), unit, int(quarters), place, day, terms)


def _term(id: str, value: Term | Range | float, unit: str, label: Label | None = None, lowest: float = 0.0) -> Term:
    if isinstance(value, Term):
        return value
    held = value if isinstance(value, Range) else Range.exact(float(value))
    if not lowest <= held.low < float("inf"):
        raise InputError("out of its range", where=id, got=held.low, expected=f"{lowest} or more")
    return Term(id, label or _LABELS[id], held, unit, "", (), _AS_GIVEN)


def fork_of(inputs: TwoTheories, z: Mapping[str, Any] | None = None, xp: Any = FLOATS) -> Fork:
    """Return the kernel's numbers at standard normals by term; the middle where none is given.

    The life of a chip is its middle in whole quarters, and the tail after the horizon one life.
    """
    def at(id: str) -> Any:
        return inputs.terms[id].value.draw(z.get(id, 0.0) if z else 0.0, xp)

    def share(id: str) -> Any:
        value = at(id)
        return xp.minimum(value, MOST_SHARE + 0.0 * value)

    life = max(1, round(inputs.terms["chip_life"].value.mid / QUARTER))
    foreign, domestic, code = at("foreign_cost"), at("domestic_cost"), at("code_base_months")
    of_price = at("capital_share")
    of_price = xp.minimum(of_price, 1.0 + 0.0 * of_price)
    fading = xp.exp(-0.6931471805599453 / at("experience_half_life"))
    return Fork(
        quarters=inputs.quarters, life=life, tail=life, work=inputs.work, installed=share("installed_share"),
        growth=at("work_growth"), foreign_base=foreign * (1.0 - of_price),
        foreign_per_price=foreign * of_price / inputs.price, weaker=at_least_one(at("weaker_chip"), xp),
        domestic_cost=domestic, rental_cost=domestic * at("rental_premium"),
        squeeze=at_least_one(at("rental_squeeze"), xp), value_of_work=domestic * at("value_of_work"),
        engineer_months=at("port_engineer_months"), new_code=code * at("code_growth"),
        hurry_months=code * at("hurry_surcharge"), wage=at("engineer_month_cost"), porting_gain=share("porting_gain"),
        port_quarters=at("port_quarters"), hurry_quarters=at("hurry_quarters"),
        domestic_decline=share("domestic_decline"), software_gain=share("software_gain"),
        foreign_decline=share("foreign_decline"), inexperience=at("inexperience"), fading=fading,
        attrition=share("attrition"), discount=at("discount_rate"))


def at_least_one(value: Any, xp: Any) -> Any:
    """Return a multiple, one where it is below."""
    return xp.maximum(value, 1.0 + 0.0 * value)
