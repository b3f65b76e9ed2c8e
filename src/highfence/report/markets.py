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
from highfence.cost.prices import market, quotes
from highfence.report.rivals import documented
from highfence.rules.parts import Part, part_of_chip

MOST = 8
"""Chips side by side at most."""

DOMESTIC = 5
"""Of them made in the destination at most."""

RECENT_YEARS = 2.0
"""A price on the destination's market within this time makes a chip one that the market offers."""


CLASS = 0.25
"""Share of the part's memory bandwidth from which up a chip is of its class: cards for video and search are not."""


def on_the_market(part: Part, references: Sequence[Part], place: str, day: date) -> tuple[Part, ...]:
    """Return the part, its references, and chips with a price on the destination's market, best documented first.

    Those made in the destination come before others, and only chips of the part's class come in.
    """
    found = {p.id: p for p in (part, *references)}
    least = CLASS * (part.input("dram_bandwidth").value or 0.0)
    offered = [p for p in _offered(place, day)
               if p.id not in found and (p.input("dram_bandwidth").value or 0.0) >= least]
    home = [p for p in offered if p.designed_in == place]
    taken = sum(p.designed_in == place for p in found.values())
    for rival in (*home[:max(DOMESTIC - taken, 0)], *(p for p in offered if p.designed_in != place)):
        if len(found) == MOST:
            break
        found[rival.id] = rival
    return tuple(found.values())


def _offered(place: str, day: date) -> Iterator[Part]:
    """Yield data-centre chips that shipped by the day and whose price was seen on the market about then."""
    for chip in documented():
        rival = part_of_chip(chip.id)
        seen = quotes(chip.id, to=place, on=day) if rival.datacenter and _ships(chip, day) else ()
        if any(market(q.place) == market(place) and q.years <= RECENT_YEARS for q in seen):
            yield rival


def _ships(chip: Chip, day: date) -> bool:
    released = chip["released"] or chip["announced"]
    return released is not None and parse_period(str(released.value)).start <= day
