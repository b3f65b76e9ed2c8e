"""What kernels must always do, and how well their curves predict rows that they were not fitted to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured_data import SHARED, needs_measurements

from highfence.core.arrays import FLOATS
from highfence.core.errors import NoAnswer
from highfence.perf.evidence.kernel_cases import (
    folds,
    kernel_cases,
    kernel_ratios,
    left_out,
    transfer_cases,
    trtllm_cases,
)
from highfence.perf.fitting import tables
from highfence.perf.fitting.kernels import FAMILIES, Knob, chip_weights, drawn, family, fit, fit_together
from highfence.perf.fitting.tables import Table
from highfence.perf.operators.attention import DecodeCurve, PrefillCurve, decode_time, prefill_time
from highfence.perf.operators.collectives import LinkCurve, all_reduce_time, exchange_time, gather_time
from highfence.perf.operators.fed import fed_gemm_time
from highfence.perf.operators.gemm import GemmCurve, gemm_time
from highfence.perf.operators.pointwise import StreamCurve, stream_time
from highfence.perf.operators.power import sustained_flops

GEMM = GemmCurve(0.95, 25e12, 90.0, 8.0, 0.85, 0.2, 4e-6)
PREFILL = PrefillCurve(0.9, 20e12, 120.0, 0.8, 1e-5)
DECODE = DecodeCurve(0.9, 0.6, 20e12, 16.0, 0.25, 2e-5, 2e-7)
LINK = LinkCurve(0.9, 1.5e12, 9e-6, 4e-6, 1e7)
STREAM = StreamCurve(0.75, 0.6, 3e4, 0.5, 1e-5)

Chip = dict[str, float]


def product(xp: Any, chip: Chip, shape: tuple[float, ...], time: Callable[..., Any] = gemm_time) -> Any:
    m, n, k, copies = shape
    return time(xp, m, n, k, peak=chip["peak"], bandwidth=chip["bandwidth"], units=chip["units"], weight_bytes=2.0,
                activation_bytes=2.0, curve=GEMM, copies=copies)[2]


def fed_product(xp: Any, chip: Chip, shape: tuple[float, ...]) -> Any:
    return product(xp, chip, shape, fed_gemm_time)


def prefill(xp: Any, chip: Chip, shape: tuple[float, ...]) -> Any:
    new, context, heads, batch = shape
    return prefill_time(xp, batch, new, context, heads=heads, kv_heads=1.0, qk_dim=128.0, v_dim=128.0,
                        peak=chip["peak"], bandwidth=chip["bandwidth"], units=chip["units"], kv_bytes=2.0,
                        window=1e12, curve=PREFILL)[2]


def decode(xp: Any, chip: Chip, shape: tuple[float, ...]) -> Any:
    context, heads, _, batch = shape
    return decode_time(xp, batch, context, heads=heads, kv_heads=1.0, qk_dim=128.0, v_dim=128.0, cache_width=256.0,
                       peak=chip["peak"], bandwidth=chip["bandwidth"], units=chip["units"], kv_bytes=2.0, window=1e12,
                       curve=DECODE)[2]


def all_reduce(xp: Any, chip: Chip, shape: tuple[float, ...]) -> Any:
    return all_reduce_time(xp, shape[0] * shape[1], 8.0 + 0.0 * chip["link"], chip["link"], LINK)


def gather(xp: Any, chip: Chip, shape: tuple[float, ...]) -> Any:
    return gather_time(xp, shape[0] * shape[1], 8.0 + 0.0 * chip["link"], chip["link"], LINK)


def all_to_all(xp: Any, chip: Chip, shape: tuple[float, ...]) -> Any:
    link = chip["link"]
    return exchange_time(xp, shape[0] * shape[1], 8.0, 8.0 + 0.0 * link, 4.0 + 0.0 * link, link, 0.1 * link,
                         LINK, 0.8, 1.0 + 0.0 * link)


def stream(xp: Any, chip: Chip, shape: tuple[float, ...]) -> Any:
    return stream_time(xp, shape[0], shape[1], bandwidth=chip["bandwidth"], element_bytes=2.0, curve=STREAM)[2]


OPERATORS = (product, fed_product, prefill, decode, all_reduce, gather, all_to_all, stream)

chips = st.builds(dict, peak=st.floats(1e13, 5e15), bandwidth=st.floats(1e11, 2e13),
                  units=st.integers(10, 256).map(float), link=st.floats(1e10, 2e12))
sizes = st.integers(1, 65536).map(float)
shapes = st.tuples(sizes, sizes, sizes, st.integers(1, 256).map(float))
factors = st.floats(1.0, 8.0)


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("number", ["peak", "bandwidth", "link"])
@given(chip=chips, shape=shapes, factor=factors)
def test_more_of_a_number_never_slows_an_operator(operator: Any, number: str, chip: Chip, shape: tuple[float, ...],
                                                  factor: float) -> None:
    faster = {**chip, number: chip[number] * factor}
    assert operator(FLOATS, faster, shape) <= operator(FLOATS, chip, shape) * (1.0 + 1e-12)


@pytest.mark.parametrize("operator", OPERATORS)
@given(chip=chips, shape=shapes, more=st.integers(1, 200))
def test_more_units_of_the_same_kind_never_slow_an_operator(operator: Any, chip: Chip, shape: tuple[float, ...],
                                                            more: int) -> None:
    units = chip["units"] + more
    larger = {**chip, "units": units, "peak": chip["peak"] * units / chip["units"]}
    assert operator(FLOATS, larger, shape) <= operator(FLOATS, chip, shape) * (1.0 + 1e-9)


@pytest.mark.parametrize("time", [product, fed_product])
def test_the_same_peak_in_more_units_may_be_slower_where_tiles_are_few(time: Any) -> None:
    """Not a defect: one tile occupies one unit, which is half as fast on a chip of twice as many."""
    few = {"peak": 1e15, "bandwidth": 3e12, "units": 64.0, "link": 1e11}
    many = {**few, "units": 128.0}
    shape = (64.0, 64.0, 1024.0, 1.0)
    assert 1.0 < time(FLOATS, many, shape) / time(FLOATS, few, shape) <= 2.0
    assert time(FLOATS, many, (8192.0, 8192.0, 8192.0, 1.0)) <= time(FLOATS, few, (8192.0, 8192.0, 8192.0, 1.0))


@pytest.mark.parametrize("operator", OPERATORS)
@given(chip=chips, cases=st.lists(shapes, min_size=1, max_size=8))
def test_one_case_on_floats_equals_many_on_arrays(operator: Any, chip: Chip, cases: list[tuple[float, ...]]) -> None:
    columns = tuple(np.array(column) for column in zip(*cases))
    together = np.broadcast_to(operator(np, chip, columns), (len(cases),))
    alone = [operator(FLOATS, chip, shape) for shape in cases]
    assert together == pytest.approx(alone, rel=1e-12)


@pytest.mark.parametrize("operator", OPERATORS)
def test_operators_keep_to_the_array_standard(operator: Any) -> None:
    strict = pytest.importorskip("array_api_strict")
    cases = [(128.0, 4096.0, 512.0, 8.0), (3.0, 77.0, 65536.0, 1.0)]
    chip = {"peak": 9.89e14, "bandwidth": 3.35e12, "units": 132.0, "link": 4.5e11}
    arrays = tuple(strict.asarray(list(column), dtype=strict.float64) for column in zip(*cases))
    whole = {name: strict.asarray([value] * 2, dtype=strict.float64) for name, value in chip.items()}
    found = operator(strict, whole, arrays)
    assert [float(found[i]) for i in range(2)] == pytest.approx([operator(FLOATS, chip, c) for c in cases], rel=1e-12)


@given(peak=st.floats(1e12, 1e15), watts=st.floats(30.0, 1500.0), node=st.sampled_from([3.0, 4.0, 7.0, 12.0, 16.0]),
       factor=factors)
def test_more_watts_or_peak_sustain_no_less(peak: float, watts: float, node: float, factor: float) -> None:
    base = sustained_flops(FLOATS, peak, watts, node, 0.9e12)
    assert base <= peak
    assert sustained_flops(FLOATS, peak * factor, watts, node, 0.9e12) >= base * (1.0 - 1e-12)
    assert sustained_flops(FLOATS, peak, watts * factor, node, 0.9e12) >= base * (1.0 - 1e-12)


def test_small_tiles_cost_a_slow_unit_less() -> None:
    """The price of edges sits in the feed, so a chip with little arithmetic a unit hardly pays it."""
    curve = replace(GEMM, edge_ramp=32.0)

    def edge_share(peak: float) -> float:
        def seconds(edge: float) -> float:
            return float(fed_gemm_time(FLOATS, 64.0, 64.0, 1024.0, peak=peak, bandwidth=1e15, units=78.0,
                                       weight_bytes=1.0, activation_bytes=1.0, curve=replace(curve, edge_ramp=edge))[0])
        return seconds(32.0) / seconds(0.0)

    assert edge_share(148e12) < edge_share(989e12)


# Fits ---------------------------------------------------------------------------------------------------------------

def toy(chip: str, n: int, scale: float) -> Table:
    rows = np.geomspace(1e3, 1e7, n)
    return Table({"rows": rows, "width": np.full(n, 1024.0), "bandwidth": np.full(n, scale), "chip": np.full(n, chip),
                  "seconds": stream_time(np, rows, 1024.0, bandwidth=scale, element_bytes=2.0,
                                         curve=StreamCurve(0.6, 0.0, 3e4, 0.5, 2e-5))[2]})


def test_a_fit_finds_the_numbers_that_made_the_rows() -> None:
    pytest.importorskip("scipy", reason="fitting needs SciPy")
    chosen = replace(family("pointwise.torch-gelu"), limit=100)
    values = fit(chosen, tables.joined([toy("one", 30, 1e12), toy("two", 30, 4e12)]))
    assert values["bandwidth_share"] == pytest.approx(0.6, rel=0.02)
    assert values["launch_s"] == pytest.approx(2e-5, rel=0.05)


def test_numbers_stay_within_their_bounds_and_shared_ones_are_equal() -> None:
    pytest.importorskip("scipy", reason="fitting needs SciPy")
    chosen = family("pointwise.torch-gelu")
    tight = replace(chosen, knobs={**chosen.knobs, "bandwidth_share": Knob(0.3, 0.1, 0.5)})
    first, second = fit_together([(tight, toy("one", 20, 1e12)), (tight, toy("two", 20, 2e12))], ("bandwidth_share",))
    assert first["bandwidth_share"] == second["bandwidth_share"] <= 0.5
    assert first["launch_s"] != second["launch_s"]


def test_each_chip_weighs_the_same_however_many_rows_it_has() -> None:
    table = tables.joined([toy("one", 30, 1e12), toy("two", 10, 1e12)])
    weights = chip_weights(table)
    assert weights[table["chip"] == "one"].sum() == pytest.approx(weights[table["chip"] == "two"].sum())
    assert weights.mean() == pytest.approx(1.0)


def test_a_drawn_subset_is_the_same_each_time_and_no_larger_than_asked() -> None:
    table = toy("one", 50, 1e12)
    assert len(drawn(table, 7)) == 7
    assert drawn(table, 7)["rows"].tolist() == drawn(table, 7)["rows"].tolist()


def test_rows_of_one_shape_share_a_fold_and_every_row_is_predicted_by_others() -> None:
    table = tables.joined([toy("one", 20, 1e12), toy("two", 20, 2e12)])
    split = folds(table, ("rows",))
    assert split[:20].tolist() == split[20:].tolist()
    seen: list[int] = []

    def train(rest: Table) -> Callable[[Table], Any]:
        seen.append(len(rest))
        return lambda other: 2.0 * other["seconds"]

    assert left_out(table, split, train).tolist() == pytest.approx([1.0] * 40)
    assert all(count < 40 for count in seen)


def test_every_curve_has_an_id_of_its_own_and_shares_bounded_by_one() -> None:
    assert len({f.id for f in FAMILIES}) == len(FAMILIES)
    shares = [f.knobs[name] for f in FAMILIES if not f.id.startswith("links") for name in f.knobs if "share" in name]
    assert all(0.0 < knob.low <= knob.start <= knob.high == 1.0 for knob in shares)


def test_a_chip_without_its_units_has_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    class Bare:
        @staticmethod
        def number(attribute: str) -> float | None:
            return None if attribute == "compute_units" else 1e12

    class Only:
        @staticmethod
        def chip(name: str) -> type[Bare]:
            return Bare

    monkeypatch.setattr(tables, "catalogue", lambda: Only)
    with pytest.raises(NoAnswer, match="bare chip"):
        tables.chip_numbers("bare chip")


# Evidence -----------------------------------------------------------------------------------------------------------

@needs_measurements
def test_defects_of_the_sources_are_dropped_or_marked() -> None:
    gemm, attention = tables.infersim_gemm(SHARED), tables.infersim_decode(SHARED)
    assert len(gemm) == 490
    bare = (attention["chip"] == "h20") & (attention["heads"] == 64.0) & (attention["kv_heads"] == 2.0)
    assert bare.sum() == 41
    assert set(attention["heads"][attention["other"] > 0.0].tolist()) == {32.0}
    assert attention["seconds"][attention["other"] > 0.0].min() < 11e-6 < 25e-6 < attention["seconds"][
        attention["other"] == 0.0].min()


@needs_measurements
def test_a_masked_grouped_product_counts_the_experts_that_got_a_token() -> None:
    grouped = tables.infersim_grouped(SHARED)
    one = (grouped["masked"] > 0.0) & (grouped["asked"] == 1.0)
    assert np.all(grouped["groups"][one] == np.maximum(grouped["experts"][one] / 2.0, 1.0))


@needs_measurements
def test_curves_predict_h20_and_h800_kernels_and_each_from_the_other() -> None:
    pytest.importorskip("scipy", reason="fitting needs SciPy")
    cases = {(case.name, case.split): case for case in kernel_cases(SHARED)}
    for (name, _), case in cases.items():
        if name.endswith("all kernels"):
            assert case.met, case
            assert case.tree is None or case.error < case.tree


@needs_measurements
def test_products_of_a_chip_or_a_source_left_out_come_within_the_bar() -> None:
    pytest.importorskip("scipy", reason="fitting needs SciPy")
    pytest.importorskip("duckdb", reason="reading Parquet needs DuckDB")
    for case in (*transfer_cases(SHARED), *trtllm_cases(SHARED)):
        assert case.met, case


@needs_measurements
def test_h20_is_about_five_times_slower_on_large_products_and_latent_decode_and_level_on_grouped_decode() -> None:
    pytest.importorskip("scipy", reason="fitting needs SciPy")
    for ratio in kernel_ratios(SHARED):
        assert ratio.ours == pytest.approx(ratio.measured, rel=0.15), ratio
        if "16 rows, " not in ratio.name:
            assert ratio.low <= ratio.measured <= ratio.high
            assert ratio.low <= ratio.ours <= ratio.high
