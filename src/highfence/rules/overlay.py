"""Overlays: reforms of law as immutable files of dated changes.

An overlay never alters the law that it is laid over; it returns another. Overlays may be laid over one another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from pickle import dumps, loads
from typing import Any
from weakref import WeakKeyDictionary

from highfence.core.dates import day_before, parse_day
from highfence.core.envelope import plain
from highfence.core.errors import InputError, did_you_mean
from highfence.core.labels import Label
from highfence.core.quantities import parse_quantity
from highfence.rules.law import Law, LawFile, read_file
from highfence.rules.metrics import LAW_METRICS
from highfence.rules.places import ScopeEra
from highfence.rules.store import shipped_law

STATUSES = ("proposal", "bill", "report", "hypothetical", "alternative-reading")


@dataclass(frozen=True, slots=True)
class SetParameter:
    """Another value of a parameter, from a day, for good or to a last day."""

    path: str
    first: date
    last: date | None
    value: float | bool | None

    def apply(self, law: Law) -> Law:
        """Return the law with the value changed."""
        address, _, name = self.path.rpartition(".")
        file = law.files[address]
        changed = file.parameters[name].changed(self.first, self.last, self.value)
        return _with_file(law, replace(file, parameters={**file.parameters, name: changed}))


@dataclass(frozen=True, slots=True)
class SetScope:
    """Another set of places from a day."""

    name: str
    era: ScopeEra

    def apply(self, law: Law) -> Law:
        """Return the law with the scope changed."""
        scope = law.scopes[self.name]
        eras = (*(e for e in scope.eras if e.first < self.era.first), self.era)
        return replace(law, scopes={**law.scopes, self.name: replace(scope, eras=eras)}, _on={})


@dataclass(frozen=True, slots=True)
class Repeal:
    """A provision that ends on a day."""

    address: str
    first: date

    def apply(self, law: Law) -> Law:
        """Return the law without the provision from that day on."""
        file = law.files[self.address.partition("#")[0]]
        kept = tuple(p if p.address != self.address else replace(p, eras=tuple(
            e if e.last is not None and e.last < self.first else replace(e, last=day_before(self.first))
            for e in p.eras if e.first < self.first)) for p in file.provisions)
        return _with_file(law, replace(file, provisions=kept))


@dataclass(frozen=True, slots=True)
class Enact:
    """A new file of law."""

    file: LawFile

    def apply(self, law: Law) -> Law:
        """Return the law with the file added."""
        return _with_file(law, self.file)


Change = SetParameter | SetScope | Repeal | Enact


@dataclass(frozen=True, eq=False)
class Overlay:
    """A named reform: dated changes to parameters, scopes and provisions.

    Attributes
    ----------
    status : one of :data:`STATUSES`; a bill is never law here.
    """

    id: str
    title: Label
    status: str
    changes: tuple[Change, ...]
    source: str | None = None
    note: Label | None = None
    _laws: WeakKeyDictionary[Law, Law] = field(default_factory=WeakKeyDictionary, repr=False)

    def law(self, base: Law | None = None) -> Law:
        """Return the law under this overlay; ``base`` is the shipped law unless given."""
        under = shipped_law() if base is None else base
        found = self._laws.get(under)
        if found is None:
            law = under
            for change in self.changes:
                law = change.apply(law)
            found = self._laws[under] = replace(law, overlays=(*under.overlays, self.id), _on={})
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return the reform as plain data: what it says, not the laws that were made with it."""
        return {"id": self.id, "title": plain(self.title), "status": self.status, "source": self.source,
                "note": plain(self.note),
                "changes": [{"change": type(c).__name__, **plain(c)} for c in self.changes]}

    def __reduce__(self) -> tuple[Any, tuple[bytes]]:
        """Let another process have it: the same reform is one object there, however often it comes."""
        return _received, (dumps((self.id, self.title, self.status, self.changes, self.source, self.note)),)


@lru_cache(maxsize=64)
def _received(raw: bytes) -> Overlay:
    return Overlay(*loads(raw))


def _with_file(law: Law, file: LawFile) -> Law:
    return replace(law, files={**law.files, file.path: file}, _on={})


def read_overlay(given: str | Path | Mapping[str, Any]) -> Overlay:
    """Read an overlay from a file, by the id of a shipped bill, or from a mapping.

    Raises
    ------
    InputError : unknown field, path, provision, scope, day or unit; the hint suggests the nearest.

    Examples
    --------
    >>> reform = read_overlay({"id": "lower", "changes": [
    ...     {"parameter": "us.ear.774.3A090.tpp_b1", "from": "2024-01-01", "value": 2000}]})
    >>> float(reform.law().parameter("us.ear.774.3A090.tpp_b1").on(date(2024, 6, 1)).value)
    2000.0
    """
    if isinstance(given, Mapping):
        return _read(given, "overlay")
    bills = shipped_bills()
    if isinstance(given, str) and given in bills:
        return _shipped(given)
    if isinstance(given, str) and not given.endswith((".yaml", ".yml")):
        raise InputError("no such overlay", got=given, expected="a YAML file, or " + ", ".join(bills),
                         hint=did_you_mean(given, bills))
    return _read_file(given, str(given))


@cache
def _shipped(id: str) -> Overlay:
    return _read_file(shipped_bills()[id], id)


def _read_file(path: str | Path, where: str) -> Overlay:
    from highfence.core.documents import read_yaml  # YAML is not needed for a verdict under the law as it is

    return _read(read_yaml(path), where)


def shipped_bills() -> dict[str, Path]:
    """Return the bills, alternative readings and counterfactuals that ship as overlays, by id."""
    folder = Path(__file__).parent / "data" / "us" / "bills"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


_FIELDS = {"id", "title", "status", "source", "note", "changes"}


def _read(raw: Any, where: str) -> Overlay:
    if not isinstance(raw, Mapping):
        raise InputError("an overlay is a mapping", where=where, got=raw, example="{id: lower, changes: [...]}")
    _check(raw, _FIELDS, where)
    if not isinstance(raw.get("id"), str) or not isinstance(raw.get("changes"), list) or not raw["changes"]:
        raise InputError("an overlay needs an id and a list of changes", where=where)
    status = raw.get("status", "hypothetical")
    if status not in STATUSES:
        raise InputError("unknown status", where=where, got=status, expected=", ".join(STATUSES))
    law = shipped_law()
    changes = tuple(_change(c, law, f"{where}: changes[{i}]") for i, c in enumerate(raw["changes"]))
    title = Label.read(raw["title"], f"{where}: title") if raw.get("title") else Label(raw["id"], raw["id"])
    note = Label.read(raw["note"], f"{where}: note") if raw.get("note") else None
    return Overlay(raw["id"], title, status, changes, raw.get("source"), note)


def _change(raw: Any, law: Law, where: str) -> Change:
    if not isinstance(raw, Mapping):
        raise InputError("a change is a mapping", where=where, got=raw)
    if "parameter" in raw:
        return _set_parameter(raw, law, where)
    if "scope" in raw:
        return _set_scope(raw, law, where)
    if "repeal" in raw:
        _check(raw, {"repeal", "from"}, where)
        return Repeal(_known(raw["repeal"], law.addresses, "provision", where), _day(raw, "from", where))
    if "enact" in raw:
        return _enact(raw, law, where)
    raise InputError("a change sets a parameter, sets a scope, repeals or enacts", where=where, got=sorted(raw),
                     example="{parameter: us.ear.774.3A090.tpp_b1, from: 2024-01-01, value: 2000}")


def _set_parameter(raw: Mapping[str, Any], law: Law, where: str) -> SetParameter:
    _check(raw, {"parameter", "from", "to", "value"}, where)
    path = _known(raw["parameter"], law.parameter_paths, "parameter", where)
    first, last = _day(raw, "from", where), _day(raw, "to", where) if "to" in raw else None
    if last is not None and last < first:
        raise InputError("the change ends before it starts", where=where, got=str(last), expected=f"{first} or later")
    parameter, value = law.parameter(path), raw.get("value")
    if parameter.metric is None:
        if value not in (True, False, "unknown"):
            raise InputError("not true, false or unknown", where=where, got=value)
        return SetParameter(path, first, last, None if value == "unknown" else value)
    if value is None:
        raise InputError("a value is needed", where=where)
    return SetParameter(path, first, last, parse_quantity(value, LAW_METRICS[parameter.metric].kind, f"{where}: value"))


def _set_scope(raw: Mapping[str, Any], law: Law, where: str) -> SetScope:
    name = _known(raw["scope"], law.scopes, "scope", where)
    era = {k: v for k, v in raw.items() if k != "scope"}
    _day(era, "from", where)
    for key in ("any_of", "except"):
        era[key] = [_known(group, law.groups, "country group", where) for group in _list(era, key, where)]
    for key in ("members", "plus", "minus"):
        era[key] = [law.gazetteer.code(place, f"{where}: {key}") for place in _list(era, key, where)]
    if not any(era.get(k) for k in ("members", "any_of", "plus", "minus")):
        raise InputError("a scope needs members, any_of, plus or minus", where=where, got=sorted(raw))
    if not era.get("members") and not era.get("any_of"):
        before = next((e for e in reversed(law.scopes[name].eras) if e.first <= _day(era, "from", where)), None)
        if before is not None:
            new = ScopeEra.read(era, where)
            return SetScope(name, replace(before, first=new.first, plus=before.plus | new.plus,
                                          minus=before.minus | new.minus))
    return SetScope(name, ScopeEra.read(era, where))


def _enact(raw: Mapping[str, Any], law: Law, where: str) -> Enact:
    from highfence.rules.compile import compile_file

    _check(raw, {"enact", "file"}, where)
    path = raw["enact"]
    if not isinstance(path, str) or not path:
        raise InputError("a file of law has a path", where=where, got=path, example="us.bills.my_bill")
    if path in law.files:
        raise InputError("this file of law exists", where=where, got=path,
                         hint="set its parameters, or repeal its provisions")
    try:
        return Enact(read_file(path, compile_file(path, raw.get("file"), law.sources), law.scopes))
    except InputError as problem:
        problem.where = f"{where}: {problem.where or path}"
        raise


def _known(name: Any, known: Any, what: str, where: str) -> str:
    if not isinstance(name, str) or name not in known:
        raise InputError(f"unknown {what}", where=where, got=name, hint=did_you_mean(str(name), known),
                         code=f"unknown-{what.replace(' ', '-')}")
    return name


def _list(raw: Mapping[str, Any], key: str, where: str) -> list[Any]:
    found = raw.get(key, [])
    if not isinstance(found, (list, tuple)):
        raise InputError(f"{key} is a list", where=f"{where}: {key}", got=found, example="[MY, SG]")
    return list(found)


def _day(raw: Mapping[str, Any], key: str, where: str) -> date:
    return parse_day(raw.get(key, ""), f"{where}: {key}")


def _check(raw: Mapping[str, Any], known: set[str], where: str) -> None:
    for name in raw:
        if name not in known:
            raise InputError("unknown field", where=where, got=name, expected=", ".join(sorted(known)),
                             hint=did_you_mean(str(name), known), code="unknown-field")
