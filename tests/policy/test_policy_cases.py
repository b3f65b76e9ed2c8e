"""Published results recomputed: by the names of inputs, from any row, and every row of the file that is at hand."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from highfence.core.errors import InputError
from highfence.cost.making.cases import published_rows
from highfence.policy.cases import case, catalogue_inputs, extra_compute, policy_cases

SHARED = Path(os.environ.get("HIGHFENCE_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")
CASES = SHARED / "policy" / "cases.csv"
HELD = published_rows(CASES) if CASES.is_file() else []
MISSING = f"no published cases in {SHARED}; set HIGHFENCE_SHARED_DATA to a folder that holds them"


def row(inputs: dict[str, Any], theirs: Any, unit: str = "x", tolerance: float = 0.01, word: str = "yes",
        notes: str = "") -> dict[str, str]:
    """Return a row as the file has it."""
    return {"id": "r", "inputs": json.dumps(inputs), "published_output": json.dumps(theirs), "unit": unit,
            "tolerance": str(tolerance), "fully_specified": word, "notes": notes, "source_url": "https://example.com"}


@pytest.mark.parametrize(("inputs", "theirs", "unit"), [
    ({"fp8_dense": 500, "bits": 8}, 4000, "TPP"),
    ({"start_2024": 100.0, "growth": 2.0, "years": 3.0}, 800.0, "chips"),
    ({"usd_bn": 1.0, "doubling_months": 6, "years": 2.0}, 16.0, "x"),
    ({"ci90": [100, 10000]}, 1000, "chips"),
    ({"us_share": 0.5, "share_loss_pp": 10}, 0.2, "revenue loss"),
    ({"extra": 1.0, "baseline_avg": 4.0, "relevant": 0.5}, 0.1, "fraction"),
    ({"us_revenue": 300, "china_revenue": 100, "decoupling": 0.5, "rd_intensity": 0.2}, 10.0, "USD bn"),
    ({"KR": 1, "EU": 2, "other": 3}, 6, "USD bn"),
    ({"huawei_low": 1.0, "huawei_high": 2.0, "us": 10.0}, {"low": 0.1, "high": 0.2}, "share"),
    ({"ceil_tpp": 10, "tpp": 7}, {"tpp_slack": 3}, "TPP"),
    ({"flops": 2e21, "h100_fp16": 1e15}, 2e6, "H100e"),
])
def test_what_is_computed_follows_from_the_names_of_inputs(inputs: dict[str, Any], theirs: Any, unit: str) -> None:
    found = case(row(inputs, theirs, unit))
    assert found.within is True and found.fully_specified
    off = {name: v * 1.5 for name, v in theirs.items()} if isinstance(theirs, dict) else theirs * 1.5
    assert case(row(inputs, off, unit)).within is False


def test_the_published_result_is_no_input() -> None:
    inputs = {"start_2024": 100.0, "growth": 2.0, "years": 3.0}
    assert case(row(inputs, 800.0)).ours == case(row(inputs, 12345.0)).ours


def test_a_wrong_status_does_not_hold() -> None:
    inputs = {"rule": "TPP>=4800 AND interconnect>=600", "A100": [4992, 600], "A800": [4992, 400]}
    assert case(row(inputs, {"A100": "controlled", "A800": "free"}, "status", 0.0)).within is True
    assert case(row(inputs, {"A100": "free", "A800": "free"}, "status", 0.0)).within is False


def test_inputs_that_do_not_say_enough_are_listed_with_what_they_are() -> None:
    found = case(row({"scenario": "no exports"}, 31, word="no"))
    assert found.ours is None and found.within is None and "scenario" in found.note and not found.fully_specified


def test_a_result_that_is_its_input_is_circular() -> None:
    assert case(row({"cap": 5}, {"point": 5}, word="partly")).circular


def test_billions_are_absolute_unless_finer_than_they_are_printed() -> None:
    inputs = {"usd_bn_2025": 7, "doubling_years": 1, "years": 4.83}
    assert case(row(inputs, 200, "USD bn", 0.1)).within is True
    assert case(row(inputs, 200, "USD bn", 0.1, notes="tolerance absolute")).within is False


def test_a_tolerance_is_a_number() -> None:
    with pytest.raises(InputError, match="tolerance"):
        case({**row({"cap": 5}, {"point": 5}), "tolerance": "small"})
    with pytest.raises(InputError, match="no such file"):
        policy_cases(Path("/nowhere/cases.csv"))


def test_the_calibration_s_extra_compute_follows_from_its_modes() -> None:
    assert extra_compute() / 1e6 == pytest.approx(0.51656, rel=1e-4)


@pytest.mark.skipif(not HELD, reason=MISSING)
def test_every_fully_specified_row_is_within_tolerance() -> None:
    found = policy_cases(CASES)
    missed = [c.id for c in found if c.fully_specified and not c.circular and c.within is not True]
    assert not missed
    assert len([c for c in found if c.fully_specified]) >= 18
    assert all(c.note for c in found if c.ours is None)


@pytest.mark.skipif(not HELD, reason=MISSING)
def test_the_catalogue_holds_the_same_inputs() -> None:
    told = [entry for r in HELD for entry in catalogue_inputs(json.loads(r["inputs"] or "{}"))]
    assert len(told) >= 4
    assert all(low <= value <= high for _, value, low, high in told)
