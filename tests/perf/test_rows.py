"""Tables of serving questions: what a row means, and that every row keeps its place."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from highfence.core.errors import InputError
from highfence.perf.inference.tables import FORMAT_NAMES
from highfence.perf.rows.answers import ADDED, answer_rows
from highfence.perf.rows.questions import formats_said, read_question
from highfence.perf.software import PROFILES

ROW = {"model_path": "meta-llama/Llama-3.1-70B", "system": "h100_sxm", "backend": "vllm", "mode": "agg", "isl": "1024",
       "osl": "1024", "gemm_quant_mode": "fp8", "moe_quant_mode": "fp8", "precision": "fp8", "batch_size": "16",
       "tp_size": "4",
       "pp_size": "1", "attention_dp_size": "1", "moe_tp_size": "4", "moe_ep_size": "1"}
DEEPSEEK = {**ROW, "model_path": "deepseek-ai/DeepSeek-V3", "system": "b200_sxm", "backend": "sglang", "tp_size": "8",
            "moe_tp_size": "8"}


def asked(**changes: str) -> Mapping[str, str]:
    """The row with some cells changed."""
    return {**ROW, **changes}


def test_the_concurrency_stands_in_the_note_or_follows_from_the_batch() -> None:
    assert read_question(asked()).concurrency == 16
    assert read_question({**DEEPSEEK, "tp_size": "1", "attention_dp_size": "8", "moe_tp_size": "1", "moe_ep_size": "8"},
                         ).concurrency == 128
    assert read_question(asked(silicon_data_source="x; silicon_concurrency=64")).concurrency == 64


def test_experts_that_a_table_multiplied_are_divided_back() -> None:
    side = read_question({**DEEPSEEK, "tp_size": "64", "moe_tp_size": "8", "moe_ep_size": "8"}).serving
    assert (side.tp, side.dp, side.expert_tp, side.ep) == (8, 1, 1, 8)
    side = read_question({**DEEPSEEK, "tp_size": "1", "attention_dp_size": "64", "moe_tp_size": "8",
                          "moe_ep_size": "8"}).serving
    assert (side.tp, side.dp, side.expert_tp, side.ep) == (1, 8, 1, 8)


def test_a_mixture_in_fp8_is_block_scaled_and_gpt_oss_keeps_its_attention() -> None:
    question = read_question(DEEPSEEK)
    assert FORMAT_NAMES[question.dense] == FORMAT_NAMES[question.experts] == "fp8_block"
    question = read_question(asked(model_path="openai/gpt-oss-120b", gemm_quant_mode="nvfp4", moe_quant_mode="nvfp4"))
    assert FORMAT_NAMES[question.dense] == "bf16" and FORMAT_NAMES[question.experts] == "w4a16"


def test_an_empty_precision_is_what_the_checkpoint_says() -> None:
    plain = read_question(asked(gemm_quant_mode="", moe_quant_mode="", precision=""))
    named = read_question(asked(gemm_quant_mode="", moe_quant_mode="", precision="",
                                model_path="Qwen/Qwen3-235B-A22B-FP8",
                                tp_size="8"))
    assert FORMAT_NAMES[plain.dense] == "bf16" and FORMAT_NAMES[named.dense] == "fp8_block"


def test_the_note_tells_protocol_and_time() -> None:
    old = read_question(asked(silicon_data_source="source_file=2026-04-06.csv; measured=2025-10-29T00:00:00.000Z"))
    new = read_question(asked(silicon_data_source="source_file=2026-04-06.csv; measured=2026-03-29T00:00:00.000Z"))
    assert (PROFILES[old.profile], PROFILES[new.profile]) == ("vllm-2025", "vllm-2026")
    assert old.protocol == "inferencex"
    assert read_question(asked()).protocol == "steady"


def test_rows_keep_their_order_and_say_why_they_have_no_answer() -> None:
    rows = [asked(), asked(system="h2O"), asked(tp_size="1", batch_size="1", gemm_quant_mode="bf16"),
            asked(isl="many"), asked(backend="vlm"),
            asked(model_path="lama"), asked(gemm_quant_mode="fp9")]
    answers = answer_rows(rows)
    assert [set(a) for a in answers] == [set(ADDED)] * len(rows)
    assert [bool(a["reason"]) for a in answers] == [False, True, True, True, True, True, True]
    assert "does not fit" in answers[2]["reason"] and answers[1]["ttft_ms"] == ""
    assert answers[0]["ttft_low"] < answers[0]["ttft_ms"] < answers[0]["ttft_high"]


def test_pools_apart_are_answered_too() -> None:
    row = {**DEEPSEEK, "mode": "disagg", "silicon_data_source": "db-dump; silicon_concurrency=64; measured=2026-02-11",
           **{f"{pool}_{name}": value for pool in ("prefill", "decode") for name, value in
              (("tp_size", "8"), ("pp_size", "1"), ("attention_dp_size", "1"), ("moe_tp_size", "8"), ("moe_ep_size",
                                                                                                      "1"),
               ("num_workers", "2"))}}
    answer = answer_rows([row])[0]
    busy = answer_rows([{**row, "silicon_data_source": "db-dump; silicon_concurrency=512; measured=2026-02-11"}])[0]
    assert answer["reason"] == "" and 0 < answer["tpot_ms"] < busy["tpot_ms"]
    wide = answer["tpot_high"] / answer["tpot_low"]
    assert wide > 1.2 and np.isfinite(answer["ttft_ms"])


@pytest.mark.parametrize("cell", ["", "-4", "nan", "inf", "1e99", "0", "=1+1"])
def test_lengths_that_are_none_are_refused(cell: str) -> None:
    with pytest.raises(InputError, match=r"isl|positive"):
        read_question(asked(isl=cell))


@pytest.mark.parametrize(("model", "system", "takes", "says"), [
    ("deepseek-ai/DeepSeek-R1", "h200_sxm", "fp8_block", "no precision stated: fp8; released in fp8"),
    ("deepseek-ai/DeepSeek-R1", "910C", "int8", "no precision stated: int8; released in fp8"),
    ("openai/gpt-oss-120b", "h100_sxm", "w4a16", "no precision stated: w4a16; released in mxfp4"),
    ("openai/gpt-oss-120b", "b200_sxm", "nvfp4", "no precision stated: nvfp4; released in mxfp4"),
    ("meta-llama/Llama-3.1-8B", "h100_sxm", "bf16", ""),
])
def test_a_row_without_a_precision_is_read_as_the_model_was_released_and_says_so(model: str, system: str, takes: str,
                                                                                says: str) -> None:
    row = asked(model_path=model, system=system, tp_size="8", moe_tp_size="8", precision="", gemm_quant_mode="",
                moe_quant_mode="")
    assert FORMAT_NAMES[read_question(row).experts] == takes
    answer, = answer_rows([row])
    assert formats_said(row) == says and answer["reason"] == "" and answer["ttft_ms"] > 0


def test_an_arithmetic_that_stands_in_for_another_is_named() -> None:
    row = asked(system="910C")
    answer, = answer_rows([row])
    assert formats_said(row) == "Huawei Ascend 910C has no fp8 arithmetic: emulated in w8a16"
    assert answer["reason"] == "" and answer["ttft_ms"] > 0


def test_a_stated_format_of_experts_stands_beside_an_unstated_one_of_the_rest() -> None:
    question = read_question({**DEEPSEEK, "precision": "", "gemm_quant_mode": "", "moe_quant_mode": "nvfp4"})
    assert (FORMAT_NAMES[question.dense], FORMAT_NAMES[question.experts]) == ("fp8_block", "nvfp4")


@pytest.mark.parametrize(("column", "cell"), [
    ("model_path", "lama"), ("system", "h2O"), ("backend", "vlm"), ("isl", "many"), ("gemm_quant_mode", "fp9"),
    ("moe_quant_mode", "fp9"), ("tp_size", "7"), ("mode", "both"), ("batch_size", "-1"), ("model_path", "")])
def test_a_reason_names_its_column(column: str, cell: str) -> None:
    assert answer_rows([asked(**{column: cell})])[0]["reason"].startswith(f"{column}: ")
