"""What an unknown input does to an answer.

Every line of the law is linear in a part's raw inputs: ``tpp >= c``, ``tpp >= k * area``, ``dram + io >= s``. The
ranges of unknown inputs are cut where some line crosses them; between two cuts the answer cannot change. So
answering once on each cut and once between each two covers every possibility, exactly.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import inf, prod
from typing import NamedTuple

from highfence.core.errors import NoAnswer
from highfence.rules.parts import Input, Part

Lines = Mapping[str, frozenset[float]]
Cell = tuple[int | bool, ...]
Cells = tuple[Cell, ...]
MAX_WAYS = 100_000


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
    """One way that the unknown inputs may be.

    Attributes
    ----------
    places : where it stands on each axis, so that neighbours can be compared.
    cell : on which side of every line it lies; points of one cell have one answer.
    """

    metrics: Mapping[str, float]
    flags: Mapping[str, bool]
    places: tuple[Place, ...]
    cell: Cell = ()


class Way(NamedTuple):
    """One combination of cells, with values that lie in them."""

    metrics: Mapping[str, float]
    flags: Mapping[str, bool]
    cells: Cells


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


@dataclass(frozen=True)
class Survey:
    """Everything that the unknown inputs may be: groups of points that are free of one another.

    A group is one input, or two that some line couples. Points of one cell lie on the same side of every line.
    """

    groups: tuple[tuple[Point, ...], ...]

    def ways(self) -> Iterator[Way]:
        """Yield one way for every combination of cells.

        Raises
        ------
        NoAnswer : there are too many to answer.
        """
        distinct = self._distinct()
        if prod(map(len, distinct)) > MAX_WAYS:
            raise NoAnswer("too many inputs are unknown at once", would_change="state one of them, or its range")
        for combination in product(*distinct):
            metrics: dict[str, float] = {}
            flags: dict[str, bool] = {}
            for choice in combination:
                metrics.update(choice.metrics)
                flags.update(choice.flags)
            yield Way(metrics, flags, tuple(choice.cell for choice in combination))

    def splits(self, answers: Mapping[Cells, str]) -> list[Split]:
        """Return where the answer changes when one input moves and the others stay, one for each line.

        Where others decide which answers a line parts, a change of requirement goes before one of paragraph.
        """
        found: dict[tuple[str, float | None], Split] = {}
        cells = [[p.cell for p in group] for group in self._distinct()]
        for g, group in enumerate(self.groups):
            rows = list(_rows(group))
            for rest in product(*(c for i, c in enumerate(cells) if i != g)) if rows else ():
                def answer(point: Point, g: int = g, rest: Cells = rest) -> str:
                    return answers[(*rest[:g], point.cell, *rest[g:])]

                for split in (s for row, open_tpp in rows for s in _changes(row, answer, open_tpp)):
                    known = found.get((split.input, split.at))
                    if known is None or (split.moves_requirement and not known.moves_requirement):
                        found[split.input, split.at] = split
        return sorted(found.values(), key=lambda s: (s.input, s.at or 0.0))

    def _distinct(self) -> list[list[Point]]:
        found: list[dict[Cell, Point]] = [{} for _ in self.groups]
        for group, first in zip(self.groups, found):
            for point in group:
                first.setdefault(point.cell, point)
        return [list(first.values()) for first in found]


def survey(part: Part, lines: Lines, needed: frozenset[str]) -> Survey:
    """Return every way that the unknown inputs among ``needed`` may be, up to what no line tells apart."""
    groups = [_compute(part, lines, needed), _bandwidth(part, lines, needed),
              *(_single(part, name, lines, needed) for name in
                ("tops", "memory_bandwidth_density", "process_nm", "transistors_total")),
              _flag("datacenter", part.datacenter, needed), _flag("has_hbm", part.has_hbm, needed)]
    ordered = {name: sorted(values) for name, values in lines.items()}
    return Survey(tuple(tuple(replace(p, cell=_cell(p, ordered)) for p in group) for group in groups))


def _cell(choice: Point, lines: Mapping[str, Sequence[float]]) -> Cell:
    """Return on which side of every line, or on which line, each metric lies."""
    sides: list[int | bool] = list(choice.flags.values())
    for name, value in choice.metrics.items():
        sides += (bisect_left(lines[name], value), bisect_right(lines[name], value))
    return tuple(sides)


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

    @property
    def moves_requirement(self) -> bool:
        """Whether the two sides differ in what is required, not only in the paragraph."""
        return self.below.rpartition(": ")[2] != self.above.rpartition(": ")[2]


_YES_OR_NO = {"datacenter", "has_hbm"}


def _split(place: Place, before: str, after: str, answer: str, open_tpp: bool) -> Split:
    """Put a crossing down to the area, or to the density where TPP is open too and the area alone says nothing."""
    if open_tpp and place.cut.density is not None:
        return Split("performance_density", place.cut.density, after, before, answer)
    return Split(place.axis, place.cut.value, before, after, answer)


def _rows(group: Sequence[Point]) -> Iterator[tuple[list[tuple[Place, Point]], bool]]:
    """Yield the lines of points along each axis of a group, and whether TPP is open in it."""
    axes = [place.axis for place in group[0].places]
    for k in range(len(axes)):
        rows: dict[tuple[int, ...], list[tuple[Place, Point]]] = {}
        for point in group:
            steps = tuple(place.step for place in point.places)
            rows.setdefault(steps[:k] + steps[k + 1:], []).append((point.places[k], point))
        yield from ((sorted(row, key=lambda r: r[0].step), "tpp" in axes) for row in rows.values())


def _changes(row: Sequence[tuple[Place, Point]], answer: Callable[[Point], str], open_tpp: bool) -> Iterator[Split]:
    """Walk along an axis and yield every line on whose sides, or on which, the answer differs."""
    if row[0][0].axis in _YES_OR_NO:
        no, yes = (answer(point) for _, point in row)
        if no != yes:
            yield Split(row[0][0].axis, None, no, yes)
        return
    for i, (place, point) in enumerate(row):
        if place.cut.line:
            here = answer(point)
            before = answer(row[i - 1][1]) if i else here
            after = answer(row[i + 1][1]) if i + 1 < len(row) else here
            if not before == here == after:
                yield _split(place, before, after, here, open_tpp)
