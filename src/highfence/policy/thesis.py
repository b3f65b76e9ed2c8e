"""The commentary's thesis, that the United States loosened because it could not hold on, as regions of objectives.

For a controller with stated objectives, loosening (the H20 licensed in July 2025) is set against banning in paired
draws. Weights say what each objective counts; one unit of each is stated, so a weight is a rate of exchange::

    gain = w_revenue dR / 10 bn USD + w_stability (dE - dCharge + V) / 10 bn USD
           - w_compute log(C_A / C_B) / log 1.1 - w_domestic dS / 10 points

``R`` is the vendor's revenue, ``E`` equipment makers' sales to China, ``C`` compute at work in China (training), ``S``
domestic makers' share of the compute of cards sold, ``V`` what the licence is worth in rare earths that flow again. A
point of weights belongs to the region of loosening where the gain is above zero in more than half of the draws. What a
cause changes is the region with it and without it. Which cause moved anyone is not identified: no share of it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from highfence.choice.store import known_sources
from highfence.core.datapack import load_pack
from highfence.core.errors import InputError, NoAnswer
from highfence.core.labels import Label
from highfence.core.parameters import Parameters, compile_parameters, read_parameter
from highfence.core.ranges import Range, normals, quantile_range
from highfence.market.inputs import quarter_index
from highfence.market.pulls import Pull
from highfence.market.runs import knowledge
from highfence.market.tables import quarters
from highfence.policy.factors import set_at
from highfence.policy.paired import Floats, Pair, Told, Worlds, spanned
from highfence.policy.scenarios import Scenario, find_scenario

DATA = Path(__file__).parent / "data" / "thesis"
A, B = "h20-licence-2025", "h20-ban-2025"
DRAWS, CELL_DRAWS, MOST_DRAWS = 200, 60, 5000
STEP = 0.1
"""Step between points of weights, which sum to one."""

READ = ("nvidia_total_revenue", "compute_stock_training_h100e", "domestic_share_compute", "equipment_sales",
        "vendor_charge")
HALTED = 2
"""Quarters of a halt that are run to see what it takes from the vendor; its length scales with the parameter."""

NOT_IDENTIFIED = Label(
    "Nothing identifies why the licence came: this shows for which objectives and assumptions loosening beats banning, "
    "not what share any cause had. Sizes of regions depend on the stated units and on the grid of weights.",
    "许可成因无从识别：此处只显示在何种目标与假设下放松优于禁售，不给出任何成因占比。区域大小取决于所定单位与权重网格。")


@dataclass(frozen=True, slots=True)
class Objective:
    """What a controller may want: ``unit`` says what one unit of it is; ``sign`` is -1 where less is better."""

    id: str
    label: Label
    unit: Label
    sign: float


OBJECTIVES = (
    Objective("revenue", Label("vendor's revenue", "厂商收入"), Label("10 bn USD over the span", "期间100亿美元"), 1.0),
    Objective("compute", Label("China's compute kept down", "压低中国算力"),
              Label("10 % of compute at work, training", "在用训练算力10%"), -1.0),
    Objective("domestic", Label("domestic makers' share kept down", "压低国产份额"),
              Label("10 points of the compute of cards sold", "售卡算力份额10个百分点"), -1.0),
    Objective("stability", Label("supply chain kept whole", "供应链稳定"),
              Label("10 bn USD of equipment sales, write-downs and rare earths", "设备销售、减记与稀土合计100亿美元"),
              1.0))

PROFILES = (
    ("even", Label("all alike", "四项均等"), (0.25, 0.25, 0.25, 0.25)),
    ("revenue", Label("revenue first", "收入优先"), (0.7, 0.1, 0.1, 0.1)),
    ("compute", Label("compute first", "压算力优先"), (0.1, 0.7, 0.1, 0.1)),
    ("domestic", Label("domestic makers first", "压国产优先"), (0.1, 0.1, 0.7, 0.1)),
    ("stability", Label("supply chain first", "供应链优先"), (0.1, 0.1, 0.1, 0.7)))
"""Stated objectives that are told by name: weights in the order of :data:`OBJECTIVES`."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """An assumption that the grid moves: normals by name, with 1 where high means more of it and -1 where less."""

    id: str
    label: Label
    moves: tuple[tuple[str, int], ...]

    def at(self, quantile: float) -> dict[str, float]:
        """Return the quantile of each of its normals.

        >>> ASSUMPTIONS[1].at(0.9)["market.payoff_threshold"]
        0.1
        """
        return {name: quantile if way > 0 else round(1.0 - quantile, 12) for name, way in self.moves}


ASSUMPTIONS = (
    Assumption("rd-elasticity", Label("domestic R&D's answer to revenue", "国产研发对收入的弹性"),
               (("market.rd_elasticity", 1),)),
    Assumption("buyer-state", Label("reaction of the buyers' state", "买方政府反应"),
               (("market.payoff_threshold", -1), ("market.payoff_adequacy", 1), ("market.payoff_dependence", 1),
                ("table.restriction", 1))),
    Assumption("smuggling", Label("smuggling's answer to its premium", "走私对溢价的响应"),
               (("market.smuggling_response", 1),)),
    Assumption("learning", Label("learning rates of all stages", "各环节学习率"),
               tuple((f"market.learning_rate.{stage}", 1)
                     for stage in ("design", "yield", "software", "packaging", "hbm", "tools"))))
LEVELS = (("low", 0.1), ("mid", 0.5), ("high", 0.9))
LEVEL_LABELS = {"low": Label("low", "低"), "mid": Label("middle", "中"), "high": Label("high", "高")}

CAUSES = (
    ("revenue", Label("lost revenue", "收入损失"), Label("the vendor's revenue counts nothing", "厂商收入不计")),
    ("domestic", Label("domestic rise", "国产崛起"), Label("domestic makers' share counts nothing", "国产份额不计")),
    ("stability", Label("supply-chain backlash", "供应链反噬"), Label("equipment sales and write-downs count nothing",
                                                             "设备销售与减记不计")))
"""The commentary's three causes: the objective that each stands for, and what leaving it out means."""


@dataclass(frozen=True, slots=True)
class Region:
    """Where loosening beats banning: points of weights in which it does in more than half of draws, of all.

    ``profiles`` holds the share of draws in which it does, by stated objectives.
    """

    points: int
    of: int
    profiles: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Cell:
    """The region under assumptions at levels, in the order of :data:`ASSUMPTIONS`, and mean differences in units."""

    levels: tuple[str, ...]
    region: Region
    differences: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Cause:
    """What a cause changes: the region without it; ``cells`` are points gained by it, least and most over the grid."""

    id: str
    label: Label
    means: Label
    without: Region
    cells: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rival:
    """What rare-earth leverage changes.

    Attributes
    ----------
    value : USD that the licence is worth, drawn from the assumed parameters, and in the vendor's own capacity
    (``vendor``). regions : by level of the value: none, its 10th, 50th and 90th percentile, and drawn. break_even : USD
    by profile from which on loosening beats banning in half of draws; 0 where it does anyway, None where no value would
    (the weight on stability is zero).
    """

    value: Range
    vendor: Range
    regions: Mapping[str, Region]
    break_even: Mapping[str, float | None]


@dataclass(frozen=True)
class Thesis:
    """Regions of objectives and assumptions in which loosening beats banning.

    Attributes
    ----------
    differences : A - B in units of each objective, over draws, rare earths left out. weights : (points, 4).
    shares : share of draws in which loosening beats banning at each point. base : the region with the assumptions as
    drawn, rare earths left out. revenue_weights : least and most weight on revenue at which loosening beats banning,
    the other three alike; None where it does at none.
    """

    a: str
    b: str
    since: str
    horizon: str
    draws: int
    pairs: int
    seed: int
    basis: Label
    differences: Mapping[str, Range]
    weights: Floats
    shares: Floats
    base: Region
    revenue_weights: tuple[float, float] | None
    cells: tuple[Cell, ...]
    causes: tuple[Cause, ...]
    rival: Rival

    def to_dict(self) -> dict[str, Any]:
        """Return the thesis as JSON."""
        return {
            "a": self.a, "b": self.b, "since": self.since, "horizon": self.horizon, "draws": self.draws,
            "pairs": self.pairs, "seed": self.seed, "basis": self.basis.to_dict(),
            "not_identified": NOT_IDENTIFIED.to_dict(),
            "objectives": [{"id": o.id, "label": o.label.to_dict(), "unit": o.unit.to_dict(),
                            "better": "more" if o.sign > 0 else "less", "difference": _range(self.differences[o.id])}
                           for o in OBJECTIVES],
            "profiles": [{"id": id, "label": label.to_dict(), "weights": list(w)} for id, label, w in PROFILES],
            "region": {**_region(self.base),
                       "revenue_weights": self.revenue_weights and list(self.revenue_weights)},
            "weights": [{"weights": [float(v) for v in w], "share": float(s)}
                        for w, s in zip(self.weights, self.shares)],
            "assumptions": [{"id": a.id, "label": a.label.to_dict(), "parameters": [name for name, _ in a.moves]}
                            for a in ASSUMPTIONS],
            "cells": [{"levels": list(c.levels), **_region(c.region), "differences": list(c.differences)}
                      for c in self.cells],
            "causes": [{"id": c.id, "label": c.label.to_dict(), "means": c.means.to_dict(),
                        "without": _region(c.without), "points_by_it": [*c.cells]} for c in self.causes],
            "rival": {"label": RIVAL.to_dict(), "grade": "assumed", "value_usd": _range(self.rival.value),
                      "of_it_vendor_usd": _range(self.rival.vendor),
                      "parameters": [_parameter(p) for p in shipped()],
                      "regions": {level: _region(r) for level, r in self.rival.regions.items()},
                      "break_even_usd": dict(self.rival.break_even)}}


RIVAL = Label("rare-earth leverage", "稀土筹码")
CITED = ("world-economist-2025-07-h20-magnets",)
"""Sources of notes: what officials said of the H20 and magnets."""


def _range(found: Range) -> dict[str, float]:
    return {"low": found.low, "mid": found.mid, "high": found.high}


def _region(found: Region) -> dict[str, Any]:
    return {"points": found.points, "of": found.of, "profiles": dict(found.profiles)}


def _parameter(of: Any) -> dict[str, Any]:
    one = of.at()
    return {"id": of.id, "label": of.label.to_dict(), "unit": of.unit, **_range(one.value), "grade": one.grade,
            "source": one.source or None, "note": one.note.to_dict() if one.note else None}


@cache
def shipped() -> Parameters:
    """Return the parameters of the rival explanation.

    >>> shipped()["rare_earth.lifted"].at().grade
    'assumed'
    """
    raw = load_pack("thesis", [DATA], compile_thesis, (Path(__file__),))
    return Parameters(read_parameter(one) for one in raw["parameters"].values())


def compile_thesis() -> dict[str, Any]:
    """Read and check the parameters of the rival explanation."""
    return {"parameters": compile_parameters(DATA, known_sources())}


def thesis(a: str | Path | Scenario = A, against: str | Path | Scenario = B, *, horizon: str = "2028",
           draws: int = DRAWS, seed: int = 1, as_of: str | date | None = None, posterior: bool = True,
           progress: Callable[[str], None] | None = None) -> Thesis:
    """Return for which objectives and assumptions loosening beats banning for the controller.

    Parameters
    ----------
    a, against : the loosening and the ban. horizon, seed, as_of, posterior : as of
    :func:`highfence.policy.whatif.whatif`. draws : pairs; each cell of assumptions takes the first
    :data:`CELL_DRAWS` of them. progress : told what is being run.

    Raises
    ------
    InputError : an unknown scenario, a horizon outside the model, or a number of draws that cannot be.
    NoAnswer : the scenarios do not differ.
    """
    from highfence.policy.whatif import read_horizon

    if isinstance(draws, bool) or draws != int(draws) or not 20 <= draws <= MOST_DRAWS:
        raise InputError("number of draws", where="--draws", got=draws, expected=f"20 to {MOST_DRAWS:,}", example="200")
    told = progress or (lambda _: None)
    one, other = find_scenario(a), find_scenario(against)
    pair = Pair(one, other, last=quarter_index(read_horizon(horizon)), seed=seed, known=knowledge(as_of),
                posterior=posterior)
    w = pair.worlds(0, draws)
    told(f"{2 * draws:,} runs of both policies")
    runs = [pair.run(w, side, READ) for side in (0, 1)]
    since = pair.parted(*runs)
    if since is None:
        raise NoAnswer(f"nothing differs between {one.id} and {other.id} by {quarters()[pair.last]}",
                       missing="a difference", would_change="a later horizon, or other scenarios")
    units, weights = in_units(runs, since), weight_points()
    fine = np.isfinite(units).all(axis=1)
    told("a halt of rare earths")
    value, vendor = _leverage(pair, w, runs[1], since)
    units, value, vendor = units[fine], value[fine], vendor[fine]
    shares = _shares(units, weights)
    cells = _cells(pair, w, since, weights, told)
    bare = {id: _without(units, id) for id, _, _ in CAUSES}
    causes = tuple(Cause(id, label, means, _region_of(bare[id], weights), _over_cells(cells, id, weights))
                   for id, label, means in CAUSES)
    rest = np.array([(v, *(3 * ((1.0 - v) / 3.0,))) for v in np.linspace(0.0, 1.0, 101)])
    enough = rest[_shares(units, rest) > 0.5, 0]
    return Thesis(one.id, other.id, quarters()[since], quarters()[pair.last], draws, int(fine.sum()), seed, pair.basis,
                  {o.id: quantile_range(o.sign * units[:, i]) for i, o in enumerate(OBJECTIVES)}, weights, shares,
                  _region_of(units, weights), (float(enough[0]), float(enough[-1])) if len(enough) else None,
                  tuple(cell for cell, _ in cells), causes, _rival(units, value, vendor, weights))


# ---- gains -----------------------------------------------------------------------------------------------------------


def weight_points(step: float = STEP) -> Floats:
    """Return points of weights that sum to one, (points, 4).

    >>> weight_points().shape
    (286, 4)
    """
    n = round(1.0 / step)
    return np.array([(i, j, k, n - i - j - k) for i, j, k in product(range(n + 1), repeat=3) if i + j + k <= n]) / n


def in_units(runs: Sequence[Told], since: int) -> Floats:
    """Return what A brings over B in units of each objective, better above zero, (D, 4)."""
    a, b = (spanned(run, since) for run in runs)

    def change(name: str) -> Floats:
        return np.asarray(a[name] - b[name])

    compute, stability = "compute_stock_training_h100e", change("equipment_sales") - change("vendor_charge")
    held = np.log(a[compute] / b[compute]) / np.log(1.1)
    return np.stack([change("nvidia_total_revenue") / 1e10, -held, -change("domestic_share_compute") / 0.1,
                     stability / 1e10], axis=-1)


def _shares(units: Floats, weights: Floats) -> Floats:
    """Return the share of draws in which the gain is above zero at each point, (points,)."""
    return np.asarray((units @ weights.T > 0.0).mean(axis=0))


def _region_of(units: Floats, weights: Floats) -> Region:
    named = _shares(units, np.array([w for _, _, w in PROFILES]))
    return Region(int((_shares(units, weights) > 0.5).sum()), len(weights),
                  {id: float(s) for (id, _, _), s in zip(PROFILES, named)})


def _without(units: Floats, id: str) -> Floats:
    """Return differences with an objective left out of account."""
    kept: Floats = units * np.array([float(o.id != id) for o in OBJECTIVES])
    return kept


def _cells(pair: Pair, w: Worlds, since: int, weights: Floats, told: Callable[[str], None],
           ) -> list[tuple[Cell, Floats]]:
    """Return the region in every cell of assumptions, and its differences (D, 4)."""
    grid = list(product(LEVELS, repeat=len(ASSUMPTIONS)))
    n = min(CELL_DRAWS, w.n)
    told(f"{len(grid)} cells of assumptions")
    moves = [{name: q for one, (_, level) in zip(ASSUMPTIONS, cell) for name, q in one.at(level).items()}
             for cell in grid]
    moved = set_at(pair, w, np.tile(np.arange(n), len(grid)), [move for move in moves for _ in range(n)])
    units = in_units([pair.run(moved, side, READ) for side in (0, 1)], since).reshape(len(grid), n, len(OBJECTIVES))
    made = []
    for cell, own in zip(grid, units):
        own = own[np.isfinite(own).all(axis=1)]
        signs = np.array([o.sign for o in OBJECTIVES])
        made.append((Cell(tuple(name for name, _ in cell), _region_of(own, weights),
                          tuple(float(v) for v in signs * own.mean(axis=0))), own))
    return made


def _over_cells(cells: Sequence[tuple[Cell, Floats]], id: str, weights: Floats) -> tuple[int, int]:
    """Return the points that a cause gains for loosening, least and most over the cells."""
    gained = [cell.region.points - _region_of(_without(units, id), weights).points for cell, units in cells]
    return min(gained), max(gained)


# ---- the rival explanation -------------------------------------------------------------------------------------------


def _leverage(pair: Pair, w: Worlds, banned: Told, since: int) -> tuple[Floats, Floats]:
    """Return what the licence is worth in rare earths, USD in each draw, and the part of it in the vendor's revenue.

    The vendor's part is what a halt takes from it in the model, where capacity waits for materials; the rest is
    assumed.
    """
    own = shipped()
    z = normals(pair.seed, [f"thesis.{p.id}" for p in own], w.n)

    def drawn(id: str) -> Floats:
        return np.asarray(own[f"rare_earth.{id}"].at().value.draw(z[f"thesis.rare_earth.{id}"], np))

    let_out, lifted, length = np.clip(drawn("let_out"), 0.0, 1.0), np.clip(drawn("lifted"), 0.0, 1.0), drawn("quarters")
    low = own["rare_earth.let_out"].at().value
    spans = [np.full(HALTED, v) for v in (low.low, low.mid, low.high)]
    halt = Pull("materials", quarters()[since], spans[0], spans[1], spans[2], ("thesis.rare_earth.let_out",))
    halted = Pair(pair.one, pair.other, last=pair.last, seed=pair.seed, known=pair.known, more=(halt,),
                  posterior=pair.fitted is not None)
    worlds = Worlds({**w.z, "thesis.rare_earth.let_out": z["thesis.rare_earth.let_out"]}, w.p, w.errors)
    name = ("nvidia_total_revenue",)
    without = spanned(halted.run(worlds, 1, name), since)[name[0]]
    lost = (spanned({name[0]: banned[name[0]]}, since)[name[0]] - without) / HALTED
    vendor = lifted * length * lost
    return vendor + lifted * length * (1.0 - let_out) * drawn("outside"), vendor


def _rival(units: Floats, value: Floats, vendor: Floats, weights: Floats) -> Rival:
    place = [o.id for o in OBJECTIVES].index("stability")

    def worth(usd: Floats | float) -> Floats:
        more = units.copy()
        more[:, place] += usd / 1e10
        return more

    ends = quantile_range(value)
    levels: dict[str, Floats | float] = {"none": 0.0, "low": ends.low, "mid": ends.mid, "high": ends.high,
                                         "drawn": value}
    even: dict[str, float | None] = {}
    for id, _, w in PROFILES:
        gain = float(np.median(units @ np.array(w)))
        even[id] = 0.0 if gain > 0.0 else None if w[place] == 0.0 else -gain / w[place] * 1e10
    regions = {level: _region_of(worth(usd), weights) for level, usd in levels.items()}
    return Rival(ends, quantile_range(vendor), regions, even)
