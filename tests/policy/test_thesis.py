"""Regions of objectives and assumptions in which loosening beats banning."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from highfence.choice.store import known_sources
from highfence.core.errors import InputError, NoAnswer
from highfence.policy.thesis import (
    ASSUMPTIONS,
    CITED,
    OBJECTIVES,
    PROFILES,
    _region_of,
    _rival,
    _shares,
    _without,
    shipped,
    thesis,
    weight_points,
)

PLACE = {o.id: i for i, o in enumerate(OBJECTIVES)}


@pytest.fixture(scope="module")
def found() -> Any:
    return thesis(draws=20, horizon="2026Q4")


def test_weights_cover_the_simplex_evenly() -> None:
    points = weight_points()
    assert points.sum(axis=1) == pytest.approx(np.ones(len(points)))
    assert len({tuple(p.round(6)) for p in points}) == len(points) == 286


def test_a_gain_in_everything_wins_everywhere_and_a_loss_nowhere() -> None:
    points = weight_points()
    assert _region_of(np.ones((5, 4)), points).points == len(points)
    assert _region_of(-np.ones((5, 4)), points).points == 0


def test_leaving_out_what_speaks_for_loosening_shrinks_its_region() -> None:
    units, points = np.tile([1.0, -0.5, 0.0, -0.2], (3, 1)), weight_points()
    whole = _region_of(units, points).points
    assert _region_of(_without(units, "revenue"), points).points == 0 < whole
    assert _region_of(_without(units, "compute"), points).points > whole


def test_rare_earths_never_shrink_the_region(found: Any) -> None:
    sizes = [found.rival.regions[level].points for level in ("none", "low", "mid", "high")]
    assert sizes == sorted(sizes) and sizes[0] == found.base.points


def test_the_break_even_value_is_where_half_of_draws_turn() -> None:
    units = np.random.default_rng(1).normal(-0.4, 0.2, (401, 4))
    value = np.zeros(401)
    even = _rival(units, value, value, weight_points()).break_even["even"]
    assert even is not None and even > 0.0
    for factor, wins in ((0.99, False), (1.01, True)):
        more = units.copy()
        more[:, PLACE["stability"]] += factor * even / 1e10
        assert bool(_shares(more, np.array([PROFILES[0][2]]))[0] > 0.5) is wins


def test_the_cells_hold_every_mix_of_levels(found: Any) -> None:
    assert len(found.cells) == 3 ** len(ASSUMPTIONS)
    assert len({cell.levels for cell in found.cells}) == len(found.cells)
    assert len({cell.differences for cell in found.cells}) > 9


def test_objectives_are_the_what_if_s_differences(found: Any) -> None:
    from highfence.policy.whatif import whatif

    told = whatif(found.a, found.b, horizon="2026Q4", draws=20, keep=["nvidia_total_revenue", "domestic_share_compute",
                                                                      "compute_stock_training_h100e"])
    if told.since == found.since:
        assert found.differences["revenue"].mid == pytest.approx(
            told["nvidia_total_revenue"].whole.difference[3] / 1e10, rel=1e-9)
        assert found.differences["domestic"].mid == pytest.approx(
            told["domestic_share_compute"].whole.difference[3] / 0.1, rel=1e-9)


def test_what_is_assumed_says_so_and_what_is_not_is_sourced() -> None:
    grades = {p.id: p.at() for p in shipped()}
    assert sum(one.grade == "assumed" for one in grades.values()) >= 3
    for one in grades.values():
        assert (one.grade == "assumed") != bool(one.source)
        assert one.note is not None and one.note.zh
    assert set(CITED) <= set(known_sources())


def test_it_says_that_no_cause_is_identified_and_tells_no_share_of_it(found: Any) -> None:
    raw = json.loads(json.dumps(found.to_dict()))
    assert "identifies" in raw["not_identified"]["en"] and "识别" in raw["not_identified"]["zh"]
    assert {c["id"] for c in raw["causes"]} == {"revenue", "domestic", "stability"}
    assert not any("share" in cause for cause in raw["causes"])
    assert len(raw["weights"]) == raw["region"]["of"]


@pytest.mark.parametrize("wrong", [{"draws": 5}, {"horizon": "2050"}, {"a": "no-such"}])
def test_what_cannot_be_asked_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        thesis(**wrong)


def test_one_policy_against_itself_has_no_thesis() -> None:
    with pytest.raises(NoAnswer):
        thesis("h20-ban-2025", "h20-ban-2025", draws=20, horizon="2026Q1")
