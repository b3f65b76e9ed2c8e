"""The parameters of the room, its published shares and its proxy of cost, compiled from ``choice/data``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from highfence.catalogue import catalogue
from highfence.core.datapack import load_pack
from highfence.core.errors import InputError, did_you_mean
from highfence.core.facts import check_grade
from highfence.core.labels import Label
from highfence.core.parameters import Parameters, Valid, compile_parameters, read_parameter
from highfence.core.ranges import Range

DATA = Path(__file__).parent / "data"
CODE = (Path(__file__),)

CUDA_LIKE = {"musa", "maca", "corex", "dtk"}
"""Stacks whose vendors convert CUDA source."""


@dataclass(frozen=True, slots=True)
class Observation:
    """A published share of domestic accelerators in China.

    Attributes
    ----------
    period : year (``2024``) or half year (``2025H1``). measure : ``units`` or ``value``. share : contested values are
        its ends. source, at : where it was read.
    """

    period: str
    measure: str
    share: Range
    grade: str
    source: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A chip on sale in China at a price, for the proxy of cost.

    Attributes
    ----------
    since, until : days on sale, the law apart. usd : price of a chip. note : how the price was read, or assumed.
    """

    chip: str
    nest: str
    platform: str
    since: date
    until: date | None
    usd: Range
    grade: str
    source: str = ""
    note: Label | None = None


@cache
def _pack() -> dict[str, Any]:
    return load_pack("choice", [DATA], compile_choice, CODE)


@cache
def shipped_parameters() -> Parameters:
    """Return the parameters that ship with the package.

    >>> shipped_parameters()["software_maturity_cann"].at(on=date(2024, 8, 1)).value.mid
    0.73
    """
    return Parameters(read_parameter(raw) for raw in _pack()["parameters"].values())


@cache
def shipped_observations() -> tuple[Observation, ...]:
    """Return the published shares, oldest first."""
    return tuple(Observation(r["period"], r["measure"], _range(r), r["grade"], r["source"], r.get("at", ""))
                 for r in _pack()["shares"])


@cache
def shipped_offers() -> tuple[Offer, ...]:
    """Return what was on sale at what price."""
    return tuple(Offer(r["chip"], r["nest"], r["platform"], date.fromisoformat(r["since"]),
                       date.fromisoformat(r["until"]) if r.get("until") else None, _range(r), r["grade"],
                       r.get("source", ""), Label.read(r["note"]) if r.get("note") else None)
                 for r in _pack()["offers"])


def maturity(platform: str, on: date | None = None, parameters: Parameters | None = None) -> Valid:
    """Return the share of throughput that a software stack reaches, over CUDA's on a chip of equal peak.

    It is for costs per peak alone: a cost that comes from measured or modelled throughput has it inside.

    >>> maturity("cuda").value.mid, maturity("maca").grade
    (1.0, 'assumed')
    """
    known = parameters or shipped_parameters()
    id = f"software_maturity_{platform}"
    return known[id if id in known else "software_maturity_other"].at(None, on)


def porting_effort(platform: str, parameters: Parameters | None = None) -> Valid:
    """Return the effort of bringing CUDA code to a stack, over that of an unlike one.

    >>> porting_effort("cuda").value.mid, porting_effort("musa").value.mid, porting_effort("cann").value.mid
    (0.0, 0.2, 1.0)
    """
    known = parameters or shipped_parameters()
    kind = platform if platform in ("cuda", "rocm") else "cuda_like" if platform in CUDA_LIKE else "unlike"
    return known[f"porting_effort_{kind}"].at()


def compile_choice() -> dict[str, Any]:
    """Read and check every file of the room.

    Raises
    ------
    InputError : an unknown field, grade, source or chip, values that do not ascend, or a fact without a source.
    """
    from highfence.choice.store import known_sources

    sources = set(known_sources())
    shares = [_checked(raw, {"period", "measure", "low", "mid", "high", "grade", "source", "at"}, sources,
                       f"shares.yaml[{i}]") for i, raw in enumerate(_read("shares.yaml"), start=1)]
    offers = [_checked(raw, {"chip", "nest", "platform", "since", "until", "low", "mid", "high", "grade", "source",
                             "note"}, sources, f"offers.yaml[{i}]")
              for i, raw in enumerate(_read("offers.yaml"), start=1)]
    for offer in offers:
        offer["chip"] = catalogue().chip(offer["chip"]).id
    return {"parameters": compile_parameters(DATA, sources), "shares": shares, "offers": offers}


def _read(name: str) -> list[dict[str, Any]]:
    from highfence.core.documents import read_yaml

    found: list[dict[str, Any]] = read_yaml(DATA / name)
    return found


def _checked(raw: dict[str, Any], known: set[str], sources: set[str], where: str) -> dict[str, Any]:
    unknown = next((name for name in raw if name not in known), None)
    if unknown:
        raise InputError("unknown field", where=where, got=unknown, hint=did_you_mean(unknown, known))
    check_grade(raw["grade"], where)
    if (raw["grade"] == "assumed") == bool(raw.get("source")):
        raise InputError("a fact names its source, and an assumption has none", where=where, got=raw.get("source"))
    if raw.get("source") and raw["source"] not in sources:
        raise InputError("no such source", where=where, got=raw["source"], hint=did_you_mean(raw["source"], sources))
    _range(raw)
    return {n: str(v) if n in ("period", "since", "until") else v for n, v in raw.items()}


def _range(raw: dict[str, Any]) -> Range:
    mid = float(raw["mid"])
    return Range(float(raw.get("low", mid)), mid, float(raw.get("high", mid)))
