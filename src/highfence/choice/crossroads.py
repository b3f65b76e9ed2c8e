"""A buyer at the fork between a foreign chip and a domestic one, with costs from the cost room.

The work of a quarter is what the buyer's budget buys: budget over horizon, at the foreign chip's cost. Machines are
owned; the part of an hour that moves with the chip's price is the chip's own capital and the money that law adds to it.
Models that were not out on the day give way to a dense one (:func:`highfence.choice.work.of_its_day`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from highfence.choice.buyers import Buyer
from highfence.choice.choose import buyer_from
from highfence.choice.given import read_given
from highfence.choice.indifference import Indifference
from highfence.choice.indifference import indifference as weigh
from highfence.choice.platforms import effort_of, platform_of
from highfence.choice.two_theories import PARAMETERS, RATES, TwoTheories, two_theories
from highfence.choice.work import WorkCosts, of_its_day, work_costs
from highfence.core.dates import parse_day
from highfence.core.errors import InputError, NoAnswer
from highfence.core.facts import GRADES
from highfence.core.labels import Label
from highfence.core.ranges import Range, quantile_range
from highfence.core.terms import Term
from highfence.cost.tokens import TokenCost

QUARTERS_A_YEAR = 4.0


def crossroads(foreign: str, domestic: str, buyer: str | Path | Buyer, *, to: str = "CN", on: str | date | None = None,
               as_of: str | date | None = None, given: Mapping[str, float] | None = None, draws: int = 1000,
               seed: int = 1) -> TwoTheories:
    """Return the fork of a buyer on a day.

    Parameters
    ----------
    given : values that the user sets: prices and costs as for ``token_cost``, ``hazard`` and ``reopening`` a year, and
        the parameters of :data:`highfence.choice.two_theories.PARAMETERS`.

    Raises
    ------
    InputError : a chip, buyer, day or value that cannot be, or chips of one platform.
    NoAnswer : a chip that cannot do the buyer's work, or has no price.

    Examples
    --------
    >>> fork = crossroads("H20", "910B", "research", on="2025-07-20", draws=100)
    >>> fork.terms["foreign_cost"].value.mid > 0.0
    True
    """
    from highfence.catalogue import catalogue

    asked = read_given(given, buyer_from(buyer), (*PARAMETERS, *RATES))
    day = parse_day(on, "--on") if on is not None else date.today()
    b, _ = of_its_day(asked.buyer, day)
    known = parse_day(as_of, "--as-of") if as_of is not None else None
    first, second = catalogue().chip(foreign), catalogue().chip(domestic)
    if platform_of(first.id) == platform_of(second.id):
        raise InputError("both chips run the same software: there is nothing to move", got=f"{foreign}, {domestic}",
                         expected="a foreign and a domestic chip", example="highfence indifference H20 910B")
    own = dict(asked.parameters)
    costs = work_costs(b, [first.id, second.id], to=to, on=day, as_of=known, given=asked.cost, draws=draws, seed=seed,
                       rent=False)
    for chip in (first, second):
        if chip.id in costs.refused:
            raise NoAnswer(f"{chip.name.en}: {costs.refused[chip.id]}", missing="what its work costs",
                           would_change="both theories")
    unit, scale = _unit(b, costs)
    terms = [_cost(name, chip.id, costs, i, scale, unit) for i, (name, chip) in enumerate((
        ("foreign_cost", first), ("domestic_cost", second)))]
    share, price = _capital(costs, first.id)
    spend = b.budget_usd.value.mid / b.horizon_years.value.mid / QUARTERS_A_YEAR
    rates: dict[str, Any] = {name: own.pop(name) for name in RATES if name in own}
    return two_theories(first.id, second.id, price=price, foreign_cost=terms[0], capital_share=share,
                        domestic_cost=terms[1], work=spend / terms[0].value.mid, unit=unit, on=day, buyer=b.id,
                        place=to, given={**_of_buyer(b, platform_of(second.id), to, day), **own}, **rates)


def indifference(foreign: str, domestic: str, buyer: str | Path | Buyer, *, draws: int = 1000, seed: int = 1,
                 **asked: Any) -> Indifference:
    """Return trap, relief or neither for a buyer, with its price and hazard; arguments as :func:`crossroads`.

    >>> indifference("H20", "910B", "sme-inference", on="2025-07-20", draws=200).verdict.leaning
    'relief'
    """
    return weigh(crossroads(foreign, domestic, buyer, draws=draws, seed=seed, **asked), draws, seed)


def _unit(b: Buyer, costs: WorkCosts) -> tuple[str, float]:
    """Return the unit of work and USD of one at index 1: a million tokens where there is one kind of work."""
    if len(b.work) > 1:
        return "unit of work", 1.0
    answers = [found[0] for found in costs.answers.values()]
    cheapest = min(a.all_in.value.mid if isinstance(a, TokenCost) else a.per_million.value.mid for a in answers)
    return "million tokens", cheapest


def _cost(id: str, chip: str, costs: WorkCosts, column: int, scale: float, unit: str) -> Term:
    answers = costs.answers[chip]
    parts = tuple(a.all_in if isinstance(a, TokenCost) else a.per_million for a in answers)
    drawn = costs.cost[:, column][np.isfinite(costs.cost[:, column])] * scale
    mid = float(costs.middle[column]) * scale
    ends = quantile_range(drawn)
    grade = max((t.weakest for t in parts), key=GRADES.index)
    label = Label(f"cost of work on {answers[0].name}", f"{answers[0].name} 的单位工作成本")
    return Term(id, label, Range(min(ends.low, mid), mid, max(ends.high, mid)), f"USD/{unit}", grade,
                tuple(dict.fromkeys(s for t in parts for s in t.all_sources)), terms=parts)


def _capital(costs: WorkCosts, chip: str) -> tuple[Term, float]:
    """Return the share of an hour that moves with the chip's price, and the price."""
    hour = costs.answers[chip][0].hourly
    price = hour.find("chip_price") or hour.find("price")
    assert price is not None
    moving = [t.value for t in hour.terms if t.id in ("chip", "duties")]
    ends = [sum(getattr(v, end) for v in moving) for end in ("low", "mid", "high")]
    rest = max(hour.value.mid - ends[1], 0.0)
    low, share, high = (end / (end + rest) for end in ends)
    label = Label("share of the hour that moves with the chip's price", "每小时成本中随芯片价格变动的份额")
    how = Label("chip's capital and what law adds to it, over the whole hour", "芯片资本与法律附加费占每小时成本")
    return Term("capital_share", label, Range(low, share, high), "share", hour.weakest, how=how), price.value.mid


def _of_buyer(b: Buyer, platform: str, to: str, on: date) -> dict[str, Any]:
    """Return the parameters that a buyer states itself."""
    effort = effort_of(platform, to, on).value.mid
    months, bound = b.term("software.port_months"), b.software.cuda_share.value.mid
    wage = b.term("software.wage_usd_year")
    return {
        "port_engineer_months": replace(months, id="port_engineer_months", value=months.value * (bound * effort)),
        "code_base_months": replace(months, id="code_base_months"),
        "engineer_month_cost": replace(wage, id="engineer_month_cost", value=wage.value * (1.0 / 12.0),
                                       unit="USD/month"),
        "discount_rate": replace(b.term("discount_rate"), id="discount_rate"),
        "installed_share": _installed(b),
    }


def _installed(b: Buyer) -> Term:
    """Return the share of the buyer's machines on CUDA, from the ranges of its counts; none where it has no machine."""
    here = [f.count for f in b.installed if f.platform == "cuda"]
    there = [f.count for f in b.installed if f.platform != "cuda"]

    def share(cuda: str, others: str) -> float:
        some = sum(getattr(v.value, cuda) for v in here)
        total = some + sum(getattr(v.value, others) for v in there)
        return some / total if total > 0.0 else 0.0

    value = Range(share("low", "high"), share("mid", "mid"), share("high", "low"))
    known = [v for v in (*here, *there) if v.grade]
    grade = max((v.grade for v in known), key=GRADES.index, default="")
    label = Label("share of the work on old foreign chips", "旧有境外芯片承担的工作份额")
    sources = tuple(dict.fromkeys(v.source for v in known if v.source))
    return Term("installed_share", label, value, "share", grade, sources,
                how=Label("the buyer's machines on CUDA over all it has", "买方CUDA机器占其全部机器"))
