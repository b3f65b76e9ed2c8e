"""Mechanisms of the market, and the variables through which each acts on the rest.

A mechanism that is switched off takes the values of the reference run, draw by draw and quarter by quarter: what comes
from outside (``outside``, fields of a :class:`~highfence.market.state.Quarter`), its stocks (``stocks``, fields of a
:class:`~highfence.market.state.State`) and what a quarter makes of it (``results``, names of
:data:`highfence.market.holding.OFFERED`). Buyers' choice, rationing and the counting of chips and money are no
mechanism: they pass on what the mechanisms bring. Every field of a quarter belongs to one mechanism, so that with all
of them off the run is the reference run.
"""

from __future__ import annotations

from dataclasses import dataclass

from highfence.core.labels import Label


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A mechanism and its interface; names as above."""

    id: str
    label: Label
    outside: tuple[str, ...]
    stocks: tuple[str, ...]
    results: tuple[str, ...]


MECHANISMS = (
    Mechanism("supply", Label("foreign supply under licence, quota and fee", "许可、配额与分成下的境外供给"),
              ("granted", "low_granted", "licence_delay", "quota", "quota_share", "us_volume", "fee", "tariff",
               "capacity", "rest_orders", "materials", "low_capacity", "vendor_other", "price", "fixed_hourly",
               "capital_hourly", "training", "inference", "reference"), (),
              ("law.share", "law.closing", "vendor.begun", "vendor.finished", "vendor.written", "vendor.offered")),
    Mechanism("redesign", Label("the vendor's redesign below the line", "厂商按界线改款"),
              ("compliant", "compliant_price", "compliant_training", "compliant_inference"), (),
              ("law.designed", "law.ready")),
    Mechanism("anticipation", Label("stockpiling ahead of controls", "管制前囤积"),
              ("chips_signal", "hbm_signal", "tools_signal"), ("cut_memory",), ("bought.ahead",)),
    Mechanism("buyer-state", Label("the buyers' state: its own restrictions", "买方政府自身限制"),
              ("restriction_on", "restriction", "low_restriction_on", "low_restriction", "design_restriction_on",
               "design_restriction", "security_shock"), ("restriction",), ("curb.flagship", "curb.low")),
    Mechanism("learning", Label("learning by doing and money for R&D", "干中学与研发资金"),
              ("rd_base", "node_reset", "subsidy", "yuan", "eda"), (), ("left", "research")),
    Mechanism("leakage", Label("leakage: smuggling, subsidiaries and cloud abroad", "泄漏：走私、境外子公司与云"),
              ("controlled", "enforcement", "diversion", "cloud_access", "offshore", "abroad_capacity"),
              ("smuggling", "premium"), ()),
    Mechanism("lock-in", Label("lock-in and migration of code", "生态锁定与代码迁移"), (), ("code",), ()),
    Mechanism("memory-tools", Label("memory, packaging, foundries and tools", "存储、封装、代工与设备"),
              ("hbm_legal", "hbm_normal", "hbm_plan", "tools_open", "service", "mature_tools_open", "tool_mandate",
               "foundry", "foundry_dies", "foundry_orders", "wafer_plan", "packaging", "dual", "other_capacity",
               "mature_tools"), ("expansion", "tools_ahead"),
              ("memory.stacks", "memory.own_stacks", "lines.added", "lines.lost", "lines.foreign_sales",
               "lines.domestic_tools", "lines.bought_ahead", "lines.used_ahead")),
    Mechanism("demand", Label("demand and its answer to the price of work", "需求及其价格响应"),
              ("spending", "spending_before", "demand_boom", "shares", "demand", "training_share", "power_hourly",
               "power_subsidy"), (), ("want.money",)),
)
"""The mechanisms, in the order in which they are told."""

IDS = tuple(m.id for m in MECHANISMS)
