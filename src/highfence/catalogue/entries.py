"""The things of the catalogue: chips, memory stacks, systems, language models and firms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from highfence.catalogue.attributes import ATTRIBUTES
from highfence.core.facts import Fact, Resolved, resolve
from highfence.core.labels import Label


@dataclass(frozen=True)
class Entry:
    """Something that facts are about.

    Attributes
    ----------
    facts : every published value by attribute, those that were rejected included.
    explanations : why a cross-check of this entry fails, by name of the check.
    """

    id: str
    name: Label
    vendor: str = ""
    aliases: tuple[str, ...] = ()
    note: Label | None = None
    facts: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)
    explanations: Mapping[str, Label] = field(default_factory=dict)

    def __getitem__(self, attribute: str) -> Resolved | None:
        """Return what the facts about one attribute amount to, or None when nothing was published."""
        found = self._resolved.get(attribute)
        if found is None and attribute not in ATTRIBUTES:
            raise KeyError(attribute)
        return found

    def value(self, attribute: str) -> float | str | bool | None:
        """Return the preferred value of an attribute in the unit inside, or None."""
        found = self[attribute]
        return None if found is None else found.value

    def number(self, attribute: str) -> float | None:
        """Return the preferred value of a numeric attribute, or None."""
        value = self.value(attribute)
        return None if value is None or isinstance(value, str) else float(value)

    @cached_property
    def _resolved(self) -> dict[str, Resolved]:
        found = {name: resolve(facts) for name, facts in self.facts.items()}
        return {name: r for name, r in found.items() if r is not None}

    @property
    def resolved(self) -> Mapping[str, Resolved]:
        """Every attribute that has a usable value."""
        return self._resolved

    def all_facts(self) -> Iterator[Fact]:
        """Yield every fact, in the order of the attribute table."""
        for name in ATTRIBUTES:
            yield from self.facts.get(name, ())


@dataclass(frozen=True, slots=True)
class Price:
    """One price seen somewhere on some day.

    Attributes
    ----------
    kind : list, contract, street, grey or rental (then in USD per hour).
    """

    value: float
    kind: str
    date: str
    source: str
    low: float | None = None
    high: float | None = None
    place: str | None = None
    grade: str = "press"
    note: Label | None = None


@dataclass(frozen=True)
class Chip(Entry):
    """An accelerator as it is sold: one stock-keeping unit."""

    family: str = ""
    kind: str = "gpu"
    form: str = ""
    status: str = "shipping"
    prices: tuple[Price, ...] = ()


@dataclass(frozen=True)
class MemoryStack(Entry):
    """A stack of high-bandwidth memory."""

    generation: str = ""
    stack_height: int = 0


@dataclass(frozen=True)
class System(Entry):
    """A server, rack, supernode, pod or cluster of one kind of chip."""

    kind: str = "server"
    chip: str = ""
    prices: tuple[Price, ...] = ()


@dataclass(frozen=True)
class LanguageModel:
    """An open large language model: what its arithmetic needs.

    Attributes
    ----------
    architecture : fields as in the model's own configuration; nested mappings for MoE, MLA and windows.
    parameters_total, parameters_active : as published; ``citations`` : their sources where not ``source``.
    """

    id: str
    name: Label
    developer: str
    source: str
    grade: str
    at: str | None = None
    aliases: tuple[str, ...] = ()
    released: str | None = None
    architecture: Mapping[str, Any] = field(default_factory=dict)
    parameters_total: float | None = None
    parameters_active: float | None = None
    citations: Mapping[str, str] = field(default_factory=dict)
    note: Label | None = None


@dataclass(frozen=True)
class Firm:
    """A maker, foundry or buyer, and where it is headquartered."""

    id: str
    name: Label
    country: str
    roles: tuple[str, ...] = ()
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    headquarters: str | None = None
    source: str | None = None
    grade: str | None = None
    fiscal_year_end: str | None = None
    note: Label | None = None


ENTRY_TYPES: dict[str, type[Entry]] = {"chip": Chip, "system": System, "memory": MemoryStack}


def label_or_none(raw: Mapping[str, str] | None) -> Label | None:
    """Rebuild a label from its JSON form."""
    return None if raw is None else Label(**raw)


def entry_from_pack(kind: str, raw: Mapping[str, Any]) -> Entry:
    """Rebuild an entry from its compiled form."""
    kept = {k: v for k, v in raw.items() if k not in {"facts", "name", "note", "prices", "explanations", "aliases"}}
    facts: dict[str, list[Fact]] = {}
    for item in raw["facts"]:
        fact = Fact.from_dict({"subject": raw["id"], **item})
        facts.setdefault(fact.attribute, []).append(fact)
    if "prices" in raw:
        kept["prices"] = tuple(Price(**{**p, "note": label_or_none(p.get("note"))}) for p in raw["prices"])
    return ENTRY_TYPES[kind](
        name=Label(**raw["name"]), note=label_or_none(raw.get("note")), aliases=tuple(raw.get("aliases", ())),
        facts={name: tuple(found) for name, found in facts.items()},
        explanations={k: Label(**v) for k, v in raw.get("explanations", {}).items()}, **kept)


def plain_from_pack(cls: type[Any], raw: Mapping[str, Any]) -> Any:
    """Rebuild a firm or a language model from its compiled form."""
    names = {f.name for f in fields(cls)}
    kept = {k: tuple(v) if isinstance(v, list) else v for k, v in raw.items() if k in names}
    kept["name"] = Label(**raw["name"])
    if raw.get("note"):
        kept["note"] = Label(**raw["note"])
    return cls(**kept)
