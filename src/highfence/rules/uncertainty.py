"""What an unknown input does to an answer.

Every line of the law is linear in a part's raw inputs: ``tpp >= c``, ``tpp >= k * area``, ``dram + io >= s``. The
ranges of unknown inputs are cut where some line crosses them; between two cuts the answer cannot change. So
answering once on each cut and once between each two covers every possibility, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import inf
from typing import NamedTuple

from highfence.rules.parts import Input, Part

Lines = Mapping[str, frozenset[float]]
MAX_POINTS = 40_000


class Cut(NamedTuple):
    """A value at which to ask.

    ``line`` says that it lies on a line of the law; ``density`` is that line where it is one of TPP per area.
    """

    value: float
    line: bool
    density: float | None = None


class Place(NamedTuple):
    """Where a point stands on the axis of one unknown input."""

    axis: str
    step: int
    cut: Cut


@dataclass(frozen=True, slots=True)
class Point:
    """One way that the unknown inputs may be; its places let neighbours be compared."""

    metrics: Mapping[str, float]
    flags: Mapping[str, bool]
    places: tuple[Place, ...]


def cuts(low: float, high: float, lines: Iterable[float], corners: Iterable[float] = ()) -> list[Cut]:
    """Return one value between each two neighbouring lines of a range, and every line on it, in order.

    ``corners`` part the range as lines do, but are none themselves.

    >>> [(c.value, c.line) for c in cuts(0, 10, [4.0])]
    [(2.0, False), (4.0, True), (7.0, False)]
    >>> [c.value for c in cuts(5, 5, [4.0])]
    [5]
    """
    if low == high:
        return [Cut(low, False)]
    real = {x for x in lines if low <= x <= high}
    knots = sorted(real.union(x for x in corners if low <= x <= high))
    end = high if high < inf else max([*knots, low, 1.0]) * 2
    found: list[Cut] = []
    for a, b in zip([low, *knots], [*knots, end]):
        # Between neighbouring floats the middle rounds to an end, which stands for the range only if it is no line.
        inside = next((x for x in ((a + b) / 2, a, b) if x not in knots), None) if a < b else None
        if inside is not None:
            found.append(Cut(inside, False))
        if b in knots:
            found.append(Cut(b, b in real))
    return found


def points(part: Part, lines: Lines, needed: frozenset[str]) -> Iterator[Point]:
    """Yield every way that the unknown inputs among ``needed`` may be, up to what no line tells apart."""
    groups = [list(_compute(part, lines, needed)), list(_bandwidth(part, lines, needed)),
              *(list(_single(part, name, lines, needed)) for name in
                ("tops", "memory_bandwidth_density", "process_nm", "transistors_total")),
              list(_flag("datacenter", part.datacenter, needed)), list(_flag("has_hbm", part.has_hbm, needed))]
    for combination in islice(product(*groups), MAX_POINTS):
        metrics: dict[str, float] = {}
        flags: dict[str, bool] = {}
        places: list[Place] = []
        for choice in combination:
            metrics.update(choice.metrics)
            flags.update(choice.flags)
            places.extend(choice.places)
        yield Point(metrics, flags, tuple(places))


def _compute(part: Part, lines: Lines, needed: frozenset[str]) -> Iterator[Point]:
    """TPP and density together: density lines are rays through the TPP-area plane."""
    tpp, area, stated = part.input("tpp"), part.input("logic_die_area"), part.input("performance_density")
    density_lines = sorted(lines["performance_density"])
    rays = "performance_density" in needed and stated.value is None and stated.low == 0.0
    corners = [k * a for k in density_lines for a in (area.low, area.high) if 0 < a < inf] if rays else []
    tpp_lines = [*lines["tpp"], *lines["bits_x_tops"]]
    for i, t in enumerate(_range(tpp, tpp_lines, rays or bool(needed & {"tpp", "bits_x_tops"}), corners)):
        along_tpp = [] if t is None or tpp.known else [Place("tpp", i, t)]
        values = {} if t is None else {"tpp": t.value, "bits_x_tops": t.value}
        for metrics, place in (_by_area(t, area, density_lines) if rays and t is not None else
                               _by_density(stated, density_lines, "performance_density" in needed)):
            yield Point({**values, **metrics}, {}, (*along_tpp, *place))


_Step = tuple[dict[str, float], list[Place]]


def _by_area(tpp: Cut, area: Input, density_lines: Sequence[float]) -> Iterator[_Step]:
    exact = {tpp.value / k: k for k in density_lines if tpp.value > 0}
    floor = area.low if area.low > 0 else min(exact, default=1.0) / 4
    for j, a in enumerate(cuts(floor, area.high, exact)):
        density = exact.get(a.value, tpp.value / a.value) if a.line else tpp.value / a.value
        yield {"performance_density": density}, (
            [] if area.known else [Place("logic_die_area", j, a._replace(density=exact.get(a.value)))])


def _by_density(stated: Input, density_lines: Sequence[float], needed: bool) -> Iterator[_Step]:
    for j, d in enumerate(_range(stated, density_lines, needed)):
        yield ({} if d is None else {"performance_density": d.value}), (
            [] if d is None or stated.known else [Place("performance_density", j, d)])


def _bandwidth(part: Part, lines: Lines, needed: frozenset[str]) -> Iterator[Point]:
    """DRAM and I/O together: the line on their sum is a diagonal."""
    io, dram, sums = part.input("io_bandwidth"), part.input("dram_bandwidth"), lines["dram_plus_io"]
    io_lines = [*lines["io_bandwidth"], *(s - d for s in sums for d in (dram.low, dram.high) if d < inf)]
    for i, x in enumerate(_range(io, io_lines, bool(needed & {"io_bandwidth", "dram_plus_io"}))):
        dram_lines = [*lines["dram_bandwidth"], *(s - (x.value if x else 0.0) for s in sums)]
        for j, y in enumerate(_range(dram, dram_lines, bool(needed & {"dram_bandwidth", "dram_plus_io"}))):
            values = {k: v.value for k, v in (("io_bandwidth", x), ("dram_bandwidth", y)) if v is not None}
            if x is not None and y is not None:
                values["dram_plus_io"] = x.value + y.value
            yield Point(values, {}, tuple(
                Place(name, n, cut) for name, n, cut, known in (("io_bandwidth", i, x, io.known),
                                                                ("dram_bandwidth", j, y, dram.known))
                if cut is not None and not known))


def _single(part: Part, name: str, lines: Lines, needed: frozenset[str]) -> Iterator[Point]:
    given = part.input(name)
    for i, cut in enumerate(_range(given, lines[name], name in needed)):
        yield Point({} if cut is None else {name: cut.value}, {},
                    () if cut is None or given.known else (Place(name, i, cut),))


def _flag(name: str, value: bool | None, needed: frozenset[str]) -> Iterator[Point]:
    if value is not None or name not in needed:
        yield Point({}, {} if value is None else {name: value}, ())
        return
    for i, choice in enumerate((False, True)):
        yield Point({}, {name: choice}, (Place(name, i, Cut(float(choice), False)),))


def _range(given: Input, lines: Iterable[float], needed: bool, corners: Iterable[float] = (),
           ) -> Sequence[Cut | None]:
    """Return the cuts of a range, its one value, or nothing where nobody asks."""
    if given.known:
        return [Cut(given.low, False)]
    return cuts(given.low, given.high, lines, corners) if needed else [None]


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
    if len({answer for _, answer in answers}) < 2:
        return []
    found: dict[Split, None] = {}
    axes = [place.axis for place in answers[0][0].places]
    steps = [tuple(place.step for place in point.places) for point, _ in answers]
    for k in range(len(axes)):
        rows: dict[tuple[int, ...], list[tuple[Place, str]]] = {}
        for (point, answer), at in zip(answers, steps):
            rows.setdefault(at[:k] + at[k + 1:], []).append((point.places[k], answer))
        for row in rows.values():
            found.update(dict.fromkeys(_changes(sorted(row, key=lambda r: r[0].step), "tpp" in axes)))
    return sorted(found, key=lambda s: (s.input, s.at or 0.0))


_YES_OR_NO = {"datacenter", "has_hbm"}


def _split(place: Place, before: str, after: str, answer: str, compute_unknown: bool) -> Split:
    """Put a crossing down to the area, or to the density where TPP is open too and the area alone says nothing."""
    if compute_unknown and place.cut.density is not None:
        return Split("performance_density", place.cut.density, after, before, answer)
    return Split(place.axis, place.cut.value, before, after, answer)


def _changes(row: Sequence[tuple[Place, str]], compute_unknown: bool) -> Iterator[Split]:
    """Walk along an axis and yield every line on whose sides, or on which, the answer differs."""
    if row[0][0].axis in _YES_OR_NO:
        if len(row) == 2 and row[0][1] != row[1][1]:
            yield Split(row[0][0].axis, None, row[0][1], row[1][1])
        return
    for i, (place, answer) in enumerate(row):
        if place.cut.line:
            before = row[i - 1][1] if i else answer
            after = row[i + 1][1] if i + 1 < len(row) else answer
            if not before == answer == after:
                yield _split(place, before, after, answer, compute_unknown)
