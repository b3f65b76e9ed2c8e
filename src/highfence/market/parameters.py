"""The room's parameters: priors with grade and source, and the paths that dated ones trace over quarters.

A parameter with dates is a path: its values are what was known to hold from (or around) a day. ``growth`` paths go
through their values in proportion and grow on after the last known one by ``growth.<id>``; ``line`` paths go straight
and stay; ``step`` paths keep a value until the next. Values that became public after the day of knowledge are left out.
Parameters without dates are priors on how things work: they hold for any day, and were chosen with hindsight.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.choice.store import known_sources
from highfence.core.datapack import load_pack
from highfence.core.dates import parse_period
from highfence.core.errors import InputError, NoAnswer, did_you_mean
from highfence.core.parameters import Parameter, Parameters, Valid, compile_parameters, read_parameter
from highfence.core.ranges import Range, normals

Floats = NDArray[np.float64]
DATA = Path(__file__).parent / "data"
CODE = (Path(__file__),)

PATHS: dict[str, str] = {
    "spending": "growth", "capacity": "growth", "rest_orders_share": "line", "vendor_other": "growth",
    "low_capacity": "growth", "abroad_capacity": "growth", "other_capacity": "growth", "foundry_cards": "step",
    "foundry_dies": "step", "wafer_plan": "growth", "hbm_normal": "growth", "hbm_plan": "growth",
    "packaging": "growth", "dual": "line", "mature_tools": "growth", "subsidy": "step", "rd_base": "growth",
    "enforcement": "step", "tools_open": "step", "mature_tools_open": "step", "security_shock": "step", "fee": "step",
    "quota": "step", "tariff": "step", "cloud_access": "step", "node_reset": "step",
}
"""Parameters that are paths over quarters, and how they run between their values."""

BORROWED = ("supply.waiting",)
"""Parameters of the choice room that are used as they are."""


@cache
def shipped_parameters() -> Parameters:
    """Return the parameters that ship with the package.

    >>> shipped_parameters()["chip_life"].unit
    'years'
    """
    pack = load_pack("market", [DATA], compile_market, CODE)
    return Parameters(read_parameter(raw) for raw in pack["parameters"].values())


def compile_market() -> dict[str, Any]:
    """Read and check the parameter files of the room.

    Raises
    ------
    InputError : what :func:`highfence.core.parameters.compile_parameters` refuses, or a path without a day.
    """
    found = compile_parameters(DATA, known_sources())
    for id in PATHS:
        if id not in found:
            raise InputError("a path has no parameter", where="parameters_market.yaml", got=id)
        if any(v["from"] is None for v in found[id]["values"]):
            raise InputError("a path's values need days", where=f"parameters_market.yaml: {id}")
    return {"parameters": found}


def public_day(valid: Valid) -> date | None:
    """Return the day on which a value became public: that of its source, or of the value itself if assumed."""
    if valid.source:
        day = known_sources()[valid.source].date
        return parse_period(day).end if day else None
    return valid.since


def known_values(parameter: Parameter, as_of: date | None) -> tuple[Valid, ...]:
    """Return the dated values of a path that were public on a day, in order.

    Raises
    ------
    NoAnswer : none was.
    """
    found = [v for v in parameter.values if as_of is None or (day := public_day(v)) is None or day <= as_of]
    if not found:
        raise NoAnswer(f"nothing of {parameter.id} was public on {as_of}", missing=f"a value of {parameter.id}",
                       would_change=parameter.label.en)
    return tuple(sorted(found, key=lambda v: v.since or date.min))


def path(parameter: Parameter, days: tuple[date, ...], z: Floats, growth: Floats | None = None,
         as_of: date | None = None) -> Floats:
    """Return a path at the middle of each quarter, (D, T); one standard normal moves the whole of it.

    Examples
    --------
    >>> spending = shipped_parameters()["spending"]
    >>> bool(path(spending, (date(2023, 5, 15), date(2025, 5, 15)), np.zeros(1))[0, 1] > 2e10)
    True
    """
    values = known_values(parameter, as_of)
    at = np.asarray([(v.since or date.min).toordinal() for v in values], dtype=float)
    drawn = np.stack([np.asarray(v.value.draw(z, np)) for v in values], axis=-1)
    when = np.asarray([d.toordinal() for d in days], dtype=float)
    kind = PATHS[parameter.id]
    if kind == "step":
        place = np.clip(np.searchsorted(at, when, side="right") - 1, 0, None)
        return np.where(when < at[0], drawn[:, :1], drawn[:, place])
    flat = np.log(np.maximum(drawn, 1e-12)) if kind == "growth" else drawn
    place = np.clip(np.searchsorted(at, when, side="right"), 1, max(len(at) - 1, 1))
    if len(at) == 1:
        run = np.broadcast_to(flat, (len(z), len(when)))
    else:
        span = np.clip((when - at[place - 1]) / (at[place] - at[place - 1]), 0.0, 1.0)
        run = flat[:, place - 1] + span * (flat[:, place] - flat[:, place - 1])
    if kind != "growth":
        return np.asarray(run)
    beyond = np.clip((when - at[-1]) / 365.25, 0.0, None)
    rate = np.zeros(len(z)) if growth is None else growth
    return np.asarray(np.exp(run + np.log1p(np.maximum(rate, -0.9))[:, None] * beyond))


def growth_of(id: str, as_of: date | None) -> Range | None:
    """Return the yearly growth of a path beyond its last known value, as it is from that day on."""
    known = shipped_parameters()
    name = f"growth.{id}"
    if name not in known:
        return None
    last = known_values(known[id], as_of)[-1].since
    return known[name].at(None, last).value


def names() -> tuple[str, ...]:
    """Return the ids of every parameter, in order."""
    return tuple(p.id for p in shipped_parameters())


def drawn(n: int, seed: int, given: Mapping[str, float | Range] | None = None, as_of: date | None = None,
          start: int = 0) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Return draws of the parameters without dates, (D,) each, and the standard normals of every path.

    Parameters
    ----------
    given : values or ranges that the caller sets instead, by id. start : first draw.

    Raises
    ------
    InputError : an unknown parameter, or a number that is none.
    """
    shipped = shipped_parameters()
    given = dict(given or {})
    for id, value in given.items():
        if id not in shipped:
            raise InputError("no such parameter of the market", where="given", got=id,
                             hint=did_you_mean(id, names()), expected="an id of docs/model.md")
        if isinstance(value, Range) or abs(value) < 1e30:
            continue
        raise InputError("not a number", where=f"given: {id}", got=value, example="0.2")
    z = normals(seed, [f"market.{p.id}" for p in shipped], n, start)
    fixed = {}
    for parameter in shipped:
        id = parameter.id
        if id in PATHS or id.startswith("growth."):
            continue
        value = given.get(id, parameter.at(None, as_of).value)
        fixed[id] = np.asarray((value if isinstance(value, Range) else Range.exact(float(value))).draw(
            z[f"market.{id}"], np), dtype=float) + np.zeros(n)
    return fixed, z
