"""One quarter of the market: a pure function of stocks, what comes from outside, and parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from highfence.market import demand, domestic, foreign, government, leakage, learning
from highfence.market.rationing import rationed
from highfence.market.state import (
    ABROAD,
    ALTERNATIVES,
    HUAWEI,
    LEGAL,
    LOW,
    OTHER,
    SMUGGLED,
    Array,
    Draws,
    Quarter,
    State,
    between,
    positive,
    ratio,
)
from highfence.market.stocks import aged

Flows = dict[str, Array]
"""What moved in a quarter, by name: (D,) each. Names and units: :mod:`highfence.market.results`."""

DOMESTIC = (HUAWEI, OTHER)


@dataclass(frozen=True, slots=True)
class _Bought:
    """What was bought: ``money`` (D, S, A) USD, ``chips`` (D, A), ``ahead`` flagships bought ahead, (D,), and ``asked``
    flagships that buyers would have taken if there were enough, (D,)."""

    want: demand.Wanted
    money: Array
    chips: Array
    ahead: Array
    asked: Array


def step(xp: Any, state: State, q: Quarter, p: Draws) -> tuple[State, Flows]:
    """Return the stocks at the end of a quarter and what moved.

    Order: law and learning fix what is for sale; buyers choose and are rationed; stocks move. Nothing that is decided
    in a quarter needs its own result.
    """
    left = learning.learnt(xp, state, p)
    law = foreign.opening(xp, state, q, p)
    own = domestic.made(xp, state, q, p, learning.die_yield(xp, left, p), learning.package_yield(xp, left, p),
                        learning.hbm_success(xp, left, p))
    price = _prices(xp, q, law)
    vendor = foreign.production(xp, state, q, p, law, price[..., LEGAL])
    offer = _offer(xp, state, q, p, left, law, vendor, own, price)
    curb = government.restricted(xp, state.restriction, q, p)
    bought = _buy(xp, state, q, p, offer, curb)
    lines = domestic.lines(xp, state, q, p, learning.domestic_tools(xp, left, p))
    return _after(xp, state, q, p, law, own, vendor, offer, bought, lines, left, price)


def _prices(xp: Any, q: Quarter, law: foreign.Opening) -> Array:
    """Return list prices, (D, A): that of the flagship, or of the design below the line where that is sold."""
    flagship = law.designed * q.compliant_price + (1.0 - law.designed) * q.price[..., LEGAL]
    return xp.concat([flagship[..., None], q.price[..., 1:]], axis=-1)


def _offer(xp: Any, state: State, q: Quarter, p: Draws, left: Array, law: foreign.Opening, vendor: foreign.Production,
           own: domestic.Made, price: Array) -> demand.Offer:
    """Return what is for sale, at what it costs and does."""
    licensed = xp.where(q.granted < 1.0, 1.0 - law.designed, 0.0 * q.granted)
    paid = price * xp.stack([1.0 + foreign.pass_through(q, p, licensed), 1.0 + state.premium, 1.0 + 0.0 * q.fee,
                             1.0 + 0.0 * q.fee, 1.0 + 0.0 * q.fee, 1.0 + 0.0 * q.fee], axis=-1)
    ready, better = learning.maturity(xp, left, p), learning.design_gain(left)
    served = xp.exp(p["inference_maturity"] * xp.log(ready))
    d = law.designed
    training = xp.stack([d * q.compliant_training + (1.0 - d) * q.training[..., LEGAL], q.training[..., SMUGGLED],
                         q.training[..., LOW], q.training[..., HUAWEI] * ready * better,
                         q.training[..., OTHER] * ready, q.training[..., ABROAD]], axis=-1)
    inference = xp.stack([d * q.compliant_inference + (1.0 - d) * q.inference[..., LEGAL], q.inference[..., SMUGGLED],
                          q.inference[..., LOW], q.inference[..., HUAWEI] * served * better,
                          q.inference[..., OTHER] * served, q.inference[..., ABROAD]], axis=-1)
    per_die = domestic.packages_per_die(xp, q)
    supply = xp.stack([vendor.offered, state.smuggling * q.controlled, q.low_capacity * q.low_granted,
                       (state.huawei_stock + own.released) * per_die, state.other_stock + own.other_cards,
                       q.abroad_capacity * q.cloud_access], axis=-1)
    return demand.Offer(paid, training, inference, positive(xp, supply))


def _buy(xp: Any, state: State, q: Quarter, p: Draws, offer: demand.Offer,
         curb: tuple[Array, Array]) -> _Bought:
    want = demand.wanted(xp, state, q, p, offer, curb)
    money = rationed(xp, want.money, want.share, want.cap, offer.supply * offer.paid, want.waiting)
    chips = xp.sum(money, axis=-2) / offer.paid
    left = positive(xp, offer.supply[..., LEGAL] - chips[..., LEGAL])
    enough = xp.concat([xp.sum(want.money, axis=-1)[..., None], (offer.supply * offer.paid)[..., 1:]], axis=-1)
    freely = rationed(xp, want.money, want.share, want.cap, enough, want.waiting, rounds=2)
    asked = xp.sum(freely[..., LEGAL], axis=-1) / offer.paid[..., LEGAL]
    return _Bought(want, money, chips, demand.ahead(xp, state, q, p, want, offer.paid[..., LEGAL], left), asked)


def _after(xp: Any, state: State, q: Quarter, p: Draws, law: foreign.Opening, own: domestic.Made,
           vendor: foreign.Production, offer: demand.Offer, bought: _Bought, lines: domestic.Lines, left: Array,
           price: Array) -> tuple[State, Flows]:
    """Return the next stocks and what moved."""
    chips, zero = bought.chips, 0.0 * q.fee
    taken_out = 1.0 / between(xp, p["hoard_time"], 1.0, 20.0)
    unpacked = taken_out * state.hoard
    work_training, work_inference = chips * offer.work_training, chips * offer.work_inference
    into = (chips, work_training, work_inference)
    out_of = (unpacked, taken_out * state.hoard_training, taken_out * state.hoard_inference)
    failures = xp.stack([p["failure_rate"] / 4.0 * (1.0 + (p["unserviced_failures"] if a == SMUGGLED else zero))
                         for a in range(len(ALTERNATIVES))], axis=-1)
    life = 4.0 * p["chip_life"]
    stocks, retired, failed = [], [], []
    for stock, new, old in zip((state.units, state.training, state.inference), into, out_of):
        arriving = xp.concat([new[..., :1] + old[..., None], new[..., 1:]], axis=-1)
        after, gone, broken = aged(xp, stock, arriving, life, failures)
        stocks.append(after)
        retired.append(gone)
        failed.append(broken)
    all_flagship = chips[..., LEGAL] + bought.ahead
    spent = xp.sum(bought.money, axis=-1)
    unmet = positive(xp, bought.want.money - spent)
    kept = between(xp, p["backlog_kept"], 0.0, 0.95)[..., None]
    wanted = xp.sum(bought.want.money, axis=-1)
    asked = xp.sum(bought.want.money[..., None] * bought.want.share, axis=-2) / offer.paid
    asked_legal = bought.asked + bought.ahead
    sold_dies = chips[..., HUAWEI] / domestic.packages_per_die(xp, q)
    domestic_revenue = sum(chips[..., a] * price[..., a] for a in DOMESTIC)
    foreign_money = sum(xp.sum(bought.money[..., a], axis=-1) for a in (LEGAL, SMUGGLED, LOW))
    domestic_supply = sum(offer.supply[..., a] * offer.paid[..., a] for a in DOMESTIC)
    for_china = vendor.begun * price[..., LEGAL] + chips[..., LOW] * price[..., LOW]
    shipped, rest_backlog = foreign.rest_of_world(xp, state, q, for_china)
    spent_on_rd = learning.research(xp, state, q, p)
    output = xp.stack([own.dies, own.own_dies, chips[..., HUAWEI], own.used, own.own_stacks,
                       lines.domestic_tools], axis=-1)
    after = State(
        backlog=kept * unmet, code=demand.next_code(xp, state, bought.money, p), units=stocks[0], training=stocks[1],
        inference=stocks[2], hoard=state.hoard - unpacked + bought.ahead,
        hoard_training=(1.0 - taken_out) * state.hoard_training + bought.ahead * offer.work_training[..., LEGAL],
        hoard_inference=(1.0 - taken_out) * state.hoard_inference + bought.ahead * offer.work_inference[..., LEGAL],
        vendor_inventory=positive(xp, state.vendor_inventory + vendor.finished
                                  - _inventory_written(xp, state, vendor) - all_flagship),
        vendor_pipeline=state.vendor_pipeline + vendor.begun - vendor.finished
        - (vendor.written - _inventory_written(xp, state, vendor)),
        expected_sales=foreign.next_expected(xp, state, asked_legal * law.share, p), sku_ready=law.ready,
        granted=q.granted + zero, compliant=q.compliant + zero, opened=law.share,
        cut_memory=foreign.next_memory(xp, state, law.closing, p), rest_backlog=rest_backlog,
        smuggling=leakage.next_smuggling(xp, state, q, p),
        premium=leakage.next_premium(xp, state, q, p, asked[..., SMUGGLED]), wafers=state.wafers + lines.added,
        tools_ahead=state.tools_ahead + lines.bought_ahead - lines.used_ahead,
        die_bank=positive(xp, state.die_bank + own.dies - own.used),
        hbm=positive(xp, state.hbm + own.stacks - own.used * p["stacks_per_die"]),
        huawei_wip=state.huawei_wip + own.packed - own.released,
        huawei_stock=positive(xp, state.huawei_stock + own.released - sold_dies),
        other_stock=positive(xp, state.other_stock + own.other_cards - chips[..., OTHER]),
        experience=learning.next_experience(xp, state, q, output),
        knowledge=learning.next_knowledge(xp, state, spent_on_rd, p),
        restriction=government.next_restriction(xp, state, q, p), revenue=domestic_revenue,
        dependence=ratio(xp, foreign_money, foreign_money + domestic_revenue),
        adequacy=ratio(xp, domestic_supply, wanted), shortage=ratio(xp, xp.sum(unmet, axis=-1), wanted))
    licensed = xp.where(q.granted < 1.0, 1.0 - law.designed, zero)
    flagship_revenue = all_flagship * price[..., LEGAL]
    cards = all_flagship + chips[..., LOW] + chips[..., HUAWEI] + chips[..., OTHER]
    value = all_flagship * price[..., LEGAL] + chips[..., LOW] * price[..., LOW] + domestic_revenue
    work = (all_flagship * offer.work_inference[..., LEGAL] + work_inference[..., LOW] + work_inference[..., HUAWEI]
            + work_inference[..., OTHER])
    china = flagship_revenue + chips[..., LOW] * price[..., LOW]
    return after, {
        "demand_usd": wanted, "unmet_share": after.shortage, "flagship_units": all_flagship,
        "bought_ahead": bought.ahead, "flagship_asked": asked_legal,
        "low_units": chips[..., LOW], "huawei_units": chips[..., HUAWEI], "other_domestic_units": chips[..., OTHER],
        "smuggled_units": chips[..., SMUGGLED], "abroad_units": chips[..., ABROAD],
        "domestic_share_units": ratio(xp, chips[..., HUAWEI] + chips[..., OTHER], cards),
        "domestic_share_value": ratio(xp, domestic_revenue, value),
        "domestic_share_compute": ratio(xp, work_inference[..., HUAWEI] + work_inference[..., OTHER], work),
        "nvidia_china_accelerator_revenue": china, "nvidia_china_revenue": china + q.vendor_other,
        "nvidia_rest_revenue": shipped, "nvidia_total_revenue": china + q.vendor_other + shipped,
        "vendor_written_units": vendor.written, "vendor_begun_units": vendor.begun,
        "vendor_charge": (law.closing * (state.vendor_inventory + state.vendor_pipeline) * price[..., LEGAL]
                          * between(xp, p["write_down"], 0.0, 1.0)),
        "licence_fee": all_flagship * price[..., LEGAL] * q.fee * licensed,
        "domestic_revenue": domestic_revenue, "rd_spending": spent_on_rd, "subsidy": q.subsidy + zero,
        "equipment_sales": lines.foreign_sales, "tools_bought_ahead": lines.bought_ahead,
        "domestic_tool_share": learning.domestic_tools(xp, left, p),
        "logic_dies": own.dies, "dies_packaged": own.used, "hbm_stacks_in": own.stacks,
        "hbm_binds": own.hbm_binds, "dies_bind": own.dies_bind, "packaging_binds": own.packaging_binds,
        "dies_packed": own.packed, "dies_released": own.released, "dies_sold": sold_dies,
        "other_cards_made": own.other_cards, "die_yield": learning.die_yield(xp, left, p),
        "software_maturity": learning.maturity(xp, left, p),
        "wafer_capacity": after.wafers, "hbm_stock": after.hbm, "die_bank": after.die_bank,
        "hoard": after.hoard, "premium": after.premium, "restriction": after.restriction, "law_open": law.share,
        "compute_stock_h100e": xp.sum(after.inference[..., :ABROAD, :], axis=(-2, -1)),
        "compute_stock_training_h100e": xp.sum(after.training[..., :ABROAD, :], axis=(-2, -1)),
        "compute_abroad_h100e": xp.sum(after.inference[..., ABROAD, :], axis=-1),
        "smuggled_stock_h100e": xp.sum(after.training[..., SMUGGLED, :], axis=-1),
        "smuggled_h100e": work_training[..., SMUGGLED],
        "retired_units": xp.sum(retired[0], axis=-1), "failed_units": xp.sum(failed[0], axis=-1),
        "added_units": xp.sum(chips, axis=-1) + unpacked,
        "price_of_work": ratio(xp, xp.sum(bought.want.cost * bought.want.money, axis=-1), wanted),
        "cuda_code_share": ratio(xp, xp.sum(after.code[..., 0] * q.shares, axis=-1), xp.sum(q.shares, axis=-1)),
        "vendor_inventory": after.vendor_inventory,
    }


def _inventory_written(xp: Any, state: State, vendor: foreign.Production) -> Array:
    """Return the part of what was written off that lay finished: stock and pipeline lose the same share."""
    return vendor.written * ratio(xp, state.vendor_inventory, state.vendor_inventory + state.vendor_pipeline)

