"""What a board's power lets its arithmetic sustain: clocks fall where operations would draw more than it may."""

from __future__ import annotations

from typing import Any

from highfence.core.arrays import Number


def sustained_flops(xp: Any, peak: Number, watts: Number, node_nm: Number, flops_nm_per_joule: Number) -> Number:
    """Return the FLOP/s that a board sustains under its power limit; it rises with peak and with watts.

    ``cap = flops_nm_per_joule * watts / node_nm`` and ``1 / sustained^4 = 1 / peak^4 + 1 / cap^4``: an operation costs
    energy in proportion to the process's name, and the passage between both limits is short.

    Parameters
    ----------
    peak : FLOP/s at boost clock. watts : board power. node_nm : name of the process in nanometres.

    Examples
    --------
    >>> from highfence.core.arrays import FLOATS
    >>> round(sustained_flops(FLOATS, 31.3e12, 72.0, 4.0, 0.85e12) / 31.3e12, 2)
    0.48
    """
    over = peak * node_nm / (flops_nm_per_joule * watts)
    return peak / xp.sqrt(xp.sqrt(1.0 + over * over * over * over))
