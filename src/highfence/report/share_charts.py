"""Shares of a segment's work by chip, as bars from abroad to domestic, with the interval of what is domestic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from highfence.core.labels import Label
from highfence.report.choices import Choices, SegmentRow
from highfence.report.drawing import INK, PAPER, Canvas, Spec, quantitative, values
from highfence.report.money import share
from highfence.report.placing import text_width
from highfence.report.texts import say

FOREIGN = tuple(f"var(--f-{i})" for i in range(1, 6))
DOMESTIC = tuple(f"var(--d-{i})" for i in range(1, 6))
OWN, NOTHING = "var(--this)", "var(--rule)"
LEAST = 0.003
"""Share below which nothing is drawn."""


def describe(made: Choices, name: Label) -> tuple[Label, Label] | None:
    """Return the chart's title and description, None where there is nothing to draw."""
    answered = [row for row in made.segments if row.reason is None]
    if made.missing is not None or not answered:
        return None
    return (say("chart.shares_title", place=made.place, day=made.on),
            say("chart.shares_desc", n=len(answered), place=made.place, name=name))


def share_spec(made: Choices, chip: str, canvas: Canvas, lang: str) -> Spec:
    """Return stacked bars, one a segment, named where they have room."""
    rows = [row for row in made.segments if row.reason is None]
    width = canvas.width - (14 if canvas.narrow else 220)
    order = [row.title.text(lang) for row in rows]
    pieces = [piece for row in rows for piece in _pieces(made, row, width, canvas, lang)]
    tones = _tones(made, chip, lang)
    names = [name for name in tones if any(p["chip"] == name for p in pieces)]
    told = [say("chart.shares_axis").text(lang), say("chart.shares_line", place=made.place).text(lang)]
    x = quantitative("start", scale={"domain": [0, 1], "nice": False}, axis={
        "title": told, "format": "%", "tickCount": 5})
    y: Spec = {"field": "segment", "type": "nominal", "scale": {"domain": order, "paddingInner": 0, "paddingOuter": 0},
               "axis": None if canvas.narrow else {"title": None, "ticks": False, "domain": False, "labelColor": INK,
                                                   "labelLimit": 205, "labelFontSize": canvas.text}}
    colour: Spec = {"field": "chip", "type": "nominal", "sort": names, "scale": {
        "domain": names, "range": [tones[n] for n in names]}, "legend": {
            "title": None, "orient": "top", "columns": 2 if canvas.narrow else 6, "symbolType": "square",
            "symbolStrokeWidth": 0}}
    return {"width": width, "height": {"step": 52 if canvas.narrow else 42},
            "layer": list(_layers(made, rows, pieces, x, y, colour, canvas, lang))}


def _tones(made: Choices, chip: str, lang: str) -> dict[str, str]:
    """Return a colour for each chip: the part's own, blues from abroad, browns of the destination."""
    tones, foreign, home = {}, iter(FOREIGN), iter(DOMESTIC)
    for column in made.columns:
        tones[column.short.text(lang)] = (OWN if column.chip == chip else next(home, DOMESTIC[-1]) if column.home
                                          else next(foreign, FOREIGN[-1]))
    tones[say("chart.shares_none").text(lang)] = NOTHING
    return tones


def _pieces(made: Choices, row: SegmentRow, width: float, canvas: Canvas, lang: str) -> Iterator[Spec]:
    """Yield one bar's pieces from left to right, with the longest text that fits each."""
    at = 0.0
    shares = [(column.short.text(lang), cell.share.mid) for column, cell in zip(made.columns, row.cells)
              if cell.share is not None]
    shares.append((say("chart.shares_none").text(lang), max(0.0, 1.0 - sum(value for _, value in shares))))
    for name, value in shares:
        if value >= LEAST:
            room = value * width - 11
            texts = (f"{name} {share(value)}", share(value))
            text = next((t for t in texts if text_width(t, canvas.small) <= room), "")
            yield {"segment": row.title.text(lang), "chip": name, "start": at, "end": at + value, "text": text}
        at += value


def _layers(made: Choices, rows: Sequence[SegmentRow], pieces: Sequence[Spec], x: Spec, y: Spec, colour: Spec,
            canvas: Canvas, lang: str) -> Iterator[Spec]:
    down = 6 if canvas.narrow else -3
    height = 21
    yield {"data": values(list(pieces)), "mark": {"type": "bar", "height": height, "yOffset": down, "stroke": PAPER,
                                                  "strokeWidth": 1},
           "encoding": {"x": x, "x2": {"field": "end"}, "y": y, "color": colour}}
    named = [p for p in pieces if p["text"]]
    none = say("chart.shares_none").text(lang)
    for rest in (False, True):
        yield {"data": values([p for p in named if (p["chip"] == none) is rest]),
               "mark": {"type": "text", "align": "left", "dx": 5, "dy": down + 0.5, "baseline": "middle",
                        "fontSize": canvas.small, "fontWeight": 600, "color": INK if rest else "var(--on-tone)"},
               "encoding": {"x": x, "y": y, "text": {"field": "text"}}}
    if canvas.narrow:
        yield {"data": values([{"segment": row.title.text(lang)} for row in rows]),
               "mark": {"type": "text", "align": "left", "baseline": "middle", "dy": -14, "fontSize": canvas.text,
                        "color": INK}, "encoding": {"x": {"value": 0}, "y": y, "text": {"field": "segment"}}}
    yield from _reach(made, rows, y, down + height / 2 + 5, lang)


def _reach(made: Choices, rows: Sequence[SegmentRow], y: Spec, down: float, lang: str) -> Iterator[Spec]:
    """Yield under each bar how far the chips made in the destination may reach from where they begin."""
    data = [_span(made, row, lang) for row in rows if row.domestic is not None]
    if not any(column.home for column in made.columns):
        return
    yield {"data": values(data), "mark": {"type": "rule", "color": INK, "strokeWidth": 1.3, "yOffset": down},
           "encoding": {"x": quantitative("low"), "x2": {"field": "high"}, "y": y}}
    for end in ("low", "high"):
        yield {"data": values(data), "mark": {"type": "tick", "color": INK, "thickness": 1.3, "size": 7,
                                              "yOffset": down}, "encoding": {"x": quantitative(end), "y": y}}


def _span(made: Choices, row: SegmentRow, lang: str) -> Spec:
    assert row.domestic is not None
    begins = sum(cell.share.mid for column, cell in zip(made.columns, row.cells) if cell.share and not column.home)
    return {"segment": row.title.text(lang), "low": begins + row.domestic.low,
            "high": min(begins + row.domestic.high, 1.0)}
