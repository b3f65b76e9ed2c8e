"""The two planes of the law: TPP against density with its fences, and memory bandwidth against I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite

from highfence.catalogue import catalogue
from highfence.core.labels import Label
from highfence.core.quantities import human_scale
from highfence.report.citations import Bibliography, Cite
from highfence.report.names import short_name
from highfence.report.readings import Reading, read, weakest
from highfence.report.texts import say
from highfence.rules.law import Law
from highfence.rules.metrics import LAW_METRICS
from highfence.rules.parts import Part, part_of_chip

ECCN = "us.ear.774.3A090"
LETTERS = "us.ear.744.letters.2025-04-09"


@dataclass(frozen=True, slots=True)
class PlanePoint:
    """A part in a plane, in human units.

    Attributes
    ----------
    role : ``this``, ``reference`` or ``other``.
    origin : ``US``, ``CN`` or ``other``, where it was designed.
    x_high, y_high : None where no upper end is known.
    """

    id: str
    name: Label
    role: str
    origin: str
    datacenter: bool | None
    x: float
    x_low: float
    x_high: float | None
    y: float
    y_low: float
    y_high: float | None
    shown_x: Label
    shown_y: Label
    grade: str
    contested: bool
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A parameter of the law as a line in a plane, in human units."""

    name: str
    label: Label
    value: float
    unit: str
    since: str
    path: str
    cite: Cite


@dataclass(frozen=True, slots=True)
class Fence:
    """A rectangle that a paragraph covers; None where it is open."""

    paragraph: str
    x_from: float
    x_to: float | None
    y_from: float | None
    y_to: float | None


@dataclass(frozen=True, slots=True)
class HalfKnown:
    """A part of which only one of the two values is known, in human units."""

    axis: str
    value: float
    name: Label
    shown: Label


@dataclass(frozen=True, slots=True)
class Plane:
    """Parts, fences and the lines that they are drawn from.

    Attributes
    ----------
    unplaced : whether the part of the brief is missing from the points; ``half_known`` : what is known of it then.
    """

    id: str
    on: date
    points: tuple[PlanePoint, ...]
    fences: tuple[Fence, ...]
    lines: tuple[Line, ...]
    reported: bool
    unplaced: bool
    half_known: HalfKnown | None


def compute_plane(law: Law, part: Part, others: Sequence[Part], day: date, sources: Bibliography) -> Plane:
    """Return TPP (across) and performance density (up), with 3A090.a and .b as the law of the day draws them."""
    lines = {n: line for n in ("tpp_a1", "tpp_a2", "density_a2", "tpp_b1", "tpp_b1_end", "density_b1", "tpp_b2",
                               "density_b2", "density_b_end", "processing_2022")
             if (line := _line(law, f"{ECCN}.{n}", day, sources)) is not None}
    if "tpp_a1" in lines:
        lines.pop("processing_2022", None)
    fences = tuple(_fences_2023(lines)) if "tpp_a1" in lines else tuple(_fences_2022(lines))
    points = tuple(_points(part, others, ("tpp", "performance_density"), sources))
    return Plane("compute", day, points, fences, tuple(lines.values()), False,
                 *_missing(part, points, ("tpp", "performance_density")))


def bandwidth_plane(law: Law, part: Part, others: Sequence[Part], day: date, sources: Bibliography) -> Plane:
    """Return I/O (across) and memory bandwidth (up), with the lines that the letters of April 2025 are said to hold."""
    lines = tuple(line for n in ("dram", "io", "total")
                  if (line := _line(law, f"{LETTERS}.{n}", day, sources)) is not None)
    points = tuple(_points(part, others, ("io_bandwidth", "dram_bandwidth"), sources))
    return Plane("bandwidth", day, points, (), lines, law_is_reported(law),
                 *_missing(part, points, ("io_bandwidth", "dram_bandwidth")))


def law_is_reported(law: Law) -> bool:
    """Return whether the lines of the letters are known only from reports."""
    return any(p.reported for p in law.files[LETTERS].provisions)


def _missing(part: Part, points: Sequence[PlanePoint], axes: tuple[str, str]) -> tuple[bool, HalfKnown | None]:
    """Return whether the part has no place in a plane, and the one value that is known."""
    if any(p.role == "this" for p in points):
        return False, None
    for axis, name in zip(("x", "y"), axes):
        found = read(part, name)
        if found is not None and found.value:
            return True, HalfKnown(axis, found.value / human_scale(found.kind)[1], short_name(part), _shown(found))
    return True, None


def _line(law: Law, path: str, day: date, sources: Bibliography) -> Line | None:
    found = law.parameter(path).on(day)
    if found.value is None:
        return None
    unit, scale = human_scale(found.kind)
    metric = LAW_METRICS[str(law.parameter(path).metric)]
    return Line(path.rpartition(".")[2], metric.label, float(found.value) / scale, unit, found.since, path,
                sources.cite(found.source, found.at))


def _fences_2023(lines: dict[str, Line]) -> Iterator[Fence]:
    value = {name: line.value for name, line in lines.items()}
    yield Fence("3A090.b.1", value["tpp_b1"], value["tpp_b1_end"], value["density_b1"], value["density_b_end"])
    yield Fence("3A090.b.2", value["tpp_b2"], value["tpp_a1"], value["density_b2"], value["density_b_end"])
    yield Fence("3A090.a.1", value["tpp_a1"], None, None, None)
    yield Fence("3A090.a.2", value["tpp_a2"], value["tpp_a1"], value["density_a2"], None)


def _fences_2022(lines: dict[str, Line]) -> Iterator[Fence]:
    if "processing_2022" in lines:
        yield Fence("3A090.a", lines["processing_2022"].value, None, None, None)


def _points(part: Part, others: Sequence[Part], axes: tuple[str, str], sources: Bibliography) -> Iterator[PlanePoint]:
    near = {p.id for p in others} | {part.id}
    for one, role in ((part, "this"), *((p, "reference") for p in others)):
        if (point := _point(one, role, axes, sources)) is not None:
            yield point
    for chip in catalogue().chips():
        if chip.id not in near and chip.status != "cancelled":
            point = _point(part_of_chip(chip.id), "other", axes, sources)
            if point is not None:
                yield point


def _point(part: Part, role: str, axes: tuple[str, str], sources: Bibliography) -> PlanePoint | None:
    x, y = read(part, axes[0]), read(part, axes[1])
    if x is None or y is None or not x.value or not y.value:
        return None
    origin = part.designed_in if part.designed_in in {"US", "CN"} else "other"
    return PlanePoint(part.id, short_name(part), role, str(origin), part.datacenter, *_ends(x), *_ends(y),
                      _shown(x), _shown(y), weakest(x.grade, y.grade), x.contested or y.contested,
                      sources.facts((*x.facts, *y.facts)))


def _ends(reading: Reading) -> tuple[float, float, float | None]:
    scale = human_scale(reading.kind)[1]
    high = reading.high / scale if isfinite(reading.high) else None
    return reading.value / scale, reading.low / scale, high


def _shown(reading: Reading) -> Label:
    spread = reading.shown_range
    return reading.shown if spread is None else say("word.value_range", value=reading.shown, range=spread)
