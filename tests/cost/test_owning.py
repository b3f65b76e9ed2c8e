"""Owning a chip for an hour: the annuity, its parts, what moves them, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from highfence.catalogue import catalogue
from highfence.core.arrays import FLOATS
from highfence.core.errors import InputError, NoAnswer
from highfence.core.ranges import normals
from highfence.cost.duties import added_money
from highfence.cost.owning import PARTS, annuity, own_hourly, own_parts, owning, owning_draws, owning_inputs

CASE = {"chip_price": 11000.0, "server_share": 0.45, "network_share": 0.11, "facility_per_kw": 7110.0, "chip_kw": 0.4,
        "server_overhead": 1.82, "pue": 1.3, "tariff": 0.085, "financing": 0.0517, "life": 5.0, "residual": 0.15,
        "operations_share": 0.04, "load": 0.76, "facility_life": 15.0, "duties": 0.05}

LIMITS = {"chip_price": (100.0, 80_000.0), "server_share": (0.0, 1.0), "network_share": (0.0, 0.4),
          "facility_per_kw": (3000.0, 20_000.0), "chip_kw": (0.05, 2.0), "server_overhead": (1.0, 3.0),
          "pue": (1.0, 2.0), "tariff": (0.01, 0.4), "financing": (0.0, 0.3), "life": (1.0, 10.0),
          "residual": (0.0, 0.6), "operations_share": (0.0, 0.2), "load": (0.1, 1.0), "facility_life": (5.0, 30.0),
          "duties": (0.0, 0.5)}

CASES = st.fixed_dictionaries({name: st.floats(*ends) for name, ends in LIMITS.items()})


def test_the_annuity_is_that_of_a_textbook() -> None:
    # 1,000 at 8 % over 5 years is paid off by 250.456 a year.
    assert 1000 * annuity(FLOATS, 0.08, 5.0) == pytest.approx(250.4565, abs=1e-4)
    # What is paid is worth what was borrowed.
    assert sum(annuity(FLOATS, 0.08, 5.0) / 1.08**year for year in range(1, 6)) == pytest.approx(1.0)
    assert annuity(FLOATS, 0.0, 4.0) == 0.25


def test_an_hour_equals_a_sum_by_hand() -> None:
    got = own_parts(FLOATS, chip_price=10_000.0, server_share=0.5, network_share=0.1, facility_per_kw=0.0, chip_kw=0.5,
                    server_overhead=2.0, pue=1.2, tariff=0.1, financing=0.0, life=4.0, residual=0.2,
                    operations_share=0.05, load=0.5)
    assert got["chip"] == pytest.approx(10_000 * 0.8 / 4 / 8766)
    assert got["server"] == pytest.approx(5_000 * 0.8 / 4 / 8766)
    assert got["network"] == pytest.approx(1_500 * 0.8 / 4 / 8766)
    assert got["power"] == pytest.approx(0.5 * 2.0 * 0.5 * 1.2 * 0.1)
    assert got["operations"] == pytest.approx(16_500 * 0.05 / 8766)


@given(st.lists(CASES, min_size=1, max_size=5))
def test_a_single_case_equals_a_batch(cases: list[dict[str, float]]) -> None:
    batch = own_hourly(np, **{name: np.array([c[name] for c in cases]) for name in LIMITS})
    assert batch == pytest.approx([own_hourly(FLOATS, **c) for c in cases], rel=1e-12)


def test_the_formula_needs_no_more_than_the_array_standard() -> None:
    strict = pytest.importorskip("array_api_strict")
    got = own_hourly(strict, **{name: strict.asarray([value, value]) for name, value in CASE.items()})
    assert float(got[1]) == pytest.approx(own_hourly(FLOATS, **CASE))


@given(CASES, st.sampled_from(["chip_price", "server_share", "network_share", "facility_per_kw", "chip_kw", "pue",
                               "tariff", "operations_share", "load", "duties", "server_overhead"]),
       st.floats(0.0, 1.0))
def test_less_of_anything_that_is_paid_for_never_costs_more(case: dict[str, float], name: str, share: float) -> None:
    low = LIMITS[name][0]
    less = {**case, name: low + share * (case[name] - low)}
    assert own_hourly(FLOATS, **less) <= own_hourly(FLOATS, **case) * (1 + 1e-12)


@given(CASES, st.floats(0.0, 1.0))
def test_a_longer_life_or_more_left_never_costs_more(case: dict[str, float], more: float) -> None:
    longer = {**case, "facility_life": case["facility_life"] + 10 * more}
    richer = {**case, "residual": case["residual"] + 0.3 * more}
    for better in (longer, richer):
        assert own_hourly(FLOATS, **better) <= own_hourly(FLOATS, **case) * (1 + 1e-12)


def test_the_tree_adds_up_and_names_its_sources() -> None:
    cost = owning("H20", to="CN", on="2025-08-01")
    assert [t.id for t in cost.terms] == list(PARTS)
    assert cost.value.mid == pytest.approx(sum(t.value.mid for t in cost.terms))
    assert cost.value.low < cost.value.mid < cost.value.high
    known = {s.id for s in catalogue().sources()}
    assert set(cost.all_sources) <= known and len(cost.all_sources) > 8
    assert cost.weakest == "assumed" and cost.find("tariff").grade == "estimate"


def test_draws_go_through_the_same_formula_and_repeat() -> None:
    inputs = owning_inputs("H20", to="CN", on="2025-08-01")
    assert owning_draws(inputs, {}) == pytest.approx(owning("H20", to="CN", on="2025-08-01").value.mid)
    z = normals(3, ["chip_price", "tariff"], 50)
    many = owning_draws(inputs, z, np)
    one = owning_draws(inputs, {name: float(v[7]) for name, v in z.items()})
    assert many[7] == pytest.approx(one)
    assert owning("H20", to="CN", seed=4) == owning("H20", to="CN", seed=4) != owning("H20", to="CN", seed=5)
    with pytest.raises(InputError, match="no such input"):
        owning_draws(inputs, {"price": 0.0})


def test_tails_stay_within_what_an_input_can_be() -> None:
    inputs = owning_inputs("H20", to="US", on="2025-08-01")
    far = owning_draws(inputs, {"pue": np.array([-20.0]), "load": np.array([0.0])}, np)[0]
    ideal = owning_draws(owning_inputs("H20", to="US", on="2025-08-01", set={"pue": 1.0}), {})
    assert far == pytest.approx(ideal)


def test_power_costs_what_the_place_charges() -> None:
    power = {to: owning("H20", to=to, on="2025-08-01", price=10_000).find("power").value.mid
             for to in ("CN", "US", "DE")}
    assert power["CN"] < power["US"] < power["DE"]


def test_domestic_chips_get_cheaper_power_from_the_autumn_of_2025() -> None:
    def power(chip: str, on: str) -> float:
        return owning(chip, to="CN", on=on, set={"chip_kw": 0.5}).find("power").value.mid

    assert power("910B", "2025-08-01") == power("H20", "2025-08-01") == power("H20", "2025-12-01")
    assert power("910B", "2025-12-01") < power("H20", "2025-12-01")


def test_a_system_brings_its_own_power() -> None:
    rack = owning_inputs("GB200", on="2025-08-01", system="gb200-nvl72")
    assert rack.server_overhead.value.low == rack.server_overhead.value.high > 1.0
    with pytest.raises(InputError, match="another chip"):
        owning_inputs("H20", system="gb200-nvl72")


def test_the_cheaper_of_owning_and_renting_is_stated() -> None:
    rented = owning("H800", to="CN", on="2025-02-15", rent=True, set={"rental": 0.01})
    owned = owning("H800", to="CN", on="2025-02-15", rent=True, set={"rental": 50.0})
    assert rented.value.mid == 0.01 and "rented" in rented.how.en
    assert owned.terms[0].id == "owning" and {t.id for t in owned.terms} == {"owning", "rental"}
    assert "no rent is known" in owning("910C", to="CN", rent=True).how.en


def test_the_arrangement_of_august_2025_is_reported_and_kept_apart() -> None:
    assert added_money("H20", to="CN", on="2025-08-01")[0].id == "vat"
    (arrangement,) = [t for t in added_money("H20", to="CN", on="2025-08-20") if t.id == "arrangement"]
    assert arrangement.value.high == pytest.approx(0.15 / 0.85)
    assert arrangement.grade == "assumed" and "never a regulation" in arrangement.how.en
    assert added_money("910B", to="CN", on="2025-08-20") == ()
    assert "arrangement" not in {t.id for t in added_money("H20", to="SG", on="2025-08-20")}
    before = owning("H20", to="CN", on="2025-08-20", as_of="2025-08-20")
    assert before.find("duties").value.mid > 0.0
    assert before.find("chip").value.mid == owning("H20", to="CN", on="2025-08-07", as_of="2025-08-20"
                                                   ).find("chip").value.mid


def test_the_import_duty_is_what_the_rules_say_and_never_touches_the_h20() -> None:
    ids = {chip: {t.id for t in added_money(chip, to="US", on="2026-03-01", end_use=None)}
           for chip in ("H200", "MI325X", "H20", "B200")}
    assert ids == {"H200": {"section_232"}, "MI325X": {"section_232"}, "H20": set(), "B200": set()}
    assert added_money("H200", to="US", on="2026-03-01") == ()
    assert "section_232" not in {t.id for t in added_money("H200", to="CN", on="2026-01-14")}
    china = next(t for t in added_money("H200", to="CN", on="2026-03-01") if t.id == "section_232")
    assert china.value.high == 0.25 and china.find("rate").grade == "official"


def test_a_price_seen_after_a_measure_began_holds_it_already() -> None:
    from datetime import date

    held = added_money("H20", to="CN", on="2025-10-01", seen=date(2025, 9, 15))[0]
    assert held.value.high == 0.0 and "holds what was passed on" in held.how.en


def test_value_added_tax_is_deducted_unless_it_is_borne() -> None:
    deducted, borne = (next(t for t in added_money("H20", to="CN", on="2025-07-15", vat=vat) if t.id == "vat")
                       for vat in ("deducted", "borne"))
    assert (deducted.value.mid, borne.value.mid) == (0.0, 0.13)
    with pytest.raises(InputError, match="unknown word"):
        added_money("H20", to="CN", vat="ignored")


def test_nothing_is_added_to_a_grey_price_or_to_one_that_is_given() -> None:
    assert owning_inputs("H100", to="CN", on="2026-03-01").duties.terms == ()
    assert owning_inputs("H20", to="CN", on="2025-08-20", price=8000).duties.value.mid == 0.0


@pytest.mark.parametrize(("name", "value"), [("life", -1.0), ("life", 0.0), ("price", -5.0), ("residual", 1.1),
                                             ("pue", 0.9), ("tariff", -0.1), ("load", 1.5), ("financing", -0.02)])
def test_a_value_that_cannot_be_is_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(InputError) as caught:
        owning("H20", to="CN", set={name: value})
    assert name in str(caught.value)


def test_other_refusals_say_what_would_help() -> None:
    with pytest.raises(NoAnswer) as caught:
        owning("H20", to="SA", price=10_000)
    assert "nearest is AE" in str(caught.value) and "--set tariff" in str(caught.value)
    assert owning("H20", to="SA", price=10_000, set={"tariff": 0.05}).value.mid > 0
    with pytest.raises(NoAnswer, match="no sale price or rent"):
        owning("BR100", to="CN")
    with pytest.raises(InputError) as mistyped:
        owning("H20", to="CN", set={"tarif": 0.1})
    assert "tariff" in str(mistyped.value)
    with pytest.raises(InputError, match="not a number"):
        owning("H20", to="CN", set={"pue": "low"})
    with pytest.raises(NoAnswer, match="power"):
        owning(next(c.id for c in catalogue().chips() if c.number("tdp") is None), to="CN", price=1000)
