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
        along = self.directions.T @ plain
        return plain + self.directions @ (self.mean[:, None] + self.scale @ along - along)


class Streams:
    """Standard normals by name, (D,) each; ``given`` ones (an array of any namespace) stand in for their streams."""

    def __init__(self, seed: int, n: int, affine: Affine | None = None, given: Mapping[str, Any] | None = None) -> None:
        self.seed, self.n, self.affine, self.given = seed, n, affine, given
        self.asked: list[str] = []
        self._moved: dict[str, Floats] = {}
        if affine is not None:
            plain = normals(seed, affine.names, n)
            self._moved = dict(zip(affine.names, affine.moved(np.stack([plain[a] for a in affine.names]))))

    def __call__(self, names: Iterable[str]) -> dict[str, Any]:
        """Return the normals of some names."""
        asked = list(names)
        self.asked += asked
        held = self.given if self.given is not None else self._moved
        missing = [name for name in asked if name not in held]
        return {**normals(self.seed, missing, self.n), **{name: held[name] for name in asked if name in held}}
