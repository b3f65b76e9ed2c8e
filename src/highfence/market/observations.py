"""What published series say of the model's outcomes on a day: facts, and the map from outcomes to them.

A fact is the logarithm of a printed figure (log-odds of a share), set against the same of the model's outcomes over
the days that the figure is about. The map is data (``data/observations.yaml``): series, outcomes, errors, with reasons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from hashlib import blake2b
from math import log
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.catalogue.series import Point, series
from highfence.core.datapack import load_pack
from highfence.core.documents import read_yaml
from highfence.core.errors import InputError
from highfence.core.labels import Label
from highfence.core.ranges import Z80, Range
from highfence.market.results import OUTCOMES
from highfence.market.tables import days_of, quarters

Floats = NDArray[np.float64]
FILE = Path(__file__).parent / "data" / "observations.yaml"
CODE = (Path(__file__),)
SCALES = ("log", "log-odds", "log1p")
SPAN = 24
"""Quarters of the model that facts can be about: 2021Q1 to 2026Q4."""


@dataclass(frozen=True, slots=True)
class Group:
    """What the model may be wrong about as a whole.

    Attributes
    ----------
    corrects : outcomes that carry the error forward. scale : log, log-odds or log1p. discrepancy : standard deviation
    of the error. persistence : part of it that lasts a quarter.
    """

    id: str
    corrects: tuple[str, ...]
    scale: str
    discrepancy: Range
    persistence: Range
    label: Label


@dataclass(frozen=True, slots=True)
class Row:
    """How one series is set against outcomes; ``offset`` is the series over the model's definition, a ratio;
    ``shift`` is added on both sides before the logarithm, so that amounts far below it count as none."""

    series: str
    group: str
    over: tuple[str, ...]
    under: tuple[str, ...]
    kind: str
    reason: Label
    offset: Range
    offset_of: str
    inverted: bool
    least_days: int
    shift: float


@dataclass(frozen=True, eq=False)
class Fact:
    """A figure that was public on a day, on the scale of its group.

    Attributes
    ----------
    id : series, period, publisher and day of publication. value, error : of the logarithm. weights : (SPAN,), of the
    model's quarters in the sum. share : (SPAN,), the same to one, over which the group's error counts.
    """

    id: str
    row: Row
    value: float
    error: float
    weights: Floats
    share: Floats


@dataclass(frozen=True)
class Map:
    """The map: groups by id, rows, and standard deviations of printed figures by grade and kind."""

    groups: Mapping[str, Group]
    rows: tuple[Row, ...]
    errors: Mapping[str, float]
    kinds: Mapping[str, float]

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Outcomes that facts are set against or that are corrected."""
        named = [n for r in self.rows for n in (*r.over, *r.under)] + [n for g in self.groups.values()
                                                                       for n in g.corrects]
        return tuple(dict.fromkeys(named))

    @property
    def offsets(self) -> dict[str, Range]:
        """Ratios of series to the model's definition that are not known, by series."""
        return {r.series: r.offset for r in self.rows if r.offset.low < r.offset.high}


@cache
def shipped_map() -> Map:
    """Return the map that ships.

    >>> shipped_map().groups["domestic_share_units"].scale
    'log-odds'
    """
    pack = load_pack("market-observations", [FILE.parent], compile_map, CODE)
    groups = {g["id"]: Group(g["id"], tuple(g["corrects"]), g["scale"], Range(*g["discrepancy"]),
                             Range(*g["persistence"]), Label.read(g["label"])) for g in pack["groups"]}
    rows = tuple(Row(r["series"], r["group"], tuple(r["over"]), tuple(r.get("under", ())), r["kind"],
                     Label.read(r["reason"]), Range(*r.get("offset", (1.0, 1.0, 1.0))),
                     r.get("offset_of", r["series"]), bool(r.get("inverted", False)), int(r.get("least_days", 0)),
                     float(r.get("shift", 0.0)))
                 for r in pack["rows"])
    return Map(groups, rows, pack["errors"], pack["kinds"])


def compile_map() -> dict[str, Any]:
    """Read and check the map.

    Raises
    ------
    InputError : an unknown series, outcome, group, scale or kind, or an error that is not above zero.
    """
    raw: dict[str, Any] = read_yaml(FILE)
    known = {g["id"] for g in raw["groups"]}
    for group in raw["groups"]:
        _one_of(group["scale"], SCALES, f"groups: {group['id']}")
        for name in group["corrects"]:
            _one_of(name, tuple(OUTCOMES), f"groups: {group['id']}")
        Range(*group["discrepancy"]), Range(*group["persistence"])
    for row in raw["rows"]:
        where = f"rows: {row['series']}"
        series(row["series"])
        _one_of(row["group"], tuple(known), where)
        _one_of(row["kind"], ("sum", "end"), where)
        for name in (*row["over"], *row.get("under", ())):
            _one_of(name, tuple(OUTCOMES), where)
    for row in raw["left_out"]:
        series(row["series"])
    for name, value in {**raw["errors"], **raw["kinds"]}.items():
        if not 0.0 <= float(value) < 3.0:
            raise InputError("not a standard deviation", where=f"{FILE.name}: {name}", got=value, example="0.1")
    return raw


def _one_of(value: str, known: Sequence[str], where: str) -> None:
    if value not in known:
        raise InputError("unknown name", where=f"{FILE.name}: {where}", got=value, expected=", ".join(known))


def facts(day: date) -> tuple[Fact, ...]:
    """Return the facts that were public on a day: of each period the latest print by then, forecasts left out.

    >>> late = facts(date(2025, 4, 1))
    >>> any("2025-Q1" in fact.id for fact in late), len(late) > 20
    (False, True)
    """
    known = shipped_map()
    found = []
    for row in known.rows:
        for point in series(row.series).as_of(day).points:
            fact = _fact(row, point, known)
            if fact is not None:
                found.append(fact)
    return tuple(found)


def _fact(row: Row, point: Point, known: Map) -> Fact | None:
    """Return a point as a fact; None where it is no fact, is about other years, or has no logarithm."""
    if point.kind not in known.kinds or (point.end - point.start).days + 1 < row.least_days:
        return None
    weights = _weights(row.kind, point.start, point.end)
    scale = known.groups[row.group].scale
    extra = row.shift + (1.0 if scale == "log1p" else 0.0)
    if weights is None or point.value + extra <= 0.0:
        return None
    value = 1.0 - point.value if row.inverted else point.value
    if scale == "log-odds":
        y = log(value / (1.0 - value))
        own = 0.0 if point.low == point.high else abs(_odds(point.high) - _odds(point.low)) / (2.0 * Z80)
        steepness = 1.0 / max(1.0 - value, 0.05)
    else:
        y = log(value + extra)
        own = 0.0 if point.low == point.high else (log(point.high + extra) - log(point.low + extra)) / (2.0 * Z80)
        steepness = value / (value + extra)
    error = (known.errors[point.grade] ** 2 + known.kinds[point.kind] ** 2) ** 0.5 * steepness
    id = "/".join((row.series, point.period, point.by or "-", point.published))
    return Fact(id, row, y, (error**2 + own**2) ** 0.5, weights, weights / weights.sum())


def _odds(share: float) -> float:
    safe = min(max(share, 1e-3), 1.0 - 1e-3)
    return log(safe / (1.0 - safe))


@cache
def _bounds() -> tuple[tuple[date, date], ...]:
    found = []
    for quarter in quarters()[:SPAN]:
        first = days_of(quarter)[0].replace(day=1)
        after = days_of(quarter)[2].replace(day=28) + timedelta(days=4)
        found.append((first, after.replace(day=1) - timedelta(days=1)))
    return tuple(found)


def _weights(kind: str, start: date, end: date) -> Floats | None:
    """Return what part of each quarter lies within some days (a flow), or the quarter of their end (a stock)."""
    bounds = _bounds()
    if start < bounds[0][0] or end > bounds[-1][1]:
        return None
    if kind == "end":
        return np.asarray([float(first <= end <= last) for first, last in bounds])
    shared = [max(0, (min(end, last) - max(start, first)).days + 1) / ((last - first).days + 1)
              for first, last in bounds]
    return np.asarray(shared)


def facts_hash(found: Sequence[Fact]) -> str:
    """Return a hash of facts: ids, values, errors and weights."""
    digest = blake2b(digest_size=12)
    for fact in found:
        digest.update(f"{fact.id}|{fact.row}|{fact.value:.12g}|{fact.error:.12g}".encode())
        digest.update(np.round(fact.weights, 9).tobytes())
    return digest.hexdigest()


def latent_names() -> tuple[str, ...]:
    """Return the names of the standard normals that belong to the map: sizes and persistence of errors, offsets."""
    known = shipped_map()
    return (*(f"{kind}.{g}" for g in known.groups for kind in ("discrepancy", "persistence")),
            *(f"offset.{s}" for s in known.offsets))


def stacked(found: Sequence[Fact], size: int | None = None) -> dict[str, Floats]:
    """Return facts as arrays, filled up with empty ones to a size F: ``over``, ``under`` (F, outcomes) of 0 and 1,
    ``weights``, ``share`` (F, SPAN), ``group`` (F, groups), ``offset`` (F, offsets), the rest (F,)."""
    known = shipped_map()
    size = max(len(found), size or 0)
    names, groups, offsets = known.outcomes, list(known.groups), list(known.offsets)
    shapes = {"weights": (SPAN,), "share": (SPAN,), "over": (len(names),), "under": (len(names),),
              "group": (len(groups),), "offset": (len(offsets),)}
    made = {name: np.zeros((size, *shapes.get(name, ()))) for name in
            ("value", "error", "weights", "share", "over", "under", "odds", "extra", "group", "offset", "held")}
    made["weights"][:, 0] = 1.0
    made["over"][:, 0] = 1.0
    made["error"][:] = 1.0
    for i, fact in enumerate(found):
        row = fact.row
        made["value"][i], made["error"][i], made["held"][i] = fact.value - log(row.offset.mid), fact.error, 1.0
        made["weights"][i], made["share"][i] = fact.weights, fact.share
        made["over"][i] = [float(n in row.over) for n in names]
        made["under"][i] = [float(n in row.under) for n in names]
        made["odds"][i] = float(bool(row.under))
        made["extra"][i] = row.shift + float(known.groups[row.group].scale == "log1p")
        made["group"][i, groups.index(row.group)] = 1.0
        if row.offset_of in offsets:
            ratio = known.offsets[row.offset_of]
            made["offset"][i, offsets.index(row.offset_of)] = log(ratio.high / ratio.low) / (2.0 * Z80)
            made["value"][i] = fact.value - log(ratio.mid)
    return made


def predicted(xp: Any, facts_: Mapping[str, Any], outcomes: Any, offsets: Any) -> Any:
    """Return what the model says of each fact on its scale, (D, F).

    Parameters
    ----------
    outcomes : (outcomes, SPAN, D). offsets : (offsets, D) standard normals.
    """
    sums = xp.einsum("ft,fo,otd->df", facts_["weights"], facts_["over"], outcomes)
    others = xp.einsum("ft,fo,otd->df", facts_["weights"], facts_["under"], outcomes)
    under = xp.where(facts_["odds"] > 0.5, xp.log(xp.maximum(others, xp.full_like(others, 1e-9))), 0.0 * others)
    over = xp.log(xp.maximum(sums + facts_["extra"], xp.full_like(sums, 1e-9)))
    return over - under + (facts_["offset"] @ offsets).T


def said_of(fact: Fact, values: Mapping[str, Floats], z: Mapping[str, Floats]) -> Floats:
    """Return what the model says of one fact, (D,), as :func:`predicted`, by sums that no number of draws changes.

    Parameters
    ----------
    values : outcomes, (T, D) each. z : normals of offsets, (D,) each.
    """
    row, held = fact.row, [(t, w) for t, w in enumerate(fact.weights) if w]

    def total(names: Sequence[str]) -> Floats:
        return np.asarray(sum(w * values[name][t] for name in names for t, w in held))

    extra = row.shift + float(shipped_map().groups[row.group].scale == "log1p")
    made = np.log(np.maximum(total(row.over) + extra, 1e-9))
    if row.under:
        made = made - np.log(np.maximum(total(row.under), 1e-9))
    ratio = shipped_map().offsets.get(row.offset_of)
    return made if ratio is None else made + log(ratio.high / ratio.low) / (2.0 * Z80) * z[f"offset.{row.offset_of}"]


def covariance(xp: Any, facts_: Mapping[str, Any], size: Any, kept: Any) -> Any:
    """Return the covariance of what facts and model differ by, (D, F, F): each group's error and misprints.

    Parameters
    ----------
    size, kept : (groups, D) standard deviation and persistence of each group's error.
    """
    lag = np.abs(np.arange(SPAN)[:, None] - np.arange(SPAN)[None, :]).astype(float)
    group, share = facts_["group"], facts_["share"]
    logs, own = xp.matmul(group, xp.log(kept)).T, xp.matmul(group, size).T
    half = xp.sum(share[None, :, :, None] * xp.exp(logs[:, :, None, None] * lag), axis=2)
    spread = xp.matmul(half, share.T) * (own[:, :, None] * own[:, None, :]) * xp.matmul(group, group.T)
    return spread + xp.eye(facts_["error"].shape[0]) * (facts_["error"] ** 2)[None, None, :]


def sizes(xp: Any, z: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return standard deviation and persistence of each group's error, (groups, D) each."""
    groups = shipped_map().groups.values()
    size = xp.stack([g.discrepancy.draw(z[f"discrepancy.{g.id}"], xp) for g in groups])
    kept = xp.stack([g.persistence.draw(z[f"persistence.{g.id}"], xp) for g in groups])
    return size, xp.clip(kept, 0.05, 0.98)


def log_likelihood(xp: Any, facts_: Mapping[str, Any], outcomes: Any, z: Mapping[str, Any]) -> Any:
    """Return the log-likelihood of the facts, (D,): normal on their scales, groups' errors integrated out."""
    offsets = xp.stack([z[f"offset.{s}"] for s in shipped_map().offsets])
    missed = (facts_["value"] - predicted(xp, facts_, outcomes, offsets)) * facts_["held"]
    root = xp.linalg.cholesky(covariance(xp, facts_, *sizes(xp, z)))
    solved = xp.linalg.solve(root, missed[..., None])[..., 0]
    logs = xp.log(xp.linalg.diagonal(root)) * facts_["held"]
    return -0.5 * xp.sum(solved**2, axis=-1) - xp.sum(logs, axis=-1) - 0.5 * log(2.0 * np.pi) * xp.sum(facts_["held"])
