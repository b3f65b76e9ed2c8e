"""Costs of tokens: what must hold of prices, draws, caches and days."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from highfence.core.errors import InputError, NoAnswer
from highfence.cost.caps import capital_of, capped
from highfence.cost.owning import owning_inputs
from highfence.cost.parameters import shipped_parameters
from highfence.cost.tokens import TokenCost, token_cost
from highfence.perf.choosing.limits import Limits

ENDS = {"price": (0.0, 1e5), "tariff": (0.0, 1.0), "pue": (1.0, 3.0), "life": (1.0, 12.0), "financing": (0.0, 0.4),
        "utilisation": (0.05, 1.0), "residual": (0.0, 0.9), "server_share": (0.0, 2.0)}
LESS_IS_CHEAPER = ("price", "tariff", "pue", "financing", "server_share")


def ask(chip: str = "H20", **more: Any) -> TokenCost:
    """Return what tokens of a small model cost in China in August 2025."""
    return token_cost(chip, "qwen3-8b", **({"to": "CN", "on": "2025-08-01", "chips": 8, "draws": 50} | more))


@settings(max_examples=30)
@given(st.sampled_from(LESS_IS_CHEAPER), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_lower_price_tariff_or_overhead_never_raises_the_cost(name: str, a: float, b: float) -> None:
    low, high = ENDS[name]
    less, more = (ask(given={"price.H20" if name == "price" else name: low + (high - low) * share})
                  for share in sorted((a, b)))
    assert less.all_in.value.mid <= more.all_in.value.mid * (1.0 + 1e-12)
    assert (less.draws <= more.draws * (1.0 + 1e-12)).all()


@settings(max_examples=20)
@given(st.sampled_from(("life", "utilisation", "residual")), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_longer_life_a_fuller_service_and_more_left_never_raise_it(name: str, a: float, b: float) -> None:
    low, high = ENDS[name]
    less, more = (ask(given={name: low + (high - low) * share}) for share in sorted((a, b)))
    assert more.all_in.value.mid <= less.all_in.value.mid * (1.0 + 1e-12)


@settings(max_examples=20)
@given(st.integers(1, 400), st.integers(1, 400), st.integers(0, 5))
def test_a_draw_is_the_same_for_any_number_of_draws(few: int, many: int, seed: int) -> None:
    few, many = sorted((few, many))
    assert np.array_equal(ask(draws=few, seed=seed).draws, ask(draws=many, seed=seed).draws[:few])


@pytest.mark.parametrize("chip", ["H20", "H800", "910C"])
@pytest.mark.parametrize("cached", [0.0, 0.5])
def test_the_whole_is_output_with_its_share_of_input(chip: str, cached: float) -> None:
    found = token_cost(chip, "deepseek-r1", to="CN", on="2025-08-01", cached=cached, limits=Limits(tpot_s=0.05))
    ratio = found.workload.fresh / found.workload.output
    assert found.all_in.value.mid == pytest.approx(found.output.value.mid + ratio * found.input.value.mid, rel=1e-12)
    for term in (found.all_in, found.output, found.input, found.hourly):
        assert 0.0 < term.value.low <= term.value.mid <= term.value.high
    assert found.tpot <= 0.05 and found.failing < 0.5
    chip_s = found.output.terms[0].value.mid
    full = shipped_parameters()["utilisation"].values[0].value.mid
    assert found.output.value.mid == pytest.approx(chip_s / 3600.0 * found.hourly.value.mid / full, rel=1e-12)


def test_every_term_has_a_unit_and_every_leaf_a_source_or_a_reason() -> None:
    def leaves(term: Any) -> list[Any]:
        return [term] if not term.terms else [x for t in term.terms for x in leaves(t)]

    found = ask("H200", draws=200)
    for leaf in leaves(found.all_in):
        assert leaf.unit and (leaf.sources or leaf.how), leaf.id
    from highfence.catalogue import catalogue

    assert found.sources and all(catalogue().source(s) for s in found.sources)


@pytest.mark.parametrize(("chip", "to", "on", "status"), [
    ("H20", "CN", "2025-02-01", "free"), ("H20", "CN", "2025-05-01", "licence"), ("H800", "CN", "2023-06-01", "free"),
    ("H800", "CN", "2024-01-01", "licence"), ("H100", "US", "2025-08-01", "free")])
def test_the_law_beside_a_cost_is_that_of_the_day_and_place(chip: str, to: str, on: str, status: str) -> None:
    found = ask(chip, to=to, on=on)
    assert found.lawful.status == status and found.lawful.outcome.zh


def test_a_cheaper_rent_is_taken_and_said() -> None:
    rented = ask(given={"rental.H20": 0.01})
    assert rented.hourly.value.mid == 0.01 and any("rent" in note.en for note in rented.warnings)
    assert ask(given={"rental.H20": 0.01}, rent=False).hourly.value.mid > 0.1
    assert ask(given={"rental.H20": 50.0}).hourly.value.mid < 1.0
    with pytest.raises(NoAnswer, match="no rent of"):
        ask(rent=True)


def test_a_limit_that_some_draws_miss_is_told() -> None:
    found = token_cost("H20", "deepseek-r1", to="CN", on="2025-08-01", limits=Limits(tpot_s=0.0125))
    assert 0.01 < found.failing < 1.0 and any("of draws no way keeps tpot=12.5ms" in n.en for n in found.warnings)
    assert np.isnan(found.draws).mean() == pytest.approx(found.failing)


@given(st.floats(1e3, 1e7), st.floats(1.0, 50.0))
def test_a_larger_budget_never_buys_fewer_chips(capital: float, times: float) -> None:
    from datetime import date

    def chips(usd: float) -> int:
        return capped("H20", 64, to="CN", on=date(2025, 8, 1), capital=usd).chips

    each = capital_of(owning_inputs("H20", to="CN", on="2025-08-01"))
    assert chips(capital) <= chips(capital * times) <= 64
    assert chips(capital) == min(64, int(capital / each + 1e-9))


def test_a_budget_or_a_site_too_small_says_what_would_do() -> None:
    for more, flag in (({"capital": 5e4}, "--budget"), ({"power_kw": 3.0}, "--power")):
        with pytest.raises(NoAnswer) as caught:
            token_cost("H20", "deepseek-r1", to="CN", on="2025-08-01", **more)  # type: ignore[arg-type]
        assert "takes at least 8" in str(caught.value) and caught.value.hint is not None
        name, _, enough = caught.value.hint.partition(" ")
        assert name == flag
        found = token_cost("H20", "deepseek-r1", to="CN", on="2025-08-01", **{next(iter(more)): float(enough)})  # type: ignore[arg-type]
        assert found.chips == 8 and any(flag in note.en for note in found.warnings)


@pytest.mark.parametrize(("asked", "where"), [
    ({"chips": 0}, "--chips"), ({"chips": 2.5}, "--chips"), ({"chips": True}, "--chips"), ({"draws": 0}, "--draws"),
    ({"draws": 10**9}, "--draws"), ({"cached": 1.5}, "--cached"), ({"style": "three"}, "--style"),
    ({"to": "Narnia"}, "--to"), ({"on": "2025-13-01"}, "--on"), ({"given": {"pue": 0.5}}, "--set pue"),
    ({"given": {"life": -1.0}}, "--set life"), ({"given": {"foo": 1.0}}, "--set"),
    ({"given": {"utilisation": 0.0}}, "--set utilisation"), ({"given": {"utilisation": 1.1}}, "--set utilisation"),
    ({"given": {"price.H20": -1.0}}, None), ({"capital": 0.0}, "--budget"), ({"power_kw": -1.0}, "--power"),
    ({"capital": 1e6, "rent": True}, "--budget")])
def test_what_cannot_be_is_refused_where_it_was_given(asked: dict[str, Any], where: str | None) -> None:
    with pytest.raises(InputError) as caught:
        ask(**asked)
    assert where is None or caught.value.where == where


def test_an_unknown_name_lists_all_that_can_be_set() -> None:
    with pytest.raises(InputError) as caught:
        ask(given={"utilization": 0.5})
    assert "did you mean utilisation" in str(caught.value)
    for name in (*ENDS, "goodput", "rental", "load"):
        assert name in str(caught.value)


def test_a_chip_without_a_price_has_no_cost_and_says_how_to_give_one() -> None:
    with pytest.raises(NoAnswer, match=r"--set price\.nvidia-h20=USD"):
        ask(as_of="2020-01-01")
    assert ask(as_of="2020-01-01", given={"price.H20": 9000.0}).all_in.value.mid > 0.0


def test_an_unknown_place_for_power_names_the_nearest() -> None:
    with pytest.raises(NoAnswer, match=r"nearest is AE(.|\n)*--set tariff=VALUE"):
        ask(to="SA")
