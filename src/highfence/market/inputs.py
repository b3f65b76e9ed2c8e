"""From tables, paths and draws to what every quarter brings, and to the first stocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from highfence.core.ranges import Range, normals
from highfence.market.parameters import (
    BORROWED,
    PATHS,
    drawn,
    growth_of,
    known_values,
    path,
    shipped_parameters,
)
from highfence.market.state import AGES, ALTERNATIVES, SEGMENTS, STAGES, Quarter, State
from highfence.market.tables import days_of, quarters, tables

Floats = NDArray[np.float64]
FITTED = ("price_sensitivity", "nest_dissimilarity", "home_preference")
"""Parameters that the choice room calibrates to shares published by the day of knowledge."""

FREE = tuple(f.name for f in fields(Quarter) if f.name not in ("shares", "price", "fixed_hourly", "capital_hourly",
             "training", "inference", "training_share", "restriction_on", "restriction", "low_restriction_on",
             "low_restriction"))
"""What a lever may set: everything that is one number a quarter, and ``restriction`` for all segments at once."""


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


def parameters(n: int, seed: int, given: Mapping[str, float | Range] | None = None, as_of: date | None = None,
               start: int = 0) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Return draws of every parameter of the kernel, (D,), and the standard normals of paths and tables.

    Draws are those from ``start`` on.

    Raises
    ------
    InputError : an unknown parameter, or a path (which is set by a lever).
    """
    own = {k: v for k, v in (given or {}).items() if k not in FITTED}
    for id in own:
        if id in PATHS or id.startswith("growth."):
            raise InputError("a path over quarters is set by a lever", where="given", got=id,
                             hint="levers: Lever(name, since, value)")
    p, z = drawn(n, seed, own, as_of, start)
    fitted = fit_as_of(as_of)
    priors = choice_parameters()
    if fitted is not None:
        p |= {k: np.asarray(v, dtype=float) for k, v in sample(fitted, n, seed, start).items()}
    else:
        zz = normals(seed, FITTED, n, start)
        p |= {k: np.asarray(priors[k].at("CN").value.draw(zz[k], np)) for k in FITTED}
    for id in BORROWED:
        p[id.split(".")[-1]] = np.asarray(priors[id].at().value.draw(normals(seed, [id], n, start)[id], np))
    for id in FITTED:
        if given and id in given:
            value = given[id]
            p[id] = np.zeros(n) + (value.mid if isinstance(value, Range) else float(value))
    p["price_sensitivity"] = np.maximum(p["price_sensitivity"], 0.05)
    return p, z


class Inputs:
    """What the quarters bring, for some draws: made once, handed out quarter by quarter."""

    def __init__(self, p: Mapping[str, Floats], z: Mapping[str, Floats], n: int, seed: int,
                 as_of: date | None = None, overlay: tuple[Any, ...] = (), levers: Sequence[Lever] = (),
                 last: int | None = None, start: int = 0) -> None:
        self.p, self.n, self.levers, self.start = p, n, check_levers(levers), start
        self.table = tables(as_of, overlay)
        self.count = len(quarters()) if last is None else last + 1
        days = tuple(days_of(q)[1] for q in quarters())
        shipped = shipped_parameters()
        self.paths: dict[str, Floats] = {}
        for id in PATHS:
            rate = growth_of(id, as_of)
            grown = None if rate is None else np.asarray(rate.draw(z[f"market.growth.{id}"], np))
            self.paths[id] = path(shipped[id], days, z[f"market.{id}"], grown, as_of)
        self.z = normals(seed, _table_names(), n, start)
        self.shocks = self._shocks(seed)
        self.shares = self._shares(seed, days, as_of)
        training = [_drawn(t, self.z[f"table.training_share.{s}"]) for s, t in
                    zip(SEGMENTS, self.table["training_share"])]
        self.training_share = np.clip(np.stack(training, axis=-1), 0.0, 1.0)

    def _shocks(self, seed: int) -> Floats:
        """Return the log of demand's shocks, (D, T): first-order autoregressive, without effect on the mean."""
        z = normals(seed, [f"shock.demand.{q}" for q in quarters()], self.n, self.start)
        size, kept = self.p["demand_shock"], np.clip(self.p["demand_persistence"], 0.0, 0.98)
        run, found = np.zeros(self.n), []
        for quarter in quarters():
            run = kept * run + size * z[f"shock.demand.{quarter}"]
            found.append(run)
        return np.stack(found, axis=-1) - 0.5 * (size**2 / (1.0 - kept**2))[:, None]

    def _shares(self, seed: int, days: Sequence[date], as_of: date | None) -> Floats:
        """Return each segment's share of spending, (D, T, S), from the choice room; they sum to one."""
        z = normals(seed, [f"segment_share.{s}" for s in SEGMENTS], self.n, self.start)
        columns = []
        for segment in SEGMENTS:
            parameter = choice_parameters_buyers()[f"segment_share.{segment}"]
            values = known_values(parameter, as_of)
            steps = []
            for day in days:
                begun = [v for v in values if v.since is None or v.since <= day]
                found = max(begun, key=lambda v: v.since or date.min) if begun else values[0]
                steps.append(np.maximum(np.asarray(found.value.draw(z[f"segment_share.{segment}"], np)), 1e-6))
            columns.append(np.stack(steps, axis=-1))
        raw = np.stack(columns, axis=-1)
        made: Floats = raw / raw.sum(axis=-1, keepdims=True)
        return made

    def _column(self, name: str, t: int) -> Floats:
        return _drawn(self.table["rows"][name][t], self.z[f"table.{name}"])

    def quarter(self, t: int) -> Quarter:
        """Return what quarter ``t`` brings."""
        q = self._made(t)
        for lever in self.levers:
            if quarter_index(lever.since) <= t <= quarter_index(lever.until or quarters()[-1]):
                q = self._pulled(q, lever)
        return q

    def _pulled(self, q: Quarter, lever: Lever) -> Quarter:
        if lever.name == "restriction":
            value = np.clip(q.restriction * lever.value if lever.times else np.full_like(q.restriction, lever.value),
                            0.0, 1.0)
            return replace(q, restriction=value, restriction_on=np.ones_like(value))
        before = getattr(q, lever.name)
        return replace(q, **{lever.name: before * lever.value if lever.times
                             else np.zeros_like(before) + lever.value})

    def _made(self, t: int) -> Quarter:
        row, p, n = {k: v[t] for k, v in self.table["rows"].items()}, self.p, self.n
        path = {id: values[:, t] for id, values in self.paths.items()}
        dual = np.clip(path["dual"], 0.0, 1.0)
        in_pairs = 0.5 * dual / (1.0 - 0.5 * dual)

        def columns(kind: str) -> Floats:
            at = {name: self._column(f"{kind}.{name}", t) if kind not in ("fixed", "capital")
                  else np.full(n, row[f"{kind}.{name}"])
                  for name in ("legal", "smuggled", "low", "single", "dual", "other", "abroad")}
            huawei = (1.0 - in_pairs) * at["single"] + in_pairs * at["dual"]
            scale = p["other_card_price"] if kind == "price" else (
                p["other_card_work"] if kind in ("training", "inference") else 1.0)
            return np.stack([at["legal"], at["smuggled"], at["low"], huawei, at["other"] * scale, at["abroad"]],
                            axis=-1)

        price, training, inference = columns("price"), columns("training"), columns("inference")
        fixed, capital = columns("fixed"), columns("capital")
        abroad = ALTERNATIVES.index("abroad")
        reference = ((fixed[:, abroad] + capital[:, abroad] * price[:, abroad])
                     / np.sqrt(training[:, abroad] * inference[:, abroad]))
        known, relative = row["known"], p["compliant_relative"]
        curb, on = self._curbs(row["restriction"], known, "restriction")
        low_curb, low_on = self._curbs(row["low_restriction"], known, "low_restriction")
        signals = {name: np.full(n, values[t]) for name, values in self.table["signals"].items()}
        return Quarter(
            spending=path["spending"] / 4.0 * np.exp(self.shocks[:, t]), shares=self.shares[:, t], price=price,
            fixed_hourly=fixed, capital_hourly=capital, training=training, inference=inference, reference=reference,
            training_share=self.training_share, granted=np.clip(self._column("granted", t), 0.0, 1.0),
            low_granted=np.clip(self._column("low_granted", t), 0.0, 1.0), controlled=np.full(n, row["controlled"]),
            compliant=np.full(n, row["compliant"]),
            compliant_price=self._column("price.compliant", t) * np.sqrt(relative),
            compliant_training=self._column("training.compliant", t) * relative,
            compliant_inference=self._column("inference.compliant", t) * relative, quota=path["quota"],
            fee=path["fee"], tariff=path["tariff"], cloud_access=np.clip(path["cloud_access"], 0.0, 1.0),
            enforcement=np.maximum(path["enforcement"], 0.0), chips_signal=signals["chips"],
            hbm_signal=signals["hbm"], tools_signal=signals["tools"],
            hbm_legal=np.full(n, self.table["hbm_legal"][t]), tools_open=path["tools_open"],
            mature_tools_open=path["mature_tools_open"], restriction_on=on, restriction=curb, low_restriction_on=low_on,
            low_restriction=low_curb, security_shock=path["security_shock"], capacity=path["capacity"],
            rest_orders=path["rest_orders_share"] * path["capacity"], low_capacity=path["low_capacity"],
            abroad_capacity=path["abroad_capacity"], other_capacity=path["other_capacity"],
            wafer_plan=path["wafer_plan"], foundry_dies=path["foundry_dies"], foundry_cards=path["foundry_cards"],
            hbm_normal=path["hbm_normal"], hbm_plan=path["hbm_plan"], packaging=path["packaging"], dual=dual,
            mature_tools=path["mature_tools"], subsidy=path["subsidy"], rd_base=path["rd_base"],
            node_reset=path["node_reset"], vendor_other=path["vendor_other"])

    def _curbs(self, rows: Sequence[Any], known: float, name: str) -> tuple[Floats, Floats]:
        """Return what China's dated measures stop and where they hold; after the day of knowledge none does."""
        values = [np.zeros(self.n) if r is None else np.clip(_drawn(r, self.z[f"table.{name}"]), 0.0, 1.0)
                  for r in rows]
        on = [np.full(self.n, 0.0 if r is None else known) for r in rows]
        return np.stack(values, axis=-1), np.stack(on, axis=-1)

    def first(self) -> State:
        """Return the stocks at the start of 2021."""
        p, q = self.p, self._made(0)
        n = self.n
        new = np.stack([p["initial.units.legal"], np.zeros(n), p["initial.units.low"], p["initial.units.huawei"],
                        p["initial.units.other"], p["initial.units.abroad"]], axis=-1)
        ages = np.full(AGES, 1.0 / AGES)
        units = new[..., None] * ages
        worth = np.clip(p["initial.vintage_work"], 0.0, 1.0)[:, None, None]
        zero, some = np.zeros(n), np.zeros((n, len(SEGMENTS)))
        cann, other = np.clip(p["initial.code_cann"], 0.0, 0.5), np.clip(p["initial.code_other"], 0.0, 0.5)
        code = np.stack([1.0 - cann - other, cann, other], axis=-1)[:, None, :] + some[..., None]
        share = np.stack([p[f"rd_share.{stage}"] for stage in STAGES], axis=-1)
        share = share / share.sum(axis=-1, keepdims=True)
        knowledge = share * (p["initial.knowledge"] * q.rd_base)[:, None]
        sales = p["initial.expected_sales"]
        return State(
            backlog=some, code=code, units=units, training=units * q.training[..., None] * worth,
            inference=units * q.inference[..., None] * worth, hoard=zero, hoard_training=zero, hoard_inference=zero,
            vendor_inventory=sales * p["stock_cover"], vendor_pipeline=sales * p["production_lead"],
            expected_sales=sales, sku_ready=zero + 1.0, granted=zero + 1.0, compliant=zero,
            opened=zero + 1.0, cut_memory=zero,
            rest_backlog=np.maximum(p["initial.rest_backlog"], 0.0) * q.capacity, smuggling=zero, premium=zero,
            wafers=p["initial.wafers"], tools_ahead=zero, die_bank=p["initial.die_bank"], hbm=p["initial.hbm"],
            huawei_wip=zero, huawei_stock=zero, other_stock=zero, experience=np.zeros((n, len(STAGES))),
            knowledge=knowledge, restriction=np.clip(p["initial.restriction"], 0.0, 1.0), revenue=zero + 1e8,
            dependence=zero + 0.95, adequacy=zero + 0.05, shortage=zero)


@lru_cache(maxsize=1)
def choice_parameters_buyers() -> Any:
    """Return the choice room's parameters, those of buyers included."""
    return choice_parameters()


@lru_cache(maxsize=1)
def _table_names() -> tuple[str, ...]:
    kinds = ("price", "training", "inference")
    chips = ("legal", "smuggled", "low", "single", "dual", "other", "abroad", "compliant")
    return (*(f"table.{kind}.{chip}" for kind in kinds for chip in chips), "table.granted", "table.low_granted",
            "table.restriction", "table.low_restriction", *(f"table.training_share.{s}" for s in SEGMENTS))


def _drawn(triple: Sequence[float], z: Floats) -> Floats:
    return np.asarray(Range(*triple).draw(z, np), dtype=float) + np.zeros_like(z)
