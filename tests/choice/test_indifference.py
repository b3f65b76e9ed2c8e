"""Trap, relief or neither: that the verdicts part the plane, hold where they say, and say what they rest on."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from highfence.choice.directions import direction_cases, judge
from highfence.choice.hazard import cutoff_hazard, reopening_rate
from highfence.choice.indifference import (
    MOST_HAZARD,
    OUTCOMES,
    flip_hazard,
    flip_map,
    indifference,
    indifference_price,
    value_now,
    verdict,
)
from highfence.choice.parameters import shipped_parameters
from highfence.choice.two_theories import PARAMETERS, TwoTheories, two_theories
from highfence.core.errors import InputError
from highfence.core.ranges import Range

SURE = {
    "discount_rate": 0.09, "work_growth": 0.25, "installed_share": 0.3, "port_engineer_months": 30.0,
    "code_base_months": 30.0, "engineer_month_cost": 7000.0, "port_quarters": 0.8, "hurry_quarters": 1.0,
    "hurry_surcharge": 0.5, "code_growth": 0.25, "porting_gain": 0.1, "domestic_decline": 0.12, "software_gain": 0.05,
    "foreign_decline": 0.06, "weaker_chip": 1.15, "inexperience": 0.12, "experience_half_life": 2.0,
    "rental_premium": 1.5, "rental_squeeze": 1.5, "value_of_work": 3.0, "attrition": 0.04}
"""Every parameter without doubt, near its shipped middle."""


def asked(price: float = 11000.0, foreign: float = 1.0, domestic: float = 1.3, work: float = 3e4, doubt: float = 0.0,
          **more: Any) -> TwoTheories:
    """Return a fork in which a chip's price is half of the foreign cost of work at 11,000 USD."""
    cost = 0.5 * foreign * (1.0 + price / 11000.0)
    ends = (1.0 - doubt, 1.0, 1.0 + doubt)
    return two_theories("H20", "910B", price=price, foreign_cost=Range(*(cost * e for e in ends)),
                        capital_share=0.5 * foreign * price / 11000.0 / cost,
                        domestic_cost=Range(*(domestic * e for e in ends)), work=work, unit="million tokens",
                        **{"on": "2025-07-20", "hazard": 0.7, "reopening": 4.0, "given": SURE, **more})


def test_a_cheap_chip_is_a_relief() -> None:
    found = verdict(asked(price=2000.0))
    assert (found.name, found.outcome) == ("relief", "relief")


def test_a_chip_that_only_the_first_year_favours_is_a_trap() -> None:
    price = indifference_price(asked()).value
    assert price is not None
    found = verdict(asked(price=1.2 * price.mid))
    assert (found.name, found.outcome) == ("trap", "trap")
    assert 1.2 * price.mid < found.first_year_price


def test_a_chip_that_is_dear_from_the_first_year_is_no_trap() -> None:
    found = verdict(asked(price=1.1 * verdict(asked()).first_year_price))
    assert (found.name, found.outcome) == ("neither", "dearer at once")


def test_what_is_uncertain_can_outweigh_the_difference() -> None:
    price = indifference_price(asked()).value
    assert price is not None
    found = verdict(asked(price=price.mid, doubt=0.2))
    assert (found.name, found.outcome) == ("neither", "no difference")
    assert found.leaning in ("relief", "trap")


def test_a_chip_that_takes_the_way_back_away_is_no_relief() -> None:
    worth_renting = {**SURE, "code_growth": 60.0, "hurry_surcharge": 0.0, "hurry_quarters": 0.0,
                     "rental_premium": 1.05, "rental_squeeze": 1.2}
    found = verdict(asked(price=500.0, given=worth_renting))
    assert (found.name, found.outcome) == ("neither", "locked in")


@given(price=st.floats(500.0, 60000.0), hazard=st.floats(0.0, 4.0), doubt=st.floats(0.0, 0.4))
@settings(max_examples=15, deadline=None)
def test_the_intervals_part_all_prices_and_hazards_and_hold_the_verdict(
        price: float, hazard: float, doubt: float) -> None:
    found = verdict(asked(price=price, hazard=hazard, doubt=doubt), draws=200)
    for spans, end in ((found.prices, float("inf")), (found.hazards, MOST_HAZARD)):
        edges = sorted(spans.values())
        assert edges[0][0] == 0.0 and edges[-1][1] == end
        assert all(one[1] == two[0] for one, two in pairwise(edges))
    for spans, at in ((found.prices, price), (found.hazards, hazard)):
        low, high = spans[found.outcome]
        assert low * (1 - 1e-3) - 1e-3 <= at <= high * (1 + 1e-3) + 1e-3


def test_a_verdict_holds_inside_its_interval_of_prices() -> None:
    inputs = asked(doubt=0.1)
    spans = verdict(inputs).prices
    grid = {name: 0.5 * (low + min(high, 2.0 * low + 1.0)) for name, (low, high) in spans.items()}
    mapped = flip_map(inputs, list(grid.values()), [0.7])
    assert [OUTCOMES[int(code)] for code in mapped.outcomes[:, 0]] == list(grid)


def test_the_map_holds_the_single_answers() -> None:
    prices, hazards = [4000.0, 11000.0, 24000.0], [0.0, 0.7, 3.0]
    mapped = flip_map(asked(doubt=0.15), prices, hazards, draws=300)
    for row, column in ((0, 0), (1, 1), (2, 2)):
        cost = asked(doubt=0.15, hazard=hazards[column])
        one = verdict(replace(asked(price=prices[row], doubt=0.15, hazard=hazards[column]), terms={
            **asked(price=prices[row]).terms, **{n: cost.terms[n] for n in ("hazard", "domestic_cost")},
            "foreign_cost": asked(price=prices[row], doubt=0.15).terms["foreign_cost"]}), draws=300)
        assert OUTCOMES[int(mapped.outcomes[row, column])] == one.outcome


def test_the_map_only_worsens_with_price_and_hazard() -> None:
    mapped = flip_map(asked(doubt=0.2), np.linspace(0.0, 40000.0, 9), np.linspace(0.0, 4.0, 7), draws=200)
    assert (np.diff(mapped.cheaper, axis=0) <= 1e-12).all()
    assert (np.diff(mapped.cheaper, axis=1) <= 1e-12).all()
    assert (np.diff(mapped.difference, axis=0) > 0.0).all()


def test_no_price_would_do_is_said_and_not_raised() -> None:
    found = indifference_price(asked(foreign=8.0, domestic=1.0, given={**SURE, "port_engineer_months": 0.0}))
    assert (found.kind, found.value, found.never) == ("never", None, 1.0)
    assert "not at any price" in found.text.en and "任何价格" in found.text.zh


def test_any_price_would_do_is_said() -> None:
    assert indifference_price(asked(price=100.0, foreign=0.1, domestic=9.0)).kind == "always"


def test_the_answer_flips_at_the_hazard_that_is_named() -> None:
    named = flip_hazard(asked(price=15000.0, reopening=0.5))
    assert named.kind == "at" and named.value is not None
    below, above = (value_now(asked(price=15000.0, reopening=0.5, hazard=named.value.mid + step)).difference.mid
                    for step in (-0.02, 0.02))
    assert below < 0.0 < above


def test_no_hazard_would_do_is_said() -> None:
    assert flip_hazard(asked(price=60000.0)).kind == "never"
    assert flip_hazard(asked(price=1000.0)).kind == "always"


def test_a_riskier_supply_lowers_the_price_that_a_buyer_would_pay() -> None:
    safe, risky = (indifference_price(asked(hazard=h, doubt=0.2)).value for h in (0.1, 2.0))
    assert safe is not None and risky is not None
    assert risky.low < safe.low and risky.mid < safe.mid and risky.high < safe.high


def test_an_answer_goes_through_json_and_names_what_it_rests_on() -> None:
    found = indifference(asked(price=12500.0, doubt=0.2, given={}), draws=300)
    raw = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert raw["verdict"]["name"] in ("relief", "trap", "neither")
    assert {t["id"] for t in raw["terms"]} == {"foreign_cost", "capital_share", "domestic_cost", "hazard", "reopening",
                                               *PARAMETERS}
    assert set(raw["rests_on"]) <= {s["id"] for s in raw["splits"] if s["turns_at"] is not None}
    swings = [abs(s["difference_at_high"] - s["difference_at_low"]) for s in raw["splits"]]
    assert swings == sorted(swings, reverse=True)


def test_an_input_turns_the_answer_where_it_is_said_to() -> None:
    inputs = asked(price=12500.0, doubt=0.2)
    turn = next(s for s in indifference(inputs, draws=50).splits if s.id == "domestic_cost" and s.turns_at)
    assert turn.turns_at is not None
    at = replace(inputs, terms={n: replace(t, value=Range.exact(t.value.mid)) for n, t in inputs.terms.items()})
    for factor, cheaper in ((0.97, False), (1.03, True)):
        term = replace(at.terms["domestic_cost"], value=Range.exact(turn.turns_at * factor))
        over = value_now(replace(at, terms={**at.terms, "domestic_cost": term}), draws=1).difference.mid
        assert (over < 0.0) is cheaper


@given(price=st.floats(1000.0, 40000.0), months=st.floats(0.0, 400.0), more=st.floats(1.0, 400.0))
@settings(max_examples=15, deadline=None)
def test_a_buyer_with_a_dearer_port_never_moves_sooner(price: float, months: float, more: float) -> None:
    light, heavy = (value_now(asked(price=price, given={**SURE, "port_engineer_months": m}), draws=1)
                    for m in (months, months + more))
    never = float("inf")
    assert (never if heavy.first_move is None else heavy.first_move) >= (
        never if light.first_move is None else light.first_move)
    assert heavy.cheaper >= light.cheaper


def test_the_same_seed_gives_the_same_answer() -> None:
    one, two = (indifference(asked(doubt=0.3), draws=100, seed=7).to_dict() for _ in range(2))
    assert one == two


@pytest.mark.parametrize(("change", "where"), [
    ({"price": 0.0}, "price"), ({"work": -1.0}, "work"), ({"quarters": 1}, "quarters"),
    ({"given": {"code_grwth": 1.0}}, "given"), ({"hazard": -0.1}, "hazard"),
    ({"given": {"installed_share": 1.5}}, "installed_share"), ({"domestic_cost": 0.0}, "domestic_cost")])
def test_bad_input_is_refused_with_its_place(change: dict[str, Any], where: str) -> None:
    base: dict[str, Any] = {"price": 11000.0, "foreign_cost": 1.0, "capital_share": 0.5, "domestic_cost": 1.3,
                            "work": 1e4, "unit": "million tokens", "on": "2025-07-20"}
    with pytest.raises(InputError) as refused:
        two_theories("H20", "910B", **{**base, **change})
    assert refused.value.where == where


def test_a_share_above_the_whole_or_no_draws_are_refused() -> None:
    with pytest.raises(InputError, match="at least one draw"):
        value_now(asked(), draws=0)
    with pytest.raises(InputError, match="not below zero"):
        flip_map(asked(), [-1.0], [0.0])


def test_every_parameter_ships_with_a_range_and_a_grade() -> None:
    known = shipped_parameters()
    for id in PARAMETERS:
        held = known[id].at("CN")
        assert held.value.low < held.value.mid < held.value.high
        assert held.note is not None and held.note.zh != held.note.en


def test_a_buyer_who_finds_domestic_work_cheap_agrees_with_may_2024() -> None:
    weak, strong = direction_cases()
    reluctant = asked(price=13500.0, foreign=1.25, domestic=1.0, on=weak.on)
    keen = asked(price=11000.0, foreign=1.0, domestic=2.0, on=strong.on)
    assert judge(weak, reluctant).agrees and not judge(weak, replace(keen, on=weak.on)).agrees
    assert judge(strong, keen).agrees and not judge(strong, replace(reluctant, on=strong.on)).agrees
    assert judge(strong, keen).same_magnitude


def test_inputs_of_another_day_are_refused() -> None:
    with pytest.raises(InputError, match="another day"):
        judge(direction_cases()[0], asked())


def test_the_page_shows_every_parameter_as_it_ships() -> None:
    page = (Path(__file__).parents[2] / "docs" / "choice.md").read_text(encoding="utf-8")
    for id in PARAMETERS:
        held = shipped_parameters()[id].at("CN")
        row = " | ".join(f"{end:g}" for end in (held.value.low, held.value.mid, held.value.high))
        assert f"| `{id}` | {shipped_parameters()[id].label.en} | {row} |" in page
    for day in ("2024-05-24", "2025-07-20", "2026-10-01"):
        rates = [f"{rate.events} in {rate.years:.2f} years | {rate.value.low:.2f} | {rate.value.mid:.2f} | "
                 f"{rate.value.high:.2f}" for rate in (cutoff_hazard(day), reopening_rate(day))]
        assert f"| {day} | {' | '.join(rates)} |" in page
