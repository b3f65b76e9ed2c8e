"""What segments choose, and what the two theories come to, in words; no number is written here by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from highfence.core.labels import Label
from highfence.core.ranges import Range
from highfence.report.choices import Choices, SegmentRow, Theory
from highfence.report.money import money, share
from highfence.report.texts import listed, say

LEAST = 0.05
"""Share of the work from which up its waiting is worth a sentence."""


def findings(made: Choices, chip: str, name: Label) -> tuple[Label, ...]:
    """Return what the choices about a part come to, a sentence each."""
    return tuple(_all(made, chip, name))


def fork_sentence(made: Choices) -> Label | None:
    """Say what the two theories come to for the first segment, rival by rival."""
    rows = [theory for theory in made.theories if theory.segment == made.theories[0].segment]
    if not rows:
        return None
    told = [say("finding.fork_against", rival=row.rival_short, verdict=_told(row), cheaper=row.shown_cheaper)
            for row in rows]
    return say("finding.fork_short", segment=rows[0].title, price=made.shown_price, told=listed(told))


def _told(theory: Theory) -> Label:
    """Return a verdict, with what most draws say where that is another thing."""
    if theory.leaning == theory.outcome:
        return theory.shown_verdict
    return say("finding.fork_leaning", name=theory.shown_verdict, leaning=theory.shown_leaning)


def _all(made: Choices, chip: str, name: Label) -> Iterator[Label]:
    at = next(i for i, column in enumerate(made.columns) if column.chip == chip)
    own = [(row, cell.share) for row in made.segments if (cell := row.cells[at]).share is not None]
    if own:
        yield _between("finding.choice_part", own, name=name)
    else:
        yield say("finding.choice_shut", name=name)
    home = [(row, row.domestic) for row in made.segments if row.domestic is not None]
    if home and any(column.home for column in made.columns):
        yield _between("finding.choice_domestic", home, place=made.place)
    waits = [(row, Range.exact(row.none)) for row in made.segments if row.reason is None and row.none >= LEAST]
    if waits:
        yield _between("finding.choice_waits", waits)
    for theory in made.theories:
        if theory.segment == made.theories[0].segment:
            yield _fork(made, theory, name)


def _between(key: str, rows: Sequence[tuple[SegmentRow, Range | None]], **more: object) -> Label:
    """Say between which segments a share lies."""
    found = sorted(((value.mid, row.title) for row, value in rows if value is not None), key=lambda pair: pair[0])
    (low, low_segment), (high, high_segment) = found[0], found[-1]
    if share(low) == share(high):
        return say(f"{key}_same", share=share(low), **more)
    return say(key, low=share(low), low_segment=low_segment, high=share(high), high_segment=high_segment, **more)


def _fork(made: Choices, theory: Theory, name: Label) -> Label:
    lead = say("finding.fork", segment=theory.title, name=name, price=made.shown_price, rival=theory.rival_short,
               verdict=_told(theory), cheaper=theory.shown_cheaper)
    price = say(f"finding.fork_{theory.price_kind}", value=theory.shown_price, range=theory.shown_price_range,
                most=money(theory.most_price))
    hazard = say(f"finding.hazard_{theory.hazard_kind}", most=f"{theory.most_hazard:g}", now=made.shown_hazard,
                 value=f"{theory.hazard.mid:.2f}" if theory.hazard else "", now_range=made.shown_hazard_range)
    return Label(f"{lead.en} {price.en} {hazard.en}", f"{lead.zh}{price.zh}{hazard.zh}")
