"""The cheapest way to serve under limits: what must hold whatever the chip, and what is said where none holds."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from highfence.core.errors import InputError, NoAnswer
from highfence.cost.service import STYLES, Workload, fewest_chips, serve, ways_of
from highfence.perf.choosing.limits import Limits

CHIPS = ("H20", "H100", "910B")
WORK = Workload("qwen3-8b")
times = st.floats(0.002, 5.0)
chips = st.sampled_from(CHIPS)


def cost(chip: str, limits: Limits, most: int = 8, style: str = "best", work: Workload = WORK) -> float:
    """Return chip-seconds of an output token with its prompt; infinite where no way keeps the limits."""
    ways = ways_of(chip, work, 8)
    try:
        return float(serve(ways, limits, chips=most, style=style).all_in(work)[0])
    except NoAnswer:
        return np.inf


@given(chips, times, times, times, st.floats(1.0, 20.0))
def test_a_tighter_limit_never_lowers_the_cost(chip: str, tpot: float, ttft: float, latency: float, by: float) -> None:
    loose = Limits(ttft, tpot, 100.0 * latency)
    for tight in (Limits(ttft / by, tpot, 100.0 * latency), Limits(ttft, tpot / by, 100.0 * latency),
                  Limits(ttft, tpot, 100.0 * latency / by)):
        assert cost(chip, tight) >= cost(chip, loose)


@given(chips, times, st.integers(1, 8), st.integers(0, 7))
def test_more_chips_never_raise_the_cost(chip: str, tpot: float, most: int, more: int) -> None:
    limits = Limits(tpot_s=tpot)
    assert cost(chip, limits, min(most + more, 8)) <= cost(chip, limits, most)


@pytest.mark.parametrize("chip", ["H20", "H800"])
def test_a_wider_search_never_raises_the_cost_of_a_large_model(chip: str) -> None:
    work = Workload("deepseek-r1")
    found = [serve(ways_of(chip, work, most), Limits(tpot_s=0.05), chips=most).all_in(work)[0]
             for most in (16, 32, 48, 64, 128)]
    assert all(b <= a * (1.0 + 1e-9) for a, b in itertools.pairwise(found))


@given(chips, times, st.sampled_from(STYLES))
def test_a_style_that_is_forced_never_beats_the_best(chip: str, tpot: float, style: str) -> None:
    assert cost(chip, Limits(tpot_s=tpot), style=style) >= cost(chip, Limits(tpot_s=tpot))


@given(chips, st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.9]), min_size=2, max_size=2))
def test_a_larger_cache_never_raises_the_cost_of_an_answer(chip: str, shares: list[float]) -> None:
    less, more = (cost(chip, Limits(), work=Workload("qwen3-8b", 2048.0, 512.0, share)) for share in sorted(shares))
    assert more <= less * (1.0 + 1e-3)


@given(chips, times, st.lists(st.floats(-3.0, 3.0), min_size=1, max_size=6))
def test_a_batch_of_draws_is_the_draws_one_by_one(chip: str, tpot: float, z: list[float]) -> None:
    ways, limits = ways_of(chip, WORK, 8), Limits(tpot_s=tpot)
    try:
        batch = serve(ways, limits, chips=8, z=np.asarray(z))
    except NoAnswer:
        return
    alone = [serve(ways, limits, chips=8, z=one) for one in z]
    assert batch.output_s.tolist() == [one.output_s[0] for one in alone]
    assert batch.input_s.tolist() == [one.input_s[0] for one in alone]


@given(chips, times)
def test_a_draw_without_a_way_is_slower_than_every_draw_with_one(chip: str, tpot: float) -> None:
    ways, z = ways_of(chip, WORK, 8), np.linspace(-3.0, 3.0, 31)
    try:
        kept = np.isfinite(serve(ways, Limits(tpot_s=tpot), chips=8, z=z).output_s)
    except NoAnswer:
        return
    assert kept[z <= 0.0].all() and (np.diff(kept.astype(int)) <= 0).all()


@given(chips, times, times)
def test_an_answer_keeps_its_limits(chip: str, ttft: float, tpot: float) -> None:
    try:
        found = serve(ways_of(chip, WORK, 8), Limits(ttft, tpot), chips=8)
    except NoAnswer:
        return
    assert found.ttft <= ttft and found.tpot <= tpot and found.chips <= 8
    ranks = found.split["tp"] * found.split["pp"] * found.split["dp"]
    assert ranks + found.split.get("prefill_tp", 0) * found.split.get("prefill_dp", 0) == found.chips


@given(chips, st.floats(1e-5, 0.01), st.sampled_from(["tpot", "ttft"]))
def test_the_limit_that_a_refusal_offers_can_be_kept(chip: str, time: float, name: str) -> None:
    ways = ways_of(chip, WORK, 8)
    try:
        serve(ways, Limits(**{f"{name}_s": time}), chips=8)  # type: ignore[arg-type]
    except NoAnswer as problem:
        from highfence.perf.choosing.limits import parse_limits

        assert problem.hint is not None and f"looser limit on {name}" in str(problem)
        offered = parse_limits(problem.hint.removeprefix("--limit ").removesuffix(" can be kept"))
        assert serve(ways, offered, chips=8).chips <= 8


def test_two_limits_out_of_reach_are_answered_each_alone() -> None:
    with pytest.raises(NoAnswer, match=r"each alone from ttft=.*latency="):
        serve(ways_of("H20", WORK, 8), Limits(ttft_s=1e-4, latency_s=1e-3), chips=8)


def test_too_few_chips_are_told_how_many_it_takes() -> None:
    work = Workload("deepseek-r1")
    ways = ways_of("H20", work, 64)
    assert fewest_chips(ways) == 8 and fewest_chips(ways, "two") > 8
    with pytest.raises(NoAnswer, match=r"takes at least 8 chips(.|\n)*--chips 8"):
        serve(ways, Limits(), chips=7)
    with pytest.raises(NoAnswer, match="a way to serve the model"):
        ways_of("H20", work, 2)


def test_a_style_without_a_way_says_so() -> None:
    ways = ways_of("H20", Workload("deepseek-r1"), 8)
    assert sorted(ways.styles) == ["one", "two"] or "two" in ways.refused
    with pytest.raises(NoAnswer):
        serve(ways, Limits(), chips=8, style="two")


@pytest.mark.parametrize(("cached", "prompt", "output", "where"), [
    (1.0, 2048.0, 512.0, "--cached"), (-0.1, 2048.0, 512.0, "--cached"), (float("nan"), 2048.0, 512.0, "--cached"),
    (0.0, 0.0, 512.0, "--input"), (0.0, float("nan"), 512.0, "--input"), (0.0, 2048.0, 0.0, "--output"),
    (0.0, 2048.0, 1e8, "--output")])
def test_a_request_that_cannot_be_is_refused(cached: float, prompt: float, output: float, where: str) -> None:
    with pytest.raises(InputError) as caught:
        Workload("qwen3-8b", prompt, output, cached)
    assert caught.value.where == where


def test_an_unknown_format_or_chip_is_refused() -> None:
    with pytest.raises(InputError, match="no such number format"):
        ways_of("H20", WORK, 8, None, "fp9")
    with pytest.raises(InputError, match="did you mean H20"):
        ways_of("H21", WORK, 8)
