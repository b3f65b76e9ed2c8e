"""A buyer at the fork, with costs from the cost room."""

from __future__ import annotations

from typing import Any

import pytest

from highfence.choice.crossroads import crossroads
from highfence.choice.indifference import Indifference, indifference
from highfence.core.errors import InputError, NoAnswer


def fork(buyer: str = "sme-inference", on: str = "2025-07-20", draws: int = 300, **given: float) -> Indifference:
    """Return the answer of a buyer about the H20 and the 910B."""
    named = {name.replace("__", "."): value for name, value in given.items()}
    return indifference(crossroads("H20", "910B", buyer, on=on, given=named, draws=draws), draws)


def test_costs_are_those_of_the_cost_room_with_their_trees() -> None:
    found = crossroads("H20", "910B", "sme-inference", on="2025-07-20", draws=100)
    cost = found.terms["foreign_cost"]
    assert cost.find("chip") is not None and cost.weakest == "assumed"
    assert 0.0 < found.terms["capital_share"].value.mid < 1.0
    assert found.price == pytest.approx(10500.0)


def test_work_is_what_the_budget_buys() -> None:
    found = crossroads("H20", "910B", "research", on="2025-07-20", draws=100,
                       given={"buyer.budget_usd": 1_200_000.0, "buyer.horizon_years": 3.0})
    assert found.work * found.terms["foreign_cost"].value.mid == pytest.approx(100_000.0)


def test_the_indifference_price_is_about_the_same_at_any_price() -> None:
    """Not quite: what a server costs beside its chips goes with the price that is stated."""
    at = [fork("hyperscaler-training", price__H20=p).price.value for p in (8000.0, 14000.0)]
    assert at[0] is not None and at[1] is not None
    assert at[0].mid == pytest.approx(at[1].mid, rel=0.25)


def test_a_dearer_chip_and_a_higher_hazard_never_favour_taking_it() -> None:
    by_price = [fork(price__H20=p).values.cheaper for p in (5000.0, 15000.0, 60000.0)]
    by_hazard = [fork(hazard=h).values.cheaper for h in (0.0, 0.7, 3.0)]
    assert by_price == sorted(by_price, reverse=True) and by_price[0] > by_price[-1]
    assert by_hazard == sorted(by_hazard, reverse=True)


def test_a_dearer_port_never_hastens_the_move() -> None:
    moves = [fork(port_engineer_months=m).values.first_move for m in (1.0, 20.0, 400.0)]
    quarters = [1e9 if m is None else m for m in moves]
    assert quarters == sorted(quarters)


def test_both_chips_of_one_software_are_refused() -> None:
    with pytest.raises(InputError, match="same software"):
        crossroads("H20", "H100", "sme-inference", on="2025-07-20")


@pytest.mark.parametrize("given", [{"hazards": 0.5}, {"price": 9000.0}, {"buyer.budgets": 1.0}])
def test_what_nothing_reads_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        crossroads("H20", "910B", "sme-inference", on="2025-07-20", given=given)


def test_a_chip_without_a_price_or_beyond_the_budget_has_no_answer() -> None:
    with pytest.raises(NoAnswer, match="MLU370"):
        crossroads("H20", "MLU370-X8", "sme-inference", on="2025-07-20")
    with pytest.raises(NoAnswer, match="below one server"):
        crossroads("H20", "910B", "sme-inference", on="2025-07-20", given={"buyer.budget_usd": 9000.0})


def test_market_days_are_judged_for_buyers_that_the_press_names() -> None:
    from highfence.choice.validation import BUYERS, day_cases

    found = day_cases()
    assert [d.buyer for d in found[:3]] == list(BUYERS)
    july = [d.judged for d in found if d.judged.case.side == "above"]
    assert all(j.agrees for j in july)
    assert sum(d.judged.agrees for d in found) >= 4 and sum(d.judged.same_magnitude for d in found) >= 4
