"""Shapley contributions of mechanisms: axioms, what is held, and Monte Carlo error."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date
from typing import Any

import numpy as np
import pytest

import highfence.policy.paired as paired
from highfence.core.errors import InputError, NoAnswer
from highfence.market.holding import OFFERED
from highfence.market.posterior import Posterior
from highfence.market.randomness import Affine
from highfence.market.state import Quarter, State
from highfence.policy.attribution import (
    OUTCOMES,
    M,
    _Reference,
    attribution,
    every_set,
    orders_of,
    shapley_weights,
)
from highfence.policy.mechanisms import IDS, MECHANISMS
from highfence.policy.paired import Pair
from highfence.policy.scenarios import scenario
from highfence.policy.whatif import whatif

A, B, LAST = "h20-licence-2025", "h20-ban-2025", 23


@pytest.fixture(scope="module")
def pair() -> Pair:
    return Pair(scenario(A), scenario(B), last=LAST)


@pytest.fixture(scope="module")
def found() -> Any:
    return attribution(A, B, horizon="2026", draws=24, orders=4)


def test_every_variable_belongs_to_one_mechanism() -> None:
    outside = [name for m in MECHANISMS for name in m.outside]
    results = [name for m in MECHANISMS for name in m.results]
    stocks = [name for m in MECHANISMS for name in m.stocks]
    assert sorted(outside) == sorted(f.name for f in fields(Quarter))
    assert sorted(results) == sorted(OFFERED)
    assert len(stocks) == len(set(stocks)) and set(stocks) <= {f.name for f in fields(State)}


@pytest.mark.parametrize(("on", "side"), [(True, 0), (False, 1)])
def test_with_all_mechanisms_on_a_run_is_a_and_with_all_off_it_is_b(pair: Pair, on: bool, side: int) -> None:
    w, n = pair.worlds(0, 12), 12
    mixed = _Reference(pair, w).mixed(np.arange(n), np.full((n, M), on), OUTCOMES)
    plain = pair.run(w, side, OUTCOMES)
    for name in OUTCOMES:
        np.testing.assert_allclose(mixed[name], plain[name], rtol=1e-12)


def test_contributions_add_up_to_the_difference_that_the_what_if_tells(found: Any) -> None:
    told = whatif(A, B, horizon="2026", draws=24, keep=OUTCOMES)
    for name, one in found.outcomes.items():
        assert abs(one.residual) <= 1e-9 * max(abs(p.mean) for p in one.parts)
        assert one.at == told[name].whole.at
        assert one.range.mid == pytest.approx(told[name].whole.difference[3], rel=1e-9)


def test_a_mechanism_that_nothing_moves_adds_nothing() -> None:
    """A subsidy leaves the vendor's redesign as it was in every draw."""
    alone = attribution("subsidy-doubled", horizon="2027Q2", draws=10, orders=2, outcomes=["rd_spending"])
    idle = alone["rd_spending"]["redesign"]
    assert (idle.mean, idle.error, idle.range.low, idle.range.high) == (0.0, 0.0, 0.0, 0.0)
    assert alone["rd_spending"]["learning"].mean == pytest.approx(alone["rd_spending"].mean, rel=0.05)
    assert alone["rd_spending"].mean > 0.0


def test_shapley_weights_are_those_of_the_formula() -> None:
    sets, weights = every_set(), shapley_weights()
    assert weights.sum(axis=1) == pytest.approx(np.zeros(M), abs=1e-12)
    additive = sets @ np.arange(1.0, M + 1.0)
    assert weights @ additive == pytest.approx(np.arange(1.0, M + 1.0))
    both = (sets[:, 0] & sets[:, 1]).astype(float)
    assert weights @ both == pytest.approx([0.5, 0.5, *[0.0] * (M - 2)])


def test_orders_estimate_what_every_set_gives() -> None:
    few = ["nvidia_china_revenue", "compute_stock_h100e"]
    exact = attribution(A, B, horizon="2026Q2", draws=4, orders=None, outcomes=few)
    sampled = attribution(A, B, horizon="2026Q2", draws=4, orders=32, outcomes=few)
    for name in few:
        assert abs(exact[name].residual) <= 1e-9 * abs(exact[name].mean) + 1e-6
        for id in IDS:
            one, other = exact[name][id], sampled[name][id]
            assert one.order_error == 0.0
            assert abs(one.mean - other.mean) <= 4.5 * other.order_error + 1e-9 * abs(exact[name].mean)


def test_orders_come_in_reversed_pairs_and_belong_to_a_draw() -> None:
    orders = orders_of(4, (0, 5), 1)
    assert np.array_equal(orders[:, 1], orders[:, 0, ::-1])
    assert np.array_equal(orders_of(4, (3, 5), 1), orders[3:])
    assert (np.sort(orders, axis=-1) == np.arange(M)).all()


def test_error_of_the_mean_falls_with_draws() -> None:
    few = attribution(A, B, horizon="2026Q1", draws=16, orders=2, outcomes=["flagship_units"])
    many = attribution(A, B, horizon="2026Q1", draws=128, orders=2, outcomes=["flagship_units"])
    assert many["flagship_units"]["supply"].error < few["flagship_units"]["supply"].error


def test_blocks_of_draws_change_nothing(monkeypatch: pytest.MonkeyPatch, found: Any) -> None:
    import highfence.policy.attribution as room

    monkeypatch.setattr(room, "BLOCK", 7)
    again = attribution(A, B, horizon="2026", draws=24, orders=4)
    for name, one in found.outcomes.items():
        for part, other in zip(one.parts, again[name].parts):
            assert part.mean == pytest.approx(other.mean, rel=1e-9, abs=1e-9 * abs(one.mean))


def test_one_quarter_is_taken_apart_alone() -> None:
    one = attribution(A, B, at="2025Q4", draws=8, orders=2, outcomes=["flagship_units"])["flagship_units"]
    told = whatif(A, B, horizon="2025Q4", draws=8, keep=["flagship_units"])["flagship_units"].quarters[-1]
    assert one.at == "2025Q4"
    assert one.range.mid == pytest.approx(told.difference[3], rel=1e-9)


def test_outcomes_that_a_posterior_corrects_add_up_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors of facts move levels in log or log-odds; parts still add up to what is told."""
    import highfence.market.runs as runs

    names = ("market.price_elasticity", "market.spending")
    moved = Posterior(date(2026, 10, 1), Affine(names, np.eye(2), np.array([0.5, -0.5]), 0.5 * np.eye(2)), 0)
    for place in (runs, paired):
        monkeypatch.setattr(place, "latest", lambda day: moved)
    runs.factual_errors.cache_clear()
    few = ["nvidia_total_revenue", "domestic_share_units", "nvidia_china_revenue"]
    try:
        found = attribution(A, B, horizon="2026Q1", draws=8, orders=2, outcomes=few)
        told = whatif(A, B, horizon="2026Q1", draws=8, keep=few)
    finally:
        runs.factual_errors.cache_clear()
    assert "posterior" in found.basis.en
    for name in few:
        assert found[name].range.mid == pytest.approx(told[name].whole.difference[3], rel=1e-8)
        assert abs(found[name].residual) <= 1e-9 * max(abs(p.mean) for p in found[name].parts)


def test_it_is_json_in_two_languages(found: Any) -> None:
    raw = json.loads(json.dumps(found.to_dict()))
    assert [m["id"] for m in raw["mechanisms"]] == list(IDS)
    assert all(m["label"]["zh"] and m["label"]["en"] for m in raw["mechanisms"])
    parts = raw["outcomes"]["nvidia_china_revenue"]["parts"]
    assert sum(p["mean"] for p in parts) == pytest.approx(raw["outcomes"]["nvidia_china_revenue"]["mean"])


@pytest.mark.parametrize("wrong", [{"draws": 1}, {"draws": 0.5}, {"orders": 3}, {"orders": 0}, {"outcomes": ["none"]},
                                   {"horizon": "2040"}, {"at": "2020Q1"}])
def test_what_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        attribution(A, B, **{"horizon": "2026", **wrong})


def test_scenarios_that_do_not_differ_have_nothing_to_take_apart() -> None:
    with pytest.raises(NoAnswer):
        attribution("enforcement-doubled", horizon="2025", draws=4, orders=2)


def test_asking_for_what_is_not_there_names_what_is(found: Any) -> None:
    with pytest.raises(InputError):
        found["premium"]
    with pytest.raises(InputError):
        found["nvidia_china_revenue"]["gravity"]
