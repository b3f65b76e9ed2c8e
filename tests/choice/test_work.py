"""What a buyer's work costs, and what is put in its way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from highfence.choice.buyers import buyer
from highfence.choice.given import read_given, with_numbers
from highfence.choice.work import beyond_budget, of_its_day, work_costs
from highfence.core.errors import InputError

DAY = date(2025, 7, 20)
CHIPS = ["nvidia-h20", "huawei-ascend-910c"]


def test_each_kind_of_work_costs_one_on_its_cheapest_chip() -> None:
    found = work_costs(buyer("sme-inference"), CHIPS, to="CN", on=DAY, draws=50)
    assert found.chips == tuple(CHIPS)
    assert min(found.middle) >= 1.0 - 1e-9
    one = work_costs(buyer("hyperscaler-training"), CHIPS, to="CN", on=DAY, draws=50)
    assert min(one.middle) == pytest.approx(1.0)


def test_a_dearer_chip_makes_its_work_dearer_and_no_other() -> None:
    asked = {"to": "CN", "on": DAY, "draws": 50, "rent": False}
    b = replace(buyer("sme-inference"), work=buyer("sme-inference").work[:1])
    cheap = work_costs(b, CHIPS, given={"price.H20": 9000.0}, **asked)
    dear = work_costs(b, CHIPS, given={"price.H20": 12000.0}, **asked)
    ratio = [dear.answers[c][0].all_in.value.mid / cheap.answers[c][0].all_in.value.mid for c in CHIPS]
    assert ratio[0] > 1.05 and ratio[1] == pytest.approx(1.0)


def test_draws_are_stable_under_more_draws() -> None:
    few = work_costs(buyer("sme-inference"), CHIPS, to="CN", on=DAY, draws=20)
    many = work_costs(buyer("sme-inference"), CHIPS, to="CN", on=DAY, draws=60)
    assert np.allclose(few.cost, many.cost[:20])


def test_a_value_that_cannot_be_is_an_error_and_no_refusal_of_a_chip() -> None:
    with pytest.raises(InputError, match="pue"):
        work_costs(buyer("sme-inference"), CHIPS, to="CN", on=DAY, draws=10, given={"pue": 0.5})


def test_a_budget_below_one_server_names_the_limit_and_what_would_do() -> None:
    poor = with_numbers(buyer("sme-inference"), {"budget_usd": 50_000.0})
    found = work_costs(poor, CHIPS, to="CN", on=DAY, draws=10)
    assert not found.chips
    assert "budget is below one server: 8 of NVIDIA H20" in found.refused["nvidia-h20"]
    rich = work_costs(buyer("sme-inference"), CHIPS, to="CN", on=DAY, draws=10)
    assert beyond_budget(buyer("sme-inference"), rich.answers["nvidia-h20"]) == ""


def test_models_of_the_future_give_way_to_those_of_the_day() -> None:
    then, notes = of_its_day(buyer("sme-inference"), date(2024, 5, 24))
    assert {w.model for w in then.work} == {"llama-2-70b", "mistral-7b"}
    assert len(notes) == 3 and all("not out" in n.en and n.zh for n in notes)
    now, none = of_its_day(buyer("sme-inference"), DAY)
    assert now == buyer("sme-inference") and none == ()


@pytest.mark.parametrize(("name", "value", "hint"), [
    ("price", 8000.0, "whose price"), ("price.H2O0", 8000.0, "chip"), ("price.H20", -1.0, "negative"),
    ("prise.H20", 1.0, "nothing of that name"), ("nest_dissimilarity", 2.0, "cannot be that"),
    ("buyer.budget", 1.0, "no such number"), ("buyer.budget_usd", -5.0, "out of range"),
    ("buyer.software.cuda_share", 1.5, "out of range")])
def test_what_cannot_be_set_is_refused(name: str, value: float, hint: str) -> None:
    with pytest.raises(InputError, match=hint):
        read_given({name: value}, buyer("sme-inference"), ("nest_dissimilarity",))


def test_an_unknown_name_is_answered_with_what_can_be_set() -> None:
    with pytest.raises(InputError) as found:
        read_given({"price_sensitivty": 1.0}, buyer("sme-inference"), ("price_sensitivity",))
    assert "price_sensitivity" in str(found.value.hint)
    assert "buyer.NUMBER" in str(found.value.expected) and "pue" in str(found.value.expected)


def test_a_number_of_the_buyer_is_set_wherever_it_stands() -> None:
    set_ = with_numbers(buyer("sme-inference"), {"work.0.share": 1.0, "installed.0.count": 0.0})
    assert set_.work[0].share.value.mid == 1.0 and set_.installed[0].count.value.high == 0.0
    assert set_.work[1] == buyer("sme-inference").work[1]
