"""Two pools kept full: what their frontiers hold."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from highfence.core.errors import InputError, NoAnswer
from highfence.perf.choosing.pools import PoolPoint, Pools, full_pools

CASES = [("H20", "deepseek-r1", 64), ("H800", "deepseek-v3", 32), ("H100", "llama-3.1-70b", 16),
         ("910C", "qwen3-8b", 8)]


def pools(chip: str, model: str, chips: int, **more: Any) -> Pools:
    """Return the pools for prompts of two thousand tokens and answers of five hundred."""
    return full_pools(chip, model, chips=chips, **({"prompt": 2048, "output": 512} | more))


def beats(a: PoolPoint, b: PoolPoint) -> bool:
    """Whether one way is no slower, no dearer and no larger than another, and better in one of them."""
    mine, other = (a.step_s, a.token_s, a.chips), (b.step_s, b.token_s, b.chips)
    return mine != other and all(x <= y for x, y in zip(mine, other))


@pytest.mark.parametrize(("chip", "model", "chips"), CASES)
def test_no_way_is_beaten_by_another(chip: str, model: str, chips: int) -> None:
    found = pools(chip, model, chips)
    for points in (found.prefill, found.decode):
        assert points and not [(a, b) for a, b in itertools.permutations(points, 2) if beats(a, b)]
        assert [p.step_s for p in points] == sorted(p.step_s for p in points)


@pytest.mark.parametrize(("chip", "model", "chips"), CASES)
def test_a_way_costs_its_chips_times_its_step_over_its_tokens(chip: str, model: str, chips: int) -> None:
    found = pools(chip, model, chips)
    for p in found.decode:
        assert p.chips == p.tp * p.dp <= chips
        assert p.token_s == pytest.approx(p.chips * p.step_s / (p.batch * p.dp))
    for p in found.prefill:
        assert p.token_s == pytest.approx(p.chips * p.step_s / (p.batch * p.dp * 2048))


def test_more_chips_never_take_a_way_away() -> None:
    few, many = pools("H20", "deepseek-r1", 32), pools("H20", "deepseek-r1", 64)
    for name in ("prefill", "decode"):
        for p in getattr(few, name):
            assert any(q == p or beats(q, p) for q in getattr(many, name))


def test_a_cached_prompt_is_read_sooner() -> None:
    none, half = (pools("H20", "qwen3-8b", 8, cached=cached) for cached in (0.0, 1024.0))
    assert min(p.step_s for p in half.prefill) < min(p.step_s for p in none.prefill)
    assert min(p.token_s for p in half.prefill) * 1024 < min(p.token_s for p in none.prefill) * 2048


def test_the_second_answer_is_the_first() -> None:
    assert pools("H20", "qwen3-8b", 8) == pools("H20", "qwen3-8b", 8)
    assert pools("H20", "qwen3-8b", 8).hash != pools("H20", "qwen3-8b", 4).hash


@pytest.mark.parametrize("asked", [{"chips": 0}, {"chips": 2.5}, {"chips": True}, {"cached": 2048.0}, {"cached": -1.0},
                                   {"precision": "fp9"}, {"output": 0}])
def test_what_cannot_be_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        full_pools("H20", "qwen3-8b", **({"chips": 8, "prompt": 2048, "output": 512} | asked))


def test_a_model_that_does_not_fit_has_no_pool() -> None:
    with pytest.raises(NoAnswer, match="does not fit on 2 chips"):
        pools("H20", "deepseek-r1", 2)
