"""Costs of training runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from highfence.core.errors import HighfenceError, InputError
from highfence.cost.runs import RunCost, run_cost


def ask(chip: str = "H20", **more: Any) -> RunCost:
    """Return what a run of a small model costs in China in August 2025."""
    return run_cost(chip, "llama-3.1-8b", **({"tokens": 1e12, "chips": 256, "to": "CN", "on": "2025-08-01",
                                              "draws": 50} | more))


@settings(max_examples=15)
@given(st.floats(1e9, 1e14), st.floats(1.0, 100.0))
def test_more_tokens_take_longer_and_cost_more_in_proportion(tokens: float, times: float) -> None:
    less, more = ask(tokens=tokens), ask(tokens=tokens * times)
    assert more.days.value.mid == pytest.approx(less.days.value.mid * times, rel=1e-6)
    assert more.per_million.value.mid == pytest.approx(less.per_million.value.mid, rel=1e-6)


@settings(max_examples=15)
@given(st.sampled_from((("price.H20", 0.0, 1e5), ("tariff", 0.0, 1.0), ("pue", 1.0, 3.0))), st.floats(0.0, 1.0),
       st.floats(0.0, 1.0))
def test_a_lower_price_never_raises_the_cost_and_never_the_days(of: tuple[str, float, float], a: float,
                                                                b: float) -> None:
    name, low, high = of
    less, more = (ask(given={name: low + (high - low) * share}) for share in sorted((a, b)))
    assert less.cost.value.mid <= more.cost.value.mid * (1.0 + 1e-12) and less.days == more.days


def test_the_cost_is_the_days_times_the_hours_of_the_chips() -> None:
    found = ask("H800", draws=500)
    assert found.cost.value.mid == pytest.approx(found.days.value.mid * 24.0 * 256 * found.hourly.value.mid, rel=1e-12)
    assert found.per_million.value.mid == pytest.approx(found.cost.value.mid / 1e6, rel=1e-12)
    for term in (found.cost, found.days, found.per_million):
        assert term.value.low < term.value.mid < term.value.high


def test_a_draw_is_the_same_for_any_number_of_draws() -> None:
    assert np.array_equal(ask(draws=7).draws, ask(draws=70).draws[:7])


def test_less_progress_takes_longer() -> None:
    half, whole = ask(given={"goodput": 0.5}), ask(given={"goodput": 1.0})
    assert half.days.value.mid == pytest.approx(2.0 * whole.days.value.mid)


@pytest.mark.parametrize(("asked", "where"), [
    ({"given": {"goodput": 0.0}}, "--set goodput"), ({"given": {"goodput": 2.0}}, "--set goodput"),
    ({"draws": 0}, "--draws"), ({"on": "2025-13-01"}, "--on"), ({"to": "Narnia"}, "--to"),
    ({"given": {"life": -1.0}}, "--set life"), ({"precision": "fp9"}, "--precision")])
def test_what_cannot_be_is_refused_where_it_was_given(asked: dict[str, Any], where: str) -> None:
    with pytest.raises(InputError) as caught:
        ask(**asked)
    assert caught.value.where == where


@pytest.mark.parametrize("asked", [{"chips": 0}, {"chips": 7}, {"tokens": 0.0}, {"tokens": float("nan")},
                                   {"batch": 0}, {"sequence": 0}])
def test_a_run_that_cannot_be_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(HighfenceError):
        ask(**asked)
