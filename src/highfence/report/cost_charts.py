"""Price against performance: what an hour of a chip costs, and how much work it does at a service level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from highfence.core.labels import Label
from highfence.cost.tokens import TokenCost
from highfence.report.drawing import INK, MUTED, Canvas, Spec, quantitative, render, standalone, values

CANVAS = Canvas("wide", 760, 13, 11.5)
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
    title = Label(f"{c.workload.model}: price and work of a chip", f"{c.workload.model}：芯片的价格与产出").text(lang)
    best = ", ".join(s.name for s in marks if s.best)
    told = Label(f"{len(marks)} chips in {c.to} on {c.on}; up is more tokens a second, right is a dearer hour; dotted "
                 f"lines join equal cost of a million tokens. On the frontier: {best}.",
                 f"{c.to}，{c.on}，{len(marks)} 款芯片；越高产出越多，越右每小时越贵；虚线为每百万词元等成本线。"
                 f"位于前沿：{best}。").text(lang)
    return standalone(render(_spec(marks, lang), CANVAS, "price-performance", title, told))


def _spec(marks: Sequence[Spot], lang: str) -> Spec:
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
    rows: list[Spec] = [{"name": s.name, "hour": s.hour, "rate": s.rate, "low": s.low, "high": s.high,
                         "status": STATUS[s.status].text(lang)} for s in marks]
    edge = sorted((s for s in marks if s.best), key=lambda s: s.hour)
    colour: Spec = {"field": "status", "type": "nominal", "scale": {
        "domain": [STATUS[k].text(lang) for k in TONES], "range": list(TONES.values())},
        "legend": {"title": None, "orient": "top", "symbolOpacity": 1}}
    return {"width": 640, "height": 430, "layer": [
        {"data": values(lines), "mark": {"type": "line", "color": MUTED, "strokeDash": [2, 4], "strokeWidth": 0.8,
                                         "clip": True}, "encoding": {"x": x, "y": y, "detail": {"field": "cost"}}},
        {"data": values(names), "mark": {"type": "text", "color": MUTED, "align": "right", "baseline": "top", "dx": -3,
                                         "dy": 3, "fontSize": 10.5},
         "encoding": {"x": x, "y": y, "text": {"field": "text"}}},
        {"data": values([{"hour": s.hour, "rate": s.rate} for s in edge]),
         "mark": {"type": "line", "interpolate": "step-after", "color": INK, "strokeWidth": 1.4, "opacity": 0.6},
         "encoding": {"x": x, "y": y}},
        {"data": values(rows), "mark": {"type": "rule", "strokeWidth": 1.4, "opacity": 0.55},
         "encoding": {"x": x, "y": quantitative("low"), "y2": {"field": "high"}, "color": colour}},
        {"data": values(rows), "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
         "encoding": {"x": x, "y": y, "color": colour}},
        {"data": values(rows), "mark": {"type": "text", "align": "left", "dx": 9, "color": INK, "fontSize": 12},
         "encoding": {"x": x, "y": y, "text": {"field": "name"}}}]}


def _costs(left: float, right: float, down: float, up: float) -> list[float]:
    """Return round costs of a million tokens whose lines cross the chart."""
    lowest, highest = left / up / 3600e-6, right / down / 3600e-6
    return [m * 10.0**e for e in range(-4, 6) for m in (1.0, 2.0, 5.0) if lowest < m * 10.0**e < highest]
