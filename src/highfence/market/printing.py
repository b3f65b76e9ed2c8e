"""What a series is going to print: the model's outcomes in the series' own definition, as foreseen on a day.

A printed figure is the logarithm (log-odds of a share) of outcomes over its days, the offset between definitions, the
error of the group, fading since the last fact of the day, and the misprint of a figure of that grade.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from highfence.catalogue.series import Point
from highfence.core.errors import InputError
from highfence.market.observations import SPAN, Fact, Row, as_fact, predicted, shipped_map, stacked
from highfence.market.posterior import corrections, latest, outcomes_needed
from highfence.market.randomness import Streams
from highfence.market.runs import FAILED, Asked, plain_quarters, streams_of

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Foresight:
    """What the model says on a day, before it is put into a series' words.

    Attributes
    ----------
    as_of : day of knowledge. outcomes : (outcomes, SPAN, D). errors : by group, (T, D). offsets : (offsets, D). fine :
    (D,) draws without a number that is none. fitted : whether a posterior stands behind it.
    """

    as_of: date
    outcomes: Floats
    errors: Mapping[str, Floats]
    offsets: Floats
    streams: Streams
    fine: NDArray[np.bool_]
    fitted: bool


@lru_cache(maxsize=40)
def foresight(as_of: date, draws: int = 500, seed: int = 1, posterior: bool = True) -> Foresight:
    """Return draws of the market as of a day, of the latest posterior by then, with the errors that its facts leave.

    >>> foresight(date(2023, 1, 1), draws=10).outcomes.shape[1:]
    (24, 10)
    """
    asked = Asked((), (), seed, (), as_of, (), None, SPAN - 1, outcomes_needed(), posterior, "numpy")
    streams = streams_of(asked, (0, draws))
    values = plain_quarters(asked, streams, SPAN - 1, outcomes_needed())
    fine = np.asarray(np.isfinite(values[FAILED]).all(axis=0))
    known = shipped_map()
    z = streams([f"offset.{s}" for s in known.offsets])
    return Foresight(as_of, np.stack([values[name] for name in known.outcomes]), corrections(values, streams, as_of),
                     np.stack([z[f"offset.{s}"] for s in known.offsets]), streams, fine,
                     posterior and latest(as_of) is not None)


def row_of(series: str) -> Row:
    """Return how a series is set against outcomes.

    Raises
    ------
    InputError : the map of facts to outcomes does not hold it.
    """
    found = next((row for row in shipped_map().rows if row.series == series), None)
    if found is None:
        raise InputError("no outcome is set against this series", got=series,
                         expected=", ".join(row.series for row in shipped_map().rows))
    return found


def printed(fact: Fact, seen: Foresight) -> Floats:
    """Return draws of what a figure will read, on the scale of its group, (draws that did not fail,).

    The figure's own value is not read: only its days, its grade and its kind.
    """
    arrays = stacked([fact])
    said = predicted(np, arrays, seen.outcomes, seen.offsets)[:, 0]
    row, group = fact.row, fact.row.group
    if group in seen.errors:
        said = said + seen.errors[group][:SPAN].T @ fact.share
    noise = seen.streams.plain([f"print.{row.series}"])[f"print.{row.series}"]
    # ``stacked`` takes the middle of a definition's offset from the value; a forecast adds it.
    moved = said + (fact.value - float(arrays["value"][0])) + fact.error * noise
    return np.asarray(moved[seen.fine])


def on_scale(row: Row, value: float | Floats) -> Floats:
    """Return printed values on the scale of the row's group.

    >>> round(float(on_scale(row_of("china-accelerators-share-units-idc-domestic"), 0.5)), 12)
    0.0
    """
    value = 1.0 - np.asarray(value) if row.inverted else np.asarray(value, dtype=float)
    scale = shipped_map().groups[row.group].scale
    if scale == "log-odds":
        return np.asarray(np.log(value / (1.0 - value)))
    return np.asarray(np.log(value + row.shift + (1.0 if scale == "log1p" else 0.0)))


def in_units(row: Row, value: float | Floats) -> Floats:
    """Return values of the scale of the row's group as they would be printed; :func:`on_scale` backwards.

    >>> row = row_of("nvidia-china-revenue")
    >>> round(float(in_units(row, on_scale(row, 4e9))))
    4000000000
    """
    scale = shipped_map().groups[row.group].scale
    if scale == "log-odds":
        share = 1.0 / (1.0 + np.exp(-np.asarray(value)))
        return np.asarray(1.0 - share if row.inverted else share)
    return np.asarray(np.exp(value) - row.shift - (1.0 if scale == "log1p" else 0.0))


def foreseen(series: str, point: Point, seen: Foresight) -> Floats:
    """Return draws of what a series will print of a period, in its own unit.

    Raises
    ------
    InputError : the series is not set against outcomes, or the period lies outside the model's facts.
    """
    row = row_of(series)
    fact = as_fact(row, point)
    if fact is None:
        raise InputError("no figure of the model", where=series, got=point.period)
    return in_units(row, printed(fact, seen))
