"""Cost of a million tokens by chip: a dot with its interval on a log scale, a panel a model, coloured by law."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from highfence.core.labels import Label
from highfence.report.costs import STATUSES, CostRow, Costs
from highfence.report.drawing import INK, MUTED, Canvas, Spec, quantitative, values
from highfence.report.texts import say

TONES = {status: f"var(--law-{status})" for status in STATUSES}
SHAPES = {"domestic": "diamond", "free": "circle", "licence": "square", "unknown": "triangle-up"}
TICKS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0)
NARROW_TICKS = {0.1, 0.5, 2.0, 10.0, 50.0}


def describe(made: Costs, name: Label) -> tuple[Label, Label] | None:
    """Return the chart's title and description, None where there is nothing to draw."""
    drawn = _ordered(made)
    if made.missing is not None or not drawn:
        return None
    return (say("chart.costs_title", place=made.place, day=made.on),
            say("chart.costs_desc", n=len(drawn), place=made.place, day=made.on, name=name))


def cost_spec(made: Costs, canvas: Canvas, lang: str) -> Spec:
    """Return a panel a model, side by side on a page and one above the other on a phone."""
    rows = _ordered(made)
    domain = _frame(made, canvas)
    panels = [_panel(made, rows, at, domain, canvas, lang) for at in range(len(made.services))
              if any(row.cells[at].value is not None for row in rows)]
    return {"vconcat" if canvas.narrow else "hconcat": panels, "spacing": 26 if canvas.narrow else 30,
            "resolve": {"scale": {"color": "shared", "shape": "shared"}}}


def statuses(made: Costs) -> tuple[str, ...]:
    """Return how the chips of the chart stood in law, each once, in the order of the legend."""
    return tuple(s for s in STATUSES if any(row.status == s for row in _ordered(made)))


def _ordered(made: Costs) -> list[CostRow]:
    """Return the chips that answer at all, the cheapest at the first service first."""
    answering = [row for row in made.rows if any(cell.value is not None for cell in row.cells)]
    return sorted(answering, key=lambda row: [c.value.mid if c.value else float("inf") for c in row.cells])


def _frame(made: Costs, canvas: Canvas) -> tuple[float, float]:
    ranges = [cell.value for row in made.rows for cell in row.cells if cell.value is not None]
    return min(r.low for r in ranges) / 1.25, max(r.high for r in ranges) * (2.6 if canvas.narrow else 2.2)


def _panel(made: Costs, rows: Sequence[CostRow], at: int, domain: tuple[float, float], canvas: Canvas,
           lang: str) -> Spec:
    order = [row.short.text(lang) for row in rows]
    data = [_mark(row, at, lang) for row in rows if row.cells[at].value is not None]
    own = made.rows[0].short.text(lang)
    labelled = canvas.narrow or at == 0
    ticks = [t for t in TICKS if domain[0] <= t <= domain[1] and (not canvas.narrow or t in NARROW_TICKS)]
    x = quantitative("mid", scale={"type": "log", "domain": list(domain), "nice": False}, axis={
        "title": say("chart.costs_axis").text(lang), "values": ticks, "labelExpr": "'$' + datum.value"})
    y: Spec = {"field": "chip", "type": "nominal", "scale": {"domain": order}, "axis": {
        "title": None, "ticks": False, "domain": False, "grid": True, "gridDash": [1, 3], "labels": labelled,
        "labelColor": INK, "labelLimit": 118 if canvas.narrow else 160, "labelFontWeight": {
            "condition": {"test": f"datum.value === {own!r}", "value": 700}, "value": 400}}}
    return {
        "title": {"text": made.services[at][0].text(lang), "anchor": "start", "color": INK, "fontSize": canvas.text,
                  "fontWeight": 700, "offset": 8},
        "width": canvas.width - 132 if canvas.narrow else (canvas.width - 210) // 2, "height": {"step": 27},
        "layer": [*_own_line(data, own, x), *_marks(data, x, y, canvas, lang)]}


def _mark(row: CostRow, at: int, lang: str) -> Spec:
    cell = row.cells[at]
    assert cell.value is not None
    return {"chip": row.short.text(lang), "low": cell.value.low, "mid": cell.value.mid, "high": cell.value.high,
            "status": say(f"cost.status_{row.status}").text(lang), "text": cell.shown.text(lang)}


def _own_line(data: Sequence[Spec], own: str, x: Spec) -> Iterator[Spec]:
    """Yield an upright line at the part's own cost."""
    mine = [{"mid": row["mid"]} for row in data if row["chip"] == own]
    if mine:
        yield {"data": values(mine), "mark": {"type": "rule", "color": MUTED, "strokeWidth": 1, "strokeDash": [4, 3]},
               "encoding": {"x": x}}


def _marks(data: Sequence[Spec], x: Spec, y: Spec, canvas: Canvas, lang: str) -> Iterator[Spec]:
    names = [say(f"cost.status_{status}").text(lang) for status in STATUSES]
    colour: Spec = {"field": "status", "type": "nominal", "legend": None,
                    "scale": {"domain": names, "range": list(TONES.values())}}
    shape: Spec = {**colour, "scale": {"domain": names, "range": [SHAPES[s] for s in STATUSES]}}
    rows = values(list(data))
    yield {"data": rows, "mark": {"type": "rule", "strokeWidth": 2.2, "opacity": 0.55},
           "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y, "color": colour}}
    yield {"data": rows, "mark": {"type": "point", "filled": True, "size": 95, "opacity": 1},
           "encoding": {"x": x, "y": y, "color": colour, "shape": shape}}
    yield {"data": rows, "mark": {"type": "text", "align": "left", "dx": 7, "baseline": "middle", "color": INK,
                                  "fontSize": canvas.small, "fontWeight": 700},
           "encoding": {"x": {**x, "field": "high"}, "y": y, "text": {"field": "text"}}}
