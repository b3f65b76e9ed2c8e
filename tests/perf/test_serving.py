"""Serving: what must always hold of times under load, and one case against many."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from highfence.core.arrays import FLOATS
from highfence.core.errors import InputError, NoAnswer
from highfence.perf.calibration import shipped_calibration
from highfence.perf.inference.bulk import columns_of, evaluate, group_questions, serve_groups
from highfence.perf.inference.estimate import ask, predict, serving, tables_of
from highfence.perf.inference.question import Question
from highfence.perf.machine import Machine, machine_of

CHIPS = ("H20", "H100", "H200", "B200", "910C", "MI300X", "A100 SXM 80GB", "A100 PCIe 80GB", "L40S", "300I Duo")
MODELS = ("llama-3.1-8b", "llama-3.1-70b", "qwen3-235b-a22b", "gpt-oss-120b", "deepseek-v3", "qwen3.5-397b-a17b",
          "glm-5")
TIMES = ("ttft_s", "tpot_s", "decode_s", "prompt_s")


@st.composite
def questions(draw: Any) -> Question:
    """A question that has an answer on eight chips."""
    model = draw(st.sampled_from(MODELS))
    chip = draw(st.sampled_from(CHIPS))
    together = draw(st.booleans())
    tp, dp = (8, 1) if together else (1, 8)
    if model in {"llama-3.1-8b", "llama-3.1-70b"}:
        tp, dp = draw(st.sampled_from((1, 2, 4, 8))), 1
    return ask(chip, model, prompt=draw(st.integers(1, 8000)), output=draw(st.integers(2, 2000)),
               concurrency=draw(st.integers(1, 256)), tp=tp, dp=dp, ep=8 if dp > 1 else None, precision="bf16",
               software=draw(st.sampled_from(("vllm", "sglang", "trtllm"))))


def in_domain(question: Question, domain: float) -> Question:
    """Return the question where links join so many chips."""
    return replace(question, machine=replace(question.machine, domain=domain))


def times(question: Question) -> dict[str, float]:
    """Return the times of a question on plain floats."""
    served = evaluate(question.shape, columns_of(question), tables_of(None), FLOATS)
    return {name: getattr(served, name) for name in TIMES}


def better(machine: Machine, what: str, factor: float) -> Machine:
    """Return a machine with more of one thing."""
    if what == "peaks":
        return replace(machine, peaks={k: v * factor for k, v in machine.peaks.items()})
    return replace(machine, **{what: getattr(machine, what) * factor})


@settings(max_examples=150, deadline=None)
@given(questions(), st.sampled_from(("bandwidth", "peaks", "link", "network", "domain")), st.floats(1.0, 4.0),
       st.sampled_from((None, 1.0, 2.0, 4.0)))
def test_a_better_data_sheet_never_slows_anything(question: Question, what: str, factor: float,
                                                  domain: float | None) -> None:
    question = in_domain(question, domain) if domain else question
    machine = better(question.machine, what, factor)
    more = replace(question, machine=machine, dense_peak=question.dense_peak * (factor if what == "peaks" else 1.0),
                   experts_peak=question.experts_peak * (factor if what == "peaks" else 1.0))
    before, after = times(question), times(more)
    assert all(after[name] <= before[name] * (1 + 1e-9) for name in TIMES)


@settings(max_examples=40, deadline=None)
@given(questions(), st.floats(1.0, 3.0))
def test_more_memory_never_lowers_throughput(question: Question, factor: float) -> None:
    def latency(q: Question) -> float:
        found = times(q)
        return found["ttft_s"] + q.output * found["tpot_s"]

    more = replace(question, machine=better(question.machine, "memory", factor))
    fits = evaluate(question.shape, columns_of(question), tables_of(None), FLOATS).fits
    if fits >= 1.0:
        assert latency(more) <= latency(question) * 1.02


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("load", [1, 16, 128])
def test_h200_is_never_slower_than_h100(model: str, load: int) -> None:
    split = {"tp": 8} if model.startswith("llama") else {"tp": 8, "precision": "w4a16", "emulate": True}
    h100, h200 = (ask(chip, model, prompt=2048, output=512, concurrency=load, **split) for chip in ("H100", "H200"))
    before, after = times(h100), times(h200)
    fits = evaluate(h100.shape, columns_of(h100), tables_of(None), FLOATS).fits >= load
    assert after["prompt_s"] <= before["prompt_s"] * (1 + 1e-9)
    assert not fits or all(after[name] <= before[name] * (1 + 1e-9) for name in TIMES)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(("H20", "H100", "B200")), st.sampled_from(("qwen3-8b", "llama-3.1-8b")),
       st.sampled_from((2, 4, 8)), st.integers(1, 32))
def test_chip_seconds_never_fall_by_splitting_the_same_batch(chip: str, model: str, tp: int, batch: int) -> None:
    one, many = (ask(chip, model, prompt=512, output=256, concurrency=batch, precision="bf16", tp=n) for n in (1, tp))
    for name in ("decode_s", "prompt_s"):
        assert times(many)[name] * tp >= times(one)[name] * (1 - 1e-9)


@settings(max_examples=40, deadline=None)
@given(st.lists(questions(), min_size=1, max_size=6))
def test_a_single_case_equals_a_row_of_many(many: list[Question]) -> None:
    found = serve_groups(group_questions(many), len(many))
    for number, question in enumerate(many):
        alone = times(question)
        for name in TIMES:
            assert math.isclose(alone[name], found[name][number], rel_tol=1e-9)


def test_missing_questions_leave_gaps_in_order() -> None:
    one = ask("H20", "llama-3.1-8b", prompt=100, output=100, concurrency=4)
    found = serve_groups(group_questions([None, one, None]), 3)["tpot_s"]
    assert np.isnan(found[0]) and np.isnan(found[2]) and found[1] > 0


def test_a_model_that_does_not_fit_is_refused_with_what_would() -> None:
    with pytest.raises(NoAnswer, match="does not fit") as refusal:
        serving("H20", "llama-3.1-70b", prompt=2048, output=512, concurrency=1, tp=1)
    assert "--tp 2" in str(refusal.value)


@pytest.mark.parametrize(("arguments", "where"), [
    ({"tp": 7}, "--tp"), ({"pp": 100}, "--pp"), ({"concurrency": 0}, "--concurrency"), ({"concurrency": 1e9},
                                                                                        "--concurrency"),
    ({"prompt": -1}, "--input"), ({"prompt": 10**6}, "--input"), ({"precision": "fp7"}, "--precision"),
    ({"kv": "fp3"}, "--kv"), ({"software": "vlm"}, "--software"), ({"tp": True}, "--tp"), ({"ep": 4}, "--ep")])
def test_bad_input_names_its_place(arguments: dict[str, Any], where: str) -> None:
    asked = {"prompt": 1024, "output": 128, "concurrency": 8, "tp": 8, **arguments}
    with pytest.raises(InputError) as refusal:
        serving("H20", "llama-3.1-70b", **asked)
    assert where in (refusal.value.where or "")


def test_a_format_that_the_chip_lacks_is_refused_or_emulated() -> None:
    with pytest.raises(InputError, match="no fp8"):
        serving("910C", "llama-3.1-70b", precision="fp8", tp=8)
    emulated = serving("910C", "llama-3.1-70b", precision="fp8", tp=8, emulate=True)
    assert emulated.precision == "w8a16" and emulated.evidence == "data sheet only"


def test_intervals_widen_as_evidence_thins() -> None:
    def width(chip: str) -> float:
        found = serving(chip, "llama-3.1-70b", prompt=1024, output=256, concurrency=16, tp=8).tpot
        return found.high / found.low

    assert width("H100") < width("H20") < width("910C")


def test_prefix_cache_and_drafting_help_what_they_should() -> None:
    plain = serving("H20", "llama-3.1-70b", prompt=4096, output=256, concurrency=16, tp=8)
    cached = serving("H20", "llama-3.1-70b", prompt=4096, output=256, concurrency=16, tp=8, cached=3000)
    drafted = serving("H20", "llama-3.1-70b", prompt=4096, output=256, concurrency=2, tp=8, accepted=2.5)
    alone = serving("H20", "llama-3.1-70b", prompt=4096, output=256, concurrency=2, tp=8)
    assert cached.ttft.value < plain.ttft.value and cached.tpot.value < plain.tpot.value
    assert drafted.tpot.value < alone.tpot.value


def test_skewed_experts_cost_time() -> None:
    even = serving("H20", "qwen3-235b-a22b", prompt=1024, output=256, concurrency=128, tp=8)
    skewed = serving("H20", "qwen3-235b-a22b", prompt=1024, output=256, concurrency=128, tp=8, imbalance=2.0)
    assert skewed.tpot.value > even.tpot.value


def test_the_breakdown_adds_up_to_the_step() -> None:
    found = serving("H20", "deepseek-v3", prompt=4096, output=512, concurrency=64, tp=16)
    for step in found.steps:
        assert math.isclose(sum(o.seconds for o in step.operators), step.seconds, rel_tol=1e-9)
        assert {o.bound for o in step.operators} <= {"compute", "memory", "network", "overhead"}


def test_a_prediction_uses_the_calibration_that_it_is_given() -> None:
    question = ask("H20", "llama-3.1-70b", prompt=1024, output=128, concurrency=8, tp=8)
    slow = shipped_calibration().replaced({"software.vllm-2026": {"step_s": 0.5}})
    assert predict(question, slow).tpot.value > predict(question).tpot.value + 0.4


def test_a_chip_without_bandwidth_has_no_answer() -> None:
    with pytest.raises(NoAnswer) as refusal:
        machine_of("sugon-scalex640")
    assert refusal.value.missing
