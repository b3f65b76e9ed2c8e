"""Trap, relief or neither: what the decision of :mod:`highfence.choice.dynamics` comes to, with its conditions.

Let ``D`` be the cost of taking the foreign chip now (and acting best after) less that of moving now, over the horizon
and at the stated hazard. Let the chip be *cheaper at first* when the outlay of the first four quarters alone, hazard
and lock-in ignored, is lower for taking it (in the middle of the draws). Of the draws over what is uncertain:

=========  ===========================================================================================================
relief     ``D < 0`` in nine of ten, and the option to move is kept
trap       ``D > 0`` in nine of ten, and the chip is cheaper at first: a year's arithmetic takes it, ten years' does not
neither    all else: *no difference* (each sign of ``D`` in more than one of ten), *dearer at once* (``D > 0`` in nine
           of ten and no cheaper at first), or *locked in* (``D < 0`` in nine of ten, the option to move destroyed)
=========  ===========================================================================================================

The option to move is *destroyed* when, were supply cut for good, moving would beat renting for ever today but no longer
after one quarter on the foreign platform, in most draws. ``D`` rises with the price and with the hazard, so that each
verdict holds on an interval of either. Where nine of ten is not reached, ``leaning`` says what most draws say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from highfence.choice.dynamics import (
    NEVER,
    Stages,
    Worth,
    flipping_hazard,
    indifferent_price,
    myopic_price,
    option_lost,
    solve,
    stages,
    take_over_move,
)
from highfence.choice.two_theories import TwoTheories, fork_of
from highfence.core.arrays import FLOATS
from highfence.core.errors import InputError
from highfence.core.labels import Label
from highfence.core.ranges import Range, normals, quantile_range

DRAWS = 1000
MYOPIC_QUARTERS = 4
MOST_HAZARD = 4.0
"""Highest hazard a year that is asked about: one cut-off a quarter."""

MOST_PRICE = 10.0
"""Highest price that is asked about, as a multiple of the stated one."""

SURE = 0.9

OUTCOMES = ("no difference", "relief", "trap", "dearer at once", "locked in")
"""Outcomes by code, as in a flip map."""

NO_DIFFERENCE, RELIEF, TRAP, DEARER_AT_ONCE, LOCKED_IN = range(5)

_NAMES = {RELIEF: "relief", TRAP: "trap"}
_TEXTS = {
    NO_DIFFERENCE: Label("Neither: what is uncertain outweighs the difference.", "两者皆非：差异小于不确定性。"),
    RELIEF: Label("Relief: taking it is cheaper over the horizon at this hazard, and moving later stays open.",
                  "及时雨：在该风险率下，整个期间内采购更便宜，且日后仍可迁移。"),
    TRAP: Label("Trap: cheaper in the first year, dearer over the horizon than moving now.",
                "陷阱：首年更便宜，但整个期间比立即迁移更贵。"),
    DEARER_AT_ONCE: Label("Neither: dearer from the first year on.", "两者皆非：从首年起即更贵。"),
    LOCKED_IN: Label("Neither: cheaper, but a quarter on, a lasting cut-off could no longer be answered by moving.",
                     "两者皆非：更便宜，但使用一个季度后若长期断供，便无法再以迁移应对。"),
}


@dataclass(frozen=True, slots=True)
class Values:
    """What each way costs, USD of today over the horizon, and per unit of work served.

    Attributes
    ----------
    take, move, rent : the foreign chip now and best after; the domestic one now; renting this quarter and best after.
    per_unit : of ``take``, ``move`` and ``rent``. difference : ``take`` less ``move``. cheaper : share of draws in
    which taking is cheaper than moving. best : the least of the three in the middle. first_move, first_move_if_cut :
    quarters from now after which one who took it moves, if supply stays open or is cut next quarter for good; None for
    never. Both are of the middle.
    """

    take: Range
    move: Range
    rent: Range
    per_unit: Mapping[str, Range]
    difference: Range
    cheaper: float
    best: str
    first_move: int | None
    first_move_if_cut: int | None

    def to_dict(self) -> dict[str, Any]:
        """Return the values as JSON."""
        return {"take": _range(self.take), "move": _range(self.move), "rent": _range(self.rent),
                "per_unit": {n: _range(r) for n, r in self.per_unit.items()}, "difference": _range(self.difference),
                "share_in_which_taking_is_cheaper": self.cheaper, "best": self.best,
                "first_move_quarter": self.first_move, "first_move_quarter_if_cut": self.first_move_if_cut}


@dataclass(frozen=True, slots=True)
class Turn:
    """Where the answer turns.

    Attributes
    ----------
    kind : ``at`` a value, ``never`` (moving is cheaper whatever it is) or ``always`` (taking is, up to ``most``).
    value : 10, 50 and 90 % of the draws, held between 0 and ``most``; None unless ``kind`` is ``at``. never, always :
    shares of draws. text : the answer in words. found : every draw, below 0 for never and above ``most`` for always.
    """

    kind: str
    value: Range | None
    unit: str
    most: float
    never: float
    always: float
    text: Label
    found: Any = field(repr=False, compare=False)

    def share_below(self, value: float) -> float:
        """Return the share of draws that turn below a value."""
        return float((self.found < value).mean())

    def to_dict(self) -> dict[str, Any]:
        """Return the turn as JSON."""
        return {"kind": self.kind, "value": _range(self.value) if self.value else None, "unit": self.unit,
                "asked_up_to": self.most, "share_never": self.never, "share_always": self.always,
                "text": self.text.to_dict()}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Trap, relief or neither.

    Attributes
    ----------
    name : ``relief``, ``trap`` or ``neither``. outcome : one of :data:`OUTCOMES`. leaning : the outcome if most draws
    were enough. prices, hazards : by outcome, the interval in which it would hold, the other being as stated; outcomes
    that hold nowhere are left out. first_year_price : below which the chip is cheaper at first. without_hazard,
    without_lock_in : cost of taking less that of moving in the middle, USD, if no cut-off could come, and if staying
    added no code.
    """

    name: str
    outcome: str
    leaning: str
    text: Label
    prices: Mapping[str, tuple[float, float]]
    hazards: Mapping[str, tuple[float, float]]
    first_year_price: float
    without_hazard: float
    without_lock_in: float

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as JSON."""
        return {"name": self.name, "outcome": self.outcome, "leaning": self.leaning, "text": self.text.to_dict(),
                "price_intervals": {n: [low, high if high < float("inf") else None]
                                    for n, (low, high) in self.prices.items()},
                "hazard_intervals": {n: list(i) for n, i in self.hazards.items()},
                "first_year_price": self.first_year_price, "difference_without_hazard": self.without_hazard,
                "difference_without_lock_in": self.without_lock_in}


@dataclass(frozen=True, slots=True)
class Split:
    """What one input does, all others in the middle.

    Attributes
    ----------
    at_low, at_high : cost of taking less that of moving, USD, at its low and high. turns_at : value at which the sign
    changes in between, or None.
    """

    id: str
    label: Label
    grade: str
    at_low: float
    at_high: float
    turns_at: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return the split as JSON."""
        return {"id": self.id, "label": self.label.to_dict(), "grade": self.grade, "difference_at_low": self.at_low,
                "difference_at_high": self.at_high, "turns_at": self.turns_at}


@dataclass(frozen=True, slots=True)
class FlipMap:
    """Outcomes over prices and hazards.

    Attributes
    ----------
    outcomes : (prices, hazards) of codes of :data:`OUTCOMES`. cheaper : share of draws in which taking is cheaper.
    difference : its middle, cost of taking less that of moving, USD.
    """

    prices: Any
    hazards: Any
    outcomes: Any
    cheaper: Any
    difference: Any


@dataclass(frozen=True, slots=True)
class Indifference:
    """The whole answer; ``splits`` are sorted by what they move, the most first."""

    inputs: TwoTheories
    values: Values
    price: Turn
    hazard: Turn
    verdict: Verdict
    splits: tuple[Split, ...]
    draws: int
    seed: int

    @property
    def rests_on(self) -> tuple[Split, ...]:
        """Assumed inputs between whose low and high the answer turns."""
        return tuple(s for s in self.splits if s.grade == "assumed" and s.turns_at is not None)

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as JSON."""
        asked = self.inputs
        return {"foreign": asked.foreign, "domestic": asked.domestic, "buyer": asked.buyer, "to": asked.place,
                "on": asked.on.isoformat(), "price": asked.price, "work": asked.work, "unit": asked.unit,
                "quarters": asked.quarters, "verdict": self.verdict.to_dict(), "values": self.values.to_dict(),
                "indifference_price": self.price.to_dict(), "flip_hazard": self.hazard.to_dict(),
                "rests_on": [s.id for s in self.rests_on], "splits": [s.to_dict() for s in self.splits],
                "terms": [t.to_dict() for t in asked.terms.values()], "draws": self.draws, "seed": self.seed}


def indifference(inputs: TwoTheories, draws: int = DRAWS, seed: int = 0) -> Indifference:
    """Answer for one buyer, chip and day: values, indifference price, flip hazard, verdict and what it rests on.

    Examples
    --------
    >>> from highfence.choice.two_theories import two_theories
    >>> fork = two_theories("H20", "910B", price=11000.0, foreign_cost=0.6, capital_share=0.5, domestic_cost=1.3,
    ...                     work=1e5, unit="million tokens", on="2025-07-20")
    >>> indifference(fork, draws=200).verdict.name
    'relief'
    """
    laid = _lay(inputs, draws, seed)
    return Indifference(inputs, _values(laid), _price(laid), _hazard(laid), _verdict(laid), splits(inputs), draws, seed)


def value_now(inputs: TwoTheories, draws: int = DRAWS, seed: int = 0) -> Values:
    """Return what taking, moving and renting now cost."""
    return _values(_lay(inputs, draws, seed))


def indifference_price(inputs: TwoTheories, draws: int = DRAWS, seed: int = 0) -> Turn:
    """Return the price of the foreign chip at which taking it and moving cost the same, USD."""
    return _price(_lay(inputs, draws, seed))


def flip_hazard(inputs: TwoTheories, draws: int = DRAWS, seed: int = 0) -> Turn:
    """Return the hazard a year at which the answer flips at the stated price."""
    return _hazard(_lay(inputs, draws, seed))


def verdict(inputs: TwoTheories, draws: int = DRAWS, seed: int = 0) -> Verdict:
    """Return trap, relief or neither, and where each would hold."""
    return _verdict(_lay(inputs, draws, seed))


def flip_map(inputs: TwoTheories, prices: Sequence[float], hazards: Sequence[float], draws: int = DRAWS,
             seed: int = 0) -> FlipMap:
    """Return the outcome at every price (USD) and hazard (per year), each as if it were stated without doubt.

    Raises
    ------
    InputError : a negative price or hazard.
    """
    import numpy as np

    across, down = np.asarray(hazards, dtype=float), np.asarray(prices, dtype=float)
    if across.ndim != 1 or down.ndim != 1 or not (across.min(initial=0.0) >= 0.0 and down.min(initial=0.0) >= 0.0):
        raise InputError("prices and hazards are lists of numbers not below zero", where="flip_map",
                         example="[0, 5000, 10000]")
    laid = _lay(inputs, draws, seed)
    cheaper, dearer, middle = (np.empty((down.size, across.size)) for _ in range(3))
    for row, price in enumerate(down):
        over = take_over_move(np, laid.path, float(price), across[:, None], laid.reopening)
        cheaper[row], dearer[row] = (over < 0.0).mean(axis=-1), (over > 0.0).mean(axis=-1)
        middle[row] = np.median(over, axis=-1)
    at_first = (down < laid.first_year_price)[:, None]
    return FlipMap(down, across, _outcome(np, cheaper, dearer, at_first, laid.locked).astype("int8"), cheaper, middle)


def splits(inputs: TwoTheories, levels: int = 17) -> tuple[Split, ...]:
    """Return what each uncertain input does between its low and high, the others in the middle, the most first."""
    import numpy as np

    from highfence.core.ranges import Z80

    moving = [t for t in inputs.terms.values() if t.value.low < t.value.high and t.id != "chip_life"]
    if not moving:
        return ()
    steps = np.linspace(-Z80, Z80, levels)
    z = {id: np.zeros((len(moving), levels)) for id in inputs.terms}
    for row, term in enumerate(moving):
        z[term.id][row] = steps
    path = stages(np, fork_of(inputs, z, np))
    rates = [inputs.terms[id].value.draw(z[id], np) for id in ("hazard", "reopening")]
    over = np.broadcast_to(take_over_move(np, path, inputs.price, *rates), (len(moving), levels))
    found = [Split(term.id, term.label, term.weakest, float(line[0]), float(line[-1]), _turns(term.value, steps, line))
             for term, line in zip(moving, over)]
    return tuple(sorted(found, key=lambda s: -abs(s.at_high - s.at_low)))


def _turns(value: Range, steps: Any, line: Any) -> float | None:
    for k in range(len(steps) - 1):
        if (line[k] > 0.0) != (line[k + 1] > 0.0):
            share = line[k] / (line[k] - line[k + 1])
            return float(value.draw(float(steps[k] + share * (steps[k + 1] - steps[k]))))
    return None


@dataclass(frozen=True, slots=True)
class _Laid:
    """Stages of the middle and of every draw, with the rates and what does not hang on the price or the hazard."""

    inputs: TwoTheories
    middle: Stages
    path: Stages
    hazard: Any
    reopening: Any
    turning: Any
    flipping: Any
    first_year_price: float
    locked: bool


def _lay(inputs: TwoTheories, draws: int, seed: int) -> _Laid:
    import numpy as np

    if draws < 1:
        raise InputError("at least one draw", where="draws", got=draws, example="1000")
    z = normals(seed, inputs.terms, draws)
    z["code_base_months"] = z["port_engineer_months"]
    path = stages(np, fork_of(inputs, z, np))
    hazard, reopening = (inputs.terms[id].value.draw(z[id], np) for id in ("hazard", "reopening"))
    turning = indifferent_price(np, path, hazard, reopening)
    flipping = flipping_hazard(np, path, inputs.price, reopening, MOST_HAZARD)
    return _Laid(inputs, stages(FLOATS, fork_of(inputs)), path, hazard, reopening, turning, flipping,
                 float(np.median(myopic_price(path, min(MYOPIC_QUARTERS, inputs.quarters)))),
                 bool(np.mean(option_lost(path)) > 0.5))


def _middle(laid: _Laid, xp: Any = FLOATS) -> Worth:
    rates = (laid.inputs.terms[id].value.mid for id in ("hazard", "reopening"))
    return solve(xp, laid.middle, laid.inputs.price, *rates)


def _values(laid: _Laid) -> Values:
    import numpy as np

    worth, plan = solve(np, laid.path, laid.inputs.price, laid.hazard, laid.reopening), _middle(laid)
    ways = {"take": worth.take, "move": worth.move, "rent": worth.rent}
    ranges = {name: quantile_range(cost) for name, cost in ways.items()}
    return Values(**ranges, per_unit={name: quantile_range(cost / laid.path.served) for name, cost in ways.items()},
                  difference=quantile_range(worth.take - worth.move), cheaper=float((worth.take < worth.move).mean()),
                  best=min(ranges, key=lambda name: ranges[name].mid), first_move=_quarter(plan.first_open),
                  first_move_if_cut=_quarter(plan.first_cut))


def _quarter(value: float) -> int | None:
    return None if value >= NEVER else int(value)


def _price(laid: _Laid) -> Turn:
    asked = laid.inputs
    most = MOST_PRICE * asked.price
    texts = {"at": Label("{foreign} and {domestic} cost the same at {value:,.0f} USD a chip",
                         "{foreign}单价{value:,.0f}美元时与{domestic}成本相同"),
             "never": Label("not at any price: moving to {domestic} is cheaper even if {foreign} were free",
                            "任何价格都不划算：即使{foreign}免费，迁往{domestic}仍更便宜"),
             "always": Label("at any price up to {most:,.0f} USD: {foreign} is cheaper than moving to {domestic}",
                             "单价不超过{most:,.0f}美元时，{foreign}均比迁往{domestic}便宜")}
    return _turn(laid, laid.turning, "USD", most, texts, laid.turning <= 0.0)


def _hazard(laid: _Laid) -> Turn:
    texts = {"at": Label("the answer flips at {value:.2f} cut-offs a year", "断供风险率达每年{value:.2f}次时结论反转"),
             "never": Label("at no hazard: moving to {domestic} is cheaper even if supply of {foreign} were safe",
                            "任何风险率下都不划算：即使{foreign}供应无虞，迁往{domestic}仍更便宜"),
             "always": Label("at any hazard up to {most:g} a year taking {foreign} is cheaper",
                             "断供风险率不超过每年{most:g}次时，采购{foreign}均更便宜")}
    return _turn(laid, laid.flipping, "1/year", MOST_HAZARD, texts, laid.flipping < 0.0)


def _turn(laid: _Laid, found: Any, unit: str, most: float, texts: Mapping[str, Label], nowhere: Any) -> Turn:
    import numpy as np

    never, always = float(np.mean(nowhere)), float(np.mean(found > most))
    middle = float(np.median(found))
    kind = "never" if never > 0.5 else "always" if always > 0.5 else "at"
    value = quantile_range(np.clip(found, 0.0, most)) if kind == "at" else None
    text = texts[kind].format(foreign=_named(laid.inputs.foreign), domestic=_named(laid.inputs.domestic), value=middle,
                              most=most)
    return Turn(kind, value, unit, most, never, always, text, found)


def _named(chip: str) -> Label:
    from highfence.catalogue import catalogue

    found = catalogue().find_chip(chip)
    return found.name if found else Label(chip, chip)


def _outcome(xp: Any, cheaper: Any, dearer: Any, at_first: Any, locked: bool, sure: float = SURE) -> Any:
    """Return the code of an outcome from shares of draws."""
    lower, higher = cheaper >= sure, dearer >= sure
    return xp.where(lower, LOCKED_IN if locked else RELIEF,
                    xp.where(higher, xp.where(at_first, TRAP, DEARER_AT_ONCE), NO_DIFFERENCE))


def _verdict(laid: _Laid) -> Verdict:
    import numpy as np

    asked = laid.inputs
    over = take_over_move(np, laid.path, asked.price, laid.hazard, laid.reopening)
    shares, at_first = ((over < 0.0).mean(), (over > 0.0).mean()), asked.price < laid.first_year_price
    code, leaning = (int(_outcome(np, *shares, at_first, laid.locked, sure)) for sure in (SURE, 0.5))
    rates = {id: asked.terms[id].value.mid for id in ("hazard", "reopening")}
    free = stages(FLOATS, replace(fork_of(asked), new_code=0.0))
    return Verdict(_NAMES.get(code, "neither"), OUTCOMES[code], OUTCOMES[leaning], _TEXTS[code], _price_intervals(laid),
                   _hazard_intervals(laid), laid.first_year_price,
                   take_over_move(FLOATS, laid.middle, asked.price, 0.0, rates["reopening"]),
                   take_over_move(FLOATS, free, asked.price, rates["hazard"], rates["reopening"]))


def _price_intervals(laid: _Laid) -> dict[str, tuple[float, float]]:
    """Return where each outcome holds as the price changes, USD; the last is open above."""
    import numpy as np

    low, high = (max(0.0, float(np.quantile(laid.turning, q, method="inverted_cdf"))) for q in (1.0 - SURE, SURE))
    trap_ends = max(high, laid.first_year_price)
    found = {LOCKED_IN if laid.locked else RELIEF: (0.0, low), NO_DIFFERENCE: (low, high), TRAP: (high, trap_ends),
             DEARER_AT_ONCE: (trap_ends, float("inf"))}
    return {OUTCOMES[code]: span for code, span in found.items() if span[0] < span[1]}


def _hazard_intervals(laid: _Laid) -> dict[str, tuple[float, float]]:
    """Return where each outcome holds as the hazard changes, per year, up to the highest that is asked about."""
    import numpy as np

    found = np.clip(laid.flipping, 0.0, MOST_HAZARD)
    low, high = (float(np.quantile(found, q, method="inverted_cdf")) for q in (1.0 - SURE, SURE))
    dear = TRAP if laid.inputs.price < laid.first_year_price else DEARER_AT_ONCE
    spans = {LOCKED_IN if laid.locked else RELIEF: (0.0, low), NO_DIFFERENCE: (low, high), dear: (high, MOST_HAZARD)}
    return {OUTCOMES[code]: span for code, span in spans.items() if span[0] < span[1]}


def _range(value: Range) -> dict[str, float]:
    return {"low": value.low, "value": value.mid, "high": value.high}
