"""One pure function over many pieces, here or on a Dask cluster, to the same bytes.

A piece is a range of draws, a point of a grid, or both: whatever the function takes. Results are kept in memory, handed
over one by one, or written to a folder from which a run that was stopped goes on. A worker that dies takes nothing with
it but time: its pieces are computed again elsewhere.
"""

from __future__ import annotations

import inspect
import os
import platform
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from highfence.__about__ import DATA_VERSION, __version__
from highfence.core.envelope import plain
from highfence.core.errors import InputError, MissingExtra, did_you_mean
from highfence.core.pieces import Arrays, Folder, memory_mapped, open_folder
from highfence.core.records import digest

Task = Callable[[Any], Arrays]
"""A pure function of a module, or a partial of one: from a piece to arrays by name."""

ENGINES = ("here", "dask")
AHEAD = 2
"""Pieces under way for each thread: more would only fill memory."""

PATIENCE = "15s"
"""How long a scheduler may take to answer."""


@dataclass(frozen=True, slots=True)
class Ensemble:
    """The results of all pieces, in order.

    Attributes
    ----------
    held : results in memory, or None. folder : where they lie, or None.
    """

    held: tuple[Arrays, ...] | None
    folder: Folder | None

    def __len__(self) -> int:
        if self.folder is not None:
            return self.folder.count
        return len(self.held or ())

    def __getitem__(self, i: int) -> Arrays:
        if not 0 <= i < len(self):
            raise IndexError(i)
        if self.folder is not None:
            return self.folder.read(i)
        assert self.held is not None
        return self.held[i]

    def joined(self, name: str) -> NDArray[Any]:
        """Return an array of all pieces, side by side along the last axis; in a file where results lie in a folder.

        Raises
        ------
        InputError : a piece does not hold it, or cannot be read, or has another form than the first.
        """
        if self.folder is None:
            return np.concatenate([self._of(i, name) for i in range(len(self))], axis=-1)
        first = self._of(0, name)
        sizes = [first.shape[-1], *(self._of(i, name).shape[-1] for i in range(1, len(self)))]
        ends = np.cumsum(sizes)

        def parts() -> Iterator[tuple[int, NDArray[Any]]]:
            for i, end in enumerate(ends):
                part = self._of(i, name)
                if part.shape[:-1] != first.shape[:-1] or part.dtype != first.dtype:
                    raise InputError("pieces of different forms", where=self._where(i), got=str(part.shape))
                yield int(end) - part.shape[-1], part

        return memory_mapped(self.folder.path / f"joined.{name}.npy", (*first.shape[:-1], int(ends[-1])), first.dtype,
                             parts())

    def _of(self, i: int, name: str) -> NDArray[Any]:
        found = self[i] if self.folder is None else self.folder.read(i, name)
        if name not in found or found[name].ndim == 0:
            raise InputError("a piece without that array", where=self._where(i), got=name,
                             expected=", ".join(sorted(found)), hint=did_you_mean(name, found))
        return found[name]

    def _where(self, i: int) -> str:
        return f"piece {i}" if self.folder is None else self.folder.piece(i).name


def ensemble(task: Task, pieces: Sequence[Any], *, engine: str = "here", address: str | None = None,
             store: Path | str | None = None, take: Callable[[int, Arrays], None] | None = None,
             progress: Callable[[int, int], None] | None = None, workers: int | None = None,
             threads: int | None = 1) -> Ensemble:
    """Return the results of a function over pieces.

    Parameters
    ----------
    task : pure function of a module, or a :func:`functools.partial` of one: the same piece gives the same arrays.
    pieces : what it is given, one by one: plain data. engine : ``here``, in this process; or ``dask``. address : of a
    Dask scheduler; without one, a cluster of processes of this machine that ends with the run.
    store : folder for results; one that was begun by the same run goes on. take : is handed each piece's place and
    arrays as it is done, in any order; results are then not kept in memory. progress : told how many pieces are done,
    and of how many. workers : processes of the cluster of this machine; one a core if None.
    threads : pieces that run at a time in this process, as many as cores if None: NumPy frees the interpreter's lock
    while it computes.

    Raises
    ------
    InputError : no such engine, a folder of another run, no scheduler, workers of another version, a piece that kills
        its workers. MissingExtra : Dask is not installed.

    Examples
    --------
    >>> squares = ensemble(squares_between, [(0, 2), (2, 5)])
    >>> squares.joined("square").tolist()
    [0.0, 1.0, 4.0, 9.0, 16.0]
    """
    if engine not in ENGINES:
        raise InputError("no such engine", where="--engine", got=engine, expected=", ".join(ENGINES),
                         hint=did_you_mean(engine, ENGINES))
    if address is not None and engine != "dask":
        raise InputError("a scheduler serves the engine dask only", where="--scheduler", got=address,
                         hint="add --engine dask")
    if not pieces:
        raise InputError("no pieces to compute", expected="one or more")
    folder = None if store is None else open_folder(store, record_of(task, pieces), len(pieces))
    missing = [i for i in range(len(pieces)) if folder is None or not folder.has(i)]
    kept: list[Arrays | None] = [None] * len(pieces)
    done = len(pieces) - len(missing)
    if progress and done:
        progress(done, len(pieces))
    run = (_here(task, pieces, missing, threads) if engine == "here"
           else _on_dask(task, pieces, missing, address, workers))
    with closing(run):
        for i, arrays in run:
            if folder is not None:
                folder.write(i, arrays)
            elif take is not None:
                take(i, arrays)
            else:
                kept[i] = arrays
            done += 1
            if progress:
                progress(done, len(pieces))
    if folder is not None and take is not None:
        for i in range(len(pieces)):
            take(i, folder.read(i))
    whole = tuple(cast(Arrays, k) for k in kept) if folder is None and take is None else None
    return Ensemble(whole, folder)


def spans(count: int, size: int) -> tuple[tuple[int, int], ...]:
    """Return ranges of draws, each of a size but the last.

    >>> spans(5, 2)
    ((0, 2), (2, 4), (4, 5))
    """
    return tuple((begin, min(begin + size, count)) for begin in range(0, count, size))


def squares_between(span: tuple[int, int]) -> Arrays:
    """Return the squares of whole numbers from one to before another: the least that an ensemble can be tried with."""
    return {"square": np.arange(*span, dtype=float) ** 2}


# ---- what determines a result --------------------------------------------------------------------------------------


def record_of(task: Task, pieces: Sequence[Any]) -> dict[str, Any]:
    """Return everything that determines the results, as plain data: function, arguments, pieces, code and machine.

    Raises
    ------
    InputError : a function that has no name in a module.
    """
    bare, arguments = (task.func, (task.args, task.keywords)) if isinstance(task, partial) else (task, ((), {}))
    name = getattr(bare, "__qualname__", "<nameless>")
    if "<" in name:
        raise InputError("not a function of a module: its results could not be told from another's", got=repr(task))
    return {"task": f"{bare.__module__}.{name}", "task_code": _code_of(bare), "arguments": plain(arguments),
            "pieces": digest(list(pieces)), **environment()}


def _code_of(function: Any) -> str:
    try:
        path = inspect.getsourcefile(function)
    except TypeError:
        path = None
    return "" if path is None else blake2b(Path(path).read_bytes(), digest_size=12).hexdigest()


@cache
def environment() -> dict[str, Any]:
    """Return what a process computes with: versions, hashes of all code and data, and the processor's features."""
    found = np.show_config(mode="dicts")
    simd = found["SIMD Extensions"] if found else {}
    return {"highfence": __version__, "data_version": DATA_VERSION, "code": _package_hash(),
            "python": platform.python_version(), "numpy": np.__version__, "machine": platform.machine(),
            "processor_features": sorted({*simd.get("baseline", ()), *simd.get("found", ())})}


def _package_hash() -> str:
    root, held = Path(__file__).parent.parent, blake2b(digest_size=16)
    for path in sorted(p for p in root.rglob("*") if p.suffix in {".py", ".yaml", ".csv", ".json", ".txt", ".npz"}):
        held.update(path.relative_to(root).as_posix().encode())
        held.update(path.read_bytes())
    return held.hexdigest()


# ---- engines -------------------------------------------------------------------------------------------------------


def _here(task: Task, pieces: Sequence[Any], missing: Sequence[int], threads: int | None,
          ) -> Generator[tuple[int, Arrays], None, None]:
    most = min(threads or _cores(), len(missing))
    if most <= 1:
        for i in missing:
            yield i, task(pieces[i])
        return
    with ThreadPoolExecutor(most) as pool:
        under_way = deque[tuple[int, Future[Arrays]]]()
        try:
            for i in missing:
                under_way.append((i, pool.submit(task, pieces[i])))
                if len(under_way) >= AHEAD * most:
                    place, first = under_way.popleft()
                    yield place, first.result()
            while under_way:
                place, first = under_way.popleft()
                yield place, first.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _on_dask(task: Task, pieces: Sequence[Any], missing: Sequence[int], address: str | None,
             workers: int | None) -> Generator[tuple[int, Arrays], None, None]:
    """Yield results as a cluster's workers finish them; few pieces are under way at a time."""
    if not missing:
        return
    distributed, expected = _distributed(), digest(environment())
    with _client(distributed, address, workers) as client:
        waiting = iter(missing)
        places: dict[Any, int] = {}
        finished = distributed.as_completed(loop=client.loop)

        def send(count: int) -> None:
            for _, i in zip(range(count), waiting):
                future = client.submit(_worked, task, pieces[i], expected, pure=False)
                places[future.key] = i
                finished.add(future)

        send(AHEAD * max(sum(client.nthreads().values()), 1))
        for future in finished:
            try:
                arrays = future.result()
            except distributed.KilledWorker as problem:
                raise InputError("a piece ended every worker that had it", got=str(problem),
                                 hint="make pieces smaller, or give workers more memory") from None
            i = places.pop(future.key)
            future.release()
            send(1)
            yield i, arrays


def _worked(task: Task, piece: Any, expected: str) -> Arrays:
    """Compute a piece on a worker that would get the same bytes as everybody else.

    Raises
    ------
    InputError : the worker has other code, data, versions or processor features.
    """
    if digest(environment()) != expected:
        own = environment()
        raise InputError("a worker that would compute something else: not the same code, data, NumPy or processor",
                         got=f"highfence {own['highfence']}, numpy {own['numpy']}, {own['machine']}",
                         hint="install the same versions on every worker", code="other-worker")
    return task(piece)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise MissingExtra("dask", "--engine dask") from None
    return distributed


@contextmanager
def _client(distributed: Any, address: str | None, workers: int | None) -> Iterator[Any]:
    """Open a cluster by its address, or one of this machine that ends with the run."""
    if address is not None:
        try:
            client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError) as problem:
            raise InputError("no scheduler answers", where="--scheduler", got=address, expected="tcp://HOST:PORT",
                             example="tcp://127.0.0.1:8786", hint=str(problem)[:200]) from None
        with client:
            yield client
        return
    import dask

    quiet = {"distributed.worker.profile.enabled": False}  # its samples would add some MB a minute to each process
    with (dask.config.set(quiet),
          distributed.LocalCluster(n_workers=workers or _cores(), threads_per_worker=1, processes=True,
                                   dashboard_address="127.0.0.1:0", silence_logs=50) as cluster,
          distributed.Client(cluster, set_as_default=False) as client):
        yield client


__all__ = ["ENGINES", "Arrays", "Ensemble", "Task", "ensemble", "environment", "record_of", "spans"]
