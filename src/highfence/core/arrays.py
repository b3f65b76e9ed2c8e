"""One formula over plain floats or over arrays.

A kernel takes its namespace as first argument: :data:`FLOATS` for one case, NumPy (or any namespace of the array API
standard) for many. Both have the same few functions, so that a single case costs no array.
"""

from __future__ import annotations

import math
from typing import Any

Number = Any
"""A float, or an array of floats of the namespace in use."""


class Floats:
    """The array functions that kernels use, over plain floats.

    >>> FLOATS.where(2.0 > 1.0, 3.0, 4.0), FLOATS.ceil(1.2), FLOATS.clip(5.0, 0.0, 2.0)
    (3.0, 2.0, 2.0)
    """

    maximum = staticmethod(max)
    minimum = staticmethod(min)
    sqrt = staticmethod(math.sqrt)
    exp = staticmethod(math.exp)
    log = staticmethod(math.log)
    log2 = staticmethod(math.log2)

    @staticmethod
    def where(condition: Any, yes: Any, no: Any) -> Any:
        return yes if condition else no

    @staticmethod
    def ceil(value: float) -> float:
        return float(math.ceil(value))

    @staticmethod
    def floor(value: float) -> float:
        return float(math.floor(value))

    @staticmethod
    def clip(value: float, low: float, high: float) -> float:
        return low if value < low else high if value > high else value

    @staticmethod
    def power(base: float, exponent: float) -> float:
        return float(base**exponent)


FLOATS = Floats()


def namespace_of(*values: Any) -> Any:
    """Return the namespace in which some values are computed: that of the first array, else plain floats.

    >>> namespace_of(1.0, 2) is FLOATS
    True
    """
    for value in values:
        if hasattr(value, "__array_namespace__"):
            return value.__array_namespace__()
    return FLOATS
