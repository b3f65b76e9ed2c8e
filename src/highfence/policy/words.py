"""What-ifs in words and in units that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from highfence.core.labels import Label

if TYPE_CHECKING:
    from highfence.market.results import Outcome
    from highfence.policy.whatif import Row, WhatIf

SCALES = {"USD": (1e9, "bn USD", "十亿美元"), "H100e": (1e3, "k H100e", "千H100e"), "chips": (1e3, "k chips", "千颗"),
          "cards": (1e3, "k cards", "千张"), "packages": (1e3, "k packages", "千封装"),
          "dies": (1e3, "k dies", "千裸片"),
          "stacks": (1e3, "k stacks", "千堆栈"), "share": (0.01, "%", "%"), "FLOP": (1e25, "e25 FLOP", "e25 FLOP")}
"""What a unit is shown in: divisor and names; of others the unit itself."""

LEADS = ("nvidia_china_revenue", "domestic_share_compute", "compute_stock_h100e", "largest_training_run")
"""What the headline tells, in order; where none of them is kept, the first of those that are."""


def scale_of(what: Outcome, difference: bool = False) -> tuple[float, Label]:
    """Return what an outcome is divided by to be shown, and the unit of that.

    >>> from highfence.market.results import outcome
    >>> scale_of(outcome("nvidia_china_revenue"))[1].en, scale_of(outcome("domestic_share_units"), True)[1].en
    ('bn USD', 'points')
    """
    unit = what.unit.removesuffix("/quarter")
    divisor, en, zh = SCALES.get(unit, (1.0, unit, unit))
    if unit == "share" and difference:
        return divisor, Label("points", "个百分点")
    return divisor, Label(en, zh)


def number(value: float) -> str:
    """Return a number to three figures.

    >>> number(12345.0), number(0.001234), number(-0.0)
    ('12,300', '0.00123', '0')
    """
    if abs(value) < 5e-4:
        return "0"
    short = float(f"{value:.3g}")
    return f"{short:,.0f}" if abs(short) >= 100 else f"{short:.3g}"


def span_words(row: Row, divisor: float) -> str:
    """Return the middle of a difference and eight of ten draws: ``+1.2 (-0.3 to 4)``."""
    low, mid, high = (v / divisor for v in (row.range.low, row.range.mid, row.range.high))
    return f"{signed(mid)} ({signed(low)} to {signed(high)})"


def signed(value: float) -> str:
    """Return a number with its sign."""
    return ("+" if value > 0 and number(value) != "0" else "") + number(value)


def headline(found: WhatIf) -> Label:
    """Return a what-if in one line: what differs by the horizon, and in how many draws."""
    if found.since is None:
        return Label(f"{found.a} against {found.b}: nothing differs by {found.horizon}.",
                     f"{found.a}对比{found.b}：至{found.horizon}无差异。")
    en, zh = [], []
    for name in [name for name in LEADS if name in found.outcomes] or [*found.outcomes][:len(LEADS)]:
        one = found.outcomes[name]
        divisor, unit = scale_of(one.outcome, difference=True)
        more = one.whole.above >= one.whole.below
        share = f"{max(one.whole.above, one.whole.below):.0%}".replace("%", " %")
        words, side = span_words(one.whole, divisor), "高" if more else "低"
        en.append(f"{one.outcome.label.en} {words} {unit.en}, {'higher' if more else 'lower'} in {share} of draws")
        zh.append(f"{one.outcome.label.zh}{words.replace(' to ', '至')}{unit.zh}，{share}的抽样中更{side}")
    return Label(f"{found.a} against {found.b}, {found.since} to {found.horizon}: {'; '.join(en)}.",
                 f"{found.a}对比{found.b}，{found.since}至{found.horizon}：{'；'.join(zh)}。")
