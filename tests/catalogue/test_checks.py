"""The catalogue agrees with itself and with what others published, or says why not."""

from dataclasses import replace

import pytest

from highfence.catalogue import Chip, catalogue
from highfence.catalogue.attributes import ATTRIBUTES
from highfence.catalogue.checks import (
    CHECKS,
    USUAL_RATIOS,
    compare_all,
    discrepancies,
    idle_explanations,
    unexplained,
)
from highfence.catalogue.validation import cases
from highfence.core.facts import Fact
from highfence.core.labels import Label


def made(id="part", explanations=(), **values):
    """A chip with the values given, each from one source; a tuple gives several observations."""
    facts = {}
    for name, given in values.items():
        rows = given if isinstance(given, tuple) else (given,)
        facts[name] = tuple(
            replace(row, subject=id, attribute=name) if isinstance(row, Fact) else
            Fact(id, name, row, ATTRIBUTES[name].kind, source="sheet",
                 grade="official" if i == 0 else "press")
            for i, row in enumerate(rows))
    return Chip(id, Label(id, id), facts=facts, explanations=dict(explanations))


def failing(*chips):
    return [(d.chip, d.check) for d in discrepancies(chips)]


def test_no_discrepancy_of_the_catalogue_lacks_an_explanation():
    left = unexplained()
    assert not left, "explain in the chip's entry, or mend the data:\n" + "\n".join(
        f"  {d.chip}: explanations.{d.check}: {d.what} {d.ours:g} against {d.theirs:g} {d.unit} {d.source}"
        for d in left)


def test_no_explanation_of_the_catalogue_explains_nothing():
    assert idle_explanations() == []


def test_every_explanation_is_in_both_languages():
    for found in discrepancies():
        assert found.explanation and found.explanation.en and any("一" <= c <= "鿿" for c in found.explanation.zh)


def test_the_checks_look_at_many_chips_and_not_at_none():
    counted = {name: sum(c.check == name for c in compare_all()) for name in CHECKS}
    assert counted["published_tpp"] >= 30 and counted["number_format_ratio"] >= 300
    assert counted["twofold_disagreement"] >= 400 and counted["one_way_bandwidth"] >= 30
    assert counted["memory_bandwidth_bounds"] >= 100 and counted["reticle_limit"] >= 80


def test_the_tpp_of_the_h100_is_what_others_published():
    found = [c for c in compare_all([catalogue().chip("H100 SXM")]) if c.check == "published_tpp"]
    assert found and all(c.agrees and abs(c.relative) < 0.001 for c in found)


def test_a_published_tpp_that_differs_is_found_and_rounding_is_not():
    assert failing(made(peak_fp16=100e12, published_tpp=3200.0)) == [("part", "published_tpp")]
    assert failing(made(peak_fp16=100e12, published_tpp=1595.0)) == []


def test_a_published_tpp_proves_nothing_about_a_chip_without_peaks():
    alone = made(published_tpp=3200.0)
    assert failing(alone) == []
    assert [c.circular for c in cases([alone]) if c.name.startswith("part")] == [True]


def test_a_published_density_that_differs_is_found():
    values = {"peak_fp16": 100e12, "logic_die_area": 800.0}
    assert failing(made(**values, published_performance_density=2.0)) == []
    assert failing(made(**values, published_performance_density=4.0)) == [("part", "published_density")]


@pytest.mark.parametrize("first, second", [("peak_fp16", "peak_fp8"), ("peak_fp16", "peak_int8"),
                                           ("peak_tf32", "peak_fp16"), ("peak_fp8", "peak_fp4")])
def test_a_sparse_rate_beside_a_dense_one_is_found(first, second):
    assert failing(made(**{first: 100e12, second: 200e12})) == []
    for slip in (400e12, 100e12):
        assert failing(made(**{first: 100e12, second: slip})) == [("part", "number_format_ratio")]


def test_usual_ratios_are_of_formats_that_the_catalogue_knows():
    known = {n.removeprefix("peak_") for n in ATTRIBUTES} | {"16 bit"}
    assert all({a, b} <= known for a, b in USUAL_RATIOS)


def test_two_sources_a_factor_of_two_apart_are_found_and_close_ones_are_not():
    assert failing(made(peak_fp16=(100e12, 200e12))) == [("part", "twofold_disagreement")]
    assert failing(made(peak_fp16=(100e12, 50e12))) == [("part", "twofold_disagreement")]
    assert failing(made(peak_fp16=(100e12, 120e12))) == []


@pytest.mark.parametrize("name", ["link_bandwidth", "host_bandwidth", "network_bandwidth", "io_bandwidth"])
def test_one_direction_beside_both_is_found(name):
    assert failing(made(**{name: (900e9, 450e9)})) == [("part", "one_way_bandwidth")]
    assert failing(made(**{name: (900e9, 896e9)})) == []


def test_no_link_beside_a_link_is_found():
    assert failing(made(link_bandwidth=(600e9, 0.0))) == [("part", "one_way_bandwidth")]
    assert failing(made(link_bandwidth=(0.0, 0.0))) == []


def test_a_host_bandwidth_in_one_direction_is_found():
    assert failing(made(host_interface="PCIe 5.0 x16", host_bandwidth=128e9)) == []
    assert failing(made(host_interface="PCIe 5.0 x16", host_bandwidth=126e9)) == []
    assert failing(made(host_interface="PCIe 5.0 x16", host_bandwidth=64e9)) == [("part", "pcie_bandwidth")]


def test_an_overall_io_that_is_not_the_sum_of_its_parts_is_found():
    parts = {"link_bandwidth": 896e9, "host_interface": "PCIe 5.0 x16"}
    assert failing(made(**parts, io_bandwidth=1024e9)) == []
    assert failing(made(**parts, io_bandwidth=512e9)) == [("part", "io_sum")]


@pytest.mark.parametrize("type, capacity, bandwidth, possible", [
    ("HBM3", 80e9, 3.35e12, True), ("HBM2e", 80e9, 2.04e12, True), ("HBM3", 80e9, 6.7e12, False),
    ("HBM3E", 192e9, 0.8e12, False), ("GDDR6X", 24e9, 1.008e12, True), ("DDR3", 8e9, 1e9, True)])
def test_bandwidth_beyond_what_a_generation_of_memory_can_have_is_found(type, capacity, bandwidth, possible):
    chip = made(memory_type=type, memory_capacity=capacity, memory_bandwidth=bandwidth)
    assert (failing(chip) == []) == possible


def test_a_die_larger_than_an_exposure_is_found_unless_several_are_counted():
    assert failing(made(logic_die_area=1600.0)) == [("part", "reticle_limit")]
    assert failing(made(logic_die_area=1600.0, logic_die_count=2.0)) == []
    assert failing(replace(made(logic_die_area=46225.0), kind="wafer")) == []


def test_a_chip_far_from_others_of_its_node_is_found_in_density_and_in_power():
    family = [made(f"p{i}", peak_fp16=100e12, logic_die_area=400.0, process_nm=7.0,
                   tdp=300.0) for i in range(5)]
    odd = made("odd", peak_fp16=1000e12, logic_die_area=400.0, process_nm=7.0, tdp=300.0)
    assert failing(*family, odd) == [("odd", "density_outlier"), ("odd", "power_outlier")]
    assert failing(*family[:3], odd) == [], "too few to say what is usual"


def test_gib_written_as_gb_is_found():
    assert failing(made(memory_capacity=(80e9, 80 * 2**30))) == [("part", "capacity_unit")]
    assert failing(made(memory_capacity=(80e9, 96e9))) == []


def test_a_chip_sold_before_it_was_announced_is_found():
    assert failing(made(announced="2024-05", released="2024-03")) == [("part", "announced_first")]
    assert failing(made(announced="2024-05-20", released="2024")) == []


def test_an_explanation_explains_its_own_check_only():
    why = Label("counts the FP16 accumulator", "按FP16累加计")
    chip = made(explanations={"number_format_ratio": why}, peak_fp16=100e12, peak_fp8=400e12,
                published_tpp=1.0)
    assert [d.check for d in unexplained([chip])] == ["published_tpp"]
    assert idle_explanations([made(explanations={"published_tpp": why}, peak_fp16=1e12)]) == [("part",
                                                                                               "published_tpp")]
    assert idle_explanations([made(explanations={"no_such_check": why})]) == [("part", "no_such_check")]


def test_a_rejected_value_is_listed_with_the_reason_for_which_it_was_rejected():
    why = Label("with sparsity", "含稀疏")
    sparse = Fact("", "", 200e12, "flop_rate", source="press", rejected=why)
    found = discrepancies([made(peak_fp16=(100e12, sparse))])
    assert [(d.rejected, d.explanation) for d in found] == [(True, why)]


def test_the_validation_table_shows_every_published_figure_and_every_check():
    rows = cases()
    assert {r.check for r in rows} == set(CHECKS) and all(r.ok for r in rows)
    assert not any(r.used_to_fit for r in rows), "nothing in the catalogue is fitted"
    assert sum(r.check == "published_tpp" and "TPP" in r.name for r in rows) >= 30
    assert all(r.source for r in rows) and {r.n for r in rows} != {1}


def test_an_unexplained_discrepancy_fails_its_row():
    assert [r.ok for r in cases([made(peak_fp16=100e12,
                                      published_tpp=3200.0)]) if r.check == "published_tpp"] == [
        False, False]
