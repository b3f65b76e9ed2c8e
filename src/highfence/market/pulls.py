"""Pulls: fields of a quarter set over many quarters at once, each number with its low and high."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.core.errors import InputError, did_you_mean
from highfence.market.parameters import draws_of
from highfence.market.state import SEGMENTS, TOOL_STAGES, Quarter
from highfence.market.tables import quarters

Floats = NDArray[np.float64]
BY_SEGMENT = ("shares", "demand", "training_share", "restriction", "low_restriction",
              "design_restriction")
BY_STAGE = ("tools_open", "service")
NOT_PULLED = ("price", "fixed_hourly", "capital_hourly", "power_hourly", "training", "inference", "restriction_on",
              "low_restriction_on", "design_restriction_on")
"""Fields that come from the tables alone, or follow from others."""

PULLED = tuple(f.name for f in fields(Quarter) if f.name not in NOT_PULLED)


@dataclass(frozen=True, slots=True, eq=False)
class Pull:
    """A field of :class:`~highfence.market.state.Quarter` over quarters.

    Attributes
    ----------
    name : field. since : first quarter. low, mid, high : (T,) or (T, S) or (T, E) in the field's unit; NaN leaves a
    quarter as it is. streams : what moves the draws, one for all columns or one each, so that a pull moves with the
    path in whose place it stands. Values that need no doubt have all three alike.
    """

    name: str
    since: str
    low: Floats
    mid: Floats
    high: Floats
    streams: tuple[str, ...] = ()

    @classmethod
    def fixed(cls, name: str, since: str, values: Any) -> Pull:
        """Return a pull without doubt.

        >>> Pull.fixed("enforcement", "2027Q1", [2.0, 2.0]).mid.tolist()
        [2.0, 2.0]
        """
        made = np.asarray(values, dtype=float)
        return cls(name, since, made, made, made)

    def to_dict(self) -> dict[str, Any]:
        """Return the pull as plain data."""
        return {"name": self.name, "since": self.since, "streams": list(self.streams),
                **{end: [None if np.isnan(v) else v for v in np.ravel(getattr(self, end)).tolist()]
                   for end in ("low", "mid", "high")}}

    @property
    def names(self) -> tuple[str, ...]:
        """Streams of normals that it needs."""
        return self.streams or (f"pull.{self.name}",)

    def at(self, t: int, z: Mapping[str, Any], xp: Any = np) -> Any:
        """Return draws in a quarter, (D,) or (D, columns); None where it says nothing."""
        place = t - quarters().index(self.since)
        if not 0 <= place < len(self.mid):
            return None
        triple = np.stack([np.asarray(v[place], dtype=float) for v in (self.low, self.mid, self.high)], axis=-1)
        if np.isnan(triple).any():
            return None
        if triple.ndim == 1:
            return draws_of(xp, triple, z[self.names[0]])
        columns = [z[self.names[i if len(self.names) > 1 else 0]] for i in range(len(triple))]
        return draws_of(xp, triple, xp.stack(columns, axis=-1))


def check_pulls(pulls: Sequence[Pull]) -> tuple[Pull, ...]:
    """Return pulls, checked.

    Raises
    ------
    InputError : an unknown field or quarter, arrays of other shapes, ends that do not ascend, two pulls of one field.
    """
    seen: set[str] = set()
    for pull in pulls:
        where = f"pulls: {pull.name}"
        if pull.name not in PULLED:
            raise InputError("no such field of a quarter", where="pulls", got=pull.name, expected=", ".join(PULLED),
                             hint=did_you_mean(pull.name, PULLED))
        if pull.name in seen:
            raise InputError("two pulls of one field", where=where, got=pull.name)
        seen.add(pull.name)
        if pull.since not in quarters():
            raise InputError("not a quarter of the model", where=where, got=pull.since,
                             expected=f"{quarters()[0]} to {quarters()[-1]}", example="2025Q4")
        columns = len(SEGMENTS) if pull.name in BY_SEGMENT else len(TOOL_STAGES) if pull.name in BY_STAGE else None
        shapes = {np.shape(v) for v in (pull.low, pull.mid, pull.high)}
        wanted = "(T,)" if columns is None else f"(T,) or (T, {columns})"
        shape = np.shape(pull.mid)
        if len(shapes) != 1 or len(shape) not in (1, 2) or (len(shape) == 2 and shape[1] != columns):
            raise InputError("arrays of the wrong shape", where=where, got=", ".join(map(str, sorted(shapes))),
                             expected=wanted)
        some = ~np.isnan(np.asarray(pull.mid, dtype=float))
        low, mid, high = (np.asarray(v, dtype=float)[some] for v in (pull.low, pull.mid, pull.high))
        if not (np.isfinite(low).all() and np.isfinite(high).all() and (low <= mid).all() and (mid <= high).all()):
            raise InputError("low, middle and high must be numbers and ascend", where=where)
    return tuple(pulls)
