"""What the market is made of: alternatives, segments, stocks, and what a quarter brings from outside.

``D`` is the number of draws, ``S`` of segments, ``A`` of alternatives, ``P`` of platforms, ``K`` of age classes, ``E``
of groups of tools.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

Array = Any
"""An array of floats of the namespace in use; the first axis is the draw."""

Draws = Mapping[str, Array]
"""Parameters by id, each (D,)."""

ALTERNATIVES = ("legal", "smuggled", "low", "huawei", "other", "abroad")
"""What a buyer in China may take: the legal foreign flagship of the day, the best foreign chip from smugglers, a
foreign card below every line, Huawei's Ascend, other Chinese makers' cards, and compute that stands abroad."""

LEGAL, SMUGGLED, LOW, HUAWEI, OTHER, ABROAD = range(len(ALTERNATIVES))

NEST = (0, 0, 0, 1, 1, 0)
"""Nest of each alternative: foreign 0, domestic 1."""

PLATFORM = (0, 0, 0, 1, 2, 0)
"""Platform of each alternative: CUDA 0, CANN 1, other Chinese stacks 2."""

PLATFORMS = ("cuda", "cann", "other")

SEGMENTS = ("frontier-lab", "hyperscaler-training", "hyperscaler-inference", "state-telecom", "sme-inference",
            "driving-robotics", "research")
"""Segments of :mod:`highfence.choice.buyers`, in order."""

STAGES = ("design", "yield", "software", "packaging", "hbm", "tools")
"""Stages that learn, each by its own doing and its own money."""

DESIGN, YIELD, SOFTWARE, PACKAGING, HBM, TOOLS = range(len(STAGES))

TOOL_STAGES = ("immersion", "etch", "deposition", "process-control", "other")
"""Groups of foreign tools of an advanced line; no line of the model has EUV."""

AGES = 4
"""Age classes of chips at work: a chip passes each in a quarter of its life on average."""


@dataclass(frozen=True, slots=True)
class State:
    """Stocks at the start of a quarter.

    Attributes
    ----------
    backlog : (D, S) USD of demand that waits. code : (D, S, P) share of each segment's code on each platform.
    units, training, inference : (D, A, K) chips at work, by age, and what they do in H100-equivalents.
    hoard, hoard_training, hoard_inference : (D,) flagship chips bought ahead that do not work yet.
    vendor_inventory, vendor_pipeline : (D,) flagship chips for China, finished and in production.
    expansion : (D,) how far domestic capacities and those abroad stand above their planned paths, in log.
    expected_sales : (D,) chips a quarter that the vendor plans for. sku_ready : (D,) progress of a design below the
    line, 1 when it can be sold. granted, compliant, opened : (D,) what law granted last quarter, whether it left a line
    to design to, and the share of orders that came through.
    cut_memory : (D,) cuts that buyers remember. rest_backlog : (D,) USD of the rest of the world's orders.
    smuggling : (D,) chips a quarter that smugglers can bring. premium : (D,) over the list price.
    wafers : (D,) advanced wafers a month. tools_ahead : (D,) USD of tools bought ahead.
    die_bank : (D,) logic dies. hbm : (D,) stacks. huawei_wip, huawei_stock : (D,) dies in packages under way and for
    sale. other_stock : (D,) cards for sale.
    experience, knowledge : (D, stages) output so far, and the stock of R&D in USD.
    restriction : (D,) how far China keeps its buyers from foreign chips, 0 to 1.
    revenue, dependence, adequacy, shortage : (D,) domestic makers' revenue in USD a quarter, foreign share of what was
    bought, domestic supply over demand, and unmet share of demand, all of the quarter before.
    """

    backlog: Array
    code: Array
    units: Array
    training: Array
    inference: Array
    hoard: Array
    hoard_training: Array
    hoard_inference: Array
    vendor_inventory: Array
    vendor_pipeline: Array
    expected_sales: Array
    sku_ready: Array
    granted: Array
    compliant: Array
    opened: Array
    cut_memory: Array
    rest_backlog: Array
    smuggling: Array
    premium: Array
    wafers: Array
    tools_ahead: Array
    die_bank: Array
    hbm: Array
    huawei_wip: Array
    huawei_stock: Array
    other_stock: Array
    experience: Array
    knowledge: Array
    restriction: Array
    expansion: Array
    revenue: Array
    dependence: Array
    adequacy: Array
    shortage: Array


STOCKS = tuple(f.name for f in fields(State))


@dataclass(frozen=True, slots=True)
class Quarter:
    """What a quarter brings from outside the model: tables, law, levers and shocks.

    Attributes
    ----------
    spending : (D,) USD that buyers in China would spend at the reference cost of work, ``spending_before`` what they
    would have without the boom from 2025 on, demand_boom : (D,) part of that rise that comes. shares : (D, S) of it.
    demand : (D, S) over what it would be.
    price, fixed_hourly, capital_hourly : (D, A) USD a chip, USD an hour beside it, and USD an hour per USD of price.
    training, inference : (D, A) H100-equivalents of a chip. reference : (D,) USD per H100-equivalent hour without law.
    training_share : (D, S) of a segment's work. power_hourly : (D, A) USD an hour for power, part of ``fixed_hourly``.
    power_subsidy : (D,) part of it that the state bears.
    granted : (D,) share of orders for the flagship that law lets through. low_granted : likewise for cards below the
    line. controlled : (D,) 1 where the best foreign chip may not be sold. compliant : (D,) 1 where a design below the
    line may be sold once there is one. compliant_price, compliant_training, compliant_inference : (D,) of that design.
    licence_delay : (D,) quarters over which a licence opens. quota : (D,) flagship chips a quarter at most.
    quota_share, us_volume : (D,) most over what is sold in the United States, and that. fee : (D,) share of licensed
    sales paid to the exporting state. tariff : (D,) share of the price that duties on the way add.
    cloud_access, offshore : (D,) share of rented compute and of subsidiaries' orders abroad left open.
    enforcement : (D,) index, 1 is that of 2025. diversion : (D,) smuggling over what enforcement would leave.
    chips_signal, hbm_signal, tools_signal : (D,) share of the quarter in which a coming control is announced and does
    not bind yet.
    hbm_legal : (D,) share of ordinary purchases of memory that law leaves. tools_open, service : (D, E) share of
    foreign tools for advanced lines, and of the parts and service of installed ones. mature_tools_open : (D,) of tools
    for mature lines. tool_mandate : (D,) least share of domestic tools in new lines. eda : (D,) share of foreign design
    software. materials : (D,) share of China's listed materials that is let out.
    restriction_on, restriction : (D, S) where 1, the share of flagship purchases that China keeps a segment from is
    this. low_restriction_on, low_restriction : likewise for cards below the line. design_restriction_on,
    design_restriction : likewise for a design to come.
    security_shock : (D,) index of what alarms the buyers' state.
    capacity : (D,) USD a quarter that the vendor can make. rest_orders : (D,) likewise from the rest of the world.
    low_capacity, abroad_capacity, other_capacity : (D,) chips a quarter at most. wafer_plan : (D,) wafers a month.
    foundry_dies : (D,) dies from foreign foundries. foundry_orders : (D,) cards that other makers would have made
    there, foundry : (D,) share of them that foundries may take.
    hbm_normal, hbm_plan : (D,) stacks a quarter, foreign as long as law lets them, and domestic as planned.
    packaging : (D,) packages a quarter. dual : (D,) share of dies that go into packages of two.
    mature_tools : (D,) USD a quarter for tools of mature lines. subsidy : (D,) billion CNY a quarter of state money,
    yuan : (D,) CNY per USD.
    rd_base : (D,) USD a quarter of domestic R&D at the reference revenue. node_reset : (D,) share of experience lost.
    vendor_other : (D,) USD a quarter that the vendor earns in China beside accelerators.
    """

    spending: Array
    spending_before: Array
    demand_boom: Array
    shares: Array
    demand: Array
    price: Array
    fixed_hourly: Array
    capital_hourly: Array
    power_hourly: Array
    power_subsidy: Array
    training: Array
    inference: Array
    reference: Array
    training_share: Array
    granted: Array
    low_granted: Array
    controlled: Array
    compliant: Array
    compliant_price: Array
    compliant_training: Array
    compliant_inference: Array
    licence_delay: Array
    quota: Array
    quota_share: Array
    us_volume: Array
    fee: Array
    tariff: Array
    cloud_access: Array
    offshore: Array
    enforcement: Array
    diversion: Array
    chips_signal: Array
    hbm_signal: Array
    tools_signal: Array
    hbm_legal: Array
    tools_open: Array
    service: Array
    mature_tools_open: Array
    tool_mandate: Array
    eda: Array
    materials: Array
    design_restriction_on: Array
    design_restriction: Array
    restriction_on: Array
    restriction: Array
    low_restriction_on: Array
    low_restriction: Array
    security_shock: Array
    capacity: Array
    rest_orders: Array
    low_capacity: Array
    abroad_capacity: Array
    other_capacity: Array
    wafer_plan: Array
    foundry_dies: Array
    foundry_orders: Array
    foundry: Array
    hbm_normal: Array
    hbm_plan: Array
    packaging: Array
    dual: Array
    mature_tools: Array
    subsidy: Array
    yuan: Array
    rd_base: Array
    node_reset: Array
    vendor_other: Array


NOTHING = 1e-250


def positive(xp: Any, value: Array) -> Array:
    """Return a value, zero where it is below.

    >>> import numpy as np
    >>> positive(np, np.array([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """
    return xp.where(value > 0.0, value, xp.zeros_like(value))


def ratio(xp: Any, over: Array, under: Array) -> Array:
    """Return a ratio, zero where the divisor is nothing, or so little that the ratio is no number."""
    some = under > NOTHING
    return xp.where(some, over / xp.where(some, under, 0.0 * under + 1.0), 0.0 * over)


def over_last(value: Array) -> Array:
    """Return the sum over a short last axis, slice by slice: several times as fast as a reduction of it."""
    return _added([value[..., i] for i in range(value.shape[-1])])


def over_segments(value: Array) -> Array:
    """Return the sum over the last axis but one, (D, S, A) to (D, A)."""
    return _added([value[..., i, :] for i in range(value.shape[-2])])


def _added(parts: list[Array]) -> Array:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def least(xp: Any, *values: Array) -> Array:
    """Return the least of some arrays, element by element."""
    found = values[0]
    for value in values[1:]:
        found = xp.where(value < found, value, found)
    return found


def between(xp: Any, value: Array, low: float, high: float) -> Array:
    """Return a value held between two numbers."""
    raised = xp.where(value > low, value, 0.0 * value + low)
    return xp.where(raised < high, raised, 0.0 * raised + high)
