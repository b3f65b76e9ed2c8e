"""Yield: the share of dies without a fatal defect, by area and defect density.

Every model here is a Poisson model whose density differs from place to place: with ``x`` the mean number of defects on
a die, the yield is the mean of ``exp(-x s)`` over a spread ``s`` of mean one.

=================  ==========================  =================================
model              yield                       spread of the density
=================  ==========================  =================================
poisson            ``exp(-x)``                 none
murphy             ``((1 - exp(-x)) / x)**2``  a triangle from zero to twice
negative-binomial  ``(1 + x / alpha)**-alpha`` gamma of shape ``alpha``
seeds              ``1 / (1 + x)``             exponential: ``alpha`` is one
bose-einstein      ``(1 + x)**-layers``        of ``layers`` critical layers, each exponential
=================  ==========================  =================================

Of equal ``x`` the yield rises from Poisson through Murphy and the negative binomial (``alpha`` above two) to Seeds. In
Bose-Einstein the density is that of one layer.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt
from typing import Any

from highfence.core.arrays import FLOATS, Number
from highfence.core.errors import InputError, did_you_mean

ALPHA = 3.0
"""Shape of the clustering of defects that textbooks give where none is measured."""

_NAMES = {"poisson": "poisson", "murphy": "murphy", "seeds": "seeds", "exponential": "seeds",
          "negative-binomial": "negative-binomial", "nb": "negative-binomial",
          "neg-binomial": "negative-binomial", "negbinomial": "negative-binomial", "negbin": "negative-binomial",
          "bose-einstein": "bose-einstein"}


@dataclass(frozen=True, slots=True)
class YieldModel:
    """A yield model with its shape.

    Attributes
    ----------
    alpha : clustering of the negative binomial. layers : critical layers of Bose-Einstein.
    """

    name: str
    alpha: float = ALPHA
    layers: float = 1.0

    def __post_init__(self) -> None:
        if self.name not in _NAMES.values():
            raise InputError("no such yield model", got=self.name, expected=", ".join(sorted(set(_NAMES.values()))),
                             hint=did_you_mean(str(self.name), _NAMES), example="negative-binomial")
        for what, value in (("alpha", self.alpha), ("layers", self.layers)):
            if not value > 0.0:
                raise InputError(f"{what} is above zero", where=self.name, got=value, example="3")

    def share(self, defects: Number, xp: Any = FLOATS) -> Number:
        """Return the yield at a mean number of defects per die.

        >>> round(YieldModel("murphy").share(1.271), 4), round(YieldModel("poisson").share(1.271), 4)
        (0.3204, 0.2806)
        """
        match self.name:
            case "poisson":
                return poisson(xp, defects)
            case "murphy":
                return murphy(xp, defects)
            case "seeds":
                return negative_binomial(xp, defects, 1.0)
            case "bose-einstein":
                return negative_binomial(xp, self.layers * defects, self.layers)
        return negative_binomial(xp, defects, self.alpha)

    def defects(self, share: Number, xp: Any = FLOATS) -> Number:
        """Return the mean number of defects per die behind a yield: the inverse of :meth:`share`.

        >>> model = YieldModel("negative-binomial", alpha=3.0)
        >>> round(model.share(model.defects(0.3)), 12)
        0.3
        """
        match self.name:
            case "poisson":
                return -xp.log(share)
            case "murphy":
                return _murphy_defects(xp, share)
            case "seeds":
                return 1.0 / share - 1.0
            case "bose-einstein":
                return share ** (-1.0 / self.layers) - 1.0
        return self.alpha * (share ** (-1.0 / self.alpha) - 1.0)

    def spread(self, nodes: int = 40) -> list[tuple[float, float]]:
        """Return (density relative to its mean, weight) pairs that stand for the spread of the density.

        The sum of weighted ``exp(-x s)`` is the yield, so that what depends on the density in another way, such as
        salvage, is averaged over the same spread: to 1e-6 up to five defects a die.
        """
        match self.name:
            case "poisson":
                return [(1.0, 1.0)]
            case "murphy":
                return _triangle(nodes)
            case "seeds":
                return _gamma(1.0, 1.0, nodes)
            case "bose-einstein":
                return _gamma(self.layers, 1.0, nodes)
        return _gamma(self.alpha, 1.0 / self.alpha, nodes)


def yield_model(name: str, alpha: float | None = None, layers: float | None = None) -> YieldModel:
    """Return a yield model by any of its names: ``nb3`` is the negative binomial with an alpha of three.

    Raises
    ------
    InputError : no such model, or a shape that is not above zero.

    >>> yield_model("NB3")
    YieldModel(name='negative-binomial', alpha=3.0, layers=1.0)
    """
    key = str(name).strip().casefold().replace("_", "-").replace(" ", "-")
    if key.startswith("nb") and key[2:].lstrip("-").replace(".", "", 1).isdigit():
        key, alpha = "nb", float(key[2:].lstrip("-"))
    return YieldModel(_NAMES.get(key, key), ALPHA if alpha is None else alpha, 1.0 if layers is None else layers)


def poisson(xp: Any, defects: Number) -> Number:
    """Return the yield where defects fall evenly: ``exp(-x)``."""
    return xp.exp(-defects)


def murphy(xp: Any, defects: Number) -> Number:
    """Return Murphy's yield, ``((1 - exp(-x)) / x)**2``, by its series where there are next to no defects."""
    x = xp.maximum(defects, 0.0 * defects + 1e-3)
    few = 1.0 - defects / 2.0 + defects * defects / 6.0 - defects * defects * defects / 24.0
    share = xp.where(defects > 1e-3, (1.0 - xp.exp(-x)) / x, few)
    return share * share


def negative_binomial(xp: Any, defects: Number, alpha: Number) -> Number:
    """Return the yield where defects cluster: ``(1 + x / alpha)**-alpha``.

    >>> round(negative_binomial(FLOATS, 0.814, 3.0), 4)
    0.4867
    """
    return xp.exp(-alpha * xp.log(1.0 + defects / alpha))


def _murphy_defects(xp: Any, share: Number) -> Number:
    """Return the defects behind a Murphy yield, by halving an interval; every yield has its own."""
    low, high = 0.0 * share, 0.0 * share + 1e3
    for _ in range(60):
        middle = 0.5 * (low + high)
        better = murphy(xp, middle) > share
        low, high = xp.where(better, middle, low), xp.where(better, high, middle)
    return 0.5 * (low + high)


def _triangle(nodes: int) -> list[tuple[float, float]]:
    """Return nodes of the triangular density on [0, 2], a half at a time, so that its corner costs no accuracy."""
    from numpy.polynomial.legendre import leggauss

    points, weights = leggauss(nodes // 2)
    at = 0.5 * (points + 1.0)
    rising = [(float(s), float(w * 0.5 * s)) for s, w in zip(at, weights)]
    return rising + [(2.0 - s, w) for s, w in rising]


def _gamma(shape: float, scale: float, nodes: int) -> list[tuple[float, float]]:
    """Return Gauss nodes of a gamma density (Golub and Welsch: eigenvalues of the recurrence of Laguerre)."""
    import numpy as np

    k = np.arange(nodes, dtype=np.float64)
    matrix = np.diag(2.0 * k + shape) + np.diag(np.sqrt(k[1:] * (k[1:] + shape - 1.0)), 1)
    points, vectors = np.linalg.eigh(matrix, UPLO="U")
    return [(float(p) * scale, float(v) ** 2) for p, v in zip(points, vectors[0])]


def gross_dies(xp: Any, area: Number, *, wafer: Number = 300.0, aspect: Number = 1.0, scribe: Number = 0.0,
               edge: Number = 0.0) -> Number:
    """Return the dies that a round wafer holds: ``pi r**2 / A - pi d q / (2 A)``, with ``q`` the diagonal of a die.

    For a square die this is the usual ``pi r**2 / A - pi d / sqrt(2 A)``. It is an average, not a count of places.

    Parameters
    ----------
    area : of a die, mm2. wafer : diameter, mm. aspect : width over height. scribe : lane between dies, mm. edge : ring
    of the wafer that is not used, mm.

    >>> round(gross_dies(FLOATS, 814.0), 2), round(gross_dies(FLOATS, 814.0, aspect=2.0), 2)
    (63.48, 60.72)
    """
    height = xp.sqrt(area / aspect) + scribe
    width = xp.sqrt(area * aspect) + scribe
    placed, across = width * height, wafer - 2.0 * edge
    diagonal = xp.sqrt(width * width + height * height)
    return xp.maximum(pi * across * across / (4.0 * placed) - pi * across * diagonal / (2.0 * placed), 0.0 * placed)


def placed_dies(area: float, *, wafer: float = 300.0, aspect: float = 1.0, scribe: float = 0.0, edge: float = 0.0,
                steps: int = 20) -> int:
    """Return the most whole dies that a grid places on a wafer, over shifts of the grid.

    A check of :func:`gross_dies`, which is a tenth lower for the largest dies: foundries do not sell the best case.

    >>> placed_dies(814.0)
    70
    """
    height, width = sqrt(area / aspect) + scribe, sqrt(area * aspect) + scribe
    return max(_placed(width, height, 0.5 * wafer - edge, i / steps, j / steps)
               for i in range(steps // 2 + 1) for j in range(steps // 2 + 1))


def _placed(width: float, height: float, radius: float, shift_x: float, shift_y: float) -> int:
    count, row = 0, -int(radius // height) - 2
    while row * height < radius:
        low, high = (row + shift_y) * height, (row + shift_y + 1.0) * height
        far = max(abs(low), abs(high))
        if far < radius:
            half = sqrt(radius * radius - far * far)
            first = -((half / width + shift_x) // 1.0)
            last = (half / width - shift_x) // 1.0
            count += max(int(last - first), 0)
        row += 1
    return count
