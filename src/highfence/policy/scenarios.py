"""Scenarios: a law overlay plus dated levers, each as its differences from another.

``history`` is what happened. Every other scenario names a base and states only what differs; :func:`effective` merges
the chain. Nothing is altered in place, so that a thousand scenarios cannot leak into one another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from highfence.catalogue.store import DATA as CATALOGUE
from highfence.core.dates import day_before
from highfence.core.errors import InputError, did_you_mean
from highfence.core.labels import Label
from highfence.policy.levers import KINDS, Lever

if TYPE_CHECKING:
    from highfence.rules import Overlay

DATA = Path(__file__).parent / "data"
FOLDERS = (DATA, CATALOGUE / "events")
CODE = tuple(Path(__file__).parent / f"{name}.py" for name in ("reading", "schema", "levers", "scenarios"))
HISTORY = "history"
MAX_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class Freeze:
    """A day after which nothing more that some actors did in the base happens; what then held goes on."""

    on: date
    actors: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """A law overlay plus dated levers; one is itself alone, so that what it leads to is worked out once.

    Attributes
    ----------
    kind : historical, proposal or counterfactual. base : id of the scenario that it changes; None for history alone.
    overlays : ids of overlays of law, laid over those of the base. levers : only what differs from the base.
    imports : levers that other rooms hold. against : what it is set against, where not its base. source : who proposed
    it, or where it is described.
    """

    id: str
    label: Label
    kind: str
    base: str | None
    overlays: tuple[str, ...]
    levers: tuple[Lever, ...]
    source: str
    note: Label
    freeze: Freeze | None = None
    imports: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    against: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the scenario as JSON, its own levers only."""
        from highfence.core.envelope import plain

        return {f.name: plain(getattr(self, f.name)) for f in fields(self)}

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of every source that it cites, each once."""
        return tuple(dict.fromkeys(s for s in (self.source, *(v.source for v in self.levers)) if s))


@cache
def scenarios() -> Mapping[str, Scenario]:
    """Return the shipped scenarios by id, history first."""
    from highfence.core.datapack import load_pack

    raw = load_pack("policy", FOLDERS, compile_policy, CODE)
    return MappingProxyType({row["id"]: scenario_of(row) for row in raw["scenarios"]})


def scenario(name: str) -> Scenario:
    """Return a shipped scenario by id or alias.

    >>> scenario("h20-ban-2025").base
    'history'

    Raises
    ------
    InputError : no such scenario; the hint names the nearest.
    """
    known = scenarios()
    names = {alias: s.id for s in known.values() for alias in (s.id, *s.aliases)}
    key = name.casefold().strip().replace("_", "-").replace(" ", "-") if isinstance(name, str) else ""
    if key not in names:
        raise InputError("no such scenario", got=name, expected=", ".join(known), code="unknown-scenario",
                         hint=did_you_mean(key[:60], names, cutoff=0.5) or
                         "write your own: highfence template scenario")
    return known[names[key]]


def read_scenario(path: str | Path) -> Scenario:
    """Read a scenario that a user wrote in one YAML file.

    Raises
    ------
    InputError : no such file, too large, not YAML, or a field or lever that is wrong; the place names the line.
    """
    from highfence.core.documents import read_text

    return read_scenario_text(read_text(path, limit=MAX_BYTES), str(path))


def read_scenario_text(text: str, where: str = "scenario") -> Scenario:
    """Read a scenario from the text of a YAML file.

    >>> read_scenario_text(template_scenario()).base
    'history'
    """
    from highfence.core.documents import line_of, parse_yaml
    from highfence.policy.reading import checked_scenario

    def line(path: tuple[str | int, ...]) -> str:
        number = line_of(text, path)
        return f"{where}, line {number}" if number else where

    raw = parse_yaml(text, where)
    if not isinstance(raw, Mapping):
        raise InputError("a scenario is a mapping", where=where, got=type(raw).__name__,
                         example="highfence template scenario")
    found = checked_scenario(raw, text, where, line, own=True)
    if found["imports"]:
        raise InputError("only history takes levers over from other rooms", where=line(("imports",)),
                         code="bad-scenario")
    base = _base(found, line(("base",)))
    taken = {alias for s in scenarios().values() for alias in (s.id, *s.aliases)}
    if clash := next((n for n in (found["id"], *found["aliases"]) if n in taken), None):
        raise InputError("a shipped scenario has this name", where=line(("id",)), got=clash, code="taken")
    if found["against"]:
        found["against"] = scenario(found["against"]).id
    return scenario_of({**found, "base": base})


def _base(raw: Mapping[str, Any], where: str) -> str:
    try:
        return scenario(raw["base"] or HISTORY).id
    except InputError as problem:
        problem.where = where
        raise


def template_scenario() -> str:
    """Return a scenario's file to fill in; it can be read as it is."""
    from highfence.policy.templates import SCENARIO_TEMPLATE

    return SCENARIO_TEMPLATE


def find_scenario(given: str | Path | Scenario) -> Scenario:
    """Return a scenario as given: itself, a shipped one's name, or a file's path."""
    if isinstance(given, Scenario):
        return given
    if isinstance(given, Path) or str(given).endswith((".yaml", ".yml")):
        return read_scenario(given)
    return scenario(given)


# ---- merging --------------------------------------------------------------------------------------------------------


def chain(of: Scenario) -> tuple[Scenario, ...]:
    """Return a scenario's bases from history on, itself last."""
    found = [of]
    while found[0].base is not None:
        found.insert(0, scenario(found[0].base))
    return tuple(found)


@lru_cache(maxsize=256)
def effective(of: Scenario, known: date | None = None) -> tuple[Lever, ...]:
    """Return the levers of a scenario with those of its bases, as they hold.

    A lever that a scenario sets ends those of its bases that lie within its target while it holds; ``times`` levers
    stay beside what they multiply. Levers come by kind, then by distance from history, then by day.

    Parameters
    ----------
    known : day of knowledge; levers of history announced later are left out.

    >>> [l.value.mid for l in effective(scenario("h20-ban-2025")) if l.kind == "fee" and l.on(date(2025, 9, 1))]
    [0.0]
    """
    found: tuple[Lever, ...] = ()
    for layer, one in enumerate(chain(of)):
        if one.freeze is not None:
            found = tuple(_frozen(found, one.freeze))
        own = tuple(replace(lever, layer=layer) for lever in _own(one, known if layer == 0 else None))
        for lever in own:
            if lever.how == "set":
                found = tuple(piece for under in found for piece in _cut(under, lever))
        found = (*found, *own)
    order = {kind: i for i, kind in enumerate(KINDS)}
    return tuple(sorted(found, key=lambda v: (order[v.kind], v.layer, v.first)))


def _own(one: Scenario, known: date | None) -> tuple[Lever, ...]:
    from highfence.policy.reading import closed

    stated = tuple(v for v in one.levers if known is None or v.known <= known)
    return (*closed(stated), *(v for name in one.imports for v in _known(name, one.id, known)))


def _known(name: str, scenario: str, known: date | None) -> tuple[Lever, ...]:
    from highfence.policy.imports import UNTIL_NEXT
    from highfence.policy.reading import closed

    held = tuple(v for v in _taken(name, scenario) if known is None or v.known <= known)
    return closed(held) if name in UNTIL_NEXT else held


@cache
def _taken(name: str, scenario: str) -> tuple[Lever, ...]:
    from highfence.policy.imports import IMPORTS

    return tuple(IMPORTS[name](scenario))


def _frozen(levers: tuple[Lever, ...], freeze: Freeze) -> list[Lever]:
    found = []
    for lever in levers:
        if lever.actor not in freeze.actors:
            found.append(lever)
        elif lever.first <= freeze.on:
            found.append(lever.until(None) if lever.last is None or lever.last >= freeze.on else lever)
    return found


def _cut(under: Lever, over: Lever) -> tuple[Lever, ...]:
    """Return what is left of a lever of the base under one that is set over it."""
    apart = (under.kind, under.place) != (over.kind, over.place) or under.how != "set" or (
        not over.target.covers(under.target, over.place)) or (over.last is not None and under.first > over.last) or (
        under.last is not None and under.last < over.first)
    if apart:
        return (under,)
    left = [under.until(day_before(over.first))] if under.first < over.first else []
    if over.last is not None and (under.last is None or under.last > over.last):
        left.append(replace(under, first=over.last + timedelta(days=1)))
    return tuple(left)


def laws(of: Scenario) -> tuple[Overlay, ...]:
    """Return the overlays of law of a scenario and its bases, in the order in which they are laid."""
    from highfence.rules import read_overlay

    return tuple(read_overlay(id) for id in dict.fromkeys(id for one in chain(of) for id in one.overlays))


def law_day(of: Scenario, day: date) -> date:
    """Return the day on which US law is to be read: not later than the day at which it is frozen.

    >>> law_day(scenario("a800-era"), date(2025, 1, 1)) < date(2023, 10, 17)
    True
    """
    frozen = [one.freeze.on for one in chain(of) if one.freeze and "US" in one.freeze.actors]
    return min((day, *frozen))


# ---- from the compiled form -----------------------------------------------------------------------------------------


def compile_policy() -> dict[str, Any]:
    """Read and check the shipped scenarios and return their compiled form.

    Raises
    ------
    InputError : at the first scenario that breaks the schema, stands twice, or whose bases are unknown or go round.
    """
    from highfence.core.documents import line_of, parse_yaml, read_text
    from highfence.policy.imports import IMPORTS
    from highfence.policy.reading import checked_scenario

    rows: dict[str, dict[str, Any]] = {}
    for path in sorted(DATA.glob("scenarios*.yaml")):
        text = read_text(path)

        def line(at: tuple[str | int, ...], text: str = text, name: str = path.name) -> str:
            return f"{name}, line {line_of(text, at)}"

        for i, raw in enumerate(parse_yaml(text, path.name)):
            row = checked_scenario(raw, text, path.name, line, (i,))
            row["base"] = None if row["id"] == HISTORY else row["base"] or HISTORY
            unknown = next((n for n in row["imports"] if n not in IMPORTS), None)
            if row["id"] in rows or unknown or not row["source"]:
                raise InputError("a shipped scenario stands once, takes over what is known, and has a source",
                                 where=line((i,)), got=unknown or row["id"])
            if row["base"] is not None and row["base"] not in rows:
                raise InputError("the base of a scenario stands before it", where=line((i, "base")), got=row["base"],
                                 hint=did_you_mean(row["base"], rows))
            rows[row["id"]] = row
    lost = next((row for row in rows.values() if row["against"] and row["against"] not in rows), None)
    if lost:
        raise InputError("a scenario is set against one that ships", where=lost["id"], got=lost["against"],
                         hint=did_you_mean(lost["against"], rows))
    return {"scenarios": list(rows.values())}


def scenario_of(raw: Mapping[str, Any]) -> Scenario:
    """Return a scenario from its compiled form."""
    from highfence.policy.reading import lever_of

    frozen = raw["freeze"]
    return Scenario(raw["id"], Label.read(raw["label"]), raw["kind"], raw["base"], tuple(raw["overlays"]),
                    tuple(lever_of(row, raw["id"]) for row in raw["levers"]), raw["source"] or "",
                    Label.read(raw["note"]),
                    Freeze(date.fromisoformat(frozen["on"]), tuple(frozen["actors"])) if frozen else None,
                    tuple(raw["imports"]), tuple(raw["aliases"]), raw["against"])
