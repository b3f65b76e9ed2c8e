"""Nested logit: the shares of alternatives that stand in nests, their log-sums, elasticities and surplus.

An alternative ``j`` of nest ``g`` with utility ``U`` and dissimilarity ``s`` of its nest is taken with probability::

    P(j) = P(j | g) P(g)      P(j | g) = exp(U_j / s_g) / sum over g      I_g = log(sum over g of exp(U_k / s_g))
                              P(g) = exp(s_g I_g) / sum over nests        L = log(sum over nests of exp(s_g I_g))

A dissimilarity of 1 makes a plain logit; towards 0 the alternatives of a nest become the same thing. Alternatives that
nobody may buy have share zero; where none is left, every share is zero and the log-sum is minus infinity.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from highfence.core.errors import InputError, NoAnswer

Array = Any
"""An array of floats of the namespace in use."""


@dataclass(frozen=True, slots=True)
class Shares:
    """What a nested logit gives; ``...`` are the choice sets.

    Attributes
    ----------
    share : of each alternative, (..., alternatives). within : of each alternative in its nest.
    nest_share : of each nest, (..., nests). inclusive : log-sum of each nest. logsum : of the whole set, (...,).
    """

    share: Array
    within: Array
    nest_share: Array
    inclusive: Array
    logsum: Array


def nested_logit(xp: Any, utility: Array, nest: Array, scale: Array, available: Array) -> Shares:
    """Return the shares of alternatives and the log-sums of their nests.

    Parameters
    ----------
    xp : array namespace. utility : (..., alternatives); values of unavailable ones are never used.
    nest : (alternatives,) integers, the nest of each. scale : (..., nests), dissimilarity in (0, 1].
    available : (..., alternatives) of booleans.

    Examples
    --------
    >>> import numpy as np
    >>> found = nested_logit(np, np.zeros(3), np.array([0, 1, 1]), np.array([1.0, 0.5]), np.array([True] * 3))
    >>> found.share.round(3).tolist(), found.nest_share.round(3).tolist()
    ([0.414, 0.293, 0.293], [0.414, 0.586])
    """
    members = [xp.logical_and(available, nest == g) for g in range(scale.shape[-1])]
    scales = [xp.expand_dims(scale[..., g], axis=-1) for g in range(scale.shape[-1])]
    known = xp.where(available, utility, xp.zeros_like(utility))
    of_each = xp.ones_like(known)
    for g, own in enumerate(scales):
        of_each = xp.where(nest == g, own, of_each)
    scaled = known / of_each
    least = -xp.inf + 0.0 * scaled
    tops, sums = [], []
    shift = 0.0 * scaled
    for member in members:
        top = xp.max(xp.where(member, scaled, least), axis=-1, keepdims=True)
        tops.append(xp.where(xp.isfinite(top), top, 0.0 * shift[..., :1]))
        shift = xp.where(member, tops[-1], shift)
    weight = xp.where(available, xp.exp(xp.where(available, scaled - shift, 0.0 * scaled)), 0.0 * scaled)
    within = 0.0 * scaled
    for member in members:
        sums.append(xp.sum(xp.where(member, weight, 0.0 * weight), axis=-1, keepdims=True))
        within = xp.where(member, weight / _or_one(xp, sums[-1]), within)
    nest_share, inclusive, logsum = _over_nests(xp, tops, sums, scales)
    share = 0.0 * within
    for g, member in enumerate(members):
        share = xp.where(member, within * nest_share[..., g:g + 1], share)
    return Shares(share, within, nest_share, inclusive, logsum)


def _over_nests(xp: Any, tops: list[Array], sums: list[Array], scales: list[Array]) -> tuple[Array, Array, Array]:
    """Return the shares of nests, their inclusive values, and the log-sum of all."""
    sums_of = xp.concat(sums, axis=-1)
    empty = sums_of <= 0.0
    nothing = 0.0 * sums_of
    inclusive = xp.where(empty, -xp.inf + nothing, xp.concat(tops, axis=-1) + xp.log(_or_one(xp, sums_of)))
    scale = xp.concat([xp.broadcast_to(s, sums[0].shape) for s in scales], axis=-1)
    value = scale * xp.where(empty, nothing, inclusive)
    top = xp.max(xp.where(empty, -xp.inf + nothing, value), axis=-1, keepdims=True)
    top = xp.where(xp.isfinite(top), top, 0.0 * nothing[..., :1])
    weight = xp.where(empty, nothing, xp.exp(xp.where(empty, nothing, value - top)))
    total = xp.sum(weight, axis=-1, keepdims=True)
    logsum = xp.where(total > 0.0, top + xp.log(_or_one(xp, total)), -xp.inf + 0.0 * total)
    return weight / _or_one(xp, total), inclusive, logsum[..., 0]


def _or_one(xp: Any, value: Array) -> Array:
    """Return a divisor: the value, or one where it is zero."""
    return xp.where(value > 0.0, value, 1.0 + 0.0 * value)


def share_slopes(xp: Any, found: Shares, nest: Array, scale: Array) -> Array:
    """Return how the logarithm of each share answers to each utility, (..., alternatives, alternatives).

    Row ``j``, column ``k`` is d log P(j) / d U(k) = [j = k] / s - [same nest] (1 - s) / s P(k | g) - P(k). Unavailable
    alternatives have rows and columns of zeros.
    """
    own = 0.0 * found.share + 1.0
    for g in range(scale.shape[-1]):
        own = xp.where(nest == g, xp.expand_dims(scale[..., g], axis=-1), own)
    across = xp.expand_dims(found.share, axis=-2)
    there = xp.logical_and(xp.expand_dims(found.within > 0.0, axis=-1), xp.expand_dims(found.within > 0.0, axis=-2))
    same = xp.expand_dims(nest, axis=-1) == xp.expand_dims(nest, axis=-2)
    of_row = xp.expand_dims(own, axis=-1)
    both = xp.expand_dims(found.within, axis=-2) * (1.0 - of_row) / of_row
    nothing = 0.0 * (both + across)
    index = xp.arange(nest.shape[-1])
    self_term = xp.where(xp.expand_dims(index, axis=-1) == xp.expand_dims(index, axis=-2), 1.0 / of_row + nothing,
                         nothing)
    return xp.where(there, self_term - xp.where(same, both + nothing, nothing) - across, nothing)


def price_elasticities(xp: Any, found: Shares, nest: Array, scale: Array, sensitivity: Array, part: Array) -> Array:
    """Return own (diagonal) and cross elasticities of shares to prices, (..., alternatives, alternatives).

    Row ``j``, column ``k``: percent that the share of ``j`` moves when the price of ``k`` rises by a percent.

    Parameters
    ----------
    sensitivity : utility per unit of log cost, (...,) or a number. part : share of the price in the cost of an
        alternative's work, (..., alternatives): a price that is half of the cost moves utility half as far.

    Examples
    --------
    >>> import numpy as np
    >>> nest, scale = np.array([0, 1, 1]), np.array([1.0, 0.5])
    >>> found = nested_logit(np, np.zeros(3), nest, scale, np.array([True] * 3))
    >>> price_elasticities(np, found, nest, scale, 2.0, np.ones(3)).round(2).tolist()
    [[-1.17, 0.59, 0.59], [0.83, -2.41, 1.59], [0.83, 1.59, -2.41]]
    """
    moved = -(sensitivity if isinstance(sensitivity, float) else xp.expand_dims(sensitivity, axis=-1)) * part
    return share_slopes(xp, found, nest, scale) * xp.expand_dims(moved, axis=-2)


def consumer_surplus(logsum: Array, marginal_utility: Array) -> Array:
    """Return the log-sum in money: over the marginal utility of money, up to a constant that differences lose.

    >>> consumer_surplus(1.0, 0.5) - consumer_surplus(0.0, 0.5)
    2.0
    """
    return logsum / marginal_utility


def equal_cost_ratio(xp: Any, before: Array, after: Array, sensitivity: Array) -> Array:
    """Return by what every cost could be multiplied after a change and leave buyers as well off as before.

    With utility falling by ``sensitivity`` for each unit of log cost it is exp((L after - L before) / sensitivity):
    1.1 means that the change is worth what costs ten percent lower are.

    >>> from highfence.core.arrays import FLOATS
    >>> round(equal_cost_ratio(FLOATS, 0.0, 0.2, 2.0), 4)
    1.1052
    """
    return xp.exp((after - before) / sensitivity)


def with_duplicate(xp: Any, utility: Array, nest: Array, available: Array, which: int) -> tuple[Array, Array, Array]:
    """Return utilities, nests and availability with one alternative twice, the copy last.

    Shares inside other nests keep their proportions; nest totals move by the inclusive value of its nest alone.
    """
    def extended(value: Array) -> Array:
        return xp.concat([value, value[..., which:which + 1]], axis=-1)

    return extended(utility), extended(nest), extended(available)


def choose(utility: Mapping[str, float], nest: Mapping[str, str], scale: Mapping[str, float],
           limits: Mapping[str, Mapping[str, bool]] | None = None) -> dict[str, float]:
    """Return the share of each alternative of one choice set, by name.

    Parameters
    ----------
    utility, nest : of each alternative. scale : dissimilarity of each nest. limits : by the name of a limit (law,
        budget, supply, ...), which alternatives keep it; an alternative that a limit does not name keeps it.

    Raises
    ------
    InputError : a dissimilarity outside (0, 1], a nest without one, or a utility that is no number.
    NoAnswer : no alternative keeps every limit; says which limit binds and what would relax it.

    Examples
    --------
    >>> shares = choose({"H20": 0.2, "910B": 0.0, "910C": 0.1},
    ...                 {"H20": "foreign", "910B": "domestic", "910C": "domestic"},
    ...                 {"foreign": 1.0, "domestic": 0.6}, {"supply": {"910C": False}})
    >>> {name: round(share, 3) for name, share in shares.items()}
    {'H20': 0.55, '910B': 0.45, '910C': 0.0}
    """
    import numpy as np

    names = tuple(utility)
    _check(utility, nest, scale)
    kept = keeping(names, limits or {})
    order = {name: i for i, name in enumerate(scale)}
    found = nested_logit(np, np.array([utility[n] if k else 0.0 for n, k in zip(names, kept)]),
                         np.array([order[nest[n]] for n in names]), np.array([float(s) for s in scale.values()]),
                         np.array(kept))
    return {name: float(share) for name, share in zip(names, found.share)}


def _check(utility: Mapping[str, float], nest: Mapping[str, str], scale: Mapping[str, float]) -> None:
    from math import isfinite

    for name, value in scale.items():
        if not 0.0 < value <= 1.0:
            raise InputError("the dissimilarity of a nest is above 0 and at most 1", where=f"nest {name}", got=value,
                             expected="a number in (0, 1]", example="0.6")
    for name, value in utility.items():
        if nest.get(name) not in scale:
            raise InputError("an alternative stands in no known nest", where=name, got=nest.get(name),
                             expected=", ".join(scale))
        if not isfinite(value):
            raise InputError("a utility must be a number", where=name, got=value, example="-0.4",
                             hint="an alternative that may not be bought is left out by a limit")


def keeping(names: tuple[str, ...], limits: Mapping[str, Mapping[str, bool]]) -> list[bool]:
    """Return which alternatives keep every limit.

    Raises
    ------
    NoAnswer : none does. A limit binds where dropping it alone would leave an alternative.

    Examples
    --------
    >>> keeping(("H20", "910B"), {"law": {"H20": False}, "supply": {"910B": False}})
    Traceback (most recent call last):
    ...
    highfence.core.errors.NoAnswer: no alternative keeps every limit
      missing:  an alternative that keeps law and supply
      changes:  dropping law would leave H20; dropping supply would leave 910B
    """
    def left(dropped: str | None) -> list[bool]:
        return [all(kept.get(name, True) for limit, kept in limits.items() if limit != dropped) for name in names]

    found = left(None)
    if any(found):
        return found
    if not names:
        raise NoAnswer("there is nothing to choose from", missing="an alternative", would_change="every share")
    freed = {limit: [n for n, k in zip(names, left(limit)) if k] for limit in limits}
    binding = {limit: some for limit, some in freed.items() if some}
    broken = [limit for limit, kept in limits.items() if any(not kept.get(name, True) for name in names)]
    changes = "; ".join(f"dropping {limit} would leave {', '.join(some)}" for limit, some in binding.items())
    raise NoAnswer("no alternative keeps every limit",
                   missing=f"an alternative that keeps {_and(list(binding) or broken)}",
                   would_change=changes or f"no single limit: {_and(broken)} would have to give way together")


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def choice_sets_per_second(n: int = 100_000, alternatives: int = 20, nests: int = 2, seed: int = 0) -> float:
    """Return how many choice sets a second :func:`nested_logit` computes with NumPy on one core, in pieces of 4,096.

    >>> choice_sets_per_second(2_000) > 1_000
    True
    """
    from time import perf_counter

    import numpy as np

    draw = np.random.default_rng(seed)
    utility = draw.normal(size=(n, alternatives))
    available = draw.random((n, alternatives)) < 0.8
    nest, scale = np.arange(alternatives) % nests, np.full((n, nests), 0.6)
    started = perf_counter()
    for first in range(0, n, 4096):
        rows = slice(first, first + 4096)
        nested_logit(np, utility[rows], nest, scale[rows], available[rows])
    return n / (perf_counter() - started)
