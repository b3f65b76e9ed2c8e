"""Cut a clause into stretches of one number each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from highfence.claims.frames import checkable, slots
from highfence.claims.frames.clause import Clause
from highfence.claims.frames.view import View
from highfence.claims.model import Mention

MOST = 12
"""A clause with more numbers is a table: only the first ones are read."""

_NODE = ("nm", "node")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a clause with the number that it asserts, and the other end of "from A to B"."""

    start: int
    end: int
    number: Mention | None
    before: Mention | None = None


def parts(view: View, clause: Clause) -> tuple[Part, ...]:
    """Cut a clause into stretches of one number each."""
    told = [
        m
        for m in view.within(clause.start, clause.end, "quantity")
        if m.quantity is not None
        and checkable.telling(view, m.start, m.end)
        and not (clause.aside and clause.aside[0] <= m.start < clause.aside[1])
    ]
    asserted = [m for m in told if not _qualifies(view, clause, m, told)]
    if not asserted:
        return (Part(clause.start, clause.end, None),)
    parts: list[Part] = []
    start = clause.start
    for m in asserted[:MOST]:
        earlier = parts[-1].number if parts else None
        if earlier is not None and _pair(view, earlier, m):
            first = parts.pop()
            number, before = (m, earlier) if _rises_to(view, earlier, m) else (earlier, m)
            parts.append(Part(first.start, m.end, number, before))
            start = m.end
            continue
        if parts:
            start = _cut_between(view, parts[-1], m)
            parts[-1] = replace(parts[-1], end=start)
        parts.append(Part(start, m.end, m))
        start = m.end
    return tuple(_tidied(view, clause, parts))


_JOINT = {
    "zh": re.compile("[、,;]|以及|并且|并|和|与|及"),
    "en": re.compile(r",? (?:and|or|but|while|with|plus|for|in) |, "),
}


def _cut_between(view: View, before: Part, m: Mention) -> int:
    """Return where the stretch of one number ends and that of the next begins: at the conjunction between them."""
    assert before.number is not None
    joint = _JOINT[view.lang].search(view.folded, before.number.end, m.start)
    return joint.start() if joint else before.end


def _converted(view: View, m: Mention, told: list[Mention]) -> bool:
    """Tell whether a number in brackets repeats the one before it in another unit: 344 billion yuan ($47 billion)."""
    opened = view.folded[max(0, m.start - 12) : m.start].rfind("(")
    if opened < 0:
        return False
    at = max(0, m.start - 12) + opened
    return any(
        o.end <= at
        and at - o.end <= 2
        and o.quantity is not None
        and m.quantity is not None
        and o.quantity.unit != m.quantity.unit
        for o in told
    )


def _qualifies(view: View, clause: Clause, m: Mention, told: list[Mention]) -> bool:
    """Tell whether a number only narrows a thing: a node, an age, a count inside a name, next to another number."""
    quantity = m.quantity
    if quantity is None:
        return True
    others = [o for o in told if o is not m and o.quantity is not None and o.quantity.unit not in _NODE]
    if (quantity.unit in _NODE and others) or _converted(view, m, told):
        return True
    return quantity.unit == "day" and bool(others)


def _pair(view: View, first: Mention, second: Mention) -> bool:
    """Tell whether two numbers are the ends of one change or comparison: 从5%至18%, "from 5 to 18%", "up from 5%"."""
    if first.quantity is None or second.quantity is None or not slots.same(first.quantity, second.quantity):
        return False
    between = view.folded[first.end : second.start]
    before = view.folded[max(0, first.start - 12) : first.start]
    if view.lang == "zh":
        started = re.search("(?:[从由]|自(?![给主研动己身]))(?:[^,，。]{0,8})$", before) is not None
        return (started and len(between) <= 24 and re.search("[到至为升降跌涨]", between) is not None) or re.match(
            "(?:的)?(?:.{0,10})?(?:高于|低于|较|比|远超|超过).{0,12}的?$", between
        ) is not None
    if re.search(r"\bfrom (?:[\w ]{0,20})?$", before) and re.search(r"\bto\b", between) and len(between) <= 60:
        return True
    return (
        len(between) <= 60 and re.search(r"\b(?:from|versus|vs\.?|compared (?:with|to)|against)\b", between) is not None
    )


def _rises_to(view: View, first: Mention, second: Mention) -> bool:
    """Tell whether the second of a pair is where the change ends."""
    if view.lang == "zh":
        return (
            re.search(
                "(?:[从由]|自(?![给主研动己身]))[^,，。]{0,8}$", view.folded[max(0, first.start - 12) : first.start]
            )
            is not None
        )
    return (
        re.search(r"\bto\b", view.folded[first.end : second.start]) is not None
        and "compared to" not in view.folded[first.end : second.start]
    )


def _tidied(view: View, clause: Clause, parts: list[Part]) -> Iterator[Part]:
    """Give the last part the rest of the clause, and parts too short to stand alone the words before them."""
    least = 2 if view.lang == "zh" else 6
    for i, part in enumerate(parts):
        start, end = part.start, clause.end if i == len(parts) - 1 else part.end
        if i and part.number is not None and part.number.start - start < least:
            start = parts[0].start
        joint = re.compile(r"[\s,，、;；]*(?:and |but |while |以及|并且|和|与)?").match(view.folded, start, end)
        start = joint.end() if joint else start
        yield replace(part, start=start, end=end)
