"""Utility of an alternative: what the work costs a buyer with everything that comes on top, in one unit of money.

Everything is USD per unit of work (a million tokens, a training run, ...). On top of the cost of the work come code to
port, throughput that immature software leaves unused, the expected loss from a cut-off of supply, the expected cost of
breaking a rule, and what leaving the installed platform costs beyond code::

    total = work + switching + software + supply + compliance + lock_in
    utility = - sensitivity * (log(total) - home)

``log(total)`` is then shared out among its parts, so that utility is a sum of named terms in log money: each part on
top gets its amount over the logarithmic mean of ``total`` and ``work``, which adds up exactly and in no order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from highfence.core.arrays import Number

EXTRAS = ("switching", "software", "supply_risk", "compliance_risk", "lock_in")
"""What comes on top of the cost of the work."""

TERMS = ("work", *EXTRAS, "home")
"""Every term of utility."""


@dataclass(frozen=True, slots=True)
class Situation:
    """One alternative before one buyer; floats, or arrays that broadcast.

    Attributes
    ----------
    work_usd : cost of a unit of work. work : units over the horizon, on the whole fleet. horizon_years : for which the
        buyer plans.
    installed : share of the buyer's code that runs on this platform already: 1 stays, 0 moves all of it.
    porting_months : engineer-months to bring all of the bound code to this platform. bound_share : share of the code
        that is bound to the installed platform. month_usd : what an engineer-month costs the employer.
    reached : share of the throughput behind ``work_usd`` that teams reach with this software, in (0, 1].
    hazard : cut-offs of this supply expected a year. loss_share : what a cut-off costs, as a share of the cost of the
        work of the whole horizon. breach : probability that the purchase breaks a rule. breach_share : what that
        costs, likewise. stay_share : running cost of a second platform, as a share of the cost of the work.
    home : what buyers would pay more for this alternative beside all that, in log money.
    """

    work_usd: Number
    work: Number = 1.0
    horizon_years: Number = 4.0
    installed: Number = 1.0
    porting_months: Number = 0.0
    bound_share: Number = 1.0
    month_usd: Number = 0.0
    reached: Number = 1.0
    hazard: Number = 0.0
    loss_share: Number = 0.0
    breach: Number = 0.0
    breach_share: Number = 0.0
    stay_share: Number = 0.0
    home: Number = 0.0


def switching_usd(situation: Situation) -> Number:
    """Return the one-off cost of porting code, USD: nothing for what runs on the platform already.

    >>> switching_usd(Situation(1.0, installed=0.0, porting_months=24.0, bound_share=0.5, month_usd=5000.0))
    60000.0
    """
    s = situation
    return s.porting_months * s.bound_share * s.month_usd * (1.0 - s.installed)


def cut_off_probability(xp: Any, hazard: Number, years: Number) -> Number:
    """Return the probability of at least one cut-off within some years, at a steady rate a year.

    >>> from highfence.core.arrays import FLOATS
    >>> round(cut_off_probability(FLOATS, 0.5, 2.0), 4)
    0.6321
    """
    return 1.0 - xp.exp(-hazard * years)


def extra_usd(xp: Any, situation: Situation) -> dict[str, Number]:
    """Return what comes on top of the cost of the work, USD per unit of work, by :data:`EXTRAS`."""
    s = situation
    return {
        "switching": switching_usd(s) / s.work,
        "software": s.work_usd * (1.0 / s.reached - 1.0),
        "supply_risk": s.work_usd * cut_off_probability(xp, s.hazard, s.horizon_years) * s.loss_share,
        "compliance_risk": s.work_usd * s.breach * s.breach_share,
        "lock_in": s.work_usd * s.stay_share * (1.0 - s.installed),
    }


def total_usd(xp: Any, situation: Situation) -> Number:
    """Return what a unit of work costs with everything on top, USD.

    >>> from highfence.core.arrays import FLOATS
    >>> total_usd(FLOATS, Situation(2.0, reached=0.8, hazard=0.0))
    2.5
    """
    return situation.work_usd + sum(extra_usd(xp, situation).values())


def utility_terms(xp: Any, situation: Situation) -> dict[str, Number]:
    """Return the terms of utility in log money, by :data:`TERMS`; times the price sensitivity they are utility.

    Their sum is ``home - log(total)``.

    Examples
    --------
    >>> from highfence.core.arrays import FLOATS
    >>> terms = utility_terms(FLOATS, Situation(2.0, work=1e6, installed=0.0, porting_months=60.0, month_usd=5000.0,
    ...                                         reached=0.8, home=0.1))
    >>> {name: round(value, 3) for name, value in terms.items() if value}
    {'work': -0.693, 'switching': -0.126, 'software': -0.21, 'home': 0.1}
    """
    extras = extra_usd(xp, situation)
    over = sum(extras.values()) / situation.work_usd
    some = over > 1e-9
    safe = xp.where(some, over, 0.0 * over + 1.0)
    shrink = xp.where(some, xp.log(1.0 + safe) / safe, 1.0 - 0.5 * over)
    found = {"work": -xp.log(situation.work_usd)}
    found.update({name: -value / situation.work_usd * shrink for name, value in extras.items()})
    found["home"] = situation.home
    return found


def utility(xp: Any, situation: Situation, sensitivity: Number) -> Number:
    """Return the utility of an alternative: the price sensitivity times the sum of its terms.

    >>> from highfence.core.arrays import FLOATS
    >>> round(utility(FLOATS, Situation(2.0, reached=0.8), 1.5), 4)
    -1.3744
    """
    return sensitivity * (situation.home - xp.log(total_usd(xp, situation)))


def deciding_term(terms: dict[str, Number], rival: dict[str, Number]) -> str:
    """Return the term that most favours an alternative over a rival (floats).

    >>> deciding_term({"work": -1.0, "switching": -0.5}, {"work": -0.9, "switching": 0.0})
    'work'
    """
    return max(terms, key=lambda name: terms[name] - rival[name])
