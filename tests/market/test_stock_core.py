"""The stocks and flows of the kernel, and PySD's run of the same stated once more as XMILE."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("pysd", reason="PySD is not installed: it runs the XMILE that the kernel is compared with")

ROOT = Path(__file__).parents[2]
DRAWS, TOLERANCE = 200, 1e-6


@pytest.fixture(scope="module")
def core() -> ModuleType:
    sys.path.insert(0, str(ROOT))
    try:
        from bench import stock_core
    finally:
        sys.path.remove(str(ROOT))
    return stock_core


@pytest.fixture(scope="module")
def pysd(core: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return core.PySD(tmp_path_factory.mktemp("xmile"))


@pytest.fixture(scope="module")
def given(core: ModuleType) -> Any:
    return core.fed(core.watched(DRAWS), core.names_of())


def test_every_stock_is_that_of_pysd_in_every_quarter_of_200_draws(core: ModuleType, pysd: Any, given: Any) -> None:
    most = core.agreement(pysd, given, DRAWS)
    assert len(most) == 71 and {"wafers", "die_bank", "hbm", "premium", "restriction", "code_cann"} <= set(most)
    assert {name: value for name, value in most.items() if value > TOLERANCE} == {}


def test_a_ban_a_notice_and_a_day_of_knowledge_are_the_same_too(core: ModuleType, pysd: Any) -> None:
    from highfence.market.inputs import Lever

    levers = [Lever("granted", "2024Q2", 0.0, until="2026Q1"), Lever("tools_signal", "2025Q1", 0.5, until="2025Q2"),
              Lever("node_reset", "2026Q3", 0.4, until="2026Q3"), Lever("restriction", "2027Q1", 0.7)]
    held = core.fed(core.watched(6, seed=3, levers=levers, as_of="2025-04-01"), core.names_of())
    assert max(core.agreement(pysd, held, 6).values()) < TOLERANCE


@pytest.mark.parametrize(("name", "moved"), [("stacks_per_die", "hbm"), ("smuggling_lag", "smuggling"),
                                             ("failure_rate", "units_huawei_3"), ("planning_lag", "vendor_pipeline")])
def test_one_per_cent_of_one_parameter_is_seen(core: ModuleType, pysd: Any, given: Any, name: str, moved: str) -> None:
    values = given.parameters(0)
    values[name] *= 1.01
    found = core.differences(given.stocks, pysd.stocks(values, tuple(given.stocks)), 0)
    assert found[moved] > 100 * TOLERANCE


def test_the_file_names_every_table_that_it_needs(core: ModuleType, given: Any) -> None:
    names = core.names_of()
    assert set(given.tables) == set(names["table"]) and len(names["stock"]) == len(names["first stock"])
    assert set(given.constants) == {*names["parameter"], *names["first stock"]}
