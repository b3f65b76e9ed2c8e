"""Charts of a what-if: fans of both scenarios with what was published, and beside them the fan of the difference.

Bands hold 50 and 80 % of draws, lines are medians. What was published stands as marks in its own definition, spread
over its period.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from highfence.catalogue.series import all_series
from highfence.core.dates import parse_day
from highfence.core.labels import Label
from highfence.market.results import Outcome
from highfence.market.runs import QUANTILES
from highfence.policy.tables import quarter_days
from highfence.policy.whatif import Compared, Row, WhatIf
from highfence.report.drawing import INK, MUTED, NARROW, PAPER, WIDE, Canvas, Figure, Spec, quantitative, render, values
from highfence.report.placing import text_width
from highfence.report.texts import say
from highfence.report.whatif_words import difference, draws_share, scale, unit_name

A, B, APART = "var(--ref-1)", "var(--ref-2)", "var(--this)"

CHARTS: dict[str, tuple[str, ...]] = {
    "revenue": ("nvidia_china_revenue",),
    "shares": ("domestic_share_units", "domestic_share_value", "domestic_share_compute"),
    "output": ("huawei_units", "domestic_units", "domestic_output_h100e"),
    "stock": ("compute_stock_h100e", "compute_stock_training_h100e"),
    "run": ("largest_training_run",),
    "prices": ("flagship_paid", "premium", "price_of_work"),
    "equipment": ("equipment_sales",),
}
"""Outcomes of each chart, in the order of the page."""

PUBLISHED: dict[str, tuple[str, ...]] = {
    "nvidia_china_revenue": ("nvidia-china-revenue", "nvidia-china-revenue-headquarters"),
    "domestic_share_units": ("china-accelerators-share-units-idc-domestic",),
    "domestic_share_value": ("china-accelerators-share-value-bernstein-domestic",),
    "huawei_units": ("huawei-ascend-units",),
    "domestic_units": ("china-accelerators-units-idc-domestic",),
    "compute_stock_h100e": ("china-compute-stock-derived",),
    "premium": ("grey-premium-a100", "grey-premium-b200", "grey-premium-b300"),
    "flagship_paid": ("h20-price",),
    "equipment_sales": ("china-chip-equipment-imports",),
}
"""Published series that stand beside an outcome: the nearest definition first."""

LOGGED = ("largest_training_run",)
LEAST = 0.01
"""Half the height of a panel of differences at least, over the largest median: less is as good as nothing."""

SHOWN_BEFORE = 8
"""Quarters before the scenarios part that a chart shows."""

QUARTER_DAYS = 365.25 / 4
SHORTEST = 80
"""Days that a published flow must last to be shown by quarter: a month says little of one."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A published value beside an outcome, by quarter where that is a flow.

    Attributes
    ----------
    order : place of its series among those of the outcome. firm : whether it says what was, not what was expected.
    """

    series: str
    label: Label
    order: int
    period: str
    start: date
    end: date
    value: float
    low: float
    high: float
    kind: str
    grade: str
    by: str
    source: str

    @property
    def firm(self) -> bool:
        """Whether it is a fact or an estimate."""
        return self.kind in {"fact", "estimate"}


@dataclass(frozen=True, slots=True)
class Panel:
    """One outcome of a chart: the quarters shown, and what was published."""

    outcome: Outcome
    rows: tuple[Row, ...]
    marks: tuple[Mark, ...]
    whole: Row
    compared: Compared


def chart_panels(found: WhatIf) -> dict[str, tuple[Panel, ...]]:
    """Return the panels of each chart that a what-if has outcomes for.

    >>> import highfence as hf
    >>> [*chart_panels(hf.whatif("h20-licence-2025", draws=10, horizon="2025", keep=["premium"]))]
    ['prices']
    """
    made = {id: tuple(_panel(found, found.outcomes[name]) for name in names if name in found.outcomes)
            for id, names in CHARTS.items()}
    return {id: panels for id, panels in made.items() if panels}


def _panel(found: WhatIf, one: Compared) -> Panel:
    names = [row.at for row in one.quarters]
    begin = max(0, names.index(found.since) - SHOWN_BEFORE) if found.since in names else 0
    rows = one.quarters[begin:]
    first, last = quarter_days(rows[0].at)[0], quarter_days(rows[-1].at)[1]
    known = parse_day(found.as_of, "as of") if found.as_of else None
    marks = [m for order, id in enumerate(PUBLISHED.get(one.outcome.name, ()))
             for m in _marks(id, order, one, known) if m.start >= first and m.end <= last]
    return Panel(one.outcome, rows, tuple(marks), one.whole, one)


def _marks(id: str, order: int, one: Compared, known: date | None) -> Iterator[Mark]:
    series = all_series().get(id)
    for p in (series.points if series else ()):
        days = (p.end - p.start).days + 1
        if (known is not None and p.public > known) or (one.by_year == "sum" and days < SHORTEST):
            continue
        assert series is not None
        by = QUARTER_DAYS / days if one.by_year == "sum" else 1.0
        yield Mark(id, series.label, order, p.period, p.start, p.end, p.value * by, p.low * by, p.high * by, p.kind,
                   p.grade, p.by, p.source)


# ---- figures ---------------------------------------------------------------------------------------------------------


def figures(found: WhatIf, panels: dict[str, tuple[Panel, ...]], lang: str) -> dict[str, Figure]:
    """Return the charts in the size of a page and of a phone."""
    drawn = {}
    for id, held in panels.items():
        words = say(f"whatif.chart_{id}").text(lang), describe(found, held).text(lang)
        wide, narrow = (render(fan_spec(found, held, canvas, lang), canvas, f"wi-{id}", *words)
                        for canvas in (WIDE, NARROW))
        drawn[id] = Figure(f"wi-{id}", *words, wide, narrow)
    return drawn


def describe(found: WhatIf, panels: Sequence[Panel]) -> Label:
    """Return what a reader who cannot see a chart is told: each outcome's difference over the span."""
    told = [say("whatif.chart_one", label=p.outcome.label, shown=difference(p.compared, p.whole),
                share=draws_share(p.whole)) for p in panels]
    return say("whatif.chart_told", a=found.label_a, b=found.label_b, n=len(panels),
               items=Label("; ".join(t.en for t in told), "；".join(t.zh for t in told)))


def fan_spec(found: WhatIf, panels: Sequence[Panel], canvas: Canvas, lang: str) -> Spec:
    """Return a chart: levels beside their difference, or in columns above it; on a phone one below another."""
    alone = len(panels) == 1
    if canvas.narrow:
        width = canvas.width - 62
        return {"vconcat": [part for p in panels for part in (
            _level(found, p, width, 190, canvas, lang, alone), _apart(found, p, width, 120, canvas, lang))],
            "spacing": 22}
    if alone:
        return {"hconcat": [_level(found, panels[0], 500, 290, canvas, lang, alone),
                            _apart(found, panels[0], 318, 290, canvas, lang)], "spacing": 46}
    width = round((canvas.width - 62 * len(panels) - 14 * (len(panels) - 1)) / len(panels))
    return {"hconcat": [{"vconcat": [_level(found, p, width, 220, canvas, lang, alone),
                                     _apart(found, p, width, 140, canvas, lang)], "spacing": 20} for p in panels],
            "spacing": 14}


def _level(found: WhatIf, p: Panel, width: float, height: float, canvas: Canvas, lang: str, alone: bool) -> Spec:
    divisor = scale(p.outcome.unit, lang)[0]
    x, logged = _time(p, width), p.outcome.name in LOGGED
    scale_y: Spec = {"type": "log"} if logged else {"zero": True, "nice": True}
    axis: Spec = {"title": None, "tickCount": 5, "format": "~g" if logged else ",~r"}
    layers: list[Spec] = [*_parting(found, p, x)]
    for tone, which, dash in ((B, "b", [5, 3]), (A, "a", [])):
        layers += _fan([{"at": _middle(row.at), **_ends(getattr(row, which), divisor)} for row in p.rows], tone, dash,
                       x, quantitative("mid", axis=axis, scale=scale_y))
    layers += _published(p, divisor, x)
    text = say("whatif.both") if alone else p.outcome.label
    return {"width": width, "height": height, "layer": layers,
            "title": panel_title(text.text(lang), unit_name(p.outcome, lang), width, canvas)}


def _apart(found: WhatIf, p: Panel, width: float, height: float, canvas: Canvas, lang: str) -> Spec:
    divisor = scale(p.outcome.unit, lang, True)[0]
    x = _time(p, width)
    zero: list[Spec] = [{"zero": 0}]
    rows: list[dict[str, Any]] = [{"at": _middle(row.at), **_ends(row.difference, divisor)} for row in p.rows]
    least = LEAST * max(abs(row.b[3]) for row in p.rows) / divisor
    y = quantitative("mid", axis={"title": None, "tickCount": 4 if height < 200 else 6,
                                  "labelExpr": "datum.value == 0 ? '0' : format(datum.value, '+,~r')"},
                     scale={"domain": [min(-least, *(r["low"] for r in rows)), max(least, *(r["high"] for r in rows))],
                            "nice": True})
    title = say("whatif.difference").text(lang)
    return {"width": width, "height": height,
            "title": panel_title(title, unit_name(p.outcome, lang, True), width, canvas),
            "layer": [{"data": values(zero), "mark": {"type": "rule", "color": INK, "strokeWidth": 1},
                       "encoding": {"y": quantitative("zero")}}, *_parting(found, p, x), *_fan(rows, APART, [], x, y)]}


def panel_title(text: str, unit: str, width: float, canvas: Canvas) -> Spec:
    """Return the title of a panel, in lines that fit, and its unit below."""
    lines = wrapped(text[0].upper() + text[1:], width, canvas.text)
    return {"text": lines, "subtitle": unit, "anchor": "start", "frame": "group", "fontSize": canvas.text,
            "fontWeight": 600, "color": INK, "subtitleColor": MUTED, "subtitleFontSize": canvas.small, "offset": 8}


def wrapped(text: str, width: float, size: float) -> list[str]:
    """Return a text in lines that fit; Chinese breaks anywhere."""
    pieces = text.split(" ") if " " in text else list(text)
    glue = " " if " " in text else ""
    lines = [pieces[0]]
    for piece in pieces[1:]:
        longer = lines[-1] + glue + piece
        if text_width(longer, size) * 1.06 <= width:
            lines[-1] = longer
        else:
            lines.append(piece)
    return lines


def _ends(quantiles: Sequence[float], divisor: float) -> dict[str, float]:
    at = dict(zip(QUANTILES, quantiles))
    names = {"low": 0.1, "quarter": 0.25, "mid": 0.5, "upper": 0.75, "high": 0.9}
    return {name: at[q] / divisor for name, q in names.items()}


def _fan(rows: list[dict[str, Any]], tone: str, dash: list[int], x: Spec, y: Spec) -> Iterator[Spec]:
    for low, high, opacity in (("low", "high", 0.16), ("quarter", "upper", 0.2)):
        yield {"data": values(rows), "mark": {"type": "area", "color": tone, "opacity": opacity},
               "encoding": {"x": x, "y": {**y, "field": low}, "y2": {"field": high}}}
    yield {"data": values(rows), "mark": {"type": "line", "color": tone, "strokeWidth": 2.2, "strokeDash": dash},
           "encoding": {"x": x, "y": y}}


def _parting(found: WhatIf, p: Panel, x: Spec) -> Iterator[Spec]:
    """Yield a line where the scenarios part."""
    if found.since is not None:
        day = quarter_days(found.since)[0].isoformat()
        yield {"data": values([{"at": day}]), "mark": {"type": "rule", "color": MUTED, "strokeWidth": 1,
                                                       "strokeDash": [2, 3]}, "encoding": {"x": x}}


def _published(p: Panel, divisor: float, x: Spec) -> Iterator[Spec]:
    rows: list[Spec] = [{"at": (m.start + (m.end - m.start) / 2).isoformat(), "start": m.start.isoformat(),
                         "end": (m.end + timedelta(days=1)).isoformat(), "value": m.value / divisor,
                         "low": m.low / divisor, "high": m.high / divisor, "order": str(m.order), "firm": m.firm}
                        for m in p.marks]
    y = quantitative("value")
    if not rows:
        return
    halo = {"stroke": INK, "strokeWidth": 1.2}
    yield {"data": values([r for r in rows if r["start"] < r["end"]]),
           "mark": {"type": "rule", "color": INK, "strokeWidth": 1, "opacity": 0.55},
           "encoding": {"x": {**x, "field": "start"}, "x2": {"field": "end"}, "y": y}}
    yield {"data": values([r for r in rows if r["low"] != r["high"]]),
           "mark": {"type": "rule", "color": INK, "strokeWidth": 1, "opacity": 0.55},
           "encoding": {"x": x, "y": quantitative("low"), "y2": {"field": "high"}}}
    for firm, fill in ((True, INK), (False, PAPER)):
        for order, shape in (("0", "circle"), ("1", "diamond"), ("2", "square")):
            held = [r for r in rows if r["firm"] is firm and r["order"] == order]
            if held:
                yield {"data": values(held), "mark": {"type": "point", "shape": shape, "filled": False, "fill": fill,
                                                      "size": 42, "opacity": 1, **halo}, "encoding": {"x": x, "y": y}}


def _time(p: Panel, width: float) -> Spec:
    first, last = quarter_days(p.rows[0].at)[0], quarter_days(p.rows[-1].at)[1]
    years = max((last - first).days / 365.25, 1.0)
    short = width / years < 44
    return {"field": "at", "type": "temporal", "axis": {
        "title": None, "format": "’%y" if short else "%Y", "tickCount": "year", "grid": False, "labelAlign": "left",
        "labelOffset": 1}, "scale": {"type": "utc", "nice": False,
                                     "domain": [first.isoformat(), last.isoformat()]}}


def _middle(quarter: str) -> str:
    first, last = quarter_days(quarter)
    return (first + (last - first) / 2).isoformat()
