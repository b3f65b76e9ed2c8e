"""The two planes as charts: fences shaded, this part and its references labelled, every other part a dot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

from highfence.core.labels import Label
from highfence.report.drawing import INK, MUTED, PAPER, Canvas, Spec, quantitative, values
from highfence.report.placing import Box, Spot, place, text_width
from highfence.report.planes import Plane, PlanePoint
from highfence.report.texts import say

SHAPES = {"US": "circle", "CN": "diamond", "other": "triangle-up"}
COLOURS = {"US": "var(--us)", "CN": "var(--cn)", "other": "var(--elsewhere)"}


@dataclass(frozen=True, slots=True)
class Frame:
    """A log-log frame: its domain, and its size in pixels."""

    x: tuple[float, float]
    y: tuple[float, float]
    width: float
    height: float

    def holds(self, point: PlanePoint) -> bool:
        """Return whether a point lies inside."""
        return self.x[0] <= point.x <= self.x[1] and self.y[0] <= point.y <= self.y[1]

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Return the pixels of a point, from the top left."""
        across = log10(x / self.x[0]) / log10(self.x[1] / self.x[0])
        up = log10(y / self.y[0]) / log10(self.y[1] / self.y[0])
        return across * self.width, (1 - up) * self.height


def plane_frame(plane: Plane, canvas: Canvas) -> Frame:
    """Return the frame around the fences and the labelled parts; what lies farther out is left to the table."""
    value = {line.name: line.value for line in plane.lines}
    if plane.id == "compute":
        top = value.get("tpp_a1") or value.get("processing_2022") or 4800.0
        x, y = (top / 12, top * 12), (value.get("density_b1", 1.6) / 4, value.get("density_a2", 5.92) * 8)
    else:
        io, dram = value.get("io", 1100.0), value.get("dram", 1400.0)
        x, y = (io / 25, io * 4), (dram / 10, dram * 8)
    near = [p for p in plane.points if p.role != "other"]
    width = canvas.width - (66 if canvas.narrow else 84)
    return Frame(_around(x, [p.x for p in near]), _around(y, [p.y for p in near]), width,
                 330 if canvas.narrow else 470)


def _around(domain: tuple[float, float], inside: Sequence[float]) -> tuple[float, float]:
    low, high = min([domain[0], *(v / 1.3 for v in inside)]), max([domain[1], *(v * 1.3 for v in inside)])
    return _rounded(low, floor), _rounded(high, ceil)


def _rounded(value: float, towards: Any) -> float:
    size: float = 10.0 ** floor(log10(value))
    return float(towards(value / size) * size)


def plane_spec(plane: Plane, canvas: Canvas, lang: str) -> Spec:
    """Return the chart of a plane."""
    frame = plane_frame(plane, canvas)
    shading = _fences(plane, frame, canvas) if plane.id == "compute" else _letters(plane, frame, canvas, lang)
    return {"width": frame.width, "height": frame.height,
            "layer": [*shading, *_marks(plane, frame, canvas, lang)],
            "resolve": {"scale": {"fill": "independent", "stroke": "independent", "shape": "independent"}}}


def _axes(plane: Plane, frame: Frame, lang: str) -> tuple[Spec, Spec]:
    x_title, y_title = (say(f"axis.{plane.id}_{side}").text(lang) for side in ("x", "y"))
    return (quantitative("x", scale=_log(frame.x), axis=_axis(x_title, frame.x, narrow=frame.width < 500)),
            quantitative("y", scale=_log(frame.y), axis=_axis(y_title, frame.y, titleAnchor="end", titleAngle=0,
                                                              titleAlign="left", titleX=0, titleY=-10,
                                                              titleBaseline="bottom")))


def _log(domain: tuple[float, float]) -> Spec:
    return {"type": "log", "domain": list(domain), "nice": False}


def _axis(title: str, domain: tuple[float, float], narrow: bool = False, **more: Any) -> Spec:
    steps = (1, 3) if narrow else (1, 2, 5)
    ticks = [s * 10.0 ** k for k in range(-3, 7) for s in steps if domain[0] <= s * 10.0 ** k <= domain[1]]
    return {"title": title, "values": ticks, "format": ",~r", **more}


def _fences(plane: Plane, frame: Frame, canvas: Canvas) -> list[Spec]:
    rows: list[Spec] = []
    for fence in plane.fences:
        tone = "a" if fence.paragraph.startswith("3A090.a") else "b"
        rows.append({"x": fence.x_from, "x2": fence.x_to or frame.x[1], "y": fence.y_from or frame.y[0],
                     "y2": fence.y_to or frame.y[1], "tone": tone, "name": fence.paragraph})
    box = {"x": quantitative("x"), "x2": {"field": "x2"}, "y": quantitative("y"), "y2": {"field": "y2"}}
    fill = {"field": "tone", "type": "nominal", "legend": None,
            "scale": {"domain": ["a", "b"], "range": ["var(--fence-a)", "var(--fence-b)"]}}
    names: list[Spec] = [{"name": r["name"], "x": r["x"], "y": r["y"] if _low_name(r["name"]) else r["y2"]}
                         for r in rows]
    return [
        {"data": values(rows), "mark": {"type": "rect", "clip": True}, "encoding": {**box, "fill": fill}},
        {"data": values(rows), "mark": {"type": "rect", "filled": False, "stroke": "var(--fence-line)",
                                        "strokeWidth": 1, "clip": True}, "encoding": box},
        *({"data": values([n for n in names if _low_name(n["name"]) is low]),
           "mark": {"type": "text", "align": "left", "baseline": "bottom" if low else "top", "fontWeight": 600,
                    "fontSize": canvas.small, "color": "var(--fence-ink)", "dy": -4 if low else 4, "dx": 5},
           "encoding": {"x": quantitative("x"), "y": quantitative("y"), "text": {"field": "name"}}}
          for low in (False, True)),
    ]


def _bar_boxes(points: Sequence[PlanePoint], frame: Frame) -> list[Box]:
    """Return the thin boxes that the bars of contested values fill."""
    boxes = []
    for p in points:
        if p.x_low != p.x_high:
            left, y = frame.pixel(max(p.x_low, frame.x[0]), p.y)
            boxes.append((left, y - 2, frame.pixel(min(p.x_high or frame.x[1], frame.x[1]), p.y)[0], y + 2))
        if p.y_low != p.y_high:
            x, bottom = frame.pixel(p.x, max(p.y_low, frame.y[0]))
            boxes.append((x - 2, frame.pixel(p.x, min(p.y_high or frame.y[1], frame.y[1]))[1], x + 2, bottom))
    return boxes


def _low_name(paragraph: str) -> bool:
    """Whether a fence is named at its foot, because another fence covers its head."""
    return paragraph == "3A090.b.1"


def _name_boxes(plane: Plane, frame: Frame, canvas: Canvas) -> list[Box]:
    """Return where the names of the fences stand, so that no label covers them."""
    boxes = []
    for fence in plane.fences:
        low = _low_name(fence.paragraph)
        edge = (fence.y_from or frame.y[0]) if low else min(fence.y_to or frame.y[1], frame.y[1])
        x, y = frame.pixel(fence.x_from, edge)
        top = y - 20 if low else y
        boxes.append((x, top, x + text_width(fence.paragraph, canvas.small) + 10, top + 20))
    return boxes


def _letters(plane: Plane, frame: Frame, canvas: Canvas, lang: str) -> list[Spec]:
    """Shade where any of the three lines is met: each alone, or the sum."""
    value = {line.name: line.value for line in plane.lines}
    if not {"dram", "io", "total"} <= value.keys():
        return []
    steps = 120
    xs = [frame.x[0] * (value["io"] / frame.x[0]) ** (i / steps) for i in range(steps + 1)]
    edge = [{"x": x, "y": max(min(value["dram"], value["total"] - x), frame.y[0]), "y2": frame.y[1]} for x in xs]
    rest = [{"x": value["io"], "x2": frame.x[1], "y": frame.y[0], "y2": frame.y[1]}]
    border = [*edge, {"x": value["io"], "y": frame.y[0]}]
    spot = [{"x": frame.x[0] * 1.06, "y": frame.y[1] / 1.06, "name": say("plane.reported_area").text(lang)}]
    y2 = {"field": "y2"}
    area = {"x": quantitative("x"), "y": quantitative("y"), "y2": y2}
    return [
        {"data": values(edge), "mark": {"type": "area", "color": "var(--fence-b)", "clip": True}, "encoding": area},
        {"data": values(rest), "mark": {"type": "rect", "color": "var(--fence-b)", "clip": True},
         "encoding": {**area, "x2": {"field": "x2"}}},
        {"data": values(border), "mark": {"type": "line", "color": "var(--fence-line)", "strokeWidth": 1.2,
                                          "strokeDash": [5, 3], "clip": True},
         "encoding": {"x": quantitative("x"), "y": quantitative("y"), "order": quantitative("x")}},
        {"data": values(spot), "mark": {"type": "text", "align": "left", "baseline": "top", "fontWeight": 600,
                                        "fontSize": canvas.small, "color": "var(--fence-ink)"},
         "encoding": {"x": quantitative("x"), "y": quantitative("y"), "text": {"field": "name"}}},
    ]


def _marks(plane: Plane, frame: Frame, canvas: Canvas, lang: str) -> list[Spec]:
    inside = [p for p in plane.points if frame.holds(p)]
    others = [p for p in inside if p.role == "other"]
    near = [p for p in inside if p.role != "other"]
    x, y = _axes(plane, frame, lang)
    return [*_half_known(plane, x, y, canvas, lang), _dots(others, x, y, 26 if canvas.narrow else 34, 0.75, 1.1),
            *_bars(near, frame, x, y), _dots(near, x, y, 110, 1.0, 1.8), *_rings(near, x, y),
            *_names(plane, inside, near, frame, canvas, lang)]


def _half_known(plane: Plane, x: Spec, y: Spec, canvas: Canvas, lang: str) -> list[Spec]:
    """Draw a part of which only one of the two values is known as the line on which it must lie."""
    half = plane.half_known
    if half is None:
        return []
    across = half.axis == "x"
    rule = values([{half.axis: half.value, "name": half.name.text(lang)}])
    place_text: Spec = {"align": "left", "dx": 6, "y": 14} if across else {"align": "right", "dy": -8}
    channel = {"x": x} if across else {"y": y}
    return [{"data": rule, "mark": {"type": "rule", "color": "var(--this)", "strokeWidth": 2.2}, "encoding": channel},
            {"data": rule, "mark": {"type": "text", "baseline": "middle", "fontWeight": 700, "color": INK,
                                    "fontSize": canvas.text, **place_text},
             "encoding": {**channel, "text": {"field": "name"}} if across else
             {**channel, "x": {"value": canvas.width - 100}, "text": {"field": "name"}}}]


def _row(point: PlanePoint) -> Spec:
    return {"x": point.x, "y": point.y, "origin": point.origin,
            "fill": "hollow" if point.datacenter is False else point.origin}


def _dots(points: Sequence[PlanePoint], x: Spec, y: Spec, size: int, opacity: float, stroke: float) -> Spec:
    """Shape and colour by where a part was designed; hollow where it is not for data centres."""
    origins = list(SHAPES)
    return {
        "data": values([_row(p) for p in points]),
        "mark": {"type": "point", "size": size, "opacity": opacity, "strokeWidth": stroke, "clip": True},
        "encoding": {
            "x": x, "y": y,
            "shape": {"field": "origin", "type": "nominal", "legend": None,
                      "scale": {"domain": origins, "range": [SHAPES[o] for o in origins]}},
            "stroke": {"field": "origin", "type": "nominal", "legend": None,
                       "scale": {"domain": origins, "range": [COLOURS[o] for o in origins]}},
            "fill": {"field": "fill", "type": "nominal", "legend": None,
                     "scale": {"domain": [*origins, "hollow"], "range": [*COLOURS.values(), PAPER]}}}}


def _bars(points: Sequence[PlanePoint], frame: Frame, x: Spec, y: Spec) -> list[Spec]:
    """Draw the range of every contested value; an open upper end runs to the frame."""
    across = [{"x": p.x_low, "x2": min(p.x_high or frame.x[1], frame.x[1]), "y": p.y} for p in points
              if p.x_low != p.x_high]
    up = [{"x": p.x, "y": p.y_low, "y2": min(p.y_high or frame.y[1], frame.y[1])} for p in points
          if p.y_low != p.y_high]
    mark = {"type": "rule", "color": MUTED, "strokeWidth": 1.5, "clip": True}
    return [{"data": values(across), "mark": mark, "encoding": {"x": x, "x2": {"field": "x2"}, "y": y}},
            {"data": values(up), "mark": mark, "encoding": {"x": x, "y": y, "y2": {"field": "y2"}}}]


def _rings(points: Sequence[PlanePoint], x: Spec, y: Spec) -> list[Spec]:
    this = [_row(p) for p in points if p.role == "this"]
    return [{"data": values(this), "mark": {"type": "point", "shape": "circle", "size": 420, "stroke": "var(--this)",
                                            "strokeWidth": 2.4, "filled": False},
             "encoding": {"x": x, "y": y}}]


def _names(plane: Plane, inside: Sequence[PlanePoint], near: Sequence[PlanePoint], frame: Frame, canvas: Canvas,
           lang: str) -> list[Spec]:
    """Label this part and its references always, and as many neighbours as there is room for."""
    by_id = {p.id: p for p in inside}
    ordered = sorted(near, key=lambda p: p.role != "this")
    spots = [_spot(p, frame, lang, must=True) for p in ordered]
    here = frame.pixel(ordered[0].x, ordered[0].y) if ordered else (frame.width / 2, frame.height / 2)
    rest = sorted((p for p in inside if p.role == "other"), key=lambda p: _distance(frame.pixel(p.x, p.y), here))
    spots += [_spot(p, frame, lang, must=False) for p in rest[:6 if canvas.narrow else 22]]
    dots = [frame.pixel(p.x, p.y) for p in inside if p.role == "other"]
    placed = place(spots, canvas.text, (frame.width, frame.height), _name_boxes(plane, frame, canvas), dots,
                   _bar_boxes(near, frame))
    rows = [{"px": p.x, "py": p.y, "name": by_id[p.key].name.text(lang), "align": p.align, "role": by_id[p.key].role}
            for p in placed]
    return [_text(rows, role, align, canvas) for role in ("this", "reference", "other")
            for align in ("left", "right", "center")
            if any(r["role"] == role and r["align"] == align for r in rows)]


def _spot(point: PlanePoint, frame: Frame, lang: str, must: bool) -> Spot:
    return Spot(point.id, *frame.pixel(point.x, point.y), point.name.text(lang), must)


def _distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2


def _text(rows: Sequence[Spec], role: str, align: str, canvas: Canvas) -> Spec:
    kept = [r for r in rows if r["role"] == role and r["align"] == align]
    size = canvas.text if role != "other" else canvas.small - (0 if canvas.narrow else 0.5)
    return {"data": values(kept),
            "mark": {"type": "text", "align": align, "baseline": "middle", "fontSize": size,
                     "fontWeight": 700 if role == "this" else 600 if role == "reference" else 400,
                     "color": MUTED if role == "other" else INK},
            "encoding": {"x": quantitative("px", scale=None, axis=None), "y": quantitative("py", scale=None, axis=None),
                         "text": {"field": "name"}}}


def outside(plane: Plane, canvas: Canvas) -> int:
    """Return how many parts of the table lie outside the frame."""
    frame = plane_frame(plane, canvas)
    return sum(not frame.holds(p) for p in plane.points)


def describe(plane: Plane, name: Label) -> Label:
    """Return what a reader who cannot see the plane is told."""
    here = next((p for p in plane.points if p.role == "this"), None)
    if here is None:
        return say(f"plane.{plane.id}_unplaced", name=name)
    return say(f"plane.{plane.id}_description", name=name, x=here.shown_x, y=here.shown_y,
               n=len(plane.points))
