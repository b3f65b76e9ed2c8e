"""One quarter of the market: a pure function of stocks, what comes from outside, and parameters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from highfence.market import demand, domestic, foreign, government, leakage, learning
from highfence.market.holding import Hold, plain, through
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
    least,
    over_last,
    over_segments,
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


@dataclass(frozen=True, slots=True)
class _Deal:
    """Everything that a quarter decides."""

    left: Array
    law: foreign.Opening
    own: domestic.Made
    vendor: foreign.Production
    offer: demand.Offer
    bought: _Bought
    lines: domestic.Lines
    price: Array

    @property
    def flagships(self) -> Array:
        """Flagships sold, those bought ahead included, (D,)."""
        return self.bought.chips[..., LEGAL] + self.bought.ahead


@dataclass(frozen=True, slots=True)
class _Work:
    """Chips put to work and gone: stocks (D, A, K) in chips and both kinds of H100-equivalents; the rest in chips."""

    units: Array
    training: Array
    inference: Array
    retired: Array
    failed: Array
    unpacked: Array
    out: Array


@dataclass(frozen=True, slots=True)
class _Money:
    """What was wanted, spent, earned and owed, USD, (D,); ``unmet`` (D, S)."""

    wanted: Array
    unmet: Array
    domestic: Array
    foreign: Array
    domestic_supply: Array
    rest: Array
    rest_backlog: Array
    research: Array


def step(xp: Any, state: State, q: Quarter, p: Draws, hold: Hold = plain) -> tuple[State, Flows]:
    """Return the stocks at the end of a quarter and what moved.

    Order: law and learning fix what is for sale; buyers choose and are rationed; stocks move. Nothing that is decided
    in a quarter needs its own result. ``hold`` is offered results by name (:data:`highfence.market.holding.OFFERED`)
    and may put others in their place.
    """
    left = hold("left", learning.learnt(xp, state, p))
    law = through(hold, "law", foreign.opening(xp, state, q, p))
    own = domestic.made(xp, state, q, p, learning.die_yield(xp, left, p), learning.package_yield(xp, left, p),
                        learning.hbm_success(xp, left, p), hold)
    price = _prices(xp, q, law)
    vendor = through(hold, "vendor", foreign.production(xp, state, q, p, law, price[..., LEGAL]))
    offer = _offer(xp, state, q, p, left, law, vendor, own, price)
    flagship, low = government.restricted(xp, state.restriction, q, p, law.designed)
    bought = _buy(xp, state, q, p, offer, (hold("curb.flagship", flagship), hold("curb.low", low)), hold)
    lines = through(hold, "lines", domestic.lines(xp, state, q, p, learning.domestic_tools(xp, left, p)))
    deal = _Deal(left, law, own, vendor, offer, bought, lines, price)
    work = _put_to_work(xp, state, p, deal)
    money = _settled(xp, state, q, p, deal, hold)
    after = _after(xp, state, q, p, deal, work, money)
    return after, _told(xp, state, after, q, p, deal, work, money)


def _prices(xp: Any, q: Quarter, law: foreign.Opening) -> Array:
    """Return list prices, (D, A): that of the flagship, or of the design below the line where that is sold."""
    flagship = law.designed * q.compliant_price + (1.0 - law.designed) * q.price[..., LEGAL]
    return xp.concat([flagship[..., None], q.price[..., 1:]], axis=-1)


def _offer(xp: Any, state: State, q: Quarter, p: Draws, left: Array, law: foreign.Opening, vendor: foreign.Production,
           own: domestic.Made, price: Array) -> demand.Offer:
    """Return what is for sale, at what it costs and does."""
    licensed = xp.where(q.granted < 1.0, 1.0 - law.designed, 0.0 * q.granted)
    one = 1.0 + 0.0 * q.fee
    paid = price * xp.stack([1.0 + foreign.pass_through(q, p, licensed, law.designed), 1.0 + state.premium, one, one,
                             one, one], axis=-1)
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
                       q.abroad_capacity * xp.exp(state.expansion) * foreign.open_abroad(xp, q, p)], axis=-1)
    return demand.Offer(paid, training, inference, positive(xp, supply))


def _buy(xp: Any, state: State, q: Quarter, p: Draws, offer: demand.Offer,
         curb: tuple[Array, Array], hold: Hold) -> _Bought:
    want = demand.wanted(xp, state, q, p, offer, curb)
    want = replace(want, money=hold("want.money", want.money))
    money = rationed(xp, want.money, want.share, want.cap, offer.supply * offer.paid, want.waiting)
    chips = over_segments(money) / offer.paid
    left = positive(xp, offer.supply[..., LEGAL] - chips[..., LEGAL])
    enough = xp.concat([over_last(want.money)[..., None], (offer.supply * offer.paid)[..., 1:]], axis=-1)
    freely = rationed(xp, want.money, want.share, want.cap, enough, want.waiting, rounds=2)
    asked = over_last(freely[..., LEGAL]) / offer.paid[..., LEGAL]
    ahead = hold("bought.ahead", demand.ahead(xp, state, q, p, want, offer.paid[..., LEGAL], left))
    return _Bought(want, money, chips, least(xp, ahead, left), asked)


def _put_to_work(xp: Any, state: State, p: Draws, d: _Deal) -> _Work:
    """Return the chips at work after a quarter: bought, unpacked, aged and failed."""
    chips = d.bought.chips
    out = 1.0 / between(xp, p["hoard_time"], 1.0, 20.0)
    one = 0.0 * out + 1.0
    failures = xp.stack([p["failure_rate"] / 4.0 * (1.0 + p["unserviced_failures"] if a == SMUGGLED else one)
                         for a in range(len(ALTERNATIVES))], axis=-1)
    found = []
    for stock, new, hoarded in ((state.units, chips, state.hoard),
                                (state.training, chips * d.offer.work_training, state.hoard_training),
                                (state.inference, chips * d.offer.work_inference, state.hoard_inference)):
        arriving = xp.concat([new[..., :1] + (out * hoarded)[..., None], new[..., 1:]], axis=-1)
        found.append(aged(xp, stock, arriving, 4.0 * p["chip_life"], failures))
    (units, retired, failed), (training, _, _), (inference, _, _) = found
    return _Work(units, training, inference, over_last(retired), over_last(failed), out * state.hoard, out)


def _settled(xp: Any, state: State, q: Quarter, p: Draws, d: _Deal, hold: Hold) -> _Money:
    """Return the quarter's money."""
    for_china = d.vendor.begun * d.price[..., LEGAL] + d.bought.chips[..., LOW] * d.price[..., LOW]
    shipped, rest_backlog = foreign.rest_of_world(xp, state, q, p, for_china)
    return _Money(
        over_last(d.bought.want.money), positive(xp, d.bought.want.money - over_last(d.bought.money)),
        sum(d.bought.chips[..., a] * d.price[..., a] for a in DOMESTIC),
        sum(over_last(d.bought.money[..., a]) for a in (LEGAL, SMUGGLED, LOW)),
        sum(d.offer.supply[..., a] * d.offer.paid[..., a] for a in DOMESTIC), shipped, rest_backlog,
        hold("research", learning.research(xp, state, q, p)))


def _after(xp: Any, state: State, q: Quarter, p: Draws, d: _Deal, work: _Work, money: _Money) -> State:
    """Return the stocks at the end of the quarter."""
    chips, zero, ahead, own, lines, vendor = d.bought.chips, 0.0 * q.fee, d.bought.ahead, d.own, d.lines, d.vendor
    scrapped = _inventory_written(xp, state, vendor)
    shortage = ratio(xp, over_last(money.unmet), money.wanted)
    refused = positive(xp, d.bought.asked - chips[..., LEGAL]) * d.offer.paid[..., LEGAL]
    asked_smuggled = over_segments(d.bought.want.money[..., None] * d.bought.want.share)[..., SMUGGLED] + refused
    output = xp.stack([own.dies, own.own_dies, chips[..., HUAWEI], own.used, own.own_stacks, lines.domestic_tools],
                      axis=-1)
    return State(
        backlog=between(xp, p["backlog_kept"], 0.0, 0.95)[..., None] * money.unmet,
        code=demand.next_code(xp, state, d.bought.money, p),
        units=work.units, training=work.training, inference=work.inference,
        hoard=state.hoard - work.unpacked + ahead,
        hoard_training=(1.0 - work.out) * state.hoard_training + ahead * d.offer.work_training[..., LEGAL],
        hoard_inference=(1.0 - work.out) * state.hoard_inference + ahead * d.offer.work_inference[..., LEGAL],
        vendor_inventory=positive(xp, state.vendor_inventory + vendor.finished - scrapped - d.flagships),
        vendor_pipeline=state.vendor_pipeline + vendor.begun - vendor.finished - (vendor.written - scrapped),
        expected_sales=foreign.next_expected(xp, state, (d.bought.asked + ahead) * d.law.share, p),
        sku_ready=d.law.ready, granted=q.granted + zero, compliant=q.compliant + zero, opened=d.law.share,
        cut_memory=foreign.next_memory(xp, state, d.law.closing, p), rest_backlog=money.rest_backlog,
        smuggling=leakage.next_smuggling(xp, state, q, p),
        premium=leakage.next_premium(xp, state, q, p, asked_smuggled / d.offer.paid[..., SMUGGLED]),
        wafers=positive(xp, state.wafers + lines.added - lines.lost),
        tools_ahead=state.tools_ahead + lines.bought_ahead - lines.used_ahead,
        die_bank=positive(xp, state.die_bank + own.dies - own.used),
        hbm=positive(xp, state.hbm + own.stacks - own.used * p["stacks_per_die"]),
        huawei_wip=state.huawei_wip + own.packed - own.released,
        huawei_stock=positive(xp, state.huawei_stock + own.released - _sold_dies(xp, q, d)),
        other_stock=positive(xp, state.other_stock + own.other_cards - chips[..., OTHER]),
        experience=learning.next_experience(xp, state, q, output),
        knowledge=learning.next_knowledge(xp, state, q, money.research, p),
        restriction=government.next_restriction(xp, state, q, p, d.law.designed),
        expansion=domestic.next_expansion(xp, state, p, shortage), revenue=money.domestic,
        dependence=ratio(xp, money.foreign, money.foreign + money.domestic),
        adequacy=ratio(xp, money.domestic_supply, money.wanted),
        shortage=shortage)


def _told(xp: Any, state: State, after: State, q: Quarter, p: Draws, d: _Deal, work: _Work, money: _Money) -> Flows:
    """Return what moved, by name."""
    return {**_sales(xp, q, p, state, d, money), **_domestic(xp, q, p, d, money),
            **_held(xp, q, after, p, d, work, money)}


def _sales(xp: Any, q: Quarter, p: Draws, state: State, d: _Deal, money: _Money) -> Flows:
    chips, price, flagships = d.bought.chips, d.price, d.flagships
    did = chips * d.offer.work_inference
    flagship_work = flagships * d.offer.work_inference[..., LEGAL]
    domestic_cards, domestic_work = chips[..., HUAWEI] + chips[..., OTHER], did[..., HUAWEI] + did[..., OTHER]
    china = flagships * price[..., LEGAL] + chips[..., LOW] * price[..., LOW]
    licensed = xp.where(q.granted < 1.0, 1.0 - d.law.designed, 0.0 * q.fee)
    return {
        "demand_usd": money.wanted, "cards_units": flagships + chips[..., LOW] + domestic_cards,
        "flagship_revenue": flagships * price[..., LEGAL], "flagship_units": flagships, "bought_ahead": d.bought.ahead,
        "flagship_asked": d.bought.asked + d.bought.ahead, "low_units": chips[..., LOW],
        "huawei_units": chips[..., HUAWEI], "other_domestic_units": chips[..., OTHER],
        "domestic_units": domestic_cards, "domestic_output_h100e": domestic_work,
        "smuggled_units": chips[..., SMUGGLED], "abroad_units": chips[..., ABROAD],
        "smuggled_h100e": chips[..., SMUGGLED] * d.offer.work_training[..., SMUGGLED],
        "domestic_share_units": ratio(xp, domestic_cards, flagships + chips[..., LOW] + domestic_cards),
        "domestic_share_value": ratio(xp, money.domestic, china + money.domestic),
        "domestic_share_compute": ratio(xp, domestic_work, flagship_work + did[..., LOW] + domestic_work),
        "nvidia_china_accelerator_revenue": china, "nvidia_china_revenue": china + q.vendor_other,
        "nvidia_rest_revenue": money.rest, "nvidia_total_revenue": china + q.vendor_other + money.rest,
        "vendor_written_units": d.vendor.written, "vendor_begun_units": d.vendor.begun,
        "vendor_charge": (d.law.closing * (state.vendor_inventory + state.vendor_pipeline) * price[..., LEGAL]
                          * between(xp, p["write_down"], 0.0, 1.0)),
        "licence_fee": flagships * price[..., LEGAL] * q.fee * licensed, "law_open": d.law.share,
        "flagship_paid": d.offer.paid[..., LEGAL], "smuggled_paid": d.offer.paid[..., SMUGGLED],
        "huawei_price": price[..., HUAWEI],
        "price_of_work": ratio(xp, over_last(d.bought.want.cost * d.bought.want.money), money.wanted),
    }


def _domestic(xp: Any, q: Quarter, p: Draws, d: _Deal, money: _Money) -> Flows:
    own, lines = d.own, d.lines
    return {
        "domestic_revenue": money.domestic, "rd_spending": money.research, "subsidy": learning.public_money(q, p),
        "equipment_sales": lines.foreign_sales, "tools_bought_ahead": lines.bought_ahead,
        "domestic_tool_share": learning.domestic_tools(xp, d.left, p), "logic_dies": own.dies,
        "dies_packaged": own.used, "hbm_stacks_in": own.stacks, "hbm_binds": own.hbm_binds, "dies_bind": own.dies_bind,
        "packaging_binds": own.packaging_binds, "dies_packed": own.packed, "dies_released": own.released,
        "dies_sold": _sold_dies(xp, q, d), "other_cards_made": own.other_cards,
        "die_yield": learning.die_yield(xp, d.left, p), "software_maturity": learning.maturity(xp, d.left, p),
    }


def _held(xp: Any, q: Quarter, after: State, p: Draws, d: _Deal, work: _Work, money: _Money) -> Flows:
    inference, training = (over_last(stock) for stock in (after.inference, after.training))
    cuda = training[..., LEGAL] + training[..., SMUGGLED]
    best = xp.where(cuda > training[..., HUAWEI], cuda, training[..., HUAWEI])
    one_run = between(xp, p["largest_buyer_share"], 0.0, 1.0) * between(xp, p["run_share"], 0.0, 1.0)
    grades = {f"stock_{name}_{kind}h100e": held[..., a] for kind, held in (("", inference), ("training_", training))
              for name, a in (("flagship", LEGAL), ("smuggled", SMUGGLED), ("low", LOW), ("huawei", HUAWEI),
                              ("other", OTHER))}
    return {
        **grades, "largest_run_h100e": one_run * best,
        "unmet_share": after.shortage, "wafer_capacity": after.wafers, "hbm_stock": after.hbm,
        "die_bank": after.die_bank, "hoard": after.hoard, "premium": after.premium, "restriction": after.restriction,
        "vendor_inventory": after.vendor_inventory, "compute_stock_h100e": over_last(inference[..., :ABROAD]),
        "compute_stock_training_h100e": over_last(training[..., :ABROAD]),
        "compute_abroad_h100e": inference[..., ABROAD],
        "smuggled_stock_h100e": training[..., SMUGGLED], "retired_units": work.retired,
        "failed_units": work.failed, "added_units": over_last(d.bought.chips) + work.unpacked,
        "cuda_code_share": ratio(xp, over_last(after.code[..., 0] * q.shares), over_last(q.shares)),
    }


def _sold_dies(xp: Any, q: Quarter, d: _Deal) -> Array:
    """Return the dies in the packages that were sold."""
    return d.bought.chips[..., HUAWEI] / domestic.packages_per_die(xp, q)


def _inventory_written(xp: Any, state: State, vendor: foreign.Production) -> Array:
    """Return the part of what was written off that lay finished: stock and pipeline lose the same share."""
    return vendor.written * ratio(xp, state.vendor_inventory, state.vendor_inventory + state.vendor_pipeline)

