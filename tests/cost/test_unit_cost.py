"""The unit cost of chips: its parts, what moves it, what it refuses, and published costs beside it."""

from __future__ import annotations

from datetime import date

import pytest

from highfence.catalogue import catalogue
from highfence.core.errors import HighfenceError, InputError, NoAnswer
from highfence.core.ranges import Range
from highfence.cost.making.dies import recipe, shipped_dies
from highfence.cost.making.unit import unit_cost, vendor_margin
from highfence.cost.making.validation import unit_cost_cases
from highfence.cost.parameters import compile_cost, shipped_parameters

ON = "2025-06-01"


def mid(chip: str, **options: object) -> float:
    return unit_cost(chip, on=ON, **options).value.mid  # type: ignore[arg-type]


def test_a_unit_cost_has_its_parts_with_grades_and_sources_in_both_languages() -> None:
    cost = unit_cost("910C", on=ON)
    assert [t.id for t in cost.terms] == ["dies", "memory", "packaging", "test", "lost", "board"]
    assert cost.value.low < cost.value.mid < cost.value.high
    assert sum(t.value.mid for t in cost.terms) == pytest.approx(cost.value.mid, rel=0.1)
    known = {s.id for s in catalogue().sources()}
    assert set(cost.all_sources) <= known and len(cost.all_sources) > 5
    assert cost.weakest == "assumed" and cost.find("smic_premium") is None
    premium = cost.find("smic-price-premium")
    assert premium is not None and premium.value == Range(1.4, 1.45, 1.5)
    raw = cost.to_dict()
    assert raw["label"]["zh"] and all(t["label"]["zh"] for t in raw["terms"])


def test_the_same_seed_gives_the_same_figure_and_another_a_near_one() -> None:
    assert unit_cost("H100 SXM", on=ON) == unit_cost("H100 SXM", on=ON)
    assert mid("H100 SXM", seed=7) == pytest.approx(mid("H100 SXM"), rel=0.02)


@pytest.mark.parametrize(("name", "less", "more"), [
    ("wafer_price", 12000, 20000), ("defect_density", 0.05, 0.3), ("memory_price", 8, 20), ("memory_gb", 64, 96),
    ("packaging_wafer_price", 9000, 20000), ("test_price", 0, 300), ("board_price", 0, 900), ("needed", 132, 144),
    ("die_area_mm2", 600, 814), ("wafer_edge", 0, 5), ("dies", 1, 2)])
def test_what_is_dearer_or_worse_raises_the_cost(name: str, less: float, more: float) -> None:
    assert mid("H100 SXM", allocation="own", **{name: less}) < mid("H100 SXM", allocation="own", **{name: more})


@pytest.mark.parametrize("name", ["packaging_yield", "die_yield"])
def test_a_better_yield_lowers_the_cost(name: str) -> None:
    costs = [mid("910C", **{name: share}) for share in (0.3, 0.5, 0.9)]
    assert costs == sorted(costs, reverse=True)


def test_salvage_lowers_the_cost_of_a_cut_die_and_the_rule_of_allocation_moves_it() -> None:
    whole, cut = mid("H20", salvage=False), mid("H20")
    assert cut < whole
    assert mid("H20", allocation="value") < cut
    assert mid("H20", allocation="own") == pytest.approx(cut, rel=1e-4)
    assert mid("H20", allocation="value", values={"H20": 12000, "H100 SXM": 24000}) < mid(
        "H20", allocation="value", values={"H20": 12000, "H100 SXM": 12000})


def test_without_board_and_with_design() -> None:
    bare, whole = unit_cost("H20", on=ON, board=False), unit_cost("H20", on=ON)
    assert bare.find("board") is None and bare.value.mid < whole.value.mid
    few, many = (unit_cost("H20", on=ON, volume=v).find("design") for v in (1e5, 1e6))
    assert few is not None and many is not None and few.value.mid == pytest.approx(10 * many.value.mid)


def test_smic_yields_are_those_published_of_the_910b_die() -> None:
    given = unit_cost("910B", on=ON, die_yield=Range(0.2, 0.35, 0.5))
    assert unit_cost("910B", on=ON).find("dies").value.mid == pytest.approx(  # type: ignore[union-attr]
        given.find("dies").value.mid, rel=0.02)  # type: ignore[union-attr]
    smaller = unit_cost("910B", on=ON, die_area_mm2=332.8).find("dies")
    assert smaller is not None and smaller.value.mid < 0.4 * given.find("dies").value.mid  # type: ignore[union-attr]


def test_the_day_chooses_prices() -> None:
    assert unit_cost("H20", on="2026-03-01").find("wafer-price-tsmc-n4") != unit_cost("H20", on=ON).find(
        "wafer-price-tsmc-n4")
    assert unit_cost("910B", on="2025-01-02").find("memory").value.mid > unit_cost(  # type: ignore[union-attr]
        "910B", on="2024-12-01").find("memory").value.mid  # type: ignore[union-attr]


def test_margin_rises_with_price() -> None:
    low, high = (vendor_margin("H20", p, on="2024-07-01") for p in (10000.0, 13000.0))
    assert 0.5 < low.value.mid < high.value.mid < 1.0
    spread = vendor_margin("H20", Range(10000.0, 12000.0, 13000.0), on="2024-07-01")
    assert spread.value.low < low.value.mid and spread.terms[1].id == "unit_cost"
    assert vendor_margin("H20", 1000.0, on="2024-07-01").value.mid < 0.0


def test_a_chip_whose_share_of_good_dies_is_nearly_none_still_has_a_finite_cost() -> None:
    assert 1e4 < mid("H20", defect_density=50.0) < 1e9


@pytest.mark.parametrize(("chip", "missing"), [
    ("nvidia-h100-pcie", "memory_type of nvidia-h100-pcie"), ("google-tpu-v5p", "process_node of google-tpu-v5p"),
    ("huawei-ascend-910c-20core", "foundry of huawei-ascend-910c-20core"),
    ("cambricon-mlu370-x8", "logic_die_area of cambricon-mlu370-x8"),
    ("cambricon-mlu590", "logic_die_count of cambricon-mlu590"), ("groq-lpu-v1", "at globalfoundries"),
    ("cerebras-wse-3", "larger than what a scanner exposes")])
def test_a_chip_without_a_needed_fact_has_no_answer_and_says_which(chip: str, missing: str) -> None:
    with pytest.raises(NoAnswer) as caught:
        unit_cost(chip, on=ON)
    assert missing in str(caught.value.missing)


def test_a_missing_fact_may_be_given() -> None:
    assert unit_cost("nvidia-h100-pcie", on=ON, memory="HBM2E").value.mid > 1000
    assert unit_cost("huawei-ascend-910c-20core", on=ON, process="smic-n2", memory="HBM2E").value.mid > 1000


@pytest.mark.parametrize(("options", "text"), [
    ({"wafer_prise": 1.0}, "did you mean wafer_price"), ({"wafer_price": -1.0}, "above zero"),
    ({"die_yield": 1.2}, "at most one"), ({"draws": 1}, "too few draws"), ({"volume": 0.0}, "volume"),
    ({"allocation": "fair"}, "no such rule"), ({"process": "tsmc-n55"}, "no such process"),
    ({"memory": "HBM9"}, "no such memory"), ({"yield_model": "poison"}, "did you mean poisson"),
    ({"needed": 145}, "no more blocks"), ({"allocation": "value", "values": {"H100 SXM": 1}}, "name the chip itself"),
    ({"memory_price": float("nan")}, "above zero"), ({"wafer_price": float("inf")}, "above zero"),
    ({"dies": 1.5}, "whole number"), ({"memory_gb": Range(1, 2, 3)}, "above zero"), ({"dies": True}, "above zero"),
    ({"draws": 10**9}, "too many"), ({"wafer_price": "dear"}, "above zero")])
def test_bad_input_is_refused_with_what_would_do(options: dict[str, object], text: str) -> None:
    with pytest.raises(InputError) as caught:
        unit_cost("H20", on=ON, **options)  # type: ignore[arg-type]
    assert text in str(caught.value)


def test_a_price_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="above zero"):
        vendor_margin("H20", 0.0)


def test_every_chip_has_a_cost_or_says_what_is_missing() -> None:
    answered = 0
    for chip in catalogue().chips():
        try:
            answered += unit_cost(chip, on=ON, draws=50).value.mid > 50.0
        except NoAnswer as error:
            assert error.missing and error.would_change
    assert answered >= 55


def test_published_costs_of_foreign_chips_lie_in_the_interval_and_morgan_stanley_s_do_not() -> None:
    rows = [r for r in unit_cost_cases() if r.part == "unit_cost"]
    assert {r.chip: r.inside for r in rows} == {
        "nvidia-h100-sxm": True, "nvidia-h200-sxm": True, "nvidia-b200": True, "amd-mi300x": True,
        "huawei-ascend-910b": False, "huawei-ascend-910c": False}
    assert all(abs(r.error) < 0.15 for r in rows if r.inside) and not any(r.used_to_fit for r in rows)


def test_the_parameters_are_checked_and_each_die_names_chips_that_fit_it() -> None:
    assert set(compile_cost()) == {"parameters", "dies"}
    for chip, die in shipped_dies().items():
        units, dies = catalogue().chip(chip).number("compute_units"), catalogue().chip(chip).number("logic_die_count")
        assert units is None or not dies or units <= die.blocks * dies
    assert shipped_parameters()["die-yield-smic-7nm"].at("CN", date(2025, 9, 15)).value == Range(0.2, 0.3, 0.5)


def test_every_process_and_memory_has_its_parameters() -> None:
    from highfence.cost.making.dies import BOARDS, MEMORY_PRICES, PROCESSES

    held = shipped_parameters()
    wanted = [i for p in PROCESSES.values() for i in (p.price, p.density, p.design, p.premium, p.die_yield) if i]
    wanted += [f"memory-price-{tail}" for tail in MEMORY_PRICES.values()] + list(BOARDS.values())
    assert all(id in held for id in wanted)


def test_a_recipe_reads_stacks_from_bandwidth_where_none_are_published() -> None:
    found = {name: recipe(catalogue().chip(name)).stacks for name in ("H100 SXM", "H20", "910B", "A100 SXM 80GB")}
    assert found == {"H100 SXM": 5, "H20": 5, "910B": 4, "A100 SXM 80GB": 5}
    with pytest.raises(HighfenceError):
        recipe(catalogue().chip("H20"), {"process": "n4"})
