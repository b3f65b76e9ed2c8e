"""Read every YAML file of the law, check it strictly, and return the compiled form.

``python -m highfence.rules.compile`` checks the law and prints what it holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from highfence.catalogue.compile import compile_sources
from highfence.catalogue.schema import LabelIn, read_shape
from highfence.core.documents import read_yaml
from highfence.core.errors import InputError, did_you_mean
from highfence.core.quantities import parse_quantity
from highfence.rules.law import LAYERS, law_from_pack
from highfence.rules.metrics import ITEMS, LAW_FLAGS, LAW_METRICS

DATA = Path(__file__).parent / "data"
EVIDENCE = ("primary", "quoted", "secondary", "reported", "recalled")
_NOT_FILES = {"sources", "us.ear.scopes", "us.ear.740.country_groups", "us.ear.740.countries"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ParameterIn(_Strict):
    """A dated parameter: of a metric, or a flag."""

    metric: str | None = None
    flag: bool | None = None
    label: LabelIn | None = None
    values: dict[str, Any] = Field(min_length=1)
    source: str
    at: str | None = None


class ListIn(_Strict):
    """A dated list of names."""

    title: LabelIn
    source: str
    values: dict[str, list[str]]


class StepIn(_Strict):
    """A step that makes an exception available."""

    id: str
    flag: str
    says: LabelIn


class EraIn(_Strict):
    """The form of a provision between two days."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    from_: str = Field(alias="from")
    to: str | None = None
    source: str
    at: str | None = None
    evidence: Literal["primary", "quoted", "secondary", "reported", "recalled"]
    says: LabelIn
    open_question: LabelIn | None = None
    conditions: list[StepIn] = []
    applies: dict[str, Any] | None = None
    when: dict[str, Any]


class ProvisionIn(_Strict):
    """One rule in all its forms."""

    id: str
    title: LabelIn
    rank: int | None = None
    items: list[Literal["ic", "assembly", "computer", "hbm", "software", "technology"]] = []
    paragraph: str | None = None
    presumes: dict[str, bool] = {}
    z: Literal["z", "z.1", "z.2"] | None = None
    citation: str | None = None
    policy: str | None = None
    status: str | None = None
    rate: float | None = None
    exemptions: list[str] = []
    applies: dict[str, Any] | None = None
    conditions: list[StepIn] = []
    eras: list[EraIn] = Field(min_length=1)


class FileIn(_Strict):
    """One file of law."""

    layer: Literal["classification", "jurisdiction", "requirement", "exception", "review", "enforcement", "duty",
                   "measure"]
    title: LabelIn
    citation: str
    source: str
    rank: int | None = None
    reported: bool = False
    parameters: dict[str, ParameterIn] = {}
    lists: dict[str, ListIn] = {}
    provisions: list[ProvisionIn] = Field(min_length=1)


def compile_law(data: Path = DATA) -> dict[str, Any]:
    """Return all law as JSON-able data.

    Raises
    ------
    InputError : at the first file that breaks the schema or names what does not exist.
    """
    pack: dict[str, Any] = {
        "sources": compile_sources_file(data / "sources.yaml"),
        "scopes": read_yaml(data / "us/ear/scopes.yaml"),
        "groups": read_yaml(data / "us/ear/740/country_groups.yaml")["groups"],
        "countries": read_yaml(data / "us/ear/740/countries.yaml"),
        "files": {},
    }
    for path in sorted(data.rglob("*.yaml")):
        address = ".".join(path.relative_to(data).with_suffix("").parts)
        if address not in _NOT_FILES and "bills" not in path.parts:
            pack["files"][address] = compile_file(address, read_yaml(path), pack["sources"])
    law_from_pack(pack)
    return pack


def compile_sources_file(path: Path) -> dict[str, Any]:
    """Return the law's own source list."""
    return compile_sources(path.parent, pattern=path.name)


def compile_file(address: str, raw: Any, sources: Mapping[str, Any]) -> dict[str, Any]:
    """Return one checked file of law, its quantities in the units inside.

    Raises
    ------
    InputError : a wrong shape, an unknown source, or a value that is not of its metric.
    """
    file: FileIn = read_shape(FileIn, raw, address)
    row = file.model_dump(by_alias=True, exclude_none=True)
    for name, parameter in row["parameters"].items():
        parameter["values"] = _dated_values(parameter, f"{address}.{name}")
    for where, source in _sources_of(address, row):
        if source not in sources:
            raise InputError("unknown source", where=where, got=source, hint=did_you_mean(source, sources))
    return row


def _dated_values(parameter: Mapping[str, Any], where: str) -> dict[str, Any]:
    metric = parameter.get("metric")
    if metric is None:
        return {day: _flag(value, where) for day, value in parameter["values"].items()}
    if metric not in LAW_METRICS:
        raise InputError("unknown metric", where=where, got=metric, hint=did_you_mean(metric, LAW_METRICS))
    kind = LAW_METRICS[metric].kind
    return {day: parse_quantity(value, kind, f"{where}: {day}") for day, value in parameter["values"].items()}


def _flag(value: Any, where: str) -> Any:
    if value not in (True, False, "unknown"):
        raise InputError("not true, false or unknown", where=where, got=value)
    return value


def _sources_of(address: str, row: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [(address, row["source"])]
    found += [(f"{address}.{n}", p["source"]) for n, p in (*row["parameters"].items(), *row["lists"].items())]
    found += [(f"{address}#{p['id']}", e["source"]) for p in row["provisions"] for e in p["eras"]]
    return found


def main() -> None:
    """Check the law and print its size."""
    try:
        pack = compile_law()
    except InputError as problem:
        raise SystemExit(str(problem)) from None
    provisions = [p for f in pack["files"].values() for p in f["provisions"]]
    print(f"{len(pack['files'])} files, {len(provisions)} provisions, {sum(len(p['eras']) for p in provisions)} forms,",
          f"{sum(len(f['parameters']) for f in pack['files'].values())} parameters, {len(pack['sources'])} sources,",
          f"{len(LAYERS)} layers, {len(ITEMS)} kinds of item, {len(LAW_FLAGS)} flags")


if __name__ == "__main__":
    main()
