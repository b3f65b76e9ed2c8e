"""The chips whose costs and shares stand beside a part's: its references, and what the destination's market offers.

>>> from highfence.rules.question import find_part
>>> [p.id for p in on_the_market(find_part("H20", "ic"), (), "CN", date(2025, 7, 20))][:3]
['nvidia-h20', 'huawei-ascend-910c', 'huawei-ascend-910b']
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from highfence.catalogue import Chip
from highfence.core.dates import parse_period
from highfence.cost.lawful import lawful
from highfence.cost.prices import SALES, market, quotes
from highfence.report.rivals import documented
from highfence.rules.parts import Part, part_of_chip

MOST = 9
"""Chips side by side at most."""

DOMESTIC = 5
"""Of them made in the destination at most."""

RECENT_YEARS = 2.0
"""A price on the destination's market within this time makes a chip one that the market offers."""

CLASS = 0.2
"""Share of the part's memory bandwidth from which up a chip is of its class: cards for video and search are not."""

EASE = ("free", "unknown", "licence")
"""Order of chips from abroad: what could be bought without a licence before what could not."""


def on_the_market(part: Part, references: Sequence[Part], place: str, day: date) -> tuple[Part, ...]:
    """Return the part, its references, and chips of its class with a price on the destination's market.

    Those made in the destination come before others, what law leaves free before what it does not, and then what is
    best documented.
    """
    found = {p.id: p for p in (part, *references)}
    least = CLASS * (part.input("dram_bandwidth").value or 0.0)
    offered = [p for p in _offered(place, day)
               if p.id not in found and (p.input("dram_bandwidth").value or 0.0) >= least]
    home = [p for p in offered if p.designed_in == place and p.datacenter]
    abroad = sorted((p for p in offered if p.designed_in != place),
                    key=lambda p: EASE.index(lawful(p.id, to=place, on=day).status))
    taken = sum(p.designed_in == place for p in found.values())
    for rival in (*home[:max(DOMESTIC - taken, 0)], *abroad):
        if len(found) == MOST:
            break
        found[rival.id] = rival
    return tuple(found.values())


def _offered(place: str, day: date) -> Iterator[Part]:
    """Yield chips that shipped by the day and whose price was seen about then, on the market or at no place said."""
    for chip in documented():
        seen = quotes(chip.id, to=place, on=day) if _ships(chip, day) else ()
        if any(q.kind in SALES and market(q.place) in (market(place), None) and q.years <= RECENT_YEARS for q in seen):
            yield part_of_chip(chip.id)


def _ships(chip: Chip, day: date) -> bool:
    released = chip["released"] or chip["announced"]
    return released is not None and parse_period(str(released.value)).start <= day
