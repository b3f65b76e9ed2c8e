"""Yields, dies on wafers, salvage and bins: what must always hold."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import array_api_strict
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from highfence.core.arrays import FLOATS
from highfence.core.errors import InputError
from highfence.cost.making.salvage import Bin, Blocks, bin_shares, die_costs, sellable_share
from highfence.cost.making.wafers import capital_consumed, good_die_cost, wafer_price
from highfence.cost.making.yields import YieldModel, gross_dies, placed_dies, yield_model

MODELS = [yield_model("poisson"), yield_model("murphy"), yield_model("nb", 2.5), yield_model("nb", 10.0),
          yield_model("seeds"), yield_model("bose-einstein", layers=8)]
models = st.sampled_from(MODELS)
defects = st.floats(0.0, 6.0)
area = st.floats(20.0, 900.0)


@given(models, defects, defects)
def test_yield_falls_with_defects_and_is_a_share(model: YieldModel, a: float, b: float) -> None:
    fewer, more = sorted((a, b))
    assert 0.0 < model.share(more) <= model.share(fewer) + 1e-12 <= 1.0 + 1e-12


@given(defects)
def test_models_of_one_density_are_ordered_from_even_to_clustered_defects(x: float) -> None:
    ordered = [yield_model("poisson"), yield_model("murphy"), yield_model("nb3"), yield_model("seeds")]
    shares = [m.share(x) for m in ordered]
    assert all(a <= b + 1e-12 for a, b in pairwise(shares))


def test_little_clustering_is_poisson_and_an_alpha_of_one_is_seeds() -> None:
    assert yield_model("nb", 1e7).share(0.8) == pytest.approx(yield_model("poisson").share(0.8), abs=1e-6)
    assert yield_model("nb", 1.0).share(0.8) == pytest.approx(yield_model("seeds").share(0.8), abs=1e-12)


def test_every_model_gives_what_textbooks_print_at_one_defect_a_die() -> None:
    found = {m: round(yield_model(m, layers=10).share(0.1 if m == "bose-einstein" else 1.0), 3)
             for m in ("poisson", "murphy", "nb3", "seeds", "bose-einstein")}
    assert found == {"poisson": 0.368, "murphy": 0.4, "nb3": 0.422, "seeds": 0.5, "bose-einstein": 0.386}


@given(models, st.floats(0.02, 0.99))
def test_the_defects_behind_a_yield_give_it_back(model: YieldModel, share: float) -> None:
    assert model.share(model.defects(share)) == pytest.approx(share, rel=1e-6)


@given(models, st.floats(0.0, 3.0))
def test_the_spread_of_a_model_averages_to_its_yield(model: YieldModel, x: float) -> None:
    assert sum(w * FLOATS.exp(-x * s) for s, w in model.spread()) == pytest.approx(model.share(x), abs=1e-6)


@given(models, st.floats(0.0, 2.5), st.integers(2, 40), st.floats(0.1, 0.9), st.data())
def test_salvage_never_lowers_the_share_that_sells(model: YieldModel, x: float, total: int, share: float,
                                                   data: Any) -> None:
    needed = data.draw(st.integers(0, total - 1))
    strict = sellable_share(FLOATS, x, Blocks(total, needed + 1, share), model)
    loose = sellable_share(FLOATS, x, Blocks(total, needed, share), model)
    whole = sellable_share(FLOATS, x, Blocks(total, total, share), model)
    assert whole <= strict + 1e-9 and strict <= loose + 1e-9
    assert whole == pytest.approx(model.share(x), abs=1e-6)


def test_no_block_needed_leaves_the_yield_of_the_uncore() -> None:
    model = yield_model("nb3")
    assert sellable_share(FLOATS, 1.2, Blocks(16, 0, 0.25), model) == pytest.approx(model.share(0.9), abs=1e-6)


def test_salvage_agrees_with_simulated_wafers() -> None:
    draw = np.random.default_rng(5)
    density = draw.gamma(3.0, 1.0 / 3.0, 200_000)
    uncore = draw.poisson(density * 0.814 * 0.4) == 0
    hits = draw.poisson((density * 0.814 * 0.6 / 24)[:, None], (200_000, 24)) == 0
    for needed in (24, 22, 12):
        simulated = float(np.mean(uncore & (hits.sum(axis=1) >= needed)))
        assert sellable_share(FLOATS, 0.814, Blocks(24, needed, 0.6), yield_model("nb3")) == pytest.approx(simulated,
                                                                                                     abs=0.005)


def test_hardly_any_h20_is_an_h100_that_failed() -> None:
    shares = bin_shares(FLOATS, 0.814, [Bin("h100", 132), Bin("h20", 78)], Blocks(144, 144, 0.6), yield_model("nb3"))
    assert shares["h100"] > 0.7 and shares["h20"] < 1e-4


@given(st.floats(0.05, 3.0))
def test_bins_share_out_the_whole_cost_of_a_wafer(x: float) -> None:
    bins = [Bin("a", 30, 5.0), Bin("b", 24, 2.0), Bin("c", 10, 1.0)]
    shares = bin_shares(FLOATS, x, bins, Blocks(32, 32, 0.7), yield_model("nb3"))
    for rule in ("equal", "value"):
        costs = die_costs(FLOATS, 1000.0, 60.0, shares, bins, rule)
        assert sum(costs[b.id] * shares[b.id] * 60.0 for b in bins) == pytest.approx(1000.0)
    assert die_costs(FLOATS, 1000.0, 60.0, shares, bins, "own")["c"] == pytest.approx(
        die_costs(FLOATS, 1000.0, 60.0, shares, bins, "equal")["c"])


@given(area, st.floats(0.3, 3.0), st.floats(0.0, 0.3), st.floats(0.0, 6.0))
def test_lanes_edges_and_long_dies_only_cost_places(mm2: float, aspect: float, scribe: float, edge: float) -> None:
    square = gross_dies(FLOATS, mm2)
    assert gross_dies(FLOATS, mm2, aspect=aspect, scribe=scribe, edge=edge) <= square + 1e-9
    assert gross_dies(FLOATS, mm2 * 1.1) < square


@settings(deadline=None, max_examples=30)
@given(st.floats(30.0, 850.0))
def test_the_formula_stays_within_a_sixth_of_dies_placed_one_by_one(mm2: float) -> None:
    assert 0.84 < gross_dies(FLOATS, mm2) / placed_dies(mm2) < 1.02


def test_as_many_910b_dies_fit_as_morgan_stanley_counts() -> None:
    assert gross_dies(FLOATS, 665.61) == pytest.approx(78, rel=0.04)


@given(st.floats(1000.0, 30000.0), st.floats(1.0, 1.5), st.floats(0.1, 0.6), st.floats(1.0, 1.6))
def test_a_dearer_wafer_never_lowers_and_a_better_yield_never_raises_the_cost(price: float, dearer: float,
                                                                              share: float, better: float) -> None:
    base = good_die_cost(FLOATS, price, 60.0, share)
    assert good_die_cost(FLOATS, price * dearer, 60.0, share) >= base
    assert good_die_cost(FLOATS, price, 60.0, share * better) <= base


def test_capital_is_used_up_to_the_last_dollar() -> None:
    assert sum(capital_consumed(FLOATS, 1000.0, float(year)) for year in range(60)) == pytest.approx(1000.0, rel=1e-6)


KERNELS = {
    "share": lambda xp, x: yield_model("nb3").share(x, xp),
    "murphy": lambda xp, x: yield_model("murphy").share(x, xp),
    "defects": lambda xp, x: yield_model("murphy").defects(1.0 / (1.0 + x), xp),
    "salvage": lambda xp, x: sellable_share(xp, x, Blocks(48, 40, 0.6), yield_model("nb3")),
    "gross": lambda xp, x: gross_dies(xp, 100.0 + 200.0 * x, aspect=1.3, scribe=0.1, edge=3.0),
    "wafer": lambda xp, x: wafer_price(xp, capital_consumed(xp, 10000.0, x))}


@pytest.mark.parametrize("name", KERNELS)
def test_one_case_equals_a_row_of_a_batch(name: str) -> None:
    values = [0.0, 1e-10, 0.3, 1.7, 2.4]
    single = [KERNELS[name](FLOATS, x) for x in values]
    assert np.asarray(KERNELS[name](np, np.array(values))) == pytest.approx(single, rel=1e-12, abs=1e-11)
    strict = KERNELS[name](array_api_strict, array_api_strict.asarray(values))
    assert [float(v) for v in strict] == pytest.approx(single, rel=1e-12, abs=1e-11)


@pytest.mark.parametrize("name", ["poison", "nbx", ""])
def test_an_unknown_model_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="no such yield model"):
        yield_model(name)


def test_shapes_and_bins_that_cannot_be_are_refused() -> None:
    with pytest.raises(InputError, match="alpha is above zero"):
        yield_model("nb", -1.0)
    with pytest.raises(InputError, match="no more blocks"):
        Blocks(10, 11)
    with pytest.raises(InputError, match="no such rule"):
        die_costs(FLOATS, 1.0, 1.0, {"a": 1.0}, [Bin("a", 1)], "fair")
