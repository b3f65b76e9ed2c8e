"""Runs of the market on any engine and in any pieces: the same bytes."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest

import highfence as hf
from highfence.core.errors import InputError
from highfence.core.ranges import Range
from highfence.market.inputs import Lever
from highfence.market.runs import Trajectory, simulate

KEPT = ["domestic_share_units", "premium", "compute_stock_h100e"]


def same(one: Trajectory, other: Trajectory) -> bool:
    return (set(one.values) == set(other.values) and one.failed.tobytes() == other.failed.tobytes()
            and all(one.values[k].tobytes() == other.values[k].tobytes() for k in one.values))


def test_pieces_of_any_size_change_no_byte() -> None:
    whole = simulate(draws=60, until="2025Q4")
    for piece in (1, 7, 59):
        assert same(whole, simulate(draws=60, until="2025Q4", piece=piece)), piece


def test_a_day_of_knowledge_levers_and_given_ranges_change_no_byte_either(tmp_path: Path) -> None:
    asked = {"draws": 23, "until": "2026Q4", "keep": KEPT, "as_of": "2025-04-01",
             "given": {"chip_life": Range(3.0, 4.0, 5.0), "price_elasticity": 0.7}}
    levers = [Lever("granted", "2025Q3", 1.0)]
    assert same(simulate(levers, **asked), simulate(levers, piece=5, store=tmp_path, **asked))


def test_a_killed_worker_changes_no_byte(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="the extra [dask] is not installed")
    overlay, killed = [hf.read_overlay("s3374-safe-chips")], list[int]()
    with (distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0",
                                   silence_logs=50) as cluster,
          distributed.Client(cluster, set_as_default=False) as client):
        worker = min(client.run(os.getpid).values())

        def told(done: int) -> None:
            if done >= 40 and not killed:
                killed.append(worker)
                os.kill(worker, signal.SIGKILL)

        there = simulate(draws=80, keep=KEPT, piece=8, overlay=overlay, engine="dask",
                         address=cluster.scheduler_address, store=tmp_path / "there", progress=told)
    here = simulate(draws=80, keep=KEPT, overlay=overlay)
    assert killed and same(here, there)
    assert all(isinstance(values, np.memmap) for values in there.values.values())
    again = simulate(draws=80, keep=KEPT, piece=8, overlay=overlay, store=tmp_path / "there")
    assert same(here, again) and here.at("premium", "2025Q4") == again.at("premium", "2025Q4")
    assert here.distribution("premium", "2025Q4") == again.distribution("premium", "2025Q4")


def test_a_folder_is_of_one_question(tmp_path: Path) -> None:
    simulate(draws=4, until="2021Q4", keep=["premium"], store=tmp_path)
    for other in ({"seed": 2}, {"draws": 5}, {"until": "2022Q4"}, {"keep": ["hoard"]}, {"as_of": "2025-04-01"},
                  {"levers": [Lever("granted", "2021Q2", 0.0)]}, {"given": {"chip_life": 4.0}}):
        with pytest.raises(InputError, match="another run"):
            simulate(**{"draws": 4, "until": "2021Q4", "keep": ["premium"], "store": tmp_path, **other})


@pytest.mark.parametrize("asked", [{"engine": "slurm"}, {"piece": 0}, {"piece": 1.5}, {"address": "tcp://h:1"}])
def test_engines_that_cannot_be_are_refused(asked: dict[str, object]) -> None:
    with pytest.raises(InputError):
        simulate(draws=2, until="2021Q1", **asked)  # type: ignore[arg-type]
