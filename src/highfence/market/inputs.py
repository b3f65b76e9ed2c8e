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
from highfence.market.randomness import Streams
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
               streams: Streams | None = None, xp: Any = np) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return draws of every parameter of the kernel, (D,), and the standard normals of paths and tables.

    Parameters
    ----------
    streams : where normals come from; those of the seed if None. Where a posterior moves them or they are given, what
        the choice room calibrates starts from its priors: shares of the market are among the facts fitted here.

    Raises
    ------
    InputError : an unknown parameter, or a path (which is set by a lever).
    """
    own = {k: v for k, v in (given or {}).items() if k not in FITTED}
    for id in own:
        if id in PATHS or id.startswith("growth."):
            raise InputError("a path over quarters is set by a lever", where="given", got=id,
                             hint="levers: Lever(name, since, value)")
    source = streams or Streams(seed, n)
    p, z = drawn(n, source, own, as_of, xp)
    fitted = fit_as_of(as_of) if source.affine is None and source.given is None else None
    priors = choice_parameters()
    if fitted is not None:
        p |= {k: xp.asarray(v) for k, v in sample(fitted, n, seed).items()}
    else:
        zz = source(FITTED)
        p |= {k: priors[k].at("CN").value.draw(zz[k], xp) for k in FITTED}
        p["nest_dissimilarity"] = xp.minimum(p["nest_dissimilarity"], xp.ones(n))
    for id in BORROWED:
        p[id.split(".")[-1]] = priors[id].at().value.draw(source([id])[id], xp)
    for id in FITTED:
        if given and id in given:
            value = given[id]
            p[id] = xp.zeros(n) + (value.mid if isinstance(value, Range) else float(value))
    p["price_sensitivity"] = xp.maximum(p["price_sensitivity"], xp.full(n, 0.05))
    return p, z


class Inputs:
    """What the quarters bring, for some draws: made once, handed out quarter by quarter."""

    def __init__(self, p: Mapping[str, Floats], z: Mapping[str, Floats], n: int, seed: int,
                 as_of: date | None = None, overlay: tuple[Any, ...] = (), levers: Sequence[Lever] = (),
                 last: int | None = None, streams: Streams | None = None, xp: Any = np,
                 known: Mapping[str, Any] | None = None) -> None:
        self.p, self.n, self.levers, self.xp = p, n, check_levers(levers), xp
        self.streams = streams or Streams(seed, n)
        known = known or known_arrays(as_of, overlay)
        self.columns = known["columns"]
        self.count = len(quarters()) if last is None else last + 1
        self.paths: dict[str, Any] = {}
        for id, found in known["paths"].items():
            grown = draws_of(xp, found["growth"], z[f"market.growth.{id}"]) if "growth" in found else None
            self.paths[id] = run_of(xp, PATHS[id], found, z[f"market.{id}"], grown)
        self.z = self.streams(_table_names())
        self.shocks = self._shocks()
        self.shares = self._shares(known["segments"])
        training = [draws_of(xp, t, self.z[f"table.training_share.{s}"]) for s, t in
                    zip(SEGMENTS, known["training_share"])]
        self.training_share = xp.clip(xp.stack(training, axis=-1), 0.0, 1.0)

    def _shocks(self) -> Any:
        """Return the log of demand's shocks, (D, T): first-order autoregressive, without effect on the mean."""
        xp, z = self.xp, self.streams([f"shock.demand.{q}" for q in quarters()])
        size, kept = self.p["demand_shock"], xp.clip(self.p["demand_persistence"], 0.0, 0.98)
        run, found = xp.zeros(self.n), []
        for quarter in quarters():
            run = kept * run + size * z[f"shock.demand.{quarter}"]
            found.append(run)
        return xp.stack(found, axis=-1) - 0.5 * (size**2 / (1.0 - kept**2))[:, None]

    def _shares(self, segments: Mapping[str, Any]) -> Any:
        """Return each segment's share of spending, (D, T, S), from the choice room; they sum to one."""
        xp, z = self.xp, self.streams([f"segment_share.{s}" for s in SEGMENTS])
        columns = [run_of(xp, "step", segments[s], z[f"segment_share.{s}"]) for s in SEGMENTS]
        raw = xp.maximum(xp.stack(columns, axis=-1), xp.full((1, 1, 1), 1e-6))
        return raw / xp.sum(raw, axis=-1, keepdims=True)

    def _column(self, name: str, t: Any) -> Any:
        return draws_of(self.xp, self.columns[name][t], self.z[f"table.{name}"])

    def quarter(self, t: int) -> Quarter:
        """Return what quarter ``t`` brings."""
        q = self.made(t)
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

    def made(self, t: Any) -> Quarter:
        """Return what quarter ``t`` brings without levers; ``t`` may be traced."""
        xp, row, p, n = self.xp, {k: v[t] for k, v in self.columns.items()}, self.p, self.n
        path = {id: values[:, t] for id, values in self.paths.items()}
        dual = xp.clip(path["dual"], 0.0, 1.0)
        in_pairs = 0.5 * dual / (1.0 - 0.5 * dual)

        def columns(kind: str) -> Any:
            at = {name: self._column(f"{kind}.{name}", t) if kind not in ("fixed", "capital")
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
        known, relative = row["known"], p["compliant_relative"]
        curb, on = self._curbs(t, known, "restriction")
        low_curb, low_on = self._curbs(t, known, "low_restriction")
        signals = {name: xp.full(n, row[f"signal.{name}"]) for name in ("chips", "hbm", "tools")}
        return Quarter(
            spending=path["spending"] / 4.0 * xp.exp(self.shocks[:, t]), shares=self.shares[:, t], price=price,
            fixed_hourly=fixed, capital_hourly=capital, training=training, inference=inference, reference=reference,
            training_share=self.training_share, granted=xp.clip(self._column("granted", t), 0.0, 1.0),
            low_granted=xp.clip(self._column("low_granted", t), 0.0, 1.0), controlled=xp.full(n, row["controlled"]),
            compliant=xp.full(n, row["compliant"]),
            compliant_price=self._column("price.compliant", t) * xp.sqrt(relative),
            compliant_training=self._column("training.compliant", t) * relative,
            compliant_inference=self._column("inference.compliant", t) * relative, quota=path["quota"],
            fee=path["fee"], tariff=path["tariff"], cloud_access=xp.clip(path["cloud_access"], 0.0, 1.0),
            enforcement=xp.maximum(path["enforcement"], 0.0), chips_signal=signals["chips"],
            hbm_signal=signals["hbm"], tools_signal=signals["tools"],
            hbm_legal=xp.full(n, row["hbm_legal"]), tools_open=path["tools_open"],
            mature_tools_open=path["mature_tools_open"], restriction_on=on, restriction=curb, low_restriction_on=low_on,
            low_restriction=low_curb, security_shock=path["security_shock"], capacity=path["capacity"],
            rest_orders=path["rest_orders_share"] * path["capacity"], low_capacity=path["low_capacity"],
            abroad_capacity=path["abroad_capacity"], other_capacity=path["other_capacity"],
            wafer_plan=path["wafer_plan"], foundry_dies=path["foundry_dies"], foundry_cards=path["foundry_cards"],
            hbm_normal=path["hbm_normal"], hbm_plan=path["hbm_plan"], packaging=path["packaging"], dual=dual,
            mature_tools=path["mature_tools"], subsidy=path["subsidy"], rd_base=path["rd_base"],
            node_reset=path["node_reset"], vendor_other=path["vendor_other"])

    def _curbs(self, t: Any, known: Any, name: str) -> tuple[Any, Any]:
        """Return what China's dated measures stop and where they hold; after the day of knowledge none does."""
        xp, z = self.xp, self.z[f"table.{name}"]
        triples, dated = self.columns[name][t], self.columns[f"{name}_on"][t]
        values = [xp.clip(draws_of(xp, triples[s], z), 0.0, 1.0) * dated[s] for s in range(len(SEGMENTS))]
        return xp.stack(values, axis=-1), xp.stack([xp.full(self.n, known * dated[s]) for s in range(len(SEGMENTS))],
                                                   axis=-1)

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
def _table_names() -> tuple[str, ...]:
    kinds = ("price", "training", "inference")
    chips = ("legal", "smuggled", "low", "single", "dual", "other", "abroad", "compliant")
    return (*(f"table.{kind}.{chip}" for kind in kinds for chip in chips), "table.granted", "table.low_granted",
            "table.restriction", "table.low_restriction", *(f"table.training_share.{s}" for s in SEGMENTS))


def known_arrays(as_of: date | None, overlay: tuple[Any, ...] = ()) -> dict[str, Any]:
    """Return all that a day of knowledge and the law bring into a run, as arrays of the same shapes for any day."""
    days, shipped, buyers = tuple(days_of(q)[1] for q in quarters()), shipped_parameters(), choice_parameters_buyers()
    paths = {id: knots(shipped[id], days, as_of) for id in PATHS}
    for id, found in paths.items():
        rate = growth_of(id, as_of)
        if rate is not None:
            found["growth"] = np.asarray([rate.low, rate.mid, rate.high])
    table = tables(as_of, overlay)
    return {"paths": paths, "columns": _columns(table), "training_share": np.asarray(table["training_share"]),
            "segments": {s: knots(buyers[f"segment_share.{s}"], days, as_of) for s in SEGMENTS},
            "h20": np.asarray([float(chip == "nvidia-h20") for chip in table["rows"]["chip.legal"]])}


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
    return {**found, "hbm_legal": np.asarray(table["hbm_legal"])}
