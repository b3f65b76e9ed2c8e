"""Results on disk, piece by piece: a folder with the record of its run and one file of arrays for each piece.

A piece is written whole or not at all, so that a run that stops goes on where it was. Files are NumPy archives without
compression and without pickles; what a folder holds is checked before it is read, since anybody may have written it.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from highfence.core.errors import InputError
from highfence.core.records import digest

Arrays = Mapping[str, NDArray[Any]]
RECORD = "record.json"
MOST_RECORD_BYTES = 1_000_000
MOST_PIECE_BYTES = 1 << 30
MOST_ARRAYS = 1_000
BOUND_TO = "_bound_to"
"""Array in each file: hash of the run's record and the piece's place."""

DRAFT, STALE_S = ".draft-", 3600.0
"""How files begin that are not whole yet, and the age from which nobody writes on at them."""

_NAME = re.compile(r"[A-Za-z0-9_.]{1,100}")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of pieces of one run.

    Attributes
    ----------
    path : the folder. hash : of the run's record. count : how many pieces there are in all.
    """

    path: Path
    hash: str
    count: int

    def piece(self, i: int) -> Path:
        """Return the file of a piece."""
        return self.path / f"piece-{i:07d}.npz"

    def has(self, i: int) -> bool:
        """Return whether a piece of this run is there, whole as far as its table of contents tells."""
        try:
            with zipfile.ZipFile(_bounded(self.piece(i), MOST_PIECE_BYTES)) as held, held.open(f"{BOUND_TO}.npy") as f:
                return bool(np.array_equal(_read_array(f, _size(held, BOUND_TO), ""), self._bound(i)))
        except (OSError, zipfile.BadZipFile, KeyError, InputError, ValueError):
            return False

    def write(self, i: int, arrays: Arrays) -> None:
        """Write a piece, whole or not at all; the same arrays make the same bytes.

        Raises
        ------
        InputError : a name that could be no file's, objects, or too much for one piece.
        """
        for name, value in arrays.items():
            if not _NAME.fullmatch(name) or name == BOUND_TO or value.dtype.hasobject:
                raise InputError("an array that cannot be kept", got=name, expected="numbers under a plain name")
        size = sum(value.nbytes for value in arrays.values())
        if size > MOST_PIECE_BYTES // 2 or len(arrays) > MOST_ARRAYS:
            raise InputError("too much for one piece", got=f"{size:,} bytes in {len(arrays)} arrays",
                             expected=f"{MOST_PIECE_BYTES // 2:,} bytes at most", hint="make pieces smaller")

        def fill(file: IO[bytes]) -> None:
            kept: dict[str, Any] = {BOUND_TO: self._bound(i), **arrays}
            np.savez(file, **kept)

        _write_whole(self.piece(i), fill)

    def read(self, i: int, only: str | None = None) -> dict[str, NDArray[Any]]:
        """Return a piece's arrays, or one of them.

        Raises
        ------
        InputError : the file is damaged, of another run, too large, or holds what no piece does.
        """
        path = self.piece(i)
        try:
            with zipfile.ZipFile(_bounded(path, MOST_PIECE_BYTES)) as held:
                names = [m.filename.removesuffix(".npy") for m in held.infolist()]
                if len(names) > MOST_ARRAYS + 1 or not all(map(_NAME.fullmatch, names)) or len(set(names)) < len(names):
                    raise InputError("not a piece of a run", where=path.name, got=sorted(names)[:5])
                found = {}
                for name in names if only is None else {BOUND_TO, only}.intersection(names):
                    with held.open(f"{name}.npy") as file:
                        found[name] = _read_array(file, _size(held, name), f"{path.name}: {name}")
        except (OSError, zipfile.BadZipFile, KeyError, ValueError) as problem:
            raise InputError("a piece of the run cannot be read", where=path.name, got=str(problem),
                             hint="delete the file and run again: it is computed anew") from None
        if not np.array_equal(found.pop(BOUND_TO, np.zeros(0)), self._bound(i)):
            raise InputError("a piece of another run", where=path.name, hint="delete the file and run again")
        return found

    def _bound(self, i: int) -> NDArray[np.uint8]:
        return np.frombuffer(bytes.fromhex(self.hash) + i.to_bytes(8, "little"), dtype=np.uint8)


def open_folder(path: Path | str, record: Mapping[str, Any], count: int) -> Folder:
    """Return the folder of a run, made if it is not there; one that was begun goes on.

    Parameters
    ----------
    record : everything that determines the result, as plain data. count : pieces.

    Raises
    ------
    InputError : the folder is of another run, or holds something else, or cannot be made.
    """
    folder, kept = Path(path), {**record, "pieces_in_all": count}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        found = any(not p.match(f"{DRAFT}*.part") for p in folder.iterdir())
        if not found:
            text = json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True)
            _write_whole(folder / RECORD, lambda file: file.write(text.encode()))
    except OSError as problem:
        raise InputError("not a folder that can be written", where=str(folder), got=problem.strerror) from None
    if found:
        _check_record(folder, kept)
    for left in folder.glob(f"{DRAFT}*.part"):
        if time() - left.stat().st_mtime > STALE_S:
            left.unlink(missing_ok=True)
    return Folder(folder, digest(kept), count)


def _check_record(folder: Path, wanted: Mapping[str, Any]) -> None:
    try:
        there = json.loads(_bounded(folder / RECORD, MOST_RECORD_BYTES).read_bytes())
    except (OSError, ValueError, RecursionError):
        raise InputError("a folder that holds no run", where=str(folder),
                         hint="name an empty folder, or one of the same run") from None
    if not isinstance(there, dict):
        raise InputError("a folder that holds no run", where=f"{folder}: {RECORD}")
    if digest(there) != digest(wanted):
        differ = sorted(k for k in {*there, *wanted} if there.get(k) != wanted.get(k))
        raise InputError("a folder of another run", where=str(folder), got=f"another {', '.join(differ)}"[:300],
                         expected="what the folder was begun with, to the letter",
                         hint="name another folder, or ask for the same again", code="other-run")


def memory_mapped(path: Path, shape: tuple[int, ...], dtype: Any,
                  parts: Iterable[tuple[int, NDArray[Any]]]) -> NDArray[Any]:
    """Return an array that lies in a file, written whole or not at all, part by part.

    Parameters
    ----------
    parts : where along the last axis each begins, and what it is; no more than one is in memory.
    """
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=DRAFT, suffix=".part")
    os.close(handle)
    try:
        npy.open_memmap(draft, mode="w+", dtype=dtype, shape=shape)
        for begin, part in parts:
            npy.open_memmap(draft, mode="r+")[..., begin:begin + part.shape[-1]] = part
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    found: NDArray[Any] = npy.open_memmap(path, mode="r")
    return found


def _bounded(path: Path, most: int) -> Path:
    size = path.stat().st_size
    if size > most:
        raise InputError("a file that is too large", where=path.name, got=f"{size:,} bytes",
                         expected=f"{most:,} bytes at most")
    return path


def _size(held: zipfile.ZipFile, name: str) -> int:
    """Return the bytes of a member; compressed ones are refused, so that none is larger than its file."""
    member = held.getinfo(f"{name}.npy")
    if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 0x1 or member.file_size != member.compress_size:
        raise InputError("not a piece of a run: compressed or encrypted", got=name)
    return member.file_size


def _read_array(file: IO[bytes], size: int, where: str) -> NDArray[Any]:
    """Read an array whose header promises no more than is there."""
    if npy.read_magic(file) != (1, 0):
        raise InputError("an array in a form that no piece has", where=where)
    shape, fortran, dtype = npy.read_array_header_1_0(file)
    if dtype.hasobject or fortran:
        raise InputError("an array that no piece holds", where=where, got=str(dtype))
    count = 1
    for side in shape:
        count *= side
    raw = file.read(size)
    if count * dtype.itemsize != len(raw) or any(side < 0 for side in shape):
        raise InputError("an array that is not what its header says", where=where, got=str(shape)[:100])
    return np.frombuffer(raw, dtype=dtype).reshape(shape)


def _write_whole(path: Path, fill: Any) -> None:
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=DRAFT, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
