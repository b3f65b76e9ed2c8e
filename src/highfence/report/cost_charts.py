"""Price against performance: what an hour of a chip costs, and how much work it does at a service level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from highfence.core.labels import Label
from highfence.cost.tokens import TokenCost
from highfence.report.drawing import INK, MUTED, PAPER, Canvas, Spec, quantitative, render, standalone, values
from highfence.report.placing import Box, place
from highfence.report.placing import Spot as Pixel

CANVAS = Canvas("wide", 760, 12.5, 11.5)
WIDTH, HEIGHT = 680.0, 430.0
TONES = {"free": "#2f6f9f", "licence": "#b5472f", "unknown": "#8a7a3d"}
STATUS = {"free": Label("no licence needed", "无需许可"), "licence": Label("licence needed", "需要许可"),
          "unknown": Label("unclear", "不明确")}
ROOM = 1.6
"""Room around the outermost chips, as a factor."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One chip: USD of an hour, output tokens a second with their prompts, and whether none is cheaper and faster."""

    name: str
    hour: float
    rate: float
    low: float
    high: float
    status: str
    best: bool


def spots(found: Sequence[TokenCost]) -> list[Spot]:
    """Return chips as spots; on the frontier are those that no other beats in both price and work.

    >>> spots([])
    []
    """
    rates = [_rate(c.all_in.value.mid, c) for c in found]
    hours = [c.hourly.value.mid for c in found]
    return [Spot(c.name, hours[i], rates[i], _rate(c.all_in.value.high, c), _rate(c.all_in.value.low, c),
                 c.lawful.status, not any(h <= hours[i] and r >= rates[i] and (h, r) != (hours[i], rates[i])
                                          for h, r in zip(hours, rates))) for i, c in enumerate(found)]


def _rate(cost: float, c: TokenCost) -> float:
    """Return output tokens a second and chip that a cost of a million implies at the middle of an hour's price."""
    return c.hourly.value.mid / 3600.0 / cost * 1e6


def price_performance(found: Sequence[TokenCost], lang: str = "en") -> str:
    """Return the chart as SVG that stands alone.

    Raises
    ------
    MissingExtra : the renderer is not installed.
    """
    marks = spots(found)
    c = found[0]
    title = Label(f"{c.workload.model}: price and work of a chip, {c.to}, {c.on}",
                  f"{c.workload.model}：芯片的价格与产出，{c.to}，{c.on}").text(lang)
    best = ", ".join(s.name for s in marks if s.best)
    told = Label(f"{len(marks)} chips in {c.to} on {c.on}; up is more tokens a second, right is a dearer hour; dotted "
                 f"lines join equal cost of a million tokens. On the frontier: {best}.",
                 f"{c.to}，{c.on}，{len(marks)} 款芯片；越高产出越多，越右每小时越贵；虚线为每百万词元等成本线。"
                 f"位于前沿：{best}。").text(lang)
    return standalone(render(_spec(marks, title, lang), CANVAS, "price-performance", title, told))


def _spec(marks: Sequence[Spot], title: str, lang: str) -> Spec:
    left, right = min(s.hour for s in marks) / ROOM, max(s.hour for s in marks) * ROOM * 1.25
    down, up = min(s.low for s in marks) / ROOM, max(s.high for s in marks) * ROOM
    x = quantitative("hour", scale={"type": "log", "domain": [left, right], "nice": False}, axis={
        "title": Label("USD of a chip-hour", "每芯片小时美元").text(lang), "format": "~g", "tickCount": 6})
    y = quantitative("rate", scale={"type": "log", "domain": [down, up], "nice": False}, axis={
        "title": Label("output tokens a second and chip, prompts included", "每芯片每秒输出词元（含输入）").text(lang),
        "format": "~s", "tickCount": 6})
    lines, names = [], []
    for cost in _costs(left, right, down, up):
        a, b = max(left, down * cost * 3600e-6), min(right, up * cost * 3600e-6)
        lines += [{"cost": cost, "hour": h, "rate": h / cost / 3600e-6} for h in (a, b)]
        names.append({"hour": b, "rate": b / cost / 3600e-6, "text": f"${cost:g}/M"})
    here = [(_along(s.hour, left, right) * WIDTH, (1.0 - _along(s.rate, down, up)) * HEIGHT) for s in marks]
    bars: list[Box] = [(x - 3.0, (1.0 - _along(s.high, down, up)) * HEIGHT, x + 3.0,
                        (1.0 - _along(s.low, down, up)) * HEIGHT) for s, (x, _) in zip(marks, here)]
    edge = sorted((s for s in marks if s.best), key=lambda s: s.hour)
    steps = _steps([here[marks.index(s)] for s in edge])
    placed = {p.key: p for p in place(
        (Pixel(str(i), *here[i], s.name, True) for i, s in enumerate(marks)), CANVAS.text, (WIDTH, HEIGHT),
        lines=[*bars, *steps])}
    rows: list[Spec] = [{"hour": s.hour, "rate": s.rate, "low": s.low, "high": s.high,
                         "status": STATUS[s.status].text(lang)} for s in marks]
    words: list[Spec] = [{"text": marks[int(p.key)].name, "left": p.x, "top": p.y, "align": p.align}
                         for p in placed.values()]
    seen = [k for k in TONES if any(s.status == k for s in marks)]
    colour: Spec = {"field": "status", "type": "nominal", "scale": {
        "domain": [STATUS[k].text(lang) for k in seen], "range": [TONES[k] for k in seen]},
        "legend": {"title": None, "orient": "top", "symbolOpacity": 1}}
    layers: list[Spec] = [
        {"data": values(lines), "mark": {"type": "line", "color": MUTED, "strokeDash": [2, 4], "strokeWidth": 0.8,
                                         "clip": True}, "encoding": {"x": x, "y": y, "detail": {"field": "cost"}}},
        {"data": values([{"hour": s.hour, "rate": s.rate} for s in edge]),
         "mark": {"type": "line", "interpolate": "step-after", "color": INK, "strokeWidth": 1.4, "opacity": 0.6},
         "encoding": {"x": x, "y": y}},
        {"data": values(rows), "mark": {"type": "rule", "strokeWidth": 1.4, "opacity": 0.55},
         "encoding": {"x": x, "y": quantitative("low"), "y2": {"field": "high"}, "color": colour}},
        {"data": values(rows), "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
         "encoding": {"x": x, "y": y, "color": colour}}]
    at: Spec = {"x": x, "y": y, "text": {"field": "text"}}
    tag: Spec = {"type": "text", "align": "right", "baseline": "middle", "dx": -4, "dy": 9, "fontSize": 10.5}
    layers += _haloed(names, tag, at, MUTED)
    for align in ("left", "right", "center"):
        layers += _haloed([w for w in words if w["align"] == align], {
            "type": "text", "align": align, "baseline": "middle", "fontSize": CANVAS.text}, {
            "x": quantitative("left", scale=None, axis=None), "y": quantitative("top", scale=None, axis=None),
            "text": {"field": "text"}}, INK)
    note = Label("solid line: no chip is both cheaper and faster; dotted: equal cost of a million output tokens; "
                 "bars: 80 % interval of the cost",
                 "实线：没有既更便宜又更快的芯片；虚线：每百万输出词元等成本线；竖线：成本的80%区间").text(lang)
    return {"width": WIDTH, "height": HEIGHT, "layer": layers, "resolve": {"scale": {"x": "shared", "y": "shared"}},
            "title": {"text": title, "subtitle": note, "anchor": "start", "color": INK, "subtitleColor": MUTED,
                      "fontSize": 14, "subtitleFontSize": CANVAS.small, "fontWeight": "bold", "offset": 12}}


def _haloed(rows: list[Spec], mark: Spec, encoding: Spec, colour: str) -> list[Spec]:
    """Return a layer of text on a rim of paper, so that lines under it do not strike it."""
    if not rows:
        return []
    rim = {**mark, "color": PAPER, "stroke": PAPER, "strokeWidth": 4, "strokeJoin": "round"}
    return [{"data": values(rows), "mark": m, "encoding": encoding} for m in (rim, {**mark, "color": colour})]


def _along(value: float, start: float, end: float) -> float:
    """Return where a value lies on a logarithmic axis, 0 to 1.

    >>> _along(10.0, 1.0, 100.0)
    0.5
    """
    return log(value / start) / log(end / start)


def _steps(points: Sequence[tuple[float, float]]) -> list[Box]:
    """Return the boxes that a staircase through points covers."""
    found: list[Box] = []
    for (x, y), (right, up) in pairwise(points):
        found += [(x, y - 2.0, right, y + 2.0), (right - 2.0, up, right + 2.0, y)]
    return found


def _costs(left: float, right: float, down: float, up: float) -> list[float]:
    """Return round costs of a million tokens whose lines cross the chart."""
    lowest, highest = left / up / 3600e-6, right / down / 3600e-6
    return [m * 10.0**e for e in range(-4, 6) for m in (1.0, 2.0, 5.0) if lowest < m * 10.0**e < highest]
