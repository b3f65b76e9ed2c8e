"""The foreign vendor: law and licences, a design below the line, production for China, and the rest of the world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from highfence.market.state import LEGAL, Array, Draws, Quarter, State, between, least, positive, ratio

OPEN = 0.5
"""Share of orders let through above which a flagship counts as on sale, so that no new design is begun."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What law leaves of the flagship.

    Attributes
    ----------
    share : (D,) of orders that are let through. designed : (D,) share of them that is the design below the line.
    ready : (D,) progress of that design. closing : (D,) share of orders that was let through and is no more.
    """

    share: Array
    designed: Array
    ready: Array
    closing: Array


def opening(xp: Any, state: State, q: Quarter, p: Draws) -> Opening:
    """Return what law leaves.

    A cut binds at once; a licence opens over its delay; a design below a new line takes two to four quarters, if the
    rule leaves a line to design to. It needs no licence: orders that get none take it, and all do where it does more::

        ready' = 0 where a rule catches the flagship or leaves no line, else min(1, ready + 1 / lag)
        c = compliant [ready = 1]      target = granted + (1 - granted) c, or c where the design does more work
        share' = min(target, share + target / delay)
    """
    caught = xp.logical_and(state.granted >= OPEN, q.granted < OPEN)
    shut = xp.logical_or(caught, xp.logical_and(state.compliant >= OPEN, q.compliant < OPEN))
    grown = between(xp, state.sku_ready + 1.0 / between(xp, p["design_lag"], 0.5, 40.0), 0.0, 1.0)
    ready = xp.where(shut, 0.0 * grown, grown)
    by_design = xp.where(ready >= 1.0 - 1e-9, q.compliant, 0.0 * q.compliant)
    better = xp.where(q.compliant_training > q.training[..., LEGAL], by_design, 0.0 * by_design) > q.granted
    instead = (1.0 - between(xp, q.granted, 0.0, 1.0)) * by_design
    target = xp.where(better, by_design, q.granted + instead)
    risen = state.opened + target / between(xp, q.licence_delay, 1.0, 20.0)
    share = least(xp, target, risen)
    designed = xp.where(better, 0.0 * share + 1.0, ratio(xp, instead, target))
    return Opening(share, designed, ready, positive(xp, state.opened - share))


@dataclass(frozen=True, slots=True)
class Production:
    """Flagship chips for China in a quarter, (D,) each: begun, finished, written off, and for sale."""

    begun: Array
    finished: Array
    written: Array
    offered: Array


def capacity(xp: Any, q: Quarter, p: Draws) -> Array:
    """Return USD a quarter that the vendor can make: a part of it waits for materials that China does not let out."""
    return q.capacity * (1.0 - between(xp, p["materials_reliance"], 0.0, 1.0)
                         * (1.0 - between(xp, q.materials, 0.0, 1.0)))


def quota(xp: Any, q: Quarter) -> Array:
    """Return licensed flagship chips that may be delivered in a quarter: the number set, or the share of US sales."""
    return least(xp, q.quota, q.quota_share * q.us_volume)


def production(xp: Any, state: State, q: Quarter, p: Draws, law: Opening, price: Array) -> Production:
    """Return the vendor's production for China.

    It plans for expected sales, grown over the time by which they are known and made late, and a cover of stock, as far
    as law is open and up to a share of capacity; what it makes takes a lead. When law closes, a share of stock and of
    what is under way cannot go elsewhere and is written off.
    """
    written_share = between(xp, p["unsaleable_share"], 0.0, 1.0) * between(xp, law.closing, 0.0, 1.0)
    finished = (1.0 - written_share) * state.vendor_pipeline / between(xp, p["production_lead"], 1.0, 20.0)
    written = written_share * (state.vendor_inventory + state.vendor_pipeline)
    stock = (1.0 - written_share) * (state.vendor_inventory + state.vendor_pipeline)
    ahead = p["planning_lag"] + p["production_lead"]
    expected = state.expected_sales * xp.exp(between(xp, p["planned_growth"], -0.2, 0.3) * ahead)
    target = expected * (1.0 + positive(xp, p["stock_cover"]) + p["production_lead"])
    plan = positive(xp, expected + 0.5 * (target - stock)) * law.share
    begun = least(xp, plan, between(xp, p["china_capacity_share"], 0.0, 1.0) * capacity(xp, q, p) / price)
    inventory = (1.0 - written_share) * state.vendor_inventory + finished
    open_ = inventory * between(xp, law.share, 0.0, 1.0)
    licensed = least(xp, open_ * (1.0 - law.designed), quota(xp, q))
    return Production(begun, finished, written, licensed + open_ * law.designed)


def next_expected(xp: Any, state: State, asked: Array, p: Draws) -> Array:
    """Return the sales that the vendor expects: it follows what was asked for."""
    return state.expected_sales + (asked - state.expected_sales) / between(xp, p["planning_lag"], 1.0, 20.0)


def next_memory(xp: Any, state: State, closing: Array, p: Draws) -> Array:
    """Return the cuts that buyers remember."""
    return (1.0 - between(xp, p["forgetting"], 0.0, 1.0)) * state.cut_memory + closing


def rest_of_world(xp: Any, state: State, q: Quarter, p: Draws, for_china: Array) -> tuple[Array, Array]:
    """Return USD delivered to the rest of the world and the orders that remain, (D,) each.

    Capacity that China does not take goes to the rest of the world as long as orders wait there.
    """
    orders = state.rest_backlog + q.rest_orders
    shipped = least(xp, orders, positive(xp, capacity(xp, q, p) - for_china))
    return shipped, orders - shipped


def open_abroad(xp: Any, q: Quarter, p: Draws) -> Array:
    """Return the share of chips abroad that Chinese firms may use: of their own subsidiaries, and rented."""
    owned = between(xp, p["abroad_owned_share"], 0.0, 1.0)
    return (owned * between(xp, q.offshore, 0.0, 1.0) + (1.0 - owned) * between(xp, q.cloud_access, 0.0, 1.0))


def pass_through(q: Quarter, p: Draws, licensed: Array, designed: Array) -> Array:
    """Return what duty and fee add to the flagship's price, as a share: duty whole, the fee as far as passed on.

    Neither falls on a design below the line, which needs no licence.
    """
    return q.tariff * (1.0 - designed) + p["fee_pass_through"] * q.fee * licensed
