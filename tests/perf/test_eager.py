"""The eager profile: a layer's operators, its properties, and whole models that no curve has seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured_data import SHARED, needs_measurements

from highfence.catalogue import catalogue
from highfence.core.arrays import FLOATS
from highfence.perf.calibration import shipped_calibration
from highfence.perf.evidence.eager import (
    PLAIN,
    EagerChip,
    EagerLayer,
    EagerStyle,
    backward_operators,
    gradients,
    layer_operators,
    layer_products,
    seconds,
)
from highfence.perf.evidence.eager_cases import eager_cases, eager_kernels, gpt3_measured, gpt3_operators
from highfence.perf.evidence.neusight_cases import BOARDS, NETWORKS, neusight_cases

KERNELS = eager_kernels(shipped_calibration())
RICH = EagerStyle(1, (4.0, 2.0), (8.0, 3.0), (18.0, 8.0), 1.0, 2.0)

chips = st.builds(EagerChip, st.floats(5e12, 2e15), st.floats(1e11, 1e13), st.integers(20, 200).map(float),
                  st.floats(1e10, 1e12))
layers = st.builds(EagerLayer, st.integers(1, 64).map(float), st.integers(1, 4096).map(float),
                   st.integers(1, 8192).map(float), st.sampled_from([1024.0, 5120.0, 12288.0]),
                   st.sampled_from([16.0, 96.0]), st.sampled_from([64.0, 128.0]), st.sampled_from([4096.0, 49152.0]),
                   st.sampled_from([1.0, 2.0, 4.0]), st.sampled_from([2.0, 4.0]))


def forward(xp: Any, layer: EagerLayer, chip: EagerChip, style: EagerStyle = RICH) -> Any:
    return seconds(layer_operators(xp, layer, style, chip, KERNELS, training=True))


@given(layer=layers, chip=chips, factor=st.floats(1.0, 4.0), number=st.sampled_from(["peak", "bandwidth", "link"]))
def test_more_of_a_number_never_slows_a_layer(layer: EagerLayer, chip: EagerChip, factor: float, number: str) -> None:
    values = {name: getattr(chip, name) for name in ("peak", "bandwidth", "units", "link")}
    faster = EagerChip(**{**values, number: values[number] * factor})
    assert forward(FLOATS, layer, faster) <= forward(FLOATS, layer, chip) * (1.0 + 1e-12)


@given(layer=layers, chip=chips)
def test_the_backward_pass_does_twice_the_arithmetic(layer: EagerLayer, chip: EagerChip) -> None:
    def work(products: Any) -> float:
        return sum(p.times * p.copies * p.m * p.n * p.k for p in products)

    products = layer_products(layer, RICH)
    assert work(gradients(products)) == pytest.approx(2.0 * work(products))
    assert seconds(backward_operators(FLOATS, layer, RICH, chip, KERNELS)) > forward(FLOATS, layer, chip)


@given(layer=layers, cases=st.lists(chips, min_size=1, max_size=5))
def test_one_layer_on_floats_equals_many_on_arrays(layer: EagerLayer, cases: list[EagerChip]) -> None:
    names = ("peak", "bandwidth", "units", "link")
    columns = EagerChip(*(np.array([getattr(chip, name) for chip in cases]) for name in names))
    alone = [forward(FLOATS, layer, chip) for chip in cases]
    assert forward(np, layer, columns) == pytest.approx(alone, rel=1e-12)


def test_a_layer_keeps_to_the_array_standard() -> None:
    strict = pytest.importorskip("array_api_strict")

    def column(*values: float) -> Any:
        return strict.asarray(list(values), dtype=strict.float64)

    chip = EagerChip(column(312e12, 989e12), column(2.04e12, 3.35e12), column(108.0, 132.0), column(3e11, 4.5e11))
    layer = EagerLayer(*(column(v, v) for v in (8.0, 128.0, 2048.0, 12288.0, 96.0, 128.0, 49152.0)), column(4.0, 4.0),
                       column(2.0, 2.0))
    alone = forward(FLOATS, EagerLayer(8.0, 128.0, 2048.0, 12288.0, 96.0, 128.0, 49152.0, 4.0),
                    EagerChip(312e12, 2.04e12, 108.0, 3e11))
    assert float(forward(strict, layer, chip)[0]) == pytest.approx(alone, rel=1e-12)


def test_one_chip_exchanges_nothing() -> None:
    layer = EagerLayer(8.0, 128.0, 128.0, 1024.0, 16.0, 64.0, 4096.0)
    found = layer_operators(FLOATS, layer, PLAIN, EagerChip(312e12, 2.04e12, 108.0, 3e11), KERNELS)
    assert [o.whole for o in found if o.name == "all-reduce"] == [0.0]


def test_every_model_of_the_labels_has_heads_that_fill_its_width() -> None:
    assert all(n.heads * n.head_dim == n.hidden for name, n in NETWORKS.items() if name != "switchxl4")


@pytest.mark.parametrize(("device", "name"), [
    ("NVIDIA_L4", "L4"), ("Tesla_T4", "T4"), ("NVIDIA_H100_80GB_HBM3", "H100 SXM"), ("AMD_Instinct_MI210", "MI210"),
    ("NVIDIA_A100_80GB_PCIe", "A100 PCIe")])
def test_boards_draw_what_the_catalogue_says(device: str, name: str) -> None:
    assert catalogue().chip(name).number("tdp") == BOARDS[device].watts


# Evidence -----------------------------------------------------------------------------------------------------------

@needs_measurements
def test_a_gpt3_layer_on_four_a100_takes_as_long_as_measured() -> None:
    for case in eager_cases(SHARED):
        assert case.met, case


@needs_measurements
@pytest.mark.parametrize("decode", [False, True])
def test_the_layers_products_each_come_near_their_measured_time(decode: bool) -> None:
    ours, theirs = gpt3_operators(decode), gpt3_measured(SHARED, decode)
    assert set(ours) == set(theirs)
    for name in ("query, key and value", "attention output", "feed-forward in", "feed-forward out"):
        assert ours[name] == pytest.approx(theirs[name], rel=0.04)


@needs_measurements
def test_small_models_on_gpus_left_out_come_within_the_bar() -> None:
    pytest.importorskip("scipy", reason="fitting needs SciPy")
    cases = {case.name: case for case in neusight_cases(SHARED)}
    assert cases["NeuSight models: all"].met
    assert cases["NeuSight models: NVIDIA, all"].met
    assert cases["NeuSight models: all"].n == 148
