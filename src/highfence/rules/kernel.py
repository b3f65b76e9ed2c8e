"""Classification of many parts at once: the law's own conditions as array code.

Pure functions over arrays of any namespace of the array API standard; no branch on values, no mask indexing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from highfence.core.dates import parse_day
from highfence.core.errors import InputError
from highfence.rules.conditions import Compare, Flag, walk
from highfence.rules.law import Law, LawOnDay
from highfence.rules.metrics import LAW_METRICS, NOT_SAID
from highfence.rules.store import shipped_law

CHUNK = 131_072
"""Rows worked on at a time, so that what is between two steps stays in the processor's cache."""

COLUMNS = ("tpp", "performance_density", "io_bandwidth", "dram_bandwidth", "tops", "datacenter")


class ArrayLaw:
    """The classification layer of one day for ICs, as one function over arrays.

    Attributes
    ----------
    names : paragraph of each code; the last two are ``none`` and ``unknown``.
    reads : columns that the day's conditions read.
    """

    def __init__(self, today: LawOnDay, only: str = "") -> None:
        active = [a for a in today.classifiers.get("ic", ()) if not _only_by_statement(a.era.when)
                  and str(a.provision.paragraph).startswith(only)]
        self.today = today
        self.names = (*(str(a.provision.paragraph) for a in active), "none", "unknown")
        self.tests = [a.era.when.array(a.terms) for a in active]
        nodes = [n for a in active for n in walk(a.era.when)]
        self.reads = {n.metric for n in nodes if isinstance(n, Compare)} | {
            n.name for n in nodes if isinstance(n, Flag)}

    def codes(self, arrays: dict[Any, Any], xp: Any) -> Any:
        """Return the code of each row: the first paragraph that is met, none, or unknown where a NaN decides.

        The first paragraph that may be met, counting what is missing as met, is compared with the first that is
        met for certain: where they are the same, nothing missing matters.

        Parameters
        ----------
        arrays : every column of ``reads``, same shape (n,), floats in the units inside and booleans; intermediate
            results are added to it.
        xp : namespace of the arrays.

        Returns
        -------
        int8 array, shape (n,).
        """
        certain = self._first(arrays, xp, False)
        numbers = [arrays[name] for name in self.reads if name in LAW_METRICS]
        if not any(bool(xp.isnan(xp.sum(column))) for column in numbers):
            return certain
        unknown = xp.asarray(len(self.tests) + 1, dtype=xp.int8)
        return xp.where(certain == self._first(arrays, xp, True), certain, unknown)

    def _first(self, arrays: dict[Any, Any], xp: Any, hopeful: bool) -> Any:
        """Count, row by row, how many paragraphs in order are not met before one is."""
        shape = next(iter(arrays.values())).shape
        codes = xp.zeros(shape, dtype=xp.int8)
        still_open = xp.ones(shape, dtype=xp.bool)
        for test in self.tests:
            still_open = xp.logical_and(still_open, xp.logical_not(test(arrays, xp, hopeful)))
            codes = codes + xp.astype(still_open, xp.int8)
        return codes


def _only_by_statement(condition: Any) -> bool:
    """Whether a provision turns on facts that only the parties state, which rows of numbers do not carry."""
    return any(isinstance(n, Flag) and n.name in NOT_SAID for n in walk(condition))


def _array_law(today: LawOnDay, only: str) -> ArrayLaw:
    """Return the day's compiled conditions; they live and die with the law that they come from."""
    found = today.kernels.get(only)
    if not isinstance(found, ArrayLaw):
        found = today.kernels[only] = ArrayLaw(today, only)
    return found


def classify_many(
    tpp: ArrayLike, performance_density: ArrayLike | None = None, *, io_gb_s: ArrayLike | None = None,
    tops: ArrayLike | None = None, datacenter: ArrayLike = True, on: str | date = "2025-07-15", law: Law | None = None,
    only: str = "",
) -> tuple[NDArray[np.int8], tuple[str, ...]]:
    """Classify many ICs on one day.

    Parameters
    ----------
    tpp, performance_density, tops : shape (n,), TPP, TPP/mm² and tera-operations per second; NaN where unknown.
    io_gb_s : aggregate bidirectional I/O, GB/s. datacenter : booleans, or one for all.
    on : day of the law. only : consider paragraphs that begin so (``3A090``); other rows are ``none``.

    Returns
    -------
    codes, shape (n,), int8, and the paragraph of each code (``none`` and ``unknown`` come last).

    Raises
    ------
    InputError : columns of different lengths.

    Examples
    --------
    >>> codes, names = classify_many([4992.0, 2368.0], [6.04, 2.91], on="2024-06-01")
    >>> [names[c] for c in codes]
    ['3A090.a.1', '3A991.p']
    """
    under = shipped_law() if law is None else law
    today = under.on(parse_day(on, "on"))
    compiled = _array_law(today, only)
    wanted = _columns(compiled.reads | {"tpp"}, tpp, performance_density, io_gb_s, tops, datacenter)
    codes = np.empty(np.atleast_1d(np.asarray(tpp)).shape, dtype=np.int8)
    for start in range(0, codes.size, CHUNK):
        rows = slice(start, start + CHUNK)
        codes[rows] = compiled.codes({n: a[rows] for n, a in wanted.items()}, np)
    return codes, compiled.names


def _columns(reads: set[str], tpp: ArrayLike, density: ArrayLike | None, io: ArrayLike | None,
             tops: ArrayLike | None, datacenter: ArrayLike) -> dict[str, NDArray[Any]]:
    """Return the columns that the day's conditions read, in the units inside."""
    t = np.atleast_1d(np.asarray(tpp, dtype=np.float64))
    make: dict[str, Callable[[], NDArray[Any]]] = {
        "tpp": lambda: t, "bits_x_tops": lambda: t,
        "performance_density": lambda: _floats(density, t),
        "io_bandwidth": lambda: _floats(io, t) * 1e9,
        "tops": lambda: _tops_from_tpp(t) if tops is None else _floats(tops, t),
        "datacenter": lambda: np.broadcast_to(np.asarray(datacenter, dtype=bool), t.shape),
    }
    columns = {name: make[name]() for name in sorted(reads) if name in make}
    for name, column in columns.items():
        if column.shape != t.shape:
            raise InputError("columns of different lengths", where=name, got=column.shape, expected=str(t.shape))
    return columns


def _floats(given: ArrayLike | None, like: NDArray[Any]) -> NDArray[Any]:
    if given is None:
        return np.broadcast_to(np.float64("nan"), like.shape)
    return np.asarray(given, dtype=np.float64)


def _tops_from_tpp(tpp: NDArray[Any]) -> NDArray[Any]:
    """TPP over 64 to 1 bits: known to be above or below 8 TOPS only at the ends."""
    return np.where(tpp >= 512.0, tpp / 64, np.where(tpp < 8.0, tpp, np.nan))
