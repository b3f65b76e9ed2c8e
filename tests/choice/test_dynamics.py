"""The backward induction: against every policy on tiny horizons, and what must always hold."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from highfence.choice.dynamics import (
    Fork,
    chances,
    flipping_hazard,
    indifferent_price,
    myopic_price,
    solve,
    stages,
    take_over_move,
    work_due,
)
from highfence.core.arrays import FLOATS

FORK = Fork(
    quarters=40, life=16, tail=16, work=1000.0, installed=0.3, growth=0.25, foreign_base=0.5, foreign_per_price=5e-5,
    weaker=1.15, domestic_cost=1.3, rental_cost=2.0, squeeze=1.5, value_of_work=4.0, engineer_months=30.0,
    new_code=6.0, hurry_months=15.0, wage=70.0, porting_gain=0.1, port_quarters=0.8, hurry_quarters=1.0,
    domestic_decline=0.12, software_gain=0.05, foreign_decline=0.05, inexperience=0.12, fading=0.7, attrition=0.04,
    discount=0.09)
"""A buyer for whom the port costs about as much as a quarter's work."""


def share(low: float, high: float) -> Any:
    return st.floats(low, high, allow_nan=False)


FORKS = st.builds(
    replace, st.just(FORK), quarters=st.integers(2, 16), life=st.integers(1, 12), tail=st.integers(0, 8),
    installed=share(0.0, 0.9), growth=share(-0.2, 1.0), foreign_base=share(0.05, 2.0), weaker=share(1.0, 2.0),
    domestic_cost=share(0.2, 4.0), rental_cost=share(0.5, 4.0), squeeze=share(1.0, 3.0), value_of_work=share(1.0, 8.0),
    engineer_months=share(0.0, 500.0), new_code=share(0.0, 200.0), hurry_months=share(0.0, 200.0),
    porting_gain=share(0.0, 0.5), port_quarters=share(0.0, 3.0), hurry_quarters=share(0.0, 3.0),
    domestic_decline=share(0.0, 0.4), software_gain=share(0.0, 0.3), foreign_decline=share(0.0, 0.3),
    inexperience=share(0.0, 0.6), fading=share(0.2, 0.95), attrition=share(0.0, 0.3), discount=share(0.0, 0.3))
PRICES, HAZARDS, REOPENINGS = share(0.0, 60000.0), share(0.0, 4.0), share(0.0, 8.0)
SLACK = 1e-9


def worth(fork: Fork, price: float, hazard: float, reopening: float) -> Any:
    return solve(FLOATS, stages(FLOATS, fork), price, hazard, reopening)


def life_cost(fork: Fork, bought: int, moved: int | None, price: float, weaker: bool = False) -> float:
    """Cost of a unit of work a quarter from a chip over its life, quarter by quarter, at its purchase."""
    total = 0.0
    for k in range(fork.life):
        if moved is None:
            fall = (1.0 - fork.foreign_decline) ** (bought / 4)
            cost = (fork.foreign_base + fork.foreign_per_price * price) * fall * (fork.weaker if weaker else 1.0)
        else:
            now = bought + k
            fall = (1.0 - fork.domestic_decline) ** (bought / 4) * (1.0 - fork.software_gain) ** (now / 4)
            cost = fork.domestic_cost * fall * (1.0 + fork.inexperience * fork.fading ** (now - moved))
        total += cost * (1.0 + fork.discount) ** (-k / 4)
    return total


def moved_for_good(fork: Fork, quarter: int, cut: bool) -> float:
    """Cost of moving in a quarter and all purchases after it, at that quarter, by adding up; no tail."""
    due, _ = work_due(FLOATS, fork)
    months = fork.engineer_months + fork.new_code * quarter / 4 + (fork.hurry_months if cut else 0.0)
    rent = min(fork.rental_cost * (fork.squeeze if cut else 1.0), fork.value_of_work)
    wait = fork.port_quarters + (fork.hurry_quarters if cut else 0.0)
    total = fork.wage * months * (1.0 - fork.porting_gain) ** (quarter / 4)
    for t in range(quarter, fork.quarters):
        seen = (1.0 + fork.discount) ** (-(t - quarter) / 4)
        waits = max(0.0, wait - (t - quarter)) * rent * (1.0 - fork.domestic_decline) ** (quarter / 4)
        total += seen * due[t] * (life_cost(fork, t, quarter, 0.0) + waits)
    return total


def cheapest_policy(fork: Fork, price: float, hazard: float, reopening: float) -> float:
    """Return the least expected cost of taking the chip now, over every policy and every course of supply."""
    cut, back = chances(FLOATS, hazard, reopening)
    kept = math.exp(-hazard / 4)
    step = {"O": {"O": kept, "P": 1.0 - cut - kept, "C": cut}, "P": {"P": 1.0 - cut, "C": cut},
            "C": {"P": back, "C": 1.0 - back}}
    due, whole = work_due(FLOATS, fork)
    nodes = [(t, s) for t in range(1, fork.quarters) for s in "OPC"]
    choices = [("rent", "move") if s == "C" else ("buy", "rent", "move") for _, s in nodes]
    lease = sum((1.0 + fork.discount) ** (-k / 4) for k in range(fork.life))

    def expected(policy: dict[tuple[int, str], str]) -> float:
        total, courses = 0.0, [("O", 1.0)]
        for t in range(fork.quarters):
            seen, onward = (1.0 + fork.discount) ** (-t / 4), []
            for supply, chance in courses:
                way = "buy" if t == 0 else policy[t, supply]
                falls = (1.0 - fork.domestic_decline) ** (t / 4)
                if way == "move":
                    total += chance * seen * moved_for_good(fork, t, supply == "C")
                    continue
                if way == "buy":
                    total += chance * seen * due[t] * life_cost(fork, t, None, price, supply == "P")
                elif supply == "C":
                    needs = due[t] + 0.5 * fork.attrition / 4 * whole[t]
                    total += chance * seen * needs * lease * falls * min(fork.rental_cost * fork.squeeze,
                                                                        fork.value_of_work)
                else:
                    total += chance * seen * due[t] * lease * falls * min(fork.rental_cost, fork.value_of_work)
                onward += [(after, chance * p) for after, p in step[supply].items()]
            merged: dict[str, float] = {}
            for supply, chance in onward:
                merged[supply] = merged.get(supply, 0.0) + chance
            courses = list(merged.items())
        return total

    return min(expected(dict(zip(nodes, policy))) for policy in product(*choices))


@pytest.mark.parametrize(("quarters", "price", "hazard", "reopening"), [
    (2, 11000.0, 0.7, 4.0), (3, 11000.0, 0.7, 4.0), (3, 20000.0, 0.7, 0.5), (3, 5000.0, 3.0, 0.0),
    (3, 40000.0, 0.0, 2.0), (3, 16000.0, 2.0, 6.0), (4, 14000.0, 0.7, 0.5)])
def test_backward_induction_finds_what_trying_every_policy_finds(
        quarters: int, price: float, hazard: float, reopening: float) -> None:
    fork = replace(FORK, quarters=quarters, tail=0, life=6, wage=20.0)
    found = worth(fork, price, hazard, reopening)
    assert found.take == pytest.approx(cheapest_policy(fork, price, hazard, reopening), rel=1e-12)
    assert found.move == pytest.approx(moved_for_good(fork, 0, cut=False), rel=1e-12)


@given(fork=FORKS, price=PRICES, hazard=HAZARDS, reopening=REOPENINGS)
@settings(max_examples=40, deadline=None)
def test_the_quick_difference_is_that_of_the_full_solution(
        fork: Fork, price: float, hazard: float, reopening: float) -> None:
    found = worth(fork, price, hazard, reopening)
    quick = take_over_move(FLOATS, stages(FLOATS, fork), price, hazard, reopening)
    assert quick == pytest.approx(found.take - found.move, abs=1e-9 * (found.take + found.move))


@given(fork=FORKS, price=PRICES, dearer=share(1.0, 20000.0), hazard=HAZARDS, reopening=REOPENINGS)
@settings(max_examples=60, deadline=None)
def test_a_dearer_foreign_chip_makes_taking_it_dearer_and_leaves_moving_alone(
        fork: Fork, price: float, dearer: float, hazard: float, reopening: float) -> None:
    before, after = worth(fork, price, hazard, reopening), worth(fork, price + dearer, hazard, reopening)
    assert after.take > before.take
    assert after.move == before.move


@given(fork=FORKS, price=PRICES, hazard=HAZARDS, more=share(0.01, 3.0), reopening=REOPENINGS)
@settings(max_examples=60, deadline=None)
def test_a_higher_hazard_never_makes_taking_better(
        fork: Fork, price: float, hazard: float, more: float, reopening: float) -> None:
    before, after = worth(fork, price, hazard, reopening), worth(fork, price, hazard + more, reopening)
    assert after.take >= before.take * (1.0 - SLACK)
    assert after.move == before.move


@given(fork=FORKS, price=PRICES, hazard=HAZARDS, reopening=REOPENINGS, sooner=share(0.01, 8.0))
@settings(max_examples=60, deadline=None)
def test_supply_that_reopens_sooner_never_makes_taking_worse(
        fork: Fork, price: float, hazard: float, reopening: float, sooner: float) -> None:
    assert worth(fork, price, hazard, reopening + sooner).take <= worth(fork, price, hazard, reopening).take * (
        1.0 + SLACK)


@given(fork=FORKS, price=PRICES, hazard=HAZARDS, reopening=REOPENINGS, more=share(1.0, 500.0))
@settings(max_examples=80, deadline=None)
def test_a_dearer_switch_never_speeds_migration(
        fork: Fork, price: float, hazard: float, reopening: float, more: float) -> None:
    dearer = replace(fork, engineer_months=fork.engineer_months + more)
    before, after = worth(fork, price, hazard, reopening), worth(dearer, price, hazard, reopening)
    assert after.first_open >= before.first_open
    assert after.first_cut >= before.first_cut
    assert after.take - after.move <= before.take - before.move + SLACK * before.move


def test_where_lock_in_grows_with_the_port_a_dearer_port_can_hasten_the_move() -> None:
    fork = replace(FORK, porting_gain=0.0, discount=0.02, inexperience=0.0, port_quarters=0.0)
    light, heavy = (worth(replace(fork, engineer_months=30.0 * scale, new_code=60.0 * scale, hurry_months=60.0 * scale),
                          9000.0, 1.0, 4.0) for scale in (0.05, 20.0))
    assert light.take < light.move
    assert heavy.move < heavy.take


@given(fork=FORKS, price=PRICES, hazard=HAZARDS, reopening=REOPENINGS, faster=share(0.01, 0.3))
@settings(max_examples=40, deadline=None)
def test_faster_learning_never_costs_more(
        fork: Fork, price: float, hazard: float, reopening: float, faster: float) -> None:
    before = worth(fork, price, hazard, reopening)
    for name in ("domestic_decline", "software_gain"):
        after = worth(replace(fork, **{name: getattr(fork, name) + faster}), price, hazard, reopening)
        assert after.take <= before.take * (1.0 + SLACK)
        assert after.move <= before.move * (1.0 + SLACK)


@given(fork=FORKS, price=PRICES, hazard=HAZARDS, reopening=REOPENINGS)
@settings(max_examples=40, deadline=None)
def test_a_longer_horizon_never_costs_less(fork: Fork, price: float, hazard: float, reopening: float) -> None:
    short = replace(fork, tail=0)
    longer = replace(short, quarters=short.quarters + 4)
    before, after = worth(short, price, hazard, reopening), worth(longer, price, hazard, reopening)
    assert after.take >= before.take * (1.0 - SLACK)
    assert after.move >= before.move * (1.0 - SLACK)


@given(fork=FORKS, hazard=HAZARDS, more=share(0.05, 2.0), reopening=REOPENINGS)
@settings(max_examples=40, deadline=None)
def test_the_indifference_price_is_where_both_cost_the_same_and_falls_with_the_hazard(
        fork: Fork, hazard: float, more: float, reopening: float) -> None:
    path = stages(FLOATS, fork)
    price, riskier = (indifferent_price(FLOATS, path, h, reopening) for h in (hazard, hazard + more))
    size = solve(FLOATS, path, price, hazard, reopening).move
    assert take_over_move(FLOATS, path, price, hazard, reopening) == pytest.approx(0.0, abs=1e-7 * size)
    assert riskier <= price + 1e-6 * (1.0 + abs(price))


@given(cost=share(0.2, 3.0), capital=share(0.1, 0.9), reopening=REOPENINGS, installed=share(0.0, 0.9))
@settings(max_examples=30, deadline=None)
def test_without_hazard_switch_and_learning_the_buyer_is_indifferent_at_equal_cost(
        cost: float, capital: float, reopening: float, installed: float) -> None:
    fork = replace(
        FORK, installed=installed, foreign_base=cost * (1 - capital), foreign_per_price=cost * capital / 10000.0,
        domestic_cost=cost, rental_cost=2 * cost, value_of_work=5 * cost, engineer_months=0.0, new_code=0.0,
        hurry_months=0.0, port_quarters=0.0, hurry_quarters=0.0, domestic_decline=0.0, software_gain=0.0,
        foreign_decline=0.0, inexperience=0.0)
    found = worth(fork, 10000.0, 0.0, reopening)
    assert found.take == pytest.approx(found.move, rel=1e-9)
    path = stages(FLOATS, fork)
    assert indifferent_price(FLOATS, path, 0.0, reopening) == pytest.approx(10000.0, rel=1e-6)
    assert myopic_price(path, 4) == pytest.approx(10000.0, rel=1e-9)


@given(fork=FORKS, price=PRICES, hazard=HAZARDS, reopening=REOPENINGS)
@settings(max_examples=30, deadline=None)
def test_one_case_is_a_row_of_many(fork: Fork, price: float, hazard: float, reopening: float) -> None:
    many = replace(fork, **{f.name: np.array([getattr(FORK, f.name), getattr(fork, f.name)])
                            for f in fields(fork) if f.name not in ("quarters", "life", "tail")})
    path = stages(np, many)
    one, rows = worth(fork, price, hazard, reopening), solve(np, path, price, hazard, reopening)
    for name in ("take", "move", "rent", "take_per_price", "first_open", "first_cut"):
        assert getattr(rows, name)[1] == pytest.approx(getattr(one, name), rel=1e-9)
    single = stages(FLOATS, fork)
    assert indifferent_price(np, path, hazard, reopening)[1] == pytest.approx(
        indifferent_price(FLOATS, single, hazard, reopening), rel=1e-6, abs=1e-3)
    assert flipping_hazard(np, path, price, reopening, 4.0)[1] == pytest.approx(
        flipping_hazard(FLOATS, single, price, reopening, 4.0), abs=1e-3)


def test_the_kernel_runs_on_the_array_api_standard() -> None:
    import array_api_strict as xp

    class Standard:
        """The standard's functions, with ``power`` by its name there."""

        maximum, minimum, exp, where, power = xp.maximum, xp.minimum, xp.exp, xp.where, xp.pow

    many = replace(FORK, **{f.name: xp.asarray([getattr(FORK, f.name)] * 2, dtype=xp.float64)
                            for f in fields(FORK) if f.name not in ("quarters", "life", "tail")})
    price, hazard, reopening = (xp.asarray([v, v], dtype=xp.float64) for v in (11000.0, 0.7, 4.0))
    found = solve(Standard, stages(Standard, many), price, hazard, reopening)
    assert float(found.take[0]) == pytest.approx(worth(FORK, 11000.0, 0.7, 4.0).take, rel=1e-12)


@given(price=PRICES, engineer_months=share(0.0, 500.0), inexperience=share(0.0, 0.6), tail=st.integers(1, 12))
@settings(max_examples=30, deadline=None)
def test_the_tail_is_the_same_quarters_over_again(
        price: float, engineer_months: float, inexperience: float, tail: int) -> None:
    still = replace(FORK, quarters=6, life=1, tail=tail, growth=0.0, engineer_months=engineer_months, new_code=0.0,
                    porting_gain=0.0, port_quarters=0.0, domestic_decline=0.0, software_gain=0.0, foreign_decline=0.0,
                    inexperience=inexperience)
    long = replace(still, quarters=6 + tail, tail=0)
    one, other = worth(still, price, 0.0, 1.0), worth(long, price, 0.0, 1.0)
    assert one.take == pytest.approx(other.take, rel=1e-9)
    assert one.move == pytest.approx(other.move, rel=1e-9)


@given(growth=share(-0.3, 2.0), installed=share(0.0, 0.95), life=st.integers(1, 20))
@settings(max_examples=40, deadline=None)
def test_what_stands_serves_the_work_in_every_quarter(growth: float, installed: float, life: int) -> None:
    fork = replace(FORK, growth=growth, installed=installed, life=life)
    due, whole = work_due(FLOATS, fork)
    for t in range(fork.quarters):
        old = fork.work * installed * max(0.0, 1.0 - t / life)
        standing = sum(due[max(0, t - life + 1):t + 1]) + old
        assert standing >= whole[t] * (1.0 - 1e-9)
        assert due[t] == 0.0 or standing == pytest.approx(whole[t], rel=1e-9)


@given(hazard=HAZARDS, reopening=REOPENINGS)
def test_chances_add_up(hazard: float, reopening: float) -> None:
    cut, back = chances(FLOATS, hazard, reopening)
    assert 0.0 <= cut <= 1.0 and 0.0 <= back <= 1.0 and cut + back <= 1.0
    assert 1.0 - cut - math.exp(-hazard / 4) >= -1e-12
    half, half_back = chances(FLOATS, hazard, reopening, 0.125)
    assert half * (1.0 - half_back) + (1.0 - half) * half == pytest.approx(cut, abs=1e-12)
