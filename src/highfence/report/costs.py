"""What a million tokens costs on a part and on the chips beside it, where and when they would be bought.

>>> from highfence.rules.question import find_part
>>> found = costs(find_part("H20", "ic"), (find_part("910C", "ic"),), "CN", date(2025, 7, 20))
>>> [row.shown_hour.en for row in found.rows]
['$0.59', '$1.17']
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from highfence.catalogue import Chip, catalogue
from highfence.core.errors import HighfenceError
from highfence.core.labels import Label
from highfence.core.ranges import Range
from highfence.core.terms import Term
from highfence.cost.lawful import lawful
from highfence.cost.making.answer import making_cost
from highfence.cost.parameters import shipped_parameters
from highfence.cost.prices import Quote, market, quotes
from highfence.cost.tokens import TokenCost, token_cost
from highfence.perf.choosing.limits import Limits
from highfence.report.citations import Bibliography, Cite
from highfence.report.money import money, money_range, share, share_range
from highfence.report.names import place_name, short_name
from highfence.report.texts import both, say
from highfence.report.workloads import WORKLOADS, reason_of
from highfence.rules.parts import Part
from highfence.rules.store import shipped_law

DRAWS = 1000
STATUSES = ("domestic", "free", "licence", "unknown")
"""How a purchase stands in law: of a maker in the destination, no licence needed, licence needed, unknown."""

LAW_OF = "US"
"""Country whose law is asked: what its own makers sell at home is told as that law tells it."""

SEEN_PRICES = 8
DASH, NOTHING = Label("–", "–"), Label("", "")


@dataclass(frozen=True, slots=True)
class Service:
    """A model at a service level.

    Attributes
    ----------
    prompt, output : tokens a request. ttft_s, tpot_s : longest mean times. chips : of a deployment at most.
    """

    model: str
    prompt: int
    output: int
    ttft_s: float
    tpot_s: float
    chips: int

    @property
    def title(self) -> Label:
        """Name of the model."""
        return catalogue().model(self.model).name

    @property
    def load(self) -> Label:
        """What exactly is asked."""
        return say("cost.load", prompt=f"{self.prompt:,}", output=f"{self.output:,}", ttft=f"{self.ttft_s:g}",
                   tpot=f"{self.tpot_s * 1e3:g}", chips=self.chips)


SERVICES = (Service("deepseek-r1", 2048, 512, 5.0, 0.05, 64), Service("qwen3-32b", 2048, 512, 5.0, 0.05, 8))


@dataclass(frozen=True, slots=True)
class TokenCell:
    """One service on one chip.

    Attributes
    ----------
    value : USD per million output tokens with their prompts. cheaper : share of draws in which the part is cheaper than
    this chip; None for itself. reason : why there is no value.
    """

    model: str
    value: Range | None = None
    cheaper: float | None = None
    setup: Label = NOTHING
    evidence: str = ""
    grade: str = ""
    reason: Label | None = None
    shown: Label = DASH
    shown_range: Label = NOTHING
    shown_cheaper: Label = NOTHING


@dataclass(frozen=True, slots=True)
class CostRow:
    """One chip.

    Attributes
    ----------
    status : one of :data:`STATUSES`; ``law`` is the law's own line. hour : USD of a chip-hour, ``rented`` or owned.
    price : USD of the chip where it is owned.
    """

    chip: str
    short: Label
    status: str
    law: Label
    cells: tuple[TokenCell, ...]
    hour: Range | None = None
    rented: bool = False
    price: Range | None = None
    shown_hour: Label = DASH
    shown_hour_range: Label = NOTHING
    shown_price: Label = DASH
    shown_price_range: Label = NOTHING
    grade: str = ""
    cites: tuple[Cite, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """One figure of a sum, with its share of the whole at the middle."""

    id: str
    label: Label
    value: Range
    share: float
    shown: Label
    shown_range: Label
    shown_share: Label
    grade: str
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class Making:
    """What the part costs to make, piece by piece, and what its vendor keeps of the price; None where unknown."""

    cost: Range | None
    shown: Label
    shown_range: Label
    pieces: tuple[Piece, ...]
    margin: Range | None
    shown_margin: Label
    shown_margin_range: Label
    grade: str
    reason: Label | None


@dataclass(frozen=True, slots=True)
class Seen:
    """One observation of a price of the part.

    Attributes
    ----------
    days : from the observation to the day of the brief. law : what the law said of the part then and there.
    """

    kind: str
    label: Label
    period: str
    place: Label
    days: int
    shown: Label
    shown_range: Label
    law: Label
    grade: str
    note: Label | None
    cite: Cite


@dataclass(frozen=True, slots=True)
class Costs:
    """What a part costs to use, to own and to make, and what others beside it cost to use.

    Attributes
    ----------
    rows : the part first. hour : what an hour of the part is made of. seen : prices, the nearest day first.
    cites : of all figures behind the part's costs. findings : what follows, in words. missing : why it has no cost.
    """

    place: Label
    on: date
    services: tuple[tuple[Label, Label], ...]
    rows: tuple[CostRow, ...]
    hour: tuple[Piece, ...]
    making: Making | None
    seen: tuple[Seen, ...]
    cites: tuple[Cite, ...]
    findings: tuple[Label, ...]
    missing: Label | None


def costs(part: Part, others: Sequence[Part], to: str, on: date, sources: Bibliography | None = None,
          progress: Callable[[str], None] | None = None) -> Costs:
    """Return what a part costs beside others in a place on a day.

    Parameters
    ----------
    sources : takes the numbers of what figures rest on; nothing is cited if None. progress : told each chip.
    """
    from highfence.report.cost_findings import findings

    cited = sources or Bibliography(shipped_law())
    place = place_name(shipped_law(), to)
    named = tuple((service.title, service.load) for service in SERVICES)
    if not listed_chip(part):
        return Costs(place, on, named, (), (), None, (), (), (), say("cost.no_entry"))
    asked: dict[str, list[TokenCost | HighfenceError]] = {}
    for chip in (part, *(p for p in others if listed_chip(p) and p.id != part.id)):
        if progress:
            progress(short_name(chip).en)
        asked[chip.id] = [_ask(chip.id, service, to, on) for service in SERVICES]
    parts = {p.id: p for p in (part, *others)}
    rows = tuple(_row(parts[id], found, asked[part.id], to, on, cited) for id, found in asked.items())
    own = next((found for found in asked[part.id] if isinstance(found, TokenCost)), None)
    seen = tuple(_seen(q, cited) for q in _near(part, to, on))
    making = _making(part, to, on, cited)
    hour = () if own is None else _pieces(own.hourly, cited)
    rest = () if own is None else tuple(cited.cite(id) for id in own.sources)
    missing = None if own is not None else rows[0].cells[0].reason
    made = Costs(place, on, named, rows, hour, making, seen, rest, (), missing)
    return replace(made, findings=findings(made))


def listed_chip(part: Part) -> bool:
    """Return whether a part is a chip of the catalogue: sheets and systems have no price of a chip.

    >>> from highfence.rules.question import find_part
    >>> listed_chip(find_part("H20", "ic")), listed_chip(Part("sheet:x", Label("x", "x"), {}))
    (True, False)
    """
    return isinstance(part.entry, Chip) and catalogue().find_chip(part.id) is not None


def _ask(chip: str, service: Service, to: str, on: date) -> TokenCost | HighfenceError:
    """Return what a service costs on a chip, or why that cannot be said."""
    try:
        return token_cost(chip, service.model, to=to, on=on, prompt=service.prompt, output=service.output,
                          limits=Limits(ttft_s=service.ttft_s, tpot_s=service.tpot_s), chips=service.chips, draws=DRAWS)
    except HighfenceError as problem:
        return problem


def why_not(problem: HighfenceError, chips: int = 0) -> Label:
    """Return in both languages why a chip has no cost."""
    missing = str(getattr(problem, "missing", "") or "")
    if missing.startswith(("a price observation", "a rental price")):
        return say("cost.no_price")
    if missing.startswith("more than"):
        return say("ability.too_large", chips=chips)
    if missing.startswith("a looser limit"):
        return say("cost.no_way")
    if missing.startswith("a way to serve"):
        return say("ability.too_large", chips=chips)
    if missing == "tdp":
        return say("cost.no_power")
    name = missing.partition(" of ")[0]
    if name in shipped_parameters():
        return say("cost.no_parameter", what=shipped_parameters()[name].label)
    return reason_of(problem, WORKLOADS[0])


def _row(chip: Part, found: Sequence[TokenCost | HighfenceError], own: Sequence[TokenCost | HighfenceError], to: str,
         on: date, sources: Bibliography) -> CostRow:
    law = lawful(chip.id, to=to, on=on)
    status = "domestic" if chip.designed_in == to and to != LAW_OF else law.status
    cells = tuple(_cell(service, answer, None if answer is mine else mine)
                  for service, answer, mine in zip(SERVICES, found, own))
    row = CostRow(chip.id, short_name(chip), status, law.outcome, cells)
    answer = next((a for a in found if isinstance(a, TokenCost)), None)
    if answer is None:
        return row
    hour = answer.hourly
    price = hour if hour.id == "rental" else hour.find("price")
    row = replace(row, hour=hour.value, rented=hour.id == "rental", shown_hour=both(money(hour.value.mid)),
                  shown_hour_range=money_range(hour.value), grade=price.weakest if price else "",
                  cites=_cites(price.all_sources if price else (), sources))
    if price is None or hour.id == "rental":
        return row
    return replace(row, price=price.value, shown_price=both(money(price.value.mid)),
                   shown_price_range=money_range(price.value))


def _cell(service: Service, answer: TokenCost | HighfenceError, own: TokenCost | HighfenceError | None) -> TokenCell:
    if isinstance(answer, HighfenceError):
        return TokenCell(service.model, reason=why_not(answer, service.chips))
    cheaper = _cheaper(own, answer) if isinstance(own, TokenCost) else None
    setup = say("cost.setup", n=answer.chips, tpot=f"{answer.tpot * 1e3:.0f}")
    value = answer.all_in.value
    return TokenCell(service.model, value, cheaper, setup, answer.evidence, answer.grade, None, both(money(value.mid)),
                     money_range(value), NOTHING if cheaper is None else both(share(cheaper)))


def _cheaper(own: TokenCost, other: TokenCost) -> float | None:
    """Return the share of draws, of those that both answer, in which one costs less than the other."""
    import numpy as np

    both_answer = np.isfinite(own.draws) & np.isfinite(other.draws)
    return float((own.draws < other.draws)[both_answer].mean()) if both_answer.any() else None


def _cites(ids: Sequence[str], sources: Bibliography) -> tuple[Cite, ...]:
    return tuple(sources.cite(id) for id in ids)


def _pieces(whole: Term, sources: Bibliography) -> tuple[Piece, ...]:
    """Return what a sum is made of, the largest first, without what is nothing."""
    rows = [t for t in whole.terms if t.unit == whole.unit and t.value.high > 0.0]
    return tuple(Piece(t.id, t.label, t.value, t.value.mid / whole.value.mid, both(money(t.value.mid)),
                       money_range(t.value), both(share(t.value.mid / whole.value.mid)), t.weakest,
                       _cites(t.all_sources, sources)) for t in sorted(rows, key=lambda t: -t.value.mid))


def _making(part: Part, to: str, on: date, sources: Bibliography) -> Making:
    try:
        found = making_cost(part.id, to=to, on=on)
    except HighfenceError as problem:
        return Making(None, DASH, NOTHING, (), None, DASH, NOTHING, "", _unmade(problem))
    cost, margin = found.cost, found.margin
    return Making(cost.value, both(money(cost.value.mid)), money_range(cost.value), _pieces(cost, sources),
                  margin.value if margin else None, both(share(margin.value.mid)) if margin else DASH,
                  share_range(margin.value) if margin else NOTHING, cost.weakest, None)


def _unmade(problem: HighfenceError) -> Label:
    """Return which fact is missing, by its label where the catalogue has one."""
    from highfence.catalogue.attributes import ATTRIBUTES

    name = str(getattr(problem, "missing", "") or "").partition(" of ")[0]
    known = ATTRIBUTES.get(name)
    return say("cost.unmade", what=known.label) if known else say("ability.no_answer",
                                                                  detail=str(getattr(problem, "what", problem)))


def _near(part: Part, to: str, on: date) -> Iterator[Quote]:
    """Yield the prices nearest in time: those of the destination's market before all others."""
    found = sorted(quotes(part.id, to=to, on=on), key=lambda q: (market(q.place) != market(to), q.years))
    yield from sorted(found[:SEEN_PRICES], key=lambda q: q.years)


def _seen(quote: Quote, sources: Bibliography) -> Seen:
    unit = say("cost.an_hour") if quote.kind == "rental" else NOTHING
    label = say(f"price.{quote.kind}")
    if quote.chips > 1:
        name = next(s.name for s in catalogue().systems() if s.id == quote.subject)
        label = say("cost.of_system", kind=label, system=name, n=quote.chips)
    place = place_name(shipped_law(), quote.place) if quote.place else say("cost.no_place")
    legal = quote.legal
    return Seen(quote.kind, label, quote.period, place, quote.days,
                Label(*(f"{money(quote.value.mid)}{u}" for u in (unit.en, unit.zh))), money_range(quote.value),
                legal.outcome if legal else say("cost.before_law"), quote.grade, quote.note, sources.cite(quote.source))
