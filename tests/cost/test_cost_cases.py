"""Published yields, wafers and costs, recomputed; and inputs that ask for something else."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest

from highfence.core.errors import InputError
from highfence.cost.cases import serving_cases
from highfence.cost.making.cases import agrees, case, compute, cost_cases
from highfence.cost.validation import checked

SHARED = Path(os.environ.get("HIGHFENCE_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")
CASES = SHARED / "policy" / "cases.csv"

needs_cases = pytest.mark.skipif(not CASES.is_file(), reason=f"no published cases in {SHARED}; set "
                                                             "HIGHFENCE_SHARED_DATA to a folder that holds them")


@needs_cases
def test_every_fully_specified_case_is_within_its_tolerance() -> None:
    rows = cost_cases(CASES)
    full = [r for r in rows if r.fully_specified]
    assert len(full) >= 15 and [r.id for r in full if not r.within] == []
    assert {r.id for r in rows if r.circular} == {"cset_chip_price_7nm", "cset_chip_price_10nm",
                                                  "semianalysis_die_bank"}
    assert {r.id for r in rows if not r.within} == {"b30a_cluster_cost"}


@needs_cases
def test_rows_of_other_rooms_are_left_alone() -> None:
    ids = {r.id for r in cost_cases(CASES)}
    assert not {i for i in ids if i.startswith(("tpp", "rule", "cnas", "itif", "epoch", "ai2027", "bcg", "calib"))}


@pytest.mark.parametrize(("inputs", "name", "expected"), [
    ({"model": "seeds", "d0_per_cm2": 0.2, "area_mm2": 250}, "yield", 1 / 1.5),
    ({"model": "negative_binomial", "alpha": 2, "d0": 0.5, "die_area_mm2": 100}, "yield", 0.64),
    ({"model": "NB3", "d0_per_cm2": 0.1, "area_cm2": 3}, "yield", 1.1**-3),
    ({"model": "bose-einstein", "layers": 10, "d0_per_cm2": 0.01, "area_mm2": 100}, "yield", 1.01**-10),
    ({"model": "poisson", "yield": 0.5, "area_mm2": 100}, "defect density", 0.6931471805599453),
    ({"area_mm2": 100, "wafer_mm": 300}, "dies per wafer", 640.2151),
    ({"yield": 0.9, "area_mm2": 100, "wafer_inch": 12}, "good dies per wafer", 576.1936),
    ({"capital_investment": 10000, "depreciation": 0.2529, "years_since_start": 0, "other_cost_multiple": 3.0113},
     "price of a wafer", 2529 * 4.0113),
    ({"wafer": 10000, "yield": 0.5, "chips_per_wafer": 60}, "cost of a good die", 10000 / 30),
    ({"wafer_price": 17000, "d0_per_cm2": 0.1, "area_mm2": 814, "wafer_mm": 300, "model": "poisson"},
     "cost of a good die", 604.41),
    ({"foundry": 100, "memory": 50}, "sum of parts", 150),
    ({"amd_chips": 1000, "cowos_wafers": 50}, "packages per wafer", 20),
    ({"hbm_stacks": 13e6, "stacks_per_910c": 8}, "packages from dies", 1.625e6),
    ({"wafers_per_month": 7000, "months": 12, "dies_per_wafer": 78, "yield": 0.3}, "output of a line", 1965600),
    ({"d0_per_cm2": 0.1, "area_mm2": 814, "model": "poisson", "blocks": 144, "blocks_needed": 144}, "yield", 0.44308),
    ({"chip_perf_ratio": 0.5, "chip_price_ratio": 0.5, "other_share": 0.2}, "cost of equal compute", 1.2),
    ({"nre": 5e8, "volume": 1e6}, "design cost per chip", 500)])
def test_what_is_computed_follows_from_the_names_of_the_inputs(inputs: dict[str, Any], name: str,
                                                               expected: float) -> None:
    found, ours = compute(inputs)
    assert found == name and ours == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(("inputs", "text"), [
    ({"model": "murphy", "d0_per_cm2": 0.1, "area_mm": 100}, "did you mean area_mm2"),
    ({"model": "murphi", "d0_per_cm2": 0.1, "area_mm2": 100}, "no such yield model"),
    ({"model": "murphy", "d0_per_cm2": 0.1}, "these inputs together"),
    ({"d0_per_cm2": -0.1, "area_mm2": 100}, "cannot be"), ({"d0_per_cm2": "0.1", "area_mm2": 100}, "not a number"),
    ({"yield": 1.5, "area_mm2": 100}, "at most one"), ({"area_mm2": 80000, "wafer_mm": 300}, "smaller than its wafer"),
    ({"area_mm2": 100, "die_mm2": 100, "d0_per_cm2": 0.1}, "two names"), ({}, "these inputs together"),
    ({"d0_per_cm2": 0.1, "area_mm2": 100, "blocks": 8}, "blocks come with")])
def test_unknown_inputs_are_refused_clearly(inputs: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError) as caught:
        compute(inputs)
    assert text in str(caught.value)


def test_a_row_that_cannot_be_computed_is_listed_with_its_refusal(tmp_path: Path) -> None:
    rows = [("good", {"model": "poisson", "d0_per_cm2": 0.1, "area_mm2": 600}, "0.55", "yield", "0.005", "yes"),
            ("strange", {"model": "poisson", "moon": 1}, "0.5", "yield", "0.1", "yes"),
            ("wrong", {"model": "poisson", "d0_per_cm2": 0.1, "area_mm2": 600}, "0.6", "yield", "0.005", "yes"),
            ("elsewhere", {"gpus": 3}, "3", "TPP", "0", "yes")]
    path = tmp_path / "cases.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "inputs", "published_output", "unit", "tolerance", "fully_specified"])
        writer.writerows([(i, json.dumps(x), *rest) for i, x, *rest in rows])
    found = {c.id: c for c in cost_cases(path)}
    assert {i: c.within for i, c in found.items()} == {"good": True, "strange": None, "wrong": False}
    assert found["strange"].ours is None and "moon" in found["strange"].note


@pytest.mark.parametrize(("inputs", "published", "within"), [
    ({"d0_per_cm2": 0.1, "area_mm2": 800}, {"poisson": 0.449, "seeds": 0.556, "nb3": 0.491}, True),
    ({"d0_per_cm2": 0.1, "area_mm2": 800}, {"poisson": 0.449, "seeds": 0.59}, False),
    ({"d0_per_cm2": 0.1, "area_mm2": 814, "wafer_mm": 300, "model": "poisson"},
     {"gross": 63.5, "yield": 0.443, "good_dies": 28.13}, True),
    ({"D0": 0.1, "area_mm2": 814, "wafer_mm": 300, "model": "poisson"}, {"yield": 0.5}, False),
    ({"d0_per_cm2": 0.1, "area_mm2": 814}, {"median": 3.0, "mean": 4.0}, None)])
def test_results_published_by_name_are_compared_name_by_name(inputs: dict[str, Any], published: dict[str, float],
                                                             within: bool | None) -> None:
    row = {"id": "named", "inputs": json.dumps(inputs), "published_output": json.dumps(published), "unit": "yield",
           "tolerance": "0.03", "fully_specified": "yes"}
    assert case(row).within is within


def test_a_missing_file_is_refused() -> None:
    with pytest.raises(InputError, match="no such file"):
        cost_cases(Path("/nowhere/cases.csv"))


@pytest.mark.parametrize(("ours", "theirs", "tolerance", "unit", "kept"), [
    (0.55, 0.56, 0.02, "yield", True), (0.55, 0.56, 0.005, "yield", False), (101.0, 100.0, 0.02, "USD/wafer", True),
    (101.0, 100.0, 0.005, "USD/wafer", False), (13.0, ">12", 0.0, "x", True), (11.0, ">12", 0.0, "x", False),
    (3.0, "<4", 0.0, "x", True), (7.88986, "about 4x, or 7.9x by the formula", 0.0, "x", True),
    (6.0, "about 4x, or 7.9x by the formula", 0.0, "x", False), (6.0, "several", 0.0, "x", None),
    ({"poisson": 0.4, "nb3": 0.6}, {"range": [0.3, 0.5]}, 0.0, "yield", False),
    ({"poisson": 0.4, "nb3": 0.6}, {"poisson": 0.4, "nb3": 0.6}, 0.0, "yield", True)])
def test_agreement_is_judged_as_the_row_states(ours: Any, theirs: Any, tolerance: float, unit: str,
                                               kept: bool | None) -> None:
    assert agrees(ours, theirs, tolerance, unit) is kept


def test_both_published_costs_of_serving_are_within_a_quarter_of_ours() -> None:
    found = {c.id: c for c in serving_cases()}
    assert set(found) == {"deepseek-day-6", "lmsys-96-h100"}
    for c in found.values():
        assert c.tolerance == 0.25 and c.within and abs(c.error) <= 0.25 and c.ours > 0.0
    assert found["deepseek-day-6"].theirs == pytest.approx(87_072.0 / 168_000.0)
    assert found["lmsys-96-h100"].theirs == 0.20


@needs_cases
def test_validation_holds_every_case_that_is_fully_specified() -> None:
    rows, left = checked(SHARED)
    assert not left and [r.name for r in rows if r.gate and not r.ok] == []
    assert sum(r.gate for r in rows) >= 15
    assert {r.name for r in rows if not r.ok and r.group != "unit cost"} == {"b30a_cluster_cost"}
    assert {r.group for r in rows} >= {"yield", "unit cost", "cost of serving"}


def test_validation_without_the_cases_says_what_it_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HIGHFENCE_SHARED_DATA", raising=False)
    for data in (None, tmp_path):
        rows, left = checked(data)
        assert "policy/cases.csv" in left and {r.group for r in rows} == {"unit cost", "cost of serving"}
    with pytest.raises(InputError, match="no such folder"):
        checked(tmp_path / "nowhere")


def test_a_case_that_fails_is_told_apart_from_a_missed_bar(tmp_path: Path) -> None:
    from highfence.report.validation import build_validation, render_validation

    (tmp_path / "policy").mkdir()
    rows = [("good", 0.5488, "yes"), ("wrong", 0.7, "yes"), ("vague", 0.7, "no")]
    with (tmp_path / "policy" / "cases.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "inputs", "published_output", "unit", "tolerance", "fully_specified"])
        inputs = json.dumps({"model": "poisson", "d0_per_cm2": 0.1, "area_mm2": 600})
        writer.writerows([(id, inputs, theirs, "yield", 0.01, word) for id, theirs, word in rows])
    found = build_validation("cost", data=tmp_path)
    standing = {row.name: row.standing for row in found.cases}
    assert {n: standing[n] for n, _, _ in rows} == {"good": "yes", "wrong": "no", "vague": "missed"}
    assert found.failed and not found.left_out
    page = render_validation(found)
    assert "| wrong | 0.5488 yield | 0.7 yield | **no** |" in page
    assert "| vague | 0.5488 yield | 0.7 yield | missed |" in page
