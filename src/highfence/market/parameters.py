"""The room's parameters: priors with grade and source, and the paths that dated ones trace over quarters.

A parameter with dates is a path: its values are what was known to hold from (or around) a day. ``growth`` paths go
through their values in proportion and grow on after the last known one by ``growth.<id>``; ``line`` paths go straight
and stay; ``step`` paths keep a value until the next; so do ``held`` ones, of which a quarter has the mean over its
days. Values that became public after the day of knowledge are left out.
Parameters without dates are priors on how things work: they hold for any day, and were chosen with hindsight.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.catalogue.series import Event, events
from highfence.choice.store import known_sources
from highfence.core.datapack import load_pack
from highfence.core.dates import parse_period
from highfence.core.errors import InputError, NoAnswer, did_you_mean
from highfence.core.parameters import Parameter, Parameters, Valid, compile_parameters, read_parameter
from highfence.core.ranges import Z80, Range
from highfence.market.randomness import Streams

Floats = NDArray[np.float64]
DATA = Path(__file__).parent / "data"
CODE = (Path(__file__),)

PATHS: dict[str, str] = {
    "spending": "growth", "capacity": "growth", "rest_orders_share": "line", "vendor_other": "growth",
    "low_capacity": "growth", "abroad_capacity": "growth", "other_capacity": "growth", "foundry_orders": "step",
    "foundry_dies": "step", "wafer_plan": "growth", "hbm_normal": "growth", "hbm_plan": "growth",
    "packaging": "growth", "dual": "line", "mature_tools": "growth", "subsidy": "held", "rd_base": "growth",
    "enforcement": "held", "tools_open.immersion": "held", "tools_open.other": "held", "service": "held",
    "mature_tools_open": "step", "security_shock": "step", "fee": "held", "us_volume": "step", "offshore": "held",
    "foundry": "held", "eda": "held", "materials": "held", "power_subsidy": "held", "tool_mandate": "held",
    "node_reset": "step",
}
"""Parameters that are paths over quarters, and how they run between their values."""

BORROWED = ("supply.waiting", "supply.licence_months")
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
    """Return the day on which a value became public: of its event, of its source, or its own if assumed."""
    if (event := event_of(valid)) is not None:
        return event.on
    if valid.source:
        day = known_sources()[valid.source].date
        return parse_period(day).end if day else None
    return valid.since


def event_of(valid: Valid) -> Event | None:
    """Return the event that a value stands for: ``at: event <id>``.

    Raises
    ------
    InputError : no such event.
    """
    if not valid.at.startswith("event "):
        return None
    found = _events().get(valid.at.removeprefix("event "))
    if found is None:
        raise InputError("no such event", where="parameters of the market", got=valid.at)
    return found


@cache
def _events() -> Mapping[str, Event]:
    return {e.id: e for e in events()}


def held_means(parameter: Parameter, as_of: date | None = None) -> Floats:
    """Return low, middle and high of a held path as means over the days of every quarter, (3, T).

    >>> fee = held_means(shipped_parameters()["fee"])[1]
    >>> [round(float(v), 6) for v in fee[17:20]] == [0.0, round(0.15 * 52 / 92, 6), 0.15]
    True
    """
    from highfence.market.tables import quarter_span, quarters

    values = known_values(parameter, as_of)
    begins = [max(v.since or date.min, date(2000, 1, 1)) for v in values]
    found = []
    for quarter in quarters():
        first, last = quarter_span(quarter)
        days, total = (last - first).days + 1, np.zeros(3)
        for i, value in enumerate(values):
            start = first if i == 0 else max(begins[i], first)
            end = begins[i + 1] if i + 1 < len(values) else date.max
            held = max(0, (min(end, last + timedelta(days=1)) - start).days) if end > first else 0
            total += held / days * np.asarray([value.value.low, value.value.mid, value.value.high])
        found.append(total)
    return np.stack(found, axis=-1)


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


def path(parameter: Parameter, days: tuple[date, ...], z: Any, growth: Any = None, as_of: date | None = None,
         xp: Any = np) -> Any:
    """Return a path at the middle of each quarter, (D, T); one standard normal moves the whole of it.

    Examples
    --------
    >>> spending = shipped_parameters()["spending"]
    >>> bool(path(spending, (date(2023, 5, 15), date(2025, 5, 15)), np.zeros(1))[0, 1] > 2e10)
    True
    """
    return run_of(xp, PATHS[parameter.id], knots(parameter, days, as_of), z, growth)


KNOTS = 8
"""Values that a path can have: knots are filled up to it, so that paths of every day of knowledge have one shape."""


def knots(parameter: Parameter, days: tuple[date, ...], as_of: date | None = None) -> dict[str, NDArray[Any]]:
    """Return what a path runs through, of shapes that no day of knowledge changes.

    ``ranges`` (KNOTS, 3) of its values, ``place`` (T,) of the one before each day, ``span`` (T,) how far a day lies
    from there to the next, ``beyond`` (T,) years after the last. Of held ones: ``means`` (T, 3) over days of quarters.
    """
    if PATHS.get(parameter.id) == "held":
        return {"means": held_means(parameter, as_of).T}
    values = known_values(parameter, as_of)
    at = np.asarray([(v.since or date.min).toordinal() for v in values], dtype=float)
    when = np.asarray([d.toordinal() for d in days], dtype=float)
    place = np.clip(np.searchsorted(at, when, side="right") - 1, 0, None)
    span = np.zeros(len(days))
    if PATHS.get(parameter.id, "step") != "step" and len(at) > 1:
        place = np.minimum(place, len(at) - 2)
        span = np.clip((when - at[place]) / (at[place + 1] - at[place]), 0.0, 1.0)
    ranges = np.ones((KNOTS, 3))
    ranges[:len(values)] = [[v.value.low, v.value.mid, v.value.high] for v in values]
    return {"ranges": ranges, "place": place, "span": span, "beyond": np.clip((when - at[-1]) / 365.25, 0.0, None)}


def run_of(xp: Any, kind: str, found: Mapping[str, Any], z: Any, growth: Any = None) -> Any:
    """Return a path in each quarter, (D, T), from its knots."""
    if kind == "held":
        return draws_of(xp, found["means"][None, :, :], z[:, None])
    drawn = draws_of(xp, found["ranges"][None, :, :], z[:, None])
    if kind == "step":
        return drawn[:, found["place"]]
    flat = xp.log(xp.maximum(drawn, xp.full_like(drawn, 1e-12))) if kind == "growth" else drawn
    before, after = flat[:, found["place"]], flat[:, xp.minimum(found["place"] + 1, KNOTS - 1)]
    run = before + found["span"] * (after - before)
    if kind != "growth":
        return run
    rate = xp.zeros(len(z)) if growth is None else growth
    return xp.exp(run + xp.log1p(xp.maximum(rate, xp.full_like(rate, -0.9)))[:, None] * found["beyond"])


def draws_of(xp: Any, triple: Any, z: Any) -> Any:
    """Return draws of triples (low, middle, high on the last axis) as :meth:`highfence.core.ranges.Range.draw` does.

    >>> draws_of(np, np.array([[0.0, 1.0, 2.0], [1.0, 2.0, 4.0]]), np.zeros(2)).tolist()
    [1.0, 2.0]
    """
    low, mid, high = triple[..., 0], triple[..., 1], triple[..., 2]
    up, down = xp.maximum(z, 0.0 * z) / Z80, xp.minimum(z, 0.0 * z) / Z80
    above = low > 0.0
    safe = [xp.where(above, v, xp.ones_like(v)) for v in (low, mid, high)]
    grown = safe[1] * xp.exp(up * xp.log(safe[2] / safe[1]) + down * xp.log(safe[1] / safe[0]))
    return xp.where(above, grown, mid + up * (high - mid) + down * (mid - low))


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


def drawn(streams: Streams, given: Mapping[str, float | Range] | None = None, as_of: date | None = None,
          xp: Any = np) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return draws of the parameters without dates, (D,) each, and the standard normals of every path.

    Parameters
    ----------
    given : values or ranges that the caller sets instead, by id.

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
    z = streams([f"market.{p.id}" for p in shipped])
    fixed = {}
    for parameter in shipped:
        id = parameter.id
        if id in PATHS or id.startswith("growth."):
            continue
        value = given.get(id, parameter.at(None, as_of).value)
        fixed[id] = (value if isinstance(value, Range) else Range.exact(float(value))).draw(
            z[f"market.{id}"], xp) + xp.zeros(streams.n)
    return fixed, z
