"""From tables, paths and draws to what every quarter brings, and to the first stocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.choice.fitting import Fit, calibrated, fit, sample
from highfence.choice.parameters import shipped_observations
from highfence.choice.parameters import shipped_parameters as choice_parameters
from highfence.choice.store import known_sources
from highfence.core.dates import parse_period
from highfence.core.errors import InputError, NoAnswer, did_you_mean
from highfence.core.ranges import Range
from highfence.market.parameters import (
    BORROWED,
    PATHS,
    drawn,
    draws_of,
    growth_of,
    knots,
    run_of,
    shipped_parameters,
)
from highfence.market.pulls import BY_SEGMENT, NOT_PULLED, Pull, check_pulls
from highfence.market.randomness import Streams
from highfence.market.regime import FEE_CHIPS
from highfence.market.state import AGES, ALTERNATIVES, SEGMENTS, STAGES, TOOL_STAGES, Quarter, State
from highfence.market.tables import days_of, quarters, tables

Floats = NDArray[np.float64]
FITTED = ("price_sensitivity", "nest_dissimilarity", "home_preference")
"""Parameters that the choice room calibrates to shares published by the day of knowledge."""

FREE = tuple(f.name for f in fields(Quarter) if f.name not in NOT_PULLED and (
    f.name not in BY_SEGMENT or f.name == "demand"))
"""What a lever may set: everything that is one number a quarter, ``demand`` of all segments and tools of all groups at
once, and ``restriction`` for all segments at once."""

RUN_SECONDS = 90.0 * 86400.0
"""Seconds of the run whose size is told: 90 days."""

BOOM = "2025Q1"
"""First quarter of the boom that ``demand_boom`` scales: spending over that of the quarter before."""


@dataclass(frozen=True, slots=True)
class Lever:
    """A dated override of what a quarter brings.

    Attributes
    ----------
    name : field of :class:`~highfence.market.state.Quarter`. since, until : first and last quarter; no end if None.
    value : what it is set to, or multiplied by where ``times``.
    """

    name: str
    since: str
    value: float
    until: str | None = None
    times: bool = False


def check_levers(levers: Sequence[Lever]) -> tuple[Lever, ...]:
    """Return levers, checked.

    Raises
    ------
    InputError : an unknown name or quarter, an end before its start, a value that is none, levers of one name out of
        order, or two that hold in one quarter.
    """
    names, last = (*FREE, "restriction"), dict[str, Lever]()
    for lever in levers:
        if lever.name not in names:
            raise InputError("no such lever", where="levers", got=lever.name, expected=", ".join(names),
                             hint=did_you_mean(lever.name, names))
        begin, end = quarter_index(lever.since), quarter_index(lever.until or quarters()[-1])
        if end < begin:
            raise InputError("a lever ends before it begins", where=f"levers: {lever.name}",
                             got=f"{lever.since} to {lever.until}")
        if not abs(lever.value) < 1e15:
            raise InputError("not a number", where=f"levers: {lever.name}", got=lever.value, example="1.0")
        before = last.get(lever.name)
        if before is not None and (before.until is None or quarter_index(before.until) >= begin):
            raise InputError("two levers of one name contradict each other, or are out of order",
                             where=f"levers: {lever.name}", got=f"{before.since}.. and {lever.since}..",
                             expected="levers of one name in order, each ended before the next")
        last[lever.name] = lever
    return tuple(levers)


def quarter_index(quarter: str) -> int:
    """Return the place of a quarter in the model.

    >>> quarter_index("2021Q3")
    2

    Raises
    ------
    InputError : no quarter of the model.
    """
    if quarter not in quarters():
        raise InputError("not a quarter of the model", got=quarter, expected=f"{quarters()[0]} to {quarters()[-1]}",
                         example="2025Q4")
    return quarters().index(quarter)


@lru_cache(maxsize=16)
def fit_as_of(as_of: date | None) -> Fit | None:
    """Return the choice room's calibration to shares that were public on a day; None where none was."""
    if as_of is None:
        return calibrated()
    seen = [o for o in shipped_observations() if (day := known_sources()[o.source].date)
            and parse_period(day).end <= as_of]
    try:
        return fit(seen) if seen else None
    except NoAnswer:
        return None


def parameters(streams: Streams, given: Mapping[str, float | Range] | None = None, as_of: date | None = None,
               xp: Any = np) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return draws of every parameter of the kernel, (D,), and the standard normals of paths.

    Parameters
    ----------
    streams : where normals come from. Where a posterior moves them or they are given, what the choice room calibrates
        starts from its priors: shares of the market are among the facts fitted here.

    Raises
    ------
    InputError : an unknown parameter, or a path (which is set by a lever).
    """
    n = streams.n
    own = {k: v for k, v in (given or {}).items() if k not in FITTED}
    for id in own:
        if id in PATHS or id.startswith("growth."):
            raise InputError("a path over quarters is set by a lever", where="given", got=id,
                             hint="levers: Lever(name, since, value)")
    p, z = drawn(streams, own, as_of, xp)
    fitted = fit_as_of(as_of) if streams.affine is None and streams.given is None else None
    priors = choice_parameters()
    if fitted is not None:
        p |= {k: xp.asarray(v) for k, v in sample(fitted, n, streams.seed, streams.begin).items()}
    else:
        zz = streams(FITTED)
        p |= {k: priors[k].at("CN").value.draw(zz[k], xp) for k in FITTED}
        p["nest_dissimilarity"] = xp.minimum(p["nest_dissimilarity"], xp.ones(n))
    for id in BORROWED:
        p[id.split(".")[-1]] = priors[id].at().value.draw(streams([id])[id], xp)
    for id in FITTED:
        if given and id in given:
            value = given[id]
            p[id] = xp.zeros(n) + (value.mid if isinstance(value, Range) else float(value))
    p["price_sensitivity"] = xp.maximum(p["price_sensitivity"], xp.full(n, 0.05))
    return p, z


TOLD = {"h20_units": "flagship_units", "largest_training_run": "largest_run_h100e"}
"""Outcomes that :meth:`Inputs.told` makes, and the flow that each needs."""


def flows_for(names: Iterable[str]) -> tuple[str, ...]:
    """Return the flows of the kernel that some outcomes need, and those that :meth:`Inputs.told` reads.

    >>> flows_for(["premium", "h20_units"])
    ('premium', 'flagship_units', 'largest_run_h100e')
    """
    return tuple(dict.fromkeys((*(name for name in names if name not in TOLD), *TOLD.values())))


class Inputs:
    """What the quarters bring, for some draws, over any namespace of arrays: made once, handed out quarter by quarter.

    Attributes
    ----------
    known : what :func:`known_arrays` returns. p, z : what :func:`parameters` returns for ``streams``.
    levers, pulls : dated overrides, and fields over quarters, which come before them.
    """

    def __init__(self, known: Mapping[str, Any], p: Mapping[str, Any], z: Mapping[str, Any], streams: Streams,
                 levers: Sequence[Lever] = (), pulls: Sequence[Pull] = (), xp: Any = np) -> None:
        self.known, self.p, self.n, self.xp = known, p, streams.n, xp
        self.levers, self.pulls = check_levers(levers), check_pulls(pulls)
        self.columns = known["columns"]
        self.paths: dict[str, Any] = {}
        for id, found in known["paths"].items():
            grown = draws_of(xp, found["growth"], z[f"market.growth.{id}"]) if "growth" in found else None
            self.paths[id] = run_of(xp, PATHS[id], found, z[f"market.{id}"], grown)
        own = [name for pull in self.pulls for name in pull.names if name not in z]
        self.z = {**z, **streams([*table_names(), *own])}
        self.shocks = self._shocks(streams)
        self.shares = self._shares(streams)
        training = [draws_of(xp, t, self.z[f"table.training_share.{s}"]) for s, t in
                    zip(SEGMENTS, known["training_share"])]
        self.training_share = xp.clip(xp.stack(training, axis=-1), 0.0, 1.0)

    def _shocks(self, streams: Streams) -> Any:
        """Return the log of demand's shocks, (D, T): first-order autoregressive, without effect on the mean."""
        xp, z = self.xp, streams([f"shock.demand.{q}" for q in quarters()])
        size, kept = self.p["demand_shock"], xp.clip(self.p["demand_persistence"], 0.0, 0.98)
        run, found = xp.zeros(self.n), []
        for quarter in quarters():
            run = kept * run + size * z[f"shock.demand.{quarter}"]
            found.append(run)
        return xp.stack(found, axis=-1) - 0.5 * (size**2 / (1.0 - kept**2))[:, None]

    def _shares(self, streams: Streams) -> Any:
        """Return each segment's share of spending, (D, T, S), from the choice room; they sum to one."""
        xp, z = self.xp, streams([f"segment_share.{s}" for s in SEGMENTS])
        columns = [run_of(xp, "step", self.known["segments"][s], z[f"segment_share.{s}"]) for s in SEGMENTS]
        raw = xp.maximum(xp.stack(columns, axis=-1), xp.full((1, 1, 1), 1e-6))
        return raw / xp.sum(raw, axis=-1, keepdims=True)

    def _column(self, name: str, t: Any) -> Any:
        return draws_of(self.xp, self.columns[name][t], self.z[f"table.{name}"])

    def quarter(self, t: int) -> Quarter:
        """Return what quarter ``t`` brings."""
        q = self.made(t)
        for pull in self.pulls:
            q = self._set(q, pull.name, pull.at(t, self.z, self.xp))
        for lever in self.levers:
            if quarter_index(lever.since) <= t <= quarter_index(lever.until or quarters()[-1]):
                q = self._pulled(q, lever)
        return q

    def told(self, flows: Mapping[str, Any]) -> dict[str, Any]:
        """Return outcomes that name a chip of the tables, or need a figure of them, (T, D) each, from (T, D) flows."""
        flops = draws_of(self.xp, self.known["run_flops"], self.z["table.run_flops"])
        h20 = self.known["h20"][: len(flows["flagship_units"]), None]
        return {"h20_units": flows["flagship_units"] * h20,
                "largest_training_run": flows["largest_run_h100e"] * flops * RUN_SECONDS}

    def _set(self, q: Quarter, name: str, value: Any) -> Quarter:
        if value is None:
            return q
        xp, before = self.xp, getattr(q, name)
        whole = xp.zeros_like(before) + (value if value.ndim == before.ndim else value[:, None])
        on = {f"{name}_on": xp.ones_like(whole)} if name.endswith("restriction") else {}
        return replace(q, **{name: whole, **on})

    def _pulled(self, q: Quarter, lever: Lever) -> Quarter:
        xp, before = self.xp, getattr(q, lever.name)
        value = before * lever.value if lever.times else xp.zeros_like(before) + lever.value
        if lever.name == "restriction":
            value = xp.clip(value, 0.0, 1.0)
            return replace(q, restriction=value, restriction_on=xp.ones_like(value), design_restriction=value,
                           design_restriction_on=xp.ones_like(value))
        return replace(q, **{lever.name: value})

    def made(self, t: Any) -> Quarter:
        """Return what quarter ``t`` brings without levers; ``t`` may be traced."""
        xp, row, p, n = self.xp, {k: v[t] for k, v in self.columns.items()}, self.p, self.n
        path = {id: values[:, t] for id, values in self.paths.items()}
        dual = xp.clip(path["dual"], 0.0, 1.0)
        in_pairs = 0.5 * dual / (1.0 - 0.5 * dual)

        def column(name: str) -> Any:
            return draws_of(xp, row[name], self.z[f"table.{name}"])

        def columns(kind: str) -> Any:
            at = {name: column(f"{kind}.{name}") if kind not in ("fixed", "capital")
                  else xp.full(n, row[f"{kind}.{name}"])
                  for name in ("legal", "smuggled", "low", "single", "dual", "other", "abroad")}
            huawei = (1.0 - in_pairs) * at["single"] + in_pairs * at["dual"]
            scale = p["other_card_price"] if kind == "price" else (
                p["other_card_work"] if kind in ("training", "inference") else 1.0)
            return xp.stack([at["legal"], at["smuggled"], at["low"], huawei, at["other"] * scale, at["abroad"]],
                            axis=-1)

        price, training, inference = columns("price"), columns("training"), columns("inference")
        fixed, capital = columns("fixed"), columns("capital")
        abroad = ALTERNATIVES.index("abroad")
        reference = ((fixed[:, abroad] + capital[:, abroad] * price[:, abroad])
                     / xp.sqrt(training[:, abroad] * inference[:, abroad]))
        relative = p["compliant_relative"]
        curb, on = self._curbs(row, "restriction", "restriction")
        its_curb, its_on = self._curbs(row, "design_restriction", "restriction")
        low_curb, low_on = self._curbs(row, "low_restriction", "low_restriction")
        one, zero, shock = xp.ones(n), xp.zeros(n), xp.exp(self.shocks[:, t])
        boom = quarter_index(BOOM)
        before = xp.where(t >= boom, self.paths["spending"][:, boom - 1], path["spending"])
        power = xp.stack([zero, zero, zero, (1.0 - in_pairs) * row["power.single"] + in_pairs * row["power.dual"],
                          zero + row["power.other"], zero], axis=-1)
        tools = xp.stack([path["tools_open.immersion" if s == "immersion" else "tools_open.other"]
                          for s in TOOL_STAGES], axis=-1)
        service = xp.stack([path["service"] for _ in TOOL_STAGES], axis=-1)
        return Quarter(
            spending=path["spending"] / 4.0 * shock, spending_before=before / 4.0 * shock, demand_boom=one,
            shares=self.shares[:, t], demand=xp.ones((n, len(SEGMENTS))), price=price, fixed_hourly=fixed,
            capital_hourly=capital, power_hourly=power, power_subsidy=path["power_subsidy"], training=training,
            inference=inference, reference=reference, training_share=self.training_share,
            granted=xp.clip(column("granted"), 0.0, 1.0), low_granted=xp.clip(column("low_granted"), 0.0, 1.0),
            controlled=xp.full(n, row["controlled"]), compliant=xp.full(n, row["compliant"]),
            compliant_price=column("price.compliant") * xp.sqrt(relative),
            compliant_training=column("training.compliant") * relative,
            compliant_inference=column("inference.compliant") * relative,
            licence_delay=p["licence_months"] / 3.0, quota=column("quota"), quota_share=column("quota_share"),
            us_volume=path["us_volume"], fee=path["fee"] * row["fee_asked"], tariff=column("duty"), cloud_access=one,
            offshore=path["offshore"], enforcement=xp.maximum(path["enforcement"], zero), diversion=one,
            tool_mandate=path["tool_mandate"], eda=path["eda"], materials=path["materials"],
            chips_signal=xp.full(n, row["signal.chips"]), hbm_signal=xp.full(n, row["signal.hbm"]),
            tools_signal=xp.full(n, row["signal.tools"]), hbm_legal=xp.full(n, row["hbm_legal"]), tools_open=tools,
            service=service, mature_tools_open=path["mature_tools_open"], restriction_on=on, restriction=curb,
            design_restriction_on=its_on, design_restriction=its_curb, low_restriction_on=low_on,
            low_restriction=low_curb, security_shock=path["security_shock"], capacity=path["capacity"],
            rest_orders=path["rest_orders_share"] * path["capacity"], low_capacity=path["low_capacity"],
            abroad_capacity=path["abroad_capacity"], other_capacity=path["other_capacity"],
            wafer_plan=path["wafer_plan"], foundry_dies=path["foundry_dies"], foundry_orders=path["foundry_orders"],
            foundry=path["foundry"], hbm_normal=path["hbm_normal"], hbm_plan=path["hbm_plan"],
            packaging=path["packaging"], dual=dual, mature_tools=path["mature_tools"], subsidy=path["subsidy"],
            yuan=xp.full(n, row["yuan"]), rd_base=path["rd_base"], node_reset=path["node_reset"],
            vendor_other=path["vendor_other"])

    def _curbs(self, row: Mapping[str, Any], name: str, stream: str) -> tuple[Any, Any]:
        """Return what China's dated measures stop and where they hold, (D, S) each."""
        xp, z = self.xp, self.z[f"table.{stream}"]
        dated = row[f"{name}_on"]
        values = xp.clip(draws_of(xp, row[name][None], z[:, None]), 0.0, 1.0) * dated
        return values, xp.zeros_like(values) + dated

    def first(self) -> State:
        """Return the stocks at the start of 2021."""
        xp, p, q = self.xp, self.p, self.made(0)
        n = self.n
        new = xp.stack([p["initial.units.legal"], xp.zeros(n), p["initial.units.low"], p["initial.units.huawei"],
                        p["initial.units.other"], p["initial.units.abroad"]], axis=-1)
        ages = xp.full(AGES, 1.0 / AGES)
        units = new[..., None] * ages
        worth = xp.clip(p["initial.vintage_work"], 0.0, 1.0)[:, None, None]
        zero, some = xp.zeros(n), xp.zeros((n, len(SEGMENTS)))
        cann, other = xp.clip(p["initial.code_cann"], 0.0, 0.5), xp.clip(p["initial.code_other"], 0.0, 0.5)
        code = xp.stack([1.0 - cann - other, cann, other], axis=-1)[:, None, :] + some[..., None]
        share = xp.stack([p[f"rd_share.{stage}"] for stage in STAGES], axis=-1)
        share = share / xp.sum(share, axis=-1, keepdims=True)
        knowledge = share * (p["initial.knowledge"] * q.rd_base)[:, None]
        sales = p["initial.expected_sales"]
        return State(
            backlog=some, code=code, units=units, training=units * q.training[..., None] * worth,
            inference=units * q.inference[..., None] * worth, hoard=zero, hoard_training=zero, hoard_inference=zero,
            vendor_inventory=sales * p["stock_cover"], vendor_pipeline=sales * p["production_lead"],
            expected_sales=sales, sku_ready=zero + 1.0, granted=zero + 1.0, compliant=zero,
            opened=zero + 1.0, cut_memory=zero,
            rest_backlog=xp.maximum(p["initial.rest_backlog"], zero) * q.capacity, smuggling=zero, premium=zero,
            wafers=p["initial.wafers"], tools_ahead=zero, die_bank=p["initial.die_bank"], hbm=p["initial.hbm"],
            huawei_wip=zero, huawei_stock=zero, other_stock=zero, experience=xp.zeros((n, len(STAGES))),
            knowledge=knowledge, restriction=xp.clip(p["initial.restriction"], 0.0, 1.0), expansion=zero,
            revenue=zero + 1e8,
            dependence=zero + 0.95, adequacy=zero + 0.05, shortage=zero)


@lru_cache(maxsize=1)
def choice_parameters_buyers() -> Any:
    """Return the choice room's parameters, those of buyers included."""
    return choice_parameters()


@lru_cache(maxsize=1)
def table_names() -> tuple[str, ...]:
    kinds = ("price", "training", "inference")
    chips = ("legal", "smuggled", "low", "single", "dual", "other", "abroad", "compliant")
    return (*(f"table.{kind}.{chip}" for kind in kinds for chip in chips), "table.granted", "table.low_granted",
            "table.duty", "table.quota", "table.quota_share", "table.run_flops", "table.restriction",
            "table.low_restriction", *(f"table.training_share.{s}" for s in SEGMENTS))


def known_arrays(as_of: date | None, overlay: tuple[Any, ...] = (), table: Mapping[str, Any] | None = None,
                 ) -> dict[str, Any]:
    """Return all that a day of knowledge and a regime bring into a run, as arrays of the same shapes for any.

    Parameters
    ----------
    table : stands in the place of :func:`~highfence.market.tables.tables`.
    """
    return _paths_known(as_of) | _table_known(tables(as_of, overlay) if table is None else table)


@lru_cache(maxsize=32)
def _paths_known(as_of: date | None) -> dict[str, Any]:
    days, shipped, buyers = tuple(days_of(q)[1] for q in quarters()), shipped_parameters(), choice_parameters_buyers()
    paths = {id: knots(shipped[id], days, as_of) for id in PATHS}
    for id, found in paths.items():
        rate = growth_of(id, as_of)
        if rate is not None:
            found["growth"] = np.asarray([rate.low, rate.mid, rate.high])
    return {"paths": paths, "segments": {s: knots(buyers[f"segment_share.{s}"], days, as_of) for s in SEGMENTS}}


def _table_known(table: Mapping[str, Any]) -> dict[str, Any]:
    chips = table["rows"]["chip.legal"]
    return {"columns": _columns(table), "training_share": np.asarray(table["training_share"]),
            "run_flops": np.asarray(table["run_flops"]),
            "h20": np.asarray([float(chip == "nvidia-h20") for chip in chips])}


def _columns(table: Mapping[str, Any]) -> dict[str, Floats]:
    """Return the tables as arrays with the quarter first: (T,) numbers, (T, 3) triples, (T, S, 3) measures."""
    found: dict[str, Floats] = {}
    for name, column in table["rows"].items():
        if name.startswith("chip."):
            continue
        if name.endswith("restriction"):
            found[f"{name}_on"] = np.asarray([[float(v is not None) for v in row] for row in column])
            column = [[v if v is not None else [0.0, 0.0, 0.0] for v in row] for row in column]
        found[name] = np.asarray(column, dtype=float)
    found |= {f"signal.{name}": np.asarray(values) for name, values in table["signals"].items()}
    asked = [float(chip in FEE_CHIPS) for chip in table["rows"]["chip.legal"]]
    return {**found, "hbm_legal": np.asarray(table["hbm_legal"]), "yuan": np.asarray(table["yuan"], dtype=float),
            "fee_asked": np.asarray(asked)}
