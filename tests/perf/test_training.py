"""Training: what must hold for any chip and plan, and what published runs say."""

from __future__ import annotations

import csv
import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measured_data import SHARED

from highfence.core.arrays import FLOATS
from highfence.core.errors import InputError, NoAnswer
from highfence.perf.calibration import shipped_calibration
from highfence.perf.evidence.training_cases import (
    JUDGES,
    interval_score,
    left_out_cases,
    plain_cases,
    summary,
    training_cases,
)
from highfence.perf.inference.step import Chip
from highfence.perf.machine import machine_of
from highfence.perf.shape import shape_of
from highfence.perf.train.iteration import (
    Accelerator,
    accelerator_from,
    iteration,
    kept_of,
    rates_of,
    train_step,
    training_curves,
)
from highfence.perf.train.memory import activation_bytes, block_parameters, in_flight, training_memory
from highfence.perf.train.plan import TrainingPlan, layout_of, layouts_of
from highfence.perf.train.work import Rates

H100 = accelerator_from(machine_of("H100"))
A100 = accelerator_from(machine_of("A100"))
SMALL, LARGE, MIXED, LATENT = (shape_of(n) for n in ("llama-3-8b", "llama-3.1-70b", "mixtral-8x7b", "deepseek-v3"))
PLANS = (
    TrainingPlan(dp=8, zero=3, software="fsdp-2023"),
    TrainingPlan(tp=4, dp=2, sequence_parallel=True),
    TrainingPlan(tp=2, pp=4, recompute="full"),
    TrainingPlan(tp=2, pp=2, dp=2, interleave=4, recompute="selective"),
    TrainingPlan(cp=2, dp=4, zero=1),
    TrainingPlan(tp=8, software="megatron-2022", recompute="selective", zero=0),
)
BATCH = 64


def seconds(chip: Accelerator = H100, plan: TrainingPlan = PLANS[1], *, model=SMALL, batch: int = BATCH,
            sequence: int = 2048, micro_batch: int = 1, precision: str = "bf16"):
    return train_step(model, chip, plan, batch=batch, sequence=sequence, micro_batch=micro_batch, precision=precision,
                      check_memory=False)


def faster(chip: Accelerator, what: str, times: float) -> Accelerator:
    if what == "peak":
        return replace(chip, peaks={name: peak * times for name, peak in chip.peaks.items()})
    if what == "capacity":
        return replace(chip, capacity=chip.capacity * times)
    return replace(chip, chip=replace(chip.chip, **{what: getattr(chip.chip, what) * times}))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PLANS), st.sampled_from(("peak", "bandwidth", "link", "network", "domain", "capacity")),
       st.floats(1.0, 8.0), st.sampled_from((A100, H100)))
def test_more_of_anything_never_slows_a_step(plan, what, times, chip):
    assert seconds(faster(chip, what, times), plan).seconds <= seconds(chip, plan).seconds * (1 + 1e-9)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(PLANS), st.sampled_from((2.0, 3.0, 4.0)))
def test_a_chip_of_several_is_no_slower_than_one(plan, times):
    wider = faster(faster(H100, "peak", times), "units", times)
    assert seconds(wider, plan).seconds <= seconds(H100, plan).seconds * (1 + 1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 5), st.sampled_from((1, 2)), st.sampled_from((SMALL, LARGE, MIXED)))
def test_splitting_over_more_chips_never_costs_fewer_chip_seconds_a_token(doublings, micro, model):
    dp = 2**doublings
    few = seconds(plan=TrainingPlan(tp=8, dp=dp, zero=0), model=model, batch=dp * 4 * micro, micro_batch=micro)
    many = seconds(plan=TrainingPlan(tp=8, dp=2 * dp, zero=0), model=model, batch=2 * dp * 4 * micro, micro_batch=micro)
    assert many.tokens_per_second_per_chip <= few.tokens_per_second_per_chip * (1 + 1e-9)


@pytest.mark.parametrize("grow", ["tp", "pp"])
@pytest.mark.parametrize("model", [SMALL, LARGE])
def test_splitting_a_model_further_never_costs_fewer_chip_seconds_of_its_layers(grow, model):
    """The optimizer is left out: its states are divided, and so is its time."""
    def cost(n: int) -> float:
        step = seconds(plan=TrainingPlan(**{grow: n}, zero=0), model=model, batch=8 * n)
        return (step.seconds - sum(o.whole for o in step.operators if o.name in ("optimizer", "host"))) * n / (8 * n)

    costs = [cost(n) for n in (1, 2, 4, 8)]
    assert all(later >= sooner * (1 - 1e-9) for sooner, later in itertools.pairwise(costs))


def test_single_equals_batch():
    curves = training_curves(shipped_calibration(), "megatron-core", "hopper")
    plans = [replace(plan, software="megatron-core") for plan in PLANS]
    chips = [H100, A100, H100, A100, H100, A100]
    columns = {name: np.array([getattr(c.chip, name) for c in chips]) for name in Chip.__slots__}
    each = [rates_of(c, "bf16", shipped_calibration()) for c in chips]
    together = Rates(*(np.array([getattr(r, name) for r in each]) for name in Rates.__slots__))
    counts = np.array([float(BATCH // plan.dp) for plan in plans])
    for model in (SMALL, MIXED, LATENT):
        found = iteration(np, model, Chip(**columns), together, layouts_of(np, plans), curves, micro_batch=np.ones(6),
                          sequence=np.full(6, 2048.0), micro_batches=counts)
        for row, (plan, chip, rates) in enumerate(zip(plans, chips, each)):
            alone = iteration(FLOATS, model, chip.chip, rates, layout_of(plan), curves, micro_batch=1.0,
                              sequence=2048.0, micro_batches=counts[row])
            assert alone.seconds == pytest.approx(found.seconds[row], rel=1e-12)


@pytest.mark.parametrize("software", ["megatron-core", "megatron-2022"])
@pytest.mark.parametrize("model", [SMALL, MIXED, LATENT])
def test_the_kernels_keep_to_the_array_standard(software, model):
    xp = pytest.importorskip("array_api_strict")
    curves = training_curves(shipped_calibration(), software, "hopper")
    rates = rates_of(H100, "bf16", shipped_calibration())
    layout, plan = layouts_of(xp, [PLANS[1], PLANS[1]]), PLANS[1]

    def both(value):
        return xp.asarray([float(value), float(value)])

    chip = Chip(*(both(getattr(H100.chip, name)) for name in Chip.__slots__))
    found = iteration(xp, model, chip, Rates(*(both(getattr(rates, name)) for name in Rates.__slots__)), layout, curves,
                      micro_batch=both(1), sequence=both(2048), micro_batches=both(8)).seconds
    memory = training_memory(xp, model, layout, kept_of(curves.software, 2.0), micro_batch=both(1),
                             sequence=both(2048), micro_batches=both(8)).total
    alone = train_step(model, H100, replace(plan, software=software), batch=8 * plan.dp, sequence=2048, micro_batch=1,
                       check_memory=False)
    assert float(found[1]) == pytest.approx(alone.seconds, rel=1e-12)
    assert float(memory[1]) == pytest.approx(alone.memory.total, rel=1e-12)


@pytest.mark.parametrize("interleave", [1, 2, 4])
def test_the_bubble_is_stages_less_one_over_micro_batches_and_turns(interleave):
    """With equal stages, no head and no hops the idle time over the busy is ``(pp - 1) / (m * v)``."""
    model = replace(SMALL, vocab=1e-9)
    near = faster(faster(H100, "link", 1e6), "network", 1e6)
    free = shipped_calibration().replaced({f"training-{n}": {"latency_s": 0.0, "hop_s": 0.0, "half_bytes": 1e-9,
                                                             "limit": 1e30}
                                           for n in ("link-ring", "link-reducing", "network", "network-pair")})
    step = train_step(model, near, TrainingPlan(pp=4, interleave=interleave), batch=16, sequence=2048, micro_batch=1,
                      calibration=free, check_memory=False)
    spent = {o.name: o.whole for o in step.operators}
    busy = step.seconds - sum(spent[n] for n in ("pipeline bubble", "optimizer", "host", "data parallel exchange"))
    assert spent["pipeline bubble"] / busy == pytest.approx(3 / (16 * interleave), rel=2e-2)


def test_what_is_recomputed_costs_time_and_saves_memory():
    plans = [replace(PLANS[1], recompute=r) for r in ("none", "selective", "full")]
    steps = [seconds(plan=plan) for plan in plans]
    assert steps[0].seconds < steps[1].seconds < steps[2].seconds
    assert steps[0].memory.activations >= steps[1].memory.activations > steps[2].memory.activations
    assert steps[0].hfu == steps[0].mfu and all(step.hfu > step.mfu for step in steps[1:])


def test_sharding_and_sequence_parallelism_save_memory():
    totals = [seconds(plan=replace(PLANS[0], zero=z)).memory.total for z in (0, 1, 2, 3)]
    assert totals == sorted(totals, reverse=True) and len(set(totals)) == 4
    plain, spread = (seconds(plan=replace(PLANS[1], sequence_parallel=s)).memory.activations for s in (False, True))
    assert spread < plain


def test_every_second_has_one_bound_and_one_operator():
    step = seconds()
    assert sum(o.whole for o in step.operators) == pytest.approx(step.seconds)
    assert sum(step.by_bound.values()) == pytest.approx(step.seconds)
    assert set(step.by_bound) == {"compute", "memory", "network", "overhead"}


def test_time_and_energy_of_a_run_follow_from_the_rate():
    step = seconds()
    assert step.seconds_for(1e12) == pytest.approx(1e12 / step.tokens_per_second_per_chip / 8)
    share = shipped_calibration().values("training-power")["average_power_share"]
    assert step.energy_per_token == pytest.approx(700.0 * share / step.tokens_per_second_per_chip)
    assert seconds(replace(H100, power=None)).energy_per_token is None


def test_fp8_is_quicker_than_bf16_where_the_chip_has_it():
    assert seconds(precision="fp8").seconds < seconds(precision="bf16").seconds


def test_experts_are_dealt_over_the_network_only_beyond_the_domain():
    inside = seconds(plan=TrainingPlan(dp=8, ep=8), model=MIXED)
    across = seconds(faster(H100, "domain", 0.25), TrainingPlan(dp=8, ep=8), model=MIXED)
    spent = [next(o.whole for o in s.operators if o.name == "expert exchange") for s in (inside, across)]
    assert 0.0 < spent[0] < spent[1]


REFUSED = [
    ({"plan": TrainingPlan(tp=3)}, "--tp", "nearest: 2, 4"),
    ({"plan": TrainingPlan(pp=5)}, "--pp", "nearest: 4, 8"),
    ({"plan": TrainingPlan(pp=4, interleave=3)}, "--interleave", "nearest: 2, 4"),
    ({"plan": TrainingPlan(interleave=2)}, "--interleave", "only a pipeline"),
    ({"plan": TrainingPlan(dp=3)}, "--batch", "63"),
    ({"micro_batch": 0}, "--micro_batch", "at least 1"),
    ({"plan": TrainingPlan(dp=8, ep=8)}, "--ep", "no experts"),
    ({"plan": TrainingPlan(recompute="som")}, "--recompute", "selective"),
    ({"plan": TrainingPlan(zero=4)}, "--zero", "0, 1, 2 or 3"),
    ({"plan": TrainingPlan(software="megatron-cor")}, "--software", "megatron-core"),
    ({"precision": "fp12"}, "--precision", "no such number format"),
    ({"precision": "int8"}, "--precision", "bf16, fp8"),
    ({"chip": A100, "precision": "fp8"}, "--precision", "no fp8 arithmetic"),
]


@pytest.mark.parametrize(("changed", "where", "says"), REFUSED)
def test_a_plan_that_cannot_be_is_refused_with_what_would_do(changed, where, says):
    with pytest.raises(InputError) as raised:
        seconds(**changed)
    assert raised.value.where == where and says in str(raised.value)


def test_too_little_memory_says_by_how_much_and_what_fits():
    with pytest.raises(InputError) as raised:
        train_step(LARGE, H100, TrainingPlan(tp=8, dp=2), batch=16, sequence=4096, micro_batch=1)
    assert raised.value.code == "out-of-memory" and "GB more than there is" in str(raised.value)
    with pytest.raises(InputError, match="add chips"):
        train_step(LARGE, H100, TrainingPlan(), batch=1, sequence=4096, micro_batch=1)
    with pytest.raises(InputError) as raised:
        train_step(SMALL, A100, TrainingPlan(dp=8, zero=1), batch=64, sequence=8192, micro_batch=1)
    assert raised.value.hint == "fits on the same chips with zero=2"
    train_step(SMALL, A100, TrainingPlan(dp=8, zero=2), batch=64, sequence=8192, micro_batch=1)


def test_attention_of_which_no_training_kernel_is_known_has_no_answer():
    with pytest.raises(NoAnswer, match="linear or sparse"):
        seconds(model=shape_of("deepseek-v3.2"), plan=TrainingPlan())


# Published runs -----------------------------------------------------------------------------------------------------

CALCULON = SHARED / "measured" / "calculon"
NAMES = {"megatron-22B": "megatron-gpt-22b", "gpt3-175B": "gpt-3-175b", "turing-530B": "megatron-gpt-529.6b",
         "megatron-1T": "megatron-gpt-1008b"}
published = pytest.mark.skipif(not (SHARED / "measured" / "published.csv").is_file(),
                               reason=f"no published.csv in {SHARED}; set HIGHFENCE_SHARED_DATA")
megatron = pytest.mark.skipif(not CALCULON.is_dir(),
                              reason=f"no Megatron runs in {CALCULON}; set HIGHFENCE_SHARED_DATA")


def megatron_rows(table: str) -> list[tuple[str, str, str, float]]:
    with (CALCULON / "measured_seqsel_2205.05198.csv").open(encoding="utf-8", newline="") as file:
        return [(r["model"], r["mode"], r["quantity"], float(r["measured"])) for r in csv.DictReader(file)
                if r["table"].startswith(table)]


def megatron_plan(table: str, model: str, mode: str) -> tuple[TrainingPlan, dict]:
    path = CALCULON / "validation" / "seqsel" / table / f"{model}_{mode}.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    recompute = {"none": "none", "full": "full", "attn_only": "selective"}[raw["activation_recompute"]]
    return TrainingPlan(tp=raw["tensor_par"], pp=raw["pipeline_par"], interleave=raw["pipeline_interleaving"],
                        sequence_parallel=raw["tensor_par_comm_type"] == "rs_ag", zero=0, recompute=recompute,
                        software="megatron-2022"), raw


def megatron_shape(model: str):
    return replace(shape_of(NAMES[model]), vocab=51200.0)


@megatron
def test_eight_megatron_iterations_that_no_fit_saw():
    errors = []
    for model, mode, _, measured in megatron_rows("tab5"):
        plan, raw = megatron_plan("tab5", model, mode)
        step = train_step(megatron_shape(model), A100, plan, batch=raw["batch_size"], sequence=2048,
                          micro_batch=raw["microbatch_size"])
        errors.append(abs(step.seconds / measured - 1.0))
    assert len(errors) == 8 and sum(errors) / 8 < 0.035 and max(errors) < 0.08


def megatron_activations(table: str, model: str, mode: str) -> float:
    plan, raw = megatron_plan(table, model, mode)
    layout, shape = layout_of(plan), megatron_shape(model)
    kept = kept_of(training_curves(shipped_calibration(), plan.software).software, 2.0)
    whole = activation_bytes(FLOATS, shape, layout, kept, 2048.0 * raw["microbatch_size"], 2048.0)
    count = raw["batch_size"] / raw["microbatch_size"]
    return whole / layout.pp * in_flight(FLOATS, layout.pp, layout.interleave, count)


@megatron
def test_memory_by_part_of_megatron():
    for model, mode, quantity, measured in megatron_rows("fig1"):
        if quantity == "act":
            found = megatron_activations("fig1", model, mode)
        else:
            found = 18.0 * block_parameters(megatron_shape(model), layout_of(megatron_plan("fig1", model, mode)[0]))[0]
        assert found / 2**30 == pytest.approx(measured, rel=0.01), (model, mode, quantity)


@megatron
def test_activations_that_recomputation_and_sequence_parallelism_leave():
    for model, mode, _, measured in megatron_rows("fig7"):
        share = megatron_activations("fig7", model, mode) / megatron_activations("fig7", model, "none")
        assert 100.0 * share == pytest.approx(measured, abs=0.3), (model, mode)


@published
def test_published_runs_whose_source_the_fit_never_saw():
    cases = left_out_cases(SHARED)
    strict = [case for case in cases if case.family not in JUDGES]
    for some in (cases, strict):
        found = summary(some)
        assert found["median_error"] < 0.15 and 0.7 <= found["covered"] <= 0.9
    plain = plain_cases(SHARED)
    assert summary(plain)["median_error"] > summary(cases)["median_error"]
    assert interval_score(cases) < interval_score(plain)


@published
def test_every_predictable_run_has_an_answer():
    found = training_cases(SHARED)
    assert not found.unanswered and len(found.cases) > 100
    assert all(case.used_to_fit == (case.family not in JUDGES) for case in found.cases)
