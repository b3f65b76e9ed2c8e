"""What a wafer costs: a foundry's price where one was reported, and CSET's formula from the capital it uses up."""

from __future__ import annotations

from typing import Any

from highfence.core.arrays import Number

CSET_DEPRECIATION = 0.2529
"""Share of a fab's capital used up in a year, declining balance, behind Table 9 of CSET's report of 2020."""

CSET_OTHER_MULTIPLE = 3.0113
"""Other costs and mark-up as a multiple of the capital that a wafer uses up, the same at every node of that table."""


def capital_consumed(xp: Any, investment: Number, years: Number, depreciation: Number = CSET_DEPRECIATION) -> Number:
    """Return the capital that a wafer uses up, ``investment * d * (1 - d)**years``, with years since production began.

    >>> from highfence.core.arrays import FLOATS
    >>> round(capital_consumed(FLOATS, 14267.0, 1.5), 1)
    2330.0
    """
    return investment * depreciation * (1.0 - depreciation) ** years


def wafer_price(xp: Any, consumed: Number, other_multiple: Number = CSET_OTHER_MULTIPLE) -> Number:
    """Return the price of a wafer from the capital it uses up: ``consumed * (1 + other costs and mark-up)``.

    >>> from highfence.core.arrays import FLOATS
    >>> round(wafer_price(FLOATS, 4235.0))
    16988
    """
    return consumed * (1.0 + other_multiple)


def good_die_cost(xp: Any, price: Number, dies: Number, share: Number) -> Number:
    """Return the cost of a die that sells: price of the wafer over the dies on it that do.

    >>> from highfence.core.arrays import FLOATS
    >>> good_die_cost(FLOATS, 16000.0, 64.0, 0.5)
    500.0
    """
    return price / (dies * share)


def scanner_wafers(xp: Any, per_hour: Number, hours: Number, use: Number, steps: Number) -> Number:
    """Return the wafers that one scanner finishes: exposures over the patterning steps that a wafer needs.

    >>> from highfence.core.arrays import FLOATS
    >>> scanner_wafers(FLOATS, 250.0, 720.0, 0.5, 80.0)
    1125.0
    """
    return per_hour * hours * use / steps
