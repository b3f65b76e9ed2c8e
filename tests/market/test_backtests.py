"""Backtests: what is due, what each rule knew, and that no later fact is used."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from highfence.catalogue.series import Point, series
from highfence.core.errors import InputError
from highfence.market import backtests
from highfence.market.backtests import RULES, backtest, coverage, due, is_quarterly, pooled, ruled
from highfence.market.observations import as_fact
from highfence.market.printing import foreseen, foresight, in_units, on_scale, row_of

ROW = row_of("nvidia-datacenter-revenue")
DAY = date(2024, 7, 1)


def firsts() -> tuple[Point, ...]:
    """Return the first prints of data-centre revenue."""
    return series(ROW.series).first_prints().points


def test_the_next_print_is_one_ahead_and_nothing_known_is_due() -> None:
    found = due(ROW, DAY)
    assert [(p.period, ahead) for p, ahead in found] == [("2024-Q2", 1), ("2024-Q3", 2), ("2024-Q4", 3), ("2025-Q1", 4)]
    assert all(p.public > DAY for p, _ in found)


def test_what_came_is_the_first_print() -> None:
    first = {p.period: p.value for p in firsts()}
    assert all(one.came == first[one.period] for one in backtest([ROW.series], [DAY], draws=20, posterior=False))


@pytest.mark.parametrize("name", RULES)
def test_a_rule_says_of_a_straight_line_what_it_is_made_for(name: str) -> None:
    known = [replace(p, value=float(np.exp(0.1 * i)), start=date.fromordinal(738000 + 91 * i),
                     end=date.fromordinal(738090 + 91 * i)) for i, p in enumerate(firsts()[:8])]
    target = replace(known[-1], start=date.fromordinal(738000 + 91 * 9), end=date.fromordinal(738090 + 91 * 9))
    told = ruled(name, ROW, known, target)
    assert told is not None
    assert float(np.median(told)) == pytest.approx({"persistence": 0.7}.get(name, 0.9), abs=1e-6)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_silent_before_it_knows_its_errors(name: str) -> None:
    assert ruled(name, ROW, firsts()[:3], firsts()[5]) is None


def test_no_later_print_changes_a_forecast(monkeypatch: pytest.MonkeyPatch) -> None:
    before = backtest([ROW.series], [DAY], draws=20, posterior=False)
    kept = {one.period for one in before}
    changed = tuple(replace(p, value=p.value * 3.0) if p.public > DAY and p.period not in kept else p for p in firsts())
    monkeypatch.setattr(backtests, "_firsts", lambda name: changed)
    assert backtest([ROW.series], [DAY], draws=20, posterior=False) == before


def test_the_figure_itself_is_not_read() -> None:
    seen = foresight(DAY, 30, posterior=False)
    point = due(ROW, DAY)[1][0]
    other = replace(point, value=point.value * 7.0)
    assert np.allclose(foreseen(ROW.series, point, seen), foreseen(ROW.series, other, seen), rtol=1e-9)


@pytest.mark.parametrize("name", ["nvidia-china-revenue", "china-accelerators-share-units-idc-domestic",
                                  "china-accelerators-share-value-bernstein-nvidia", "nvidia-h20-revenue-china",
                                  "grey-premium-b300"])
def test_units_and_scales_are_inverse(name: str) -> None:
    row = row_of(name)
    for value in (0.05, 0.4, 0.9):
        assert float(in_units(row, on_scale(row, value))) == pytest.approx(value, abs=1e-6)


def test_a_known_figure_is_nearly_certain_and_the_far_future_is_not() -> None:
    seen = foresight(DAY, 100, posterior=False)
    known = [p for p in firsts() if p.public <= DAY][-1]
    far = due(ROW, DAY)[-1][0]

    def spread(point: Point) -> float:
        return float(np.std(np.log(foreseen(ROW.series, point, seen))))

    assert spread(known) < 0.05 < spread(far)
    assert float(np.median(foreseen(ROW.series, known, seen))) == pytest.approx(known.value, rel=0.05)


def test_scores_are_paired_and_counted() -> None:
    found = backtest(["nvidia-china-revenue", ROW.series], [DAY, date(2025, 1, 1)], draws=40, posterior=False)
    told = pooled(found, "persistence", "crps")
    assert told is not None and told.n == len(found) and told.origins == 2
    assert told.difference == pytest.approx(told.ours - told.theirs)
    assert told.low <= told.difference <= told.high and all(map(is_quarterly, found))
    assert coverage(found) == np.mean([one.ours.low <= one.came <= one.ours.high for one in found])


def test_a_series_that_nothing_is_set_against_is_refused() -> None:
    with pytest.raises(InputError, match="no outcome is set against"):
        row_of("amd-revenue")
    with pytest.raises(InputError, match="no figure of the model"):
        foreseen(ROW.series, replace(firsts()[0], start=date(2019, 1, 1), end=date(2019, 3, 31)),
                 foresight(DAY, 10, posterior=False))


def test_a_forecast_is_no_figure_to_be_scored() -> None:
    guided = replace(firsts()[-1], kind="guidance")
    assert as_fact(ROW, guided) is None
