"""Units, clocks and rates of one chip were published apart; arithmetic must join them."""

import pytest

from highfence.catalogue.table import chip_rows
from highfence.core.quantities import format_quantity, parse_quantity

ROWS = {row["id"]: row for row in chip_rows()}
CORES_PER_UNIT = {"nvidia-p100-sxm2": 64, "nvidia-v100-sxm2-32gb": 64, "nvidia-a100-sxm-80gb": 64,
                  "nvidia-h100-sxm": 128, "nvidia-h200-sxm": 128, "nvidia-l40s": 128, "nvidia-l4": 128,
                  "amd-mi300x": 128, "amd-mi355x": 128}


@pytest.mark.parametrize("chip", sorted(CORES_PER_UNIT))
def test_units_times_cores_times_clock_give_the_published_fp32_rate(chip):
    row = ROWS[chip]
    gigaflops = row["compute_units"] * CORES_PER_UNIT[chip] * 2 * row["boost_clock_ghz"]
    assert gigaflops / 1000 == pytest.approx(row["peak_fp32_tflop_s"], rel=0.02)


def test_a_cut_down_part_keeps_fewer_units_of_the_same_die():
    assert ROWS["nvidia-h20"]["compute_units"] < ROWS["nvidia-h100-pcie"]["compute_units"]
    assert ROWS["amd-mi308x"]["compute_units"] < ROWS["amd-mi300x"]["compute_units"]


def test_no_clock_reaches_four_gigahertz_and_no_cache_a_gigabyte():
    assert max(row["boost_clock_ghz"] or 0 for row in ROWS.values()) < 4
    assert max(row["l2_cache_gb"] or 0 for row in ROWS.values()) < 1


def test_a_clock_reads_in_gigahertz_or_megahertz():
    assert parse_quantity("1980 MHz", "frequency") == parse_quantity("1.98 GHz", "frequency") == 1.98e9
    assert format_quantity(1.98e9, "frequency") == "1.98 GHz"
