"""Results of a quarter that a caller may replace: the kernel offers each under a name and goes on with the answer.

A run that takes back what it made is the plain run. A recorder keeps what it is offered; :class:`Held` gives back a
reference run's value where a mechanism is switched off, row by row, so that nothing of the model is written twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from highfence.market.state import Array

Hold = Callable[[str, Array], Array]
"""Takes the name of a result and the result, returns what the quarter goes on with."""

OFFERED = (
    "left", "law.share", "law.designed", "law.ready", "law.closing", "vendor.begun", "vendor.finished",
    "vendor.written", "vendor.offered", "memory.stacks", "memory.own_stacks", "curb.flagship", "curb.low", "want.money",
    "bought.ahead", "lines.added", "lines.lost", "lines.foreign_sales", "lines.domestic_tools", "lines.bought_ahead",
    "lines.used_ahead", "research")
"""Names of the results that :func:`highfence.market.step.step` offers, in order."""

_Made = TypeVar("_Made")


def plain(name: str, value: Array) -> Array:
    """Return a result as it is."""
    return value


def through(hold: Hold, prefix: str, made: _Made) -> _Made:
    """Return a dataclass of results, each offered as ``prefix.field``."""
    kept: dict[str, Any] = {f.name: hold(f"{prefix}.{f.name}", getattr(made, f.name))
                            for f in fields(made)}  # type: ignore[arg-type]
    return type(made)(**kept)


class Recorder:
    """Keeps what it is offered.

    >>> kept = Recorder()
    >>> kept("research", 2.0), kept.values
    (2.0, {'research': 2.0})
    """

    def __init__(self) -> None:
        self.values: dict[str, Array] = {}

    def __call__(self, name: str, value: Array) -> Array:
        self.values[name] = value
        return value


class Held:
    """Gives back a reference's results where they are switched off.

    Attributes
    ----------
    reference : by name, rows as in the run. off : by name, (D,) of booleans, True in rows that take the reference's.
    """

    def __init__(self, xp: Any, reference: Mapping[str, Array], off: Mapping[str, Array]) -> None:
        self.xp, self.reference, self.off = xp, reference, off

    def __call__(self, name: str, value: Array) -> Array:
        """Return a result, the reference's in rows where it is switched off.

        >>> import numpy as np
        >>> held = Held(np, {"research": np.array([1.0, 1.0])}, {"research": np.array([True, False])})
        >>> held("research", np.array([5.0, 5.0])).tolist()
        [1.0, 5.0]
        """
        off = self.off.get(name)
        if off is None:
            return value
        return self.xp.where(self.xp.reshape(off, (*off.shape, *(1,) * (value.ndim - 1))), self.reference[name], value)
