"""Chips side by side: the fewest that hold the model, the same load, and a reason where there is no answer."""

from __future__ import annotations

import pytest

from highfence.core.errors import NoAnswer
from highfence.perf.choosing.comparison import MEASURES, compare
from highfence.perf.choosing.smallest import smallest_that_holds, ways
from highfence.perf.choosing.smallest_training import plans, smallest_training
from highfence.perf.machine import machine_of
from highfence.perf.shape import shape_of


@pytest.mark.parametrize("by", MEASURES)
def test_ratios_are_to_the_first_chip_and_values_lie_in_their_intervals(by: str) -> None:
    found = compare(["H20", "H100", "H20"], "llama-3.1-70b", by)
    first, _, again = found.rows
    assert first.ratio == again.ratio == 1.0
    for row in found.rows:
        assert row.value is not None and row.value.low < row.value.value < row.value.high
        assert row.evidence and row.grade and row.split and row.chips


def test_work_that_needs_arithmetic_tells_h20_and_h100_apart_more_than_work_that_needs_bandwidth() -> None:
    prefill, decode = (compare(["H20", "H100"], "llama-3.1-8b", by).rows[1].ratio for by in ("prefill", "decode"))
    assert prefill is not None and decode is not None and prefill > 1.5 * decode


def test_a_chip_without_an_answer_is_a_row_with_its_reason() -> None:
    found = compare(["H20", "A100"], "llama-3.1-70b", precision="fp8")
    assert found.rows[0].value is not None
    assert found.rows[1].value is None and "no fp8 arithmetic" in found.rows[1].reason


def test_no_answer_at_all_names_every_reason() -> None:
    with pytest.raises(NoAnswer, match="none of these chips") as caught:
        compare(["A100", "910C"], "llama-3.1-70b", precision="fp8")
    assert str(caught.value).count("no fp8 arithmetic") == 2


def test_the_smallest_split_is_the_smallest() -> None:
    machine, shape = machine_of("H20"), shape_of("deepseek-r1")
    held = smallest_that_holds(machine, shape, prompt=2048, output=512)
    assert held.chips == 8 and all(answer.chips == 8 for answer in held.answers)


@pytest.mark.parametrize("chip", ["H20", "910C", "RTX 4090"])
@pytest.mark.parametrize("model", ["llama-3.1-70b", "deepseek-r1", "gpt-oss-120b"])
def test_every_way_uses_all_chips(chip: str, model: str) -> None:
    machine, shape = machine_of(chip), shape_of(model)
    for chips in (1, 2, 8, 64):
        found = list(ways(machine, shape, chips))
        assert found and all(w["tp"] * w.get("pp", 1) * w.get("dp", 1) == chips for w in found)
        assert all(plan.chips == chips for plan in plans(machine, shape, chips))


def test_training_on_the_fewest_chips_fits() -> None:
    machine = machine_of("H20")
    plan, step = smallest_training(machine, shape_of("llama-3.1-70b"), sequence=4096)
    assert step.memory.total <= machine.memory and plan.chips == step.chips
