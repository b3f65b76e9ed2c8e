"""The rows of the market and of policies on the validation page: what is judged, what is listed, what gates."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from highfence.core.labels import Label
from highfence.core.ranges import Range
from highfence.market import validation as market
from highfence.market.backtests import backtest
from highfence.market.forecasts import OUTSIDE, SCORED, ForecastCase
from highfence.policy import validation as policy
from highfence.policy.directions import Judged, directions
from highfence.report.validation import LISTED, Row, build_validation, render_validation, summary

CSV = """id,source_url,inputs,published_output,unit,tolerance,fully_specified,recomputed,notes
held,https://example.com,"{""start_a"": 2, ""growth"": 3, ""years"": 2}",18,chips,0.01,yes,,
wrong,https://example.com,"{""start_a"": 2, ""growth"": 3, ""years"": 2}",19,chips,0.01,yes,,
silent,https://example.com,"{""scenario"": ""none""}",31,x,0.1,no,,
"""


def forecasts() -> tuple[ForecastCase, ...]:
    """Return one forecast with an outcome and one outside the model."""
    day = date(2025, 6, 12)
    return (ForecastCase("f1", "A", "says", "units", "s", day, "2025", SCORED, "log", Range(1.0, 2.0, 3.0), 5.0,
                         "at most", 4.0, -0.69, 0.0, 0.9),
            ForecastCase("f2", "B", "says", "jobs", "s", day, "2025", OUTSIDE, note=Label("no jobs", "无就业")))


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    """Return the market's rows of one origin, without the posteriors."""
    monkeypatch.delenv("HIGHFENCE_SHARED_DATA", raising=False)
    prints = backtest(["nvidia-china-revenue", "nvidia-datacenter-revenue", "huawei-ascend-units"],
                      [date(2024, 7, 1), date(2025, 1, 1)], draws=30, posterior=False)
    monkeypatch.setattr(market, "findings", lambda data: market.gathered(prints, forecasts(), 1))
    return list(build_validation("market").cases)


def test_scores_stand_beside_every_rule_in_all_and_by_series_and_distance(rows: list[Row]) -> None:
    names = {(r.group, r.name) for r in rows}
    for rule in ("persistence", "trend (drift)", "trend (log-linear)"):
        for what in ("all quarterly prints", "1 ahead", "4 ahead", "nvidia-china-revenue"):
            assert ("backtest: CRPS", f"{what}, against {rule}") in names
            assert ("backtest: interval score", f"{what}, against {rule}") in names
    assert ("backtest: inside the 80 % interval", "all quarterly prints") in names
    assert ("backtest: CRPS in the series' unit", "nvidia-china-revenue, against persistence") in names


def test_a_backtest_is_reported_and_never_gates(rows: list[Row]) -> None:
    assert not any(r.gate for r in rows)
    pooled = next(r for r in rows if r.name == "all quarterly prints, against persistence")
    assert pooled.n > 4 and " to " in pooled.error and pooled.ok == (float(pooled.ours) < float(pooled.theirs))


def test_forecasts_are_judged_by_our_interval_or_listed(rows: list[Row]) -> None:
    scored, outside = [r for r in rows if r.group.startswith("forecasts")]
    assert not scored.ok and scored.standing == "missed" and "came 4" in scored.note and "90%" in scored.note
    assert outside.standing == LISTED and "no jobs" in outside.note


def test_published_cases_gate_where_fully_specified(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "cases.csv").write_text(CSV, encoding="utf-8")
    one = next(d for d in directions() if d.id == "enforcement-raises-price")
    contested = next(d for d in directions() if d.contested)
    outside = next(d for d in directions() if not d.sign)
    told = [Judged(one, Range(-1.0, -0.5, 0.1), 0.1, 0.9), Judged(contested, Range(0.0, 1.0, 2.0), 0.2, 0.8),
            Judged(outside, None)]
    monkeypatch.setattr(policy, "judge", lambda draws: told)
    found = build_validation("policy", data=tmp_path)
    standing = {r.name.split(":")[0]: r.standing for r in found.cases}
    assert standing == {"held": "yes", "wrong": "no", "silent": LISTED, one.id: "no", contested.id: LISTED,
                        outside.id: LISTED}
    assert found.failed
    listed = next(s for s in summary(found) if s["basis"] == LISTED)
    assert (listed["cases"], listed["hold"]) == (3, 0)
    page = render_validation(found)
    assert "## policy" in page and "paired draws" in page and "| **no** |" in page


def test_what_was_left_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HIGHFENCE_SHARED_DATA", raising=False)
    monkeypatch.setattr(policy, "judge", lambda draws: [])
    monkeypatch.setattr(market, "backtest", lambda draws: ())
    monkeypatch.setattr(market, "forecast_cases", lambda data, draws: [])
    monkeypatch.setattr(market, "origins", lambda: ())
    assert "policy/cases.csv" in build_validation("policy").left_out[0]
    reasons = " ".join(build_validation("market").left_out)
    assert "no posterior ships" in reasons and "HIGHFENCE_SHARED_DATA" in reasons
