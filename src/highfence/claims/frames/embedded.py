"""Claims inside claims: A's B within a comparison, an event that a clause names as a cause."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from highfence.claims.frames.belonging import presumed
from highfence.claims.frames.clause import Clause
from highfence.claims.frames.subjects import entities
from highfence.claims.frames.view import View
from highfence.claims.model import Claim, Mention

_NOUN = {
    "zh": re.compile("禁令|制裁|新规|规则|断供|关税|禁运|管制|限制"),
    "en": re.compile(r"\b(?:ban|sanctions|rule|rules|curbs|embargo|tariffs|controls|restrictions)\b"),
}


def embedded(view: View, clause: Clause, known: set[tuple[str, str]]) -> Iterator[Claim]:
    """Yield what a clause takes for granted: an owner that the catalogue does not confirm, a dated measure as a cause.

    ``known`` collects the pairs already told, so that each is told once in a document.
    """
    yield from _origins(view, clause, known)
    yield from _presumed(view, clause, known)
    yield from _measures(view, clause)


def _origins(view: View, clause: Clause, known: set[tuple[str, str]]) -> Iterator[Claim]:
    if clause.role in ("item", "bracket"):
        return
    names = entities(view, clause.start, clause.end)
    for first, second in pairwise(names):
        between = view.folded[first.end : second.start].strip()
        if (
            first.type != "firm"
            or second.type not in ("firm", "chip", "system")
            or between not in ("", "的", "'s", "旗下", "旗下的")
        ):
            continue
        if first.id == second.id or _belongs(second.id, first.id) or (first.id, second.id) in known:
            continue
        known.add((first.id, second.id))
        end = _name_end(view, second, clause.end)
        yield Claim(
            first.start,
            end,
            view.text[first.start : end],
            "origin",
            subject=(first.id,),
            object=(second.id, *second.others),
            attribute="owns" if second.type == "firm" else "makes",
            mentions=(first, second),
        )


def _presumed(view: View, clause: Clause, known: set[tuple[str, str]]) -> Iterator[Claim]:
    """Yield what noun phrases presume, where the catalogue does not confirm it."""
    for one in presumed(view, clause.start, clause.end):
        placed = one.attribute == "located-in"
        first, second = (one.owned, one.owner) if placed else (one.owner, one.owned)
        confirmed = not placed and _belongs(second.id, first.id) and one.owned.type != "product"
        if confirmed or (first.id, second.id) in known:
            continue
        known.add((first.id, second.id))
        places = tuple(id for id in (second.id, *second.others) if not placed or not id.endswith("-government"))
        yield Claim(
            one.start,
            one.end,
            view.text[one.start : one.end],
            "origin",
            subject=(first.id, *first.others),
            object=places or (second.id,),
            attribute=one.attribute,
            mentions=(one.owned, one.owner),
        )


def _name_end(view: View, name: Mention, end: int) -> int:
    """Return the end of a name with the version number behind it: 昆仑芯2.0."""
    version = re.compile(r"\s?\d+(?:\.\d+)?(?![\d%％万亿])").match(view.text, name.end, end)
    return version.end() if version else name.end


def _measures(view: View, clause: Clause) -> Iterator[Claim]:
    """Yield "April's ban" of "April's ban cost 4.5 billion"."""
    if not view.within(clause.start, clause.end, "cause") and not view.has("causal", clause.start, clause.end):
        return
    for time in view.within(clause.start, clause.end, "time"):
        match = re.compile(r"(?:的|'s| )?(?:export |chip |出口|对华)?").match(view.folded, time.end)
        noun = _NOUN[view.lang].match(view.folded, match.end() if match else time.end, clause.end)
        if noun and noun.end() - clause.core <= (12 if view.lang == "zh" else 40):
            yield Claim(
                time.start,
                noun.end(),
                view.text[time.start : noun.end()],
                "event",
                attribute="bans",
                period=time.time,
                words=(noun.group(),),
                mentions=(time,),
            )


@cache
def _owners() -> dict[str, frozenset[str]]:
    """Return, for each firm and chip of the catalogue, the firms that it belongs to."""
    from highfence.catalogue import catalogue

    known = catalogue()
    parents = {firm.id: firm.parent for firm in known.firms()}
    owners: dict[str, frozenset[str]] = {}
    for id, parent in parents.items():
        chain = {id}
        while parent and parent not in chain:
            chain.add(parent)
            parent = parents.get(parent, "")
        owners[id] = frozenset(chain)
    for chip in known.chips():
        owners[chip.id] = owners.get(chip.vendor, frozenset({chip.vendor}))
    return owners


def _belongs(owned: str, owner: str) -> bool:
    """Tell whether the catalogue knows that one belongs to the other, or knows nothing of it."""
    return owned not in _owners() or owner in _owners()[owned]
