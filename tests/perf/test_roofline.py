"""Operators under the roofs of their chip: exact FLOPs and bytes, and nothing above a roof."""

from __future__ import annotations

import pytest

from highfence.perf.inference.estimate import serving
from highfence.perf.inference.roofline import roofline
from highfence.perf.shape import shape_of
from highfence.report.roofline import operator_name, twin


@pytest.mark.parametrize(("chip", "model", "split"), [
    ("H20", "llama-3.1-70b", {"tp": 8}), ("H100", "deepseek-r1", {"tp": 8, "pp": 2}),
    ("910C", "deepseek-r1", {"tp": 8}), ("B200", "gpt-oss-120b", {"tp": 2})])
def test_no_operator_stands_above_its_roof(chip: str, model: str, split: dict[str, int]) -> None:
    for load in (1, 64):
        drawn = roofline(chip, model, serving(chip, model, concurrency=load, **split), **split)
        assert drawn.points
        for point in drawn.points:
            assert point.rate <= point.roof(drawn.bandwidth) * (1 + 1e-6), point


def test_the_flops_of_a_dense_prefill_are_two_a_parameter_and_token() -> None:
    shape = shape_of("llama-3.1-70b")
    answer = serving("H20", "llama-3.1-70b", prompt=1024, output=64, concurrency=1, tp=8)
    points = roofline("H20", "llama-3.1-70b", answer, tp=8).points
    products = sum(p.flops for p in points if p.step == "prefill" and p.operator not in
                   {"attention, prefill", "output head"})
    weights = shape.parameters - shape.embedding_weights
    assert products * 8 == pytest.approx(2.0 * weights * 1024, rel=1e-3)


def test_the_bytes_of_a_decode_are_at_least_the_weights() -> None:
    answer = serving("H20", "llama-3.1-70b", concurrency=1, tp=8)
    moved = sum(p.bytes for p in roofline("H20", "llama-3.1-70b", answer, tp=8).points if p.step == "decode")
    shape = shape_of("llama-3.1-70b")
    assert moved * 8 > 2.0 * (shape.parameters - shape.vocab * shape.hidden)


def test_every_operator_has_a_chinese_name() -> None:
    for chip, model, split in (("H20", "llama-3.1-70b", {"tp": 8}), ("H100", "deepseek-r1", {"tp": 8, "pp": 2}),
                               ("H100", "qwen3-next-80b-a3b", {"tp": 4}), ("H20", "deepseek-v3.2", {"tp": 8})):
        for step in serving(chip, model, **split).steps:
            assert not [o.name for o in step.operators if operator_name(o.name, "zh") == o.name]


def test_the_twin_holds_every_point() -> None:
    drawn = roofline("H20", "llama-3.1-70b", serving("H20", "llama-3.1-70b", tp=8), tp=8)
    assert len(twin(drawn, "en")) == len(drawn.points)
    assert list(twin(drawn, "zh")[0])[:2] == ["步骤", "算子"]
