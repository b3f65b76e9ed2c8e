"""What the costs of a part say in words; no number is written here by hand."""

from __future__ import annotations

from collections.abc import Iterator

from highfence.core.labels import Label
from highfence.report.costs import CostRow, Costs, TokenCell
from highfence.report.texts import listed, say

SURE = 0.9
"""Share of draws from which up a chip is called cheaper, and one less it, dearer."""


def findings(made: Costs) -> tuple[Label, ...]:
    """Return what a part's costs come to, a sentence each."""
    return () if made.missing is not None else tuple(_all(made))


def token_sentence(made: Costs) -> Label | None:
    """Say what the first service that the part answers costs on it, and on the first two chips beside it."""
    if made.missing is not None:
        return None
    own = made.rows[0]
    at = next(i for i, cell in enumerate(own.cells) if cell.value is not None)
    lead = say("finding.cost_short", model=made.services[at][0], place=made.place, value=own.cells[at].shown,
               range=own.cells[at].shown_range)
    rest = [say("finding.cost_beside", name=row.short, value=row.cells[at].shown)
            for row in made.rows[1:] if row.cells[at].value is not None][:2]
    return say("finding.cost_row", lead=lead, rest=_names(rest)) if rest else say("finding.cost_alone", lead=lead)


def _all(made: Costs) -> Iterator[Label]:
    own = made.rows[0]
    for i, cell in enumerate(own.cells):
        if cell.value is not None:
            yield _tokens(made, i)
    yield _hour(made, own)
    yield from _law(made)
    if made.making is not None and made.making.pieces:
        yield _made(made, own)


def _tokens(made: Costs, at: int) -> Label:
    own, model = made.rows[0], made.services[at][0]
    cell = own.cells[at]
    lead = say("finding.cost_tokens", model=model, name=own.short, place=made.place, value=cell.shown,
               range=cell.shown_range)
    rows = [(row, row.cells[at]) for row in made.rows[1:] if row.cells[at].cheaper is not None]
    groups = [(key, [r.short for r, c in rows if _side(c) == key]) for key in ("cheaper", "dearer", "open")]
    told = [say(f"finding.cost_{key}", names=_names(names)) for key, names in groups if names]
    return Label(" ".join((lead.en, *(t.en for t in told))), "".join((lead.zh, *(t.zh for t in told))))


def _side(cell: TokenCell) -> str:
    """Return on which side of a chip the part's cost lies, where nine draws of ten say so."""
    assert cell.cheaper is not None
    return "cheaper" if cell.cheaper >= SURE else "dearer" if cell.cheaper <= 1.0 - SURE else "open"


def _names(names: list[Label]) -> Label:
    """List names as a sentence does.

    >>> _names([Label("A", "甲"), Label("B", "乙"), Label("C", "丙")]).en
    'A, B and C'
    """
    *first, last = (n.en for n in names)
    return Label(f"{', '.join(first)} and {last}" if first else last, listed(names).zh)


def _hour(made: Costs, own: CostRow) -> Label:
    if own.rented or not made.hour:
        return say("finding.cost_rent", name=own.short, value=own.shown_hour, range=own.shown_hour_range)
    first = made.hour[0]
    return say("finding.cost_hour", name=own.short, value=own.shown_hour, range=own.shown_hour_range, part=first.label,
               share=first.shown_share, price=own.shown_price, price_range=own.shown_price_range)


def _law(made: Costs) -> Iterator[Label]:
    """Name the chips by how their purchase stood in law."""
    for status in ("licence", "free", "domestic"):
        names = [row.short for row in made.rows if row.status == status]
        if names:
            yield say(f"finding.cost_{status}", names=_names(names), place=made.place, day=made.on)


def _made(made: Costs, own: CostRow) -> Label:
    making = made.making
    assert making is not None
    first = making.pieces[0]
    lead = say("finding.cost_made", name=own.short, value=making.shown, range=making.shown_range, part=first.label,
               share=first.shown_share)
    if making.margin is None:
        return lead
    kept = say("finding.cost_margin", margin=making.shown_margin, range=making.shown_margin_range)
    return Label(f"{lead.en} {kept.en}", f"{lead.zh}{kept.zh}")
