"""A series as one picture: facts as a line, estimates and forecasts as marks with their ranges."""

from __future__ import annotations

from textwrap import shorten

from highfence.catalogue.series import Point, Series
from highfence.core.labels import Label
from highfence.report.drawing import INK, Canvas, Spec, quantitative, render, standalone, values

CANVAS = Canvas("wide", 760, 13, 11.5)
TONES = {"fact": "#2f6f9f", "estimate": "#4b7f52", "forecast": "#c2703d", "guidance": "#c2703d", "target": "#8a7a3d",
         "claim": "#8a7a3d"}
KINDS = {"fact": Label("fact", "事实"), "estimate": Label("estimate", "估算"), "forecast": Label("forecast", "预测"),
         "guidance": Label("guidance", "指引"), "target": Label("target", "目标"), "claim": Label("claim", "说法")}


def series_chart(found: Series, lang: str = "en") -> str:
    """Return a series as SVG that stands alone.

    Raises
    ------
    MissingExtra : the renderer is not installed.
    """
    title = found.label.text(lang)
    told = Label(f"{len(found.points)} values, {found.unit}: {found.definition.en}",
                 f"{len(found.points)} 个数值，{found.unit}：{found.definition.zh}").text(lang)
    return standalone(render(_spec(found, lang), CANVAS, "series", title, told))


def _spec(found: Series, lang: str) -> Spec:
    rows = [_row(p, lang) for p in found.points]
    kinds = [k for k in TONES if any(p.kind == k for p in found.points)]
    x: Spec = {"field": "at", "type": "temporal", "axis": {"title": None, "format": "%Y", "tickCount": "year"},
               "scale": {"type": "utc", "padding": 16}}
    y = quantitative("value", axis={"title": found.unit, "labelExpr": "replace(format(datum.value, '~s'), 'G', ' bn')"},
                     scale={"zero": found.unit != "share"})
    colour: Spec = {"field": "kind", "type": "nominal", "scale": {
        "domain": [KINDS[k].text(lang) for k in kinds], "range": [TONES[k] for k in kinds]},
        "legend": {"title": None, "orient": "top", "symbolOpacity": 1} if len(kinds) > 1 else None}
    facts = [r for r, p in zip(rows, found.points) if p.kind == "fact"]
    told = shorten(found.definition.text(lang), 110, placeholder=" …")
    title = {"text": found.label.text(lang), "anchor": "start", "fontSize": 14, "subtitle": told}
    return {"width": 660, "height": 320, "title": title, "layer": [
        {"data": values([r for r in rows if r["low"] != r["high"]]), "mark": {"type": "rule", "strokeWidth": 1.3,
                                                                            "opacity": 0.6},
         "encoding": {"x": x, "y": quantitative("low"), "y2": {"field": "high"}, "color": colour}},
        {"data": values(facts), "mark": {"type": "line", "strokeWidth": 1.6, "color": INK, "opacity": 0.55},
         "encoding": {"x": x, "y": y, "detail": {"field": "series"}}},
        {"data": values(rows), "mark": {"type": "point", "filled": True, "size": 42, "opacity": 0.95},
         "encoding": {"x": x, "y": y, "color": colour}}]}


def _row(p: Point, lang: str) -> Spec:
    middle = p.start + (p.end - p.start) / 2
    length = "y" if (p.end - p.start).days > 250 else "h" if (p.end - p.start).days > 120 else "q"
    return {"at": middle.isoformat(), "value": p.value, "low": p.low, "high": p.high, "kind": KINDS[p.kind].text(lang),
            "series": f"{p.by}{length}"}
