"""Charts of choice: shares by buyer, and the map of prices and hazards over which taking a foreign chip pays."""

from __future__ import annotations

from collections.abc import Sequence

from highfence.choice.choose import Choice
from highfence.choice.indifference import OUTCOMES, FlipMap, Indifference, flip_map
from highfence.core.labels import Label
from highfence.report.drawing import INK, PAPER, Canvas, Spec, quantitative, render, standalone, values

CANVAS = Canvas("wide", 760, 13, 11.5)
CELLS = 48
"""Cells of the flip map each way."""

MAP_DRAWS = 400
LEVELS = ((0.9, "#2f6f9f", Label("in 9 of 10 draws or more", "九成以上抽样")),
          (0.6, "#9dbfd6", Label("6 to 9", "六至九成")), (0.4, "#ececea", Label("4 to 6", "四至六成")),
          (0.1, "#e3b5a6", Label("1 to 4", "一至四成")), (-1.0, "#b5472f", Label("1 or fewer", "一成以下")))
"""Shares of draws in which taking is cheaper, from which on, in what colour."""

WORDS = {"relief": Label("RELIEF", "及时雨"), "trap": Label("TRAP", "陷阱"),
         "dearer at once": Label("DEARER AT ONCE", "起初即更贵"), "locked in": Label("LOCKED IN", "被锁定")}
FOREIGN = ("#1f5f8b", "#4f8db5", "#8db8d3", "#c3d9e6")
DOMESTIC = ("#a63d27", "#cc7454", "#e2a586", "#f0d2bf")
MOST = 3
"""Chips of each side that have a colour of their own."""


# ---- flip map ------------------------------------------------------------------------------------------------------


def flip_map_chart(found: Indifference, lang: str = "en") -> str:
    """Return the map of one fork as SVG that stands alone.

    Raises
    ------
    MissingExtra : the renderer is not installed.
    """
    from highfence.catalogue import catalogue

    i = found.inputs
    names = {"foreign": catalogue().chip(i.foreign).name, "domestic": catalogue().chip(i.domestic).name}
    made = flip_map(i, *_axes(found), draws=min(found.draws, MAP_DRAWS), seed=found.seed)
    title = Label("{foreign} now, or {domestic}: where taking it is cheaper",
                  "现在采购{foreign}，还是{domestic}：何处采购更便宜").format(**names).text(lang)
    told = Label("{buyer}, {on}. Colours: share of draws in which taking is cheaper over the horizon. Right is a "
                 "higher hazard, up a dearer chip. The line is where both cost the same; the dot is the price and "
                 "hazard of the day. {price}. {hazard}.",
                 "{buyer}，{on}。颜色为采购在整个期间更便宜的抽样比例；向右风险率升高，向上芯片更贵。实线处两者成本相同；圆点为当日价格与风险率。"
                 "{price}。{hazard}。").format(buyer=i.buyer, on=i.on, price=found.price.text, hazard=found.hazard.text)
    return standalone(render(_map_spec(found, made, lang), CANVAS, "flip-map", title, told.text(lang)))


def _axes(found: Indifference) -> tuple[list[float], list[float]]:
    """Return the prices and hazards at the middle of each cell."""
    i, edge = found.inputs, found.price
    middle = edge.value.mid if edge.value else 0.0
    top = min(max(2.5 * i.price, 1.4 * middle), edge.most)
    right = max(2.0, 1.25 * i.terms["hazard"].value.high)
    return [(k + 0.5) * top / CELLS for k in range(CELLS)], [(k + 0.5) * right / CELLS for k in range(CELLS)]


def _level(share: float) -> int:
    """Return the level that a share belongs to.

    >>> _level(0.95), _level(0.5), _level(0.0)
    (0, 2, 4)
    """
    return next(at for at, (least, _, _) in enumerate(LEVELS) if share >= least)


def _map_spec(found: Indifference, made: FlipMap, lang: str) -> Spec:
    tall, wide = float(made.prices[0] * 2.0), float(made.hazards[0] * 2.0)
    top, right = tall * CELLS, wide * CELLS
    words = [words.text(lang) for _, _, words in LEVELS]
    x = quantitative("x", scale={"domain": [0, right], "nice": False}, axis={
        "title": Label("hazard: cut-offs a year", "断供风险率：每年次数").text(lang), "format": "~g",
        "grid": False, "tickCount": 6})
    y = quantitative("y", scale={"domain": [0, top], "nice": False}, axis={
        "title": Label("price of the foreign chip, USD", "境外芯片价格，美元").text(lang), "format": ",.0f",
        "grid": False, "tickCount": 7})
    cells = _bands(made, words)
    colour: Spec = {"field": "level", "type": "nominal", "scale": {"domain": words, "range": [c for _, c, _ in LEVELS]},
                    "legend": {"title": Label("taking it is cheaper", "采购更便宜").text(lang), "orient": "top",
                               "symbolType": "square", "titleOrient": "left", "columnPadding": 14}}
    i = found.inputs
    hazard = i.terms["hazard"].value
    here: list[Spec] = [{"x": hazard.mid, "low": hazard.low, "high": min(hazard.high, right), "y": i.price,
                         "text": Label("that day", "当日").text(lang)}]
    layers: list[Spec] = [
        {"data": values(cells), "mark": {"type": "rect", "clip": True, "strokeWidth": 0}, "encoding": {
            "x": x, "x2": {"field": "x2"}, "y": y, "y2": {"field": "y2"}, "color": colour}},
        {"data": values(_even(made)), "mark": {"type": "line", "color": INK, "strokeWidth": 1.8, "clip": True},
         "encoding": {"x": x, "y": y}}]
    first = found.verdict.first_year_price
    if first < top:
        line: list[Spec] = [{"y": first, "x": right, "text": Label(
            "dearer in the first year above this", "高于此线首年即更贵").text(lang)}]
        layers += [{"data": values(line), "mark": {"type": "rule", "color": INK, "strokeDash": [4, 4]},
                    "encoding": {"y": y}},
                   _text(line, x, y, align="right", dx=-6, dy=12 if first > 0.94 * top else -8, size=11)]
    even = _even(made)
    if even:
        same = [{**even[-1], "text": Label("equal cost", "成本相同").text(lang)}]
        layers.append(_text(same, x, y, align="right", dx=-6, dy=-10, size=11))
    layers += [
        {"data": values(here), "mark": {"type": "rule", "color": INK, "strokeWidth": 2.2},
         "encoding": {"x": quantitative("low"), "x2": {"field": "high"}, "y": y}},
        {"data": values(here), "mark": {"type": "point", "shape": "circle", "filled": True, "size": 90, "color": INK,
                                        "stroke": PAPER, "strokeWidth": 1.5, "opacity": 1},
         "encoding": {"x": x, "y": y}},
        _text(here, x, y, align="left", dx=9, dy=-10, size=12, bold=True),
        _text(_zones(made, lang), x, y, align="center", dx=0, dy=0, size=14, bold=True, colour="#ffffff")]
    return {"width": 600, "height": 400, "layer": layers}


def _bands(made: FlipMap, words: Sequence[str]) -> list[Spec]:
    """Return cells of one level that lie side by side as one, a little over the next row, so that no seam shows."""
    tall, wide = float(made.prices[0] * 2.0), float(made.hazards[0] * 2.0)
    rows: list[Spec] = []
    for row, price in enumerate(made.prices):
        levels = [_level(float(share)) for share in made.cheaper[row]]
        start = 0
        for at in range(1, len(levels) + 1):
            if at == len(levels) or levels[at] != levels[start]:
                rows.append({"x": start * wide, "x2": at * wide, "y": float(price) - tall * 0.55,
                             "y2": float(price) + tall * 0.55, "level": words[levels[start]]})
                start = at
    return rows


def _text(rows: list[Spec], x: Spec, y: Spec, *, align: str, dx: int, dy: int, size: float, bold: bool = False,
          colour: str = INK) -> Spec:
    return {"data": values(rows), "mark": {"type": "text", "align": align, "dx": dx, "dy": dy, "fontSize": size,
                                           "fontWeight": "bold" if bold else "normal", "color": colour},
            "encoding": {"x": x, "y": y, "text": {"field": "text"}}}


def _even(made: FlipMap) -> list[Spec]:
    """Return where half of the draws favour taking: the price by hazard, between the cells."""
    rows: list[Spec] = []
    for column, hazard in enumerate(made.hazards):
        shares = made.cheaper[:, column]
        above = [k for k in range(len(shares) - 1) if shares[k] >= 0.5 > shares[k + 1]]
        if above:
            k = above[0]
            part = float((shares[k] - 0.5) / (shares[k] - shares[k + 1]))
            rows.append({"x": float(hazard), "y": float(made.prices[k] + part * (made.prices[k + 1] - made.prices[k]))})
    return rows


def _zones(made: FlipMap, lang: str) -> list[Spec]:
    """Return a verdict's name in the middle of each zone that is large enough to hold it."""
    import numpy as np

    rows: list[Spec] = []
    for code, name in enumerate(OUTCOMES):
        row, column = np.nonzero(made.outcomes == code)
        if name not in WORDS or row.size < 0.03 * made.outcomes.size:
            continue
        far = (row - row.mean()) ** 2 + (column - column.mean()) ** 2
        at = int(far.argmin())
        rows.append({"x": float(made.hazards[min(max(column[at], 7), CELLS - 8)]), "y": float(made.prices[row[at]]),
                     "text": WORDS[name].text(lang)})
    return rows


# ---- shares --------------------------------------------------------------------------------------------------------


def shares_chart(found: Sequence[Choice], lang: str = "en") -> str:
    """Return shares of the work by chip, a bar a buyer, as SVG that stands alone.

    Raises
    ------
    MissingExtra : the renderer is not installed.
    """
    c = found[0]
    title = Label("Who takes what in {to} on {on}", "{on}，{to}：谁买什么").format(to=c.to, on=c.on).text(lang)
    told = Label("Share of the work by chip, means of the draws; foreign chips from the left, domestic ones from the "
                 "right. Domestic shares: {rows}.", "各芯片承担的工作份额（抽样均值）；境外在左，国产在右。"
                 "国产份额：{rows}。").format(
        rows="; ".join(f"{one.buyer.label.text(lang)} {one.domestic.mid:.0%}" for one in found))
    return standalone(render(_shares_spec(found, lang), CANVAS, "shares", title, told.text(lang)))


def _kinds(found: Sequence[Choice], lang: str) -> dict[str, tuple[str, int]]:
    """Return the parts of a bar in their order: chip or rest of a side, by its colour and place."""
    kinds: dict[str, tuple[str, int]] = {}
    for nest, tones in (("foreign", FOREIGN), ("domestic", DOMESTIC)):
        totals: dict[str, float] = {}
        for c in found:
            for a in c.alternatives:
                if a.nest == nest:
                    totals[a.chip] = totals.get(a.chip, 0.0) + a.share.mid
        kept = [chip for chip in sorted(totals, key=lambda chip: -totals[chip]) if totals[chip] > 0.0][:MOST]
        parts = [*kept, *([f"other {nest}"] if len(totals) > len(kept) else [])]
        coloured = list(zip(parts, tones if len(parts) == len(kept) else (*tones[:len(kept)], tones[MOST])))
        for part, tone in coloured if nest == "foreign" else reversed(coloured):
            kinds[part] = (tone, len(kinds))
    return kinds


def _shares_spec(found: Sequence[Choice], lang: str) -> Spec:
    from highfence.catalogue import catalogue

    kinds = _kinds(found, lang)
    words = {part: Label("other foreign", "其他境外") if part == "other foreign" else
             Label("other domestic", "其他国产") if part == "other domestic" else catalogue().chip(part).name
             for part in kinds}
    rows: list[Spec] = []
    for c in found:
        whole = sum(a.share.mid for a in c.alternatives) or 1.0
        start = 0.0
        for part, (tone, place) in kinds.items():
            share = sum(a.share.mid for a in c.alternatives
                        if part == (a.chip if a.chip in kinds else f"other {a.nest}")) / whole
            rows.append({"buyer": c.buyer.label.text(lang), "part": words[part].text(lang), "start": start,
                         "end": start + share, "middle": start + share / 2.0, "place": place,
                         "text": f"{share * 100:.0f}" if share >= 0.06 else "",
                         "tone": "#ffffff" if tone in (*FOREIGN[:2], *DOMESTIC[:2]) else INK})
            start += share
    y: Spec = {"field": "buyer", "type": "nominal", "sort": [c.buyer.label.text(lang) for c in found],
               "axis": {"title": None, "ticks": False, "domain": False}}
    x = quantitative("start", scale={"domain": [0, 1], "nice": False}, axis={
        "title": Label("share of the work", "工作份额").text(lang), "format": ".0%", "tickCount": 5})
    colour: Spec = {"field": "part", "type": "nominal", "sort": None, "scale": {
        "domain": [words[p].text(lang) for p in kinds], "range": [tone for tone, _ in kinds.values()]},
        "legend": {"title": None, "orient": "top", "columns": 4, "symbolType": "square", "labelLimit": 200}}
    return {"width": 520, "height": {"step": 34}, "layer": [
        {"data": values(rows), "mark": {"type": "bar", "height": 22, "stroke": PAPER, "strokeWidth": 1},
         "encoding": {"y": y, "x": x, "x2": {"field": "end"}, "color": colour}},
        {"data": values(rows), "mark": {"type": "text", "fontSize": 11},
         "encoding": {"y": y, "x": quantitative("middle"), "text": {"field": "text"},
                      "color": {"field": "tone", "type": "nominal", "scale": None}}}]}


__all__ = ["flip_map_chart", "shares_chart"]
