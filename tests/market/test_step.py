"""What must hold of a quarter of the market, whatever the numbers."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import array_api_strict
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from highfence.market.domestic import packages_per_die
from highfence.market.inputs import Inputs, Lever, known_arrays, parameters
from highfence.market.learning import left_to_learn
from highfence.market.randomness import Streams
from highfence.market.rationing import rationed
from highfence.market.state import HUAWEI, LEGAL, STOCKS, Quarter, State
from highfence.market.step import Flows, step
from highfence.market.tables import quarters

DRAWS = 60


def run(levers: tuple[Lever, ...] = (), draws: int = DRAWS, seed: int = 3, last: int = 39, **given: float,
        ) -> tuple[list[State], list[Flows], list[Quarter], dict[str, Any]]:
    """Run the kernel and keep every stock: states before each quarter and after the last, flows, and what came."""
    streams = Streams(seed, draws)
    p, z = parameters(streams, given)
    inputs = Inputs(known_arrays(None), p, z, streams, levers)
    states, flows, came = [inputs.first()], [], []
    for t in range(last + 1):
        came.append(inputs.quarter(t))
        after, moved = step(np, states[-1], came[-1], p)
        states.append(after)
        flows.append(moved)
    return states, flows, came, p


@pytest.fixture(scope="module")
def base() -> tuple[list[State], list[Flows], list[Quarter], dict[str, Any]]:
    return run()


def total(flows: list[Flows], name: str, until: int | None = None) -> Any:
    return sum(f[name] for f in flows[:until])


# ---- conservation --------------------------------------------------------------------------------------------------


def test_there_are_more_than_ten_stocks_and_none_is_ever_below_zero_or_no_number(base: Any) -> None:
    states, *_ = base
    assert len(STOCKS) > 10
    for state in states:
        for f in fields(State):
            value = getattr(state, f.name)
            assert np.isfinite(value).all(), f.name
            if f.name not in ("premium",):
                assert (value >= -1e-9 * np.maximum(1.0, np.abs(value).max())).all(), f.name


def test_what_the_vendor_makes_is_sold_written_off_or_lies_in_stock(base: Any) -> None:
    states, flows, _, _ = base
    for before, after, f in zip(states, states[1:], flows):
        held = before.vendor_inventory + before.vendor_pipeline
        left = after.vendor_inventory + after.vendor_pipeline
        assert np.allclose(held + f["vendor_begun_units"], left + f["flagship_units"] + f["vendor_written_units"],
                           rtol=1e-9, atol=1e-3)


def test_dies_memory_and_packages_are_used_sold_or_in_stock(base: Any) -> None:
    states, flows, came, p = base
    for before, after, f, q in zip(states, states[1:], flows, came):
        assert np.allclose(before.die_bank + f["logic_dies"], after.die_bank + f["dies_packaged"], rtol=1e-9, atol=1e-3)
        assert np.allclose(before.hbm + f["hbm_stacks_in"], after.hbm + f["dies_packaged"] * p["stacks_per_die"],
                           rtol=1e-9, atol=1e-2)
        assert np.allclose(before.huawei_wip + before.huawei_stock + f["dies_packed"],
                           after.huawei_wip + after.huawei_stock + f["dies_sold"], rtol=1e-9, atol=1e-3)
        assert np.allclose(f["huawei_units"], f["dies_sold"] * packages_per_die(np, q))
        assert np.allclose(before.other_stock + f["other_cards_made"], after.other_stock + f["other_domestic_units"],
                           rtol=1e-9, atol=1e-3)


def test_chips_at_work_are_those_that_came_less_those_that_went(base: Any) -> None:
    states, flows, *_ = base
    for before, after, f in zip(states, states[1:], flows):
        assert np.allclose(before.units.sum((1, 2)) + f["added_units"],
                           after.units.sum((1, 2)) + f["retired_units"] + f["failed_units"], rtol=1e-12)
        unpacked = before.hoard + f["bought_ahead"] - after.hoard
        sold = (f["flagship_units"] - f["bought_ahead"] + f["low_units"] + f["huawei_units"] + f["other_domestic_units"]
                + f["smuggled_units"] + f["abroad_units"])
        assert np.allclose(f["added_units"], sold + unpacked, rtol=1e-9, atol=1e-3)


def test_money_is_chips_times_price(base: Any) -> None:
    _, flows, came, _ = base
    for f, q in zip(flows, came):
        known = q.compliant == 0.0
        made = f["flagship_units"] * q.price[:, LEGAL] + f["low_units"] * q.price[:, 2]
        assert np.allclose(f["nvidia_china_accelerator_revenue"][known], made[known])
        assert np.allclose(f["nvidia_china_revenue"], f["nvidia_china_accelerator_revenue"] + q.vendor_other)
        assert np.allclose(f["domestic_revenue"],
                           f["huawei_units"] * q.price[:, HUAWEI] + f["other_domestic_units"] * q.price[:, 4])


def test_shares_of_code_sum_to_one_and_shares_stay_shares(base: Any) -> None:
    states, flows, *_ = base
    for state, f in zip(states[1:], flows):
        assert np.allclose(state.code.sum(-1), 1.0)
        for name in ("domestic_share_units", "domestic_share_value", "domestic_share_compute", "restriction",
                     "die_yield", "software_maturity", "law_open", "unmet_share"):
            assert (f[name] >= 0.0).all() and (f[name] <= 1.0 + 1e-12).all(), name


def test_domestic_output_is_the_least_of_its_inputs(base: Any) -> None:
    _, flows, *_ = base
    for f in flows:
        assert ((f["hbm_binds"] + f["dies_bind"] + f["packaging_binds"]) >= 1.0).all()


def test_orders_of_the_rest_of_the_world_are_delivered_or_wait(base: Any) -> None:
    states, flows, came, _ = base
    for before, after, f, q in zip(states, states[1:], flows, came):
        assert np.allclose(before.rest_backlog + q.rest_orders, after.rest_backlog + f["nvidia_rest_revenue"])
        assert (f["nvidia_rest_revenue"] <= q.capacity * (1 + 1e-12)).all()


@given(st.lists(st.floats(0.0, 100.0), min_size=3, max_size=3), st.lists(st.floats(0.0, 100.0), min_size=4, max_size=4),
       st.lists(st.floats(0.01, 1.0), min_size=12, max_size=12),
       st.one_of(st.just(0.0), st.floats(1e-6, 0.5)))
def test_rationing_neither_makes_money_nor_passes_a_limit(want: Any, supply: Any, pull: Any, waiting: float) -> None:
    share = np.array(pull).reshape(1, 3, 4)
    share = share / share.sum(-1, keepdims=True)
    cap = np.where(np.arange(4) == 0, 0.5, 1.0) * np.ones((1, 3, 4))
    asked, there = np.array([want]), np.array([supply])
    got = rationed(np, asked, share, cap, there, np.full((1, 3), waiting))
    assert (got >= 0.0).all()
    assert (got.sum(-1) <= asked * (1 + 1e-9) + 1e-9).all()
    assert (got.sum(-2) <= there * (1 + 1e-9) + 1e-9).all()
    assert (got <= cap * asked[..., None] * (1 + 1e-9) + 1e-9).all()


# ---- signs ---------------------------------------------------------------------------------------------------------


def test_more_enforcement_never_brings_in_more_smuggled_chips() -> None:
    weak = run((Lever("enforcement", "2023Q1", 0.5),))[1]
    strong = run((Lever("enforcement", "2023Q1", 2.0),))[1]
    assert (total(strong, "smuggled_units") <= total(weak, "smuggled_units") * (1 + 1e-9)).all()
    assert total(strong, "smuggled_units").mean() < 0.8 * total(weak, "smuggled_units").mean()


def test_smugglers_capacity_falls_with_enforcement_at_every_premium(base: Any) -> None:
    from highfence.market.leakage import next_smuggling

    states, _, came, p = base
    for t in range(8, 40, 6):
        less = replace(came[t], enforcement=0.5 + 0.0 * came[t].enforcement)
        more = replace(came[t], enforcement=1.5 + 0.0 * came[t].enforcement)
        assert (next_smuggling(np, states[t], more, p) <= next_smuggling(np, states[t], less, p) + 1e-9).all()


def test_more_memory_never_lowers_what_is_packaged_in_the_quarter(base: Any) -> None:
    states, flows, came, p = base
    for t in range(0, 40, 3):
        more = replace(states[t], hbm=2.0 * states[t].hbm + 1e5)
        assert (step(np, more, came[t], p)[1]["dies_packaged"] >= flows[t]["dies_packaged"] - 1e-6).all()


def test_more_memory_never_lowers_what_domestic_makers_package_in_all() -> None:
    """Revenue may lower R&D where its elasticity is below zero, and less shortage draws less capacity: shut here."""
    shut = {"rd_elasticity": 0.0, "rivalry_effect": 0.0, "expansion_response": 0.0}
    usual, more = run(**shut)[1], run((Lever("hbm_plan", "2026Q1", 3.0, times=True),), **shut)[1]
    assert (total(more, "dies_packaged") >= total(usual, "dies_packaged") * (1 - 1e-6)).all()
    assert total(more, "dies_packaged").mean() > 1.05 * total(usual, "dies_packaged").mean()


def test_a_ban_lowers_the_vendors_revenue_in_china_in_the_quarter_and_charges_its_stock() -> None:
    at = quarters().index("2024Q4")
    open_ = run((Lever("granted", "2024Q4", 1.0),), last=at)[1][at]
    banned = run((Lever("granted", "2024Q4", 0.0),), last=at)[1][at]
    assert (banned["nvidia_china_revenue"] <= open_["nvidia_china_revenue"] + 1e-6).mean() >= 0.95
    assert banned["nvidia_china_revenue"].mean() < 0.8 * open_["nvidia_china_revenue"].mean()
    assert (banned["vendor_charge"] >= open_["vendor_charge"]).all() and banned["vendor_charge"].mean() > 1e8


def test_capacity_that_a_ban_frees_goes_to_the_rest_of_the_world_while_orders_wait() -> None:
    levers = (Lever("rest_orders", "2024Q1", 1.5, times=True),)
    open_ = run((*levers, Lever("granted", "2024Q4", 1.0)))[1]
    banned = run((*levers, Lever("granted", "2024Q4", 0.0)))[1]
    first = quarters().index("2024Q4")
    gain = total(banned[first:], "nvidia_rest_revenue", 8) - total(open_[first:], "nvidia_rest_revenue", 8)
    lost = (total(open_[first:], "nvidia_china_accelerator_revenue", 8)
            - total(banned[first:], "nvidia_china_accelerator_revenue", 8))
    assert gain.mean() > 0.4 * lost.mean() > 0.0


def test_an_announced_control_raises_purchases_before_it_binds() -> None:
    at = quarters().index("2024Q4")
    quiet = run((Lever("chips_signal", "2024Q4", 0.0),), last=at)[1][at]
    told = run((Lever("chips_signal", "2024Q4", 1.0),), last=at)[1][at]
    assert (told["flagship_units"] >= quiet["flagship_units"] - 1e-6).all()
    assert told["bought_ahead"].mean() > 2.0 * quiet["bought_ahead"].mean()
    tools = run((Lever("tools_signal", "2025Q4", 1.0),))[1]
    calm = run((Lever("tools_signal", "2025Q4", 0.0),))[1]
    then = quarters().index("2025Q4")
    assert (tools[then]["equipment_sales"] > calm[then]["equipment_sales"]).all()
    assert tools[then + 2]["equipment_sales"].mean() > calm[then + 2]["equipment_sales"].mean()


def test_tools_bought_ahead_are_missed_later() -> None:
    told = run((Lever("tools_signal", "2025Q4", 1.0, until="2025Q4"),))[1]
    calm = run((Lever("tools_signal", "2025Q4", 0.0),))[1]
    then = quarters().index("2025Q4")
    assert (told[then]["equipment_sales"] > calm[then]["equipment_sales"]).all()
    assert told[then + 3]["equipment_sales"].mean() < calm[then + 3]["equipment_sales"].mean()


def test_the_buyers_states_veto_lowers_what_comes_of_a_licence() -> None:
    licence = (Lever("granted", "2026Q1", 1.0), Lever("quota_share", "2026Q1", 1e3))
    free = run((*licence, Lever("restriction", "2026Q1", 0.0)))[1]
    vetoed = run((*licence, Lever("restriction", "2026Q1", 0.95)))[1]
    since = quarters().index("2026Q2")
    assert (total(vetoed[since:], "flagship_units") <= total(free[since:], "flagship_units") * (1 + 1e-6)).all()
    assert total(vetoed[since:], "flagship_units").mean() < 0.3 * total(free[since:], "flagship_units").mean()


def test_a_licence_does_not_undo_a_ban() -> None:
    slow = (Lever("licence_delay", "2027Q1", 3.0), Lever("compliant", "2026Q1", 0.0))
    never = run((*slow, Lever("granted", "2027Q1", 1.0)))[1]
    undone = run((*slow, Lever("granted", "2027Q1", 0.0, until="2027Q4"), Lever("granted", "2028Q1", 1.0)))[1]
    after = quarters().index("2028Q1")
    assert undone[after]["flagship_units"].mean() < 0.9 * never[after]["flagship_units"].mean()


def test_a_design_below_the_line_comes_after_its_lag_where_one_is_allowed() -> None:
    levers = (Lever("granted", "2026Q1", 1.0, until="2026Q4"), Lever("granted", "2027Q1", 0.0),
              Lever("restriction", "2026Q1", 0.0))
    designed = run((*levers, Lever("compliant", "2027Q1", 1.0)), design_lag=3.0)[1]
    total_ban = run((*levers, Lever("compliant", "2027Q1", 0.0)), design_lag=3.0)[1]
    at = quarters().index("2027Q1")
    assert max(f["law_open"].max() for f in designed[at:at + 3]) < 0.5
    assert min(f["law_open"].min() for f in designed[at + 6:]) > 0.5
    assert max(f["law_open"].max() for f in total_ban[at:]) == 0.0


def test_more_money_can_lower_or_raise_research_by_its_elasticity(base: Any) -> None:
    from highfence.market.learning import research

    states, _, came, p = base
    richer = replace(states[20], revenue=2.0 * states[20].revenue)
    for elasticity, sign in ((-0.3, -1.0), (0.5, 1.0)):
        own = {**p, "rd_elasticity": np.full(DRAWS, elasticity)}
        change = research(np, richer, came[20], own) - research(np, states[20], came[20], own)
        inside = (states[20].revenue / p["rd_reference_revenue"] > 0.05) & (richer.revenue
                                                                           / p["rd_reference_revenue"] < 20.0)
        assert (sign * change[inside] > 0.0).all()


def test_what_nobody_learns_is_never_learnt() -> None:
    _, flows, _, p = run()
    for f in flows:
        assert (f["domestic_tool_share"] <= 1.0 - p["chokepoint_share"] + 1e-12).all()
    assert float(left_to_learn(np, np.array(1e9), np.array(0.0), 1.0, 1.0, np.array(0.0), 0.0)) == 1.0


def test_a_new_node_takes_yield_away() -> None:
    same, moved = run((Lever("node_reset", "2027Q1", 0.0),))[1], run((Lever("node_reset", "2027Q1", 0.8),))[1]
    at = quarters().index("2027Q2")
    assert (moved[at]["die_yield"] < same[at]["die_yield"]).all()


def test_locked_in_code_keeps_buyers_where_they_are() -> None:
    alike = {"expansion_response": 0.0}
    loose, bound = run(switching_cost=0.0, **alike)[1], run(switching_cost=1.0, **alike)[1]
    assert total(bound, "huawei_units").mean() <= total(loose, "huawei_units").mean()
    assert bound[-1]["cuda_code_share"].mean() > loose[-1]["cuda_code_share"].mean()


def test_access_to_compute_abroad_takes_nothing_but_adds_it() -> None:
    shut, open_ = (run((Lever("cloud_access", "2022Q1", share), Lever("offshore", "2022Q1", share)))[1]
                   for share in (0.0, 1.0))
    assert total(shut, "abroad_units", 5).mean() > 0.0 and shut[-1]["abroad_units"].max() == 0.0
    assert (open_[-1]["compute_abroad_h100e"] > shut[-1]["compute_abroad_h100e"]).all()
    assert total(open_, "unmet_share").mean() < total(shut, "unmet_share").mean()


# ---- one kernel ----------------------------------------------------------------------------------------------------


@settings(max_examples=5, deadline=None)
@given(st.integers(0, DRAWS - 1), st.sampled_from([0, 11, 18, 25, 39]))
def test_one_draw_alone_is_the_same_as_in_a_batch(base: Any, draw: int, t: int) -> None:
    states, flows, came, p = base

    def alone(held: Any) -> Any:
        return type(held)(**{f.name: getattr(held, f.name)[draw:draw + 1] for f in fields(held)})

    one = step(np, alone(states[t]), alone(came[t]), {k: v[draw:draw + 1] for k, v in p.items()})
    for name, value in one[1].items():
        assert np.allclose(value, flows[t][name][draw:draw + 1], rtol=1e-12, atol=1e-9), name


def test_the_kernel_keeps_to_the_array_standard(base: Any) -> None:
    xp = array_api_strict
    states, flows, came, p = base

    def strict(held: Any) -> Any:
        return type(held)(**{f.name: xp.asarray(getattr(held, f.name)[:4]) for f in fields(held)})

    _, moved = step(xp, strict(states[18]), strict(came[18]), {k: xp.asarray(v[:4]) for k, v in p.items()})
    for name, value in moved.items():
        assert np.allclose(np.asarray(value), flows[18][name][:4], rtol=1e-9, atol=1e-6), name
