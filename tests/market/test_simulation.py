"""Runs: reproducible, paired, honest about failures, refusing what cannot be."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from highfence.core.errors import InputError
from highfence.market.inputs import Inputs, Lever, check_levers, known_arrays, parameters
from highfence.market.parameters import PATHS, known_values, path, public_day, shipped_parameters
from highfence.market.randomness import Streams
from highfence.market.results import OUTCOMES, outcomes
from highfence.market.runs import Trajectory, runs_per_second, simulate


@pytest.fixture(scope="module")
def base() -> Trajectory:
    return simulate(draws=200)


def test_a_run_gives_every_outcome_of_every_quarter(base: Trajectory) -> None:
    assert len(base.quarters) == 40 and not base.failed.any()
    assert set(base.values) == set(OUTCOMES) == {o.name for o in outcomes()}
    for name in OUTCOMES:
        assert base.outcome(name).shape == (40, 200) and np.isfinite(base.outcome(name)).all(), name


def test_a_draw_is_the_same_whatever_the_number_of_draws(base: Trajectory) -> None:
    few = simulate(draws=7, keep=["huawei_units", "premium"])
    for name in few.values:
        assert np.allclose(few.values[name], base.values[name][:, :7], rtol=1e-12)


def test_a_seed_gives_the_same_bytes_and_another_other_ones() -> None:
    one, same, other = (simulate(draws=20, seed=s, until="2024Q4", keep=["demand_usd"]) for s in (1, 1, 2))
    assert one.values["demand_usd"].tobytes() == same.values["demand_usd"].tobytes()
    assert not np.allclose(one.values["demand_usd"], other.values["demand_usd"])


def test_levers_pair_draws_and_leave_the_past_alone(base: Trajectory) -> None:
    banned = simulate([Lever("granted", "2025Q3", 0.0)], draws=200, keep=["nvidia_china_revenue"])
    place = base.quarters.index("2025Q3")
    before, after = banned.values["nvidia_china_revenue"], base.values["nvidia_china_revenue"]
    assert (before[:place] == after[:place]).all()
    assert (before[place] <= after[place] + 1e-6).mean() > 0.9 and before[place].mean() < after[place].mean()


def test_what_became_public_later_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every dated value that a day does not know is replaced by nonsense: the run of that day stays the same."""
    from highfence.core.parameters import Parameter, Parameters, Valid
    from highfence.core.ranges import Range
    from highfence.market import inputs
    from highfence.market import parameters as room

    day = date(2025, 4, 1)
    names = ["domestic_share_units", "huawei_units", "demand_usd"]
    usual = simulate(draws=20, as_of=day, keep=names)

    def spoiled(valid: Valid) -> Valid:
        known = public_day(valid)
        late = known is not None and known > day
        nonsense = Valid(Range.exact(123.0), valid.grade, valid.source, valid.at, valid.place, valid.since)
        return nonsense if late else valid

    held = shipped_parameters()
    other = Parameters(Parameter(p.id, p.label, p.unit, tuple(map(spoiled, p.values)), p.note) if p.id in PATHS else p
                       for p in held)
    assert any(v.value.mid == 123.0 for p in other for v in p.values)
    for module in (room, inputs):
        monkeypatch.setattr(module, "shipped_parameters", lambda: other)
    again = simulate(draws=20, as_of=day, keep=names)
    for name in names:
        assert usual.values[name].tobytes() == again.values[name].tobytes()


def test_days_differ_in_what_they_know() -> None:
    early, late = (simulate(draws=100, as_of=d, until="2025Q4", keep=["flagship_units", "law_open"])
                   for d in ("2025-04-01", "2025-05-01"))
    assert early.at("law_open", "2025Q2").mid == 1.0 and late.at("law_open", "2025Q2").mid < 0.1
    assert late.at("flagship_units", "2025Q2").mid < early.at("flagship_units", "2025Q2").mid


def test_a_draw_that_fails_is_counted_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from highfence.market import runs as room

    usual = room.step

    def broken(xp: Any, *held: Any) -> Any:
        state, flows = usual(xp, *held)
        flows["demand_usd"] = np.where(np.arange(len(flows["demand_usd"])) == 3, np.nan, flows["demand_usd"])
        return state, flows

    monkeypatch.setattr(room, "step", broken)
    made = simulate(draws=10, until="2021Q4")
    assert made.failed.tolist() == [i == 3 for i in range(10)]
    assert made.outcome("premium").shape == (4, 9) and made.draws == 10
    assert made.distribution("demand_usd", "2021Q4")["failed"] == 1


@pytest.mark.parametrize(("levers", "what"), [
    ([Lever("granted", "2025Q1", 0.0), Lever("granted", "2025Q3", 1.0)], "contradict"),
    ([Lever("granted", "2025Q3", 0.0), Lever("granted", "2025Q1", 1.0, until="2025Q2")], "out of order"),
    ([Lever("grants", "2025Q1", 0.0)], "no such lever"),
    ([Lever("granted", "2025Q5", 0.0)], "not a quarter"),
    ([Lever("granted", "2025Q3", 0.0, until="2025Q1")], "ends before"),
    ([Lever("granted", "2025Q3", float("nan"))], "not a number"),
])
def test_levers_that_cannot_be_are_refused(levers: list[Lever], what: str) -> None:
    with pytest.raises(InputError, match=what):
        check_levers(levers)


@pytest.mark.parametrize("asked", [
    {"draws": 0}, {"draws": 2.5}, {"until": "2020Q4"}, {"keep": ["profit"]}, {"as_of": "2019-01-01"},
    {"given": {"no_such": 1.0}}, {"given": {"spending": 1.0}}, {"given": {"chip_life": float("inf")}},
])
def test_runs_that_cannot_be_are_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        simulate(**{"draws": 5, **asked})


def test_a_quarter_or_outcome_outside_a_run_is_refused() -> None:
    made = simulate(draws=5, until="2022Q4")
    with pytest.raises(InputError, match="outside the run"):
        made.at("premium", "2025Q4")
    with pytest.raises(InputError, match="no such outcome"):
        made.outcome("premiun")


def test_every_parameter_is_graded_and_every_fact_has_a_source_that_is_listed() -> None:
    from highfence.choice.store import known_sources

    for parameter in shipped_parameters():
        assert parameter.label.zh and parameter.unit is not None
        for value in parameter.values:
            assert value.note is not None or value.source, parameter.id
            assert bool(value.source) == (value.grade != "assumed")
            assert not value.source or value.source in known_sources()


def test_every_parameter_moves_something() -> None:
    """A parameter that nothing reads would be a promise without a model behind it."""
    streams = Streams(1, 2)
    p, z = parameters(streams)
    read: set[str] = set()

    class Watched(dict):  # type: ignore[type-arg]
        def __getitem__(self, key: str) -> Any:
            read.add(key)
            return super().__getitem__(key)

    from highfence.market.step import step

    watched = Watched(p)
    inputs = Inputs(known_arrays(None), watched, z, streams)
    step(np, inputs.first(), inputs.quarter(0), watched)
    assert set(p) - read == set()


def test_paths_run_through_their_values_and_know_their_day() -> None:
    spending = shipped_parameters()["spending"]
    day = known_values(spending, None)[2].since
    assert day is not None
    assert path(spending, (day,), np.zeros(1))[0, 0] == pytest.approx(known_values(spending, None)[2].value.mid)
    assert len(known_values(spending, date(2024, 1, 1))) < len(known_values(spending, None))


def test_a_thousand_runs_take_a_second_or_two() -> None:
    assert runs_per_second(500) > 250
