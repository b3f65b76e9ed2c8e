"""Scenarios as the market takes them."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from highfence.market.runs import Trajectory, simulate
from highfence.market.tables import quarters
from highfence.policy.levers import KINDS
from highfence.policy.pulls import BY_CHIP, FIELDS, outside
from highfence.policy.scenarios import Scenario, effective, read_scenario_text, scenario

HISTORY = scenario("history")


def run(of: Scenario, draws: int = 40, as_of: date | None = None, **more: Any) -> Trajectory:
    held = outside(of, as_of)
    return simulate(held.pulls, draws=draws, table=held.table, as_of=as_of, **more)


def mine(lever: str) -> Scenario:
    return read_scenario_text("id: mine\nlabel: {en: mine, zh: 我的}\nkind: proposal\nnote: a test\nlevers:\n"
                              f"  - {{{lever}, note: a test}}\n")


@pytest.fixture(scope="module")
def history() -> Trajectory:
    return run(HISTORY)


@pytest.mark.parametrize("as_of", [None, date(2025, 4, 1)])
def test_history_is_what_the_market_does_by_itself(as_of: date | None) -> None:
    mine, plain = run(HISTORY, 60, as_of), simulate(draws=60, as_of=as_of)
    for name, values in plain.values.items():
        assert np.allclose(mine.values[name], values, rtol=1e-7, atol=1e-9 * np.abs(values).max() + 1e-9), name


def test_every_kind_of_lever_reaches_the_market() -> None:
    assert set(FIELDS) | BY_CHIP == set(KINDS) and not set(FIELDS) & BY_CHIP


LEVERS = {
    "licence_grant": ("chips: [H200 SXM], value: 0.05", "flagship_paid", -1),
    "quota": ("value: 1000", "flagship_units", 0),
    "quota_share": ("value: 0.0001", "flagship_units", 0),
    "fee": ("value: 0.4", "flagship_paid", 1), "tariff": ("value: 1.0", "flagship_paid", 1),
    "enforcement": ("value: 6", "smuggled_units", -1), "diversion": ("value: 0.2", "smuggled_units", -1),
    "cloud_access": ("value: 0.1", "abroad_units", -1), "offshore": ("value: 0.0", "abroad_units", -1),
    "hbm": ("value: 1", "hbm_stacks_in", 1), "equipment": ("value: 0.0", "equipment_sales", -1),
    "service": ("value: 0.0", "wafer_capacity", -1), "foundry": ("value: 1", "other_cards_made", 1),
    "eda": ("value: 0.0", "domestic_output_h100e", 0), "subsidy": ("value: 200", "rd_spending", 1),
    "power_subsidy": ("value: 1", "huawei_units", 0), "purchase": ("foreign: true, value: 0", "flagship_units", -1),
    "purchase_cap": ("value: 0.05", "flagship_units", -1), "tool_mandate": ("value: 1", "equipment_sales", -1),
    "materials": ("value: 0", "nvidia_rest_revenue", -1), "demand": ("value: 2", "demand_usd", 1),
    "demand_boom": ("value: 0.1", "demand_usd", -1), "licence_delay": ("value: 40", "law_open", -1),
}


def test_every_kind_has_a_case_here() -> None:
    assert set(LEVERS) == set(KINDS)


@pytest.mark.parametrize("kind", sorted(LEVERS))
def test_every_kind_of_lever_has_its_effect(kind: str, history: Trajectory) -> None:
    rest, name, sign = LEVERS[kind]
    start = "2025-08-01" if kind == "licence_delay" else "2026-01-01" if kind in ("fee", "tariff") else "2027-01-01"
    found = run(mine(f"kind: {kind}, from: {start}, {rest}"), keep=[name])
    since = history.quarters.index(f"{start[:4]}Q{(int(start[5:7]) + 2) // 3}")
    before, after = history.values[name], found.values[name]
    assert (before[:since] == after[:since]).all()
    gap = (after - before)[since:]
    assert np.abs(gap).max() > 1e-6 * np.abs(before).max()
    if sign:
        assert np.sign(gap.sum()) == sign


def test_what_a_scenario_does_to_the_law_reaches_the_tables() -> None:
    place = quarters().index("2026Q3")
    kept, denied = (outside(scenario(id)).table["rows"] for id in ("history", "h200-denied-2026"))
    assert kept["chip.legal"][place] == "nvidia-h200-sxm" and denied["chip.legal"][place] == "nvidia-h20"
    free = outside(scenario("no-chip-controls")).table["rows"]
    assert free["chip.legal"][place] == "nvidia-b300" and free["granted"][place] == [1.0, 1.0, 1.0]
    shut = outside(scenario("total-ban-with-cloud")).table["rows"]
    assert shut["compliant"][-1] == 0.0 < kept["compliant"][-1]


def test_a_frozen_scenario_has_none_of_the_signals_of_what_never_came() -> None:
    signals = {id: {p.name: p.mid for p in outside(scenario(id)).pulls if p.name.endswith("_signal")}
               for id in ("history", "a800-era", "tighter-equipment")}
    then = quarters().index("2024Q4")
    assert signals["history"]["hbm_signal"][then] > 0.2 and signals["a800-era"]["hbm_signal"][then] == 0.0
    told = quarters().index("2026Q3")
    assert signals["tighter-equipment"]["tools_signal"][told] == 1.0 > signals["history"]["tools_signal"][told]


def test_the_buyers_state_can_be_told_to_stand_back() -> None:
    both, one = (run(scenario(id), 20, keep=["restriction"]) for id in ("open-trade-both", "open-trade"))
    at = quarters().index("2028Q1")
    assert both.values["restriction"][at].max() == 0.0 < one.values["restriction"][at].mean()


def test_levers_of_history_have_one_home() -> None:
    """What the market holds is taken over, not stated again."""
    stated = {v.kind for v in HISTORY.levers}
    assert stated == {"licence_grant", "equipment", "demand_boom"}
    held = effective(HISTORY)
    assert {v.kind for v in held} > {"fee", "enforcement", "offshore", "subsidy", "service", "foundry", "hbm"}
    for lever in held:
        assert lever.event or lever.grade == "assumed" or lever.source
