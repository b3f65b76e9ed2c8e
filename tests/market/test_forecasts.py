"""What others foresaw beside ours: every row listed, none with later knowledge, errors on the right side."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from highfence.catalogue.series import PublishedForecast, published_forecasts
from highfence.core.dates import parse_period
from highfence.market import forecasts
from highfence.market.forecasts import (
    CONDITIONAL,
    CSV,
    OPEN,
    OUTSIDE,
    SCORED,
    _within,
    case,
    forecast_cases,
    measures,
)

HELD = {f.id: f for f in published_forecasts()}
DRAWS = 40


def of(id: str) -> PublishedForecast:
    """Return a published forecast."""
    return HELD[id]


def test_every_forecast_is_modelled_or_outside_with_a_reason() -> None:
    raw = measures()
    metrics = {f.metric for f in published_forecasts()}
    assert metrics <= set(raw["measures"]) | set(raw["outside"])
    assert not set(raw["measures"]) & set(raw["outside"])


def test_every_row_is_listed_once_with_a_standing(monkeypatch: pytest.MonkeyPatch) -> None:
    some = ("f01-bcg-share", "f02-bcg-decoupling", "f16-kessler-200k", "f18-semianalysis-300k", "f19-bloomberg-dies",
            "f38-cnas-2024")
    monkeypatch.setattr(forecasts, "published_forecasts", lambda: tuple(HELD[id] for id in some))
    found = forecast_cases(draws=20)
    assert [c.id for c in found] == list(some)
    assert {c.standing for c in found} == {SCORED, OPEN, OUTSIDE, CONDITIONAL}
    assert all(c.note for c in found if c.ours is None)
    assert all(c.ours.low <= c.ours.mid <= c.ours.high for c in found if c.ours)
    assert {c.id for c in found if c.circular} <= {f.id for f in HELD.values() if f.status == "observed"}


def test_ours_uses_the_day_of_publication() -> None:
    assert case(of("f16-kessler-200k"), DRAWS).as_of == date(2025, 6, 12)
    assert case(of("f38-cnas-2024"), DRAWS).as_of == date(2025, 6, 10)


def test_the_outcome_is_not_an_input() -> None:
    one = of("f16-kessler-200k")
    other = replace(one, outcome=1.0, value=None, high=3.0)
    assert case(one, DRAWS).ours == case(other, DRAWS).ours


def test_a_bound_that_holds_has_no_error_and_one_that_breaks_has() -> None:
    kept = case(of("f12-nvidia-5-5bn"), DRAWS)
    assert kept.bound == "at most" and kept.their_error == 0.0 and kept.on_their_side is not None
    broken = case(of("f16-kessler-200k"), DRAWS)
    assert broken.their_error == pytest.approx(-1.401, abs=1e-3)


def test_a_fall_is_the_earlier_print_less_the_later_one() -> None:
    fall = case(of("f04-nvidia-400m"), DRAWS)
    change = case(replace(of("f05-nvidia-no-impact")), DRAWS)
    assert fall.came == 4.5e8 and change.came == -2.08e9
    assert fall.ours is not None and change.ours is not None and abs(fall.ours.mid) < 2e9


def test_foreign_and_domestic_shares_of_one_period_make_one() -> None:
    foreign, domestic = of("f39-huang-zero"), replace(of("f27-ibs-40-50"), published="2025-10-18",
                                                     public=date(2025, 10, 18))
    ours, theirs = case(foreign, DRAWS).ours, case(domestic, DRAWS).ours
    assert ours is not None and theirs is not None and ours.mid + theirs.mid == pytest.approx(1.0, abs=0.02)


def test_a_year_is_its_quarters_and_a_month_lies_in_one() -> None:
    assert _within(parse_period("2026")) == ["2026Q1", "2026Q2", "2026Q3", "2026Q4"]
    assert _within(parse_period("2025-06")) == ["2025Q2"]


def test_a_table_adds_rows_that_the_catalogue_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / CSV
    path.parent.mkdir()
    names = ["id", "publisher", "published", "statement", "metric", "region", "low", "value", "high", "unit", "horizon",
             "condition", "source", "outcome_value", "outcome_source", "status_code"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerow({"id": "F99", "publisher": "SemiAnalysis", "published": "2025-09-08", "statement": "805k",
                         "metric": "Ascend units", "region": "Huawei", "value": "805000", "unit": "units",
                         "horizon": "2025", "outcome_value": "812000", "status_code": "hit"})
        writer.writerow({"id": "F98", "publisher": "NVIDIA", "published": "2025-08-27", "statement": "2 to 5bn",
                         "metric": "H20 revenue", "region": "China", "low": "2000", "high": "5000", "unit": "usd_m",
                         "horizon": "FY2026Q3", "outcome_value": "50", "status_code": "miss"})
        writer.writerow({"id": "F05", "published": "2023-10-17", "metric": "x", "unit": "", "horizon": "2024"})
        writer.writerow({"id": "F97", "publisher": "someone", "published": "2024-01", "statement": "unknown",
                         "metric": "moon rocks", "unit": "kg", "horizon": "2024"})
    monkeypatch.setattr(forecasts, "published_forecasts", lambda: (HELD["f01-bcg-share"], HELD["f05-nvidia-no-impact"]))
    found = {c.id: c for c in forecast_cases(tmp_path, draws=20)}
    assert set(found) == {"f01-bcg-share", "f05-nvidia-no-impact", "f99", "f98", "f97"}
    assert found["f99"].standing == SCORED and found["f99"].their_error == pytest.approx(-0.0087, abs=1e-3)
    assert found["f98"].came == 5e7 and found["f98"].period == "2025-Q3"
    assert found["f97"].standing == OUTSIDE
