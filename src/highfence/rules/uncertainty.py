"""What an unknown input does to an answer.

Every line of the law is linear in a part's raw inputs: ``tpp >= c``, ``tpp >= k * area``, ``dram + io >= s``. The
ranges of unknown inputs are cut where some line crosses them; between two cuts the answer cannot change. So
answering once on each cut and once between each two covers every possibility, exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import inf

from highfence.rules.parts import Part

Lines = Mapping[str, frozenset[float]]
MAX_POINTS = 40_000


@dataclass(frozen=True, slots=True)
class Point:
    """One way that the unknown inputs may be; ``axis`` positions let neighbours be compared."""

    metrics: Mapping[str, float]
    flags: Mapping[str, bool]
    axes: tuple[tuple[str, int, float | None], ...]


def cuts(low: float, high: float, lines: Sequence[float]) -> list[float]:
    """Return the ends of a range, every line inside it, and one value between each two, in order.

    >>> cuts(0, 10, [4.0])
    [0, 2.0, 4.0, 7.0, 10]
    """
    if low == high:
        return [low]
    inside = sorted({x for x in lines if low < x < high})
    end = high if high < inf else max([*inside, low, 1.0]) * 2
    knots = [low, *inside, end]
    between = [(a + b) / 2 for a, b in zip(knots, knots[1:])]
    return sorted({*knots, *between})


def points(part: Part, lines: Lines, needed: frozenset[str]) -> Iterator[Point]:
    """Yield every way that the unknown inputs among ``needed`` may be, up to what no line tells apart."""
    groups = [list(_compute(part, lines, needed)), list(_bandwidth(part, lines, needed)),
              *(list(_single(part, name, lines, needed)) for name in
                ("tops", "memory_bandwidth_density", "process_nm", "transistors_total")),
              list(_flag("datacenter", part.datacenter, needed)), list(_flag("has_hbm", part.has_hbm, needed))]
    for combination in islice(product(*groups), MAX_POINTS):
        metrics: dict[str, float] = {}
        flags: dict[str, bool] = {}
        axes: list[tuple[str, int, float | None]] = []
        for some_metrics, some_flags, some_axes in combination:
            metrics.update(some_metrics)
            flags.update(some_flags)
            axes.extend(some_axes)
        yield Point(metrics, flags, tuple(axes))


_Choice = tuple[dict[str, float], dict[str, bool], list[tuple[str, int, float | None]]]


def _compute(part: Part, lines: Lines, needed: frozenset[str]) -> Iterator[_Choice]:
    """TPP and density together: density lines are rays through the TPP-area plane."""
    tpp, area, stated = part.input("tpp"), part.input("logic_die_area"), part.input("performance_density")
    tpp_lines = [*lines["tpp"], *lines["bits_x_tops"]]
    density_lines = sorted(lines["performance_density"])
    use_density = "performance_density" in needed
    if stated.value is not None or not use_density:
        for i, t in enumerate(_range(tpp.low, tpp.high, tpp_lines, bool(needed & {"tpp", "bits_x_tops"}))):
            spread = _range(stated.low, stated.high, density_lines, use_density)
            for j, d in enumerate(spread):
                axes = ([("tpp", i, t)] if not tpp.known else []) + (
                    [("performance_density", j, d)] if use_density and not stated.known else [])
                yield _compute_values(t if t is not None else None, d), {}, axes
        return
    edges = [k * a for k in density_lines for a in (area.low, area.high) if 0 < a < inf]
    for i, t in enumerate(_range(tpp.low, tpp.high, [*tpp_lines, *edges], True)):
        if t is None:
            continue
        exact = {t / k: k for k in density_lines if t > 0}
        low = area.low if area.low > 0 else (min(exact, default=1.0) / 4)
        for j, a in enumerate(cuts(low, area.high, list(exact))):
            axes = ([("tpp", i, t)] if not tpp.known else []) + ([("logic_die_area", j, a)] if not area.known else [])
            yield _compute_values(t, exact.get(a, t / a if a else None)), {}, axes


def _compute_values(t: float | None, density: float | None) -> dict[str, float]:
    values = {} if t is None else {"tpp": t, "bits_x_tops": t}
    return values if density is None else {**values, "performance_density": density}


def _bandwidth(part: Part, lines: Lines, needed: frozenset[str]) -> Iterator[_Choice]:
    """DRAM and I/O together: the line on their sum is a diagonal."""
    io, dram, sums = part.input("io_bandwidth"), part.input("dram_bandwidth"), lines["dram_plus_io"]
    io_lines = [*lines["io_bandwidth"], *(s - d for s in sums for d in (dram.low, dram.high) if d < inf)]
    for i, x in enumerate(_range(io.low, io.high, io_lines, bool(needed & {"io_bandwidth", "dram_plus_io"}))):
        dram_lines = [*lines["dram_bandwidth"], *(s - (x or 0.0) for s in sums)]
        for j, y in enumerate(_range(dram.low, dram.high, dram_lines,
                                     bool(needed & {"dram_bandwidth", "dram_plus_io"}))):
            values = {k: v for k, v in (("io_bandwidth", x), ("dram_bandwidth", y)) if v is not None}
            if x is not None and y is not None:
                values["dram_plus_io"] = x + y
            yield values, {}, [(n, p, v) for n, p, v, r in (("io_bandwidth", i, x, io), ("dram_bandwidth", j, y, dram))
                               if v is not None and not r.known]


def _single(part: Part, name: str, lines: Lines, needed: frozenset[str]) -> Iterator[_Choice]:
    given = part.input(name)
    for i, value in enumerate(_range(given.low, given.high, sorted(lines[name]), name in needed)):
        yield ({} if value is None else {name: value}), {}, [(name, i, value)] if value is not None and not given.known \
            else []


def _flag(name: str, value: bool | None, needed: frozenset[str]) -> Iterator[_Choice]:
    if value is not None or name not in needed:
        yield {}, ({} if value is None else {name: value}), []
        return
    for i, choice in enumerate((False, True)):
        yield {}, {name: choice}, [(name, i, float(choice))]


def _range(low: float, high: float, lines: Sequence[float], needed: bool) -> Sequence[float | None]:
    """Return the cuts of a range, its one value, or nothing known where nobody asks."""
    if low == high:
        return [low]
    return cuts(low, high, lines) if needed else [None]


@dataclass(frozen=True, slots=True)
class Split:
    """An input and a value of it that separates two answers.

    Attributes
    ----------
    input : name of the input; ``at`` : the value, in the unit inside (None for a yes-or-no input).
    below, above : answers on the two sides (for a yes-or-no input: no and yes).
    at_line : answer on the line itself.
    """

    input: str
    at: float | None
    below: str
    above: str
    at_line: str | None = None


def find_splits(answers: Sequence[tuple[Point, str]]) -> list[Split]:
    """Return where the answer changes when one input moves and the others stay."""
    found: dict[tuple[str, float | None, str, str], Split] = {}
    for axis in dict.fromkeys(name for point, _ in answers for name, _, _ in point.axes):
        rows: dict[tuple[tuple[str, int], ...], list[tuple[int, float | None, str]]] = {}
        for point, answer in answers:
            rest = tuple((n, i) for n, i, _ in point.axes if n != axis)
            here = next(((i, v) for n, i, v in point.axes if n == axis), None)
            if here is not None:
                rows.setdefault(rest, []).append((here[0], here[1], answer))
        for row in rows.values():
            for split in _changes(axis, sorted(row, key=lambda r: r[0])):
                found.setdefault((split.input, split.at, split.below, split.above), split)
    return sorted(found.values(), key=lambda s: (s.input, s.at or 0.0))


def _changes(axis: str, row: list[tuple[int, float | None, str]]) -> Iterator[Split]:
    """Walk along an axis; even positions are knots (a line or an end), odd ones lie between."""
    if axis in {"datacenter", "has_hbm"}:
        if len(row) == 2 and row[0][2] != row[1][2]:
            yield Split(axis, None, row[0][2], row[1][2])
        return
    if len(row) < 3:
        return
    for (_, value, answer), (_, _, inner) in ((row[0], row[1]), (row[-1], row[-2])):
        if answer != inner:
            first, last = (answer, inner) if value == row[0][1] else (inner, answer)
            yield Split(axis, value, first, last, answer)
    between = row[1::2]
    for (i, _, before), (j, _, after) in zip(between, between[1:]):
        knot = next(((v, a) for p, v, a in row if i < p < j), None)
        if knot is not None and (before != after or knot[1] != before):
            yield Split(axis, knot[0], before, after, knot[1])
