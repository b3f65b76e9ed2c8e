"""Domestic supply: the least of dies, memory and packaging, each with its stock, and the lines that dies come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from highfence.market.holding import Hold, plain
from highfence.market.state import TOOL_STAGES, Array, Draws, Quarter, State, between, least, over_last, positive, ratio

MONTHS = 3.0
"""Months in a quarter."""


@dataclass(frozen=True, slots=True)
class Made:
    """Domestic output of a quarter, (D,) each.

    Attributes
    ----------
    dies : good logic dies, own and from foreign foundries. own_dies : of these from domestic wafers. used : dies that
    go into packages, lost ones included. packed : dies in good packages. released : dies whose packages become ready
    for sale. stacks : of memory that came in, ``own_stacks`` made at home. hbm_binds, dies_bind, packaging_binds :
    1 where it is the least. other_cards : of other makers.
    """

    dies: Array
    own_dies: Array
    used: Array
    packed: Array
    released: Array
    stacks: Array
    own_stacks: Array
    hbm_binds: Array
    dies_bind: Array
    packaging_binds: Array
    other_cards: Array


USUAL_SHORTAGE = 0.15
"""Unmet share of demand that draws no investment (assumed)."""


def next_expansion(xp: Any, state: State, p: Draws, shortage: Array) -> Array:
    """Return how far capacities stand above their planned paths, in log, after a quarter: shortage draws investment.

    ``x' = x + (response [shortage - usual]+ - x) / lag``: without it a shortage would stand for years and draw nobody.
    """
    drawn = positive(xp, p["expansion_response"]) * positive(xp, shortage - USUAL_SHORTAGE)
    return state.expansion + (drawn - state.expansion) / between(xp, p["expansion_lag"], 1.0, 40.0)


def memory_inflow(xp: Any, q: Quarter, p: Draws, success: Array, grown: Array | float = 1.0) -> tuple[Array, Array]:
    """Return stacks that come in during a quarter, and those of them made at home.

    Foreign stacks come as far as law lets them, more when a control is announced (up to what makers can spare), and a
    part leaks when it is closed::

        inflow = normal legal (1 + signal ahead) + leaked normal (1 - legal) exp(-aversion enforcement) + plan success

    ``grown`` is how far the plan has been outgrown.
    """
    bought = q.hbm_normal * q.hbm_legal * (1.0 + q.hbm_signal * positive(xp, p["hbm_ahead"]))
    leaked = (q.hbm_normal * (1.0 - q.hbm_legal) * between(xp, p["hbm_leak"], 0.0, 1.0)
              * xp.exp(-p["enforcement_effect"] * q.enforcement))
    own = q.hbm_plan * grown * between(xp, success, 0.0, 1.0)
    return bought + leaked + own, own


def packages_per_die(xp: Any, q: Quarter) -> Array:
    """Return packages that a die makes: one, or half where two share a package.

    >>> import numpy as np
    >>> from types import SimpleNamespace
    >>> float(packages_per_die(np, SimpleNamespace(dual=np.array(0.5))))
    0.75
    """
    return 1.0 - 0.5 * between(xp, q.dual, 0.0, 1.0)


def made(xp: Any, state: State, q: Quarter, p: Draws, good: Array, survive: Array, success: Array,
         hold: Hold = plain) -> Made:
    """Return a quarter's output: ``min(die bank + new dies, stacks / stacks a die, packaging in dies)``.

    Parameters
    ----------
    good : yield of dies. survive : yield of packages. success : share of planned domestic memory that comes out.
    hold : as in :func:`highfence.market.step.step`.
    """
    wafers = MONTHS * state.wafers
    own = wafers * between(xp, p["huawei_wafer_share"], 0.0, 1.0) * p["dies_per_wafer"] * good
    grown = xp.exp(state.expansion)
    stacks, own_stacks = memory_inflow(xp, q, p, success, grown)
    stacks, own_stacks = hold("memory.stacks", stacks), hold("memory.own_stacks", own_stacks)
    by_dies = state.die_bank + own + q.foundry_dies
    by_memory = (state.hbm * between(xp, p["hbm_release"], 0.0, 1.0) + stacks) / p["stacks_per_die"]
    by_packaging = q.packaging * grown / packages_per_die(xp, q)
    used = least(xp, between(xp, p["die_release"], 0.0, 1.0) * by_dies, by_memory, by_packaging)
    other_wafers = wafers * between(xp, p["other_wafer_share"], 0.0, 1.0) * p["other_cards_per_wafer"] * good
    one = 0.0 * used + 1.0

    def binds(limit: Array) -> Array:
        return xp.where(limit <= used * (1.0 + 1e-9), one, 0.0 * one)

    return Made(own + q.foundry_dies, own, used, used * survive,
                state.huawei_wip / between(xp, p["sale_lag"], 1.0, 12.0), stacks, own_stacks, binds(by_memory),
                binds(between(xp, p["die_release"], 0.0, 1.0) * by_dies), binds(by_packaging),
                least(xp, q.other_capacity * grown, foundry_cards(xp, q, p) + other_wafers))


def foundry_cards(xp: Any, q: Quarter, p: Draws) -> Array:
    """Return other makers' cards on foreign wafers: what foundries may take, and of the rest what no rule catches."""
    open_share, small = between(xp, q.foundry, 0.0, 1.0), between(xp, p["foundry_small_share"], 0.0, 1.0)
    return q.foundry_orders * (open_share + (1.0 - open_share) * small)


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a quarter, (D,) each: wafers a month added, and lost for want of service; USD of foreign tools sold to
    China, of domestic ones for advanced lines; tools bought ahead and used."""

    added: Array
    lost: Array
    foreign_sales: Array
    domestic_tools: Array
    bought_ahead: Array
    used_ahead: Array


def by_stage(xp: Any, share: Array, p: Draws) -> Array:
    """Return a share by group of tools, (D, E), weighted by what each is of an advanced line's foreign tools, (D,)."""
    weight = xp.stack([p[f"tool_share.{stage}"] for stage in TOOL_STAGES], axis=-1)
    return over_last(weight * between(xp, share, 0.0, 1.0)) / over_last(weight)


def required(xp: Any, q: Quarter, p: Draws, share: Array, reachable: Array) -> Array:
    """Return what a mandate adds to the domestic share of new tools, (D,): in part, and only where such tools exist."""
    asked = least(xp, between(xp, q.tool_mandate, 0.0, 1.0), reachable)
    return between(xp, p["mandate_kept"], 0.0, 1.0) * positive(xp, asked - share)


def lines(xp: Any, state: State, q: Quarter, p: Draws, home: Array) -> Lines:
    """Return how many lines are added and who sells the tools.

    The gap to plan is closed over the time of building, as far as tools can be had: domestic ones up to ``home``, the
    rest foreign as law lets them, or from stock. An announced control brings purchases forward up to a share of the
    year's money; what was bought ahead replaces later purchases. A mandate puts domestic tools in the place of foreign
    ones; those that are not ripe do less for their money. Lines without parts and service wear out::

        domestic = needed (home + m)          of it served: needed (home + m / unripe)       m = kept [mandate - home]+
        lost = wafers loss (1 - service)
    """
    gap = positive(xp, q.wafer_plan * xp.exp(state.expansion) - state.wafers) / between(xp, p["build_time"], 1.0, 20.0)
    needed = gap * p["tools_per_wafer"]
    open_share = by_stage(xp, q.tools_open, p)
    reachable = between(xp, 1.0 - p["chokepoint_share"], 0.0, 1.0)
    forced = required(xp, q, p, home, reachable)
    domestic, foreign = needed * (home + forced), needed * (1.0 - home - forced) * open_share
    ripe = needed * (home + forced / between(xp, p["unripe_tools"], 1.0, 10.0))
    unserved = needed - domestic - foreign
    drawn = state.tools_ahead / between(xp, p["tools_use_time"], 1.0, 20.0)
    filled = least(xp, unserved, drawn)
    mature_open = between(xp, q.mature_tools_open, 0.0, 1.0)
    local = between(xp, p["mature_localisation"], 0.0, 1.0)
    mature = q.mature_tools * mature_open * (1.0 - local - required(xp, q, p, local, reachable))
    replaced = least(xp, drawn - filled, mature)
    ahead = (between(xp, q.tools_signal, 0.0, 1.0) * least(xp, positive(xp, p["tools_ahead"]),
                                                           positive(xp, p["tools_money"])) * (mature + foreign))
    served = ripe + foreign + filled
    lost = state.wafers * between(xp, p["service_loss"], 0.0, 1.0) * (1.0 - by_stage(xp, q.service, p))
    return Lines(ratio(xp, served, p["tools_per_wafer"]), lost, mature - replaced + foreign + ahead, domestic, ahead,
                 filled + replaced)
