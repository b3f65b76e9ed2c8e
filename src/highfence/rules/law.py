"""The law: immutable files of dated parameters and provisions, and what stands on one day.

``Law`` holds everything; ``Law.on(day)`` resolves it once for every day between two changes, into tests that run
on plain numbers. Nothing here names a chip or a country: that is data.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from highfence.core.dates import parse_day
from highfence.core.errors import InputError
from highfence.core.facts import Source
from highfence.core.labels import Label
from highfence.rules.conditions import (
    Compare,
    Condition,
    Flag,
    ParameterValue,
    Test,
    walk,
)
from highfence.rules.grammar import Vocabulary, read_condition
from highfence.rules.metrics import LAW_FLAGS, LAW_METRICS
from highfence.rules.places import CountryGroup, Gazetteer, Scope, ScopeEra

LAYERS = ("classification", "jurisdiction", "requirement", "exception", "review", "enforcement", "duty", "measure")
FIRST_DAY = date(2018, 1, 1)
"""Earlier days are refused: nothing that is modelled here existed."""

HORIZON = date(2026, 10, 4)
"""Last day to which the public record was read."""

_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A dated number, or a dated yes, no or unknown."""

    path: str
    metric: str | None
    values: tuple[tuple[date, float | bool | None], ...]
    source: str
    at: str | None = None
    label: Label | None = None

    def on(self, day: date) -> ParameterValue:
        """Return the value that stands on a day; None before the first."""
        dated = next(((d, v) for d, v in reversed(self.values) if d <= day), (FIRST_DAY, None))
        kind = LAW_METRICS[self.metric].kind if self.metric else "flag"
        return ParameterValue(self.path, dated[1], dated[0].isoformat(), self.source, self.at, kind, self.label)

    def changed(self, first: date, last: date | None, value: float | bool | None) -> Parameter:
        """Return the parameter with one value from ``first`` to ``last`` (or for good), as a reform sets it."""
        kept = [(d, v) for d, v in self.values if d < first or (last is not None and d > last)]
        kept.append((first, value))
        if last is not None and not any(d == last + timedelta(days=1) for d, _ in kept):
            kept.append((last + timedelta(days=1), self.on(last + timedelta(days=1)).value))
        return replace(self, values=tuple(sorted(kept, key=lambda item: item[0])))


@dataclass(frozen=True, slots=True)
class Requirement:
    """A condition that makes an exception available only once it is met."""

    id: str
    flag: str
    says: Label


@dataclass(frozen=True, slots=True)
class Era:
    """The form of a provision between two days."""

    first: date
    last: date | None
    source: str
    evidence: str
    says: Label
    when: Condition
    at: str | None = None
    open_question: Label | None = None

    def covers(self, day: date) -> bool:
        """Return whether the form stands on a day."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Provision:
    """One rule of one layer, in all its forms.

    Attributes
    ----------
    address : path of its file, then ``#`` and its id.
    rank : within a layer, lower is tried first.
    items : kinds of item that a classification provision is about.
    presumes : flags that hold once the provision classifies a part; ``z`` : the .z paragraph of another ECCN.
    """

    id: str
    address: str
    layer: str
    title: Label
    citation: str
    eras: tuple[Era, ...]
    rank: int = 50
    items: frozenset[str] = frozenset()
    paragraph: str | None = None
    presumes: Mapping[str, bool] = field(default_factory=dict)
    z: str | None = None
    applies: Condition | None = None
    requirements: tuple[Requirement, ...] = ()
    policy: str | None = None
    status: str | None = None
    rate: float | None = None
    exemptions: tuple[str, ...] = ()
    reported: bool = False


@dataclass(frozen=True, slots=True)
class LawFile:
    """One file of law: a title, its parameters and its provisions."""

    path: str
    layer: str
    title: Label
    citation: str
    parameters: Mapping[str, Parameter]
    lists: Mapping[str, tuple[tuple[date, frozenset[str]], ...]]
    provisions: tuple[Provision, ...]


class FileOnDay:
    """One file's terms on one day, as conditions ask for them."""

    __slots__ = ("_day", "_file", "_law")

    def __init__(self, law: LawOnDay, file: LawFile) -> None:
        self._law, self._file, self._day = law, file, law.day

    def parameter(self, name: str) -> ParameterValue:
        """Return a parameter of this file."""
        return self._file.parameters[name].on(self._day)

    def scope(self, name: str) -> frozenset[str] | None:
        """Return the places of a scope."""
        return self._law.places(name)

    def scope_title(self, name: str) -> Label:
        """Return a scope's title, or the list's name."""
        scope = self._law.law.scopes.get(name)
        return scope.title if scope else Label(name.replace("_", " "), name)

    def named_list(self, name: str) -> frozenset[str]:
        """Return a list of names, case folded."""
        return next((names for first, names in reversed(self._file.lists[name]) if first <= self._day), frozenset())


@dataclass(frozen=True, slots=True)
class Active:
    """A provision in its form of one day, ready to be tested."""

    provision: Provision
    era: Era
    terms: FileOnDay
    test: Test
    applies: Test | None

    @property
    def clauses(self) -> tuple[tuple[Condition, Test], ...]:
        """The top clauses of the condition, each with its test."""
        found = _CLAUSES.get(self.test)
        if found is None:
            parts = self.era.when.parts() or (self.era.when,)
            found = _CLAUSES[self.test] = tuple((part, part.test(self.terms)) for part in parts)
        return found


_CLAUSES: WeakKeyDictionary[Test, tuple[tuple[Condition, Test], ...]] = WeakKeyDictionary()


class LawOnDay:
    """The law between two changes: provisions by layer, compiled."""

    def __init__(self, law: Law, day: date) -> None:
        self.law, self.day = law, day
        self._places: dict[str, frozenset[str]] = {}
        self._reads: dict[str, frozenset[str]] = {}
        self.kernels: dict[str, object] = {}
        self.layers: dict[str, tuple[Active, ...]] = {layer: tuple(self._active(layer)) for layer in LAYERS}
        self.classifiers: dict[str, tuple[Active, ...]] = {}
        for active in self.layers["classification"]:
            for item in active.provision.items:
                self.classifiers[item] = (*self.classifiers.get(item, ()), active)

    def places(self, scope: str) -> frozenset[str]:
        """Return the places of a scope on this day."""
        if scope not in self._places:
            self._places[scope] = self.law.scopes[scope].on(self.law.groups, self.day)
        return self._places[scope]

    def reads(self, layer: str) -> frozenset[str]:
        """Return every number and flag of a part that the provisions of a layer read."""
        if layer not in self._reads:
            nodes = [node for active in self.layers[layer] for node in walk(active.era.when)]
            self._reads[layer] = frozenset(
                {n.metric for n in nodes if isinstance(n, Compare) and not LAW_METRICS[n.metric].given}
                | {n.name for n in nodes if isinstance(n, Flag) and not LAW_FLAGS[n.name].given})
        return self._reads[layer]

    def _active(self, layer: str) -> Iterator[Active]:
        found = []
        for file in self.law.files.values():
            terms = FileOnDay(self, file)
            for provision in file.provisions:
                era = next((e for e in provision.eras if e.covers(self.day)), None)
                if provision.layer == layer and era is not None:
                    applies = provision.applies.test(terms) if provision.applies else None
                    found.append(Active(provision, era, terms, era.when.test(terms), applies))
        return iter(sorted(found, key=lambda a: (a.provision.rank, a.provision.address)))


@dataclass(frozen=True, eq=False)
class Law:
    """All law, on every day.

    Attributes
    ----------
    files : by path; ``scopes`` and ``groups`` : dated sets of places; ``sources`` : what was cited.
    overlays : ids of the overlays that were laid over the shipped law, in order.
    """

    files: Mapping[str, LawFile]
    scopes: Mapping[str, Scope]
    groups: Mapping[str, CountryGroup]
    gazetteer: Gazetteer
    sources: Mapping[str, Source]
    overlays: tuple[str, ...] = ()
    _on: dict[int, LawOnDay] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def changes(self) -> tuple[date, ...]:
        """Every day on which anything changes, in order."""
        days = {FIRST_DAY}
        for file in self.files.values():
            days.update(d for p in file.parameters.values() for d, _ in p.values)
            days.update(d for dated in file.lists.values() for d, _ in dated)
            for era in (e for p in file.provisions for e in p.eras):
                days.add(era.first)
                if era.last is not None:
                    days.add(era.last + timedelta(days=1))
        days.update(e.first for s in self.scopes.values() for e in s.eras)
        days.update(c.on for g in self.groups.values() for c in g.changes)
        return tuple(sorted(d for d in days if d >= FIRST_DAY))

    def on(self, day: date) -> LawOnDay:
        """Return the law of a day.

        Raises
        ------
        InputError : before :data:`FIRST_DAY`.
        """
        if day < FIRST_DAY:
            raise InputError("before the first day that is modelled", where="--on", got=day.isoformat(),
                             expected=f"{FIRST_DAY} or later", example="2025-07-15", code="bad-date")
        index = bisect_right(self.changes, day)
        found = self._on.get(index)
        if found is None:
            found = self._on[index] = LawOnDay(self, self.changes[index - 1])
        return found

    def parameter(self, path: str) -> Parameter:
        """Return a parameter by its full path, ``us.ear.774.3A090.tpp_a1``."""
        file, _, name = path.rpartition(".")
        return self.files[file].parameters[name]

    @cached_property
    def parameter_paths(self) -> tuple[str, ...]:
        """Full path of every parameter."""
        return tuple(f"{path}.{name}" for path, file in self.files.items() for name in file.parameters)

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """Address of every provision."""
        return tuple(p.address for file in self.files.values() for p in file.provisions)


def law_from_pack(pack: Mapping[str, Any]) -> Law:
    """Build the law from its compiled form."""
    scopes = {name: read_scope(name, raw) for name, raw in pack["scopes"].items()}
    files = {path: read_file(path, raw, scopes) for path, raw in pack["files"].items()}
    groups = {name: CountryGroup.read(name, raw) for name, raw in pack["groups"].items()}
    sources = {id: Source(**raw) for id, raw in pack["sources"].items()}
    return Law(files, scopes, groups, Gazetteer.read(pack["countries"]), sources)


def read_scope(name: str, raw: Mapping[str, Any]) -> Scope:
    """Read one dated set of places."""
    eras = [ScopeEra.read(e, f"scope {name}") for e in raw["eras"]]
    return Scope(name, Label.read(raw["title"]), tuple(sorted(eras, key=lambda e: e.first)))


def read_file(path: str, raw: Mapping[str, Any], scopes: Mapping[str, Any]) -> LawFile:
    """Build one file of law, its conditions checked."""
    parameters = {name: _parameter(f"{path}.{name}", p) for name, p in raw.get("parameters", {}).items()}
    lists = {name: tuple((parse_day(d), frozenset(v.casefold() for v in names))
                         for d, names in sorted(p["values"].items())) for name, p in raw.get("lists", {}).items()}
    known = Vocabulary(parameters, scopes, lists)
    provisions = tuple(_provision(path, raw, p, known) for p in raw["provisions"])
    return LawFile(path, raw["layer"], Label.read(raw["title"]), raw["citation"], parameters, lists, provisions)


def _parameter(path: str, raw: Mapping[str, Any]) -> Parameter:
    values = tuple((parse_day(d, path), None if v == _UNKNOWN else v) for d, v in sorted(raw["values"].items()))
    label = Label.read(raw["label"]) if raw.get("label") else None
    return Parameter(path, raw.get("metric"), values, raw["source"], raw.get("at"), label)


def _provision(path: str, file: Mapping[str, Any], raw: Mapping[str, Any], known: Vocabulary) -> Provision:
    address = f"{path}#{raw['id']}"
    applies = read_condition(raw["applies"], known, address) if "applies" in raw else None
    eras = tuple(_era(e, known, f"{address} from {e.get('from')}") for e in raw["eras"])
    if "applies" not in raw and (late := next((e for e in raw["eras"] if "applies" in e), None)):
        applies = read_condition(late["applies"], known, address)
    steps = tuple(Requirement(c["id"], c["flag"], Label.read(c["says"]))
                  for e in raw["eras"] for c in (*raw.get("conditions", ()), *e.get("conditions", ())))
    classifies = file["layer"] == "classification"
    return Provision(
        id=raw["id"], address=address, layer=file["layer"], title=Label.read(raw["title"]),
        citation=raw.get("citation", file["citation"]), eras=eras, rank=raw.get("rank", file.get("rank", 50)),
        items=frozenset(raw.get("items", ())), paragraph=raw.get("paragraph", raw["id"]) if classifies else None,
        presumes=raw.get("presumes", {}), z=raw.get("z"), applies=applies,
        requirements=steps, policy=raw.get("policy"), status=raw.get("status"),
        rate=raw.get("rate"), exemptions=tuple(raw.get("exemptions", ())), reported=file.get("reported", False))


def _era(raw: Mapping[str, Any], known: Vocabulary, where: str) -> Era:
    question = Label.read(raw["open_question"]) if raw.get("open_question") else None
    return Era(parse_day(raw["from"], where), parse_day(raw["to"], where) if raw.get("to") else None, raw["source"],
               raw["evidence"], Label.read(raw["says"]), read_condition(raw["when"], known, where), raw.get("at"),
               question)
