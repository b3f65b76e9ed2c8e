"""Charts of choice: what they draw is what was computed."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from highfence.choice.choose import choose
from highfence.choice.crossroads import crossroads
from highfence.choice.indifference import flip_map, indifference
from highfence.report.choice_charts import LEVELS, _axes, _bands, _even, _kinds, _level, flip_map_chart, shares_chart

pytest.importorskip("vl_convert")
FORK = indifference(crossroads("H20", "910B", "research", on="2025-07-20", draws=100), 100)
CHOICES = [choose(b, on="2025-07-20", chips=["H20", "910B", "910C", "L20"], draws=100)
           for b in ("sme-inference", "research")]


def test_the_map_stands_alone_with_title_and_description() -> None:
    svg = flip_map_chart(FORK)
    assert svg.startswith("<svg") and "var(--" not in svg and "<script" not in svg
    assert "NVIDIA H20 96 GB now, or Huawei Ascend 910B" in svg and "<desc" in svg and "that day" in svg
    assert "cut-offs a year" in svg and "equal cost" in svg


def test_the_map_speaks_chinese() -> None:
    svg = flip_map_chart(FORK, "zh")
    assert "断供风险率" in svg and "当日" in svg and "hazard" not in re.sub(r"<[^>]*>", "", svg)


def test_bands_cover_the_map_once_in_the_colour_of_their_share() -> None:
    made = flip_map(FORK.inputs, *_axes(FORK), draws=60)
    names = [str(at) for at in range(len(LEVELS))]
    rows = _bands(made, names)
    wide = float(made.hazards[0] * 2.0)
    assert sum(r["x2"] - r["x"] for r in rows) == pytest.approx(wide * made.cheaper.size)
    first = next(r for r in rows if r["y"] < 0.0)
    assert first["level"] == names[_level(float(made.cheaper[0, 0]))]


def test_the_line_of_equal_cost_falls_with_the_hazard() -> None:
    made = flip_map(FORK.inputs, *_axes(FORK), draws=100)
    prices = [row["y"] for row in _even(made)]
    assert prices and all(a >= b - 1e-9 for a, b in pairwise(prices))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_bars_name_every_buyer_and_chip(lang: str) -> None:
    svg = shares_chart(CHOICES, lang)
    for c in CHOICES:
        assert c.buyer.label.text(lang) in svg
    assert ("NVIDIA H20" if lang == "en" else "英伟达 H20") in svg and "var(--" not in svg


def test_foreign_chips_stand_left_of_domestic_ones() -> None:
    nests = {a.chip: a.nest for c in CHOICES for a in c.alternatives}
    order = [nests.get(part, part.removeprefix("other ")) for part in _kinds(CHOICES, "en")]
    assert order == sorted(order, key=["foreign", "domestic"].index)
