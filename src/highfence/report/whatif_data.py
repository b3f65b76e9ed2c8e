"""The data of a what-if's page as tables for programs, one a chart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from highfence.market.runs import QUANTILES
from highfence.policy.attribution import Attribution
from highfence.policy.sensitivity import Sensitivity
from highfence.policy.thesis import ASSUMPTIONS, OBJECTIVES, Thesis
from highfence.policy.whatif import Row
from highfence.report.whatif_charts import Panel, chart_panels
from highfence.report.whatif_page import WhatIfReport

Table = list[dict[str, Any]]


def chart_tables(made: WhatIfReport) -> dict[str, Table]:
    """Return the data of each chart of the page by its id, and of the table by year.

    >>> import highfence as hf
    >>> from highfence.report.whatif_page import build_whatif
    >>> [*chart_tables(build_whatif(hf.whatif("h20-licence-2025", draws=10, horizon="2025", keep=["premium"])))]
    ['prices', 'years']
    """
    found = {id: _fans(panels) for id, panels in chart_panels(made.found).items()}
    found["years"] = [{"outcome": one.outcome.name, "unit": one.outcome.unit, **_row(row)}
                      for one in made.found.outcomes.values() for row in (*one.years, one.whole)]
    if made.reasons is not None:
        found |= {"mechanisms": [*_mechanisms(made.reasons[0])], "assumptions": [*_assumptions(made.reasons[1])]}
    if made.held is not None:
        found |= {"weights": [*_weights(made.held)], "cells": [*_cells(made.held)]}
    return found


def _fans(panels: Sequence[Panel]) -> Table:
    """Return the quarters of a chart's outcomes, and what was published beside them."""
    found: Table = []
    blank = {"published": None, "series": "", "kind": "", "source": ""}
    for p in panels:
        found += [{"outcome": p.outcome.name, "unit": p.outcome.unit, "basis": "model", **_row(row), **blank}
                  for row in p.rows]
        none: dict[str, Any] = dict.fromkeys(found[-1])
        found += [{**none, "outcome": p.outcome.name, "unit": p.outcome.unit, "basis": "published", "at": m.period,
                   "published": m.value, "series": m.series, "kind": m.kind, "source": m.source} for m in p.marks]
    return found


def _row(row: Row) -> dict[str, Any]:
    sides = {f"{side}_{round(100 * q):02d}": v for side in ("a", "b", "difference")
             for q, v in zip(QUANTILES, getattr(row, side))}
    return {"at": row.at, **sides, "above": row.above, "below": row.below}


def _mechanisms(found: Attribution) -> Iterator[dict[str, Any]]:
    for name, one in found.outcomes.items():
        parts = [(p.id, p.mean, p.error, p.order_error) for p in one.parts] + [("all", one.mean, one.error, None)]
        for id, mean, error, of_orders in parts:
            yield {"outcome": name, "unit": one.outcome.unit, "at": one.at, "mechanism": id, "mean": mean,
                   "error": error, "order_error": of_orders}


def _assumptions(found: Sensitivity) -> Iterator[dict[str, Any]]:
    for name, one in found.outcomes.items():
        for bar in one.bars:
            low, high = bar.values or (None, None)
            yield {"outcome": name, "unit": one.outcome.unit, "at": one.at, "assumption": bar.factor.id, "low": low,
                   "high": high, "mean_low": bar.mean_low, "mean_high": bar.mean_high, "median_low": bar.median_low,
                   "median_high": bar.median_high, "error": bar.error}


def _weights(found: Thesis) -> Iterator[dict[str, Any]]:
    for w, share in zip(found.weights, found.shares):
        yield {**{o.id: round(float(v), 3) for o, v in zip(OBJECTIVES, w)}, "share": float(share)}


def _cells(found: Thesis) -> Iterator[dict[str, Any]]:
    for cell in found.cells:
        yield {**{a.id: level for a, level in zip(ASSUMPTIONS, cell.levels)}, "points": cell.region.points,
               "of": cell.region.of}
