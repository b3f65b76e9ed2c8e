"""Parameters: numbers that no data sheet holds, each with its range, grade, source, and where and when it holds.

A file is a list of parameters; each holds values by place and day::

    - id: tariff
      label: {en: Price of industrial power, zh: 工业电价}
      unit: USD/kWh
      values:
        - {place: CN, from: 2025-01-01, low: 0.07, mid: 0.09, high: 0.12, grade: press, source: some-id, at: table 2}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from highfence.core.errors import InputError, NoAnswer, did_you_mean
from highfence.core.facts import check_grade
from highfence.core.labels import Label
from highfence.core.ranges import Range
from highfence.core.terms import Term

_FIELDS = {"id", "label", "unit", "values", "note"}
_VALUE_FIELDS = {"place", "from", "low", "mid", "high", "grade", "source", "at", "note"}


@dataclass(frozen=True, slots=True)
class Valid:
    """One value of a parameter.

    Attributes
    ----------
    place : code of a country, or None where it holds everywhere. since : first day, or None. source, at : where it
    was read; empty for an assumption. note : how it was derived, or why it was assumed.
    """

    value: Range
    grade: str
    source: str = ""
    at: str = ""
    place: str | None = None
    since: date | None = None
    note: Label | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number by place and day."""

    id: str
    label: Label
    unit: str
    values: tuple[Valid, ...]
    note: Label | None = None

    def at(self, place: str | None = None, on: date | None = None) -> Valid:
        """Return the value that holds in a place on a day: of the place before that of everywhere, the latest begun.

        Raises
        ------
        NoAnswer : none holds there and then.
        """
        for where in dict.fromkeys((place, None)):
            begun = [v for v in self.values if v.place == where and (v.since is None or on is None or v.since <= on)]
            if begun:
                return max(begun, key=lambda v: v.since or date.min)
        raise NoAnswer(f"{self.id} is not known for {place or 'anywhere'}" + (f" on {on}" if on else ""),
                       missing=f"a value of {self.id}", would_change=self.label.en)

    def term(self, place: str | None = None, on: date | None = None, given: float | None = None) -> Term:
        """Return the parameter as a term; ``given`` is the value that a user sets instead."""
        if given is not None:
            return Term(self.id, self.label, Range.exact(given), self.unit, "", (), Label("as given", "由用户给定"))
        found = self.at(place, on)
        return Term(self.id, self.label, found.value, self.unit, found.grade, (found.source,) if found.source else (),
                    found.note)


class Parameters:
    """Parameters by id."""

    def __init__(self, parameters: Iterable[Parameter]) -> None:
        self.by_id = {p.id: p for p in parameters}

    def __getitem__(self, id: str) -> Parameter:
        found = self.by_id.get(id)
        if found is None:
            raise InputError("no such parameter", got=id, hint=did_you_mean(id, self.by_id),
                             expected=", ".join(sorted(self.by_id)))
        return found

    def __contains__(self, id: str) -> bool:
        return id in self.by_id

    def __iter__(self) -> Any:
        return iter(self.by_id.values())


def compile_parameters(folder: Path, sources: Iterable[str]) -> dict[str, Any]:
    """Read and check every parameter file of a folder: ``parameters*.yaml``.

    Parameters
    ----------
    sources : ids of the source list.

    Raises
    ------
    InputError : an unknown field, grade or source, values that do not ascend, or a fact without a source.
    """
    from highfence.core.documents import read_yaml

    known, found = set(sources), {}
    for path in sorted(folder.glob("parameters*.yaml")):
        for number, raw in enumerate(read_yaml(path), start=1):
            where = f"{path.name}[{number}]"
            _only(raw, _FIELDS, where)
            for value in raw["values"]:
                _only(value, _VALUE_FIELDS, f"{where}: {raw['id']}")
                check_grade(value["grade"], f"{where}: {raw['id']}")
                if (value["grade"] == "assumed") == bool(value.get("source")):
                    raise InputError("a fact names its source, and an assumption has none", where=f"{where}: "
                                     f"{raw['id']}", got=value.get("source"))
                if value.get("source") and value["source"] not in known:
                    raise InputError("no such source", where=f"{where}: {raw['id']}", got=value["source"],
                                     hint=did_you_mean(value["source"], known))
            if raw["id"] in found:
                raise InputError("two parameters of one id", where=where, got=raw["id"])
            found[raw["id"]] = {**raw, "values": [{**v, "from": str(v["from"]) if v.get("from") else None}
                                                  for v in raw["values"]]}
            read_parameter(found[raw["id"]])
    return found


def read_parameter(raw: Mapping[str, Any]) -> Parameter:
    """Return a parameter from its compiled form."""
    def note(of: Mapping[str, Any]) -> Label | None:
        return Label.read(of["note"]) if of.get("note") else None

    values = tuple(Valid(Range(float(v.get("low", v["mid"])), float(v["mid"]), float(v.get("high", v["mid"]))),
                         v["grade"], v.get("source", ""), str(v.get("at", "")), v.get("place"),
                         date.fromisoformat(v["from"]) if v.get("from") else None, note(v)) for v in raw["values"])
    return Parameter(raw["id"], Label.read(raw["label"]), raw["unit"], values, note(raw))


def _only(raw: Mapping[str, Any], known: set[str], where: str) -> None:
    unknown = next((name for name in raw if name not in known), None)
    if unknown:
        raise InputError("unknown field", where=where, got=unknown, expected=", ".join(sorted(known)),
                         hint=did_you_mean(unknown, known))
