"""Take the foreign chip now, or move to a domestic one: a buyer's decision over quarters, solved backwards.

**Time and work.** Quarters ``t = 0 … T-1``, a discount factor ``β = (1 + r)^(-1/4)``. The buyer serves the work
``W_t = W_0 (1 + g)^(t/4)``. Chips serve for ``L`` quarters. A share of ``W_0`` stands on old foreign chips that retire
evenly over ``L``. What is due in a quarter is what nothing that stands serves::

    n_t = max(0, W_t - old_t - Σ_{k=1}^{L-1} n_{t-k})

Work has to be served and lives are equal, so that ``n_t`` is the same on every path. A vintage is therefore priced
whole when it is bought (its cost over its life, ``a(x) = Σ_{k<L} x^k``), what was bought is sunk, and no state is
needed for the fleet. The state is the quarter, the platform (unmoved or moved), and the supply: first offer (O),
cut (C), or open again with the chip that a later rule allows (P)::

    foreign   F_t(p) = n_t (f + h p) (1 - d_f)^(t/4) a(β)          affine in the chip's price p; in P times m >= 1
    rented    R_t    = n_t min(rent, v) (1 - d)^(t/4) a(β)         supply open; v is the value of work not served
              R'_t   = (n_t + ½ x W_t) min(squeezed rent, v) …     supply cut: a share x of chips fails without spares
    domestic  D_t(e) = n_t c ((1 - d)(1 - s))^(t/4) [a(β s') + ω λ^e a(β s' λ)]          e quarters after the move

``d`` is the yearly fall of a domestic vintage's cost (yield, learning), ``s`` the yearly gain of its software, which
reaches chips already bought (``s' = (1 - s)^(1/4)``), ``ω`` the work lost to inexperience at first, which fades by
``λ`` a quarter of the buyer's own experience. Rents fall with the cost of chips.

**Moving** is for good, and costs engineers and waiting::

    K_t    = wage (E + G t/4) (1 - τ)^(t/4) + rent · wait_t(δ)                            planned, supply open
    K'_t   = wage (E + G t/4 + H) (1 - τ)^(t/4) + squeezed rent · wait_t(δ + δ_H)         hurried, supply cut
    wait_t(δ) = Σ_k β^k max(0, δ - k) n_{t+k}                                  work that waits for the port
    M_t    = K_t + Σ_{u>=t} β^(u-t) D_u(u - t),      M'_t likewise

``E`` engineer-months port today's code. Code written for the foreign platform adds ``G`` a year while the buyer stays
(lock-in); better tools take ``τ`` a year off. Hurry adds ``H`` and ``δ_H``. E, G and H are amounts of their own, so
that a dearer port (E) never hastens a move: the continuation pays ``E`` discounted, or not at all. Where G or H are
meant to grow with E, a dearer port can hasten the move: that is lock-in seen in advance.

**Supply** is cut at a hazard ``h`` a year and opens again at a rate ``q``, in continuous time. Over a quarter::

    P(O → O) = e^(-h/4)                 P(O or P → C) = h / (h + q) (1 - e^(-(h+q)/4))
    P(O → P) = what is left             P(C → P)      = q / (h + q) (1 - e^(-(h+q)/4))

A cut now never makes an open market likelier later, and a higher hazard never helps the one who stays.

**Values**, backwards from a tail of one more life in which growth, prices and supply stand still::

    O_t = min( min(F_t, R_t)   + β E[next | O],  M_t )
    P_t = min( min(m F_t, R_t) + β E[next | P],  M_t )
    C_t = min( R'_t            + β E[next | C],  M'_t )
    take = F_0 + β E[next | O],   rent = R_0 + β E[next | O],   move = M_0

Everything is expected cost in USD of today. Nothing is simulated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from highfence.core.arrays import Number

QUARTER = 0.25
"""Years in a quarter."""

NEVER = 1e9
"""Quarter of a move that is never made."""

LONGEST_PORT = 8
"""Quarters of waiting for a port that are counted."""


@dataclass(frozen=True, slots=True)
class Fork:
    """What the buyer faces; floats, or arrays with one value a draw.

    Attributes
    ----------
    quarters, life, tail : horizon, life of a chip, and quarters after the horizon.
    work : units of work a quarter at the start. installed : share of it on old foreign chips. growth : per year.
    foreign_base : USD per unit of work without the chip's price. foreign_per_price : USD per unit per USD of price.
    weaker : cost of work on the chip that comes back after a cut, as a multiple of the first one's, at least 1.
    domestic_cost, rental_cost : USD per unit of work. squeeze : rent when supply is cut, as a multiple of the rent.
    value_of_work : USD per unit that is lost where work is not served.
    engineer_months : to port today's code. new_code : engineer-months a year that staying adds. hurry_months : more of
    them in a hurry. wage : USD per engineer-month. porting_gain : per year, of tools.
    port_quarters, hurry_quarters : that work waits for a port, and longer in a hurry.
    domestic_decline, software_gain, foreign_decline : of cost, per year.
    inexperience : share of cost lost at first. fading : of it that remains after a quarter, below 1.
    attrition : share of foreign chips that fail a year, without spares once supply is cut. discount : per year.
    """

    quarters: int
    life: int
    tail: int
    work: Number
    installed: Number
    growth: Number
    foreign_base: Number
    foreign_per_price: Number
    weaker: Number
    domestic_cost: Number
    rental_cost: Number
    squeeze: Number
    value_of_work: Number
    engineer_months: Number
    new_code: Number
    hurry_months: Number
    wage: Number
    porting_gain: Number
    port_quarters: Number
    hurry_quarters: Number
    domestic_decline: Number
    software_gain: Number
    foreign_decline: Number
    inexperience: Number
    fading: Number
    attrition: Number
    discount: Number


@dataclass(frozen=True, slots=True)
class Stages:
    """Costs of every step, by quarter: 0 to the horizon, and the tail as one more.

    Attributes
    ----------
    beta : discount factor of a quarter. weaker : see :class:`Fork`. foreign_base, foreign_per_price : of a quarter's
    purchase at no price, and per USD of price. rent_open, rent_cut : of renting what is due. move_open, move_cut : of
    moving in that quarter, all that follows included. domestic : of a quarter's purchase by one who moved at the start.
    switch : engineers and waiting of moving at the start. served : discounted units of work.
    """

    beta: Number
    weaker: Number
    foreign_base: tuple[Number, ...]
    foreign_per_price: tuple[Number, ...]
    rent_open: tuple[Number, ...]
    rent_cut: tuple[Number, ...]
    move_open: tuple[Number, ...]
    move_cut: tuple[Number, ...]
    domestic: tuple[Number, ...]
    switch: Number
    served: Number


@dataclass(frozen=True, slots=True)
class Worth:
    """Expected cost of each way, USD of today.

    Attributes
    ----------
    take, move, rent : taking the foreign chip this quarter and acting best after, moving now, renting this quarter and
    acting best after. take_per_price : USD of ``take`` per USD of the chip's price, at this price.
    first_open, first_cut : first quarter after this one in which a move is best if supply stays open, or is cut next
    quarter and stays cut; :data:`NEVER` where none is.
    """

    take: Number
    move: Number
    rent: Number
    take_per_price: Number
    first_open: Number
    first_cut: Number


def chances(xp: Any, hazard: Number, reopening: Number, years: float = QUARTER) -> tuple[Number, Number]:
    """Return the probabilities that open supply is cut, and that cut supply is open, after some years.

    Parameters
    ----------
    hazard, reopening : per year.

    Examples
    --------
    >>> from highfence.core.arrays import FLOATS
    >>> cut, reopened = chances(FLOATS, 0.8, 0.0)
    >>> round(cut, 4), reopened
    (0.1813, 0.0)
    """
    rate = hazard + reopening
    safe = xp.maximum(rate, 1e-9 + 0.0 * rate)
    moved = (1.0 - xp.exp(-safe * years)) / safe
    return hazard * moved, reopening * moved


def annuity(factor: Number, quarters: int) -> Number:
    """Return ``Σ_{k < quarters} factor^k``.

    >>> annuity(0.5, 3), annuity(1.0, 4)
    (1.75, 4.0)
    """
    total = 0.0 * factor
    for _ in range(quarters):
        total = 1.0 + factor * total
    return total


def work_due(xp: Any, fork: Fork) -> tuple[list[Number], list[Number]]:
    """Return the work due, and the whole work, of every quarter to the horizon and through the longest port.

    Units of work a quarter.
    """
    start = fork.work + 0.0 * fork.growth
    grown = xp.power(1.0 + fork.growth, QUARTER)
    due: list[Number] = []
    whole: list[Number] = []
    standing = 0.0 * start
    work = start
    for t in range(fork.quarters + LONGEST_PORT):
        if t:
            standing = standing + due[t - 1]
            work = work * grown
        if t >= fork.life:
            standing = standing - due[t - fork.life]
        old = start * fork.installed * max(0.0, 1.0 - t / fork.life)
        due.append(xp.maximum(work - old - standing, 0.0 * start))
        whole.append(work)
    return due, whole


def stages(xp: Any, fork: Fork) -> Stages:
    """Return the cost of every step, price and hazard left open.

    Lists of ``quarters + 1`` numbers: the last is the tail, ``tail`` quarters of replacing what stands.
    """
    due, whole = work_due(xp, fork)
    last = fork.quarters
    due[last] = whole[last] / fork.life
    beta = xp.power(1.0 + fork.discount, -QUARTER)
    life = annuity(beta, fork.life)
    many = [1.0] * last + [annuity(beta, fork.tail)]
    bought = [n * m * life for n, m in zip(due, many)]
    rent_trend = _trend(xp, fork.domestic_decline, last)
    foreign = [n * f for n, f in zip(bought, _trend(xp, fork.foreign_decline, last))]
    rent = xp.minimum(fork.rental_cost, fork.value_of_work)
    squeezed = xp.minimum(fork.rental_cost * fork.squeeze, fork.value_of_work)
    failing = 0.5 * fork.attrition * QUARTER * life
    practised, green = _domestic(xp, fork, due, many, beta)
    move_open, move_cut, switch = _moves(xp, fork, due, beta, (rent, squeezed), (practised, green), rent_trend)
    factors = [1.0]
    for _ in range(last):
        factors.append(factors[-1] * beta)
    return Stages(
        beta=beta, weaker=fork.weaker,
        foreign_base=tuple(n * fork.foreign_base for n in foreign),
        foreign_per_price=tuple(n * fork.foreign_per_price for n in foreign),
        rent_open=tuple(n * f * rent for n, f in zip(bought, rent_trend)),
        rent_cut=tuple((n + w * m * failing) * f * squeezed for n, w, m, f in zip(bought, whole, many, rent_trend)),
        move_open=move_open, move_cut=move_cut,
        domestic=tuple(p + g * fork.fading**t for t, (p, g) in enumerate(zip(practised, green))),
        switch=switch, served=sum(n * f for n, f in zip(bought, factors)))


def _trend(xp: Any, decline: Number, last: int) -> list[Number]:
    """Return what a cost that falls by a share a year comes to in every quarter, over the first."""
    quarterly = xp.power(1.0 - decline, QUARTER)
    found = [1.0 + 0.0 * quarterly]
    for _ in range(last):
        found.append(found[-1] * quarterly)
    return found


def _domestic(xp: Any, fork: Fork, due: list[Number], many: list[Number], beta: Number,
              ) -> tuple[list[Number], list[Number]]:
    """Return the cost of each quarter's domestic purchase to a practised buyer, and what one just moved pays more."""
    softer = xp.power(1.0 - fork.software_gain, QUARTER)
    practised = fork.domestic_cost * annuity(beta * softer, fork.life)
    green = fork.domestic_cost * fork.inexperience * annuity(beta * softer * fork.fading, fork.life)
    trends = zip(_trend(xp, fork.domestic_decline, fork.quarters), _trend(xp, fork.software_gain, fork.quarters))
    bought = [n * hard * soft for n, (hard, soft) in zip(due, trends)]
    fading_tail = [1.0] * fork.quarters + [annuity(beta * fork.fading, fork.tail)]
    return ([n * m * practised for n, m in zip(bought, many)], [n * m * green for n, m in zip(bought, fading_tail)])


def _moves(xp: Any, fork: Fork, due: list[Number], beta: Number, rents: tuple[Number, Number],
           domestic: tuple[list[Number], list[Number]], rent_trend: list[Number],
           ) -> tuple[tuple[Number, ...], tuple[Number, ...], Number]:
    """Return the cost of moving in each quarter, planned and hurried, all that follows included; and of the switch."""
    tools = _trend(xp, fork.porting_gain, fork.quarters)
    calm = _weights(xp, beta, fork.port_quarters)
    hurried = _weights(xp, beta, fork.port_quarters + fork.hurry_quarters)
    planned, hasty = [], []
    practised = green = switch = 0.0 * (beta * due[0])
    for t in range(fork.quarters, -1, -1):
        practised = domestic[0][t] + beta * practised
        green = domestic[1][t] + beta * fork.fading * green
        months = fork.engineer_months + fork.new_code * (QUARTER * t)
        switch = fork.wage * months * tools[t] + _waiting(due, t, calm) * rent_trend[t] * rents[0]
        hurry = (fork.wage * (months + fork.hurry_months) * tools[t]
                 + _waiting(due, t, hurried) * rent_trend[t] * rents[1])
        planned.append(switch + practised + green)
        hasty.append(hurry + practised + green)
    return tuple(reversed(planned)), tuple(reversed(hasty)), switch


def _weights(xp: Any, beta: Number, quarters: Number) -> list[Number]:
    """Return how long, discounted, what falls due in each quarter after the start waits for a port."""
    found, factor = [], 1.0
    for k in range(LONGEST_PORT):
        found.append(factor * xp.maximum(quarters - k, 0.0 * quarters))
        factor = factor * beta
    return found


def _waiting(due: list[Number], t: int, weights: list[Number]) -> Number:
    """Return the discounted unit-quarters of work that waits for a port begun in quarter ``t``."""
    total = 0.0 * weights[0]
    for many, weight in zip(due[t:t + LONGEST_PORT], weights):
        total = total + weight * many
    return total


def solve(xp: Any, path: Stages, price: Number, hazard: Number, reopening: Number) -> Worth:
    """Return what each way costs, by backward induction.

    Parameters
    ----------
    price : USD of a foreign chip. hazard, reopening : per year. All broadcast against the draws of ``path``.
    """
    cut_chance, open_chance = chances(xp, hazard, reopening)
    back_chance = 1.0 - cut_chance - xp.exp(-QUARTER * hazard)
    none = 0.0 * (price + cut_chance + path.move_open[0])
    open_ = back = cut = slope = back_slope = cut_slope = none
    first_open = first_cut = NEVER + none
    last = len(path.move_open) - 1
    for t in range(last, -1, -1):
        after = path.beta * (open_ + back_chance * (back - open_) + cut_chance * (cut - open_))
        slope_after = path.beta * (slope + back_chance * (back_slope - slope) + cut_chance * (cut_slope - slope))
        per_price = path.foreign_per_price[t]
        foreign = path.foreign_base[t] + per_price * price
        if t == 0:
            break
        back_after, back_slope_after = (path.beta * (b + cut_chance * (c - b))
                                        for b, c in ((back, cut), (back_slope, cut_slope)))
        cut_after, cut_slope_after = (path.beta * (c + open_chance * (b - c))
                                      for b, c in ((back, cut), (back_slope, cut_slope)))
        rent, move = path.rent_open[t], path.move_open[t]
        stay, wait = xp.minimum(foreign, rent) + after, path.rent_cut[t] + cut_after
        again = xp.minimum(path.weaker * foreign, rent) + back_after
        slope = xp.where(move <= stay, none, xp.where(foreign <= rent, per_price + none, none) + slope_after)
        back_slope = xp.where(move <= again, none, xp.where(path.weaker * foreign <= rent,
                                                            path.weaker * per_price + none, none) + back_slope_after)
        cut_slope = xp.where(path.move_cut[t] <= wait, none, cut_slope_after)
        first_open = xp.where(move <= stay, t + none, first_open)
        first_cut = xp.where(path.move_cut[t] <= wait, t + none, first_cut)
        open_, back, cut = xp.minimum(stay, move), xp.minimum(again, move), xp.minimum(wait, path.move_cut[t])
    return Worth(foreign + after, path.move_open[0] + none, path.rent_open[0] + after,
                 path.foreign_per_price[0] + slope_after, first_open, first_cut)


def take_over_move(xp: Any, path: Stages, price: Number, hazard: Number, reopening: Number) -> Number:
    """Return the cost of taking the foreign chip less that of moving now, USD: :func:`solve` without its plan."""
    cut_chance, open_chance = chances(xp, hazard, reopening)
    kept, lost = path.beta * xp.exp(-QUARTER * hazard), path.beta * cut_chance
    back_kept = path.beta * (1.0 - cut_chance)
    swapped = back_kept - kept
    regained, missed = path.beta * open_chance, path.beta * (1.0 - open_chance)
    none = 0.0 * (price + cut_chance + path.move_open[0])
    open_ = back = cut = none
    for t in range(len(path.move_open) - 1, 0, -1):
        rent, move = path.rent_open[t], path.move_open[t]
        foreign = path.foreign_base[t] + path.foreign_per_price[t] * price
        from_cut = lost * cut
        open_, back, cut = (
            xp.minimum(kept * open_ + swapped * back + from_cut + xp.minimum(foreign, rent), move),
            xp.minimum(back_kept * back + from_cut + xp.minimum(path.weaker * foreign, rent), move),
            xp.minimum(regained * back + missed * cut + path.rent_cut[t], path.move_cut[t]))
    now = path.foreign_base[0] + path.foreign_per_price[0] * price - path.move_open[0]
    return now + kept * open_ + swapped * back + lost * cut


def indifferent_price(xp: Any, path: Stages, hazard: Number, reopening: Number, steps: int = 9) -> Number:
    """Return the chip price at which taking and moving cost the same, USD; below zero where no price would do.

    The cost of taking is increasing, concave and piecewise linear in the price, so that Newton's steps stay below the
    root after the first and end on it.
    """
    price = 0.0 * (hazard + reopening + path.move_open[0])
    for _ in range(steps):
        at = solve(xp, path, price, hazard, reopening)
        price = price - (at.take - at.move) / at.take_per_price
    return price


def myopic_price(path: Stages, quarters: int) -> Number:
    """Return the chip price at which the outlay of the next quarters alone is equal, USD.

    Hazard and lock-in are ignored: foreign purchases of those quarters against the switch and domestic purchases.
    """
    outlay, base, per_price, factor = path.switch, 0.0, 0.0, 1.0
    for t in range(quarters):
        outlay = outlay + factor * path.domestic[t]
        base, per_price = base + factor * path.foreign_base[t], per_price + factor * path.foreign_per_price[t]
        factor = factor * path.beta
    return (outlay - base) / per_price


def flipping_hazard(xp: Any, path: Stages, price: Number, reopening: Number, most: float, steps: int = 16) -> Number:
    """Return the hazard a year at which moving now becomes cheaper than taking.

    Below zero (-1) where it is cheaper at any hazard, and above ``most`` (twice it) where it never is up to ``most``.
    """
    nothing = 0.0 * (price + reopening + path.move_open[0])
    low, high = nothing, most + nothing
    dear = take_over_move(xp, path, price, low, reopening) > 0.0
    cheap = take_over_move(xp, path, price, high, reopening) <= 0.0
    for _ in range(steps):
        middle = 0.5 * (low + high)
        over = take_over_move(xp, path, price, middle, reopening) > 0.0
        low, high = xp.where(over, low, middle), xp.where(over, middle, high)
    return xp.where(dear, nothing - 1.0, xp.where(cheap, nothing + 2.0 * most, 0.5 * (low + high)))


def option_lost(path: Stages) -> Any:
    """Return where taking the chip destroys the option to move.

    True where, if supply were cut for good, moving would beat renting for ever now, and would no longer after one more
    quarter on the foreign platform.
    """
    rented = path.rent_cut[-1]
    for t in range(len(path.rent_cut) - 2, 0, -1):
        rented = path.rent_cut[t] + path.beta * rented
    return (path.move_open[0] < path.rent_cut[0] + path.beta * rented) & (path.move_cut[1] >= rented)
