"""Ensembles: the same bytes wherever they run and however often they were stopped."""

from __future__ import annotations

import builtins
import os
import signal
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from highfence.core import ensembles as room
from highfence.core.ensembles import Arrays, ensemble, record_of, spans, squares_between
from highfence.core.errors import InputError, MissingExtra
from highfence.core.ranges import normals

distributed = pytest.importorskip("distributed", reason="the extra [dask] is not installed")


def noise(seed: int, span: tuple[int, int]) -> Arrays:
    """Work of a moment, with numbers that belong to their draws."""
    time.sleep(0.02)
    return {"z": np.stack(list(normals(seed, ["a", "b"], span[1] - span[0], span[0]).values()))}


def grid(point: dict[str, float]) -> Arrays:
    return {"at": np.array([point["a"] * 10 + point["b"]])}


def fails(span: tuple[int, int]) -> Arrays:
    if span[0] == 4:
        raise InputError("a draw that cannot be", got=span)
    return squares_between(span)


def deadly(span: tuple[int, int]) -> Arrays:
    if span[0] == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return squares_between(span)


def lacks(span: tuple[int, int]) -> Arrays:
    raise MissingExtra("jax", "this piece")


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


def test_pieces_of_any_size_make_the_same_whole() -> None:
    whole = ensemble(partial(noise, 1), spans(40, 40)).joined("z")
    for size in (1, 7, 39):
        assert ensemble(partial(noise, 1), spans(40, size)).joined("z").tobytes() == whole.tobytes()


def test_a_grid_is_pieces_too() -> None:
    points = [{"a": float(a), "b": float(b)} for a in range(2) for b in range(3)]
    assert ensemble(grid, points).joined("at").tolist() == [0.0, 1.0, 2.0, 10.0, 11.0, 12.0]


def test_a_cluster_gives_the_bytes_of_this_process(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    task, pieces = partial(noise, 3), spans(60, 5)
    here = ensemble(task, pieces, store=tmp_path / "here")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True,
                                  dashboard_address="127.0.0.1:0") as cluster:
        ensemble(task, pieces, engine="dask", address=cluster.scheduler_address, store=tmp_path / "there",
                 progress=lambda done, count: told.append((done, count)))
    assert bytes_of(tmp_path / "here") == bytes_of(tmp_path / "there")
    assert told == [(i, 12) for i in range(1, 13)] and len(here) == 12
    joined = here.joined("z")
    assert isinstance(joined, np.memmap)
    assert joined.tobytes() == ensemble(task, pieces).joined("z").tobytes()


def test_a_worker_that_is_killed_half_way_takes_nothing_with_it(tmp_path: Path) -> None:
    task, pieces, killed = partial(noise, 5), spans(300, 5), list[int]()
    with (distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0",
                                   silence_logs=50) as cluster,
          distributed.Client(cluster, set_as_default=False) as client):
        before = set(client.run(os.getpid).values())

        def told(done: int, count: int) -> None:
            if done == count // 2 and not killed:
                killed.append(min(before))
                os.kill(killed[0], signal.SIGKILL)

        ensemble(task, pieces, engine="dask", address=cluster.scheduler_address, store=tmp_path / "killed",
                 progress=told)
    assert killed and not Path(f"/proc/{killed[0]}").exists()
    ensemble(task, pieces, store=tmp_path / "here")
    assert bytes_of(tmp_path / "killed") == bytes_of(tmp_path / "here")


def test_a_run_that_was_stopped_goes_on(tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop(done: int, count: int) -> None:
        if done == 4:
            raise Stop

    task, pieces = partial(noise, 1), spans(40, 4)
    with pytest.raises(Stop):
        ensemble(task, pieces, store=tmp_path / "run", progress=stop)
    there = bytes_of(tmp_path / "run")
    assert len(there) == 5
    (tmp_path / "run" / "piece-0000002.npz").write_bytes(b"damaged")
    made: list[int] = []
    ensemble(task, pieces, store=tmp_path / "run", progress=lambda done, count: made.append(done))
    assert made == [3, 4, 5, 6, 7, 8, 9, 10]
    ensemble(task, pieces, store=tmp_path / "whole")
    assert bytes_of(tmp_path / "run") == bytes_of(tmp_path / "whole")


def test_a_folder_of_another_run_is_refused(tmp_path: Path) -> None:
    ensemble(partial(noise, 1), spans(4, 2), store=tmp_path)
    for task, pieces in ((partial(noise, 2), spans(4, 2)), (partial(noise, 1), spans(4, 1)),
                         (squares_between, spans(4, 2))):
        with pytest.raises(InputError, match="another run"):
            ensemble(task, pieces, store=tmp_path)


def test_what_a_piece_refuses_is_told_as_it_is() -> None:
    with pytest.raises(InputError, match="cannot be"):
        ensemble(fails, spans(8, 2))
    with pytest.raises(InputError, match="cannot be"):
        ensemble(fails, spans(8, 2), engine="dask", workers=1)


def test_a_piece_that_ends_every_worker_is_told_and_the_others_are_kept(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="ended every worker"):
        ensemble(deadly, spans(6, 2), engine="dask", workers=1, store=tmp_path)
    assert (tmp_path / "record.json").exists() and not (tmp_path / "piece-0000001.npz").exists()


def test_errors_travel_whole() -> None:
    with pytest.raises(MissingExtra, match=r"\[jax\]") as told:
        ensemble(lacks, [(0, 1)], engine="dask", workers=1)
    assert told.value.hint == "pip install 'highfence[jax]'"


def test_a_worker_of_another_kind_is_refused() -> None:
    with pytest.raises(InputError, match="something else") as refused:
        room._worked(squares_between, (0, 1), "another")
    assert refused.value.code == "other-worker"


def test_what_cannot_be_asked_is_refused() -> None:
    for asked in ({"engine": "dusk"}, {"address": "tcp://127.0.0.1:1"}):
        with pytest.raises(InputError, match=r"engine"):
            ensemble(squares_between, [(0, 1)], **asked)
    with pytest.raises(InputError, match="no pieces"):
        ensemble(squares_between, [])
    with pytest.raises(InputError, match="not a function of a module"):
        record_of(lambda span: squares_between(span), [(0, 1)])


def test_a_scheduler_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PATIENCE", "1s")
    for address in ("tcp://127.0.0.1:1", "nowhere"):
        with pytest.raises(InputError, match="no scheduler"):
            ensemble(squares_between, [(0, 1)], engine="dask", address=address)


def test_a_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "distributed":
            raise ImportError(name)
        return usual(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra, match=r"\[dask\]"):
        ensemble(squares_between, [(0, 1)], engine="dask")


def test_a_piece_takes_the_memory_of_a_piece() -> None:
    import tracemalloc

    tracemalloc.start()
    try:
        normals(7, ["price"], 1000, start=3_000_000)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_any_piece_of_a_stream_is_that_of_the_whole() -> None:
    whole = normals(7, ["price", "life"], 70_000)
    for begin, end in ((65_530, 65_540), (3, 9), (9, 12), (0, 5), (69_999, 70_000), (65_536, 65_536)):
        piece = normals(7, ["life", "price"], end - begin, begin)
        assert all(piece[name].tobytes() == whole[name][begin:end].tobytes() for name in whole)
