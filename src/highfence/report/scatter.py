"""Predicted against measured times of left-out runs, as one picture that stands alone."""

from __future__ import annotations

from collections.abc import Sequence

from highfence.report.drawing import MUTED, Canvas, Spec, quantitative, render, standalone, values

CANVAS = Canvas("wide", 560, 13, 11.5)
CHIPS = {"nvidia-h100-sxm": "H100", "nvidia-h200-sxm": "H200", "nvidia-b200": "B200"}
INKS = ["#2f6f9f", "#c2703d", "#4b7f52"]


def scatter(points: Sequence[tuple[str, str, float, float]]) -> str:
    """Return the picture as SVG.

    Parameters
    ----------
    points : chip, model, measured and predicted ms per output token.
    """
    rows: list[dict[str, float | str]] = [{"chip": CHIPS.get(chip, chip), "measured": theirs,
                                           "predicted": ours} for chip, _, theirs, ours in points]
    title = "Milliseconds per output token: predicted and measured"
    told = (f"{len(rows)} serving runs whose configuration the fit had not seen, both axes logarithmic. The line is "
            "equality; dotted lines are 25 % above and below.")
    return standalone(render(_spec(rows), CANVAS, "serving-scatter", title, told))


def _spec(rows: list[dict[str, float | str]]) -> Spec:
    def axis(field: str, name: str) -> Spec:
        return quantitative(field, scale={"type": "log", "domain": [2, 200], "clamp": True}, title=name,
                            axis={"values": [2, 5, 10, 20, 50, 100, 200], "format": "d"})

    def line(factor: float, dash: list[int]) -> Spec:
        at = [{"measured": 2.0, "predicted": 2.0 * factor}, {"measured": 200.0, "predicted": 200.0 * factor}]
        return {"data": values(at), "mark": {"type": "line", "color": MUTED, "strokeDash": dash, "strokeWidth": 1,
                                             "clip": True},
                "encoding": {"x": axis("measured", ""), "y": axis("predicted", "")}}

    dots: Spec = {
        "data": values(rows), "mark": {"type": "point", "filled": True, "size": 14, "opacity": 0.55},
        "encoding": {"x": axis("measured", "measured, ms per output token"),
                     "y": axis("predicted", "predicted, ms per output token"),
                     "color": {"field": "chip", "type": "nominal", "scale": {"domain": list(CHIPS.values()),
                                                                                "range": INKS},
                               "legend": {"title": None, "orient": "top-left", "symbolOpacity": 1}}}}
    return {"width": 460, "height": 400, "layer": [line(1.25, [2, 3]), line(0.8, [2, 3]), line(1.0, []), dots]}
