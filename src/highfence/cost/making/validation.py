"""Unit costs that others published beside ours: nothing is fitted to them, and those that share an input say so."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Any

from highfence.core.labels import Label
from highfence.core.ranges import Range
from highfence.cost.making.unit import unit_cost

YUAN_PER_DOLLAR = 7.15
"""Rate of autumn 2025, at which published costs in yuan are set beside ours."""


@dataclass(frozen=True, slots=True)
class UnitCostCase:
    """One published cost beside ours, in USD.

    Attributes
    ----------
    part : id of the term that is compared; ``unit_cost`` for the whole. ours : with its 80 % interval. inside : whether
    the published value lies in it. error : ``ln(ours / theirs)``. circular : whether the row's source gave one of our
    inputs of that very part.
    """

    chip: str
    part: str
    on: str
    ours: Range
    theirs: float
    source: str
    circular: bool = False
    used_to_fit: bool = False
    note: Label | None = None

    @property
    def inside(self) -> bool:
        """Whether the published value lies in our interval."""
        return self.ours.low <= self.theirs <= self.ours.high

    @property
    def error(self) -> float:
        """Logarithm of ours over theirs."""
        return log(self.ours.mid / self.theirs)


_PUBLISHED: tuple[tuple[str, str, str, float, str, bool, Label | None], ...] = (
    ("nvidia-h100-sxm", "unit_cost", "2023-08-01", 3320.0, "techspot-2023-08-h100-cost", False,
     Label("Raymond James; whether the board is in it is not said; the high ends of our memory and board come from a "
           "breakdown of it", "Raymond James估算；未说明是否含板卡；本软件内存与板卡的高端取自对它的拆分")),
    ("nvidia-h100-sxm", "dies", "2023-08-01", 300.0, "stratrix-h100-cost", False, None),
    ("nvidia-h100-sxm", "dies", "2023-08-01", 200.0, "php-cn-2023-09-11-h100", False,
     Label("65 good dies of a wafer at 13,400 USD, the low end of our price",
           "每片65颗良品、晶圆1.34万美元，后者即本软件价格低端")),
    ("nvidia-h100-sxm", "memory", "2023-08-01", 1350.0, "stratrix-h100-cost", True,
     Label("the high end of our price comes from it", "本软件价格高端取自该值")),
    ("nvidia-h100-sxm", "packaging", "2023-08-01", 723.0, "php-cn-2023-09-11-h100", True,
     Label("the high end of our packaging wafer comes from it", "本软件封装晶圆价格高端取自该值")),
    ("nvidia-h200-sxm", "unit_cost", "2025-06-01", 4250.0, "siliconanalysts-hbm3e-2026-06", False,
     Label("the same publisher also prints 4,800 USD", "同一发布者另有4800美元的数字")),
    ("nvidia-b200", "unit_cost", "2025-06-01", 6400.0, "epoch-b200-cost", True,
     Label("memory, packaging and board prices come from the same estimate", "内存、封装与板卡价格取自同一估算")),
    ("nvidia-b200", "dies", "2025-06-01", 900.0, "epoch-b200-cost", False,
     Label("published as 720 to 1,200 USD; without salvage ours is near the middle of that",
           "原文区间720至1200美元；不计残次利用时本软件接近其中值")),
    ("amd-mi300x", "unit_cost", "2024-06-01", 5300.0, "siliconanalysts-cost-bridge", False,
     Label("our dies are twelve equal ones on 5 nm; the real ones are eight on 5 nm and four on 6 nm",
           "本软件按12颗等面积5纳米裸片计；实际为8颗5纳米与4颗6纳米")),
    ("huawei-ascend-910b", "unit_cost", "2025-09-15", 50000.0 / YUAN_PER_DOLLAR, "cloudnews-morgan-stanley-smic",
     False, Label("what it costs Huawei, which may hold others' margins; the report's basis is not public",
                  "为华为的采购成本，可能含他方利润；报告口径未公开")),
    ("huawei-ascend-910c", "unit_cost", "2025-09-15", 110000.0 / YUAN_PER_DOLLAR, "cloudnews-morgan-stanley-smic",
     False, Label("as above", "同上")))


def unit_cost_cases(**options: Any) -> list[UnitCostCase]:
    """Return every published unit cost, or part of one, beside ours; ``options`` are those of :func:`unit_cost`.

    >>> [c.chip for c in unit_cost_cases() if not c.inside and c.part == "unit_cost"]
    ['huawei-ascend-910b', 'huawei-ascend-910c']
    """
    rows = []
    for chip, part, on, theirs, source, circular, note in _PUBLISHED:
        found = unit_cost(chip, on=on, **options).find(part)
        if found is not None:
            rows.append(UnitCostCase(chip, part, on, found.value, theirs, source, circular, False, note))
    return rows


def published_table(rows: list[UnitCostCase]) -> str:
    """Return published costs beside ours as a Markdown table."""
    lines = ["| chip | part | day | ours, low | ours | ours, high | published | inside | shares an input | source |",
             "|---|---|---|---|---|---|---|---|---|---|"]
    for r in rows:
        ours = " | ".join(f"{v:,.0f}" for v in (r.ours.low, r.ours.mid, r.ours.high))
        part = "whole" if r.part == "unit_cost" else r.part
        lines.append(f"| `{r.chip}` | {part} | {r.on} | {ours} | {r.theirs:,.0f} | {'yes' if r.inside else 'no'} | "
                     f"{'yes' if r.circular else ''} | `{r.source}` |".replace("|  |", "| |"))
    return "\n".join(lines)


if __name__ == "__main__":
    print(published_table(unit_cost_cases()))
