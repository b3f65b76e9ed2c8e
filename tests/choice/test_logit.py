"""What must hold of shares, whatever the numbers."""

from __future__ import annotations

from typing import Any

import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from highfence.choice.logit import (
    choice_sets_per_second,
    choose,
    consumer_surplus,
    equal_cost_ratio,
    keeping,
    nested_logit,
    price_elasticities,
    share_slopes,
    with_duplicate,
)
from highfence.core.errors import InputError, NoAnswer

NESTS = 3


@st.composite
def choice_sets(draw: Any, least: int = 2) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Utility, nest, dissimilarity and availability, with one alternative at least to be had."""
    size = draw(st.integers(least, 7))
    utility = draw(st.lists(st.floats(-8, 8), min_size=size, max_size=size))
    nest = draw(st.lists(st.integers(0, NESTS - 1), min_size=size, max_size=size))
    scale = draw(st.lists(st.floats(0.1, 1.0), min_size=NESTS, max_size=NESTS))
    available = draw(st.lists(st.booleans(), min_size=size, max_size=size))
    available[draw(st.integers(0, size - 1))] = True
    return np.array(utility), np.array(nest), np.array(scale), np.array(available)


def textbook(utility: np.ndarray, nest: np.ndarray, scale: np.ndarray, available: np.ndarray) -> np.ndarray:
    """Shares by the formula, one sum at a time."""
    sums = [sum(np.exp(u / scale[g]) for u, n, a in zip(utility, nest, available) if a and n == g)
            for g in range(len(scale))]
    total = sum(s ** scale[g] for g, s in enumerate(sums) if s)
    return np.array([a and np.exp(u / scale[n]) / sums[n] * sums[n] ** scale[n] / total
                     for u, n, a in zip(utility, nest, available)], dtype=float)


@given(choice_sets())
def test_shares_are_the_textbooks(case: Any) -> None:
    assert np.allclose(nested_logit(np, *case).share, textbook(*case), atol=1e-12)


@given(choice_sets())
def test_shares_sum_to_one_and_what_cannot_be_had_has_none(case: Any) -> None:
    found = nested_logit(np, *case)
    assert found.share.sum() == pytest.approx(1.0)
    assert found.nest_share.sum() == pytest.approx(1.0)
    assert (found.share[~case[3]] == 0.0).all()
    assert (found.share >= 0.0).all()


@given(choice_sets(), st.integers(0, 6), st.floats(0.0, 5.0), st.floats(0.1, 5.0))
def test_a_lower_price_never_loses_share(case: Any, which: int, cheaper: float, sensitivity: float) -> None:
    utility, nest, scale, available = case
    which %= len(utility)
    lowered = utility.copy()
    lowered[which] += sensitivity * cheaper
    before = nested_logit(np, utility, nest, scale, available).share
    after = nested_logit(np, lowered, nest, scale, available).share
    assert after[which] >= before[which] - 1e-12
    others = np.arange(len(utility)) != which
    assert (after[others] <= before[others] + 1e-12).all()


@given(choice_sets(), st.integers(0, 6))
def test_taking_an_alternative_away_never_costs_another_its_share(case: Any, which: int) -> None:
    utility, nest, scale, available = case
    fewer = available.copy()
    fewer[which % len(utility)] = False
    if fewer.any():
        gone = nested_logit(np, utility, nest, scale, fewer).share
        assert (gone[fewer] >= nested_logit(np, *case).share[fewer] - 1e-12).all()


@given(choice_sets(), st.integers(0, 6))
def test_a_duplicate_moves_nests_by_the_inclusive_value_alone(case: Any, which: int) -> None:
    utility, nest, scale, available = case
    which %= len(utility)
    before = nested_logit(np, *case)
    copied = with_duplicate(np, utility, nest, available, which)
    after = nested_logit(np, copied[0], copied[1], scale, copied[2])
    home = nest[which]
    for g in range(NESTS):
        members = (nest == g) & available
        if g != home and members.any():
            assert np.allclose(after.within[:-1][members], before.within[members])
            assert after.inclusive[g] == pytest.approx(before.inclusive[g])
    grown = np.log1p(before.within[which]) if available[which] else 0.0
    moved = np.exp(scale * np.where(np.arange(NESTS) == home, grown, 0.0))
    expected = before.nest_share * moved
    assert np.allclose(after.nest_share, expected / expected.sum())


@given(choice_sets())
def test_elasticities_are_the_slopes_of_shares(case: Any) -> None:
    utility, nest, scale, available = case
    found = nested_logit(np, *case)
    slopes = share_slopes(np, found, nest, scale)
    for k in range(len(utility)):
        step = np.zeros(len(utility))
        step[k] = 1e-5
        up, down = (nested_logit(np, utility + s * step, nest, scale, available).share for s in (1, -1))
        assert np.allclose(found.share * slopes[:, k], (up - down) / 2e-5, atol=1e-6)
    assert np.allclose(slopes.sum(axis=1), 0.0, atol=1e-9)


@given(choice_sets())
def test_own_elasticities_are_negative_and_cross_ones_are_not(case: Any) -> None:
    utility, nest, scale, _ = case
    found = nested_logit(np, *case)
    table = price_elasticities(np, found, nest, scale, 2.0, np.ones(len(utility)))
    own = np.diag(table)
    assert (own <= 1e-12).all()
    assert (table - np.diag(own) >= -1e-12).all()


@given(st.lists(choice_sets(least=4), min_size=1, max_size=4))
def test_one_set_equals_a_batch(cases: Any) -> None:
    size = min(len(c[0]) for c in cases)
    nest = cases[0][1][:size]
    utility, available = (np.stack([c[i][:size] for c in cases]) for i in (0, 3))
    scale = np.stack([c[2] for c in cases])
    many = nested_logit(np, utility, nest, scale, available)
    for i in range(len(cases)):
        one = nested_logit(np, utility[i], nest, scale[i], available[i])
        assert np.array_equal(one.share, many.share[i])
        assert one.logsum == many.logsum[i]


@given(choice_sets())
def test_the_kernel_keeps_to_the_array_standard(case: Any) -> None:
    xp = array_api_strict
    strict = nested_logit(xp, *(xp.asarray(v) for v in case))
    plain = nested_logit(np, *case)
    assert np.allclose(np.asarray(strict.share), plain.share, atol=1e-15)
    nest, scale = xp.asarray(case[1]), xp.asarray(case[2])
    table = price_elasticities(xp, strict, nest, scale, 2.0, xp.ones(len(case[0]), dtype=xp.float64))
    assert np.allclose(np.asarray(table), price_elasticities(np, plain, case[1], case[2], 2.0, np.ones(len(case[0]))))


def test_a_dissimilarity_of_one_is_a_plain_logit() -> None:
    utility = np.array([0.3, -1.0, 2.0])
    found = nested_logit(np, utility, np.array([0, 0, 1]), np.ones(2), np.ones(3, dtype=bool))
    assert np.allclose(found.share, np.exp(utility) / np.exp(utility).sum())


@pytest.mark.parametrize("far", [1e4, -1e4])
def test_far_utilities_do_not_overflow(far: float) -> None:
    found = nested_logit(np, np.array([far, far + 1.0, far]), np.array([0, 0, 1]), np.array([0.5, 0.5]),
                         np.ones(3, dtype=bool))
    near = nested_logit(np, np.array([0.0, 1.0, 0.0]), np.array([0, 0, 1]), np.array([0.5, 0.5]),
                        np.ones(3, dtype=bool))
    assert np.allclose(found.share, near.share)
    assert found.logsum - far == pytest.approx(near.logsum)


def test_what_cannot_be_had_may_be_unknown() -> None:
    found = nested_logit(np, np.array([np.nan, 1.0]), np.array([0, 0]), np.array([0.5]), np.array([False, True]))
    assert found.share.tolist() == [0.0, 1.0]


def test_nothing_to_be_had_gives_no_shares_and_no_warning() -> None:
    found = nested_logit(np, np.zeros(2), np.array([0, 1]), np.ones(2), np.zeros(2, dtype=bool))
    assert found.share.tolist() == [0.0, 0.0]
    assert found.logsum == -np.inf


def test_costs_a_tenth_lower_are_worth_costs_a_tenth_lower() -> None:
    nest, scale, free = np.array([0, 1, 1]), np.array([1.0, 0.5]), np.ones(3, dtype=bool)
    before = nested_logit(np, -2.0 * np.log(np.array([1.0, 2.0, 3.0])), nest, scale, free).logsum
    after = nested_logit(np, -2.0 * np.log(0.9 * np.array([1.0, 2.0, 3.0])), nest, scale, free).logsum
    assert equal_cost_ratio(np, before, after, 2.0) == pytest.approx(1 / 0.9)
    assert consumer_surplus(after, 2.0) > consumer_surplus(before, 2.0)


def test_a_dissimilarity_above_one_is_refused() -> None:
    with pytest.raises(InputError, match="above 0 and at most 1"):
        choose({"a": 0.0}, {"a": "n"}, {"n": 1.2})


def test_an_unknown_nest_is_refused() -> None:
    with pytest.raises(InputError, match="no known nest"):
        choose({"a": 0.0}, {"a": "m"}, {"n": 1.0})


def test_an_empty_set_names_the_limit_that_binds() -> None:
    limits = {"law": {"H20": False, "H200": False}, "budget": {"H200": False, "910B": True}, "supply": {"910B": False}}
    with pytest.raises(NoAnswer) as raised:
        keeping(("H20", "H200", "910B"), limits)
    assert raised.value.missing == "an alternative that keeps law and supply"
    assert raised.value.would_change == "dropping law would leave H20; dropping supply would leave 910B"


def test_an_empty_set_that_no_single_limit_makes_names_them_all() -> None:
    with pytest.raises(NoAnswer) as raised:
        keeping(("H20",), {"law": {"H20": False}, "budget": {"H20": False}})
    assert raised.value.would_change == "no single limit: law and budget would have to give way together"


def test_the_benchmark_counts_choice_sets() -> None:
    assert choice_sets_per_second(5_000, alternatives=10) > 0.0
