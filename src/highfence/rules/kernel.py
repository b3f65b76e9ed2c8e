"""Classification of many parts at once: the law's own conditions as array code.

Pure functions over arrays of any namespace of the array API standard; no branch on values, no mask indexing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from highfence.core.dates import parse_day
from highfence.core.errors import InputError
from highfence.rules.case import Case
from highfence.rules.conditions import Compare, Flag, walk
from highfence.rules.engine import classify_item
from highfence.rules.law import Law, LawOnDay
from highfence.rules.metrics import NOT_SAID
from highfence.rules.store import shipped_law

CHUNK = 32_768
"""Rows worked on at a time, so that what is between two steps stays in the processor's cache."""

COLUMNS = ("tpp", "performance_density", "io_bandwidth", "dram_bandwidth", "tops", "datacenter")
Kernel = Callable[[Mapping[str, Any], Any], Any]


class ArrayLaw:
    """The classification layer of one day for ICs, as one function over arrays.

    Attributes
    ----------
    names : paragraph of each code; the last two are ``none`` and ``unknown``.
    reads : columns that the day's conditions read.
    """

    def __init__(self, today: LawOnDay) -> None:
        active = [a for a in today.classifiers.get("ic", ()) if not _only_by_statement(a.era.when)]
        self.today = today
        self.names = (*(str(a.provision.paragraph) for a in active), "none", "unknown")
        self.tests = [a.era.when.array(a.terms) for a in active]
        nodes = [n for a in active for n in walk(a.era.when)]
        self.reads = {n.metric for n in nodes if isinstance(n, Compare)} | {
            n.name for n in nodes if isinstance(n, Flag)}

    def codes(self, arrays: dict[Any, Any], xp: Any) -> Any:
        """Return the code of each row: the first paragraph that is met, or none.

        Parameters
        ----------
        arrays : every column of ``reads``, same shape (n,), floats in the units inside and booleans; intermediate
            results are added to it.
        xp : namespace of the arrays.

        Returns
        -------
        int8 array, shape (n,).
        """
        none = len(self.tests)
        first = next(iter(arrays.values()))
        result = xp.full(first.shape, none, dtype=xp.int8)
        for code in range(none - 1, -1, -1):
            result = xp.where(self.tests[code](arrays, xp), xp.asarray(code, dtype=xp.int8), result)
        return result


def _only_by_statement(condition: Any) -> bool:
    """Whether a provision turns on facts that only the parties state, which rows of numbers do not carry."""
    return any(isinstance(n, Flag) and n.name in NOT_SAID for n in walk(condition))


@lru_cache(maxsize=128)
def _array_law(law: Law, index: date) -> ArrayLaw:
    return ArrayLaw(law.on(index))


def classify_many(
    tpp: ArrayLike, performance_density: ArrayLike | None = None, *, io_gb_s: ArrayLike | None = None,
    tops: ArrayLike | None = None, datacenter: ArrayLike = True, on: str | date = "2025-07-15", law: Law | None = None,
) -> tuple[NDArray[np.int8], tuple[str, ...]]:
    """Classify many ICs on one day.

    Parameters
    ----------
    tpp, performance_density, tops : shape (n,), TPP, TPP/mm² and tera-operations per second; NaN where unknown.
    io_gb_s : aggregate bidirectional I/O, GB/s. datacenter : booleans, or one for all.
    on : day of the law.

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
    compiled = _array_law(under, today.day)
    arrays = _columns(tpp, performance_density, io_gb_s, tops, datacenter)
    wanted = {name: arrays[name] for name in compiled.reads if name in arrays}
    codes = np.empty(arrays["tpp"].shape, dtype=np.int8)
    for start in range(0, codes.size, CHUNK):
        rows = slice(start, start + CHUNK)
        codes[rows] = compiled.codes({n: a[rows] for n, a in wanted.items()}, np)
    return _with_unknowns(codes, arrays, compiled), compiled.names


def _columns(tpp: ArrayLike, density: ArrayLike | None, io: ArrayLike | None, tops: ArrayLike | None,
             datacenter: ArrayLike) -> dict[str, NDArray[Any]]:
    t = np.atleast_1d(np.asarray(tpp, dtype=np.float64))
    nothing = np.broadcast_to(np.float64("nan"), t.shape)
    given = {"tpp": t, "bits_x_tops": t,
             "performance_density": nothing if density is None else np.asarray(density, dtype=np.float64),
             "io_bandwidth": nothing if io is None else np.asarray(io, dtype=np.float64) * 1e9,
             "tops": np.where(t >= 512.0, t / 64, np.where(t < 8.0, t, np.nan)) if tops is None
             else np.asarray(tops, dtype=np.float64),
             "datacenter": np.broadcast_to(np.asarray(datacenter, dtype=bool), t.shape)}
    for name, column in given.items():
        if column.shape != t.shape:
            raise InputError("columns of different lengths", where=name, got=column.shape, expected=str(t.shape))
    return given


def _with_unknowns(codes: NDArray[np.int8], arrays: Mapping[str, NDArray[Any]], compiled: ArrayLaw,
                   ) -> NDArray[np.int8]:
    """Settle the rows that lack a number one by one, in three-valued logic."""
    columns = [arrays[n] for n in compiled.reads if n in arrays and n != "datacenter"]
    lacking = [np.isnan(column) for column in columns if np.isnan(column.sum())]
    if not lacking:
        return codes
    index = {name: i for i, name in enumerate(compiled.names)}
    for i in np.flatnonzero(np.logical_or.reduce(lacking)):
        values = {n: None if np.isnan(arrays[n][i]) else float(arrays[n][i]) for n in arrays if n != "datacenter"}
        case = Case({**values, "item": "ic"}, {**NOT_SAID, "datacenter": bool(arrays["datacenter"][i])})
        paragraph, _ = classify_item(compiled.today, case, "ic")
        codes[i] = index[paragraph or "unknown"]
    return codes
