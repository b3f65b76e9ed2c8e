"""Which entities a name may stand for, and which stand near enough to be confused with it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from highfence.catalogue.entries import Chip, Firm
from highfence.catalogue.series import all_series
from highfence.catalogue.statements import statements, things
from highfence.catalogue.store import catalogue
from highfence.claims.facts import firm_of

_FORM = re.compile(r"-(?:sxm\d?|pcie|nvl|oam|\d+gb|server|workstation|[bc]?-?v\d)$")


@cache
def _chips() -> Mapping[str, Chip]:
    return {c.id: c for c in catalogue().chips()}


@cache
def _firms() -> Mapping[str, Firm]:
    return {f.id: f for f in catalogue().firms()}


def family(id: str) -> str:
    """Return the id of a chip without its form and memory.

    >>> family("nvidia-a100-sxm-80gb")
    'nvidia-a100'
    """
    while (shorter := _FORM.sub("", id)) != id:
        id = shorter
    return id


@cache
def _families() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for id in _chips():
        found[family(id)].append(id)
    return {name: tuple(ids) for name, ids in found.items()}


@lru_cache(maxsize=4096)
def variants(id: str) -> tuple[str, ...]:
    """Return forms of one product that people call by one name: other boards, memory sizes and bins.

    >>> "nvidia-a100-pcie-80gb" in variants("nvidia-a100-sxm-80gb")
    True
    """
    if id not in _chips():
        return ()
    stem = family(id)
    bins = tuple(c for c in _chips() if re.fullmatch(re.escape(stem) + r"\d", c)) if stem[-1:].isalpha() else ()
    return tuple(dict.fromkeys(c for c in (*_families()[stem], *bins) if c != id))


def owner(id: str) -> str:
    """Return the firm that a chip, system, model or thing belongs to, the parent of a firm, or nothing."""
    for entry in (_chips().get(id), _systems().get(id)):
        if entry is not None:
            return entry.vendor
    if id in _models():
        return _models()[id]
    if id in _firms():
        return _firms()[id].parent or ""
    if id in things():
        return things()[id].parent or ""
    return ""


@cache
def _systems() -> Mapping[str, Chip]:
    return {s.id: s for s in catalogue().systems()}  # type: ignore[misc]


@cache
def _models() -> Mapping[str, str]:
    return {m.id: firm_of(m.developer) for m in catalogue().models()}


@lru_cache(maxsize=4096)
def owners(id: str) -> tuple[str, ...]:
    """Return who a thing belongs to, nearest first: ``kunlunxin-p800`` to Kunlunxin, to Baidu."""
    found: list[str] = []
    while (above := owner(id)) and above not in found:
        found.append(above)
        id = above
    return tuple(found)


@cache
def _children() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for id in (*_firms(), *things(), *_chips(), *_systems(), *_models()):
        if above := owner(id):
            found[above].append(id)
    for s in statements():
        if s.predicate in ("owns", "designs", "makes", "developed") and s.holds and s.object:
            found[s.subject].append(s.object)
    return {id: tuple(dict.fromkeys(ids)) for id, ids in found.items()}


def children(id: str) -> tuple[str, ...]:
    """Return what belongs to a firm or thing: units, chips, models, products."""
    return _children().get(id, ())


@lru_cache(maxsize=4096)
def products(id: str) -> tuple[str, ...]:
    """Return the chips of a firm, of its units, or of a family that is a thing of its own."""
    found: list[str] = []
    for below in (*children(id), *(b for c in children(id) if c in _firms() for b in children(c))):
        if below in _chips():
            found.append(below)
    if id in things() and not found:
        key = id.replace("-series", "").replace("-family", "")
        found = [c for c in _chips() if c.startswith(key) or (f"-{key}" in c)]
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=1024)
def built_of(chip: str) -> tuple[str, ...]:
    """Return the servers, racks and clusters that are built of a chip."""
    return tuple(s.id for s in catalogue().systems() if s.chip == chip or s.chip in variants(chip))


def same(a: str, b: str) -> bool:
    """Whether two ids are one thing to most readers: the same, forms of one chip, or a firm and what it owns."""
    return a == b or b in variants(a) or b in owners(a) or a in owners(b)


@lru_cache(maxsize=4096)
def kin(id: str) -> tuple[str, ...]:
    """Return what a thing is confused with: owner, sisters, rivals of the same role, the same kind of thing."""
    found: list[str] = list(owners(id))
    for above in owners(id):
        found.extend(children(above))
    found.extend(children(id))
    if id in _firms():
        roles = set(_firms()[id].roles)
        found.extend(f.id for f in _firms().values() if roles & set(f.roles))
    if id in things():
        one = things()[id]
        found.extend(
            t.id
            for t in things().values()
            if t.type == one.type and (t.type in ("fund", "agency", "law") or t.country == one.country)
        )
    return tuple(dict.fromkeys(f for f in found if f != id and f not in variants(id)))


@cache
def _serves() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for s in statements():
        if s.predicate in ("heads", "office") and s.holds and s.object:
            found[s.subject].add(s.object)
    return {id: frozenset(ids) for id, ids in found.items()}


def serves(id: str) -> frozenset[str]:
    """Return the firms and agencies that a person leads or speaks for.

    >>> "nvidia" in serves("jensen-huang")
    True
    """
    return _serves().get(id, frozenset())


@lru_cache(maxsize=4096)
def served_by(id: str) -> tuple[str, ...]:
    """Return the persons who lead or speak for a firm or agency."""
    return tuple(person for person, held in _serves().items() if id in held)


def country(id: str) -> str:
    """Return the country of a firm or thing, or of what it belongs to, or nothing."""
    for one in (id, *owners(id)):
        if one in _firms():
            return _firms()[one].country
        if one in things() and things()[one].country:
            return things()[one].country
    return ""


def is_chip(id: str) -> bool:
    """Whether an id is a chip of the catalogue."""
    return id in _chips()


def is_firm(id: str) -> bool:
    """Whether an id is a firm of the catalogue."""
    return id in _firms()


def roles(id: str) -> frozenset[str]:
    """Return what a firm does: chip-designer, foundry, memory-maker, tool-maker, design-software, cloud ..."""
    return frozenset(_firms()[id].roles) if id in _firms() else frozenset()


def known(id: str) -> bool:
    """Whether the catalogue holds something by this id."""
    return any(id in held for held in (_chips(), _firms(), things(), _systems(), _models(), _subjects()))


@cache
def _subjects() -> frozenset[str]:
    return frozenset(line.subject for line in all_series().values())


def expand(ids: Iterable[str]) -> frozenset[str]:
    """Return ids with what they belong to and what belongs to them, for meeting the parties of an event."""
    found: set[str] = set()
    for id in ids:
        found.update((id, *owners(id), *variants(id)))
        if place := country(id):
            found.add(place)
    return frozenset(found)
