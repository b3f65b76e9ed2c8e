"""The gates between a buyer and a chip: release, law, supply, the government of the place, the buyer's means.

Each returns reasons; a reason's factor is the share of orders that it lets through.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from highfence.catalogue import catalogue
from highfence.catalogue.entries import Chip
from highfence.choice.parameters import shipped_parameters
from highfence.choice.supply import CHINA, Measure, Supply, market, same_country
from highfence.core.dates import parse_period
from highfence.core.labels import Label
from highfence.core.parameters import Valid
from highfence.core.ranges import Range

if TYPE_CHECKING:
    from highfence.rules import Overlay, Verdict

OPEN = Range.exact(1.0)
NOTHING = Range.exact(0.0)


@dataclass(frozen=True, slots=True)
class Reason:
    """What one gate says.

    Attributes
    ----------
    layer : release, law, supply, government, means or compliance. factor : share of orders let through. grade : of the
    weakest evidence of the factor; empty where it is a matter of logic.
    """

    layer: str
    factor: Range
    text: Label
    sources: tuple[str, ...] = ()
    grade: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the reason as JSON."""
        return {"layer": self.layer, "factor": {"low": self.factor.low, "mid": self.factor.mid,
                                                "high": self.factor.high},
                "text": self.text.to_dict(), "sources": list(self.sources), "grade": self.grade}


def times(one: Range, other: Range) -> Range:
    """Return the product of two shares, low with low and high with high.

    >>> times(Range(0.5, 0.8, 1.0), Range.exact(0.5))
    Range(low=0.25, mid=0.4, high=0.5)
    """
    return Range(one.low * other.low, one.mid * other.mid, one.high * other.high)


# ---- release -------------------------------------------------------------------------------------------------------


def release(chip: Chip, day: date) -> tuple[Reason, date | None]:
    """Return whether a chip is on sale on a day, and the day from which it is, where known."""
    if chip.status in {"reported", "cancelled"}:
        word = Label("only reported", "仅见报道") if chip.status == "reported" else Label("cancelled", "已取消")
        return Reason("release", NOTHING, word, _cited(chip, "announced"), _grade(chip, "announced")), None
    stated = market().first_sold.get(chip.id)
    if stated is not None:
        sources, factor = (stated.source,) if stated.source else (), OPEN if day >= stated.day else NOTHING
        return Reason("release", factor, stated.label, sources, stated.grade), stated.day
    sold = _period_start(chip, "released")
    if sold is not None:
        text = Label(f"on sale from {sold}", f"{sold}起上市")
        factor = OPEN if day >= sold else NOTHING
        return Reason("release", factor, text, _cited(chip, "released"), _grade(chip, "released")), sold
    return _announced(chip, day)


def _announced(chip: Chip, day: date) -> tuple[Reason, date | None]:
    """Return the odds that an announced chip is on sale, by the usual lag."""
    announced = _period_start(chip, "announced")
    if announced is None:
        text = Label("no day of announcement or sale is published", "发布与上市日期均未公布")
        return Reason("release", Range(0.0, 0.5, 1.0), text, (), "assumed"), None
    if chip.status == "announced" or day < announced:
        text = Label(f"announced {announced}, not on sale", f"{announced}发布，尚未上市")
        return Reason("release", NOTHING, text, _cited(chip, "announced"), _grade(chip, "announced")), None
    lag = shipped_parameters()["supply.shipping_lag"].at().value
    months = (day - announced).days / (365.25 / 12)
    if months >= lag.high:
        text = Label(f"announced {announced}", f"{announced}发布")
        return Reason("release", OPEN, text, _cited(chip, "announced"), _grade(chip, "announced")), announced
    text = Label(f"announced {announced}; no day of sale is published", f"{announced}发布；上市日未公布")
    return Reason("release", _on_sale(months, lag), text, _cited(chip, "announced"), "assumed"), announced


def _on_sale(months: float, lag: Range) -> Range:
    """Return the odds of sale some months after announcement: 10, 50 and 90 % at the lag's low, middle and high."""
    low, high = max(lag.low, 0.0), lag.high
    share = (0.1 + 0.4 * (months - low) / (lag.mid - low) if months < lag.mid else
             0.5 + 0.4 * (months - lag.mid) / (high - lag.mid))
    return Range(0.0, min(max(share, 0.0), 1.0), 1.0)


def _period_start(chip: Chip, attribute: str) -> date | None:
    value = chip.value(attribute)
    return None if value is None else parse_period(str(value)).start


def _cited(chip: Chip, attribute: str) -> tuple[str, ...]:
    found = chip[attribute]
    return () if found is None else (found.fact.source,)


def _grade(chip: Chip, attribute: str) -> str:
    found = chip[attribute]
    return "" if found is None else found.grade


# ---- law -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Legal:
    """What US law says, as odds that the part may be delivered."""

    factor: Range
    requirement: str
    review: str | None
    excepted: bool
    compliance: bool
    reasons: tuple[Reason, ...]


def law(chip: Chip, place: str, day: date, known: date | None, laid: tuple[Overlay, ...],
        odds: Sequence[tuple[str, Range]], hq: str, parent_hq: str | None, listed: str, end_use: str,
        domestic: bool) -> Legal:
    """Return what US law says of a chip for a buyer in a place on a day."""
    verdict = _verdict(chip.id, place, day, laid, hq, parent_hq, listed, end_use)
    reason, excepted = _permission(verdict, chip, place, day, known, odds, domestic)
    risks = tuple(_guidance(verdict, hq, parent_hq, place))
    return Legal(reason.factor, verdict.requirement, verdict.review, excepted, bool(risks), (reason, *risks))


@lru_cache(maxsize=16384)
def _verdict(chip: str, place: str, day: date, laid: tuple[Overlay, ...], hq: str, parent_hq: str | None, listed: str,
             end_use: str) -> Verdict:
    """Ask the law once for a chip, a day and a kind of end user."""
    from highfence.rules import classify

    return classify(chip, to=place, on=day, hq=hq, parent_hq=parent_hq, listed=None if listed == "no" else listed,
                    end_use=None if end_use == "civil" else end_use, overlay=laid or None)


def _permission(verdict: Verdict, chip: Chip, place: str, day: date, known: date | None,
                odds: Sequence[tuple[str, Range]], domestic: bool) -> tuple[Reason, bool]:
    cited = tuple(dict.fromkeys(p.source for p in verdict.provisions))
    outcome = verdict.outcome_label
    if domestic and verdict.requirement != "none":
        text = Label(f"made and sold at home: a foreign law does not stop the sale ({outcome.en})",
                     f"国内制造、国内销售：外国法律不阻止交易（{outcome.zh}）")
        return Reason("law", OPEN, text, cited), True
    if verdict.requirement == "none":
        return Reason("law", OPEN, outcome, cited, "official"), True
    if any(e.status == "available" for e in verdict.exceptions):
        return Reason("law", OPEN, outcome, cited, "official"), True
    granted, sources, grade = _odds_of_licence(verdict.review, chip, place, day, known, odds)
    if any(e.status == "conditional" for e in verdict.exceptions):
        used = shipped_parameters()["exception_odds.conditional"].at(place, day).value
        granted, grade = _best(granted, used), "assumed"
    if verdict.requirement == "unknown":
        granted = Range(granted.low, (granted.mid + 1.0) / 2.0, 1.0)
        grade = "assumed"
    return Reason("law", granted, outcome, (*cited, *sources), grade), False


def _odds_of_licence(review: str | None, chip: Chip, place: str, day: date, known: date | None,
                     odds: Sequence[tuple[str, Range]]) -> tuple[Range, tuple[str, ...], str]:
    """Return the odds of a licence: as the caller states them, else of the chip, else of the review policy."""
    policy = review or "unknown"
    stated = dict(odds)
    for name in (chip.id, policy, "*"):
        if name in stated:
            return stated[name], (), "assumed"
    held, when = shipped_parameters(), day if known is None else min(day, known)
    for id in (f"licence_odds.{policy}.{chip.id}", f"licence_odds.{policy}"):
        if id in held:
            values = [v for v in held[id].values if (v.place is None or same_country(v.place, place))
                      and (v.since is None or v.since <= when)]
            if values:
                best = max(values, key=lambda v: v.since or date.min)
                return best.value, (best.source,) if best.source else (), best.grade
    return Range(0.0, 0.03, 0.15), (), "assumed"


def _best(one: Range, other: Range) -> Range:
    return Range(max(one.low, other.low), max(one.mid, other.mid), max(one.high, other.high))


def _guidance(verdict: Verdict, hq: str, parent_hq: str | None, place: str) -> Iterator[Reason]:
    """Yield the risk of General Prohibition 10: a bar in effect to buyers under US law, a note to others."""
    for note in verdict.enforcement:
        if note.status != "general_prohibition_10_risk":
            continue
        bound = "US" in {hq, parent_hq, place}
        factor = shipped_parameters()["guidance_odds.us_person"].at().value if bound else OPEN
        yield Reason("compliance", factor, note.text, (note.source,), "assumed" if bound else "")


# ---- supply --------------------------------------------------------------------------------------------------------


def vendor(chip: Chip, place: str, day: date, known: date | None,
           kind: str) -> tuple[tuple[Reason, ...], Supply | None]:
    """Return what the maker could deliver to a kind of buyer."""
    found = market().supply(chip.id, place, day, known)
    if found is None and (away := _exported(chip, place)):
        return (away,), None
    if found is None:
        share = shipped_parameters()["supply.unpublished"].at().value
        text = Label("no figure of supply is published", "无公布的供应数字")
        return (Reason("supply", share, text, (), "assumed"),), None
    if not found.sells:
        return (Reason("supply", NOTHING, found.label, found.sources, found.grade),), found
    filled = found.filled.get(kind)
    share = filled or shipped_parameters()["supply.unpublished"].at().value
    return (Reason("supply", share, found.label, found.sources, "assumed"),), found


def _exported(chip: Chip, place: str) -> Reason | None:
    """Return the odds of a Chinese chip outside China, where nearly all of its makers' output stays."""
    if catalogue().firm(chip.vendor).country not in CHINA or place in CHINA:
        return None
    held = shipped_parameters()["supply.chinese_abroad"].at()
    return Reason("supply", held.value, Label("its maker's output stays in China for the most part",
                                              "厂商产量大多留在中国"), (held.source,), held.grade)


# ---- the government of the place -----------------------------------------------------------------------------------


def government(chip: Chip, maker: str, place: str, day: date, known: date | None, kind: str,
               state_funded: Valid) -> tuple[tuple[Reason, ...], Range, Range]:
    """Return what each measure of the place's government lets through, what all let through, and the cap of a purchase.

    Measures overlap and do not multiply: all together let through what the most restrictive does.
    """
    let, cap, found = OPEN, OPEN, []
    for measure in market().in_force(chip, maker, place, day, known):
        share = bound_share(measure, kind, state_funded.value)
        if share.high <= 0.0:
            continue
        through = let_through(measure, share)
        if measure.effect == "quota":
            cap, through = _least(cap, through), OPEN
        let = _least(let, through)
        weighed = measure.effect == "discouraged" or share != OPEN
        found.append(Reason("government", through, measure.label, measure.sources,
                            "assumed" if weighed else measure.grade))
    return tuple(found), let, cap


def bound_share(measure: Measure, kind: str, state_funded: Range) -> Range:
    """Return the share of the buyer's projects that a measure binds."""
    if kind in measure.kinds or not (measure.kinds or measure.state_funded):
        return OPEN
    return state_funded if measure.state_funded else NOTHING


def let_through(measure: Measure, bound: Range) -> Range:
    """Return the share of orders let through: those not bound, and what the factor leaves of those that are."""
    left = NOTHING if measure.effect == "barred" else measure.factor or OPEN
    return Range(1.0 - bound.high + bound.high * left.low, 1.0 - bound.mid + bound.mid * left.mid,
                 1.0 - bound.low + bound.low * left.high)


def _least(one: Range, other: Range) -> Range:
    return Range(min(one.low, other.low), min(one.mid, other.mid), min(one.high, other.high))


# ---- the buyer's means ---------------------------------------------------------------------------------------------

_CARDS = {"pcie", "card"}


def smallest_machine(chip: Chip) -> int:
    """Return the fewest chips that are sold together: one card, or the eight of a server."""
    return 1 if chip.form in _CARDS else 8


def means(chip: Chip, limits: tuple[float, float, float]) -> tuple[Reason, ...]:
    """Return what the buyer's budget, capital (USD) and power (kW) keep it from: less than one machine."""
    budget, capital, power = limits
    chips, found = smallest_machine(chip), []
    price = min((p.low or p.value for p in chip.prices if p.kind != "rental"), default=None)
    for name, zh, limit in (("budget", "预算", budget), ("capital", "资本", capital)):
        if price is not None and chips * price > limit:
            text = Label(f"{chips} chips cost {chips * price:,.0f} USD at the lowest price seen; the {name} is "
                         f"{limit:,.0f} USD at most", f"{chips}颗芯片按所见最低价为{chips * price:,.0f}美元；{zh}至多"
                         f"{limit:,.0f}美元")
            found.append(Reason("means", NOTHING, text, tuple({p.source for p in chip.prices}), "press"))
    tdp = chip.number("tdp")
    if tdp is not None and chips * tdp > power * 1000.0:
        text = Label(f"{chips} chips draw {chips * tdp / 1000.0:,.2f} kW; the site has {power:,.2f} kW at most",
                     f"{chips}颗芯片功耗{chips * tdp / 1000.0:,.2f}千瓦；站点至多{power:,.2f}千瓦")
        found.append(Reason("means", NOTHING, text, _cited(chip, "tdp"), _grade(chip, "tdp")))
    return tuple(found)
