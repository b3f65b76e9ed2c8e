"""Levers: what a government, or the market, sets from a day on, and on what.

Each kind has one unit, a range and a value that holds where no lever is set; :data:`KINDS` is the table of them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from typing import Any

from highfence.catalogue import catalogue
from highfence.catalogue.entries import Chip
from highfence.choice.supply import same_country
from highfence.core.labels import Label
from highfence.core.ranges import Range
from highfence.market.state import TOOL_STAGES

STAGES = ("euv", *TOOL_STAGES)
"""Groups of chip-making tools that a lever can tell apart."""

AXES = ("chips", "segments", "stages")
"""What a lever can be aimed at; a table of a kind has these axes after the quarters."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of lever.

    Attributes
    ----------
    low, high : ends of what a value may be. neutral : value where no lever is set, None where another room knows.
    axes : what it can be aimed at. actor : whose lever it is unless stated. strictest : where several of one scenario
    hold at once, the lowest stands (else the most narrowly aimed).
    """

    id: str
    label: Label
    unit: str
    low: float
    high: float
    neutral: float | None
    actor: str
    meaning: Label
    axes: tuple[str, ...] = ()
    strictest: bool = False


def _kind(id: str, en: str, zh: str, unit: str, high: float, neutral: float | None, actor: str, meaning: str,
          meaning_zh: str, axes: tuple[str, ...] = (), strictest: bool = False) -> Kind:
    return Kind(id, Label(en, zh), unit, 0.0, high, neutral, actor, Label(meaning, meaning_zh), axes, strictest)


_CHIPS, _STAGES = ("chips",), ("stages",)

KINDS: dict[str, Kind] = {k.id: k for k in (
    _kind("licence_grant", "licences granted", "许可批准率", "share", 1.0, None, "US",
          "share of orders under a licence requirement that get one; where none is set, by review policy",
          "须许可订单中获批的比例；未设定时依审查政策", _CHIPS),
    _kind("licence_delay", "time to a licence", "许可时长", "months", 60.0, 0.0, "US",
          "from application to licence", "自申请至获批", _CHIPS),
    _kind("quota", "quota", "配额", "chips/quarter", 1e8, 1e8, "US", "most chips that may be delivered in a quarter",
          "每季度可交付的芯片上限", _CHIPS),
    _kind("quota_share", "quota by home sales", "按本土销量的配额", "share", 1e3, 1e3, "US",
          "most of a chip that may be delivered, over what its maker ships to US customers; counted in TPP",
          "可交付量与厂商对美客户出货量之比的上限，按TPP计", _CHIPS),
    _kind("fee", "fee", "分成", "share", 1.0, 0.0, "US",
          "share of the revenue of licensed sales paid to the government",
          "获许可销售收入中上缴政府的比例", _CHIPS),
    _kind("tariff", "import duty on the way", "途经关税", "share", 10.0, 0.0, "US",
          "duty over the value of chips that must enter the United States on their way",
          "须途经美国的芯片按价值征收的关税", _CHIPS),
    _kind("enforcement", "enforcement", "执法力度", "times", 20.0, 1.0, "US",
          "effort against diversion, over that of 2025", "打击转运的力度，以2025年为1"),
    _kind("diversion", "diversion let through", "转运残余", "times", 10.0, 1.0, "US",
          "diversion over what the same enforcement would leave, for instance with chips that tell where they are",
          "与同等执法力度相比的转运量，例如芯片具备位置验证时"),
    _kind("cloud_access", "cloud access", "云端访问", "share", 1.0, 1.0, "US",
          "share of Chinese demand for controlled chips in clouds abroad that may be served",
          "中国对境外云端受控芯片需求中可获服务的比例"),
    _kind("offshore", "subsidiaries abroad", "境外子公司", "share", 1.0, 1.0, "US",
          "share of orders of Chinese firms' subsidiaries abroad that go through",
          "中国企业境外子公司订单中得以成交的比例"),
    _kind("hbm", "foreign memory", "境外高带宽内存", "share", 1.0, 1.0, "US",
          "share of Chinese chip makers' demand for foreign high-bandwidth memory that may be delivered",
          "中国芯片厂商对境外高带宽内存需求中可交付的比例"),
    _kind("equipment", "foreign tools", "境外设备", "share", 1.0, 1.0, "US",
          "share of Chinese demand for foreign tools for advanced nodes that may be delivered",
          "中国对先进制程境外设备需求中可交付的比例", _STAGES),
    _kind("service", "service of foreign tools", "境外设备服务", "share", 1.0, 1.0, "US",
          "share of the need for parts and service of installed foreign tools that may be met",
          "已装境外设备的备件与服务需求中可满足的比例", _STAGES),
    _kind("foundry", "foundries abroad", "境外代工", "share", 1.0, 1.0, "US",
          "share of Chinese designers' orders for AI chips at 16 nm and finer that foundries abroad may take",
          "中国设计企业16纳米及以下AI芯片订单中境外代工可承接的比例"),
    _kind("eda", "design software", "设计软件", "share", 1.0, 1.0, "US",
          "share of Chinese demand for foreign chip design software that may be met",
          "中国对境外芯片设计软件需求中可满足的比例"),
    _kind("subsidy", "subsidy", "补贴", "CNY bn/quarter", 1e4, 0.0, "CN", "state money for making chips and tools",
          "国家对芯片与设备制造的投入"),
    _kind("power_subsidy", "power subsidy", "电费补贴", "share", 1.0, 0.0, "CN",
          "part of the power bill of domestic chips that the state bears", "国产芯片电费中由国家承担的部分"),
    _kind("purchase", "purchases let through", "采购放行", "share", 1.0, 1.0, "CN",
          "share of a buyer's orders that its own government lets go on", "买方订单中本国政府允许继续的比例",
          ("segments", "chips"), True),
    _kind("purchase_cap", "cap on foreign chips", "外国芯片上限", "share", 1.0, 1.0, "CN",
          "largest share of foreign chips in a buyer's purchases", "买方采购中外国芯片的最高占比", ("segments",), True),
    _kind("tool_mandate", "domestic tools required", "国产设备要求", "share", 1.0, 0.0, "CN",
          "smallest share of domestic tools in new capacity", "新增产能中国产设备的最低占比"),
    _kind("materials", "Chinese materials let out", "中国材料放行", "share", 1.0, 1.0, "CN",
          "share of foreign demand for listed Chinese materials that is licensed",
          "境外对所列中国材料需求中获许可的比例"),
    _kind("demand", "demand", "需求", "times", 10.0, 1.0, "market", "demand over what it would be",
          "需求相对基准的倍数", ("segments",)),
    _kind("demand_boom", "demand boom", "需求热潮", "times", 5.0, 1.0, "market",
          "rise of Chinese demand from 2025 on, over the rise that came; 1 in history, 0 without it",
          "2025年以来中国需求增幅相对实际增幅的倍数；历史为1，无热潮为0"),
)}
"""Every kind of lever."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a lever is aimed at; empty fields stand for everything.

    Attributes
    ----------
    chips : ids. vendors : firms, whose every chip it is. foreign : chips whose maker is not of the lever's place.
    datacenter : only chips for data centres. segments : kinds of buyer. state_funded : binds the share of any buyer's
    projects that state money reaches. stages : groups of tools.
    """

    chips: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    foreign: bool = False
    datacenter: bool = False
    segments: tuple[str, ...] = ()
    state_funded: bool = False
    stages: tuple[str, ...] = ()

    @property
    def names_chips(self) -> bool:
        """Whether only some chips are meant."""
        return bool(self.chips or self.vendors or self.foreign or self.datacenter)

    def words(self) -> str:
        """Return the target in one line.

        >>> Target(("nvidia-h20",), segments=("state",)).words()
        'nvidia-h20 / state'
        """
        chips = ", ".join((*self.chips, *self.vendors)) or ("foreign chips" if self.foreign else "")
        chips += " (data centre)" if self.datacenter else ""
        segments = ", ".join((*self.segments, *(("state-funded",) if self.state_funded else ())))
        return " / ".join(part for part in (chips.strip(), segments, ", ".join(self.stages)) if part)

    def members(self, axis: str, place: str) -> frozenset[str] | None:
        """Return what is meant on an axis, None for everything."""
        if axis == "chips":
            return _meant(self, place) if self.names_chips else None
        if axis == "segments":
            named = (*self.segments, *(("state-funded",) if self.state_funded else ()))
            return frozenset(named) if named else None
        return frozenset(self.stages) if self.stages else None

    def covers(self, other: Target, place: str) -> bool:
        """Return whether all that another is aimed at is meant here too.

        >>> Target().covers(Target(("nvidia-h20",)), "CN"), Target(("nvidia-h20",)).covers(Target(), "CN")
        (True, False)
        """
        return all((mine := self.members(a, place)) is None or ((its := other.members(a, place)) is not None
                                                                and its <= mine) for a in AXES)

    def meets(self, other: Target, place: str) -> bool:
        """Return whether anything is meant by both."""
        return all((mine := self.members(a, place)) is None or (its := other.members(a, place)) is None or mine & its
                   for a in AXES)

    def holds(self, place: str, chip: Chip | None = None, stage: str | None = None) -> bool:
        """Return whether a chip and a stage are meant; what is None is not asked."""
        chips = self.members("chips", place) if chip is not None else None
        return (chips is None or chip is None or chip.id in chips) and (
            stage is None or not self.stages or stage in self.stages)


@cache
def _meant(target: Target, place: str) -> frozenset[str]:
    found = set()
    for chip in catalogue().chips():
        home = catalogue().firm(chip.vendor).country
        named = chip.id in target.chips or chip.vendor in target.vendors or (
            target.foreign and not same_country(home or "US", place))
        only = not (target.chips or target.vendors or target.foreign)
        if (named or only) and (not target.datacenter or chip.value("datacenter") is True):
            found.add(chip.id)
    return frozenset(found | (set(target.chips) if not target.datacenter else set()))


@dataclass(frozen=True, slots=True)
class Lever:
    """One setting of one kind of lever, from a day on.

    Attributes
    ----------
    first, last : days on which it holds; ``last`` None for good. how : ``set``, or ``times`` over what lies under it.
    announced : when it became known, which buyers may act on before ``first``. grade : of the value; a lever that is a
    fact may have an assumed strength. evidence : how well it is known that it was set. under : review policy of the
    law under which alone it holds. scenario, layer : who states it, and how far from history that is.
    """

    kind: str
    first: date
    last: date | None
    place: str
    target: Target
    value: Range
    unit: str
    evidence: str
    grade: str
    source: str
    note: Label | None = None
    how: str = "set"
    actor: str = ""
    announced: date | None = None
    under: str = ""
    event: str = ""
    scenario: str = ""
    layer: int = 0

    def on(self, day: date) -> bool:
        """Return whether it holds on a day."""
        return self.first <= day and (self.last is None or day <= self.last)

    def until(self, last: date | None) -> Lever:
        """Return it with another last day."""
        return replace(self, last=last)

    @property
    def known(self) -> date:
        """Day on which it was known."""
        return self.announced or self.first

    def to_dict(self) -> dict[str, Any]:
        """Return the lever as JSON, without empty fields."""
        from highfence.core.envelope import plain

        raw = {f.name: plain(getattr(self, f.name)) for f in fields(self)}
        raw["target"] = {k: v for k, v in raw["target"].items() if v}
        return {k: v for k, v in raw.items() if v not in ("", None) or k == "last"}
