"""Anything at all, asked of the performance room: only InputError and NoAnswer may escape, and answers are finite."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from highfence.catalogue.sheets import KNOWN
from highfence.core.errors import InputError, NoAnswer
from highfence.core.sheets import csv_text, read_csv_rows
from highfence.perf.choosing.comparison import compare
from highfence.perf.inference.arrivals import serving_at_rate
from highfence.perf.inference.estimate import serving
from highfence.perf.rows.answers import ADDED, answer_rows
from highfence.perf.rows.files import check_columns
from highfence.perf.sheets import machine_of_sheet
from highfence.perf.train.run import training_run

CHIPS = ["H20", "H100", "910C", "RTX 4090", "昇腾910B", "B200", "WSE-3", "no such chip", ""]
MODELS = ["llama-3.1-8b", "llama-3.1-70b", "deepseek-r1", "gpt-oss-120b", "nothing"]
numbers = st.one_of(st.floats(), st.integers(-10, 10**7), st.sampled_from([0, 1, 8, 32, 1e-9, 1e6, float("nan")]))
ranks = st.one_of(st.integers(-2, 130), st.sampled_from([1, 2, 4, 8, 16, 10**9]))
names = st.one_of(st.text(max_size=8), st.sampled_from(["bf16", "fp8", "int4", "mxfp4", "nvfp4", "fp32", "w4a16"]))
load = st.fixed_dictionaries({}, optional={
    "prompt": numbers, "output": numbers, "cached": numbers, "imbalance": numbers, "accepted": numbers, "tp": ranks,
    "pp": ranks, "dp": ranks, "ep": ranks, "precision": names, "kv": names, "emulate": st.booleans(),
    "software": st.sampled_from(["vllm", "sglang", "trtllm", "x", ""])})


def answered(ask: Any, *arguments: Any, **more: Any) -> Any:
    """Ask; an answer comes back, a designed error is None, and anything else is a bug."""
    try:
        return ask(*arguments, **more)
    except (InputError, NoAnswer) as problem:
        assert str(problem) and problem.to_dict()
        return None


@given(st.sampled_from(CHIPS), st.sampled_from(MODELS), numbers, load)
def test_any_load_has_a_finite_answer_or_one_clear_error(chip: str, model: str, concurrency: Any,
                                                         more: dict[str, Any]) -> None:
    answer = answered(serving, chip, model, concurrency=concurrency, **more)
    if answer is not None:
        for value in (answer.ttft, answer.tpot, answer.latency, answer.throughput):
            assert isfinite(value.value) and 0.0 < value.low <= value.value <= value.high


@given(st.sampled_from(CHIPS), st.sampled_from(MODELS[:4]), numbers, st.sampled_from([1, 2, 8]))
def test_any_rate_has_an_answer_or_one_clear_error(chip: str, model: str, rate: Any, tp: int) -> None:
    answered(serving_at_rate, chip, model, rate=rate, tp=tp)


counts = st.one_of(st.none(), ranks, st.integers(1, 4096))


@given(st.sampled_from(CHIPS), st.sampled_from(MODELS), st.fixed_dictionaries({}, optional={
    "chips": counts, "tokens": numbers, "batch": st.integers(-1, 4096), "sequence": st.integers(-1, 10**6),
    "micro_batch": counts, "tp": counts, "pp": counts, "dp": counts, "ep": counts, "zero": st.integers(-1, 4),
    "recompute": st.sampled_from([None, "none", "full", "x"]), "interleave": st.integers(0, 4), "precision": names}))
def test_any_training_run_is_answered_or_one_clear_error(chip: str, model: str, more: dict[str, Any]) -> None:
    run = answered(training_run, chip, model, **more)
    if run is not None:
        assert isfinite(run.iteration.value) and 0.0 < run.mfu <= 1.0


@given(st.lists(st.sampled_from(CHIPS[:7]), max_size=3), st.sampled_from(MODELS),
       st.sampled_from(["decode", "prefill", "training", "energy", "x"]), numbers)
def test_any_comparison_is_answered_or_one_clear_error(chips: list[str], model: str, by: str, load: Any) -> None:
    answered(compare, chips, model, by, load=load)


TEXTS = ["148 TFLOPS", "4 TB/s", "96 GB", "unknown", "nvidia", "NaN", "-1 GB/s", "1e308 GB/s", "0 GB", "400 W", "132"]


@given(st.dictionaries(st.sampled_from([*sorted(KNOWN), "x"]), st.one_of(
    st.sampled_from(TEXTS), st.floats(allow_nan=False, allow_infinity=False), st.booleans()), max_size=8))
def test_any_sheet_is_a_machine_or_one_clear_error(tmp_path_factory: pytest.TempPathFactory,
                                                   sheet: dict[str, Any]) -> None:
    import json

    path = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    path.write_text(json.dumps(sheet), encoding="utf-8")
    machine = answered(machine_of_sheet, path)
    if machine is not None:
        answered(serving, machine, "llama-3.1-8b")


cells = st.sampled_from(["model_path", "system", "backend", "isl", "osl", "batch_size", "llama-3.1-8b", "h20", "vllm",
                         "512", "0", "-1", "nan", "1e400", "", '"', "=1", "\x00", "tp_size", "disagg", "mode",
                         "𝟙"])
tables = st.lists(st.lists(cells, max_size=7), max_size=4).map(
    lambda rows: "\n".join(",".join(row) for row in rows).encode())
GOOD = b"model_path,system,backend,isl,osl,batch_size,tp_size\n"


@given(st.one_of(st.binary(max_size=200), tables, tables.map(lambda rest: GOOD + rest)))
def test_any_bytes_are_a_table_of_questions_or_one_clear_error(tmp_path_factory: pytest.TempPathFactory,
                                                               content: bytes) -> None:
    path: Path = tmp_path_factory.getbasetemp() / "fuzz.csv"
    path.write_bytes(content)

    def whole() -> str:
        header, rows = read_csv_rows(path, check_columns)
        asked = list(rows)
        done = [{**row, **{k: str(v) for k, v in answer.items()}} for row, answer in zip(asked, answer_rows(asked))]
        return csv_text([*header, *ADDED], done)

    answered(whole)
