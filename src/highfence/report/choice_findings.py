"""What segments choose, and what the two theories come to, in words; no number is written here by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from highfence.core.labels import Label
from highfence.core.ranges import Range
from highfence.report.choices import Choices, SegmentRow, Theory
from highfence.report.money import share
from highfence.report.texts import say


def findings(made: Choices, chip: str, name: Label) -> tuple[Label, ...]:
    """Return what the choices about a part come to, a sentence each."""
    return tuple(_all(made, chip, name))


def fork_sentence(made: Choices, name: Label) -> Label | None:
    """Say what the two theories come to for the first segment and its first rival."""
    return None if not made.theories else _fork(made, made.theories[0], name)


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
    for theory in made.theories:
        yield _fork(made, theory, name)


def _between(key: str, rows: Sequence[tuple[SegmentRow, Range | None]], **more: object) -> Label:
    """Say between which segments a share lies."""
    found = sorted(((value.mid, row.title) for row, value in rows if value is not None), key=lambda pair: pair[0])
    (low, low_segment), (high, high_segment) = found[0], found[-1]
    return say(key, low=share(low), low_segment=low_segment, high=share(high), high_segment=high_segment, **more)


def _fork(made: Choices, theory: Theory, name: Label) -> Label:
    told = theory.shown_verdict
    if theory.leaning != theory.outcome:
        told = say("finding.fork_leaning", name=told, leaning=theory.shown_leaning)
    lead = say("finding.fork", segment=theory.title, name=name, price=made.shown_price, rival=theory.rival_short,
               verdict=told, cheaper=theory.shown_cheaper)
    price = say(f"finding.fork_{theory.price_kind}", value=theory.shown_price, range=theory.shown_price_range,
                most=_most(theory))
    hazard = say(f"finding.hazard_{theory.hazard_kind}", value=theory.shown_hazard, most="4", now=made.shown_hazard,
                 now_range=made.shown_hazard_range)
    return Label(f"{lead.en} {price.en} {hazard.en}", f"{lead.zh}{price.zh}{hazard.zh}")


def _most(theory: Theory) -> str:
    from highfence.report.money import money

    return money(theory.most_price)
