"""Results that a caller holds: what is offered, that the plain run is untouched, and that a held one is used."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from highfence.market.holding import OFFERED, Held, Recorder
from highfence.market.inputs import Inputs, known_arrays, parameters
from highfence.market.randomness import Streams
from highfence.market.state import State
from highfence.market.step import step

DRAWS, UNTIL = 6, 20


@pytest.fixture(scope="module")
def world() -> tuple[Inputs, dict[str, Any]]:
    streams = Streams(1, DRAWS)
    p, z = parameters(streams)
    return Inputs(known_arrays(None), p, z, streams), p


def quarters_of(world: tuple[Inputs, dict[str, Any]], hold: Any = None) -> tuple[State, dict[str, Any]]:
    inputs, p = world
    state, flows = inputs.first(), dict[str, Any]()
    for t in range(UNTIL):
        state, flows = step(np, state, inputs.quarter(t), p, *(() if hold is None else (hold,)))
    return state, flows


def test_every_result_is_offered_once_under_its_name(world: tuple[Inputs, dict[str, Any]]) -> None:
    inputs, p = world
    seen: list[str] = []

    def hold(name: str, value: Any) -> Any:
        seen.append(name)
        return value

    step(np, inputs.first(), inputs.quarter(0), p, hold)
    assert sorted(seen) == sorted(OFFERED)


def test_a_recorder_changes_no_byte(world: tuple[Inputs, dict[str, Any]]) -> None:
    kept = Recorder()
    plain, told = quarters_of(world), quarters_of(world, kept)
    assert set(kept.values) == set(OFFERED)
    assert all(np.array_equal(plain[1][name], told[1][name]) for name in plain[1])
    assert all(np.array_equal(getattr(plain[0], f.name), getattr(told[0], f.name)) for f in fields(State))


def test_a_held_result_stands_in_its_rows_alone(world: tuple[Inputs, dict[str, Any]]) -> None:
    off = np.arange(DRAWS) < 2
    held = Held(np, {"lines.added": np.zeros(DRAWS)}, {"lines.added": off})
    free, kept = quarters_of(world)[0].wafers, quarters_of(world, held)[0].wafers
    assert (kept[off] < free[off]).all()
    assert np.array_equal(kept[~off], free[~off])


@pytest.mark.parametrize("name", ["left", "curb.flagship", "want.money"])
def test_a_result_with_columns_is_held_whole(world: tuple[Inputs, dict[str, Any]], name: str) -> None:
    inputs, p = world
    kept = Recorder()
    step(np, inputs.first(), inputs.quarter(0), p, kept)
    value = kept.values[name]
    off = np.arange(DRAWS) == 0
    given = Held(np, {name: value * 0.0}, {name: off})(name, value)
    assert (given[0] == 0.0).all() and np.array_equal(given[1:], value[1:])
