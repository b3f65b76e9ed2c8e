"""The buyers' state: how far it keeps its buyers from foreign chips, by a pay-off of its own.

It gains from a protected home market where domestic chips would do (adequacy), fears dependence, answers alarms, and
pays with compute that its firms lack::

    payoff = w_a (adequacy - 1/2) + w_d dependence + w_s shock - w_c shortage - w_0
    target = 1 / (1 + exp(-payoff))      restriction' = restriction + (target - restriction) / lag

A restriction is lifted more slowly than it is made: a licence by the exporting state does not undo what its ban began.
A dated lever overrides it, segment by segment; while one holds, the restriction is what it says on average, so that the
pay-off takes over from there.
"""

from __future__ import annotations

from typing import Any

from highfence.market.state import SEGMENTS, Array, Draws, Quarter, State, between, ratio


def mixed(flagship: Array, design: Array, designed: Array) -> Array:
    """Return what holds of flagships as sold, (D, S): a part of them is the design below the line."""
    return (1.0 - designed[..., None]) * flagship + designed[..., None] * design


def next_restriction(xp: Any, state: State, q: Quarter, p: Draws, designed: Array) -> Array:
    """Return the restriction after a quarter, (D,)."""
    payoff = (p["payoff_adequacy"] * (between(xp, state.adequacy, 0.0, 2.0) - 0.5) + p["payoff_dependence"]
              * state.dependence + p["payoff_shock"] * q.security_shock - p["payoff_shortage"] * state.shortage
              - p["payoff_threshold"])
    target = 1.0 / (1.0 + xp.exp(-between(xp, payoff, -30.0, 30.0)))
    moved = target - state.restriction
    lag = xp.where(moved > 0.0, between(xp, p["restriction_lag"], 1.0, 40.0), between(xp, p["relaxing_lag"], 1.0, 80.0))
    own = state.restriction + moved / lag
    levers = xp.sum(mixed(q.restriction_on, q.design_restriction_on, designed), axis=-1)
    stopped = mixed(q.restriction_on * q.restriction, q.design_restriction_on * q.design_restriction, designed)
    by_lever = ratio(xp, xp.sum(stopped, axis=-1), levers)
    return between(xp, xp.where(levers > 0.5, by_lever, own), 0.0, 1.0)


def restricted(xp: Any, restriction: Array, q: Quarter, p: Draws, designed: Array) -> tuple[Array, Array]:
    """Return the share of purchases that each segment is kept from, of the flagship and of low cards, (D, S) each."""
    bound = xp.stack([p[f"bound.{segment}"] for segment in SEGMENTS], axis=-1)
    own = restriction[..., None] * between(xp, bound, 0.0, 1.0)
    low = own * between(xp, p["low_cards_bound"], 0.0, 1.0)[..., None]
    flagship = xp.where(q.restriction_on > 0.5, q.restriction, own)
    design = xp.where(q.design_restriction_on > 0.5, q.design_restriction, own)
    return (between(xp, mixed(flagship, design, designed), 0.0, 1.0),
            between(xp, xp.where(q.low_restriction_on > 0.5, q.low_restriction, low), 0.0, 1.0))
