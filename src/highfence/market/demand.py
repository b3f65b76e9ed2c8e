"""What buyers would spend, on what, and what they buy ahead of a control."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Any

from highfence.choice.logit import nested_logit
from highfence.market.state import (
    ALTERNATIVES,
    LEGAL,
    LOW,
    NEST,
    PLATFORM,
    PLATFORMS,
    Array,
    Draws,
    Quarter,
    State,
    between,
    least,
    over_last,
    positive,
)


@dataclass(frozen=True, slots=True)
class Offer:
    """What each alternative is in a quarter.

    Attributes
    ----------
    paid : (D, A) USD a chip with duty, premium and fee passed on. work_training, work_inference : (D, A)
    H100-equivalents of a chip as software lets it. supply : (D, A) chips for sale.
    """

    paid: Array
    work_training: Array
    work_inference: Array
    supply: Array


@dataclass(frozen=True, slots=True)
class Wanted:
    """What buyers want.

    Attributes
    ----------
    money : (D, S) USD. share : (D, S, A). waiting : (D, S) pull of waiting. cap : (D, S, A).
    cost : (D, S) index of the cost of work, 1 at the reference.
    """

    money: Array
    share: Array
    waiting: Array
    cap: Array
    cost: Array


def work_cost(xp: Any, q: Quarter, offer: Offer) -> Array:
    """Return the cost of a unit of each segment's work on each alternative, USD per H100-equivalent hour, (D, S, A)."""
    hourly = (q.fixed_hourly - q.power_hourly * between(xp, q.power_subsidy, 0.0, 1.0)[..., None]
              + q.capital_hourly * offer.paid)
    training = (hourly / offer.work_training)[..., None, :]
    inference = (hourly / offer.work_inference)[..., None, :]
    share = q.training_share[..., None]
    return share * training + (1.0 - share) * inference


def extras(xp: Any, state: State, q: Quarter, p: Draws) -> Array:
    """Return what comes on top of the cost of work, in log money, (D, S, A).

    Code that stands on another platform has to be moved; a foreign chip may be cut off, a smuggled one is a breach and
    comes without service; cards below the line have no fast links, which training feels most; work abroad has its own
    frictions; home preference is for domestic makers.
    """
    foreign, domestic = p["cutoff_cost_foreign"], p["cutoff_cost_domestic"] - p["home_preference"]
    flat = xp.stack([foreign, foreign + p["smuggled_friction"], p["low_friction"], domestic,
                     domestic + p["other_friction"], p["abroad_friction"]], axis=-1)
    away = xp.stack([1.0 - state.code[..., PLATFORM[a]] for a in range(len(ALTERNATIVES))], axis=-1)
    unlinked = p["low_training_friction"][..., None] * q.training_share
    linked = 0.0 * unlinked
    links = xp.stack([unlinked if a == LOW else linked for a in range(len(ALTERNATIVES))], axis=-1)
    return flat[..., None, :] + links + xp.log(1.0 + positive(xp, p["switching_cost"])[..., None, None] * away)


def wanted(xp: Any, state: State, q: Quarter, p: Draws, offer: Offer, restricted: tuple[Array, Array]) -> Wanted:
    """Return what buyers want of each alternative.

    Money at the reference cost of work is the budget: published spending, which counts legal sales in China, and what
    goes to smugglers and abroad beside it. Where work costs more or less, money follows an elasticity::

        money = budget (c / c_ref)^(1 - elasticity) + backlog - unpacked
        c / c_ref = exp(-(logsum - logsum_ref) / sensitivity)

    ``logsum_ref`` is that of the same alternatives, each at the reference cost, so that variety is no fall in cost. In
    the logsum an alternative counts as far as what is for sale of it would serve the budget, ``u + log min(1, supply /
    budget)``: else the ban of a chip of which there is little would raise the cost of all work, and where demand is
    inelastic the money for every other chip.
    What was bought ahead and is unpacked now takes the place of purchases.

    Parameters
    ----------
    restricted : (D, S) shares of purchases that the buyers' state prevents, of the flagship and of low cards.
    """
    spending = q.spending_before + q.demand_boom * (q.spending - q.spending_before)
    budget = (positive(xp, spending) * (1.0 + positive(xp, p["uncounted_spending"])))[..., None] * q.shares * q.demand
    sensitivity = p["price_sensitivity"]
    cost = work_cost(xp, q, offer) / q.reference[..., None, None]
    utility = -sensitivity[..., None, None] * (xp.log(cost) + extras(xp, state, q, p))
    dissimilar = between(xp, p["nest_dissimilarity"], 0.05, 1.0)
    scale = xp.stack([dissimilar, dissimilar], axis=-1)[..., None, :]
    scale = xp.broadcast_to(scale, (*utility.shape[:-1], 2))
    available = xp.broadcast_to((offer.supply > 0.0)[..., None, :], utility.shape)
    found = nested_logit(xp, utility, xp.asarray(NEST), scale, available)
    enough = offer.supply * offer.paid / (positive(xp, over_last(budget)) + 1.0)[..., None]
    reach = xp.log(between(xp, enough, 1e-12, 1.0))[..., None, :]
    some = xp.isfinite(found.logsum)
    logsum = _logsum(xp, utility + reach, dissimilar[..., None])
    sizes = [float(NEST.count(g)) for g in range(2)]
    alike = xp.log(sum(xp.exp(dissimilar * log(size)) for size in sizes))[..., None]
    logsum = xp.where(some, logsum, 0.0 * cost[..., 0]) - alike
    index = between(xp, xp.exp(-logsum / sensitivity[..., None]), 0.1, 10.0)
    unpacked = state.hoard / between(xp, p["hoard_time"], 1.0, 20.0) * offer.paid[..., LEGAL]
    follows = 1.0 - between(xp, p["price_elasticity"], 0.0, 3.0)
    money = positive(xp, budget * xp.exp(follows[..., None] * xp.log(index)) + state.backlog
                     - q.shares * unpacked[..., None])
    one = 0.0 * money + 1.0
    cap = xp.stack([1.0 - restricted[0], one, 1.0 - restricted[1], one, one, one], axis=-1)
    patience = sensitivity * xp.log(between(xp, p["waiting"], 1.0, 1e6))
    waiting = xp.max(found.share, axis=-1) * xp.exp(-patience)[..., None]
    return Wanted(money, found.share, waiting, cap, index)


def _logsum(xp: Any, utility: Array, scale: Array) -> Array:
    """Return the log-sum of the nested logit, (D, S): that of :func:`nested_logit` where all nests share a scale."""
    def log_of_sum(parts: list[Array]) -> Array:
        top = parts[0]
        for part in parts[1:]:
            top = xp.where(part > top, part, top)
        return top + xp.log(sum(xp.exp(part - top) for part in parts))

    nests = sorted(set(NEST))
    return log_of_sum([scale * log_of_sum([utility[..., a] / scale for a in range(len(NEST)) if NEST[a] == g])
                       for g in nests])


def ahead(xp: Any, state: State, q: Quarter, p: Draws, want: Wanted, paid: Array, left: Array) -> Array:
    """Return flagship chips that are bought ahead of a control, (D,): limited by supply and by money.

    Buyers take quarters of their flagship purchases ahead where a control is announced, and a part of them where they
    remember cuts. Money for it is a share of what they spend.

    Parameters
    ----------
    paid : (D,) USD a chip. left : (D,) chips that ordinary purchases leave.
    """
    alarm = between(xp, q.chips_signal + p["memory_alarm"] * state.cut_memory, 0.0, 1.0)
    usual = over_last(want.money * want.share[..., LEGAL] * want.cap[..., LEGAL])
    asked = alarm * positive(xp, p["quarters_ahead"]) * usual
    money = positive(xp, p["money_ahead"]) * over_last(want.money)
    return least(xp, least(xp, asked, money) / paid, left)


def next_code(xp: Any, state: State, bought: Array, p: Draws) -> Array:
    """Return each segment's code by platform after a quarter: it follows purchases, slowly.

    Parameters
    ----------
    bought : (D, S, A) USD.
    """
    spent = [sum(bought[..., a] for a in range(len(ALTERNATIVES)) if PLATFORM[a] == k) for k in range(len(PLATFORMS))]
    by_platform = xp.stack(spent, axis=-1)
    total = xp.sum(by_platform, axis=-1, keepdims=True)
    some = total > 0.0
    share = xp.where(some, by_platform / xp.where(some, total, 0.0 * total + 1.0), state.code)
    rate = between(xp, p["migration_rate"], 0.0, 1.0)[..., None, None]
    return state.code + rate * (share - state.code)

