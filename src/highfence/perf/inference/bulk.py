"""Serving estimates of many questions at once.

Questions are grouped by model, whose widths are plain numbers; everything else (chip, split, formats, software, load)
is one column each, so that a group is one evaluation however many rows it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.perf.calibration import Calibration, shipped_calibration
from highfence.perf.inference.closed_loop import Served, serve
from highfence.perf.inference.memory import usable_memory
from highfence.perf.inference.question import Question
from highfence.perf.inference.step import Chip, Split
from highfence.perf.inference.tables import Setting, Tables
from highfence.perf.shape import ModelShape
from highfence.perf.software import PROTOCOLS

CHUNK = 16384
"""Rows evaluated at a time, so that what lies between two operations stays in the processor's cache."""

Columns = dict[str, NDArray[Any]]
_FIELDS = ("bandwidth", "units", "link", "network", "domain", "memory", "profile", "dense", "experts", "dense_peak",
           "experts_peak", "peak16", "cache", "tp", "dp", "expert_tp", "ep", "pp", "prompt", "output", "concurrency",
           "spread", "wave", "withheld", "slots_short", "drafted", "gain_compute", "gain_memory", "gain_link",
           "feed_units")
_INTEGER = {"profile", "dense", "experts"}


@dataclass(frozen=True)
class Group:
    """Questions about one model: where they stand, and their columns, shape (n,)."""

    shape: ModelShape
    rows: NDArray[np.intp]
    columns: Columns


def group_questions(questions: Sequence[Question | None]) -> list[Group]:
    """Return the questions that there are, grouped by model."""
    where: dict[str, list[int]] = {}
    for number, question in enumerate(questions):
        if question is not None:
            where.setdefault(question.shape.id, []).append(number)
    groups = []
    for rows in where.values():
        first = questions[rows[0]]
        assert first is not None
        table = np.array([_numbers(questions[n]) for n in rows], dtype=float)
        columns = {name: table[:, i].astype(np.intp) if name in _INTEGER else np.ascontiguousarray(table[:, i])
                   for i, name in enumerate(_FIELDS)}
        groups.append(Group(first.shape, np.array(rows), columns))
    return groups


def _numbers(q: Any) -> tuple[float, ...]:
    from highfence.perf.vendors import gains_of

    m, s, p = q.machine, q.serving, PROTOCOLS[q.protocol]
    gains = gains_of(m)
    return (m.bandwidth, m.units, m.link, m.network, m.domain, usable_memory(m.memory), q.profile, q.dense, q.experts,
            q.dense_peak, q.experts_peak, m.peaks["16"], q.cache, s.tp, s.dp, s.expert_tp, s.ep, s.pp,
            q.prompt * p.mean_share, q.output * p.mean_share, q.concurrency, float(s.dp > 1.0), p.wave, q.withheld,
            p.slots_short, float(q.drafted), gains.compute, gains.memory, gains.link, gains.feed_units)


def columns_of(question: Question) -> dict[str, Any]:
    """Return one question's columns as plain numbers."""
    return {name: int(value) if name in _INTEGER else float(value) for name, value in zip(_FIELDS, _numbers(question))}


def parts_of(shape: ModelShape, c: dict[str, Any], tables: Tables, xp: Any) -> Any:
    """Return split, chip, formats, curves, overheads and scheduler of some columns."""
    at = Setting(c["profile"], c["dense"], c["experts"], c["dense_peak"], c["experts_peak"], c["peak16"], c["cache"],
                 c["spread"], c["wave"], c["withheld"], c["slots_short"], 8192.0, c["gain_compute"], c["gain_memory"],
                 c["gain_link"], c["feed_units"])
    return (Split(c["tp"], c["dp"], c["expert_tp"], c["ep"], c["pp"]),
            Chip(c["bandwidth"], c["units"], c["link"], c["network"], c["domain"]), *tables.of(xp, at))


def evaluate(shape: ModelShape, c: dict[str, Any], tables: Tables, xp: Any = np, *, cached: Any = 0.0,
             imbalance: Any = 1.0, accepted: float | None = None) -> Served:
    """Return the means of rows about one model.

    Parameters
    ----------
    c : columns of :data:`_FIELDS`, shape (n,) each, or plain numbers. xp : namespace of the columns.
    accepted : tokens kept a step of speculative decoding, for all rows; else what the calibration says where
        ``drafted``.
    """
    split, chip, formats, curves, over, scheduler = parts_of(shape, c, tables, xp)
    spec = tables.speculation
    drafts, one = c["drafted"] > 0, 0.0 * c["prompt"] + 1.0
    return serve(xp, shape, chip, split, formats, curves, over, scheduler, prompt=c["prompt"], output=c["output"],
                 concurrency=c["concurrency"], capacity=c["memory"], cached=cached, imbalance=imbalance,
                 drafted=xp.where(drafts, spec["drafted"] * one, one) if accepted is None else max(spec["drafted"],
                                                                                                   accepted),
                 accepted=xp.where(drafts, spec["accepted"] * one, one) if accepted is None else accepted)


def serve_groups(groups: Sequence[Group], n: int, calibration: Calibration | None = None,
                 tables: Tables | None = None) -> dict[str, NDArray[np.float64]]:
    """Return the means of every question, shape (n,), NaN where there is none."""
    tables = tables or Tables(calibration or shipped_calibration())
    names = ("ttft_s", "tpot_s", "decode_s", "prompt_s", "running", "fits", "waiting_s")
    found = {name: np.full(n, np.nan) for name in names}
    for group in groups:
        for start in range(0, len(group.rows), CHUNK):
            part = slice(start, start + CHUNK)
            with np.errstate(all="ignore"):
                served = evaluate(group.shape, {k: v[part] for k, v in group.columns.items()}, tables)
            for name in names:
                found[name][group.rows[part]] = getattr(served, name)
    return found
