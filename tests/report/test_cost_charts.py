"""The chart of price against work."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from highfence.cost.tokens import TokenCost, token_cost
from highfence.report.cost_charts import _costs, price_performance, spots
from highfence.report.placing import text_width

CHIPS = ("H20", "H100", "H200", "H800", "910B")


@pytest.fixture(scope="module")
def found() -> list[TokenCost]:
    """Five chips in China in August 2025."""
    return [token_cost(chip, "qwen3-8b", to="CN", on="2025-08-01", chips=8, draws=100) for chip in CHIPS]


def test_the_frontier_is_what_nothing_beats_in_both_price_and_work(found: list[TokenCost]) -> None:
    marks = spots(found)
    for s in marks:
        beaten = any(o.hour <= s.hour and o.rate >= s.rate and o is not s for o in marks)
        assert s.best is not beaten
        assert s.low <= s.rate <= s.high
    cheapest = min(found, key=lambda c: c.all_in.value.mid)
    assert next(s for s in marks if s.name == cheapest.name).best


def test_work_times_cost_is_the_hour(found: list[TokenCost]) -> None:
    for s, c in zip(spots(found), found):
        assert s.rate * 3600.0 * c.all_in.value.mid / 1e6 == pytest.approx(s.hour)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_chart_stands_alone_and_names_every_chip_once(found: list[TokenCost], lang: str) -> None:
    pytest.importorskip("vl_convert")
    svg = price_performance(found, lang)
    assert "var(--" not in svg and "<title" in svg and "<desc" in svg
    words = re.findall(r"<text[^>]*>([^<]+)</text>", svg)
    for c in found:
        assert words.count(c.name) == 2, "once, and once as its rim"
    assert ("需要许可" if lang == "zh" else "licence needed") in words
    assert ("无需许可" if lang == "zh" else "no licence needed") not in words


def test_no_two_names_overlap_and_none_leaves_the_chart(found: list[TokenCost]) -> None:
    pytest.importorskip("vl_convert")
    svg = price_performance(found)
    shown = re.findall(r'<text text-anchor="(\w+)" transform="translate\(([\d.-]+),([\d.-]+)\)"[^>]*>([^<]+)</text>',
                       svg)
    names = {c.name for c in found}
    boxes = []
    for anchor, x, y, text in dict.fromkeys(shown):
        if text in names:
            w = text_width(text, 12.5)
            left = float(x) - {"start": 0.0, "middle": w / 2, "end": w}[anchor]
            boxes.append((left, float(y) - 6.0, left + w, float(y) + 6.0))
    assert len(boxes) == len(names)
    for i, a in enumerate(boxes):
        assert a[0] >= 0.0 and a[2] <= 690.0
        assert not [b for b in boxes[i + 1:] if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]]


@given(st.floats(1e-2, 1e2), st.floats(1.1, 1e3), st.floats(1.0, 1e5), st.floats(1.1, 1e3))
def test_lines_of_equal_cost_cross_the_chart(left: float, wide: float, down: float, high: float) -> None:
    for cost in _costs(left, left * wide, down, down * high):
        assert left / (down * high) < cost * 3600e-6 < left * wide / down
