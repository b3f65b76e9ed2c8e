"""Tornado, Sobol's indices and what turns the sign."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from highfence.core.errors import InputError, NoAnswer
from highfence.market.parameters import shipped_parameters
from highfence.policy.factors import HIGH, LOW, factors, normal_at, set_at
from highfence.policy.paired import Pair
from highfence.policy.scenarios import scenario
from highfence.policy.sensitivity import sensitivity
from highfence.policy.whatif import whatif

A, B = "h20-licence-2025", "h20-ban-2025"


@pytest.fixture(scope="module")
def found() -> Any:
    return sensitivity(A, B, horizon="2026Q2", draws=24, outcomes=["nvidia_china_revenue", "flagship_units"],
                       posterior=False)


@pytest.fixture(scope="module")
def pair() -> Pair:
    return Pair(scenario(A), scenario(B), last=19, posterior=False)


def test_an_assumption_s_ends_are_those_of_its_parameter(found: Any, pair: Pair) -> None:
    known = {p.id: p.at(None, None).value for p in shipped_parameters()}
    bars = [bar for bar in found["nvidia_china_revenue"].bars if bar.values and bar.factor.id in known]
    assert bars
    for bar in bars:
        assert bar.values == pytest.approx((known[bar.factor.id].low, known[bar.factor.id].high), abs=1e-9)


def test_a_bar_is_the_what_if_with_the_parameter_given(found: Any) -> None:
    one = found["nvidia_china_revenue"]
    bar = next(bar for bar in one.bars if bar.factor.id == "price_elasticity")
    told = whatif(A, B, horizon="2026Q2", draws=24, keep=["nvidia_china_revenue"],
                  given={"price_elasticity": bar.values[1]}, posterior=False)
    assert one.at == told["nvidia_china_revenue"].whole.at
    assert bar.median_high == pytest.approx(told["nvidia_china_revenue"].whole.difference[3], rel=1e-6)


def test_bars_come_with_the_largest_swing_first(found: Any) -> None:
    for one in found.outcomes.values():
        swings = [abs(bar.swing) for bar in one.bars]
        assert swings == sorted(swings, reverse=True) and swings[0] > 0.0


def test_each_assumption_has_names_in_two_languages(pair: Pair) -> None:
    every = factors(pair.worlds(0, 2))
    assert len(every) > 150
    assert len({f.id for f in every}) == len(every)
    assert all(f.label.en and f.label.zh for f in every)
    assert not any(f.name.startswith("shock.") for f in every)


def test_moving_an_assumption_moves_it_alone(pair: Pair) -> None:
    w = pair.worlds(0, 4)
    moved = set_at(pair, w, np.arange(4), [{"market.chip_life": HIGH}, {}, {"market.chip_life": LOW}, {}])
    assert moved.p["chip_life"][[0, 2]] == pytest.approx([6.5, 4.0])
    assert np.array_equal(moved.p["chip_life"][[1, 3]], w.p["chip_life"][[1, 3]])
    assert all(np.array_equal(moved.p[id], w.p[id]) for id in w.p if id != "chip_life")


def test_the_sign_turns_where_the_bisection_says(pair: Pair) -> None:
    """Of the dearer chip or the cheaper one: an outcome whose sign a parameter does turn, checked on both sides."""
    one = sensitivity("subsidy-doubled", horizon="2028", draws=24, outcomes=["domestic_share_units"])
    rests = one["domestic_share_units"]
    for turn in rests.turns:
        q, end = turn.quantiles[0], turn.ends[0]
        assert LOW - 1e-9 <= q <= HIGH + 1e-9 and end in (LOW, HIGH)
        assert np.sign(turn.median) == -np.sign(rests.median)
    assert rests.verdict().en and rests.verdict().zh



def test_bisection_finds_a_known_quantile(monkeypatch: pytest.MonkeyPatch, pair: Pair) -> None:
    import highfence.policy.sensitivity as room

    w = pair.worlds(0, 2)
    every = {f.id: f for f in factors(w)}
    x, y, z = (every[id] for id in ("chip_life", "smuggling_base", "failure_rate"))

    def medians(self: Any, moves: Any) -> dict[str, Any]:
        def value(move: dict[str, float]) -> float:
            first, second, third = (move.get(f.name, 0.5) for f in (x, y, z))
            return 0.62 - first + max(0.0, 0.5 - second) + max(0.0, 0.5 - third) * 0.0

        return {"premium": np.array([value(move) for move in moves])}

    monkeypatch.setattr(room._Asked, "medians", medians)
    asked = room._Asked(pair, w, ("premium",), 18, None, lambda _: None)
    turn, = asked._bisected("premium", 1.0, [((x,), (HIGH,), -0.28)])
    assert turn.quantiles[0] == pytest.approx(0.62, abs=0.8 / 2**room.HALVINGS + 1e-9)
    assert turn.values[0] == pytest.approx(float(set_at(pair, w, np.array([0]), [{x.name: turn.quantiles[0]}]).p[
        "chip_life"][0]))


def test_none_is_said_where_nothing_turns_the_sign(found: Any) -> None:
    one = found["flagship_units"]
    if not one.turns and not one.pairs:
        assert "none within its range" in one.verdict().en
    else:
        assert "none within its range" not in one.verdict().en


def test_sobol_s_indices_find_the_only_cause(monkeypatch: pytest.MonkeyPatch, pair: Pair) -> None:
    pytest.importorskip("SALib")
    import highfence.policy.sensitivity as room

    w = pair.worlds(0, 2)
    every = {f.id: f for f in factors(w)}
    chosen = [every[id] for id in ("chip_life", "smuggling_base", "failure_rate")]

    def of(self: Any, index: Any, moves: Any, base: Any = None) -> dict[str, Any]:
        return {"premium": np.array([3.0 * move[chosen[0].name] + move[chosen[1].name] for move in moves])}

    monkeypatch.setattr(room._Asked, "of", of)
    asked = room._Asked(pair, w, ("premium",), 18, None, lambda _: None)
    rows = {row.factor.id: row for row in asked.indices("premium", chosen, 256)}
    assert rows["chip_life"].total == pytest.approx(0.9, abs=0.06)
    assert rows["smuggling_base"].total == pytest.approx(0.1, abs=0.04)
    assert rows["failure_rate"].total == pytest.approx(0.0, abs=1e-9)


def test_a_world_at_the_middle_has_every_parameter_there(pair: Pair) -> None:
    middle = pair.middle(pair.worlds(0, 8))
    assert middle.n == 1
    assert float(middle.p["chip_life"][0]) == pytest.approx(5.0)


def test_slopes_are_those_of_small_steps(pair: Pair) -> None:
    pytest.importorskip("jax")
    from highfence.policy.gradients import slopes
    from highfence.policy.paired import spanned

    small, name = Pair(scenario(A), scenario(B), last=19, posterior=False), ("nvidia_china_revenue",)
    w = small.worlds(0, 4)
    chosen = [f for f in factors(w) if f.id in ("price_elasticity", "spending", "chip_life")]
    found = slopes(small, w, chosen, name, 18)[name[0]]

    def difference(z: dict[str, Any]) -> Any:
        a, b = (spanned(small.run(small.moved(w, z), side, name), 18)[name[0]] for side in (0, 1))
        return a - b

    for factor, own in zip(chosen, found):
        step = 1e-5
        up, down = (difference({factor.name: w.z[factor.name] + way * step}) for way in (1.0, -1.0))
        span = normal_at(small, factor, HIGH) - normal_at(small, factor, LOW)
        expected = (up - down) / (2.0 * step) * span
        close = np.abs(own - expected) <= 1e-3 * np.abs(expected) + 1e3
        assert close.sum() >= 3, (factor.id, own, expected)


def test_it_is_json(found: Any) -> None:
    raw = json.loads(json.dumps(found.to_dict()))
    one = raw["outcomes"]["nvidia_china_revenue"]
    assert one["sobol"] is None and one["tornado"][0]["label"]["zh"]
    assert set(one["sign"]) == {"verdict", "single", "pairs"}


@pytest.mark.parametrize("wrong", [{"draws": 3}, {"sobol": 12}, {"outcomes": ["none"]}, {"horizon": "1999"}])
def test_what_cannot_be_asked_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        sensitivity(A, B, **{"horizon": "2026", **wrong})


def test_without_a_difference_nothing_rests_on_anything() -> None:
    with pytest.raises(NoAnswer):
        sensitivity("enforcement-doubled", horizon="2025", draws=24)
