"""A search finds what trying everything finds, and says what it could not find."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from highfence.core.errors import HighfenceError, InputError, NoAnswer
from highfence.perf.calibration import shipped_calibration
from highfence.perf.choosing.bound import Best, Front, evaluated, excess, explore
from highfence.perf.choosing.limits import Limits
from highfence.perf.choosing.search import best, frontier
from highfence.perf.choosing.space import Space, candidates
from highfence.perf.choosing.training import TrainingProblem, fastest_training, training_plans
from highfence.perf.inference.arrivals import serving_at_rate
from highfence.perf.inference.estimate import ask, predict, tables_of
from highfence.perf.machine import machine_of
from highfence.perf.shape import shape_of
from highfence.perf.train.iteration import accelerator_from, train_step
from highfence.perf.train.plan import RECOMPUTE, check_plan

LOAD = {"prompt": 2048, "output": 512}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep answers of one test from another."""
    shipped_calibration()
    monkeypatch.setenv("HIGHFENCE_CACHE", str(tmp_path))
    return tmp_path


def space_of(chip: str, model: str, chips: int, **load: Any) -> Space:
    return Space(candidates(machine_of(chip), shape_of(model), chips, **{**LOAD, **load}), tables_of(None))


def everything(space: Space, limits: Limits) -> Any:
    """Evaluate every candidate under every load."""
    which = np.repeat(np.arange(len(space.most)), space.most.astype(int))
    load = np.concatenate([np.arange(1.0, m + 1.0) for m in space.most])
    points = evaluated(space, limits, which, load)
    return points[excess(limits, points.ttft, points.tpot, space.output) <= 1.0]


def tried_one_by_one(chip: str, model: str, chips: int, precisions: tuple[str, ...], most: int = 10_000) -> list[Any]:
    """Predict every split, format and load on plain floats, through the public estimate."""
    machine, shape, found = machine_of(chip), shape_of(model), []
    for tp, pp, dp, ep, name in product(*[range(1, chips + 1)] * 4, precisions):
        if tp * pp * dp > chips or shape.layers % pp or (dp > 1 and not shape.experts):
            continue
        if shape.experts and shape.expert_ffn % max(tp * dp // ep, 1):
            continue
        for load in range(1, most):
            try:
                p = predict(ask(machine, shape, **LOAD, concurrency=load, tp=tp, pp=pp, dp=dp, ep=ep, precision=name))
            except HighfenceError:
                break
            if p.waiting_s > 0.0:
                break
            found.append(p)
    return found


def test_the_best_is_what_trying_every_split_format_and_load_finds() -> None:
    formats = ("bf16", "fp8", "w4a16")
    tried = tried_one_by_one("H20", "llama-3.1-70b", 2, formats)
    for ttft, tpot in ((None, None), (2.0, 0.05), (1.0, None), (None, 0.1)):
        fine = [p for p in tried if p.ttft.value <= (ttft or 1e9) and p.tpot.value <= (tpot or 1e9)]
        want = max(fine, key=lambda p: p.per_chip.value)
        got = best("H20", "llama-3.1-70b", chips=2, **LOAD, ttft_s=ttft, tpot_s=tpot, precision=formats)
        assert got.best.per_chip.value == pytest.approx(want.per_chip.value, rel=1e-12)
        assert (got.best.split, got.best.concurrency) == (want.split, want.concurrency)
        assert got.best.precision == want.precision
        assert got.loads == len(tried)


def test_tails_of_the_search_are_those_of_a_prediction() -> None:
    got = best("H20", "llama-3.1-70b", chips=8, **LOAD, ttft_s=3.0, tpot_s=0.06, quantile="p99")
    assert got.row is not None
    assert got.row.ttft_s == pytest.approx(got.best.ttft_p99, rel=1e-12)
    assert got.row.tpot_s == pytest.approx(got.best.tpot_p99, rel=1e-12)
    assert got.best.ttft_p99 <= 3.0 and got.best.tpot_p99 <= 0.06


def test_a_mixture_with_data_and_expert_parallel_ranks_is_searched_whole() -> None:
    tried = tried_one_by_one("H20", "gpt-oss-120b", 2, ("w4a16",), most=60)
    splits = {tuple(p.split.values()) for p in tried}
    found = candidates(machine_of("H20"), shape_of("gpt-oss-120b"), 2, **LOAD, precision="w4a16")
    sides = [c.question.serving for c in found]
    assert {(int(s.tp), int(s.pp), int(s.dp), int(s.ep)) for s in sides} == splits


@given(case=st.sampled_from([("H20", "llama-3.1-70b", 4), ("H100", "llama-3.1-8b", 2), ("B200", "gpt-oss-120b", 4),
                             ("910C", "qwen3-235b-a22b", 8), ("H20", "deepseek-v3", 16)]),
       ttft=st.sampled_from([None, 0.3, 1.0, 3.0, 10.0]), tpot=st.sampled_from([None, 0.015, 0.03, 0.06, 0.2]),
       latency=st.sampled_from([None, None, 15.0]), statistic=st.sampled_from(["mean", "p99"]),
       prompt=st.sampled_from([200, 2048, 12_000]), output=st.sampled_from([32, 512, 2000]),
       software=st.sampled_from(["vllm", "sglang", "trtllm"]))
def test_no_point_of_the_space_is_missed(case: tuple[str, str, int], ttft: float | None, tpot: float | None,
                                         latency: float | None, statistic: str, prompt: int, output: int,
                                         software: str) -> None:
    limits = Limits(ttft, tpot, latency, statistic)
    space = space_of(*case, prompt=prompt, output=output, software=software, precision="bf16" if case[2] < 4 else None)
    if not 0 < space.loads < 400_000:
        return
    goal, front = Best(space, lambda which, rate: rate / space.chips[which]), Front(space)
    explore(space, limits, [goal, front])
    kept = everything(space, limits)
    if not len(kept):
        assert not goal.ranked() and front.points is None
        return
    all_goal, all_front = Best(space, goal.score), Front(space)
    all_goal.take(kept)
    all_front.take(kept)
    assert [(int(p.which[0]), float(p.load[0])) for p in goal.ranked()] == [
        (int(p.which[0]), float(p.load[0])) for p in all_goal.ranked()]
    assert front.points is not None and all_front.points is not None
    assert np.array_equal(front.points.which, all_front.points.which)
    assert np.array_equal(front.points.load, all_front.points.load)


@given(case=st.sampled_from([("H20", "llama-3.1-70b", 4), ("B200", "gpt-oss-120b", 4), ("H20", "deepseek-v3", 16)]),
       software=st.sampled_from(["vllm", "sglang", "trtllm"]), prompt=st.integers(16, 20_000),
       output=st.integers(2, 4000), draw=st.integers(0, 10_000))
def test_the_three_laws_that_a_bound_rests_on_hold(case: tuple[str, str, int], software: str, prompt: int, output: int,
                                                   draw: int) -> None:
    space = space_of(*case, software=software, prompt=prompt, output=output)
    fits = np.flatnonzero(space.most >= 2.0)
    k = fits[draw % len(fits)]
    load = np.arange(1.0, min(space.most[k], 2000.0) + 1.0)
    served = space.serve(np.full(len(load), k), load)
    for rising in (served.tpot_s, served.decode_s, served.ttft_s * (space.dp[k] + load - 1.0)):
        assert (np.diff(rising) >= -1e-9 * rising[1:]).all()
    assert (served.ttft_s >= served.ttft_s[0] * (1.0 - 1e-9)).all()
    assert not np.any(served.waiting_s)


def test_throughput_is_not_monotone_in_the_load_so_that_bisection_would_miss() -> None:
    space = space_of("H20", "llama-3.1-70b", 2, precision="fp8")
    k = int(np.argmax(space.chips))
    points = evaluated(space, Limits(), np.full(200, k), np.arange(1.0, 201.0))
    assert (np.diff(points.rate) < 0.0).any()


def test_looser_limits_and_more_chips_never_serve_less() -> None:
    def rate(**asked: Any) -> float:
        return best("H20", "llama-3.1-70b", **{"chips": 8, **LOAD, **asked}).best.per_chip.value

    by_limit = [rate(ttft_s=ttft, tpot_s=0.05) for ttft in (0.8, 1.0, 2.0, 4.0)]
    by_chips = [rate(chips=chips, ttft_s=2.0, tpot_s=0.05) for chips in (4, 8, 16)]
    assert by_limit == sorted(by_limit) and by_chips == sorted(by_chips)


@pytest.mark.parametrize("asked", [{"concurrency": 100}, {"arrival": 2.0}])
def test_the_fewest_chips_are_the_fewest_that_serve_the_load(asked: dict[str, Any]) -> None:
    limits = {"ttft_s": 2.0, "tpot_s": 0.05}
    got = best("H20", "llama-3.1-70b", chips=32, **LOAD, goal="fewest-chips", precision="fp8", **limits, **asked)
    assert got.row is not None
    space = space_of("H20", "llama-3.1-70b", 32, precision="fp8")
    kept = everything(space, Limits(**limits))
    needed = []
    for which, load, rate in zip(kept.which, kept.load, kept.rate):
        many = -(-asked["concurrency"] // load) if "concurrency" in asked else np.ceil(2.0 * 512 / rate)
        if "arrival" in asked or -(-asked["concurrency"] // many) == load:
            needed.append(many * space.chips[which])
    assert got.row.chips == min(needed)
    if "concurrency" in asked:
        assert got.row.concurrency * got.row.replicas >= asked["concurrency"]
    else:
        assert got.throughput >= asked["arrival"] * 512
    with pytest.raises(NoAnswer):
        best("H20", "llama-3.1-70b", chips=got.row.chips - 1, **LOAD, goal="fewest-chips", precision="fp8", **limits,
             **asked)


@pytest.mark.parametrize("rate", [0.002, 0.7, 3.0])
@pytest.mark.parametrize("quantile", ["mean", "p99"])
def test_the_fewest_chips_for_arrivals_keep_the_limits_at_that_rate_as_one_answer_at_it_says(rate: float,
                                                                                         quantile: str) -> None:
    limits = Limits(1.2, 0.045, None, quantile)
    asked = {**LOAD, "precision": "fp8"}
    got = best("H20", "llama-3.1-70b", chips=16, **asked, goal="fewest-chips", ttft_s=1.2, tpot_s=0.045,
               quantile=quantile, arrival=rate)
    assert got.row is not None and "open loop" in got.best.arrivals  # type: ignore[union-attr]
    again = serving_at_rate("H20", "llama-3.1-70b", rate=rate / got.row.replicas, **asked, **got.best.split)
    assert again == got.best and limits.kept_by(again)
    assert (got.row.ttft_s, got.row.tpot_s) == pytest.approx(limits.judged(again), rel=1e-12)
    for tp, pp in product([1, 2, 4, 8], [1, 2, 4, 5]):
        for replicas in range(1, (got.row.chips - 1) // (tp * pp) + 1):
            try:
                fewer = serving_at_rate("H20", "llama-3.1-70b", rate=rate / replicas, **asked, tp=tp, pp=pp)
            except NoAnswer:
                continue
            assert fewer.waiting_s > 0.0 or not limits.kept_by(fewer)


def test_the_fewest_chips_for_arrivals_may_fill_the_memory() -> None:
    asked = {"prompt": 1024, "output": 1024, "goal": "fewest-chips", "arrival": 3.0, "chips": 16}
    got = best("H20", "llama-3.1-70b", **asked)
    most = best("H20", "llama-3.1-70b", **{**asked, "goal": "throughput", "chips": 5, "arrival": None})
    assert got.row is not None and got.row.chips == 5
    assert 3.0 <= got.best.requests_per_s <= most.best.requests_per_s  # type: ignore[union-attr]


def test_the_rate_that_too_few_chips_name_can_be_served_by_them() -> None:
    asked = {"chips": 16, **LOAD, "goal": "fewest-chips", "precision": "fp8", "tpot_s": 0.05, "quantile": "p99"}
    with pytest.raises(NoAnswer, match="serve at most") as error:
        best("H20", "llama-3.1-70b", arrival=500.0, **asked)
    most = float(error.value.what.split("at most ")[1].split()[0])
    assert best("H20", "llama-3.1-70b", arrival=most, **asked).row is not None
    with pytest.raises(NoAnswer):
        best("H20", "llama-3.1-70b", arrival=1.02 * most, **asked)


def test_an_answer_is_kept_and_read_back_equal(cache: Path) -> None:
    first = best("H20", "llama-3.1-70b", chips=4, **LOAD, tpot_s=0.05)
    kept, = cache.glob("search-*.json")
    assert first.hash in kept.name
    written = kept.stat().st_mtime_ns
    assert best("H20", "llama-3.1-70b", chips=4, **LOAD, tpot_s=0.05) == first
    assert kept.stat().st_mtime_ns == written
    assert best("H20", "llama-3.1-70b", chips=4, **LOAD, tpot_s=0.06).hash != first.hash


@pytest.mark.parametrize("text", ["", "[]", "{", '{"best": 1}', "null"])
def test_a_broken_file_is_ignored(cache: Path, text: str) -> None:
    first = best("H20", "llama-3.1-70b", chips=4, **LOAD)
    kept, = cache.glob("search-*.json")
    kept.write_text(text, encoding="utf-8")
    assert best("H20", "llama-3.1-70b", chips=4, **LOAD) == first


def test_a_changed_file_is_ignored(cache: Path) -> None:
    first = best("H20", "llama-3.1-70b", chips=4, **LOAD)
    kept, = cache.glob("search-*.json")
    raw = json.loads(kept.read_text(encoding="utf-8"))
    raw["best"]["concurrency"] = 1
    kept.write_text(json.dumps(raw), encoding="utf-8")
    assert best("H20", "llama-3.1-70b", chips=4, **LOAD) == first


def test_limits_that_nothing_keeps_name_the_nearest() -> None:
    with pytest.raises(NoAnswer, match="no way to serve") as error:
        best("H20", "llama-3.1-70b", chips=2, **LOAD, ttft_s=0.1, tpot_s=0.005)
    text = str(error.value)
    assert "the nearest: TTFT" in text and "tp 2" in text and "TPOT of at least" in text
    lowest = min(p.ttft_s for p in frontier("H20", "llama-3.1-70b", chips=2, **LOAD).rows)
    assert f"a TTFT of at least {lowest:.3g} s" in text


def test_a_model_that_does_not_fit_says_what_would() -> None:
    with pytest.raises(NoAnswer, match="does not fit") as error:
        best("H20", "deepseek-r1", chips=2, **LOAD)
    assert "holds it" in str(error.value)


@pytest.mark.parametrize(("asked", "words"), [
    ({"chips": 0}, "whole number of chips"), ({"chips": 2.5}, "whole number of chips"), ({"chips": True}, "chips"),
    ({"goal": "througput"}, "no such goal"), ({"tpot_s": 0.0}, "positive number of seconds"),
    ({"quantile": "p98"}, "no such quantile"), ({"precision": "fp7"}, "no such number format"),
    ({"precision": []}, "no format"), ({"goal": "fewest-chips"}, "for what load"), ({"prompt": None}, "lengths"),
    ({"goal": "fewest-chips", "concurrency": 0}, "whole number of requests"), ({"goal": "training"}, "needs a batch"),
    ({"goal": "fewest-chips", "arrival": -1.0}, "positive number of requests"),
])
def test_what_cannot_be_asked_is_refused(asked: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        best("H20", "llama-3.1-8b", **{"chips": 4, **LOAD, **asked})


def test_a_mistyped_goal_is_guessed() -> None:
    with pytest.raises(InputError) as error:
        best("H20", "llama-3.1-8b", chips=4, **LOAD, goal="througput")
    assert error.value.hint == "did you mean throughput?"


def test_a_frontier_evaluates_again_as_it_was_found() -> None:
    found = frontier("H20", "llama-3.1-70b", chips=8, **LOAD)
    again = found.again()
    assert again.tpot_s == pytest.approx([row.tpot_s for row in found.rows], rel=1e-12)
    assert found.per_chip(again) == pytest.approx([row.per_chip for row in found.rows], rel=1e-12)


def test_the_runner_up_lost_and_says_why() -> None:
    got = best("H20", "llama-3.1-70b", chips=8, **LOAD, ttft_s=1.0, tpot_s=0.05)
    assert got.row and got.why and got.runner_up
    assert got.runner_up.per_chip < got.row.per_chip  # type: ignore[union-attr]
    assert "fewer" in got.why.en and "少" in got.why.zh


def test_the_fastest_training_is_what_trying_every_plan_finds() -> None:
    problem = TrainingProblem(machine_of("H20"), shape_of("llama-3.1-8b"), 4, 8, 2048, ("bf16",))
    chip, times = accelerator_from(problem.machine), []
    for (plan, micro), how in product(training_plans(problem.shape, 4, batch=8, sequence=2048), RECOMPUTE):
        tried = type(plan)(**{n: getattr(plan, n) for n in plan.__slots__} | {"recompute": how})
        check_plan(problem.shape, tried, batch=8, sequence=2048, micro_batch=micro)
        try:
            times.append(train_step(problem.shape, chip, tried, batch=8, sequence=2048, micro_batch=micro).seconds)
        except InputError as error:
            assert error.code == "out-of-memory"
    found = fastest_training(problem)
    assert found.best.seconds == pytest.approx(min(times), rel=1e-12)
    answer = best("H20", "llama-3.1-8b", chips=4, goal="training", batch=8, sequence=2048, precision="bf16")
    assert answer.best.step.seconds == pytest.approx(min(times), rel=1e-12)  # type: ignore[union-attr]
    assert best("H20", "llama-3.1-8b", chips=4, goal="training", batch=8, sequence=2048, precision="bf16") == answer
