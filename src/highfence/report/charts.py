"""Every chart of a brief, in the size of a page and of a phone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from highfence.core.dates import parse_period
from highfence.report.ability_charts import ability_spec
from highfence.report.ability_charts import describe as describe_abilities
from highfence.report.brief import Brief
from highfence.report.drawing import INK, NARROW, PAPER, WIDE, Canvas, Figure, Spec, quantitative, render, values
from highfence.report.flip_charts import describe as describe_flip
from highfence.report.flip_charts import flip_spec
from highfence.report.plane_charts import describe, plane_spec
from highfence.report.ratios import Comparison
from highfence.report.share_charts import describe as describe_shares
from highfence.report.share_charts import share_spec
from highfence.report.texts import say
from highfence.report.timeline import STATUSES, Timeline
from highfence.report.token_charts import cost_spec
from highfence.report.token_charts import describe as describe_costs

MARKS = ("circle", "square", "triangle-up", "diamond")
TONES = ("var(--ref-1)", "var(--ref-2)", "var(--ref-3)", "var(--ref-4)")


def figures(brief: Brief, lang: str) -> dict[str, Figure]:
    """Return the charts of a brief by name."""
    name = brief.short
    texts = {
        "ratios": (say("chart.ratios_title", name=name), say("chart.ratios_desc", name=name)),
        "timeline": (say("chart.timeline_title", name=name),
                     say("chart.timeline_desc", name=name, n=len(brief.timeline.lanes))),
        "compute": (say("chart.compute_title"), describe(brief.compute, name)),
        "bandwidth": (say("chart.bandwidth_title"), describe(brief.bandwidth, name)),
    }
    told = {"abilities": describe_abilities(brief.abilities, name), "costs": describe_costs(brief.costs, name),
            "shares": describe_shares(brief.choices, name), "flip": describe_flip(brief.choices, name)}
    texts.update({id: words for id, words in told.items() if words is not None})
    drawn = {}
    for id, (title, description) in texts.items():
        if id == "ratios" and not brief.comparison.rows:
            continue
        words = title.text(lang), description.text(lang)
        wide, narrow = (render(_spec(brief, id, canvas, lang), canvas, id, *words) for canvas in (WIDE, NARROW))
        drawn[id] = Figure(id, *words, wide, narrow)
    return drawn


def _spec(brief: Brief, id: str, canvas: Canvas, lang: str) -> Spec:
    if id == "ratios":
        return ratio_spec(brief.comparison, canvas, lang)
    if id == "abilities":
        return ability_spec(brief.abilities, canvas, lang)
    if id == "timeline":
        return timeline_spec(brief.timeline, canvas, lang)
    if id == "costs":
        return cost_spec(brief.costs, canvas, lang)
    if id == "shares":
        return share_spec(brief.choices, brief.chip, canvas, lang)
    if id == "flip":
        return flip_spec(brief.choices, canvas, lang)
    return plane_spec(brief.compute if id == "compute" else brief.bandwidth, canvas, lang)


def ratio_spec(comparison: Comparison, canvas: Canvas, lang: str) -> Spec:
    """Return a dot plot: one row a measure, one shape a reference, on a log scale around 100 %."""
    rows: list[Spec] = [{"measure": row.label.text(lang), "part": ref.short.text(lang), "x": cell.ratio * 100,
             "low": (cell.low or cell.ratio) * 100, "high": (cell.high or cell.ratio) * 100,
             "contested": cell.contested}
            for row in comparison.rows for ref, cell in zip(comparison.references, row.cells) if cell.ratio]
    order = [row.label.text(lang) for row in comparison.rows]
    parts = [ref.short.text(lang) for ref in comparison.references]
    low, high = min(r["low"] for r in rows) / 1.2, max(r["high"] for r in rows) * 1.2
    ticks = [t for t in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000) if low <= t <= max(high, 100)]
    if canvas.narrow:
        ticks = [t for t in ticks if t in {1, 10, 50, 100, 200, 1000, 10000}]
    x = quantitative("x", scale={"type": "log", "domain": [min(low, 90), max(high, 110)], "nice": False},
                     axis={"title": say("chart.ratios_axis").text(lang), "values": ticks, "labelExpr":
                           "datum.value + '%'"})
    y: Spec = {"field": "measure", "type": "nominal", "sort": order, "axis": {
        "title": None, "ticks": False, "domain": False, "labelColor": INK, "grid": True, "gridDash": [1, 3],
        "labelLimit": 128 if canvas.narrow else 220}}
    legend = {"title": None, "orient": "top", "columns": 2 if canvas.narrow else 4, "symbolStrokeWidth": 2,
              "symbolOpacity": 1}
    n = len(parts)
    return {
        "width": canvas.width - (150 if canvas.narrow else 250), "height": {"step": 24 if canvas.narrow else 27},
        "layer": [
            {"data": values([{"x": 100}]), "mark": {"type": "rule", "color": INK, "strokeWidth": 1.4},
             "encoding": {"x": x}},
            {"data": values([r for r in rows if r["contested"]]),
             "mark": {"type": "rule", "strokeWidth": 1.6, "opacity": 0.7, "clip": True},
             "encoding": {"x": quantitative("low"), "x2": {"field": "high"}, "y": y,
                          "color": _by_part(parts, legend)}},
            {"data": values(rows), "mark": {"type": "point", "filled": True, "size": 95, "opacity": 0.92},
             "encoding": {"x": x, "y": y, "color": _by_part(parts, legend), "shape": {
                 "field": "part", "type": "nominal", "sort": parts, "legend": legend,
                 "scale": {"domain": parts, "range": list(MARKS[:n])}}}},
        ],
    }


def _by_part(parts: list[str], legend: Spec | None) -> Spec:
    return {"field": "part", "type": "nominal", "sort": parts, "legend": legend,
            "scale": {"domain": parts, "range": list(TONES[:len(parts)])}}


def timeline_spec(timeline: Timeline, canvas: Canvas, lang: str) -> Spec:
    """Return the lanes: one bar a run of days, named where it has room; numbered events above."""
    width = canvas.width - (112 if canvas.narrow else 150)
    days = (timeline.end - timeline.start).days + 1
    step = 27 if canvas.narrow else 29
    bars = [_bar(lane.place.text(lang), s, width / days, canvas, lang)
            for lane in timeline.lanes for s in lane.segments]
    lanes = [lane.place.text(lang) for lane in timeline.lanes]
    end = (timeline.end + timedelta(days=1)).isoformat()
    x: Spec = {"field": "start", "type": "temporal", "axis": {
        "title": None, "orient": "bottom", "format": "’%y" if canvas.narrow else "%Y", "tickCount": "year",
        "labelAlign": "left", "labelOffset": 2, "gridColor": "var(--rule)"},
        "scale": {"type": "utc", "domain": [timeline.start.isoformat(), end]}}
    y: Spec = {"field": "lane", "type": "nominal", "sort": lanes, "axis": {
        "title": None, "ticks": False, "domain": False, "labelColor": INK, "labelLimit": 112 if canvas.narrow else 140}}
    band = {"x": x, "x2": {"field": "end"}, "y": y}
    layers: list[Spec] = [
        {"data": values(bars), "mark": {"type": "bar", "height": {"band": 0.68}, "stroke": PAPER, "strokeWidth": 1},
         "encoding": {**band, "fill": {
             "field": "status", "type": "nominal", "legend": None,
             "scale": {"domain": list(STATUSES), "range": [f"var(--s-{s.replace('_', '-')})" for s in STATUSES]}}}},
        {"data": values([b for b in bars if b["status"] == "unknown"]),
         "mark": {"type": "bar", "height": {"band": 0.68}, "filled": False, "stroke": INK, "strokeWidth": 1,
                  "strokeDash": [3, 2]}, "encoding": band},
        *_veil(timeline, x),
        *_words(timeline, bars, x, y, canvas),
        *_overlays(timeline, x, canvas, lang),
    ]
    return {"width": width, "height": step * len(lanes), "layer": layers,
            "resolve": {"scale": {"fill": "independent"}}}


def _bar(lane: str, segment: Any, pixels: float, canvas: Canvas, lang: str) -> Spec:
    """Return one bar with the longest text that fits: a word, a letter, or none."""
    from highfence.report.placing import text_width

    room = ((segment.end - segment.start).days + 1) * pixels - 8
    choices = [say(f"status.{segment.status}_{form}").text(lang) for form in ("short", "code")]
    text = next((c for c in choices if text_width(c, canvas.small) <= room), "")
    return {"lane": lane, "start": segment.start.isoformat(), "status": segment.status, "text": text,
            "end": (segment.end + timedelta(days=1)).isoformat()}


def _overlays(timeline: Timeline, x: Spec, canvas: Canvas, lang: str) -> list[Spec]:
    events = _spread(timeline, canvas)
    found: list[Spec] = [
        {"data": values(events), "mark": {"type": "rule", "color": INK, "strokeWidth": 0.8, "opacity": 0.55,
                                          "strokeDash": [2, 2]}, "encoding": {"x": x}}]
    for up in sorted({e["up"] for e in events}):
        found.append({"data": values([e for e in events if e["up"] == up]),
                      "mark": {"type": "text", "baseline": "bottom", "fontSize": canvas.small, "fontWeight": 700,
                               "color": INK},
                      "encoding": {"x": x, "y": {"value": up}, "text": {"field": "n"}}})
    if timeline.today < timeline.end:
        today = [{"start": timeline.today.isoformat()}]
        found.append({"data": values(today), "mark": {"type": "rule", "color": "var(--this)", "strokeWidth": 2},
                      "encoding": {"x": x}})
    return found


def _words(timeline: Timeline, bars: list[Spec], x: Spec, y: Spec, canvas: Canvas) -> list[Spec]:
    """Write each bar's word in its own ink; on what is paled, in the page's."""
    first = _announced(timeline).isoformat()
    ink = {"field": "status", "type": "nominal", "legend": None, "scale": {
        "domain": list(STATUSES), "range": [f"var(--s-{s.replace('_', '-')}-ink)" for s in STATUSES]}}
    mark = {"type": "text", "align": "left", "dx": 5, "baseline": "middle", "fontSize": canvas.small, "fontWeight": 600,
            "clip": True}
    named = [b for b in bars if b["text"]]
    found = []
    for paled in (False, True):
        rows = [b for b in named if (b["start"] < first) is paled]
        colour: Spec = {"fill": {"value": INK}} if paled else {"fill": ink}
        found.append({"data": values(rows), "mark": mark,
                      "encoding": {"x": x, "y": y, "text": {"field": "text"}, **colour}})
    return found


def _announced(timeline: Timeline) -> date:
    """Return the day on which the part became known, or the first day shown."""
    return parse_period(timeline.announced).start if timeline.announced else timeline.start


def _veil(timeline: Timeline, x: Spec) -> list[Spec]:
    """Pale what lies before the part was announced."""
    day = _announced(timeline)
    if day <= timeline.start:
        return []
    veil = [{"start": timeline.start.isoformat(), "end": min(day, timeline.end).isoformat()}]
    return [{"data": values(veil), "mark": {"type": "rect", "color": PAPER, "opacity": 0.6},
             "encoding": {"x": x, "x2": {"field": "end"}}}]


def _spread(timeline: Timeline, canvas: Canvas) -> list[Spec]:
    """Lift the numbers of events that stand too close, so that each can be read."""
    width = canvas.width - (112 if canvas.narrow else 150)
    pixels = width / ((timeline.end - timeline.start).days + 1)
    ends: list[float] = []
    rows = []
    for event in timeline.events:
        at = (event.on - timeline.start).days * pixels
        room = 9.0 if event.n < 10 else 16.0
        level = next((i for i, end in enumerate(ends) if at - room / 2 > end), len(ends))
        if level == len(ends):
            ends.append(0.0)
        ends[level] = at + room / 2 + 2
        rows.append({"start": event.on.isoformat(), "n": str(event.n), "up": -4 - 13 * level})
    return rows


def legend_order(timeline: Timeline) -> list[str]:
    """Return the statuses that occur, from free to shut."""
    used = {s.status for lane in timeline.lanes for s in lane.segments}
    return [s for s in STATUSES if s in used]


