"""Priors by vendor: shrinkage, spreads, and that what ships is what the published figures say."""

from __future__ import annotations

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured_data import SHARED, needs_measurements

from highfence.perf.calibration import shipped_calibration
from highfence.perf.evidence.published_rows import chip_of, read_figures
from highfence.perf.evidence.published_serving import corrections_of
from highfence.perf.fitting.vendors import VENDORS, Sighting, clustered, fit_vendors, priors, run_sightings, used_peak
from highfence.perf.machine import machine_of
from highfence.perf.vendors import gains_of

SEEN = st.dictionaries(st.sampled_from(VENDORS), st.lists(st.floats(-1.0, 0.5), min_size=1, max_size=6), min_size=1)


@given(SEEN)
def test_a_vendor_lies_between_its_own_mean_and_that_of_all(seen: dict[str, list[float]]) -> None:
    found = priors(seen, 0.15, 0.15)
    centre = sum(sum(ys) / len(ys) for ys in seen.values()) / len(seen)
    for vendor, ys in seen.items():
        own = sum(ys) / len(ys)
        assert min(own, centre) - 1e-9 <= found[vendor].mean <= max(own, centre) + 1e-9


@given(SEEN)
def test_a_vendor_never_seen_gets_the_mean_and_the_widest_spread(seen: dict[str, list[float]]) -> None:
    found = priors(seen, 0.15, 0.15)
    for vendor in seen:
        assert found[vendor].spread <= found["other"].spread or "other" in seen


def test_more_chips_pull_less_and_spread_less() -> None:
    few, many = (priors({"amd": [-0.5] * n, "intel": [0.0], "huawei": [0.1]}, 0.15, 0.15)["amd"] for n in (1, 6))
    assert many.mean < few.mean and many.spread < few.spread


def test_rows_of_one_chip_and_tool_count_once() -> None:
    copies = [Sighting("amd", "t", "one", -0.1, "c")] * 20 + [Sighting("amd", "t", "two", -0.3, "d")]
    assert clustered(copies) == {"amd": [-0.1, -0.3]}


def test_use_of_the_peak_is_read_from_what_a_row_states_or_implies() -> None:
    row = {"dtype": "bf16", "notes": "MFU%=50.0", "unit": "TFLOP/s/chip", "value": "1", "model": "?",
           "output_len_or_seq_len": "2048"}
    machine, curves = machine_of("A100"), shipped_calibration()
    stated = used_peak(row, machine, curves)
    assert stated is not None and 0.5 < stated < 0.7
    assert used_peak({**row, "notes": "", "unit": "% MFU", "value": "50"}, machine, curves) == stated
    assert used_peak({**row, "dtype": "fp8"}, machine, curves) is None
    assert used_peak({**row, "notes": ""}, machine, curves) is None


def test_every_vendor_has_a_curve_with_sane_numbers() -> None:
    curves = shipped_calibration()
    for vendor in VENDORS:
        values = curves.values(f"vendor.{vendor}")
        assert all(0.3 < values[name] < 1.3 for name in ("compute", "memory", "runs", "link"))
        assert 0.1 < values["spread"] < 0.8


def test_vendors_without_a_figure_say_so_and_are_the_widest() -> None:
    curves = shipped_calibration()
    measured = [curves[f"vendor.{v}"] for v in VENDORS if curves[f"vendor.{v}"].grade == "measured"]
    assert all(curve.data and curve.rows for curve in measured)
    other = curves["vendor.other"]
    assert other.grade == "assumed" and all(other.values["spread"] >= curve.values["spread"] for curve in measured)


def test_whole_runs_come_no_further_than_best_products() -> None:
    for chip in ("MI300X", "910B", "Gaudi 3", "TPU v5p"):
        machine = machine_of(chip)
        values = shipped_calibration().values(f"vendor.{machine.vendor}")
        assert gains_of(machine).compute == pytest.approx(values["compute"] * values["runs"]) and values["runs"] <= 1.0


def test_nvidias_fitted_families_take_no_prior() -> None:
    assert gains_of(chip_of("H20-96GB")).spread == 0.0 and gains_of(chip_of("H20-96GB")).compute == 1.0


@needs_measurements
def test_what_ships_is_what_the_figures_say() -> None:
    found = {c.id: c for c in fit_vendors(SHARED, corrections_of(read_figures(SHARED)[0]))}
    for vendor in VENDORS:
        shipped = shipped_calibration()[f"vendor.{vendor}"]
        fresh = found[shipped.id]
        assert (shipped.data, shipped.rows, shipped.grade) == (fresh.data, fresh.rows, fresh.grade)
        for name, value in shipped.values.items():
            assert value == pytest.approx(fresh.values[name], rel=0.05), f"{vendor} {name}: fit the vendors anew"


@needs_measurements
def test_figures_that_contradict_themselves_are_left_out_of_runs() -> None:
    seen = run_sightings(SHARED, shipped_calibration())
    assert {"huawei", "google", "metax", "amd", "intel"} == {s.vendor for s in seen}
    assert all(0.4 < exp(s.y) < 1.8 for s in seen)
