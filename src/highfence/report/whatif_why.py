"""Why a what-if comes out as it does, and the thesis, as a page shows them: mechanisms, assumptions, signs, regions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from highfence.core.labels import Label
from highfence.core.ranges import Range
from highfence.policy.attribution import Attribution, Contribution, Split
from highfence.policy.sensitivity import Bar, Rests, Sensitivity, Turn
from highfence.policy.thesis import (
    ASSUMPTIONS,
    CITED,
    LEVEL_LABELS,
    LEVELS,
    NOT_IDENTIFIED,
    OBJECTIVES,
    PROFILES,
    Cell,
    Region,
    Thesis,
    shipped,
)
from highfence.report.citations import Bibliography, Cite
from highfence.report.texts import both, listed, say
from highfence.report.whatif_words import LEADS, amount, figure, percent, span

BARS = 10
"""Assumptions of a tornado that the page shows."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a mechanism adds to the mean difference of an outcome."""

    shown: Label
    error: Label


@dataclass(frozen=True, slots=True)
class MechanismRow:
    """A mechanism, and what it adds to each outcome."""

    id: str
    label: Label
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class TornadoRow:
    """An assumption at the ends of its range: its values, and the mean difference at each."""

    label: Label
    low: str
    high: str
    at_low: Label
    at_high: Label
    error: Label


@dataclass(frozen=True, slots=True)
class Tornado:
    """What an outcome's difference rests on, and what would turn its sign."""

    outcome: str
    label: Label
    mean: Label
    median: Label
    rows: tuple[TornadoRow, ...]
    sign: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """Mechanisms and assumptions of the differences.

    Attributes
    ----------
    found, rests : as computed. outcomes, means : of the table of mechanisms. notes : how they were computed.
    """

    outcomes: tuple[Label, ...]
    spans: tuple[str, ...]
    means: tuple[Part, ...]
    rows: tuple[MechanismRow, ...]
    tornados: tuple[Tornado, ...]
    notes: tuple[Label, ...]
    said: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class ObjectiveRow:
    """An objective, its unit, and by how many of them the scenarios differ."""

    label: Label
    unit: Label
    shown: Label
    interval: Label


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A region: points of weights at which loosening beats banning, and shares of draws by stated objectives."""

    label: Label
    points: str
    share: str
    profiles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ThesisPart:
    """The thesis as regions.

    Attributes
    ----------
    grid : share of draws in which loosening wins, by weight on stability and on domestic makers' share (rows) and on
    revenue (columns); the rest of the weight is on compute. cells : points of weights by assumptions, 9 rows of 9.
    """

    objectives: tuple[ObjectiveRow, ...]
    profiles: tuple[Label, ...]
    regions: tuple[RegionRow, ...]
    said: tuple[Label, ...]
    caution: Label
    grid: tuple[tuple[str, str, tuple[str, ...]], ...]
    cells: tuple[tuple[Label, tuple[str, ...]], ...]
    cell_heads: tuple[Label, ...]
    ends: tuple[int, int]
    cites: tuple[Cite, ...]


def told_splits(found: Attribution) -> tuple[Split, ...]:
    """Return the outcomes whose mechanisms a chart shows: those of the head of the page first."""
    names = [name for name in LEADS if name in found.outcomes] or list(found.outcomes)[:4]
    return tuple(found.outcomes[name] for name in names)


def ordered(splits: Sequence[Split]) -> tuple[Contribution, ...]:
    """Return the mechanisms, that which adds most beside all differences first."""
    def weight(i: int) -> float:
        return -sum(abs(s.parts[i].mean) / (sum(abs(p.mean) for p in s.parts) or 1.0) for s in splits)

    return tuple(splits[0].parts[i] for i in sorted(range(len(splits[0].parts)), key=weight))


def build_why(found: Attribution, rests: Sensitivity) -> Why:
    """Return mechanisms and assumptions as the page shows them."""
    splits = tuple(found.outcomes.values())
    order = ordered(told_splits(found))
    rows = tuple(MechanismRow(m.id, m.label, tuple(_part(s, s[m.id].mean, s[m.id].error) for s in splits))
                 for m in order)
    how = say("whatif.all_sets") if found.orders is None else say("whatif.some_orders", n=found.orders)
    notes = (say("whatif.how_mechanisms", n=f"{found.pairs:,}", how=how, runs=f"{found.runs:,}"),
             say("whatif.how_assumptions", n=rests.assumptions, draws=rests.draws, tried=rests.tried))
    return Why(tuple(s.outcome.label for s in splits), tuple(s.at for s in splits),
               tuple(_part(s, s.mean, s.error) for s in splits), rows,
               tuple(_tornado(one) for one in rests.outcomes.values()), notes,
               tuple(_main(s) for s in told_splits(found)))


def _part(s: Split, mean: float, error: float) -> Part:
    return Part(amount(s.outcome, mean, True), span(s.outcome, error, error))


def _main(s: Split) -> Label:
    """Say which mechanisms make a mean difference."""
    parts = sorted(s.parts, key=lambda p: -abs(p.mean))
    top = [p for p in parts if abs(p.mean) > 2.0 * p.error][:3]
    told = [say("whatif.main_part", label=p.label, shown=amount(s.outcome, p.mean, True)) for p in top]
    return say("whatif.main", label=s.outcome.label, shown=amount(s.outcome, s.mean, True),
               parts=listed(told) if told else say("whatif.no_part"))


def _tornado(one: Rests) -> Tornado:
    return Tornado(one.outcome.name, one.outcome.label, amount(one.outcome, one.mean, True),
                   amount(one.outcome, one.median, True), tuple(_bar(one, bar) for bar in one.bars[:BARS]),
                   tuple(_sign(one)))


def _bar(one: Rests, bar: Bar) -> TornadoRow:
    low, high = ("", "") if bar.values is None else (plain_number(v) for v in bar.values)
    return TornadoRow(bar.factor.label, low, high, amount(one.outcome, bar.mean_low, True),
                      amount(one.outcome, bar.mean_high, True), span_one(one, bar.error))


def span_one(one: Rests, value: float) -> Label:
    """Return the size of an error in an outcome's unit."""
    shown = amount(one.outcome, value, True)
    return Label(shown.en.lstrip("+"), shown.zh.lstrip("+"))


def plain_number(value: float) -> str:
    """Return a parameter's value.

    >>> plain_number(0.0499999999), plain_number(-2.8e-17), plain_number(120000.0)
    ('0.05', '0', '120,000')
    """
    if abs(value) < 1e-12:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _sign(one: Rests) -> Iterator[Label]:
    """Yield what would turn the sign of the median difference."""
    if one.median == 0.0:
        yield say("whatif.sign_none")
    elif one.turns:
        for turn in one.turns:
            yield say("whatif.sign_alone", what=_turned(turn), shown=amount(one.outcome, turn.median, True))
    elif one.pairs:
        yield say("whatif.sign_no_single")
        for turn in one.pairs[:3]:
            yield say("whatif.sign_pair", what=_turned(turn), shown=amount(one.outcome, turn.median, True))
    else:
        yield say("whatif.sign_firm")


def _turned(turn: Turn) -> Label:
    pieces = []
    for factor, q, end, value in zip(turn.factors, turn.quantiles, turn.ends, turn.values):
        at = both("") if value is None else say("whatif.sign_value", value=plain_number(float(value)))
        pieces.append(say("whatif.sign_below" if end < 0.5 else "whatif.sign_above", label=factor.label,
                          q=f"{100 * float(q):.0f}", at=at))
    return Label(" together with ".join(p.en for p in pieces), "且".join(p.zh for p in pieces))


# ---- the thesis ------------------------------------------------------------------------------------------------------


def build_thesis(found: Thesis, sources: Bibliography) -> ThesisPart:
    """Return the thesis as the page shows it."""
    objectives = tuple(ObjectiveRow(o.label, o.unit, both(figure(found.differences[o.id].mid, True)),
                                    _ends(found.differences[o.id])) for o in OBJECTIVES)
    regions = [(say("whatif.region_base"), found.base)]
    regions += [(say("whatif.region_without", label=c.label), c.without) for c in found.causes]
    regions += [(say(f"whatif.region_rare_{level}"), region) for level, region in found.rival.regions.items()
                if level != "none"]
    cited = [*CITED, *(p.at().source for p in shipped())]
    return ThesisPart(objectives, tuple(label for _, label, _ in PROFILES),
                      tuple(_region(label, region) for label, region in regions), tuple(_lines(found)), NOT_IDENTIFIED,
                      tuple(_grid(found)), tuple(_cells(found)), tuple(pair_labels()),
                      (min(c.region.points for c in found.cells), max(c.region.points for c in found.cells)),
                      tuple(sources.cite(id) for id in dict.fromkeys(s for s in cited if s)))


def _ends(found: Range) -> Label:
    return Label(*(joint.join(figure(v, True) for v in (found.low, found.high)) for joint in (" to ", " 至 ")))


def _region(label: Label, region: Region) -> RegionRow:
    return RegionRow(label, f"{region.points} / {region.of}", percent(region.points / region.of),
                     tuple(percent(share) for share in region.profiles.values()))


def _grid(found: Thesis) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    at = grid_shares(found)
    steps = sorted({key[0] for key in at})
    for stability in steps:
        for domestic in (d for d in steps if stability + d <= 10):
            yield (f"{stability / 10:.1f}", f"{domestic / 10:.1f}",
                   tuple(percent(at[revenue, domestic, stability]) if (revenue, domestic, stability) in at else ""
                         for revenue in steps))


def grid_shares(found: Thesis) -> dict[tuple[int, int, int], float]:
    """Return the share of draws in which loosening wins by weights on revenue, domestic share and stability, tenths."""
    return {(round(10 * w[0]), round(10 * w[2]), round(10 * w[3])): float(s)
            for w, s in zip(found.weights, found.shares)}


def pair_labels() -> list[Label]:
    """Return the nine pairs of levels of two assumptions."""
    return [say("whatif.levels", a=LEVEL_LABELS[a], b=LEVEL_LABELS[b]) for a, _ in LEVELS for b, _ in LEVELS]


def by_levels(found: Thesis) -> dict[tuple[str, ...], Cell]:
    """Return the cells of assumptions by their levels."""
    return {cell.levels: cell for cell in found.cells}


def _cells(found: Thesis) -> Iterator[tuple[Label, tuple[str, ...]]]:
    cells = by_levels(found)
    names = [name for name, _ in LEVELS]
    for row, label in zip(((a, b) for a in names for b in names), pair_labels()):
        yield label, tuple(str(cells[(*row, c, d)].region.points) for c in names for d in names)


def _lines(found: Thesis) -> Iterator[Label]:
    yield say("whatif.thesis_base", points=found.base.points, of=found.base.of, pairs=f"{found.pairs:,}",
              names=_wins(found.base))
    for cause in found.causes:
        least, most = (f"{v:+d}".replace("-", "−") if v else "0" for v in cause.cells)
        yield say("whatif.thesis_cause", label=cause.label, means=cause.means, before=found.base.points,
                  after=cause.without.points, least=least, most=most)
    few, many = (pick(found.cells, key=lambda c: c.region.points) for pick in (min, max))
    yield say("whatif.thesis_cells", n=len(found.cells), few=few.region.points, many=many.region.points, at=_at(few),
              then=_at(many))
    ends = found.revenue_weights
    yield (say("whatif.thesis_no_weight") if ends is None else
           say("whatif.thesis_weight", low=f"{ends[0]:.2f}", high=f"{ends[1]:.2f}"))
    value, names = found.rival.value, {id: label for id, label, _ in PROFILES}
    need = [say("whatif.needs", label=names[id], shown=_usd(usd))
            for id, usd in found.rival.break_even.items() if usd]
    yield say("whatif.thesis_rival", mid=_usd(value.mid), low=_usd(value.low), high=_usd(value.high),
              needs=listed(need) if need else say("whatif.needs_nothing"))


def _usd(value: float) -> Label:
    return Label(f"${figure(value / 1e9)} bn", f"{figure(value / 1e8)}亿美元")


def _wins(region: Region) -> Label:
    """Return the stated objectives for which loosening wins in more than half of draws."""
    names = [label for id, label, _ in PROFILES if region.profiles[id] > 0.5]
    return listed(names) if names else say("whatif.needs_nothing")


def _at(cell: Cell) -> Label:
    return listed([say("whatif.at_level", label=a.label, level=LEVEL_LABELS[level])
                   for a, level in zip(ASSUMPTIONS, cell.levels)])
