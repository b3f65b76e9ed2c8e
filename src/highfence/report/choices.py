"""Who would take a part, and whether taking it now is a trap or a relief: shares by segment, and two theories.

>>> from highfence.rules.question import find_part
>>> found = choices(find_part("H20", "ic"), (find_part("910C", "ic"),), "SA", date(2025, 7, 20))
>>> found.segments, found.missing.en.startswith("no answer: the shipped segments are buyers in China")
((), True)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from highfence.choice.buyers import Buyer, buyers
from highfence.choice.choose import Alternative, Choice, choose
from highfence.choice.crossroads import crossroads
from highfence.choice.indifference import FlipMap, Indifference, Turn, flip_map, indifference
from highfence.choice.parameters import shipped_parameters
from highfence.core.errors import HighfenceError
from highfence.core.facts import GRADES
from highfence.core.labels import Label
from highfence.core.ranges import Range
from highfence.core.terms import Term
from highfence.report.citations import Bibliography, Cite
from highfence.report.costs import DASH, NOTHING, listed_chip, why_not
from highfence.report.money import money, money_range, share, share_range
from highfence.report.names import place_name, short_name
from highfence.report.rivals import documented
from highfence.report.texts import both, listed, say
from highfence.rules.parts import Part
from highfence.rules.store import shipped_law

DRAWS = 400
MAP_DRAWS = 1000
FORKS = ("sme-inference", "hyperscaler-inference", "frontier-lab")
"""Segments that are asked about both theories; the first one's flip map is drawn."""

RIVALS = 2
MAP_HAZARDS, MAP_PRICES = 19, 33
MOST_HAZARD = 3.0
MAP_MULTIPLE = 4.0
"""Highest price of a map, as a multiple of the day's."""

TWIN_HAZARDS = (0.0, 0.5, 1.0, 2.0, 3.0)
TWIN_MULTIPLES = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Points of the map that its table holds, prices as multiples of the day's."""


@dataclass(frozen=True, slots=True)
class Column:
    """One chip that segments choose among; ``home`` if it is made in the destination."""

    chip: str
    short: Label
    home: bool


@dataclass(frozen=True, slots=True)
class ShareCell:
    """A segment's share of one chip: mean of the draws with its 10th and 90th percentile; None where it is left out."""

    chip: str
    share: Range | None
    shown: Label = DASH
    shown_range: Label = NOTHING


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """What one segment takes.

    Attributes
    ----------
    cells : in the order of the columns. domestic : share of chips made in the destination. none : share of the work
    that waits. grade : of the weakest parameter. reason : why there is no answer.
    """

    id: str
    title: Label
    work: Label
    cells: tuple[ShareCell, ...]
    domestic: Range | None = None
    none: float = 0.0
    grade: str = ""
    reason: Label | None = None
    shown_domestic: Label = DASH
    shown_domestic_range: Label = NOTHING
    shown_none: Label = DASH


@dataclass(frozen=True, slots=True)
class Theory:
    """One segment between the part now and a rival made in the destination.

    Attributes
    ----------
    verdict : ``trap``, ``relief`` or ``neither``; ``outcome`` and ``leaning`` as in the choice room. cheaper : share of
    draws in which taking the part is cheaper. price, hazard : where the answer turns; None for never or always.
    price_kind, hazard_kind : ``at``, ``never`` or ``always``. text : the verdict in a sentence. rests_on : assumed
    inputs between whose low and high the answer turns.
    """

    segment: str
    title: Label
    rival: str
    rival_short: Label
    verdict: str
    outcome: str
    leaning: str
    cheaper: float
    price: Range | None
    price_kind: str
    most_price: float
    hazard: Range | None
    hazard_kind: str
    most_hazard: float
    text: Label
    rests_on: tuple[Label, ...]
    shown_verdict: Label
    shown_leaning: Label
    shown_cheaper: Label
    shown_price: Label
    shown_price_range: Label
    shown_hazard: Label
    shown_hazard_range: Label
    grade: str


@dataclass(frozen=True, slots=True)
class Map:
    """Over prices (USD) and hazards (a year), the share of draws in which taking the part is cheaper.

    Attributes
    ----------
    cheaper : by price, then by hazard. twin : the same at a few points, as written.
    """

    segment: str
    title: Label
    rival: str
    rival_short: Label
    prices: tuple[float, ...]
    hazards: tuple[float, ...]
    cheaper: tuple[tuple[float, ...], ...]
    twin_prices: tuple[Label, ...]
    twin_hazards: tuple[Label, ...]
    twin: tuple[tuple[Label, ...], ...]

    @property
    def twin_rows(self) -> tuple[tuple[Label, tuple[Label, ...]], ...]:
        """Rows of the table, each by its price."""
        return tuple(zip(self.twin_prices, self.twin))


@dataclass(frozen=True, slots=True)
class Choices:
    """Who would take a part.

    Attributes
    ----------
    columns : chips, those from abroad first, the part in front of its kind. price, hazard : of the day, behind the
    theories; None without one. no_theories : why there are none. notes : chips left out, and what shares rest on.
    """

    place: Label
    on: date
    columns: tuple[Column, ...]
    segments: tuple[SegmentRow, ...]
    theories: tuple[Theory, ...]
    maps: tuple[Map, ...]
    price: Range | None
    hazard: Range | None
    shown_price: Label
    shown_price_range: Label
    shown_hazard: Label
    shown_hazard_range: Label
    notes: tuple[Label, ...]
    cites: tuple[Cite, ...]
    findings: tuple[Label, ...]
    missing: Label | None
    no_theories: Label | None


def choices(part: Part, others: Sequence[Part], to: str, on: date, sources: Bibliography | None = None,
            progress: Callable[[str], None] | None = None) -> Choices:
    """Return who would take a part among others, and what the two theories come to.

    Parameters
    ----------
    sources : takes the numbers of what parameters rest on; nothing is cited if None. progress : told each segment.
    """
    from highfence.report.choice_findings import findings

    place = place_name(shipped_law(), to)
    empty = Choices(place, on, (), (), (), (), None, None, DASH, NOTHING, DASH, NOTHING, (), (), (), None, None)
    if not listed_chip(part):
        return replace(empty, missing=say("choice.no_entry"))
    segments = [b for b in buyers().values() if b.home == to]
    if not segments:
        homes = dict.fromkeys(b.home for b in buyers().values())
        return replace(empty, missing=say("choice.no_buyers", place=place, homes=listed(
            [place_name(shipped_law(), home) for home in homes])))
    chips = list({p.id: p for p in (part, *others) if listed_chip(p)}.values())
    chosen = {b.id: _choose(b, chips, to, on, progress) for b in segments}
    columns = _columns(chips, to)
    rows = tuple(_segment(b, chosen[b.id], columns) for b in segments)
    reasons = {row.reason for row in rows}
    if len(reasons) == 1 and None not in reasons:
        return replace(empty, columns=columns, segments=rows, missing=rows[0].reason)
    cited = sources or Bibliography(shipped_law())
    answered = {id: found for id, found in chosen.items() if isinstance(found, Choice)}
    ids = dict.fromkeys(s for found in answered.values() for term in found.parameters for s in term.all_sources)
    made = replace(empty, columns=columns, segments=rows, notes=tuple(_notes(answered, columns, segments)),
                   cites=tuple(cited.cite(id) for id in ids))
    made = _with_theories(made, part, segments, answered, to, on, progress)
    return replace(made, findings=findings(made, part.id, short_name(part)))


def _choose(b: Buyer, chips: Sequence[Part], to: str, on: date,
            progress: Callable[[str], None] | None) -> Choice | HighfenceError:
    """Return what a segment chooses, or why that cannot be said."""
    if progress:
        progress(b.label.en)
    try:
        return choose(b, to=to, on=on, chips=[p.id for p in chips], draws=DRAWS)
    except HighfenceError as problem:
        return problem


def _columns(chips: Sequence[Part], to: str) -> tuple[Column, ...]:
    return tuple(Column(p.id, short_name(p), p.designed_in == to)
                 for p in sorted(chips, key=lambda p: p.designed_in == to))


def _segment(b: Buyer, found: Choice | HighfenceError, columns: Sequence[Column]) -> SegmentRow:
    work = listed([say("choice.of_work", model=_model(w.model), task=say(f"choice.{w.task}"))
                   for w in b.work])
    if isinstance(found, HighfenceError):
        return SegmentRow(b.id, b.label, work, tuple(ShareCell(c.chip, None) for c in columns), reason=_why(found))
    taken = {a.chip: a for a in found.alternatives}
    cells = tuple(_share(c.chip, taken.get(c.chip)) for c in columns)
    return SegmentRow(b.id, b.label, work, cells, found.domestic, found.none, _weakest(found.parameters), None,
                      both(share(found.domestic.mid)), share_range(found.domestic), both(share(found.none)))


def _model(id: str) -> Label:
    from highfence.catalogue import catalogue

    return catalogue().model(id).name


def _share(chip: str, taken: Alternative | None) -> ShareCell:
    if taken is None:
        return ShareCell(chip, None)
    return ShareCell(chip, taken.share, both(share(taken.share.mid)), share_range(taken.share))


def _why(problem: HighfenceError) -> Label:
    """Return in both languages why a segment has no answer."""
    missing = str(getattr(problem, "missing", "") or "")
    name = missing.removeprefix("a value of ")
    if name != missing and name in shipped_parameters():
        return say("choice.no_parameter", what=shipped_parameters()[name].label)
    if missing == "a chip that does":
        return say("choice.nothing")
    if missing == "what its work costs":
        return say("choice.no_cost")
    return why_not(problem)


def _notes(chosen: Mapping[str, Choice], columns: Sequence[Column], segments: Sequence[Buyer]) -> Iterator[Label]:
    """Yield the chips that some segments could not take, by reason, and what shares rest on."""
    shorts, titles = {c.chip: c.short for c in columns}, {b.id: b.label for b in segments}
    out: dict[tuple[str, Label], list[Label]] = {}
    for id, found in chosen.items():
        for chip, reason in found.refused.items():
            if chip in shorts:
                told = reason if reason.en != reason.zh else say("choice.cannot_do")
                out.setdefault((chip, told), []).append(titles[id])
    alike: dict[tuple[Label, tuple[Label, ...]], list[Label]] = {}
    for (chip, reason), names in out.items():
        alike.setdefault((reason, tuple(names)), []).append(shorts[chip])
    for (reason, where), left in alike.items():
        told = say("choice.all_segments") if len(where) == len(chosen) else listed(where)
        yield say("choice.left_out", names=listed(left), reason=reason, segments=told)
    yield from dict.fromkeys(w for found in chosen.values() for w in found.warnings[:1])


def _with_theories(made: Choices, part: Part, segments: Sequence[Buyer], chosen: Mapping[str, Choice], to: str,
                   on: date, progress: Callable[[str], None] | None) -> Choices:
    """Add the two theories, where the part comes from abroad and something stands on the other side."""
    if part.designed_in == to:
        return replace(made, no_theories=say("choice.no_foreign"))
    home = [c for c in made.columns if c.home]
    if not home:
        return replace(made, no_theories=say("choice.no_rival", place=made.place))
    asked = [b for b in segments if b.id in FORKS and b.id in chosen]
    rows: list[Theory] = []
    maps: list[Map] = []
    first: Indifference | None = None
    problem: HighfenceError | None = None
    for b in sorted(asked, key=lambda b: FORKS.index(b.id)):
        if progress:
            progress(f"{b.label.en}, {short_name(part).en}")
        for rival in _rivals(chosen[b.id], home):
            try:
                fork = crossroads(part.id, rival.chip, b, to=to, on=on, draws=DRAWS)
            except HighfenceError as found:
                problem = found
                continue
            answer = indifference(fork, draws=DRAWS)
            rows.append(_theory(b, rival, answer))
            first = first or answer
            if b.id == FORKS[0]:
                maps.append(_map(b, rival, answer))
    if first is None:
        return replace(made, no_theories=_why(problem) if problem else say("choice.nothing"))
    hazard = first.inputs.terms["hazard"].value
    return replace(made, theories=tuple(rows), maps=tuple(maps), hazard=hazard,
                   price=Range.exact(first.inputs.price), shown_price=both(money(first.inputs.price)),
                   shown_hazard=both(f"{hazard.mid:.2f}"), shown_hazard_range=_rates(hazard))


def _rivals(found: Choice, home: Sequence[Column]) -> list[Column]:
    """Return what of the destination's own a segment takes most, and the best documented of the rest."""
    known = {c.chip: c for c in home}
    taken = [known[a.chip] for a in found.alternatives if a.chip in known]
    order = [chip.id for chip in documented()]
    rest = sorted((c for c in taken[1:]), key=lambda c: order.index(c.chip) if c.chip in order else len(order))
    return [*taken[:1], *rest][:RIVALS]


def _rates(value: Range) -> Label:
    return both(f"{value.low:.2f}–{value.high:.2f}")


def _theory(b: Buyer, rival: Column, found: Indifference) -> Theory:
    verdict, leaning = found.verdict.name, found.verdict.leaning.replace(" ", "_")
    price, hazard = found.price, found.hazard
    return Theory(
        b.id, b.label, rival.chip, rival.short, verdict, found.verdict.outcome, found.verdict.leaning,
        found.values.cheaper, price.value, price.kind, price.most, hazard.value, hazard.kind, hazard.most,
        found.verdict.text, tuple(s.label for s in found.rests_on), say(f"verdict.{verdict}"), say(f"fork.{leaning}"),
        both(share(found.values.cheaper)), _price(price), money_range(price.value) if price.value else NOTHING,
        _hazard(hazard), _rates(hazard.value) if hazard.value else NOTHING, _weakest(found.inputs.terms.values()))


def _weakest(terms: Iterable[Term]) -> str:
    """Return the grade of the weakest evidence behind some figures."""
    return max((t.weakest for t in terms if t.weakest), key=GRADES.index, default="")


def _price(turn: Turn) -> Label:
    if turn.kind == "at":
        assert turn.value is not None
        return both(money(turn.value.mid))
    return say("choice.never") if turn.kind == "never" else say("choice.always_price", most=money(turn.most))


def _hazard(turn: Turn) -> Label:
    if turn.kind == "at":
        assert turn.value is not None
        return say("choice.a_year", value=f"{turn.value.mid:.2f}")
    return say("choice.never_hazard") if turn.kind == "never" else say("choice.always_hazard", most=f"{turn.most:g}")


def _map(b: Buyer, rival: Column, found: Indifference) -> Map:
    price = found.inputs.price
    step, rise = MOST_HAZARD / (MAP_HAZARDS - 1), MAP_MULTIPLE * price / (MAP_PRICES - 1)
    hazards = tuple(step * i for i in range(MAP_HAZARDS))
    prices = tuple(rise * i for i in range(MAP_PRICES))
    whole = flip_map(found.inputs, prices, hazards, draws=MAP_DRAWS)
    points = tuple(m * price for m in TWIN_MULTIPLES)
    few = flip_map(found.inputs, points, TWIN_HAZARDS, draws=MAP_DRAWS)
    return Map(b.id, b.label, rival.chip, rival.short, prices, hazards, _rows(whole),
               tuple(both(money(p)) for p in points), tuple(both(f"{h:g}") for h in TWIN_HAZARDS),
               tuple(tuple(both(share(v)) for v in row) for row in _rows(few)))


def _rows(found: FlipMap) -> tuple[tuple[float, ...], ...]:
    cheaper: Any = found.cheaper
    return tuple(tuple(float(v) for v in row) for row in cheaper)
