"""Countries by any name, Country Groups on any day, and the dated sets of places that provisions name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from highfence.core.dates import parse_day
from highfence.core.errors import InputError, did_you_mean
from highfence.core.labels import Label


@dataclass(frozen=True, slots=True)
class GroupChange:
    """Members that entered or left a Country Group on a day."""

    on: date
    add: frozenset[str]
    remove: frozenset[str]
    citation: str


@dataclass(frozen=True, slots=True)
class CountryGroup:
    """A Country Group: its members on the snapshot, and the dated changes that lead there, newest first."""

    name: str
    members: frozenset[str]
    changes: tuple[GroupChange, ...]
    unverified: frozenset[str]

    def on(self, day: date) -> frozenset[str]:
        """Return the members on a day, by undoing every later change."""
        members = self.members
        for change in self.changes:
            if day < change.on:
                members = (members - change.add) | change.remove
        return members

    @classmethod
    def read(cls, name: str, raw: Mapping[str, Any]) -> CountryGroup:
        """Read one group; changes are sorted newest first."""
        changes = [GroupChange(parse_day(c["on"], f"country group {name}"), frozenset(c.get("add", ())),
                               frozenset(c.get("remove", ())), str(c.get("citation", "")))
                   for c in raw.get("changes") or ()]
        changes.sort(key=lambda c: c.on, reverse=True)
        return cls(name, frozenset(raw["members"]), tuple(changes), frozenset(raw.get("unverified") or ()))


@dataclass(frozen=True, slots=True)
class ScopeEra:
    """A set of places from a day on: named members, or groups joined less groups, plus and minus places."""

    first: date
    members: frozenset[str] = frozenset()
    any_of: tuple[str, ...] = ()
    excluding: tuple[str, ...] = ()
    plus: frozenset[str] = frozenset()
    minus: frozenset[str] = frozenset()
    source: str | None = None

    def places(self, groups: Mapping[str, CountryGroup], day: date) -> frozenset[str]:
        """Return the codes of the places on a day."""
        joined = self.members.union(*(groups[g].on(day) for g in self.any_of))
        taken = frozenset().union(*(groups[g].on(day) for g in self.excluding))
        return ((joined - taken) | self.plus) - self.minus

    @classmethod
    def read(cls, raw: Mapping[str, Any], where: str) -> ScopeEra:
        """Read one era of a scope.

        Raises
        ------
        InputError : an unknown field.
        """
        known = {"from", "members", "any_of", "except", "plus", "minus", "source"}
        for name in raw:
            if name not in known:
                raise InputError("unknown field of a scope", where=where, got=name, hint=did_you_mean(name, known))
        return cls(parse_day(raw["from"], where), frozenset(raw.get("members", ())), tuple(raw.get("any_of", ())),
                   tuple(raw.get("except", ())), frozenset(raw.get("plus", ())), frozenset(raw.get("minus", ())),
                   raw.get("source"))


@dataclass(frozen=True, slots=True)
class Scope:
    """A dated set of places under one name."""

    name: str
    title: Label
    eras: tuple[ScopeEra, ...]

    def on(self, groups: Mapping[str, CountryGroup], day: date) -> frozenset[str]:
        """Return the places on a day; empty before the first era."""
        era = next((e for e in reversed(self.eras) if e.first <= day), None)
        return frozenset() if era is None else era.places(groups, day)

    def doubtful(self, groups: Mapping[str, CountryGroup], day: date) -> frozenset[str]:
        """Return places whose membership of a group behind this scope could not be verified for every day."""
        era = next((e for e in reversed(self.eras) if e.first <= day), None)
        names = () if era is None else (*era.any_of, *era.excluding)
        return frozenset().union(*(groups[g].unverified for g in names)) if names else frozenset()


@dataclass(frozen=True)
class Gazetteer:
    """Every country and territory by ISO 3166-1 code, with the names that people use."""

    labels: Mapping[str, Label]
    index: Mapping[str, str]

    @classmethod
    def read(cls, rows: Iterable[Mapping[str, Any]]) -> Gazetteer:
        """Build from the list of countries."""
        labels, index = {}, {}
        for row in rows:
            labels[row["code"]] = Label(row["en"], row["zh"])
            for name in (row["code"], row["en"], row["zh"], *row.get("aliases", ())):
                index[_key(name)] = row["code"]
        return cls(labels, index)

    def code(self, name: str, where: str = "--to") -> str:
        """Return the code of a place by code or name in either language.

        Raises
        ------
        InputError : no such place.
        """
        found = self.index.get(_key(name)) if isinstance(name, str) else None
        if found is None:
            names = self.labels if len(str(name)) <= 2 else [label.en for label in self.labels.values()]
            near = did_you_mean(str(name)[:60], names)
            raise InputError("unknown country", where=where, got=name, expected="an ISO 3166-1 code or a name",
                             example="CN", hint=near, code="unknown-country")
        return found


def _key(name: str) -> str:
    return "".join(name.casefold().split())
