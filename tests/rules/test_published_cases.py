"""The rule and TPP rows of the table of published cases (``policy/cases.csv``)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from shared_data import MISSING, rows

from highfence.catalogue import catalogue
from highfence.catalogue.metrics import total_processing_performance
from highfence.rules import classify
from highfence.rules.store import shipped_law
from highfence.rules.verdict import Margin, Verdict

CASES = {row["id"]: row for row in rows("policy/cases.csv")}
pytestmark = pytest.mark.skipif(not CASES, reason=MISSING)


def given(id: str) -> Any:
    """Return the inputs of a case."""
    return json.loads(CASES[id]["inputs"])


def published(id: str) -> Any:
    """Return what was published."""
    return json.loads(CASES[id]["published_output"])


def margin(verdict: Verdict, metric: str, provision: str) -> Margin:
    """Return the margin of a metric to the line of a provision."""
    return next(m for m in verdict.margins if m.metric == metric and m.provision == provision)


def test_the_h100_s_tpp_is_its_dense_fp8_rate_times_eight() -> None:
    verdict = classify({"peak_fp8": f"{given('tpp_h100')['fp8_dense_tflops']} TFLOPS"}, on="2024-06-01")
    assert margin(verdict, "tpp", "3A090.a.1").value == published("tpp_h100")
    found = total_processing_performance(catalogue().chip("H100 SXM"))
    assert found is not None and found.value == published("tpp_h100")


def test_the_h20_s_tpp_and_density() -> None:
    inputs, theirs = given("tpp_h20"), published("tpp_h20")
    sheet = {"peak_fp8": f"{inputs['fp8_dense']} TFLOPS", "die_area_mm2": inputs["die_mm2"]}
    for part in (sheet, "H20"):
        verdict = classify(part, on="2024-06-01")
        assert margin(verdict, "tpp", "3A090.a.1").value == theirs["tpp"]
        assert margin(verdict, "performance_density", "3A090.b.2").value == pytest.approx(theirs["pd"], abs=0.005)


def test_the_910c_over_the_h200() -> None:
    inputs = given("tpp_910c_vs_h200")
    assert inputs["tpp_910c"] / inputs["tpp_h200"] == pytest.approx(published("tpp_910c_vs_h200"), abs=0.005)
    ours = total_processing_performance(catalogue().chip("910C"))
    assert ours is not None and ours.low <= inputs["tpp_910c"] <= ours.high


@pytest.mark.parametrize("chip", ["A100", "A800", "H800"])
def test_the_rule_of_2022(chip: str) -> None:
    tpp, io = given("rule_2022_10")[chip]
    verdict = classify({"tpp": tpp, "io_gb_s": io}, on="2023-01-31")
    assert (verdict.requirement == "licence") is (published("rule_2022_10")[chip] == "controlled")


@pytest.mark.parametrize("chip", ["A800", "H20"])
def test_the_rule_of_2023(chip: str) -> None:
    tpp, density = given("rule_2023_10")[chip]
    verdict = classify({"tpp": tpp, "performance_density": density, "datacenter": True}, on="2024-06-01")
    assert verdict.paragraph.startswith("3A090.a") is (published("rule_2023_10")[chip] == "controlled")


@pytest.mark.parametrize("chip", ["H200", "MI325X", "B200"])
def test_the_review_of_january_2026(chip: str) -> None:
    tpp, dram = given("rule_2026_01_case_by_case")[chip]
    verdict = classify({"tpp": tpp, "dram_gb_s": dram, "datacenter": True}, on="2026-03-01")
    theirs = published("rule_2026_01_case_by_case")[chip]
    assert verdict.review == {"case-by-case": "case_by_case_if_certified",
                              "presumption of denial": "presumption_of_denial"}[theirs]


@pytest.mark.parametrize(("chip", "name"), [("H200", "H200 SXM"), ("MI325X", "MI325X")])
def test_the_bands_of_section_232(chip: str, name: str) -> None:
    verdict = classify(name, to="US", transaction="import", exporter="TW", on="2026-03-01")
    assert [d.id for d in verdict.duties] == [f"section-232.{published('tariff_2026_bands')[chip]}"]


def test_the_bands_of_section_232_are_open_where_the_case_prints_them_closed() -> None:
    """The case writes ``<=``; the proclamation says "more than … less than", so a value on an end is free."""
    assert "14000<=TPP" in given("tariff_2026_bands")["band1"]
    assert not classify({"tpp": 14000, "dram_gb_s": 4800}, to="US", transaction="import", exporter="TW",
                        on="2026-03-01").duties


def test_the_mi325x_s_head_room() -> None:
    verdict, theirs, rule = classify("MI325X", on="2026-03-01"), published("mi325x_headroom"), "742.6(b)(10)(iii)(A)(1)"
    ours = margin(verdict, "tpp", rule).distance, margin(verdict, "dram_bandwidth", rule).distance
    assert ours == (pytest.approx(-theirs["tpp_slack"], abs=0.5), -theirs["bw_slack"])


def test_the_b30a_over_the_h20_and_over_the_line() -> None:
    b30a, h20 = (total_processing_performance(catalogue().chip(name)) for name in ("B30A", "H20"))
    assert b30a is not None and h20 is not None
    assert b30a.high / h20.value > float(CASES["b30a_vs_h20"]["published_output"].strip(">"))
    line = shipped_law().parameter("us.ear.774.3A090.tpp_b2").values[0][1]
    assert line == given("b30a_vs_threshold")["threshold_tpp"]
    assert b30a.high / line > float(CASES["b30a_vs_threshold"]["published_output"].strip(">"))


def test_the_low_processing_performance_cap_is_1700_h100s() -> None:
    inputs = given("diffusion_lpp")
    cap = shipped_law().parameter("us.ear.740.exceptions.lpp_tpp").values[0][1]
    assert cap == published("diffusion_lpp")
    assert inputs["gpus"] * inputs["tpp_per_h100"] == pytest.approx(cap, rel=0.005)
