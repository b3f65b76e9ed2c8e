"""Folders of pieces: whole or not at all, of one run alone, and read with suspicion."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from highfence.core import pieces as room
from highfence.core.errors import InputError
from highfence.core.pieces import BOUND_TO, Folder, open_folder

RECORD = {"task": "a", "seed": 1}
HELD = {"x": np.arange(6.0).reshape(2, 3), "ok": np.array([True, False, True])}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    found = open_folder(tmp_path / "run", RECORD, 2)
    found.write(0, HELD)
    return found


def test_a_piece_comes_back_as_it_went(folder: Folder) -> None:
    back = folder.read(0)
    assert folder.has(0) and not folder.has(1) and set(back) == set(HELD)
    for name, value in HELD.items():
        assert back[name].tobytes() == value.tobytes() and back[name].shape == value.shape
    assert set(folder.read(0, "x")) == {"x"}


def test_the_same_arrays_make_the_same_file(folder: Folder) -> None:
    before = folder.piece(0).read_bytes()
    folder.piece(0).unlink()
    folder.write(0, HELD)
    assert folder.piece(0).read_bytes() == before


def test_a_folder_goes_on_with_its_own_run_only(folder: Folder) -> None:
    assert open_folder(folder.path, RECORD, 2) == folder
    with pytest.raises(InputError, match="another run") as refused:
        open_folder(folder.path, {**RECORD, "seed": 2}, 2)
    assert "seed" in str(refused.value) and refused.value.code == "other-run"
    with pytest.raises(InputError, match="another run"):
        open_folder(folder.path, RECORD, 3)


def test_a_piece_of_another_run_or_place_does_not_count(folder: Folder, tmp_path: Path) -> None:
    other = open_folder(tmp_path / "other", {**RECORD, "seed": 2}, 2)
    other.piece(0).write_bytes(folder.piece(0).read_bytes())
    folder.piece(1).write_bytes(folder.piece(0).read_bytes())
    for held, i in ((other, 0), (folder, 1)):
        assert not held.has(i)
        with pytest.raises(InputError, match="another run"):
            held.read(i)


def test_nothing_half_written_is_left(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(file: io.BytesIO, **arrays: Any) -> None:
        file.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(room.np, "savez", fails)
    with pytest.raises(OSError, match="disk full"):
        folder.write(1, HELD)
    fresh, stale = folder.path / ".draft-a.part", folder.path / ".draft-b.part"
    for path in (fresh, stale):
        path.write_bytes(b"half")
    os.utime(stale, (0, 0))
    assert open_folder(folder.path, RECORD, 2) == folder and fresh.exists() and not stale.exists()
    fresh.unlink()
    assert sorted(p.name for p in folder.path.iterdir()) == ["piece-0000000.npz", "record.json"]


def test_a_damaged_piece_is_told_from_a_whole_one(folder: Folder) -> None:
    raw = bytearray(folder.piece(0).read_bytes())
    place = raw.index(HELD["x"].tobytes())
    raw[place + 20] ^= 0xFF
    folder.piece(0).write_bytes(raw)
    with pytest.raises(InputError, match="cannot be read"):
        folder.read(0)
    folder.piece(0).write_bytes(raw[: len(raw) // 2])
    assert not folder.has(0)


def rewritten(folder: Folder, **members: bytes) -> None:
    with zipfile.ZipFile(folder.piece(0)) as held:
        bound = held.read(f"{BOUND_TO}.npy")
    with zipfile.ZipFile(folder.piece(0), "w") as made:
        for name, raw in {BOUND_TO: bound, **members}.items():
            made.writestr(f"{name}.npy", raw)


def as_npy(value: Any, pickled: bool = False) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asarray(value, dtype=object if pickled else None), allow_pickle=pickled)
    return file.getvalue()


class Harm:
    done: ClassVar[list[str]] = []

    def __reduce__(self) -> Any:
        return Harm.done.append, ("ran",)


def test_no_pickle_runs(folder: Folder) -> None:
    rewritten(folder, x=as_npy([Harm()], pickled=True))
    with pytest.raises(InputError, match="no piece holds"):
        folder.read(0)
    assert not Harm.done


def test_a_header_that_promises_more_than_there_is_takes_no_memory(folder: Folder) -> None:
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (10**12,)})
    rewritten(folder, x=file.getvalue() + b"12345678")
    with pytest.raises(InputError, match="not what its header says"):
        folder.read(0)


def test_compressed_members_and_strange_names_are_refused(folder: Folder) -> None:
    with zipfile.ZipFile(folder.piece(0), "a", zipfile.ZIP_DEFLATED) as held:
        held.writestr("zeros.npy", as_npy(np.zeros(10**6)))
    with pytest.raises(InputError, match="compressed"):
        folder.read(0)
    rewritten(folder, **{"../up": as_npy([1.0])})
    with pytest.raises(InputError, match="not a piece"):
        folder.read(0)


def test_files_beyond_the_bound_are_not_opened(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_PIECE_BYTES", 100)
    with pytest.raises(InputError, match="too large"):
        folder.read(0)
    assert not folder.has(0)
    with pytest.raises(InputError, match="too much for one piece"):
        folder.write(1, {"x": np.zeros(100)})


@pytest.mark.parametrize("text", ["", "[" * 100_000, "3", "not json"])
def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "record.json").write_text(text)
    with pytest.raises(InputError, match="holds no run"):
        open_folder(tmp_path, RECORD, 1)
    (tmp_path / "record.json").rename(tmp_path / "letter.txt")
    with pytest.raises(InputError, match="holds no run"):
        open_folder(tmp_path, RECORD, 1)
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


def test_arrays_that_cannot_be_kept_are_refused(folder: Folder) -> None:
    for arrays in ({"../x": HELD["x"]}, {BOUND_TO: HELD["x"]}, {"x": np.array([{}])}):
        with pytest.raises(InputError, match="cannot be kept"):
            folder.write(1, arrays)


def test_the_record_is_readable(folder: Folder) -> None:
    assert json.loads((folder.path / "record.json").read_text())["seed"] == 1
