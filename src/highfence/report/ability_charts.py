"""What a part can do, as bars from parity: its share of the first reference, workload by workload."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from highfence.core.labels import Label
from highfence.perf.prediction import Estimate
from highfence.report.abilities import Abilities
from highfence.report.drawing import INK, MUTED, Canvas, Spec, quantitative, values
from highfence.report.ratios import percent
from highfence.report.roofline import BOUNDS, TONES
from highfence.report.texts import say

TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
NARROW_TICKS = {1, 10, 20, 50, 100, 200, 1000}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: the part's share of the first reference, and what binds the part."""

    title: Label
    share: Estimate
    bound: str


def bars(made: Abilities) -> tuple[list[Bar], list[Bar]]:
    """Return the bars of whole models and of single kernels that the first reference answers too."""
    models = [Bar(row.title, row.others[0].ratio, row.own.bound) for row in made.rows
              if row.others and row.others[0].ratio is not None]
    kernels = [Bar(row.title, row.cells[0].speed, row.time.bound) for row in made.kernels
               if row.cells and row.cells[0].speed is not None and row.time is not None]
    return models, kernels


def describe(made: Abilities, name: Label) -> tuple[Label, Label] | None:
    """Return the chart's title and description, None where there is nothing to draw."""
    n = sum(map(len, bars(made)))
    if not n:
        return None
    other = made.references[0].short
    return (say("chart.abilities_title", name=name, other=other),
            say("chart.abilities_desc", name=name, other=other, n=n))


def ability_spec(made: Abilities, canvas: Canvas, lang: str) -> Spec:
    """Return bars on a log scale from parity, with interval whiskers, coloured by what binds."""
    models, kernels = bars(made)
    groups = [(say(f"page.{key}").text(lang), found)
              for key, found in (("whole_models", models), ("single_kernels", kernels)) if found]
    order = [name for head, found in groups for name in (head, *(bar.title.text(lang) for bar in found))]
    rows = [_row(bar, lang) for _, found in groups for bar in found]
    frame = _frame(rows, made, 2.6 if canvas.narrow else 1.5)
    ticks = [t for t in TICKS if frame[0] <= t <= frame[1] and (not canvas.narrow or t in NARROW_TICKS)]
    x = quantitative("share", scale={"type": "log", "domain": list(frame), "nice": False}, axis={
        "title": say("chart.abilities_axis", other=made.references[0].short).text(lang), "values": ticks,
        "labelExpr": "datum.value + '%'"})
    heads = " || ".join(f"datum.value === '{head}'" for head, _ in groups)
    y: Spec = {"field": "work", "type": "nominal", "scale": {"domain": order}, "axis": {
        "title": None, "ticks": False, "domain": False, "labelColor": INK, "labelLimit": 150 if canvas.narrow else 220,
        "labelFontWeight": {"condition": {"test": heads, "value": 700}, "value": 400}}}
    return {"width": canvas.width - (160 if canvas.narrow else 220), "height": {"step": 26 if canvas.narrow else 28},
            "layer": [*_sheet(made, frame, x, canvas, lang), *_bars(rows, x, y, lang, canvas), *_marks(rows, x, y,
                                                                                                       canvas)],
            "resolve": {"scale": {"color": "independent"}}}


def _row(bar: Bar, lang: str) -> Spec:
    return {"work": bar.title.text(lang), "from": 100.0, "share": bar.share.value * 100, "low": bar.share.low * 100,
            "high": bar.share.high * 100, "bound": say(f"bound.{bar.bound}").text(lang), "key": bar.bound,
            "text": percent(bar.share.value).text(lang)}


def _frame(rows: Sequence[Spec], made: Abilities, room: float) -> tuple[float, float]:
    """Return the ends of the scale: around bars, parity and both data-sheet shares, a number's room beside them."""
    marks = [100.0, *(100.0 * v for v in (made.peak, made.bandwidth) if v)]
    low, high = min(*(r["low"] for r in rows), *marks), max(*(r["high"] for r in rows), *marks)
    ahead = any(r["share"] >= 100.0 for r in rows)
    return low / room, high * (room if ahead else 1.35)


def _bars(rows: Sequence[Spec], x: Spec, y: Spec, lang: str, canvas: Canvas) -> Iterator[Spec]:
    used = [b for b in BOUNDS if any(r["key"] == b for r in rows)]
    names = [say(f"bound.{b}").text(lang) for b in used]
    colour: Spec = {"field": "bound", "type": "nominal", "sort": names,
                    "scale": {"domain": names, "range": [TONES[b] for b in used]},
                    "legend": {"title": say("chart.abilities_bound").text(lang), "orient": "top", "titleOrient": "left",
                               "symbolType": "square", "offset": 46 if canvas.narrow else 30,
                               "columns": 2 if canvas.narrow else 4}}
    yield {"data": values(list(rows)), "mark": {"type": "bar", "height": {"band": 0.56}, "opacity": 0.85},
           "encoding": {"x": {**x, "field": "from"}, "x2": {"field": "share"}, "y": y, "color": colour}}


def _marks(rows: Sequence[Spec], x: Spec, y: Spec, canvas: Canvas) -> Iterator[Spec]:
    """Yield whiskers and numbers: the number outside of the whisker, away from parity."""
    yield {"data": values(list(rows)), "mark": {"type": "rule", "color": INK, "strokeWidth": 1.4},
           "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y}}
    for end in ("low", "high"):
        yield {"data": values(list(rows)), "mark": {"type": "tick", "color": INK, "thickness": 1.4, "size": 8},
               "encoding": {"x": {**x, "field": end}, "y": y}}
    for end, align, dx in (("low", "right", -6), ("high", "left", 6)):
        chosen = [r for r in rows if (r["share"] < 100.0) is (end == "low")]
        yield {"data": values(chosen),
               "mark": {"type": "text", "align": align, "dx": dx, "baseline": "middle", "fontSize": canvas.small,
                        "fontWeight": 700, "color": INK},
               "encoding": {"x": {**x, "field": end}, "y": y, "text": {"field": "text"}}}


def _sheet(made: Abilities, frame: tuple[float, float], x: Spec, canvas: Canvas, lang: str) -> Iterator[Spec]:
    """Yield parity, and the two shares that the data sheets give, as upright lines."""
    yield {"data": values([{"share": 100.0}]), "mark": {"type": "rule", "color": INK, "strokeWidth": 1.4},
           "encoding": {"x": x}}
    found = [(key, v * 100.0) for key, v in (("peak", made.peak), ("memory", made.bandwidth)) if v]
    found.sort(key=lambda pair: pair[1])
    for i, (key, share) in enumerate(found):
        right = share > frame[1] / 4.0 if len(found) == 1 else i == 1
        up = -8 - (13 if canvas.narrow and i else 0)
        words = say(f"chart.abilities_{key}", value=percent(share / 100.0)).text(lang)
        yield {"data": values([{"share": share}]),
               "mark": {"type": "rule", "color": MUTED, "strokeWidth": 1.2, "strokeDash": [4, 3]}, "encoding": {"x": x}}
        yield {"data": values([{"share": share, "name": words}]),
               "mark": {"type": "text",
                        "align": "right" if right and canvas.narrow else "left" if not right else "center",
                        "baseline": "bottom", "fontSize": canvas.small, "color": MUTED, "dx": 0},
               "encoding": {"x": x, "y": {"value": up}, "text": {"field": "name"}}}
