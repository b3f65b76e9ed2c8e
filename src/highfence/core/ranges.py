"""Numbers with their doubt: a low, a middle and a high value, and draws between and beyond them.

``low`` and ``high`` are what eight of ten outcomes are expected between. A draw is made from a standard normal ``z``:
at 0 it is the middle, at the 10th and 90th percentile the ends. Where all three are above zero the sides are
exponential, so that a draw keeps its sign; else they are straight.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from highfence.core.arrays import FLOATS, Number
from highfence.core.errors import InputError

Z80 = 1.2815515655446004
"""Standard normal at the 90th percentile."""


@dataclass(frozen=True, slots=True)
class Range:
    """A number and what is expected around it.

    >>> Range(90.0, 100.0, 120.0) * 2.0
    Range(low=180.0, mid=200.0, high=240.0)
    """

    low: float
    mid: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.mid <= self.high:
            raise InputError("low, middle and high must ascend", got=f"{self.low}, {self.mid}, {self.high}",
                             example="low 90, mid 100, high 120")

    @classmethod
    def exact(cls, value: float) -> Range:
        """Return a number without doubt."""
        return cls(value, value, value)

    def __mul__(self, factor: float) -> Range:
        ends = sorted((self.low * factor, self.high * factor))
        return Range(ends[0], self.mid * factor, ends[1])

    def draw(self, z: Number, xp: Any = FLOATS) -> Number:
        """Return the value at a standard normal, or at an array of them.

        >>> round(Range(90.0, 100.0, 120.0).draw(Z80), 9), Range(90.0, 100.0, 120.0).draw(0.0)
        (120.0, 100.0)
        """
        up, down = xp.maximum(z, 0.0 * z) / Z80, xp.minimum(z, 0.0 * z) / Z80
        if self.low > 0.0:
            from math import log

            return self.mid * xp.exp(up * log(self.high / self.mid) + down * log(self.mid / self.low))
        return self.mid + up * (self.high - self.mid) + down * (self.mid - self.low)


def quantile_range(values: Any) -> Range:
    """Return the 10th, 50th and 90th percentile of some draws.

    >>> import numpy as np
    >>> quantile_range(np.arange(101.0))
    Range(low=10.0, mid=50.0, high=90.0)
    """
    import numpy as np

    low, mid, high = (float(v) for v in np.quantile(np.asarray(values), (0.1, 0.5, 0.9)))
    return Range(low, mid, high)


def normals(seed: int, names: Iterable[str], n: int, start: int = 0) -> dict[str, Any]:
    """Return ``n`` standard normals for each name, from draw ``start`` on.

    A stream belongs to a name and a seed (counter-based generator), so that neither the other names nor ``n`` change
    what a draw sees: draw ``i`` of a name is the same in any call. Draws before ``start`` are passed over piece by
    piece, so that memory is that of ``n``; a call that goes on where the last one of a name ended passes over none.

    >>> first, more = normals(1, ["price"], 2)["price"], normals(1, ["life", "price"], 5)["price"]
    >>> bool((first == more[:2]).all()), bool((normals(1, ["price"], 3, start=2)["price"] == more[2:]).all())
    (True, True)
    """
    from hashlib import blake2b

    import numpy as np

    found = {}
    for name in names:
        key = int.from_bytes(blake2b(f"{seed}:{name}".encode(), digest_size=16).digest(), "little")
        stream = np.random.Philox(key=key)
        if start:
            _pass_over(stream, key, start)
        found[name] = np.random.Generator(stream).standard_normal(n)
        if start:
            _keep_place(stream, key, start + n)
    return found


SKIPPED_AT_ONCE = 65_536
PLACES_KEPT = 4_096
_places: dict[int, tuple[int, Any]] = {}
"""By key of a stream: how many draws were taken, and the generator's state after them."""


def _pass_over(stream: Any, key: int, start: int) -> None:
    """Bring a fresh stream to where ``start`` normals have been taken: a normal takes one word or more, so they have to
    be drawn."""
    import numpy as np

    at, state = _places.get(key, (0, None))
    if state is not None and at <= start:
        stream.state = state
    else:
        at = 0
    generator = np.random.Generator(stream)
    while at < start:
        step = min(SKIPPED_AT_ONCE, start - at)
        generator.standard_normal(step)
        at += step


def _keep_place(stream: Any, key: int, at: int) -> None:
    if len(_places) >= PLACES_KEPT:
        _places.clear()
    _places[key] = (at, stream.state)
