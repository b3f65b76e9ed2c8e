"""Read the choice room's YAML, check it strictly, and return the compiled form."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from highfence.choice.buyer_reading import checked_buyer
from highfence.choice.buyer_schema import KINDS, TextIn
from highfence.core.dates import parse_day
from highfence.core.documents import line_of, parse_yaml, read_text
from highfence.core.errors import InputError, did_you_mean
from highfence.core.facts import Source, check_grade
from highfence.core.parameters import compile_parameters


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class RangeIn(_Strict):
    """A number with its low and high."""

    low: float
    mid: float
    high: float


class ChipsIn(_Strict):
    """The chips that an entry is about: by name, or those of some makers, or every foreign one."""

    ids: list[str] = []
    vendors: list[str] = []
    foreign: bool = False
    datacenter: bool = False


class BindsIn(_Strict):
    """Whom a measure binds."""

    kinds: list[str] = []
    state_funded: bool = False


class MeasureIn(_Strict):
    """A measure of a government on what its own buyers buy, in one of its dated forms."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    place: str
    first: str = Field(alias="from")
    last: str | None = Field(default=None, alias="to")
    label: TextIn
    binds: BindsIn = BindsIn()
    chips: ChipsIn
    effect: Literal["barred", "discouraged", "quota", "noted"]
    factor: RangeIn | None = None
    evidence: Literal["primary", "quoted", "secondary", "reported"]
    grade: str
    sources: list[str] = Field(min_length=1)
    note: TextIn | None = None


class SupplyIn(_Strict):
    """What a maker could deliver to a place from a day on."""

    chip: str
    place: str
    first: str = Field(alias="from")
    last: str | None = Field(default=None, alias="to")
    sells: bool = True
    units_per_quarter: RangeIn | None = None
    lead_months: RangeIn | None = None
    filled: dict[str, RangeIn] = {}
    grade: str
    sources: list[str] = []
    label: TextIn


class FirstIn(_Strict):
    """When a chip could first be bought, where the catalogue has no day."""

    chip: str
    first: str = Field(alias="from")
    grade: str
    source: str | None = None
    label: TextIn


class SupplyFileIn(_Strict):
    """The file of supply and measures."""

    chips: list[str] = Field(min_length=10)
    first_sold: list[FirstIn]
    supply: list[SupplyIn]
    measures: list[MeasureIn]


def compile_choice(data: Path, sources: Mapping[str, Source]) -> dict[str, Any]:
    """Return buyers, supply and parameters as JSON-able data.

    Raises
    ------
    InputError : at the first entry that breaks the schema, names an unknown chip, kind or source, or stands twice.
    """
    return {"buyers": _buyers(data / "buyers.yaml", sources), "supply": _supply(data / "supply.yaml", sources),
            "parameters": compile_parameters(data, sources)}


def _buyers(path: Path, sources: Mapping[str, Source]) -> list[dict[str, Any]]:
    text = read_text(path)
    found: list[dict[str, Any]] = []
    for i, raw in enumerate(parse_yaml(text, path.name)):
        found.append(checked_buyer(raw, text, path.name, partial(_line, text, path.name), (i,), sources))
    ids = [row["id"] for row in found]
    if len(set(ids)) < len(ids):
        raise InputError("two buyers of one id", where=path.name, got=", ".join(ids))
    return found


def _line(text: str, name: str, path: tuple[str | int, ...]) -> str:
    return f"{name}, line {line_of(text, path)}"


def _supply(path: Path, sources: Mapping[str, Source]) -> dict[str, Any]:
    from highfence.catalogue.schema import read_shape

    raw = read_shape(SupplyFileIn, parse_yaml(read_text(path), path.name), path.name).model_dump()
    raw["chips"] = [_chip(name, path.name) for name in raw["chips"]]
    for section in ("first_sold", "supply", "measures"):
        for i, row in enumerate(raw[section]):
            _check_row(row, f"{path.name}: {section}[{i}]", sources)
    return dict(raw)


def _check_row(row: dict[str, Any], where: str, sources: Mapping[str, Source]) -> None:
    check_grade(row["grade"], where)
    for name in ("first", "last"):
        if row.get(name) is not None:
            parse_day(row[name], where)
    named = row["sources"] if "sources" in row else [row["source"]] if row["source"] else []
    if bool(named) == (row["grade"] == "assumed"):
        raise InputError("a fact names its source, and an assumption has none", where=where, got=named)
    for id in named:
        _one_of(id, sources, "source", where)
    for kind in (*row.get("binds", {}).get("kinds", ()), *row.get("filled", ())):
        _one_of(kind, KINDS, "kind of buyer", where)
    if "chip" in row:
        row["chip"] = _chip(row["chip"], where)
    if "chips" in row:
        row["chips"]["ids"] = [_chip(name, where) for name in row["chips"]["ids"]]
        from highfence.catalogue import catalogue

        for vendor in row["chips"]["vendors"]:
            _one_of(vendor, {f.id for f in catalogue().firms()}, "firm", where)
    for part in (row.get("factor"), row.get("units_per_quarter"), row.get("lead_months"),
                 *row.get("filled", {}).values()):
        if part is not None and not 0.0 <= part["low"] <= part["mid"] <= part["high"]:
            raise InputError("low, middle and high must ascend from zero", where=where, got=part)
    if "effect" in row and (row["factor"] is None) != (row["effect"] in {"barred", "noted"}):
        raise InputError("a factor belongs to discouraged and quota alone", where=where, got=row["effect"])


def _one_of(word: str, known: Any, what: str, where: str) -> None:
    if word not in known:
        raise InputError(f"unknown {what}", where=where, got=word, hint=did_you_mean(word, known))


def _chip(name: str, where: str) -> str:
    from highfence.catalogue import catalogue

    try:
        return catalogue().chip(name).id
    except InputError as problem:
        problem.where = where
        raise
