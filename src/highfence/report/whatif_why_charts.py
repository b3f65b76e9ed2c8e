"""Charts of what a what-if rests on: bars of mechanisms, tornados, and maps of the thesis."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from highfence.core.labels import Label
from highfence.policy.attribution import Attribution, Split
from highfence.policy.sensitivity import Rests, Sensitivity
from highfence.policy.thesis import ASSUMPTIONS, LEVELS, Thesis
from highfence.report.drawing import INK, MUTED, NARROW, PAPER, WIDE, Canvas, Figure, Spec, quantitative, render, values
from highfence.report.texts import listed, say
from highfence.report.whatif_charts import APART, panel_title, wrapped
from highfence.report.whatif_why import BARS, by_levels, grid_shares, ordered, pair_labels, told_splits
from highfence.report.whatif_words import amount, scale, unit_name

LOW_END, HIGH_END = "var(--ref-3)", "var(--ref-4)"
FACETS = (0, 2, 4, 6)
"""Weights on the supply chain, in tenths, of the maps of weights."""

TONES = tuple(f"var(--m-{i})" for i in range(6, 0, -1))
EDGES = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Where the six tones of the maps of weights change: shares of draws."""


def why_figures(found: Attribution, rests: Sensitivity, lang: str) -> dict[str, Figure]:
    """Return the charts of mechanisms and of assumptions, in the size of a page and of a phone."""
    splits = told_splits(found)
    drawn = {"mechanisms": _figure(
        "mechanisms", say("whatif.chart_mechanisms"), say("whatif.chart_mechanisms_told", items=listed(
            [say("whatif.main_part", label=s.outcome.label, shown=amount(s.outcome, s.mean, True)) for s in splits])),
        lang, lambda canvas: mechanism_spec(splits, canvas, lang))}
    for name, one in rests.outcomes.items():
        drawn[f"tornado-{name}"] = _figure(
            f"tornado-{name}", say("whatif.chart_tornado", label=one.outcome.label),
            say("whatif.chart_tornado_told", n=min(BARS, len(one.bars)), mean=amount(one.outcome, one.mean, True)),
            lang, lambda canvas, one=one: tornado_spec(one, canvas, lang))
    return drawn


def thesis_figures(found: Thesis, lang: str) -> dict[str, Figure]:
    """Return the maps of the thesis, in the size of a page and of a phone."""
    return {
        "weights": _figure("weights", say("whatif.chart_weights"),
                           say("whatif.chart_weights_told", points=found.base.points, of=found.base.of), lang,
                           lambda canvas: weight_spec(found, canvas, lang)),
        "cells": _figure("cells", say("whatif.chart_cells"), say("whatif.chart_cells_told", n=len(found.cells)), lang,
                         lambda canvas: cell_spec(found, canvas, lang))}


def _figure(id: str, title: Label, told: Label, lang: str, spec: Any) -> Figure:
    words = title.text(lang), told.text(lang)
    wide, narrow = (render(spec(canvas), canvas, f"wi-{id}", *words) for canvas in (WIDE, NARROW))
    return Figure(f"wi-{id}", *words, wide, narrow)


def mechanism_spec(splits: Sequence[Split], canvas: Canvas, lang: str) -> Spec:
    """Return bars of mechanisms with two standard errors, one panel an outcome."""
    order = [m.label.text(lang) for m in ordered(splits)]
    room = 150 if canvas.narrow else 236
    if canvas.narrow:
        return {"vconcat": [_mechanisms(s, order, canvas.width - room - 26, room, canvas, lang, True) for s in splits],
                "spacing": 20}
    width = (canvas.width - room - 26 * len(splits)) / len(splits)
    return {"hconcat": [_mechanisms(s, order, width, room, canvas, lang, i == 0) for i, s in enumerate(splits)],
            "spacing": 22}


def _mechanisms(s: Split, order: list[str], width: float, room: float, canvas: Canvas, lang: str, named: bool) -> Spec:
    divisor = scale(s.outcome.unit, lang, True)[0]
    total = say("whatif.total").text(lang)
    rows: list[Spec] = [{"name": p.label.text(lang), "value": p.mean / divisor, "low": (p.mean - 2 * p.error) / divisor,
                         "high": (p.mean + 2 * p.error) / divisor} for p in s.parts]
    rows.append({"name": total, "value": s.mean / divisor, "low": (s.mean - 2 * s.error) / divisor,
                 "high": (s.mean + 2 * s.error) / divisor})
    x = quantitative("value", axis={"title": None, "tickCount": 3, "labelExpr": SIGNED}, scale={"nice": True})
    y = _rows([*order, total])
    bars = {"type": "bar", "height": {"band": 0.62}}
    return {"width": width, "height": {"step": _step([*order, total], room, canvas, 34)},
            "title": panel_title(s.outcome.label.text(lang), unit_name(s.outcome, lang, True).removesuffix(
                {"en": " a quarter", "zh": "/季"}[lang]), width, canvas),
            "layer": [
                {"data": values([r for r in rows if r["name"] != total]), "mark": {**bars, "color": APART},
                 "encoding": {"x": x, "y": y}},
                {"data": values([r for r in rows if r["name"] == total]), "mark": {**bars, "color": MUTED},
                 "encoding": {"x": x, "y": y}},
                {"data": values(rows), "mark": {"type": "rule", "color": INK, "strokeWidth": 1.5},
                 "encoding": {"x": quantitative("low"), "x2": {"field": "high"}, "y": y}},
                {"data": values([{"zero": 0}]), "mark": {"type": "rule", "color": INK, "strokeWidth": 1},
                 "encoding": {"x": quantitative("zero")}},
                *([_named([*order, total], room, y, canvas)] if named else [])]}


SIGNED = "datum.value == 0 ? '0' : format(datum.value, '+,~r')"


def _named(order: list[str], room: float, y: Spec, canvas: Canvas) -> Spec:
    """Return the names of rows left of the panel, in lines around the middle of each row."""
    height = canvas.small + 2.5
    rows: list[Spec] = []
    for name in order:
        lines = wrapped(name, room - 14, canvas.small)
        rows += [{"name": name, "line": line, "dy": (i - (len(lines) - 1) / 2) * height}
                 for i, line in enumerate(lines)]
    return {"data": values(rows), "mark": {"type": "text", "align": "right", "baseline": "middle", "color": INK,
                                           "fontSize": canvas.small, "dy": {"expr": "datum.dy"}},
            "encoding": {"x": {"value": -10}, "y": y, "text": {"field": "line"}}}


def _step(order: list[str], room: float, canvas: Canvas, least: float) -> float:
    """Return the height of a row that holds the longest name."""
    return max(least, *((len(wrapped(name, room - 14, canvas.small)) * (canvas.small + 2.5) + 7) for name in order))


def _rows(order: list[str]) -> Spec:
    return {"field": "name", "type": "nominal", "sort": order, "scale": {"domain": order}, "axis": None}


def tornado_spec(one: Rests, canvas: Canvas, lang: str) -> Spec:
    """Return a tornado: the mean difference with each assumption at its low and at its high end."""
    divisor = scale(one.outcome.unit, lang, True)[0]
    bars = one.bars[:BARS]
    order = [b.factor.label.text(lang) for b in bars]
    room = 168 if canvas.narrow else 340
    rows: list[Spec] = []
    for b in bars:
        for end, value in (("low", b.mean_low), ("high", b.mean_high)):
            rows.append({"name": b.factor.label.text(lang), "end": end, "value": value / divisor,
                         "mean": one.mean / divisor})
    unit = unit_name(one.outcome, lang, True).removesuffix({"en": " a quarter", "zh": "/季"}[lang])
    title = say("whatif.tornado_axis", unit=unit).text(lang)
    x = quantitative("value", axis={"title": wrapped(title, canvas.width - room, canvas.small), "labelExpr": SIGNED,
                                    "tickCount": 3 if canvas.narrow else 6}, scale={"nice": True, "zero": True})
    y = _rows(order)
    layers: list[Spec] = [{"data": values([{"zero": 0}]), "mark": {"type": "rule", "color": INK, "strokeWidth": 1},
                           "encoding": {"x": quantitative("zero")}}]
    for end, tone in (("low", LOW_END), ("high", HIGH_END)):
        held = values([r for r in rows if r["end"] == end])
        layers += [{"data": held, "mark": {"type": "bar", "height": {"band": 0.5}, "color": tone, "opacity": 0.75},
                    "encoding": {"x": x, "x2": {"field": "mean"}, "y": y}},
                   {"data": held, "mark": {"type": "point", "filled": False, "size": 48, "opacity": 1, "stroke": tone,
                                           "strokeWidth": 1.8, "fill": PAPER if end == "low" else tone},
                    "encoding": {"x": x, "y": y}}]
    layers.append({"data": values([{"mean": one.mean / divisor}]), "mark": {
        "type": "rule", "color": APART, "strokeWidth": 1.4, "strokeDash": [4, 3]},
        "encoding": {"x": quantitative("mean")}})
    layers.append(_named(order, room, y, canvas))
    return {"width": canvas.width - room - 20, "height": {"step": _step(order, room, canvas, 32)}, "layer": layers}


def weight_spec(found: Thesis, canvas: Canvas, lang: str) -> Spec:
    """Return maps of weights: on revenue across, on domestic share up, one map a weight on the supply chain."""
    at = grid_shares(found)
    size = 13.5 if canvas.narrow else 19
    maps = [_map([{"x": r, "y": d, "tone": _tone(at[r, d, f])} for r, d, s in at if s == f], size, f, canvas, lang)
            for f in FACETS]
    if canvas.narrow:
        return {"vconcat": [{"hconcat": maps[:2], "spacing": 14}, {"hconcat": maps[2:], "spacing": 14}], "spacing": 16}
    return {"hconcat": maps, "spacing": 20}


def _map(rows: list[Spec], size: float, facet: int, canvas: Canvas, lang: str) -> Spec:
    axis: Spec = {"titleFontSize": canvas.small, "values": [0, 2, 4, 6, 8, 10],
                  "labelExpr": "format(datum.value / 10, '.1f')", "labelAngle": 0, "grid": False, "ticks": False,
                  "domain": False, "labelPadding": 3}
    ends = list(range(11))
    first = facet == FACETS[0] or (canvas.narrow and facet == FACETS[2])
    encoding = {
        "x": {"field": "x", "type": "ordinal", "scale": {"domain": ends, "paddingInner": 0.06, "paddingOuter": 0},
              "axis": {**axis, "title": say("whatif.weight_revenue").text(lang)}},
        "y": {"field": "y", "type": "ordinal", "scale": {"domain": ends[::-1], "paddingInner": 0.06, "paddingOuter": 0},
              "axis": {**axis, "title": say("whatif.weight_domestic").text(lang) if first else None,
                       "labels": first}},
        "color": _toned()}
    return {"width": {"step": size}, "height": {"step": size}, "data": values(rows), "mark": {"type": "rect"},
            "title": {"text": say("whatif.weight_stability", w=f"{facet / 10:.1f}").text(lang), "anchor": "start",
                      "frame": "group", "fontSize": canvas.small + 0.5, "fontWeight": 600, "color": INK, "offset": 6},
            "encoding": encoding}


def cell_spec(found: Thesis, canvas: Canvas, lang: str) -> Spec:
    """Return a map of assumptions: nine pairs of levels up, nine across, with the points of weights in each cell."""
    cells = by_levels(found)
    names = [name for name, _ in LEVELS]
    pairs = [label.text(lang) for label in pair_labels()]
    rows: list[Spec] = []
    for up, (a, b) in zip(pairs, product(names, names)):
        for along, (c, d) in zip(pairs, product(names, names)):
            region = cells[a, b, c, d].region
            rows.append({"x": along, "y": up, "points": region.points, "text": str(region.points)})
    room = 230 if not canvas.narrow else 84 if lang == "zh" else 140
    step = (canvas.width - room) / 9

    def axis(which: tuple[int, int]) -> Spec:
        title = say("whatif.cell_axis", a=ASSUMPTIONS[which[0]].label, b=ASSUMPTIONS[which[1]].label).text(lang)
        most = 220 if which == (0, 1) else 270 if canvas.narrow else 500
        return {"title": wrapped(title, most, canvas.small), "ticks": False, "domain": False, "grid": False,
                "labelLimit": 110}

    shared: Spec = {"type": "ordinal", "scale": {"domain": pairs, "padding": 0.03}}
    encoding = {"x": {"field": "x", **shared, "axis": {**axis((2, 3)), "labelAngle": -45 if canvas.narrow else 0}},
                "y": {"field": "y", **shared, "axis": axis((0, 1))}}
    return {"width": {"step": step}, "height": {"step": 24 if canvas.narrow else 26}, "data": values(rows), "layer": [
        {"mark": {"type": "rect", "color": APART}, "encoding": {**encoding, "opacity": {
            "field": "points", "type": "quantitative", "legend": None,
            "scale": {"domain": cell_ends(found), "range": [0.06, 0.5]}}}},
        {"mark": {"type": "text", "fontSize": canvas.small, "color": INK},
         "encoding": {**encoding, "text": {"field": "text"}}}]}


def cell_ends(found: Thesis) -> list[int]:
    """Return the least and the most points of weights of the cells."""
    points = [cell.region.points for cell in found.cells]
    return [min(points), max(points)]


def _tone(share: float) -> str:
    return str(sum(share > edge for edge in EDGES))


def _toned() -> Spec:
    return {"field": "tone", "type": "nominal", "legend": None,
            "scale": {"domain": [str(i) for i in range(len(TONES))], "range": list(TONES)}}

