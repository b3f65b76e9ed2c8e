"""Scores of forecasts: what a proper score must do, beside a published library, and pairs drawn by blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from highfence.market.scoring import bootstrap, crps, interval, interval_score, normal_draws

numbers = st.floats(-50, 50, allow_nan=False)


@given(st.lists(numbers, min_size=2, max_size=30), numbers)
def test_crps_is_that_of_a_published_library(draws: list[float], came: float) -> None:
    scoringrules = pytest.importorskip("scoringrules")
    theirs = float(scoringrules.crps_ensemble(came, np.array(draws), estimator="nrg"))
    assert crps(np.array(draws), came) == pytest.approx(theirs, rel=1e-9, abs=1e-9)


def test_the_interval_score_is_that_of_a_published_library() -> None:
    scoringrules = pytest.importorskip("scoringrules")
    for came in (-1.0, 0.5, 7.0):
        theirs = float(scoringrules.interval_score(came, 0.0, 2.0, 0.2))
        assert interval_score(0.0, 2.0, came) == pytest.approx(theirs)


def test_crps_of_spaced_quantiles_is_that_of_the_normal_distribution() -> None:
    density, below = np.exp(-0.5 * 0.25) / np.sqrt(2 * np.pi), 0.691462461274013
    exact = 2.0 * (0.5 * (2.0 * below - 1.0) + 2.0 * density - 1.0 / np.sqrt(np.pi))
    assert crps(normal_draws(1.0, 2.0, 4001), 2.0) == pytest.approx(exact, rel=2e-3)


@given(st.lists(numbers, min_size=1, max_size=30), numbers, st.floats(0.1, 9.0))
def test_a_score_scales_with_the_unit(draws: list[float], came: float, factor: float) -> None:
    plain = crps(np.array(draws), came)
    assert crps(np.array(draws) * factor, came * factor) == pytest.approx(plain * factor, rel=1e-9, abs=1e-9)


def test_the_right_distribution_scores_best() -> None:
    rng = np.random.default_rng(3)
    came = rng.normal(0.0, 1.0, 2000)

    def mean(spread: float, off: float) -> float:
        return float(np.mean([crps(normal_draws(off, spread, 101), y) for y in came]))

    assert mean(1.0, 0.0) < min(mean(0.5, 0.0), mean(2.0, 0.0), mean(1.0, 0.5))


def test_an_interval_holds_its_share() -> None:
    low, high = interval(normal_draws(0.0, 1.0, 5001))
    assert low == pytest.approx(-1.2816, abs=2e-3) and high == pytest.approx(1.2816, abs=2e-3)


def test_blocks_make_an_interval_wider_than_single_rows_would() -> None:
    rng = np.random.default_rng(5)
    origins = np.repeat(np.arange(12), 8)
    differences = rng.normal(0.0, 1.0, 12)[origins] + rng.normal(0.0, 0.05, 96)
    mean, low, high = bootstrap(list(differences), list(origins))
    _, alone_low, alone_high = bootstrap(list(differences), list(range(96)))
    assert low < mean < high and high - low > 1.5 * (alone_high - alone_low)
