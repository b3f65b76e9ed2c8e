"""Where the answer flips: over hazard and price, the share of draws in which taking the part is cheaper."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from highfence.core.labels import Label
from highfence.report.choices import MOST_HAZARD, Choices, Map
from highfence.report.drawing import INK, PAPER, Canvas, Spec, quantitative, values
from highfence.report.texts import say

LEVELS = (0.9, 0.7, 0.5, 0.3, 0.1)
TONES = tuple(f"var(--m-{i})" for i in range(1, 7))
"""From taking, to moving."""


def describe(made: Choices, name: Label) -> tuple[Label, Label] | None:
    """Return the chart's title and description, None where there is nothing to draw."""
    if not made.maps:
        return None
    segment = made.maps[0].title
    return (say("chart.flip_title", name=name, segment=segment),
            say("chart.flip_desc", name=name, segment=segment, price=made.shown_price, hazard=made.shown_hazard))


def flip_spec(made: Choices, canvas: Canvas, lang: str) -> Spec:
    """Return a map a rival, side by side on a page and one above the other on a phone."""
    panels = [_panel(made, drawn, at, canvas, lang) for at, drawn in enumerate(made.maps)]
    return {"vconcat" if canvas.narrow else "hconcat": panels, "spacing": 24 if canvas.narrow else 46,
            "resolve": {"scale": {"color": "shared"}}}


def border(drawn: Map, level: float) -> list[float]:
    """Return at each hazard the price up to which taking is cheaper in at least a share of the draws.

    Between two prices of the map the share is taken as straight.
    """
    return [_reached([row[j] for row in drawn.cheaper], drawn.prices, level) for j in range(len(drawn.hazards))]


def _reached(shares: list[float], prices: tuple[float, ...], level: float) -> float:
    last = next((i for i, value in enumerate(shares) if value < level), len(shares)) - 1
    if last < 0:
        return 0.0
    if last == len(shares) - 1:
        return prices[-1]
    step = (shares[last] - level) / (shares[last] - shares[last + 1])
    return prices[last] + step * (prices[last + 1] - prices[last])


def _bands(drawn: Map, lang: str) -> Iterator[Spec]:
    """Yield the edges of each band of shares at each hazard."""
    edges = [[0.0] * len(drawn.hazards), *(border(drawn, level) for level in LEVELS),
             [drawn.prices[-1]] * len(drawn.hazards)]
    for name, (below, above) in zip(_names(lang), pairwise(edges)):
        if any(high > low for low, high in zip(below, above)):
            for hazard, low, high in zip(drawn.hazards, below, above):
                yield {"hazard": hazard, "low": low, "high": max(low, high), "band": name}


def _names(lang: str) -> list[str]:
    shares = (1.0, *LEVELS, 0.0)
    return [say("chart.flip_band", low=f"{low:.0%}".rstrip("%"), high=f"{high:.0%}").text(lang)
            for high, low in pairwise(shares)]


def _panel(made: Choices, drawn: Map, at: int, canvas: Canvas, lang: str) -> Spec:
    names = _names(lang)
    x = quantitative("hazard", scale={"domain": [0, drawn.hazards[-1]], "nice": False}, axis={
        "title": say("chart.flip_x").text(lang), "tickCount": 6, "grid": False})
    y = quantitative("low", scale={"domain": [0, drawn.prices[-1]], "nice": False}, axis={
        "title": say("chart.flip_y").text(lang), "format": "$,.0f", "tickCount": 5, "grid": False})
    colour: Spec = {"field": "band", "type": "nominal", "sort": names, "scale": {"domain": names, "range": list(TONES)},
                    "legend": {"title": say("chart.flip_legend").text(lang), "orient": "top", "symbolType": "square",
                               "columns": 3 if canvas.narrow else 6, "titleLimit": 0, "symbolStrokeWidth": 0,
                               "symbolOpacity": 1}}
    return {
        "title": {"text": say("chart.flip_against", rival=drawn.rival_short).text(lang), "anchor": "start",
                  "color": INK, "fontSize": canvas.text, "fontWeight": 700, "offset": 8},
        "width": canvas.width - 76 if canvas.narrow else (canvas.width - 190) // 2,
        "height": 230 if canvas.narrow else 300,
        "layer": [
            {"data": values(list(_bands(drawn, lang))), "mark": {"type": "area", "opacity": 1},
             "encoding": {"x": x, "y": y, "y2": {"field": "high"}, "color": colour}},
            *_even(drawn, x, y, canvas, lang), *_day(made, x, y, canvas, lang)]}


def _even(drawn: Map, x: Spec, y: Spec, canvas: Canvas, lang: str) -> Iterator[Spec]:
    """Yield the line on which half of the draws say either, where it lies inside the map."""
    line = [{"hazard": hazard, "low": price} for hazard, price in zip(drawn.hazards, border(drawn, 0.5))
            if 0.0 < price < drawn.prices[-1]]
    if len(line) > 1:
        yield {"data": values(line), "mark": {"type": "line", "color": INK, "strokeWidth": 1.8},
               "encoding": {"x": x, "y": y}}
        yield {"data": values([{**line[-1], "name": say("chart.flip_even").text(lang)}]),
               "mark": {"type": "text", "align": "right", "dx": -6, "dy": 8, "baseline": "top", "color": INK,
                        "fontSize": canvas.small}, "encoding": {"x": x, "y": y, "text": {"field": "name"}}}


def _day(made: Choices, x: Spec, y: Spec, canvas: Canvas, lang: str) -> Iterator[Spec]:
    """Yield the price and the hazard of the day, the hazard with its interval."""
    if made.price is None or made.hazard is None:
        return
    day = [{"hazard": made.hazard.mid, "low": made.price.mid, "from": made.hazard.low,
            "to": min(made.hazard.high, MOST_HAZARD), "name": say("chart.flip_day", price=made.shown_price,
                                                           hazard=made.shown_hazard).text(lang)}]
    yield {"data": values(day), "mark": {"type": "rule", "color": INK, "strokeWidth": 1.6},
           "encoding": {"x": {**x, "field": "from"}, "x2": {"field": "to"}, "y": y}}
    yield {"data": values(day), "mark": {"type": "point", "filled": True, "size": 110, "fill": "var(--this)",
                                         "stroke": PAPER, "strokeWidth": 1.5, "opacity": 1},
           "encoding": {"x": x, "y": y}}
    yield {"data": values(day), "mark": {"type": "text", "align": "left", "dx": 8, "dy": -8, "baseline": "bottom",
                                         "fontWeight": 700, "color": INK, "fontSize": canvas.small},
           "encoding": {"x": x, "y": y, "text": {"field": "name"}}}

