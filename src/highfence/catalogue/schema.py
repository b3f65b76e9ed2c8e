"""Strict schema of the catalogue's YAML, and of a sheet that a user writes.

Pydantic reads the shape; :func:`read_value` reads each value by the kind of its attribute.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from highfence.catalogue.attributes import Attribute, attributes_of
from highfence.core.dates import parse_period
from highfence.core.errors import InputError, did_you_mean
from highfence.core.facts import check_grade
from highfence.core.quantities import parse_quantity

PCIE = re.compile(r"PCIe (\d)\.0 x(\d{1,2})")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LabelIn(_Strict):
    """A text in both languages."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)


class PriceIn(_Strict):
    """One price observation."""

    value: float | str
    low: float | str | None = None
    high: float | str | None = None
    kind: Literal["list", "contract", "street", "grey", "rental"]
    place: str | None = None
    date: str | int
    source: str
    grade: str = "press"
    note: LabelIn | None = None


class ObservationIn(_Strict):
    """Values typed from one source."""

    source: str
    grade: str
    at: str | None = None
    period: str | int | None = None
    kind: Literal["fact", "law", "proposal", "report", "forecast"] = "fact"
    values: dict[str, Any] = Field(min_length=1)


class EntryIn(_Strict):
    """What every entry has."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=60)
    name: LabelIn
    vendor: str
    aliases: list[str | int | float] = []
    note: LabelIn | None = None
    observations: list[ObservationIn] = Field(min_length=1)
    explanations: dict[str, LabelIn] = {}


class ChipIn(EntryIn):
    """A chip."""

    family: str
    kind: Literal["gpu", "npu", "tpu", "asic", "wafer", "cpu"]
    form: Literal["sxm", "oam", "pcie", "module", "chip", "card", "superchip", "wafer", "soc"]
    status: Literal["shipping", "announced", "reported", "discontinued", "cancelled"]
    prices: list[PriceIn] = []


class SystemIn(EntryIn):
    """A server, rack, pod or cluster."""

    kind: Literal["server", "rack", "supernode", "pod", "cluster"]
    chip: str
    prices: list[PriceIn] = []


class MemoryIn(EntryIn):
    """A memory stack."""

    generation: str
    stack_height: int


class NumberIn(_Strict):
    """A published count."""

    value: float
    at: str | None = None
    source: str | None = None
    note: LabelIn | None = None


class ModelIn(_Strict):
    """A language model."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    name: LabelIn
    developer: str
    aliases: list[str] = []
    source: str
    grade: str
    at: str | None = None
    released: str | int | None = None
    architecture: dict[str, Any] = Field(min_length=5)
    parameters_total: NumberIn | None = None
    parameters_active: NumberIn | None = None
    note: LabelIn | None = None


class FirmIn(_Strict):
    """A firm."""

    id: str
    name: dict[str, str]
    country: str = Field(pattern="^[A-Z]{2}$")
    headquarters: str | None = None
    roles: list[str] = []
    parent: str | None = None
    aliases: list[str] = []
    fiscal_year_end: str | None = None
    source: str | None = None
    grade: str | None = None
    note: LabelIn | None = None


ENTRY_SCHEMAS: dict[str, type[EntryIn]] = {"chip": ChipIn, "system": SystemIn, "memory": MemoryIn}


def read_shape(model: type[BaseModel], raw: Any, where: str) -> Any:
    """Validate one entry's shape.

    Raises
    ------
    InputError : naming the first field that is wrong, unknown or missing.
    """
    try:
        return model.model_validate(raw)
    except ValidationError as problems:
        first = problems.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        known = list(model.model_fields)
        hint = did_you_mean(str(first["loc"][-1]), known) if first["type"] == "extra_forbidden" else None
        what = "unknown field" if hint or first["type"] == "extra_forbidden" else first["msg"]
        raise InputError(what, where=f"{where}: {place}", got=first.get("input"),
                         expected=", ".join(known) if first["type"] == "extra_forbidden" else None,
                         hint=hint, code="bad-shape") from None


def read_observation(observation: ObservationIn, entry_kind: str, where: str) -> list[dict[str, Any]]:
    """Return the facts of one observation in compiled form.

    Raises
    ------
    InputError : unknown attribute, or a value that is not of its kind.
    """
    known = attributes_of(entry_kind)
    grade = check_grade(observation.grade, where)
    facts = []
    for name, raw in observation.values.items():
        if name not in known:
            raise InputError(f"unknown attribute of a {entry_kind}", where=f"{where}: {name}", got=name,
                             hint=did_you_mean(name, known), code="unknown-field")
        fact = read_value(known[name], raw, f"{where}: {name}")
        fact.update(attribute=name, source=observation.source, grade=grade)
        fact.setdefault("at", observation.at)
        if observation.period is not None:
            fact.setdefault("period", str(observation.period))
        if observation.kind != "fact":
            fact["kind"] = observation.kind
        facts.append({k: v for k, v in fact.items() if v is not None})
    return facts


_VALUE_FIELDS = {"value", "low", "mid", "high", "at", "note", "rejected", "period"}


def read_value(attribute: Attribute, raw: Any, where: str) -> dict[str, Any]:
    """Return one value, or one range, in the unit inside.

    Raises
    ------
    InputError : not of the attribute's kind, or a range whose ends are swapped.
    """
    given = raw if isinstance(raw, Mapping) else {"value": raw}
    for name in given:
        if name not in _VALUE_FIELDS:
            raise InputError("unknown field of a value", where=where, got=name,
                             expected=", ".join(sorted(_VALUE_FIELDS)), hint=did_you_mean(str(name), _VALUE_FIELDS))
    fact: dict[str, Any] = {k: given[k] for k in ("at", "period") if k in given}
    for name in ("note", "rejected"):
        if name in given:
            fact[name] = read_shape(LabelIn, given[name], f"{where}.{name}").model_dump()
    if attribute.numeric:
        fact.update(_read_range(attribute, given, where))
        fact["unit"] = attribute.kind
    else:
        fact["value"] = _read_word(attribute, given.get("value"), where)
    return fact


def _read_range(attribute: Attribute, given: Mapping[str, Any], where: str) -> dict[str, float]:
    read = {name: parse_quantity(given[name], attribute.kind, where)
            for name in ("value", "mid", "low", "high") if given.get(name) is not None}
    if "mid" in read:
        read["value"] = read.pop("mid")
    if "value" not in read and not {"low", "high"} <= read.keys():
        raise InputError("a value, or both low and high, is needed", where=where, got=dict(given),
                         example="{low: 400 W, high: 550 W}")
    low, high = read.get("low", read.get("value", 0.0)), read.get("high", read.get("value", 0.0))
    if not low <= read.get("value", low) <= high:
        raise InputError("low, value and high must rise", where=where, got=dict(given),
                         example="{low: 400 W, high: 550 W}")
    return read


def _read_word(attribute: Attribute, raw: Any, where: str) -> str | bool:
    if attribute.kind == "flag":
        if not isinstance(raw, bool):
            raise InputError("not true or false", where=where, got=raw, expected="true or false", example="true")
        return raw
    text = str(raw) if isinstance(raw, (str, int, float)) and not isinstance(raw, bool) else ""
    if not text.strip() or len(text) > 400:
        raise InputError("a short text is needed", where=where, got=raw)
    if attribute.kind == "date":
        parse_period(text, where)
    if attribute.kind == "pcie" and not PCIE.fullmatch(text):
        raise InputError("not a PCI Express link", where=where, got=raw, expected="PCIe <generation>.0 x<lanes>",
                         example="PCIe 5.0 x16")
    return text
