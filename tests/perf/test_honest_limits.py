"""What was never measured has a wider interval, and a question that cannot be is refused in a table too."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from highfence.catalogue.store import catalogue
from highfence.core.arrays import FLOATS
from highfence.core.errors import NoAnswer
from highfence.perf.inference.arrivals import serving_at_rate
from highfence.perf.inference.estimate import serving
from highfence.perf.operators.collectives import LinkCurve, tiered_all_reduce_time
from highfence.perf.rows.answers import answer_rows
from highfence.perf.rows.files import unread_columns
from highfence.perf.shape import shape_of
from highfence.perf.sheets import find_machine
from highfence.perf.train.run import training_run

ROW = {"model_path": "meta-llama/Llama-3.1-70B", "system": "h100_sxm", "backend": "vllm", "isl": "1024", "osl": "1024",
       "batch_size": "8", "tp_size": "8"}


def test_training_on_a_chip_like_none_that_was_fitted_has_a_wider_interval(tmp_path: Path) -> None:
    sheet = tmp_path / "chip.yaml"
    sheet.write_text("name: X\npeak_bf16: 400 TFLOP/s\nmemory_capacity: 96 GB\nmemory_bandwidth: 3 TB/s\n"
                     "link_bandwidth: 900 GB/s\n", encoding="utf-8")
    ours, known = (training_run(chip, "llama-3.1-8b", chips=8) for chip in (find_machine(str(sheet)), "H100"))
    width = [run.iteration.high / run.iteration.low for run in (ours, known)]
    assert width[0] > 1.1 * width[1]


@pytest.mark.parametrize("changed", [{"tp_size": "3"}, {"tp_size": "7.5"}, {"tp_size": "1000000"}, {"pp_size": "200"},
                                     {"pp_size": "1.5"}, {"isl": "200000"}, {"mode": "foo"}])
def test_a_table_refuses_what_a_question_refuses(changed: dict[str, str]) -> None:
    good, bad = answer_rows([ROW, {**ROW, **changed}])
    assert good["tpot_ms"] and not good["reason"]
    assert bad["reason"] and not bad["tpot_ms"]


def test_a_mistyped_column_is_named() -> None:
    assert unread_columns(["model_path", "tp_szie", "prefill_tp_size"]) == ["tp_szie (tp_size?)"]


def test_models_work_on_as_many_parameters_as_their_makers_say() -> None:
    wrong = {}
    for model in catalogue().models():
        listed = model.parameters_active
        if not listed:
            continue
        try:
            shape = shape_of(model.id)
        except NoAnswer:
            continue
        wrong[model.id] = shape.active_parameters / listed
    assert len(wrong) > 10
    # makers round, and count embeddings or not
    assert {id: ratio for id, ratio in wrong.items() if not 0.84 < ratio < 1.16} == {}


def test_attention_to_compressed_keys_is_refused() -> None:
    with pytest.raises(NoAnswer, match="compressed"):
        shape_of("deepseek-v4-pro")


def test_work_on_prompts_and_idle_time_count_in_power() -> None:
    long, short = (serving("H20", "llama-3.1-70b", prompt=prompt, output=output, concurrency=32, tp=8).power
                   for prompt, output in ((8000, 100), (100, 1000)))
    rare = serving_at_rate("H20", "llama-3.1-70b", rate=0.001, prompt=1000, output=100, tp=8).power
    assert long and short and rare and long.value > short.value > rare.value


@pytest.mark.parametrize("ranks", [9.0, 12.0, 16.0, 24.0, 72.0])
def test_a_larger_domain_never_slows_an_all_reduce(ranks: float) -> None:
    near, far = LinkCurve(0.8, 1e12, 8e-6, 2e-6, 1e6), LinkCurve(0.8, 1e13, 2e-5, 2e-6, 1e6)
    seconds = [tiered_all_reduce_time(FLOATS, 1e7, ranks, float(domain), 450e9, 50e9, near, far)
               for domain in range(1, 80)]
    assert all(later <= sooner * (1 + 1e-12) for sooner, later in pairwise(seconds))
