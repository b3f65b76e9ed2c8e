"""Arrival rates and limits: Little's law, saturation, and times as people write them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from highfence.core.errors import InputError, NoAnswer
from highfence.perf.choosing.limits import Limits, parse_limits
from highfence.perf.inference.arrivals import serving_at_rate
from highfence.perf.inference.estimate import serving

LOAD = {"prompt": 2048, "output": 512, "tp": 8}


@given(st.floats(1e-5, 2.0))
def test_the_load_is_the_rate_times_the_stay(rate: float) -> None:
    answer = serving_at_rate("H20", "llama-3.1-70b", rate=rate, **LOAD)
    assert answer.requests_per_s == pytest.approx(rate, rel=1e-3)
    assert answer.concurrency == pytest.approx(rate * answer.latency.value, rel=1e-3)


def test_more_arrivals_never_make_anyone_wait_less() -> None:
    answers = [serving_at_rate("H20", "llama-3.1-70b", rate=rate, **LOAD) for rate in (0.1, 0.5, 1.0, 1.5, 2.0)]
    for slow, fast in pairwise(answers):
        assert slow.ttft.value <= fast.ttft.value and slow.tpot.value <= fast.tpot.value
        assert slow.ttft_p99 <= fast.ttft_p99


def test_a_rate_and_its_load_agree_and_the_tail_is_longer_under_random_arrivals() -> None:
    random = serving_at_rate("H20", "llama-3.1-70b", rate=1.0, **LOAD)
    closed = serving("H20", "llama-3.1-70b", concurrency=random.concurrency, **LOAD)
    assert random.ttft.value == closed.ttft.value and random.ttft_p99 > closed.ttft_p99


def test_the_highest_rate_that_saturation_names_can_be_taken() -> None:
    with pytest.raises(NoAnswer, match="saturated") as caught:
        serving_at_rate("H20", "llama-3.1-70b", rate=100.0, **LOAD)
    highest = float(caught.value.what.split("at most ")[1].split()[0])
    taken = serving_at_rate("H20", "llama-3.1-70b", rate=highest, **LOAD)
    assert taken.requests_per_s == pytest.approx(highest, rel=1e-3)


@pytest.mark.parametrize("split", [{"tp": 1, "pp": 5}, {"tp": 2}, {"tp": 8}])
def test_no_load_with_room_for_all_sustains_more_than_saturation_names(split: dict[str, int]) -> None:
    asked = {"prompt": 1024, "output": 1024, "precision": "fp8", **split}
    with pytest.raises(NoAnswer, match="saturated") as caught:
        serving_at_rate("H20", "llama-3.1-70b", rate=1000.0, **asked)
    highest = float(caught.value.what.split("at most ")[1].split()[0])
    answers = [serving("H20", "llama-3.1-70b", concurrency=load, **asked) for load in range(50, 1100, 6)]
    assert max(answer.requests_per_s for answer in answers if answer.waiting_s == 0.0) <= highest * 1.02


def test_limits_are_read_as_they_are_written() -> None:
    assert parse_limits("ttft=1s,tpot=50ms,p99") == Limits(1.0, 0.05, None, "p99")
    assert parse_limits(" TPOT = 50 ms ") == Limits(tpot_s=0.05)
    for text in ("ttft=1s,tpot=50ms,p99", "latency=2s", "ttft=300ms"):
        assert parse_limits(text).text() == text


def test_limits_are_kept_at_the_statistic_that_they_name() -> None:
    answer = serving("H20", "llama-3.1-70b", concurrency=32, **LOAD)
    between = 0.5 * (answer.ttft.value + answer.ttft_p99)
    assert Limits(ttft_s=between).kept_by(answer) and not Limits(ttft_s=between, statistic="p99").kept_by(answer)


@given(st.one_of(st.text(max_size=30), st.lists(st.sampled_from(
    ["ttft=1s", "tpot=50ms", "p99", "mean", "ttft", "=", "1s", "latency=1e400s", "ttft=nan s", "ttft=1GB", ","]),
    max_size=4).map(",".join)))
def test_any_text_is_limits_or_one_clear_error(text: str) -> None:
    try:
        limits = parse_limits(text)
        assert parse_limits(limits.text()).statistic == limits.statistic
    except InputError as problem:
        assert str(problem.where).startswith("--limit")
