"""Which parts a brief compares with when the reader names none: chosen from the catalogue, not by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from highfence.catalogue import Chip, catalogue
from highfence.rules.classify import classify
from highfence.rules.parts import Part, part_of_chip
from highfence.rules.question import find_part

YARDSTICK = "H100"
"""The part that the trade measures others by, and the first that the letters of 2022 named."""

MOST = 4


def references(part: Part, named: Sequence[str] | None, day: date) -> tuple[Part, ...]:
    """Return the parts to compare with: those named, or its uncut sibling, the yardstick and its rivals.

    Raises
    ------
    InputError : a name that the catalogue does not know.
    """
    if named is not None:
        found = [find_part(name, "ic") for name in named]
    else:
        found = [p for p in (_sibling(part), part_of_chip(catalogue().chip(YARDSTICK).id)) if p is not None]
        found += _rivals(part, day)
    kept = {p.id: p for p in found if p.id != part.id}
    return tuple(kept.values())[:MOST]


def documented() -> Iterator[Chip]:
    """Yield what ships, best documented first: parts in many sources are those that buyers weigh."""
    chips = [c for c in catalogue().chips() if c.status == "shipping" and c.kind != "wafer" and c["memory_bandwidth"]]
    return iter(sorted(chips, key=lambda c: (-len({f.source for f in c.all_facts()}), c.id)))


def _rivals(part: Part, day: date) -> list[Part]:
    if part.designed_in == "CN":
        return _admitted_to_china(part, day)
    return _made_in_china()


def _made_in_china() -> list[Part]:
    """Return the best documented Chinese data-centre parts, one of each family and no more than two of a maker."""
    found: list[Part] = []
    families: set[str] = set()
    for chip in documented():
        part = part_of_chip(chip.id)
        if (part.designed_in == "CN" and part.datacenter and part.input("tpp").value and chip.family not in families
                and sum(p.vendor == part.vendor for p in found) < 2):
            found.append(part)
            families.add(chip.family)
        if len(found) == 3:
            break
    return found


def _admitted_to_china(part: Part, day: date) -> list[Part]:
    """Return what a Chinese part meets at home: US parts that the law of the day does not shut out, and a neighbour."""
    found: list[Part] = []
    for chip in documented():
        rival = part_of_chip(chip.id)
        if rival.designed_in != "US" or not rival.datacenter or chip.vendor in {p.vendor for p in found}:
            continue
        if (rival.input("tpp").value or 0.0) < 1600:
            continue
        verdict = classify(rival, to="CN", on=day)
        if verdict.requirement == "none" or "denial" not in (verdict.review or ""):
            found.append(rival)
        if len(found) == 2:
            break
    home = [p for p in _made_in_china() if p.id != part.id]
    return found + home[:1]


def _sibling(part: Part) -> Part | None:
    """Return the part of the same maker, family and form of which this one is most likely a cut-down version."""
    chip = part.entry
    if not isinstance(chip, Chip) or part.designed_in == "CN":
        return None
    stronger = [c for c in catalogue().chips()
                if c.vendor == chip.vendor and c.family == chip.family and c.form == chip.form and c.id != chip.id
                and (other := part_of_chip(c.id)).datacenter == part.datacenter and _outdoes(other, part)]
    if not stronger:
        return None
    best = max(stronger, key=lambda c: (_common_start(c.name.en, chip.name.en), _same_area(c, chip),
                                        -(part_of_chip(c.id).input("tpp").value or 0.0)))
    yardstick = catalogue().chip(YARDSTICK)
    same_silicon = best.family == yardstick.family and chip.family == yardstick.family
    return None if same_silicon else part_of_chip(best.id)


def _outdoes(other: Part, part: Part) -> bool:
    """Return whether a part is nowhere weaker, and somewhere stronger, than another in what the rules read."""
    pairs = [(other.input(name).value, part.input(name).value) for name in ("tpp", "io_bandwidth", "dram_bandwidth")]
    if any(theirs is None or mine is None for theirs, mine in pairs):
        return False
    shares = [theirs / mine for theirs, mine in pairs if theirs is not None and mine]
    return bool(shares) and min(shares) > 0.98 and max(shares) > 1.02


def _common_start(a: str, b: str) -> int:
    """Return how many first characters two names share."""
    return next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))


def _same_area(a: Chip, b: Chip) -> bool:
    area = a.number("logic_die_area")
    return area is not None and area == b.number("logic_die_area")
