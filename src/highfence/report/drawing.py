"""Render Vega-Lite specifications as inline SVG that takes its colours from the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from highfence.core.errors import MissingExtra

Spec = dict[str, Any]

FONT = "Helvetica Neue, Arial, Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
INK, MUTED, RULE, PAPER = "var(--ink)", "var(--muted)", "var(--rule)", "var(--paper)"

_NOISE = re.compile(r' (?:aria-[a-z]+|role|pointer-events)="[^"]*"')
_EMPTY = re.compile(r'<path class="(?:back|fore)ground" d="(?:M0,0h0v0h0Z)?"[^>]*></path>|'
                    r'<path class="(?:back|fore)ground" d="(?:M0,0h0v0h0Z)?"[^>]*/>')
_ROOT = re.compile(r"<svg[^>]*?viewBox=\"([^\"]*)\"[^>]*>")


@dataclass(frozen=True, slots=True)
class Canvas:
    """The size that a chart is drawn for: a page, or a phone."""

    name: str
    width: int
    text: float
    small: float

    @property
    def narrow(self) -> bool:
        """Whether it is the phone's."""
        return self.name == "narrow"


WIDE = Canvas("wide", 960, 13, 11.5)
NARROW = Canvas("narrow", 343, 12, 11)


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart in both sizes, with what a reader who cannot see it is told."""

    id: str
    title: str
    description: str
    wide: str
    narrow: str


def config(canvas: Canvas) -> Spec:
    """Return the look that all charts share."""
    return {
        "font": FONT, "background": None, "padding": 2,
        "view": {"stroke": None},
        "axis": {"labelColor": MUTED, "titleColor": INK, "labelFontSize": canvas.small, "titleFontSize": canvas.small,
                 "titleFontWeight": "normal", "gridColor": RULE, "gridWidth": 0.7, "domainColor": MUTED,
                 "tickColor": MUTED, "labelPadding": 5, "titlePadding": 8, "labelLimit": 260},
        "text": {"fontSize": canvas.text, "color": INK},
        "legend": {"labelColor": INK, "titleColor": INK, "labelFontSize": canvas.small, "symbolSize": 70},
    }


COLOURS = {INK: "#1c2330", MUTED: "#5b6472", RULE: "#dfe3e8", PAPER: "#ffffff"}
"""What the page's variables are where there is no page."""


def standalone(svg: str) -> str:
    """Return a rendered chart as a picture that stands alone: colours of its own, on paper."""
    for variable, colour in COLOURS.items():
        svg = svg.replace(variable, colour)
    head, _, body = svg.partition("</desc>")
    return f'{head}</desc><rect width="100%" height="100%" fill="{COLOURS[PAPER]}"/>{body}'


def render(spec: Spec, canvas: Canvas, id: str, title: str, description: str) -> str:
    """Return one chart as SVG with its title and description.

    Raises
    ------
    MissingExtra : the renderer is not installed.
    """
    try:
        import vl_convert
    except ImportError:
        raise MissingExtra("brief", "drawing the charts of a brief") from None
    full = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "config": config(canvas), **spec}
    return _clean(vl_convert.vegalite_to_svg(full), f"{id}-{canvas.name}", title, description)


def _clean(svg: str, id: str, title: str, description: str) -> str:
    """Drop what only a script would read, keep ids apart, and let the page set the size."""
    body = svg[svg.index("<svg"):]
    body = _EMPTY.sub("", _NOISE.sub("", body))
    body = re.sub(r'\b(id="|url\(#|href="#)(?=clip|gradient)', rf"\1{id}-", body)
    found = _ROOT.match(body)
    assert found is not None
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{found[1]}" role="img" '
            f'aria-labelledby="{id}-t {id}-d"><title id="{id}-t">{escape(title)}</title>'
            f'<desc id="{id}-d">{escape(description)}</desc>')
    return head + body[found.end():]


def values(rows: list[Mapping[str, Any]] | list[Spec]) -> Spec:
    """Return rows as Vega-Lite data."""
    return {"values": list(rows)}


def quantitative(field: str, **more: Any) -> Spec:
    """Return a quantitative channel."""
    return {"field": field, "type": "quantitative", **more}
