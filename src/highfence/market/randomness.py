"""Where the model's standard normals come from: one stream a name, plain or moved by a posterior.

All that is random in a run is a map from standard normals, one a name and draw, to outcomes. A posterior is an affine
map of the same normals, so that draws stay paired between a prior, its posteriors and every lever::

    z = e + V (m + (L - 1) V^T e)          e: the streams of the seed; V: few directions that facts say something of
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.core.ranges import normals

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Affine:
    """An affine map of standard normals.

    Attributes
    ----------
    names : of the normals it moves. directions : (names, k), orthonormal columns. mean : (k,). scale : (k, k).
    """

    names: tuple[str, ...]
    directions: Floats
    mean: Floats
    scale: Floats

    def moved(self, plain: Floats) -> Floats:
        """Return moved normals, (names, D), for plain ones of that shape.

        >>> one = Affine(("a", "b"), np.array([[1.0], [0.0]]), np.array([2.0]), np.array([[0.5]]))
        >>> one.moved(np.array([[1.0], [1.0]])).tolist()
        [[2.5], [1.0]]
        """
        along = _times(self.directions.T, plain)
        return plain + _times(self.directions, self.mean[:, None] + _times(self.scale, along) - along)


def _times(matrix: Floats, draws: Floats) -> Floats:
    """Return a matrix times draws (m, D), in an order of sums that the number of draws does not change.

    Of a library's product the last digits of a draw would depend on how many others are beside it.
    """
    total = np.zeros((len(matrix), draws.shape[1]))
    for column, row in zip(matrix.T, draws):
        total += column[:, None] * row
    return total


class Streams:
    """Standard normals by name, (D,) each, of the draws from ``begin`` on.

    Attributes
    ----------
    affine : moves the normals that it names. given : normals (arrays of any namespace) in the place of their streams.
    asked : names asked for so far.
    """

    def __init__(self, seed: int, n: int, affine: Affine | None = None, given: Mapping[str, Any] | None = None,
                 begin: int = 0) -> None:
        self.seed, self.n, self.affine, self.given, self.begin = seed, n, affine, given, begin
        self.asked: list[str] = []
        self._moved: dict[str, Floats] = {}
        if affine is not None:
            plain = self.plain(affine.names)
            self._moved = dict(zip(affine.names, affine.moved(np.stack([plain[a] for a in affine.names]))))

    def plain(self, names: Iterable[str]) -> dict[str, Floats]:
        """Return the normals of some names that nothing has moved."""
        return normals(self.seed, names, self.n, self.begin)

    def __call__(self, names: Iterable[str]) -> dict[str, Any]:
        """Return the normals of some names."""
        asked = list(names)
        self.asked += asked
        held = self.given if self.given is not None else self._moved
        return {**self.plain(name for name in asked if name not in held),
                **{name: held[name] for name in asked if name in held}}
