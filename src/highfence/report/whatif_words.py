"""What-ifs in words: amounts as each language counts them, intervals, and the sentences that open the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from highfence.core.labels import Label
from highfence.market.results import Outcome
from highfence.policy.whatif import Compared, Row, WhatIf
from highfence.report.texts import both, listed, say

Scale = tuple[float, str, str]
"""Divisor, and what stands before and after the number."""

SCALES: dict[str, tuple[Scale, Scale]] = {
    "USD": ((1e9, "$", " bn"), (1e8, "", "亿美元")), "USD/chip": ((1.0, "$", ""), (1.0, "", "美元")),
    "USD/package": ((1.0, "$", ""), (1.0, "", "美元")), "H100e": ((1e3, "", "k H100e"), (1e4, "", "万H100e")),
    "chips": ((1e3, "", "k chips"), (1e4, "", "万颗")), "cards": ((1e3, "", "k cards"), (1e4, "", "万张")),
    "packages": ((1e3, "", "k packages"), (1e4, "", "万件")), "share": ((0.01, "", "%"), (0.01, "", "%")),
    "FLOP": ((1e25, "", " × 10²⁵ FLOP"), (1e25, "", " × 10²⁵ FLOP"))}
"""How a unit is written in English and in Chinese."""

LEADS = ("nvidia_china_revenue", "domestic_share_compute", "compute_stock_h100e", "largest_training_run")
"""What the head of the page tells, in order."""

SURE, OPEN = 0.9, 0.65
"""Share of draws from which on a direction is called clear, and up to which it is called open."""

SLIGHT = 0.01
"""Median difference over B's median below which an outcome is said hardly to differ."""


def scale(unit: str, lang: str, difference: bool = False) -> Scale:
    """Return how a unit is written; a difference of shares is in points.

    >>> scale("USD/quarter", "zh"), scale("share", "en", True)[2]
    ((100000000.0, '', '亿美元'), ' points')
    """
    known = SCALES.get(unit.removesuffix("/quarter"))
    if known is None:
        return 1.0, "", "" if unit == "index" else f" {unit}"
    if unit == "share" and difference:
        return 0.01, "", {"en": " points", "zh": "个百分点"}[lang]
    return known[lang == "zh"]


def unit_name(what: Outcome, lang: str, difference: bool = False) -> str:
    """Return the unit of an axis.

    >>> from highfence.market.results import outcome
    >>> unit_name(outcome("nvidia_china_revenue"), "en"), unit_name(outcome("nvidia_china_revenue"), "zh")
    ('$ bn a quarter', '亿美元/季')
    """
    _, before, after = scale(what.unit, lang, difference)
    bare = f"{before}{after}".strip().removeprefix("× ")
    bare = {"": {"en": "index", "zh": "指数"}[lang], "$": "$"}.get(bare, bare)
    return bare + ({"en": " a quarter", "zh": "/季"}[lang] if what.unit.endswith("/quarter") else "")


def figure(value: float, signed: bool = False) -> str:
    """Return a number to three figures, and to a hundredth at most.

    >>> figure(12345.6), figure(-0.314), figure(2.95, True), figure(-0.001)
    ('12,300', '−0.31', '+2.95', '0')
    """
    size = abs(value)
    short = float(f"{size:.3g}")
    text = f"{short:,.0f}" if short >= 100 else f"{short:.1f}" if short >= 10 else f"{short:.2f}"
    if float(text.replace(",", "")) == 0.0:
        return "0"
    return ("−" if value < 0 else "+" if signed else "") + text


def amount(what: Outcome, value: float, difference: bool = False) -> Label:
    """Return an amount with its unit, signed where it is a difference.

    >>> from highfence.market.results import outcome
    >>> amount(outcome("nvidia_china_revenue"), 2.95e9, True).en, amount(outcome("premium"), 0.471).zh
    ('+$2.95 bn', '47.1%')
    """
    def written(lang: str) -> str:
        divisor, before, after = scale(what.unit, lang, difference)
        text = figure(value / divisor, difference)
        if text == "0":
            return "0"
        sign = text[0] if text[0] in "+−" else ""
        return f"{sign}{before}{text[len(sign):]}{after}"

    return Label(written("en"), written("zh"))


def span(what: Outcome, low: float, high: float, difference: bool = False) -> Label:
    """Return the ends of an interval, without the unit.

    >>> from highfence.market.results import outcome
    >>> span(outcome("nvidia_china_revenue"), -0.31e9, 15.8e9, True).en
    '−0.31 to +15.8'
    """
    def written(lang: str) -> str:
        divisor = scale(what.unit, lang, difference)[0]
        return {"en": " to ", "zh": " 至 "}[lang].join(figure(v / divisor, difference) for v in (low, high))

    return Label(written("en"), written("zh"))


def draws_share(row: Row) -> Label:
    """Return in how many draws A is above or below B, whichever is more.

    >>> draws_share(Row("2028", (), (), (), 0.83, 0.17)).en
    'higher in 83% of draws'
    """
    same = 1.0 - row.above - row.below
    if same > max(row.above, row.below, 0.5):
        return say("whatif.same_all") if same == 1.0 else say("whatif.same", share=percent(same))
    return say("whatif.higher" if row.above >= row.below else "whatif.lower", share=percent(max(row.above, row.below)))


def percent(share: float) -> str:
    """Return a share in whole percent; what is not all is never written as all, nor as nothing.

    >>> percent(0.834), percent(0.9999), percent(1.0), percent(0.001)
    ('83%', '>99%', '100%', '<1%')
    """
    if 0.0 < share < 0.005:
        return "<1%"
    return ">99%" if 0.995 <= share < 1.0 else f"{100 * share:.0f}%"


def over(one: Compared, found: WhatIf) -> Label:
    """Return over which time a figure of the whole span is: a sum, a mean, or what stands at the end."""
    return say(f"whatif.over_{one.by_year}", since=found.since or "", last=found.horizon)


def difference(one: Compared, row: Row) -> Label:
    """Return a difference's middle and its interval: ``+$2.95 bn (−0.31 to +15.8)``."""
    shown, ends = amount(one.outcome, row.range.mid, True), span(one.outcome, row.range.low, row.range.high, True)
    return Label(f"{shown.en} ({ends.en})", f"{shown.zh}（{ends.zh}）")


def answer(found: WhatIf) -> Label:
    """Return the answer in one line: what the first outcome of the head does, and in how many draws."""
    names = [name for name in LEADS if name in found.outcomes] or list(found.outcomes)[:1]
    if found.since is None or not names:
        return say("whatif.nothing", last=found.horizon)
    one = found.outcomes[names[0]]
    return say("whatif.answer", label=one.outcome.label, shown=amount(one.outcome, one.whole.range.mid, True),
               low=span(one.outcome, one.whole.range.low, one.whole.range.high, True), share=draws_share(one.whole),
               last=found.horizon)


def findings(found: WhatIf) -> tuple[Label, ...]:
    """Return what a reader in a hurry should know, a sentence each."""
    if found.since is None:
        return (say("whatif.nothing", last=found.horizon),)
    return (*_leading(found), *_when(found), *_clear(found), *_hardly(found), *_open(found))


def _leading(found: WhatIf) -> Iterator[Label]:
    for name in (name for name in LEADS if name in found.outcomes):
        one = found.outcomes[name]
        middle = one.whole.b[3]
        yield say("whatif.finding", label=one.outcome.label, over=over(one, found), share=draws_share(one.whole),
                  shown=difference(one, one.whole), part=_part(one.whole.range.mid, middle, one.outcome.unit))


def _part(value: float, middle: float, unit: str) -> Label:
    if unit == "share" or not middle:
        return both("")
    return say("whatif.part", share=figure(100 * value / middle, True) + "%")


def _when(found: WhatIf) -> Iterator[Label]:
    """Yield in which year the difference of the first outcome of the head is largest."""
    one = next((found.outcomes[name] for name in LEADS if name in found.outcomes), None)
    years = [] if one is None else [r for r in one.years if r.at >= (found.since or "")[:4]]
    if one is None or len(years) < 2:
        return
    most = max(years, key=lambda r: abs(r.range.mid))
    last = years[-1]
    if most is not last:
        yield say("whatif.when", label=one.outcome.label, year=most.at, shown=difference(one, most), last=last.at,
                  then=difference(one, last))


def _clear(found: WhatIf) -> Iterator[Label]:
    sure = [c for c in _others(found) if max(c.whole.above, c.whole.below) >= SURE and not _slight(c)]
    told = [say("whatif.clear_one", label=c.outcome.label, shown=amount(c.outcome, c.whole.range.mid, True),
                share=draws_share(c.whole)) for c in sorted(sure, key=lambda c: -max(c.whole.above, c.whole.below))]
    if told:
        yield say("whatif.clear", share=percent(SURE), items=listed(told[:4]))


def _hardly(found: WhatIf) -> Iterator[Label]:
    slight = [c.outcome.label for c in _others(found) if _slight(c)]
    if slight:
        yield say("whatif.hardly", share=percent(SLIGHT), items=listed(slight[:6]))


def _open(found: WhatIf) -> Iterator[Label]:
    undecided = [c.outcome.label for c in _others(found)
                 if 0.0 < max(c.whole.above, c.whole.below) <= OPEN and not _slight(c)]
    if undecided:
        yield say("whatif.open", share=percent(OPEN), items=listed(undecided[:5]))


def _slight(one: Compared) -> bool:
    middle = abs(one.whole.b[3])
    return abs(one.whole.range.mid) <= SLIGHT * middle and abs(one.whole.range.high) <= 5 * SLIGHT * middle and (
        abs(one.whole.range.low) <= 5 * SLIGHT * middle)


TOLD = ("domestic_share_units", "domestic_share_value", "domestic_output_h100e", "domestic_revenue",
        "nvidia_total_revenue", "compute_stock_training_h100e", "smuggled_units", "premium", "flagship_paid",
        "price_of_work", "equipment_sales", "rd_spending", "restriction")
"""Outcomes beside those of the head that the sentences group."""


def _others(found: WhatIf) -> Sequence[Compared]:
    return [found.outcomes[name] for name in TOLD if name in found.outcomes]
