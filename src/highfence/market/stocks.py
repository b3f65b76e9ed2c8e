"""Chips at work by age: what is added works, ages through classes, fails, and is written off at the end.

Class ``k`` passes on ``K / life`` of itself a quarter (life in quarters), and loses failures::

    N_0' = N_0 + new - (a + f) N_0        N_k' = N_k + a N_(k-1) - (a + f) N_k        retired = a N_(K-1)

The same rates move units and both kinds of H100-equivalents, so that nothing is made or lost in between.
"""

from __future__ import annotations

from typing import Any

from highfence.market.state import AGES, Array, between


def aged(xp: Any, stock: Array, new: Array, life: Array, failures: Array) -> tuple[Array, Array, Array]:
    """Return the stock after a quarter, and what was retired and failed, (D, A) each.

    Parameters
    ----------
    stock : (D, A, K). new : (D, A). life : quarters, (D,). failures : per quarter, (D, A).

    Examples
    --------
    >>> import numpy as np
    >>> stock, new = np.full((1, 1, 4), 10.0), np.array([[5.0]])
    >>> after, retired, failed = aged(np, stock, new, np.array([20.0]), np.array([[0.01]]))
    >>> float(after.sum() + retired.sum() + failed.sum())
    45.0
    """
    moving = between(xp, AGES / life, 0.0, 0.5)[..., None, None]
    failing = between(xp, failures, 0.0, 0.5)[..., None]
    passed, failed = moving * stock, failing * stock
    arriving = xp.concat([new[..., None], passed[..., :-1]], axis=-1)
    return stock + arriving - passed - failed, passed[..., -1], xp.sum(failed, axis=-1)
