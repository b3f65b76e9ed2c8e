"""The roofline of a prediction: the chip's roofs, and each operator of a decode and a prefill step under them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

from highfence.core.labels import Label
from highfence.core.quantities import format_number
from highfence.perf.inference.roofline import Roofline, RoofPoint
from highfence.report.drawing import INK, MUTED, NARROW, WIDE, Canvas, Figure, Spec, quantitative, render, values
from highfence.report.placing import Spot, place, text_width
from highfence.report.texts import say

BOUNDS = ("compute", "memory", "network", "overhead")
TONES = {"compute": "var(--ref-2)", "memory": "var(--ref-1)", "network": "var(--ref-4)", "overhead": "var(--ref-3)"}
SHAPES = {"decode": "circle", "prefill": "square", "mixed": "diamond"}
LEAST_SHARE = 0.02
"""Share of a step below which an operator's name may be left out."""


@dataclass(frozen=True, slots=True)
class View:
    """A log-log frame: decades of FLOPs a byte and of TFLOP/s, and its size in pixels."""

    x: tuple[float, float]
    y: tuple[float, float]
    width: float
    height: float

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Return the pixels of a point, from the top left."""
        across = log10(x / self.x[0]) / log10(self.x[1] / self.x[0])
        up = log10(y / self.y[0]) / log10(self.y[1] / self.y[0])
        return across * self.width, (1.0 - up) * self.height


def operator_name(name: str, lang: str) -> str:
    """Return an operator's name in a language; one that has no text keeps its own.

    >>> operator_name("all-reduce", "zh")
    '全归约'
    """
    from highfence.report.texts import texts

    found = texts().get(f"operator.{name}")
    return found.text(lang) if found else name


def roofline_figure(drawn: Roofline, lang: str) -> Figure:
    """Return the chart in both sizes, with its title and description."""
    title, description = (label.text(lang) for label in describe(drawn))
    wide, narrow = (render(roofline_spec(drawn, canvas, lang), canvas, "roofline", title, description)
                    for canvas in (WIDE, NARROW))
    return Figure("roofline", title, description, wide, narrow)


def describe(drawn: Roofline) -> tuple[Label, Label]:
    """Return the chart's title, and what a reader who cannot see it is told."""
    longest = max(drawn.points, key=lambda p: p.seconds)
    bound = say(f"bound.{longest.bound}")
    return (say("roofline.title", chip=drawn.chip, model=drawn.model),
            say("roofline.description", chip=drawn.chip, n=len(drawn.points),
                bandwidth=format_number(drawn.bandwidth / 1e12, 3),
                peak=format_number(max(drawn.peaks.values()) / 1e12, 3),
                operator=Label(*(operator_name(longest.operator, lang) for lang in ("en", "zh"))), bound=bound,
                intensity=format_number(longest.intensity, 3), rate=format_number(longest.rate / 1e12, 3)))


def twin(drawn: Roofline, lang: str) -> list[dict[str, Any]]:
    """Return the chart as rows of a table, longest operator of each step first."""
    return [{say("roofline.step").text(lang): say(f"step.{p.step}").text(lang),
             say("roofline.operator").text(lang): operator_name(p.operator, lang),
             "ms": _three(p.seconds * 1e3), "FLOP/B": _three(p.intensity), "TFLOP/s": _three(p.rate / 1e12),
             say("roofline.of_roof").text(lang): f"{p.rate / p.roof(drawn.bandwidth):.0%}",
             say("roofline.bound").text(lang): say(f"bound.{p.bound}").text(lang)} for p in drawn.points]


def _three(value: float) -> str:
    return format_number(value, 3)


def view_of(points: Sequence[RoofPoint], drawn: Roofline, canvas: Canvas) -> View:
    """Return whole decades around the points and the roofs."""
    ridges = [peak / drawn.bandwidth for peak in drawn.peaks.values()]
    x = _decades([*(p.intensity for p in points), *ridges, 4.0 * max(ridges)])
    y = _decades([*(p.rate / 1e12 for p in points), *(2.0 * v / 1e12 for v in drawn.peaks.values())])
    return View(x, y, canvas.width - (60 if canvas.narrow else 84), 300 if canvas.narrow else 420)


def _decades(found: Sequence[float]) -> tuple[float, float]:
    return 10.0 ** floor(log10(min(found))), 10.0 ** ceil(log10(max(found)) - 1e-9)


def roofline_spec(drawn: Roofline, canvas: Canvas, lang: str) -> Spec:
    """Return the chart: roofs as lines, operators as points of a shape a step and a colour a bound."""
    view = view_of(drawn.points, drawn, canvas)
    rows = [{"x": p.intensity, "y": p.rate / 1e12, "step": say(f"step.{p.step}").text(lang),
             "bound": say(f"bound.{p.bound}").text(lang)} for p in drawn.points]
    x = quantitative("x", scale=_log(view.x), axis=_axis(say("roofline.x").text(lang), view.x))
    y = quantitative("y", scale=_log(view.y), axis=_axis(
        say("roofline.y").text(lang), view.y, titleAnchor="end", titleAngle=0, titleAlign="left", titleX=0, titleY=-10,
        titleBaseline="bottom"))
    legend = {"title": None, "orient": "top", "symbolOpacity": 1, "offset": 24,
              "columns": 3 if canvas.narrow else 6}
    return {"width": view.width, "height": view.height, "layer": [
        *_roofs(drawn, view, canvas, lang, x, y),
        {"data": values(rows), "mark": {"type": "point", "filled": True, "size": 80, "opacity": 0.92},
         "encoding": {"x": x, "y": y, "color": _scale("bound", {say(f"bound.{b}").text(lang): TONES[b] for b in BOUNDS
                      if any(p.bound == b for p in drawn.points)}, legend),
                      "shape": _scale("step", {say(f"step.{s}").text(lang): shape for s, shape in SHAPES.items()
                                               if any(p.step == s for p in drawn.points)}, legend)}},
        *_names(drawn, view, canvas, lang)]}


def _scale(field: str, words: dict[str, str], legend: Spec) -> Spec:
    return {"field": field, "type": "nominal", "sort": list(words), "legend": legend,
            "scale": {"domain": list(words), "range": list(words.values())}}


def _log(domain: tuple[float, float]) -> Spec:
    return {"type": "log", "domain": list(domain), "nice": False}


def _axis(title: str, domain: tuple[float, float], **more: Any) -> Spec:
    first, last = (round(log10(end)) for end in domain)
    return {"title": title, "values": [10.0**k for k in range(first, last + 1)], "format": ",~r", **more}


def _roof_name(name: str, peak: float, lang: str) -> str:
    """Return an arithmetic and its peak.

    >>> _roof_name("16", 148e12, "en")
    '16-bit 148 TFLOP/s'
    """
    arithmetic = say("roofline.half").text(lang) if name == "16" else name.upper()
    return f"{arithmetic} {format_number(peak / 1e12, 3)} TFLOP/s"


def _roofs(drawn: Roofline, view: View, canvas: Canvas, lang: str, x: Spec, y: Spec) -> Iterator[Spec]:
    """Yield one line a roof: up the bandwidth's slope and along the peak, each named where it is level."""
    for name, peak in drawn.peaks.items():
        ridge, top = peak / drawn.bandwidth, peak / 1e12
        foot = max(view.x[0], view.y[0] * 1e12 / drawn.bandwidth)
        line = [{"x": foot, "y": foot * drawn.bandwidth / 1e12}, {"x": ridge, "y": top}, {"x": view.x[1], "y": top}]
        yield {"data": values(line), "mark": {"type": "line", "color": INK, "strokeWidth": 1.4, "clip": True},
               "encoding": {"x": x, "y": y}}
        words = _roof_name(name, peak, lang)
        yield {"data": values([{"x": view.x[1], "y": top, "name": words}]),
               "mark": {"type": "text", "align": "right", "baseline": "bottom", "dy": -3, "fontSize": canvas.small,
                        "color": MUTED}, "encoding": {"x": x, "y": y, "text": {"field": "name"}}}


def _names(drawn: Roofline, view: View, canvas: Canvas, lang: str) -> Iterator[Spec]:
    """Yield the names of the operators that matter, where there is room, longest first."""
    whole = {step: sum(p.seconds for p in drawn.points if p.step == step) for step in SHAPES}
    ranked = sorted(drawn.points, key=lambda p: -p.seconds / whole[p.step])
    spots = [Spot(f"{p.step}: {p.operator}", *view.pixel(p.intensity, p.rate / 1e12), operator_name(p.operator, lang),
                  False) for p in ranked if p.seconds >= LEAST_SHARE * whole[p.step]]
    text = {spot.key: spot.text for spot in spots}
    dots = [view.pixel(p.intensity, p.rate / 1e12) for p in drawn.points]
    roofs = []
    for name, peak in drawn.peaks.items():
        right, top = view.pixel(view.x[1], peak / 1e12)
        roofs.append((right - text_width(_roof_name(name, peak, lang), canvas.small), top - 18.0, right, top + 2.0))
    placed = place(spots, canvas.small, (view.width, view.height), roofs, dots)
    for align in sorted({p.align for p in placed}):
        rows = [{"px": p.x, "py": p.y, "name": text[p.key]} for p in placed if p.align == align]
        yield {"data": values(rows),
               "mark": {"type": "text", "align": align, "baseline": "middle", "fontSize": canvas.small, "color": INK},
               "encoding": {"x": quantitative("px", scale=None, axis=None),
                            "y": quantitative("py", scale=None, axis=None), "text": {"field": "name"}}}


def standalone(svg: str) -> str:
    """Return a chart as a file of its own: the page's colours, light and dark, and its paper behind it."""
    import re
    from pathlib import Path

    css = (Path(__file__).parent / "templates" / "page.css").read_text("utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", css, re.S)[:2]
    style = (f"<style>:root{{{' '.join(light.split())}}}@media (prefers-color-scheme: dark)"
             f"{{:root{{{' '.join(dark.split())}}}}}</style>")
    head, rest = svg.split("</desc>", 1)
    return f'{head}</desc>{style}<rect width="100%" height="100%" fill="var(--paper)"/>{rest}'
