"""Posteriors that ship: one for each forecast origin, fitted to the facts that were public then.

Each is an affine map of the model's standard normals (:class:`highfence.market.randomness.Affine`). Beside it stands
what model and facts still differ by: an error of each group of outcomes, in log, that fades by quarters. It is drawn
given the facts that the day knows, so that a forecast starts from the last known level and falls back to the model's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.core.labels import Label
from highfence.market.observations import SPAN, Fact, facts, latent_names, said_of, shipped_map, sizes, stacked
from highfence.market.randomness import Affine, Streams
from highfence.market.tables import KNOWN, quarters

Floats = NDArray[np.float64]
FOLDER = Path(__file__).parent / "data" / "posteriors"
RECORD = FOLDER / "record.json"


@dataclass(frozen=True, eq=False)
class Posterior:
    """A posterior.

    Attributes
    ----------
    origin : day whose facts it was fitted to. affine : how it moves normals. facts : how many.
    """

    origin: date
    affine: Affine
    facts: int

    @property
    def basis(self) -> Label:
        """What an answer rests on."""
        return Label("posterior of {origin}, fitted to {n} facts public then",
                     "{origin}后验，按当时已公开的{n}条事实拟合").format(origin=self.origin.isoformat(), n=self.facts)


@cache
def record() -> dict[str, Any]:
    """Return the run record of the posteriors that ship."""
    found: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {"origins": {}}
    return found


def write_record(told: Mapping[str, Any]) -> None:
    """Write what a fit tells into the record: entries of origins and checks are kept unless told anew."""
    held = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {"origins": {}}
    for name, value in told.items():
        held[name] = dict(sorted({**held.get(name, {}), **value}.items())) if name in ("origins", "nuts") else value
    RECORD.write_text(json.dumps(held, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    record.cache_clear()


def origins() -> tuple[date, ...]:
    """Return the origins that ship, in order."""
    return tuple(sorted(date.fromisoformat(day) for day in record()["origins"]))


@cache
def posterior(origin: date) -> Posterior:
    """Return the posterior of an origin."""
    with np.load(FOLDER / f"{origin.isoformat()}.npz", allow_pickle=False) as held:
        arrays = {name: held[name].astype(float) for name in ("directions", "mean", "scale")}
    told = record()["origins"][origin.isoformat()]
    return Posterior(origin, Affine(tuple(record()["names"]), **arrays), told["facts"])


def latest(day: date | None) -> Posterior | None:
    """Return the posterior of the last origin by a day; None where there is none.

    >>> latest(date(2021, 1, 1)) is None
    True
    """
    found = [o for o in origins() if day is None or o <= day]
    return posterior(found[-1]) if found else None


def corrections(values: Mapping[str, Any], streams: Streams, day: date | None) -> dict[str, Floats]:
    """Return the error of each group by quarter, (T, D), drawn given the facts that a day knows.

    Given a draw of everything else, errors are normal: a path of errors and of misprints is drawn from the prior, and
    moved by what the facts say it missed (Matheron's rule).

    Parameters
    ----------
    values : outcomes of the run without levers, (T, D) each with T of at least :data:`SPAN`.
    """
    known, found = shipped_map(), facts(day or KNOWN)
    z = streams(latent_names())
    size, kept = sizes(np, z)
    made = {}
    for g, group in enumerate(known.groups.values()):
        if group.corrects:
            own = [fact for fact in found if fact.row.group == group.id]
            made[group.id] = _conditioned(own, group.id, values, streams, size[g], kept[g], z)
    return made


def _conditioned(own: list[Fact], group: str, values: Mapping[str, Any], streams: Streams, size: Floats, kept: Floats,
                 z: Mapping[str, Floats]) -> Floats:
    """Return one group's error by quarter, (T, D)."""
    path = _prior_path(streams, group, size, kept)
    if not own:
        return path
    arrays = stacked(own)
    said = np.stack([said_of(fact, values, z) for fact in own], axis=-1)
    noise = streams.plain(f"misprint.{fact.id}" for fact in own)
    printed = np.stack([noise[f"misprint.{fact.id}"] for fact in own], axis=-1) * arrays["error"]
    errors = sum(path[t][:, None] * arrays["share"][:, t] for t in range(SPAN))
    missed = arrays["value"] - said - (errors + printed)
    lag = np.abs(np.arange(len(path))[:, None] - np.arange(len(path))[None, :])
    spread = (size**2)[:, None, None] * kept[:, None, None] ** lag
    across = spread[:, :, :SPAN] @ arrays["share"].T
    within = arrays["share"] @ across[:, :SPAN, :] + np.diag(arrays["error"] ** 2)
    moved: Floats = path + (across @ np.linalg.solve(within, missed[..., None]))[..., 0].T
    return moved


def _prior_path(streams: Streams, group: str, size: Floats, kept: Floats) -> Floats:
    names = [f"error.{group}.{quarter}" for quarter in quarters()]
    z = streams.plain(names)
    run: Floats = size * z[names[0]]
    found: list[Floats] = []
    for name in names:
        run = run if not found else kept * run + size * np.sqrt(1.0 - kept**2) * z[name]
        found.append(run)
    return np.stack(found)


def corrected(values: Mapping[str, Floats], errors: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return outcomes with their group's error: times its exponential, or shares moved in log-odds.

    >>> run, error = {"huawei_units": np.array([[2.0]])}, {"huawei_units": np.array([[0.0]])}
    >>> float(corrected(run, error)["huawei_units"][0, 0])
    2.0
    """
    made = dict(values)
    for group in shipped_map().groups.values():
        for name in group.corrects:
            if name in made and group.id in errors:
                made[name] = _shifted(made[name], errors[group.id][:len(made[name])], group.scale)
    if "nvidia_total_revenue" in made and {"nvidia_china_revenue", "nvidia_rest_revenue"} <= set(made):
        made["nvidia_total_revenue"] = made["nvidia_china_revenue"] + made["nvidia_rest_revenue"]
    return made


def _shifted(value: Floats, error: Floats, scale: str) -> Floats:
    if scale == "log-odds":
        grown = value * np.exp(error)
        return np.asarray(grown / (grown + 1.0 - value))
    if scale == "log1p":
        return np.maximum((1.0 + value) * np.exp(error) - 1.0, 0.0)
    return np.asarray(value * np.exp(error))


@lru_cache(maxsize=1)
def outcomes_needed() -> tuple[str, ...]:
    """Return the outcomes that :func:`corrections` and :func:`corrected` read."""
    return (*shipped_map().outcomes, "nvidia_total_revenue")
