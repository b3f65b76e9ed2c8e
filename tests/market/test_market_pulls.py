"""Whole fields over quarters: read, paired, refused where they cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from highfence.core.errors import InputError
from highfence.market.inputs import Inputs, Lever, known_arrays, parameters
from highfence.market.pulls import Pull, check_pulls
from highfence.market.randomness import Streams
from highfence.market.runs import simulate
from highfence.market.state import SEGMENTS, TOOL_STAGES
from highfence.market.tables import quarters

KEEP = ["smuggled_units", "demand_usd", "equipment_sales", "flagship_units"]


def test_a_fixed_pull_does_what_a_lever_does() -> None:
    since = "2026Q1"
    count = len(quarters()) - quarters().index(since)
    pulled = simulate([Pull.fixed("enforcement", since, np.full(count, 3.0))], draws=20, keep=KEEP)
    levered = simulate([Lever("enforcement", since, 3.0)], draws=20, keep=KEEP)
    for name in KEEP:
        assert (pulled.values[name] == levered.values[name]).all()


def test_a_pull_draws_between_its_ends_and_leaves_quarters_that_it_does_not_name() -> None:
    streams, known = Streams(1, 500), known_arrays(None)
    p, z = parameters(streams)
    low, mid, high = (np.array([np.nan, v]) for v in (1.0, 2.0, 4.0))
    inputs = Inputs(known, p, z, streams, pulls=[Pull("enforcement", "2025Q1", low, mid, high)])
    plain = Inputs(known, p, z, streams)
    t = quarters().index("2025Q1")
    assert (inputs.quarter(t).enforcement == plain.quarter(t).enforcement).all()
    drawn = inputs.quarter(t + 1).enforcement
    assert np.quantile(drawn, [0.1, 0.5, 0.9]) == pytest.approx([1.0, 2.0, 4.0], rel=0.15)
    assert (inputs.quarter(t + 2).enforcement == plain.quarter(t + 2).enforcement).all()


def test_segments_and_groups_of_tools_can_differ() -> None:
    demand = np.ones((40, len(SEGMENTS)))
    demand[20:, SEGMENTS.index("research")] = 0.0
    tools = np.ones((40, len(TOOL_STAGES)))
    made = simulate([Pull.fixed("demand", quarters()[0], demand), Pull.fixed("tools_open", quarters()[0], tools)],
                    draws=20, keep=KEEP)
    base = simulate(draws=20, keep=KEEP)
    assert (made.values["demand_usd"][:7] == base.values["demand_usd"][:7]).all()
    assert (made.values["demand_usd"][25] < base.values["demand_usd"][25]).all()
    assert made.values["equipment_sales"][20:].mean() > base.values["equipment_sales"][20:].mean()


def test_the_result_is_the_same_whatever_the_threads() -> None:
    one, two = (simulate(draws=50, until="2024Q4", keep=KEEP, piece=16, threads=n) for n in (1, 2))
    assert all(one.values[name].tobytes() == two.values[name].tobytes() for name in KEEP)


@pytest.mark.parametrize(("pulls", "what"), [
    ([Pull.fixed("enforcment", "2025Q1", [1.0])], "no such field"),
    ([Pull.fixed("price", "2025Q1", [1.0])], "no such field"),
    ([Pull.fixed("fee", "2035Q1", [1.0])], "not a quarter"),
    ([Pull.fixed("fee", "2025Q1", [[1.0, 2.0]])], "wrong shape"),
    ([Pull.fixed("fee", "2025Q1", [1.0]), Pull.fixed("fee", "2026Q1", [1.0])], "two pulls"),
    ([Pull("fee", "2025Q1", np.array([0.2]), np.array([0.1]), np.array([0.3]))], "ascend"),
    ([Pull("fee", "2025Q1", np.array([0.1]), np.array([0.1, 0.2]), np.array([0.3]))], "wrong shape"),
])
def test_pulls_that_cannot_be_are_refused(pulls: Any, what: str) -> None:
    with pytest.raises(InputError, match=what):
        check_pulls(pulls)


def test_the_largest_run_is_within_the_stock_that_it_runs_on() -> None:
    made = simulate(draws=50)
    stock = made.values["stock_flagship_training_h100e"] + made.values["stock_smuggled_training_h100e"]
    most = np.maximum(stock, made.values["stock_huawei_training_h100e"])
    run = made.values["largest_run_h100e"]
    assert (run > 0.0).all() and (run < most).all()
    flop = made.values["largest_training_run"] / (run * 90 * 86400)
    assert (flop > 1e14).all() and (flop < 989e12).all(), "an H100 does less than its peak"


def test_grades_of_compute_sum_to_the_stock() -> None:
    made = simulate(draws=20)
    for tail, whole in (("", "compute_stock_h100e"), ("training_", "compute_stock_training_h100e")):
        parts = sum(made.values[f"stock_{grade}_{tail}h100e"] for grade in ("flagship", "low", "smuggled", "huawei",
                                                                           "other"))
        assert np.allclose(parts, made.values[whole])
