"""Which chips a buyer can have on a day, and why not: release, law, supply and the government of the place.

Each layer gives the share of orders that it lets through, with its doubt; the odds of an option are their product,
low with low and high with high. Measures of one government overlap, so the most restrictive in force counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from highfence.catalogue import catalogue
from highfence.choice.buyers import Buyer
from highfence.choice.gates import OPEN, Reason, government, law, means, release, times, vendor
from highfence.choice.parameters import shipped_parameters
from highfence.choice.supply import market, same_country
from highfence.core.dates import parse_day
from highfence.core.errors import InputError, NoAnswer, did_you_mean
from highfence.core.facts import worst_grade
from highfence.core.labels import Label
from highfence.core.parameters import Valid
from highfence.core.ranges import Range

if TYPE_CHECKING:
    from highfence.rules import Overlay

STATUSES: dict[str, Label] = {
    "available": Label("available", "可购"),
    "licence": Label("needs a licence", "须许可"),
    "unknown": Label("not settled in public", "公开信息未定"),
    "barred": Label("barred", "被禁"),
    "sold out": Label("not sold", "停售"),
    "not released": Label("not released", "未上市"),
    "beyond means": Label("beyond the buyer's means", "超出买方能力"),
}
"""What may be said of an option, in words; the first three can be had."""

Odds = Mapping[str, "float | Range"] | float | Range | None


@dataclass(frozen=True, slots=True)
class Option:
    """One chip, as one buyer meets it on one day.

    Attributes
    ----------
    status : one of :data:`STATUSES`. probability : that an order is delivered. earliest : day of the first delivery of
    an order placed on the day, or of release; None where it cannot be had and no day is known. volume : chips a quarter
    for the whole place. cap : largest share of a purchase that may be this chip. domestic : whether the maker is of the
    place. reasons : what each layer says, in order. compliance : whether buying it carries a legal risk of its own.
    """

    chip: str
    name: Label
    maker: str
    domestic: bool
    status: str
    probability: Range
    earliest: date | None
    volume: Range | None
    cap: Range
    requirement: str
    review: str | None
    compliance: bool
    reasons: tuple[Reason, ...]

    @property
    def possible(self) -> bool:
        """Whether an order might be delivered."""
        return self.probability.high > 0.0

    @property
    def grade(self) -> str:
        """Grade of the weakest evidence behind the odds."""
        return worst_grade(r.grade for r in self.reasons if r.grade)

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of every source, each once."""
        return tuple(dict.fromkeys(s for r in self.reasons for s in r.sources))

    def to_dict(self) -> dict[str, Any]:
        """Return the option as JSON."""
        return {
            "chip": self.chip, "name": self.name.to_dict(), "maker": self.maker, "domestic": self.domestic,
            "status": self.status, "probability": _json(self.probability),
            "earliest": self.earliest.isoformat() if self.earliest else None,
            "volume": _json(self.volume), "cap": _json(self.cap), "requirement": self.requirement,
            "review": self.review, "compliance": self.compliance, "grade": self.grade,
            "reasons": [r.to_dict() for r in self.reasons]}


def feasible(buyer: Buyer, *, to: str, on: str | date, as_of: str | date | None = None,
             overlay: Overlay | Sequence[Overlay] | None = None, licence_odds: Odds = None,
             chips: Iterable[str] | None = None) -> tuple[Option, ...]:
    """Return what a buyer can have of every relevant chip, those that it cannot have included.

    Parameters
    ----------
    to : where it is delivered. on : day of the law and of the order. as_of : day of knowledge; supply, measures and
    odds that were published later are left out; all is known if omitted. overlay : reforms of US law.
    licence_odds : odds that a licence is granted: one number for all, or by review policy or chip; else those of
    ``licence_odds.*`` in the parameters. chips : names in the catalogue; the shipped list if omitted.

    Raises
    ------
    InputError : an unknown place, day, chip or review policy, odds beyond 0 to 1, or no chip at all.
    NoAnswer : no chip can be had; names the limit that binds and what would relax it.

    Examples
    --------
    >>> from highfence.choice.buyers import buyer
    >>> found = {o.chip: o.status for o in feasible(buyer("sme-inference"), to="CN", on="2025-05-01")}
    >>> found["nvidia-h20"], found["huawei-ascend-910b"], found["nvidia-h200-sxm"]
    ('licence', 'available', 'licence')
    """
    from highfence.rules.store import shipped_law

    day = parse_day(on, "--on")
    known = None if as_of is None else parse_day(as_of, "--as-of")
    place = shipped_law().gazetteer.code(to)
    laid = _overlays(overlay)
    odds = read_odds(licence_odds)
    found = tuple(_option(buyer, name, place, day, known, laid, odds) for name in _relevant(chips))
    if not any(option.possible for option in found):
        raise _refusal(buyer, found, place, day)
    return found


def relevant_chips() -> tuple[str, ...]:
    """Return the chips that a buyer weighs by default, by id."""
    return market().chips


def read_odds(given: Odds) -> tuple[tuple[str, Range], ...]:
    """Return odds of a licence by review policy or chip id; ``*`` stands for all.

    >>> read_odds({"presumption_of_denial": 0.1})
    (('presumption_of_denial', Range(low=0.1, mid=0.1, high=0.1)),)

    Raises
    ------
    InputError : an unknown policy or chip, or odds beyond 0 to 1.
    """
    if given is None:
        return ()
    by_name = given if isinstance(given, Mapping) else {"*": given}
    return tuple((_odds_name(name), _odds_range(name, value)) for name, value in by_name.items())


def _odds_name(name: str) -> str:
    from highfence.rules.verdict import REVIEW_WORDS

    if name == "*" or name in REVIEW_WORDS:
        return name
    chip = catalogue().find_chip(name)
    if chip is None:
        known = [*REVIEW_WORDS, *catalogue().names()]
        raise InputError("no such review policy or chip", where="licence odds", got=name,
                         expected=", ".join(REVIEW_WORDS), hint=did_you_mean(str(name), known))
    return chip.id


def _odds_range(name: str, value: Any) -> Range:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = Range.exact(float(value))
    if not isinstance(value, Range) or value.low < 0.0 or value.high > 1.0:
        raise InputError("odds lie between 0 and 1", where=f"licence odds: {name}", got=value, example="0.5")
    return value


def _overlays(overlay: Overlay | Sequence[Overlay] | None) -> tuple[Overlay, ...]:
    from highfence.rules import Overlay as Kind

    laid = () if overlay is None else (overlay,) if isinstance(overlay, Kind) else tuple(overlay)
    if not all(isinstance(one, Kind) for one in laid):
        raise InputError("an overlay is what read_overlay returns", where="overlay", got=overlay)
    return laid


def _relevant(chips: Iterable[str] | None) -> tuple[str, ...]:
    if chips is None:
        return relevant_chips()
    asked = [chips] if isinstance(chips, str) else list(chips)
    if not asked:
        raise InputError("no chip to choose from", where="chips", got=asked, example='["H20", "910B"]')
    return tuple(dict.fromkeys(catalogue().chip(name).id for name in asked))


def _option(buyer: Buyer, id: str, place: str, day: date, known: date | None, laid: tuple[Overlay, ...],
            odds: tuple[tuple[str, Range], ...]) -> Option:
    access = buyer.access
    return option_of(id, place, day, known, laid, odds, buyer.kind, access.headquarters, access.parent_headquarters,
                     access.listed, access.end_use, access.state_funded,
                     (buyer.budget_usd.value.high, access.capital_usd.value.high, access.power_kw.value.high))


@lru_cache(maxsize=65536)
def option_of(id: str, place: str, day: date, known: date | None, laid: tuple[Overlay, ...],
              odds: tuple[tuple[str, Range], ...], kind: str, hq: str, parent_hq: str | None, listed: str, end_use: str,
              state_funded: Valid, limits: tuple[float, float, float]) -> Option:
    """Return one option; the same arguments are answered once."""
    chip = catalogue().chip(id)
    maker = catalogue().firm(chip.vendor).country
    domestic = same_country(maker, place)
    released, day_of_sale = release(chip, day)
    legal = law(chip, place, day, known, laid, odds, hq, parent_hq, listed, end_use, domestic)
    supplied, supply = vendor(chip, place, day, known, kind)
    ruled, let, cap = government(chip, maker, place, day, known, kind, state_funded)
    reasons = (released, *legal.reasons, *supplied, *ruled, *means(chip, limits))
    total = let
    for reason in reasons:
        total = times(total, OPEN if reason.layer == "government" else reason.factor)
    usual = shipped_parameters()["supply.lead_months"].at().value
    lead = supply.lead_months if supply and supply.lead_months else usual
    asks = legal.requirement == "licence" and legal.factor.high < 1.0
    return Option(
        chip.id, chip.name, maker, domestic, _status(reasons, legal.requirement, domestic, legal.excepted), total,
        _earliest(total, day, day_of_sale, lead, asks), supply.units if supply else None, cap, legal.requirement,
        legal.review, legal.compliance, reasons)


def _status(reasons: Sequence[Reason], requirement: str, domestic: bool, excepted: bool) -> str:
    shut = {r.layer for r in reasons if r.factor.high <= 0.0}
    for layer, status in (("release", "not released"), ("law", "barred"), ("government", "barred"),
                          ("supply", "sold out"), ("means", "beyond means")):
        if layer in shut:
            return status
    if requirement == "licence" and not excepted:
        return "licence"
    started = next(r for r in reasons if r.layer == "release")
    return "unknown" if (requirement == "unknown" and not domestic) or started.factor.mid < 0.5 else "available"


def _earliest(total: Range, day: date, sold: date | None, lead: Range, asks: bool) -> date | None:
    """Return the day of the first delivery: from release or order, the shortest lead, and of a licence."""
    if total.high <= 0.0:
        return sold if sold is not None and sold > day else None
    months = lead.low + (shipped_parameters()["supply.licence_months"].at().value.low if asks else 0.0)
    begun = max(day, sold) if sold else day
    return date.fromordinal(begun.toordinal() + round(months * 365.25 / 12))


_RELAX: dict[str, tuple[Label, str]] = {
    "release": (Label("not on sale yet", "尚未上市"), "a later day, or chips that are on sale"),
    "law": (Label("US law", "美国法律"), "another destination or buyer, an overlay of the law, or higher licence odds"),
    "government": (Label("the buyer's own government", "买方本国政府"),
                   "a day before the measure, money that is not the state's, or domestic chips among the choice"),
    "supply": (Label("the maker does not sell it", "厂商停售"), "another day, or chips on sale"),
    "means": (Label("a budget, capital or power below one server", "预算、资本或电力不足一台服务器"),
              "a larger budget, capital or site, or smaller machines among the choice"),
}


def _refusal(buyer: Buyer, found: Sequence[Option], place: str, day: date) -> NoAnswer:
    """Return the refusal that names what shuts the nearest option out: the one with the fewest closed gates."""
    nearest = min(found, key=lambda o: len({r.layer for r in o.reasons if r.factor.high <= 0.0}))
    shut = [r for r in nearest.reasons if r.factor.high <= 0.0]
    layers = list(dict.fromkeys(r.layer for r in shut))
    binds = "; ".join(f"{_RELAX[r.layer][0].en}: {r.text.en}" for r in shut)
    return NoAnswer(f"{buyer.label.en} can have none of {len(found)} chip{'s'[: len(found) > 1]} in {place} on {day}; "
                    f"the nearest is {nearest.name.en}", missing=binds,
                    would_change="; ".join(_RELAX[layer][1] for layer in layers))


def _json(value: Range | None) -> dict[str, float] | None:
    return None if value is None else {"low": value.low, "mid": value.mid, "high": value.high}

