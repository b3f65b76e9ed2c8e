"""Who gets what when supply is short: what is refused is offered to the other alternatives and to waiting.

In the first round every segment asks by its shares. Where all segments together ask for more of an alternative than
there is, each gets the same part. What was refused is asked again of whatever is left, in proportion to pull, and
waiting pulls too; after the last round the rest waits.
"""

from __future__ import annotations

from typing import Any

from highfence.market.state import Array, least, over_last, over_segments, positive, ratio

ROUNDS = 5

REST = 1e-9
"""Part of a limit up to which what is left of it counts as nothing: a rest that rounding leaves draws no orders."""


def rationed(xp: Any, want: Array, share: Array, cap: Array, supply: Array, waiting: Array,
             rounds: int = ROUNDS) -> Array:
    """Return what each segment buys of each alternative, USD, (D, S, A).

    Parameters
    ----------
    want : (D, S) USD. share : (D, S, A). cap : (D, S, A), largest share of a segment's money. supply : (D, A) USD.
    waiting : (D, S), pull of waiting on the scale of the shares.

    Examples
    --------
    >>> import numpy as np
    >>> got = rationed(np, np.array([[10.0]]), np.array([[[0.8, 0.2]]]), np.ones((1, 1, 2)), np.array([[4.0, 9.0]]),
    ...                np.zeros((1, 1)))
    >>> got.round(6).tolist()
    [[[4.0, 6.0]]]
    """
    most = cap * want[..., None]
    taken = _fitted(xp, least(xp, want[..., None] * share, most), supply)
    left = positive(xp, want - over_last(taken))
    for _ in range(rounds - 1):
        room = positive(xp, supply - over_segments(taken))
        space = positive(xp, most - taken)
        pull = xp.where(xp.logical_and(space > REST * most, (room > REST * supply)[..., None, :]), share, 0.0 * share)
        part = ratio(xp, left, over_last(pull) + waiting)
        got = _fitted(xp, least(xp, part[..., None] * pull, space), room)
        taken = taken + got
        left = positive(xp, left - part * waiting - over_last(got))
    return taken


def _fitted(xp: Any, asked: Array, room: Array) -> Array:
    """Return what is asked, cut in proportion where all segments together ask for more than there is."""
    total = over_segments(asked)
    part = xp.where(total > room, ratio(xp, room, total), 0.0 * total + 1.0)
    return asked * part[..., None, :]
