"""Salvage and bins: a die sells although some of its equal blocks are broken.

A die is an uncore, which must be perfect, and ``n`` equal blocks, of which a bin asks for at least ``k``. At one
density of defects blocks fail apart from one another, so that the working ones are binomial; over the wafer the density
spreads as the yield model says, and the share is averaged over that spread. With ``k = n`` it is the plain yield.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, log
from typing import Any

from highfence.core.arrays import Number
from highfence.core.errors import InputError
from highfence.cost.making.yields import YieldModel

RULES = ("equal", "value", "own")
"""How a wafer's cost is split among bins: every die that sells bears the same; each as its value; or one bin bears
all and what falls below it is scrap."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """The repeated part of a die.

    Attributes
    ----------
    total : blocks on a whole die. share : of the die's area that they take. needed : of them that must work.
    """

    total: int
    needed: int
    share: Number = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.needed <= self.total or self.total < 1:
            raise InputError("a bin asks for no more blocks than the die has", got=f"{self.needed} of {self.total}",
                             example="132 of 144")


def sellable_share(xp: Any, defects: Number, blocks: Blocks, model: YieldModel) -> Number:
    """Return the share of dies with a perfect uncore and at least the needed blocks.

    Parameters
    ----------
    defects : mean per whole die.

    >>> from highfence.core.arrays import FLOATS
    >>> whole, cut = Blocks(144, 144, 0.6), Blocks(144, 132, 0.6)
    >>> model = YieldModel("negative-binomial")
    >>> [round(sellable_share(FLOATS, 0.814, b, model), 3) for b in (whole, cut)]
    [0.487, 0.734]
    """
    found = 0.0 * defects
    for density, weight in model.spread():
        x = defects * density
        found = found + weight * xp.exp(-x * (1.0 - blocks.share)) * at_least(xp, xp.exp(-x * blocks.share
                                                                                        / blocks.total), blocks)
    return found


def at_least(xp: Any, good: Number, blocks: Blocks) -> Number:
    """Return the chance that the needed blocks of all work, each with chance ``good``."""
    works, fails = xp.log(xp.maximum(good, 1e-300)), xp.log(xp.maximum(1.0 - good, 1e-300))
    found = 0.0 * good
    for broken in range(blocks.total - blocks.needed + 1):
        found = found + xp.exp(log(comb(blocks.total, broken)) + broken * fails + (blocks.total - broken) * works)
    return xp.minimum(found, 0.0 * found + 1.0)


@dataclass(frozen=True, slots=True)
class Bin:
    """A product that a die may become: ``needed`` blocks, and its ``value`` beside the other bins."""

    id: str
    needed: int
    value: float = 1.0


def bin_shares(xp: Any, defects: Number, bins: Sequence[Bin], blocks: Blocks, model: YieldModel) -> dict[str, Number]:
    """Return the share of all dies that land in each bin, every die in the most demanding that it meets.

    >>> from highfence.core.arrays import FLOATS
    >>> bins = [Bin("h100", 132), Bin("h20", 78)]
    >>> shares = bin_shares(FLOATS, 0.814, bins, Blocks(144, 144, 0.6), YieldModel("negative-binomial"))
    >>> {name: round(share, 4) for name, share in shares.items()}
    {'h100': 0.7341, 'h20': 0.0}
    """
    found, above = {}, 0.0 * defects
    for one in sorted(bins, key=lambda b: -b.needed):
        share = sellable_share(xp, defects, Blocks(blocks.total, one.needed, blocks.share), model)
        found[one.id] = xp.maximum(share - above, 0.0 * share)
        above = share
    return found


def die_costs(xp: Any, wafer_price: Number, dies: Number, shares: dict[str, Number], bins: Sequence[Bin],
              rule: str = "equal") -> dict[str, Number]:
    """Return the cost of a die of each bin, in the money of the wafer.

    Parameters
    ----------
    dies : per wafer, good or bad. shares : from :func:`bin_shares`. rule : one of :data:`RULES`. By ``value`` a wafer's
    cost goes to bins in proportion to what each would fetch, so that all have the same margin.

    Raises
    ------
    InputError : no such rule.

    >>> from highfence.core.arrays import FLOATS
    >>> bins = [Bin("best", 4, 3.0), Bin("cut", 2, 1.0)]
    >>> costs = die_costs(FLOATS, 1000.0, 10.0, {"best": 0.5, "cut": 0.25}, bins, "value")
    >>> {name: round(cost, 2) for name, cost in costs.items()}
    {'best': 171.43, 'cut': 57.14}
    """
    if rule not in RULES:
        raise InputError("no such rule of cost among bins", got=rule, expected=", ".join(RULES))
    if rule == "own":
        ordered, found, reached = sorted(bins, key=lambda b: -b.needed), {}, 0.0 * dies
        for one in ordered:
            reached = reached + shares[one.id]
            found[one.id] = wafer_price / (dies * reached)
        return found
    worth = {b.id: b.value if rule == "value" else 1.0 for b in bins}
    total = dies * sum(shares[b.id] * worth[b.id] for b in bins)
    return {b.id: wafer_price * worth[b.id] / total for b in bins}
